"""The second tab of a case: why it is claimed, which papers that needs, and what was seen of each."""

import itertools

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.domain.bundle import RuleBundle
from app.errors import Refused
from app.services.case_view import LineView
from app.ui import theme
from app.ui.pages.case_attachments import CaseAttachments
from app.ui.pages.case_facts import FactsPanel
from app.ui.pages.case_judged_row import legend_of
from app.ui.pages.case_paper_row import PaperRow
from app.ui.pages.case_reason import ReasonPicker
from app.ui.pages.case_scans import CaseScans
from app.ui.presenters.case import FACT, MARK, CaseLook, CasePresenter
from app.ui.presenters.case_marks import CaseMarks
from app.ui.widgets import Button, Card, Chip, KeyHint, Muted, Tone
from app.ui.words import refusal

ONE_OF = "one_of"


class _Group(Card):
    """Papers of which any one is enough."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        edge = theme.space(2)
        self.body.setContentsMargins(edge, edge, edge, edge)
        self.body.setSpacing(theme.space(1.5))
        head = QHBoxLayout()
        head.setContentsMargins(theme.space(2), 0, theme.space(1), 0)
        self.words = Muted(self.tr("Salah satu dari: {name}").format(name=name))
        self.done = Chip("")
        head.addWidget(self.words, 1)
        head.addWidget(self.done)
        self.body.addLayout(head)

    def show_done(self, done: bool, *, required: bool) -> None:
        """Whether one of them fits."""
        words = self.tr("lengkap") if done else self.tr("belum ada") if required else self.tr("tidak wajib")
        self.done.set(words, Tone.GOOD if done else Tone.NEUTRAL, "check" if done else "")


class CaseChecklist(QWidget):
    """Reason, questions, papers; the slip of what is missing."""

    typed = Signal(str, str)

    def __init__(self, presenter: CasePresenter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presenter = presenter
        self.marks = CaseMarks(presenter)
        self._shape: list[tuple[str, tuple[str, ...]]] = []
        self._choosing = False
        self.rows: dict[tuple[str, str], PaperRow] = {}
        self._groups: dict[str, _Group] = {}
        self.picker = ReasonPicker()
        self.facts = FactsPanel()
        self.all_fit = Button(self.tr("Semua sesuai"), "list-checks", key="Ctrl+G")
        self.all_fit.setAccessibleDescription(self.tr("Asli dan salinan tidak ikut ditandai"))
        self.print_button = Button(self.tr("Cetak daftar kekurangan"), "printer", key="Ctrl+P")
        self.link_button = Button("WhatsApp", "message-circle", key="F11")
        self.attachments = CaseAttachments()
        self.scans = CaseScans()
        self.stack = QStackedWidget()
        self._papers = QVBoxLayout()
        self._scroll = QScrollArea()
        self.legend = KeyHint()
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        inner = QWidget()
        inner.setObjectName("scrolled")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, theme.space(2), 0)
        column.setSpacing(theme.space(2))
        self._papers.setSpacing(theme.space(2))
        column.addWidget(self.facts)
        column.addLayout(self._papers)
        column.addWidget(self.scans)
        column.addStretch(1)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(inner)
        foot = QHBoxLayout()
        foot.addWidget(self.attachments, 1)
        foot.addWidget(self.print_button)
        foot.addWidget(self.link_button)
        listed, below = QWidget(), QVBoxLayout()
        below.setContentsMargins(0, 0, 0, 0)
        top = QHBoxLayout()  # four buttons below are wider than the smallest window
        top.addWidget(self.legend, 1)
        top.addWidget(self.all_fit)
        below.addLayout(top)
        below.addWidget(self._scroll, 1)
        below.addLayout(foot)
        listed.setLayout(below)
        self.stack.addWidget(self.picker)
        self.stack.addWidget(listed)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, theme.space(1), 0, 0)
        whole.addWidget(self.stack)

    def _connect(self) -> None:
        self.picker.chosen.connect(self._chose)
        self.picker.left.connect(self._keep_reason)
        self.facts.change.connect(self._choose_again)
        self.all_fit.clicked.connect(self._fit_all)
        self.facts.answered.connect(self._presenter.answer_fact)
        self.facts.uncovered.connect(lambda fact: self._presenter.read(FACT + fact, "fill_form", once=True))
        self.facts.typed.connect(lambda fact, text: self.typed.emit(FACT + fact, text))

    def _choose_again(self) -> None:
        self._choosing = True
        self.picker.search.clear()
        self.stack.setCurrentIndex(0)
        self.picker.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def _keep_reason(self) -> None:
        """Back to the papers; without a reason there are none to go back to."""
        look = self._presenter.look
        if look is not None and look.view.reason is not None:
            self._choosing = False
            self.stack.setCurrentIndex(1)
            self.focus_first_open()

    def _chose(self, reason: str) -> None:
        self._choosing = False
        look = self._presenter.look
        if look is not None and look.case.reason == reason:
            self._keep_reason()
        else:
            self._presenter.choose_reason(reason)

    # ------------------------------------------------------------------------------------------ showing

    def show_look(self, look: CaseLook, *, editable: bool) -> None:
        """Reason, answers, papers."""
        held = self.stack.currentIndex() == 0 and self.picker.isAncestorOf(self.focusWidget() or self)
        chosen = look.view.reason is not None and not self._choosing
        self.picker.setEnabled(editable)
        self.picker.show_reasons(look.view.reasons, lambda code: look.rules.programme(code).short)
        self.facts.show_look(look, editable=editable)
        self._show_papers(look, editable=editable)
        self.stack.setCurrentIndex(1 if chosen else 0)
        self.attachments.show_places(look.attachments, editable=editable)
        self._show_scans(look)
        missing = bool(look.view.completeness and look.view.completeness.missing)
        self.print_button.setVisible(missing and editable)
        self.link_button.setVisible(missing and editable)
        self.all_fit.setVisible(editable)
        self.all_fit.setEnabled(bool(self.marks.to_fit()))
        if held and chosen:  # new rows can be seen, and take the keyboard, only after this turn of the loop
            QTimer.singleShot(0, self, self.focus_first_open)

    def _show_scans(self, look: CaseLook) -> None:
        self.scans.show_scans(look.attachments)
        papers = list(self.rows.values())
        if papers and self.scans.rows:
            QWidget.setTabOrder(papers[-1], self.scans.rows[0])

    def forget(self) -> None:
        """Another case is opened."""
        self._choosing = False
        self.picker.search.clear()
        self.facts.forget()
        self._scroll.verticalScrollBar().setValue(0)

    def _show_papers(self, look: CaseLook, *, editable: bool) -> None:
        shape = [(each.line.code, each.line.documents) for each in look.view.lines]
        if shape != self._shape:
            self._rebuild(look, shape)
        names = {each.code: each.name.id for each in look.rules.document_results}
        self.legend.set_keys(legend_of(PaperRow.verdicts, names))
        copies = {each.code: each.name.id for each in look.rules.copy_kinds}
        for line in look.view.lines:
            group = self._groups.get(line.line.code)
            if group is not None:
                group.show_done(line.done, required=line.line.required)
            for document in line.line.documents:
                mark = look.case.marks.get(document)
                copy = copies.get(mark.copy_kept, "") if mark and mark.copy_kept != "none" else ""
                hint = self._hint(line, document, look, copy)
                draft = look.draft(MARK + document)
                self.rows[line.line.code, document].show_mark(mark, hint, copy, draft, editable=editable)

    def _hint(self, line: LineView, document: str, look: CaseLook, copy: str) -> str:
        mark = look.case.marks.get(document)
        if mark is None:
            needed = "" if line.line.required else self.tr("tidak wajib · ")
            return needed + look.rules.document(document).hint.id
        results = {each.code: each.name.id for each in look.rules.document_results}
        parts = [results.get(mark.result, "")] if mark.result != "fits" else []
        if mark.note:
            parts.append(mark.note)
        if mark.original_shown:
            parts.append(self.tr("asli ditunjukkan"))
        elif mark.result == "fits" and line.line.original:
            parts.append(self.tr("asli belum ditunjukkan"))
        if copy:
            parts.append(copy.lower())
        return " · ".join(parts) or look.rules.document(document).hint.id

    def _rebuild(self, look: CaseLook, shape: list[tuple[str, tuple[str, ...]]]) -> None:
        """Other papers are asked for; rows that stay are kept, with the keyboard on them."""
        before, self.rows = self.rows, {}
        old_groups, self._groups = self._groups, {}
        held = next((key for key, row in before.items() if row.hasFocus()), None)
        for place, line in enumerate(look.view.lines):
            target: QVBoxLayout = self._papers
            if line.line.kind == ONE_OF:
                group = _Group(line.line.name.id)
                self._groups[line.line.code] = group
                self._papers.insertWidget(place, group)
                target = group.body
            for document in line.line.documents:
                key = (line.line.code, document)
                row = before.pop(key, None) or self._row(document, look.rules)
                self.rows[key] = row
                if target is self._papers:
                    target.insertWidget(place, row)
                else:
                    target.addWidget(row)
        for gone in (*before.values(), *old_groups.values()):
            gone.hide()
            gone.setParent(None)
            gone.deleteLater()
        self._shape = shape
        rows = list(self.rows.values())
        for first, second in itertools.pairwise(rows):
            QWidget.setTabOrder(first, second)
        if held is not None and held in self.rows:
            self.rows[held].setFocus(Qt.FocusReason.OtherFocusReason)

    def _row(self, document: str, rules: RuleBundle) -> PaperRow:
        results = [(each.code, each.name.id) for each in rules.document_results]
        row = PaperRow(document, rules.document(document).name.id, results)
        row.judged.connect(self.marks.mark)
        row.original.connect(self.marks.toggle_original)
        row.copied.connect(self.marks.toggle_copy)
        row.noted.connect(self.marks.note_document)
        row.note_typed.connect(lambda code, text: self.typed.emit(MARK + code, text))
        row.moved.connect(self._move)
        row.focused.connect(self._row_focused)
        return row

    # ------------------------------------------------------------------------------------------ keyboard

    def _fit_all(self) -> None:
        self.commit_all()
        self.marks.fit_all()
        self.focus_first_open()

    def _move(self, row: PaperRow, step: int) -> None:
        rows = list(self.rows.values())
        here = rows.index(row) + step
        if 0 <= here < len(rows):
            rows[here].setFocus(
                Qt.FocusReason.TabFocusReason if step > 0 else Qt.FocusReason.BacktabFocusReason
            )

    def _row_focused(self, row: PaperRow) -> None:
        self.facts.fold()
        self._scroll.ensureWidgetVisible(row, 0, theme.space(4))

    def focus_first_open(self) -> None:
        """The keyboard where work goes on: search, the first open question, or the first paper not seen."""
        if self.stack.currentIndex() == 0:
            self.picker.search.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        look = self._presenter.look
        open_questions = look.view.completeness.questions_open if look and look.view.completeness else ()
        if open_questions and open_questions[0] in self.facts.rows:
            self.facts.rows[open_questions[0]].parts()[0].setFocus(Qt.FocusReason.OtherFocusReason)
            return
        marks = look.case.marks if look else {}
        open_rows = [row for (_, document), row in self.rows.items() if document not in marks]
        if rows := open_rows or list(self.rows.values()):
            rows[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def refuse(self, field: str, refused: Refused) -> bool:
        """Say beside a question why its answer was not taken; False when it is not one of these."""
        row = self.facts.rows.get(field.removeprefix(FACT)) if field.startswith(FACT) else None
        if row is not None:
            row.refuse(refusal(refused))
        return row is not None

    def commit_all(self) -> None:
        """Take what stands in a line and was not left."""
        self.facts.commit_all()
        for row in self.rows.values():
            row.commit()
