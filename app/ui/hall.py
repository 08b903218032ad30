"""The window for the hall: the last call as large as it goes, the five before it, a pulse and a bell for a new one."""

import math
from typing import Protocol

from PySide6.QtCore import QEasingCurve, QRect, QSize, Qt, QTimer, QVariantAnimation
from PySide6.QtGui import (
    QCloseEvent,
    QColor,
    QFont,
    QFontMetrics,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QWidget

from app.domain.calendar import format_long_day, format_time, local
from app.domain.slips import branch_line
from app.services.counters import CallShown
from app.services.services import Services
from app.ui.background import Background
from app.ui.chime import Chime
from app.ui.fonts import FAMILY
from app.ui.presenters.hall import SHOWN, HallPresenter, HallView
from app.ui.theme import LIGHT, Colour
from app.ui.widgets import paint

SECOND_MS = 1000
PULSES, PULSE_MS = 2, 1100
DESIGNED = QSize(1366, 768)
_CENTRE = Qt.AlignmentFlag.AlignCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Bell(Protocol):
    """What rings."""

    def ring(self) -> None:
        """Once; returns at once."""

    def close(self) -> None:
        """No more."""


def _shade(role: Colour) -> QColor:
    """The hall has one look, whatever theme the desk works in."""
    return QColor(LIGHT[role])


class HallWindow(QWidget):
    """A plain second window: move it to the hall's screen, F11 fills that, Esc gives the frame back."""

    def __init__(
        self,
        services: Services,
        background: Background,
        parent: QWidget | None = None,
        *,
        bell: Bell | None = None,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._now = services.office.now
        self.presenter = HallPresenter(services, background.door(self), self)
        self._bell: Bell = bell if bell is not None else Chime(self)
        self._hall: HallView | None = None
        self._glow = 0.0
        self._pulse = QVariantAnimation(self)
        self._pulse.setStartValue(0.0)
        self._pulse.setEndValue(1.0)
        self._pulse.setDuration(PULSES * PULSE_MS)
        self._pulse.setEasingCurve(QEasingCurve.Type.Linear)
        self._pulse.valueChanged.connect(self._pulsed)
        self._timer = QTimer(self)
        self._timer.setInterval(SECOND_MS)
        self._timer.timeout.connect(self._tick)
        self.setWindowTitle(self.tr("Layar ruang tunggu · Loket"))
        self.setMinimumSize(320, 180)
        self.resize(1024, 576)
        self.setAccessibleName(self.tr("Layar ruang tunggu"))

    # ------------------------------------------------------------------------------------------ the presenter's view

    def refresh(self) -> None:
        """Read anew; called when something changed, and once a second."""
        self.presenter.refresh()

    def show_calls(self, hall: HallView) -> None:
        """The calls, newest first."""
        self._hall = hall
        words = [self._words(call) for call in hall.calls]
        self.setAccessibleDescription(". ".join(words) or hall.welcome.id)
        self.update()

    def ring(self) -> None:
        """Pulse twice, and the bell once."""
        self._pulse.stop()
        self._pulse.start()
        self._bell.ring()

    def shown(self) -> tuple[CallShown, ...]:
        """The calls on the window, newest first."""
        return self._hall.calls if self._hall else ()

    def is_pulsing(self) -> bool:
        """Whether a new call is being pointed out."""
        return self._pulse.state() == QVariantAnimation.State.Running

    def _words(self, call: CallShown) -> str:
        return self.tr("{label}, loket {counter}").format(label=call.label, counter=call.counter)

    # ------------------------------------------------------------------------------------------ Qt's own

    def _tick(self) -> None:
        self.refresh()
        self.update()

    def _pulsed(self, value: float) -> None:
        self._glow = abs(math.sin(math.pi * PULSES * value))
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        """Read while it is seen."""
        super().showEvent(event)
        self._timer.start()
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """And not while it is not."""
        self._timer.stop()
        super().hideEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let the bell end; the next time it is shown it rings again."""
        self._bell.close()
        super().closeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F11 fills the screen, Esc leaves that; F12, which brought it, sends it away."""
        if event.key() == Qt.Key.Key_F11:
            self._fill(not self.isFullScreen())
        elif event.key() == Qt.Key.Key_Escape and self.isFullScreen():
            self._fill(False)
        elif event.key() == Qt.Key.Key_F12:
            self.close()
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double click is F11: the hall's screen has no keyboard."""
        self._fill(not self.isFullScreen())

    def _fill(self, full: bool) -> None:
        if full:
            self.showFullScreen()
        else:
            self.showNormal()
        self.setCursor(Qt.CursorShape.BlankCursor if full else Qt.CursorShape.ArrowCursor)

    # ------------------------------------------------------------------------------------------ drawing

    def _unit(self, size: float) -> int:
        """`size` pixels of the designed screen on this one."""
        scale = min(self.width() / DESIGNED.width(), self.height() / DESIGNED.height())
        return max(1, round(size * scale))

    def _face(self, size: float, weight: int) -> QFont:
        face = QFont(FAMILY)
        face.setPixelSize(self._unit(size))
        face.setWeight(QFont.Weight(weight))
        face.setFeature(QFont.Tag("tnum"), 1)
        return face

    def _fitted(self, words: str, size: float, weight: int, width: int) -> QFont:
        face = self._face(size, weight)
        wide = QFontMetrics(face).horizontalAdvance(words)
        return self._face(size * min(1.0, 0.98 * width / max(1, wide)), weight)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Head, the last call, those before it, foot."""
        painter = paint.painter_of(self)
        painter.fillRect(self.rect(), _shade(Colour.BRAND_DARK))
        if self._hall is None:
            return
        edge, head, foot = self._unit(48), self._unit(116), self._unit(84)
        inner = QRect(edge, head, self.width() - 2 * edge, self.height() - head - foot)
        self._paint_head(painter, QRect(edge, 0, inner.width(), head))
        gap = self._unit(28)
        left = round((inner.width() - gap) * 0.555)
        self._paint_last(painter, QRect(inner.left(), inner.top(), left, inner.height()))
        right = QRect(inner.left() + left + gap, inner.top(), inner.width() - left - gap, inner.height())
        self._paint_former(painter, right)
        below = QRect(edge, inner.bottom(), inner.width(), foot)
        words = self._hall.footer.id
        self._text(painter, below, words, self._fitted(words, 22, 500, below.width()), "#D5E9DF", _CENTRE)

    def _text(
        self, painter: QPainter, area: QRect, words: str, face: QFont, shade: str, align: Qt.AlignmentFlag
    ) -> None:
        painter.setFont(face)
        painter.setPen(QColor(shade))
        painter.drawText(area, align | Qt.TextFlag.TextSingleLine, words)

    def _paint_head(self, painter: QPainter, area: QRect) -> None:
        assert self._hall is not None
        white = LIGHT[Colour.ON_BRAND]
        now, zone = self._now(), self._hall.zone
        clock = format_time(now, zone)
        face = self._face(48, 800)
        wide = QFontMetrics(face).horizontalAdvance(clock)
        self._text(painter, area, clock, face, white, _RIGHT)
        room = area.adjusted(0, 0, -wide - self._unit(40), 0)
        name = branch_line(self._hall.branch)
        top = QRect(room.left(), self._unit(28), room.width(), self._unit(40))
        self._text(painter, top, name, self._fitted(name, 30, 700, room.width()), white, _LEFT)
        day = format_long_day(local(now, zone).date().isoformat())
        below = QRect(room.left(), self._unit(66), room.width(), self._unit(28))
        self._text(painter, below, day, self._face(20, 500), "#D5E9DF", _LEFT)

    def _paint_last(self, painter: QPainter, area: QRect) -> None:
        assert self._hall is not None
        card = paint.mixed(_shade(Colour.CARD), _shade(Colour.YELLOW), 0.45 * self._glow)
        paint.box(painter, area, card, None, self._unit(18))
        inner = area.adjusted(self._unit(44), self._unit(40), -self._unit(44), -self._unit(44))
        if not self._hall.calls:
            self._paint_welcome(painter, inner)
            return
        call = self._hall.calls[0]
        muted, green = LIGHT[Colour.MUTED], LIGHT[Colour.BRAND_DARK]
        line = self._unit(56)
        top = QRect(inner.left(), inner.top(), inner.width(), line)
        again = self.tr("Nomor antrean · panggilan ke-{count}").format(count=call.calls)
        words = again if call.calls > 1 else self.tr("Nomor antrean")
        self._text(painter, top, words, self._fitted(words, 34, 400, inner.width()), muted, _CENTRE)
        box = QRect(inner.left(), inner.bottom() - self._unit(130), inner.width(), self._unit(130))
        above = QRect(inner.left(), box.top() - line, inner.width(), line)
        self._text(painter, above, self.tr("silakan menuju"), self._face(28, 400), muted, _CENTRE)
        middle = QRect(inner.left(), top.bottom(), inner.width(), above.top() - top.bottom())
        size = min(230.0, 0.8 * middle.height() * DESIGNED.height() / max(1, self._unit(DESIGNED.height())))
        label = self._fitted(call.label, size, 800, inner.width())
        self._text(painter, middle, call.label, label, green, _CENTRE)
        paint.box(painter, box, _shade(Colour.YELLOW), None, self._unit(20))
        counter = self.tr("LOKET {counter}").format(counter=call.counter)
        face = self._fitted(counter, 92, 800, box.width() - self._unit(24))
        self._text(painter, box, counter, face, LIGHT[Colour.INK], _CENTRE)

    def _paint_welcome(self, painter: QPainter, area: QRect) -> None:
        """Nobody has been called yet."""
        assert self._hall is not None
        painter.setFont(self._face(46, 700))
        painter.setPen(_shade(Colour.BRAND_DARK))
        painter.drawText(area, _CENTRE | Qt.TextFlag.TextWordWrap, self._hall.welcome.id)

    def _paint_former(self, painter: QPainter, area: QRect) -> None:
        assert self._hall is not None
        gap, rows = self._unit(14), SHOWN - 1
        high = (area.height() - gap * (rows - 1)) // rows
        ground = paint.mixed(_shade(Colour.BRAND_DARK), _shade(Colour.CARD), 0.11)
        for row in range(rows):
            box = QRect(area.left(), area.top() + row * (high + gap), area.width(), high)
            paint.box(painter, box, ground, None, self._unit(16))
            if row + 1 < len(self._hall.calls):
                self._paint_call(painter, box, self._hall.calls[row + 1])

    def _paint_call(self, painter: QPainter, box: QRect, call: CallShown) -> None:
        inner = box.adjusted(self._unit(26), 0, -self._unit(26), 0)
        counter = self.tr("Loket {counter}").format(counter=call.counter)
        face = self._face(36, 700)
        wide = QFontMetrics(face).horizontalAdvance(counter)
        self._text(painter, inner, counter, face, LIGHT[Colour.YELLOW], _RIGHT)
        room = inner.adjusted(0, 0, -wide - self._unit(20), 0)
        label = self._fitted(call.label, 52, 700, room.width())
        self._text(painter, room, call.label, label, LIGHT[Colour.ON_BRAND], _LEFT)
