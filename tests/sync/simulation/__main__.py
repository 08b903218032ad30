"""`python -m tests.sync.simulation --seeds 100000`: how many of so many branches break."""

import argparse
import sys
import time

from tests.sync.simulation.run import failures
from tests.sync.simulation.teeth import ALL, NOTHING


def main() -> int:
    """Runs the seeds and prints what broke."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2_000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first one")
    parser.add_argument(
        "--without", choices=(NOTHING, *ALL), default=NOTHING, help="a rule that is taken away"
    )
    parser.add_argument("--files", action="store_true", help="on real files instead of in memory")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--most", type=int, default=10, help="stop after so many failures")
    wanted = parser.parse_args()
    begun, broken = time.monotonic(), []
    seeds = range(wanted.first, wanted.first + wanted.seeds)
    for seed, why in failures(seeds, wanted.without, wanted.files, wanted.processes):
        broken.append(seed)
        print(f"seed {seed} failed\n{why}", flush=True)
        if len(broken) >= wanted.most:
            break
    print(f"{wanted.seeds} seeds, {len(broken)} failed {sorted(broken)}, {time.monotonic() - begun:.0f} s")
    return bool(broken)


if __name__ == "__main__":
    sys.exit(main())
