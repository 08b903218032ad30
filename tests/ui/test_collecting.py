"""A page that is gone takes its timers down on the window's thread, whoever makes garbage meanwhile."""

import gc
import threading
from typing import ClassVar

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from app.ui.collecting import Collector, collect_due, collect_on_this_thread


class Page:
    """A cycle with a timer in it, as every page is one."""

    gone: ClassVar[list[int]] = []

    def __init__(self) -> None:
        self.me = self
        self.timer = QTimer()
        self.timer.start(1)

    def __del__(self) -> None:
        Page.gone.append(threading.get_ident())


def much_garbage() -> None:
    for _ in range(gc.get_threshold()[0] * 3):
        cycle: list[object] = []
        cycle.append(cycle)


def test_garbage_made_on_another_thread_takes_no_page_down_there(qtbot) -> None:
    Page.gone.clear()
    Page()
    maker = threading.Thread(target=much_garbage)
    maker.start()
    maker.join()
    assert Page.gone == []
    collect_due()
    assert Page.gone == [threading.get_ident()]


def test_the_event_loop_collects_by_itself(qtbot) -> None:
    Page.gone.clear()
    Page()
    much_garbage()
    qtbot.waitUntil(lambda: bool(Page.gone), timeout=20_000)


def test_it_is_set_up_once_and_nothing_is_collected_below_the_threshold(qtbot) -> None:
    collect_on_this_thread()
    collect_on_this_thread()
    app = QApplication.instance()
    assert isinstance(app, QObject)
    assert len(app.findChildren(Collector)) == 1
    assert not gc.isenabled()
    gc.collect()
    Page.gone.clear()
    Page()
    collect_due()
    assert Page.gone == []
    gc.collect()
