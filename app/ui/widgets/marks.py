"""Small marks: chips, bars, and the steps of a file."""

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui import icons, theme
from app.ui.theme import Colour, Tone, Type
from app.ui.widgets import paint
from app.ui.widgets.tips import set_tip


class Painted(QWidget):
    """A widget that draws itself and is measured again when the theme changes."""

    def changeEvent(self, event: QEvent) -> None:
        """Measure again."""
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self.updateGeometry()
            self.update()
        super().changeEvent(event)


class Chip(Painted):
    """A pill with a short state; the words carry the meaning, tone and icon repeat it."""

    def __init__(
        self, text: str = "", tone: Tone = Tone.NEUTRAL, icon: str = "", *, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._text, self._tone, self._icon = text, tone, icon
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    def text(self) -> str:
        """The words shown."""
        return self._text

    def tone(self) -> Tone:
        """The tone shown."""
        return self._tone

    def set(self, text: str, tone: Tone | None = None, icon: str | None = None) -> None:
        """Show another state; what is `None` stays."""
        self._text = text
        self._tone = self._tone if tone is None else tone
        self._icon = self._icon if icon is None else icon
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Room for icon and words."""
        face = theme.sized(0.92, 600)
        icon = theme.em(None, 1.2) + theme.space(1.5) if self._icon else 0
        return QSize(paint.width_of(self._text, face) + icon + theme.space(5), theme.space(6.5))

    def minimumSizeHint(self) -> QSize:
        """A state is short, and stands there whole."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Pill, icon, words."""
        painter = paint.painter_of(self)
        paint.box(painter, self.rect(), theme.colour(self._tone.ground), None, self.height() / 2)
        face = theme.sized(0.92, 600)
        x, side = theme.space(2.5), theme.em(None, 1.2)
        if self._icon:
            square = QRect(x, (self.height() - side) // 2, side, side)
            icons.paint(painter, self._icon, square, self._tone.ink)
            x += side + theme.space(1.5)
        area = QRect(x, 0, self.width() - x - theme.space(2), self.height())
        room = area.width()
        set_tip(self, self._text if paint.width_of(self._text, face) > room + 1 else "")
        paint.text(painter, area, self._text, face, theme.colour(self._tone.ink))


class Bar(Painted):
    """A part of a whole as a thin bar; the figures stand beside it in words."""

    def __init__(
        self, value: int = 0, whole: int = 0, tone: Tone = Tone.GOOD, *, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._value, self._whole, self._tone = value, whole, tone
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._tell()

    def set(self, value: int, whole: int, tone: Tone | None = None) -> None:
        """Show `value` of `whole`; a whole of 0 is drawn empty."""
        self._value, self._whole = value, whole
        self._tone = self._tone if tone is None else tone
        self._tell()
        self.update()

    def share(self) -> float:
        """0.0 to 1.0."""
        return min(1.0, max(0.0, self._value / self._whole)) if self._whole > 0 else 0.0

    def _tell(self) -> None:
        self.setAccessibleName(f"{self._value}/{self._whole}" if self._whole else "")

    def sizeHint(self) -> QSize:
        """Two spaces high."""
        return QSize(theme.space(20), theme.space(2))

    def minimumSizeHint(self) -> QSize:
        """Short, never thinner."""
        return QSize(theme.space(8), theme.space(2))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Track and filled part."""
        painter = paint.painter_of(self)
        paint_bar(painter, self.rect(), self.share(), theme.colour(self._tone.fill))


def paint_bar(painter: QPainter, area: QRect, share: float, shade: QColor) -> None:
    """A bar anywhere; a share that is not zero is seen."""
    corner = area.height() / 2
    paint.box(painter, area, theme.colour(Colour.TRACK), None, corner)
    if share > 0:
        full = QRectF(area)
        full.setWidth(max(full.height(), full.width() * share))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        painter.drawRoundedRect(full, corner, corner)


class Steps(Painted):
    """The way of a file: done steps filled with a tick, the present one bold, the rest open."""

    def __init__(
        self, steps: list[str] | None = None, current: int = 0, *, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._steps: list[str] = []
        self._current = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_steps(steps or [], current)

    def set_steps(self, steps: list[str], current: int) -> None:
        """Show these steps; those before `current` are done, `len(steps)` means all are."""
        self._steps, self._current = list(steps), current
        now = steps[current] if 0 <= current < len(steps) else ""
        self.setAccessibleName(" – ".join(steps))
        self.setAccessibleDescription(now)
        self.updateGeometry()
        self.update()

    def _widths(self) -> list[int]:
        return [paint.width_of(step, theme.font(Type.STRONG)) for step in self._steps]

    def sizeHint(self) -> QSize:
        """Every word and a stretch of line between."""
        dot = theme.em(None, 1.1) + theme.space(2)
        return QSize(sum(self._widths()) + len(self._steps) * (dot + theme.space(8)), theme.space(6.5))

    def minimumSizeHint(self) -> QSize:
        """Words may be shortened."""
        return QSize(len(self._steps) * theme.em(None, 4), theme.space(6.5))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dots, words, lines."""
        painter = paint.painter_of(self)
        widths, side = self._widths(), theme.em(None, 1.1)
        fixed = sum(widths) + len(widths) * (side + theme.space(2))
        gaps = max(1, len(widths) - 1)
        stretch = max(theme.space(3), (self.width() - fixed) // gaps)
        spare = max(0, fixed + stretch * gaps - self.width()) // max(1, len(widths))
        x = 0
        for index, step in enumerate(self._steps):
            x = self._paint_step(painter, x, index, step, max(theme.space(4), widths[index] - spare))
            if index < len(widths) - 1:
                done = index < self._current
                painter.setPen(QPen(theme.colour(Colour.BRAND if done else Colour.LINE), 2))
                middle = self.height() / 2
                ends = QPointF(x + theme.space(1.5), middle), QPointF(x + stretch - theme.space(1.5), middle)
                painter.drawLine(*ends)
                x += stretch

    def _paint_step(self, painter: QPainter, x: int, index: int, step: str, width: int) -> int:
        side = theme.em(None, 1.1)
        square = QRect(x, (self.height() - side) // 2, side, side)
        if index < self._current:
            icons.paint(painter, "circle-check", square, Colour.BRAND)
        elif index == self._current:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour(Colour.BRAND))
            painter.drawEllipse(square.adjusted(1, 1, -1, -1))
        else:
            icons.paint(painter, "circle", square, Colour.DISABLED)
        strong = index == self._current
        words = QRect(x + side + theme.space(2), 0, width, self.height())
        shade = theme.colour(Colour.INK if index <= self._current else Colour.MUTED)
        paint.text(painter, words, step, theme.font(Type.STRONG if strong else Type.BODY), shade)
        return words.right() + 1
