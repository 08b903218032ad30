"""The branch of the simulation: its PCs, the network between them, head office, and what really happened."""

import random
from collections import Counter
from functools import cache
from typing import Any

from app.credentials import DeviceKey
from app.domain import branch as branches
from app.domain import case_events as case
from app.domain import days, tickets
from app.errors import Refused
from app.models import following, log
from app.models.journal import Journal
from app.models.memory import MemoryStore
from app.models.migrations import upgrade
from app.sync import messages
from app.sync.above import HeadOffice
from app.sync.node import ROLE, STATION, Taken
from tests.houses import DAY, EIGHT_O_CLOCK, CountingEntropy, FakeClock
from tests.sync.simulation.machines import KEY, FileDisk, Machine, MemoryDisk
from tests.sync.simulation.plain_log import PlainLog
from tests.sync.simulation.teeth import Teeth

CODE = "MDU"
HEAD_OFFICE = "head office"
STATIONS = ("s1", "s2", "s3", "s4", "s5")
NEW, CLONES = ("n6", "n7"), ("c8", "c9")
SUPERVISOR = "supervisor"
EXPECTED = ("line_kept", "disk_error", "part_too_short")
"""What a node may answer when it is cut or cornered; every other refusal between nodes is a defect."""


class Broken(AssertionError):
    """A rule of LOG-CASES does not hold."""


def _template_store() -> MemoryStore:
    store = MemoryStore(KEY)
    upgrade(store)
    return store


@cache
def empty_disk() -> MemoryStore:
    """A migrated branch file that nobody has set up."""
    return _template_store()


@cache
def set_up_disk() -> MemoryStore:
    """A branch in the morning: everybody enrolled, the day open, some tickets waiting, some files on the table."""
    store = _template_store()
    signer = DeviceKey(KEY, "s1", "f-s1")
    journal = Journal(store, FakeClock(), CountingEntropy("template"), signer, "s1")
    with journal.unit("system") as unit:
        unit.append(
            "branch",
            branches.SetUp(
                code=CODE,
                name="Medan Utara",
                zone="WIB",
                counters=tuple(branches.Counter(number=number) for number in range(1, 10)),
                home="f-s1",
                station="s1",
            ),
        )
        _supervisor(unit)
    with journal.unit(SUPERVISOR) as unit:
        _people(unit)
        unit.append(f"day:{DAY}", days.DayOpened(first={"A": 1}))
        for number, station in enumerate(STATIONS[1:], 2):
            unit.append("branch", enrolment(station, number, f"f-{station}"))
    _morning(journal)
    return store


def enrolment(station: str, number: int, fingerprint: str) -> branches.StationEnrolled:
    """The event by which a PC belongs to the branch."""
    key = DeviceKey(KEY, station, fingerprint).public()
    return branches.StationEnrolled(
        station=station, number=number, name=station, key=key, fingerprint=fingerprint
    )


def _supervisor(unit: Any) -> None:
    roles = ("service_supervisor", "branch_head", "it_officer", "security_desk")
    unit.append("branch", branches.PersonSet(person=SUPERVISOR, name="Penyelia", title="", roles=roles))


def _people(unit: Any) -> None:
    for label in (*STATIONS, *NEW, *CLONES):
        for person, held in ((f"o-{label}", ("cso", "security_desk")), (f"v-{label}", ("verifier",))):
            unit.append("branch", branches.PersonSet(person=person, name=person, title="", roles=held))


def _morning(journal: Journal) -> None:
    with journal.unit("o-s1") as unit:
        for number in (1, 2, 3):
            stream = f"ticket:{unit.new_id()}"
            given = {"day": DAY, "label": f"A-{number:03}", "prefix": "A", "number": number, "service": "jht"}
            unit.append(stream, tickets.Issued(**given))  # type: ignore[arg-type]
        for number in (1, 2, 3):
            stream = f"case:{unit.new_id()}"
            unit.append(stream, case.Opened(service="jht", bundle_version=1))
            if number > 1:
                unit.append(stream, case.Submitted(receipt=f"R{number}", promised=DAY, due=DAY))


