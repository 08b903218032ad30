"""The hub's disk fills up in the midst of work: what was acknowledged is there, and when there is room it goes on."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

import msgspec

from tests.soak.branch import LOOPBACK, Places, free_port, wait_until
from tests.soak.processes import Died, RemoteStation

SIZE = "48m"
ROOM = 256 << 10
"""Bytes that are left free: less than a checkpoint of the write-ahead log needs."""
GIVES_UP = 60.0
EMPTY_WITHIN = 10.0


class Full(msgspec.Struct, frozen=True):
    """What was seen."""

    waited: int
    """Events that the hub could not take."""
    restarted_full: bool
    """The hub was killed and started again while there was no room."""
    seconds: float
    """From there being room again until nothing waited."""


def play(places: Places, *, restart: bool, within: float = EMPTY_WITHIN) -> Full:
    """Fill the disk under the hub of `places`, whose folder `hub` lies on a small one of its own.

    Raises AssertionError where something waits `within` seconds after there was room again.
    """
    port = free_port()
    for name in places.names:
        places.point(name, f"https://{LOOPBACK}:{port}")
    hub = RemoteStation(
        "hub", places.folder("hub"), places.key_file("hub"), f"{LOOPBACK}:{port}", places.base
    )
    stations = [
        RemoteStation(name, places.folder(name), places.key_file(name), log_folder=places.base)
        for name in places.names
    ]
    try:
        played = _play(places, hub, stations, restart=restart)
    finally:
        for each in (*stations, hub):
            each.stop()
    assert played.seconds <= within, played
    return played


def _play(places: Places, hub: RemoteStation, stations: list[RemoteStation], *, restart: bool) -> Full:
    for each in (hub, *stations):
        each.ready()
    wait_until(lambda: all(each.ask("state")["reaches_hub"] for each in stations), GIVES_UP)
    hub.ask("open_day")
    for seat, each in enumerate(stations, 1):
        each.ask("work", seat=seat, seed=seat)
    wait_until(lambda: all(len(each.tickets) > 2 for each in stations), GIVES_UP)
    ballast = places.folder("hub") / "ballast"
    _fill(ballast)
    wait_until(lambda: all(each.ask("waiting") > 40 for each in stations), GIVES_UP)
    if restart:
        hub.kill()
        hub.start()
        with suppress(Died):  # there is no room to begin in: it says so and ends
            hub.ready()
    for each in stations:
        each.ask("rest", GIVES_UP)
    waited = sum(each.ask("waiting") for each in stations)
    assert waited > 0
    ballast.unlink()
    if not hub.runs:
        hub.start()
        hub.ready()
    seconds = wait_until(lambda: all(each.ask("waiting") == 0 for each in stations), GIVES_UP)
    wait_until(lambda: len({tuple(each.ask("heads")) for each in (hub, *stations)}) == 1, GIVES_UP)
    _judge(hub, stations)
    return Full(waited, restart, round(seconds, 2))


def _fill(ballast: Path) -> None:
    room = shutil.disk_usage(ballast.parent).free - ROOM
    with ballast.open("wb") as stream, suppress(OSError):
        stream.write(bytes(max(0, room)))
        stream.flush()
        os.fsync(stream.fileno())


def _judge(hub: RemoteStation, stations: list[RemoteStation]) -> None:
    for each in (hub, *stations):
        assert not each.defects, each.defects
    for each in stations:
        missing = hub.ask("missing", acked=each.acked)
        assert not missing, f"acknowledged and missing: {missing}"
        for ticket, label in each.tickets.items():
            assert hub.ask("label", ticket=ticket) == label
