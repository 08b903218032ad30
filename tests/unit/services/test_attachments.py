"""Attaching a scan on one computer: content first, then the event, and the queue that carries it on."""

import io
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.domain.case_events import Attached, RecordRead
from app.domain.events import read_header
from app.domain.kinds import read_payload
from app.domain.rights import ACTIONS
from app.services.attachments import READ_FIELD
from app.services.services import Services
from app.sync import attachments as queue
from app.sync.blobs import BlobStore, Note
from tests.houses import House, damage, events, refused

BLOB_KEY = b"b" * 32


@pytest.fixture
def alone(open_house: House) -> Iterator[Services]:
    made = Services(open_house.office)
    yield made
    made.attachments.close()
    made.printing.close()


def test_what_was_attached_is_kept_sealed_and_is_opened_again(
    open_house: House, alone: Services, tmp_path: Path
) -> None:
    case = open_house.draft_case()
    path = tmp_path / "KTP depan.jpg"
    path.write_bytes(b"isi berkas " * 9_000)
    who = open_house["cso"]
    state = alone.attachments.attach(who, case, path)
    assert [(each.name, each.type) for each in state.attachments] == [("KTP depan.jpg", "image/jpeg")]
    sha256 = state.attachments[0].sha256
    assert alone.attachments.open(who, case, sha256) == path.read_bytes()
    sealed = next((open_house.folder.path / "attachments" / "content").rglob(sha256)).read_bytes()
    assert b"isi berkas" not in sealed
    before = open_house.office.journal.head()
    assert alone.attachments.attach(who, case, path) == state  # twice is once
    assert open_house.office.journal.head() == before


def test_what_is_no_scan_of_the_case_is_refused(open_house: House, alone: Services, tmp_path: Path) -> None:
    case, who = open_house.draft_case(), open_house["cso"]
    attach = alone.attachments.attach
    with refused("attachment_empty"):
        attach(who, case, io.BytesIO(b""))
    with refused("file_missing"):
        attach(who, case, tmp_path / "tidak ada.jpg")
    with refused("no_right"):
        attach(open_house["security_desk"], case, io.BytesIO(b"x"))
    with refused("case_unknown"):
        attach(who, "0" * 32, io.BytesIO(b"x"))
    with refused("attachment_missing"):
        alone.attachments.open(who, case, "ab" * 32)
    with refused("case_unknown"):
        alone.attachments.open(who, "0" * 32, "ab" * 32)
    assert open_house.cases.get(case).attachments == ()


def reads(house: House, case: str) -> list[tuple[str, str]]:
    """(who, which scan) of every scan of a case that was opened."""
    rows = [(read_header(each.header), each.payload) for each in events(house.office)]
    told = [(each, read_payload(each.kind, each.version, payload)) for each, payload in rows if payload]
    return [
        (header.actor, read.purpose)
        for header, read in told
        if header.stream == f"case:{case}" and isinstance(read, RecordRead) and read.field == READ_FIELD
    ]


@pytest.mark.parametrize("role", ACTIONS["record.read"])
def test_who_may_read_a_case_may_open_its_scans_and_each_opening_is_on_record(
    open_house: House, alone: Services, role: str
) -> None:
    case, reader = open_house.draft_case(), open_house[role]
    state = alone.attachments.attach(open_house["cso"], case, io.BytesIO(b"scan"), "KTP.jpg")
    sha256 = state.attachments[0].sha256
    assert reads(open_house, case) == []
    alone.attachments.bring(reader, case, sha256)
    assert reads(open_house, case) == []  # nobody has seen anything
    assert alone.attachments.open(reader, case, sha256) == b"scan"
    assert alone.attachments.open(reader, case, sha256) == b"scan"
    assert reads(open_house, case) == [(reader, sha256)] * 2


@pytest.mark.parametrize("role", ["security_desk", "it_officer"])
def test_who_may_not_read_a_case_opens_no_scan(open_house: House, alone: Services, role: str) -> None:
    case = open_house.draft_case()
    state = alone.attachments.attach(open_house["cso"], case, io.BytesIO(b"scan"))
    before = open_house.office.journal.head()
    for way in (alone.attachments.bring, alone.attachments.open):
        with refused("no_right"):
            way(open_house[role], case, state.attachments[0].sha256)
    assert open_house.office.journal.head() == before


