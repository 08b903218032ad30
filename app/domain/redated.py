"""A ticket that was printed on a day opened by mistake, and belongs to the right one (decision 025)."""

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from app.errors import Refused

if TYPE_CHECKING:  # the ticket's own module lists this event among its others
    from app.domain.events import Event
    from app.domain.tickets import Ticket


class Redated(msgspec.Struct, frozen=True, kw_only=True):
    """It belongs to `day`, with its label, its place in the order and its waiting time."""

    day: str


def redate(ticket: "Ticket", event: "Event", right: Redated) -> "Ticket":
    """The same ticket of the right day; nobody had called it yet."""
    if any(leg.called_at is not None for leg in ticket.legs):
        raise Refused("ticket_not_in_state", label=ticket.label, state=ticket.state)
    return replace(ticket, day=right.day)
