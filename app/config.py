"""Where things lie: the program's resources and the branch's data folder."""

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from app.errors import Refused


def resources() -> Path:
    """The folder `resources`, beside the program's source or inside the built program."""
    bundled = getattr(sys, "_MEIPASS", None)
    return (Path(bundled) if bundled else Path(__file__).parent.parent) / "resources"


def default_folder() -> Path:
    """The data folder of this computer, not of one account on Windows (DESIGN 4)."""
    if sys.platform == "win32":
        return Path(os.environ.get("PROGRAMDATA", "C:/ProgramData")) / "Loket" / "cabang"
    else:  # noqa: RET505 - behind a return for one platform nothing is reachable to mypy
        return _linux_folder()


def _linux_folder() -> Path:
    shared = Path("/var/lib/loket")
    if shared.is_dir() and os.access(shared, os.W_OK):
        return shared
    from platformdirs import user_data_path

    return user_data_path("loket") / "cabang"


class KeyNote(msgspec.Struct, frozen=True, kw_only=True):
    """`key.json`: where the key of the file is kept, and the key itself under the recovery key. No secret in clear."""

    version: int = 1
    folder: str
    """Random name of this data folder: the account in the keyring."""
    station: str
    kept: str
    """keyring, or file: an explicit choice (DESIGN 4)."""
    key_file: str = ""
    """Where the key file lies; inside this folder for a demo branch."""
    demo: bool = False
    check: str = ""
    """Tells a wrong key from a damaged file; says nothing of the key itself, which is 256 random bits."""
    salt: str = ""
    wrapped: str = ""


class DataFolder:
    """The files of one branch on one computer."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def database(self) -> Path:
        """The branch file."""
        return self.path / "loket.db"

    def put_aside(self, now: int) -> None:
        """Move a branch file out of the way, never delete it: a file whose `key.json` was lost is still a branch.

        What SQLite left beside it goes too: a stranger's write-ahead log would be played into the next file.
        """
        for tail in ("", "-wal", "-shm"):
            old = self.path / f"{self.database.name}{tail}"
            if old.exists():
                self.backups.mkdir(exist_ok=True)
                old.rename(self.backups / f"disisihkan-{now}.db{tail}")

    @property
    def key_note(self) -> Path:
        """Beside the database and in every backup."""
        return self.path / "key.json"

    @property
    def backups(self) -> Path:
        """Copies made before migrations and by the person."""
        return self.path / "backups"

    @property
    def prints(self) -> Path:
        """PDFs that were made."""
        return self.path / "cetak"

    @property
    def logs(self) -> Path:
        """The program's own log; no personal data."""
        return self.path / "log"

    @property
    def lock(self) -> Path:
        """Held while the program runs on this folder."""
        return self.path / "loket.lock"

    def is_set_up(self) -> bool:
        """Whether a branch lives here."""
        return self.database.exists() and self.key_note.exists()

    def make(self) -> None:
        """Create the folders; raises Refused("folder_read_only") with the path."""
        try:
            for each in (self.path, self.backups, self.prints, self.logs):
                each.mkdir(parents=True, exist_ok=True)
            probe = self.path / ".coba"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            code = "disk_full" if error.errno == errno.ENOSPC else "folder_read_only"
            raise Refused(code, folder=str(self.path)) from error

    def read_note(self) -> KeyNote:
        """`key.json`; raises Refused("key_note_damaged")."""
        try:
            return msgspec.json.decode(self.key_note.read_bytes(), type=KeyNote)
        except (OSError, msgspec.DecodeError) as error:
            raise Refused("key_note_damaged", folder=str(self.path)) from error

    def write_note(self, note: KeyNote) -> None:
        """Replace `key.json` in one step: a power cut leaves the old one or the new one."""
        write_file(self.key_note, msgspec.json.format(msgspec.json.encode(note), indent=2))


def write_file(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write `data` durably: into a neighbour, synced, then renamed over `path`."""
    beside = path.with_name(path.name + ".baru")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    except OSError as error:
        code = "disk_full" if error.errno == errno.ENOSPC else "folder_read_only"
        raise Refused(code, folder=str(path.parent)) from error


@contextmanager
def result_at(path: Path) -> Iterator[None]:
    """While something is written to a place that a person named: what cannot be written to is that place, and not the
    data folder. Raises Refused("output_not_writable")."""
    try:
        yield
    except (OSError, Refused) as error:
        if isinstance(error, Refused) and error.code != "folder_read_only":
            raise
        raise Refused("output_not_writable", folder=str(path.parent)) from error


def speak_anywhere() -> None:
    """A console that cannot show a sign shows a question mark for it, and no command ends for that."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # there is none under pythonw
            with suppress(io.UnsupportedOperation):  # somebody catches what is said
                stream.reconfigure(errors="replace")
