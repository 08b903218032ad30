"""A sealed file: content encrypted in frames, which can grow by appending and loses nothing but a torn last frame.

`magic, salt, frame 0, frame 1, …`; frame 0 is a note about the content, the others are the content. A frame is
`word, nonce, ciphertext, tag`: the word has the length of the plain bytes and says whether the frame is the last one.
AES-256-GCM under a key of its own for each file (HKDF-SHA256 of the branch's key and the file's salt); index and word
are authenticated, so no frame can be left out, moved, repeated or cut off unseen (docs/decisions/012).
"""

import os
import struct
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

from app.domain.ports import Entropy
from app.errors import Refused

FRAME = 1 << 16
"""Most plain bytes in one frame."""
_MAGIC = b"LOKETB1\n"
_SALT = 32
_NONCE = 12
_TAG = 16
_LAST = 1 << 31
_WORD = struct.Struct(">I")
_BOUND = struct.Struct(">QI")
_START = len(_MAGIC) + _SALT
_AROUND = _WORD.size + _NONCE + _TAG


class End(msgspec.Struct, frozen=True):
    """Where the sound part of a sealed file ends."""

    salt: bytes
    frames: int
    """Frames so far, the note among them."""
    offset: int
    """Plain bytes of the content so far."""
    length: int
    """Bytes of the file that are sound."""
    last: bool
    """Whether the content is complete."""


class Cipher:
    """Seals and opens the frames of one file; `key` is 32 bytes."""

    def __init__(self, key: bytes, salt: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        self.salt = salt
        derived = HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"loket blob 1").derive(key)
        self._cipher: Any = AESGCM(derived)

    def seal(self, index: int, plain: bytes, entropy: Entropy, *, last: bool) -> bytes:
        """One frame. Its nonce is random and not a counter: a torn frame is written again with other content."""
        word = len(plain) | (_LAST if last else 0)
        nonce = entropy.take(_NONCE)
        return _WORD.pack(word) + nonce + bytes(self._cipher.encrypt(nonce, plain, _BOUND.pack(index, word)))

    def open(self, index: int, word: int, rest: bytes) -> bytes | None:
        """The plain bytes of a frame, None when it is not the frame that was sealed there."""
        from cryptography.exceptions import InvalidTag

        try:
            return bytes(self._cipher.decrypt(rest[:_NONCE], rest[_NONCE:], _BOUND.pack(index, word)))
        except InvalidTag:
            return None

    def begin(self, note: bytes, entropy: Entropy) -> bytes:
        """The bytes that a new file begins with; `note` has at most FRAME bytes."""
        return _MAGIC + self.salt + self.seal(0, note, entropy, last=False)

    def seal_content(self, first: int, plain: bytes, entropy: Entropy, *, last: bool) -> tuple[bytes, int]:
        """(bytes to append, index after them) for content from frame `first` on."""
        parts = [plain[start : start + FRAME] for start in range(0, len(plain), FRAME)] or [b""]
        sealed = [
            self.seal(first + number, part, entropy, last=last and number == len(parts) - 1)
            for number, part in enumerate(parts)
        ]
        return b"".join(sealed), first + len(parts)


def new_cipher(key: bytes, entropy: Entropy) -> Cipher:
    """The cipher of a file that is about to be made."""
    return Cipher(key, entropy.take(_SALT))


def _read_start(stream: BinaryIO, key: bytes) -> Cipher | None:
    start = stream.read(_START)
    if len(start) < _START or not start.startswith(_MAGIC):
        return None
    return Cipher(key, start[len(_MAGIC) :])


def _word(stream: BinaryIO) -> tuple[int, int, bool] | None:
    """(word, plain bytes, last) of the frame that begins here."""
    head = stream.read(_WORD.size)
    if len(head) < _WORD.size:
        return None
    (word,) = _WORD.unpack(head)
    size = word & ~_LAST
    return (word, size, bool(word & _LAST)) if size <= FRAME else None


def _frame(stream: BinaryIO, cipher: Cipher, index: int) -> tuple[bytes, bool] | None:
    """(plain bytes, last) of the frame that begins here, None when there is no sound one."""
    found = _word(stream)
    if found is None:
        return None
    word, size, last = found
    rest = stream.read(_NONCE + size + _TAG)
    plain = cipher.open(index, word, rest) if len(rest) == _NONCE + size + _TAG else None
    return None if plain is None else (plain, last)


def survey(stream: BinaryIO, key: bytes) -> tuple[Cipher, bytes, End] | None:
    """(cipher, note, end) of a file that may end in a torn frame; None when not even the note is sound.

    Every frame is opened: after a power cut a later frame may stand on the disk and an earlier one not.
    """
    cipher = _read_start(stream, key)
    note = _frame(stream, cipher, 0) if cipher else None
    if cipher is None or note is None:
        return None
    frames, offset, length, last = 1, 0, _START + _AROUND + len(note[0]), False
    while not last:
        found = _frame(stream, cipher, frames)
        if found is None:
            break
        plain, last = found
        frames, offset, length = frames + 1, offset + len(plain), length + _AROUND + len(plain)
    return cipher, note[0], End(cipher.salt, frames, offset, length, last)


def resume(stream: BinaryIO, key: bytes, salt: bytes) -> tuple[Cipher, bytes] | None:
    """(cipher, note) of a file whose end is known; None when it is another file, or its note is not sound."""
    cipher = _read_start(stream, key)
    if cipher is None or cipher.salt != salt:
        return None
    note = _frame(stream, cipher, 0)
    return None if note is None else (cipher, note[0])


def _damaged() -> Refused:
    return Refused("attachment_damaged")


def content(stream: BinaryIO, key: bytes, offset: int = 0) -> Iterator[bytes]:
    """The plain content from `offset` on, in pieces of at most FRAME bytes.

    Frames that lie wholly before `offset` are passed over unopened. Raises Refused("attachment_damaged") at the first
    frame that is not the one that was sealed there, and when the last one is missing or something follows it.
    """
    cipher = _read_start(stream, key)
    if cipher is None or _frame(stream, cipher, 0) is None:
        raise _damaged()
    index, passed, last = 1, 0, False
    while not last:
        place = stream.tell()
        found = _word(stream)
        if found is None:
            raise _damaged()
        _, size, last = found
        if passed + size <= offset and not last:
            stream.seek(place + _AROUND + size)
        else:
            stream.seek(place)
            opened = _frame(stream, cipher, index)
            if opened is None:
                raise _damaged()
            yield opened[0][max(0, offset - passed) :]
        index, passed = index + 1, passed + size
    if stream.read(1):
        raise _damaged()


def content_size(stream: BinaryIO) -> int:
    """Plain bytes of a complete file, by the words of its frames alone; raises Refused("attachment_damaged")."""
    stream.seek(_START)
    size, last, note = 0, False, True
    while not last:
        found = _word(stream)
        if found is None:
            raise _damaged()
        _, plain, last = found
        stream.seek(_AROUND - _WORD.size + plain, os.SEEK_CUR)
        size, note = size + (0 if note else plain), False
    return size
