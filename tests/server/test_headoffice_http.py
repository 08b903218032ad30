"""Head office over real HTTP: health, enrolment, limits, its log, and its schema."""

import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
import requests
import uvicorn
from fastapi import APIRouter, Request

from app.credentials import DeviceKey
from app.errors import Refused
from app.server.headoffice.app import make_app
from app.server.headoffice.enrolment import Presence
from app.server.limits import Limits, depth_of
from app.server.logs import start_log
from app.sync.trust_caller import join_branch
from app.sync.trust_certificates import Authority, fingerprint, issue, make_authority, server_settings
from app.sync.trust_joining import Newcomer
from tests.houses import CountingEntropy, refused
from tests.server.office_house import BRANCH, NIK, OfficeHouse

pytestmark = pytest.mark.enable_socket

HUB = DeviceKey(b"h" * 32, "hub-1", "f" * 32)
LIMITS = Limits(body=200_000, paths={"/v1/small": 1000}, json_body=5000, json_depth=8, seconds=1.0)


def test_routes(office: object, follower: object) -> APIRouter:
    """A part of the service that does what tests need."""
    router = APIRouter()

    @router.post("/v1/count")
    async def count(request: Request) -> dict[str, int]:
        request.state.branch = BRANCH
        return {"size": len(await request.body())}

    @router.post("/v1/small")
    async def small(request: Request) -> dict[str, int]:
        return {"size": len(await request.body())}

    @router.get("/v1/case/{nik}")
    def defect(nik: str) -> None:
        raise ValueError(f"something about {nik}")

    @router.get("/v1/refuse")
    def refuse() -> None:
        raise Refused("log_moved", position=7, name="Peserta Contoh")

    return router


test_routes.__test__ = False  # type: ignore[attr-defined]


