"""The line between head office and its database: busy, gone, stalled, moved, and through PgBouncer."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
import requests
from sqlalchemy import event
from sqlalchemy import text as sql

from app.errors import Refused
from app.server.headoffice import database as database_module
from app.server.headoffice.app import make_app
from app.server.headoffice.database import LINE, Database
from app.server.headoffice.enrolment import Presence
from app.server.headoffice.health import Acknowledging
from app.server.headoffice.office import Follower
from app.server.headoffice.store import HeadOfficeLogs
from app.sync.log_store import EMPTY
from app.sync.trust_certificates import Authority
from tests.houses import FakeClock, refused
from tests.server.floors import floors
from tests.server.office_house import BRANCH, NIK, OfficeHouse
from tests.server.test_headoffice_store import check_log
from tests.server.upload_house import served
from tests.sync.log_store_contract import Author, ordered

pytestmark = pytest.mark.enable_socket
HERE = Presence(Authority(""), frozenset({""}))


@pytest.fixture
def small(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A database with a pool of two connections, for which nobody waits long."""
    monkeypatch.setattr(database_module, "POOL_SECONDS", 0.2)
    opened = Database(postgresql_url, connections=1)
    yield opened
    opened.close()


@contextmanager
def used_up(database: Database) -> Iterator[None]:
    with database.reading(), database.reading():
        yield


# ------------------------------------------------------------------------------------------ busy


def test_a_pool_that_is_used_up_is_busy_and_no_defect(small: Database) -> None:
    logs = HeadOfficeLogs(small, FakeClock())
    with used_up(small):
        with refused("database_busy"):
            logs.head("MDU")
        with refused("database_busy"):
            logs.append("MDU", EMPTY, ordered(EMPTY, Author().events(1)))
    assert logs.head("MDU") == EMPTY


def test_a_lock_that_somebody_holds_too_long_is_busy(small: Database) -> None:
    with small.writing() as holding:
        small.lock(holding, "log MDU")
        with refused("database_busy"), small.writing() as waiting:
            waiting.execute(sql("SET LOCAL lock_timeout = '50ms'"))
            small.lock(waiting, "log MDU")


def test_busy_is_told_as_come_again(small: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    house = OfficeHouse(small)
    with served(make_app(house.office, HERE)) as port:
        url = f"http://127.0.0.1:{port}"
        assert requests.get(f"{url}/healthz", timeout=10).json()["database"] == "ok"
        monkeypatch.setattr(house.office.enrolment, "join", lambda *_: small.reading().__enter__())
        with used_up(small):
            answer = requests.post(f"{url}/v1/enrol", data=b"x", timeout=10)
            assert (answer.status_code, answer.json()) == (503, {"code": "database_busy"})


# ------------------------------------------------------------------------------------------ healthz


def test_health_does_not_wait_behind_work(small: Database) -> None:
    house = OfficeHouse(small)
    with served(make_app(house.office, HERE)) as port, used_up(small):
        answer = requests.get(f"http://127.0.0.1:{port}/healthz", timeout=10)
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_health_is_not_well_while_nothing_can_be_acknowledged(postgresql: str, postgresql_url: str) -> None:
    """A standby that must confirm and does not answer: reading works, every commit hangs."""
    database = Database(postgresql_url)
    asked = Acknowledging(database, wait_seconds=0.5)

    async def check() -> str:
        try:
            await asked.check()
        except Refused as stalled:
            return stalled.code
        return "ok"

    async def story() -> list[str]:
        said = [await check()]
        _set(postgresql, "nobody")
        said += [await check(), await check()]
        with database.reading() as connection:
            assert connection.execute(sql("SELECT 1")).scalar() == 1
        _set(postgresql, "")
        while (now := await check()) == "database_stalled":
            await asyncio.sleep(0.05)
        return [*said, now]

    try:
        assert asyncio.run(story()) == ["ok", "database_stalled", "database_stalled", "ok"]
    finally:
        _set(postgresql, "")
        asked.close()
        database.close()


def _set(address: str, standbys: str) -> None:
    """Takes effect at the next commit: the wait for it ends by the setting's own change."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{standbys}'")
        connection.execute("SELECT pg_reload_conf()")
        while connection.execute("SHOW synchronous_standby_names").fetchone() != (standbys,):
            pass


# ------------------------------------------------------------------------------------------ the line


@contextmanager
def forwarded(path: str) -> Iterator[int]:
    """A TCP port in front of PostgreSQL's own socket."""
    listening = socket.create_server(("127.0.0.1", 0))

    def pump(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                target.sendall(data)
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def carry(caller: socket.socket) -> None:
        with caller, socket.socket(socket.AF_UNIX) as inner:
            inner.connect(path)
            back = threading.Thread(target=pump, args=(inner, caller), daemon=True)
            back.start()
            pump(caller, inner)
            back.join()

    def accept() -> None:
        with suppress(OSError):
            while True:
                caller, _ = listening.accept()
                threading.Thread(target=carry, args=(caller,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield listening.getsockname()[1]
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()


def _parts(url: str) -> tuple[str, str]:
    """(database, path of the socket)."""
    named = psycopg.conninfo.conninfo_to_dict(url)
    return str(named["dbname"]), f"{named['host']}/.s.PGSQL.{named.get('port', 5432)}"


def test_a_primary_that_vanishes_is_given_up_by_the_connection_itself(postgresql_url: str) -> None:
    name, path = _parts(postgresql_url)
    with forwarded(path) as port:
        database = Database(f"postgresql://postgres@127.0.0.1:{port}/{name}")
        with database.reading() as connection:
            line = socket.socket(fileno=os.dup(connection.connection.driver_connection.fileno()))
            told = [
                line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT),
                line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE),
                line.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
                line.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL),
                line.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT),
            ]
            line.close()
        database.close()
    assert told == [LINE["tcp_user_timeout"], 1, 10, 5, 3]


