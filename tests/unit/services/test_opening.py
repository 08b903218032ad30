"""What is asked before a day is opened: which clock is doubted, and why."""

import pytest

from app.services.opening import opening_doubts
from tests.houses import DAY, DAY_MS, House

HOUR = 3_600_000


def codes(house: House, off: int = 0) -> list[str]:
    return [each.code for each in opening_doubts(house.office, [("hub", off)])]


def test_an_ordinary_morning_asks_nothing(house: House) -> None:
    assert codes(house) == []


@pytest.mark.parametrize(
    ("days", "found"),
    [
        (1, ["no_service_day"]),
        (2, ["no_service_day"]),
        (3, []),
        (4, ["pause"]),
        (-1, ["behind"]),
        (-35, ["behind"]),
    ],
)
def test_the_calendar_explains_a_weekend_and_no_more(open_house: House, days: int, found: list[str]) -> None:
    """The last day was a Friday."""
    open_house.clock.jump(days * DAY_MS)
    assert codes(open_house) == found


def test_a_clock_behind_the_newest_entry_is_doubted_on_the_same_day(open_house: House) -> None:
    open_house.clock.pass_ms(5 * HOUR)
    open_house.desk.issue(open_house["security_desk"], "info")
    open_house.clock.jump(-HOUR)
    (doubt,) = opening_doubts(open_house.office)
    assert (doubt.code, doubt.day) == ("behind", DAY)
    assert doubt.at == open_house.clock.now() + HOUR


def test_a_system_in_another_zone_is_named(house: House) -> None:
    house.machine.zone_minutes = 0
    (doubt,) = opening_doubts(house.office)
    assert (doubt.code, doubt.count) == ("zone", -420)


@pytest.mark.parametrize(("off", "found"), [(9 * 60_000, []), (-15 * HOUR, ["hub"]), (15 * HOUR, ["hub"])])
def test_another_computers_clock_is_told(house: House, off: int, found: list[str]) -> None:
    """A PC 15 hours ahead once opened Friday on Thursday: nothing but the others' clocks could say so."""
    assert codes(house, off) == found
    if found:
        assert opening_doubts(house.office, [("hub", off)])[0].at == house.clock.now() + off
