"""Blobs at rest, the queue, and the client that sends them: against our server and one that is not ours."""

import hashlib
import io
import shutil
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import requests
from fastapi import FastAPI, Request
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from app.credentials import DeviceKey
from app.domain.case_events import Attached
from app.errors import Refused
from app.models import tables
from app.models.store import Store
from app.server.uploads import uploads_router
from app.sync.attachments import (
    backlog,
    mark_arrived,
    offer_again,
    put,
    remember_url,
    waiting,
    work_off,
)
from app.sync.blobs import LIMIT, BlobStore, Note
from app.sync.sealed import FRAME
from app.sync.trust_caller import Caller
from app.sync.trust_signatures import check_request, station_of
from app.sync.uploader import PATIENCE, SMALLEST, Progress, SignedSession, Uploader
from tests.houses import CountingEntropy, refused
from tests.server.upload_house import KEY, PREFIX, STATION, our_app, process, served
from tests.small_disk import NoMount, small_disk

A, B = "a" * 16, "b" * 16


def pattern(size: int, seed: int = 0) -> bytes:
    """Bytes that do not repeat."""
    return hashlib.shake_256(seed.to_bytes(8, "big")).digest(size)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def note(data: bytes, owner: str = A) -> Note:
    return Note(digest(data), len(data), "image/jpeg", owner)


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs", KEY, CountingEntropy("blobs"), reserve=0)


def add(blobs: BlobStore, data: bytes) -> str:
    return blobs.add(io.BytesIO(data))[0]


def read(blobs: BlobStore, sha256: str, offset: int = 0) -> bytes:
    return b"".join(blobs.open(sha256, offset))


def files(blobs: BlobStore) -> list[Path]:
    return [path for path in blobs.folder.rglob("*") if path.is_file() and path.parent.name != "locks"]


# ------------------------------------------------------------------------------------------------- blobs at rest


@given(size=st.sampled_from([0, 1, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME]), offset=st.integers(0, 3 * FRAME))
def test_a_blob_gives_back_what_was_added_from_any_place_on(blobs: BlobStore, size: int, offset: int) -> None:
    data = pattern(size)
    assert blobs.add(io.BytesIO(data)) == (digest(data), size)
    assert read(blobs, digest(data)) == data
    assert read(blobs, digest(data), offset) == data[offset:]
    assert blobs.size(digest(data)) == size


def test_the_same_content_is_kept_once_and_nothing_else_is_left(blobs: BlobStore) -> None:
    sha256 = add(blobs, b"satu")
    assert add(blobs, b"satu") == sha256
    assert files(blobs) == [blobs.folder / "content" / sha256[:2] / sha256]


def test_no_plain_byte_is_on_the_disk(blobs: BlobStore) -> None:
    word = b"Peserta Contoh"
    add(blobs, word * 9000)
    partial = word * 5000
    blobs.begin(note(partial))
    blobs.append(A, digest(partial), 0, partial[:30_000])
    assert len(files(blobs)) == 2
    for path in files(blobs):
        assert word not in path.read_bytes()
        assert A.encode() not in path.read_bytes()
        assert path.stat().st_mode & 0o777 == 0o600


def test_every_changed_byte_of_a_blob_is_noticed(blobs: BlobStore) -> None:
    sha256 = add(blobs, b"isi pindaian")
    (path,) = files(blobs)
    sound = path.read_bytes()
    for place in range(len(sound)):
        path.write_bytes(sound[:place] + bytes([sound[place] ^ 1]) + sound[place + 1 :])
        with refused("attachment_damaged"):
            read(blobs, sha256)
    for end in range(len(sound)):
        path.write_bytes(sound[:end])
        with refused("attachment_damaged"):
            read(blobs, sha256)
    path.write_bytes(sound + b"x")
    with refused("attachment_damaged"):
        read(blobs, sha256)


