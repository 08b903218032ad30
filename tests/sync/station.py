"""A station without a window. Run as `python -m tests.sync.station FOLDER KEYFILE`: one command a line as JSON on
standard input, one answer a line on standard output; a thread may work by itself beside, and says what is durable.

Commands are `{"do": NAME, ...}` with the keywords of the method of `Station` that is called NAME; answers are
`{"done": ...}` or `{"refused": CODE}`. What the worker finished comes as `{"ack": [epoch, seq], "ticket": [id, label]}`.
"""

import json
import random
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from app.config import DataFolder
from app.errors import Refused
from app.models import log, tables
from app.models.journal import Written
from app.services.network import ADDRESSES, Serves
from app.services.office import Office, open_office, system_ports
from app.services.services import Services
from app.sync import status

SERVICE, OUTCOME = "info", "info_given"
"""Without a quota: a day of ten thousand tickets is no day of a branch."""


def _serving(office: Office, listen: str) -> Serves | None:
    if not listen:
        return None
    from app.server.hub_in_program import Serving

    host, _, port = listen.rpartition(":")
    return Serving(office, host, int(port), announce=False)


def find_nobody() -> None:
    """No zeroconf: a station finds its hub at the addresses it is given, and no branch of another test."""
    from app.sync import finding

    finding.try_finder = lambda: None


class Station:
    """One computer of a branch at work: its office, its services, its network."""

    def __init__(self, folder: Path, key_file: Path | None = None, listen: str = "") -> None:
        """`listen`: HOST:PORT where others call this computer when it is the hub."""
        self.office = open_office(DataFolder(folder), system_ports(), key_file)
        self.services = Services(self.office)
        people = self.office.branch().people.values()
        self.officers = tuple(each.id for each in people if "cso" in each.roles)
        self.clerk = next(each.id for each in people if "security_desk" in each.roles)
        self.head = next(each.id for each in people if "service_supervisor" in each.roles)
        self.seen: dict[str, list[float]] = {}
        """Stream to the moments (of the system's steady clock) at which a change of it was on this computer's screens."""
        self.office.journal.listen(self._see)
        self.services.network.start(_serving(self.office, listen))

    def close(self) -> None:
        """Stop talking and close the file."""
        self.services.close()

    def _see(self, written: Written) -> None:
        now = time.monotonic()
        for stream in written.streams:
            self.seen.setdefault(stream, []).append(now)

    # ------------------------------------------------------------------------------------------ work

    def open_day(self) -> str:
        """Begin the day, where it has not begun."""
        with suppress(Refused):
            self.services.desk.open_day(self.clerk, {})
        return self.board()

    def board(self) -> str:
        """The day that numbers are given for; empty while they are not."""
        return self.services.desk.board().day

    def issue(self, service: str = SERVICE) -> dict[str, Any]:
        """Give a number."""
        ticket = self.services.desk.issue(self.clerk, service)
        return {"ticket": ticket.id, "label": ticket.label}

    def label(self, ticket: str) -> str:
        """What is printed on a ticket that this computer knows; empty for one that it does not."""
        found = self.services.desk.ticket(ticket)
        return found.label if found else ""

    def sit(self, seat: int) -> int:
        """The officer of this seat (1, 2 ...) sits down at the counter of that number."""
        self.services.counters.open(self.officers[seat - 1], seat)
        return seat

    def call(self, seat: int) -> dict[str, Any]:
        """The next one, please."""
        ticket = self.services.counters.call_next(self.officers[seat - 1], seat)
        return {"ticket": ticket.id, "label": ticket.label}

    def current(self, seat: int) -> str:
        """The ticket that stands at the counter; empty when there is none."""
        board = self.services.counters.board(self.officers[seat - 1], seat)
        return board.current.id if board.current else ""

    def confirm(self, seat: int, ticket: str) -> str:
        """The person stands here."""
        return self.services.counters.confirm(self.officers[seat - 1], ticket).state

    def finish(self, seat: int, ticket: str) -> str:
        """Served."""
        return self.services.counters.finish(self.officers[seat - 1], ticket, OUTCOME).state

    def case(self, seat: int, ticket: str) -> str:
        """The file of a visit."""
        return self.services.cases.open_for(self.officers[seat - 1], ticket).id

    def note(self, seat: int, case: str, text: str, field: str = "note") -> str:
        """Something written into a file."""
        return self.services.cases.note(self.officers[seat - 1], case, field, text).fields[field]

    def mark(self, seat: int, case: str, result: str = "fits") -> str:
        """A document ticked."""
        document = next(iter(self.office.rules().documents)).code
        self.services.cases.mark(self.officers[seat - 1], case, document, result, original_shown=True)
        return document

    # ------------------------------------------------------------------------------------------ the network

    def addresses(self, of: Sequence[str]) -> int:
        """Where the hub may be."""
        self.office.set_setting(ADDRESSES, json.dumps(list(of)))
        self.services.network.engine.wake()
        return len(of)

    def take_over(self) -> str:
        """This computer is the hub now."""
        self.services.network.take_over(self.head)
        return self.services.network.open_port()

    def state(self) -> dict[str, Any]:
        """How this computer stands to the others."""
        link = self.services.network.state()
        with self.office.store.reading() as connection:
            role = log.setting(connection, "role", "hub")
        return {
            "role": link.role,
            "ordering": self.office.journal.ordering,
            "kept_role": role,
            "cut": link.cut,
            "waiting": link.waiting,
            "starting": link.starting,
            "defect": link.defect,
            "reaches_hub": self.services.network.engine.status.is_good(status.HUB),
        }

    def waiting(self) -> int:
        """Events that are on this computer alone, and decisions of the hub that it still has to be told to take back."""
        engine = self.services.network.engine
        return engine.waiting() + engine.abandoned.count()

    def heads(self) -> tuple[int, str]:
        """Where the log ends: count of entries and hash."""
        return self.office.journal.head()

    def authors(self) -> dict[str, int]:
        """Events in the log by the computer that wrote them."""
        return events_by_author(self)

    def sightings(self, stream: str) -> list[float]:
        """When this stream changed here."""
        return self.seen.get(stream, [])

    # ------------------------------------------------------------------------------------------ for the workers

    def acked(self) -> tuple[str, int]:
        """The run of this program and its last event that is durable: everything up to it must never be missing."""
        run = self.office.journal.run
        return run.epoch.hex(), run.seq

    def missing(self, acked: dict[str, int]) -> list[tuple[str, int]]:
        """Which of these events (run to its last number) are neither in the log here, nor pending, nor set aside."""
        found = []
        with self.office.store.reading() as connection:
            for run, last in acked.items():
                here = numbers_of(connection, bytes.fromhex(run))
                found += [(run, number) for number in range(1, last + 1) if number not in here]
        return found


