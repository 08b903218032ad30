"""The security desk: the day, the numbers, and what is typed wrong."""

import pytest

from app.domain import tickets as domain
from app.errors import Refused
from app.services.printing import Printing
from tests.houses import DAY, DAY_MS, House, refused


def issue(house: House, service: str = "jht", **more: object) -> domain.Ticket:
    return house.desk.issue(house["security_desk"], service, **more)  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------ the day


def test_no_number_before_the_day_is_open(house: House) -> None:
    with refused("day_not_open"):
        issue(house)
    assert house.desk.board().day == ""
    house.open_day()
    assert issue(house).label == "A-001"
    assert house.desk.board().day == DAY


def test_a_day_is_opened_once(open_house: House) -> None:
    with refused("day_already_open", day=DAY):
        open_house.open_day()


def test_the_day_goes_on_where_the_paper_tickets_ended(house: House) -> None:
    assert {each.prefix: each.label for each in house.desk.next_numbers()}["A"] == "A-001"
    house.desk.open_day(house["security_desk"], {"A": 14, "M": 1})
    assert [issue(house).label, issue(house).label, issue(house, "info").label, issue(house, "jp").label] == [
        "A-014",
        "A-015",
        "M-001",
        "H-001",
    ]
    assert {each.prefix: each.number for each in house.desk.next_numbers()}["A"] == 16


def test_who_does_not_know_the_next_number_gets_a_mark(house: House) -> None:
    day = house.desk.open_day(house["security_desk"], None)
    assert day.mark[0] == "1"
    assert len(day.mark) == 4
    assert not set("IO") & set(day.mark)
    assert issue(house).label == f"A-{day.mark}-001"


@pytest.mark.parametrize("number", [0, -1, 10_000])
def test_a_number_that_does_not_fit_on_a_ticket_is_refused(house: House, number: int) -> None:
    with refused("number_out_of_range", prefix="A"):
        house.desk.open_day(house["security_desk"], {"A": number})
    assert house.office.latest_day() is None


def test_number_1000_is_no_special_case(house: House) -> None:
    house.desk.open_day(house["security_desk"], {"M": 998})
    assert [issue(house, "info").label for _ in range(4)] == ["M-998", "M-999", "M-1000", "M-1001"]
    assert [each.label for each in house.desk.waiting_list()] == ["M-998", "M-999", "M-1000", "M-1001"]
    assert domain.label("A", 9999) == "A-9999"
    assert domain.label("A", 14, "2KXM") == "A-2KXM-014"


def test_an_unclosed_yesterday_blocks_nothing(open_house: House) -> None:
    issue(open_house)
    open_house.clock.pass_ms(DAY_MS)
    with refused("day_not_open"):
        issue(open_house)
    board = open_house.desk.board()
    assert (board.day, board.unclosed_before, board.calendar_day) == ("", DAY, "2026-11-21")
    open_house.open_day()
    assert issue(open_house).label == "A-001"
    assert open_house.desk.board().unclosed_before == ""
    assert [each.day for each in open_house.desk.all_of_day()] == ["2026-11-21"]


def test_midnight_is_that_of_the_branch(open_house: House) -> None:
    open_house.clock.pass_ms((15 * 60 + 59) * 60_000)  # 23.59 in Medan
    assert issue(open_house).day == DAY
    open_house.clock.pass_ms(60_000)
    with refused("day_not_open"):
        issue(open_house)


def test_the_open_day_does_not_go_back_with_the_clock(open_house: House) -> None:
    first = issue(open_house)
    open_house.clock.jump(-3 * DAY_MS)
    second = issue(open_house)
    assert (second.day, second.label) == (DAY, "A-002")
    assert second.issued_at < first.issued_at
    assert [each.label for each in open_house.desk.waiting_list()] == ["A-001", "A-002"]
    with refused("day_already_open", day=DAY):
        open_house.open_day()


def test_the_year_2036_is_a_year_like_others(open_house: House) -> None:
    open_house.clock.jump(10 * 365 * DAY_MS)
    open_house.open_day()
    ticket = issue(open_house)
    assert ticket.day == "2036-11-17"
    case = open_house.submitted_case()
    assert open_house.cases.get(case).receipt.startswith("MDU-361117-0001-")
    assert open_house.cases.get(case).due > "2036-11-17"


# ------------------------------------------------------------------------------------------ issuing


def test_numbers_of_each_series_have_no_gap(open_house: House) -> None:
    for service in ("jht", "jp", "jht", "info", "jht", "jp"):
        issue(open_house, service)
    assert [each.label for each in open_house.desk.all_of_day()] == [
        "A-001", "H-001", "A-002", "M-001", "A-003", "H-002"
    ]  # fmt: skip