def test_frames_cannot_change_places_or_be_left_out(blobs: BlobStore) -> None:
    data = pattern(3 * FRAME)
    sha256 = add(blobs, data)
    (path,) = files(blobs)
    sound = path.read_bytes()
    frame = FRAME + 32
    start = len(sound) - 3 * frame
    one, two, three = (sound[start + each * frame : start + (each + 1) * frame] for each in range(3))
    for forged in (two + one + three, one + three, three, one + one + three, one + two, b""):
        path.write_bytes(sound[:start] + forged)
        with refused("attachment_damaged"):
            read(blobs, sha256)
        with suppress(Refused):  # what was passed over is not looked at; what is given is right
            assert read(blobs, sha256, 2 * FRAME) == data[2 * FRAME :]
    path.write_bytes(sound[:start] + one + bytes([two[0] | 0x80]) + two[1:])
    with refused("attachment_damaged"):  # a frame that was not the last is not made the last
        read(blobs, sha256, FRAME)


def test_a_blob_under_the_name_of_another_and_another_key_are_noticed(blobs: BlobStore) -> None:
    one, two = add(blobs, b"satu"), add(blobs, b"dua")
    place = blobs.folder / "content"
    shutil.copy(place / one[:2] / one, place / two[:2] / two)
    with refused("attachment_damaged"):
        read(blobs, two)
    with refused("attachment_damaged"):
        read(BlobStore(blobs.folder, bytes(32)), one)


