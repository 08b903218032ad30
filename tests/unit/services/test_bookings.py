"""Bookings in the branch file: what is past is let go with the log, what is to come goes into a snapshot."""

from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.bookings import Arrived, BookingSet, booking_id
from app.domain.rights import HEAD_OFFICE
from app.models import snapshot, tables
from app.models.audit import rebuild
from app.models.migrations import migrate
from app.models.retention import let_go
from app.models.store import Store
from app.services.bookings import Bookings
from app.services.summary import Summaries
from tests.houses import DAY, DAY_MS, House, dump, refused

LATER = "2027-01-15"


def book(house: House, code: str, day: str = DAY, service: str = "jht", *, booked: bool = True) -> None:
    booking = BookingSet(
        code=code, day=day, time="09:30", service=service, name="Peserta Contoh", booked=booked
    )
    with house.office.unit("system") as unit:
        unit.append(f"booking:{booking_id(code)}", booking, HEAD_OFFICE)


def days_in(store: Store) -> list[str]:
    with store.reading() as connection:
        return list(
            connection.execute(select(tables.bookings.c.day).order_by(tables.bookings.c.day)).scalars()
        )


def test_only_head_office_books(open_house: House) -> None:
    booking = BookingSet(code="x", day=DAY, time="09:30", service="jht", name="Peserta Contoh")
    for who in (open_house["service_supervisor"], "nobody", "system"):
        with open_house.office.unit(who) as unit, refused("no_right"):
            unit.append("booking:x", booking)


def test_a_change_takes_the_place_of_what_was_and_keeps_who_came(open_house: House) -> None:
    service = Bookings(open_house.office, open_house.desk)
    book(open_house, "A")
    service.arrive(open_house["security_desk"], booking_id("A"))
    book(open_house, "A", service="info")
    line = service.of_day()[0]
    assert (line.booking.service, line.label) == ("info", "A-001")
    with open_house.office.unit(open_house["security_desk"]) as unit, refused("event_out_of_order"):
        unit.append("booking:nobody", Arrived(ticket="0" * 32, label="A-009"))


def test_a_booking_of_a_service_that_is_not_given_any_more_says_so(open_house: House) -> None:
    book(open_house, "A", service="layanan lama")
    service = Bookings(open_house.office, open_house.desk)
    assert [(each.service, each.given) for each in service.of_day()] == [("layanan lama", False)]
    with refused("unknown_code"):
        service.arrive(open_house["security_desk"], booking_id("A"))


@pytest.fixture
def next_day(open_house: House) -> House:
    """A booking of yesterday, one of today, one for much later."""
    book(open_house, "A")
    book(open_house, "B", LATER)
    book(open_house, "C", "2026-11-21")
    Summaries(open_house.office).close_day(open_house["service_supervisor"], {})
    open_house.clock.pass_ms(DAY_MS)
    open_house.open_day()
    return open_house


def test_what_is_past_is_let_go_and_what_comes_stays(next_day: House) -> None:
    store = next_day.office.store
    assert days_in(store) == [DAY, "2026-11-21", LATER]
    let_go(store, next_day.office.journal.head()[0] - 1, rest=lambda _: None)
    assert days_in(store) == ["2026-11-21", LATER]
    before = dump(next_day.office)
    rebuild(store)
    assert dump(next_day.office) == before
    book(next_day, "B", LATER, booked=False)  # its stream goes on from its anchor
    assert days_in(store) == ["2026-11-21", LATER]


def test_a_new_computer_is_told_of_those_to_come(next_day: House, tmp_path: Path) -> None:
    target = Store(tmp_path / "baru.db", b"n" * 32)
    migrate(target, tmp_path)
    with next_day.office.store.reading() as connection, target.writing() as other:
        begin = snapshot.beginning(connection, next_day.office.journal.head()[0] - 1)
        snapshot.take(other, begin, snapshot.blocks(connection, begin))
    assert days_in(target) == ["2026-11-21", LATER]
    target.close()
