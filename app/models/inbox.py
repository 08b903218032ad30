"""Rows of what a hub was offered and has kept as it came; no rules."""

from sqlalchemy import Connection, bindparam, delete, select

from app.models import tables

_r = tables.received
_first = (
    select(_r.c.number, _r.c.peer, _r.c.offers)
    .where(_r.c.number > bindparam("behind"))
    .order_by(_r.c.number)
    .limit(1)
)
_drop = delete(_r).where(_r.c.number == bindparam("row"))


def keep(connection: Connection, peer: str, offers: bytes, at: int) -> int:
    """Put one more at the end and give its number; `at` in milliseconds UTC."""
    done = connection.execute(_r.insert(), {"peer": peer, "offers": offers, "at": at})
    return int(done.lastrowid)


def first(connection: Connection, behind: int = 0) -> tuple[int, str, bytes] | None:
    """Number, sender and bytes of the oldest behind a number; None where there is none."""
    row = connection.execute(_first, {"behind": behind}).first()
    return (row[0], row[1], bytes(row[2])) if row else None


def drop(connection: Connection, number: int) -> None:
    """It was taken in."""
    connection.execute(_drop, {"row": number})
