"""The window of a main computer is closed: who works through it is named, and Enter keeps it open."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.services.network_views import LinkState
from app.ui.dialogs import Question
from app.ui.hub_closing import RECENT_MS
from tests.houses import EIGHT_O_CLOCK, House, make_branch
from tests.ui.network_stand import CONNECTED, HUB, StandInNetwork, computer
from tests.ui.program import CTRL, Program

K = Qt.Key
OTHERS = (
    computer(1, "Meja depan", here=True, is_hub=True, last_heard=None),
    computer(2, "Komputer kiri"),
    computer(3, "Komputer kanan"),
    computer(4, "Gudang", last_heard=EIGHT_O_CLOCK - RECENT_MS - 1),
    computer(5, "Komputer lama", revoked=True),
)


@pytest.fixture
def network(monkeypatch) -> StandInNetwork:
    stand = StandInNetwork(HUB)
    stand.known = OTHERS
    monkeypatch.setattr("app.services.services.Network", lambda _: stand)
    return stand


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = make_branch(tmp_path)
    made.open_day()
    made.counters.open(made["cso"], 2)
    made.close()
    return made


def at_work(start, house: House) -> Program:
    program = start(house.folder)
    program.enter(house["service_supervisor"])
    program.until(lambda: (watch := program.desktop.network.watch) is not None and watch.told is not None)
    return program


def question() -> Question:
    found = QApplication.activeModalWidget()
    assert isinstance(found, Question)
    return found


def test_who_depends_on_it_is_named_and_enter_keeps_it_open(start, house, network) -> None:
    program = at_work(start, house)
    program.shell.close()
    program.until(lambda: isinstance(QApplication.activeModalWidget(), Question))
    said = question().accessibleDescription() or words(question())
    assert "Komputer kiri, Komputer kanan." in said
    assert "Gudang" not in said
    assert "Komputer lama" not in said
    assert "Loket yang buka: 2." in said
    program.key(K.Key_Return)
    assert program.shell.isVisible()
    assert program.desktop.services is not None
    program.shell.close()
    program.until(lambda: isinstance(QApplication.activeModalWidget(), Question))
    program.key(K.Key_Return, CTRL)
    program.until(lambda: not program.shell.isVisible())
    assert program.desktop.services is None


def words(dialog: Question) -> str:
    from PySide6.QtWidgets import QLabel

    return " ".join(label.text() for label in dialog.findChildren(QLabel))


@pytest.mark.parametrize(
    "link", [CONNECTED, LinkState(role="alone"), replace(CONNECTED, cut=("hub",), since=EIGHT_O_CLOCK)]
)
def test_another_computer_is_closed_without_a_question(start, house, network, link) -> None:
    network.link = link
    program = at_work(start, house)
    program.shell.close()
    assert not program.shell.isVisible()


def test_a_main_computer_that_nobody_calls_is_closed_without_a_question(start, house, network) -> None:
    network.known = OTHERS[:1]
    program = at_work(start, house)
    program.shell.close()
    assert not program.shell.isVisible()
