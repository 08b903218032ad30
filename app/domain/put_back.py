"""A person whose ticket bore a label that another one had already: back in the queue at the place of the first entry."""

import hashlib

import msgspec
from msgspec.structs import replace

from app.domain import tickets
from app.domain.events import Event
from app.domain.tickets import WAITING, Issued, Ticket


class PutBack(Issued, frozen=True, kw_only=True):
    """A supervisor put the person back. The label is the one on the paper and a mark behind it; `entered_at` and
    `entered_position` (its place in the order of calling) are those of the ticket that lost its label."""

    entered_at: int
    entered_position: int


def successor(ticket: str) -> str:
    """Id of the ticket that takes the place of one that lost its label: two supervisors name the same one."""
    return hashlib.sha256(f"put back {ticket}".encode()).hexdigest()[:32]


def waits_again(ticket: Ticket) -> bool:
    """Whether this is somebody who was put back and has not been called since: the mark stands behind the label."""
    return ticket.state == WAITING and bool(ticket.mark) and ticket.label.endswith(f"-{ticket.mark}")


def fold(ticket: Ticket | None, event: Event) -> Ticket:
    """The ticket after `event`; as `tickets.fold`, and the place in the order of who was put back."""
    new = tickets.fold(ticket, event)
    given = event.payload
    if ticket is not None or not isinstance(given, PutBack):
        return new
    leg = replace(new.legs[0], entered_at=given.entered_at)
    return replace(new, issued_at=given.entered_at, order=given.entered_position, legs=(leg,))


def kept(given: Issued, mark: str, number: int, at: int, position: int) -> PutBack:
    """The same person, under a label that can be told from the other's."""
    same = msgspec.structs.asdict(given)
    return PutBack(
        **{**same, "label": f"{given.label}-{mark}", "mark": mark, "number": number},
        entered_at=at,
        entered_position=position,
    )
