"""What one request may cost a server: bytes before they are read, the depth of JSON, the time until the body is there."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

import msgspec
from starlette.exceptions import HTTPException

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

DRAINED = 4 << 20
"""Bytes of a body that is too big which are still read and thrown away, so that the sender sees the answer."""
DRAIN_SECONDS = 5.0


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes, levels and seconds."""

    body: int = 64 << 20
    paths: Mapping[str, int] = msgspec.field(
        default_factory=lambda: {"/v1/round": 8 << 20, "/v1/enrol": 1 << 18}
    )
    """Smaller limits of single paths."""
    json_body: int = 1 << 20
    json_depth: int = 32
    seconds: float = 60.0
    """Until the body is there."""
    together: int = 160 << 20
    """Of all bodies that are here at one time: who has not proved anything yet sends them too."""


def depth_of(text: bytes) -> int:
    """How deep the brackets of a JSON text go, those inside of its strings not counted."""
    deepest = depth = 0
    in_string = escaped = False
    for sign in text:
        if in_string:
            in_string = escaped or sign != 0x22
            escaped = not escaped and sign == 0x5C
        elif sign == 0x22:
            in_string = True
        elif sign in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in b"]}":
            depth -= 1
    return deepest


class LimitedBody:
    """ASGI middleware: refuses with 400, 408 or 413 before the application has read more than it may."""

    def __init__(self, app: Application, limits: Limits | None = None) -> None:
        self._app = app
        self._limits = limits or Limits()
        self._held = Held(self._limits.together)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or one message of the server's own life."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.lower(): value for name, value in scope["headers"]}
        is_json = headers.get(b"content-type", b"").split(b";")[0].strip().lower().endswith(b"json")
        most = self._limits.paths.get(scope["path"], self._limits.body)
        if is_json:
            most = min(most, self._limits.json_body)
        body = _Body(receive, most, asyncio.get_running_loop().time() + self._limits.seconds, self._held)
        try:
            await self._limited(scope, body, send, headers, most, is_json=is_json)
        finally:
            body.release()

    async def _limited(
        self,
        scope: Scope,
        body: "_Body",
        send: Send,
        headers: Mapping[bytes, bytes],
        most: int,
        *,
        is_json: bool,
    ) -> None:
        if _length(headers) > most:
            if b"expect" not in headers:  # else the sender waits for our word
                await body.drain()
            await _refuse(send, 413, b"body_too_large")
            return
        if not is_json:
            await self._app(scope, body.receive, send)
            return
        try:
            text = await body.whole()
        except HTTPException as refused:
            await _refuse(send, refused.status_code, str(refused.detail).encode())
            return
        if depth_of(text) > self._limits.json_depth:
            await _refuse(send, 400, b"json_too_deep")
            return
        await self._app(scope, _replay(text, body.receive), send)


def _length(headers: Mapping[bytes, bytes]) -> int:
    """The length that a request tells; 0 where it tells none, or nonsense: its bytes are counted as they come."""
    told = headers.get(b"content-length", b"0")
    return int(told) if told.isdigit() else 0


class Held:
    """Bytes of bodies that are here now."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._bytes = 0

    def take(self, count: int) -> bool:
        """Whether there is room for so many more."""
        self._bytes += count
        return self._bytes <= self._most

    def give_back(self, count: int) -> None:
        """Their request is answered."""
        self._bytes -= count


class _Body:
    """The body of one request as it comes in."""

    def __init__(self, receive: Receive, most: int, until: float, held: Held) -> None:
        self._receive = receive
        self._most = most
        self._until = until
        self._held = held
        self._size = 0
        self._complete = False

    async def receive(self) -> Message:
        """The next message; raises HTTPException when the body grows too big or comes too slowly."""
        if self._complete:  # what comes now is that the other side went away: no hurry
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError as error:
            raise HTTPException(408, "body_slow", {"Connection": "close"}) from error
        if message["type"] == "http.request":
            count = len(message.get("body", b""))
            self._size += count
            self._complete = not message.get("more_body", False)
            if not self._held.take(count):
                raise HTTPException(503, "busy", {"Connection": "close"})
        if self._size > self._most:
            await self.drain()
            raise HTTPException(413, "body_too_large", {"Connection": "close"})
        return message

    def release(self) -> None:
        """The request is answered."""
        self._held.give_back(self._size)

    async def whole(self) -> bytes:
        """The whole body."""
        parts = []
        while not self._complete:
            message = await self.receive()
            if message["type"] != "http.request":
                raise HTTPException(400, "body_incomplete")
            parts.append(message.get("body", b""))
        return b"".join(parts)

    async def drain(self) -> None:
        """Throw away some of what still comes."""
        drained = 0
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                while drained < DRAINED and not self._complete:
                    message = await self._receive()
                    drained += len(message.get("body", b""))
                    self._complete = not message.get("more_body", False)
        except TimeoutError:
            return


def _replay(text: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": text, "more_body": False}

    return again


async def _refuse(send: Send, status: int, code: bytes) -> None:
    body = b'{"code":"' + code + b'"}'
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
