"""Whom this computer calls: the hub at the addresses it knows or hears of, other hubs it should not have, head office."""

import logging
import threading
from typing import TYPE_CHECKING

import msgspec

from app.services.hub_papers import AUTHORITY
from app.services.office import Office
from app.sync.peer import Peer

if TYPE_CHECKING:
    from app.credentials import DeviceKey
    from app.sync.finding import Finder

record = logging.getLogger(__name__)

ADDRESSES = "hub_addresses"
"""Setting: addresses at which the hub was reached or may be, the newest first, as JSON."""
HEAD_OFFICE, HEAD_OFFICE_AUTHORITY = "head_office", "head_office_authority"
MOST_KEPT = 8


class Ways:
    """Addresses, and a fresh line to each that is asked for."""

    def __init__(self, office: Office, signer: "DeviceKey") -> None:
        self._office = office
        self._signer = signer
        self._finder: Finder | None = None
        self._finding = self._closed = False
        self._lock = threading.Lock()
        self._tried = 0

    def find(self) -> None:
        """Listen for hubs that say they are there; returns at once, and does nothing the second time."""
        if self._finding:
            return
        self._finding = True

        def listen() -> None:
            from app.sync.finding import try_finder

            finder = try_finder()
            with self._lock:
                closed, self._finder = self._closed, finder
            if closed and finder is not None:
                finder.close()

        threading.Thread(target=listen, name="finding", daemon=True).start()

    def close(self) -> None:
        """Listen no more; one that is still being opened is closed by who opens it."""
        with self._lock:
            finder, self._closed = self._finder, True
        if finder is not None:
            finder.close()

    def addresses(self) -> list[str]:
        """Where the hub may be: what was reached before, then what says it is one."""
        known = msgspec.json.decode(self._office.setting(ADDRESSES, "[]"), type=list[str])
        found = self._finder.found(self._office.branch().code) if self._finder else ()
        mine = self._office.note.station
        return list(dict.fromkeys((*known, *(each.address for each in found if each.station != mine))))

    def add(self, address: str) -> None:
        """Try this address first from now on."""
        kept = list(dict.fromkeys((address, *self.addresses())))[:MOST_KEPT]
        self._office.set_setting(ADDRESSES, msgspec.json.encode(kept).decode())
        self._tried = 0

    def at(self, address: str) -> Peer:
        """The hub at this very address: while joining, nothing else is listened to."""
        return self._peer(address, self._office.setting(AUTHORITY))

    def hub(self, *, another: bool) -> Peer | None:
        """The hub, or who may be it; `another` when the last one tried was not."""
        addresses, authority = self.addresses(), self._office.setting(AUTHORITY)
        if not addresses or not authority:
            return None
        if another:
            self._tried += 1
        return self._peer(addresses[self._tried % len(addresses)], authority)

    def other_hubs(self) -> list[Peer]:
        """Those that say they are hub of this branch too: there should be none."""
        authority = self._office.setting(AUTHORITY)
        if self._finder is None or not authority:
            return []
        mine, branch = self._office.note.station, self._office.branch().code
        found = self._finder.found(branch)
        return [self._peer(each.address, authority) for each in found if each.station != mine]

    def head_office(self) -> Peer | None:
        """Head office, where this branch is enrolled."""
        address = self._office.setting(HEAD_OFFICE)
        if not address:
            return None
        return self._peer(address, self._office.setting(HEAD_OFFICE_AUTHORITY))

    def _peer(self, address: str, authority: str) -> Peer:
        from app.sync.trust_caller import Caller

        return Peer(Caller(address, self._office.note.station, self._signer, authorities_pem=authority))
