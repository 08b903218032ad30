"""Pages that fill from the top: lines and blocks flow on to the next page, with a head and a foot on each."""

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING

import msgspec

from app.reports import style

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

FOOT = 30.0  # points between the lowest line and the margin, for the band at the foot


class Kind(msgspec.Struct, frozen=True):
    """How lines of text look: `leading` is the distance of two base lines in points."""

    font: str
    size: float
    leading: float
    ink: str = style.INK
    align: style.Align = "left"


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """The paper in points, its margins, and what stands at the foot of every page; without it there is no foot."""

    size: tuple[float, float]
    side: float
    top: float
    bottom: float
    foot: str | None = None


class Flow:
    """One document in the making. `y` is the upper edge of what is still free on the page."""

    def __init__(self, canvas: "Canvas", frame: Frame, pages: int) -> None:
        self.canvas = canvas
        self.frame = frame
        self.pages = pages
        self.page = 1
        self.left = frame.side
        self.right = frame.size[0] - frame.side
        self.y = frame.size[1] - frame.top
        self.again: Callable[[Flow], None] | None = None
        canvas.setPageSize(frame.size)

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def lowest(self) -> float:
        """The line that no text goes below."""
        return self.frame.bottom + (FOOT if self.frame.foot is not None else 0)

    def need(self, height: float) -> None:
        """Turns the page when less than `height` is free on it, unless it is still empty."""
        if self.y - height < self.lowest and self.y < self.frame.size[1] - self.frame.top:
            self.turn()

    def turn(self) -> None:
        """Ends this page and begins the next with the short head in `again`."""
        self.finish()
        self.canvas.showPage()
        self.page += 1
        self.y = self.frame.size[1] - self.frame.top
        if self.again:
            self.again(self)

    def finish(self) -> None:
        """Draws the foot of the last page."""
        if self.frame.foot is not None:
            number = f"Loket · halaman {self.page} dari {self.pages}"
            style.draw_footer(
                self.canvas, self.frame.foot, number, (self.left, self.right), self.frame.bottom
            )

    def skip(self, height: float) -> None:
        self.y -= height

    def text(self, text: str, kind: Kind, indent: float = 0, end: float = 0) -> None:
        """Writes `text` in as many lines as it takes, `indent` from the left edge and `end` short of the right."""
        for line in style.broken(text, kind.font, kind.size, self.width - indent - end):
            self.need(kind.leading)
            self.y -= kind.leading
            x = {
                "left": self.left + indent,
                "center": (self.left + indent + self.right - end) / 2,
                "right": self.right - end,
            }[kind.align]
            base = self.y + (kind.leading - kind.size) / 2 + 0.15 * kind.size
            style.draw_text(self.canvas, (x, base), line, kind.font, kind.size, kind.ink, kind.align)

    def height_of(self, text: str, kind: Kind, indent: float = 0, end: float = 0) -> float:
        lines = style.broken(text, kind.font, kind.size, self.width - indent - end)
        return len(lines) * kind.leading

    def rule(self, ink: str = style.LINE, thickness: float = 0.75) -> None:
        style.draw_rule(self.canvas, (self.left, self.y), self.width, ink, thickness)


def flowed(draw: Callable[[Flow], None], title: str, frame: Frame) -> bytes:
    """The PDF that `draw` makes on as many pages as it takes: drawn once to count them, once to keep."""
    pages = measured(draw, frame).page

    def paint(canvas: "Canvas") -> None:
        flow = Flow(canvas, frame, pages)
        draw(flow)
        flow.finish()

    return style.build(paint, title, frame.size)


def measured(draw: Callable[[Flow], None], frame: Frame) -> Flow:
    """The flow at the end of a drawing that nobody keeps: its `page` and `y` tell how much room it takes."""
    style.register_fonts()
    flow = Flow(style.new_canvas(BytesIO(), frame.size), frame, 1)
    draw(flow)
    return flow
