"""A counter: who is next, who holds a ticket, and how a leg ends."""

import pytest

from app.domain.branch import Counter
from app.domain.days import CounterState
from app.domain.tickets import Ticket
from tests.houses import DAY_MS, House, refused


@pytest.fixture
def counter_one(open_house: House) -> House:
    """The CSO sits at counter 1."""
    open_house.counters.open(open_house["cso"], 1)
    return open_house


def issue(house: House, service: str = "info", priority: str = "") -> Ticket:
    return house.desk.issue(house["security_desk"], service, priority=priority)


def call(house: House) -> Ticket:
    return house.counters.call_next(house["cso"], 1)


def served(house: House) -> str:
    """Call the next one and be done with it; returns its label."""
    ticket = call(house)
    house.counters.confirm(house["cso"], ticket.id)
    house.counters.finish(house["cso"], ticket.id, "info_given")
    return ticket.label


# ------------------------------------------------------------------------------------------ the order


def test_the_oldest_is_called_first(counter_one: House) -> None:
    labels = [issue(counter_one, service).label for service in ("info", "jht", "info", "jp")]
    assert [served(counter_one) for _ in labels] == labels
    with refused("queue_empty"):
        call(counter_one)


def test_after_two_regular_calls_one_of_priority_is_called(counter_one: House) -> None:
    for number in range(8):
        issue(counter_one, "info", "elderly" if number >= 5 else "")
    shown = [each.label for each in counter_one.counters.board(counter_one["cso"], 1).waiting]
    called = [served(counter_one) for _ in range(8)]
    assert called == ["M-001", "M-002", "M-006", "M-003", "M-004", "M-007", "M-005", "M-008"]
    assert shown == called  # the list shows what the rule will do


def test_priority_alone_waits_for_nobody(counter_one: House) -> None:
    issue(counter_one, "info", "pregnant")
    issue(counter_one, "info", "disabled")
    assert [served(counter_one), served(counter_one)] == ["M-001", "M-002"]


def test_the_ratio_is_that_of_the_branch_and_not_of_a_counter(counter_one: House) -> None:
    second = counter_one.add_person("Petugas 20", "cso")
    counter_one.counters.open(second, 2)
    for number in range(5):
        issue(counter_one, "info", "elderly" if number == 4 else "")
    first = counter_one.counters.call_next(counter_one["cso"], 1)
    other = counter_one.counters.call_next(second, 2)
    counter_one.counters.confirm(second, other.id)
    counter_one.counters.finish(second, other.id, "info_given")
    assert first.label == "M-001"
    assert counter_one.counters.call_next(second, 2).label == "M-005"


def test_a_counter_calls_its_own_services_alone(counter_one: House) -> None:
    boss = counter_one["service_supervisor"]
    counter_one.staff.set_counters(boss, (Counter(number=1, services=("jp",)), Counter(number=2)))
    issue(counter_one, "info")
    issue(counter_one, "jp")
    assert [each.label for each in counter_one.counters.board(counter_one["cso"], 1).waiting] == ["H-001"]
    assert call(counter_one).label == "H-001"


def test_a_call_out_of_order_bears_its_reason(counter_one: House) -> None:
    issue(counter_one)
    second = issue(counter_one)
    for nothing in ("", "  ", "\n\t", "\x00"):
        with refused("reason_missing"):
            counter_one.counters.call(counter_one["cso"], 1, second.id, nothing)
    called = counter_one.counters.call(counter_one["cso"], 1, second.id, "Ibu dengan bayi\x07 menangis")
    assert called.leg.override == "Ibu dengan bayi menangis"


# ------------------------------------------------------------------------------------------ who holds it


def test_two_counters_never_hold_one_ticket(counter_one: House) -> None:
    second = counter_one.add_person("Petugas 20", "cso")
    counter_one.counters.open(second, 2)
    ticket = issue(counter_one)
    call(counter_one)
    with refused("queue_empty"):
        counter_one.counters.call_next(second, 2)
    with refused("ticket_not_in_state", label="M-001"):
        counter_one.counters.call(second, 2, ticket.id, "agreed_time")
    for action in (
        counter_one.counters.confirm,
        counter_one.counters.recall,
    ):
        with refused("ticket_held_by_other", label="M-001", counter=1):
            action(second, ticket.id)
    counter_one.counters.confirm(counter_one["cso"], ticket.id)
    with refused("ticket_held_by_other"):
        counter_one.counters.finish(second, ticket.id, "info_given")
    with refused("ticket_held_by_other"):
        counter_one.counters.park(second, ticket.id, "copying")
    with refused("ticket_held_by_other"):
        counter_one.counters.transfer(second, ticket.id, "service", "jp")


