"""A branch for the tests: an open office with one person per role, a clock and chance that a test can hold."""

import hashlib
import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from app.config import DataFolder
from app.domain.events import Header, Term, chain, digest, header_bytes
from app.domain.rights import ROLES
from app.errors import Refused
from app.machine import SystemClock
from app.models import projections, tables
from app.services.cases import Cases
from app.services.claims import Claims
from app.services.counters import Counters
from app.services.desk import Desk
from app.services.drafts import Drafts
from app.services.find import Finder
from app.services.office import Office, Ports, open_office
from app.services.setup import NewBranch, NewPerson, Setup
from app.services.sign_in import SignIn
from app.services.staff import Staff
from app.services.talks import Talks

PIN = "284917"
EIGHT_O_CLOCK = int(datetime(2026, 11, 20, 1, 0, tzinfo=UTC).timestamp() * 1000)
"""Friday 20 November 2026, 8.00 in WIB."""
DAY = "2026-11-20"
DAY_MS = 86_400_000
SPELT = str.maketrans("0123456789", "ABCDEFGHIJ")
"""A number as letters, for names that differ: no name has digits."""
NIK = "9901011507900001"


def last_morning() -> int:
    """The last 8.00 in WIB by the system's clock, ms UTC: by that clock too a certificate made then is good, and no test
    that goes on from there meets midnight."""
    return EIGHT_O_CLOCK + max(0, SystemClock().now() - EIGHT_O_CLOCK) // DAY_MS * DAY_MS


class FakeClock:
    """Stands still until a test moves it."""

    def __init__(self, now: int = EIGHT_O_CLOCK) -> None:
        self._wall, self._steady = now, 1_000

    def now(self) -> int:
        return self._wall

    def monotonic(self) -> int:
        return self._steady

    def pass_ms(self, milliseconds: int) -> None:
        """Time goes by."""
        self._wall += milliseconds
        self._steady += milliseconds

    def pass_seconds(self, seconds: float) -> None:
        self.pass_ms(int(seconds * 1000))

    def jump(self, milliseconds: int) -> None:
        """Somebody sets the PC's clock."""
        self._wall += milliseconds


class CountingEntropy:
    """Bytes that look random, never twice the same within a name, and the same again for the same name."""

    def __init__(self, name: str) -> None:
        self._name = name.encode()
        self._taken = 0

    def take(self, count: int) -> bytes:
        taken = b""
        while len(taken) < count:
            self._taken += 1
            taken += hashlib.sha256(self._name + self._taken.to_bytes(8, "big")).digest()
        return taken[:count]


class FakeMachine:
    def __init__(self, fingerprint: str = "a" * 32) -> None:
        self._fingerprint = fingerprint
        self.zone_minutes = 420  # WIB
        self.pieces: dict[str, str] = {}

    def fingerprint(self) -> str:
        return self._fingerprint

    def parts(self) -> dict[str, str]:
        return dict(self.pieces)

    def offset_minutes(self, at: int) -> int:
        return self.zone_minutes


