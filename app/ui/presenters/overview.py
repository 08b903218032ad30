"""The supervisor's overview: reads the board, and knows which page a matter belongs to."""

from typing import Protocol

from app.services.services import Services
from app.services.today import Attention, TodayBoard
from app.ui.door import Door

PLACES = {
    "overdue": "files",
    "payment_returned": "files",
    "unreachable": "files",
    "unclosed_day": "summary",
    "waiting_long": "queue",
    "no_show": "queue",
    "delegation_starts": "staff",
    "delegation_ends": "staff",
    "quarantined": "manage",
    "quota_exhausted": "staff",
}
"""Kind of a matter to the page where it is decided."""


class View(Protocol):
    """What the page shows."""

    def show_board(self, board: TodayBoard) -> None:
        """Everything."""
        ...


class OverviewPresenter:
    """One read for the whole page."""

    def __init__(self, services: Services, door: Door, view: View) -> None:
        self._services = services
        self._door = door
        self._view = view
        self._reading = False
        self._again = False

    def load(self) -> None:
        """Read anew; while a read is under way one more is remembered, not ten."""
        if self._reading:
            self._again = True
            return
        self._reading = True
        self._door.read(self._services.summaries.today, self._loaded)

    def _loaded(self, board: TodayBoard) -> None:
        self._reading = False
        self._view.show_board(board)
        if self._again:
            self._again = False
            self.load()

    def place_of(self, matter: Attention) -> tuple[str, str]:
        """(page, record) where the matter is decided."""
        record = matter.refs[0] if matter.refs else ""
        return PLACES[matter.kind], record
