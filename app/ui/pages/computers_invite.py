"""The card that lets one more computer join: a code to be read out, the address, and the time that is left."""

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.services.hub_papers import Invited
from app.ui.pages.case_words import span
from app.ui.theme import Tone, Type
from app.ui.widgets import Bar, Card, Chip, Label, Muted, PrimaryButton

WHOLE_MS = 600_000
"""A code is good for ten minutes."""


class InviteCard(Card):
    """Counts the minutes down; what has run out is not shown any more."""

    wanted = Signal()

    def __init__(self, now: Callable[[], int], parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._now = now
        self._invited: Invited | None = None
        self._address = ""
        self.left = Chip("", Tone.INFO, "hourglass")
        self.code = Label("", Type.FIGURE, ink="brand")
        self.address = Label("", wrap=True)
        self.bar = Bar(0, WHOLE_MS, Tone.INFO)
        self.hint = Muted("", wrap=True)
        self.button = PrimaryButton(self.tr("Undang komputer baru"), "plus", key="F2")
        self.title.setText(self.tr("Komputer baru"))
        self.head.addWidget(self.title, 1)
        self.head.addWidget(self.left)
        self.body.addLayout(self.head)
        for part in (self.code, self.address, self.bar, self.hint, self.button):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.button.clicked.connect(self.wanted)
        self._timer = QTimer(self)
        self._timer.setInterval(500)
        self._timer.timeout.connect(self.tick)
        self.forget()

    def show_invitation(self, invited: Invited) -> None:
        """A new code; the former one is worth nothing any more."""
        self._invited = invited
        self.code.setText(invited.code)
        self.code.setAccessibleName(self.tr("Kode {code}").format(code=" ".join(invited.code)))
        self.show_address(invited.address)
        self.hint.setText(
            self.tr(
                "Di komputer baru pilih “Gabung ke cabang yang sudah ada”, lalu ketik kode ini. Berlaku satu kali."
            )
        )
        self.button.setText(self.tr("Buat kode lain"))
        self._timer.start()
        self.tick()

    def forget(self) -> None:
        """No code is open."""
        self._invited = None
        self._timer.stop()
        self.hint.setText(
            self.tr("Kode sekali pakai, berlaku sepuluh menit; dibacakan kepada yang memasang komputer itu.")
        )
        self.button.setText(self.tr("Undang komputer baru"))
        for part in (self.left, self.code, self.bar):
            part.hide()
        self.show_address(self._address)

    def show_address(self, address: str) -> None:
        """Where the others call this computer: also without a code, for those that do not find it by themselves."""
        self._address = address
        self.address.setText(self.tr("Alamat: {address}").format(address=address or "–"))
        self.address.setVisible(bool(address) or self.is_open)

    @property
    def is_open(self) -> bool:
        """Whether a code is shown."""
        return self._invited is not None

    def tick(self) -> None:
        """What is left of the ten minutes."""
        invited = self._invited
        if invited is None:
            return
        left = invited.until - self._now()
        if left <= 0:
            self.forget()
            self.hint.setText(self.tr("Kode sudah tidak berlaku; buat kode baru bila masih perlu."))
            return
        self.left.set(
            self.tr("berlaku {time}").format(time=span(left)), Tone.WARN if left < 60_000 else Tone.INFO
        )
        self.bar.set(left, WHOLE_MS)
        for part in (self.left, self.code, self.address, self.bar):
            part.show()
