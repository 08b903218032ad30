"""The foot of the checklist: scans of this case, how many there are and how many have still to go somewhere."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.services.attachments import Placed
from app.ui import theme
from app.ui.dialogs import choose_file
from app.ui.widgets import Button, ElidedLabel

HERE = "here"


class CaseAttachments(QWidget):
    """A button and a few words."""

    chosen = Signal(Path)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = Button(self.tr("Lampirkan pindaian…"), "file-text", key="Ctrl+B")
        self.words = ElidedLabel("", ink="muted")
        self.button.clicked.connect(self._choose)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space(2))
        row.addWidget(self.button)
        row.addWidget(self.words, 1)

    def show_places(self, places: Sequence[Placed], *, editable: bool) -> None:
        """Say how many there are, and where."""
        self.button.setVisible(editable)
        waiting = sum(each.place == HERE for each in places)
        words = self.tr("{count} lampiran").format(count=len(places)) if places else ""
        if waiting:
            words += self.tr(" · {count} baru di komputer ini").format(count=waiting)
        elif places:
            above = all(each.place == "head_office" for each in places)
            words += self.tr(" · di kantor pusat") if above else self.tr(" · di komputer utama")
        self.words.setText(words)

    def _choose(self) -> None:
        kinds = self.tr("Pindaian (*.pdf *.jpg *.jpeg *.png *.tif *.tiff);;Semua berkas (*)")
        choose_file(self, self.tr("Pilih pindaian"), kinds, self.chosen.emit)
