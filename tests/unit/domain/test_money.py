"""Amounts as people type and paste them, and as they are read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendar import format_money, format_number
from app.domain.money import read_rupiah, rupiah_in_words
from tests.houses import refused


@pytest.mark.parametrize(
    ("typed", "rupiah"),
    [
        ("20000000", 20_000_000),
        ("20.000.000", 20_000_000),
        ("Rp20.000.000", 20_000_000),
        ("rp. 20.000.000", 20_000_000),
        ("RP 20 000 000", 20_000_000),
        ("20.000.000,00", 20_000_000),
        ("20.000.000,-", 20_000_000),
        ("Rp 20.000.000,--", 20_000_000),
        ("Rp\u00a020.000.000,\u2013", 20_000_000),
        (" \u200b20.000.000\u202f", 20_000_000),
        ("20000000,0", 20_000_000),
        ("1.500", 1500),
        ("0", 0),
        ("２００", 200),
    ],
)
def test_what_is_clear_is_read(typed: str, rupiah: int) -> None:
    assert read_rupiah(typed) == rupiah


@pytest.mark.parametrize(
    "typed",
    [
        "20000000.00",
        "1.50",
        "1.5",
        "1,5",
        "20.000.000,50",
        "20,000,000",
        "2000.000",
        "0.500",
        "1.0000",
        "1..000",
        "1 50",
        "20.000 000",
        "",
        " ",
        "Rp",
        "-5",
        "5-",
        "satu juta",
        "1e6",
        "٣",
        "9" * 16,
        "20.000.000.",
        "USD 5",
        "5 juta",
    ],
)
def test_what_could_mean_something_else_is_refused(typed: str) -> None:
    with refused("amount_unclear"):
        read_rupiah(typed)


@given(st.integers(0, 10**15 - 1))
def test_what_the_program_writes_it_reads(amount: int) -> None:
    for written in (format_money(amount), format_number(amount), str(amount), f"{format_money(amount)},00"):
        assert read_rupiah(written) == amount


@given(st.integers(0, 10**9), st.integers(0, 99))
def test_a_decimal_never_becomes_a_hundredfold(whole: int, cents: int) -> None:
    for written in (f"{whole}.{cents:02}", f"{format_number(whole)}.{cents:02}", f"{whole:,}.{cents:02}"):
        with refused("amount_unclear"):
            read_rupiah(written)
    if cents:
        with refused("amount_unclear"):
            read_rupiah(f"{whole},{cents:02}")
    else:
        assert read_rupiah(f"{whole},{cents:02}") == whole


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "nol"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (19, "sembilan belas"),
        (100, "seratus"),
        (115, "seratus lima belas"),
        (1000, "seribu"),
        (1100, "seribu seratus"),
        (21_000, "dua puluh satu ribu"),
        (100_000, "seratus ribu"),
        (1_000_000, "satu juta"),
        (20_000_000, "dua puluh juta"),
        (42_000_001, "empat puluh dua juta satu"),
        (1_000_000_000, "satu miliar"),
        (1_001_000_000_000, "satu triliun satu miliar"),
    ],
)
def test_an_amount_in_words(amount: int, words: str) -> None:
    assert rupiah_in_words(amount) == f"{words} rupiah"


@given(st.integers(0, 10**15 - 1))
def test_words_are_of_one_amount_alone(amount: int) -> None:
    words = rupiah_in_words(amount)
    assert words != rupiah_in_words(amount + 1)
    assert "  " not in words
