"""Calls over real TLS on loopback, against servers that are ours, strange, slow, cut off or hostile."""

import asyncio
import hashlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests.adapters
import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response
from hypothesis import given
from hypothesis import strategies as st

from app.credentials import DeviceKey
from app.errors import Refused
from app.sync import trust_caller, trust_lines
from app.sync.trust import (
    Invitation,
    InvitationState,
    Newcomer,
    answer_joining,
    check_request,
    fingerprint,
    issue,
    server_settings,
)
from app.sync.trust_caller import Answer, Caller, join_branch, read_address, see_certificate
from app.sync.trust_certificates import load_certificate
from tests.houses import DAY_MS, CountingEntropy, FakeClock, refused
from tests.sync.strange_servers import (
    BranchTrust,
    Script,
    always,
    any_tls,
    http_answer,
    now_ms,
    read_request,
    serving,
)

pytestmark = pytest.mark.enable_socket

DEVICE = DeviceKey(bytes(32), "51", "a" * 32)
PAGE = b"<html><title>Login Wi-Fi</title></html>"
PORTAL = http_answer(PAGE, "text/html; charset=utf-8")
CODE = "ABCDEFGHJK"


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory) -> BranchTrust:
    return BranchTrust(tmp_path_factory.mktemp("hub"))


@contextmanager
def calling(address: str, branch: BranchTrust) -> Iterator[Caller]:
    caller = Caller(address, "51", DEVICE, authorities_pem=branch.authority.certificate_pem)
    try:
        yield caller
    finally:
        caller.close()


def ask(address: str, branch: BranchTrust, body: bytes = b"offer", *, seconds: float = 10.0) -> Answer:
    """One call of a caller of its own."""
    with calling(address, branch) as caller:
        return caller.call("POST", "/v1/round", body, read_seconds=seconds)


