"""Every payload ever written is read for ever: golden bytes of each kind and version, and of a header."""

from pathlib import Path

import msgspec
import pytest

from app.domain.events import Event, Header, Term, chain, digest, header_bytes, read_header
from app.domain.kinds import KINDS, NAMES, UPCASTERS, payload_bytes, read_payload
from app.domain.rights import ACTIONS
from app.errors import Refused
from app.models.projections import STREAMS, split
from tests.houses import refused
from tests.unit.domain.event_examples import EXAMPLES, STORIES, Step

GOLDEN = Path(__file__).parents[2] / "golden" / "events"

HEADER = Header(
    id=bytes(range(16)),
    station="0123456789abcdef",
    epoch=bytes(range(8)),
    seq=300,
    prev=bytes(range(32)),
    txn=bytes(range(16)),
    stream="ticket:0000000000000000000000000000000a",
    kind="ticket.called",
    version=1,
    after=(bytes(range(16, 32)), bytes(range(32, 48))),
    actor="0000000000000000000000000000000b",
    at=1_795_136_400_000,
    payload_hash=bytes(range(32, 64)),
)


def golden(kind: str, version: int) -> bytes:
    return (GOLDEN / f"{kind}.v{version}.json").read_bytes()


def test_every_kind_has_an_example_and_a_place_in_a_story() -> None:
    told = {kind for stories in STORIES.values() for story in stories for kind, _ in story}
    assert set(EXAMPLES) == set(KINDS) == told


def test_every_version_of_every_kind_has_its_golden_file() -> None:
    wanted = {f"{kind}.v{each}.json" for kind, row in KINDS.items() for each in range(1, row.version + 1)}
    assert {path.name for path in GOLDEN.glob("*.json")} == wanted


def test_every_older_version_can_be_brought_forward() -> None:
    steps = {(kind, each) for kind, row in KINDS.items() for each in range(1, row.version)}
    assert set(UPCASTERS) == steps


@pytest.mark.parametrize("kind", KINDS)
def test_a_payload_is_written_as_its_golden_bytes(kind: str) -> None:
    assert payload_bytes(EXAMPLES[kind]) == golden(kind, KINDS[kind].version)


@pytest.mark.parametrize("kind", KINDS)
def test_every_golden_payload_is_read(kind: str) -> None:
    for version in range(1, KINDS[kind].version + 1):
        assert read_payload(kind, version, golden(kind, version)) == EXAMPLES[kind]


def told(stream: str, story: tuple[Step, ...]) -> object:
    state: object = None
    family, _ = split(stream)
    for position, (kind, actor) in enumerate(story, 1):
        payload = read_payload(kind, 1, golden(kind, 1))
        event = Event(
            f"{position:032x}", stream, kind, 1, actor, 1_795_136_400_000 + position, position, payload
        )
        state = STREAMS[family].fold(state, event)
    return state


@pytest.mark.parametrize(
    ("stream", "story"), [(stream, story) for stream, stories in STORIES.items() for story in stories]
)
def test_every_story_of_golden_payloads_is_folded_and_kept(stream: str, story: tuple[Step, ...]) -> None:
    state = told(stream, story)
    packed = msgspec.msgpack.encode(state)
    assert STREAMS[split(stream)[0]].decode(packed) == state


def test_the_golden_branch_comes_to_the_state_it_always_had() -> None:
    branch = msgspec.json.decode(msgspec.json.encode(told("branch", STORIES["branch"][0])))
    assert branch["people"] == {
        "00000000000000000000000000000001": {
            "id": "00000000000000000000000000000001",
            "name": "Petugas 1",
            "title": "Kepala",
            "roles": ["branch_head"],
            "places": ["desk"],
            "active": True,
            "history": [[5, ["branch_head"]]],
        }
    }
    assert branch["revocations"] == {"0" * 31 + "9": 9}
    assert branch["raised"] == {"2026-11-20/jht": 10}
    assert branch["home"] == "e" * 32


def test_a_header_has_its_golden_bytes() -> None:
    data = (GOLDEN / "header.bin").read_bytes()
    assert header_bytes(HEADER) == data
    assert read_header(data) == HEADER


def test_the_chain_has_its_golden_hash() -> None:
    link = chain(bytes(32), 7, Term(3, "00000000000000ff"), digest(header_bytes(HEADER)))
    assert link.hex() == (GOLDEN / "chain.txt").read_text().strip()


def test_terms_are_compared_by_number_and_then_by_the_run() -> None:
    assert Term(2, "00") > Term(1, "ff")
    assert Term(2, "01") > Term(2, "00")


@pytest.mark.parametrize("data", [b"", b"\x93\x01\x02\x03", b"{}", header_bytes(HEADER)[:-1]])
def test_bytes_that_are_no_header_are_refused(data: bytes) -> None:
    with refused("event_damaged"):
        read_header(data)


def test_an_unknown_kind_and_a_newer_version_are_refused() -> None:
    with refused("event_unknown", kind="ticket.sung"):
        read_payload("ticket.sung", 1, b"{}")
    with refused("event_unknown", version=2):
        read_payload("ticket.called", 2, b'{"counter":1}')


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b'{"counter":"3"}', b'{"counter":1\xff}', b"\xff"])
def test_a_payload_that_is_none_is_refused(data: bytes) -> None:
    with refused("event_damaged"):
        read_payload("ticket.called", 1, data)


def test_a_field_that_is_new_to_this_program_does_not_stop_reading() -> None:
    assert read_payload("ticket.voided", 1, b'{"later":1}') == EXAMPLES["ticket.voided"]


def test_every_kind_names_an_action_that_exists() -> None:
    assert {row.action for row in KINDS.values()} - {None} <= set(ACTIONS)
    assert len(NAMES) == len(KINDS)


@pytest.mark.parametrize("stream", STORIES)
def test_a_stream_does_not_begin_in_the_middle(stream: str) -> None:
    story = STORIES[stream][0]
    with pytest.raises(Refused):
        told(stream, story[1:])


@pytest.mark.parametrize("stream", STORIES)
def test_a_stream_refuses_what_belongs_to_another(stream: str) -> None:
    other = "case.taken" if not stream.startswith("case") else "ticket.called"
    with pytest.raises(Refused):
        told(stream, (STORIES[stream][0][0], (other, "x")))
