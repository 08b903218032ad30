"""One seed from the beginning to the end, and many of them on two processors."""

import logging
import multiprocessing
import traceback
from collections.abc import Iterable, Iterator
from itertools import repeat

from tests.sync.simulation.checks import check
from tests.sync.simulation.healing import heal
from tests.sync.simulation.teeth import NOTHING, Teeth
from tests.sync.simulation.trouble import step
from tests.sync.simulation.world import World, station_disk

STEPS = 80


def run(seed: int, without: str = NOTHING, files: bool = False, steps: int = STEPS) -> World:
    """The whole story of a seed; raises Broken when a check fails."""
    station_disk()  # made while all rules hold
    teeth = Teeth(without)
    with teeth.taken_away():
        world = World(seed, teeth, files)
        try:
            for _ in range(steps):
                step(world)
            heal(world)
            check(world)
        except Exception as error:
            error.add_note(f"{world.name}: " + "\n".join(world.history[-60:]))
            raise
    return world


def outcome(arguments: tuple[int, str, bool]) -> tuple[int, str]:
    """The seed, and what broke; empty when nothing did."""
    seed, without, files = arguments
    try:
        run(seed, without, files)
    except Exception:
        return seed, traceback.format_exc(limit=-6)
    return seed, ""


def failures(
    seeds: Iterable[int], without: str = NOTHING, files: bool = False, processes: int = 2
) -> Iterator[tuple[int, str]]:
    """The seeds that fail, and why, as they come."""
    work = zip(seeds, repeat(without), repeat(files), strict=False)
    with multiprocessing.get_context("spawn").Pool(processes, _quietly) as pool:
        for seed, why in pool.imap_unordered(outcome, work, chunksize=8):
            if why:
                yield seed, why


def _quietly() -> None:
    logging.disable(logging.CRITICAL)
