"""Values that were set at once: the later one shows, and both are kept until somebody who saw both sets it anew."""

from collections.abc import Iterator
from typing import Any

import msgspec

from app.domain.race_keys import kept_values
from app.domain.race_order import Ancestry, Clash, agree


class Written(msgspec.Struct, frozen=True):
    """A value that nobody has replaced who saw it."""

    writer: int
    """Place of the event that set it, or of the supervisor's word for it."""
    source: int
    """Place of the event that brought the value."""
    value: Any


class Contest:
    """What was set under one key of a stream."""

    def __init__(self, key: str, race: str) -> None:
        self.key = key
        self.race = race
        self.last: list[Written] = []
        self.clashes: list[Clash] = []
        self.counted: set[int] = set()
        """Places of values that add up in the state."""

    def sources(self) -> set[int]:
        """Places between which somebody had to choose."""
        return {place for clash in self.clashes for place in clash.pair()}

    def has(self, clashes: list[Clash]) -> bool:
        """Whether one of these races is about this."""
        return any(each in clashes for each in self.clashes)

    def put(self, known: Ancestry, new: Written) -> None:
        """`new` replaces what its author saw."""
        self.last = [each for each in self.last if not known.saw(new.writer, each.writer)]
        self.last.append(new)
        base = self.last[0]
        wanted = {
            frozenset((base.source, each.source))
            for each in self.last
            if each.value != base.value and each.source != base.source
        }
        agree(wanted, self.clashes, new.writer, self.race, self.key)


class Values:
    """Everything that was set in one stream."""

    def __init__(self, known: Ancestry) -> None:
        self._known = known
        self._contests: dict[str, Contest] = {}

    def write(self, place: int, race: str, obstacle: int | None = None) -> None:
        """The event at `place` sets its values; `obstacle` is the place of what kept the fold from taking them."""
        for key, value in kept_values(self._known.entries[place].event.payload).items():
            contest = self._contests.get(key)
            if contest is None:
                contest = self._contests[key] = Contest(key, race)
            if obstacle is not None and all(self._known.saw(place, each.writer) for each in contest.last):
                contest.last.append(Written(obstacle, obstacle, None))
            contest.counted.add(place)
            contest.put(self._known, Written(place, place, value))

    def twin(self, place: int) -> int | None:
        """The same, set by somebody else at once."""
        event = self._known.entries[place].event
        for key, value in kept_values(event.payload).items():
            contest = self._contests.get(key)
            for each in contest.last if contest else ():
                there = self._known.entries[each.source].event
                same = there.kind == event.kind and each.value == value
                if same and not self._known.saw(place, each.writer):
                    return each.source
        return None

    def __iter__(self) -> Iterator[Contest]:
        return iter(self._contests.values())

    @property
    def clashes(self) -> Iterator[Clash]:
        """Every race about a value."""
        for contest in self._contests.values():
            yield from contest.clashes
