"""A visit: the ticket, its legs, and what may happen to it. The fold of a `ticket:` stream.

Words and times are those of TRADE.md: a leg is one wait and service; a transfer, a park or a reinstatement starts a
new one. Waiting ends at the last call, walking runs from there to the confirmation, serving from the confirmation to
the end, wrap-up from its own start to the end.
"""

from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from app.domain.events import Event
from app.domain.redated import Redated, redate
from app.domain.settled import TicketSettled
from app.domain.taken_back import TakenBack, take_back
from app.domain.withdrawn import Withdrawn, withdraw
from app.errors import Refused

WAITING, CALLED, SERVING = "waiting", "called", "serving"
PARKED, NO_SHOW, ENDED = "parked", "no_show", "ended"


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """A number was given. `mark` is empty in the branch's plain series (DESIGN 2, ticket numbers)."""

    day: str
    label: str
    prefix: str
    number: int
    service: str
    mark: str = ""
    priority: str = ""
    last4: str = ""
    initials: str = ""
    missing: tuple[str, ...] = ()


class Printed(msgspec.Struct, frozen=True, kw_only=True):
    """Paper came out (`printer`), or the label was shown to be copied (`screen`)."""

    how: str
    copy: int = 0


class Called(msgspec.Struct, frozen=True, kw_only=True):
    """Called to a counter. `reason` is empty when the rule chose, else why a person did."""

    counter: int
    reason: str = ""


class Recalled(msgspec.Struct, frozen=True):
    """The same leg announced again."""


class Confirmed(msgspec.Struct, frozen=True):
    """The person stands at the counter."""


class Missed(msgspec.Struct, frozen=True):
    """Called and not confirmed."""


class Reinstated(msgspec.Struct, frozen=True, kw_only=True):
    """A no-show came back; waits again, behind those who are waiting."""

    reason: str = ""


class Parked(msgspec.Struct, frozen=True, kw_only=True):
    """Put aside while the person does something."""

    reason: str


class Resumed(msgspec.Struct, frozen=True, kw_only=True):
    """Taken up again at `counter`, without a new wait."""

    counter: int


class Transferred(msgspec.Struct, frozen=True, kw_only=True):
    """Sent on: `to` is service, counter or officer and `target` its code, number or id."""

    to: str
    target: str
    reason: str = ""


class WrapUpStarted(msgspec.Struct, frozen=True):
    """The person left, the officer still works on it."""


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """Done, with an outcome of the bundle."""

    outcome: str
    note: str = ""


class Cancelled(msgspec.Struct, frozen=True, kw_only=True):
    """The person does not want it any more, or staff took it out."""

    reason: str


class Voided(msgspec.Struct, frozen=True):
    """Issued by mistake and taken back at once: the label stays used, it was no arrival."""


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """Still open at closing time; a supervisor said why, and it ended."""

    reason: str


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """One wait and service. Times in milliseconds UTC, None while they have not come."""

    number: int
    service: str
    entered_at: int
    entered_position: int
    counter: int | None = None
    officer: str = ""
    calls: int = 0
    called_at: int | None = None
    called_position: int | None = None
    confirmed_at: int | None = None
    wrap_up_at: int | None = None
    ended_at: int | None = None
    ended_position: int | None = None
    outcome: str = ""
    """finished, no_show, transfer_service, transfer_counter, transfer_officer, parked, cancelled, voided or closed_by_day:
    every way a leg can end has its own code (TRADE)."""
    detail: str = ""
    """Bundle code that belongs to the outcome: finish outcome, park or cancel reason."""
    note: str = ""
    override: str = ""
    """Why a person, and not the rule, chose this ticket."""
    resumed: bool = False
    """Taken up from the park without a wait: it counts for serving, not for waiting."""


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """State of one visit."""

    id: str
    day: str
    label: str
    prefix: str
    number: int
    mark: str
    service: str
    state: str
    priority: str = ""
    last4: str = ""
    initials: str = ""
    missing: tuple[str, ...] = ()
    issued_at: int
    issued_by: str
    order: int
    """Place in the order of calling: position of the entry; a reinstated ticket gets a new one."""
    for_counter: int | None = None
    for_officer: str = ""
    copies: int = 0
    printed: bool = False
    parked_reason: str = ""
    explained: str = ""
    legs: tuple[Leg, ...] = ()

    @property
    def leg(self) -> Leg:
        """The leg it is in, or the last one."""
        return self.legs[-1]


