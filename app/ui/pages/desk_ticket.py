"""The ticket as a picture: on the desk's page, as large as the page to be copied, and how long it can be taken back."""

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QTextLayout, QTextOption
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from app.devices.qr import qr_matrix
from app.domain.calendar import format_day, format_time
from app.domain.slips import TicketSlip
from app.domain.tickets import Ticket
from app.ui import theme
from app.ui.theme import LIGHT, Colour, Tone, Type
from app.ui.widgets import Bar, Button, Muted, Painted, PrimaryButton, paint

QUIET = 2  # modules of white around the code on the screen; the paper has its own
_INK, _MUTED, _RED = (
    LIGHT[Colour.INK],
    LIGHT[Colour.MUTED],
    LIGHT[Colour.RED],
)  # paper stays paper in a dark theme


def wrapped(words: str, face: QFont, width: int, most: int) -> list[str]:
    """`words` in at most `most` lines of `width` pixels; the last one is shortened where more would follow."""
    layout = QTextLayout(words, face)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WordWrap)
    layout.setTextOption(option)
    layout.beginLayout()
    starts: list[int] = []
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        starts.append(line.textStart())
    layout.endLayout()
    ends = [*starts[1:], len(words)]
    lines = [words[start:end].strip() for start, end in zip(starts, ends, strict=True)]
    if len(lines) > most:
        rest = words[starts[most - 1] :]
        lines = [*lines[: most - 1], QFontMetrics(face).elidedText(rest, Qt.TextElideMode.ElideRight, width)]
    return lines


def fitted(words: str, width: int, height: int, most: float = 5.1) -> QFont:
    """The ticket's face, at most `most` times the base size, small enough for `width` and `height`."""
    face = theme.sized(most, 800)
    metrics = QFontMetrics(face)
    share = min(1.0, width / max(1, metrics.horizontalAdvance(words)), height / metrics.height())
    return theme.sized(
        max(1.0, most * share * (0.97 if share < 1 else 1.0)), 800
    )  # hinting may widen it a little


