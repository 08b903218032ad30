"""The daily summary: a preview of the page that is printed and signed, and closing the day."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.domain.calendar import format_day, format_long_day, parse_day
from app.domain.tickets import Ticket
from app.errors import Refused
from app.ui import theme
from app.ui.context import Context
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
        bar = QHBoxLayout()
        bar.setSpacing(theme.space(2))
        for part in (self.before, self.day, self.after):
            bar.addWidget(part)
        bar.addWidget(self.long_day)
        bar.addWidget(self.state)
        bar.addStretch(1)
        for button in (self.close_day, self.save, self.print):
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
        self.close_day.clicked.connect(self.presenter.begin_closing)
        self.closing.left.connect(self._leave_closing)
        self.closing.confirmed.connect(self.presenter.close)

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
        self._enable(True, closable=not preview.closed)
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

    def show_closed(self, day: str) -> None:
        """The figures are frozen."""
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
        if self._stack.currentIndex() == CLOSING:
            self.closing.show_refusal(refusal(refused))
        else:
            self._context.notify.refuse(refused)

    # ------------------------------------------------------------------------------------------ actions

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