@contextmanager
def uvicorn_serving(program: FastAPI, **settings: object) -> Iterator[str]:
    """A real server of ours; gives its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(program, log_config=None, lifespan="off", **settings)  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])))
    thread.start()
    try:
        yield f"{'https' if config.is_ssl else 'http'}://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


# ------------------------------------------------------------------------------------------ our own server


def hub_program(seen: list[bytes]) -> FastAPI:
    """A hub that believes DEVICE only, and gives back what it was sent."""
    program = FastAPI()

    @program.post("/v1/round")
    async def take_round(request: Request) -> Response:
        body = await request.body()
        path = request.scope["raw_path"].decode()
        query = request.scope["query_string"].decode()
        try:
            check_request(
                DEVICE.public(), "POST", path + (f"?{query}" if query else ""), body, request.headers
            )
        except Refused as error:
            raise HTTPException(401) from error
        seen.append(body)
        return Response(body, media_type="application/msgpack")

    return program


def test_a_signed_round_goes_both_ways_over_tls(branch: BranchTrust) -> None:
    taken: list[bytes] = []
    settings = server_settings(branch.folder, branch.certificate, branch.key)
    body = bytes(range(256)) * 4_096
    with uvicorn_serving(hub_program(taken), **settings) as address, calling(address, branch) as caller:
        for query in ("", "?after=7&wait=0"):
            answer = caller.call("POST", f"/v1/round{query}", body)
            assert (answer.status, answer.body, answer.sent) == (200, body, len(body))
    assert taken == [body, body]


def test_our_server_speaks_to_nobody_below_tls_1_3(branch: BranchTrust) -> None:
    settings = server_settings(branch.folder, branch.certificate, branch.key)
    with uvicorn_serving(hub_program([]), **settings) as address:

        def greet(highest: ssl.TLSVersion) -> str | None:
            client = ssl.create_default_context(cadata=branch.authority.certificate_pem)
            client.maximum_version = highest
            with (
                socket.create_connection(("127.0.0.1", read_address(address)[2])) as plain,
                client.wrap_socket(plain, server_hostname="loket-hub") as line,
            ):
                return line.version()

        assert greet(ssl.TLSVersion.TLSv1_3) == "TLSv1.3"
        with pytest.raises(ssl.SSLError):
            greet(ssl.TLSVersion.TLSv1_2)


def test_a_renewed_certificate_is_shown_without_a_restart(branch: BranchTrust) -> None:
    settings = server_settings(branch.folder, branch.certificate, branch.key)
    context = settings["ssl_context_factory"](None, None)
    renewed, key = issue(branch.authority, "hub1", [], now_ms())
    with uvicorn_serving(hub_program([]), **settings) as address:
        assert see_certificate(address) == fingerprint(branch.certificate)
        load_certificate(context, branch.folder, renewed, key)
        assert see_certificate(address) == fingerprint(renewed)
        assert ask(address, branch).body == b"offer"


def test_two_authorities_are_believed_while_one_replaces_the_other(
    branch: BranchTrust, tmp_path: Path
) -> None:
    newer = BranchTrust(tmp_path)
    both = branch.authority.certificate_pem + newer.authority.certificate_pem
    for each in (branch, newer):
        with serving(always(http_answer(b"ok")), each.context()) as server:
            caller = Caller(server.address, "51", DEVICE, authorities_pem=both)
            assert caller.call("GET", "/healthz").body == b"ok"
            caller.close()


# ------------------------------------------------------------------------------------------ whom it believes


def test_another_branchs_hub_is_not_believed_and_hears_nothing(branch: BranchTrust, tmp_path: Path) -> None:
    with serving(always(http_answer(b"ok")), BranchTrust(tmp_path).context()) as server:
        with refused("hub_not_trusted", address=server.address):
            ask(server.address, branch)
        assert server.connections == 1
        assert server.requests == []


def test_requests_own_list_of_authorities_is_never_believed(
    branch: BranchTrust, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HTTPAdapter loads it into whatever TLS context it is given."""
    public = BranchTrust(tmp_path)
    listed = tmp_path / "public.pem"
    listed.write_text(public.authority.certificate_pem)
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(listed))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(listed))
    monkeypatch.setenv("SSL_CERT_FILE", str(listed))
    with (
        serving(always(http_answer(b"ok")), public.context()) as server,
        calling(server.address, branch) as caller,
    ):
        for _ in range(2):
            with refused("hub_not_trusted"):
                caller.call("POST", "/v1/round", b"offer")
        assert server.requests == []


def test_no_proxy_is_taken_from_the_environment(branch: BranchTrust, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(always(http_answer(b"ok")), branch.context()) as server, serving(always(PORTAL)) as proxy:
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, proxy.address)
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("no_proxy", "")
        assert ask(server.address, branch).body == b"ok"
        assert proxy.connections == 0


def test_a_station_that_may_not_serve_is_not_believed_as_hub(branch: BranchTrust) -> None:
    certificate, key = issue(branch.authority, "display", ["127.0.0.1"], now_ms(), full=False)
    with (
        serving(always(http_answer(b"ok")), any_tls(branch.folder, certificate, key)) as server,
        refused("hub_not_trusted"),
    ):
        ask(server.address, branch)


def test_a_certificate_is_not_an_authority(branch: BranchTrust) -> None:
    """Who holds a station's certificate could otherwise make more of them."""
    forged = branch.authority.__class__(branch.certificate, branch.key)
    certificate, key = issue(forged, "52", ["127.0.0.1"], now_ms())
    with (
        serving(
            always(http_answer(b"ok")), any_tls(branch.folder, certificate + branch.certificate, key)
        ) as server,
        refused("hub_not_trusted"),
    ):
        ask(server.address, branch)


def test_an_expired_certificate_asks_for_the_date(branch: BranchTrust) -> None:
    certificate, key = issue(branch.authority, "hub1", ["127.0.0.1"], now_ms() - 400 * DAY_MS)
    with (
        serving(always(http_answer(b"ok")), any_tls(branch.folder, certificate, key)) as server,
        refused("hub_certificate_date", why="certificate has expired"),
    ):
        ask(server.address, branch)


