"""Issue and call, durable: each beside the statements it made, replayed through the bare driver."""

from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import event

from app.models.driver import connect
from app.services.office import Office, open_office
from benchmarks import material
from benchmarks.table import RUNS, Line, median

OPERATIONS = 60
MANY = 1_000_000
Statement = tuple[str, Any, bool]


class Recorder:
    """Keeps every statement that the writing connection gets."""

    def __init__(self, office: Office) -> None:
        self._engine = office.store._writer  # the benchmark listens where nobody else does
        self.statements: list[Statement] = []

    def __enter__(self) -> "Recorder":
        event.listen(self._engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._note)

    def _note(self, _c: Any, _k: Any, statement: str, parameters: Any, _x: Any, many: bool) -> None:
        self.statements.append((statement, parameters, many))


def replay(connection: Any, statements: list[Statement]) -> None:
    """The same through the bare driver."""
    for statement, parameters, many in statements:
        if many:
            connection.executemany(statement, parameters)
        else:
            connection.execute(statement, parameters).fetchall()
    connection.execute("COMMIT")


def _measure(
    office: Office, floor_file: Path, operation: Callable[[], object], then: Callable[[Any], None]
) -> tuple[float, float]:
    """(median of the operation, median of its statements replayed) in milliseconds."""
    ours, floors = [], []
    for _ in range(OPERATIONS):
        start = perf_counter()
        result = operation()
        ours.append((perf_counter() - start) * 1000)
        then(result)
    floor_file.unlink(missing_ok=True)
    office.store.copy_to(floor_file)  # as it is before what is recorded now
    recorded: list[list[Statement]] = []
    for _ in range(OPERATIONS):
        with Recorder(office) as recorder:
            result = operation()
        recorded.append(recorder.statements)
        then(result)
    bare = connect(floor_file, office.key)
    for statements in recorded:
        start = perf_counter()
        replay(bare, statements)
        floors.append((perf_counter() - start) * 1000)
    bare.close()
    return median(ours), median(floors)


def _run(count: int) -> dict[str, tuple[float, float]]:
    with material.folder() as where:
        office = material.make_branch(where)
        if count:
            material.grow(office, count, whole=False)
            office.close()
            office = open_office(where, material.ports())
        services, supervisor, officer = material.ready(office)
        floor_file = where.path / "floor.db"

        def issue() -> Any:
            return services.desk.issue(supervisor, "info")

        def call() -> Any:
            return services.counters.call_next(officer, 1)

        def finish(ticket: Any) -> None:
            services.counters.confirm(officer, ticket.id)
            services.counters.finish(officer, ticket.id, "info_given")

        result = {
            "issue": _measure(office, floor_file, issue, lambda _: None),
            "call": _measure(office, floor_file, call, finish),
        }
        services.close()
    return result


def run(many: int = MANY) -> list[Line]:
    """Issue and call on an empty file and beside a million old tickets."""
    empty = [_run(0) for _ in range(RUNS)]
    full = _run(many)
    lines = []
    for name, words in (("issue", "issue a ticket, durable"), ("call", "call next, durable")):
        ours = median([each[name][0] for each in empty])
        floor = median([each[name][1] for each in empty])
        lines.append(Line(words, ours, floor, 4))
        lines.append(Line(f"{words}, beside {many:,} old tickets", full[name][0], ours, 1.3))
    return lines
