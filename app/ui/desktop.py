"""The program on the screen: first paint, opening the branch, who sits here, and the way out."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget

from app.config import DataFolder
from app.errors import Refused
from app.services.persons import FirstNames
from app.ui import theme
from app.ui.background import Background
from app.ui.collecting import collect_on_this_thread, settle_memory
from app.ui.day_watch import DayWatch
from app.ui.network_part import NetworkPart
from app.ui.notify import Notify
from app.ui.opening import LOOK, as_refusal, look_first, open_services
from app.ui.pages.sign_in import SignInPage
from app.ui.safety import Safety
from app.ui.shell import PageSpec, Shell
from app.ui.start_page import StartPage
from app.ui.theme import Tone
from app.ui.words import refusal

if TYPE_CHECKING:  # the first window must not wait for the database's libraries
    from app.services.office import Ports
    from app.services.persons import Signed
    from app.services.services import Services
    from app.ui.hall import HallWindow

log = logging.getLogger(__name__)

GATHER_MS = 40
"""Changes that come this close together refresh the page once."""

SETTLED_MS = 1_500
"""After a sign-in, until its pages are built."""


class Desktop(QObject):
    """Owns window, threads and services, and lets each person in and out."""

    _written = Signal(object)

    def __init__(self, folder: DataFolder, key_file: Path | None, ports: "Ports | None" = None) -> None:
        super().__init__()
        collect_on_this_thread()
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
        self.hold: Callable[[DataFolder], bool] | None = None
        """Takes the folder for this window alone; False when another window has it and was called."""
        self.safety = Safety(self.shell, self.background, self.notify, self.begin_restore)
        self.network = NetworkPart(self.shell, self.background, self.notify, self.safety, self.go)
        self._changed: set[str] = set()
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.setInterval(GATHER_MS)
        self._gather.timeout.connect(self._tell_pages)
        self._written.connect(self._note_change)
        self.day_watch = DayWatch(lambda: self.services, self)
        self._connect()

    def _connect(self) -> None:
        shell = self.shell
        shell.unlock_requested.connect(self._unlock)
        shell.switch_requested.connect(self.leave)
        shell.sign_out_requested.connect(self.leave)
        shell.closing.connect(self.close)
        shell.may_close = self._may_close
        self.day_watch.turned.connect(lambda: self._note_change(frozenset({"day", "ticket"})))
        self.day_watch.slept.connect(shell.lock)
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
        page = StartPage()
        page.retry.clicked.connect(self.open_branch)
        page.restore.clicked.connect(self.begin_restore)
        page.chosen.connect(lambda path: self.use_folder(DataFolder(Path(path))))
        page.report_to.connect(lambda path: self._report(page, Path(path)))
        self._start_page = page
        return page

    def _report(self, page: StartPage, path: Path) -> None:
        refused, folder = page.refused, self.folder
        if refused is not None:
            from app.services.failure_report import write_report

            told = self.tr("Laporan disimpan: {path}. Tidak ada data pribadi di dalamnya.").format(path=path)
            writing = self.background.read(self, lambda: write_report(path, refused, folder))
            writing.success(lambda _: self.notify.toast(told)).start()

    def _show_only(self, code: str, build: Callable[[], QWidget]) -> None:
        self.shell.set_chrome(False)
        self.shell.set_pages([PageSpec(code, self.tr("Loket"), "landmark", build)])

    def open_branch(self) -> None:
        """Show the names at once, open the branch behind them; or begin the wizard when there is none."""
        if not self._has_folder():
            return
        folder, key_file = self.folder, self.key_file
        self.background.read(self, lambda: look_first(folder, key_file)).success(self._show_names).start()

    def _has_folder(self) -> bool:
        """Whether the folder is ours; where it is not, why is told, or the window that has it came to the front."""
        try:
            held = self.hold is None or self.hold(self.folder)
        except Exception as error:
            self.cannot_open(as_refusal(error))
            return False
        if not held:
            self.shell.close()
        return held

    def _show_names(self, first: FirstNames | None) -> None:
        if first is not None:
            self._show_sign_in(first)
        opening = self.background.read(self, self._open)
        opening.success(self._found).failure(self.cannot_open).start()

    def _open(self) -> "tuple[Services, str] | None":
        from app.services.office import system_ports

        self.ports = self.ports or system_ports()
        return open_services(self.folder, self.ports, self.key_file)

    def cannot_open(self, refused: Refused) -> None:
        """The start page says why, with the ways on."""
        log.error("cannot open: %s", refused, exc_info=refused)
        if self.shell.code() != "start":
            self._show_only("start", self._make_start_page)
        if self._start_page is not None:
            self._start_page.tell(refused)

    def use_folder(self, folder: DataFolder) -> None:
        """Open the branch of another folder instead."""
        self.folder, self.key_file = folder, None
        if folder.is_set_up():
            self.open_branch()
        else:
            self.cannot_open(Refused("folder_without_branch", folder=str(folder.path)))

    def _found(self, found: "tuple[Services, str] | None") -> None:
        if found is None:
            self._begin_wizard(replacing=False)
            return
        try:
            self.opened(*found)
        except Exception as error:  # the disk may fail at any moment, also while the first page is read
            self.services = None
            found[0].close()
            self.cannot_open(as_refusal(error))

    def _begin_wizard(self, *, replacing: bool) -> None:
        from app.ui.pages.wizard import WizardPage

        assert self.ports is not None
        page = WizardPage(self.folder, self.ports, self.background, replacing=replacing)
        page.finished.connect(self._set_up)
        page.restored.connect(self._say_restored)
        page.left.connect(self.start)
        self._show_only("wizard", lambda: page)

    def opened(self, services: "Services", look: str = "") -> None:
        """The branch is open: ask who works here."""
        self.services = services
        services.office.journal.listen(lambda written: self._written.emit(written.families))
        office = services.office
        redressed = self._apply_look(look)
        self.shell.set_branch(office.branch().name, office.branch().zone, office.now)
        self.shell.set_idle_seconds(office.rules().limits.lock_idle_seconds)
        self.safety.begin(office)
        self.network.begin(services)
        page = self.shell.page()
        if isinstance(page, SignInPage) and not redressed:
            page.serve(services)
        else:  # sizes are set when a page is made
            self.show_sign_in()

    def _set_up(self, folder: DataFolder, services: "Services") -> None:
        self.folder = folder
        self.opened(services)

    def _say_restored(self, words: str, is_whole: bool) -> None:
        self.notify.toast(words, Tone.GOOD if is_whole else Tone.WARN)

    # ------------------------------------------------------------------------------------------ people

    def leave(self) -> None:
        """Somebody goes from this computer; under the lock nobody is asked for an absent person's counter."""
        if self.services is None or self.signed is None or self.shell.is_locked():
            self.show_sign_in()
            return
        from app.ui.leaving import leave_seat

        leave_seat(self.shell, self.services, self.background, self.notify, self.signed.id, self.show_sign_in)

    def show_sign_in(self) -> None:
        """Ask who works here; whoever did is signed out, their drafts stay."""
        if self.services is None:
            return
        self.signed = None
        self.safety.set_person("")
        self.network.set_person(None)
        self.shell.unlock()
        self.shell.set_person("", "")
        self._show_sign_in()

    def _show_sign_in(self, first: FirstNames | None = None) -> None:
        def build() -> QWidget:
            page = SignInPage(self.services, self.background, first)
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
        watch = self.network.watch
        context = Context(self.services, self.background, self.notify, signed, self.go, watch)
        self.shell.set_chrome(True)
        self.shell.set_person(signed.name, role_names(signed.roles))
        self.shell.set_pages(pages_for(context, self))
        self.safety.set_person(signed.id)
        self.network.set_person(signed)
        QTimer.singleShot(SETTLED_MS, settle_memory)

    def go(self, code: str, record: str = "") -> None:
        """Open another page, and in it a record."""
        if code == "hall":
            self.show_hall()
            return
        page = self.shell.go(code)
        if page is None:
            self.notify.toast(self.tr("Halaman itu dibuka oleh petugas lain."), Tone.INFO)
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
        if self.hall.screen() is not self.shell.screen():
            self.shell.activateWindow()  # the hall's screen has no keyboard: keys go on working here

    # ------------------------------------------------------------------------------------------ changes, state

    def _note_change(self, families: frozenset[str]) -> None:
        self._changed |= families
        if not self._gather.isActive():
            self._gather.start()

    def _tell_pages(self) -> None:
        changed, self._changed = self._changed, set()
        self.shell.changed(changed)
        self.network.look_for_notices()
        if self.hall is not None and self.hall.isVisible():
            self.hall.refresh()

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

    def _apply_look(self, look: str) -> bool:
        """Whether it was not the one in force."""
        scheme, _, scale = (look or "light 1.0").partition(" ")
        present = theme.active()
        app = QApplication.instance()
        changed = (scheme, float(scale)) != (present.scheme, present.scale)
        if changed and isinstance(app, QApplication):
            theme.apply(app, scheme, float(scale))
        return changed

    def begin_restore(self) -> None:
        """Close the branch and ask for a backup. The branch is put aside only when the backup has been proven."""
        services, self.services, self.signed = self.services, None, None
        self.safety.stop()
        self.network.end()
        self._close_hall()
        self.shell.unlock()
        self.shell.set_person("", "")
        self._show_only("start", self._make_start_page)

        def work() -> None:
            from app.services.office import system_ports

            self.ports = self.ports or system_ports()
            try:
                if services is not None:
                    services.close()
            except Exception:  # a broken disk may refuse even that, and the backup is what helps
                log.exception("the branch did not close")

        closing = self.background.write(self, work)
        closing.success(lambda _: self._begin_wizard(replacing=self.folder.is_set_up())).start()

    # ------------------------------------------------------------------------------------------ the way out

    def _may_close(self) -> bool:
        """A main computer that others work through is not closed without a word."""
        watch = self.network.watch
        if self.services is None or watch is None:
            return True
        from app.ui.hub_closing import ask_before_closing

        return ask_before_closing(
            self.shell, self.services, self.background, self.notify, watch.told, self._close_for_all
        )

    def _close_for_all(self) -> None:
        self.shell.may_close = lambda: True
        self.shell.close()

    def to_front(self) -> None:
        """Somebody started the program again."""
        self.shell.setWindowState(self.shell.windowState() & ~self.shell.windowState().WindowMinimized)
        self.shell.show()
        self.shell.raise_()
        self.shell.activateWindow()

    def _close_hall(self) -> None:
        if self.hall is not None:
            self.hall.close()
            self.hall.deleteLater()
            self.hall = None

    def close(self) -> None:
        """Finish what was handed in, then close the file."""
        self.safety.stop()
        self.network.end()
        self._close_hall()
        self.background.close()
        if self.services is not None:
            self.services.close()
            self.services = None
