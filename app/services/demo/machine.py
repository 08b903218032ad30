"""The clock, chance and computer of a demo day: all of them come from the seed, so the same seed gives the same day."""

import hashlib

from app.domain.calendar import OFFSET_MINUTES
from app.services.office import Ports


class SeededClock:
    """A clock that stands still until it is set; it goes forward only."""

    def __init__(self, start: int) -> None:
        self._start = start
        self._now = start

    def now(self) -> int:
        """Milliseconds since 1970, UTC."""
        return self._now

    def monotonic(self) -> int:
        """Milliseconds since the start."""
        return self._now - self._start

    def set(self, at: int) -> None:
        """Go on to `at`, milliseconds UTC; raises ValueError for a moment that has passed."""
        if at < self._now:
            raise ValueError(f"the clock stands at {self._now} and does not go back to {at}")
        self._now = at


class SeededEntropy:
    """SHA-256 over the seed and a running number: as good as chance for ids, and the same every time.

    Good for a demo branch alone: whoever knows the seed knows its keys.
    """

    def __init__(self, seed: int) -> None:
        self._seed = b"loket demo entropy " + str(seed).encode()
        self._count = 0
        self._left = b""

    def take(self, count: int) -> bytes:
        """The next `count` bytes of the stream."""
        while len(self._left) < count:
            self._left += hashlib.sha256(self._seed + b" " + str(self._count).encode()).digest()
            self._count += 1
        taken, self._left = self._left[:count], self._left[count:]
        return taken


class SeededMachine:
    """A computer that is nowhere."""

    def __init__(self, seed: int) -> None:
        self._name = hashlib.sha256(b"loket demo machine " + str(seed).encode()).hexdigest()[:32]

    def fingerprint(self) -> str:
        """32 hex digits."""
        return self._name

    def parts(self) -> dict[str, str]:
        """None."""
        return {}

    def offset_minutes(self, at: int) -> int:
        """WIB, the zone of the demo branch."""
        return OFFSET_MINUTES["WIB"]


def demo_ports(seed: int, start: int) -> Ports:
    """What the machine provides on a demo day that begins at `start`, milliseconds UTC."""
    return Ports(SeededClock(start), SeededEntropy(seed), SeededMachine(seed))
