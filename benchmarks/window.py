"""Start, memory and the longest pause of the window: each in processes of its own, beside a bare PySide6 window."""

import json
import os
import subprocess
import sys
from pathlib import Path

from benchmarks import material
from benchmarks.table import RUNS, Line, median

HERE = Path(__file__).parent


def _child(name: str, *arguments: str) -> dict[str, float]:
    """Run one of the scripts beside this file; it prints one line of JSON."""
    environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    script = HERE / "scripts" / f"{name}.py"
    made = subprocess.run(  # our own script
        [sys.executable, str(script), *arguments],
        env=environment,
        cwd=HERE.parent,
        check=True,
        capture_output=True,
        text=True,
    )
    result: dict[str, float] = json.loads(made.stdout.strip().splitlines()[-1])
    return result


def run(tickets: int) -> list[Line]:
    """A year of data in the file; medians of several starts."""
    with material.folder() as where:
        office = material.make_branch(where)
        material.grow(office, tickets, whole=True)
        office.close()
        _child("start", str(where.path))  # once, so that both find their files in the system's cache
        bare = [_child("bare") for _ in range(RUNS)]
        ours = [_child("start", str(where.path)) for _ in range(RUNS)]
        counter = [_child("counter", str(where.path)) for _ in range(RUNS)]
    with material.folder() as where:
        material.make_branch(where).close()
        pauses = [_child("pause", str(where.path)) for _ in range(RUNS)]
    floor = median([each["paint"] for each in bare])
    return [
        Line(
            "program start with a year of data: first paint",
            median([each["paint"] for each in ours]),
            floor,
            2,
        ),
        Line(
            "program start with a year of data: usable sign-in",
            median([each["usable"] for each in ours]),
            floor,
            4.5,
        ),
        Line(
            "resident memory at the counter screen",
            median([each["memory"] for each in counter]),
            median([each["memory"] for each in bare]),
            2.5,
            "MB",
        ),
        Line(
            "longest pause of the event loop, 300 tickets, slow disk",
            median([each["pause"] for each in pauses]),
            None,
            50,
        ),
    ]
