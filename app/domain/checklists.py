"""Which papers a claim needs and how complete they are; offline eligibility checks that warn and never refuse."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date

import msgspec

from app.domain.bundle import YES_NO, RuleBundle
from app.domain.calendar import add_days, add_months, format_day, format_money, parse_day
from app.domain.identity import Finding, age_on
from app.domain.money import read_rupiah
from app.domain.rules import Check, Condition, Fact, Line, Service, Text
from app.errors import Refused

Facts = Mapping[str, str]
"""Fact code to its answer as text: `yes`, `no`, digits, the code of a choice, an ISO day, or `unknown`."""

UNKNOWN = "unknown"
"""An answer that cannot be had now, such as a balance while the line is cut: its papers are shown, not required."""

FITS = "fits"
_NUMBER_LIMIT = 10**15


class ChecklistLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line to tick. `because`: the conditions that brought it up; a `one_of` line needs any one document."""

    code: str
    kind: str
    name: Text
    hint: Text | None
    documents: tuple[str, ...]
    required: bool
    original: bool
    copy: bool
    because: tuple[str, ...]
    source: str
    confidence: str


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of one document; `result` and `copy_kept` are codes of the bundle, empty when taken back."""

    result: str
    original_shown: bool = False
    copy_kept: str = "none"
    note: str = ""


class MissingLine(msgspec.Struct, frozen=True):
    """A required line that is not fulfilled; `result` is empty when nobody has looked yet."""

    code: str
    name: Text
    documents: tuple[str, ...]
    result: str
    note: str = ""


class Completeness(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the required lines are done. `originals_open`: lines that fit, their original not yet shown."""

    done: int
    total: int
    missing: tuple[MissingLine, ...]
    originals_open: tuple[str, ...]
    questions_open: tuple[str, ...]

    @property
    def complete(self) -> bool:
        return not self.missing and not self.questions_open


# --------------------------------------------------------------------------------------------- the papers


def lines_for(
    bundle: RuleBundle, reason: str, facts: Facts, claimant: str = "member"
) -> tuple[ChecklistLine, ...]:
    """The lines of a reason under these facts, then those that the claimant adds (DOMAIN 2.9)."""
    chosen, person = bundle.reason(reason), bundle.claimant(claimant)
    lines = [_checklist_line(bundle, line, chosen.source, facts) for line in chosen.lines]
    asked = {document for line in lines if line is not None for document in line.documents}
    lines += [
        _checklist_line(bundle, line, person.source, facts)
        for line in person.lines
        if asked.isdisjoint(line.documents)
    ]
    return tuple(line for line in lines if line is not None)


def papers_for_all(bundle: RuleBundle, service: Service) -> tuple[str, ...]:
    """What the security desk asks of everybody with this service: the papers that every reason of its programme needs.

    Nobody knows the reason at the desk, so what only some reasons need is asked at the counter. A paper that stands in
    for another in one reason's line, as a passport for an identity card, does so here. The reasons are those that
    members come with themselves, where there are such: heirs are asked for their own papers at the counter.
    """
    reasons = [each for each in bundle.reasons if each.programme == service.programme]
    reasons = [each for each in reasons if "member" in each.claimants] or reasons
    if service.programme is None or not reasons:
        return service.precheck
    kept = []
    for paper in service.precheck:
        lines = [line for reason in reasons for line in reason.lines if paper in line.documents]
        alike = {paper}.union(*(line.documents for line in lines))
        if all(
            any(
                line.required and not line.when and alike.intersection(line.documents)
                for line in reason.lines
            )
            for reason in reasons
        ):
            kept.append(paper)
    return tuple(kept)


def _checklist_line(bundle: RuleBundle, line: Line, source: str, facts: Facts) -> ChecklistLine | None:
    verdicts = {code: holds(bundle, bundle.condition(code), facts) for code in line.when}
    certain = tuple(code for code, verdict in verdicts.items() if verdict)
    possible = tuple(code for code, verdict in verdicts.items() if verdict is None)
    if line.when and not certain and not possible:
        return None
    document = bundle.document(line.documents[0])
    single = line.kind == "document"
    return ChecklistLine(
        code=line.code,
        kind=line.kind,
        name=document.name if single or line.name is None else line.name,
        hint=document.hint if single else None,
        documents=line.documents,
        required=line.required and (not line.when or bool(certain)),
        original=line.original,
        copy=line.copy,
        because=certain or possible,
        source=line.source or source,
        confidence=line.confidence,
    )


