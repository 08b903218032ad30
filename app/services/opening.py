"""What speaks against opening the service day now: a day without service, a clock that cannot be right (DESIGN 2)."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import select

from app.domain.calendar import OFFSET_MINUTES, Calendar, add_days
from app.domain.events import read_header
from app.models import tables
from app.models.journal import latest_day
from app.services.office import Office

MOST_APART_MS = 10 * 60_000
"""Two clocks that differ by more cannot both be right."""

_newest = select(tables.events.c.header).order_by(tables.events.c.position.desc()).limit(1)


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is odd: no_service_day, behind (the last day or entry lies in the future), pause (service days that
    nobody opened lie between), zone, or a clock that differs, of the hub or of head_office.

    `day` is the last service day, `at` what the clock in question says (milliseconds UTC), `count` days or minutes.
    """

    code: str
    day: str = ""
    at: int = 0
    count: int = 0


def opening_doubts(office: Office, clocks: Sequence[tuple[str, int]] = ()) -> tuple[Doubt, ...]:
    """What to ask about before today is opened. `clocks`: how far others, "hub" or "head_office", are ahead, in ms."""
    now, today = office.now(), office.calendar_day()
    with office.store.reading() as connection:
        latest, newest = latest_day(connection), connection.execute(_newest).scalar()
    newest_at = read_header(newest).at if newest is not None else 0
    found = []
    if office.calendar().opening(today) is None:
        found.append(Doubt(code="no_service_day"))
    if (latest is not None and today < latest.day) or newest_at - now > MOST_APART_MS:
        found.append(Doubt(code="behind", day=latest.day if latest else "", at=newest_at))
    elif latest is not None and (skipped := _skipped(office.calendar(), latest.day, today)):
        found.append(Doubt(code="pause", day=latest.day, count=skipped))
    apart = office.ports.machine.offset_minutes(now) - OFFSET_MINUTES[office.branch().zone]
    if apart:
        found.append(Doubt(code="zone", count=apart))
    found += [
        Doubt(code=place, at=now + off, count=off // 60_000)
        for place, off in clocks
        if abs(off) > MOST_APART_MS
    ]
    return tuple(found)


def _skipped(calendar: Calendar, last: str, today: str) -> int:
    """Service days between the last one and today that nobody opened."""
    return max(0, calendar.working_days_between(last, add_days(today, -1))) if today > last else 0
