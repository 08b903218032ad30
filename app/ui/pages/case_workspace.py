"""The right half of the counter: one case with its form, papers, interview, notes and history."""

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.domain.calendar import format_day, format_time
from app.domain.claims import Case
from app.errors import Refused
from app.ui import theme
from app.ui.context import Context
from app.ui.pages.case_checklist import CaseChecklist
from app.ui.pages.case_form import CaseForm
from app.ui.pages.case_head import CaseHead
from app.ui.pages.case_history import CaseHistory
from app.ui.pages.case_interview import CaseInterview
from app.ui.pages.case_link import LinkDialog
from app.ui.pages.case_note import CaseNote
from app.ui.pages.case_words import tab_of
from app.ui.pages.followed_place import FollowedPlace
from app.ui.pages.paper_window import PaperWindow
from app.ui.pages.scan_dialog import ScanDialog
from app.ui.presenters.case import CaseLook, CasePresenter
from app.ui.presenters.case_papers import CasePapers
from app.ui.widgets import Card, ElidedLabel, EmptyState, KeyHint, Muted, TabStrip, Type

DRAFT_MS = 1000
"""A draft is kept at most this long after the first key: well within the two seconds that are promised."""


class _Stack(QStackedWidget):
    """Scrolls inside its tabs: the height that its words would like is no reason to scroll the page."""

    def hasHeightForWidth(self) -> bool:
        """Its least height does not follow from its width."""
        return False


