"""The left half of the desk's page: a card for each service, the day's figures, the legal groups of priority."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.domain.bundle import PriorityGroup
from app.domain.calendar import format_decimal, format_number
from app.services.desk import DeskBoard, ServiceBoard
from app.ui import theme
from app.ui.moment import Moment
from app.ui.presenters.desk_state import DeskView
from app.ui.theme import Colour, Tone, Type
from app.ui.widgets import Banner, Card, ElidedLabel, KeyHint, Label, Muted, SegmentedChoice, ServiceCard
from app.ui.widgets.buttons import Look
from app.ui.widgets.tips import set_tip

MOST_COLUMNS = 4
FEW_MINUTES = 120
CARD_EMS = 13
"""Least width of a card, in widths of a letter."""


class DeskCard(ServiceCard):
    """A service; green while it is the one chosen."""

    _CHOSEN = Look(Colour.BRAND_PALE, Colour.BRAND_PALE, Colour.BRAND, Colour.INK)

    chosen = False

    def __init__(self, place: ServiceBoard, moment: Moment, parent: QWidget | None = None) -> None:
        service = place.service
        super().__init__(
            service.name.id,
            service.subtitle.id,
            prefix=service.prefix,
            icon=service.icon,
            key=place.key,
            parent=parent,
        )
        self._moment = moment

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """An Enter that was meant for what stood here before chooses nothing; a service's own key always does."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or self._moment.meant():
            super().keyPressEvent(event)

    def current_look(self) -> Look:
        """Green while chosen."""
        return self._CHOSEN if self.chosen else self.look

    def set_chosen(self, chosen: bool) -> None:
        """Mark it, or not."""
        if self.chosen != chosen:
            self.chosen = chosen
            self.update()

    def show_place(self, place: ServiceBoard, *, enabled: bool) -> None:
        """Queue, wait, and what is left of the quota, in words."""
        quota = place.quota
        self.setEnabled(enabled)
        if quota.cap is None:
            left = self.tr("Tanpa batas kuota")
        else:
            left = self.tr("Kuota {used} dari {cap} · sisa {left}").format(
                used=quota.used, cap=quota.cap, left=quota.left
            )
        share = None if not quota.cap else min(1.0, quota.used / quota.cap)
        if quota.exhausted:
            full = self.tr("Kuota {used} dari {cap}").format(used=quota.used, cap=quota.cap)
            self.set(self.tr("Kuota hari ini habis"), full, share=1.0, tone=Tone.BAD)
        else:
            self.set(self._queue(place), left, share=share)

    def _queue(self, place: ServiceBoard) -> str:
        if not place.waiting:
            return self.tr("Tidak ada antrean")
        if place.estimate_minutes is None:
            return self.tr("{count} menunggu · loket tutup").format(count=place.waiting)
        return self.tr("{count} menunggu · ± {time}").format(
            count=place.waiting, time=self._roughly(place.estimate_minutes)
        )

    def _roughly(self, minutes: int) -> str:
        """Minutes, and from two hours on half hours: nobody knows it better."""
        if minutes < FEW_MINUTES:
            return self.tr("{count} mnt").format(count=minutes)
        halves = -(-minutes // 30)
        hours = format_number(halves // 2) if halves % 2 == 0 else format_decimal(halves / 2)
        return self.tr("{hours} jam").format(hours=hours)


class DayFigures(Card):
    """What happened today, in the place that the cards leave free."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(plain=True, parent=parent)
        edge = theme.space(3)
        self.body.setContentsMargins(edge, theme.space(4), edge, theme.space(2))
        self.body.setSpacing(theme.space(0.5))
        self._title = Muted(self.tr("Hari ini"))
        self._issued = Label("", Type.FIGURE)
        self._lines = [ElidedLabel("", ink="muted") for _ in range(4)]
        for part in (self._title, self._issued, *self._lines):
            self.body.addWidget(part)
        self.body.addStretch(1)

    def show_board(self, board: DeskBoard) -> None:
        """Tickets given, finished, missed; counters at work."""
        self._issued.setText(self.tr("{count} karcis").format(count=format_number(board.issued)))
        waiting = sum(place.waiting for place in board.services)
        words = (
            self.tr("{count} menunggu").format(count=format_number(waiting)),
            self.tr("{count} selesai").format(count=format_number(board.done)),
            self.tr("{count} tidak hadir").format(count=format_number(board.no_show)),
            self.tr("{count} loket buka").format(count=board.open_counters),
        )
        for line, text in zip(self._lines, words, strict=True):
            line.setText(text)


class ServiceGrid(QWidget):
    """The cards in rows of equal height."""

    chosen = Signal(str)

    def __init__(self, moment: Moment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._moment = moment
        self.cards: dict[str, DeskCard] = {}
        self._columns = 0
        self._figures = DayFigures()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.space(3))

    def show_board(self, board: DeskBoard, *, enabled: bool) -> None:
        """Update in place; the cards are made once."""
        if list(self.cards) != [place.service.code for place in board.services]:
            self._make(board.services)
        for place in board.services:
            self.cards[place.service.code].show_place(place, enabled=enabled)
        self._figures.show_board(board)

    def _make(self, places: tuple[ServiceBoard, ...]) -> None:
        for card in self.cards.values():
            card.deleteLater()
        self.cards = {}
        for place in places:
            card = DeskCard(place, self._moment)
            card.clicked.connect(lambda _=False, code=place.service.code: self.chosen.emit(code))
            self.cards[place.service.code] = card
        self._columns = 0
        self._arrange()

    def _arrange(self) -> None:
        """In as many columns as fit: two rows on an ordinary screen, more of them where the text is large."""
        cells = [*self.cards.values(), self._figures]
        wanted = min(MOST_COLUMNS, -(-len(cells) // 2))
        fit = (self.width() + theme.space(3)) // (theme.em(None, CARD_EMS) + theme.space(3))
        columns = max(1, min(wanted, fit))
        if columns == self._columns or not self.cards:
            return
        self._columns = columns
        for cell in cells:
            self._grid.removeWidget(cell)
        for number, cell in enumerate(cells):
            self._grid.addWidget(cell, number // columns, number % columns)
        for column in range(MOST_COLUMNS):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        rows = -(-len(cells) // columns)
        for row in range(self._grid.rowCount()):
            self._grid.setRowStretch(row, 1 if row < rows else 0)

    def minimumSizeHint(self) -> QSize:
        """One column wide, so that large text is scrolled downwards and not sideways."""
        return QSize(theme.em(None, CARD_EMS), self._grid.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other columns may fit."""
        super().resizeEvent(event)
        self._arrange()

    def mark(self, service: str) -> None:
        """Show which one is chosen; "" for none."""
        for code, card in self.cards.items():
            card.set_chosen(code == service)

    def focus(self, service: str = "") -> None:
        """Put the keyboard on a card, or on the first one that can be used."""
        card = self.cards.get(service) or next(iter(self.cards.values()), None)
        if card is not None and not card.isEnabled():
            card = next((each for each in self.cards.values() if each.isEnabled()), None)
        if card is not None:
            card.setFocus(Qt.FocusReason.OtherFocusReason)


class PriorityRow(QWidget):
    """The groups that the law lets go first: P, then a digit."""

    changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choice: SegmentedChoice | None = None
        self._codes: tuple[str, ...] = ()
        words = QHBoxLayout()
        words.setSpacing(theme.space(2))
        words.addWidget(Label(self.tr("Prioritas · P lalu angka"), Type.STRONG))
        words.addWidget(Muted(self.tr("alasan ikut tercatat")))
        words.addStretch(1)
        self._row = QHBoxLayout()
        self._row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(1.5))
        column.addLayout(words)
        column.addLayout(self._row)

    def show_groups(self, groups: tuple[PriorityGroup, ...]) -> None:
        """The groups of the bundle."""
        codes = tuple(group.code for group in groups)
        if codes == self._codes:
            return
        if self.choice is not None:
            self.choice.deleteLater()
        options = [
            (group.code, f"{number} {group.name.id}", group.icon, Tone.INFO)
            for number, group in enumerate(groups, start=1)
        ]
        self._codes = codes
        self.choice = SegmentedChoice(options, name=self.tr("Prioritas"), clearable=True)
        self.choice.changed.connect(self.changed)
        for code in codes:
            button = self.choice.button(code)
            button.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            set_tip(button, button.words())
        self._row.insertWidget(0, self.choice)

    def begin(self) -> None:
        """Put the keyboard here: a digit chooses."""
        if self.choice is not None and self._codes:
            self.choice.button(self.choice.value() or self._codes[0]).setFocus(
                Qt.FocusReason.ShortcutFocusReason
            )

    def clear(self) -> None:
        """No priority."""
        if self.choice is not None:
            self.choice.set_value("")


class DeskKeys(KeyHint):
    """The keys of the page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.set_keys(
            [
                (self.tr("Kunci layanan"), self.tr("pilih, sekali lagi langsung cetak")),
                ("Enter", self.tr("cetak")),
                ("1–9", self.tr("berkas belum ada")),
                ("P", self.tr("prioritas")),
                ("Del", self.tr("batal")),
                ("Esc", self.tr("kembali")),
                ("F12", self.tr("layar ruang tunggu")),
            ]
        )


class DeskNotice(Banner):
    """What the day goes on with: a full disk, a paper that is lacking, a clock; hidden when there is nothing."""

    def __init__(self, print_back: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.button.set_key("C")
        self.triggered.connect(print_back)

    def show_desk(self, desk: DeskView) -> None:
        """The gravest first."""
        back = desk.without_paper
        self.setVisible(desk.disk == "full" or desk.clock_behind or back is not None)
        if desk.disk == "full":
            text = self.tr("Disk komputer ini hampir penuh: nomor baru tidak dapat diberikan.")
            note = self.tr(
                "Kosongkan disk atau panggil petugas TI. Yang sedang dilayani tetap dapat diselesaikan."
            )
            self.set(Tone.BAD, text, note=note)
        elif back is not None:
            text = self.tr("{label} menunggu lagi di tempat semula dan belum punya karcis.")
            note = self.tr("Karcis lamanya bernomor sama dengan milik orang lain; berikan yang baru.")
            self.set(Tone.WARN, text.format(label=back.label), self.tr("Cetak karcisnya"), note=note)
        elif desk.clock_behind:
            text = self.tr("Jam komputer mundur; hari layanan tetap berjalan.")
            self.set(Tone.WARN, text, note=self.tr("Periksa tanggal dan jam komputer ini."))
