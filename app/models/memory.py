"""A branch file in memory: the same encrypted database, gone with the program. For simulations."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import StaticPool

from app.models.store import Store

_SETTINGS = ("PRAGMA cipher_log_level=NONE", "PRAGMA foreign_keys=ON", "PRAGMA temp_store=MEMORY")


@cache
def _dialect(isolation_level: Any) -> tuple[Any, dict[Any, Any]]:
    """One dialect and one cache of compiled statements for all stores: thousands of them are made and thrown away."""
    given = {"isolation_level": isolation_level} if isolation_level else {}
    engine = create_engine(
        "sqlite://", module=driver, creator=lambda: driver.connect(":memory:", isolation_level=None), **given
    )
    with engine.connect():
        return engine.dialect, {}


class MemoryStore(Store):
    """One connection for everything; reading never overlaps writing there."""

    def __init__(self, key: bytes, image: "MemoryStore | None" = None) -> None:
        self._raw = driver.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._raw.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        for setting in _SETTINGS:
            self._raw.execute(setting)
        if image is not None:
            image.raw.backup(self._raw)
        super().__init__(Path(":memory:"), key)

    @property
    def raw(self) -> Any:
        """The driver's connection."""
        return self._raw

    def _make_writer(self) -> Any:
        engine = self._engine(None)

        @event.listens_for(engine, "begin")
        def immediate(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

        return engine

    def _make_reader(self) -> Any:
        return self._engine("AUTOCOMMIT")

    def _engine(self, isolation_level: Any) -> Engine:
        dialect, compiled = _dialect(isolation_level)
        pool = StaticPool(lambda: self._raw, reset_on_return=None if isolation_level else True)
        return Engine(pool, dialect, make_url("sqlite://"), execution_options={"compiled_cache": compiled})

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """The one connection; within a transaction it sees what is not committed yet, as its own writer does."""
        with self._reader.connect() as connection:
            yield connection
