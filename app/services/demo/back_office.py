"""Verifiers, finance and supervisors of a demo day: files move on, some are held, and in the evening the day is closed."""

from app.domain.claims import (
    APPROVED,
    ORDERED,
    PAID,
    PAYMENT_RETURNED,
    VERIFIED,
    Case,
)
from app.domain.tickets import PARKED, WAITING, Ticket
from app.errors import Refused
from app.services.demo.people import BRANCH_HEAD, CASHIERS, FINANCE_HEAD, SERVICE_HEAD, VERIFIERS
from app.services.demo.plan import pick
from app.services.demo.stage import Stage, Steps

_DECISIONS = {"verify": 83, "send_back": 11, "reject": 6}
_RETURNS = (
    ("document_illegible",),
    ("name_mismatch",),
    ("photo_poor", "document_illegible"),
    ("account_other_name",),
)
_REJECTS = ("waiting_month", "works_again", "not_entitled", "partial_already_taken")
_FREE_OF_TAX = 50_000_000
"""JHT paid at once: nothing up to Rp50 million, 5 % above (PP 68/2009)."""
_BANK_CLOSES = 14 * 60
"""What is approved later is paid on the next day."""


def verifier(stage: Stage, name: str, *, until: int) -> Steps:
    """Takes the oldest file, looks it through, decides; some files stay where they are."""
    yield stage.until(stage.opening.start - stage.between(5, 15))
    who = stage.sign(name)
    lunch = stage.lunch.start + stage.between(0, 20)
    while stage.minute < until:
        if lunch and stage.minute >= lunch:
            lunch = 0
            yield stage.lunch.minutes * 60.0
        case = _oldest(stage, who)
        if case is None:
            yield stage.between(180, 480)
            continue
        stage.claims.take(who, case.id)
        yield stage.between(90, 330)
        _decide(stage, who, case)


def _oldest(stage: Stage, who: str) -> Case | None:
    for item in stage.claims.for_verifier(who):
        if not item.blocked and not item.case.holder and item.case.id not in stage.history.left:
            return item.case
    return None


def _decide(stage: Stage, who: str, case: Case) -> None:
    if stage.chance(0.2):
        stage.cases.read(who, case.id, "nik", "verify_identity")
    if stage.chance(0.04 if stage.main else 0.16):
        stage.history.left[case.id] = "asked elsewhere"
        stage.claims.release(who, case.id)
        return
    decision = pick(stage.random, _DECISIONS)
    if decision == "verify":
        amount = _amount(stage, case)
        tax = max(0, amount - _FREE_OF_TAX) // 20 if case.service == "jht" else 0
        stage.claims.verify(who, case.id, amount, tax)
    elif decision == "send_back":
        stage.claims.send_back(who, case.id, stage.random.choice(_RETURNS), "Mohon diperiksa lagi.")
        if stage.chance(0.35):
            stage.history.left[case.id] = "waits for the member"
    else:
        stage.claims.reject(who, case.id, stage.random.choice(_REJECTS))


def _amount(stage: Stage, case: Case) -> int:
    balance = case.facts.get("balance", "")
    if balance.isdigit() and int(balance):
        return int(balance)
    least, most = {"jkm": (42_000, 42_000), "jp": (400, 4_800), "jht": (3_000, 30_000)}.get(
        case.service, (600, 12_000)
    )
    return stage.random.randint(least, most) * 1000


# ----------------------------------------------------------------------------------------------- finance


def cashier(stage: Stage, name: str) -> Steps:
    """Writes vouchers and pays what was approved in time."""
    yield stage.until(stage.opening.start + stage.between(0, 20))
    who = stage.sign(name)
    if name == CASHIERS[1]:
        stage.start(_bank_statement(stage, who), stage.until(10 * 60 + 15))
    lunch = stage.lunch.start
    while stage.minute < 15 * 60 + 40:
        if lunch and stage.minute >= lunch:
            lunch = 0
            yield stage.lunch.minutes * 60.0
        case = next((item.case for item in stage.claims.for_finance(who) if _to_do(stage, item.case)), None)
        if case is None:
            yield stage.between(200, 500)
            continue
        stage.claims.take(who, case.id)
        yield stage.between(60, 150)
        _settle(stage, who, case)


