"""The round with the hubs of all branches, and the comparing of bytes."""

import msgspec
from fastapi import APIRouter, Response
from fastapi import Request as HttpRequest
from starlette.concurrency import run_in_threadpool

from app.errors import Refused
from app.server.headoffice.devices import Device
from app.server.headoffice.newcomers import Request, recognise
from app.server.headoffice.office import Follower, HeadOffice
from app.server.headoffice.registry import Registered
from app.server.schema import ASKS_BYTES, BYTES, answers_bytes
from app.sync import above
from app.sync.buckets import SIZE, Asked, Bucket, bucket
from app.sync.messages import Round, read_round, write
from app.sync.peer import BUCKETS, ROUND

BUCKET_BYTES = 64 << 20


def rounds(office: HeadOffice, follower: Follower) -> APIRouter:
    """The routes that only enrolled computers may call."""
    router = APIRouter()
    key = office.signing_key()
    head_office = above.HeadOffice(office.logs, Registered(office), key, key.public(), office.clock)
    refusals = answers_bytes(400, 401, 403, 408, 409, 413, 503)

    @router.post(
        ROUND,
        summary="A hub hands up its log",
        response_class=Response,
        responses=refusals,
        openapi_extra=ASKS_BYTES,
    )
    async def round_(request: HttpRequest) -> Response:
        body = await request.body()
        headers = request.headers

        def answered() -> bytes:
            device, question = _recognised(office, ("POST", ROUND, body, headers))
            request.state.branch = device.branch
            answer = head_office.answer(device.branch, question, device.station)
            if (
                question.log is not None or question.offers is not None
            ):  # nothing to do brings nothing to read
                follower.notice(device.branch)
            return write(answer)

        return Response(await run_in_threadpool(answered), media_type=BYTES)

    @router.post(
        BUCKETS,
        summary="Hashes of what is on file here",
        response_class=Response,
        responses=refusals,
        openapi_extra=ASKS_BYTES,
    )
    async def buckets(request: HttpRequest) -> Response:
        body = await request.body()
        headers = request.headers

        def compared() -> bytes:
            device = office.devices.authenticate("POST", BUCKETS, body, headers)
            request.state.branch = device.branch
            asked = _asked(body)
            return msgspec.msgpack.encode(_buckets(office, device.branch, asked))

        return Response(await run_in_threadpool(compared), media_type=BYTES)

    return router


def brings_something(question: Round) -> bool:
    """Whether there may be something to read in what was taken: most rounds of a day are empty."""
    return question.log is not None or question.offers is not None


def _asked(body: bytes) -> Asked:
    try:
        return msgspec.msgpack.decode(body, type=Asked)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("message_damaged", why="buckets") from error


def _recognised(office: HeadOffice, request: Request) -> tuple[Device, Round]:
    """Who asks, and what."""
    try:
        device = office.devices.recognise(*request)
    except Refused as refused:
        if refused.code != "device_unknown":
            raise
        question = read_round(request[2])
        return recognise(office, request, question), question
    return device, read_round(request[2])


def _buckets(office: HeadOffice, branch: str, asked: Asked) -> list[Bucket]:
    """The buckets of the log that head office holds; those it does not have are left out."""
    found = []
    for first in range(max(0, asked.first), min(asked.last, asked.first + 100 * SIZE), SIZE):
        last = min(first + SIZE, asked.last)
        entries = office.logs.entries(branch, first, BUCKET_BYTES, last - first)
        if len(entries) == last - first:
            found.append(bucket(first, entries))
    return found