def test_one_officer_holds_one_ticket(counter_one: House) -> None:
    first, second = issue(counter_one), issue(counter_one)
    call(counter_one)
    with refused("ticket_still_open", label=first.label):
        call(counter_one)
    with refused("ticket_still_open"):
        counter_one.counters.call(counter_one["cso"], 1, second.id, "emergency")
    with refused("ticket_still_open"):
        counter_one.counters.close(counter_one["cso"], 1)
    with refused("ticket_still_open"):
        counter_one.counters.start_break(counter_one["cso"], 1, "lunch")


def test_two_clicks_on_one_button_do_it_once(counter_one: House) -> None:
    counter_one.counters.open(counter_one["cso"], 1)
    ticket = issue(counter_one)
    call(counter_one)
    counter_one.counters.confirm(counter_one["cso"], ticket.id)
    with refused("ticket_not_in_state"):
        counter_one.counters.confirm(counter_one["cso"], ticket.id)
    counter_one.counters.finish(counter_one["cso"], ticket.id, "info_given")
    with refused("ticket_not_in_state"):
        counter_one.counters.finish(counter_one["cso"], ticket.id, "info_given")
    assert counter_one.office.state(f"ticket:{ticket.id}").leg.detail == "info_given"


def test_a_ticket_of_a_day_that_was_not_closed_is_not_called(counter_one: House) -> None:
    """It would be held beside one of today; the closing of its day explains it."""
    old, parked = issue(counter_one), counter_one.serve("info")
    counter_one.counters.park(counter_one["cso"], parked.id, "copying")
    counter_one.clock.pass_ms(DAY_MS)
    counter_one.open_day()
    with refused("ticket_of_other_day", label=old.label):
        counter_one.counters.call(counter_one["cso"], 1, old.id, "agreed_time")
    with refused("ticket_of_other_day", label=parked.label):
        counter_one.counters.resume(counter_one["cso"], 1, parked.id)


def test_who_serves_at_midnight_can_finish(counter_one: House) -> None:
    ticket = counter_one.serve("info")
    counter_one.clock.pass_ms(DAY_MS)
    with refused("day_not_open"):
        call(counter_one)
    assert counter_one.counters.finish(counter_one["cso"], ticket.id, "info_given").state == "ended"


# ------------------------------------------------------------------------------------------ sessions


def test_a_counter_is_for_one_person(counter_one: House) -> None:
    second = counter_one.add_person("Petugas 20", "cso")
    with refused("counter_taken", counter=1):
        counter_one.counters.open(second, 1)
    with refused("counter_taken", counter=1):
        counter_one.counters.call_next(second, 1)
    with refused("already_at_counter", counter=1):
        counter_one.counters.open(counter_one["cso"], 2)
    with refused("counter_unknown", counter=6):
        counter_one.counters.open(second, 6)
    with refused("counter_not_open", counter=3):
        counter_one.counters.close(second, 3)
    assert counter_one.counters.board(second, 1).state == "taken"
    counter_one.counters.close(counter_one["cso"], 1)
    counter_one.counters.open(second, 1)
    assert counter_one.counters.my_counter(second) == 1
    assert counter_one.counters.my_counter(counter_one["cso"]) is None


def test_nobody_opens_a_counter_before_the_day(house: House) -> None:
    with refused("day_not_open"):
        house.counters.open(house["cso"], 1)
    assert house.counters.board(house["cso"], 1).state == "no_day"


def test_during_a_break_nobody_is_called(counter_one: House) -> None:
    ticket = issue(counter_one)
    counter_one.counters.start_break(counter_one["cso"], 1, "lunch")
    with refused("on_break"):
        call(counter_one)
    with refused("on_break"):
        counter_one.counters.call(counter_one["cso"], 1, ticket.id, "emergency")
    with refused("event_out_of_order"):
        counter_one.counters.start_break(counter_one["cso"], 1, "prayer")
    board = counter_one.counters.board(counter_one["cso"], 1)
    assert (board.state, board.break_reason) == ("break", "lunch")
    counter_one.clock.pass_seconds(1_800)
    counter_one.counters.end_break(counter_one["cso"], 1)
    assert call(counter_one).label == "M-001"
    state = counter_one.office.state("counter:1")
    assert isinstance(state, CounterState)
    assert state.session is not None
    assert [(pause.ended_at or 0) - pause.started_at for pause in state.session.pauses] == [1_800_000]


# ------------------------------------------------------------------------------------------ times and ends


