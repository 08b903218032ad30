"""Numbers, names and typed text of a person: what can be checked offline, how it is stored and how it is shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import date
from urllib.parse import quote

import msgspec

from app.domain.cleaning import phone_digits, plain
from app.errors import Refused

NIK_LENGTH = 16
MEMBER_NO_LENGTH = 11
WORKER_AGES = range(17, 101)
"""Ages in whole years that make a birth century plausible for a worker (DOMAIN 4.1)."""
EMPLOYER_NO_LIMIT = 15

_FEMALE_DAY_SHIFT = 40
_PHONE = re.compile(r"^0(8[1-9][0-9]{6,10})$", re.ASCII)
OLDEST_YEAR = 1900
"""No birth date lies before it: who is older than that is a slip of the keyboard (DOMAIN 4.1)."""
_BANK_ACCOUNT = re.compile(r"^\d{5,20}$")
_MASK = "•"


class Finding(msgspec.Struct, frozen=True):
    """Something that a check noticed; its sentence stands under `code` among the messages.

    A hard finding asks "as printed on the card?" before it is kept; none of them refuses (DOMAIN 4.1).
    """

    code: str
    hard: bool = False
    facts: dict[str, str | int] = {}


# ------------------------------------------------------------------------------------------------ the NIK


def check_nik(
    nik: str, *, birth_date: date | None, sex: str | None, today: date, provinces: Collection[str]
) -> tuple[Finding, ...]:
    """Everything that can be said about a NIK offline: form, date, serial, region (PP 37/2007 Ps 37).

    `sex` is "male", "female" or None; `provinces` are the two-digit codes of the bundle.
    """
    if not _is_digits(nik):
        return (Finding("nik_digits", hard=True),)
    if len(nik) != NIK_LENGTH:
        return (Finding("nik_len", hard=True, facts={"length": len(nik)}),)
    findings = [*_nik_date_findings(nik, birth_date, today)]
    if nik[12:] == "0000":
        findings.append(Finding("nik_serial_zero", hard=True))
    if nik[:2] not in provinces:
        findings.append(Finding("nik_province_unknown", facts={"province": nik[:2]}))
    if sex is not None and nik_sex(nik) not in (None, sex):
        findings.append(Finding("nik_sex_mismatch"))
    return tuple(findings)


def nik_sex(nik: str) -> str | None:
    """ "male" or "female" by the day digits of a well-formed NIK, None when they say neither."""
    day = int(nik[6:8])
    if 1 <= day <= 31:
        return "male"
    if 1 + _FEMALE_DAY_SHIFT <= day <= 31 + _FEMALE_DAY_SHIFT:
        return "female"
    return None


def nik_birth_date(nik: str, today: date, ages: range = WORKER_AGES) -> date | None:
    """The birth date in a 16-digit NIK, in the century that makes the age plausible; None if there is no such day.

    Where neither century is plausible the later one that is not in the future is taken.
    """
    day = int(nik[6:8])
    if day > _FEMALE_DAY_SHIFT:
        day -= _FEMALE_DAY_SHIFT
    possible = [_date_or_none(century + int(nik[10:12]), int(nik[8:10]), day) for century in (2000, 1900)]
    born = [found for found in possible if found is not None and found <= today]
    plausible = [found for found in born if age_on(found, today) in ages]
    return next(iter(plausible or born), None)


def age_on(born: date, day: date) -> int:
    """Age in whole years, counted by the same birthdays as `calendar.add_months` gives: somebody born on 29 February has
    it on the 28th in other years (decision 029)."""
    birthday = _date_or_none(day.year, born.month, born.day) or born.replace(year=day.year, day=28)
    return day.year - born.year - (day < birthday)


def _nik_date_findings(nik: str, birth_date: date | None, today: date) -> list[Finding]:
    month_fits = 1 <= int(nik[8:10]) <= 12
    findings = []
    if nik_sex(nik) is None:
        findings.append(Finding("nik_day_range", hard=True, facts={"day": nik[6:8]}))
    if not month_fits:
        findings.append(Finding("nik_month_range", hard=True, facts={"month": nik[8:10]}))
    if findings:
        return findings
    if nik_birth_date(nik, today) is None:
        return [Finding("nik_impossible_date", hard=True)]
    if birth_date is not None and not _same_day(nik, birth_date, today):
        return [Finding("nik_birth_mismatch")]
    return []


def _same_day(nik: str, born: date, today: date) -> bool:
    """The NIK holds two digits of the year: with `90` in it 1990 agrees, and neither 2090 nor 1890."""
    day = int(nik[6:8]) % _FEMALE_DAY_SHIFT
    possible = born.year >= OLDEST_YEAR and born <= today
    return possible and (day, int(nik[8:10]), int(nik[10:12])) == (born.day, born.month, born.year % 100)


def check_birth_date(day: str, today: str) -> None:
    """Raises Refused("birth_in_future" | "birth_too_early") for an ISO day on which nobody who stands here was born."""
    if day > today:
        raise Refused("birth_in_future")
    if day < f"{OLDEST_YEAR}-01-01":
        raise Refused("birth_too_early", year=OLDEST_YEAR)


def _date_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _is_digits(value: str) -> bool:
    return value.isascii() and value.isdigit()


# ------------------------------------------------------------------------------------ the other numbers


def check_member_no(member_no: str) -> tuple[Finding, ...]:
    """A KPJ has 11 digits; old cards may differ, so anything else is a warning (DOMAIN 4.2)."""
    if _is_digits(member_no) and len(member_no) == MEMBER_NO_LENGTH:
        return ()
    return (Finding("member_no_form", facts={"length": len(member_no)}),)


def normalise_employer_no(employer_no: str) -> str:
    """NPP without blanks around it, in capitals; `Refused("employer_no_wrong")` when empty or over 15 characters."""
    value = plain(employer_no).upper()
    if not value or len(value) > EMPLOYER_NO_LIMIT:
        raise Refused("employer_no_wrong", limit=EMPLOYER_NO_LIMIT)
    return value


def normalise_phone(phone: str) -> str:
    """A mobile number as `+628…`; `Refused("phone_wrong")` for anything that is no Indonesian mobile number."""
    found = _PHONE.match(phone_digits(phone))
    if found is None:
        raise Refused("phone_wrong")
    return f"+62{found.group(1)}"


def show_phone(phone: str) -> str:
    """`+628…` as people write it: `08…`."""
    return f"0{phone[3:]}" if phone.startswith("+62") else phone


def whatsapp_link(phone: str, text: str = "") -> str:
    """A wa.me address for a stored number; the text waits in the other's input line."""
    address = f"https://wa.me/{phone.removeprefix('+')}"
    return f"{address}?text={quote(text, safe='')}" if text else address


