"""Head office as an HTTP service. It keeps nothing between requests: any number of processes may serve one database."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from app.errors import Refused
from app.server.headoffice.enrolment import Presence
from app.server.headoffice.health import Acknowledging
from app.server.headoffice.office import Follower, HeadOffice
from app.server.headoffice.parts import Part
from app.server.limits import LimitedBody, Limits
from app.server.logs import RequestLog
from app.server.schema import ASKS_BYTES, BYTES, answers_bytes, problems
from app.sync.trust_joining import ENROL_PATH

STATUSES = {
    "signature_wrong": 401,
    "device_unknown": 401,
    "device_revoked": 403,
    "enrolment_code_expired": 403,
    "enrolment_code_locked": 403,
    "enrolment_code_used": 403,
    "enrolment_code_wrong": 403,
    "enrolment_intercepted": 403,
    "branch_unknown": 403,
    "log_moved": 409,
    "message_too_big": 413,
    "attachment_too_big": 413,
    "database_unreachable": 503,
    "database_busy": 503,
    "database_stalled": 503,
    "database_forbidden": 503,
    "server_clock_ahead": 503,
    "server_clock_beside": 503,
    "head_office_key_missing": 503,
}
"""Refusal to HTTP status; what is not here is 400."""

_NAMES = {404: "not_found", 405: "method_not_allowed"}


@dataclass(frozen=True)
class Health:
    """The service answers, and what it takes in now is acknowledged."""

    status: str
    version: str
    database: str


def make_app(
    office: HeadOffice,
    presence: Presence,
    parts: Sequence[Part] = (),
    limits: Limits | None = None,
) -> FastAPI:
    """The service. `parts` are further routes, such as the round, on the same office and follower."""
    follower = Follower(office)
    acknowledging = Acknowledging(office.database)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        follower.start()
        yield
        await run_in_threadpool(follower.stop)
        acknowledging.close()

    app = FastAPI(
        title="Loket, kantor pusat / head office",
        version=version("loket"),
        lifespan=life,
        docs_url=None,  # they load scripts from elsewhere; the schema is at /openapi.json
        redoc_url=None,
    )
    app.include_router(_own_routes(office, presence, acknowledging))
    for make_routes in parts:
        app.include_router(make_routes(office, follower))
    _speak_in_codes(app)
    app.add_middleware(LimitedBody, limits=limits)
    app.add_middleware(RequestLog)
    return app


def _own_routes(office: HeadOffice, presence: Presence, acknowledging: Acknowledging) -> APIRouter:
    router = APIRouter()

    @router.get("/healthz", responses=problems(503), summary="Can the service acknowledge now?")
    async def health() -> Health:
        await acknowledging.check()
        return Health("ok", version("loket"), "ok")

    @router.post(
        ENROL_PATH,
        summary="The first computer of a branch joins with a code",
        response_class=Response,
        responses=answers_bytes(400, 403, 408, 413, 503),
        openapi_extra=ASKS_BYTES,
    )
    async def enrol(request: Request) -> Response:
        body = await request.body()
        key = office.signing_key()
        branch, answer = await run_in_threadpool(office.enrolment.join, body, presence, key)
        request.state.branch = branch
        return Response(answer, media_type=BYTES)

    return router


# ---------------------------------------------------------------------------------------------------- refusals


def refusal_body(refused: Refused) -> dict[str, object]:
    """The code, and beside it those facts that are numbers: words could be somebody's."""
    numbers = {name: fact for name, fact in refused.facts.items() if isinstance(fact, int)}
    return {"code": refused.code, **numbers}


def _speak_in_codes(app: FastAPI) -> None:
    """Every error is `{"code": …}`, whoever raises it."""

    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> JSONResponse:
        return JSONResponse(refusal_body(error), STATUSES.get(error.code, 400))

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> JSONResponse:
        code = _NAMES.get(error.status_code) or str(error.detail)
        return JSONResponse({"code": code}, error.status_code, error.headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse({"code": "request_invalid"}, 400)

    @app.exception_handler(Exception)
    async def defect(request: Request, error: Exception) -> JSONResponse:
        # the server below logs it: starlette raises it again behind this answer
        return JSONResponse({"code": "internal"}, 500)
