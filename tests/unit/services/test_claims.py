"""Verifier and finance: one file from the receipt to the money, and every way it can turn back."""

import pytest

from app.domain.case_events import PaymentConfirmed, Submitted
from app.domain.rights import HEAD_OFFICE
from app.services import claims as claims_service
from tests.houses import DAY, DAY_MS, House, refused


@pytest.fixture
def case(open_house: House) -> str:
    return open_house.submitted_case()


def stage(house: House, case: str) -> str:
    return house.cases.get(case).stage


def test_a_file_goes_from_the_receipt_to_the_money(open_house: House, case: str) -> None:
    claims = open_house.claims
    verifier, officer, boss = (
        open_house[each] for each in ("verifier", "finance_officer", "finance_supervisor")
    )
    assert [item.case.id for item in claims.for_verifier(verifier)] == [case]
    assert claims.take(verifier, case).holder == verifier
    state = claims.verify(verifier, case, 20_000_000, 1_000_000, "Cocok")
    assert (state.stage, state.amount, state.tax, state.holder) == ("verified", 20_000_000, 1_000_000, "")
    assert [item.case.id for item in claims.for_finance(officer)] == [case]
    assert claims.order(officer, case, " V-001 ").payment.voucher == "V-001"
    assert claims.approve(boss, case).stage == "approved"
    paid = claims.pay(officer, case, "20-11-2026", "REF 1")
    assert (paid.stage, paid.payment.paid_day, paid.payment.reference) == ("paid", DAY, "REF 1")
    assert claims.for_finance(officer) == ()
    assert [item.case.id for item in claims.finished(officer)] == [case]
    assert claims.archive(officer, case, "Rak 2").box == "Rak 2"


def test_the_newest_of_the_finished_files_are_shown(
    open_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims_service, "MOST_SHOWN", 2)
    paid = []
    for number in (1, 2, 3):
        paid.append(open_house.paid_case(f"990101150790000{number}"))
        open_house.clock.pass_seconds(1)
    shown = open_house.claims.finished(open_house["finance_officer"])
    assert [item.case.id for item in shown] == [paid[2], paid[1]]


@pytest.mark.parametrize(("amount", "tax"), [(0, 0), (-1, 0), (10**12 + 1, 0), (100, -1), (100, 101)])
def test_an_amount_that_cannot_be_is_refused(open_house: House, case: str, amount: int, tax: int) -> None:
    with refused("amount_wrong"):
        open_house.claims.verify(open_house["verifier"], case, amount, tax)
    assert stage(open_house, case) == "submitted"


def test_reasons_are_given_and_are_those_of_the_rules(open_house: House, case: str) -> None:
    claims, verifier = open_house.claims, open_house["verifier"]
    with refused("reason_missing"):
        claims.send_back(verifier, case, ())
    with refused("reason_missing"):
        claims.reject(verifier, case, "")
    with refused("unknown_code"):
        claims.send_back(verifier, case, ("photo_poor", "bad mood"))
    with refused("unknown_code"):
        claims.reject(verifier, case, "bad mood")
    rejected = claims.reject(verifier, case, "not_entitled", "Belum berhak\x00\n🙂")
    assert (rejected.stage, rejected.reject_reason) == ("rejected", "not_entitled")
    with refused("case_not_in_stage"):
        claims.verify(verifier, case, 1_000)


def test_who_has_taken_a_file_has_it(open_house: House, case: str) -> None:
    claims = open_house.claims
    second = open_house.add_person("Petugas 20", "verifier")
    claims.take(open_house["verifier"], case)
    claims.take(open_house["verifier"], case)  # two clicks
    for action in (
        lambda: claims.take(second, case),
        lambda: claims.verify(second, case, 1_000),
        lambda: claims.send_back(second, case, ("photo_poor",)),
    ):
        with refused("case_held_by_other"):
            action()
    assert claims.for_verifier(second)[0].holder == open_house.office.name(open_house["verifier"])
    claims.release(open_house["verifier"], case)
    assert claims.verify(second, case, 1_000).stage == "verified"


def test_a_step_out_of_turn_is_refused(open_house: House, case: str) -> None:
    claims, officer = open_house.claims, open_house["finance_officer"]
    for action in (
        lambda: claims.order(officer, case, "V-1"),
        lambda: claims.approve(open_house["finance_supervisor"], case),
        lambda: claims.pay(officer, case, DAY, "REF"),
        lambda: claims.payment_returned(officer, case, DAY, "account_closed"),
    ):
        with refused("case_not_in_stage", stage="submitted"):
            action()
    with refused("case_unknown"):
        claims.verify(open_house["verifier"], "nothing", 1_000)


