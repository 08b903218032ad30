"""One branch, opened: its file, its journal, its rules and its day. Every other service stands on it."""

import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import msgspec
from sqlalchemy import Connection, bindparam, delete, select

from app.config import DataFolder, KeyNote, resources
from app.credentials import DeviceKey, load_key
from app.domain import bundle as bundles
from app.domain.branch import Branch
from app.domain.bundle import RuleBundle
from app.domain.calendar import Calendar, day_of
from app.domain.days import Day
from app.domain.former_rules import read_codes, remember
from app.domain.ports import Clock, Entropy, Machine
from app.domain.rights import ACTIONS, allows
from app.errors import Refused
from app.machine import SystemClock, SystemEntropy, SystemMachine
from app.machine_identity import identity
from app.models import projections, tables
from app.models.audit import verify
from app.models.journal import Journal, Unit, Written, latest_day
from app.models.migrations import migrate
from app.models.store import Store
from app.models.updating import fold_unread, index_anew

log = logging.getLogger(__name__)

WARN_DISK = 1 << 30
NO_NEW_TICKETS = 200 << 20
"""Free bytes below which the status line warns, and below which no number is given (DESIGN 4)."""

CHECKED_AT_START = 300
"""Entries of the chain that are read again before anybody may sign in (DESIGN 4)."""


_b = tables.bundles.c
_bundles_until = (
    select(_b.version, _b.content).where(_b.version <= bindparam("version")).order_by(_b.version.desc())
)


class Ports(msgspec.Struct, frozen=True):
    """What the machine provides: the real one in production, a seeded one for a demo day."""

    clock: Clock
    entropy: Entropy
    machine: Machine


def system_ports() -> Ports:
    """The real clock, chance and machine."""
    return Ports(SystemClock(), SystemEntropy(), SystemMachine())


def default_bundle() -> bytes:
    """The rules that ship inside the program."""
    return (resources() / "bundle" / "default.json").read_bytes()