class Service:
    """A head office that listens."""

    def __init__(self, house: OfficeHouse, presence: Presence, **tls: object) -> None:
        self.house = house
        app = make_app(house.office, presence, [test_routes], LIMITS)
        config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False, **tls)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)

    def __enter__(self) -> "Service":
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
            time.sleep(0.01)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(30)

    def raw(self, request: bytes, wait: float = 10.0) -> bytes:
        """The answer to bytes as they are."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=wait) as connection:
            connection.sendall(request)
            parts = []
            while part := connection.recv(65_536):
                parts.append(part)
        return b"".join(parts)


@pytest.fixture
def service(house: OfficeHouse) -> Iterator[Service]:
    with Service(house, Presence(Authority(""), frozenset({""}))) as listening:
        yield listening


@pytest.fixture
def lines() -> Iterator[StringIO]:
    """What the service logs, as it stands in its log."""
    written = StringIO()
    root = logging.getLogger()
    former, level = root.handlers[:], root.level
    start_log(written)
    yield written
    root.handlers[:] = former
    root.setLevel(level)


def newcomer(branch: str = BRANCH) -> Newcomer:
    return Newcomer(station="hub-1", fingerprint="f" * 32, name="Hub", branch=branch)


def test_it_says_that_it_is_well_and_that_its_database_is_not(service: Service) -> None:
    answer = requests.get(f"{service.url}/healthz", timeout=10)
    assert (answer.status_code, answer.json()["database"]) == (200, "ok")
    database = service.house.office.database
    database.close()
    database._reader = database._writer = database._alone = broken()
    answer = requests.get(f"{service.url}/healthz", timeout=30)
    assert (answer.status_code, answer.json()) == (503, {"code": "database_unreachable"})


def broken() -> object:
    from sqlalchemy import create_engine

    return create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none", connect_args={"connect_timeout": 2})


def test_the_first_computer_joins_over_http(service: Service) -> None:
    code = service.house.office.enrolment.invite(BRANCH)
    joined = join_branch(service.url, code, newcomer(), HUB, CountingEntropy("hub"))
    assert joined.branch == BRANCH
    assert service.house.office.devices.find("hub-1")[0].public_key == HUB.public()
    with refused("enrolment_code_wrong", left=4):
        fresh = service.house.office.enrolment.invite(BRANCH)
        join_branch(service.url, fresh[::-1], newcomer(), HUB, CountingEntropy("hub"))


def test_the_first_computer_joins_over_tls(house: OfficeHouse, tmp_path: Path) -> None:
    authority = make_authority("kantor pusat", house.clock.now())
    certificate, key = issue(authority, "kantor-pusat", ["127.0.0.1"], house.clock.now())
    presence = Presence(Authority(authority.certificate_pem), frozenset({fingerprint(certificate)}))
    code = house.office.enrolment.invite(BRANCH)
    with Service(house, presence, **server_settings(tmp_path, certificate, key)) as service:
        address = f"https://127.0.0.1:{service.port}"
        joined = join_branch(address, code, newcomer(), HUB, CountingEntropy("hub"))
    assert (joined.branch, joined.authority_pem) == (BRANCH, authority.certificate_pem)


def test_a_body_that_says_it_is_too_big_is_refused_before_it_is_read(service: Service) -> None:
    head = b"POST /v1/count HTTP/1.1\r\nHost: x\r\nContent-Length: 200001\r\nExpect: 100-continue\r\n\r\n"
    assert b" 413 " in service.raw(head).split(b"\r\n")[0]
    answer = requests.post(f"{service.url}/v1/count", data=b"x" * 200_001, timeout=10)
    assert (answer.status_code, answer.json()) == (413, {"code": "body_too_large"})
    assert requests.post(f"{service.url}/v1/count", data=b"x" * 200_000, timeout=10).json() == {
        "size": 200_000
    }
    assert requests.post(f"{service.url}/v1/small", data=b"x" * 1001, timeout=10).status_code == 413
    assert requests.post(f"{service.url}/v1/small", data=b"x" * 1000, timeout=10).json() == {"size": 1000}


def test_a_body_that_grows_too_big_is_refused(service: Service) -> None:
    answer = requests.post(f"{service.url}/v1/count", data=iter([b"x" * 50_000] * 5), timeout=10)
    assert (answer.status_code, answer.json()) == (413, {"code": "body_too_large"})
    assert (
        requests.post(f"{service.url}/v1/count", data=iter([b"x" * 50_000] * 4), timeout=10).status_code
        == 200
    )


def test_a_body_that_never_comes_is_given_up(service: Service) -> None:
    answer = service.raw(b"POST /v1/count HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
    assert b" 408 " in answer.split(b"\r\n")[0]
    assert b'{"code":"body_slow"}' in answer


def test_deep_or_big_json_is_refused(service: Service) -> None:
    def send(text: str) -> tuple[int, object]:
        headers = {"Content-Type": "application/json; charset=utf-8"}
        answer = requests.post(f"{service.url}/v1/count", data=text, headers=headers, timeout=10)
        return answer.status_code, answer.json()

    assert send("[" * 8 + "]" * 8) == (200, {"size": 16})
    assert send("[" * 9 + "]" * 9) == (400, {"code": "json_too_deep"})
    assert send('{"a":"' + "[" * 100 + '\\"["}')[0] == 200
    assert send(" " * 5001) == (413, {"code": "body_too_large"})


@pytest.mark.parametrize(
    ("text", "depth"),
    [(b"", 0), (b"1", 0), (b"[]", 1), (b'{"a":[{}]}', 3), (b'"[[["', 0), (b'"\\"[["', 0), (b'"\\\\"[[', 2)],
)
def test_the_depth_of_json_is_counted_outside_of_strings(text: bytes, depth: int) -> None:
    assert depth_of(text) == depth


def test_errors_are_codes_whoever_raises_them(service: Service) -> None:
    def get(path: str) -> tuple[int, object]:
        answer = requests.get(service.url + path, timeout=10)
        return answer.status_code, answer.json()

    assert get("/nowhere") == (404, {"code": "not_found"})
    assert get("/v1/count") == (405, {"code": "method_not_allowed"})
    assert get("/v1/refuse") == (409, {"code": "log_moved", "position": 7})
    assert get(f"/v1/case/{NIK}") == (500, {"code": "internal"})


def test_the_log_has_a_line_for_each_request_and_nothing_personal(
    house: OfficeHouse, lines: StringIO
) -> None:
    with Service(house, Presence(Authority(""), frozenset({""}))) as service:
        requests.post(f"{service.url}/v1/count?name=Peserta&nik={NIK}", data=b"Peserta Contoh", timeout=10)
        requests.get(f"{service.url}/v1/case/{NIK}?a=Peserta", timeout=10)
        requests.get(f"{service.url}/nowhere/{NIK}", timeout=10)
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    seen = [line for line in told if line["logger"] == "loket.requests"]
    assert [(line["branch"], line["route"], line["status"]) for line in seen] == [
        (BRANCH, "/v1/count", 200),
        ("", "/v1/case/{nik}", 500),
        ("", "", 404),
    ]
    assert (seen[0]["bytes_in"], seen[0]["method"]) == (14, "POST")
    assert all(line["ms"] >= 0 and line["time"].endswith("+00:00") for line in seen)
    defect = next(line for line in told if line.get("error"))
    assert (defect["error"], defect["level"]) == ("ValueError", "error")
    assert NIK not in lines.getvalue()
    assert "Peserta" not in lines.getvalue()


def test_entries_that_nobody_followed_up_are_found_at_the_start(house: OfficeHouse) -> None:
    payload = {"fields": {"nik": NIK, "name": "Ada"}}
    house.append(BRANCH, ("case:c1", "case.noted", payload))
    assert house.office.follow_up.behind() == (BRANCH,)
    with Service(house, Presence(Authority(""), frozenset({""}))):
        until = time.monotonic() + 20
        while house.office.follow_up.behind() and time.monotonic() < until:
            time.sleep(0.01)
    assert [match.result for match in house.told(BRANCH, "match")] == ["not_found"]


def test_the_schema_tells_every_answer(service: Service) -> None:
    """Requests that schemathesis makes up get only answers that the schema tells of."""
    import schemathesis

    schema = schemathesis.openapi.from_url(f"{service.url}/openapi.json")
    own = [
        found.ok() for found in schema.get_all_operations() if found.ok().path in ("/healthz", "/v1/enrol")
    ]
    assert len(own) == 2
    for operation in own:
        check_operation(operation, service.url)


def check_operation(operation: object, url: str) -> None:
    from hypothesis import HealthCheck, given, settings
    from schemathesis.specs.openapi.checks import (
        positive_data_acceptance,  # no schema says what a sealed body is
    )

    @given(case=operation.as_strategy())  # type: ignore[attr-defined]
    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def run(case: object) -> None:
        case.call_and_validate(base_url=url, excluded_checks=[positive_data_acceptance])  # type: ignore[attr-defined]

    run()
