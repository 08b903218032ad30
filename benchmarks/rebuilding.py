"""Projections rebuilt from events, beside a plain insert of the same rows through the driver."""

from typing import Any

from app.models.audit import rebuild
from app.models.driver import connect
from app.models.tables import FULL_TEXT, PROJECTIONS
from benchmarks import material
from benchmarks.table import RUNS, Line, median, milliseconds


def _copy_rows(source: Any, target: Any) -> None:
    """Every projection row, table by table, in one transaction."""
    target.execute("BEGIN IMMEDIATE")
    for table in PROJECTIONS:
        columns = ", ".join(column.name for column in table.columns)
        rows = source[table.name]
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            target.executemany(f"INSERT INTO {table.name} ({columns}) VALUES ({marks})", rows)
    texts = [(row[0], row[3]) for row in source["findings"]]
    target.executemany("INSERT INTO findings_text (rowid, terms) VALUES (?, ?)", texts)
    target.execute("COMMIT")


def run(count: int) -> list[Line]:
    """A year of tickets, each called, confirmed and finished."""
    with material.folder() as where:
        office = material.make_branch(where)
        material.grow(office, count, whole=True)
        ours = median([milliseconds(lambda: rebuild(office.store)) for _ in range(RUNS)])
        with office.store.reading() as connection:
            kept = {
                table.name: [tuple(row) for row in connection.execute(table.select())]
                for table in PROJECTIONS
            }
        floor_file = where.path / "floor.db"
        office.store.copy_to(floor_file)
        key = office.key
        office.close()
        bare = connect(floor_file, key)
        floors = []
        for _ in range(RUNS):
            for table in reversed(PROJECTIONS):
                bare.execute(f"DELETE FROM {table.name}")
            bare.execute("DROP TABLE findings_text")
            bare.execute(FULL_TEXT)
            floors.append(milliseconds(lambda: _copy_rows(kept, bare)))
        bare.close()
    return [
        Line(f"projections rebuilt from {count * 4:,} events ({count:,} tickets)", ours, median(floors), 10)
    ]
