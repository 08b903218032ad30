"""The tus 1.0.0 server for attachments: core, creation, termination, checksum (https://tus.io/protocols/resumable-upload).

An upload's address is the SHA-256 of its content, and each station sees only uploads of its own: creating one twice
finds the first again. A chunk is taken whole or not at all, because its signature covers it whole.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import inspect
import re
from collections.abc import Awaitable, Callable, Mapping

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from app.errors import Refused
from app.sync.blobs import LIMIT, BlobStore, Note, Upload

VERSION = "1.0.0"
EXTENSIONS = "creation,termination,checksum"
_CHUNK_TYPE = "application/offset+octet-stream"
_DIGESTS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
_DRAINED = 4 << 20
"""Bytes of a body that is too big which are still read and thrown away, so that the sender sees the answer."""

Authorise = Callable[[Request, bytes], str | Awaitable[str]]
"""(request, whole body) -> id of the station; raises Refused, answered with 401. The method is the effective one."""
Arrived = Callable[[str, int], None]
"""(SHA-256, size): the blob is complete and durable. Called before it is acknowledged, perhaps more than once."""
StoreOf = Callable[[str], BlobStore]
"""Where a station's uploads lie."""
Reads = Callable[[str], bool]
"""Whether a station may have blobs back."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one request may cost."""

    chunk: int = 1 << 20
    """Most bytes of one PATCH."""
    total: int = LIMIT
    """Most bytes of one attachment."""
    metadata: int = 4096
    """Most bytes of the header Upload-Metadata."""
    seconds: float = 60.0
    """Until the body of a request must be there."""


STATUSES = {
    "upload_not_allowed": 401,
    "attachment_kept": 403,
    "upload_unknown": 404,
    "attachment_missing": 404,
    "upload_method_wrong": 405,
    "upload_slow": 408,
    "upload_offset_wrong": 409,
    "upload_differs": 409,
    "upload_gone": 410,
    "upload_version_wrong": 412,
    "chunk_too_big": 413,
    "attachment_too_big": 413,
    "upload_too_long": 413,
    "upload_type_wrong": 415,
    "attachment_damaged": 422,
    "checksum_wrong": 460,
    "disk_error": 500,
    "folder_read_only": 500,
    "disk_full": 507,
}
"""Refusal to HTTP status; what is not here is 400."""


def _answer(status: int, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status_code=status, headers={"Tus-Resumable": VERSION, **named})


def _refusal(refused: Refused, status: int | None = None) -> Response:
    code = status or STATUSES.get(refused.code, 400)
    headers = {"Tus-Resumable": VERSION}
    if code == 412:
        headers["Tus-Version"] = VERSION
    if code in (408, 413):
        headers["Connection"] = "close"  # the rest of the body is not read
    body = msgspec.json.encode({"code": refused.code})
    return Response(body, status_code=code, headers=headers, media_type="application/json")


def _metadata(text: str) -> dict[str, str]:
    """The pairs of Upload-Metadata; raises Refused("upload_header_wrong")."""
    pairs: dict[str, str] = {}
    try:
        for pair in filter(None, text.split(",")):
            name, _, value = pair.strip().partition(" ")
            pairs[name] = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise Refused("upload_header_wrong", name="Upload-Metadata") from error
    return pairs


def _number(request: Request, name: str) -> int:
    text = request.headers.get(name, "")
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise Refused("upload_header_wrong", name=name)
    return int(text)


def _check_sum(request: Request, body: bytes) -> None:
    """Raises Refused("checksum_wrong"), or ("upload_header_wrong") for an algorithm or a text that is none."""
    given = request.headers.get("Upload-Checksum")
    if given is None:
        return
    algorithm, _, text = given.partition(" ")
    try:
        wanted = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise Refused("upload_header_wrong", name="Upload-Checksum") from error
    if algorithm not in _DIGESTS:
        raise Refused("upload_header_wrong", name="Upload-Checksum")
    if not hmac.compare_digest(_DIGESTS[algorithm](body).digest(), wanted):
        raise Refused("checksum_wrong")


