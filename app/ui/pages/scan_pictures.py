"""Scanned pictures on the screen: read beside the window's thread, each sheet as wide as it reads well."""

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRect, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from app.ui import theme
from app.ui.pages.pdf_paper import LEAST_ZOOM, MOST_ZOOM, PAPER_WIDTH
from app.ui.theme import Colour

KINDS = frozenset({"bmp", "gif", "jpeg", "jpg", "png", "tif", "tiff", "webp"})
"""Formats as Qt names them, told by the content and never by the name; none of them can point anywhere else."""
MOST_EDGE = 2_600
"""Longest edge in pixels that is kept of a sheet: small print of an A4 page reads at three times the size."""
MOST_SHEETS = 20
MOST_PIXELS = 120_000_000


class Pictures(msgspec.Struct, frozen=True):
    """The sheets of one file, `count` of which the file has; no sheet at all where it cannot be read."""

    sheets: tuple[QImage, ...]
    count: int


def read_pictures(content: bytes) -> Pictures:
    """Decode a picture file; a TIFF may have several sheets, of which the first MOST_SHEETS are read."""
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    return _read(buffer)  # the reader goes before what it reads from: a TIFF is closed by way of it


def _read(buffer: QBuffer) -> Pictures:
    reader = QImageReader(buffer)
    if bytes(reader.format().data()).decode("ascii", "replace") not in KINDS:
        return Pictures((), 0)
    reader.setAutoTransform(True)
    count = max(1, reader.imageCount())
    sheets: list[QImage] = []
    for number in range(min(count, MOST_SHEETS)):
        if number and not reader.jumpToImage(number):
            break
        sheet = _sheet(reader)
        if sheet is None:
            break
        sheets.append(sheet)
    return Pictures(tuple(sheets), count)


def _sheet(reader: QImageReader) -> QImage | None:
    size = reader.size()
    if size.isValid():
        if size.width() * size.height() > MOST_PIXELS:
            return None  # a picture that is larger than any scanner's is made to fill the memory
        if max(size.width(), size.height()) > MOST_EDGE:
            size.scale(MOST_EDGE, MOST_EDGE, Qt.AspectRatioMode.KeepAspectRatio)
            reader.setScaledSize(size)
        else:
            reader.setScaledSize(QSize())
    image = reader.read()
    return None if image.isNull() else image


class _Sheets(QWidget):
    """Draws what can be seen of the sheets, one below the other."""

    def __init__(self) -> None:
        super().__init__()
        self._sheets: Sequence[QImage] = ()
        self._places: list[QRect] = []

    def lay_out(self, sheets: Sequence[QImage], widths: Sequence[int], room: QSize) -> None:
        """Each sheet as wide as told, centred; the widget becomes as large as they need."""
        gap = theme.space(3)
        wide, down = max([room.width(), *widths]), gap if len(sheets) > 1 else 0
        self._sheets, self._places = sheets, []
        for sheet, width in zip(sheets, widths, strict=True):
            height = max(1, round(sheet.height() * width / sheet.width()))
            self._places.append(QRect((wide - width) // 2, down, width, height))
            down += height + gap
        self.resize(wide, max(room.height(), down - gap))
        if len(sheets) == 1 and self._places[0].height() < room.height():
            self._places[0].moveTop((room.height() - self._places[0].height()) // 2)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Smoothly scaled on the ground of the window."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme.colour(Colour.GROUND))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for sheet, place in zip(self._sheets, self._places, strict=True):
            if place.intersects(event.rect()):
                painter.drawImage(place, sheet)
        painter.end()


class PictureSheets(QScrollArea):
    """Shows the sheets of a picture file; the keys are the business of whoever holds it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pictures = Pictures((), 0)
        self.zoom = 1.0
        self._inner = _Sheets()
        self.setWidget(self._inner)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(name)

    def show_pictures(self, pictures: Pictures) -> None:
        """Other sheets, from their top and at their ordinary size."""
        self.pictures = pictures
        self.zoom = 1.0
        self.fit()
        self.verticalScrollBar().setValue(0)

    def fit(self) -> None:
        """A page as wide as it reads well, a card whole; nothing blown up beyond twice its own size."""
        room = self.viewport().size()
        widths = [max(1, round(self._width(sheet, room) * self.zoom)) for sheet in self.pictures.sheets]
        self._inner.lay_out(self.pictures.sheets, widths, room)

    def _width(self, sheet: QImage, room: QSize) -> float:
        wanted = float(min(theme.em(None, PAPER_WIDTH), room.width(), 2 * sheet.width()))
        if sheet.width() > sheet.height():
            wanted = min(wanted, sheet.width() * room.height() / sheet.height())
        return wanted

    def magnify(self, times: float) -> None:
        """Larger or smaller by this."""
        self.zoom = min(MOST_ZOOM, max(LEAST_ZOOM, self.zoom * times))
        self.fit()

    def turn(self, step: int) -> None:
        """One screenful down, or up with -1."""
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + step * bar.pageStep())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the sheets into the new room."""
        super().resizeEvent(event)
        self.fit()
