"""A branch of many computers on one machine: its folders, made by the real joining, and the computers at work."""

import json
import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import msgspec

from app.config import DataFolder
from app.models.audit import verify
from app.services.demo import DEMO_PEOPLE
from app.services.demo.day import DEMO_BRANCH
from app.services.demo.people import SECRETS
from app.services.joining import join
from app.services.network import ADDRESSES
from app.services.office import Office, open_office, system_ports
from app.services.services import Services
from app.services.setup import NewPerson, Setup
from app.services.sign_in import DEMO_SECRETS
from tests.houses import dump
from tests.sync.station import Station, find_nobody
from tests.sync.trouble import TroubleProxy

LOOPBACK = "127.0.0.1"
MORE_OFFICERS = 5
"""Beside the five of the demo branch: ten counters are served."""
PATIENCE = 60.0


def zone_far_from_midnight() -> str:
    """WIB, or WIT in the two hours before midnight in WIB: a day that ends in the midst of it is another test."""
    return "WIT" if 15 <= datetime.now(UTC).hour < 17 else "WIB"


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as found:
        found.bind((LOOPBACK, 0))
        port: int = found.getsockname()[1]
        return port


class Places(msgspec.Struct, frozen=True):
    """The folders of one branch: `hub`, `s1`, `s2` …, each with its key file beside it (the hub's lies inside)."""

    base: Path
    stations: int

    def folder(self, name: str) -> Path:
        """The data folder of a computer."""
        return self.base / name

    def key_file(self, name: str) -> Path:
        """Where its key lies."""
        return self.base / "hub" / "demo.key" if name == "hub" else self.base / f"{name}.key"

    @property
    def names(self) -> tuple[str, ...]:
        """Every computer but the hub."""
        return tuple(f"s{number}" for number in range(1, self.stations + 1))

    def station_of(self, name: str) -> str:
        """By what a computer is known in the log."""
        return DataFolder(self.folder(name)).read_note().station

    def open(self, name: str) -> Office:
        """A computer's office, with nothing that talks."""
        return open_office(DataFolder(self.folder(name)), system_ports(), self.key_file(name))

    def point(self, name: str, *addresses: str) -> None:
        """Tell a computer that is switched off where its hub is."""
        office = self.open(name)
        office.set_setting(ADDRESSES, json.dumps(addresses))
        office.close()


def make_places(base: Path, stations: int) -> Places:
    """A demo branch, and so many computers that joined it by a code each."""
    find_nobody()
    more = tuple(
        NewPerson(
            name=f"Petugas CSO {number}", title="Customer Service Officer", roles=("cso",), secret="527491"
        )
        for number in range(6, 6 + MORE_OFFICERS)
    )
    new = msgspec.structs.replace(DEMO_BRANCH, zone=zone_far_from_midnight(), counters=5 + MORE_OFFICERS)
    Setup(DataFolder(base / "hub"), system_ports()).create(new, (*DEMO_PEOPLE, *more)).close()
    places = Places(base, stations)
    hub = Station(places.folder("hub"), places.key_file("hub"), f"{LOOPBACK}:0")
    try:
        _show_pins(hub.office)
        hub.open_day()
        for number, name in enumerate(places.names, 1):
            _join(places, hub.services, name, f"Loket {number}")
    finally:
        hub.close()
    return places


def _join(places: Places, services: Services, name: str, words: str) -> None:
    head = next(
        each.id for each in services.office.branch().people.values() if "service_supervisor" in each.roles
    )
    invited = services.network.invite(head)
    folder, key_file = DataFolder(places.folder(name)), places.key_file(name)
    office = join(folder, invited.address, invited.code, words, "counter", system_ports(), key_file)
    _show_pins(office)
    office.close()


def _show_pins(office: Office) -> None:
    office.set_setting(DEMO_SECRETS, msgspec.json.encode(SECRETS).decode())


def wait_until(true: Callable[[], bool], seconds: float = PATIENCE, pause: float = 0.01) -> float:
    """Seconds until it became true; raises TimeoutError."""
    begun = time.monotonic()
    while not true():
        if time.monotonic() - begun > seconds:
            raise TimeoutError(f"not within {seconds:.0f} s")
        time.sleep(pause)
    return time.monotonic() - begun


class Branch:
    """The computers of a branch in this process, each with its own folder; a line of its own between each and the
    hub, over real sockets and TLS."""

    def __init__(self, places: Places) -> None:
        find_nobody()
        self.places = places
        self.hub = Station(places.folder("hub"), places.key_file("hub"), f"{LOOPBACK}:0")
        self.hub_port = int(self.hub.services.network.open_port().rpartition(":")[2])
        self.lines = {name: TroubleProxy((LOOPBACK, self.hub_port)) for name in places.names}
        self.stations = {name: self._open(name) for name in places.names}
        wait_until(lambda: self.hub.office.journal.ordering)
        wait_until(self.is_calm)
        self.hub.open_day()

    def _open(self, name: str) -> Station:
        self.places.point(name, f"https://{LOOPBACK}:{self.lines[name].port}")
        return Station(self.places.folder(name), self.places.key_file(name))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with ThreadPoolExecutor(20) as together:  # each waits for its long poll to end
            list(together.map(Station.close, self.stations.values()))
        for line in self.lines.values():
            line.close()
        self.hub.close()

    @property
    def everybody(self) -> Sequence[Station]:
        """The hub and the stations."""
        return (self.hub, *self.stations.values())

    def is_calm(self) -> bool:
        """Whether nothing waits anywhere, every station follows the hub, and every log ends in the same entry."""
        head = self.hub.heads()
        return all(
            each.waiting() == 0 and each.state()["reaches_hub"] and each.heads() == head
            for each in self.stations.values()
        )

    def prove(self) -> None:
        """Every log is the same and proves itself, and every screen shows the same."""
        heads = {each.heads() for each in self.everybody}
        assert len(heads) == 1, heads
        expected = dump(self.hub.office)
        for each in self.everybody:
            checked = verify(each.office.store)
            assert checked.bad_position is None, checked
            assert_same(expected, dump(each.office))


def assert_same(first: dict[str, list[Any]], second: dict[str, list[Any]]) -> None:
    """Two computers show the same; what differs is named by table, not printed whole."""
    for table, rows in first.items():
        one, other = set(rows), set(second[table])
        assert one == other, (table, sorted(one - other)[:2], sorted(other - one)[:2])