def issue(event: Event) -> Ticket:
    """The ticket that `event` brings into being."""
    given = event.payload
    if not isinstance(given, Issued):
        raise Refused("event_out_of_order", kind=event.kind)
    return Ticket(
        id=event.stream.partition(":")[2],
        day=given.day,
        label=given.label,
        prefix=given.prefix,
        number=given.number,
        mark=given.mark,
        service=given.service,
        state=WAITING,
        priority=given.priority,
        last4=given.last4,
        initials=given.initials,
        missing=given.missing,
        issued_at=event.at,
        issued_by=event.actor,
        order=event.position,
        legs=(Leg(number=1, service=given.service, entered_at=event.at, entered_position=event.position),),
    )


def _need(ticket: Ticket, *states: str) -> None:
    if ticket.state not in states:
        raise Refused("ticket_not_in_state", label=ticket.label, state=ticket.state)


def _with_leg(ticket: Ticket, leg: Leg, **changes: object) -> Ticket:
    return replace(ticket, legs=(*ticket.legs[:-1], leg), **changes)


def _end_leg(ticket: Ticket, event: Event, outcome: str, detail: str = "", note: str = "") -> Leg:
    return replace(
        ticket.leg,
        ended_at=event.at,
        ended_position=event.position,
        outcome=outcome,
        detail=detail,
        note=note,
    )


def _new_leg(ticket: Ticket, event: Event, service: str) -> Leg:
    return Leg(
        number=len(ticket.legs) + 1,
        service=service,
        entered_at=event.at,
        entered_position=event.position,
    )


def _printed(ticket: Ticket, event: Event, done: Printed) -> Ticket:
    return replace(ticket, printed=True, copies=max(ticket.copies, done.copy))


def _called(ticket: Ticket, event: Event, call: Called) -> Ticket:
    _need(ticket, WAITING)
    leg = replace(
        ticket.leg,
        counter=call.counter,
        officer=event.actor,
        calls=1,
        called_at=event.at,
        called_position=event.position,
        override=call.reason,
    )
    return _with_leg(ticket, leg, state=CALLED)


def _only_holder(ticket: Ticket, event: Event) -> None:
    """A called ticket belongs to the officer who called it."""
    if ticket.leg.officer != event.actor:
        raise Refused("ticket_held_by_other", label=ticket.label, counter=ticket.leg.counter)


def _recalled(ticket: Ticket, event: Event, _: Recalled) -> Ticket:
    _need(ticket, CALLED)
    _only_holder(ticket, event)
    leg = replace(ticket.leg, calls=ticket.leg.calls + 1, called_at=event.at, called_position=event.position)
    return _with_leg(ticket, leg)


def _confirmed(ticket: Ticket, event: Event, _: Confirmed) -> Ticket:
    _need(ticket, CALLED)
    _only_holder(ticket, event)
    return _with_leg(ticket, replace(ticket.leg, confirmed_at=event.at), state=SERVING)


def _missed(ticket: Ticket, event: Event, _: Missed) -> Ticket:
    _need(ticket, CALLED)
    _only_holder(ticket, event)
    return _with_leg(ticket, _end_leg(ticket, event, "no_show"), state=NO_SHOW)


def _reinstated(ticket: Ticket, event: Event, back: Reinstated) -> Ticket:
    _need(ticket, NO_SHOW)
    leg = _new_leg(ticket, event, ticket.leg.service)
    return replace(ticket, legs=(*ticket.legs, leg), state=WAITING, order=event.position)


def _parked(ticket: Ticket, event: Event, park: Parked) -> Ticket:
    _need(ticket, SERVING)
    _only_holder(ticket, event)
    ended = _end_leg(ticket, event, "parked", park.reason)
    return _with_leg(ticket, ended, state=PARKED, parked_reason=park.reason)


