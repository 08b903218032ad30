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


app = QApplication(sys.argv[:1])
theme.apply(app)
desktop = Desktop(DataFolder(Path(sys.argv[1])), None)
desktop.shell.resize(1366, 734)
desktop.start()
until(lambda: desktop.shell.code() == "sign_in" and desktop.shell.page().table.current() is not None)
page = desktop.shell.page()
page.table.choose_line(
    next(n for n in range(2) if not page.table.choose_line(n) or "keamanan" in page._role.text())
)
page.secret.setText(SECRET)
page.enter.click()
until(lambda: desktop.shell.code() != "sign_in")
services = desktop.services
who = desktop.signed.id
if services.office.latest_day() is None:
    services.desk.open_day(who, {})
desktop.shell.go("desk")
pause(1500)
Store.writing = slow
done = 0
longest = 0.0
last = time.perf_counter()


def beat() -> None:
    """Each turn of the loop."""
    global longest, last
    now = time.perf_counter()
    longest = max(longest, (now - last) * 1000)
    last = now


def issued(_: object) -> None:
    """One more is durable."""
    global done
    done += 1
    if done < TICKETS:
        issue()


def issue() -> None:
    """Through the same door as the page."""
    desktop.background.write(desktop, lambda: services.desk.issue(who, "info")).success(issued).start()


timer = QTimer()
timer.setInterval(0)
timer.timeout.connect(beat)
timer.start()
last = time.perf_counter()
issue()
until(lambda: done >= TICKETS, 120)
timer.stop()
print(json.dumps({"pause": longest}))
desktop.close()
