"""What is cut, since when: measured by the rounds that came back or did not, never by a ping."""

import threading
from collections.abc import Callable

import msgspec

from app.domain.ports import Clock
from app.sync.messages import LATEST, Upstream

HUB, HEAD_OFFICE = "hub", "head_office"
DEFECT = "defect"
"""Stands for a code where the program itself failed."""


class Way(msgspec.Struct):
    """One hop as it was measured."""

    ok_at: int | None = None
    """Milliseconds UTC of the last round that came back."""
    cut_since: int | None = None
    why: str = ""
    """Code of the refusal that cut it."""


class Same(msgspec.Struct, frozen=True):
    """When the bytes on file here were found to be those of another place, and up to which entry."""

    place: str
    """hub, head_office."""
    at: int
    position: int
    log_hash: bytes


class Status:
    """Shared by the threads that talk and by the screens that show; cheap to read."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []
        self.ways = {HUB: Way(), HEAD_OFFICE: Way()}
        self.same: Same | None = None
        """None while it was not proved, bucket by bucket."""
        self.upstream: Upstream | None = None
        """How the hub stands with head office, by this computer's clock; None while it has not said so."""
        self.clock_off_ms = 0
        """How far the hub's clock is ahead of this computer's."""
        self.above_off_ms: int | None = None
        """The same of head office's clock, where this computer talks with it; None while it has not."""
        self.revoked = False
        self.hub_station = ""

    def listen(self, listener: Callable[[], None]) -> None:
        """`listener` is called on the talking thread when something changed."""
        self._listeners.append(listener)

    def good(self, way: str) -> None:
        """A round came back."""
        with self._lock:
            former = self.ways[way].cut_since
            first = self.ways[way].ok_at is None
            self.ways[way] = Way(ok_at=self._clock.now())
        if former is not None or first:
            self.changed()

    def bad(self, way: str, why: str) -> None:
        """A round did not."""
        with self._lock:
            known = self.ways[way]
            fresh = known.cut_since is None or known.why != why
            since = known.cut_since if known.cut_since is not None else self._clock.now()
            self.ways[way] = Way(known.ok_at, since, why)
        if fresh:
            self.changed()

    def follows(self, hub: str) -> None:
        """This computer is the hub's station; what was proved with another one says nothing of this."""
        if hub != self.hub_station:
            self.same = self.upstream = None
        self.hub_station = hub

    def heard_of_above(self, told: Upstream | None, ahead_ms: int) -> None:
        """What the hub says of head office; `ahead_ms`: how far its clock is ahead of this computer's."""

        def by_my_clock(at: int | None) -> int | None:
            return None if at is None else min(max(0, at - ahead_ms), LATEST)

        mine = told and msgspec.structs.replace(
            told, cut_since=by_my_clock(told.cut_since), same_at=by_my_clock(told.same_at)
        )
        known, self.upstream = self.upstream, mine
        if known is None or mine is None:
            if known is not mine:
                self.changed()
        elif (known.why, known.position, known.waiting) != (
            mine.why,
            mine.position,
            mine.waiting,
        ):
            self.changed()

    def is_good(self, way: str) -> bool:
        """Whether the last round of a hop came back."""
        known = self.ways[way]
        return known.ok_at is not None and known.cut_since is None

    def changed(self) -> None:
        """Tell those who show it."""
        for listener in self._listeners:
            listener()