class Link(Protocol):
    """The way to the branch's hub, where that is another computer."""

    def reaches_hub(self) -> bool:
        """Whether the hub is another computer and answered just now."""
        ...

    def ask(self, name: str, who: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """What the hub decided; its entries are in the log here when this returns.

        Raises what the hub refused, or Refused("hub_silent") when it gave no answer.
        """
        ...


class Office:
    """An open branch. Close it when done."""

    def __init__(self, folder: DataFolder, note: KeyNote, key: bytes, ports: Ports) -> None:
        self.folder = folder
        self.note = note
        self.ports = ports
        self.key_place = note.kept
        self.key = key
        self.fingerprint = identity(folder.path, ports.machine, in_use=folder.is_set_up())
        self.store = Store(folder.database, key)
        signer = DeviceKey(key, note.station, self.fingerprint)
        self.journal = Journal(self.store, ports.clock, ports.entropy, signer, note.station)
        self.journal.listen(self._changed)
        self.link: Link | None = None
        """None where this computer is the whole branch."""
        self._branch: Branch | None = None
        self._changes = 0
        """Grows with each change of the branch: what was read before one is not kept after it."""
        self._bundles: dict[int, RuleBundle] = {}
        self._in_force: tuple[int, RuleBundle] | None = None
        self._calendar: tuple[int, Calendar] | None = None

    # ------------------------------------------------------------------------------------------ time and rules

    def now(self) -> int:
        """The clock, milliseconds UTC."""
        return self.ports.clock.now()

    def branch(self) -> Branch:
        """The branch as it is now; raises Refused("not_set_up")."""
        known = self._branch
        if known is not None:
            return known
        before = self._changes
        with self.store.reading() as connection:
            found = projections.load(connection, "branch")
        if found is None:
            raise Refused("not_set_up")
        read: Branch = found[0]
        if before == self._changes:
            self._branch = read
        return read

    def calendar_day(self) -> str:
        """The date on the wall of this branch, ISO."""
        return day_of(self.now(), self.branch().zone)

    def latest_day(self) -> Day | None:
        """The service day opened last, closed or not."""
        with self.store.reading() as connection:
            return latest_day(connection)

    def open_day(self, connection: Connection) -> Day:
        """The service day that is open now, within a transaction; raises Refused("day_not_open")."""
        day = latest_day(connection)
        if day is None or day.closed_at is not None or day.day < self.calendar_day():
            raise Refused("day_not_open")
        return day

    def rules(self) -> RuleBundle:
        """The rules in force for what begins now; codes that only former ones have are still found.

        Until another computer has handed over new rules that the log names, the newest that are here go on.
        """
        version = self.branch().bundle_version
        known = self._in_force
        if known is not None and known[0] == version:
            return known[1]
        with self.store.reading() as connection:
            rows = connection.execute(_bundles_until, {"version": version}).all()
        if not rows:
            raise Refused("bundle_missing", version=version)
        former = [read_codes(bytes(content)) for _, content in rows[1:]]
        rules = self.rules_of(rows[0][0])
        rules = remember(rules, former) if former else rules
        if rows[0][0] == version:
            self._in_force = version, rules
        return rules

    def rules_of(self, version: int) -> RuleBundle:
        """The rules of a version: a case keeps those it was opened under. Raises Refused("bundle_missing")."""
        if version not in self._bundles:
            query = select(tables.bundles.c.content).where(tables.bundles.c.version == version)
            with self.store.reading() as connection:
                content = connection.execute(query).scalar()
            if content is None:
                raise Refused("bundle_missing", version=version)
            self._bundles[version] = bundles.parse(bytes(content))
        return self._bundles[version]

    def calendar(self) -> Calendar:
        """Working days and hours of this branch."""
        rules = self.rules()
        if self._calendar is None or self._calendar[0] != rules.version:
            self._calendar = rules.version, Calendar(rules, self.branch().closed_days)
        return self._calendar[1]

    # ------------------------------------------------------------------------------------------ people and rights

    def roles(self, person: str) -> tuple[str, ...]:
        """The roles somebody holds today, lent ones included."""
        return self.branch().roles_now(person, self.calendar_day())

    def may(self, person: str, action: str) -> bool:
        """Whether somebody may take `action` now: the same table greys the buttons."""
        return allows(self.roles(person), action)

    def require(self, person: str, action: str) -> None:
        """Raises Refused("no_right") when somebody may not."""
        if not self.may(person, action):
            raise Refused("no_right", action=action)

    def actions(self, person: str) -> frozenset[str]:
        """Every action somebody may take now."""
        roles = self.roles(person)
        return frozenset(action for action in ACTIONS if allows(roles, action))

    def name(self, person: str) -> str:
        """The name of somebody who works or worked here; empty for the program itself."""
        found = self.branch().people.get(person)
        return found.name if found else ""

    # ------------------------------------------------------------------------------------------ reading, writing

    @contextmanager
    def unit(self, who: str) -> Iterator[Unit]:
        """One action of `who`: durable when the block is left."""
        with self.journal.unit(who) as unit:
            yield unit

    def decide(
        self, name: str, who: str, arguments: dict[str, Any], here: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        """Something that only one computer may decide: the hub where it answers, else `here` by what is known here."""
        link = self.link
        if link is not None and link.reaches_hub():
            try:
                return link.ask(name, who, arguments)
            except Refused as refused:
                if refused.code != "hub_silent":
                    raise
        return here()

    def state(self, stream: str) -> Any:
        """The state of a stream; None when there is none."""
        with self.store.reading() as connection:
            found = projections.load(connection, stream)
        return found[0] if found else None

    def setting(self, name: str, default: str = "") -> str:
        """A setting of this computer alone."""
        with self.store.reading() as connection:
            value = connection.execute(
                select(tables.local.c.value).where(tables.local.c.name == name)
            ).scalar()
        return default if value is None else str(value)

    def set_setting(self, name: str, value: str) -> None:
        """Keep a setting of this computer alone."""
        with self.store.writing() as connection:
            put_setting(connection, name, value)

    def enough_disk(self) -> None:
        """Raises Refused("disk_nearly_full") below 200 MiB: no new tickets, but what is open can be finished."""
        if self.free_disk() < NO_NEW_TICKETS:
            raise Refused("disk_nearly_full")

    def low_disk(self) -> bool:
        """Whether the status line should warn."""
        return self.free_disk() < WARN_DISK

    def free_disk(self) -> int:
        """Free bytes where the branch file lies."""
        return shutil.disk_usage(self.folder.path).free

    def _changed(self, written: Written) -> None:
        if "branch" in written.families:
            self._changes += 1
            self._branch = None
            self._calendar = None

    def close(self) -> None:
        """Close the file."""
        self.store.close()


CONFIRM_NUMBERS = "confirm_numbers"
"""Setting of a restored branch: numbers may have been given after the backup was made, so the next ones are held
against the last paper tickets before any is given (DESIGN 2, ticket numbers)."""


def put_setting(connection: Connection, name: str, value: str) -> None:
    """Keep a setting within a transaction that is already open."""
    connection.execute(delete(tables.local).where(tables.local.c.name == name))
    connection.execute(tables.local.insert(), {"name": name, "value": value})


def open_office(folder: DataFolder, ports: Ports, key_file: Path | None = None) -> Office:
    """Open the branch in `folder`: key, version, schema, the last entries of the chain (DESIGN 4, at start).

    Raises Refused with what is wrong: no branch, no key, a wrong key, a newer file, a broken chain.
    """
    if not folder.is_set_up():
        raise Refused("not_set_up")
    note = folder.read_note()
    key = load_key(folder, note, key_file)
    office = Office(folder, note, key, ports)
    try:
        migrate(office.store, folder.backups)
        checked = verify(office.store, last=CHECKED_AT_START)
        if checked.bad_position is not None:
            log.error("journal broken at %s: %s", checked.bad_position, checked.why)
            office.store.damaged = True
        else:
            fold_unread(office.store)
            index_anew(office.store)
    except BaseException:
        office.close()
        raise
    return office
