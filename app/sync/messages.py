"""What two computers say to each other: one question and one answer make a round, both directions in one."""

from contextlib import suppress
from typing import Annotated

import msgspec
from msgspec import Meta

from app.domain.events import ZERO, Term
from app.errors import Refused
from app.sync import wire
from app.sync.block import MOST_EVENTS, MOST_PAYLOAD, Block, Hash, LogPart, Name, Number
from app.sync.line import Directive, Line

PROTOCOL = 1
"""Another number is another language: the two refuse each other in one sentence. What an older program can leave unread
(a field at the end, a kind of event, an act) is no reason for one (docs/decisions/016)."""
MOST_PLACES = 512
"""Of a locator: with its ever longer steps a log of any length needs fewer than a hundred."""
ABANDON = "abandon"
"""Name of the act by which an asker that got no answer, and went on by itself, takes an earlier one back."""
Places = Annotated[list[tuple[Number, Hash]], Meta(max_length=MOST_PLACES)]


LATEST = 253_000_000_000_000
Moment = Annotated[int, Meta(ge=0, le=LATEST)]
"""Milliseconds UTC that a calendar can show."""


class Hello(msgspec.Struct, array_like=True):
    """Who speaks, and where its log ends."""

    station: Name
    run: Name
    term: Term
    opener: Name
    """Station that opened the term."""
    position: Number
    log_hash: Hash
    heard: Term
    """The highest term it ever heard of."""
    now: int
    line: Line | None = None
    protocol: Number = PROTOCOL


class Act(msgspec.Struct, array_like=True):
    """Something that only the hub may decide."""

    id: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
    """32 hex digits; asked twice, it is decided once."""
    name: Name
    who: Name
    arguments: Annotated[bytes, Meta(max_length=MOST_PAYLOAD)]
    """JSON object."""


class Done(msgspec.Struct, array_like=True):
    """What the hub decided; `code` is empty when it was done."""

    id: str
    code: str
    facts: bytes
    result: bytes


class Upstream(msgspec.Struct, array_like=True, frozen=True):
    """How a hub stands with head office: the screens of its stations say it too. Times by the hub's clock."""

    cut_since: Moment | None = None
    """None while head office answers."""
    why: Annotated[str, Meta(max_length=120)] = ""
    """Code of the refusal that cut it."""
    waiting: Number = 0
    """Events that head office does not have."""
    same_at: Moment | None = None
    """When the hub's bytes were last found to be head office's, up to this position with this hash."""
    position: Number = 0
    log_hash: Hash = ZERO


class Round(msgspec.Struct, array_like=True):
    """The question, always from below: station to hub, hub to head office."""

    hello: Hello
    offers: Block | None = None
    log: LogPart | None = None
    """A piece of the asker's log: for a hub that is starting or lacks what is countersigned, and for head office."""
    locator: Places = []
    """Some of the asker's positions and hashes, the newest first, for finding where two logs part."""
    act: Act | None = None
    wait_ms: Number = 0
    whole: bool = False
    """The asker does not hold all it once sent: give it every body."""
    directive: Number = 0
    """The last directive of head office that it has."""


class Answer(msgspec.Struct, array_like=True):
    """The answer."""

    hello: Hello
    orders: bool
    """Whether the answerer is the hub (or head office) now."""
    need: str = ""
    """locator, log, term (a higher one is known), starting, revoked, defect, kept (the offers are durable, and get their
    places right after)"""
    log: LogPart | None = None
    aside: Annotated[list[tuple[bytes, str]], Meta(max_length=MOST_EVENTS)] = []
    """Offered events that can never have a place, and why."""
    done: Done | None = None
    offers: Block | None = None
    """Events that head office holds and that are in no log."""
    directives: Annotated[list[Directive], Meta(max_length=MOST_EVENTS)] = []
    locator: Places = []
    kept: Annotated[list[tuple[bytes, Number]], Meta(max_length=MOST_EVENTS)] = []
    """Run and its last number, of what is durable there and has no place yet: it need not be offered again."""
    upstream: Upstream | None = None
    """Of a hub that belongs to a head office."""


_rounds = msgspec.msgpack.Decoder(Round)
_answers = msgspec.msgpack.Decoder(Answer)


class _Greeting(msgspec.Struct, array_like=True):
    """The beginning of both, which no protocol changes: who speaks, and in which one."""

    hello: Hello


_greetings = msgspec.msgpack.Decoder(_Greeting)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def read_round(data: bytes) -> Round:
    """A question from its bytes; raises Refused("message_damaged" | "message_too_big" | "protocol_other")."""
    plain = wire.unpack(data)
    try:
        question = _rounds.decode(plain)
    except _UNREADABLE as error:
        raise _unread(plain, error, asked=True) from error
    if question.hello.protocol != PROTOCOL:
        raise Refused("protocol_other", asker=question.hello.protocol, answerer=PROTOCOL)
    return question


def read_answer(data: bytes) -> Answer:
    """An answer from its bytes; raises as `read_round` does."""
    plain = wire.unpack(data)
    try:
        answer = _answers.decode(plain)
    except _UNREADABLE as error:
        raise _unread(plain, error, asked=False) from error
    if answer.hello.protocol != PROTOCOL:
        raise Refused("protocol_other", asker=PROTOCOL, answerer=answer.hello.protocol)
    return answer


def _unread(plain: bytes, error: Exception, *, asked: bool) -> Refused:
    """What is wrong with a message that cannot be read: another protocol, or damage."""
    theirs = PROTOCOL
    with suppress(*_UNREADABLE):
        theirs = _greetings.decode(plain).hello.protocol
    if theirs == PROTOCOL:
        return Refused("message_damaged", why=type(error).__name__)
    asker, answerer = (theirs, PROTOCOL) if asked else (PROTOCOL, theirs)
    return Refused("protocol_other", asker=asker, answerer=answerer)


def write(message: Round | Answer) -> bytes:
    """A message as it travels."""
    return wire.pack(message)
