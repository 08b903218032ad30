"""A day that was opened by mistake, and one that was closed too early (decision 025)."""

from typing import Any, cast

from app.domain.days import Day, DayReopened, DayTakenBack
from app.domain.identity import clean_text
from app.domain.redated import Redated
from app.errors import Refused
from app.models.journal import latest_day
from app.services.day_material import day_state, tickets_of
from app.services.office import Office

REASON_LIMIT = 200


def reopen_day(office: Office, who: str, reason: str) -> Day:
    """Open the day that is closed again, on its own date; its figures are frozen anew when it is closed once more.

    Raises Refused("no_right" | "reason_missing" | "day_not_today" | "day_already_open" | "hub_needed").
    """
    office.require(who, "day.close")
    why = clean_text(reason, REASON_LIMIT)
    if not why:
        raise Refused("reason_missing")
    done = office.decide("reopen_day", who, {"reason": why}, lambda: reopen_here(office, who, why))
    return cast(Day, office.state(f"day:{done['day']}"))


def reopen_here(office: Office, who: str, reason: str) -> dict[str, Any]:
    """The same at the hub, which alone knows where in the log the day had ended."""
    if not office.journal.ordering:
        raise Refused("hub_needed")
    with office.unit(who) as unit:
        day = latest_day(unit.connection)
        if day is None or day.day != office.calendar_day():
            raise Refused("day_not_today")
        if day.closed_at is None:
            raise Refused("day_already_open", day=day.day)
        unit.append(f"day:{day.day}", DayReopened(reason=reason))
    return {"day": day.day}


def take_back_day(office: Office, who: str) -> str:
    """Take back the opening of the day that is open, while nobody was called; its tickets become those of the date that
    the clock shows now, which is given back.

    Raises Refused("no_right" | "day_not_open" | "day_has_calls" | "day_is_today" | "label_taken" | "hub_needed").
    """
    office.require(who, "day.close")
    done = office.decide("take_back_day", who, {}, lambda: take_back_here(office, who))
    return str(done["day"])


def take_back_here(office: Office, who: str) -> dict[str, Any]:
    """The same at the hub."""
    if not office.journal.ordering:
        raise Refused("hub_needed")
    right = office.calendar_day()
    with office.unit(who) as unit:
        day = latest_day(unit.connection)
        if day is None or day.closed_at is not None:
            raise Refused("day_not_open")
        moved = tickets_of(unit.connection, day.day)
        if any(leg.called_at is not None for each in moved.values() for leg in each.legs):
            raise Refused("day_has_calls", day=day.day)
        if moved and day.day == right:  # the clock still says so: first it must be right
            raise Refused("day_is_today", day=day.day)
        _labels_are_free(tickets_of(unit.connection, right), moved)
        if (found := day_state(unit.connection, right)) is not None and found.closed_at is not None:
            raise Refused("day_already_closed", day=right)
        unit.append(f"day:{day.day}", DayTakenBack(right=right))
        for ticket in moved.values():
            unit.append(f"ticket:{ticket.id}", Redated(day=right))
    return {"day": right}


def _labels_are_free(there: dict[str, Any], coming: dict[str, Any]) -> None:
    taken = {each.label for each in there.values()}
    double = next((each.label for each in coming.values() if each.label in taken), "")
    if double:
        raise Refused("label_taken", label=double)
