"""The branch log on this computer: the one place where anything that happened is written down."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import msgspec
from sqlalchemy import Connection, bindparam, select

from app.domain.branch import Branch, TermOpened
from app.domain.calendar import day_of
from app.domain.days import ClockJumped, Day
from app.domain.events import ZERO, Event, Header, Term, chain, digest, header_bytes
from app.domain.kinds import KINDS, NAMES, payload_bytes
from app.domain.ports import Clock, Entropy, new_id
from app.domain.rights import SYSTEM, allows
from app.errors import Refused
from app.models import projections, tables
from app.models.store import Store

CLOCK_JUMP_MS = 30_000
"""A leg across a jump of the clock of more than 30 s is inaccurate (DESIGN 2, clocks)."""

_last_entry = (
    select(tables.events.c.position, tables.events.c.log_hash, tables.events.c.term_number)
    .order_by(tables.events.c.position.desc())
    .limit(1)
)
_add_events = tables.events.insert()
_open_days = select(tables.days.c.data).order_by(tables.days.c.opened_position.desc()).limit(1)
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


def authorise(branch: Branch | None, event: Event) -> None:
    """Raises Refused("no_right") when the actor may not write this kind; the same in services and rebuild."""
    action = KINDS[event.kind].action
    if action is None:
        return
    if branch is None or (event.kind == "branch.person_set" and not branch.people):
        return  # the wizard sets the first supervisor
    day = day_of(event.at, branch.zone)
    if not allows(branch.roles_at(event.actor, event.position, day), action):
        raise Refused("no_right", action=action)


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


class Unit:
    """One user action: everything appended in it stands or falls together."""

    def __init__(self, journal: "Journal", connection: Connection, actor: str, at: int) -> None:
        self.connection = connection
        self.at = at
        self.actor = actor
        self._journal = journal
        self._states: dict[str, tuple[Any, Any, bytes]] = {}
        """stream to (state on file, state now, id of the last event)"""
        self._touched: dict[str, int] = {}
        """stream to the position of its last event of this unit"""
        self._rows: list[dict[str, Any]] = []
        last = connection.execute(_last_entry).first()
        self.position: int = last[0] if last else 0
        self.log_hash: bytes = last[1] if last else ZERO
        self._term_number: int = last[2] if last else 0
        self._seq, self._prev, self._term = journal.run.seq, journal.run.prev, journal.run.term
        self._txn: bytes | None = None

    def state(self, stream: str) -> Any:
        """The state of a stream, what this unit appended included; None when there is no such stream."""
        if stream not in self._states:
            found = projections.load(self.connection, stream)
            self._states[stream] = (found[0], found[0], found[1]) if found else (None, None, b"")
        return self._states[stream][1]

    @property
    def branch(self) -> Branch:
        """The branch; raises Refused("not_set_up")."""
        branch = self.state("branch")
        if branch is None:
            raise Refused("not_set_up")
        return branch  # type: ignore[no-any-return]  # states are of the stream's own type

    def new_id(self) -> str:
        """A fresh id for a ticket, a case or an interview."""
        return new_id(self.at, self._journal.entropy)

    def append(self, stream: str, payload: msgspec.Struct, actor: str | None = None) -> Any:
        """Write one event and return the stream's new state; raises Refused when a rule or a right is against it."""
        if (self._term is None and stream != "branch") or (
            self._term is None and self.state("branch") is not None and not isinstance(payload, TermOpened)
        ):
            self._open_term()
        return self._write(stream, payload, actor or self.actor)

    def _open_term(self) -> None:
        """The first entry of a run is the opening of its term (DESIGN 2, rule 3)."""
        run = self._journal.run
        branch = self.branch
        self._term = Term(self._term_number + 1, run.epoch.hex())
        opening = TermOpened(
            number=self._term.number,
            run=self._term.run,
            station=branch.station,
            key=self._journal.signer.public(),
        )
        self._write("branch", opening, SYSTEM)

    def _write(self, stream: str, payload: msgspec.Struct, actor: str) -> Any:
        family, _ = projections.split(stream)
        kind = NAMES[type(payload)]
        old = self.state(stream)
        on_file, _, head = self._states[stream]
        event = Event(
            new_id(self.at, self._journal.entropy),
            stream,
            kind,
            KINDS[kind].version,
            actor,
            self.at,
            self.position + 1,
            payload,
        )
        authorise(self.state("branch"), event)
        new = projections.STREAMS[family].fold(old, event)
        self._record(event, payload_bytes(payload), (head,) if head else ())
        self._states[stream] = (on_file, new, bytes.fromhex(event.id))
        self._touched[stream] = event.position
        return new

    def _record(self, event: Event, payload: bytes, after: tuple[bytes, ...]) -> None:
        id_bytes = bytes.fromhex(event.id)
        self._txn = self._txn or id_bytes
        self._seq += 1
        self.position += 1
        header = header_bytes(
            Header(
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
        )
        self._prev = digest(header)
        term = self._term or Term(0, self._journal.run.epoch.hex())  # before the branch is set up
        self.log_hash = chain(self.log_hash, self.position, term, self._prev)
        self._rows.append(
            {
                "position": self.position,
                "id": id_bytes,
                "stream": event.stream,
                "epoch": self._journal.run.epoch,
                "seq": self._seq,
                "header": header,
                "payload": payload,
                "hash": self._prev,
                "signature": None,
                "term_number": term.number,
                "term_run": term.run,
                "log_hash": self.log_hash,
            }
        )

    def finish(self) -> Written | None:
        """Sign and write the rows; called once, just before the commit. None when nothing was appended."""
        if not self._rows:
            return None
        self._rows[-1]["signature"] = self._journal.signer.sign(self._prev)
        self.connection.execute(_add_events, self._rows)
        for stream, position in self._touched.items():
            family, key = projections.split(stream)
            old, new, head = self._states[stream]
            for statement, values in projections.STREAMS[family].changes(key, old, new, head, position):
                self.connection.execute(statement, values)
        return Written(tuple(self._touched))

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
        self._listeners: list[Callable[[Written], None]] = []
        self._lock = threading.RLock()
        self._clocks = (clock.now(), clock.monotonic())
        self._jumped = 0
        """Milliseconds the clock was moved by, as far as no committed unit has recorded it."""

    def listen(self, listener: Callable[[Written], None]) -> None:
        """`listener` is called on the writing thread after each commit."""
        self._listeners.append(listener)

    @contextmanager
    def unit(self, actor: str) -> Iterator[Unit]:
        """One user action. On leaving the block it is durable; when the block or the file raises, nothing of it is."""
        with self._lock:
            at, jump = self._time()
            try:
                with self.store.writing() as connection:
                    unit = Unit(self, connection, actor, at)
                    if jump:
                        self._note_jump(unit, jump)
                    yield unit
                    written = unit.finish()
            except Refused as refused:
                if refused.code in ("disk_error", "disk_full"):
                    # Whether the commit reached the disk is not known: this run's own chain ends here (rule 2).
                    self.run = _Run(self.entropy.take(8))
                raise
            unit.committed()
            self._jumped = 0
        if written:
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
            last = connection.execute(_last_entry).first()
        return (last[0], last[1].hex()) if last else (0, ZERO.hex())


_history = (
    select(tables.events.c.position, tables.events.c.header, tables.events.c.payload)
    .where(tables.events.c.stream == bindparam("stream"))
    .order_by(tables.events.c.position)
)


def history(connection: Connection, stream: str) -> Sequence[Any]:
    """Position, header and payload of each event of a stream, oldest first."""
    return connection.execute(_history, {"stream": stream}).all()
