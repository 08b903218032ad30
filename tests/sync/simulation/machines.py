"""The PCs of the simulation: a disk, a clock, and a program that is started and dies."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from app.credentials import DeviceKey
from app.domain.branch import Branch
from app.errors import Refused
from app.models import log, projections, tables
from app.models.journal import Journal, Unit
from app.models.memory import MemoryStore
from app.models.store import Store
from app.sync.node import Node
from app.sync.received import read_offers
from app.sync.upward import Upward
from tests.houses import CountingEntropy, FakeClock

KEY = b"k" * 32
BEFORE, AFTER = "before", "after"
"""When a commit fails: nothing is on the disk, or everything is and nobody can know."""


class _Failing:
    """A disk that raises at a commit when the simulation says so."""

    failing: str = ""

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with super().writing() as connection:  # type: ignore[misc]
            yield connection
            if self.failing == BEFORE:
                self.failing = ""
                raise Refused("disk_error")
        if self.failing == AFTER:
            self.failing = ""
            raise Refused("disk_error")


class MemoryDisk(_Failing, MemoryStore):
    """A branch file in memory."""

    def copy(self) -> "MemoryDisk":
        """Another disk with the same bytes."""
        return MemoryDisk(KEY, self)


class FileDisk(_Failing, Store):
    """A branch file on a real file system."""

    def __init__(self, image: Any = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="loket-simulation-")
        path = Path(self._folder.name) / "branch.db"
        if isinstance(image, MemoryStore):
            _write_out(image, path)
        elif image is not None:
            image.copy_to(path)
        super().__init__(path, KEY)

    def copy(self) -> "FileDisk":
        """Another disk with the same bytes."""
        return FileDisk(self)


def _write_out(image: MemoryStore, path: Path) -> None:
    import sqlcipher3.dbapi2 as driver

    target = driver.connect(str(path), isolation_level=None)
    target.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
    image.raw.backup(target)
    target.close()


Disk = MemoryDisk | FileDisk

KEPT_FROM = (2, 1_000, 1)
"""From how many offered events on a hub answers before it gives them places, in turn at each start."""


class WatchedJournal(Journal):
    """Notes what was acknowledged: the numbers of the runs, as far as a unit was left without an exception."""

    def __init__(self, acknowledged: dict[bytes, int], *parts: Any) -> None:
        super().__init__(*parts)
        self._acknowledged = acknowledged

    @contextmanager
    def unit(self, actor: str) -> Iterator[Unit]:
        before = self.run
        with super().unit(actor) as unit:
            yield unit
        for run in (before, self.run):
            if run.seq:
                self._acknowledged[run.epoch] = run.seq


class Machine:
    """One PC: what is on its disk outlives the program."""

    def __init__(self, label: str, station: str, disk: Disk, clock: FakeClock, world: Any) -> None:
        self.label = label
        """Who it is to the simulation; a clone has the same station and another label."""
        self.station = station
        self.fingerprint = f"f-{label}"
        self.disk = disk
        self.clock = clock
        self.officer, self.verifier = f"o-{label}", f"v-{label}"
        self.signer = DeviceKey(KEY, station, self.fingerprint)
        self.images: list[Disk] = []
        self.destroyed = False
        self.starts = 0
        self.node: Node | None = None
        self.upward: Upward | None = None
        self.mark, self.mark_run = "", b""
        self.follows: Machine | None = None
        """The hub whose answer it took last."""
        self.isolated = False
        self.silent = 0
        """Steps until a program that died is started again."""
        self._world = world

    @property
    def alive(self) -> bool:
        """Whether its program runs."""
        return self.node is not None

    @property
    def running(self) -> Node:
        """The node; only while the program runs."""
        assert self.node is not None, self.label
        return self.node

    @property
    def journal(self) -> Any:
        """The journal of the running program."""
        return self.running.journal

    def start(self) -> Node:
        """The program is started: a new run over what the disk holds."""
        self.starts += 1
        entropy = CountingEntropy(f"{self._world.name} {self.label} {self.starts}")
        journal = WatchedJournal(
            self._world.acknowledged, self.disk, self.clock, entropy, self.signer, self.station
        )
        self._world.teeth.started(journal)
        self.node = Node(journal, trusted=lambda: [self._world.head_office.public])
        self.node.received.kept_from = KEPT_FROM[self.starts % len(KEPT_FROM)]
        self.upward = Upward(self.node)
        self.mark, self.follows = "", None
        with self.disk.writing() as connection:
            self._world.teeth.doubted(connection)
        self.node.start()
        return self.node

    def die(self) -> None:
        """The program is gone, with everything that was not on the disk."""
        self.node = self.upward = None

    # ------------------------------------------------------------------------------------------ looking inside

    def branch(self) -> Branch | None:
        """The branch as this PC shows it."""
        with self.disk.reading() as connection:
            found = projections.load(connection, "branch")
        return found[0] if found else None

    def head(self) -> log.Head:
        """Where its log ends."""
        with self.disk.reading() as connection:
            return log.head(connection)

    def held(self) -> set[tuple[bytes, int]]:
        """(run, number) of every event on its disk."""
        with self.disk.reading() as connection:
            found = {(bytes(row[0]), row[1]) for row in connection.execute(_in_log)}
            found |= {(bytes(row[0]), row[1]) for row in connection.execute(_beside)}
            found |= kept_events(connection)
        return found


def kept_events(connection: Connection) -> set[tuple[bytes, int]]:
    """(run, number) of what a hub has kept and not taken in."""
    rows = connection.execute(select(tables.received.c.offers)).scalars()
    return {(header.epoch, header.seq) for packed in rows for header, _ in read_offers(packed)}


_in_log = select(tables.events.c.epoch, tables.events.c.seq)
_beside = select(tables.pending.c.epoch, tables.pending.c.seq)