@pytest.mark.parametrize("typed", ["12a4", "123", "12345", "١٢٣٤", "12 4", "-123", "1.34", "🙂🙂🙂🙂"])
def test_the_last_four_of_a_nik_are_four_digits(open_house: House, typed: str) -> None:
    with refused("last4_wrong"):
        issue(open_house, last4=typed)
    assert open_house.desk.all_of_day() == ()
    assert issue(open_house, last4=" 0001 ").last4 == "0001"


def test_initials_are_cleaned(open_house: House) -> None:
    assert issue(open_house, initials="p\x00c\u202e").initials.isprintable()
    with refused("text_too_long"):
        issue(open_house, initials="budi santoso sekali")
    assert issue(open_house, initials="\ud800x").initials == "X"


@pytest.mark.parametrize("what", [{"service": "nothing"}, {"priority": "rich"}, {"missing": ("ktp palsu",)}])
def test_codes_that_are_not_in_the_rules_are_refused(open_house: House, what: dict[str, object]) -> None:
    with refused("unknown_code"):
        issue(open_house, **what)  # type: ignore[arg-type]
    assert open_house.desk.all_of_day() == ()


def test_a_ticket_bears_what_is_missing_and_why_it_goes_first(open_house: House) -> None:
    ticket = issue(open_house, priority="elderly", missing=("id_card", "tax_card"))
    slip = open_house.desk.slip(ticket)
    assert slip.label == "A-001"
    assert slip.priority
    assert len(slip.missing) == 2
    assert slip.code == ticket.id
    words = repr(slip)
    assert "9901" not in words


# ------------------------------------------------------------------------------------------ quotas


def test_a_quota_is_used_up_raised_and_used_up_again(open_house: House) -> None:
    for _ in range(15):
        issue(open_house, "jkm")
    with refused("quota_exhausted"):
        issue(open_house, "jkm")
    assert issue(open_house, "jht").label == "A-001"
    board = {each.service.code: each.quota for each in open_house.desk.board().services}
    assert (board["jkm"].left, board["jkm"].exhausted, board["info"].cap) == (0, True, None)
    boss = open_house["service_supervisor"]
    with refused("quota_raise_right"):
        open_house.staff.raise_quota(open_house["cso"], "jkm", 2, "Ramai")
    with refused("reason_missing"):
        open_house.staff.raise_quota(boss, "jkm", 2, " ")
    with refused("quota_raise_limit"):
        open_house.staff.raise_quota(boss, "jkm", 51, "Ramai")
    with refused("quota_without_limit"):
        open_house.staff.raise_quota(boss, "info", 2, "Ramai")
    open_house.staff.raise_quota(boss, "jkm", 2, "Ramai")
    assert [issue(open_house, "jkm").label for _ in range(2)] == ["K-016", "K-017"]
    with refused("quota_exhausted"):
        issue(open_house, "jkm")
    open_house.clock.pass_ms(DAY_MS)
    open_house.open_day()
    board = {each.service.code: each.quota for each in open_house.desk.board().services}
    assert board["jkm"].left == 15  # yesterday's raise is over


def test_a_voided_number_gives_its_place_in_the_quota_back(open_house: House) -> None:
    for _ in range(15):
        last = issue(open_house, "jkm")
    open_house.desk.void(open_house["security_desk"], last.id)
    assert issue(open_house, "jkm").label == "K-016"


# ------------------------------------------------------------------------------------------ void and cancel


def test_a_wrong_number_is_taken_back_within_ten_seconds(open_house: House) -> None:
    ticket = issue(open_house)
    open_house.clock.pass_seconds(10)
    voided = open_house.desk.void(open_house["security_desk"], ticket.id)
    assert (voided.state, voided.leg.outcome) == ("ended", "voided")
    assert not domain.is_arrival(voided)
    assert open_house.desk.board().issued == 0
    assert issue(open_house).label == "A-002"  # the label stays used
    with refused("ticket_not_in_state"):
        open_house.desk.void(open_house["security_desk"], ticket.id)


def test_after_ten_seconds_a_number_is_only_cancelled(open_house: House) -> None:
    ticket = issue(open_house)
    open_house.clock.pass_seconds(10.001)
    with refused("void_too_late", label="A-001", seconds=10):
        open_house.desk.void(open_house["security_desk"], ticket.id)
    cancelled = open_house.desk.cancel(open_house["security_desk"], ticket.id, "wrong_service")
    assert (cancelled.leg.outcome, cancelled.leg.detail) == ("cancelled", "wrong_service")
    assert domain.is_arrival(cancelled)


