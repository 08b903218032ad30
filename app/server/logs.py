"""The servers' own log: one JSON object a line, one line a request, and no personal data in any of them.

Neither bodies nor query strings are written, and of an error only its type and where it came from: its words may quote
what was asked.
"""

import json
import logging
import sys
import time
import traceback
from datetime import UTC, datetime
from typing import TextIO

from app.server.limits import Application, Message, Receive, Scope, Send

log = logging.getLogger("loket.requests")


class JsonLines(logging.Formatter):
    """One JSON object for each record."""

    def format(self, record: logging.LogRecord) -> str:
        """The line without its end."""
        told: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        request = getattr(record, "request", None)
        if isinstance(request, dict):
            told |= request
        else:
            told["message"] = record.getMessage()
        if record.exc_info and record.exc_info[0] is not None:
            frames = traceback.extract_tb(record.exc_info[2])
            told["error"] = record.exc_info[0].__name__
            told["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return json.dumps(told, ensure_ascii=False)


def start_log(stream: TextIO = sys.stdout) -> None:
    """Everything that is logged goes to `stream` as JSON lines."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.getLogger("uvicorn.access").disabled = True  # it writes addresses and query strings


class RequestLog:
    """ASGI middleware: a line for each request when it is over. The application names the branch in its state."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or one message of the server's own life."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        begun = time.monotonic()
        told = {"status": 500, "bytes_in": 0, "bytes_out": 0}

        async def counted_receive() -> Message:
            message = await receive()
            told["bytes_in"] += len(message.get("body", b""))
            return message

        async def counted_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                told["status"] = message["status"]
            told["bytes_out"] += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, counted_receive, counted_send)
        finally:
            request = {
                "branch": state.get("branch", ""),
                "method": scope["method"],
                "route": getattr(scope.get("route"), "path", ""),
                "ms": round((time.monotonic() - begun) * 1000, 1),
                **told,
            }
            log.info("request", extra={"request": request})
