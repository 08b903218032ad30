"""Buttons: drawn whole, so that icon, words and key hint keep their distance at any size."""

from typing import ClassVar

import msgspec
from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFont,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QShortcut,
)
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from app.ui import icons, theme
from app.ui.theme import Colour, Tone, Type
from app.ui.widgets import paint
from app.ui.widgets.tips import set_tip


class Look(msgspec.Struct, frozen=True):
    """Colours of one kind of button; `None` is not drawn."""

    fill: Colour | None
    hover: Colour
    line: Colour | None
    ink: Colour


_PRESSING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Select)


class PaintedButton(QPushButton):
    """A push button that draws itself and takes Enter as well as Space."""

    look: ClassVar[Look] = Look(Colour.CARD, Colour.BRAND_FAINT, Colour.LINE, Colour.INK)
    kind: ClassVar[Type] = Type.STRONG

    def __init__(self, text: str = "", icon: str = "", *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = icon
        self._key = ""
        self._hovered = False
        self._left = False
        self.setText(text)
        self.setAutoDefault(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFont(theme.font(self.kind))
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        """Set words and accessible name; an ampersand is an ampersand, not a mnemonic."""
        super().setText(text.replace("&", "&&"))
        self.setAccessibleName(text)

    def words(self) -> str:
        """The text as a person reads it."""
        return self.text().replace("&&", "&")

    def set_icon_name(self, icon: str) -> None:
        """Show another icon of `resources/icons`."""
        self._icon_name = icon
        self.updateGeometry()
        self.update()

    def set_key(self, key: str, *, hint: bool = True) -> None:
        """Let a key ("F2", "Ctrl+Enter") press this button while it can be seen; shown on it if `hint`."""
        self._key = key if hint else ""
        set_tip(self, f"{self.words()} ({key})" if self.words() else f"{self.accessibleName()} ({key})")
        shortcut = QShortcut(QKeySequence(key.replace("Enter", "Return")), self)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(self.click)
        self.updateGeometry()

    def show_key(self, key: str) -> None:
        """Show a key that the group of this button takes."""
        self._key = key
        self.updateGeometry()

    def align_left(self, key: str = "") -> None:
        """Put the words at the left, in a list of buttons; `key` is only shown, the list takes it."""
        self._left = True
        self._key = key
        self.updateGeometry()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A key that is held down presses once: Qt would click again for each repetition of Enter."""
        if event.isAutoRepeat() and event.key() in _PRESSING:
            event.accept()
            return
        super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Remember that the mouse is over it."""
        self._hovered = True
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Remember that the mouse has left."""
        self._hovered = False
        super().leaveEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Take the size of the theme when that changes."""
        if event.type() == QEvent.Type.StyleChange and self.font() != theme.font(self.kind):
            self.setFont(theme.font(self.kind))
            self.updateGeometry()
        super().changeEvent(event)

    # ------------------------------------------------------------ drawing

    def current_look(self) -> Look:
        """The colours for the state it is in."""
        return self.look

    def shades(self) -> tuple[QColor | None, QColor | None, QColor]:
        """Fill, line and ink now."""
        look = self.current_look()
        if not self.isEnabled():
            fill = theme.colour(Colour.TRACK) if look.line is None and look.fill else None
            return fill, theme.colour(Colour.LINE) if look.line else None, theme.colour(Colour.DISABLED)
        fill = theme.colour(look.fill) if look.fill else None
        if self._hovered or self.isDown():
            fill = self.hover_shade()
        if self.isDown() and fill is not None:
            fill = paint.mixed(fill, theme.colour(Colour.INK), 0.08)
        return fill, theme.colour(look.line) if look.line else None, theme.colour(look.ink)

    def hover_shade(self) -> QColor:
        """The fill under the mouse."""
        return theme.colour(self.current_look().hover)

    def ink_role(self) -> Colour:
        """The role of icon and words now."""
        return self.current_look().ink if self.isEnabled() else Colour.DISABLED

    def icon_side(self) -> int:
        """Edge of the icon in pixels."""
        return theme.em(self, 1.35)

    def padding(self) -> tuple[int, int]:
        """Free pixels left and right, above and below."""
        return theme.space(3.5), theme.space(2.25)

    def key_font(self) -> QFont:
        """The face of the key hint."""
        return theme.font(Type.SMALL)

    def sizeHint(self) -> QSize:
        """Room for icon, words and key."""
        across, down = self.padding()
        parts = self._parts()
        width = sum(parts) + theme.space(2) * max(0, sum(1 for part in parts if part) - 1)
        height = max(paint.height_of(self.font()), self.icon_side() if self._icon_name else 0)
        return QSize(width + 2 * across, height + 2 * down)

    def minimumSizeHint(self) -> QSize:
        """Words may be shortened to about six letters; the key hint gives way first."""
        across, _ = self.padding()
        icon, words, _ = self._parts()
        return QSize(min(icon + words, icon + theme.em(self, 5)) + across, self.sizeHint().height())

    def _parts(self) -> tuple[int, int, int]:
        words = self.words()
        return (
            self.icon_side() if self._icon_name else 0,
            paint.width_of(words, self.font()) if words else 0,
            paint.width_of(self._key, self.key_font()) if self._key else 0,
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Box, icon, words, key, focus ring."""
        painter = paint.painter_of(self)
        fill, line, ink = self.shades()
        paint.box(painter, self.rect(), fill, line, paint.radius())
        self._paint_content(painter, ink)
        if self.hasFocus():
            self._paint_focus(painter)

    def _paint_focus(self, painter: QPainter) -> None:
        if self.current_look().line is None and self.current_look().fill is not None:
            paint.focus_ring(painter, self.rect(), paint.radius(), theme.colour(Colour.ON_BRAND), 3)
        paint.focus_ring(painter, self.rect(), paint.radius())

    def _paint_content(self, painter: QPainter, ink: QColor) -> None:
        gap = theme.space(2)
        icon, words, key = self._parts()
        room = self.width() - 2 * min(self.padding()[0], theme.space(2))
        gap = theme.space(1.5) if key and icon + words + key + 2 * gap > room else gap
        if key and icon + words + key + 2 * gap > room:
            key = 0
        words = min(words, room - icon - (gap if icon and words else 0) - (key + gap if key else 0))
        total = icon + words + key + gap * max(0, sum(1 for part in (icon, words, key) if part) - 1)
        x = self.padding()[0] if self._left else (self.width() - total) // 2
        if icon:
            square = QRect(x, (self.height() - icon) // 2, icon, icon)
            icons.paint(painter, self._icon_name, square, self.ink_role())
            x += icon + gap
        if words > 0:
            paint.text(painter, QRect(x, 0, words, self.height()), self.words(), self.font(), ink)
            x += words + gap
        if key:
            x = self.width() - self.padding()[0] - key if self._left else x
            faint = paint.mixed(ink, self.shades()[0] or theme.colour(Colour.CARD), 0.25)
            paint.text(painter, QRect(x, 0, key, self.height()), self._key, self.key_font(), faint)


class Button(PaintedButton):
    """An ordinary button; `danger` for what takes away, `tone` for how it looks while checked."""

    look = Look(Colour.CARD, Colour.BRAND_FAINT, Colour.LINE, Colour.INK)
    _DANGER = Look(Colour.CARD, Colour.RED_PALE, Colour.RED_LINE, Colour.RED)
    _CHECKED: ClassVar[dict[Tone, Look]] = {
        Tone.GOOD: Look(Colour.BRAND_PALE, Colour.BRAND_PALE, Colour.BRAND, Colour.INK),
        Tone.BAD: Look(Colour.RED_PALE, Colour.RED_PALE, Colour.RED, Colour.INK),
        Tone.WARN: Look(Colour.YELLOW_PALE, Colour.YELLOW_PALE, Colour.YELLOW_INK, Colour.INK),
        Tone.INFO: Look(Colour.BLUE_PALE, Colour.BLUE_PALE, Colour.BLUE, Colour.INK),
        Tone.NEUTRAL: Look(Colour.TRACK, Colour.TRACK, Colour.MUTED, Colour.INK),
    }

    def __init__(
        self,
        text: str = "",
        icon: str = "",
        *,
        key: str = "",
        danger: bool = False,
        tone: Tone = Tone.GOOD,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, icon, parent=parent)
        self._danger = danger
        self._tone = tone
        if key:
            self.set_key(key)

    def current_look(self) -> Look:
        """Danger, checked or plain."""
        if self.isChecked():
            return self._CHECKED[self._tone]
        return self._DANGER if self._danger else self.look


class PrimaryButton(PaintedButton):
    """The one thing to do next: one a screen."""

    look = Look(Colour.BRAND, Colour.BRAND_DARK, None, Colour.ON_BRAND)

    def __init__(
        self,
        text: str = "",
        icon: str = "",
        *,
        key: str = "",
        large: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        self._large = large
        super().__init__(text, icon, parent=parent)
        if large:
            self.kind = Type.TITLE  # type: ignore[misc]  # the large one has its own size
            self.setFont(theme.font(Type.TITLE))
        if key:
            self.set_key(key)

    def padding(self) -> tuple[int, int]:
        """The large one is taller."""
        return theme.space(4), theme.space(3.75 if self._large else 2.25)


class IconButton(PaintedButton):
    """A square button with an icon only; `name` is what it does, read aloud and shown as tool tip."""

    def __init__(
        self, icon: str, name: str, *, key: str = "", flat: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__("", icon, parent=parent)
        self._flat = flat
        self.setAccessibleName(name)
        set_tip(self, name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if key:
            self.set_key(key, hint=False)

    def current_look(self) -> Look:
        """Without a box when flat."""
        if self.isChecked():
            return Look(Colour.BRAND_PALE, Colour.BRAND_PALE, Colour.BRAND, Colour.BRAND_DARK)
        return Look(None, Colour.BRAND_FAINT, None, Colour.MUTED) if self._flat else self.look

    def padding(self) -> tuple[int, int]:
        """Equal on all sides, as tall as a button with words."""
        across = theme.space(1.5 if self._flat else 3)
        return across, theme.space(1.5 if self._flat else 2.25)


class NavButton(PaintedButton):
    """A page in the side bar: icon over its name, the key in the corner."""

    kind = Type.NAV
    look = Look(None, Colour.NAV_ACTIVE, None, Colour.ON_NAV)

    def __init__(self, text: str, icon: str, *, key: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, icon, parent=parent)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if key:
            self.set_key(key)

    def current_look(self) -> Look:
        """Lighter while its page is shown."""
        return (
            Look(Colour.NAV_ACTIVE, Colour.NAV_ACTIVE, None, Colour.ON_NAV) if self.isChecked() else self.look
        )

    def icon_side(self) -> int:
        """A little larger than in other buttons."""
        return theme.em(self, 2)

    def sizeHint(self) -> QSize:
        """Icon, gap and one line."""
        words = paint.width_of(self.words(), self.font()) + theme.space(3)
        height = self.icon_side() + paint.height_of(self.font()) + theme.space(4.5)
        return QSize(max(words, theme.space(19)), height)

    def minimumSizeHint(self) -> QSize:
        """As tall as its hint, as narrow as its icon."""
        return QSize(theme.space(14), self.sizeHint().height())

    def hover_shade(self) -> QColor:
        """Half-way to the page that is open."""
        return (
            theme.colour(Colour.NAV_ACTIVE)
            if self.isChecked()
            else paint.mixed(theme.colour(Colour.NAV), theme.colour(Colour.NAV_ACTIVE), 0.4)
        )

    def _paint_focus(self, painter: QPainter) -> None:
        paint.focus_ring(painter, self.rect(), paint.radius(), theme.colour(Colour.ON_NAV))

    def _paint_content(self, painter: QPainter, ink: QColor) -> None:
        side, line, gap = self.icon_side(), paint.height_of(self.font()), theme.space(0.75)
        top = (self.height() - side - gap - line) // 2
        icons.paint(
            painter, self._icon_name, QRect((self.width() - side) // 2, top, side, side), self.ink_role()
        )
        below = QRect(theme.space(1), top + side + gap, self.width() - theme.space(2), line)
        paint.text(painter, below, self.words(), self.font(), ink, paint.CENTER)
        if self._key:
            corner = QRect(0, theme.space(1), self.width() - theme.space(2), line)
            faint = paint.mixed(ink, theme.colour(Colour.NAV), 0.35)
            paint.text(
                painter, corner, self._key.removeprefix("Alt+"), theme.sized(0.72, 600), faint, paint.RIGHT
            )
