"""What the counter's presenter and page hand each other."""

from typing import Protocol

import msgspec

from app.domain.bundle import RuleBundle
from app.domain.claims import Case
from app.domain.tickets import CALLED, Ticket
from app.errors import Refused
from app.services.counters import CounterBoard

NO_DAY, CHOOSE, FREE, BREAK, CALLING, AT_WORK, WRAP_UP = (
    "no_day",
    "choose",
    "free",
    "break",
    "called",
    "serving",
    "wrap_up",
)
"""States of the page: what the big button does follows from it."""


class Seat(msgspec.Struct, frozen=True):
    """One counter to sit down at; `officer` is the name of who sits there."""

    number: int
    officer: str


class Hasty(msgspec.Struct, frozen=True):
    """What was done to a ticket just now, and when by the clock that nobody sets, in milliseconds."""

    ticket: str
    label: str
    at: int


class CounterLook(msgspec.Struct, frozen=True, kw_only=True):
    """All that the left half shows, read at one go."""

    state: str
    rules: RuleBundle
    now: int
    counter: int | None = None
    seats: tuple[Seat, ...] = ()
    board: CounterBoard | None = None
    case: Case | None = None
    """The file of the ticket that is being served."""
    sent: bool = False
    """Whether the claim of this visit has gone to the verifier."""
    served: int = 0
    quota: tuple[str, int, int] | None = None
    """Programme, tickets of it that this officer finished today, files a day by the bundle."""
    officers: tuple[tuple[str, str], ...] = ()
    """(id, name) of the others who may serve."""
    counters: tuple[int, ...] = ()
    closed_day: str = ""
    """The calendar's day, where its service is over already."""

    @property
    def current(self) -> Ticket | None:
        return self.board.current if self.board else None

    @property
    def has_claim(self) -> bool:
        """Whether a claim can be made of the service that is being given."""
        current = self.current
        return current is not None and self.rules.service(current.service).programme is not None

    @property
    def submitted_outcomes(self) -> tuple[str, ...]:
        """Outcomes that say that the claim was submitted: the usual ones once it was, untrue before."""
        return tuple(each.code for each in self.rules.outcomes if each.needs_submitted)

    def may_miss(self) -> bool:
        """Whether the ticket was called as often as the bundle wants before "no-show"."""
        current = self.current
        calls = self.rules.queue.calls_before_no_show
        return current is not None and current.state == CALLED and current.leg.calls >= calls

    def late(self, ticket: Ticket) -> bool:
        """Whether somebody has waited longer than the service's target."""
        limit = self.rules.service(ticket.service).target_wait_minutes
        return waited_minutes(ticket, self.now) > limit


def waited_minutes(ticket: Ticket, now: int) -> int:
    """Minutes of the present leg until its last call, or until now."""
    return max(0, (ticket.leg.called_at or now) - ticket.leg.entered_at) // 60_000


class CounterScreen(Protocol):
    """What the presenter asks of the widgets."""

    def show_look(self, look: CounterLook) -> None:
        """Show this state."""

    def show_refused(self, refused: Refused) -> None:
        """Say what the world refused."""

    def show_done(self, what: str, ticket: Ticket | None) -> None:
        """Something is durable now."""
