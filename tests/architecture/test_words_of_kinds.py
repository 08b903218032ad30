"""Whatever the log holds can be told: no code of the program reaches a screen or paper."""

import pytest

from app.domain.kinds import KINDS
from app.reports.summary_words import LATE
from app.ui.pages.conflict_words import kind_words


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_told_in_words_where_two_of_it_race(kind: str) -> None:
    assert kind_words(kind) != kind


def test_whatever_comes_to_a_ticket_after_its_day_is_told_in_words() -> None:
    assert set(LATE) == {kind for kind in KINDS if kind.startswith("ticket.")}
