"""How much of its log a computer keeps: the rules name the days, head office's countersignature the limit."""

import pytest
from sqlalchemy import Connection

from app.domain.calendar import add_days
from app.errors import Refused
from app.models import log, tables
from app.models.audit import verify
from app.models.following import keep_line
from app.services.health import care_once_a_day
from app.services.office import Office
from app.services.retention import begin_of, countersigned, days_kept, let_go_once_a_day, let_go_position
from app.services.summary import Summaries
from app.sync.node import HUB, ROLE, STATION
from tests.houses import DAY, DAY_MS, House


def close_day(house: House, days: int) -> None:
    left = {each.id: "left_unseen" for each in house.desk.all_of_day() if each.state != "ended"}
    Summaries(house.office).close_day(house["service_supervisor"], left)
    house.clock.pass_ms(days * DAY_MS)
    house.open_day()


def countersign(office: Office, position: int) -> None:
    with office.store.writing() as connection:
        there = log.hash_at(connection, position)
        assert there is not None
        keep_line(connection, position, there, b"")


def opened(connection: Connection, day: str) -> int:
    rows = connection.execute(tables.days.select().where(tables.days.c.day == day)).all()
    return rows[0].opened_position  # type: ignore[no-any-return]


@pytest.fixture
def two_years(open_house: House) -> House:
    """A day 500 days ago, one 100 days ago, one 20 days ago and today's."""
    for days in (400, 80, 20):
        open_house.desk.issue(open_house["security_desk"], "jht")
        close_day(open_house, days)
    return open_house


def test_the_rules_name_the_days(open_house: House) -> None:
    assert days_kept(open_house.office, STATION) == 30
    assert days_kept(open_house.office, HUB) == 396


@pytest.mark.parametrize(("role", "kept"), [(HUB, add_days(DAY, 400)), (STATION, add_days(DAY, 480))])
def test_a_hub_keeps_thirteen_months_and_a_station_thirty_days(
    two_years: House, role: str, kept: str
) -> None:
    office = two_years.office
    office.set_setting(ROLE, role)
    countersign(office, office.journal.head()[0])
    with office.store.reading() as connection:
        assert let_go_position(office) == opened(connection, kept) - 1
    assert let_go_once_a_day(office) == let_go_position(office)
    with office.store.reading() as connection:
        assert log.begin(connection).position == let_go_position(office)
    assert verify(office.store).bad_position is None


def test_nothing_is_let_go_before_head_office_has_countersigned_it(two_years: House) -> None:
    office = two_years.office
    assert let_go_position(office) == 0
    countersign(office, 15)
    assert let_go_position(office) == 15
    assert let_go_once_a_day(office) == 15


def test_a_line_of_another_log_counts_for_nothing(two_years: House) -> None:
    with two_years.office.store.writing() as connection:
        keep_line(connection, 20, b"x" * 32, b"")
        assert countersigned(connection) == 0


def test_it_is_looked_after_once_a_day_and_goes_on_when_it_was_stopped(two_years: House) -> None:
    office = two_years.office
    countersign(office, office.journal.head()[0])
    assert let_go_once_a_day(office, stopping=lambda: True) == 0
    assert let_go_once_a_day(office) > 0
    close_day(two_years, 1)
    countersign(office, office.journal.head()[0])
    assert let_go_once_a_day(office) == 0  # nothing new is old enough
    assert let_go_once_a_day(office) == 0


def test_it_follows_the_daily_check_and_a_damaged_file_lets_nothing_go(two_years: House) -> None:
    office = two_years.office
    countersign(office, office.journal.head()[0])
    office.store.damaged = True
    with pytest.raises(Refused):
        care_once_a_day(office)
    with office.store.reading() as connection:
        assert log.begin(connection).position == 0
    office.store.damaged = False
    care_once_a_day(office)
    with office.store.reading() as connection:
        assert log.begin(connection).position > 0
    assert care_once_a_day(office) is None  # both were done today


def test_a_young_branch_keeps_everything(open_house: House) -> None:
    with open_house.office.store.reading() as connection:
        assert begin_of(connection, DAY) == 0


def test_the_newest_day_stays_however_old_it_is(open_house: House) -> None:
    with open_house.office.store.reading() as connection:
        assert begin_of(connection, "2031-01-01") == opened(connection, DAY) - 1


def test_a_day_far_ahead_by_a_wrong_clock_holds_nothing_back(two_years: House) -> None:
    """It lies between days that are old."""
    with two_years.office.store.writing() as connection:
        row = tables.days.update().where(tables.days.c.day == DAY).values(day="2099-01-01")
        connection.execute(row)
        kept = add_days(DAY, 480)
        assert begin_of(connection, add_days(DAY, 450)) == opened(connection, kept) - 1
