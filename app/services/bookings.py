"""Visits booked online: who is expected today, and a ticket for those who come."""

import msgspec
from sqlalchemy import bindparam, select

from app.domain.bookings import Arrived, Booking
from app.domain.identity import initials
from app.domain.tickets import Ticket
from app.errors import Refused
from app.models import tables
from app.services.desk import Desk
from app.services.office import Office

_booking_state = msgspec.msgpack.Decoder(Booking).decode
_b = tables.bookings.c
_of_day = select(_b.data).where(_b.day == bindparam("day")).order_by(_b.time, _b.id)


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list."""

    booking: Booking
    service: str
    """Its name."""
    label: str
    """Of the ticket that was given for it; empty while nobody came."""
    given: bool
    """Whether the service is still given: head office may have taken it out of the rules since."""


class Bookings:
    """What head office has told of visits."""

    def __init__(self, office: Office, desk: Desk) -> None:
        self._office = office
        self._desk = desk

    def of_day(self, day: str = "") -> tuple[Expected, ...]:
        """Bookings of a day (ISO, empty for today) by time; those that were taken back are left out."""
        rules = self._office.rules()
        names = {each.code: each.name.id for each in rules.services}
        with self._office.store.reading() as connection:
            rows = connection.execute(_of_day, {"day": day or self._office.calendar_day()}).all()
        found = [_booking_state(row[0]) for row in rows]
        return tuple(
            Expected(
                booking=each,
                service=names.get(each.service, each.service),
                label=each.tickets[-1][1] if each.tickets else "",
                given=each.service in names,
            )
            for each in found
            if each.booked
        )

    def arrive(self, who: str, booking: str) -> Ticket:
        """Somebody came: the next number of the service that was booked.

        Raises Refused("booking_unknown" | "booking_used", label=…) and what `Desk.issue` refuses.
        """
        found = self._office.state(f"booking:{booking}")
        if not isinstance(found, Booking) or not found.booked:
            raise Refused("booking_unknown")
        if found.tickets:
            raise Refused("booking_used", label=found.tickets[-1][1])
        ticket = self._desk.issue(who, found.service, initials=initials(found.name))
        # Two steps: the number may come from another computer, and no transaction is held open while it is asked.
        with self._office.unit(who) as unit:
            unit.append(f"booking:{booking}", Arrived(ticket=ticket.id, label=ticket.label))
        return ticket
