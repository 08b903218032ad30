"""From events to rows within one transaction: each stream is the log's entries by position, then what is pending here."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select

from app.domain.events import MOST_HEADS, PENDING, Event, Header, read_header, split_heads
from app.domain.races import Seen, advance, is_plain
from app.errors import Refused
from app.models import labels, log, projections, tables
from app.models.reading import (
    NOTHING,
    Point,
    authorise,
    conflict_rows,
    decoded,
    fold_foreign,
    fold_whole,
    seen,
)
from app.models.shrinking import unfold

_base_names = select(tables.bases.c.stream)
_base = select(tables.bases.c.data, tables.bases.c.head, tables.bases.c.position).where(
    tables.bases.c.stream == bindparam("stream")
)
_put_base = tables.bases.insert().prefix_with("OR REPLACE")
_drop_base = delete(tables.bases).where(tables.bases.c.stream == bindparam("base_stream"))
_anchor = select(tables.anchors.c.data, tables.anchors.c.head, tables.anchors.c.position).where(
    tables.anchors.c.stream == bindparam("stream")
)
_add_quarantine = tables.quarantine.insert().prefix_with("OR REPLACE")
_drop_quarantine = delete(tables.quarantine).where(tables.quarantine.c.stream == bindparam("of_stream"))
_drop_conflicts = delete(tables.conflicts).where(tables.conflicts.c.stream == bindparam("of_stream"))
add_conflict = tables.conflicts.insert().prefix_with("OR REPLACE")
_in_conflict = select(tables.conflicts.c.second).where(tables.conflicts.c.stream == bindparam("stream"))
_asides_of = select(tables.quarantine.c.position).where(tables.quarantine.c.stream == bindparam("stream"))
_last_of = select(func.max(tables.events.c.position)).where(tables.events.c.stream == bindparam("stream"))


def read_anchor(connection: Connection, stream: str) -> Point:
    """What the first entry of a stream stands on, where this computer's log does not begin with its first."""
    row = connection.exec_driver_sql(log.driver_sql(_anchor), {"stream": stream}).first()
    if row is None:
        return NOTHING
    decode = projections.STREAMS[projections.split(stream)[0]].decode
    return (decode(unfold(row[0])), split_heads(row[1]), row[2])


class _Stream:
    """One stream within the transaction: what its row shows, and what the log alone would show."""

    def __init__(self, name: str, shown: Point, logged: Point | None) -> None:
        self.name = name
        self.family, self.key = projections.split(name)
        self.projection = projections.STREAMS[self.family]
        self.old = shown[0]
        self.shown = shown
        self.logged = logged
        """None where nothing is pending: then both are the same."""
        self.changed = False
        self.rewrite = False
        """The rows are made anew instead of being changed."""
        self.settled = False
        """Folded already up to the end of what this transaction brought."""
        self.since = PENDING
        """Rows that belong to a position from here on are made anew."""
        self.moved = False
        """The log's own part changed, or what is pending was taken away: what is shown has to be laid together anew."""
        self.anew = False
        """An own event may have settled a race: all of it is folded once more when its row is on file."""
        self.raced: bool | None = None
        self.steps: list[tuple[Any, bytes, int]] = []

    @property
    def base(self) -> Point:
        """State after the log alone."""
        return self.shown if self.logged is None else self.logged

    def put(self, point: Point) -> None:
        """The log's own state moves on."""
        self.changed = self.moved = True
        if self.logged is None:
            self.shown = point
        else:
            self.logged = point