def paint_code(painter: QPainter, code: str, area: QRect) -> None:
    """The QR code in the middle of `area`, on white, in whole pixels."""
    rows = qr_matrix(code)
    count = len(rows) + 2 * QUIET
    dot = max(1, min(area.width(), area.height()) // count)
    side = dot * count
    corner = QPoint(area.center().x() - side // 2, area.top())
    painter.fillRect(QRect(corner, QSize(side, side)), QColor("white"))
    ink = QColor(_INK)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                painter.fillRect(
                    corner.x() + (x + QUIET) * dot, corner.y() + (y + QUIET) * dot, dot, dot, ink
                )


class PaperTicket(Painted):
    """What came out of the printer, drawn in the room there is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ticket: Ticket | None = None
        self._slip: TicketSlip | None = None
        self._zone = "WIB"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set(self, ticket: Ticket, slip: TicketSlip | None, zone: str) -> None:
        """Show this ticket; without a slip the number alone."""
        self._ticket, self._slip, self._zone = ticket, slip, zone
        self.setAccessibleName(ticket.label)
        self.setAccessibleDescription(self._reads())
        self.update()

    def label(self) -> str:
        """The number shown."""
        return self._ticket.label if self._ticket else ""

    def _reads(self) -> str:
        slip = self._slip
        if slip is None:
            return ""
        return ". ".join(part for part in (slip.service, slip.ahead_line, slip.estimate_line) if part)

    def sizeHint(self) -> QSize:
        """Room for all of it."""
        return QSize(theme.space(66), theme.space(90))

    def minimumSizeHint(self) -> QSize:
        """The words without the code."""
        return QSize(theme.space(44), theme.space(50))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paper, words, code."""
        painter = paint.painter_of(self)
        paint.box(painter, self.rect(), theme.colour(Colour.PAPER), None, theme.space(1))
        painter.setPen(QPen(QColor(_MUTED), 1, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.space(1), theme.space(1)
        )
        if self._ticket is None:
            return
        area = self.rect().adjusted(theme.space(3), theme.space(3), -theme.space(3), -theme.space(2))
        y = self._paint_top(painter, area)
        self._paint_foot(painter, area, y)

    def _face(self, times: float, weight: int = 400) -> QFont:
        """Letters grow with the paper, half as large again at most."""
        room = min(self.height() / theme.space(100), self.width() / theme.space(70))
        return theme.sized(times * min(1.5, max(1.0, room)), weight)

    def _line(self, painter: QPainter, area: QRect, y: int, words: str, face: QFont, shade: str) -> int:
        """One line in the middle; gives the y below it."""
        high = paint.height_of(face)
        line = QRect(area.left(), y, area.width(), high)
        paint.text(painter, line, words, face, QColor(shade), paint.CENTER)
        return y + high

    def _paint_top(self, painter: QPainter, area: QRect) -> int:
        ticket, slip = self._ticket, self._slip
        assert ticket is not None
        small = self._face(0.92)
        head = self._face(0.88, 700)
        y = self._line(painter, area, area.top(), slip.institution if slip else "", head, _INK)
        y = self._line(painter, area, y, slip.branch if slip else "", small, _MUTED)
        face = fitted(ticket.label, area.width(), max(theme.space(10), area.height() // 4), most=8)
        y = self._line(painter, area, y, ticket.label, face, _INK)
        y = self._line(painter, area, y, slip.service if slip else "", self._face(1.12, 700), _INK)
        words = self._face(1.0)
        if slip is not None and slip.priority:
            y = self._line(
                painter, area, y, self.tr("Prioritas: {group}").format(group=slip.priority), words, _INK
            )
        for text in (slip.ahead_line, slip.estimate_line) if slip else ():
            if text:
                y = self._line(painter, area, y, text, words, _INK)
        day, time = format_day(ticket.day), format_time(ticket.issued_at, self._zone)
        y = self._line(painter, area, y, f"{day}  {time}", small, _MUTED)
        return y + theme.space(1.5)

    def _paint_foot(self, painter: QPainter, area: QRect, y: int) -> None:
        slip = self._slip
        if slip is None:
            return
        small = self._face(0.92)
        most = 4 if area.bottom() - y > theme.space(50) else 2
        bring = self._list(self.tr("Siapkan: {papers}"), slip.bring, area.width(), most)
        missing = self._list(self.tr("Belum ada: {papers}"), slip.missing, area.width(), 2)
        lines = [*((line, _MUTED) for line in bring), *((line, _RED) for line in missing)]
        if slip.copy:
            lines.append((self.tr("SALINAN {number}").format(number=slip.copy), _INK))
        foot = area.bottom() - paint.height_of(small) * len(lines)
        if foot - y >= theme.space(15):
            side = min(foot - y - theme.space(1.5), area.width() // 2, theme.space(72))
            top = y + max(0, (foot - y - theme.space(1.5) - side) // 2)
            paint_code(painter, slip.code, QRect(area.left(), top, area.width(), side))
        else:
            foot = min(foot, y)
        for words, shade in lines:
            foot = self._line(painter, area, foot, words, small, shade)

    def _list(self, template: str, papers: tuple[str, ...], width: int, most: int) -> list[str]:
        if not papers:
            return []
        return wrapped(template.format(papers=", ".join(papers)), self._face(0.92), width, most)


class VoidBar(QStackedWidget):
    """Takes the last number back while the bar runs; else says that this is possible."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = Button("", "undo-2", key="Del", danger=True)
        self.bar = Bar(0, 1, Tone.BAD)
        self._running = QWidget()
        column = QVBoxLayout(self._running)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(1))
        column.addWidget(self.button)
        column.addWidget(self.bar)
        self._hint = Muted("", small=True, wrap=True)
        self.addWidget(self._hint)
        self.addWidget(self._running)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set(self, label: str, left: int, whole: int) -> None:
        """`left` of `whole` milliseconds; without any left only the rule stands there."""
        running = left > 0
        self.button.setEnabled(running)
        self.setCurrentWidget(self._running if running else self._hint)
        self._hint.setText(
            self.tr("Salah tekan? Del membatalkan dalam {seconds} detik.").format(seconds=whole // 1000)
        )
        if running:
            seconds = -(-left // 1000)
            self.button.setText(self.tr("Batal {label} · {seconds} d").format(label=label, seconds=seconds))
            self.bar.set(left, whole)


class LargeTicket(QWidget):
    """The label as large as it goes, over the cards, to be copied by hand; the cards' keys go on working."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ticket: Ticket | None = None
        self._service, self._zone = "", "WIB"
        self.close_button = PrimaryButton(self.tr("Sudah disalin"), "check", key="Esc")
        self.close_button.clicked.connect(self.closed)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.close_button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.space(6)] * 4)
        column.addStretch(1)
        column.addLayout(row)

    def set(self, ticket: Ticket, service: str, zone: str) -> None:
        """Show this ticket."""
        self._ticket, self._service, self._zone = ticket, service, zone
        self.setAccessibleName(f"{ticket.label}. {service}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Service, number, time."""
        painter = paint.painter_of(self)
        painter.fillRect(self.rect(), theme.colour(Colour.GROUND))
        paint.box(
            painter, self.rect(), theme.colour(Colour.CARD), theme.colour(Colour.LINE), paint.radius(3.5)
        )
        if self._ticket is None:
            return
        area = self.rect().adjusted(theme.space(8), theme.space(8), -theme.space(8), -theme.space(20))
        heading, title = theme.font(Type.HEADING), theme.font(Type.TITLE)
        high = paint.height_of(heading) * 2
        muted = theme.colour(Colour.MUTED)
        top = QRect(area.left(), area.top(), area.width(), high)
        paint.text(painter, top, self._service, heading, muted, paint.CENTER)
        foot = QRect(area.left(), area.bottom() - high, area.width(), high)
        when = self.tr("{day}, pukul {time} · salin ke kertas untuk pengunjung").format(
            day=format_day(self._ticket.day), time=format_time(self._ticket.issued_at, self._zone)
        )
        paint.text(painter, foot, when, title, muted, paint.CENTER)
        middle = QRect(area.left(), top.bottom(), area.width(), foot.top() - top.bottom())
        painter.setFont(fitted(self._ticket.label, middle.width(), middle.height(), most=40))
        painter.setPen(theme.colour(Colour.BRAND_DARK))
        painter.drawText(middle, paint.CENTER | Qt.TextFlag.TextSingleLine, self._ticket.label)
