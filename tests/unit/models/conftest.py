"""A fresh branch for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.houses import House, make_branch


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An open office with one person per role; the day is not open yet."""
    made = make_branch(tmp_path)
    yield made
    made.close()


@pytest.fixture
def open_house(house: House) -> House:
    """The same with its day open."""
    house.open_day()
    return house
