"""The case file and its claim: what a CSO notes, what verifier and finance decide. The fold of a `case:` stream.

Stages: draft → submitted → verified → ordered → approved → paid; or returned, rejected, payment_returned. Nobody does
two of the three checks (CSO, verifier, finance) on one file, and approving and paying are never the same person
(DOMAIN F-02). The rule is kept here, where the log is folded, whatever role somebody holds.
"""

from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from app.domain import case_answers, receipts
from app.domain.case_events import (
    STEPS,
    ArchivedAt,
    Attached,
    CaseClosed,
    DocumentMarked,
    FactsNoted,
    FinanceReturned,
    IdentityJudged,
    InterviewAmended,
    InterviewAnswered,
    InterviewAttempted,
    InterviewNoted,
    InterviewStarted,
    Linked,
    Noted,
    Opened,
    PaymentApproved,
    PaymentMade,
    PaymentOrdered,
    PaymentReturned,
    ReasonChosen,
    RecordRead,
    Rejected,
    Released,
    Returned,
    SlipGiven,
    Submitted,
    Taken,
    Verified,
)
from app.domain.case_parts import Interview, Payment
from app.domain.events import Event
from app.domain.settled import CaseSettled
from app.errors import Refused

DRAFT, SUBMITTED, RETURNED, VERIFIED = "draft", "submitted", "returned", "verified"
ORDERED, APPROVED, PAID, REJECTED = "ordered", "approved", "paid", "rejected"
PAYMENT_RETURNED, CLOSED, DISPUTED = "payment_returned", "closed", "disputed"
STAGES = (DRAFT, SUBMITTED, RETURNED, VERIFIED, ORDERED, APPROVED, PAID, PAYMENT_RETURNED, REJECTED, CLOSED)
"""DISPUTED is none of them: it lies over the stage that the file had before two decisions raced (DESIGN 2)."""
WITH_CSO = (DRAFT, RETURNED)
WITH_FINANCE = (VERIFIED, ORDERED, APPROVED, PAYMENT_RETURNED)
OPEN = (DRAFT, RETURNED, SUBMITTED, *WITH_FINANCE, DISPUTED)


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """State of one case."""

    id: str
    service: str
    bundle_version: int
    opened_at: int
    opened_position: int
    opened_by: str
    stage: str = DRAFT
    stage_at: int
    tickets: tuple[tuple[str, str], ...] = ()
    """(ticket id, label) of its visits"""
    fields: dict[str, str] = {}
    reason: str = ""
    facts: dict[str, str] = {}
    marks: dict[str, DocumentMarked] = {}
    attachments: tuple[Attached, ...] = ()
    interviews: tuple[Interview, ...] = ()
    holder: str = ""
    """Who works on it now (a claim, not a right)."""
    receipt: str = ""
    former_receipts: tuple[str, ...] = ()
    """On papers that the member may hold still."""
    promised: str = ""
    due: str = ""
    submitted_at: int | None = None
    first_submitted_at: int | None = None
    amount: int | None = None
    tax: int = 0
    return_reasons: tuple[str, ...] = ()
    return_note: str = ""
    reject_reason: str = ""
    box: str = ""
    payment: Payment = Payment()
    answers: case_answers.Answers = case_answers.Answers()
    counter_checkers: tuple[str, ...] = ()
    verify_checkers: tuple[str, ...] = ()
    finance_checkers: tuple[str, ...] = ()
    disputed_from: str = ""
    """Stage under the dispute."""
    settlers: tuple[str, ...] = ()
    """Who settled a race on it: they do no check."""


def _add(people: tuple[str, ...], person: str) -> tuple[str, ...]:
    return people if person in people else (*people, person)


def may_check(case: Case, check: str, person: str) -> str | None:
    """Why `person` may not do `check` (counter, verify, finance) on this file: a refusal code, or None."""
    others = {
        "counter": (*case.verify_checkers, *case.finance_checkers),
        "verify": (*case.counter_checkers, *case.finance_checkers),
        "finance": (*case.counter_checkers, *case.verify_checkers),
    }
    return "same_person_two_checks" if person in (*others[check], *case.settlers) else None


def _check(case: Case, check: str, person: str) -> None:
    code = may_check(case, check, person)
    if code:
        raise Refused(code)


def _need(case: Case, *stages: str) -> None:
    if case.stage not in stages:
        raise Refused("case_not_in_stage", stage=case.stage)


def _counter_work(case: Case, event: Event, *stages: str) -> Case:
    """The CSO's check: only while the file is with the CSO, and it makes the actor its first checker."""
    _need(case, *(stages or WITH_CSO))
    _check(case, "counter", event.actor)
    return replace(case, counter_checkers=_add(case.counter_checkers, event.actor))


def open_case(event: Event) -> Case:
    """The case that `event` brings into being."""
    first = event.payload
    if not isinstance(first, Opened):
        raise Refused("event_out_of_order", kind=event.kind)
    return Case(
        id=event.stream.partition(":")[2],
        service=first.service,
        bundle_version=first.bundle_version,
        opened_at=event.at,
        opened_position=event.position,
        opened_by=event.actor,
        stage_at=event.at,
        tickets=((first.ticket, first.label),) if first.ticket else (),
    )


