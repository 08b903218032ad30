"""Colours, sizes and the one style sheet, light and dark, from the same roles."""

from enum import StrEnum
from string import Template

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from app.ui import fonts
from app.ui.fonts import Type
from app.ui.style_sheet import SHEET

__all__ = ["Colour", "Theme", "Tone", "Type", "active", "apply", "colour", "em", "font", "sized", "space"]


class Colour(StrEnum):
    """What a colour is for; the value is its name in the style sheet."""

    BRAND = "brand"  # fill of the primary button, bars
    BRAND_DARK = "brand_dark"  # ticket numbers, prefixes, good text on a pale ground
    BRAND_PALE = "brand_pale"
    BRAND_FAINT = "brand_faint"
    ON_BRAND = "on_brand"
    INK = "ink"
    MUTED = "muted"
    LINE = "line"
    TRACK = "track"  # the empty part of a bar
    GROUND = "ground"
    CARD = "card"
    DISABLED = "disabled"
    YELLOW = "yellow"
    YELLOW_PALE = "yellow_pale"
    YELLOW_INK = "yellow_ink"
    BLUE = "blue"
    BLUE_PALE = "blue_pale"
    RED = "red"
    RED_PALE = "red_pale"
    RED_LINE = "red_line"
    NAV = "nav"
    NAV_ACTIVE = "nav_active"
    ON_NAV = "on_nav"
    CHART_PALE = "chart_pale"
    FOCUS = "focus"
    PAPER = "paper"  # the picture of a ticket
    TIP = "tip"  # toasts and tool tips
    ON_TIP = "on_tip"


LIGHT: dict[Colour, str] = {
    Colour.BRAND: "#00804C",
    Colour.BRAND_DARK: "#00623B",
    Colour.BRAND_PALE: "#E3F3EB",
    Colour.BRAND_FAINT: "#F2FAF6",
    Colour.ON_BRAND: "#FFFFFF",
    Colour.INK: "#14231C",
    Colour.MUTED: "#5C6B64",
    Colour.LINE: "#DDE5E1",
    Colour.TRACK: "#E6ECE9",
    Colour.GROUND: "#F5F8F6",
    Colour.CARD: "#FFFFFF",
    Colour.DISABLED: "#8B9892",
    Colour.YELLOW: "#F6B81A",
    Colour.YELLOW_PALE: "#FFF5DA",
    Colour.YELLOW_INK: "#7A5600",
    Colour.BLUE: "#1D62B4",
    Colour.BLUE_PALE: "#E4EEF9",
    Colour.RED: "#B93A32",
    Colour.RED_PALE: "#FBEAE8",
    Colour.RED_LINE: "#E7BBB7",
    Colour.NAV: "#00623B",
    Colour.NAV_ACTIVE: "#25794F",
    Colour.ON_NAV: "#FFFFFF",
    Colour.CHART_PALE: "#CFE7DB",
    Colour.FOCUS: "#1D62B4",
    Colour.PAPER: "#FFFEF8",
    Colour.TIP: "#14231C",
    Colour.ON_TIP: "#FFFFFF",
}

DARK: dict[Colour, str] = {
    Colour.BRAND: "#34B57C",
    Colour.BRAND_DARK: "#6FDCA9",
    Colour.BRAND_PALE: "#153A2A",
    Colour.BRAND_FAINT: "#1A2721",
    Colour.ON_BRAND: "#06170E",
    Colour.INK: "#E9F1ED",
    Colour.MUTED: "#A3B3AB",
    Colour.LINE: "#2E3B35",
    Colour.TRACK: "#2A3630",
    Colour.GROUND: "#0F1512",
    Colour.CARD: "#17201B",
    Colour.DISABLED: "#77867E",
    Colour.YELLOW: "#F6B81A",
    Colour.YELLOW_PALE: "#3A2F12",
    Colour.YELLOW_INK: "#F4CC66",
    Colour.BLUE: "#8DBBF0",
    Colour.BLUE_PALE: "#172C45",
    Colour.RED: "#F2938B",
    Colour.RED_PALE: "#40211E",
    Colour.RED_LINE: "#6B3631",
    Colour.NAV: "#0A2A1C",
    Colour.NAV_ACTIVE: "#1C4A34",
    Colour.ON_NAV: "#EAF5EF",
    Colour.CHART_PALE: "#24523C",
    Colour.FOCUS: "#8DBBF0",
    Colour.PAPER: "#FFFEF8",
    Colour.TIP: "#E9F1ED",
    Colour.ON_TIP: "#14231C",
}

SCHEMES = {"light": LIGHT, "dark": DARK}


