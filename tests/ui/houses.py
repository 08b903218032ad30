"""A real branch for the tests of the windows: real files, a clock that is moved by hand, chance from a seed."""

import random
from pathlib import Path

from app.config import DataFolder
from app.services.office import Ports, open_office
from app.services.services import Services
from app.services.setup import NewBranch, NewPerson, Setup

SECRET = "284917"
FRIDAY_TEN = 1_795_143_600_000
"""20 Nov 2026, 10.00 WIB."""
MINUTE = 60_000

PEOPLE = (
    ("Penyelia", "Kepala Bidang Pelayanan", ("service_supervisor",)),
    ("Petugas Keamanan", "Petugas Keamanan", ("security_desk",)),
    ("Petugas 3", "Customer Service Officer", ("cso",)),
    ("Verifikator 1", "Penata Madya Pelayanan", ("verifier",)),
    ("Petugas Keuangan", "Penata Madya Keuangan", ("finance_officer",)),
    ("Kabid Keuangan", "Kepala Bidang Keuangan", ("finance_supervisor",)),
    ("Kepala Cabang", "Kepala Kantor Cabang", ("branch_head",)),
)


class HandClock:
    """Stands still until it is moved."""

    def __init__(self, at: int = FRIDAY_TEN) -> None:
        self.at = at
        self.run = 0

    def now(self) -> int:
        return self.at

    def monotonic(self) -> int:
        return self.run

    def forward(self, minutes: float) -> None:
        self.at += round(minutes * MINUTE)
        self.run += round(minutes * MINUTE)


class SeededEntropy:
    def __init__(self, seed: int = 7) -> None:
        self._random = random.Random(seed)

    def take(self, count: int) -> bytes:
        return self._random.randbytes(count)


class OneMachine:
    def fingerprint(self) -> str:
        return "5" * 32


class House:
    """An open branch with a few people who all have the same PIN."""

    def __init__(self, folder: Path, roles: tuple[str, ...] = ("service_supervisor",)) -> None:
        self.clock = HandClock()
        self.ports = Ports(self.clock, SeededEntropy(), OneMachine())
        self.folder = DataFolder(folder)
        wanted = tuple(
            NewPerson(name=name, title=title, roles=held, secret=SECRET)
            for name, title, held in PEOPLE
            if set(held) & {"service_supervisor", *roles}
        )
        setup = Setup(self.folder, self.ports)
        self.recovery_key = setup.recovery_key
        branch = NewBranch(code="MDU", name="Medan Utara", zone="WIB", counters=5, demo=True)
        self.services = Services(setup.create(branch, wanted))

    @property
    def office(self):
        return self.services.office

    def who(self, role: str = "service_supervisor") -> str:
        """Id of the first person who holds a role."""
        return next(each.id for each in self.office.branch().people.values() if role in each.roles)

    def close(self) -> None:
        self.services.close()

    def reopen(self) -> None:
        """As after a start of the program."""
        self.services.close()
        self.services = Services(open_office(self.folder, self.ports))

    # ------------------------------------------------------------------------------------------ a day

    def open_day(self) -> None:
        self.services.desk.open_day(self.who(), {})

    def issue(self, service: str = "info", **more: str):
        return self.services.desk.issue(self.who(), service, **more)

    def case(self, *, submitted: bool = True, name: str = "Peserta Contoh", minutes: float = 5):
        """A JHT case, ready for the verifier unless `submitted` is False; needs a CSO at counter 3."""
        services, cso = self.services, self.who("cso")
        if services.counters.board(cso, 3).state == "closed":
            services.counters.open(cso, 3)
        ticket = self.issue("jht")
        services.counters.call(cso, 3, ticket.id, "uji")
        services.counters.confirm(cso, ticket.id)
        case = services.cases.open_for(cso, ticket.id)
        fields = {"name": name, "nik": "9901011507900001", "phone": "081234567890", "bank_account": "1234567890"}
        for field, text in fields.items():
            services.cases.note(cso, case.id, field, text)
        services.cases.choose_reason(cso, case.id, "JHT_RESIGN")
        if submitted:
            self._complete(cso, case.id)
        self.clock.forward(minutes)
        services.counters.finish(cso, ticket.id, "claim_submitted" if submitted else "documents_incomplete")
        return services.cases.get(case.id)

    def _complete(self, cso: str, case: str) -> None:
        cases, talks = self.services.cases, self.services.talks
        for question in cases.view(cso, case).questions:
            answers = {"yes_no": "no", "money": "20000000", "date": "2026-08-01"}
            answer = answers.get(question.kind) or question.choices[0].code
            cases.answer_fact(cso, case, question.code, answer)
        for line in cases.view(cso, case).lines:
            cases.mark(cso, case, line.line.documents[0], "fits", original_shown=True)
        talks.start(cso, case, "whatsapp_video")
        for question in talks.view(cso, case).rules.questions:
            talks.answer(cso, case, question.code, "matches")
        talks.judge(cso, case, "match")
        cases.submit(cso, case)