def _linked(case: Case, event: Event, link: Linked) -> Case:
    pair = (link.ticket, link.label)
    return case if pair in case.tickets else replace(case, tickets=(*case.tickets, pair))


def _noted(case: Case, event: Event, noted: Noted) -> Case:
    # a wrong account is mended by the CSO while finance waits for it
    worked = _counter_work(case, event, *WITH_CSO, PAYMENT_RETURNED)
    answers = case_answers.after_note(case.answers, event, noted.fields)
    return replace(worked, fields={**case.fields, **noted.fields}, answers=answers)


def _reason_chosen(case: Case, event: Event, chosen: ReasonChosen) -> Case:
    return replace(_counter_work(case, event), reason=chosen.reason)


def _facts_noted(case: Case, event: Event, noted: FactsNoted) -> Case:
    return replace(_counter_work(case, event), facts={**case.facts, **noted.facts})


def _document_marked(case: Case, event: Event, mark: DocumentMarked) -> Case:
    marks = {**case.marks, mark.document: mark}
    if not mark.result:
        del marks[mark.document]
    return replace(_counter_work(case, event), marks=marks)


def _attached(case: Case, event: Event, new: Attached) -> Case:
    # a paper for a new account comes while finance waits for it
    worked = _counter_work(case, event, *WITH_CSO, PAYMENT_RETURNED)
    known = any(each.sha256 == new.sha256 for each in case.attachments)
    return worked if known else replace(worked, attachments=(*case.attachments, new))


def _unchanged(case: Case, event: Event, _: msgspec.Struct) -> Case:
    return case


def interview_of(case: Case, interview: str) -> Interview:
    """The interview with that id; raises Refused("interview_unknown")."""
    for each in case.interviews:
        if each.id == interview:
            return each
    raise Refused("interview_unknown")


def _with_interview(case: Case, changed: Interview) -> Case:
    return replace(
        case, interviews=tuple(changed if each.id == changed.id else each for each in case.interviews)
    )


def _open_interview(case: Case, interview: str) -> Interview:
    found = interview_of(case, interview)
    if found.sealed_at is not None:
        raise Refused("interview_sealed")
    return found


def _interview_started(case: Case, event: Event, begun: InterviewStarted) -> Case:
    talk = Interview(id=begun.interview, type=begun.type, started_at=event.at, officer=event.actor)
    return replace(_counter_work(case, event), interviews=(*case.interviews, talk))


def _interview_attempted(case: Case, event: Event, attempt: InterviewAttempted) -> Case:
    talk = _open_interview(case, attempt.interview)
    tried = (*talk.attempts, (attempt.started_at, event.at, attempt.result, attempt.note))
    return _with_interview(_counter_work(case, event), replace(talk, attempts=tried))


def _interview_answered(case: Case, event: Event, answer: InterviewAnswered) -> Case:
    talk = _open_interview(case, answer.interview)
    answers = {**talk.answers, answer.question: (answer.verdict, answer.note)}
    return _with_interview(_counter_work(case, event), replace(talk, answers=answers))


def _interview_noted(case: Case, event: Event, noted: InterviewNoted) -> Case:
    talk = _open_interview(case, noted.interview)
    return _with_interview(_counter_work(case, event), replace(talk, text=noted.text))


def _identity_judged(case: Case, event: Event, judged: IdentityJudged) -> Case:
    talk = _open_interview(case, judged.interview)
    return _with_interview(_counter_work(case, event), replace(talk, identity=judged.verdict))


def _interview_amended(case: Case, event: Event, amended: InterviewAmended) -> Case:
    talk = interview_of(case, amended.interview)
    added = (*talk.amendments, (event.at, event.actor, amended.text))
    return _with_interview(_counter_work(case, event, *STAGES), replace(talk, amendments=added))


def _submitted(case: Case, event: Event, handed: Submitted) -> Case:
    worked = _counter_work(case, event)
    sealed = tuple(
        talk if talk.sealed_at is not None else replace(talk, sealed_at=event.at) for talk in case.interviews
    )
    return replace(
        worked,
        stage=SUBMITTED,
        stage_at=event.at,
        submitted_at=event.at,
        first_submitted_at=case.first_submitted_at or event.at,
        receipt=receipts.after_hand_over(case, handed.receipt),
        promised=handed.promised,
        due=handed.due,
        holder="",
        interviews=sealed,
        return_reasons=(),
        return_note="",
    )


def _taken(case: Case, event: Event, _: Taken) -> Case:
    _need(case, SUBMITTED, *WITH_FINANCE)
    if case.holder and case.holder != event.actor:
        raise Refused("case_held_by_other")
    return replace(case, holder=event.actor)


def _released(case: Case, event: Event, _: Released) -> Case:
    return replace(case, holder="")