class Tone(StrEnum):
    """What a coloured thing says; an icon or a word always says it too."""

    NEUTRAL = "neutral"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    INFO = "info"

    @property
    def ink(self) -> Colour:
        """The colour of its text and icon."""
        return _TONES[self][0]

    @property
    def ground(self) -> Colour:
        """The pale colour behind its text."""
        return _TONES[self][1]

    @property
    def fill(self) -> Colour:
        """The strong colour of a bar or a dot."""
        return _TONES[self][2]


_TONES = {
    Tone.NEUTRAL: (Colour.INK, Colour.TRACK, Colour.MUTED),
    Tone.GOOD: (Colour.BRAND_DARK, Colour.BRAND_PALE, Colour.BRAND),
    Tone.WARN: (Colour.YELLOW_INK, Colour.YELLOW_PALE, Colour.YELLOW),
    Tone.BAD: (Colour.RED, Colour.RED_PALE, Colour.RED),
    Tone.INFO: (Colour.BLUE, Colour.BLUE_PALE, Colour.BLUE),
}


class Theme(msgspec.Struct, frozen=True):
    """What is in force: the scheme, the size of text (1.0 = 10 points) and the colours as `#RRGGBB`."""

    scheme: str
    scale: float
    colours: dict[Colour, str]


_LIGHT_THEME = Theme("light", 1.0, LIGHT)
_in_force: list[Theme] = [_LIGHT_THEME]


def active() -> Theme:
    """The theme in force; light before `apply` was called."""
    return _in_force[-1]


def apply(app: QApplication, scheme: str = "light", scale: float = 1.0) -> Theme:
    """Dress the whole program, at any time; `scheme` is "light" or "dark", `scale` 1.0 to 2.0."""
    fonts.load()
    theme = Theme(scheme, scale, SCHEMES[scheme])
    _in_force[:] = [theme]
    app.setStyle("Fusion")
    app.setFont(fonts.font(scale=scale))
    app.setPalette(_palette())
    app.setStyleSheet(_sheet(theme))
    return theme


def colour(role: Colour) -> QColor:
    """The colour of a role in the theme in force."""
    return QColor(active().colours[role])


def font(kind: Type = Type.BODY) -> QFont:
    """The font of a role in the size in force."""
    return fonts.font(kind, scale=active().scale)


def sized(times: float, weight: int = 400) -> QFont:
    """The font at `times` the base size in force."""
    return fonts.sized(times, weight, scale=active().scale)


def em(widget: QWidget | None, times: float = 1.0) -> int:
    """`times` the size of the widget's letters (of body text without a widget), in logical pixels."""
    face = widget.font() if widget is not None else font()
    return round(QFontInfo(face).pixelSize() * times)


def space(steps: float) -> int:
    """Distance of `steps` × 4 pixels at text size 1.0, growing with the text."""
    return max(1, round(4 * steps * active().scale)) if steps else 0


def _palette() -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: Colour.GROUND,
        QPalette.ColorRole.WindowText: Colour.INK,
        QPalette.ColorRole.Base: Colour.CARD,
        QPalette.ColorRole.AlternateBase: Colour.BRAND_FAINT,
        QPalette.ColorRole.Text: Colour.INK,
        QPalette.ColorRole.Button: Colour.CARD,
        QPalette.ColorRole.ButtonText: Colour.INK,
        QPalette.ColorRole.ToolTipBase: Colour.TIP,
        QPalette.ColorRole.ToolTipText: Colour.ON_TIP,
        QPalette.ColorRole.PlaceholderText: Colour.MUTED,
        QPalette.ColorRole.Highlight: Colour.BRAND,
        QPalette.ColorRole.HighlightedText: Colour.ON_BRAND,
        QPalette.ColorRole.Link: Colour.BLUE,
        QPalette.ColorRole.Accent: Colour.BRAND,
    }
    for qt_role, role in roles.items():
        palette.setColor(qt_role, colour(role))
    for qt_role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, qt_role, colour(Colour.DISABLED))
    palette.setColor(QPalette.ColorRole.Dark, Qt.GlobalColor.darkGray)
    return palette


def _sheet(theme: Theme) -> str:
    sizes = {f"s{steps}": f"{space(steps)}px" for steps in range(1, 11)}
    inside_ring = {
        f"in{steps}": f"{space(steps) - 1}px" for steps in (1, 2, 3)
    }  # the text stays where it was
    rounds = {"r10": f"{round(10 * theme.scale)}px", "r14": f"{round(14 * theme.scale)}px"}
    names = {role.value: shade for role, shade in theme.colours.items()}
    line = f"{QFontMetrics(font()).height()}px"
    baked = (fonts.FOLDER.parent / "icons" / "baked").as_posix()
    return Template(SHEET).substitute(
        names, **sizes, **inside_ring, **rounds, baked=baked, scheme=theme.scheme, line_height=line
    )
