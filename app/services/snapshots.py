"""Snapshots: how this computer makes and hands out one, and how another one begins from it."""

import os
import struct
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import zstandard

from app.domain.calendar import add_days
from app.errors import Refused
from app.models import projections, snapshot
from app.models.journal import Written
from app.models.verifying import station_keys
from app.services.day_material import snapshot as one_moment
from app.services.office import Office
from app.services.retention import begin_of, countersigned, days_kept
from app.services.snapshot_files import (
    LEVEL,
    MAGIC,
    WORDS,
    Head,
    Incoming,
    Piece,
    Sealing,
    Wanted,
    blocks_of,
    head_of,
    is_signed,
    signature_of,
    write_block,
)
from app.sync.disk import fail, sync_folder
from app.sync.node import STATION
from app.sync.peer import SNAPSHOT, Peer
from app.sync.sealed import content, content_size

PIECE = 8 << 20
"""Bytes that travel in one answer."""
KEPT_SECONDS = 3_600
"""How long a snapshot is handed out again before a new one is made."""
READ_SECONDS = 300.0
NARROW, UNFINISHED = ".layar", ".baru"
"""How the file for displays ends, and one that is being written."""


# ---------------------------------------------------------------------------------------------- making


def folder_of(office: Office) -> Path:
    """Where snapshots lie on this computer; made when it is missing."""
    folder = office.folder.path / "snapshots"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def make_snapshot(office: Office, *, narrow: bool = False) -> Path:
    """Write a snapshot of this computer's log; work goes on meanwhile.

    It begins 30 days back (the rules name the days), and where there is a head office never behind what that has
    countersigned. `narrow`: without what a display must not hold. Raises Refused("disk_full" | "log_empty" | …) and leaves
    nothing half behind.
    """
    name = office.ports.entropy.take(16).hex()
    target = folder_of(office) / (name + NARROW if narrow else name)
    beside = target.with_name(f"{target.name}{UNFINISHED}")
    try:
        with beside.open("wb") as stream:
            _write(office, Sealing(stream, office.key, office.ports.entropy), narrow=narrow)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        fail(error)
    finally:
        beside.unlink(missing_ok=True)
    return target


def _write(office: Office, target: Sealing, *, narrow: bool) -> None:
    branch = office.branch().code
    with one_moment(office.store) as connection:
        begin = snapshot.beginning(connection, _position(office, connection))
        head = Head(branch=branch, station=office.note.station, made_at=office.now(), begin=begin)
        target.write(MAGIC)
        with zstandard.ZstdCompressor(level=LEVEL).stream_writer(target, closefd=False) as packed:  # type: ignore[arg-type]
            write_block(packed.write, (snapshot.HEAD, head))
            for block in snapshot.blocks(connection, begin, narrow=narrow):
                write_block(packed.write, block)
    target.write(office.journal.signer.sign(WORDS + target.hash.digest()))
    target.close()


def _position(office: Office, connection: Any) -> int:
    oldest = add_days(office.calendar_day(), -days_kept(office, STATION))
    begin, line = begin_of(connection, oldest), countersigned(connection)
    return min(begin, line) if line or office.setting("head_office") else begin


# ---------------------------------------------------------------------------------------------- reading


def load_snapshot(office: Office, path: Path, keys: Sequence[str] = ()) -> int:
    """Begin from a snapshot: this computer's log is replaced, in one transaction or not at all; gives its end.

    `keys`: public keys (hex) of which one must have signed it; without any, the keys that its own log and that of
    this computer have for the station it names. Raises Refused("snapshot_damaged" | "snapshot_foreign" |
    "snapshot_at_hub").
    """
    if office.journal.ordering:
        raise Refused("snapshot_at_hub")
    try:
        with path.open("rb") as stream:
            signature, hashed = signature_of(stream, office.key)
            head = head_of(stream, office.key)
            known = _known(office, head, keys)
            if known and not is_signed(known, signature, hashed):
                raise Refused("snapshot_damaged", why="signature")
            with office.store.writing() as connection:
                blocks = blocks_of(stream, office.key)
                next(blocks)
                snapshot.take(connection, head.begin, blocks)
                if not known and not is_signed(_of(connection, head.station), signature, hashed):
                    raise Refused("snapshot_damaged", why="signature")
    except OSError as error:
        fail(error)
    except (zstandard.ZstdError, msgspec.MsgspecError, struct.error) as error:
        raise Refused("snapshot_damaged", why=type(error).__name__) from error
    office.journal.tell(Written(tuple(projections.STREAMS)))
    return head.begin.end


def _known(office: Office, head: Head, keys: Sequence[str]) -> tuple[str, ...]:
    with office.store.reading() as connection:
        mine = _of(connection, head.station)
    if mine and head.branch != office.branch().code:
        raise Refused("snapshot_foreign", branch=head.branch)
    return tuple(keys) or mine


def _of(connection: Any, station: str) -> tuple[str, ...]:
    return station_keys(connection).get(station, ())


# ---------------------------------------------------------------------------------------------- handing out


class Shelf:
    """The snapshot that this computer, as hub, hands out piece by piece."""

    def __init__(self, office: Office, *, narrow: bool = False) -> None:
        self._office = office
        self._narrow = narrow
        self._lock = threading.Lock()
        self._path: Path | None = None
        self._made = 0

    def piece(self, wanted: Wanted) -> Piece:
        """A piece of the snapshot asked for; of a new one, from its beginning, where that is no longer here."""
        with self._lock:
            path = self._fresh(wanted.name)
        offset = wanted.offset if wanted.name == path.name else 0
        with path.open("rb") as stream:
            total = content_size(stream)
            if not 0 <= offset < total:
                raise Refused("message_damaged", why="offset")
            stream.seek(0)
            return Piece(path.name, total, offset, _first(content(stream, self._office.key, offset), PIECE))

    def _fresh(self, name: str) -> Path:
        path, age = self._path, self._office.ports.clock.monotonic() - self._made
        if path is not None and path.exists() and (path.name == name or age < KEPT_SECONDS * 1000):
            return path
        for old in folder_of(self._office).iterdir():
            if (NARROW in old.name) == self._narrow:  # the other shelf's is being handed out
                old.unlink(missing_ok=True)
        self._path = make_snapshot(self._office, narrow=self._narrow)
        self._made = self._office.ports.clock.monotonic()
        return self._path


def _first(parts: Iterator[bytes], size: int) -> bytes:
    found = bytearray()
    for part in parts:
        found += part
        if len(found) >= size:
            break
    return bytes(found[:size])


# ---------------------------------------------------------------------------------------------- fetching


def fetch_snapshot(office: Office, peer: Peer) -> Path:
    """Bring the hub's snapshot here, going on where an earlier try was cut off; raises as the caller does."""
    target = folder_of(office) / "datang"
    incoming = Incoming(target, office.key, office.ports.entropy)
    try:
        while not incoming.complete:
            wanted = Wanted(incoming.name, incoming.offset)
            body = peer.ask(SNAPSHOT, wanted, READ_SECONDS)
            try:
                incoming.take(msgspec.msgpack.decode(body, type=Piece))
            except msgspec.DecodeError as error:
                raise Refused("message_damaged", why="piece") from error
    finally:
        incoming.close()
    return target


def start_from_hub(office: Office, peer: Peer, keys: Sequence[str] = ()) -> int:
    """Fetch the hub's snapshot and begin from it; gives where the log ends then. Normal rounds go on from there."""
    path = fetch_snapshot(office, peer)
    try:
        return load_snapshot(office, path, keys)
    finally:
        path.unlink(missing_ok=True)
