"""The very first window: seen while the rest of the program is still being loaded. Nothing heavy is imported here."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

GROUND, INK = "#F5F8F6", "#00623B"


class FirstWindow(QWidget):
    """The ground colour and the name; the real window takes its place."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Loket")
        self.setGeometry(self.screen().availableGeometry())

    def paintEvent(self, event: QPaintEvent) -> None:
        """No style sheet and no font of our own: they are not loaded yet."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(GROUND))
        face = painter.font()
        face.setPointSizeF(face.pointSizeF() * 2)
        face.setBold(True)
        painter.setFont(face)
        painter.setPen(QColor(INK))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Loket")
        painter.end()


def run(path: Path, key_file: Path | None, serving: Callable[[Any], Any] | None = None) -> int:
    """Show the first window, then load the program behind it; returns its exit code.

    `serving`: office to what opens its port when it is the hub of other computers.
    """
    QCoreApplication.setApplicationName("Loket")
    app = QApplication.instance() or QApplication(sys.argv[:1])
    window = FirstWindow()
    window.showMaximized()
    app.processEvents()
    from app.ui.qt_words import speak_indonesian
    from app.ui.running import run as run_desktop

    speak_indonesian(app)
    return run_desktop(path, key_file, window, serving)
