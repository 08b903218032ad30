"""The daily summary over a real file: what belongs to a day, the closing that freezes it, the supervisor's screen."""

import hashlib
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from app.domain.figures import canonical_json, read_figures
from app.domain.tickets import Printed
from app.models import tables
from app.models.audit import rebuild, verify
from app.services.summary import Summaries
from app.services.today import Attention, TodayBoard
from tests.houses import DAY, DAY_MS, House, dump, refused

NEXT = "2026-11-21"
MINUTE = 60_000


@pytest.fixture
def summaries(house: House) -> Summaries:
    return Summaries(house.office)


def serve(house: House, service: str = "jht", minutes: float = 10) -> str:
    """One ticket, served for some minutes."""
    ticket = house.serve(service)
    house.clock.pass_ms(int(minutes * MINUTE))
    house.counters.finish(house["cso"], ticket.id, "info_given")
    return str(ticket.id)


def close(
    house: House, summaries: Summaries, who: str = "service_supervisor", day: str | None = None
) -> None:
    """Close the day with a reason for each open ticket."""
    open_ = summaries.open_tickets(day or DAY)
    summaries.close_day(house[who], {each.id: "left_unseen" for each in open_}, day=day)


def flow(summaries: Summaries, day: str) -> dict[str, int]:
    return {each.code: each.count for each in summaries.figures(day).flow if each.count}


# ------------------------------------------------------------------------------------------------ figures


def test_a_day_that_never_was_is_refused(summaries: Summaries) -> None:
    with refused("day_unknown", day="2026-11-19"):
        summaries.figures("2026-11-19")
    with refused("day_unknown"):
        summaries.json("2026-11-19")


def test_the_figures_are_those_of_what_was_done(open_house: House, summaries: Summaries) -> None:
    serve(open_house)
    open_house.desk.issue(open_house["security_desk"], "jp", priority="elderly")
    found = summaries.figures(DAY)
    assert (found.total.arrived, found.total.served, found.total.open) == (2, 1, 1)
    assert found.total.serving.mean == 10 * MINUTE
    assert [each.reason for each in found.overrides] == ["Kembali pada jam yang disepakati"]
    assert (found.journal.last, found.journal.head) == open_house.office.journal.head()
    assert found.opened_by == open_house.office.name(open_house["security_desk"])
    assert summaries.json(DAY) == canonical_json(found)


def test_a_paid_file_is_counted_with_its_amount(open_house: House, summaries: Summaries) -> None:
    open_house.paid_case()
    found = summaries.figures(DAY)
    assert (found.paid.count, found.paid.amount) == (1, 20_000_000)
    assert flow(summaries, DAY) == dict.fromkeys(
        ("opened", "submitted", "verified", "ordered", "approved", "paid"), 1
    )


def test_what_was_paid_stays_paid_when_finance_sends_the_file_back(
    open_house: House, summaries: Summaries
) -> None:
    case = open_house.paid_case()
    officer = open_house["finance_officer"]
    open_house.claims.payment_returned(officer, case, DAY, "account_closed")
    open_house.claims.return_to_verifier(officer, case, "rekening salah")
    open_house.claims.verify(open_house["verifier"], case, 15_000_000)
    assert summaries.figures(DAY).paid.amount == 20_000_000


def test_the_pdf_of_a_day_is_the_same_twice(open_house: House, summaries: Summaries) -> None:
    serve(open_house)
    close(open_house, summaries)
    assert summaries.pdf(DAY) == summaries.pdf(DAY)
    assert summaries.pdf(DAY).startswith(b"%PDF-")


# ------------------------------------------------------------------------------------------------ closing


