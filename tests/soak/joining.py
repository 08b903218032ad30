"""A new computer joins beside a log from which it begins by a snapshot, and it or the hub is killed in the middle: after
the steps a person takes then, it is one computer of the branch with the whole log, and nothing is left of the first try."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from app.config import DataFolder
from app.credentials import read_key_file
from app.models.audit import verify
from app.services.office import Office, system_ports
from tests.houses import dump
from tests.soak.branch import LOOPBACK, Places, assert_same, free_port, wait_until
from tests.soak.newcomer import Newcomer, RemoteHub
from tests.soak.processes import RemoteStation

STATIONS = 2
EVENTS = 4_000
"""In the log before the first one joins; the stations write meanwhile."""
STROKES = (
    ("making", "hub"),
    ("opening", "newcomer"),
    ("sending", "newcomer"),
    ("sending", "hub"),
    ("making", "newcomer"),
    ("opening", "hub"),
    ("enrolling", "hub"),
    ("following", "newcomer"),
    ("enrolling", "newcomer"),
    ("following", "hub"),
)
"""In turn: the moment that is aimed at, and who is killed then."""
NEW_CODE = ("enrolment_code_used", "enrolment_code_expired", "enrolment_code_locked")
"""What a code that was read out before is refused by: the person at the hub makes another."""
LASTING = {"enrolling": 0.5, "making": 0.05, "sending": 0.05, "opening": 0.2, "following": 0.05}
"""Seconds of each moment, until a join was measured here."""
TRIES = 5
PATIENCE = 60.0


class Joining(msgspec.Struct, frozen=True):
    """One blow and what came of it."""

    number: int
    victim: str
    aimed: str
    hit: str
    """The moment in which the newcomer was when the blow fell."""
    half: bool
    """Whether a snapshot that was not yet whole lay at the hub then."""
    tries: tuple[str, ...]
    """How each try ended, the struck one first: `killed`, the code of a refusal, `joined`."""
    seconds: float
    """Of the last try."""


def play(
    places: Places,
    kills: int,
    events: int = EVENTS,
    seed: int = 1,
    tell: Callable[[Joining], None] = lambda _: None,
) -> list[Joining]:
    """So many blows, each at a computer of its own; raises AssertionError when anything is missing, or left over."""
    chance = random.Random(f"joining {seed}")
    played = []
    with Scene(places) as scene:
        scene.begin(events)
        for number in range(1, kills + 1):
            aimed, victim = STROKES[(number - 1) % len(STROKES)]
            joining = scene.strike(number, victim, aimed, chance.uniform(0, scene.lasting[aimed]))
            tell(joining)
            played.append(joining)
    return played


class Scene:
    """A hub and some stations at work, each a process of its own, and the computers that join."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self._ends = ExitStack()
        self._address = f"{LOOPBACK}:{free_port()}"
        self.url = f"https://{self._address}"
        self._chance = random.Random("who works")
        self._owed: dict[str, int] = {}
        """Run to its last event that was said to be durable, of computers that are gone or were killed."""
        self.lasting = dict(LASTING)

    def __enter__(self) -> "Scene":
        for name in self.places.names:
            self.places.point(name, self.url)
        try:
            self.hub = RemoteHub("hub", self.places.folder("hub"), self.places.key_file("hub"), self._address)
            self._ends.callback(self.hub.stop)
            self.stations = {name: self._station(name) for name in self.places.names}
        except BaseException:
            self._ends.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def _station(self, name: str) -> RemoteStation:
        station = RemoteStation(name, self.places.folder(name), self.places.key_file(name))
        self._ends.callback(station.stop)
        return station

    # ------------------------------------------------------------------------------------------ the branch

    def begin(self, events: int) -> None:
        """Everybody speaks to the hub, the log is long, and the stations write."""
        for each in (self.hub, *self.stations.values()):
            each.ready()
        self.wait_for_hub()
        self.hub.ask("open_day")
        self.hub.ask("fill", 120, count=events)
        wait_until(self._is_level, PATIENCE, 0.05)
        self._work()

    def wait_for_hub(self) -> None:
        """Until it orders and every station follows it."""
        wait_until(lambda: bool(self.hub.ask("state")["ordering"]), PATIENCE, 0.05)
        wait_until(
            lambda: all(each.ask("state")["reaches_hub"] for each in self.stations.values()), PATIENCE, 0.05
        )

    def _work(self) -> None:
        for seat, station in enumerate(self.stations.values(), 1):
            station.ask("work", seat=seat, seed=self._chance.random())

    def _rest(self) -> None:
        for station in self.stations.values():
            station.ask("rest", 60)
            assert not station.defects, station.defects

    def _owe(self, station: RemoteStation) -> None:
        """What it wrote until now must never be missing."""
        run, last = station.ask("acked")
        self._owed[run] = last

    def _is_level(self, *more: RemoteStation) -> bool:
        everybody = (*self.stations.values(), *more)
        head = self.hub.ask("heads")
        return all(each.ask("waiting") == 0 and each.ask("heads") == head for each in everybody)

    # ------------------------------------------------------------------------------------------ joining

    def newcomer(self, name: str, code: str) -> Newcomer:
        """It begins to join."""
        return Newcomer(self.places.folder(name), self.places.key_file(name), self.url, code, name)

    def strike(self, number: int, victim: str, aimed: str, after: float) -> Joining:
        """Kill the newcomer or the hub so many seconds after a moment began; do what a person does then; prove it."""
        name, code = f"baru-{number}", self.hub.ask("invite")
        self._owe(self.hub)
        joining = self.newcomer(name, code)
        hit, half, ended = self._blow(joining, victim, aimed, after)
        tries, begun = [ended], time.monotonic()
        if DataFolder(self.places.folder(name)).is_set_up():
            tries[0] = "joined"  # a program that starts here takes the folder for a branch: it has to be one
        while tries[-1] != "joined":
            assert len(tries) < TRIES, tries
            if tries[-1] in NEW_CODE:
                code = self.hub.ask("invite")
            begun = time.monotonic()
            joining = self.newcomer(name, code)
            tries.append(joining.outcome())
        seconds = round(time.monotonic() - begun, 2)
        self.lasting |= joining.lasting()
        self._prove(name)
        return Joining(number, victim, aimed, hit, half, tuple(tries), seconds)

    def _blow(self, joining: Newcomer, victim: str, aimed: str, after: float) -> tuple[str, bool, str]:
        """(moment that was hit, whether a half snapshot lay at the hub, how the try ended)."""
        hub = self.places.folder("hub")
        wait_until(lambda: aimed in joining.moments or not joining.runs, PATIENCE, 0.001)
        if aimed == "making":  # it has begun where its file is there
            wait_until(lambda: bool(_unfinished(hub)) or joining.moments[-1] != aimed, PATIENCE, 0.001)
        time.sleep(after)
        if victim == "newcomer":
            half = bool(_unfinished(hub))
            joining.kill()
            return joining.moments[-1], half, "killed"
        self.hub.kill()
        hit, half = joining.moments[-1], bool(_unfinished(hub))
        time.sleep(self._chance.uniform(0, 0.5))
        self.hub.start()
        self.hub.ready()
        ended = joining.outcome()
        self.wait_for_hub()
        self.hub.ask("open_day")  # a hub that has just started doubts its next number: somebody confirms it
        return hit, half, ended

    # ------------------------------------------------------------------------------------------ judging

    def _prove(self, name: str) -> None:
        """The newcomer works with the others; then, with everybody at rest, nothing is missing and nothing left over."""
        newcomer = self._station(name)
        newcomer.ready()
        wait_until(lambda: bool(newcomer.ask("state")["reaches_hub"]), PATIENCE, 0.05)
        ticket = newcomer.ask("issue")["ticket"]
        self._owe(newcomer)
        self._rest()
        wait_until(lambda: self._is_level(newcomer), PATIENCE, 0.05)
        for each in self.stations.values():
            self._owed |= each.acked
        for each in (self.hub, newcomer, *self.stations.values()):
            missing = each.ask("missing", 120, acked=self._owed)
            assert not missing, f"acknowledged and missing at {each.name}: {missing}"
        assert newcomer.ask("label", ticket=ticket) == self.hub.ask("label", ticket=ticket) != ""
        newcomer.stop()
        self._compare(name)
        self._look_for_remains(name)
        self.hub.ask("revoke", computer=self._only_one(name))
        self._work()

    def _only_one(self, name: str) -> str:
        """The computer by which the newcomer is known: one, and the one it takes itself for."""
        known = [computer for computer, given in self.hub.ask("enrolled").items() if given == name]
        assert known == [self.places.station_of(name)], known
        return known[0]

    @contextmanager
    def _file(self, name: str) -> Iterator[Office]:
        """A computer's file, read beside its program."""
        folder = DataFolder(self.places.folder(name))
        office = Office(folder, folder.read_note(), read_key_file(self.places.key_file(name)), system_ports())
        try:
            yield office
        finally:
            office.close()

    def _compare(self, name: str) -> None:
        with self._file("hub") as hub, self._file(name) as office:
            assert office.journal.head() == hub.journal.head()
            assert office.store.check_pages() == ()
            for each in (hub, office):
                checked = verify(each.store)
                assert checked.bad_position is None, checked
            assert_same(dump(hub), dump(office))

    def _look_for_remains(self, name: str) -> None:
        """Of the tries that failed nothing lies about, at the newcomer or at the hub."""
        hub, folder = self.places.folder("hub"), self.places.folder(name)
        assert _unfinished(hub) + _unfinished(folder) == []
        assert len(_inside(hub / "snapshots")) <= 1, "the hub keeps what it does not hand out any more"
        assert _inside(folder / "snapshots") == [], "the snapshot it began from is still there"
        assert _inside(folder / "backups") == [], "a try that failed was put aside as if it were a branch"
        expected = {"loket.db", "loket.db-wal", "loket.db-shm", "key.json", "trust.json", "loket.lock"}
        expected |= {"machine.json"}  # who this computer is, whatever becomes of a try
        strange = {each.name for each in folder.iterdir() if each.is_file()} - expected
        assert not strange, strange


def _inside(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []


def _unfinished(folder: Path) -> list[str]:
    """What is written beside a file before it takes its place."""
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*.baru"))
