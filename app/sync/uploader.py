"""The tus 1.0 client: sends one attachment in chunks, one request at a step, and goes on after any cut."""

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn, Protocol
from urllib.parse import urljoin, urlsplit

import msgspec

from app.domain.case_events import Attached
from app.errors import Refused

CHUNK = 256 << 10
"""Bytes of one request (DESIGN 3)."""
SMALLEST = 1 << 10
"""Chunks are halved when a request fails, down to this."""
PATIENCE = 16
"""Requests in a row that bring nothing before an upload is put off; enough to come from CHUNK to SMALLEST."""
RESTARTS = 2
"""How often an upload may be lost or found damaged at the other side before it is put off."""
TIMEOUT = (2.0, 30.0)
"""Seconds to connect, and to wait for an answer."""
VERSION = "1.0.0"


class Answer(Protocol):
    """What a session answers; header names in any case."""

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, looked up whatever the case."""
        ...


class Session(Protocol):
    """What sends a request: a `requests.Session`, or the caller that signs. Raises OSError or Refused."""

    def request(
        self, method: str, url: str, *, headers: Any = None, data: Any = None, timeout: Any = None
    ) -> Answer:
        """One request and its answer."""
        ...


class Call(Protocol):
    """How a signed call is made: `app.sync.trust_caller.Caller.call`."""

    def __call__(
        self, method: str, path: str, body: bytes, headers: Any, *, read_seconds: float, accept: Any
    ) -> Any:
        """The answer with `status` and `headers`, whatever status of `accept` it has; raises Refused."""
        ...


class _Called(msgspec.Struct, frozen=True):
    status_code: int
    headers: Any


class SignedSession:
    """A session whose requests are signed calls to one address; the address part of an URL has no say."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def request(
        self, method: str, url: str, *, headers: Any = None, data: Any = None, timeout: Any = None
    ) -> Answer:
        """As `Session.request`; raises Refused."""
        seconds = (timeout or TIMEOUT)[1]
        path = urlsplit(url).path
        answer = self._call(method, path, data or b"", headers, read_seconds=seconds, accept=range(200, 600))
        return _Called(answer.status, answer.headers)


class Progress(msgspec.Struct, frozen=True):
    """After one step: `offset` bytes of `size` are known to be durable at the other side."""

    sha256: str
    url: str
    offset: int
    size: int
    done: bool = False
    failed: str = ""
    """Why this step brought nothing (a refusal's code); the next one tries again."""


class _Sending:
    """One attachment on its way, between two steps. `offset` is None while only the other side knows it."""

    def __init__(self, attached: Attached, read: Callable[[int], Iterator[bytes]], url: str) -> None:
        self.attached, self._read, self.url = attached, read, url
        self.offset: int | None = None
        self.best = -1
        """How far it was known to have come."""
        self.restarts = 0
        self.tried = (0, 0)
        """The last chunk: where it would end, and its size."""
        self._pieces: Iterator[bytes] = iter(())
        self._place, self._rest = -1, b""

    def take(self, offset: int, count: int) -> bytes:
        """`count` bytes from `offset` on, fewer at the end; goes on reading where it stopped if it can."""
        if offset != self._place:
            self._pieces, self._place, self._rest = self._read(offset), offset, b""
        parts, length = [self._rest], len(self._rest)
        while length < count and (piece := next(self._pieces, None)) is not None:
            parts.append(piece)
            length += len(piece)
        data = b"".join(parts)
        self._rest, taken = data[count:], data[:count]
        self._place = offset + len(taken)
        return taken

    def begin_anew(self, refused: Refused) -> None:
        """The other side does not know the upload (any more); raises `refused` when that goes on and on."""
        self.url, self.offset = "", None
        self.fall_back(-1, refused)

    def fall_back(self, offset: int, refused: Refused) -> None:
        """Less has come than was known; raises `refused` when that goes on and on."""
        self.best = offset
        self.restarts += 1
        if self.restarts > RESTARTS:
            raise refused

    def progress(self, *, done: bool = False, failed: str = "") -> Progress:
        return Progress(
            self.attached.sha256, self.url, self.offset or 0, self.attached.size, done=done, failed=failed
        )


_FATAL = {400: "upload_not_understood", 405: "upload_not_understood", 412: "upload_not_understood"}
_FATAL |= {415: "upload_not_understood", 401: "upload_not_allowed", 403: "upload_not_allowed"}
_FATAL |= {507: "peer_disk_full"}
_PASSING = ("hub_unreachable", "hub_slow", "hub_unavailable", "captive_portal", "answer_too_large")
"""What a signing session may refuse and a later request need not."""


def _number(answer: Answer, name: str) -> int | None:
    text = answer.headers.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else None


