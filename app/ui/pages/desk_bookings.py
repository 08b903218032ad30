"""Who has booked online for today: a button on the desk's page, and the list with one key for a ticket."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.services.bookings import Expected
from app.ui import theme
from app.ui.dialogs import Dialog
from app.ui.presenters.desk_state import DeskView
from app.ui.widgets import Button, Column, DataTable, KeyHint, TableModel

KEY = "J"


class BookingsDialog(Dialog):
    """Bookings by time; Enter on one gives its ticket."""

    def __init__(self, parent: QWidget, title: str, give: Callable[[str], None]) -> None:
        super().__init__(parent, title)
        self.setMinimumWidth(theme.em(None, 50))
        self._give = give
        columns: list[Column[Expected]] = [
            Column(title=self.tr("Jam"), text=lambda row: row.booking.time.replace(":", "."), width=6),
            Column(title=self.tr("Nama"), text=lambda row: row.booking.name, strong=True),
            Column(title=self.tr("Layanan"), text=lambda row: row.service, width=16),
            Column(title=self.tr("Karcis"), text=self._state, width=12),
        ]
        self.table = DataTable(TableModel(columns, lambda row: row.booking.id), name=title)
        self.table.set_empty_text(self.tr("Tidak ada janji hari ini."))
        self.table.setMinimumSize(theme.em(None, 40), theme.em(None, 20))
        self.table.opened.connect(self._open)
        self.body.addWidget(self.table)
        self.body.addWidget(KeyHint([("Enter", self.tr("beri karcis")), ("Esc", self.tr("kembali"))]))
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _state(self, row: Expected) -> str:
        if row.label:
            return row.label
        return self.tr("belum datang") if row.given else self.tr("tidak dilayani")

    def show_bookings(self, bookings: tuple[Expected, ...]) -> None:
        """Update in place; the keyboard begins at the first who has not come."""
        begun = bool(self.table.current_key())
        self.table.set_rows(bookings)
        if not begun:
            open_ones = [place for place, each in enumerate(bookings) if not each.label]
            self.table.choose_line(open_ones[0] if open_ones else 0)

    def _open(self, row: Expected) -> None:
        if not row.label and row.given:
            self.accept()
            self._give(row.booking.id)


class BookingsButton(Button):
    """How many are expected today; hidden while nobody has booked."""

    def __init__(self, give: Callable[[str], None], parent: QWidget | None = None) -> None:
        super().__init__("", "calendar-clock", key=KEY, parent=parent)
        self._give = give
        self._bookings: tuple[Expected, ...] = ()
        self.dialog: BookingsDialog | None = None
        self.clicked.connect(self._show)
        self.hide()

    def show_desk(self, desk: DeskView) -> None:
        """Count those who have not come."""
        self._bookings = desk.bookings
        coming = sum(not each.label for each in desk.bookings)
        self.setText(
            self.tr("Janji hari ini: {count} · {coming} belum datang").format(
                count=len(desk.bookings), coming=coming
            )
        )
        self.setVisible(bool(desk.bookings))
        if self.dialog is not None:
            self.dialog.show_bookings(desk.bookings)

    def _show(self) -> None:
        self.dialog = BookingsDialog(self.window(), self.tr("Janji hari ini"), self._give)
        self.dialog.finished.connect(self._closed)
        self.dialog.show_bookings(self._bookings)
        self.dialog.open()

    def _closed(self) -> None:
        self.dialog = None