@pytest.mark.parametrize("name", ["", "../../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_a_name_leads_nowhere_else(blobs: BlobStore, name: str) -> None:
    with refused("attachment_missing"):
        read(blobs, name)
    with refused("attachment_missing"):
        blobs.begin(Note(name, 1, "", A))


def test_what_is_not_there_and_what_is_too_big_is_said(blobs: BlobStore) -> None:
    with refused("attachment_missing"):
        read(blobs, "a" * 64)
    with refused("attachment_too_big", limit=50):
        blobs.add(io.BytesIO(bytes(LIMIT + 1)))
    with refused("attachment_too_big", limit=50):
        blobs.begin(Note("a" * 64, LIMIT + 1, "", A))
    assert files(blobs) == []


# ------------------------------------------------------------------------------------------------- uploads at rest


@settings(max_examples=30)
@given(
    size=st.integers(0, 3 * FRAME),
    steps=st.lists(st.tuples(st.integers(1, 2 * FRAME), st.booleans()), max_size=9),
)
def test_an_upload_in_any_pieces_and_over_any_restart_becomes_the_blob(
    tmp_path_factory: pytest.TempPathFactory, size: int, steps: list[tuple[int, bool]]
) -> None:
    folder = tmp_path_factory.mktemp("pieces")
    content, offset = pattern(size), 0
    blobs = BlobStore(folder, KEY, reserve=0)
    assert blobs.begin(note(content)) == 0
    for piece, restarted in [*steps, (size, True)]:
        if restarted:
            blobs = BlobStore(folder, KEY, reserve=0)
        assert blobs.partial(A, digest(content)).offset == offset
        if offset < size:
            offset = blobs.append(A, digest(content), offset, content[offset : offset + piece]).offset
    assert read(blobs, digest(content)) == content
    assert blobs.begin(note(content)) == blobs.partial(A, digest(content)).offset == size
    assert [path.parent.parent.name for path in files(blobs)] == ["content"]


def test_whatever_is_left_of_a_torn_write_only_what_was_acknowledged_counts_and_can_go_on(
    tmp_path: Path,
) -> None:
    content = pattern(700)
    blobs = BlobStore(tmp_path / "first", KEY, reserve=0)
    blobs.begin(note(content))
    blobs.append(A, digest(content), 0, content[:100])
    (path,) = files(blobs)
    sure = len(path.read_bytes())
    blobs.append(A, digest(content), 100, content[100:300])
    torn = path.read_bytes()
    for kept in (*range(sure, len(torn), 7), len(torn) - 1):
        for tail in (torn[sure:kept], bytes(kept - sure), torn[sure : sure + 20] + pattern(kept - sure)):
            path.write_bytes(torn[:sure] + tail)
            again = BlobStore(blobs.folder, KEY, reserve=0)
            assert again.partial(A, digest(content)).offset == 100
    assert again.append(A, digest(content), 100, content[100:]).offset == 700
    assert read(again, digest(content)) == content


def test_an_upload_goes_on_at_its_end_only(blobs: BlobStore) -> None:
    content = pattern(1000)
    with refused("upload_unknown"):
        blobs.append(A, digest(content), 0, content)
    blobs.begin(note(content))
    blobs.append(A, digest(content), 0, content[:400])
    for offset in (0, 399, 401):
        with refused("upload_offset_wrong", offset=400):
            blobs.append(A, digest(content), offset, content[offset:])
    with refused("upload_too_long"):
        blobs.append(A, digest(content), 400, content[400:] + b"x")
    assert blobs.append(A, digest(content), 400, b"").offset == 400
    blobs.append(A, digest(content), 400, content[400:])
    with refused("upload_offset_wrong", offset=1000):
        blobs.append(A, digest(content), 400, content[400:])


def test_content_that_is_not_what_it_said_is_thrown_away_and_may_come_again(blobs: BlobStore) -> None:
    content = pattern(1000)
    blobs.begin(note(content))
    with refused("attachment_damaged"):
        blobs.append(A, digest(content), 0, content[:-1] + b"?")
    with refused("upload_gone"):
        blobs.partial(A, digest(content))
    assert not blobs.has(digest(content))
    assert blobs.begin(note(content)) == 0
    blobs.append(A, digest(content), 0, content)
    assert read(blobs, digest(content)) == content


def test_stations_do_not_see_each_others_uploads_but_the_blob_is_one(blobs: BlobStore) -> None:
    content = pattern(1000)
    blobs.begin(note(content))
    blobs.append(A, digest(content), 0, content[:400])
    with refused("upload_unknown"):
        blobs.partial(B, digest(content))
    assert blobs.begin(note(content, B)) == 0
    blobs.append(B, digest(content), 0, content)
    assert blobs.partial(A, digest(content)).offset == 1000
    assert blobs.begin(note(content)) == 1000


def test_the_same_name_with_another_size_is_refused(blobs: BlobStore) -> None:
    content = pattern(1000)
    blobs.begin(note(content))
    with refused("upload_differs"):
        blobs.begin(Note(digest(content), 999, "", A))
    blobs.append(A, digest(content), 0, content)
    with refused("upload_differs"):
        blobs.begin(Note(digest(content), 999, "", A))


def test_of_two_writers_at_one_place_one_is_refused(blobs: BlobStore) -> None:
    content = pattern(6_000_000)
    blobs.begin(note(content))
    others = [BlobStore(blobs.folder, KEY, reserve=0) for _ in range(8)]
    together = threading.Barrier(8)
    outcome: list[str] = []

    def write(store: BlobStore) -> None:
        together.wait()
        try:
            store.append(A, digest(content), 0, content[:3_000_000])
            outcome.append("kept")
        except Refused as error:
            outcome.append(error.code)

    threads = [threading.Thread(target=write, args=(store,)) for store in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["kept"] + ["upload_offset_wrong"] * 7
    blobs.append(A, digest(content), 3_000_000, content[3_000_000:])
    assert read(blobs, digest(content)) == content


def test_an_upload_given_up_is_gone_and_a_blob_is_not_given_up(blobs: BlobStore) -> None:
    content = pattern(10)
    with refused("upload_unknown"):
        blobs.drop(A, digest(content))
    blobs.begin(note(content))
    blobs.drop(A, digest(content))
    for action in (blobs.partial, blobs.drop):
        with refused("upload_gone"):
            action(A, digest(content))
    blobs.begin(note(content))
    blobs.append(A, digest(content), 0, content)
    with refused("attachment_kept"):
        blobs.drop(A, digest(content))
    assert blobs.has(digest(content))


def test_leftovers_are_swept_and_nothing_else(blobs: BlobStore) -> None:
    old, fresh, whole = pattern(10, 1), pattern(10, 2), pattern(10, 3)
    blobs.begin(note(old))
    blobs.append(A, digest(old), 0, old[:5])
    add(blobs, whole)
    (blobs.folder / "new" / "12ab").write_bytes(b"x")
    assert blobs.sweep(0) == 0
    assert blobs.sweep(4e9) == 2
    blobs.begin(note(fresh))
    assert blobs.sweep(0) == 0
    with refused("upload_unknown"):
        blobs.partial(A, digest(old))
    assert blobs.begin(note(old)) == 0
    assert read(blobs, digest(whole)) == whole


@pytest.fixture
def little_room(tmp_path: Path) -> Iterator[Path]:
    """A disk of three megabytes."""
    try:
        with small_disk(tmp_path / "kecil", "3m") as place:
            yield place
    except NoMount:
        pytest.skip("needs the right to mount a small disk")


def test_a_full_disk_acknowledges_nothing_and_the_upload_goes_on_when_there_is_space(
    little_room: Path,
) -> None:
    blobs = BlobStore(little_room / "blobs", KEY, reserve=0)
    content = pattern(2_000_000)
    blobs.begin(note(content))
    blobs.append(A, digest(content), 0, content[:1_000_000])
    ballast = little_room / "isi"
    ballast.write_bytes(bytes(shutil.disk_usage(little_room).free - 400_000))
    with refused("disk_full"):
        blobs.append(A, digest(content), 1_000_000, content[1_000_000:])
    with refused("disk_full"):
        add(blobs, pattern(600_000))
    again = BlobStore(little_room / "blobs", KEY, reserve=0)
    assert again.partial(A, digest(content)).offset == 1_000_000
    assert len(files(blobs)) == 1
    ballast.unlink()
    blobs.append(A, digest(content), 1_000_000, content[1_000_000:])
    assert read(again, digest(content)) == content


def test_an_attachment_leaves_the_journal_its_space(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path, KEY, reserve=1 << 60)
    with refused("disk_full"):
        blobs.begin(note(b"x"))
    with refused("disk_full"):
        add(blobs, b"x")


# ------------------------------------------------------------------------------------------------- the queue


def attached(data: bytes, name: str = "KTP.jpg") -> Attached:
    return Attached(sha256=digest(data), size=len(data), type="image/jpeg", name=name)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "loket.db", KEY)
    with store.writing() as connection:
        tables.attachments.create(connection)
    yield store
    store.close()


def test_the_queue_goes_oldest_first_and_each_hop_for_itself(database: Store) -> None:
    with database.writing() as connection:
        for at, data in ((30, b"tiga"), (10, b"satu"), (20, b"dua")):
            put(connection, attached(data), "case:1", at)
        put(connection, attached(b"satu", "lain.jpg"), "case:2", 40)
        assert [each.attached for each in waiting(connection, "hub")] == [
            attached(b"satu"),
            attached(b"dua"),
            attached(b"tiga"),
        ]
        assert backlog(connection, "hub") == (3, 11)
        remember_url(connection, digest(b"dua"), "https://hub/1")
        mark_arrived(connection, digest(b"satu"), "hub")
        assert [each.url for each in waiting(connection, "hub")] == ["https://hub/1", ""]
        assert [each.attached for each in waiting(connection, "head_office")] == [attached(b"satu")]
        mark_arrived(connection, digest(b"dua"), "hub")
        assert backlog(connection, "head_office") == (2, 7)  # the hub has no more to hand on
        mark_arrived(connection, digest(b"dua"), "head_office")
        assert backlog(connection, "head_office") == (1, 4)
        assert [each.stream for each in waiting(connection, "hub", most=1)] == ["case:1"]


def test_another_hub_is_offered_what_head_office_lacks(database: Store) -> None:
    with database.writing() as connection:
        for data in (b"satu", b"dua"):
            put(connection, attached(data), "case:1", 1)
            remember_url(connection, digest(data), "https://hub/1")
            mark_arrived(connection, digest(data), "hub")
        mark_arrived(connection, digest(b"dua"), "head_office")
        offer_again(connection)
        assert [(each.attached, each.url) for each in waiting(connection, "hub")] == [(attached(b"satu"), "")]


def test_what_arrived_stays_arrived_when_it_is_attached_again_and_the_hub_needs_no_hub(
    database: Store,
) -> None:
    with database.writing() as connection:
        put(connection, attached(b"satu"), "case:1", 1)
        mark_arrived(connection, digest(b"satu"), "hub")
        put(connection, attached(b"satu"), "case:2", 2)
        put(connection, attached(b"dua"), "case:2", 3, at_hub=True)
        assert waiting(connection, "hub") == ()
        assert backlog(connection, "head_office") == (2, 7)


def test_the_queue_is_the_one_of_the_branch_file(database: Store) -> None:
    """What `put` writes is every column: the table has no default that a migration could forget."""
    with database.writing() as connection:
        put(connection, attached(b"satu"), "case:1", 1)
        row = connection.execute(tables.attachments.select()).mappings().one()
        connection.execute(tables.attachments.delete())
        connection.execute(insert(tables.attachments), dict(row))
        assert waiting(connection, "hub")[0].attached == attached(b"satu")


# ------------------------------------------------------------------------------------------------- the client


class Cuts:
    """A proxy on loopback that resets each connection after some bytes; `up` and `down` are asked per connection."""

    def __init__(self, port: int, up: Any = None, down: Any = None) -> None:
        self._target, self._up, self._down = port, up, down
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.connections = self.cuts = self.sent_up = 0
        self._open: tuple[socket.socket, ...] = ()
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            with near, socket.create_connection(("127.0.0.1", self._target)) as far:
                self._open = (near, far)
                back = threading.Thread(
                    target=self._pass, args=(far, near, self._down and self._down(self.connections))
                )
                back.start()
                self._pass(near, far, self._up and self._up(self.connections))
                back.join()

    def _pass(self, source: socket.socket, target: socket.socket, most: int | None) -> None:
        passed = 0
        with suppress(OSError):
            while data := source.recv(4096 if most is None else max(1, min(4096, most - passed))):
                passed += len(data)
                if most is not None and passed >= most:
                    self.cuts += 1
                    for end in (source, target):
                        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    break
                target.sendall(data)
                self.sent_up += len(data) if target is self._open[1] else 0
        self._end((source, target))

    def _end(self, ends: tuple[socket.socket, ...]) -> None:
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._end(self._open)
        self._thread.join()


@contextmanager
def cutting(port: int, **where: Any) -> Iterator[Cuts]:
    cuts = Cuts(port, **where)
    try:
        yield cuts
    finally:
        cuts.close()


@contextmanager
def station() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.headers.update(STATION)
        yield session


def send(port: int, data: bytes, session: requests.Session, **options: Any) -> list[Progress]:
    path = options.pop("path", PREFIX)
    uploader = Uploader(session, f"http://127.0.0.1:{port}{path}", **options)
    return list(uploader.send(attached(data), lambda offset: iter([data[offset:]])))


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """tuspyserver: its port, and where it keeps what it gets."""
    folder = tmp_path_factory.mktemp("theirs")
    with process("theirs", folder) as server:
        yield server.port, folder


@pytest.mark.enable_socket
@pytest.mark.parametrize("size", [0, 1, 1000, 256 << 10, (256 << 10) + 1, 3_000_000])
def test_our_server_gets_what_our_client_sends(tmp_path: Path, size: int) -> None:
    data = pattern(size)
    with served(our_app(tmp_path)) as port, station() as session:
        steps = send(port, data, session)
    assert steps[-1].done
    assert [step.offset for step in steps[:-1]] == [
        *range(0, size, 256 << 10),
        *([size] if size else [0]),
    ]
    assert read(BlobStore(tmp_path, KEY), digest(data)) == data


@pytest.mark.enable_socket
@pytest.mark.parametrize("size", [1, 1000, (256 << 10) + 1, 3_000_000])
def test_a_server_that_is_not_ours_gets_what_our_client_sends(theirs: tuple[int, Path], size: int) -> None:
    port, folder = theirs
    data = pattern(size, 1)
    with station() as session:
        steps = send(port, data, session, path="/files")
    assert steps[-1].done
    assert (folder / steps[-1].url.rpartition("/")[2]).read_bytes() == data


@pytest.mark.enable_socket
@pytest.mark.parametrize("kind", ["ours", "theirs"])
@pytest.mark.parametrize("most", [2_500, 20_000, 100_000, 300_000])
def test_a_line_that_is_cut_after_every_so_many_bytes_slows_and_never_stops_it(
    tmp_path: Path, theirs: tuple[int, Path], kind: str, most: int
) -> None:
    data = pattern(min(600_000, most * 12), most)
    with served(our_app(tmp_path)) as ours, station() as session:
        port, path = (ours, PREFIX) if kind == "ours" else (theirs[0], "/files")
        with cutting(port, up=lambda _: most) as line:
            steps = send(line.port, data, session, path=path)
            assert line.cuts > 1
    assert steps[-1].done
    assert any(step.failed for step in steps)
    if kind == "ours":
        assert read(BlobStore(tmp_path, KEY), digest(data)) == data
    else:
        assert (theirs[1] / steps[-1].url.rpartition("/")[2]).read_bytes() == data


@pytest.mark.enable_socket
@pytest.mark.parametrize("most", [1, 60, 100])
def test_answers_that_are_lost_are_asked_for_again(tmp_path: Path, most: int) -> None:
    """Every second connection loses its answer: what the server had kept is not sent twice."""
    data = pattern(1_500_000)
    with served(our_app(tmp_path)) as port, station() as session:
        session.headers["Connection"] = "close"
        with cutting(port, down=lambda number: most if number % 2 else None) as line:
            steps = send(line.port, data, session)
            assert len(data) < line.sent_up < len(data) + 20_000
    assert steps[-1].done
    assert sum(bool(step.failed) for step in steps) >= 3
    assert read(BlobStore(tmp_path, KEY), digest(data)) == data


@pytest.mark.enable_socket
@settings(max_examples=15)
@given(
    size=st.integers(0, 200_000),
    chunk=st.integers(1_000, 70_000),
    cuts=st.lists(st.tuples(st.integers(1, 60_000), st.integers(1, 400)), max_size=12),
)
def test_whatever_the_chunks_and_the_cuts_the_content_arrives(
    tmp_path_factory: pytest.TempPathFactory, size: int, chunk: int, cuts: list[tuple[int, int]]
) -> None:
    folder, data = tmp_path_factory.mktemp("cuts"), pattern(size, chunk)

    def plan(way: int) -> Any:
        return lambda number: cuts[number - 1][way] if number <= len(cuts) else None

    with (
        served(our_app(folder)) as port,
        station() as session,
        cutting(port, up=plan(0), down=plan(1)) as line,
    ):
        steps = send(line.port, data, session, chunk=chunk)
    assert steps[-1].done
    assert read(BlobStore(folder, KEY), digest(data)) == data


@pytest.mark.enable_socket
def test_a_dead_server_is_said_and_ends_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with station() as session, refused("hub_unreachable"):
        uploader = Uploader(session, f"http://127.0.0.1:{port}{PREFIX}")
        steps = uploader.send(attached(b"x"), lambda _: iter([b"x"]))
        for number in range(PATIENCE + 1):
            assert next(steps).failed == "hub_unreachable", number


class Spoken:
    """An answer that a test made up."""

    def __init__(self, status: int, **headers: str) -> None:
        self.status_code = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Script:
    """A session that answers what the script says; the last line is repeated."""

    def __init__(self, *answers: Spoken) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, str, bytes]] = []

    def request(
        self, method: str, url: str, *, headers: Any = None, data: Any = None, timeout: Any = None
    ) -> Spoken:
        assert timeout
        self.asked.append((method, url, data))
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