@cache
def station_disk() -> MemoryStore:
    """The same log on a PC that does not order it."""
    store = MemoryStore(KEY, set_up_disk())
    with store.writing() as connection:
        log.put_setting(connection, ROLE, STATION)
    return store


class CountersigningKey:
    """Head office's own."""

    def __init__(self) -> None:
        self._key = DeviceKey(KEY, HEAD_OFFICE, "")
        self.public = self._key.public()

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)


class Office:
    """Head office in the simulation: it can be restored to an earlier state, like any other computer."""

    def __init__(self) -> None:
        self._key = CountersigningKey()
        self.public = self._key.public
        self.serve(PlainLog())
        self.images: list[PlainLog] = []
        self.countersigned: dict[int, set[bytes]] = {}
        """position to the hashes of the events that were ever final there"""
        self._noted = 0

    def serve(self, plain: PlainLog) -> None:
        """Go on with this store."""
        self.log = plain
        self._office = HeadOffice(plain, plain, self._key, self.public)
        self._noted = 0

    def answer(self, question: bytes, peer: str) -> bytes:
        former = self.log.head(CODE)
        answer = self._office.answer(CODE, messages.read_round(question), peer)
        if self.log.hash_at(CODE, former.position) != former.log_hash:
            self._noted = 0
        for entry in self.log.entries(CODE, self._noted, 1 << 40):
            self.countersigned.setdefault(entry.position, set()).add(entry.held.hash)
        self._noted = self.log.head(CODE).position
        return messages.write(answer)


