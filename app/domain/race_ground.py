"""What a merge of one stream stands on: its entries, what became of each of them, and what their authors saw."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Self

import msgspec

from app.domain import disputes
from app.domain.claims import Case
from app.domain.disputes import Decisions
from app.domain.events import Event
from app.domain.race_order import Ancestry, Clash, Seen, State
from app.domain.race_values import Values
from app.errors import Refused


class View(msgspec.Struct, frozen=True):
    """What somebody saw when writing an event."""

    state: State
    path: tuple[str, ...]
    """Ids of the decisions on the file that stood."""
    disputed: bool
    open: frozenset[str]
    """Ids of the events in races that were open, and in all races."""
    known: frozenset[str]


class Rules(msgspec.Struct, frozen=True):
    """What a fold of a stream needs from outside, and what every author of it saw, found once."""

    fold: Callable[[State, Event], State]
    authorise: Callable[[Event], None]
    start: State
    views: dict[str, View] = {}


class Ground(ABC):
    """The entries of one stream, folded one by one."""

    def __init__(self, rules: Rules, entries: Sequence[Seen]) -> None:
        self._rules = rules
        self._known = Ancestry(entries)
        self._entries = self._known.entries
        self._state = rules.start
        self._codes: list[str] = [""] * len(self._entries)
        self._because: list[Clash | None] = [None] * len(self._entries)
        self._barred: set[int] = set()
        """Set aside for good: against a rule, or done with what somebody else had claimed."""
        self._lost: dict[int, tuple[int, Clash]] = {}
        """Place that lost a race to what stands at another one."""
        self._plain: list[Clash] = []
        """Races of facts and claims: a supervisor's word changes nothing."""
        self._values = Values(self._known)
        on_file = bool(self._entries) and self._entries[0].event.stream.startswith("case:")
        self._decisions = Decisions(self._known) if on_file else None
        self._relied: dict[int, tuple[int, ...]] = {}
        """Place to the decisions that its author saw standing."""
        self._redone: dict[int, list[Event]] = {}
        """Place of a supervisor's word on a file to what it set anew."""
        self._spoken: set[int] = set()
        """Places of the words that count on a file."""
        self.steps: list[tuple[State, Event]] = []
        """The state after each event that stands."""

    def run(self) -> Self:
        """Fold all entries."""
        for place in range(len(self._entries)):
            self._take(place)
        return self

    @abstractmethod
    def _take(self, place: int) -> None:
        """Fold the entry at `place`, or set it aside."""

    # ------------------------------------------------------------------------------------------ what came of it

    @property
    def known(self) -> Ancestry:
        """Who saw what."""
        return self._known

    @property
    def state(self) -> State:
        """The state that is shown: a file in dispute says so."""
        rivals = self._decisions.rivals if self._decisions else ()
        if not rivals or not isinstance(self._state, Case):
            return self._state
        return disputes.disputed(self._state, max(self._entries[each].event.at for each in rivals))

    def asides(self) -> Iterator[tuple[Event, str, str]]:
        """Event, code and conflict (id of its second event, or empty) of each one that does not stand."""
        for entry, code, clash in zip(self._entries, self._codes, self._because, strict=True):
            if code:
                yield entry.event, code, self._id(clash.second) if clash else ""

    def clashes(self) -> Iterator[Clash]:
        """Every race, in no order."""
        yield from self._plain
        yield from self._values.clashes
        if self._decisions is not None:
            yield from self._decisions.clashes

    def _id(self, place: int) -> str:
        return self._entries[place].event.id

    # ------------------------------------------------------------------------------------------ what authors saw

    def _view(self, place: int) -> View:
        if not self._known.unseen[place]:
            return self._view_now()
        name = self._id(place)
        found = self._rules.views.get(name)
        if found is None:
            seen = [self._entries[each] for each in self._known.seen_places(place)]
            found = type(self)(self._rules, seen).run()._view_now()
            self._rules.views[name] = found
        return found

    def _view_now(self) -> View:
        path = self._decisions.path if self._decisions else ()
        races = list(self.clashes())
        return View(
            self.state,
            tuple(map(self._id, path)),
            bool(self._decisions and self._decisions.rivals),
            self._known.names(one for each in races if each.closed_by is None for one in each.pair()),
            self._known.names(one for each in races for one in each.pair()),
        )

    def _impossible(self, place: int) -> str:
        """Why the event was impossible already in what its author saw; empty when it was right there."""
        return self._refusal(self._view(place).state, place)

    def _refusal(self, state: State, place: int) -> str:
        """Why the event is impossible in `state`; empty when it is not."""
        try:
            self._rules.fold(state, self._entries[place].event)
        except Refused as refused:
            return refused.code
        return ""

    def _race_before(self, place: int) -> Clash | None:
        """A race that the author saw. What is impossible after it may have been right in the order of that time."""
        known = self._view(place).known
        found = [each for each in self.clashes() if known & {self._id(each.first), self._id(each.second)}]
        return max(found, key=lambda each: each.second, default=None)

    def _obstacle(self, place: int) -> int:
        """The first that its author did not see and after which the event is impossible."""
        state = self._view(place).state
        unseen = sorted(self._known.unseen[place])
        for each in unseen:
            state = self._with(state, each)
            if self._refusal(state, place):
                return each
        return unseen[-1]

    def _with(self, state: State, place: int) -> State:
        """A state and one more entry, as far as it goes."""
        event = self._entries[place].event
        if not self._codes[place]:
            try:
                return self._rules.fold(state, event)
            except Refused:
                return state
        return disputes.witnessed(state, event) if isinstance(state, Case) else state

    def _lost_before(self, place: int) -> Clash | None:
        """The lost race that this event goes on from, if its author did not know that it was lost."""
        unseen = self._known.unseen[place]
        for loser in reversed(self._lost):
            rival, clash = self._lost[loser]
            if rival in unseen and loser not in unseen:
                return clash
        return None

    # ------------------------------------------------------------------------------------------ setting aside

    def _bar(self, place: int, code: str, because: Clash | None = None) -> None:
        self._barred.add(place)
        self._set_aside(place, code, because)

    def _set_aside(self, place: int, code: str, because: Clash | None) -> None:
        self._codes[place], self._because[place] = code, because
        if isinstance(self._state, Case) and (because is not None or place not in self._barred):
            self._state = disputes.witnessed(self._state, self._entries[place].event)

    def _fold(self, event: Event) -> str:
        """Fold it, or say why not."""
        try:
            self._state = self._rules.fold(self._state, event)
        except Refused as refused:
            return refused.code
        self.steps.append((self._state, event))
        return ""
