"""The lock: covers the pages until the same person is back, or another one signs in."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.theme import Colour, Type
from app.ui.widgets.buttons import Button, PrimaryButton
from app.ui.widgets.cards import Card, Picture
from app.ui.widgets.fields import Field, PinEdit, keep_room
from app.ui.widgets.text import Label, Muted


class LockScreen(QFrame):
    """Asks the PIN or password of the person who was at work."""

    submitted = Signal(str)
    switch_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lock")
        self._name = Label("", Type.SUBTITLE)
        self._role = Muted("")
        self.secret = PinEdit(password=True)
        self._field = Field(self.tr("PIN atau kata sandi"), self.secret)
        self.open_button = PrimaryButton(self.tr("Buka"), "lock-open")
        self.switch_button = Button(self.tr("Ganti pengguna"), "users", key="Ctrl+U")
        self._lay_out()
        keep_room(self)
        self.secret.submitted.connect(lambda _: self._submit())
        self.open_button.clicked.connect(self._submit)
        self.switch_button.clicked.connect(self.switch_requested)

    def _lay_out(self) -> None:
        card = Card()
        card.body.setContentsMargins(*[theme.space(8)] * 4)
        card.body.setSpacing(theme.space(3))
        card.setFixedWidth(theme.em(None, 30))
        card.body.addWidget(Picture("lock", 2.4, Colour.BRAND), 0, Qt.AlignmentFlag.AlignHCenter)
        for label in (self._name, self._role):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            card.body.addWidget(label)
        text = Muted(
            self.tr("Layar terkunci. Pekerjaan Anda tersimpan dan menunggu di tempatnya."), wrap=True
        )
        text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        card.body.addWidget(text)
        card.body.addWidget(self._field)
        row = QHBoxLayout()
        row.setSpacing(theme.space(2))
        row.addWidget(self.switch_button)
        row.addWidget(self.open_button, 1)
        card.body.addLayout(row)
        middle = QHBoxLayout()  # not by alignment: that asks the height of wrapped text at the window's width
        middle.addStretch(1)
        middle.addWidget(card)
        middle.addStretch(1)
        outer = QVBoxLayout(self)
        outer.addStretch(1)
        outer.addLayout(middle)
        outer.addStretch(1)

    def set_person(self, name: str, role: str) -> None:
        """Whose work it covers."""
        self._name.setText(name)
        self._role.setText(role)

    def ready(self) -> None:
        """Empty, with the keyboard in the field."""
        self.secret.clear()
        self._field.set_finding("")
        self._set_waiting(False)
        self.secret.setFocus(Qt.FocusReason.OtherFocusReason)

    def fail(self, text: str) -> None:
        """Say why it stays locked."""
        self.ready()
        self._field.set_finding(text)

    def finding(self) -> str:
        """Why it stays locked, or ""."""
        return self._field.finding()

    def _submit(self) -> None:
        if self.secret.text() and self.open_button.isEnabled():
            self._set_waiting(True)
            self.submitted.emit(self.secret.text())

    def _set_waiting(self, waiting: bool) -> None:
        self.open_button.setEnabled(not waiting)
        self.secret.setReadOnly(waiting)
