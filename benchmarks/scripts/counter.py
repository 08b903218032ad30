"""Memory while an officer sits at the counter screen."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from common import memory
from PySide6.QtWidgets import QApplication

from app.config import DataFolder
from app.ui import theme
from app.ui.desktop import Desktop
from app.ui.wait import pause, until
from benchmarks.material import SECRET

app = QApplication(sys.argv[:1])
theme.apply(app)
desktop = Desktop(DataFolder(Path(sys.argv[1])), None)
desktop.shell.resize(1366, 734)
desktop.start()
until(lambda: desktop.services is not None and desktop.shell.page().table.current() is not None)
page = desktop.shell.page()
names = {card.name: card.id for card in desktop.services.sign_in.people()}
page.table.choose_key(names["Petugas 1"])
page.secret.setText(SECRET)
page.enter.click()
until(lambda: desktop.shell.code() != "sign_in")
desktop.shell.go("counter")
pause(1000)
print(json.dumps({"memory": memory()}))
desktop.close()