def _to_do(stage: Stage, case: Case) -> bool:
    if case.holder or case.id in stage.history.left:
        return False
    if case.stage == VERIFIED:
        return True
    if case.stage == PAYMENT_RETURNED:
        return case.id not in stage.history.bank_errors
    return case.stage == APPROVED and (case.payment.approved_at or 0) < stage.at(_BANK_CLOSES)


def _settle(stage: Stage, who: str, case: Case) -> None:
    history, day = stage.history, stage.day[2:].replace("-", "")
    if case.stage == APPROVED:
        history.payments += 1
        stage.claims.pay(who, case.id, stage.day, f"TRF{day}{history.payments:05}")
        if stage.chance(0.5):
            stage.claims.archive(who, case.id, f"Boks {stage.day[:7]}/{history.payments // 20 + 1:02}")
    elif case.stage == VERIFIED and stage.chance(0.03):
        stage.claims.return_to_verifier(who, case.id, "Jumlah tidak cocok dengan lembar hitung")
    else:
        history.vouchers += 1
        stage.claims.order(who, case.id, f"VC-{day}-{history.vouchers:04}")


def _bank_statement(stage: Stage, who: str) -> Steps:
    """Now and then the bank sends one of the last days' payments back."""
    yield 0
    if not stage.main and stage.chance(0.6):
        return
    for item in reversed(stage.claims.finished(who)):  # banks take some days
        payment = item.case.payment
        if (
            item.case.stage == PAID
            and payment.paid_day < stage.day
            and not payment.returned_day
            and not item.blocked
        ):
            stage.claims.payment_returned(who, item.case.id, stage.day, "account_number_wrong")
            stage.history.bank_errors.append(item.case.id)
            return


def finance_head(stage: Stage) -> Steps:
    """Looks at the vouchers every half hour; what is over the limit of the role stays."""
    yield stage.until(9 * 60)
    who = stage.sign(FINANCE_HEAD)
    over: list[str] = []
    while stage.minute < 15 * 60 + 30:
        for item in stage.claims.for_finance(who):
            if item.case.stage == ORDERED and not item.case.holder and item.case.id not in over:
                yield stage.between(20, 60)
                over += _approve(stage, who, item.case)
        yield stage.between(15, 35) * 60


def _approve(stage: Stage, who: str, case: Case) -> list[str]:
    """Approve a voucher; its case when it is over the limit."""
    try:
        stage.claims.approve(who, case.id)
    except Refused as refused:
        if refused.code != "over_limit":
            raise
        return [case.id]
    return []


# ------------------------------------------------------------------------------------------- the supervisors


def branch_head(stage: Stage) -> Steps:
    """In the afternoon one verifier is away: the post is lent for the day."""
    yield stage.until(8 * 60 + 40)
    who = stage.sign(BRANCH_HEAD)
    stage.staff.delegate(
        who,
        stage.people[SERVICE_HEAD],
        "verifier",
        stage.day,
        stage.day,
        f"{VERIFIERS[1]} mengikuti pelatihan mulai pukul 13.00",
    )


def stand_in(stage: Stage) -> Steps:
    """Whoever the post was lent to looks through a few files."""
    yield stage.until(13 * 60 + 30)
    who = stage.people[SERVICE_HEAD]
    for _ in range(6):
        case = _oldest(stage, who)
        if case is not None:
            stage.claims.take(who, case.id)
            yield stage.between(150, 400)
            _decide(stage, who, case)
        yield stage.between(200, 500)


def arrive(stage: Stage) -> Steps:
    """The supervisor signs in."""
    yield stage.until(8 * 60 + 20)
    stage.sign(SERVICE_HEAD)


def close_day(stage: Stage) -> Steps:
    """At five past five, or when the last counter is closed: what is still open is explained, the day is closed."""
    yield stage.until(stage.opening.end + 5)
    while stage.at_counters:
        yield 30
    who = stage.people[SERVICE_HEAD]
    open_tickets = stage.summaries.open_tickets(stage.day)
    explanations = {each.id: _why(each) for each in open_tickets}
    note = f"{len(open_tickets)} karcis belum selesai saat loket tutup." if open_tickets else ""
    stage.summaries.close_day(who, explanations, note)


def _why(ticket: Ticket) -> str:
    if ticket.state == WAITING:
        return "told_to_return"
    return "left_unseen" if ticket.state == PARKED else "served_not_recorded"