def _resumed(ticket: Ticket, event: Event, resume: Resumed) -> Ticket:
    _need(ticket, PARKED)
    leg = replace(
        _new_leg(ticket, event, ticket.leg.service),
        counter=resume.counter,
        officer=event.actor,
        called_at=event.at,
        called_position=event.position,
        confirmed_at=event.at,
        resumed=True,
    )
    return replace(ticket, legs=(*ticket.legs, leg), state=SERVING, parked_reason="")


def _transferred(ticket: Ticket, event: Event, move: Transferred) -> Ticket:
    _need(ticket, SERVING, CALLED)
    _only_holder(ticket, event)
    if move.to == "counter" and not (move.target.isascii() and move.target.isdigit()):
        raise Refused("unknown_code", what=move.target)
    service = move.target if move.to == "service" else ticket.leg.service
    ended = _end_leg(ticket, event, f"transfer_{move.to}", move.target, move.reason)
    return replace(
        ticket,
        legs=(*ticket.legs[:-1], ended, _new_leg(ticket, event, service)),
        state=WAITING,
        service=service,
        for_counter=int(move.target) if move.to == "counter" else None,
        for_officer=move.target if move.to == "officer" else "",
    )


def _wrap_up_started(ticket: Ticket, event: Event, _: WrapUpStarted) -> Ticket:
    _need(ticket, SERVING)
    _only_holder(ticket, event)
    return _with_leg(ticket, replace(ticket.leg, wrap_up_at=event.at))


def _finished(ticket: Ticket, event: Event, done: Finished) -> Ticket:
    _need(ticket, SERVING)
    _only_holder(ticket, event)
    return _with_leg(ticket, _end_leg(ticket, event, "finished", done.outcome, done.note), state=ENDED)


def _cancelled(ticket: Ticket, event: Event, cancel: Cancelled) -> Ticket:
    _need(ticket, WAITING, CALLED, PARKED, NO_SHOW)
    if ticket.leg.ended_at is not None:
        return replace(ticket, state=ENDED, explained=cancel.reason)
    return _with_leg(ticket, _end_leg(ticket, event, "cancelled", cancel.reason), state=ENDED)


def _voided(ticket: Ticket, event: Event, _: Voided) -> Ticket:
    _need(ticket, WAITING)
    return _with_leg(ticket, _end_leg(ticket, event, "voided"), state=ENDED)


def _explained(ticket: Ticket, event: Event, why: Explained) -> Ticket:
    _need(ticket, WAITING, CALLED, SERVING, PARKED, NO_SHOW)
    if ticket.leg.ended_at is not None:
        return replace(ticket, state=ENDED, explained=why.reason)
    ended = _end_leg(ticket, event, "closed_by_day", why.reason)
    return _with_leg(ticket, ended, state=ENDED, explained=why.reason)


_HANDLERS: dict[type[msgspec.Struct], Callable[..., Ticket]] = {
    Printed: _printed,
    Called: _called,
    Recalled: _recalled,
    Confirmed: _confirmed,
    Missed: _missed,
    Reinstated: _reinstated,
    Parked: _parked,
    Resumed: _resumed,
    Transferred: _transferred,
    WrapUpStarted: _wrap_up_started,
    Finished: _finished,
    Cancelled: _cancelled,
    Voided: _voided,
    Explained: _explained,
    TicketSettled: lambda ticket, *_: ticket,
    Withdrawn: withdraw,
    TakenBack: take_back,
    Redated: redate,
}


def fold(ticket: Ticket | None, event: Event) -> Ticket:
    """The ticket after `event`; raises Refused when the event is not possible in this state."""
    if ticket is None:
        return issue(event)
    handler = _HANDLERS.get(type(event.payload))
    if handler is None:
        raise Refused("event_out_of_order", kind=event.kind)
    return handler(ticket, event, event.payload)


def label(prefix: str, number: int, mark: str = "", digits: int = 3) -> str:
    """`A-014`, `A-1000` after 999, `A-2KXM-001` under a mark."""
    return "-".join(part for part in (prefix, mark, f"{number:0{digits}d}") if part)


def is_arrival(ticket: Ticket) -> bool:
    """A voided label was used but nobody arrived with it."""
    return ticket.legs[-1].outcome != "voided"
