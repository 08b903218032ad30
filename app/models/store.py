"""The branch file: an encrypted SQLite database with one writer, and what goes wrong with files, said plainly."""

import logging
import shutil
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlcipher3.dbapi2 as driver
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool, StaticPool

from app.errors import Refused
from app.models.driver import READ_SETTINGS, assert_version, connect

log = logging.getLogger(__name__)

FULL_DISK = 1 << 20
"""Free bytes below which an I/O error is taken for what it is: no room."""


def explain(error: BaseException) -> Refused | None:
    """What the world did, when `error` came from the file and not from a defect of ours."""
    text = str(getattr(error, "orig", error)).lower()
    causes = (
        ("database or disk is full", "disk_full"),
        ("readonly", "folder_read_only"),
        ("unable to open", "folder_read_only"),
        ("disk i/o error", "disk_error"),
        ("file is not a database", "file_damaged"),
        ("malformed", "file_damaged"),
        ("database is locked", "file_busy"),
    )
    for sign, code in causes:
        if sign in text:
            return Refused(code)
    return None


class Store:
    """The open file. `writing` is for one at a time, `reading` for as many as like."""

    def __init__(self, path: Path, key: bytes) -> None:
        assert_version()
        self.path = path
        self._key = key
        self._lock = threading.RLock()
        self.damaged = False
        """Set when a page did not pass its check: from then on nothing is confirmed."""
        self._writer = self._make_writer()
        self._reader = self._make_reader()

    def _make_writer(self) -> Engine:
        engine = create_engine(
            "sqlite://",
            module=driver,
            creator=lambda: connect(self.path, self._key),
            poolclass=StaticPool,
        )

        @event.listens_for(engine, "begin")
        def immediate(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

        return engine

    def _make_reader(self) -> Engine:
        return create_engine(
            "sqlite://",
            module=driver,
            creator=lambda: connect(self.path, self._key, READ_SETTINGS),
            poolclass=QueuePool,
            pool_size=3,
            max_overflow=3,
            pool_reset_on_return=None,
            isolation_level="AUTOCOMMIT",
        )

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, begun IMMEDIATE: durable when the block is left, as if it never was when it raises."""
        with self._lock:
            if self.damaged:
                raise Refused("file_damaged")
            try:
                with self._writer.begin() as connection:
                    yield connection
            except DBAPIError as error:
                raise self._failed(error) from error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that cannot write."""
        try:
            with self._reader.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise self._failed(error) from error

    def _failed(self, error: DBAPIError) -> Exception:
        refused = explain(error)
        if refused is None:
            return error
        log.error("the file refused: %s", error.orig)
        if refused.code == "disk_error" and shutil.disk_usage(self.path.parent).free < FULL_DISK:
            refused = Refused(
                "disk_full"
            )  # where the shared memory finds no room, SQLite calls it an I/O error
        if refused.code == "file_damaged":
            self.damaged = True
        elif refused.code in ("disk_error", "disk_full") and isinstance(error, OperationalError):
            self._reopen()
        return refused

    def _reopen(self) -> None:
        """After an I/O error the connection is not trusted: closed, opened, read anew (DESIGN 4)."""
        with self._lock:
            self._writer.dispose()
            self._reader.dispose()
            self._writer = self._make_writer()
            self._reader = self._make_reader()

    def check_pages(self) -> tuple[str, ...]:
        """Every page against its check sum, and SQLite's own quick check: what is bad, empty when all is well."""
        bad = self._bad_pages()
        if bad:
            # The check sums are those of the file alone. A page that was being moved there from the write-ahead log,
            # by another thread now or when the power failed, is whole in the log: move it, and look again.
            with self._lock:
                bad = self._bad_pages("PRAGMA wal_checkpoint(PASSIVE)")
        if bad:
            self.damaged = True
        return bad

    def _bad_pages(self, *first: str) -> tuple[str, ...]:
        try:
            with closing(connect(self.path, self._key, (*READ_SETTINGS, *first))) as connection:
                bad = [str(row[0]) for row in connection.execute("PRAGMA cipher_integrity_check")]
                bad += [str(row[0]) for row in connection.execute("PRAGMA quick_check") if row[0] != "ok"]
        except driver.Error as error:
            return (str(error),)
        return tuple(bad)

    def copy_to(self, target: Path) -> None:
        """A copy of the file in use, page by page through the driver's backup, under the same key.

        Raises Refused with what the world did: a full disk, a folder that cannot be written, a damaged page.
        """
        try:
            with (
                closing(connect(self.path, self._key, READ_SETTINGS)) as source,
                closing(driver.connect(str(target), isolation_level=None)) as copy,
            ):
                copy.execute(f"PRAGMA key = \"x'{self._key.hex()}'\"")
                source.backup(copy, pages=2000)
        except driver.Error as error:
            raise explain(error) or error from error

    def close(self) -> None:
        """Close every connection; the store cannot be used afterwards."""
        with self._lock:
            self._writer.dispose()
            self._reader.dispose()