def _free_for(case: Case, event: Event) -> None:
    if case.holder and case.holder != event.actor:
        raise Refused("case_held_by_other")


def _verifier_decides(case: Case, event: Event, stage: str, **changes: object) -> Case:
    _need(case, SUBMITTED)
    _free_for(case, event)
    _check(case, "verify", event.actor)
    checkers = _add(case.verify_checkers, event.actor)
    return replace(case, stage=stage, stage_at=event.at, holder="", verify_checkers=checkers, **changes)


def _returned(case: Case, event: Event, back: Returned) -> Case:
    return _verifier_decides(case, event, RETURNED, return_reasons=back.reasons, return_note=back.note)


def _verified(case: Case, event: Event, found: Verified) -> Case:
    return _verifier_decides(case, event, VERIFIED, amount=found.amount, tax=found.tax)


def _rejected(case: Case, event: Event, no: Rejected) -> Case:
    return _verifier_decides(case, event, REJECTED, reject_reason=no.reason)


def _finance_step(case: Case, event: Event, stage: str, payment: Payment, *from_stages: str) -> Case:
    _need(case, *from_stages)
    _free_for(case, event)
    _check(case, "finance", event.actor)
    checkers = _add(case.finance_checkers, event.actor)
    return replace(
        case, stage=stage, stage_at=event.at, holder="", finance_checkers=checkers, payment=payment
    )


def _payment_ordered(case: Case, event: Event, order: PaymentOrdered) -> Case:
    payment = replace(Payment(), voucher=order.voucher, ordered_by=event.actor, ordered_at=event.at)
    payment = replace(
        payment, returned_day=case.payment.returned_day, returned_reason=case.payment.returned_reason
    )
    return _finance_step(case, event, ORDERED, payment, VERIFIED, PAYMENT_RETURNED)


def _payment_approved(case: Case, event: Event, _: PaymentApproved) -> Case:
    if case.payment.ordered_by == event.actor:
        raise Refused("approver_wrote_voucher")
    payment = replace(case.payment, approved_by=event.actor, approved_at=event.at)
    return _finance_step(case, event, APPROVED, payment, ORDERED)


def _finance_returned(case: Case, event: Event, back: FinanceReturned) -> Case:
    returned = _finance_step(case, event, SUBMITTED, Payment(), VERIFIED, ORDERED, PAYMENT_RETURNED)
    return replace(returned, return_note=back.reason, amount=None)


def _payment_made(case: Case, event: Event, made: PaymentMade) -> Case:
    if case.payment.approved_by == event.actor:
        raise Refused("approver_may_not_pay")
    payment = replace(case.payment, paid_by=event.actor, paid_day=made.day, reference=made.reference)
    return _finance_step(case, event, PAID, payment, APPROVED)


def _payment_returned(case: Case, event: Event, back: PaymentReturned) -> Case:
    payment = replace(case.payment, returned_day=back.day, returned_reason=back.reason)
    return _finance_step(case, event, PAYMENT_RETURNED, payment, PAID)


def _closed(case: Case, event: Event, end: CaseClosed) -> Case:
    return replace(_counter_work(case, event), stage=CLOSED, stage_at=event.at, reject_reason=end.reason)


def _archived(case: Case, event: Event, place: ArchivedAt) -> Case:
    return replace(case, box=place.box)


_HANDLERS: dict[type[msgspec.Struct], Callable[..., Case]] = {
    Linked: _linked,
    Noted: _noted,
    ReasonChosen: _reason_chosen,
    FactsNoted: _facts_noted,
    DocumentMarked: _document_marked,
    Attached: _attached,
    SlipGiven: _unchanged,
    RecordRead: _unchanged,
    InterviewStarted: _interview_started,
    InterviewAttempted: _interview_attempted,
    InterviewAnswered: _interview_answered,
    InterviewNoted: _interview_noted,
    IdentityJudged: _identity_judged,
    InterviewAmended: _interview_amended,
    Submitted: _submitted,
    Taken: _taken,
    Released: _released,
    Returned: _returned,
    Verified: _verified,
    Rejected: _rejected,
    PaymentOrdered: _payment_ordered,
    PaymentApproved: _payment_approved,
    FinanceReturned: _finance_returned,
    PaymentMade: _payment_made,
    PaymentReturned: _payment_returned,
    CaseClosed: _closed,
    ArchivedAt: _archived,
    CaseSettled: _unchanged,
    **case_answers.HANDLERS,
    **receipts.HANDLERS,
}


def fold(case: Case | None, event: Event) -> Case:
    """The case after `event`; raises Refused when the event is not possible in this stage or by this person."""
    if case is None:
        return open_case(event)
    handler = _HANDLERS.get(type(event.payload))
    if handler is None:
        raise Refused("event_out_of_order", kind=event.kind)
    if case.stage != DISPUTED:
        return handler(case, event, event.payload)
    if isinstance(event.payload, STEPS):
        raise Refused("case_disputed")
    below = handler(replace(case, stage=case.disputed_from), event, event.payload)
    return replace(below, stage=DISPUTED)
