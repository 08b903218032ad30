"""Fields of the case form: a line that masks itself when left, a mark for a draft, a tick for what cannot be right."""

from collections.abc import Collection

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QLineEdit, QSizePolicy, QStyle, QStyleOptionFrame, QWidget

from app.ui import theme
from app.ui.pages.case_words import masked
from app.ui.theme import Colour
from app.ui.widgets import Field, LineEdit, SegmentedChoice
from app.ui.widgets import paint as strokes
from app.ui.widgets.entry import go_on


class TypedLine(LineEdit):
    """A line that tells when the keyboard has left it; `private` ones show only the last four until it is back."""

    entered = Signal()
    left = Signal()

    def __init__(
        self,
        *,
        private: bool = False,
        placeholder: str = "",
        longest: int = 120,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(placeholder=placeholder, longest=longest, parent=parent)
        self.private = private
        self.in_doubt = False
        """What is marked wrong can be read, so that it can be mended."""
        self.returnPressed.connect(lambda: go_on(self))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the whole value."""
        super().focusInEvent(event)
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Commit and mask, but not for a menu or another window."""
        super().focusOutEvent(event)
        self.left.emit()

    def shows(self) -> str:
        """What can be read on the screen now."""
        value = self.text()
        if self.is_masked():
            return " ".join(masked(part) for part in value.split())
        return value

    def is_masked(self) -> bool:
        """Whether only the last four can be read: of a private value that was left and is not in doubt."""
        return self.private and bool(self.text()) and not self.hasFocus() and not self.in_doubt

    def paintEvent(self, event: QPaintEvent) -> None:
        """The mask in place of the text while the keyboard is elsewhere."""
        if not self.is_masked():
            super().paintEvent(event)
            return
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        painter = strokes.painter_of(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelLineEdit, option, painter, self)
        inner = QRect(self.rect()).adjusted(theme.space(3) + 1, 0, -theme.space(2), 0)
        ink = Colour.INK if self.isEnabled() else Colour.DISABLED
        strokes.text(painter, inner, self.shows(), self.font(), theme.colour(ink))
        painter.end()


class AsPrinted(QCheckBox):
    """The tick that a number which cannot be right stands so on the paper; Space ticks, Enter goes on."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes to the next field, as in the lines."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            go_on(self)
        else:
            super().keyPressEvent(event)


def let_choose(choice: SegmentedChoice, *, editable: bool, possible: Collection[str] | None = None) -> None:
    """Offer every choice that is possible (None: all), or only show the one that was made: a greyed choice would hide
    which it is.
    """
    choice.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, not editable)
    for code, button in choice.buttons().items():
        offered = editable and (possible is None or code in possible)
        button.setVisible(editable or button.isChecked())
        button.setEnabled(offered or button.isChecked())  # a digit must not press one that is hidden
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if editable else Qt.FocusPolicy.NoFocus)


class CaseField(Field):
    """One line of the form: commits when left, keeps a draft while typed, asks back after a hard finding.

    `confirmed`: the number that stands so on the paper; "" takes that back.
    """

    typed = Signal(str)
    committed = Signal(str)
    confirmed = Signal(str)
    uncovered = Signal()
    found = Signal()
    """The finding changed: it is shown by the line under the row, which keeps room for it."""

    def __init__(
        self, label: str, *, private: bool = False, placeholder: str = "", longest: int = 120, asks: str = ""
    ) -> None:
        self.line = TypedLine(private=private, placeholder=placeholder, longest=longest)
        super().__init__(label, self.line)
        self._title = label
        self._kept = ""
        self._refused = ""
        self._sent: str | None = None
        self.as_printed = AsPrinted(asks)
        self.as_printed.setVisible(False)
        self.as_printed.clicked.connect(self._confirm)
        self._finding, self._hard, self._confirmed = "", False, False
        self.setSizePolicy(
            QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed
        )  # never squeezed: it scrolls
        self.line.textEdited.connect(self._edited)
        self.line.left.connect(self._left)
        self.line.editingFinished.connect(self._left)
        self.line.entered.connect(self._entered)

    def _edited(self, text: str) -> None:
        self._refused, self._sent = "", None
        self._show_tick()
        self.typed.emit(text)
        self._tell()

    def _confirm(self, ticked: bool) -> None:
        self._tell()
        self.confirmed.emit(self.text() if ticked else "")

    def _left(self) -> None:
        if (
            self.changed_here() and self.text() != self._sent
        ):  # Enter also moves the keyboard on: take it once
            self._sent = self.text()
            self._uncover()
            self.committed.emit(self.text())

    def _entered(self) -> None:
        if self._kept and self.line.private:
            self.uncovered.emit()

    def changed_here(self) -> bool:
        """Whether what stands here is not what is kept."""
        return not self.line.isReadOnly() and self.text() != self._kept

    def show_value(self, kept: str, draft: str | None) -> None:
        """Show what is kept, or the draft over it; what is being typed at this moment stays."""
        typing = self.line.hasFocus() and self.changed_here()
        refused_here = bool(self._refused) and self.changed_here()
        self._kept, self._sent = kept, None
        if not typing and not refused_here:
            self.set_text(kept if draft is None else draft)
        unsaved = draft is not None and draft != kept
        mark = self.tr("{label} · draf").format(label=self._title) if unsaved else self._title
        if self.label.text() != mark:
            self.label.setText(mark)
        if not self.changed_here():
            self._refused = ""
        self._tell()

    def show_finding(self, finding: str, *, hard: bool, confirmed: bool) -> None:
        """What the checks noticed; a hard one is not refused, but it asks back until somebody has `confirmed` it."""
        self._finding, self._hard, self._confirmed = finding, hard, confirmed
        self._show_tick()
        self._tell()

    def _show_tick(self) -> None:
        self.as_printed.setChecked(self._confirmed and not self.changed_here())

    def asks(self) -> bool:
        """Whether a number waits for its tick."""
        return not self.as_printed.isHidden() and not self.as_printed.isChecked()

    def forget(self) -> None:
        """Another case comes: what was refused in the former one says nothing here."""
        self._refused, self._sent, self._confirmed = "", None, False
        self._show_tick()

    def refuse(self, why: str) -> None:
        """What was typed was not taken; it stays until it is mended."""
        self._refused = why
        self._tell()

    def _tell(self) -> None:
        stale = self.line.hasFocus() and self.changed_here()
        finding = self._refused or ("" if stale else self._finding)
        confirmed = self.as_printed.isChecked()
        self.set_finding(finding, warn=not self._refused and (not self._hard or confirmed))
        asks = bool(self.as_printed.text()) and self._hard and bool(finding) and not self._refused
        self.as_printed.setVisible(asks)
        self._uncover()

    def _uncover(self) -> None:
        """Readable until it was taken, and while it is marked wrong; a file that is only looked at stays masked."""
        on_its_way = self._sent is not None and self.changed_here()
        in_doubt = (self.is_wrong() or on_its_way) and not self.line.isReadOnly()
        if self.line.in_doubt != in_doubt:
            self.line.in_doubt = in_doubt
            self.line.update()

    def set_finding(self, finding: str, *, warn: bool = False) -> None:
        """Marked here and read with the line, but shown where room is kept for it: no field moves."""
        super().set_finding(finding, warn=warn)
        self.note.hide()
        self.found.emit()

    def is_wrong(self) -> bool:
        """Whether what stands here is marked as wrong."""
        return bool(self.edit.property("finding"))

    def set_read_only(self, read_only: bool) -> None:
        """Look at it only; a private value stays masked."""
        self.line.setReadOnly(read_only)
        self.line.setFocusPolicy(Qt.FocusPolicy.NoFocus if read_only else Qt.FocusPolicy.StrongFocus)
        self.as_printed.setEnabled(not read_only)
        self._uncover()

    def is_empty(self) -> bool:
        """Whether nothing stands here."""
        return not isinstance(self.edit, QLineEdit) or not self.edit.text()
