"""The program on the screen: first paint, opening the branch, who sits here, and the way out."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.config import DataFolder
from app.errors import Refused
from app.ui import theme
from app.ui.background import Background
from app.ui.instance import Instance
from app.ui.notify import Notify
from app.ui.shell import PageSpec, Shell
from app.ui.theme import Colour, Tone, Type
from app.ui.widgets.cards import Picture
from app.ui.widgets.text import Label, Muted
from app.ui.words import refusal

if TYPE_CHECKING:  # the first window must not wait for the database's libraries
    from app.services.office import Ports
    from app.services.services import Services
    from app.services.sign_in import Signed
    from app.ui.hall import HallWindow

log = logging.getLogger(__name__)

LOOK = "look"
"""Setting of this PC: scheme and size of text."""

GATHER_MS = 40
"""Changes that come this close together refresh the page once."""


class StartPage(QWidget):
    """What is seen until the branch is open, or why it does not open."""

    def __init__(self) -> None:
        super().__init__()
        self._title = Label(self.tr("Loket"), Type.TITLE)
        self._text = Muted(self.tr("Membuka data cabang…"), wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.space(12)] * 4)
        column.setSpacing(theme.space(3))
        column.addStretch(1)
        column.addWidget(Picture("landmark", 3, Colour.BRAND))
        column.addWidget(self._title)
        column.addWidget(self._text)
        column.addStretch(2)

    def explain(self, text: str) -> None:
        """Why the branch does not open."""
        self._title.setText(self.tr("Data cabang tidak dapat dibuka"))
        self._text.setText(text)


class Desktop(QObject):
    """Owns window, threads and services, and lets each person in and out."""

    _written = Signal(object)

    def __init__(self, folder: DataFolder, key_file: Path | None, ports: "Ports | None" = None) -> None:
        super().__init__()
        self.folder = folder
        self.key_file = key_file
        self.ports = ports
        self.notify = Notify()
        self.background = Background(self.notify)
        self.shell = Shell()
        self.notify.attach(self.shell)
        self.services: Services | None = None
        self.signed: Signed | None = None
        self.hall: HallWindow | None = None
        self._start_page: StartPage | None = None
        self._changed: set[str] = set()
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.setInterval(GATHER_MS)
        self._gather.timeout.connect(self._tell_pages)
        self._written.connect(self._note_change)
        self._connect()

    def _connect(self) -> None:
        shell = self.shell
        shell.unlock_requested.connect(self._unlock)
        shell.switch_requested.connect(self.show_sign_in)
        shell.sign_out_requested.connect(self.show_sign_in)
        shell.closing.connect(self.close)
        hall = QShortcut(QKeySequence("F12"), shell)
        hall.activated.connect(self.show_hall)

    # ------------------------------------------------------------------------------------------ opening

    def start(self) -> None:
        """Show the window; the branch is opened behind it."""
        self.shell.set_chrome(False)
        self._show_only("start", self._make_start_page)
        self.shell.show()
        QTimer.singleShot(0, self.open_branch)

    def _make_start_page(self) -> QWidget:
        self._start_page = StartPage()
        return self._start_page

    def _show_only(self, code: str, build: Callable[[], QWidget]) -> None:
        self.shell.set_chrome(False)
        self.shell.set_pages([PageSpec(code, self.tr("Loket"), "landmark", build)])

    def open_branch(self) -> None:
        """Open the branch in the folder, or begin the wizard when there is none."""
        opening = self.background.read(self, self._open)
        opening.success(self.opened).failure(self._cannot_open).start()

    def _open(self) -> "Services | None":
        from app.services.office import open_office, system_ports
        from app.services.services import Services

        self.ports = self.ports or system_ports()
        if not self.folder.is_set_up():
            return None
        return Services(open_office(self.folder, self.ports, self.key_file))

    def _cannot_open(self, refused: Refused) -> None:
        log.error("cannot open: %s", refused)
        if self._start_page is not None:
            self._start_page.explain(refusal(refused))

    def opened(self, services: "Services | None") -> None:
        """The branch is open, or there is none yet."""
        if services is None:
            from app.ui.pages.wizard import WizardPage

            assert self.ports is not None
            ports = self.ports
            self._show_only("wizard", lambda: self._wizard(WizardPage(self.folder, ports, self.background)))
            return
        self.services = services
        services.office.journal.listen(lambda written: self._written.emit(written.families))
        office = services.office
        self._apply_look(services)
        self.shell.set_branch(office.branch().name, office.branch().zone, office.now)
        self._show_status()
        self.show_sign_in()

    def _wizard(self, page: Any) -> QWidget:
        page.finished.connect(self._set_up)
        widget: QWidget = page
        return widget

    def _set_up(self, folder: DataFolder, services: "Services") -> None:
        self.folder = folder
        self.opened(services)

    # ------------------------------------------------------------------------------------------ people

    def show_sign_in(self) -> None:
        """Ask who works here; whoever did is signed out, their drafts stay."""
        services = self.services
        if services is None:
            return
        from app.ui.pages.sign_in import SignInPage

        self.signed = None
        self.shell.unlock()
        self.shell.set_person("", "")

        def build() -> QWidget:
            page = SignInPage(services, self.background)
            page.signed_in.connect(self.sign_in)
            return page

        self._show_only("sign_in", build)

    def sign_in(self, signed: "Signed") -> None:
        """Show the pages of this person."""
        from app.ui.context import Context
        from app.ui.page_list import pages_for
        from app.ui.role_names import role_names

        assert self.services is not None
        self.signed = signed
        context = Context(self.services, self.background, self.notify, signed, self.go)
        self.shell.set_chrome(True)
        self.shell.set_person(signed.name, role_names(signed.roles))
        self.shell.set_pages(pages_for(context, self))
        QTimer.singleShot(2_000, self._check_file)

    def go(self, code: str, record: str = "") -> None:
        """Open another page, and in it a record."""
        if code == "hall":
            self.show_hall()
            return
        page = self.shell.go(code)
        opens = getattr(page, "open_record", None)
        if record and opens is not None:
            opens(record)

    def _unlock(self, secret: str) -> None:
        services, signed = self.services, self.signed
        if services is None or signed is None:
            return
        trying = self.background.write(self, lambda: services.sign_in.confirm(signed.id, secret))
        trying.success(lambda _: self.shell.unlock())
        trying.failure(lambda refused: self.shell.lock_failed(refusal(refused))).start()

    def show_hall(self) -> None:
        """The window for the hall: on a second screen where there is one."""
        if self.services is None:
            return
        from app.ui.hall import HallWindow

        if self.hall is None:
            self.hall = HallWindow(self.services, self.background)
            screens = QApplication.screens()
            if len(screens) > 1:
                self.hall.setGeometry(screens[1].availableGeometry())
        self.hall.show()
        self.hall.raise_()

    # ------------------------------------------------------------------------------------------ changes, state

    def _note_change(self, families: frozenset[str]) -> None:
        self._changed |= families
        if not self._gather.isActive():
            self._gather.start()

    def _tell_pages(self) -> None:
        changed, self._changed = self._changed, set()
        self.shell.changed(changed)
        if self.hall is not None and self.hall.isVisible():
            self.hall.refresh()

    def _check_file(self) -> None:
        """The full check of pages and chain: beside the work, once a day (DESIGN 4)."""
        if self.services is None:
            return
        from app.services.health import check_once_a_day

        office = self.services.office
        self.background.read(self, lambda: check_once_a_day(office)).success(
            lambda _: self._show_status()
        ).start()

    def _show_status(self) -> None:
        """Says in words whether all is safe, and where it is."""
        assert self.services is not None
        office = self.services.office
        if office.store.damaged:
            text = self.tr("Berkas data rusak · tidak ada yang disimpan · pulihkan dari cadangan")
            self.shell.set_status(Tone.BAD, "octagon-alert", text)
        elif office.low_disk():
            self.shell.set_status(
                Tone.WARN, "hard-drive", self.tr("Ruang disk hampir habis · masih tersimpan")
            )
        elif office.key_place == "file":
            self.shell.set_status(
                Tone.GOOD, "hard-drive", self.tr("Tersimpan di komputer ini · kunci di berkas")
            )
        else:
            self.shell.set_status(Tone.GOOD, "hard-drive", self.tr("Tersimpan di komputer ini"))

    # ------------------------------------------------------------------------------------------ look, restore

    def set_look(self, scheme: str, scale: float) -> None:
        """Light or dark, and the size of text; kept for this PC, in force for new pages at once."""
        services = self.services
        app = QApplication.instance()
        if services is None or not isinstance(app, QApplication) or self.signed is None:
            return
        theme.apply(app, scheme, scale)
        keep = self.background.write(self, lambda: services.office.set_setting(LOOK, f"{scheme} {scale}"))
        keep.start()
        code = self.shell.code()
        self.sign_in(self.signed)  # sizes are set when a page is made
        self.shell.go(code)

    def _apply_look(self, services: "Services") -> None:
        scheme, _, scale = services.office.setting(LOOK, "light 1.0").partition(" ")
        app = QApplication.instance()
        if isinstance(app, QApplication) and (scheme, scale) != ("light", "1.0"):
            theme.apply(app, scheme, float(scale))

    def begin_restore(self) -> None:
        """Put the present data aside and show the wizard's restore step; nothing is deleted."""
        services = self.services
        if services is None:
            return
        self.services, self.signed = None, None
        self.shell.set_person("", "")
        self._show_only("start", self._make_start_page)

        def work() -> None:
            aside = self.folder.path.with_name(f"{self.folder.path.name}-lama-{services.office.now()}")
            services.close()
            self._move_aside(self.folder.path, aside)

        self.background.write(self, work).success(lambda _: self.opened(None)).start()

    def _move_aside(self, present: Path, aside: Path) -> None:
        """Move everything but the lock of the running program."""
        aside.mkdir()
        for each in present.iterdir():
            if each.name != "loket.lock":
                each.rename(aside / each.name)
        self.folder.make()

    # ------------------------------------------------------------------------------------------ the way out

    def to_front(self) -> None:
        """Somebody started the program again."""
        self.shell.setWindowState(self.shell.windowState() & ~self.shell.windowState().WindowMinimized)
        self.shell.show()
        self.shell.raise_()
        self.shell.activateWindow()

    def close(self) -> None:
        """Finish what was handed in, then close the file."""
        if self.hall is not None:
            self.hall.close()
        self.background.close()
        if self.services is not None:
            self.services.close()
            self.services = None


def install_exception_hook(notify: Notify) -> None:
    """A defect anywhere is logged and apologised for; the program goes on."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.critical("unexpected", exc_info=(kind, error, trace))
        notify.apologise()

    sys.excepthook = hook


def run(folder: DataFolder, key_file: Path | None) -> int:
    """Start the window program; returns its exit code."""
    QCoreApplication.setApplicationName("Loket")
    app = QApplication(sys.argv[:1])
    theme.apply(app)
    try:
        folder.make()
        instance = Instance(folder.path)
        if not instance.take():
            return 0
    except Refused as refused:
        page = StartPage()
        page.explain(refusal(refused))
        page.resize(900, 500)
        page.show()
        return app.exec()
    desktop = Desktop(folder, key_file)
    install_exception_hook(desktop.notify)
    instance.called.connect(desktop.to_front)
    desktop.start()
    code = app.exec()
    instance.release()
    return code
