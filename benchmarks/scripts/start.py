"""The program's own start: first paint of its first window, and the moment a name is chosen and a PIN can be typed."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from common import since_start
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication

from app.ui import start

times: dict[str, float] = {}
app = QApplication(sys.argv[:1])


class Noted(start.FirstWindow):
    """Notes when it was painted first."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        """As ever."""
        super().paintEvent(event)
        times.setdefault("paint", since_start())


def look() -> None:
    """Usable: the sign-in page has its people and the keyboard."""
    for window in QApplication.topLevelWidgets():
        if getattr(window, "code", None) is not None and window.code() == "sign_in":
            page = window.page()
            if page.table.current() is not None and page.table.isVisible():
                times.setdefault("usable", since_start())
                if page.presenter._services is not None:  # and now it is open as well
                    times["open"] = since_start()
                    window.close()
                    app.quit()


start.FirstWindow = Noted
timer = QTimer()
timer.setInterval(2)
timer.timeout.connect(look)
timer.start()
start.run(Path(sys.argv[1]), None)
print(json.dumps(times))
