"""A new computer of a branch that is there already: the hubs that are heard, and joining one of them."""

from pathlib import Path
from typing import Protocol

from app.config import DataFolder
from app.errors import Refused
from app.services.office import Ports
from app.services.services import Services
from app.sync.finding import FoundHub
from app.ui.door import Door

SCHEME = "https://"


class View(Protocol):
    """What the step shows."""

    def show_hubs(self, hubs: tuple[FoundHub, ...]) -> None:
        """Those that say on this LAN that they are there."""
        ...

    def show_refusal(self, refused: Refused) -> None:
        """Why it does not go on."""
        ...

    def done(self, folder: DataFolder, services: Services) -> None:
        """The branch is here."""
        ...


class JoinPresenter:
    """Nothing stays on disk when it is refused."""

    def __init__(self, folder: DataFolder, ports: Ports, door: Door, view: View) -> None:
        self._folder = folder
        self._ports = ports
        self._door = door
        self._view = view
        self._looking = False

    def look_for_hubs(self) -> None:
        """Listen for some seconds."""
        if self._looking:
            return
        self._looking = True

        def heard(hubs: tuple[FoundHub, ...]) -> None:
            self._looking = False
            self._view.show_hubs(hubs)

        def listen() -> tuple[FoundHub, ...]:
            from app.services.joining import find_hubs

            return find_hubs()

        self._door.read(listen, heard, lambda _: heard(()))

    def join(
        self, address: str, code: str, name: str, place: str, key_file: str, *, keyring_safe: bool
    ) -> None:
        """Become one of the computers of the branch whose hub is there."""
        chosen = Path(key_file).expanduser() if key_file.strip() else None
        where = address.strip()
        try:
            if not where:
                raise Refused("hub_address_missing")
            if chosen is None and not keyring_safe:
                raise Refused("keyring_missing")
        except Refused as refused:
            self._view.show_refusal(refused)
            return
        full = where if "://" in where else SCHEME + where

        def work() -> Services:
            from app.services.joining import join

            return Services(join(self._folder, full, code, name, place, self._ports, chosen))

        self._door.write(
            work, lambda services: self._view.done(self._folder, services), self._view.show_refusal
        )
