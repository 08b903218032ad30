"""The whole chain on one machine, each link a process of its own: PostgreSQL, head office, hub, stations. Between hub
and head office, and between each station and the hub, lies a line that can be cut."""

import queue
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import msgspec
import requests

from app.credentials import read_key_file
from app.domain.events import Entry, read_header
from app.machine import SystemClock
from app.models import following, log
from app.models.store import Store
from app.server.headoffice.database import Database
from app.server.headoffice.store import HeadOfficeLogs
from app.services.demo.day import DEMO_BRANCH
from tests.soak.branch import LOOPBACK, Places, free_port, make_places, wait_until, zone_far_from_midnight
from tests.soak.postgresql import PostgreSQL, start_postgresql
from tests.soak.processes import ROOT, Died, Program, RemoteStation
from tests.sync.trouble import TroubleProxy

CODE = DEMO_BRANCH.code
WHOLE = 1 << 40


class Service(Program):
    """A server of ours: its JSON lines go to its log file, what it says to people is kept."""

    def heard(self, line: str, lines: "queue.Queue[str | None]") -> None:
        """One line came."""
        if line.startswith("{"):
            with self.log.open("a", encoding="utf-8") as log_file:
                log_file.write(line)
        else:
            lines.put(line)


class HeadOffice:
    """Head office on this machine: key, certificates and database made at run time."""

    def __init__(self, base: Path, database: str) -> None:
        self._base, self.database = base, database
        self._tls, self._key = base / "tls", base / "kantor-pusat.key"
        self.port = free_port()
        self.command("prepare", "--tls", str(self._tls))
        said = self.command("branch", "add", CODE, DEMO_BRANCH.name, zone_far_from_midnight())
        found = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{2}", said)
        assert found is not None, said
        self.code = found.group()
        """Enrols the branch's hub, once, within ten minutes."""
        self.service = Service(
            "head office",
            *("-m", "app.server", "headoffice", *self._options, "--tls", str(self._tls)),
            *("--listen", f"{LOOPBACK}:{self.port}"),
            log=base / "kantor-pusat.log",
        )

    @property
    def _options(self) -> tuple[str, ...]:
        return ("--database", self.database, "--key-file", str(self._key))

    def command(self, *arguments: str) -> str:
        """What an administrator types; gives what is printed."""
        typed = [sys.executable, "-m", "app.server", *arguments, *self._options]
        done = subprocess.run(typed, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Died(f"{arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def answers(self) -> bool:
        """Whether it serves, its database included."""
        try:
            answer = requests.get(
                f"https://{LOOPBACK}:{self.port}/healthz",
                verify=str(self._tls / "otoritas.pem"),
                headers={"Connection": "close"},
                timeout=5,
            )
        except requests.RequestException:
            return False
        return answer.status_code == 200

    @contextmanager
    def _logs(self) -> Iterator[HeadOfficeLogs]:
        database = Database(self.database)
        try:
            yield HeadOfficeLogs(database, SystemClock())
        finally:
            database.close()

    def entries(self) -> list[Entry]:
        """The branch's whole log as it lies there."""
        with self._logs() as logs:
            found: list[Entry] = []
            while more := logs.entries(CODE, len(found), WHOLE):
                found += more
        return found

    def head(self) -> tuple[int, str]:
        """Where it ends."""
        with self._logs() as logs:
            head = logs.head(CODE)
        return head.position, head.log_hash.hex()


class Seen(msgspec.Struct, frozen=True):
    """What one place holds."""

    place: str
    authors: dict[str, int]
    """Computer to the number of its events in the log here."""
    head: tuple[int, str]
    line: int
    """Position of the countersigned line that is known here."""
    waiting: int
    """Events held here that the next place up does not have."""


class Chain:
    """Start with `Chain(base, stations)` in a `with`; everything is stopped when the block is left, whatever died."""

    def __init__(
        self, base: Path, stations: int, places: Places | None = None, *, players: bool = True
    ) -> None:
        self.base = base
        base.mkdir(parents=True, exist_ok=True)
        self._ends = ExitStack()
        try:
            self._start(stations, places, players=players)
        except BaseException:
            self.close()
            raise

    def _start(self, stations: int, places: Places | None, *, players: bool) -> None:
        # Not in `base`: where this is root, PostgreSQL runs as another user, who cannot look into a folder of pytest.
        data = TemporaryDirectory(prefix="loket-pg-", ignore_cleanup_errors=True)
        self.postgresql: PostgreSQL = start_postgresql(Path(self._ends.enter_context(data)) / "data")
        self._ends.callback(self.postgresql.stop)
        self.head_office = HeadOffice(self.base, self.postgresql.url)
        self._ends.callback(self.head_office.service.stop)
        self.places = places or make_places(self.base / "cabang", stations)
        self.hub_port = free_port()
        self.wan = self._line(self.head_office.port)
        self.lan = {name: self._line(self.hub_port) for name in self.places.names}
        wait_until(self.head_office.answers)
        self.hub = self._hub("--head-office", f"https://{LOOPBACK}:{self.wan.port}", self.head_office.code)
        self.hub.expect("hub ")
        self.hub.stop()  # from now on it is started as on any other day
        self.hub = self._hub()
        self.stations: dict[str, RemoteStation] = {}
        for name in self.places.names:
            self.places.point(name, f"https://{LOOPBACK}:{self.lan[name].port}")
            if players:
                self.stations[name] = self._station(name)

    def _line(self, port: int) -> TroubleProxy:
        line = TroubleProxy((LOOPBACK, port))
        self._ends.callback(line.close)
        return line

    def _hub(self, *more: str) -> Service:
        hub = Service(
            "hub",
            *("-m", "app.server", "hub", "--data", str(self.places.folder("hub")), "--quiet"),
            *("--listen", f"{LOOPBACK}:{self.hub_port}", *more),
            log=self.base / "hub.log",
        )
        self._ends.callback(hub.stop)
        return hub

    def _station(self, name: str) -> RemoteStation:
        station = RemoteStation(name, self.places.folder(name), self.places.key_file(name))
        self._ends.callback(station.stop)
        return station

    def ready(self) -> None:
        """Wait until every link speaks to the next one."""
        for each in self.stations.values():
            each.ready()
        self.wait(lambda: all(each.ask("state")["reaches_hub"] for each in self.stations.values()))
        next(iter(self.stations.values())).ask(
            "open_day"
        )  # where the hub doubts its next number, somebody confirms it
        self.wait(self.is_level)

    def close(self) -> None:
        """Stop everything, the last link first."""
        stations = list(getattr(self, "stations", {}).values())
        if stations:
            with ThreadPoolExecutor(len(stations)) as together:
                list(together.map(RemoteStation.stop, stations))
        self._ends.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------------------------------------ looking

    def watch(self) -> None:
        """Raises Died when a program ended by itself."""
        for each in (self.head_office.service, self.hub, *self.stations.values()):
            if not each.runs:
                raise Died(f"{each.name}: {each.last_words()}")
        if not self.postgresql.runs:
            raise Died("PostgreSQL")

    def wait(self, true: Callable[[], bool], seconds: float = 60.0) -> float:
        """Seconds until it became true; raises TimeoutError, or Died when a program ended meanwhile."""

        def watched() -> bool:
            self.watch()
            return true()

        return wait_until(watched, seconds, 0.05)

    @contextmanager
    def _file(self, name: str) -> Iterator[Store]:
        """The file of a computer, read beside its program."""
        store = Store(self.places.folder(name) / "loket.db", read_key_file(self.places.key_file(name)))
        try:
            yield store
        finally:
            store.close()

    def head_of(self, name: str) -> tuple[int, str]:
        """Where a computer's log ends."""
        with self._file(name) as store, store.reading() as connection:
            last = log.head(connection)
        return last.position, last.log_hash.hex()

    def hub_orders(self) -> bool:
        """Whether the hub has opened the term of its run: it answers rounds, and asks nobody any more."""
        station = next(iter(self.stations.values()))
        return bool(station.ask("state")["reaches_hub"])

    def is_in_log(self, name: str, run: str, number: int) -> bool:
        """Whether an event (the run's name in hex, its number) stands in the log of a computer."""
        with self._file(name) as store, store.reading() as connection:
            return number == 0 or log.number_used(connection, bytes.fromhex(run), number)

    def seen_at(self, name: str) -> Seen:
        """What a computer of the branch holds."""
        with self._file(name) as store, store.reading() as connection:
            last = log.head(connection)
            entries = log.entries_after(connection, 0, 1 << 31)
            line = following.line_of(connection)
            waiting = log.pending_count(connection)
        position = line[0] if line else 0
        if name == "hub":
            waiting = last.position - position
        return Seen(name, _by_author(entries), (last.position, last.log_hash.hex()), position, waiting)

    def seen_at_head_office(self) -> Seen:
        """What head office holds."""
        entries = self.head_office.entries()
        last = entries[-1] if entries else None
        head = (last.position, last.log_hash.hex()) if last else (0, "")
        return Seen("head office", _by_author(entries), head, head[0], 0)

    def seen(self) -> list[Seen]:
        """What every place holds, from below."""
        return [*(self.seen_at(name) for name in (*self.places.names, "hub")), self.seen_at_head_office()]

    def is_level(self) -> bool:
        """Whether nothing waits anywhere and every log ends in the same entry, at head office too."""
        if any(each.ask("waiting") for each in self.stations.values()):
            return False
        heads = {self.head_of(name) for name in (*self.places.names, "hub")}
        return len(heads) == 1 and self.head_office.head() in heads


def _by_author(entries: list[Entry]) -> dict[str, int]:
    return dict(Counter(read_header(each.held.header).station for each in entries))


def pause(seconds: float, chain: Chain) -> None:
    """Let time go by; raises Died when a program ended meanwhile."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        chain.watch()
        time.sleep(0.1)
