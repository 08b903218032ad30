"""Whether the bytes on file here are those of the next place up: compared after a quiet minute (DESIGN 3).

A hub compares with head office, a station with its hub. What a station says of head office rests on both: its own bytes
are its hub's, and the hub's were head office's up to an entry whose hash stands in the station's log too.
"""

import logging
from collections.abc import Callable

import msgspec
from sqlalchemy import Connection

from app.errors import Refused
from app.models import following, log
from app.services.office import Office
from app.sync.buckets import SIZE, compare
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
    """Of one computer's log; the look is done by the thread that talks, `wrote` is called by any."""

    def __init__(self, office: Office, engine: Engine, waiting: Callable[[], int]) -> None:
        self._office = office
        self._engine = engine
        self._waiting = waiting
        self._quiet_since = office.ports.clock.monotonic()
        self._differed: set[str] = set()

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
        """When it is quiet. What goes wrong here says nothing of the line, whose round came back."""
        office = self._office
        if office.ports.clock.monotonic() - self._quiet_since < QUIET_MS or self._waiting():
            return
        try:
            self._compare(peer, place)
        except Refused as refused:
            record.warning("the bytes could not be compared with %s: %s", place, refused)
        except msgspec.MsgspecError:
            record.warning("%s answers with no buckets", place)

    def _compare(self, peer: Peer, place: str) -> None:
        """The next stretch; when it reaches the newest entry, one older bucket too, and then it is known."""
        office = self._office
        with office.store.reading() as connection:
            head = log.head(connection)
            lowest = -(-log.begin(connection).position // SIZE) * SIZE
            begun = max(lowest, _kept(connection, place))
            until = min(head.position, begun + STRETCH * SIZE)
            end = log.hash_at(connection, until)
        if head.position <= lowest or end is None:
            return
        same = compare(office.store, peer, begun, until)
        if same is not False and until < head.position:  # None: so far back the other place does not reach
            self._keep(place, until, end)
            self._engine.wake()
            return
        if same:
            same = self._older(peer, lowest, begun)
        self._note(place, same, Same(place, office.now(), head.position, head.log_hash))
        if same:
            self._keep(place, head.position // SIZE * SIZE)

    def _older(self, peer: Peer, lowest: int, begun: int) -> bool:
        """Whether an older bucket, drawn by lot, is still the same; one that is not held there is none that differs."""
        count = (begun - lowest) // SIZE
        if count < 1:
            return True
        older = lowest + int.from_bytes(self._office.ports.entropy.take(4), "big") % count * SIZE
        return compare(self._office.store, peer, older, older + SIZE) is not False

    def _keep(self, place: str, position: int, compared: bytes | None = None) -> None:
        """So far it was compared, unless the log was put in another order meanwhile (`compared`: its hash there)."""
        with self._office.store.writing() as connection:
            log_hash = log.hash_at(connection, position)
            if log_hash is not None and compared in (None, log_hash):
                log.put_setting(connection, PROVEN + place, f"{position} {log_hash.hex()}")

    def _note(self, place: str, same: bool | None, proved: Same) -> None:
        state = self._engine.status
        state.same = proved if same else None
        state.changed()
        if same is not False:
            self._differed.discard(place)
            return
        record.error("the bytes of this log are not those of %s", place)
        if place in self._differed:  # once, the other log may have been put in another order meanwhile
            self._tell(place)
        self._differed.add(place)

    def _tell(self, place: str) -> None:
        with self._office.store.writing() as connection:
            facts, kind = {"station": self._office.note.station}, f"bytes_differ_{place}"
            notice = f"{kind} {self._office.calendar_day()}"
            following.note(connection, notice, kind, "branch", "", facts, self._office.now())


def _kept(connection: Connection, place: str) -> int:
    """How far it came; 0 where the log has another entry there by now."""
    position, _, log_hash = log.setting(connection, PROVEN + place).partition(" ")
    if not log_hash or log.hash_at(connection, int(position)) != bytes.fromhex(log_hash):
        return 0
    return int(position)
