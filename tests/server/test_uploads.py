"""The tus server, spoken to by hand: exact statuses, limits, and what a killed process leaves."""

import base64
import hashlib
import http.client
import random
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from app.domain.case_events import Attached
from app.server.uploads import Limits
from app.sync.blobs import BlobStore
from app.sync.uploader import Uploader
from tests.server.upload_house import KEY, PREFIX, STATION, our_app, process, served

pytestmark = pytest.mark.enable_socket

TUS = {"Tus-Resumable": "1.0.0"}
CHUNK = {"Content-Type": "application/offset+octet-stream"}
DATA = hashlib.shake_256(b"isi").digest(5000)
SHA256 = hashlib.sha256(DATA).hexdigest()
ONE = f"{PREFIX}/{SHA256}"


def in_base64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def metadata(**pairs: str) -> str:
    return ",".join(f"{name} {in_base64(value)}" for name, value in pairs.items())


class Said:
    """One answer."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status, self.headers, self.body = answer.status, answer.headers, answer.read()


class Raw:
    """A client that sends what it is told, nothing more."""

    def __init__(self, port: int) -> None:
        self.port = port

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Said:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.putrequest(method, path)
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            if body is not None and "Content-Length" not in named:
                named["Content-Length"] = str(len(body))
            for name, value in named.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            return Said(connection.getresponse())
        finally:
            connection.close()

    def tus(self, method: str, path: str, body: Any = None, **headers: str) -> Said:
        return self(method, path, body, **{**TUS, **STATION, **headers})

    def create(self, size: int = len(DATA), sha256: str = SHA256, **headers: str) -> Said:
        about = metadata(sha256=sha256, size=str(size), type="image/jpeg")
        return self.tus("POST", PREFIX, **{"Upload-Length": str(size), "Upload-Metadata": about, **headers})

    def patch(self, offset: int, body: bytes, path: str = ONE, **headers: str) -> Said:
        return self.tus("PATCH", path, body, **{**CHUNK, "Upload-Offset": str(offset), **headers})

    def offset(self, path: str = ONE) -> int:
        return int(self.tus("HEAD", path).headers["Upload-Offset"])


@pytest.fixture
def arrivals() -> list[tuple[str, int]]:
    return []


@pytest.fixture
def raw(tmp_path: Path, arrivals: list[tuple[str, int]]) -> Iterator[Raw]:
    """A client of a server whose chunks may have 3000 bytes."""
    limits = Limits(chunk=3000, seconds=1.5)
    app = our_app(tmp_path, limits=limits, arrived=lambda *said: arrivals.append(said))
    with served(app) as port:
        yield Raw(port)


def stored(folder: Path) -> bytes:
    return b"".join(BlobStore(folder, KEY).open(SHA256))


def code(said: Said) -> tuple[int, bytes]:
    return said.status, said.body


def test_the_server_says_what_it_can_to_anybody(raw: Raw) -> None:
    said = raw("OPTIONS", PREFIX)
    assert said.status == 204
    assert said.headers["Tus-Resumable"] == said.headers["Tus-Version"] == "1.0.0"
    assert said.headers["Tus-Extension"] == "creation,termination,checksum"
    assert said.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"
    assert said.headers["Tus-Max-Size"] == str(50 << 20)


def test_an_upload_by_hand_from_its_creation_to_the_blob(
    raw: Raw, tmp_path: Path, arrivals: list[tuple[str, int]]
) -> None:
    created = raw.create()
    assert (created.status, created.headers["Location"], created.headers["Upload-Offset"]) == (201, ONE, "0")
    first = raw.patch(0, DATA[:3000])
    assert (first.status, first.headers["Upload-Offset"], first.body) == (204, "3000", b"")
    asked = raw.tus("HEAD", ONE)
    assert (asked.status, asked.headers["Upload-Offset"], asked.headers["Upload-Length"]) == (
        200,
        "3000",
        "5000",
    )
    assert asked.headers["Cache-Control"] == "no-store"
    assert asked.headers["Upload-Metadata"] == metadata(sha256=SHA256, size="5000", type="image/jpeg")
    assert arrivals == []
    last = raw.patch(3000, DATA[3000:])
    assert (last.status, last.headers["Upload-Offset"]) == (204, "5000")
    assert arrivals == [(SHA256, 5000)]
    assert {each.headers["Tus-Resumable"] for each in (created, first, asked, last)} == {"1.0.0"}
    assert raw.offset() == 5000
    assert stored(tmp_path) == DATA


def test_creating_twice_finds_the_first_again(raw: Raw) -> None:
    raw.create()
    raw.patch(0, DATA[:1000])
    again = raw.create()
    assert (again.status, again.headers["Location"], again.headers["Upload-Offset"]) == (201, ONE, "1000")
    assert raw.create(4999).status == 409


@pytest.mark.parametrize("version", [None, "0.2.2", "1.0.1"])
def test_another_version_is_refused_and_nothing_is_done(raw: Raw, version: str | None) -> None:
    raw.create()
    spoken = {"Tus-Resumable": version} if version else {}
    for method in ("POST", "HEAD", "PATCH", "DELETE"):
        said = raw(method, PREFIX if method == "POST" else ONE, **{**STATION, **spoken})
        assert said.status == 412
        assert said.headers["Tus-Version"] == "1.0.0"
    assert raw.offset() == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Upload-Length": ""},
        {"Upload-Length": "-1"},
        {"Upload-Length": "5e3"},
        {"Upload-Length": "9" * 30},
        {"Upload-Length": "4999"},
        {"Upload-Metadata": ""},
        {"Upload-Metadata": "sha256 ???"},
        {"Upload-Metadata": "sha256 /////w=="},
        {"Upload-Metadata": metadata(sha256="A" * 64)},
        {"Upload-Metadata": metadata(sha256="../" * 20)},
        {"Upload-Metadata": metadata(sha256=SHA256, more="x" * 4000)},
    ],
)
def test_an_incomplete_creation_is_refused(raw: Raw, headers: dict[str, str]) -> None:
    assert raw.create(**headers).status == 400
    assert raw.tus("HEAD", ONE).status == 404


def test_what_is_too_big_is_refused_at_creation(raw: Raw) -> None:
    assert code(raw.create((50 << 20) + 1)) == (413, b'{"code":"attachment_too_big"}')
    assert raw.create(50 << 20).status == 201


def test_a_chunk_is_taken_at_the_end_only(raw: Raw) -> None:
    raw.create()
    raw.patch(0, DATA[:2000])
    for offset in (0, 1999, 2001, 5000):
        assert code(raw.patch(offset, DATA[offset : offset + 10] or b"x")) == (
            409,
            b'{"code":"upload_offset_wrong"}',
        )
    assert code(raw.patch(2000, bytes(3000))) == (422, b'{"code":"attachment_damaged"}')


def test_a_chunk_needs_its_type_and_place(raw: Raw) -> None:
    raw.create()
    for wrong in ("", "application/octet-stream", "application/offset+octet-stream; charset=utf-8"):
        assert raw.patch(0, DATA[:10], **{"Content-Type": wrong}).status == 415
    for wrong in ("", "-1", "x"):
        assert raw.patch(0, DATA[:10], **{"Upload-Offset": wrong}).status == 400
    assert raw.offset() == 0


def test_more_than_was_announced_is_refused(raw: Raw) -> None:
    raw.create()
    raw.patch(0, DATA[:3000])
    assert code(raw.patch(3000, DATA[3000:] + b"x")) == (413, b'{"code":"upload_too_long"}')
    assert raw.offset() == 3000


@pytest.mark.parametrize("size", [3001, 100_000, 3 << 20])
def test_a_chunk_that_is_too_big_is_refused_and_the_sender_hears_it(raw: Raw, size: int) -> None:
    raw.create()
    said = raw.patch(0, bytes(size))
    assert code(said) == (413, b'{"code":"chunk_too_big"}')
    parts = (bytes(1000) for _ in range(size // 1000 + 1))
    unmeasured = requests.patch(
        f"http://127.0.0.1:{raw.port}{ONE}",
        data=parts,
        headers={**TUS, **STATION, **CHUNK, "Upload-Offset": "0"},
        timeout=20,
    )
    assert (unmeasured.status_code, unmeasured.content) == (413, b'{"code":"chunk_too_big"}')
    assert raw.offset() == 0


def test_a_check_sum_that_does_not_fit_keeps_nothing(raw: Raw, tmp_path: Path) -> None:
    raw.create()
    for algorithm in ("sha1", "sha256"):
        wrong = f"{algorithm} {in_base64(hashlib.new(algorithm, b'lain').digest())}"
        assert code(raw.patch(0, DATA[:3000], **{"Upload-Checksum": wrong})) == (
            460,
            b'{"code":"checksum_wrong"}',
        )
    for unknown in ("md5 1B2M2Y8AsgTpgAmY7PhCfg==", "sha256", "sha256 ?", ""):
        assert raw.patch(0, DATA[:3000], **{"Upload-Checksum": unknown}).status in (400, 460)
    assert raw.offset() == 0
    for algorithm, part in (("sha1", slice(0, 3000)), ("sha256", slice(3000, 5000))):
        right = f"{algorithm} {in_base64(hashlib.new(algorithm, DATA[part]).digest())}"
        assert raw.patch(part.start, DATA[part], **{"Upload-Checksum": right}).status == 204
    assert stored(tmp_path) == DATA


def test_content_that_is_not_what_it_said_is_thrown_away_and_may_come_again(
    raw: Raw, tmp_path: Path, arrivals: list[tuple[str, int]]
) -> None:
    raw.create()
    raw.patch(0, DATA[:3000])
    assert code(raw.patch(3000, bytes(2000))) == (422, b'{"code":"attachment_damaged"}')
    assert raw.tus("HEAD", ONE).status == raw.patch(0, DATA[:10]).status == 410
    assert arrivals == []
    raw.create()
    raw.patch(0, DATA[:3000])
    raw.patch(3000, DATA[3000:])
    assert stored(tmp_path) == DATA


def test_an_upload_can_be_given_up_but_not_what_has_arrived(raw: Raw) -> None:
    assert raw.tus("DELETE", ONE).status == 404
    raw.create()
    said = raw.tus("DELETE", ONE)
    assert (said.status, said.headers["Tus-Resumable"]) == (204, "1.0.0")
    for said in (raw.tus("HEAD", ONE), raw.patch(0, DATA[:10]), raw.tus("DELETE", ONE)):
        assert said.status == 410
    raw.create()
    raw.patch(0, DATA[:3000])
    raw.patch(3000, DATA[3000:])
    assert code(raw.tus("DELETE", ONE)) == (403, b'{"code":"attachment_kept"}')
    assert raw.offset() == 5000


@pytest.mark.parametrize("name", ["a" * 64, "x", "..%2F..%2Fkey.json", "A" * 64])
def test_what_nobody_created_is_unknown(raw: Raw, name: str) -> None:
    for method in ("HEAD", "DELETE"):
        assert raw.tus(method, f"{PREFIX}/{name}").status == 404
    assert raw.patch(0, b"x", f"{PREFIX}/{name}").status == 404


def test_only_who_may_is_answered_and_a_stranger_learns_and_changes_nothing(raw: Raw) -> None:
    raw.create()
    raw.patch(0, DATA[:1000])
    nobody = {"Loket-Station": ""}
    answers = [
        raw.create(**nobody),
        raw.tus("HEAD", ONE, **nobody),
        raw.tus("HEAD", f"{PREFIX}/{'a' * 64}", **nobody),
        raw.patch(1000, DATA[1000:2000], **nobody),
        raw.tus("DELETE", ONE, **nobody),
    ]
    assert {said.status for said in answers} == {401}
    assert raw.tus("HEAD", ONE, **{"Loket-Station": "b" * 16}).status == 404
    assert raw.offset() == 1000


def test_the_method_may_be_given_by_a_header(raw: Raw) -> None:
    raw.create()
    said = raw.tus(
        "POST", ONE, DATA[:1000], **CHUNK, **{"Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    )
    assert (said.status, raw.offset()) == (204, 1000)
    assert raw.tus("POST", ONE).status == 405
    assert raw.tus("POST", ONE, **{"X-HTTP-Method-Override": "DELETE"}).status == 204


def test_an_empty_attachment_is_complete_at_once(raw: Raw, tmp_path: Path) -> None:
    empty = hashlib.sha256(b"").hexdigest()
    assert raw.create(0, empty).headers["Upload-Offset"] == "0"
    assert raw.offset(f"{PREFIX}/{empty}") == 0
    assert BlobStore(tmp_path, KEY).has(empty)


def test_a_body_that_does_not_come_is_given_up_and_holds_nobody_up(raw: Raw) -> None:
    raw.create()
    with socket.create_connection(("127.0.0.1", raw.port), timeout=20) as slow:
        head = {**TUS, **STATION, **CHUNK, "Upload-Offset": "0", "Content-Length": "1000", "Host": "x"}
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        slow.sendall(f"PATCH {ONE} HTTP/1.1\r\n{lines}\r\n".encode() + DATA[:500])
        assert raw.patch(0, DATA[:2000]).status == 204
        assert slow.recv(4096).startswith(b"HTTP/1.1 408")
    assert raw.offset() == 2000


def test_a_request_that_comes_twice_changes_nothing_the_second_time(raw: Raw, tmp_path: Path) -> None:
    for _ in range(2):
        assert raw.create().status == 201
    assert [raw.patch(0, DATA[:3000]).status for _ in range(2)] == [204, 409]
    assert [raw.patch(3000, DATA[3000:]).status for _ in range(2)] == [204, 409]
    assert raw.create().headers["Upload-Offset"] == "5000"
    assert stored(tmp_path) == DATA


# ------------------------------------------------------------------------------------------------- processes


def flood(port: int, headers: dict[str, str], parts: int, part: bytes) -> bytes:
    """Send a big body as fast as it is taken; the answer's first line."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        head = {**TUS, **STATION, **CHUNK, "Upload-Offset": "0", "Host": "x", **headers}
        text = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        line.sendall(f"PATCH {ONE} HTTP/1.1\r\n{text}\r\n".encode())
        try:
            for _ in range(parts):
                line.sendall(part)
        except (ConnectionError, TimeoutError):
            pass
        try:
            return line.recv(4096).partition(b"\r\n")[0]
        except ConnectionError:
            return b""


