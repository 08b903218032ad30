"""A backup brought back over a branch that is there: proven first, then the present one is put aside, never deleted."""

import shutil
from pathlib import Path

from app.config import DataFolder
from app.services.backup_scans import QUIET, Progress
from app.services.backups import ATTACHMENTS, TAILS, Restored, restore
from app.services.office import Ports
from app.services.setup import DEMO_KEY_FILE

FRESH, ASIDE = "pulih", "lama"


def bring_back(
    source: Path,
    folder: DataFolder,
    recovery_key: str,
    ports: Ports,
    key_file: Path | None = None,
    progress: Progress = QUIET,
) -> Restored:
    """Restore into `folder`, empty or not. The present branch must be closed; it stays as it is when this is refused.

    What was there lies in `backups/lama-…` afterwards. Raises what `restore` raises.
    """
    if not folder.is_set_up():
        return restore(source, folder, recovery_key, ports, key_file, progress)
    fresh = DataFolder(folder.path / FRESH)  # the same disk: moving is one step
    shutil.rmtree(fresh.path, ignore_errors=True)
    try:
        scans = folder.path / ATTACHMENTS  # they are named by their content: those that are here stay
        restored = restore(source, fresh, recovery_key, ports, key_file, progress, scans)
        _move(folder.path, folder.backups / f"{ASIDE}-{ports.clock.now()}")
        _move(fresh.path, folder.path)
    finally:
        shutil.rmtree(fresh.path, ignore_errors=True)
    return restored


def _move(present: Path, target: Path) -> None:
    """The files that make a branch, the note last: without it a folder does not count as set up."""
    target.mkdir(parents=True, exist_ok=True)
    database = DataFolder(present).database.name
    names = [f"{database}{tail}" for tail in TAILS] + [DEMO_KEY_FILE, DataFolder(present).key_note.name]
    for name in names:
        if (present / name).exists():
            (present / name).replace(target / name)
