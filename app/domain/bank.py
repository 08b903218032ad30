"""What the bank says of a payment, beside what the file says of it."""

from app.domain.case_answers import voucher_key
from app.domain.case_events import PaymentConfirmed
from app.domain.claims import PAID, Case


def bank_word(case: Case) -> PaymentConfirmed | None:
    """What the bank said last to the voucher that the case has now; None while it said nothing."""
    voucher = voucher_key(case.payment.voucher)
    told = [each for each in case.answers.payments if voucher and voucher_key(each.voucher) == voucher]
    return told[-1] if told else None


def came_back(case: Case) -> bool:
    """Whether the bank says that it sent back what counts as paid here: finance has to record the return."""
    said = bank_word(case) if case.stage == PAID else None
    return said is not None and not said.paid and said.day >= case.payment.paid_day


def net_amount(case: Case) -> int:
    """What reaches the claimant's account in rupiah: the benefit without its tax."""
    return (case.amount or 0) - case.tax
