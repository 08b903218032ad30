"""Figures of the queue: services, hours, officers and what was done to single tickets, counted from folded states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from app.domain.bundle import RuleBundle
from app.domain.calendar import OFFSET_MINUTES
from app.domain.days import Day, Session
from app.domain.events import Event
from app.domain.figures import Count, HourFigures, OfficerFigures, PriorityFigures, Remark, ServiceFigures
from app.domain.former_rules import retired
from app.domain.measures import (
    MINUTE,
    SERVING,
    WAITING,
    WRAP_UP,
    Jumps,
    collect,
    idle,
    is_accurate,
    mean,
    paused,
    spread,
    waiting,
)
from app.domain.rights import SYSTEM
from app.domain.rules import Choice, Service
from app.domain.taken_back import TakenBack
from app.domain.tickets import (
    ENDED,
    NO_SHOW,
    Cancelled,
    Explained,
    Leg,
    Printed,
    Reinstated,
    Ticket,
    Voided,
    is_arrival,
    label,
)

Names = Callable[[str], str]
"""Person id to branch name."""

ENDINGS = ("served", "unserved", "no_show", "cancelled", "closed_by_day", "open")
"""Every ticket that is not void has exactly one of these."""


def named(choices: Iterable[Choice], code: str) -> str:
    """The Indonesian name of a code of the bundle; words that are no code stand as they were typed."""
    return next((each.name.id for each in choices if each.code == code), code)


def ending(ticket: Ticket, cancelled: Collection[str], served: Mapping[str, bool]) -> str:
    """How the visit ended, one of ENDINGS or "voided". `cancelled`: ids of tickets that were taken out;
    `served`: outcome of the bundle to whether it counts as served."""
    if ticket.state not in (ENDED, NO_SHOW):
        return "open"
    outcome = ticket.leg.outcome
    if outcome == "finished":
        return "served" if served.get(ticket.leg.detail, True) else "unserved"
    if outcome == "parked":  # ended while parked: the leg itself keeps its own end
        return "cancelled" if ticket.id in cancelled else "closed_by_day"
    return outcome


class Queue:
    """The tickets of one day, and what was written about them."""

    def __init__(
        self, rules: RuleBundle, zone: str, day: Day, tickets: Sequence[Ticket], events: Sequence[Event]
    ) -> None:
        self.rules = rules
        self.day = day
        self.jumps: Jumps = day.jumps
        self.tickets = tickets
        self.arrived = tuple(each for each in tickets if is_arrival(each))
        self.legs = tuple(leg for each in self.arrived for leg in each.legs)
        self._offset = OFFSET_MINUTES[zone]
        self._events = tuple(each for each in events if each.stream.startswith("ticket:"))
        self._labels = {f"ticket:{each.id}": each.label for each in tickets}
        self._served = {each.code: each.served for each in rules.outcomes}
        cancelled = {each.stream[7:] for each in self._events if isinstance(each.payload, Cancelled)}
        self._moves = self._moved()
        self._ended = {each.id: ending(each, cancelled, self._served) for each in self.arrived}

    def hour_of(self, at: int) -> int:
        """The local hour of a moment."""
        return (at // MINUTE + self._offset) // 60 % 24

    def is_served(self, leg: Leg) -> bool:
        """Whether the leg ended with an outcome that counts as served."""
        return leg.outcome == "finished" and self._served.get(leg.detail, True)

    # ------------------------------------------------------------------------------------------ services

    def services(self, raised: Mapping[str, int]) -> tuple[ServiceFigures, ...]:
        """One row per service of the bundle, and per one that left it with tickets of the day. `raised`: service to how
        many tickets more than its quota."""
        left = retired(self.rules, (leg.service for leg in self.legs))
        return tuple(self._service(each, raised.get(each.code, 0)) for each in (*self.rules.services, *left))

    def _service(self, service: Service, raised: int) -> ServiceFigures:
        first = [each for each in self.arrived if each.legs[0].service == service.code]
        last = [each for each in self.arrived if each.leg.service == service.code]
        legs = [leg for leg in self.legs if leg.service == service.code]
        moves = self._moves
        ended = Counter(self._ended[each.id] for each in last)
        above, with_wait = self._above_target(legs, service.target_wait_minutes)
        return ServiceFigures(
            code=service.code,
            name=service.name.id,
            arrived=len(first),
            moved_in=moves["in", service.code],
            moved_out=moves["out", service.code],
            waiting=spread(collect(legs, WAITING, self.jumps)),
            serving=spread(collect(legs, SERVING, self.jumps)),
            target_minutes=service.target_wait_minutes,
            above_target=above,
            with_wait=with_wait,
            used=sum(1 for each in self.arrived if each.prefix == service.prefix),
            quota=None if service.daily_quota is None else service.daily_quota + raised,
            **{each: ended[each] for each in ENDINGS},
        )

    def _moved(self) -> Counter[tuple[str, str]]:
        moves: Counter[tuple[str, str]] = Counter()
        for ticket in self.arrived:
            for leg, following in zip(ticket.legs, ticket.legs[1:], strict=False):
                if leg.service != following.service:
                    moves["out", leg.service] += 1
                    moves["in", following.service] += 1
        return moves

    def _above_target(self, legs: Iterable[Leg], minutes: int) -> tuple[int, int]:
        """Of the served legs with an accurate wait: how many waited longer, and how many there are."""
        waits = [
            time
            for leg in legs
            if self.is_served(leg)
            and is_accurate(leg, WAITING, self.jumps)
            and (time := waiting(leg)) is not None
        ]
        return sum(1 for each in waits if each > minutes * MINUTE), len(waits)

    def total(self, services: Sequence[ServiceFigures]) -> ServiceFigures:
        """All services in one row; its moves are those between services, its quota and target none."""
        sums = {
            name: sum(getattr(each, name) for each in services)
            for name in ("arrived", "moved_in", "moved_out", "above_target", "with_wait", "used", *ENDINGS)
        }
        return ServiceFigures(
            code="total",
            name="Jumlah",
            waiting=spread(collect(self.legs, WAITING, self.jumps)),
            serving=spread(collect(self.legs, SERVING, self.jumps)),
            target_minutes=0,
            quota=None,
            **sums,
        )

    # ------------------------------------------------------------------------------------------ hours

    def hours(self) -> tuple[HourFigures, ...]:
        """Every hour from opening to closing, and before or after where something happened."""
        arrived = Counter(self.hour_of(each.issued_at) for each in self.arrived)
        ends = [leg.ended_at for leg in self.legs if self.is_served(leg) and leg.ended_at is not None]
        served = Counter(self.hour_of(each) for each in ends)
        waits: dict[int, list[int]] = {}
        for leg in self.legs:
            times = collect((leg,), WAITING, self.jumps).times
            waits.setdefault(self.hour_of(leg.entered_at), []).extend(times)
        seen = sorted({*arrived, *served, *(hour for hour, times in waits.items() if times), *self._open()})
        every = range(seen[0], seen[-1] + 1) if seen else ()
        return tuple(
            HourFigures(
                hour=hour, arrived=arrived[hour], served=served[hour], waiting=mean(waits.get(hour, ()))
            )
            for hour in every
        )

    def _open(self) -> range:
        weekday = date.fromisoformat(self.day.day).weekday()
        for hours in self.rules.hours.weekdays:
            if hours.weekday == weekday:
                return range(hours.open_minute // 60, -(-hours.close_minute // 60))
        return range(0)

    # ------------------------------------------------------------------------------------------ officers

    def officers(
        self, sessions: Sequence[Session], name: Names, now: int
    ) -> tuple[tuple[OfficerFigures, ...], int]:
        """One row for everybody who sat at a counter, by counter; and how many sessions could not be measured."""
        people = {each.officer for each in sessions} | {leg.officer for leg in self.legs if leg.officer}
        rows = []
        unmeasured = 0
        for person in sorted(people):
            own = [each for each in sessions if each.officer == person]
            rows.append(self._officer(person, name(person), own, now))
            unmeasured += sum(1 for each in own if not self._measurable(each, now))
        return tuple(sorted(rows, key=lambda row: (row.counters or (10_000,), row.name))), unmeasured

    def _measurable(self, session: Session, now: int) -> bool:
        end = session.closed_position
        crossed = any(jump > session.opened_position and (end is None or jump < end) for jump in self.jumps)
        return not (session.by_day or crossed or (session.closed_at or now) < session.opened_at)

    def _officer(self, person: str, name: str, every: Sequence[Session], now: int) -> OfficerFigures:
        sessions = [each for each in every if self._measurable(each, now)]
        own = [(each, leg) for each in self.arrived for leg in each.legs if leg.officer == person]
        legs = [leg for _, leg in own]
        idles = [idle(each, _within(each, every, legs), now) for each in sessions]
        return OfficerFigures(
            name=name,
            counters=tuple(
                sorted({each.counter for each in every} | {leg.counter for leg in legs if leg.counter})
            ),
            legs=len(legs),
            served=sum(1 for leg in legs if self.is_served(leg)),
            no_show=sum(1 for leg in legs if leg.outcome == "no_show"),
            serving=spread(collect(legs, SERVING, self.jumps)),
            wrap_up=spread(collect(legs, WRAP_UP, self.jumps)),
            breaks=sum(len(each.pauses) for each in sessions),
            break_time=sum(paused(each, now) for each in sessions),
            session_time=sum((each.closed_at or now) - each.opened_at for each in sessions),
            idle=sum(idles) if idles else None,
            overrides=sum(1 for leg in legs if leg.override),
            priority_called=sum(1 for ticket, leg in own if ticket.priority and not leg.resumed),
        )

    # ------------------------------------------------------------------------------------------ single tickets

    def priority(self, name: Names) -> PriorityFigures:
        """Priority tickets by group, in the order of the bundle, and by who issued them."""
        given = [each for each in self.arrived if each.priority]
        groups = Counter(each.priority for each in given)
        issuers = Counter(name(each.issued_by) for each in given)
        return PriorityFigures(
            groups=tuple(
                Count(code=each.code, name=each.name.id, count=groups[each.code])
                for each in self.rules.priorities
                if groups[each.code]
            ),
            issued_by=tuple(Count(code="", name=who, count=issuers[who]) for who in sorted(issuers)),
        )

    def gaps(self) -> tuple[str, ...]:
        """Labels between the first and the highest number of a series that no ticket bears."""
        series: dict[tuple[str, str], set[int]] = {}
        for each in self.tickets:
            series.setdefault((each.prefix, each.mark), set()).add(each.number)
        digits = self.rules.queue.label_digits
        return tuple(
            label(prefix, number, mark, digits)
            for (prefix, mark), numbers in sorted(series.items())
            for number in range(self._first(prefix, mark, numbers), max(numbers))
            if number not in numbers
        )

    def _first(self, prefix: str, mark: str, numbers: set[int]) -> int:
        expected = self.day.first.get(prefix, 1) if mark == self.day.mark else 1
        return min(expected, *numbers)

    def overrides(self, name: Names) -> tuple[Remark, ...]:
        """Tickets that a person, and not the rule, chose, with the reason."""
        return _by_time(
            Remark(
                label=ticket.label,
                at=leg.called_at or leg.entered_at,
                who=name(leg.officer),
                reason=named(self.rules.skip_reasons, leg.override),
                counter=leg.counter,
            )
            for ticket in self.tickets
            for leg in ticket.legs
            if leg.override
        )

    def voided(self, name: Names) -> tuple[Remark, ...]:
        return self._remarks(name, Voided, lambda _: "")

    def taken_back(self, name: Names) -> tuple[Remark, ...]:
        """What was done in haste and taken back: its code; it counts nowhere else."""
        return self._remarks(name, TakenBack, lambda what: what.act)

    def reinstated(self, name: Names) -> tuple[Remark, ...]:
        return self._remarks(name, Reinstated, lambda what: what.reason)

    def cancelled(self, name: Names) -> tuple[Remark, ...]:
        return self._remarks(name, Cancelled, lambda what: named(self.rules.cancel_reasons, what.reason))

    def explained(self, name: Names) -> tuple[Remark, ...]:
        return self._remarks(name, Explained, lambda what: named(self.rules.close_reasons, what.reason))

    def reprinted(self, name: Names) -> tuple[Remark, ...]:
        """Each copy once: the wish of a person and the paper that came out are two events of one copy."""
        copies: dict[tuple[str, int], Event] = {}
        for event in self._events:
            if isinstance(event.payload, Printed) and event.payload.copy:
                known = copies.get((event.stream, event.payload.copy))
                if known is None or known.actor == SYSTEM:
                    copies[event.stream, event.payload.copy] = event
        return _by_time(self._remark(name, each, "") for each in copies.values())

    def _remarks(self, name: Names, kind: type, reason: Callable[[Any], str]) -> tuple[Remark, ...]:
        return _by_time(
            self._remark(name, each, reason(each.payload))
            for each in self._events
            if isinstance(each.payload, kind)
        )

    def _remark(self, name: Names, event: Event, reason: str) -> Remark:
        return Remark(
            label=self._labels.get(event.stream, "?"), at=event.at, who=name(event.actor), reason=reason
        )


def _by_time(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    return tuple(sorted(remarks, key=lambda each: (each.at, each.label)))


def _within(session: Session, sessions: Sequence[Session], legs: Iterable[Leg]) -> list[Leg]:
    """The officer's legs that were called in this session."""
    later = [each.opened_position for each in sessions if each.opened_position > session.opened_position]
    end = min(later, default=None)
    return [
        leg
        for leg in legs
        if leg.called_position is not None
        and leg.called_position > session.opened_position
        and (end is None or leg.called_position < end)
    ]
