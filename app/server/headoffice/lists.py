"""Reading the lists that head office is given: CSV in any of the ways Excel writes it, or the Excel file itself.

The first line names the columns. What can be read safely is read; what has lost digits on its way through Excel is
refused with its row and the reason, for nobody can guess them. While one line is wrong nothing of a file is taken.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from app.domain.cleaning import plain, without_apostrophe
from app.errors import Refused

MOST_FAULTS = 20
"""Wrong lines that are named before the reading stops."""
_TRUE, _FALSE = frozenset(("1", "true", "ya", "yes")), frozenset(("0", "false", "tidak", "no"))
_SHEET_SIGNS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How an Excel file begins, whatever its name: of today, and of before 2007."""
_WIDE_SIGNS = (b"\xff\xfe", b"\xfe\xff")
_EXPONENT = re.compile(r"-?[0-9]([.,][0-9]*)?E\+?[0-9]+", re.IGNORECASE)
"""How Excel writes a long number; the digits behind it are gone."""
EXACT = 10**15
"""Excel holds 15 digits of a number; of a longer one it makes the rest zeros."""

Line = tuple[int, list[str]]
"""Number in the file, from 1, and the fields."""


class Rows:
    """The lines of an open list below its first, which names the columns.

    Wrong lines are collected and named together: while there is one, nothing of the list may be taken.
    """

    def __init__(
        self, path: Path, lines: Iterator[Line], names: Sequence[str], places: Sequence[int]
    ) -> None:
        self._path = path
        self._lines = lines
        self._names = names
        self._places = places
        self._faults: list[str] = []
        self.line = 1
        """Of the row that was given last."""

    def __iter__(self) -> Iterator[list[str]]:
        """The fields in the order asked for, without blanks around them; a column that is not there is empty."""
        width = len(self._names)
        try:
            for number, fields in self._lines:
                self.line = number
                given = [plain(field) for field in fields]
                while len(given) > width and not given[-1]:
                    given.pop()
                if not any(given):
                    continue  # Excel writes a line of marks for each row that somebody once stood in
                if len(given) != width:
                    self.wrong(f"{len(given)} ≠ {width}")
                elif (lost := self._lost(given)) is not None:
                    self.wrong(f"{lost}: angka hilang di Excel")
                else:
                    given.append("")
                    yield [given[place] for place in self._places]
        except csv.Error:
            self._faults.append(f"{self.line + 1} (CSV)")
        except UnicodeError:
            self._faults.append(f"{_not_text(self._path)} (UTF-8)")
        self.check()

    def _lost(self, given: Sequence[str]) -> str | None:
        """The column whose number Excel has cut; None where all are whole."""
        for name, field in zip(self._names, given, strict=True):
            if "e" in field.lower() and _EXPONENT.fullmatch(field):
                return name
        return None

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
    """The rows of a list: required columns, then optional ones, whatever their order in it.

    Raises Refused("file_missing") when it cannot be opened, Refused("csv_columns") when a column is not there,
    Refused("csv_wrong") when it is neither text nor an Excel file.
    """
    try:
        with path.open("rb") as stream:
            begins = stream.read(4)
    except OSError as error:
        raise Refused("file_missing", file=str(path)) from error
    opened = _sheet(path) if begins.startswith(_SHEET_SIGNS) else _text(path, begins)
    with opened as lines:
        first = next(lines, (1, [""]))[1]
        names = [name.strip().strip("\ufeff\"'").lower() for name in first]
        while names and not names[-1]:
            names.pop()
        missing = [name for name in required if name not in names]
        if missing:
            raise Refused("csv_columns", file=path.name, columns=", ".join(missing))
        places = [names.index(name) if name in names else len(names) for name in (*required, *optional)]
        yield Rows(path, lines, names, places)


# ---------------------------------------------------------------------------------------------------- text


@contextmanager
def _text(path: Path, begins: bytes) -> Iterator[Iterator[Line]]:
    encoding = "utf-16" if begins.startswith(_WIDE_SIGNS) else "utf-8-sig"
    with path.open(encoding=encoding, newline="") as stream:
        try:
            first = stream.readline(10_000)
            told = re.fullmatch(
                r'"?sep=([;,|\t])"?', first.strip("\r\n")
            )  # by which Excel names its own mark
            skipped = 1 if told else 0
            named = stream.readline(10_000) if told else first
        except UnicodeError as error:
            raise Refused("csv_wrong", file=path.name, lines=f"{_not_text(path)} (UTF-8)") from error
        mark = told.group(1) if told else max(";\t,", key=named.count)
        reader = csv.reader(_chain(named, stream), delimiter=mark, strict=True)
        yield ((reader.line_num + skipped, fields) for fields in reader)


def _chain(first: str, rest: Iterable[str]) -> Iterator[str]:
    yield first
    yield from rest


def _not_text(path: Path) -> int:
    """The first line that is not UTF-8: the stream is decoded many lines ahead and cannot say."""
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 0


# ---------------------------------------------------------------------------------------------------- Excel


@contextmanager
def _sheet(path: Path) -> Iterator[Iterator[Line]]:
    """The first sheet of an Excel file."""
    import python_calamine

    try:
        with python_calamine.load_workbook(str(path)) as book:
            rows = iter(book.get_sheet_by_index(0).to_python(skip_empty_area=False))
    except (python_calamine.CalamineError, OSError, IndexError) as error:
        raise Refused("csv_wrong", file=path.name, lines="1 (Excel)") from error
    yield ((number, [_cell(value) for value in row]) for number, row in enumerate(rows, 1))


def _cell(value: Any) -> str:
    """A cell as it would stand in a CSV; a number of which Excel has kept only the beginning, as such."""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, int | float):
        if abs(value) >= EXACT:
            return f"{value:.14E}"
        return str(int(value)) if value == int(value) else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time | timedelta):
        minutes = value.seconds // 60 if isinstance(value, timedelta) else value.hour * 60 + value.minute
        return f"{minutes // 60:02}:{minutes % 60:02}"
    return str(value)


# ---------------------------------------------------------------------------------------------------- fields


def digits_as_text(typed: str) -> str:
    """Plain, without the apostrophe by which people tell Excel that digits are no number."""
    return without_apostrophe(typed)


def yes_or_no(typed: str) -> bool:
    """`ya`, `yes`, `1`, nothing … or `tidak`, `no`, `0` …; raises ValueError for anything else."""
    word = typed.lower()
    if word and word not in _TRUE | _FALSE:
        raise ValueError(typed)
    return word not in _FALSE
