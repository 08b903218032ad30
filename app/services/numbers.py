"""Who gives which ticket number: plain ones from one computer alone, everybody else under a mark of the run (DESIGN 2).

The mark is the station's number and three letters drawn at random; it dies with its run, so a restored image or a
cloned computer can print no label twice (LOG-CASES 4).
"""

from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select

from app.domain.days import Day
from app.models import tables
from app.models.journal import Unit
from app.services.office import CONFIRM_NUMBERS, Office

_t = tables.tickets
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""No I and no O: they are read as figures on paper."""

_newest_number = select(func.max(_t.c.number)).where(
    _t.c.day == bindparam("day"), _t.c.prefix == bindparam("prefix"), _t.c.mark == bindparam("mark")
)
_bears_mark = select(_t.c.id).where(_t.c.day >= bindparam("since"), _t.c.mark == bindparam("mark")).limit(1)
_asks = select(tables.local.c.value).where(tables.local.c.name == CONFIRM_NUMBERS)
_confirmed = delete(tables.local).where(tables.local.c.name == CONFIRM_NUMBERS)


def is_home(office: Office) -> bool:
    """Whether this is the one computer that gives plain numbers: a clone has another fingerprint, and a second data
    folder on the same machine another station."""
    branch = office.branch()
    return (branch.home, branch.station) == (office.fingerprint, office.note.station)


def is_unconfirmed(office: Office, connection: Connection | None = None) -> bool:
    """Whether nobody has held this home's next numbers against the paper since a start that nobody could vouch for."""
    if connection is None:
        with office.store.reading() as reading:
            return is_unconfirmed(office, reading)
    return is_home(office) and connection.execute(_asks).first() is not None


def confirmed(unit: Unit) -> None:
    """Somebody has."""
    unit.connection.execute(_confirmed)


def next_number(connection: Connection, day: str, prefix: str, mark: str, first: int = 1) -> int:
    """The number after the newest of a series, at least `first`."""
    newest = connection.execute(_newest_number, {"day": day, "prefix": prefix, "mark": mark}).scalar()
    return max(first, (newest or 0) + 1)


def series(office: Office, unit: Unit, day: Day, prefix: str) -> tuple[str, int]:
    """(mark, number) of the next ticket of a service that this computer gives itself."""
    if is_home(office) and not day.mark:
        return "", next_number(unit.connection, day.day, prefix, "", day.first.get(prefix, 1))
    mark = run_mark(office, unit, day.day)
    return mark, next_number(unit.connection, day.day, prefix, mark)


def run_mark(office: Office, unit: Unit, day: str) -> str:
    """The mark of this run, drawn when it is first needed, and none that a ticket here has borne."""
    run: Any = office.journal.run
    if not run.mark:
        station = office.branch().stations.get(office.note.station)
        number = station.number if station else 1
        while not run.mark or _is_borne(unit.connection, run.mark):
            drawn = office.ports.entropy.take(3)
            run.mark = f"{number}" + "".join(LETTERS[byte % len(LETTERS)] for byte in drawn)
    return str(run.mark)


def _is_borne(connection: Connection, mark: str) -> bool:
    return connection.execute(_bears_mark, {"since": "", "mark": mark}).first() is not None
