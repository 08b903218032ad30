"""A counter page with a CSO at it, on a real branch file, driven by keys."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from app.services.persons import Signed
from app.services.services import Services
from app.ui.background import Background
from app.ui.context import Context
from app.ui.moment import HELD_MS
from app.ui.notify import Notify
from app.ui.page_area import PageArea
from app.ui.pages.counter import CounterPage
from app.ui.presenters.counter_state import AT_WORK, CALLING, CounterLook
from tests.houses import House

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
PLAIN = Qt.KeyboardModifier.NoModifier


class CounterDesk:
    """The page and the hands on its keyboard."""

    def __init__(
        self, qtbot, house: House, background: Background, notify: Notify, role: str = "cso"
    ) -> None:
        self.qtbot, self.house, self.notify, self.background = qtbot, house, notify, background
        self.services = Services(house.office)
        self.who = house[role]
        self.went: list[tuple[str, str]] = []
        person = house.office.branch().person(self.who)
        signed = Signed(id=person.id, name=person.name, title="", roles=person.roles, places=("counter 3",))
        self.context = Context(
            self.services, background, notify, signed, lambda code, record: self.went.append((code, record))
        )
        self.page = CounterPage(self.context)
        self.area = PageArea(self.page)
        qtbot.addWidget(self.area)
        self.area.resize(1188, 614)
        with qtbot.waitActive(self.area):
            self.area.show()
            self.area.activateWindow()
        self.page.refresh()
        self.settle()

    # ------------------------------------------------------------------------------------------ hands

    def settle(self) -> None:
        """Until all work that was handed in is done and shown."""
        for _ in range(3):
            self.qtbot.waitUntil(lambda: not self.background.busy)
            QApplication.processEvents()
        self.qtbot.waitUntil(lambda: not self.background.busy)

    def look_at_it(self) -> None:
        """Time enough to see what stands there now."""
        self.house.clock.pass_ms(HELD_MS)

    def hammer(self, *keys: Qt.Key) -> None:
        """Press without looking, each key when the one before has already done its work."""
        for key in keys:
            QTest.keyClick(QApplication.activeModalWidget() or QApplication.focusWidget() or self.page, key)
            self.settle()

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = PLAIN) -> None:
        """Look, press a key where the keyboard is, and wait for what follows."""
        self.look_at_it()
        target = QApplication.activeModalWidget() or QApplication.focusWidget()
        held = QApplication.focusWidget()
        if target is not None and held is not None and target.isAncestorOf(held):
            target = held
        QTest.keyClick(target or self.page, key, modifier)
        QApplication.processEvents()
        self.settle()

    def keys(self, *keys: Qt.Key) -> None:
        for key in keys:
            self.key(key)

    def type(self, text: str) -> None:
        """Type where the keyboard is."""
        QTest.keyClicks(QApplication.focusWidget(), text)
        QApplication.processEvents()

    def line(self, text: str) -> None:
        """Type a line and press Enter."""
        self.type(text)
        self.key(Qt.Key.Key_Return)

    def dialog(self) -> QDialog:
        """The question that is open."""
        found = QApplication.activeModalWidget()
        assert isinstance(found, QDialog)
        return found

    # ------------------------------------------------------------------------------------------ eyes

    @property
    def focused(self) -> QObject | None:
        return QApplication.focusWidget()

    @property
    def look(self) -> CounterLook:
        found = self.page.presenter.look
        assert found is not None
        return found

    @property
    def state(self) -> str:
        return self.look.state

    def case(self):  # the state of the file shown
        return self.services.cases.get(self.page.workspace.case())

    def until(self, told: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(told)

    # ------------------------------------------------------------------------------------------ usual ways

    def at_work(self) -> None:
        """Open the counter, call, and have somebody before the counter."""
        self.keys(Qt.Key.Key_F2, Qt.Key.Key_F2)
        assert self.state == CALLING
        self.key(Qt.Key.Key_Return)
        assert self.state == AT_WORK

    def close(self) -> None:
        self.services.printing.close()
