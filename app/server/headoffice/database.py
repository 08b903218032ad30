"""Head office's database: PostgreSQL, or a plain SQLite file for a trial on one machine."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    Table,
    Text,
    create_engine,
    event,
    select,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import NullPool, QueuePool

from app.errors import Refused
from app.server.headoffice import tables
from app.server.headoffice.months import make_months, month_of

SCHEMA = "1"
POOL_SECONDS = 10
LINE = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""A primary that vanishes without a word is given up after some 15 seconds (keepalives while waiting for an answer,
tcp_user_timeout while sending), where the kernel waits a quarter of an hour. What the address says stands above it."""


class Database:
    """The open database. `writing` gives one transaction, `reading` a connection to look with."""

    def __init__(self, url: str, connections: int = 10) -> None:
        self.is_sqlite = url.startswith("sqlite:///")
        self._months_of = 0
        """The month for which this process has made the tables ahead."""
        if self.is_sqlite:
            self._writer, self._reader = _sqlite(url, immediate=True), _sqlite(url, immediate=False)
            self._alone = self._writer
        else:
            self._writer = self._reader = _postgresql(url, connections)
            self._alone = _postgresql(url, 0)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: durable when the block is left, as if it never was when it raises."""
        with _as_refusals(), self._writer.begin() as connection:
            if not self.is_sqlite:
                connection.execute(_BEGIN)
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for looking; what it saw is gone with it."""
        with _as_refusals(), self._reader.connect() as connection:
            yield connection

    def acknowledge(self) -> None:
        """Commit something as durable as an append, past the pool that others wait for: only whoever can do it can
        acknowledge. It changes no table. Raises Refused("database_unreachable")."""
        with _as_refusals(), self._alone.begin() as connection:
            if not self.is_sqlite:
                connection.execute(_BEGIN)
                connection.execute(_EMIT)

    def now(self, connection: Connection, otherwise: int) -> int:
        """The time of the database's own machine, milliseconds UTC; a file has none."""
        return otherwise if self.is_sqlite else int(connection.execute(_NOW).scalar_one())

    def lock(self, connection: Connection, name: str) -> None:
        """Wait until nobody else holds `name`; held to the end of the transaction.

        SQLite has one writer at a time in any case.
        """
        if not self.is_sqlite:
            connection.execute(_LOCK, {"name": name})

    def prepare(self, now: int) -> None:
        """Make the tables, their indexes and the months to come; does nothing where they are there. Any process may."""
        with self.writing() as connection:
            self.lock(connection, "loket schema")
            tables.metadata.create_all(connection)
            for table in tables.metadata.tables.values():
                for index in table.indexes:  # one that came with a newer program
                    index.create(connection, checkfirst=True)
            known = connection.execute(select(tables.settings.c.value).where(_IS_SCHEMA)).scalar()
            if known is None:
                connection.execute(tables.settings.insert(), {"name": "schema", "value": SCHEMA})
            elif known != SCHEMA:
                raise Refused("schema_newer", version=known)
        self.keep_months(now)

    def keep_months(self, now: int) -> None:
        """Make the months to come, once a month and process: a service may run for years."""
        month = month_of(now)
        if self.is_sqlite or month == self._months_of:
            return
        with self.writing() as connection:
            self.lock(connection, "loket schema")
            make_months(connection, month)
        self._months_of = month

    def close(self) -> None:
        """Give every connection back."""
        for engine in (self._writer, self._reader, self._alone):
            engine.dispose()


@contextmanager
def _as_refusals() -> Iterator[None]:
    """What the world does to a database is a sentence; a defect of ours stays what it is."""
    try:
        yield
    except PoolTimeout as error:
        raise Refused("database_busy") from error
    except DBAPIError as error:
        code = _REFUSALS.get(str(getattr(error.orig, "sqlstate", None) or "")[:5])
        if code is None and (error.connection_invalidated or isinstance(error, OperationalError)):
            code = "database_unreachable"
        if code is None:
            raise
        raise Refused(code) from error


