"""The rows of the branch log and of what is held beside it: reading and writing bytes, no rules."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, or_, select
from sqlalchemy.dialects import sqlite

from app.domain.events import PENDING, ZERO, Entry, Header, Held, Term, read_header
from app.errors import Refused
from app.models import tables

_e, _p = tables.events, tables.pending

_last = "SELECT position, log_hash, term_number, term_run FROM events ORDER BY position DESC LIMIT 1"
_at = select(_e.c.log_hash).where(_e.c.position == bindparam("position"))
_hashes_at = (
    select(_e.c.position, _e.c.log_hash)
    .where(_e.c.position.in_(bindparam("positions", expanding=True)))
    .order_by(_e.c.position.desc())
)
_run_head = (
    select(_e.c.seq, _e.c.hash).where(_e.c.epoch == bindparam("epoch")).order_by(_e.c.seq.desc()).limit(1)
)
_run_header = select(_e.c.header).where(_e.c.epoch == bindparam("epoch")).order_by(_e.c.seq.desc()).limit(1)
_used = select(_e.c.position).where(_e.c.epoch == bindparam("epoch"), _e.c.seq == bindparam("seq"))
_anchored_run = select(tables.anchor_runs.c.seq, tables.anchor_runs.c.hash).where(
    tables.anchor_runs.c.epoch == bindparam("epoch")
)
_entry_columns = (
    _e.c.position,
    _e.c.term_number,
    _e.c.term_run,
    _e.c.log_hash,
    _e.c.header,
    _e.c.payload,
    _e.c.hash,
    _e.c.signature,
)
_after = (
    select(*_entry_columns)
    .where(_e.c.position > bindparam("position"), _e.c.position <= bindparam("last"))
    .order_by(_e.c.position)
    .limit(bindparam("count"))
)
_places_after = (
    select(_e.c.position, _e.c.term_number, _e.c.term_run, _e.c.log_hash, _e.c.hash)
    .where(_e.c.position > bindparam("position"))
    .order_by(_e.c.position)
    .limit(bindparam("count"))
)
_held_columns = (_p.c.header, _p.c.payload, _p.c.hash, _p.c.signature)
_pending = select(*_held_columns).order_by(_p.c.number).limit(bindparam("count"))
_pending_after = (
    select(*_held_columns, _p.c.number)
    .where(_p.c.number > bindparam("number"))
    .order_by(_p.c.number)
    .limit(bindparam("count"))
)
_pending_of = (
    select((_p.c.number + PENDING).label("position"), _p.c.header, _p.c.payload)
    .where(_p.c.stream == bindparam("stream"))
    .order_by(_p.c.number)
)
_newest_pending = select(func.max(_p.c.number))
_count_pending = select(func.count()).select_from(_p)
_known = select(_e.c.id).where(_e.c.id.in_(bindparam("ids", expanding=True)))
_pending_known = select(_p.c.id).where(_p.c.id.in_(bindparam("ids", expanding=True)))
_aside_known = select(tables.aside.c.id).where(tables.aside.c.id.in_(bindparam("ids", expanding=True)))
_drop_pending = delete(_p).where(_p.c.id == bindparam("event_id"))
_of_stream = (
    select(_e.c.position, _e.c.header, _e.c.payload)
    .where(_e.c.stream == bindparam("stream"))
    .order_by(_e.c.position)
)
_newest_of = select(func.max(_e.c.position)).where(_e.c.stream == bindparam("stream"))
_add_events = _e.insert()
_add_pending = _p.insert()
_add_aside = tables.aside.insert().prefix_with("OR IGNORE")

_setting = select(tables.local.c.value).where(tables.local.c.name == bindparam("name"))
_put_setting = tables.local.insert().prefix_with("OR REPLACE")

_driver_sql: dict[Any, str] = {}


def driver_sql(statement: Any) -> str:
    """A statement as the driver takes it, compiled once: SQLAlchemy's own way to each row costs five times the driver's.

    Only for statements whose values need no conversion: bytes, numbers, text, None.
    """
    known = _driver_sql.get(statement)
    if known is None:
        compiled = statement.compile(dialect=sqlite.dialect(paramstyle="named"))
        known = _driver_sql[statement] = str(compiled)
    return known


CHUNK = 500
"""Ids asked for at once: SQLite takes no more than some thousand parameters."""


class Head:
    """Where a log ends."""

    __slots__ = ("log_hash", "position", "term")

    def __init__(self, position: int, log_hash: bytes, term: Term) -> None:
        self.position = position
        self.log_hash = log_hash
        self.term = term


NO_TERM = Term(0, "")
ANCHOR = "anchor"


def head(connection: Connection) -> Head:
    """The end of this computer's log."""
    row = connection.exec_driver_sql(_last).first()
    return Head(row[0], row[1], Term(row[2], row[3])) if row else begin(connection)


