"""How this computer stands with hub and head office: read beside the window's thread, one signal when it is known anew."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from shiboken6 import isValid

from app.errors import Refused
from app.ui.background import Background
from app.ui.network_words import Told

if TYPE_CHECKING:  # the first window must not wait for what talks to other computers
    from app.services.network import Network
    from app.services.services import Services

GATHER_MS = 100
"""Changes that come this close together are read once."""


class NetworkWatch(QObject):
    """Listens to the network as long as the branch is open; `told` is what is known, None before the first look."""

    changed = Signal()
    _heard = Signal()

    def __init__(self, services: "Services", background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services, self._background = services, background
        self.told: Told | None = None
        self._reading = self._again = False
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.setInterval(GATHER_MS)
        self._gather.timeout.connect(self.look)
        self._heard.connect(self._wait, Qt.ConnectionType.QueuedConnection)
        services.network.listen(self._hear)
        self.look()

    @property
    def network(self) -> "Network":
        """What is watched; its methods are for slow work."""
        return self._services.network

    @property
    def alone(self) -> bool:
        """Whether this computer is the whole branch and there is no head office: nothing is sent anywhere."""
        told = self.told
        return told is None or (told.link.role == "alone" and not told.link.has_head_office)

    @property
    def has_head_office(self) -> bool:
        """Whether the branch has a head office that it sends to."""
        return self.told is not None and self.told.link.has_head_office

    def _hear(self) -> None:
        """On whichever thread noticed it."""
        if isValid(self):
            self._heard.emit()

    def _wait(self) -> None:
        if not self._gather.isActive():
            self._gather.start()

    def look(self) -> None:
        """Read anew; while a read is under way one more is remembered, not ten."""
        if self._reading:
            self._again = True
            return
        self._reading = True
        reading = self._background.read(self, self._read)
        reading.success(self._show).failure(_said_elsewhere).settled(self._looked).start()

    def _read(self) -> Told:
        office, network = self._services.office, self._services.network
        return Told(
            link=network.state(),
            computers=network.computers(),
            now=office.now(),
            zone=office.branch().zone,
            mark=office.journal.run.mark,
            key_in_file=office.key_place == "file",
        )

    def _show(self, told: Told) -> None:
        self.told = told
        self.changed.emit()

    def _looked(self) -> None:
        self._reading = False
        if self._again:
            self._again = False
            self.look()


def _said_elsewhere(refused: Refused) -> None:
    """A file that cannot be read, or a program that closes: the chip of safety tells of it."""