BASE = "https://hub:8443/v1/attachments"


def play(script: Script, data: bytes = b"isi", url: str = "", **options: Any) -> list[Progress]:
    uploader = Uploader(script, BASE, **options)
    return list(uploader.send(attached(data), lambda offset: iter([data[offset:]]), url))


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "upload_not_understood"),
        (401, "upload_not_allowed"),
        (403, "upload_not_allowed"),
        (405, "upload_not_understood"),
        (409, "upload_differs"),
        (412, "upload_not_understood"),
        (413, "attachment_too_big"),
        (507, "peer_disk_full"),
    ],
)
def test_a_final_no_is_said_at_once(status: int, code: str) -> None:
    script = Script(Spoken(status))
    with refused(code):
        play(script)
    assert len(script.asked) == 1


@pytest.mark.parametrize("status", [200, 302, 404, 422, 500, 503])
def test_what_is_no_final_no_is_tried_again_but_not_for_ever(status: int) -> None:
    script = Script(Spoken(status, Content_Type="text/html"))
    with pytest.raises(Refused):
        play(script)
    assert 3 <= len(script.asked) <= PATIENCE + 1


@pytest.mark.parametrize("place", ["https://evil:8443/x", "http://hub:8443/x", "//evil/x", ""])
def test_nothing_is_sent_to_another_server(place: str) -> None:
    script = Script(Spoken(201, Location=place))
    with refused("upload_not_understood"):
        play(script)
    assert [url for _, url, _ in script.asked] == [BASE]
    begun = Script(Spoken(507))
    with refused("peer_disk_full"):
        play(begun, url=place)
    assert begun.asked[0][:2] == ("POST", BASE)


