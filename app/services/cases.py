"""The case workspace: who the member is, what is claimed, which papers are there, and what still stands in the way."""

from datetime import date
from typing import Any

from app.domain import case_events as happened
from app.domain import checklists, claims, identity
from app.domain.bank_list import bank_name, check_bank
from app.domain.bundle import RuleBundle
from app.domain.calendar import add_days
from app.domain.case_form import AS_PRINTED, FIELDS, MEMBER, claimant_of, field_value
from app.domain.checklists import ChecklistLine, Completeness, Mark
from app.domain.claims import Case
from app.domain.identity import Finding
from app.domain.rules import Fact
from app.domain.tickets import Ticket
from app.errors import Refused
from app.models.journal import Unit
from app.services.case_blockers import blockers
from app.services.case_history import HistoryLine, case_history
from app.services.case_view import CaseView, LineView, OtherCase, papers_to_fit
from app.services.known_person import files_of, offer_of
from app.services.office import Office
from app.services.receipts import new_receipt
from app.services.visit_cases import cases_of, was_sent


class Cases:
    """What a CSO does with a file."""

    def __init__(self, office: Office) -> None:
        self._office = office

    # ------------------------------------------------------------------------------------------ opening

    def of_ticket(self, ticket: str) -> tuple[Case, ...]:
        """The cases that were opened or continued at a ticket."""
        with self._office.store.reading() as connection:
            return cases_of(connection, ticket)

    def was_sent(self, ticket: Ticket) -> bool:
        """Whether the claim of this visit has been submitted."""
        with self._office.store.reading() as connection:
            return was_sent(connection, ticket)

    def open_for(self, who: str, ticket: str) -> Case:
        """The case of a ticket; a new one when there is none yet."""
        known = self.of_ticket(ticket)
        if known:
            return known[0]
        with self._office.unit(who) as unit:
            visit = unit.state(f"ticket:{ticket}")
            if visit is None:
                raise Refused("ticket_unknown")
            opened = happened.Opened(
                service=visit.service,
                bundle_version=self._office.rules().version,
                ticket=ticket,
                label=visit.label,
            )
            case: Case = unit.append(f"case:{unit.new_id()}", opened)
        return case

    def continue_case(self, who: str, case: str, ticket: str) -> Case:
        """A later visit goes on with an older case."""
        with self._office.unit(who) as unit:
            visit = unit.state(f"ticket:{ticket}")
            if visit is None:
                raise Refused("ticket_unknown")
            linked: Case = unit.append(f"case:{case}", happened.Linked(ticket=ticket, label=visit.label))
        return linked

    def get(self, case: str) -> Case:
        """The state of a case; raises Refused("case_unknown")."""
        found = self._office.state(f"case:{case}")
        if not isinstance(found, Case):
            raise Refused("case_unknown")
        return found

    def history(self, case: str) -> tuple[HistoryLine, ...]:
        """What happened to it, oldest first."""
        return case_history(self._office, case)

    def view(self, who: str, case: str) -> CaseView:
        """The workspace of a case, under the rules it was opened with."""
        state = self.get(case)
        rules = self._office.rules_of(state.bundle_version)
        programme = rules.service(state.service).programme
        reasons = rules.reasons_of(programme) if programme else rules.reasons
        reason = rules.reason(state.reason) if state.reason else None
        possible = frozenset(code for each in ((reason,) if reason else reasons) for code in each.claimants)
        claimant = claimant_of(state.fields, possible)
        lines: tuple[ChecklistLine, ...] = ()
        questions: tuple[Fact, ...] = ()
        complete: Completeness | None = None
        marks = _marks(state)
        if reason is not None:
            asks = claimant or MEMBER  # whose papers are those of the reason alone
            lines = checklists.lines_for(rules, reason.code, state.facts, asks)
            questions = checklists.facts_needed(rules, reason.code, state.facts, asks)
            unanswered = checklists.open_questions(rules, reason.code, state.facts, asks)
            complete = checklists.completeness(lines, marks, unanswered)
        findings = self._findings(state, rules)
        others = self._others(state)
        editable = (
            state.stage in claims.WITH_CSO
            and self._office.may(who, "case.work")
            and claims.may_check(state, "counter", who) is None
        )
        return CaseView(
            case=state,
            rules_version=state.bundle_version,
            reason=reason,
            reasons=reasons,
            claimant=claimant,
            claimants=possible,
            questions=questions,
            lines=tuple(_line_view(line, marks) for line in lines),
            completeness=complete,
            findings=findings,
            others=tuple(_other(each) for each in others),
            blockers=blockers(state, rules, claimant, complete, findings),
            editable=editable,
            offer=offer_of(state, others, self._office.calendar_day())
            if editable and self._office.may(who, "record.read")
            else None,
            due=state.due,
            promised=state.promised,
        )

    def _others(self, state: Case) -> tuple[Case, ...]:
        with self._office.store.reading() as connection:
            found = files_of(connection, state.fields.get("nik", ""))
        return tuple(each for each in found if each.id != state.id)

    # ------------------------------------------------------------------------------------------ checks

    def _findings(self, state: Case, rules: RuleBundle) -> dict[str, tuple[Finding, ...]]:
        fields, today = state.fields, self._office.calendar_day()
        found: dict[str, tuple[Finding, ...]] = {}
        for field in ("nik", "claimant_nik"):
            if fields.get(field):
                found[field] = _nik_findings(fields, field, date.fromisoformat(today), rules)
        numbers = fields.get("member_nos", "").split()
        found["member_nos"] = tuple(item for number in numbers for item in identity.check_member_no(number))
        if fields.get("bank_account"):
            owner = fields.get("claimant_name") or fields.get("name", "")
            found["bank_account"] = identity.check_bank_account(
                fields["bank_account"], fields.get("bank_holder", ""), owner
            )
        found["bank_name"] = check_bank(rules.banks, fields.get("bank_name", ""))
        if state.reason:
            born = fields.get("birth_date", "")
            found["reason"] = checklists.eligibility_findings(
                rules, state.reason, state.facts, today=today, birth_date=born
            )
        return {field: items for field, items in found.items() if items}

    # ------------------------------------------------------------------------------------------ the form

    def note(self, who: str, case: str, field: str, typed: str) -> Case:
        """Keep one field of the form; another number takes the confirmation of the former one with it.

        Raises Refused when it cannot be what it says (a phone without digits), or confirms a number that has changed.
        """
        if field not in FIELDS:
            raise Refused("unknown_code", what=field)
        value = field_value(field, typed, self._office.calendar_day())
        with self._office.unit(who) as unit:
            state = _known(unit, case)
            if field == "claimant" and value:
                self._office.rules_of(state.bundle_version).claimant(value)
            if field == "bank_name":
                value = bank_name(self._office.rules_of(state.bundle_version).banks, value)
            _confirms_what_stands(state, field, value)
            if state.fields.get(field, "") == value:
                return state
            noted: Case = unit.append(f"case:{case}", happened.Noted(fields={field: value}))
            printed = AS_PRINTED.get(field, "")
            if state.fields.get(printed):
                noted = unit.append(f"case:{case}", happened.Noted(fields={printed: ""}))
        return noted

    def choose_reason(self, who: str, case: str, reason: str) -> Case:
        """What is claimed and why."""
        with self._office.unit(who) as unit:
            self._office.rules_of(_known(unit, case).bundle_version).reason(reason)
            chosen: Case = unit.append(f"case:{case}", happened.ReasonChosen(reason=reason))
        return chosen

    def answer_fact(self, who: str, case: str, fact: str, typed: str) -> Case:
        """The answer to one of the questions on which papers depend; empty takes it back."""
        with self._office.unit(who) as unit:
            state = _known(unit, case)
            question = self._office.rules_of(state.bundle_version).fact(fact)
            value = checklists.answer(question, typed)
            answered: Case = unit.append(f"case:{case}", happened.FactsNoted(facts={fact: value}))
        return answered

    def mark(
        self,
        who: str,
        case: str,
        document: str,
        result: str,
        *,
        original_shown: bool = False,
        copy_kept: str = "none",
        note: str = "",
    ) -> Case:
        """Tick one document; an empty `result` takes the mark back."""
        with self._office.unit(who) as unit:
            rules = self._office.rules_of(_known(unit, case).bundle_version)
            rules.document(document)
            if result not in ("", *(each.code for each in rules.document_results)):
                raise Refused("unknown_code", what=result)
            if copy_kept not in {each.code for each in rules.copy_kinds}:
                raise Refused("unknown_code", what=copy_kept)
            mark = happened.DocumentMarked(
                document=document,
                result=result,
                original_shown=original_shown,
                copy_kept=copy_kept,
                note=identity.clean_text(note, 300),
            )
            marked: Case = unit.append(f"case:{case}", mark)
        return marked

    def mark_fitting(self, who: str, case: str) -> Case:
        """Every paper that is asked for and was not marked yet fits; its original and its copy stay as they are."""
        with self._office.unit(who) as unit:
            state = _known(unit, case)
            for document in papers_to_fit(self.view(who, case)):
                fits = happened.DocumentMarked(document=document, result="fits")
                state = unit.append(f"case:{case}", fits)
        return state

    # ------------------------------------------------------------------------------------------ ends

    def submit(self, who: str, case: str) -> Case:
        """Hand the file to the verifier: receipt number, promised day, the law's limit; the interview is sealed.

        Raises Refused with the first thing that stands in the way.
        """
        receipt = self._receipt(who, case)
        with self._office.unit(who) as unit:
            state = _known(unit, case)
            rules = self._office.rules_of(state.bundle_version)
            in_the_way = self.view(who, case).blockers
            if in_the_way:
                raise Refused(in_the_way[0])
            today = self._office.calendar_day()
            limit = rules.law_working_days(_programme(state, rules))
            handed = happened.Submitted(
                receipt=state.receipt or receipt,
                promised=add_days(today, rules.limits.promise_calendar_days),
                due=self._office.calendar().add_working_days(today, limit) if limit else "",
            )
            submitted: Case = unit.append(f"case:{case}", handed)
        return submitted

    def _receipt(self, who: str, case: str) -> str:
        """A number for a file that has none, asked for before the transaction; none where something stands in the way."""
        seen = self.view(who, case)
        return "" if seen.case.receipt or seen.blockers else new_receipt(self._office, who)

    def close(self, who: str, case: str, reason: str) -> Case:
        """No claim came of it."""
        with self._office.unit(who) as unit:
            _known(unit, case)
            closed: Case = unit.append(
                f"case:{case}", happened.CaseClosed(reason=identity.clean_text(reason, 120))
            )
        return closed

    def give_slip(self, who: str, case: str, how: str) -> None:
        """Record that the slip of what is missing was printed or sent."""
        complete = self.view(who, case).completeness
        codes = tuple(line.code for line in complete.missing) if complete else ()
        with self._office.unit(who) as unit:
            unit.append(f"case:{case}", happened.SlipGiven(documents=codes, how=identity.clean_text(how, 20)))

    def read(self, who: str, case: str, field: str, purpose: str = "") -> None:
        """Record that somebody opened the full record, or uncovered one field of it."""
        with self._office.unit(who) as unit:
            _known(unit, case)
            read = happened.RecordRead(field=field, purpose=identity.clean_text(purpose, 120))
            unit.append(f"case:{case}", read)


