"""What the pages about tickets have in common: read anew without piling up, one action at a time, say why not."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from app.errors import Refused
from app.services.services import Services
from app.ui.door import Door


class Telling(Protocol):
    """A page that can be told what was done and why not."""

    def said(self, what: str, fact: str, /) -> None:
        """Something was done; what, and with which number or name."""
        ...

    def refuse(self, refused: Refused, /) -> None:
        """Why not."""
        ...


Page = TypeVar("Page", bound=Telling)
Look = TypeVar("Look")


class ReadingPresenter(ABC, Generic[Page, Look]):
    """Reads a `Look` for its page; the page's own presenter says how (`_look`) and what follows (`_show`)."""

    def __init__(
        self, services: Services, door: Door, view: Page, who: str, may: Callable[[str], bool]
    ) -> None:
        self._services = services
        self._door = door
        self._view = view
        self._who = who
        self._may = may
        self._busy = False
        self._reading = False
        self._again = False
        self._read_at = -1
        """What the journal had told when the last read began."""

    @abstractmethod
    def _look(self) -> Look:
        """Everything the page shows, read in one go, beside the window's thread."""

    @abstractmethod
    def _show(self, look: Look) -> None:
        """What was read, on the window's thread."""

    def refresh(self) -> None:
        """Read anew; while a read is under way one more is remembered, not ten."""
        if self._reading:
            self._again = True
            return
        self._reading = True
        self._door.read(self._begin, self._looked, self._not_looked)

    def look_again(self) -> None:
        """Something was written, perhaps by this page itself, which then has read it already."""
        if self._services.office.journal.told != self._read_at:
            self.refresh()

    def _begin(self) -> Look:
        self._read_at = self._services.office.journal.told
        return self._look()

    def _looked(self, look: Look) -> None:
        self._reading = False
        self._show(look)
        if self._again:
            self._again = False
            self.refresh()

    def _not_looked(self, refused: Refused) -> None:
        self._reading = False
        self._view.refuse(refused)

    def _done(self, what: str, fact: str) -> None:
        self._busy = False
        self._view.said(what, fact)
        self.refresh()

    def _refused(self, refused: Refused) -> None:
        self._busy = False
        self._view.refuse(refused)
        self.refresh()
