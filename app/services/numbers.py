"""Who gives which ticket number: plain ones from one computer alone, everybody else under a mark of the run (DESIGN 2).

The mark is the station's number and three letters drawn at random; it dies with its run, so a restored image or a
cloned computer can print no label twice (LOG-CASES 4).
"""

from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, select

from app.domain.branch import Branch
from app.domain.days import Day
from app.domain.home import HomeMoved, HomeReleased
from app.domain.rights import SYSTEM
from app.models import log, projections, tables
from app.models.journal import Journal, Unit
from app.services.office import CONFIRM_NUMBERS, Office, put_setting

_t = tables.tickets
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""No I and no O: they are read as figures on paper."""

_newest_number = select(func.max(_t.c.number)).where(
    _t.c.day == bindparam("day"), _t.c.prefix == bindparam("prefix"), _t.c.mark == bindparam("mark")
)
_bears_mark = select(_t.c.id).where(_t.c.day >= bindparam("since"), _t.c.mark == bindparam("mark")).limit(1)
_asks = select(tables.local.c.value).where(tables.local.c.name == CONFIRM_NUMBERS)
_confirmed = delete(tables.local).where(tables.local.c.name == CONFIRM_NUMBERS)
PAPER_AHEAD = "paper_ahead"
"""Setting: the day on which the paper went on further than this file."""
NUMBERS_FROM = "numbers_from"
"""Setting: the least that the next number of each series of a day may be, as JSON [day, {series: next number}], by what
this computer gave and by what the paper said last. It stands beside the log: there the word on the paper may come to
stand in another order, and a ticket that was printed may come to nothing (its author had lost the right meanwhile)."""


# ---------------------------------------------------------------------------------------------- who


def is_home(office: Office) -> bool:
    """Whether this is the computer that the branch calls its home: a clone has another fingerprint, and a second data
    folder on the same machine another station."""
    branch = office.branch()
    return (branch.home, branch.station) == (office.fingerprint, office.note.station)


def gives_plain(branch: Branch, fingerprint: str, station: str) -> bool:
    """Whether this is the one computer that gives plain numbers: the home, once no former home can give any."""
    here = (fingerprint, station)
    return (branch.home, branch.station) == here and branch.series_giver == here


def is_giver(office: Office) -> bool:
    """The same, of this computer."""
    return gives_plain(office.branch(), office.fingerprint, office.note.station)


def move_home(unit: Unit, fingerprint: str) -> None:
    """This computer shall give the plain numbers, after the next ones were held against the paper here."""
    here = (fingerprint, unit.station)
    unit.append("branch", HomeMoved(home=here[0], station=here[1], by=here))
    doubt(unit.connection)


def release_home(journal: Journal, fingerprint: str) -> None:
    """A former home that hears that another one is named says that it gives no plain number any more: until it has said
    so the new one prints under its mark (decision 24)."""
    here = (fingerprint, journal.station)
    with journal.store.reading() as connection:
        if not _is_released(projections.branch_of(connection), here):
            return
    with journal.unit(SYSTEM) as unit:
        if _is_released(unit.branch, here):
            freed = HomeReleased(home=unit.branch.home, station=unit.branch.station, by=here)
            unit.append("branch", freed)


def _is_released(branch: Branch | None, here: tuple[str, str]) -> bool:
    return branch is not None and branch.series_giver == here and (branch.home, branch.station) != here


# ---------------------------------------------------------------------------------------------- held against the paper


def doubt(connection: Connection) -> None:
    """The program was started: what this computer gave since its file was written nobody else may have heard of, so only
    the paper can answer for it. No log of another computer clears the question."""
    put_setting(connection, CONFIRM_NUMBERS, "1")


def is_doubted(connection: Connection) -> bool:
    """Whether nobody has held this computer's next numbers against the paper since it was started."""
    return connection.execute(_asks).first() is not None


def is_unconfirmed(office: Office, connection: Connection | None = None) -> bool:
    """Whether this computer would give plain numbers, and nobody has held the next ones against the paper."""
    if connection is None:
        with office.store.reading() as reading:
            return is_unconfirmed(office, reading)
    return is_giver(office) and is_doubted(connection)


def confirmed(connection: Connection, day: str, first: dict[str, int]) -> None:
    """Somebody has: these are the least that the next numbers of the day may be. Where the paper goes on further than this
    file, the file is an older one, and what else it gave that day nobody knows."""
    connection.execute(_confirmed)
    if any(number > next_number(connection, day, prefix, "") for prefix, number in first.items()):
        put_setting(connection, PAPER_AHEAD, day)
    _keep(connection, day, first)


def is_older_than_the_paper(office: Office, connection: Connection, day: str) -> bool:
    """Whether this computer, which the paper answers for, may have given on that day what its file does not know."""
    if not is_giver(office):
        return False
    opened = projections.load(connection, f"day:{day}")
    unknown = opened is not None and bool(opened[0].mark)
    return unknown or is_doubted(connection) or log.setting(connection, PAPER_AHEAD) == day


def _least(connection: Connection, day: str) -> dict[str, int]:
    value = connection.execute(_numbers_from).scalar()
    known, first = msgspec.json.decode(value, type=tuple[str, dict[str, int]]) if value else ("", {})
    return first if known == day else {}


_numbers_from = select(tables.local.c.value).where(tables.local.c.name == NUMBERS_FROM)


def _keep(connection: Connection, day: str, first: dict[str, int]) -> None:
    least = {**_least(connection, day), **first}
    put_setting(connection, NUMBERS_FROM, msgspec.json.encode([day, least]).decode())


def _series(prefix: str, mark: str) -> str:
    return f"{prefix}-{mark}" if mark else prefix


def next_number(connection: Connection, day: str, prefix: str, mark: str, first: int = 1) -> int:
    """The number after the newest of a series that this computer knows of, at least `first`, what the paper said and what
    comes after the last one given here."""
    newest = connection.execute(_newest_number, {"day": day, "prefix": prefix, "mark": mark}).scalar()
    least = _least(connection, day).get(_series(prefix, mark), 1)
    return max(first, least, (newest or 0) + 1)


def next_plain(connection: Connection, day: str, prefix: str) -> int:
    """The next plain number of a day, opened or not."""
    opened = projections.load(connection, f"day:{day}")
    return next_number(connection, day, prefix, "", opened[0].first.get(prefix, 1) if opened else 1)


def give(connection: Connection, day: str, prefix: str, mark: str = "") -> int:
    """The next number of a series, for good: whatever becomes of its ticket, no other is given it in this transaction's
    log or any that takes its place."""
    number = next_number(connection, day, prefix, mark) if mark else next_plain(connection, day, prefix)
    _keep(connection, day, {_series(prefix, mark): number + 1})
    return number


def series(office: Office, unit: Unit, day: Day, prefix: str) -> tuple[str, int]:
    """(mark, number) of the next ticket of a service that this computer gives itself, given for good.

    While its next numbers wait to be held against the paper it gives others, who ask it as their hub, marked ones.
    """
    if is_giver(office) and not day.mark and not is_doubted(unit.connection):
        return "", give(unit.connection, day.day, prefix)
    mark = run_mark(office, unit, day.day)
    return mark, give(unit.connection, day.day, prefix, mark)


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