def _other(case: Case) -> OtherCase:
    return OtherCase(
        id=case.id,
        service=case.service,
        stage=case.stage,
        opened_at=case.opened_at,
        open=case.stage in claims.OPEN,
    )


def _programme(state: Case, rules: RuleBundle) -> str:
    return rules.reason(state.reason).programme


def _marks(state: Case) -> dict[str, Mark]:
    return {
        code: Mark(
            result=mark.result,
            original_shown=mark.original_shown,
            copy_kept=mark.copy_kept,
            note=mark.note,
        )
        for code, mark in state.marks.items()
    }


def _line_view(line: ChecklistLine, marks: dict[str, Mark]) -> LineView:
    own = {code: marks[code] for code in line.documents if code in marks}
    return LineView(line=line, marks=own, done=any(mark.result == checklists.FITS for mark in own.values()))


def _nik_findings(fields: dict[str, str], field: str, today: date, rules: RuleBundle) -> tuple[Finding, ...]:
    member = field == "nik"
    born = fields.get("birth_date", "") if member else ""
    return identity.check_nik(
        fields[field],
        birth_date=date.fromisoformat(born) if born else None,
        sex=fields.get("sex") or None if member else None,
        today=today,
        provinces=rules.province_codes,
    )


def _confirms_what_stands(state: Case, field: str, value: str) -> None:
    """A confirmation speaks for the number that its officer saw; raises Refused("number_changed")."""
    for number, printed in AS_PRINTED.items():
        if field == printed and value not in ("", state.fields.get(number)):
            raise Refused("number_changed")


def _known(unit: Unit, case: str) -> Case:
    found: Any = unit.state(f"case:{case}")
    if not isinstance(found, Case):
        raise Refused("case_unknown")
    return found
