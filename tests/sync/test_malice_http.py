"""What comes to the hub's port: other names, guessed codes, bodies without end, bytes that are no message."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests
import uvicorn

from app.credentials import DeviceKey
from app.domain.branch import StationRevoked
from app.server.hub_app import make_hub_app
from app.server.limits import LimitedBody, Limits
from app.services.hub_papers import Secret
from app.sync.blobs import BlobStore
from app.sync.messages import read_answer, write
from app.sync.peer import ATTACHMENTS, BUCKETS, ROUND, RULES, SECRETS, SNAPSHOT
from app.sync.trust import ENROL_PATH, Newcomer, sign_request
from app.sync.trust_caller import join_branch
from tests.houses import CountingEntropy, refused
from tests.sync.attacker import STATION, Hub
from tests.sync.attacks import ATTACKS, honest

pytestmark = pytest.mark.enable_socket

OTHERS = (BUCKETS, RULES, SECRETS, SNAPSHOT)


class Port:
    """The hub's service on loopback, without TLS."""

    def __init__(self, hub: Hub, folder: Path) -> None:
        self.hub = hub
        office = hub.house.office
        blobs = BlobStore(folder / "blobs", b"k" * 32, reserve=0)
        app = make_hub_app(hub.node, hub.services.network.papers, blobs, office.branch)
        config = uvicorn.Config(
            app, host="127.0.0.1", port=0, log_config=None, access_log=False, lifespan="off"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
            time.sleep(0.01)
        self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(30)

    def post(self, where: str, what: bytes, station: str = STATION, key: Any = None, **signed: Any) -> Any:
        """A request; `signed` says what is signed where that is something else than what is sent."""
        about = {"method": "POST", "path": where, "body": what, **signed}
        headers = sign_request(key or self.hub.key, station, **about)
        return requests.post(self.url + where, data=what, headers=headers, timeout=60)

    def bare(self, path: str, body: bytes, **headers: str) -> Any:
        """A request that nobody signed."""
        return requests.post(self.url + path, data=body, headers=headers, timeout=60)


@pytest.fixture
def port(tmp_path: Path) -> Iterator[Port]:
    hub = Hub(tmp_path)
    listening = Port(hub, tmp_path)
    yield listening
    listening.close()
    hub.services.close()


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_an_honest_round_is_answered(port: Port) -> None:
    """What the refusals below are held against."""
    answer = port.post(ROUND, write(honest(port.hub)))
    assert answer.status_code == 200
    assert read_answer(answer.content).orders


def test_whoever_signs_for_another_computer_is_refused_and_told_of_once_a_day(port: Port) -> None:
    hub, body = port.hub, write(honest(port.hub))
    other = DeviceKey(b"3" * 32, "S3", "f" * 32)
    hub.enrol("S3", 3, other)
    before = hub.position()
    for _ in range(5):
        assert code(port.post(ROUND, body, "S3")) == (401, "signature_wrong")
        assert code(port.post(ROUND, body, key=other)) == (401, "signature_wrong")
    for spoilt in (
        {"path": BUCKETS},
        {"body": body + b"x"},
        {"method": "GET"},
        {"path": ROUND + "?a=1"},
    ):
        assert code(port.post(ROUND, body, **spoilt)) == (401, "signature_wrong")
    assert hub.position() == before
    until = time.monotonic() + 20
    while len(hub.notices()) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    assert hub.notices() == ["station_copied"] * 2
    hub.house.clock.pass_ms(86_400_000)
    assert code(port.post(ROUND, body, "S3")) == (401, "signature_wrong")
    while len(hub.notices()) < 3 and time.monotonic() < until:
        time.sleep(0.02)
    assert hub.notices() == ["station_copied"] * 3


def test_who_is_not_enrolled_is_refused_everywhere(port: Port) -> None:
    body = write(honest(port.hub))
    for path in (ROUND, *OTHERS):
        assert code(port.post(path, body, "S77")) == (401, "station_unknown")
        assert code(port.bare(path, body)) == (401, "signature_wrong")
        for signature in ("", "zz", "00" * 64, "00" * 63, "00" * 100_00, "\x7f"):
            headers = {"Loket-Station": STATION, "Loket-Signature": signature}
            assert code(port.bare(path, body, **headers)) == (401, "signature_wrong")
    assert port.hub.notices() in ([], ["station_copied"])


def test_a_revoked_computer_hears_only_that(port: Port) -> None:
    with port.hub.house.office.unit(port.hub.house["it_officer"]) as unit:
        unit.append("branch", StationRevoked(station=STATION, reason="dicuri"))
    answer = read_answer(port.post(ROUND, write(honest(port.hub))).content)
    assert (answer.need, answer.log, answer.offers, answer.hello.position) == ("revoked", None, None, 0)
    for path in OTHERS:
        assert code(port.post(path, b"\xc0"))[1] == "station_revoked"
    upload = port.post(ATTACHMENTS, b"")
    assert upload.status_code in (401, 412)


@pytest.mark.parametrize(
    "name", ["zeros of 32 MiB", "64 MiB of noise", "an unknown field 30 million levels deep"]
)
def test_a_body_of_64_mib_is_refused_whether_it_is_signed_or_not(port: Port, name: str) -> None:
    body = ATTACKS[name](port.hub)
    assert code(port.bare(ROUND, body)) == (401, "signature_wrong")
    assert code(port.post(ROUND, body))[0] == 400
    port.hub.check()


def test_a_body_beyond_64_mib_is_refused_before_it_is_read(port: Port) -> None:
    headers = {"Content-Length": str((64 << 20) + 1), "Expect": "100-continue"}
    answer = requests.post(port.url + ROUND, data=b"", headers=headers, timeout=10)
    assert code(answer) == (413, "body_too_large")


ODD = (
    b"",
    b"\xc0",
    b"\x91" * 100_000,
    b"\xcf" + b"\xff" * 8,
    b"\xd3\x80" + bytes(7),
    b"\x92\xcf" + b"\xff" * 8 + b"\xcf" + b"\xff" * 8,
    b"\x92\xd3\x80" + bytes(7) + b"\xcf\x7f" + b"\xff" * 7,
    b"\xca\x7f\xc0\x00\x00",
    b"\xdd\xff\xff\xff\xff",
    b"\xc6\xff\xff\xff\xff",
    b"\xa3\xed\xa0\x80",
    b"\x91\x93\xa1\x00\xa1\x00\xc3",
    b"../../../etc/passwd",
)


@pytest.mark.parametrize("path", OTHERS)
def test_bytes_that_are_no_question_are_refused_in_one_word(port: Port, path: str) -> None:
    for body in ODD:
        answer = port.post(path, body)
        assert answer.status_code in (200, 400, 404), (body[:20], answer.text)
        if answer.status_code != 200:
            assert set(answer.json()) <= {"code", "limit", "version"}
    port.hub.check()


def test_a_kiosk_changes_nobodys_pin_but_of_those_who_work_there(port: Port) -> None:
    from sqlalchemy import select

    from app.domain.branch import PersonSet, StationEnrolled
    from app.models import tables

    hub, key = port.hub, DeviceKey(b"k" * 32, "KIOSK", "f" * 32)
    house = hub.house
    with house.office.unit(house["service_supervisor"]) as unit:
        unit.append(
            "branch",
            StationEnrolled(
                station="KIOSK",
                number=9,
                name="Kiosk",
                key=key.public(),
                fingerprint="f",
                place="kiosk",
                full=False,
            ),
        )
        roles = ("service_supervisor",)
        person = house["service_supervisor"]
        unit.append("branch", PersonSet(person=person, name="P", title="", roles=roles, places=("desk",)))
    table = tables.credentials
    query = select(table.c.hash).where(table.c.person == person)
    with house.office.store.reading() as connection:
        before = connection.execute(query).scalar()
    given = msgspec.msgpack.encode([Secret(person, "mine", False), Secret("nobody", "mine", False)])
    answer = port.post(SECRETS, given, "KIOSK", key)
    assert person not in {each.person for each in msgspec.msgpack.decode(answer.content, type=list[Secret])}
    with house.office.store.reading() as connection:
        assert connection.execute(query).scalar() == before
        assert connection.execute(select(table.c.hash).where(table.c.person == "nobody")).first() is None


def test_a_code_is_guessed_five_times_and_then_it_is_nobodys(port: Port) -> None:
    hub = port.hub
    invited = hub.services.network.papers.invite(hub.house["it_officer"], port.url)
    before = hub.position()

    def guess(typed: str) -> None:
        newcomer = Newcomer(station="S8", fingerprint="f" * 32, name="Tamu", branch="")
        join_branch(port.url, typed, newcomer, DeviceKey(b"8" * 32, "S8", "f" * 32), CountingEntropy("guess"))

    right = invited.code.replace("-", "")
    for left in (4, 3, 2, 1, 0):
        with refused("enrolment_code_wrong", left=left):
            guess(right[::-1])
    for typed in (right[::-1], right):
        with refused("enrolment_code_locked"):
            guess(typed)
    for body in ODD:
        assert port.bare(ENROL_PATH, body).status_code in (400, 403)
    assert port.bare(ENROL_PATH, b"x" * (1 << 18)).status_code in (400, 403)
    assert code(port.bare(ENROL_PATH, b"x" * ((1 << 18) + 1))) == (413, "body_too_large")
    assert hub.position() == before
    assert "S8" not in hub.house.office.branch().stations


@pytest.mark.parametrize(
    "name", ["../../x", "..%2f..%2fx", "%00", "'; DROP TABLE x; --", "\u202e", "x" * 5000]
)
@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE", "GET"])
def test_an_attachment_of_an_odd_name_is_not_there(port: Port, name: str, method: str) -> None:
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
    }
    answer = requests.request(method, f"{port.url}{ATTACHMENTS}/{name}", headers=headers, timeout=10)
    assert 400 <= answer.status_code < 500


