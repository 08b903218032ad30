"""Days, hours and how they are written: the branch calendar, fixed time zones and Indonesian formats."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta, timezone

import msgspec

from app.domain.bundle import RuleBundle
from app.domain.cleaning import without_apostrophe
from app.domain.rules import Holiday, Text, WeekdayHours
from app.errors import Refused

OFFSET_MINUTES = {"WIB": 420, "WITA": 480, "WIT": 540}
"""The three zones of Indonesia, without daylight saving: no time-zone database is needed."""

WEEKDAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
SHORT_MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")

_DAY_PARTS = (
    (11 * 60, Text(id="pagi", en="morning")),
    (15 * 60, Text(id="siang", en="afternoon")),
    (18 * 60, Text(id="sore", en="afternoon")),
    (24 * 60, Text(id="malam", en="evening")),
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ONE_DAY = timedelta(days=1)
_SEARCH_DAYS = 3660
_ISO = re.compile(r"^(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})$", re.ASCII)
_TYPED = re.compile(
    r"^(?P<day>\d{1,2})(?P<mark>[-/. ]?)(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4})$", re.ASCII
)
_SWAPPED_MARKS = str.maketrans(",.", ".,")


class Span(msgspec.Struct, frozen=True):
    """From one minute of the day to another, both counted from local midnight; the end is not included."""

    start: int
    end: int

    @property
    def minutes(self) -> int:
        return self.end - self.start

    def contains(self, minute: int) -> bool:
        return self.start <= minute < self.end


class Calendar:
    """Which days the branch works and when. Days are ISO strings; the branch's own closed days may be added.

    A holiday on which the branch is "limited" has hours but is not counted as a working day; an "open" one is both.
    """

    def __init__(self, bundle: RuleBundle, branch_closed: Collection[str] = ()) -> None:
        self._weekdays = {hours.weekday: hours for hours in bundle.hours.weekdays}
        self._holidays = {holiday.date: holiday for holiday in bundle.holidays}
        self._branch_closed = frozenset(branch_closed)
        self._years = frozenset(holiday.date[:4] for holiday in bundle.holidays)

    def covers(self, day: str) -> bool:
        """Whether the holidays of that year are known; if not, its deadlines are too early at worst."""
        return day[:4] in self._years

    def holiday(self, day: str) -> Holiday | None:
        return self._holidays.get(day)

    def is_working_day(self, day: str) -> bool:
        """Whether the day counts towards a deadline in working days."""
        return self._hours(day) is not None and self._on_holiday(day) == "open"

    def opening(self, day: str) -> Span | None:
        """The service hours, or None when the branch is closed."""
        hours = self._hours(day)
        if hours is None or self._on_holiday(day) == "closed":
            return None
        return Span(hours.open_minute, hours.close_minute)

    def lunch(self, day: str) -> Span | None:
        hours = self._hours(day)
        if hours is None or self.opening(day) is None or hours.lunch_from == hours.lunch_to:
            return None
        return Span(hours.lunch_from, hours.lunch_to)

    def service_minutes(self, day: str) -> int:
        """Minutes of service without lunch: 435 from Monday to Thursday, 405 on Friday (DOMAIN V-09)."""
        opening, lunch = self.opening(day), self.lunch(day)
        return (opening.minutes if opening else 0) - (lunch.minutes if lunch else 0)

    def next_working_day(self, day: str) -> str:
        """The first working day after `day`."""
        return self.add_working_days(day, 1)

    def add_working_days(self, day: str, count: int) -> str:
        """The `count`-th working day after `day`; for 0 the day itself, or the next working day if it is none.

        Raises `Refused("calendar_closed")` when ten years hold no such day (all weekdays closed).
        """
        current, left = _date(day), count
        for _ in range(_SEARCH_DAYS + 2 * count):
            if left == 0 and self.is_working_day(current.isoformat()):
                return current.isoformat()
            current += _ONE_DAY
            if left > 0 and self.is_working_day(current.isoformat()):
                left -= 1
        raise Refused("calendar_closed", day=day)

    def working_days_between(self, first: str, last: str) -> int:
        """Working days after `first` up to and including `last`; negative when `last` lies before `first`."""
        if last < first:
            return -self.working_days_between(last, first)
        start, days = _date(first), (_date(last) - _date(first)).days
        return sum(
            self.is_working_day((start + timedelta(days=step)).isoformat()) for step in range(1, days + 1)
        )

    def _hours(self, day: str) -> WeekdayHours | None:
        return self._weekdays.get(_date(day).weekday())

    def _on_holiday(self, day: str) -> str:
        if day in self._branch_closed:
            return "closed"
        holiday = self._holidays.get(day)
        return holiday.branch if holiday else "open"


# ------------------------------------------------------------------------------------------ days and moments


def _date(day: str) -> date:
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise Refused("day_wrong", day=day) from None


def parse_day(typed: str) -> str:
    """A typed day as an ISO string: `20-11-2026`, `20/11/2026`, `20.11.2026`, `20112026` or `2026-11-20`.

    Raises `Refused("day_wrong")` for anything else, 31 February too.
    """
    text = without_apostrophe(typed)
    found = _ISO.match(text) or _TYPED.match(text)
    parts = found.groupdict() if found else {}
    # without marks only eight digits are clear: 1112026 may be 1 November or 11 January
    if not parts or (parts.get("mark") == "" and len(text) != 8):
        raise Refused("day_wrong", day=text[:20])
    try:
        return date(int(parts["year"]), int(parts["month"]), int(parts["day"])).isoformat()
    except ValueError:
        raise Refused("day_wrong", day=text) from None


def add_days(day: str, count: int) -> str:
    """The day `count` calendar days later."""
    return (_date(day) + timedelta(days=count)).isoformat()


def add_months(day: str, count: int) -> str:
    """The same day of the month `count` months later, or the last one of a shorter month."""
    start = _date(day)
    year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
    first_after = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(start.day, (first_after - _ONE_DAY).day)).isoformat()


def _zone(zone: str) -> timezone:
    try:
        return timezone(timedelta(minutes=OFFSET_MINUTES[zone]), zone)
    except KeyError:
        raise Refused("zone_unknown", zone=zone) from None


def local(at: int, zone: str) -> datetime:
    """The branch's local time of a moment in milliseconds since 1970 UTC."""
    return (_EPOCH + timedelta(milliseconds=at)).astimezone(_zone(zone))


