"""A TCP proxy on loopback that counts what passes: the bytes of both directions, HTTP headers included."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

LOOPBACK = "127.0.0.1"
PIECE = 1 << 16


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as asked:
        asked.bind((LOOPBACK, 0))
        return int(asked.getsockname()[1])


class Wire:
    """Connect to `port` instead of the server's own; `taken()` tells the bytes since the last call."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server((LOOPBACK, 0))
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._bytes = 0
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def taken(self) -> int:
        """Payload bytes of TCP in both directions; addresses and acknowledgements of TCP are not in it."""
        with self._lock:
            counted, self._bytes = self._bytes, 0
        return counted

    def close(self) -> None:
        """End every connection."""
        with self._lock:
            ends = [self._listener, *self._open]
        for end in ends:
            # shutdown wakes the thread that waits on it; close alone does not
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection((LOOPBACK, self._target))
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open |= {near, far}
            for source, goal in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(source, goal), daemon=True).start()

    def _pass_on(self, source: socket.socket, goal: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(PIECE):
                # counted before it is sent: whoever has the answer finds it counted
                with self._lock:
                    self._bytes += len(piece)
                goal.sendall(piece)
            goal.shutdown(socket.SHUT_WR)


@contextmanager
def counted(target: int) -> Iterator[Wire]:
    """A counting way to the server at port `target`."""
    wire = Wire(target)
    try:
        yield wire
    finally:
        wire.close()
