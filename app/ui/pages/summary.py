"""The daily summary: a preview of the page that is printed and signed, and closing the day."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.domain.calendar import format_day, format_long_day, format_number, parse_day
from app.domain.tickets import Ticket
from app.errors import Refused
from app.services.summary import BeforeClosing
from app.ui import theme
from app.ui.context import Context
from app.ui.pages.ask import Asking, AskPin, AskText
from app.ui.pages.pdf_paper import PdfPaper, page_step
from app.ui.pages.summary_closing import ClosingPanel
from app.ui.presenters.summary import Preview, SummaryPresenter
from app.ui.widgets import (
    Banner,
    Button,
    Chip,
    EmptyState,
    IconButton,
    KeyHint,
    Label,
    LineEdit,
    PrimaryButton,
    Tone,
    Type,
)
from app.ui.widgets.entry import enter_at
from app.ui.words import refusal

PREVIEW, NOTHING, CLOSING = range(3)
ZOOM_STEP = 1.15


class SummaryPage(QWidget):
    """The paper of one day, with the buttons for it; `paper` shows it."""

    interests = frozenset({"day"})

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.page_title = self.tr("Rekap harian")
        self.presenter = SummaryPresenter(context.services, context.background.door(self), self, context.who)
        self.paper = PdfPaper(context.background, self.tr("Pratinjau rekap"))
        self.day = LineEdit(placeholder="20-11-2026", longest=10)
        self.day.setAccessibleName(self.tr("Tanggal"))
        self.day.setFixedWidth(theme.em(None, 9))
        self.long_day = Label("", Type.STRONG)
        self.state = Chip("", Tone.NEUTRAL)
        self.unclosed = Banner(Tone.WARN, "")
        self.closing = ClosingPanel(context)
        self._reopens = False
        self._asking = Asking(context, self)
        self._stack = QStackedWidget()
        self._nothing = EmptyState("file-text", "", "")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.before = IconButton("chevron-left", self.tr("Hari sebelumnya"), key="Alt+Left")
        self.after = IconButton("chevron-right", self.tr("Hari berikutnya"), key="Alt+Right")
        self.print = PrimaryButton(self.tr("Cetak"), "printer", key="F2")
        self.save = Button(self.tr("Simpan…"), "save", key="F5")
        self.close_day = Button(self.tr("Tutup hari…"), "lock", key="F8")
        self.take_back = Button(self.tr("Tarik pembukaan…"), "undo-2")
        self.take_back.hide()
        bar = QHBoxLayout()
        bar.setSpacing(theme.space(2))
        for part in (self.before, self.day, self.after):
            bar.addWidget(part)
        bar.addWidget(self.long_day)
        bar.addWidget(self.state)
        bar.addStretch(1)
        for button in (self.take_back, self.close_day, self.save, self.print):
            bar.addWidget(button)
        self._keys = KeyHint(
            [
                (self.tr("Alt+panah"), self.tr("hari lain")),
                ("PgUp PgDn", self.tr("gulir")),
                ("Ctrl+ + −", self.tr("ukuran halaman")),
            ]
        )
        for key, times in (("Ctrl++", ZOOM_STEP), ("Ctrl+=", ZOOM_STEP), ("Ctrl+-", 1 / ZOOM_STEP)):
            zoom = QShortcut(QKeySequence(key), self)
            zoom.activated.connect(lambda by=times: self.paper.magnify(by))
        self._stack.addWidget(self.paper)
        self._stack.addWidget(self._nothing)
        self._stack.addWidget(self.closing)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.space(5), theme.space(4.5), theme.space(5), theme.space(4.5))
        column.setSpacing(theme.space(3))
        column.addLayout(bar)
        column.addWidget(self.unclosed)
        column.addWidget(self._stack, 1)
        column.addWidget(self._keys)
        self.unclosed.hide()
        self.close_day.setEnabled(self._context.may("day.close"))
        enter_at(self, self.day)

    def _connect(self) -> None:
        self.before.clicked.connect(lambda: self.presenter.step(-1))
        self.after.clicked.connect(lambda: self.presenter.step(1))
        self.day.returnPressed.connect(self._choose_typed)
        self.print.clicked.connect(self._print)
        self.save.clicked.connect(self._save)
        self.close_day.clicked.connect(self._close_or_reopen)
        self.take_back.clicked.connect(self._ask_take_back)
        self.closing.left.connect(self._leave_closing)
        self.closing.confirmed.connect(self.presenter.want_to_close)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page keys scroll the paper wherever the keyboard is."""
        step = page_step(event.key())
        if not step or self._stack.currentIndex() != PREVIEW:
            super().keyPressEvent(event)
            return
        self.paper.turn(step)

    # ------------------------------------------------------------------------------------------ the presenter's view

    def refresh(self) -> None:
        """Read the day anew, unless it is just being closed."""
        if self._stack.currentIndex() != CLOSING:
            self.presenter.load()

    def open_record(self, day: str) -> None:
        """Show one day."""
        self.presenter.choose(day)

    def show_preview(self, preview: Preview) -> None:
        """The PDF, at the place where it was scrolled to."""
        self._show_day(preview.day)
        self._stack.setCurrentIndex(PREVIEW)
        if preview.closed:
            self.state.set(self.tr("sudah ditutup"), Tone.GOOD, "lock")
        else:
            self.state.set(self.tr("belum ditutup"), Tone.WARN, "clock")
        self._reopens = preview.reopens
        self.close_day.setText(self.tr("Buka lagi hari…") if preview.reopens else self.tr("Tutup hari…"))
        self.take_back.setVisible(preview.takes_back and self._context.may("day.close"))
        self._enable(True, closable=not preview.closed or preview.reopens)
        self.paper.show_pdf(preview.pdf)

    def _show_day(self, day: str) -> None:
        if not self.day.hasFocus() or not self.day.isModified():
            self.day.setText("-".join(reversed(day.split("-"))))
            self.day.setModified(False)
        self.long_day.setText(format_long_day(day))

    def _enable(self, there: bool, *, closable: bool) -> None:
        for button in (self.print, self.save):
            button.setEnabled(there)
        self.close_day.setEnabled(there and closable and self._context.may("day.close"))

    def show_nothing(self, day: str) -> None:
        """No such service day."""
        self._show_day(day)
        self.state.set(self.tr("tidak dibuka"), Tone.NEUTRAL, "circle")
        self._nothing.set(
            self.tr("Tidak ada layanan pada {day}").format(day=format_day(day)),
            self.tr("Pilih hari lain dengan Alt dan panah, atau ketik tanggalnya."),
        )
        self._stack.setCurrentIndex(NOTHING)
        self._enable(False, closable=False)

    def show_unclosed(self, days: tuple[str, ...]) -> None:
        """Earlier days that nobody closed: asked first, nothing is blocked by them."""
        others = [day for day in days if day != self.presenter.day]
        self.unclosed.setVisible(bool(others))
        if others:
            text = self.tr("Belum ditutup: {days}. Tutup dengan menjelaskan karcis yang masih terbuka.")
            self.unclosed.set(Tone.WARN, text.format(days=", ".join(format_day(day) for day in others[:5])))

    def show_closing(self, day: str, tickets: tuple[Ticket, ...]) -> None:
        """Each open ticket is explained once."""
        self.closing.begin(day, tickets)
        self._stack.setCurrentIndex(CLOSING)
        self._enable(False, closable=False)

    def ask_early(self, found: BeforeClosing, then: Callable[[str], None]) -> None:
        """Before closing hour, with open counters or people in the hall: the figures and the PIN of who closes."""
        self.closing.wait_for_answer()
        lines = []
        if found.closes_at is not None:
            time = f"{found.closes_at // 60:02d}.{found.closes_at % 60:02d}"
            lines.append(self.tr("Layanan hari ini sampai pukul {time}.").format(time=time))
        if found.counters:
            counters = ", ".join(str(each) for each in found.counters)
            lines.append(self.tr("Loket yang masih buka: {counters}.").format(counters=counters))
        if found.waiting:
            count = format_number(found.waiting)
            lines.append(self.tr("Peserta yang menunggu atau sedang dilayani: {count}.").format(count=count))
        self._asking.open(
            AskPin(
                self.window(), self.tr("Tutup hari sekarang?"), "\n".join(lines), self.tr("Tutup hari"), then
            )
        )

    def show_again(self, what: str, day: str) -> None:
        """The day goes on, or its opening was taken back."""
        self._asking.finish()
        words = {
            "reopened": self.tr("Hari {day} dibuka lagi; angkanya dibekukan saat ditutup."),
            "taken_back": self.tr(
                "Pembukaan ditarik kembali; karcis yang sudah dicetak berlaku untuk {day}."
            ),
        }[what]
        self._context.notify.toast(words.format(day=format_day(day)))

    def show_closed(self, day: str) -> None:
        """The figures are frozen."""
        self._asking.finish()
        self.closing.forget()
        self._stack.setCurrentIndex(PREVIEW)
        self.day.setFocus(Qt.FocusReason.OtherFocusReason)
        self._context.notify.toast(
            self.tr("Hari {day} ditutup; angkanya dibekukan.").format(day=format_day(day))
        )

    def show_saved(self, path: Path) -> None:
        """A copy was written."""
        self._context.notify.toast(self.tr("Rekap tersimpan di {path}").format(path=path))

    def show_refusal(self, refused: Refused) -> None:
        """Why it did not work."""
        if self._asking.dialog() is not None and refused.code != "ticket_unexplained":
            self._asking.refuse(refused)
        elif self._stack.currentIndex() == CLOSING:
            self._asking.finish()  # somebody has come meanwhile: the list behind the question says who
            self.closing.show_refusal(refusal(refused))
        else:
            self._context.notify.refuse(refused)

    # ------------------------------------------------------------------------------------------ actions

    def _close_or_reopen(self) -> None:
        if not self._reopens:
            self.presenter.begin_closing()
            return
        title = self.tr("Buka lagi {day}").format(day=format_day(self.presenter.day))
        fields = [(self.tr("Alasan"), "", self.tr("mis. ditutup terlalu awal"))]
        self._asking.open(AskText(self.window(), title, self.tr("Buka lagi"), fields, self.presenter.reopen))

    def _ask_take_back(self) -> None:
        self._context.notify.ask(
            self,
            self.tr("Tarik kembali pembukaan {day}?").format(day=format_day(self.presenter.day)),
            self.tr("Belum ada yang dipanggil. Karcis yang sudah dicetak berlaku untuk tanggal hari ini."),
            yes=self.tr("Tarik kembali"),
            then=self.presenter.take_back,
            danger=True,
        )

    def _leave_closing(self) -> None:
        self.closing.wrong.hide()
        self._stack.setCurrentIndex(PREVIEW)
        self.day.setFocus(Qt.FocusReason.OtherFocusReason)
        self.presenter.load()

    def _choose_typed(self) -> None:
        try:
            day = parse_day(self.day.text())
        except Refused as refused:
            self.day.selectAll()
            self._context.notify.refuse(refused)
            return
        self.day.setModified(False)
        self.presenter.choose(day)

    def _save(self) -> None:
        chooser = QFileDialog(self, self.tr("Simpan rekap"))
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.selectFile(f"rekap-{self.presenter.day}.pdf")
        chooser.fileSelected.connect(self.presenter.save)
        chooser.open()

    def _print(self) -> None:
        self.paper.choose_printer()

    def print_to(self, printer: Any) -> int:
        """Draw every page of the preview on a printer; returns how many."""
        return self.paper.print_to(printer)