def holds(bundle: RuleBundle, condition: Condition, facts: Facts) -> bool | None:
    """Whether a condition is true; None when its fact was answered with "unknown". No answer makes it false."""
    given = facts.get(condition.fact, "")
    if given == UNKNOWN:
        return None
    if not given:
        return False
    if bundle.fact(condition.fact).kind in ("money", "number"):
        return _compared(condition, given)
    return (given == condition.value) == (condition.op == "is")


def _compared(condition: Condition, given: str) -> bool:
    if not re.fullmatch(r"\d{1,16}", given, re.ASCII):
        return False
    number, value = int(given), int(condition.value)
    return {
        "is": number == value,
        "is_not": number != value,
        "over": number > value,
        "under": number < value,
    }[condition.op]


def facts_needed(
    bundle: RuleBundle, reason: str, facts: Facts | None = None, claimant: str = "member"
) -> tuple[Fact, ...]:
    """The questions of a reason, in its own order; one that depends on another answer comes up with that answer."""
    chosen = bundle.reason(reason)
    codes = dict.fromkeys(chosen.facts)
    for line in (*chosen.lines, *bundle.claimant(claimant).lines):
        codes.update(dict.fromkeys(bundle.condition(code).fact for code in line.when))
    given = facts or {}
    needed = (bundle.fact(code) for code in codes)
    return tuple(
        fact
        for fact in needed
        if not fact.when or any(holds(bundle, bundle.condition(code), given) for code in fact.when)
    )


def open_questions(
    bundle: RuleBundle, reason: str, facts: Facts, claimant: str = "member"
) -> tuple[Fact, ...]:
    """The questions nobody has answered yet; "unknown" is an answer."""
    return tuple(fact for fact in facts_needed(bundle, reason, facts, claimant) if not facts.get(fact.code))


def answer(fact: Fact, typed: str) -> str:
    """A typed answer as it stands in the journal; empty takes it back.

    Raises `Refused("fact_wrong")`, `Refused("amount_unclear")`, or `Refused("day_wrong")` for a date that does not exist.
    """
    text = typed.strip()
    if text in ("", UNKNOWN):
        return text
    if fact.kind == "date":
        return parse_day(text)
    if fact.kind in ("money", "number"):
        return _typed_number(fact, text)
    known = YES_NO if fact.kind == "yes_no" else tuple(choice.code for choice in fact.choices)
    if text not in known:
        raise Refused("fact_wrong", question=fact.question.id)
    return text


def _typed_number(fact: Fact, text: str) -> str:
    number = read_rupiah(text)
    if number >= _NUMBER_LIMIT:
        raise Refused("fact_wrong", question=fact.question.id)
    return str(number)


def completeness(
    lines: Iterable[ChecklistLine], marks: Mapping[str, Mark], questions: Iterable[Fact] = ()
) -> Completeness:
    """How far the papers are; `marks` by document code, `questions` are those still open.

    A line is done when one of its documents fits; lines that are not required are not counted.
    """
    required = [line for line in lines if line.required]
    missing = tuple(_missing(line, marks) for line in required if not _fitting(line, marks))
    return Completeness(
        done=len(required) - len(missing),
        total=len(required),
        missing=missing,
        originals_open=tuple(line.code for line in required if _original_open(line, marks)),
        questions_open=tuple(fact.code for fact in questions),
    )


def _fitting(line: ChecklistLine, marks: Mapping[str, Mark]) -> list[Mark]:
    return [marks[code] for code in line.documents if code in marks and marks[code].result == FITS]


def _original_open(line: ChecklistLine, marks: Mapping[str, Mark]) -> bool:
    fitting = _fitting(line, marks)
    return line.original and bool(fitting) and not any(mark.original_shown for mark in fitting)


def _missing(line: ChecklistLine, marks: Mapping[str, Mark]) -> MissingLine:
    seen = [marks[code] for code in line.documents if code in marks and marks[code].result]
    # of a group the document that is there but does not do says more than the ones that are not there
    telling = next((mark for mark in seen if mark.result != "missing"), seen[0] if seen else Mark(result=""))
    return MissingLine(line.code, line.name, line.documents, telling.result, telling.note)


