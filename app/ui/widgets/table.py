"""Tables: a model over frozen structs and a view that keeps its place when the rows are read again."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import msgspec
from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.ui import icons, theme
from app.ui.theme import Colour, Tone, Type
from app.ui.widgets import paint
from app.ui.widgets.marks import paint_bar
from app.ui.widgets.tips import as_shown

Row_ = TypeVar("Row_")
Index = QModelIndex | QPersistentModelIndex

ROW = Qt.ItemDataRole.UserRole
TONE = Qt.ItemDataRole.UserRole + 1
SHARE = Qt.ItemDataRole.UserRole + 2
ICON = Qt.ItemDataRole.UserRole + 3
STRONG = Qt.ItemDataRole.UserRole + 4
DETAIL = Qt.ItemDataRole.UserRole + 5


class Column(msgspec.Struct, Generic[Row_], frozen=True, kw_only=True):
    """How one column shows a row; every function gets the row's struct."""

    title: str
    text: Callable[[Row_], str]
    width: float = 0.0  # in em; 0 takes what is left
    right: bool = False  # figures stand at the right
    strong: bool = False
    tone: Callable[[Row_], Tone | None] | None = None  # a chip in this tone; None: plain text
    share: Callable[[Row_], float | None] | None = None  # a bar 0.0 to 1.0 before the text
    icon: Callable[[Row_], str] | None = None
    tip: Callable[[Row_], str] | None = None
    detail: Callable[[Row_], str] | None = (
        None  # a second line, small; where one has it every row is two high
    )


