"""Large offers, as after an outage: kept as they came in one small write, answered, and given their places right after.

So the asker knows at once that its events lie on a second disk, whatever the fold of thousands of them still takes; and a
hub that dies in between finds them when it starts again.
"""

import logging
from typing import TYPE_CHECKING

import msgspec

from app.domain.events import Header, Held
from app.domain.rights import SYSTEM
from app.errors import Refused
from app.models import following, inbox, projections
from app.models.journal import Journal, Unit
from app.sync.block import Block
from app.sync.proof import keys_of, unproved
from app.sync.wire import unpack_events

if TYPE_CHECKING:
    from app.sync.messages import Round
    from app.sync.node import Node

record = logging.getLogger(__name__)

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
        self._unreadable = 0
        """Number of the last row that cannot be read; those behind it are taken in all the same."""
        self._there: dict[str, Events] = {}
        """Computer to what it was told is kept: it has these, and is told their places alone."""

    def keep(self, question: "Round", events: Events, peer: str) -> list[tuple[bytes, int]]:
        """Make large offers durable; each run and its last number. Empty, where they are to be taken in at once: few of
        them, offered before, not proved, or part of a question that also wants a decision."""
        if question.offers is None or question.act is not None or len(events) < self.kept_from:
            return []
        if len(events) != len(question.offers.order):  # a part of it is not to be taken
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

        while self._waits():
            with self._journal.unit(SYSTEM) as unit:
                events, peer, number = self._next(unit)
                if events is not None:
                    take_offers(node, events, peer)
                    inbox.drop(unit.connection, number)

    def hold(self, unit: Unit) -> None:
        """This computer gives no places any more: what it has kept waits here as everything else does."""
        while inbox.first(unit.connection, self._unreadable) is not None:
            events, _, number = self._next(unit)
            if events is not None:
                following.hold(unit, events)
                inbox.drop(unit.connection, number)

    def _waits(self) -> bool:
        with self._journal.store.reading() as connection:
            return inbox.first(connection, self._unreadable) is not None

    def _next(self, unit: Unit) -> tuple[Events | None, str, int]:
        """Under the journal's lock: another thread may have taken in what was seen before, and its number is given again.
        No events where there are none any more, or where another version of the program kept them: these stay where they
        are, their sender offers them again, and nobody else waits for them."""
        kept = inbox.first(unit.connection, self._unreadable)
        if kept is None:
            return None, "", 0
        number, peer, packed = kept
        events = self._unread.pop(number, None)
        if events is None:
            try:
                events = read_offers(packed)
            except Refused as refused:
                record.error("an offer of %s that was kept cannot be read: %s", peer, refused)
                self._unreadable = number
        return events, peer, number

    def held_by(self, peer: str) -> Events:
        """What a computer has of what stands in the log now."""
        return self._there.get(peer, [])

    def told(self, peer: str) -> None:
        """It has heard all places, or does not hold what it once had."""
        self._there.pop(peer, None)


def read_offers(packed: bytes) -> Events:
    """What was kept, event by event; raises Refused("message_damaged")."""
    try:
        return unpack_events(_blocks.decode(packed))
    except msgspec.DecodeError as error:
        raise Refused("message_damaged", why="kept") from error
