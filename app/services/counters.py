"""A counter: call, confirm, recall, park, transfer, finish. Who is next is decided here, in one transaction."""

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from app.domain.days import BreakEnded, BreakStarted, CounterClosed, CounterOpened, CounterState, Day
from app.domain.former_rules import offered
from app.domain.identity import clean_text
from app.domain.tickets import (
    CALLED,
    PARKED,
    SERVING,
    WAITING,
    Called,
    Confirmed,
    Finished,
    Missed,
    Parked,
    Recalled,
    Resumed,
    Ticket,
    Transferred,
    WrapUpStarted,
)
from app.errors import Refused
from app.models import tables
from app.models.journal import Unit, latest_day
from app.services.counter_queries import (
    CALLS,
    MISSED_DATA,
    PARKED_DATA,
    WAITING_DATA,
    WAITING_PRIORITY,
    WAITING_REGULAR,
    counter_of,
    counter_state,
    current_of,
    since_priority,
    ticket_state,
    tickets_by,
)
from app.services.office import Office
from app.services.visit_cases import was_sent


class CounterBoard(msgspec.Struct, frozen=True, kw_only=True):
    """The left half of the counter's page."""

    counter: int
    state: str
    """closed, open, break, taken (somebody else sits there), no_day"""
    officer: str
    break_reason: str = ""
    break_since: int | None = None
    current: Ticket | None = None
    waiting: tuple[Ticket, ...] = ()
    """Those this counter may call, in the order of calling."""
    parked: tuple[Ticket, ...] = ()
    missed: tuple[Ticket, ...] = ()


