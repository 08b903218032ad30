"""The connections of one caller: which certificates they believe, how long they may stand still, and cutting them."""

import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from app.sync.trust_certificates import HUB_NAME, client_context, stranger_context

SEND_SECONDS = 30.0
"""One block of 16 KiB may take this long to be sent. urllib3 would give it the time meant for connecting."""

Seen = Callable[[socket.socket], None]


def _kinds_of_lines(seen: Seen) -> dict[str, type[HTTPConnectionPool]]:
    """urllib3's pools, of connections that tell `seen` their socket and are patient while they send."""

    class PlainLine(HTTPConnection):
        def request(self, *arguments: Any, **options: Any) -> None:
            if self.sock is None:
                self.connect()
            _be_patient(self, seen)
            super().request(*arguments, **options)

    class Line(HTTPSConnection):
        def request(self, *arguments: Any, **options: Any) -> None:
            _be_patient(self, seen)  # connected before, for its certificate was looked at
            super().request(*arguments, **options)

    class PlainLines(HTTPConnectionPool):
        ConnectionCls = PlainLine

    class Lines(HTTPSConnectionPool):
        ConnectionCls = Line

    return {"http": PlainLines, "https": Lines}


def _be_patient(line: HTTPConnection, seen: Seen) -> None:
    if line.sock is not None:
        seen(line.sock)
    line.timeout = SEND_SECONDS
    if line.sock is not None:
        line.sock.settimeout(SEND_SECONDS)


class Lines(HTTPAdapter):
    """For `requests`: TLS 1.3, and only the given authorities or the one pinned certificate; no retries of its own."""

    def __init__(self, authorities_pem: str, pinned: str) -> None:
        self._pinned = pinned
        self._context: ssl.SSLContext | None = None
        if authorities_pem:
            self._context = client_context(authorities_pem)
        elif pinned:
            self._context = stranger_context()
        self._socket: socket.socket | None = None
        self._ended = False
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Called by HTTPAdapter when it is made, and by nobody else."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = _kinds_of_lines(self._see)

    def _see(self, line: socket.socket) -> None:
        self._socket = line
        if self._ended:
            self.cut()

    def build_connection_pool_key_attributes(
        self, request: Any, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The host of the request, and our own way to verify it instead of requests' `verify`."""
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        if host["scheme"] != "https":
            return host, {}
        ways = {"ssl_context": self._context, "server_hostname": HUB_NAME}
        return host, {**ways, "assert_fingerprint": self._pinned} if self._pinned else ways

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Nothing: HTTPAdapter would load the public authorities into our context, and believe them all."""

    def cut(self) -> None:
        """End the connection under a call that another thread waits for."""
        line = self._socket
        if line is not None:
            with suppress(OSError):
                # Not SSLSocket.shutdown: it takes the TLS state away under the thread that reads.
                socket.socket.shutdown(line, socket.SHUT_RDWR)

    def end(self) -> None:
        """Cut, now and whenever a connection is used again."""
        self._ended = True
        self.cut()
        self.close()


def causes(error: BaseException | None) -> list[BaseException]:
    """The error and what it stands for: libraries keep it as cause, context, `reason` or argument."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting and len(found) < 50:
        each = waiting.pop(0)
        if not isinstance(each, BaseException) or each in found:
            continue
        found.append(each)
        waiting += [getattr(each, "reason", None), *each.args, each.__cause__, each.__context__]
    return found


def header_of(headers: Mapping[str, str], name: str) -> str:
    """A header's value in small letters, without its parameters; empty when it is not there."""
    return headers.get(name, "").split(";")[0].strip().lower()
