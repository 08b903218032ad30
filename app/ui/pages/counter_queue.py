"""The queue card of a counter: who waits in the order of calling, who is parked, who did not come."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.domain.calendar import format_minutes
from app.domain.tickets import Ticket
from app.ui import theme
from app.ui.presenters.counter_state import CounterLook, waited_minutes
from app.ui.widgets import Bar, Card, Column, DataTable, Muted, SegmentedChoice, TableModel, Tone

WAITING, PARKED, MISSED = "waiting", "parked", "missed"


class QueueCard(Card):
    """Enter on a line: call it out of order, take it up again, or bring it back."""

    opened = Signal(str, object)  # list, ticket

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._look: CounterLook | None = None
        edge = theme.space(2.5)
        self.body.setContentsMargins(edge, theme.space(3), edge, theme.space(3))
        self.lists = SegmentedChoice(
            [
                (WAITING, self.tr("Menunggu"), "", Tone.GOOD),
                (PARKED, self.tr("Ditunda"), "", Tone.WARN),
                (MISSED, self.tr("Tidak hadir"), "", Tone.NEUTRAL),
            ],
            name=self.tr("Daftar antrean"),
        )
        self.lists.set_value(WAITING)
        columns: list[Column[Ticket]] = [
            Column(title="", text=lambda row: row.label, width=4.9, strong=True, tip=lambda row: row.label),
            Column(title="", text=self._service, width=6),
            Column(title="", text=self._mark, tone=self._tone),
            Column(title="", text=self._waited, width=4.6, right=True),
        ]
        self.table = DataTable(TableModel(columns, lambda row: row.id), name=self.tr("Antrean"))
        self.table.horizontalHeader().hide()
        self.table.setMinimumHeight(theme.em(None, 5))
        self.quota = Muted("", small=True)
        self.bar = Bar()
        self.body.addWidget(self.lists)
        self.body.addWidget(self.table, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.quota, 1)
        foot.addWidget(Muted(self.tr("Ctrl+D daftar"), small=True))
        self.body.addLayout(foot)
        self.body.addWidget(self.bar)
        self.lists.changed.connect(lambda _: self._fill())
        self.table.opened.connect(lambda row: self.opened.emit(self.lists.value(), row))

    def _service(self, row: Ticket) -> str:
        look = self._look
        assert look is not None
        service = look.rules.service(row.service)
        return (
            look.rules.programme(service.programme).short
            if service.programme
            else service.name.id.split(" ")[0]
        )

    def _mark(self, row: Ticket) -> str:
        look = self._look
        assert look is not None
        if self.lists.value() == PARKED:
            names = {each.code: each.name.id for each in look.rules.park_reasons}
            return names.get(row.parked_reason, row.parked_reason)
        if self.lists.value() == MISSED:
            return ""
        if look.late(row):
            return self.tr("lewat target")
        return look.rules.priority(row.priority).name.id if row.priority else ""

    def _tone(self, row: Ticket) -> Tone | None:
        look = self._look
        assert look is not None
        if self.lists.value() == PARKED:
            return Tone.WARN
        if look.late(row):
            return Tone.BAD
        return Tone.INFO if row.priority else None

    def _waited(self, row: Ticket) -> str:
        look = self._look
        assert look is not None
        if self.lists.value() == WAITING:
            return format_minutes(waited_minutes(row, look.now))
        ended = row.leg.ended_at or look.now
        return format_minutes(max(0, look.now - ended) // 60_000)

    def show_look(self, look: CounterLook) -> None:
        """The three lists and the quota; the chosen line stays chosen."""
        self._look = look
        board = look.board
        counts = (len(board.waiting), len(board.parked), len(board.missed)) if board else (0, 0, 0)
        words = (self.tr("Menunggu"), self.tr("Ditunda"), self.tr("Tidak hadir"))
        for code, word, count in zip((WAITING, PARKED, MISSED), words, counts, strict=True):
            text = f"{word} {count}" if count or code == WAITING else word
            if self.lists.button(code).words() != text:
                self.lists.button(code).setText(text)
        self._fill()
        quota = look.quota
        self.quota.setVisible(board is not None)
        self.bar.setVisible(quota is not None)
        if quota is not None:
            programme, used, limit = quota
            text = self.tr("Kuota saya hari ini · {programme} {used} dari {limit}")
            self.quota.setText(text.format(programme=programme, used=used, limit=limit))
            self.bar.set(used, limit, Tone.BAD if used > limit else Tone.GOOD)
        else:
            self.quota.setText(self.tr("Selesai dilayani hari ini: {count}").format(count=look.served))

    def _fill(self) -> None:
        board = self._look.board if self._look else None
        empty = {
            WAITING: self.tr("Tidak ada yang menunggu."),
            PARKED: self.tr("Tidak ada yang ditunda."),
            MISSED: self.tr("Semua yang dipanggil hadir."),
        }
        here = self.lists.value() or WAITING
        self.table.set_empty_text(empty[here])
        rows = {WAITING: board.waiting, PARKED: board.parked, MISSED: board.missed}[here] if board else ()
        self.table.set_rows(rows)

    def stops(self) -> list[QWidget]:
        """Where Tab stops, in the order in which they stand."""
        return [*self.lists.buttons().values(), self.table]

    def take_keyboard(self) -> None:
        """Go into the list; pressed again there, go on to the next of the three lists."""
        if self.table.hasFocus():
            codes = [WAITING, PARKED, MISSED]
            self.show_list(codes[(codes.index(self.lists.value()) + 1) % len(codes)])
        self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_list(self, code: str) -> None:
        """Show one of the lists."""
        self.lists.set_value(code)
        self._fill()
        self.table.choose_line(0)
