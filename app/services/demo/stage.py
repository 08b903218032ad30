"""The demo day's stage: the services, the clock and everybody's next step, taken in the order of time."""

import heapq
from collections.abc import Iterator
from random import Random

import msgspec

from app.domain.calendar import Calendar, Span, local, moment_of
from app.domain.tickets import Ticket
from app.services.cases import Cases
from app.services.claims import Claims
from app.services.counters import Counters
from app.services.demo.machine import SeededClock
from app.services.demo.people import SECRETS, Members
from app.services.demo.plan import Planner, Visit
from app.services.desk import Desk
from app.services.office import Office
from app.services.sign_in import SignIn
from app.services.staff import Staff
from app.services.summary import Summaries
from app.services.talks import Talks

Steps = Iterator[float]
"""What somebody does: between two steps it yields the seconds until the next one."""


class Call(msgspec.Struct, frozen=True):
    """A member is to be called by WhatsApp, not before `at` (ms)."""

    at: int
    case: str
    visit: Visit


class History:
    """What one demo day leaves for the next."""

    def __init__(self) -> None:
        self.members = Members()
        self.follow_ups: list[Visit] = []
        """Members who were sent home for papers."""
        self.calls: dict[str, list[Call]] = {}
        """officer to interviews still to be held"""
        self.left: dict[str, str] = {}
        """case to why nobody goes on with it for now"""
        self.bank_errors: list[str] = []
        """cases whose payment came back and whose account is to be mended"""
        self.vouchers = 0
        self.payments = 0


class Stage:
    """One day being played."""

    def __init__(
        self,
        office: Office,
        clock: SeededClock,
        day: str,
        random: Random,
        history: History,
        *,
        main: bool,
    ) -> None:
        self.office = office
        self.clock = clock
        self.day = day
        self.random = random
        self.history = history
        self.rules = office.rules()
        self.zone = office.branch().zone
        calendar: Calendar = office.calendar()
        self.opening = calendar.opening(day) or Span(0, 0)
        self.lunch = calendar.lunch(day) or Span(0, 0)
        self.people = {each.name: each.id for each in office.branch().people.values()}
        self.sign_in = SignIn(office)
        self.desk = Desk(office)
        self.counters = Counters(office)
        self.cases = Cases(office)
        self.talks = Talks(office, self.cases)
        self.claims = Claims(office, self.cases)
        self.staff = Staff(office)
        self.summaries = Summaries(office)
        self.planner = Planner(self.rules, random, history.members, day)
        self.main = main
        """The day itself, and not one of those before it."""
        self.call_ends = ["unreachable", "interrupted", "doubt_visit_branch"] if main else []
        """How the first interviews by WhatsApp end: what can go wrong does so once at least."""
        self.pace = 1.0
        self.visits: dict[str, Visit] = {}
        """ticket to who holds it"""
        self.entries = 0
        """How often somebody has begun to wait: an officer who found nobody need not look before it grows."""
        self.turned_away: dict[str, int] = {}
        self.at_counters = 0
        self._desk_free = 0
        self._due: list[tuple[int, int, Steps]] = []
        self._count = 0

    # ------------------------------------------------------------------------------------------ time

    @property
    def minute(self) -> float:
        """Minutes after midnight at the branch."""
        now = local(self.clock.now(), self.zone)
        return now.hour * 60 + now.minute + now.second / 60

    def at(self, minute: float) -> int:
        """The moment of a minute of this day, ms UTC."""
        return moment_of(self.day, 0, self.zone) + int(minute * 60_000)

    def until(self, minute: float) -> float:
        """Seconds until a minute of this day, 0 when it has passed."""
        return max(0.0, (self.at(minute) - self.clock.now()) / 1000)

    def between(self, least: float, most: float) -> float:
        """A duration drawn between two."""
        return self.random.uniform(least, most)

    def chance(self, share: float) -> bool:
        """True in that share of all cases."""
        return self.random.random() < share

    # ------------------------------------------------------------------------------------------ people

    def sign(self, name: str) -> str:
        """Somebody signs in with the PIN, on the small days before unseen (hashing takes time); their id."""
        person = self.people[name]
        if self.main:
            self.sign_in.sign_in(person, SECRETS[name])
        return person

    def desk_turn(self) -> float:
        """Seconds until the desk has time for one more visitor."""
        now = self.clock.now()
        begins = max(now, self._desk_free)
        self._desk_free = begins + int(self.between(12_000, 30_000))
        return (self._desk_free - now) / 1000

    def enter(self, ticket: Ticket, visit: Visit) -> None:
        """Somebody waits, for the first time or again."""
        self.visits[ticket.id] = visit
        self.entries += 1

    # ------------------------------------------------------------------------------------------ playing

    def start(self, steps: Steps, after: float = 0) -> None:
        """Somebody begins, `after` so many seconds."""
        self._push(self.clock.now() + int(after * 1000), steps)

    def _push(self, at: int, steps: Steps) -> None:
        self._count += 1  # two at one moment: who was first stays first
        heapq.heappush(self._due, (at, self._count, steps))

    def run(self, until: int | None = None) -> None:
        """Play on until nobody has anything more to do, or until a moment (ms UTC)."""
        while self._due and (until is None or self._due[0][0] <= until):
            at, _, steps = heapq.heappop(self._due)
            self.clock.set(at)
            wait = next(steps, None)
            if wait is not None:
                self._push(at + int(wait * 1000), steps)
        if until is not None and until > self.clock.now():
            self.clock.set(until)
