"""Backup and restore: one file that outlives the PC, opened by the recovery key alone."""

import errno
import os
import shutil
import tarfile
from io import BytesIO
from pathlib import Path
from typing import IO

import msgspec
from sqlalchemy.exc import DBAPIError

from app.config import DataFolder, KeyNote, write_file
from app.credentials import keep_key, new_recovery_key, unwrap, wrap, write_key_file
from app.domain.branch import BackupMade
from app.errors import Refused
from app.models import projections
from app.models.audit import Verified, verify
from app.models.driver import connect
from app.models.store import Store
from app.services.backup_scans import QUIET, Progress, Scans, beside, carry_scans
from app.services.office import CONFIRM_NUMBERS, Office, Ports, put_setting
from app.services.setup import DEMO_KEY_FILE
from app.sync.blobs import BlobStore

NOTE, DATABASE = "key.json", "loket.db"
ATTACHMENTS = "attachments"
TAILS = ("", "-wal", "-shm")
"""A database, and what SQLite keeps beside it."""


class Restored(msgspec.Struct, frozen=True):
    """What came back: entries and the hash of the log, and the scans."""

    checked: Verified
    scans: Scans = Scans()


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds: the file, how many entries, and the scans in the folder beside it."""

    path: Path
    entries: int
    scans: Scans


def backup(
    office: Office,
    target: Path,
    who: str = "",
    progress: Progress = QUIET,
) -> Saved:
    """Write a backup of the file in use, and of the scans that the folder beside it lacks; work goes on meanwhile.

    The file is read and checked before it counts as made; scans that were not copied when it is stopped or killed are
    copied by the next one. Raises Refused("backup_failed", …) and leaves nothing half behind.
    """
    if who:
        office.require(who, "backup.make")
    _save_file(office, target)
    scans = _save_scans(office, target, progress)
    position = office.journal.head()[0]
    if who:
        with office.unit(who) as unit:
            unit.append("branch", BackupMade(position=position))
    return Saved(path=target, entries=position, scans=scans)


def _save_scans(office: Office, target: Path, progress: Progress) -> Scans:
    own = BlobStore(office.folder.path / ATTACHMENTS, office.key)
    try:
        place = BlobStore(beside(target, office.branch().code), office.key, reserve=0)
        return carry_scans(office.store, own, place, progress)
    except Refused as refused:
        raise Refused("backup_failed", path=str(target)) from refused


def _save_file(office: Office, target: Path) -> None:
    fresh = target.with_name(target.name + ".baru")
    copy = target.with_name(target.name + ".db")
    try:
        _copy(office, copy)
        with tarfile.open(fresh, "w") as archive:
            _add(archive, NOTE, office.folder.key_note.read_bytes())
            archive.add(copy, DATABASE)
        _sync(fresh)
        fresh.replace(target)
    except (OSError, tarfile.TarError) as error:
        raise Refused("backup_failed", path=str(target)) from error
    except (
        Refused
    ) as refused:  # a damaged page is said as such, whatever else befell the copy concerns its place
        if refused.code == "file_damaged":
            raise
        raise Refused("backup_failed", path=str(target)) from refused
    finally:
        for left in (fresh, *(copy.with_name(copy.name + tail) for tail in TAILS)):
            left.unlink(missing_ok=True)


def _copy(office: Office, copy: Path) -> None:
    """Copy the file, page by page, and check both: SQLite copies a damaged page without a word."""
    if office.store.check_pages():
        raise Refused("file_damaged")
    office.store.copy_to(copy)
    made = Store(copy, office.key)
    try:
        if made.check_pages():
            raise OSError(errno.EIO, "the copy is not what was written")
    finally:
        made.close()


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    entry.mode = 0o600
    archive.addfile(entry, BytesIO(data))


def _sync(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def restore(
    source: Path,
    folder: DataFolder,
    recovery_key: str,
    ports: Ports,
    key_file: Path | None = None,
    progress: Progress = QUIET,
    blobs: Path | None = None,
) -> Restored:
    """Bring a backup back into an empty folder, on this PC or another, with the recovery key alone; the scans from the
    folder beside it too, into `blobs` where that is not the folder's own.

    The whole log is checked before anything counts as restored. A restore that was killed among the scans is begun
    anew, and finds those that had come. Raises Refused("restore_not_empty" |
    "backup_damaged" | "recovery_key_typo" | "recovery_key_wrong").
    """
    if folder.is_set_up():
        raise Refused("restore_not_empty", folder=str(folder.path))
    folder.make()
    copy = folder.database.with_name("dipulihkan.db")
    try:
        note = _unpack(source, copy)
        key = unwrap(note, recovery_key)
        checked = _checked(copy, key)
        _ask_for_numbers(copy, key)
        scans = _bring_scans(source, copy, key, blobs or folder.path / ATTACHMENTS, progress)
        folder.put_aside(ports.clock.now())
        fresh = _keep(note, key, folder, ports, key_file)
        copy.replace(folder.database)
    finally:
        for tail in TAILS:
            copy.with_name(copy.name + tail).unlink(missing_ok=True)
    folder.write_note(fresh)
    return Restored(checked, scans)


def _bring_scans(source: Path, database: Path, key: bytes, blobs: Path, progress: Progress) -> Scans:
    store = Store(database, key)
    try:
        with store.reading() as connection:
            branch = projections.branch_of(connection)
        folder = beside(source, branch.code if branch is not None else "")
        there = folder if folder.exists() else blobs  # a backup of before there was one: what is here stays
        return carry_scans(store, BlobStore(there, key), BlobStore(blobs, key), progress, check=True)
    finally:
        store.close()


def _ask_for_numbers(database: Path, key: bytes) -> None:
    """Tickets may have been printed after the backup was made: the desk confirms the next numbers first."""
    store = Store(database, key)
    try:
        with store.writing() as connection:
            put_setting(connection, CONFIRM_NUMBERS, "1")
    finally:
        store.close()


def _unpack(source: Path, database: Path) -> KeyNote:
    """Take the two files out, by name; whatever else an archive holds is left alone."""
    try:
        with tarfile.open(source, "r:") as archive:
            inner = archive.extractfile(DATABASE)
            note = archive.extractfile(NOTE)
            if inner is None or note is None:
                raise Refused("backup_damaged", path=str(source))
            _write(inner, database)
            return msgspec.json.decode(note.read(1 << 16), type=KeyNote)
    except FileNotFoundError as error:
        raise Refused("file_missing", file=str(source)) from error
    except (OSError, tarfile.TarError, KeyError, msgspec.DecodeError) as error:
        raise Refused("backup_damaged", path=str(source)) from error


def _write(inner: IO[bytes], database: Path) -> None:
    try:
        with database.open("wb") as stream:
            shutil.copyfileobj(inner, stream, 1 << 20)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        code = "disk_full" if error.errno == errno.ENOSPC else "folder_read_only"
        raise Refused(code, folder=str(database.parent)) from error


def _checked(database: Path, key: bytes) -> Verified:
    import sqlcipher3.dbapi2 as driver

    try:
        connect(database, key).close()
    except driver.Error as error:
        raise Refused("backup_damaged", path=database.name) from error
    store = Store(database, key)
    try:
        checked = Verified(0, "", 0, "pages") if store.check_pages() else verify(store)
    except DBAPIError as error:  # whole, and yet no branch
        raise Refused("backup_damaged", path=database.name) from error
    finally:
        store.close()
    if checked.bad_position is not None:
        raise Refused("backup_damaged", path=database.name)
    return checked


def _keep(note: KeyNote, key: bytes, folder: DataFolder, ports: Ports, key_file: Path | None) -> KeyNote:
    """The note of the new place: its own account in the keyring, the same recovery key."""
    changes: dict[str, str] = {"folder": ports.entropy.take(8).hex(), "kept": "keyring", "key_file": ""}
    if key_file is not None:
        changes |= {"kept": "file", "key_file": str(key_file.absolute())}
        write_key_file(key_file, key)
    elif note.demo:
        changes |= {"kept": "file", "key_file": DEMO_KEY_FILE}
        (folder.path / DEMO_KEY_FILE).unlink(missing_ok=True)
        write_key_file(folder.path / DEMO_KEY_FILE, key)
    fresh = msgspec.structs.replace(note, **changes)
    if fresh.kept == "keyring":
        keep_key(fresh, key)
    return fresh


class RecoveryRenewal:
    """A new recovery key, made by two officers together: the old paper opens nothing more that is made from now on."""

    def __init__(self, office: Office, first: str, second: str) -> None:
        for person in (first, second):
            office.require(person, "backup.make")
        if first == second:
            raise Refused("two_people_needed")
        self._office = office
        self.recovery_key = new_recovery_key(office.ports.entropy)

    def keep(self, typed: str) -> None:
        """After it was typed back from paper; raises Refused("recovery_key_typo")."""
        from app.credentials import read_recovery_key

        if read_recovery_key(typed) != self.recovery_key:
            raise Refused("recovery_key_typo")
        salt, wrapped = wrap(self._office.key, self.recovery_key, self._office.ports.entropy)
        note = msgspec.structs.replace(self._office.note, salt=salt, wrapped=wrapped)
        write_file(self._office.folder.key_note, msgspec.json.format(msgspec.json.encode(note), indent=2))
        self._office.note = note
