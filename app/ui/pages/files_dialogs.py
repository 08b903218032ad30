"""What verifier and finance type with a decision: amount, reasons, voucher, payment."""

import re
from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from app.domain.calendar import format_money
from app.ui.dialogs import Dialog
from app.ui.widgets import Button, Field, NoteEdit, PrimaryButton

KEYS = 9


def rupiah(typed: str) -> int:
    """`1.500.000`, `Rp 1500000` as a number; 0 when it is none."""
    digits = re.sub(r"[.\s]", "", re.sub(r"^rp\.?", "", typed.strip(), flags=re.IGNORECASE))
    return int(digits) if re.fullmatch(r"\d{1,15}", digits, re.ASCII) else 0


class Ask(Dialog):
    """A few fields, confirmed by one button; Esc leaves everything as it is."""

    confirmed = Signal()

    def __init__(self, parent: QWidget, title: str, text: str, yes: str) -> None:
        super().__init__(parent, title, text)
        self.yes = PrimaryButton(yes, "check", key="Ctrl+Return")
        cancel = Button(self.tr("Batal"), key="Esc")
        cancel.clicked.connect(self.reject)
        self.yes.clicked.connect(self._confirm)
        self.buttons.addWidget(cancel)
        self.buttons.addWidget(self.yes)

    def _confirm(self) -> None:
        if self.is_filled():
            self.accept()
            self.confirmed.emit()

    def is_filled(self) -> bool:
        """Whether there is enough to go on."""
        return True


class AskAmount(Ask):
    """The amount that the verifier finds right."""

    def __init__(
        self, parent: QWidget, title: str, text: str, yes: str, then: Callable[[int, int, str], None]
    ) -> None:
        super().__init__(parent, title, text, yes)
        self.amount = Field(self.tr("Manfaat (rupiah)"), placeholder="1.500.000", longest=20)
        self.tax = Field(self.tr("PPh 21 (rupiah)"), placeholder="0", longest=20)
        self.note = Field(self.tr("Catatan"), longest=300)
        for field in (self.amount, self.tax, self.note):
            self.body.addWidget(field)
        self.amount.changed.connect(lambda text: self._show(self.amount, text))
        self.tax.changed.connect(lambda text: self._show(self.tax, text))
        self.confirmed.connect(
            lambda: then(rupiah(self.amount.text()), rupiah(self.tax.text() or "0"), self.note.text())
        )
        self.amount.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, field: Field, text: str) -> None:
        value = rupiah(text)
        field.set_finding(format_money(value) if value else "", warn=True)

    def is_filled(self) -> bool:
        """An amount that is a number."""
        if rupiah(self.amount.text()):
            return True
        self.amount.set_finding(self.tr("Isi dengan angka rupiah."))
        return False


class AskReasons(Ask):
    """Why a file goes back: several reasons may be ticked with their digits."""

    def __init__(
        self,
        parent: QWidget,
        title: str,
        text: str,
        yes: str,
        choices: Sequence[tuple[str, str]],
        then: Callable[[tuple[str, ...], str], None],
    ) -> None:
        super().__init__(parent, title, text, yes)
        self._boxes: dict[str, QCheckBox] = {}
        for place, (code, words) in enumerate(choices):
            box = QCheckBox(f"{place + 1}  {words}" if place < KEYS else words)
            if place < KEYS:
                box.setShortcut(f"Alt+{place + 1}")
            self._boxes[code] = box
            self.body.addWidget(box)
        self.note = NoteEdit(placeholder=self.tr("Catatan untuk CSO"), lines=3)
        self.body.addWidget(self.note)
        self.confirmed.connect(lambda: then(self.chosen(), self.note.text()))

    def chosen(self) -> tuple[str, ...]:
        """The reasons ticked."""
        return tuple(code for code, box in self._boxes.items() if box.isChecked())

    def is_filled(self) -> bool:
        """One reason at least."""
        return bool(self.chosen())


class AskText(Ask):
    """One or two lines that a decision needs."""

    def __init__(
        self,
        parent: QWidget,
        title: str,
        yes: str,
        fields: Sequence[tuple[str, str]],
        then: Callable[..., None],
    ) -> None:
        super().__init__(parent, title, "", yes)
        self.fields = [Field(words, longest=60) for words, _ in fields]
        for field, (_, value) in zip(self.fields, fields, strict=True):
            field.set_text(value)
            self.body.addWidget(field)
        self.confirmed.connect(lambda: then(*(field.text() for field in self.fields)))
        self.fields[-1].edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def is_filled(self) -> bool:
        """Every line has something in it."""
        return all(field.text() for field in self.fields)
