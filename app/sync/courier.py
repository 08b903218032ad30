"""The thread that carries scans and photos to the next place, a piece at a time, and the way back for one that is wanted."""

import logging
import threading
from collections.abc import Callable

from app.domain.case_events import Attached
from app.errors import Refused
from app.models.store import Store
from app.sync.attachments import Hop, work_off
from app.sync.blobs import BlobStore, Note
from app.sync.pause import LONGEST_PAUSE, Pause
from app.sync.peer import ATTACHMENTS, Peer, is_cut
from app.sync.uploader import CHUNK, Uploader

record = logging.getLogger(__name__)

EVENTS_FIRST = 10.0
"""Seconds for which a piece waits at most while events are under way: a line that is slow for both starves neither."""
HERE = "here"
"""Owner of what is being fetched."""

Way = Callable[[], tuple[Hop, Peer] | None]
"""The next place now and a fresh line to it; None where there is none."""


class Courier:
    """Sends what waits. Nothing happens before the first `wake`."""

    def __init__(
        self, store: Store, blobs: Callable[[], BlobStore], way: Way, waiting: Callable[[], int]
    ) -> None:
        """`waiting`: how many events have not gone to the same place; they go first."""
        self._store, self._blobs = store, blobs
        self._way, self._waiting = way, waiting
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._peer: Peer | None = None
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Something waits, or the other place answers again."""
        if self._thread is None and not self._stopping.is_set():
            self._thread = threading.Thread(target=self._run, name="attachments", daemon=True)
            self._thread.start()
        self._wake.set()

    def stop(self) -> None:
        """End; a call under way is cut off, and what has arrived of it is there."""
        self._stopping.set()
        self._wake.set()
        peer = self._peer
        if peer is not None:
            peer.close()
        if self._thread is not None:
            self._thread.join(5)

    def _run(self) -> None:
        pause = Pause(LONGEST_PAUSE)
        while not self._stopping.is_set():
            self._wake.wait()
            self._wake.clear()
            if self._stopping.is_set():
                return
            try:
                self.carry()
                pause.reset()
                continue
            except Refused as refused:
                if not is_cut(refused):
                    record.warning("attachments wait: %s", refused)
            except Exception:  # a defect must not end the thread: the next time may do
                record.exception("attachments could not be carried")
            self._stopping.wait(pause.next())
            self._wake.set()

    def carry(self) -> int:
        """Send everything that waits, one request at a step; how many arrived. Raises what stops all of them."""
        way = self._way()
        if way is None:
            return 0
        hop, self._peer = way
        try:
            uploader = Uploader(self._peer.session(), self._peer.address + ATTACHMENTS)
            arrived = self._once(uploader, hop)
            whole = arrived
            while arrived and not self._stopping.is_set():
                arrived = self._once(uploader, hop)
                whole += arrived
        finally:
            self._peer.close()
        return whole

    def _once(self, uploader: Uploader, hop: Hop) -> int:
        arrived = 0
        for step in work_off(self._store, self._blobs(), uploader, hop):
            arrived += step.done
            if step.failed:
                record.info("attachment %s at %s of %s: %s", step.sha256, step.offset, step.size, step.failed)
            self._let_events_go()
            if self._stopping.is_set():
                break
        return arrived

    def _let_events_go(self) -> None:
        waited = 0.0
        while self._waiting() and waited < EVENTS_FIRST and not self._stopping.wait(0.05):
            waited += 0.05


def fetch(peer: Peer, blobs: BlobStore, attached: Attached) -> None:
    """Bring a blob here, going on where a former try was cut.

    Raises Refused("attachment_missing") where the other place does not have it, ("attachment_damaged"), and what a
    call raises.
    """
    offset = blobs.begin(Note(attached.sha256, attached.size, attached.type, HERE))
    while offset < attached.size:
        last = min(offset + CHUNK, attached.size) - 1
        try:
            data = peer.piece(f"{ATTACHMENTS}/{attached.sha256}", offset, last)
        except Refused as refused:
            if refused.facts.get("reason") == "attachment_missing":
                raise Refused("attachment_missing") from refused
            raise
        if not 0 < len(data) <= last - offset + 1:
            raise Refused("attachment_damaged")
        offset = blobs.append(HERE, attached.sha256, offset, data).offset