def check_bank_account(account: str, holder: str = "", claimant: str = "") -> tuple[Finding, ...]:
    """5 to 20 digits; a holder whose name differs from the claimant's is a warning (DOMAIN 4.2, 2.9)."""
    findings = []
    if not _BANK_ACCOUNT.match(account) or not account.isascii():
        findings.append(Finding("bank_account_form", hard=True))
    if holder and claimant:
        likeness = compare_names(holder, claimant)
        if likeness != "same":
            findings.append(Finding(f"bank_holder_{likeness}"))
    return tuple(findings)


# -------------------------------------------------------------------------------------------------- names

_TITLES = frozenset(
    [
        "H",
        "HJ",
        "DR",
        "DRS",
        "DRA",
        "DRG",
        "IR",
        "PROF",
        "KH",
        "RADEN",
        "RR",
        "SE",
        "SH",
        "SPD",
        "SKOM",
        "ST",
        "SSOS",
        "SAG",
        "SIP",
        "SKM",
        "SKEP",
        "SFARM",
        "SPSI",
        "STP",
        "MSI",
        "MM",
        "MPD",
        "MH",
        "MT",
        "MSC",
        "MBA",
        "MKOM",
        "MAG",
        "MKES",
        "AMD",
        "AMDKEP",
        "AMDKEB",
        "APT",
        "NERS",
    ]
)
"""Titles and degrees, without their dots, that are no part of a name."""

