"""The third tab of a case: the interview, from its type to the verdict on the identity."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.domain.interviews import open_questions
from app.ui import theme
from app.ui.context import Context
from app.ui.pages.case_interview_side import InterviewSide
from app.ui.pages.case_judged_row import legend_of
from app.ui.pages.case_question_row import QuestionRow
from app.ui.presenters.case import ASK, CaseLook, CasePresenter
from app.ui.presenters.interview import READY, RUNNING_NOW, SEALED, InterviewPresenter
from app.ui.widgets import Button, KeyHint, Label, Muted, Type


class CaseInterview(QWidget):
    """Type and start; then the script at the left, attempts and identity at the right."""

    typed = Signal(str, str)
    link_wanted = Signal()

    def __init__(self, context: Context, presenter: CasePresenter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._case_presenter = presenter
        self.presenter = InterviewPresenter(presenter)
        rules = context.services.office.rules().interview
        self.side = InterviewSide(self.presenter, rules, context.zone)
        self.rows: dict[str, QuestionRow] = {}
        self.start_buttons: dict[str, Button] = {}
        self.stack = QStackedWidget()
        self.again = Button(self.tr("Wawancara baru"), "rotate-ccw", key="Ctrl+N")
        self._begin = self._make_begin([(each.code, each.name.id) for each in rules.types])
        self._script = QVBoxLayout()
        self._scroll = QScrollArea()
        self.legend = KeyHint()
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._tick)
        self._lay_out()
        self._connect()

    def _make_begin(self, types: list[tuple[str, str]]) -> QWidget:
        page, column = QWidget(), QVBoxLayout()
        column.setSpacing(theme.space(2))
        self.begin_title = Label(self.tr("Mulai wawancara"), Type.TITLE)
        self.begin_text = Muted(
            self.tr("Pilih caranya. Waktu berjalan sejak dimulai; hasilnya dicatat saat percobaan diakhiri."),
            wrap=True,
        )
        column.addWidget(self.begin_title)
        column.addWidget(self.begin_text)
        icons = {"whatsapp_video": "video", "booth": "monitor", "face_to_face": "users"}
        for code, name in types:
            button = Button(name, icons.get(code, "video"))
            button.align_left()
            button.clicked.connect(lambda _=False, chosen=code: self._start(chosen))
            self.start_buttons[code] = button
            column.addWidget(button)
        column.addStretch(1)
        page.setLayout(column)
        page.setMaximumWidth(theme.em(None, 40))
        return page

    def _lay_out(self) -> None:
        inner = QWidget()
        inner.setObjectName("scrolled")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, theme.space(2), 0)
        column.setSpacing(theme.space(1.5))
        self._script.setSpacing(theme.space(1.5))
        column.addLayout(self._script)
        column.addStretch(1)
        self._scroll.setWidget(inner)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        right = QVBoxLayout()
        beside = QScrollArea()
        beside.setWidget(self.side)
        beside.setWidgetResizable(True)
        beside.setFrameShape(QFrame.Shape.NoFrame)
        beside.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        beside.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.side.setObjectName("scrolled")
        right.addWidget(beside, 1)
        right.addWidget(self.again, 0, Qt.AlignmentFlag.AlignRight)
        page, row, left = QWidget(), QHBoxLayout(), QVBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space(3))
        left.addWidget(self.legend)
        left.addWidget(self._scroll, 1)
        row.addLayout(left, 5)
        row.addLayout(right, 3)
        page.setLayout(row)
        first = QScrollArea()
        first.setWidget(self._begin)
        first.setWidgetResizable(True)
        first.setFrameShape(QFrame.Shape.NoFrame)
        first.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._begin.setObjectName("scrolled")
        self.stack.addWidget(first)
        self.stack.addWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, theme.space(1), 0, 0)
        whole.addWidget(self.stack)

    def _connect(self) -> None:
        self.side.toggled.connect(self._toggle_attempt)
        self.side.typed.connect(self.typed)
        self.side.link_button.clicked.connect(self.link_wanted)
        self.again.clicked.connect(self._show_begin)

    # ------------------------------------------------------------------------------------------ showing

    def show_look(self, look: CaseLook, *, editable: bool) -> None:
        """The talk, or how to begin one."""
        state = self.presenter.state()
        talk = look.talk.talk
        held = self._begin.isAncestorOf(self.focusWidget() or self)
        for button in self.start_buttons.values():
            button.setEnabled(editable)
        self.again.setVisible(editable and state == SEALED)
        self.side.show_look(look, editable=editable)
        self.side.show_amend(state == SEALED and self._context.may("case.work"))
        if talk is None:
            self.begin_title.setText(
                self.tr("Mulai wawancara") if editable else self.tr("Belum ada wawancara")
            )
            self._show_begin(focus=False)
            return
        self._show_rows(look, editable=editable and state != SEALED)
        if not self._begin.property("again") or state in (READY, RUNNING_NOW):
            self._begin.setProperty("again", False)
            self.stack.setCurrentIndex(1)
        if held and state == RUNNING_NOW:  # new rows take the keyboard only after this turn of the loop
            QTimer.singleShot(0, self, self.focus_first_open)
        self._clock.start() if state == RUNNING_NOW else self._clock.stop()
        self._tick()

    def forget(self) -> None:
        """Another case is opened."""
        self._begin.setProperty("again", False)
        self.side.amend_note.set_text("")
        self._scroll.verticalScrollBar().setValue(0)

    def _show_begin(self, *, focus: bool = True) -> None:
        self.stack.setCurrentIndex(0)
        if focus:
            self._begin.setProperty("again", True)
            self.focus_first_open()

    def _show_rows(self, look: CaseLook, *, editable: bool) -> None:
        rules = look.talk.rules
        if [question.code for question in rules.questions] != list(self.rows):
            self._rebuild(look)
        for code, row in self.rows.items():
            note = self.presenter.note_of(code)
            row.show_answer(self.presenter.verdict_of(code), note, look.draft(ASK + code), editable=editable)

    def _rebuild(self, look: CaseLook) -> None:
        for gone in self.rows.values():
            gone.setParent(None)
            gone.deleteLater()
        self.rows = {}
        verdicts = [(each.code, each.name.id) for each in look.talk.rules.question_verdicts]
        self.legend.set_keys(legend_of(QuestionRow.verdicts, dict(verdicts)))
        before: QWidget | None = None
        for question in look.talk.rules.questions:
            row = QuestionRow(question, verdicts)
            row.judged.connect(self.presenter.answer)
            row.note_typed.connect(lambda code, text: self.typed.emit(ASK + code, text))
            row.noted.connect(self.presenter.note_answer)
            row.moved.connect(self._move)
            row.identity_wanted.connect(self.side.identity.focus_first)
            row.focused.connect(lambda which: self._scroll.ensureWidgetVisible(which, 0, theme.space(6)))
            self.rows[question.code] = row
            self._script.addWidget(row)
            if before is not None:
                QWidget.setTabOrder(before, row)
            before = row

    def _tick(self) -> None:
        self.side.tick(self._context.services.office.now())

    # ------------------------------------------------------------------------------------------ acting

    def _start(self, type_: str) -> None:
        self._begin.setProperty("again", False)
        self.presenter.start(type_)

    def _toggle_attempt(self) -> None:
        if self.presenter.state() == READY:
            self.presenter.begin_attempt()
        elif self.presenter.state() == RUNNING_NOW:
            look = self._case_presenter.look
            assert look is not None
            self._context.notify.ask_reason(
                self,
                self.tr("Hasil percobaan"),
                [(each.code, each.name.id) for each in look.talk.rules.results],
                then=lambda result, _: self.presenter.end_attempt(result),
            )

    def _move(self, row: QuestionRow, step: int) -> None:
        rows = list(self.rows.values())
        here = rows.index(row) + step
        if 0 <= here < len(rows):
            rows[here].setFocus(Qt.FocusReason.TabFocusReason)

    def focus_first_open(self) -> None:
        """The keyboard where work goes on: a type, the first open question, or the verdict on the identity."""
        if self.stack.currentIndex() == 0:
            next(iter(self.start_buttons.values())).setFocus(Qt.FocusReason.OtherFocusReason)
            return
        look = self._case_presenter.look
        if look is None:
            return
        if self.presenter.state() == SEALED:
            sealed: QWidget = self.side.amend_note
            if sealed.isHidden():
                sealed = next(iter(self.rows.values()))
            sealed.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        answers = {code: self.presenter.verdict_of(code) for code in self.rows}
        still = open_questions(look.talk.rules, answers)
        if still:
            self.rows[still[0].code].setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.side.identity.focus_first()

    def commit_all(self) -> None:
        """Take what stands in a line and was not left."""
        for row in self.rows.values():
            row.commit()
        self.side.commit()
