"""What every store of branch logs must do; each store's test module makes a class of its own from LogStoreContract."""

import hashlib
import threading
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from app.domain.events import (
    ZERO,
    Entry,
    Header,
    Held,
    Term,
    chain,
    digest,
    header_bytes,
    read_header,
)
from app.errors import Refused
from app.sync.log_store import EMPTY, Head, LogStore, size_of
from tests.houses import refused

WEIRD = (
    b"",
    b"\x00",
    b"\xff\xfe\x00\x80",
    b'{"a": 1,  "a":2}',
    bytes(range(256)),
    "Peserta Contoh \u0000 \U0001f9fe".encode(),
    b"PGCOPY\n\xff\r\n\x00",
    b"x" * 70_000,
)


class Author:
    """One run of one station: makes events with its own chain."""

    def __init__(self, name: str = "S1", run: int = 1) -> None:
        self.station = name
        self.epoch = hashlib.sha256(f"{name}{run}".encode()).digest()[:8]
        self.seq = 0
        self.prev = ZERO

    def event(self, payload: bytes = b"{}", **header: Any) -> Held:
        """The next event of this run."""
        self.seq += 1
        identity = digest(self.epoch + self.seq.to_bytes(8, "big"))[:16]
        parts: dict[str, Any] = {
            "id": identity,
            "station": self.station,
            "epoch": self.epoch,
            "seq": self.seq,
            "prev": self.prev,
            "txn": identity,
            "stream": f"ticket:{identity.hex()}",
            "kind": "ticket.printed",
            "version": 1,
            "after": (),
            "actor": "actor",
            "at": 1_790_000_000_000 + self.seq,
            "payload_hash": digest(payload),
            **header,
        }
        data = header_bytes(Header(**parts))
        self.prev = digest(data)
        return Held(data, payload, self.prev, digest(data) * 2)

    def events(self, count: int, payload: bytes = b"{}") -> list[Held]:
        """The next `count` events."""
        return [self.event(payload) for _ in range(count)]


def ordered(head: Head, events: Sequence[Held], term: Term | None = None) -> list[Entry]:
    """The events as entries that go on from `head`, in the term given or that of the head."""
    term = term or (head.term if head.position else Term(1, "a1" * 8))
    entries = []
    log_hash = head.log_hash
    for position, event in enumerate(events, head.position + 1):
        log_hash = chain(log_hash, position, term, event.hash)
        entries.append(Entry(position, term, log_hash, event))
    return entries


def identity(event: Held | Entry) -> bytes:
    """The id in an event's header."""
    header = event.held.header if isinstance(event, Entry) else event.header
    return read_header(header).id


