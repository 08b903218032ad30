"""The program whose disk is recorded: a branch at work, in real transactions, each confirmed once it has returned.

Run as `python -m tests.power.player FOLDER TRACE SYNCHRONOUS SEED` on the folder of a branch of tests.houses.
"""

import random
import sys
from pathlib import Path
from typing import Any

from app.config import DataFolder
from app.domain.case_form import FIELD_LIMIT
from app.domain.events import read_header
from app.models import driver, store
from tests.houses import SPELT, FakeClock, FakeMachine, House, events
from tests.power.recorder import Recorder
from tests.power.trace import Confirmed, Trace

PAGES_TO_CHECKPOINT = 60
"""SQLite's own 1000 would bring two checkpoints into this short day; so it has dozens, and as many fresh starts of the log."""
ROUNDS = 40
RESTARTS = (13, 27)
"""Rounds before which the program is closed and started again: the write-ahead log goes and comes."""


def set_file(synchronous: str) -> None:
    """Every connection of the store as always, but for how it syncs and how often it tidies."""

    def connect(path: Path, key: bytes, settings: tuple[str, ...] = driver.SETTINGS) -> Any:
        more = (f"PRAGMA synchronous={synchronous}", f"PRAGMA wal_autocheckpoint={PAGES_TO_CHECKPOINT}")
        return driver.connect(path, key, (*settings, *more))

    store.connect = connect  # type: ignore[attr-defined]


class Player:
    """Security desk and CSO in one, who never rest."""

    def __init__(self, house: House, recorder: Recorder, seed: int) -> None:
        self.house, self.recorder = house, recorder
        self.chance = random.Random(seed)
        self.draft = 0
        self.listen()

    def listen(self) -> None:
        """After each commit: the journal tells it as it tells the screens."""
        self.house.office.journal.listen(lambda _: self.confirm())

    def confirm(self) -> None:
        """Whatever is in the file now must never be missing again."""
        position, _ = self.house.office.journal.head()
        self.recorder.steps.append(Confirmed(position, self.draft))

    def play(self) -> None:
        """The day."""
        self.house.open_day()
        self.house.counters.open(self.house["cso"], 1)
        for number in range(ROUNDS):
            if number in RESTARTS:
                self.house.reopen()
                self.listen()
            self.round()

    def round(self) -> None:
        """A ticket from the paper to its end, with a file and a draft that is typed."""
        house, cso = self.house, self.house["cso"]
        house.clock.pass_seconds(self.chance.randrange(20, 90))
        for _ in range(self.chance.choice((1, 1, 2))):
            house.desk.issue(house["security_desk"], "info", last4=f"{self.chance.randrange(10_000):04d}")
        called = house.counters.call_next(cso, 1)
        house.counters.confirm(cso, called.id)
        case = house.cases.open_for(cso, called.id)
        for _ in range(self.chance.randrange(3)):
            self.type()
            field, words = self.chance.choice(("name", "employer", "note")), self.words()
            words = words if field == "note" else words[:FIELD_LIMIT]
            house.cases.note(cso, case.id, field, words.translate(SPELT) if field == "name" else words)
        house.counters.finish(cso, called.id, "info_given")

    def type(self) -> None:
        """A draft is no event, and is promised all the same."""
        text = f"{self.draft + 1} {self.words()}"
        self.house.drafts.keep(self.house["cso"], "case", "draft", {"note": text})
        self.draft += 1
        self.confirm()

    def words(self) -> str:
        """Up to two pages of the file."""
        return f"kata {self.chance.randrange(10**6)} " + "x" * self.chance.choice((10, 100, 1000, 8000))


def files(folder: Path) -> dict[str, bytes]:
    """The database and its write-ahead log, by name."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.db*")) if path.suffix != ".db-shm"}


def main() -> None:
    """Play, and leave the trace."""
    folder, target = DataFolder(Path(sys.argv[1])), Path(sys.argv[2])
    set_file(synchronous=sys.argv[3])
    start = files(folder.path)
    recorder = Recorder(folder.path, list(start))
    house = House(folder, FakeClock(), FakeMachine(), name="power")
    player = Player(house, recorder, seed=int(sys.argv[4]))
    player.play()
    steps = list(recorder.steps)
    rows = events(house.office)
    txns = [read_header(row.header).txn for row in rows]
    Trace(
        name=next(iter(start)),
        key=house.office.store._key,
        start=start,
        steps=steps,
        end=files(folder.path),
        log=[row.log_hash for row in rows],
        ends=[
            row.position for row, txn, after in zip(rows, txns, [*txns[1:], b""], strict=True) if txn != after
        ],
        draft=player.draft,
    ).save(target)
    house.close()


if __name__ == "__main__":
    main()
