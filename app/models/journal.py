"""The branch log on this computer: the one place where anything that happened is written down."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import msgspec
from sqlalchemy import Connection, select

from app.domain.branch import Branch, TermOpened
from app.domain.days import ClockJumped, Day
from app.domain.events import PENDING, ZERO, Event, Header, Held, Term, chain, digest, header_bytes
from app.domain.kinds import KINDS, NAMES, payload_bytes
from app.domain.ports import Clock, Entropy, new_id
from app.domain.rights import SYSTEM
from app.errors import Refused
from app.models import log, projections, tables
from app.models.folding import Streams
from app.models.reading import authorise
from app.models.store import Store

__all__ = ("Journal", "Signer", "Unit", "Written", "authorise", "history", "latest_day")

CLOCK_JUMP_MS = 30_000
"""A leg across a jump of the clock of more than 30 s is inaccurate (DESIGN 2, clocks)."""

_open_days = (
    select(tables.days.c.data)
    .where(tables.days.c.opened_position > 0)
    .order_by(tables.days.c.opened_position.desc())
    .limit(1)
)
_day_state = msgspec.msgpack.Decoder(Day).decode


class Signer(Protocol):
    """The device's key."""

    def sign(self, data: bytes) -> bytes:
        """64 bytes of Ed25519."""
        ...

    def public(self) -> str:
        """The public half, 64 hex digits."""
        ...


class Written(msgspec.Struct, frozen=True):
    """What a committed transaction changed: families of streams (`ticket`, `case` …), for the screens."""

    streams: tuple[str, ...]

    @property
    def families(self) -> frozenset[str]:
        """The families alone."""
        return frozenset(stream.partition(":")[0] for stream in self.streams)


def latest_day(connection: Connection) -> Day | None:
    """The service day opened last: the day now, however the clock stands."""
    row = connection.execute(_open_days).first()
    return _day_state(row[0]) if row else None


class _Run:
    """One start of the program: its random name, and how far its own chain has got."""

    def __init__(self, name: bytes) -> None:
        self.epoch = name
        self.seq = 0
        self.prev = ZERO
        self.term: Term | None = None
        self.mark = ""
        """What its tickets bear beside the plain series: drawn when it is first needed, dead with the run."""


