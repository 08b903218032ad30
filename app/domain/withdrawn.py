"""A call that nobody made: the hub called, or took up again, for an officer who got no answer and went on alone."""

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from app.errors import Refused

if TYPE_CHECKING:  # the ticket's own module lists this event among its others
    from app.domain.events import Event
    from app.domain.tickets import Ticket


class Withdrawn(msgspec.Struct, frozen=True):
    """Called or resumed by the hub in the officer's name, and taken back: it is where it was before."""


def withdraw(ticket: "Ticket", event: "Event", _: Withdrawn) -> "Ticket":
    """The ticket as if this leg had not been called, or not been begun: same place in the order of calling.

    No leg more or less than before: what the officer did instead is a claim on the same one.
    """
    resumed = ticket.state == "serving" and ticket.leg.resumed and ticket.leg.wrap_up_at is None
    if ticket.state != "called" and not resumed:
        raise Refused("ticket_not_in_state", label=ticket.label, state=ticket.state)
    if ticket.leg.officer != event.actor:
        raise Refused("ticket_held_by_other", label=ticket.label, counter=ticket.leg.counter)
    if resumed:
        legs = ticket.legs[:-1]
        return replace(ticket, legs=legs, state="parked", parked_reason=legs[-1].detail)
    leg = replace(
        ticket.leg, counter=None, officer="", calls=0, called_at=None, called_position=None, override=""
    )
    return replace(ticket, legs=(*ticket.legs[:-1], leg), state="waiting")
