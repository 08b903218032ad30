"""`python3 dev.py soak [short] [PART …]`: hours of trouble, or a tenth of it; parts are latency, pressing, lines, disk,
migrating, joining, kills. Prints what was measured, and ends with 1 when anything was lost or came too late."""

import logging
import os
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from tests.small_disk import NoMount, small_disk
from tests.soak import disk, joining, kills, latency, lines, migrating, pressing
from tests.soak.branch import Branch, Places, make_places

STATIONS = 10
WHOLE = {
    "latency": 100,
    "pressing": 10_000,
    "lines": 200,
    "disk": 2,
    "migrating": 20,
    "joining": 20,
    "kills": 160,
}
"""Part to how often: rounds of (ticket, call, mark), presses, scenarios, disks filled, kills."""
SLOWEST_MS = 300.0


class Soak:
    """The parts, on copies of one branch."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._template = make_places(base / "cabang", STATIONS)
        self._copies = 0

    def copy(self, stations: int = STATIONS, hub: Path | None = None) -> Places:
        """A copy of the branch with so many of its stations; its hub's folder may be there already."""
        self._copies += 1
        base = hub.parent if hub else self._base / f"salinan-{self._copies}"
        places = Places(base, stations)
        for name in ("hub", *places.names):
            shutil.copytree(self._template.folder(name), places.folder(name), dirs_exist_ok=True)
            if name != "hub":
                shutil.copy(self._template.key_file(name), places.key_file(name))
        return places

    def latency(self, count: int) -> None:
        """Each kind on every other computer within 300 ms, 95 times of 100."""
        found = latency.measure(self.copy(), count)
        for each in found:
            print(
                f"  {each.what:7} n={each.count}: median {each.median} ms, 95 % {each.p95} ms, worst {each.worst} ms"
            )
        assert found[-1].p95 <= SLOWEST_MS, f"{found[-1].p95} ms"

    def pressing(self, count: int) -> None:
        """Nobody holds a ticket twice, and none is skipped."""
        with Branch(self.copy()) as branch:
            print("  ", pressing.press(branch, count))
            branch.prove()

    def lines(self, count: int) -> None:
        """Nothing waits ten seconds after the lines are healed."""
        with Branch(self.copy()) as branch:
            played = lines.play(branch, range(1, count + 1), _show)
        worst = max(played, key=lambda each: each.seconds)
        print(
            f"  {len(played)} scenarios, {sum(each.waited for each in played)} events had to wait; worst: {worst}"
        )

    def disk(self, count: int) -> None:
        """A hub without room loses nothing."""
        for number in range(count):
            hub = self._base / f"disk-{number}" / "hub"
            try:
                with small_disk(hub, disk.SIZE):
                    print("  ", disk.play(self.copy(3, hub), restart=bool(number % 2)))
            except NoMount as refused:
                print(f"   not tried: {refused}")

    def migrating(self, count: int) -> None:
        """A file is of the old shape or of the new one."""
        played = migrating.play(self.copy(1), count)
        done = sum(each.done for each in played)
        print(f"  {count} kills: {done} times the new shape was there, {count - done} times the old one")

    def joining(self, count: int) -> None:
        """Whoever is killed while a computer joins, it joins at last, once."""
        played = joining.play(self.copy(joining.STATIONS), count, tell=_show)
        hit = Counter(f"{each.victim} while {each.hit}" for each in played)
        print(f"  {count} kills; {', '.join(f'{many} {what}' for what, many in sorted(hit.items()))}")
        print(f"  {sum(each.half for each in played)} of them while the hub's snapshot was half written")

    def kills(self, count: int) -> None:
        """Whatever is killed, nothing acknowledged is lost."""
        played = kills.play(self._base / "rantai", count, self.copy(kills.STATIONS), tell=_show)
        at_hub, above = (max(getattr(each, what) for each in played) for what in ("seconds", "above"))
        print(f"  {len(played)} kills; worst: {at_hub} s until at the hub, {above} s until at head office")


def _show(what: msgspec.Struct) -> None:
    print("  ", what, flush=True)


def main(arguments: Sequence[str]) -> int:
    """Run the parts that are named, or all."""
    logging.basicConfig(level=logging.ERROR)
    short = "short" in arguments
    wanted = [each for each in arguments if each in WHOLE] or list(WHOLE)
    base = Path(tempfile.mkdtemp(prefix="loket-soak-"))
    soak = Soak(base)
    failed = 0
    for part in wanted:
        count = max(1, WHOLE[part] // 10) if short else WHOLE[part]
        begun = time.monotonic()
        print(f"{part}: {count} (load {os.getloadavg()[0]:.1f})", flush=True)
        play: Callable[[int], None] = getattr(soak, part)
        try:
            play(count)
        except Exception:
            traceback.print_exc()
            failed = 1
        print(f"  {time.monotonic() - begun:.0f} s", flush=True)
    if not failed:
        shutil.rmtree(base, ignore_errors=True)
    else:
        print(base)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
