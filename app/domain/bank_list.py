"""Banks by the names that people type: which of the rules' list is meant, and what is kept of one that is not on it."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import lru_cache

from app.domain.cleaning import plain
from app.domain.identity import Finding
from app.domain.rules import Bank
from app.errors import Refused

_NO_NAME = frozenset(["BANK", "PT", "TBK", "PERSERO", "PERSERODA"])
"""Words that stand before or behind any bank's name and tell none from another."""
_ALIKE = 0.75
"""Likeness from which a name is asked about: one letter of five may differ."""


def _words(typed: str) -> list[str]:
    parts = re.split(r"[^\w.&]+", plain(typed).upper())
    letters = ["".join(sign for sign in part if sign.isalnum()) for part in parts]
    return [word for word in letters if word and word not in _NO_NAME]


def _key(typed: str) -> str:
    return "".join(_words(typed))


@lru_cache(maxsize=1000)  # asked of the whole list at each letter
def keys_of(bank: Bank) -> frozenset[str]:
    """Everything by which exactly this bank is meant: its names and its transfer code."""
    return frozenset(_key(name) for name in (bank.name, bank.full_name, *bank.also, bank.code))


def meant(banks: Iterable[Bank], typed: str) -> Bank | None:
    """The bank that bears this very name or code, however it is written (`bca`, `B.C.A.`, `PT Bank Central Asia Tbk`)."""
    key = _key(typed)
    return next((bank for bank in banks if key in keys_of(bank)), None) if key else None


def proposals(banks: Iterable[Bank], typed: str) -> tuple[Bank, ...]:
    """Banks some word of which begins with each typed one: first the one that is meant, then by name, as the list has them.

    All of them while nothing was typed that tells one from another.
    """
    words = _words(typed)
    if not words:
        return tuple(banks)
    key = "".join(words)
    found = [bank for bank in banks if _begins(bank, words)]
    return tuple(
        sorted(found, key=lambda bank: (key not in keys_of(bank), not _key(bank.name).startswith(key)))
    )


def _begins(bank: Bank, words: Sequence[str]) -> bool:
    known = _words_of(bank)
    return "".join(words) in keys_of(bank) or all(
        any(each.startswith(word) for each in known) for word in words
    )


@lru_cache(maxsize=1000)
def _words_of(bank: Bank) -> tuple[str, ...]:
    """What a name of it may begin with: each word, and each name written as one."""
    names = (bank.name, bank.full_name, *bank.also, bank.code)
    return tuple(word for name in names for word in (*_words(name), _key(name)))


def bank_name(banks: Iterable[Bank], typed: str) -> str:
    """The list's own name of the bank that is meant, else the name as it was typed: another bank (DOMAIN 4.2).

    Raises Refused("bank_name_digits") where that holds digits: it is an account number.
    """
    bank = meant(banks, typed)
    if bank is not None:
        return bank.name
    if any(sign.isdigit() for sign in typed):
        raise Refused("bank_name_digits")
    return typed


def check_bank(banks: Sequence[Bank], name: str) -> tuple[Finding, ...]:
    """A bank that is not on the list is a warning, with the one that was perhaps meant; without a list there is none."""
    if not banks or not name or meant(banks, name) is not None:
        return ()
    known = {key: bank for bank in banks for key in keys_of(bank) if not key.isdigit()}
    alike = [known[key] for key in get_close_matches(_key(name), known, n=1, cutoff=_ALIKE)]
    begun = proposals(banks, name)
    perhaps = alike or (begun if len(begun) == 1 else ())
    return (
        Finding("bank_perhaps", facts={"bank": perhaps[0].name}) if perhaps else Finding("bank_not_listed"),
    )
