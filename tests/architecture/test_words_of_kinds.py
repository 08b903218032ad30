"""Whatever the log holds can be told: no code of the program reaches a screen or paper."""

import re

import msgspec
import pytest

from app.domain.bundle import parse
from app.domain.kinds import KINDS
from app.reports.summary_words import LATE
from app.services.office import default_bundle
from app.ui.pages.conflict_values import HIDDEN, labels, value_words
from app.ui.pages.conflict_words import kind_words
from tests.unit.domain.event_examples import EXAMPLES


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_told_in_words_where_two_of_it_race(kind: str) -> None:
    assert kind_words(kind) != kind


def test_whatever_comes_to_a_ticket_after_its_day_is_told_in_words() -> None:
    assert set(LATE) == {kind for kind in KINDS if kind.startswith("ticket.")}


def test_every_field_of_every_event_has_a_name_or_says_nothing_to_people() -> None:
    fields = {field.name for row in KINDS.values() for field in msgspec.structs.fields(row.payload)}
    assert fields <= HIDDEN | set(labels())
    assert not HIDDEN & set(labels())


CODED = re.compile(r"[a-z]+_[a-z_]+|[{}\[\]()]|\b[0-9a-f]{32}\b|\b(true|false|True|False)\b")


@pytest.mark.parametrize("kind", KINDS)
def test_what_an_event_says_holds_no_code(kind: str) -> None:
    told = msgspec.to_builtins(EXAMPLES[kind])
    words = value_words(told, parse(default_bundle()), lambda _: "Petugas 1")
    assert not CODED.search(words), words
