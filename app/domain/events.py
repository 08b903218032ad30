"""The event: its header, its canonical bytes and its place in two hash chains (DESIGN 2)."""

import hashlib
from typing import Annotated

import msgspec

from app.errors import Refused

ZERO = bytes(32)
"""What stands before the first event of a run and before the first entry of a log."""


class Header(msgspec.Struct, frozen=True, array_like=True):
    """What is hashed and signed, in this order. The bytes are MessagePack, an array, smallest form of each number."""

    id: bytes
    """UUIDv7, 16 bytes, made where it happens; the idempotency key."""
    station: str
    epoch: bytes
    """Name of the run that wrote it, 8 random bytes."""
    seq: int
    """1, 2, 3 … within the epoch, without gaps."""
    prev: bytes
    """SHA-256 of this run's event before, ZERO for its first."""
    txn: bytes
    """Id of the first event of the same user action."""
    stream: str
    """What it belongs to: `ticket:…`, `case:…`, `counter:3`, `day:2026-11-20`, `branch`."""
    kind: str
    version: int
    after: tuple[bytes, ...]
    """Ids of the last events of the stream that its author saw."""
    actor: str
    at: int
    """Station clock, milliseconds UTC."""
    payload_hash: bytes


class Event(msgspec.Struct, frozen=True):
    """An event as the fold sees it: the parts of the header that rules look at, and the decoded payload."""

    id: str
    stream: str
    kind: str
    version: int
    actor: str
    at: int
    position: int
    """Place in the branch log, from 1."""
    payload: msgspec.Struct
    run: str = ""
    """The run that wrote it, hex."""


PENDING = 1 << 40
"""An event that is not in the log yet is folded as if it stood here and above: after everything that is in the log."""

ID = 16
"""Bytes of an event's id."""


MOST_HEADS = 256
"""Of last events that an author names: where a stream has more, which only a forger brings about, the next ones do."""


def split_heads(heads: bytes) -> tuple[bytes, ...]:
    """The last events of a stream, as a row keeps them side by side."""
    return tuple(heads[start : start + ID] for start in range(0, len(heads), ID))


TermNumber = Annotated[int, msgspec.Meta(ge=0, lt=1 << 31)]


class Term(msgspec.Struct, frozen=True, order=True, array_like=True):
    """Who orders the log: a number and the name of the run that opened it, compared in that order."""

    number: TermNumber
    run: Annotated[str, msgspec.Meta(max_length=64)]


class Reach(msgspec.Struct, frozen=True, order=True, array_like=True):
    """How far a log is countersigned. Of two countersigned logs of a branch the longer stands, of two equally long ones the
    one whose hash is greater (DESIGN 2, rule 6; decision 034): whoever compares two comes to the same."""

    position: int
    log_hash: bytes


class Held(msgspec.Struct, frozen=True, array_like=True):
    """An event as bytes, with no place in a log. `payload` is None where it is withheld or erased."""

    header: bytes
    payload: bytes | None
    hash: bytes
    signature: bytes | None


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """An event with its place in a log."""

    position: int
    term: Term
    log_hash: bytes
    held: Held


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Header)


def header_bytes(header: Header) -> bytes:
    """The canonical bytes. They are stored as they are and never made again from the parts."""
    return _encoder.encode(header)


def read_header(data: bytes) -> Header:
    """The header in `data`; raises Refused("event_damaged") if it is none."""
    try:
        return _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("event_damaged", why=str(error)) from error


def digest(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()


def chain(log_hash: bytes, position: int, term: Term, event_hash: bytes) -> bytes:
    """The log's hash after the entry at `position`, from the hash before it."""
    return digest(log_hash + position.to_bytes(8, "big") + _encoder.encode(term) + event_hash)
