"""The service day and the counter sessions in it: the folds of the streams `day:…` and `counter:…`."""

import msgspec
from msgspec.structs import replace

from app.domain.events import Event
from app.domain.settled import CounterSettled, DaySettled
from app.errors import Refused


class DayOpened(msgspec.Struct, frozen=True, kw_only=True):
    """The day begins. `first` gives the next number of a series where paper tickets went before; `mark` is set when
    the person at the desk could not confirm the next number (DESIGN 2)."""

    first: dict[str, int] = {}
    mark: str = ""


class NumbersConfirmed(msgspec.Struct, frozen=True, kw_only=True):
    """In the midst of an open day, after a restore: the next numbers held against the last paper tickets, or a mark."""

    first: dict[str, int] = {}
    mark: str = ""


class ClockJumped(msgspec.Struct, frozen=True, kw_only=True):
    """The PC's clock was moved by `seconds`; legs across it are inaccurate."""

    seconds: int


class Turned(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody was sent away without a ticket: today nobody counts them (TRADE, 6)."""

    service: str
    reason: str


class DayClosed(msgspec.Struct, frozen=True, kw_only=True):
    """Figures frozen: everything up to `position` belongs to the day, the rest is an adjustment."""

    position: int
    figures: str
    """SHA-256 of `content`, hex: what the printed summary bears."""
    content: str = ""
    """The figures' canonical JSON, as frozen; UTF-8 of it is what was hashed."""
    note: str = ""


class DayReopened(msgspec.Struct, frozen=True, kw_only=True):
    """Closed too early: it goes on, on its own date, and its figures are frozen anew (decision 025)."""

    reason: str


class DayTakenBack(msgspec.Struct, frozen=True, kw_only=True):
    """Opened by mistake: nobody was called, and what was printed belongs to the day `right` (decision 025)."""

    right: str


class Reopening(msgspec.Struct, frozen=True, kw_only=True):
    """A closing that was taken back: when and by whom it was closed, reopened, and why."""

    closed_at: int
    closed_by: str
    at: int
    by: str
    reason: str


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """State of one service day."""

    day: str
    opened_at: int
    opened_position: int
    opened_by: str
    first: dict[str, int]
    mark: str
    jumps: tuple[int, ...] = ()
    """Positions at which the clock was moved."""
    turned: dict[str, int] = {}
    """service to how many were sent away"""
    closed_at: int | None = None
    closed_by: str = ""
    closed_position: int | None = None
    figures: str = ""
    content: str = ""
    note: str = ""
    reopened: tuple[Reopening, ...] = ()
    taken_back: bool = False


def _first_opened(event: Event) -> Day:
    what = event.payload
    if not isinstance(what, DayOpened):
        raise Refused("event_out_of_order", kind=event.kind)
    return Day(
        day=event.stream.partition(":")[2],
        opened_at=event.at,
        opened_position=event.position,
        opened_by=event.actor,
        first=what.first,
        mark=what.mark,
    )


def _turned_round(day: Day, event: Event, what: DayReopened | DayTakenBack) -> Day:
    """A closing undone, or an opening; each only while it stands."""
    if isinstance(what, DayTakenBack):
        if day.closed_at is not None or day.taken_back:
            raise Refused("event_out_of_order", kind=event.kind)
        return replace(day, taken_back=True)
    if day.closed_at is None:
        raise Refused("event_out_of_order", kind=event.kind)
    former = Reopening(
        closed_at=day.closed_at, closed_by=day.closed_by, at=event.at, by=event.actor, reason=what.reason
    )
    return replace(
        day,
        closed_at=None,
        closed_by="",
        closed_position=None,
        figures="",
        content="",
        note="",
        reopened=(*day.reopened, former),
    )


def fold_day(day: Day | None, event: Event) -> Day:
    """The day after `event`."""
    what = event.payload
    if day is None or (day.taken_back and isinstance(what, DayOpened)):
        return _first_opened(event)
    if isinstance(what, DayReopened | DayTakenBack):
        return _turned_round(day, event, what)
    if isinstance(what, NumbersConfirmed):
        return replace(day, first={**day.first, **what.first}, mark=what.mark or day.mark)
    if isinstance(what, ClockJumped):
        return replace(day, jumps=(*day.jumps, event.position))
    if isinstance(what, Turned):
        return replace(day, turned={**day.turned, what.service: day.turned.get(what.service, 0) + 1})
    if isinstance(what, DaySettled):
        return day
    if isinstance(what, DayClosed) and day.closed_at is None:
        return replace(
            day,
            closed_at=event.at,
            closed_by=event.actor,
            closed_position=what.position,
            figures=what.figures,
            content=what.content,
            note=what.note,
        )
    raise Refused("event_out_of_order", kind=event.kind)


class CounterOpened(msgspec.Struct, frozen=True, kw_only=True):
    """An officer sits down at a counter."""

    day: str


class BreakStarted(msgspec.Struct, frozen=True, kw_only=True):
    """break, lunch or other work; `reason` is the bundle's code."""

    reason: str


class BreakEnded(msgspec.Struct, frozen=True):
    """Back at the counter."""


class CounterClosed(msgspec.Struct, frozen=True):
    """The officer leaves the counter."""


class CounterClosedByDay(msgspec.Struct, frozen=True):
    """The officer forgot to: whoever closed the day closed the counter too."""


class Pause(msgspec.Struct, frozen=True, kw_only=True):
    """Time away from the counter within a session."""

    reason: str
    started_at: int
    ended_at: int | None = None


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One officer at one counter, from opening to closing."""

    counter: int
    day: str
    officer: str
    opened_at: int
    opened_position: int
    closed_at: int | None = None
    closed_position: int | None = None
    by_day: bool = False
    """Closed by the day's closing: nobody knows when the officer really left."""
    pauses: tuple[Pause, ...] = ()

    @property
    def paused(self) -> Pause | None:
        """The break that is on, if any."""
        return self.pauses[-1] if self.pauses and self.pauses[-1].ended_at is None else None


class CounterState(msgspec.Struct, frozen=True, kw_only=True):
    """State of one counter: its running session, and those before."""

    number: int
    session: Session | None = None
    past: Session | None = None
    """The session closed last; the rows of all stand in the table `sessions`."""


def _end_pause(session: Session, at: int) -> Session:
    if session.paused is None:
        return session
    return replace(session, pauses=(*session.pauses[:-1], replace(session.pauses[-1], ended_at=at)))


def _opened(state: CounterState, event: Event, opened: CounterOpened) -> CounterState:
    if state.session is not None:
        raise Refused("counter_taken", counter=state.number)
    session = Session(
        counter=state.number,
        day=opened.day,
        officer=event.actor,
        opened_at=event.at,
        opened_position=event.position,
    )
    return replace(state, session=session)


def fold_counter(state: CounterState | None, event: Event) -> CounterState:
    """The counter after `event`; raises Refused when somebody else sits there or nobody does."""
    number = event.stream.partition(":")[2]
    if not (number.isascii() and number.isdigit()):
        raise Refused("event_damaged", why=event.stream)
    state = state or CounterState(number=int(number))
    what = event.payload
    if isinstance(what, CounterOpened):
        return _opened(state, event, what)
    if isinstance(what, CounterSettled):
        return state
    session = state.session
    if session is None:
        raise Refused("counter_not_open", counter=state.number)
    if isinstance(what, BreakStarted) and session.paused is None:
        pauses = (*session.pauses, Pause(reason=what.reason, started_at=event.at))
        return replace(state, session=replace(session, pauses=pauses))
    if isinstance(what, BreakEnded):
        return replace(state, session=_end_pause(session, event.at))
    if isinstance(what, CounterClosed | CounterClosedByDay):
        closed = replace(
            _end_pause(session, event.at),
            closed_at=event.at,
            closed_position=event.position,
            by_day=isinstance(what, CounterClosedByDay),
        )
        return replace(state, session=None, past=closed)
    raise Refused("event_out_of_order", kind=event.kind)
