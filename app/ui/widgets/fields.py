"""Fields: a label, the edit, and below it what was found wrong with it."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from app.domain.calendar import format_money, format_number
from app.domain.money import read_rupiah, rupiah_in_words
from app.errors import Refused
from app.ui import theme
from app.ui.theme import Type
from app.ui.widgets.text import Ink, Label
from app.ui.words import refusal

# What a paste may bring along and no field wants: control and format characters, Unicode Cc and the bidi marks.
_UNWANTED = dict.fromkeys((*range(32), *range(127, 160), 8206, 8207, *range(8234, 8239), 65279))


def cleaned(text: str) -> str:
    """One line without control characters; tabs and line ends become spaces."""
    return text.replace("\r\n", " ").replace("\n", " ").replace("\t", " ").translate(_UNWANTED)


class LineEdit(QLineEdit):
    """A line edit that takes no control characters from the clipboard."""

    def __init__(self, *, placeholder: str = "", longest: int = 200, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(placeholder)
        self.setMaxLength(longest)
        self.textChanged.connect(self._clean)

    def _clean(self, text: str) -> None:
        tidy = cleaned(text)
        if tidy != text:
            at = self.cursorPosition()
            self.setText(tidy)
            self.setCursorPosition(min(at, len(tidy)))


class Field(QWidget):
    """A label, an edit (a `LineEdit` unless given) and a finding below; the finding is read with the edit."""

    changed = Signal(str)  # each change of a line edit
    finished = Signal()  # Enter, or the keyboard has left

    def __init__(
        self,
        label: str,
        edit: QWidget | None = None,
        *,
        hint: str = "",
        placeholder: str = "",
        longest: int = 200,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(1))
        self.label = Label(label, Type.STRONG)
        self.edit: QWidget = edit if edit is not None else LineEdit(placeholder=placeholder, longest=longest)
        self._hint = hint
        self.note = Label(hint, Type.SMALL, ink="muted", wrap=True)
        for part in (self.label, self.edit, self.note):
            column.addWidget(part)
        self.label.setBuddy(self.edit)
        self.edit.setAccessibleName(label)
        self.setFocusProxy(self.edit)
        if isinstance(self.edit, QLineEdit):
            self.edit.textChanged.connect(self.changed)
            self.edit.editingFinished.connect(self.finished)
        if isinstance(self.edit, NoteEdit):
            note = self.edit
            note.counted.connect(lambda count: self.set_finding(count, warn=not note.is_too_long()))
        self.set_finding("")

    def text(self) -> str:
        """What was typed into the line edit, without spaces at the ends."""
        return self.edit.text().strip() if isinstance(self.edit, QLineEdit) else ""

    def set_text(self, text: str) -> None:
        """Fill the line edit; what a person is typing at this moment is left alone if it is the same."""
        if isinstance(self.edit, QLineEdit) and self.edit.text() != text:
            self.edit.setText(text)

    def set_finding(self, finding: str, *, warn: bool = False) -> None:
        """Say what is wrong ("" when nothing is); `warn` for what may be so but looks odd."""
        ink: Ink = ("warn" if warn else "bad") if finding else "muted"
        self.note.setText(finding or self._hint)
        self.note.setVisible(bool(finding or self._hint))
        self.note.set_ink(ink)
        self.edit.setAccessibleDescription(finding or self._hint)
        marked = bool(finding) and not warn
        if self.edit.property("finding") != marked:
            self.edit.setProperty("finding", marked)
            self.edit.style().unpolish(self.edit)
            self.edit.style().polish(self.edit)

    def finding(self) -> str:
        """The finding shown, or ""."""
        return self.note.text() if self.note.text() != self._hint else ""


class AmountField(Field):
    """An amount of rupiah; under it what was understood, in words, or how to write it."""

    LONGEST = 60
    """A paste is refused as a whole where it is none: cut off at its end it would be another amount."""

    def __init__(self, label: str, *, placeholder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(label, placeholder=placeholder, longest=self.LONGEST, parent=parent)
        self.changed.connect(self._read_back)

    def rupiah(self) -> int | None:
        """The amount; None while it is not clear."""
        try:
            return read_rupiah(self.text())
        except Refused:
            return None

    def refuse(self) -> None:
        """Say how an amount is written."""
        self.set_finding(refusal(Refused("amount_unclear")))

    def _read_back(self, text: str) -> None:
        value = self.rupiah()
        self.set_finding(amount_words(text) if value is not None else "", warn=True)


def amount_words(text: str) -> str:
    """What was understood of a typed amount: `Rp20.000.000 · dua puluh juta rupiah`; "" while it is not clear."""
    try:
        value = read_rupiah(text)
    except Refused:
        return ""
    return f"{format_money(value)} · {rupiah_in_words(value)}"


class PinEdit(LineEdit):
    """A secret: dots, no paste history, no suggestions; digits only unless `password`."""

    submitted = Signal(str)

    def __init__(self, *, password: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(longest=128 if password else 12, parent=parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        hints = Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText
        self.setInputMethodHints(hints if password else hints | Qt.InputMethodHint.ImhDigitsOnly)
        self._digits_only = not password
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setAccessibleName(self.tr("Kata sandi") if password else self.tr("PIN"))
        self.returnPressed.connect(lambda: self.submitted.emit(self.text()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Swallow letters where only digits count."""
        typed = event.text()
        plain = not event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        )
        if self._digits_only and plain and typed.isprintable() and typed and not typed.isascii():
            return
        if self._digits_only and plain and typed.isprintable() and typed and not typed.isdigit():
            return
        super().keyPressEvent(event)


class NoteEdit(QPlainTextEdit):
    """Free text of several lines; Tab leaves it, `edited` after each change by a person or a paste."""

    edited = Signal()

    counted = Signal(str)  # how much of the room is used, once that is worth knowing

    def __init__(
        self, *, placeholder: str = "", lines: int = 3, longest: int = 0, parent: QWidget | None = None
    ) -> None:
        """`longest`: letters that the service takes; 0 where somebody else counts."""
        super().__init__(parent)
        self._lines = lines
        self.longest = longest
        self.setPlaceholderText(placeholder)
        self.setTabChangesFocus(True)
        self._quiet = False
        self.textChanged.connect(self._changed)

    def text(self) -> str:
        """What was written, without control characters except line ends."""
        return "\n".join(cleaned(line) for line in self.toPlainText().split("\n"))

    def set_text(self, text: str) -> None:
        """Fill it without telling; does nothing when it is the same, so that the cursor stays."""
        if self.toPlainText() != text:
            self._quiet = True
            self.setPlainText(text)
            self._quiet = False

    def _changed(self) -> None:
        if self.longest:
            self.counted.emit(self.count())
        if not self._quiet:
            self.edited.emit()

    def count(self) -> str:
        """`965 dari 500 huruf` from four fifths of the room on; "" before."""
        used = len(self.text())
        if not self.longest or used * 5 < self.longest * 4:
            return ""
        return self.tr("{used} dari {limit} huruf").format(
            used=format_number(used), limit=format_number(self.longest)
        )

    def is_too_long(self) -> bool:
        """Whether no service takes it."""
        return bool(self.longest) and len(self.text().strip()) > self.longest

    def sizeHint(self) -> QSize:
        """Its lines."""
        return QSize(theme.em(self, 20), self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Its lines, narrow."""
        return QSize(theme.em(self, 10), self.fontMetrics().lineSpacing() * self._lines + theme.space(6))
