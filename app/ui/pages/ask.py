"""A dialog with a few fields that stays open until its work is done, and says itself why it was refused."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QLineEdit, QPlainTextEdit, QWidget
from shiboken6 import isValid

from app.errors import Refused
from app.ui.context import Context
from app.ui.dialogs import Dialog
from app.ui.pages.draft_keeper import DraftKeeper
from app.ui.widgets import Banner, Button, Field, Muted, NoteEdit, PinEdit, PrimaryButton, Tone
from app.ui.words import refusal


class Ask(Dialog):
    """Enter or Ctrl+Enter confirms, Esc leaves everything as it is; what was typed outlives a refusal and a crash.

    `danger`: what is confirmed does harm, and Enter alone does nothing.
    """

    confirmed = Signal()

    def __init__(self, parent: QWidget, title: str, text: str, yes: str, *, danger: bool = False) -> None:
        super().__init__(parent, title, text)
        self._drafts: DraftKeeper | None = None
        self._draft_fields: dict[str, QWidget] = {}
        self.wrong = Banner(Tone.WARN, "")
        self.wrong.hide()
        column = self.layout()
        column.insertWidget(column.count() - 1, self.wrong)  # type: ignore[union-attr]  # a QVBoxLayout
        self.yes = PrimaryButton(yes, "check", key="Ctrl+Enter")
        self.cancel = Button(self.tr("Tidak jadi"), key="Esc")
        self.cancel.setAutoDefault(False)  # Enter in a field means yes
        self._danger = danger
        self.yes.setAutoDefault(not danger)
        self.yes.setDefault(not danger)
        self.cancel.clicked.connect(self.reject)
        self.yes.clicked.connect(self._confirm)
        self.buttons.addWidget(self.cancel)
        self.buttons.addWidget(self.yes)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in a field means yes, but for what does harm."""
        if not (self._danger and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)):
            super().keyPressEvent(event)

    def _confirm(self) -> None:
        if not self.yes.isEnabled():
            return
        lacking = self.lacking()
        if lacking is not None:
            lacking.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.wrong.hide()
        self.set_waiting(True)
        self.confirmed.emit()

    def lacking(self) -> QWidget | None:
        """The first part that is not filled in yet; it says so itself."""
        return None

    def demand(self, *fields: Field) -> QWidget | None:
        """The first of these fields that is empty, marked as such."""
        empty = [field for field in fields if not _text(field.edit)]
        for field in fields:
            field.set_finding(self.tr("Belum diisi.") if field in empty else "")
        return empty[0].edit if empty else None

    def set_waiting(self, waiting: bool) -> None:
        """While the work is under way it cannot be asked for a second time."""
        self.yes.setEnabled(not waiting)

    def show_refusal(self, text: str) -> None:
        """Why it did not work; the fields stay as they are."""
        self.set_waiting(False)
        self.wrong.set(Tone.WARN, text, icon="triangle-alert")
        self.wrong.show()
        self.adjustSize()

    def tick_by(self, box: QCheckBox, digit: int) -> None:
        """Let Alt and a digit tick a box, at once: Qt's own shortcut of a button presses it a tenth of a second later."""
        shortcut = QShortcut(QKeySequence(f"Alt+{digit}"), self)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(box.click)

    # ------------------------------------------------------------------------------------------ drafts

    def keep_drafts(self, context: Context, form: str, record: str, fields: dict[str, QWidget]) -> None:
        """Keep what is typed in these widgets (Field, NoteEdit or QCheckBox), and fill in what was kept before."""
        self._draft_fields = fields
        self._drafts = DraftKeeper(self, context, form, record, self._texts)
        for widget in fields.values():
            edit = widget.edit if isinstance(widget, Field) else widget
            if isinstance(edit, QCheckBox):
                edit.toggled.connect(self._drafts.touch)
            elif isinstance(edit, QLineEdit | QPlainTextEdit):
                edit.textChanged.connect(self._drafts.touch)
        self._drafts.load(self._fill)

    def _texts(self) -> dict[str, str]:
        return {name: _text(widget) for name, widget in self._draft_fields.items()}

    def _fill(self, texts: dict[str, str]) -> None:
        for name, widget in self._draft_fields.items():
            if name in texts:
                _put(widget, texts[name])
        draft = Muted(self.tr("Draf yang belum dipakai ditampilkan lagi."), small=True)
        self.body.addWidget(draft)

    def finish(self) -> None:
        """It is done and durable."""
        if self._drafts is not None:
            self._drafts.drop()
            self._drafts = None
        self.accept()

    def done(self, result: int) -> None:
        """However it is closed, nothing typed is lost."""
        if self._drafts is not None:
            self._drafts.flush()
        super().done(result)


