"""The first step: the branch as it is called, its counters, and the name of this computer."""

import platform
from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QSpinBox, QWidget

from app.domain.branch import ZONES
from app.services.setup import MOST_COUNTERS, NewBranch
from app.ui.pages.wizard_parts import WizardStep, back_and_on, beside, fill_column, line_of
from app.ui.theme import Tone
from app.ui.widgets import Field, PrimaryButton, SegmentedChoice

USUAL_COUNTERS = 5


class BranchStep(WizardStep):
    """What the branch is called, where it lies, how many counters it has."""

    def __init__(self, back: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = Field(
            self.tr("Nama kantor cabang"),
            placeholder=self.tr("mis. Medan Utara"),
            hint=self.tr("Seperti disebut sehari-hari; “Kantor Cabang” ditambahkan sendiri di kertas."),
            longest=60,
        )
        self.code = Field(
            self.tr("Kode cabang"),
            placeholder=self.tr("mis. MDU"),
            hint=self.tr("Dipakai pada nomor tanda terima; huruf dan angka, paling banyak 10."),
            longest=10,
        )
        self.zone = SegmentedChoice(
            [(zone, zone, "", Tone.GOOD) for zone in ZONES], name=self.tr("Zona waktu"), in_form=True
        )
        self.zone.set_value("WIB")
        self.counters = QSpinBox()
        self.counters.setRange(1, MOST_COUNTERS)
        self.counters.setValue(USUAL_COUNTERS)
        self.computer = Field(
            self.tr("Nama komputer ini"), placeholder=self.tr("mis. Meja penyelia"), longest=60
        )
        self.computer.set_text(platform.node())
        self.following = PrimaryButton(self.tr("Lanjut"), "arrow-right", key="F2")
        fill_column(
            self,
            self.name,
            self.code,
            beside(Field(self.tr("Zona waktu"), self.zone), Field(self.tr("Jumlah loket"), self.counters)),
            self.computer,
            back_and_on(back, self.following),
        )

    def wanted_fields(self) -> tuple[QLineEdit, ...]:
        """Name and code; the computer's name is there already."""
        return line_of(self.name), line_of(self.code)

    def branch(self) -> NewBranch:
        """As typed."""
        return NewBranch(
            code=self.code.text(),
            name=self.name.text(),
            zone=self.zone.value(),
            counters=self.counters.value(),
            computer=self.computer.text(),
        )
