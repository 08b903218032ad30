"""The rules of head office as data: a rule bundle, its look-ups, and how its bytes are read and checked."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Protocol, TypeVar

import msgspec

from app.domain.bank_list import keys_of
from app.domain.rules import (
    ApprovalLimit,
    AttemptResult,
    Bank,
    BranchLimit,
    Channel,
    Check,
    Choice,
    Claimant,
    Condition,
    DatedAmount,
    Day,
    Document,
    Fact,
    FactValue,
    Filled,
    Holiday,
    Hours,
    InterviewRules,
    LawLimit,
    Limits,
    Line,
    OfficerQuota,
    Outcome,
    Positive,
    PriorityGroup,
    Programme,
    Province,
    Question,
    QueueRules,
    Reason,
    Retention,
    Rule,
    Service,
    Text,
    Texts,
    WeekdayHours,
)
from app.errors import Refused

__all__ = [
    "ApprovalLimit",
    "AttemptResult",
    "Bank",
    "BranchLimit",
    "Channel",
    "Check",
    "Choice",
    "Claimant",
    "Condition",
    "DatedAmount",
    "Document",
    "Fact",
    "FactValue",
    "Holiday",
    "Hours",
    "InterviewRules",
    "LawLimit",
    "Limits",
    "Line",
    "OfficerQuota",
    "Outcome",
    "PriorityGroup",
    "Programme",
    "Province",
    "Question",
    "QueueRules",
    "Reason",
    "Retention",
    "RuleBundle",
    "Service",
    "Text",
    "Texts",
    "WeekdayHours",
    "parse",
]


YES_NO = ("yes", "no")
"""Answers to a fact of kind yes_no, as they stand in the journal."""


class Owner(Protocol):
    """A reason or a claimant: something with lines of papers."""

    @property
    def code(self) -> str: ...

    @property
    def lines(self) -> tuple[Line, ...]: ...


class Coded(Protocol):
    """Anything that is looked up by its code."""

    @property
    def code(self) -> str: ...


T = TypeVar("T", bound=Coded)


def indexed(items: Iterable[T]) -> dict[str, T]:
    return {item.code: item for item in items}


def _found(index: Mapping[str, T], code: str) -> T:
    try:
        return index[code]
    except KeyError:
        raise Refused("unknown_code", what=code) from None


class RuleBundle(Rule, frozen=True, kw_only=True, dict=True):
    """One version of all rules. Look-ups by code raise `Refused("unknown_code", what=...)`."""

    version: Positive
    name: Filled
    valid_from: Day
    services: Annotated[tuple[Service, ...], msgspec.Meta(min_length=1)]
    priorities: tuple[PriorityGroup, ...]
    queue: QueueRules
    outcomes: tuple[Outcome, ...]
    visitor_kinds: tuple[Choice, ...]
    park_reasons: tuple[Choice, ...]
    transfer_reasons: tuple[Choice, ...]
    skip_reasons: tuple[Choice, ...]
    cancel_reasons: tuple[Choice, ...]
    void_reasons: tuple[Choice, ...]
    reprint_reasons: tuple[Choice, ...]
    break_reasons: tuple[Choice, ...]
    close_reasons: tuple[Choice, ...]
    unmask_reasons: tuple[Choice, ...]
    hours: Hours
    holidays: tuple[Holiday, ...]
    programmes: tuple[Programme, ...]
    documents: tuple[Document, ...]
    facts: tuple[Fact, ...]
    conditions: tuple[Condition, ...]
    claimants: tuple[Claimant, ...]
    reasons: tuple[Reason, ...]
    document_results: tuple[Choice, ...]
    copy_kinds: tuple[Choice, ...]
    interview: InterviewRules
    return_reasons: tuple[Choice, ...]
    reject_reasons: tuple[Choice, ...]
    membership_block_reasons: tuple[Choice, ...]
    payment_return_reasons: tuple[Choice, ...]
    limits: Limits
    channels: tuple[Channel, ...]
    texts: Texts
    provinces: tuple[Province, ...]
    banks: tuple[Bank, ...] = ()
    """None in rules from before there was a list: any name is taken then."""

    @cached_property
    def _services(self) -> dict[str, Service]:
        return indexed(self.services)

    @cached_property
    def _reasons(self) -> dict[str, Reason]:
        return indexed(self.reasons)

    @cached_property
    def _documents(self) -> dict[str, Document]:
        return indexed(self.documents)

    @cached_property
    def _outcomes(self) -> dict[str, Outcome]:
        return indexed(self.outcomes)

    @cached_property
    def _priorities(self) -> dict[str, PriorityGroup]:
        return indexed(self.priorities)

    @cached_property
    def _conditions(self) -> dict[str, Condition]:
        return indexed(self.conditions)

    @cached_property
    def _facts(self) -> dict[str, Fact]:
        return indexed(self.facts)

    @cached_property
    def province_codes(self) -> frozenset[str]:
        return frozenset(province.code for province in self.provinces)

    def service(self, code: str) -> Service:
        return _found(self._services, code)

    def reason(self, code: str) -> Reason:
        return _found(self._reasons, code)

    def document(self, code: str) -> Document:
        return _found(self._documents, code)

    def outcome(self, code: str) -> Outcome:
        return _found(self._outcomes, code)

    def condition(self, code: str) -> Condition:
        return _found(self._conditions, code)

    def fact(self, code: str) -> Fact:
        return _found(self._facts, code)

    def programme(self, code: str) -> Programme:
        return _found(indexed(self.programmes), code)

    def claimant(self, code: str) -> Claimant:
        return _found(indexed(self.claimants), code)

    def priority(self, code: str) -> PriorityGroup:
        return _found(self._priorities, code)

    def reasons_of(self, programme: str) -> tuple[Reason, ...]:
        """The claim reasons of a programme in the order of the bundle."""
        known = self.programme(programme)
        return tuple(reason for reason in self.reasons if reason.programme == known.code)

    def law_working_days(self, programme: str) -> int | None:
        """Working days from complete to payment, or None where no law names a number."""
        return next((limit.working_days for limit in self.limits.law if limit.programme == programme), None)

    def approval_limit(self, role: str) -> int | None:
        """The largest amount in rupiah the role may approve; None is without limit, a role not listed has 0."""
        return next((limit.rupiah for limit in self.limits.approval if limit.role == role), 0)

    def retention_days(self, code: str) -> int:
        return _found(indexed(self.limits.retention), code).days

    def branch_limit(self, setting: str) -> BranchLimit:
        """What the branch may set itself, by whom and up to where."""
        for limit in self.limits.branch:
            if limit.setting == setting:
                return limit
        raise Refused("unknown_code", what=setting)


# ------------------------------------------------------------------------------------- reading and checking


def parse(data: bytes) -> RuleBundle:
    """Read a bundle from its JSON bytes.

    Raises `Refused("bundle_damaged", why=...)` for anything that does not fit: broken JSON, a missing or
    unknown field, a code used twice, a reference to nothing, a day that does not exist.
    """
    try:
        bundle = msgspec.json.decode(data, type=RuleBundle)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("bundle_damaged", why=str(error)) from error
    for fault in _faults(bundle):
        raise Refused("bundle_damaged", why=fault)
    return bundle


def _faults(bundle: RuleBundle) -> Iterator[str]:
    yield from _double_codes(bundle)
    yield from _broken_references(bundle)
    yield from _broken_lines(bundle)
    yield from _broken_facts(bundle)
    yield from _impossible_days(bundle)
    yield from _broken_texts(bundle)
    yield from _doubles("banks", (key for bank in bundle.banks for key in keys_of(bank)))


def _double_codes(bundle: RuleBundle) -> Iterator[str]:
    for field in bundle.__struct_fields__:
        items = getattr(bundle, field)
        if isinstance(items, tuple):
            yield from _doubles(field, (item.code for item in items if hasattr(item, "code")))
    yield from _doubles("prefix", (service.prefix for service in bundle.services))
    yield from _doubles("holidays", (holiday.date for holiday in bundle.holidays))
    yield from _doubles("weekday", (str(hours.weekday) for hours in bundle.hours.weekdays))
    for owner in _owners(bundle):
        yield from _doubles(owner.code, (line.code for line in owner.lines))
    interview = bundle.interview
    for name, codes in (
        ("types", interview.types),
        ("questions", interview.questions),
        ("results", interview.results),
    ):
        yield from _doubles(f"interview.{name}", (item.code for item in codes))


def _owners(bundle: RuleBundle) -> tuple[Owner, ...]:
    return (*bundle.reasons, *bundle.claimants)


def _doubles(where: str, codes: Iterable[str]) -> Iterator[str]:
    for code, times in Counter(codes).items():
        if times > 1:
            yield f"{where}: {code} stands {times} times"


def _absent(where: str, codes: Iterable[str], known: Iterable[Coded]) -> Iterator[str]:
    there = {item.code for item in known}
    for code in codes:
        if code not in there:
            yield f"{where}: {code} is not known"


def _broken_references(bundle: RuleBundle) -> Iterator[str]:
    for service in bundle.services:
        if service.programme is not None:
            yield from _absent(service.code, (service.programme,), bundle.programmes)
        yield from _absent(service.code, service.precheck, bundle.documents)
        yield from _absent(service.code, service.outcomes, bundle.outcomes)
        for outcome in bundle.outcomes:
            if outcome.needs_submitted and outcome.code in service.outcomes and service.programme is None:
                yield f"{service.code}: nothing can be submitted for {outcome.code}"
        if service.default_outcome not in service.outcomes:
            yield f"{service.code}: {service.default_outcome} is not among its outcomes"
    for reason in bundle.reasons:
        yield from _absent(reason.code, (reason.programme,), bundle.programmes)
        yield from _absent(reason.code, reason.claimants, bundle.claimants)
        yield from _absent(reason.code, reason.facts, bundle.facts)
    yield from _absent("limits.law", (limit.programme for limit in bundle.limits.law), bundle.programmes)
    quotas = bundle.limits.officer_quotas
    yield from _absent("limits.officer_quotas", (quota.programme for quota in quotas), bundle.programmes)


def _broken_lines(bundle: RuleBundle) -> Iterator[str]:
    for owner in _owners(bundle):
        for line in owner.lines:
            where = f"{owner.code}.{line.code}"
            yield from _absent(where, line.documents, bundle.documents)
            yield from _absent(where, line.when, bundle.conditions)
            if line.kind == "document" and len(line.documents) != 1:
                yield f"{where}: a line of kind document names one document"
            if line.kind == "document" and line.code != line.documents[0]:
                yield f"{where}: a line of kind document bears the code of its document"
            if line.kind == "one_of" and line.name is None:
                yield f"{where}: a group needs a name"


def _broken_facts(bundle: RuleBundle) -> Iterator[str]:
    facts = indexed(bundle.facts)
    for fact in bundle.facts:
        yield from _absent(fact.code, fact.when, bundle.conditions)
        if (fact.kind == "choice") != bool(fact.choices):
            yield f"{fact.code}: choices belong to a fact of kind choice and to no other"
    for condition in bundle.conditions:
        fact_of = facts.get(condition.fact)
        if fact_of is None:
            yield f"{condition.code}: {condition.fact} is not known"
        elif not _comparable(fact_of, condition):
            yield f"{condition.code}: its value does not fit {fact_of.code}"


def _comparable(fact: Fact, condition: Condition) -> bool:
    value = condition.value
    if fact.kind in ("money", "number"):
        return isinstance(value, int)
    if condition.op in ("over", "under") or fact.kind == "date":
        return False
    return value in (YES_NO if fact.kind == "yes_no" else indexed(fact.choices))


def _impossible_days(bundle: RuleBundle) -> Iterator[str]:
    amounts = bundle.limits.jmo_max_balance
    days = [bundle.valid_from, *(day.date for day in bundle.holidays), *(item.valid_from for item in amounts)]
    for day in days:
        try:
            date.fromisoformat(day)
        except ValueError:
            yield f"{day} is no day"
    for hours in bundle.hours.weekdays:
        if not hours.open_minute <= hours.lunch_from <= hours.lunch_to <= hours.close_minute:
            yield f"hours of weekday {hours.weekday} are out of order"


def _broken_texts(bundle: RuleBundle) -> Iterator[str]:
    texts = [(field, getattr(bundle.texts, field)) for field in bundle.texts.__struct_fields__]
    for field, text in (*texts, ("interview.greeting", bundle.interview.greeting)):
        try:
            if placeholders(text.id) != placeholders(text.en):
                yield f"texts.{field}: the two languages name different facts"
        except ValueError:
            yield f"texts.{field}: unbalanced braces"


def placeholders(text: str) -> frozenset[str]:
    """Names of the facts in braces; `ValueError` for braces that do not match."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)
