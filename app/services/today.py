"""The supervisor's screen: today's figures, the counters now, and what waits for a decision."""

from collections.abc import Iterator

import msgspec
from sqlalchemy import Connection, func, select

from app.domain.branch import Branch
from app.domain.calendar import add_days, add_months, format_time
from app.domain.case_figures import STAGES
from app.domain.claims import PAYMENT_RETURNED, WITH_CSO, Case
from app.domain.days import CounterState, Day
from app.domain.figures import DayFigures
from app.domain.former_rules import retired
from app.domain.interviews import IDENTITY_MATCH, Attempt, next_attempt
from app.domain.measures import MINUTE
from app.domain.rules import Text
from app.domain.summary import DayMaterial, summarise
from app.domain.tickets import CALLED, NO_SHOW, SERVING, WAITING, Ticket
from app.models import tables
from app.models.journal import latest_day
from app.services.day_material import DayReader, snapshot
from app.services.doubles import LABEL_TAKEN, doubles, is_looked_at
from app.services.office import Office
from app.services.receipts import given_twice

TOLD_DAYS = 30
"""So long a person who left the queue of a former day stands on the board, where nobody has looked at it."""
CALENDAR_AHEAD_MONTHS = 3
"""So long before the table of holidays ends it is asked for: without it deadlines in working days come too early."""
RED, YELLOW, BLUE, GREEN = "red", "yellow", "blue", "green"

_counters = select(tables.counters.c.data).order_by(tables.counters.c.number)
_counter_state = msgspec.msgpack.Decoder(CounterState).decode
_open_days = (
    select(tables.days.c.day).where(tables.days.c.closed.is_(False)).order_by(tables.days.c.opened_position)
)
_set_aside = (
    select(func.count())
    .select_from(tables.quarantine)
    .where(tables.quarantine.c.code != "event_withheld", tables.quarantine.c.stream.not_in(LABEL_TAKEN))
)
"""What is withheld from this computer, or was erased by law, is nobody's fault."""
_came_back = select(tables.cases.c.id).where(tables.cases.c.came_back).order_by(tables.cases.c.stage_at)
_in_conflict = select(func.count()).select_from(tables.conflicts).where(tables.conflicts.c.settled_by == "")


class CounterNow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table of counters. Times in milliseconds UTC, `mean_serving` in milliseconds."""

    counter: int
    state: str
    """open, break or closed"""
    officer: str
    label: str
    """The ticket called or served now, else empty."""
    since: int | None
    """Since when it is called or served, or the break lasts."""
    served: int
    mean_serving: int | None
    break_reason: Text | None = None


class Attention(msgspec.Struct, frozen=True, kw_only=True):
    """Something that waits for a decision. `kind` names the sentence, `names` fill it, `refs` are ids or days.

    Kinds: calendar_ends (no holidays are known for the year of `day`), overdue, came_back, payment_returned, unreachable, unclosed_day, waiting_long, no_show, delegation_starts,
    delegation_ends, quarantined, conflict, label_twice, label_was_twice (it is too late
    to put the person back), receipt_twice, quota_exhausted, quota_overrun.
    """

    kind: str
    light: str
    count: int = 1
    names: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    minutes: int | None = None
    day: str = ""


class TodayBoard(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the page. `figures` is None before the first day is opened; `state` is none, open or closed."""

    day: str
    state: str
    figures: DayFigures | None
    waiting: int
    serving: int
    overdue: int
    above_target: int | None
    """Per cent of the served legs that had waited longer than the target; None with none served."""
    submitted: int
    returned: int
    counters: tuple[CounterNow, ...]
    attention: tuple[Attention, ...]


def unclosed_days(connection: Connection) -> tuple[str, ...]:
    """Service days that nobody closed, the oldest first."""
    return tuple(str(row[0]) for row in connection.execute(_open_days))


