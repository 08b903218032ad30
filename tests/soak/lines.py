"""Ten stations, each behind a bad line of its own: when the lines are good again, nothing waits ten seconds later."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from tests.soak.branch import Branch, wait_until
from tests.sync.station import Worker
from tests.sync.trouble import CLEAR, Chance, Plan, Trouble, TroubleProxy

HEALED_WITHIN = 10.0
"""Seconds after which nothing may wait any more."""
GIVES_UP = 60.0
TROUBLE_SECONDS = 1.0

Draw = Callable[[random.Random], Plan]


def _bytes(chance: random.Random) -> int:
    """From within the TLS greeting to deep in a body."""
    return int(2 ** chance.uniform(0, 14))


KINDS: dict[str, Draw] = {
    "delays": lambda chance: Trouble(delay_ms=chance.randrange(20, 400)),
    "slow drip": lambda chance: Trouble(delay_ms=5, piece=chance.randrange(50, 500)),
    "cut going up": lambda chance: lambda _: Trouble(cut_up=_bytes(chance), reset=chance.random() < 0.5),
    "cut coming down": lambda chance: lambda _: Trouble(cut_down=_bytes(chance), reset=chance.random() < 0.5),
    "half-open, up": lambda chance: lambda _: Trouble(mute_up=_bytes(chance)),
    "half-open, down": lambda chance: lambda _: Trouble(mute_down=_bytes(chance)),
    "accepted, never answered": lambda _: Trouble(deaf=True),
    "sent twice": lambda chance: Trouble(repeat_after_ms=chance.choice((0, 5, 50))),
    "captive portal": lambda _: Trouble(portal=True),
    "nobody there": lambda _: Trouble(refuse_ms=0),
    "anything": lambda chance: Chance(chance.random()),
}
"""Name of a trouble to how a line with it is drawn."""


class Scenario(msgspec.Struct, frozen=True):
    """What one scenario was and how it went."""

    number: int
    kinds: tuple[str, ...]
    stale: bool
    """The silent connections stayed silent after the healing, as behind a router that has forgotten them."""
    waited: int
    """Events that waited when the lines were healed."""
    seconds: float
    """From the healing until nothing waited anywhere."""


def play(
    branch: Branch,
    numbers: Sequence[int],
    tell: Callable[[Scenario], None] = lambda _: None,
    within: float = HEALED_WITHIN,
) -> list[Scenario]:
    """These scenarios, one after the other on the same branch; every log and every screen is the same at the end.

    Odd ones give every line the same trouble, even ones each line its own. Raises AssertionError where something still
    waited `within` seconds after the healing.
    """
    played = []
    for number in numbers:
        scenario = _play(branch, number)
        tell(scenario)
        assert scenario.seconds <= within, scenario
        played.append(scenario)
        if number % 20 == 0:
            branch.prove()
    branch.prove()
    return played


def _play(branch: Branch, number: int) -> Scenario:
    chance = random.Random(f"lines {number}")
    names = list(KINDS)
    # one trouble for all in turn, then each its own: every kind is met, and every mixture
    common = names[number % len(names)] if number % 2 else ""
    kinds = {name: common or chance.choice(names) for name in branch.lines}
    stale = chance.random() < 0.5
    told: list[dict[str, Any]] = []
    lock = threading.Lock()

    def tell(what: dict[str, Any]) -> None:
        with lock:
            told.append(what)

    workers = [
        Worker(station, seat, f"{number} {seat}", tell)
        for seat, station in enumerate(branch.stations.values(), 1)
    ]
    for each in workers:
        each.start()
    for name, line in branch.lines.items():
        line.make(KINDS[kinds[name]](random.Random(f"{number} {name}")))
        if chance.random() < 0.8:
            line.cut()  # who is in a long poll meets the trouble too
    time.sleep(TROUBLE_SECONDS)
    for each in workers:
        each.rest()
        assert not each.defects, each.defects
    waited = sum(each.waiting() for each in branch.stations.values())
    healed = time.monotonic()
    for name, line in branch.lines.items():
        _heal(line, kinds[name], stale=stale)
    try:
        wait_until(lambda: _nothing_waits(branch), GIVES_UP, 0.05)
    except TimeoutError:
        raise AssertionError(
            f"{number} {kinds}: {[each.state() for each in branch.stations.values()]}"
        ) from None
    seconds = time.monotonic() - healed
    wait_until(branch.is_calm, GIVES_UP)
    _are_kept(branch, told)
    return Scenario(number, tuple(sorted(set(kinds.values()))), stale, waited, round(seconds, 2))


def _heal(line: TroubleProxy, kind: str, *, stale: bool) -> None:
    if stale and kind.startswith(("half-open", "accepted")):
        line.make(CLEAR)
    else:
        line.heal()


def _nothing_waits(branch: Branch) -> bool:
    return all(each.waiting() == 0 for each in branch.stations.values())


def _are_kept(branch: Branch, told: list[dict[str, Any]]) -> None:
    """Everything that was said to be durable is in the hub's log, and no label was printed twice."""
    acked: dict[str, int] = {}
    labels: dict[str, str] = {}
    for each in told:
        if "ack" in each:
            run, number = each["ack"]
            acked[run] = max(number, acked.get(run, 0))
        if "ticket" in each:
            ticket, label = each["ticket"]
            assert labels.setdefault(label, ticket) == ticket, f"{label} was printed twice"
    missing = branch.hub.missing(acked)
    assert not missing, f"acknowledged and missing: {missing}"
    for label, ticket in labels.items():
        found = branch.hub.office.state(f"ticket:{ticket}")
        assert found is not None, f"{label} is not known at the hub"
        assert found.label == label
