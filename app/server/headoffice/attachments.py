"""Scans and photos of all branches: sealed under head office's own key, each branch's in a folder of its own."""

import threading
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from app.credentials import KEY_LENGTH, read_key_file, write_key_file
from app.domain.ports import Clock, Entropy
from app.errors import Refused
from app.machine import SystemEntropy
from app.server.headoffice.office import Follower, HeadOffice
from app.server.headoffice.parts import Part
from app.server.uploads import uploads_router
from app.sync.blobs import RESERVE, BlobStore
from app.sync.peer import ATTACHMENTS

LEFTOVER_DAYS = 7
DAY_MS = 86_400_000


def blob_key_file(key_file: Path) -> Path:
    """Where the key of the attachments lies: beside head office's key, which signs and seals nothing."""
    return key_file.with_name(key_file.name + ".lampiran")


def blob_key(key_file: Path, entropy: Entropy | None = None) -> bytes:
    """The key of the attachments, made at the first need; raises as read_key_file and write_key_file."""
    path = blob_key_file(key_file)
    if not path.exists():
        write_key_file(path, (entropy or SystemEntropy()).take(KEY_LENGTH))
    return read_key_file(path)


class Shelves:
    """A folder for each branch; what uploads left behind is swept once a day."""

    def __init__(self, folder: Path, key: bytes, clock: Clock, reserve: int = RESERVE) -> None:
        self._folder, self._key, self._clock, self._reserve = folder, key, clock, reserve
        self._open: dict[str, BlobStore] = {}
        self._swept: dict[str, int] = {}
        self._lock = threading.Lock()

    def of(self, owner: str) -> BlobStore:
        """The blobs of the branch that a computer (BRANCH/STATION) is of."""
        branch = owner.partition("/")[0]
        today = self._clock.now() // DAY_MS
        with self._lock:
            found = self._open.get(branch)
            if found is None:
                found = self._open[branch] = BlobStore(
                    self._folder / branch, self._key, reserve=self._reserve
                )
            due = self._swept.get(branch) != today
            self._swept[branch] = today
        if due:
            found.sweep((self._clock.now() - LEFTOVER_DAYS * DAY_MS) / 1000)
        return found


def attachments(folder: Path, key: bytes, reserve: int = RESERVE) -> Part:
    """The routes for enrolled computers that may be a branch's hub."""

    def make(office: HeadOffice, follower: Follower) -> APIRouter:
        shelves = Shelves(folder, key, office.clock, reserve)

        async def believed(request: Request, body: bytes) -> str:
            path, headers = request.url.path, request.headers
            device = await run_in_threadpool(office.devices.authenticate, request.method, path, body, headers)
            if not device.full:
                raise Refused("device_unknown")
            request.state.branch = device.branch
            return f"{device.branch}/{device.station}"

        return uploads_router(shelves.of, believed, ATTACHMENTS, reads=lambda _: True)

    return make
