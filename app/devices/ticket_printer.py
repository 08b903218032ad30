"""Turns a ticket into the bytes of an ESC/POS printer."""

import logging
import textwrap
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from app.devices.printer_profiles import PrinterProfile
from app.devices.qr import QUIET_MODULES, qr_matrix
from app.domain.slips import TicketSlip, branch_line, copy_line, one_line

if TYPE_CHECKING:
    from PIL.Image import Image

LARGEST = 8  # GS ! multiplies a character by 1 to 8 in each direction
LEAST_HEIGHT = 4  # a long label gets narrow, but is still read from two metres
QR_DOTS = 6  # dots of one module: 0.75 mm on a 203 dpi head, a 22 mm code for a ticket's id
FEED_TO_TEAR = 5  # lines from the head to the tear bar of a printer without a cutter
# Written out: escpos finds code page 437 a second time at 52 in some profiles, where cheap printers have another.
SELECT_PAGE_0 = b"\x1bt\x00"

# What compatibility decomposition leaves outside ASCII and has a plain likeness.
_PLAIN = str.maketrans(
    {
        "·": "-",
        "•": "-",
        "‐": "-",
        "‑": "-",
        "–": "-",
        "—": "-",
        "−": "-",
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "±": "+/-",
        "×": "x",
        "→": "->",
        "≤": "<=",
        "≥": ">=",
    }
)


def render(slip: TicketSlip, profile: PrinterProfile) -> bytes:
    """The bytes that print `slip` on a printer of this kind: the same slip and profile give the same bytes.

    Text is ASCII in code page 437; the label is the largest thing on the paper; the QR code is the printer's own
    where it has one and else a raster picture.
    """
    printer = _dummy(profile)
    printer.hw("INIT")
    printer._raw(SELECT_PAGE_0)
    _head(printer, slip, profile.columns)
    _number(printer, slip, profile.columns)
    _papers(printer, slip, profile.columns)
    _foot(printer, slip, profile)
    if profile.cut == "none":
        printer.print_and_feed(FEED_TO_TEAR)
    else:
        printer.cut(mode="PART" if profile.cut == "partial" else "FULL")
    output: bytes = printer.output
    return output


def plain(text: str) -> str:
    """`text` in printable ASCII: accents off, dashes and quotes plain, any other run of signs one question mark."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_PLAIN)).translate(_PLAIN)
    letters = []
    for character in decomposed:
        if " " <= character <= "~":
            letters.append(character)
        elif character.isspace() or unicodedata.category(character) == "Cc":
            letters.append(" ")
        elif unicodedata.category(character) not in {"Mn", "Me", "Cf", "Sk"} and letters[-1:] != ["?"]:
            letters.append("?")
    return "".join(letters)


def wrapped(text: str, columns: int) -> list[str]:
    """`text` in plain ASCII, broken between words into lines of at most `columns`; a longer word is broken inside."""
    line = plain(text).strip()
    if len(line) <= columns:
        return [line] if line else []
    return textwrap.wrap(line, columns, break_on_hyphens=False)


def label_size(label: str, columns: int) -> tuple[int, int]:
    """Width and height, 1 to 8 each, of the largest letters in which `label` fits one line of `columns`."""
    width = max(1, min(LARGEST, columns // max(1, len(label))))
    return width, max(width, LEAST_HEIGHT)


def _head(printer: Any, slip: TicketSlip, columns: int) -> None:
    printer.set(align="center", bold=True)
    _lines(printer, [slip.institution], columns)
    printer.set(bold=False)
    _lines(printer, [branch_line(slip.branch)], columns)
    printer.textln("-" * columns)
    reprint = copy_line(slip.copy)
    if reprint:
        printer.set(bold=True)
        _lines(printer, [reprint], columns)
        printer.set(bold=False)
    printer.set(custom_size=True, width=1, height=2, bold=True)
    _lines(printer, [slip.service], columns)
    printer.set(custom_size=True, width=1, height=1, bold=False)


def _number(printer: Any, slip: TicketSlip, columns: int) -> None:
    printer.textln("NOMOR ANTREAN")
    label = plain(one_line(slip.label))
    width, height = label_size(label, columns)
    printer.set(custom_size=True, width=width, height=height, bold=True)
    _lines(printer, [label], columns // width)
    printer.set(custom_size=True, width=1, height=1, bold=False)
    if slip.priority:
        printer.set(bold=True)
        _lines(printer, [f"PRIORITAS: {slip.priority}"], columns)
        printer.set(bold=False)
    _lines(printer, [slip.issued_line, slip.estimate_line or "", slip.ahead_line or ""], columns)
    printer.textln("-" * columns)


def _papers(printer: Any, slip: TicketSlip, columns: int) -> None:
    if not slip.missing and not slip.bring:
        return
    printer.set(align="left")
    if slip.missing:
        printer.set(bold=True)
        printer.textln("BELUM LENGKAP, mohon disiapkan:")
        printer.set(bold=False)
        for name in slip.missing:
            first, *rest = wrapped(name, columns - 2) or ["?"]
            printer.textln(f"- {first}")
            for line in rest:
                printer.textln(f"  {line}")
    if slip.bring:
        _lines(printer, ["Siapkan: " + ", ".join(slip.bring)], columns)
    printer.set(align="center")
    printer.textln("-" * columns)


def _foot(printer: Any, slip: TicketSlip, profile: PrinterProfile) -> None:
    _lines(printer, slip.footer, profile.columns)
    modules = len(qr_matrix(slip.code)) + 2 * QUIET_MODULES
    size = min(QR_DOTS, profile.dots_width // modules)
    if not slip.code or size < 2:  # finer than two dots no telephone reads it off thermal paper
        return
    printer.ln()
    if profile.qr == "native":
        from escpos.constants import QR_ECLEVEL_M

        printer.qr(slip.code, ec=QR_ECLEVEL_M, size=size, native=True)
        printer.ln()
    else:
        printer.set(align="left")
        printer.image(_qr_picture(slip.code, size, profile.dots_width), impl="bitImageRaster")


def _qr_picture(text: str, size: int, dots_width: int) -> "Image":
    # The margin that centres it is part of the picture: many cheap printers do not align raster pictures.
    from PIL import Image

    matrix = qr_matrix(text)
    side = len(matrix) * size
    left = (dots_width - side) // 2
    picture = Image.new("L", (left + side, side + 2 * QUIET_MODULES), 255)
    for row, modules in enumerate(matrix):
        for column, dark in enumerate(modules):
            if dark:
                corner = (left + column * size, QUIET_MODULES + row * size)
                picture.paste(0, (*corner, corner[0] + size, corner[1] + size))
    return picture


def _lines(printer: Any, texts: Iterable[str], columns: int) -> None:
    for text in texts:
        for line in wrapped(text, columns):
            printer.textln(line)


def _dummy(profile: PrinterProfile) -> Any:
    import_escpos()
    from escpos.printer import Dummy

    return Dummy(profile=profile.escpos_profile, magic_encode_args={"encoding": "CP437", "disabled": True})


@cache
def import_escpos() -> None:
    """Imports python-escpos without what importing it leaves behind.

    It adds a handler to the root logger and makes a temporary folder with a pickle that nobody removes (3.1).
    """
    import shutil

    root = logging.getLogger()
    before = list(root.handlers)
    from escpos import capabilities

    for handler in root.handlers[:]:
        if handler not in before:
            root.removeHandler(handler)
    shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)