def test_a_server_below_tls_1_3_is_not_believed(branch: BranchTrust) -> None:
    old = any_tls(branch.folder, branch.certificate, branch.key)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with serving(always(http_answer(b"ok")), old) as server, refused("hub_not_trusted"):
        ask(server.address, branch)
    with serving(always(http_answer(b"ok")), old) as server, refused("hub_not_trusted"):
        see_certificate(server.address)


def test_nothing_is_believed_where_no_authority_is_known() -> None:
    with refused("hub_not_trusted"):
        Caller("https://127.0.0.1:1", "51", DEVICE)


@pytest.mark.parametrize(
    "address",
    ["http://192.168.1.10:8443", "http://loket-hub", "http://127.0.0.1.example:80", "http://[fe80::1]:80"],
)
def test_plain_http_is_for_this_computer_only(address: str) -> None:
    with refused("plain_http", address=address):
        Caller(address, "51", DEVICE)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "192.168.1.10:8443",
        "ftp://192.168.1.10",
        "https://",
        "https://192.168.1.10:99999",
        "https://user:pass@192.168.1.10",
        "http://127.0.0.1@192.168.1.10",
        "https://192.168.1.10/elsewhere",
        "https://192.168.1.10?x=1",
        "https://192.168.1.10#x",
        "https://[::1",
        "https://a b",
    ],
)
def test_an_address_that_cannot_be_used_is_refused(address: str) -> None:
    with refused("address_wrong", address=address):
        Caller(address, "51", DEVICE, authorities_pem="")


@given(address=st.text())
def test_whatever_is_typed_as_address_is_read_or_refused(address: str) -> None:
    for typed in (address, f"https://{address}", f"http://{address}"):
        try:
            scheme, _, port = read_address(typed)
        except Refused:
            continue
        assert scheme in ("http", "https")
        assert 0 < port < 65_536


@pytest.mark.parametrize(
    "path", ["", "v1", "//x", "/a b", "/../x", "/a/./b", "/é", "/a#b", "/a?b?c", "/a\nb", "/a\n"]
)
def test_a_path_that_would_be_changed_on_the_way_is_not_asked_for(path: str) -> None:
    caller = Caller("http://127.0.0.1:1", "51", DEVICE)
    with refused("address_wrong", address=path):
        caller.call("GET", path)
    caller.close()


# ------------------------------------------------------------------------------------------ who is not Loket


def redirect(to: str, status: str = "302 Found", body: bytes = b"") -> bytes:
    return http_answer(body, "text/html", status, f"Location: {to}\r\n")


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (PORTAL, 200),
        (http_answer(PAGE, "application/xhtml+xml"), 200),
        (http_answer(PAGE, ""), 200),
        (http_answer(PAGE, "text/html", "404 Not Found"), 404),
        (http_answer(PAGE, "text/html", "407 Proxy Authentication Required"), 407),
        (http_answer(b"{}", "application/json", "407 Proxy Authentication Required"), 407),
        (http_answer(PAGE, "text/html", "511 Network Authentication Required"), 511),
        (http_answer(b"x", extra="Content-Encoding: gzip\r\n"), 200),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/msgpack\r\n\r\nhow long?", 200),
        (redirect("https://login.example/"), 302),
        (redirect("https://["), 302),
        (redirect("/v1/round", "307 Temporary Redirect"), 307),
        (redirect("/v1/round", "308 Permanent Redirect", PAGE), 308),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", 304),
        (b"SSH-2.0-OpenSSH_9.2\r\n", 0),
        (b"HTTP/1.1 two hundred OK\r\n\r\n", 0),
        (b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 70_000 + b"\r\n\r\n", 0),
        (b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 200 + b"\r\n", 0),
    ],
)
def test_what_is_not_loket_is_called_so(branch: BranchTrust, answer: bytes, status: int) -> None:
    for context in (None, branch.context()):
        with serving(always(answer), context) as server:
            with refused("captive_portal", address=server.address, status=status):
                ask(server.address, branch)
            assert len(server.requests) == 1


