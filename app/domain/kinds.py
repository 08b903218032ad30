"""Every kind of event that Loket has ever written: payload, what a race of two means, and who may write it."""

import re
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from app.domain import bookings, branch, days, home, put_back, receipts, settled, tickets
from app.domain import case_events as case
from app.domain.events import Header
from app.domain.redated import Redated
from app.domain.taken_back import TakenBack
from app.domain.withdrawn import Withdrawn
from app.errors import Refused

FACT, CLAIM, DECISION, ATTRIBUTE = "fact", "claim", "decision", "attribute"
"""What two concurrent events mean: both stand; the first has it; neither wins by itself; both are kept (DESIGN 2)."""


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table. `action` is looked up in the rights; None means the program itself or anybody."""

    payload: type[msgspec.Struct]
    race: str = FACT
    action: str | None = None
    version: int = 1


def _kind(payload: type[msgspec.Struct], race: str = FACT, action: str | None = None) -> Kind:
    return Kind(payload=payload, race=race, action=action)


KINDS: dict[str, Kind] = {
    "branch.set_up": _kind(branch.SetUp),
    "branch.term_opened": _kind(branch.TermOpened),
    "branch.station_enrolled": _kind(branch.StationEnrolled, FACT, "station.manage"),
    "branch.station_revoked": _kind(branch.StationRevoked, FACT, "station.manage"),
    "branch.person_set": _kind(branch.PersonSet, ATTRIBUTE, "staff.manage"),
    "branch.secret_reset": _kind(branch.SecretReset),
    "branch.signed_in": _kind(branch.SignedIn),
    "branch.delegation_granted": _kind(branch.DelegationGranted, DECISION, "delegation.grant"),
    "branch.delegation_revoked": _kind(branch.DelegationRevoked, DECISION, "delegation.grant"),
    "branch.counters_set": _kind(branch.CountersSet, ATTRIBUTE, "branch.manage"),
    "branch.quota_raised": _kind(branch.QuotaRaised, DECISION, "quota.raise"),
    "branch.closed_day_set": _kind(branch.ClosedDaySet, ATTRIBUTE, "branch.manage"),
    "branch.home_moved": _kind(home.HomeMoved, DECISION, "branch.manage"),
    "branch.home_released": _kind(home.HomeReleased),
    "branch.bundle_installed": _kind(branch.BundleInstalled),
    "branch.directives_obeyed": _kind(branch.DirectivesObeyed, FACT, "directive.obey"),
    "branch.backup_made": _kind(branch.BackupMade, FACT, "backup.make"),
    "branch.settled": _kind(settled.BranchSettled, DECISION, "conflict.settle"),
    "day.opened": _kind(days.DayOpened, CLAIM, "day.open"),
    "day.numbers_confirmed": _kind(days.NumbersConfirmed, CLAIM, "day.open"),
    "day.clock_jumped": _kind(days.ClockJumped),
    "day.turned": _kind(days.Turned, FACT, "ticket.issue"),
    "day.closed": _kind(days.DayClosed, DECISION, "day.close"),
    "day.reopened": _kind(days.DayReopened, FACT, "day.close"),
    "day.taken_back": _kind(days.DayTakenBack, FACT, "day.close"),
    "day.settled": _kind(settled.DaySettled, DECISION, "conflict.settle"),
    "counter.opened": _kind(days.CounterOpened, CLAIM, "ticket.serve"),
    "counter.break_started": _kind(days.BreakStarted, FACT, "ticket.serve"),
    "counter.break_ended": _kind(days.BreakEnded, FACT, "ticket.serve"),
    "counter.closed": _kind(days.CounterClosed, FACT, "ticket.serve"),
    "counter.closed_by_day": _kind(days.CounterClosedByDay, FACT, "day.close"),
    "counter.settled": _kind(settled.CounterSettled, DECISION, "conflict.settle"),
    "ticket.issued": _kind(tickets.Issued, FACT, "ticket.issue"),
    "ticket.put_back": _kind(put_back.PutBack, FACT, "conflict.settle"),
    "ticket.printed": _kind(tickets.Printed),
    "ticket.called": _kind(tickets.Called, CLAIM, "ticket.serve"),
    "ticket.withdrawn": _kind(Withdrawn, FACT, "ticket.serve"),
    "ticket.recalled": _kind(tickets.Recalled, FACT, "ticket.serve"),
    "ticket.confirmed": _kind(tickets.Confirmed, FACT, "ticket.serve"),
    "ticket.missed": _kind(tickets.Missed, FACT, "ticket.serve"),
    "ticket.reinstated": _kind(tickets.Reinstated, FACT, "ticket.cancel"),
    "ticket.parked": _kind(tickets.Parked, FACT, "ticket.serve"),
    "ticket.resumed": _kind(tickets.Resumed, CLAIM, "ticket.serve"),
    "ticket.transferred": _kind(tickets.Transferred, FACT, "ticket.serve"),
    "ticket.wrap_up_started": _kind(tickets.WrapUpStarted, FACT, "ticket.serve"),
    "ticket.finished": _kind(tickets.Finished, FACT, "ticket.serve"),
    "ticket.taken_back": _kind(TakenBack, CLAIM, "ticket.serve"),
    "ticket.cancelled": _kind(tickets.Cancelled, FACT, "ticket.cancel"),
    "ticket.voided": _kind(tickets.Voided, FACT, "ticket.issue"),
    "ticket.redated": _kind(Redated, FACT, "day.close"),
    "ticket.explained": _kind(tickets.Explained, FACT, "day.close"),
    "ticket.settled": _kind(settled.TicketSettled, DECISION, "conflict.settle"),
    "case.opened": _kind(case.Opened, FACT, "case.work"),
    "case.linked": _kind(case.Linked, FACT, "case.work"),
    "case.noted": _kind(case.Noted, ATTRIBUTE, "case.work"),
    "case.reason_chosen": _kind(case.ReasonChosen, ATTRIBUTE, "case.work"),
    "case.facts_noted": _kind(case.FactsNoted, ATTRIBUTE, "case.work"),
    "case.document_marked": _kind(case.DocumentMarked, ATTRIBUTE, "case.work"),
    "case.attached": _kind(case.Attached, FACT, "case.work"),
    "case.slip_given": _kind(case.SlipGiven, FACT, "case.work"),
    "case.interview_started": _kind(case.InterviewStarted, FACT, "case.work"),
    "case.interview_attempted": _kind(case.InterviewAttempted, FACT, "case.work"),
    "case.interview_answered": _kind(case.InterviewAnswered, ATTRIBUTE, "case.work"),
    "case.interview_noted": _kind(case.InterviewNoted, ATTRIBUTE, "case.work"),
    "case.identity_judged": _kind(case.IdentityJudged, ATTRIBUTE, "case.work"),
    "case.interview_amended": _kind(case.InterviewAmended, FACT, "case.work"),
    "case.submitted": _kind(case.Submitted, DECISION, "case.work"),
    "case.taken": _kind(case.Taken, CLAIM, "claim.take"),
    "case.released": _kind(case.Released, FACT, "claim.release"),
    "case.returned": _kind(case.Returned, DECISION, "claim.return"),
    "case.verified": _kind(case.Verified, DECISION, "claim.verify"),
    "case.rejected": _kind(case.Rejected, DECISION, "claim.reject"),
    "case.payment_ordered": _kind(case.PaymentOrdered, DECISION, "payment.order"),
    "case.payment_approved": _kind(case.PaymentApproved, DECISION, "payment.approve"),
    "case.finance_returned": _kind(case.FinanceReturned, DECISION, "payment.order"),
    "case.payment_made": _kind(case.PaymentMade, FACT, "payment.pay"),
    "case.payment_returned": _kind(case.PaymentReturned, FACT, "payment.pay"),
    "case.membership_checked": _kind(case.MembershipChecked, FACT, "membership.check"),
    "case.payment_confirmed": _kind(case.PaymentConfirmed, FACT, "payment.confirm"),
    "case.closed": _kind(case.CaseClosed, DECISION, "case.work"),
    "case.record_read": _kind(case.RecordRead, FACT, "record.read"),
    "case.archived": _kind(case.ArchivedAt, ATTRIBUTE, "record.read"),
    "case.receipt_renewed": _kind(receipts.ReceiptRenewed, FACT, "conflict.settle"),
    "case.settled": _kind(settled.CaseSettled, DECISION, "conflict.settle"),
    "booking.set": _kind(bookings.BookingSet, FACT, "booking.set"),
    "booking.arrived": _kind(bookings.Arrived, FACT, "ticket.issue"),
}

NAMES = {kind.payload: name for name, kind in KINDS.items()}

Upcaster = Callable[[bytes], bytes]
UPCASTERS: dict[tuple[str, int], Upcaster] = {}
"""(kind, version) to the pure function that turns its payload's bytes into those of the next version."""

