"""Events on the wire: columns instead of rows, without what can be rebuilt; the hash of each run's last event proves it.

Left out are `prev`, `payload_hash`, `seq` and `epoch` (they follow from the run), a `txn` that is an event of the same
block, `after` when it is the stream's last event in the block, and the time inside an id when it is the event's own.
"""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import msgspec
import zstandard

from app.domain.events import (
    ZERO,
    Entry,
    Header,
    Held,
    Term,
    chain,
    digest,
    header_bytes,
    read_header,
    split_heads,
)
from app.errors import Refused
from app.sync.block import Block, LogPart, Run, check_shape, same_place

MOST_BYTES = 32 << 20
"""A message never unpacks to more."""
MOST_AT_ONCE = 6 << 20
"""Bytes of events that are sent in one message, where they need not go all at once: head office takes 8 MiB."""
LEVEL = 6
"""Of zstd: at 6 ten thousand events of form text take a third less than at 1, and little more time."""

_TIME, _RANDOM = 6, 10

_pack = msgspec.msgpack.Encoder().encode


Sized = TypeVar("Sized", Held, Entry)


def fitting(events: list[Sized]) -> list[Sized]:
    """The first of these that go into one message, at least one: what is too big is refused by the other side for ever."""
    room = MOST_AT_ONCE
    for count, each in enumerate(events):
        held = each.held if isinstance(each, Entry) else each
        room -= len(held.header) + len(held.payload or b"")
        if room < 0 and count:
            return events[:count]
    return events


def pack(message: object) -> bytes:
    """A message as it travels."""
    return zstandard.ZstdCompressor(level=LEVEL).compress(_pack(message))


def unpack(data: bytes) -> bytes:
    """The MessagePack inside; raises Refused("message_damaged" | "message_too_big")."""
    try:
        size = zstandard.frame_content_size(data)
        if size < 0 or size > MOST_BYTES:
            raise Refused("message_too_big", limit=MOST_BYTES)
        return zstandard.ZstdDecompressor().decompress(data, max_output_size=MOST_BYTES)
    except zstandard.ZstdError as error:
        raise Refused("message_damaged", why="zstd") from error


# ---------------------------------------------------------------------------------------------- writing


def offerable(events: Sequence[Held]) -> list[tuple[Header, Held]]:
    """Events that are held, as they can travel: each run by its numbers, as far as none is missing."""
    runs: dict[bytes, dict[int, tuple[Header, Held]]] = {}
    epochs = []
    for each in events:
        header = read_header(each.header)
        runs.setdefault(header.epoch, {})[header.seq] = (header, each)
        epochs.append(header.epoch)
    following = {epoch: iter(_without_gap(run)) for epoch, run in runs.items()}
    found = (next(following[epoch], None) for epoch in epochs)
    return [each for each in found if each is not None]


def _without_gap(run: dict[int, tuple[Header, Held]]) -> Iterator[tuple[Header, Held]]:
    seq = min(run)
    while seq in run:
        yield run[seq]
        seq += 1


class _Columns:
    """Fills a block."""

    def __init__(self) -> None:
        self.block = Block([], [], [], [], [], [], [], [], b"", [])
        self._words: dict[str, int] = {}
        self._runs: dict[bytes, int] = {}
        self._last_of: dict[str, bytes] = {}
        self._places: dict[bytes, int] = {}
        self._ids = bytearray()
        self._count = 0
        self._at = 0

    def word(self, text: str) -> int:
        place = self._words.get(text)
        if place is None:
            place = self._words[text] = len(self.block.words)
            self.block.words.append(text)
        return place

    def run(self, header: Header, *, known: bool) -> Run:
        place = self._runs.get(header.epoch)
        if place is None:
            place = self._runs[header.epoch] = len(self.block.runs)
            self.block.runs.append(
                Run(header.station, header.epoch, header.seq - 1, header.prev, ZERO, known)
            )
        self.block.order.append(place)
        return self.block.runs[place]

    def add(self, header: Header, held: Held) -> None:
        block, place = self.block, self._count
        self._count += 1
        block.streams.append(self.word(header.stream))
        block.kinds.append(self.word(header.kind))
        block.versions.append(header.version)
        block.actors.append(self.word(header.actor))
        block.times.append(header.at - self._at)
        self._at = header.at
        self._ids += header.id[_TIME:]
        if int.from_bytes(header.id[:_TIME], "big") != header.at:
            block.odd_ids[place] = header.id
        self._links(place, header)
        block.payloads.append(held.payload)
        if held.payload is None:
            block.hashes[place] = header.payload_hash
        if header_bytes(header) != held.header:
            block.whole[place] = held.header

    def _links(self, place: int, header: Header) -> None:
        self._places[header.id] = place
        if header.txn != header.id:
            begun = self._places.get(header.txn)
            self.block.txns[place] = header.txn if begun is None else place - begun
        last = self._last_of.get(header.stream)
        if header.after != (() if last is None else (last,)):
            self.block.afters[place] = b"".join(header.after)
        self._last_of[header.stream] = header.id

    def done(self) -> Block:
        self.block.ids = bytes(self._ids)
        return self.block