def test_an_upload_begun_before_is_asked_for_and_an_unknown_one_begun_anew() -> None:
    head = Spoken(200, Upload_Offset="2", Upload_Length="3", Tus_Resumable="1.0.0")
    whole = Spoken(200, Upload_Offset="3", Upload_Length="3", Tus_Resumable="1.0.0")
    script = Script(head, Spoken(204, Upload_Offset="3"), whole)
    assert play(script, url=f"{BASE}/1")[-1].done
    assert script.asked == [
        ("HEAD", f"{BASE}/1", b""),
        ("PATCH", f"{BASE}/1", b"i"),
        ("HEAD", f"{BASE}/1", b""),
    ]
    script = Script(Spoken(410), Spoken(201, Location="/v1/attachments/2", Upload_Offset="3"), whole)
    assert play(script, url=f"{BASE}/1")[-1].done
    assert [method for method, _, _ in script.asked] == ["HEAD", "POST", "HEAD"]


def test_a_server_that_says_it_has_other_content_is_not_believed() -> None:
    other = "sha256 " + "eHg="
    whole = Spoken(200, Upload_Offset="3", Upload_Length="3", Tus_Resumable="1.0.0", Upload_Metadata=other)
    with refused("attachment_damaged"):
        play(Script(whole), url=f"{BASE}/1")