async def _body(request: Request, most: int, seconds: float) -> bytes:
    """The whole body; one that is too long is refused by its declared length before any of it is taken."""
    declared = request.headers.get("Content-Length", "0")
    parts: list[bytes] = []
    length, wanted = 0, int(declared) if declared.isdigit() else 0
    if wanted > max(most, _DRAINED):
        raise Refused("chunk_too_big", limit=most)
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                length += len(part)
                if length > max(most, _DRAINED):
                    break
                if length <= most and wanted <= most:
                    parts.append(part)
    except TimeoutError as error:
        raise Refused("upload_slow") from error
    if length > most:
        raise Refused("chunk_too_big", limit=most)
    return b"".join(parts)


class _Uploads:
    """The answers to each method; `sha256` is the upload's address."""

    def __init__(
        self, store_of: StoreOf, authorise: Authorise, limits: Limits, arrived: Arrived, reads: Reads
    ) -> None:
        self._store_of, self._authorise, self._limits = store_of, authorise, limits
        self._arrived, self._reads = arrived, reads

    async def collection(self, request: Request) -> Response:
        """Where uploads are created."""
        return await self._guarded(request, {"OPTIONS": self._options, "POST": self._create})

    async def upload(self, request: Request) -> Response:
        """One upload."""
        methods = {
            "OPTIONS": self._options,
            "HEAD": self._state,
            "PATCH": self._append,
            "DELETE": self._drop,
            "GET": self._content,
        }
        return await self._guarded(request, methods)

    async def _guarded(
        self, request: Request, methods: Mapping[str, Callable[[Request], Awaitable[Response]]]
    ) -> Response:
        override = request.headers.get("X-HTTP-Method-Override")
        if override:  # tus: the actual method must be ignored; a signature must then cover the effective one
            request = Request({**request.scope, "method": override.upper()}, request.receive)
        try:
            if request.method not in methods:
                raise Refused("upload_method_wrong")
            if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
                raise Refused("upload_version_wrong")
            return await methods[request.method](request)
        except ClientDisconnect:
            return _answer(400)  # nobody is there to read it
        except Refused as refused:
            return _refusal(refused)

    async def _station(self, request: Request, body: bytes) -> str:
        """Who asks; raises Refused("upload_not_allowed") whatever the reason."""
        try:
            station = self._authorise(request, body)
            return await station if inspect.isawaitable(station) else station
        except Refused as refused:
            raise Refused("upload_not_allowed") from refused

    async def _bare(self, request: Request) -> str:
        """Who asks, with a request that has no body."""
        body = await _body(request, 0, self._limits.seconds)
        return await self._station(request, body)

    async def _options(self, request: Request) -> Response:
        return _answer(
            204,
            Tus_Version=VERSION,
            Tus_Extension=EXTENSIONS,
            Tus_Max_Size=str(self._limits.total),
            Tus_Checksum_Algorithm=",".join(_DIGESTS),
        )

    async def _create(self, request: Request) -> Response:
        text = request.headers.get("Upload-Metadata", "")
        if len(text) > self._limits.metadata:
            raise Refused("upload_header_wrong", name="Upload-Metadata")
        about, size = _metadata(text), _number(request, "Upload-Length")
        sha256 = about.get("sha256", "")
        if not re.fullmatch(r"[0-9a-f]{64}", sha256) or about.get("size", str(size)) != str(size):
            raise Refused("upload_header_wrong", name="Upload-Metadata")
        if size > self._limits.total:
            raise Refused("attachment_too_big", limit=self._limits.total >> 20)
        note = Note(sha256, size, about.get("type", ""), await self._bare(request))
        offset = await run_in_threadpool(self._store_of(note.owner).begin, note)
        await self._told(Upload(note, offset))
        location = f"{request.url.path.rstrip('/')}/{sha256}"
        return _answer(201, Location=location, Upload_Offset=str(offset))

    async def _told(self, upload: Upload) -> None:
        """A complete upload is a blob, and whoever waits for it hears of it before the sender does."""
        note = upload.note
        if upload.offset == note.size:
            await run_in_threadpool(self._arrived, note.sha256, note.size)

    async def _state(self, request: Request) -> Response:
        station = await self._bare(request)
        sha256 = request.path_params["sha256"]
        upload = await run_in_threadpool(self._store_of(station).partial, station, sha256)
        await self._told(upload)
        note = upload.note
        pairs = {"sha256": note.sha256, "size": str(note.size), "type": note.type}
        metadata = ",".join(
            f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in pairs.items() if text
        )
        return _answer(
            200,
            Upload_Offset=str(upload.offset),
            Upload_Length=str(note.size),
            Upload_Metadata=metadata,
            Cache_Control="no-store",
        )

    async def _append(self, request: Request) -> Response:
        if request.headers.get("Content-Type") != _CHUNK_TYPE:
            raise Refused("upload_type_wrong")
        offset = _number(request, "Upload-Offset")
        body = await _body(request, self._limits.chunk, self._limits.seconds)
        station = await self._station(request, body)
        sha256 = request.path_params["sha256"]
        _check_sum(request, body)
        upload = await run_in_threadpool(self._store_of(station).append, station, sha256, offset, body)
        await self._told(upload)
        return _answer(204, Upload_Offset=str(upload.offset))

    async def _drop(self, request: Request) -> Response:
        station = await self._bare(request)
        await run_in_threadpool(self._store_of(station).drop, station, request.path_params["sha256"])
        return _answer(204)

    async def _content(self, request: Request) -> Response:
        """A piece of a blob, not of an upload: beside tus, for computers that need one which they do not have."""
        station = await self._bare(request)
        if not self._reads(station):
            raise Refused("upload_not_allowed")
        asked = _RANGE.fullmatch(request.headers.get("Range", ""))
        if asked is None:
            raise Refused("upload_header_wrong", name="Range")
        store, sha256 = self._store_of(station), request.path_params["sha256"]
        first, last = int(asked[1]), int(asked[2])
        last = min(last, first + self._limits.chunk - 1)
        size, data = await run_in_threadpool(_piece, store, sha256, first, last)
        headers = {
            "Tus-Resumable": VERSION,
            "Content-Range": f"bytes {first}-{first + len(data) - 1}/{size}",
            "Cache-Control": "no-store",
        }
        return Response(data, 206, headers, media_type="application/octet-stream")


