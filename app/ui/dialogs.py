"""The small dialogs of the program: a question, and a question for a reason."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.ui import theme
from app.ui.widgets.buttons import Button, PaintedButton, PrimaryButton
from app.ui.widgets.fields import Field, NoteEdit, keep_room
from app.ui.widgets.text import Heading, Muted

NOTE_LIMIT = 500
"""Letters of a remark that the services take."""
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_STEPS = {Qt.Key.Key_Down: 0, Qt.Key.Key_Up: -1}
"""Which of the choices an arrow begins at."""


class Dialog(QDialog):
    """A modal box in the look of the program: `body` takes content, `buttons` the row at the foot.

    It is deleted when it is closed; open it with `open()`, never with `exec()`.
    """

    def __init__(self, parent: QWidget, title: str, text: str = "") -> None:
        super().__init__(parent)
        self.setObjectName("dialog")
        self.setWindowTitle(title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(theme.em(None, 30))
        column = QVBoxLayout(self)
        edge = theme.space(6)
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(theme.space(4))
        column.addWidget(Heading(title, 2, wrap=True))
        if text:
            column.addWidget(Muted(text, wrap=True))
        self.body = QVBoxLayout()
        self.body.setSpacing(theme.space(2))
        column.addLayout(self.body)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(theme.space(2))
        self.buttons.addStretch(1)
        column.addLayout(self.buttons)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self._held = parent.window().focusWidget()

    def showEvent(self, event: QShowEvent) -> None:
        """What is found in a field later moves nothing under the hand."""
        if not event.spontaneous() and self.findChild(Field) is not None:
            keep_room(self)
            self.adjustSize()
        super().showEvent(event)

    def done(self, result: int) -> None:
        """Give the keyboard back to where it was, before anyone is told the answer."""
        window = self.parentWidget()
        if self._held is not None and isValid(self._held):
            self._held.setFocus(Qt.FocusReason.OtherFocusReason)
        super().done(result)
        if window is not None and isValid(window):
            window.activateWindow()


def choose_file(parent: QWidget, title: str, kinds: str, then: Callable[[Path], object]) -> None:
    """Let somebody choose a file that is there; `kinds` as Qt writes filters. Not called when nothing is chosen."""
    chooser = QFileDialog(parent, title)
    chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
    chooser.setNameFilter(kinds)
    chooser.fileSelected.connect(lambda name: then(Path(name)))
    chooser.open()


class Question(Dialog):
    """Yes or no; `danger` puts Enter on no and Ctrl+Enter on yes."""

    def __init__(
        self, parent: QWidget, title: str, text: str, yes: str, no: str, *, danger: bool = False
    ) -> None:
        super().__init__(parent, title, text)
        self.no = Button(no)
        self.yes: PaintedButton = Button(yes, key="Ctrl+Enter", danger=True) if danger else PrimaryButton(yes)
        for button in (self.no, self.yes):
            self.buttons.addWidget(button)
        self.no.clicked.connect(self.reject)
        self.yes.clicked.connect(self.accept)
        first = self.no if danger else self.yes
        first.setDefault(True)
        first.setFocus(Qt.FocusReason.OtherFocusReason)


class ReasonQuestion(Dialog):
    """One reason of a list, chosen by its digit or a click; with a note it is confirmed."""

    answered = Signal(str, str)  # code, note

    def __init__(
        self,
        parent: QWidget,
        title: str,
        choices: Sequence[tuple[str, str]],
        *,
        text: str = "",
        note: str = "",
        yes: str = "",
    ) -> None:
        super().__init__(parent, title, text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._codes = [code for code, _ in choices]
        self._chosen = ""
        self._rows: list[Button] = []
        for number, (code, words) in enumerate(choices, start=1):
            row = Button(words)
            row.align_left(str(number) if number <= 9 else "")
            row.setCheckable(bool(note))
            row.setAutoExclusive(bool(note))
            row.clicked.connect(lambda _=False, wanted=code: self._choose(wanted))
            self._rows.append(row)
            self.body.addWidget(row)
        self._note = NoteEdit(lines=2, longest=NOTE_LIMIT) if note else None
        self.yes = PrimaryButton(yes or self.tr("Simpan"), key="Ctrl+Enter")
        if self._note is not None:
            self.body.addWidget(Field(note, self._note))
            self.buttons.addWidget(self.yes)
            self.yes.setEnabled(False)
            self.yes.clicked.connect(self._answer)
        else:
            self.yes.hide()
        no = Button(self.tr("Tidak jadi"), key="Esc")
        no.setAutoDefault(False)
        no.clicked.connect(self.reject)
        self.buttons.insertWidget(1, no)
        self.begin_at(())

    def begin_at(self, wanted: Collection[str]) -> None:
        """Put the keyboard on the first of these; without one on the question itself, where Enter chooses nothing."""
        first = next((row for row in self._open_rows() if self._codes[self._rows.index(row)] in wanted), None)
        (first or self).setFocus(Qt.FocusReason.OtherFocusReason)

    def _open_rows(self) -> list[Button]:
        return [row for row in self._rows if row.isEnabled()]

    def close_choices(self, closed: Collection[str]) -> None:
        """These are shown and cannot be chosen now; each keeps its digit."""
        held = next((row for row in self._rows if row.hasFocus()), None)
        for code, row in zip(self._codes, self._rows, strict=True):
            row.setEnabled(code not in closed)
        if (
            held is not None and not held.isEnabled()
        ):  # Qt would hand the keyboard, and Enter, to the choice behind it
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose(self, code: str) -> None:
        self._chosen = code
        if self._note is None:
            self._answer()
        else:
            self.yes.setEnabled(True)
            self._note.setFocus(Qt.FocusReason.OtherFocusReason)

    def _answer(self) -> None:
        if self._note is not None and self._note.is_too_long():  # its count says so; closed, it would be lost
            self._note.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        note = self._note.text().strip() if self._note is not None else ""
        self.accept()
        self.answered.emit(self._chosen, note)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits choose, arrows go to the choices; Enter chooses only where the keyboard was put."""
        digit = event.key() - Qt.Key.Key_1
        if 0 <= digit < min(9, len(self._rows)):
            self._rows[digit].setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._rows[digit].click()
        elif self.hasFocus() and event.key() in _STEPS and self._open_rows():
            self._open_rows()[_STEPS[Qt.Key(event.key())]].setFocus(Qt.FocusReason.TabFocusReason)
        elif event.key() not in _ENTER:
            super().keyPressEvent(event)
