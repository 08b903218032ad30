"""The daily summary of 300 tickets, beside a two-page reportlab document of the same fonts and number of cells."""

from io import BytesIO
from typing import Any

from reportlab.pdfgen.canvas import Canvas

from app.reports import style
from app.services.demo import demo
from app.services.summary import Summaries
from benchmarks import material
from benchmarks.table import RUNS, Line, median, milliseconds

DAY = "2026-11-20"
TICKETS = 300
PLAIN, STRONG = "Loket", "Loket-Bold"


def _count_cells(pdf: Any) -> tuple[int, int, tuple[str, ...]]:
    """How many texts our document draws, on how many pages, in which fonts."""
    drawn, pages, fonts = 0, 0, set()
    texts = {name: getattr(Canvas, name) for name in ("drawString", "drawRightString", "drawCentredString")}
    show_page, set_font = Canvas.showPage, Canvas.setFont

    def counted(name: str) -> Any:
        def draw(self: Any, *arguments: Any, **more: Any) -> Any:
            nonlocal drawn
            drawn += 1
            return texts[name](self, *arguments, **more)

        return draw

    def turned(self: Any) -> Any:
        nonlocal pages
        pages += 1
        return show_page(self)

    def chosen(self: Any, name: str, *arguments: Any) -> Any:
        fonts.add(name)
        return set_font(self, name, *arguments)

    try:
        for name in texts:
            setattr(Canvas, name, counted(name))
        Canvas.showPage, Canvas.setFont = turned, chosen
        pdf()
    finally:
        for name, own in texts.items():
            setattr(Canvas, name, own)
        Canvas.showPage, Canvas.setFont = show_page, set_font
    return drawn, pages, tuple(sorted(fonts))


def _floor(cells: int, fonts: tuple[str, ...]) -> bytes:
    """Two pages of short texts in the same fonts, nothing else."""
    stream = BytesIO()
    canvas = style.new_canvas(stream, style.A4)
    for page in range(2):
        for place in range(cells // 2):
            canvas.setFont(fonts[place % len(fonts)], 8)
            canvas.drawString(40 + place % 12 * 42, 800 - place // 12 * 11, f"{page} {place} sel")
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def _measured(*, close: bool) -> tuple[float, float, int]:
    """(ours, floor, cells) of a played day, in milliseconds."""
    with material.folder() as where:
        office = demo(where, DAY, TICKETS, 7, close=close)
        summaries = Summaries(office)
        cells, _, fonts = _count_cells(lambda: summaries.pdf(DAY))
        floor = median([milliseconds(lambda: _floor(cells, fonts)) for _ in range(RUNS * 3)])
        ours = median([milliseconds(lambda: summaries.pdf(DAY)) for _ in range(RUNS * 3)])
        office.close()
    return ours, floor, cells


def run() -> list[Line]:
    """The closed day, printed and signed; and one that is still open, whose figures are made anew each time."""
    lines = []
    for close, words in ((True, "closed day"), (False, "open day, figures made anew")):
        ours, floor, cells = _measured(close=close)
        lines.append(Line(f"daily summary of {TICKETS} tickets, {words} ({cells} cells)", ours, floor, 3))
    return lines
