"""The typed address of the hub, against real computers on the loopback: of this branch, of another one, and no hub."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.config import DataFolder
from app.server.hub_in_program import Serving
from app.services.joining import join
from app.services.network_pointing import Pointed, full_address
from app.services.network_ways import ADDRESSES
from app.services.office import Ports
from app.services.services import Services
from app.sync import finding, status
from tests.houses import CountingEntropy, FakeClock, FakeMachine, House, last_morning, make_branch, refused


class Branches:
    """A hub and its station, which does not talk by itself, and the hub of another branch."""

    def __init__(self, base: Path, stack: ExitStack) -> None:
        self._stack = stack
        self.house, self.hub, self.address = self._hub(base / "a")
        self.boss = self.house["service_supervisor"]
        invited = self.hub.network.invite(self.boss)
        ports = Ports(self.house.clock, CountingEntropy("station"), FakeMachine("b" * 32))
        office = join(
            DataFolder(base / "station"), invited.address, invited.code, "Loket 2", "counter", ports
        )
        office.set_setting(ADDRESSES, "[]")
        self.station = Services(office)
        stack.callback(self.station.close)
        self.station.network.node.start()
        self.other = self._hub(base / "b")[2]

    def _hub(self, base: Path) -> tuple[House, Services, str]:
        house = make_branch(base)
        house.clock = FakeClock(last_morning())
        house.reopen()
        services = Services(house.office)
        self._stack.callback(services.close)
        services.network.start(Serving(house.office, "127.0.0.1", 0, announce=False))
        return house, services, services.network.open_port()

    def point(self, address: str) -> Pointed:
        return self.station.network.point_to(self.boss, address)

    def kept(self) -> list[str]:
        return self.station.network.ways.addresses()


@pytest.fixture
def branches(tmp_path: Path, monkeypatch) -> Iterator[Branches]:
    monkeypatch.setattr(finding, "try_finder", lambda: None)
    with ExitStack() as stack:
        yield Branches(tmp_path, stack)


@pytest.mark.enable_socket
def test_the_hub_that_answers_is_followed_at_once(branches: Branches) -> None:
    branches.house.open_day()
    pointed = branches.point(branches.address.removeprefix("https://"))
    assert pointed.answered
    assert pointed.address == branches.address
    assert branches.station.network.state().cut == ()
    assert branches.kept() == [branches.address]
    assert branches.station.desk.board().day  # what happened at the hub is here


@pytest.mark.enable_socket
def test_an_address_where_nobody_answers_is_kept_and_tried_after_it(branches: Branches) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        silent = f"https://127.0.0.1:{nobody.getsockname()[1]}"
    assert branches.point(silent) == Pointed(address=silent, answered=False)
    assert branches.kept() == [silent]
    assert not branches.station.network.engine.status.is_good(status.HUB)


@pytest.mark.enable_socket
def test_neither_another_branch_s_hub_nor_a_computer_that_is_none_is_taken(branches: Branches) -> None:
    station = branches.station
    with refused("hub_of_others", address=branches.other):
        branches.point(branches.other)
    serving = Serving(station.office, "127.0.0.1", 0, announce=False)
    own = serving.start(station.network)
    try:
        with refused("hub_not_there", address=own):
            branches.point(own)
    finally:
        serving.stop()
    with refused("no_right"):
        station.network.point_to(branches.house["cso"], branches.address)
    with refused("hub_here"):
        branches.hub.network.point_to(branches.boss, branches.address)
    branches.hub.network.revoke(branches.boss, station.office.note.station, "hilang")
    with refused("station_revoked"):
        branches.point(branches.address)
    assert branches.kept() == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("192.168.1.5", "https://192.168.1.5:8443"),
        (" 192.168.1.5:9000/ ", "https://192.168.1.5:9000"),
        ("https://hub.kantor", "https://hub.kantor:8443"),
        ("[fe80::1]", "https://[fe80::1]:8443"),
    ],
)
def test_scheme_and_port_may_be_left_out(typed: str, meant: str) -> None:
    assert full_address(typed) == meant


@pytest.mark.parametrize("typed", ["", "192.168.1", "192.168.1.999", "dua kata", "192.168.1.5:x", "a/b"])
def test_what_is_no_address_is_refused(typed: str) -> None:
    with refused("address_wrong"):
        full_address(typed)


def test_an_address_without_encryption_is_refused() -> None:
    with refused("plain_http"):
        full_address("http://192.168.1.5:8443")
