"""The month tables of the branch logs: made ahead, cleared of what arrived when they were missing, and set back.

A month is that of arrival (decision 013) and never goes back within a branch, so a server's clock that ran ahead
leaves a branch in a month that has not come; `set_back` is the way out.
"""

from datetime import UTC, datetime

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy import text as sql

from app.server.headoffice import tables

MONTHS_AHEAD = 13
REST = "entries_other"
"""Takes entries of months that nobody has made: an append never fails for want of a table."""

_entries, _heads, _months = tables.entries, tables.heads, tables.log_months


def month_of(at: int) -> int:
    """The month of a time in milliseconds, UTC: 202611."""
    day = datetime.fromtimestamp(at / 1000, UTC)
    return day.year * 100 + day.month


def next_month(month: int) -> int:
    """202612 gives 202701."""
    return month + 89 if month % 100 == 12 else month + 1


def months_between(first: int, last: int) -> int:
    """From 202611 to 202701 are 2."""
    return (last // 100 - first // 100) * 12 + last % 100 - first % 100


def make_months(connection: Connection, month: int) -> None:
    """PostgreSQL's partitions from this month on, and of each month that lies in the rest, which is moved out of it.

    Any number of times; the caller holds the lock of the schema. Appends wait only where something has to be made.
    """
    connection.execute(sql(f"CREATE TABLE IF NOT EXISTS {REST} PARTITION OF entries DEFAULT"))
    wanted = set(connection.execute(sql(f"SELECT DISTINCT month FROM {REST}")).scalars())  # noqa: S608 - own name
    for _ in range(MONTHS_AHEAD):
        wanted.add(month)
        month = next_month(month)
    missing = sorted(wanted - _made(connection))
    if not missing:
        return
    connection.execute(
        sql("LOCK TABLE entries IN SHARE ROW EXCLUSIVE MODE")
    )  # nothing new may come to the rest
    in_rest = set(connection.execute(sql(f"SELECT DISTINCT month FROM {REST}")).scalars())  # noqa: S608
    for each in missing:
        _make(connection, each, moving=each in in_rest)


def _made(connection: Connection) -> set[int]:
    names = connection.execute(
        sql("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^entries_[0-9]{6}$'")
    ).scalars()
    return {int(name.rpartition("_")[2]) for name in names}


def _make(connection: Connection, month: int, *, moving: bool) -> None:
    bounds = f"FOR VALUES FROM ({month}) TO ({next_month(month)})"
    name = f"entries_{month}"
    if not moving:
        connection.execute(sql(f"CREATE TABLE {name} PARTITION OF entries {bounds}"))
        return
    connection.execute(sql(f"CREATE TABLE {name} (LIKE entries INCLUDING DEFAULTS)"))
    connection.execute(
        sql(
            f"WITH moved AS (DELETE FROM {REST} WHERE month = {month} RETURNING *)"  # noqa: S608 - own names
            f" INSERT INTO {name} SELECT * FROM moved"
        )
    )
    connection.execute(sql(f"ALTER TABLE entries ATTACH PARTITION {name} {bounds}"))


def newest_month(connection: Connection) -> int:
    """The newest month in which anything of any branch arrived; 0 where nothing has."""
    newest: int = connection.execute(select(func.coalesce(func.max(_heads.c.month), 0))).scalar_one()
    return newest


def set_back(connection: Connection, branch: str, month: int) -> int:
    """What a branch sent under a clock that ran ahead is put into `month`; gives how many entries.

    The caller holds the branch's lock. The months of a log still never go back: what came before came in this month
    or an earlier one.
    """
    ahead = _months.c.branch == branch, _months.c.month > month
    first = connection.execute(select(func.min(_months.c.first_position)).where(*ahead)).scalar()
    if first is None:
        return 0
    moved = connection.execute(
        update(_entries)
        .where(_entries.c.branch == branch, _entries.c.month > month, _entries.c.position >= first)
        .values(month=month)
    )
    connection.execute(delete(_months).where(*ahead))
    known = select(_months.c.month).where(_months.c.branch == branch, _months.c.month == month)
    if connection.execute(known).first() is None:
        row = {"branch": branch, "month": month, "first_position": first}
        connection.execute(_months.insert(), row)
    connection.execute(update(_heads).where(_heads.c.branch == branch).values(month=month))
    return moved.rowcount
