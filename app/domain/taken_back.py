"""What an officer did in haste at the counter and took back at once: finished, member gone, no-show (decision 030)."""

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from app.errors import Refused

if TYPE_CHECKING:  # the ticket's own module lists this event among its others
    from app.domain.events import Event
    from app.domain.tickets import Ticket

FINISHED, GONE, MISSED = "finished", "wrap_up", "no_show"


class TakenBack(msgspec.Struct, frozen=True, kw_only=True):
    """The officer took back the last thing done to the ticket, `act`: it is where it was before."""

    act: str


def hasty(ticket: "Ticket") -> tuple[str, int] | None:
    """The last act on the ticket that can be taken back, and when it was done; None where something else came after."""
    leg = ticket.leg
    if leg.ended_at is None:
        gone = ticket.state == "serving" and leg.wrap_up_at is not None
        return (GONE, leg.wrap_up_at) if gone and leg.wrap_up_at is not None else None
    if (ticket.state, leg.outcome) in (
        ("ended", "finished"),
        ("no_show", "no_show"),
    ) and not ticket.explained:
        return (FINISHED if leg.outcome == "finished" else MISSED), leg.ended_at
    return None


def take_back(ticket: "Ticket", event: "Event", back: TakenBack) -> "Ticket":
    """The ticket as if that had not been done; only who did it takes it back, and only while nothing followed."""
    done = hasty(ticket)
    if done is None or done[0] != back.act:
        raise Refused("take_back_acted", label=ticket.label)
    if ticket.leg.officer != event.actor:
        raise Refused("ticket_held_by_other", label=ticket.label, counter=ticket.leg.counter)
    if back.act == GONE:
        return replace(ticket, legs=(*ticket.legs[:-1], replace(ticket.leg, wrap_up_at=None)))
    leg = replace(ticket.leg, ended_at=None, ended_position=None, outcome="", detail="", note="")
    state = "serving" if back.act == FINISHED else "called"
    return replace(ticket, legs=(*ticket.legs[:-1], leg), state=state)
