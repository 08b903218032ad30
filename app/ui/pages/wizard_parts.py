"""What the steps of the first start have in common: a column of fields, the row at the foot, and the key file's place."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.widgets import Button, Field, LineEdit, PrimaryButton
from app.ui.widgets.fields import keep_room

LONGEST_PATH = 400
KEY_FILE_NAME = "loket.key"


class WizardStep(QWidget):
    """A step with fields that have to be filled; `following` goes on from it."""

    following: PrimaryButton

    def wanted_fields(self) -> tuple[QLineEdit, ...]:
        """The edits that cannot stay empty, in their order."""
        return ()

    def empty_field(self) -> QLineEdit | None:
        """Where the keyboard belongs while nothing was typed here: nobody is told off before they began."""
        wanted = [edit for edit in self.wanted_fields() if edit.isVisibleTo(self)]
        if not wanted or any(edit.text().strip() for edit in wanted):
            return None
        return wanted[0]


class KeyFileField(QWidget):
    """Where the key file is to lie, typed or chosen; shown only where the system keeps no keys safely."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = Field(
            _tr("Berkas kunci"),
            hint=_tr(
                "Sistem ini tidak punya penyimpan kunci yang aman. Pilih tempat berkas kunci yang hanya dapat "
                "dibaca akun ini; tanpa berkas itu data tidak terbuka."
            ),
            longest=LONGEST_PATH,
        )
        self.browse = Button(_tr("Pilih tempat…"), "folder-open")
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(self._browse)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(1.5))
        column.addWidget(self.field)
        column.addWidget(self.browse)
        self.setFocusProxy(self.field)

    def text(self) -> str:
        """The path, or ""."""
        return self.field.text()

    def set_text(self, path: str) -> None:
        """Put a path in."""
        self.field.set_text(path)

    def _browse(self) -> None:
        chooser = QFileDialog(self, _tr("Tempat berkas kunci"))
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.selectFile(KEY_FILE_NAME)
        chooser.fileSelected.connect(self.set_text)
        chooser.fileSelected.connect(self.chosen)
        chooser.open()


def line_of(field: Field) -> QLineEdit:
    """The edit of a field that is a line."""
    assert isinstance(field.edit, QLineEdit)
    return field.edit


def fill_column(page: QWidget, *parts: QWidget, room: bool = True) -> QWidget:
    """Put the parts of a step under one another; `room` is kept for what is found, where the smallest screen has it."""
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.space(3))
    for part in parts:
        column.addWidget(part)
        if isinstance(part, LineEdit):
            part.setMinimumWidth(theme.em(None, 20))
    column.addStretch(1)
    if room:
        keep_room(page)
    return page


def beside(*parts: QWidget) -> QWidget:
    """Parts of equal width in one row."""
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(theme.space(3))
    for part in parts:
        line.addWidget(part, 1)
    return row


def back_and_on(back: Callable[[], None], following: PrimaryButton) -> QWidget:
    """The foot of a step."""
    button = Button(_tr("Kembali"), "arrow-left", key="Esc")
    button.clicked.connect(back)
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, theme.space(2), 0, 0)
    line.setSpacing(theme.space(2))
    line.addWidget(button)
    line.addStretch(1)
    line.addWidget(following)
    return row


def _tr(text: str) -> str:
    return QCoreApplication.translate("WizardPage", text)