# --------------------------------------------------------------------------------------------- eligibility


class _Person(msgspec.Struct, frozen=True):
    """What the checks look at."""

    facts: Facts
    today: str
    birth_date: str
    waiting_month: str

    def day(self, fact: str) -> str:
        given = self.facts.get(fact, "")
        return "" if given == UNKNOWN else given


def eligibility_findings(
    bundle: RuleBundle, reason: str, facts: Facts, *, today: str, birth_date: str = ""
) -> tuple[Finding, ...]:
    """Warnings on age, waiting month, membership years, a former partial claim (DOMAIN 2.9); none ever refuses."""
    person = _Person(facts, today, birth_date, bundle.limits.waiting_month)
    chosen = bundle.reason(reason)
    findings = [_CHECKS[check.kind](check, person) for check in chosen.checks]
    if chosen.online:
        findings += [_manual_route(bundle, person), _small_balance(bundle, person)]
    return tuple(finding for finding in findings if finding is not None)


def earliest_claim_day(stop_date: str, months: int, waiting_month: str) -> str:
    """The first day a claim can be paid after stopping work.

    "by_date": one month from the date (Permenaker 4/2022 Ps 8-9); "first_of_month": after a full calendar month.
    """
    if waiting_month == "by_date":
        return add_months(stop_date, months)
    return add_months(stop_date[:8] + "01", months + 1)


def jmo_max_balance(bundle: RuleBundle, day: str) -> int | None:
    """The balance in rupiah up to which the member can claim alone in JMO on that day, None before the first date."""
    valid = [amount for amount in bundle.limits.jmo_max_balance if amount.valid_from <= day]
    return max(valid, key=lambda amount: amount.valid_from).rupiah if valid else None


def _age_at_least(check: Check, person: _Person) -> Finding | None:
    if not person.birth_date:
        return None
    # payable from the day after the birthday, DOMAIN 2.1
    earliest = add_days(add_months(person.birth_date, 12 * check.value), 1)
    if person.today >= earliest:
        return None
    return Finding("eligibility_age", facts={"age": check.value, "day": format_day(earliest)})


def _waiting_months(check: Check, person: _Person) -> Finding | None:
    stopped = person.day("stop_date")
    if not stopped:
        return None
    earliest = earliest_claim_day(stopped, check.value, person.waiting_month)
    if person.today >= earliest:
        return None
    return Finding("eligibility_waiting", facts={"day": format_day(earliest)})


def _membership_years(check: Check, person: _Person) -> Finding | None:
    start = person.day("membership_start")
    if not start or person.today >= add_months(start, 12 * check.value):
        return None
    day = format_day(add_months(start, 12 * check.value))
    return Finding("eligibility_membership", facts={"years": check.value, "day": day})


def _partial_once(check: Check, person: _Person) -> Finding | None:
    return Finding("eligibility_partial") if person.facts.get("partial_taken_before") == "yes" else None


def _not_working(check: Check, person: _Person) -> Finding | None:
    return Finding("eligibility_working") if person.facts.get("working_again") == "yes" else None


def _reported_hours(check: Check, person: _Person) -> Finding | None:
    happened = person.day("accident_date")
    # the hour is not known: late only when every hour of that day is
    if not happened or person.today <= add_days(happened, check.value // 24):
        return None
    return Finding("eligibility_report_late", facts={"hours": check.value})


def _manual_route(bundle: RuleBundle, person: _Person) -> Finding | None:
    if not person.birth_date:
        return None
    age = age_on(date.fromisoformat(person.birth_date), date.fromisoformat(person.today))
    if age <= bundle.limits.manual_route_over_age:
        return None
    return Finding("route_manual", facts={"age": age})


def _small_balance(bundle: RuleBundle, person: _Person) -> Finding | None:
    given, limit = person.facts.get("balance", ""), jmo_max_balance(bundle, person.today)
    if limit is None or not re.fullmatch(r"\d{1,16}", given, re.ASCII) or int(given) > limit:
        return None
    return Finding("route_jmo", facts={"limit": format_money(limit)})


_CHECKS: dict[str, Callable[[Check, _Person], Finding | None]] = {
    "age_at_least": _age_at_least,
    "waiting_months": _waiting_months,
    "membership_years": _membership_years,
    "partial_once": _partial_once,
    "not_working": _not_working,
    "reported_hours": _reported_hours,
}