def today_board(office: Office) -> TodayBoard:
    """The board of the latest service day. Makes every figure anew: call it on a worker, not on the GUI thread."""
    now, branch = office.now(), office.branch()
    with snapshot(office.store) as connection:
        day = latest_day(connection)
        if day is None:
            return _nothing(office)
        material = DayReader(connection, branch, day).material(office.rules(), now)
        counters = [_counter_state(row[0]) for row in connection.execute(_counters)]
        unclosed = tuple(each for each in unclosed_days(connection) if each != day.day)
        aside = connection.execute(_set_aside).scalar() or 0
        back = tuple(str(row[0]) for row in connection.execute(_came_back))
        raced = connection.execute(_in_conflict).scalar() or 0
        given = tuple(_given_twice(connection, branch, day))
    figures = summarise(material)
    flow = {each.code: each.count for each in figures.flow}
    total = figures.total
    return TodayBoard(
        day=day.day,
        state="open" if day.closed_at is None else "closed",
        figures=figures,
        waiting=sum(1 for each in material.tickets if each.state == WAITING),
        serving=sum(1 for each in material.tickets if each.state in (CALLED, SERVING)),
        overdue=sum(each.overdue for each in figures.stages),
        above_target=round(100 * total.above_target / total.with_wait) if total.with_wait else None,
        submitted=flow["submitted"],
        returned=flow["returned"],
        counters=tuple(_counters_now(office, branch, material, counters, figures)),
        attention=(*given, *_attention(office, day, material, figures, unclosed, aside, raced, back)),
    )


def _nothing(office: Office) -> TodayBoard:
    return TodayBoard(
        day=office.calendar_day(),
        state="none",
        figures=None,
        waiting=0,
        serving=0,
        overdue=0,
        above_target=None,
        submitted=0,
        returned=0,
        counters=(),
        attention=(),
    )


# ---------------------------------------------------------------------------------------------- counters


def _counters_now(
    office: Office, branch: Branch, material: DayMaterial, states: list[CounterState], figures: DayFigures
) -> Iterator[CounterNow]:
    sessions = {each.number: each.session for each in states}
    rows = {each.name: each for each in figures.officers}
    for counter in branch.counters:
        session = sessions.get(counter.number)
        if session is None:
            yield CounterNow(
                counter=counter.number,
                state="closed",
                officer="",
                label="",
                since=None,
                served=0,
                mean_serving=None,
            )
            continue
        officer = office.name(session.officer)
        row, pause = rows.get(officer), session.paused
        ticket = _at(material.tickets, session.officer)
        reason = next(
            (each.name for each in material.rules.break_reasons if pause and each.code == pause.reason), None
        )
        since = pause.started_at if pause else None
        yield CounterNow(
            counter=counter.number,
            state="break" if pause else "open",
            officer=officer,
            label=ticket.label if ticket else "",
            since=(ticket.leg.confirmed_at or ticket.leg.called_at) if ticket else since,
            served=row.served if row else 0,
            mean_serving=row.serving.mean if row else None,
            break_reason=reason,
        )


def _at(tickets: tuple[Ticket, ...], officer: str) -> Ticket | None:
    held = (each for each in tickets if each.state in (CALLED, SERVING) and each.leg.officer == officer)
    return next(held, None)


# ---------------------------------------------------------------------------------------------- decisions


def _attention(
    office: Office,
    day: Day,
    material: DayMaterial,
    figures: DayFigures,
    unclosed: tuple[str, ...],
    aside: int,
    raced: int,
    back: tuple[str, ...],
) -> Iterator[Attention]:
    """Red first, then yellow, blue, green."""
    yield from _overdue(material.cases, day.day)
    if aside:
        yield Attention(kind="quarantined", light=RED, count=aside)
    if raced:
        yield Attention(kind="conflict", light=RED, count=raced)
    for each in unclosed:
        yield Attention(kind="unclosed_day", light=RED, day=each, refs=(each,))
    later = add_months(day.day, CALENDAR_AHEAD_MONTHS)
    if not office.calendar().covers(later):
        yield Attention(kind="calendar_ends", light=YELLOW, day=later)
    if back:
        yield Attention(kind="came_back", light=RED, count=len(back), refs=back)
    yield from _returned_payments(material.cases)
    yield from _unreachable(office, material.cases)
    yield from _overruns(figures)
    if day.closed_at is None:
        yield from _queue(material, figures)
    yield from _delegations(material, day.day)


def _given_twice(connection: Connection, branch: Branch, day: Day) -> Iterator[Attention]:
    """Labels and receipts that two computers gave apart: each is about persons."""
    for each in doubles(connection, branch, add_days(day.day, -TOLD_DAYS)):
        waits = day.closed_at is None and each.day == day.day
        if not waits and is_looked_at(connection, each.ticket):
            continue
        names = (each.label, format_time(each.at, branch.zone), each.computer)
        kind = "label_twice" if waits else "label_was_twice"
        yield Attention(kind=kind, light=RED, names=names, refs=(each.ticket,), day=each.day)
    for receipt, cases in given_twice(connection).items():
        bearing = (receipt, *(each.fields.get("name", "") for each in cases))
        refs = tuple(each.id for each in cases)
        yield Attention(kind="receipt_twice", light=RED, count=len(cases), names=bearing, refs=refs)