def begin(connection: Connection) -> Head:
    """Where the log of this computer begins: behind this entry, whose states are the anchors; 0 where all is here."""
    kept = setting(connection, ANCHOR)
    if not kept:
        return Head(0, ZERO, NO_TERM)
    position, log_hash, number, run = kept.split(" ")
    return Head(int(position), bytes.fromhex(log_hash), Term(int(number), run))


def put_begin(connection: Connection, at: Head) -> None:
    """Let the log begin behind this entry."""
    value = f"{at.position} {at.log_hash.hex()} {at.term.number} {at.term.run}"
    put_setting(connection, ANCHOR, value)


def hash_at(connection: Connection, position: int) -> bytes | None:
    """The log's hash after an entry; None where this log does not have it."""
    if position == 0:
        return ZERO
    found = connection.execute(_at, {"position": position}).scalar()
    if found is not None:
        return bytes(found)
    start = begin(connection)
    return start.log_hash if position == start.position else None


def run_head(connection: Connection, epoch: bytes) -> tuple[int, bytes]:
    """How far a run has got in this log: its last number and that event's hash."""
    row = connection.execute(_run_head, {"epoch": epoch}).first()
    anchored = connection.execute(_anchored_run, {"epoch": epoch}).first()
    if anchored is not None and (row is None or row[0] < anchored[0]):
        row = anchored  # what stands before the log begins is kept for single streams only
    return (row[0], bytes(row[1])) if row else (0, ZERO)


def run_author(connection: Connection, epoch: bytes) -> str | None:
    """The station whose run this is, by its newest event in the log; None where the log has none."""
    raw = connection.execute(_run_header, {"epoch": epoch}).scalar()
    return read_header(bytes(raw)).station if raw is not None else None


def let_go_of_run(connection: Connection, epoch: bytes) -> int:
    """The last number of a run that stood before this log begins; 0 where none did."""
    row = connection.execute(_anchored_run, {"epoch": epoch}).first()
    return row[0] if row else 0


def number_used(connection: Connection, epoch: bytes, seq: int) -> bool:
    """Whether an event of this run with this number stands in the log; not, where it was let go after its time."""
    return connection.execute(_used, {"epoch": epoch, "seq": seq}).first() is not None


def locator(connection: Connection) -> list[tuple[int, bytes]]:
    """Positions and hashes of this log, dense at its end and ever sparser below: where two logs part is found by it."""
    last, start = head(connection).position, begin(connection).position
    positions, step, at = [], 1, last
    while at > start:
        positions.append(at)
        if len(positions) > 10:
            step *= 2
        at -= step
    if start:
        positions.append(start)
    rows = connection.execute(_hashes_at, {"positions": positions})
    return [(row[0], bytes(row[1])) for row in rows]


def common_point(connection: Connection, other: Iterable[tuple[int, bytes]]) -> int:
    """The newest entry of another log's locator that this log has too; 0 where there is none."""
    theirs = {at: log_hash for at, log_hash in other if 0 < at < PENDING}
    rows = connection.execute(_hashes_at, {"positions": list(theirs)[:CHUNK]})
    return next((row[0] for row in rows if theirs[row[0]] == row[1]), 0)


def count_here(connection: Connection, entries: Sequence[Entry]) -> int:
    """How many of the first ones this log has, as when an answer comes twice: where one hash agrees, all below do."""
    low, high = 0, len(entries)
    if not entries or hash_at(connection, entries[0].position) != entries[0].log_hash:
        return 0
    while low < high:
        middle = (low + high + 1) // 2
        entry = entries[middle - 1]
        if hash_at(connection, entry.position) == entry.log_hash:
            low = middle
        else:
            high = middle - 1
    return low


def entries_after(connection: Connection, position: int, count: int, last: int = PENDING) -> list[Entry]:
    """Up to `count` entries behind `position`, none beyond `last`."""
    rows = connection.execute(_after, {"position": position, "last": last, "count": count})
    return [Entry(row[0], Term(row[1], row[2]), row[3], Held(row[4], row[5], row[6], row[7])) for row in rows]


class Place(NamedTuple):
    """Where an event stands, without the event."""

    position: int
    term: Term
    log_hash: bytes
    hash: bytes


def places_after(connection: Connection, position: int, count: int) -> list[Place]:
    """Up to `count` entries behind `position`, without header and payload."""
    rows = connection.execute(_places_after, {"position": position, "count": count})
    return [Place(row[0], Term(row[1], row[2]), row[3], row[4]) for row in rows]


def pending(connection: Connection, count: int) -> list[Held]:
    """The first `count` events that are not in the log."""
    return [Held(*row) for row in connection.execute(_pending, {"count": count})]


def pending_beside(connection: Connection, kept: Mapping[bytes, int], count: int) -> list[Held]:
    """The first `count` of them that are not among the first numbers of these runs."""
    beside = [or_(_p.c.epoch != epoch, _p.c.seq > seq) for epoch, seq in kept.items()]
    return [Held(*row) for row in connection.execute(_pending.where(*beside), {"count": count})]


