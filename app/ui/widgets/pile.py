"""Pages one behind the other, of which the one in sight needs the least height that its words have."""

from PySide6.QtWidgets import QStackedLayout, QWidget


class _Least(QStackedLayout):
    """Qt's own asks for the height that the pages would like, and a page that could do with less is scrolled."""

    def hasHeightForWidth(self) -> bool:
        """Words wrap."""
        return self._least(0) >= 0

    def heightForWidth(self, width: int) -> int:
        """The least height of the page in sight at this width."""
        return self._least(width)

    def _least(self, width: int) -> int:
        page = self.currentWidget()
        inner = page.layout() if page is not None else None
        return inner.minimumHeightForWidth(width) if inner is not None and inner.hasHeightForWidth() else -1


class Pile(QWidget):
    """As QStackedWidget, by its names."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pages = _Least(self)

    def addWidget(self, page: QWidget) -> int:
        """Put a page behind the others; gives its index."""
        return self._pages.addWidget(page)

    def setCurrentWidget(self, page: QWidget) -> None:
        """Show this page."""
        self._pages.setCurrentWidget(page)

    def setCurrentIndex(self, index: int) -> None:
        """Show the page at this index."""
        self._pages.setCurrentIndex(index)

    def currentWidget(self) -> QWidget | None:
        """The page in sight."""
        return self._pages.currentWidget()

    def currentIndex(self) -> int:
        """Its index, -1 where there is none."""
        return self._pages.currentIndex()