class House:
    """An open branch with all the services, and the ids of its people by role."""

    def __init__(
        self, folder: DataFolder, clock: FakeClock, machine: FakeMachine, name: str = "house"
    ) -> None:
        self.folder, self.clock, self.machine = folder, clock, machine
        self._openings = (CountingEntropy(f"{name} {number}") for number in itertools.count())
        self.entropy = next(self._openings)
        self._serve(open_office(folder, self.ports()))

    def ports(self) -> Ports:
        """What the office is opened with."""
        return Ports(self.clock, self.entropy, self.machine)

    def _serve(self, office: Office) -> None:
        self.office = office
        self.desk, self.counters, self.cases = Desk(office), Counters(office), Cases(office)
        self.talks, self.claims = Talks(office, self.cases), Claims(office, self.cases)
        self.staff, self.drafts, self.finder = Staff(office), Drafts(office), Finder(office)
        self.sign_in = SignIn(office)
        self.people = {each.title: each.id for each in office.branch().people.values()}

    def __getitem__(self, role: str) -> str:
        return self.people[role]

    def reopen(self, machine: FakeMachine | None = None) -> "House":
        """As after a restart of the program."""
        self.office.close()
        self.machine = machine or self.machine
        self.entropy = next(self._openings)
        self._serve(open_office(self.folder, self.ports()))
        return self

    def close(self) -> None:
        self.office.close()

    # ------------------------------------------------------------------------------------------ a day's work

    def open_day(self, first: dict[str, int] | None = None) -> None:
        self.desk.open_day(self["security_desk"], {} if first is None else first)

    def add_person(self, name: str, *roles: str) -> str:
        """Somebody more, without the slow hash."""
        from app.domain.branch import PersonSet

        with self.office.unit(self["service_supervisor"]) as unit:
            person = unit.new_id()
            unit.append("branch", PersonSet(person=person, name=name, title=name, roles=roles))
        return person

    def serve(self, service: str = "jht", counter: int = 1, who: str = "") -> Any:
        """A ticket that is being served at a counter, which is opened when it is not."""
        officer = who or self["cso"]
        sits_at = self.counters.my_counter(officer)
        if sits_at is None:
            self.counters.open(officer, counter)
        counter = sits_at or counter
        ticket = self.desk.issue(self["security_desk"], service)
        self.counters.call(officer, counter, ticket.id, "agreed_time")
        return self.counters.confirm(officer, ticket.id)

    def draft_case(self, nik: str = NIK, who: str = "") -> str:
        """A JHT file that lacks nothing but its interview."""
        officer = who or self["cso"]
        ticket = self.serve("jht", who=officer)
        case = self.cases.open_for(officer, ticket.id).id
        self.complete(case, nik, officer)
        return case

    def complete(self, case: str, nik: str = NIK, who: str = "") -> None:
        """Fill in a JHT file and tick its papers."""
        officer = who or self["cso"]
        for field, typed in (
            ("name", "Peserta Contoh"),
            ("nik", nik),
            ("phone", "0812 3456 7890"),
            ("bank_account", "1234567890"),
        ):
            self.cases.note(officer, case, field, typed)
        self.cases.choose_reason(officer, case, "JHT_RESIGN")
        answers = {"yes_no": "no", "money": "20000000", "date": "2026-08-01", "number": "1"}
        for question in self.cases.view(officer, case).questions:
            typed = answers.get(question.kind) or question.choices[0].code
            self.cases.answer_fact(officer, case, question.code, typed)
        for line in self.cases.view(officer, case).lines:
            self.cases.mark(officer, case, line.line.documents[0], "fits", original_shown=True)

    def hold_interview(self, case: str, verdict: str = "match", who: str = "") -> None:
        officer = who or self["cso"]
        self.talks.start(officer, case, "face_to_face")
        for question in self.talks.view(officer, case).rules.questions:
            self.talks.answer(officer, case, question.code, "matches")
        self.talks.judge(officer, case, verdict)

    def submitted_case(self, nik: str = NIK, who: str = "") -> str:
        officer = who or self["cso"]
        case = self.draft_case(nik, officer)
        self.hold_interview(case, who=officer)
        self.cases.submit(officer, case)
        self.counters.finish(officer, self.cases.get(case).tickets[0][0], "claim_submitted")
        return case

    def approved_case(self, nik: str = NIK, amount: int = 20_000_000) -> str:
        case = self.submitted_case(nik)
        self.claims.verify(self["verifier"], case, amount)
        self.claims.order(self["finance_officer"], case, "V-001")
        self.claims.approve(self["finance_supervisor"], case)
        return case

    def paid_case(self, nik: str = NIK) -> str:
        case = self.approved_case(nik)
        self.claims.pay(self["finance_officer"], case, self.office.calendar_day(), "REF 1")
        return case


# ------------------------------------------------------------------------------------------------ making one


@cache
def _template() -> tuple[tempfile.TemporaryDirectory[str], str]:
    """A branch made once, and its recovery key: argon2 is slow on purpose."""
    place = tempfile.TemporaryDirectory(prefix="loket-house-")
    ports = Ports(FakeClock(), CountingEntropy("template"), FakeMachine())
    setup = Setup(DataFolder(Path(place.name) / "cabang"), ports)
    ordered = ("service_supervisor", *(role for role in ROLES if role != "service_supervisor"))
    people = tuple(
        NewPerson(name=f"Petugas {number}", title=role, roles=(role,), secret=PIN)
        for number, role in enumerate(ordered, 1)
    )
    branch = NewBranch(code="MDU", name="Medan Utara", zone="WIB", counters=5, demo=True)
    setup.create(branch, people).close()
    return place, setup.recovery_key


