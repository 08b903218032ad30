"""Whether the bytes on file here are those of the next place up: compared after a quiet minute (DESIGN 3).

A hub compares with head office, a station with its hub. What a station says of head office rests on both: its own bytes
are its hub's, and the hub's were head office's up to an entry whose hash stands in the station's log too.
"""

import logging
from collections.abc import Callable

from sqlalchemy import Connection

from app.models import following, log
from app.services.office import Office
from app.sync.buckets import SIZE
from app.sync.engine import Engine
from app.sync.peer import Peer
from app.sync.status import HEAD_OFFICE, HUB, Same

record = logging.getLogger(__name__)

QUIET_MS = 60_000
STRETCH = 20
"""Buckets compared at a time: nobody waits for this, and the other side has other work."""
PROVEN = "proven "
"""Setting, with the place behind it: up to which position its bytes were found to be these, and the log's hash there."""


class Proof:
    """Of one computer's log; `look` is called by the thread that talks, `wrote` by any."""

    def __init__(self, office: Office, engine: Engine, waiting: Callable[[], int]) -> None:
        self._office = office
        self._engine = engine
        self._waiting = waiting
        self._quiet_since = office.ports.clock.monotonic()
        self._differed = False

    def wrote(self) -> None:
        """It is not quiet."""
        self._quiet_since = self._office.ports.clock.monotonic()

    def with_hub(self, peer: Peer) -> None:
        """After a round with the hub."""
        self._look(peer, HUB)

    def with_head_office(self, peer: Peer) -> None:
        """After a round with head office."""
        self._look(peer, HEAD_OFFICE)

    def _look(self, peer: Peer, place: str) -> None:
        """Compare the next stretch; when it reaches the newest entry, one older bucket too, and say what came out."""
        office, state = self._office, self._engine.status
        if office.ports.clock.monotonic() - self._quiet_since < QUIET_MS or self._waiting():
            return
        with office.store.reading() as connection:
            head = log.head(connection)
            lowest = -(-log.begin(connection).position // SIZE) * SIZE
            begun = max(lowest, _read(log.setting(connection, PROVEN + place), connection))
        if head.position <= lowest:
            return
        until = min(head.position, begun + STRETCH * SIZE)
        same = self._engine.compare(peer, begun, until)
        if same and until < head.position:
            self._keep(place, until)
            self._engine.wake()
            return
        same = same and self._older(peer, lowest, begun)
        if same:
            self._keep(place, head.position // SIZE * SIZE)
            self._differed = False
        state.same = Same(place, office.now(), head.position, head.log_hash) if same else None
        if not same:
            self._tell(place)
        state.changed()

    def _older(self, peer: Peer, lowest: int, begun: int) -> bool:
        """Whether an older bucket, drawn by lot, is still the same."""
        count = (begun - lowest) // SIZE
        if count < 1:
            return True
        older = lowest + int.from_bytes(self._office.ports.entropy.take(4), "big") % count * SIZE
        return self._engine.compare(peer, older, older + SIZE)

    def _keep(self, place: str, position: int) -> None:
        with self._office.store.writing() as connection:
            log_hash = log.hash_at(connection, position)
            if log_hash is not None:
                log.put_setting(connection, PROVEN + place, f"{position} {log_hash.hex()}")

    def _tell(self, place: str) -> None:
        """The second time in turn: the other log may have been put in another order while the first was compared."""
        record.error("the bytes of this log are not those of %s", place)
        if self._differed:
            with self._office.store.writing() as connection:
                facts, kind = {"station": self._office.note.station}, f"bytes_differ_{place}"
                notice = f"{kind} {self._office.calendar_day()}"
                following.note(connection, notice, kind, "branch", "", facts, self._office.now())
        self._differed = True


def _read(kept: str, connection: Connection) -> int:
    """The position that was kept, 0 where the log has another entry there by now."""
    position, _, log_hash = kept.partition(" ")
    if not position or not log_hash or log.hash_at(connection, int(position)) != bytes.fromhex(log_hash):
        return 0
    return int(position)