_RANGE = re.compile(r"bytes=([0-9]{1,15})-([0-9]{1,15})")


def _piece(store: BlobStore, sha256: str, first: int, last: int) -> tuple[int, bytes]:
    """(size of the blob, its bytes `first` to `last`); raises Refused("attachment_missing") where there are none."""
    size = store.size(sha256)
    if not first <= last or first >= size:
        raise Refused("attachment_missing")
    found = bytearray()
    for piece in store.open(sha256, first):
        found += piece
        if len(found) > last - first:
            break
    return size, bytes(found[: last - first + 1])


def _nobody(sha256: str, size: int) -> None:
    """Nobody wants to know."""


def _never(station: str) -> bool:
    """Nobody."""
    return False


def uploads_router(
    store: BlobStore | StoreOf,
    authorise: Authorise,
    prefix: str = "/v1/attachments",
    limits: Limits | None = None,
    arrived: Arrived = _nobody,
    reads: Reads = _never,
) -> APIRouter:
    """The routes under `prefix`. They are not in the OpenAPI description: tus describes them."""
    kept = (lambda _: store) if isinstance(store, BlobStore) else store
    uploads = _Uploads(kept, authorise, limits or Limits(), arrived, reads)
    router = APIRouter(prefix=prefix)
    router.add_api_route("", uploads.collection, methods=["POST", "OPTIONS"], include_in_schema=False)
    router.add_api_route(
        "/{sha256}",
        uploads.upload,
        methods=["HEAD", "PATCH", "DELETE", "OPTIONS", "POST", "GET"],
        include_in_schema=False,
    )
    return router
