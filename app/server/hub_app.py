"""The hub as an HTTP service on the branch's LAN: rounds, joining, and what a station needs beside the log."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from app.domain.branch import Branch
from app.errors import Refused
from app.models.journal import Written
from app.server.limits import LimitedBody, Limits
from app.server.schema import ASKS_BYTES, BYTES, answers_bytes
from app.server.strangers import Strangers
from app.server.uploads import uploads_router
from app.services.hub_papers import HubPapers
from app.sync.blobs import BlobStore
from app.sync.buckets import Asked, buckets
from app.sync.messages import Answer, Round, read_round, write
from app.sync.node import Node
from app.sync.peer import ABOVE, ATTACHMENTS, BUCKETS, ROUND, RULES, SECRETS, SNAPSHOT
from app.sync.trust import ENROL_PATH, check_request, station_of
from app.sync.trust_signatures import STATION_HEADER

MOST_ROUND = 64 << 20
"""A log that is handed to a starting hub may be long; what unpacks to more is refused before it is unpacked."""
LONGEST_WAIT_MS = 30_000
STATUSES = {
    "signature_wrong": 401,
    "station_unknown": 401,
    "upload_not_allowed": 401,
    "enrolment_code_expired": 403,
    "enrolment_code_locked": 403,
    "enrolment_code_used": 403,
    "enrolment_code_wrong": 403,
    "enrolment_intercepted": 403,
    "message_too_big": 413,
    "disk_full": 507,
    "disk_nearly_full": 507,
    "disk_error": 503,
    "file_damaged": 503,
}
"""Refusal to HTTP status; what is not here is 400."""


record = logging.getLogger(__name__)

_Version = Annotated[int, msgspec.Meta(ge=0, lt=1 << 31)]


class Waiters:
    """Long polls that sleep until the log grows."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self.closing = False
        """The port is being closed: nobody sleeps any more."""
        self._grown = asyncio.Event()

    def close(self) -> None:
        """Wake everybody for good."""
        self.closing = True
        self.written(Written(()))

    def written(self, written: Written) -> None:
        """Called on the writing thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()

    def ticket(self) -> asyncio.Event:
        """What will be set when something is written from now on."""
        self._loop = asyncio.get_running_loop()
        return self._grown


class _Routes:
    """What a hub answers."""

    def __init__(self, node: Node, papers: HubPapers, waiters: Waiters, branch: Callable[[], Branch]) -> None:
        self._node = node
        self._papers = papers
        self._waiters = waiters
        self._branch = branch
        self._strangers = Strangers(node.journal)

    def believed(self, request: Request, body: bytes) -> str:
        """The station that signed a request; raises Refused("station_unknown" | "station_revoked" | "signature_wrong")."""
        station = self._signed(request, body)
        if self._branch().stations[station].revoked_at is not None:
            raise Refused("station_revoked")
        return station

    def _signed(self, request: Request, body: bytes) -> str:
        station = station_of(request.headers)
        known = self._branch().stations.get(station)
        if known is None or not known.keys:
            raise Refused("station_unknown")
        try:
            check_request(known.keys[-1], request.method, request.url.path, body, request.headers)
        except Refused:
            self._strangers.heard(station)
            raise
        return station

    def reads(self, station: str) -> bool:
        """Whether a computer may hold what a case file says: no display and no kiosk."""
        return self._branch().stations[station].full

    async def round(self, request: Request) -> Response:
        """The round of DESIGN 3; a revoked computer may speak, and is told."""
        body = await request.body()
        station = await run_in_threadpool(self._signed, request, body)
        question = await run_in_threadpool(read_round, body)
        answer = await _patiently(self._node, self._waiters, question, station)
        return Response(await run_in_threadpool(write, answer), media_type=BYTES)

    async def enrol(self, request: Request) -> Response:
        """A computer joins with a code; nobody knows it yet."""
        body = await request.body()
        return Response(await run_in_threadpool(self._papers.join, body), media_type=BYTES)

    async def buckets(self, request: Request) -> Response:
        """Hashes of the bytes that are on file here."""
        body = await request.body()
        self.believed(request, body)
        asked = _read(body, Asked)
        return Response(await run_in_threadpool(self._buckets, asked), media_type=BYTES)

    def _buckets(self, asked: Asked) -> bytes:
        with self._node.journal.store.reading() as connection:
            return msgspec.msgpack.encode(buckets(connection, asked))

    async def rules(self, request: Request) -> Response:
        """A rule bundle by its version."""
        body = await request.body()
        self.believed(request, body)
        return Response(await run_in_threadpool(self._papers.rules, _read(body, _Version)), media_type=BYTES)

    async def above(self, request: Request) -> Response:
        """Head office's address and keys."""
        self.believed(request, await request.body())
        return Response(await run_in_threadpool(self._papers.above), media_type=BYTES)

    async def secrets(self, request: Request) -> Response:
        """Hashes of PINs, both ways."""
        body = await request.body()
        station = self.believed(request, body)
        return Response(await run_in_threadpool(self._papers.secrets, station, body), media_type=BYTES)

    async def snapshot(self, request: Request) -> Response:
        """A piece of the file that a new computer starts from."""
        body = await request.body()
        narrow = not self.reads(self.believed(request, body))
        piece = await run_in_threadpool(self._papers.snapshot, body, narrow=narrow)
        return Response(piece, media_type=BYTES)