def test_a_portal_in_clear_on_the_secure_port_is_called_so(branch: BranchTrust) -> None:
    with serving(always(PORTAL), reads=False) as server:
        address = server.address.replace("http:", "https:")
        with refused("captive_portal"):
            ask(address, branch)
        with refused("captive_portal"):
            see_certificate(address)


def test_a_portal_with_a_certificate_of_its_own_is_not_believed(branch: BranchTrust, tmp_path: Path) -> None:
    with serving(always(PORTAL), BranchTrust(tmp_path).context()) as server, refused("hub_not_trusted"):
        ask(server.address, branch)


def test_no_cookie_is_kept_and_no_packing_asked_for(branch: BranchTrust) -> None:
    def script(line: socket.socket, _request: bytes) -> None:
        line.sendall(http_answer(b"ok", extra="Set-Cookie: portal=1; Path=/\r\n"))

    with serving(script, branch.context()) as server, calling(server.address, branch) as caller:
        caller.call("GET", "/healthz")
        caller.call("GET", "/healthz")
        assert [b"cookie" in each.lower() for each in server.requests] == [False, False]
        assert [b"Accept-Encoding: identity\r\n" in each for each in server.requests] == [True, True]


@given(
    said=st.binary(max_size=300), begun=st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 401 No\r\n"])
)
def test_whatever_a_server_says_only_a_refusal_comes_of_it(
    plain_babbler: list[bytes], said: bytes, begun: bytes
) -> None:
    plain_babbler[1:] = [begun + said]
    caller = Caller(plain_babbler[0].decode(), "51", DEVICE)
    try:
        answer = caller.call("POST", "/v1/round", b"offer", read_seconds=5)
    except Refused:
        return
    finally:
        caller.close()
    assert answer.body in said


@given(said=st.binary(max_size=300))
def test_whatever_is_said_instead_of_tls_only_a_refusal_comes_of_it(
    plain_babbler: list[bytes], branch: BranchTrust, said: bytes
) -> None:
    plain_babbler[1:] = [said]
    address = plain_babbler[0].decode().replace("http:", "https:")
    with pytest.raises(Refused):
        see_certificate(address)
    with pytest.raises(Refused):
        ask(address, branch, seconds=5)


@pytest.fixture(scope="module")
def plain_babbler() -> Iterator[list[bytes]]:
    """[address, what it says to everyone]."""
    words: list[bytes] = []

    def script(line: socket.socket, _request: bytes) -> None:
        line.recv(65_536)
        line.sendall(words[1])

    with serving(script, reads=False) as server:
        words[:] = [server.address.encode(), b""]
        yield words


# ------------------------------------------------------------------------------------------ statuses


@pytest.mark.parametrize(
    ("status", "body", "code", "facts"),
    [
        ("413 Too Large", PAGE, "body_too_large", {"status": 413}),
        ("408 Request Timeout", b"", "hub_slow", {"status": 408}),
        ("504 Gateway Timeout", PAGE, "hub_slow", {"status": 504}),
        ("429 Too Many Requests", b"", "hub_unavailable", {"status": 429}),
        ("500 Internal Server Error", b"", "hub_unavailable", {"status": 500}),
        ("503 Service Unavailable", PAGE, "hub_unavailable", {"status": 503, "reason": ""}),
        (
            "503 Busy",
            b'{"code":"database_unreachable"}',
            "hub_unavailable",
            {"reason": "database_unreachable"},
        ),
        ("401 Unauthorized", b'{"code":"signature_wrong"}', "signature_wrong", {}),
        ("403 Forbidden", b'{"code":"enrolment_code_wrong","left":3}', "enrolment_code_wrong", {"left": 3}),
        ("403 Forbidden", b'{"code":"enrolment_code_wrong","left":"x"}', "hub_refused", {"status": 403}),
        ("409 Conflict", b'{"code":"term_lower"}', "hub_refused", {"status": 409, "reason": "term_lower"}),
        ("400 Bad Request", b'{"code":"<b>"}', "hub_refused", {"status": 400, "reason": ""}),
        ("400 Bad Request", b'{"code":7}', "hub_refused", {"reason": ""}),
        ("400 Bad Request", b'"code"', "hub_refused", {"reason": ""}),
        ("400 Bad Request", b'{"code":"\xff"}', "hub_refused", {"reason": ""}),
        ("400 Bad Request", b"[" * 50_000, "hub_refused", {"reason": ""}),
        ("400 Bad Request", b"", "hub_refused", {"reason": ""}),
        ("400 Bad Request", b"x" * 100_000, "answer_too_large", {"status": 400}),
    ],
)
def test_a_status_says_what_is_wrong(
    branch: BranchTrust, status: str, body: bytes, code: str, facts: dict[str, object]
) -> None:
    kind = "text/html" if body == PAGE else "application/json"
    with serving(always(http_answer(body, kind, status)), branch.context()) as server, refused(code, **facts):
        ask(server.address, branch)


