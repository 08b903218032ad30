"""What the services say of themselves in their schema: bodies that are bytes, and refusals that are a code."""

from dataclasses import dataclass
from typing import Any

BYTES = "application/octet-stream"
_BINARY = {"content": {BYTES: {"schema": {"type": "string", "format": "binary"}}}}
ASKS_BYTES: dict[str, Any] = {"requestBody": {"required": True, **_BINARY}}
"""For `openapi_extra` of a route that is asked in bytes."""


@dataclass(frozen=True)
class Problem:
    """Why a request was refused; some codes bring numbers of their own, such as the tries that are left."""

    code: str


_TOLD = {
    400: "Cannot be read",
    401: "Nobody that is known here signed it",
    403: "Not allowed, or not any more",
    404: "Not here",
    408: "The body came too slowly",
    409: "The log is somewhere else",
    413: "Too big",
    503: "Busy, or the database does not answer",
    507: "No room on the disk",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals of a route, for its schema."""
    return {status: {"model": Problem, "description": _TOLD[status]} for status in statuses}


def answers_bytes(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The same of a route that answers in bytes."""
    return {200: dict(_BINARY), **problems(*statuses)}
