"""The interview tab without its widgets: attempts, verdicts, the identity, and what is being written."""

from app.domain.case_parts import Interview
from app.domain.rules import AttemptResult
from app.errors import Refused
from app.ui.presenters.case import AMEND, ASK, FORM, RUNNING, TALK, CaseLook, CasePresenter

IDLE, READY, RUNNING_NOW, SEALED = "idle", "ready", "running", "sealed"
"""No talk yet; a talk without a running attempt; an attempt under way; sealed with the submission."""


class InterviewPresenter:
    """Works on the case that its presenter holds."""

    def __init__(self, presenter: CasePresenter) -> None:
        self._presenter = presenter
        self._services = presenter.services
        self._started: dict[str, int] = {}

    @property
    def look(self) -> CaseLook | None:
        """What was read last."""
        return self._presenter.look

    @property
    def talk(self) -> Interview | None:
        """The talk that is written now, or the last sealed one."""
        return self.look.talk.talk if self.look else None

    def state(self) -> str:
        """One of IDLE, READY, RUNNING_NOW, SEALED."""
        talk = self.talk
        if talk is None:
            return IDLE
        if talk.sealed_at is not None:
            return SEALED
        return RUNNING_NOW if self.running_since() is not None else READY

    def running_since(self) -> int | None:
        """When the attempt under way began (ms UTC); it survives the end of the program as a draft."""
        talk = self.talk
        if self.look is None or talk is None or talk.sealed_at is not None:
            return None
        if talk.id in self._started:
            return self._started[talk.id] or None
        kept = self.look.draft(RUNNING)
        return int(kept) if kept and kept.isdigit() else None

    def may_talk_again(self) -> bool:
        """A sealed talk is followed by a new one only while the file is back with the CSO."""
        return self.state() in (IDLE, SEALED) and self._presenter.may_write()

    def resumable(self) -> AttemptResult | None:
        """How the last attempt ended, when one may go on where it broke off."""
        talk = self.talk
        if self.look is None or talk is None or not talk.attempts or self.state() != READY:
            return None
        last = talk.attempts[-1][2]
        return next(
            (each for each in self.look.talk.rules.results if each.code == last and each.resumable), None
        )

    # ------------------------------------------------------------------------------------------ acting

    def start(self, type_: str) -> None:
        """Begin a talk of this type and its first attempt."""
        case, who, services = self._presenter.case, self._presenter.who, self._services

        def work() -> object:
            services.talks.start(who, case, type_)
            return services.drafts.keep(who, FORM, case, {RUNNING: str(services.office.now())})

        self._presenter.write(work)

    def begin_attempt(self) -> None:
        """Call again, or go on after an interruption."""
        if self.state() != READY or not self._presenter.may_write():
            return
        case, who, services = self._presenter.case, self._presenter.who, self._services
        talk = self.talk
        assert talk is not None
        self._started.pop(talk.id, None)
        self._presenter.write(
            lambda: services.drafts.keep(who, FORM, case, {RUNNING: str(services.office.now())})
        )

    def end_attempt(self, result: str) -> None:
        """The attempt ended with a result of the bundle."""
        since, talk = self.running_since(), self.talk
        if since is None or talk is None or not self._presenter.may_write():
            return
        case, who, services = self._presenter.case, self._presenter.who, self._services
        self._started[talk.id] = 0  # two quick keys end it once

        def work() -> None:
            services.talks.attempt(who, case, result, since)
            services.drafts.drop(who, FORM, case, (RUNNING,))

        def failed(refused: Refused) -> None:
            self._started.pop(talk.id, None)
            self._presenter.screen.show_refused(refused)

        self._presenter.write(work, failed)

    def answer(self, question: str, verdict: str) -> None:
        """The verdict on one question; its note stays."""
        if self.talk is None or self.state() == SEALED or not self._presenter.may_write():
            return
        case, who = self._presenter.case, self._presenter.who
        note = self.note_of(question)
        self._presenter.write(lambda: self._services.talks.answer(who, case, question, verdict, note))

    def verdict_of(self, question: str) -> str:
        """The verdict now; empty when not asked."""
        found = self.talk.answers.get(question) if self.talk else None
        return "" if found is None or found[0] == "not_asked" else found[0]

    def note_of(self, question: str) -> str:
        """The note now."""
        found = self.talk.answers.get(question) if self.talk else None
        return found[1] if found else ""

    def note_answer(self, question: str, text: str) -> None:
        """A remark to one question; a secret one has none, ever."""
        look, field = self.look, ASK + question
        if look is None or self.talk is None:
            return
        if text == self.note_of(question) and look.draft(field) is None:
            self._presenter.forget(field)
            return
        verdict = self.verdict_of(question) or "not_asked"

        def work(case: str) -> object:
            return self._services.talks.answer(self._presenter.who, case, question, verdict, text)

        self._presenter.take(field, text, work, None)

    def note(self, text: str) -> None:
        """The free text of the talk."""
        look, talk = self.look, self.talk
        if look is None or talk is None or talk.sealed_at is not None:
            return
        if text == talk.text and look.draft(TALK) is None:
            self._presenter.forget(TALK)
            return
        who = self._presenter.who
        self._presenter.take(TALK, text, lambda case: self._services.talks.note(who, case, text), None)

    def judge(self, verdict: str) -> None:
        """Is it the claimant?"""
        if self.talk is None or self.state() == SEALED or not self._presenter.may_write():
            return
        case, who = self._presenter.case, self._presenter.who
        self._presenter.write(lambda: self._services.talks.judge(who, case, verdict))

    def amend(self, text: str) -> None:
        """Add to a sealed talk."""
        who = self._presenter.who
        self._presenter.take(AMEND, text, lambda case: self._services.talks.amend(who, case, text), None)
