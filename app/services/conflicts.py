"""What raced while computers were apart: both versions side by side, until a supervisor has said which stands."""

from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, func, select

from app.domain.branch import Branch
from app.domain.claims import Case
from app.domain.events import Header, read_header
from app.domain.identity import clean_text
from app.domain.kinds import read_payload
from app.domain.race_keys import kept_values
from app.domain.settled import BranchSettled, CaseSettled, CounterSettled, DaySettled, Settled, TicketSettled
from app.domain.tickets import Ticket
from app.errors import Refused
from app.models import tables
from app.services.office import Office

REASON_LIMIT = 200
_SETTLED: dict[str, type[Settled]] = {
    "branch": BranchSettled,
    "day": DaySettled,
    "counter": CounterSettled,
    "ticket": TicketSettled,
    "case": CaseSettled,
}
_c = tables.conflicts.c
_open = select(tables.conflicts).where(_c.settled_by == "").order_by(_c.position)
_count = select(func.count()).select_from(tables.conflicts).where(_c.settled_by == "")
_one = select(tables.conflicts).where(_c.stream == bindparam("stream"), _c.second == bindparam("second"))
_at = select(tables.events.c.header, tables.events.c.payload).where(tables.events.c.id == bindparam("id"))


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of two versions. `at` in milliseconds UTC, by the clock of the computer that wrote it."""

    event: str
    who: str
    """Name of the person, empty for the program."""
    at: int
    computer: str
    kind: str
    told: dict[str, Any]
    """What it says: the fields of its payload, or a single value under ""."""


class OpenConflict(msgspec.Struct, frozen=True, kw_only=True):
    """Two events that race and that nobody has settled."""

    stream: str
    second: str
    race: str
    title: str
    """What it is about: a ticket's label, a name, a date."""
    key: str
    """Which value of it, empty where it is about the whole."""
    first_side: Side
    second_side: Side
    since: int
    owner: str
    """Name of the person whose work waits for it."""
    may_choose: bool
    """False where only one thing is possible: to take note."""


class Conflicts:
    """The supervisor's page."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def count(self) -> int:
        """How many are open."""
        with self._office.store.reading() as connection:
            return connection.execute(_count).scalar_one()

    def open(self) -> tuple[OpenConflict, ...]:
        """Everything that is open, oldest first."""
        branch = self._office.branch()
        with self._office.store.reading() as connection:
            rows = connection.execute(_open).all()
            found = [self._read(connection, branch, row) for row in rows]
        return tuple(each for each in found if each is not None)

    def _read(self, connection: Connection, branch: Branch, row: Any) -> OpenConflict | None:
        first = self._side(connection, branch, row.first, row.key)
        second = self._side(connection, branch, row.second, row.key)
        if first is None or second is None:
            return None
        return OpenConflict(
            stream=row.stream,
            second=row.second,
            race=row.race,
            title=self._title(row.stream),
            key=row.key,
            first_side=first,
            second_side=second,
            since=max(first.at, second.at),
            owner=second.who or first.who,
            may_choose=row.race in ("attribute", "decision"),
        )

    def _side(self, connection: Connection, branch: Branch, event: str, key: str) -> Side | None:
        row = connection.execute(_at, {"id": bytes.fromhex(event)}).first()
        if row is None:
            return None
        header = read_header(bytes(row[0]))
        station = branch.stations.get(header.station)
        return Side(
            event=event,
            who=self._office.name(header.actor),
            at=header.at,
            computer=(station.name or str(station.number)) if station else "",
            kind=header.kind,
            told=_told(header, row[1], key),
        )

    def _title(self, stream: str) -> str:
        """What people call it."""
        state = self._office.state(stream)
        if isinstance(state, Ticket):
            return state.label
        if isinstance(state, Case):
            labels = " ".join(label for _, label in state.tickets)
            return state.fields.get("name", "") or labels or stream
        return stream.partition(":")[2] or self._office.branch().name

    def settle(self, who: str, stream: str, second: str, choice: str, reason: str) -> None:
        """A supervisor's word: the event `choice` stands. Raises Refused("reason_missing" | "conflict_unknown" |
        "no_right"), and whatever is against the choice itself."""
        why = clean_text(reason, REASON_LIMIT)
        if not why:
            raise Refused("reason_missing")
        self._office.require(who, "conflict.settle")
        with self._office.unit(who) as unit:
            row = unit.connection.execute(_one, {"stream": stream, "second": second}).first()
            if row is None or row.settled_by or choice not in (row.first, row.second):
                raise Refused("conflict_unknown")
            kind = _SETTLED[stream.partition(":")[0]]
            unit.append(stream, kind(conflict=second, choice=choice, reason=why))


def _told(header: Header, payload: bytes | None, key: str) -> dict[str, Any]:
    """What an event says about the key; empty where it says nothing but that it happened."""
    if payload is None:
        return {}
    try:
        read = read_payload(header.kind, header.version, bytes(payload))
    except Refused:
        return {}
    value = kept_values(read).get(key, read)
    if isinstance(value, msgspec.Struct):
        told: dict[str, Any] = msgspec.to_builtins(value)
        return told
    return {"": value}
