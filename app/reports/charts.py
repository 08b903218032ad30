"""The chart of the daily summary: arrivals and served as bars by hour, and the mean wait as a line above them."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from app.domain.figures import HourFigures
from app.domain.measures import MINUTE, whole_minutes
from app.reports import style

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

ARRIVED = "#BFDDCD"
"""Pale enough to differ from green in black and white, dark enough to be seen on paper."""

LEFT_AXIS = 34.0  # points for the names of the two scales
LABEL = 6.4
STRIP, GAP, HOURS = 0.38, 10.0, 11.0
"""Share of the height for the line of waits; points between it and the bars; points for the names of the hours."""


class Area(msgspec.Struct, frozen=True):
    """A rectangle: lower left corner and size in points."""

    x: float
    y: float
    width: float
    height: float


def draw_hours(canvas: "Canvas", area: Area, hours: Sequence[HourFigures]) -> None:
    """Draws the chart into `area`, with the names of the hours at its foot. Nothing overlaps: the line has its own
    strip, each wait and each count stands beside what it measures."""
    if not hours:
        style.draw_text(
            canvas,
            (area.x + area.width / 2, area.y + area.height / 2),
            "Hari libur, tidak ada karcis.",
            style.REGULAR,
            7.5,
            style.MUTED,
            "center",
        )
        return
    plot = (area.height - HOURS - GAP) * (1 - STRIP)
    bars = Area(area.x + LEFT_AXIS, area.y + HOURS, area.width - LEFT_AXIS, plot)
    strip_base = bars.y + plot + GAP
    strip = Area(bars.x, strip_base, bars.width, area.y + area.height - strip_base)
    _draw_bars(canvas, bars, hours)
    _draw_waits(canvas, strip, hours)
    if not any(each.arrived for each in hours):
        middle = (bars.x + bars.width / 2, bars.y + bars.height / 2)
        style.draw_text(canvas, middle, "Tidak ada karcis.", style.REGULAR, 7.5, style.MUTED, "center")


def draw_legend(canvas: "Canvas", right: float, base: float) -> None:
    """Draws what the three signs mean, ending at `right` on the base line."""
    x = right
    for name, sign in (
        ("menunggu, rata-rata (mnt)", "line"),
        ("selesai dilayani", "dark"),
        ("datang", "pale"),
    ):
        x -= style.text_width(name, style.REGULAR, 7)
        style.draw_text(canvas, (x, base), name, style.REGULAR, 7, style.MUTED)
        if sign == "line":
            _line(canvas, [(x - 16, base + 2.3), (x - 4, base + 2.3)])
            _dot(canvas, x - 10, base + 2.3)
            x -= 16
        else:
            canvas.setFillColor(style.colour(style.GREEN if sign == "dark" else ARRIVED))
            canvas.roundRect(x - 10, base - 0.6, 6.4, 6.4, 1, fill=1, stroke=0)
            x -= 10
        x -= 12


def _centre(area: Area, index: int, count: int) -> float:
    return area.x + area.width * (index + 0.5) / count


def _draw_bars(canvas: "Canvas", area: Area, hours: Sequence[HourFigures]) -> None:
    top = max(1, *(each.arrived for each in hours), *(each.served for each in hours))
    room = area.height - LABEL - 3  # for the count above the highest bar
    width = min(17.0, area.width / len(hours) * 0.36)
    style.draw_text(
        canvas,
        (area.x - LEFT_AXIS, area.y + area.height / 2 - 2),
        "jumlah",
        style.REGULAR,
        LABEL,
        style.MUTED,
    )
    for index, hour in enumerate(hours):
        x = _centre(area, index, len(hours))
        for count, left, ink in (
            (hour.arrived, x - width - 0.8, ARRIVED),
            (hour.served, x + 0.8, style.GREEN),
        ):
            if not count:
                continue
            height = max(0.8, room * count / top)
            _bar(canvas, Area(left, area.y, width, height), ink)
            style.draw_text(
                canvas,
                (left + width / 2, area.y + height + 2),
                str(count),
                style.REGULAR,
                LABEL,
                style.MUTED,
                "center",
            )
        style.draw_text(
            canvas, (x, area.y - HOURS + 2), f"{hour.hour:02}", style.REGULAR, 7.2, style.MUTED, "center"
        )
    style.draw_rule(canvas, (area.x, area.y), area.width, style.LINE, 0.8)


def _bar(canvas: "Canvas", area: Area, ink: str) -> None:
    """A bar with round upper corners and a straight foot."""
    radius = min(2.0, area.height / 2, area.width / 2)
    canvas.setFillColor(style.colour(ink))
    canvas.roundRect(area.x, area.y, area.width, area.height, radius, fill=1, stroke=0)
    canvas.rect(area.x, area.y, area.width, min(radius, area.height), fill=1, stroke=0)


def _draw_waits(canvas: "Canvas", area: Area, hours: Sequence[HourFigures]) -> None:
    waits = [(index, each.waiting) for index, each in enumerate(hours) if each.waiting is not None]
    style.draw_text(
        canvas, (area.x - LEFT_AXIS, area.y + area.height / 2), "tunggu", style.REGULAR, LABEL, style.MUTED
    )
    style.draw_text(
        canvas, (area.x - LEFT_AXIS, area.y + area.height / 2 - 7), "(mnt)", style.REGULAR, LABEL, style.MUTED
    )
    top = max([MINUTE, *(wait for _, wait in waits)])
    room = area.height - LABEL - 5  # for the value above the highest point
    points = [(_centre(area, index, len(hours)), area.y + room * wait / top) for index, wait in waits]
    run: list[tuple[float, float]] = []
    for place, (index, _) in enumerate(waits):
        if place and index != waits[place - 1][0] + 1:  # an hour without arrivals: no wait to draw a line to
            _line(canvas, run)
            run = []
        run.append(points[place])
    _line(canvas, run)
    for (x, y), (_, wait) in zip(points, waits, strict=True):
        _dot(canvas, x, y)
        style.draw_text(
            canvas, (x, y + 4), str(whole_minutes(wait)), style.SEMIBOLD, LABEL, style.YELLOW_TEXT, "center"
        )


def _line(canvas: "Canvas", points: Sequence[tuple[float, float]]) -> None:
    canvas.setStrokeColor(style.colour(style.YELLOW))
    canvas.setLineWidth(1.6)
    canvas.setLineJoin(1)
    for start, end in pairwise(points):
        canvas.line(*start, *end)


def _dot(canvas: "Canvas", x: float, y: float) -> None:
    canvas.setFillColor(style.colour(style.WHITE))
    canvas.setStrokeColor(style.colour(style.YELLOW))
    canvas.setLineWidth(1.3)
    canvas.circle(x, y, 1.7, fill=1, stroke=1)
