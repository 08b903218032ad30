"""What a paper of the checklist and a question of the interview have in common: a row that is judged by keys."""

from collections.abc import Mapping
from typing import ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.ui.widgets import LineEdit, Row
from app.ui.widgets import paint as strokes

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def legend_of(verdicts: Mapping[Qt.Key, str], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """What each key says, for the place where it works."""
    return [(chr(key), names[code].lower()) for key, code in verdicts.items() if code in names]


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
    """Takes the keyboard itself: a verdict marks and goes on, Backspace takes it back, N opens the remark, Enter and the
    arrows go on without a verdict. A row adds its own keys in `judge`.
    """

    verdicts: ClassVar[Mapping[Qt.Key, str]] = {}
    """Key to the code of what it says."""
    unjudged: ClassVar[str] = ""
    """The code that takes a verdict back."""
    note_stays: ClassVar[bool] = True
    """Whether a remark is read in its line; else it stands elsewhere, and the line is there for writing alone."""

    judged = Signal(str, str)  # code of the row, verdict
    note_typed = Signal(str, str)  # code of the row, text
    noted = Signal(str, str)
    moved = Signal(object, int)  # this row, -1 or 1
    focused = Signal(object)

    def __init__(self, code: str, name: str, note: RemarkLine | None, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.code = code
        self.note = note
        self._editable = True
        self._kept_note = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)
        if note is not None:
            note.textEdited.connect(lambda text: self.note_typed.emit(self.code, text))
            note.editingFinished.connect(self.commit)
            note.done.connect(self._close_note)

    # ------------------------------------------------------------------------------------------ verdict and remark

    def decide(self, verdict: str) -> None:
        """Say a verdict, by key or by button; the keyboard comes to this row."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.show_pressed(verdict)
        if self._editable:
            self.judged.emit(self.code, verdict)

    def show_pressed(self, verdict: str) -> None:
        """Which button is down; a checkable one has flipped by itself, which may be wrong."""

    def open_note(self) -> None:
        """The line for the remark, with the keyboard in it."""
        if self.note is not None and self._editable:
            self.note.show()
            self.note.setFocus(Qt.FocusReason.OtherFocusReason)

    def _close_note(self) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)  # leaving the line takes it
        if self.note is not None:
            self.note.setVisible(self.note_stays and bool(self.note.text()))

    def commit(self) -> None:
        """Take a remark that was not taken yet."""
        note = self.note
        if note is not None and self._editable and not note.isHidden() and note.text() != self._kept_note:
            self.noted.emit(self.code, note.text())

    # ------------------------------------------------------------------------------------------ keys

    def judge(self, key: Qt.Key) -> bool:
        """Do what a key means here; False when it means nothing."""
        if key in self.verdicts:
            self.decide(self.verdicts[key])
            self.moved.emit(self, 1)
        elif key == Qt.Key.Key_Backspace:
            self.decide(self.unjudged)
        elif key == Qt.Key.Key_N:
            self.open_note()
        elif key in _ENTER:
            self.moved.emit(self, 1)
        else:
            return False
        return True

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
