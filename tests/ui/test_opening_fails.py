"""Whatever keyring, disk or library raises while a branch is opened: one sentence, and ways on that keys reach."""

import errno
from pathlib import Path

import keyring
import keyring.backend
import pytest
from PySide6.QtCore import QLockFile, Qt
from PySide6.QtWidgets import QApplication, QFileDialog

from app.config import DataFolder
from app.errors import Refused
from app.services.failure_report import failure_report
from app.ui.instance import Instance
from app.ui.running import Hold
from app.ui.start_page import StartPage
from tests.houses import FakeMachine, House, make_branch
from tests.ui.program import Program

K = Qt.Key
SECRET = "Peserta Contoh 9901011507900001"


class Odd(Exception):
    """A fault of a library that nobody here has heard of; its message quotes a row."""


class OddMachine(FakeMachine):
    """A computer whose parts cannot be read until it is mended."""

    def __init__(self, fault: Exception) -> None:
        super().__init__()
        self.fault: Exception | None = fault

    def fingerprint(self) -> str:
        if self.fault is not None:
            raise self.fault
        return super().fingerprint()


class OddKeyring(keyring.backend.KeyringBackend):
    """A keyring whose service breaks down in its own way."""

    priority = 1  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str:
        raise Odd(SECRET)

    def set_password(self, service: str, username: str, password: str) -> None:
        raise Odd(SECRET)


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = make_branch(tmp_path)
    made.close()
    return made


def explained(program: Program) -> StartPage:
    page = program.wait_for("start")
    assert isinstance(page, StartPage)
    program.until(page.retry.isVisible)
    return page


FAULTS = [
    (OSError(errno.EIO, "Input/output error"), "Disk"),
    (Odd(SECRET), "Odd"),
    (keyring.errors.InitError("no bus"), "Penyimpanan sandi"),
    (AssertionError(), "AssertionError"),
    (MemoryError(), "MemoryError"),
]


@pytest.mark.parametrize(("fault", "said"), FAULTS)
def test_an_odd_failure_is_one_sentence_with_four_ways_on(start, house, fault, said, caplog) -> None:
    machine = OddMachine(fault)
    program = start(house.folder, machine=machine)
    page = explained(program)
    assert said in page.text()
    assert SECRET not in page.text()
    assert page.restore.isVisible()
    assert page.other_folder.isVisible()
    assert page.report.isVisible()
    assert QApplication.focusWidget() is page.retry, QApplication.focusWidget()
    machine.fault = None
    program.key(K.Key_F5)
    program.enter(house["cso"])
    caplog.clear()


def test_a_keyring_that_breaks_down_in_its_own_way_is_told(start, house, monkeypatch, caplog) -> None:
    note = house.folder.read_note()
    import msgspec

    house.folder.write_note(msgspec.structs.replace(note, kept="keyring", key_file="", demo=False))
    former = keyring.get_keyring()
    keyring.set_keyring(OddKeyring())
    try:
        page = explained(start(house.folder))
    finally:
        keyring.set_keyring(former)
    assert "Odd" in page.text()
    caplog.clear()


def test_the_report_tells_the_fault_and_nothing_of_any_person(start, house, tmp_path, caplog) -> None:
    program = start(house.folder, machine=OddMachine(Odd(SECRET)))
    page = explained(program)
    program.key(K.Key_F9)
    chooser = page.findChild(QFileDialog)
    assert chooser is not None
    chooser.close()
    chooser.fileSelected.emit(str(tmp_path / "laporan.txt"))
    program.settle()
    report = (tmp_path / "laporan.txt").read_text("utf-8")
    assert "tests.ui.test_opening_fails.Odd" in report
    assert "fingerprint" in report, "where it happened"
    assert "Contoh" not in report
    assert "9901011507900001" not in report
    assert str(tmp_path) not in report, "a path may have a person's name in it"
    assert "Laporan disimpan" in program.desktop.notify.last()
    caplog.clear()


def test_a_report_is_written_where_the_folder_itself_is_gone(tmp_path) -> None:
    report = failure_report(Refused("key_missing"), DataFolder(tmp_path / "hilang"))
    assert "key_missing" in report
    assert "FileNotFoundError" in report


def test_another_folder_is_opened_by_keys(start, house, tmp_path, caplog) -> None:
    other = make_branch(tmp_path / "dua")
    other.close()
    house.folder.database.write_bytes(b"x" * 9000)
    program = start(house.folder)
    page = explained(program)
    for path, opens in ((tmp_path, False), (other.folder.path, True)):
        program.key(K.Key_F6)
        chooser = next(each for each in page.findChildren(QFileDialog) if each.isVisible())
        assert chooser.fileMode() == QFileDialog.FileMode.Directory
        chooser.close()
        chooser.fileSelected.emit(str(path))
        program.settle()
        if not opens:
            assert str(tmp_path) in page.text()
        program.shell.activateWindow()
        program.until(program.shell.isActiveWindow)
    program.enter(other["cso"])
    caplog.clear()


def test_a_folder_that_cannot_be_held_is_told_on_the_same_page_and_tried_again(
    start, house, tmp_path, monkeypatch, caplog
) -> None:
    def busy(folder: DataFolder) -> bool:
        if faults:
            raise faults.pop()
        return True

    faults: list[Exception] = [Refused("already_running")]
    program = start(house.folder)
    program.desktop.hold = busy
    page = explained(program)
    assert "sudah terbuka" in page.text()
    assert not page.restore.isVisible(), "a backup does not help against it"
    program.key(K.Key_F5)
    program.enter(house["cso"])
    caplog.clear()


def test_the_folder_is_held_once_and_let_go_for_another(qapp: QApplication, tmp_path: Path) -> None:
    hold = Hold(lambda: None)
    first, second = DataFolder(tmp_path / "satu"), DataFolder(tmp_path / "dua")
    assert hold.take(first)
    assert hold.take(first)
    assert not QLockFile(str(first.lock)).tryLock(0)
    assert hold.take(second)
    again = Instance(first.path)
    assert again.take()
    again.release()
    hold.release()
