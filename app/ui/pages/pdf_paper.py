"""A PDF on the screen, as wide as it reads well, and on paper: the summary, scans, and what the program prints."""

import importlib
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPalette, QResizeEvent
from PySide6.QtWidgets import QFrame, QWidget

from app.ui import theme
from app.ui.background import Background
from app.ui.widgets import Card, Colour

PRINT_DPI = 300
PAPER_WIDTH = 68
"""Width of the page on the screen in em, where there is room."""
LEAST_ZOOM, MOST_ZOOM = 0.5, 3.0
A4_POINTS = 595.0


class PdfPaper(Card):
    """QtPdf is loaded at first use, beside the window's own thread; `unreadable` when what was to be shown is no PDF
    that can be opened."""

    unreadable = Signal()

    def __init__(self, background: Background, name: str, parent: QWidget | None = None) -> None:
        super().__init__(plain=True, parent=parent)
        self._name = name
        self.view: Any = None
        self.document: Any = None
        self._buffer: QBuffer | None = None
        self._shown = self._waiting = b""
        self._zoom = 1.0
        load = background.read(self, lambda: importlib.import_module("PySide6.QtPdfWidgets"))
        load.success(lambda _: self._make_view()).start()

    def _make_view(self) -> None:
        from PySide6.QtPdf import QPdfDocument
        from PySide6.QtPdfWidgets import QPdfView

        self.document = QPdfDocument(self)
        self.view = QPdfView(self)
        self.view.setDocument(self.document)
        self.view.setPageMode(QPdfView.PageMode.MultiPage)
        self.view.setZoomMode(QPdfView.ZoomMode.Custom)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        palette = self.view.palette()
        palette.setColor(QPalette.ColorRole.Dark, theme.colour(Colour.GROUND))
        self.view.setPalette(palette)
        self.view.setAccessibleName(self._name)
        self.body.addWidget(self.view)
        self.fit()
        if self._waiting:
            self.show_pdf(self._waiting)

    def show_pdf(self, pdf: bytes) -> None:
        """Show these bytes, at the place where it was scrolled to; the same bytes again change nothing."""
        if self.view is None:
            self._waiting = pdf
            return
        if pdf == self._shown:
            return
        self._waiting, self._shown = b"", pdf
        down = self.view.verticalScrollBar().value()
        buffer = QBuffer(self)
        buffer.setData(QByteArray(pdf))
        buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self.document.load(buffer)
        if self._buffer is not None:
            self._buffer.deleteLater()
        self._buffer = buffer
        self.view.verticalScrollBar().setValue(down)
        if self.document.status() == self.document.Status.Error:
            self.unreadable.emit()

    # ------------------------------------------------------------------------------------------ size, scrolling

    def fit(self) -> None:
        """The page as wide as it reads well, and no wider than the window."""
        if self.view is None:
            return
        room = self.width() - self.view.verticalScrollBar().sizeHint().width() - theme.space(4)
        wanted = min(theme.em(None, PAPER_WIDTH) * self._zoom, max(room, 1))
        self.view.setZoomFactor(wanted / (A4_POINTS * self.logicalDpiX() / 72))

    def magnify(self, times: float) -> None:
        """Larger or smaller by this."""
        self._zoom = min(MOST_ZOOM, max(LEAST_ZOOM, self._zoom * times))
        self.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the page into the new width."""
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self.fit)

    def turn(self, step: int) -> None:
        """One screenful down, or up with -1."""
        if self.view is not None:
            bar = self.view.verticalScrollBar()
            bar.setValue(bar.value() + step * bar.pageStep())

    # ------------------------------------------------------------------------------------------ paper

    def choose_printer(self) -> None:
        """Ask for the printer, then draw every page on it at 300 dots per inch."""
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self)
        dialog.setWindowTitle(self.tr("Cetak"))
        dialog.setWindowModality(Qt.WindowModality.WindowModal)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self.print_to(printer))
        dialog.show()  # window-modal; QPrintDialog's own open() wants a slot by name

    def print_to(self, printer: Any) -> int:
        """Draw every page on a printer at 300 dots per inch; returns how many."""
        if self.document is None:
            return 0
        painter = QPainter(printer)
        count = int(self.document.pageCount())
        for page in range(count):
            if page:
                printer.newPage()
            size = self.document.pagePointSize(page) * (PRINT_DPI / 72)
            image = self.document.render(page, size.toSize())
            painter.drawImage(painter.viewport(), image)
        painter.end()
        return count


def page_step(key: int) -> int:
    """-1 for page up, 1 for page down, 0 for any other key."""
    return {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}.get(Qt.Key(key), 0)
