"""What the tests of the windows stand on: the program's own theme, and nothing left over."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.config import DataFolder
from app.ui import theme
from app.ui.background import Background
from app.ui.collecting import collect_on_this_thread
from app.ui.notify import Notify
from tests.ui.program import Program, Start

PATIENCE_MS = 20_000


@pytest.fixture(scope="session", autouse=True)
def dressed(qapp: QApplication) -> QApplication:
    """The program in light colours at ordinary size."""
    theme.apply(qapp)
    collect_on_this_thread()
    return qapp


@pytest.fixture
def qtbot(qtbot: QtBot) -> QtBot:
    """Waits for what comes by itself as long as a busy machine may need; what has come ends the wait at once."""
    for name in ("waitUntil", "waitSignal", "waitActive", "waitExposed"):
        setattr(qtbot, name, partial(getattr(qtbot, name), timeout=PATIENCE_MS))
    return qtbot


@pytest.fixture
def notify() -> Notify:
    return Notify()


@pytest.fixture
def background(notify: Notify) -> Iterator[Background]:
    made = Background(notify)
    yield made
    made.close()


@pytest.fixture
def start(qtbot, request) -> Iterator[Start]:
    running: list[Program] = []

    def begin(folder: DataFolder, *more: Any, **named: Any) -> Program:
        running.append(Program(qtbot, folder, f"{request.node.name} {len(running)}", *more, **named))
        return running[-1]

    yield begin
    for each in running:
        each.desktop.close()
        each.shell.close()
        each.shell.deleteLater()
    theme.apply(QApplication.instance())  # type: ignore[arg-type]
