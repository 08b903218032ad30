"""Power cuts by the thousand: `python -m tests.power [IMAGES [FULL|NORMAL [SEED]]]`, as a rule 5000 FULL 1."""

import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.power.cuts import MEMORY, Found, cuts, record

IMAGES_OF_A_DAY = 500


def many(images: int, synchronous: str, seed: int) -> list[Found]:
    """So many power cuts, spread over days that were recorded anew, each with another seed."""
    found: list[Found] = []
    for day in range(-(-images // IMAGES_OF_A_DAY)):
        count = min(IMAGES_OF_A_DAY, images - len(found))
        with tempfile.TemporaryDirectory(
            prefix="loket-power-", dir=MEMORY if MEMORY.is_dir() else None
        ) as place:
            found += cuts(record(Path(place), synchronous, seed + day), count, seed + day)
    return found


def main(arguments: list[str]) -> int:
    """Print what was found; 1 when anything was lost or damaged."""
    images, synchronous, seed = (*arguments, *("5000", "FULL", "1")[len(arguments) :])
    found = many(int(images), synchronous, int(seed))
    lost = [one for one in found if one.what]
    lines = [f"synchronous={synchronous}: {len(found)} power cuts, {len(lost)} lost or damaged something"]
    lines += [f"{count:6} {what}" for what, count in Counter(one.what for one in lost).most_common()]
    lines += [f"{max(one.missing for one in lost):6} confirmed events missing at most"] if lost else []
    sys.stdout.write("\n".join([*lines, ""]))
    return int(bool(lost))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
