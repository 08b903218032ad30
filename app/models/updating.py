"""After an update of the program: what an older version could only keep is folded now, and its search index made anew."""

import logging
from collections.abc import Callable

import msgspec
from sqlalchemy import Connection, Table, select

from app.domain.claims import Case
from app.domain.events import digest
from app.domain.kinds import KINDS
from app.domain.tickets import Ticket
from app.models import log, projections, tables
from app.models.audit import rebuild
from app.models.store import Store

record = logging.getLogger(__name__)

KNOWN = "known_kinds"
"""Name of the setting that holds what the program could read that folded this file last."""

INDEXED = "indexed"
"""Name of the setting that holds by which rule this file's search index was made."""
INDEX_RULE = "2"
"""1: words whole, dashes left out. 2: also from behind each dash on, voucher and bank reference (decision 002)."""

_read_ticket = msgspec.msgpack.Decoder(Ticket).decode
_read_case = msgspec.msgpack.Decoder(Case).decode
_unread = select(tables.quarantine.c.position).where(tables.quarantine.c.code == "event_unknown").limit(1)


def _known() -> str:
    """A digest of everything that this program can fold."""
    kinds = ",".join(f"{name} {kind.version}" for name, kind in sorted(KINDS.items()))
    return digest(f"{kinds} {sorted(projections.STREAMS)}".encode()).hex()


def fold_unread(store: Store) -> bool:
    """Rebuild, where another version of the program set events aside that it did not know; whether it was needed."""
    known = _known()
    with store.reading() as connection:
        former = log.setting(connection, KNOWN)
        waits = connection.execute(_unread).first() is not None
    if not waits or former == known:
        return False
    record.info("another version of the program left events unread: everything is folded anew")
    rebuild(store)
    with store.writing() as connection:
        log.put_setting(connection, KNOWN, known)
    return True


def index_anew(store: Store) -> bool:
    """Make the search index by today's rule, where another version of the program made it; whether it was needed."""
    with store.reading() as connection:
        if log.setting(connection, INDEXED) == INDEX_RULE:
            return False
    with store.writing() as connection:
        _index(connection, tables.tickets, lambda data: projections.ticket_terms(_read_ticket(data)))
        _index(connection, tables.cases, lambda data: projections.case_terms(_read_case(data)))
        log.put_setting(connection, INDEXED, INDEX_RULE)
    return True


def _index(connection: Connection, table: Table, terms: Callable[[bytes], str]) -> None:
    found = select(tables.findings.c.rowid, tables.findings.c.kind, table.c.id, table.c.data)
    for rowid, kind, ref, data in connection.execute(
        found.join(table, table.c.id == tables.findings.c.ref)
    ).all():
        for statement, row in projections.finding(rowid, kind, ref, terms(data)):
            connection.execute(statement, row)
