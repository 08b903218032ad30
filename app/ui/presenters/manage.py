"""The manage page: printer, backup, journal, rules of head office, the PC's part in the branch."""

from pathlib import Path
from typing import Protocol

import msgspec

from app.credentials import show_recovery_key
from app.devices.connection import PrinterSetting
from app.domain.slips import TicketSlip
from app.errors import Refused
from app.services.backup_scans import QUIET, Progress
from app.services.backups import RecoveryRenewal, Saved, backup
from app.services.health import Health, check, rebuild
from app.services.services import Services
from app.ui.door import Door


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows."""

    printer: PrinterSetting
    rules_name: str
    rules_version: int
    rules_from: str
    entries: int
    head: str
    is_home: bool
    folder: str
    key_place: str
    free_disk: int
    officers: tuple[tuple[str, str], ...]
    """(id, name) of those who could be the second officer for a new recovery key."""


class View(Protocol):
    """What the page shows."""

    def show_facts(self, facts: Facts) -> None:
        """State of this PC."""
        ...

    def show_health(self, health: Health) -> None:
        """What the full check found."""
        ...

    def show_new_key(self, key: str) -> None:
        """A new recovery key, to be written down and typed back."""
        ...

    def show_saved(self, saved: Saved) -> None:
        """A backup was made."""
        ...

    def said(self, what: str, detail: str = "") -> None:
        """Something was done: printer_kept, printed, rebuilt, rules_loaded, key_kept."""
        ...

    def show_refusal(self, refused: Refused) -> None:
        """Why it did not work."""
        ...


class ManagePresenter:
    """Each action in the background, each with its own word when it is done."""

    def __init__(self, services: Services, door: Door, view: View, who: str) -> None:
        self._services = services
        self._door = door
        self._view = view
        self._who = who
        self._renewal: RecoveryRenewal | None = None

    def load(self) -> None:
        """Read the state of this PC."""
        self._door.read(self._facts, self._view.show_facts, self._view.show_refusal)

    def _facts(self) -> Facts:
        office = self._services.office
        rules = office.rules()
        entries, head = office.journal.head()
        return Facts(
            printer=self._services.printing.setting(),
            rules_name=rules.name,
            rules_version=rules.version,
            rules_from=rules.valid_from,
            entries=entries,
            head=head,
            is_home=self._services.staff.is_home(),
            folder=str(office.folder.path),
            key_place=office.key_place,
            free_disk=office.free_disk(),
            officers=tuple(
                (card.id, card.name)
                for card in self._services.sign_in.people()
                if card.id != self._who and office.may(card.id, "backup.make")
            ),
        )

    # ------------------------------------------------------------------------------------------ printer

    def keep_printer(self, setting: PrinterSetting) -> None:
        """Use this printer from now on."""
        self._done(lambda: self._services.printing.choose(setting), "printer_kept")

    def try_printer(self, setting: PrinterSetting) -> None:
        """Print a test ticket and wait for it."""
        branch = self._services.office.branch().name

        def work() -> None:
            slip = TicketSlip(
                branch=branch,
                service="Uji cetak",
                label="A-000",
                issued_line="Bukan karcis",
                ahead_line=None,
                estimate_line=None,
                priority=None,
                missing=(),
                bring=(),
                footer=(),
                code="uji",
            )
            self._services.printing.test_page(setting, slip)

        self._door.read(work, lambda _: self._view.said("printed"), self._view.show_refusal)

    # ------------------------------------------------------------------------------------------ safety

    def back_up(self, path: str, progress: Progress = QUIET) -> None:
        """Write a backup; work goes on meanwhile."""
        target = Path(path)
        self._door.read(
            lambda: backup(self._services.office, target, self._who, progress),
            self._view.show_saved,
            self._view.show_refusal,
        )

    def check(self) -> None:
        """Read every page and every entry."""
        office = self._services.office
        self._door.read(lambda: check(office), self._view.show_health, self._view.show_refusal)

    def rebuild(self) -> None:
        """Fold every stream anew."""
        office = self._services.office
        self._door.write(
            lambda: rebuild(office),
            lambda aside: self._view.said("rebuilt", str(aside)),
            self._view.show_refusal,
        )

    def load_rules(self, path: str) -> None:
        """Take over signed rules of head office."""
        self._done(lambda: self._services.rule_bundles.load(self._who, Path(path)), "rules_loaded")

    def begin_renewal(self, second: str, secret: str) -> None:
        """A new recovery key: the second officer shows by PIN that they are here."""

        def work() -> RecoveryRenewal:
            self._services.sign_in.confirm(second, secret)
            return RecoveryRenewal(self._services.office, self._who, second)

        def done(renewal: RecoveryRenewal) -> None:
            self._renewal = renewal
            self._view.show_new_key(show_recovery_key(renewal.recovery_key))

        self._door.write(work, done, self._view.show_refusal)

    def keep_renewal(self, typed: str) -> None:
        """Typed back from paper."""
        renewal = self._renewal
        if renewal is not None:
            self._done(lambda: renewal.keep(typed), "key_kept")

    def _done(self, work: "Work", what: str) -> None:
        def done(_: object) -> None:
            self._view.said(what)
            self.load()

        self._door.write(work, done, self._view.show_refusal)


class Work(Protocol):
    """Something to do."""

    def __call__(self) -> object:
        """Do it."""
        ...
