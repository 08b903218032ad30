"""`python3 dev.py bench [short]`: every line of the speed table, measured now on this machine."""

import os
import platform
import sys
from collections.abc import Callable

from benchmarks import headoffice, rebuilding, search, snapshot, summary, sync, tickets, window
from benchmarks.table import HEAD, Line

MANY, YEAR = 1_000_000, 75_000
FEW, WEEK = 20_000, 2_000


def main(arguments: list[str]) -> int:
    """Print the table; `short` is a tenth and less, to see that everything runs."""
    short = "short" in arguments
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    many, year = (FEW, WEEK) if short else (MANY, YEAR)
    parts: dict[str, Callable[[], list[Line]]] = {
        "tickets": lambda: tickets.run(many),
        "window": lambda: window.run(year),
        "search": lambda: search.run(many),
        "summary": summary.run,
        "rebuild": lambda: rebuilding.run(year),
        "sync": lambda: sync.run(1_000, 4, 50) if short else sync.run(10_000, 20, 500),
        "headoffice": lambda: headoffice.run((1, 4), 500) if short else headoffice.run((1, 10, 100, 324)),
        "snapshot": lambda: snapshot.run(100_000 if short else 7_500_000),
    }
    chosen = [name for name in arguments if name in parts] or list(parts)
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores", flush=True)
    print(HEAD, flush=True)
    for name in chosen:
        for line in parts[name]():
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
