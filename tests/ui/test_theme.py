"""Colours that can be read, one font in all its weights, icons that follow the theme."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QFontDatabase, QFontInfo, QFontMetrics, QIcon, QRawFont
from PySide6.QtWidgets import QApplication, QLabel

from app.ui import fonts, icons, theme
from app.ui.theme import DARK, LIGHT, Colour, Tone, Type

READ = [
    (Colour.INK, Colour.GROUND),
    (Colour.INK, Colour.CARD),
    (Colour.INK, Colour.BRAND_FAINT),
    (Colour.INK, Colour.BRAND_PALE),
    (Colour.INK, Colour.RED_PALE),
    (Colour.INK, Colour.YELLOW_PALE),
    (Colour.INK, Colour.BLUE_PALE),
    (Colour.MUTED, Colour.GROUND),
    (Colour.MUTED, Colour.CARD),
    (Colour.MUTED, Colour.BRAND_FAINT),
    (Colour.MUTED, Colour.BRAND_PALE),
    (Colour.MUTED, Colour.RED_PALE),
    (Colour.MUTED, Colour.YELLOW_PALE),
    (Colour.MUTED, Colour.BLUE_PALE),
    (Colour.BRAND_DARK, Colour.CARD),
    (Colour.BRAND_DARK, Colour.GROUND),
    (Colour.ON_BRAND, Colour.BRAND),
    (Colour.RED, Colour.CARD),
    (Colour.BLUE, Colour.CARD),
    (Colour.YELLOW_INK, Colour.CARD),
    (Colour.ON_NAV, Colour.NAV),
    (Colour.ON_NAV, Colour.NAV_ACTIVE),
    (Colour.ON_TIP, Colour.TIP),
    *((tone.ink, tone.ground) for tone in Tone),
]


def _light(shade: str) -> float:
    parts = [int(shade[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.1 contrast ratio of two `#RRGGBB`."""
    dark, light = sorted((_light(one), _light(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), READ)
def test_every_text_can_be_read(scheme: dict[Colour, str], ink: Colour, ground: Colour) -> None:
    assert contrast(scheme[ink], scheme[ground]) >= 4.5


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_both_schemes_have_every_role_and_a_ring_that_is_seen(scheme: dict[Colour, str]) -> None:
    assert set(scheme) == set(Colour)
    assert contrast(scheme[Colour.FOCUS], scheme[Colour.CARD]) >= 3
    assert contrast(scheme[Colour.FOCUS], scheme[Colour.GROUND]) >= 3


def test_the_font_is_the_programs_own_in_all_weights() -> None:
    assert len(fonts.load()) == 5
    assert fonts.FAMILY in QFontDatabase.families()
    assert QFontInfo(theme.font(Type.BODY)).family() == fonts.FAMILY
    widths = {
        kind.value[1]: QFontMetrics(theme.sized(2, kind.value[1])).horizontalAdvance("Antrean")
        for kind in Type
    }
    assert len(set(widths.values())) == len(widths), "each weight has a face of its own"


def test_figures_stand_under_one_another() -> None:
    metrics = QFontMetrics(theme.sized(3, 700))
    assert metrics.horizontalAdvance("1111") == metrics.horizontalAdvance("8080")


def test_the_font_has_every_sign_that_screens_use() -> None:
    for file in fonts.FOLDER.glob("*.ttf"):
        raw = QRawFont(str(file), 16)
        assert [sign for sign in "•·–—±×…“”‘’°½éūš" if not raw.supportsCharacter(ord(sign))] == []
        assert not raw.supportsCharacter(ord("→")), "the check itself works: the font has no arrow"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_change_of_theme_reaches_labels_and_icons(qtbot, qapp: QApplication, scheme: str) -> None:
    label = QLabel("A-014")
    qtbot.addWidget(label)
    label.show()
    try:
        theme.apply(qapp, scheme, 1.5)
        assert theme.active().scheme == scheme
        assert theme.space(2) == 12
        assert label.palette().color(label.foregroundRole()) == theme.colour(Colour.INK)
        picture = icons.icon("check", Colour.BRAND).pixmap(QSize(24, 24)).toImage()
        shades = {
            picture.pixelColor(x, y).name()
            for x in range(picture.width())
            for y in range(picture.height())
            if picture.pixelColor(x, y).alpha() == 255
        }
        assert theme.colour(Colour.BRAND).name() in shades
    finally:
        theme.apply(qapp)


def test_the_size_of_text_moves_every_measure(qapp: QApplication) -> None:
    small = theme.em(None, 2)
    try:
        theme.apply(qapp, "light", 2.0)
        assert theme.em(None, 2) >= small * 1.9
    finally:
        theme.apply(qapp)


def test_every_icon_of_the_folder_can_be_drawn_sharp() -> None:
    names = [file.stem for file in icons.FOLDER.glob("*.svg")]
    assert len(names) >= 60
    for name in names:
        drawn = icons.pixmap(name, 16, Colour.INK, ratio=2.0)
        assert drawn.width() == 32
        assert not drawn.toImage().isNull()
        image = drawn.toImage()
        assert any(image.pixelColor(x, y).alpha() for x in range(32) for y in range(32)), name


def test_a_disabled_icon_is_grey() -> None:
    image = icons.icon("circle-alert", Colour.RED).pixmap(QSize(32, 32), QIcon.Mode.Disabled).toImage()
    shades = {
        image.pixelColor(x, y).name()
        for x in range(32)
        for y in range(32)
        if image.pixelColor(x, y).alpha() == 255
    }
    assert theme.colour(Colour.DISABLED).name() in shades
    assert theme.colour(Colour.RED).name() not in shades


def test_an_icon_that_is_not_there_is_a_defect_at_once() -> None:
    with pytest.raises(FileNotFoundError):
        icons.icon("no-such-icon")
