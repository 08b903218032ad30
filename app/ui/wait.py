"""Waiting for the window without stopping it, for the program's own tests of itself."""

import time
from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QTimer

STEP_MS = 10


def pause(milliseconds: int) -> None:
    """Let the event loop run for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def until(happened: Callable[[], bool], seconds: float = 10) -> None:
    """Let the event loop run until something is so; raises TimeoutError when it does not come."""
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds} s: {happened}")
        pause(STEP_MS)
