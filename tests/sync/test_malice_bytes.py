"""Messages that no honest program sends: each is refused, costs the hub little, and leaves its log as it was."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.errors import Refused
from app.models import tables
from app.models.verifying import verify
from app.sync import wire
from app.sync.messages import Answer, Round, read_answer, read_round, write
from tests.sync.attacker import Hub
from tests.sync.attacks import ATTACKS, HEAVY, HONEST, honest, loose

ROOT = Path(__file__).resolve().parents[2]
MOST_MEMORY = 256 << 20
MOST_SECONDS = 0.1 * 5
"""Of processor time; five times what it should be: the machine that tests may be slow and busy."""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """One hub for all that is refused: each attack must leave it as it found it."""
    made = Hub(tmp_path_factory.mktemp("hub"))
    made.house.open_day()
    yield made
    made.check()
    made.services.close()


@pytest.mark.parametrize("name", [name for name in ATTACKS if name not in HEAVY])
def test_it_is_refused_or_set_aside_and_the_log_stays_as_it_was(hub: Hub, name: str) -> None:
    data = ATTACKS[name](hub)
    before = hub.house.office.journal.head()
    try:
        answer = hub.answer(data)
    except Refused as refused:
        assert refused.code in ("message_damaged", "message_too_big", "event_damaged")  # noqa: PT017 - either way is right
    else:
        assert answer.aside or answer.log is None
    assert hub.house.office.journal.head() == before
    assert hub.node.is_hub


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux tells the highest memory")
def test_none_costs_the_hub_much_memory_or_time() -> None:
    command = [sys.executable, "-m", "tests.sync.attacks", "--json"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=300)
    costs = json.loads(done.stdout)
    assert [each["name"] for each in costs] == list(ATTACKS)
    dear = [
        each
        for each in costs
        if each["memory"] > MOST_MEMORY or (each["seconds"] > MOST_SECONDS and each["name"] not in HONEST)
    ]
    assert not dear


# ------------------------------------------------------------------------------------------------ any bytes


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(data: bytes) -> None:
    for read in (read_round, read_answer):
        with pytest.raises(Refused):
            read(data)
        with pytest.raises(Refused):
            read(zstandard.compress(data))


SPOILT = st.lists(
    st.tuples(st.integers(0, 9999), st.integers(0, 8), st.binary(max_size=8)), min_size=1, max_size=4
)
"""(where, of ten thousand; how many bytes go; what comes in their place)"""
PLACE = st.integers(0, 9999)


def sent(hub: Hub, data: bytes) -> None:
    try:
        hub.answer(data)
    except Refused:
        return


def identities(hub: Hub) -> set[bytes]:
    with hub.house.office.store.reading() as connection:
        return {bytes(row[0]) for row in connection.execute(select(tables.events.c.hash))}


@given(SPOILT)
def test_an_honest_question_with_any_bytes_changed_changes_the_log_only_for_the_better(
    hub: Hub, spoilt: list[tuple[int, int, bytes]]
) -> None:
    """What still enters are events as their author signed them; an honest round goes on afterwards."""
    question = honest(hub)
    assert question.offers is not None
    signed = {held.hash for _, held in wire.unpack_events(question.offers)}
    plain = msgspec.msgpack.encode(question)
    before = identities(hub)
    spoiled = bytearray(plain)
    for part, gone, come in spoilt:
        place = part * len(plain) // 10_000
        spoiled[place : place + gone] = come
    sent(hub, zstandard.compress(bytes(spoiled)))
    assert identities(hub) - before <= signed
    hub.ask(question)
    assert identities(hub) - before == signed


def paths(part: object, way: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """Every place in a message of lists."""
    if isinstance(part, list):
        for place, each in enumerate(part):
            yield (*way, place)
            yield from paths(each, (*way, place))


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.binary(max_size=40)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.integers(-5, 5), inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


def spoil(message: object, where: int, what: object) -> None:
    """Put a value into one of its places."""
    ways = list(paths(message))
    way = ways[where * len(ways) // 10_000]
    part: object = message
    for step in way[:-1]:
        assert isinstance(part, list)
        part = part[step]
    assert isinstance(part, list)
    part[way[-1]] = what


@given(st.lists(st.tuples(PLACE, ANYTHING), min_size=1, max_size=3))
def test_an_honest_question_with_any_value_in_any_place_breaks_nothing(
    hub: Hub, values: list[tuple[int, object]]
) -> None:
    message = loose(honest(hub))
    before = identities(hub)
    for where, what in values:
        spoil(message, where, what)
    sent(hub, wire.pack(message))
    assert before <= identities(hub)
    position = hub.position()
    hub.ask(honest(hub))
    assert hub.position() == position + 3
    assert verify(hub.house.office.store, 20).bad_position is None


@given(PLACE, ANYTHING)
def test_an_answer_with_any_value_in_any_place_breaks_no_station(hub: Hub, where: int, what: object) -> None:
    """A station reads it, or refuses it; what it makes of it is tried in `test_malice_rounds`."""
    answer = hub.node.answer(Round(hello=hub.hello(position=0, log_hash=bytes(32))), "S2")
    message = msgspec.to_builtins(answer, builtin_types=(bytes,))
    spoil(message, where, what)
    try:
        read: Answer = read_answer(wire.pack(message))
        if read.log is not None:
            wire.unpack_log(read.log)
        assert read_answer(write(read)) == read
    except Refused:
        return
