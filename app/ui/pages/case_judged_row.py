"""What a paper of the checklist and a question of the interview have in common: a row that is judged by keys."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.ui.widgets import LineEdit, Row
from app.ui.widgets import paint as strokes

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class RemarkLine(LineEdit):
    """A remark; Enter, Esc or leaving takes it, and the keys give the keyboard back to the row."""

    done = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc and Enter go back."""
        if event.key() in (Qt.Key.Key_Escape, *_ENTER):
            self.done.emit()
            event.accept()
        else:
            super().keyPressEvent(event)


class JudgedRow(Row):
    """Takes the keyboard itself; `judge` says which keys judge it, up and down go to the next row."""

    note_typed = Signal(str, str)  # code of the row, text
    noted = Signal(str, str)
    moved = Signal(object, int)  # this row, -1 or 1
    focused = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._editable = True
        self._kept_note = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)

    def judge(self, key: Qt.Key) -> bool:
        """Do what a key means here; False when it means nothing."""
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Verdicts, the remark, and the way to the next row."""
        key = Qt.Key(event.key())
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit(self, 1 if key == Qt.Key.Key_Down else -1)
        elif not (plain and self.judge(key)):
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click takes the keyboard."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Scroll to it."""
        super().focusInEvent(event)
        self.focused.emit(self)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A ring while the keyboard is here."""
        super().paintEvent(event)
        if self.hasFocus():
            strokes.focus_ring(strokes.painter_of(self), self.rect(), strokes.radius())
