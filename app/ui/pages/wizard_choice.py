"""The first question of a computer without a branch: a new one, one that is there, a try, or a backup."""

from PySide6.QtWidgets import QWidget

from app.ui.pages.wizard_parts import WizardStep, fill_column
from app.ui.theme import Type
from app.ui.widgets import Button, Label, Muted, PrimaryButton


class ChoiceStep(WizardStep):
    """Four buttons, each with its key."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.following = PrimaryButton(self.tr("Siapkan kantor cabang"), "landmark", key="F2", large=True)
        self.join_in = Button(self.tr("Gabung ke cabang yang sudah ada"), "network", key="F5")
        self.try_out = Button(self.tr("Coba dulu dengan data contoh"), "play", key="F3")
        self.bring_back = Button(self.tr("Pulihkan dari cadangan"), "rotate-ccw", key="F4")
        fill_column(
            self,
            Label(self.tr("Belum ada data cabang di komputer ini."), Type.SUBTITLE),
            Muted(
                self.tr(
                    "Menyiapkan cabang perlu tiga langkah dan satu lembar kertas. "
                    "Coba dulu membuat cabang contoh di folder tersendiri: satu orang tiap tugas, PIN ditampilkan."
                ),
                wrap=True,
            ),
            self.following,
            self.join_in,
            self.try_out,
            self.bring_back,
        )