def test_waiting_walking_serving_and_wrap_up_are_told_apart(counter_one: House) -> None:
    ticket = issue(counter_one)
    steps = counter_one.counters
    cso, clock = counter_one["cso"], counter_one.clock
    clock.pass_seconds(600)
    call(counter_one)
    clock.pass_seconds(60)
    steps.recall(cso, ticket.id)
    clock.pass_seconds(20)
    steps.confirm(cso, ticket.id)
    clock.pass_seconds(300)
    steps.start_wrap_up(cso, ticket.id)
    clock.pass_seconds(40)
    leg = steps.finish(cso, ticket.id, "info_given", "Sudah\x00 jelas").leg
    assert (leg.called_at or 0) - leg.entered_at == 660_000  # waiting ends at the last call
    assert (leg.confirmed_at or 0) - (leg.called_at or 0) == 20_000
    assert (leg.wrap_up_at or 0) - (leg.confirmed_at or 0) == 300_000
    assert (leg.ended_at or 0) - (leg.wrap_up_at or 0) == 40_000
    assert (leg.calls, leg.note) == (2, "Sudah jelas")


def test_nobody_is_a_no_show_before_three_calls(counter_one: House) -> None:
    ticket = issue(counter_one)
    call(counter_one)
    with refused("call_again_first", label="M-001", calls=3):
        counter_one.counters.no_show(counter_one["cso"], ticket.id)
    counter_one.counters.recall(counter_one["cso"], ticket.id)
    counter_one.counters.recall(counter_one["cso"], ticket.id)
    missed = counter_one.counters.no_show(counter_one["cso"], ticket.id)
    assert (missed.state, missed.leg.outcome) == ("no_show", "no_show")
    assert [each.label for each in counter_one.counters.board(counter_one["cso"], 1).missed] == ["M-001"]


def test_an_outcome_is_one_of_the_rules(counter_one: House) -> None:
    ticket = counter_one.serve("info")
    for outcome in ("", "selesai", "🙂"):
        with refused("unknown_code"):
            counter_one.counters.finish(counter_one["cso"], ticket.id, outcome)
    assert counter_one.office.state(f"ticket:{ticket.id}").state == "serving"


# ------------------------------------------------------------------------------------------ "claim submitted"


def finish_as_submitted(house: House, ticket: str) -> Ticket:
    return house.counters.finish(house["cso"], ticket, "claim_submitted")


def test_nothing_is_called_submitted_that_was_not_sent(open_house: House) -> None:
    ticket = open_house.serve("jht")
    with refused("claim_not_submitted", label="A-001"):
        finish_as_submitted(open_house, ticket.id)
    case = open_house.cases.open_for(open_house["cso"], ticket.id).id
    open_house.complete(case)
    open_house.hold_interview(case)
    with refused("claim_not_submitted", label="A-001"):
        finish_as_submitted(open_house, ticket.id)
    assert open_house.office.state(f"ticket:{ticket.id}").state == "serving"
    open_house.cases.submit(open_house["cso"], case)
    assert finish_as_submitted(open_house, ticket.id).leg.detail == "claim_submitted"


def test_a_file_that_was_closed_was_not_sent(open_house: House) -> None:
    ticket = open_house.serve("jht")
    case = open_house.cases.open_for(open_house["cso"], ticket.id).id
    open_house.cases.close(open_house["cso"], case, "informed")
    with refused("claim_not_submitted"):
        finish_as_submitted(open_house, ticket.id)


def test_a_quick_verifier_takes_nothing_away_from_the_visit(open_house: House) -> None:
    case = open_house.draft_case()
    open_house.hold_interview(case)
    open_house.cases.submit(open_house["cso"], case)
    open_house.claims.send_back(open_house["verifier"], case, ("photo_poor",))
    ticket = open_house.cases.get(case).tickets[0][0]
    assert finish_as_submitted(open_house, ticket).leg.detail == "claim_submitted"


def test_a_later_visit_with_a_returned_file_sends_it_again_first(open_house: House) -> None:
    case = open_house.submitted_case()
    open_house.claims.send_back(open_house["verifier"], case, ("photo_poor",))
    open_house.clock.pass_seconds(60)
    ticket = open_house.serve("jht")
    open_house.cases.continue_case(open_house["cso"], case, ticket.id)
    with refused("claim_not_submitted"):
        finish_as_submitted(open_house, ticket.id)
    open_house.cases.submit(open_house["cso"], case)
    assert finish_as_submitted(open_house, ticket.id).state == "ended"


