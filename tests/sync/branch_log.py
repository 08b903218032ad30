"""The branch's own SQLCipher file behind the interface of the log stores: what it must do is what head office's must.

Nothing in the program needs this interface over the branch's file: there a log is only ever followed, in one unit with
its folds. It is here so that one contract holds for all three databases.
"""

from collections.abc import Iterable, Sequence

from app.domain.events import Entry, Header, Held
from app.domain.rights import SYSTEM
from app.errors import Refused
from app.models import following, log
from app.models.journal import Journal
from app.sync.log_store import (
    Head,
    RunHead,
    check_entries,
    check_expected,
    epochs,
    read_headers,
    size_of,
)


class BranchLog:
    """The log of one computer; `branch` is always its own."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        journal.ordering = False

    def head(self, branch: str) -> Head:
        with self._journal.store.reading() as connection:
            found = log.head(connection)
        return Head(found.position, found.log_hash, found.term)

    def hash_at(self, branch: str, position: int) -> bytes | None:
        with self._journal.store.reading() as connection:
            return log.hash_at(connection, position)

    def known(self, branch: str, ids: Iterable[bytes]) -> set[bytes]:
        asked = list(ids)
        with self._journal.store.reading() as connection:
            return log.known(connection, asked) | log.pending_known(connection, asked)

    def append(
        self,
        branch: str,
        expected_head: Head,
        entries: Sequence[Entry],
        headers: tuple[Header, ...] | None = None,
    ) -> Head:
        headers = headers or read_headers(each.held for each in entries)
        with self._journal.unit(SYSTEM) as unit:
            found = log.head(unit.connection)
            head = Head(found.position, found.log_hash, found.term)
            check_expected(head, expected_head)
            runs = {each: log.run_head(unit.connection, each) for each in epochs(headers)}
            checked = check_entries(head, entries, headers, runs)
            ids = [header.id for header in headers]
            if len(set(ids)) != len(ids) or log.known(unit.connection, ids):
                raise Refused("event_double")
            if entries:
                following.follow(unit, head.position, list(zip(headers, entries, strict=True)))
        return checked.head

    def entries(self, branch: str, after: int, limit_bytes: int) -> list[Entry]:
        taken: list[Entry] = []
        room = limit_bytes
        with self._journal.store.reading() as connection:
            for entry in log.entries_after(connection, after, 1 << 31):
                room -= size_of(entry.held)
                if taken and room < 0:
                    break
                taken.append(entry)
        return taken

    def hold(self, branch: str, events: Sequence[Held], why: str) -> None:
        headers = read_headers(events)
        with self._journal.unit(SYSTEM) as unit:
            following.hold(unit, list(zip(headers, events, strict=True)))

    def run_head(self, branch: str, epoch: bytes) -> RunHead:
        with self._journal.store.reading() as connection:
            return log.run_head(connection, epoch)