def recovery_key() -> str:
    """The paper that belongs to every branch of `make_branch`."""
    return _template()[1]


def make_branch(path: Path) -> House:
    """An open office with one person per role, each with the PIN 284917; the day is not open yet.

    `house["cso"]` is the id of the person who is a CSO and nothing else.
    """
    target = path / "cabang"
    shutil.copytree(Path(_template()[0].name) / "cabang", target)
    return House(DataFolder(target), FakeClock(), FakeMachine())


# ------------------------------------------------------------------------------------------------ looking inside


@contextmanager
def refused(code: str, **facts: object) -> Iterator[None]:
    """The block is refused with this code and, where given, these facts."""
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.code == code, caught.value
    assert {name: caught.value.facts.get(name) for name in facts} == facts


def damage(file: Path) -> bytes:
    """Change the last byte of a file into another one, whatever it was; gives what stands there now."""
    whole = file.read_bytes()
    file.write_bytes(broken := whole[:-1] + bytes([whole[-1] ^ 1]))
    return broken


def dump(office: Office) -> dict[str, list[str]]:
    """Every projection, row by row, and what the search index finds for a few words."""
    with office.store.reading() as connection:
        rows = {
            table.name: sorted(map(repr, connection.execute(select(table)).all()))
            for table in tables.PROJECTIONS
        }
        rows["search"] = [
            repr(connection.exec_driver_sql(_SEARCH, (word,)).all())
            for word in ("0*", "A*", "Peserta*", "1*", "9*")
        ]
    return rows


_SEARCH = "SELECT rowid FROM findings_text WHERE findings_text MATCH ? ORDER BY rowid"


def events(office: Office) -> list[Any]:
    """Every row of the journal."""
    with office.store.reading() as connection:
        return list(connection.execute(select(tables.events).order_by(tables.events.c.position)))


def forge(house: House, stream: str, kind: str, payload: bytes, actor: str, version: int = 1) -> int:
    """Put an event at the end of the log as some other program would: well chained and signed, no rule asked.

    Returns its position. The run of the office goes on behind it.
    """
    journal = house.office.journal
    with house.office.store.writing() as connection:
        return _forged(house, connection, stream, kind, payload, actor, version, journal)


def _forged(
    house: House,
    connection: Connection,
    stream: str,
    kind: str,
    payload: bytes,
    actor: str,
    version: int,
    journal: Any,
) -> int:
    last = connection.execute(select(tables.events).order_by(tables.events.c.position.desc()).limit(1)).one()
    run = connection.execute(
        select(tables.events)
        .where(tables.events.c.epoch == last.epoch)
        .order_by(tables.events.c.seq.desc())
        .limit(1)
    ).one()
    identity = house.entropy.take(16)
    header = header_bytes(
        Header(
            id=identity,
            station=house.office.note.station,
            epoch=last.epoch,
            seq=run.seq + 1,
            prev=run.hash,
            txn=identity,
            stream=stream,
            kind=kind,
            version=version,
            after=(),
            actor=actor,
            at=house.clock.now(),
            payload_hash=digest(payload),
        )
    )
    hashed = digest(header)
    position = last.position + 1
    row = {
        "position": position,
        "id": identity,
        "stream": stream,
        "epoch": last.epoch,
        "seq": run.seq + 1,
        "header": header,
        "payload": payload,
        "hash": hashed,
        "signature": journal.signer.sign(hashed),
        "term_number": last.term_number,
        "term_run": last.term_run,
        "log_hash": chain(last.log_hash, position, Term(last.term_number, last.term_run), hashed),
    }
    connection.execute(insert(tables.events), row)
    if last.epoch == journal.run.epoch:
        journal.run.seq, journal.run.prev = run.seq + 1, hashed
    return position


def branch_state(office: Office) -> Any:
    """The branch as its row has it."""
    with office.store.reading() as connection:
        found = projections.load(connection, "branch")
    assert found is not None
    return found[0]
