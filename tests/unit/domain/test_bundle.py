"""The shipped rules are whole, and anything else is refused with a reason."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.domain.bundle import RuleBundle, parse, placeholders
from app.errors import Refused

ROOT = Path(__file__).parents[3]
BYTES = (ROOT / "resources/bundle/default.json").read_bytes()
MESSAGES = json.loads((ROOT / "resources/i18n/messages.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def bundle() -> RuleBundle:
    return parse(BYTES)


def damaged(change: Callable[[dict[str, Any]], object]) -> str:
    tree = json.loads(BYTES)
    change(tree)
    with pytest.raises(Refused) as refusal:
        parse(json.dumps(tree).encode())
    assert refusal.value.code == "bundle_damaged"
    return str(refusal.value.facts["why"])


def test_services_bear_the_prefixes_and_quotas_of_the_branch(bundle: RuleBundle) -> None:
    assert [(s.code, s.prefix, s.daily_quota) for s in bundle.services] == [
        ("jht", "A", 40),
        ("jp", "H", 25),
        ("jkm", "K", 15),
        ("jkk", "L", 25),
        ("info", "M", None),
        ("company", "R", None),
        ("complaint", "S", None),
    ]


def test_all_eleven_jht_reasons_are_there_and_seven_are_online(bundle: RuleBundle) -> None:
    reasons = bundle.reasons_of("jht")
    assert len(reasons) == 11
    assert {r.code for r in reasons if not r.online} == {"JHT_BPU", "JHT_LEAVE", "JHT_DISAB", "JHT_DEATH"}
    assert sum(r.online for r in reasons) == 7


def test_every_claimed_programme_has_reasons_and_a_limit(bundle: RuleBundle) -> None:
    for programme in bundle.programmes:
        assert bundle.reasons_of(programme.code)
    limits = {code: bundle.law_working_days(code) for code in ("jht", "jkm", "jp", "jkk")}
    assert limits == {"jht": 5, "jkm": 3, "jp": 15, "jkk": None}
    assert bundle.limits.promise_calendar_days == 7


def test_holidays_of_both_years_are_complete(bundle: RuleBundle) -> None:
    counted = {
        (year, kind): sum(h.date.startswith(year) and h.kind == kind for h in bundle.holidays)
        for year in ("2026", "2027")
        for kind in ("public", "joint_leave")
    }
    assert counted == {
        ("2026", "public"): 17,
        ("2026", "joint_leave"): 8,
        ("2027", "public"): 18,
        ("2027", "joint_leave"): 8,
    }


def test_thirty_eight_provinces_of_the_ministry_not_of_the_statistics_office(bundle: RuleBundle) -> None:
    assert len(bundle.province_codes) == 38
    assert {"91", "96"} <= bundle.province_codes
    assert "97" not in bundle.province_codes


def test_only_the_mothers_name_is_secret_and_it_must_be_asked(bundle: RuleBundle) -> None:
    assert [(q.code, q.required) for q in bundle.interview.questions if q.secret] == [("mothers_name", True)]


def test_every_document_fact_and_condition_is_used(bundle: RuleBundle) -> None:
    lines = [line for reason in bundle.reasons for line in reason.lines]
    lines += [line for claimant in bundle.claimants for line in claimant.lines]
    documents = {code for line in lines for code in line.documents}
    documents.update(code for service in bundle.services for code in service.precheck)
    conditions = {code for line in lines for code in line.when}
    conditions.update(code for fact in bundle.facts for code in fact.when)
    facts = {bundle.condition(code).fact for code in conditions}
    facts.update(code for reason in bundle.reasons for code in reason.facts)
    assert {d.code for d in bundle.documents} == documents
    assert {c.code for c in bundle.conditions} == conditions
    assert {f.code for f in bundle.facts} == facts


def test_unknown_codes_are_refused_by_every_look_up(bundle: RuleBundle) -> None:
    look_ups: list[Callable[[str], object]] = [
        bundle.service,
        bundle.reason,
        bundle.document,
        bundle.outcome,
        bundle.condition,
        bundle.fact,
        bundle.programme,
        bundle.claimant,
        bundle.priority,
        bundle.reasons_of,
        bundle.branch_limit,
        bundle.retention_days,
    ]
    for look_up in look_ups:
        with pytest.raises(Refused) as refusal:
            look_up("nowhere")
        assert (refusal.value.code, refusal.value.facts) == ("unknown_code", {"what": "nowhere"})


def test_look_ups_find_what_is_there(bundle: RuleBundle) -> None:
    assert bundle.service("jkm").prefix == "K"
    assert bundle.reason("JHT_PHK").name.id == "PHK"
    assert bundle.outcome("left_before_served").served is False
    assert bundle.retention_days("drafts") == 14
    assert bundle.branch_limit("raise_quota").maximum == 50


def test_one_outcome_says_that_the_claim_was_submitted(bundle: RuleBundle) -> None:
    assert [each.code for each in bundle.outcomes if each.needs_submitted] == ["claim_submitted"]
    for service in bundle.services:
        assert ("claim_submitted" in service.outcomes) == (service.programme is not None)
    assert "info: nothing can be submitted" in damaged(
        lambda tree: tree["services"][4]["outcomes"].append("claim_submitted")
    )


def test_a_role_without_a_limit_entry_may_approve_nothing(bundle: RuleBundle) -> None:
    assert bundle.approval_limit("cso") == 0
    assert bundle.approval_limit("finance_supervisor") == 100_000_000
    assert bundle.approval_limit("branch_head") is None


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff\xfe", b"null", BYTES[:-200], b"[" * 100_000])
def test_broken_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        parse(data)
    assert refusal.value.code == "bundle_damaged"


def test_unknown_and_missing_fields_are_refused() -> None:
    assert "surprise" in damaged(lambda tree: tree.update(surprise=1))
    assert "holidays" in damaged(lambda tree: tree.pop("holidays"))
    assert "source" in damaged(lambda tree: tree["services"][0].pop("source"))


def test_codes_and_prefixes_stand_once() -> None:
    assert "jht" in damaged(lambda tree: tree["services"][1].update(code="jht"))
    assert "prefix" in damaged(lambda tree: tree["services"][1].update(prefix="A"))
    assert "member_card" in damaged(
        lambda tree: tree["reasons"][0]["lines"].append(tree["reasons"][0]["lines"][1])
    )
    assert "holidays" in damaged(lambda tree: tree["holidays"].append(tree["holidays"][0]))
    assert "birth" in damaged(lambda tree: tree["interview"]["questions"][0].update(code="birth"))


def test_references_lead_somewhere() -> None:
    assert "ghost" in damaged(lambda tree: tree["services"][0].update(precheck=["ghost"]))
    assert "ghost" in damaged(lambda tree: tree["reasons"][0].update(programme="ghost"))
    assert "ghost" in damaged(lambda tree: tree["reasons"][0]["lines"][0].update(when=["ghost"]))
    assert "ghost" in damaged(lambda tree: tree["conditions"][0].update(fact="ghost"))
    assert "company_served" in damaged(
        lambda tree: tree["services"][0].update(default_outcome="company_served")
    )


def test_conditions_compare_like_with_like() -> None:
    assert "balance" in damaged(lambda tree: tree["conditions"][0].update(value="much"))
    assert "partial_taken_before" in damaged(lambda tree: tree["conditions"][1].update(op="over", value=1))
    assert "choices" in damaged(lambda tree: tree["facts"][2].update(choices=[]))


def test_days_hours_and_braces_are_checked() -> None:
    assert "2026-02-31" in damaged(lambda tree: tree["holidays"][0].update(date="2026-02-31"))
    assert "weekday 0" in damaged(lambda tree: tree["hours"]["weekdays"][0].update(lunch_to=1100))
    assert "ticket_ahead" in damaged(lambda tree: tree["texts"]["ticket_ahead"].update(en="{number}"))
    assert "ticket_ahead" in damaged(lambda tree: tree["texts"]["ticket_ahead"].update(en="{count"))


def test_ticket_texts_are_plain_ascii(bundle: RuleBundle) -> None:
    for field in bundle.texts.__struct_fields__:
        if field.startswith("ticket_"):
            text = getattr(bundle.texts, field)
            assert text.id.isascii(), field
            assert text.en.isascii(), field


def test_messages_have_both_languages_with_the_same_facts() -> None:
    for code, message in MESSAGES.items():
        assert set(message) == {"id", "en"}, code
        assert placeholders(message["id"]) == placeholders(message["en"]), code
    assert list(MESSAGES) == sorted(MESSAGES)
