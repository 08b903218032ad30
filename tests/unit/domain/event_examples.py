"""One payload of every kind of event, and the stories in which each of them is folded."""

import msgspec

from app.domain import bookings, branch, days, home, put_back, receipts, tickets
from app.domain import case_events as case
from app.domain.redated import Redated
from app.domain.rights import Delegation
from app.domain.settled import (
    BranchSettled,
    CaseSettled,
    CounterSettled,
    DaySettled,
    Settled,
    TicketSettled,
)
from app.domain.taken_back import TakenBack
from app.domain.withdrawn import Withdrawn


def _settled(shape: type[Settled]) -> Settled:
    return shape(conflict="0" * 31 + "b", choice="0" * 31 + "a", reason="Sesuai berkas di meja")


BOSS, CSO, CLERK = "0" * 31 + "1", "0" * 31 + "2", "0" * 31 + "3"
TALK = "0" * 31 + "7"

EXAMPLES: dict[str, msgspec.Struct] = {
    "branch.set_up": branch.SetUp(
        code="MDU",
        name="Medan Utara",
        zone="WIB",
        counters=(branch.Counter(number=1), branch.Counter(number=2, services=("jht", "info"))),
        home="f" * 32,
        station="0123456789abcdef",
    ),
    "branch.term_opened": branch.TermOpened(
        number=1, run="00000000000000ff", station="0123456789abcdef", key="d" * 64
    ),
    "branch.station_enrolled": branch.StationEnrolled(
        station="fedcba9876543210",
        number=2,
        name="Loket 1",
        key="a" * 64,
        fingerprint="b" * 32,
        place="counter",
    ),
    "branch.station_revoked": branch.StationRevoked(station="fedcba9876543210", reason="Hilang"),
    "branch.person_set": branch.PersonSet(
        person=BOSS, name="Petugas 1", title="Kepala", roles=("branch_head",), places=("desk",)
    ),
    "branch.secret_reset": branch.SecretReset(person=BOSS),
    "branch.signed_in": branch.SignedIn(person=BOSS, locked=True),
    "branch.delegation_granted": branch.DelegationGranted(
        delegation=Delegation(
            id="0" * 31 + "9",
            person=BOSS,
            role="verifier",
            first_day="2026-11-20",
            last_day="2026-11-21",
            granted_by=BOSS,
            reason="Cuti “penata” & lain-lain",
        )
    ),
    "branch.delegation_revoked": branch.DelegationRevoked(delegation="0" * 31 + "9"),
    "branch.counters_set": branch.CountersSet(counters=(branch.Counter(number=3, services=("jp",)),)),
    "branch.quota_raised": branch.QuotaRaised(day="2026-11-20", service="jht", by=10, reason="Ramai"),
    "branch.closed_day_set": branch.ClosedDaySet(day="2026-11-23", closed=True, reason="Listrik padam"),
    "branch.home_moved": home.HomeMoved(home="e" * 32, station="0123456789abcdef"),
    "branch.home_released": home.HomeReleased(
        home="e" * 32, station="0123456789abcdef", by=("f" * 32, "fedcba9876543210")
    ),
    "branch.bundle_installed": branch.BundleInstalled(version=1, digest="c" * 64),
    "branch.directives_obeyed": branch.DirectivesObeyed(number=31),
    "branch.backup_made": branch.BackupMade(position=12),
    "branch.settled": _settled(BranchSettled),
    "day.opened": days.DayOpened(first={"A": 14}, mark="1KXM"),
    "day.numbers_confirmed": days.NumbersConfirmed(first={"A": 31}, mark=""),
    "day.clock_jumped": days.ClockJumped(seconds=-3600),
    "day.turned": days.Turned(service="jht", reason="Kuota habis"),
    "day.closed": days.DayClosed(position=99, figures="b" * 64, content='{"tickets":1}', note="Tenang"),
    "day.reopened": days.DayReopened(reason="Ditutup terlalu awal"),
    "day.taken_back": days.DayTakenBack(right="2026-11-19"),
    "day.settled": _settled(DaySettled),
    "counter.opened": days.CounterOpened(day="2026-11-20"),
    "counter.break_started": days.BreakStarted(reason="lunch"),
    "counter.break_ended": days.BreakEnded(),
    "counter.closed": days.CounterClosed(),
    "counter.closed_by_day": days.CounterClosedByDay(),
    "counter.settled": _settled(CounterSettled),
    "ticket.issued": tickets.Issued(
        day="2026-11-20",
        label="A-1KXM-1000",
        prefix="A",
        number=1000,
        service="jht",
        mark="1KXM",
        priority="elderly",
        last4="0001",
        initials="PC",
        missing=("id_card",),
    ),
    "ticket.put_back": put_back.PutBack(
        day="2026-11-20",
        label="A-014-2KXM",
        prefix="A",
        number=1,
        service="jht",
        mark="2KXM",
        entered_at=1_795_136_400_000,
        entered_position=7,
    ),
    "ticket.printed": tickets.Printed(how="printer", copy=1),
    "ticket.called": tickets.Called(counter=3, reason="Lansia tanpa pendamping"),
    "ticket.withdrawn": Withdrawn(),
    "ticket.recalled": tickets.Recalled(),
    "ticket.confirmed": tickets.Confirmed(),
    "ticket.missed": tickets.Missed(),
    "ticket.reinstated": tickets.Reinstated(reason="Dari kamar kecil"),
    "ticket.parked": tickets.Parked(reason="copying"),
    "ticket.resumed": tickets.Resumed(counter=3),
    "ticket.transferred": tickets.Transferred(to="counter", target="2", reason="Butuh ahli"),
    "ticket.wrap_up_started": tickets.WrapUpStarted(),
    "ticket.finished": tickets.Finished(outcome="info_given", note="Sudah jelas"),
    "ticket.taken_back": TakenBack(act="finished"),
    "ticket.cancelled": tickets.Cancelled(reason="visitor_left"),
    "ticket.voided": tickets.Voided(),
    "ticket.redated": Redated(day="2026-11-19"),
    "ticket.explained": tickets.Explained(reason="left_unseen"),
    "ticket.settled": _settled(TicketSettled),
    "case.opened": case.Opened(service="jht", bundle_version=1, ticket="0" * 31 + "4", label="A-001"),
    "case.linked": case.Linked(ticket="0" * 31 + "5", label="A-002"),
    "case.noted": case.Noted(fields={"name": 'Peserta "Contoh" 🙂 D\'Ávila', "nik": "9901011507900001"}),
    "case.reason_chosen": case.ReasonChosen(reason="JHT_RESIGN"),
    "case.facts_noted": case.FactsNoted(facts={"balance": "20000000"}),
    "case.document_marked": case.DocumentMarked(
        document="id_card", result="fits", original_shown=True, copy_kept="paper", note="Jelas"
    ),
    "case.attached": case.Attached(sha256="ab" * 32, size=262_144, type="image/jpeg", name="KTP “depan”.jpg"),
    "case.slip_given": case.SlipGiven(documents=("tax_card",), how="print"),
    "case.interview_started": case.InterviewStarted(interview=TALK, type="whatsapp_video"),
    "case.interview_attempted": case.InterviewAttempted(
        interview=TALK, result="matched", started_at=1_795_136_400_000, note="Sekali panggil"
    ),
    "case.interview_answered": case.InterviewAnswered(
        interview=TALK, question="full_name", verdict="matches", note="Sama"
    ),
    "case.interview_noted": case.InterviewNoted(interview=TALK, text="Baris satu\nBaris dua"),
    "case.identity_judged": case.IdentityJudged(interview=TALK, verdict="match"),
    "case.interview_amended": case.InterviewAmended(interview=TALK, text="Susulan"),
    "case.submitted": case.Submitted(
        receipt="MDU-261120-0001-8", promised="2026-11-27", due="2026-11-27", incomplete=("tax_card",)
    ),
    "case.taken": case.Taken(),
    "case.released": case.Released(),
    "case.returned": case.Returned(reasons=("photo_poor",), note="Foto buram"),
    "case.verified": case.Verified(amount=20_000_000, tax=1_000_000, note="Cocok"),
    "case.rejected": case.Rejected(reason="not_entitled", note="Belum berhak"),
    "case.payment_ordered": case.PaymentOrdered(voucher="V-001"),
    "case.payment_approved": case.PaymentApproved(),
    "case.finance_returned": case.FinanceReturned(reason="Jumlah keliru"),
    "case.payment_made": case.PaymentMade(day="2026-11-20", reference="REF 1"),
    "case.payment_returned": case.PaymentReturned(day="2026-11-21", reason="account_closed"),
    "case.membership_checked": case.MembershipChecked(
        result="found", position=3, member_nos=("11000000001",)
    ),
    "case.payment_confirmed": case.PaymentConfirmed(
        voucher="V-001", reference="REF 1", day="2026-11-20", amount=19_000_000
    ),
    "case.closed": case.CaseClosed(reason="withdrawn"),
    "case.record_read": case.RecordRead(field="nik", purpose="Pencocokan"),
    "case.archived": case.ArchivedAt(box="A-12"),
    "case.receipt_renewed": receipts.ReceiptRenewed(
        receipt="MDU-261120-2KXM-0001-4", former="MDU-261120-0001-8"
    ),
    "case.settled": _settled(CaseSettled),
    "booking.set": bookings.BookingSet(
        code="BK-2026/11 “0001”", day="2026-11-20", time="09:30", service="jht", name="Peserta Contoh"
    ),
    "booking.arrived": bookings.Arrived(ticket="0" * 31 + "4", label="A-001"),
}

