"""Choosing a counter to sit down at: digits and arrows choose, taken ones say who sits there."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from app.ui import theme
from app.ui.presenters.counter_state import Seat
from app.ui.widgets import Button

COLUMNS = 2


class _SeatButton(Button):
    """Leaves digits to the choice around it."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space and Enter press it, everything else goes up."""
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        else:
            event.ignore()


class SeatChoice(QWidget):
    """One button for each counter."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[int, Button] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.space(2))

    def show_seats(self, seats: tuple[Seat, ...], wanted: int) -> None:
        """Show who sits where; the wanted one is marked."""
        if [seat.number for seat in seats] != list(self.buttons) and seats:
            self._rebuild(seats)
        for seat in seats:
            button = self.buttons[seat.number]
            words = self.tr("Loket {number}").format(number=seat.number)
            if seat.officer:
                words = self.tr("{number} · {officer}").format(number=seat.number, officer=seat.officer)
            if button.words() != words:
                button.setText(words)
            button.setEnabled(not seat.officer)
            button.setChecked(seat.number == wanted)

    def _rebuild(self, seats: tuple[Seat, ...]) -> None:
        for gone in self.buttons.values():
            self._grid.removeWidget(gone)
            gone.deleteLater()
        self.buttons = {}
        for place, seat in enumerate(seats):
            button = _SeatButton("", "monitor")
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, number=seat.number: self.chosen.emit(number))
            self.buttons[seat.number] = button
            self._grid.addWidget(button, place // COLUMNS, place % COLUMNS)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit chooses the counter of that number."""
        number = event.key() - Qt.Key.Key_0
        button = self.buttons.get(number)
        if 1 <= number <= 9 and button is not None and button.isEnabled():
            button.setFocus(Qt.FocusReason.ShortcutFocusReason)
            button.click()
        else:
            super().keyPressEvent(event)

    def focus_wanted(self) -> None:
        """The keyboard on the counter that is chosen, or on the first free one."""
        free = [button for button in self.buttons.values() if button.isEnabled()]
        marked = [button for button in free if button.isChecked()]
        if marked or free:
            (marked or free)[0].setFocus(Qt.FocusReason.OtherFocusReason)
