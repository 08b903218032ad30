"""A window that stays open: over night it is another day, and after sleep nobody knows who sits there."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from app.services.services import Services

LOOK_MS = 10_000
SLEPT_MS = 60_000
"""A look that comes so much later than the one before: the computer slept, or its clock was set."""


class DayWatch(QObject):
    """Looks at date and wall clock every ten seconds; `turned` when it is another day, `slept` after a gap."""

    turned = Signal()
    slept = Signal()

    def __init__(self, services: "Callable[[], Services | None]", parent: QObject) -> None:
        super().__init__(parent)
        self._services = services
        self._day, self._seen = "", 0
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Compare with the look before; while no branch is open there is nothing to tell."""
        services = self._services()
        if services is None:
            self._day, self._seen = "", 0
            return
        now, day = services.office.now(), services.office.calendar_day()
        slept, turned = self._seen and now - self._seen > SLEPT_MS, self._day not in ("", day)
        self._seen, self._day = now, day
        if slept:
            self.slept.emit()
        if turned:
            self.turned.emit()
