"""What helps whoever mends it when a branch does not open, and nothing of any person: kinds of faults and places in the
program, never what was read, never a message (a message may quote a row or a path)."""

import platform
import shutil
import traceback
from pathlib import Path

from app.config import DataFolder, result_at, write_file
from app.errors import Refused

_DEPTH = 12
"""Faults behind one another; a circle ends there."""


def failure_report(error: BaseException, folder: DataFolder) -> str:
    """The report as text."""
    lines = [
        "Loket: laporan cabang yang tidak dapat dibuka",
        f"Sistem: {platform.system()} {platform.release()} {platform.machine()}",
        f"Python: {platform.python_version()}",
        *_folder_lines(folder),
        "",
        *_fault_lines(error),
    ]
    return "\n".join(lines) + "\n"


def _folder_lines(folder: DataFolder) -> list[str]:
    lines = []
    for path in (folder.database, folder.key_note, folder.lock):
        try:
            lines.append(f"{path.name}: {path.stat().st_size} bita")
        except OSError as error:
            lines.append(f"{path.name}: {type(error).__name__} {error.errno}")
    try:
        lines.append(f"Ruang kosong: {shutil.disk_usage(folder.path).free >> 20} MB")
    except OSError as error:
        lines.append(f"Ruang kosong: {type(error).__name__} {error.errno}")
    return lines


def _fault_lines(error: BaseException) -> list[str]:
    lines: list[str] = []
    present: BaseException | None = error
    for _ in range(_DEPTH):
        if present is None:
            break
        code = f" {present.code}" if isinstance(present, Refused) else ""
        number = f" errno {present.errno}" if isinstance(present, OSError) else ""
        lines.append(f"{type(present).__module__}.{type(present).__name__}{code}{number}")
        for frame in traceback.extract_tb(present.__traceback__):
            lines.append(f"    {Path(frame.filename).name}:{frame.lineno} {frame.name}")
        present = present.__cause__ or present.__context__
    return lines


def write_report(path: Path, error: BaseException, folder: DataFolder) -> None:
    """Write it where the person says; raises Refused("output_not_writable" | "disk_full")."""
    with result_at(path):
        write_file(path, failure_report(error, folder).encode(), mode=0o644)