def test_too_much_at_once_is_halved_until_it_fits_and_stays_so() -> None:
    data, size = pattern(40_000), 10_000

    class Small(Script):
        offset = 0

        def request(
            self, method: str, url: str, *, headers: Any = None, data: Any = None, timeout: Any = None
        ) -> Spoken:
            self.asked.append((method, url, data))
            if method == "POST":
                return Spoken(201, Location=f"{BASE}/1")
            if method == "PATCH" and len(data) > size:
                return Spoken(413)
            if method == "PATCH":
                self.offset += len(data)
                return Spoken(204, Upload_Offset=str(self.offset))
            return Spoken(200, Upload_Offset=str(self.offset), Upload_Length="40000", Tus_Resumable="1.0.0")

    script = Small()
    assert play(script, data)[-1].done
    sizes = [len(sent) for method, _, sent in script.asked if method == "PATCH"]
    assert sizes == [40_000, 20_000, 10_000, 10_000, 10_000, 10_000]
    never = Script(
        Spoken(201, Location=f"{BASE}/1"),
        *[
            answer
            for _ in range(12)
            for answer in (
                Spoken(413),
                Spoken(200, Upload_Offset="0", Upload_Length="40000", Tus_Resumable="1.0.0"),
            )
        ],
    )
    with refused("upload_not_understood", status=413):
        play(never, data)
    assert min(len(sent) for method, _, sent in never.asked if method == "PATCH") <= SMALLEST


