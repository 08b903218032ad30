"""Working days, hours, zones and the way days and money are written (DOMAIN 11, V-09)."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.domain.bundle import parse
from app.domain.calendar import (
    Calendar,
    Span,
    add_days,
    add_months,
    day_of,
    day_part,
    format_clock,
    format_day,
    format_decimal,
    format_long_day,
    format_minutes,
    format_money,
    format_number,
    format_time,
    local,
    minute_of,
    moment_of,
    parse_day,
)
from app.errors import Refused

BUNDLE = parse((Path(__file__).parents[3] / "resources/bundle/default.json").read_bytes())
CALENDAR = Calendar(BUNDLE)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 1)).map(date.isoformat)


def test_the_long_closure_of_2027() -> None:
    assert CALENDAR.next_working_day("2027-03-05") == "2027-03-16"
    assert CALENDAR.add_working_days("2027-03-05", 5) == "2027-03-22"


def test_the_long_closure_of_2026() -> None:
    assert CALENDAR.next_working_day("2026-03-17") == "2026-03-25"


def test_no_working_days_lead_to_the_day_itself_or_the_next() -> None:
    assert CALENDAR.add_working_days("2026-11-20", 0) == "2026-11-20"
    assert CALENDAR.add_working_days("2026-11-21", 0) == "2026-11-23"


def test_hours_lunch_and_net_minutes() -> None:
    thursday, friday, saturday = "2026-11-19", "2026-11-20", "2026-11-21"
    assert CALENDAR.opening(friday) == Span(525, 1020)
    assert CALENDAR.lunch(thursday) == Span(720, 780)
    assert CALENDAR.lunch(friday) == Span(720, 810)
    assert [CALENDAR.service_minutes(day) for day in (thursday, friday, saturday)] == [435, 405, 0]
    assert CALENDAR.opening(saturday) is None
    assert CALENDAR.lunch("2026-12-25") is None


def test_the_branch_closes_days_of_its_own() -> None:
    flooded = Calendar(BUNDLE, ["2026-11-23"])
    assert not flooded.is_working_day("2026-11-23")
    assert flooded.opening("2026-11-23") is None
    assert flooded.next_working_day("2026-11-20") == "2026-11-24"


def test_joint_leave_may_be_open_or_limited() -> None:
    def with_branch(kind: str) -> Calendar:
        days = tuple(
            replace(day, branch=kind) if day.date == "2026-12-24" else day for day in BUNDLE.holidays
        )
        return Calendar(replace(BUNDLE, holidays=days))

    assert with_branch("open").is_working_day("2026-12-24")
    limited = with_branch("limited")
    assert limited.opening("2026-12-24") is not None
    assert not limited.is_working_day("2026-12-24")
    assert not CALENDAR.is_working_day("2026-12-24")


def test_a_branch_that_never_opens_is_refused_not_searched_for_ever() -> None:
    closed = Calendar(replace(BUNDLE, hours=replace(BUNDLE.hours, weekdays=())))
    with pytest.raises(Refused, match="calendar_closed"):
        closed.next_working_day("2026-11-20")


def test_years_without_known_holidays_say_so() -> None:
    assert CALENDAR.covers("2027-01-01")
    assert not CALENDAR.covers("2036-01-01")
    assert CALENDAR.is_working_day("2036-11-20")


@given(DAYS, st.integers(1, 15))
def test_adding_and_counting_agree(day: str, count: int) -> None:
    due = CALENDAR.add_working_days(day, count)
    assert CALENDAR.is_working_day(due)
    assert CALENDAR.working_days_between(day, due) == count
    assert CALENDAR.working_days_between(due, day) == -count
    assert CALENDAR.working_days_between(day, add_days(due, -1)) == count - 1


@given(DAYS, DAYS, DAYS)
def test_counts_add_up(first: str, second: str, third: str) -> None:
    total = CALENDAR.working_days_between(first, third)
    assert total == CALENDAR.working_days_between(first, second) + CALENDAR.working_days_between(
        second, third
    )


@given(st.integers(0, 4_000_000_000_000), st.sampled_from(["WIB", "WITA", "WIT"]))
def test_moments_go_there_and_back(at: int, zone: str) -> None:
    whole = at - at % 60_000
    assert moment_of(day_of(whole, zone), minute_of(whole, zone), zone) == whole


def test_zones_are_fixed_offsets() -> None:
    at = moment_of("2026-11-20", 23 * 60 + 30, "WIB")
    assert (day_of(at, "WIB"), format_time(at, "WIB")) == ("2026-11-20", "23.30")
    assert (day_of(at, "WITA"), format_time(at, "WITA")) == ("2026-11-21", "00.30")
    assert (day_of(at, "WIT"), format_time(at, "WIT")) == ("2026-11-21", "01.30")
    assert local(at, "WIT").utcoffset() == timedelta(hours=9)
    with pytest.raises(Refused, match="zone_unknown"):
        local(at, "UTC")


def test_days_are_written_in_indonesian() -> None:
    assert format_day("2026-11-20") == "20 Nov 2026"
    assert format_day("2026-08-05") == "5 Agu 2026"
    assert format_long_day("2026-11-20") == "Jumat, 20 November 2026"
    assert format_clock(642) == "10.42"


def test_numbers_are_written_in_indonesian() -> None:
    assert format_number(1234) == "1.234"
    assert format_number(-1234567) == "-1.234.567"
    assert format_money(1234567) == "Rp1.234.567"
    assert format_money(-5000) == "-Rp5.000"
    assert format_decimal(1234.56) == "1.234,6"
    assert [format_minutes(m) for m in (0, 17, 60, 125)] == ["0 mnt", "17 mnt", "1 j 00 mnt", "2 j 05 mnt"]


@pytest.mark.parametrize(
    "typed", ["20-11-2026", "20/11/2026", "20.11.2026", "20 11 2026", "20112026", " 2026-11-20 "]
)
def test_typed_days_are_read(typed: str) -> None:
    assert parse_day(typed) == "2026-11-20"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "31-02-2026",
        "2026-02-31",
        "20-13-2026",
        "1112026",
        "20-11-26",
        "20-11/2026",
        "kemarin",
        "00-01-2026",
        "01-01-0000",
    ],
)
def test_days_that_do_not_exist_are_refused(typed: str) -> None:
    with pytest.raises(Refused, match="day_wrong"):
        parse_day(typed)


def test_months_end_where_they_end() -> None:
    assert add_months("2026-10-31", 1) == "2026-11-30"
    assert add_months("2026-11-30", 1) == "2026-12-30"
    assert add_months("2026-12-31", 1) == "2027-01-31"
    assert add_months("2027-12-31", 2) == "2028-02-29"
    assert add_months("2026-03-31", -1) == "2026-02-28"


def test_the_greeting_follows_the_day() -> None:
    assert [day_part(m).id for m in (0, 659, 660, 899, 900, 1079, 1080, 1439)] == [
        "pagi",
        "pagi",
        "siang",
        "siang",
        "sore",
        "sore",
        "malam",
        "malam",
    ]
