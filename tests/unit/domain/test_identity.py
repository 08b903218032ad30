"""Checks on numbers, names and typed text (DOMAIN 4)."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.identity import (
    age_on,
    check_bank_account,
    check_member_no,
    check_nik,
    clean_text,
    compare_names,
    initials,
    mask_tail,
    nik_birth_date,
    nik_sex,
    normalise_employer_no,
    normalise_phone,
    show_phone,
    whatsapp_link,
)
from app.errors import Refused

TODAY = date(2026, 11, 20)
PROVINCES = frozenset({"11", "12", "35"})


def codes(nik: str, birth: date | None = None, sex: str | None = None) -> list[tuple[str, bool]]:
    found = check_nik(nik, birth_date=birth, sex=sex, today=TODAY, provinces=PROVINCES)
    return [(finding.code, finding.hard) for finding in found]


@pytest.mark.parametrize(
    ("nik", "expected"),
    [
        ("9901011507900001", [("nik_province_unknown", False)]),
        ("9901015507900001", [("nik_province_unknown", False)]),
        ("9901013202900001", [("nik_day_range", True), ("nik_province_unknown", False)]),
        ("9901017202900001", [("nik_day_range", True), ("nik_province_unknown", False)]),
        ("9901013102900001", [("nik_impossible_date", True), ("nik_province_unknown", False)]),
        ("9901012902010001", [("nik_impossible_date", True), ("nik_province_unknown", False)]),
        ("9901012902000001", [("nik_province_unknown", False)]),
        ("9901011507900000", [("nik_serial_zero", True), ("nik_province_unknown", False)]),
        ("9901011513900001", [("nik_month_range", True), ("nik_province_unknown", False)]),
        (
            "9901010000900001",
            [("nik_day_range", True), ("nik_month_range", True), ("nik_province_unknown", False)],
        ),
        ("990101150790001", [("nik_len", True)]),
        ("99010115079000011", [("nik_len", True)]),
        ("990101150790000A", [("nik_digits", True)]),
        ("٩٩٠١٠١١٥٠٧٩٠٠٠٠١", [("nik_digits", True)]),
        ("", [("nik_digits", True)]),
        ("1101011507900001", []),
    ],
)
def test_the_numbers_of_the_research(nik: str, expected: list[tuple[str, bool]]) -> None:
    assert codes(nik) == expected


def test_birth_date_and_sex_are_compared_as_warnings() -> None:
    assert codes("1101015507900001", date(1990, 7, 15), "female") == []
    assert codes("1101015507900001", date(1990, 7, 16), "male") == [
        ("nik_birth_mismatch", False),
        ("nik_sex_mismatch", False),
    ]


def test_the_century_makes_the_age_plausible() -> None:
    assert nik_birth_date("9901011507900001", TODAY) == date(1990, 7, 15)
    assert nik_birth_date("9901011507050001", TODAY) == date(2005, 7, 15)
    assert nik_birth_date("9901011507200001", TODAY, range(24)) == date(2020, 7, 15)
    # of 2020 and 1920 neither is a worker's age: the later one that has been
    assert nik_birth_date("9901011507200001", TODAY) == date(2020, 7, 15)
    assert nik_birth_date("9901012902960001", TODAY) == date(1996, 2, 29)


@given(
    born=st.dates(date(1930, 1, 1), date(2009, 11, 19)),
    female=st.booleans(),
    serial=st.integers(1, 9999),
    region=st.from_regex(r"\A[0-9]{6}\Z"),
)
def test_every_number_made_by_the_rule_passes(born: date, female: bool, serial: int, region: str) -> None:
    nik = f"{region}{born.day + 40 * female:02}{born:%m%y}{serial:04}"
    sex = "female" if female else "male"
    found = check_nik(nik, birth_date=born, sex=sex, today=TODAY, provinces={region[:2]})
    assert found == ()
    assert nik_sex(nik) == sex
    assert nik_birth_date(nik, TODAY) == born


@given(st.text(max_size=20))
def test_any_text_gets_an_answer(typed: str) -> None:
    found = check_nik(typed, birth_date=TODAY, sex="male", today=TODAY, provinces=PROVINCES)
    well_formed = len(typed) == 16 and typed.isascii() and typed.isdigit()
    assert well_formed or [finding.hard for finding in found] == [True]


def test_age_counts_whole_years() -> None:
    assert age_on(date(1970, 11, 20), TODAY) == 56
    assert age_on(date(1970, 11, 21), TODAY) == 55


def test_member_numbers_warn_and_never_block() -> None:
    assert check_member_no("12345678901") == ()
    for odd in ("123456789012", "1234567890", "1234567890A", ""):
        assert [(f.code, f.hard) for f in check_member_no(odd)] == [("member_no_form", False)]


def test_employer_numbers_are_capitals_of_at_most_fifteen() -> None:
    assert normalise_employer_no("  jj123456 ") == "JJ123456"
    for wrong in ("", "   ", "1" * 16):
        with pytest.raises(Refused, match="employer_no_wrong"):
            normalise_employer_no(wrong)


@pytest.mark.parametrize(
    "typed", ["081234567890", "+62 812-3456-7890", "62812 3456 7890", "(0812) 3456.7890"]
)
def test_phones_have_one_form(typed: str) -> None:
    assert normalise_phone(typed) == "+6281234567890"
    assert show_phone(normalise_phone(typed)) == "081234567890"


@pytest.mark.parametrize(
    "typed", ["", "0800123456789", "021555123", "08123", "0812345678901234", "٠٨١٢٣٤٥٦٧٨٩٠", "0812x4567890"]
)
def test_other_numbers_are_no_mobile_phones(typed: str) -> None:
    with pytest.raises(Refused, match="phone_wrong"):
        normalise_phone(typed)


def test_whatsapp_links_have_no_plus_and_escape_the_text() -> None:
    assert whatsapp_link("+6281234567890") == "https://wa.me/6281234567890"
    assert whatsapp_link("+6281234567890", "a&b c\n?") == "https://wa.me/6281234567890?text=a%26b%20c%0A%3F"


def test_bank_accounts_compare_the_holder() -> None:
    assert check_bank_account("1234567890", "H. Peserta Contoh, S.E.", "PESERTA CONTOH") == ()
    assert [f.code for f in check_bank_account("1234", "Lain", "Peserta Contoh")] == [
        "bank_account_form",
        "bank_holder_different",
    ]
    assert [f.code for f in check_bank_account("12345", "M. Contoh", "Muhammad Contoh")] == [
        "bank_holder_possibly_same"
    ]


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ("Peserta Contoh", "PESERTA  contoh", "same"),
        ("Hj. Siti Contoh, S.Kom., M.M.", "SITI CONTOH", "same"),
        ("Dr. Ir. H. Contoh", "contoh", "same"),
        ("O'Contoh", "OCONTOH", "same"),
        ("Muh.Contoh", "Mohammad Contoh", "possibly_same"),
        ("M. Contoh", "Muhammad Contoh", "possibly_same"),
        ("St. Contoh", "Siti Contoh", "possibly_same"),
        ("Peserta Contoh", "Pesertacontoh", "possibly_same"),
        ("Contoh", "Peserta Contoh", "different"),
        ("", "Peserta", "different"),
        ("", "", "different"),
        ("😀", "😀", "different"),
    ],
)
def test_names_are_alike_or_not(first: str, second: str, verdict: str) -> None:
    assert compare_names(first, second) == verdict
    assert compare_names(second, first) == verdict


@given(st.text(max_size=30), st.text(max_size=30))
def test_names_compare_the_same_both_ways(first: str, second: str) -> None:
    assert compare_names(first, second) == compare_names(second, first)


def test_initials_leave_titles_out() -> None:
    assert initials("H. Peserta Contoh, S.E.") == "PC"
    assert initials("contoh") == "C"
    assert initials("") == ""
    assert initials("a b c d") == "ABC"


def test_masks_show_the_last_four_at_most() -> None:
    assert mask_tail("9901011507900001") == "••••••••••••0001"
    assert mask_tail("1234") == "••••"
    assert mask_tail("081234567890", keep=3).endswith("•890")
    assert mask_tail("123", keep=0) == "•••"


@given(st.text(max_size=40), st.integers(0, 6))
def test_masks_never_show_more(value: str, keep: int) -> None:
    masked = mask_tail(value, keep)
    assert len(masked) == len(value)
    assert len(value) - masked.count("•") <= keep


def test_typed_text_keeps_quotes_and_emoji_and_drops_what_cannot_be_seen() -> None:
    assert clean_text(' O\'Contoh "😀"\x00\x1b[31m\u202e\u200d ', 100) == 'O\'Contoh "😀"[31m\u200d'
    assert clean_text("a\r\nb\tc\rd", 100) == "a b c d"
    assert clean_text("a\r\nb\tc", 100, multiline=True) == "a\nb c"
    assert clean_text("e\u0301", 100) == "é"
    assert clean_text("\ud800x", 100) == "x"
    assert len(clean_text(" " + "x" * 2000 + "\n", 2000)) == 2000
    with pytest.raises(Refused, match="text_too_long"):
        clean_text("x" * 2001, 2000)


@given(st.text(max_size=60), st.integers(0, 60), st.booleans())
def test_clean_text_is_clean_and_stays_so(raw: str, limit: int, multiline: bool) -> None:
    whole = clean_text(raw, 1000, multiline=multiline)
    if len(whole) > limit:
        with pytest.raises(Refused, match="text_too_long"):
            clean_text(raw, limit, multiline=multiline)
        return
    cleaned = clean_text(raw, limit, multiline=multiline)
    assert cleaned == whole
    assert len(cleaned) <= limit
    assert clean_text(cleaned, limit, multiline=multiline) == cleaned
    assert all(unicodedata.category(c) not in ("Cc", "Cs") or c == "\n" for c in cleaned)
    assert multiline or "\n" not in cleaned
    cleaned.encode("utf-8")