class CallShown(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the hall window. `position` grows with each call, a recall included."""

    label: str
    counter: int
    position: int
    calls: int


class Counters:
    """What an officer does at a counter."""

    def __init__(self, office: Office) -> None:
        self._office = office

    # ------------------------------------------------------------------------------------------ sessions

    def open(self, who: str, counter: int) -> None:
        """Sit down; raises Refused("counter_taken") when somebody is there, "already_at_counter" when elsewhere."""
        self._office.decide("open_counter", who, {"counter": counter}, lambda: self.open_here(who, counter))

    def open_here(self, who: str, counter: int) -> dict[str, Any]:
        """The same by what this computer knows."""
        self._office.branch().counter(counter)
        with self._office.unit(who) as unit:
            day = self._office.open_day(unit.connection)
            other = counter_of(unit.connection, who)
            if other is not None and other != counter:
                raise Refused("already_at_counter", counter=other)
            if other != counter:
                unit.append(f"counter:{counter}", CounterOpened(day=day.day))
        return {}

    def close(self, who: str, counter: int) -> None:
        """Leave the counter; raises Refused("ticket_still_open") while somebody is being served."""
        with self._office.unit(who) as unit:
            _sits_here(unit, who, counter)
            current = current_of(unit.connection, who)
            if current is not None:
                raise Refused("ticket_still_open", label=current.label)
            unit.append(f"counter:{counter}", CounterClosed())

    def start_break(self, who: str, counter: int, reason: str) -> None:
        """Break, lunch or other work; raises Refused("ticket_still_open")."""
        with self._office.unit(who) as unit:
            _sits_here(unit, who, counter)
            current = current_of(unit.connection, who)
            if current is not None:
                raise Refused("ticket_still_open", label=current.label)
            unit.append(f"counter:{counter}", BreakStarted(reason=clean_text(reason, 120)))

    def end_break(self, who: str, counter: int) -> None:
        """Back again."""
        with self._office.unit(who) as unit:
            _sits_here(unit, who, counter)
            unit.append(f"counter:{counter}", BreakEnded())

    def my_counter(self, who: str) -> int | None:
        """The counter somebody sits at."""
        with self._office.store.reading() as connection:
            return counter_of(connection, who)

    # ------------------------------------------------------------------------------------------ the board

    def board(self, who: str, counter: int) -> CounterBoard:
        """Everything on the left half of the page."""
        services = self._office.branch().counter(counter).services
        with self._office.store.reading() as connection:
            day = latest_day(connection)
            if day is None or day.closed_at is not None:
                return CounterBoard(counter=counter, state="no_day", officer="")
            row = connection.execute(
                select(tables.counters.c.data).where(tables.counters.c.number == counter)
            ).first()
            found = counter_state(row[0]) if row else None
            params = {"day": day.day}
            waiting = tickets_by(connection, WAITING_DATA, params)
            parked = tickets_by(connection, PARKED_DATA, params)
            missed = tickets_by(connection, MISSED_DATA, params)
            current = current_of(connection, who)
        session = found.session if found else None
        state = "closed"
        if session is not None:
            state = "break" if session.paused else "open"
            if session.officer != who:
                state = "taken"
        return CounterBoard(
            counter=counter,
            state=state,
            officer=session.officer if session else "",
            break_reason=session.paused.reason if session and session.paused else "",
            break_since=session.paused.started_at if session and session.paused else None,
            current=current,
            waiting=self._in_order(
                tuple(each for each in waiting if _calls_it(each, services, counter, who))
            ),
            parked=parked,
            missed=missed,
        )

    def _in_order(self, waiting: tuple[Ticket, ...]) -> tuple[Ticket, ...]:
        """Regular and priority tickets as the rule would take them from now on."""
        ratio = self._office.rules().queue.regular_per_priority
        regular = [each for each in waiting if not each.priority]
        priority = [each for each in waiting if each.priority]
        ordered: list[Ticket] = []
        since = self._regular_since_priority()
        while regular or priority:
            if priority and (since >= ratio or not regular):
                ordered.append(priority.pop(0))
                since = 0
            else:
                ordered.append(regular.pop(0))
                since += 1
        return tuple(ordered)

    def _regular_since_priority(self) -> int:
        with self._office.store.reading() as connection:
            day = latest_day(connection)
            return since_priority(connection, day.day, self._office) if day else 0

    # ------------------------------------------------------------------------------------------ calling

    def call_next(self, who: str, counter: int) -> Ticket:
        """The next ticket by the rule: oldest first, one of priority for every so many regular ones.

        Raises Refused("queue_empty" | "ticket_still_open" | "counter_not_open" | "on_break").
        """
        return self._decided(
            "call_next", who, {"counter": counter}, lambda: self.call_next_here(who, counter)
        )

    def _decided(self, name: str, who: str, arguments: dict[str, Any], here: Callable[[], Ticket]) -> Ticket:
        found = self._office.decide(name, who, arguments, lambda: {"ticket": here().id})
        ticket: Ticket = self._office.state(f"ticket:{found['ticket']}")
        return ticket

    def call_next_here(self, who: str, counter: int) -> Ticket:
        """The same by what this computer knows."""
        services = self._office.branch().counter(counter).services
        with self._office.unit(who) as unit:
            day = self._ready_to_call(unit, who, counter)
            chosen = self._choose(unit.connection, day.day, who, counter, services)
            if chosen is None:
                raise Refused("queue_empty")
            ticket: Ticket = unit.append(f"ticket:{chosen}", Called(counter=counter))
        return ticket

    def call(self, who: str, counter: int, ticket: str, reason: str) -> Ticket:
        """A certain ticket, out of order, with the reason that will stand in the daily summary."""
        why = clean_text(reason, 120)
        if not why:
            raise Refused("reason_missing")
        return self._decided(
            "call",
            who,
            {"counter": counter, "ticket": ticket, "reason": why},
            lambda: self.call_here(who, counter, ticket, why),
        )

    def call_here(self, who: str, counter: int, ticket: str, why: str) -> Ticket:
        """The same by what this computer knows."""
        with self._office.unit(who) as unit:
            _of_this_day(_known(unit, ticket), self._ready_to_call(unit, who, counter))
            called: Ticket = unit.append(f"ticket:{ticket}", Called(counter=counter, reason=why))
        return called

    def _ready_to_call(self, unit: Unit, who: str, counter: int) -> Day:
        day = self._office.open_day(unit.connection)
        state = _sits_here(unit, who, counter)
        if state.session is not None and state.session.paused:
            raise Refused("on_break")
        current = current_of(unit.connection, who)
        if current is not None:
            raise Refused("ticket_still_open", label=current.label)
        return day

    def _choose(
        self, connection: Connection, day: str, who: str, counter: int, services: tuple[str, ...]
    ) -> str | None:
        bounds = {"day": day, "counter": counter, "officer": who}
        ratio = self._office.rules().queue.regular_per_priority
        since = since_priority(connection, day, self._office)
        first, second = WAITING_REGULAR, WAITING_PRIORITY
        if since >= ratio:
            first, second = second, first
        for query in (first, second):
            for ticket, service, _ in connection.execute(query, bounds):
                if not services or service in services:
                    return str(ticket)
        return None

    # ------------------------------------------------------------------------------------------ at the counter

    def recall(self, who: str, ticket: str) -> Ticket:
        """Announce the same leg again."""
        return self._do(who, ticket, Recalled())

    def confirm(self, who: str, ticket: str) -> Ticket:
        """The person stands here."""
        return self._do(who, ticket, Confirmed())

    def no_show(self, who: str, ticket: str) -> Ticket:
        """Called as often as the bundle says and not come; raises Refused("call_again_first", …) before that."""
        rules = self._office.rules().queue
        with self._office.unit(who) as unit:
            found = _known(unit, ticket)
            if found.state == CALLED and found.leg.calls < rules.calls_before_no_show:
                raise Refused("call_again_first", label=found.label, calls=rules.calls_before_no_show)
            missed: Ticket = unit.append(f"ticket:{ticket}", Missed())
        return missed

    def park(self, who: str, ticket: str, reason: str) -> Ticket:
        """Put aside; raises Refused("park_full") when this officer has parked as many as the bundle allows."""
        limit = self._office.rules().queue.park_limit
        with self._office.unit(who) as unit:
            found = _known(unit, ticket)
            others = tickets_by(unit.connection, PARKED_DATA, {"day": found.day})
            if sum(1 for each in others if each.leg.officer == who) >= limit:
                raise Refused("park_full", limit=limit)
            parked: Ticket = unit.append(f"ticket:{ticket}", Parked(reason=clean_text(reason, 120)))
        return parked

    def resume(self, who: str, counter: int, ticket: str) -> Ticket:
        """Take a parked ticket up again."""
        return self._decided(
            "resume",
            who,
            {"counter": counter, "ticket": ticket},
            lambda: self.resume_here(who, counter, ticket),
        )

    def resume_here(self, who: str, counter: int, ticket: str) -> Ticket:
        """The same by what this computer knows."""
        with self._office.unit(who) as unit:
            _of_this_day(_known(unit, ticket), self._ready_to_call(unit, who, counter))
            back: Ticket = unit.append(f"ticket:{ticket}", Resumed(counter=counter))
        return back

    def transfer(self, who: str, ticket: str, to: str, target: str, reason: str = "") -> Ticket:
        """Send on to a `service`, a `counter` or an `officer`; keeps its place in the order."""
        if to == "service":
            offered(self._office.rules(), target)
        elif to == "counter":
            if not (target.isascii() and target.isdigit()):
                raise Refused("unknown_code", what=target)
            target = str(int(target))
            self._office.branch().counter(int(target))
        elif to == "officer":
            self._office.branch().person(target)
        else:
            raise Refused("unknown_code", what=to)
        return self._do(who, ticket, Transferred(to=to, target=target, reason=clean_text(reason, 120)))

    def start_wrap_up(self, who: str, ticket: str) -> Ticket:
        """The person has gone; there is still work on it."""
        return self._do(who, ticket, WrapUpStarted())

    def finish(self, who: str, ticket: str, outcome: str, note: str = "") -> Ticket:
        """Done; an outcome of the bundle is mandatory.

        Raises Refused("claim_not_submitted") for one that says so while no case of the visit has gone to the verifier.
        """
        rule = self._office.rules().outcome(outcome)
        with self._office.unit(who) as unit:
            found = _known(unit, ticket)
            if rule.needs_submitted and not was_sent(unit.connection, found):
                raise Refused("claim_not_submitted", label=found.label)
            ended = Finished(outcome=outcome, note=clean_text(note, 500))
            done: Ticket = unit.append(f"ticket:{ticket}", ended)
        return done

    def _do(self, who: str, ticket: str, what: msgspec.Struct) -> Ticket:
        with self._office.unit(who) as unit:
            _known(unit, ticket)
            done: Ticket = unit.append(f"ticket:{ticket}", what)
        return done

    # ------------------------------------------------------------------------------------------ the hall

    def last_calls(self, count: int = 6) -> tuple[CallShown, ...]:
        """The last calls of the day, newest first, for the window in the hall. No name, ever."""
        with self._office.store.reading() as connection:
            day = latest_day(connection)
            if day is None or day.closed_at is not None:
                return ()
            rows = connection.execute(CALLS, {"day": day.day, "count": count * 3}).all()
        shown: list[CallShown] = []
        for data, counter, position in rows:
            ticket = ticket_state(data)
            if any(each.label == ticket.label for each in shown):
                continue
            leg = next(each for each in ticket.legs if each.called_position == position)
            if not leg.resumed:
                shown.append(
                    CallShown(label=ticket.label, counter=counter, position=position, calls=leg.calls)
                )
        return tuple(shown[:count])


def _calls_it(ticket: Ticket, services: tuple[str, ...], counter: int, who: str) -> bool:
    """Whether this counter and officer may call the ticket."""
    return (
        (not services or ticket.service in services)
        and ticket.for_counter in (None, counter)
        and ticket.for_officer in ("", who)
    )


def _sits_here(unit: Unit, who: str, counter: int) -> CounterState:
    state = unit.state(f"counter:{counter}")
    if not isinstance(state, CounterState) or state.session is None:
        raise Refused("counter_not_open", counter=counter)
    if state.session.officer != who:
        raise Refused("counter_taken", counter=counter)
    return state


def _of_this_day(ticket: Ticket, day: Day) -> None:
    """A ticket of a day that nobody closed is explained at its closing, and no longer called."""
    if ticket.day != day.day:
        raise Refused("ticket_of_other_day", label=ticket.label, day=ticket.day)


def _known(unit: Unit, ticket: str) -> Ticket:
    found = unit.state(f"ticket:{ticket}")
    if not isinstance(found, Ticket):
        raise Refused("ticket_unknown")
    if found.state in (WAITING, CALLED, SERVING, PARKED):
        return found
    raise Refused("ticket_not_in_state", label=found.label, state=found.state)
