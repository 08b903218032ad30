"""Figures of the files: missing papers, interviews, stages, and what verifier and finance did today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from app.domain import case_events as happened
from app.domain.bundle import Owner, RuleBundle
from app.domain.checklists import FITS
from app.domain.claims import WITH_CSO, Case
from app.domain.events import Event
from app.domain.figures import Count, DocumentFigures, InterviewFigures, Paid, StageFigures
from app.domain.rules import AttemptResult, Choice
from app.domain.tickets import Ticket

MISSING = "missing"
HOUR = 3_600_000

STAGES = ("draft", "returned", "submitted", "verified", "ordered", "approved", "payment_returned")
"""Open stages in the order of a file's life, with the CSO first."""

FLOW: dict[type, str] = {
    happened.Opened: "opened",
    happened.Submitted: "submitted",
    happened.Returned: "returned",
    happened.Rejected: "rejected",
    happened.Verified: "verified",
    happened.FinanceReturned: "finance_returned",
    happened.PaymentOrdered: "ordered",
    happened.PaymentApproved: "approved",
    happened.PaymentMade: "paid",
    happened.PaymentReturned: "payment_returned",
    happened.CaseClosed: "closed",
}
"""Event to what it is called in the figures, in the order of a file's life."""


class Files:
    """The files of the branch, and what was written about them on one day."""

    def __init__(self, rules: RuleBundle, cases: Sequence[Case], events: Sequence[Event]) -> None:
        self._rules = rules
        self._cases = {f"case:{each.id}": each for each in cases}
        self._events = tuple(each for each in events if each.stream.startswith("case:"))

    def flow(self) -> tuple[Count, ...]:
        """How often each step was taken; a file that was submitted twice counts twice."""
        steps = Counter(FLOW[type(each.payload)] for each in self._events if type(each.payload) in FLOW)
        return tuple(Count(code=code, count=steps[code]) for code in FLOW.values())

    def paid(self, amounts: Mapping[int, tuple[int, int]]) -> Paid:
        """Payments of the day. `amounts`: position of a payment to its amount and tax, where the file's own are no
        longer those that were paid."""
        sums = [
            amounts.get(each.position) or self._amount(each.stream)
            for each in self._events
            if isinstance(each.payload, happened.PaymentMade)
        ]
        return Paid(count=len(sums), amount=sum(each for each, _ in sums), tax=sum(tax for _, tax in sums))

    def _amount(self, stream: str) -> tuple[int, int]:
        case = self._cases.get(stream)
        return (case.amount or 0, case.tax) if case else (0, 0)

    def stages(self, now: int, day: str) -> tuple[StageFigures, ...]:
        """Open files by stage. Past the limit: `due` lies before `day`; with the CSO the clock stands still."""
        green = self._rules.limits.green_hours * HOUR
        rows = []
        for stage in STAGES:
            there = [each for each in self._cases.values() if each.stage == stage]
            overdue = 0 if stage in WITH_CSO else sum(1 for each in there if each.due and each.due < day)
            old = sum(1 for each in there if now - each.stage_at > green)
            rows.append(StageFigures(stage=stage, count=len(there), old=old, overdue=overdue))
        return tuple(rows)

    # ------------------------------------------------------------------------------------------ papers

    def documents(self) -> tuple[DocumentFigures, ...]:
        """Papers that did not fit: each once for a file, by the last mark of the day; what a slip asked for and
        nobody had looked at counts as missing. The most frequent first."""
        names, members = _document_names(self._rules)
        results = {each.code: each.name.id for each in self._rules.document_results}
        counts: Counter[tuple[str, str]] = Counter()
        for marks, slips in self._papers().values():
            bad = {document: result for document, result in marks.items() if result and result != FITS}
            counts.update(bad.items())
            for line in slips:
                if not any(document in bad for document in members.get(line, (line,))):
                    counts[line, MISSING] += 1
        rows = (
            DocumentFigures(
                document=document,
                name=names.get(document, document),
                result=result,
                result_name=results.get(result, result),
                count=count,
            )
            for (document, result), count in counts.items()
        )
        return tuple(sorted(rows, key=lambda row: (-row.count, row.name, row.result)))

    def _papers(self) -> dict[str, tuple[dict[str, str], set[str]]]:
        """File to its last marks of the day (document to result) and the lines its slips asked for."""
        papers: dict[str, tuple[dict[str, str], set[str]]] = {}
        for event in self._events:
            what = event.payload
            if isinstance(what, happened.DocumentMarked):
                papers.setdefault(event.stream, ({}, set()))[0][what.document] = what.result
            elif isinstance(what, happened.SlipGiven):
                papers.setdefault(event.stream, ({}, set()))[1].update(what.documents)
        return papers

    # ------------------------------------------------------------------------------------------ interviews

    def interviews(self) -> InterviewFigures:
        """Attempts by result, interviews begun by type, and identity verdicts, in the order of the bundle."""
        rules = self._rules.interview
        attempts: Counter[str] = Counter()
        types: Counter[str] = Counter()
        verdicts: dict[str, str] = {}
        for event in self._events:
            what = event.payload
            if isinstance(what, happened.InterviewAttempted):
                attempts[what.result] += 1
            elif isinstance(what, happened.InterviewStarted):
                types[what.type] += 1
            elif isinstance(what, happened.IdentityJudged):
                verdicts[what.interview] = what.verdict
        return InterviewFigures(
            attempts=_counted(rules.results, attempts),
            types=_counted(rules.types, types),
            verdicts=_counted(rules.identity_verdicts, Counter(each for each in verdicts.values() if each)),
        )


def _counted(choices: Sequence[Choice | AttemptResult], counts: Counter[str]) -> tuple[Count, ...]:
    """Those that happened, in the order of `choices`; codes that are no longer in the bundle at the end."""
    names = {each.code: each.name.id for each in choices}
    codes = [*names, *sorted(set(counts) - set(names))]
    return tuple(
        Count(code=code, name=names.get(code, code), count=counts[code]) for code in codes if counts[code]
    )


def _document_names(rules: RuleBundle) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Name of each document and group of documents, and the documents of each group."""
    names = {each.code: each.name.id for each in rules.documents}
    members: dict[str, tuple[str, ...]] = {}
    owners: tuple[Owner, ...] = (*rules.reasons, *rules.claimants)
    for owner in owners:
        for line in owner.lines:
            members.setdefault(line.code, line.documents)
            if line.name is not None:
                names.setdefault(line.code, line.name.id)
    return names, members


def missing_at_desk(rules: RuleBundle, tickets: Iterable[Ticket]) -> tuple[Count, ...]:
    """Papers that the security desk already saw missing, the most frequent first."""
    counts = Counter(document for ticket in tickets for document in ticket.missing)
    names = {each.code: each.name.id for each in rules.documents}
    rows = (Count(code=code, name=names.get(code, code), count=count) for code, count in counts.items())
    return tuple(sorted(rows, key=lambda row: (-row.count, row.name)))