def test_a_protocol_that_speaks_by_statuses_gets_them(branch: BranchTrust) -> None:
    conflict = http_answer(b"", "application/json", "409 Conflict", "Upload-Offset: 7\r\n")
    with serving(always(conflict), branch.context()) as server, calling(server.address, branch) as caller:
        answer = caller.call("PATCH", "/v1/uploads/1", b"x", {"Upload-Offset": "0"}, accept=(204, 409))
        assert (answer.status, answer.headers["upload-offset"]) == (409, "7")
        assert b"Upload-Offset: 0" in server.requests[0]
        with refused("hub_refused", status=409):
            caller.call("PATCH", "/v1/uploads/1", b"x")
    down = http_answer(PAGE, "text/html", "502 Bad Gateway")
    with (
        serving(always(down), branch.context()) as server,
        calling(server.address, branch) as caller,
        refused("hub_unavailable", status=502),
    ):
        caller.call("PATCH", "/v1/uploads/1", b"x", accept=range(200, 600))


def test_an_answer_without_a_body_is_one(branch: BranchTrust) -> None:
    nothing = b"HTTP/1.1 204 No Content\r\nUpload-Offset: 9\r\n\r\n"
    with serving(always(nothing), branch.context()) as server:
        assert ask(server.address, branch).body == b""


# ------------------------------------------------------------------------------------------ size


def test_a_huge_answer_is_not_taken_whether_announced_or_not(branch: BranchTrust) -> None:
    sent = [0]

    def script(line: socket.socket, request: bytes) -> None:
        length = b"Transfer-Encoding: chunked" if b"/chunked" in request else b"Content-Length: 999999999999"
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/msgpack\r\n" + length + b"\r\n\r\n")
        for _ in range(4_096):
            line.sendall(b"10000\r\n" + bytes(65_536) + b"\r\n")
            sent[0] += 65_536

    with serving(script, branch.context()) as server, calling(server.address, branch) as caller:
        for path in ("/announced", "/chunked"):
            with refused("answer_too_large", status=200):
                caller.call("GET", path, limit=1_000_000)
    assert sent[0] < 64 * 1024 * 1024


def test_an_answer_of_exactly_the_limit_is_taken(branch: BranchTrust) -> None:
    with (
        serving(always(http_answer(bytes(1_000))), branch.context()) as server,
        calling(server.address, branch) as caller,
    ):
        assert len(caller.call("GET", "/x", limit=1_000).body) == 1_000
        with refused("answer_too_large"):
            caller.call("GET", "/x", limit=999)


def test_a_chunked_answer_is_put_together(branch: BranchTrust) -> None:
    chunked = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"
    )
    with serving(always(chunked), branch.context()) as server:
        assert ask(server.address, branch).body == b"abcdefg"


def test_a_body_beyond_the_limit_is_not_even_sent(branch: BranchTrust) -> None:
    with serving(always(http_answer(b"ok")), branch.context()) as server:
        with refused("body_too_large", status=0):
            ask(server.address, branch, bytes(64 * 1024 * 1024 + 1))
        assert server.connections == 0


