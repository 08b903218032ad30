"""Proving the journal and making the projections anew: `verify` reads every entry, `rebuild` folds every stream."""

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, select, text

from app.domain.branch import Branch
from app.domain.events import ZERO, Event, Header, Term, chain, digest, read_header
from app.domain.kinds import read_payload
from app.errors import Refused
from app.models import projections, tables
from app.models.journal import authorise
from app.models.store import Store

_BATCH = 5_000


class Verified(msgspec.Struct, frozen=True):
    """What a check of the log found. `bad_position` is None when every entry is as it was written."""

    count: int
    head: str
    bad_position: int | None = None
    why: str = ""


_columns = (
    tables.events.c.position,
    tables.events.c.header,
    tables.events.c.payload,
    tables.events.c.hash,
    tables.events.c.signature,
    tables.events.c.term_number,
    tables.events.c.term_run,
    tables.events.c.log_hash,
    tables.events.c.id,
    tables.events.c.stream,
    tables.events.c.epoch,
    tables.events.c.seq,
)
_from_position = select(*_columns).where(tables.events.c.position >= bindparam("first"))
_in_order = _from_position.order_by(tables.events.c.position)
_before = select(tables.events.c.log_hash).where(tables.events.c.position == bindparam("position"))


class _Chain:
    """Walks the log entry by entry; `step` names the first thing that does not fit."""

    def __init__(self, log_hash: bytes, check_signatures: bool, from_start: bool) -> None:
        self._log_hash = log_hash
        self._runs: dict[bytes, tuple[int, bytes]] = {}
        self._check_signatures = check_signatures
        self._from_start = from_start
        self._keys: dict[bytes, Any] = {}
        self._open: tuple[bytes, bytes, bytes, bytes | None] | None = None
        """(epoch, txn, hash, signature) of the entry before"""

    def step(self, row: Any) -> str:
        position, raw, payload, hashed, signature, number, run, log_hash = row[:8]
        try:
            header = read_header(raw)
        except Refused:
            return "header"
        if digest(raw) != hashed:
            return "hash"
        if tuple(row[8:]) != (header.id, header.stream, header.epoch, header.seq):
            return "columns"
        if payload is not None and digest(payload) != header.payload_hash:
            return "payload"
        problem = self._in_run(header, hashed)
        if problem:
            return problem
        if chain(self._log_hash, position, Term(number, run), hashed) != log_hash:
            return "log_hash"
        self._log_hash = log_hash
        return self._signatures(header, payload, hashed, signature)

    def _in_run(self, header: Header, hashed: bytes) -> str:
        seq, prev = self._runs.get(header.epoch, (0, ZERO))
        known = header.epoch in self._runs or self._from_start
        self._runs[header.epoch] = (header.seq, hashed)
        if known and header.seq != seq + 1:
            return "seq"
        if known and header.prev != prev:
            return "prev"
        return ""

    def _signatures(
        self, header: Header, payload: bytes | None, hashed: bytes, signature: bytes | None
    ) -> str:
        before, self._open = self._open, (header.epoch, header.txn, hashed, signature)
        if not self._check_signatures:
            return ""
        if header.kind == "branch.term_opened" and payload is not None:
            try:
                opening = read_payload(header.kind, header.version, payload)
                self._keys[header.epoch] = _public_key(getattr(opening, "key", ""))
            except (Refused, ValueError):
                return "signature"
        if before and before[1] != header.txn:
            return self._signed(*before) and "signature before"
        return ""

    def _signed(self, epoch: bytes, txn: bytes, hashed: bytes, signature: bytes | None) -> str:
        key = self._keys.get(epoch)
        if key is None or signature is None:
            return "signature"
        from cryptography.exceptions import InvalidSignature

        try:
            key.verify(signature, hashed)
        except InvalidSignature:
            return "signature"
        return ""

    def last(self) -> str:
        """The signature of the very last transaction."""
        return self._signed(*self._open) if self._check_signatures and self._open else ""


def _public_key(text: str) -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(text))


def verify(store: Store, last: int | None = None) -> Verified:
    """Check the whole log, or its `last` entries without signatures (at start, DESIGN 4)."""
    count, log_hash = 0, ZERO
    with store.reading() as connection:
        total = connection.execute(select(func.max(tables.events.c.position))).scalar() or 0
        first = 1 if last is None else max(1, total - last + 1)
        if first > 1:
            log_hash = connection.execute(_before, {"position": first - 1}).scalar() or ZERO
        walk = _Chain(log_hash, check_signatures=last is None, from_start=first == 1)
        expected = first
        for row in connection.execute(_in_order, {"first": first}).yield_per(_BATCH):
            problem = "gap" if row[0] != expected else walk.step(row)
            if problem == "signature before":  # what is wrong is the end of the transaction before
                return Verified(count - 1, log_hash.hex(), row[0] - 1, "signature")
            if problem:
                return Verified(count, log_hash.hex(), row[0], problem)
            count, expected, log_hash = count + 1, expected + 1, row[7]
        problem = walk.last()
    if problem:
        return Verified(count - 1, log_hash.hex(), expected - 1, problem)
    return Verified(total, log_hash.hex())


