"""One demo day without a screen: through the same services and the same windows, with pictures of every page."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.config import DataFolder
from app.services.demo import DEMO_PEOPLE, demo
from app.services.services import Services
from app.ui import theme
from app.ui.desktop import Desktop
from app.ui.wait import pause, until

DAY = "2026-11-20"
SEED = 7
MINUTE = 10 * 60 + 42
SIZE = (1366, 734)
SETTLE_MS = 600
PATIENCE_SECONDS = 60

STORY = (
    ("security_desk", ("desk", "queue")),
    ("cso", ("counter", "files", "find")),
    ("verifier", ("files",)),
    ("finance_supervisor", ("files",)),
    ("service_supervisor", ("overview", "staff", "manage", "summary")),
)
"""Who looks at which pages."""


class Headless:
    """Plays the morning through the services, the rest through the windows."""

    def __init__(self, folder: DataFolder, tickets: int) -> None:
        self.folder = folder
        self.pictures = folder.path / "gambar"
        office = demo(folder, DAY, tickets, SEED, until_minute=MINUTE)
        self.pictures.mkdir()
        self.desktop = Desktop(folder, None, office.ports)
        self.shell = self.desktop.shell
        self.shell.resize(*SIZE)
        self.shell.show()
        self.desktop.opened(Services(office))
        self._secret = ""

    def page(self, code: str) -> QWidget:
        """Go to a page and wait until it has settled."""
        self.shell.go(code)
        pause(SETTLE_MS)
        page = self.shell.page()
        assert page is not None, code
        return page

    def picture(self, name: str) -> None:
        """Keep a picture of the window."""
        self.shell.grab().save(str(self.pictures / f"{name}.png"))

    def enter(self, role: str) -> None:
        """Sign in with the keyboard, as a person does."""
        person = next(each for each in DEMO_PEOPLE if each.roles[0] == role)
        self._secret = person.secret
        self.desktop.show_sign_in()
        page = self.shell.page()
        assert page is not None
        table, secret = page.table, page.secret  # type: ignore[attr-defined]  # the sign-in page
        until(lambda: table.current() is not None, PATIENCE_SECONDS)
        names = {card.name: card.id for card in self._services().sign_in.people()}
        table.choose_key(names[person.name])
        QTest.keyClicks(secret, person.secret)
        QTest.keyClick(secret, Qt.Key.Key_Return)
        until(lambda: self.shell.code() != "sign_in", PATIENCE_SECONDS)
        pause(SETTLE_MS)

    def _services(self) -> Services:
        services = self.desktop.services
        assert services is not None
        return services

    def play(self) -> Path:
        """Every page of every role; then the day is closed. Returns where the summary lies."""
        until(lambda: self.shell.code() == "sign_in", PATIENCE_SECONDS)
        pause(SETTLE_MS)
        self.picture("sign_in")
        for role, pages in STORY:
            self.enter(role)
            if role == "security_desk":
                self._issue()
            for code in pages:
                page = self.page(code)
                if code == "files":
                    QTest.keyClick(page.table, Qt.Key.Key_Return)  # type: ignore[attr-defined]  # its list
                    pause(SETTLE_MS)
                self.picture(code if code != "files" else f"files-{role}")
        return self._close_day()

    def _issue(self) -> None:
        """The next number agrees with the paper; then one key for the service, once more to print."""
        page = self.page("desk")
        opening, grid = page.opening, page.grid  # type: ignore[attr-defined]  # the desk's page
        until(lambda: opening.isVisible() or grid.isVisible(), PATIENCE_SECONDS)
        if opening.isVisible():
            QTest.keyClick(opening.yes, Qt.Key.Key_Return)
            until(grid.isVisible, PATIENCE_SECONDS)
            pause(SETTLE_MS)
        before = len(self._services().desk.all_of_day())
        for _ in range(2):
            QTest.keyClick(self.shell.focusWidget() or page, Qt.Key.Key_F5)
            pause(SETTLE_MS)
        until(lambda: len(self._services().desk.all_of_day()) > before, PATIENCE_SECONDS)

    def _confirm_early_closing(self) -> None:
        """The day is played in a minute: it is asked whether it shall be closed so early."""
        until(lambda: QApplication.activeModalWidget() is not None, PATIENCE_SECONDS)
        asked = QApplication.activeModalWidget()
        assert asked is not None
        QTest.keyClicks(asked.focusWidget(), self._secret)
        self.picture("closing-early")
        QTest.keyClick(asked, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    def _close_day(self) -> Path:
        """The supervisor explains what is open, with the keyboard, and closes."""
        page = self.page("summary")
        QTest.keyClick(self.shell, Qt.Key.Key_F8)
        closing = page.closing  # type: ignore[attr-defined]  # the summary page
        until(closing.isVisible, PATIENCE_SECONDS)
        QTest.keyClick(closing.table, Qt.Key.Key_1)
        QTest.keyClick(self.shell, Qt.Key.Key_F4)
        self.picture("closing")
        QTest.keyClick(self.shell, Qt.Key.Key_F8, Qt.KeyboardModifier.ControlModifier)
        self._confirm_early_closing()
        day = self._services().office.latest_day

        def closed() -> bool:
            state = day()
            return state is not None and state.closed_at is not None

        until(closed, PATIENCE_SECONDS)
        path = self.folder.prints / f"rekap-{DAY}.pdf"
        pause(SETTLE_MS)
        until(path.exists, PATIENCE_SECONDS)
        self.picture("summary-closed")
        return path


def _free(base: Path) -> DataFolder:
    """A folder for the demo that holds nothing yet."""
    number = 1
    while (base / f"contoh-{number}").exists():
        number += 1
    return DataFolder(base / f"contoh-{number}")


def play(folder: DataFolder, tickets: int, tell: Callable[[str], None] = print) -> int:
    """Run the demo day and say where everything lies; 0 when all of it worked."""
    app = QApplication.instance() or QApplication(["loket"])
    assert isinstance(app, QApplication)
    theme.apply(app)
    tell(f"Hari contoh {DAY}, {tickets} karcis, tanpa layar …")
    headless = Headless(_free(folder.path), tickets)
    summary = headless.play()
    headless.desktop.close()
    headless.shell.close()
    tell(f"Rekap harian: {summary}")
    tell(f"Gambar: {headless.pictures}")
    return 0