# ------------------------------------------------------------------------------------------ slow, cut, gone


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_where_nobody_listens_nobody_is_reached(branch: BranchTrust) -> None:
    address = f"https://127.0.0.1:{closed_port()}"
    with refused("hub_unreachable", address=address, why="refused"):
        ask(address, branch)
    with refused("hub_unreachable", address=address, why="connect"):
        see_certificate(address)


def test_a_name_that_nobody_has_is_not_reached(branch: BranchTrust) -> None:
    with refused("hub_unreachable", why="connect"):
        ask("https://tidak-ada.invalid:8443", branch)


def test_who_takes_the_connection_and_says_nothing_is_slow(
    branch: BranchTrust, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trust_caller, "CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with refused("hub_slow"):
            ask(address, branch)
        with refused("hub_slow"):
            see_certificate(address)


def waiting(stop: threading.Event, first: bytes, drip: bytes = b"") -> Script:
    """`first`, then one byte of `drip` after the other, then nothing until the test is over."""

    def script(line: socket.socket, _request: bytes) -> None:
        line.sendall(first)
        for each in drip:
            if stop.wait(0.05):
                return
            line.sendall(bytes([each]))
        stop.wait(30)

    return script


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/msgpack\r\n"


@pytest.mark.parametrize(
    ("first", "drip"),
    [
        (b"", b""),
        (HEAD, b""),
        (HEAD + b"Content-Length: 1000\r\n\r\n", b""),
        (HEAD + b"Content-Length: 1000\r\n\r\nhalf", b""),
        (HEAD + b"Content-Length: 100\r\n\r\n", bytes(100)),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 20 + b"0\r\n\r\n"),
        (b"", HEAD + b"Content-Length: 2\r\nX: " + b"x" * 50 + b"\r\n\r\nok"),
    ],
)
def test_an_answer_that_does_not_come_or_comes_by_drops_is_given_up(
    branch: BranchTrust, monkeypatch: pytest.MonkeyPatch, first: bytes, drip: bytes
) -> None:
    monkeypatch.setattr(trust_caller, "CONNECT_SECONDS", 1.0)
    stop = threading.Event()
    with serving(waiting(stop, first, drip), branch.context()) as server:
        try:
            with refused("hub_slow"):
                ask(server.address, branch, seconds=0.3)
        finally:
            stop.set()


def test_a_large_body_has_time_for_each_of_its_blocks(
    branch: BranchTrust, monkeypatch: pytest.MonkeyPatch
) -> None:
    """urllib3 would give all of it the time meant for connecting."""
    monkeypatch.setattr(trust_caller, "CONNECT_SECONDS", 1.0)
    monkeypatch.setattr(trust_lines, "SEND_SECONDS", 6.0)
    body = bytes(16 * 1024 * 1024)

    def script(line: socket.socket, _request: bytes) -> None:
        taken = 0
        for rest in (12, 9, 6, 3, 0):
            time.sleep(1.1)
            while taken < len(body) - rest * 1024 * 1024:
                taken += len(line.recv(65_536))
        line.sendall(http_answer(b"ok"))

    with serving(script, branch.context(), reads=False) as server:
        assert ask(server.address, branch, body).sent == len(body)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200",
        HEAD,
        HEAD + b"Content-Length: 1000\r\n\r\n",
        HEAD + b"Content-Length: 1000\r\n\r\n" + bytes(999),
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n10\r\nhalf",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ],
)
def test_a_connection_cut_anywhere_in_the_answer_gives_no_answer(branch: BranchTrust, said: bytes) -> None:
    for context in (None, branch.context()):
        with serving(always(said), context) as server:
            with pytest.raises(Refused) as caught:
                ask(server.address, branch)
            assert caught.value.code in ("hub_unreachable", "captive_portal")


def test_a_connection_cut_in_the_body_is_a_hub_out_of_reach(branch: BranchTrust) -> None:
    cut = HEAD + b"Content-Length: 1000\r\n\r\n" + bytes(999)
    with serving(always(cut), branch.context()) as server, refused("hub_unreachable", why="cut"):
        ask(server.address, branch)


