"""Icons in the colours of the theme, drawn sharp at any size and pixel ratio."""

from functools import cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.ui import fonts, theme
from app.ui.theme import Colour

FOLDER = fonts.FOLDER.parent / "icons"


@cache
def source(name: str) -> str:
    """The SVG text of an icon; its colour is the word `currentColor`."""
    return (FOLDER / f"{name}.svg").read_text(encoding="utf-8")


def icon(name: str, role: Colour = Colour.INK, *, on: Colour | None = None) -> QIcon:
    """An icon that follows the theme; `on` is its colour while checked."""
    return _icon(name, role, on or role)


def pixmap(name: str, size: int, role: Colour = Colour.INK, *, ratio: float = 1.0) -> QPixmap:
    """The icon as a square picture of `size` logical pixels for a screen of that pixel ratio."""
    return _pixmap(name, size, theme.active().colours[role], ratio)


def paint(painter: QPainter, name: str, box: QRect, role: Colour) -> None:
    """Draw the icon into the square `box`."""
    ratio = painter.device().devicePixelRatioF()
    painter.drawPixmap(box.topLeft(), pixmap(name, box.width(), role, ratio=ratio))


@cache
def _icon(name: str, role: Colour, on: Colour) -> QIcon:
    source(name)  # a missing file is a defect of the caller, not of the first painting
    engine = _Engine(name, role, on)
    _engines.append(engine)
    return QIcon(engine)


@cache
def _pixmap(name: str, size: int, shade: str, ratio: float) -> QPixmap:
    result = QPixmap(QSize(size, size) * ratio)
    result.setDevicePixelRatio(ratio)
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    svg = source(name).replace("currentColor", shade)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return result


class _Engine(QIconEngine):
    """Draws an icon from its SVG when it is wanted, so that a change of theme needs no new icons."""

    def __init__(self, name: str, role: Colour, on: Colour) -> None:
        super().__init__()
        self._name, self._role, self._on = name, role, on

    def _shade(self, mode: QIcon.Mode, state: QIcon.State) -> Colour:
        if mode == QIcon.Mode.Disabled:
            return Colour.DISABLED
        return self._on if state == QIcon.State.On else self._role

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        side = min(rect.width(), rect.height())
        box = QRect(0, 0, side, side)
        box.moveCenter(rect.center())
        paint(painter, self._name, box, self._shade(mode, state))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return pixmap(self._name, min(size.width(), size.height()), self._shade(mode, state))

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        side = round(min(size.width(), size.height()) / scale)
        return pixmap(self._name, side, self._shade(mode, state), ratio=scale)

    def clone(self) -> QIconEngine:
        copy = _Engine(self._name, self._role, self._on)
        _engines.append(copy)
        return copy


_engines: list[_Engine] = []  # Qt keeps no Python object alive
