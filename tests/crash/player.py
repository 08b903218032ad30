"""The program that is killed: it works without rest and prints each confirmation after the service has returned.

Run as `python -m tests.crash.player FOLDER SEED`. Each line on standard output is one JSON array: what, key, value.
"""

import json
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.config import DataFolder
from app.domain.case_form import FIELD_LIMIT
from app.errors import Refused
from app.machine import SystemClock, SystemEntropy
from app.services.office import Ports
from app.services.take_back import take_back
from tests.houses import SPELT, FakeClock, FakeMachine, House


def say(*what: object) -> None:
    """A confirmation: from now on it must never be missing."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


class RealHouse(House):
    """On the real clock, and with chance that is never the same twice."""

    def ports(self) -> Ports:
        return Ports(SystemClock(), SystemEntropy(), self.machine)


class Player:
    """One person in several roles who never stops."""

    def __init__(self, house: House, seed: int) -> None:
        self.house = house
        self.clerk, self.cso = house["security_desk"], house["cso"]
        self.random = random.Random(seed)
        self.words = 0

    def word(self) -> str:
        """Text that was never written before."""
        self.words += 1
        return f"kata {self.words} " + "x" * self.random.randrange(1, 200)

    def begin(self) -> None:
        self.attempt(self.house.open_day)
        self.attempt(lambda: self.house.counters.open(self.cso, 1))

    def attempt(self, action: Callable[[], Any]) -> Any:
        try:
            return action()
        except Refused:
            return None

    def round(self) -> None:
        """A ticket from the paper to its end, with a file and its interview."""
        last4 = f"{self.random.randrange(10_000):04d}"
        ticket = self.attempt(lambda: self.house.desk.issue(self.clerk, "info", last4=last4))
        if ticket is None:  # midnight
            self.begin()
            return
        self.ticket(ticket)
        called = self.house.counters.call_next(self.cso, 1)
        self.ticket(called)
        self.ticket(self.house.counters.confirm(self.cso, called.id))
        case = self.house.cases.open_for(self.cso, called.id)
        say("case", case.id, {})
        for _ in range(self.random.randrange(4)):
            self.write(case.id)
        self.ticket(self.house.counters.finish(self.cso, called.id, "info_given"))
        if self.random.random() < 0.5:
            self.take_back(called.id)
        if self.random.random() < 0.2:  # a whole file, as far as the day's quota goes
            self.submit()

    def write(self, case: str) -> None:
        field, text = self.random.choice(("name", "employer", "note")), self.word()
        if field != "note":
            text = text[:FIELD_LIMIT]
        if field == "name":
            text = text.translate(SPELT)
        self.house.drafts.keep(self.cso, "case", case, {field: text})
        say("draft", case, {field: text})
        noted = self.house.cases.note(self.cso, case, field, text)
        say("case", case, {field: noted.fields[field]})
        if not noted.interviews:
            self.house.talks.start(self.cso, case, "face_to_face")
            say("talk", case, "")
        text = self.house.talks.note(self.cso, case, self.word()).interviews[-1].text
        say("talk", case, text)

    def submit(self) -> None:
        case = self.attempt(self.house.submitted_case)
        if case is not None:
            say("receipt", case, self.house.cases.get(case).receipt)
            self.house.claims.verify(self.house["verifier"], case, 20_000_000)
            say("stage", case, "verified")

    def ticket(self, ticket: Any) -> None:
        say("ticket", ticket.id, [ticket.label, ticket.state, len(ticket.legs)])

    def take_back(self, finished: str) -> None:
        """Finished in haste, with the next one called: both go back together, and then the visit ends after all."""
        self.attempt(lambda: self.house.desk.issue(self.clerk, "info"))
        called = self.attempt(lambda: self.house.counters.call_next(self.cso, 1))
        say("back", finished, called.id if called else "")
        back = self.attempt(lambda: take_back(self.house.office, self.cso, finished))
        if back is not None:
            self.ticket(back)
        self.tidy()

    def tidy(self) -> None:
        """What was left in somebody's hands when the program was killed."""
        held = self.house.counters.board(self.cso, 1).current
        if held is not None and held.state == "called":
            held = self.house.counters.confirm(self.cso, held.id)
            self.ticket(held)
        if held is not None:
            self.ticket(self.house.counters.finish(self.cso, held.id, "info_given"))


def main() -> None:
    """Work until killed."""
    folder, seed = Path(sys.argv[1]), int(sys.argv[2])
    player = Player(RealHouse(DataFolder(folder), FakeClock(), FakeMachine()), seed)
    player.begin()
    player.tidy()
    say("ready", "", "")
    while True:
        player.round()


if __name__ == "__main__":
    main()