def events_by_author(station: Station) -> dict[str, int]:
    """Events in a station's log by the computer that wrote them."""
    from collections import Counter

    from app.domain.events import read_header

    with station.office.store.reading() as connection:
        rows = connection.execute(select(tables.events.c.header))
        return dict(Counter(read_header(bytes(row[0])).station for row in rows))


def numbers_of(connection: Connection, run: bytes) -> set[int]:
    """Numbers of a run's events that a computer holds, wherever."""
    from app.domain.events import read_header

    found = set()
    for table in (tables.events, tables.pending):
        found |= {row[0] for row in connection.execute(select(table.c.seq).where(table.c.epoch == run))}
    for row in connection.execute(select(tables.aside.c.header)):
        header = read_header(bytes(row[0]))
        found |= {header.seq} if header.epoch == run else set()
    return found


class Worker(threading.Thread):
    """Somebody at one station who never stops: gives numbers, calls, confirms, writes, finishes."""

    def __init__(
        self, station: Station, seat: int, seed: object, tell: Callable[[dict[str, Any]], None]
    ) -> None:
        super().__init__(name=f"works {seat}", daemon=True)
        self._station, self._seat = station, seat
        self._random = random.Random(f"worker {seed}")
        self._tell = tell
        self._words = 0
        self._rest = threading.Event()
        self.defects: list[BaseException] = []

    def rest(self) -> None:
        """Finish the step in hand and stop."""
        self._rest.set()
        self.join(60)

    def run(self) -> None:
        """Work until told to rest."""
        while not self._rest.is_set():
            try:
                self.step()
            except Refused:
                self._rest.wait(
                    0.05
                )  # a queue that is empty, a counter that is somebody's: the next step may do
            except BaseException as defect:
                self.defects.append(defect)
                self._tell({"defect": repr(defect)})
                raise

    def _say(self, ticket: Sequence[str] = ()) -> None:
        told: dict[str, Any] = {"ack": self._station.acked()}
        if ticket:
            told["ticket"] = list(ticket)
        self._tell(told)

    def step(self) -> None:
        """A ticket from the paper to its end, with a file; left where it is when it is time to rest."""
        station, seat = self._station, self._seat
        given = station.issue()
        self._say((given["ticket"], given["label"]))
        if self._rest.is_set():
            return
        ticket = self._ticket()
        case = station.case(seat, ticket)
        for _ in range(self._random.randrange(3)):
            self._words += 1
            station.note(seat, case, f"kata {self._words} " + "x" * self._random.randrange(200))
            self._say()
        if not self._rest.is_set():
            station.finish(seat, ticket)
            self._say()

    def _ticket(self) -> str:
        """Who stands at the counter: called now, or left there when the program was ended."""
        station, seat = self._station, self._seat
        station.sit(seat)
        board = station.services.counters.board(station.officers[seat - 1], seat)
        ticket = station.call(seat)["ticket"] if board.current is None else board.current.id
        if board.current is None or board.current.state == "called":
            station.confirm(seat, ticket)
            self._say()
        return str(ticket)


# ---------------------------------------------------------------------------------------------- the process


class Program:
    """Commands in, answers out."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._lock = threading.Lock()
        self._worker: Worker | None = None

    def say(self, told: dict[str, Any]) -> None:
        """One line, whole."""
        with self._lock:
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()

    def serve(self) -> None:
        """Until standard input ends: then whoever started this has gone."""
        self.say({"done": "ready"})
        for line in sys.stdin:
            given = json.loads(line)
            name = given.pop("do")
            if name == "end":
                break
            try:
                self.say({"done": self._do(name, given)})
            except Refused as refused:
                self.say({"refused": refused.code})
        self.rest()

    def _do(self, name: str, given: dict[str, Any]) -> Any:
        if name == "work":
            self._worker = Worker(self._station, given["seat"], given["seed"], self.say)
            self._worker.start()
            return None
        if name == "rest":
            return self.rest()
        return getattr(self._station, name)(**given)

    def rest(self) -> None:
        """No more work by itself."""
        if self._worker is not None:
            self._worker.rest()
            self._worker = None


def main(arguments: Sequence[str]) -> None:
    """Open the folder and serve; a third argument HOST:PORT is where others call this computer when it is the hub."""
    find_nobody()
    folder, key_file, listen = (*arguments, "", "")[:3]
    station = Station(Path(folder), Path(key_file) if key_file else None, listen)
    try:
        Program(station).serve()
    finally:
        station.close()


if __name__ == "__main__":
    main(sys.argv[1:])
