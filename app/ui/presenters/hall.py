"""The window in the hall: which calls are shown, and whether one is new."""

from typing import Protocol

import msgspec

from app.domain.bundle import Text
from app.errors import Refused
from app.services.counters import CallShown
from app.services.services import Services
from app.ui.door import Door

SHOWN = 6
"""The last call and the five before it."""


class HallView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the window: no name, ever."""

    branch: str
    zone: str
    calls: tuple[CallShown, ...]
    welcome: Text
    footer: Text


class View(Protocol):
    """What the window shows."""

    def show_calls(self, hall: HallView) -> None:
        """The calls, newest first."""
        ...

    def ring(self) -> None:
        """Somebody was called, or called again."""
        ...


class HallPresenter:
    """Remembers the newest call it has shown."""

    def __init__(self, services: Services, door: Door, view: View) -> None:
        self._services = services
        self._door = door
        self._view = view
        self._newest: int | None = None
        self._shown: HallView | None = None
        self._reading = False

    def refresh(self) -> None:
        """Read anew, unless a read is under way: the next second brings another."""
        if self._reading:
            return
        self._reading = True
        self._door.read(self._look, self._looked, self._not_looked)

    def _look(self) -> HallView:
        office = self._services.office
        branch, texts = office.branch(), office.rules().texts
        return HallView(
            branch=branch.name,
            zone=branch.zone,
            calls=self._services.counters.last_calls(SHOWN),
            welcome=texts.display_welcome,
            footer=texts.display_footer,
        )

    def _looked(self, hall: HallView) -> None:
        self._reading = False
        newest = hall.calls[0].position if hall.calls else 0
        is_new = self._newest is not None and newest > self._newest
        self._newest = max(newest, self._newest or 0)
        if hall != self._shown:
            self._shown = hall
            self._view.show_calls(hall)
        if is_new:
            self._view.ring()

    def _not_looked(self, _: Refused) -> None:
        """What stands there stays; the desk's own window says what is wrong."""
        self._reading = False
