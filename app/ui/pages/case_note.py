"""The fourth tab of a case: the officer's own note."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.calendar import format_number
from app.domain.case_form import NOTE_LIMIT
from app.ui import theme
from app.ui.pages.case_interview_side import LeavingNote
from app.ui.presenters.case import CaseLook
from app.ui.widgets import Label, Muted, Type

NOTE = "note"


class CaseNote(QWidget):
    """Free text up to the limit; taken when the keyboard leaves it."""

    typed = Signal(str, str)
    committed = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kept = ""
        self.title = Label(self.tr("Catatan petugas"), Type.STRONG)
        self.edit = LeavingNote(
            placeholder=self.tr("Hal yang perlu diketahui verifikator atau petugas berikutnya"),
            lines=3,
            longest=NOTE_LIMIT,
        )
        self.edit.setAccessibleName(self.title.text())
        self.count = Muted("", small=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.space(1), 0, 0)
        column.setSpacing(theme.space(1.5))
        column.addWidget(self.title)
        column.addWidget(self.edit, 1)
        column.addWidget(self.count, 0, Qt.AlignmentFlag.AlignRight)
        self.edit.edited.connect(self._edited)
        self.edit.left.connect(self.commit_all)
        self._tell()

    def _edited(self) -> None:
        self._tell()
        self.typed.emit(NOTE, self.edit.text())

    def _tell(self) -> None:
        used = format_number(len(self.edit.toPlainText()))
        words = self.tr("{used} dari {limit} huruf").format(used=used, limit=format_number(NOTE_LIMIT))
        self.count.setText(words)
        self.count.set_ink("bad" if self.edit.is_too_long() else "muted")

    def show_look(self, look: CaseLook, *, editable: bool) -> None:
        """The note, or its draft; what is being typed stays."""
        self._kept = look.value(NOTE)
        self.edit.setReadOnly(not editable)
        draft = look.draft(NOTE) if editable else None
        if not self.edit.hasFocus():
            self.edit.set_text(self._kept if draft is None else draft)
        unsaved = draft is not None and draft != self._kept
        self.title.setText(self.tr("Catatan petugas · draf") if unsaved else self.tr("Catatan petugas"))
        self._tell()

    def commit_all(self) -> None:
        """Take it, if it is new."""
        if not self.edit.isReadOnly() and self.edit.text() != self._kept:
            self.committed.emit(NOTE, self.edit.text())