def pack_events(events: Sequence[Held]) -> tuple[Block, int]:
    """A block of the longest beginning of `events` whose runs all end in a signature, and how many those are."""
    return pack_read([(read_header(each.header), each) for each in events])


def pack_read(
    read: Sequence[tuple[Header, Held]], known: frozenset[tuple[bytes, int]] = frozenset()
) -> tuple[Block, int]:
    """The same of events whose headers were read already.

    `known`: (epoch, seq) of what the receiver has; a run is left out only when all of it in this block is known.
    """
    headers, events = [header for header, _ in read], [held for _, held in read]
    count = _signed_length(headers, events)
    headers, events = headers[:count], events[:count]
    strange = {header.epoch for header in headers if (header.epoch, header.seq) not in known}
    columns = _Columns()
    last: dict[bytes, int] = {}
    for place, (header, held) in enumerate(zip(headers, events, strict=True)):
        run = columns.run(header, known=header.epoch not in strange)
        run.head = held.hash
        last[header.epoch] = place
        if not run.known:
            columns.add(header, held)
    block = columns.done()
    bodies = _places_of_bodies(block)
    for place in last.values():
        signature = events[place].signature
        if place in bodies and signature is not None:
            block.signatures[bodies[place]] = signature
    return block, count


def _places_of_bodies(block: Block) -> dict[int, int]:
    """Place in the order to place in the columns, for events whose body travels."""
    bodies: dict[int, int] = {}
    for place, run in enumerate(block.order):
        if not block.runs[run].known:
            bodies[place] = len(bodies)
    return bodies


def _signed_length(headers: Sequence[Header], events: Sequence[Held]) -> int:
    """Where no run is cut between a change and the signature that covers it; all, where there is no such place."""
    uncovered: set[bytes] = set()
    good = 0
    for place, (header, held) in enumerate(zip(headers, events, strict=True), 1):
        if held.signature is None:
            uncovered.add(header.epoch)
        else:
            uncovered.discard(header.epoch)
        if not uncovered:
            good = place
    return good or len(events)


# ---------------------------------------------------------------------------------------------- reading


def unpack_events(
    block: Block, known: dict[tuple[bytes, int], tuple[Header, Held]] | None = None
) -> list[tuple[Header, Held]]:
    """The events of a block with their exact bytes.

    `known` gives those whose bodies did not travel. Raises Refused("message_damaged") when a run does not come to the
    hash it should, Refused("events_not_held") when the receiver does not have what the sender took for known.
    """
    try:
        return _Rebuilt(block, known or {}).events()
    except (LookupError, OverflowError, TypeError, ValueError, msgspec.EncodeError) as error:
        raise Refused("message_damaged", why=type(error).__name__) from error


