"""The first start: what was typed so far, and making the branch of it."""

from pathlib import Path
from typing import Protocol

from app.config import DataFolder
from app.credentials import check_new_secret, keyring_is_safe, read_recovery_key, show_recovery_key
from app.domain.calendar import day_of, format_long_day
from app.domain.slips import RecoveryKeyPage
from app.errors import Refused
from app.services.backup_scans import QUIET, Progress
from app.services.backups import Restored
from app.services.office import Ports, open_office
from app.services.replace import bring_back
from app.services.services import Services
from app.services.setup import NewBranch, NewPerson, Setup, check_branch
from app.ui.door import Door

FIRST_ROLES = ("service_supervisor",)


class View(Protocol):
    """What the wizard shows."""

    def show_refusal(self, refused: Refused) -> None:
        """Why it does not go on."""
        ...

    def show_keyring(self, safe: bool) -> None:
        """Whether a key file must be chosen."""
        ...

    def show_step(self, step: int) -> None:
        """0 the choice, 1 branch, 2 supervisor, 3 recovery key, 4 restore."""
        ...

    def show_paper(self, pdf: bytes) -> None:
        """The recovery key as a page to print."""
        ...

    def done(self, folder: DataFolder, services: Services) -> None:
        """The branch is open."""
        ...

    def show_restored(self, restored: Restored) -> None:
        """What came back: entries, each checked, and scans."""
        ...


class WizardPresenter:
    """Nothing is on disk before the last step."""

    def __init__(self, folder: DataFolder, ports: Ports, door: Door, view: View) -> None:
        self._folder = folder
        self._ports = ports
        self._door = door
        self._view = view
        self._setup = Setup(folder, ports)
        self._branch: NewBranch | None = None
        self._person: NewPerson | None = None
        self.keyring_safe = True

    @property
    def recovery_key(self) -> str:
        """In groups, to be shown and printed."""
        return show_recovery_key(self._setup.recovery_key)

    def look_for_keyring(self) -> None:
        """Whether the operating system can keep the key; the last step asks for a file when it cannot."""

        def found(safe: bool) -> None:
            self.keyring_safe = safe
            self._view.show_keyring(safe)

        self._door.read(keyring_is_safe, found)

    def take_branch(self, new: NewBranch) -> None:
        """Step one."""
        try:
            self._branch = check_branch(new)
            if not self._branch.computer:
                raise Refused("computer_name")
        except Refused as refused:
            self._view.show_refusal(refused)
            return
        self._view.show_step(2)

    def take_person(self, name: str, title: str, secret: str, again: str) -> None:
        """Step two."""
        try:
            if not name.strip():
                raise Refused("person_name")
            check_new_secret(secret)
            if secret != again:
                raise Refused("secret_differs")
        except Refused as refused:
            self._view.show_refusal(refused)
            return
        self._person = NewPerson(name=name, title=title, roles=FIRST_ROLES, secret=secret)
        self._view.show_step(3)

    def print_key(self) -> None:
        """The recovery key as a page to print. It never lies on the disk: it belongs on paper."""
        branch = self._branch
        if branch is None:
            return

        def work() -> bytes:
            from app.reports.recovery_key import recovery_key_pdf

            page = RecoveryKeyPage(
                branch=branch.name,
                created_line=format_long_day(day_of(self._ports.clock.now(), branch.zone)),
                groups=tuple(self.recovery_key.split()),
                instructions=(
                    "Simpan lembar ini di brankas kantor, bukan di dekat komputer.",
                    "Dengan kunci ini cadangan data dapat dibuka di komputer lain.",
                    "Siapa pun yang memegangnya dan sebuah cadangan dapat membaca data peserta.",
                ),
                signers=("Kepala Bidang Pelayanan", "Kepala Kantor Cabang"),
            )
            return recovery_key_pdf(page)

        self._door.read(work, self._view.show_paper, self._view.show_refusal)

    def create(self, typed_back: str, key_file: str) -> None:
        """Step three: the key was typed back from paper; make the branch."""
        branch, person = self._branch, self._person
        if branch is None or person is None:
            return
        chosen = Path(key_file).expanduser() if key_file.strip() else None
        try:
            self._setup.typed_back(typed_back)
            if chosen is None and not self.keyring_safe:
                raise Refused("keyring_missing")
        except Refused as refused:
            self._view.show_refusal(refused)
            return

        def work() -> Services:
            office = self._setup.create(branch, (person,), chosen)
            return Services(office)

        self._door.write(
            work, lambda services: self._view.done(self._folder, services), self._view.show_refusal
        )

    def try_out(self) -> None:
        """A demo branch in a folder of its own, or the one that was made before."""
        base, ports = self._folder.path, self._ports

        def work() -> tuple[DataFolder, Services]:
            from app.services.demo import try_out

            number = 1
            while True:  # past what an earlier try may have left half done
                folder = DataFolder(
                    base.with_name(f"{base.name}-coba" + (f"-{number}" if number > 1 else ""))
                )
                if folder.is_set_up():
                    return folder, Services(open_office(folder, ports))
                if not folder.path.exists():
                    return folder, Services(try_out(folder, ports))
                number += 1

        self._door.write(work, lambda made: self._view.done(*made), self._view.show_refusal)

    def restore(self, source: str, recovery_key: str, key_file: str, progress: Progress = QUIET) -> None:
        """Bring a backup back, with the recovery key alone."""
        chosen = Path(key_file).expanduser() if key_file.strip() else None
        try:
            if not source.strip():
                raise Refused("backup_not_chosen")
            read_recovery_key(recovery_key)
        except Refused as refused:
            self._view.show_refusal(refused)
            return

        def work() -> tuple[Services, Restored]:
            place = Path(source).expanduser()
            back = bring_back(place, self._folder, recovery_key, self._ports, chosen, progress)
            return Services(open_office(self._folder, self._ports, chosen)), back

        def opened(made: tuple[Services, Restored]) -> None:
            self._view.done(self._folder, made[0])
            self._view.show_restored(made[1])

        self._door.write(work, opened, self._view.show_refusal)
