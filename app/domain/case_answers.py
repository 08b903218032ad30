"""What head office answers to a case file: the member register's word on its NIK, and what the bank did."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from app.domain.case_events import MembershipChecked, PaymentConfirmed
from app.domain.events import Event

if TYPE_CHECKING:
    from app.domain.claims import Case

FOUND, NOT_FOUND, NAME_DIFFERS = "found", "not_found", "name_differs"
"""What the member register says to the NIK and name of a case."""


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """The register's word; `at` in milliseconds UTC, when it reached the branch."""

    result: str
    member_nos: tuple[str, ...]
    at: int


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """Everything head office has said to one case."""

    asked_position: int = msgspec.field(default=0, name="nik_position")  # as older files have it
    """Of the entry that noted the NIK or the name which the case has now."""
    membership: Membership | None = None
    """None while nobody has answered for this NIK and name: "not checked"."""
    payments: tuple[PaymentConfirmed, ...] = ()
    """What the bank did, in the order it was told."""


def voucher_key(typed: str) -> str:
    """A voucher's number as it is compared: blanks and case do not count."""
    return "".join(typed.split()).upper()


def after_note(answers: Answers, event: Event, fields: Mapping[str, str]) -> Answers:
    """Another NIK or name: what was said to the former one says nothing of it."""
    if "nik" not in fields and "name" not in fields:
        return answers
    return replace(answers, asked_position=event.position, membership=None)


def _membership_checked(case: "Case", event: Event, checked: MembershipChecked) -> "Case":
    if checked.position < case.answers.asked_position:
        return case  # NIK or name was noted again since
    said = Membership(result=checked.result, member_nos=checked.member_nos, at=event.at)
    return replace(case, answers=replace(case.answers, membership=said))


def _payment_confirmed(case: "Case", event: Event, told: PaymentConfirmed) -> "Case":
    if told in case.answers.payments:
        return case
    return replace(case, answers=replace(case.answers, payments=(*case.answers.payments, told)))


HANDLERS: dict[type[msgspec.Struct], Callable[..., Any]] = {
    MembershipChecked: _membership_checked,
    PaymentConfirmed: _payment_confirmed,
}
"""How they are folded, in whatever stage the case is."""
