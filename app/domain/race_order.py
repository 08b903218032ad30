"""Who saw what: the entries of one stream in an order that puts nothing before what its author saw."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from app.domain.events import Event
from app.errors import Refused


class Seen(msgspec.Struct, frozen=True):
    """One event as the log has it."""

    event: Event
    after: tuple[bytes, ...]
    """Ids, 16 bytes each, of the last events of the stream that its author saw."""
    error: Refused | None = None
    """Why its payload cannot be read: it is set aside, and its ancestry counts all the same."""


def is_plain(frontier: tuple[bytes, ...], after: tuple[bytes, ...]) -> bool:
    """Whether the author saw everything up to `frontier`: then one call of the fold is right."""
    return frontier == after or all(each in after for each in frontier)


def advance(frontier: tuple[bytes, ...], event_id: bytes, after: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The last events of the stream once this one stands behind them."""
    return (*(each for each in frontier if each not in after), event_id)


def _in_causal_order(entries: Sequence[Seen]) -> list[Seen]:
    """By position, except that what an author saw is pulled before it: a fork can put it behind (LOG-CASES 3)."""
    place = {bytes.fromhex(each.event.id): number for number, each in enumerate(entries)}
    parents = [[place[one] for one in each.after if one in place] for each in entries]
    if all(parent < number for number, each in enumerate(parents) for parent in each):
        return list(entries)
    begun: set[int] = set()  # also ends a circle, which only a forger can make
    done: set[int] = set()
    ordered: list[Seen] = []
    for number in range(len(entries)):
        way = [number]
        while way:
            here = way[-1]
            begun.add(here)
            waiting = [parent for parent in parents[here] if parent not in begun]
            if waiting:
                way.append(min(waiting))
                continue
            way.pop()
            if here not in done:
                done.add(here)
                ordered.append(entries[here])
    return ordered


MOST_UNSEEN = 500_000
"""Of all entries of a stream together: a day's work of two computers that did not hear each other comes to some
thousands. Beyond it, where only a forger gets, an author counts as one who saw everything: the work for thousands of
events of which none names another grows with their square.
"""


class Ancestry:
    """The entries of a stream in the order they are folded, and which of them each author had not seen.

    Places count from 0 in that order. What `after` names and is not among the entries lies before them: all saw it.
    """

    def __init__(self, entries: Sequence[Seen]) -> None:
        self.entries = _in_causal_order(entries)
        self.place: dict[str, int] = {each.event.id: here for here, each in enumerate(self.entries)}
        self.unseen: list[frozenset[int]] = []
        """Place to those before it that its author did not see."""
        self._alike: dict[int, list[int]] = {}
        self._first: dict[int, int] = {}
        room = MOST_UNSEEN
        for here, each in enumerate(self.entries):
            missing = self._unseen(here, each.after) if room > 0 else frozenset()
            self.unseen.append(missing)
            room -= len(missing)

    def _unseen(self, here: int, after: tuple[bytes, ...]) -> frozenset[int]:
        named = (self.place.get(each.hex(), here) for each in after)
        parents = sorted({each for each in named if each < here})
        if not parents:
            return frozenset(range(here))
        nearest = parents.pop()
        missing = self.unseen[nearest]
        if nearest + 1 < here:
            missing = missing.union(range(nearest + 1, here))
        for parent in parents:
            if missing:
                known = self.unseen[parent]
                missing = frozenset(one for one in missing if one > parent or one in known)
                missing -= {parent}
        return missing

    def alike(self, earlier: int, later: int) -> None:
        """`later` says the same as `earlier`: who saw one of them knows what the other says."""
        self._alike.setdefault(earlier, []).append(later)
        self._first[later] = earlier

    def first(self, name: str) -> int | None:
        """Place of the event of that id, or of the one before it that says the same."""
        place = self.place.get(name)
        return place if place is None else self._first.get(place, place)

    def names(self, places: Iterable[int]) -> frozenset[str]:
        """Ids of the events at `places`, and of those that say the same."""
        wanted = list(places)
        wanted += [each for place in wanted for each in self._alike.get(place, ())]
        return frozenset(self.entries[each].event.id for each in wanted)

    def saw(self, later: int, earlier: int) -> bool:
        """Whether the author of the entry at `later` knew what the one at `earlier` says."""
        if earlier >= later:
            return False
        unseen = self.unseen[later]
        if earlier not in unseen:
            return True
        return any(each < later and each not in unseen for each in self._alike.get(earlier, ()))

    def latest(self, places: Sequence[int]) -> list[int]:
        """Those of `places` that no other one of them saw."""
        return [one for one in places if not any(self.saw(other, one) for other in places)]

    def seen_places(self, here: int) -> list[int]:
        """Places of what the author of the entry at `here` saw, in order."""
        unseen = self.unseen[here]
        return [place for place in range(here) if place not in unseen]

    def in_line(self, places: Sequence[int]) -> bool:
        """Whether each author of `places` saw those before."""
        return all(self.unseen[place].isdisjoint(places) for place in places)

    def behind(self, frontier: tuple[bytes, ...]) -> bool:
        """Whether some author had not seen all of `frontier`, which lies before the entries."""
        wanted = set(frontier)
        found: list[set[bytes]] = []
        for here, each in enumerate(self.entries):
            mine = wanted.intersection(each.after)
            for name in each.after:
                parent = self.place.get(name.hex(), here)
                if parent < here:
                    mine |= found[parent]
            if mine != wanted:
                return True
            found.append(mine)
        return False

    def frontier(self, start: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """The last events after all entries."""
        last = dict.fromkeys(start)
        for each in self.entries:
            for name in each.after:
                last.pop(name, None)
            last[bytes.fromhex(each.event.id)] = None
        return tuple(last)


class Clash:
    """Two places that race, and what was said about them since."""

    def __init__(self, race: str, key: str, first: int, second: int) -> None:
        self.race = race
        self.key = key
        self.first = first
        self.second = second
        self.closed_by: int | None = None
        self.words: list[tuple[int, int]] = []
        """(place of a supervisor's word, place of its choice), for a race in which nothing is left to be done"""

    def pair(self) -> frozenset[int]:
        """Both places."""
        return frozenset((self.first, self.second))


def agree(wanted: set[frozenset[int]], clashes: list[Clash], cause: int, race: str, key: str) -> None:
    """Make `clashes` have exactly the `wanted` pairs open: others were closed by the entry at `cause`."""
    for clash in clashes:
        if clash.pair() in wanted:
            clash.closed_by = None
            wanted.discard(clash.pair())
        elif clash.closed_by is None:
            clash.closed_by = cause
    for pair in sorted(sorted(each) for each in wanted):
        clashes.append(Clash(race, key, pair[0], pair[1]))


def named(clashes: Iterable[Clash], about: int, choice: int | None) -> list[Clash]:
    """The races that a word about one of two means. Which of them is the second may have changed with the log's order
    since; where the word is for the one it names, and that one races twice, those are meant in which it is the second.
    """
    found = [each for each in clashes if about in each.pair()]
    if about != choice:
        return found
    return [each for each in found if each.second == about] or found


State = Any
"""Of the stream's own type; None before its first event."""
