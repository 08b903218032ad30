"""The shipped program tests itself: a database, a window, a PDF, all real, in a folder of its own."""

import tempfile
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.config import DataFolder
from app.services.demo import make_demo_branch
from app.services.health import check, rebuild
from app.services.office import Ports, open_office
from app.services.services import Services
from app.ui import theme
from app.ui.desktop import Desktop
from app.ui.wait import until

PATIENCE_SECONDS = 30


def self_test(ports: Ports) -> int:
    """0 when everything opens; prints a line for each step. What fails raises and names itself."""
    app = QApplication.instance() or QApplication(["loket"])
    assert isinstance(app, QApplication)
    theme.apply(app)
    with tempfile.TemporaryDirectory(prefix="loket-uji-") as name:
        folder = DataFolder(Path(name) / "cabang")
        _database(folder, ports)
        _window(folder, ports)
    print("semua baik")
    return 0


def _database(folder: DataFolder, ports: Ports) -> None:
    make_demo_branch(folder, ports).close()
    services = Services(open_office(folder, ports))
    people = services.sign_in.people()
    guard = next(card.id for card in people if "security_desk" in card.roles)
    services.desk.open_day(guard, {})
    ticket = services.desk.issue(guard, "jht")
    head = services.office.journal.head()
    health = check(services.office)
    assert health.whole, health
    assert health.chain.head == head[1], health
    assert rebuild(services.office) == 0
    again = services.desk.ticket(ticket.id)
    assert again == ticket
    pdf = services.summaries.pdf(ticket.day)
    assert pdf.startswith(b"%PDF"), "no PDF"
    services.close()
    print(f"basis data: {health.chain.count} catatan, {ticket.label}; PDF: {len(pdf)} bita")


def _window(folder: DataFolder, ports: Ports) -> None:
    desktop = Desktop(folder, None, ports)
    desktop.start()
    until(lambda: desktop.shell.code() == "sign_in", PATIENCE_SECONDS)
    picture = desktop.shell.grab()
    assert not picture.isNull()
    print(f"jendela: {picture.width()} x {picture.height()}")
    desktop.close()
    desktop.shell.close()
