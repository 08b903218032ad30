"""Ten stations press "call next" in the same moment, again and again: no ticket is held twice, and none is skipped."""

import threading
from typing import Any

from sqlalchemy import select

from app.domain.events import read_header
from app.models import tables
from app.sync import engine
from tests.soak.branch import Branch, wait_until
from tests.sync.station import Station

SURPLUS = 5
"""Tickets that go on waiting, so that there is something to skip."""
LONG_PATIENCE = 30.0
"""A slow machine is not what is tried here: nobody goes on alone because the hub took a while."""


class Presser(threading.Thread):
    """An officer at one station who presses when everybody does."""

    def __init__(self, station: Station, seat: int, together: threading.Barrier, times: int) -> None:
        super().__init__(name=f"presses {seat}")
        self._station, self._seat, self._together, self._times = station, seat, together, times
        self.called: list[str] = []
        self.failed: BaseException | None = None

    def run(self) -> None:
        """All the presses."""
        try:
            self._station.sit(self._seat)
            for _ in range(self._times):
                self._together.wait(120)  # the numbers are given
                self._together.wait(120)  # everybody has a finger on the key
                ticket = self._station.call(self._seat)["ticket"]
                self.called.append(ticket)
                self._station.confirm(self._seat, ticket)
                self._station.finish(self._seat, ticket)
        except BaseException as defect:
            self.failed = defect
            self._together.abort()


def press(branch: Branch, presses: int) -> dict[str, int]:
    """So many presses by everybody together; gives what was counted, and fails when a ticket was held twice or skipped."""
    patience, engine.ACT_SECONDS = engine.ACT_SECONDS, LONG_PATIENCE
    try:
        return _press(branch, presses)
    finally:
        engine.ACT_SECONDS = patience


def _press(branch: Branch, presses: int) -> dict[str, int]:
    stations = list(branch.stations.values())
    begun = branch.hub.heads()[0]
    times = presses // len(stations)
    together = threading.Barrier(len(stations) + 1)
    pressers = [Presser(each, seat, together, times) for seat, each in enumerate(stations, 1)]
    issued = [branch.hub.issue()["ticket"] for _ in range(SURPLUS)]
    for each in pressers:
        each.start()
    try:
        for _ in range(times):
            issued += [branch.hub.issue()["ticket"] for _ in stations]
            together.wait(120)
            together.wait(120)
    except threading.BrokenBarrierError:
        pass
    for each in pressers:
        each.join(120)
    for each in pressers:
        if each.failed is not None and not isinstance(each.failed, threading.BrokenBarrierError):
            raise each.failed
    wait_until(branch.is_calm)
    return _judge(branch, begun, issued, [ticket for each in pressers for ticket in each.called])


def _judge(branch: Branch, begun: int, issued: list[str], called: list[str]) -> dict[str, int]:
    assert len(called) == len(set(called)), "a ticket was held twice"
    calls = _calls(branch.hub, begun)
    order = [ticket for ticket, _ in calls]
    assert sorted(order) == sorted(called), "the log knows of other calls than the officers"
    assert order == issued[: len(order)], "a ticket was skipped"
    hub = branch.hub.office.note.station
    alone = sum(1 for _, station in calls if station != hub)
    assert alone == 0, f"{alone} calls were not decided by the hub"
    return {
        "pressed": len(called),
        "different tickets": len(set(called)),
        "in the order of the numbers": len(order),
    }


def _calls(hub: Station, begun: int) -> list[tuple[str, str]]:
    """(ticket, computer that decided) of each call, in the order of the log."""
    table = tables.events
    query = select(table.c.stream, table.c.header).where(table.c.position > begun).order_by(table.c.position)
    found: list[tuple[str, str]] = []
    with hub.office.store.reading() as connection:
        row: Any
        for row in connection.execute(query):
            header = read_header(bytes(row.header))
            if header.kind == "ticket.called":
                found.append((row.stream.removeprefix("ticket:"), header.station))
    return found
