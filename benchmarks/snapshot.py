"""A new computer beside a hub with years behind it: from the code typed to the first screen, over TLS on loopback."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time

from app.config import DataFolder
from app.machine import SystemClock, SystemEntropy
from app.models import log
from app.services.hub_papers import AUTHORITY
from app.services.joining import join
from app.services.office import Office, Ports, open_office
from app.services.services import Services
from app.services.snapshots import make_snapshot
from app.sync import finding
from benchmarks.long_log import PLACE, grow
from benchmarks.table import Line
from tests.houses import FakeMachine

GOAL_MS = 60_000


def somebody(office: Office, role: str) -> str:
    """Id of a person of this role."""
    return next(each.id for each in office.branch().people.values() if role in each.roles)


def ports(machine: str) -> Ports:
    """The real clock and chance; two computers on one."""
    return Ports(SystemClock(), SystemEntropy(), FakeMachine(machine * 32))


def find_nobody() -> None:
    """Other branches on this machine are left alone."""
    finding.try_finder = lambda: None


def serve(folder: Path) -> None:
    """The hub, in a process of its own: says address and code, and stops when its input ends."""
    from app.server.hub_in_program import Serving

    find_nobody()
    office = open_office(DataFolder(folder), ports("a"))
    services = Services(office)
    services.network.start(Serving(office, "127.0.0.1", 0, announce=False))
    while not office.journal.ordering:  # it asks round first where others have joined before
        time.sleep(0.1)
    invited = services.network.invite(somebody(office, "service_supervisor"))
    print(invited.address, invited.code, flush=True)
    sys.stdin.read()
    services.close()


@contextmanager
def hub(folder: Path) -> Iterator[tuple[str, str]]:
    """(address, code)"""
    command = [sys.executable, "-m", "benchmarks.snapshot", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        assert running.stdin
        address, code = running.stdout.readline().split()
        try:
            yield address, code
        finally:
            running.stdin.close()


def run(count: int) -> list[Line]:
    """Make the hub's file where it is not there yet, then join it."""
    find_nobody()
    folder = grow(PLACE / str(count), count)
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as name, hub(folder) as (address, code):
        place = Path(name)
        begun, worked = perf_counter(), process_time()
        office = join(
            DataFolder(place / "cabang"), address, code, "PC 2", "counter", ports("b"), place / "key"
        )
        services = Services(office)
        services.counters.board(somebody(office, "cso"), 1)
        joined, worked = (perf_counter() - begun) * 1000, (process_time() - worked) * 1000
        with office.store.reading() as connection:
            begin, head = log.begin(connection).position, log.head(connection).position
        assert office.setting(AUTHORITY)
        services.close()
        size = (place / "cabang" / "loket.db").stat().st_size / 1e6
    made = _make_alone(folder)
    return [
        Line(
            f"a new computer beside {head:,} entries, usable ({head - begin:,} entries and {size:.0f} MB there)",
            joined,
            None,
            GOAL_MS,
        ),
        Line("of that, processor time of the new computer", worked, None, GOAL_MS),
        Line("the snapshot made at the hub alone", made[0], None, GOAL_MS),
        Line("of that, processor time", made[1], None, GOAL_MS),
    ]


def _make_alone(folder: Path) -> tuple[float, float]:
    """Milliseconds on the clock and of the processor."""
    office = open_office(DataFolder(folder), ports("a"))
    begun, worked = perf_counter(), process_time()
    path = make_snapshot(office)
    took = (perf_counter() - begun) * 1000, (process_time() - worked) * 1000
    print(f"{path.stat().st_size / 1e6:.0f} MB of snapshot", file=sys.stderr)
    path.unlink()
    office.close()
    return took


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
