"""Loads the one font of the program and gives it in the sizes and weights that the screens use."""

from enum import Enum
from functools import cache
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

FAMILY = "Plus Jakarta Sans"
BASE_POINTS = 10.0
FOLDER = Path(__file__).resolve().parents[2] / "resources" / "fonts"


class Type(Enum):
    """What a text is for: (times the base size, weight)."""

    SMALL = (0.92, 400)
    SMALL_STRONG = (0.92, 600)
    BODY = (1.0, 400)
    STRONG = (1.0, 600)
    TITLE = (1.12, 700)
    SUBTITLE = (1.35, 700)
    HEADING = (1.65, 700)
    FIGURE = (2.3, 800)
    TICKET = (5.1, 800)
    NAV = (0.84, 600)


@cache
def load() -> tuple[str, ...]:
    """Make the font known to Qt; gives the files that Qt took (needs a QGuiApplication)."""
    files = sorted(FOLDER.glob("*.ttf"))
    return tuple(file.name for file in files if QFontDatabase.addApplicationFont(str(file)) >= 0)


def font(kind: Type = Type.BODY, *, scale: float = 1.0) -> QFont:
    """The program's font in one role, with figures that stand under one another."""
    times, weight = kind.value
    return sized(times, weight, scale=scale)


def sized(times: float, weight: int = 400, *, scale: float = 1.0) -> QFont:
    """The program's font at `times` the base size, for the few texts that have a size of their own."""
    result = QFont(FAMILY)
    result.setPointSizeF(BASE_POINTS * scale * times)
    result.setWeight(QFont.Weight(weight))
    result.setFeature(QFont.Tag("tnum"), 1)
    return result
