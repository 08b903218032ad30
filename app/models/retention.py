"""Letting go of what is old: the log of this computer begins later, and the states it then begins on are its anchors.

One step takes some entries from the beginning of the log, folds them onto the anchors of their streams and deletes
them, all in one transaction: whatever ends the program, the log begins where the last whole step left it.
"""

import time
from collections.abc import Callable, Iterable

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, select

from app.domain.branch import Branch
from app.domain.days import Session
from app.domain.events import Term, read_header
from app.models import log, projections, tables
from app.models.folding import read_anchor
from app.models.reading import Point, fold_whole, seen
from app.models.shrinking import shrink
from app.models.store import Store

STEP = 200
"""Entries of one step: the writer is held for some 20 ms."""
UNREADABLE = ("event_unknown", "event_withheld")
"""Codes of events that a newer program may read: their streams are kept whole."""

_e, _a = tables.events.c, tables.anchors.c
_in_step = select(_e.position, _e.stream, _e.epoch, _e.seq, _e.hash).where(
    _e.position > bindparam("begin"), _e.position <= bindparam("last")
)
_part = (
    select(_e.position, _e.header, _e.payload)
    .where(
        _e.stream == bindparam("stream"), _e.position > bindparam("begin"), _e.position <= bindparam("last")
    )
    .order_by(_e.position)
)
_later = select(_e.position).where(_e.stream == bindparam("stream"), _e.position > bindparam("last")).limit(1)
_waiting = select(tables.pending.c.number).where(tables.pending.c.stream == bindparam("stream")).limit(1)
_open_races = select(tables.conflicts.c.settled_by).where(tables.conflicts.c.stream == bindparam("stream"))
_codes = select(tables.quarantine.c.code).where(
    tables.quarantine.c.stream == bindparam("stream"), tables.quarantine.c.position <= bindparam("last")
)
_term_at = select(_e.log_hash, _e.term_number, _e.term_run).where(_e.position == bindparam("position"))
_newest_day = select(func.max(tables.days.c.day))
_old_sessions = select(
    tables.sessions.c.opened_position, tables.sessions.c.counter, tables.sessions.c.data
).where(tables.sessions.c.opened_position <= bindparam("last"))

put_anchor = tables.anchors.insert().prefix_with("OR REPLACE")
put_run = tables.anchor_runs.insert().prefix_with("OR REPLACE")
_drop_anchor = delete(tables.anchors).where(_a.stream == bindparam("of_stream"))
_drop_events = delete(tables.events).where(
    _e.stream == bindparam("of_stream"), _e.position <= bindparam("last")
)
_drop_quarantine = delete(tables.quarantine).where(
    tables.quarantine.c.stream == bindparam("of_stream"), tables.quarantine.c.position <= bindparam("last")
)
_drop_conflicts = delete(tables.conflicts).where(tables.conflicts.c.stream == bindparam("of_stream"))
_drop_session = delete(tables.sessions).where(tables.sessions.c.opened_position == bindparam("opened"))

_session = msgspec.msgpack.Decoder(Session).decode
Rest = Callable[[float], None]


class Plan(msgspec.Struct, frozen=True):
    """What becomes of one stream when the log begins later."""

    stream: str
    anchor: Point | None
    """What its next entry will stand on; None when nothing of it has to be known any more."""
    forget: bool = False
    """It is closed: no row of it stays."""


def anchor_row(stream: str, anchor: Point, *, closed: bool) -> dict[str, object]:
    """An anchor as it is kept; that of a closed stream, of which no row stays, is shrunk and known by it."""
    state, heads, position = anchor
    data = projections.pack(state)
    return {
        "stream": stream,
        "head": b"".join(heads),
        "position": position,
        "data": shrink(data) if closed else data,
    }


def plan(connection: Connection, stream: str, last: int, branch: Branch | None) -> Plan | None:
    """What becomes of a stream when its entries up to `last` are let go; None when they have to be kept.

    Kept are those of a stream with a race that a person may still look at, and what only a newer program can read; not
    headers alone, of a stream whose payloads are withheld from this computer.
    """
    family = stream.partition(":")[0]
    if not projections.is_stream(stream):
        return None
    codes = {row[0] for row in connection.execute(_codes, {"stream": stream, "last": last})}
    start = read_anchor(connection, stream)
    rows = connection.execute(_part, {"stream": stream, "begin": start[2], "last": last}).all()
    if codes.intersection(UNREADABLE) and any(payload is not None for _, _, payload in rows):
        return None
    entries = [seen(read_header(raw), payload, position) for position, raw, payload in rows]
    folded = fold_whole(stream, entries, branch, start, [])
    today = connection.execute(_newest_day).scalar() or ""
    over = projections.is_over(family, folded.state, today) and not is_touched(connection, stream, last)
    if _is_raced(connection, stream, over=over):
        return None
    if folded.state is None or "label_taken" in codes or (over and family != "case"):
        return Plan(stream, None, forget=over or "label_taken" in codes)
    position = entries[-1].event.position if entries else start[2]
    return Plan(stream, (folded.state, folded.frontier, position), forget=over)


