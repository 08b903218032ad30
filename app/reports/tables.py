"""Small tables set straight on the canvas: a name at the left, figures flush right, a thin rule under the head."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from app.reports import style

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

TITLE, HEAD, BODY = 10.2, 6.6, 7.4
PITCH = 11.4
"""Points between two base lines of a table."""
TITLE_DROP, HEAD_DROP, GROUP_DROP = 11.0, 11.5, 8.5
"""From the upper edge to the title's base line, from there to the head's, from a group's name to the head's."""
FIRST_ROW = 14.6
"""From the head's base line to that of the first row."""
AFTER = 10.0
SLACK = 4.0
"""Free points kept between two columns."""


class Column(msgspec.Struct, frozen=True):
    """A column of figures: its head and width in points; `group` stands over it and its neighbours of one group."""

    head: str
    width: float
    group: str = ""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A name and its figures, one for each column. `strong`: a total. `alarm`: columns whose figure is red and bold."""

    name: str
    cells: tuple[str, ...]
    strong: bool = False
    alarm: frozenset[int] = frozenset()


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A titled table. `more` is the line under the last row where some were left out."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    more: str = ""

    @property
    def grouped(self) -> bool:
        """Whether names of groups stand over the heads."""
        return any(column.group for column in self.columns)

    @property
    def height(self) -> float:
        """Points from its upper edge to that of what follows."""
        return overhead(self) + PITCH * (len(self.rows) + bool(self.more))


def overhead(table: Table) -> float:
    """What a table takes without its rows."""
    return TITLE_DROP + HEAD_DROP + (GROUP_DROP if table.grouped else 0) + FIRST_ROW - PITCH + 3 + AFTER


def shortened(table: Table, most: int) -> Table:
    """The table with at most `most` lines; the last says how many rows were left out."""
    if len(table.rows) <= most:
        return table
    kept = table.rows[: max(0, most - 1)]
    left = len(table.rows) - len(kept)
    return msgspec.structs.replace(table, rows=kept, more=f"… dan {left} lainnya, lihat catatan cabang")


def parted(table: Table, most: int) -> tuple[Table, Table | None]:
    """The table with its first `most` rows, and another with the rest where there are more."""
    if len(table.rows) <= most:
        return table, None
    rest = msgspec.structs.replace(table, title=f"{table.title} (lanjutan)", rows=table.rows[most:])
    return msgspec.structs.replace(table, rows=table.rows[:most]), rest


def draw_table(canvas: "Canvas", table: Table, x: float, top: float, width: float) -> None:
    """Draws the table between `x` and `x + width`, from `top` down. Names that are too long end in an ellipsis."""
    base = top - TITLE_DROP
    style.draw_text(canvas, (x, base), table.title, style.BOLD, TITLE)
    name_width = width - sum(column.width for column in table.columns) - SLACK
    base -= HEAD_DROP
    if table.grouped:
        base -= GROUP_DROP
        _draw_groups(canvas, table, x + width, base + GROUP_DROP + 1.5)
    edges = _edges(table.columns, x + width)
    for column, edge in zip(table.columns, edges, strict=True):
        head = style.fitted(column.head, style.REGULAR, HEAD, column.width - 2)
        style.draw_text(canvas, (edge, base), head, style.REGULAR, HEAD, style.MUTED, "right")
    style.draw_rule(canvas, (x, base - 4), width)
    base -= FIRST_ROW
    for row in table.rows:
        _draw_row(canvas, table, row, (x, base), name_width, edges)
        base -= PITCH
    if table.more:
        style.draw_text(canvas, (x, base), table.more, style.REGULAR, BODY, style.MUTED)


def _edges(columns: Sequence[Column], right: float) -> list[float]:
    """The right edge of each column."""
    edges, edge = [], right
    for column in reversed(columns):
        edges.append(edge)
        edge -= column.width
    return edges[::-1]


def _draw_row(
    canvas: "Canvas",
    table: Table,
    row: Row,
    at: tuple[float, float],
    name_width: float,
    edges: Sequence[float],
) -> None:
    x, base = at
    if row.strong:
        style.draw_rule(canvas, (x, base + PITCH - 3.2), edges[-1] - x)
    weight = style.BOLD if row.strong else style.SEMIBOLD
    style.draw_text(canvas, (x, base), style.fitted(row.name, weight, BODY, name_width), weight, BODY)
    for place, (cell, edge) in enumerate(zip(row.cells, edges, strict=True)):
        font, ink = (style.BOLD if row.strong else style.REGULAR), style.INK
        if place in row.alarm:
            font, ink = style.BOLD, style.RED
        text = style.fitted(cell, font, BODY, table.columns[place].width - 2)
        style.draw_text(canvas, (edge, base), text, font, BODY, ink, "right")


def _draw_groups(canvas: "Canvas", table: Table, right: float, base: float) -> None:
    """The name of each group over its columns, flush right, with a hair line under them."""
    edges = _edges(table.columns, right)
    for name in dict.fromkeys(column.group for column in table.columns if column.group):
        places = [place for place, column in enumerate(table.columns) if column.group == name]
        width = sum(table.columns[place].width for place in places) - 6
        edge = edges[places[-1]]
        text = style.fitted(name, style.SEMIBOLD, HEAD, width)
        style.draw_text(canvas, (edge, base), text, style.SEMIBOLD, HEAD, style.MUTED, "right")
        style.draw_rule(canvas, (edge - width, base - 2.6), width, style.LINE, 0.6)