class LogStoreContract:
    """Subclasses give the fixture `store`; `other` is the same log through a connection of its own."""

    branch = "MDU"

    @pytest.fixture
    def other(self, store: LogStore) -> LogStore:
        return store

    def add(self, store: LogStore, events: Sequence[Held], term: Term | None = None) -> Head:
        head = store.head(self.branch)
        return store.append(self.branch, head, ordered(head, events, term))

    def everything(self, store: LogStore) -> list[Entry]:
        return store.entries(self.branch, 0, 1 << 40)

    def test_a_log_that_never_got_anything_is_empty(self, store: LogStore) -> None:
        assert store.head(self.branch) == EMPTY
        assert store.hash_at(self.branch, 0) == ZERO
        assert store.hash_at(self.branch, 1) is None
        assert self.everything(store) == []
        assert store.run_head(self.branch, b"12345678") == (0, ZERO)

    def test_what_was_appended_is_read_back_byte_for_byte(self, store: LogStore, other: LogStore) -> None:
        author = Author()
        events = [author.event(payload) for payload in WEIRD]
        erased = author.event(b"erased by law")
        events.append(msgspec.structs.replace(erased, payload=None, signature=None))
        entries = ordered(EMPTY, events)
        head = store.append(self.branch, EMPTY, entries)
        assert head == Head(len(entries), entries[-1].log_hash, Term(1, "a1" * 8))
        assert other.head(self.branch) == head
        assert self.everything(other) == entries

    def test_weird_words_in_a_header_do_no_harm(self, store: LogStore) -> None:
        author = Author()
        words = ("nol\0di tengah", "'; DROP TABLE entries; --", "\U0001f3ab", "", "x" * 5000, "\\N", "\u202e")
        events = [author.event(stream=word, kind=word, actor=word, station=word) for word in words]
        entries = ordered(EMPTY, events)
        store.append(self.branch, EMPTY, entries)
        assert self.everything(store) == entries

    def test_appending_goes_on_over_many_batches_and_runs(self, store: LogStore) -> None:
        first, second = Author("S1"), Author("S2")
        for size in (1, 7, 300):
            self.add(store, [*first.events(size), *second.events(size)])
        head = store.head(self.branch)
        assert head.position == 2 * 308
        assert [entry.position for entry in self.everything(store)] == list(range(1, 617))
        assert store.run_head(self.branch, first.epoch) == (308, first.prev)
        assert store.run_head(self.branch, second.epoch) == (308, second.prev)
        assert store.hash_at(self.branch, 616) == head.log_hash
        assert store.hash_at(self.branch, 617) is None

    def test_an_empty_batch_changes_nothing(self, store: LogStore) -> None:
        head = self.add(store, Author().events(3))
        assert store.append(self.branch, head, []) == head
        assert store.head(self.branch) == head

    def test_entries_come_in_portions_of_bytes_and_at_least_one(self, store: LogStore) -> None:
        self.add(store, Author().events(50, b"x" * 1000))
        everything = self.everything(store)
        size = size_of(everything[0].held)
        assert store.entries(self.branch, 0, 1) == everything[:1]
        assert len(store.entries(self.branch, 10, 5 * size + 40)) == 5
        after, collected = 0, []
        while part := store.entries(self.branch, after, 7 * size + 100):
            collected += part
            after = part[-1].position
        assert collected == everything
        assert store.entries(self.branch, 50, 1 << 20) == []

    def test_ids_in_the_log_or_held_are_known_and_others_are_not(self, store: LogStore) -> None:
        author, stranger = Author("S1"), Author("S2")
        inside, kept, unknown = author.events(5), stranger.events(2), author.events(2)
        self.add(store, inside)
        store.hold(self.branch, kept, "term_lower")
        ids = [identity(each) for each in (*inside, *kept, *unknown)]
        assert store.known(self.branch, ids) == set(ids[:7])
        assert store.known(self.branch, []) == set()

    def test_holding_twice_is_holding_once_and_ordering_comes_later(self, store: LogStore) -> None:
        events = Author().events(3)
        store.hold(self.branch, events, "term_lower")
        store.hold(self.branch, events, "term_lower")
        assert store.head(self.branch) == EMPTY
        self.add(store, events)
        assert store.known(self.branch, [identity(each) for each in events]) == set(map(identity, events))
        assert [entry.held.header for entry in self.everything(store)] == [each.header for each in events]

    def test_a_gap_in_positions_is_refused(self, store: LogStore) -> None:
        head = self.add(store, Author().events(3))
        entries = ordered(head, Author("S2").events(3))
        with refused("log_gap"):
            store.append(self.branch, head, entries[1:])
        with refused("log_gap"):
            store.append(self.branch, head, [entries[0], entries[2]])
        assert store.head(self.branch) == head

    def test_a_writer_that_is_wrong_about_the_end_is_refused(self, store: LogStore) -> None:
        author = Author()
        first = self.add(store, author.events(3))
        second = self.add(store, author.events(1))
        late = ordered(first, Author("S2").events(2))
        with refused("log_moved", position=4):
            store.append(self.branch, first, late)
        forked = msgspec.structs.replace(second, log_hash=digest(b"another log"))
        with refused("log_moved", position=4):
            store.append(self.branch, forked, ordered(forked, Author("S3").events(1)))
        assert store.head(self.branch) == second

    def test_a_chain_that_does_not_close_is_refused(self, store: LogStore) -> None:
        head = self.add(store, Author().events(2))
        entries = ordered(head, Author("S2").events(3))
        wrong = msgspec.structs.replace(entries[1], log_hash=digest(b"wrong"))
        with refused("log_hash_wrong"):
            store.append(self.branch, head, [entries[0], wrong, entries[2]])
        assert store.head(self.branch) == head

    def test_bytes_that_do_not_fit_their_hash_are_refused(self, store: LogStore) -> None:
        event = Author().event(b"true")
        for damaged in (
            msgspec.structs.replace(event, payload=b"false"),
            msgspec.structs.replace(event, header=event.header[:-1] + b"\x00"),
            msgspec.structs.replace(event, header=b"\xc1"),
            msgspec.structs.replace(event, hash=digest(b"x")),
        ):
            with refused("event_damaged"):
                store.append(self.branch, EMPTY, ordered(EMPTY, [damaged]))
        assert store.head(self.branch) == EMPTY

    def test_a_lower_term_is_refused_and_a_higher_one_taken(self, store: LogStore) -> None:
        low, high, twin = Term(2, "b" * 16), Term(3, "a" * 16), Term(3, "c" * 16)
        author = Author()
        self.add(store, author.events(2), high)
        for lower in (low, Term(3, "0" * 16)):
            with refused("term_lower"):
                self.add(store, author_at(author).events(1), lower)
        head = self.add(store, author.events(1), twin)
        assert head.term == twin
        mixed = ordered(head, author.events(2), Term(9, "d" * 16))
        assert store.append(self.branch, head, mixed).term == Term(9, "d" * 16)

    def test_an_authors_own_order_is_kept(self, store: LogStore) -> None:
        author = Author()
        first, second, third = author.events(3)
        with refused("run_gap"):
            self.add(store, [second])
        self.add(store, [first])
        with refused("run_gap"):
            self.add(store, [third])
        self.add(store, [second, third])
        assert store.run_head(self.branch, author.epoch) == (3, author.prev)

    def test_an_id_enters_the_log_once(self, store: LogStore) -> None:
        one, clone = Author("S1"), Author("S2")
        event = one.event()
        head = self.add(store, [event])
        again = clone.event(id=identity(event))
        with refused("event_double"):
            self.add(store, [again])
        assert store.head(self.branch) == head
        twins = Author("S3")
        with refused("event_double"):
            self.add(store, [twins.event(id=b"t" * 16), twins.event(id=b"t" * 16)])
        assert self.everything(store)[1:] == []

    def test_a_batch_with_one_wrong_entry_leaves_nothing(self, store: LogStore) -> None:
        entries = ordered(EMPTY, Author().events(200))
        entries[-1] = msgspec.structs.replace(entries[-1], log_hash=ZERO)
        with refused("log_hash_wrong"):
            store.append(self.branch, EMPTY, entries)
        assert store.head(self.branch) == EMPTY
        assert self.everything(store) == []
        assert store.known(self.branch, [identity(entry) for entry in entries]) == set()

    def write_batches(self, store: LogStore, name: str) -> None:
        """Five batches of four, each behind whatever the log has by then."""
        author = Author(name)
        for _ in range(5):
            events = author.events(4)
            while not self.is_added(store, events):
                pass

    def is_added(self, store: LogStore, events: list[Held]) -> bool:
        head = store.head(self.branch)
        try:
            store.append(self.branch, head, ordered(head, events))
        except Refused as error:
            if error.code != "log_moved":
                raise
            return False
        return True

    def test_of_many_writers_at_once_each_batch_stands_whole_and_once(
        self, store: LogStore, other: LogStore
    ) -> None:
        writers = [
            threading.Thread(target=self.write_batches, args=(each, f"S{number}"))
            for number, each in enumerate((store, other, store, other))
        ]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join(60)
        entries = self.everything(store)
        assert [entry.position for entry in entries] == list(range(1, 81))
        assert entries == ordered(EMPTY, [entry.held for entry in entries])
        for number in range(4):
            assert store.run_head(self.branch, Author(f"S{number}").epoch)[0] == 20


def author_at(author: Author) -> Author:
    """A copy of an author as it is now."""
    copy = Author(author.station)
    copy.epoch, copy.seq, copy.prev = author.epoch, author.seq, author.prev
    return copy
