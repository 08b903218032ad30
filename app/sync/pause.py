"""How long to wait before a call is tried again."""

import random

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0


class Pause:
    """Full jitter: somewhere between nothing and a limit that doubles from 1 s (DESIGN 3)."""

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self._limit = FIRST_PAUSE

    def next(self) -> float:
        """Seconds until the next try."""
        waited = random.uniform(0.05, self._limit)  # noqa: S311 - spreads the load, guards no secret
        self._limit = min(self._limit * 2, self._longest)
        return waited

    def reset(self) -> None:
        """It worked."""
        self._limit = FIRST_PAUSE