def test_a_server_that_forgets_what_it_acknowledged_is_left_alone_in_the_end() -> None:
    class Forgetful(Script):
        def request(
            self, method: str, url: str, *, headers: Any = None, data: Any = None, timeout: Any = None
        ) -> Spoken:
            self.asked.append((method, url, data))
            if method == "POST":
                return Spoken(201, Location=f"{BASE}/1")
            if method == "PATCH":
                return Spoken(204, Upload_Offset=str(len(data)))
            return Spoken(200, Upload_Offset="0", Upload_Length="3", Tus_Resumable="1.0.0")

    with refused("upload_unknown"):
        play(Forgetful())


# ------------------------------------------------------------------------------------------------- all of it


@pytest.mark.enable_socket
def test_the_queue_is_worked_off_and_what_is_missing_does_not_hold_up_the_rest(
    tmp_path: Path, blobs: BlobStore, database: Store
) -> None:
    contents = [pattern(size, size) for size in (10, 600_000, 70_000)]
    with database.writing() as connection:
        put(connection, attached(b"hilang"), "case:1", 0)
        for at, data in enumerate(contents, 1):
            add(blobs, data)
            put(connection, attached(data), "case:1", at)
    hub = tmp_path / "hub"
    with served(our_app(hub)) as port, station() as session:
        uploader = Uploader(session, f"http://127.0.0.1:{port}{PREFIX}")
        steps = list(work_off(database, blobs, uploader, "hub"))
        assert list(work_off(database, blobs, uploader, "hub"))[-1].failed == "attachment_missing"
    assert sum(step.done for step in steps) == 3
    assert {step.failed for step in steps} == {"", "attachment_missing"}
    for data in contents:
        assert read(BlobStore(hub, KEY), digest(data)) == data
    with database.reading() as connection:
        assert [each.attached for each in waiting(connection, "hub")] == [attached(b"hilang")]


