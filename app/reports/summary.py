"""The daily summary on paper: one or two A4 pages, made to be read and signed. Same figures, same bytes."""

from typing import TYPE_CHECKING

from app.domain.calendar import format_long_day, format_money, format_number
from app.domain.figures import DayFigures
from app.domain.slips import branch_line
from app.reports import style
from app.reports import summary_words as words
from app.reports.charts import Area, draw_hours, draw_legend
from app.reports.note_columns import NoteColumn, NoteFlow, draw_run_in, run_in_height
from app.reports.summary_tables import (
    flow_table,
    interviews_table,
    officers_table,
    papers_table,
    services_table,
    stages_table,
)
from app.reports.tables import AFTER, PITCH, Table, draw_table, overhead, parted, shortened

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = style.A4
SIDE = 42.0
LEFT, RIGHT = SIDE, WIDTH - SIDE
TOP = HEIGHT - 36
FOOT = 25.0
"""Lower edge of the band at the foot; the band is 18 points high."""
LOWEST = FOOT + 18 + 8
GUTTER = 18.0
HALF = (RIGHT - LEFT - GUTTER) / 2
THIRD = (RIGHT - LEFT - 2 * GUTTER) / 3
STAGES_WIDTH, FLOW_WIDTH = 206.0, 118.0
TALKS_WIDTH = RIGHT - LEFT - STAGES_WIDTH - FLOW_WIDTH - 2 * GUTTER

BOX_TOP, BOX_HEIGHT = TOP - 54, 46.0
CHART_TOP, CHART_HEIGHT = BOX_TOP - BOX_HEIGHT - 9, 99.0
TABLES_TOP = CHART_TOP - CHART_HEIGHT - 14

SIGNATURES, ROOMY_SIGNATURES = 59.0, 84.0
"""Room to sign in: on one full page, and on a second page that has more."""
SMALL, SMALL_PITCH = 6.2, 7.8
MOST_SERVICES = 12
MOST_PAPERS, MOST_PAPERS_OVER = 40, 20
"""Lines of missing papers on page 2: all of them, and those that page 1 had no room for."""
LEAST_ROW = 8 * PITCH
"""Room that the last row of page 1 must have, or it goes to page 2."""

SIGNERS = (
    ("Disusun", "Customer Service Officer"),
    ("Diperiksa", "Kepala Bidang Pelayanan"),
    ("Mengetahui", "Kepala Kantor Cabang"),
)


def summary_pdf(figures: DayFigures) -> bytes:
    """The PDF of one day's figures: two pages at most, what does not fit is counted and left to the journal."""

    def draw(canvas: "Canvas") -> None:
        _Sheet(canvas, figures).draw()

    title = f"Rekap harian {branch_line(figures.branch)} {figures.day}"
    return style.build(draw, title, style.A4)


