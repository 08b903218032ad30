"""What the screens are shown of the other computers, and what somebody has to be told."""

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection, select, update

from app.domain.calendar import format_time
from app.models import following, tables
from app.services.doubles import doubles
from app.services.office import Office
from app.services.receipts import given_twice

RECEIPT, LABEL = "receipt ", "label "
"""What the names of notices begin with that are read from the files themselves."""
BRANCH_MATTERS = ("service_supervisor", "branch_head", "it_officer")
"""Roles that are told what concerns the branch and no single person."""


class Computer(msgspec.Struct, frozen=True, kw_only=True):
    """One computer of the branch. `last_heard` is milliseconds UTC, None when not since this program started."""

    station: str
    number: int
    name: str
    place: str
    full: bool
    revoked: bool
    here: bool
    is_hub: bool
    last_heard: int | None = None


class LinkState(msgspec.Struct, frozen=True, kw_only=True):
    """What the status line says. Times in milliseconds UTC."""

    role: str
    """alone, hub or station."""
    cut: tuple[str, ...] = ()
    """lan, hub, internet, head_office, and beside it refused where head office answers and will not take the log."""
    since: int | None = None
    waiting: int = 0
    """Events that the next place up does not have yet."""
    waiting_at_hub: int = 0
    """At a station: events that its hub has and head office does not."""
    waiting_blobs: int = 0
    hub_name: str = ""
    has_head_office: bool = False
    above_known: bool = False
    """Whether it is known here how the branch stands with head office."""
    starting: bool = False
    defect: bool = False
    revoked: bool = False
    identical_until: int | None = None
    clock_off_seconds: int = 0


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Something that somebody has to be told; `kind` and `facts` name the sentence."""

    id: str
    kind: str
    facts: dict[str, Any]
    at: int
    stream: str
    who: str


def unseen(office: Office, person: str) -> tuple[Notice, ...]:
    """What this person has to be told, the oldest first; matters of the branch go to those who look after it."""
    table = tables.notices
    wanted = {person}
    if set(office.roles(person)) & set(BRANCH_MATTERS):
        wanted.add("")
    query = select(table).where(table.c.seen.is_(False), table.c.person.in_(wanted)).order_by(table.c.at)
    with office.store.reading() as connection:
        rows = connection.execute(query).all()
        twice = (*_receipts_twice(connection, person), *_labels_twice(office, connection, person))
    kept = tuple(
        Notice(
            id=row.id,
            kind=row.kind,
            facts=msgspec.json.decode(row.facts),
            at=row.at,
            stream=row.stream,
            who=row.person,
        )
        for row in rows
    )
    return tuple(sorted((*kept, *twice), key=lambda each: each.at))


def _receipts_twice(connection: Connection, person: str) -> Iterator[Notice]:
    """Receipts of this officer that bear the number of another one's: true as long as the files say so."""
    for number, cases in given_twice(connection).items():
        for case in cases:
            name = f"{RECEIPT}{number} {case.id}"
            if case.counter_checkers[-1:] != (person,) or following.is_noted(connection, name):
                continue
            others = ", ".join(each.fields.get("name", "") for each in cases if each.id != case.id)
            facts = {"number": number, "member": case.fields.get("name", ""), "others": others}
            at = case.submitted_at or case.stage_at
            yield Notice(
                id=name, kind="receipt_twice", facts=facts, at=at, stream=f"case:{case.id}", who=person
            )


def _labels_twice(office: Office, connection: Connection, person: str) -> Iterator[Notice]:
    """Labels that this person printed today and that were somebody's already: until the person waits again."""
    branch = office.branch()
    for each in doubles(connection, branch, office.calendar_day()):
        name = f"{LABEL}{each.ticket}"
        if each.who == person and not following.is_noted(connection, name):
            facts = {"label": each.label, "time": format_time(each.at, branch.zone)}
            stream = f"ticket:{each.ticket}"
            yield Notice(id=name, kind="label_twice", facts=facts, at=each.at, stream=stream, who=person)


def mark_seen(office: Office, notice: str) -> None:
    """The person knows."""
    with office.store.writing() as connection:
        if notice.startswith((RECEIPT, LABEL)):  # kept only once it was seen
            following.note(connection, notice, "twice", "", "", {}, office.now(), seen=True)
        connection.execute(update(tables.notices).where(tables.notices.c.id == notice).values(seen=True))
