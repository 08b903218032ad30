"""Names from a list that are offered under a line while somebody types; what is not on the list may stay as it is."""

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QScrollArea, QWidget

from app.ui import theme

_NAME = Qt.ItemDataRole.UserRole
_ROWS = 6
_FEWEST = 3
"""Rows for which it still opens under the line."""
_TOLD_ALONE = 2
"""So many letters have to stand there before the only name that is left is taken without being marked."""

Known = TypeVar("Known")


class Proposals(QObject, Generic[Known]):
    """Arrows mark, Enter, Tab and the mouse take, Esc leaves the text. The keyboard stays in the line all the while.

    The list lies over the window and not in a window of its own: nothing moves under the hand, no key goes astray.
    Enter and Tab take what was marked, or the only name that is left; else the text stays.
    """

    def __init__(
        self,
        line: QLineEdit,
        find: Callable[[str], tuple[Known, ...]],
        words: Callable[[Known], tuple[str, str]],
        *,
        title: str,
    ) -> None:
        """`find`: what fits a text, best first; `words`: the name that is taken, and the row that is shown."""
        super().__init__(line)
        self._line, self._find, self._words = line, find, words
        self.list = QListWidget()
        self.list.setObjectName("proposals")
        self.list.setAccessibleName(title)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setParent(line)
        self.list.hide()
        line.destroyed.connect(self.list.deleteLater)
        line.textEdited.connect(self._offer)
        line.installEventFilter(self)
        self.list.itemClicked.connect(self._take)

    def is_open(self) -> bool:
        """Whether names are offered now."""
        return not self.list.isHidden()

    def rows(self) -> list[str]:
        """What is offered, as it is shown."""
        return [self.list.item(row).text() for row in range(self.list.count())] if self.is_open() else []

    def _offer(self, text: str) -> None:
        found = self._find(text) if text.strip() else ()
        self._show(found)

    def _show(self, found: tuple[Known, ...]) -> None:
        self.list.clear()
        for each in found:
            name, row = self._words(each)
            item = QListWidgetItem(row)
            item.setData(_NAME, name)
            item.setSizeHint(QSize(0, theme.em(self.list, 2.2)))
            self.list.addItem(item)
        self.list.setCurrentRow(-1)
        if not found or not self._line.hasFocus() or self._line.isReadOnly():
            self.list.hide()
            return
        self._place()

    def _place(self) -> None:
        """Under the line, or above it where there is more room; never wider or higher than the window."""
        window = self._line.window()
        if self.list.parentWidget() is not window:
            self.list.setParent(window)
            self._follow_scrolling()
        row, rim = theme.em(self.list, 2.2), theme.space(2) + 2
        width = min(max(self._line.width(), theme.em(self.list, 26)), window.width())
        under = self._line.mapTo(window, QPoint(0, self._line.height() + theme.space(1)))
        above = self._line.mapTo(window, QPoint(0, 0)).y() - theme.em(
            self.list, 2
        )  # the label stays to be read
        room = window.height() - under.y()
        upwards = room < _FEWEST * row + rim and above > room
        rows = max(1, min(self.list.count(), _ROWS, ((above if upwards else room) - rim) // row))
        height = rows * row + rim
        top = above - height if upwards else under.y()
        self.list.setGeometry(min(under.x(), window.width() - width), top, width, height)
        self.list.show()
        self.list.raise_()

    def _follow_scrolling(self) -> None:
        form: QWidget | None = self._line.parentWidget()
        while form is not None and not isinstance(form, QScrollArea):
            form = form.parentWidget()
        if form is not None:
            form.verticalScrollBar().valueChanged.connect(self.list.hide)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keys of the list, before the line has them; whatever takes the keyboard away closes it."""
        if event.type() in (QEvent.Type.FocusOut, QEvent.Type.Hide):
            self.list.hide()
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event)
        return False

    def _key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and not event.modifiers():
            return self._move(1 if key == Qt.Key.Key_Down else -1)
        if not self.is_open():
            return False
        if key == Qt.Key.Key_Escape:
            self.list.hide()
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab) and not event.modifiers():
            item = self.list.currentItem() or self._only_one()
            if item is not None:
                self._take(item)
            self.list.hide()
        return False  # Enter and Tab go on to the next field as ever

    def _only_one(self) -> QListWidgetItem | None:
        told = len(self._line.text().strip()) >= _TOLD_ALONE
        return self.list.item(0) if told and self.list.count() == 1 else None

    def _move(self, step: int) -> bool:
        if self._line.isReadOnly():
            return False
        if not self.is_open():
            self._show(self._find(self._line.text()) or self._find(""))
        last = self.list.count() - 1
        if last >= 0:
            self.list.setCurrentRow(min(last, max(0, self.list.currentRow() + step)))
            self._speak(self.list.currentItem().text())
        return True

    def _take(self, item: QListWidgetItem) -> None:
        self._line.selectAll()
        self._line.insert(str(item.data(_NAME)))  # as if it was typed: the draft is kept
        self.list.hide()

    def _speak(self, row: str) -> None:
        event = QAccessibleAnnouncementEvent(self._line, row)
        QAccessible.updateAccessibility(event)
