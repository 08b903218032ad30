"""The queue: everybody of today, whatever became of them; bring back, print again, cancel."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.calendar import format_minutes, format_number, format_time
from app.domain.tickets import ENDED, NO_SHOW, PARKED, SERVING, WAITING, Ticket
from app.errors import Refused
from app.ui import theme
from app.ui.context import Context
from app.ui.pages.queue_detail import StateWords, TicketDetail
from app.ui.presenters.queue import ALL, QueuePresenter, QueueRow
from app.ui.theme import Tone
from app.ui.widgets import Button, Card, Column, DataTable, KeyHint, Muted, SegmentedChoice, TableModel
from app.ui.widgets.entry import enter_at

MINUTES_AGAIN_MS = 20_000
"""How often the minutes waited are counted anew."""
SIDE_STEPS = 80


class QueuePage(QWidget):
    """A table, and beside it the chosen ticket with what can be done."""

    interests = frozenset({"ticket", "day", "branch"})
    _print_ended = Signal(str, bool, object)  # brings the printer's report to the window's thread

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.page_title = self.tr("Antrean hari ini")
        self.presenter = QueuePresenter(
            context.services, context.background.door(self), self, context.who, context.may
        )
        self._words = StateWords(self)
        self._words.hide()
        self._names = {
            ALL: self.tr("Semua"),
            WAITING: self.tr("Menunggu"),
            SERVING: self.tr("Dipanggil, dilayani"),
            PARKED: self.tr("Ditunda"),
            NO_SHOW: self.tr("Tidak hadir"),
            ENDED: self.tr("Selesai"),
        }
        self.filters = SegmentedChoice(
            [(code, words, "", Tone.GOOD) for code, words in self._names.items()], name=self.tr("Saring")
        )
        self.table = DataTable(TableModel(self._columns(), lambda row: row.ticket.id), name=self.page_title)
        self.detail = TicketDetail(self._words)
        self.reinstate = Button(self.tr("Kembalikan ke antrean"), "undo-2", key="F8")
        self.reprint = Button(self.tr("Cetak ulang"), "printer", key="F9")
        self.cancel = Button(self.tr("Batalkan karcis"), "ban", key="Ctrl+F10", danger=True)
        self._why_not = Muted("", small=True, wrap=True)
        self._timer = QTimer(self)
        self._timer.setInterval(MINUTES_AGAIN_MS)
        self._timer.timeout.connect(self._count_minutes)
        self._lay_out()
        self._connect()

    def _columns(self) -> tuple[Column[QueueRow], ...]:
        return (
            Column[QueueRow](title=self.tr("Nomor"), text=lambda row: row.ticket.label, width=8, strong=True),
            Column[QueueRow](title=self.tr("Layanan"), text=self._service),
            Column[QueueRow](
                title=self.tr("Keadaan"),
                text=lambda row: self._words.state(row.ticket)[0],
                tone=lambda row: self._words.state(row.ticket)[1],
                width=11,
            ),
            Column[QueueRow](
                title=self.tr("Menunggu"),
                text=self._waited,
                tone=lambda row: Tone.BAD if row.late else None,
                tip=lambda row: self.tr("Target {minutes} menit").format(minutes=row.target),
                width=10,
            ),
            Column[QueueRow](
                title=self.tr("Loket"),
                text=lambda row: str(row.ticket.leg.counter or "–"),
                width=4.5,
            ),
            Column[QueueRow](title=self.tr("Prioritas"), text=self._priority, width=11),
            Column[QueueRow](title=self.tr("Datang"), text=self._came, width=5, right=True),
        )

    def _service(self, row: QueueRow) -> str:
        queue = self.presenter.queue
        return queue.rules.service(row.ticket.service).name.id if queue else ""

    def _waited(self, row: QueueRow) -> str:
        time = format_minutes(row.minutes)
        return self.tr("{time} · lewat").format(time=time) if row.late else time

    def _priority(self, row: QueueRow) -> str:
        queue = self.presenter.queue
        if queue is None or not row.ticket.priority:
            return ""
        return queue.rules.priority(row.ticket.priority).name.id

    def _came(self, row: QueueRow) -> str:
        queue = self.presenter.queue
        return format_time(row.ticket.issued_at, queue.zone) if queue else ""

    def _lay_out(self) -> None:
        left = Card()
        left.body.setContentsMargins(theme.space(3), theme.space(2), theme.space(3), theme.space(2))
        left.body.addWidget(self.table, 1)
        side = QVBoxLayout()
        side.setSpacing(theme.space(2))
        self.detail.setFixedWidth(theme.space(SIDE_STEPS))
        side.addWidget(self.detail, 1)
        for part in (self.reinstate, self.reprint, self.cancel, self._why_not):
            part.setMaximumWidth(theme.space(SIDE_STEPS))
            side.addWidget(part)
        across = QHBoxLayout()
        across.setSpacing(theme.space(4))
        across.addWidget(left, 1)
        across.addLayout(side)
        segments = QHBoxLayout()
        segments.addWidget(self.filters)
        segments.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(theme.space(5), theme.space(4), theme.space(5), theme.space(3))
        outer.setSpacing(theme.space(3))
        outer.addLayout(segments)
        outer.addLayout(across, 1)
        outer.addWidget(
            KeyHint(
                [
                    ("1–6", self.tr("saring")),
                    (self.tr("Panah"), self.tr("pilih karcis")),
                    ("F8", self.tr("kembalikan yang tidak hadir")),
                    ("F9", self.tr("cetak ulang")),
                    ("Ctrl+F10", self.tr("batalkan dengan alasan")),
                ]
            )
        )
        enter_at(self, self.table)

    def _connect(self) -> None:
        self._print_ended.connect(
            lambda ticket, ok, _: self.presenter.print_ended(ticket, ok), Qt.ConnectionType.QueuedConnection
        )
        printing, tell = self._context.services.printing, self._print_ended.emit
        printing.listen(tell)
        self.destroyed.connect(lambda: printing.forget(tell))
        self.filters.set_value(ALL)
        for number, code in enumerate(self._names, start=1):
            self.filters.button(code).set_key(str(number))
        self.filters.changed.connect(self._choose_filter)
        self.table.chosen.connect(lambda _: self._show_chosen())
        self.reinstate.clicked.connect(self._reinstate)
        self.reprint.clicked.connect(self._reprint)
        self.cancel.clicked.connect(self._ask_cancel)
        self.table.set_empty_text(self.tr("Tidak ada karcis di sini"))
        self._show_chosen()

    # ------------------------------------------------------------------------------------------ the presenter's view

    def refresh(self) -> None:
        """Read anew."""
        self._timer.start()
        self.presenter.refresh()

    def open_record(self, ticket: str) -> None:
        """Choose a ticket, as another page asked."""
        self._choose_filter(ALL)
        self.filters.set_value(ALL)
        self.table.choose_key(ticket)

    def show_rows(self, rows: tuple[QueueRow, ...], counts: dict[str, int]) -> None:
        """The table, and how many each filter holds."""
        self.table.set_rows(rows)
        for code, words in self._names.items():
            text = f"{words} {format_number(counts[code])}"
            button = self.filters.button(code)
            if button.words() != text:
                button.setText(text)
        if self.table.current() is None and rows:
            self.table.choose_line(0)
        self._show_chosen()

    def said(self, what: str, label: str) -> None:
        """Something was done."""
        texts = {
            "reinstated": self.tr("{label} kembali menunggu, di belakang yang sudah menunggu."),
            "queued": self.tr("Salinan karcis {label} dikirim ke printer…"),
            "reprinted": self.tr("Karcis {label} dicetak ulang; tercatat sebagai salinan."),
            "not_printed": self.tr(
                "Salinan karcis {label} belum tercetak: salin nomornya, lalu periksa printer."
            ),
            "copy": self.tr("Komputer ini tidak punya printer: salin nomor {label}."),
            "cancelled": self.tr("Karcis {label} dibatalkan."),
        }
        self._context.notify.toast(texts[what].format(label=label))

    def refuse(self, refused: Refused) -> None:
        """Why not."""
        self._context.notify.refuse(refused)

    # ------------------------------------------------------------------------------------------ actions

    def chosen(self) -> Ticket | None:
        """The ticket of the chosen line."""
        row: QueueRow | None = self.table.current()
        return row.ticket if row is not None else None

    def _choose_filter(self, code: str) -> None:
        self.presenter.choose_filter(code)

    def _count_minutes(self) -> None:
        if self.isVisible():
            self.presenter.show()
        else:
            self._timer.stop()

    def _show_chosen(self) -> None:
        ticket = self.chosen()
        self.detail.show_ticket(ticket, self.presenter.queue)
        may = self.presenter.actions(ticket)
        self.reinstate.setEnabled(may.reinstate)
        self.reprint.setEnabled(may.reprint)
        self.cancel.setEnabled(may.cancel)
        reasons = {
            "": "",
            "none": self.tr("Pilih karcis lebih dahulu."),
            "ended": self.tr("Karcis ini sudah selesai; tidak dapat diubah lagi."),
            "closed": self.tr("Hari layanan sudah ditutup; tidak dapat diubah lagi."),
            "right": self.tr("Peran Anda tidak dapat mengubah karcis."),
        }
        self._why_not.setText(reasons[may.why_not])

    def _reinstate(self) -> None:
        ticket = self.chosen()
        if ticket is not None:
            self.presenter.reinstate(ticket)

    def _reprint(self) -> None:
        ticket = self.chosen()
        if ticket is not None:
            self.presenter.reprint(ticket)

    def _ask_cancel(self) -> None:
        ticket, queue = self.chosen(), self.presenter.queue
        if ticket is None or queue is None:
            return
        self._context.notify.ask_reason(
            self,
            self.tr("Batalkan karcis {label}?").format(label=ticket.label),
            [(each.code, each.name.id) for each in queue.rules.cancel_reasons],
            text=self.tr("Alasannya ikut tercatat."),
            then=lambda code, _: self.presenter.cancel(ticket, code),
        )
