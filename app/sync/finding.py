"""Finding the hub on the LAN by zeroconf: the hub says its address, stations of the same branch listen."""

import logging
import socket
import threading
from typing import Any

import msgspec

record = logging.getLogger(__name__)

KIND = "_loket._tcp.local."


class FoundHub(msgspec.Struct, frozen=True):
    """A hub that says it is there; nothing of it is believed before its certificate is."""

    branch: str
    name: str
    address: str
    station: str


class Announcement:
    """This computer is the hub of its branch, at these addresses; `close` takes it back."""

    def __init__(self, branch: str, name: str, station: str, addresses: tuple[str, ...], port: int) -> None:
        from zeroconf import ServiceInfo, Zeroconf

        said = {"branch": branch, "name": name, "station": station}
        self._info = ServiceInfo(
            KIND,
            f"{station}.{KIND}",
            addresses=[socket.inet_aton(each) for each in addresses],
            port=port,
            properties=said,
        )
        self._net = Zeroconf(interfaces=list(addresses) or ["127.0.0.1"])
        try:
            self._net.register_service(self._info, allow_name_change=True)
        except BaseException:
            self._net.close()
            raise

    def close(self) -> None:
        """Say no more."""
        try:
            self._net.unregister_service(self._info)
        finally:
            self._net.close()


class Finder:
    """Listens for hubs; what is known now is in `found`."""

    def __init__(self) -> None:
        from zeroconf import ServiceBrowser, Zeroconf

        self._hubs: dict[str, FoundHub] = {}
        self._lock = threading.Lock()
        self._net = Zeroconf()
        try:
            self._browser = ServiceBrowser(self._net, KIND, listener=self)  # type: ignore[arg-type]  # it asks for three methods, by name
        except BaseException:
            self._net.close()
            raise

    def found(self, branch: str = "") -> tuple[FoundHub, ...]:
        """The hubs heard of, of one branch or of all."""
        with self._lock:
            return tuple(each for each in self._hubs.values() if branch in ("", each.branch))

    def close(self) -> None:
        """Listen no more."""
        self._net.close()

    # zeroconf calls these three by name

    def add_service(self, net: Any, kind: str, name: str) -> None:
        """A service appeared."""
        info = net.get_service_info(kind, name, timeout=2000)
        if info is None or not info.parsed_addresses():
            return
        said = {
            key.decode("utf-8", "replace"): (value or b"").decode("utf-8", "replace")
            for key, value in info.properties.items()
        }
        hub = FoundHub(
            branch=said.get("branch", "")[:20],
            name=said.get("name", "")[:80],
            address=f"https://{info.parsed_addresses()[0]}:{info.port}",
            station=said.get("station", "")[:64],
        )
        with self._lock:
            self._hubs[name] = hub

    def update_service(self, net: Any, kind: str, name: str) -> None:
        """It says something else."""
        self.add_service(net, kind, name)

    def remove_service(self, net: Any, kind: str, name: str) -> None:
        """It is gone."""
        with self._lock:
            self._hubs.pop(name, None)


def try_finder() -> Finder | None:
    """A finder where this computer can listen; None where no network allows it."""
    try:
        return Finder()
    except _troubles() as error:
        record.warning("hubs cannot be found by themselves: %s", error)
        return None


def try_announcement(
    branch: str, name: str, station: str, addresses: tuple[str, ...], port: int
) -> Announcement | None:
    """Say that the hub is here; None where no network allows it: stations are given the address by hand then."""
    try:
        return Announcement(branch, name, station, addresses, port)
    except _troubles() as error:
        record.warning("this hub cannot be found by itself: %s", error)
        return None


def _troubles() -> tuple[type[Exception], ...]:
    """RuntimeError: no interface has an address; zeroconf's own: the name is somebody's, or says too much."""
    from zeroconf import Error

    return OSError, RuntimeError, Error
