"""Writing so that it is on the disk, one writer at a time, and what goes wrong said plainly."""

import errno
import os
import sys
from pathlib import Path
from typing import NoReturn

from app.errors import Refused


def fail(error: OSError) -> NoReturn:
    """Say what the world did; anything unknown is the disk's failure."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        raise Refused("disk_full") from error
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        raise Refused("folder_read_only") from error
    raise Refused("disk_error") from error


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable; Windows does so by itself and opens no folder."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write(descriptor: int, data: bytes) -> None:
    """All of `data`, however many calls it takes; raises OSError."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def lock(descriptor: int) -> None:
    """Wait until no other open file holds the lock; closing the file, or the death of its process, gives it back."""
    if sys.platform == "win32":  # pragma: no cover - needs Windows
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)
