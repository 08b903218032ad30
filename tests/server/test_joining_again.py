"""A computer whose first try to join came to nothing tries again: it is the same computer, and nothing is left over."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import DataFolder
from app.errors import Refused
from app.server.hub_in_program import Serving
from app.services import joining
from app.services.joining import ATTEMPT, join
from app.services.office import Office, Ports, open_office
from app.services.services import Services
from app.sync import finding
from tests.houses import CountingEntropy, FakeMachine, House, dump, make_branch

pytestmark = pytest.mark.enable_socket


class Newcomer:
    """A computer that may try as often as it likes, with other randomness each time."""

    def __init__(self, house: House, services: Services, base: Path) -> None:
        self._house, self._services = house, services
        self.folder = DataFolder(base / "second")
        self.key_file = base / "second.key"
        self.tries = 0

    def code(self) -> str:
        """Read out at the hub."""
        return self._services.network.invite(self._house["service_supervisor"]).code

    @property
    def ports(self) -> Ports:
        """Never the same randomness twice."""
        self.tries += 1
        return Ports(self._house.clock, CountingEntropy(f"try {self.tries}"), FakeMachine("b" * 32))

    def join(self, code: str = "", key_file: Path | None = None) -> Office:
        address = self._services.network.open_port()
        key = key_file or self.key_file
        return join(self.folder, address, code or self.code(), "PC 2", "counter", self.ports, key)

    def left(self) -> set[str]:
        """Files, but for what the first look at a folder makes."""
        path = self.folder.path
        return {str(each.relative_to(path)) for each in path.rglob("*") if each.is_file()}

    def known(self) -> list[str]:
        """Computers of this name at the hub."""
        stations = self._house.office.branch().stations
        return [key for key, each in stations.items() if each.name == "PC 2"]


@pytest.fixture
def newcomer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Newcomer]:
    monkeypatch.setattr(finding, "try_finder", lambda: None)
    house = make_branch(tmp_path)
    house.open_day()
    services = Services(house.office)
    services.network.start(Serving(house.office, "127.0.0.1", 0, announce=False))
    yield Newcomer(house, services, tmp_path)
    services.close()


def other_than(code: str) -> str:
    return ("Z" if code[0] != "Z" else "Y") + code[1:]


def lose_the_hub(newcomer: Newcomer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A try that ends when the hub has taken this computer in, and before its log is here."""

    def lost(_office: Office, address: str) -> None:
        raise Refused("hub_unreachable", address=address, why="cut")

    with monkeypatch.context() as patch:
        patch.setattr(joining, "first_log", lost)
        with pytest.raises(Refused, match="hub_unreachable"):
            newcomer.join()


def test_whoever_lost_the_hub_in_the_middle_is_the_same_computer_when_it_tries_again(
    newcomer: Newcomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_the_hub(newcomer, monkeypatch)
    assert not newcomer.folder.is_set_up()
    assert newcomer.left() == {ATTEMPT}
    office = newcomer.join()
    try:
        assert newcomer.known() == [office.note.station]
        assert "gabung.json" not in newcomer.left()
        shown = dump(office)
    finally:
        office.close()
    again = open_office(newcomer.folder, newcomer.ports, newcomer.key_file)
    assert dump(again) == shown
    again.close()


def test_whoever_was_ended_in_the_middle_leaves_no_branch_and_nothing_that_is_put_aside(
    newcomer: Newcomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ended(BaseException):
        """The program is gone: nothing is tidied up."""

    def ended(_office: Office, _address: str) -> None:
        raise Ended

    with monkeypatch.context() as patch:
        patch.setattr(joining, "first_log", ended)
        patch.setattr(joining, "_undo", lambda _: None)
        with pytest.raises(Ended):
            newcomer.join()
    assert (newcomer.folder.path / "loket.db").exists()
    assert not newcomer.folder.is_set_up()
    office = newcomer.join()
    office.close()
    assert len(newcomer.known()) == 1
    assert list(newcomer.folder.backups.iterdir()) == []


def test_of_a_code_that_was_wrong_nothing_stays(newcomer: Newcomer) -> None:
    right = newcomer.code()
    with pytest.raises(Refused, match="enrolment_code_wrong"):
        newcomer.join(other_than(right))
    assert newcomer.left() == set()
    assert not newcomer.key_file.exists()
    newcomer.join(right).close()
    assert len(newcomer.known()) == 1


def test_a_wrong_code_does_not_make_another_computer_of_one_that_the_hub_may_know(
    newcomer: Newcomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_the_hub(newcomer, monkeypatch)
    right = newcomer.code()
    with pytest.raises(Refused, match="enrolment_code_wrong"):
        newcomer.join(other_than(right))
    newcomer.join(right).close()
    assert len(newcomer.known()) == 1


def test_the_key_goes_where_the_person_wants_it_at_the_second_try(
    newcomer: Newcomer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lose_the_hub(newcomer, monkeypatch)
    other = tmp_path / "other.key"
    newcomer.join(key_file=other).close()
    assert not newcomer.key_file.exists()
    assert newcomer.folder.read_note().key_file == str(other)
    open_office(newcomer.folder, newcomer.ports).close()


def test_a_key_file_of_somebody_else_is_refused_before_the_code_is_used_up(newcomer: Newcomer) -> None:
    newcomer.key_file.write_bytes(b"k" * 32)
    code = newcomer.code()
    with pytest.raises(Refused, match="key_file_exists"):
        newcomer.join(code)
    assert newcomer.left() == set()
    newcomer.key_file.unlink()
    newcomer.join(code).close()


def test_a_key_that_is_out_of_reach_for_a_moment_is_not_given_up(
    newcomer: Newcomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_the_hub(newcomer, monkeypatch)
    newcomer.key_file.chmod(0o644)
    with pytest.raises(Refused, match="key_file_exists"):
        newcomer.join()
    newcomer.key_file.chmod(0o600)
    newcomer.join().close()
    assert len(newcomer.known()) == 1


def test_a_key_file_that_was_cut_off_does_not_stand_in_the_way(newcomer: Newcomer) -> None:
    newcomer.folder.make()
    note = joining._note(b"k" * 32, newcomer.ports, newcomer.key_file)
    joining._write(newcomer.folder, note)
    newcomer.key_file.write_bytes(b"k" * 5)
    office = newcomer.join()
    assert office.note.station != note.station
    office.close()


def test_a_file_under_another_key_is_put_aside_with_its_note_and_never_deleted(
    newcomer: Newcomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_the_hub(newcomer, monkeypatch)
    newcomer.folder.database.write_bytes(b"another branch" * 1000)
    newcomer.join().close()
    (aside,) = newcomer.folder.backups.iterdir()
    assert aside.read_bytes() == b"another branch" * 1000


def test_a_note_without_its_file_is_put_aside(newcomer: Newcomer) -> None:
    newcomer.folder.make()
    newcomer.folder.key_note.write_bytes(b"{}")
    newcomer.join().close()
    (aside,) = newcomer.folder.backups.iterdir()
    assert aside.read_bytes() == b"{}"
