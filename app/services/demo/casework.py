"""What a CSO of a demo day writes into a file: the form, the papers, the interview, and what comes of it."""

from collections.abc import Generator

import msgspec

from app.domain.calendar import add_days
from app.domain.checklists import ChecklistLine
from app.domain.claims import Case
from app.domain.interviews import MATCHES
from app.domain.rules import Fact
from app.domain.tickets import Ticket
from app.services.case_view import CaseView
from app.services.demo.plan import INCOMPLETE, INFORM, Visit, pick
from app.services.demo.stage import Call, Stage, Steps

_RESULTS = {"missing": 60, "illegible": 15, "mismatch": 17, "expired": 8}
_REMARKS = {
    "missing": "",
    "illegible": "Fotokopi buram",
    "mismatch": "Ejaan nama berbeda dengan KTP",
    "expired": "Masa berlaku habis",
}
_ENDS = {
    "matched": 52,
    "unreachable": 24,
    "interrupted": 13,
    "doubt_visit_branch": 7,
    "postponed_by_member": 4,
}
_FORM_STEPS = 30
"""About so many things are written down during one service."""


class Casework:
    """The files of one CSO."""

    def __init__(self, stage: Stage, who: str) -> None:
        self._stage = stage
        self._who = who
        self._calls = stage.history.calls.setdefault(who, [])

    # ------------------------------------------------------------------------------------------ at the counter

    def serve(self, ticket: Ticket, visit: Visit, seconds: float) -> Generator[float, None, str]:
        """A visitor with a claim; the outcome of the leg."""
        if visit.end == INFORM and not visit.case:
            yield seconds * 0.6
            return pick(self._stage.random, {"info_given": 6, "referred_online": 4})
        step = seconds / _FORM_STEPS
        if visit.case:
            case = self._stage.cases.continue_case(self._who, visit.case, ticket.id).id
            yield step * 4
        else:
            case = self._stage.cases.open_for(self._who, ticket.id).id
            yield from self._fill_form(case, visit, step)
            yield from self._ask(case, visit, step)
        incomplete = visit.end == INCOMPLETE and not visit.case
        yield from self._papers(case, incomplete=incomplete, step=step)
        if incomplete:
            return self._send_for_papers(case, visit)
        return (yield from self._finish_file(case, visit, step))

    def _finish_file(self, case: str, visit: Visit, step: float) -> Generator[float, None, str]:
        """The interview where the programme wants one, and off to the verifier."""
        if self._wants_interview(case):
            if visit.later and not visit.case:
                self._stage.talks.start(self._who, case, "whatsapp_video")
                self._calls.append(Call(self._stage.clock.now() + 40 * 60_000, case, visit))
                return "interview_scheduled"
            yield from self._talk_here(case, step)
        self._stage.cases.submit(self._who, case)
        return "claim_submitted"

    def _fill_form(self, case: str, visit: Visit, step: float) -> Steps:
        member = visit.member
        rules, cases = self._stage.rules, self._stage.cases
        claimant = rules.reason(visit.reason).claimants[0]
        fields = {
            "name": member.name,
            "nik": member.nik,
            "birth_date": member.birth_date,
            "sex": member.sex,
            "member_nos": member.member_no,
            "phone": member.phone,
            "employer": member.employer,
            "bank_name": member.bank_name,
            "bank_account": member.bank_account,
            "bank_holder": member.name,
            "claimant": claimant,
        }
        if claimant != "member":
            heir = self._stage.history.members.new(self._stage.random, self._stage.day)
            fields |= {"claimant_name": heir.name, "claimant_nik": heir.nik, "claimant_phone": heir.phone}
            fields["bank_holder"] = heir.name
        for field, typed in fields.items():
            cases.note(self._who, case, field, typed)
            yield step * self._stage.between(0.4, 1.2)
        cases.choose_reason(self._who, case, visit.reason)
        yield step

    def _ask(self, case: str, visit: Visit, step: float) -> Steps:
        """The questions on which papers depend; an answer may bring up another question."""
        stage = self._stage
        while open_questions := self._open_questions(case):
            for fact in open_questions:
                stage.cases.answer_fact(self._who, case, fact.code, self._answer(fact))
                yield step * stage.between(0.5, 1.5)

    def _open_questions(self, case: str) -> list[Fact]:
        view = self._stage.cases.view(self._who, case)
        return [fact for fact in view.questions if not view.case.facts.get(fact.code)]

    def _answer(self, fact: Fact) -> str:
        stage, random = self._stage, self._stage.random
        if fact.kind == "yes_no":
            return "yes" if stage.chance(0.7 if fact.code == "spouse_heir" else 0.18) else "no"
        if fact.kind == "choice":
            return fact.choices[0].code
        if fact.kind == "date":
            back = {"stop_date": (25, 320), "membership_start": (3700, 6000)}.get(fact.code, (3, 40))
            return add_days(stage.day, -random.randint(*back))
        if fact.code == "benefit_amount":
            return "42000000"
        return str(round(random.lognormvariate(16.7, 0.8)) // 1000 * 1000)

    # ------------------------------------------------------------------------------------------ papers

    def _papers(self, case: str, *, incomplete: bool, step: float) -> Steps:
        """Each line that is still open is ticked; of an incomplete file one or two do not do."""
        view = self._stage.cases.view(self._who, case)
        open_lines = [each.line for each in view.lines if each.line.required and not each.done]
        wrong: list[str] = []
        if incomplete:
            count = min(len(open_lines), 1 if self._stage.chance(0.65) else 2)
            wrong = [each.code for each in self._stage.random.sample(open_lines, count)]
        for line in open_lines:
            self._mark(case, line, wrong=line.code in wrong)
            yield step * self._stage.between(0.4, 1.2)

    def _mark(self, case: str, line: ChecklistLine, *, wrong: bool) -> None:
        stage = self._stage
        document = line.documents[0] if stage.chance(0.8) else stage.random.choice(line.documents)
        result = pick(stage.random, _RESULTS) if wrong else "fits"
        stage.cases.mark(
            self._who,
            case,
            document,
            result,
            original_shown=result == "fits" and line.original,
            copy_kept="none" if wrong or not line.copy else stage.random.choice(("paper", "electronic")),
            note=_REMARKS.get(result, ""),
        )

    def _send_for_papers(self, case: str, visit: Visit) -> str:
        """A slip of what is missing; most come back on another day."""
        stage = self._stage
        stage.cases.give_slip(self._who, case, "print" if stage.chance(0.7) else "whatsapp")
        if stage.chance(0.15):
            stage.cases.close(self._who, case, "Peserta membatalkan pengajuan")
        elif stage.chance(0.65):
            stage.history.follow_ups.append(_again(visit, case))
        return "documents_incomplete"

    # ------------------------------------------------------------------------------------------ interviews

    def _wants_interview(self, case: str) -> bool:
        view: CaseView = self._stage.cases.view(self._who, case)
        return any(blocker.startswith("interview_") for blocker in view.blockers)

    def _talk_here(self, case: str, step: float) -> Steps:
        """Face to face or in the booth; one that was begun on the telephone is finished here."""
        stage = self._stage
        talks = stage.cases.get(case).interviews
        if not talks or talks[-1].sealed_at is not None:
            stage.talks.start(self._who, case, "booth" if stage.chance(0.25) else "face_to_face")
        began = stage.clock.now()
        yield from self._questions(case, 0, step * 0.5)
        stage.talks.note(self._who, case, "Pemohon hadir sendiri dan menjawab dengan lancar.")
        self._judge(case, "matched", "match", began)

    def _questions(
        self, case: str, first: int, step: float, last: int | None = None, doubtful: str = ""
    ) -> Steps:
        talk = self._stage.talks
        for question in self._stage.rules.interview.questions[first:last]:
            verdict = "doubt" if question.code == doubtful else MATCHES
            note = "Ragu, jawaban berubah-ubah" if verdict == "doubt" else ""
            talk.answer(self._who, case, question.code, verdict, note)
            yield step * self._stage.between(0.6, 1.4)

    def _judge(self, case: str, result: str, verdict: str, began: int) -> None:
        self._stage.talks.attempt(self._who, case, result, began)
        self._stage.talks.judge(self._who, case, verdict)

    def call_is_due(self) -> bool:
        """Whether some member is to be called now."""
        return any(each.at <= self._stage.clock.now() for each in self._calls)

    def hold_call(self) -> Steps:
        """Call the member who has waited longest."""
        now = self._stage.clock.now()
        call = next(each for each in self._calls if each.at <= now)
        self._calls.remove(call)
        yield self._stage.between(15, 40)
        end = self._stage.call_ends.pop(0) if self._stage.call_ends else pick(self._stage.random, _ENDS)
        if end in ("unreachable", "postponed_by_member"):
            yield from self._nobody(call, end, now)
        elif end == "doubt_visit_branch":
            yield from self._doubt(call, now)
        else:
            yield from self._held(call, now, broken=end == "interrupted")

    def _nobody(self, call: Call, result: str, began: int) -> Steps:
        """Not reached, or put off: tried again when the rule allows it, and in the end given up."""
        stage = self._stage
        yield stage.between(40, 90)
        stage.talks.attempt(self._who, call.case, result, began)
        again = stage.talks.view(self._who, call.case).next
        if again.exhausted:
            stage.history.left[call.case] = "unreachable"
            stage.cases.note(self._who, call.case, "note", "Tidak dapat dihubungi; peserta diminta datang.")
            stage.history.follow_ups.append(_again(call.visit, call.case))
        else:
            at = max(again.earliest, stage.clock.now() + 30 * 60_000)
            self._calls.append(msgspec.structs.replace(call, at=at))

    def _doubt(self, call: Call, began: int) -> Steps:
        """The officer is not sure who speaks: the member is asked to come."""
        stage = self._stage
        yield from self._questions(call.case, 0, 12, doubtful="last_employer")
        stage.talks.note(self._who, call.case, "Gambar gelap, wajah tidak jelas; diminta datang ke kantor.")
        self._judge(call.case, "doubt_visit_branch", "doubt", began)
        stage.history.follow_ups.append(_again(call.visit, call.case))

    def _held(self, call: Call, began: int, *, broken: bool) -> Steps:
        """The talk, with or without a break in the line, and the file goes to the verifier."""
        stage, half = self._stage, 5
        yield from self._questions(call.case, 0, 12, last=half)
        if broken:
            stage.talks.attempt(self._who, call.case, "interrupted", began, "Sinyal terputus")
            yield stage.between(40, 150)
            began = stage.clock.now()
        yield from self._questions(call.case, half, 12)
        stage.talks.note(self._who, call.case, "Wajah dan berkas cocok, suara jelas.")
        self._judge(call.case, "matched", "match", began)
        yield stage.between(5, 20)
        stage.cases.submit(self._who, call.case)

    # ------------------------------------------------------------------------------------------ what came back

    def mend(self, case: Case) -> Steps:
        """A file that the verifier returned: looked at again, completed and handed in anew."""
        stage = self._stage
        stage.history.left[case.id] = "being mended"
        yield stage.between(90, 240)
        line = next(each.line for each in stage.cases.view(self._who, case.id).lines if each.line.required)
        self._mark(case.id, line, wrong=False)
        stage.cases.note(self._who, case.id, "note", "Sudah diperbaiki sesuai catatan verifikator.")
        yield stage.between(10, 30)
        stage.cases.submit(self._who, case.id)
        del stage.history.left[case.id]

    def mend_account(self, case: str) -> Steps:
        """The bank sent the money back: the right account, from the bank book."""
        account = str(self._stage.random.randint(1_000_000_000, 9_999_999_999))
        self._stage.cases.note(self._who, case, "bank_account", account)
        self._stage.history.bank_errors.remove(case)
        yield self._stage.between(60, 180)


def _again(visit: Visit, case: str) -> Visit:
    """The same person on a later day, with everything that was asked for."""
    return msgspec.structs.replace(
        visit, case=case, missing=(), absent=0, patience=0, transfer="", park="", wrong_key=False, later=False
    )
