"""The scans of a case below its papers: each opens with Enter or a click."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.attachments import Placed
from app.ui import theme
from app.ui.pages.case_words import scan_name, scan_place
from app.ui.widgets import Button, Muted

OPEN_KEY = "Ctrl+E"


class CaseScans(QWidget):
    """Tells by `opened(place in the list)` which one is wanted."""

    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scans: tuple[Placed, ...] = ()
        self.rows: list[Button] = []
        self.words = Muted("")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, theme.space(1), 0, 0)
        self._column.setSpacing(theme.space(1.5))
        self._column.addWidget(self.words)
        self.hide()

    def show_scans(self, scans: tuple[Placed, ...]) -> None:
        """In the order they came; rows that stay keep the keyboard."""
        self.scans = scans
        while len(self.rows) > len(scans):
            gone = self.rows.pop()
            gone.hide()
            gone.deleteLater()
        while len(self.rows) < len(scans):
            self.rows.append(self._row(len(self.rows)))
        for place, (row, placed) in enumerate(zip(self.rows, scans, strict=True)):
            row.setText(scan_name(placed.attached, place))
            row.align_left(scan_place(placed))
            row.setAccessibleDescription(scan_place(placed))
        self.words.setText(self.tr("Pindaian · {key} membuka yang pertama").format(key=OPEN_KEY))
        self.setVisible(bool(scans))

    def _row(self, place: int) -> Button:
        row = Button("", "file-text", key=OPEN_KEY if place == 0 else "")
        row.clicked.connect(lambda: self.opened.emit(place))
        self._column.addWidget(row)
        if self.rows:
            QWidget.setTabOrder(self.rows[-1], row)
        return row
