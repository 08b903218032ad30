"""The step that joins a branch which is there already: its hub, the code that is read out, and this computer's name."""

import platform
from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from app.sync.finding import FoundHub
from app.ui import theme
from app.ui.network_words import CODE_EXAMPLE
from app.ui.pages.wizard_parts import KeyFileField, WizardStep, back_and_on, beside, fill_column, line_of
from app.ui.place_names import PLACES, place_name
from app.ui.widgets import Button, Field, Label, Muted, PrimaryButton

MOST_HUBS = 3


class JoinStep(WizardStep):
    """Tells by `wanted(address, code, name, place, key file)` what was asked, by `look_again` to listen once more."""

    wanted = Signal(str, str, str, str, str)
    look_again = Signal()

    def __init__(self, back: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heard = Muted("", wrap=True)
        self.again = Button(self.tr("Cari lagi"), "refresh-cw", key="F5")
        self.hubs: list[Button] = []
        self.address = Field(self.tr("Alamat komputer utama"), placeholder="192.168.1.5:8443", longest=200)
        self.code = Field(self.tr("Kode"), placeholder=CODE_EXAMPLE, longest=20)
        self.name = Field(self.tr("Nama komputer ini"), placeholder=self.tr("mis. Loket 3"), longest=60)
        self.name.set_text(platform.node())
        self.place = QComboBox()
        for place in PLACES:
            self.place.addItem(place_name(place), place)
        self.place.setCurrentIndex(PLACES.index("counter"))
        self.key_file = KeyFileField()
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Sedang bergabung"))
        self.progress.setFixedHeight(theme.space(2))
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # nothing moves when it comes
        self.progress.setSizePolicy(policy)
        self.progress.hide()
        self.following = PrimaryButton(self.tr("Gabung"), "log-in", key="F2")
        self._lay_out(back)
        self.following.clicked.connect(self._ask)
        self.again.clicked.connect(self.look_again)

    def _lay_out(self, back: Callable[[], None]) -> None:
        listen = QWidget()
        line = QHBoxLayout(listen)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.space(2))
        line.addWidget(self.heard, 1)
        line.addWidget(self.again)
        found = QWidget()
        self._found = QVBoxLayout(found)
        self._found.setContentsMargins(0, 0, 0, 0)
        self._found.setSpacing(theme.space(1.5))
        self._found.addWidget(listen)
        fill_column(
            self,
            Label(self.tr("Komputer ini menjadi bagian dari cabang yang sudah ada."), wrap=True),
            Muted(
                self.tr("Minta kode di komputer utama: Kelola, Komputer cabang, Undang komputer baru."),
                wrap=True,
            ),
            found,
            beside(self.address, self.code),
            beside(self.name, Field(self.tr("Tempat"), self.place)),
            self.key_file,
            self.progress,
            back_and_on(back, self.following),
            room=False,
        )

    def begin_listening(self) -> None:
        """Hubs are being listened for."""
        self.heard.setText(self.tr("Mencari komputer utama di jaringan ini…"))
        self.again.setEnabled(False)

    def show_hubs(self, hubs: tuple[FoundHub, ...]) -> None:
        """Those that were heard, each with its digit; a single one is filled in unless something was typed."""
        self.again.setEnabled(True)
        for button in self.hubs:
            self._found.removeWidget(button)
            button.deleteLater()
        self.hubs = []
        for number, hub in enumerate(hubs[:MOST_HUBS], start=1):
            button = Button(f"{hub.name} · {hub.address}", "network", key=f"Alt+{number}")
            button.align_left(f"Alt+{number}")
            button.clicked.connect(lambda _=False, address=hub.address: self._take(address))
            self._found.addWidget(button)
            self.hubs.append(button)
        if hubs:
            self.heard.setText(self.tr("Komputer utama yang ditemukan di jaringan ini:"))
        else:
            self.heard.setText(
                self.tr(
                    "Tidak ada komputer utama yang ditemukan. Ketik alamat yang tampil di komputer utama."
                )
            )
        if len(hubs) == 1 and not self.address.text():
            self.address.set_text(hubs[0].address)

    def _take(self, address: str) -> None:
        self.address.set_text(address)
        self.code.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_waiting(self, waiting: bool) -> None:
        """Whether it is under way."""
        self.progress.setVisible(waiting)

    def wanted_fields(self) -> tuple[QLineEdit, ...]:
        """Address and code; an address that was heard is there already."""
        return line_of(self.address), line_of(self.code)

    def _ask(self) -> None:
        self.wanted.emit(
            self.address.text(),
            self.code.text(),
            self.name.text(),
            str(self.place.currentData()),
            self.key_file.text(),
        )
