"""What another computer needs to begin: the states at a position, how far each run had got, and the log behind it.

Everything is read in one transaction and in blocks of rows, so that the whole is never in memory.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, select, text

from app.domain.branch import Branch
from app.domain.days import CounterState, Session
from app.domain.events import Held, Term, read_header, split_heads
from app.domain.withheld import is_shown
from app.errors import Refused
from app.models import log, projections, tables
from app.models.audit import rebuild_within
from app.models.folding import read_anchor
from app.models.reading import Point, fold_whole, seen
from app.models.retention import UNREADABLE, anchor_row
from app.models.shrinking import MARK, shrink
from app.models.verifying import verify_within

BIG_CACHE, CACHE = -262_144, -8_000
"""Kilobytes, negative as SQLite wants them: while hundred thousands of rows go in, and as the driver sets it else."""
ROWS = 1_000
"""In one block."""
HEAD, ANCHORS, RUNS, KEPT, EVENTS, END = "head", "anchors", "runs", "kept", "events", "end"
_TABLES = {
    ANCHORS: tables.anchors,
    RUNS: tables.anchor_runs,
    KEPT: tables.events,
    EVENTS: tables.events,
}

_e = tables.events.c
_touched = select(_e.stream).where(_e.position > bindparam("begin")).distinct()
_part = (
    select(_e.position, _e.header, _e.payload)
    .where(
        _e.stream == bindparam("stream"), _e.position > bindparam("since"), _e.position <= bindparam("begin")
    )
    .order_by(_e.position)
)
_newest = (
    select(_e.position)
    .where(_e.stream == bindparam("stream"), _e.position <= bindparam("begin"))
    .order_by(_e.position.desc())
    .limit(1)
)
_begun = (
    select(_e.position).where(_e.stream == bindparam("stream"), _e.position <= bindparam("begin")).limit(1)
)
_header_at = select(_e.header, _e.stream).where(_e.position == bindparam("position"))
_raced = select(tables.conflicts.c.stream, tables.conflicts.c.settled_by)
_unread = select(tables.quarantine.c.stream).where(tables.quarantine.c.code.in_(UNREADABLE)).distinct()
_epochs = text(
    "WITH RECURSIVE runs(epoch) AS (SELECT min(epoch) FROM events UNION ALL"
    " SELECT (SELECT min(e.epoch) FROM events AS e WHERE e.epoch > runs.epoch) FROM runs WHERE runs.epoch IS NOT NULL)"
    " SELECT epoch FROM runs WHERE epoch IS NOT NULL"
)
"""Leaps from run to run in the index instead of reading every entry."""
_run_until = (
    select(_e.seq, _e.hash)
    .where(_e.epoch == bindparam("epoch"), _e.position <= bindparam("begin"))
    .order_by(_e.seq.desc())
    .limit(1)
)
_session_before = (
    select(tables.sessions.c.opened_position, tables.sessions.c.data)
    .where(
        tables.sessions.c.counter == bindparam("counter"),
        tables.sessions.c.opened_position <= bindparam("begin"),
    )
    .order_by(tables.sessions.c.opened_position.desc())
    .limit(2)
)
_cases = select(
    tables.cases.c.id, tables.cases.c.stage, tables.cases.c.data, tables.cases.c.head, tables.cases.c.touched
)
_open_tickets = select(tables.tickets.c.id).where(tables.STILL_OPEN)
_bookings_to_come = select(tables.bookings.c.id).where(
    tables.bookings.c.day >= select(func.coalesce(func.max(tables.days.c.day), "")).scalar_subquery()
)
_anchors = select(tables.anchors)
_session = msgspec.msgpack.Decoder(Session).decode

Block = tuple[str, Any]
"""(kind, rows as lists in the order of the table's columns; for HEAD and END one value)"""


class Beginning(msgspec.Struct, frozen=True, kw_only=True):
    """Where the log of the other computer will begin, and where it ended when this was made."""

    position: int
    log_hash: bytes
    term_number: int
    term_run: str
    end: int
    end_hash: bytes


def beginning(connection: Connection, position: int) -> Beginning:
    """Begin behind `position`, or as near to it as this log can; raises Refused("log_empty") where there is no log."""
    head, begin = log.head(connection), log.begin(connection)
    at = min(max(position, begin.position), head.position - 1)
    if at < begin.position or head.position == 0:
        raise Refused("log_empty")
    row = connection.execute(
        select(_e.log_hash, _e.term_number, _e.term_run).where(_e.position == at)
    ).first() or (begin.log_hash, begin.term.number, begin.term.run)
    return Beginning(
        position=at,
        log_hash=row[0],
        term_number=row[1],
        term_run=row[2],
        end=head.position,
        end_hash=head.log_hash,
    )


# ---------------------------------------------------------------------------------------------- making


class _Maker:
    """Gathers the states at one position."""

    def __init__(self, connection: Connection, at: int) -> None:
        self._connection = connection
        self._at = at
        self._touched = {row[0] for row in connection.execute(_touched, {"begin": at})}
        self._kept = self._streams_kept()
        found = projections.load(connection, "branch")
        self._branch: Branch | None = found[0] if found else None

    def _streams_kept(self) -> set[str]:
        """Streams whose entries before the beginning are needed too: races, and what only a newer program reads."""
        kept = {row[0] for row in self._connection.execute(_unread)}
        raced: dict[str, bool] = {}
        for stream, settled_by in self._connection.execute(_raced):
            raced[stream] = raced.get(stream, False) or not settled_by
        for stream, is_open in raced.items():
            if is_open or stream in self._touched or not self._is_over(stream):
                kept.add(stream)
        return kept

    def _is_over(self, stream: str) -> bool:
        found = projections.load(self._connection, stream)
        return found is not None and projections.is_over(stream.partition(":")[0], found[0])

    # ------------------------------------------------------------------------------------------ anchors

    def anchors(self) -> Iterator[list[Any]]:
        """Rows of the table `anchors`."""
        yield from self._of_closed_cases()
        for stream in sorted(self._wanted() - self._kept):
            point = self._point(stream)
            if point is not None and point[0] is not None:
                yield _as_list(tables.anchors, anchor_row(stream, point, closed=False))
        for row in self._connection.execute(_anchors):
            if row.data[:1] == MARK and row.stream not in self._touched:
                yield list(row)

    def _wanted(self) -> set[str]:
        """Streams that are open or were touched since, and always the branch, its days and its counters."""
        connection = self._connection
        known = {f"ticket:{row[0]}" for row in connection.execute(_open_tickets)}
        known |= {
            f"case:{row[0]}"
            for row in connection.execute(
                select(tables.cases.c.id).where(tables.cases.c.stage.in_(projections.OPEN_STAGES))
            )
        }
        known |= {f"day:{row[0]}" for row in connection.execute(select(tables.days.c.day))}
        known |= {f"counter:{row[0]}" for row in connection.execute(select(tables.counters.c.number))}
        known |= {f"booking:{row[0]}" for row in connection.execute(_bookings_to_come)}
        touched = {each for each in self._touched if projections.is_stream(each)}
        return known | touched | {"branch"}

    def _of_closed_cases(self) -> Iterator[list[Any]]:
        for key, stage, data, head, touched in self._connection.execute(_cases).yield_per(ROWS):
            stream = f"case:{key}"
            if stage not in projections.OPEN_STAGES and touched <= self._at and stream not in self._kept:
                yield [stream, head, touched, shrink(data)]

    def _point(self, stream: str) -> Point | None:
        """The state of a stream at the beginning."""
        if stream not in self._touched:
            return self._shown(stream)
        start = read_anchor(self._connection, stream)
        if stream.startswith("counter:"):
            start = self._counter_before(stream) or start
        values = {"stream": stream, "since": start[2], "begin": self._at}
        rows = self._connection.execute(_part, values).all()
        if not rows:
            return start if start[2] else None
        entries = [seen(read_header(raw), payload, position) for position, raw, payload in rows]
        folded = fold_whole(stream, entries, self._branch, start, [])
        return folded.state, folded.frontier, entries[-1].event.position

    def _shown(self, stream: str) -> Point | None:
        """Nothing came since: what the row shows is the state there."""
        row = self._connection.execute(
            select(tables.bases.c.data, tables.bases.c.head).where(tables.bases.c.stream == stream)
        ).first()
        found = projections.load(self._connection, stream)
        if row is not None:
            if row[0] is None:
                return None
            found = projections.STREAMS[projections.split(stream)[0]].decode(row[0]), row[1]
        newest = self._connection.execute(_newest, {"stream": stream, "begin": self._at}).scalar()
        position = newest or read_anchor(self._connection, stream)[2]
        if found is None or not position:
            return None
        return found[0], split_heads(found[1]), position

    def _counter_before(self, stream: str) -> Point | None:
        """A counter's life is long: its state before its newest session was opened follows from the one before."""
        number = stream.partition(":")[2]
        if not number.isdigit():
            return None
        values = {"counter": int(number), "begin": self._at}
        rows = self._connection.execute(_session_before, values).all()
        if len(rows) < 2:
            return None
        opening = self._connection.execute(_header_at, {"position": rows[0][0]}).first()
        past = _session(rows[1][1])
        if opening is None or opening[1] != stream or past.closed_position is None:
            return None
        return CounterState(number=int(number), past=past), read_header(opening[0]).after, rows[0][0] - 1

    # ------------------------------------------------------------------------------------------ rows

    def runs(self) -> Iterator[list[Any]]:
        """How far each run had got there."""
        known: dict[bytes, tuple[int, bytes]] = {
            row.epoch: (row.seq, row.hash) for row in self._connection.execute(select(tables.anchor_runs))
        }
        for (epoch,) in self._connection.execute(_epochs):
            row = self._connection.execute(_run_until, {"epoch": epoch, "begin": self._at}).first()
            if row is not None and row[0] >= known.get(epoch, (0, b""))[0]:
                known[epoch] = (row[0], row[1])
        for epoch, (seq, hashed) in known.items():
            yield [epoch, seq, hashed]

    def kept(self) -> Iterator[list[Any]]:
        """Entries before the beginning, of streams that are told by all of them."""
        for stream in sorted(self._kept):
            query = select(tables.events).where(_e.stream == stream, _e.position <= self._at)
            yield from (list(row) for row in self._connection.execute(query))

    def events(self) -> Iterator[list[Any]]:
        """The log behind the beginning."""
        query = select(tables.events).where(_e.position > self._at).order_by(_e.position)
        for row in self._connection.execute(query).yield_per(ROWS):
            yield list(row)


def _as_list(table: Any, values: dict[str, Any]) -> list[Any]:
    return [values[column.name] for column in table.columns]


def _blocks(kind: str, rows: Iterable[list[Any]]) -> Iterator[Block]:
    block: list[list[Any]] = []
    for row in rows:
        block.append(row)
        if len(block) == ROWS:
            yield kind, block
            block = []
    if block:
        yield kind, block


def blocks(connection: Connection, begin: Beginning, *, narrow: bool = False) -> Iterator[Block]:
    """Everything behind the head; the connection sees one moment. `narrow`: for a computer that holds no payloads."""
    maker = _Maker(connection, begin.position)
    anchors = maker.anchors()
    yield from _blocks(ANCHORS, (row for row in anchors if not narrow or is_shown(row[0])))
    yield from _blocks(RUNS, maker.runs())
    for kind, rows in ((KEPT, maker.kept()), (EVENTS, maker.events())):
        yield from _blocks(kind, map(_withheld, rows) if narrow else rows)
    yield END, begin.end


_STREAM, _PAYLOAD = (list(tables.events.c.keys()).index(name) for name in ("stream", "payload"))


def _withheld(row: list[Any]) -> list[Any]:
    if not is_shown(row[_STREAM]):
        row[_PAYLOAD] = None
    return row


# ---------------------------------------------------------------------------------------------- taking


def take(connection: Connection, begin: Beginning, parts: Iterable[Block]) -> None:
    """Put all of it in the place of this computer's log, in the transaction that is open.

    What this computer holds that is not in it is held on, and offered (DESIGN 2, rule 1). Raises
    Refused("snapshot_damaged") when it is not whole, or when its log does not prove itself.
    """
    mine = _set_own_aside(connection)
    connection.exec_driver_sql(f"PRAGMA cache_size={BIG_CACHE}")
    try:
        _take(connection, begin, parts)
        _hold(connection, mine)
        rebuild_within(connection, connection)
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size={CACHE}")


def _take(connection: Connection, begin: Beginning, parts: Iterable[Block]) -> None:
    ended = False
    for kind, rows in parts:
        if kind == END:
            ended = rows == begin.end
        elif kind in _TABLES:
            _insert(connection, kind, rows)
    log.put_begin(
        connection,
        log.Head(begin.position, begin.log_hash, Term(begin.term_number, begin.term_run)),
    )
    head = log.head(connection)
    if not ended or (head.position, head.log_hash) != (begin.end, begin.end_hash):
        raise Refused("snapshot_damaged", why="end")
    checked = verify_within(connection, each_signature=False)
    if checked.bad_position is not None:
        raise Refused("snapshot_damaged", why=checked.why)


def _insert(connection: Connection, kind: str, rows: Sequence[Sequence[Any]]) -> None:
    table = _TABLES[kind]
    columns = len(table.columns)
    if any(len(row) != columns for row in rows):
        raise Refused("snapshot_damaged", why=kind)
    marks = ", ".join("?" * columns)
    statement = f"INSERT INTO {table.name} VALUES ({marks})"  # noqa: S608 - names of our tables
    # Rows of the driver's own types, by hundred thousands: made into parameters by name they take twice the time.
    connection.exec_driver_sql(statement, [tuple(row) for row in rows])


def _set_own_aside(connection: Connection) -> list[Held]:
    """Empty log and projections; what stood in the log or beside it, in its order."""
    last = log.head(connection).position
    mine = [each.held for each in log.entries_after(connection, 0, last)] if last else []
    mine += log.pending(connection, 1 << 31)
    projections.clear(connection)
    for table in (tables.events, tables.anchors, tables.anchor_runs, tables.bases, tables.pending):
        connection.execute(delete(table))
    return mine


def _hold(connection: Connection, mine: list[Held]) -> None:
    """Beside the new log stands what it does not have: whatever lies behind where its runs have got. Of a run of which
    something was withheld here others hold more."""
    withheld = {read_header(each.header).epoch for each in mine if each.payload is None}
    reached: dict[bytes, int] = {}
    rows: list[dict[str, Any]] = []
    for held in mine:
        header = read_header(held.header)
        if header.epoch not in reached:
            reached[header.epoch] = log.run_head(connection, header.epoch)[0]
        if header.seq > reached[header.epoch] and header.epoch not in withheld:
            rows.append(log.pending_row(len(rows) + 1, header, held))
    log.add_pending(connection, rows)
