"""The two programs of a joining: `python -m tests.soak.newcomer join FOLDER KEYFILE ADDRESS CODE NAME`, a computer that
joins and says how far it is, and `… hub FOLDER KEYFILE LISTEN`, a hub that takes in whoever has its code."""

import json
import sys
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from app.config import DataFolder
from app.domain.case_events import Noted, Opened
from app.errors import Refused
from app.services import joining, snapshots
from app.services.office import system_ports
from app.sync import engine
from app.sync.peer import SNAPSHOT, Peer
from app.sync.sealed import FRAME
from tests.soak.processes import Program, RemoteStation
from tests.sync import station
from tests.sync.station import Station, find_nobody

LONG_LOG = 100
"""Entries from which on the newcomer asks for a snapshot: a branch of one afternoon counts as long."""
PIECE = FRAME
"""Bytes in one answer, so that a short log takes several."""
GATHER_SECONDS = 1.0
"""For a hub that has just started and asks round: everybody is on this machine, or is killed and never comes."""
MOMENTS = ("enrolling", "making", "sending", "opening", "following", "joined")
"""What a newcomer says, in their order: it sends its code; it waits for the hub's snapshot; it has the first piece of
several; all are here and are folded; it brings what came meanwhile; it belongs to the branch."""
A_FILE, A_STEP = 25, 100
"""Events of one case, and of one transaction."""


def _say(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


# ---------------------------------------------------------------------------------------------- the newcomer


def _tell_moments() -> None:
    """Say each moment when it begins."""
    ask, load, entrust = Peer.ask, snapshots.load_snapshot, joining._ask
    pieces = 0

    def asking(*given: Any) -> Any:
        _say({"moment": "enrolling"})
        return entrust(*given)

    def fetching(peer: Peer, path: str, question: object, read_seconds: float = 10.0) -> bytes:
        nonlocal pieces
        if path == SNAPSHOT and pieces < 2:
            _say({"moment": MOMENTS[1 + pieces]})
            pieces += 1
        return ask(peer, path, question, read_seconds)

    def loading(*given: Any) -> int:
        _say({"moment": "opening"})
        end = load(*given)
        _say({"moment": "following"})
        return end

    joining._ask, snapshots.load_snapshot = asking, loading
    Peer.ask = fetching  # type: ignore[method-assign]


def join(folder: str, key_file: str, address: str, code: str, name: str) -> None:
    """Join, as the first window does it."""
    joining.LONG_LOG = LONG_LOG
    _tell_moments()
    try:
        office = joining.join(
            DataFolder(Path(folder)), address, code, name, "counter", system_ports(), Path(key_file)
        )
    except Refused as refused:
        _say({"refused": refused.code})
        return
    _say({"moment": "joined"})
    office.close()
    _say({"done": "joined"})


class Newcomer(Program):
    """A computer that joins, as a process."""

    def __init__(self, folder: Path, key_file: Path, address: str, code: str, name: str) -> None:
        self.moments: list[str] = []
        self._began: list[float] = []
        given = (str(folder), str(key_file), address, code, name)
        super().__init__(
            name, "-m", "tests.soak.newcomer", "join", *given, log=folder.parent / f"{folder.name}.log"
        )

    def heard(self, line: str, lines: Any) -> None:
        """One line came."""
        told = json.loads(line)
        if "moment" in told:
            self._began.append(time.monotonic())
            self.moments.append(told["moment"])
        else:
            lines.put(line)

    def lasting(self) -> dict[str, float]:
        """Seconds of each moment that it came through."""
        both = pairwise(zip(self.moments, self._began, strict=True))
        return {moment: after - begun for (moment, begun), (_, after) in both}

    def outcome(self) -> str:
        """`joined`, or the code of what it was refused by; raises Died when it ended by a defect."""
        told = json.loads(self.next_line())
        self.stop()
        return str(told.get("refused") or told["done"])


# ---------------------------------------------------------------------------------------------- the hub


class Hub(Station):
    """A hub at work, asked for codes."""

    def invite(self) -> str:
        """A code to read out."""
        return self.services.network.invite(self.head).code

    def enrolled(self) -> dict[str, str]:
        """Computer to its name, of those that belong to the branch now."""
        stations = self.office.branch().stations
        return {key: each.name for key, each in stations.items() if each.revoked_at is None}

    def revoke(self, computer: str) -> None:
        """It was carried away."""
        self.services.network.revoke(self.head, computer, "dibawa pergi")

    def fill(self, count: int) -> int:
        """So many events of files, as of a branch that has been at work for a while."""
        case, place = "", 0
        for done in range(0, count, A_STEP):
            with self.office.unit(self.officers[0]) as unit:
                for number in range(done, done + A_STEP):
                    place = number % A_FILE
                    if place == 0:
                        case = unit.new_id()
                        unit.append(f"case:{case}", Opened(service="jht", bundle_version=1))
                    else:
                        words = unit.new_id() * 4  # such as no packing makes small
                        unit.append(f"case:{case}", Noted(fields={f"note_{place}": words}))
        return count


class RemoteHub(RemoteStation):
    """A process of `Hub`."""

    PROGRAM = ("-m", "tests.soak.newcomer", "hub")


def hub(folder: str, key_file: str, listen: str) -> None:
    """Serve until standard input ends."""
    find_nobody()
    snapshots.PIECE, snapshots.KEPT_SECONDS = PIECE, 0  # each newcomer has one made for it
    engine.GATHER_SECONDS = GATHER_SECONDS
    opened = Hub(Path(folder), Path(key_file), listen)
    try:
        station.Program(opened).serve()
    finally:
        opened.close()


def main(arguments: Sequence[str]) -> None:
    """One of the two."""
    {"join": join, "hub": hub}[arguments[0]](*arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