def test_each_open_ticket_must_be_explained_before_the_day_closes(
    open_house: House, summaries: Summaries
) -> None:
    first = open_house.desk.issue(open_house["security_desk"], "jht")
    second = open_house.desk.issue(open_house["security_desk"], "jp")
    before = open_house.office.journal.head()
    with refused("ticket_unexplained", label=second.label):
        summaries.close_day(open_house["service_supervisor"], {first.id: "left_unseen", second.id: "  "})
    assert open_house.office.journal.head() == before
    assert [each.label for each in summaries.open_tickets(DAY)] == [first.label, second.label]
    found = summaries.close_day(
        open_house["service_supervisor"], {first.id: "left_unseen", second.id: "Listrik padam"}
    )
    assert [(each.label, each.reason) for each in found.explained] == [
        (first.label, "Pulang tanpa diketahui"),
        (second.label, "Listrik padam"),
    ]
    assert (found.total.closed_by_day, found.total.open) == (2, 0)
    assert summaries.open_tickets(DAY) == ()


def test_a_no_show_has_ended_and_needs_no_explanation(open_house: House, summaries: Summaries) -> None:
    who = open_house["cso"]
    open_house.counters.open(who, 1)
    ticket = open_house.desk.issue(open_house["security_desk"], "jht")
    open_house.counters.call_next(who, 1)
    for _ in range(open_house.office.rules().queue.calls_before_no_show - 1):
        open_house.counters.recall(who, ticket.id)
    open_house.counters.no_show(who, ticket.id)
    assert summaries.close_day(open_house["service_supervisor"], {}).total.no_show == 1


@pytest.mark.parametrize("who", ["service_supervisor", "branch_head"])
def test_whoever_may_close_the_day_closes_the_counters_left_open(
    open_house: House, summaries: Summaries, who: str
) -> None:
    serve(open_house)
    close(open_house, summaries, who)
    assert open_house.counters.my_counter(open_house["cso"]) is None
    found = summaries.figures(DAY)
    assert found.excluded.sessions == 1
    assert found.closed_by == open_house.office.name(open_house[who])


@pytest.mark.parametrize("who", ["cso", "security_desk", "verifier", "it_officer", "auditor"])
def test_nobody_else_closes_the_day(open_house: House, summaries: Summaries, who: str) -> None:
    with refused("no_right"):
        summaries.close_day(open_house[who], {})


def test_a_day_is_closed_once(open_house: House, summaries: Summaries) -> None:
    close(open_house, summaries)
    with refused("day_already_closed", day=DAY):
        summaries.close_day(open_house["branch_head"], {})


def test_a_closed_day_always_gives_the_bytes_whose_hash_the_journal_holds(
    open_house: House, summaries: Summaries
) -> None:
    case = open_house.submitted_case()
    closing = summaries.close_day(open_house["service_supervisor"], {}, "Hujan sejak pagi.")
    frozen = summaries.json(DAY)
    open_house.clock.pass_ms(DAY_MS)
    open_house.claims.verify(open_house["verifier"], case, 5_000_000)
    open_house.office.set_setting("something", "else")
    state = open_house.office.state(f"day:{DAY}")
    assert summaries.json(DAY) == frozen
    assert hashlib.sha256(frozen).hexdigest() == state.figures
    assert summaries.figures(DAY) == closing == read_figures(frozen)
    assert (closing.note, closing.journal.last) == ("Hujan sejak pagi.", state.closed_position)


def test_a_rebuilt_file_has_the_same_frozen_day(open_house: House, summaries: Summaries) -> None:
    serve(open_house)
    close(open_house, summaries)
    before, frozen = dump(open_house.office), summaries.json(DAY)
    assert rebuild(open_house.office.store) == 0
    assert dump(open_house.office) == before
    assert summaries.json(DAY) == frozen
    assert verify(open_house.office.store).bad_position is None


def test_the_hash_in_the_figures_is_that_of_the_log_at_their_last_entry(
    open_house: House, summaries: Summaries
) -> None:
    serve(open_house)
    waiting = open_house.desk.issue(open_house["security_desk"], "jp")
    found = summaries.close_day(open_house["service_supervisor"], {waiting.id: "left_unseen"})
    with open_house.office.store.reading() as connection:
        kept = connection.execute(
            select(tables.events.c.log_hash).where(tables.events.c.position == found.journal.last)
        ).scalar_one()
        after = connection.execute(
            select(tables.events.c.stream).where(tables.events.c.position == found.journal.last + 1)
        ).scalar_one()
    assert found.journal.head == kept.hex()
    assert after == f"day:{DAY}"


