"""Scans and photos in a backup: a folder beside the file, to which each backup adds only what is new (decision 026).

They stay sealed under the branch's key, as they lie on the disk; the same folder serves all backups of a branch that lie
beside it. A run that ends in the middle goes on with the next: nothing stands under its name before it was read back.
"""

from pathlib import Path

import msgspec
from sqlalchemy import select

from app.errors import Refused
from app.models import tables
from app.models.store import Store
from app.sync.blobs import BlobStore

FOLDER = "pindaian"


class Progress:
    """Is told how many of how many scans are done, and asked whether to stop. This one hears nothing and stops nothing."""

    def told(self, done: int, of: int) -> None:
        """After each scan, on the thread that copies."""

    def stopping(self) -> bool:
        """Between two scans."""
        return False


QUIET = Progress()

_a = tables.attachments.c
_named = select(_a.sha256, _a.name).order_by(_a.added_at, _a.sha256)


class Scans(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the scans that a branch file names: `new` were copied now, `there` are there in all."""

    named: int = 0
    new: int = 0
    there: int = 0
    missing: tuple[str, ...] = ()
    """Names of those that the place they should come from does not have, or has damaged."""
    stopped: bool = False

    @property
    def is_short(self) -> bool:
        """Whether some are not there."""
        return self.there < self.named


def beside(backup: Path, branch: str) -> Path:
    """Where the scans of a branch's backups lie."""
    return backup.parent / f"{FOLDER}-{branch}"


def _is_sound(blobs: BlobStore, sha256: str) -> bool:
    try:
        for _ in blobs.open(sha256):
            pass
    except Refused:
        return False
    return True


def carry_scans(
    store: Store,
    source: BlobStore,
    target: BlobStore,
    progress: Progress = QUIET,
    *,
    check: bool = False,
) -> Scans:
    """Copy every scan that the branch file `store` names and `target` lacks. `check`: what stands there already is read
    through too, and replaced where it is not sound. Raises Refused("disk_full" | …) for a disk that takes no more."""
    with store.reading() as connection:
        named = connection.execute(_named).all()
    new, there = 0, 0
    missing: list[str] = []
    for place, (sha256, name) in enumerate(named):
        if progress.stopping():
            return Scans(named=len(named), new=new, there=there, missing=tuple(missing), stopped=True)
        progress.told(place, len(named))
        if target.has(sha256) and (not check or _is_sound(target, sha256)):
            there += 1
            continue
        try:
            target.adopt(source, sha256)
        except Refused as refused:
            if refused.code not in ("attachment_missing", "attachment_damaged"):
                raise
            missing.append(str(name) or sha256[:12])
            continue
        new, there = new + 1, there + 1
    progress.told(len(named), len(named))
    return Scans(named=len(named), new=new, there=there, missing=tuple(missing))
