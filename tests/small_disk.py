"""A real file system with little room."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NoMount(Exception):
    """This account may not mount a file system."""


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    """A file system of `size` (as mount takes it: 3m) at `place`, gone afterwards; raises NoMount."""
    place.mkdir(parents=True)
    if not shutil.which("mount"):
        raise NoMount("there is no mount")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    done = subprocess.run(mount, check=False, capture_output=True)
    if done.returncode != 0:
        raise NoMount(done.stderr.decode("utf-8", "replace"))
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)