VERIFIER, ORDERER, APPROVER = "0" * 31 + "4", "0" * 31 + "5", "0" * 31 + "6"
Step = tuple[str, str]
"""(kind, actor)"""

_DRAFT: tuple[Step, ...] = (
    ("case.opened", CSO),
    ("case.linked", CSO),
    ("case.noted", CSO),
    ("case.reason_chosen", CSO),
    ("case.facts_noted", CSO),
    ("case.document_marked", CSO),
    ("case.attached", CSO),
    ("case.slip_given", CSO),
    ("case.interview_started", CSO),
    ("case.interview_attempted", CSO),
    ("case.interview_answered", CSO),
    ("case.interview_noted", CSO),
    ("case.identity_judged", CSO),
    ("case.membership_checked", "head_office"),
)
_CALLED: tuple[Step, ...] = (("ticket.issued", CLERK), ("ticket.printed", "system"), ("ticket.called", CSO))
_SERVED: tuple[Step, ...] = (*_CALLED, ("ticket.recalled", CSO), ("ticket.confirmed", CSO))

STORIES: dict[str, tuple[tuple[Step, ...], ...]] = {
    "branch": (tuple((kind, BOSS) for kind in EXAMPLES if kind.startswith("branch.")),),
    "day:2026-11-20": (
        (
            ("day.opened", CLERK),
            ("day.numbers_confirmed", CLERK),
            ("day.clock_jumped", "system"),
            ("day.turned", CLERK),
            ("day.closed", BOSS),
            ("day.reopened", BOSS),
            ("day.taken_back", BOSS),
            ("day.opened", CLERK),
            ("day.closed", BOSS),
            ("day.settled", BOSS),
        ),
    ),
    "counter:3": (
        (
            ("counter.opened", CSO),
            ("counter.break_started", CSO),
            ("counter.break_ended", CSO),
            ("counter.closed", CSO),
            ("counter.opened", CSO),
            ("counter.closed_by_day", BOSS),
            ("counter.settled", BOSS),
        ),
    ),
    "ticket:0": (
        (*_SERVED, ("ticket.parked", CSO), ("ticket.resumed", CSO), ("ticket.transferred", CSO)),
        (*_SERVED, ("ticket.wrap_up_started", CSO), ("ticket.finished", CSO), ("ticket.taken_back", CSO)),
        (*_CALLED, ("ticket.missed", CSO), ("ticket.reinstated", CLERK), ("ticket.explained", BOSS)),
        (*_CALLED, ("ticket.cancelled", CLERK)),
        (("ticket.put_back", BOSS), ("ticket.redated", BOSS), ("ticket.called", CSO)),
        (*_CALLED, ("ticket.withdrawn", CSO), ("ticket.called", CSO)),
        (*_SERVED, ("ticket.parked", CSO), ("ticket.resumed", CSO), ("ticket.withdrawn", CSO)),
        (("ticket.issued", CLERK), ("ticket.voided", CLERK), ("ticket.settled", BOSS)),
    ),
    "case:0": (
        (
            *_DRAFT,
            ("case.submitted", CSO),
            ("case.interview_amended", CSO),
            ("case.receipt_renewed", BOSS),
            ("case.taken", VERIFIER),
            ("case.released", VERIFIER),
            ("case.verified", VERIFIER),
            ("case.payment_ordered", ORDERER),
            ("case.payment_approved", APPROVER),
            ("case.payment_made", ORDERER),
            ("case.payment_confirmed", "head_office"),
            ("case.payment_returned", ORDERER),
            ("case.finance_returned", ORDERER),
            ("case.returned", VERIFIER),
            ("case.record_read", VERIFIER),
            ("case.closed", CSO),
            ("case.archived", CSO),
            ("case.settled", BOSS),
        ),
        (*_DRAFT, ("case.submitted", CSO), ("case.rejected", VERIFIER)),
    ),
    "booking:0": ((("booking.set", "head_office"), ("booking.arrived", CLERK)),),
}
"""Stream to the stories told on it; every kind has its place in one of them."""
