"""A new computer joins a branch from the first window: hubs that are heard, a code that is read out, and sign-in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import keyring.backends.fail
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.config import DataFolder
from app.errors import Refused
from app.services.office import Office, Ports
from app.sync.finding import FoundHub
from app.ui.pages.wizard import CHOICE, JOIN, WizardPage
from tests.houses import CountingEntropy, FakeClock, FakeMachine, make_branch
from tests.ui.program import K, Start

MEDAN = FoundHub("MDU", "Medan Utara", "https://192.168.1.5:8443", "a")
BINJAI = FoundHub("BNJ", "Binjai", "https://192.168.1.9:8443", "b")


class StandInHub:
    """Heard on the LAN, and joined by whoever knows the code."""

    def __init__(self, branch: DataFolder) -> None:
        self.branch = branch
        self.heard: tuple[FoundHub, ...] = (MEDAN,)
        self.asked: list[tuple[Any, ...]] = []
        self.refuses = ""

    def find(self) -> tuple[FoundHub, ...]:
        return self.heard

    def join(
        self,
        folder: DataFolder,
        address: str,
        code: str,
        name: str,
        place: str,
        ports: Ports,
        key_file: Path | None = None,
    ) -> Office:
        self.asked.append((address, code, name, place, key_file))
        if self.refuses:
            raise Refused(self.refuses, left=4)
        from app.services.office import open_office

        return open_office(self.branch, ports)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch) -> StandInHub:
    house = make_branch(tmp_path / "hub")
    house.close()
    stand = StandInHub(house.folder)
    monkeypatch.setattr("app.services.joining.find_hubs", stand.find)
    monkeypatch.setattr("app.services.joining.join", stand.join)
    return stand


@pytest.fixture
def page(qtbot, tmp_path, background, hub) -> Iterator[WizardPage]:
    ports = Ports(FakeClock(), CountingEntropy("join"), FakeMachine("b" * 32))
    made = WizardPage(DataFolder(tmp_path / "baru"), ports, background)
    qtbot.addWidget(made)
    made.resize(1280, 680)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    settle(qtbot, background)
    made.setFocus()
    opened = []
    made.finished.connect(lambda _, services: opened.append(services))
    yield made
    for services in opened:
        services.close()


def settle(qtbot, background) -> None:
    for _ in range(3):
        qtbot.waitUntil(lambda: not background.busy, timeout=20_000)
        QApplication.processEvents()


def press(qtbot, background, page: WizardPage, *keys: Qt.Key, alt: bool = False) -> None:
    modifier = Qt.KeyboardModifier.AltModifier if alt else Qt.KeyboardModifier.NoModifier
    for key in keys:
        QTest.keyClick(QApplication.focusWidget() or page, key, modifier)
        settle(qtbot, background)


def write(text: str) -> None:
    QTest.keyClicks(QApplication.focusWidget(), text)


def test_a_computer_joins_with_keys_alone_and_asks_who_works_here(start: Start, tmp_path, hub) -> None:
    program = start(DataFolder(tmp_path / "baru"))
    page = program.wait_for("wizard")
    program.key(K.Key_F5)
    step = page.join_step  # type: ignore[attr-defined]
    assert page.step() == JOIN  # type: ignore[attr-defined]
    assert step.address.text() == MEDAN.address  # the only hub that is heard
    program.key(K.Key_Return)
    write("abcd-efgh-jk")
    program.key(K.Key_Return)
    QApplication.focusWidget().selectAll()  # type: ignore[union-attr]
    write("Loket 6")
    QTest.keyClick(QApplication.focusWidget(), K.Key_Return)
    program.wait_for("sign_in")
    assert hub.asked == [(MEDAN.address, "abcd-efgh-jk", "Loket 6", "counter", None)]
    assert program.desktop.services.office.branch().name == "Medan Utara"


def test_several_hubs_are_chosen_by_a_key(qtbot, page, background, hub) -> None:
    hub.heard = (MEDAN, BINJAI)
    press(qtbot, background, page, K.Key_F5)
    step = page.join_step
    assert step.address.text() == ""
    assert [each.words() for each in step.hubs] == [
        f"Medan Utara · {MEDAN.address}",
        f"Binjai · {BINJAI.address}",
    ]
    press(qtbot, background, page, K.Key_2, alt=True)
    assert step.address.text() == BINJAI.address
    assert step.code.edit.hasFocus()


def test_no_hub_heard_is_said_and_may_be_tried_again(qtbot, page, background, hub) -> None:
    hub.heard = ()
    press(qtbot, background, page, K.Key_F5)
    assert "Tidak ada komputer utama yang ditemukan" in page.join_step.heard.text()
    hub.heard = (MEDAN,)
    press(qtbot, background, page, K.Key_F5)
    assert page.join_step.address.text() == MEDAN.address


def test_a_typed_address_is_kept_and_gets_its_scheme(qtbot, page, background, hub) -> None:
    hub.heard = ()
    press(qtbot, background, page, K.Key_F5)
    write("192.168.1.7:8443")
    hub.heard = (MEDAN,)
    press(qtbot, background, page, K.Key_F5)
    assert page.join_step.address.text() == "192.168.1.7:8443"
    press(qtbot, background, page, K.Key_F2)
    assert hub.asked[0][0] == "https://192.168.1.7:8443"


def test_a_refusal_is_one_sentence_and_keeps_what_was_typed(qtbot, page, background, hub) -> None:
    hub.refuses = "enrolment_code_wrong"
    press(qtbot, background, page, K.Key_F5)
    page.join_step.code.edit.setFocus()
    write("AAAA-BBBB-CC")
    press(qtbot, background, page, K.Key_F2)
    assert "4 kali percobaan" in page._refusal.text()
    assert page.join_step.code.text() == "AAAA-BBBB-CC"
    assert page.join_step.code.edit.hasFocus()
    assert not page.join_step.progress.isVisible()
    assert page.join_step.following.isEnabled()


def test_without_an_address_nobody_is_asked(qtbot, page, background, hub) -> None:
    hub.heard = ()
    press(qtbot, background, page, K.Key_F5, K.Key_F2)
    assert not page._refusal.isVisible()  # nothing was typed yet
    page.join_step.code.set_text("abcd-efgh-jk")
    press(qtbot, background, page, K.Key_F2)
    assert "Alamat komputer utama belum diisi" in page._refusal.text()
    assert not hub.asked


def test_while_it_joins_there_is_progress_and_no_second_try(qtbot, page, background, hub) -> None:
    press(qtbot, background, page, K.Key_F5)
    seen = []

    def join(*given: Any) -> Office:
        seen.append((page.join_step.progress.isVisible(), page.join_step.isEnabled()))
        raise Refused("hub_slow", address=MEDAN.address)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("app.services.joining.join", join)
        press(qtbot, background, page, K.Key_F2)
    assert seen == [(True, False)]


def test_without_a_safe_keyring_a_key_file_is_asked_for(qtbot, page, background, hub, tmp_path) -> None:
    keyring.set_keyring(keyring.backends.fail.Keyring())
    page.presenter.look_for_keyring()
    settle(qtbot, background)
    press(qtbot, background, page, K.Key_F5)
    assert page.join_step.key_file.isVisible()
    press(qtbot, background, page, K.Key_F2)
    assert not hub.asked
    page.join_step.key_file.set_text(str(tmp_path / "loket.key"))
    press(qtbot, background, page, K.Key_F2)
    assert hub.asked[0][4] == tmp_path / "loket.key"


def test_esc_goes_back_to_the_choice(qtbot, page, background) -> None:
    press(qtbot, background, page, K.Key_F5, K.Key_Escape)
    assert page.step() == CHOICE


def test_the_step_hears_no_key_twice_and_fits(qtbot, page, background, hub) -> None:
    hub.heard = (MEDAN, BINJAI)
    press(qtbot, background, page, K.Key_F5)
    page.show_keyring(False)
    QApplication.processEvents()
    heard = [
        each.key().toString()
        for each in page.findChildren(QShortcut)
        if each.parent().isVisible()  # type: ignore[attr-defined]
    ]
    assert len(heard) == len(set(heard)), heard
    assert page.minimumSizeHint().height() <= 680