def test_a_called_ticket_is_not_void(open_house: House) -> None:
    ticket = issue(open_house)
    open_house.counters.open(open_house["cso"], 1)
    open_house.counters.call_next(open_house["cso"], 1)
    with refused("ticket_not_in_state"):
        open_house.desk.void(open_house["security_desk"], ticket.id)


def test_tickets_that_do_not_exist_are_unknown(open_house: House) -> None:
    clerk = open_house["security_desk"]
    for action in (
        lambda: open_house.desk.void(clerk, "x"),
        lambda: open_house.desk.cancel(clerk, "'; --", "x"),
        lambda: open_house.desk.reinstate(clerk, ""),
        lambda: open_house.desk.reprint(clerk, "🙂"),
    ):
        with refused("ticket_unknown"):
            action()


def test_a_parked_or_missed_ticket_can_be_cancelled_and_keeps_its_outcome(open_house: House) -> None:
    ticket = open_house.serve("info")
    open_house.counters.park(open_house["cso"], ticket.id, "copying")
    cancelled = open_house.desk.cancel(open_house["security_desk"], ticket.id, "visitor_left")
    assert (cancelled.state, cancelled.leg.outcome, cancelled.explained) == (
        "ended",
        "parked",
        "visitor_left",
    )


# ------------------------------------------------------------------------------------------ paper


def test_prints_and_copies_are_counted(open_house: House) -> None:
    ticket = issue(open_house)
    open_house.desk.printed(ticket.id, "printer")
    assert open_house.desk.reprint(open_house["security_desk"], ticket.id).copies == 1
    assert open_house.desk.reprint(open_house["security_desk"], ticket.id).copies == 2
    with refused("no_right"):
        open_house.desk.reprint(open_house["verifier"], ticket.id)


def test_somebody_sent_away_is_counted(open_house: House) -> None:
    open_house.desk.turn_away(open_house["security_desk"], "jht", "Kuota habis")
    with refused("text_too_long"):
        open_house.desk.turn_away(open_house["security_desk"], "jht", "Kuota habis " + "x" * 500)
    open_house.desk.turn_away(open_house["security_desk"], "jht", "")
    with refused("unknown_code"):
        open_house.desk.turn_away(open_house["security_desk"], "nothing", "x")
    day = open_house.office.latest_day()
    assert day is not None
    assert day.turned == {"jht": 2}


def test_a_missed_ticket_comes_back_behind_those_who_wait(open_house: House) -> None:
    first = issue(open_house)
    issue(open_house)
    cso = open_house["cso"]
    open_house.counters.open(cso, 1)
    open_house.counters.call_next(cso, 1)
    for _ in range(2):
        open_house.counters.recall(cso, first.id)
    open_house.counters.no_show(cso, first.id)
    back = open_house.desk.reinstate(open_house["security_desk"], first.id, "Dari kamar kecil")
    assert [leg.outcome for leg in back.legs] == ["no_show", ""]
    assert [each.label for each in open_house.desk.waiting_list()] == ["A-002", "A-001"]
    open_house.counters.call_next(cso, 1)
    open_house.clock.pass_ms(DAY_MS)
    open_house.open_day()
    with pytest.raises(Refused):
        open_house.desk.reinstate(open_house["security_desk"], first.id)


def test_the_board_counts_what_is_there(open_house: House) -> None:
    open_house.serve("info")
    issue(open_house, "info")
    board = open_house.desk.board()
    waiting = {each.service.code: each.waiting for each in board.services}
    assert waiting["info"] == 1
    assert board.issued == 2
    assert board.last is not None
    assert board.last.label == "M-002"
    assert board.open_counters == 1
    assert [each.key for each in board.services] == ["F1", "F2", "F3", "F4", "F5", "F6", "F7"]


def test_a_number_that_was_taken_back_is_not_made_into_a_pdf(open_house: House) -> None:
    printing = Printing(open_house.office, open_house.desk)
    ticket = open_house.desk.issue(open_house["security_desk"], "jht")
    assert printing.pdf(ticket).read_bytes().startswith(b"%PDF")
    open_house.desk.void(open_house["security_desk"], ticket.id)
    with refused("ticket_not_in_state"):
        printing.pdf(ticket)


def test_a_number_is_bound_to_a_person_only_where_an_identity_was_registered(open_house: House) -> None:
    issue, bound = open_house.desk.issue, open_house.office.rules().texts.ticket_bound.id
    nobody = issue(open_house["security_desk"], "jht", initials="PC")
    somebody = issue(open_house["security_desk"], "jht", last4="0341")
    assert bound not in open_house.desk.slip(nobody).footer
    assert bound in open_house.desk.slip(somebody).footer
