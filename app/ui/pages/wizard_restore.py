"""The step that brings a backup back: the file, and the recovery key from the safe."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from app.ui.pages.wizard_parts import KeyFileField, WizardStep, back_and_on, fill_column, line_of
from app.ui.widgets import Button, Field, Muted, PrimaryButton


class RestoreStep(WizardStep):
    """Tells by `wanted(file, recovery key, key file)` what was asked."""

    wanted = Signal(str, str, str)

    def __init__(self, back: Callable[[], None], *, replacing: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source = Field(
            self.tr("Berkas cadangan"),
            placeholder=self.tr("mis. /media/usb/loket-2026-11-20.cadangan"),
            longest=400,
        )
        browse = Button(self.tr("Pilih berkas…"), "folder-open", key="F3")
        browse.clicked.connect(self._browse)
        self.recovery_key = Field(
            self.tr("Kunci pemulihan"),
            hint=self.tr("Dari lembar di brankas: 26 huruf dan angka."),
            longest=60,
        )
        self.key_file = KeyFileField()
        self.following = PrimaryButton(self.tr("Pulihkan"), "rotate-ccw", key="F2")
        self.following.clicked.connect(
            lambda: self.wanted.emit(self.source.text(), self.recovery_key.text(), self.key_file.text())
        )
        why = self.tr("Cadangan dibuka dengan kunci pemulihan dari brankas dan diperiksa sebelum dipakai.")
        if replacing:
            why += " " + self.tr("Data yang sekarang disisihkan di folder cadangan, tidak dihapus.")
        fill_column(
            self,
            Muted(why, wrap=True),
            self.source,
            browse,
            self.recovery_key,
            self.key_file,
            back_and_on(back, self.following),
        )

    def wanted_fields(self) -> tuple[QLineEdit, ...]:
        """The file, and the key from the safe."""
        return line_of(self.source), line_of(self.recovery_key)

    def _browse(self) -> None:
        chooser = QFileDialog(self, self.tr("Pilih berkas cadangan"))
        chooser.fileSelected.connect(self.source.set_text)
        chooser.open()
