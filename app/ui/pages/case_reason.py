"""What is claimed and why: a list that is searched by typing, and the questions on which papers depend."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.domain.calendar import format_day, format_money
from app.domain.checklists import UNKNOWN
from app.domain.rules import Fact, Reason
from app.ui import theme
from app.ui.pages.case_fields import TypedLine, let_choose
from app.ui.pages.case_words import masked
from app.ui.widgets import AmountField, Button, Label, LineEdit, SegmentedChoice, Tone, Type
from app.ui.widgets.fields import amount_words

CODE = Qt.ItemDataRole.UserRole


_PASSED = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)


class _SearchLine(LineEdit):
    """Arrows, Enter and Esc go to the list below."""

    passed = Signal(object)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Typing stays, moving goes down."""
        if event.key() in _PASSED:
            self.passed.emit(event.key())
            event.accept()
        else:
            super().keyPressEvent(event)


class ReasonPicker(QWidget):
    """All reasons of the service; typing narrows, arrows choose, Enter takes, Esc leaves it as it is."""

    chosen = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reasons: tuple[Reason, ...] = ()
        self._programmes: Callable[[str], str] = str
        self.search = _SearchLine(placeholder=self.tr("Cari alasan klaim, lalu Enter"))
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Alasan klaim"))
        self.list.setFont(theme.font(Type.STRONG))
        self.list.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(2))
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        self.setFocusProxy(self.search)
        self.search.textChanged.connect(self._narrow)
        self.search.passed.connect(self._passed)
        self.list.itemClicked.connect(self._take)

    def show_reasons(self, reasons: tuple[Reason, ...], programme: Callable[[str], str]) -> None:
        """Offer these; the search and the line stay when they are the same."""
        self._programmes = programme
        if reasons != self._reasons:
            self._reasons = reasons
            self._narrow(self.search.text())

    def _narrow(self, typed: str) -> None:
        self.list.clear()
        words = typed.casefold().split()
        for reason in self._reasons:
            line = f"{self._programmes(reason.programme)} · {reason.name.id}"
            if all(word in f"{line} {reason.code}".casefold() for word in words):
                item = QListWidgetItem(line)
                item.setData(CODE, reason.code)
                item.setSizeHint(QSize(0, theme.em(None, 2.7)))
                self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _passed(self, key: int) -> None:
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if (item := self.list.currentItem()) is not None:
                self._take(item)
            return
        if key == Qt.Key.Key_Escape:
            self.left.emit()
            return
        step = 1 if key == Qt.Key.Key_Down else -1
        last = self.list.count() - 1
        self.list.setCurrentRow(min(last, max(0, self.list.currentRow() + step)))

    def _take(self, item: QListWidgetItem) -> None:
        self.chosen.emit(str(item.data(CODE)))


TYPED = ("money", "number", "date")
"""Kinds of answers that are typed, and so can be wrong."""


class _MoneyLine(TypedLine):
    """A balance is nobody else's business: left, it shows the last four digits alone."""

    def shows(self) -> str:
        """What can be read on the screen now."""
        digits = "".join(sign for sign in self.text() if sign.isdigit())
        return masked(digits) if self.is_masked() else self.text()


