"""Two whole programs on one table: the second one joins the first over the network, and sees what happens there."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.config import DataFolder
from app.main import _Port
from app.server import hub_in_program
from app.ui.theme import Tone
from tests.houses import FakeClock, FakeMachine, last_morning, make_branch
from tests.ui.program import ALT, CTRL, K, Program, Start


@pytest.fixture
def on_this_computer_alone(monkeypatch) -> None:
    """The hub's port as the program opens it, but on the loopback, any free port, and unheard by other hubs' tests."""
    monkeypatch.setattr(
        hub_in_program, "Serving", partial(hub_in_program.Serving, host="127.0.0.1", port=0, announce=False)
    )
    monkeypatch.setattr("app.sync.finding.try_finder", lambda: None)
    # its cable is in
    monkeypatch.setattr("app.services.network_standing.own_addresses", lambda: ("192.0.2.5",))
    monkeypatch.setattr("platform.node", lambda: "Loket 2")


def hands_on(program: Program) -> None:
    """The person turns to this screen."""
    program.shell.activateWindow()
    program.until(program.shell.isActiveWindow)
    program.clock.pass_seconds(5)


def to_page(program: Program, code: str) -> None:
    """Alt and the digit that the side bar shows beside the page."""
    shown = program.shell.bar.button(code).toolTip()
    digit = next(number for number in range(10) if f"Alt+{number}" in shown)
    program.key(getattr(K, f"Key_{digit}"), ALT)
    program.wait_for(code)


def write(text: str) -> None:
    held = QApplication.focusWidget()
    assert held is not None
    QTest.keyClicks(held, text)


def invited(program: Program) -> tuple[str, str]:
    """Code and address as they stand on the page of the computers."""
    to_page(program, "manage")
    program.key(K.Key_2, CTRL)
    card = program.shell.page().computers.invite  # type: ignore[union-attr]
    program.key(K.Key_F2)
    program.until(lambda: card.is_open)
    return card.code.text(), card.address.text().removeprefix("Alamat: ")


def join(program: Program, code: str, address: str) -> None:
    """From the first question of an empty computer to the names of those who work here."""
    page = program.wait_for("wizard")
    program.key(K.Key_F5)
    step = page.join_step  # type: ignore[attr-defined]
    program.until(step.again.isEnabled)
    assert "Tidak ada komputer utama yang ditemukan" in step.heard.text()
    write(address)
    program.key(K.Key_Return)
    write(code)
    program.key(K.Key_Return)
    assert step.name.text() == "Loket 2"
    QTest.keyClick(QApplication.focusWidget(), K.Key_Return)
    program.until(lambda: program.shell.code() == "sign_in" or "Kode diperiksa" not in page._refusal.text())  # type: ignore[attr-defined]
    program.wait_for("sign_in")


def issue(program: Program) -> str:
    """The day is opened and somebody takes a number."""
    to_page(program, "desk")
    page = program.shell.page()
    program.key(K.Key_Return)  # the numbers agree with the paper
    program.clock.pass_seconds(5)
    tickets = program.desktop.services.desk.all_of_day  # type: ignore[union-attr]
    program.key(K.Key_F1)
    program.key(K.Key_Return)
    program.until(tickets)
    assert page is program.shell.page()
    return str(tickets()[0].label)


@pytest.mark.enable_socket
def test_a_second_computer_joins_and_sees_the_ticket_of_the_first(
    start: Start, tmp_path: Path, on_this_computer_alone: None
) -> None:
    house = make_branch(tmp_path)
    supervisor, folder = house["service_supervisor"], house.folder
    house.close()
    first = start(folder, FakeClock(last_morning()), serving=_Port)
    first.enter(supervisor)
    code, address = invited(first)
    assert address.startswith("https://127.0.0.1:")

    second = start(DataFolder(tmp_path / "baru"), FakeClock(first.clock.now()), FakeMachine("b" * 32))
    hands_on(second)
    join(second, code, address)
    second.enter(supervisor)
    to_page(second, "queue")
    computers = first.desktop.services.network.computers  # type: ignore[union-attr]
    assert [each.name for each in computers()][1:] == ["Loket 2"]
    chip: Callable[[], tuple[Tone, str]] = second.status
    second.until(lambda: chip()[0] == Tone.GOOD and "Tersambung" in chip()[1])

    hands_on(first)
    label = issue(first)
    table = second.shell.page().table  # type: ignore[union-attr]
    second.until(lambda: label in shown(table))

    first.desktop.close()
    second.until(lambda: chip()[0] == Tone.WARN)
    assert "komputer utama" in chip()[1].lower()
    second.desktop.close()


def shown(table) -> list[str]:
    model = table.model()
    return [
        str(model.index(line, column).data())
        for line in range(model.rowCount())
        for column in range(model.columnCount())
    ]
