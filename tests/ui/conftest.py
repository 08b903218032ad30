"""What the tests of the windows stand on: the program's own theme, and nothing left over."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from app.ui import theme
from app.ui.background import Background
from app.ui.notify import Notify


@pytest.fixture(scope="session", autouse=True)
def dressed(qapp: QApplication) -> QApplication:
    """The program in light colours at ordinary size."""
    theme.apply(qapp)
    return qapp


@pytest.fixture
def notify() -> Notify:
    return Notify()


@pytest.fixture
def background(notify: Notify) -> Iterator[Background]:
    made = Background(notify)
    yield made
    made.close()
