"""Which papers a claim needs, how complete they are, and what can be warned of offline (DOMAIN 2)."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.domain.bundle import parse
from app.domain.checklists import (
    UNKNOWN,
    Mark,
    answer,
    completeness,
    earliest_claim_day,
    eligibility_findings,
    facts_needed,
    jmo_max_balance,
    lines_for,
    open_questions,
    papers_for_all,
)
from app.errors import Refused

BUNDLE = parse((Path(__file__).parents[3] / "resources/bundle/default.json").read_bytes())
FIT = Mark(result="fits", original_shown=True, copy_kept="paper")
RESULTS = [choice.code for choice in BUNDLE.document_results] + [""]
REASONS = st.sampled_from([reason.code for reason in BUNDLE.reasons])


def codes(reason: str, facts: dict[str, str] | None = None, claimant: str = "member") -> list[str]:
    return [line.code for line in lines_for(BUNDLE, reason, facts or {}, claimant)]


def required(reason: str, facts: dict[str, str]) -> set[str]:
    return {line.code for line in lines_for(BUNDLE, reason, facts) if line.required}


def test_tax_card_is_needed_above_fifty_million_or_after_a_partial_claim() -> None:
    assert "tax_card" not in codes("JHT_RESIGN", {"balance": "50000000", "partial_taken_before": "no"})
    assert "tax_card" in required("JHT_RESIGN", {"balance": "50000001"})
    assert "tax_card" in required("JHT_RESIGN", {"balance": "1", "partial_taken_before": "yes"})
    assert "tax_card" in required("JHT_10", {})


def test_the_reason_why_a_line_came_up_is_kept() -> None:
    lines = lines_for(BUNDLE, "JHT_56", {"balance": "60000000", "partial_taken_before": "yes"})
    assert next(line.because for line in lines if line.code == "tax_card") == (
        "balance_over_50m",
        "partial_before",
    )


def test_an_unknown_answer_shows_the_line_without_requiring_it() -> None:
    lines = lines_for(BUNDLE, "JHT_56", {"balance": UNKNOWN, "partial_taken_before": "no"})
    assert [(line.required, line.because) for line in lines if line.code == "tax_card"] == [
        (False, ("balance_over_50m",))
    ]


def test_one_proof_of_layoff_is_enough() -> None:
    lines = lines_for(BUNDLE, "JHT_PHK", {})
    proof = next(line for line in lines if line.code == "layoff_proof")
    assert (proof.kind, len(proof.documents)) == ("one_of", 5)
    marks = {code: FIT for line in lines if line.kind == "document" for code in line.documents}
    assert [m.code for m in completeness(lines, marks).missing] == ["layoff_proof"]
    for document in proof.documents:
        assert completeness(lines, {**marks, document: FIT}).complete


def test_heirs_guardians_and_proxies_bring_papers_of_their_own() -> None:
    assert codes("JHT_RESIGN") == codes("JHT_RESIGN", claimant="member")
    assert codes("JHT_RESIGN", claimant="proxy")[-2:] == ["power_of_attorney", "proxy_id_card"]
    assert codes("JP_CHILD", claimant="guardian")[-2:] == ["guardian_letter", "guardian_id_card"]
    # the reason asks for the heir's papers itself: they are not asked twice
    assert codes("JKM_DEATH", claimant="heir") == codes("JKM_DEATH")


def test_children_spouses_and_several_heirs() -> None:
    assert {"guardian_letter", "guardian_id_card"} <= required("JP_CHILD", {"child_under_18": "yes"})
    assert "guardian_letter" not in codes("JP_CHILD", {"child_under_18": "no"})
    assert "marriage_certificate" in required("JKM_DEATH", {"spouse_heir": "yes"})
    assert "heirs_power_of_attorney" in required("JHT_DEATH", {"several_heirs": "yes"})
    assert "representative_letter" in required("JHT_DEATH", {"nationality": "wna"})


def test_housing_papers_follow_the_kind_of_purchase() -> None:
    cash = required("JHT_30", {"payment_kind": "cash"})
    credit = required("JHT_30", {"payment_kind": "credit", "credit_purpose": "down_payment"})
    assert "purchase_deed" in cash
    assert "loan_agreement" not in cash
    assert {"loan_agreement", "standing_instruction", "lending_bank_account"} <= credit
    assert "purchase_deed" not in credit


def test_leaving_indonesia_differs_by_nationality() -> None:
    assert "stay_permit" in codes("JHT_LEAVE", {"nationality": "wna"})
    assert "no_return_statement" not in codes("JHT_LEAVE", {"nationality": "wna"})
    assert {"no_return_statement", "citizenship_proof"} <= required("JHT_LEAVE", {"nationality": "wni"})


def test_questions_come_up_with_the_answers_they_depend_on() -> None:
    def asked(facts: dict[str, str]) -> list[str]:
        return [fact.code for fact in facts_needed(BUNDLE, "JHT_30", facts)]

    assert asked({}) == ["payment_kind", "membership_start", "partial_taken_before"]
    assert asked({"payment_kind": "cash"}) == asked({})
    assert asked({"payment_kind": "credit"})[:2] == ["payment_kind", "credit_purpose"]


def test_open_questions_keep_the_file_incomplete() -> None:
    facts = {"balance": UNKNOWN, "partial_taken_before": ""}
    lines = lines_for(BUNDLE, "JHT_56", facts)
    marks = {code: FIT for line in lines for code in line.documents}
    opened = open_questions(BUNDLE, "JHT_56", facts)
    assert [fact.code for fact in opened] == ["partial_taken_before"]
    assert not completeness(lines, marks, opened).complete
    assert completeness(lines, marks).complete


def test_what_is_wrong_with_a_paper_is_told() -> None:
    lines = lines_for(BUNDLE, "JHT_RESIGN", {})
    marks = {
        "bank_book": Mark(result="mismatch", note="nama berbeda"),
        "resignation_letter": Mark(result="missing"),
        "employment_letter": Mark(result="illegible"),
        "id_card": Mark(result="fits"),
    }
    state = completeness(lines, marks)
    assert {m.code: m.result for m in state.missing} == {
        "form_f5": "",
        "member_card": "",
        "resignation_proof": "illegible",
        "bank_book": "mismatch",
    }
    assert state.originals_open == ("id_card",)
    assert (state.done, state.total) == (1, 5)


@given(REASONS, st.data())
def test_completeness_counts_every_required_line_once(reason: str, data: st.DataObject) -> None:
    facts = {fact.code: data.draw(st.sampled_from(["yes", "no", UNKNOWN, ""])) for fact in BUNDLE.facts}
    lines = lines_for(BUNDLE, reason, facts)
    documents = sorted({code for line in lines for code in line.documents})
    marks = {code: Mark(result=data.draw(st.sampled_from(RESULTS))) for code in documents}
    state = completeness(lines, marks)
    assert state.done + len(state.missing) == state.total == sum(line.required for line in lines)
    assert len({line.code for line in lines}) == len(lines)
    better = completeness(lines, {**marks, data.draw(st.sampled_from(documents)): FIT})
    assert state.done <= better.done <= state.total
    assert completeness(lines, dict.fromkeys(documents, FIT)).complete


@given(st.dictionaries(st.sampled_from([f.code for f in BUNDLE.facts]), st.text(max_size=12)), REASONS)
def test_any_answer_text_is_survived(facts: dict[str, str], reason: str) -> None:
    assert lines_for(BUNDLE, reason, facts)
    assert isinstance(facts_needed(BUNDLE, reason, facts), tuple)


def test_answers_are_brought_into_one_form() -> None:
    assert answer(BUNDLE.fact("balance"), " Rp50.000.001 ") == "50000001"
    assert answer(BUNDLE.fact("balance"), "0050") == "50"
    assert answer(BUNDLE.fact("balance"), UNKNOWN) == UNKNOWN
    assert answer(BUNDLE.fact("stop_date"), "20-10-2026") == "2026-10-20"
    assert answer(BUNDLE.fact("payment_kind"), "credit") == "credit"
    assert answer(BUNDLE.fact("working_again"), "yes") == "yes"
    assert answer(BUNDLE.fact("working_again"), "  ") == ""


@pytest.mark.parametrize(
    ("fact", "typed", "code"),
    [
        ("balance", "banyak", "amount_unclear"),
        ("balance", "-5", "amount_unclear"),
        ("balance", "9" * 16, "amount_unclear"),
        ("stop_date", "31-02-2026", "day_wrong"),
        ("payment_kind", "barter", "fact_wrong"),
        ("working_again", "ya", "fact_wrong"),
    ],
)
def test_answers_that_do_not_fit_are_refused(fact: str, typed: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        answer(BUNDLE.fact(fact), typed)


def findings(reason: str, today: str = "2026-11-20", birth: str = "", **facts: str) -> list[str]:
    return [f.code for f in eligibility_findings(BUNDLE, reason, facts, today=today, birth_date=birth)]


def test_fifty_six_is_reached_the_day_after_the_birthday() -> None:
    assert findings("JHT_56", "2026-11-20", "1970-11-20") == ["eligibility_age"]
    assert findings("JHT_56", "2026-11-21", "1970-11-20") == []
    assert findings("JHT_56", birth="") == []


def test_the_waiting_month_runs_from_the_day_of_stopping() -> None:
    assert findings("JHT_RESIGN", "2026-10-31", stop_date="2026-09-30") == []
    assert findings("JHT_RESIGN", "2026-10-29", stop_date="2026-09-30") == ["eligibility_waiting"]
    assert earliest_claim_day("2026-09-15", 1, "by_date") == "2026-10-15"
    assert earliest_claim_day("2026-09-15", 1, "first_of_month") == "2026-11-01"
    other = replace(BUNDLE, limits=replace(BUNDLE.limits, waiting_month="first_of_month"))
    found = eligibility_findings(other, "JHT_PHK", {"stop_date": "2026-09-30"}, today="2026-10-31")
    assert [(f.code, f.facts) for f in found] == [("eligibility_waiting", {"day": "1 Nov 2026"})]


def test_partial_claims_want_ten_years_and_are_paid_once() -> None:
    assert findings("JHT_10", membership_start="2016-11-20") == []
    assert findings("JHT_30", membership_start="2016-11-21", partial_taken_before="yes") == [
        "eligibility_membership",
        "eligibility_partial",
    ]


def test_working_again_and_late_reports_are_told() -> None:
    assert findings("JHT_PHK", working_again="yes") == ["eligibility_working"]
    assert findings("JKK_STAGE_1", accident_date="2026-11-18") == []
    assert findings("JKK_STAGE_1", accident_date="2026-11-17") == ["eligibility_report_late"]


def test_routes_are_suggested_by_age_and_balance() -> None:
    assert findings("JHT_56", birth="1969-11-20") == ["route_manual"]
    assert findings("JHT_56", balance="15000000") == ["route_jmo"]
    assert findings("JHT_56", balance="15000001") == []
    assert findings("JHT_DEATH", birth="1950-01-01", balance="1") == []


def test_the_jmo_limit_depends_on_the_day() -> None:
    assert [jmo_max_balance(BUNDLE, day) for day in ("2020-12-31", "2025-04-30", "2025-05-01")] == [
        None,
        10_000_000,
        15_000_000,
    ]


def test_unanswered_and_unknown_facts_warn_of_nothing() -> None:
    everything = dict.fromkeys((fact.code for fact in BUNDLE.facts), UNKNOWN)
    for reason in BUNDLE.reasons:
        assert findings(reason.code) == []
        assert findings(reason.code, **everything) == []


# ------------------------------------------------------------------------------------------------ the desk's papers


def test_the_desk_asks_only_what_every_reason_needs() -> None:
    asked = {each.code: papers_for_all(BUNDLE, each) for each in BUNDLE.services}
    assert asked["jht"] == ("member_card", "id_card", "bank_book")  # no work letter, no NPWP
    assert asked["jp"] == ("id_card", "family_card")  # the yearly confirmation needs no more
    for service in BUNDLE.services:
        assert asked[service.code] == service.precheck  # and nothing stands in the rules that nobody asks for


def test_a_paper_that_only_some_reasons_need_is_left_out_whatever_the_rules_list() -> None:
    jht = BUNDLE.service("jht")
    more = replace(jht, precheck=(*jht.precheck, "employment_letter", "tax_card"))
    assert papers_for_all(BUNDLE, more) == jht.precheck


def test_a_programme_that_only_heirs_claim_asks_for_the_heirs_papers() -> None:
    assert "heir_id_card" in papers_for_all(BUNDLE, BUNDLE.service("jkm"))
