"""The green side bar: the pages of this person, each with its key."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.widgets.buttons import NavButton


class SideBar(QFrame):
    """Icons with names, from the top down."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("nav")
        self.setAccessibleName(self.tr("Halaman"))
        self._buttons: dict[str, NavButton] = {}
        self._inner = QWidget()
        self._inner.setObjectName("scrolled")
        self._column = QVBoxLayout(self._inner)
        edge = theme.space(2)
        self._column.setContentsMargins(edge, edge, edge, edge)
        self._column.setSpacing(theme.space(1.5))
        self._column.addStretch(1)
        self._scroll = scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        self._narrow()

    def set_pages(self, pages: Sequence[tuple[str, str, str]]) -> None:
        """Show these pages: (code, title, icon)."""
        for button in self._buttons.values():
            self._column.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = {}
        for number, (code, title, icon) in enumerate(pages):
            button = NavButton(title, icon, key=f"Alt+{(number + 1) % 10}" if number < 10 else "")
            button.clicked.connect(lambda _=False, wanted=code: self.chosen.emit(wanted))
            self._column.insertWidget(number, button)
            self._buttons[code] = button
        self._narrow()

    def mark(self, code: str) -> None:
        """Show which page is open."""
        if code in self._buttons:
            self._buttons[code].setChecked(True)

    def button(self, code: str) -> NavButton:
        """The button of a page."""
        return self._buttons[code]

    def _narrow(self) -> None:
        widest = max(
            (button.sizeHint().width() for button in self._buttons.values()), default=theme.space(19)
        )
        wanted = min(widest, theme.space(28)) + theme.space(4)
        high = sum(button.sizeHint().height() + self._column.spacing() for button in self._buttons.values())
        if high + 2 * theme.space(2) > self.height():  # the scroll bar must not cost a name its end
            wanted += self._scroll.verticalScrollBar().sizeHint().width()
        self.setFixedWidth(wanted)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """There may be a scroll bar now, or none any more."""
        super().resizeEvent(event)
        # A width set within the resize is overtaken by the layout, which still has the one that is being set.
        QTimer.singleShot(0, self, self._narrow)