class Streams:
    """The states of all streams that a transaction touches. `write` makes the rows; nothing is on file before."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, _Stream] = {}
        self._overlaid = {row[0] for row in connection.execute(_base_names)}

    # ------------------------------------------------------------------------------------------ states

    def _get(self, stream: str) -> _Stream:
        each = self._known.get(stream)
        if each is None:
            found = projections.load(self._connection, stream)
            shown = (found[0], split_heads(found[1]), 0) if found else read_anchor(self._connection, stream)
            logged = self._read_base(stream) if stream in self._overlaid else None
            each = self._known[stream] = _Stream(stream, shown, logged)
            if found is None:
                each.old = None  # its rows were let go: all of them are made again
        return each

    def _read_base(self, stream: str) -> Point:
        row = self._connection.execute(_base, {"stream": stream}).one()
        decode = projections.STREAMS[projections.split(stream)[0]].decode
        return (decode(row[0]) if row[0] is not None else None, split_heads(row[1]), row[2])

    def state(self, stream: str) -> Any:
        """What the row shows: log and pending."""
        return self._get(stream).shown[0]

    def heads(self, stream: str) -> tuple[bytes, ...]:
        """The last events of the stream that somebody at this computer sees."""
        return self._get(stream).shown[1][:MOST_HEADS]

    def touched(self) -> tuple[str, ...]:
        """Streams that were changed."""
        return tuple(name for name, each in self._known.items() if each.changed)

    # ------------------------------------------------------------------------------------------ events

    def own(self, event: Event, *, ordered: bool) -> Any:
        """Fold an event of this computer's own; raises Refused when a rule or a right is against it."""
        each = self._get(event.stream)
        authorise(self.state("branch"), event)
        if not ordered and each.logged is None:
            each.logged = self._as_logged(each)
        if self.needs_whole(event.stream, event.kind):
            return self._own_in_race(each, event, ordered=ordered)
        if ordered and each.logged is not None:
            return self._own_below(each, event)
        state = each.shown[0]
        new = each.projection.fold(state, event)
        identity = bytes.fromhex(event.id)
        each.shown = (new, (identity,), event.position)
        each.changed = True
        if each.projection.each_event:
            each.steps.append((new, identity, event.position))
        return new

    def needs_whole(self, stream: str, kind: str) -> bool:
        """Whether a stream has races: an event of it can settle one, and is folded with all that was before it."""
        each = self._get(stream)
        return kind.endswith(".settled") or self._is_raced(each) or len(each.shown[1]) > MOST_HEADS

    def _own_in_race(self, each: _Stream, event: Event, *, ordered: bool) -> Any:
        rows = [] if ordered else log.pending_of(self._connection, each.name)
        pending = [seen(read_header(raw), payload, position) for position, raw, payload in rows]
        after = (each.base[1] if ordered else each.shown[1])[:MOST_HEADS]
        start = read_anchor(self._connection, each.name)
        entries = [*self._entries(each.name, start), *pending, Seen(event, after)]
        folded = fold_whole(each.name, entries, self.state("branch"), start, [])
        for aside in folded.asides:
            if aside.event == event.id:
                raise Refused(aside.code)
        point = (folded.state, folded.frontier, event.position)
        each.changed = each.moved = True
        if ordered:
            each.put(point)
            each.anew = True
        else:
            each.shown = point
        return folded.state

    def _own_below(self, each: _Stream, event: Event) -> Any:
        """An entry of the log of a stream that also has pending events here."""
        state, heads, _ = each.base
        new = each.projection.fold(state, event)
        each.put((new, advance(heads, bytes.fromhex(event.id), each.shown[1]), event.position))
        return new

    def enter_all(
        self, entries: Sequence[tuple[Header, bytes | None, int]], folded: Iterable[str] = ()
    ) -> None:
        """Fold entries that other computers wrote; their rows must be on file. The branch comes first: a stream that is
        folded anew needs all rights that the entries bring, and those count by position. `folded` are anew already."""
        done = set(folded)
        for each in self._known.values():
            each.settled = each.name in done
        for of_branch in (True, False):
            for header, payload, position in entries:
                if (header.stream == "branch") == of_branch:
                    self.enter(header, payload, position)

    def enter(self, header: Header, payload: bytes | None, position: int) -> None:
        """Fold an entry that another computer wrote; its row must be on file. What cannot be folded is set aside."""
        if not projections.is_stream(header.stream):
            self._quarantine(position, header.stream, "event_unknown")
            return
        each = self._get(header.stream)
        if each.settled:
            return
        state, heads, _ = each.base
        if not is_plain(heads, header.after) or self._is_raced(each) or header.kind.endswith(".settled"):
            self._refold(each)
            return
        if state is None and self._has_asides(each.name):
            self._refold(each)  # a fork put something before the stream's own beginning
            return
        new_heads = advance(heads, header.id, header.after)
        try:
            event = decoded(header, payload, position)
        except Refused as refused:
            self._quarantine(position, header.stream, refused.code)
            each.put((state, new_heads, position))
            return
        try:
            new = fold_foreign(each.projection.fold, state, event, self._get("branch").base[0])
        except Refused:
            self._refold(each)  # which sets it aside, and shows what follows from it as a rebuild does
            return
        each.put((new, new_heads, position))
        if each.projection.each_event:
            each.steps.append((new, b"".join(new_heads), position))

    def _is_raced(self, each: _Stream) -> bool:
        if each.raced is None:
            each.raced = self._has_row_of(_in_conflict, each.name)
        return each.raced

    def _has_asides(self, stream: str) -> bool:
        return self._has_row_of(_asides_of, stream)

    def _has_row_of(self, query: Any, stream: str) -> bool:
        found = self._connection.exec_driver_sql(log.driver_sql(query), {"stream": stream})
        return found.first() is not None

    def _quarantine(self, position: int, stream: str, code: str) -> None:
        values = {"position": position, "stream": stream, "code": code}
        self._connection.execute(_add_quarantine, values)

    # ------------------------------------------------------------------------------------------ anew

    def refold(self, stream: str) -> None:
        """Make the state of a stream anew from the rows of the log: entries were taken out, or two of them race."""
        if projections.is_stream(stream):
            self._refold(self._get(stream))

    def _refold(self, each: _Stream) -> None:
        connection = self._connection
        each.steps.clear()
        start = read_anchor(connection, each.name)
        entries = self._entries(each.name, start)
        folded = fold_whole(each.name, entries, self._get("branch").base[0], start, each.steps)
        connection.execute(_drop_quarantine, {"of_stream": each.name})
        connection.execute(_drop_conflicts, {"of_stream": each.name})
        for aside in folded.asides:
            self._quarantine(aside.position, each.name, aside.code)
        for conflict in conflict_rows(folded):
            connection.execute(add_conflict, conflict)
        each.put((folded.state, folded.frontier, entries[-1].event.position if entries else start[2]))
        each.rewrite = each.settled = True
        each.since = start[2] + 1
        each.raced = bool(folded.conflicts)

    def _entries(self, stream: str, start: Point) -> list[Seen]:
        rows = log.of_stream(self._connection, stream)
        behind = [row for row in rows if row[0] > start[2]]
        return [seen(read_header(raw), payload, position) for position, raw, payload in behind]

    def overlay(self, stream: str) -> None:
        """Something of this stream was taken into the log, or fell out of it: show log and pending anew."""
        if projections.is_stream(stream):
            each = self._get(stream)
            if each.logged is None:
                each.logged = self._as_logged(each)
            each.changed = each.moved = True

    def _as_logged(self, each: _Stream) -> Point:
        """What the row shows is the log's own state until now; from here on it is kept beside the row."""
        if each.shown[2]:
            return each.shown
        last = self._connection.execute(_last_of, {"stream": each.name}).scalar()
        return (*each.shown[:2], last or read_anchor(self._connection, each.name)[2])

    # ------------------------------------------------------------------------------------------ rows

    def write(self) -> None:
        """Make the rows of everything that was touched."""
        self._get("branch")
        in_order = sorted(self._known.values(), key=lambda each: each.name != "branch")
        for each in in_order:  # the branch first: the rights of pending events come from what it shows
            if each.anew:
                self._refold(each)
            if each.changed:
                self._write(each)

    def _write(self, each: _Stream) -> None:
        if each.logged is not None and each.moved:
            self._lay_over(each)
            each.rewrite = True
        elif each.logged is not None and each.name not in self._overlaid:
            self._keep_base(each, each.logged)
        if each.rewrite:
            projections.forget(self._connection, each.family, each.key, each.since)
            each.old = None
        state, heads, position = each.shown
        if each.projection.each_event:
            for step, step_heads, step_position in each.steps:
                self._put(each, None, step, step_heads, step_position)
        if state is not None and self._has_row(each, state):
            self._put(each, each.old, state, b"".join(heads), position)

    def _has_row(self, each: _Stream, state: Any) -> bool:
        return each.old is not None or each.family != "ticket" or labels.may_bear(self._connection, state)

    def _put(self, each: _Stream, old: Any, new: Any, heads: bytes, position: int) -> None:
        for statement, values in each.projection.changes(each.key, old, new, heads, position):
            self._connection.exec_driver_sql(log.driver_sql(statement), values)

    def _keep_base(self, each: _Stream, base: Point) -> None:
        state, heads, position = base
        values = {
            "stream": each.name,
            "head": b"".join(heads),
            "position": position,
            "data": None if state is None else projections.pack(state),
        }
        self._connection.exec_driver_sql(log.driver_sql(_put_base), values)

    def _lay_over(self, each: _Stream) -> None:
        """The row shows the log's state and this computer's pending events on top of it (DESIGN 2, rule 8)."""
        assert each.logged is not None
        rows = log.pending_of(self._connection, each.name)
        if not rows:
            each.shown = each.logged
            self._connection.execute(_drop_base, {"base_stream": each.name})
            return
        self._keep_base(each, each.logged)
        entries = [seen(read_header(raw), payload, position) for position, raw, payload in rows]
        branch = self._get("branch")
        rights = branch.base[0] if each is branch else branch.shown[0]
        own_steps: list[tuple[Any, bytes, int]] = []
        folded = fold_whole(each.name, entries, rights, each.logged, own_steps)
        settling = any(entry.event.kind.endswith(".settled") for entry in entries)
        if settling or not folded.whole or self._is_raced(each):  # a race is told only by the whole stream
            start = read_anchor(self._connection, each.name)
            whole = [*self._entries(each.name, start), *entries]
            own_steps.clear()
            folded = fold_whole(each.name, whole, rights, start, own_steps)
            each.steps.clear()
            each.since = start[2] + 1
        each.steps += own_steps
        each.shown = (folded.state, folded.frontier, entries[-1].event.position)