class FactRow(QWidget):
    """One question with its answer: buttons, or a line for an amount or a date."""

    answered = Signal(str, str)  # fact, text
    typed = Signal(str, str)
    uncovered = Signal(str)  # fact whose kept amount can be read now

    def __init__(self, fact: Fact, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fact = fact
        self._kept = ""
        self._refused = False
        self.question = Label(fact.question.id, Type.BODY, wrap=True)
        self.line: TypedLine | None = None
        self.choice = self._make_choice()
        self.said = Label("", Type.SMALL, ink="muted", wrap=True)
        """What was understood, or why it was not taken: one place, whose room is kept where something is typed."""
        if fact.kind not in TYPED:
            self.said.hide()
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.question)
        words.addWidget(self.said)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space(2))
        row.addLayout(words, 1)
        if fact.kind in TYPED:
            row.addWidget(self._make_line())
        row.addWidget(self.choice)
        self.choice.changed.connect(self._chose)

    def _make_choice(self) -> SegmentedChoice:
        known = [(each.code, each.name.id, "", Tone.GOOD) for each in self.fact.choices]
        if self.fact.kind == "yes_no":
            known = [("yes", self.tr("Ya"), "", Tone.GOOD), ("no", self.tr("Tidak"), "", Tone.GOOD)]
        known.append((UNKNOWN, self.tr("Belum tahu"), "", Tone.WARN))
        return SegmentedChoice(known, name=self.fact.question.id, clearable=True, in_form=True)

    def _make_line(self) -> TypedLine:
        examples = {"date": self.tr("20-11-2026"), "money": self.tr("Rp")}
        private = self.fact.kind == "money"
        kind = _MoneyLine if private else TypedLine
        self.line = kind(
            private=private, placeholder=examples.get(self.fact.kind, ""), longest=AmountField.LONGEST
        )
        self.line.setAccessibleName(self.fact.question.id)
        self.line.setFixedWidth(theme.em(None, 10.5))
        self.line.textEdited.connect(self._edited)
        self.line.left.connect(self._left)
        self.line.entered.connect(self._entered)
        return self.line

    def _entered(self) -> None:
        if self.line is not None and self.line.private and self._kept.isdigit():
            self.uncovered.emit(self.fact.code)

    def _left(self) -> None:
        if not self._refused:
            self.said.setText("")
        self.commit()

    def _edited(self, text: str) -> None:
        self._say("")
        self.typed.emit(self.fact.code, text)
        self._read_back(text)

    def _read_back(self, text: str) -> None:
        """An amount in words while it is typed; it is masked, like every amount, once it is kept."""
        if self.fact.kind == "money":
            self.said.setText(amount_words(text) if text else "")

    def commit(self) -> None:
        """Take what stands in the line, if it is new."""
        if self.line is not None and self.line.text() != self._shown():
            self.answered.emit(self.fact.code, self.line.text())

    def _chose(self, code: str) -> None:
        self._say("")
        self.answered.emit(self.fact.code, code)

    def _shown(self) -> str:
        return answer_words(self.fact, self._kept) if self._kept != UNKNOWN else ""

    def show_answer(self, kept: str, draft: str | None, *, editable: bool) -> None:
        """Show the answer, or its draft; what is being typed stays."""
        self._kept = kept
        self.choice.set_value(kept)
        let_choose(self.choice, editable=editable)
        if self.line is None:
            return
        self.line.setReadOnly(not editable)
        if not self.line.hasFocus() and not self._refused:
            self.line.setText(self._shown() if draft is None else draft)

    def forget(self) -> None:
        """Another case is opened: what was refused in the former one says nothing here."""
        self._say("")

    def refuse(self, why: str) -> None:
        """The answer was not taken; what was typed stays."""
        self._say(why)

    def _say(self, why: str) -> None:
        self._refused = bool(why)
        self.said.setText(why)
        self.said.set_ink("bad" if why else "muted")
        if self.line is not None:
            self.line.in_doubt = bool(why)  # what is to be mended can be read
            self.line.update()

    def parts(self) -> list[QWidget]:
        """Where the keyboard goes, in order."""
        line: list[QWidget] = [self.line] if self.line is not None else []
        return [*line, *self.choice.findChildren(Button)]


def answer_words(fact: Fact, answer: str) -> str:
    """An answer as people say it; a typed one can be typed back."""
    if fact.kind == "date" and answer:
        return "-".join(reversed(answer.split("-")))
    if fact.kind == "money" and answer.isdigit():
        return format_money(int(answer))
    return answer


def summary_words(fact: Fact, answer: str, yes: str, no: str, unknown: str) -> str:
    """Question and answer in a few words, for the folded line."""
    question = fact.question.id.rstrip("?")
    if answer == UNKNOWN:
        return f"{question}: {unknown}"
    if fact.kind == "yes_no":
        return f"{question}: {yes if answer == 'yes' else no}"
    if fact.kind == "date":
        return f"{question}: {format_day(answer)}"
    if fact.kind == "money":
        return f"{question}: {masked(answer)}"
    name = next((each.name.id for each in fact.choices if each.code == answer), answer_words(fact, answer))
    return f"{question}: {name}"
