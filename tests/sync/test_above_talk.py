"""When head office is called again: at once when somebody says so or it is seen to be back, and else after a pause."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.domain.events import ZERO, Term
from app.errors import Refused
from app.sync import above_talk
from app.sync.above_talk import AboveTalk
from app.sync.messages import Answer, Hello
from app.sync.status import HEAD_OFFICE, Status
from tests.houses import FakeClock


class Office:
    """Head office as a line to it shows it: what is wrong with it, whether it seems well, and how often it was called."""

    address = "https://pusat"

    def __init__(self) -> None:
        self.trouble: Exception | None = Refused("hub_unreachable", address="", why="refused")
        self.well: bool | Exception = False
        self.called = self.looked = 0
        self.now = 0
        """What its clock says; 0 where it says nothing."""

    def round(self, question: object, read_seconds: float) -> Any:
        self.called += 1
        if self.trouble is not None:
            raise self.trouble
        here = Hello("head office", "", Term(0, ""), "", 0, ZERO, Term(0, ""), self.now)
        return Answer(hello=here, orders=True)

    def is_well(self) -> bool:
        self.looked += 1
        if isinstance(self.well, Exception):
            raise self.well
        return self.well


class Hub:
    """A hub with nothing to say; also its half of the talk."""

    is_hub = True

    class Nothing:
        again = False

    def ask(self) -> None:
        """The question."""

    def take(self, answer: object) -> Nothing:
        """The answer."""
        return self.Nothing()

    def show_log(self, refused: Refused) -> bool:
        """Head office knows it."""
        return False


class Stand:
    """The talk on its thread; no time passes, so no pause ever ends by itself."""

    def __init__(self) -> None:
        self.office, clock = Office(), FakeClock()
        self.status = Status(clock)
        hub: Any = Hub()
        line: Any = self.office
        self.talk = AboveTalk(hub, clock, self.status, hub, lambda: line)
        self.thread = threading.Thread(target=self.talk.run)
        self.thread.start()
        self.talk.look()

    def is_good(self) -> bool:
        return self.status.is_good(HEAD_OFFICE)

    def stop(self) -> None:
        self.talk.stop()
        self.thread.join(30)
        assert not self.thread.is_alive()


def until(met: Callable[[], object]) -> None:
    """Wait for something to happen on the thread."""
    begun = time.monotonic()
    while not met():
        assert time.monotonic() - begun < 30
        time.sleep(0.005)


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    monkeypatch.setattr(above_talk, "LOOK_SECONDS", 0.01)
    made = Stand()
    yield made
    made.stop()


def test_it_is_called_again_when_it_is_seen_to_be_back(stand: Stand) -> None:
    until(lambda: stand.office.looked > 3)
    assert stand.office.called == 1
    stand.office.trouble, stand.office.well = None, True
    until(stand.is_good)


def test_one_that_seems_well_and_fails_is_called_once_before_its_time_and_then_left_alone(
    stand: Stand,
) -> None:
    stand.office.well = True
    until(lambda: stand.office.called == 2)
    looked = stand.office.looked
    until(lambda: stand.office.looked > looked + 10)
    assert stand.office.called == 2
    stand.office.well = False  # it went away, and came back
    looked = stand.office.looked
    until(lambda: stand.office.looked > looked + 1)
    stand.office.well = True
    until(lambda: stand.office.called > 2)


@pytest.mark.parametrize("code", ["hub_refused", "hub_unavailable"])
def test_one_that_refuses_or_is_busy_is_left_alone_until_somebody_says_so(stand: Stand, code: str) -> None:
    until(lambda: stand.office.called == 1)
    stand.office.trouble, stand.office.well = Refused(code, address="", status=503), True
    stand.talk.wake()
    until(lambda: stand.office.called == 2)
    stand.talk.look()  # something was written here: no reason
    time.sleep(0.1)
    assert stand.office.called == 2
    stand.office.trouble = None
    stand.talk.wake()  # enrolled anew
    until(stand.is_good)


def test_a_defect_in_calling_or_in_looking_ends_nothing(stand: Stand) -> None:
    stand.office.well = RuntimeError("no thread can be started")
    until(lambda: stand.office.looked > 3)
    stand.office.trouble = RuntimeError("a defect")
    stand.talk.wake()
    until(lambda: stand.office.called == 2)
    until(lambda: stand.status.ways[HEAD_OFFICE].why == "defect")
    stand.office.trouble = None
    stand.talk.wake()
    until(stand.is_good)


def test_head_offices_clock_is_noted(stand: Stand) -> None:
    stand.office.trouble, stand.office.now = None, FakeClock().now() + 54_000_000
    stand.talk.wake()
    until(stand.is_good)
    assert stand.status.above_off_ms == 54_000_000