class _Sheet:
    """One summary in the making."""

    def __init__(self, canvas: "Canvas", figures: DayFigures) -> None:
        self.canvas = canvas
        self.figures = figures
        self.notes = words.notes(figures)
        self.small = [
            line
            for text in (" ".join(figures.definitions), words.exclusions(figures), words.provenance(figures))
            for line in style.broken(text, style.REGULAR, SMALL, RIGHT - LEFT)
        ]

    def draw(self) -> None:
        self._head()
        self._boxes()
        self._chart()
        top = self._tables()
        papers = papers_table(self.figures)
        room = top - LOWEST - self._end_height(SIGNATURES)
        inline = run_in_height(self.notes, HALF)
        if max(papers.height, inline) - AFTER <= room:
            draw_table(self.canvas, papers, LEFT, top, HALF)
            draw_run_in(self.canvas, self.notes, LEFT + HALF + GUTTER, top, HALF)
            self._end(SIGNATURES)
            self._foot(1, 1)
            return
        self._on_two_pages(top, papers)

    def _on_two_pages(self, top: float, papers: Table) -> None:
        """What page 1 cannot hold beside the signatures begins there and goes on; no page bears them alone."""
        over, right = TOP - 34, LEFT + HALF + GUTTER
        bottom = LOWEST + self._end_height(ROOMY_SIGNATURES)
        first, rest = parted(papers, int((top - LOWEST - overhead(papers) + AFTER) / PITCH))
        rest = shortened(rest, MOST_PAPERS_OVER) if rest else None
        below = over - (rest.height if rest else 0)
        columns = (
            NoteColumn(1, right, top, LOWEST),
            NoteColumn(2, LEFT, below, bottom),
            NoteColumn(2, right, over, bottom),
        )
        flow = NoteFlow(self.notes, columns, HALF)
        if top - LOWEST < LEAST_ROW or not (rest or flow.reaches(2)):
            rest = shortened(papers, MOST_PAPERS)
            flow = NoteFlow(self.notes, columns[2:], HALF)
        else:
            draw_table(self.canvas, first, LEFT, top, HALF)
        flow.draw(self.canvas, 1)
        self._foot(1, 2)
        self.canvas.showPage()
        self._short_head()
        if rest:
            draw_table(self.canvas, rest, LEFT, over, HALF)
        flow.draw(self.canvas, 2)
        self._end(ROOMY_SIGNATURES)
        self._foot(2, 2)

    # ------------------------------------------------------------------------------------------ head

    def _head(self) -> None:
        figures, canvas = self.figures, self.canvas
        count = f"{format_number(figures.total.arrived)} karcis"
        room = RIGHT - LEFT - style.text_width(count, style.BOLD, 20) - GUTTER
        title = "Rekap harian" + (" · contoh" if figures.demo else "")
        style.draw_text(
            canvas,
            (LEFT, TOP - 16),
            style.fitted(title, style.BOLD, 20, room),
            style.BOLD,
            20,
            style.DARK_GREEN,
        )
        style.draw_text(canvas, (RIGHT, TOP - 16), count, style.BOLD, 20, style.INK, "right")
        place = f"{branch_line(figures.branch)} · {format_long_day(figures.day)}"
        left = style.fitted(place, style.REGULAR, 9.2, (RIGHT - LEFT) * 0.56)
        style.draw_text(canvas, (LEFT, TOP - 33), left, style.REGULAR, 9.2, style.MUTED)
        self._state(RIGHT - LEFT - style.text_width(left, style.REGULAR, 9.2) - GUTTER)
        style.draw_rule(canvas, (LEFT, TOP - 43), RIGHT - LEFT, style.GREEN, 1.4)

    def _state(self, room: float) -> None:
        """When it was opened and closed; figures that may still change say so on yellow."""
        figures, canvas = self.figures, self.canvas
        waiting = words.provisional(figures)
        edge = RIGHT
        if waiting:
            width = style.text_width(waiting, style.SEMIBOLD, 8) + 14
            style.draw_panel(canvas, (RIGHT - width, TOP - 37), (width, 14), style.PALE_YELLOW)
            style.draw_text(
                canvas,
                (RIGHT - 7, TOP - 32.6),
                waiting,
                style.SEMIBOLD,
                8,
                style.YELLOW_TEXT,
                "right",
            )
            edge, room = RIGHT - width - 8, room - width - 8
        period = style.fitted(words.period(figures), style.REGULAR, 8, room)
        style.draw_text(canvas, (edge, TOP - 33), period, style.REGULAR, 8, style.MUTED, "right")

    def _short_head(self) -> None:
        figures = self.figures
        place = f"{branch_line(figures.branch)} · {format_long_day(figures.day)}"
        title = "Rekap harian"
        style.draw_text(self.canvas, (LEFT, TOP - 11), title, style.BOLD, 12, style.DARK_GREEN)
        room = RIGHT - LEFT - style.text_width(title, style.BOLD, 12) - GUTTER
        line = style.fitted(place, style.REGULAR, 8.4, room)
        style.draw_text(self.canvas, (RIGHT, TOP - 11), line, style.REGULAR, 8.4, style.MUTED, "right")
        style.draw_rule(self.canvas, (LEFT, TOP - 19), RIGHT - LEFT, style.GREEN, 1.4)

    # ------------------------------------------------------------------------------------------ boxes, chart

    def _boxes(self) -> None:
        total, figures = self.figures.total, self.figures
        waiting, serving = total.waiting, total.serving
        flow = {each.code: each.count for each in figures.flow}
        rest = total.closed_by_day + total.open
        boxes = (
            ("Menunggu, rata-rata", words.duration(waiting.mean), _median_line(waiting.median, waiting.p90)),
            ("Dilayani, rata-rata", words.duration(serving.mean), _median_line(serving.median, serving.p90)),
            (
                "Selesai dilayani",
                format_number(total.served),
                f"{total.no_show} tidak hadir · {total.cancelled + total.unserved} batal"
                + (f" · {rest} sisa" if rest else ""),
            ),
            (
                "Berkas diajukan",
                format_number(flow["submitted"]),
                f"{flow['returned']} dikembalikan · {flow['rejected']} ditolak",
            ),
            ("Dibayarkan", format_money(figures.paid.amount), words.paid_line(figures)),
        )
        width = (RIGHT - LEFT - 4 * 8) / 5
        for place, (name, value, below) in enumerate(boxes):
            self._box(LEFT + place * (width + 8), width, name, value, below)

    def _box(self, x: float, width: float, name: str, value: str, below: str) -> None:
        canvas, room = self.canvas, width - 15
        style.draw_panel(canvas, (x, BOX_TOP - BOX_HEIGHT), (width, BOX_HEIGHT), style.WHITE, style.LINE)
        style.draw_text(
            canvas,
            (x + 8, BOX_TOP - 11.5),
            style.fitted(name, style.REGULAR, 7, room),
            style.REGULAR,
            7,
            style.MUTED,
        )
        size = next(
            (each for each in (15.0, 13.0, 12.0, 11.0, 9.5) if _fits(value, style.BOLD, each, room)), 8.0
        )
        style.draw_text(
            canvas, (x + 8, BOX_TOP - 27.5), style.fitted(value, style.BOLD, size, room), style.BOLD, size
        )
        small = next((each for each in (6.6, 6.0, 5.6) if _fits(below, style.REGULAR, each, room)), 5.6)
        style.draw_text(
            canvas,
            (x + 8, BOX_TOP - 39.5),
            style.fitted(below, style.REGULAR, small, room),
            style.REGULAR,
            small,
            style.MUTED,
        )

    def _chart(self) -> None:
        style.draw_text(self.canvas, (LEFT, CHART_TOP - 11), "Datang dan terlayani per jam", style.BOLD, 10.2)
        draw_legend(self.canvas, RIGHT, CHART_TOP - 10.5)
        area = Area(LEFT, CHART_TOP - CHART_HEIGHT - 10, RIGHT - LEFT, CHART_HEIGHT - 8)
        draw_hours(self.canvas, area, self.figures.hours)

    # ------------------------------------------------------------------------------------------ tables

    def _tables(self) -> float:
        """Draws the tables that page 1 always has; returns the upper edge of what follows."""
        figures, canvas = self.figures, self.canvas
        services = shortened(services_table(figures), MOST_SERVICES + 1)
        officers = officers_table(figures)
        stages, flow, talks = stages_table(figures), flow_table(figures), interviews_table(figures)
        row = max(stages.height, flow.height, talks.height)
        room = TABLES_TOP - LOWEST - services.height - row - overhead(officers)
        officers = shortened(officers, int(room / PITCH))
        top = TABLES_TOP
        for table in (services, officers):
            draw_table(canvas, table, LEFT, top, RIGHT - LEFT)
            top -= table.height
        x = LEFT
        for table, width in ((stages, STAGES_WIDTH), (flow, FLOW_WIDTH), (talks, TALKS_WIDTH)):
            draw_table(canvas, table, x, top, width)
            x += width + GUTTER
        return top - row

    # ------------------------------------------------------------------------------------------ end

    def _end_height(self, signatures: float) -> float:
        return signatures + SMALL_PITCH * len(self.small) + 7

    def _end(self, signatures: float) -> None:
        """Definitions, what is excluded, and where to sign, at the foot of the last page."""
        canvas = self.canvas
        y = LOWEST + signatures + SMALL_PITCH * len(self.small) + 3
        style.draw_rule(canvas, (LEFT, y + 3), RIGHT - LEFT)
        for line in self.small:
            y -= SMALL_PITCH
            style.draw_text(canvas, (LEFT, y), line, style.REGULAR, SMALL, style.MUTED)
        for place, (act, title) in enumerate(SIGNERS):
            x = LEFT + place * (THIRD + GUTTER)
            style.draw_text(canvas, (x, LOWEST + signatures - 18), act, style.SEMIBOLD, 8)
            style.draw_rule(canvas, (x, LOWEST + 17), THIRD - 8, style.MUTED, 0.6)
            style.draw_text(canvas, (x, LOWEST + 7), title, style.REGULAR, 8, style.MUTED)

    def _foot(self, page: int, pages: int) -> None:
        style.draw_footer(
            self.canvas,
            words.footer(self.figures),
            f"halaman {page} dari {pages}",
            (LEFT, RIGHT),
            FOOT,
        )


def _fits(text: str, font: str, size: float, room: float) -> bool:
    return style.text_width(style.clean(text), font, size) <= room


def _median_line(median: int | None, p90: int | None) -> str:
    return f"median {words.minutes(median)} · 9/10: {words.minutes(p90)}"
