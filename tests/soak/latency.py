"""How long until what happens at one computer is on every other: hub and ten stations, each a process of its own."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import msgspec

from tests.soak.branch import LOOPBACK, Places, free_port, wait_until
from tests.soak.processes import RemoteStation

SEEN_WITHIN = 30.0


class Latency(msgspec.Struct, frozen=True):
    """Milliseconds from the key being pressed to the change on a screen, of all other computers together."""

    what: str
    count: int
    median: float
    p95: float
    worst: float


def summed(what: str, seconds: list[float]) -> Latency:
    """The figures of one kind."""
    ordered = sorted(each * 1000 for each in seconds)
    at = [round(ordered[int(share * (len(ordered) - 1))], 1) for share in (0.5, 0.95, 1)]
    return Latency(what, len(ordered), *at)


class Observed:
    """Hub and stations as processes, and a watch."""

    def __init__(self, places: Places) -> None:
        port = free_port()
        for name in places.names:
            places.point(name, f"https://{LOOPBACK}:{port}")
        self.hub = self._program(places, "hub", f"{LOOPBACK}:{port}")
        self.stations = [self._program(places, name) for name in places.names]
        self._together = ThreadPoolExecutor(len(self.everybody))

    @staticmethod
    def _program(places: Places, name: str, listen: str = "") -> RemoteStation:
        return RemoteStation(name, places.folder(name), places.key_file(name), listen)

    @property
    def everybody(self) -> list[RemoteStation]:
        """The hub and the stations."""
        return [self.hub, *self.stations]

    def begin(self) -> None:
        """Wait until every station follows, and let everybody sit down."""
        for each in self.everybody:
            each.ready()
        wait_until(lambda: self.hub.ask("state")["ordering"])
        wait_until(lambda: all(each.ask("state")["reaches_hub"] for each in self.stations))
        wait_until(lambda: self.hub.ask("open_day") != "")
        for seat, each in enumerate(self.stations, 1):
            wait_until(lambda each=each: each.ask("waiting") == 0)
            each.ask("sit", seat=seat)
        self._level()

    def _level(self) -> None:
        wait_until(lambda: len({tuple(each.ask("heads")) for each in self.everybody}) == 1)

    def end(self) -> None:
        """Close them all."""
        self._together.shutdown()
        with ThreadPoolExecutor(len(self.everybody)) as together:
            list(together.map(RemoteStation.stop, self.everybody))

    def watched(self, by: RemoteStation, stream: str, act: Callable[[], str]) -> list[float]:
        """Seconds from pressing the key until each other computer showed it. `stream` may be empty: the act names it."""
        self._level()
        others = [each for each in self.everybody if each is not by]
        pressed = time.monotonic()
        stream = act() or stream
        return list(self._together.map(lambda other: self._sighted(other, stream, pressed) - pressed, others))

    def _sighted(self, other: RemoteStation, stream: str, since: float) -> float:
        found: list[float] = []

        def is_there() -> bool:
            found[:] = [each for each in other.ask("sightings", stream=stream) if each > since]
            return bool(found)

        wait_until(is_there, SEEN_WITHIN)
        return found[0]


def measure(places: Places, rounds: int, seed: int = 1) -> list[Latency]:
    """So many tickets, calls and marks, each by a drawn station; gives the figures of each kind and of all."""
    observed = Observed(places)
    try:
        observed.begin()
        return _measure(observed, rounds, random.Random(f"latency {seed}"))
    finally:
        observed.end()


def _measure(observed: Observed, rounds: int, chance: random.Random) -> list[Latency]:
    found: dict[str, list[float]] = {"ticket": [], "call": [], "mark": []}
    for _ in range(rounds):
        desk, seat = chance.choice(observed.everybody), chance.randrange(len(observed.stations)) + 1
        officer = observed.stations[seat - 1]

        def issue(desk: RemoteStation = desk) -> str:
            return f"ticket:{desk.ask('issue')['ticket']}"

        found["ticket"] += observed.watched(desk, "", issue)
        found["call"] += observed.watched(
            officer,
            "",
            lambda officer=officer, seat=seat: f"ticket:{officer.ask('call', seat=seat)['ticket']}",
        )
        ticket = _served(officer, seat)
        case = officer.ask("case", seat=seat, ticket=ticket)
        wait_until(lambda officer=officer: officer.ask("waiting") == 0)
        found["mark"] += observed.watched(
            officer,
            f"case:{case}",
            lambda officer=officer, seat=seat, case=case: _marked(officer, seat, case),
        )
        officer.ask("finish", seat=seat, ticket=ticket)
    figures = [summed(what, seconds) for what, seconds in found.items()]
    return [*figures, summed("all", [each for seconds in found.values() for each in seconds])]


def _served(officer: RemoteStation, seat: int) -> str:
    ticket: str = officer.ask("current", seat=seat)
    officer.ask("confirm", seat=seat, ticket=ticket)
    return ticket


def _marked(officer: RemoteStation, seat: int, case: str) -> str:
    officer.ask("mark", seat=seat, case=case)
    return f"case:{case}"
