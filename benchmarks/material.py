"""What the benchmarks work on: a branch file of its own, grown to a size through the journal's own rows."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.config import DataFolder
from app.domain import tickets
from app.domain.calendar import add_days
from app.domain.tickets import label
from app.machine import SystemClock, SystemEntropy, SystemMachine
from app.models.audit import rebuild
from app.models.journal import Unit
from app.services.office import Office, Ports
from app.services.services import Services
from app.services.setup import NewBranch, NewPerson, Setup

SECRET = "284917"
FIRST_DAY = "2020-01-06"
A_DAY = 300
BATCH = 2_000
PREFIXES = (("A", "jht"), ("H", "jp"), ("K", "jkm"), ("L", "jkk"), ("M", "info"), ("R", "company"))


def ports() -> Ports:
    """The real machine."""
    return Ports(SystemClock(), SystemEntropy(), SystemMachine())


@contextmanager
def folder() -> Iterator[DataFolder]:
    """A data folder that is gone afterwards."""
    path = Path(tempfile.mkdtemp(prefix="loket-bench-"))
    try:
        yield DataFolder(path / "cabang")
    finally:
        shutil.rmtree(path, ignore_errors=True)


def make_branch(where: DataFolder) -> Office:
    """A branch with somebody for each task of the benchmarks."""
    people = (
        NewPerson(
            name="Penyelia",
            title="",
            roles=("service_supervisor", "security_desk", "cso"),
            secret=SECRET,
        ),
        NewPerson(name="Petugas 1", title="", roles=("cso",), secret=SECRET),
    )
    new = NewBranch(code="BNC", name="Uji", zone="WIB", counters=5, demo=True)
    return Setup(where, ports()).create(new, people)


def people_of(office: Office) -> tuple[str, str]:
    """(supervisor, officer)"""
    branch = office.branch()
    by_name = {each.name: each.id for each in branch.people.values()}
    return by_name["Penyelia"], by_name["Petugas 1"]


def ready(office: Office) -> tuple[Services, str, str]:
    """Services with the day open and the officer at counter 1."""
    services = Services(office)
    supervisor, officer = people_of(office)
    services.desk.open_day(supervisor, {})
    services.counters.open(officer, 1)
    return services, supervisor, officer


def grow(office: Office, count: int, *, whole: bool) -> None:
    """Old tickets of former days, written as events; the projections are then rebuilt from them.

    `whole`: each ticket is called, confirmed and finished (4 events), else issued and explained (2).
    """
    supervisor, officer = people_of(office)
    day = FIRST_DAY
    written = 0
    while written < count:
        with office.unit(supervisor) as unit:
            for _ in range(min(BATCH, count - written)):
                if written % A_DAY == 0:
                    day = add_days(FIRST_DAY, written // A_DAY)
                _old_ticket(unit, day, written, officer, whole=whole)
                written += 1
            events_only(unit)
    rebuild(office.store)


def events_only(unit: Unit) -> None:
    """Let the unit write its events and leave the rows to the rebuild that follows."""
    unit.streams._known.clear()  # material of a benchmark, not a user action


def _old_ticket(unit: Unit, day: str, place: int, officer: str, *, whole: bool) -> None:
    prefix, service = PREFIXES[place % len(PREFIXES)]
    number = place % A_DAY // len(PREFIXES) + 1
    stream = f"ticket:{unit.new_id()}"
    given = tickets.Issued(
        day=day,
        label=label(prefix, number),
        prefix=prefix,
        number=number,
        service=service,
        last4=f"{place % 10000:04d}",
    )
    unit.append(stream, given)
    if whole:
        unit.append(stream, tickets.Called(counter=1), officer)
        unit.append(stream, tickets.Confirmed(), officer)
        unit.append(stream, tickets.Finished(outcome="info_given"), officer)
    else:
        unit.append(stream, tickets.Explained(reason="other"))
