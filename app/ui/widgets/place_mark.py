"""Where a record is: three dots, filled as far as it has come on its way to head office."""

from typing import ClassVar

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui import theme
from app.ui.theme import Colour
from app.ui.widgets import paint
from app.ui.widgets.marks import Painted
from app.ui.widgets.tips import set_tip


class PlaceMark(Painted):
    """● this computer, ●● the hub, ●●● head office; `steps` is 2 in a branch without head office."""

    _ORDER: ClassVar[tuple[str, ...]] = ("here", "hub", "head_office")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place, self._steps = "", 3
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_place(self, place: str, steps: int = 3) -> None:
        """Show one of "here", "hub", "head_office"; "" is not known yet."""
        if (place, steps) == (self._place, self._steps):
            return
        self._place, self._steps = place, steps
        words = {
            "here": self.tr("Hanya di komputer ini: hilang bila cakram ini hilang"),
            "hub": self.tr("Di komputer utama: aman, urutannya masih dapat berubah"),
            "head_office": self.tr("Di kantor pusat: aman dan tetap"),
        }.get(place, "")
        if place == "hub" and steps < len(self._ORDER):
            words = self.tr("Di komputer utama: aman")
        set_tip(self, words)
        self.setAccessibleName(words)
        self.updateGeometry()
        self.update()

    def place(self) -> str:
        """The place shown, or ""."""
        return self._place

    def _dot(self) -> int:
        return theme.em(None, 0.6)

    def sizeHint(self) -> QSize:
        """Its dots, the way between them, and room to point at."""
        dot = self._dot()
        return QSize(self._steps * dot + (self._steps - 1) * theme.space(1.5) + 4, dot + theme.space(3))

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Filled up to the place, open behind it."""
        if not self._place:
            return
        painter = paint.painter_of(self)
        reached = min(self._ORDER.index(self._place) + 1, self._steps)
        shade = theme.colour(Colour.YELLOW_INK if self._place == "here" else Colour.BRAND)
        open_ = theme.colour(Colour.MUTED)
        dot, gap, middle = self._dot(), theme.space(1.5), self.height() / 2
        for number in range(self._steps):
            x = 2 + number * (dot + gap)
            full = number < reached
            if number:
                painter.setPen(QPen(shade if full else open_, 1))
                painter.drawLine(QPointF(x - gap, middle), QPointF(x, middle))
            painter.setPen(QPen(shade if full else open_, 1))
            painter.setBrush(shade if full else theme.colour(Colour.CARD))
            radius = (dot - 1) / 2
            painter.drawEllipse(QPointF(x + dot / 2, middle), radius, radius)
