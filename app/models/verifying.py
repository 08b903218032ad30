"""Proving the log: `verify` reads every entry, from the first one or from where this computer's log begins."""

from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, select

from app.domain.branch import Branch, StationEnrolled, TermOpened
from app.domain.events import ZERO, Header, Term, chain, digest, read_header
from app.domain.kinds import read_payload
from app.errors import Refused
from app.models import log, projections, tables
from app.models.shrinking import unfold
from app.models.store import Store

_BATCH = 5_000
_BRINGS_KEYS = {TermOpened: "branch.term_opened", StationEnrolled: "branch.station_enrolled"}


class Verified(msgspec.Struct, frozen=True):
    """What a check of the log found. `bad_position` is None when every entry is as it was written.

    `count`: entries up to the first bad one, those let go before the log begins included.
    """

    count: int
    head: str
    bad_position: int | None = None
    why: str = ""


_e = tables.events.c
_in_order = (
    select(
        _e.position,
        _e.header,
        _e.payload,
        _e.hash,
        _e.signature,
        _e.term_number,
        _e.term_run,
        _e.log_hash,
        _e.id,
        _e.stream,
        _e.epoch,
        _e.seq,
    )
    .where(_e.position >= bindparam("first"))
    .order_by(_e.position)
)
_of_branch = select(_e.header, _e.payload).where(_e.stream == "branch")
_runs_there = select(tables.anchor_runs.c.epoch, tables.anchor_runs.c.seq, tables.anchor_runs.c.hash)
_anchored_branch = select(tables.anchors.c.data).where(tables.anchors.c.stream == "branch")


class Signatures:
    """Which signature covers which entries: one covers every entry of its run before it.

    `keys` are those that each station ever had, up to the end of the log: what stands before a branch's first term is
    signed with a key that only the term brings. `each` also proves a signature that a later one covers.
    """

    def __init__(self, keys: dict[str, tuple[str, ...]], *, each: bool = True) -> None:
        self._keys = keys
        self._each = each
        self._proved: dict[bytes, Any] = {}
        """Run to the key that it signs with."""
        self._uncovered: dict[bytes, int] = {}
        """Run to its first position that no signature covers yet."""
        self._unproved: dict[bytes, tuple[int, str, bytes, bytes]] = {}
        """Run to position, station, hash and signature of its last signed entry."""
        self._stations: dict[bytes, str] = {}

    def step(self, position: int, header: Header, hashed: bytes, signature: bytes | None) -> str:
        """What is wrong with this entry; empty when nothing is."""
        if self._stations.setdefault(header.epoch, header.station) != header.station:
            return "signature"  # one computer's signature would cover another one's events
        if signature is None:
            self._uncovered.setdefault(header.epoch, position)
            return ""
        if self._each and not self._signed(header.epoch, header.station, hashed, signature):
            return "signature"
        self._uncovered.pop(header.epoch, None)
        if not self._each:
            self._unproved[header.epoch] = (position, header.station, hashed, signature)
        return ""

    def end(self) -> int | None:
        """The first position that no signature covers, or whose signature is not of its station."""
        bad = [
            position
            for epoch, (position, station, hashed, signature) in self._unproved.items()
            if not self._signed(epoch, station, hashed, signature)
        ]
        return min((*bad, *self._uncovered.values()), default=None)

    def _signed(self, epoch: bytes, station: str, hashed: bytes, signature: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature

        known = self._proved.get(epoch)
        for key in (known,) if known is not None else self._of(station):
            try:
                key.verify(signature, hashed)
            except InvalidSignature:
                continue
            self._proved[epoch] = key
            return True
        return False

    def _of(self, station: str) -> list[Any]:
        return [_public_key(each) for each in reversed(self._keys.get(station, ()))]


class _Chain:
    """Walks the log entry by entry; `step` names the first thing that does not fit."""

    def __init__(self, log_hash: bytes, runs: dict[bytes, tuple[int, bytes]] | None) -> None:
        self._log_hash = log_hash
        self._from_start = runs is not None
        """Whether every run is known from its first entry on, or from where it was let go."""
        self._runs = runs or {}

    def step(self, row: Any) -> tuple[str, Header | None]:
        """(what is wrong or nothing, header)"""
        position, raw, payload, hashed, _, number, run, log_hash = row[:8]
        try:
            header = read_header(raw)
        except Refused:
            return "header", None
        if digest(raw) != hashed:
            return "hash", header
        if tuple(row[8:]) != (header.id, header.stream, header.epoch, header.seq):
            return "columns", header
        if payload is not None and digest(payload) != header.payload_hash:
            return "payload", header
        problem = self._in_run(header, hashed)
        if problem:
            return problem, header
        if chain(self._log_hash, position, Term(number, run), hashed) != log_hash:
            return "log_hash", header
        self._log_hash = log_hash
        return "", header

    def _in_run(self, header: Header, hashed: bytes) -> str:
        seq, prev = self._runs.get(header.epoch, (0, ZERO))
        known = self._from_start or header.epoch in self._runs
        self._runs[header.epoch] = (header.seq, hashed)
        if known and header.seq != seq + 1:
            return "seq"
        if known and header.prev != prev:
            return "prev"
        return ""


def _public_key(text: str) -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(text))


