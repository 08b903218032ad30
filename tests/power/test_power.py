"""The power fails at any moment: with FULL nothing that was confirmed is missing; with NORMAL it would be (DESIGN 4)."""

import random
import sys
from contextlib import closing
from pathlib import Path

import pytest

from app.models.store import Store
from tests.power.__main__ import many
from tests.power.cuts import LOST, LOST_DRAFT, Found, cuts, record
from tests.power.disk import Disk, Weather
from tests.power.trace import Confirmed, Created, Cut, FolderSynced, Removed, Step, Synced, Trace, Written

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="records the calls of SQLite's own layer for Linux"
)

EVERYTHING = Weather(sector=512, arrives=1.0, torn=0.0, filth=False)
NOTHING = Weather(sector=512, arrives=0.0, torn=0.0, filth=False)
HALF = Weather(sector=512, arrives=0.5, torn=0.0, filth=False)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Trace:
    """A day recorded with the program's own settings."""
    return record(tmp_path_factory.mktemp("full"), "FULL", 20_261_120)


@pytest.fixture(scope="module")
def normal(tmp_path_factory: pytest.TempPathFactory) -> Trace:
    """The same day with synchronous=NORMAL."""
    return record(tmp_path_factory.mktemp("normal"), "NORMAL", 20_261_120)


def without(trace: Trace, kind: type[Step]) -> Trace:
    """The same day on a machine that only says it did this."""
    return Trace(
        **{field: getattr(trace, field) for field in trace.__struct_fields__ if field != "steps"},
        steps=[step for step in trace.steps if not isinstance(step, kind)],
    )


def lost(found: list[Found]) -> list[Found]:
    return [one for one in found if one.what]


# ------------------------------------------------------------------------------------------------ the promise


def test_nothing_confirmed_is_missing_after_five_hundred_power_cuts(full: Trace) -> None:
    assert lost(list(cuts(full, 500, seed=1))) == []


@pytest.mark.long
def test_nothing_confirmed_is_missing_after_five_thousand_power_cuts() -> None:
    assert lost(many(5000, "FULL", seed=2)) == []


def test_with_normal_the_same_cuts_lose_what_was_confirmed(normal: Trace) -> None:
    found = list(cuts(normal, 60, seed=1))
    assert {one.what for one in lost(found)} <= {LOST, LOST_DRAFT}  # old, and whole
    assert len(lost(found)) > 10


# ------------------------------------------------------------------------------------------------ its teeth


def test_a_disk_that_lies_about_syncing_is_found_out(full: Trace) -> None:
    assert lost(list(cuts(without(full, Synced), 20, seed=1)))


def test_a_log_whose_name_was_never_synced_is_found_out(full: Trace) -> None:
    assert LOST in {one.what for one in cuts(without(full, FolderSynced), 40, seed=1)}


def test_the_day_is_worth_recording(full: Trace) -> None:
    """Many confirmations, transactions of several events, checkpoints, the log's name coming and going."""
    confirmed = [step for step in full.steps if isinstance(step, Confirmed)]
    moved_to_the_database = [step for step in full.steps if isinstance(step, Written) and step.file == 0]
    fresh_logs = [step for step in full.steps if isinstance(step, Written) and step.file and step.offset == 0]
    assert len(confirmed) > 200
    assert len(full.ends) < len(full.log)
    assert confirmed[-1].position == len(full.log)
    assert len(moved_to_the_database) > 500
    assert len(fresh_logs) > 20
    assert sum(isinstance(step, Created) for step in full.steps) == 3
    assert sum(isinstance(step, Removed) for step in full.steps) == 2


def test_full_syncs_before_each_confirmation(full: Trace) -> None:
    """Between the last write to the write-ahead log and what is then said, there is a sync."""
    waiting = False
    for step in full.steps:
        if isinstance(step, Written) and step.file:
            waiting = True
        elif isinstance(step, Synced) and step.file:
            waiting = False
        assert not (waiting and isinstance(step, Confirmed))


def test_what_was_recorded_makes_the_very_files_of_the_program(full: Trace, normal: Trace) -> None:
    for trace in (full, normal):
        disk = Disk(trace.start)
        for step in trace.steps:
            disk.do(step)
        assert disk.image(random.Random(1), EVERYTHING) == trace.end


# ------------------------------------------------------------------------------------------------ the check of pages


def half_moved(trace: Trace) -> dict[str, bytes]:
    """The files when the power failed while the first page of the first checkpoint was being written."""
    disk = Disk(trace.start)
    for step in trace.steps:
        if isinstance(step, Written) and step.file == 0:
            disk.do(Written(step.file, step.offset, step.data[:2000]))
            return disk.image(random.Random(1), EVERYTHING)
        disk.do(step)
    raise AssertionError


