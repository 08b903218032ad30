"""The months of head office over years: made while it runs, moved out of the rest, and a clock that cannot be right."""

import msgspec
import pytest
from sqlalchemy import event, select
from sqlalchemy import text as sql

from app.server.headoffice import tables
from app.server.headoffice.clock_guard import ClockGuard
from app.server.headoffice.database import Database
from app.server.headoffice.months import months_between
from app.server.headoffice.office import Follower
from app.server.headoffice.store import HeadOfficeLogs
from app.sync.log_store import EMPTY
from tests.houses import DAY_MS, FakeClock, refused
from tests.server.office_house import BRANCH, OfficeHouse, csv_file
from tests.server.test_headoffice_store import check_log
from tests.sync.log_store_contract import Author, ordered

YEARS_AHEAD = 9 * 365 * DAY_MS


def append(logs: HeadOfficeLogs, author: Author, branch: str = "MDU", count: int = 3) -> None:
    head = logs.head(branch)
    logs.append(branch, head, ordered(head, author.events(count)))


def months_of(database: Database, branch: str = "MDU") -> list[int]:
    entries = tables.entries
    with database.reading() as connection:
        found = select(entries.c.month).where(entries.c.branch == branch).order_by(entries.c.position)
        return list(connection.execute(found).scalars())


def in_rest(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.execute(sql("SELECT count(*) FROM entries_other")).scalar_one())


@pytest.fixture
def fresh(bare_postgresql_url: str, clock: FakeClock):
    opened = Database(bare_postgresql_url)
    opened.prepare(clock.now())
    yield opened
    opened.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_a_service_that_runs_for_years_makes_its_months_itself(fresh: Database, clock: FakeClock) -> None:
    house = OfficeHouse(fresh, clock)
    follower, author = Follower(house.office), Author()
    for _ in range(30):
        follower._sweep()
        append(house.office.logs, author)
        clock.pass_ms(31 * DAY_MS)
    assert in_rest(fresh) == 0
    assert len(set(months_of(fresh))) == 30
    check_log(fresh, clock)


def test_what_lies_in_the_rest_is_moved_where_it_belongs_at_the_next_start(
    bare_postgresql_url: str, fresh: Database, clock: FakeClock
) -> None:
    """Month 14 could not be started: a table that the rest had entries for was refused by PostgreSQL."""
    logs, author = HeadOfficeLogs(fresh, clock), Author()
    for _ in range(16):
        append(logs, author)
        clock.pass_ms(31 * DAY_MS)
    assert in_rest(fresh) > 0
    before = months_of(fresh)
    started = Database(bare_postgresql_url)
    started.prepare(clock.now())
    assert in_rest(started) == 0
    assert months_of(started) == before
    append(HeadOfficeLogs(started, clock), author)
    check_log(started, clock)
    started.close()


def test_one_batch_under_a_clock_years_ahead_stops_no_start_and_can_be_set_back(
    bare_postgresql_url: str, fresh: Database, clock: FakeClock
) -> None:
    logs, author = HeadOfficeLogs(fresh, clock), Author()
    append(logs, author)
    clock.jump(YEARS_AHEAD)
    append(logs, author)
    clock.jump(-YEARS_AHEAD)
    append(logs, author)  # a month never goes back by itself
    assert months_of(fresh) == [202611] * 3 + [203511] * 6
    started = Database(bare_postgresql_url)
    started.prepare(clock.now())
    assert in_rest(started) == 0
    guard = ClockGuard(NamesTime(started, clock), clock)
    assert guard.state().ahead == (("MDU", 203511),)
    assert guard.set_back("MDU") == 6
    assert guard.set_back("MDU") == 0
    assert guard.state().ahead == ()
    append(HeadOfficeLogs(started, clock), author)
    assert months_of(started) == [202611] * 12
    check_log(started, clock)
    started.close()


def test_a_branch_that_began_under_the_wrong_clock_is_set_back_whole(
    database: Database, clock: FakeClock
) -> None:
    logs, author = HeadOfficeLogs(database, clock), Author()
    clock.jump(YEARS_AHEAD)
    append(logs, author)
    clock.jump(-YEARS_AHEAD)
    assert ClockGuard(NamesTime(database, clock), clock).set_back("MDU") == 3
    append(logs, author)
    assert months_of(database) == [202611] * 6
    check_log(database, clock)
    with refused("branch_unknown"):
        ClockGuard(NamesTime(database, clock), clock).set_back("XXX")


