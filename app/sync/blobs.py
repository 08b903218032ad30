"""Where scans and photos lie: sealed files named by the SHA-256 of their content, and uploads on their way to become one.

    content/ab/abcdef…   complete, checked
    partial/…            what has come so far of an upload, `.gone` where one was given up
    new/…                being written by `add`
    locks/…              one writer of an upload at a time, also across processes

No plain byte ever reaches the disk.
"""

import hashlib
import os
import re
import shutil
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from app.domain.ports import Entropy
from app.errors import Refused
from app.machine import SystemEntropy
from app.sync.disk import fail, lock, sync_folder, write
from app.sync.sealed import FRAME, Cipher, End, content, content_size, new_cipher, resume, survey

LIMIT = 50 << 20
"""Most bytes of one attachment."""
RESERVE = 200 << 20
"""Free bytes that an attachment leaves to the journal (DESIGN 4: no new tickets below 200 MiB)."""
_LOCKS = 64
_REMEMBERED = 256


class Note(msgspec.Struct, frozen=True, array_like=True):
    """What is known of an upload from its beginning."""

    sha256: str
    size: int
    type: str
    owner: str
    """Id of the station that sends it."""


class Upload(msgspec.Struct, frozen=True):
    """An upload that is not complete yet, and how many of its bytes are durable here."""

    note: Note
    offset: int


