"""From streams to rows: which fold a stream has, how its state is kept, and what is written when it changes."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, bindparam, delete, select, text
from sqlalchemy.dialects.sqlite import insert

from app.domain import bookings, claims, days, put_back, tickets
from app.domain import branch as branches
from app.domain.bank import came_back
from app.domain.events import Event
from app.errors import Refused
from app.models import log, tables

Change = tuple[Any, dict[str, Any]]
"""A statement of this module and its parameters."""

State = Any
pack = msgspec.msgpack.Encoder().encode
"""A state as the rows keep it."""


def _replace(table: Any) -> Any:
    return table.insert().prefix_with("OR REPLACE")


_put_branch = _replace(tables.branch)
_put_day = _replace(tables.days)
_put_counter = _replace(tables.counters)
_put_session = _replace(tables.sessions)
_add_ticket = insert(tables.tickets)
_put_ticket = _add_ticket.on_conflict_do_update(
    index_elements=["id"], set_={each.name: _add_ticket.excluded[each.name] for each in tables.tickets.c}
)
"""Not OR REPLACE: a second ticket of the same label must fail, and never take the place of the first."""

ONCE = {_put_ticket: tables.tickets.insert().prefix_with("OR IGNORE")}
"""What a rebuild writes instead, where each row comes once: of two tickets with one label the first stays."""

_put_leg = _replace(tables.legs)
_drop_leg = delete(tables.legs).where(
    tables.legs.c.ticket == bindparam("of_ticket"), tables.legs.c.number == bindparam("leg")
)
"""A call that was taken back is none for the hall."""
_put_case = _replace(tables.cases)
_put_case_ticket = _replace(tables.case_tickets)
_put_booking = _replace(tables.bookings)
_put_finding = _replace(tables.findings)
_put_text = text("INSERT OR REPLACE INTO findings_text(rowid, terms) VALUES (:rowid, :terms)")


def _branch_changes(
    key: str, old: State, new: branches.Branch, head: bytes, position: int
) -> Iterator[Change]:
    yield _put_branch, {"id": 1, "head": head, "data": pack(new)}


def _day_changes(key: str, old: State, new: days.Day, head: bytes, position: int) -> Iterator[Change]:
    yield (
        _put_day,
        {
            "day": key,
            "opened_position": 0 if new.taken_back else new.opened_position,  # 0: in no order of days
            "closed": new.closed_at is not None,
            "head": head,
            "data": pack(new),
        },
    )


def _counter_changes(
    key: str, old: State, new: days.CounterState, head: bytes, position: int
) -> Iterator[Change]:
    officer = new.session.officer if new.session else ""
    yield _put_counter, {"number": new.number, "officer": officer, "head": head, "data": pack(new)}
    session = new.session or new.past
    if session is not None:
        yield (
            _put_session,
            {
                "opened_position": session.opened_position,
                "counter": new.number,
                "day": session.day,
                "data": pack(session),
            },
        )


def _ticket_changes(
    key: str, old: tickets.Ticket | None, new: tickets.Ticket, head: bytes, position: int
) -> Iterator[Change]:
    yield (
        _put_ticket,
        {
            "id": key,
            "day": new.day,
            "prefix": new.prefix,
            "mark": new.mark,
            "number": new.number,
            "label": new.label,
            "service": new.service,
            "state": new.state,
            "outcome": new.leg.outcome,
            "priority": new.priority,
            "sort_order": new.order,
            "for_counter": new.for_counter,
            "for_officer": new.for_officer,
            "counter": new.leg.counter,
            "head": head,
            "data": pack(new),
        },
    )
    known = old.legs if old else ()
    for leg in new.legs:
        if leg.called_position is not None and (
            leg.number > len(known) or known[leg.number - 1].called_position != leg.called_position
        ):
            yield (
                _put_leg,
                {
                    "ticket": key,
                    "number": leg.number,
                    "day": new.day,
                    "called_position": leg.called_position,
                    "priority": new.priority,
                    "counter": leg.counter,
                },
            )
    if known and _is_taken_back(known[-1], new):
        yield _drop_leg, {"of_ticket": key, "leg": known[-1].number}
    if old is None:
        yield from finding(new.legs[0].entered_position, "ticket", key, ticket_terms(new))


def _is_taken_back(former: tickets.Leg, ticket: tickets.Ticket) -> bool:
    """Whether the leg that was the last one is not called any more, or gone."""
    if former.called_position is None:
        return False
    return len(ticket.legs) < former.number or ticket.legs[former.number - 1].called_position is None


def finding(rowid: int, kind: str, ref: str, terms: str) -> Iterator[Change]:
    """What the search knows of one ticket or case. A word with dashes is found whole and from behind each of them on:
    `Siti-Rahma` by `Rahma`, a receipt by the end of it that a row shows."""
    parts = [word.split("-") for word in terms.split()]
    folded = " ".join(
        dict.fromkeys("".join(word[place:]) for word in parts for place in range(len(word))).keys()
    )
    yield _put_finding, {"rowid": rowid, "kind": kind, "ref": ref, "terms": folded}
    yield _put_text, {"rowid": rowid, "terms": folded}


def ticket_terms(ticket: tickets.Ticket) -> str:
    """The words a ticket is found by."""
    return f"{ticket.label} {ticket.last4}"


def case_terms(case: claims.Case) -> str:
    """The words a case is found by: names, numbers, the last four digits of each number, voucher and bank reference."""
    names = [case.fields.get(name, "") for name in ("name", "claimant_name")]
    numbers = " ".join(
        case.fields.get(name, "") for name in ("nik", "claimant_nik", "member_nos", "phone")
    ).split()
    local = ["0" + number[3:] for number in numbers if number.startswith("+62")]
    tails = [number[-4:] for number in numbers if len(number) > 4]
    labels = [label for _, label in case.tickets]
    paid = (case.payment.voucher, case.payment.reference)
    words = (*names, *numbers, *local, *tails, case.receipt, *case.former_receipts, *labels, *paid)
    return " ".join(word.replace("+", "") for word in words if word)


def _case_changes(
    key: str, old: claims.Case | None, new: claims.Case, head: bytes, position: int
) -> Iterator[Change]:
    yield (
        _put_case,
        {
            "id": key,
            "service": new.service,
            "stage": new.stage,
            "stage_at": new.stage_at,
            "opened_at": new.opened_at,
            "opened_by": new.opened_by,
            "nik": new.fields.get("nik", ""),
            "receipt": new.receipt,
            "due": new.due,
            "touched": position,
            "head": head,
            "data": pack(new),
            "came_back": came_back(new),
        },
    )
    for ticket, _ in new.tickets if old is None or old.tickets != new.tickets else ():
        yield _put_case_ticket, {"ticket": ticket, "case_id": key}
    terms = case_terms(new)
    if old is None or case_terms(old) != terms:
        yield from finding(new.opened_position, "case", key, terms)


def _booking_changes(
    key: str, old: State, new: bookings.Booking, head: bytes, position: int
) -> Iterator[Change]:
    yield _put_booking, {"id": key, "day": new.day, "time": new.time, "head": head, "data": pack(new)}


class Projection(msgspec.Struct, frozen=True, kw_only=True):
    """How one family of streams becomes rows."""

    fold: Callable[[Any, Event], Any]
    changes: Callable[[str, Any, Any, bytes, int], Iterator[Change]]
    load: Select[Any]
    decode: Callable[[bytes], Any]
    each_event: bool = False
    """Rows depend on more than the last state, so a rebuild writes them after each event."""


def _projection(
    fold: Any, changes: Any, table: Any, key: Any, shape: Any, each_event: bool = False
) -> Projection:
    query = select(table.c.data, table.c.head).where(key == bindparam("key"))
    decode = msgspec.msgpack.Decoder(shape).decode
    return Projection(fold=fold, changes=changes, load=query, decode=decode, each_event=each_event)


STREAMS: dict[str, Projection] = {
    "branch": _projection(branches.fold, _branch_changes, tables.branch, tables.branch.c.id, branches.Branch),
    "day": _projection(days.fold_day, _day_changes, tables.days, tables.days.c.day, days.Day),
    "counter": _projection(
        days.fold_counter,
        _counter_changes,
        tables.counters,
        tables.counters.c.number,
        days.CounterState,
        each_event=True,
    ),
    "ticket": _projection(
        put_back.fold, _ticket_changes, tables.tickets, tables.tickets.c.id, tickets.Ticket
    ),
    "case": _projection(claims.fold, _case_changes, tables.cases, tables.cases.c.id, claims.Case),
    "booking": _projection(
        bookings.fold, _booking_changes, tables.bookings, tables.bookings.c.id, bookings.Booking
    ),
}


_NAME = re.compile(
    r"branch|day:[0-9]{4}-[0-9]{2}-[0-9]{2}|counter:[1-9][0-9]{0,3}|(ticket|case|booking):[0-9A-Za-z_-]{1,64}"
)


def is_stream(name: str) -> bool:
    """Whether this program folds streams of that name. Two names never mean one row: `counter:01` is none, and
    `branch:x` no second branch."""
    return _NAME.fullmatch(name) is not None


def split(stream: str) -> tuple[str, str]:
    """`ticket:0190…` into its family and key; the branch's key is 1. Raises Refused("event_unknown")."""
    if not is_stream(stream):
        raise Refused("event_unknown", kind=stream, version=0)
    family, _, key = stream.partition(":")
    return family, key or "1"


