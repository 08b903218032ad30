"""One page with somebody at it, on a real branch file, driven by keys and mouse."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtGui import QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from app.services.persons import Signed
from app.services.services import Services
from app.ui.background import Background
from app.ui.context import Context
from app.ui.notify import Notify
from app.ui.page_area import PageArea
from tests.houses import House

PLAIN = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
CTRL = Qt.KeyboardModifier.ControlModifier


class OfficeDesk:
    """The page that `build` makes of a context, shown as large as on the smallest screen."""

    def __init__(
        self,
        qtbot,
        house: House,
        background: Background,
        notify: Notify,
        build: Callable[[Context], QWidget],
        role: str = "service_supervisor",
    ) -> None:
        self.qtbot, self.house, self.background, self.notify = qtbot, house, background, notify
        self.services = Services(house.office)
        self.who = house[role]
        self.went: list[tuple[str, str]] = []
        person = house.office.branch().person(self.who)
        roles = house.office.roles(self.who)
        signed = Signed(id=person.id, name=person.name, title="", roles=roles, places=())
        self.context = Context(
            self.services, background, notify, signed, lambda code, record: self.went.append((code, record))
        )
        self.page: Any = build(self.context)
        self.area = PageArea(self.page)
        qtbot.addWidget(self.area)
        self.area.resize(1188, 614)
        with qtbot.waitActive(self.area):
            self.area.show()
            self.area.activateWindow()
        self.refresh()
        self.page.setFocus()

    # ------------------------------------------------------------------------------------------ hands

    def refresh(self) -> None:
        """As the shell does when something changed."""
        self.page.refresh()
        self.settle()

    def settle(self) -> None:
        """Until all work that was handed in is done and shown."""
        for _ in range(4):
            self.qtbot.waitUntil(lambda: not self.background.busy)
            QApplication.processEvents()
        self.qtbot.waitUntil(lambda: not self.background.busy)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = PLAIN) -> None:
        """Press a key where the keyboard is, and wait for what follows."""
        modal, held = QApplication.activeModalWidget(), QApplication.focusWidget()
        if modal is not None and (held is None or not modal.isAncestorOf(held)):
            held = modal
        QTest.keyClick(held or self.page, key, modifier)
        QApplication.processEvents()
        self.settle()

    def type(self, text: str) -> None:
        """Type where the keyboard is; signs that no key has are pasted."""
        held: Any = QApplication.focusWidget()
        if text.isascii():
            QTest.keyClicks(held, text)
        else:
            held.insert(text)
        QApplication.processEvents()

    def click(self, widget: QWidget) -> None:
        """Press with the mouse."""
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
        QApplication.processEvents()
        self.settle()

    # ------------------------------------------------------------------------------------------ eyes

    @property
    def focused(self) -> QWidget | None:
        return QApplication.focusWidget()

    def dialog(self) -> Any:
        """The question that is open."""
        found = QApplication.activeModalWidget()
        assert isinstance(found, QDialog)
        return found

    def has_dialog(self) -> bool:
        found = QApplication.activeModalWidget()
        return found is not None and found.isVisible()

    def keys_heard(self) -> list[str]:
        """Every key that something visible and enabled in the window listens to."""
        return [
            shortcut.key().toString()
            for shortcut in self.area.findChildren(QShortcut)
            if shortcut.isEnabled() and _hears(shortcut.parent())
        ]

    def shadowed(self) -> set[str]:
        """Attributes of the page that hide a method of Qt's."""
        own = vars(self.page).items()
        return {name for name, value in own if name in dir(QWidget) and not isinstance(value, SignalInstance)}


def _hears(owner: Any) -> bool:
    return isinstance(owner, QWidget) and owner.isVisible() and owner.isEnabled()