def _overdue(cases: tuple[Case, ...], day: str) -> Iterator[Attention]:
    late = sorted((each for each in cases if _is_overdue(each, day)), key=lambda each: (each.due, each.id))
    if late:
        refs = tuple(each.id for each in late)
        yield Attention(kind="overdue", light=RED, count=len(late), refs=refs, day=late[0].due)


def _is_overdue(case: Case, day: str) -> bool:
    return case.stage in STAGES and case.stage not in WITH_CSO and bool(case.due) and case.due < day


def _returned_payments(cases: tuple[Case, ...]) -> Iterator[Attention]:
    back = tuple(each.id for each in cases if each.stage == PAYMENT_RETURNED)
    if back:
        yield Attention(kind="payment_returned", light=YELLOW, count=len(back), refs=back)


def _unreachable(office: Office, cases: tuple[Case, ...]) -> Iterator[Attention]:
    """Files with the CSO whose attempts are used up and whose claimant was not recognised."""
    lost = tuple(each.id for each in cases if each.stage in WITH_CSO and _attempts_used_up(office, each))
    if lost:
        yield Attention(kind="unreachable", light=YELLOW, count=len(lost), refs=lost)


def _attempts_used_up(office: Office, case: Case) -> bool:
    tried = [Attempt(started, result) for talk in case.interviews for started, _, result, _ in talk.attempts]
    if not tried or case.interviews[-1].identity == IDENTITY_MATCH:
        return False
    rules = office.rules_of(case.bundle_version).interview
    return next_attempt(tried, office.calendar(), rules, office.branch().zone).exhausted


def _overruns(figures: DayFigures) -> Iterator[Attention]:
    """Computers apart gave the whole quota each; they may have met after the closing."""
    for service in figures.services:
        over = service.used - service.quota if service.quota is not None else 0
        if over > 0:
            yield Attention(
                kind="quota_overrun", light=YELLOW, count=over, names=(service.name,), refs=(service.code,)
            )


def _queue(material: DayMaterial, figures: DayFigures) -> Iterator[Attention]:
    rules, waiting = material.rules, (each.service for each in material.tickets)
    known = (*rules.services, *retired(rules, waiting))
    targets = {each.code: each.target_wait_minutes for each in known}
    waits = {
        each.label: (material.now - each.leg.entered_at) // MINUTE
        for each in material.tickets
        if each.state == WAITING
        and material.now - each.leg.entered_at > targets.get(each.service, 0) * MINUTE
    }
    if waits:
        longest = sorted(waits, key=lambda label: (-waits[label], label))
        yield Attention(
            kind="waiting_long",
            light=YELLOW,
            count=len(waits),
            names=tuple(longest),
            minutes=waits[longest[0]],
        )
    known_quotas = [each for each in figures.services if each.quota is not None]
    full = [each for each in known_quotas if each.used == each.quota]
    for service in full:
        yield Attention(
            kind="quota_exhausted",
            light=BLUE,
            count=service.quota or 0,
            names=(service.name,),
            refs=(service.code,),
        )
    gone = [each for each in material.tickets if each.state == NO_SHOW]
    if gone:
        yield Attention(
            kind="no_show",
            light=BLUE,
            count=len(gone),
            names=tuple(each.label for each in gone),
            refs=tuple(each.id for each in gone),
        )


def _delegations(material: DayMaterial, day: str) -> Iterator[Attention]:
    """Lent roles that begin today or tomorrow, and those that end today."""
    branch = material.branch
    for _, lent in branch.delegations:
        if lent.revoked or lent.id in branch.revocations:
            continue
        person = branch.people.get(lent.person)
        names = (person.name if person else lent.person, lent.role)
        if lent.last_day == day:
            yield Attention(kind="delegation_ends", light=GREEN, names=names, day=day, refs=(lent.id,))
        elif lent.first_day in (day, add_days(day, 1)):
            yield Attention(
                kind="delegation_starts", light=GREEN, names=names, day=lent.first_day, refs=(lent.id,)
            )
