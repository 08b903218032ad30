"""Calls to another computer of the branch or to head office: signed, over TLS 1.3, with an end to every waiting."""

import hashlib
import http.client
import io
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Container, Mapping
from contextlib import suppress
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import msgspec
import requests
import urllib3

from app.domain.ports import Entropy
from app.errors import Refused
from app.sync.trust_certificates import HUB_NAME, stranger_context
from app.sync.trust_joining import ENROL_PATH, Joined, Newcomer, joining_request, read_joining_answer
from app.sync.trust_lines import Lines, causes, header_of
from app.sync.trust_signatures import Signer, sign_request

CONNECT_SECONDS = 2.0
BODY_LIMIT = 64 * 1024 * 1024
SLOWEST = 4_096
"""Bytes a second: a body that comes slower than this, once its time is over, is given up."""
_BLOCK = 65_536
_REFUSAL_LIMIT = 65_536
_OURS = frozenset(
    {
        "application/json",
        "application/msgpack",
        "application/octet-stream",
        "application/offset+octet-stream",
        "application/zstd",
    }
)
_PATH = re.compile(r"(?:/[A-Za-z0-9_~.-]*[A-Za-z0-9_~-][A-Za-z0-9_~.-]*)+/?(?:\?[A-Za-z0-9_~.=&%-]*)?|/")
_VERIFY_DATES = (9, 10)
"""OpenSSL: X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED."""
_NOT_CONNECTED = urllib3.exceptions.ConnectTimeoutError | urllib3.exceptions.NewConnectionError
_NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE")

PASSED_ON: dict[str, tuple[str, ...]] = {
    "enrolment_code_expired": (),
    "enrolment_code_locked": (),
    "enrolment_code_used": (),
    "enrolment_code_wrong": ("left",),
    "enrolment_intercepted": (),
    "joining_damaged": (),
    "protocol_other": ("asker", "answerer"),
    "signature_wrong": (),
}
"""Refusals that the other side may speak in our name, with the whole numbers they need; any other is `hub_refused`."""


class Answer(msgspec.Struct, frozen=True):
    """What came back: only answers of 200 to 299 that are really ours."""

    status: int
    headers: Mapping[str, str]
    """Found whatever the case of the name."""
    body: bytes
    sent: int
    """Bytes of the request's body."""


class _Asked(msgspec.Struct, frozen=True):
    method: str
    path: str
    body: bytes
    headers: Mapping[str, str]
    read_seconds: float
    limit: int
    accept: Container[int]

    def request(self, base: str) -> requests.Request:
        """Made anew for each time it is sent. A stream, so that it goes in blocks that each have their time."""
        stream = io.BytesIO(self.body) if self.body else None
        return requests.Request(self.method, base + self.path, self.headers, data=stream)


class _Session(requests.Session):
    def get_redirect_target(self, resp: Any) -> None:
        """Nobody is followed, and no page that redirects is read."""
        return


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def read_address(address: str) -> tuple[str, str, int]:
    """(scheme, host, port) of `https://host:port`; raises Refused("address_wrong" | "plain_http", address=...)."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Refused("address_wrong", address=address) from error
    bare = not (parts.query or parts.fragment or "@" in parts.netloc) and parts.path in ("", "/")
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[A-Za-z0-9.:_-]+", host) or not bare:
        raise Refused("address_wrong", address=address)
    if parts.scheme == "http" and not _is_loopback(host):
        raise Refused("plain_http", address=address)
    return parts.scheme, host, port or (443 if parts.scheme == "https" else 80)


def _trouble_with_tls(error: ssl.SSLError, address: str) -> Refused:
    if isinstance(error, ssl.SSLCertVerificationError) and error.verify_code in _VERIFY_DATES:
        return Refused("hub_certificate_date", address=address, why=error.verify_message)
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return Refused("hub_unreachable", address=address, why="cut")
    if error.reason in _NO_TLS:
        return Refused("captive_portal", address=address, status=0)
    return Refused("hub_not_trusted", address=address, why=error.reason)


def _explain(error: Exception, address: str) -> Refused:
    """What a library's error means for the person."""
    found = causes(error)
    for each in found:
        if isinstance(each, ssl.SSLError):
            return _trouble_with_tls(each, address)
    if any(isinstance(each, _NOT_CONNECTED | ConnectionRefusedError) for each in found):
        nobody = any(isinstance(each, ConnectionRefusedError) for each in found)
        return Refused("hub_unreachable", address=address, why="refused" if nobody else "connect")
    if any(isinstance(each, TimeoutError | urllib3.exceptions.ReadTimeoutError) for each in found):
        return Refused("hub_slow", address=address, status=0)
    if any(isinstance(each, urllib3.exceptions.SSLError) for each in found):
        return Refused("hub_not_trusted", address=address, why="pinned")
    if any(
        isinstance(each, OSError | http.client.IncompleteRead | http.client.RemoteDisconnected)
        for each in found[1:]
    ):
        return Refused("hub_unreachable", address=address, why="cut")
    if any(isinstance(each, http.client.HTTPException | ValueError) for each in found):
        return Refused("captive_portal", address=address, status=0)
    return Refused("hub_unreachable", address=address, why="cut")


