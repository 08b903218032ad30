"""The first start: a branch, its first supervisor, and the recovery key on paper."""

from pathlib import Path

import msgspec

from app.config import DataFolder, KeyNote
from app.credentials import (
    KEY_LENGTH,
    check_new_secret,
    keep_key,
    key_check,
    new_recovery_key,
    read_recovery_key,
    wrap,
    write_key_file,
)
from app.domain.branch import ZONES, Counter, PersonSet, SetUp, StationEnrolled
from app.domain.cleaning import names
from app.domain.identity import clean_text
from app.domain.ports import new_id
from app.errors import Refused
from app.models.journal import Unit
from app.models.migrations import migrate
from app.services.office import Office, Ports, default_bundle
from app.services.rule_bundles import install
from app.services.sign_in import put_secret

MOST_COUNTERS = 30
DEMO_KEY_FILE = "demo.key"


class NewBranch(msgspec.Struct, frozen=True, kw_only=True):
    """What the wizard asks of the branch."""

    code: str
    name: str
    zone: str
    counters: int
    demo: bool = False
    computer: str = ""
    """What this computer is called; "" leaves it without a name."""


class NewPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who will work here; `secret` is the PIN or password."""

    name: str
    title: str
    roles: tuple[str, ...]
    places: tuple[str, ...] = ()
    secret: str


def check_branch(new: NewBranch) -> NewBranch:
    """The branch with cleaned words; raises Refused("branch_…") for what cannot stand."""
    code, name = clean_text(new.code, 10).upper(), clean_text(new.name, 60)
    if not code or not code.isalnum():
        raise Refused("branch_code")
    if not names(name):
        raise Refused("branch_name")
    if new.zone not in ZONES:
        raise Refused("branch_zone")
    if not 1 <= new.counters <= MOST_COUNTERS:
        raise Refused("branch_counters", most=MOST_COUNTERS)
    return msgspec.structs.replace(new, code=code, name=name, computer=clean_text(new.computer, 60))


def check_person(new: NewPerson) -> NewPerson:
    """The person with cleaned words; raises Refused for an empty name, no role, or a secret that is too simple."""
    name = clean_text(new.name, 60)
    if not names(name):
        raise Refused("person_name")
    if not new.roles:
        raise Refused("person_roles")
    check_new_secret(new.secret)
    return msgspec.structs.replace(new, name=name, title=clean_text(new.title, 60))


class Setup:
    """The three steps of the wizard. Nothing is on disk before `create`."""

    def __init__(self, folder: DataFolder, ports: Ports) -> None:
        self.folder = folder
        self.ports = ports
        self.recovery_key = new_recovery_key(ports.entropy)
        """Shown and printed once; the wizard has it typed back."""

    def typed_back(self, typed: str) -> None:
        """Raises Refused when the paper was not copied right."""
        if read_recovery_key(typed) != self.recovery_key:
            raise Refused("recovery_key_typo")

    def create(
        self, branch: NewBranch, people: tuple[NewPerson, ...], key_file: Path | None = None
    ) -> Office:
        """Make the branch and open it. The key goes into the keyring, or into `key_file` when that was chosen.

        A demo branch keeps its key inside its own folder. The first of `people` must be a supervisor.
        """
        new = check_branch(branch)
        checked = tuple(check_person(each) for each in people)
        if not checked or not {"service_supervisor", "branch_head"} & set(checked[0].roles):
            raise Refused("first_supervisor")
        if self.folder.is_set_up():
            raise Refused("already_set_up")
        self.folder.make()
        note, key = self._keys(new, key_file)
        office = Office(self.folder, note, key, self.ports)
        try:
            migrate(office.store, self.folder.backups)
            self._begin(office, new, checked)
            self.folder.write_note(note)  # last: without it the folder does not count as set up
        except BaseException:
            office.close()
            raise
        return office

    def _keys(self, new: NewBranch, key_file: Path | None) -> tuple[KeyNote, bytes]:
        key = self.ports.entropy.take(KEY_LENGTH)
        salt, wrapped = wrap(key, self.recovery_key, self.ports.entropy)
        inside = new.demo and key_file is None
        note = KeyNote(
            folder=self.ports.entropy.take(8).hex(),
            station=self.ports.entropy.take(8).hex(),
            kept="file" if inside or key_file else "keyring",
            key_file=DEMO_KEY_FILE if inside else str(key_file.absolute() if key_file else ""),
            demo=new.demo,
            check=key_check(key),
            salt=salt,
            wrapped=wrapped,
        )
        self.folder.put_aside(
            self.ports.clock.now()
        )  # left by a set-up that did not come to its end, or a branch
        if inside:
            (self.folder.path / DEMO_KEY_FILE).unlink(missing_ok=True)
            write_key_file(self.folder.path / DEMO_KEY_FILE, key)
        elif key_file:
            write_key_file(key_file, key)
        else:
            keep_key(note, key)
        return note, key

    def _begin(self, office: Office, new: NewBranch, people: tuple[NewPerson, ...]) -> None:
        first = ""
        with office.unit("system") as unit:
            start = SetUp(
                code=new.code,
                name=new.name,
                zone=new.zone,
                counters=tuple(Counter(number=each) for each in range(1, new.counters + 1)),
                home=office.fingerprint,
                station=office.note.station,
                demo=new.demo,
            )
            unit.append("branch", start)
            install(unit, default_bundle())
            for person in people:
                each = new_id(unit.at, self.ports.entropy)
                first = first or each
                given = PersonSet(
                    person=each,
                    name=person.name,
                    title=person.title,
                    roles=person.roles,
                    places=person.places,
                )
                unit.append("branch", given, actor=first)
                put_secret(unit.connection, each, person.secret, self.ports.entropy, must_change=False)
            self._name_computer(office, unit, new.computer, first)

    def _name_computer(self, office: Office, unit: Unit, name: str, first: str) -> None:
        """The first computer belongs to the branch since its term began; now it is called something."""
        own = unit.branch.stations.get(office.note.station)
        if own is None or not name:
            return
        named = StationEnrolled(
            station=office.note.station,
            number=own.number,
            name=name,
            key=own.keys[-1],
            fingerprint=office.fingerprint,
        )
        unit.append("branch", named, actor=first)
