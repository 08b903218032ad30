"""What every printed page shares: fonts, colours, text that fits, QR codes, and the way PDF bytes are made."""

import threading
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from app.devices.qr import qr_matrix
from app.domain.slips import one_line

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

MM = 72 / 25.4  # points
A4 = (210 * MM, 297 * MM)
A5 = (148 * MM, 210 * MM)

REGULAR = "PlusJakartaSans-Regular"
MEDIUM = "PlusJakartaSans-Medium"
SEMIBOLD = "PlusJakartaSans-SemiBold"
BOLD = "PlusJakartaSans-Bold"
EXTRABOLD = "PlusJakartaSans-ExtraBold"
FONTS = (REGULAR, MEDIUM, SEMIBOLD, BOLD, EXTRABOLD)

GREEN, DARK_GREEN, PALE_GREEN, PALER_GREEN = "#00804C", "#00623B", "#E3F3EB", "#F2FAF6"
INK, MUTED, LINE, GROUND, WHITE, BLACK = "#14231C", "#5C6B64", "#DDE5E1", "#F5F8F6", "#FFFFFF", "#000000"
YELLOW, PALE_YELLOW, YELLOW_TEXT = "#F6B81A", "#FFF5DA", "#7A5600"
BLUE, PALE_BLUE = "#1D62B4", "#E4EEF9"
RED, PALE_RED = "#B93A32", "#FBEAE8"

Align = Literal["left", "center", "right"]

_FONT_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "fonts"
_DIGIT_NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
# reportlab's font objects seek in one shared buffer while they make a subset: one document at a time.
_building = threading.RLock()


def build(draw: Callable[["Canvas"], object], title: str, size: tuple[float, float]) -> bytes:
    """The PDF that `draw` paints, `size` in points. `draw` ends every page but the last with `showPage`.

    No clock and no random number goes in: the same drawing gives the same bytes.
    """
    with _building:
        register_fonts()
        stream = BytesIO()
        canvas = new_canvas(stream, size)
        canvas.setTitle(title)
        canvas.setAuthor("Loket")
        canvas.setCreator("Loket")
        canvas.setSubject("")
        draw(canvas)
        canvas.save()
        return stream.getvalue()


def new_canvas(stream: BytesIO, size: tuple[float, float]) -> "Canvas":
    """A canvas without date and random id."""
    from reportlab.pdfgen.canvas import Canvas

    return Canvas(
        stream, pagesize=size, invariant=1, pageCompression=1, lang="id-ID", initialFontName=REGULAR
    )


def register_fonts() -> None:
    """Makes the five weights of Plus Jakarta Sans known to reportlab, with figures of one width. Idempotent."""
    with _building:
        _register_fonts_once()


@lru_cache(maxsize=1)
def _register_fonts_once() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name in FONTS:
        font = TTFont(name, str(_FONT_FOLDER / f"{name}.ttf"))
        _use_tabular_figures(font.face)
        pdfmetrics.registerFont(font)


def _use_tabular_figures(face: Any) -> None:
    # reportlab applies no OpenType features; the digits of feature tnum are glyphs named "zero.tf" and so on.
    names = _glyph_names(face.get_table("post"))
    for digit, name in enumerate(_DIGIT_NAMES):
        glyph = names.get(f"{name}.tf")
        if glyph is not None:
            code = ord("0") + digit
            face.charToGlyph[code] = glyph
            face.charWidths[code] = face.hmetrics[glyph][0]


def _glyph_names(post: bytes) -> dict[str, int]:
    # OpenType table "post" version 2: a name index for each glyph, then the names beyond the standard 258.
    if int.from_bytes(post[:4], "big") != 0x00020000:
        return {}
    count = int.from_bytes(post[32:34], "big")
    own, at = [], 34 + 2 * count
    while at < len(post):
        own.append(post[at + 1 : at + 1 + post[at]].decode("ascii"))
        at += 1 + post[at]
    indexes = (int.from_bytes(post[34 + 2 * glyph : 36 + 2 * glyph], "big") for glyph in range(count))
    return {own[index - 258]: glyph for glyph, index in enumerate(indexes) if 258 <= index < 258 + len(own)}


# ---------------------------------------------------------------- text


@lru_cache(maxsize=4096)
def clean(text: str) -> str:
    """`text` on one line, with only signs that the font has; any run of others becomes one question mark."""
    drawable = _drawable()
    kept: list[str] = []
    for character in one_line(unicodedata.normalize("NFC", text)):
        plain = character if ord(character) in drawable else unicodedata.normalize("NFKC", character)
        if all(ord(part) in drawable for part in plain):
            kept.append(plain)
        elif unicodedata.category(character) not in {"Mn", "Me", "Cf"} and kept[-1:] != ["?"]:
            kept.append("?")
    return "".join(kept)


