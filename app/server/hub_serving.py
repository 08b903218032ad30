"""The hub's server inside a program: a thread with uvicorn, started when a second computer is wanted."""

import asyncio
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI

from app.errors import Refused
from app.sync.trust import server_settings

if TYPE_CHECKING:
    from uvicorn import Server

STARTING_SECONDS = 10.0


def _closing(server: type["Server"]) -> type["Server"]:
    """uvicorn's server, which also lets go of the lines that do not end in time."""

    class Closing(server):  # type: ignore[misc, valid-type]
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await super().shutdown(sockets)
            for each in list(self.server_state.connections):
                each.transport.abort()
            await asyncio.sleep(0)  # its turn to close the socket, before the loop is gone

    return Closing


class HubServer:
    """Serves one app over TLS 1.3 on one address. `port` is known when `start` has returned."""

    def __init__(self, app: FastAPI, folder: Path, certificate: tuple[str, str]) -> None:
        self._app = app
        self._folder = folder
        self._certificate = certificate
        self._thread: threading.Thread | None = None
        self.host, self.port = "", 0

    def start(self, host: str, port: int) -> None:
        """Listen; raises Refused("hub_port_taken") where the port is somebody's."""
        import uvicorn

        config = uvicorn.Config(
            self._app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=2,
            limit_concurrency=400,
            **server_settings(self._folder, *self._certificate),
        )
        self._server = _closing(uvicorn.Server)(config)
        self._server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        ready = threading.Event()
        failed: list[BaseException] = []

        def serve() -> None:
            try:
                self._server.run()
            except (OSError, SystemExit) as error:
                failed.append(error)
            finally:
                ready.set()

        self._thread = threading.Thread(target=serve, name="hub", daemon=True)
        self._thread.start()
        for _ in range(int(STARTING_SECONDS / 0.02)):
            if self._server.started or failed or not self._thread.is_alive():
                break
            ready.wait(0.02)
        if not self._server.started:
            raise Refused("hub_port_taken", port=port)
        self.host = host
        self.port = self._server.servers[0].sockets[0].getsockname()[1]

    @property
    def connections(self) -> list[Any]:
        """uvicorn's protocols of the lines that stand now."""
        return list(self._server.server_state.connections)

    def stop(self) -> None:
        """Listen no more."""
        waiters = getattr(self._app.state, "waiters", None)
        if waiters is not None:
            waiters.close()
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(5)
