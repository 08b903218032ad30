"""The third step: the recovery key is printed, and typed back from the paper."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from app.ui.pages.wizard_parts import KeyFileField, WizardStep, back_and_on, fill_column, line_of
from app.ui.theme import Type
from app.ui.widgets import Button, Field, Label, Muted, PrimaryButton


class KeyStep(WizardStep):
    """The key is shown until somebody types: it is copied from paper, not from the screen."""

    def __init__(self, key: str, back: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown = Label(key, Type.HEADING, ink="brand", wrap=True)
        self.shown.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.print_key = Button(self.tr("Cetak kunci pemulihan"), "printer", key="F3")
        self.typed = Field(
            self.tr("Ketik kembali dari kertas"),
            hint=self.tr("26 huruf dan angka; spasi dan huruf kecil tidak masalah."),
            longest=60,
        )
        self.typed.changed.connect(lambda text: self.shown.setVisible(not text))
        self.key_file = KeyFileField()
        self.following = PrimaryButton(self.tr("Buat cabang"), "check", key="F2")
        fill_column(
            self,
            Muted(
                self.tr(
                    "Kunci ini membuka cadangan bila komputer rusak. Dicetak sekali, disimpan di brankas, "
                    "tidak ada di tempat lain."
                ),
                wrap=True,
            ),
            self.shown,
            self.print_key,
            self.typed,
            self.key_file,
            back_and_on(back, self.following),
        )

    def wanted_fields(self) -> tuple[QLineEdit, ...]:
        """What is typed from the paper."""
        return (line_of(self.typed),)