def keeping(answers: int) -> Script:
    """Answers so many requests on one connection and closes it."""

    def script(line: socket.socket, _request: bytes) -> None:
        for number in range(answers):
            if number and not read_request(line):
                return
            line.sendall(http_answer(b"ok"))

    return script


def test_a_connection_is_used_again(branch: BranchTrust) -> None:
    with serving(keeping(10), branch.context()) as server, calling(server.address, branch) as caller:
        for _ in range(5):
            assert caller.call("POST", "/v1/round", b"offer").body == b"ok"
        assert server.connections == 1


def test_a_connection_that_went_stale_is_made_anew_without_a_word(branch: BranchTrust) -> None:
    def script(line: socket.socket, _request: bytes) -> None:
        line.sendall(http_answer(b"ok"))
        line.recv(65_536)  # the next request is read, and the connection ended instead of an answer

    with serving(script, branch.context()) as server, calling(server.address, branch) as caller:
        for _ in range(3):
            assert caller.call("POST", "/v1/round", b"offer").body == b"ok"
        assert server.connections == 3


def test_a_first_call_that_is_cut_is_not_repeated(branch: BranchTrust) -> None:
    with serving(always(b""), branch.context()) as server:
        with refused("hub_unreachable", why="cut"):
            ask(server.address, branch)
        assert server.connections == 1


@pytest.mark.parametrize("ending", ["drop", "close"])
def test_a_long_poll_is_ended_by_another_thread_and_not_repeated(branch: BranchTrust, ending: str) -> None:
    asked, stop, heard = threading.Event(), threading.Event(), []
    calm = http_answer(b"ok")

    def script(line: socket.socket, request: bytes) -> None:
        while request:
            if b"/poll" in request:
                asked.set()
                stop.wait(30)
                return
            line.sendall(calm)
            request = read_request(line)

    with serving(script, branch.context()) as server, calling(server.address, branch) as caller:
        assert caller.call("GET", "/calm").body == b"ok"

        def poll() -> None:
            try:
                caller.call("POST", "/poll", b"offer", read_seconds=25)
            except Refused as error:
                heard.append(error.code)

        thread = threading.Thread(target=poll)
        thread.start()
        assert asked.wait(10)
        getattr(caller, ending)()
        thread.join(10)
        assert heard == ["hub_unreachable"]
        stop.set()
        if ending == "drop":
            assert caller.call("GET", "/calm").body == b"ok"
        else:
            with refused("hub_unreachable"):
                caller.call("GET", "/calm")


# ------------------------------------------------------------------------------------------ joining


NEWCOMER = Newcomer(station="51", fingerprint="a" * 32, name="PC Loket 2", names=("192.168.1.12",))


def enrolling(branch: BranchTrust, invitation: Invitation, own: set[str]) -> FastAPI:
    program = FastAPI()

    @program.post("/v1/enrol")
    async def enrol(request: Request) -> Response:
        body = await request.body()
        try:
            asked = invitation.admit(body, own)
            said = answer_joining(
                invitation,
                body,
                "JKT",
                branch.authority,
                b"secrets of the branch",
                CountingEntropy("hub"),
                now_ms(),
                full=asked.full,
            )
        except Refused as error:
            facts = "".join(f',"{name}":{value}' for name, value in error.facts.items())
            return Response(f'{{"code":"{error.code}"{facts}}}', 403, media_type="application/json")
        return Response(said, media_type="application/msgpack")

    return program


