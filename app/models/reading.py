"""From the bytes of events to states, whoever wrote them: what can be read, what may stand, and the fold of a stream."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from app.domain.branch import Branch, TermOpened
from app.domain.calendar import day_of
from app.domain.events import Event, Header
from app.domain.kinds import KINDS, read_payload
from app.domain.races import Folded, Seen, fold_stream
from app.domain.rights import FROM_HEAD_OFFICE, HEAD_OFFICE, allows
from app.errors import Refused
from app.models import projections

record = logging.getLogger(__name__)

LATEST = 253_000_000_000_000
"""Milliseconds UTC in the year 9987: no calendar goes far beyond, and no clock that is merely wrong shows it."""

Point = tuple[Any, tuple[bytes, ...], int]
"""State of a stream, ids of its last events, and the position of the last one."""

NOTHING: Point = (None, (), 0)


def authorise(branch: Branch | None, event: Event) -> None:
    """Raises Refused("no_right") when the actor may not write this kind; the same in services, hub and rebuild."""
    action = KINDS[event.kind].action
    if action is None:
        return
    if branch is None or (event.kind == "branch.person_set" and not branch.people):
        return  # the wizard sets the first supervisor
    if event.actor == HEAD_OFFICE and action in FROM_HEAD_OFFICE and _has_ordered(branch, event.run):
        return
    if not _latest_rights(branch).allow(event, action):
        raise Refused("no_right", action=action)


class _Rights:
    """What people of a branch may do, remembered from one event to the next as long as the branch stays the same."""

    def __init__(self, branch: Branch) -> None:
        self.branch = branch
        self._known: dict[tuple[str, str, int], bool] = {}
        changes = [since for person in branch.people.values() for since, _ in person.history]
        changes += [since for since, _ in branch.delegations] + list(branch.revocations.values())
        self._settled = max(changes, default=0)
        """From here on nobody's roles changed."""

    def allow(self, event: Event, action: str) -> bool:
        if event.position < self._settled:
            return self._ask(event, action)
        key = (event.actor, action, event.at // QUARTER_HOUR)  # a day never changes within one
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._ask(event, action)
        return known

    def _ask(self, event: Event, action: str) -> bool:
        day = day_of(event.at, self.branch.zone)
        return allows(self.branch.roles_at(event.actor, event.position, day), action)


QUARTER_HOUR = 900_000
_latest: list[_Rights] = []


def _latest_rights(branch: Branch) -> _Rights:
    """Those of the branch asked about last: whole batches of events ask about one and the same."""
    known = _latest[0] if _latest else None
    if known is None or known.branch is not branch:
        known = _Rights(branch)
        _latest[:] = [known]
    return known


def _has_ordered(branch: Branch, run: str) -> bool:
    """Only a hub is told by head office: a run that never opened a term writes nothing in its name."""
    return any(run == each[1] for each in branch.terms)


def fold_foreign(fold: Callable[[Any, Event], Any], state: Any, event: Event, branch: Branch | None) -> Any:
    """The state after an event that another program may have written; raises Refused when it cannot stand.

    What breaks the fold in a way that no rule foresaw is set aside like everything that cannot be folded, and logged:
    one event must never keep the rest of the log from this computer.
    """
    try:
        authorise(branch, event)
        return fold(state, event)
    except Refused:
        raise
    except Exception as error:
        record.exception("an event of kind %s broke the fold", event.kind)
        raise Refused("event_damaged", why=type(error).__name__) from error


def decoded(header: Header, payload: bytes | None, position: int) -> Event:
    """The event as the fold sees it; raises Refused when its payload is not here, not known or not whole."""
    if payload is None:
        raise Refused("event_withheld")
    body = read_payload(header.kind, header.version, payload)
    if not 0 <= header.at < LATEST:
        raise Refused("event_damaged", why="time")
    run = header.epoch.hex()
    if isinstance(body, TermOpened) and (body.station, body.run) != (header.station, run):
        raise Refused("term_forged")
    return Event(
        header.id.hex(),
        header.stream,
        header.kind,
        header.version,
        header.actor,
        header.at,
        position,
        body,
        run,
    )


class _Unread(msgspec.Struct, frozen=True):
    """Stands for a payload that this program cannot read."""


_UNREAD = _Unread()


def seen(header: Header, payload: bytes | None, position: int) -> Seen:
    """An entry of a stream; what cannot be read takes part by its ancestry alone."""
    try:
        return Seen(decoded(header, payload, position), header.after)
    except Refused as refused:
        empty = Event(
            header.id.hex(),
            header.stream,
            header.kind,
            header.version,
            header.actor,
            header.at,
            position,
            _UNREAD,
        )
        return Seen(empty, header.after, refused)


def fold_whole(
    stream: str,
    entries: Sequence[Seen],
    branch: Branch | None,
    start: Point,
    steps: list[tuple[Any, bytes, int]],
) -> Folded:
    """Fold a whole stream with its races and its rights; `steps` takes each state where rows depend on them."""
    projection = projections.STREAMS[projections.split(stream)[0]]
    is_branch = stream == "branch"

    def fold(state: Any, event: Event) -> Any:
        return fold_foreign(projection.fold, state, event, state if is_branch else branch)

    def step(state: Any, event: Event) -> None:
        steps.append((state, bytes.fromhex(event.id), event.position))

    told = step if projection.each_event else None
    return fold_stream(fold, entries, _nothing_against, (start[0], start[1]), told)


def _nothing_against(event: Event) -> None:
    """Rights are asked in the fold itself: those of the branch's own stream change while it is folded."""


def conflict_rows(folded: Folded) -> list[dict[str, Any]]:
    """The races of a stream, for the supervisor's page."""
    return [
        {
            "stream": each.stream,
            "second": each.second,
            "first": each.first,
            "race": each.race,
            "key": each.key,
            "position": each.position,
            "settled_by": each.settled_by,
        }
        for each in folded.conflicts
    ]
