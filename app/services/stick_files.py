"""The file on a stick: a plain line that says whose it is, then what the others may lack, sealed and signed.

`LOKETK1`, length and MessagePack of the cover, then a sealed file (app/sync/sealed.py) whose content is built like that of
a snapshot: blocks in one zstd frame, and the device's signature over the cover and all of them.
"""

import os
import struct
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import zstandard

from app.domain.events import Entry, Header, Held, digest
from app.domain.ports import Entropy
from app.errors import Refused
from app.services.snapshot_files import LEVEL, MAGIC, Sealing, blocks_of, signature_of, write_block
from app.services.stick_keys import Slot
from app.sync.block import Block, LogPart
from app.sync.disk import fail, sync_folder
from app.sync.messages import Hello
from app.sync.wire import unpack_events, unpack_log

START = b"LOKETK1\n"
WORDS = b"loket stick 1"
MOST_BYTES = 512 << 20
MOST_COVER = 1 << 16
_LENGTH = struct.Struct(">I")
_pack = msgspec.msgpack.Encoder().encode
HEAD, OFFERS, LOG, END = "head", "offers", "log", "end"


class Cover(msgspec.Struct, frozen=True, kw_only=True):
    """What can be read without a key."""

    branch: str
    station: str
    made_at: int
    slots: tuple[Slot, ...]


class Stick(msgspec.Struct, frozen=True, kw_only=True):
    """What was on it; not believed before `signed` was checked against the station's keys."""

    cover: Cover
    hello: Hello
    offers: tuple[Block, ...]
    log: LogPart | None
    signed: bytes
    signature: bytes
    name: str
    """SHA-256 of the whole file, hex: it is known again by it."""


def unpacked(stick: Stick) -> tuple[list[tuple[Header, Entry]], list[tuple[Header, Held]]]:
    """Entries of its log, and the events on it that are in no log; raises Refused("stick_damaged")."""
    try:
        entries = unpack_log(stick.log) if stick.log is not None else []
        return entries, [event for block in stick.offers for event in unpack_events(block)]
    except Refused as refused:
        raise Refused("stick_damaged", why=str(refused.facts.get("why", refused.code))) from refused


def write_stick(
    path: Path, cover: Cover, key: bytes, blocks: Iterator[tuple[str, object]], signer: Any, entropy: Entropy
) -> None:
    """Write the file, all of it or nothing; raises Refused("disk_full" | "folder_read_only" | "disk_error")."""
    packed = _pack(cover)
    beside = path.with_name(path.name + ".baru")
    try:
        with beside.open("wb") as stream:
            stream.write(START + _LENGTH.pack(len(packed)) + packed)
            target = Sealing(stream, key, entropy)
            target.write(MAGIC)
            with zstandard.ZstdCompressor(level=LEVEL).stream_writer(target, closefd=False) as writer:  # type: ignore[arg-type]
                for block in blocks:
                    write_block(writer.write, block)
                write_block(writer.write, (END, None))
            target.write(signer.sign(WORDS + digest(packed) + target.hash.digest()))
            target.close()
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        fail(error)
    finally:
        beside.unlink(missing_ok=True)


def read_cover(path: Path) -> tuple[Cover, bytes]:
    """(cover, whole file); raises Refused("stick_damaged" | "stick_missing")."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Refused("stick_damaged", why="size")
        data = path.read_bytes()
    except OSError as error:
        raise Refused("stick_missing", path=str(path)) from error
    start = len(START) + _LENGTH.size
    if len(data) < start or not data.startswith(START):
        raise Refused("stick_damaged", why="start")
    (size,) = _LENGTH.unpack(data[len(START) : start])
    if size > MOST_COVER:
        raise Refused("stick_damaged", why="cover")
    try:
        return msgspec.msgpack.decode(data[start : start + size], type=Cover), data
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Refused("stick_damaged", why="cover") from error


def read_stick(cover: Cover, data: bytes, key: bytes) -> Stick:
    """Everything on it; raises Refused("stick_damaged") where a byte is not as it was written."""
    begin = len(START) + _LENGTH.size
    (size,) = _LENGTH.unpack(data[len(START) : begin])
    sealed = BytesIO(data[begin + size :])
    try:
        signature, hashed = signature_of(sealed, key)
        found = _gathered(blocks_of(sealed, key))
        return Stick(
            cover=cover,
            hello=msgspec.convert(found[HEAD][0], Hello),
            offers=tuple(msgspec.convert(each, Block) for each in found[OFFERS]),
            log=msgspec.convert(found[LOG][0], LogPart) if found[LOG] else None,
            signed=WORDS + digest(data[begin : begin + size]) + hashed,
            signature=signature,
            name=digest(data).hex(),
        )
    except Refused as refused:
        raise Refused("stick_damaged", why=str(refused.facts.get("why", refused.code))) from refused
    except (zstandard.ZstdError, msgspec.MsgspecError, struct.error, UnicodeDecodeError) as error:
        raise Refused("stick_damaged", why=type(error).__name__) from error


def _gathered(blocks: Iterator[tuple[str, Any]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {HEAD: [], OFFERS: [], LOG: [], END: []}
    for kind, value in blocks:
        found.setdefault(kind, []).append(value)
    if len(found[HEAD]) != 1 or len(found[END]) != 1 or len(found[LOG]) > 1:
        raise Refused("stick_damaged", why="blocks")
    return found
