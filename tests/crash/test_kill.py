"""`kill -9` at a random moment: whatever was confirmed is in the file, the journal proves itself, the views are right."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.models.audit import rebuild, verify
from tests.houses import House, dump, make_branch

ROOT = Path(__file__).parents[2]
STATES = ("waiting", "called", "serving", "ended")
Confirmed = list[tuple[str, str, Any]]


def play_and_kill(folder: Path, seed: int, after: int, then: float) -> Confirmed:
    """Let the player work until it has confirmed `after` things, and `then` seconds more; kill it in the middle of
    whatever it does, and return all that it had confirmed."""
    player = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.player", str(folder), str(seed)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert player.stdout is not None
    assert player.stderr is not None
    heard: list[bytes] = []
    enough = threading.Event()

    def listen() -> None:
        for line in player.stdout or ():
            heard.append(line)
            if len(heard) > after:
                enough.set()
        enough.set()

    listener = threading.Thread(target=listen)
    listener.start()
    assert enough.wait(120)
    time.sleep(then)
    player.send_signal(signal.SIGKILL)
    complaints = player.stderr.read().decode()
    player.wait()
    listener.join()
    player.stdout.close()
    player.stderr.close()
    assert player.returncode == -signal.SIGKILL, complaints
    # a line that was cut in the middle was never read by anybody
    return [tuple(json.loads(line)) for line in heard if line.endswith(b"\n")]


def assert_kept(house: House, confirmed: Confirmed) -> None:
    """Everything that was confirmed is in the file, or something later that was being written when the blow came."""
    last: dict[tuple[str, str, str], Any] = {}
    for what, key, value in confirmed:
        if what == "back":  # from here on it may be at the counter again
            label, _, legs = last[("ticket", key, "")]
            last[("ticket", key, "")] = [label, "serving", legs]
        fields = value.items() if isinstance(value, dict) else ((("", value),))
        last |= {(what, key, field): said for field, said in fields}
    for (what, key, field), said in last.items():
        if what != "ready":
            assert CHECKS[what](house, key, field, said), f"{what} {key} {field} {said}"


def ticket_kept(house: House, key: str, _: str, said: Any) -> bool:
    ticket = house.office.state(f"ticket:{key}")
    label, state, legs = said
    if ticket is None or ticket.label != label or len(ticket.legs) < legs:
        return False
    return STATES.index(ticket.state) >= STATES.index(state)


def taken_back_whole(house: House, key: str, _: str, said: Any) -> bool:
    """The visit goes on and who was called with its end waits again, or neither."""
    visit, called = house.office.state(f"ticket:{key}"), house.office.state(f"ticket:{said}")
    goes_on = (visit.state, visit.leg.outcome, visit.leg.ended_at) == ("serving", "", None)
    ended = visit.state == "ended" and visit.leg.outcome != "" and visit.leg.ended_at is not None
    return (goes_on and (called is None or called.state == "waiting")) or ended


def field_kept(house: House, key: str, field: str, said: Any) -> bool:
    return newer(house.cases.get(key).fields[field], said)


def draft_kept(house: House, key: str, field: str, said: Any) -> bool:
    return newer(house.drafts.of(house["cso"], "case", key)[field].text, said)


def talk_kept(house: House, key: str, _: str, said: Any) -> bool:
    return newer(house.cases.get(key).interviews[-1].text, said)


def receipt_kept(house: House, key: str, _: str, said: Any) -> bool:
    case = house.cases.get(key)
    return case.receipt == said and bool(case.interviews[-1].sealed_at)


def stage_kept(house: House, key: str, _: str, said: Any) -> bool:
    return house.cases.get(key).stage == said


CHECKS: dict[str, Callable[[House, str, str, Any], bool]] = {
    "ticket": ticket_kept,
    "back": taken_back_whole,
    "case": field_kept,
    "draft": draft_kept,
    "talk": talk_kept,
    "receipt": receipt_kept,
    "stage": stage_kept,
}


def newer(found: str, confirmed: str) -> bool:
    """The words are numbered: what stands there is the confirmed one, or the one after it."""
    return found == confirmed or number_of(found) > number_of(confirmed)


def number_of(words: str) -> int:
    """The number of a word, in digits or as a name has it in letters; 0 of none."""
    return int(words.split()[1].translate(str.maketrans("ABCDEFGHIJ", "0123456789"))) if words else 0


def prove(folder: House) -> None:
    store = folder.office.store
    assert store.check_pages() == ()
    assert verify(store).bad_position is None
    before = dump(folder.office)
    assert rebuild(store) == 0
    assert dump(folder.office) == before


def kills(tmp_path: Path, count: int) -> None:
    house = make_branch(tmp_path)
    house.close()
    chance = random.Random(20_261_120)
    everything: Confirmed = []
    for seed in range(count):
        everything += play_and_kill(house.folder.path, seed, chance.randrange(80), chance.uniform(0, 0.02))
        house.reopen()
        try:
            assert_kept(house, everything)
            if seed % 10 == 0 or seed == count - 1:
                prove(house)
            else:
                assert verify(house.office.store, last=300).bad_position is None
        finally:
            house.close()
    labels = [value[0] for what, _, value in everything if what == "ticket" and value[1] == "waiting"]
    assert len(labels) == len(set(labels)), "a label was printed twice"


def test_nothing_confirmed_is_missing_after_ten_kills(tmp_path: Path) -> None:
    kills(tmp_path, 10)


@pytest.mark.long
def test_nothing_confirmed_is_missing_after_two_hundred_kills(tmp_path: Path) -> None:
    kills(tmp_path, 200)