class NamesTime:
    """A database whose own clock goes with the test's, or beside it."""

    def __init__(self, database: Database, clock: FakeClock, beside_ms: int = 0) -> None:
        self._database, self._clock, self.beside_ms = database, clock, beside_ms

    def __getattr__(self, name: str) -> object:
        return getattr(self._database, name)

    def now(self, connection: object, otherwise: int) -> int:
        return self._clock.now() + self.beside_ms


def test_a_clock_months_ahead_takes_nothing_until_somebody_says_that_it_is_right(
    database: Database, clock: FakeClock
) -> None:
    guard = ClockGuard(NamesTime(database, clock), clock)
    logs, author = HeadOfficeLogs(database, clock, guard=guard), Author()
    append(logs, author)
    clock.jump(70 * DAY_MS)  # 202701: two months beyond
    append(logs, author)
    clock.jump(100 * DAY_MS)
    with refused("server_clock_ahead"):
        append(logs, Author("other"))
    with refused("server_clock_ahead"):
        logs.hold("MDU", Author("other").events(1), "offered")
    assert guard.state().doubt == "server_clock_ahead"
    assert logs.head("MDU").position == 6
    guard.confirm()
    assert guard.state().doubt == ""
    append(logs, author)
    assert logs.head("MDU").position == 9


def test_a_clock_a_day_beside_the_databases_takes_nothing(database: Database, clock: FakeClock) -> None:
    place = NamesTime(database, clock, DAY_MS + 1)
    guard = ClockGuard(place, clock)
    logs = HeadOfficeLogs(database, clock, guard=guard)
    for beside in (DAY_MS + 1, -DAY_MS - 1):
        place.beside_ms = beside
        with refused("server_clock_beside"):
            logs.append("MDU", EMPTY, ordered(EMPTY, Author().events(1)))
        with refused("server_clock_beside"):
            guard.confirm()
    place.beside_ms = DAY_MS - 1
    logs.append("MDU", EMPTY, ordered(EMPTY, Author().events(1)))


def test_the_time_of_the_database_is_its_machines(database: Database) -> None:
    from app.machine import SystemClock

    clock = SystemClock()
    with database.reading() as connection:
        assert abs(database.now(connection, clock.now()) - clock.now()) < 60_000


def test_months_are_counted_over_the_year() -> None:
    assert months_between(202611, 202701) == 2
    assert months_between(202701, 202611) == -2


def test_the_branchs_own_stream_is_read_by_its_index(fresh: Database, clock: FakeClock) -> None:
    """Over all months: which computers it has, who enrolled them."""
    house = OfficeHouse(fresh, clock)
    house.begin(BRANCH)
    asked: list[str] = []

    @event.listens_for(fresh._reader, "before_cursor_execute")
    def note(connection, cursor, statement, parameters, context, executemany) -> None:
        if "stream = 'branch'" in statement:
            asked.append(statement)

    house.office.devices.listed(BRANCH)
    assert len(asked) == 1
    with fresh.reading() as connection:
        connection.execute(sql("SET LOCAL enable_seqscan = off"))
        planned = "EXPLAIN SELECT position FROM entries WHERE branch = 'MDU' AND stream = 'branch' ORDER BY position"
        plan = "\n".join(connection.execute(sql(planned)).scalars())
    assert "entries_202611_branch_position_idx" in plan


def test_an_index_that_came_with_a_newer_program_is_made_at_its_start(
    bare_postgresql_url: str, fresh: Database, clock: FakeClock
) -> None:
    with fresh.writing() as connection:
        connection.execute(sql("DROP INDEX entries_of_branch"))
    started = Database(bare_postgresql_url)
    started.prepare(clock.now())
    with started.reading() as connection:
        found = connection.execute(sql("SELECT 1 FROM pg_class WHERE relname = 'entries_of_branch'")).first()
    started.close()
    assert found is not None


def test_an_import_counts_what_changed_whatever_the_engine_says(
    database: Database, tmp_path, monkeypatch
) -> None:
    """A distributed engine counts every copy of a row, and those that stayed as they were."""
    from sqlalchemy.engine import CursorResult

    office = OfficeHouse(database).office
    monkeypatch.setattr(CursorResult, "rowcount", 99)
    first = csv_file(
        tmp_path,
        "nik,member_no,name",
        "9901011507900001,11000000001,Satu",
        "9901011507900002,11000000002,Dua",
    )
    assert msgspec.structs.astuple(office.imports.members(first))[:2] == (2, 2)
    again = csv_file(
        tmp_path,
        "nik,member_no,name",
        "9901011507900001,11000000001,Satu",
        "9901011507900002,11000000002,Dua Baru",
        "9901011507900003,11000000003,Tiga",
    )
    assert msgspec.structs.astuple(office.imports.members(again))[:2] == (3, 2)
