"""The print queue of this PC: one worker thread, so that ticketing never waits for a printer."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

from app.errors import Refused

Job = TypeVar("Job")

PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds before the second, third, … try
# Refusals before the first byte went out. After any other a second try could print the same ticket twice, unmarked.
NOTHING_SENT = frozenset({"printer_unreachable", "printer_no_paper", "printer_cover_open"})

_log = logging.getLogger(__name__)


class QueueState(msgspec.Struct, frozen=True):
    """`waiting` jobs, the one in hand included; `last_error` is the code of the last failure, None after a success."""

    waiting: int
    last_error: str | None


class PrintQueue(Generic[Job]):
    """Delivers jobs in order on its own thread and reports how each ended.

    `deliver(job)` prints or raises Refused. `finished(job_id, ok, code)` is called once for each job, on the worker's
    thread or, for what `close` leaves over, on the caller's; `code` is None when all is well, "printer_failed" for a
    defect of ours and "printer_closed" for a job that was given up at the end.
    """

    def __init__(
        self,
        deliver: Callable[[Job], None],
        finished: Callable[[str, bool, str | None], None],
        pauses: tuple[float, ...] = PAUSES,
    ) -> None:
        self._deliver = deliver
        self._finished = finished
        self._pauses = pauses
        self._jobs: deque[tuple[str, Job]] = deque()
        self._in_hand: str | None = None
        self._last_error: str | None = None
        self._closing = False
        self._changed = threading.Condition()
        self._worker = threading.Thread(target=self._work, name="print-queue", daemon=True)
        self._worker.start()

    def put(self, job_id: str, job: Job) -> None:
        """Adds a job and returns at once. Raises Refused `printer_closed` after `close`."""
        with self._changed:
            if self._closing:
                raise Refused("printer_closed")
            self._jobs.append((job_id, job))
            self._changed.notify_all()

    def cancel(self, job_id: str) -> bool:
        """Takes a waiting job out, without a report. False when it is in hand already, or gone."""
        with self._changed:
            kept = deque(entry for entry in self._jobs if entry[0] != job_id)
            found = len(kept) != len(self._jobs)
            self._jobs = kept
            return found

    def state(self) -> QueueState:
        with self._changed:
            return QueueState(len(self._jobs) + (self._in_hand is not None), self._last_error)

    def close(self, seconds: float) -> bool:
        """Takes no more jobs, tries each waiting one once more, for `seconds` at most. True when none was given up."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._worker.join(seconds)
        with self._changed:
            left = [job_id for job_id, _ in self._jobs]
            self._jobs.clear()
            stuck = self._in_hand is not None
        for job_id in left:
            self._report(job_id, "printer_closed")
        return not left and not stuck

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._jobs and not self._closing:
                    self._changed.wait()
                if not self._jobs:
                    return
                job_id, job = self._jobs.popleft()
                self._in_hand = job_id
            code = self._try(job)
            with self._changed:
                self._last_error = code
                self._in_hand = None
            self._report(job_id, code)

    def _try(self, job: Job) -> str | None:
        # While the printer is known to be down each job gets one try: tickets must not come out minutes late.
        pauses = self._pauses if self._last_error is None else ()
        code = self._once(job)
        for pause in pauses:
            if code not in NOTHING_SENT or self._closes_within(pause):
                break
            code = self._once(job)
        return code

    def _once(self, job: Job) -> str | None:
        try:
            self._deliver(job)
        except Refused as refused:
            return refused.code
        except Exception:
            _log.exception("printing failed")
            return "printer_failed"
        return None

    def _closes_within(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        with self._changed:
            while not self._closing and (left := end - time.monotonic()) > 0:
                self._changed.wait(left)
            return self._closing

    def _report(self, job_id: str, code: str | None) -> None:
        try:
            self._finished(job_id, code is None, code)
        except Exception:
            _log.exception("nobody took the report of a print job")
