"""The chip of the top bar: a button that says the state in the longest words for which there is room."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QFont, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui import icons, theme
from app.ui.theme import Colour, Tone, Type
from app.ui.widgets import paint
from app.ui.widgets.buttons import PaintedButton
from app.ui.widgets.tips import set_tip


class StatusChip(PaintedButton):
    """A pill; its words are never cut, they are said more shortly."""

    kind = Type.STRONG

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._tone = Tone.NEUTRAL
        self._texts: tuple[str, ...] = ("",)
        self._shown, self._key_shown = "", False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFont(self._face())

    def set(self, texts: Sequence[str], tone: Tone, icon: str) -> None:
        """Show a state: the same in several lengths, the longest first."""
        self._texts = tuple(texts) or ("",)
        self._tone, self._icon_name = tone, icon
        self.setText(self._texts[0])
        set_tip(self, f"{self._texts[0]} ({self._key})" if self._key else self._texts[0])
        self._shown = self._texts[0]
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """The state in its longest words."""
        return self._texts[0]

    def shown(self) -> str:
        """The words that there is room for."""
        return self._shown

    def tone(self) -> Tone:
        """The tone shown."""
        return self._tone

    def fit(self, room: int) -> None:
        """Take the longest words that need no more than `room` pixels, the shortest where none do; the key if it fits."""
        wanted = next((text for text in self._texts if self._width(text) <= room), self._texts[-1])
        key = self._width(wanted) + self._key_width() <= room
        if (wanted, key) != (self._shown, self._key_shown):
            self._shown, self._key_shown = wanted, key
            self.updateGeometry()
            self.update()

    def show_key(self, key: str) -> None:
        """Show the key that presses it; the window itself listens to it."""
        self._key = key
        set_tip(self, f"{self._texts[0]} ({key})")

    def _key_width(self) -> int:
        return paint.width_of(self._key, self.key_font()) + theme.space(2) if self._key else 0

    def _face(self) -> QFont:
        return theme.sized(0.92, 600)

    def _side(self) -> int:
        return theme.em(None, 1.2)

    def _width(self, text: str) -> int:
        icon = self._side() + theme.space(1.5) if self._icon_name else 0
        return paint.width_of(text, self._face()) + icon + theme.space(5)

    def sizeHint(self) -> QSize:
        """Room for the words that are shown."""
        key = self._key_width() if self._key_shown else 0
        return QSize(self._width(self._shown) + key, theme.space(6.5))

    def minimumSizeHint(self) -> QSize:
        """The same: `fit` chooses."""
        return self.sizeHint()

    def ground(self) -> QColor:
        """The pale colour, a little stronger under the mouse."""
        pale = theme.colour(self._tone.ground)
        return paint.mixed(pale, theme.colour(self._tone.fill), 0.12) if self._hovered else pale

    def paintEvent(self, event: QPaintEvent) -> None:
        """Pill, icon, words."""
        painter = paint.painter_of(self)
        paint.box(painter, self.rect(), self.ground(), None, self.height() / 2)
        x, side = theme.space(2.5), self._side()
        if self._icon_name:
            square = QRect(x, (self.height() - side) // 2, side, side)
            icons.paint(painter, self._icon_name, square, self._tone.ink)
            x = square.right() + 1 + theme.space(1.5)
        area = QRect(x, 0, self.width() - x - theme.space(1.5), self.height())
        ink = theme.colour(self._tone.ink)
        paint.text(painter, area, self._shown, self._face(), ink)
        if self._key and self._key_shown:
            area.setRight(self.width() - theme.space(2.5))
            paint.text(painter, area, self._key, self.key_font(), ink, paint.RIGHT)
        if self.hasFocus():
            paint.focus_ring(painter, self.rect(), self.height() / 2, theme.colour(Colour.FOCUS))
