"""What the workspace shows of a case, read at one go."""

import msgspec

from app.domain.checklists import ChecklistLine, Completeness, Mark
from app.domain.claims import Case
from app.domain.identity import Finding
from app.domain.rules import Fact, Reason
from app.services.known_person import Offer


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the checklist with what was seen of its documents."""

    line: ChecklistLine
    marks: dict[str, Mark]
    done: bool


class OtherCase(msgspec.Struct, frozen=True, kw_only=True):
    """Another case of the same person."""

    id: str
    service: str
    stage: str
    opened_at: int
    open: bool


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the right half of the counter's page."""

    case: Case
    rules_version: int
    reason: Reason | None
    reasons: tuple[Reason, ...]
    """What may be chosen for this service."""
    claimant: str
    """Who asks for the benefit; "" while nobody is chosen and the member cannot."""
    claimants: frozenset[str]
    """Who may ask under the reason, or under any that may be chosen."""
    questions: tuple[Fact, ...]
    lines: tuple[LineView, ...]
    completeness: Completeness | None
    findings: dict[str, tuple[Finding, ...]]
    """field (or `reason`) to what the checks noticed"""
    others: tuple[OtherCase, ...]
    blockers: tuple[str, ...]
    """Codes of what stands in the way of submitting, in the order of the work."""
    editable: bool
    offer: Offer | None
    """What one key would fill in, for who may read files."""
    due: str
    promised: str


def papers_to_fit(view: CaseView) -> tuple[str, ...]:
    """Papers of the required lines that have no mark yet. Of papers of which one is enough nobody can say at one go which
    it was, and nobody says of an optional one that it was seen.
    """
    return tuple(
        line.line.documents[0]
        for line in view.lines
        if line.line.required and len(line.line.documents) == 1 and line.line.documents[0] not in line.marks
    )
