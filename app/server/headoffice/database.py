"""Head office's database: PostgreSQL, or a plain SQLite file for a trial on one machine."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
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
from sqlalchemy.pool import QueuePool

from app.errors import Refused
from app.server.headoffice import tables

SCHEMA = "1"
MONTHS_AHEAD = 13
_POSTGRESQL = ("postgresql://", "postgresql+psycopg://", "postgres://")


class Database:
    """The open database. `writing` gives one transaction, `reading` a connection to look with."""

    def __init__(self, url: str, connections: int = 10) -> None:
        self.is_sqlite = url.startswith("sqlite:///")
        if not self.is_sqlite and not url.startswith(_POSTGRESQL):
            raise Refused("database_unknown")
        if self.is_sqlite:
            self._writer, self._reader = _sqlite(url, immediate=True), _sqlite(url, immediate=False)
        else:
            self._writer = self._reader = _postgresql(url, connections)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: durable when the block is left, as if it never was when it raises."""
        try:
            with self._writer.begin() as connection:
                yield connection
        except OperationalError as error:
            raise Refused("database_unreachable") from error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for looking; what it saw is gone with it."""
        try:
            with self._reader.connect() as connection:
                yield connection
        except OperationalError as error:
            raise Refused("database_unreachable") from error

    def lock(self, connection: Connection, name: str) -> None:
        """Wait until nobody else holds `name`; held to the end of the transaction.

        SQLite has one writer at a time in any case.
        """
        if not self.is_sqlite:
            connection.execute(_LOCK, {"name": name})

    def prepare(self, now: int) -> None:
        """Make the tables and the months to come; does nothing where they are there. Any process may do it."""
        with self.writing() as connection:
            self.lock(connection, "loket schema")
            tables.metadata.create_all(connection)
            known = connection.execute(select(tables.settings.c.value).where(_IS_SCHEMA)).scalar()
            if known is None:
                connection.execute(tables.settings.insert(), {"name": "schema", "value": SCHEMA})
            elif known != SCHEMA:
                raise Refused("schema_newer", version=known)
            if not self.is_sqlite:
                _make_months(connection, month_of(now))

    def close(self) -> None:
        """Give every connection back."""
        self._writer.dispose()
        self._reader.dispose()


_LOCK = sql("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_IS_SCHEMA = tables.settings.c.name == "schema"


def month_of(at: int) -> int:
    """The month of a time in milliseconds, UTC: 202611."""
    day = datetime.fromtimestamp(at / 1000, UTC)
    return day.year * 100 + day.month


def next_month(month: int) -> int:
    """202612 gives 202701."""
    return month + 89 if month % 100 == 12 else month + 1


def _make_months(connection: Connection, month: int) -> None:
    """Partitions of the entries from this month on, and one for whatever lies outside: an append never fails."""
    connection.execute(sql("CREATE TABLE IF NOT EXISTS entries_other PARTITION OF entries DEFAULT"))
    for _ in range(MONTHS_AHEAD):
        following = next_month(month)
        connection.execute(
            sql(
                f"CREATE TABLE IF NOT EXISTS entries_{month} PARTITION OF entries"
                f" FOR VALUES FROM ({month}) TO ({following})"
            )
        )
        month = following


def _postgresql(url: str, connections: int) -> Engine:
    address = "postgresql+psycopg://" + url.split("://", 1)[1]
    return create_engine(
        address,
        pool_size=connections,
        max_overflow=connections,
        pool_timeout=10,
        pool_pre_ping=True,
        # An acknowledgement means durable here, whatever the server's default is.
        connect_args={"options": "-c synchronous_commit=on -c lock_timeout=30s", "connect_timeout": 5},
    )


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
