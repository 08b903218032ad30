"""A scan of a case on the screen: pictures and PDFs, or what to do where its content is not on this computer."""

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QWidget

from app.domain.calendar import format_number
from app.errors import Refused
from app.services.attachments import Placed
from app.ui.context import Context
from app.ui.dialogs import Dialog
from app.ui.pages.case_words import scan_name, scan_place
from app.ui.pages.pdf_paper import PdfPaper, page_step
from app.ui.pages.scan_pictures import Pictures, PictureSheets, read_pictures
from app.ui.presenters.scan import ScanPresenter
from app.ui.widgets import Button, ElidedLabel, EmptyState, Heading, IconButton, KeyHint
from app.ui.words import refusal

PDF_BEGINS = b"%PDF"
SHARE = 0.92
"""Of the window, across and down."""
ZOOM_STEP = 1.15
NOT_HERE = ("attachment_missing", "attachment_unreached")


class ScanDialog(Dialog):
    """Opens one of the scans of a case; each that is shown is on record as read."""

    def __init__(
        self, parent: QWidget, context: Context, case: str, scans: tuple[Placed, ...], place: int
    ) -> None:
        super().__init__(parent, scan_name(scans[place].attached, place))
        self._context = context
        self._heading = self.findChildren(Heading)[0]
        self.presenter = ScanPresenter(
            context.services, context.who, context.background.door(self), self, case, scans
        )
        self.details = ElidedLabel("", ink="muted")
        self.message = EmptyState("hourglass", "")
        self.pictures = PictureSheets(self.tr("Pindaian"))
        self.paper: PdfPaper | None = None
        self.stack = QStackedWidget()
        self.before = IconButton("chevron-left", self.tr("Pindaian sebelumnya"), key="Alt+Left")
        self.after = IconButton("chevron-right", self.tr("Pindaian berikutnya"), key="Alt+Right")
        self.again = Button(self.tr("Coba lagi"), "refresh-cw", key="F5")
        self.close_button = Button(self.tr("Tutup"), key="Esc")
        self._lay_out(len(scans))
        self._connect()
        window = parent.window().size()
        self.resize(round(window.width() * SHARE), round(window.height() * SHARE))
        self.presenter.open(place)
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self, count: int) -> None:
        for page in (self.message, self.pictures):
            self.stack.addWidget(page)
        self.stack.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.body.addWidget(self.details)
        self.body.addWidget(self.stack, 1)
        column = self.layout()
        column.setStretch(1, 1)  # type: ignore[union-attr]  # a QVBoxLayout; the body is its second part
        self.keys = KeyHint()
        self.keys.setWordWrap(False)
        self.buttons.insertWidget(0, self.keys)
        for button in (self.before, self.after, self.again, self.close_button):
            button.setAutoDefault(False)
            self.buttons.addWidget(button)
        for button in (self.before, self.after):
            button.setVisible(count > 1)

    def _connect(self) -> None:
        self.before.clicked.connect(lambda: self.presenter.step(-1))
        self.after.clicked.connect(lambda: self.presenter.step(1))
        self.again.clicked.connect(self.presenter.again)
        self.close_button.clicked.connect(self.reject)
        for key, times in (("Ctrl++", ZOOM_STEP), ("Ctrl+=", ZOOM_STEP), ("Ctrl+-", 1 / ZOOM_STEP)):
            zoom = QShortcut(QKeySequence(key), self)
            zoom.activated.connect(lambda by=times: self._magnify(by))

    # ------------------------------------------------------------------------------------------ keys

    def _shown(self) -> PictureSheets | PdfPaper | None:
        page = self.stack.currentWidget()
        return page if isinstance(page, PictureSheets | PdfPaper) else None

    def _magnify(self, times: float) -> None:
        shown = self._shown()
        if shown is not None:
            shown.magnify(times)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page keys scroll wherever the keyboard is."""
        step, shown = page_step(event.key()), self._shown()
        if step and shown is not None:
            shown.turn(step)
            return
        super().keyPressEvent(event)

    # ------------------------------------------------------------------------------------------ the presenter's view

    def show_bringing(self, placed: Placed) -> None:
        """It is being fetched or opened."""
        place, count = self.presenter.place, len(self.presenter.scans)
        name = scan_name(placed.attached, place)
        self._heading.setText(name)
        self.setWindowTitle(name)
        self._tell(placed)
        self.before.setEnabled(place > 0)
        self.after.setEnabled(place + 1 < count)
        fetched = self.tr("Sedang diambil dari komputer yang menyimpannya…")
        self._say("hourglass", self.tr("Pindaian dibuka…"), "" if placed.on_disk else fetched, again=False)

    def _tell(self, placed: Placed) -> None:
        words = self.tr("{place} dari {count} · {size} kB · {where}").format(
            place=self.presenter.place + 1,
            count=len(self.presenter.scans),
            size=format_number(max(1, placed.attached.size // 1024)),
            where=scan_place(placed),
        )
        self.details.setText(words)

    def show_content(self, placed: Placed, content: bytes) -> None:
        """A PDF as it is, pictures after they were decoded beside the window's thread."""
        self._tell(replace(placed, on_disk=True))
        if content.startswith(PDF_BEGINS):
            self._show_pdf(content)
            return
        asked = self.presenter.place

        def show(pictures: Pictures) -> None:
            if asked == self.presenter.place:
                self._show_pictures(pictures)

        self._context.background.read(self, lambda: read_pictures(content)).success(show).start()

    def _show_pdf(self, content: bytes) -> None:
        if self.paper is None:
            self.paper = PdfPaper(self._context.background, self.tr("Pindaian"))
            self.paper.unreadable.connect(self._say_unreadable)
            self.stack.addWidget(self.paper)
        self._see(self.paper)
        self.paper.show_pdf(content)

    def _show_pictures(self, pictures: Pictures) -> None:
        if not pictures.sheets:
            self._say_unreadable()
            return
        self._see(self.pictures)
        self.pictures.show_pictures(pictures)
        if len(pictures.sheets) < pictures.count:
            seen = self.tr(" · halaman 1–{shown} dari {count}")
            shown = seen.format(shown=len(pictures.sheets), count=pictures.count)
            self.details.setText(self.details.text() + shown)

    def _see(self, page: QWidget) -> None:
        self.stack.setCurrentWidget(page)
        self.again.hide()
        self._tell_keys([("PgUp PgDn", self.tr("gulir")), ("Ctrl+ + −", self.tr("ukuran"))])

    def _tell_keys(self, keys: list[tuple[str, str]]) -> None:
        others = [(self.tr("Alt+panah"), self.tr("pindaian lain"))] if len(self.presenter.scans) > 1 else []
        self.keys.set_keys([*keys, *others])

    def show_refusal(self, placed: Placed, refused: Refused) -> None:
        """Why it cannot be seen here, and what to do."""
        if refused.code not in NOT_HERE:
            self._say("octagon-alert", self.tr("Tidak dapat dibuka"), refusal(refused), again=True)
            return
        hints = {
            "attachment_missing": self.tr(
                "Tunggu sampai terkirim lalu tekan F5, atau buka di komputer yang memindainya."
            ),
            "attachment_unreached": self.tr(
                "Komputer yang menyimpannya tidak terhubung. Periksa kabel jaringan lalu tekan F5, atau buka di "
                "komputer yang memindainya."
            ),
        }
        self._say("cloud-off", self.tr("Belum ada di komputer ini"), hints[refused.code], again=True)

    def _say_unreadable(self) -> None:
        self._say(
            "octagon-alert",
            self.tr("Jenis berkas ini tidak dapat ditampilkan"),
            self.tr("Pindai lagi sebagai PDF, JPG, PNG atau TIFF, lalu lampirkan."),
            again=False,
        )

    def _say(self, icon: str, text: str, hint: str, *, again: bool) -> None:
        self.message.set(text, hint, icon)
        self.stack.setCurrentWidget(self.message)
        self.again.setVisible(again)
        self._tell_keys([])