OPEN_STAGES = claims.OPEN


def is_over(family: str, state: State, day: str = "") -> bool:
    """Whether a stream is closed: a ticket that ended, a file that was paid, rejected or closed, and on `day` (ISO)
    a booking for a day before."""
    if family == "booking":
        return isinstance(state, bookings.Booking) and bookings.is_past(state, day)
    if family == "ticket":
        return isinstance(state, tickets.Ticket) and state.state == tickets.ENDED
    return isinstance(state, claims.Case) and state.stage not in claims.OPEN


def load(connection: Connection, stream: str) -> tuple[Any, bytes] | None:
    """State and id of the last event of a stream, as the rows have them; None when there is no such stream."""
    family, key = split(stream)
    projection = STREAMS[family]
    row = connection.exec_driver_sql(log.driver_sql(projection.load), {"key": key}).first()
    return (projection.decode(row[0]), row[1]) if row else None


_bearing = (
    select(tables.cases.c.data)
    .where(tables.cases.c.receipt == bindparam("receipt"))
    .order_by(tables.cases.c.opened_at)
)


def of_receipt(connection: Connection, receipt: str) -> tuple[claims.Case, ...]:
    """The files that bear a receipt's number, the oldest first: more than one where two computers gave it apart."""
    decode = STREAMS["case"].decode
    return tuple(decode(row[0]) for row in connection.execute(_bearing, {"receipt": receipt}))


