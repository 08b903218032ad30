"""`kill -9` of station, hub, head office and PostgreSQL, at random moments of full work: what was said to be durable is
there after each restart, nothing waits ten seconds later, the logs prove themselves and every screen shows the same."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from app.models.audit import rebuild, verify
from tests.houses import dump
from tests.soak.branch import Places, assert_same, wait_until
from tests.soak.chain import Chain, pause

STATIONS = 3
EMPTY_WITHIN = 10.0
GIVES_UP = 60.0
LONGEST_WORK = 1.5
"""Seconds of work before the next blow."""
VICTIMS = ("station", "hub", "station", "head office", "hub", "station", "PostgreSQL")
"""In turn, so that a short run meets each."""
PROVED_EVERY = 25


class Kill(msgspec.Struct, frozen=True):
    """One blow and what came of it."""

    number: int
    victim: str
    seconds: float
    """From the moment at which the victim serves again until the hub has what every station had written by then."""
    above: float
    """… and until head office has it."""


def play(
    base: Path,
    kills: int,
    places: Places | None = None,
    seed: int = 1,
    tell: Callable[[Kill], None] = lambda _: None,
    within: float = EMPTY_WITHIN,
) -> list[Kill]:
    """So many kills; raises AssertionError when something that was acknowledged is missing, or still waits `within`
    seconds after its victim has come back."""
    chance = random.Random(f"kills {seed}")
    played = []
    with Chain(base, STATIONS, places) as chain:
        chain.ready()
        _work(chain, chance)
        for number in range(1, kills + 1):
            kill = _strike(chain, number, VICTIMS[number % len(VICTIMS)], chance)
            assert kill.seconds <= within, kill
            tell(kill)
            played.append(kill)
            if number % PROVED_EVERY == 0 or number == kills:
                _prove(chain)
                _work(chain, chance)
        _end(chain)
        places = chain.places
    _prove_files(places)
    return played


def _work(chain: Chain, chance: random.Random) -> None:
    for seat, station in enumerate(chain.stations.values(), 1):
        station.ask("work", seat=seat, seed=chance.random())


def _strike(chain: Chain, number: int, victim: str, chance: random.Random) -> Kill:
    pause(chance.uniform(0, LONGEST_WORK), chain)
    name = victim
    if victim == "station":
        name = chance.choice(list(chain.stations))
        _station(chain, name, chance)
    elif victim == "hub":
        chain.hub.kill()
        time.sleep(chance.uniform(0, 0.5))
        chain.hub.start()
        chain.hub.expect("hub ")
        wait_until(chain.hub_orders, GIVES_UP, 0.05)
    elif victim == "head office":
        chain.head_office.service.kill()
        time.sleep(chance.uniform(0, 0.5))
        chain.head_office.service.start()
        wait_until(chain.head_office.answers, GIVES_UP, 0.05)
    else:
        chain.postgresql.kill()
        time.sleep(chance.uniform(0, 0.5))
        chain.postgresql.start()
        wait_until(chain.head_office.answers, GIVES_UP, 0.05)
    seconds, above = _arrival(chain)
    return Kill(number, name, round(seconds, 2), round(above, 2))


def _station(chain: Chain, name: str, chance: random.Random) -> None:
    station = chain.stations[name]
    station.kill()
    time.sleep(chance.uniform(0, 0.5))
    station.start()
    station.ready()
    missing = station.ask("missing", acked=station.acked)
    assert not missing, f"{name} had acknowledged what is gone: {missing}"
    for ticket, label in station.tickets.items():
        assert station.ask("label", ticket=ticket) == label
    station.ask("work", seat=list(chain.stations).index(name) + 1, seed=chance.random())


def _arrival(chain: Chain) -> tuple[float, float]:
    """Seconds until everything that is acknowledged now is in the hub's log, and until it is at head office."""
    begun = time.monotonic()
    owed = {run: number for each in chain.stations.values() for run, number in each.acked.items()}
    chain.wait(lambda: all(chain.is_in_log("hub", run, number) for run, number in owed.items()), GIVES_UP)
    seconds = time.monotonic() - begun
    position = chain.head_of("hub")[0]
    chain.wait(lambda: chain.head_office.head()[0] >= position, GIVES_UP)
    return seconds, time.monotonic() - begun


def _rest(chain: Chain) -> None:
    for station in chain.stations.values():
        station.ask("rest", 60)
        assert not station.defects, station.defects


def _prove(chain: Chain) -> None:
    """With everybody at rest: one log everywhere, head office included, all that was acknowledged in it, no label twice."""
    _rest(chain)
    chain.wait(chain.is_level, GIVES_UP)
    owed = {run: number for each in chain.stations.values() for run, number in each.acked.items()}
    for station in chain.stations.values():
        missing = station.ask("missing", 120, acked=owed)
        assert not missing, f"acknowledged and missing at {station.name}: {missing}"
    labels = [label for each in chain.stations.values() for label in each.tickets.values()]
    assert len(labels) == len(set(labels)), "a label was printed twice"


def _end(chain: Chain) -> None:
    _rest(chain)
    chain.wait(chain.is_level, GIVES_UP)
    entries, hub = chain.head_office.entries(), chain.seen_at("hub")
    assert (entries[-1].position, entries[-1].log_hash.hex()) == hub.head
    assert hub.line == hub.head[0], "the last entries are not countersigned"


def _prove_files(places: Places) -> None:
    """Each file proves itself, shows what its journal says, and shows what the others show."""
    shown = None
    for name in ("hub", *places.names):
        office = places.open(name)
        try:
            assert office.store.check_pages() == ()
            checked = verify(office.store)
            assert checked.bad_position is None, (name, checked)
            here = dump(office)
            rebuild(office.store)
            assert_same(here, dump(office))
            assert_same(shown or here, here)
            shown = here
        finally:
            office.close()
