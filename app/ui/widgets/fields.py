"""Fields: a label, the edit, and below it what was found wrong with it."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

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


def adds_letters(event: QKeyEvent) -> bool:
    """Whether a key writes something, and is no shortcut."""
    control = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    return bool(event.text()) and event.text().isprintable() and not event.modifiers() & control


class LineEdit(QLineEdit):
    """A line edit that takes no control characters from the clipboard.

    Keys write nothing more where its room ends, and it counts then. What is pasted stands whole, counted, and the
    service refuses it: cut off at its end it would be another text, and nobody would see it.
    """

    def __init__(self, *, placeholder: str = "", longest: int = 200, parent: QWidget | None = None) -> None:
        """`longest`: letters that the service takes."""
        super().__init__(parent)
        self.longest = longest
        self.setPlaceholderText(placeholder)
        self._count = Label("", Type.SMALL, ink="bad", parent=self)
        self._count.hide()
        self._full = False
        """A key was pressed that there was no room for."""
        self.textChanged.connect(self._clean)
        self.textChanged.connect(self._tell)

    def _clean(self, text: str) -> None:
        tidy = cleaned(text)
        if tidy != text:
            at = self.cursorPosition()
            self.setText(tidy)
            self.setCursorPosition(min(at, len(tidy)))

    def count(self) -> str:
        """`300/300` once a key found no room, `965/300` after a paste; "" before."""
        used = len(self.text())
        self._full = self._full and used == self.longest
        if used <= self.longest and not self._full:
            return ""
        return f"{format_number(used)}/{format_number(self.longest)}"

    def _tell(self) -> None:
        words = self.count()
        if words == self._count.text() and not words:
            return
        self._count.setText(words)
        self._count.setVisible(bool(words))
        self._count.adjustSize()
        self.setTextMargins(0, 0, self._count.width() + theme.space(1) if words else 0, 0)
        self._place_count()

    def _place_count(self) -> None:
        left = self.width() - self._count.width() - theme.space(2)
        self._count.move(left, (self.height() - self._count.height()) // 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The count stays at the end."""
        super().resizeEvent(event)
        self._place_count()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Stop where the room ends; what is selected is replaced."""
        if adds_letters(event) and len(self.text()) >= self.longest and not self.hasSelectedText():
            self._full = True
            self._tell()
            return
        super().keyPressEvent(event)


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

    def keep_room(self, lines: int = 1) -> None:
        """Hold so many lines free below the edit: what is found later moves nothing."""
        kept = self.note.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self.note.setSizePolicy(kept)
        self.note.setMinimumHeight(lines * self.note.fontMetrics().lineSpacing() + theme.space(0.5))
        self.note.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        if isinstance(self.edit, QLineEdit):  # a style sheet lets lines be squeezed by two pixels
            self.setSizePolicy(self.sizePolicy().horizontalPolicy(), QSizePolicy.Policy.Fixed)

    def finding(self) -> str:
        """The finding shown, or ""."""
        return self.note.text() if self.note.text() != self._hint else ""


def keep_room(group: QWidget) -> None:
    """Nothing below a field of this group moves when something is found in it."""
    for field in group.findChildren(Field):
        field.keep_room()


class AmountField(Field):
    """An amount of rupiah; under it what was understood, in words, or how to write it."""

    LONGEST = 60
    """A paste is refused as a whole where it is none: cut off at its end it would be another amount."""

    def __init__(self, label: str, *, placeholder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(label, placeholder=placeholder, longest=self.LONGEST, parent=parent)
        self.changed.connect(self._read_back)

    def keep_room(self, lines: int = 2) -> None:
        """An amount in words, and how one is written, need two."""
        super().keep_room(lines)

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
        self.setMaxLength(self.longest)  # a secret that is too long is wrong, cut or not
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
        if self._digits_only and adds_letters(event) and not (typed.isascii() and typed.isdigit()):
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

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys stop where the room ends; a paste stands whole, and its count says that it is too long."""
        full = self.longest and len(self.toPlainText()) >= self.longest
        if full and adds_letters(event) and not self.textCursor().hasSelection():
            return
        super().keyPressEvent(event)

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
