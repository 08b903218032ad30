"""Whether this server's clock can be right: months of arrival are made by it and never go back within a branch."""

import msgspec
from sqlalchemy import Connection, bindparam, select

from app.domain.ports import Clock
from app.errors import Refused
from app.server.headoffice import tables
from app.server.headoffice.database import Database, put
from app.server.headoffice.months import make_months, month_of, months_between, newest_month, set_back

MOST_MONTHS = 2
"""A service that stood still for longer is rarer than a clock that is wrong: then a person says that it is right."""
MOST_BESIDE_MS = 86_400_000
CONFIRMED = "month_confirmed"

_settings, _heads = tables.settings, tables.heads
_confirmed = select(_settings.c.value).where(_settings.c.name == CONFIRMED)
_ahead = (
    select(_heads.c.branch, _heads.c.month)
    .where(_heads.c.month > bindparam("month"))
    .order_by(_heads.c.branch)
)


class ClockState(msgspec.Struct, frozen=True, kw_only=True):
    """What a person needs to judge the server's clock. Times in milliseconds UTC, months as 202611."""

    now: int
    database: int
    newest: int
    """Month of the newest entry of all branches; 0 where there is none."""
    doubt: str
    """Code of the refusal with which everything is refused; empty where nothing is."""
    ahead: tuple[tuple[str, int], ...]
    """Branches whose newest entries lie in a month that has not come."""


class ClockGuard:
    """Refuses to take anything while the clock cannot be right."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def check(self, connection: Connection, month: int = 0) -> None:
        """Raises Refused("server_clock_beside" | "server_clock_ahead") where nothing may be taken. `month`: the newest of
        the branch that sends; only who begins a month makes anything that lasts."""
        now = self._clock.now()
        if abs(self._database.now(connection, now) - now) > MOST_BESIDE_MS:
            raise Refused("server_clock_beside")
        arrival = month_of(now)
        if arrival <= month:
            return
        newest = newest_month(connection)
        if newest and months_between(newest, arrival) > MOST_MONTHS:
            known = connection.execute(_confirmed).scalar()
            if known is None or months_between(int(known), arrival) > MOST_MONTHS:
                raise Refused("server_clock_ahead", newest=newest, month=arrival)

    def state(self) -> ClockState:
        """For the person who looks after the server."""
        now = self._clock.now()
        with self._database.reading() as connection:
            try:
                self.check(connection)
                doubt = ""
            except Refused as refused:
                doubt = refused.code
            rows = connection.execute(_ahead, {"month": month_of(now)})
            return ClockState(
                now=now,
                database=self._database.now(connection, now),
                newest=newest_month(connection),
                doubt=doubt,
                ahead=tuple((row[0], row[1]) for row in rows),
            )

    def confirm(self) -> None:
        """A person says that the clock is right: the service stood still for months. Not for a clock beside the database's."""
        now = self._clock.now()
        with self._database.writing() as connection:
            if abs(self._database.now(connection, now) - now) > MOST_BESIDE_MS:
                raise Refused("server_clock_beside")
            put(connection, _settings, [{"name": CONFIRMED, "value": str(month_of(now))}])

    def set_back(self, branch: str) -> int:
        """A branch's entries of months that have not come are put into this one; gives how many.

        Raises Refused("server_clock_beside" | "server_clock_ahead" | "branch_unknown").
        """
        month = month_of(self._clock.now())
        with self._database.writing() as connection:
            self._database.lock(connection, "loket schema")
            self._database.lock(connection, f"log {branch}")
            if connection.execute(select(_heads.c.branch).where(_heads.c.branch == branch)).first() is None:
                raise Refused("branch_unknown", branch=branch)
            if abs(self._database.now(connection, self._clock.now()) - self._clock.now()) > MOST_BESIDE_MS:
                raise Refused("server_clock_beside")
            if not self._database.is_sqlite:
                make_months(connection, month)
            return set_back(connection, branch, month)