@pytest.mark.enable_socket
def test_a_scan_that_cannot_be_had_leaves_no_trace_of_a_reading(open_house: House, alone: Services) -> None:
    case, who = open_house.draft_case(), open_house["cso"]
    with open_house.office.unit(who) as unit:  # as from a station
        unit.append(f"case:{case}", Attached(sha256="cd" * 32, size=9, type="image/png"))
    kept = alone.attachments.attach(who, case, io.BytesIO(b"scan")).attachments[1].sha256
    sealed = next((open_house.folder.path / "attachments" / "content").rglob(kept))
    damage(sealed)
    with refused("attachment_missing"):
        alone.attachments.open(who, case, "cd" * 32)
    with refused("attachment_damaged"):
        alone.attachments.open(who, case, kept)
    open_house.office.set_setting("head_office", "http://127.0.0.1:1")  # nobody is there
    with refused("attachment_unreached"):
        alone.attachments.open(who, case, "cd" * 32)
    assert reads(open_house, case) == []


def test_the_hub_queues_what_the_log_attaches_once_its_content_has_come(
    open_house: House, alone: Services
) -> None:
    """Whichever of the two comes first; and nothing is looked through twice."""
    case, who = open_house.draft_case(), open_house["cso"]
    blobs, store = alone.attachments.blobs(), open_house.office.store
    early, _ = blobs.add(io.BytesIO(b"first the content"))
    late = BlobStore(open_house.folder.path / "elsewhere", BLOB_KEY, reserve=0)
    sha256, size = late.add(io.BytesIO(b"first the event"))
    with open_house.office.unit(who) as unit:  # as from a station
        for each, length in ((early, 17), (sha256, size)):
            unit.append(f"case:{case}", Attached(sha256=each, size=length, type="image/png"))

    def waiting() -> list[str]:
        with store.writing() as connection:
            assert queue.note_log(connection, blobs.has)
            return [each.attached.sha256 for each in queue.waiting(connection, "head_office")]

    assert waiting() == [early]
    blobs.add(io.BytesIO(b"first the event"))
    alone.network.papers.arrived(sha256, size)
    assert sorted(waiting()) == sorted([early, sha256])


def test_the_power_fails_between_content_and_event(open_house: House, alone: Services) -> None:
    """The content lies there, nothing speaks of it, and attaching it again is as if nothing had been."""
    case, who = open_house.draft_case(), open_house["cso"]
    put, failed = queue.put, threading.Event()

    class PowerCut(Exception):
        pass

    def cut(*args: Any, **named: Any) -> None:
        failed.set()
        raise PowerCut

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queue, "put", cut)
        with pytest.raises(PowerCut):
            alone.attachments.attach(who, case, io.BytesIO(b"content"))
    assert failed.is_set()
    assert queue.put is put
    assert open_house.cases.get(case).attachments == ()
    assert len(alone.attachments.attach(who, case, io.BytesIO(b"content")).attachments) == 1
    with open_house.office.store.reading() as connection:
        assert queue.backlog(connection, "head_office") == (1, 7)


def test_nothing_is_carried_where_there_is_nowhere_to_go(alone: Services) -> None:
    assert alone.attachments.courier.carry() == 0


def test_once_a_day_what_nobody_went_on_with_is_swept(open_house: House, alone: Services) -> None:
    blobs = alone.attachments.blobs()
    partials = open_house.folder.path / "attachments" / "partial"
    day = 86_400

    def leave(sha256: str, days: float) -> None:
        blobs.begin(Note(sha256, 10, "", "station"))
        newest = max(partials.glob("*.part"), key=lambda path: path.stat().st_ctime_ns)
        then = open_house.clock.now() / 1000 - days * day
        os.utime(newest, (then, then))

    leave("a" * 64, 8)
    leave("b" * 64, 6.5)
    alone.attachments._sweep()
    assert len(list(partials.glob("*.part"))) == 1
    leave("c" * 64, 8)
    alone.attachments._sweep()
    assert len(list(partials.glob("*.part"))) == 2
    open_house.clock.pass_seconds(day)
    alone.attachments._sweep()
    assert len(list(partials.glob("*.part"))) == 0
