"""Acts that this computer did not wait for any longer: told to the hub, however often the program is started until then.

Whoever goes on alone has first written down here that the hub's own decision is to be taken back (docs/decisions/018).
"""

import logging
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, select

from app.domain.rights import SYSTEM
from app.models import following, tables
from app.models.journal import Journal, Written
from app.sync.messages import ABANDON, Act, Done

record = logging.getLogger(__name__)

_a = tables.abandoned
_oldest = select(_a.c.id, _a.c.person).order_by(_a.c.at, _a.c.id)
_count = select(func.count()).select_from(_a)
_add = _a.insert().prefix_with("OR IGNORE")
_drop = delete(_a).where(_a.c.id == bindparam("act"))


class Undone(msgspec.Struct, frozen=True, kw_only=True):
    """What the hub took back; `name` is that of the act, empty where there was nothing to take back."""

    name: str = ""
    stream: str = ""
    label: str = ""
    counter: int = 0


class Abandoned:
    """What is still to be told, in the branch file."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def add(self, act: str, person: str) -> None:
        """Durable on return; raises Refused where the file cannot be written: then nobody goes on alone either."""
        with self._journal.store.writing() as connection:
            connection.execute(_add, {"id": act, "person": person, "at": self._journal.clock.now()})

    def all(self) -> list[Act]:
        """What to tell, the oldest first."""
        with self._journal.store.reading() as connection:
            return [Act(row[0], ABANDON, row[1], b"{}") for row in connection.execute(_oldest)]

    def next(self) -> Act | None:
        """The oldest."""
        return next(iter(self.all()), None)

    def count(self) -> int:
        """How many."""
        with self._journal.store.reading() as connection:
            return connection.execute(_count).scalar_one()

    def told(self, act: Act, done: Done) -> None:
        """The hub knows; the person in whose name it had decided is told what became of it. Twice does nothing."""
        undone = _undone(done)
        with self._journal.unit(SYSTEM) as unit:
            unit.connection.execute(_drop, {"act": act.id})
            if undone.name:
                facts: dict[str, Any] = {"label": undone.label, "counter": undone.counter}
                kind = f"undone_{undone.name}"
                following.note(
                    unit.connection, f"undone {act.id}", kind, undone.stream, act.who, facts, unit.at
                )
        if undone.name:
            self._journal.tell(Written((undone.stream,)))


def _undone(done: Done) -> Undone:
    if done.code:  # of an older hub, or a fault of the question: asking again would change nothing
        record.warning("the hub does not take back: %s", done.code)
        return Undone()
    try:
        return msgspec.json.decode(done.result, type=Undone)
    except (msgspec.DecodeError, UnicodeDecodeError):
        record.warning("the hub's answer to an abandoned act cannot be read")
        return Undone()
