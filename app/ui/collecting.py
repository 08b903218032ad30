"""Where Python's cyclic garbage goes: on the window's thread, and on no other."""

import gc

from PySide6.QtCore import QCoreApplication, QObject, QTimer

LOOK_MS = 1_000


class Collector(QObject):
    """Does by a timer what Python does in whichever thread happens to allocate.

    A closed page is a cycle of Python objects with Qt timers in it. Collected on a worker's thread, its timers stay in
    the window's list, and the next one that runs out ends the program with a segmentation fault.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        timer = QTimer(self)
        timer.setInterval(LOOK_MS)
        timer.timeout.connect(collect_due)
        timer.start()


def collect_due() -> None:
    """Collect the oldest generation whose count has passed its threshold, as Python itself would."""
    for generation in (2, 1, 0):
        if gc.get_count()[generation] > gc.get_threshold()[generation]:
            gc.collect(generation)
            return


def collect_on_this_thread() -> None:
    """From here on, and once per program; the caller is the window's thread."""
    app = QCoreApplication.instance()
    assert app is not None, "collecting needs the application's event loop"
    if app.findChild(Collector) is None:
        Collector(app)


def settle_memory() -> None:
    """Take what was built so far out of the garbage collector's rounds: a full round over it would hold the window up
    for some 30 ms (benchmarks, longest pause)."""
    gc.unfreeze()  # what the person before left goes now
    gc.collect()
    gc.freeze()
