"""A day that was opened by mistake, and one that was closed too early (decision 025)."""

import pytest

from app.models.audit import rebuild
from app.reports.summary_words import period
from app.services.day_again import reopen_day, take_back_day
from app.services.summary import Summaries
from tests.houses import DAY, DAY_MS, House, refused

HOUR = 3_600_000


@pytest.fixture
def ahead(house: House) -> House:
    """The PC stood 15 hours ahead, at 17:00 of a Thursday: Friday was opened, and two people got numbers of it."""
    house.clock.jump(9 * HOUR)
    house.clock.jump(15 * HOUR)
    house.desk.open_day(house["security_desk"], {})
    for _ in range(2):
        house.desk.issue(house["security_desk"], "info")
    house.clock.jump(-15 * HOUR)
    return house


def labels(house: House, day: str) -> list[str]:
    return [each.label for each in Summaries(house.office).open_tickets(day)]


def test_a_day_opened_by_mistake_is_taken_back_with_its_tickets(ahead: House) -> None:
    friday = ahead.office.latest_day().day
    before = [ahead.desk.ticket(each.id) for each in Summaries(ahead.office).open_tickets(friday)]
    assert take_back_day(ahead.office, ahead["service_supervisor"]) == DAY
    assert labels(ahead, friday) == []
    now = [ahead.desk.ticket(each.id) for each in before]
    assert [(each.label, each.order, each.legs) for each in now] == [
        (each.label, each.order, each.legs) for each in before
    ]
    assert {each.day for each in now} == {DAY}
    ahead.reopen()
    ahead.desk.open_day(ahead["security_desk"], {})
    assert ahead.office.latest_day().day == DAY
    assert ahead.desk.issue(ahead["security_desk"], "info").label == "M-003"
    ahead.counters.open(ahead["cso"], 1)
    assert ahead.counters.call_next(ahead["cso"], 1).label == "M-001"


def test_the_right_day_of_its_name_can_be_opened_when_it_comes(ahead: House) -> None:
    friday = ahead.office.latest_day().day
    take_back_day(ahead.office, ahead["service_supervisor"])
    ahead.clock.jump(15 * HOUR)
    ahead.desk.open_day(ahead["security_desk"], {})
    assert ahead.office.latest_day().day == friday
    # two papers bear that date and M-001 and M-002 already
    assert ahead.desk.issue(ahead["security_desk"], "info").label == "M-003"


def test_it_stands_in_the_summary_of_the_right_day(ahead: House) -> None:
    friday = ahead.office.latest_day().day
    take_back_day(ahead.office, ahead["service_supervisor"])
    ahead.desk.open_day(ahead["security_desk"], {})
    figures = Summaries(ahead.office).figures(DAY)
    assert [(each.label, each.reason) for each in figures.mistaken_days] == [(friday, "2")]
    assert (figures.total.arrived, figures.total.open) == (2, 2)


def test_not_when_somebody_was_called(ahead: House) -> None:
    ahead.clock.jump(15 * HOUR)
    ahead.counters.open(ahead["cso"], 1)
    ahead.counters.call_next(ahead["cso"], 1)
    ahead.clock.jump(-15 * HOUR)
    with refused("day_has_calls"):
        take_back_day(ahead.office, ahead["service_supervisor"])


def test_not_while_the_clock_is_still_wrong_nor_by_who_may_not(ahead: House) -> None:
    with refused("no_right"):
        take_back_day(ahead.office, ahead["security_desk"])
    ahead.clock.jump(15 * HOUR)
    with refused("day_is_today"):
        take_back_day(ahead.office, ahead["service_supervisor"])


def test_not_where_a_label_would_stand_twice(open_house: House) -> None:
    open_house.desk.issue(open_house["security_desk"], "info")
    open_house.clock.jump(DAY_MS)
    open_house.desk.open_day(open_house["security_desk"], {})
    open_house.desk.issue(open_house["security_desk"], "info")
    open_house.clock.jump(-DAY_MS)
    with refused("label_taken", label="M-001"):
        take_back_day(open_house.office, open_house["service_supervisor"])


# ------------------------------------------------------------------------------------------------ closed too early


def closed(house: House) -> None:
    house.clock.pass_ms(HOUR)
    Summaries(house.office).close_day(house["service_supervisor"], {})


def test_a_day_closed_too_early_goes_on_and_is_frozen_anew(open_house: House) -> None:
    boss = open_house["service_supervisor"]
    closed(open_house)
    first = Summaries(open_house.office).figures(DAY)
    open_house.clock.pass_ms(HOUR)
    reopen_day(open_house.office, boss, "Masih ada peserta")
    assert open_house.desk.issue(open_house["security_desk"], "info").label == "M-001"
    ticket = Summaries(open_house.office).open_tickets(DAY)[0]
    open_house.clock.pass_ms(HOUR)
    Summaries(open_house.office).close_day(boss, {ticket.id: "left_unseen"})
    figures = Summaries(open_house.office).figures(DAY)
    assert (first.issued, figures.issued) == (0, 1)
    assert [(each.closed_at, each.reason) for each in figures.reopened] == [
        (first.closed_at, "Masih ada peserta")
    ]
    assert figures.closed_at == first.closed_at + 2 * HOUR
    before = open_house.office.latest_day()
    rebuild(open_house.office.store)
    assert open_house.office.latest_day() == before


def test_both_closings_are_printed(open_house: House) -> None:
    closed(open_house)
    reopen_day(open_house.office, open_house["service_supervisor"], "Masih ada peserta")
    open_house.clock.pass_ms(HOUR)
    closed(open_house)
    words = period(Summaries(open_house.office).figures(DAY))
    assert words == "dibuka 08.00 · ditutup 09.00 · dibuka lagi 09.00 · ditutup 11.00 · hari ditutup"


@pytest.mark.parametrize(
    ("reason", "code"), [("", "reason_missing"), ("Masih ada peserta", "day_already_open")]
)
def test_an_open_day_is_not_reopened_nor_any_without_a_reason(
    open_house: House, reason: str, code: str
) -> None:
    with refused(code):
        reopen_day(open_house.office, open_house["service_supervisor"], reason)


def test_only_on_its_own_date(open_house: House) -> None:
    closed(open_house)
    open_house.clock.jump(DAY_MS)
    with refused("day_not_today"):
        reopen_day(open_house.office, open_house["service_supervisor"], "Lupa")
