"""Slow work comes back on the window's thread, in order, once, and never to a page that is gone."""

import logging
import threading

import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from app.errors import Refused
from app.ui.background import Background
from app.ui.notify import Notify


@pytest.fixture
def page(qtbot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


def test_work_runs_beside_the_window_and_its_result_comes_back_to_it(
    qtbot, background: Background, page
) -> None:
    seen: list[tuple[str, bool]] = []

    def work() -> str:
        return threading.current_thread().name

    def show(name: str) -> None:
        seen.append((name, QThread.currentThread() is QApplication.instance().thread()))

    background.write(page, work).success(show).start()
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [("writer_0", True)]


def test_writing_keeps_its_order(qtbot, background: Background, page) -> None:
    done: list[int] = []
    for number in range(20):
        background.write(page, lambda number=number: number).success(done.append).start()
    qtbot.waitUntil(lambda: len(done) == 20)
    assert done == list(range(20))


def test_reading_does_not_wait_for_writing(qtbot, background: Background, page) -> None:
    go, seen = threading.Event(), []
    background.write(page, lambda: go.wait(5)).success(lambda _: seen.append("write")).start()
    background.read(page, lambda: "read").success(seen.append).start()
    qtbot.waitUntil(lambda: seen == ["read"])
    go.set()
    qtbot.waitUntil(lambda: seen == ["read", "write"])


def test_what_is_refused_goes_to_its_handler(qtbot, background: Background, notify: Notify, page) -> None:
    told: list[str] = []

    def work() -> None:
        raise Refused("program_closing")

    background.write(page, work).failure(lambda refused: told.append(refused.code)).start()
    qtbot.waitUntil(lambda: told == ["program_closing"])
    assert notify.last() == ""


def test_what_is_refused_without_a_handler_is_told_to_the_user(qtbot, background, notify, page) -> None:
    def work() -> None:
        raise Refused("program_closing")

    background.door(page).write(work, lambda _: None)
    qtbot.waitUntil(lambda: notify.last() != "")
    assert "tutup" in notify.last().lower()


def test_a_defect_is_logged_and_apologised_for(qtbot, background, notify, page, caplog) -> None:
    with caplog.at_level(logging.ERROR):
        background.read(page, lambda: 1 // 0).failure(lambda _: pytest.fail("not a refusal")).start()
        qtbot.waitUntil(lambda: "kesalahan" in notify.last())
    assert "ZeroDivisionError" in caplog.text


def test_a_handler_that_fails_is_logged_too_and_the_button_comes_back(
    qtbot, background, notify, page, caplog
) -> None:
    button = QPushButton(page)
    background.read(page, lambda: 0).success(lambda zero: 1 // zero).once(button).start()
    assert not button.isEnabled()
    qtbot.waitUntil(lambda: "kesalahan" in notify.last())
    assert button.isEnabled()


def test_nobody_is_called_once_the_page_is_gone(qtbot, background: Background) -> None:
    go, seen = threading.Event(), []
    gone = QWidget()
    background.write(gone, lambda: go.wait(5)).success(seen.append).settled(lambda: seen.append(1)).start()
    gone.deleteLater()
    qtbot.waitSignal(gone.destroyed, timeout=20_000, raising=False)
    QApplication.processEvents()
    QApplication.sendPostedEvents(None, 52)
    go.set()
    qtbot.waitUntil(lambda: not background.busy)
    assert seen == []


def test_two_clicks_do_one_thing(qtbot, background: Background, page) -> None:
    button, count = QPushButton("Cetak", page), []
    button.clicked.connect(
        lambda: background.write(page, lambda: None).success(lambda _: count.append(1)).once(button).start()
    )
    page.show()
    button.click()
    button.click()
    qtbot.waitUntil(lambda: not background.busy)
    assert count == [1]
    assert button.isEnabled()


def test_it_says_when_it_is_busy(qtbot, background: Background, page) -> None:
    said: list[bool] = []
    background.busy_changed.connect(said.append)
    background.write(page, lambda: None).start()
    background.write(page, lambda: None).start()
    qtbot.waitUntil(lambda: said == [True, False])


def test_closing_finishes_all_writing_and_takes_no_more(qtbot, notify: Notify, page) -> None:
    background, written, told = Background(notify), [], []
    for number in range(5):
        background.write(page, lambda number=number: written.append(number)).start()
    background.close()
    assert written == [0, 1, 2, 3, 4]
    background.write(page, lambda: written.append(9)).failure(
        lambda refused: told.append(refused.code)
    ).start()
    qtbot.waitUntil(lambda: told == ["program_closing"])
    assert 9 not in written
