"""Room for one page: as large as the window, scrolled only where its least size does not fit."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QWidget
from shiboken6 import isValid

from app.ui.widgets.buttons import PaintedButton


class PageArea(QScrollArea):
    """Holds a page; large text on a small screen is scrolled to, never cut."""

    def __init__(self, page: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.page = page
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(page)
        page.installEventFilter(self)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._follow)

    def minimumSizeHint(self) -> QSize:
        """The window may be smaller than the page."""
        return QSize(320, 240)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the page the new room."""
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fit again when the page needs more or less."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return False

    def _fit(self) -> None:
        room = self.maximumViewportSize()
        if self._least(room.width()).height() > room.height():
            room.setWidth(room.width() - self.verticalScrollBar().sizeHint().width())
        self.page.resize(room.expandedTo(self._least(room.width())))

    def _least(self, width: int) -> QSize:
        layout, least = self.page.layout(), self.page.minimumSizeHint()
        if layout is not None and layout.hasHeightForWidth():
            needed = layout.minimumHeightForWidth(max(width, least.width()))
            least.setHeight(max(least.height(), needed))
        return least

    def _follow(self, former: QWidget | None, now: QWidget | None) -> None:
        if now is None or not self.isVisible() or not self.page.isAncestorOf(now):
            return
        if isinstance(now, PaintedButton) and _is_gone(former):
            # Qt hands the keyboard to whatever comes next, and the next Enter would press that: a person chose no button.
            self.page.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.ensureWidgetVisible(now, 24, 24)


def _is_gone(former: QWidget | None) -> bool:
    """Whether what held the keyboard was hidden or switched off under it."""
    return former is not None and isValid(former) and not (former.isVisible() and former.isEnabled())
