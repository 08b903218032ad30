"""What a presenter knows of slow work: hand it in, be told on the window's thread."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from app.errors import Refused

T = TypeVar("T")


class Door(Protocol):
    """Where a presenter takes its slow work; both return at once, and nobody is called once the page is gone.

    `failed` gets what the world refused; without it the user is told. A defect is never passed on: it is logged and
    apologised for.
    """

    def write(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Refused], None] | None = None,
    ) -> None:
        """Work that changes something: one after another, in the order handed in."""

    def read(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Refused], None] | None = None,
    ) -> None:
        """Work that only looks: beside the writing, in no order."""
