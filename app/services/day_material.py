"""Reads what the figures of one service day are made of: its range in the log, states, and the events to be counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version

import msgspec
from sqlalchemy import Connection, bindparam, or_, select

from app.domain import case_events as happened
from app.domain import claims
from app.domain.branch import Branch
from app.domain.bundle import RuleBundle
from app.domain.claims import Case
from app.domain.days import Day, DayClosed, Session
from app.domain.events import ZERO, Event, Header, read_header
from app.domain.figures import Adjustment
from app.domain.kinds import NAMES, read_payload
from app.domain.summary import COUNTED, DayMaterial
from app.domain.tickets import Ticket
from app.models import tables
from app.models.journal import history
from app.models.store import Store
from app.services.doubles import doubles_between

_e, _d, _t, _c = tables.events, tables.days, tables.tickets, tables.cases
_day_state = msgspec.msgpack.Decoder(Day).decode
_ticket_state = msgspec.msgpack.Decoder(Ticket).decode
_session_state = msgspec.msgpack.Decoder(Session).decode
_case_state = msgspec.msgpack.Decoder(Case).decode

_day = select(_d.c.data).where(_d.c.day == bindparam("day"))
_day_before = (
    select(_d.c.data)
    .where(_d.c.opened_position < bindparam("position"), _d.c.opened_position > 0)
    .order_by(_d.c.opened_position.desc())
    .limit(1)
)
_day_after = (
    select(_d.c.data)
    .where(_d.c.opened_position > bindparam("position"))
    .order_by(_d.c.opened_position)
    .limit(1)
)
_tickets = select(_t.c.data).where(_t.c.day == bindparam("day")).order_by(_t.c.sort_order)
_labels = select(_t.c.id, _t.c.day, _t.c.label).where(_t.c.id.in_(bindparam("ids", expanding=True)))
_sessions = (
    select(tables.sessions.c.data)
    .where(tables.sessions.c.day == bindparam("day"))
    .order_by(tables.sessions.c.opened_position)
)
_range = (
    select(_e.c.position, _e.c.stream, _e.c.header, _e.c.payload)
    .where(_e.c.position >= bindparam("first"), _e.c.position <= bindparam("last"))
    .order_by(_e.c.position)
)
_set_aside = select(tables.quarantine.c.position).where(
    tables.quarantine.c.position >= bindparam("first"), tables.quarantine.c.position <= bindparam("last")
)
_files = select(_c.c.data, _c.c.touched).where(
    or_(_c.c.stage.in_(claims.OPEN), _c.c.touched >= bindparam("first"))
)
_head = select(_e.c.log_hash).where(_e.c.position == bindparam("position"))
_last = select(_e.c.position).order_by(_e.c.position.desc()).limit(1)

_COUNTED_KINDS = frozenset(NAMES[each] for each in COUNTED)
_DAY_CLOSED = NAMES[DayClosed]


def app_version() -> str:
    """The version of this program; empty where it runs from a folder without its own metadata."""
    try:
        return version("loket")
    except PackageNotFoundError:
        return ""


@contextmanager
def snapshot(store: Store) -> Iterator[Connection]:
    """A connection on which every query sees the same moment, whatever is written meanwhile."""
    with store.reading() as connection:
        connection.exec_driver_sql("BEGIN")
        try:
            yield connection
        finally:
            connection.exec_driver_sql("ROLLBACK")


def day_state(connection: Connection, day: str) -> Day | None:
    """The state of a service day; None when it was never opened."""
    row = connection.execute(_day, {"day": day}).first()
    return _day_state(row[0]) if row else None


def tickets_of(connection: Connection, day: str) -> dict[str, Ticket]:
    """Every ticket of a day by its id."""
    found = (_ticket_state(row[0]) for row in connection.execute(_tickets, {"day": day}))
    return {each.id: each for each in found}


def sessions_of(connection: Connection, day: str) -> dict[int, Session]:
    """Every counter session of a day by the position of its opening."""
    found = (_session_state(row[0]) for row in connection.execute(_sessions, {"day": day}))
    return {each.opened_position: each for each in found}


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """The range of a day in the log. Each event of a file belongs to one day: from the closing of the day before to
    the closing of this one or, where that comes later, to the opening of the next."""

    first: int
    files_last: int
    last: int
    until: int | None
    """When the next day was opened, if it was."""


def bounds(connection: Connection, day: Day, last: int | None = None) -> Bounds:
    """The range of `day` up to `last`, to its closing, or to the end of the log."""
    before = connection.execute(_day_before, {"position": day.opened_position}).first()
    after = connection.execute(_day_after, {"position": day.opened_position}).first()
    former = _day_state(before[0]) if before else None
    following = _day_state(after[0]) if after else None
    first = 1 if former is None else day.opened_position
    if former is not None and former.closed_position is not None:
        first = min(former.closed_position + 1, day.opened_position)
    end = last or day.closed_position or connection.execute(_last).scalar() or 0
    files_last = min(end, following.opened_position - 1) if following else end
    return Bounds(
        first=first,
        files_last=files_last,
        last=end,
        until=following.opened_at if following else None,
    )


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """What the closing of a day has done within its own transaction, not yet on file."""

    tickets: dict[str, Ticket]
    sessions: dict[int, Session]
    events: tuple[Event, ...]
    last: int
    head: str


class DayReader:
    """One reading of one day over a connection that sees one moment."""

    def __init__(self, connection: Connection, branch: Branch, day: Day) -> None:
        self._connection = connection
        self._branch = branch
        self._day = day

    def material(self, rules: RuleBundle, now: int, closing: Closing | None = None) -> DayMaterial:
        """What the figures are made of, with what `closing` has done laid over it."""
        day, connection = self._day, self._connection
        span = bounds(connection, day, closing.last if closing else None)
        tickets = tickets_of(connection, day.day)
        sessions = sessions_of(connection, day.day)
        counted, adjustments = self._events(span, tickets)
        head = connection.execute(_head, {"position": span.last}).scalar() or ZERO
        if closing:
            tickets |= closing.tickets
            sessions |= closing.sessions
            counted += closing.events
        return DayMaterial(
            branch=self._branch,
            rules=rules,
            day=day,
            tickets=tuple(tickets.values()),
            sessions=tuple(sessions.values()),
            cases=tuple(self._cases(span)),
            events=tuple(counted),
            amounts=self._amounts(counted),
            adjustments=tuple(adjustments),
            doubles=tuple(doubles_between(connection, self._branch, span.first, span.last)),
            first=span.first,
            last=span.last,
            head=closing.head if closing else head.hex(),
            now=now if span.until is None or closing else span.until,
            app_version=app_version(),
        )

    # ------------------------------------------------------------------------------------------ events

    def _events(self, span: Bounds, tickets: dict[str, Ticket]) -> tuple[list[Event], list[Adjustment]]:
        limits = {"first": span.first, "last": span.last}
        aside = {row[0] for row in self._connection.execute(_set_aside, limits)}
        own = {f"ticket:{each}" for each in tickets}
        counted: list[Event] = []
        foreign: list[tuple[int, str, Header]] = []
        for position, stream, raw, payload in self._connection.execute(_range, limits).all():
            if position in aside or payload is None:
                continue
            if stream.startswith("ticket:"):
                if stream not in own:
                    foreign.append((position, stream[7:], read_header(raw)))
                    continue
            elif position > span.files_last and not stream.startswith("day:"):
                continue  # files and the branch belong to the day that is open, tickets to their own
            header = read_header(raw)
            if header.kind in _COUNTED_KINDS:
                counted.append(_event(position, stream, header, payload))
        return counted, self._adjustments(foreign)

    def _adjustments(self, foreign: list[tuple[int, str, Header]]) -> list[Adjustment]:
        """Of what was written about tickets of other days, that which came after their day had been closed."""
        ids = sorted({key for _, key, _ in foreign})
        known = (
            {row[0]: (row[1], row[2]) for row in self._connection.execute(_labels, {"ids": ids})}
            if ids
            else {}
        )
        days = {day: day_state(self._connection, day) for day, _ in known.values()}
        late = []
        for position, key, header in foreign:
            day, label = known.get(key, ("", ""))
            state = days.get(day)
            if state is None or state.closed_position is None or position <= state.closed_position:
                continue
            who = self._branch.people.get(header.actor)
            late.append(
                Adjustment(
                    day=day,
                    label=label,
                    kind=header.kind,
                    who=who.name if who else header.actor,
                    at=header.at,
                )
            )
        return late

    # ------------------------------------------------------------------------------------------ files

    def _cases(self, span: Bounds) -> Iterator[Case]:
        """Files as they were at the end of the day: those touched since are folded up to there."""
        for data, touched in self._connection.execute(_files, {"first": span.first}):
            case = _case_state(data)
            if touched > span.files_last:
                former = self._case_at(case.id, span.files_last)
                if former is None:
                    continue
                case = former
            yield case

    def _case_at(self, case: str, position: int) -> Case | None:
        aside = {"first": 1, "last": position}
        skipped = {row[0] for row in self._connection.execute(_set_aside, aside)}
        state: Case | None = None
        for event in self._history(case):
            if event.position <= position and event.position not in skipped:
                state = claims.fold(state, event)
        return state

    def _history(self, case: str) -> Iterator[Event]:
        stream = f"case:{case}"
        for position, raw, payload in history(self._connection, stream):
            if payload is not None:
                yield _event(position, stream, read_header(raw), payload)

    def _amounts(self, counted: list[Event]) -> dict[int, tuple[int, int]]:
        """Amount and tax of each payment whose file was judged again later the same day."""
        judged = {
            each.stream: each.position
            for each in counted
            if isinstance(each.payload, happened.Verified | happened.FinanceReturned)
        }
        amounts: dict[int, tuple[int, int]] = {}
        for payment in counted:
            if not isinstance(payment.payload, happened.PaymentMade):
                continue
            if judged.get(payment.stream, 0) < payment.position:
                continue
            for event in self._history(payment.stream.partition(":")[2]):
                if isinstance(event.payload, happened.Verified) and event.position < payment.position:
                    amounts[payment.position] = (event.payload.amount, event.payload.tax)
        return amounts


def _event(position: int, stream: str, header: Header, payload: bytes) -> Event:
    body = read_payload(header.kind, header.version, payload)
    return Event(
        header.id.hex(), stream, header.kind, header.version, header.actor, header.at, position, body
    )