_by_stream = (
    select(
        tables.events.c.position,
        tables.events.c.stream,
        tables.events.c.id,
        tables.events.c.header,
        tables.events.c.payload,
    )
    .where(
        tables.events.c.stream >= bindparam("from_stream"), tables.events.c.stream < bindparam("to_stream")
    )
    .order_by(tables.events.c.stream, tables.events.c.position)
)
_add_quarantine = tables.quarantine.insert()
_all_streams = select(tables.events.c.position, tables.events.c.stream).order_by(tables.events.c.stream)


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


def _events_of(connection: Connection, family: str) -> Iterator[tuple[int, str, bytes, Header, bytes | None]]:
    """Every event of a family, stream by stream. Ids begin with their time, so neighbours lie side by side on file."""
    bounds = {"from_stream": "branch", "to_stream": "branch\x01"}
    if family != "branch":
        bounds = {"from_stream": f"{family}:", "to_stream": f"{family};"}  # ';' follows ':'
    for position, stream, event_id, raw, payload in connection.execute(_by_stream, bounds).yield_per(_BATCH):
        yield position, stream, event_id, read_header(raw), payload


def _decoded(position: int, stream: str, header: Header, payload: bytes | None) -> Event:
    if payload is None:
        raise Refused("event_withheld")
    body = read_payload(header.kind, header.version, payload)
    return Event(
        header.id.hex(), stream, header.kind, header.version, header.actor, header.at, position, body
    )


class _Rebuild:
    """Folds one family of streams anew, stream by stream."""

    def __init__(self, bulk: _Bulk, family: str, branch: Branch | None) -> None:
        self._bulk = bulk
        self._projection = projections.STREAMS[family]
        self._is_branch = family == "branch"
        self._branch = branch
        self._stream, self._head, self._position = "", b"", 0
        self.state: Any = None

    def run(self, connection: Connection, family: str) -> None:
        for position, stream, event_id, header, payload in _events_of(connection, family):
            if stream != self._stream:
                self.finish()
                self.state, self._stream = None, stream
            try:
                new = self._folded(_decoded(position, stream, header, payload))
            except Refused as refused:
                values = {"position": position, "stream": stream, "code": refused.code}
                self._bulk.add(_add_quarantine, values)
                continue
            if self._projection.each_event:
                self._write(self.state, new, event_id, position)
            self.state, self._head, self._position = new, event_id, position
        self.finish()

    def _folded(self, event: Event) -> Any:
        authorise(self.state if self._is_branch else self._branch, event)
        return self._projection.fold(self.state, event)

    def finish(self) -> None:
        """Write the stream that was folded last."""
        if self.state is not None and not self._projection.each_event:
            self._write(None, self.state, self._head, self._position)

    def _write(self, old: Any, new: Any, head: bytes, position: int) -> None:
        key = projections.split(self._stream)[1]
        for statement, values in self._projection.changes(key, old, new, head, position):
            self._bulk.add(projections.ONCE.get(statement, statement), values)


def _rebuild_family(reading: Connection, bulk: _Bulk, family: str, branch: Branch | None) -> Any:
    rebuilt = _Rebuild(bulk, family, branch)
    rebuilt.run(reading, family)
    return rebuilt.state


def rebuild(store: Store) -> int:
    """Fold every stream anew and replace all projections, in one transaction. Returns how many events were set aside."""
    with store.reading() as reading, store.writing() as connection:
        projections.clear(connection)
        bulk = _Bulk(connection)
        branch = _rebuild_family(reading, bulk, "branch", None)
        for family in projections.STREAMS:
            if family != "branch":
                _rebuild_family(reading, bulk, family, branch)
        _set_strangers_aside(reading, bulk)
        bulk.flush()
        _set_doubles_aside(connection)
        return connection.execute(select(func.count()).select_from(tables.quarantine)).scalar() or 0


def _set_strangers_aside(reading: Connection, bulk: _Bulk) -> None:
    """Streams of a family that only a newer program knows: kept in the log, listed, and nothing else."""
    for position, stream in reading.execute(_all_streams):
        if stream.partition(":")[0] not in projections.STREAMS:
            bulk.add(_add_quarantine, {"position": position, "stream": stream, "code": "event_unknown"})


def _set_doubles_aside(connection: Connection) -> None:
    """A ticket whose label another one of the day already bears is listed and has no row; the first one stays."""
    for first, stream in connection.execute(_tickets_without_row).all():
        ref = stream.partition(":")[2]
        values = {"position": first, "stream": stream, "code": "label_taken"}
        connection.execute(_add_quarantine.prefix_with("OR IGNORE"), values)
        connection.execute(delete(tables.legs).where(tables.legs.c.ticket == ref))
        connection.execute(_drop_finding, {"rowid": first})
        connection.execute(delete(tables.findings).where(tables.findings.c.ref == ref))


_tickets_without_row = (
    select(func.min(tables.events.c.position), tables.events.c.stream)
    .where(tables.events.c.stream >= "ticket:", tables.events.c.stream < "ticket;")
    .where(func.substr(tables.events.c.stream, len("ticket:") + 1).not_in(select(tables.tickets.c.id)))
    .group_by(tables.events.c.stream)
)
_drop_finding = text("DELETE FROM findings_text WHERE rowid = :rowid")
