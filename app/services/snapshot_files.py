"""The file of a snapshot: how it is written, sealed and signed, and read again; how it grows while it is fetched.

Content, before it is sealed: `LOKETS1`, one zstd frame of blocks (length, MessagePack), and 64 bytes of Ed25519 by the
hub's device key over the SHA-256 of all before them. The file is sealed with the key of the computer it lies on
(app/sync/sealed.py), so no plain byte reaches a disk; between the computers it goes in pieces over TLS.
"""

import hashlib
import os
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import zstandard

from app.domain.ports import Entropy
from app.errors import Refused
from app.models.snapshot import HEAD, Beginning, Block
from app.sync.disk import fail
from app.sync.sealed import FRAME, Cipher, content, new_cipher, survey

MAGIC = b"LOKETS1\n"
SIGNATURE = 64
LEVEL = 1
"""Of zstd: the states are packed already, and the person waits."""
MOST_BLOCK = 64 << 20
WORDS = b"loket snapshot 1"
_LENGTH = struct.Struct(">I")
_pack = msgspec.msgpack.Encoder().encode


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Who made it, of which branch, when (milliseconds UTC), and where the log begins."""

    branch: str
    station: str
    made_at: int
    begin: Beginning


class Wanted(msgspec.Struct, array_like=True):
    """A piece of a snapshot; without a name, of whichever there is."""

    name: str
    offset: int


class Piece(msgspec.Struct, array_like=True):
    """What came: of which snapshot, how many bytes it has in all, and those from the offset on."""

    name: str
    total: int
    offset: int
    content: bytes


class Sealing:
    """Takes content in any pieces and writes it as frames; counts and hashes it."""

    def __init__(self, stream: BinaryIO, key: bytes, entropy: Entropy) -> None:
        self._stream, self._entropy = stream, entropy
        self._cipher = new_cipher(key, entropy)
        self._index, self._waiting = 1, bytearray()
        self.hash = hashlib.sha256()
        stream.write(self._cipher.begin(WORDS, entropy))

    def write(self, data: bytes) -> int:
        """Bytes of the content; gives how many."""
        self.hash.update(data)
        self._waiting += data
        whole = len(self._waiting) // FRAME * FRAME
        if whole > 16 * FRAME:
            self._seal(bytes(self._waiting[: whole - FRAME]), last=False)
            del self._waiting[: whole - FRAME]
        return len(data)

    def _seal(self, plain: bytes, *, last: bool) -> None:
        sealed, self._index = self._cipher.seal_content(self._index, plain, self._entropy, last=last)
        self._stream.write(sealed)

    def close(self) -> None:
        """The last frame."""
        self._seal(bytes(self._waiting), last=True)


def write_block(write: Callable[[bytes], int], block: tuple[str, object]) -> None:
    """One block behind its length."""
    packed = _pack(block)
    write(_LENGTH.pack(len(packed)))
    write(packed)


def is_signed(keys: Sequence[str], signature: bytes, hashed: bytes, words: bytes = WORDS) -> bool:
    """Whether one of the public keys (hex) signed a file of this hash."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    for key in keys:
        with suppress(InvalidSignature, ValueError):
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, words + hashed)
            return True
    return False


def _plain(stream: BinaryIO, key: bytes) -> Iterator[bytes]:
    stream.seek(0)
    try:
        yield from content(stream, key)
    except Refused as refused:
        raise Refused("snapshot_damaged", why="sealed") from refused


def signature_of(stream: BinaryIO, key: bytes) -> tuple[bytes, bytes]:
    """The last bytes, and the hash of all before them."""
    hashed, tail = hashlib.sha256(), b""
    for part in _plain(stream, key):
        tail += part
        hashed.update(tail[:-SIGNATURE])
        tail = tail[-SIGNATURE:]
    return tail, hashed.digest()


class _Reading:
    """The compressed part of the content as a stream; the signature behind it is held back."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts, self._waiting = parts, bytearray()
        if self.read(len(MAGIC)) != MAGIC:
            raise Refused("snapshot_damaged", why="magic")

    def read(self, size: int) -> bytes:
        """Up to `size` bytes."""
        while len(self._waiting) < size + SIGNATURE:
            part = next(self._parts, b"")
            if not part:
                break
            self._waiting += part
        size = max(0, min(size, len(self._waiting) - SIGNATURE))
        taken = bytes(self._waiting[:size])
        del self._waiting[:size]
        return taken


def blocks_of(stream: BinaryIO, key: bytes) -> Iterator[Block]:
    """Every block, the head first."""
    source = _Reading(_plain(stream, key))
    with zstandard.ZstdDecompressor().stream_reader(source, closefd=False) as reader:  # type: ignore[arg-type]
        while (start := _exactly(reader, _LENGTH.size)) is not None:
            (size,) = _LENGTH.unpack(start)
            data = _exactly(reader, size) if size <= MOST_BLOCK else None
            if data is None:
                raise Refused("snapshot_damaged", why="block")
            yield msgspec.msgpack.decode(data, type=tuple[str, Any])


def _exactly(reader: Any, size: int) -> bytes | None:
    parts, left = [], size
    while left:
        part = reader.read(left)
        if not part:
            if left == size:
                return None
            raise Refused("snapshot_damaged", why="short")
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def head_of(stream: BinaryIO, key: bytes) -> Head:
    """What the file begins with; raises Refused("snapshot_damaged")."""
    kind, value = next(blocks_of(stream, key), ("", None))
    if kind != HEAD:
        raise Refused("snapshot_damaged", why="head")
    return msgspec.convert(value, Head)


class Incoming:
    """A snapshot on its way: sealed here as it comes, durable piece by piece."""

    def __init__(self, path: Path, key: bytes, entropy: Entropy) -> None:
        self._key, self._entropy = key, entropy
        self.name, self.total, self.offset, self.complete = "", 0, 0, False
        self._cipher: Cipher | None = None
        self._index = 1
        try:
            self._stream = path.open("r+b" if path.exists() else "w+b")
            self._resume()
        except OSError as error:
            fail(error)

    def _resume(self) -> None:
        found = survey(self._stream, self._key)
        if found is None:
            return
        self._cipher, note, end = found
        self.name, self.total = msgspec.msgpack.decode(note, type=tuple[str, int])
        self.offset, self._index, self.complete = end.offset, end.frames, end.last
        self._stream.truncate(end.length)
        self._stream.seek(0, os.SEEK_END)

    def take(self, piece: Piece) -> None:
        """The next bytes; of another snapshot, everything from the beginning."""
        if self._cipher is None or piece.name != self.name:
            self._begin(piece)
        if piece.offset != self.offset or piece.total != self.total or not piece.content:
            raise Refused("message_damaged", why="piece")
        self.complete = piece.offset + len(piece.content) >= self.total
        assert self._cipher is not None
        sealed, self._index = self._cipher.seal_content(
            self._index, piece.content, self._entropy, last=self.complete
        )
        try:
            self._stream.write(sealed)
            self._stream.flush()
            os.fsync(self._stream.fileno())
        except OSError as error:
            fail(error)
        self.offset += len(piece.content)

    def _begin(self, piece: Piece) -> None:
        self._cipher = new_cipher(self._key, self._entropy)
        self.name, self.total, self.offset, self._index = piece.name, piece.total, 0, 1
        self._stream.seek(0)
        self._stream.truncate()
        self._stream.write(self._cipher.begin(_pack((piece.name, piece.total)), self._entropy))

    def close(self) -> None:
        """Let the file go."""
        self._stream.close()
