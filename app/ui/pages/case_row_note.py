"""The line under a row of the form: room that is always there, for what was found, for a tick, and for what is known."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSizePolicy, QWidget

from app.ui import theme
from app.ui.pages.case_fields import CaseField
from app.ui.widgets import Button, ElidedLabel, Label, Type
from app.ui.widgets.entry import PASSED_BY, go_on


class TakeButton(Button):
    """Takes what is offered: by Space, by its key or the mouse. Enter passes it by and goes on from it, as in the lines:
    nothing is taken by momentum, and no key more is pressed where nothing is wanted."""

    def padding(self) -> tuple[int, int]:
        """No higher than the line it stands in."""
        return theme.space(3), theme.space(0.5)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes to the next field."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            go_on(self)
        else:
            super().keyPressEvent(event)


class RowNote(QWidget):
    """A line, or two, of constant height under some fields.

    It says what was found wrong with the field that has the keyboard, else the gravest finding, else what is known.
    """

    taken = Signal()

    def __init__(
        self, fields: list[CaseField], *, lines: int = 1, key: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._fields = fields
        self._offer = ""
        kind = Label if lines > 1 else ElidedLabel
        self.words = kind("", Type.SMALL, ink="muted", wrap=lines > 1)
        self.words.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.take = TakeButton("", key=key)
        self.take.setFont(theme.font(Type.SMALL))
        self.take.setProperty(PASSED_BY, True)
        if key:  # who goes on by Tab is not stopped either
            self.take.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.take.clicked.connect(self.taken)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space(2))
        row.addWidget(self.words, 1)
        for field in fields:
            field.found.connect(self._tell)
            field.line.entered.connect(self._tell)
            row.addWidget(field.as_printed, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.take, 0, Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        words = lines * self.words.fontMetrics().lineSpacing() + theme.space(1)
        ticks = (each.as_printed.sizeHint().height() for each in fields if each.as_printed.text())
        self.setFixedHeight(max(words, self.take.sizeHint().height(), *ticks))
        self.take.hide()

    def offer(self, words: str, action: str) -> None:
        """Say what is known, with a button that takes it; "" for nothing."""
        self._offer = words
        if self.take.words() != action:
            self.take.setText(action)
        had = self.take.hasFocus()
        self.take.setVisible(bool(action))
        if had and not action:
            self._fields[0].line.setFocus(Qt.FocusReason.OtherFocusReason)
        self._tell()

    def _tell(self) -> None:
        held = QApplication.focusWidget()
        here = [each for each in self._fields if held in (each.line, each.as_printed)]
        found = [each for each in self._fields if each.finding()]
        found.sort(key=lambda each: (each not in here, not each.is_wrong()))
        if not found:
            self.words.setText(self._offer)
            self.words.set_ink("muted")
            return
        first = found[0]
        self.words.setText(first.finding())
        self.words.set_ink("bad" if first.is_wrong() else "warn")