def day_of(at: int, zone: str) -> str:
    """The branch's local day of a moment."""
    return local(at, zone).date().isoformat()


def minute_of(at: int, zone: str) -> int:
    """Minutes after local midnight."""
    moment = local(at, zone)
    return moment.hour * 60 + moment.minute


def moment_of(day: str, minute: int, zone: str) -> int:
    """Milliseconds since 1970 UTC of a local day and a minute after its midnight."""
    start = datetime.combine(_date(day), datetime.min.time(), _zone(zone))
    return (start + timedelta(minutes=minute) - _EPOCH) // timedelta(milliseconds=1)


def day_part(minute: int) -> Text:
    """The word of the greeting: pagi before 11.00, siang to 15.00, sore to 18.00, then malam (DOMAIN 9.3)."""
    for until, part in _DAY_PARTS:
        if minute < until:
            return part
    return _DAY_PARTS[-1][1]


# --------------------------------------------------------------------------------------------------- formats


def format_day(day: str) -> str:
    """`2026-11-20` as `20 Nov 2026`."""
    moment = _date(day)
    return f"{moment.day} {SHORT_MONTHS[moment.month - 1]} {moment.year}"


def format_long_day(day: str) -> str:
    """`2026-11-20` as `Jumat, 20 November 2026`."""
    moment = _date(day)
    return f"{WEEKDAYS[moment.weekday()]}, {moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def format_time(at: int, zone: str) -> str:
    """A moment as the branch's clock shows it: `10.42`."""
    return format_clock(minute_of(at, zone))


def format_clock(minute: int) -> str:
    """Minutes after midnight as `10.42`."""
    return f"{minute // 60:02}.{minute % 60:02}"


def format_number(value: int) -> str:
    """`1234` as `1.234`."""
    return f"{value:,}".replace(",", ".")


def format_decimal(value: float, digits: int = 1) -> str:
    """`1234.56` as `1.234,6`."""
    return f"{value:,.{digits}f}".translate(_SWAPPED_MARKS)


def format_money(rupiah: int) -> str:
    """`1234567` as `Rp1.234.567`."""
    return f"{'-' if rupiah < 0 else ''}Rp{format_number(abs(rupiah))}"


def format_minutes(minutes: int) -> str:
    """A duration: `17 mnt`, from an hour on `1 j 05 mnt`."""
    if minutes < 60:
        return f"{minutes} mnt"
    return f"{minutes // 60} j {minutes % 60:02} mnt"