class Unit:
    """One user action: everything appended in it stands or falls together."""

    def __init__(self, journal: "Journal", connection: Connection, actor: str, at: int) -> None:
        self.connection = connection
        self.at = at
        self.actor = actor
        self.ordered = journal.ordering
        """Whether this computer orders the log: its events get their place at once, else they are pending."""
        self.streams = Streams(connection)
        self._journal = journal
        self._rows: list[dict[str, Any]] = []
        self._pending: list[dict[str, Any]] = []
        last = log.head(connection)
        self.position = last.position if self.ordered else PENDING + log.next_pending(connection) - 1
        self.log_hash = last.log_hash
        self._last_term = last.term
        self._seq, self._prev, self._term = journal.run.seq, journal.run.prev, journal.run.term
        self._txn: bytes | None = None

    def state(self, stream: str) -> Any:
        """The state of a stream, what this unit appended included; None when there is no such stream."""
        return self.streams.state(stream) if projections.is_stream(stream) else None

    @property
    def branch(self) -> Branch:
        """The branch; raises Refused("not_set_up")."""
        branch = self.state("branch")
        if branch is None:
            raise Refused("not_set_up")
        return branch  # type: ignore[no-any-return]  # states are of the stream's own type

    @property
    def station(self) -> str:
        """The computer that this unit writes on."""
        return self._journal.station

    def new_id(self) -> str:
        """A fresh id for a ticket, a case or an interview."""
        return new_id(self.at, self._journal.entropy)

    def append(self, stream: str, payload: msgspec.Struct, actor: str | None = None) -> Any:
        """Write one event and return the stream's new state; raises Refused when a rule or a right is against it."""
        if self._opens_term(stream, payload):
            self.open_term()
        return self._write(stream, payload, actor or self.actor)

    def _opens_term(self, stream: str, payload: msgspec.Struct) -> bool:
        """The two events that set a branch up stand before its first term."""
        if not self.ordered or self._term is not None or isinstance(payload, TermOpened):
            return False
        return stream != "branch" or self.state("branch") is not None

    def open_term(self) -> Term:
        """The first entry of a run that orders is the opening of its term (DESIGN 2, rule 3): above every term that
        this computer ever heard of (rule 4)."""
        if self._term is not None:
            return self._term
        run = self._journal.run
        number = max(self._last_term.number, self._journal.heard_of(self.connection)) + 1
        self._term = Term(number, run.epoch.hex())
        opening = TermOpened(
            number=number,
            run=self._term.run,
            station=self._journal.station,
            key=self._journal.signer.public(),
        )
        self._write("branch", opening, SYSTEM)
        return self._term

    def _write(self, stream: str, payload: msgspec.Struct, actor: str) -> Any:
        kind = NAMES[type(payload)]
        event = Event(
            new_id(self.at, self._journal.entropy),
            stream,
            kind,
            KINDS[kind].version,
            actor,
            self.at,
            self.position + 1,
            payload,
            self._journal.run.epoch.hex(),
        )
        if self.streams.needs_whole(stream, kind):
            self.settle()
        heads = self.streams.heads(stream)
        new = self.streams.own(event, ordered=self.ordered)
        self._record(event, payload_bytes(payload), heads)
        return new

    def _record(self, event: Event, payload: bytes, after: tuple[bytes, ...]) -> None:
        id_bytes = bytes.fromhex(event.id)
        self._txn = self._txn or id_bytes
        self._seq += 1
        header = Header(
            id=id_bytes,
            station=self._journal.station,
            epoch=self._journal.run.epoch,
            seq=self._seq,
            prev=self._prev,
            txn=self._txn,
            stream=event.stream,
            kind=event.kind,
            version=event.version,
            after=after,
            actor=event.actor,
            at=event.at,
            payload_hash=digest(payload),
        )
        raw = header_bytes(header)
        self._prev = digest(raw)
        self._place(header, Held(raw, payload, self._prev, None))

    def _place(self, header: Header, held: Held) -> None:
        """Give an event its place: in the log where this computer orders it, else beside it."""
        self.position += 1
        if not self.ordered:
            self._pending.append(log.pending_row(self.position - PENDING, header, held))
            return
        term = self._term or Term(0, self._journal.run.epoch.hex())  # before the branch is set up
        self.log_hash = chain(self.log_hash, self.position, term, held.hash)
        self._rows.append(log.event_row(self.position, term, self.log_hash, header, held))

    def accept(self, events: Sequence[tuple[Header, Held]]) -> None:
        """Give events of other computers, whose chains and signatures were checked, their places in the log."""
        self.open_term()
        self.settle()
        first = self.position
        for header, held in events:
            self._place(header, held)
        self._flush()
        placed = enumerate(events, first + 1)
        self.streams.enter_all([(header, held.payload, position) for position, (header, held) in placed])

    def settle(self) -> None:
        """What was appended so far is on file, before the log under it is replaced."""
        self._sign()
        self._flush()

    def place_anew(self) -> None:
        """The log under this unit was replaced: go on at its end, in a term that is still to be opened."""
        last = log.head(self.connection)
        self.log_hash, self._last_term, self._term = last.log_hash, last.term, None
        if self.ordered:
            self.position = last.position
            # What this run wrote in the former log comes behind the opening of the term: another run opens it.
            self._journal.new_run()
            self._seq, self._prev = 0, ZERO

    def _sign(self) -> None:
        """The last own event of a transaction bears the device's signature."""
        rows = self._rows if self.ordered else self._pending
        if rows and rows[-1]["epoch"] == self._journal.run.epoch and rows[-1]["hash"] == self._prev:
            rows[-1]["signature"] = self._journal.signer.sign(self._prev)

    def _flush(self) -> None:
        log.add_events(self.connection, self._rows)
        log.add_pending(self.connection, self._pending)
        self._rows, self._pending = [], []

    def finish(self) -> Written | None:
        """Sign and write the rows; called once, just before the commit. None when nothing was appended."""
        self._sign()
        self._flush()
        touched = self.streams.touched()
        if not touched:
            return None
        self.streams.write()
        return Written(touched)

    def committed(self) -> None:
        """Move the run's own chain on; called only when the transaction is durable."""
        run = self._journal.run
        run.seq, run.prev, run.term = self._seq, self._prev, self._term


