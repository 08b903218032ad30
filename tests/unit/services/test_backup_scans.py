"""A backup holds what the branch file points to: scans go along, only what is new, and a killed run goes on."""

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import DataFolder
from app.services.attachments import Attachments
from app.services.backup_scans import Progress, beside
from app.services.backups import Restored, Saved, backup, restore
from app.services.office import Ports
from app.services.replace import bring_back
from app.services.services import Services
from tests.houses import CountingEntropy, FakeClock, FakeMachine, House, damage, recovery_key

KILLED = """
import os, signal, sys
from pathlib import Path
from app.config import DataFolder
from app.services.backup_scans import Progress
from app.services.backups import backup
from tests.houses import FakeClock, FakeMachine, House

class Killed(Progress):
    def told(self, done, of):
        if done == 2:
            os.kill(os.getpid(), signal.SIGKILL)

backup(House(DataFolder(Path(sys.argv[1])), FakeClock(), FakeMachine()).office, Path(sys.argv[2]), progress=Killed())
"""


@pytest.fixture
def attachments(open_house: House) -> Iterator[Attachments]:
    services = Services(open_house.office)
    yield services.attachments
    services.network.stop()


def attach(house: House, attachments: Attachments, *contents: bytes, case: str = "") -> list[str]:
    case = case or house.draft_case()
    for content in contents:
        attachments.attach(house["cso"], case, io.BytesIO(content), f"{content.decode()}.png")
    return [each.sha256 for each in house.cases.get(case).attachments]


def save(house: House, tmp_path: Path, progress: Progress | None = None) -> Saved:
    (tmp_path / "usb").mkdir(exist_ok=True)
    return backup(house.office, tmp_path / "usb" / "a.cadangan", progress=progress or Progress())


def again(tmp_path: Path, name: str = "lain") -> tuple[Restored, DataFolder]:
    folder = DataFolder(tmp_path / name)
    ports = Ports(FakeClock(), CountingEntropy(f"restore {name}"), FakeMachine("b" * 32))
    return restore(tmp_path / "usb" / "a.cadangan", folder, recovery_key(), ports), folder


def opened(folder: DataFolder, sha256: str) -> bytes:
    house = House(folder, FakeClock(), FakeMachine("b" * 32), "restored")
    try:
        return b"".join(Services(house.office).attachments.blobs().open(sha256))
    finally:
        house.close()


def test_every_scan_comes_back_with_a_branch_of_one_computer(
    open_house: House, attachments: Attachments, tmp_path: Path
) -> None:
    first, second = attach(open_house, attachments, b"ktp", b"kk")
    saved = save(open_house, tmp_path)
    assert (saved.entries, saved.scans.named, saved.scans.there) == (
        open_house.office.journal.head()[0],
        2,
        2,
    )
    restored, folder = again(tmp_path)
    assert restored.checked.count == saved.entries
    assert (restored.scans.named, restored.scans.there, restored.scans.missing) == (2, 2, ())
    assert (opened(folder, first), opened(folder, second)) == (b"ktp", b"kk")


def test_only_what_is_new_is_copied(open_house: House, attachments: Attachments, tmp_path: Path) -> None:
    case = open_house.draft_case()
    attach(open_house, attachments, b"satu", b"dua", case=case)
    assert save(open_house, tmp_path).scans.new == 2
    attach(open_house, attachments, b"tiga", case=case)
    saved = save(open_house, tmp_path)
    assert (saved.scans.new, saved.scans.there, saved.scans.named) == (1, 3, 3)


def test_a_backup_that_is_killed_goes_on_where_it_was(
    open_house: House, attachments: Attachments, tmp_path: Path
) -> None:
    attach(open_house, attachments, *(f"pindaian {number}".encode() for number in range(5)))
    (tmp_path / "usb").mkdir()
    folder = open_house.folder.path
    open_house.close()
    target = str(tmp_path / "usb" / "a.cadangan")
    killed = subprocess.run([sys.executable, "-c", KILLED, str(folder), target], check=False, timeout=60)
    assert killed.returncode == -9
    house = House(DataFolder(folder), FakeClock(), FakeMachine())
    saved = save(house, tmp_path)
    house.close()
    assert (saved.scans.new, saved.scans.there) == (3, 5)
    assert again(tmp_path)[0].scans.there == 5


def test_one_that_is_stopped_says_how_far_it_came(
    open_house: House, attachments: Attachments, tmp_path: Path
) -> None:
    class Stopped(Progress):
        done = -1

        def told(self, done: int, of: int) -> None:
            self.done = done

        def stopping(self) -> bool:
            return self.done >= 1

    attach(open_house, attachments, b"satu", b"dua", b"tiga")
    saved = save(open_house, tmp_path, Stopped())
    assert (saved.scans.stopped, saved.scans.is_short) == (True, True)
    assert saved.scans.there < 3
    assert not save(open_house, tmp_path).scans.is_short


def test_what_is_missing_or_damaged_is_named(
    open_house: House, attachments: Attachments, tmp_path: Path
) -> None:
    gone, broken, whole = attach(open_house, attachments, b"hilang", b"rusak", b"utuh")
    content = open_house.folder.path / "attachments" / "content"
    next(content.rglob(gone)).unlink()
    damage(next(content.rglob(broken)))
    saved = save(open_house, tmp_path)
    assert set(saved.scans.missing) == {"hilang.png", "rusak.png"}
    assert saved.scans.there == 1
    damage(next(beside(saved.path, "MDU").rglob(whole)))  # a USB stick forgets
    restored, _ = again(tmp_path)
    assert set(restored.scans.missing) == {"hilang.png", "rusak.png", "utuh.png"}


def test_a_damaged_scan_here_is_mended_by_the_backup(
    open_house: House, attachments: Attachments, tmp_path: Path
) -> None:
    (sha256,) = attach(open_house, attachments, b"ktp")
    save(open_house, tmp_path)
    folder = open_house.folder
    damage(next((folder.path / "attachments" / "content").rglob(sha256)))
    open_house.close()
    ports = Ports(FakeClock(), CountingEntropy("over"), FakeMachine("b" * 32))
    restored = bring_back(tmp_path / "usb" / "a.cadangan", folder, recovery_key(), ports)
    assert restored.scans.there == 1
    assert opened(folder, sha256) == b"ktp"


def test_a_backup_without_its_folder_comes_back_and_says_what_is_missing(
    open_house: House, attachments: Attachments, tmp_path: Path
) -> None:
    attach(open_house, attachments, b"ktp")
    saved = save(open_house, tmp_path)
    beside(saved.path, "MDU").rename(tmp_path / "di tempat lain")
    assert again(tmp_path)[0].scans.missing == ("ktp.png",)
