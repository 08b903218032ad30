"""Tabs with an underline, switched by Ctrl+Tab or the arrows."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QTabWidget, QWidget

from app.ui import theme
from app.ui.theme import Type


class TabStrip(QTabWidget):
    """A `QTabWidget` in the look of the program; `add(title, page)` and `set_title(page, title)`."""

    def __init__(self, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.tabBar().setAccessibleName(name)
        self.setDocumentMode(True)
        self.tabBar().setExpanding(False)
        self.tabBar().setElideMode(Qt.TextElideMode.ElideRight)
        self.tabBar().setUsesScrollButtons(True)
        self.tabBar().setFont(theme.font(Type.STRONG))
        self.tabBar().setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def add(self, title: str, page: QWidget) -> int:
        """Add a page; gives its index."""
        return self.addTab(page, title.replace("&", "&&"))

    def set_title(self, page: QWidget, title: str) -> None:
        """Change the words of a page's tab ("Kelengkapan berkas 4/5")."""
        index = self.indexOf(page)
        if index >= 0 and self.tabText(index) != title:
            self.setTabText(index, title.replace("&", "&&"))

    def changeEvent(self, event: QEvent) -> None:
        """Take the size of the theme when that changes."""
        if event.type() == QEvent.Type.StyleChange:
            self.tabBar().setFont(theme.font(Type.STRONG))
        super().changeEvent(event)
