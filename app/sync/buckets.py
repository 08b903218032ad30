"""Proving that two logs are the same bytes: buckets of entries, hashed anew from what is on file on each side.

Nobody ever adopts the other's digest (DESIGN 3): each side reads its own rows and says what came out.
"""

from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy import Connection

from app.domain.events import ZERO, Entry, digest, read_header
from app.errors import Refused
from app.models import log
from app.models.store import Store
from app.sync.peer import BUCKETS, Peer

SIZE = 1_000
"""Entries of a full bucket."""


Place = Annotated[int, Meta(ge=0, lt=1 << 53)]


class Asked(msgspec.Struct, array_like=True):
    """Buckets behind `first`, each of SIZE, the last one up to `last`."""

    first: Place
    last: Place


class Bucket(msgspec.Struct, array_like=True, frozen=True):
    """Entries behind `first` up to `last`, and the hash of all their bytes."""

    first: int
    last: int
    digest: bytes


def bucket(first: int, entries: Iterable[Entry]) -> Bucket:
    """One bucket, made from the bytes of headers, payloads and places. A payload that is not here counts by its hash."""
    parts, last = [], first
    for each in entries:
        parts.append(each.position.to_bytes(8, "big"))
        parts.append(digest(each.held.header))
        parts.append(_payload_hash(each))
        parts.append(each.log_hash)
        last = each.position
    return Bucket(first, last, digest(b"".join(parts)))


def _payload_hash(entry: Entry) -> bytes:
    """Made anew from the bytes; where they are not here, what the header says of them."""
    payload = entry.held.payload
    if payload is not None:
        return digest(payload)
    try:
        return read_header(entry.held.header).payload_hash
    except Refused:  # rotten bytes: they differ from anybody's
        return ZERO


def buckets(connection: Connection, asked: Asked) -> list[Bucket]:
    """The buckets of this computer's own log; those it does not have are left out."""
    found = []
    for first in range(asked.first, min(asked.last, asked.first + 100 * SIZE), SIZE):
        last = min(first + SIZE, asked.last)
        entries = log.entries_after(connection, first, SIZE, last=last)
        if len(entries) == last - first:
            found.append(bucket(first, entries))
    return found


def split(first: int, last: int) -> Asked:
    """What to ask for a stretch of the log, begun at a whole bucket."""
    return Asked(first // SIZE * SIZE, last)


def compare(store: Store, peer: Peer, first: int, last: int) -> bool | None:
    """Whether another place's bytes of a stretch of the log are these here, as far back as both hold it; None where it
    does not hold the end of the stretch. Raises as `Peer.ask` does."""
    asked = split(first, last)
    with store.reading() as connection:
        mine = buckets(connection, asked)
    came = msgspec.msgpack.decode(peer.ask(BUCKETS, asked, 60.0), type=list[Bucket])
    theirs = {each.first: each for each in came}
    if any(theirs.get(each.first, each) != each for each in mine):
        return False
    return True if mine and mine[-1].first in theirs else None
