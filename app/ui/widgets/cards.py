"""Cards: the boxes a page is made of."""

from typing import ClassVar

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.ui import icons, theme
from app.ui.theme import Colour, Tone, Type
from app.ui.widgets import paint
from app.ui.widgets.buttons import Button, Look, PaintedButton
from app.ui.widgets.marks import Painted, paint_bar
from app.ui.widgets.text import Heading, Label, Muted


class Card(QFrame):
    """A white box with a round line; `body` is its vertical layout, `head` the row of its title."""

    def __init__(self, title: str = "", *, plain: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("plain", plain)
        self.body = QVBoxLayout(self)
        edge = 0 if plain else theme.space(4.5)
        self.body.setContentsMargins(edge, edge, edge, edge)
        self.body.setSpacing(theme.space(2))
        self.head = QHBoxLayout()
        self.head.setSpacing(theme.space(2))
        self.title = Heading(title)
        if title:
            self.head.addWidget(self.title, 1)
            self.body.addLayout(self.head)
            self.setAccessibleName(title)

    def set_title(self, title: str) -> None:
        """Change the words of the title that was given at the start."""
        self.title.setText(title)
        self.setAccessibleName(title)


class Row(QFrame):
    """One line of a list inside a card; `body` is its horizontal layout, `tint` the pale green one."""

    def __init__(self, *, tint: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("tint", tint)
        self.body = QHBoxLayout(self)
        down = theme.space(1 if tint else 1.5)
        self.body.setContentsMargins(theme.space(2.5), down, theme.space(2.5), down)
        self.body.setSpacing(theme.space(2))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)


class Figure(Card):
    """One number of the day: what it is, the number large, a note below."""

    def __init__(
        self,
        label: str,
        value: str = "",
        note: str = "",
        tone: Tone = Tone.NEUTRAL,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent=parent)
        self.body.setContentsMargins(theme.space(3), theme.space(3), theme.space(3), theme.space(3))
        self.body.setSpacing(theme.space(0.5))
        self._label = Label(label, ink="muted")
        self._value = Label(value, Type.FIGURE)
        self._note = Label(note, Type.SMALL, ink="muted")
        for line in (self._label, self._value, self._note):
            self.body.addWidget(line)
        self.set(value, note, tone)

    def set(self, value: str, note: str = "", tone: Tone = Tone.NEUTRAL) -> None:
        """Show another number; BAD is red, GOOD green, the others ink."""
        self._value.setText(value)
        self._note.setText(note)
        self._value.set_ink("bad" if tone is Tone.BAD else "brand" if tone is Tone.GOOD else "ink")
        self.setAccessibleName(f"{self._label.text()}: {value}. {note}")

    def value(self) -> str:
        """The number as shown."""
        return self._value.text()


class ServiceCard(PaintedButton):
    """A service at the security desk: large, pressed by mouse, Enter or its key."""

    look = Look(Colour.CARD, Colour.BRAND_FAINT, Colour.LINE, Colour.INK)
    kind = Type.SUBTITLE

    def __init__(
        self,
        title: str,
        subtitle: str = "",
        *,
        prefix: str = "",
        icon: str = "ticket",
        key: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, icon, parent=parent)
        self._subtitle, self._prefix = subtitle, prefix
        self._line1 = self._line2 = ""
        self._share: float | None = None
        self._tone = Tone.GOOD
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        if key:
            self.set_key(key)

    def set(self, line1: str, line2: str = "", *, share: float | None = None, tone: Tone = Tone.GOOD) -> None:
        """Show the queue and what is left: `share` 0.0–1.0 of the quota used, None without quota; BAD when used up."""
        self._line1, self._line2, self._share, self._tone = line1, line2, share, tone
        self.setAccessibleName(f"{self._prefix} {self.words()}")
        self.setAccessibleDescription(f"{self._subtitle}. {line1}. {line2}")
        self.update()

    def _line_height(self) -> int:
        return paint.height_of(theme.font(Type.STRONG))

    def _inner_height(self) -> int:
        lines = self._line_height() * 3 + paint.height_of(self.font()) + theme.em(None, 2.2)
        return lines + theme.space(7)  # bar, and the gaps between

    def sizeHint(self) -> QSize:
        """Room for all lines and some air."""
        return QSize(theme.em(None, 17), self._inner_height() + theme.space(20))

    def minimumSizeHint(self) -> QSize:
        """All lines, no air."""
        return QSize(theme.em(None, 10), self._inner_height() + theme.space(6.5))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Icon and prefix on top, names below, queue and bar at the foot."""
        painter = paint.painter_of(self)
        fill, line, _ = self.shades()
        corner = paint.radius(3.5)
        paint.box(painter, self.rect(), fill, line, corner)
        edge = theme.space(4.5 if self.height() > self._inner_height() + theme.space(12) else 3)
        inner = self.rect().adjusted(edge, edge, -edge, -edge)
        self._paint_names(painter, inner)
        self._paint_queue(painter, inner)
        if self.hasFocus():
            paint.focus_ring(painter, self.rect(), corner)

    def _spent(self) -> bool:
        return not self.isEnabled() or self._tone is Tone.BAD

    def _paint_names(self, painter: QPainter, inner: QRect) -> None:
        side = theme.em(None, 2.2)
        role = Colour.DISABLED if self._spent() else Colour.BRAND
        icons.paint(painter, self._icon_name, QRect(inner.left(), inner.top(), side, side), role)
        letter = theme.sized(2.15, 700)
        top = QRect(inner.left(), inner.top(), inner.width(), side)
        shade = theme.colour(Colour.DISABLED if self._spent() else Colour.BRAND_DARK)
        paint.text(painter, top, self._prefix, letter, shade, paint.RIGHT)
        if self._key:
            before = top.adjusted(0, 0, -paint.width_of(self._prefix, letter) - theme.space(3), 0)
            paint.text(
                painter, before, self._key, theme.font(Type.SMALL), theme.colour(Colour.MUTED), paint.RIGHT
            )
        y = top.bottom() + theme.space(2)
        ink = theme.colour(Colour.INK if self.isEnabled() else Colour.DISABLED)
        name = QRect(inner.left(), y, inner.width(), paint.height_of(self.font()))
        paint.text(painter, name, self.words(), self.font(), ink)
        below = QRect(inner.left(), name.bottom() + theme.space(0.5), inner.width(), self._line_height())
        face = theme.font(Type.BODY)
        if paint.width_of(self._subtitle, face) > below.width():
            face = theme.font(Type.SMALL)
        paint.text(painter, below, self._subtitle, face, theme.colour(Colour.MUTED))

    def _paint_queue(self, painter: QPainter, inner: QRect) -> None:
        high = theme.space(2)
        bar = QRect(inner.left(), inner.bottom() - high, inner.width(), high)
        paint_bar(painter, bar, self._share or 0.0, theme.colour(self._tone.fill))
        line = self._line_height()
        second = QRect(inner.left(), bar.top() - line - theme.space(1), inner.width(), line)
        paint.text(painter, second, self._line2, theme.font(Type.BODY), theme.colour(Colour.MUTED))
        first = QRect(inner.left(), second.top() - line, inner.width(), line)
        shade = theme.colour(Colour.RED if self._tone is Tone.BAD else Colour.INK)
        paint.text(painter, first, self._line1, theme.font(Type.STRONG), shade)


class EmptyState(QWidget):
    """What stands where nothing is yet: an icon, what is so, what to do."""

    def __init__(self, icon: str, text: str, hint: str = "", *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setSpacing(theme.space(2))
        column.addStretch(1)
        self._picture = Picture(icon, 3.2, Colour.MUTED)
        self._text = Label(text, Type.STRONG, wrap=True)
        self._hint = Muted(hint, wrap=True)
        column.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignHCenter)
        for label in (self._text, self._hint):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addStretch(1)
        self.set(text, hint, icon)

    def set(self, text: str, hint: str = "", icon: str = "") -> None:
        """Change what is said."""
        self._text.setText(text)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        if icon:
            self._picture.set(icon)
        self.setAccessibleName(f"{text}. {hint}" if hint else text)


class Picture(Painted):
    """An icon as a picture, `size` in em."""

    def __init__(
        self, icon: str, size: float = 1.5, role: Colour = Colour.INK, *, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._icon, self._size, self._role = icon, size, role
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set(self, icon: str, role: Colour | None = None) -> None:
        """Show another icon."""
        self._icon = icon
        self._role = role or self._role
        self.update()

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(theme.em(None, self._size), theme.em(None, self._size))

    def minimumSizeHint(self) -> QSize:
        """The same square."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the icon."""
        icons.paint(paint.painter_of(self), self._icon, QRect(0, 0, self.width(), self.width()), self._role)


class Banner(QWidget):
    """A line that stays until the matter is settled: icon, text, note, and one action."""

    triggered = Signal()

    _ICONS: ClassVar[dict[Tone, str]] = {
        Tone.NEUTRAL: "info",
        Tone.GOOD: "circle-check",
        Tone.WARN: "triangle-alert",
        Tone.BAD: "circle-alert",
        Tone.INFO: "info",
    }

    def __init__(
        self,
        tone: Tone = Tone.INFO,
        text: str = "",
        action: str = "",
        *,
        note: str = "",
        icon: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._tone = tone
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.space(3), theme.space(1.5), theme.space(2), theme.space(1.5))
        row.setSpacing(theme.space(2.5))
        self._picture = Picture(icon or self._ICONS[tone], 1.5, tone.ink)
        self._text = Label(text, Type.STRONG, wrap=True)
        self._note = Label(note, Type.SMALL, wrap=True, ink="muted")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._text)
        words.addWidget(self._note)
        self.button = Button(action)
        row.addWidget(self._picture)
        row.addLayout(words, 1)
        row.addWidget(self.button)
        self.button.clicked.connect(self.triggered)
        self.set(tone, text, action, note=note, icon=icon)

    def set(self, tone: Tone, text: str, action: str = "", *, note: str = "", icon: str = "") -> None:
        """Say something else; without `action` there is no button."""
        self._tone = tone
        self._picture.set(icon or self._ICONS[tone], tone.ink)
        self._text.setText(text)
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self.button.setText(action)
        self.button.setVisible(bool(action))
        self.setAccessibleName(f"{text}. {note}" if note else text)
        self.update()

    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def changeEvent(self, event: QEvent) -> None:
        """Repaint in a new theme."""
        if event.type() == QEvent.Type.StyleChange:
            self.update()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The pale ground."""
        painter = paint.painter_of(self)
        paint.box(painter, self.rect(), theme.colour(self._tone.ground), None, paint.radius())
