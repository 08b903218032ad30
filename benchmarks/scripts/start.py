"""The program's own start: first paint of its window, and the moment a PIN can be typed."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from common import since_start
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from app.config import DataFolder
from app.ui import theme
from app.ui.desktop import Desktop

times: dict[str, float] = {}


class Watch(QObject):
    """Sees the first paint of any widget."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note it once."""
        if event.type() == QEvent.Type.Paint and "paint" not in times:
            times["paint"] = since_start()
        return False


app = QApplication(sys.argv[:1])
watch = Watch()
app.installEventFilter(watch)
theme.apply(app)
desktop = Desktop(DataFolder(Path(sys.argv[1])), None)
desktop.shell.resize(1366, 734)
desktop.start()


def look() -> None:
    """Usable: the sign-in page is there with its people."""
    page = desktop.shell.page()
    if desktop.shell.code() == "sign_in" and page is not None and page.table.current() is not None:
        times["usable"] = since_start()
        app.quit()


timer = QTimer()
timer.setInterval(2)
timer.timeout.connect(look)
timer.start()
app.exec()
desktop.close()
print(json.dumps(times))
