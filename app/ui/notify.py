"""The one door to the user: toasts, refusals, questions; each is logged as well."""

import logging
import sys
from collections.abc import Callable, Sequence
from types import TracebackType

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from app.errors import Refused
from app.ui import theme
from app.ui.dialogs import Question, ReasonQuestion
from app.ui.theme import Colour, Tone, Type
from app.ui.widgets.cards import Picture
from app.ui.widgets.text import Label
from app.ui.words import refusal

log = logging.getLogger(__name__)

_ICONS = {
    Tone.NEUTRAL: "info",
    Tone.GOOD: "circle-check",
    Tone.WARN: "triangle-alert",
    Tone.BAD: "circle-alert",
    Tone.INFO: "info",
}
_SHORTEST, _PER_LETTER = 3500, 55  # milliseconds a toast stays


class Notify(QObject):
    """Speaks in the window it is attached to; before that it only logs."""

    def __init__(self, language: str = "id", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.language = language
        self._window: QWidget | None = None
        self._toast: Toast | None = None
        self._spoken: list[str] = []

    def attach(self, window: QWidget) -> None:
        """Show toasts in this window from now on."""
        self._window = window
        self._toast = Toast(window)

    def last(self) -> str:
        """What was said last, for the tests and for a second look."""
        return self._spoken[-1] if self._spoken else ""

    def toast(self, text: str, tone: Tone = Tone.GOOD) -> None:
        """Say it in passing: not modal, takes no focus, read out by a screen reader."""
        log.info("Said (%s): %s", tone, text)
        self._spoken = [*self._spoken[-19:], text]
        if self._toast is not None:
            self._toast.say(text, tone)

    def refuse(self, refused: Refused) -> None:
        """Say what the world refused and what to do."""
        log.warning("Refused: %s", refused)
        self.toast(refusal(refused, self.language), Tone.WARN)

    def apologise(self) -> None:
        """Say that the program itself failed; who calls this has logged why."""
        self.toast(self.tr("Terjadi kesalahan di program; data yang sudah tersimpan tetap aman."), Tone.BAD)

    def ask(
        self,
        parent: QWidget,
        title: str,
        text: str,
        *,
        yes: str,
        no: str = "",
        then: Callable[[], None],
        otherwise: Callable[[], None] | None = None,
        danger: bool = False,
    ) -> Question:
        """Ask before something is done: Enter is yes (no if `danger`: Ctrl+Enter is yes), Esc is no; returns at once."""
        question = Question(parent.window(), title, text, yes, no or self.tr("Tidak jadi"), danger=danger)
        log.info("Asked: %s", title)
        question.accepted.connect(lambda: self._answered(title, yes, then))
        question.rejected.connect(lambda: self._answered(title, no, otherwise))
        question.open()
        return question

    def ask_reason(
        self,
        parent: QWidget,
        title: str,
        choices: Sequence[tuple[str, str]],
        *,
        then: Callable[[str, str], None],
        text: str = "",
        note: str = "",
        yes: str = "",
    ) -> ReasonQuestion:
        """Ask for one of `choices` (code, words): keys 1–9 choose at once; returns at once.

        With `note` (the label of a free text) the choice is confirmed by Enter. `then(code, note)`.
        """
        question = ReasonQuestion(parent.window(), title, choices, text=text, note=note, yes=yes)
        log.info("Asked for a reason: %s", title)
        question.answered.connect(then)
        question.open()
        return question

    def _answered(self, title: str, answer: str, then: Callable[[], None] | None) -> None:
        log.info("Answered: %s: %s", title, answer or "-")
        if then is not None:
            then()


def install_exception_hook(notify: Notify) -> None:
    """A defect anywhere is logged and apologised for; the program goes on."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.critical("unexpected", exc_info=(kind, error, trace))
        notify.apologise()

    sys.excepthook = hook


class Toast(QFrame):
    """A line over the top bar that goes by itself; a click sends it away. At the foot it would lie over the buttons that
    a person needs next."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setObjectName("toast")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.space(4), theme.space(3), theme.space(4), theme.space(3))
        row.setSpacing(theme.space(3))
        self._picture = Picture("info", 1.4, Colour.ON_TIP)
        self._text = Label("", Type.STRONG, wrap=True)
        row.addWidget(self._picture)
        row.addWidget(self._text, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        window.installEventFilter(self)
        self.hide()

    def text(self) -> str:
        """The words shown."""
        return self._text.text()

    def say(self, text: str, tone: Tone) -> None:
        """Show a text as long as it takes to read."""
        self._picture.set(_ICONS[tone])
        self._text.setText(text)
        self.setAccessibleName(text)
        self._place()
        self.show()
        self.raise_()
        self._timer.start(_SHORTEST + _PER_LETTER * len(text))
        event = QAccessibleAnnouncementEvent(self, text)
        if tone in (Tone.BAD, Tone.WARN):
            event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(event)

    def _place(self) -> None:
        window = self._window
        most = min(theme.em(None, 46), window.width() - theme.space(8))
        edge = theme.space(11) + self._picture.sizeHint().width()
        wanted = self._text.fontMetrics().horizontalAdvance(self._text.text()) + edge + theme.space(1)
        width = min(most, wanted)
        height = max(self.heightForWidth(width), self.sizeHint().height() if wanted <= most else 0)
        self.setGeometry((window.width() - width) // 2, theme.space(2), width, height)

    def mousePressEvent(self, event: object) -> None:
        """Go away."""
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the middle when the window changes its size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)
