"""Whether this process can acknowledge: asked of the database itself, past everything that requests wait for."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from app.errors import Refused
from app.server.headoffice.database import Database

WAIT_SECONDS = 3.0


class Acknowledging:
    """One commit at a time, on a thread of its own, whoever asks meanwhile; the asker waits three seconds at most.

    A commit that hangs (no standby answers) goes on hanging, and every asker is told so; when it ends, the next one asks
    anew.
    """

    def __init__(self, database: Database, wait_seconds: float = WAIT_SECONDS) -> None:
        self._database = database
        self._wait = wait_seconds
        self._thread = ThreadPoolExecutor(1, "healthz")
        self._asked: asyncio.Future[None] | None = None

    async def check(self) -> None:
        """Raises Refused("database_unreachable" | "database_stalled")."""
        if self._asked is None or self._asked.done():
            loop = asyncio.get_running_loop()
            self._asked = loop.run_in_executor(self._thread, self._database.acknowledge)
        asked = self._asked
        done, _ = await asyncio.wait([asked], timeout=self._wait)
        if not done:
            raise Refused("database_stalled")
        asked.result()

    def close(self) -> None:
        """No more questions; one that hangs is left to its end."""
        self._thread.shutdown(wait=False, cancel_futures=True)
