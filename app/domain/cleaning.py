"""What people type or paste, made plain before it is checked: one cleaning for numbers, days and names.

It is done where something is typed, at the gate of a service or of a list, and never where the log is folded: what an old
entry holds stays as it was written.
"""

import re
import unicodedata

from app.errors import Refused

_FILLERS = re.compile(r"[ .\-/()]+")
"""What stands between groups of digits on paper."""
_MINUS = "\u2212"
_APOSTROPHES = "'`\u2018\u2019\u201b\u02bc"
"""By one in front people tell Excel that digits are no number."""
_TEL = re.compile(r"^(?:tel|whatsapp|wa|hp) ?[:.]? ?", re.IGNORECASE)
_COUNTRY = re.compile(r"^(?:\+|00)?62(?:0(?=8))?")
_LOST_ZERO = re.compile(r"^8[1-9][0-9]{6,10}$")


def plain(typed: str) -> str:
    """Compatibility forms made plain (NFKC), signs that nobody sees dropped, each kind of blank one blank and each kind of
    dash `-`, without blanks around it."""
    text = "".join(_plain_sign(sign) for sign in unicodedata.normalize("NFKC", typed))
    return " ".join(text.split())


def _plain_sign(sign: str) -> str:
    category = unicodedata.category(sign)
    if category in ("Zs", "Zl", "Zp") or sign in "\t\n\r":
        return " "
    if category == "Pd" or sign == _MINUS:
        return "-"
    return "" if category in ("Cf", "Cc", "Cs", "Co", "Cn") else sign


def without_apostrophe(typed: str) -> str:
    """Plain, without the apostrophe in front."""
    return plain(plain(typed).lstrip(_APOSTROPHES))


def digits_of(typed: str) -> str:
    """The digits of an NIK, account, NPWP or KPJ as they were typed: `99.74-01 …` is `997401…`; nothing is filled up.

    Raises Refused("not_digits") with the first sign that is none.
    """
    text = _FILLERS.sub("", without_apostrophe(typed))
    wrong = next((sign for sign in text if sign not in "0123456789"), "")
    if wrong:
        raise Refused("not_digits", sign=wrong)
    return text


def member_nos_of(typed: str, length: int) -> str:
    """Several KPJ with one blank between them. Groups that make exactly one number of that length together are one.

    Raises Refused("not_digits").
    """
    parts = [part for part in re.split(r"[ ,;]+", without_apostrophe(typed)) if part]
    whole = digits_of("".join(parts))
    numbers = [whole] if len(whole) == length else [digits_of(part) for part in parts]
    return " ".join(number for number in numbers if number)


def phone_digits(typed: str) -> str:
    """A phone number as `08…`: `tel:`, `+62 0…`, `62…` and a zero that was lost in front are understood. Whatever else it
    is comes back without its blanks and marks, for the check behind to refuse."""
    text = _FILLERS.sub("", _TEL.sub("", without_apostrophe(typed)))
    text = _COUNTRY.sub("0", text) if not text.startswith("0") or text.startswith("0062") else text
    return f"0{text}" if _LOST_ZERO.match(text) else text


def person_name(typed: str) -> str:
    """A person's name with its apostrophes and dashes; what holds no letter is no name and comes back empty.

    Raises Refused("name_digits") for digits: a number that was pasted into the wrong field.
    """
    text = plain(typed)
    if any(unicodedata.category(sign) == "Nd" for sign in text):
        raise Refused("name_digits")
    return text if names(text) else ""


def names(text: str) -> bool:
    """Whether a text can be a name: signs that nobody sees, and signs alone, name nobody."""
    return any(sign.isalpha() for sign in text)