def _check_name(sha256: str) -> str:
    """A name that leads nowhere else; raises Refused("attachment_missing")."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise Refused("attachment_missing")
    return sha256


class BlobStore:
    """The folder of blobs of one place; `key` is the 32 bytes of the branch file, or head office's own."""

    def __init__(
        self, folder: Path, key: bytes, entropy: Entropy | None = None, reserve: int = RESERVE
    ) -> None:
        self.folder = folder
        self._key = key
        self._entropy = entropy or SystemEntropy()
        self._reserve = reserve
        self._ends: OrderedDict[str, End] = OrderedDict()
        try:
            for each in ("content", "partial", "new", "locks"):
                (folder / each).mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            fail(error)

    # ------------------------------------------------------------------------------------------- complete blobs

    def _place(self, sha256: str) -> Path:
        return self.folder / "content" / _check_name(sha256)[:2] / sha256

    def has(self, sha256: str) -> bool:
        """Whether the blob is here, complete and checked."""
        return self._place(sha256).exists()

    def size(self, sha256: str) -> int:
        """Its plain bytes; raises Refused("attachment_missing" | "attachment_damaged")."""
        with self._opened(sha256) as stream:
            return content_size(stream)

    @contextmanager
    def _opened(self, sha256: str) -> Iterator[BinaryIO]:
        try:
            stream = self._place(sha256).open("rb")
        except FileNotFoundError as error:
            raise Refused("attachment_missing") from error
        except OSError as error:
            fail(error)
        with stream:
            yield stream

    def open(self, sha256: str, offset: int = 0) -> Iterator[bytes]:
        """The content from `offset` on, in pieces of at most 64 KiB.

        Raises Refused("attachment_missing"), and Refused("attachment_damaged") as soon as a piece is not what was
        sealed; read from the beginning, also when the whole does not have that SHA-256.
        """
        with self._opened(sha256) as stream:
            whole = hashlib.sha256()
            for piece in content(stream, self._key, offset):
                whole.update(piece)
                yield piece
            if offset == 0 and whole.hexdigest() != sha256:
                raise Refused("attachment_damaged")

    def add(self, stream: BinaryIO) -> tuple[str, int]:
        """(SHA-256, size) of what `stream` gives, kept durably; the same content twice is kept once.

        Raises Refused("attachment_too_big" | "disk_full" | …) and leaves nothing behind.
        """
        self.need_space(FRAME)
        new = self.folder / "new" / self._entropy.take(16).hex()
        try:
            sha256, size = self._write_new(new, stream)
            self._settle(new, sha256)
        except OSError as error:
            fail(error)
        finally:
            new.unlink(missing_ok=True)
        return sha256, size

    def adopt(self, source: "BlobStore", sha256: str) -> None:
        """Take over a sealed blob of another folder under the same key: copied, read back, and only then named. Raises
        Refused("attachment_missing" | "attachment_damaged" | "disk_full" | …) and leaves nothing behind."""
        new = self.folder / "new" / self._entropy.take(16).hex()
        try:
            with source._opened(sha256) as stream, new.open("wb") as copy:
                self.need_space(os.fstat(stream.fileno()).st_size)
                shutil.copyfileobj(stream, copy, 1 << 20)
                copy.flush()
                os.fsync(copy.fileno())
            self._check(new, sha256)
            self._place(sha256).unlink(missing_ok=True)  # only a damaged one can stand there
            self._settle(new, sha256)
        except OSError as error:
            fail(error)
        finally:
            new.unlink(missing_ok=True)

    def _check(self, path: Path, sha256: str) -> None:
        whole = hashlib.sha256()
        with path.open("rb") as stream:
            for piece in content(stream, self._key):
                whole.update(piece)
        if whole.hexdigest() != sha256:
            raise Refused("attachment_damaged")

    def _write_new(self, new: Path, stream: BinaryIO) -> tuple[str, int]:
        cipher = new_cipher(self._key, self._entropy)
        whole, size, index = hashlib.sha256(), 0, 1
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            write(descriptor, cipher.begin(b"", self._entropy))
            piece = stream.read(FRAME)
            while True:
                following = stream.read(FRAME) if piece else b""
                whole.update(piece)
                size += len(piece)
                if size > LIMIT:
                    raise Refused("attachment_too_big", limit=LIMIT >> 20)
                write(descriptor, cipher.seal(index, piece, self._entropy, last=not following))
                if not following:
                    break
                piece, index = following, index + 1
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return whole.hexdigest(), size

    def _settle(self, source: Path, sha256: str) -> None:
        """Give a complete, durable file its name; the names are durable when this returns."""
        target = self._place(sha256)
        if not target.exists():
            target.parent.mkdir(mode=0o700, exist_ok=True)
            source.replace(target)
            sync_folder(target.parent)
        source.unlink(missing_ok=True)
        sync_folder(target.parent.parent)
        sync_folder(source.parent)

    @contextmanager
    def anew(self, sha256: str) -> Iterator[None]:
        """A blob that is damaged here makes way for another copy of it; where none came, it is put back."""
        place, beside = self._place(sha256), self.folder / "new" / f"{sha256}.damaged"
        try:
            place.replace(beside)
            yield
        except OSError as error:
            fail(error)
        finally:
            if place.exists():
                beside.unlink(missing_ok=True)
            elif beside.exists():
                beside.replace(place)

    def need_space(self, size: int) -> None:
        """Raises Refused("disk_full") when `size` more bytes would take what the journal needs."""
        if shutil.disk_usage(self.folder).free - size < self._reserve:
            raise Refused("disk_full")

    # ------------------------------------------------------------------------------------------- uploads

    def begin(self, note: Note) -> int:
        """Start an upload or find it again: how many of its bytes are durable here, all of them if it is complete.

        Raises Refused("attachment_too_big" | "disk_full" | "upload_differs").
        """
        if note.size > LIMIT:
            raise Refused("attachment_too_big", limit=LIMIT >> 20)
        name = self._name(note.owner, note.sha256)
        with self._alone(name):
            if self.has(note.sha256):
                if self.size(note.sha256) != note.size:
                    raise Refused("upload_differs")
                return note.size
            found = self._look(name)
            if found is not None:
                if found[1].size != note.size:
                    raise Refused("upload_differs")
                return self._complete(name, note, found[2])
            self.need_space(note.size)
            self._make_partial(name, note)
            self._gone(name).unlink(missing_ok=True)
            return self._complete(name, note, self._ends[name])

    def partial(self, owner: str, sha256: str) -> Upload:
        """How far an upload has come; raises Refused("upload_unknown" | "upload_gone" | "attachment_damaged")."""
        name = self._name(owner, sha256)
        with self._alone(name):
            if self.has(sha256):
                size = self.size(sha256)
                return Upload(Note(sha256, size, "", owner), size)
            _, note, end = self._found(name)
            return Upload(note, self._complete(name, note, end))

    def append(self, owner: str, sha256: str, offset: int, data: bytes) -> Upload:
        """The upload after it: `data` is durable when this returns. The last byte makes the upload a blob.

        Raises Refused("upload_unknown" | "upload_gone"), ("upload_offset_wrong", offset=…), ("upload_too_long"),
        ("attachment_damaged") when the whole does not have its SHA-256 (the upload is then gone), ("disk_full").
        """
        name = self._name(owner, sha256)
        with self._alone(name):
            if self.has(sha256):
                raise Refused("upload_offset_wrong", offset=self.size(sha256))
            cipher, note, end = self._found(name)
            if offset != end.offset:
                raise Refused("upload_offset_wrong", offset=end.offset)
            if offset + len(data) > note.size:
                raise Refused("upload_too_long")
            if data:
                self._ends.pop(name, None)
                end = self._append(name, cipher, end, data, last=offset + len(data) == note.size)
                self._remember(name, end)
            return Upload(note, self._complete(name, note, end))

    def drop(self, owner: str, sha256: str) -> None:
        """Give an upload up. Raises Refused("attachment_kept") when it is complete: a blob is not an upload."""
        name = self._name(owner, sha256)
        with self._alone(name):
            if self.has(sha256):
                raise Refused("attachment_kept")
            self._found(name)
            self._give_up(name)

    def sweep(self, before: float) -> int:
        """How many leftovers were removed: unfinished files and marks last written before `before` (seconds, UTC)."""
        removed = 0
        for path in (*(self.folder / "new").iterdir(), *(self.folder / "partial").iterdir()):
            with self._alone(path.stem), suppress(FileNotFoundError):
                if path.stat().st_mtime < before:
                    path.unlink()
                    removed += 1
        return removed

    # ------------------------------------------------------------------------------------------- their files

    def _name(self, owner: str, sha256: str) -> str:
        """Each station's upload of the same content is one of its own."""
        return hashlib.sha256(f"{owner}\n{_check_name(sha256)}".encode()).hexdigest()[:32]

    def _path(self, name: str) -> Path:
        return self.folder / "partial" / f"{name}.part"

    def _gone(self, name: str) -> Path:
        return self.folder / "partial" / f"{name}.gone"

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        """One at a time, whatever thread or process: the lock dies with its process."""
        number = zlib.crc32(name.encode()) % _LOCKS
        try:
            descriptor = os.open(self.folder / "locks" / f"{number:02}", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            fail(error)
        try:
            lock(descriptor)
            yield
        except OSError as error:
            fail(error)
        finally:
            os.close(descriptor)

    def _remember(self, name: str, end: End) -> None:
        self._ends[name] = end
        self._ends.move_to_end(name)
        while len(self._ends) > _REMEMBERED:
            self._ends.popitem(last=False)

    def _look(self, name: str) -> tuple[Cipher, Note, End] | None:
        """What is sound of an upload; read through once per start of the program, remembered afterwards."""
        try:
            stream = self._path(name).open("rb")
        except FileNotFoundError:
            return None
        with stream:
            end = self._ends.get(name)
            if end is not None and os.fstat(stream.fileno()).st_size == end.length:
                again = resume(stream, self._key, end.salt)
                if again is not None:
                    return again[0], msgspec.msgpack.decode(again[1], type=Note), end
                stream.seek(0)
            found = survey(stream, self._key)
        if found is None:
            return None
        cipher, note, end = found
        self._remember(name, end)
        return cipher, msgspec.msgpack.decode(note, type=Note), end

    def _found(self, name: str) -> tuple[Cipher, Note, End]:
        found = self._look(name)
        if found is None:
            raise Refused("upload_gone" if self._gone(name).exists() else "upload_unknown")
        return found

    def _make_partial(self, name: str, note: Note) -> None:
        cipher = new_cipher(self._key, self._entropy)
        data = cipher.begin(msgspec.msgpack.encode(note), self._entropy)
        frames = 1
        if note.size == 0:
            sealed, frames = cipher.seal_content(1, b"", self._entropy, last=True)
            data += sealed
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
        descriptor = os.open(self._path(name), flags, 0o600)
        try:
            write(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        sync_folder(self.folder / "partial")
        self._remember(name, End(cipher.salt, frames, 0, len(data), note.size == 0))

    def _append(self, name: str, cipher: Cipher, end: End, data: bytes, *, last: bool) -> End:
        """Write behind the sound part; what does not get there whole is cut off again."""
        sealed, frames = cipher.seal_content(end.frames, data, self._entropy, last=last)
        descriptor = os.open(self._path(name), os.O_RDWR | getattr(os, "O_BINARY", 0))
        try:
            os.ftruncate(descriptor, end.length)
            os.lseek(descriptor, end.length, os.SEEK_SET)
            try:
                write(descriptor, sealed)
                os.fsync(descriptor)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(descriptor, end.length)
                raise
        finally:
            os.close(descriptor)
        return End(cipher.salt, frames, end.offset + len(data), end.length + len(sealed), last)

    def _complete(self, name: str, note: Note, end: End) -> int:
        """The offset; a complete upload is read back, checked, and becomes a blob."""
        if end.last:
            try:
                self._check(self._path(name), note.sha256)
            except Refused:
                self._give_up(name)
                raise
            self._settle(self._path(name), note.sha256)
            self._ends.pop(name, None)
        return end.offset

    def _give_up(self, name: str) -> None:
        self._ends.pop(name, None)
        self._gone(name).touch(mode=0o600)
        self._path(name).unlink(missing_ok=True)
        sync_folder(self.folder / "partial")
