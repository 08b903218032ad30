"""What stands beside the cards once a service is chosen: its papers before printing, or that its quota is used up."""

from typing import ClassVar

from PySide6.QtCore import QElapsedTimer, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLayout, QSizePolicy, QSpinBox, QVBoxLayout, QWidget

from app.domain.calendar import format_long_day
from app.ui import icons, theme
from app.ui.pages.desk_ticket import wrapped
from app.ui.presenters.desk import last_four
from app.ui.presenters.desk_state import KEPT_DIGITS, NIK_DIGITS, PRECHECK_SECONDS, Choice
from app.ui.theme import Colour, Tone, Type
from app.ui.widgets import (
    Bar,
    Button,
    ElidedLabel,
    Field,
    Heading,
    IconButton,
    Label,
    LineEdit,
    Muted,
    PaintedButton,
    Picture,
    PrimaryButton,
    paint,
)
from app.ui.widgets.buttons import Look
from app.ui.widgets.entry import enter_at
from app.ui.widgets.tips import set_tip

BURST_MS = 50
"""Digits closer together than this come from a scanner, not from a finger."""
SCANNED_AT_LEAST = 4
INITIALS = 6


def enter_key(button: PaintedButton) -> None:
    """Let both Enter keys press a button."""
    button.set_key("Enter")
    pad = QShortcut(QKeySequence(Qt.Key.Key_Enter), button)
    pad.setAutoRepeat(False)
    pad.activated.connect(button.click)


