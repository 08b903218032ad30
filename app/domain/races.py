"""What two concurrent events of one stream mean (DESIGN 2, rule 7 and the class table): the fold of a whole stream."""

from collections.abc import Callable, Sequence

import msgspec

from app.domain.events import Event
from app.domain.race_fold import Merge
from app.domain.race_ground import Rules
from app.domain.race_keys import attribute_key, kept_values
from app.domain.race_order import Seen, State, advance, is_plain
from app.domain.settled import Settled
from app.errors import Refused

__all__ = [
    "Aside",
    "Conflict",
    "Folded",
    "Seen",
    "advance",
    "attribute_key",
    "fold_stream",
    "is_plain",
    "kept_values",
]

Fold = Callable[[State, Event], State]
Authorise = Callable[[Event], None]
Start = tuple[State, tuple[bytes, ...]]


class Aside(msgspec.Struct, frozen=True):
    """An event that does not stand: position, id in hex, and the code that says why."""

    position: int
    event: str
    code: str
    conflict: str = ""
    """The `second` of the race that it lost or goes on from; empty when it broke a rule."""


class Conflict(msgspec.Struct, frozen=True):
    """Two events that race, by their ids in hex.

    `race` is claim (`first` has it), decision (neither stands on a file; elsewhere both, where the fold allows),
    attribute (the later shows under `key`) or fact (`second` is a double for the supervisor).
    """

    stream: str
    race: str
    key: str
    first: str
    second: str
    position: int
    """Of `second`."""
    settled_by: str = ""
    """Id of the event that settled it, hex; empty while it is open."""


class Folded(msgspec.Struct, frozen=True):
    """What came of a stream."""

    state: State
    frontier: tuple[bytes, ...]
    """Ids of its last events: what an author names now."""
    asides: tuple[Aside, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    whole: bool = True
    """False when an author had not seen all that lies before `start`: races with that are not told here, fold it all."""


def fold_stream(
    fold: Fold,
    entries: Sequence[Seen],
    authorise: Authorise,
    start: Start | None = None,
    step: Callable[[State, Event], None] | None = None,
) -> Folded:
    """Fold a stream, its entries by position, and settle its races. `start` is (state, frontier) before them.

    `fold` and `authorise` are pure: in a race they are called for what each author saw, too. `step` is told the state
    after each event that stands, once and in order. A race with what lies before `start`, and a supervisor's word on
    one, are known only to a fold from the beginning.
    """
    state, frontier = start or (None, ())
    asides: list[Aside] = []
    steps: list[tuple[State, Event]] = []
    for entry in entries:
        if frontier != entry.after and not is_plain(frontier, entry.after):
            return _merged(Rules(fold, authorise, start[0] if start else None), entries, start, step)
        event = entry.event
        frontier = (bytes.fromhex(event.id),)
        try:
            if entry.error is not None:
                raise Refused(entry.error.code)
            authorise(event)
            state = _kept(event, fold(state, event))
        except Refused as refused:
            asides.append(Aside(event.position, event.id, refused.code))
            continue
        if step is not None:
            steps.append((state, event))
    _tell(steps, step)
    return Folded(state, frontier, tuple(asides))


def _kept(event: Event, state: State) -> State:
    """Where nobody raced there is nothing to settle."""
    if isinstance(event.payload, Settled):
        raise Refused("conflict_unknown")
    return state


def _tell(steps: list[tuple[State, Event]], step: Callable[[State, Event], None] | None) -> None:
    if step is not None:
        for state, event in steps:
            step(state, event)


def _merged(
    rules: Rules,
    entries: Sequence[Seen],
    start: Start | None,
    step: Callable[[State, Event], None] | None,
) -> Folded:
    merge = Merge(rules, entries).run()
    _tell(merge.steps, step)
    before = start[1] if start else ()
    asides = [Aside(event.position, event.id, code, second) for event, code, second in merge.asides()]
    return Folded(
        merge.state,
        merge.known.frontier(before),
        tuple(sorted(asides, key=lambda each: each.position)),
        _conflicts(merge),
        not merge.known.behind(before),
    )


def _conflicts(merge: Merge) -> tuple[Conflict, ...]:
    """Each pair once, with all keys it races about; of those with one second event the open ones come last."""
    found: dict[tuple[str, int, int, str], list[str]] = {}
    entries = merge.known.entries
    for clash in merge.clashes():
        closed_by = "" if clash.closed_by is None else entries[clash.closed_by].event.id
        found.setdefault((clash.race, clash.first, clash.second, closed_by), []).append(clash.key)
    conflicts = []
    for (race, first, second, closed_by), keys in found.items():
        one, other = entries[first].event, entries[second].event
        key = ", ".join(sorted(keys))
        conflicts.append(Conflict(other.stream, race, key, one.id, other.id, other.position, closed_by))
    return tuple(
        sorted(conflicts, key=lambda each: (each.position, not each.settled_by, each.race, each.first))
    )
