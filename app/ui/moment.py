"""Presses that come faster than eyes: what was pressed in the moment of a change was meant for what stood there before."""

from app.domain.ports import Clock

HELD_MS = 700
"""One number a service, and one act on a ticket, within this time; a press within it begins it anew: a key that is held
down, which some platforms report as many presses and releases, does its work once."""
MOMENT_MS = 500
"""Nobody has read what is new and decided on it within this time; a double click or a key that is hammered is faster."""


class Moment:
    """Begins when the same key comes to do something else; every press within it begins it anew."""

    def __init__(self, clock: Clock, length_ms: int = MOMENT_MS) -> None:
        self._clock = clock
        self._length = length_ms
        self._over_at: int | None = None

    def begin(self) -> None:
        """What stands there has just changed."""
        self._over_at = self._clock.monotonic() + self._length

    def meant(self) -> bool:
        """Whether a press now is meant for what stands there now."""
        if self._over_at is None or self._clock.monotonic() >= self._over_at:
            return True
        self.begin()
        return False


class HeldKeys:
    """One act for one press: the same act again within 700 ms comes from a key that is still held."""

    def __init__(self, clock: Clock) -> None:
        self._moment = Moment(clock, HELD_MS)
        self._act = ""

    def meant(self, act: str) -> bool:
        """Whether this is a press of its own; every press begins the time anew."""
        held = act == self._act and not self._moment.meant()
        self._act = act
        self._moment.begin()
        return not held
