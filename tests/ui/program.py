"""The whole program on a branch file, with hands on its keyboard."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.config import DataFolder
from app.services.network import Serves
from app.services.office import Office, Ports
from app.ui.desktop import Desktop
from app.ui.theme import Tone
from tests.houses import PIN, CountingEntropy, FakeClock, FakeMachine

K = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
PLAIN = Qt.KeyboardModifier.NoModifier

Start = Callable[..., "Program"]


class Program:
    """A desktop, the clock under it and the hands on its keyboard."""

    def __init__(
        self,
        qtbot,
        folder: DataFolder,
        name: str,
        clock: FakeClock | None = None,
        machine: FakeMachine | None = None,
        serving: Callable[[Office], Serves] | None = None,
    ) -> None:
        """`serving` opens the port where others call this computer; without it nobody can."""
        self.qtbot = qtbot
        self.clock = clock or FakeClock()
        ports = Ports(self.clock, CountingEntropy(name), machine or FakeMachine())
        self.desktop = Desktop(folder, None, ports)
        self.desktop.network.serving = serving
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
