"""What the member takes home: the slip of what is missing and the receipt, as values, PDF and message."""

from pathlib import Path

from app.config import write_file
from app.domain.bundle import RuleBundle
from app.domain.calendar import add_days, day_of, format_clock, format_day, format_long_day, format_time
from app.domain.checklists import MissingLine as Missing
from app.domain.claims import Case
from app.domain.identity import initials, mask_tail, whatsapp_link
from app.domain.slips import MissingLine, MissingSlip, Receipt, missing_text, receipt_text
from app.errors import Refused
from app.services.cases import Cases
from app.services.office import Office


class Papers:
    """Slips and receipts of a case."""

    def __init__(self, office: Office, cases: Cases) -> None:
        self._office = office
        self._cases = cases

    def _today_line(self) -> str:
        now, zone = self._office.now(), self._office.branch().zone
        return f"{format_long_day(self._office.calendar_day())}, {format_time(now, zone)}"

    # ------------------------------------------------------------------------------------------ missing papers

    def missing_slip(self, who: str, case: str) -> MissingSlip:
        """Raises Refused("nothing_missing" | "reason_not_chosen")."""
        view = self._cases.view(who, case)
        if view.completeness is None or view.reason is None:
            raise Refused("reason_not_chosen")
        if not view.completeness.missing:
            raise Refused("nothing_missing")
        rules = self._office.rules_of(view.rules_version)
        return MissingSlip(
            branch=self._office.branch().name,
            member=f"Bapak/Ibu {initials(_claimant(view.case))}".strip(),
            matter=f"{rules.service(view.case.service).name.id} · {view.reason.name.id}",
            label=view.case.tickets[-1][1] if view.case.tickets else None,
            issued_line=self._today_line(),
            lines=tuple(_wanted(each, rules) for each in view.completeness.missing),
            return_by=format_long_day(add_days(self._office.calendar_day(), rules.limits.completion_days)),
            hours=self._hours(),
            channels=tuple(f"{each.name.id}: {each.detail}" for each in rules.channels[:2]),
        )

    def _hours(self) -> tuple[str, ...]:
        calendar, day = self._office.calendar(), self._office.calendar_day()
        span = calendar.opening(calendar.next_working_day(day))
        if span is None:
            return ()
        return (f"Senin–Jumat {format_clock(span.start)}–{format_clock(span.end)}",)

    def missing_slip_pdf(self, who: str, case: str) -> Path:
        """Make the slip, keep it in the data folder and record that it was given."""
        from app.reports.slips import missing_slip_pdf

        path = self._office.folder.prints / f"kurang-{case[-12:]}.pdf"
        write_file(path, missing_slip_pdf(self.missing_slip(who, case)))
        self._cases.give_slip(who, case, "print")
        return path

    def missing_link(self, who: str, case: str) -> str:
        """A wa.me link with the slip as its text. Raises Refused("phone_missing")."""
        text = missing_text(self.missing_slip(who, case))
        return whatsapp_link(self._phone(case), text)

    # ------------------------------------------------------------------------------------------ interview

    def interview_link(self, who: str, case: str) -> str:
        """A wa.me link for the office phone, with the officer's name and the branch. Raises Refused("phone_missing")."""
        state = self._cases.get(case)
        rules = self._office.rules_of(state.bundle_version)
        now, zone = self._office.now(), self._office.branch().zone
        text = rules.texts.message_interview.id.format(
            officer=self._office.name(who),
            branch=self._office.branch().name,
            day=format_day(self._office.calendar_day()),
            time=format_time(now, zone),
        )
        return whatsapp_link(self._phone(case), text)

    def _phone(self, case: str) -> str:
        fields = self._cases.get(case).fields
        phone = fields.get("claimant_phone") or fields.get("phone")
        if not phone:
            raise Refused("phone_missing")
        return phone

    # ------------------------------------------------------------------------------------------ receipt

    def receipt(self, case: str) -> Receipt:
        """The member's receipt with the promised date; raises Refused("not_submitted")."""
        state = self._cases.get(case)
        if not state.receipt or state.submitted_at is None:
            raise Refused("not_submitted")
        rules = self._office.rules_of(state.bundle_version)
        reason = rules.reason(state.reason)
        zone = self._office.branch().zone
        return Receipt(
            branch=self._office.branch().name,
            receipt_no=state.receipt,
            member_name=state.fields.get("name", ""),
            nik=mask_tail(state.fields.get("nik", "")),
            member_no=mask_tail((state.fields.get("member_nos", "").split() or [""])[0]),
            programme=rules.programme(reason.programme).name.id,
            reason=reason.name.id,
            issued_line=f"{format_long_day(day_of(state.submitted_at, zone))}, "
            f"{format_time(state.submitted_at, zone)}",
            documents=_documents(state, rules),
            promised_line=rules.texts.receipt_promise.id.format(day=format_day(state.promised)),
            officer=self._office.name(state.counter_checkers[-1]) if state.counter_checkers else "",
            channels=tuple(f"{each.name.id}: {each.detail}" for each in rules.channels[:2]),
            label=state.tickets[-1][1] if state.tickets else None,
            footer=(*_replaces(state), rules.texts.receipt_note.id),
        )

    def receipt_pdf(self, case: str) -> Path:
        """The receipt as a PDF in the data folder."""
        from app.reports.slips import receipt_pdf

        receipt = self.receipt(case)
        path = self._office.folder.prints / f"tanda-terima-{receipt.receipt_no}.pdf"
        write_file(path, receipt_pdf(receipt))
        return path

    def receipt_link(self, case: str) -> str:
        """A wa.me link with the receipt as its text. Raises Refused("phone_missing")."""
        return whatsapp_link(self._phone(case), receipt_text(self.receipt(case)))


def _claimant(state: Case) -> str:
    return state.fields.get("claimant_name") or state.fields.get("name", "")


def _replaces(state: Case) -> tuple[str, ...]:
    former = ", ".join(state.former_receipts)
    return (f"Pengganti tanda terima nomor {former}.",) if former else ()


def _wanted(missing: Missing, rules: RuleBundle) -> MissingLine:
    why = next((each.name.id for each in rules.document_results if each.code == missing.result), "")
    hints = [rules.document(code).hint.id for code in missing.documents]
    note = f" ({missing.note})" if missing.note else ""
    return MissingLine(missing.name.id, f"{why}{note}", " atau ".join(hints[:3]))


def _documents(state: Case, rules: RuleBundle) -> tuple[str, ...]:
    lines = []
    for code, mark in state.marks.items():
        if mark.result == "fits":
            shown = "asli ditunjukkan" if mark.original_shown else "salinan"
            kept = next((each.name.id for each in rules.copy_kinds if each.code == mark.copy_kept), "")
            kept = f", {kept.lower()}" if kept and mark.copy_kept != "none" else ""
            lines.append(f"{rules.document(code).name.id} – {shown}{kept}")
    return tuple(lines)
