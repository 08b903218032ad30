"""What does not open, a page that goes bad while people work, and a backup brought back from the window."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.config import DataFolder
from app.errors import Refused
from app.services.backups import backup
from app.ui.pages.wizard import RESTORE
from app.ui.safety import CHECK_AFTER
from app.ui.start_page import StartPage
from app.ui.theme import Tone
from tests.houses import House, make_branch, recovery_key
from tests.ui.program import K, Program


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = make_branch(tmp_path)
    made.close()
    return made


# ------------------------------------------------------------------------------------------------ what does not open


def explained(program: Program) -> StartPage:
    page = program.wait_for("start")
    assert isinstance(page, StartPage)
    program.until(page.retry.isVisible)
    return page


def test_a_key_that_is_missing_is_told_and_restore_is_offered(start, house) -> None:
    (house.folder.path / "demo.key").unlink()
    page = explained(start(house.folder))
    assert "kunci" in page.text().lower()
    assert page.restore.isVisible()


def test_a_file_of_a_newer_program_is_told_and_restore_would_not_help(start, house, monkeypatch) -> None:
    from app.models import migrations

    monkeypatch.setattr(migrations, "NEWEST", "0000")
    page = explained(start(house.folder))
    assert page.text()
    assert not page.restore.isVisible()


def test_a_file_that_is_none_any_more_is_told_and_tried_again_when_it_is_mended(start, house) -> None:
    whole = house.folder.database.read_bytes()
    house.folder.database.write_bytes(b"x" * len(whole))
    program = start(house.folder)
    page = explained(program)
    assert "rusak" in page.text()
    assert page.restore.isVisible()
    house.folder.database.write_bytes(whole)
    program.key(K.Key_F5)
    program.wait_for("sign_in")


def test_a_folder_that_cannot_be_written_to_is_told(start, tmp_path) -> None:
    (tmp_path / "cabang").write_text("a file where the folder should be")
    with pytest.raises(Refused) as caught:
        DataFolder(tmp_path / "cabang").make()
    assert caught.value.code == "folder_read_only"


# ------------------------------------------------------------------------------------------------ damage, restore


def flip(folder: DataFolder) -> None:
    data = bytearray(folder.database.read_bytes())
    data[len(data) // 2] ^= 0xFF
    folder.database.write_bytes(data)


def damaged(start, house, tmp_path) -> Program:
    """A branch with a backup, a byte of which flips while the program runs; the check has found it."""
    house.reopen()
    house.open_day()
    backup(house.office, tmp_path / "a.cadangan")
    house.close()
    program = start(house.folder)
    program.wait_for("sign_in")
    program.desktop.safety._timer.stop()  # on a slow computer today's check would be over before the byte flips
    program.enter(house["service_supervisor"])
    flip(house.folder)
    for _ in range(CHECK_AFTER):
        program.desktop.safety.look()
    program.settle()
    return program


def test_a_flipped_byte_stops_all_saving_and_offers_restore(start, house, tmp_path) -> None:
    program = damaged(start, house, tmp_path)
    question = QApplication.activeModalWidget()
    assert question is not None
    assert program.status() == (Tone.BAD, "Berkas data rusak · tidak ada yang disimpan")
    with pytest.raises(Refused) as caught:
        program.desktop.services.desk.turn_away(house["security_desk"], "jht", "Kuota habis")
    assert caught.value.code == "file_damaged"
    program.key(K.Key_Return)  # in the middle of typing: Enter is no
    assert program.shell.code() == "overview"
    program.desktop.safety.look()
    assert QApplication.activeModalWidget() is None  # asked once, the chip goes on saying it


def test_restore_from_the_window_brings_the_branch_back(start, house, tmp_path) -> None:
    program = damaged(start, house, tmp_path)
    question = QApplication.activeModalWidget()
    QTest.mouseClick(question.yes, Qt.MouseButton.LeftButton)  # type: ignore[union-attr]
    page = program.wait_for("wizard")
    assert page.step() == RESTORE
    page.restore_step.source.set_text(str(tmp_path / "a.cadangan"))
    page.restore_step.recovery_key.set_text(recovery_key())
    program.key(K.Key_F2)
    program.wait_for("sign_in")
    assert re.fullmatch(
        r"Cadangan dipulihkan dan diperiksa: [1-9]\d* catatan · tanpa pindaian\.",
        program.desktop.notify.last(),
    )
    assert program.status()[0] is Tone.GOOD
    program.enter(house["service_supervisor"])
    services = program.desktop.services
    assert services.office.latest_day() is not None
    services.desk.open_day(house["security_desk"], {"A": 2})  # A-001 went out after the backup was made
    assert services.desk.issue(house["security_desk"], "jht").label == "A-002"
    assert list(house.folder.backups.glob("lama-*/loket.db"))


def test_a_restore_that_is_given_up_goes_back_to_the_branch(start, house) -> None:
    program = start(house.folder)
    program.enter(house["service_supervisor"])
    program.desktop.begin_restore()
    program.wait_for("wizard")
    program.key(K.Key_Escape)
    program.enter(house["service_supervisor"])
    assert program.desktop.services.office.branch().name == "Medan Utara"


def test_a_broken_file_is_replaced_from_the_start_page(start, house, tmp_path) -> None:
    house.reopen()
    backup(house.office, tmp_path / "a.cadangan")
    house.close()
    house.folder.database.write_bytes(b"x" * 9000)
    program = start(house.folder)
    explained(program)
    program.key(K.Key_F4)
    page = program.wait_for("wizard")
    page.restore_step.source.set_text(str(tmp_path / "a.cadangan"))
    page.restore_step.recovery_key.set_text(recovery_key())
    program.key(K.Key_F2)
    program.enter(house["cso"])


def test_somebody_who_may_not_restore_is_told_all_the_same(start, house) -> None:
    program = start(house.folder)
    program.enter(house["cso"])
    program.desktop.services.office.store.damaged = True
    program.desktop.safety.look()
    assert QApplication.activeModalWidget() is None
    assert "rusak" in program.desktop.notify.last()


def test_a_disk_that_fills_up_is_told_while_all_is_still_saved(start, house, monkeypatch) -> None:
    program = start(house.folder)
    program.enter(house["service_supervisor"])
    office = program.desktop.services.office
    monkeypatch.setattr(office, "low_disk", lambda: True)
    program.desktop.safety._looks = 0
    program.desktop.safety.look()
    program.settle()
    assert program.status() == (Tone.WARN, "Ruang disk hampir habis · masih tersimpan")