def is_touched(connection: Connection, stream: str, last: int) -> bool:
    """Whether something of a stream stands behind `last`, in the log or beside it."""
    values = {"stream": stream, "last": last}
    return (
        connection.execute(_later, values).first() is not None
        or connection.execute(_waiting, values).first() is not None
    )


def _is_raced(connection: Connection, stream: str, *, over: bool) -> bool:
    """A race is told by all the entries of its stream: they stay until it is settled and the stream closed."""
    words = [row[0] for row in connection.execute(_open_races, {"stream": stream})]
    return bool(words) and not (over and all(words))


class _Step(msgspec.Struct, frozen=True):
    """Some entries at the beginning of the log, and what becomes of their streams."""

    begin: log.Head
    end: log.Head
    plans: list[Plan]
    runs: list[dict[str, object]]


def _prepare(connection: Connection, before: int, branch: Branch | None, size: int) -> _Step | None:
    begin = log.begin(connection)
    last = min(before, begin.position + size, log.head(connection).position - 1)
    if last <= begin.position:
        return None
    streams: dict[str, None] = {}
    runs: dict[bytes, dict[str, object]] = {}
    for _, stream, epoch, seq, hashed in connection.execute(
        _in_step, {"begin": begin.position, "last": last}
    ):
        streams[stream] = None
        runs[epoch] = {"epoch": epoch, "seq": seq, "hash": hashed}
    plans = [plan(connection, stream, last, branch) for stream in streams]
    row = connection.execute(_term_at, {"position": last}).one()
    end = log.Head(last, row[0], Term(row[1], row[2]))
    return _Step(begin, end, [each for each in plans if each is not None], list(runs.values()))


def _carry_out(connection: Connection, step: _Step) -> bool:
    """Whether it was done; not, when something has changed since it was prepared."""
    last = step.end.position
    changed = log.begin(connection).position != step.begin.position
    if changed or log.hash_at(connection, last) != step.end.log_hash:
        return False
    if any(each.forget and is_touched(connection, each.stream, last) for each in step.plans):
        return False
    for each in step.plans:
        if each.anchor is None:
            connection.execute(_drop_anchor, {"of_stream": each.stream})
        else:
            connection.execute(put_anchor, anchor_row(each.stream, each.anchor, closed=each.forget))
        if each.forget:
            family, key = projections.split(each.stream)
            projections.forget(connection, family, key, 0)
            connection.execute(_drop_conflicts, {"of_stream": each.stream})
        values = {"of_stream": each.stream, "last": last}
        connection.execute(_drop_quarantine, values)
        connection.execute(_drop_events, values)
    _let_sessions_go(connection, last, step.plans)
    if step.runs:
        connection.execute(put_run, step.runs)
    log.put_begin(connection, step.end)
    return True


def _let_sessions_go(connection: Connection, last: int, plans: Iterable[Plan]) -> None:
    """Sessions that ended before; of each counter the newest one belongs to its state and stays."""
    if not any(each.stream.startswith("counter:") for each in plans):
        return
    newest: dict[int, int] = {}
    old = connection.execute(_old_sessions, {"last": last}).all()
    for opened, counter, _ in old:
        newest[counter] = max(newest.get(counter, 0), opened)
    for opened, counter, data in old:
        closed = _session(data).closed_position
        if closed is not None and closed <= last and newest[counter] != opened:
            connection.execute(_drop_session, {"opened": opened})


def let_go(
    store: Store,
    before_position: int,
    *,
    size: int = STEP,
    rest: Rest = time.sleep,
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Let the log begin behind `before_position`, step by step; gives how many entries it begins later.

    The caller has made sure that head office has countersigned them (DESIGN 3). Between two steps it rests as long as
    the last one took, so that work goes on; broken off anywhere, it goes on from there when called again.
    """
    gone = 0
    while not stopping():
        began = time.monotonic()
        with store.reading() as connection:
            found = projections.load(connection, "branch")
            step = _prepare(connection, before_position, found[0] if found else None, size)
        if step is None:
            break
        with store.writing() as connection:
            if _carry_out(connection, step):
                gone += step.end.position - step.begin.position
        rest(time.monotonic() - began)
    return gone