def test_of_several_hosts_the_one_that_writes_is_taken(postgresql_url: str) -> None:
    name, path = _parts(postgresql_url)
    with forwarded(path) as port:
        url = f"postgresql://postgres@127.0.0.1:1,127.0.0.1:{port}/{name}?target_session_attrs=read-write"
        database = Database(url)
        logs = HeadOfficeLogs(database, FakeClock())
        logs.append("MDU", EMPTY, ordered(EMPTY, Author().events(3)))
        check_log(database, FakeClock())
        database.close()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://a:1,b:x,c/db?nonsense=1",
        "postgresql://[::1/db",
        "host=a dbname=b nonsense=1",
        "kantor-pusat.db",
        "",
        "mysql://a/b",
    ],
)
def test_an_address_that_libpq_does_not_take_is_a_sentence(url: str) -> None:
    with refused("database_unknown"):
        Database(url)


def test_a_standby_in_the_primarys_place_is_not_reached(postgresql_url: str) -> None:
    """As after a failover that left the address where it was: the connection reads and may not write."""
    database = Database(f"{postgresql_url}&options=-c%20default_transaction_read_only%3Don")
    logs = HeadOfficeLogs(database, FakeClock())
    assert logs.head("MDU") == EMPTY
    with refused("database_unreachable"):
        logs.append("MDU", EMPTY, ordered(EMPTY, Author().events(1)))
    database.close()


def test_no_statement_is_prepared_and_every_transaction_sets_what_it_needs(postgresql_url: str) -> None:
    database = Database(postgresql_url, connections=1)
    for _ in range(12):  # psycopg would prepare the sixth
        with database.writing() as connection:
            durable = connection.execute(sql("SHOW synchronous_commit")).scalar()
            patience = connection.execute(sql("SHOW lock_timeout")).scalar()
            assert (durable, patience) == ("on", "30s")
            prepared = connection.execute(sql("SELECT count(*) FROM pg_prepared_statements")).scalar()
    assert prepared == 0
    database.close()


@contextmanager
def pgbouncer(folder: Path, server: int, name: str) -> Iterator[int]:
    """A real PgBouncer in transaction mode with one server connection for everybody."""
    program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("pgbouncer is not installed (apt-get install pgbouncer)")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = folder / "pgbouncer.ini"
    (folder / "users.txt").write_text('"postgres" ""\n')
    settings.write_text(
        f"[databases]\n{name} = host=127.0.0.1 port={server} dbname={name} user=postgres\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
        f"auth_file = {folder / 'users.txt'}\npool_mode = transaction\ndefault_pool_size = 1\n"
        f"logfile = {folder / 'log'}\npidfile = {folder / 'pid'}\n"
    )
    shutil.chown(folder, "nobody")
    for each in folder.iterdir():
        shutil.chown(each, "nobody")
    for each in folder.parents:
        if each.is_relative_to("/tmp") and each != Path("/tmp"):
            each.chmod(each.stat().st_mode | 0o055)
    process = subprocess.Popen([program, "-u", "nobody", "-q", str(settings)])
    try:
        for _ in range(200):
            assert process.poll() is None
            with suppress(psycopg.OperationalError):
                psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/{name}", connect_timeout=5).close()
                break
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="pgbouncer is put under another user"
)
def test_through_pgbouncer_in_transaction_mode(postgresql_url: str, tmp_path: Path) -> None:
    name, path = _parts(postgresql_url)
    with forwarded(path) as server, pgbouncer(tmp_path, server, name) as port:
        database = Database(f"postgresql://postgres@127.0.0.1:{port}/{name}")
        house = OfficeHouse(database)
        house.office.imports.members(_register(tmp_path))
        house.begin(BRANCH)
        house.note(BRANCH, "c1", nik=NIK, name="Peserta Contoh")
        assert [each.result for each in house.told(BRANCH, "match")] == ["found"]
        for _ in range(8):
            with database.writing() as connection:
                assert connection.execute(sql("SHOW lock_timeout")).scalar() == "30s"
        database.acknowledge()
        database.close()


def _register(folder: Path) -> Path:
    path = folder / "peserta.csv"
    path.write_text(f"nik,member_no,name\n{NIK},11000000001,Peserta Contoh\n")
    return path


# ------------------------------------------------------------------------------------------ idle


def test_an_empty_round_asks_for_no_follow_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noticed: list[str] = []
    monkeypatch.setattr(Follower, "notice", lambda _, branch: noticed.append(branch))
    with floors(tmp_path) as two:
        two.exchange()
        noticed.clear()
        statements: list[str] = []
        database = two.above.office.database
        for engine in (database._reader, database._writer):
            event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        two.hub.talk()
        assert noticed == []
        assert 0 < len(statements) <= 15, "\n".join(statements)
        house = two.hub.house
        house.draft_case()
        two.hub.talk()
        assert noticed == [BRANCH]
