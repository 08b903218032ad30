"""The chart of a day: what came and what was served, per hour."""

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui import theme
from app.ui.theme import Colour, Type
from app.ui.widgets import paint
from app.ui.widgets.marks import Painted
from app.ui.widgets.tips import show_tip


class Pair(msgspec.Struct, frozen=True):
    """Two counts under one label."""

    label: str
    first: int
    second: int


class BarChart(Painted):
    """Two bars per label with a scale, figures above the bars where there is room, and a legend."""

    def __init__(self, first: str, second: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._first, self._second = first, second
        self._pairs: tuple[Pair, ...] = ()
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set(self, pairs: Sequence[Pair]) -> None:
        """Show these counts, in this order."""
        self._pairs = tuple(pairs)
        told = "; ".join(
            f"{p.label}: {self._first} {p.first}, {self._second} {p.second}" for p in self._pairs
        )
        self.setAccessibleDescription(told)
        self.update()

    def sizeHint(self) -> QSize:
        """As in the supervisor's page."""
        return QSize(theme.em(None, 36), theme.em(None, 15))

    def minimumSizeHint(self) -> QSize:
        """Small, still readable."""
        return QSize(theme.em(None, 18), theme.em(None, 8))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell the figures under the mouse."""
        slot = self.width() / max(1, len(self._pairs))
        index = int(event.position().x() // slot) if self._pairs else -1
        if 0 <= index < len(self._pairs):
            pair = self._pairs[index]
            told = f"{pair.label}: {self._first} {pair.first}, {self._second} {pair.second}"
            show_tip(event.globalPosition().toPoint(), told, self)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Legend, scale, bars."""
        painter = paint.painter_of(self)
        line = paint.height_of(theme.font(Type.SMALL))
        self._paint_legend(painter, line)
        foot = self.height() - line - theme.space(2)
        top = line + theme.space(6)
        painter.setPen(QPen(theme.colour(Colour.LINE), 1))
        painter.drawLine(QPointF(0, foot + 0.5), QPointF(self.width(), foot + 0.5))
        highest = max((max(pair.first, pair.second) for pair in self._pairs), default=0)
        slot = self.width() / max(1, len(self._pairs))
        for index, pair in enumerate(self._pairs):
            area = QRectF(index * slot, top, slot, foot - top)
            self._paint_pair(painter, area, pair, highest, line)

    def _paint_legend(self, painter: QPainter, line: int) -> None:
        x, face = 0, theme.font(Type.SMALL)
        for words, role in ((self._first, Colour.CHART_PALE), (self._second, Colour.BRAND)):
            side = theme.space(3)
            paint.box(
                painter, QRect(x, (line - side) // 2, side, side), theme.colour(role), None, theme.space(0.75)
            )
            x += side + theme.space(1.5)
            width = paint.width_of(words, face)
            paint.text(painter, QRect(x, 0, width, line), words, face, theme.colour(Colour.MUTED))
            x += width + theme.space(4)

    def _paint_pair(self, painter: QPainter, area: QRectF, pair: Pair, highest: int, line: int) -> None:
        thick = min(theme.space(6), (area.width() - theme.space(3)) / 2)
        left = area.center().x() - thick - theme.space(0.5)
        parts = (
            (pair.first, Colour.CHART_PALE, left),
            (pair.second, Colour.BRAND, left + thick + theme.space(1)),
        )
        for count, role, x in parts:
            high = area.height() * count / highest if highest else 0.0
            bar = QRectF(x, area.bottom() - high, thick, high)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour(role))
            corner = min(theme.space(1), high / 2)
            painter.drawRoundedRect(bar, corner, corner)
            face = theme.sized(0.82, 600)
            if count and paint.width_of(str(count), face) <= thick + theme.space(1):
                above = QRect(round(x - 4), round(bar.top()) - line, round(thick + 8), line)
                paint.text(painter, above, str(count), face, theme.colour(Colour.MUTED), paint.CENTER)
        below = QRect(round(area.left()), round(area.bottom()) + theme.space(1.5), round(area.width()), line)
        paint.text(
            painter, below, pair.label, theme.font(Type.SMALL), theme.colour(Colour.MUTED), paint.CENTER
        )