# ------------------------------------------------------------------------------------------------ many bodies at once


async def _send_many(limits: Limits, count: int, size: int) -> list[int]:
    """Statuses of requests that all bring their bodies before one of them is answered."""
    import asyncio

    go = asyncio.Event()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        from starlette.requests import Request

        body = await Request(scope, receive).body()
        await go.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": str(len(body)).encode()})

    from starlette.applications import Starlette
    from starlette.routing import Mount

    limited = LimitedBody(Starlette(routes=[Mount("/", application)]), limits)

    async def one() -> int:
        parts = [b"x" * (size // 4)] * 4
        status: list[int] = []

        async def receive() -> dict[str, Any]:
            await asyncio.sleep(0)
            return {"type": "http.request", "body": parts.pop() if parts else b"", "more_body": bool(parts)}

        async def send(message: Any) -> None:
            status.extend([message["status"]] if "status" in message else [])

        scope = {"type": "http", "method": "POST", "path": "/x", "headers": [], "query_string": b""}
        await limited(scope, receive, send)
        return status[0]

    running = [asyncio.create_task(one()) for _ in range(count)]
    await asyncio.sleep(0.05)
    go.set()
    first = [await each for each in running]
    return [*first, await one()]


def test_many_big_bodies_at_once_are_not_all_taken_in() -> None:
    import asyncio

    limits = Limits(together=1000, body=400)
    statuses = asyncio.run(_send_many(limits, 10, 400))
    assert set(statuses) == {200, 503}
    assert statuses.count(200) <= 1000 // 400 + 1
    assert statuses[-1] == 200, "when the others are answered there is room again"
