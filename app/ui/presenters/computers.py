"""The computers of the branch: who belongs to it, how a new one joins, the way to head office and by stick."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

from app.errors import Refused
from app.services.hub_papers import Invited
from app.services.network_pointing import Pointed
from app.services.network_views import Computer, LinkState
from app.services.services import Services
from app.ui.door import Door


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the section shows; `now` in ms UTC."""

    computers: tuple[Computer, ...]
    link: LinkState
    is_home: bool
    waits_for: str
    """The former home, while this new one has not heard that it gives no number any more."""
    now: int
    address: str = ""
    """Where this computer is called, when it is the hub of others."""
    head_office: str = ""
    """Where head office is called, as this computer knows it."""


class View(Protocol):
    """What the section shows."""

    def show_facts(self, facts: Facts) -> None:
        """Every computer, and how this one stands."""
        ...

    def show_invitation(self, invited: Invited) -> None:
        """A code to be read out."""
        ...

    def show_pointed(self, pointed: Pointed) -> None:
        """What came of the address of the hub that was typed."""
        ...

    def said(self, what: str, detail: str = "") -> None:
        """Something was done: revoked, home, head_office, exported, imported (with the number of events)."""
        ...

    def show_refusal(self, refused: Refused) -> None:
        """Why it did not work."""
        ...


class ComputersPresenter:
    """Each action in the background, each with its own word when it is done."""

    def __init__(self, services: Services, door: Door, view: View, who: str) -> None:
        self._services = services
        self._door = door
        self._view = view
        self._who = who
        self._reading = self._again = False

    def load(self) -> None:
        """Read anew; while a read is under way one more is remembered, not ten."""
        if self._reading:
            self._again = True
            return
        self._reading = True
        self._door.read(self._facts, self._loaded, self._not_loaded)

    def _facts(self) -> Facts:
        network = self._services.network
        return Facts(
            computers=network.computers(),
            link=network.state(),
            is_home=self._services.staff.is_home(),
            waits_for=self._services.staff.waits_for(),
            now=self._services.office.now(),
            address=network.address,
            head_office=self._services.office.setting("head_office"),
        )

    def _loaded(self, facts: Facts) -> None:
        self._reading = False
        self._view.show_facts(facts)
        if self._again:
            self._again = False
            self.load()

    def _not_loaded(self, refused: Refused) -> None:
        self._reading = False
        self._view.show_refusal(refused)

    # ------------------------------------------------------------------------------------------ actions

    def invite(self) -> None:
        """A code for one more computer."""
        self._door.write(
            lambda: self._services.network.invite(self._who),
            self._view.show_invitation,
            self._view.show_refusal,
        )

    def revoke(self, station: str, reason: str) -> None:
        """This computer is given nothing more."""
        self._done(lambda: self._services.network.revoke(self._who, station, reason), "revoked")

    def make_home(self) -> None:
        """From now on this computer gives the plain numbers."""
        self._done(lambda: self._services.network.home_here(self._who), "home")

    def join_head_office(self, address: str, code: str) -> None:
        """Enrol the branch; the answer of head office is not waited for in the writers' lane."""
        self._done(
            lambda: self._services.network.join_head_office(self._who, address, code),
            "head_office",
            writes=False,
        )

    def point_to(self, address: str) -> None:
        """The hub is there: it is asked at once, beside the writers' lane, for that takes some seconds."""

        def done(pointed: Pointed) -> None:
            self._view.show_pointed(pointed)
            self.load()

        self._door.read(
            lambda: self._services.network.point_to(self._who, address), done, self._view.show_refusal
        )

    def export_stick(self, path: str) -> None:
        """What others may lack, into a file."""
        target = Path(path)
        self._done(lambda: self._services.network.export_stick(self._who, target), "exported", writes=False)

    def import_stick(self, path: str) -> None:
        """What others wrote, from a file."""
        source = Path(path)
        self._done(lambda: self._services.network.import_stick(self._who, source), "imported")

    def _done(self, work: Callable[[], object], what: str, *, writes: bool = True) -> None:
        def done(result: object) -> None:
            self._view.said(what, str(result) if isinstance(result, int) else "")
            self.load()

        lane = self._door.write if writes else self._door.read
        lane(work, done, self._view.show_refusal)
