"""The whole program in one window: opening, people coming and going, damage, restore, and the way out."""

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.config import DataFolder
from app.ui import theme
from app.ui.desktop import LOOK
from app.ui.dialogs import Question
from app.ui.notify import Notify, install_exception_hook
from app.ui.pages.wizard import CHOICE
from tests.houses import PIN, House, make_branch

K = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
PLAIN = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = make_branch(tmp_path)
    made.close()
    return made


# ------------------------------------------------------------------------------------------------ opening


def test_a_folder_without_a_branch_begins_the_wizard(start, tmp_path) -> None:
    page = start(DataFolder(tmp_path / "cabang")).wait_for("wizard")
    assert page.step() == CHOICE


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
    for _ in range(15):
        assert program.desktop.services.drafts.of(house["cso"], "case", "x")
        program.clock.jump(86_400_000)
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


# ------------------------------------------------------------------------------------------------ leaving the seat


def at_a_counter(start, house):  # type: ignore[no-untyped-def]
    """A counter officer signed in, with counter 1 open."""
    program = start(house.folder)
    program.enter(house["cso"])
    program.desktop.services.desk.open_day(house["security_desk"], {})
    program.desktop.services.counters.open(house["cso"], 1)
    program.settle()
    return program


def question(program) -> Question:  # type: ignore[no-untyped-def]
    found: list[Question] = []
    program.until(lambda: found.extend(program.shell.findChildren(Question)) or found)
    return found[0]


def test_who_leaves_an_open_counter_is_asked_whether_it_closes(start, house) -> None:
    program = at_a_counter(start, house)
    program.key(K.Key_U, CTRL)
    asked = question(program)
    assert "Loket 1" in asked.windowTitle()
    assert program.shell.code() != "sign_in"
    asked.yes.click()
    program.wait_for("sign_in")
    assert program.desktop.services.counters.my_counter(house["cso"]) is None


def test_a_counter_may_stay_open_when_its_officer_leaves(start, house) -> None:
    program = at_a_counter(start, house)
    program.key(K.Key_U, CTRL)
    asked = question(program)
    QTest.keyClick(asked, K.Key_Return)  # Enter closes nothing
    program.wait_for("sign_in")
    assert program.desktop.services.counters.my_counter(house["cso"]) == 1


def test_the_next_start_begins_at_who_sat_here_last_and_takes_the_pin_at_once(start, house) -> None:
    person = house["verifier"]
    program = start(house.folder)
    program.enter(person)
    program.desktop.show_sign_in()
    page = program.wait_for("sign_in")
    assert page.table.current_key() == person
    assert QApplication.focusWidget() is page.table
    QTest.keyClicks(QApplication.focusWidget(), PIN[0])
    QTest.keyClicks(QApplication.focusWidget(), PIN[1:])
    program.key(K.Key_Return)
    program.until(lambda: program.shell.code() != "sign_in")
    assert program.desktop.signed.id == person