class CaseWorkspace(Card):
    """Shows one case; `editable` where a CSO works on it, read only elsewhere.

    `show_case(id | None)`, `refresh()`. `changed` after each own write, `submitted(id)` after the file has gone,
    `other_wanted(id)` when another file of the same person is to be gone on with.
    """

    changed = Signal()
    submitted = Signal(str)
    other_wanted = Signal(str)

    def __init__(self, context: Context, editable: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._context = context
        self._editable = editable
        self._fresh = False
        self._live = False
        self._sending = False
        self._wanted_tab: int | None = None
        self.presenter = CasePresenter(context.services, context.who, context.background.door(self), self)
        self.papers = CasePapers(self.presenter)
        self.head_part = CaseHead(
            context.zone, FollowedPlace(context), editable=editable, reads=context.may("record.read")
        )
        self.form = CaseForm(context.services.office.rules().claimants)
        self.checklist = CaseChecklist(self.presenter)
        self.interview = CaseInterview(context, self.presenter)
        self.note = CaseNote()
        self.history = CaseHistory(context.zone)
        self.tabs = TabStrip(name=self.tr("Bagian berkas"))
        self.empty = EmptyState("folder-open", self.tr("Belum ada berkas yang dibuka"))
        self.saved = ElidedLabel("", Type.SMALL, ink="muted")
        self.keys = KeyHint()
        self.keys.setWordWrap(False)
        self._drafts = QTimer(self)
        self._drafts.setSingleShot(True)
        self._drafts.setInterval(DRAFT_MS)
        self._stack = _Stack()
        self._lay_out()
        self._connect()
        self._set_keys()

    def _lay_out(self) -> None:
        titles = (
            (self.form, self.tr("Peserta")),
            (self.checklist, self.tr("Kelengkapan berkas")),
            (self.interview, self.tr("Wawancara")),
            (self.note, self.tr("Catatan")),
            (self.history, self.tr("Riwayat")),
        )
        for page, title in titles:
            self.tabs.add(title, page)
        self.tabs.setCornerWidget(Muted("Ctrl+1–5", small=True))
        whole, column, foot = QWidget(), QVBoxLayout(), QHBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(2))
        foot.addWidget(self.saved, 1)
        foot.addWidget(self.keys)
        column.addWidget(self.head_part)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.head_part.others)
        column.addLayout(foot)
        whole.setLayout(column)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(whole)
        self.body.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self._drafts.timeout.connect(self.presenter.keep_drafts)
        for part in (self.form, self.checklist, self.interview, self.note):
            part.typed.connect(self._typed)
        for part_ in (self.form, self.note):
            part_.committed.connect(self.presenter.note)
        self.form.confirmed.connect(self.presenter.confirm)
        self.form.offer_taken.connect(self.presenter.take_known)
        self.form.uncovered.connect(lambda field: self.presenter.read(field, "fill_form", once=True))
        self.head_part.revealed.connect(lambda field: self.presenter.read(field, "verify_identity"))
        self.head_part.submit.connect(self.submit)
        self.head_part.other.connect(self.other_wanted)
        self.head_part.receipt_print.connect(self.papers.print_receipt)
        self.head_part.receipt_send.connect(self.papers.send_receipt)
        self.checklist.print_button.clicked.connect(self._print_missing)
        self.checklist.link_button.clicked.connect(self.papers.send_missing)
        self.checklist.attachments.chosen.connect(self.papers.attach)
        self.checklist.scans.opened.connect(self._open_scan)
        self.interview.link_wanted.connect(self.papers.call_link)
        self.tabs.currentChanged.connect(lambda _: self._tell_keys())

    def _set_keys(self) -> None:
        for number in range(self.tabs.count()):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{number + 1}"), self)
            shortcut.activated.connect(lambda tab=number: self.go_to_tab(tab))
        if self._editable:
            send = QShortcut(QKeySequence("Ctrl+Return"), self)
            send.setAutoRepeat(False)
            send.activated.connect(self.submit)
        self._tell_keys()

    def _tell_keys(self) -> None:
        send = [("Ctrl+Enter", self.tr("kirim"))] if self._live else []
        own: dict[int, list[tuple[str, str]]] = {
            0: [("Enter", self.tr("isian berikut"))],
            1: [
                ("A", self.tr("asli")),
                ("C", self.tr("salinan")),
                ("N", self.tr("catatan")),
                (self.tr("Hapus"), self.tr("batal")),
            ],
            2: [
                ("N", self.tr("catatan")),
                ("I", self.tr("identitas")),
                ("F10", self.tr("percobaan")),
                ("F11", "WhatsApp"),
            ],
        }
        here = own.get(self.tabs.currentIndex(), []) if self._live else []
        self.keys.set_keys([*here, *send])

    # ------------------------------------------------------------------------------------------ from outside

    def show_case(self, case: str | None, *, focus: bool = False) -> None:
        """Open a case, or none; with `focus` the keyboard goes where its work goes on."""
        if (case or "") != self.presenter.case:
            self.commit_all()
            self._fresh = True
            focus = self._let_go() or focus
            for part in (self.form, self.checklist, self.interview):
                part.forget()
            self.saved.setText("")
        self._wanted_tab = 0 if focus else None
        self.presenter.show(case)

    def _let_go(self) -> bool:
        """Take the keyboard out of the former case, so that nothing of it passes for typing in the next one."""
        held = QApplication.focusWidget()
        inside = held is not None and self.isAncestorOf(held)
        if held is not None and inside:
            held.clearFocus()
        return inside

    def hideEvent(self, event: QHideEvent) -> None:
        """Whatever hides it, what was typed is kept."""
        super().hideEvent(event)
        self.presenter.keep_drafts()

    def case(self) -> str:
        """The id of the case shown, or ""."""
        return self.presenter.case

    def refresh(self) -> None:
        """Read the case anew; typing, focus and scrolling stay."""
        self.presenter.refresh()

    def set_empty(self, icon: str, text: str, hint: str = "") -> None:
        """What stands here while no case is open."""
        self.empty.set(text, hint, icon)

    def go_to_tab(self, tab: int) -> None:
        """Show a tab with the keyboard where its work goes on."""
        if self.presenter.case:
            self.tabs.setCurrentIndex(tab)
            self._focus_tab(tab)

    def _focus_tab(self, tab: int) -> None:
        if tab == 0:
            self.form.focus_first_open()
        elif tab == 1:
            self.checklist.focus_first_open()
        elif tab == 2:
            self.interview.focus_first_open()
        elif tab == 3:
            self.note.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.history.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def commit_all(self) -> None:
        """Take everything that was typed and not left."""
        look = self.presenter.look
        if look is not None and look.view.editable and self._editable:
            for part in (self.form, self.checklist, self.interview, self.note):
                part.commit_all()

    def submit(self) -> None:
        """Hand the file to the verifier, or say what stands in the way and go there."""
        look = self.presenter.look
        if look is None or not look.view.editable or not self._editable:
            return
        self.commit_all()
        self._sending = True
        self.presenter.submit()

    def _print_missing(self) -> None:
        self.commit_all()
        self.papers.print_missing()

    def _open_scan(self, place: int) -> None:
        self.presenter.keep_drafts()
        scans = self.checklist.scans.scans
        ScanDialog(self.window(), self._context, self.presenter.case, scans, place).open()

    def _typed(self, field: str, text: str) -> None:
        self.presenter.typed(field, text)
        if not self._drafts.isActive():
            self._drafts.start()

    # ------------------------------------------------------------------------------------------ the screen

    def show_look(self, look: CaseLook | None) -> None:
        """Show a case, or that none is open."""
        self._stack.setCurrentIndex(1 if look is not None else 0)
        if look is None:
            return
        editable = self._editable and look.view.editable
        if editable != self._live:
            self._live = editable
            self._tell_keys()
        self.head_part.show_look(look)
        self.form.show_look(look, editable=editable)
        self.checklist.show_look(look, editable=editable)
        self.interview.show_look(look, editable=editable)
        self.note.show_look(look, editable=editable)
        self.history.show_lines(look.history)
        complete = look.view.completeness
        title = self.tr("Kelengkapan berkas")
        counted = f"{title} {complete.done}/{complete.total}" if complete else title
        self.tabs.set_title(self.checklist, counted)
        if self._fresh:
            self._fresh = False
            self.tabs.setCurrentIndex(0)
        if self._wanted_tab is not None:
            self.go_to_tab(self._wanted_tab)
        self._wanted_tab = None
        if look.drafts and not self.saved.text():
            self.show_draft_kept(max(draft.at for draft in look.drafts.values()))

    def show_draft_kept(self, at: int) -> None:
        """Say when the file was last kept here: a draft, or an answer."""
        time = f"{format_time(at, self._context.zone)}.{at // 1000 % 60:02d}"
        self.saved.setText(self.tr("Tersimpan {time} di komputer ini").format(time=time))

    def show_field_refused(self, field: str, refused: Refused) -> None:
        """Say it under the field; elsewhere in passing."""
        if not self.form.refuse(field, refused) and not self.checklist.refuse(field, refused):
            self._context.notify.refuse(refused)

    def show_refused(self, refused: Refused) -> None:
        """Say it, and go to where it is mended."""
        self._context.notify.refuse(refused)
        if self._sending:
            self._sending = False
            self._wanted_tab = tab_of(refused.code)

    def show_submitted(self, case: Case) -> None:
        """Say the receipt number and the promised day."""
        self._sending = False
        self._context.notify.toast(
            self.tr("Terkirim ke verifikator. Tanda terima {number}, paling lambat {day}.").format(
                number=case.receipt, day=format_day(case.promised)
            )
        )
        self.submitted.emit(case.id)

    def show_paper(self, path: Path, pdf: bytes) -> None:
        """Show a paper to print, and say where it lies."""
        note = self.tr("Dokumen tersimpan di {path}").format(path=str(path))
        PaperWindow(self.window(), self._context.background, self.tr("Cetak dokumen"), pdf, note).open()

    def show_link(self, link: str) -> None:
        """Offer a wa.me link."""
        LinkDialog(self.window(), link).open()

    def show_written(self) -> None:
        """Others may want to read anew."""
        self.changed.emit()