class _Rebuilt:
    """Makes headers from columns again."""

    def __init__(self, block: Block, known: dict[tuple[bytes, int], tuple[Header, Held]]) -> None:
        self._block = block
        self._known = known
        self._seq = [run.seq for run in block.runs]
        self._prev = [run.prev for run in block.runs]
        self._ids: list[bytes] = []
        self._last_of: dict[str, bytes] = {}
        self._at = 0

    def events(self) -> list[tuple[Header, Held]]:
        block = self._block
        check_shape(block)
        found = []
        for place in block.order:
            if place < 0:
                raise Refused("message_damaged", why="run")
            self._seq[place] += 1
            run = block.runs[place]
            made = self._held(run, self._seq[place]) if run.known else self._event(place, run)
            self._prev[place] = made[1].hash
            found.append(made)
        for place, run in enumerate(block.runs):
            if self._prev[place] != run.head:
                raise Refused("message_damaged", why="head")
        return found

    def _held(self, run: Run, seq: int) -> tuple[Header, Held]:
        found = self._known.get((run.epoch, seq))
        if found is None:
            raise Refused("events_not_held")
        return found

    def _event(self, run_place: int, run: Run) -> tuple[Header, Held]:
        block, place = self._block, len(self._ids)
        payload = block.payloads[place]
        at = self._at = self._at + block.times[place]
        identity = block.odd_ids.get(place)
        if identity is None:
            identity = at.to_bytes(_TIME, "big") + block.ids[place * _RANDOM : place * _RANDOM + _RANDOM]
        self._ids.append(identity)
        stream = block.words[block.streams[place]]
        header = Header(
            id=identity,
            station=run.station,
            epoch=run.epoch,
            seq=self._seq[run_place],
            prev=self._prev[run_place],
            txn=self._txn(place, identity),
            stream=stream,
            kind=block.words[block.kinds[place]],
            version=block.versions[place],
            after=self._after(place, stream),
            actor=block.words[block.actors[place]],
            at=at,
            payload_hash=block.hashes[place] if payload is None else digest(payload),
        )
        self._last_of[stream] = identity
        raw = block.whole.get(place)
        if raw is None:
            raw = header_bytes(header)
        else:
            header = same_place(read_header(raw), header)
        return header, Held(raw, payload, digest(raw), block.signatures.get(place))

    def _txn(self, place: int, identity: bytes) -> bytes:
        begun = self._block.txns.get(place)
        if begun is None:
            return identity
        if isinstance(begun, bytes):
            return begun
        if not 0 < begun <= place:
            raise Refused("message_damaged", why="txn")
        return self._ids[place - begun]

    def _after(self, place: int, stream: str) -> tuple[bytes, ...]:
        given = self._block.afters.get(place)
        if given is not None:
            return split_heads(given)
        last = self._last_of.get(stream)
        return () if last is None else (last,)


# ---------------------------------------------------------------------------------------------- logs


def pack_log(
    position: int,
    before: bytes,
    entries: Sequence[Entry],
    held_there: Sequence[tuple[Header, Held]] = (),
) -> LogPart:
    """A piece of a log for another computer: as much of `entries` as ends in signatures.

    `held_there`: events that it has; they travel by their place alone.
    """
    known = {held.hash: header for header, held in held_there}
    read = [(known.get(each.held.hash) or read_header(each.held.header), each.held) for each in entries]
    block, count = pack_read(read, frozenset((header.epoch, header.seq) for header in known.values()))
    terms: list[tuple[int, int, str]] = []
    for each in entries[:count]:
        if terms and terms[-1][1:] == (each.term.number, each.term.run):
            terms[-1] = (terms[-1][0] + 1, *terms[-1][1:])
        else:
            terms.append((1, each.term.number, each.term.run))
    end = entries[count - 1].log_hash if count else before
    return LogPart(position, before, terms, block, end)


def unpack_log(
    part: LogPart, known: dict[tuple[bytes, int], tuple[Header, Held]] | None = None
) -> list[tuple[Header, Entry]]:
    """The entries of a piece of a log; raises Refused("message_damaged") when the log's chain does not come out."""
    events = unpack_events(part.block, known)
    terms: list[Term] = []
    for count, number, run in part.terms:
        term = Term(number, run)
        if terms and term < terms[-1]:
            raise Refused("message_damaged", why="terms")
        terms.extend([term] * min(count, len(events)))
    if len(terms) != len(events):
        raise Refused("message_damaged", why="terms")
    log_hash, found = part.before, []
    for place, ((header, held), term) in enumerate(zip(events, terms, strict=True), 1):
        log_hash = chain(log_hash, part.position + place, term, held.hash)
        found.append((header, Entry(part.position + place, term, log_hash, held)))
    if log_hash != part.log_hash:
        raise Refused("message_damaged", why="log_hash")
    return found
