"""After an update of the program: what an older version could only keep is folded now."""

import logging

from sqlalchemy import select

from app.domain.events import digest
from app.domain.kinds import KINDS
from app.models import log, projections, tables
from app.models.audit import rebuild
from app.models.store import Store

record = logging.getLogger(__name__)

KNOWN = "known_kinds"
"""Name of the setting that holds what the program could read that folded this file last."""

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
