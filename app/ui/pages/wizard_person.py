"""The second step: the first supervisor, who adds everybody else."""

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QWidget

from app.ui.pages.wizard_parts import WizardStep, back_and_on, fill_column, line_of
from app.ui.widgets import Field, Muted, PinEdit, PrimaryButton


class PersonStep(WizardStep):
    """Name, title, and a PIN typed twice."""

    def __init__(self, back: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = Field(self.tr("Nama"), placeholder=self.tr("mis. Penyelia"), longest=60)
        self.title = Field(self.tr("Jabatan"), longest=60)
        self.title.set_text(self.tr("Kepala Bidang Pelayanan"))
        self.secret, self.again = PinEdit(password=True), PinEdit(password=True)
        self.following = PrimaryButton(self.tr("Lanjut"), "arrow-right", key="F2")
        fill_column(
            self,
            Muted(
                self.tr("Penyelia pertama menambah petugas lain di halaman Petugas dan menutup hari."),
                wrap=True,
            ),
            self.name,
            self.title,
            Field(
                self.tr("PIN atau kata sandi"),
                self.secret,
                hint=self.tr(
                    "Enam angka atau lebih, bukan tanggal dan bukan urutan; atau kata sandi 10 huruf."
                ),
            ),
            Field(self.tr("Sekali lagi"), self.again),
            back_and_on(back, self.following),
        )

    def wanted_fields(self) -> tuple[QLineEdit, ...]:
        """All but the title."""
        return line_of(self.name), self.secret, self.again