# ------------------------------------------------------------------------------------------------ several days


def next_day(house: House) -> None:
    house.clock.pass_ms(DAY_MS)
    house.open_day()


def test_work_on_files_after_the_closing_belongs_to_the_next_day(
    open_house: House, summaries: Summaries
) -> None:
    case = open_house.submitted_case()
    close(open_house, summaries)
    open_house.claims.verify(open_house["verifier"], case, 5_000_000)
    next_day(open_house)
    assert flow(summaries, DAY) == {"opened": 1, "submitted": 1}
    assert flow(summaries, NEXT) == {"verified": 1}
    assert summaries.figures(NEXT).after_last_closing == 1
    assert summaries.figures(NEXT).journal.first == summaries.figures(DAY).journal.last + 1


def test_yesterday_can_still_be_closed_and_keeps_what_was_yesterday(
    open_house: House, summaries: Summaries
) -> None:
    left = open_house.desk.issue(open_house["security_desk"], "jht")
    case = open_house.submitted_case()
    next_day(open_house)
    open_house.claims.verify(open_house["verifier"], case, 5_000_000)
    serve(open_house, "jp")
    before = summaries.figures(DAY)
    assert (before.total.arrived, before.total.open) == (2, 1)
    assert {each.stage: each.count for each in before.stages}["submitted"] == 1
    assert summaries.unclosed_days() == (DAY, NEXT)
    summaries.close_day(open_house["service_supervisor"], {left.id: "left_unseen"}, day=DAY)
    after = summaries.figures(DAY)
    assert {each.stage: each.count for each in after.stages}["submitted"] == 1
    assert [each.label for each in after.explained] == [left.label]
    assert flow(summaries, DAY) == {"opened": 1, "submitted": 1}
    today = summaries.figures(NEXT)
    assert flow(summaries, NEXT) == {"verified": 1}
    assert (today.total.arrived, today.explained, today.adjustments) == (1, (), ())
    assert summaries.unclosed_days() == (NEXT,)


def test_what_comes_late_to_a_closed_day_is_listed_as_an_adjustment(
    open_house: House, summaries: Summaries
) -> None:
    ticket = serve(open_house)
    close(open_house, summaries)
    frozen = summaries.json(DAY)
    next_day(open_house)
    with open_house.office.unit("system") as unit:
        unit.append(f"ticket:{ticket}", Printed(how="printer"))
    late = summaries.figures(NEXT).adjustments
    assert [(each.day, each.label, each.kind) for each in late] == [(DAY, "A-001", "ticket.printed")]
    assert summaries.json(DAY) == frozen


def test_a_second_day_counts_its_own_tickets_only(open_house: House, summaries: Summaries) -> None:
    serve(open_house)
    close(open_house, summaries)
    next_day(open_house)
    serve(open_house, "jp")
    assert [summaries.figures(each).total.served for each in (DAY, NEXT)] == [1, 1]
    assert len(summaries.figures(NEXT).overrides) == 1


# ------------------------------------------------------------------------------------------------ the screen


def kinds(board: TodayBoard) -> dict[str, Attention]:
    return {each.kind: each for each in board.attention}


def test_before_the_first_day_there_is_nothing(summaries: Summaries) -> None:
    board = summaries.today()
    assert (board.state, board.figures, board.counters) == ("none", None, ())