_SPELLINGS = {
    "MUHAMMAD": (
        "MOHAMMAD",
        "MOCHAMAD",
        "MOCHAMMAD",
        "MOHAMAD",
        "MUHAMAD",
        "MUCHAMAD",
        "MUH",
        "MOH",
        "MOCH",
        "MHD",
        "M",
    ),
    "SITI": ("ST", "STI"),
    "ABDUL": ("ABD",),
}
_COMMON = {variant: name for name, variants in _SPELLINGS.items() for variant in variants}


def compare_names(first: str, second: str) -> str:
    """How alike two names are: "same", "possibly_same" or "different"; a person decides (DOMAIN 4.2).

    Case, titles, punctuation and double blanks do not count; usual short and other spellings make it "possibly".
    """
    left, right = _name_words(first), _name_words(second)
    if not left or not right:
        return "different"
    if left == right:
        return "same"
    if _common_words(left) == _common_words(right) or "".join(left) == "".join(right):
        return "possibly_same"
    return "different"


def _name_words(name: str) -> list[str]:
    """The words of a name in capitals, titles dropped; a dotted abbreviation such as `S.E.` is one word."""
    plain = unicodedata.normalize("NFKC", name).upper()
    words: list[str] = []
    for part in re.split(r"[\s,/\-]+", plain):
        # S.Kom is one title; MUH.ALI are two words
        words += [part] if _letters(part) in _TITLES else re.split(r"\.(?=\w{2})", part)
    spelt = [letters for letters in map(_letters, words) if letters]
    return [word for index, word in enumerate(spelt) if not _is_title(word, index)] or spelt


def _is_title(word: str, index: int) -> bool:
    # ST before a name is Siti; after it, the degree
    return word in _TITLES and not (index == 0 and word == "ST")


def _letters(word: str) -> str:
    return "".join(letter for letter in word if letter.isalnum())


def _common_words(words: list[str]) -> list[str]:
    return [_COMMON.get(word, word) for word in words]


def initials(name: str) -> str:
    """First letters of at most three words of the name, in capitals: `Peserta Contoh` is `PC`."""
    return "".join(word[0] for word in _name_words(name)[:3])


# -------------------------------------------------------------------------------------- showing and typing


def mask_tail(value: str, keep: int = 4) -> str:
    """All but the last `keep` characters as dots; a value that short is hidden whole (DOMAIN 7)."""
    if len(value) <= keep:
        return _MASK * len(value)
    return _MASK * (len(value) - keep) + value[len(value) - keep :]


def clean_text(raw: str, limit: int, *, multiline: bool = False) -> str:
    """Typed or pasted text as it is stored: NFC, no control characters, no blanks around it, at most `limit` long.

    Raises Refused("text_too_long") for more: nothing that was written is cut in silence.
    Emoji and quotes stay as they are; line breaks stay only in a `multiline` field and are blanks elsewhere.
    """
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n"))
    kept = "".join(_kept_character(letter, multiline) for letter in text)
    text = kept.strip()
    if len(text) > limit:
        raise Refused("text_too_long", length=len(text), limit=limit)
    return text


def _kept_character(letter: str, multiline: bool) -> str:
    if letter == "\n":
        return "\n" if multiline else " "
    if letter == "\t":
        return " "
    # Cs: lone surrogates cannot be encoded; Cc: control; bidi overrides can make a name read as another
    if (
        unicodedata.category(letter) in ("Cc", "Cs")
        or letter in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
    ):
        return ""
    return letter
