"""A hub's calls to head office, one after the other on a thread of their own, and the pauses between them."""

import logging
import random
import threading
from collections.abc import Callable

from app.domain.ports import Clock
from app.errors import Refused
from app.sync import status
from app.sync.node import Node
from app.sync.pause import LONGEST_PAUSE, Pause
from app.sync.peer import Peer, is_cut, may_be_back
from app.sync.status import Status
from app.sync.upward import Upward

record = logging.getLogger(__name__)

UP_SECONDS = 60.0
"""How long an answer may be in coming."""
UP_EVERY = 15.0
"""Seconds between talks while nothing happens."""
LOOK_SECONDS = 3.0


class AboveTalk:
    """`find` gives the line to head office, None where there is none. `run` is the thread's work."""

    def __init__(
        self, node: Node, clock: Clock, known: Status, upward: Upward, find: Callable[[], Peer | None]
    ) -> None:
        self._node, self._clock, self._status, self._find = node, clock, known, find
        self.upward = upward
        self.after: list[Callable[[Peer], None]] = []
        """What else is asked when a talk came to its end."""
        self._due = threading.Event()
        self._woken = threading.Event()
        """No pause is to be waited for."""
        self._stopping = False

    def look(self) -> None:
        """There is something to say: at once, unless a talk has just failed."""
        self._due.set()

    def wake(self) -> None:
        """Something changed that made it fail: at once."""
        self._woken.set()
        self._due.set()

    def stop(self) -> None:
        """End after the call under way."""
        self._stopping = True
        self.wake()

    def run(self) -> None:
        """Until `stop`."""
        pause, early = Pause(LONGEST_PAUSE), True
        while not self._stopping:
            self._due.wait(UP_EVERY)
            self._due.clear()
            self._woken.clear()
            if self._stopping or not self._node.is_hub:
                continue
            refused = self._tried()
            if refused is None:
                pause.reset()
                early = True
            else:
                early = self._rest(pause.next(), may_be_back(refused), early=early)
                self._due.set()

    def _tried(self) -> Refused | None:
        """One talk; what came between."""
        try:
            self.talk()
        except Refused as refused:
            why = f"{refused.code} {refused.facts.get('why', '')}".strip()
            self._status.bad(status.HEAD_OFFICE, why)
            if not is_cut(refused):
                record.warning("head office refused: %s", refused)
            return refused
        except Exception:  # a defect must not end the thread: the next talk may do
            record.exception("the talk with head office failed")
            self._status.bad(status.HEAD_OFFICE, status.DEFECT)
            return Refused("hub_silent")
        return None

    def _rest(self, seconds: float, look: bool, *, early: bool) -> bool:
        """Wait until the next talk, or until `wake`. Where head office was not reached (`look`), only until it is seen to
        be back (DESIGN 3: at once when the network comes back), and then a little, so that not all branches of the
        country come together.

        One that seems well all the time and fails all the same is tried once before its time (`early`), and then left
        alone; gives whether that may be done again.
        """
        until, away = self._clock.monotonic() + int(seconds * 1000), False
        while not self._woken.is_set() and self._clock.monotonic() < until:
            left = (until - self._clock.monotonic()) / 1000
            self._woken.wait(min(left, LOOK_SECONDS))
            if not look or self._woken.is_set():
                continue
            well = self._is_well()
            if well and (away or early):
                self._woken.wait(min(left, random.uniform(0, LOOK_SECONDS)))  # noqa: S311 - as in Pause
                return away
            away = away or not well
        return early

    def _is_well(self) -> bool:
        peer = self._find()
        try:
            return peer is not None and peer.is_well()
        except Exception:  # as above
            record.exception("head office could not be looked at")
            return False

    def talk(self) -> bool:
        """Say everything, and take everything; raises Refused. Gives whether there is a head office."""
        peer = self._find()
        if peer is None:
            return False
        again = True
        while again and not self._stopping:
            try:
                answer = peer.round(self.upward.ask(), UP_SECONDS)
            except Refused as refused:
                if self.upward.show_log(refused):
                    continue
                raise
            if answer.hello.now:
                self._status.above_off_ms = answer.hello.now - self._clock.now()
            again = self.upward.take(answer).again
        self._status.good(status.HEAD_OFFICE)
        for then in self.after:
            then(peer)
        return True