_REFUSALS = {
    "55P03": "database_busy",  # lock_timeout
    "25006": "database_unreachable",  # the primary has become a standby
    "42501": "database_forbidden",
}
"""SQLSTATE to code, where the class of the error does not tell."""
_BEGIN = sql("SELECT set_config('synchronous_commit', 'on', true), set_config('lock_timeout', '30s', true)")
"""In each transaction, not in the connection: PgBouncer gives a connection to another client after each (decision 027). An
acknowledgement means durable, whatever the server's default is."""
_EMIT = sql("SELECT pg_logical_emit_message(true, 'loket', 'healthz')")
"""Writes to the log of the server and nowhere else: its commit waits for the standbys as an append's does."""
_NOW = sql("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)")
_LOCK = sql("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_IS_SCHEMA = tables.settings.c.name == "schema"


def _settings_of(url: str) -> dict[str, Any]:
    """What libpq makes of an address, several hosts included; raises Refused("database_unknown")."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        named = conninfo_to_dict(url.replace("postgresql+psycopg://", "postgresql://", 1))
    except psycopg.Error as error:
        raise Refused("database_unknown") from error
    if not named.keys() & {"host", "hostaddr", "dbname", "service"}:
        raise Refused("database_unknown")
    return {**LINE, **named}


def _postgresql(url: str, connections: int) -> Engine:
    """An engine of so many lasting connections and as many more for a rush; 0: a new one each time."""
    import psycopg

    settings = _settings_of(url)
    kept: dict[str, Any] = {"poolclass": NullPool}
    if connections:
        kept = {"pool_size": connections, "max_overflow": connections, "pool_timeout": POOL_SECONDS}
        kept["pool_pre_ping"] = True
    engine = create_engine("postgresql+psycopg://", **kept)

    def connect(dialect: Any, record: Any, arguments: Any, parameters: dict[str, Any]) -> Any:
        # SQLAlchemy's own reading of an address knows one host. No prepared statements: behind PgBouncer the next
        # transaction has another server, and a primary that took over knows none either.
        return psycopg.connect(**{**parameters, **settings}, prepare_threshold=None)

    event.listen(engine, "do_connect", connect)
    return engine


def _sqlite(url: str, *, immediate: bool) -> Engine:
    # Python's own SQLite may lie in the range of the WAL-reset corruption (DESIGN 4); the branch's one does not.
    import sqlcipher3.dbapi2 as driver

    path = Path(url.removeprefix("sqlite:///"))

    def open_file() -> Any:
        connection = driver.connect(str(path), isolation_level=None, check_same_thread=False, timeout=30)
        for setting in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {setting}")
        return connection

    engine = create_engine("sqlite://", module=driver, creator=open_file, poolclass=QueuePool)

    if immediate:
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def put(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows, or replace what stands under the same key."""
    if not rows:
        return
    insert = _insert(connection, table)
    keys = [column.name for column in table.primary_key.columns]
    others = {name: insert.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=others), rows)


def add_missing(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows; what stands under the same key stays as it is."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), rows)


def _insert(connection: Connection, table: Table) -> Any:
    return (sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert)(table)


def plain_text(value: str, most: int = 1 << 30) -> str:
    """Text that every database takes: PostgreSQL has no NUL in text, and its indexes take only short ones."""
    return value[:most].replace("\0", "\ufffd")


def is_double(error: DBAPIError) -> bool:
    """Whether the database refused a key that it has already."""
    return getattr(error.orig, "sqlstate", None) == "23505" or "UNIQUE constraint failed" in str(error.orig)


def copy_rows(connection: Connection, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    """Put rows, in the order of the table's columns, into it: binary COPY, or INSERT on SQLite."""
    names = [column.name for column in table.columns]
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * len(names))
        statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({places})"  # noqa: S608 - own names
        every = iter(rows)
        while part := list(itertools.islice(every, _INSERT_ROWS)):
            connection.exec_driver_sql(statement, part)
        return
    import psycopg

    driver: Any = connection.connection.driver_connection
    types = [_COPY_TYPES[type(column.type)] for column in table.columns]
    try:
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN (FORMAT BINARY)") as copy,
        ):
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:  # as SQLAlchemy would have it for its own statements
        raise DBAPIError.instance(None, None, error, psycopg.Error) from error


_INSERT_ROWS = 10_000
_COPY_TYPES = {Text: "text", Integer: "int4", BigInteger: "int8", LargeBinary: "bytea", Boolean: "bool"}
