"""Times of the trade, measured on legs: waiting, walking, serving, wrap-up and idle (definitions of TRADE.md).

A leg is one wait and service, and figures count legs, not visits. Waiting runs from entering the queue to the last
call, walking from there to the confirmation, serving from the confirmation to the start of the wrap-up, or to the end
where there was none, wrap-up from its own start to the end. All times are milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from app.domain.days import Session
from app.domain.tickets import Leg, Ticket

WAITING, WALKING, SERVING, WRAP_UP = "waiting", "walking", "serving", "wrap_up"
MEASURES = (WAITING, WALKING, SERVING, WRAP_UP)
MINUTE = 60_000

ENOUGH_FOR_AN_ESTIMATE = 3
"""Fewer served legs than these say nothing about the next one."""

Jumps = Sequence[int]
"""Positions in the log at which the clock of the day was moved (`Day.jumps`)."""


def waiting(leg: Leg) -> int | None:
    """From entering the queue to the last call; None while not called, and for a leg resumed without a wait."""
    if leg.resumed or leg.called_at is None:
        return None
    return leg.called_at - leg.entered_at


def walking(leg: Leg) -> int | None:
    """From the last call to the confirmation; None without one, and for a leg resumed at the counter."""
    if leg.resumed or leg.called_at is None or leg.confirmed_at is None:
        return None
    return leg.confirmed_at - leg.called_at


def serving(leg: Leg) -> int | None:
    """From the confirmation to the wrap-up, or to the end where there was none; None before that."""
    end = leg.ended_at if leg.wrap_up_at is None else leg.wrap_up_at
    if leg.confirmed_at is None or end is None:
        return None
    return end - leg.confirmed_at


def wrap_up(leg: Leg) -> int | None:
    """From the start of the wrap-up to the end; None without one."""
    if leg.wrap_up_at is None or leg.ended_at is None:
        return None
    return leg.ended_at - leg.wrap_up_at


_MEASURED = {WAITING: waiting, WALKING: walking, SERVING: serving, WRAP_UP: wrap_up}


def spans_jump(leg: Leg, jumps: Jumps) -> bool:
    """Whether the clock was moved between the leg's entry and its end (or now, while it has none)."""
    return any(
        leg.entered_position < jump and (leg.ended_position is None or jump < leg.ended_position)
        for jump in jumps
    )


def is_accurate(leg: Leg, measure: str, jumps: Jumps) -> bool:
    """Whether a measured time of the leg may stand in an average.

    Not across a moved clock, not below zero, and no serving or wrap-up that only the day's closing ended: then
    somebody forgot to press Finish (TRADE, 10).
    """
    time = _MEASURED[measure](leg)
    if time is not None and time < 0:
        return False
    if measure in (SERVING, WRAP_UP) and leg.outcome == "closed_by_day":
        return False
    return not spans_jump(leg, jumps)


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One measure over many legs: the accurate times in milliseconds, and how many were left out."""

    times: tuple[int, ...]
    excluded: int


def collect(legs: Iterable[Leg], measure: str, jumps: Jumps = ()) -> Measured:
    """Every time of `measure` that the legs have; inaccurate ones are left out and counted."""
    times: list[int] = []
    excluded = 0
    for leg in legs:
        time = _MEASURED[measure](leg)
        if time is None:
            continue
        if is_accurate(leg, measure, jumps):
            times.append(time)
        else:
            excluded += 1
    return Measured(times=tuple(times), excluded=excluded)


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """Mean, median and 90th percentile in milliseconds (None for no times), and what they were made of."""

    count: int
    mean: int | None
    median: int | None
    p90: int | None
    excluded: int


def mean(times: Sequence[int]) -> int | None:
    """Arithmetic mean, rounded half up to a whole millisecond; None for none."""
    return (2 * sum(times) + len(times)) // (2 * len(times)) if times else None


def percentile(times: Sequence[int], per_hundred: int) -> int | None:
    """Nearest rank: the smallest time that at least `per_hundred` % of all times do not exceed; None for none.

    It is always one of the times that were measured, never a value between two of them.
    """
    if not times:
        return None
    rank = -(-len(times) * per_hundred // 100)
    return sorted(times)[max(1, rank) - 1]


def median(times: Sequence[int]) -> int | None:
    """The 50th percentile by nearest rank: for an even count the lower of the two middle times."""
    return percentile(times, 50)


def spread(measured: Measured) -> Spread:
    """The figures of one measure."""
    return Spread(
        count=len(measured.times),
        mean=mean(measured.times),
        median=median(measured.times),
        p90=percentile(measured.times, 90),
        excluded=measured.excluded,
    )


def whole_minutes(milliseconds: int) -> int:
    """Minutes rounded half up, as every screen and paper shows them."""
    return (milliseconds + MINUTE // 2) // MINUTE


def average_serving_minutes(tickets: Sequence[Ticket], service: str) -> float | None:
    """Mean serving time of the finished legs of `service`, in minutes; None with fewer than three to go by."""
    legs = (leg for ticket in tickets for leg in ticket.legs if leg.service == service)
    times = collect(legs, SERVING).times
    if len(times) < ENOUGH_FOR_AN_ESTIMATE:
        return None
    return sum(times) / len(times) / MINUTE


def paused(session: Session, now: int) -> int:
    """Milliseconds of breaks within a session; one that is on runs until `now`."""
    until = now if session.closed_at is None else session.closed_at
    return sum(
        (until if each.ended_at is None else each.ended_at) - each.started_at for each in session.pauses
    )


def worked(leg: Leg, now: int) -> int:
    """Milliseconds an officer was busy with the leg: from the confirmation to its end, wrap-up included."""
    if leg.confirmed_at is None:
        return 0
    return max(0, (now if leg.ended_at is None else leg.ended_at) - leg.confirmed_at)


def idle(session: Session, legs: Iterable[Leg], now: int) -> int:
    """Session time less breaks less serving and wrap-up of the officer's `legs` in it, never below zero.

    Walking is idle time for the counter: nobody sits at it (TRADE: idle = total - serving).
    """
    total = (now if session.closed_at is None else session.closed_at) - session.opened_at
    return max(0, total - paused(session, now) - sum(worked(leg, now) for leg in legs))
