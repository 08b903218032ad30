"""Visits that were booked online: what head office says of them, and who came. The fold of a `booking:` stream."""

import hashlib

import msgspec
from msgspec.structs import replace

from app.domain.events import Event
from app.errors import Refused


class BookingSet(msgspec.Struct, frozen=True, kw_only=True):
    """Head office tells of a booking: the whole of it, also when it changed or was taken back (`booked` False).

    `day` is ISO, `time` as in 09:30, both local to the branch; `service` is a code of the bundle.
    """

    code: str
    day: str
    time: str
    service: str
    name: str
    booked: bool = True


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """The person came and was given a ticket."""

    ticket: str
    label: str


class Booking(msgspec.Struct, frozen=True, kw_only=True):
    """State of one booking."""

    id: str
    code: str
    day: str
    time: str
    service: str
    name: str
    booked: bool
    tickets: tuple[tuple[str, str], ...] = ()
    """(ticket id, label) given for it; two where two computers that did not hear each other each gave one."""


def booking_id(code: str) -> str:
    """The key of a booking's stream: a code may have signs that no name of a stream has."""
    return hashlib.sha256(code.encode()).hexdigest()[:32]


def fold(booking: Booking | None, event: Event) -> Booking:
    """The booking after `event`; raises Refused when somebody comes for a booking that nobody made."""
    payload = event.payload
    if isinstance(payload, BookingSet):
        return Booking(
            id=event.stream.partition(":")[2],
            code=payload.code,
            day=payload.day,
            time=payload.time,
            service=payload.service,
            name=payload.name,
            booked=payload.booked,
            tickets=booking.tickets if booking else (),
        )
    if booking is None or not isinstance(payload, Arrived):
        raise Refused("event_out_of_order", kind=event.kind)
    given = (payload.ticket, payload.label)
    return booking if given in booking.tickets else replace(booking, tickets=(*booking.tickets, given))


def is_past(booking: Booking, day: str) -> bool:
    """Whether nothing can come of it any more on `day` (ISO)."""
    return booking.day < day
