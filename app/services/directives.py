"""What head office hands down takes effect: rules, staff, revocations, bookings, matches, payments."""

from collections.abc import Callable
from typing import Any

import msgspec

from app.domain.bookings import BookingSet, booking_id
from app.domain.branch import PersonSet, StationRevoked
from app.domain.case_events import MembershipChecked, PaymentConfirmed
from app.domain.rights import HEAD_OFFICE
from app.errors import Refused
from app.models.journal import Unit
from app.services.office import Office
from app.services.rule_bundles import install_told
from app.sync.directives import Booking, Match, Payment, Revocation, StaffSet, read_content
from app.sync.line import Directive, check_directive


def obey(office: Office, unit: Unit, directive: Directive, keys: tuple[str, ...]) -> None:
    """Let one directive take effect within the transaction that moves the cursor over it.

    Raises Refused("directive_not_trusted") when it bears no signature of head office: nothing after it is obeyed. Any
    other refusal means that this one cannot take effect here, and that the next ones can.
    """
    check_directive(keys, office.branch().code, directive)
    if directive.kind == "bundle":
        install_told(office, unit, directive.content)
        return
    content = read_content(directive.kind, directive.content)
    _OBEYED[type(content)](unit, content)


def _set_person(unit: Unit, told: StaffSet) -> None:
    """The branch's own places of a person stay as they are: head office knows no counters."""
    known = unit.branch.people.get(told.person)
    person = PersonSet(
        person=told.person,
        name=told.name,
        title=told.title,
        roles=told.roles,
        places=known.places if known else (),
        active=told.active,
    )
    unit.append("branch", person, HEAD_OFFICE)


def _revoke(unit: Unit, told: Revocation) -> None:
    known = unit.branch.stations.get(told.station)
    if known is None:
        raise Refused("station_unknown")
    if known.revoked_at is None:
        unit.append("branch", StationRevoked(station=told.station, reason="head office"), HEAD_OFFICE)


def _book(unit: Unit, told: Booking) -> None:
    booking = BookingSet(
        code=told.code,
        day=told.day,
        time=told.time,
        service=told.service,
        name=told.name,
        booked=told.booked,
    )
    unit.append(f"booking:{booking_id(told.code)}", booking, HEAD_OFFICE)


def _match(unit: Unit, told: Match) -> None:
    checked = MembershipChecked(result=told.result, position=told.position, member_nos=told.member_nos)
    unit.append(f"case:{told.case}", checked, HEAD_OFFICE)


def _confirm_payment(unit: Unit, told: Payment) -> None:
    confirmed = PaymentConfirmed(
        voucher=told.voucher, reference=told.reference, day=told.day, amount=told.amount, paid=told.paid
    )
    unit.append(f"case:{told.case}", confirmed, HEAD_OFFICE)


_OBEYED: dict[type[msgspec.Struct], Callable[[Unit, Any], None]] = {
    StaffSet: _set_person,
    Revocation: _revoke,
    Booking: _book,
    Match: _match,
    Payment: _confirm_payment,
}