_encoder = msgspec.json.Encoder()
_decoders = {name: msgspec.json.Decoder(kind.payload) for name, kind in KINDS.items()}


def payload_bytes(payload: msgspec.Struct) -> bytes:
    """JSON in the order of the fields; stored as they are and never made again."""
    return _encoder.encode(payload)


MOST_NUMBER = 1 << 53
"""No number of a payload reaches it: sums of many still fit where the rows keep them."""
_LONG_NUMBER = re.compile(rb"[:\[,]\s*-?[0-9]{16}")
"""Where one may stand; a NIK within quotes is none, and need not be looked at twice."""


def read_payload(kind: str, version: int, data: bytes) -> msgspec.Struct:
    """The payload in `data`; raises Refused("event_unknown") for a kind or version of a newer program, and
    Refused("event_damaged") for what is none: too deep, or with numbers that no row can hold."""
    known = KINDS.get(kind)
    if known is None or not 1 <= version <= known.version:
        raise Refused("event_unknown", kind=kind, version=version)
    for each in range(version, known.version):
        data = UPCASTERS[kind, each](data)
    try:
        payload = _decoders[kind].decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("event_damaged", why=str(error)) from error
    if _LONG_NUMBER.search(data) and _has_long_number(msgspec.to_builtins(payload)):
        raise Refused("event_damaged", why="number")
    return payload


def known_payload(header: Header, data: bytes | None) -> msgspec.Struct | None:
    """The same, None for what is withheld, damaged or of a newer program."""
    try:
        return read_payload(header.kind, header.version, data) if data is not None else None
    except Refused:
        return None


def _has_long_number(value: Any) -> bool:
    if isinstance(value, int):
        return abs(value) >= MOST_NUMBER
    parts: Iterable[Any] = ()
    if isinstance(value, dict):
        parts = value.values()
    elif isinstance(value, list | tuple):
        parts = value
    return any(_has_long_number(each) for each in parts)
