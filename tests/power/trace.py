"""What a program did to its files, call by call, and what it had confirmed in between."""

from pathlib import Path

import msgspec


class _Step(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """One call, or one confirmation; a file is known by its number, a name may stand for several in turn."""


class Created(_Step, frozen=True):
    name: str
    file: int


class Removed(_Step, frozen=True):
    name: str


class FolderSynced(_Step, frozen=True):
    """Names created and removed until here are certain."""


class Written(_Step, frozen=True):
    file: int
    offset: int
    data: bytes


class Cut(_Step, frozen=True):
    """The file was made this long, shorter or longer."""

    file: int
    size: int


class Synced(_Step, frozen=True):
    """Everything done to the file until here is certain."""

    file: int


class Confirmed(_Step, frozen=True):
    """The program said that the log is safe up to this position, and the draft up to this number."""

    position: int
    draft: int


Step = Created | Removed | FolderSynced | Written | Cut | Synced | Confirmed


class Trace(msgspec.Struct, frozen=True):
    """One run from beginning to end."""

    name: str
    """of the database"""
    key: bytes
    start: dict[str, bytes]
    """the files as they were, certain, before the first step; they have the numbers 0, 1 ... in this order"""
    steps: list[Step]
    end: dict[str, bytes]
    """the files as the program saw them after the last step"""
    log: list[bytes]
    """the log's hash after position 1, 2 ... as the run left it"""
    ends: list[int]
    """positions at which a transaction ends"""
    draft: int
    """number of the last draft"""

    def save(self, path: Path) -> None:
        """Write it to one file."""
        path.write_bytes(msgspec.msgpack.encode(self))

    @classmethod
    def load(cls, path: Path) -> "Trace":
        """Read what `save` wrote."""
        return msgspec.msgpack.decode(path.read_bytes(), type=cls)
