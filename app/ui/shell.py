"""The window around the pages: side bar, top bar, the page shown, and the lock."""

from collections.abc import Callable, Collection, Sequence

import msgspec
from PySide6.QtCore import QElapsedTimer, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from app.ui.lock import LockScreen
from app.ui.navigation import SideBar
from app.ui.page_area import PageArea
from app.ui.theme import Tone
from app.ui.top_bar import TopBar
from app.ui.widgets.entry import has_entry

IDLE_SECONDS = 120
_INPUT = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TabletPress,
    }
)


def _switches(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_U and event.modifiers() == Qt.KeyboardModifier.ControlModifier


LEAST = (880, 440)
"""The window on a screen of 1366 × 768 at 150 %, whose 911 × 512 also hold its frame and a task bar; what a page needs more
is reached by scrolling."""


class PageSpec(msgspec.Struct, frozen=True):
    """One page of the side bar: it is built when it is first shown.

    The page may define `refresh()` (called when shown and when told of a change), `page_title` and `page_subtitle`
    (strings), `interests` (the topics it shows; without it every change refreshes it), and `look_again` where a change
    that it has read already needs no other read.
    """

    code: str
    title: str
    icon: str
    build: Callable[[], QWidget]
    key: str = ""  # beside Alt+1..9, for instance "Ctrl+K"


class Shell(QMainWindow):
    """The main window; shows pages, says who works and whether all is safe, locks when nobody does."""

    idle = Signal()  # two minutes without input; the shell has locked itself if `locks_when_idle`
    lock_requested = Signal()
    switch_requested = Signal()
    sign_out_requested = Signal()
    unlock_requested = Signal(str)  # PIN or password typed on the lock; answer with unlock() or lock_failed()
    closing = Signal()
    page_shown = Signal(str)

    def __init__(self, *, idle_seconds: float = IDLE_SECONDS, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.may_close: Callable[[], bool] = lambda: True
        """Asked before the window goes; whoever says no has begun to ask the person."""
        self.locks_when_idle = True
        self._specs: dict[str, PageSpec] = {}
        self._pages: dict[str, QWidget] = {}
        self._areas: dict[QWidget, PageArea] = {}
        self._focus: dict[str, QWidget] = {}
        self._code = ""
        self._keys: list[QShortcut] = []
        self._notice_bar: QWidget | None = None
        self._idle_after = round(idle_seconds * 1000)
        self.bar = SideBar()
        self.top = TopBar()
        self.stack = QStackedWidget()
        self.lock_screen = LockScreen()
        self._root = QStackedWidget()
        self._lay_out()
        self._connect()
        self._watch_idleness()
        self.setWindowTitle("Loket")
        self.setMinimumSize(*LEAST)

    def _lay_out(self) -> None:
        work, right = QWidget(), QVBoxLayout()
        across = QHBoxLayout(work)
        for layout in (across, right):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        right.addWidget(self.top)
        right.addWidget(self.stack, 1)
        self._right = right
        across.addWidget(self.bar)
        across.addLayout(right, 1)
        self._root.addWidget(work)
        self._root.addWidget(self.lock_screen)
        self.setCentralWidget(self._root)

    def _connect(self) -> None:
        self.bar.chosen.connect(self.go)
        self.top.lock_requested.connect(self.lock)
        self.top.switch_requested.connect(self.switch_requested)
        self.top.sign_out_requested.connect(self.sign_out_requested)
        self.lock_screen.submitted.connect(self.unlock_requested)
        self.lock_screen.switch_requested.connect(self.switch_requested)

    # ------------------------------------------------------------ pages

    def set_pages(self, specs: Sequence[PageSpec], first: str = "") -> None:
        """Show these pages and no others, with Alt+1..9; `first` (or the first one) is opened."""
        for page in self._pages.values():
            area = self._areas.pop(page)
            self.stack.removeWidget(area)
            area.deleteLater()
        for key in self._keys:
            key.deleteLater()
        self._pages, self._focus, self._code, self._keys = {}, {}, "", []
        self._specs = {spec.code: spec for spec in specs}
        self.bar.set_pages([(spec.code, spec.title, spec.icon) for spec in specs])
        for spec in specs:
            if spec.key:
                shortcut = QShortcut(QKeySequence(spec.key), self)
                shortcut.activated.connect(lambda code=spec.code: self.go(code))
                self._keys.append(shortcut)
        if specs:
            self.go(first or specs[0].code)

    def go(self, code: str) -> QWidget | None:
        """Show a page, with the keyboard where it was there; None if this person has no such page."""
        if code not in self._specs:
            return None
        self._remember_focus()
        if code not in self._pages:
            self._pages[code] = page = self._specs[code].build()
            self._areas[page] = PageArea(page)
            self.stack.addWidget(self._areas[page])
        page = self._pages[code]
        self._code = code
        self.stack.setCurrentWidget(self._areas[page])
        self.bar.mark(code)
        self._refresh(page)
        self._entitle(page)
        self._return_focus(page)
        self.page_shown.emit(code)
        return page

    def offers(self, code: str) -> bool:
        """Whether this person has the page."""
        return code in self._specs

    def page(self) -> QWidget | None:
        """The page shown."""
        return self._pages.get(self._code)

    def code(self) -> str:
        """The code of the page shown, or ""."""
        return self._code

    def changed(self, topics: Collection[str]) -> None:
        """Tell the visible page that something changed; hidden ones read anew when they are shown."""
        page = self.page()
        interests: Collection[str] | None = getattr(page, "interests", None)
        if page is not None and not self.is_locked() and (interests is None or set(topics) & set(interests)):
            self._refresh(page, "look_again")

    def _refresh(self, page: QWidget, how: str = "refresh") -> None:
        refresh = getattr(page, how, None) or getattr(page, "refresh", None)
        if refresh is not None:
            refresh()

    def _entitle(self, page: QWidget) -> None:
        title = getattr(page, "page_title", "") or self._specs[self._code].title
        self.set_heading(title, getattr(page, "page_subtitle", ""))

    def _remember_focus(self) -> None:
        page, held = self.page(), QApplication.focusWidget()
        if page is not None and held is not None and page.isAncestorOf(held):
            self._focus[self._code] = held

    def _return_focus(self, page: QWidget) -> None:
        held = self._focus.get(self._code)
        if held is not None and isValid(held) and held.isEnabled():
            held.setFocus(Qt.FocusReason.OtherFocusReason)
        elif has_entry(page) or page.focusPolicy() != Qt.FocusPolicy.NoFocus:
            page.setFocus(Qt.FocusReason.OtherFocusReason)
        elif not page.isAncestorOf(QApplication.focusWidget() or self):
            first = next(
                (
                    child
                    for child in page.findChildren(QWidget)
                    if child.focusPolicy() & Qt.FocusPolicy.TabFocus
                    and child.isEnabled()
                    and child.isVisibleTo(page)
                ),
                None,
            )
            if first is not None:
                first.setFocus(Qt.FocusReason.OtherFocusReason)

    # ------------------------------------------------------------ top bar

    def set_branch(self, name: str, zone: str, now: Callable[[], int]) -> None:
        """Name of the branch, its zone ("WIB", "WITA", "WIT") and the clock (ms UTC) that the top bar shows."""
        self.top.set_branch(name, zone, now)

    def set_heading(self, title: str, subtitle: str = "") -> None:
        """The title; without a subtitle branch and date stand below it."""
        self.top.set_heading(title, subtitle)
        self.setWindowTitle("Loket" if title == "Loket" else f"{title} · Loket")

    def set_status(self, tone: Tone, icon: str, *texts: str) -> None:
        """The chip that says whether all is safe and where it is: the same in several lengths, the longest first."""
        self.top.set_status(tone, icon, *texts)

    def set_notice_bar(self, bar: QWidget | None) -> None:
        """What stands over the pages until it is read; None takes it away."""
        if self._notice_bar is not None:
            self._right.removeWidget(self._notice_bar)
            self._notice_bar.deleteLater()
        self._notice_bar = bar
        if bar is not None:
            self._right.insertWidget(1, bar)

    def set_person(self, name: str, role: str) -> None:
        """Who works here now; "" when nobody does."""
        self.top.set_person(name, role)
        self.lock_screen.set_person(name, role)

    def set_chrome(self, shown: bool) -> None:
        """Show or hide side and top bar: sign-in and the first start have none."""
        self.bar.setVisible(shown)
        self.top.setVisible(shown)

    # ------------------------------------------------------------ lock

    def is_locked(self) -> bool:
        """Whether the lock covers the pages."""
        return self._root.currentWidget() is self.lock_screen

    def lock(self) -> None:
        """Cover everything; open questions are answered with no."""
        if self.is_locked() or not self.top.person():
            return
        self._remember_focus()
        for dialog in self.findChildren(QDialog):
            dialog.reject()
        self._root.setCurrentWidget(self.lock_screen)
        self.lock_screen.ready()
        self.lock_requested.emit()

    def unlock(self) -> None:
        """Go back to where one was."""
        if not self.is_locked():
            return
        self._root.setCurrentIndex(0)
        self._active.restart()
        page = self.page()
        if page is not None:
            self._refresh(page)
            self._return_focus(page)

    def lock_failed(self, text: str) -> None:
        """Say on the lock why it stays."""
        self.lock_screen.fail(text)

    # ------------------------------------------------------------ idleness

    def _watch_idleness(self) -> None:
        self._active = QElapsedTimer()
        self._active.start()
        self._idle_timer = QTimer(self)
        self._idle_timer.setInterval(max(20, min(1000, self._idle_after // 4)))
        self._idle_timer.timeout.connect(self._check_idleness)
        self._idle_timer.start()
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]  # a window needs one

    def set_idle_seconds(self, seconds: int) -> None:
        """After how long without input the screen locks (bundle, `lock_idle_seconds`)."""
        self._idle_after = seconds * 1000

    def _check_idleness(self) -> None:
        if self._active.elapsed() < self._idle_after or self.is_locked() or not self.top.person():
            return
        self._active.restart()
        if self.locks_when_idle:
            self.lock()
        self.idle.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Count input as a sign of life; keep Ctrl+U from the text fields, which on X11 would delete the line."""
        kind = event.type()
        if kind in _INPUT:
            self._active.restart()
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _switches(event):
            event.ignore()
            return True
        return False

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell that the window goes, unless somebody is asked first."""
        if not self.may_close():
            event.ignore()
            return
        self.closing.emit()
        super().closeEvent(event)
