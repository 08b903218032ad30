"""Amounts of rupiah as people type or paste them, and as they are read back: a separator is understood, never deleted."""

import re

from app.domain.cleaning import without_apostrophe
from app.errors import Refused

_NUMBER = r"[0-9]{1,15}|[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+"
"""Digits alone, or groups of three behind dots or blanks; `1.50` and `20000000.00` are neither."""
_AMOUNT = re.compile(rf"(?:rp\.?)? *({_NUMBER}) *(?:,00?|[,.] ?-{{1,2}})?", re.IGNORECASE)
"""A comma is the decimal comma, and behind it only no cents; `,-` ends an amount on many papers."""

ONES = ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"]
SCALES = (
    (10**12, "triliun"),
    (10**9, "miliar"),
    (10**6, "juta"),
    (10**3, "ribu"),
    (100, "ratus"),
    (10, "puluh"),
)


def read_rupiah(typed: str) -> int:
    """`Rp 20.000.000,00`, `20000000` or `20.000.000,-` as a number of rupiah, 0 or more.

    Raises Refused("amount_unclear") for whatever could mean something else: nothing is guessed about money.
    """
    found = _AMOUNT.fullmatch(without_apostrophe(typed))
    if found is None:
        raise Refused("amount_unclear")
    return int(re.sub("[. ]", "", found.group(1)))


def rupiah_in_words(amount: int) -> str:
    """`20000000` as `dua puluh juta rupiah`."""
    return f"{_words(amount)} rupiah"


def _words(number: int) -> str:
    if number < 10:
        return ONES[number]
    if number < 20:
        small = {10: "sepuluh", 11: "sebelas"}
        return small.get(number) or f"{ONES[number - 10]} belas"
    size, name = next(each for each in SCALES if number >= each[0])
    count, rest = divmod(number, size)
    head = f"se{name}" if count == 1 and size in (100, 1000) else f"{_words(count)} {name}"
    return f"{head} {_words(rest)}" if rest else head
