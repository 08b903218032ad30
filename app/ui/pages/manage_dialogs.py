"""Changing the recovery key takes two officers and a paper."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QWidget

from app.ui.pages.ask import Ask
from app.ui.widgets import Field, Label, PinEdit, Type


class AskSecondOfficer(Ask):
    """Who the second officer is, and their PIN."""

    def __init__(
        self,
        parent: QWidget,
        title: str,
        text: str,
        yes: str,
        people: Sequence[tuple[str, str]],
        then: Callable[[str, str], None],
    ) -> None:
        super().__init__(parent, title, text, yes)
        self.person = QComboBox()
        for code, name in people:
            self.person.addItem(name, code)
        self.secret = PinEdit(password=True)
        self.body.addWidget(Field(self.tr("Petugas kedua"), self.person))
        self._field = Field(self.tr("PIN petugas kedua"), self.secret)
        self.body.addWidget(self._field)
        self.confirmed.connect(lambda: then(str(self.person.currentData()), self.secret.text()))
        self.person.setFocus(Qt.FocusReason.OtherFocusReason)

    def lacking(self) -> QWidget | None:
        """Somebody, with a PIN."""
        if self.person.currentData():
            return self.demand(self._field)
        self.show_refusal(self.tr("Belum ada petugas kedua yang boleh mengganti kunci pemulihan."))
        return self.cancel


class AskKeyBack(Ask):
    """The new key, to be written down and typed back; it is hidden while it is typed."""

    def __init__(
        self, parent: QWidget, title: str, text: str, yes: str, key: str, then: Callable[[str], None]
    ) -> None:
        super().__init__(parent, title, text, yes)
        shown = Label(key, Type.SUBTITLE, ink="brand", wrap=True)
        self.typed = Field(self.tr("Ketik kembali dari kertas"), longest=60)
        self.typed.changed.connect(lambda words: shown.setVisible(not words))
        self.body.addWidget(shown)
        self.body.addWidget(self.typed)
        self.confirmed.connect(lambda: then(self.typed.text()))
        self.typed.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def lacking(self) -> QWidget | None:
        """Something was typed; whether it is right is checked behind."""
        return self.demand(self.typed)
