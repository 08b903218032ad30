"""The one style sheet, for Qt's own widgets; names in `$` are the roles and sizes of `theme`."""

SHEET = """
QToolTip { background: $tip; color: $on_tip; border: 0; padding: $s1 $s2; }
QMainWindow, QDialog { background: $ground; }
QDialog#dialog { background: $card; }

Card { background: $card; border: 1px solid $line; border-radius: $r14; }
Card[plain="true"] { background: transparent; border: 0; }
Row { background: $card; border: 1px solid $line; border-radius: $r10; }
Row[tint="true"] { background: $brand_faint; border: 1px solid $brand_faint; }

QLabel { background: transparent; color: $ink; }
QLabel[ink="muted"] { color: $muted; }
QLabel[ink="brand"] { color: $brand_dark; }
QLabel[ink="bad"] { color: $red; }
QLabel[ink="warn"] { color: $yellow_ink; }
QLabel[ink="info"] { color: $blue; }
QLabel:disabled { color: $disabled; }

QLineEdit, QTextEdit, QPlainTextEdit, QSpinBox, QDoubleSpinBox, QDateEdit, QTimeEdit, QDateTimeEdit, QComboBox {
  background: $card; color: $ink; border: 1px solid $line; border-radius: $r10;
  padding: $s2 $s3; selection-background-color: $brand; selection-color: $on_brand; }
QLineEdit, QSpinBox, QDoubleSpinBox, QDateEdit, QTimeEdit, QDateTimeEdit, QComboBox { min-height: $line_height; }
QTextEdit, QPlainTextEdit { padding: $s1 $s2; }
QAbstractSpinBox QLineEdit, QComboBox QLineEdit { border: 0; padding: 0; min-height: 0; background: transparent; border-radius: 0; }
QAbstractSpinBox QLineEdit:focus, QComboBox QLineEdit:focus { border: 0; padding: 0; }
QLineEdit:hover, QTextEdit:hover, QPlainTextEdit:hover, QComboBox:hover, QSpinBox:hover, QDateEdit:hover,
QTimeEdit:hover { border-color: $muted; }
QLineEdit:focus, QTextEdit:focus, QPlainTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QDateEdit:focus,
QTimeEdit:focus, QDateTimeEdit:focus, QComboBox:focus { border: 2px solid $focus; padding: $in2 $in3; }
QTextEdit:focus, QPlainTextEdit:focus { padding: $in1 $in2; }
QLineEdit[finding="true"], QComboBox[finding="true"] { border: 1px solid $red; }
QLineEdit[finding="true"]:focus { border: 2px solid $red; }
QLineEdit:disabled, QTextEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled, QSpinBox:disabled,
QDateEdit:disabled, QTimeEdit:disabled { background: $ground; color: $disabled; }
QLineEdit:read-only, QPlainTextEdit[readOnly="true"], QTextEdit[readOnly="true"] { background: $ground; }
QComboBox::drop-down { border: 0; width: $s7; }
QComboBox::down-arrow, QDateEdit::down-arrow { image: url($baked/chevron.svg); width: $s4; height: $s4; }
QDateEdit::drop-down { border: 0; width: $s7; }
QComboBox QAbstractItemView { background: $card; color: $ink; border: 1px solid $line; outline: 0; padding: $s1; }
QComboBox QAbstractItemView::item { min-height: $s8; padding: 0 $s2; border-radius: $s1; }
QComboBox QAbstractItemView::item:selected { background: $brand_pale; color: $ink; }
QSpinBox::up-button, QDoubleSpinBox::up-button, QTimeEdit::up-button { width: $s3; height: 1px; border: 0;
  subcontrol-origin: border; subcontrol-position: top left; }
QSpinBox::down-button, QDoubleSpinBox::down-button, QTimeEdit::down-button { width: $s3; height: 1px; border: 0;
  subcontrol-origin: border; subcontrol-position: bottom right; }
QSpinBox::up-arrow, QSpinBox::down-arrow, QDoubleSpinBox::up-arrow, QDoubleSpinBox::down-arrow, QTimeEdit::up-arrow,
QTimeEdit::down-arrow { image: none; width: 0; height: 0; }

QCheckBox, QRadioButton { background: transparent; color: $ink; spacing: $s2; padding: $s1;
  border: 2px solid transparent; border-radius: $s2; }
QCheckBox:focus, QRadioButton:focus { border: 2px solid $focus; }
QCheckBox:disabled, QRadioButton:disabled { color: $disabled; }
QCheckBox::indicator, QRadioButton::indicator { width: $s4; height: $s4; border: 1px solid $muted;
  border-radius: $s1; background: $card; }
QRadioButton::indicator { border-radius: $s2; }
QCheckBox::indicator:checked { background: $brand; border-color: $brand; image: url($baked/tick-$scheme.svg); }
QCheckBox::indicator:indeterminate { background: $chart_pale; border-color: $brand; }
QRadioButton::indicator:checked { background: $on_brand; border: 5px solid $brand; width: $s2; height: $s2; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: $line; background: $track; }

QTabWidget::pane { border: 0; }
QTabWidget::tab-bar { left: 0; }
QTabBar { background: transparent; border: 0; qproperty-drawBase: 0; font-weight: 600; }
QTabBar::tab { background: transparent; color: $muted; border: 0; border-bottom: 3px solid transparent;
  padding: $s2 $s1 $s2 $s1; margin-right: $s4; }
QTabBar::tab:hover { color: $ink; border-bottom-color: $line; }
QTabBar::tab:selected { color: $brand_dark; border-bottom-color: $brand; }
QTabBar::tab:disabled { color: $disabled; }
QTabBar:focus { border: 0; }
QTabBar::tab:selected:focus { background: $blue_pale; border-bottom-color: $focus; }

QTableView, QListView, QTreeView { background: $card; color: $ink; border: 0; outline: 0; gridline-color: $line;
  alternate-background-color: $card; selection-background-color: $brand_pale; selection-color: $ink; }
QTableView::item { border: 0; border-bottom: 1px solid $line; padding: 0 $s2; }
QTableView::item:hover { background: $brand_faint; }
QTableView::item:selected { background: $brand_pale; color: $ink; }
QListView::item { border-radius: $s1; }
QListView::item:hover { background: $brand_faint; }
QListView::item:selected { background: $brand_pale; color: $ink; }
QListView#proposals { border: 1px solid $line; border-radius: $r10; padding: $s1; }
QListView:focus { border: 2px solid $focus; border-radius: $r10; }
QComboBox QAbstractItemView:focus { border: 1px solid $line; border-radius: 0; }
QHeaderView { background: transparent; border: 0; }
QHeaderView::section { background: transparent; color: $muted; border: 0; border-bottom: 1px solid $line;
  padding: $s1 $s2; }
QTableCornerButton::section { background: transparent; border: 0; }

QScrollArea, QScrollArea > QWidget#qt_scrollarea_viewport, QScrollArea > QWidget > QWidget#scrolled { background: transparent; border: 0; }
QAbstractScrollArea::corner { background: transparent; border: 0; }
QScrollBar:vertical { background: transparent; width: $s3; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: $s3; margin: 2px; }
QScrollBar::handle { background: $line; border-radius: $s1; min-height: $s8; min-width: $s8; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QMenu { background: $card; color: $ink; border: 1px solid $line; padding: $s1; }
QMenu::item { padding: $s2 $s6 $s2 $s3; border-radius: $s2; }
QMenu::item:selected { background: $brand_pale; color: $ink; }
QMenu::item:disabled { color: $disabled; }
QMenu::icon { padding-left: $s2; }
QMenu::separator { height: 1px; background: $line; margin: $s1 $s2; }

QProgressBar { background: $track; border: 0; border-radius: $s1; color: $ink; text-align: center; }
QProgressBar::chunk { background: $brand; border-radius: $s1; }
QSplitter::handle { background: transparent; }

#nav { background: $nav; }
#topbar { background: $card; border: 0; border-bottom: 1px solid $line; }
#lock { background: $ground; }
#toast { background: $tip; border-radius: $r10; }
#toast QLabel { color: $on_tip; }
#ticket { background: $paper; border: 1px dashed $muted; border-radius: $s1; }
#ticket QLabel { color: #14231C; }
#ticket QLabel[ink="muted"] { color: #5C6B64; }
"""
