"""QR codes as data: a screen paints them, a PDF draws them, a printer without its own QR gets them as dots."""

from functools import lru_cache

QUIET_MODULES = 4


@lru_cache(maxsize=64)
def qr_matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    """The modules of the QR code of `text`, rows from the top, True is dark, without the quiet zone.

    Error correction M and no boost, so that equal text gives equal modules. The quiet zone that a reader needs
    around it is `QUIET_MODULES` wide (ISO/IEC 18004). Raises ValueError when the text does not fit a QR code.
    """
    import segno

    code = segno.make_qr(text, error="m", boost_error=False)
    return tuple(tuple(bool(module) for module in row) for row in code.matrix)
