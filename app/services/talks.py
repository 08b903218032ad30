"""Video-interview notes: attempts, verdicts, the identity of the person; sealed when the claim is submitted."""

import msgspec

from app.domain import case_events as happened
from app.domain.case_form import NOTE_LIMIT
from app.domain.case_parts import Interview
from app.domain.claims import Case
from app.domain.identity import clean_text
from app.domain.interviews import Attempt, NextAttempt, attempt_result, check_answer, next_attempt
from app.domain.rules import InterviewRules
from app.errors import Refused
from app.services.cases import Cases
from app.services.office import Office


class TalkView(msgspec.Struct, frozen=True, kw_only=True):
    """The interview page of a case."""

    rules: InterviewRules
    talk: Interview | None
    """The one that is being written, or the last sealed one."""
    former: tuple[Interview, ...]
    next: NextAttempt
    editable: bool


class Talks:
    """What a CSO does in an interview."""

    def __init__(self, office: Office, cases: Cases) -> None:
        self._office = office
        self._cases = cases

    def view(self, who: str, case: str) -> TalkView:
        """Script, answers and attempts of the interview of a case."""
        view = self._cases.view(who, case)
        state = view.case
        rules = self._office.rules_of(state.bundle_version).interview
        tried = [
            Attempt(started, result) for talk in state.interviews for started, _, result, _ in talk.attempts
        ]
        return TalkView(
            rules=rules,
            talk=state.interviews[-1] if state.interviews else None,
            former=state.interviews[:-1],
            next=next_attempt(tried, self._office.calendar(), rules, self._office.branch().zone),
            editable=view.editable,
        )

    def start(self, who: str, case: str, type_: str) -> Case:
        """Begin a talk; a sealed one is followed by a new one. Raises Refused("interview_running")."""
        state = self._cases.get(case)
        rules = self._office.rules_of(state.bundle_version).interview
        if type_ not in {each.code for each in rules.types}:
            raise Refused("unknown_code", what=type_)
        if state.interviews and state.interviews[-1].sealed_at is None:
            raise Refused("interview_running")
        with self._office.unit(who) as unit:
            begun = happened.InterviewStarted(interview=unit.new_id(), type=type_)
            started: Case = unit.append(f"case:{case}", begun)
        return started

    def attempt(self, who: str, case: str, result: str, started_at: int, note: str = "") -> Case:
        """One attempt came to its end, with a result of the bundle."""
        talk = self._running(case)
        attempt_result(self._rules(case), result)
        tried = happened.InterviewAttempted(
            interview=talk.id, result=result, started_at=started_at, note=clean_text(note, 300)
        )
        return self._write(who, case, tried)

    def answer(self, who: str, case: str, question: str, verdict: str, note: str = "") -> Case:
        """The verdict on one question. Raises Refused("interview_secret_note") for a note to a secret one."""
        talk = self._running(case)
        kept = clean_text(note, 300)
        check_answer(self._rules(case), question, verdict, kept)
        answered = happened.InterviewAnswered(
            interview=talk.id, question=question, verdict=verdict, note=kept
        )
        return self._write(who, case, answered)

    def note(self, who: str, case: str, text: str) -> Case:
        """The free text of the interview."""
        talk = self._running(case)
        kept = clean_text(text, NOTE_LIMIT, multiline=True)
        if kept == talk.text:
            return self._cases.get(case)
        return self._write(who, case, happened.InterviewNoted(interview=talk.id, text=kept))

    def judge(self, who: str, case: str, verdict: str) -> Case:
        """Is it the claimant? match, doubt or no_match."""
        talk = self._running(case)
        if verdict not in {each.code for each in self._rules(case).identity_verdicts}:
            raise Refused("unknown_code", what=verdict)
        return self._write(who, case, happened.IdentityJudged(interview=talk.id, verdict=verdict))

    def amend(self, who: str, case: str, text: str) -> Case:
        """Add to a sealed interview; what was sealed stays."""
        state = self._cases.get(case)
        if not state.interviews or state.interviews[-1].sealed_at is None:
            raise Refused("interview_not_sealed")
        added = clean_text(text, NOTE_LIMIT, multiline=True)
        if not added:
            raise Refused("text_missing")
        return self._write(
            who, case, happened.InterviewAmended(interview=state.interviews[-1].id, text=added)
        )

    def _rules(self, case: str) -> InterviewRules:
        return self._office.rules_of(self._cases.get(case).bundle_version).interview

    def _running(self, case: str) -> Interview:
        state = self._cases.get(case)
        if not state.interviews:
            raise Refused("interview_missing")
        if state.interviews[-1].sealed_at is not None:
            raise Refused("interview_sealed")
        return state.interviews[-1]

    def _write(self, who: str, case: str, what: msgspec.Struct) -> Case:
        with self._office.unit(who) as unit:
            written: Case = unit.append(f"case:{case}", what)
        return written
