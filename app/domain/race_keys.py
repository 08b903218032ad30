"""What two concurrent events of one stream can be rivals about, by the type of their payload (DESIGN 2)."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from app.domain import branch, case_events, days, home, tickets
from app.domain.events import Event
from app.domain.taken_back import TakenBack
from app.domain.withdrawn import Withdrawn

_KEYS: dict[type[msgspec.Struct], Callable[[Any], str]] = {
    case_events.ReasonChosen: lambda _: "reason",
    case_events.DocumentMarked: lambda it: f"document:{it.document}",
    case_events.InterviewAnswered: lambda it: f"question:{it.interview}/{it.question}",
    case_events.InterviewNoted: lambda it: f"interview:{it.interview}",
    case_events.IdentityJudged: lambda it: f"identity:{it.interview}",
    case_events.ArchivedAt: lambda _: "box",
    branch.PersonSet: lambda it: f"person:{it.person}",
    branch.CountersSet: lambda _: "counters",
    branch.ClosedDaySet: lambda it: f"closed_day:{it.day}",
    branch.QuotaRaised: lambda it: f"quota:{it.day}/{it.service}",
    branch.DelegationGranted: lambda it: f"delegation:{it.delegation.id}",
    branch.DelegationRevoked: lambda it: f"delegation:{it.delegation}",
    home.HomeMoved: lambda _: "home",
    days.DayClosed: lambda _: "closed",
}

HELD = (
    tickets.Called,
    Withdrawn,
    tickets.Recalled,
    tickets.Confirmed,
    tickets.Missed,
    tickets.Parked,
    tickets.Resumed,
    tickets.Transferred,
    tickets.WrapUpStarted,
    tickets.Finished,
    TakenBack,
    days.NumbersConfirmed,
    days.CounterOpened,
    days.BreakStarted,
    days.BreakEnded,
    days.CounterClosed,
    days.CounterClosedByDay,
    case_events.Taken,
    case_events.Released,
)
"""What is done with a thing that was claimed: of no effect where the claim was lost. All else of a loser's work stays."""


def kept_values(payload: msgspec.Struct) -> Mapping[str, Any]:
    """Key to value of everything that an attribute, or a decision outside a case, sets."""
    if isinstance(payload, case_events.Noted):
        return {f"field:{name}": value for name, value in payload.fields.items()}
    if isinstance(payload, case_events.FactsNoted):
        return {f"fact:{name}": value for name, value in payload.facts.items()}
    key = _KEYS.get(type(payload))
    return {key(payload) if key else type(payload).__name__: payload}


def attribute_key(event: Event) -> str:
    """What an attribute is about: `field:phone`, `document:id_card`, `person:…`; several, as `field:name, field:nik`."""
    return ", ".join(kept_values(event.payload))


def only(payload: msgspec.Struct, key: str) -> msgspec.Struct:
    """The payload with nothing in it but what it sets under `key`."""
    if isinstance(payload, case_events.Noted | case_events.FactsNoted):
        name = key.partition(":")[2]
        if isinstance(payload, case_events.Noted):
            return case_events.Noted(fields={name: payload.fields[name]})
        return case_events.FactsNoted(facts={name: payload.facts[name]})
    return payload


def claimed_thing(state: Any) -> int | None:
    """What a claim is on, where that can change: a ticket is called for one of its legs."""
    return len(state.legs) if isinstance(state, tickets.Ticket) else None


def adds_up(payload: msgspec.Struct) -> bool:
    """Whether two of them add up, where otherwise the later replaces the earlier."""
    return isinstance(payload, branch.QuotaRaised)


def taken_back(state: Any, payload: msgspec.Struct) -> Any:
    """The state without what `payload` had added to it."""
    assert isinstance(state, branch.Branch)
    assert isinstance(payload, branch.QuotaRaised)
    key = f"{payload.day}/{payload.service}"
    return replace(state, raised={**state.raised, key: state.raised.get(key, 0) - payload.by})
