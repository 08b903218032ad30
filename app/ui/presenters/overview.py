"""The supervisor's overview: reads the board, and knows which page a matter belongs to."""

from pathlib import Path
from typing import Protocol

from app.domain.claims import Case
from app.domain.figures import DayFigures
from app.services.doubles import look_at, put_back
from app.services.receipts import renew_receipt
from app.services.services import Services
from app.services.today import Attention, TodayBoard
from app.ui.door import Door

PLACES = {
    "calendar_ends": "manage",
    "overdue": "files",
    "came_back": "files",
    "payment_returned": "files",
    "unreachable": "files",
    "unclosed_day": "summary",
    "waiting_long": "queue",
    "no_show": "queue",
    "delegation_starts": "staff",
    "delegation_ends": "staff",
    "quarantined": "manage",
    "conflict": "conflicts",
    "receipt_twice": "files",
    "label_twice": "queue",
    "label_was_twice": "summary",
    "quota_exhausted": "staff",
    "quota_overrun": "staff",
}
"""Kind of a matter to the page where it is decided."""


class View(Protocol):
    """What the page shows."""

    def show_board(self, board: TodayBoard) -> None:
        """Everything."""
        ...

    def put_back(self, label: str, new: str) -> None:
        """Somebody waits again."""
        ...

    def renewed(self, name: str, number: str, former: str) -> None:
        """A file has another receipt number."""
        ...

    def show_paper(self, path: Path, pdf: bytes) -> None:
        """A paper to print."""
        ...


class OverviewPresenter:
    """One read for the whole page."""

    def __init__(self, services: Services, door: Door, view: View, who: str = "") -> None:
        self._who = who
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
        self._door.read(self._read, self._loaded)

    def _read(self) -> TodayBoard:
        try:
            return self._services.summaries.today()
        finally:
            self._reading = False  # also when it was refused: the next change reads anew

    def _loaded(self, board: TodayBoard) -> None:
        self._view.show_board(board)
        if self._again:
            self._again = False
            self.load()

    def hours(self, figures: DayFigures) -> list[tuple[int, tuple[int, int]]]:
        """(hour, (arrived, served)) for every hour of the service day, quiet ones included."""
        known = {each.hour: (each.arrived, each.served) for each in figures.hours}
        opening = self._services.office.calendar().opening(figures.day)
        first, last = (opening.start // 60, (opening.end - 1) // 60) if opening else (8, 16)
        hours = range(min([first, *known]), max([last, *known]) + 1)
        return [(hour, known.get(hour, (0, 0))) for hour in hours]

    def put_back(self, matter: Attention) -> None:
        """The person whose label another one had: into the queue again, at the old place."""
        ticket, label = matter.refs[0], matter.names[0]
        office, who = self._services.office, self._who
        self._door.write(
            lambda: put_back(office, who, ticket), lambda back: self._view.put_back(label, back.label)
        )

    def look_at(self, matter: Attention) -> None:
        """It is too late to put the person back; who reads it knows, and it goes from the list."""
        office, who, ticket = self._services.office, self._who, matter.refs[0]
        self._door.write(lambda: look_at(office, who, ticket), lambda _: self.load())

    def renew_receipt(self, case: str) -> None:
        """Another number for this one of the files that bear the same; then its paper, whose failure undoes nothing."""
        office, who, papers = self._services.office, self._who, self._services.papers

        def paper() -> tuple[Path, bytes]:
            path = papers.receipt_pdf(case)
            return path, path.read_bytes()

        def renewed(state: Case) -> None:
            self._view.renewed(state.fields.get("name", ""), state.receipt, state.former_receipts[-1])
            self._door.write(paper, lambda made: self._view.show_paper(*made))

        self._door.write(lambda: renew_receipt(office, who, case), renewed)

    def place_of(self, matter: Attention) -> tuple[str, str]:
        """(page, record) where the matter is decided."""
        if matter.kind == "label_was_twice":
            return PLACES[matter.kind], matter.day
        record = matter.refs[0] if matter.refs else ""
        return PLACES[matter.kind], record