def test_a_body_of_64_mib_is_refused_without_being_taken_into_memory(tmp_path: Path) -> None:
    mebibyte = bytes(1 << 20)
    with process("ours", tmp_path) as server:
        raw = Raw(server.port)
        raw.create()
        raw.patch(0, DATA[:100])
        before = server.memory()
        declared = flood(server.port, {"Content-Length": str(64 << 20)}, 64, mebibyte)
        framed = b"100000\r\n" + mebibyte + b"\r\n"
        chunked = flood(server.port, {"Transfer-Encoding": "chunked"}, 64, framed)
        assert server.memory() - before < 16 << 20
        assert {declared, chunked} <= {
            b"HTTP/1.1 413 Content Too Large",
            b"HTTP/1.1 413 Request Entity Too Large",
            b"",
        }
        assert raw.offset() == 100


def test_a_server_killed_in_the_middle_of_a_chunk_goes_on_from_what_it_acknowledged(tmp_path: Path) -> None:
    with process("ours", tmp_path) as server:
        raw = Raw(server.port)
        raw.create()
        assert raw.patch(0, DATA[:2000]).status == 204
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
            head = {**TUS, **STATION, **CHUNK, "Upload-Offset": "2000", "Content-Length": "3000", "Host": "x"}
            text = "".join(f"{name}: {value}\r\n" for name, value in head.items())
            line.sendall(f"PATCH {ONE} HTTP/1.1\r\n{text}\r\n".encode() + DATA[2000:3500])
            server.kill()
    with process("ours", tmp_path) as server:
        raw = Raw(server.port)
        assert raw.offset() == 2000
        assert raw.patch(2000, DATA[2000:]).status == 204
    assert stored(tmp_path) == DATA


