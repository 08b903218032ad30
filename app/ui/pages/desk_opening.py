"""Opening the day: the next number of each series held against the last paper ticket."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QSpinBox, QVBoxLayout, QWidget

from app.domain.calendar import day_of, format_day, format_long_day, format_time
from app.services.desk import NextNumber
from app.services.opening import Doubt
from app.ui import theme
from app.ui.notify import Notify
from app.ui.pages.desk_choice import enter_key
from app.ui.presenters.desk_state import DeskView
from app.ui.theme import Tone, Type
from app.ui.widgets import Banner, Button, Card, ElidedLabel, Label, Muted, PrimaryButton, Row
from app.ui.widgets.entry import enter_at

MOST = 9999
COLUMNS = 2


class SeriesRow(Row):
    """One series: its letter, its service, and the number it goes on with."""

    def __init__(self, number: NextNumber, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.prefix = number.prefix
        self._suggested = 0
        letter = Label(number.prefix, Type.SUBTITLE, ink="brand")
        letter.setFixedWidth(theme.space(6))
        self.spin = QSpinBox()
        self.spin.setRange(1, MOST)
        self.spin.setFixedWidth(theme.space(24))
        self.spin.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.body.addWidget(letter)
        self.body.addWidget(ElidedLabel(number.service.id), 1)
        self.body.addWidget(self.spin)
        self.show_number(number)

    def show_number(self, number: NextNumber) -> None:
        """Suggest a number; one that a person has changed stays."""
        if self.spin.value() in (self._suggested, 1) or not self._suggested:
            self.spin.setValue(number.number)
        self._suggested = number.number
        for part in (self.spin, self.spin.lineEdit()):
            part.setAccessibleName(f"{number.prefix}, {number.service.id}")


class OpeningPanel(QWidget):
    """What stands on the desk's page while no day is open."""

    wanted = Signal(object)  # {prefix: next number}, None where nobody knows them

    def __init__(self, notify: Notify, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notify = notify
        self._desk: DeskView | None = None
        self._small = Label(self.tr("Hari layanan belum dibuka"), Type.STRONG, ink="muted")
        self._date = Label("", Type.FIGURE, wrap=True)
        self._clock = Banner(Tone.WARN)
        self._former = Banner(Tone.INFO)
        self._question = Muted("", wrap=True)
        self._grid = QGridLayout()
        self._grid.setSpacing(theme.space(2))
        self.rows: list[SeriesRow] = []
        self.doubts = ""
        """What speaks against opening now, in words; "" for nothing."""
        self._mark = Muted("", small=True, wrap=True)
        self.yes = PrimaryButton(self.tr("Cocok, buka hari"), "door-open", large=True)
        enter_key(self.yes)
        self.no = Button(self.tr("Tidak tahu"), "circle-question-mark", key="F2")
        self._lay_out()
        self.yes.clicked.connect(self._confirm)
        self.no.clicked.connect(lambda: self._open(None))

    def _lay_out(self) -> None:
        card = Card()
        card.setMaximumWidth(theme.em(None, 66))
        card.body.setSpacing(theme.space(3))
        for part in (self._small, self._date, self._former, self._clock, self._question):
            card.body.addWidget(part)
        card.body.addLayout(self._grid)
        card.body.addWidget(self._mark)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.space(3))
        buttons.addWidget(self.yes)
        buttons.addWidget(self.no)
        buttons.addStretch(1)
        card.body.addLayout(buttons)
        inside = QWidget()
        inside.setObjectName("scrolled")
        middle = QVBoxLayout(inside)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.addStretch(1)
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(card, 8)
        across.addStretch(1)
        middle.addLayout(across)
        middle.addStretch(2)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inside)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
        enter_at(self, self.yes)

    def show_desk(self, desk: DeskView) -> None:
        """The date, the numbers, and what is odd."""
        self._desk = desk
        self._date.setText(format_long_day(desk.board.calendar_day))
        closed = desk.closed_today
        self._small.setText(
            self.tr("Hari layanan sudah ditutup")
            if closed
            else self.tr("Program dimulai lagi saat hari layanan terbuka")
            if desk.board.asks_again
            else self.tr("Hari layanan belum dibuka")
        )
        self.yes.setText(
            self.tr("Cocok, lanjutkan") if desk.board.asks_again else self.tr("Cocok, buka hari")
        )
        self._show_former(desk)
        self._show_doubts(desk)
        self._show_numbers(desk.numbers)
        self._question.setText(self._closed_words(desk) if closed else self._question_words(desk))
        self._mark.setText(
            self.tr(
                "Tidak tahu? Hari tetap dibuka, tetapi nomor memakai tanda tiga huruf, misalnya A-1KXM-001, "
                "supaya tidak ada dua karcis dengan nomor yang sama."
            )
        )
        for part in (self.yes, self.no, self._mark):
            part.setVisible(not closed)
        for row in self.rows:
            row.setVisible(not closed)

    def _question_words(self, desk: DeskView) -> str:
        if not desk.is_home:
            return self.tr(
                "Komputer ini bukan pemberi nomor cabang: nomor hari ini memakai tanda. Penyelia dapat "
                "menjadikannya pemberi nomor di halaman Kelola."
            )
        if desk.board.asks_again:
            return self.tr(
                "Nomor berikut dari setiap seri. Cocokkan dengan karcis kertas terakhir: hanya kertas yang tahu "
                "karcis yang diberikan sebelum komputer ini berhenti. Enter bila cocok; ubah bila berbeda."
            )
        return self.tr(
            "Nomor berikut dari setiap seri. Cocokkan dengan karcis kertas terakhir hari ini; ubah bila berbeda."
        )

    def _closed_words(self, desk: DeskView) -> str:
        latest = desk.latest
        time = format_time(latest.closed_at, desk.zone) if latest and latest.closed_at else ""
        return self.tr(
            "Ditutup pukul {time}. Karcis dapat diberikan lagi pada hari kerja berikut, {day}, atau hari ini bila "
            "penyelia membukanya lagi di halaman Rekap."
        ).format(time=time, day=format_long_day(desk.next_day))

    def _show_former(self, desk: DeskView) -> None:
        former = desk.board.unclosed_before
        self._former.setVisible(bool(former))
        if former:
            self._former.set(
                Tone.INFO,
                self.tr("{day} belum ditutup oleh penyelia. Hari ini tetap dapat dibuka.").format(
                    day=format_day(former)
                ),
            )

    def _show_doubts(self, desk: DeskView) -> None:
        self.doubts = "\n".join(self._doubt_words(each, desk) for each in desk.doubts)
        asked = bool(desk.doubts) and not desk.closed_today and not desk.board.asks_again
        self._clock.setVisible(asked)
        if asked:
            note = self.tr("Periksa tanggal dan jam komputer ini sebelum membuka hari.")
            self._clock.set(Tone.WARN, self.doubts, note=note)

    def _doubt_words(self, doubt: Doubt, desk: DeskView) -> str:
        """Which clock is doubted, and what it says."""
        day = format_day(doubt.day) if doubt.day else ""
        told = f"{format_day(day_of(doubt.at, desk.zone))} {format_time(doubt.at, desk.zone)}"
        return {
            "no_service_day": self.tr("Menurut kalender kantor, hari ini bukan hari layanan."),
            "behind": self.tr(
                "Jam komputer ini mundur: hari layanan terakhir {day}, catatan terakhir {told}."
            ).format(day=day, told=told),
            "pause": self.tr(
                "Hari layanan terakhir {day}; {count} hari layanan sesudahnya terlewati."
            ).format(day=day, count=doubt.count),
            "zone": self.tr("Zona waktu komputer ini bukan {zone}.").format(zone=desk.zone),
            "hub": self.tr("Jam komputer utama lain: di sana {told}.").format(told=told),
            "head_office": self.tr("Jam kantor pusat lain: di sana {told}.").format(told=told),
        }[doubt.code]

    def _show_numbers(self, numbers: tuple[NextNumber, ...]) -> None:
        if [row.prefix for row in self.rows] != [number.prefix for number in numbers]:
            for row in self.rows:
                row.deleteLater()
            self.rows = [SeriesRow(number) for number in numbers]
            for place, row in enumerate(self.rows):
                self._grid.addWidget(row, place // COLUMNS, place % COLUMNS)
        for row, number in zip(self.rows, numbers, strict=True):
            row.show_number(number)

    def _confirm(self) -> None:
        for row in self.rows:
            row.spin.interpretText()
        self._open({row.prefix: row.spin.value() for row in self.rows})

    def _open(self, first: dict[str, int] | None) -> None:
        """Where something speaks against it, it is asked once more, and Enter leaves the day unopened."""
        desk = self._desk
        if desk is None or not desk.doubts or desk.board.asks_again:
            self.wanted.emit(first)
            return
        self._notify.ask(
            self,
            self.tr("Tetap buka {day}?").format(day=format_long_day(desk.board.calendar_day)),
            self.doubts,
            yes=self.tr("Tetap buka hari"),
            then=lambda: self.wanted.emit(first),
            danger=True,
        )
