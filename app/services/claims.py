"""Verifier and finance: the work lists, the decisions, the payment."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, func, select

from app.domain import case_events as happened
from app.domain import claims
from app.domain.bundle import RuleBundle
from app.domain.calendar import add_days, add_months, day_of, format_day, parse_day
from app.domain.claims import Case
from app.domain.identity import clean_text
from app.errors import Refused
from app.models import tables
from app.services.cases import Cases
from app.services.office import Office

_c = tables.cases
_case_state = msgspec.msgpack.Decoder(Case).decode
_in_stage = select(_c.c.data).where(_c.c.stage.in_(bindparam("stages", expanding=True)))
_limits = (_c.c.due == "", _c.c.due, _c.c.stage_at, _c.c.id)
"""What the law asks for first stands first; what has no limit yet comes after it, the oldest first."""
_first = (
    select(_c.c.id)
    .where(_c.c.stage.in_(bindparam("stages", expanding=True)), tables.WAITS_STILL)
    .order_by(*_limits)
    .limit(bindparam("count"))
)
_by_limit = select(_c.c.data).where(_c.c.id.in_(_first)).order_by(*_limits)
"""Chosen by the index alone: of thousands only those that are shown are read."""
_newest_first = _in_stage.order_by(_c.c.stage_at.desc()).limit(bindparam("count"))
_came_back = select(_c.c.data).where(_c.c.came_back).order_by(_c.c.stage_at)
_how_many = (
    select(_c.c.stage, func.count().label("files")).where(_c.c.stage.in_(claims.OPEN)).group_by(_c.c.stage)
)
_how_many_back = select(func.count()).where(_c.c.came_back)
MOST_SHOWN = 500
MOST_RUPIAH = 10**12

GREEN, YELLOW, RED = "green", "yellow", "red"


class WorkItem(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a work list."""

    case: Case
    light: str
    """green, yellow or red (DOMAIN 3.6); red is past the law's limit."""
    holder: str
    """Name of the person who has it now."""
    blocked: str = ""
    """Code of why this person may not work on it, such as same_person_two_checks."""
    programme: str = ""
    """JHT, JKM …; the service's name where it is none of a programme."""
    age_days: int = 0
    """Days since the member handed it in; with the CSO, since it was opened or sent back."""
    why: tuple[str, ...] = ()
    """Why it came back from the verifier, from finance or from the bank, in words."""


class WorkCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many files wait in each work list."""

    counter: int
    verifier: int
    finance: int


def _why(case: Case, rules: RuleBundle) -> tuple[str, ...]:
    """The reasons of the last return as they are called; a code that the rules do not know stays as it is."""
    if case.stage == claims.PAYMENT_RETURNED:
        names = {each.code: each.name.id for each in rules.payment_return_reasons}
        return (names.get(case.payment.returned_reason, case.payment.returned_reason),)
    names = {each.code: each.name.id for each in rules.return_reasons}
    said = (*(names.get(code, code) for code in case.return_reasons), case.return_note)
    return tuple(words for words in said if words)


class Claims:
    """What verifier and finance do."""

    def __init__(self, office: Office, cases: Cases) -> None:
        self._office = office
        self._cases = cases

    # ------------------------------------------------------------------------------------------ work lists

    def counts(self) -> WorkCounts:
        """How much waits where."""
        with self._office.store.reading() as connection:
            stages = {row.stage: int(row.files) for row in connection.execute(_how_many)}
            back = connection.execute(_how_many_back).scalar_one()
        return WorkCounts(
            counter=sum(stages.get(stage, 0) for stage in claims.WITH_CSO),
            verifier=stages.get(claims.SUBMITTED, 0),
            finance=back + sum(stages.get(stage, 0) for stage in claims.WITH_FINANCE),
        )

    def for_counter(self, who: str) -> tuple[WorkItem, ...]:
        """Files with the CSOs: drafts, and what was returned for completion; one's own first, then by their limit."""
        items = self._items(claims.WITH_CSO, "counter", who)
        return tuple(sorted(items, key=lambda item: who not in item.case.counter_checkers))

    def for_verifier(self, who: str) -> tuple[WorkItem, ...]:
        """Files that wait for a verifier, by their limit."""
        return self._items((claims.SUBMITTED,), "verify", who)

    def for_finance(self, who: str) -> tuple[WorkItem, ...]:
        """Files that wait for finance: first those whose payment the bank has sent back, then by their limit."""
        with self._office.store.reading() as connection:
            back = connection.execute(_came_back).all()
        return self._shown(back, "finance", who) + self._items(claims.WITH_FINANCE, "finance", who)

    def finished(self, who: str) -> tuple[WorkItem, ...]:
        """Files that were paid or rejected; the newest first."""
        stages = (claims.PAID, claims.REJECTED)
        with self._office.store.reading() as connection:
            rows = connection.execute(_newest_first, {"stages": stages, "count": MOST_SHOWN}).all()
        return self._shown(rows, "finance", who)

    def _items(self, stages: tuple[str, ...], check: str, who: str) -> tuple[WorkItem, ...]:
        with self._office.store.reading() as connection:
            rows = connection.execute(_by_limit, {"stages": stages, "count": MOST_SHOWN}).all()
        return self._shown(rows, check, who)

    def _shown(self, rows: Sequence[Row[Any]], check: str, who: str) -> tuple[WorkItem, ...]:
        return tuple(self._item(_case_state(row[0]), check, who) for row in rows)

    def _item(self, case: Case, check: str, who: str) -> WorkItem:
        rules = self._office.rules_of(case.bundle_version)
        service = rules.service(case.service)
        return WorkItem(
            case=case,
            light=self.light(case),
            holder=self._office.name(case.holder),
            blocked=claims.may_check(case, check, who) or "",
            programme=service.programme.upper() if service.programme else service.name.id,
            age_days=self._age(case),
            why=_why(case, rules),
        )

    def _age(self, case: Case) -> int:
        since = case.submitted_at if case.stage not in claims.WITH_CSO else case.stage_at
        day = day_of(since or case.opened_at, self._office.branch().zone)
        return max(0, (date.fromisoformat(self._office.calendar_day()) - date.fromisoformat(day)).days)

    def light(self, case: Case) -> str:
        """Green under 24 h, yellow until the day before the law's limit, then red (DOMAIN 3.6)."""
        if case.submitted_at is None or case.stage in (claims.PAID, claims.REJECTED, claims.CLOSED):
            return GREEN
        limits = self._office.rules_of(case.bundle_version).limits
        today = self._office.calendar_day()
        if case.due and today > case.due:
            return RED
        age_hours = (self._office.now() - case.submitted_at) / 3_600_000
        if age_hours < limits.green_hours and not (
            case.due and add_days(today, limits.yellow_margin_days) > case.due
        ):
            return GREEN
        return YELLOW

    # ------------------------------------------------------------------------------------------ taking

    def take(self, who: str, case: str) -> Case:
        """Take a file to work on it; raises Refused("case_held_by_other" | "same_person_two_checks")."""
        self._office.decide("take_case", who, {"case": case}, lambda: self.take_here(who, case))
        return self._cases.get(case)

    def take_here(self, who: str, case: str) -> dict[str, Any]:
        """The same by what this computer knows."""
        state = self._cases.get(case)
        check = "verify" if state.stage == claims.SUBMITTED else "finance"
        code = claims.may_check(state, check, who)
        if code:
            raise Refused(code)
        self._write(who, case, happened.Taken())
        return {}

    def release(self, who: str, case: str) -> Case:
        """Put it back."""
        return self._write(who, case, happened.Released())

    # ------------------------------------------------------------------------------------------ the verifier

    def verify(self, who: str, case: str, amount: int, tax: int = 0, note: str = "") -> Case:
        """Found right; the amount in rupiah is the verifier's. Raises Refused("amount_wrong")."""
        if not 0 < amount <= MOST_RUPIAH or not 0 <= tax <= amount:
            raise Refused("amount_wrong")
        return self._write(who, case, happened.Verified(amount=amount, tax=tax, note=clean_text(note, 500)))

    def send_back(self, who: str, case: str, reasons: tuple[str, ...], note: str = "") -> Case:
        """Back to the CSO for completion, with reasons of the bundle."""
        known = {each.code for each in self._rules(case).return_reasons}
        for each in reasons:
            if each not in known:
                raise Refused("unknown_code", what=each)
        if not reasons:
            raise Refused("reason_missing")
        return self._write(
            who, case, happened.Returned(reasons=reasons, note=clean_text(note, 500, multiline=True))
        )

    def reject(self, who: str, case: str, reason: str, note: str = "") -> Case:
        """Refused for good, with a reason of the bundle."""
        if not reason:
            raise Refused("reason_missing")
        if reason not in {each.code for each in self._rules(case).reject_reasons}:
            raise Refused("unknown_code", what=reason)
        return self._write(
            who, case, happened.Rejected(reason=reason, note=clean_text(note, 500, multiline=True))
        )

    # ------------------------------------------------------------------------------------------ finance

    def order(self, who: str, case: str, voucher: str) -> Case:
        """Write the voucher. Raises Refused("voucher_missing")."""
        number = clean_text(voucher, 40)
        if not number:
            raise Refused("voucher_missing")
        return self._write(who, case, happened.PaymentOrdered(voucher=number))

    def approve(self, who: str, case: str) -> Case:
        """Approve the voucher within the limit of one's role. Raises Refused("over_limit", limit=…)."""
        state = self._cases.get(case)
        limit = self.approval_limit(who)
        if limit is not None and (state.amount or 0) > limit:
            raise Refused("over_limit", limit=limit)
        return self._write(who, case, happened.PaymentApproved())

    def approval_limit(self, who: str) -> int | None:
        """The largest amount somebody may approve; None is without limit."""
        roles = self._office.roles(who)
        limits = [each.rupiah for each in self._office.rules().limits.approval if each.role in roles]
        if not limits:
            return 0
        return None if None in limits else max(each for each in limits if each is not None)

    def return_to_verifier(self, who: str, case: str, reason: str) -> Case:
        """Finance found it wrong."""
        why = clean_text(reason, 300)
        if not why:
            raise Refused("reason_missing")
        return self._write(who, case, happened.FinanceReturned(reason=why))

    def pay(self, who: str, case: str, day: str, reference: str, *, sure: bool = False) -> Case:
        """Paid on a day under the bank's reference.

        Raises Refused("day_in_future" | "reference_missing" | "paid_before_voucher"), and ("paid_late") for a day more
        than a month after the voucher of which nobody is `sure` yet.
        """
        paid = parse_day(day)
        if paid > self._office.calendar_day():
            raise Refused("day_in_future")
        self._fits_voucher(case, paid, sure)
        number = clean_text(reference, 40)
        if not number:
            raise Refused("reference_missing")
        return self._write(who, case, happened.PaymentMade(day=paid, reference=number))

    def _fits_voucher(self, case: str, paid: str, sure: bool) -> None:
        ordered = self._cases.get(case).payment.ordered_at
        if ordered is None:
            return
        voucher = day_of(ordered, self._office.branch().zone)
        if paid < voucher:
            raise Refused("paid_before_voucher", day=format_day(voucher))
        if paid > add_months(voucher, 1) and not sure:
            raise Refused("paid_late", day=format_day(voucher))

    def payment_returned(self, who: str, case: str, day: str, reason: str) -> Case:
        """The bank sent it back: the same file goes on. Raises Refused("day_in_future" | "returned_before_paid" |
        "reason_missing")."""
        back = parse_day(day)
        if back > self._office.calendar_day():
            raise Refused("day_in_future")
        paid = self._cases.get(case).payment.paid_day
        if paid and back < paid:
            raise Refused("returned_before_paid", day=format_day(paid))
        why = clean_text(reason, 120)
        if not why:
            raise Refused("reason_missing")
        return self._write(who, case, happened.PaymentReturned(day=back, reason=why))

    def archive(self, who: str, case: str, box: str) -> Case:
        """Where the paper lies."""
        return self._write(who, case, happened.ArchivedAt(box=clean_text(box, 60)))

    def _rules(self, case: str) -> RuleBundle:
        return self._office.rules_of(self._cases.get(case).bundle_version)

    def _write(self, who: str, case: str, what: msgspec.Struct) -> Case:
        with self._office.unit(who) as unit:
            if unit.state(f"case:{case}") is None:
                raise Refused("case_unknown")
            written: Case = unit.append(f"case:{case}", what)
        return written