@pytest.mark.parametrize("seed", range(2))
def test_a_server_killed_at_any_moment_has_everything_it_acknowledged(tmp_path: Path, seed: int) -> None:
    """Our client sends small chunks as fast as it can; the server is killed; what was acknowledged is there."""
    chance = random.Random(seed)
    data = hashlib.shake_256(bytes([seed])).digest(3_000_000)
    content = Attached(sha256=hashlib.sha256(data).hexdigest(), size=len(data), type="")
    path, done, sure, kills = f"{PREFIX}/{content.sha256}", False, 0, 0
    while not done:
        with process("ours", tmp_path) as server, requests.Session() as session:
            session.headers.update(STATION)
            if sure:
                assert Raw(server.port).offset(path) >= sure
            base = f"http://127.0.0.1:{server.port}"
            uploader = Uploader(session, base + PREFIX, chunk=5_000)
            killer = threading.Timer(chance.uniform(0.1, 0.6), server.kill)
            if kills < 4:
                killer.start()
            for step in uploader.send(content, lambda offset: iter([data[offset:]]), base + path):
                done = step.done
                if step.failed == "hub_unreachable":
                    kills += 1
                    break
                sure = max(sure, step.offset)
            killer.cancel()
            if killer.ident:
                killer.join()
    assert kills > 0
    assert b"".join(BlobStore(tmp_path, KEY).open(content.sha256)) == data
