"""How long this computer keeps its log: days from the rules, nothing that head office has not countersigned."""

import logging
from collections.abc import Callable

from sqlalchemy import Connection, bindparam, func, select

from app.domain import bundle as bundles
from app.domain.calendar import add_days
from app.errors import Refused
from app.models import following, log, tables
from app.models.retention import let_go
from app.services.office import Office, default_bundle
from app.sync.node import HUB, ROLE, STATION

record = logging.getLogger(__name__)

LET_GO_ON = "let_go_on"
"""Setting: the day on which this was looked after last."""
RULES = {HUB: "log_hub", STATION: "log_station"}
"""Role of this computer to the code of the bundle's retention rule."""

_d = tables.days.c
_newest_old = select(func.max(_d.opened_position)).where(_d.day < bindparam("day"))
_next_opened = select(func.min(_d.opened_position)).where(_d.opened_position > bindparam("opened"))


def days_kept(office: Office, role: str) -> int:
    """How many days of what is closed a computer of this role holds; rules older than these rows are not asked."""
    try:
        return office.rules().retention_days(RULES[role])
    except Refused:
        return bundles.parse(default_bundle()).retention_days(RULES[role])


def begin_of(connection: Connection, day: str) -> int:
    """The last position before everything that was opened since `day`; the newest service day always stays.

    0 where no service day is older. A day that a wrong clock once named far ahead is old when an older one follows it.
    """
    old: int | None = connection.execute(_newest_old, {"day": day}).scalar()
    if old is None:
        return 0
    kept: int | None = connection.execute(_next_opened, {"opened": old}).scalar()
    return (old if kept is None else kept) - 1


def countersigned(connection: Connection) -> int:
    """How far head office has countersigned this very log; 0 where it has not."""
    line = following.line_of(connection)
    if line is None or log.hash_at(connection, line[0]) != line[1]:
        return 0
    return line[0]


def let_go_position(office: Office) -> int:
    """Up to where this computer may let its log go today; 0 for not at all."""
    role = office.setting(ROLE, HUB)
    oldest = add_days(office.calendar_day(), -days_kept(office, role))
    with office.store.reading() as connection:
        return min(begin_of(connection, oldest), countersigned(connection))


def let_go_once_a_day(office: Office, stopping: Callable[[], bool] = lambda: False) -> int:
    """Let go what is older than the rules say, on a worker, after the health check; gives how many entries went.

    Work goes on meanwhile. `stopping` is asked between steps of some milliseconds; what is left over goes next time.
    """
    today = office.calendar_day()
    if office.setting(LET_GO_ON) == today:
        return 0
    gone = let_go(office.store, let_go_position(office), stopping=stopping)
    if not stopping():
        office.set_setting(LET_GO_ON, today)
    if gone:
        record.info("%s entries let go", gone)
    return gone
