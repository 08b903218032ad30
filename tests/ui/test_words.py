"""Every refusal has a sentence in both languages."""

import re

import pytest

from app.errors import Refused
from app.words import LANGUAGES, messages, refusal, sentence


def test_every_sentence_stands_in_both_languages_with_the_same_gaps() -> None:
    for code, texts in messages().items():
        assert set(texts) == set(LANGUAGES), code
        gaps = [set(re.findall(r"\{(\w+)", text)) for text in texts.values()]
        assert gaps[0] == gaps[1], code
        assert all(text.strip() == text and text for text in texts.values()), code


def test_the_codes_stand_in_order() -> None:
    assert list(messages()) == sorted(messages())


def test_facts_fill_the_gaps_and_a_missing_one_is_a_dash(monkeypatch) -> None:
    texts = {"full": {"id": "Sisa {free} dari {whole}.", "en": "{free} of {whole} left."}}
    monkeypatch.setattr("app.words.messages", lambda: texts)
    assert sentence("full", {"free": 1234, "whole": "dua"}) == "Sisa 1.234 dari dua."
    assert sentence("full", {"free": 1}, "en") == "1 of – left."
    assert refusal(Refused("full", free=["a", "b"], whole=2)) == "Sisa a, b dari 2."


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_without_a_sentence_still_says_something(language: str) -> None:
    assert "no_such_code" in sentence("no_such_code", {}, language)
