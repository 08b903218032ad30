"""The print queue: order, patience, and that nobody waits for it."""

import logging
import threading
import time
from collections.abc import Iterator

import pytest

from app.devices.spooler import PrintQueue, QueueState
from app.errors import Refused

PAUSES = (0.01, 0.01, 0.01)


class Paper:
    """What came out, and how the queue reported each job."""

    def __init__(self) -> None:
        self.printed: list[str] = []
        self.tries: list[str] = []
        self.ended: list[tuple[str, bool, str | None]] = []
        self.refusals: list[Exception] = []
        self.gate = threading.Event()
        self.gate.set()
        self.reached = threading.Event()

    def deliver(self, job: str) -> None:
        self.tries.append(job)
        self.reached.set()
        assert self.gate.wait(5)
        if self.refusals:
            raise self.refusals.pop(0)
        self.printed.append(job)

    def finished(self, job_id: str, ok: bool, code: str | None) -> None:
        self.ended.append((job_id, ok, code))

    def wait_for(self, ends: int) -> None:
        deadline = time.monotonic() + 5
        while len(self.ended) < ends:
            assert time.monotonic() < deadline, self.ended
            time.sleep(0.002)


@pytest.fixture
def paper() -> Paper:
    return Paper()


@pytest.fixture
def queue(paper: Paper) -> Iterator[PrintQueue[str]]:
    made: PrintQueue[str] = PrintQueue(paper.deliver, paper.finished, PAUSES)
    yield made
    paper.gate.set()
    made.close(5)


def test_jobs_come_out_in_order_and_are_reported(paper: Paper, queue: PrintQueue[str]) -> None:
    for number in range(300):
        queue.put(f"job {number}", f"A-{number:03}")
    paper.wait_for(300)
    assert paper.printed == [f"A-{number:03}" for number in range(300)]
    assert paper.ended == [(f"job {number}", True, None) for number in range(300)]
    assert queue.state() == QueueState(waiting=0, last_error=None)


def test_putting_never_waits_for_the_printer(paper: Paper, queue: PrintQueue[str]) -> None:
    paper.gate.clear()
    for number in range(3):
        queue.put(str(number), "A-014")
    assert paper.reached.wait(5)
    assert queue.state().waiting == 3
    assert paper.ended == []


@pytest.mark.parametrize("code", ["printer_unreachable", "printer_no_paper", "printer_cover_open"])
def test_a_printer_that_got_nothing_is_tried_again(paper: Paper, queue: PrintQueue[str], code: str) -> None:
    paper.refusals = [Refused(code), Refused(code)]
    queue.put("1", "A-014")
    paper.wait_for(1)
    assert paper.tries == ["A-014"] * 3
    assert paper.printed == ["A-014"]
    assert paper.ended == [("1", True, None)]


def test_it_gives_up_after_the_last_pause_and_says_why(paper: Paper, queue: PrintQueue[str]) -> None:
    paper.refusals = [Refused("printer_unreachable")] * 4
    queue.put("1", "A-014")
    paper.wait_for(1)
    assert paper.tries == ["A-014"] * 4
    assert paper.ended == [("1", False, "printer_unreachable")]
    assert queue.state() == QueueState(waiting=0, last_error="printer_unreachable")


@pytest.mark.parametrize("code", ["printer_timeout", "printer_refused", "printer_not_set"])
def test_what_may_be_half_printed_is_not_printed_again(
    paper: Paper, queue: PrintQueue[str], code: str
) -> None:
    paper.refusals = [Refused(code)]
    queue.put("1", "A-014")
    paper.wait_for(1)
    assert paper.tries == ["A-014"]
    assert paper.ended == [("1", False, code)]