def test_the_screen_shows_who_sits_where_and_since_when(open_house: House, summaries: Summaries) -> None:
    serve(open_house)
    ticket = open_house.serve("jp")
    confirmed = open_house.clock.now()
    open_house.clock.pass_ms(4 * MINUTE)
    first, second = summaries.today().counters[:2]
    assert (first.counter, first.state, first.label, first.since) == (1, "open", ticket.label, confirmed)
    assert (first.served, first.mean_serving) == (1, 10 * MINUTE)
    assert (second.state, second.officer) == ("closed", "")
    open_house.counters.finish(open_house["cso"], ticket.id, "info_given")
    open_house.counters.start_break(open_house["cso"], 1, "lunch")
    first = summaries.today().counters[0]
    assert (first.state, first.break_reason and first.break_reason.id) == ("break", "Istirahat siang")


def test_the_screen_names_what_needs_a_decision(open_house: House, summaries: Summaries) -> None:
    assert summaries.today().attention == ()
    ticket = open_house.desk.issue(open_house["security_desk"], "jht")
    open_house.clock.pass_ms(31 * MINUTE)
    matter = kinds(summaries.today())["waiting_long"]
    assert (matter.count, matter.names, matter.minutes) == (1, (ticket.label,), 31)
    who = open_house["cso"]
    open_house.counters.open(who, 1)
    open_house.counters.call_next(who, 1)
    for _ in range(2):
        open_house.counters.recall(who, ticket.id)
    open_house.counters.no_show(who, ticket.id)
    assert set(kinds(summaries.today())) == {"no_show"}
    assert kinds(summaries.today())["no_show"].refs == (ticket.id,)


def test_an_overdue_file_and_an_unclosed_day_are_red_and_stand_first(
    open_house: House, summaries: Summaries
) -> None:
    case = open_house.submitted_case()
    for _ in range(10):
        open_house.clock.pass_ms(DAY_MS)
    open_house.open_day()
    board = summaries.today()
    assert [(each.kind, each.light) for each in board.attention] == [
        ("overdue", "red"),
        ("unclosed_day", "red"),
    ]
    assert (board.overdue, kinds(board)["overdue"].refs) == (1, (case,))
    assert kinds(board)["unclosed_day"].day == DAY


def test_a_claimant_whom_nobody_could_reach_waits_for_a_decision(
    open_house: House, summaries: Summaries
) -> None:
    case, who = open_house.draft_case(), open_house["cso"]
    open_house.talks.start(who, case, "whatsapp_video")
    limit = open_house.office.rules().interview.attempts
    for number in range(limit):
        assert ("unreachable" in kinds(summaries.today())) is False, number
        open_house.talks.attempt(who, case, "unreachable", open_house.clock.now())
        open_house.clock.pass_ms(2 * DAY_MS if number < limit - 1 else MINUTE)
    assert kinds(summaries.today())["unreachable"].refs == (case,)


def test_a_used_up_quota_is_named(open_house: House, summaries: Summaries) -> None:
    quota = open_house.office.rules().service("jkm").daily_quota
    assert quota
    for _ in range(quota):
        open_house.desk.issue(open_house["security_desk"], "jkm")
    assert kinds(summaries.today())["quota_exhausted"].refs == ("jkm",)


def test_the_screen_of_a_closed_day_asks_for_nothing_in_its_queue(
    open_house: House, summaries: Summaries
) -> None:
    open_house.desk.issue(open_house["security_desk"], "jht")
    open_house.clock.pass_ms(60 * MINUTE)
    close(open_house, summaries)
    board = summaries.today()
    assert (board.state, board.attention, board.waiting) == ("closed", (), 0)


def test_the_end_of_the_holiday_table_is_told_three_months_ahead(house: House) -> None:
    def told() -> list[str]:
        return [
            each.day for each in Summaries(house.office).today().attention if each.kind == "calendar_ends"
        ]

    last = max(each.date for each in house.office.rules().holidays)[:4]
    for month, day, found in ((9, 30, []), (10, 1, [f"{int(last) + 1}-01-01"])):
        wanted = int(datetime(int(last), month, day, 2, tzinfo=UTC).timestamp() * 1000)
        house.clock.jump(wanted - house.clock.now())
        house.open_day()
        assert told() == found
