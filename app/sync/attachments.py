"""Scans and photos on their way: the queue beside the log, worked off one request at a step, after events in turn."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Literal

import msgspec
from sqlalchemy import Connection, bindparam, func, literal, select, true, update
from sqlalchemy.dialects.sqlite import insert

from app.domain.case_events import Attached
from app.domain.events import Header, read_header
from app.domain.kinds import read_payload
from app.errors import Refused
from app.models import following, log
from app.models.store import Store
from app.models.tables import attachments, events
from app.sync.blobs import BlobStore
from app.sync.uploader import Progress, Uploader

Hop = Literal["hub", "head_office"]


class Waiting(msgspec.Struct, frozen=True):
    """One attachment that has not arrived yet; `url` is where its upload was begun, or empty."""

    attached: Attached
    stream: str
    url: str


_DONE = {"hub": attachments.c.hub_done, "head_office": attachments.c.head_office_done}
_HERE = {"hub": true(), "head_office": attachments.c.hub_done}
"""The hub has only what has come to it."""
_INSERT = insert(attachments).on_conflict_do_nothing()
_WAITING = {
    hop: select(attachments)
    .where(done.is_(False), _HERE[hop])
    .order_by(attachments.c.added_at, attachments.c.sha256)
    .limit(bindparam("most"))
    for hop, done in _DONE.items()
}
_BACKLOG = {
    hop: select(func.count(), func.coalesce(func.sum(attachments.c.size), 0)).where(
        done.is_(False), _HERE[hop]
    )
    for hop, done in _DONE.items()
}
_ONE = attachments.c.sha256 == bindparam("one")
_SET_URL = update(attachments).where(_ONE).values(hub_url=bindparam("url"))
_SET_DONE = {hop: update(attachments).where(_ONE).values({done: True}) for hop, done in _DONE.items()}
_AGAIN = (
    update(attachments).where(attachments.c.head_office_done.is_(False)).values(hub_done=False, hub_url="")
)


def put(connection: Connection, attached: Attached, stream: str, at: int, *, at_hub: bool = False) -> None:
    """Queue an attachment whose blob is here; `at` in milliseconds UTC, `at_hub` where this computer is the hub.

    The same content twice is queued once, and what has arrived stays arrived.
    """
    row = {
        **msgspec.structs.asdict(attached),
        "stream": stream,
        "added_at": at,
        "hub_url": "",
        "hub_done": at_hub,
        "head_office_done": False,
    }
    connection.execute(_INSERT, row)


def waiting(connection: Connection, hop: Hop, most: int = 100) -> tuple[Waiting, ...]:
    """What has not arrived at `hop`, oldest first."""
    return tuple(
        Waiting(
            Attached(sha256=row.sha256, size=row.size, type=row.type, name=row.name),
            row.stream,
            row.hub_url if hop == "hub" else "",
        )
        for row in connection.execute(_WAITING[hop], {"most": most})
    )


def backlog(connection: Connection, hop: Hop) -> tuple[int, int]:
    """(attachments, bytes) that have not arrived at `hop`."""
    count, size = connection.execute(_BACKLOG[hop]).one()
    return int(count), int(size)


def remember_url(connection: Connection, sha256: str, url: str) -> None:
    """Where the hub keeps the upload that was begun."""
    connection.execute(_SET_URL, {"one": sha256, "url": url})


def mark_arrived(connection: Connection, sha256: str, hop: Hop) -> None:
    """`hop` has it, complete and checked."""
    connection.execute(_SET_DONE[hop], {"one": sha256})


def offer_again(connection: Connection) -> None:
    """Another computer became the hub: offer it whatever head office does not have yet."""
    connection.execute(_AGAIN)


NOTED = "attachments_noted"
"""Setting: how far the log was looked through for attachments, as `12 abc…`."""
MOST_ENTRIES = 20_000
_ATTACHING = (
    select(events.c.position, events.c.header, events.c.payload)
    .where(events.c.position > bindparam("after"), events.c.position <= bindparam("last"))
    .where(func.instr(events.c.header, literal(b"case.attached")) > 0)
    .order_by(events.c.position)
)
_NOT_AT_HUB = select(attachments.c.sha256).where(attachments.c.hub_done.is_(False))


def note_log(connection: Connection, has: Callable[[str], bool]) -> bool:
    """As hub: queue for head office what the log attaches, whoever attached it; `has` says which blobs are here.

    Looks through MOST_ENTRIES at a time; whether it has come to the end.
    """
    after = _noted(connection)
    last = min(log.head(connection).position, after + MOST_ENTRIES)
    for _, raw, payload in connection.execute(_ATTACHING, {"after": after, "last": last}).all():
        header = read_header(raw)
        told = _attached(header, payload)
        if told is not None:
            put(connection, told, header.stream, header.at, at_hub=has(told.sha256))
    if last > after:
        found = log.hash_at(connection, last)
        log.put_setting(connection, NOTED, f"{last} {(found or b'').hex()}")
    return last == log.head(connection).position


def find_here(connection: Connection, has: Callable[[str], bool]) -> None:
    """This computer became the hub: what is here is at the hub."""
    for (sha256,) in connection.execute(_NOT_AT_HUB).all():
        if has(sha256):
            mark_arrived(connection, sha256, "hub")


def _noted(connection: Connection) -> int:
    """What was looked through still stands, or stands as far as head office has countersigned it."""
    position, _, log_hash = log.setting(connection, NOTED, "0 ").partition(" ")
    after = int(position)
    if after and (log.hash_at(connection, after) or b"").hex() != log_hash:
        after = min(after, following.final_position(connection))
    return after


def _attached(header: Header, payload: bytes | None) -> Attached | None:
    if header.kind != "case.attached" or payload is None:
        return None
    try:
        told = read_payload(header.kind, header.version, payload)
    except Refused:
        return None
    return told if isinstance(told, Attached) else None


_OF_ONE = (
    "attachment_missing",
    "attachment_damaged",
    "attachment_too_big",
    "upload_differs",
    "upload_unknown",
)
"""Refusals that concern one attachment; the others can go on."""


def work_off(database: Store, blobs: BlobStore, uploader: Uploader, hop: Hop) -> Iterator[Progress]:
    """Send what waits for `hop`, one request at a step, so that events go between; ends when all of it was tried.

    What is missing here, damaged, or refused for itself is passed over and said (`failed`); any other refusal is raised.
    """
    with database.reading() as connection:
        line = waiting(connection, hop)
    for each in line:
        sha256 = each.attached.sha256
        steps = uploader.send(each.attached, partial(blobs.open, sha256), each.url)
        url = each.url
        try:
            for progress in steps:
                if hop == "hub" and progress.url != url:
                    url = progress.url
                    with database.writing() as connection:
                        remember_url(connection, sha256, url)
                if progress.done:
                    with database.writing() as connection:
                        mark_arrived(connection, sha256, hop)
                yield progress
        except Refused as refused:
            if refused.code not in _OF_ONE:
                raise
            yield Progress(sha256, url, 0, each.attached.size, failed=refused.code)