def test_while_the_printer_is_down_each_further_job_has_one_try(paper: Paper, queue: PrintQueue[str]) -> None:
    paper.refusals = [Refused("printer_unreachable")] * 5
    queue.put("1", "A-014")
    queue.put("2", "A-015")
    queue.put("3", "A-016")
    paper.wait_for(3)
    assert paper.tries == ["A-014"] * 4 + ["A-015", "A-016"]
    assert paper.ended[1:] == [("2", False, "printer_unreachable"), ("3", True, None)]
    assert queue.state().last_error is None


def test_a_defect_of_ours_is_logged_and_does_not_stop_the_queue(
    paper: Paper, queue: PrintQueue[str], caplog: pytest.LogCaptureFixture
) -> None:
    paper.refusals = [RuntimeError("a defect")]
    queue.put("1", "A-014")
    queue.put("2", "A-015")
    paper.wait_for(2)
    assert paper.ended == [("1", False, "printer_failed"), ("2", True, None)]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_a_listener_that_fails_does_not_stop_the_queue(caplog: pytest.LogCaptureFixture) -> None:
    ended: list[str] = []

    def finished(job_id: str, ok: bool, code: str | None) -> None:
        ended.append(job_id)
        raise RuntimeError("a defect of the window")

    queue: PrintQueue[str] = PrintQueue(lambda _job: None, finished, PAUSES)
    queue.put("1", "A-014")
    queue.put("2", "A-015")
    assert queue.close(5)
    assert ended == ["1", "2"]
    assert len(caplog.records) == 2


def test_a_waiting_job_can_be_taken_out_but_not_the_one_in_hand(paper: Paper, queue: PrintQueue[str]) -> None:
    paper.gate.clear()
    queue.put("1", "A-014")
    queue.put("2", "A-015")
    assert paper.reached.wait(5)
    assert queue.cancel("2")
    assert not queue.cancel("2")
    assert not queue.cancel("1")
    paper.gate.set()
    paper.wait_for(1)
    assert queue.close(5)
    assert paper.printed == ["A-014"]
    assert paper.ended == [("1", True, None)]


def test_closing_prints_what_waits(paper: Paper, queue: PrintQueue[str]) -> None:
    for number in range(20):
        queue.put(str(number), str(number))
    assert queue.close(5)
    assert len(paper.printed) == 20


def test_closing_gives_up_in_time_and_reports_what_is_left(paper: Paper, queue: PrintQueue[str]) -> None:
    paper.gate.clear()
    queue.put("1", "A-014")
    queue.put("2", "A-015")
    assert paper.reached.wait(5)
    began = time.monotonic()
    assert not queue.close(0.1)
    assert time.monotonic() - began < 2
    assert paper.ended == [("2", False, "printer_closed")]
    paper.gate.set()
    paper.wait_for(2)
    assert paper.ended[1] == ("1", True, None)


def test_closing_does_not_sit_out_the_pauses(paper: Paper) -> None:
    queue: PrintQueue[str] = PrintQueue(paper.deliver, paper.finished, (60.0, 60.0))
    paper.refusals = [Refused("printer_unreachable")] * 2
    queue.put("1", "A-014")
    assert paper.reached.wait(5)
    began = time.monotonic()
    assert queue.close(10)
    assert time.monotonic() - began < 5
    assert paper.ended == [("1", False, "printer_unreachable")]


def test_after_closing_nothing_is_taken(queue: PrintQueue[str]) -> None:
    assert queue.close(5)
    with pytest.raises(Refused) as caught:
        queue.put("1", "A-014")
    assert caught.value.code == "printer_closed"


def test_many_may_put_at_once(paper: Paper, queue: PrintQueue[str]) -> None:
    def put(desk: int) -> None:
        for number in range(50):
            queue.put(f"{desk}-{number}", f"{desk}-{number}")

    desks = [threading.Thread(target=put, args=(desk,)) for desk in range(4)]
    for desk in desks:
        desk.start()
    for desk in desks:
        desk.join()
    paper.wait_for(200)
    assert len(set(paper.printed)) == 200
