"""Cuts the power at random moments of a recorded run, starts again on what the disk holds, and looks what is missing."""

import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
from sqlalchemy import select

from app.errors import Refused
from app.models import tables
from app.models.audit import rebuild, verify
from app.models.store import Store
from tests.houses import make_branch
from tests.power.disk import Disk
from tests.power.trace import Confirmed, Trace

MEMORY = Path("/dev/shm")
LOST, LOST_DRAFT = "confirmed events are missing", "a confirmed draft is missing"
WHOLE_EVERY = 50
"""Of so many images one is proved from end to end, with every signature, and its screens are built anew."""


def record(place: Path, synchronous: str, seed: int) -> Trace:
    """A day at a branch in a process of its own, recorded; `place` is an empty folder to work in."""
    house = make_branch(place)
    house.close()
    trace, root = place / "trace", Path(__file__).parents[2]
    subprocess.run(
        [sys.executable, "-m", "tests.power.player", house.folder.path, trace, synchronous, str(seed)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=True,
    )
    return Trace.load(trace)


class Found(msgspec.Struct, frozen=True):
    """One power cut. `what` is "" when nothing confirmed is missing and nothing is damaged."""

    instant: int
    what: str
    missing: int = 0
    """confirmed events that are gone"""


def cuts(trace: Trace, count: int, seed: int) -> Iterator[Found]:
    """Cut the power `count` times, each time at a moment and in a weather of its own."""
    chance = random.Random(seed)
    instants = sorted(chance.randrange(len(trace.steps) + 1) for _ in range(count))
    disk, done, promised = Disk(trace.start), 0, Confirmed(0, 0)
    with tempfile.TemporaryDirectory(prefix="loket-power-", dir=MEMORY if MEMORY.is_dir() else None) as place:
        for number, instant in enumerate(instants):
            for step in trace.steps[done:instant]:
                disk.do(step)
                promised = step if isinstance(step, Confirmed) else promised
            done = instant
            folder = Path(place) / "disk"
            _lay_out(folder, trace.name, disk.image(chance), chance)
            yield _look(trace, folder, instant, promised, whole=number % WHOLE_EVERY == 0)
            shutil.rmtree(folder)


def _lay_out(folder: Path, name: str, files: dict[str, bytes], chance: random.Random) -> None:
    folder.mkdir()
    for each, content in files.items():
        (folder / each).write_bytes(content)
    if chance.random() < 0.5:  # the shared memory is never synced: anything may be in it
        (folder / f"{name}-shm").write_bytes(chance.randbytes(32_768))


def _look(trace: Trace, folder: Path, instant: int, promised: Confirmed, whole: bool) -> Found:
    try:
        with closing(Store(folder / trace.name, trace.key)) as store:
            what = _what(trace, store, promised) or (whole and _prove(store)) or ""
            return Found(instant, what, missing=max(0, promised.position - len(_log(store))))
    except Refused as refused:
        return Found(instant, f"cannot be opened: {refused.code}", promised.position)


def _log(store: Store) -> list[tuple[int, bytes]]:
    query = select(tables.events.c.position, tables.events.c.log_hash).order_by(tables.events.c.position)
    with store.reading() as connection:
        return [(position, bytes(log_hash)) for position, log_hash in connection.execute(query)]


def _draft(store: Store) -> int:
    with store.reading() as connection:
        content = connection.execute(select(tables.drafts.c.content)).scalar()
    return int(bytes(content).split()[0]) if content else 0


def _what(trace: Trace, store: Store, promised: Confirmed) -> str:
    """The first thing that is not as it must be."""
    bad = store.check_pages()
    if bad:
        return f"pages: {bad[0]}"
    found = _log(store)
    if found != list(enumerate(trace.log[: len(found)], 1)):
        return "another log"
    if len(found) < promised.position:
        return LOST
    if not promised.draft <= _draft(store) <= trace.draft:
        return LOST_DRAFT
    if found and len(found) not in trace.ends:
        return "half a transaction"
    proved = verify(store, last=20)
    return "" if proved.bad_position is None else f"chain: {proved.why} at {proved.bad_position}"


def _prove(store: Store) -> str:
    """Everything, and that the branch can go on."""
    proved = verify(store)
    if proved.bad_position is not None:
        return f"chain: {proved.why} at {proved.bad_position}"
    if rebuild(store):
        return "quarantined after a rebuild"
    with store.writing() as connection:
        connection.execute(tables.local.insert(), {"name": "after the cut", "value": "goes on"})
    return ""
