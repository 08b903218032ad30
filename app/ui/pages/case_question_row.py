"""One question of the interview script: verdict by key, a remark where that is allowed."""

from collections.abc import Mapping
from typing import ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.domain.rules import Question
from app.ui import theme
from app.ui.pages.case_judged_row import JudgedRow, RemarkLine
from app.ui.theme import Colour
from app.ui.widgets import Button, Label, Muted, Picture, Tone, Type

_TONES = {"matches": Tone.GOOD, "doubt": Tone.WARN, "does_not_match": Tone.BAD}


class QuestionRow(JudgedRow):
    """1 matches, 2 doubt, 3 does not match. A secret one has no line for a remark."""

    verdicts: ClassVar[Mapping[Qt.Key, str]] = {
        Qt.Key.Key_1: "matches",
        Qt.Key.Key_2: "doubt",
        Qt.Key.Key_3: "does_not_match",
    }
    unjudged = "not_asked"

    identity_wanted = Signal()

    def __init__(
        self, question: Question, verdicts: list[tuple[str, str]], parent: QWidget | None = None
    ) -> None:
        note = None if question.secret else RemarkLine(placeholder=self.tr("Catatan singkat"), longest=300)
        super().__init__(question.code, question.text.id, note, parent)
        self.question = question
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.picture = Picture("circle-dashed", 1.4, Colour.MUTED)
        self.words = Label(question.text.id, Type.BODY, wrap=True)
        self.secret = Muted(self.tr("Rahasia: jawaban tidak dicatat"), small=True)
        self.optional = Muted(self.tr("Bila perlu"), small=True)
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
        if self.note is not None:
            self.note.hide()
            words.addWidget(self.note)
        choices = QHBoxLayout()
        choices.setSpacing(theme.space(1))
        for code, button in self.buttons.items():
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, chosen=code: self.decide(chosen))
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
        self._kept_note = note
        shapes = {
            "matches": ("circle-check", Colour.BRAND),
            "doubt": ("circle-question-mark", Colour.YELLOW_INK),
            "does_not_match": ("circle-alert", Colour.RED),
        }
        self.picture.set(*shapes.get(verdict, ("circle-dashed", Colour.MUTED)))
        self.show_pressed(verdict)
        for code, button in self.buttons.items():
            button.setVisible(editable or code == verdict)
        if self.note is not None and not self.note.hasFocus():
            shown = note if draft is None else draft
            self.note.setText(shown)
            self.note.setVisible(bool(shown))
            self.note.setReadOnly(not editable)
        names = {code: button.words() for code, button in self.buttons.items()}
        self.setAccessibleDescription(names.get(verdict, self.tr("Belum ditanyakan")))

    def show_pressed(self, verdict: str) -> None:
        """The verdict's button alone is down."""
        for code, button in self.buttons.items():
            button.setChecked(code == verdict)

    def judge(self, key: Qt.Key) -> bool:
        """I goes to the verdict on the identity: no key that goes down the script ever comes there."""
        if key == Qt.Key.Key_I:
            self.identity_wanted.emit()
            return True
        return super().judge(key)
