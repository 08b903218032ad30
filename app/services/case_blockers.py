"""What still stands in the way of submitting a case, in the order of the work."""

from collections.abc import Mapping

from app.domain import interviews
from app.domain.bundle import RuleBundle
from app.domain.case_form import AS_PRINTED, MEMBER
from app.domain.checklists import Completeness
from app.domain.claims import Case
from app.domain.identity import Finding

Findings = Mapping[str, tuple[Finding, ...]]

_NEEDED = ("name", "nik", "phone", "bank_account")


def blockers(
    state: Case, rules: RuleBundle, claimant: str, complete: Completeness | None, findings: Findings
) -> tuple[str, ...]:
    """Codes of the messages; none when the file may go. `complete` is None while no reason is chosen."""
    found = [f"missing_{field}" for field in _NEEDED if not state.fields.get(field)]
    found += [f"{number}_not_confirmed" for number in _unconfirmed(state, claimant, findings)]
    if not claimant:
        found.append("missing_claimant")
    if complete is None:
        found.append("reason_not_chosen")
    elif not complete.complete:
        found.append("documents_incomplete")
    return (*found, *_interview(state, rules))


def _unconfirmed(state: Case, claimant: str, findings: Findings) -> list[str]:
    """Numbers that cannot be right, and that nobody has seen so on the paper (DOMAIN 4.1)."""
    return [
        number
        for number, printed in AS_PRINTED.items()
        if any(finding.hard for finding in findings.get(number, ()))
        and state.fields.get(printed) != state.fields[number]
        and (number != "claimant_nik" or claimant not in ("", MEMBER))
    ]


def _interview(state: Case, rules: RuleBundle) -> list[str]:
    """JHT needs an interview; where one was held for another programme, its verdict counts there too."""
    needed = bool(state.reason) and rules.programme(rules.reason(state.reason).programme).interview_required
    if not state.interviews:
        return ["interview_missing"] if needed else []
    talk = state.interviews[-1]
    answers = {question: verdict for question, (verdict, _) in talk.answers.items()}
    code = interviews.may_submit(rules.interview, answers, talk.identity)
    return [code] if code else []
