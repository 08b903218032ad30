"""A head office for the tests: two branches, a key, and branches' logs written as their hubs would."""

import json
from pathlib import Path

from app.domain.events import Entry, Held
from app.server.headoffice.database import Database
from app.server.headoffice.key import HeadOfficeKey
from app.server.headoffice.office import HeadOffice
from app.sync.directives import read_content
from app.sync.line import Directive
from tests.houses import CountingEntropy, FakeClock
from tests.sync.log_store_contract import Author, ordered

BRANCH, OTHER = "MDU", "SBY"
NIK, OTHER_NIK = "9901011507900001", "9901011507900002"


class OfficeHouse:
    """An open head office and a pen for each branch's log."""

    def __init__(self, database: Database, clock: FakeClock | None = None) -> None:
        self.clock = clock or FakeClock()
        self.key = HeadOfficeKey(b"k" * 32)
        self.office = HeadOffice(database, self.clock, CountingEntropy("office"), self.key)
        for code in (BRANCH, OTHER):
            self.office.branches.add(code, f"Cabang {code}", "WIB")
        self._authors: dict[str, Author] = {}

    def send(self, branch: str, *events: tuple[str, str, object]) -> list[Entry]:
        """Append events (stream, kind, payload) to a branch's log, and follow them up."""
        entries = self.append(branch, *events)
        self.office.follow_up.catch_up(branch)
        return entries

    def begin(self, branch: str) -> None:
        """The branch is set up by the actor of all these events, who looks after its computers."""
        of = {"code": branch, "name": branch, "zone": "WIB", "counters": [], "home": "", "station": "s"}
        who = {"person": "actor", "name": "Petugas", "title": "", "roles": ["it_officer", "branch_head"]}
        self.send(branch, ("branch", "branch.set_up", of), ("branch", "branch.person_set", who))

    def append(self, branch: str, *events: tuple[str, str, object]) -> list[Entry]:
        """The same without following them up."""
        author = self._authors.setdefault(branch, Author(f"station of {branch}"))
        held = [self._event(author, *event) for event in events]
        head = self.office.logs.head(branch)
        entries = ordered(head, held)
        self.office.logs.append(branch, head, entries)
        return entries

    def _event(self, author: Author, stream: str, kind: str, payload: object) -> Held:
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return author.event(data, stream=stream, kind=kind)

    def note(self, branch: str, case: str, **fields: str) -> int:
        """The branch notes fields of a case; gives the position of the entry."""
        return self.send(branch, (f"case:{case}", "case.noted", {"fields": fields}))[0].position

    def order(self, branch: str, case: str, voucher: str) -> None:
        """The branch's finance wrote a voucher."""
        self.send(branch, (f"case:{case}", "case.payment_ordered", {"voucher": voucher}))

    def directives(self, branch: str, after: int = 0) -> list[Directive]:
        return self.office.directives.after(branch, after, 1 << 30)

    def told(self, branch: str, kind: str) -> list[object]:
        """The contents of the branch's directives of a kind, in order."""
        return [
            read_content(kind, directive.content)
            for directive in self.directives(branch)
            if directive.kind == kind
        ]


def csv_file(folder: Path, *lines: str) -> Path:
    """A CSV file of these lines."""
    path = folder / "berkas.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path
