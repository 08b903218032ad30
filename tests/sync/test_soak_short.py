"""The short form of `python3 dev.py soak`: real processes, real lines, real disks, as much of it as minutes allow."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.small_disk import NoMount, small_disk
from tests.soak import disk, joining, kills, latency, lines, migrating, pressing
from tests.soak.__main__ import WHOLE, Soak
from tests.soak.branch import Branch

pytestmark = [pytest.mark.enable_socket, pytest.mark.filterwarnings("default")]


SLOW_MACHINE = 60.0
"""Seconds: the goal of ten is judged by `python3 dev.py soak`; here two cores may be busy with other things."""


PRESSES = 300
"""The ten stations of this test share one process: a thousand presses would take five minutes."""


def tenth(part: str) -> int:
    """Of what the whole soak plays."""
    return WHOLE[part] // 10


@pytest.fixture(scope="module")
def soak(tmp_path_factory: pytest.TempPathFactory) -> Soak:
    """A branch of ten stations, copied for each test: joining takes a second each."""
    import pytest_socket

    pytest_socket.enable_socket()
    return Soak(tmp_path_factory.mktemp("soak"))


@pytest.fixture
def branch(soak: Soak) -> Iterator[Branch]:
    with Branch(soak.copy()) as opened:
        yield opened


def test_ten_stations_that_call_at_once_hold_no_ticket_twice_and_skip_none(branch: Branch) -> None:
    assert pressing.press(branch, PRESSES)["different tickets"] == PRESSES
    branch.prove()


def test_nothing_waits_when_the_lines_are_good_again(branch: Branch) -> None:
    played = lines.play(branch, range(1, tenth("lines") + 1), within=SLOW_MACHINE)
    assert sum(each.waited for each in played) > 0


def test_what_happens_anywhere_is_seen_everywhere(soak: Soak) -> None:
    found = latency.measure(soak.copy(), 2)
    assert [each.count for each in found] == [20, 20, 20, 60]


@pytest.mark.parametrize("restart", [False, True])
def test_a_hub_without_room_on_its_disk_loses_nothing(soak: Soak, tmp_path: Path, restart: bool) -> None:
    hub = tmp_path / "hub"
    try:
        with small_disk(hub, disk.SIZE):
            played = disk.play(soak.copy(3, hub), restart=restart, within=SLOW_MACHINE)
            assert played.waited > 0
    except NoMount as refused:
        pytest.skip(str(refused))


def test_a_file_is_of_the_old_shape_or_of_the_new_one_whenever_the_program_is_killed(soak: Soak) -> None:
    assert len(migrating.play(soak.copy(1), tenth("migrating"))) == tenth("migrating")


def test_a_computer_joins_once_and_wholly_whoever_is_killed_meanwhile(soak: Soak) -> None:
    played = joining.play(soak.copy(1), tenth("joining"), events=1_500)
    assert {each.victim for each in played} == {"hub", "newcomer"}
    assert any(len(each.tries) > 1 for each in played)


def test_nothing_confirmed_is_missing_whoever_is_killed(soak: Soak, tmp_path: Path) -> None:
    played = kills.play(tmp_path, tenth("kills"), soak.copy(kills.STATIONS), within=SLOW_MACHINE)
    assert {each.victim for each in played} > {"hub", "head office", "PostgreSQL"}
