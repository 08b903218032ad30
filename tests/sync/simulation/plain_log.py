"""Head office's log as plain lists: the interface of every log store, and what can be restored from an old image."""

import copy
import threading
from collections.abc import Iterable, Sequence

from app.domain.events import ZERO, Entry, Header, Held, Term, read_header
from app.errors import Refused
from app.sync.line import Directive
from app.sync.log_store import (
    EMPTY,
    NO_RUN,
    Head,
    RunHead,
    check_entries,
    check_expected,
    epochs,
    read_headers,
    size_of,
)
from app.sync.proof import Keys


class PlainLog:
    """The logs of all branches, and what head office knows beside them."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._entries: dict[str, list[Entry]] = {}
        self._ids: dict[str, set[bytes]] = {}
        self._runs: dict[str, dict[bytes, RunHead]] = {}
        self._held: dict[str, dict[bytes, Held]] = {}
        self._keys: dict[str, dict[str, tuple[str, ...]]] = {}
        self._heard: dict[str, Term] = {}

    def image(self) -> "PlainLog":
        """A backup of everything."""
        with self._lock:
            other = PlainLog()
            for name in ("_entries", "_ids", "_runs", "_held", "_keys", "_heard"):
                kept = {branch: copy.copy(each) for branch, each in getattr(self, name).items()}
                setattr(other, name, kept)
            return other

    # ------------------------------------------------------------------------------------------ the log

    def head(self, branch: str) -> Head:
        entries = self._entries.get(branch)
        return Head(entries[-1].position, entries[-1].log_hash, entries[-1].term) if entries else EMPTY

    def hash_at(self, branch: str, position: int) -> bytes | None:
        if position == 0:
            return ZERO
        entries = self._entries.get(branch, [])
        return entries[position - 1].log_hash if 0 < position <= len(entries) else None

    def known(self, branch: str, ids: Iterable[bytes]) -> set[bytes]:
        return set(ids) & (self._ids.get(branch, set()) | set(self._held.get(branch, {})))

    def append(
        self,
        branch: str,
        expected_head: Head,
        entries: Sequence[Entry],
        headers: tuple[Header, ...] | None = None,
    ) -> Head:
        headers = headers or read_headers(entry.held for entry in entries)
        with self._lock:
            head, runs = self.head(branch), self._runs.setdefault(branch, {})
            check_expected(head, expected_head)
            checked = check_entries(
                head, entries, headers, {each: runs.get(each, NO_RUN) for each in epochs(headers)}
            )
            ids = [header.id for header in headers]
            there = self._ids.setdefault(branch, set())
            if len(set(ids)) != len(ids) or there.intersection(ids):
                raise Refused("event_double")
            self._entries.setdefault(branch, []).extend(entries)
            there.update(ids)
            runs.update(checked.runs)
            for each in ids:
                self._held.get(branch, {}).pop(each, None)
            return checked.head

    def entries(self, branch: str, after: int, limit_bytes: int) -> list[Entry]:
        found: list[Entry] = []
        size = 0
        for entry in self._entries.get(branch, [])[after:]:
            size += size_of(entry.held)
            if found and size > limit_bytes:
                break
            found.append(entry)
        return found

    def hold(self, branch: str, events: Sequence[Held], why: str) -> None:
        with self._lock:
            for each in events:
                identity = read_header(each.header).id
                if identity not in self._ids.get(branch, set()):
                    self._held.setdefault(branch, {}).setdefault(identity, each)

    def run_head(self, branch: str, epoch: bytes) -> RunHead:
        return self._runs.get(branch, {}).get(epoch, NO_RUN)

    # ------------------------------------------------------------------------------------------ beside the log

    def keys(self, branch: str) -> Keys:
        return self._keys.get(branch, {})

    def enrol(self, branch: str, keys: Keys) -> None:
        self._keys[branch] = dict(keys)

    def revoked(self, branch: str, station: str) -> bool:
        return False

    def heard(self, branch: str) -> Term:
        return self._heard.get(branch, Term(0, ""))

    def hear(self, branch: str, term: Term) -> None:
        self._heard[branch] = term

    def held(self, branch: str, most: int) -> list[Held]:
        return list(self._held.get(branch, {}).values())[:most]

    def directives(self, branch: str, after: int) -> list[Directive]:
        return []

    def replace(self, branch: str, common: int, entries: Sequence[Entry]) -> Head:
        with self._lock:
            kept, fallen = self._entries.get(branch, [])[:common], self._entries.get(branch, [])[common:]
            for table in (self._entries, self._ids, self._runs):
                table.pop(branch, None)
            self.append(branch, EMPTY, kept)
            head = self.append(branch, self.head(branch), entries)
            self.hold(branch, [each.held for each in fallen], "replaced")
            return head
