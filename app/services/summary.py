"""The daily summary: its figures, its PDF, and the closing of the day that freezes it."""

from typing import Any

import msgspec

from app.domain.calendar import minute_of
from app.domain.days import CounterClosedByDay, CounterState, Day, DayClosed, Session
from app.domain.events import Event, digest
from app.domain.figures import DayFigures, canonical_json, read_figures
from app.domain.identity import clean_text
from app.domain.kinds import NAMES
from app.domain.summary import summarise
from app.domain.tickets import CALLED, PARKED, SERVING, WAITING, Explained, Ticket
from app.errors import Refused
from app.models.journal import Unit
from app.services.day_material import Closing, DayReader, day_state, sessions_of, snapshot, tickets_of
from app.services.office import Office
from app.services.today import TodayBoard, today_board, unclosed_days

UNEXPLAINED = (WAITING, CALLED, SERVING, PARKED)
"""States in which somebody has to say what became of the ticket; a no-show has ended."""

NOTE_LIMIT = 500
REASON_LIMIT = 120


class BeforeClosing(msgspec.Struct, frozen=True, kw_only=True):
    """Why a day may be closed too early: `closes_at` (minute of the day) while closing hour has not come, counters that
    are open, people who wait or are being served."""

    closes_at: int | None
    counters: tuple[int, ...]
    waiting: int

    @property
    def is_early(self) -> bool:
        """Whether anything speaks against it."""
        return self.closes_at is not None or bool(self.counters) or self.waiting > 0


class Summaries:
    """What the supervisor sees, prints and closes."""

    def __init__(self, office: Office) -> None:
        self._office = office

    # ------------------------------------------------------------------------------------------ figures

    def figures(self, day: str) -> DayFigures:
        """The figures of a day: frozen ones where it is closed, else as they are now. Raises Refused("day_unknown")."""
        with snapshot(self._office.store) as connection:
            state = _known(day_state(connection, day), day)
            if state.closed_at is not None:
                return read_figures(state.content)
            reader = DayReader(connection, self._office.branch(), state)
            material = reader.material(self._office.rules(), self._office.now())
        return summarise(material)

    def json(self, day: str) -> bytes:
        """Canonical JSON; for a closed day the very bytes whose SHA-256 the journal holds."""
        with self._office.store.reading() as connection:
            state = _known(day_state(connection, day), day)
        return state.content.encode() if state.closed_at is not None else canonical_json(self.figures(day))

    def pdf(self, day: str) -> bytes:
        """The A4 page or two, to be read and signed."""
        from app.reports.summary import summary_pdf

        return summary_pdf(self.figures(day))

    def today(self) -> TodayBoard:
        """The supervisor's screen."""
        return today_board(self._office)

    # ------------------------------------------------------------------------------------------ closing

    def unclosed_days(self) -> tuple[str, ...]:
        """Service days that nobody closed, the oldest first; the running one is the last."""
        with self._office.store.reading() as connection:
            return unclosed_days(connection)

    def open_tickets(self, day: str) -> tuple[Ticket, ...]:
        """Those that must be explained before the day can be closed, in the order of arrival."""
        with self._office.store.reading() as connection:
            found = tickets_of(connection, day).values()
        return tuple(sorted((each for each in found if each.state in UNEXPLAINED), key=_arrival))

    def was_called(self, day: str) -> bool:
        """Whether anybody of this day was called yet."""
        with self._office.store.reading() as connection:
            found = tickets_of(connection, day).values()
        return any(leg.called_at is not None for each in found for leg in each.legs)

    def before_closing(self, day: str) -> BeforeClosing:
        """What speaks against closing a day now."""
        office = self._office
        now, hours = office.now(), office.calendar().opening(day)
        minute = minute_of(now, office.branch().zone) if day == office.calendar_day() else 24 * 60
        with office.store.reading() as connection:
            sessions = sessions_of(connection, day).values()
        return BeforeClosing(
            closes_at=hours.end if hours is not None and minute < hours.end else None,
            counters=tuple(sorted(each.counter for each in sessions if each.closed_at is None)),
            waiting=len(self.open_tickets(day)),
        )

    def close_day(
        self, who: str, explanations: dict[str, str], note: str = "", day: str | None = None
    ) -> DayFigures:
        """Close a day (the latest one by default): explain its open tickets, close its counters, freeze its figures.

        `explanations`: ticket id to a reason of the bundle or words. All of it is one transaction. Raises
        Refused("no_right" | "day_unknown" | "day_already_closed" | "ticket_unexplained").
        """
        office = self._office
        office.require(who, "day.close")
        name = day or _name_of(office.latest_day())
        given: dict[str, Any] = {"explanations": explanations, "note": note, "day": name}
        office.decide("close_day", who, given, lambda: self.close_here(who, **given))
        return self.figures(name)

    def close_here(self, who: str, explanations: dict[str, str], note: str, day: str) -> dict[str, Any]:
        """The same at the hub: it alone knows where in the log the day ends. Raises Refused("hub_needed") elsewhere."""
        office, name = self._office, day
        if not office.journal.ordering:
            raise Refused("hub_needed")
        with office.unit(who) as unit:
            state = _known(unit.state(f"day:{name}"), name)
            if state.closed_at is not None:
                raise Refused("day_already_closed", day=name)
            closing = _closing(unit, name, explanations)
            said = clean_text(note, NOTE_LIMIT)
            closed = msgspec.structs.replace(
                state, closed_at=unit.at, closed_by=who, closed_position=closing.last, note=said
            )
            material = DayReader(unit.connection, unit.branch, closed).material(
                office.rules(), unit.at, closing
            )
            content = canonical_json(summarise(material))
            frozen = DayClosed(
                position=closing.last, figures=digest(content).hex(), content=content.decode(), note=said
            )
            unit.append(f"day:{name}", frozen)
        return {}


def _arrival(ticket: Ticket) -> int:
    return ticket.legs[0].entered_position


def _name_of(day: Day | None) -> str:
    return day.day if day else ""


def _known(day: Day | None, name: str) -> Day:
    if day is None:
        raise Refused("day_unknown", day=name)
    return day


def _closing(unit: Unit, day: str, explanations: dict[str, str]) -> Closing:
    """Explain every open ticket and close every counter still open; what that made is not on file yet."""
    events: list[Event] = []
    tickets: dict[str, Ticket] = {}
    sessions: dict[int, Session] = {}
    for ticket in sorted(tickets_of(unit.connection, day).values(), key=_arrival):
        if ticket.state not in UNEXPLAINED:
            continue
        reason = clean_text(explanations.get(ticket.id, ""), REASON_LIMIT)
        if not reason:
            raise Refused("ticket_unexplained", label=ticket.label)
        stream, why = f"ticket:{ticket.id}", Explained(reason=reason)
        tickets[ticket.id] = unit.append(stream, why)
        events.append(Event("", stream, NAMES[Explained], 1, unit.actor, unit.at, unit.position, why))
    for session in sessions_of(unit.connection, day).values():
        if session.closed_at is None:
            state: CounterState = unit.append(f"counter:{session.counter}", CounterClosedByDay())
            if state.past is not None:
                sessions[state.past.opened_position] = state.past
    return Closing(
        tickets=tickets,
        sessions=sessions,
        events=tuple(events),
        last=unit.position,
        head=unit.log_hash.hex(),
    )
