"""Large offers, as after an outage: kept as they came in one small write, answered, and given their places right after.

So the asker knows at once that its events lie on a second disk, whatever the fold of thousands of them still takes; and a
hub that dies in between finds them when it starts again.
"""

from typing import TYPE_CHECKING

import msgspec

from app.domain.events import Header, Held
from app.domain.rights import SYSTEM
from app.models import following, inbox, projections
from app.models.journal import Journal, Unit
from app.sync.block import Block
from app.sync.proof import keys_of, unproved
from app.sync.wire import unpack_events

if TYPE_CHECKING:
    from app.sync.messages import Round
    from app.sync.node import Node

KEPT_FROM = 1_000
"""Events: fewer are given their places before the answer, in one transaction."""
Events = list[tuple[Header, Held]]

_pack = msgspec.msgpack.Encoder().encode
"""Not compressed: the row is gone in a moment, and compressing takes longer than writing."""
_blocks = msgspec.msgpack.Decoder(Block)


class Received:
    """What a hub has kept and not yet taken in."""

    def __init__(self, journal: Journal) -> None:
        self.kept_from = KEPT_FROM
        self._journal = journal
        self._unread: dict[int, Events] = {}
        """What was kept since this start, by the number of its row: it need not be unpacked again."""
        self._there: dict[str, Events] = {}
        """Computer to what it was told is kept: it has these, and is told their places alone."""

    def keep(self, question: "Round", events: Events, peer: str) -> list[tuple[bytes, int]]:
        """Make large offers durable; each run and its last number. Empty, where they are to be taken in at once: few of
        them, offered before, not proved, or part of a question that also wants a decision."""
        if question.offers is None or question.act is not None or len(events) < self.kept_from:
            return []
        there = {held.hash for _, held in self._there.get(peer, ())}
        with self._journal.store.reading() as connection:
            fresh = following.not_here(connection, events)
            keys = keys_of(projections.branch_of(connection))
        if len(fresh) < self.kept_from or fresh[-1][1].hash in there or unproved(keys, events):
            return []
        with self._journal.unit(SYSTEM) as unit:
            number = inbox.keep(unit.connection, peer, _pack(question.offers), unit.at)
            self._unread[number] = events  # before anybody else can find the row
        self._there.setdefault(peer, []).extend(events)
        return list({header.epoch: header.seq for header, _ in events}.items())

    def take_in(self, node: "Node") -> None:
        """Give all of it places in the log, each offer in one transaction."""
        from app.sync.ordering import take_offers

        while True:
            with self._journal.store.reading() as connection:
                kept = inbox.first(connection)
            if kept is None:
                return
            number, peer, packed = kept
            with self._journal.unit(SYSTEM) as unit:
                take_offers(node, self._unread.get(number) or read_offers(packed), peer)
                inbox.drop(unit.connection, number)
                self._unread.pop(number, None)  # its number will be given again

    def hold(self, unit: Unit) -> None:
        """This computer gives no places any more: what it has kept waits here as everything else does."""
        while (kept := inbox.first(unit.connection)) is not None:
            following.hold(unit, read_offers(kept[2]))
            inbox.drop(unit.connection, kept[0])
        self._unread.clear()

    def held_by(self, peer: str) -> Events:
        """What a computer has of what stands in the log now."""
        return self._there.get(peer, [])

    def told(self, peer: str) -> None:
        """It has heard all places, or does not hold what it once had."""
        self._there.pop(peer, None)


def read_offers(packed: bytes) -> Events:
    """What was kept, event by event."""
    return unpack_events(_blocks.decode(packed))
