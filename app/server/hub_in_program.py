"""How a program that holds a branch opens the hub's port: used by the window and by the headless hub alike."""

from typing import TYPE_CHECKING

from app.server.hub_app import make_hub_app
from app.server.hub_serving import HubServer
from app.services.hub_papers import own_addresses
from app.sync.blobs import BlobStore

if TYPE_CHECKING:
    from app.services.network import Network
    from app.services.office import Office
    from app.sync.finding import Announcement


class Serving:
    """Opens the port on the branch's interface, or where it is told to."""

    def __init__(self, office: "Office", host: str = "", port: int = 8443, *, announce: bool = True) -> None:
        self._office = office
        self._host, self._port = host, port
        self._announce = announce
        self._server: HubServer | None = None
        self._said: Announcement | None = None

    @property
    def port(self) -> int:
        """Where it listens; 0 before `start`."""
        return self._server.port if self._server is not None else 0

    def start(self, network: "Network") -> str:
        """Listen; gives the address to read out. Raises Refused("hub_port_taken")."""
        office = self._office
        addresses = (self._host,) if self._host else own_addresses() or ("127.0.0.1",)
        certificate = network.papers.certificate(addresses)
        blobs = BlobStore(office.folder.path / "attachments", office.key)
        app = make_hub_app(network.node, network.papers, blobs, office.branch)
        self._server = HubServer(app, office.folder.path, certificate)
        self._server.start(addresses[0], self._port)
        if self._announce:
            self._announce_it(addresses)
        return f"https://{addresses[0]}:{self._server.port}"

    def _announce_it(self, addresses: tuple[str, ...]) -> None:
        from app.sync.finding import try_announcement

        office = self._office
        assert self._server is not None
        self._said = try_announcement(
            office.branch().code, office.branch().name, office.note.station, addresses, self._server.port
        )

    def stop(self) -> None:
        """Listen no more."""
        if self._said is not None:
            self._said.close()
        if self._server is not None:
            self._server.stop()
