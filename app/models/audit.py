"""Making the projections anew from the log: `rebuild` folds every stream. (`verify` proves the log itself.)"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select

from app.domain.branch import Branch
from app.domain.events import read_header
from app.domain.races import Seen
from app.domain.tickets import Issued
from app.models import labels, log, projections, tables
from app.models.folding import Streams, add_conflict, read_anchor
from app.models.reading import NOTHING, Point, conflict_rows, fold_whole, seen
from app.models.shrinking import MARK
from app.models.store import Store
from app.models.verifying import Verified, verify

__all__ = ("Verified", "rebuild", "rebuild_within", "verify")

_BATCH = 5_000


_by_stream = (
    select(
        tables.events.c.position,
        tables.events.c.stream,
        tables.events.c.header,
        tables.events.c.payload,
    )
    .where(
        tables.events.c.stream >= bindparam("from_stream"), tables.events.c.stream < bindparam("to_stream")
    )
    .order_by(tables.events.c.stream, tables.events.c.position)
)
_anchored = select(tables.anchors.c.stream).where(
    tables.anchors.c.stream >= bindparam("from_stream"), tables.anchors.c.stream < bindparam("to_stream")
)
_shown = _anchored.where(func.substr(tables.anchors.c.data, 1, 1) != MARK)
_add_quarantine = tables.quarantine.insert()
_pending_streams = select(tables.pending.c.stream).distinct().order_by(tables.pending.c.stream)
_kept_sessions = select(tables.sessions).where(tables.sessions.c.opened_position <= bindparam("begin"))
_put_session = tables.sessions.insert().prefix_with("OR IGNORE")


class _Bulk:
    """Gathers rows by statement and writes them in batches."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: dict[Any, list[dict[str, Any]]] = {}

    def add(self, statement: Any, values: dict[str, Any]) -> None:
        rows = self._waiting.setdefault(statement, [])
        rows.append(values)
        if len(rows) >= _BATCH:
            self._write(statement)

    def _write(self, statement: Any) -> None:
        rows = self._waiting.pop(statement)
        self._connection.execute(statement, rows)

    def flush(self) -> None:
        for statement in list(self._waiting):
            self._write(statement)


def _bounds(family: str) -> dict[str, str]:
    if family == "branch":
        return {"from_stream": "branch", "to_stream": "branch\x01"}
    return {"from_stream": f"{family}:", "to_stream": f"{family};"}  # ';' follows ':'


def _streams_of(connection: Connection, family: str) -> Iterator[tuple[str, list[Seen], Point]]:
    """Each stream of a family with its entries and what they stand on.

    Ids begin with their time, so neighbours lie side by side on file.
    """
    bounds = _bounds(family)
    any_anchors = connection.execute(_anchored.limit(1), bounds).first() is not None
    shown = {row[0] for row in connection.execute(_shown, bounds)} if any_anchors else set()
    rows = connection.execute(_by_stream, bounds).yield_per(_BATCH)
    for stream, group in groupby(rows, key=lambda row: row[1]):
        shown.discard(stream)
        start = read_anchor(connection, stream) if any_anchors else NOTHING
        yield (
            stream,
            [seen(read_header(raw), payload, place) for place, _, raw, payload in group if place > start[2]],
            start,
        )
    for stream in sorted(shown):
        yield stream, [], read_anchor(connection, stream)


class _Rebuild:
    """Folds one family of streams anew, stream by stream."""

    def __init__(self, bulk: _Bulk, family: str, branch: Branch | None) -> None:
        self._bulk = bulk
        self._family = family
        self._changes = projections.STREAMS[family].changes
        self._branch = branch
        self.state: Any = None

    def run(self, connection: Connection) -> None:
        for stream, entries, start in _streams_of(connection, self._family):
            self._stream(stream, entries, start)

    def _stream(self, stream: str, entries: list[Seen], start: Point) -> None:
        if not projections.is_stream(stream):
            for each in entries:
                values = {"position": each.event.position, "stream": stream, "code": "event_unknown"}
                self._bulk.add(_add_quarantine, values)
            return
        steps: list[tuple[Any, bytes, int]] = []
        folded = fold_whole(stream, entries, self._branch, start, steps)
        for aside in folded.asides:
            values = {"position": aside.position, "stream": stream, "code": aside.code}
            self._bulk.add(_add_quarantine, values)
        for conflict in conflict_rows(folded):
            self._bulk.add(add_conflict, conflict)
        key = projections.split(stream)[1]
        for state, head, position in steps:
            self._write(key, state, head, position)
        self.state = folded.state
        if folded.state is not None:
            position = entries[-1].event.position if entries else start[2]
            self._write(key, folded.state, b"".join(folded.frontier), position)

    def _write(self, key: str, new: Any, head: bytes, position: int) -> None:
        for statement, values in self._changes(key, None, new, head, position):
            self._bulk.add(projections.ONCE.get(statement, statement), values)


