"""Reading the CSV files that head office is given: comma or semicolon, UTF-8, the first line names the columns."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.errors import Refused

MOST_FAULTS = 20
"""Wrong lines that are named before the reading stops."""
_TRUE, _FALSE = frozenset(("1", "true", "ya", "yes")), frozenset(("0", "false", "tidak", "no"))


class Rows:
    """The lines of an open file below its first, which names the columns.

    Wrong lines are collected and named together: while there is one, nothing of the file may be taken.
    """

    def __init__(
        self, path: Path, lines: Iterator[str], mark: str, places: Sequence[int], width: int
    ) -> None:
        self._path = path
        self._reader = csv.reader(lines, delimiter=mark, strict=True)
        self._places = places
        self._width = width
        self._faults: list[str] = []
        self.line = 1
        """Of the row that was given last."""

    def __iter__(self) -> Iterator[list[str]]:
        """The fields in the order asked for, without blanks around them; a column that is not there is empty."""
        places, width, reader = self._places, self._width, self._reader
        try:
            for fields in reader:
                self.line = reader.line_num + 1
                if len(fields) == width:
                    fields.append("")
                    yield [fields[place].strip() for place in places]
                elif fields:
                    self.wrong(f"{len(fields)} ≠ {width}")
        except csv.Error:
            self._faults.append(f"{reader.line_num + 1} (CSV)")
        except UnicodeDecodeError:
            self._faults.append(f"{_not_text(self._path)} (UTF-8)")
        self.check()

    def wrong(self, what: str) -> None:
        """Note that the row given last is wrong; raises Refused("csv_wrong") when there are too many."""
        self._faults.append(f"{self.line} ({what})")
        if len(self._faults) >= MOST_FAULTS:
            self.check()

    def check(self) -> None:
        """Raises Refused("csv_wrong", file, lines) when any line was wrong: `3 (nik), 17 (name)`."""
        if self._faults:
            raise Refused("csv_wrong", file=self._path.name, lines=", ".join(self._faults))


@contextmanager
def open_rows(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> Iterator[Rows]:
    """The rows of a file: required columns, then optional ones, whatever their order in the file.

    Raises Refused("file_missing") when it cannot be opened, Refused("csv_columns") when a column is not there.
    """
    try:
        stream = path.open(encoding="utf-8-sig", newline="")
    except OSError as error:
        raise Refused("file_missing", file=str(path)) from error
    with stream:
        try:
            first = stream.readline(10_000)
        except UnicodeDecodeError as error:
            raise Refused("csv_wrong", file=path.name, lines=f"{_not_text(path)} (UTF-8)") from error
        mark = ";" if first.count(";") > first.count(",") else ","
        names = [name.strip().strip('"').lower() for name in first.strip().split(mark)]
        missing = [name for name in required if name not in names]
        if missing:
            raise Refused("csv_columns", file=path.name, columns=", ".join(missing))
        places = [names.index(name) if name in names else len(names) for name in (*required, *optional)]
        yield Rows(path, stream, mark, places, len(names))


def _not_text(path: Path) -> int:
    """The first line that is not UTF-8: the stream is decoded many lines ahead and cannot say."""
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 0


def yes_or_no(typed: str) -> bool:
    """`ya`, `yes`, `1`, nothing … or `tidak`, `no`, `0` …; raises ValueError for anything else."""
    word = typed.lower()
    if word and word not in _TRUE | _FALSE:
        raise ValueError(typed)
    return word not in _FALSE
