"""The paper of the desk's tickets: each slip is read once, and a copy counts as printed when a printer has taken it."""

from collections.abc import Callable

from app.domain.slips import TicketSlip
from app.domain.tickets import Ticket
from app.errors import Refused
from app.services.services import Services
from app.ui.door import Door
from app.ui.presenters.desk_state import COPY, FAILED, PRINTED, PRINTING


class TicketPaper:
    """Sends tickets to the printer; `got` hears the slip of one, `changed` the id of one whose state is another."""

    def __init__(
        self,
        services: Services,
        door: Door,
        got: Callable[[Ticket, TicketSlip], None],
        changed: Callable[[str], None],
    ) -> None:
        self._services = services
        self._door = door
        self._got = got
        self._changed = changed
        self._state: dict[str, tuple[str, str]] = {}
        self._copies: dict[str, str] = {}
        """Ticket to label of the copies that were asked for."""
        self._read: set[tuple[str, int]] = set()

    def state(self, ticket: str) -> tuple[str, str]:
        """(how its printing is, code of what went wrong)"""
        return self._state.get(ticket, ("", ""))

    def reads(self, ticket: Ticket) -> bool:
        """Whether its slip is being read for the printer: the picture gets the same one."""
        return (ticket.id, ticket.copies) in self._read

    def print(self, ticket: Ticket, *, copied: bool = False) -> None:
        """Print it, or show that its number is to be copied by hand."""
        self._state = {ticket.id: (PRINTING, "")}  # only the last one is shown
        self._copies = {ticket.id: ticket.label} if copied else {}
        key = ticket.id, ticket.copies
        self._read.add(key)

        def work() -> tuple[TicketSlip, bool]:
            slip = self._services.desk.slip(ticket)
            return slip, self._services.printing.print_ticket(ticket, slip)

        def done(made: tuple[TicketSlip, bool]) -> None:
            slip, queued = made
            self._read.discard(key)
            if not queued:
                self._copies.pop(ticket.id, None)
                self._state[ticket.id] = COPY, ""
            self._got(ticket, slip)

        def failed(refused: Refused) -> None:
            self._read.discard(key)
            self.ended(ticket.id, False, refused.code)

        self._door.write(work, done, failed)

    def ended(self, ticket: str, ok: bool, code: str | None) -> str:
        """A printer told how it ended; the label when this was a copy and came out, else ""."""
        self._state[ticket] = (PRINTED if ok else FAILED), code or ""
        self._changed(ticket)
        label = self._copies.pop(ticket, "")
        return label if ok else ""