class TableModel(QAbstractTableModel, Generic[Row_]):
    """Rows of frozen structs under columns; `key` tells which row is which when they are read again."""

    def __init__(
        self, columns: Sequence[Column[Row_]], key: Callable[[Row_], str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._key = key
        self._rows: tuple[Row_, ...] = ()

    @property
    def columns(self) -> tuple[Column[Row_], ...]:
        """The columns."""
        return self._columns

    @property
    def rows(self) -> tuple[Row_, ...]:
        """The rows shown."""
        return self._rows

    def set_rows(self, rows: Sequence[Row_]) -> None:
        """Show these rows; where the keys stand as before only what changed is told."""
        fresh = tuple(rows)
        if [self._key(row) for row in fresh] != [self._key(row) for row in self._rows]:
            self.beginResetModel()
            self._rows = fresh
            self.endResetModel()
            return
        former, self._rows = self._rows, fresh
        for number, (old, new) in enumerate(zip(former, fresh, strict=True)):
            if old != new:
                self.dataChanged.emit(self.index(number, 0), self.index(number, len(self._columns) - 1))

    def row_at(self, number: int) -> Row_ | None:
        """The struct in a line, or None outside."""
        return self._rows[number] if 0 <= number < len(self._rows) else None

    def key_at(self, number: int) -> str:
        """The key of a line, or ""."""
        row = self.row_at(number)
        return self._key(row) if row is not None else ""

    def line_of(self, key: str) -> int:
        """The line of a key, or -1."""
        return next((number for number, row in enumerate(self._rows) if self._key(row) == key), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        """Lines."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        """Columns."""
        return 0 if parent.isValid() else len(self._columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Titles above, nothing at the side."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return paint.RIGHT if self._columns[section].right else paint.LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows."""
        row = self.row_at(index.row()) if index.isValid() else None
        if row is None or index.column() >= len(self._columns):
            return None
        column = self._columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return " · ".join(part for part in _lines(column, row) if part)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return paint.RIGHT if column.right else paint.LEFT
        return self._extra(column, row, role)

    def _extra(self, column: Column[Row_], row: Row_, role: int) -> Any:
        if role == ROW:
            return row
        if role == STRONG:
            return column.strong
        if role == Qt.ItemDataRole.ToolTipRole:  # the whole text, where the column is too narrow for it
            return as_shown(column.tip(row) if column.tip else "\n".join(_lines(column, row)))
        asked = {
            DETAIL: column.detail,
            TONE: column.tone,
            SHARE: column.share,
            ICON: column.icon,
        }
        wanted = asked.get(role)
        return wanted(row) if wanted is not None else None


def _lines(column: Column[Row_], row: Row_) -> list[str]:
    below = column.detail(row) if column.detail else ""
    return [column.text(row), *([below] if below else [])]


class _Cell(QStyledItemDelegate):
    """Draws a cell: chip, bar, icon or text, always shortened and never cut."""

    two_lines = False

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground by the style, the rest here."""
        words = index.data() or ""
        share, icon = index.data(SHARE), index.data(ICON)
        tone = (
            Tone(index.data(TONE)) if index.data(TONE) else None
        )  # Qt hands a StrEnum back as a plain string
        plain = QStyleOptionViewItem(option)
        self.initStyleOption(plain, index)
        plain.text = ""
        view: QWidget = option.widget
        view.style().drawControl(view.style().ControlElement.CE_ItemViewItem, plain, painter, view)
        area: QRect = option.rect.adjusted(theme.space(2), 0, -theme.space(2), 0)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.two_lines:
            area = self._paint_detail(painter, area, index)
        if icon:
            side = theme.em(None, 1.3)
            role = tone.ink if tone else Colour.MUTED
            square = QRect(area.left(), area.center().y() - side // 2, side, side)
            icons.paint(painter, icon, square, role)
            area.setLeft(square.right() + theme.space(2))
        if share is not None:
            area = self._paint_share(painter, area, share, tone)
        face = theme.font(Type.STRONG if index.data(STRONG) else Type.BODY)
        if tone is not None and share is None and words:
            selected = bool(option.state & QStyle.StateFlag.State_Selected)
            ground = theme.colour(Colour.CARD if selected else tone.ground)
            self._paint_chip(painter, area, words, (ground, theme.colour(tone.ink)))
        else:
            align = Qt.AlignmentFlag(index.data(Qt.ItemDataRole.TextAlignmentRole))
            paint.text(painter, area, words, face, theme.colour(Colour.INK), align)
        painter.restore()

    def _paint_detail(self, painter: QPainter, area: QRect, index: Index) -> QRect:
        """The small second line; what is left for the first."""
        first = QRect(area.left(), area.top() + theme.space(1), area.width(), round(area.height() * 0.5))
        words = index.data(DETAIL) or ""
        if words:
            high = area.bottom() - first.bottom() - theme.space(1)
            below = QRect(area.left(), first.bottom(), area.width(), high)
            align = Qt.AlignmentFlag(index.data(Qt.ItemDataRole.TextAlignmentRole))
            paint.text(painter, below, words, theme.font(Type.SMALL), theme.colour(Colour.MUTED), align)
        return first

    def _paint_share(self, painter: QPainter, area: QRect, share: float, tone: Tone | None) -> QRect:
        high, words = theme.space(2), theme.em(None, 4)
        bar = QRect(area.left(), area.center().y() - high // 2, max(high, area.width() - words), high)
        paint_bar(painter, bar, share, theme.colour((tone or Tone.GOOD).fill))
        return QRect(
            bar.right() + theme.space(2),
            area.top(),
            area.right() - bar.right() - theme.space(2),
            area.height(),
        )

    def _paint_chip(self, painter: QPainter, area: QRect, words: str, shades: tuple[QColor, QColor]) -> None:
        face = theme.sized(0.92, 600)
        high = min(area.height() - 4, theme.space(6.5))
        width = min(area.width(), paint.width_of(words, face) + theme.space(5))
        pill = QRect(area.left(), area.center().y() - high // 2, width, high)
        paint.box(painter, pill, shades[0], None, high / 2)
        paint.text(painter, pill.adjusted(theme.space(2.5), 0, -theme.space(2), 0), words, face, shades[1])


LEAST_COLUMN = 8
"""Width in em below which no column that gives way gets."""


class DataTable(QTableView):
    """A table of whole rows: arrows move, Enter or a double click opens, refresh keeps row and scroll."""

    opened = Signal(object)  # the row's struct
    chosen = Signal(object)  # the row's struct, or None

    def __init__(self, model: TableModel[Any], *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._empty = ""
        self.setModel(model)
        cell = _Cell(self)
        cell.two_lines = any(column.detail for column in model.columns)
        self.setItemDelegate(cell)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.verticalHeader().hide()
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(name)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setFont(theme.font(Type.SMALL))
        header.setDefaultAlignment(paint.LEFT)
        self._set_widths(header, 3.3 if cell.two_lines else 2.15)
        self.doubleClicked.connect(lambda index: self._open(index.row()))
        self.selectionModel().currentRowChanged.connect(
            lambda index, _: self.chosen.emit(model.row_at(index.row()))
        )
        self.selectionModel().selectionChanged.connect(self._follow)

    def _set_widths(self, header: QHeaderView, high: float) -> None:
        self.verticalHeader().setDefaultSectionSize(theme.em(None, high))
        header.setMinimumSectionSize(theme.em(None, 2))
        for number, column in enumerate(self._model.columns):
            stretch = column.width == 0
            mode = QHeaderView.ResizeMode.Stretch if stretch else QHeaderView.ResizeMode.Interactive
            header.setSectionResizeMode(number, mode)
            if not stretch:
                header.resizeSection(number, theme.em(None, column.width))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The column that gives way keeps room for its heading and some letters; where there is less, the table scrolls."""
        super().resizeEvent(event)
        header = self.horizontalHeader()
        loose = [number for number, column in enumerate(self._model.columns) if column.width == 0]
        if not loose:
            return
        least = theme.em(None, LEAST_COLUMN)
        fixed = sum(header.sectionSize(number) for number in range(header.count()) if number not in loose)
        narrow = self.viewport().width() - fixed < least * len(loose)
        modes = QHeaderView.ResizeMode
        for number in loose:
            header.setSectionResizeMode(number, modes.Interactive if narrow else modes.Stretch)
            if narrow:
                header.resizeSection(number, least)

    def _follow(self, selected: QItemSelection, _: QItemSelection) -> None:
        """A screen reader selects a row without going there: whoever reads the row that is chosen must find it."""
        found = selected.indexes()
        if found and found[0].row() != self.currentIndex().row():
            self.selectionModel().setCurrentIndex(found[0], QItemSelectionModel.SelectionFlag.NoUpdate)

    def set_empty_text(self, text: str) -> None:
        """What stands in the middle while there are no rows."""
        self._empty = text
        self.viewport().update()

    def set_rows(self, rows: Sequence[Any]) -> None:
        """Show other rows; the chosen one stays chosen if it is still there, and nothing scrolls away."""
        key, line = self.current_key(), self.currentIndex().row()
        across, down = self.horizontalScrollBar().value(), self.verticalScrollBar().value()
        self.selectionModel().blockSignals(True)
        self._model.set_rows(rows)
        self.selectionModel().blockSignals(False)
        if key:
            found = self._model.line_of(key)
            self.choose_line(found if found >= 0 else min(line, self._model.rowCount() - 1))
        self.horizontalScrollBar().setValue(across)
        self.verticalScrollBar().setValue(down)

    def current(self) -> Any:
        """The chosen row's struct, or None."""
        return self._model.row_at(self.currentIndex().row())

    def current_key(self) -> str:
        """The chosen row's key, or ""."""
        return self._model.key_at(self.currentIndex().row())

    def choose_key(self, key: str) -> bool:
        """Choose a row by its key; False if it is not there."""
        line = self._model.line_of(key)
        return line >= 0 and self.choose_line(line)

    def choose_line(self, line: int) -> bool:
        """Choose a row by its number."""
        if not 0 <= line < self._model.rowCount():
            return False
        self.setCurrentIndex(self._model.index(line, 0))
        return True

    def _open(self, line: int) -> None:
        row = self._model.row_at(line)
        if row is not None:
            self.opened.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the chosen row."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex().row())
            event.accept()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: Any) -> None:
        """Choose the first row when the keyboard comes and nothing is chosen."""
        super().focusInEvent(event)
        if not self.selectionModel().hasSelection():
            self.choose_line(
                max(0, self.currentIndex().row())
            )  # Qt itself makes a row current, but chooses none

    def paintEvent(self, event: QPaintEvent) -> None:
        """Rows, or the empty text; a ring while the keyboard is here."""
        super().paintEvent(event)
        painter = paint.painter_of(self.viewport())
        if not self._model.rowCount() and self._empty:
            area = self.viewport().rect()
            paint.text(painter, area, self._empty, theme.font(), theme.colour(Colour.MUTED), paint.CENTER)
        if self.hasFocus():
            paint.focus_ring(painter, self.viewport().rect(), paint.radius(1.5))
        painter.end()
