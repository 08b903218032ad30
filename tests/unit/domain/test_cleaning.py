"""One cleaning for all that is typed: whatever comes in, what is kept holds what it says."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendar import add_months, parse_day
from app.domain.cleaning import digits_of, member_nos_of, person_name, phone_digits, plain
from app.domain.identity import age_on, check_nik, normalise_phone
from app.errors import Refused
from tests.houses import refused

anything = st.text(max_size=40)
near_numbers = st.text(
    alphabet="0123456789 .-/()+'\u2019\u00a0\u2009\u200b\u2011\u2013\u2212telwa:\uff10\u0663", max_size=30
)


@given(anything | near_numbers)
def test_plain_twice_is_plain_once(typed: str) -> None:
    assert plain(plain(typed)) == plain(typed)


@given(anything | near_numbers)
def test_a_number_that_is_kept_holds_digits_alone(typed: str) -> None:
    try:
        kept = digits_of(typed)
    except Refused:
        return
    assert all(sign in "0123456789" for sign in kept)
    assert digits_of(kept) == kept


@given(anything | near_numbers)
def test_a_phone_that_is_kept_is_an_indonesian_mobile_number(typed: str) -> None:
    try:
        kept = normalise_phone(typed)
    except Refused:
        return
    assert kept.startswith("+628")
    assert kept[1:].isascii()
    assert kept[1:].isdigit()
    assert normalise_phone(kept) == kept


@given(anything | near_numbers)
def test_members_numbers_are_digits_with_one_blank_between_them(typed: str) -> None:
    try:
        kept = member_nos_of(typed, 11)
    except Refused:
        return
    assert all(part and all(sign in "0123456789" for sign in part) for part in kept.split(" ") if kept)
    assert member_nos_of(kept, 11) == kept


@given(anything)
def test_a_name_that_is_kept_has_a_letter_and_no_digit(typed: str) -> None:
    try:
        kept = person_name(typed)
    except Refused:
        return
    assert not kept or any(sign.isalpha() for sign in kept)
    assert person_name(kept) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("tel:+62 812-3456-7890", "081234567890"),
        ("+62 0812 3456 7890", "081234567890"),
        ("0062 812 3456 7890", "081234567890"),
        ("62812 3456 7890", "081234567890"),
        ("WA: 0812.3456.7890", "081234567890"),
        ("81234567890", "081234567890"),
        ("021 555 0100", "0215550100"),
    ],
)
def test_phones_as_people_write_them(typed: str, kept: str) -> None:
    assert phone_digits(typed) == kept


@pytest.mark.parametrize(
    "typed", ["021 555 0100", "8123", "+1 812 3456 7890", "0812345678901234", "\u0660812345678"]
)
def test_what_is_no_mobile_number_is_refused(typed: str) -> None:
    with refused("phone_wrong"):
        normalise_phone(typed)


def test_an_account_is_never_filled_up() -> None:
    assert digits_of("81234567890") == "81234567890"
    assert member_nos_of("8123456789", 11) == "8123456789"


def test_days_are_read_with_any_dash() -> None:
    assert parse_day("15\u201107\u20131990") == parse_day("'15-07-1990\u200b") == "1990-07-15"


def test_the_whole_birth_year_is_compared() -> None:
    today = date(2026, 12, 1)
    for year, codes in ((1990, set()), (2090, {"nik_birth_mismatch"}), (1890, {"nik_birth_mismatch"})):
        found = check_nik(
            "9901011507900001", birth_date=date(year, 7, 15), sex=None, today=today, provinces=("99",)
        )
        assert {each.code for each in found} == codes
    old = check_nik(
        "9901011507210001", birth_date=date(1921, 7, 15), sex=None, today=today, provinces=("99",)
    )
    assert old == ()  # somebody of 105 years


@given(st.dates(date(1900, 1, 1), date(2030, 12, 31)), st.integers(0, 100))
def test_an_age_is_reached_on_the_day_that_is_so_many_years_later(born: date, years: int) -> None:
    reached = date.fromisoformat(add_months(born.isoformat(), 12 * years))
    assert age_on(born, reached) == years
    assert age_on(born, reached - timedelta(days=1)) == years - 1
