"""What a counter asks of the tables: who waits, who was called last, who sits where."""

from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, select

from app.domain.days import CounterState
from app.domain.tickets import CALLED, NO_SHOW, PARKED, SERVING, WAITING, Ticket
from app.models import tables
from app.models.journal import latest_day
from app.services.office import Office

_t = tables.tickets
ticket_state = msgspec.msgpack.Decoder(Ticket).decode
counter_state = msgspec.msgpack.Decoder(CounterState).decode

_WAITING = (
    select(_t.c.id, _t.c.service, _t.c.priority)
    .where(
        _t.c.day == bindparam("day"),
        tables.STILL_OPEN,
        _t.c.state == WAITING,
        (_t.c.for_counter.is_(None)) | (_t.c.for_counter == bindparam("counter")),
        (_t.c.for_officer == "") | (_t.c.for_officer == bindparam("officer")),
    )
    .order_by(_t.c.sort_order)
)
WAITING_PRIORITY = _WAITING.where(_t.c.priority != "")
WAITING_REGULAR = _WAITING.where(_t.c.priority == "")
_LAST_CALLS = (
    select(tables.legs.c.priority)
    .where(tables.legs.c.day == bindparam("day"), tables.legs.c.called_position.is_not(None))
    .order_by(tables.legs.c.called_position.desc())
    .limit(bindparam("count"))
)
_OF_OFFICER = (
    select(_t.c.data)
    .where(_t.c.day == bindparam("day"), tables.STILL_OPEN, _t.c.state.in_((CALLED, SERVING)))
    .order_by(_t.c.sort_order)
)
WAITING_DATA = (
    select(_t.c.data)
    .where(_t.c.day == bindparam("day"), tables.STILL_OPEN, _t.c.state == WAITING)
    .order_by(_t.c.sort_order)
)
PARKED_DATA = (
    select(_t.c.data)
    .where(_t.c.day == bindparam("day"), tables.STILL_OPEN, _t.c.state == PARKED)
    .order_by(_t.c.sort_order)
)
MISSED_DATA = (
    select(_t.c.data)
    .where(_t.c.day == bindparam("day"), tables.STILL_OPEN, _t.c.state == NO_SHOW)
    .order_by(_t.c.sort_order)
)
CALLS = (
    select(_t.c.data, tables.legs.c.counter, tables.legs.c.called_position)
    .select_from(tables.legs.join(_t, tables.legs.c.ticket == _t.c.id))
    .where(tables.legs.c.day == bindparam("day"), tables.legs.c.called_position.is_not(None))
    .order_by(tables.legs.c.called_position.desc())
    .limit(bindparam("count"))
)


def tickets_by(connection: Connection, query: Any, params: dict[str, Any]) -> tuple[Ticket, ...]:
    """The tickets of a query whose first column is their state."""
    return tuple(ticket_state(row[0]) for row in connection.execute(query, params))


def since_priority(connection: Connection, day: str, office: Office) -> int:
    """How many regular tickets were called since the last one of priority, as far as the rule cares."""
    ratio = office.rules().queue.regular_per_priority
    rows = connection.execute(_LAST_CALLS, {"day": day, "count": ratio}).all()
    for count, row in enumerate(rows):
        if row[0]:
            return count
    return ratio if len(rows) >= ratio else len(rows)


def counter_of(connection: Connection, who: str) -> int | None:
    """The counter somebody sits at."""
    query = select(tables.counters.c.number).where(tables.counters.c.officer == who)
    number = connection.execute(query).scalar()
    return None if number is None else int(number)


def open_numbers(office: Office) -> tuple[int, ...]:
    """The counters at which somebody sits, wherever in the branch."""
    query = select(tables.counters.c.number).where(tables.counters.c.officer != "")
    with office.store.reading() as connection:
        return tuple(connection.execute(query.order_by(tables.counters.c.number)).scalars())


def current_of(connection: Connection, who: str) -> Ticket | None:
    """The ticket somebody has called or serves."""
    day = latest_day(connection)
    if day is None:
        return None
    for ticket in tickets_by(connection, _OF_OFFICER, {"day": day.day}):
        if ticket.leg.officer == who:
            return ticket
    return None
