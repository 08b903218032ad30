"""Two events of one stream whose authors did not see each other: what each class of event makes of it."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from msgspec.structs import replace

from app.domain import branch, claims, days, home, tickets
from app.domain import case_events as case
from app.domain.disputes import _CHECKS
from app.domain.kinds import ATTRIBUTE, DECISION, KINDS
from app.domain.race_keys import _KEYS, attribute_key
from app.domain.races import Seen, advance, fold_stream, is_plain
from app.domain.rights import ACTIONS
from app.domain.settled import BranchSettled, CounterSettled, DaySettled, Settled, TicketSettled
from app.errors import Refused
from tests.houses import refused
from tests.unit.domain.event_examples import EXAMPLES
from tests.unit.domain.race_stories import (
    FOLDS,
    REJECTED,
    VERIFIED,
    Crowd,
    Log,
    allowed,
    asides,
    by_role,
    choices,
    fold,
    is_decision,
    issued,
    opened,
    pairs,
    placed,
    plainly,
    submitted_file,
    word,
)

# ------------------------------------------------------------------------------------------ who saw what


def test_the_last_events_are_those_that_nobody_names() -> None:
    a, b, c = (bytes([each]) * 16 for each in (1, 2, 3))
    assert advance((), a, ()) == (a,)
    assert advance((a,), b, ()) == (a, b)
    assert advance((a, b), c, (b, a)) == (c,)


def test_an_author_who_named_every_last_event_saw_everything() -> None:
    a, b, c = (bytes([each]) * 16 for each in (1, 2, 3))
    assert is_plain((), ())
    assert is_plain((a, b), (b, a))
    assert is_plain((a,), (a, c))
    assert not is_plain((a, b), (a,))


def test_who_saw_something_through_others_saw_it() -> None:
    log = Log("ticket:0")
    log.write("desk", issued())
    called = log.write("a", tickets.Called(counter=1))
    printed = log.write("system", tickets.Printed(how="printer"), called)
    log.write("b", tickets.Recalled(), log.entries[0])
    log.write("a", tickets.Confirmed(), printed)
    folded = log.folded()
    assert asides(folded) == {4: ("ticket_held_by_other", 0)}  # b never saw it called: a broken rule
    assert folded.state.state == tickets.SERVING


def test_an_unreadable_event_is_set_aside_and_passes_its_ancestry_on() -> None:
    log, _ = submitted_file()
    newer = log.write("v", None, error=Refused("event_unknown", kind="case.sung", version=1))
    log.write("v", VERIFIED, newer)
    log.write("w", REJECTED, newer)
    folded = log.folded()
    assert folded.state.stage == claims.DISPUTED
    assert asides(folded)[4] == ("event_unknown", 0)
    alone = fold(log.entries[:5])
    assert asides(alone) == {4: ("event_unknown", 0)}
    assert alone.state.stage == claims.VERIFIED


def test_a_kind_that_nobody_knows_is_set_aside_also_without_a_reason() -> None:
    log, submitted = submitted_file()
    odd = log.write("v", None, submitted)
    log.write("w", REJECTED, submitted)
    folded = log.folded()
    assert asides(folded) == {int(odd.event.id, 16): ("event_unknown", 0)}
    assert folded.state.stage == claims.REJECTED


def test_what_an_author_saw_is_folded_first_also_where_a_fork_put_it_behind() -> None:
    log = Log("ticket:0")
    given_out = log.write("desk", issued())
    called = log.write("a", tickets.Called(counter=1))
    confirmed = log.write("a", tickets.Confirmed())
    folded = log.folded(given_out, confirmed, called)
    assert folded.state.state == tickets.SERVING
    assert folded.asides == ()


def test_events_that_name_each_other_in_a_circle_end_the_fold_all_the_same() -> None:
    log = Log("ticket:0")
    log.write("desk", issued())
    one = log.write("system", tickets.Printed(how="printer"))
    other = log.write("system", tickets.Printed(how="screen"))
    forged = replace(one, after=(bytes.fromhex(other.event.id),))
    assert fold([log.entries[0], forged, other]).state.printed


def test_without_a_right_an_event_is_set_aside_and_is_no_rival() -> None:
    log, submitted = submitted_file()
    log.write("v", VERIFIED, submitted)
    log.write("intruder", REJECTED, submitted)

    def allow(event: Any) -> None:
        if event.actor == "intruder":
            raise Refused("no_right", action="claim.reject")

    folded = fold(log.entries, allow)
    assert folded.state.stage == claims.VERIFIED
    assert asides(folded) == {5: ("no_right", 0)}
    assert folded.conflicts == ()


@pytest.mark.parametrize("where", ["beside the fold", "in the fold"])
def test_what_nobody_had_a_right_to_neither_wins_nor_loses_a_race(where: str) -> None:
    def allow(event: Any) -> None:
        if event.actor == "intruder":
            raise Refused("no_right", action="ticket.serve")

    ticket = raced_ticket()
    lost = ticket.entries[2]
    ticket.write("intruder", tickets.Called(counter=5), ticket.entries[0])
    ticket.write("intruder", tickets.Confirmed(), lost)
    quota = two_supervisors(raised(10), raised(10))
    quota.write("intruder", raised(10), quota.entries[0])
    file, verified, _ = disputed_file()
    file.write("f", case.PaymentOrdered(voucher="V"), verified)
    file.write("intruder", case.PaymentApproved())
    file.write("intruder", case.Taken(), verified)
    moved = raced_ticket()
    confirmed = moved.write("a", tickets.Confirmed(), moved.entries[1])
    moved.write("a", tickets.Transferred(to="counter", target="3"), confirmed)
    moved.write("intruder", tickets.Called(counter=5), moved.entries[0])
    for log in (ticket, moved, quota, file):
        family = log.stream.partition(":")[0]

        def asking(state: Any, event: Any, family: str = family) -> Any:
            allow(event)
            return FOLDS[family](state, event)

        if where == "in the fold":
            folded = fold_stream(asking, log.entries, allowed)
        else:
            folded = fold(log.entries, allow)
        codes = {int(each.event, 16): each.code for each in folded.asides}
        wrong = {int(each.event.id, 16) for each in log.entries if each.event.actor == "intruder"}
        assert {codes[each] for each in wrong} == {"no_right"}
        assert not wrong & {int(each.second, 16) for each in folded.conflicts}


def test_a_race_with_what_lies_before_the_start_is_not_told_but_said_to_be_missing() -> None:
    log, submitted = submitted_file()
    log.write("v", VERIFIED)
    before = log.folded()
    late = log.write("w", REJECTED, submitted)
    from_there = fold_stream(claims.fold, [late], allowed, (before.state, before.frontier))
    assert not from_there.whole
    assert log.folded().whole
    seen_all = Log("case:0")
    seen_all.entries = log.entries[:4]
    paid = seen_all.write("f", case.PaymentOrdered(voucher="V"))
    other = seen_all.write("g", case.FinanceReturned(reason="keliru"), log.entries[3])
    folded = fold_stream(claims.fold, [paid, other], allowed, (before.state, before.frontier))
    assert folded.whole
    assert folded.state.stage == claims.DISPUTED


# ------------------------------------------------------------------------------------------ claims


def raced_ticket() -> Log:
    log = Log("ticket:0")
    given_out = log.write("desk", issued())
    log.write("a", tickets.Called(counter=1), given_out)
    log.write("b", tickets.Called(counter=2), given_out)
    return log


def test_the_first_call_in_the_log_has_the_ticket() -> None:
    log = raced_ticket()
    folded = log.folded()
    assert folded.state.leg.officer == "a"
    assert pairs(folded) == [("claim", "2", "3", "0")]
    assert asides(folded) == {3: ("ticket_not_in_state", 3)}
    one, two, three = log.entries
    turned = log.folded(one, three, two)
    assert turned.state.leg.officer == "b"
    assert pairs(turned) == [("claim", "3", "2", "0")]


def test_what_the_loser_did_with_the_ticket_goes_to_the_same_conflict() -> None:
    log = raced_ticket()
    _, called, lost = log.entries
    confirmed = log.write("b", tickets.Confirmed(), lost)
    log.write("system", tickets.Printed(how="printer", copy=1), confirmed)
    log.write("a", tickets.Confirmed(), called)
    log.write("b", tickets.Finished(outcome="info_given"), confirmed)
    folded = log.folded()
    assert pairs(folded) == [("claim", "2", "3", "0")]
    assert asides(folded) == {3: ("ticket_not_in_state", 3), 4: ("claim_lost", 3), 7: ("claim_lost", 3)}
    assert folded.state.state == tickets.SERVING
    assert folded.state.printed  # nothing else of the work is lost


def test_the_same_officer_at_two_computers_has_lost_one_of_the_calls() -> None:
    log = Log("ticket:0")
    given_out = log.write("desk", issued())
    log.write("a", tickets.Called(counter=1), given_out)
    lost = log.write("a", tickets.Called(counter=2), given_out)
    log.write("a", tickets.Confirmed(), lost)
    folded = log.folded()
    assert folded.state.state == tickets.CALLED
    assert asides(folded)[4] == ("claim_lost", 3)


def test_what_others_did_on_the_losing_side_goes_to_the_same_conflict_where_it_is_impossible() -> None:
    log = raced_ticket()
    given_out, called, lost = log.entries
    log.write("a", tickets.Confirmed(), called)
    log.write("desk", tickets.Cancelled(reason="visitor_left"), lost)
    assert given_out.after == ()
    folded = log.folded()
    assert pairs(folded) == [("claim", "2", "3", "0")]
    assert asides(folded)[5] == ("ticket_not_in_state", 3)


def test_who_saw_both_calls_goes_on_as_the_rules_say() -> None:
    log = raced_ticket()
    log.write("b", tickets.Confirmed())
    log.write("a", tickets.Confirmed())
    folded = log.folded()
    assert asides(folded)[4] == ("ticket_held_by_other", 3)
    assert folded.state.leg.confirmed_at is not None


def test_a_call_of_a_leg_that_is_over_does_not_take_the_next_one() -> None:
    log = raced_ticket()
    given_out, called, late = log.entries
    confirmed = log.write("a", tickets.Confirmed(), called)
    moved = log.write("a", tickets.Transferred(to="counter", target="3"), confirmed)
    missed = log.write("b", tickets.Missed(), late)
    folded = log.folded(given_out, called, confirmed, moved, late, missed)
    assert folded.state.state == tickets.WAITING
    assert asides(folded) == {3: ("claim_lost", 3), 6: ("claim_lost", 3)}
    assert pairs(folded) == [("claim", "2", "3", "0")]


def test_two_officers_open_one_counter() -> None:
    log = Log("counter:3")
    log.write("a", days.CounterOpened(day="2026-11-20"))
    log.entries[0] = replace(log.entries[0], after=())
    lost = replace(log.write("b", days.CounterOpened(day="2026-11-20")), after=())
    log.entries[1] = lost
    log.write("b", days.BreakStarted(reason="lunch"), lost)
    log.write("b", days.CounterClosed())
    log.entries[3] = replace(log.entries[3], after=(bytes.fromhex(log.entries[2].event.id),))
    folded = log.folded()
    assert folded.state.session.officer == "a"
    assert folded.state.session.pauses == ()
    assert pairs(folded) == [("claim", "1", "2", "0")]
    assert asides(folded) == {2: ("counter_taken", 2), 3: ("claim_lost", 2), 4: ("claim_lost", 2)}


def test_who_was_sent_away_is_counted_also_where_another_computer_opened_the_day() -> None:
    log = Log("day:2026-11-20")
    log.write("desk", days.DayOpened(first={"A": 14}))
    log.entries[0] = replace(log.entries[0], after=())
    lost = replace(log.write("boss", days.DayOpened()), after=())
    log.entries[1] = lost
    log.write("boss", days.Turned(service="jht", reason="Kuota"), lost)
    folded = log.folded()
    assert folded.state.turned == {"jht": 1}
    assert folded.state.first == {"A": 14}
    assert pairs(folded) == [("claim", "1", "2", "0")]


def test_a_file_taken_twice_belongs_to_the_first() -> None:
    log, submitted = submitted_file()
    log.write("v", case.Taken(), submitted)
    lost = log.write("w", case.Taken(), submitted)
    log.write("w", case.Released(), lost)
    folded = log.folded()
    assert folded.state.holder == "v"
    assert asides(folded) == {5: ("case_held_by_other", 5), 6: ("claim_lost", 5)}


def test_a_decision_on_a_file_that_somebody_else_holds_waits_at_the_claim() -> None:
    log, submitted = submitted_file()
    log.write("v", case.Taken(), submitted)
    lost = log.write("w", case.Taken(), submitted)
    log.write("w", VERIFIED, lost)
    folded = log.folded()
    assert folded.state.stage == claims.SUBMITTED
    assert asides(folded)[6] == ("case_held_by_other", 5)
    assert pairs(folded) == [("claim", "4", "5", "0")]
    log.write("v", REJECTED)  # seen both: the holder decides
    assert log.folded().state.stage == claims.REJECTED


def test_a_decision_without_taking_the_file_loses_to_who_took_it() -> None:
    log, submitted = submitted_file()
    log.write("v", case.Taken(), submitted)
    log.write("w", VERIFIED, submitted)
    folded = log.folded()
    assert folded.state.holder == "v"
    assert pairs(folded) == [("claim", "4", "5", "0")]
    assert asides(folded) == {5: ("case_held_by_other", 5)}


@pytest.mark.parametrize("turned", [False, True])
def test_a_lost_claim_does_not_let_a_decision_be_overridden(turned: bool) -> None:
    log, submitted = submitted_file()
    mine = log.write("v", case.Taken(), submitted)
    lost = log.write("w", case.Taken(), submitted)
    verified, rejected = log.write("w", VERIFIED, lost), log.write("v", REJECTED, mine)
    late = (rejected, verified) if turned else (verified, rejected)
    folded = log.folded(*log.entries[:5], *late)
    assert folded.state.stage == claims.DISPUTED
    assert {each.race for each in opened(folded)} == {"claim", "decision"}


def test_the_chosen_decision_stands_whoever_held_the_file() -> None:
    log, submitted = submitted_file()
    mine = log.write("v", case.Taken(), submitted)
    verified = log.write("w", VERIFIED, submitted)
    rejected = log.write("v", REJECTED, mine)
    assert log.folded().state.holder == ""
    log.write("s", word(rejected, verified))
    assert log.folded().state.stage == claims.VERIFIED


# ------------------------------------------------------------------------------------------ decisions on a file


def disputed_file() -> tuple[Log, Seen, Seen]:
    log, submitted = submitted_file()
    return log, log.write("v", VERIFIED, submitted), log.write("w", REJECTED, submitted)


def test_of_two_decisions_neither_wins() -> None:
    log, *_ = disputed_file()
    folded = log.folded()
    assert pairs(folded) == [("decision", "4", "5", "0")]
    assert asides(folded) == {4: ("case_disputed", 5), 5: ("case_disputed", 5)}
    state = folded.state
    assert (state.stage, state.disputed_from, state.holder) == (claims.DISPUTED, claims.SUBMITTED, "")
    assert (state.amount, state.reject_reason) == (None, "")
    assert set(state.verify_checkers) == {"v", "w"}  # both had a hand in it


def test_positions_do_not_say_what_an_author_saw() -> None:
    """LOG-CASES 5: the approval stands before the rejection now, and its author never saw it."""
    log, verified, rejected = disputed_file()
    for order in ((verified, rejected), (rejected, verified)):
        assert log.folded(*log.entries[:3], *order).state.stage == claims.DISPUTED


def test_a_file_in_dispute_takes_no_decision_and_keeps_its_notes() -> None:
    log, *_ = disputed_file()
    taken = log.write("v", case.Taken())
    decided = log.write("x", case.Returned(reasons=("photo_poor",)))
    log.write("cso", case.Linked(ticket="9", label="A-009"))
    before = log.folded().state
    slip = log.write("cso", case.SlipGiven(documents=("tax_card",), how="print"))
    folded = log.folded()
    assert claims.fold(before, slip.event) == folded.state
    assert folded.state.stage == claims.DISPUTED
    assert folded.state.tickets == (("9", "A-009"),)
    found = asides(folded)
    assert {found[int(each.event.id, 16)] for each in (taken, decided)} == {("case_disputed", 5)}
    for each in (taken, decided):
        with refused("case_disputed"):
            claims.fold(folded.state, each.event)


def test_a_dispute_opens_no_way_to_change_what_was_checked() -> None:
    log, *_ = disputed_file()
    log.write("cso", case.Noted(fields={"bank_account": "999"}))
    assert asides(log.folded())[6] == ("case_not_in_stage", 5)
    drafted = Log("case:0")
    begun = drafted.write("cso", FIRST_CASE)
    drafted.write("cso", case.Submitted(receipt="R", promised="2026-11-27", due="2026-11-27"), begun)
    drafted.write("dso", case.CaseClosed(reason="withdrawn"), begun)
    drafted.write("cso", case.Noted(fields={"phone": "0812"}))
    folded = drafted.folded()
    assert (folded.state.stage, folded.state.fields) == (claims.DISPUTED, {"phone": "0812"})


FIRST_CASE = case.Opened(service="jht", bundle_version=1)


@pytest.mark.parametrize("payload", [VERIFIED, REJECTED, case.Returned(reasons=("photo_poor",))])
def test_the_same_decision_twice_is_no_conflict(payload: Any) -> None:
    log, submitted = submitted_file()
    log.write("v", payload, submitted)
    log.write("w", payload, submitted)
    folded = log.folded()
    assert asides(folded) == {5: ("already_decided", 0)}
    assert folded.conflicts == ()
    assert set(folded.state.verify_checkers) == {"v", "w"}


def test_who_made_a_decision_that_stood_already_checks_nothing_else() -> None:
    log, submitted = submitted_file()
    log.write("v", VERIFIED, submitted)
    log.write("w", VERIFIED, submitted)
    log.write("w", case.PaymentOrdered(voucher="V"))
    assert asides(log.folded())[6][0] == "same_person_two_checks"


def test_a_second_check_at_another_computer_names_the_first_one() -> None:
    log, submitted = submitted_file()
    verified = log.write("v", VERIFIED, submitted)
    log.write("w", VERIFIED, submitted)
    log.write("cso", case.Linked(ticket="9", label="A-009"), submitted)
    log.write("w", case.PaymentOrdered(voucher="V"), verified)
    folded = log.folded()
    assert folded.state.stage == claims.VERIFIED
    assert pairs(folded) == [("fact", "5", "7", "0")]
    assert asides(folded)[7] == ("same_person_two_checks", 7)


def test_what_goes_on_from_either_of_two_same_decisions_goes_on_from_both() -> None:
    log, submitted = submitted_file()
    log.write("v", VERIFIED, submitted)
    same = log.write("w", VERIFIED, submitted)
    log.write("f", case.PaymentOrdered(voucher="V"), same)
    folded = log.folded()
    assert (folded.state.stage, folded.conflicts) == (claims.ORDERED, ())
    log.write("g", case.PaymentOrdered(voucher="W"), log.entries[3])
    folded = log.folded()
    assert folded.state.disputed_from == claims.VERIFIED
    assert pairs(folded) == [("decision", "6", "7", "0")]


def test_only_what_follows_the_first_difference_is_undone() -> None:
    log, _ = submitted_file()
    verified = log.write("v", VERIFIED)
    log.write("f", case.PaymentOrdered(voucher="V"), verified)
    log.write("g", case.FinanceReturned(reason="keliru"), verified)
    folded = log.folded()
    assert folded.state.disputed_from == claims.VERIFIED
    assert folded.state.amount == 1000
    assert folded.state.payment == claims.Payment()


def test_an_impossible_decision_is_no_rival() -> None:
    log, submitted = submitted_file()
    log.write("v", VERIFIED, submitted)
    log.write("cso", REJECTED, submitted)  # checked it at the counter already
    folded = log.folded()
    assert folded.state.stage == claims.VERIFIED
    assert asides(folded) == {5: ("same_person_two_checks", 0)}


# ------------------------------------------------------------------------------------------ a supervisor's word


@pytest.mark.parametrize(("choice", "stage"), [(0, claims.VERIFIED), (1, claims.REJECTED)])
def test_a_supervisor_chooses_the_decision_that_stands(choice: int, stage: str) -> None:
    log, *decisions = disputed_file()
    said = log.write("s", word(decisions[1], decisions[choice]))
    folded = log.folded()
    assert folded.state.stage == stage
    assert folded.state.stage_at == said.event.at  # as if it came now
    assert folded.state.disputed_from == ""
    assert pairs(folded) == [("decision", "4", "5", "6")]
    assert asides(folded) == {5 - choice: ("decision_not_chosen", 5)}


def test_work_goes_on_after_the_word() -> None:
    log, verified, rejected = disputed_file()
    log.write("s", word(rejected, verified))
    log.write("f", case.PaymentOrdered(voucher="V"))
    log.write("h", case.PaymentApproved())
    folded = log.folded()
    assert folded.state.stage == claims.APPROVED
    assert len(folded.asides) == 1


def test_a_word_is_understood_also_where_a_fork_turned_the_two_round() -> None:
    log, verified, rejected = disputed_file()
    said = log.write("s", word(rejected, rejected))
    folded = log.folded(*log.entries[:3], rejected, verified, said)
    assert folded.state.stage == claims.REJECTED
    assert pairs(folded) == [("decision", "5", "4", "6")]


def test_money_that_went_out_before_a_late_rejection_is_not_paid_again() -> None:
    log, submitted = submitted_file()
    verified = log.write("v", VERIFIED)
    log.write("f", case.PaymentOrdered(voucher="V"))
    log.write("h", case.PaymentApproved())
    paid = log.write("f", case.PaymentMade(day="2026-11-20", reference="REF"))
    late = log.write("w", REJECTED, submitted)
    disputed = log.folded()
    assert disputed.state.stage == claims.DISPUTED
    assert asides(disputed)[int(paid.event.id, 16)] == ("case_disputed", 8)
    log.write("s", word(late, verified))
    folded = log.folded()
    assert folded.state.stage == claims.PAID
    assert (folded.state.payment.reference, folded.state.amount) == ("REF", 1000)
    log.write("g", case.PaymentOrdered(voucher="W"))
    assert asides(log.folded())[10] == ("case_not_in_stage", 8)


def test_a_payment_that_the_supervisor_had_not_seen_opens_the_dispute_again() -> None:
    log, verified, rejected = disputed_file()
    ordered = log.write("f", case.PaymentOrdered(voucher="V"), verified)
    approved = log.write("h", case.PaymentApproved(), ordered)
    log.write("s", word(rejected, rejected), approved, rejected)
    assert log.folded().state.stage == claims.REJECTED
    log.write("f", case.PaymentMade(day="2026-11-20", reference="REF"), approved)
    folded = log.folded()
    assert folded.state.stage == claims.DISPUTED
    assert pairs(folded) == [("decision", "4", "5", "0")]


def test_a_step_that_was_right_in_the_order_of_its_time_is_not_passed_over() -> None:
    log, submitted = submitted_file()
    verified = log.write("v", VERIFIED, submitted)
    taken = log.write("f", case.Taken(), submitted)
    ordered = log.write("f", case.PaymentOrdered(voucher="V"), verified, taken)
    freed = log.write("g", case.Released(), submitted)
    assert log.folded(*log.entries[:5], freed, ordered).state.stage == claims.ORDERED
    turned = log.folded(*log.entries[:3], taken, freed, verified, ordered)  # by now, f held it when v decided
    assert turned.state.stage == claims.VERIFIED
    assert pairs(turned) == [("fact", "4", "6", "0")]
    log.write("e", case.PaymentOrdered(voucher="X"))
    log.write("g", case.FinanceReturned(reason="keliru"), ordered, freed)
    again = log.folded(*log.entries[:3], taken, freed, verified, ordered, *log.entries[7:])
    assert (again.state.stage, again.state.disputed_from) == (claims.DISPUTED, claims.VERIFIED)


def test_a_third_decision_that_the_supervisor_had_not_seen_is_a_dispute_of_its_own() -> None:
    log, verified, rejected = disputed_file()
    third = log.write("x", case.Returned(reasons=("photo_poor",)), log.entries[2])
    log.write("s", word(rejected, verified), verified, rejected)
    folded = log.folded()
    assert folded.state.stage == claims.DISPUTED
    assert pairs(folded) == [("decision", "4", "5", "7"), ("decision", "4", "6", "0")]
    log.write("t", word(third, third))
    assert log.folded().state.stage == claims.RETURNED


def two_words(first: int, second: int) -> tuple[Log, list[Seen]]:
    log, *decisions = disputed_file()
    log.write("s", word(decisions[1], decisions[first]), *decisions)
    log.write("t", word(decisions[1], decisions[second]), *decisions)
    return log, decisions


def test_two_words_at_once_that_differ_open_the_dispute_again() -> None:
    log, decisions = two_words(0, 1)
    folded = log.folded()
    assert folded.state.stage == claims.DISPUTED
    assert pairs(folded) == [("decision", "4", "5", "0")]
    log.write("u", word(decisions[1], decisions[1]))
    assert log.folded().state.stage == claims.REJECTED
    assert pairs(log.folded()) == [("decision", "4", "5", "8")]


def test_what_was_done_after_one_of_two_differing_words_is_undone_with_it() -> None:
    log, verified, rejected = disputed_file()
    said = log.write("s", word(rejected, verified))
    log.write("f", case.PaymentOrdered(voucher="V"))
    log.write("t", word(rejected, rejected), verified, rejected)
    folded = log.folded()
    assert (folded.state.stage, folded.state.disputed_from) == (claims.DISPUTED, claims.SUBMITTED)
    assert asides(folded)[7][0] == "case_disputed"
    log.write("u", word(rejected, verified))
    assert log.folded().state.stage == claims.ORDERED
    assert said.event.id not in {each.event for each in log.folded().asides}


def test_two_words_at_once_that_agree_settle_it() -> None:
    log, _ = two_words(0, 0)
    assert log.folded().state.stage == claims.VERIFIED
    assert opened(log.folded()) == []


@pytest.mark.parametrize(("about", "choice", "stage"), [(2, 1, claims.VERIFIED), (1, 2, claims.REJECTED)])
def test_a_word_may_name_the_same_decision_of_somebody_else(about: int, choice: int, stage: str) -> None:
    log, submitted = submitted_file()
    three = [
        log.write(actor, payload, submitted)
        for actor, payload in (("v", VERIFIED), ("w", VERIFIED), ("x", REJECTED))
    ]
    log.write("s", word(three[about], three[choice]), *three[1:])  # the first of the same two was not seen
    folded = log.folded()
    assert folded.state.stage == stage
    assert opened(folded) == []


def test_a_file_taken_after_a_decision_in_dispute_is_taken_again_with_it() -> None:
    for choice, holder in ((0, "f"), (1, "")):
        log, *decisions = disputed_file()
        taken = log.write("f", case.Taken(), decisions[0])
        assert asides(log.folded())[6] == ("case_disputed", 5)
        log.write("s", word(decisions[1], decisions[choice]), taken, decisions[1])
        folded = log.folded()
        assert folded.state.holder == holder
        assert (6 in asides(folded)) == (holder == "")


@pytest.mark.parametrize("raced", [True, False])
def test_a_word_without_a_right_settles_nothing_wherever_the_right_is_asked(raced: bool) -> None:
    log, submitted = submitted_file()
    verified = log.write("v", VERIFIED, submitted)
    rejected = log.write("w", REJECTED, submitted if raced else verified)
    said = log.write("intruder", word(rejected, verified))

    def allow(event: Any) -> None:
        if event.actor == "intruder":
            raise Refused("no_right", action="conflict.settle")

    def fold_with_rights(state: Any, event: Any) -> Any:
        allow(event)
        return claims.fold(state, event)

    for folded in (fold(log.entries, allow), fold_stream(fold_with_rights, log.entries, allowed)):
        assert asides(folded)[int(said.event.id, 16)] == ("no_right", 0)
        assert (folded.state.stage == claims.DISPUTED) == raced


def test_a_word_of_another_family_settles_nothing() -> None:
    log, verified, rejected = disputed_file()
    log.write("s", word(rejected, verified, TicketSettled))
    folded = log.folded()
    assert folded.state.stage == claims.DISPUTED
    assert asides(folded)[6] == ("event_out_of_order", 0)


def test_a_word_may_name_either_of_two_same_decisions_that_were_both_seen() -> None:
    for about, choice in ((5, 6), (6, 5), (4, 4), (5, 5)):
        log, submitted = submitted_file()
        for actor, payload in (("v", VERIFIED), ("w", VERIFIED), ("x", REJECTED)):
            log.write(actor, payload, submitted)
        log.write("s", word(log.entries[about - 1], log.entries[choice - 1]))
        stage = claims.REJECTED if choice == 6 else claims.VERIFIED
        assert (log.folded().state.stage, opened(log.folded())) == (stage, [])
    quota = two_supervisors(raised(10), raised(10))
    quota.write("u", raised(20), quota.entries[0])
    quota.write("x", word(quota.entries[3], quota.entries[2], BranchSettled))
    assert quota.folded().state.raised == {"2026-11-20/jht": 10}


def test_a_settled_dispute_is_not_settled_again() -> None:
    log, verified, rejected = disputed_file()
    log.write("s", word(rejected, verified))
    log.write("t", word(rejected, rejected))
    folded = log.folded()
    assert folded.state.stage == claims.VERIFIED
    assert asides(folded)[7] == ("conflict_settled", 0)


def test_a_word_on_nothing_is_set_aside() -> None:
    log, verified, rejected = disputed_file()
    log.write("s", word(log.entries[0], verified))
    log.write("s", word(rejected, log.entries[0]))
    log.write("s", replace(word(rejected, verified), choice="f" * 32))
    found = asides(log.folded())
    assert [found[each][0] for each in (6, 7, 8)] == ["conflict_unknown", "choice_unknown", "choice_unknown"]
    plain, submitted = submitted_file()
    plain.write("s", word(submitted, submitted))
    assert asides(plain.folded()) == {4: ("conflict_unknown", 0)}


@pytest.mark.parametrize("person", ["cso", "v", "w"])
def test_who_checked_the_file_does_not_settle_it(person: str) -> None:
    log, verified, rejected = disputed_file()
    log.write(person, word(rejected, verified))
    folded = log.folded()
    assert folded.state.stage == claims.DISPUTED
    assert asides(folded)[6] == ("settler_took_part", 0)
    assert pairs(folded) == [("decision", "4", "5", "0")]


@pytest.mark.parametrize("payload", [case.PaymentOrdered(voucher="V"), case.PaymentApproved()])
def test_who_settled_a_file_checks_nothing_on_it(payload: Any) -> None:
    log, verified, rejected = disputed_file()
    log.write("s", word(rejected, verified))
    if isinstance(payload, case.PaymentApproved):
        log.write("f", case.PaymentOrdered(voucher="V"))
    last = log.write("s", payload)
    folded = log.folded()
    assert asides(folded)[int(last.event.id, 16)] == ("same_person_two_checks", 5)
    assert claims.may_check(folded.state, "finance", "s") == "same_person_two_checks"


def test_the_hand_of_who_lost_the_dispute_stays_in_the_file() -> None:
    log, verified, rejected = disputed_file()
    log.write("s", word(rejected, verified))
    log.write("w", case.PaymentOrdered(voucher="V"))
    assert asides(log.folded())[7] == ("same_person_two_checks", 5)


def test_a_choice_that_breaks_a_rule_by_now_leaves_the_dispute_open() -> None:
    log, submitted = submitted_file()
    verified = log.write("v", VERIFIED, submitted)
    rejected = log.write("w", REJECTED, submitted)
    returned = log.write("x", case.Returned(reasons=("photo_poor",)), submitted)
    log.write("v", case.Noted(fields={"phone": "0899"}), returned)  # as a CSO, at another computer
    log.write("s", word(rejected, verified))
    folded = log.folded()
    assert folded.state.stage == claims.DISPUTED
    assert asides(folded)[8] == ("same_person_two_checks", 0)
    log.write("s", word(rejected, rejected))
    assert log.folded().state.stage == claims.REJECTED


# ------------------------------------------------------------------------------------------ facts


def test_money_paid_twice_goes_to_the_supervisor() -> None:
    log, _ = submitted_file()
    for actor, payload in (
        ("v", VERIFIED),
        ("f", case.PaymentOrdered(voucher="V")),
        ("h", case.PaymentApproved()),
    ):
        last = log.write(actor, payload)
    paid = log.write("f", case.PaymentMade(day="2026-11-20", reference="ONE"), last)
    twice = log.write("g", case.PaymentMade(day="2026-11-20", reference="TWO"), last)
    log.write("g", case.PaymentReturned(day="2026-11-21", reason="account_closed"), twice)
    folded = log.folded()
    assert (folded.state.stage, folded.state.payment.reference) == (claims.PAID, "ONE")
    assert pairs(folded) == [("fact", "7", "8", "0")]
    assert asides(folded) == {8: ("case_not_in_stage", 8), 9: ("case_not_in_stage", 8)}
    log.write("s", word(twice, paid))
    settled = log.folded()
    assert pairs(settled) == [("fact", "7", "8", "10")]
    assert settled.state == folded.state


def test_a_fact_that_was_impossible_for_its_author_too_is_a_broken_rule() -> None:
    log = Log("ticket:0")
    given_out = log.write("desk", issued())
    log.write("a", tickets.Called(counter=1), given_out)
    log.write("b", tickets.Finished(outcome="info_given"), given_out)
    folded = log.folded()
    assert asides(folded) == {3: ("ticket_not_in_state", 0)}
    assert folded.conflicts == ()


def test_the_conflict_names_the_event_that_made_a_fact_impossible() -> None:
    log = Log("ticket:0")
    given_out = log.write("desk", issued())
    called = log.write("a", tickets.Called(counter=1))
    log.write("system", tickets.Printed(how="printer"), called)
    log.write("desk", tickets.Cancelled(reason="visitor_left"))
    log.write("system", tickets.Printed(how="printer", copy=1))
    log.write("a", tickets.Confirmed(), called)
    assert given_out.after == ()
    assert pairs(log.folded()) == [("fact", "4", "6", "0")]


def test_two_words_on_a_fact_that_differ_leave_it_open() -> None:
    log = raced_ticket()
    _, called, lost = log.entries
    log.write("s", word(lost, called, TicketSettled), called, lost)
    log.write("t", word(lost, lost, TicketSettled), called, lost)
    assert pairs(log.folded()) == [("claim", "2", "3", "0")]
    log.write("u", word(lost, lost, TicketSettled))
    assert pairs(log.folded()) == [("claim", "2", "3", "6")]
    assert log.folded().state.leg.officer == "a"  # acknowledged, nothing more


# ------------------------------------------------------------------------------------------ attributes


def noted_twice(one: dict[str, str], other: dict[str, str]) -> Log:
    log = Log("case:0")
    begun = log.write("a", FIRST_CASE)
    log.write("a", case.Noted(fields=one), begun)
    log.write("b", case.Noted(fields=other), begun)
    return log


def test_of_two_values_the_later_shows_and_both_are_listed() -> None:
    log = noted_twice({"phone": "1"}, {"phone": "2"})
    folded = log.folded()
    assert folded.state.fields == {"phone": "2"}
    assert pairs(folded) == [("attribute", "2", "3", "0")]
    assert folded.conflicts[0].key == "field:phone"
    assert folded.asides == ()


def test_the_same_value_twice_and_other_fields_are_no_conflict() -> None:
    assert noted_twice({"phone": "1"}, {"phone": "1"}).folded().conflicts == ()
    folded = noted_twice({"phone": "1"}, {"name": "Peserta Contoh"}).folded()
    assert folded.conflicts == ()
    assert len(folded.state.fields) == 2


def test_who_saw_both_values_settles_it_by_setting_one() -> None:
    log = noted_twice({"phone": "1"}, {"phone": "2"})
    log.write("a", case.Noted(fields={"name": "Peserta Contoh"}))
    assert len(opened(log.folded())) == 1
    log.write("a", case.Noted(fields={"phone": "3"}))
    assert pairs(log.folded()) == [("attribute", "2", "3", "5")]


def test_who_saw_only_one_value_races_with_the_other_anew() -> None:
    log = noted_twice({"phone": "1"}, {"phone": "2"})
    log.write("b", case.Noted(fields={"phone": "3"}), log.entries[2])
    assert pairs(log.folded()) == [("attribute", "2", "3", "4"), ("attribute", "2", "4", "0")]
    log.write("b", case.Noted(fields={"phone": "1"}), log.entries[3])
    assert opened(log.folded()) == []


def test_a_supervisor_chooses_the_earlier_value_and_nothing_else_of_its_event() -> None:
    log = noted_twice({"phone": "1", "name": "Peserta"}, {"phone": "2"})
    log.write("b", case.Noted(fields={"name": "Peserta Contoh"}))
    log.write("s", word(log.entries[2], log.entries[1]))
    folded = log.folded()
    assert folded.state.fields == {"phone": "1", "name": "Peserta Contoh"}
    assert opened(folded) == []
    assert folded.state.settlers == ("s",)


def test_two_words_on_a_value_that_differ_open_it_again() -> None:
    log = noted_twice({"phone": "1"}, {"phone": "2"})
    _, one, other = log.entries
    log.write("s", word(other, one), one, other)
    log.write("t", word(other, other), one, other)
    folded = log.folded()
    assert pairs(folded) == [("attribute", "2", "3", "0")]
    assert folded.state.fields == {"phone": "2"}
    log.write("u", word(other, one))
    assert log.folded().state.fields == {"phone": "1"}
    assert opened(log.folded()) == []


def test_a_value_is_not_chosen_once_the_file_is_out_of_the_officers_hands() -> None:
    log = noted_twice({"phone": "1"}, {"phone": "2"})
    log.write("a", case.Submitted(receipt="R", promised="2026-11-27", due="2026-11-27"))
    log.write("s", word(log.entries[2], log.entries[1]))
    folded = log.folded()
    assert asides(folded) == {5: ("case_not_in_stage", 0)}
    assert pairs(folded) == [("attribute", "2", "3", "0")]
    assert folded.state.settlers == ()
    log.write("s", word(log.entries[2], log.entries[2]))  # what shows already needs no step
    assert opened(log.folded()) == []


def test_a_value_that_came_after_the_file_was_sent_is_kept_beside_it() -> None:
    log = Log("case:0")
    begun = log.write("a", FIRST_CASE)
    log.write("a", case.Submitted(receipt="R", promised="2026-11-27", due="2026-11-27"), begun)
    late = log.write("b", case.Noted(fields={"phone": "2"}), begun)
    folded = log.folded()
    assert pairs(folded) == [("attribute", "2", "3", "0")]
    assert asides(folded) == {3: ("case_not_in_stage", 3)}
    assert "b" in folded.state.counter_checkers
    log.write("v", case.Returned(reasons=("photo_poor",)))
    log.write("s", word(late, late))
    assert log.folded().state.fields == {"phone": "2"}


def test_every_field_of_two_notes_is_named() -> None:
    log = noted_twice({"phone": "1", "name": "A"}, {"phone": "2", "name": "B", "bank": "C"})
    assert [each.key for each in log.folded().conflicts] == ["field:name, field:phone"]


def test_a_word_for_a_note_that_races_twice_settles_the_race_it_names() -> None:
    log = noted_twice({"phone": "1"}, {"phone": "2", "name": "B"})
    log.write("c", case.Noted(fields={"name": "C"}), log.entries[0])
    log.write("s", word(log.entries[2], log.entries[2]))
    assert [each.key for each in opened(log.folded())] == ["field:name"]
    log.write("s", word(log.entries[3], log.entries[2]))
    assert opened(log.folded()) == []
    assert log.folded().state.fields == {"phone": "2", "name": "B"}


def test_a_chosen_value_stays_chosen_when_the_file_is_folded_again() -> None:
    log = noted_twice({"phone": "1"}, {"phone": "2"})
    log.write("s", word(log.entries[2], log.entries[1]))
    last = log.write("a", case.Submitted(receipt="R", promised="2026-11-27", due="2026-11-27"))
    log.write("v", VERIFIED, last)
    log.write("w", REJECTED, last)
    folded = log.folded()
    assert (folded.state.stage, folded.state.fields) == (claims.DISPUTED, {"phone": "1"})
    assert folded.state.settlers == ("s",)


def test_every_attribute_and_every_decision_outside_a_file_says_what_it_is_about() -> None:
    silent = (case.Noted, case.FactsNoted)
    wanted = {
        row.payload
        for kind, row in KINDS.items()
        if row.race == ATTRIBUTE or (row.race == DECISION and not kind.startswith("case."))
        if row.payload not in silent and not issubclass(row.payload, Settled)
    }
    assert wanted == set(_KEYS)


@pytest.mark.parametrize("kind", [kind for kind, row in KINDS.items() if row.race == ATTRIBUTE])
def test_two_attributes_of_one_kind_and_thing_have_one_key(kind: str) -> None:
    entry = Log(f"{kind.partition('.')[0]}:0").write("a", EXAMPLES[kind])
    assert attribute_key(entry.event)
    assert attribute_key(entry.event) == attribute_key(replace(entry.event, id="f" * 32))


def test_every_check_of_a_file_is_known_to_who_counts_the_hands_in_it() -> None:
    """A payload whose fold adds a checker is in the table of those whose actor stays one when it falls away."""
    unchecked = {"case.opened", "case.linked", "case.slip_given", "case.record_read", "case.archived"}
    unchecked |= {"case.taken", "case.released", "case.settled"}
    unchecked |= {"case.membership_checked", "case.payment_confirmed", "case.receipt_renewed"}
    kinds = {kind for kind in KINDS if kind.startswith("case.")} - unchecked
    assert {KINDS[kind].payload for kind in kinds} == set(_CHECKS)


# ------------------------------------------------------------------------------------------ branch and day


def two_supervisors(one: Any, other: Any) -> Log:
    log = Log("branch")
    begun = log.write("boss", EXAMPLES["branch.set_up"])
    log.write("s", one, begun)
    log.write("t", other, begun)
    return log


def raised(by: int) -> branch.QuotaRaised:
    return branch.QuotaRaised(day="2026-11-20", service="jht", by=by, reason="Ramai")


def test_two_decisions_of_the_branch_stand_both_and_are_listed() -> None:
    log = two_supervisors(raised(10), raised(20))
    folded = log.folded()
    assert folded.state.raised == {"2026-11-20/jht": 30}
    assert pairs(folded) == [("decision", "2", "3", "0")]
    assert folded.conflicts[0].key == "quota:2026-11-20/jht"


@pytest.mark.parametrize(("choice", "total"), [(1, 10), (2, 20)])
def test_a_word_on_two_raised_quotas_takes_the_other_back(choice: int, total: int) -> None:
    log = two_supervisors(raised(10), raised(20))
    log.write("u", word(log.entries[2], log.entries[choice], BranchSettled))
    folded = log.folded()
    assert folded.state.raised == {"2026-11-20/jht": total}
    assert opened(folded) == []


def test_the_same_quota_raised_twice_is_raised_once() -> None:
    folded = two_supervisors(raised(10), raised(10)).folded()
    assert folded.state.raised == {"2026-11-20/jht": 10}
    assert asides(folded) == {3: ("already_decided", 0)}


def test_who_knew_a_quota_by_the_same_one_of_somebody_else_raises_it_knowingly() -> None:
    log = two_supervisors(raised(10), raised(10))
    log.write("t", raised(5), log.entries[2])
    folded = log.folded()
    assert folded.state.raised == {"2026-11-20/jht": 15}
    assert folded.conflicts == ()


def test_decisions_about_different_things_do_not_race() -> None:
    assert two_supervisors(raised(10), home.HomeMoved(home="e" * 32, station="2")).folded().conflicts == ()


def test_a_word_on_the_home_pc_sets_it_anew() -> None:
    one, other = (home.HomeMoved(home=each * 32, station=each) for each in "de")
    log = two_supervisors(one, other)
    assert log.folded().state.home == "e" * 32
    log.write("u", word(log.entries[2], log.entries[1], BranchSettled))
    assert log.folded().state.home == "d" * 32


def test_a_word_on_a_person_counts_from_now_and_changes_no_right_of_before() -> None:
    one = EXAMPLES["branch.person_set"]
    assert isinstance(one, branch.PersonSet)
    log = two_supervisors(one, replace(one, roles=("branch_head", "cso")))
    log.write("boss", raised(1))
    log.write("u", word(log.entries[2], log.entries[1], BranchSettled))
    history = log.folded().state.people[one.person].history
    assert [position for position, _ in history] == [2, 3, 5]
    assert history[-1][1] == ("branch_head",)


def test_the_last_supervisor_let_out_from_two_sides_is_a_race() -> None:
    log = Log("branch")
    log.write("boss", EXAMPLES["branch.set_up"])
    people = [
        branch.PersonSet(person=each, name="Petugas", title="Kabid", roles=("branch_head",)) for each in "st"
    ]
    for each in people:
        last = log.write("boss", each)
    for each in people:
        log.write("boss", replace(each, active=False), last)
    folded = log.folded()
    assert asides(folded) == {5: ("last_supervisor", 5)}
    assert pairs(folded) == [("attribute", "4", "5", "0")]


def test_a_day_closed_twice_keeps_its_first_figures() -> None:
    log = Log("day:2026-11-20")
    begun = log.write("desk", days.DayOpened())
    closing = EXAMPLES["day.closed"]
    assert isinstance(closing, days.DayClosed)
    log.write("s", closing, begun)
    again = log.write("t", replace(closing, figures="a" * 64), begun)
    folded = log.folded()
    assert folded.state.figures == "b" * 64
    assert pairs(folded) == [("decision", "2", "3", "0")]
    log.write("u", word(again, again, DaySettled))
    assert asides(log.folded())[4] == ("event_out_of_order", 0)  # frozen: what was printed is not changed
    log.write("u", word(again, log.entries[1], DaySettled))
    assert opened(log.folded()) == []


def test_somebody_was_sent_away_after_a_closing_nobody_there_had_seen() -> None:
    log = Log("day:2026-11-20")
    begun = log.write("desk", days.DayOpened())
    log.write("s", EXAMPLES["day.closed"], begun)
    log.write("desk", days.Turned(service="jht", reason="Kuota"), begun)
    assert log.folded().state.turned == {"jht": 1}
    assert log.folded().asides == ()


def test_a_word_on_a_counter_changes_nothing() -> None:
    log = Log("counter:3")
    log.write("a", days.CounterOpened(day="2026-11-20"))
    other = replace(log.write("b", days.CounterOpened(day="2026-11-20")), after=())
    log.entries[1] = other
    before = log.folded()
    log.write("s", word(other, log.entries[0], CounterSettled))
    assert log.folded().state == before.state
    assert opened(log.folded()) == []


def test_only_supervisors_settle() -> None:
    assert ACTIONS["conflict.settle"] == ("service_supervisor", "branch_head")
    assert {row.action for kind, row in KINDS.items() if kind.endswith(".settled")} == {"conflict.settle"}


# ------------------------------------------------------------------------------------------ drawn at random


@settings(max_examples=150, deadline=None)
@given(some.integers(0, 2**32), some.sampled_from(("case", "ticket", "counter")))
def test_where_nobody_raced_a_stream_is_folded_as_ever(seed: int, family: str) -> None:
    dice = random.Random(seed)
    log = Log(f"{family}:1")
    log.write("a", {"case": FIRST_CASE, "ticket": issued()}.get(family, days.CounterOpened(day="2026-11-20")))
    for _ in range(25):
        payload = dice.choice(choices(family))
        log.write(dice.choice((*by_role(payload), "a")), payload)
    state, codes = plainly(log.entries)
    told: list[Any] = []
    folded = fold_stream(
        FOLDS[family], log.entries, allowed, step=lambda after, event: told.append((after, event.position))
    )
    assert folded.state == state
    assert [each.code for each in folded.asides] == codes
    assert folded.frontier == (bytes.fromhex(log.entries[-1].event.id),)
    assert told[-1][0] == state
    assert len(told) == len(log.entries) - len(codes)


@settings(max_examples=120, deadline=None)
@given(
    some.integers(0, 2**32), some.integers(4, 16), some.sampled_from(("case", "case", "ticket", "counter"))
)
def test_in_whatever_order_nothing_is_overridden_silently(seed: int, count: int, family: str) -> None:
    crowd = Crowd(seed, family, count)
    for _ in range(3):
        entries = placed(crowd.order())
        folded = fold(entries)
        assert folded == fold(entries)
        assert set(folded.frontier) == set(crowd.log.frontier())
        listed = {each.second for each in folded.conflicts}
        for each in folded.asides:
            assert not each.conflict or each.conflict in listed
        lost = {each.event: each for each in folded.asides}
        for entry in entries:
            aside = lost.get(entry.event.id)
            if aside is not None and is_decision(entry):
                assert aside.conflict or aside.code == "already_decided"


@settings(max_examples=100, deadline=None)
@given(some.integers(0, 2**32), some.integers(4, 14))
def test_two_decisions_of_people_who_did_not_see_each_other_never_both_stand(seed: int, count: int) -> None:
    crowd = Crowd(seed, "case", count)
    folded = crowd.log.folded(*crowd.order())
    gone = {each.event for each in folded.asides}
    standing = [each for each in crowd.log.entries if is_decision(each) and each.event.id not in gone]
    for place, one in enumerate(standing):
        for other in standing[:place]:
            assert not crowd.concurrent(one, other) or knew(crowd, one, other) or knew(crowd, other, one)


def knew(crowd: Crowd, one: Seen, other: Seen) -> bool:
    """Whether the author of `one` saw a decision that says what `other` says, made by somebody else at once."""
    for place in crowd.seen[crowd.log.entries.index(one)]:
        event = crowd.log.entries[place].event
        if event.id != one.event.id and (event.kind, event.payload) == (
            other.event.kind,
            other.event.payload,
        ):
            return True
    return False


@settings(max_examples=100, deadline=None)
@given(some.integers(0, 2**32), some.integers(4, 14))
def test_without_claims_the_order_of_the_log_decides_nothing_about_a_file(seed: int, count: int) -> None:
    crowd = Crowd(seed, "case", count)
    if any(isinstance(each.event.payload, case.Taken) for each in crowd.log.entries):
        return
    results = [crowd.log.folded(*crowd.order()).state for _ in range(4)]
    assert len({(each.stage, each.disputed_from, each.amount, each.payment.voucher) for each in results}) == 1


@settings(max_examples=150, deadline=None)
@given(some.integers(0, 2**32), some.integers(6, 18))
def test_by_no_path_does_one_person_do_two_checks(seed: int, count: int) -> None:
    crowd = Crowd(seed, "case", count, people=("p", "q", "r"))
    folded = crowd.log.folded(*crowd.order())
    gone = {each.event for each in folded.asides}
    hands: dict[str, set[str]] = {}
    for entry in crowd.log.entries:
        if entry.event.id in gone:
            continue
        if check := _CHECKS.get(type(entry.event.payload)):
            hands.setdefault(entry.event.actor, set()).add(check)
    for settler in folded.state.settlers:
        hands.setdefault(settler, set()).add("settled")
    assert all(len(checks) == 1 for checks in hands.values())
    payment = folded.state.payment
    assert not payment.approved_by or payment.approved_by not in (payment.ordered_by, payment.paid_by)


SIDE = ([VERIFIED], [VERIFIED, case.PaymentOrdered(voucher="V")], [REJECTED], [case.Returned(reasons=("x",))])


@settings(max_examples=60, deadline=None)
@given(some.sampled_from(SIDE), some.sampled_from(SIDE), some.randoms(use_true_random=False))
def test_two_sides_that_never_met_come_together_as_the_table_says(
    one: Any, other: Any, dice: random.Random
) -> None:
    log, submitted = submitted_file()
    sides: list[list[Seen]] = []
    for officers, payloads in (("vf", one), ("wg", other)):
        last, side = submitted, []
        for actor, payload in zip(officers, payloads, strict=False):
            last = log.write(actor, payload, last)
            side.append(last)
        sides.append(side)
    mixed: list[Seen] = []
    left = [list(each) for each in sides]
    while any(left):
        mixed.append(dice.choice([each for each in left if each]).pop(0))
    folded = log.folded(*log.entries[:3], *mixed)
    assert (folded.state.stage == claims.DISPUTED) == (one[0] != other[0])
    if one[0] == other[0]:
        longest = max(one, other, key=len)
        assert folded.state.stage == fold(placed([*log.entries[:3], *max(sides, key=len)])).state.stage
        assert len(opened(folded)) == 0, longest
        return
    for side in sides:
        log.write("s", word(sides[1][0], side[0]))
        settled = log.folded(*log.entries[:3], *mixed, log.entries[-1])
        alone = fold(placed([*log.entries[:3], *side]))
        for name in ("stage", "amount", "reject_reason", "return_reasons", "payment"):
            assert getattr(settled.state, name) == getattr(alone.state, name)
        log.entries.pop()
