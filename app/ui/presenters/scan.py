"""Opening a scan: fetched where it is not here, on record before it is seen."""

from typing import Protocol

from app.errors import Refused
from app.services.attachments import Placed
from app.services.services import Services
from app.ui.door import Door


class ScanView(Protocol):
    """What the viewer shows."""

    def show_bringing(self, placed: Placed) -> None:
        """It is being fetched or opened."""
        ...

    def show_content(self, placed: Placed, content: bytes) -> None:
        """The whole scan."""
        ...

    def show_refusal(self, placed: Placed, refused: Refused) -> None:
        """Why it cannot be seen here."""
        ...


class ScanPresenter:
    """The scans of one case, one of which is shown; `scans` is not empty."""

    def __init__(
        self, services: Services, who: str, door: Door, view: ScanView, case: str, scans: tuple[Placed, ...]
    ) -> None:
        self._services, self._who = services, who
        self._door, self._view = door, view
        self._case = case
        self.scans = scans
        self.place = 0
        self._asked = 0

    @property
    def placed(self) -> Placed:
        """The scan that is shown."""
        return self.scans[self.place]

    def open(self, place: int) -> None:
        """Show the scan at this place of the list; an answer for one that was left meanwhile is not shown."""
        self.place = min(max(place, 0), len(self.scans) - 1)
        self._asked += 1
        asked, placed = self._asked, self.placed
        case, sha256, attachments = self._case, placed.attached.sha256, self._services.attachments

        def failed(refused: Refused) -> None:
            if asked == self._asked:
                self._view.show_refusal(placed, refused)

        def brought(_: object) -> None:
            if asked == self._asked:
                self._door.write(lambda: attachments.open(self._who, case, sha256), opened, failed)

        def opened(content: bytes) -> None:
            if asked == self._asked:
                self._view.show_content(placed, content)

        self._view.show_bringing(placed)
        # Not in the writers' lane: fetching over a slow line takes long, and nobody's work waits for it.
        self._door.read(lambda: attachments.bring(self._who, case, sha256), brought, failed)

    def step(self, by: int) -> None:
        """The next scan, or the one before with -1; nothing at the ends."""
        if 0 <= self.place + by < len(self.scans):
            self.open(self.place + by)

    def again(self) -> None:
        """Try once more."""
        self.open(self.place)