def test_a_voucher_and_a_reference_are_needed(open_house: House, case: str) -> None:
    claims, officer = open_house.claims, open_house["finance_officer"]
    claims.verify(open_house["verifier"], case, 1_000_000)
    with refused("voucher_missing"):
        claims.order(officer, case, " \t")
    claims.order(officer, case, "V-1")
    claims.approve(open_house["finance_supervisor"], case)
    with refused("reference_missing"):
        claims.pay(officer, case, DAY, "\x00")
    with refused("day_in_future"):
        claims.pay(officer, case, "21-11-2026", "REF")
    with refused("day_wrong"):
        claims.pay(officer, case, "31-02-2026", "REF")
    assert stage(open_house, case) == "approved"


def test_approving_has_a_limit(open_house: House, case: str) -> None:
    claims, boss = open_house.claims, open_house["finance_supervisor"]
    claims.verify(open_house["verifier"], case, 100_000_001)
    claims.order(open_house["finance_officer"], case, "V-1")
    with refused("over_limit", limit=100_000_000):
        claims.approve(boss, case)
    with refused("over_limit", limit=0):
        claims.approve(open_house["cso"], case)
    head = open_house["branch_head"]
    assert claims.approve(head, case).payment.approved_by == head
    with refused("no_right"):
        claims.pay(head, case, DAY, "REF")
    assert claims.approval_limit(boss) == 100_000_000
    assert claims.approval_limit(head) is None


def test_money_that_the_bank_returned_goes_on_in_the_same_file(open_house: House) -> None:
    case = open_house.paid_case()
    claims, officer = open_house.claims, open_house["finance_officer"]
    with refused("reason_missing"):
        claims.payment_returned(officer, case, DAY, " ")
    back = claims.payment_returned(officer, case, DAY, "account_number_wrong")
    assert (back.stage, back.payment.returned_reason) == ("payment_returned", "account_number_wrong")
    receipt = back.receipt
    open_house.cases.note(open_house["cso"], case, "bank_account", "9876543210")
    claims.order(officer, case, "V-002")
    claims.approve(open_house["finance_supervisor"], case)
    paid = claims.pay(officer, case, DAY, "REF 2")
    assert (paid.stage, paid.receipt, paid.payment.voucher) == ("paid", receipt, "V-002")
    assert paid.payment.returned_reason == "account_number_wrong"
    assert paid.fields["bank_account"] == "9876543210"


def test_finance_sends_back_to_the_verifier(open_house: House, case: str) -> None:
    claims, officer = open_house.claims, open_house["finance_officer"]
    claims.verify(open_house["verifier"], case, 1_000_000)
    with refused("reason_missing"):
        claims.return_to_verifier(officer, case, "")
    back = claims.return_to_verifier(officer, case, "Jumlah keliru")
    assert (back.stage, back.amount, back.return_note) == ("submitted", None, "Jumlah keliru")
    assert claims.verify(open_house["verifier"], case, 900_000).amount == 900_000


def test_the_list_says_who_may_not_work_on_a_file(open_house: House, case: str) -> None:
    assert open_house.claims.for_verifier(open_house["cso"])[0].blocked == "same_person_two_checks"
    assert open_house.claims.for_verifier(open_house["verifier"])[0].blocked == ""
    assert [item.case.id for item in open_house.claims.for_verifier(open_house["cso"])] == [case]


def test_the_light_turns_from_green_to_red(open_house: House, case: str) -> None:
    """Friday 20 November; five working days end on Friday 27 (DOMAIN 3.6)."""
    lights = []
    for _ in range(10):
        lights.append(open_house.claims.light(open_house.cases.get(case)))
        open_house.clock.pass_ms(DAY_MS)
    assert lights == ["green"] + ["yellow"] * 7 + ["red"] * 2
    assert open_house.claims.light(open_house.cases.get(open_house_paid(open_house))) == "green"


def open_house_paid(house: House) -> str:
    """A file that was paid is never late."""
    house.open_day()
    return house.paid_case("9901011507900002")