def branch_of(connection: Connection) -> branches.Branch | None:
    """The branch as this computer shows it; None before it is set up."""
    found = load(connection, "branch")
    return found[0] if found else None


_OF_TICKET = (
    delete(tables.legs).where(tables.legs.c.ticket == bindparam("ref")),
    delete(tables.tickets).where(tables.tickets.c.id == bindparam("ref")),
)
_OF_CASE = (
    delete(tables.case_tickets).where(tables.case_tickets.c.case_id == bindparam("ref")),
    delete(tables.cases).where(tables.cases.c.id == bindparam("ref")),
)
_FOUND = (
    text(
        "DELETE FROM findings_text WHERE rowid = (SELECT f.rowid FROM findings AS f WHERE f.ref = :ref)"
    ).bindparams(bindparam("ref")),
    delete(tables.findings).where(tables.findings.c.ref == bindparam("ref")),
)
_OF_BOOKING = (delete(tables.bookings).where(tables.bookings.c.id == bindparam("ref")),)
_SESSIONS = delete(tables.sessions).where(
    tables.sessions.c.counter == bindparam("ref"), tables.sessions.c.opened_position >= bindparam("since")
)
_COUNTER = delete(tables.counters).where(tables.counters.c.number == bindparam("ref"))
_DAY = delete(tables.days).where(tables.days.c.day == bindparam("ref"))


def forget(connection: Connection, family: str, key: str, since: int) -> None:
    """Take away the rows of a stream before they are made anew; sessions only those opened at `since` or later."""
    values = {"ref": key}
    statements: tuple[Any, ...] = ()
    if family == "ticket":
        statements = (*_OF_TICKET, *_FOUND)
    elif family == "case":
        statements = (*_OF_CASE, *_FOUND)
    elif family == "booking":
        statements = _OF_BOOKING
    elif family == "day":
        statements = (_DAY,)
    elif family == "counter" and key.isdigit():
        connection.execute(_SESSIONS, {"ref": int(key), "since": since})
        connection.execute(_COUNTER, {"ref": int(key)})
    for statement in statements:
        connection.execute(statement, values)


def clear(connection: Connection) -> None:
    """Empty every projection."""
    for table in reversed(tables.PROJECTIONS):
        connection.execute(delete(table))
    connection.exec_driver_sql("INSERT INTO findings_text(findings_text) VALUES ('delete-all')")
