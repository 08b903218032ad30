"""The whole program in one window: opening, people coming and going, damage, restore, and the way out."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.config import DataFolder
from app.errors import Refused
from app.services.backups import backup
from app.services.office import Ports
from app.ui import theme
from app.ui.desktop import LOOK, Desktop, install_exception_hook
from app.ui.notify import Notify
from app.ui.pages.wizard import CHOICE, RESTORE
from app.ui.start_page import StartPage
from app.ui.theme import Tone
from tests.houses import PIN, CountingEntropy, FakeClock, FakeMachine, House, make_branch, recovery_key

K = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
PLAIN = Qt.KeyboardModifier.NoModifier


class Program:
    """A desktop, the clock under it and the hands on its keyboard."""

    def __init__(self, qtbot, folder: DataFolder, name: str) -> None:
        self.qtbot = qtbot
        self.clock = FakeClock()
        self.desktop = Desktop(folder, None, Ports(self.clock, CountingEntropy(name), FakeMachine()))
        self.shell = self.desktop.shell
        self.shell.resize(1280, 680)
        self.desktop.start()
        self.shell.activateWindow()

    def until(self, told: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(told()), timeout=20_000)

    def settle(self) -> None:
        for _ in range(4):
            self.until(lambda: not self.desktop.background.busy)
            QApplication.processEvents()

    def wait_for(self, code: str) -> QWidget:
        self.until(lambda: self.shell.code() == code)
        self.settle()
        page = self.shell.page()
        assert page is not None
        return page

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = PLAIN) -> None:
        modal, held = QApplication.activeModalWidget(), QApplication.focusWidget()
        if modal is not None and (held is None or not modal.isAncestorOf(held)):
            held = modal
        QTest.keyClick(held or self.shell, key, modifier)
        self.settle()

    def enter(self, person: str, secret: str = PIN) -> None:
        """Sign in as a person does."""
        page = self.wait_for("sign_in")
        self.until(lambda: page.table.current() is not None)  # type: ignore[attr-defined]
        page.table.choose_key(person)  # type: ignore[attr-defined]
        page.secret.setFocus()  # type: ignore[attr-defined]
        QTest.keyClicks(page.secret, secret)  # type: ignore[attr-defined]
        self.key(K.Key_Return)
        self.until(lambda: self.shell.code() != "sign_in")
        self.settle()

    def status(self) -> tuple[Tone, str]:
        chip = self.shell.top.status
        return chip.tone(), chip.text()


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = make_branch(tmp_path)
    made.close()
    return made


@pytest.fixture
def start(qtbot, request) -> Iterator[Callable[[DataFolder], Program]]:
    running: list[Program] = []

    def begin(folder: DataFolder) -> Program:
        running.append(Program(qtbot, folder, f"{request.node.name} {len(running)}"))
        return running[-1]

    yield begin
    for each in running:
        each.desktop.close()
        each.shell.close()
        each.shell.deleteLater()
    theme.apply(QApplication.instance())  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------------ opening


def test_a_folder_without_a_branch_begins_the_wizard(start, tmp_path) -> None:
    page = start(DataFolder(tmp_path / "cabang")).wait_for("wizard")
    assert page._pages.currentIndex() == CHOICE


def test_the_window_is_there_before_the_branch_is_open(start, house) -> None:
    program = start(house.folder)
    assert program.shell.isVisible()
    assert program.shell.code() == "start"
    assert program.desktop.services is None
    program.wait_for("sign_in")


def test_each_person_has_the_pages_of_their_work(start, house) -> None:
    program = start(house.folder)
    program.enter(house["cso"])
    assert program.shell.code() == "counter"
    program.key(K.Key_U, CTRL)
    program.enter(house["service_supervisor"])
    assert program.shell.code() == "overview"
    program.key(K.Key_K, CTRL)
    assert program.shell.code() == "find"
    program.key(K.Key_U, CTRL)
    program.enter(house["it_officer"])
    assert program.shell.code() == "manage"


def test_a_page_of_somebody_else_is_said_to_be_so(start, house) -> None:
    program = start(house.folder)
    program.enter(house["it_officer"])
    program.desktop.go("overview")
    assert program.shell.code() == "manage"
    assert "petugas lain" in program.desktop.notify.last()


def test_what_others_do_is_seen_at_once(start, house) -> None:
    program = start(house.folder)
    program.enter(house["service_supervisor"])
    services = program.desktop.services
    services.desk.open_day(house["security_desk"], {})
    services.desk.issue(house["security_desk"], "jht")
    page = program.wait_for("overview")
    program.until(lambda: page.figures["issued"].value() == "1")


def test_old_drafts_are_forgotten_when_the_branch_is_opened(start, house) -> None:
    house.reopen()
    house.drafts.keep(house["cso"], "case", "x", {"name": "lama"})
    house.close()
    program = start(house.folder)
    program.wait_for("sign_in")
    assert program.desktop.services.drafts.of(house["cso"], "case", "x")
    program.clock.jump(15 * 86_400_000)
    program.desktop.open_branch()
    program.settle()
    assert not program.desktop.services.drafts.of(house["cso"], "case", "x")


# ------------------------------------------------------------------------------------------------ lock, switch


def test_the_lock_opens_for_the_same_person_where_they_were(start, house) -> None:
    program = start(house.folder)
    program.enter(house["service_supervisor"])
    program.desktop.go("staff")
    program.key(K.Key_L, CTRL)
    assert program.shell.is_locked()
    QTest.keyClicks(program.shell.lock_screen.secret, "999999")
    program.key(K.Key_Return)
    assert program.shell.is_locked()
    assert program.shell.lock_screen.finding()
    QTest.keyClicks(program.shell.lock_screen.secret, PIN)
    program.key(K.Key_Return)
    assert not program.shell.is_locked()
    assert program.shell.code() == "staff"


def test_nobody_at_the_screen_locks_it_and_a_half_filled_form_is_kept(start, house) -> None:
    program = start(house.folder)
    program.enter(house["service_supervisor"])
    program.desktop.go("staff")
    program.settle()
    program.key(K.Key_F2)
    QTest.keyClicks(QApplication.focusWidget(), "Petugas Baru")
    program.shell._idle_after = -1
    program.shell._check_idleness()
    assert program.shell.is_locked()
    program.settle()
    assert program.shell.lock_screen.secret.hasFocus()
    assert QApplication.activeModalWidget() is None
    program.shell._idle_after = 120_000
    QTest.keyClicks(program.shell.lock_screen.secret, PIN)
    program.key(K.Key_Return)
    program.key(K.Key_F2)
    assert QApplication.activeModalWidget().name.text() == "Petugas Baru"  # type: ignore[union-attr]
    program.key(K.Key_Escape)


def test_from_the_lock_another_person_signs_in(start, house) -> None:
    program = start(house.folder)
    program.enter(house["cso"])
    program.key(K.Key_L, CTRL)
    program.key(K.Key_U, CTRL)
    program.enter(house["verifier"])
    assert not program.shell.is_locked()
    assert program.shell.code() == "files"
    assert program.desktop.signed.id == house["verifier"]


def test_each_person_finds_their_own_drafts_after_a_switch(start, house) -> None:
    program = start(house.folder)
    program.enter(house["service_supervisor"])
    program.desktop.go("staff")
    program.settle()
    program.key(K.Key_F2)
    QTest.keyClicks(QApplication.focusWidget(), "Petugas Baru")
    program.key(K.Key_Escape)
    program.key(K.Key_U, CTRL)
    program.enter(house["branch_head"])
    program.desktop.go("staff")
    program.settle()
    program.key(K.Key_F2)
    assert QApplication.activeModalWidget().name.text() == ""  # type: ignore[union-attr]
    program.key(K.Key_Escape)
    program.key(K.Key_U, CTRL)
    program.enter(house["service_supervisor"])
    program.desktop.go("staff")
    program.settle()
    program.key(K.Key_F2)
    assert QApplication.activeModalWidget().name.text() == "Petugas Baru"  # type: ignore[union-attr]
    program.key(K.Key_Escape)


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
    program.enter(house["service_supervisor"])
    flip(house.folder)
    program.desktop.safety._looks_of_person = 1  # the check would begin after two seconds
    program.desktop.safety.look()
    program.settle()
    return program


def test_a_flipped_byte_stops_all_saving_and_offers_restore(start, house, tmp_path) -> None:
    program = damaged(start, house, tmp_path)
    question = QApplication.activeModalWidget()
    assert question is not None
    assert program.status() == (Tone.BAD, "Berkas data rusak · tidak ada yang disimpan")
    with pytest.raises(Refused) as caught:
        program.desktop.services.desk.issue(house["security_desk"], "jht")
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
    assert page._pages.currentIndex() == RESTORE
    page.source.set_text(str(tmp_path / "a.cadangan"))
    page.restore_key.set_text(recovery_key())
    program.key(K.Key_F2)
    program.wait_for("sign_in")
    assert program.status()[0] is Tone.GOOD
    program.enter(house["service_supervisor"])
    services = program.desktop.services
    assert services.office.latest_day() is not None
    assert services.desk.issue(house["security_desk"], "jht").label == "A-001"
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
    page.source.set_text(str(tmp_path / "a.cadangan"))
    page.restore_key.set_text(recovery_key())
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


# ------------------------------------------------------------------------------------------------ the rest


def test_the_look_is_kept_for_this_computer(start, house) -> None:
    program = start(house.folder)
    program.enter(house["service_supervisor"])
    program.desktop.go("manage")
    program.settle()
    program.desktop.set_look("dark", 1.15)
    program.settle()
    assert (theme.active().scheme, theme.active().scale) == ("dark", 1.15)
    assert program.shell.code() == "manage"
    assert program.desktop.services.office.setting(LOOK) == "dark 1.15"
    program.desktop.close()
    theme.apply(QApplication.instance())  # type: ignore[arg-type]
    start(house.folder).wait_for("sign_in")
    assert (theme.active().scheme, theme.active().scale) == ("dark", 1.15)


def test_what_was_handed_in_is_written_before_the_program_is_gone(start, house) -> None:
    program = start(house.folder)
    program.enter(house["security_desk"])
    services = program.desktop.services
    services.desk.open_day(house["security_desk"], {})
    for _ in range(5):
        program.desktop.background.write(
            program.desktop, lambda: services.desk.issue(house["security_desk"], "jht")
        ).start()
    program.shell.close()
    house.reopen()
    assert len(house.desk.all_of_day()) == 5
    house.close()


def test_a_defect_is_logged_and_apologised_for(notify: Notify, caplog) -> None:
    former = sys.excepthook
    try:
        install_exception_hook(notify)
        try:
            raise ValueError("a defect")
        except ValueError as error:
            sys.excepthook(type(error), error, error.__traceback__)
    finally:
        sys.excepthook = former
    assert "kesalahan" in notify.last()
    assert "a defect" in caplog.text


def test_the_driver_is_not_touched_by_the_window_thread(start, house, monkeypatch) -> None:
    """No page of the supervisor waits for the disk while it is shown, beyond what is cached after the first use."""
    import threading

    program = start(house.folder)
    program.enter(house["service_supervisor"])
    for code in ("overview", "summary", "staff", "manage", "files", "find"):
        program.desktop.go(code)
        program.settle()
    window = threading.current_thread()
    store, seen = program.desktop.services.office.store, []
    reading = store.reading

    def watched():
        if threading.current_thread() is window:
            seen.append(program.shell.code())
        return reading()

    monkeypatch.setattr(store, "reading", watched)
    for code in ("overview", "summary", "staff", "manage", "files", "find"):
        program.desktop.go(code)
        program.settle()
    assert seen == []