def test_the_counters_list_has_ones_own_files_first(open_house: House) -> None:
    other = open_house.add_person("Petugas 20", "cso")
    open_house.counters.open(open_house["cso"], 1)
    open_house.counters.open(other, 2)
    mine = open_house.draft_case()
    open_house.clock.pass_seconds(5)
    theirs = open_house.draft_case("9901011507900002", who=other)
    assert [item.case.id for item in open_house.claims.for_counter(other)] == [theirs, mine]
    assert [item.case.id for item in open_house.claims.for_counter(open_house["cso"])] == [mine, theirs]


def handed_in(house: House, nik: str, due: str) -> str:
    """A file with the verifier whose limit is `due`."""
    case = house.draft_case(nik)
    house.hold_interview(case)
    with house.office.unit(house["cso"]) as unit:
        unit.append(f"case:{case}", Submitted(receipt=f"MDU-{nik[-4:]}", promised=due, due=due))
    house.counters.finish(house["cso"], house.cases.get(case).tickets[0][0], "claim_submitted")
    house.clock.pass_seconds(1)
    return case


def test_work_lists_stand_by_the_limit_and_not_by_the_age(open_house: House) -> None:
    claims, verifier, officer = open_house.claims, open_house["verifier"], open_house["finance_officer"]
    late, soon = (
        handed_in(open_house, "9901011507900002", "2026-12-01"),
        handed_in(open_house, "9901011507900003", "2026-11-25"),
    )
    assert [item.case.id for item in claims.for_verifier(verifier)] == [soon, late]
    for case in (late, soon):
        claims.verify(verifier, case, 5_000_000)
        open_house.clock.pass_seconds(1)
    assert [item.case.id for item in claims.for_finance(officer)] == [soon, late]
    for case in (late, soon):
        claims.return_to_verifier(officer, case, "Periksa lagi")
        claims.send_back(verifier, case, ("document_expired",))
    draft = open_house.draft_case("9901011507900004")
    assert [item.case.id for item in claims.for_counter(officer)] == [soon, late, draft]


def test_a_line_says_programme_age_and_why_it_came_back(open_house: House, case: str) -> None:
    claims, verifier, officer = open_house.claims, open_house["verifier"], open_house["finance_officer"]
    open_house.clock.pass_ms(3 * DAY_MS)
    (item,) = claims.for_verifier(verifier)
    assert (item.programme, item.age_days, item.why) == ("JHT", 3, ())
    claims.verify(verifier, case, 5_000_000)
    claims.return_to_verifier(officer, case, "PPh belum dihitung")
    assert claims.for_verifier(verifier)[0].why == ("PPh belum dihitung",)
    claims.send_back(verifier, case, ("document_expired",), "KTP")
    (back,) = claims.for_counter(officer)
    assert (back.age_days, back.why) == (0, ("Berkas kedaluwarsa", "KTP"))


def test_why_the_bank_sent_the_money_back_is_said_in_words(open_house: House) -> None:
    claims, officer = open_house.claims, open_house["finance_officer"]
    claims.payment_returned(officer, open_house.paid_case(), DAY, "account_closed")
    assert claims.for_finance(officer)[0].why == ("Rekening tutup",)


def test_each_list_says_how_much_waits_in_it(open_house: House, case: str) -> None:
    waiting = open_house.claims.counts()
    assert (waiting.counter, waiting.verifier, waiting.finance) == (0, 1, 0)
    open_house.approved_case("9901011507900002")
    paid = open_house.paid_case("9901011507900003")
    open_house.draft_case("9901011507900004")
    voucher = open_house.cases.get(paid).payment.voucher
    with open_house.office.unit(HEAD_OFFICE) as unit:
        back = PaymentConfirmed(voucher=voucher, reference="R1", day=DAY, amount=20_000_000, paid=False)
        unit.append(f"case:{paid}", back)
    waiting = open_house.claims.counts()
    assert (waiting.counter, waiting.verifier, waiting.finance) == (1, 1, 2)


def test_a_payment_lies_neither_before_its_voucher_nor_long_after_it_unasked(open_house: House) -> None:
    case, pays = open_house.approved_case(), open_house["finance_officer"]
    with refused("paid_before_voucher"):
        open_house.claims.pay(pays, case, "18-11-2026", "TRX-1")
    open_house.clock.pass_ms(40 * DAY_MS)
    day = open_house.office.calendar_day()
    with refused("paid_late"):
        open_house.claims.pay(pays, case, day, "TRX-1")
    assert open_house.claims.pay(pays, case, day, "TRX-1", sure=True).payment.paid_day == day
    with refused("returned_before_paid"):
        open_house.claims.payment_returned(pays, case, "21-11-2026", "nomor")
