"""Choosing and revealing: one of a few, and a masked value that shows while held."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ui import theme
from app.ui.theme import Colour, Tone, Type
from app.ui.widgets.buttons import Button, Look, PaintedButton
from app.ui.widgets.entry import go_on
from app.ui.widgets.tips import set_tip

_ARROWS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}


_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class _Segment(Button):
    """One button of a choice; leaves arrows and digits to the choice."""

    kind = Type.STRONG
    pressed_by: tuple[Qt.Key, ...] = (Qt.Key.Key_Space, *_ENTER)
    narrow = False

    def padding(self) -> tuple[int, int]:
        """Less at the sides where several with counts stand over a narrow list."""
        across, down = super().padding()
        return (across // 2 if self.narrow else across), down

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space and, outside of forms, Enter press it, everything else goes up."""
        if event.key() in self.pressed_by:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def nextCheckState(self) -> None:
        """The choice sets what is checked."""


class SegmentedChoice(QWidget):
    """Small buttons of which one at most is chosen; inside it digits choose and arrows move.

    `options` are (code, words, icon name or "", tone while chosen). `changed(code)` only when a person chooses.
    `narrow`: less room around the words. `in_form`: Enter goes on to what follows, as in the lines of the form, and chooses nothing.
    """

    changed = Signal(str)

    def __init__(
        self,
        options: Sequence[tuple[str, str, str, Tone]],
        *,
        name: str = "",
        clearable: bool = False,
        in_form: bool = False,
        narrow: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._clearable = clearable
        self._in_form = in_form
        self._chosen = ""
        self._buttons: dict[str, Button] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space(1.5))
        self.setAccessibleName(name)
        for code, words, icon, tone in options:
            button = _Segment(words, icon, tone=tone)
            button.narrow = narrow
            if in_form:
                button.pressed_by = (Qt.Key.Key_Space,)
            button.setCheckable(True)
            button.setAccessibleDescription(name)
            button.clicked.connect(lambda _=False, chosen=code: self._choose(chosen))
            self._buttons[code] = button
            row.addWidget(button)

    def value(self) -> str:
        """The chosen code, or "" while nothing is chosen."""
        return self._chosen

    def set_value(self, code: str) -> None:
        """Choose without telling anyone; "" chooses nothing."""
        self._chosen = code if code in self._buttons else ""
        for own, button in self._buttons.items():
            button.setChecked(own == self._chosen)

    def buttons(self) -> dict[str, Button]:
        """All of its buttons by their codes."""
        return self._buttons

    def button(self, code: str) -> Button:
        """One of its buttons."""
        return self._buttons[code]

    def set_words(self, code: str, words: str) -> None:
        """Another word on one of its buttons, such as one with a count."""
        self._buttons[code].setText(words)

    def focus_first(self) -> None:
        """Put the keyboard on the chosen button, or the first one."""
        code = self._chosen or next(iter(self._buttons))
        self._buttons[code].setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose(self, code: str) -> None:
        if code == self._chosen and not self._clearable:
            self.set_value(code)
            return
        self.set_value("" if code == self._chosen else code)
        self.changed.emit(self._chosen)

    def _go_on(self) -> None:
        """The keyboard to what follows the last of its buttons in the form; after the last part of the form it stays."""
        here = next((each for each in self._buttons.values() if each.hasFocus()), None)
        last = [each for each in self._buttons.values() if each.isEnabled()][-1:]
        for each in last:
            each.setFocus(Qt.FocusReason.TabFocusReason)
            go_on(each)
            if here is not None and each.hasFocus():
                here.setFocus(Qt.FocusReason.TabFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits choose, arrows move the keyboard, Enter in a form goes on."""
        buttons = [button for button in self._buttons.values() if button.isEnabled()]
        digit = event.key() - Qt.Key.Key_1
        if 0 <= digit < len(self._buttons) and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            wanted = list(self._buttons.values())[digit]
            wanted.setFocus(Qt.FocusReason.ShortcutFocusReason)
            wanted.click()
        elif self._in_form and event.key() in _ENTER:
            self._go_on()
        elif (step := _ARROWS.get(Qt.Key(event.key()))) and buttons:
            here = next((i for i, button in enumerate(buttons) if button.hasFocus()), 0)
            buttons[(here + step) % len(buttons)].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)


class HoldToReveal(PaintedButton):
    """A masked value with an eye: it shows while the mouse or Space is held, and hides at once when let go.

    `revealed` is emitted each time the whole value is shown: the page logs it. The value may be fetched then, with
    `set_value` from the handler.
    """

    revealed = Signal()
    hidden = Signal()

    look = Look(None, Colour.BRAND_FAINT, None, Colour.MUTED)
    kind = Type.BODY

    def __init__(self, label: str, masked: str, value: str = "", *, parent: QWidget | None = None) -> None:
        super().__init__("", "eye", parent=parent)
        self._label, self._masked, self._value = label, masked, value
        self._shown = False
        self.setAutoDefault(False)
        self.pressed.connect(self._show)
        self.released.connect(self._hide)
        self._tell()

    def padding(self) -> tuple[int, int]:
        """Close to the text around it."""
        return theme.space(1.5), theme.space(0.75)

    def set(self, masked: str, value: str = "") -> None:
        """Show another person's value, masked."""
        self._masked, self._value = masked, value
        self._hide()
        self._tell()

    def set_value(self, value: str) -> None:
        """Give the whole value, for instance when it has been read after `revealed`."""
        self._value = value
        self._tell()

    def is_shown(self) -> bool:
        """Whether the whole value can be read now."""
        return self._shown

    def _tell(self) -> None:
        shown = self._value if self._shown and self._value else self._masked
        self.setText(f"{self._label} {shown}".strip())
        self.setAccessibleName(self._label)
        self.setAccessibleDescription(shown)
        set_tip(self, self.tr("Tahan untuk melihat; tercatat"))
        self.updateGeometry()
        self.update()

    def _show(self) -> None:
        if not self._shown:
            self._shown = True
            self.set_icon_name("eye-off")
            self._tell()
            self.revealed.emit()

    def _hide(self) -> None:
        if self._shown:
            self._shown = False
            self.set_icon_name("eye")
            self._tell()
            self.hidden.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Keep it shown while the button is held, even a little beside it."""
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide when the keyboard goes elsewhere."""
        self.setDown(False)
        self._hide()
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Hide with the page."""
        self.setDown(False)
        self._hide()
        super().hideEvent(event)

    def event(self, event: QEvent) -> bool:
        """Hide when the window is left."""
        if event.type() == QEvent.Type.WindowDeactivate:
            self.setDown(False)
            self._hide()
        return super().event(event)
