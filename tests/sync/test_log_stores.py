"""One contract for every store of branch logs: here the branch's own file, head office's two in tests/server."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from app.credentials import DeviceKey
from app.models.audit import rebuild
from app.models.journal import Journal
from app.models.memory import MemoryStore
from app.models.migrations import upgrade
from app.models.store import Store
from tests.houses import CountingEntropy, FakeClock
from tests.sync.branch_log import BranchLog
from tests.sync.log_store_contract import Author, LogStoreContract, ordered

KEY = b"k" * 32


@cache
def empty() -> MemoryStore:
    """A migrated file that nobody has set up."""
    store = MemoryStore(KEY)
    upgrade(store)
    return store


def journal_over(store: Store) -> Journal:
    return Journal(store, FakeClock(), CountingEntropy("log"), DeviceKey(KEY, "S0", "f" * 32), "S0")


class TestBranchFile(LogStoreContract):
    """A real SQLCipher file, and another connection to it."""

    @pytest.fixture
    def files(self, tmp_path: Path) -> Iterator[Store]:
        first = Store(tmp_path / "cabang.db", KEY)
        upgrade(first)
        yield first
        first.close()

    @pytest.fixture
    def store(self, files: Store) -> BranchLog:
        return BranchLog(journal_over(files))

    @pytest.fixture
    def other(self, files: Store) -> Iterator[BranchLog]:
        second = Store(files.path, KEY)
        yield BranchLog(journal_over(second))
        second.close()


class TestBranchInMemory(LogStoreContract):
    """The store of the simulation."""

    @pytest.fixture
    def store(self) -> BranchLog:
        return BranchLog(journal_over(MemoryStore(KEY, empty())))

    test_of_many_writers_at_once_each_batch_stands_whole_and_once = None  # type: ignore[assignment]  # one connection


def test_what_a_strange_log_brings_is_folded_alike_by_a_rebuild() -> None:
    """Events of the contract mean nothing to the branch: all of them are set aside, in the log and after a rebuild."""
    store = MemoryStore(KEY, empty())
    kept = BranchLog(journal_over(store))
    author = Author()
    events = [
        *author.events(5),
        author.event(stream="'; DROP TABLE events; --"),
        author.event(stream="branch:1"),
    ]
    kept.append("MDU", kept.head("MDU"), ordered(kept.head("MDU"), events))
    assert rebuild(store) == len(events)
    assert [each.held for each in kept.entries("MDU", 0, 1 << 30)] == events
