"""The longest pause of the event loop while 300 tickets are issued and each commit takes 50 ms longer."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from sqlalchemy import Connection

from app.config import DataFolder
from app.models.store import Store
from app.ui import theme
from app.ui.desktop import Desktop
from app.ui.wait import pause, until
from benchmarks.material import SECRET

TICKETS = 300
SLOW_SECONDS = 0.05
plain = Store.writing


@contextmanager
def slow(self: Store) -> Iterator[Connection]:
    """As an old disk would: the commit comes late."""
    with plain(self) as connection:
        yield connection
        time.sleep(SLOW_SECONDS)


class Beat:
    """Sees each turn of the event loop, and counts tickets."""

    def __init__(self, desktop: Desktop) -> None:
        self._desktop = desktop
        self.done = 0
        self.longest = 0.0
        self._last = time.perf_counter()

    def beat(self) -> None:
        """Each turn of the loop."""
        now = time.perf_counter()
        self.longest = max(self.longest, (now - self._last) * 1000)
        self._last = now

    def issue(self) -> None:
        """One ticket after another, through the same door as the page."""
        services, signed = self._desktop.services, self._desktop.signed
        writing = self._desktop.background.write(
            self._desktop, lambda: services.desk.issue(signed.id, "info")
        )
        writing.success(self._issued).start()

    def _issued(self, _: object) -> None:
        self.done += 1
        if self.done < TICKETS:
            self.issue()


app = QApplication(sys.argv[:1])
theme.apply(app)
desktop = Desktop(DataFolder(Path(sys.argv[1])), None)
desktop.shell.resize(1366, 734)
desktop.start()
until(lambda: desktop.services is not None and desktop.shell.page().table.current() is not None)
page = desktop.shell.page()
names = {card.name: card.id for card in desktop.services.sign_in.people()}
page.table.choose_key(names["Penyelia"])
page.secret.setText(SECRET)
page.enter.click()
until(lambda: desktop.shell.code() != "sign_in")
if desktop.services.office.latest_day() is None:
    desktop.services.desk.open_day(desktop.signed.id, {})
desktop.shell.go("desk")
pause(2500)
Store.writing = slow
watch = Beat(desktop)
timer = QTimer()
timer.setInterval(0)
timer.timeout.connect(watch.beat)
timer.start()
watch.issue()
until(lambda: watch.done >= TICKETS, 120)
timer.stop()
print(json.dumps({"pause": watch.longest}))
desktop.close()
