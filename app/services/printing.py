"""Tickets on paper: queued, never waited for; a ticket that could not be printed is shown to be copied."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from app.config import write_file
from app.devices.connection import PrinterSetting, print_slip
from app.devices.spooler import PrintQueue, QueueState
from app.domain.slips import TicketSlip
from app.domain.tickets import Ticket
from app.errors import Refused
from app.services.desk import Desk
from app.services.office import Office

SETTING = "printer"
GOODBYE_SECONDS = 3.0

Listener = Callable[[str, bool, str | None], None]
"""(ticket id, whether paper came out, code of what went wrong), on the printer's thread."""


class Printing:
    """The ticket printer of this PC."""

    def __init__(self, office: Office, desk: Desk) -> None:
        self._office = office
        self._desk = desk
        self._queue: PrintQueue[tuple[PrinterSetting, TicketSlip]] | None = None
        self._copies: dict[str, int] = {}
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """`listener` hears how each ticket ended."""
        self._listeners.append(listener)

    def forget(self, listener: Listener) -> None:
        """No longer: its page is gone."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    def setting(self) -> PrinterSetting:
        """The printer of this PC; a setting that cannot be read counts as none."""
        try:
            return msgspec.json.decode(self._office.setting(SETTING, "{}"), type=PrinterSetting)
        except msgspec.DecodeError:
            return PrinterSetting()

    def choose(self, setting: PrinterSetting) -> None:
        """Keep the printer of this PC."""
        self._office.set_setting(SETTING, msgspec.json.encode(setting).decode())

    def print_ticket(self, ticket: Ticket, slip: TicketSlip | None = None) -> bool:
        """Queue a ticket, by its `slip` where that was read already; False when this PC has no printer and the label
        is to be shown large instead.
        """
        setting = self.setting()
        if setting.kind == "none":
            if ticket.copies == 0:
                self._desk.printed(ticket.id, "screen")
            return False
        if self._queue is None:
            self._queue = PrintQueue(_deliver, self._finished)
        self._copies[ticket.id] = ticket.copies
        self._queue.put(ticket.id, (setting, slip or self._desk.slip(ticket)))
        return True

    def test_page(self, setting: PrinterSetting, slip: TicketSlip) -> None:
        """Print at once and wait for it; raises Refused("printer_…"). Not for the GUI thread."""
        print_slip(setting, slip)

    def state(self) -> QueueState:
        """How many wait, and what went wrong last."""
        return self._queue.state() if self._queue else QueueState(0, None)

    def _finished(self, ticket: str, ok: bool, code: str | None) -> None:
        copy = self._copies.pop(ticket, 0)
        if copy == 0:  # a reprint was recorded when it was asked for
            try:
                self._desk.printed(ticket, "printer" if ok else "screen")
            except Refused as refused:
                code = code or refused.code
        for listener in tuple(self._listeners):
            listener(ticket, ok, code)

    def pdf(self, ticket: Ticket) -> Path:
        """The ticket as a PDF in the data folder; raises Refused("ticket_not_in_state") for one that was taken back."""
        from app.reports.ticket import ticket_pdf

        now = self._desk.ticket(ticket.id) or ticket
        if now.leg.outcome == "voided":
            raise Refused("ticket_not_in_state", label=now.label, state=now.state)
        path = self._office.folder.prints / f"karcis-{ticket.day}-{ticket.label}.pdf"
        write_file(path, ticket_pdf(self._desk.slip(ticket)))
        return path

    def close(self) -> None:
        """Give the printer a moment to finish."""
        if self._queue is not None:
            self._queue.close(GOODBYE_SECONDS)


def _deliver(job: tuple[PrinterSetting, TicketSlip]) -> None:
    setting, slip = job
    print_slip(setting, slip)