class World:
    """Everything there is, from one seed."""

    def __init__(self, seed: int, teeth: Teeth | None = None, files: bool = False, stations: int = 4) -> None:
        self.name = f"seed {seed}"
        self.random = random.Random(seed)
        self.teeth = teeth or Teeth()
        self.files = files
        self.acknowledged: dict[bytes, int] = {}
        """run to the number of its last event that somebody was told is safe"""
        self.lost: dict[bytes, int] = {}
        """run to the first number that was on no disk any more, after one was destroyed or put back"""
        self.forgotten: set[tuple[int, bytes]] = set()
        """countersigned entries that nobody knew of any more when head office was restored"""
        self.labels: set[tuple[str, str]] = set()
        self.paper: Counter[str] = Counter()
        """day to the last plain number that was printed"""
        self.giver = ""
        """Fingerprint of the PC that the former home handed the plain numbers to: people see it at the desks."""
        self.saw: dict[bytes, set[bytes]] = {}
        """decision to all events of its stream that its author had before them"""
        self.blocked: set[tuple[str, str]] = set()
        self.mail: list[tuple[Machine, Any, bytes]] = []
        """answers on the way: to whom, to which start of it, what"""
        self.questions: list[tuple[Machine, str, bytes]] = []
        """questions that the network delivers once more"""
        self.refusals: Counter[str] = Counter()
        self.history: list[str] = []
        self.head_office = Office()
        self.head_office_restored = False
        self.labels.update((DAY, f"A-{number:03}") for number in (1, 2, 3))
        self.paper[DAY] = 3
        self.machines: list[Machine] = []
        for station in STATIONS[:stations]:
            image = set_up_disk() if station == "s1" else station_disk()
            self.add(station, station, self.disk(image)).start()
            self.machine(station).images.append(self.machine(station).disk.copy())
        self.head_office.images.append(self.head_office.log.image())
        self.machine("s1").running.begin()

    # ------------------------------------------------------------------------------------------ PCs

    def disk(self, image: Any) -> Any:
        """A new disk with the bytes of an image."""
        return FileDisk(image) if self.files else MemoryDisk(KEY, image)

    def add(self, label: str, station: str, disk: Any) -> Machine:
        """One more PC."""
        machine = Machine(label, station, disk, FakeClock(EIGHT_O_CLOCK), self)
        self.machines.append(machine)
        return machine

    def machine(self, label: str) -> Machine:
        """The PC of that name."""
        return next(each for each in self.machines if each.label == label)

    @property
    def there(self) -> list[Machine]:
        """Every PC that is not destroyed."""
        return [each for each in self.machines if not each.destroyed]

    @property
    def living(self) -> list[Machine]:
        """Every PC whose program runs."""
        return [each for each in self.machines if each.alive]

    @property
    def hubs(self) -> list[Machine]:
        """Those that take themselves for the hub."""
        return [each for each in self.living if each.running.is_hub]

    def hub_for(self, machine: Machine) -> Machine:
        """Where a claim is decided: at the hub that this PC follows, or here when it is cut off."""
        hub = machine.follows
        if hub is None or machine.isolated or machine.running.is_hub or not hub.alive:
            return machine
        both_ways = self.reaches(machine.label, hub.label) and self.reaches(hub.label, machine.label)
        return hub if hub.journal.ordering and both_ways else machine

    def counter_of(self, machine: Machine) -> int:
        """The counter that stands beside this PC."""
        return self.machines.index(machine) + 1

    def printed(self, day: str, label: str, plain: int) -> None:
        """A ticket came out of the printer: no label twice on a day, whatever happened before."""
        if (day, label) in self.labels:
            raise Broken(f"{label} printed twice on {day}")
        self.labels.add((day, label))
        self.paper[day] = max(self.paper[day], plain)

    def released(self, machine: Machine) -> None:
        """A former home that has heard of the new one gives no plain number any more, and says so."""
        before = machine.branch()
        self.teeth.release(machine.journal, machine.fingerprint)
        after = machine.branch()
        if before is not None and after is not None and before.series_giver != after.series_giver:
            self.giver = after.series_giver[0]
            self.note(f"{machine.label} is the home no longer")

    def pass_time(self, milliseconds: int) -> None:
        """Time goes by everywhere."""
        for each in self.there:
            each.clock.pass_ms(milliseconds)

    def note(self, what: str) -> None:
        """One line of the seed's story."""
        self.history.append(what)

    # ------------------------------------------------------------------------------------------ what is gone

    def replace_disk(self, machine: Machine, disk: Any | None) -> None:
        """A disk is destroyed, or an old image takes its place; what nobody else holds is lost."""
        gone = machine.held()
        if disk is None:
            machine.destroyed = True
        else:
            machine.disk = disk
        self._mark_lost(gone)

    def restore_head_office(self, image: PlainLog) -> None:
        """Head office is put back to an earlier state."""
        gone = self._above()
        self.head_office.serve(image.image())
        self.head_office_restored = True
        self._mark_lost(gone)

    def _above(self) -> set[tuple[bytes, int]]:
        plain = self.head_office.log
        held = [entry.held for entry in plain.entries(CODE, 0, 1 << 40)] + plain.held(CODE, 1 << 30)
        headers = [log.read_header(each.header) for each in held]
        return {(header.epoch, header.seq) for header in headers}

    def _mark_lost(self, gone: set[tuple[bytes, int]]) -> None:
        for each in self.there:
            gone -= each.held()
        gone -= self._above()
        for epoch, seq in gone:
            self.lost[epoch] = min(seq, self.lost.get(epoch, seq))
        self._forget_lines()

    def _forget_lines(self) -> None:
        """A countersigned entry that neither head office nor any PC knows as such can be reported by nobody."""
        if not self.head_office_restored:
            return
        known = [self._final_on(each) for each in self.there]
        plain = self.head_office.log
        known.append({(each.position, each.held.hash) for each in plain.entries(CODE, 0, 1 << 40)})
        for position, hashes in self.head_office.countersigned.items():
            for event in hashes:
                if not any((position, event) in each for each in known):
                    self.forgotten.add((position, event))

    def _final_on(self, machine: Machine) -> set[tuple[int, bytes]]:
        with machine.disk.reading() as connection:
            line = following.line_of(connection)
            if line is None or log.hash_at(connection, line[0]) != line[1]:
                return set()
            entries = log.entries_after(connection, 0, 1 << 31, last=line[0])
        return {(each.position, each.held.hash) for each in entries}

    # ------------------------------------------------------------------------------------------ the network

    def reaches(self, a: str, b: str) -> bool:
        """Whether a question gets from `a` to `b`."""
        return (a, b) not in self.blocked

    def round(self, asker: Machine, answerer: Machine, trouble: str = "") -> Taken | None:
        """One question and what comes of it; None when no answer came back."""
        for _ in range(4):
            taken = self._once(asker, answerer, trouble)
            if taken is None or not taken.again or not asker.alive or not answerer.alive:
                return taken
            trouble = ""
        return taken

    def _once(self, asker: Machine, answerer: Machine, trouble: str) -> Taken | None:
        asker.isolated = True
        question = messages.write(asker.running.ask())
        if not self.reaches(asker.label, answerer.label) or trouble == "question lost":
            return None
        if trouble == "question twice":
            self.questions.append((answerer, asker.station, question))
        if trouble == "commit fails there":
            answerer.disk.failing = self.random.choice(("before", "after"))
        answer = self._answered(answerer, question, asker.station)
        answerer.disk.failing = ""
        if trouble == "answerer dies":
            answerer.die()
        if answer is None or not self.reaches(answerer.label, asker.label) or trouble == "answer lost":
            return None
        if trouble in ("answer late", "answer twice"):
            self.mail.append((asker, asker.node, answer))
            if trouble == "answer late":
                return None
        return self._arrives(asker, answerer, answer, trouble)

    def _arrives(self, asker: Machine, answerer: Machine, answer: bytes, trouble: str) -> Taken | None:
        if trouble == "asker dies before":
            asker.die()
            return None
        if trouble == "commit fails here":
            asker.disk.failing = self.random.choice(("before", "after"))
        taken = self.taken(asker, answer)
        asker.disk.failing = ""
        asker.isolated = taken is None or not taken.followed
        if taken is not None and taken.followed:
            asker.follows = answerer
        if trouble == "asker dies after":
            asker.die()
        return taken

    def _answered(self, machine: Machine, question: bytes, peer: str) -> bytes | None:
        try:
            answer = messages.write(machine.running.answer(messages.read_round(question), peer))
            self.released(machine)
            return answer
        except Refused as refused:
            self._refused(machine, refused)
            return None

    def taken(self, machine: Machine, answer: bytes) -> Taken | None:
        """A PC takes an answer, whenever it comes."""
        try:
            taken = machine.running.take(messages.read_answer(answer))
            self.released(machine)
            return taken
        except Refused as refused:
            self._refused(machine, refused)
            return None

    def _refused(self, machine: Machine, refused: Refused) -> None:
        self.refusals[refused.code] += 1
        if refused.code not in EXPECTED:
            raise Broken(f"{machine.label} refused: {refused.code} {refused.facts}") from refused

    def deliver(self, some: bool = True) -> None:
        """What was on the way arrives: late, twice, and in any order."""
        self.random.shuffle(self.mail)
        while self.mail and (not some or self.random.random() < 0.7):
            machine, start, answer = self.mail.pop()
            if machine.node is start and machine.alive:
                self.taken(machine, answer)
        while self.questions and (not some or self.random.random() < 0.7):
            answerer, peer, question = self.questions.pop()
            if answerer.alive:
                self._answered(answerer, question, peer)

    def up(self, hub: Machine, trouble: str = "") -> Taken | None:
        """The hub's round with head office."""
        taken = None
        if not self.teeth.head_office_answers:
            return None
        for _ in range(4):
            assert hub.upward is not None
            question = messages.write(hub.upward.ask())
            if not self.reaches(hub.label, HEAD_OFFICE):
                return None
            try:
                answer = self.head_office.answer(question, hub.station)
                if trouble == "answer lost":
                    return None
                taken = hub.upward.take(messages.read_answer(answer))
            except Refused as refused:
                self._refused(hub, refused)
                return None
            if not taken.again:
                break
        return taken
