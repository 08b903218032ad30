"""What travels of events, column by column, and the bounds that honest ones never reach."""

from typing import Annotated

import msgspec
from msgspec import Meta

from app.domain.events import ID, MOST_HEADS, Header, TermNumber
from app.errors import Refused

MOST_EVENTS = 1 << 17
"""In one message. Whoever asks for less than they could hold, with millions of empty columns, is refused by the count
before anything is made of it."""
MOST_PAYLOAD = 1 << 20
MOST_TEXT = 200
MOST_HEADER = 1 << 14
MOST_SEQ = 1 << 53

Number = Annotated[int, Meta(ge=0, lt=MOST_SEQ)]
Hash = Annotated[bytes, Meta(min_length=32, max_length=32)]
Name = Annotated[str, Meta(max_length=64)]
_Id = Annotated[bytes, Meta(min_length=ID, max_length=ID)]
_Signature = Annotated[bytes, Meta(min_length=64, max_length=64)]
_Word = Annotated[str, Meta(max_length=MOST_TEXT)]
_Payload = Annotated[bytes, Meta(max_length=MOST_PAYLOAD)]
_Column = Annotated[list[int], Meta(max_length=MOST_EVENTS)]
_FEW = Meta(max_length=MOST_EVENTS)


class Run(msgspec.Struct, array_like=True):
    """One run's part of a block. `known`: the receiver has these events; only their order travels."""

    station: Name
    epoch: Annotated[bytes, Meta(min_length=8, max_length=8)]
    seq: Number
    """Of the event before the first one here."""
    prev: Hash
    head: Hash
    """Hash of the last one here."""
    known: bool = False


class Block(msgspec.Struct, array_like=True):
    """Events in an order, column by column."""

    runs: Annotated[list[Run], _FEW]
    order: _Column
    """Run of each event."""
    words: Annotated[list[_Word], _FEW]
    """Streams, kinds and actors, each once."""
    streams: _Column
    kinds: _Column
    versions: _Column
    actors: _Column
    times: _Column
    """Milliseconds since the event before."""
    ids: bytes
    """The random part of each id."""
    payloads: Annotated[list[_Payload | None], _FEW]
    txns: Annotated[dict[int, int | _Id], _FEW] = {}
    """How many events back the transaction began, or its id; left out where it is the event itself."""
    afters: Annotated[dict[int, Annotated[bytes, Meta(max_length=MOST_HEADS * ID)]], _FEW] = {}
    """Ids side by side; left out where it is the stream's last event in this block, or nothing for its first."""
    odd_ids: Annotated[dict[int, _Id], _FEW] = {}
    hashes: Annotated[dict[int, Hash], _FEW] = {}
    """`payload_hash` where the payload is withheld."""
    signatures: Annotated[dict[int, _Signature], _FEW] = {}
    whole: Annotated[dict[int, Annotated[bytes, Meta(max_length=MOST_HEADER)]], _FEW] = {}
    """Headers that cannot be rebuilt byte by byte."""


class LogPart(msgspec.Struct, array_like=True):
    """A piece of an ordered log: behind `position`, whose hash is `before`."""

    position: Number
    before: Hash
    terms: Annotated[list[tuple[Number, TermNumber, Name]], _FEW]
    """(how many entries, number, run)"""
    block: Block
    log_hash: Hash
    """After the last entry."""


def check_shape(block: Block) -> None:
    """Bounds that honest events never reach; beyond them nothing is rebuilt."""
    if len(block.order) > MOST_EVENTS:
        raise Refused("message_too_big", limit=MOST_EVENTS)
    if any(not _is_word(word) for word in block.words):
        raise Refused("message_damaged", why="word")
    if sum(map(len, block.afters.values())) > MOST_EVENTS * ID:
        raise Refused("message_too_big", limit=MOST_EVENTS)
    if any(len(each) % ID for each in block.afters.values()):
        raise Refused("message_damaged", why="heads")
    if len({run.epoch for run in block.runs}) != len(block.runs):
        raise Refused("message_damaged", why="run")  # one signature would cover two computers' events


def _is_word(text: str) -> bool:
    return len(text) <= MOST_TEXT and "\x00" not in text


def _is_bounded(header: Header) -> bool:
    words = all(map(_is_word, (header.stream, header.kind, header.actor)))
    ids = all(len(each) == ID for each in (header.id, header.txn, *header.after))
    return words and ids and len(header.after) <= MOST_HEADS


def same_place(header: Header, expected: Header) -> Header:
    """A header that travelled whole still stands where its run says, within the bounds that the columns have."""
    if not _is_bounded(header) or (
        header.station,
        header.epoch,
        header.seq,
        header.prev,
        header.payload_hash,
    ) != (
        expected.station,
        expected.epoch,
        expected.seq,
        expected.prev,
        expected.payload_hash,
    ):
        raise Refused("message_damaged", why="header")
    return header