def _health() -> dict[str, str]:
    """The hub answers."""
    return {"status": "ok"}


def make_hub_app(node: Node, papers: HubPapers, blobs: BlobStore, branch: Callable[[], Branch]) -> FastAPI:
    """The service over one node; `papers` invites and hands out what a new computer needs."""
    app = FastAPI(title="Loket hub", docs_url=None, redoc_url=None)
    waiters = Waiters()
    node.journal.listen(waiters.written)
    app.state.waiters = waiters
    routes = _Routes(node, papers, waiters, branch)
    app.add_api_route("/healthz", _health, methods=["GET"])
    for path, answer in (
        (ROUND, routes.round),
        (ENROL_PATH, routes.enrol),
        (BUCKETS, routes.buckets),
        (RULES, routes.rules),
        (SECRETS, routes.secrets),
        (ABOVE, routes.above),
        (SNAPSHOT, routes.snapshot),
    ):
        app.add_api_route(
            path,
            answer,
            methods=["POST"],
            response_class=Response,
            responses=answers_bytes(400, 401, 403, 408, 413, 503, 507),
            openapi_extra=ASKS_BYTES,
        )
    app.include_router(
        uploads_router(blobs, routes.believed, ATTACHMENTS, arrived=papers.arrived, reads=routes.reads)
    )
    _speak_in_codes(app)
    app.add_middleware(LimitedBody, limits=Limits(paths={ROUND: MOST_ROUND, ENROL_PATH: 1 << 18}))
    return app


def _read(body: bytes, shape: Any) -> Any:
    try:
        return msgspec.msgpack.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("message_damaged", why="shape") from error


async def _patiently(node: Node, waiters: Waiters, question: Round, station: str) -> Answer:
    """The answer; where there is nothing to say, after the log has grown or the asker's patience is at its end."""
    until = time.monotonic() + min(question.wait_ms, LONGEST_WAIT_MS) / 1000
    while True:
        grown = waiters.ticket()
        answer = await run_in_threadpool(node.answer, question, station)
        left = until - time.monotonic()
        if left <= 0 or waiters.closing or _says_something(answer):
            return answer
        try:
            await asyncio.wait_for(grown.wait(), left)
        except TimeoutError:
            return answer


def _says_something(answer: Answer) -> bool:
    return bool(answer.log or answer.need or answer.done or answer.aside or not answer.orders)


def _speak_in_codes(app: FastAPI) -> None:
    """Every refusal is `{"code": …}` with those facts that are numbers: words could be somebody's."""

    @app.exception_handler(ClientDisconnect)
    async def gone(request: Request, error: ClientDisconnect) -> Response:
        return Response(status_code=400)  # nobody hears it: the line was cut in the midst of the question

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> JSONResponse:
        code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code) or str(error.detail)
        return JSONResponse({"code": code}, error.status_code, error.headers)

    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> JSONResponse:
        who = request.headers.get(STATION_HEADER, "")[:64]
        record.warning("%s from %r: %s", request.url.path, who, error.code)
        numbers = {name: fact for name, fact in error.facts.items() if isinstance(fact, int)}
        return JSONResponse({"code": error.code, **numbers}, STATUSES.get(error.code, 400))
