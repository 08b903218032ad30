"""Taking a branch log back to an earlier position: only for a head office that was itself restored (DESIGN 2, rule 6)."""

from sqlalchemy import Connection, delete, func, select, update

from app.domain.events import ZERO, Term
from app.errors import Refused
from app.server.headoffice import tables
from app.server.headoffice.database import put
from app.sync.log_store import Head

_entries, _ids, _runs, _heads = tables.entries, tables.entry_ids, tables.runs, tables.heads
_months, _cursors = tables.log_months, tables.cursors


def cut_back(connection: Connection, branch: str, position: int) -> Head:
    """Take everything behind `position` out of a branch's log; gives its head there.

    The caller holds the branch's lock and has put what falls out among the held events, in this or an earlier
    transaction. What is appended next is followed up anew. Raises Refused("log_moved") where there is no such entry.
    """
    last = connection.execute(
        select(_entries.c.log_hash, _entries.c.term_number, _entries.c.term_run, _entries.c.month).where(
            _entries.c.branch == branch, _entries.c.position == position
        )
    ).first()
    if last is None and position > 0:
        raise Refused("log_moved", position=position)
    for table in (_entries, _ids):
        connection.execute(delete(table).where(table.c.branch == branch, table.c.position > position))
    connection.execute(delete(_months).where(_months.c.branch == branch, _months.c.first_position > position))
    connection.execute(delete(_runs).where(_runs.c.branch == branch))
    put(connection, _runs, _newest_of_runs(connection, branch))
    connection.execute(
        update(_cursors)
        .where(_cursors.c.branch == branch, _cursors.c.matched > position)
        .values(matched=position)
    )
    head = Head(position, last[0], Term(last[1], last[2])) if last else Head(0, ZERO, Term(0, ""))
    connection.execute(
        update(_heads)
        .where(_heads.c.branch == branch)
        .values(
            position=position,
            log_hash=head.log_hash,
            term_number=head.term.number,
            term_run=head.term.run,
            month=last[3] if last else 0,
            countersigned=None,
        )
    )
    return head


def _newest_of_runs(connection: Connection, branch: str) -> list[dict[str, object]]:
    newest = (
        select(_entries.c.epoch, func.max(_entries.c.seq).label("seq"))
        .where(_entries.c.branch == branch)
        .group_by(_entries.c.epoch)
        .subquery()
    )
    rows = connection.execute(
        select(_entries.c.epoch, _entries.c.seq, _entries.c.hash)
        .join(newest, (newest.c.epoch == _entries.c.epoch) & (newest.c.seq == _entries.c.seq))
        .where(_entries.c.branch == branch)
    )
    return [{"branch": branch, "epoch": row[0], "seq": row[1], "hash": row[2]} for row in rows]
