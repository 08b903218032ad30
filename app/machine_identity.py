"""Which computer this is, whatever one of its parts becomes: the fingerprint that a data folder was first used under."""

import hashlib
from pathlib import Path

import msgspec

from app.config import write_file
from app.domain.ports import Machine
from app.errors import Refused

NAME = "machine.json"
SYSTEM = "system"
"""The part that a copied disk takes along; every other one is hardware."""


class Known(msgspec.Struct, frozen=True):
    """What is kept: the fingerprint, and each part that was seen under it as its kind and a hash, `card 3f…`."""

    fingerprint: str
    parts: frozenset[str]


def is_same(known: frozenset[str], now: frozenset[str]) -> bool:
    """Whether these are parts of one computer: all but one are the same, and one of those is hardware where any was known."""
    same = known & now
    hardware = {part for part in known if not part.startswith(SYSTEM)}
    return len(same) >= len(known) - 1 and bool(same & hardware if hardware else same)


def identity(folder: Path, machine: Machine, *, in_use: bool) -> str:
    """The fingerprint of this computer for a data folder. `in_use`: a branch lives there already; without a record it goes
    on under the fingerprint that the program gave it before there were records."""
    now = frozenset(f"{name.partition(' ')[0]} {_hash(value)}" for name, value in machine.parts().items())
    if not now:
        return machine.fingerprint()
    known = _read(folder / NAME)
    if known is not None and is_same(known.parts, now):
        if known.parts != now:
            _keep(folder, Known(known.fingerprint, now))
        return known.fingerprint
    given = machine.fingerprint() if known is None and in_use else _of(now)
    _keep(folder, Known(given, now))
    return given


def _of(parts: frozenset[str]) -> str:
    return _hash("|".join(sorted(parts)))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _read(path: Path) -> Known | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Known)
    except (OSError, msgspec.DecodeError):
        return None


def _keep(folder: Path, known: Known) -> None:
    try:
        write_file(folder / NAME, msgspec.json.encode(known))
    except Refused:
        return  # a disk that takes nothing says so where it matters; the parts are the same next time