def see_certificate(address: str) -> str:
    """SHA-256 of the certificate that a server shows, not believed; empty for plain HTTP on this computer.

    Raises Refused as `Caller.call`.
    """
    scheme, host, port = read_address(address)
    if scheme == "http":
        return ""
    try:
        plain = socket.create_connection((host, port), CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise Refused("hub_unreachable", address=address, why="connect") from error
    try:
        with plain, stranger_context().wrap_socket(plain, server_hostname=HUB_NAME) as line:
            return hashlib.sha256(line.getpeercert(binary_form=True) or b"").hexdigest()
    except (OSError, ValueError) as error:
        raise _explain(error, address) from error


class Caller:
    """One computer's calls to one address; one thread at a time, except `drop`."""

    def __init__(
        self, address: str, station: str, signer: Signer, *, authorities_pem: str = "", pinned: str = ""
    ) -> None:
        """Believe the certificates of these authorities (one or several in PEM) or the one pinned by its
        fingerprint. Raises Refused("address_wrong" | "plain_http" | "certificate_damaged" | "hub_not_trusted")."""
        scheme, host, port = read_address(address)
        if scheme == "https" and not (authorities_pem or pinned):
            raise Refused("hub_not_trusted", address=address, why="no authority")
        self.address = address
        self._base = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
        self._station, self._signer = station, signer
        self._lines = Lines(authorities_pem, pinned)
        self._session = _Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.mount("https://", self._lines)
        self._session.mount("http://", self._lines)
        self._used = self._late = self._dropped = False

    def call(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        *,
        read_seconds: float = 30.0,
        limit: int = BODY_LIMIT,
        accept: Container[int] = range(200, 300),
    ) -> Answer:
        """Send a signed request and read the whole answer, at most `limit` bytes.

        `accept`: the statuses that are no refusal, for a protocol that speaks by them.

        `read_seconds`: until the answer begins, between its parts, and in all (and then as long as SLOWEST allows). A
        connection that had gone stale is made anew, once: requests between computers may come twice.

        Raises Refused: "hub_unreachable", "hub_not_trusted", "hub_certificate_date", "hub_slow", "hub_unavailable",
        "hub_refused", "captive_portal", "body_too_large", "answer_too_large" (each with `status`, 0 when there was
        none, where a status can be) or a refusal of PASSED_ON.
        """
        if not _PATH.fullmatch(path):
            raise Refused("address_wrong", address=path)
        if len(body) > BODY_LIMIT:
            raise Refused("body_too_large", status=0)
        signed = sign_request(self._signer, self._station, method, path, body)
        kept = {
            "Accept-Encoding": "identity",
            "Content-Type": "application/octet-stream",
            **(headers or {}),
            **signed,
        }
        asked = _Asked(method, path, body, kept, read_seconds, limit, accept)
        again, self._dropped = self._used, False
        try:
            return self._once(asked)
        except Refused as refusal:
            cut = refusal.code == "hub_unreachable" and refusal.facts.get("why") == "cut"
            if not (again and cut) or self._dropped:
                raise
        return self._once(asked)

    def _once(self, asked: _Asked) -> Answer:
        patience = CONNECT_SECONDS + asked.read_seconds + len(asked.body) / SLOWEST
        self._late = False
        watch = threading.Timer(
            patience, self._be_late
        )  # a time-out of the socket begins anew with each byte
        watch.daemon = True
        watch.start()
        try:
            answer = self._session.send(
                self._session.prepare_request(asked.request(self._base)),
                stream=True,
                timeout=(CONNECT_SECONDS, asked.read_seconds),
                allow_redirects=False,
            )
            watch.cancel()
            with answer:
                if self._late:  # a head that was cut reads like one that is complete
                    raise TimeoutError
                return self._read(answer, asked)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            self._used = False
            self._lines.close()
            if self._late:
                raise Refused("hub_slow", address=self.address, status=0) from error
            raise _explain(error, self.address) from error
        finally:
            watch.cancel()

    def _be_late(self) -> None:
        self._late = True
        self._lines.cut()

    def _read(self, answer: requests.Response, asked: _Asked) -> Answer:
        status = answer.status_code
        if status not in asked.accept or not self._is_ours(answer):
            raise self._refusal(answer, asked)
        body = self._body(answer, asked.read_seconds, asked.limit)
        self._used = True
        return Answer(status, answer.headers, body, len(asked.body))

    def _is_ours(self, answer: requests.Response) -> bool:
        """Our servers say how long an answer is, so that a cut shows, and never dress it up."""
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            return False
        if answer.headers.get("Content-Length") == "0" or answer.status_code == 204:
            return True
        measured = (
            "Content-Length" in answer.headers or header_of(answer.headers, "Transfer-Encoding") == "chunked"
        )
        return measured and header_of(answer.headers, "Content-Type") in _OURS

    def _body(self, answer: requests.Response, read_seconds: float, limit: int) -> bytes:
        announced = answer.headers.get("Content-Length", "0")
        if announced.isascii() and announced.isdigit() and int(announced) > limit:
            raise Refused("answer_too_large", address=self.address, status=answer.status_code)
        body, begun = bytearray(), time.monotonic()
        while part := answer.raw.read1(_BLOCK, decode_content=False):
            body += part
            if len(body) > limit:
                raise Refused("answer_too_large", address=self.address, status=answer.status_code)
            if time.monotonic() - begun > read_seconds + len(body) / SLOWEST:
                raise Refused("hub_slow", address=self.address, status=answer.status_code)
        return bytes(body)

    def _refusal(self, answer: requests.Response, asked: _Asked) -> Refused:
        """What a status outside 200 to 299 means; a proxy on the way may have said it instead of the server."""
        status, facts = answer.status_code, {"address": self.address, "status": answer.status_code}
        if status == 413:
            return Refused("body_too_large", status=status)
        if status in (408, 504):
            return Refused("hub_slow", **facts)
        if status == 429 or (status >= 500 and status != 511):
            said = self._body(answer, asked.read_seconds, _REFUSAL_LIMIT) if self._is_ours(answer) else b""
            return Refused("hub_unavailable", reason=_reason(said), **facts)
        if not self._is_ours(answer) or status < 400 or status in (407, 511):
            return Refused("captive_portal", **facts)
        said = self._body(answer, asked.read_seconds, _REFUSAL_LIMIT)
        return _spoken(said) or Refused("hub_refused", reason=_reason(said), **facts)

    def drop(self) -> None:
        """End the call under way, from another thread: it raises Refused; the next one connects anew."""
        self._dropped = True
        self._lines.cut()

    def close(self) -> None:
        """End the call under way, from any thread, and refuse every further one."""
        self._dropped = True
        self._lines.end()


def _told(said: bytes) -> dict[str, Any]:
    with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return msgspec.json.decode(said, type=dict[str, Any])
    return {}


def _reason(said: bytes) -> str:
    code = _told(said).get("code")
    return code if isinstance(code, str) and re.fullmatch(r"[a-z_]{1,60}", code) else ""


def _spoken(said: bytes) -> Refused | None:
    """The refusal that `{"code": ..., facts}` stands for, if it is one of PASSED_ON and complete."""
    told = _told(said)
    needed = PASSED_ON.get(_reason(said))
    if needed is None:
        return None
    facts = {name: told.get(name) for name in needed}
    if not all(isinstance(value, int) for value in facts.values()):
        return None
    return Refused(str(told["code"]), **facts)


def join_branch(
    address: str,
    code: str,
    newcomer: Newcomer,
    signer: Signer,
    entropy: Entropy,
) -> Joined:
    """Join the branch (or head office) that serves at `address`, with the code a person typed, made by `read_code`.

    The connection is believed for this call only, and only as far as the code proves it: request and answer are bound
    to the certificate seen. Raises Refused.
    """
    seen = see_certificate(address)
    joining = joining_request(code, newcomer, signer, seen, entropy)
    caller = Caller(address, newcomer.station, signer, pinned=seen)
    try:
        answer = caller.call("POST", ENROL_PATH, joining.body, read_seconds=30.0)
    finally:
        caller.close()
    return read_joining_answer(joining, answer.body)
