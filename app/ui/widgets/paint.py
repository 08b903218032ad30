"""Strokes shared by the widgets that draw themselves: boxes, focus rings, shortened text."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.ui import theme
from app.ui.theme import Colour

VCENTER = Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | VCENTER
RIGHT = Qt.AlignmentFlag.AlignRight | VCENTER
CENTER = Qt.AlignmentFlag.AlignCenter


def radius(steps: float = 2.5) -> float:
    """Corner radius in `space` steps: 2.5 for controls (10 px), 3.5 for cards (14 px)."""
    return 4 * steps * theme.active().scale


def painter_of(widget: QWidget) -> QPainter:
    """A painter with smooth edges."""
    painter = QPainter(widget)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    return painter


def box(painter: QPainter, area: QRect, fill: QColor | None, line: QColor | None, corner: float) -> None:
    """A rounded box with a line of one pixel, both optional."""
    painter.setPen(QPen(line, 1) if line is not None else Qt.PenStyle.NoPen)
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    edge = QRectF(area)
    if line is not None:
        edge.adjust(0.5, 0.5, -0.5, -0.5)
    painter.drawRoundedRect(edge, corner, corner)


def focus_ring(
    painter: QPainter, area: QRect, corner: float, shade: QColor | None = None, inset: float = 1
) -> None:
    """Two pixels around what the keyboard acts on."""
    painter.setPen(QPen(shade or theme.colour(Colour.FOCUS), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    edge = QRectF(area).adjusted(inset, inset, -inset, -inset)
    painter.drawRoundedRect(edge, corner - inset, corner - inset)


def text(
    painter: QPainter,
    area: QRect,
    words: str,
    face: QFont,
    shade: QColor,
    align: Qt.AlignmentFlag = LEFT,
) -> None:
    """One line of text, shortened with an ellipsis where it does not fit."""
    painter.setFont(face)
    painter.setPen(shade)
    shown = QFontMetrics(face).elidedText(words, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, align | Qt.TextFlag.TextSingleLine, shown)


def width_of(words: str, face: QFont) -> int:
    """Pixels a text takes in one line."""
    return QFontMetrics(face).horizontalAdvance(words) + 1


def height_of(face: QFont) -> int:
    """Pixels one line takes."""
    return QFontMetrics(face).height()


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """`share` of `other` in `one`."""
    kept = 1 - share
    return QColor(
        round(one.red() * kept + other.red() * share),
        round(one.green() * kept + other.green() * share),
        round(one.blue() * kept + other.blue() * share),
    )