class Journal:
    """Appends events; tells listeners, after the commit, what changed."""

    def __init__(self, store: Store, clock: Clock, entropy: Entropy, signer: Signer, station: str) -> None:
        self.store = store
        self.clock = clock
        self.entropy = entropy
        self.signer = signer
        self.station = station
        self.run = _Run(entropy.take(8))
        self.ordering = True
        """Whether this computer is the branch's hub now. A branch of one computer always is its own."""
        self._listeners: list[Callable[[Written], None]] = []
        self.told = 0
        """How often they were: what was read since the last time is as it is now."""
        self._lock = threading.RLock()
        self._current: Unit | None = None
        self._clocks = (clock.now(), clock.monotonic())
        self._jumped = 0
        """Milliseconds the clock was moved by, as far as no committed unit has recorded it."""

    def listen(self, listener: Callable[[Written], None]) -> None:
        """`listener` is called on the writing thread after each commit."""
        self._listeners.append(listener)

    def new_run(self) -> None:
        """This run's own chain ends here: a new name, a new chain, no term (DESIGN 2, rule 2)."""
        self.run = _Run(self.entropy.take(8))

    def heard_of(self, connection: Connection) -> int:
        """The highest number of a term that this computer ever heard of."""
        return int(log.setting(connection, HEARD_OF, "0 ").partition(" ")[0])

    @contextmanager
    def unit(self, actor: str) -> Iterator[Unit]:
        """One user action. On leaving the block it is durable; when the block or the file raises, nothing of it is.

        Within another unit of the same thread it is a part of that one.
        """
        with self._lock:
            if self._current is not None:
                yield self._current
                return
            at, jump = self._time()
            try:
                with self.store.writing() as connection:
                    unit = self._current = Unit(self, connection, actor, at)
                    if jump:
                        self._note_jump(unit, jump)
                    yield unit
                    written = unit.finish()
            except Refused as refused:
                if refused.code in ("disk_error", "disk_full"):
                    # Whether the commit reached the disk is not known: this run's own chain ends here (rule 2).
                    self.new_run()
                raise
            finally:
                self._current = None
            unit.committed()
            self._jumped = 0
        if written:
            self.tell(written)

    def tell(self, written: Written) -> None:
        """Something was written and is durable."""
        self.told += 1
        for listener in self._listeners:
            listener(written)

    def _time(self) -> tuple[int, int]:
        """The time now, and by how many seconds the clock was moved since the last unit (0 when it was not)."""
        wall, steady = self.clock.now(), self.clock.monotonic()
        jump = (wall - self._clocks[0]) - (steady - self._clocks[1])
        self._clocks = (wall, steady)
        if abs(jump) > CLOCK_JUMP_MS:
            self._jumped += jump
        return wall, self._jumped // 1000

    def _note_jump(self, unit: Unit, seconds: int) -> None:
        day = latest_day(unit.connection)
        if day is not None and day.closed_at is None:
            unit.append(f"day:{day.day}", ClockJumped(seconds=seconds), SYSTEM)

    def head(self) -> tuple[int, str]:
        """Count of entries and the log's hash in hex."""
        with self.store.reading() as connection:
            last = log.head(connection)
        return last.position, last.log_hash.hex()


HEARD_OF = "heard_of"


def history(connection: Connection, stream: str) -> Sequence[Any]:
    """Position, header and payload of each event of a stream, oldest first; what is pending here comes last."""
    return [*log.of_stream(connection, stream), *log.pending_of(connection, stream)]