def _rebuild_family(reading: Connection, bulk: _Bulk, family: str, branch: Branch | None) -> Any:
    rebuilt = _Rebuild(bulk, family, branch)
    rebuilt.run(reading)
    return rebuilt.state


def rebuild(store: Store) -> int:
    """Fold every stream anew and replace all projections, in one transaction. Returns how many events were set aside.

    Sessions at the counters that ended before this computer's log begins stay as they are.
    """
    with store.reading() as reading, store.writing() as connection:
        return rebuild_within(reading, connection)


def rebuild_within(reading: Connection, connection: Connection) -> int:
    """The same within a transaction that is open; `reading` sees the log to be folded."""
    begin = log.begin(connection).position
    sessions = connection.execute(_kept_sessions, {"begin": begin}).mappings().all()
    projections.clear(connection)
    bulk = _Bulk(connection)
    branch = _rebuild_family(reading, bulk, "branch", None)
    for family in projections.STREAMS:
        if family != "branch":
            _rebuild_family(reading, bulk, family, branch)
    _set_strangers_aside(reading, bulk)
    bulk.flush()
    if sessions:
        connection.execute(_put_session, [dict(row) for row in sessions])
    _set_doubles_aside(connection)
    _lay_pending_over(connection)
    return connection.execute(select(func.count()).select_from(tables.quarantine)).scalar() or 0


def _lay_pending_over(connection: Connection) -> None:
    """What this computer holds beside the log is shown on top of it, as before."""
    connection.execute(delete(tables.bases))
    streams = Streams(connection)
    for (stream,) in connection.execute(_pending_streams).all():
        streams.overlay(stream)
    streams.write()


def _set_strangers_aside(reading: Connection, bulk: _Bulk) -> None:
    """Streams of a family that only a newer program knows: kept in the log, listed, and nothing else."""
    for position, stream in reading.execute(_of_strangers):
        if not projections.is_stream(stream):
            bulk.add(_add_quarantine, {"position": position, "stream": stream, "code": "event_unknown"})


def _set_doubles_aside(connection: Connection) -> None:
    """A ticket whose label another one of the day already bears is listed and has no row: the first in the log stays."""
    streams = Streams(connection)
    for (stream,) in connection.execute(_tickets_without_row).all():
        mine = next(iter(log.of_stream(connection, stream)), None)
        bearer = _bearer(connection, mine)
        if mine is None or bearer is None:
            continue
        if mine[0] > bearer[0]:
            labels.let_lose(connection, stream)
            continue
        labels.let_lose(connection, bearer[1])
        streams.refold(stream)
    streams.write()


def _bearer(connection: Connection, row: Any) -> tuple[int, str] | None:
    """Who bears the label that the event of this row gives: the position of its own first event, and its stream."""
    if row is None:
        return None
    first = seen(read_header(row[1]), row[2], row[0])
    given = first.event.payload
    if first.error is not None or not isinstance(given, Issued):
        return None
    found = labels.bearer(connection, given)
    if found is None:
        return None
    own = log.of_stream(connection, f"ticket:{found}")
    return (own[0][0] if own else 0), f"ticket:{found}"


_tickets_without_row = (
    select(tables.events.c.stream)
    .distinct()
    .where(tables.events.c.stream >= "ticket:", tables.events.c.stream < "ticket;")
    .where(func.substr(tables.events.c.stream, len("ticket:") + 1).not_in(select(tables.tickets.c.id)))
)
_of_strangers = select(tables.events.c.position, tables.events.c.stream).where(
    tables.events.c.stream != "branch",
    *(
        (tables.events.c.stream < f"{family}:") | (tables.events.c.stream >= f"{family};")
        for family in projections.STREAMS
        if family != "branch"
    ),
)
