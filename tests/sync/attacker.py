"""A branch with a hub and one enrolled computer that does what it likes: its events and messages, byte by byte."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.credentials import DeviceKey
from app.domain.branch import StationEnrolled
from app.domain.events import ZERO, Header, Held, Term, digest, header_bytes, read_header
from app.models import log, tables
from app.models.audit import rebuild
from app.models.verifying import verify
from app.services.network_views import BRANCH_MATTERS
from app.services.services import Services
from app.sync.messages import Act, Answer, Hello, Round, read_answer, read_round, write
from app.sync.wire import pack_events
from tests.houses import EIGHT_O_CLOCK, House, dump, make_branch

STATION = "S2"


class Run:
    """One run of a computer: any header, well chained; any key signs it."""

    def __init__(self, station: str, name: object, key: DeviceKey) -> None:
        self.station, self.key = station, key
        self.epoch = hashlib.sha256(f"{station} {name}".encode()).digest()[:8]
        self.seq, self.prev = 0, ZERO

    def event(self, stream: str, kind: str, payload: bytes = b"{}", actor: str = "", **header: Any) -> Held:
        """The next event; `header` overrides its parts."""
        self.seq += 1
        at = header.get("at", EIGHT_O_CLOCK)
        random = hashlib.sha256(self.epoch + self.seq.to_bytes(8, "big")).digest()[:10]
        identity = header.get("id", (at & ((1 << 48) - 1)).to_bytes(6, "big") + random)
        parts: dict[str, Any] = {
            "id": identity,
            "station": self.station,
            "epoch": self.epoch,
            "seq": self.seq,
            "prev": self.prev,
            "txn": identity,
            "stream": stream,
            "kind": kind,
            "version": 1,
            "after": (),
            "actor": actor,
            "at": at,
            "payload_hash": digest(payload),
            **header,
        }
        raw = header_bytes(Header(**parts))
        self.prev = digest(raw)
        return Held(raw, payload, self.prev, self.key.sign(self.prev))


class Hub:
    """The branch's hub over a real file, and what came of an attack."""

    def __init__(self, path: Path) -> None:
        self.house: House = make_branch(path)
        self.services = Services(self.house.office)
        self.node = self.services.network.node
        self.key = DeviceKey(b"x" * 32, STATION, "f" * 32)
        self.runs = 0
        self.enrol(STATION, 2, self.key)

    def enrol(self, station: str, number: int, key: DeviceKey, *, full: bool = True) -> None:
        """A computer belongs to the branch."""
        with self.house.office.unit(self.house["service_supervisor"]) as unit:
            unit.append(
                "branch",
                StationEnrolled(
                    station=station,
                    number=number,
                    name=f"PC {number}",
                    key=key.public(),
                    fingerprint="f" * 32,
                    full=full,
                ),
            )

    def run(self, name: object = None, station: str = STATION, key: DeviceKey | None = None) -> Run:
        """A run of the enrolled computer."""
        self.runs += 1
        return Run(station, name or self.runs, key or self.key)

    def hello(self, station: str = STATION, **other: Any) -> Hello:
        """What an honest computer that has everything would say."""
        with self.house.office.store.reading() as connection:
            head = log.head(connection)
        parts: dict[str, Any] = {
            "station": station,
            "run": "",
            "term": head.term,
            "opener": "",
            "position": head.position,
            "log_hash": head.log_hash,
            "heard": head.term,
            "now": self.house.clock.now(),
            **other,
        }
        return Hello(**parts)

    def question(self, **parts: Any) -> Round:
        """A round of the enrolled computer."""
        return Round(**{"hello": self.hello(), **parts})

    def answer(self, data: bytes, station: str = STATION) -> Answer:
        """The hub's answer to these bytes, having travelled."""
        return read_answer(write(self.node.answer(read_round(data), station)))

    def ask(self, question: Round, station: str = STATION) -> Answer:
        """The hub's answer to a question that travelled."""
        return self.answer(write(question), station)

    def offer(self, *events: Held, station: str = STATION, **parts: Any) -> Answer:
        """Offer events as they are."""
        block, count = pack_events(events)
        assert count == len(events)
        return self.ask(self.question(**{"offers": block, "hello": self.hello(station), **parts}), station)

    def act(self, name: str, who: str, arguments: bytes, identity: str = "") -> Answer:
        """Ask for something that only the hub may decide."""
        self.runs += 1
        return self.ask(self.question(act=Act(identity or f"{self.runs:032x}", name, who, arguments)))

    # ------------------------------------------------------------------------------------------ looking

    def in_log(self, event: Held) -> bool:
        """Whether the event has a place."""
        with self.house.office.store.reading() as connection:
            return bool(log.known(connection, [read_header(event.header).id]))

    def quarantine(self, event: Held) -> str | None:
        """Why the event stands in the log and does nothing; None where it does something."""
        query = (
            select(tables.quarantine.c.code)
            .join(tables.events, tables.events.c.position == tables.quarantine.c.position)
            .where(tables.events.c.id == read_header(event.header).id)
        )
        with self.house.office.store.reading() as connection:
            return connection.execute(query).scalar()

    def aside(self) -> dict[bytes, str]:
        """Hash of each event that was set aside for good, and why."""
        query = select(tables.aside.c.hash, tables.aside.c.code)
        with self.house.office.store.reading() as connection:
            return {bytes(row[0]): row[1] for row in connection.execute(query)}

    def notices(self) -> list[str]:
        """Kinds of what each of those who look after the branch is told; the same for all of them."""
        people = [self.house.people[role] for role in BRANCH_MATTERS]
        for _ in range(10):  # one may be written between two readings
            told = [[each.kind for each in self.services.network.notices(person)] for person in people]
            if all(each == told[0] for each in told):
                return told[0]
        raise AssertionError(told)

    def position(self) -> int:
        """Entries of the log."""
        return self.house.office.journal.head()[0]

    def check_log(self) -> None:
        """The log proves, and its rows are those of a rebuild."""
        office = self.house.office
        found = verify(office.store)
        assert found.bad_position is None, found
        before = dump(office)
        rebuild(office.store)
        assert dump(office) == before

    def check(self) -> None:
        """The same, and the work goes on: somebody prints a ticket, the computer offers something honest."""
        self.check_log()
        office = self.house.office
        if office.latest_day() is None:
            self.house.open_day()
        self.house.desk.issue(self.house["security_desk"], "info")
        honest = self.run().event("ticket:none", "ticket.printed", b'{"how":"screen"}', self.house["cso"])
        assert self.offer(honest).orders
        assert self.in_log(honest)


def chained(run: Run, events: Sequence[tuple[str, str, bytes, str]]) -> list[Held]:
    """Events (stream, kind, payload, actor) of one run."""
    return [run.event(*each) for each in events]


NO_TERM = Term(0, "")
