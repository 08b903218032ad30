"""Which computer this is: no card that draws its address, and one changed part is not another computer."""

from pathlib import Path

import pytest

from app.machine import linux_parts
from app.machine_identity import NAME, identity
from tests.houses import FakeMachine

PARTS = {"system": "abc", "card eth0": "3c:52:82:00:00:01", "disk sda": "S4X", "board": "77"}


def machine(**changes: str) -> FakeMachine:
    made = FakeMachine("0" * 32)
    made.pieces = {name: value for name, value in {**PARTS, **changes}.items() if value}
    return made


@pytest.fixture
def first(tmp_path: Path) -> str:
    return identity(tmp_path, machine(), in_use=False)


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("value", ["another", ""])
def test_one_changed_part_is_not_another_computer(tmp_path: Path, first: str, name: str, value: str) -> None:
    assert identity(tmp_path, machine(**{name: value}), in_use=True) == first
    assert identity(tmp_path, machine(**{name: value}), in_use=True) == first


def test_parts_may_change_one_after_the_other(tmp_path: Path, first: str) -> None:
    changes: dict[str, str] = {}
    for name in PARTS:
        changes[name] = f"another {name}"
        assert identity(tmp_path, machine(**changes), in_use=True) == first


def test_a_copied_disk_in_another_computer_is_another(tmp_path: Path, first: str) -> None:
    changes = {name: "another" for name in PARTS if name != "system"}
    assert identity(tmp_path, machine(**changes), in_use=True) != first


def test_a_clone_of_a_machine_with_two_parts_is_another(tmp_path: Path) -> None:
    two = {"disk sda": "", "board": ""}
    first = identity(tmp_path, machine(**two), in_use=False)
    assert identity(tmp_path, machine(**two, **{"card eth0": "another"}), in_use=True) != first


def test_a_card_that_is_called_otherwise_is_the_same_card(tmp_path: Path, first: str) -> None:
    renamed = machine(**{"card eth0": "", "card enp3s0": PARTS["card eth0"], "disk sda": "new"})
    assert identity(tmp_path, renamed, in_use=True) == first


def test_an_update_makes_no_stranger_of_a_computer(tmp_path: Path) -> None:
    """A branch lives here from before there were records: it goes on under the former rule's fingerprint."""
    assert identity(tmp_path, machine(), in_use=True) == "0" * 32
    assert identity(tmp_path, machine(board="another"), in_use=True) == "0" * 32


def test_a_record_that_cannot_be_read_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"{")
    assert identity(tmp_path, machine(), in_use=True) == "0" * 32


def test_no_part_is_a_card_that_draws_its_address_nor_a_number_that_is_none(tmp_path: Path) -> None:
    def put(path: str, text: str) -> None:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text + "\n", encoding="utf-8")

    put("etc/machine-id", "abc")
    for name, address in (("eth0", "3C:52:82:00:00:01"), ("wlan0", "da:a1:19:00:00:02"), ("dummy", "")):
        put(f"sys/class/net/{name}/address", address)
        (tmp_path / f"sys/class/net/{name}/device").mkdir()
    put("sys/class/net/veth1/address", "3c:52:82:00:00:09")  # no device behind it
    put("sys/block/sda/device/serial", "S4X")
    put("sys/class/dmi/id/product_uuid", "To be filled by O.E.M.")
    assert linux_parts(tmp_path) == {
        "system": "abc",
        "card eth0": "3C:52:82:00:00:01",
        "disk sda": "S4X",
    }