def pending_after(connection: Connection, number: int, count: int) -> list[tuple[int, Held]]:
    """Up to `count` of them behind `number`, each with its own number."""
    rows = connection.execute(_pending_after, {"number": number, "count": count})
    return [(row[4], Held(*row[:4])) for row in rows]


def pending_count(connection: Connection) -> int:
    """How many events wait to get into the log."""
    return connection.execute(_count_pending).scalar_one()


def next_pending(connection: Connection) -> int:
    """The number that the next one gets."""
    return (connection.execute(_newest_pending).scalar() or 0) + 1


def of_stream(connection: Connection, stream: str) -> Sequence[Any]:
    """Position, header and payload of each entry of a stream."""
    return connection.execute(_of_stream, {"stream": stream}).all()


def pending_of(connection: Connection, stream: str) -> Sequence[Any]:
    """The same of each event of a stream that is not in the log, positions from PENDING on."""
    return connection.execute(_pending_of, {"stream": stream}).all()


def newest_of(connection: Connection, stream: str) -> int:
    """Position of the newest entry of a stream; 0 where the log has none."""
    return connection.execute(_newest_of, {"stream": stream}).scalar() or 0


def known(connection: Connection, ids: Sequence[bytes]) -> set[bytes]:
    """Those of `ids` that stand in the log."""
    return _asked(connection, _known, ids)


def pending_known(connection: Connection, ids: Sequence[bytes]) -> set[bytes]:
    """Those of `ids` that are held beside the log."""
    return _asked(connection, _pending_known, ids) if pending_count(connection) else set()


def aside_known(connection: Connection, ids: Sequence[bytes]) -> set[bytes]:
    """Those of `ids` that were set aside for good."""
    return _asked(connection, _aside_known, ids)


def _asked(connection: Connection, query: Any, ids: Sequence[bytes]) -> set[bytes]:
    found: set[bytes] = set()
    for start in range(0, len(ids), CHUNK):
        chunk = list(ids[start : start + CHUNK])
        found.update(bytes(row[0]) for row in connection.execute(query, {"ids": chunk}))
    return found


def event_row(position: int, term: Term, log_hash: bytes, header: Header, held: Held) -> dict[str, Any]:
    """An entry as a row of the log."""
    return {
        "position": position,
        "id": header.id,
        "stream": header.stream,
        "epoch": header.epoch,
        "seq": header.seq,
        "header": held.header,
        "payload": held.payload,
        "hash": held.hash,
        "signature": held.signature,
        "term_number": term.number,
        "term_run": term.run,
        "log_hash": log_hash,
    }


def pending_row(number: int, header: Header, held: Held) -> dict[str, Any]:
    """An event as a row beside the log."""
    return {
        "number": number,
        "id": header.id,
        "stream": header.stream,
        "epoch": header.epoch,
        "seq": header.seq,
        "header": held.header,
        "payload": held.payload,
        "hash": held.hash,
        "signature": held.signature,
    }


def add_events(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Write rows of the log."""
    if rows:
        connection.exec_driver_sql(driver_sql(_add_events), rows)


def add_pending(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Write rows beside the log."""
    if rows:
        connection.exec_driver_sql(driver_sql(_add_pending), rows)


def drop_pending(connection: Connection, ids: Iterable[bytes]) -> None:
    """These stand in the log now."""
    rows = [{"event_id": each} for each in ids]
    if rows:
        connection.exec_driver_sql(driver_sql(_drop_pending), rows)


def set_aside(connection: Connection, held: Held, code: str, peer: str, at: int) -> None:
    """Keep what can never stand in the log."""
    header = read_header(held.header)
    connection.execute(
        _add_aside,
        {
            "id": header.id,
            "header": held.header,
            "payload": held.payload,
            "hash": held.hash,
            "signature": held.signature,
            "code": code,
            "peer": peer,
            "at": at,
        },
    )


def cut_after(connection: Connection, position: int) -> list[Held]:
    """Take every entry behind `position` out of the log; what was taken out, in its order.

    Raises Refused("log_let_go") where the log of this computer begins later.
    """
    if position < begin(connection).position:
        raise Refused("log_let_go")
    taken = entries_after(connection, position, 1 << 31)
    bound = {"position": position}
    for table in (tables.quarantine, tables.conflicts):
        connection.execute(delete(table).where(table.c.position > bindparam("position")), bound)
    connection.execute(delete(_e).where(_e.c.position > bindparam("position")), bound)
    return [each.held for each in taken]


def setting(connection: Connection, name: str, default: str = "") -> str:
    """Something that only this computer knows."""
    value = connection.exec_driver_sql(driver_sql(_setting), {"name": name}).scalar()
    return default if value is None else str(value)


def put_setting(connection: Connection, name: str, value: str) -> None:
    """Keep something for this computer alone."""
    connection.execute(_put_setting, {"name": name, "value": value})
