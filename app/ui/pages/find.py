"""The search page: one box for ticket, name, NIK, KPJ, phone and receipt."""

import re

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.domain.calendar import day_of, format_day, format_time
from app.domain.tickets import Leg, Ticket
from app.errors import Refused
from app.services.find import Found
from app.ui import theme
from app.ui.context import Context
from app.ui.pages.case_workspace import CaseWorkspace
from app.ui.presenters.find import FindPresenter
from app.ui.stage_names import stage_name, state_name
from app.ui.widgets import (
    Card,
    Column,
    DataTable,
    EmptyState,
    Label,
    LineEdit,
    Muted,
    TableModel,
    Tone,
    Type,
)
from app.ui.words import refusal

PAUSE_MS = 120
"""Of silence before the search begins, so that fast typing asks once."""


class FindPage(QWidget):
    """Results at the left, the opened record at the right."""

    interests: frozenset[str] = frozenset()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._rules = context.services.office.rules()
        self.presenter = FindPresenter(context.services, context.background.door(self), self, context.who)
        self.box = LineEdit(
            placeholder=self.tr("Nomor antrean, nama, NIK, KPJ, HP, atau tanda terima"), longest=120
        )
        self.box.setAccessibleName(self.tr("Cari"))
        self.table = DataTable(TableModel(self._columns(), lambda each: each.id), name=self.tr("Hasil"))
        self.count = Muted("")
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(lambda: self.presenter.ask(self.box.text()))
        self.box.textChanged.connect(lambda _: self._pause.start())
        self.box.returnPressed.connect(self._to_results)
        self.table.opened.connect(self.presenter.open)
        self.table.clicked.connect(lambda _: self.presenter.open(self.table.current()))
        self._right = QStackedWidget()
        self._empty = Card()
        self._empty.body.addWidget(
            EmptyState(
                "search",
                self.tr("Belum ada yang dibuka"),
                self.tr("Ketik dua huruf atau angka, lalu Enter. Membuka berkas tercatat sebagai dibaca."),
            )
        )
        self.table.set_empty_text(self.tr("Hasil tampil saat Anda mengetik."))
        self.workspace = CaseWorkspace(context, editable=False)
        self._ticket = TicketPanel(context.zone)
        for part in (self._empty, self.workspace, self._ticket):
            self._right.addWidget(part)
        self._lay_out()
        self.setFocusProxy(self.box)

    def _columns(self) -> tuple[Column[Found], ...]:
        zone = self._context.zone
        return (
            Column[Found](title=self.tr("Ditemukan"), text=self._title, tip=self._title, strong=True),
            Column[Found](title=self.tr("Nomor"), text=_numbers, tip=lambda each: each.numbers, width=8.8),
            Column[Found](title=self.tr("Keadaan"), text=self._state, tone=self._tone, width=8.4),
            Column[Found](
                title=self.tr("Tanggal"), text=lambda each: format_day(day_of(each.at, zone)), width=8.2
            ),
        )

    def _title(self, found: Found) -> str:
        service = self._rules.service(found.service).name.id
        return f"{found.title or self.tr('Nama belum diisi')} · {service}"

    def _state(self, found: Found) -> str:
        return state_name(found.state) if found.kind == "ticket" else stage_name(found.state)

    def _tone(self, found: Found) -> Tone:
        return Tone.NEUTRAL if found.kind == "ticket" else Tone.INFO

    def _lay_out(self) -> None:
        left = Card()
        left.body.addWidget(self.box)
        left.body.addWidget(self.count)
        left.body.addWidget(self.table, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.space(5), theme.space(4.5), theme.space(5), theme.space(4.5))
        row.setSpacing(theme.space(4))
        row.addWidget(left, 1)
        row.addWidget(self._right, 1)

    def refresh(self) -> None:
        """Shown again: the box is ready to be typed over."""
        self.box.selectAll()
        QTimer.singleShot(0, self, lambda: self.box.setFocus(Qt.FocusReason.ShortcutFocusReason))
        if self.box.text():
            self.presenter.ask(self.box.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down goes from the box into the results."""
        if event.key() == Qt.Key.Key_Down and self.box.hasFocus() and self.table.choose_line(0):
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().keyPressEvent(event)

    def _to_results(self) -> None:
        if self.table.choose_line(0):
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
            self.presenter.open(self.table.current())

    # ------------------------------------------------------------------------------------------ the presenter's view

    def show_found(self, typed: str, found: tuple[Found, ...]) -> None:
        """The results."""
        self.table.set_rows(found)
        self.table.set_empty_text(self._nothing(typed))
        self.count.setText(self.tr("{count} terbaru").format(count=len(found)) if found else "")

    def _nothing(self, typed: str) -> str:
        if not typed.strip():
            return self.tr("Hasil tampil saat Anda mengetik.")
        return self.tr("Tidak ditemukan; periksa ejaan atau coba angka terakhir saja.")

    def show_case(self, case: str) -> None:
        """The opened case."""
        self.workspace.show_case(case)
        self._right.setCurrentWidget(self.workspace)

    def show_ticket(self, ticket: Ticket) -> None:
        """The opened ticket."""
        self._ticket.show_ticket(ticket, self._rules.service(ticket.service).name.id)
        self._right.setCurrentWidget(self._ticket)

    def show_refusal(self, refused: Refused) -> None:
        """Why it did not work."""
        self.count.setText(refusal(refused))


def _numbers(found: Found) -> str:
    """The receipt without the branch, which is always this one, else the masked numbers in short."""
    first = found.numbers.split(" · ")[0]
    return first.partition("-")[2] or re.sub("•+", "•••• ", first)


class TicketPanel(Card):
    """A ticket with its legs."""

    def __init__(self, zone: str, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._zone = zone
        self._label = Label("", Type.TICKET, ink="brand")
        self._service = Label("", Type.SUBTITLE, wrap=True)
        self._state = Muted("", wrap=True)
        self._legs = QVBoxLayout()
        self._legs.setSpacing(theme.space(2))
        for part in (self._label, self._service, self._state):
            self.body.addWidget(part)
        self.body.addLayout(self._legs)
        self.body.addStretch(1)

    def show_ticket(self, ticket: Ticket, service: str) -> None:
        """Label, state, and what happened when."""
        self._label.setText(ticket.label)
        self._service.setText(service)
        self._state.setText(f"{format_day(ticket.day)} · {state_name(ticket.state)}")
        while (item := self._legs.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        for leg in ticket.legs:
            self._legs.addWidget(Label(self._line(leg), wrap=True))

    def _line(self, leg: Leg) -> str:
        parts = [self.tr("menunggu sejak {time}").format(time=format_time(leg.entered_at, self._zone))]
        if leg.called_at is not None:
            parts.append(
                self.tr("dipanggil {time} ke loket {counter}").format(
                    time=format_time(leg.called_at, self._zone), counter=leg.counter
                )
            )
        if leg.confirmed_at is not None:
            parts.append(self.tr("hadir {time}").format(time=format_time(leg.confirmed_at, self._zone)))
        if leg.ended_at is not None:
            parts.append(self.tr("berakhir {time}").format(time=format_time(leg.ended_at, self._zone)))
        return f"{leg.number}. " + " · ".join(parts)