def test_each_officer_parks_three(counter_one: House) -> None:
    parked = []
    for _ in range(3):
        ticket = counter_one.serve("info")
        parked.append(counter_one.counters.park(counter_one["cso"], ticket.id, "copying"))
    fourth = counter_one.serve("info")
    with refused("park_full", limit=3):
        counter_one.counters.park(counter_one["cso"], fourth.id, "copying")
    counter_one.counters.finish(counter_one["cso"], fourth.id, "info_given")
    back = counter_one.counters.resume(counter_one["cso"], 1, parked[1].id)
    assert (back.state, back.leg.resumed, back.parked_reason) == ("serving", True, "")
    assert [leg.outcome for leg in back.legs] == ["parked", ""]
    assert counter_one.counters.board(counter_one["cso"], 1).current == back


# ------------------------------------------------------------------------------------------ transfers


def test_a_transfer_to_a_service_keeps_the_place_in_the_order(counter_one: House) -> None:
    ticket = counter_one.serve("info")
    issue(counter_one, "jp")
    moved = counter_one.counters.transfer(counter_one["cso"], ticket.id, "service", "jp", "wrong_service")
    assert (moved.state, moved.service, moved.label) == ("waiting", "jp", "M-001")
    assert [(leg.service, leg.outcome) for leg in moved.legs] == [("info", "transfer_service"), ("jp", "")]
    assert call(counter_one).label == "M-001"


def test_a_transfer_to_an_officer_is_for_that_officer(counter_one: House) -> None:
    second = counter_one.add_person("Petugas 20", "cso")
    counter_one.counters.open(second, 2)
    ticket = counter_one.serve("info")
    counter_one.counters.transfer(counter_one["cso"], ticket.id, "officer", second, "needs_expertise")
    with refused("queue_empty"):
        call(counter_one)
    assert counter_one.counters.board(counter_one["cso"], 1).waiting == ()
    assert counter_one.counters.call_next(second, 2).label == "M-001"


def test_a_transfer_to_a_counter_is_for_that_counter(counter_one: House) -> None:
    second = counter_one.add_person("Petugas 20", "cso")
    counter_one.counters.open(second, 4)
    ticket = counter_one.serve("info")
    moved = counter_one.counters.transfer(counter_one["cso"], ticket.id, "counter", "04")
    assert (moved.for_counter, moved.leg.counter) == (4, None)
    with refused("queue_empty"):
        call(counter_one)
    assert counter_one.counters.call_next(second, 4).label == "M-001"


@pytest.mark.parametrize(
    ("to", "target", "code"),
    [
        ("service", "nothing", "unknown_code"),
        ("counter", "9", "counter_unknown"),
        ("counter", "dua", "unknown_code"),
        ("counter", "", "unknown_code"),
        ("counter", "²", "unknown_code"),
        ("counter", "-1", "unknown_code"),
        ("officer", "nobody", "person_unknown"),
        ("moon", "1", "unknown_code"),
    ],
)
def test_a_transfer_to_nowhere_is_refused(counter_one: House, to: str, target: str, code: str) -> None:
    ticket = counter_one.serve("info")
    with refused(code):
        counter_one.counters.transfer(counter_one["cso"], ticket.id, to, target)
    assert counter_one.office.state(f"ticket:{ticket.id}").state == "serving"


def test_texts_of_any_kind_are_kept_clean(counter_one: House) -> None:
    ticket = counter_one.serve("info")
    for number, text in enumerate(("\ud800", "🙂'\"; DROP", "x" * 120, "a\u202eb\x00c", "\n\n")):
        parked = counter_one.counters.park(counter_one["cso"], ticket.id, text)
        assert len(parked.parked_reason) <= 120, number
        assert all(sign.isprintable() for sign in parked.parked_reason)
        counter_one.counters.resume(counter_one["cso"], 1, ticket.id)
    with refused("text_too_long", limit=120):
        counter_one.counters.park(counter_one["cso"], ticket.id, "x" * 121)


# ------------------------------------------------------------------------------------------ the hall


def test_the_hall_sees_the_last_calls_newest_first(counter_one: House) -> None:
    first = issue(counter_one)
    issue(counter_one)
    served(counter_one)
    second = call(counter_one)
    shown = counter_one.counters.last_calls()
    assert [(each.label, each.counter, each.calls) for each in shown] == [("M-002", 1, 1), ("M-001", 1, 1)]
    counter_one.counters.recall(counter_one["cso"], second.id)
    again = counter_one.counters.last_calls()
    assert again[0].position > shown[0].position
    assert again[0].calls == 2
    assert first.label in {each.label for each in again}
    assert counter_one.counters.last_calls(1) == again[:1]
