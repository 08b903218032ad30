"""The chosen reason on one line, with its questions: open while any is unanswered, folded afterwards."""

import itertools

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.rules import Fact
from app.ui import theme
from app.ui.pages.case_reason import FactRow, summary_words
from app.ui.presenters.case import FACT, CaseLook
from app.ui.widgets import Button, Chip, ElidedLabel, Label, Tone, Type
from app.ui.words import sentence

TWO_COLUMNS_FROM = 84
"""Width in em from which the questions stand in two columns."""


class FactsPanel(QWidget):
    """Reason, warnings of the eligibility checks, questions."""

    answered = Signal(str, str)
    typed = Signal(str, str)
    uncovered = Signal(str)
    change = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[str, FactRow] = {}
        self._unfolded = False
        self._answered = False
        self._columns = 1
        self.reason = ElidedLabel("", Type.STRONG)
        self.summary = Label("", Type.SMALL, ink="muted", wrap=True)
        self.complete = Chip("", Tone.NEUTRAL)
        self.other = Button(self.tr("Ubah alasan"), "pencil", key="Ctrl+R")
        self.unfold = Button(self.tr("Ubah jawaban"), "list-checks", key="Ctrl+J")
        self.warnings = Label("", Type.SMALL, ink="warn", wrap=True)
        self.grid = QGridLayout()
        self._lay_out()
        self.other.clicked.connect(self.change)
        self.unfold.clicked.connect(self._toggle)

    def _lay_out(self) -> None:
        top, words = QHBoxLayout(), QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.reason)
        top.setSpacing(theme.space(2))
        top.addLayout(words, 1)
        for part in (self.complete, self.unfold, self.other):
            top.addWidget(part)
        self.grid.setHorizontalSpacing(theme.space(6))
        self.grid.setVerticalSpacing(theme.space(1.5))
        self.grid.setColumnStretch(0, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(1.5))
        column.addLayout(top)
        column.addWidget(self.summary)
        column.addWidget(self.warnings)
        column.addLayout(self.grid)

    def _toggle(self) -> None:
        self._unfolded = not self._unfolded
        self._fold()
        if self._unfolded and self.rows:
            next(iter(self.rows.values())).parts()[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _fold(self) -> None:
        opened = self._unfolded or not self._answered
        for row in self.rows.values():
            row.setVisible(opened)
        self.summary.setVisible(not opened)
        self.unfold.setText(self.tr("Ubah jawaban") if not opened else self.tr("Lipat"))
        self.unfold.setVisible(self._answered and bool(self.rows))

    def show_look(self, look: CaseLook, *, editable: bool) -> None:
        """The reason and the answers; rows that are still asked stay where the keyboard may be."""
        view = look.view
        if view.reason is None or view.completeness is None:
            return
        self.reason.setText(view.reason.name.id)
        notes = [sentence(each.code, dict(each.facts)) for each in view.findings.get("reason", ())]
        if view.reason.note is not None:
            notes.append(view.reason.note.id)
        self.warnings.setText(" ".join(notes))
        self.warnings.setVisible(bool(notes))
        complete = view.completeness
        words = self.tr("{done} dari {total} lengkap").format(done=complete.done, total=complete.total)
        self.complete.set(words, Tone.GOOD if complete.complete else Tone.NEUTRAL)
        self._show_rows(view.questions)
        facts = look.case.facts
        for code, row in self.rows.items():
            row.show_answer(facts.get(code, ""), look.draft(FACT + code), editable=editable)
        yes, no, unknown = self.tr("ya"), self.tr("tidak"), self.tr("belum tahu")
        self.summary.setText(
            " · ".join(
                summary_words(fact, facts[fact.code], yes, no, unknown)
                for fact in view.questions
                if facts.get(fact.code)
            )
        )
        typing = any(row.isAncestorOf(self.focusWidget() or self) for row in self.rows.values())
        answered = not complete.questions_open
        self._unfolded = self._unfolded or (answered and not self._answered and typing)
        self._answered = answered
        self.other.setVisible(editable)
        self._fold()
        self.unfold.setEnabled(editable)

    def forget(self) -> None:
        """Another case is opened."""
        self.fold()
        for row in self.rows.values():
            row.forget()

    def fold(self) -> None:
        """Fold the questions if all are answered."""
        self._unfolded = False
        self._fold()

    def _show_rows(self, questions: tuple[Fact, ...]) -> None:
        wanted = [fact.code for fact in questions]
        if wanted == list(self.rows):
            return
        before = self.rows
        self.rows = {}
        for fact in questions:
            row = before.pop(fact.code, None)
            if row is None:
                row = FactRow(fact)
                row.answered.connect(self.answered)
                row.typed.connect(self.typed)
                row.uncovered.connect(self.uncovered)
            self.rows[fact.code] = row
        for gone in before.values():
            gone.hide()
            self.grid.removeWidget(gone)
            gone.deleteLater()
        self._place_rows()
        held = [part for row in self.rows.values() for part in row.parts()]
        for first, second in itertools.pairwise(held):
            QWidget.setTabOrder(first, second)

    def _place_rows(self) -> None:
        """Two columns of questions where there is room, one elsewhere."""
        self._columns = 2 if self.width() >= theme.em(None, TWO_COLUMNS_FROM) else 1
        for place, row in enumerate(self.rows.values()):
            self.grid.addWidget(row, place // self._columns, place % self._columns)
        self.grid.setColumnStretch(1, 1 if self._columns == 2 else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other room, other columns."""
        super().resizeEvent(event)
        if self._columns != (2 if self.width() >= theme.em(None, TWO_COLUMNS_FROM) else 1):
            self._place_rows()

    def commit_all(self) -> None:
        """Take what stands in a line and was not left."""
        for row in self.rows.values():
            row.commit()
