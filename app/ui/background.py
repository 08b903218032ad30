"""The one door for slow work: a lane that writes, a lane that reads, answers on the window's thread."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractButton
from shiboken6 import isValid

from app.errors import Refused
from app.ui.door import Door
from app.ui.notify import Notify

T = TypeVar("T")
log = logging.getLogger(__name__)


class Op(Generic[T]):
    """One piece of slow work: say what follows, then `start()`.

    `background.write(self, work).success(self.show).failure(self.explain).once(self.button).start()`
    """

    def __init__(
        self, background: "Background", parent: QObject, work: Callable[[], T], *, writes: bool
    ) -> None:
        self.parent = parent
        self.work = work
        self.writes = writes
        self._background = background
        self._success: list[Callable[[T], None]] = []
        self._failure: list[Callable[[Refused], None]] = []
        self._settled: list[Callable[[], None]] = []

    def success(self, then: Callable[[T], None]) -> "Op[T]":
        """Call with the result, on the window's thread, if the parent is still there."""
        self._success.append(then)
        return self

    def failure(self, then: Callable[[Refused], None]) -> "Op[T]":
        """Call with what the world refused, instead of telling the user."""
        self._failure.append(then)
        return self

    def settled(self, then: Callable[[], None]) -> "Op[T]":
        """Call last in every case, also after a defect."""
        self._settled.append(then)
        return self

    def once(self, button: QAbstractButton) -> "Op[T]":
        """Keep this button off until the work is done: a second click does nothing."""
        button.setEnabled(False)
        had_focus = button.hasFocus()

        def back() -> None:
            if isValid(button):
                button.setEnabled(True)
                if had_focus and button.window().focusWidget() in (None, button.window()):
                    button.setFocus(Qt.FocusReason.OtherFocusReason)

        return self.settled(back)

    def start(self) -> None:
        """Hand it in; returns at once."""
        self._background.hand_in(self)

    def deliver(self, result: Any, error: BaseException | None, notify: Notify) -> None:
        """Tell those who wait; on the window's thread."""
        alive = isValid(self.parent)
        try:
            self._tell(alive, result, error, notify)
        except Exception:
            log.exception("A handler failed after slow work")
            notify.apologise()
        finally:
            for then in self._settled if alive else ():
                then()

    def _tell(self, alive: bool, result: Any, error: BaseException | None, notify: Notify) -> None:
        if isinstance(error, Refused):
            if alive and self._failure:
                for explain in self._failure:
                    explain(error)
            elif alive or self.writes:
                notify.refuse(error)
        elif error is not None:
            log.error("Slow work failed", exc_info=error)
            notify.apologise()
        elif alive:
            for show in self._success:
                show(result)


class Background(QObject):
    """Owns the threads: one that writes, so that changes keep their order, and two that read."""

    busy_changed = Signal(bool)
    _answered = Signal(object)

    def __init__(self, notify: Notify, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._notify = notify
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="reader")
        self._open = 0
        self._closed = False
        self._lock = threading.Lock()
        # Queued: the answer is given on the thread this object lives on, whichever thread did the work.
        self._answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def write(self, parent: QObject, work: Callable[[], T]) -> Op[T]:
        """Work that changes something; not begun before `start()`."""
        return Op(self, parent, work, writes=True)

    def read(self, parent: QObject, work: Callable[[], T]) -> Op[T]:
        """Work that only looks; not begun before `start()`."""
        return Op(self, parent, work, writes=False)

    def door(self, parent: QObject) -> Door:
        """The same for a presenter, which knows no Qt."""
        return _PageDoor(self, parent)

    @property
    def busy(self) -> bool:
        """Whether any work is under way."""
        return self._open > 0

    def hand_in(self, op: Op[Any]) -> None:
        """Put an `Op` into its lane."""
        self._count(1)
        if self._closed:
            self._answered.emit((op, None, Refused("program_closing")))
            return
        (self._writer if op.writes else self._readers).submit(self._run, op)

    def close(self) -> None:
        """Finish all writing that was handed in, drop the reading; then nothing is taken any more."""
        self._closed = True
        self._readers.shutdown(wait=True, cancel_futures=True)
        self._writer.shutdown(wait=True)

    def _run(self, op: Op[Any]) -> None:
        result, error = None, None
        try:
            result = op.work()
        except BaseException as raised:  # whatever it is, it is told on the window's thread
            error = raised
        if isValid(self):
            self._answered.emit((op, result, error))
        elif error is not None:
            log.error("Slow work failed after the window was gone", exc_info=error)

    @Slot(object)
    def _deliver(self, answer: tuple[Op[Any], Any, BaseException | None]) -> None:
        op, result, error = answer
        self._count(-1)
        op.deliver(result, error, self._notify)

    def _count(self, step: int) -> None:
        with self._lock:
            before, self._open = self._open, self._open + step
            after = self._open
        if (before > 0) != (after > 0):
            self.busy_changed.emit(after > 0)


class _PageDoor:
    """The door of one page."""

    def __init__(self, background: Background, parent: QObject) -> None:
        self._background = background
        self._parent = parent

    def write(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Refused], None] | None = None,
    ) -> None:
        """Work that changes something."""
        self._start(self._background.write(self._parent, work), done, failed)

    def read(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Refused], None] | None = None,
    ) -> None:
        """Work that only looks."""
        self._start(self._background.read(self._parent, work), done, failed)

    def _start(self, op: Op[T], done: Callable[[T], None], failed: Callable[[Refused], None] | None) -> None:
        op.success(done)
        if failed is not None:
            op.failure(failed)
        op.start()
