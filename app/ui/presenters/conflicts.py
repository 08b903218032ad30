"""The conflicts page: what is open, and a supervisor's word on one of it."""

from collections.abc import Callable
from typing import Protocol

from app.errors import Refused
from app.services.conflicts import OpenConflict
from app.services.services import Services
from app.ui.door import Door
from app.ui.presenters.reading import ReadingPresenter


class View(Protocol):
    """What the page shows."""

    def show_rows(self, rows: tuple[OpenConflict, ...], wanted: str) -> None:
        """All that is open; `wanted` is the stream that another page asked for, or ""."""
        ...

    def said(self, what: str, title: str) -> None:
        """Something was done: "settled"."""
        ...

    def refuse(self, refused: Refused) -> None:
        """Why not."""
        ...


class ConflictsPresenter(ReadingPresenter[View, tuple[OpenConflict, ...]]):
    """One settling at a time."""

    def __init__(
        self, services: Services, door: Door, view: View, who: str, may: Callable[[str], bool]
    ) -> None:
        super().__init__(services, door, view, who, may)
        self.wanted = ""
        """Stream that another page asked for, until it was shown."""

    def _look(self) -> tuple[OpenConflict, ...]:
        return tuple(sorted(self._services.conflicts.open(), key=lambda each: each.since))

    def _show(self, look: tuple[OpenConflict, ...]) -> None:
        wanted, self.wanted = self.wanted, ""
        self._view.show_rows(look, wanted)

    def revealed(self, case: str, field: str) -> None:
        """A masked value was uncovered: that is recorded."""
        services, who = self._services, self._who
        self._door.write(lambda: services.cases.read(who, case, field, "settle_conflict"), lambda _: None)

    def settle(self, row: OpenConflict, choice: str, reason: str) -> None:
        """The event `choice` of both shall stand."""
        if self._busy:
            return
        self._busy = True
        self._door.write(
            lambda: self._services.conflicts.settle(self._who, row.stream, row.second, choice, reason),
            lambda _: self._done("settled", row.title),
            self._refused,
        )