class PaperToggle(PaintedButton):
    """One paper of the pre-check: its number, its name, and that it is not here; nobody has said that it is."""

    kind = Type.BODY
    _ABSENT: ClassVar[Look] = Look(Colour.RED_PALE, Colour.RED_PALE, Colour.RED_LINE, Colour.INK)

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__("", "circle", parent=parent)
        self._number = number
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set(self, name: str, missing: bool) -> None:
        """Show a paper; checked means that it is missing."""
        self.setText(name)
        self.setChecked(missing)
        self.setAccessibleDescription(self.tr("belum ada") if missing else self.tr("belum ditandai"))

    def nextCheckState(self) -> None:
        """The presenter says what is missing."""

    def current_look(self) -> Look:
        """Red while missing."""
        return self._ABSENT if self.isChecked() else self.look

    def sizeHint(self) -> QSize:
        """Two small lines high."""
        return QSize(theme.space(40), paint.height_of(theme.font(Type.SMALL)) * 2 + theme.space(1))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Number, name, sign and word."""
        painter = paint.painter_of(self)
        fill, line, _ = self.shades()
        paint.box(painter, self.rect(), fill, line, paint.radius(2))
        edge, side = theme.space(2), theme.em(None, 1.3)
        digit = QRect(edge, 0, theme.space(4), self.height())
        paint.text(painter, digit, str(self._number), theme.font(Type.STRONG), theme.colour(Colour.MUTED))
        missing = self.isChecked()
        sign = QRect(self.width() - edge - side, (self.height() - side) // 2, side, side)
        role = Colour.RED if missing else Colour.MUTED
        icons.paint(painter, "circle-x" if missing else "circle", sign, role)
        left = sign.left() - theme.space(1.5)
        if missing:
            word, face = self.tr("belum ada"), theme.font(Type.SMALL_STRONG)
            width = paint.width_of(word, face)
            paint.text(painter, QRect(left - width, 0, width, self.height()), word, face, theme.colour(role))
            left -= width + theme.space(1.5)
        self._paint_name(painter, QRect(digit.right(), 0, left - digit.right(), self.height()))
        if self.hasFocus():
            paint.focus_ring(painter, self.rect(), paint.radius(2))

    def _paint_name(self, painter: QPainter, area: QRect) -> None:
        face = theme.font(Type.BODY)
        if paint.width_of(self.words(), face) > area.width():
            face = theme.font(Type.SMALL)
        lines = wrapped(self.words(), face, area.width(), 2)
        high = paint.height_of(face)
        y = (area.height() - high * len(lines)) // 2
        for words in lines:
            paint.text(
                painter, QRect(area.left(), y, area.width(), high), words, face, theme.colour(Colour.INK)
            )
            y += high


class PrecheckPanel(QWidget):
    """The papers of the chosen service, and who it is if they like to say; Enter prints."""

    toggled = Signal(int)  # place of a paper, from 0
    typed = Signal(str, str)  # last four (or what stands there), initials
    print_wanted = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._prefix = Label("", Type.SUBTITLE, ink="brand")
        self._title = ElidedLabel("", Type.SUBTITLE)
        self.back = IconButton("x", self.tr("Kembali"), key="Esc", flat=True)
        self._hint = Muted("", small=True)
        self._time = Bar(0, PRECHECK_SECONDS, Tone.GOOD)
        self.papers = [PaperToggle(number) for number in range(1, 10)]
        self.nik = LineEdit(longest=NIK_DIGITS + 4)
        self.initials = LineEdit(longest=INITIALS)
        self._nik_field = Field(self.tr("NIK, 4 akhir · N"), self.nik)
        self._initials_field = Field(self.tr("Inisial"), self.initials)
        self.print_button = PrimaryButton(self.tr("Cetak karcis"), "printer", large=True)
        enter_key(self.print_button)
        self._burst = ""
        self._between = QElapsedTimer()
        self._burst_end = QTimer(self)
        self._burst_end.setSingleShot(True)
        self._burst_end.setInterval(BURST_MS)
        self._burst_end.timeout.connect(self._end_burst)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.space(2))
        head.addWidget(self._prefix)
        head.addWidget(self._title, 1)
        head.addWidget(self.back)
        who = QHBoxLayout()
        who.setSpacing(theme.space(2))
        who.addWidget(self._nik_field, 3, Qt.AlignmentFlag.AlignTop)
        who.addWidget(self._initials_field, 2, Qt.AlignmentFlag.AlignTop)
        for field in (self._nik_field, self._initials_field):
            field.keep_room(2)
        papers = QVBoxLayout()
        papers.setSpacing(theme.space(1))
        for toggle in self.papers:
            papers.addWidget(toggle)
            toggle.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(2))
        column.addLayout(head)
        column.addWidget(self._time)
        column.addWidget(self._hint)
        column.addLayout(papers)
        column.addStretch(1)
        column.addLayout(who)
        column.addWidget(self.print_button)
        enter_at(self, self.print_button)

    def _connect(self) -> None:
        for place, toggle in enumerate(self.papers):
            toggle.clicked.connect(lambda _=False, number=place: self.toggled.emit(number))
        self.print_button.clicked.connect(self._print)
        self.back.clicked.connect(self.left)
        self.nik.textEdited.connect(lambda _: self._tell())
        self.initials.textEdited.connect(lambda _: self._tell())
        self.nik.editingFinished.connect(self._take_scan)
        to_nik = QShortcut(QKeySequence("N"), self)
        to_nik.activated.connect(self._to_nik)

    # ------------------------------------------------------------------------------------------ showing

    def show_choice(self, choice: Choice) -> None:
        """Update in place: the keyboard stays where it is."""
        service = choice.place.service
        self._prefix.setText(service.prefix)
        self._title.setText(service.name.id)
        for place, toggle in enumerate(self.papers):
            there = place < len(choice.documents)
            toggle.setVisible(there)
            if there:
                document = choice.documents[place]
                toggle.set(document.name.id, document.code in choice.missing)
                set_tip(toggle, document.hint.id)
        asked = choice.identity != "off"
        self._nik_field.setVisible(asked)
        self._initials_field.setVisible(asked)
        wanted = self.tr("wajib") if choice.identity == "required" else self.tr("opsional")
        self.nik.setPlaceholderText(wanted)
        self.initials.setPlaceholderText(self.tr("opsional"))
        self.setAccessibleName(service.name.id)

    def show_time(self, seconds: int) -> None:
        """How long it takes already."""
        late = seconds >= PRECHECK_SECONDS
        self._time.set(min(seconds, PRECHECK_SECONDS), PRECHECK_SECONDS, Tone.WARN if late else Tone.GOOD)
        text = (
            self.tr("Lewat 30 detik: cetak saja, loket memeriksa.")
            if late
            else self.tr("Tekan angka berkas yang belum ada, lalu Enter.")
        )
        if self._hint.text() != text:
            self._hint.setText(text)
            self._hint.set_ink("warn" if late else "muted")

    def clear(self) -> None:
        """Nothing of the last person stays."""
        self._burst_end.stop()
        self._burst = ""
        self.nik.clear()
        self.initials.clear()
        self._nik_field.set_finding("")

    def ask_identity(self, wrong: bool) -> None:
        """The field that is wanted, with the keyboard."""
        text = (
            self.tr("4 angka terakhir, atau pindai 16 angka.")
            if wrong
            else self.tr("Isi 4 angka terakhir NIK.")
        )
        self._nik_field.set_finding(text)
        self._to_nik()

    def _to_nik(self) -> None:
        if self._nik_field.isVisible():
            self.nik.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.nik.selectAll()

    # ------------------------------------------------------------------------------------------ typing, scanning

    def digit(self, sign: str) -> None:
        """A digit that no field took: one by one they mark papers, many at once are a scan."""
        self._burst += sign
        self._between.restart()
        self._burst_end.start()

    def _end_burst(self) -> None:
        burst, self._burst = self._burst, ""
        self._burst_end.stop()
        if len(burst) >= SCANNED_AT_LEAST:
            self._scanned(burst)
            return
        for sign in burst:
            if sign != "0":
                self.toggled.emit(int(sign) - 1)

    def _scanned(self, digits: str) -> None:
        if not self._nik_field.isVisible():
            return
        self.nik.setText(digits)
        self._take_scan()

    def _take_scan(self) -> bool:
        """Keep no more than the last four; True when what stood there was a whole NIK."""
        typed = self.nik.text()
        kept = last_four(typed)
        whole = kept is not None and len("".join(typed.split())) == NIK_DIGITS
        if kept is not None and kept != typed:
            self.nik.setText(kept)
        elif len(typed) > KEPT_DIGITS:
            self.nik.clear()  # a wrong scan is not kept either
        self._nik_field.set_finding(
            self.tr("4 angka terakhir, atau pindai 16 angka.") if kept is None else ""
        )
        self._tell()
        return whole

    def _tell(self) -> None:
        self.typed.emit(self.nik.text().strip(), self.initials.text().strip())

    def _print(self) -> None:
        """Enter or a click; the Enter that a scanner sends after the digits is not meant."""
        if len(self._burst) >= SCANNED_AT_LEAST:
            self._end_burst()
            return
        if self._burst:
            self._end_burst()
        if self.nik.hasFocus() and self._take_scan():
            self.print_button.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.print_wanted.emit()


class QuotaPanel(QWidget):
    """No number is left of a service today: count who goes, or, with the right, give more."""

    turned_away = Signal()
    raised = Signal(int, str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = Heading("", 2)
        self.back = IconButton("x", self.tr("Kembali"), key="Esc", flat=True)
        self._text = Label("", wrap=True)
        self.turn_away = PrimaryButton(self.tr("Catat ditolak"), "user-x", large=True)
        enter_key(self.turn_away)
        self._more_title = Label(self.tr("Tambah kuota hari ini"), Type.STRONG)
        self.more = QSpinBox()
        self.more.setMinimum(1)
        self.reason = LineEdit(longest=120)
        self._more_field = Field(self.tr("Berapa karcis lagi"), self.more)
        self._reason_field = Field(self.tr("Alasan (tercetak di rekap)"), self.reason)
        self.raise_button = Button(self.tr("Tambah kuota"), "plus", key="Ctrl+Enter")
        self._no_right = Muted(
            self.tr("Kuota dapat ditambah oleh Kabid Pelayanan atau Kepala Kantor Cabang."), wrap=True
        )
        self._lay_out()
        self.turn_away.clicked.connect(self.turned_away)
        self.back.clicked.connect(self.left)
        self.raise_button.clicked.connect(self._raise)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.space(2))
        head.addWidget(Picture("circle-alert", 1.6, Colour.RED))
        head.addWidget(self._title, 1)
        head.addWidget(self.back)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(3))
        column.addLayout(head)
        column.addWidget(self._text)
        column.addWidget(self.turn_away)
        column.addWidget(
            Muted(self.tr("Dihitung di rekap sebagai pengunjung tanpa karcis."), small=True, wrap=True)
        )
        column.addSpacing(theme.space(3))
        for part in (
            self._more_title,
            self._more_field,
            self._reason_field,
            self.raise_button,
            self._no_right,
        ):
            column.addWidget(part)
        column.addStretch(1)
        column.setSizeConstraint(QLayout.SizeConstraint.SetDefaultConstraint)
        enter_at(self, self.turn_away)

    def show_choice(self, choice: Choice) -> None:
        """Say what is so, and until when."""
        service = choice.place.service
        self._title.setText(self.tr("{service}: kuota habis").format(service=service.name.id))
        self._text.setText(
            choice.quota_text.id.format(service=service.name.id, day=format_long_day(choice.next_day))
        )
        may = choice.most_more > 0
        for part in (self._more_title, self._more_field, self._reason_field, self.raise_button):
            part.setVisible(may)
        self._no_right.setVisible(not may)
        self.more.setMaximum(max(1, choice.most_more))

    def clear(self) -> None:
        """Nothing of the last time stays."""
        self.more.setValue(1)
        self.reason.clear()
        self._reason_field.set_finding("")

    def _raise(self) -> None:
        if not self.reason.text().strip():
            self._reason_field.set_finding(self.tr("Tulis alasannya."))
            self.reason.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.more.interpretText()
        self.raised.emit(self.more.value(), self.reason.text().strip())
