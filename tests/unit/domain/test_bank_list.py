"""A bank is known by any of its names; what is not on the list stays as it was typed, without digits."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.bank_list import bank_name, check_bank, meant, proposals
from app.domain.bundle import parse
from app.domain.identity import Finding
from app.errors import Refused

BYTES = (Path(__file__).parents[3] / "resources/bundle/default.json").read_bytes()
BANKS = parse(BYTES).banks


@pytest.mark.parametrize(
    "typed",
    [
        "BCA",
        "bca",
        "B.C.A.",
        "Bank BCA",
        "PT Bank Central Asia Tbk",
        "bank  central asia",
        "014",
        "\uff22CA",
        "B\u200bCA",
    ],
)
def test_a_bank_is_meant_by_each_of_its_names_and_by_its_code(typed: str) -> None:
    assert bank_name(BANKS, typed) == "BCA"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("BNI 46", "BNI"),
        ("Bank Jakarta", "Bank DKI"),
        ("BTPN", "SMBC Indonesia"),
        ("BTPN Syariah", "BTPN Syariah"),
        ("bpd jateng", "Bank Jateng"),
        ("Mandiri", "Mandiri"),
    ],
)
def test_former_and_longer_names_lead_to_the_one_that_is_kept(typed: str, kept: str) -> None:
    assert bank_name(BANKS, typed) == kept


def test_another_bank_is_kept_with_its_name() -> None:
    assert bank_name(BANKS, "BPR Contoh Sejahtera") == "BPR Contoh Sejahtera"
    assert bank_name((), "BNI") == "BNI"  # under rules from before there was a list


@pytest.mark.parametrize("typed", ["1234567890", "Bank 9", "BPR Contoh \u0664"])
def test_digits_are_no_name_of_a_bank(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        bank_name(BANKS, typed)
    assert refused.value.code == "bank_name_digits"


def test_beginnings_of_words_narrow_the_list() -> None:
    def names(typed: str) -> list[str]:
        return [bank.name for bank in proposals(BANKS, typed)]

    assert names("man")[:2] == ["Mandiri", "Mandiri Taspen"]
    assert names("bri")[0] == "BRI"
    assert names("bank jawa") == ["Bank BJB", "Bank Jateng", "Bank Jatim"]
    assert names("muam") == ["Muamalat"]
    assert names("contoh") == []
    assert names("") == names("bank ") == [bank.name for bank in BANKS]


def test_a_slip_of_the_keyboard_is_asked_about() -> None:
    assert check_bank(BANKS, "Bank Mandri") == (Finding("bank_perhaps", facts={"bank": "Mandiri"}),)
    assert check_bank(BANKS, "BPR Contoh") == (Finding("bank_not_listed"),)
    assert check_bank(BANKS, "BCA") == check_bank(BANKS, "") == check_bank((), "BPR Contoh") == ()


def test_no_name_leads_to_two_banks() -> None:
    tree: dict[str, Any] = json.loads(BYTES)
    tree["banks"][1]["also"] = ["Bank Central Asia"]
    with pytest.raises(Refused) as refused:
        parse(json.dumps(tree).encode())
    assert "CENTRALASIA" in str(refused.value.facts["why"])


def test_rules_from_before_there_was_a_list_are_whole() -> None:
    tree: dict[str, Any] = json.loads(BYTES)
    del tree["banks"]
    assert parse(json.dumps(tree).encode()).banks == ()


@given(st.sampled_from(BANKS))
def test_what_is_kept_means_the_same_bank_again(bank: Any) -> None:
    for typed in (bank.name, bank.full_name, *bank.also, bank.code):
        kept = bank_name(BANKS, typed)
        assert kept == bank.name
        assert bank_name(BANKS, kept) == kept
        assert proposals(BANKS, typed)[0] == bank
        assert meant(BANKS, kept) == bank


@given(st.text(max_size=40))
def test_whatever_is_typed_is_kept_without_digits_or_refused(typed: str) -> None:
    if meant(BANKS, typed) is None and any(sign.isdigit() for sign in typed):
        with pytest.raises(Refused):
            bank_name(BANKS, typed)
        return
    kept = bank_name(BANKS, typed)
    assert not any(sign.isdigit() for sign in kept)
    assert bank_name(BANKS, kept) == kept
