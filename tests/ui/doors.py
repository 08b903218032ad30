"""A door for presenter tests that does the work at once, on the spot, without Qt."""

from collections.abc import Callable
from typing import TypeVar

from app.errors import Refused

T = TypeVar("T")


class ImmediateDoor:
    """Does what is handed in at once; what was refused without a handler is kept in `refused`."""

    def __init__(self) -> None:
        self.refused: list[Refused] = []

    def write(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Refused], None] | None = None,
    ) -> None:
        self._do(work, done, failed)

    def read(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Refused], None] | None = None,
    ) -> None:
        self._do(work, done, failed)

    def _do(
        self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[Refused], None] | None
    ) -> None:
        try:
            result = work()
        except Refused as refused:
            if failed is None:
                self.refused.append(refused)
            else:
                failed(refused)
        else:
            done(result)