def _is_key(text: str) -> bool:
    try:
        _public_key(text)
    except ValueError:
        return False
    return True


def station_keys(connection: Connection) -> dict[str, tuple[str, ...]]:
    """Every public key (hex) that a station of this log ever had, up to its end, oldest first."""
    keys: dict[str, tuple[str, ...]] = {}
    anchored = connection.execute(_anchored_branch).scalar()
    if anchored is not None:
        branch: Branch = projections.STREAMS["branch"].decode(unfold(anchored))
        keys = {name: each.keys for name, each in branch.stations.items()}
    for raw, payload in connection.execute(_of_branch):
        given = _brought(raw, payload)
        if given is not None and _is_key(given.key) and given.key not in keys.get(given.station, ()):
            keys[given.station] = (*keys.get(given.station, ()), given.key)
    return keys


def _brought(raw: bytes, payload: bytes | None) -> TermOpened | StationEnrolled | None:
    try:
        header = read_header(raw)
        if payload is None or header.kind not in _BRINGS_KEYS.values():
            return None
        given = read_payload(header.kind, header.version, payload)
    except Refused:
        return None
    return given if isinstance(given, TermOpened | StationEnrolled) else None


def _opens_badly(header: Header, payload: bytes | None) -> bool:
    """A term whose key is none, by the run that orders here: nothing of it could ever be proved."""
    if header.kind != _BRINGS_KEYS[TermOpened] or payload is None:
        return False
    opening = _brought_by(header, payload)
    return opening is None or not _is_key(opening.key)


def _brought_by(header: Header, payload: bytes) -> TermOpened | None:
    try:
        given = read_payload(header.kind, header.version, payload)
    except Refused:
        return None
    return given if isinstance(given, TermOpened) else None


def verify(store: Store, last: int | None = None, *, each_signature: bool = True) -> Verified:
    """Check the whole log, or its `last` entries without signatures (at start, DESIGN 4).

    `each_signature` False proves the last one of each run alone: it covers the others.
    """
    with store.reading() as connection:
        return verify_within(connection, last, each_signature=each_signature)


def verify_within(
    connection: Connection, last: int | None = None, *, each_signature: bool = True
) -> Verified:
    """The same of what this connection sees."""
    begin, total = log.begin(connection), log.head(connection).position
    first = begin.position + 1 if last is None else max(begin.position + 1, total - last + 1)
    runs = None
    if first == begin.position + 1:
        runs = {row[0]: (row[1], row[2]) for row in connection.execute(_runs_there)}
    log_hash = log.hash_at(connection, first - 1) or ZERO
    signatures = Signatures(station_keys(connection), each=each_signature) if last is None else None
    walk = _Chain(log_hash, runs)
    expected = first
    for row in connection.execute(_in_order, {"first": first}).yield_per(_BATCH):
        problem = _problem(row, expected, walk, signatures)
        if problem:
            return Verified(expected - 1, log_hash.hex(), row[0], problem)
        expected, log_hash = expected + 1, row[7]
    uncovered = signatures.end() if signatures else None
    if uncovered is not None:
        before = log.hash_at(connection, uncovered - 1) or ZERO
        return Verified(uncovered - 1, before.hex(), uncovered, "signature")
    return Verified(total, log_hash.hex())


def _problem(row: Any, expected: int, walk: _Chain, signatures: Signatures | None) -> str:
    if row[0] != expected:
        return "gap"
    problem, header = walk.step(row)
    if problem or header is None or signatures is None:
        return problem
    if header.epoch.hex() == row[6] and _opens_badly(header, row[2]):
        return "signature"
    return signatures.step(row[0], header, row[3], row[4])
