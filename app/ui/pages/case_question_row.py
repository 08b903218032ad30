"""One question of the interview script: verdict by key, a remark where that is allowed."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.domain.rules import Question
from app.ui import theme
from app.ui.theme import Colour
from app.ui.widgets import Button, Label, LineEdit, Muted, Picture, Row, Tone, Type
from app.ui.widgets import paint as strokes

VERDICT_KEYS = {
    Qt.Key.Key_1: "matches",
    Qt.Key.Key_2: "doubt",
    Qt.Key.Key_3: "does_not_match",
    Qt.Key.Key_Backspace: "not_asked",
}
_TONES = {"matches": Tone.GOOD, "doubt": Tone.WARN, "does_not_match": Tone.BAD}


class _NoteLine(LineEdit):
    """A remark; Enter and Esc give the keyboard back to the question."""

    done = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc and Enter go back."""
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.done.emit()
            event.accept()
        else:
            super().keyPressEvent(event)


class QuestionRow(Row):
    """Takes the keyboard itself: 1 matches, 2 doubt, 3 does not match, N remark. A secret one has no text field."""

    answered = Signal(str, str)
    note_typed = Signal(str, str)
    noted = Signal(str, str)
    moved = Signal(object, int)
    focused = Signal(object)

    def __init__(
        self, question: Question, verdicts: list[tuple[str, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent=parent)
        self.question = question
        self._editable = True
        self._kept = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setAccessibleName(question.text.id)
        self.picture = Picture("circle-dashed", 1.4, Colour.MUTED)
        self.words = Label(question.text.id, Type.BODY, wrap=True)
        self.secret = Muted(self.tr("Rahasia: jawaban tidak dicatat"), small=True)
        self.optional = Muted(self.tr("Bila perlu"), small=True)
        self.note: _NoteLine | None = None
        self.buttons = {
            code: Button(self._short(code, name), tone=_TONES[code])
            for code, name in verdicts
            if code in _TONES
        }
        self._lay_out()

    def _short(self, code: str, name: str) -> str:
        return self.tr("Tidak") if code == "does_not_match" else name

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(theme.space(0.5))
        words.addWidget(self.words)
        words.addWidget(self.secret)
        words.addWidget(self.optional)
        if not self.question.secret:
            self.note = _NoteLine(placeholder=self.tr("Catatan singkat"), longest=300)
            self.note.hide()
            self.note.textEdited.connect(lambda text: self.note_typed.emit(self.question.code, text))
            self.note.editingFinished.connect(self.commit)
            self.note.done.connect(self._close_note)
            words.addWidget(self.note)
        choices = QHBoxLayout()
        choices.setSpacing(theme.space(1))
        for code, button in self.buttons.items():
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, chosen=code: self._answer(chosen))
            choices.addWidget(button)
        self.body.addWidget(self.picture)
        self.body.addLayout(words, 1)
        self.body.addLayout(choices)
        # only now: a label without a parent would be shown as a window of its own
        self.secret.setVisible(self.question.secret)
        self.optional.setVisible(not self.question.required)

    def show_answer(self, verdict: str, note: str, draft: str | None, *, editable: bool) -> None:
        """The verdict and the remark; what is being typed stays."""
        self._editable = editable
        self._kept = note
        shapes = {
            "matches": ("circle-check", Colour.BRAND),
            "doubt": ("circle-question-mark", Colour.YELLOW_INK),
            "does_not_match": ("circle-alert", Colour.RED),
        }
        self.picture.set(*shapes.get(verdict, ("circle-dashed", Colour.MUTED)))
        for code, button in self.buttons.items():
            button.setChecked(code == verdict)
            button.setVisible(editable or code == verdict)
        if self.note is not None and not self.note.hasFocus():
            shown = note if draft is None else draft
            self.note.setText(shown)
            self.note.setVisible(bool(shown))
            self.note.setReadOnly(not editable)
        names = {code: button.words() for code, button in self.buttons.items()}
        self.setAccessibleDescription(names.get(verdict, self.tr("Belum ditanyakan")))

    def _answer(self, verdict: str) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        for code, button in self.buttons.items():
            button.setChecked(code == verdict)
        if self._editable:
            self.answered.emit(self.question.code, verdict)

    def open_note(self) -> None:
        """The line for a remark; a secret question has none."""
        if self.note is not None and self._editable:
            self.note.show()
            self.note.setFocus(Qt.FocusReason.OtherFocusReason)

    def _close_note(self) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if self.note is not None:
            self.note.setVisible(bool(self.note.text()))

    def commit(self) -> None:
        """Take a remark that is new."""
        if self.note is not None and self._editable and self.note.text() != self._kept:
            self.noted.emit(self.question.code, self.note.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Verdicts, the remark, and the way to the next question."""
        key = Qt.Key(event.key())
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and key in VERDICT_KEYS:
            self._answer(VERDICT_KEYS[key])
            if key != Qt.Key.Key_Backspace:
                self.moved.emit(self, 1)
        elif plain and key == Qt.Key.Key_N:
            self.open_note()
        elif plain and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit(self, 1 if key == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click takes the keyboard."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Scroll to it."""
        super().focusInEvent(event)
        self.focused.emit(self)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A ring while the keyboard is here."""
        super().paintEvent(event)
        if self.hasFocus():
            strokes.focus_ring(strokes.painter_of(self), self.rect(), strokes.radius())