def test_a_computer_joins_over_a_connection_it_cannot_know_yet(branch: BranchTrust) -> None:
    invitation = Invitation.open(CODE, FakeClock())
    settings = server_settings(branch.folder, branch.certificate, branch.key)
    program = enrolling(branch, invitation, {fingerprint(branch.certificate)})
    with uvicorn_serving(program, **settings) as address:
        with refused("enrolment_code_wrong", left=4):
            join_branch(address, "ABCDEFGHJL", NEWCOMER, DEVICE, CountingEntropy("wrong"))
        joined = join_branch(address, CODE, NEWCOMER, DEVICE, CountingEntropy("right"))
        with refused("enrolment_code_used"):
            join_branch(address, CODE, NEWCOMER, DEVICE, CountingEntropy("again"))
    assert joined.secrets == b"secrets of the branch"
    with uvicorn_serving(
        hub_program([]), **server_settings(branch.folder, joined.certificate_pem, joined.key_pem)
    ) as address:
        caller = Caller(address, "52", DEVICE, authorities_pem=joined.authority_pem)
        assert caller.call("POST", "/v1/round", b"a later hub").body == b"a later hub"
        caller.close()


def test_joining_on_this_computer_itself_needs_no_tls(branch: BranchTrust) -> None:
    invitation = Invitation.open(CODE, FakeClock())
    with uvicorn_serving(enrolling(branch, invitation, {""})) as address:
        assert join_branch(address, CODE, NEWCOMER, DEVICE, CountingEntropy("x")).branch == "JKT"


def test_who_stands_between_and_passes_everything_on_gets_nothing(
    branch: BranchTrust, tmp_path: Path
) -> None:
    """It shows a certificate of its own, as it must to read along, and passes the bytes on to the real hub."""
    invitation = Invitation.open(CODE, FakeClock())
    settings = server_settings(branch.folder, branch.certificate, branch.key)
    program = enrolling(branch, invitation, {fingerprint(branch.certificate)})
    read_along: list[bytes] = []
    with uvicorn_serving(program, **settings) as address:
        onward = ssl.create_default_context(cadata=branch.authority.certificate_pem)

        def script(line: socket.socket, request: bytes) -> None:
            with (
                socket.create_connection(("127.0.0.1", read_address(address)[2])) as plain,
                onward.wrap_socket(plain, server_hostname="loket-hub") as hub,
            ):
                hub.sendall(request)
                answer = read_request(hub)
            read_along.append(answer)
            line.sendall(answer)

        with serving(script, BranchTrust(tmp_path).context()) as between, refused("enrolment_intercepted"):
            join_branch(between.address, CODE, NEWCOMER, DEVICE, CountingEntropy("x"))
    assert b"enrolment_intercepted" in read_along[0]
    assert not invitation.is_open()


def test_who_stands_between_and_answers_itself_is_not_believed(branch: BranchTrust, tmp_path: Path) -> None:
    """It does not know the code, so it lets every proof pass and answers under a code it made up."""
    stranger = BranchTrust(tmp_path)
    clock = FakeClock()

    def script(line: socket.socket, request: bytes) -> None:
        body = request.partition(b"\r\n\r\n")[2]
        invitation = Invitation.open("ABCDEFGHJL", clock)
        taken = InvitationState(invitation.state.secret, clock.now(), taken_by=hashlib.sha256(body).digest())
        said = answer_joining(
            Invitation(taken, clock),
            body,
            "JKT",
            stranger.authority,
            b"poison",
            CountingEntropy("stranger"),
            now_ms(),
            full=True,
        )
        line.sendall(http_answer(said))

    with serving(script, stranger.context()) as between, refused("joining_answer_wrong"):
        join_branch(between.address, CODE, NEWCOMER, DEVICE, CountingEntropy("x"))


def test_a_certificate_swapped_between_looking_and_joining_is_noticed(
    branch: BranchTrust, tmp_path: Path
) -> None:
    other = BranchTrust(tmp_path)
    context = branch.context()
    with serving(always(http_answer(b"ok")), context) as server:
        seen = see_certificate(server.address)
        assert seen == fingerprint(branch.certificate)
        caller = Caller(server.address, "51", DEVICE, pinned=seen)
        assert caller.call("POST", "/v1/enrol", b"x").body == b"ok"
        load_certificate(context, tmp_path, other.certificate, other.key)
        with refused("hub_not_trusted", why="pinned"):
            caller.call("POST", "/v1/enrol", b"x")
        caller.close()
        assert len(server.requests) == 1
