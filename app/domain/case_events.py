"""What can happen to a case file: the payloads of a `case:` stream, in the order of its life."""

from typing import Annotated

import msgspec


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A case was opened, at a ticket or without one; it keeps this version of the rules."""

    service: str
    bundle_version: int
    ticket: str = ""
    label: str = ""


class Linked(msgspec.Struct, frozen=True, kw_only=True):
    """A later visit for the same case."""

    ticket: str
    label: str


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """Fields of the form, each an attribute: name, nik, member_nos, birth_date, phone, bank …"""

    fields: dict[str, str]


class ReasonChosen(msgspec.Struct, frozen=True, kw_only=True):
    """What is claimed and why (bundle codes)."""

    reason: str


class FactsNoted(msgspec.Struct, frozen=True, kw_only=True):
    """Answers to the bundle's facts, as text: `yes`, `no`, a number, a choice, a date."""

    facts: dict[str, str]


class DocumentMarked(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the checklist. `result` is empty when the mark was taken back."""

    document: str
    result: str
    original_shown: bool = False
    copy_kept: str = "none"
    note: str = ""


class Attached(msgspec.Struct, frozen=True, kw_only=True):
    """A scan or photo of this case; its content travels beside the log (DESIGN 3).

    `size` in bytes, `type` as in a Content-Type, `name` of the file as the officer had it.
    """

    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    size: Annotated[int, msgspec.Meta(ge=0)]
    type: str
    name: str = ""


class SlipGiven(msgspec.Struct, frozen=True, kw_only=True):
    """The slip of what is missing was handed out: `how` is print or whatsapp."""

    documents: tuple[str, ...]
    how: str


class InterviewStarted(msgspec.Struct, frozen=True, kw_only=True):
    """A talk was begun; `interview` is its id."""

    interview: str
    type: str


class InterviewAttempted(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt ended with a result of the bundle."""

    interview: str
    result: str
    started_at: int
    note: str = ""


class InterviewAnswered(msgspec.Struct, frozen=True, kw_only=True):
    """Verdict on one question. A secret question has no note, ever."""

    interview: str
    question: str
    verdict: str
    note: str = ""


class InterviewNoted(msgspec.Struct, frozen=True, kw_only=True):
    """The free text of the interview."""

    interview: str
    text: str


class IdentityJudged(msgspec.Struct, frozen=True, kw_only=True):
    """Is the person interviewed the claimant? match, doubt or no_match."""

    interview: str
    verdict: str


class InterviewAmended(msgspec.Struct, frozen=True, kw_only=True):
    """An addition to a sealed interview; the sealed text stays as it was."""

    interview: str
    text: str


class Submitted(msgspec.Struct, frozen=True, kw_only=True):
    """Handed to the verifier. `promised` and `due` are ISO days: the branch's promise and the law's limit."""

    receipt: str
    promised: str
    due: str
    incomplete: tuple[str, ...] = ()


class Taken(msgspec.Struct, frozen=True):
    """A verifier or finance officer took the file to work on it."""


class Released(msgspec.Struct, frozen=True):
    """Put the file back."""


class Returned(msgspec.Struct, frozen=True, kw_only=True):
    """Back to the CSO for completion; the clock stops."""

    reasons: tuple[str, ...]
    note: str = ""


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """Found right, with the amount in rupiah."""

    amount: int
    tax: int = 0
    note: str = ""


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """Refused by the verifier, with a reason of the bundle."""

    reason: str
    note: str = ""


class PaymentOrdered(msgspec.Struct, frozen=True, kw_only=True):
    """Finance wrote the voucher."""

    voucher: str


class PaymentApproved(msgspec.Struct, frozen=True):
    """Finance supervisor approved the voucher."""


class FinanceReturned(msgspec.Struct, frozen=True, kw_only=True):
    """Finance found it wrong: back to the verifier."""

    reason: str


class PaymentMade(msgspec.Struct, frozen=True, kw_only=True):
    """Money went out on `day` (ISO) under the bank's reference."""

    day: str
    reference: str


class PaymentReturned(msgspec.Struct, frozen=True, kw_only=True):
    """The bank sent the money back; the same file goes on."""

    day: str
    reason: str


class MembershipChecked(msgspec.Struct, frozen=True, kw_only=True):
    """Head office looked the NIK up in the member register: found, not_found or name_differs."""

    result: str
    position: int
    """Of the log entry that noted the NIK: an answer to an older NIK says nothing of a newer one."""
    member_nos: tuple[str, ...] = ()


class PaymentConfirmed(msgspec.Struct, frozen=True, kw_only=True):
    """Head office tells what the bank did on `day` (ISO): a voucher was paid, or the money came back (`paid` False).

    `amount` in rupiah.
    """

    voucher: str
    reference: str
    day: str
    amount: int
    paid: bool = True


class CaseClosed(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing more to do without a claim: informed, referred, withdrawn."""

    reason: str


class RecordRead(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody opened the full record or uncovered `field` of it (DOMAIN 7)."""

    field: str
    purpose: str = ""


class ArchivedAt(msgspec.Struct, frozen=True, kw_only=True):
    """Where the paper lies (DOMAIN A-11)."""

    box: str


STEPS: tuple[type[msgspec.Struct], ...] = (
    Submitted,
    Taken,
    Released,
    Returned,
    Verified,
    Rejected,
    PaymentOrdered,
    PaymentApproved,
    FinanceReturned,
    PaymentMade,
    PaymentReturned,
    CaseClosed,
)
"""What moves a file on or presupposes the last step; a file in dispute takes none of these."""
