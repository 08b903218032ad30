"""The daily summary: a preview of the page that is printed and signed, and closing the day."""

import importlib
from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt, QTimer, QUrl
from PySide6.QtGui import (
    QDesktopServices,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPalette,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.domain.calendar import format_day, format_long_day, parse_day
from app.domain.tickets import Ticket
from app.errors import Refused
from app.ui import theme
from app.ui.context import Context
from app.ui.pages.summary_closing import ClosingPanel
from app.ui.presenters.summary import Preview, SummaryPresenter
from app.ui.widgets import (
    Banner,
    Button,
    Card,
    Chip,
    Colour,
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
PRINT_DPI = 300
PAPER_WIDTH = 68
"""Width of the page on the screen in em, where there is room."""
ZOOM_STEP, LEAST_ZOOM, MOST_ZOOM = 1.15, 0.5, 3.0
A4_POINTS = 595.0


class SummaryPage(QWidget):
    """QtPdf is loaded at first use, beside the window's own thread."""

    interests = frozenset({"day"})

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.page_title = self.tr("Rekap harian")
        self.presenter = SummaryPresenter(context.services, context.background.door(self), self, context.who)
        self._document: Any = None
        self._view: Any = None
        self._buffer: QBuffer | None = None
        self._preview: Preview | None = None
        self._waiting: Preview | None = None
        self._zoom = 1.0
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
        load = context.background.read(self, lambda: importlib.import_module("PySide6.QtPdfWidgets"))
        load.success(lambda _: self._make_view()).start()

    def _lay_out(self) -> None:
        self.before = IconButton("chevron-left", self.tr("Hari sebelumnya"), key="Alt+Left")
        self.after = IconButton("chevron-right", self.tr("Hari berikutnya"), key="Alt+Right")
        self.print = PrimaryButton(self.tr("Cetak"), "printer", key="F2")
        self.save = Button(self.tr("Simpan…"), "save", key="F5")
        self.show_file = Button(self.tr("Buka PDF"), "external-link", key="F6")
        self.close_day = Button(self.tr("Tutup hari…"), "lock", key="F8")
        bar = QHBoxLayout()
        bar.setSpacing(theme.space(2))
        for part in (self.before, self.day, self.after):
            bar.addWidget(part)
        bar.addWidget(self.long_day)
        bar.addWidget(self.state)
        bar.addStretch(1)
        for button in (self.close_day, self.show_file, self.save, self.print):
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
            zoom.activated.connect(lambda by=times: self._magnify(by))
        self._paper = Card(plain=True)
        self._stack.addWidget(self._paper)
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
        self.show_file.clicked.connect(self._open_file)
        self.close_day.clicked.connect(self.presenter.begin_closing)
        self.closing.left.connect(self._leave_closing)
        self.closing.confirmed.connect(self.presenter.close)

    def _make_view(self) -> None:
        from PySide6.QtPdf import QPdfDocument
        from PySide6.QtPdfWidgets import QPdfView

        self._document = QPdfDocument(self)
        self._view = QPdfView(self._paper)
        self._view.setDocument(self._document)
        self._view.setPageMode(QPdfView.PageMode.MultiPage)
        self._view.setZoomMode(QPdfView.ZoomMode.Custom)
        self._view.setFrameShape(QFrame.Shape.NoFrame)
        palette = self._view.palette()
        palette.setColor(QPalette.ColorRole.Dark, theme.colour(Colour.GROUND))
        self._view.setPalette(palette)
        self._view.setAccessibleName(self.tr("Pratinjau rekap"))
        self._paper.body.addWidget(self._view)
        self._fit()
        if self._waiting is not None:
            self.show_preview(self._waiting)

    def _fit(self) -> None:
        """The page as wide as it reads well, and no wider than the window."""
        if self._view is None:
            return
        room = self._paper.width() - self._view.verticalScrollBar().sizeHint().width() - theme.space(4)
        wanted = min(theme.em(None, PAPER_WIDTH) * self._zoom, max(room, 1))
        self._view.setZoomFactor(wanted / (A4_POINTS * self.logicalDpiX() / 72))

    def _magnify(self, times: float) -> None:
        self._zoom = min(MOST_ZOOM, max(LEAST_ZOOM, self._zoom * times))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the page into the new width."""
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self._fit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page keys scroll the paper wherever the keyboard is."""
        step = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}.get(Qt.Key(event.key()))
        if step is None or self._view is None or self._stack.currentIndex() != PREVIEW:
            super().keyPressEvent(event)
            return
        bar = self._view.verticalScrollBar()
        bar.setValue(bar.value() + step * bar.pageStep())

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
        self.show_file.setEnabled(preview.path is not None)
        if self._view is None:
            self._waiting = preview
            return
        same = self._preview is not None and self._preview.pdf == preview.pdf
        self._preview = preview
        if same:
            return
        down = self._view.verticalScrollBar().value()
        buffer = QBuffer(self)
        buffer.setData(QByteArray(preview.pdf))
        buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self._document.load(buffer)
        if self._buffer is not None:
            self._buffer.deleteLater()
        self._buffer = buffer
        self._view.verticalScrollBar().setValue(down)

    def _show_day(self, day: str) -> None:
        if not self.day.hasFocus() or not self.day.isModified():
            self.day.setText("-".join(reversed(day.split("-"))))
            self.day.setModified(False)
        self.long_day.setText(format_long_day(day))

    def _enable(self, there: bool, *, closable: bool) -> None:
        for button in (self.print, self.save, self.show_file):
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

    def _open_file(self) -> None:
        if self._preview is not None and self._preview.path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._preview.path)))

    def _print(self) -> None:
        """The system's own print dialog; pages are drawn at 300 dots per inch."""
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self)
        dialog.setWindowModality(Qt.WindowModality.WindowModal)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self.print_to(printer))
        dialog.show()  # window-modal; QPrintDialog's own open() wants a slot by name

    def print_to(self, printer: Any) -> int:
        """Draw every page of the preview on a printer; returns how many."""
        if self._document is None:
            return 0
        painter = QPainter(printer)
        count = int(self._document.pageCount())
        for page in range(count):
            if page:
                printer.newPage()
            size = self._document.pagePointSize(page) * (PRINT_DPI / 72)
            image = self._document.render(page, size.toSize())
            painter.drawImage(painter.viewport(), image)
        painter.end()
        return count
