"""What one peer needed: median seconds and bytes; and how each peer is told to repeat its work."""

import os
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

RUNS = 3
IDLE_ROUNDS = 20


class PeerResult(msgspec.Struct, frozen=True):
    """Seconds until durable at the receiver, bytes on the wire in both directions; medians.

    `push_flush_s` and `pull_flush_s` are the part of the seconds in which this benchmark itself made the
    receiver's files durable, because the peer had not (0 where it had).
    """

    push_s: float
    pull_s: float
    push_bytes: int
    pull_bytes: int
    idle_s: float
    idle_bytes: int
    push_flush_s: float = 0.0
    pull_flush_s: float = 0.0


def median_of(results: Sequence[PeerResult]) -> PeerResult:
    """Each figure's own median."""
    figures = {
        name: statistics.median(getattr(one, name) for one in results)
        for name in PeerResult.__struct_fields__
    }
    return msgspec.convert(figures, PeerResult, strict=False)


def repeated(once: Callable[[bool], PeerResult], runs: int = RUNS) -> PeerResult:
    """Times from `runs` runs that go straight to the server; bytes from one more, which goes through the wire."""
    timed = median_of([once(False) for _ in range(runs)])
    weighed = once(True)
    return msgspec.structs.replace(
        timed,
        push_bytes=weighed.push_bytes,
        pull_bytes=weighed.pull_bytes,
        idle_bytes=weighed.idle_bytes,
    )


def flush(folder: Path) -> None:
    """Make every file of a folder durable, and the folder's own names."""
    for path in [folder, *sorted(folder.rglob("*"))]:
        try:
            number = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            # LevelDB merged it meanwhile into a file that it made durable itself
            continue
        try:
            os.fsync(number)
        finally:
            os.close(number)


def shown(name: str, count: int, result: PeerResult) -> str:
    """One line for a person."""
    return (
        f"{name}, {count} x 300 bytes: push {result.push_s:.3f} s (flush {result.push_flush_s:.3f}), "
        f"pull {result.pull_s:.3f} s (flush {result.pull_flush_s:.3f}), wire {result.push_bytes / 1e6:.3f} MB up, "
        f"{result.pull_bytes / 1e6:.3f} MB down, idle {result.idle_s * 1000:.2f} ms and {result.idle_bytes} bytes"
    )
