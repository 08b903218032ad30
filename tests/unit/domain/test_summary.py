"""The figures of a day: every ticket is counted once, every override is named, and the same day gives the same bytes."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import case_events as happened
from app.domain import days, tickets
from app.domain.branch import QuotaRaised
from app.domain.figures import DayFigures, ServiceFigures, canonical_json, read_figures
from app.domain.queue_figures import ENDINGS
from app.domain.rights import SYSTEM, Delegation
from app.domain.summary import summarise
from tests.unit.domain.story import DAY, MINUTE, Story, busy_day, closed


def figures(story: Story) -> DayFigures:
    return summarise(story.material())


def row(found: DayFigures, service: str = "jht") -> ServiceFigures:
    return next(each for each in found.services if each.code == service)


# ------------------------------------------------------------------------------------------------ tickets


def test_a_day_with_nothing_has_no_averages_and_no_officers() -> None:
    found = figures(Story())
    assert found.total.arrived == 0
    assert found.total.waiting.mean is None
    assert found.officers == ()
    assert [each.hour for each in found.hours] == list(range(8, 17))


def test_one_ticket_is_counted_with_its_times() -> None:
    story = Story()
    id_ = story.issue(1)
    story.wait(12)
    story.serve(id_, walk=2, minutes=9)
    one = row(figures(story))
    assert (one.arrived, one.served, one.used, one.quota) == (1, 1, 1, 40)
    assert (one.waiting.mean, one.serving.mean) == (12 * MINUTE, 9 * MINUTE)
    assert (one.above_target, one.with_wait) == (0, 1)


def test_a_wait_above_the_target_of_the_bundle_is_counted_of_the_served_ones() -> None:
    story = Story()
    first, second, missed = story.issue(1), story.issue(2), story.issue(3)
    story.serve(first)
    story.wait(31)
    story.serve(second)
    story.call(missed)
    story.did(missed, 1, tickets.Missed())
    one = row(figures(story))
    assert (one.above_target, one.with_wait) == (1, 2)


def test_a_void_ticket_is_no_arrival_but_its_label_is_listed() -> None:
    story = Story()
    wrong, right = story.issue(1), story.issue(2)
    story.write("desk", f"ticket:{wrong}", tickets.Voided())
    story.serve(right)
    found = figures(story)
    assert (found.issued, found.total.arrived, found.excluded.voided) == (2, 1, 1)
    assert [(each.label, each.who) for each in found.voided] == [("A-001", "Petugas Keamanan")]
    assert found.gaps == ()


def test_numbers_that_no_ticket_bears_are_listed() -> None:
    story = Story()
    story.issue(1)
    story.issue(4)
    story.issue(2, "jp")
    assert figures(story).gaps == ("A-002", "A-003", "H-001")


def test_numbers_before_the_first_of_the_day_are_no_gap() -> None:
    story = Story()
    story.states[f"day:{DAY}"] = msgspec.structs.replace(story.states[f"day:{DAY}"], first={"A": 41})
    story.issue(41)
    story.issue(43)
    assert figures(story).gaps == ("A-042",)


def test_a_transfer_counts_out_of_one_service_and_into_the_other() -> None:
    story = Story()
    id_ = story.issue(1)
    story.call(id_)
    story.did(id_, 1, tickets.Confirmed())
    story.wait(5)
    story.did(id_, 1, tickets.Transferred(to="service", target="info", reason="wrong_service"))
    story.wait(7)
    story.serve(id_, 2)
    found = figures(story)
    assert (row(found).arrived, row(found).moved_out, row(found).served) == (1, 1, 0)
    assert (row(found, "info").arrived, row(found, "info").moved_in, row(found, "info").served) == (0, 1, 1)
    assert row(found, "info").waiting.mean == 7 * MINUTE
    assert (row(found).serving.count, found.transfers) == (1, 1)


def test_who_left_before_being_served_is_neither_served_nor_a_no_show() -> None:
    story = Story()
    id_ = story.issue(1)
    story.call(id_)
    story.did(id_, 1, tickets.Confirmed(), tickets.Finished(outcome="left_before_served"))
    one = row(figures(story))
    assert (one.served, one.unserved, one.no_show) == (0, 1, 0)


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (tickets.Explained(reason="left_unseen"), "closed_by_day"),
        (tickets.Cancelled(reason="other"), "cancelled"),
    ],
)
def test_a_parked_ticket_ends_as_what_ended_it(end: msgspec.Struct, expected: str) -> None:
    story = Story()
    id_ = story.issue(1)
    story.call(id_)
    story.did(id_, 1, tickets.Confirmed(), tickets.Parked(reason="copying"))
    story.write("boss", f"ticket:{id_}", end)
    assert getattr(row(figures(story)), expected) == 1


def balanced(one: ServiceFigures) -> bool:
    return one.arrived + one.moved_in - one.moved_out == sum(getattr(one, each) for each in ENDINGS)


@given(st.integers(0, 10_000), st.integers(0, 40))
def test_every_ticket_is_counted_exactly_once(seed: int, count: int) -> None:
    found = figures(busy_day(seed, count, officers=2, overrides=3))
    assert all(balanced(each) for each in (*found.services, found.total))
    assert found.total.arrived == found.issued - len(found.voided)
    assert sum(each.arrived for each in found.hours) == found.total.arrived
    assert sum(each.served for each in found.hours) == found.total.served
    assert sum(each.served for each in found.officers) == found.total.served
    assert sum(each.overrides for each in found.officers) == len(found.overrides)


@given(st.integers(0, 10_000), st.integers(1, 30))
def test_the_same_day_gives_the_same_bytes_whatever_the_order_it_is_read_in(seed: int, count: int) -> None:
    material = busy_day(seed, count, officers=2).material()
    turned = msgspec.structs.replace(
        material,
        tickets=material.tickets[::-1],
        sessions=material.sessions[::-1],
        cases=material.cases[::-1],
    )
    assert canonical_json(summarise(material)) == canonical_json(summarise(turned))


@given(st.integers(0, 10_000))
def test_a_moved_clock_takes_legs_out_of_the_averages_and_loses_none(seed: int) -> None:
    story = busy_day(seed, 25, officers=2)
    plain = figures(story)
    day = msgspec.structs.replace(story.states[f"day:{DAY}"], jumps=(story.position // 2,))
    moved = summarise(msgspec.structs.replace(story.material(), day=day))
    for before, after in ((plain.total, moved.total),):
        for measure in ("waiting", "serving"):
            one, other = getattr(before, measure), getattr(after, measure)
            assert one.count + one.excluded == other.count + other.excluded
        assert before.served == after.served
    assert moved.excluded.clock_jumps == 1
    assert moved.excluded.sessions == 2


# ------------------------------------------------------------------------------------------------ hours, officers


def test_hours_are_those_of_the_branch_and_a_wait_belongs_to_the_hour_of_arrival() -> None:
    story = Story()
    story.wait(20)  # 8.50
    id_ = story.issue(1)
    story.wait(20)  # called at 9.10
    story.serve(id_, minutes=60)  # done at 10.11
    by_hour = {each.hour: each for each in figures(story).hours}
    assert (by_hour[8].arrived, by_hour[8].waiting) == (1, 20 * MINUTE)
    assert (by_hour[9].arrived, by_hour[9].served, by_hour[9].waiting) == (0, 0, None)
    assert by_hour[10].served == 1


def test_an_officer_has_served_broken_off_and_idle_time() -> None:
    story = Story()
    story.write("o1", "counter:1", days.CounterOpened(day=DAY))
    story.serve(story.issue(1), walk=1, minutes=10)
    story.write("o1", "counter:1", days.BreakStarted(reason="lunch"))
    story.wait(30)
    story.write("o1", "counter:1", days.BreakEnded())
    id_ = story.issue(2, priority="elderly")
    story.call(id_, reason="emergency")
    story.did(id_, 1, tickets.Missed())
    story.wait(4)
    story.write("o1", "counter:1", days.CounterClosed())
    (one,) = figures(story).officers
    assert (one.name, one.counters, one.served, one.no_show) == ("Petugas 1", (1,), 1, 1)
    assert (one.breaks, one.break_time, one.session_time) == (1, 30 * MINUTE, 45 * MINUTE)
    assert one.idle == (45 - 30 - 10) * MINUTE
    assert (one.overrides, one.priority_called) == (1, 1)


def test_a_counter_that_the_closing_closed_has_no_idle_time() -> None:
    story = Story()
    story.write("o1", "counter:1", days.CounterOpened(day=DAY))
    story.wait(600)
    story.write("boss", "counter:1", days.CounterClosedByDay())
    found = figures(story)
    assert (found.officers[0].idle, found.officers[0].session_time) == (None, 0)
    assert found.excluded.sessions == 1


def test_two_sessions_of_one_officer_are_measured_each_for_itself() -> None:
    story = Story()
    for number in (1, 2):
        story.write("o1", "counter:1", days.CounterOpened(day=DAY))
        story.serve(story.issue(number), walk=0, minutes=10)
        story.wait(5)
        story.write("o1", "counter:1", days.CounterClosed())
    (one,) = figures(story).officers
    assert (one.session_time, one.idle) == (30 * MINUTE, 10 * MINUTE)


# ------------------------------------------------------------------------------------------------ remarks


def test_overrides_cancellations_and_reinstatements_name_ticket_person_and_reason() -> None:
    story = Story()
    first, second = story.issue(1), story.issue(2)
    story.call(first, 2, "emergency")
    story.did(first, 2, tickets.Missed())
    story.write("desk", f"ticket:{first}", tickets.Reinstated(reason="di luar"))
    story.write("desk", f"ticket:{second}", tickets.Cancelled(reason="visitor_left"))
    found = figures(story)
    assert [(each.label, each.who, each.reason, each.counter) for each in found.overrides] == [
        ("A-001", "Petugas 2", "Keadaan darurat", 2)
    ]
    assert [(each.label, each.reason) for each in found.reinstated] == [("A-001", "di luar")]
    assert [(each.label, each.reason) for each in found.cancelled] == [("A-002", "Pengunjung pulang")]
    assert (found.total.open, found.total.cancelled) == (1, 1)


def test_a_copy_counts_once_and_bears_the_name_of_who_wanted_it() -> None:
    story = Story()
    id_ = story.issue(1)
    stream = f"ticket:{id_}"
    story.write(SYSTEM, stream, tickets.Printed(how="printer"))
    story.write("desk", stream, tickets.Printed(how="printer", copy=1))
    story.write(SYSTEM, stream, tickets.Printed(how="printer", copy=1))
    assert [(each.label, each.who) for each in figures(story).reprinted] == [("A-001", "Petugas Keamanan")]


def test_priority_is_counted_by_group_and_by_who_issued_it() -> None:
    story = Story()
    for number, group in enumerate(("elderly", "elderly", "pregnant", ""), 1):
        story.issue(number, priority=group)
    found = figures(story).priority
    assert [(each.name, each.count) for each in found.groups] == [("Lansia", 2), ("Ibu hamil", 1)]
    assert [(each.name, each.count) for each in found.issued_by] == [("Petugas Keamanan", 3)]


def test_people_sent_away_are_counted_by_service_and_reason() -> None:
    story = Story()
    for _ in range(2):
        story.write("desk", f"day:{DAY}", days.Turned(service="jht", reason="kuota habis"))
    story.write("desk", f"day:{DAY}", days.Turned(service="jp", reason="tutup"))
    found = figures(story).turned_away
    assert [(each.service, each.reason, each.count) for each in found] == [
        ("Klaim JHT", "kuota habis", 2),
        ("Klaim JP", "tutup", 1),
    ]


def test_a_raised_quota_counts_and_is_named() -> None:
    story = Story()
    story.branch = msgspec.structs.replace(story.branch, raised={f"{DAY}/jht": 10})
    story.write("boss", "branch", QuotaRaised(day=DAY, service="jht", by=10, reason="ramai"))
    story.write("boss", "branch", QuotaRaised(day="2026-11-23", service="jht", by=5, reason="besok"))
    found = figures(story)
    assert row(found).quota == 50
    assert [(each.by, each.who) for each in found.raised] == [(10, "Kabid Contoh")]


@pytest.mark.parametrize(
    ("first", "last", "revoked_at", "listed"),
    [
        ("2026-11-18", "2026-11-20", None, True),
        ("2026-11-21", "2026-11-25", None, False),
        ("2026-11-10", "2026-11-19", None, False),
        ("2026-11-18", "2026-11-25", 3, True),
        ("2026-11-18", "2026-11-25", 0, False),
    ],
)
def test_delegations_in_force_on_the_day_are_listed(
    first: str, last: str, revoked_at: int | None, listed: bool
) -> None:
    story = Story()
    story.issue(1)
    story.issue(2)
    lent = Delegation(
        id="d",
        person="o1",
        role="verifier",
        first_day=first,
        last_day=last,
        granted_by="head",
        reason="cuti",
    )
    taken = {} if revoked_at is None else {"d": revoked_at}
    story.branch = msgspec.structs.replace(story.branch, delegations=((0, lent),), revocations=taken)
    found = figures(story).delegations
    assert bool(found) == listed
    if listed:
        assert (found[0].to, found[0].by, found[0].revoked) == (
            "Petugas 1",
            "Kepala Contoh",
            revoked_at is not None,
        )


# ------------------------------------------------------------------------------------------------ files


def case_of(story: Story, name: str = "c1", *steps: msgspec.Struct) -> str:
    stream = f"case:{name}"
    story.write("o1", stream, happened.Opened(service="jht", bundle_version=1))
    for step in steps:
        story.write("o1", stream, step)
    return stream


HANDED = happened.Submitted(receipt="R1", promised="2026-11-27", due="2026-11-19")


def test_a_paper_counts_once_for_a_file_by_its_last_mark() -> None:
    story = Story()
    mark = happened.DocumentMarked
    case_of(
        story,
        "c1",
        mark(document="id_card", result="missing"),
        mark(document="id_card", result="illegible"),
        mark(document="bank_book", result="fits"),
        happened.SlipGiven(documents=("id_card", "family_card"), how="print"),
    )
    case_of(story, "c2", mark(document="id_card", result="illegible"), mark(document="id_card", result=""))
    found = {(each.document, each.result): each.count for each in figures(story).documents}
    assert found == {("id_card", "illegible"): 1, ("family_card", "missing"): 1}


def test_interviews_are_counted_by_result_and_judged_once() -> None:
    story = Story()
    tried = happened.InterviewAttempted
    case_of(
        story,
        "c1",
        happened.InterviewStarted(interview="i1", type="booth"),
        tried(interview="i1", result="unreachable", started_at=0),
        tried(interview="i1", result="matched", started_at=0),
        happened.IdentityJudged(interview="i1", verdict="doubt"),
        happened.IdentityJudged(interview="i1", verdict="match"),
    )
    found = figures(story).interviews
    assert [(each.code, each.count) for each in found.attempts] == [("matched", 1), ("unreachable", 1)]
    assert [(each.code, each.count) for each in found.verdicts] == [("match", 1)]
    assert [(each.code, each.count) for each in found.types] == [("booth", 1)]


def stage(found: DayFigures, name: str) -> tuple[int, int, int]:
    one = next(each for each in found.stages if each.stage == name)
    return one.count, one.old, one.overdue


def test_a_file_is_old_after_the_green_hours_and_overdue_after_its_day() -> None:
    story = Story()
    case_of(story, "c1", HANDED)
    case_of(story, "c2")
    assert stage(figures(story), "submitted") == (1, 0, 1)
    story.wait(24 * 60 + 1)
    assert stage(figures(story), "submitted") == (1, 1, 1)
    assert stage(figures(story), "draft") == (1, 1, 0)


def test_a_file_is_not_overdue_on_its_last_day_nor_while_it_lies_with_the_cso() -> None:
    story = Story()
    case_of(story, "c1", msgspec.structs.replace(HANDED, due=DAY))
    stream = case_of(story, "c2", HANDED)
    story.write("v", stream, happened.Returned(reasons=("documents_incomplete",)))
    found = figures(story)
    assert stage(found, "submitted") == (1, 0, 0)
    assert stage(found, "returned") == (1, 0, 0)


def pay(story: Story, stream: str) -> None:
    story.write("o2", stream, happened.PaymentOrdered(voucher="V1"))
    story.write("o3", stream, happened.PaymentApproved())
    story.write("o2", stream, happened.PaymentMade(day=DAY, reference="REF"))


def test_payments_of_the_day_are_summed_with_their_tax() -> None:
    story = Story()
    for name in ("c1", "c2"):
        stream = case_of(story, name, HANDED)
        story.write("v", stream, happened.Verified(amount=1_000_000, tax=50_000))
        pay(story, stream)
    found = figures(story)
    assert (found.paid.count, found.paid.amount, found.paid.tax) == (2, 2_000_000, 100_000)
    steps = {each.code: each.count for each in found.flow}
    assert (steps["submitted"], steps["verified"], steps["approved"], steps["paid"]) == (2, 2, 2, 2)


def test_an_amount_given_for_a_payment_goes_before_the_file_s_own() -> None:
    story = Story()
    stream = case_of(story, "c1", HANDED)
    story.write("v", stream, happened.Verified(amount=1_000_000))
    pay(story, stream)
    paid_at = story.position
    story.write("o2", stream, happened.PaymentReturned(day=DAY, reason="account_closed"))
    story.write("o2", stream, happened.FinanceReturned(reason="salah"))
    assert summarise(story.material(amounts={paid_at: (1_000_000, 0)})).paid.amount == 1_000_000


# ------------------------------------------------------------------------------------------------ frozen


def test_the_frozen_json_is_read_back_as_it_was() -> None:
    found = summarise(closed(busy_day(count=40), note="Hujan, sepi."))
    data = canonical_json(found)
    assert read_figures(data) == found
    assert canonical_json(read_figures(data.decode())) == data
    assert json.loads(data)["note"] == "Hujan, sepi."


def test_no_member_is_named_in_the_figures() -> None:
    story = Story()
    story.issue(1, initials="PC", last4="0001")
    case_of(story, "c1", happened.Noted(fields={"name": "Peserta Contoh", "nik": "9901011507900001"}))
    data = canonical_json(figures(story)).decode()
    assert "Peserta" not in data
    assert "9901" not in data
    assert '"PC"' not in data
