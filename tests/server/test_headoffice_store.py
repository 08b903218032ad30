"""Head office's store of branch logs, in PostgreSQL and in SQLite."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from threading import Thread

import msgspec
import pytest
from sqlalchemy import select, update
from sqlalchemy import text as sql

from app.domain.events import ZERO, Term
from app.server.headoffice import tables
from app.server.headoffice.cutting import cut_back
from app.server.headoffice.database import Database
from app.server.headoffice.directives import ensure_cursor
from app.server.headoffice.key import HeadOfficeKey
from app.server.headoffice.store import HeadOfficeLogs
from app.sync.line import check_line
from app.sync.log_store import EMPTY, check_entries, read_headers
from tests.houses import DAY_MS, FakeClock, refused
from tests.sync.log_store_contract import Author, LogStoreContract, ordered

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


class TestHeadOfficeLogs(LogStoreContract):
    @pytest.fixture
    def store(self, database: Database, clock: FakeClock) -> HeadOfficeLogs:
        return HeadOfficeLogs(database, clock)

    @pytest.fixture
    def other(self, database: Database, database_url: str, clock: FakeClock) -> Iterator[HeadOfficeLogs]:
        second = Database(database_url)
        yield HeadOfficeLogs(second, clock)
        second.close()


def player(url: str, name: str, size: int, batches: int) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "tests.server.headoffice_player",
        url,
        "MDU",
        name,
        str(size),
        str(batches),
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def check_log(database: Database, clock: FakeClock) -> HeadOfficeLogs:
    """The log verifies from its first entry, and every table says the same of it."""
    with database.writing() as connection:  # the server may still be committing for a process that was killed
        database.lock(connection, "log MDU")
    logs = HeadOfficeLogs(database, clock)
    entries = logs.entries("MDU", 0, 1 << 40)
    assert entries == ordered(EMPTY, [entry.held for entry in entries])
    head = logs.head("MDU")
    assert (head.position, head.log_hash) == (len(entries), entries[-1].log_hash if entries else ZERO)
    headers = read_headers([entry.held for entry in entries])
    assert logs.known("MDU", [header.id for header in headers]) == {header.id for header in headers}
    check_entries(EMPTY, entries, headers, {})
    return logs


def test_a_process_killed_in_the_middle_leaves_whole_batches_and_all_it_acknowledged(
    database: Database, database_url: str, clock: FakeClock
) -> None:
    random = Random(7)
    for number in range(4):
        playing = player(database_url, f"S{number}", 200, 1000)
        assert playing.stdout is not None
        acknowledged = [int(playing.stdout.readline()) for _ in range(random.randrange(1, 4))]
        time.sleep(random.random() * 0.1)
        playing.kill()
        acknowledged += [int(line) for line in playing.stdout if line.strip().isdigit()]
        playing.wait()
        playing.stdout.close()
        position = check_log(database, clock).head("MDU").position
        assert position >= acknowledged[-1]
        assert position % 200 == 0


def test_processes_that_write_one_log_at_once_keep_it_whole(
    database: Database, database_url: str, clock: FakeClock
) -> None:
    players = [player(database_url, f"S{number}", 30, 8) for number in range(3)]
    acknowledged = [int(line) for playing in players for line in playing.communicate(timeout=120)[0].split()]
    assert [playing.returncode for playing in players] == [0, 0, 0]
    assert sorted(acknowledged) == [30 * number for number in range(1, 25)]
    logs = check_log(database, clock)
    for number in range(3):
        assert logs.run_head("MDU", Author(f"S{number}").epoch)[0] == 240


def test_the_head_is_countersigned_with_what_it_stands_for(database: Database, clock: FakeClock) -> None:
    key = HeadOfficeKey(b"k" * 32)
    logs = HeadOfficeLogs(database, clock, key)
    assert logs.line("MDU") is None
    head = logs.append("MDU", EMPTY, ordered(EMPTY, Author().events(3)))
    line = logs.line("MDU")
    assert line is not None
    assert (line.position, line.log_hash) == (3, head.log_hash)
    check_line((key.public(),), "MDU", line)
    with refused("line_not_trusted"):
        check_line((key.public(),), "SBY", line)
    with refused("line_not_trusted"):
        check_line((key.public(),), "MDU", msgspec.structs.replace(line, position=4))


def test_a_log_goes_on_through_the_months_and_is_found_in_each(database: Database, clock: FakeClock) -> None:
    logs = HeadOfficeLogs(database, clock)
    author = Author()
    for _ in range(18):  # longer than the months that were made: the last ones stand in the table for others
        head = logs.head("MDU")
        logs.append("MDU", head, ordered(head, author.events(3)))
        clock.pass_ms(31 * DAY_MS)
    clock.jump(-400 * DAY_MS)  # a clock set back moves nothing into an earlier month
    head = logs.head("MDU")
    logs.append("MDU", head, ordered(head, author.events(3)))
    check_log(database, clock)
    entries = logs.entries("MDU", 0, 1 << 40)
    for position in (1, 3, 4, 30, 54, 57):
        assert logs.hash_at("MDU", position) == entries[position - 1].log_hash
        assert logs.entries("MDU", position, 1 << 40) == entries[position:]
    with database.reading() as connection:
        months = connection.execute(
            select(tables.entries.c.month).order_by(tables.entries.c.position)
        ).scalars()
        assert (seen := list(months)) == sorted(seen)
        assert len(set(seen)) == 18


def test_the_tables_stand_in_the_month_where_they_should(postgresql_url: str, clock: FakeClock) -> None:
    database = Database(postgresql_url)
    logs = HeadOfficeLogs(database, clock)
    logs.append("MDU", EMPTY, ordered(EMPTY, Author().events(3)))
    with database.reading() as connection:
        counted = connection.execute(sql("SELECT count(*) FROM entries_202611")).scalar()
        planned = connection.execute(
            sql("EXPLAIN SELECT * FROM entries WHERE branch = 'MDU' AND position > 1 AND month >= 202701")
        ).scalars()
        plan = "\n".join(planned)
    database.close()
    assert counted == 3
    assert "entries_202701" in plan
    assert "entries_202611" not in plan


def test_what_anybody_heard_of_a_term_is_remembered(database: Database, clock: FakeClock) -> None:
    logs = HeadOfficeLogs(database, clock)
    assert logs.heard_of("MDU") == Term(0, "")
    assert logs.hear("MDU", Term(3, "bb")) == Term(3, "bb")
    assert logs.hear("MDU", Term(3, "aa")) == Term(3, "bb")
    assert logs.hear("MDU", Term(4, "aa")) == Term(4, "aa")
    logs.append("MDU", EMPTY, ordered(EMPTY, Author().events(1)))
    assert logs.heard_of("MDU") == Term(4, "aa")


def test_an_address_of_no_database_is_refused() -> None:
    with refused("database_unknown"):
        Database("mysql://x")


@pytest.mark.enable_socket
def test_a_database_that_is_not_there_is_the_worlds_fault() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/none")
    with refused("database_unreachable"):
        HeadOfficeLogs(database, FakeClock()).head("MDU")
    with refused("database_unreachable"):
        HeadOfficeLogs(database, FakeClock()).append("MDU", EMPTY, ordered(EMPTY, Author().events(1)))
    database.close()


def test_preparing_twice_or_at_once_is_preparing_once(bare_postgresql_url: str, tmp_path: Path) -> None:
    for url in (bare_postgresql_url, f"sqlite:///{tmp_path / 'baru.db'}"):
        made = [Database(url) for _ in range(3)]
        preparing = [Thread(target=each.prepare, args=(FakeClock().now(),)) for each in made]
        for thread in preparing:
            thread.start()
        for thread in preparing:
            thread.join(30)
        with made[0].reading() as connection:
            assert connection.execute(select(tables.settings.c.value)).scalars().all() == ["1"]
        for each in made:
            each.close()


def test_a_log_that_is_cut_back_goes_on_as_if_the_rest_had_never_been(
    database: Database, clock: FakeClock
) -> None:
    """Across months, and with entries that were followed up already."""
    logs = HeadOfficeLogs(database, clock)
    author = Author()
    for _ in range(4):
        head = logs.head("MDU")
        logs.append("MDU", head, ordered(head, author.events(3)))
        clock.pass_ms(31 * DAY_MS)
    entries = logs.entries("MDU", 0, 1 << 40)
    for position in (7, 3, 0):
        with database.writing() as connection:
            ensure_cursor(connection, "MDU")
            connection.execute(update(tables.cursors).values(matched=12))
            head = cut_back(connection, "MDU", position)
            assert connection.execute(select(tables.cursors.c.matched)).scalar() == position
        assert logs.head("MDU") == head
        assert logs.entries("MDU", 0, 1 << 40) == entries[:position]
        logs.append("MDU", head, entries[position:])
        assert [logs.hash_at("MDU", at) for at in range(1, 13)] == [entry.log_hash for entry in entries]
        check_log(database, clock)
    with refused("log_moved"), database.writing() as connection:
        cut_back(connection, "MDU", 99)
