"""The daily summary: from the folded states and the events of one day to its figures. Pure, and the same every time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from app.domain import case_events as happened
from app.domain import tickets as visits
from app.domain.branch import Branch, QuotaRaised
from app.domain.bundle import RuleBundle
from app.domain.case_figures import FLOW, Files, missing_at_desk
from app.domain.claims import Case
from app.domain.days import Day, DayTakenBack, Session, Turned
from app.domain.events import Event
from app.domain.figures import (
    Adjustment,
    DayFigures,
    Delegated,
    Excluded,
    JournalRange,
    LabelTwice,
    Raised,
    Remark,
    Reopened,
    TurnedAway,
    canonical_json,
    read_figures,
)
from app.domain.measures import SERVING, WAITING, WALKING, WRAP_UP, collect, spread
from app.domain.queue_figures import Names, Queue
from app.domain.redated import Redated
from app.domain.rights import SYSTEM
from app.domain.taken_back import TakenBack
from app.domain.tickets import Ticket

__all__ = ["COUNTED", "DayFigures", "DayMaterial", "canonical_json", "read_figures", "summarise"]

COUNTED: frozenset[type] = frozenset(
    {
        *FLOW,
        happened.DocumentMarked,
        happened.SlipGiven,
        happened.InterviewStarted,
        happened.InterviewAttempted,
        happened.IdentityJudged,
        visits.Printed,
        visits.Reinstated,
        visits.Cancelled,
        visits.Voided,
        TakenBack,
        visits.Explained,
        Turned,
        DayTakenBack,
        Redated,
        QuotaRaised,
    }
)
"""Payloads that are counted one by one; everything else is in the folded states."""

DEFINITIONS = (
    "Menunggu: masuk antrean sampai panggilan terakhir; per jam menurut jam masuk.",
    "Dilayani: hadir di loket sampai selesai atau mulai penyelesaian.",
    "Senggang: sesi loket dikurangi jeda, dilayani, dan penyelesaian.",
    "Waktu dihitung per tahap layanan, bukan per orang.",
    "Median dan 9/10 (sembilan dari sepuluh): peringkat terdekat.",
    "> target: bagian dari tahap yang selesai dilayani.",
    "Pergi: tidak sampai dilayani.",
    "Sisa: belum selesai saat hari ditutup.",
    "Lewat batas: melampaui batas hari kerja menurut undang-undang.",
)
"""Definitions of TRADE.md, printed with every summary and frozen with its figures."""


class DayMaterial(msgspec.Struct, frozen=True, kw_only=True):
    """What the figures are made of.

    `sessions` and `tickets` are those of the day. `cases`: every open one and every one that `events` speak of.
    `events`: those of the day whose payload is in COUNTED, by position. `amounts`: position of a payment to (amount,
    tax) where the file has since got others. `first` to `last` is the day's range in the log, `head` the log's hash
    after `last`. `now` is the time of closing for a day that is being closed.
    """

    branch: Branch
    rules: RuleBundle
    day: Day
    tickets: tuple[Ticket, ...]
    sessions: tuple[Session, ...]
    cases: tuple[Case, ...]
    events: tuple[Event, ...]
    amounts: dict[int, tuple[int, int]] = {}
    adjustments: tuple[Adjustment, ...] = ()
    doubles: tuple[LabelTwice, ...] = ()
    first: int
    last: int
    head: str
    now: int
    app_version: str


def summarise(material: DayMaterial) -> DayFigures:
    """The figures of the day. Same material, same figures: nothing else goes in."""
    day, rules, branch = material.day, material.rules, material.branch
    tickets = tuple(sorted(material.tickets, key=lambda each: each.legs[0].entered_position))
    queue = Queue(rules, branch.zone, day, tickets, material.events)
    files = Files(rules, material.cases, material.events)
    name = _names(branch)
    raised = {each.code: branch.raised.get(f"{day.day}/{each.code}", 0) for each in rules.services}
    services = queue.services(raised)
    officers, unmeasured = queue.officers(material.sessions, name, material.now)
    return DayFigures(
        **_heading(material, name),
        **_single_tickets(queue, name),
        issued=len(tickets),
        services=services,
        total=queue.total(services),
        hours=queue.hours(),
        officers=officers,
        priority=queue.priority(name),
        turned_away=tuple(_turned_away(material)),
        raised=tuple(_raised(material, name)),
        documents=files.documents(),
        missing_at_desk=missing_at_desk(rules, queue.arrived),
        interviews=files.interviews(),
        stages=files.stages(material.now, day.day),
        flow=files.flow(),
        paid=files.paid(material.amounts),
        green_hours=rules.limits.green_hours,
        delegations=tuple(_delegations(material, name)),
        adjustments=material.adjustments,
        after_last_closing=_before_opening(material),
        excluded=_excluded(queue, unmeasured),
        definitions=DEFINITIONS,
        doubles=material.doubles,
        reopened=tuple(_reopened(material.day, name)),
        mistaken_days=tuple(_mistaken(material, name)),
        journal=JournalRange(first=material.first, last=material.last, head=material.head),
    )


def _heading(material: DayMaterial, name: Names) -> dict[str, Any]:
    """Which branch and day it is, under which rules, and who opened and closed it."""
    day, rules, branch = material.day, material.rules, material.branch
    return {
        "app_version": material.app_version,
        "bundle_version": rules.version,
        "bundle_name": rules.name,
        "branch_code": branch.code,
        "branch": branch.name,
        "zone": branch.zone,
        "demo": branch.demo,
        "day": day.day,
        "mark": day.mark,
        "made_at": material.now,
        "opened_at": day.opened_at,
        "opened_by": name(day.opened_by),
        "closed_at": day.closed_at,
        "closed_by": name(day.closed_by),
        "note": day.note,
    }


def _single_tickets(queue: Queue, name: Names) -> dict[str, Any]:
    """What concerns single tickets and legs, whatever their service."""
    ends = Counter(leg.outcome for leg in queue.legs)
    return {
        "walking": spread(collect(queue.legs, WALKING, queue.jumps)),
        "wrap_up": spread(collect(queue.legs, WRAP_UP, queue.jumps)),
        "transfers": sum(count for outcome, count in ends.items() if outcome.startswith("transfer_")),
        "parked": ends["parked"],
        "voided": queue.voided(name),
        "gaps": queue.gaps(),
        "overrides": queue.overrides(name),
        "taken_back": queue.taken_back(name),
        "reinstated": queue.reinstated(name),
        "cancelled": queue.cancelled(name),
        "reprinted": queue.reprinted(name),
        "explained": queue.explained(name),
    }


def _reopened(day: Day, name: Names) -> Iterator[Reopened]:
    for each in day.reopened:
        yield Reopened(
            closed_at=each.closed_at,
            closed_by=name(each.closed_by),
            at=each.at,
            by=name(each.by),
            reason=each.reason,
        )


def _mistaken(material: DayMaterial, name: Names) -> Iterator[Remark]:
    moved = sum(1 for each in material.events if isinstance(each.payload, Redated))
    for each in material.events:
        if isinstance(each.payload, DayTakenBack) and each.payload.right == material.day.day:
            day = each.stream.partition(":")[2]
            yield Remark(label=day, at=each.at, who=name(each.actor), reason=str(moved))


def _before_opening(material: DayMaterial) -> int:
    """Events of files between the closing of the day before and the opening of this one."""
    return sum(
        1
        for each in material.events
        if each.stream.startswith("case:") and each.position < material.day.opened_position
    )


def _names(branch: Branch) -> Names:
    """Branch names of the staff; what the program wrote itself bears its own name, a person nobody knows the id."""

    def name(person: str) -> str:
        if not person:
            return ""
        found = branch.people.get(person)
        if found is None:
            return "Loket" if person == SYSTEM else person
        return found.name

    return name


def _excluded(queue: Queue, sessions: int) -> Excluded:
    lost = {
        measure: collect(queue.legs, measure, queue.jumps).excluded
        for measure in (WAITING, WALKING, SERVING, WRAP_UP)
    }
    return Excluded(
        sessions=sessions,
        clock_jumps=len(queue.jumps),
        voided=len(queue.tickets) - len(queue.arrived),
        **lost,
    )


def _service_name(rules: RuleBundle, code: str) -> str:
    return next((each.name.id for each in rules.services if each.code == code), code)


def _turned_away(material: DayMaterial) -> Iterator[TurnedAway]:
    """Those of the day by service and reason, the most frequent first."""
    stream = f"day:{material.day.day}"
    counts = Counter(
        (each.payload.service, each.payload.reason)
        for each in material.events
        if isinstance(each.payload, Turned) and each.stream == stream
    )
    for (service, reason), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield TurnedAway(service=_service_name(material.rules, service), reason=reason, count=count)


def _raised(material: DayMaterial, name: Names) -> Iterator[Raised]:
    for event in material.events:
        more = event.payload
        if isinstance(more, QuotaRaised) and more.day == material.day.day:
            service = _service_name(material.rules, more.service)
            yield Raised(service=service, by=more.by, who=name(event.actor), reason=more.reason)


def _delegations(material: DayMaterial, name: Names) -> Iterator[Delegated]:
    """Every delegation that counted at some moment of the day."""
    branch, day = material.branch, material.day
    for since, lent in branch.delegations:
        until = branch.revocations.get(lent.id)
        if since > material.last or not lent.first_day <= day.day <= lent.last_day:
            continue
        if until is not None and until < day.opened_position:
            continue
        yield Delegated(
            role=lent.role,
            to=name(lent.person),
            by=name(lent.granted_by),
            first_day=lent.first_day,
            last_day=lent.last_day,
            reason=lent.reason,
            revoked=lent.revoked or (until is not None and until <= material.last),
        )
