"""Servers for the tests of attachments: ours and tuspyserver, in a thread or in a process that can be killed."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request

from app.errors import Refused
from app.server.uploads import uploads_router
from app.sync.blobs import BlobStore

ROOT = Path(__file__).parents[2]
KEY = bytes(range(32))
STATION = {"Loket-Station": "0123456789abcdef"}
PREFIX = "/v1/attachments"


def by_header(request: Request, body: bytes) -> str:
    """A station is whoever says so."""
    station = request.headers.get("Loket-Station")
    if not station:
        raise Refused("signature_wrong")
    return station


def our_app(folder: Path, **options: Any) -> FastAPI:
    """A server with nothing but attachments."""
    app = FastAPI()
    app.include_router(uploads_router(BlobStore(folder, KEY, reserve=0), by_header, PREFIX, **options))
    return app


def _settings(app: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app, host="127.0.0.1", port=0, log_config=None, access_log=False, ws="none", lifespan="off"
    )


def _port(server: uvicorn.Server) -> int:
    return int(server.servers[0].sockets[0].getsockname()[1])


@contextmanager
def served(app: Any) -> Iterator[int]:
    """The port of a server that runs in a thread."""
    server = uvicorn.Server(_settings(app))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield _port(server)
    finally:
        server.should_exit = server.force_exit = True
        thread.join()


class Process:
    """A server in a process of its own: `kind` is ours or tuspyserver."""

    def __init__(self, kind: str, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.server.upload_house", kind, str(folder)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def kill(self) -> None:
        """As a power switch would."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def memory(self) -> int:
        """Most bytes it ever had in memory at once."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024


@contextmanager
def process(kind: str, folder: Path) -> Iterator[Process]:
    """A server's process, ended at the latest with the block."""
    running = Process(kind, folder)
    try:
        yield running
    finally:
        running.kill()


def _their_app(folder: Path) -> FastAPI:
    from tuspyserver import create_tus_router

    app = FastAPI()
    app.include_router(create_tus_router(prefix="files", files_dir=str(folder), max_size=1 << 26))
    return app


def main() -> None:
    """Serve until killed; the first line printed is the port."""
    kind, folder = sys.argv[1], Path(sys.argv[2])
    app = our_app(folder) if kind == "ours" else _their_app(folder)
    server = uvicorn.Server(_settings(app))

    def tell() -> None:
        while not server.started:
            time.sleep(0.01)
        sys.stdout.write(f"{_port(server)}\n")
        sys.stdout.flush()

    threading.Thread(target=tell, daemon=True).start()
    server.run()


if __name__ == "__main__":
    main()
