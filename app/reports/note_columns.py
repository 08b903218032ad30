"""Sets "Perlu dicatat": run in as short paragraphs where there is little, as lists over columns where there is much."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from app.reports import style
from app.reports.summary_words import Notes
from app.reports.tables import AFTER, BODY, TITLE, TITLE_DROP

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

HEADING = "Perlu dicatat"
NONE = "Tidak ada yang perlu dicatat."
LEADING = 10.2
HEAD_ROOM = TITLE_DROP + 8.0 + LEADING
"""From the upper edge of a column with the title to its first base line."""
BEFORE_MATTER = 3.6
INDENT = 8.0
MOST_LINES = 3
"""A single entry takes no more lines than this."""


class NoteColumn(msgspec.Struct, frozen=True):
    """A column that notes may fill: its page, left edge, upper and lower edge."""

    page: int
    x: float
    top: float
    bottom: float


class _Line(msgspec.Struct, frozen=True):
    """One line to set; `lead` begins it in bold. `first` of its matter: some room goes before it."""

    text: str
    lead: str = ""
    indent: float = 0.0
    first: bool = False
    kept: int = 0
    """How many of the lines after it belong to the same entry and stay in its column."""

    @property
    def height(self) -> float:
        return LEADING + (BEFORE_MATTER if self.first else 0)


def _draw_line(canvas: "Canvas", line: _Line, x: float, base: float) -> None:
    at = x + line.indent
    if line.lead:
        style.draw_text(canvas, (at, base), line.lead, style.SEMIBOLD, BODY)
        at += style.text_width(style.clean(line.lead) + " ", style.SEMIBOLD, BODY)
    if line.text:
        style.draw_text(canvas, (at, base), line.text, style.REGULAR, BODY)


def _draw_title(canvas: "Canvas", title: str, x: float, top: float, width: float) -> None:
    style.draw_text(canvas, (x, top - TITLE_DROP), title, style.BOLD, TITLE)
    style.draw_rule(canvas, (x, top - TITLE_DROP - 6), width)


# ---------------------------------------------------------------------------------------------- run in


def _paragraph(notes: Notes, width: float) -> list[_Line]:
    """A matter as one paragraph: its heading in bold, the entries after it."""
    lead = style.fitted(notes.heading + ":", style.SEMIBOLD, BODY, width)
    taken = style.text_width(lead + " ", style.SEMIBOLD, BODY)
    text = (", " if notes.run_on else "; ").join(notes.entries)
    first, rest = _split(text, width - taken)
    lines = [_Line(first, lead=lead, first=True)]
    return lines + [_Line(each) for each in style.broken(rest, style.REGULAR, BODY, width)]


def _split(text: str, first: float) -> tuple[str, str]:
    """The words that fit into the room left on the first line, and the rest."""
    tokens = style.clean(text).split(" ")
    space = style.text_width(" ", style.REGULAR, BODY)
    count, taken = 0, -space
    while count < len(tokens):
        taken += space + style.text_width(tokens[count], style.REGULAR, BODY)
        if taken > first:
            break
        count += 1
    return " ".join(tokens[:count]), " ".join(tokens[count:])


def run_in_height(notes: Sequence[Notes], width: float) -> float:
    """Points that the paragraphs take, with their title."""
    lines = [line for each in notes for line in _paragraph(each, width)]
    return HEAD_ROOM - LEADING + (sum(line.height for line in lines) or LEADING) + AFTER


def draw_run_in(canvas: "Canvas", notes: Sequence[Notes], x: float, top: float, width: float) -> None:
    """Draws the title and one paragraph for each matter."""
    _draw_title(canvas, HEADING, x, top, width)
    lines = [line for each in notes for line in _paragraph(each, width)]
    if not lines:
        style.draw_text(canvas, (x, top - HEAD_ROOM), NONE, style.REGULAR, BODY, style.MUTED)
    base = top - HEAD_ROOM + LEADING
    for place, line in enumerate(lines):
        base -= line.height if place else LEADING
        _draw_line(canvas, line, x, base)


# ---------------------------------------------------------------------------------------------- lists


def _list(notes: Notes, most: int, width: float) -> list[_Line]:
    """A matter as a list of at most `most` entries; the last line says how many were left out."""
    lines = [_Line("", lead=style.fitted(notes.heading, style.SEMIBOLD, BODY, width), first=True)]
    kept = notes.entries if len(notes.entries) <= most else notes.entries[: most - 1]
    left = len(notes.entries) - len(kept)
    if notes.run_on:
        texts = [", ".join(kept)] if kept else []
        lines += [_Line(each) for text in texts for each in style.broken(text, style.REGULAR, BODY, width)]
    else:
        lines += [line for entry in kept for line in _entry(entry, width)]
    if left:
        lines.append(_Line(f"… dan {left} lainnya, lihat catatan cabang"))
    return lines


@lru_cache(maxsize=2048)
def _entry(text: str, width: float) -> tuple[_Line, ...]:
    """One entry on three lines at most, all but the first indented; what would take a fourth is cut off."""
    first, rest = _split(text, width)
    if not first:  # a single word wider than the column
        first, rest = style.fitted(rest, style.REGULAR, BODY, width), ""
    more = style.broken(rest, style.REGULAR, BODY, width - INDENT)
    if len(more) >= MOST_LINES:
        joined = " ".join(more[MOST_LINES - 2 :])
        more = [*more[: MOST_LINES - 2], style.fitted(joined, style.REGULAR, BODY, width - INDENT)]
    return (_Line(first, kept=len(more)), *(_Line(line, indent=INDENT) for line in more))


Placed = tuple[NoteColumn, float, _Line]


def _placed(lines: Sequence[_Line], columns: Sequence[NoteColumn]) -> list[Placed] | None:
    """Each line with its column and base line; None when they do not fit. No heading stands last in a column."""
    placed: list[Placed] = []
    column, base = 0, columns[0].top - HEAD_ROOM + LEADING
    for place, line in enumerate(lines):
        needed = line.height + LEADING * line.kept
        if line.lead and place + 1 < len(lines):
            needed += LEADING * (1 + lines[place + 1].kept)
        begins = base == columns[column].top - HEAD_ROOM + LEADING
        if base - needed < columns[column].bottom and not begins:
            column += 1
            if column == len(columns):
                return None
            base = columns[column].top - HEAD_ROOM + LEADING
            begins = True
        base -= LEADING if begins else line.height
        placed.append((columns[column], base, line))
    return placed


def _fitting(notes: Sequence[Notes], columns: Sequence[NoteColumn], width: float) -> list[Placed]:
    """The longest lists that fit: every matter is cut at the same number of entries, the short ones stay whole."""

    def lines(most: int) -> list[_Line]:
        return [line for each in notes for line in _list(each, most, width)]

    longest = max((len(each.entries) for each in notes), default=1)
    most = longest
    if _placed(lines(longest), columns) is None:
        most, too_many = 1, longest
        while too_many - most > 1:
            middle = (most + too_many) // 2
            if _placed(lines(middle), columns) is None:
                too_many = middle
            else:
                most = middle
    return _even(lines(most), columns)


def _even(lines: Sequence[_Line], columns: Sequence[NoteColumn]) -> list[Placed]:
    """The lines placed so that the columns of the last page end at about the same height."""
    best = _placed(lines, columns) or []
    last = columns[-1].page
    highest = columns[-1].top - HEAD_ROOM
    lowest = columns[-1].bottom
    while highest - lowest > LEADING / 2:
        middle = (highest + lowest) / 2
        raised = [
            msgspec.structs.replace(each, bottom=middle) if each.page == last else each for each in columns
        ]
        attempt = _placed(lines, raised)
        if attempt is None:
            highest = middle
        else:
            best, lowest = attempt, middle
    return best


class NoteFlow:
    """The lists set into columns, in order; columns of the last page are filled evenly."""

    def __init__(self, notes: Sequence[Notes], columns: Sequence[NoteColumn], width: float) -> None:
        self._width = width
        self._columns = columns
        self._placed = _fitting(notes, columns, width)

    def reaches(self, page: int) -> bool:
        """Whether anything stands on that page."""
        return any(column.page == page for column, _, _ in self._placed)

    def draw(self, canvas: "Canvas", page: int) -> None:
        """Draws what stands on that page."""
        first = self._columns[0]
        if not self._placed and first.page == page:
            _draw_title(canvas, HEADING, first.x, first.top, self._width)
            at = (first.x, first.top - HEAD_ROOM)
            style.draw_text(canvas, at, NONE, style.REGULAR, BODY, style.MUTED)
        for column in dict.fromkeys(column for column, _, _ in self._placed if column.page == page):
            begins = (column.page, column.x) == (first.page, first.x)
            title = HEADING if begins else f"{HEADING} (lanjutan)"
            _draw_title(canvas, title, column.x, column.top, self._width)
        for column, base, line in self._placed:
            if column.page == page:
                _draw_line(canvas, line, column.x, base)
