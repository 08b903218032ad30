"""Tickets that bear one label on one day, because two computers gave it apart: shown, and put back into the queue."""

from collections.abc import Iterator

import msgspec
from sqlalchemy import Connection, select

from app.domain.branch import Branch
from app.domain.events import Header, read_header
from app.domain.figures import LabelTwice
from app.domain.kinds import known_payload
from app.domain.put_back import kept, successor
from app.domain.tickets import Issued, Ticket
from app.errors import Refused
from app.models import following, tables
from app.services.numbers import give, run_mark
from app.services.office import Office

_e, _q = tables.events.c, tables.quarantine.c
_losers = (
    select(_e.position, _e.header, _e.payload)
    .join(tables.quarantine, _q.position == _e.position)
    .where(_q.code == "label_taken")
    .order_by(_e.position)
)
LABEL_TAKEN = select(_q.stream).where(_q.code == "label_taken")
"""Streams of tickets that lost their labels: they are no silent entry of the journal, but persons."""


KIND = "label_was_twice"
"""Of what somebody at this computer has looked at."""


class Double(msgspec.Struct, frozen=True, kw_only=True):
    """A person who has left the queue. `at` in milliseconds UTC, by the clock of the computer that printed it."""

    ticket: str
    day: str
    label: str
    at: int
    computer: str
    who: str
    """Who printed it."""


def doubles(connection: Connection, branch: Branch, since: str) -> Iterator[Double]:
    """Who was not put back, of that day and those after it, the oldest first."""
    for _, header, given in _read(connection):
        if given.day >= since and _back(connection, header) is None:
            yield Double(
                ticket=_id(header),
                day=given.day,
                label=given.label,
                at=header.at,
                computer=_place(branch, header),
                who=header.actor,
            )


def doubles_between(connection: Connection, branch: Branch, first: int, last: int) -> Iterator[LabelTwice]:
    """Everybody who lost a label in that range of the log, put back or not, for the summary."""
    for position, header, given in _read(connection):
        if first <= position <= last:
            yield LabelTwice(
                day=given.day,
                label=given.label,
                at=header.at,
                computer=_place(branch, header),
                back=_back(connection, header) or "",
            )


def is_looked_at(connection: Connection, ticket: str) -> bool:
    """Whether somebody at this computer knows that it is too late to put the person back."""
    return following.is_noted(connection, f"{KIND} {ticket}")


def look_at(office: Office, who: str, ticket: str) -> None:
    """Somebody knows it. Raises Refused("no_right")."""
    office.require(who, "conflict.settle")
    with office.store.writing() as connection:
        following.note(connection, f"{KIND} {ticket}", KIND, "", who, {}, office.now(), seen=True)


def put_back(office: Office, who: str, ticket: str) -> Ticket:
    """Into the queue again, at the place of the first entry. Raises Refused("no_right" | "day_not_open" |
    "ticket_unknown")."""
    office.require(who, "conflict.settle")
    with office.unit(who) as unit:
        day = office.open_day(unit.connection)
        for position, header, given in _read(unit.connection):
            if _id(header) != ticket or given.day != day.day or _back(unit.connection, header) is not None:
                continue
            mark = run_mark(office, unit, day.day)
            number = give(unit.connection, day.day, given.prefix, mark)
            stream = f"ticket:{successor(ticket)}"
            back: Ticket = unit.append(stream, kept(given, mark, number, header.at, position))
            return back
    raise Refused("ticket_unknown")


def _read(connection: Connection) -> Iterator[tuple[int, Header, Issued]]:
    for position, raw, payload in connection.execute(_losers).all():
        header = read_header(bytes(raw))
        given = known_payload(header, payload)
        if isinstance(given, Issued):
            yield position, header, given


def _id(header: Header) -> str:
    return header.stream.partition(":")[2]


def _place(branch: Branch, header: Header) -> str:
    station = branch.stations.get(header.station)
    return (station.name or str(station.number)) if station else ""


def _back(connection: Connection, lost: Header) -> str | None:
    """The label under which the person waited again."""
    found = select(tables.tickets.c.label).where(tables.tickets.c.id == successor(_id(lost)))
    return connection.execute(found).scalar()