@lru_cache(maxsize=1)
def _drawable() -> frozenset[int]:
    from reportlab.pdfbase import pdfmetrics

    register_fonts()
    faces = [pdfmetrics.getFont(name).face for name in FONTS]
    return frozenset.intersection(*(frozenset(face.charToGlyph) for face in faces))


def text_width(text: str, font: str, size: float) -> float:
    """The width of cleaned `text` in points."""
    from reportlab.pdfbase import pdfmetrics

    register_fonts()
    width: float = pdfmetrics.stringWidth(text, font, size)
    return width


def fitted(text: str, font: str, size: float, width: float) -> str:
    """`text` cleaned and, where it is wider than `width`, cut off with an ellipsis."""
    line = clean(text)
    if text_width(line, font, size) <= width:
        return line
    kept = bisect_right(range(len(line)), width, key=lambda count: text_width(line[:count] + "…", font, size))
    return line[: max(0, kept - 1)].rstrip() + "…"


def broken(text: str, font: str, size: float, width: float) -> list[str]:
    """`text` cleaned and broken between words into lines no wider than `width`; a longer word is broken inside."""
    lines: list[str] = []
    line, taken, space = "", 0.0, text_width(" ", font, size)
    for word in clean(text).split(" "):
        wide = text_width(word, font, size)
        if taken + (space if line else 0) + wide <= width:
            line, taken = (f"{line} {word}", taken + space + wide) if line else (word, wide)
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, font, size, width)
        lines.extend(full)
        taken = text_width(line, font, size)
    return [*lines, line] if line else lines


def _pieces(word: str, font: str, size: float, width: float) -> list[str]:
    pieces = [""]
    for character in word:
        if pieces[-1] and text_width(pieces[-1] + character, font, size) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces


# ---------------------------------------------------------------- drawing


@lru_cache(maxsize=64)
def colour(code: str) -> Any:
    """reportlab's colour for a code like "#00804C"."""
    from reportlab.lib.colors import HexColor

    return HexColor(code)


def draw_text(
    canvas: "Canvas",
    at: tuple[float, float],
    text: str,
    font: str,
    size: float,
    ink: str = INK,
    align: Align = "left",
) -> None:
    """Draws one cleaned line; `at` is its left end, middle or right end on the base line."""
    line = clean(text)
    if not line:
        return
    canvas.setFont(font, size)
    canvas.setFillColor(colour(ink))
    draw = {"left": canvas.drawString, "center": canvas.drawCentredString, "right": canvas.drawRightString}[
        align
    ]
    draw(at[0], at[1], line)


def draw_rule(
    canvas: "Canvas", at: tuple[float, float], width: float, ink: str = LINE, thickness: float = 0.75
) -> None:
    """Draws a horizontal line that begins at `at`."""
    canvas.setStrokeColor(colour(ink))
    canvas.setLineWidth(thickness)
    canvas.line(at[0], at[1], at[0] + width, at[1])


def draw_panel(
    canvas: "Canvas", at: tuple[float, float], size: tuple[float, float], fill: str, edge: str | None = None
) -> None:
    """Draws a panel with round corners; `at` is its lower left corner."""
    canvas.setFillColor(colour(fill))
    canvas.setStrokeColor(colour(edge or fill))
    canvas.setLineWidth(0.75)
    canvas.roundRect(at[0], at[1], size[0], size[1], 4, fill=1, stroke=1 if edge else 0)


def draw_qr(canvas: "Canvas", at: tuple[float, float], side: float, text: str) -> None:
    """Draws the QR code of `text` as a vector; `at` is its lower left corner. Leave four modules free around it."""
    matrix = qr_matrix(text)
    step = side / len(matrix)
    path = canvas.beginPath()
    for row, modules in enumerate(matrix):
        top = at[1] + side - (row + 1) * step
        for start, length in _dark_runs(modules):
            path.rect(at[0] + start * step, top, length * step, step)
    canvas.setFillColor(colour(BLACK))
    canvas.drawPath(path, fill=1, stroke=0)


def _dark_runs(modules: tuple[bool, ...]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for column, dark in enumerate(modules):
        if dark and runs and sum(runs[-1]) == column:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif dark:
            runs.append((column, 1))
    return runs


def draw_footer(canvas: "Canvas", left: str, right: str, bounds: tuple[float, float], bottom: float) -> None:
    """Draws the pale band at the foot of a page between `bounds` (left and right edge), from `bottom` up 6.4 mm."""
    start, end = bounds
    draw_panel(canvas, (start, bottom), (end - start, 18), PALE_GREEN)
    room = end - start - 24 - text_width(clean(right), REGULAR, 7.5)
    draw_text(canvas, (start + 9, bottom + 6.3), fitted(left, SEMIBOLD, 7.5, room), SEMIBOLD, 7.5, DARK_GREEN)
    draw_text(canvas, (end - 9, bottom + 6.3), right, REGULAR, 7.5, DARK_GREEN, "right")
