"""Ten seconds to take back what was done in haste at a counter (decision 030)."""

from collections.abc import Callable

import pytest

from app.domain.tickets import Ticket
from app.services.summary import Summaries
from app.services.take_back import take_back
from tests.houses import DAY, House, refused


@pytest.fixture
def house(open_house: House) -> House:
    """The CSO sits at counter 1, three people wait."""
    open_house.counters.open(open_house["cso"], 1)
    for _ in range(3):
        open_house.desk.issue(open_house["security_desk"], "info")
    return open_house


def called(house: House) -> Ticket:
    return house.counters.call_next(house["cso"], 1)


def served(house: House) -> Ticket:
    return house.counters.confirm(house["cso"], called(house).id)


def missed(house: House) -> Ticket:
    ticket = called(house)
    for _ in range(2):
        house.counters.recall(house["cso"], ticket.id)
    return ticket


ACTS: list[tuple[str, Callable[[House], Ticket], Callable[[House, str], Ticket]]] = [
    (
        "finished",
        served,
        lambda house, ticket: house.counters.finish(house["cso"], ticket, "info_given", "x"),
    ),
    ("wrap_up", served, lambda house, ticket: house.counters.start_wrap_up(house["cso"], ticket)),
    ("no_show", missed, lambda house, ticket: house.counters.no_show(house["cso"], ticket)),
]


@pytest.mark.parametrize(("act", "begin", "do"), ACTS)
def test_a_hasty_act_is_taken_back_whole(house: House, act: str, begin, do) -> None:
    begun = begin(house)
    before = house.office.state(f"ticket:{begun.id}")
    house.clock.pass_seconds(60)
    do(house, begun.id)
    house.clock.pass_seconds(10)
    assert take_back(house.office, house["cso"], begun.id) == before
    house.reopen()
    assert house.office.state(f"ticket:{begun.id}") == before
    assert house.counters.board(house["cso"], 1).current == before


@pytest.mark.parametrize(("act", "begin", "do"), ACTS)
def test_it_is_listed_and_counts_in_no_figure(house: House, act: str, begin, do) -> None:
    ticket = begin(house)
    before = Summaries(house.office).figures(DAY)
    do(house, ticket.id)
    take_back(house.office, house["cso"], ticket.id)
    after = Summaries(house.office).figures(DAY)
    assert [(each.label, each.reason) for each in after.taken_back] == [("M-001", act)]
    assert (after.total, after.officers) == (before.total, before.officers)


@pytest.mark.parametrize(("act", "begin", "do"), ACTS)
def test_after_ten_seconds_it_stands(house: House, act: str, begin, do) -> None:
    ticket = begin(house)
    do(house, ticket.id)
    house.clock.pass_seconds(10.5)
    with refused("take_back_too_late"):
        take_back(house.office, house["cso"], ticket.id)


def test_who_was_called_with_the_finishing_goes_back_to_the_same_place(house: House) -> None:
    ticket = served(house)
    waiting = house.counters.board(house["cso"], 1).waiting
    house.counters.finish(house["cso"], ticket.id, "info_given")
    called(house)
    take_back(house.office, house["cso"], ticket.id)
    board = house.counters.board(house["cso"], 1)
    assert board.waiting == waiting
    assert board.current is not None
    assert board.current.id == ticket.id


def test_not_while_the_next_person_stands_at_the_counter(house: House) -> None:
    ticket = served(house)
    house.counters.finish(house["cso"], ticket.id, "info_given")
    following = served(house)
    with refused("ticket_still_open", label=following.label):
        take_back(house.office, house["cso"], ticket.id)


def test_not_when_somebody_has_gone_on_with_it(house: House) -> None:
    ticket = missed(house)
    house.counters.no_show(house["cso"], ticket.id)
    house.desk.reinstate(house["security_desk"], ticket.id)
    with refused("take_back_acted"):
        take_back(house.office, house["cso"], ticket.id)


def test_nobody_takes_back_what_another_did(house: House) -> None:
    ticket = served(house)
    house.counters.finish(house["cso"], ticket.id, "info_given")
    other = house.add_person("Petugas Lain", "cso")
    house.counters.open(other, 2)
    with refused("counter_not_open"):
        take_back(house.office, other, ticket.id)


def test_not_at_a_closed_counter_nor_on_a_closed_day(house: House) -> None:
    ticket = served(house)
    house.counters.finish(house["cso"], ticket.id, "info_given")
    house.counters.close(house["cso"], 1)
    with refused("counter_not_open"):
        take_back(house.office, house["cso"], ticket.id)


def test_twice_is_refused_once(house: House) -> None:
    ticket = served(house)
    house.counters.finish(house["cso"], ticket.id, "info_given")
    take_back(house.office, house["cso"], ticket.id)
    with refused("take_back_acted"):
        take_back(house.office, house["cso"], ticket.id)
    assert house.counters.finish(house["cso"], ticket.id, "info_given").state == "ended"
