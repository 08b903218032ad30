"""The floor: an empty PySide6 window in a process of its own."""

import json
import sys

from common import memory, since_start
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow


class Window(QMainWindow):
    """Notes when it was painted first."""

    paint = 0.0

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        """Once is enough."""
        super().paintEvent(event)
        if not self.paint:
            self.paint = since_start()
            QTimer.singleShot(200, QApplication.quit)


app = QApplication(sys.argv)
window = Window()
window.resize(1366, 734)
window.show()
app.exec()
print(json.dumps({"paint": window.paint, "memory": memory()}))