def _text(widget: QWidget) -> str:
    edit = widget.edit if isinstance(widget, Field) else widget
    if isinstance(edit, QCheckBox):
        return "x" if edit.isChecked() else ""
    if isinstance(edit, NoteEdit):
        return edit.text()
    return edit.text().strip() if isinstance(edit, QLineEdit) else "x"


def _put(widget: QWidget, text: str) -> None:
    edit = widget.edit if isinstance(widget, Field) else widget
    if isinstance(edit, QCheckBox):
        edit.setChecked(bool(text))
    elif isinstance(edit, NoteEdit):
        edit.set_text(text)
    elif isinstance(edit, QLineEdit):
        edit.setText(text)


class AskText(Ask):
    """One or two lines that a decision needs: each is (words, value at first, example)."""

    def __init__(
        self,
        parent: QWidget,
        title: str,
        yes: str,
        fields: Sequence[tuple[str, str, str]],
        then: Callable[..., None],
        *,
        danger: bool = False,
    ) -> None:
        super().__init__(parent, title, "", yes, danger=danger)
        self.fields = [Field(words, longest=200, placeholder=example) for words, _, example in fields]
        for field, (_, value, _example) in zip(self.fields, fields, strict=True):
            field.set_text(value)
            self.body.addWidget(field)
        self.confirmed.connect(lambda: then(*(field.text() for field in self.fields)))
        first = next((field for field in self.fields if not field.text()), self.fields[0])
        first.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def lacking(self) -> QWidget | None:
        """Every line has something in it."""
        return self.demand(*self.fields)


class AskPin(Ask):
    """The PIN or password of who is signed in, for what cannot be done by one key."""

    def __init__(self, parent: QWidget, title: str, text: str, yes: str, then: Callable[[str], None]) -> None:
        super().__init__(parent, title, text, yes)
        self.secret = PinEdit(password=True)
        self._field = Field(self.tr("PIN Anda"), self.secret)
        self.body.addWidget(self._field)
        self.confirmed.connect(lambda: then(self.secret.text()))
        self.secret.setFocus(Qt.FocusReason.OtherFocusReason)

    def lacking(self) -> QWidget | None:
        """Something was typed; whether it is right is checked behind."""
        return self.demand(self._field)


class Asking(QObject):
    """The dialog that is open on a page, if any: told when its work is done or was refused."""

    def __init__(self, context: Context, page: QWidget) -> None:
        super().__init__(page)
        self._context = context
        self._dialog: Ask | None = None
        context.background.busy_changed.connect(self._settle)

    def open(self, dialog: Ask) -> None:
        """Open it; it is closed by `finish`."""
        self._dialog = dialog
        dialog.open()

    def _settle(self, busy: bool) -> None:
        # After a defect nobody is told; the dialog must not wait for ever.
        dialog = self.dialog()
        if not busy and dialog is not None:
            dialog.set_waiting(False)

    def dialog(self) -> Ask | None:
        """The one that is open."""
        dialog = self._dialog
        return dialog if dialog is not None and isValid(dialog) and dialog.isVisible() else None

    def finish(self) -> None:
        """The work of the dialog is durable."""
        dialog = self.dialog()
        if dialog is not None:
            dialog.finish()
        self._dialog = None

    def refuse(self, refused: Refused) -> None:
        """Say it in the dialog while one is open, else in passing."""
        dialog = self.dialog()
        if dialog is not None:
            dialog.show_refusal(refusal(refused))
        else:
            self._context.notify.refuse(refused)
