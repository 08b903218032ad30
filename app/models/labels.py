"""No two tickets of a branch and day bear one label: the first in the log has it (DESIGN 2, ticket numbers)."""

from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from app.domain.events import read_header
from app.domain.tickets import Issued, Ticket
from app.models import log, projections, tables
from app.models.reading import seen

_bearer = select(tables.tickets.c.id).where(
    tables.tickets.c.day == bindparam("day"),
    tables.tickets.c.prefix == bindparam("prefix"),
    tables.tickets.c.mark == bindparam("mark"),
    tables.tickets.c.number == bindparam("number"),
)
_drop_quarantine = delete(tables.quarantine).where(tables.quarantine.c.stream == bindparam("of_stream"))
_add_quarantine = tables.quarantine.insert()


def bearer(connection: Connection, given: Issued | Ticket) -> str | None:
    """Id of the ticket whose row bears this label."""
    values: dict[str, Any] = {
        "day": given.day,
        "prefix": given.prefix,
        "mark": given.mark,
        "number": given.number,
    }
    return connection.execute(_bearer, values).scalar()


def let_lose(connection: Connection, stream: str) -> None:
    """Set every event of a ticket aside whose label is another one's; it has no row."""
    projections.forget(connection, "ticket", stream.partition(":")[2], 0)
    connection.execute(_drop_quarantine, {"of_stream": stream})
    for place, row in enumerate(log.of_stream(connection, stream)):
        read = seen(read_header(row[1]), row[2], row[0])
        later = read.error.code if read.error else "event_out_of_order"
        values = {"position": row[0], "stream": stream, "code": later if place else "label_taken"}
        connection.execute(_add_quarantine, values)


def may_bear(connection: Connection, ticket: Ticket) -> bool:
    """Whether a ticket gets its row. Where one that came later bears its label, that one loses its own."""
    other = bearer(connection, ticket)
    if other is None or other == ticket.id:
        return True
    row = projections.load(connection, f"ticket:{other}")
    assert row is not None
    loses = ticket.id if _begun(ticket) >= _begun(row[0]) else other
    let_lose(connection, f"ticket:{loses}")
    return loses == other


def _begun(ticket: Ticket) -> int:
    return ticket.legs[0].entered_position
