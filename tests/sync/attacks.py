"""Messages that no honest program sends, each by its name; and what one of them costs the hub.

`python -m tests.sync.attacks` sends each to a hub of its own process and prints memory and time; the hub's log must
prove afterwards.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import zstandard

from app.domain.events import Held, digest
from app.errors import Refused
from app.sync.block import MOST_EVENTS
from app.sync.messages import Hello, Round, write
from app.sync.node import MOST_OFFERS
from app.sync.wire import MOST_BYTES, pack, pack_events, pack_log
from tests.sync.attacker import Hub

Attack = Callable[[Hub], bytes]
ATTACKS: dict[str, Attack] = {}
FULL = MOST_EVENTS
"""Events that one message may hold."""


def attack(name: str) -> Callable[[Attack], Attack]:
    """Put a message into the list."""

    def named(make: Attack) -> Attack:
        ATTACKS[name] = make
        return make

    return named


def loose(question: Round) -> list[Any]:
    """A question as lists, to be changed at will."""
    parts: list[Any] = msgspec.to_builtins(question, builtin_types=(bytes,))
    return parts


def packed(message: object) -> bytes:
    """As it travels."""
    return pack(message)


def honest(hub: Hub, count: int = 3) -> Round:
    """A question with some events that are in order."""
    run = hub.run()
    desk = hub.house["security_desk"]
    events = [
        run.event(f"ticket:h{hub.runs}", "ticket.printed", b'{"how":"screen"}', desk) for _ in range(count)
    ]
    return hub.question(offers=pack_events(events)[0])


HELLO, OFFERS, LOG, LOCATOR = 0, 1, 2, 3
STATION, RUN, TERM, OPENER, POSITION, LOG_HASH, HEARD, NOW, LINE = range(9)
(
    RUNS,
    ORDER,
    WORDS,
    STREAMS,
    KINDS,
    VERSIONS,
    ACTORS,
    TIMES,
    IDS,
    PAYLOADS,
    TXNS,
    AFTERS,
    ODD_IDS,
    HASHES,
    SIGNATURES,
    WHOLE,
) = range(16)
SEQ = 2
"""Of a run."""


def changed(name: str, *path: int, value: object) -> None:
    """One part of an honest question has another value."""

    def make(hub: Hub) -> bytes:
        question = loose(honest(hub))
        part = question
        for step in path[:-1]:
            part = part[step]
        part[path[-1]] = value
        return packed(question)

    ATTACKS[name] = make


changed("seq 2^63", OFFERS, RUNS, 0, SEQ, value=2**63)
changed("seq -1", OFFERS, RUNS, 0, SEQ, value=-1)
changed("seq 2^53 - 1", OFFERS, RUNS, 0, SEQ, value=2**53 - 1)
changed("a run's name of 7 bytes", OFFERS, RUNS, 0, 1, value=b"1234567")
changed("a word of 1 MiB", OFFERS, WORDS, 0, value="x" * (1 << 20))
changed("a word with NUL", OFFERS, WORDS, 0, value="ticket:\x001")
changed("a word with a lone surrogate", OFFERS, WORDS, 0, value=b"\xed\xa0\x80")
changed("ids too short", OFFERS, IDS, value=b"123")
changed("an odd id of 15 bytes", OFFERS, ODD_IDS, value={0: b"x" * 15})
changed("an odd id of 1 MiB", OFFERS, ODD_IDS, value={0: b"x" * (1 << 20)})
changed("a head of 15 bytes", OFFERS, AFTERS, value={0: b"x" * 15})
changed("10^6 heads", OFFERS, AFTERS, value={0: b"x" * 16_000_000})
changed("a payload of 2 MiB", OFFERS, PAYLOADS, 0, value=b"x" * (2 << 20))
changed("a withheld payload without its hash", OFFERS, PAYLOADS, 0, value=None)
changed("a transaction that begins later", OFFERS, TXNS, value={0: -1, 1: 5})
changed("a transaction id of 3 bytes", OFFERS, TXNS, value={0: b"abc"})
changed("a run that is not there", OFFERS, ORDER, value=[9, 9, 9])
changed("a run before the first", OFFERS, ORDER, value=[-1, -1, -1])
changed("streams that are not there", OFFERS, STREAMS, value=[7, 8, 9])
changed("times below zero", OFFERS, TIMES, value=[-5, -5, -5])
changed("times beyond 48 bits", OFFERS, TIMES, value=[2**50, 1, 1])
changed("a header that is none", OFFERS, WHOLE, value={0: b"\xc1"})
changed("a header of nested lists", OFFERS, WHOLE, value={0: b"\x91" * 16_000})
changed("a signature of 63 bytes", OFFERS, SIGNATURES, value={2: b"x" * 63})
changed("a signature of nobody", OFFERS, SIGNATURES, value={2: b"x" * 64})
changed("no signature", OFFERS, SIGNATURES, value={})
changed("a term number 2^31", HELLO, TERM, value=[2**31, "ff"])
changed("a term number -1", HELLO, TERM, value=[-1, "ff"])
changed("heard of term 2^31", HELLO, HEARD, value=[2**31, "ff"])
changed("a term name of 1 MiB", HELLO, TERM, value=[1, "x" * (1 << 20)])
changed("a position 2^63", HELLO, POSITION, value=2**63)
changed("a position -1", HELLO, POSITION, value=-1)
changed("a log hash of 5 bytes", HELLO, LOG_HASH, value=b"12345")
changed("a line at 2^63", HELLO, LINE, value=[2**63, bytes(32), bytes(64)])
changed("10^6 places of a locator", LOCATOR, value=[[1, bytes(32)]] * 1_000_000)
changed("a place 2^63", LOCATOR, value=[[2**63, bytes(32)]])
changed("another computer's name", HELLO, STATION, value="S3")
changed("nothing for hello", HELLO, value=None)


@attack("64 MiB of noise")
def _noise(hub: Hub) -> bytes:
    return digest(b"noise") * (2 << 20)


@attack("nothing")
def _nothing(hub: Hub) -> bytes:
    return b""


@attack("zstd without its size")
def _no_size(hub: Hub) -> bytes:
    return zstandard.ZstdCompressor(write_content_size=False).compress(bytes(1 << 30))


@attack("zstd of 1 GiB")
def _gigabyte(hub: Hub) -> bytes:
    return zstandard.ZstdCompressor().compress(bytes(1 << 30))


def _lying(size: int, told: int) -> bytes:
    """A frame of zeros that says it has another size: magic, descriptor, 4 or 8 bytes of size (RFC 8878, 3.1.1)."""
    data = bytearray(zstandard.ZstdCompressor().compress(bytes(size)))
    kind = data[4] >> 6
    single = data[4] & 0x20
    place = 5 if single else 6
    width = {0: 1, 1: 2, 2: 4, 3: 8}[kind]
    data[place : place + width] = told.to_bytes(width, "little")
    return bytes(data)


@attack("zstd that says 64 KiB and has 30 MiB")
def _smaller(hub: Hub) -> bytes:
    return _lying(30 << 20, 1 << 16)


@attack("zstd that says 32 MiB and has 1 MiB")
def _bigger(hub: Hub) -> bytes:
    return _lying(1 << 20, MOST_BYTES)


@attack("zstd that says 4 GiB")
def _much_bigger(hub: Hub) -> bytes:
    return _lying(1 << 20, (1 << 32) - 1)


@attack("zeros of 32 MiB")
def _zeros(hub: Hub) -> bytes:
    return zstandard.ZstdCompressor().compress(bytes(MOST_BYTES))


def raw(*parts: bytes) -> bytes:
    """MessagePack as it is, compressed."""
    return zstandard.ZstdCompressor(level=1).compress(b"".join(parts))


def many(count: int, element: bytes) -> bytes:
    """A MessagePack list of so many."""
    return b"\xdd" + count.to_bytes(4, "big") + element * count


def _hello(hub: Hub) -> bytes:
    return msgspec.msgpack.encode(hub.hello())


@attack("MessagePack 30 million levels deep")
def _deep(hub: Hub) -> bytes:
    return raw(b"\x91" * 30_000_000)


@attack("an unknown field 30 million levels deep")
def _deep_field(hub: Hub) -> bytes:
    return raw(b"\x99", _hello(hub), b"\xc0\xc0\x90\xc0\x00\xc2\x00", b"\x91" * 30_000_000)


@attack("an unknown field of 30 million zeros")
def _wide_field(hub: Hub) -> bytes:
    return raw(b"\x99", _hello(hub), b"\xc0\xc0\x90\xc0\x00\xc2\x00", many(30_000_000, b"\x00"))


def columns(**given: bytes) -> bytes:
    """A block whose columns are MessagePack as it is; those not given are empty."""
    names = "runs order words streams kinds versions actors times ids payloads"
    maps = "txns afters odd_ids hashes signatures whole"
    empty = dict.fromkeys(names.split(), b"\x90") | dict.fromkeys(maps.split(), b"\x80")
    empty["ids"] = b"\xc4\x00"
    return b"\xdc\x00\x10" + b"".join((empty | given).values())


@attack("a column of 30 million")
def _long_column(hub: Hub) -> bytes:
    return raw(b"\x92", _hello(hub), columns(order=many(30_000_000, b"\x00")))


@attack("all columns as long as they may be")
def _full_columns(hub: Hub) -> bytes:
    number = many(FULL, b"\xcd\x7f\xff")
    names = ("order", "streams", "kinds", "versions", "actors", "times")
    words = many(FULL, b"\xd9\x50" + b"y" * 80)
    payloads = many(FULL, b"\xc4\x01x")
    given = dict.fromkeys(names, number)
    return raw(b"\x92", _hello(hub), columns(**given, words=words, payloads=payloads))


@attack("heads for every event")
def _heads(hub: Hub) -> bytes:
    heads = b"".join(
        b"\xce" + place.to_bytes(4, "big") + b"\xc5\x01\x00" + b"x" * 256 for place in range(200_000)
    )
    return raw(b"\x92", _hello(hub), columns(afters=b"\xdf" + (200_000).to_bytes(4, "big") + heads))


@attack("300,000 runs of no event")
def _runs(hub: Hub) -> bytes:
    run = msgspec.msgpack.encode(("S2", b"12345678", 0, bytes(32), bytes(32), False))
    return raw(b"\x92", _hello(hub), columns(runs=many(300_000, run)))


@attack("a run twice, one signature for both")
def _twice(hub: Hub) -> bytes:
    mine, other = hub.run("twice"), hub.run("twice", station="S3")
    other.epoch = mine.epoch
    forged = [other.event("ticket:t1", "ticket.printed", b'{"how":"x"}', "system")]
    mine.seq, mine.prev = other.seq, other.prev
    own = [mine.event("ticket:t2", "ticket.printed", b'{"how":"x"}', "system")]
    first, second = (loose(hub.question(offers=pack_events(each)[0])) for each in (forged, own))
    both, more = first[OFFERS], second[OFFERS]
    both[RUNS] += more[RUNS]
    both[ORDER].append(1)
    for name in (STREAMS, KINDS, ACTORS):
        both[name] += [len(both[WORDS]) + place for place in more[name]]
    both[WORDS] += more[WORDS]
    both[VERSIONS] += more[VERSIONS]
    both[TIMES] += [0]
    both[IDS] += more[IDS]
    both[PAYLOADS] += more[PAYLOADS]
    both[SIGNATURES] = {1: own[0].signature}
    return packed(first)


def _with_part(hub: Hub, terms: list[tuple[int, int, str]]) -> bytes:
    with hub.house.office.store.reading() as connection:
        from app.models import log

        entries = log.entries_after(connection, 0, 100)
    question = loose(hub.question(log=pack_log(0, bytes(32), entries)))
    question[LOG][2] = terms
    return packed(question)


@attack("a log whose terms go down")
def _terms_down(hub: Hub) -> bytes:
    return _with_part(hub, [(1, 9, "a"), (100, 1, "a")])


@attack("a log with a term of 2^31")
def _term_high(hub: Hub) -> bytes:
    return _with_part(hub, [(100, 2**31, "a")])


@attack("a log with 10^9 entries of a term")
def _terms_many(hub: Hub) -> bytes:
    return _with_part(hub, [(10**9, 1, "a")])


@attack("a term that is ten million ahead")
def _term_ahead(hub: Hub) -> bytes:
    return packed(loose(hub.question(hello=hub.hello(heard=(10_000_000, "ff")))))


@attack("an act 100,000 levels deep")
def _deep_act(hub: Hub) -> bytes:
    question = loose(hub.question())
    question += [None] * (5 - len(question))
    question[4] = ["0" * 32, "issue", hub.house["security_desk"], b'{"service":' + b"[" * 100_000]
    return packed(question)


@attack("2,000 events of one stream of which none names another")
def _fork(hub: Hub) -> bytes:
    run, desk = hub.run(), hub.house["cso"]
    events = [run.event("ticket:f1", "ticket.recalled", b"{}", desk, after=()) for _ in range(2000)]
    return write(hub.question(offers=pack_events(events)[0]))


def _notes(hub: Hub, count: int) -> bytes:
    run, desk = hub.run(), hub.house["cso"]
    kind, payload = "case.noted", b'{"fields":{"note":"Peserta Contoh"}}'
    events = [run.event(f"case:c{place % 500}", kind, payload, desk) for place in range(count)]
    return write(hub.question(offers=pack_events(events)[0]))


@attack("an offer of 50,000 events")
def _too_many(hub: Hub) -> bytes:
    return _notes(hub, 50_000)


@attack("an honest offer of 5,000 events")
def _honest(hub: Hub) -> bytes:
    return _notes(hub, MOST_OFFERS)


HONEST = ("an honest offer of 5,000 events",)
HEAVY = (*HONEST, "2,000 events of one stream of which none names another")
"""What is taken, because somebody honest could send it."""

# ------------------------------------------------------------------------------------------------ what it costs


class Cost(msgspec.Struct):
    """Of one message at the hub: memory beyond what it had (bytes), processor time (seconds), what came of it."""

    name: str
    memory: int
    seconds: float
    came: str


def _memory(line: str) -> int:
    for each in Path("/proc/self/status").read_text().splitlines():
        if each.startswith(line):
            return int(each.split()[1]) << 10
    return 0


def _measured(hub: Hub, name: str) -> Cost:
    data = ATTACKS[name](hub)
    Path("/proc/self/clear_refs").write_text("5")  # the highest is from now on
    before, begun = _memory("VmRSS"), time.process_time()
    try:
        answer = hub.answer(data)
        came = ", ".join(sorted({code for _, code in answer.aside})) or "taken"
    except Refused as refused:
        came = str(refused)
    seconds = time.process_time() - begun
    return Cost(name, max(0, _memory("VmHWM") - before), seconds, came)


def costs() -> list[Cost]:
    """Each message at one hub, one after the other, after an honest one that loads whatever is loaded once."""
    with tempfile.TemporaryDirectory(prefix="loket-attacks-") as place:
        hub = Hub(Path(place))
        hub.ask(honest(hub))
        found = [_measured(hub, name) for name in ATTACKS]
        hub.check()
        hub.services.close()
    return found


def main() -> None:
    """Print the figures, for people or with --json for tests."""
    found = costs()
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps([msgspec.to_builtins(each) for each in found]) + "\n")
        return
    for each in found:
        sys.stdout.write(
            f"{each.name:60} {each.memory >> 20:5} MiB {each.seconds * 1000:7.0f} ms  {each.came}\n"
        )


if __name__ == "__main__":
    main()

__all__ = ("ATTACKS", "HEAVY", "HONEST", "Cost", "Held", "Hello", "costs", "honest", "loose", "packed")
