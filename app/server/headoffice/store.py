"""Branch logs at head office: exact bytes by (branch, position), appended in whole batches."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import BindParameter, Connection, and_, bindparam, delete, func, select, update
from sqlalchemy.exc import DBAPIError

from app.domain.events import ZERO, Entry, Header, Held, Term
from app.domain.ports import Clock
from app.errors import Refused
from app.server.headoffice import tables
from app.server.headoffice.clock_guard import ClockGuard
from app.server.headoffice.database import (
    Database,
    add_missing,
    copy_rows,
    is_double,
    plain_text,
    put,
)
from app.server.headoffice.months import month_of
from app.sync.line import Line, Signs, countersign
from app.sync.log_store import (
    EMPTY,
    NO_RUN,
    Checked,
    Head,
    RunHead,
    check_entries,
    check_expected,
    epochs,
    read_headers,
    size_of,
)

_entries, _heads, _runs, _held = tables.entries, tables.heads, tables.runs, tables.held
_ids, _months = tables.entry_ids, tables.log_months

READ_ROWS = 1000
"""Entries fetched at a time while a limit in bytes is not reached."""

_BRANCH: BindParameter[str] = bindparam("branch")
_head = select(
    _heads.c.position, _heads.c.log_hash, _heads.c.term_number, _heads.c.term_run, _heads.c.month
).where(_heads.c.branch == _BRANCH)
_line = select(_heads.c.position, _heads.c.log_hash, _heads.c.countersigned).where(_heads.c.branch == _BRANCH)
_heard = select(_heads.c.heard_number, _heads.c.heard_run).where(_heads.c.branch == _BRANCH)
_known_ids = select(_ids.c.id).where(
    _ids.c.branch == _BRANCH, _ids.c.id.in_(bindparam("ids", expanding=True))
)
_held_ids = select(_held.c.id).where(
    _held.c.branch == _BRANCH, _held.c.id.in_(bindparam("ids", expanding=True))
)
_holds_any = select(1).where(_held.c.branch == _BRANCH).limit(1)
_let_go = delete(_held).where(
    _held.c.branch == _BRANCH,
    select(_entries.c.hash)
    .join(_ids, and_(_ids.c.branch == _entries.c.branch, _ids.c.position == _entries.c.position))
    .where(_ids.c.branch == _BRANCH, _ids.c.id == _held.c.id, _entries.c.hash == _held.c.hash)
    .exists(),
)
_run_heads = select(_runs.c.epoch, _runs.c.seq, _runs.c.hash).where(
    _runs.c.branch == _BRANCH, _runs.c.epoch.in_(bindparam("epochs", expanding=True))
)
_new_ids = _ids.insert().from_select(
    ["branch", "id", "position"],
    select(_entries.c.branch, _entries.c.id, _entries.c.position).where(
        _entries.c.branch == _BRANCH,
        _entries.c.position > bindparam("after"),
        _entries.c.month == bindparam("month"),
    ),
)
_first_month = (
    select(func.coalesce(func.max(_months.c.month), 0))
    .where(_months.c.branch == _BRANCH, _months.c.first_position <= bindparam("place"))
    .scalar_subquery()
)
_hash_at = select(_entries.c.log_hash).where(
    _entries.c.branch == _BRANCH, _entries.c.position == bindparam("place"), _entries.c.month == _first_month
)
_after = (
    select(
        _entries.c.position,
        _entries.c.term_number,
        _entries.c.term_run,
        _entries.c.log_hash,
        _entries.c.header,
        _entries.c.payload,
        _entries.c.hash,
        _entries.c.signature,
    )
    .where(
        _entries.c.branch == _BRANCH,
        _entries.c.position >= bindparam("place"),
        _entries.c.position < bindparam("place") + READ_ROWS,
        _entries.c.month >= _first_month,
    )
    .order_by(_entries.c.position)
)
_move_head = update(_heads).where(
    _heads.c.branch == bindparam("of"),
    _heads.c.position == bindparam("from_position"),
    _heads.c.log_hash == bindparam("from_hash"),
)


class HeadOfficeLogs:
    """The LogStore of head office. Several processes may use one database."""

    def __init__(
        self, database: Database, clock: Clock, key: Signs | None = None, guard: ClockGuard | None = None
    ) -> None:
        """Without a guard any time of `clock` is believed: for clocks that stand still."""
        self._database = database
        self._clock = clock
        self._key = key
        self._guard = guard

    # ------------------------------------------------------------------------------------------ looking

    def head(self, branch: str) -> Head:
        """The end of the log; EMPTY for a branch that never sent anything."""
        with self._database.reading() as connection:
            return self._head(connection, branch)[0]

    def _head(self, connection: Connection, branch: str) -> tuple[Head, int]:
        row = connection.execute(_head, {"branch": branch}).first()
        return (Head(row[0], row[1], Term(row[2], row[3])), row[4]) if row else (EMPTY, 0)

    def line(self, branch: str) -> Line | None:
        """The countersigned line; None before the first entry and where this store has no key."""
        with self._database.reading() as connection:
            row = connection.execute(_line, {"branch": branch}).first()
        return Line(row[0], row[1], row[2]) if row and row[2] else None

    def hash_at(self, branch: str, position: int) -> bytes | None:
        """The log's hash after the entry at `position`: ZERO for 0, None where there is no such entry."""
        if position == 0:
            return ZERO
        with self._database.reading() as connection:
            found: bytes | None = connection.execute(_hash_at, {"branch": branch, "place": position}).scalar()
        return found

    def known(self, branch: str, ids: Iterable[bytes]) -> set[bytes]:
        """Those of the ids that are safe here, in the log or held."""
        asked = {"branch": branch, "ids": list(ids)}
        if not asked["ids"]:
            return set()
        with self._database.reading() as connection:
            found = set(connection.execute(_known_ids, asked).scalars())
            return found | set(connection.execute(_held_ids, asked).scalars())

    def entries(self, branch: str, after: int, limit_bytes: int, most: int | None = None) -> list[Entry]:
        """Entries after a position, in order, at most so many, as many as fit the limit but at least one; empty at the
        end."""
        taken: list[Entry] = []
        room = limit_bytes
        with self._database.reading() as connection:
            for entry in islice(self._walk(connection, branch, after), most):
                room -= size_of(entry.held)
                if taken and room < 0:
                    break
                taken.append(entry)
        return taken

    def _walk(self, connection: Connection, branch: str, after: int) -> Iterator[Entry]:
        while True:
            rows = connection.execute(_after, {"branch": branch, "place": after + 1}).all()
            for row in rows:
                yield Entry(row[0], Term(row[1], row[2]), row[3], Held(*row[4:]))
            if len(rows) < READ_ROWS:
                return
            after += READ_ROWS

    def run_head(self, branch: str, epoch: bytes) -> RunHead:
        """How far the log has got with one run."""
        with self._database.reading() as connection:
            return self._run_heads(connection, branch, {epoch}).get(epoch, NO_RUN)

    def _run_heads(self, connection: Connection, branch: str, names: set[bytes]) -> dict[bytes, RunHead]:
        rows = connection.execute(_run_heads, {"branch": branch, "epochs": list(names)})
        return {row[0]: (row[1], row[2]) for row in rows}

    def heard_of(self, branch: str) -> Term:
        """The highest term that anybody of the branch ever spoke of to head office."""
        with self._database.reading() as connection:
            row = connection.execute(_heard, {"branch": branch}).first()
        return Term(row[0], row[1]) if row else Term(0, "")

    # ------------------------------------------------------------------------------------------ writing

    def hear(self, branch: str, term: Term) -> Term:
        """Remember a term that somebody spoke of; gives the highest one heard of."""
        former = self.heard_of(branch)
        if term <= former:
            return former
        with self._database.writing() as connection:
            self._begin(connection, branch)
            row = connection.execute(_heard, {"branch": branch}).one()
            highest = max(term, Term(row[0], row[1]))
            heard = {"heard_number": highest.number, "heard_run": highest.run}
            connection.execute(update(_heads).where(_heads.c.branch == branch).values(heard))
        return highest

    def _begin(self, connection: Connection, branch: str) -> None:
        """One writer per branch at a time, and the row of its head is there."""
        self._database.lock(connection, f"log {branch}")
        if connection.execute(_head, {"branch": branch}).first() is None:
            connection.execute(
                _heads.insert(),
                {
                    "branch": branch,
                    "position": 0,
                    "log_hash": ZERO,
                    "term_number": 0,
                    "term_run": "",
                    "month": 0,
                    "heard_number": 0,
                    "heard_run": "",
                    "changed_at": self._clock.now(),
                },
            )

    def append(
        self,
        branch: str,
        expected_head: Head,
        entries: Sequence[Entry],
        headers: tuple[Header, ...] | None = None,
    ) -> Head:
        """Add entries at the end, all or none, durable on return; refuses as LogStore.append and the guard say."""
        if headers is None:  # before the lock: nothing here depends on the log
            headers = read_headers([entry.held for entry in entries])
        with self._database.writing() as connection:
            return self.append_within(connection, branch, expected_head, entries, headers)

    def append_within(
        self,
        connection: Connection,
        branch: str,
        expected_head: Head,
        entries: Sequence[Entry],
        headers: tuple[Header, ...],
    ) -> Head:
        """The same inside a transaction of the caller; `headers` come from read_headers."""
        self._begin(connection, branch)
        head, month = self._head(connection, branch)
        check_expected(head, expected_head)
        if not entries:
            return head
        if self._guard is not None:
            self._guard.check(connection, month)
        runs = self._run_heads(connection, branch, epochs(headers))
        checked = check_entries(head, entries, headers, runs)
        now = self._clock.now()
        arrival = max(month, month_of(now))
        try:
            copy_rows(connection, _entries, _rows(branch, (arrival, now), entries, headers))
            connection.execute(_new_ids, {"branch": branch, "after": head.position, "month": arrival})
        except DBAPIError as error:
            if is_double(error):
                raise Refused("event_double") from error
            raise
        if arrival != month:
            first = {"branch": branch, "month": arrival, "first_position": head.position + 1}
            connection.execute(_months.insert(), first)
        self._move(connection, branch, head, checked, (arrival, now))
        if connection.execute(_holds_any, {"branch": branch}).first():
            connection.execute(_let_go, {"branch": branch})
        return checked.head

    def _move(
        self,
        connection: Connection,
        branch: str,
        former: Head,
        checked: Checked,
        arrival: tuple[int, int],
    ) -> None:
        head = checked.head
        signature = countersign(self._key, branch, head.position, head.log_hash) if self._key else None
        moved = connection.execute(
            _move_head.values(
                position=head.position,
                log_hash=head.log_hash,
                term_number=head.term.number,
                term_run=head.term.run,
                month=arrival[0],
                countersigned=signature,
                changed_at=arrival[1],
            ),
            {"of": branch, "from_position": former.position, "from_hash": former.log_hash},
        )
        if moved.rowcount != 1:  # nobody passes the lock; this holds where a database has no such lock
            raise Refused("log_moved", position=former.position)
        rows = [
            {"branch": branch, "epoch": epoch, "seq": run[0], "hash": run[1]}
            for epoch, run in checked.runs.items()
        ]
        put(connection, _runs, rows)

    def hold(self, branch: str, events: Sequence[Held], why: str) -> None:
        """Keep events that cannot be ordered here, durably; the same ones twice do nothing."""
        headers = read_headers(events)
        if not events:
            return
        now = self._clock.now()
        rows = [
            {
                "branch": branch,
                "id": header.id,
                "hash": event.hash,
                "header": event.header,
                "payload": event.payload,
                "signature": event.signature,
                "why": why,
                "received_at": now,
            }
            for event, header in zip(events, headers, strict=True)
        ]
        with self._database.writing() as connection:
            if self._guard is not None:
                self._guard.check(connection)
            add_missing(connection, _held, rows)


def _rows(
    branch: str, arrival: tuple[int, int], entries: Sequence[Entry], headers: tuple[Header, ...]
) -> Iterator[tuple[Any, ...]]:
    month, received_at = arrival
    for entry, header in zip(entries, headers, strict=True):
        held = entry.held
        yield (
            branch,
            month,
            entry.position,
            header.id,
            plain_text(header.stream),
            plain_text(header.kind),
            plain_text(header.station),
            header.epoch,
            header.seq,
            held.header,
            held.payload,
            held.hash,
            held.signature,
            entry.term.number,
            entry.term.run,
            entry.log_hash,
            received_at,
        )
