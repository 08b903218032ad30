"""The security desk of a demo day: the day is opened, numbers are given, some people are sent away or go home."""

import msgspec

from app.domain.tickets import NO_SHOW, WAITING, Ticket
from app.errors import Refused
from app.services.demo.people import DESK, OFFICERS, SERVICE_HEAD
from app.services.demo.plan import OPENS, Visit
from app.services.demo.stage import Stage, Steps

RAISED_BY = 12
"""How many more files the supervisor allows on a heavy day."""
_ASKED_AFTER = 3
"""So many are sent away before the desk asks the supervisor."""


def open_day(stage: Stage) -> Steps:
    """The guard signs in, compares the next numbers with the last paper tickets, and opens the day."""
    yield stage.until(8 * 60 + 15) + stage.between(0, 120)
    guard = stage.sign(DESK)
    yield stage.until(OPENS)
    if any(each.number != 1 for each in stage.desk.next_numbers()):
        raise ValueError(f"{stage.day} was played before")
    stage.desk.open_day(guard, {})


def visitor(stage: Stage, visit: Visit) -> Steps:
    """Somebody comes in, takes a number, and perhaps loses patience."""
    yield stage.until(max(visit.minute, OPENS + 0.5))
    yield stage.desk_turn()
    if visit.wrong_key and _crowded(stage):
        yield from _wrong_key(stage, visit)
    ticket = _issue(stage, visit)
    if ticket is None:
        return
    yield stage.between(1, 3)
    stage.desk.printed(ticket.id, "screen" if stage.chance(0.01) else "printer")
    if stage.chance(0.01):
        yield stage.between(20, 240)
        _reprint(stage, ticket)
    if visit.patience:
        yield visit.patience * 60
        _give_up(stage, ticket)


def _crowded(stage: Stage) -> bool:
    """More people wait than counters could call within seconds: wrong keys are pressed in a hurry."""
    waiting = [each for each in stage.desk.waiting_list() if each.state == WAITING]
    return len(waiting) > len(OFFICERS)


def _wrong_key(stage: Stage, visit: Visit) -> Steps:
    """A number nobody asked for, taken back at once."""
    guard = stage.people[DESK]
    ticket = stage.desk.issue(guard, "complaint")
    nobody = msgspec.structs.replace(
        visit, service="complaint", reason="", case="", absent=3, returns=False, transfer="", park=""
    )
    stage.enter(ticket, nobody)
    stage.desk.printed(ticket.id, "printer")
    yield stage.between(3, 8)
    stage.desk.void(guard, ticket.id)
    yield stage.between(2, 5)


def _issue(stage: Stage, visit: Visit) -> Ticket | None:
    """The visitor's number; None when there is none left for this service today."""
    try:
        ticket = stage.desk.issue(
            stage.people[DESK],
            visit.service,
            priority=visit.priority,
            last4=visit.member.last4 if visit.known_at_desk else "",
            initials="PC" if visit.known_at_desk else "",
            missing=visit.missing,
        )
    except Refused as refused:
        if refused.code != "quota_exhausted":
            raise
        _quota_exhausted(stage, visit)
        return None
    stage.enter(ticket, visit)
    return ticket


def _quota_exhausted(stage: Stage, visit: Visit) -> None:
    """Some ask for information instead, the others are sent home and somebody else comes in their place."""
    if stage.chance(0.45):
        instead = msgspec.structs.replace(
            visit, service="info", reason="", case="", park="", transfer="", wrong_key=False, missing=()
        )
        stage.start(visitor(stage, instead), 5)
        return
    sent = stage.turned_away.get(visit.service, 0) + 1
    stage.turned_away[visit.service] = sent
    stage.desk.turn_away(stage.people[DESK], visit.service, "quota_exhausted")
    if visit.case:
        stage.history.follow_ups.append(visit)
    if sent == _ASKED_AFTER and stage.minute < 13 * 60:
        stage.start(_raise_quota(stage, visit.service), stage.between(120, 400))
    stage.start(visitor(stage, stage.planner.instead(stage.minute + stage.between(5, 60))))


def _raise_quota(stage: Stage, service: str) -> Steps:
    """The supervisor allows some more; the others at the desk are not asked again."""
    yield 0
    reason = "Antrean ramai, petugas masih sanggup"
    stage.staff.raise_quota(stage.people[SERVICE_HEAD], service, RAISED_BY, reason)


def _reprint(stage: Stage, ticket: Ticket) -> None:
    """The paper was lost or cannot be read."""
    stage.desk.reprint(stage.people[DESK], ticket.id)


def _give_up(stage: Stage, ticket: Ticket) -> None:
    """Somebody who still waits goes home and says so."""
    now = stage.desk.ticket(ticket.id)
    if now is not None and now.state == WAITING:
        stage.desk.cancel(stage.people[DESK], ticket.id, "visitor_left")


def comes_back(stage: Stage, ticket: Ticket) -> Steps:
    """A no-show stands at the desk again and waits once more, behind the others."""
    yield stage.between(4, 35) * 60
    now = stage.desk.ticket(ticket.id)
    if now is None or now.state != NO_SHOW or stage.minute > stage.opening.end - 30:
        return
    stage.desk.reinstate(stage.people[DESK], ticket.id, "Kembali, tidak mendengar panggilan")
    stage.enter(ticket, msgspec.structs.replace(stage.visits[ticket.id], absent=0))
