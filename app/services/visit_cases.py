"""The cases of a visit, and whether one of them has gone to the verifier."""

import msgspec
from sqlalchemy import Connection, bindparam, select

from app.domain.claims import CLOSED, WITH_CSO, Case
from app.domain.tickets import Ticket
from app.models import tables

_c = tables.cases
_case_state = msgspec.msgpack.Decoder(Case).decode
_of_ticket = (
    select(_c.c.data)
    .join(tables.case_tickets, tables.case_tickets.c.case_id == _c.c.id)
    .where(tables.case_tickets.c.ticket == bindparam("ticket"))
)


def cases_of(connection: Connection, ticket: str) -> tuple[Case, ...]:
    """The cases that were opened or continued at a ticket."""
    return tuple(_case_state(row[0]) for row in connection.execute(_of_ticket, {"ticket": ticket}))


def was_sent(connection: Connection, ticket: Ticket) -> bool:
    """Whether the claim of this visit has been submitted."""
    return any(_is_sent(case, ticket) for case in cases_of(connection, ticket.id))


def _is_sent(case: Case, ticket: Ticket) -> bool:
    # one that a quick verifier has already sent back was submitted at this visit all the same
    during = case.submitted_at is not None and case.submitted_at >= ticket.issued_at
    return during or case.stage not in (*WITH_CSO, CLOSED)