class Uploader:
    """A tus 1.0 client for one server; `base_url` is where uploads are created."""

    def __init__(self, session: Session, base_url: str, chunk: int = CHUNK) -> None:
        self._session, self._base = session, base_url
        self._most = self._chunk = max(chunk, 1)

    def send(
        self, attached: Attached, read: Callable[[int], Iterator[bytes]], url: str = ""
    ) -> Iterator[Progress]:
        """Send one attachment, one request at a step; `read(offset)` gives its bytes from there on.

        After a cut the next step asks how far it came. Raises Refused when the server says a final no, when the
        content is damaged ("attachment_damaged"), or after PATIENCE requests in a row that brought nothing.
        """
        sending = _Sending(attached, read, url if self._is_ours(url) else "")
        fruitless, done = 0, False
        while not done:
            failure: Refused | None = None
            try:
                done = self._step(sending)
            except _Fruitless as fruit:
                failure = fruit.refused
            came = -1 if sending.offset is None else sending.offset
            fruitless = 0 if came > sending.best else fruitless + 1
            sending.best = max(sending.best, came)
            if failure is not None and fruitless >= PATIENCE:
                raise failure
            yield sending.progress(done=done, failed=failure.code if failure else "")

    def _is_ours(self, url: str) -> bool:
        """Whether `url` lies on the server this client speaks to: nothing is ever sent elsewhere."""
        return bool(url) and urlsplit(url)[:2] == urlsplit(self._base)[:2]

    def _step(self, sending: _Sending) -> bool:
        """One request; whether the attachment has arrived."""
        if not sending.url:
            self._create(sending)
            return False
        if sending.offset is None or sending.offset == sending.attached.size:
            return self._ask(sending)
        try:
            self._patch(sending, sending.offset)
        except _Fruitless as fruit:
            sending.offset = None
            if fruit.shrinks:
                self._chunk = max(self._chunk // 2, min(SMALLEST, self._most))
            raise
        return False

    def _request(self, method: str, url: str, headers: dict[str, str], data: bytes = b"") -> Answer:
        spoken = {"Tus-Resumable": VERSION, **headers}
        try:
            return self._session.request(method, url, headers=spoken, data=data, timeout=TIMEOUT)
        except OSError as error:
            address = urlsplit(url).netloc
            raise _Fruitless(Refused("hub_unreachable", address=address, why=str(error))) from error
        except Refused as refused:
            if refused.code in _PASSING:
                raise _Fruitless(refused) from refused
            raise

    def _refuse(self, sending: _Sending, answer: Answer) -> NoReturn:
        """Raise what `answer`, which is no success, means."""
        status = answer.status_code
        if status in _FATAL:
            raise Refused(_FATAL[status], status=status)
        if status == 422:
            damaged = Refused("attachment_damaged")
            sending.begin_anew(damaged)
            raise _Fruitless(damaged, shrinks=False)
        if status in (404, 410):
            unknown = Refused("upload_unknown")
            sending.begin_anew(unknown)
            raise _Fruitless(unknown, shrinks=False)
        refused = Refused("hub_unavailable", address=urlsplit(self._base).netloc, status=status)
        raise _Fruitless(refused, shrinks=status not in (409, 423, 460))

    def _create(self, sending: _Sending) -> None:
        attached = sending.attached
        about = {"sha256": attached.sha256, "size": str(attached.size), "type": attached.type}
        # other servers want a file name; ours would be personal data in a header, and the event has it
        about["filename"] = attached.sha256
        metadata = ",".join(
            f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in about.items() if value
        )
        headers = {"Upload-Length": str(attached.size), "Upload-Metadata": metadata}
        answer = self._request("POST", self._base, headers)
        if answer.status_code == 413:
            raise Refused("attachment_too_big", limit=attached.size >> 20)
        if answer.status_code == 409:
            raise Refused("upload_differs")
        if answer.status_code != 201:
            self._refuse(sending, answer)
        url = urljoin(self._base, answer.headers.get("Location", ""))
        if not answer.headers.get("Location") or not self._is_ours(url):
            raise Refused("upload_not_understood", status=answer.status_code)
        sending.url, sending.offset = url, _number(answer, "Upload-Offset") or 0

    def _ask(self, sending: _Sending) -> bool:
        """How far it came; whether it is all there, and, where the server says what it is, the right content."""
        sending.offset = None
        answer = self._request("HEAD", sending.url, {})
        offset, length = _number(answer, "Upload-Offset"), _number(answer, "Upload-Length")
        if answer.status_code not in (200, 204) or answer.headers.get("Tus-Resumable") != VERSION:
            self._refuse(sending, answer)
        if offset is None or length != sending.attached.size or offset > length:
            unknown = Refused("upload_unknown")
            sending.begin_anew(unknown)
            raise _Fruitless(unknown)
        if offset < sending.best:
            sending.fall_back(offset, Refused("upload_unknown"))
        sending.offset = offset
        end, size = sending.tried
        if offset == end:  # only the answer was lost
            self._chunk = min(max(self._chunk, size), self._most)
        if offset == length and not _same_content(answer, sending.attached.sha256):
            raise Refused("attachment_damaged")
        return offset == length

    def _patch(self, sending: _Sending, offset: int) -> None:
        data = sending.take(offset, self._chunk)
        if not data:  # shorter than its event says
            raise Refused("attachment_damaged")
        sending.tried = (offset + len(data), len(data))
        check = base64.b64encode(hashlib.sha256(data).digest()).decode()
        headers = {
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
            "Upload-Checksum": f"sha256 {check}",
        }
        answer = self._request("PATCH", sending.url, headers, data)
        if answer.status_code == 413:
            self._too_much(len(data))
        if answer.status_code != 204 or _number(answer, "Upload-Offset") != offset + len(data):
            self._refuse(sending, answer)
        sending.offset = offset + len(data)
        self._chunk = min(self._chunk * 2, self._most)

    def _too_much(self, size: int) -> NoReturn:
        """The server takes less at once, now and later."""
        if size <= SMALLEST:
            raise Refused("upload_not_understood", status=413)
        self._most = max(size // 2, SMALLEST)
        self._chunk = min(self._chunk, self._most)
        raise _Fruitless(Refused("chunk_too_big", limit=size), shrinks=False)


class _Fruitless(Exception):
    """A request that brought nothing, and may be tried again."""

    def __init__(self, refused: Refused, *, shrinks: bool = True) -> None:
        super().__init__(refused)
        self.refused = refused
        self.shrinks = shrinks
        """Whether less at once may help."""


def _same_content(answer: Answer, sha256: str) -> bool:
    for pair in answer.headers.get("Upload-Metadata", "").split(","):
        name, _, value = pair.strip().partition(" ")
        if name == "sha256":
            return value == base64.b64encode(sha256.encode()).decode()
    return True
