"""Where a branch log lies, whatever the database: the interface that hub and head office share, and the check of entries."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from app.domain.events import ID, ZERO, Entry, Header, Held, Term, chain, digest, read_header
from app.errors import Refused


class Head(msgspec.Struct, frozen=True):
    """How far a log has got: count of entries, its hash there, and the term of its last entry."""

    position: int
    log_hash: bytes
    term: Term


EMPTY = Head(0, ZERO, Term(0, ""))
"""The head of a log without entries."""


def size_of(held: Held) -> int:
    """Bytes of header, payload and signature: what a limit in bytes counts."""
    return len(held.header) + len(held.payload or b"") + len(held.signature or b"")


RunHead = tuple[int, bytes]
"""The last `seq` of a run in a log, and the hash of that event; (0, ZERO) for a run the log does not know."""

NO_RUN: RunHead = (0, ZERO)

EPOCH = 8
"""Bytes of a run's name."""


class LogStore(Protocol):
    """Branch logs, each an append-only table of exact bytes by (branch, position)."""

    def head(self, branch: str) -> Head:
        """The end of the log; EMPTY for a branch that never sent anything."""
        ...

    def hash_at(self, branch: str, position: int) -> bytes | None:
        """The log's hash after the entry at `position`: ZERO for 0, None where there is no such entry."""
        ...

    def known(self, branch: str, ids: Iterable[bytes]) -> set[bytes]:
        """Those of the ids (16 bytes each) that are safe here, in the log or held."""
        ...

    def append(
        self,
        branch: str,
        expected_head: Head,
        entries: Sequence[Entry],
        headers: tuple[Header, ...] | None = None,
    ) -> Head:
        """Add entries at the end, all or none, durable on return; gives the new head.

        `headers`: where the caller has just read them from these very bytes and their hashes were made from them
        (`unpack_log`); None: they are read and checked here.
        Raises Refused: "log_moved" (the log is not where the caller thinks), "log_gap" (positions), "log_hash_wrong"
        (chain of the log), "term_lower", "run_gap" (an author's own chain), "event_damaged" (bytes that do not fit
        their hash), "event_double" (an id that the log has).
        """
        ...

    def entries(self, branch: str, after: int, limit_bytes: int) -> list[Entry]:
        """Entries after a position, in order, as many as fit the limit but at least one; empty at the end."""
        ...

    def hold(self, branch: str, events: Sequence[Held], why: str) -> None:
        """Keep events that cannot be ordered here, durably; the same ones twice do nothing."""
        ...

    def run_head(self, branch: str, epoch: bytes) -> RunHead:
        """How far the log has got with one run (8 bytes)."""
        ...


class Checked(msgspec.Struct, frozen=True):
    """What a check of entries found: the headers in order, the new head, and the runs as they stand afterwards."""

    headers: tuple[Header, ...]
    head: Head
    runs: dict[bytes, RunHead]


def epochs(headers: Iterable[Header]) -> set[bytes]:
    """The runs that wrote these events."""
    return {header.epoch for header in headers}


def read_headers(events: Iterable[Held]) -> tuple[Header, ...]:
    """The header of each, held against its hash and against its payload; raises Refused("event_damaged")."""
    headers = []
    for held in events:
        header = read_header(held.header)
        if digest(held.header) != held.hash:
            raise Refused("event_damaged", why="hash")
        if held.payload is not None and digest(held.payload) != header.payload_hash:
            raise Refused("event_damaged", why="payload")
        if len(header.id) != ID or len(header.epoch) != EPOCH:
            raise Refused("event_damaged", why="id")
        headers.append(header)
    return tuple(headers)


def check_entries(
    head: Head, entries: Sequence[Entry], headers: tuple[Header, ...], runs: Mapping[bytes, RunHead]
) -> Checked:
    """Whether entries go on from `head`: positions, terms, the log's chain and each author's chain, in one pass.

    `headers` come from read_headers, `runs` are the heads of their runs so far. Raises as LogStore.append does.
    """
    position, log_hash, term = head.position, head.log_hash, head.term
    now = {epoch: runs.get(epoch, NO_RUN) for epoch in epochs(headers)}
    for entry, header in zip(entries, headers, strict=True):
        position += 1
        if entry.position != position:
            raise Refused("log_gap", position=position)
        if entry.term != term:
            term = _higher_term(term, entry.term)
        log_hash = chain(log_hash, position, term, entry.held.hash)
        if entry.log_hash != log_hash:
            raise Refused("log_hash_wrong", position=position)
        seq, prev = now[header.epoch]
        if header.seq != seq + 1 or header.prev != prev:
            raise Refused("run_gap", position=position, seq=seq)
        now[header.epoch] = (header.seq, entry.held.hash)
    return Checked(headers, Head(position, log_hash, term), now)


def _higher_term(former: Term, term: Term) -> Term:
    if term < former:
        raise Refused("term_lower", number=former.number)
    if not term.run.isascii() or not term.run.isprintable() or not 0 <= term.number < 1 << 31:
        raise Refused("event_damaged", why="term")
    return term


def check_expected(actual: Head, expected: Head) -> None:
    """Raises Refused("log_moved") with the true position when the caller's idea of the end is not the end."""
    if actual.position != expected.position or actual.log_hash != expected.log_hash:
        raise Refused("log_moved", position=actual.position)