def pages_of(files: dict[str, bytes], trace: Trace, folder: Path) -> tuple[tuple[str, ...], bool]:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    with closing(Store(folder / trace.name, trace.key)) as store:
        return store.check_pages(), store.damaged


def test_a_page_that_was_being_moved_when_the_power_failed_is_no_damage(full: Trace, tmp_path: Path) -> None:
    """Half of it is in the file, the write-ahead log has it whole."""
    files = half_moved(full)
    assert files[full.name] != full.start[full.name]
    assert pages_of(files, full, tmp_path) == ((), False)


def test_a_page_that_is_whole_nowhere_is_damage(full: Trace, tmp_path: Path) -> None:
    files = half_moved(full)
    in_the_log = {step.offset for step in full.steps if isinstance(step, Written) and step.file == 0}
    elsewhere = next(at for at in range(4096, len(full.start[full.name]), 4096) if at not in in_the_log)
    content = bytearray(files[full.name])
    content[elsewhere + 100] ^= 1
    bad, damaged = pages_of({**files, full.name: bytes(content)}, full, tmp_path)
    assert damaged
    assert bad


# ------------------------------------------------------------------------------------------------ the disk


def after(*steps: Step, start: bytes = b"") -> Disk:
    """A disk with one file of that content, and what was done to it since."""
    disk = Disk({"a": start})
    for step in steps:
        disk.do(step)
    return disk


def found(disk: Disk, weather: Weather | None = None, name: str = "a") -> set[bytes | None]:
    """Everything that may be in a file after a power cut: what 500 of them showed."""
    return {disk.image(random.Random(seed), weather).get(name) for seed in range(500)}


def test_what_was_synced_is_there_in_any_weather() -> None:
    disk = after(Written(0, 0, b"x" * 3000), Cut(0, 2500), Synced(0), start=b"y" * 100)
    assert found(disk) == {b"x" * 2500}


def test_what_was_not_synced_is_there_or_not_sector_by_sector() -> None:
    disk = after(Written(0, 0, b"n" * 1024), start=b"o" * 1024)
    assert found(disk, NOTHING) == {b"o" * 1024}
    assert found(disk, EVERYTHING) == {b"n" * 1024}
    sectors = [b"o" * 512, b"n" * 512]
    assert found(disk, HALF) == {first + second for first in sectors for second in sectors}


def test_a_sector_written_twice_holds_any_of_its_versions() -> None:
    disk = after(Written(0, 0, b"1"), Written(0, 1, b"2"), start=b"00")
    assert found(disk, HALF) == {b"00", b"10", b"12"}


def test_a_torn_sector_harms_only_the_bytes_that_were_written() -> None:
    torn = Weather(sector=512, arrives=0.0, torn=1.0, filth=False)
    seen = found(after(Written(0, 100, b"n" * 200), start=b"o" * 512), torn)
    assert {one[:100] + one[300:] for one in seen if one} == {b"o" * 312}
    assert any(one and 0 < one.count(b"n") < 200 for one in seen)  # in part the new
    assert any(one and set(one) - set(b"no") for one in seen)  # in part neither
    assert b"o" * 512 in seen


def test_the_length_is_as_uncertain_as_the_rest() -> None:
    longer = after(Written(0, 2, b"new"), start=b"o")
    assert {len(one or b"") for one in found(longer, HALF)} == {1, 5}
    assert b"o\0\0\0\0" in found(longer, HALF)
    shorter = after(Cut(0, 1), start=b"old")
    assert found(shorter, NOTHING) == {b"old"}
    assert found(shorter, EVERYTHING) == {b"o"}


def test_new_blocks_may_hold_what_was_there_before() -> None:
    filthy = Weather(sector=512, arrives=0.5, torn=0.0, filth=True)
    seen = found(after(Written(0, 0, b"new"), start=b""), filthy)
    assert {b"", b"new"} < seen
    assert len(seen) > 100


def test_a_name_is_certain_when_its_folder_was_synced() -> None:
    created = (Created("b", 1), Written(1, 0, b"x"), Synced(1))
    assert found(after(*created), name="b") == {None, b"x"}
    assert found(after(*created, FolderSynced()), name="b") == {b"x"}
    removed = (*created, FolderSynced(), Removed("b"))
    assert found(after(*removed), name="b") == {None, b"x"}
    assert found(after(*removed, FolderSynced()), name="b") == {None}
    again = (*removed, Created("b", 2), Written(2, 0, b"y"), Synced(2))
    assert found(after(*again), name="b") == {None, b"x", b"y"}
    assert found(after(*again, FolderSynced()), name="b") == {b"y"}


def test_looking_at_the_disk_changes_nothing() -> None:
    disk = after(Written(0, 0, b"new"), start=b"old")
    found(disk)
    disk.do(Synced(0))
    assert found(disk) == {b"new"}
