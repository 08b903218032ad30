"""What waits for a decision: one tinted line for each matter, with what it is and where it is settled."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from app.domain.calendar import format_day, format_minutes, format_number
from app.services.claims import GREEN, RED, YELLOW
from app.services.today import Attention
from app.ui import icons, theme
from app.ui.role_names import role_name
from app.ui.theme import Colour, Tone, Type
from app.ui.widgets import EmptyState, paint
from app.ui.widgets.buttons import PaintedButton
from app.ui.widgets.tips import set_tip

SHOWN_LABELS = 6
_TONES = {RED: Tone.BAD, YELLOW: Tone.WARN, GREEN: Tone.GOOD}
_ICONS = {
    "overdue": "clock",
    "came_back": "banknote",
    "payment_returned": "banknote",
    "unreachable": "phone-off",
    "unclosed_day": "calendar-clock",
    "waiting_long": "hourglass",
    "no_show": "user-x",
    "delegation_starts": "user-check",
    "delegation_ends": "user-check",
    "quarantined": "database",
    "conflict": "git-merge",
    "receipt_twice": "git-merge",
    "label_twice": "git-merge",
    "label_was_twice": "git-merge",
    "quota_exhausted": "ticket",
    "quota_overrun": "ticket",
}
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


def key_of(matter: Attention) -> str:
    """Which matter it is, while its figures change."""
    named = matter.kind.startswith(("delegation", "quota")) or matter.kind.endswith("_twice")
    return f"{matter.kind}/{matter.day}/{'/'.join((*matter.names, *matter.refs)) if named else ''}"


class MatterButton(PaintedButton):
    """One matter: icon, sentence, and below it what it is about."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "info", parent=parent)
        self.matter: Attention | None = None
        self._note = ""
        self._tone = Tone.INFO

    def set_matter(self, matter: Attention, sentence: str, note: str) -> None:
        """Show another matter, or other figures."""
        self.matter, self._note = matter, note
        self._tone = _TONES.get(matter.light, Tone.INFO)
        self._icon_name = _ICONS[matter.kind]
        self.setText(sentence)
        self.setAccessibleDescription(note)
        self.update()

    def note(self) -> str:
        """The second line."""
        return self._note

    def sizeHint(self) -> QSize:
        """Two lines."""
        high = paint.height_of(theme.font(Type.STRONG)) + paint.height_of(theme.font(Type.SMALL))
        return QSize(theme.em(None, 24), high + theme.space(3))

    def minimumSizeHint(self) -> QSize:
        """Words may be shortened; the tool tip has them all."""
        return QSize(theme.em(None, 12), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Pale ground, icon, two lines."""
        painter = paint.painter_of(self)
        ground = theme.colour(self._tone.ground)
        if self.underMouse() or self.isDown():
            ground = paint.mixed(ground, theme.colour(self._tone.fill), 0.12)
        paint.box(painter, self.rect(), ground, None, paint.radius())
        side, edge = theme.em(None, 1.5), theme.space(3)
        square = QRect(edge, (self.height() - side) // 2, side, side)
        icons.paint(painter, self._icon_name, square, self._tone.ink)
        left = square.right() + theme.space(3)
        area = QRect(left, theme.space(1.5), self.width() - left - edge, self.height() - theme.space(3))
        first, second = theme.font(Type.STRONG), theme.font(Type.SMALL)
        upper = QRect(area.left(), area.top(), area.width(), paint.height_of(first))
        lower = QRect(area.left(), upper.bottom() + 1, area.width(), paint.height_of(second))
        fits = max(paint.width_of(self.words(), first), paint.width_of(self._note, second)) <= area.width()
        set_tip(self, "" if fits else f"{self.words()}\n{self._note}")
        paint.text(painter, upper, self.words(), first, theme.colour(Colour.INK))
        shade = paint.mixed(theme.colour(Colour.INK), theme.colour(Colour.MUTED), 0.8)
        paint.text(painter, lower, self._note, second, shade)
        if self.hasFocus():
            paint.focus_ring(painter, self.rect(), paint.radius())


class MatterList(QScrollArea):
    """The lines, red first; arrows move, Enter opens, and a refresh keeps the keyboard on its matter."""

    opened = Signal(object)

    def __init__(self, minutes: Callable[[int], str] = format_minutes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(self.tr("Perlu keputusan Anda"))
        self._minutes = minutes
        inner = QWidget()
        inner.setObjectName("scrolled")
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.space(1.5))
        self._empty = EmptyState("circle-check", self.tr("Tidak ada yang menunggu keputusan."))
        self._column.addWidget(self._empty, 1)
        self._column.addStretch(0)
        self.setWidget(inner)
        self.buttons: list[MatterButton] = []

    def set_matters(self, matters: Sequence[Attention]) -> None:
        """Show these; a button goes on being used, so that the keyboard stays where it is."""
        held = next((each.matter for each in self.buttons if each.hasFocus()), None)
        while len(self.buttons) < len(matters):
            self._add()
        for place, button in enumerate(self.buttons):
            if place < len(matters):
                button.set_matter(matters[place], self.sentence(matters[place]), self.note(matters[place]))
            button.setVisible(place < len(matters))
        self._empty.setVisible(not matters)
        if held is not None:
            self._hold(key_of(held), [key_of(each) for each in matters])

    def _hold(self, key: str, keys: list[str]) -> None:
        place = keys.index(key) if key in keys else 0
        if keys:
            self.buttons[place].setFocus(Qt.FocusReason.OtherFocusReason)

    def _add(self) -> None:
        button = MatterButton()
        button.clicked.connect(lambda: self.opened.emit(button.matter))
        self.buttons.append(button)
        self._column.insertWidget(self._column.count() - 1, button)
        button.show()

    def focus_first(self) -> bool:
        """Put the keyboard on the first matter; False when there is none."""
        shown = [button for button in self.buttons if button.isVisibleTo(self)]
        if shown:
            shown[0].setFocus(Qt.FocusReason.OtherFocusReason)
        return bool(shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down go from matter to matter."""
        step = _STEPS.get(Qt.Key(event.key()))
        shown = [button for button in self.buttons if button.isVisibleTo(self)]
        here = next((place for place, button in enumerate(shown) if button.hasFocus()), None)
        if step is None or here is None:
            super().keyPressEvent(event)
            return
        wanted = shown[max(0, min(len(shown) - 1, here + step))]
        wanted.setFocus(Qt.FocusReason.TabFocusReason)
        self.ensureWidgetVisible(wanted)

    # ------------------------------------------------------------------------------------------ words

    def _place(self, name: str) -> str:
        """A computer that nobody has named is called by its number."""
        return self.tr("komputer {number}").format(number=name) if name.isdigit() else name

    def sentence(self, matter: Attention) -> str:
        """What the matter is."""
        count = format_number(matter.count)
        day = format_day(matter.day) if matter.day else ""
        person = matter.names[0] if matter.names else ""
        role = role_name(matter.names[1]) if matter.kind.startswith("delegation") else ""
        sentences = {
            "calendar_ends": self.tr("Hari libur tahun {year} belum ada dalam aturan"),
            "overdue": self.tr("{count} berkas lewat batas bayar"),
            "came_back": self.tr("{count} retur bank belum dicatat"),
            "payment_returned": self.tr("{count} pembayaran dikembalikan bank"),
            "unreachable": self.tr("{count} peserta tidak terhubung saat wawancara"),
            "unclosed_day": self.tr("Hari {day} belum ditutup"),
            "waiting_long": self.tr("{count} peserta menunggu melewati target"),
            "no_show": self.tr("{count} nomor tidak hadir"),
            "quarantined": self.tr("{count} catatan disisihkan"),
            "label_twice": self.tr("{person} tercetak dua kali: satu orang keluar dari antrean"),
            "label_was_twice": self.tr("{person} tercetak dua kali pada {day}"),
            "receipt_twice": self.tr("Tanda terima {person} ada pada {count} berkas"),
            "conflict": self.tr("{count} perbedaan catatan menunggu keputusan"),
            "quota_overrun": self.tr("Kuota {person} terlampaui {count} karcis"),
            "quota_exhausted": self.tr("Kuota {person} hari ini habis"),
            "delegation_starts": self.tr("{person} menjadi {role} mulai {day}"),
            "delegation_ends": self.tr("{person} menjadi {role} sampai hari ini"),
        }
        year = matter.day[:4]
        return sentences[matter.kind].format(count=count, day=day, person=person, role=role, year=year)

    def note(self, matter: Attention) -> str:
        """What it is about, or what to do."""
        labels = ", ".join(matter.names[:SHOWN_LABELS]) + (" …" if len(matter.names) > SHOWN_LABELS else "")
        notes = {
            "calendar_ends": self.tr(
                "Tanpa itu batas hari kerja terlalu awal · minta aturan baru ke kantor pusat"
            ),
            "overdue": self.tr("Batas undang-undang terlama {day} · Enter membuka berkas"),
            "came_back": self.tr("Uang kembali menurut bank · dicatat petugas keuangan"),
            "payment_returned": self.tr("Perbaiki rekening, lalu bayar lagi"),
            "unreachable": self.tr("Percobaan habis · jadwalkan ulang atau minta datang"),
            "unclosed_day": self.tr("Jelaskan karcis yang masih terbuka, lalu tutup"),
            "waiting_long": self.tr("Terlama {minutes} · {labels}"),
            "no_show": self.tr("{labels} · dapat dipanggil lagi hari ini"),
            "quarantined": self.tr("Pekerjaan lain tetap jalan · hubungi petugas TI"),
            "label_twice": self.tr("Dicetak {members} · Enter mengembalikannya ke antrean"),
            "label_was_twice": self.tr("Dicetak {members} · satu orang tidak kembali · Enter: sudah dilihat"),
            "receipt_twice": self.tr("{members} · Enter memberi salah satunya nomor baru"),
            "conflict": self.tr("Dua petugas mencatat hal berbeda · Enter membuka pilihannya"),
            "quota_overrun": self.tr("Diberikan oleh komputer yang terputus satu sama lain"),
            "quota_exhausted": self.tr("{count} karcis sudah diberikan · tambah bila perlu"),
            "delegation_starts": self.tr("Dicetak di rekap selama berlaku"),
            "delegation_ends": self.tr("Perpanjang bila masih diperlukan"),
        }
        return notes[matter.kind].format(
            day=format_day(matter.day) if matter.day else "",
            labels=labels,
            members=" · ".join(self._place(each) for each in matter.names[1:]),
            count=format_number(matter.count),
            minutes=self._minutes(matter.minutes or 0),
        )
