"""The kinds of ticket printer that Loket knows, as data."""

from typing import Literal

import msgspec

from app.errors import Refused


class PrinterProfile(msgspec.Struct, frozen=True, kw_only=True):
    """What one kind of ESC/POS printer can do.

    `columns` are characters of font A in a line, `dots_width` the printable dots, `width_mm` the paper. `status` says
    that the printer answers DLE EOT, the question about paper and cover. `escpos_profile` is python-escpos' name.
    """

    code: str
    name: str
    columns: int
    dots_width: int
    width_mm: Literal[80, 58]
    qr: Literal["native", "raster"]
    cut: Literal["full", "partial", "none"]
    escpos_profile: str
    status: bool = False


PROFILES: tuple[PrinterProfile, ...] = (
    PrinterProfile(
        code="generic80",
        name="Umum 80 mm",
        columns=48,
        dots_width=576,
        width_mm=80,
        qr="native",
        cut="partial",
        escpos_profile="RP-F10-80mm",
    ),
    PrinterProfile(
        code="generic58",
        name="Umum 58 mm, tanpa pemotong",
        columns=32,
        dots_width=384,
        width_mm=58,
        qr="raster",
        cut="none",
        escpos_profile="POS-5890",
    ),
    PrinterProfile(
        code="epson80",
        name="Epson TM-T82 / TM-T20",
        columns=48,
        dots_width=576,
        width_mm=80,
        qr="native",
        cut="partial",
        escpos_profile="TM-T20II",
        status=True,
    ),
    PrinterProfile(
        code="epson_t88",
        name="Epson TM-T88",
        columns=42,
        dots_width=512,
        width_mm=80,
        qr="native",
        cut="partial",
        escpos_profile="TM-T88V",
        status=True,
    ),
    PrinterProfile(
        code="raster80",
        name="80 mm tanpa QR bawaan (mis. XP-80, POS-80)",
        columns=48,
        dots_width=576,
        width_mm=80,
        qr="raster",
        cut="full",
        escpos_profile="NT-80-V-UL",
    ),
)


def printer_profile(code: str) -> PrinterProfile:
    """The profile with this code. Raises Refused `printer_profile_unknown`."""
    for profile in PROFILES:
        if profile.code == code:
            return profile
    raise Refused("printer_profile_unknown", profile=code)