@pytest.mark.enable_socket
def test_an_upload_broken_off_by_the_program_is_taken_up_where_it_was(
    tmp_path: Path, blobs: BlobStore, database: Store
) -> None:
    data = pattern(1_000_000)
    add(blobs, data)
    with database.writing() as connection:
        put(connection, attached(data), "case:1", 0)
    with served(our_app(tmp_path / "hub")) as port, station() as session:
        uploader = Uploader(session, f"http://127.0.0.1:{port}{PREFIX}")
        steps = work_off(database, blobs, uploader, "hub")
        assert [next(steps).offset for _ in range(3)] == [0, 256 << 10, 512 << 10]
        steps.close()
        again = list(work_off(database, blobs, uploader, "hub"))
    assert again[0].offset == 512 << 10
    assert again[-1].done


@pytest.mark.enable_socket
def test_signed_calls_carry_an_attachment_and_those_of_a_stranger_carry_none(
    tmp_path: Path,
) -> None:
    data = pattern(700_000)
    mine, stranger = (DeviceKey(KEY, A, name) for name in ("this PC", "another PC"))

    def by_signature(request: Request, body: bytes) -> str:
        check_request(mine.public(), request.method, request.url.path, body, request.headers)
        return station_of(request.headers)

    app = FastAPI()
    app.include_router(uploads_router(BlobStore(tmp_path, KEY, reserve=0), by_signature, PREFIX))
    with served(app) as port:
        address = f"http://127.0.0.1:{port}"
        for key in (stranger, mine):
            caller = Caller(address, A, key)
            uploader = Uploader(SignedSession(caller.call), address + PREFIX)
            steps = uploader.send(attached(data), lambda offset: iter([data[offset:]]))
            if key is stranger:
                with refused("upload_not_allowed", status=401):
                    list(steps)
            else:
                assert list(steps)[-1].done
            caller.close()
    assert read(BlobStore(tmp_path, KEY), digest(data)) == data


@pytest.mark.enable_socket
def test_signed_calls_are_cut_like_others(tmp_path: Path) -> None:
    data, key = pattern(600_000), DeviceKey(KEY, A, "this PC")
    with served(our_app(tmp_path)) as port, cutting(port, up=lambda _: 90_000) as line:
        address = f"http://127.0.0.1:{line.port}"
        caller = Caller(address, A, key)
        uploader = Uploader(SignedSession(caller.call), address + PREFIX)
        steps = list(uploader.send(attached(data), lambda offset: iter([data[offset:]])))
        caller.close()
        assert line.cuts > 1
    assert steps[-1].done
    assert read(BlobStore(tmp_path, KEY), digest(data)) == data
