"""The form of a case: its fields, what each becomes of what was typed, and the number on the receipt."""

from collections.abc import Collection, Mapping

from app.domain import cleaning, identity
from app.domain.calendar import parse_day
from app.errors import Refused

FIELDS = (
    "name",
    "nik",
    "member_nos",
    "birth_date",
    "sex",
    "phone",
    "employer",
    "bank_name",
    "bank_account",
    "bank_holder",
    "claimant",
    "claimant_name",
    "claimant_nik",
    "claimant_phone",
    "note",
    "nik_as_printed",
    "claimant_nik_as_printed",
    "bank_account_as_printed",
)
"""Fields of the form; `claimant` is a code of the bundle, `note` the officer's free text."""

AS_PRINTED = {
    "nik": "nik_as_printed",
    "claimant_nik": "claimant_nik_as_printed",
    "bank_account": "bank_account_as_printed",
}
"""A number to the field of its confirmation: the number that somebody saw on the paper although it cannot be right.

It holds the number and no mere yes, so that it speaks for none that is noted at the same time on another computer.
"""

MEMBER = "member"
"""The claimant who is the member, a code of the bundle."""

NAMES = ("name", "claimant_name", "bank_holder")
NUMBERS = (*AS_PRINTED, *AS_PRINTED.values())
"""What is kept of them holds digits only, also where somebody confirmed what the paper says."""

NOTE_LIMIT = 10_000
FIELD_LIMIT = 120


def field_value(field: str, typed: str, today: str) -> str:
    """What was typed as it is kept.

    Raises Refused("phone_wrong" | "day_wrong" | "birth_in_future" | "birth_too_early" | "not_digits" | "name_digits" |
    "text_too_long") for what cannot be kept.
    """
    if field == "note":
        return identity.clean_text(typed, NOTE_LIMIT, multiline=True)
    text = identity.clean_text(cleaning.plain(typed), FIELD_LIMIT)
    if not text:
        return ""
    if field in ("phone", "claimant_phone"):
        return identity.normalise_phone(text)
    if field == "birth_date":
        day = parse_day(text)
        identity.check_birth_date(day, today)
        return day
    if field == "sex" and text not in ("male", "female"):
        raise Refused("unknown_code", what=text)
    if field in NUMBERS:
        return cleaning.digits_of(text)
    if field == "member_nos":
        return cleaning.member_nos_of(text, identity.MEMBER_NO_LENGTH)
    return cleaning.person_name(text) if field in NAMES else text


def claimant_of(fields: Mapping[str, str], possible: Collection[str]) -> str:
    """Who asks: as chosen, else the member where that is possible; "" while nobody is (a member who died never is)."""
    chosen = fields.get("claimant", "")
    if chosen and chosen != MEMBER:
        return chosen
    return MEMBER if MEMBER in possible else ""


def check_digit(number: str) -> int:
    """Luhn's digit over the digits of a number: a typed-over receipt with one wrong digit is found."""
    total = 0
    for place, sign in enumerate(reversed([each for each in number if each.isdigit()])):
        digit = int(sign) * (2 if place % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit  # cross sum of a doubled digit
    return -total % 10
