"""Letting go: the log begins later, everything that is wanted stays as it was, and a late event finds its file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.case_events import PaymentReturned
from app.domain.tickets import Printed
from app.errors import Refused
from app.models import log, tables
from app.models.audit import Verified, rebuild, verify
from app.models.retention import let_go
from app.services.summary import Summaries
from tests.houses import DAY_MS, House, dump, events, make_branch, refused

NIKS = ("9901011507900001", "9901011507900002", "9901011507900003")


def let(house: House, position: int, size: int = 7, **more: Any) -> int:
    return let_go(house.office.store, position, size=size, rest=lambda _: None, **more)


def column(house: House, wanted: Any) -> list[Any]:
    with house.office.store.reading() as connection:
        return [row[0] for row in connection.execute(select(wanted).order_by(wanted))]


def begin(house: House) -> int:
    with house.office.store.reading() as connection:
        return log.begin(connection).position


def head(house: House) -> int:
    return house.office.journal.head()[0]


def next_day(house: House) -> None:
    summaries = Summaries(house.office)
    left = house.desk.all_of_day()
    summaries.close_day(
        house["service_supervisor"], {each.id: "left_unseen" for each in left if each.state != "ended"}
    )
    house.clock.pass_ms(DAY_MS)
    house.open_day()


class Old:
    """A branch with a day behind it: a paid file, one at the verifier, a draft, tickets; and a day begun."""

    def __init__(self, house: House) -> None:
        self.house = house
        house.open_day()
        self.paid = house.paid_case(NIKS[0])
        self.submitted = house.submitted_case(NIKS[1])
        self.draft = house.draft_case(NIKS[2])
        house.counters.finish(house["cso"], house.cases.get(self.draft).tickets[0][0], "info_given")
        house.counters.close(house["cso"], 1)
        house.serve("jp", counter=2)
        next_day(house)
        self.end_of_day = head(house) - 2
        house.serve("info", counter=1)
        self.before = dump(house.office)


@pytest.fixture
def old(house: House) -> Old:
    return Old(house)


def test_the_log_begins_later_and_still_proves_itself(old: Old) -> None:
    house = old.house
    count, last = house.office.journal.head()
    assert let(house, old.end_of_day) == old.end_of_day == begin(house)
    assert [row.position for row in events(house.office)] == list(range(old.end_of_day + 1, count + 1))
    assert verify(house.office.store) == Verified(count, last)
    assert verify(house.office.store, last=300).bad_position is None


def test_a_changed_entry_is_found_in_a_log_that_begins_later(old: Old) -> None:
    from tests.unit.models.test_audit import change

    house = old.house
    let(house, old.end_of_day)
    change(house, "UPDATE events SET log_hash = zeroblob(32) WHERE position = :at", at=old.end_of_day + 1)
    assert verify(house.office.store).bad_position == old.end_of_day + 1


def test_what_is_open_stays_and_what_is_closed_goes(old: Old) -> None:
    house = old.house
    let(house, old.end_of_day)
    after = dump(house.office)
    for name in ("branch", "days", "counters", "conflicts", "quarantine"):
        assert after[name] == old.before[name], name
    assert column(house, tables.cases.c.id) == sorted((old.submitted, old.draft))
    assert set(after["cases"]) < set(old.before["cases"])
    assert after["tickets"] == [row for row in old.before["tickets"] if "2026-11-21" in row] != []
    assert {row.split("'")[1] for row in after["legs"]} == set(column(house, tables.tickets.c.id))
    assert len(after["findings"]) == len(after["tickets"]) + 2
    assert after["search"] != old.before["search"]
    assert (
        len(after["sessions"]) == 3 == len(old.before["sessions"])
    )  # the newest of each counter belongs to its state


def test_sessions_go_but_for_the_newest_of_each_counter(old: Old) -> None:
    house = old.house
    next_day(house)
    house.serve("info", counter=1)
    let(house, head(house) - 1)
    days = [row.day for row in _rows(house, tables.sessions)]
    assert sorted(days) == ["2026-11-20", "2026-11-22"]  # of counter 2, of counter 1


def _rows(house: House, table: Any) -> Sequence[Any]:
    with house.office.store.reading() as connection:
        return connection.execute(select(table)).all()


def test_a_rebuild_of_what_is_left_is_the_same(old: Old) -> None:
    house = old.house
    let(house, old.end_of_day)
    before = dump(house.office)
    assert rebuild(house.office.store) == 0
    assert dump(house.office) == before


def test_work_goes_on_on_an_open_file_whose_beginning_was_let_go(old: Old) -> None:
    house = old.house
    let(house, old.end_of_day)
    house.claims.verify(house["verifier"], old.submitted, 20_000_000)
    house.cases.note(house["cso"], old.draft, "phone", "0813 0000 1111")
    ticket = house.desk.issue(house["security_desk"], "jht")
    house.reopen()
    assert house.office.state(f"ticket:{ticket.id}") == ticket
    before = dump(house.office)
    assert rebuild(house.office.store) == 0
    assert dump(house.office) == before
    assert verify(house.office.store).bad_position is None


def test_a_closed_file_that_was_let_go_comes_back_with_a_late_event(old: Old) -> None:
    """The bank sends the money back after weeks: the file is open again, with all that stands in it."""
    house = old.house
    before = house.office.state(f"case:{old.paid}")
    let(house, old.end_of_day)
    assert house.office.state(f"case:{old.paid}") is None
    with house.office.unit(house["finance_officer"]) as unit:
        assert unit.state(f"case:{old.paid}") == before
        unit.append(f"case:{old.paid}", PaymentReturned(day="2026-11-21", reason="rekening tutup"))
    again = house.office.state(f"case:{old.paid}")
    assert (again.stage, again.fields, again.tickets) == ("payment_returned", before.fields, before.tickets)
    assert old.paid in {each.case.id for each in house.claims.for_finance(house["finance_officer"])}
    shown = dump(house.office)
    assert sum(old.paid in row for row in shown["findings"]) == 1
    assert rebuild(house.office.store) == 0
    assert dump(house.office) == shown


def test_a_late_event_of_a_ticket_that_was_let_go_is_set_aside(old: Old) -> None:
    house = old.house
    ticket = house.office.state(f"case:{old.paid}").tickets[0][0]
    let(house, old.end_of_day)
    with house.office.unit("system") as unit, refused("event_out_of_order"):
        unit.append(f"ticket:{ticket}", Printed(how="screen"))


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_broken_off_it_goes_on(old: Old, steps: int) -> None:
    house = old.house
    whole = dump(house.office)
    for _ in range(3):
        left = iter([False] * steps + [True])
        let(house, old.end_of_day, stopping=lambda left=left: next(left))  # type: ignore[misc]
        assert verify(house.office.store).bad_position is None
        for name in ("branch", "days", "counters"):
            assert dump(house.office)[name] == whole[name]
    assert begin(house) == min(old.end_of_day, 3 * steps * 7)
    let(house, old.end_of_day)
    once = dump(house.office)
    assert rebuild(house.office.store) == 0
    assert dump(house.office) == once


def test_what_breaks_in_the_middle_of_a_step_leaves_the_step_before(
    old: Old, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = old.house
    let(house, 14)
    kept = dump(house.office), [row.position for row in events(house.office)]

    def breaks(connection: Any, at: Any) -> None:
        raise Refused("disk_error")

    monkeypatch.setattr(log, "put_begin", breaks)
    with refused("disk_error"):
        let(house, old.end_of_day)
    assert (dump(house.office), [row.position for row in events(house.office)]) == kept
    assert begin(house) == 14


@pytest.mark.parametrize("size", [1, 3, 50, 10_000])
def test_in_whatever_steps_it_comes_to_the_same(old: Old, size: int, tmp_path: Path) -> None:
    let(old.house, old.end_of_day)
    other = make_branch(tmp_path / "other")
    try:
        again = Old(other)
        let(other, again.end_of_day, size=size)
        assert dump(other.office) == dump(old.house.office)
        assert column(other, tables.anchors.c.stream) == column(old.house, tables.anchors.c.stream)
    finally:
        other.close()


def test_the_newest_entry_is_never_let_go(old: Old) -> None:
    house = old.house
    let(house, head(house) + 100)
    assert begin(house) == head(house) - 1
    assert verify(house.office.store).bad_position is None
    ticket = house.desk.issue(house["security_desk"], "jht")
    house.reopen()
    assert house.office.state(f"ticket:{ticket.id}") == ticket


def test_a_log_is_not_cut_below_its_beginning(old: Old) -> None:
    let(old.house, old.end_of_day)
    with old.house.office.store.writing() as connection, refused("log_let_go"):
        log.cut_after(connection, old.end_of_day - 1)
