"""Servers that do what a test tells them, over plain TCP or real TLS, on loopback."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.machine import SystemClock
from app.sync.trust_certificates import Authority, issue, load_certificate, make_authority

Script = Callable[[socket.socket, bytes], None]
"""Gets the connection and the request that was read from it (head and whole body)."""


def now_ms() -> int:
    """OpenSSL looks at the real clock."""
    return SystemClock().now()


def read_request(line: socket.socket) -> bytes:
    """One HTTP request, as far as it comes."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = line.recv(65_536)
        if not part:
            return data
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for field in head.split(b"\r\n")[1:]:
        name, _, value = field.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        part = line.recv(65_536)
        if not part:
            break
        body += part
    return head + b"\r\n\r\n" + body


def http_answer(
    body: bytes, content_type: str = "application/msgpack", status: str = "200 OK", extra: str = ""
) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    return head.encode() + body


def always(answer: bytes) -> Script:
    """The same bytes for each request, then the end of the connection."""

    def script(line: socket.socket, _request: bytes) -> None:
        line.sendall(answer)

    return script


class StrangeServer:
    """Takes connections until it is stopped; one script for all, `requests` keeps what was asked."""

    def __init__(self, script: Script, context: ssl.SSLContext | None, *, reads: bool = True) -> None:
        self._script, self._context, self._reads = script, context, reads
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.requests: list[bytes] = []
        self.connections = 0
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._take)]
        self._threads[0].start()

    @property
    def address(self) -> str:
        scheme = "https" if self._context else "http"
        return f"{scheme}://127.0.0.1:{self.port}"

    def _take(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(line)
            thread = threading.Thread(target=self._serve, args=(line,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, line: socket.socket) -> None:
        with suppress(OSError), line:
            if self._context:
                with self._context.wrap_socket(line, server_side=True) as secret:
                    self._open.append(secret)
                    self._answer(secret)
            else:
                self._answer(line)

    def _answer(self, line: socket.socket) -> None:
        request = read_request(line) if self._reads else b""
        if request or not self._reads:  # otherwise somebody only looked at the certificate
            self.requests.append(request)
            self._script(line, request)

    def stop(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for line in self._open:
            with suppress(OSError):
                socket.socket.shutdown(line, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        for line in self._open:
            line.close()


@contextmanager
def serving(
    script: Script, context: ssl.SSLContext | None = None, *, reads: bool = True
) -> Iterator[StrangeServer]:
    server = StrangeServer(script, context, reads=reads)
    try:
        yield server
    finally:
        server.stop()


def any_tls(folder: Path, certificate_pem: str, key_pem: str) -> ssl.SSLContext:
    """A server's side without our rule of TLS 1.3."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    load_certificate(context, folder, certificate_pem, key_pem)
    return context


class BranchTrust:
    """An authority and one certificate for its hub."""

    def __init__(self, folder: Path, code: str = "JKT") -> None:
        self.folder = folder
        self.authority: Authority = make_authority(code, now_ms())
        self.certificate, self.key = issue(self.authority, "hub1", ["127.0.0.1"], now_ms())

    def context(self) -> ssl.SSLContext:
        context = any_tls(self.folder, self.certificate, self.key)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        return context
