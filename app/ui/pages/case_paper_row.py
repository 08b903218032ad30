"""One paper of the checklist: what it is, what was seen of it, and the keys to say so."""

from collections.abc import Mapping
from typing import ClassVar

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from app.domain.case_events import DocumentMarked
from app.ui import theme
from app.ui.pages.case_judged_row import JudgedRow, RemarkLine
from app.ui.theme import Colour
from app.ui.widgets import (
    Button,
    Chip,
    ElidedLabel,
    IconButton,
    Picture,
    Tone,
    Type,
)

CHIP_FROM, REMARK_FROM = 76, 60
"""Widths in em from which the result has a chip, and the remark a button of its own; its key is N everywhere."""


class PaperRow(JudgedRow):
    """1–5 say what was seen of it, A that the original was shown, C which copy is kept."""

    verdicts: ClassVar[Mapping[Qt.Key, str]] = {
        Qt.Key.Key_1: "fits",
        Qt.Key.Key_2: "missing",
        Qt.Key.Key_3: "illegible",
        Qt.Key.Key_4: "mismatch",
        Qt.Key.Key_5: "expired",
    }
    note_stays = False

    original = Signal(str)
    copied = Signal(str)

    def __init__(
        self, document: str, name: str, results: list[tuple[str, str]], *, parent: QWidget | None = None
    ) -> None:
        self.line = RemarkLine(placeholder=self.tr("Catatan untuk dokumen ini"), longest=300)
        super().__init__(document, name, self.line, parent)
        self._results = dict(results)
        self.picture = Picture("circle-dashed", 1.6, Colour.MUTED)
        self.name = ElidedLabel(name, Type.STRONG)
        self.hint = ElidedLabel("", Type.SMALL, ink="muted")
        self.result = Chip("", Tone.BAD)
        self.fits = Button(self.tr("Sesuai"), "check", tone=Tone.GOOD)
        self.lacks = Button(self.tr("Kurang"), "x", tone=Tone.BAD)
        self.shown = Button(self.tr("Asli"), tone=Tone.GOOD)
        self.copy = Button(self.tr("Salinan"), tone=Tone.GOOD)
        self.remark = IconButton("sticky-note", self.tr("Catatan (N)"))
        self._menu = self._make_menu()
        self._lay_out()
        self._connect()

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        keys = {code: key - Qt.Key.Key_0 for key, code in self.verdicts.items()}
        for code, words in self._results.items():
            if code != "fits":
                action = QAction(f"{words}\t{keys[code]}" if code in keys else words, menu)
                action.triggered.connect(lambda _=False, chosen=code: self.decide(chosen))
                menu.addAction(action)
        return menu

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(0)
        for part in (self.name, self.hint, self.line):
            words.addWidget(part)
        self.body.addWidget(self.picture)
        self.body.addLayout(words, 1)
        self.body.addWidget(self.result)
        for button in (self.fits, self.lacks, self.shown, self.copy, self.remark):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setCheckable(True)
            self.body.addWidget(button)
        self.line.hide()
        self.result.hide()

    def _connect(self) -> None:
        self.fits.clicked.connect(lambda: self.decide("fits"))
        self.lacks.clicked.connect(self._open_menu)
        self.shown.clicked.connect(lambda: self._pressed(Qt.Key.Key_A))
        self.copy.clicked.connect(lambda: self._pressed(Qt.Key.Key_C))
        self.remark.clicked.connect(self.open_note)

    # ------------------------------------------------------------------------------------------ showing

    def show_mark(
        self, mark: DocumentMarked | None, hint: str, copy_name: str, draft: str | None, *, editable: bool
    ) -> None:
        """What was seen of it; `copy_name` is the kind of copy kept, "" for none."""
        self._editable = editable
        result = mark.result if mark else ""
        bad = bool(result) and result != "fits"
        self.picture.set(
            "circle-alert" if bad else "circle-check" if result else "circle-dashed",
            Colour.RED if bad else Colour.BRAND if result else Colour.MUTED,
        )
        self.fits.setChecked(result == "fits")
        self.lacks.setChecked(bad)
        self.shown.setChecked(bool(mark and mark.original_shown))
        self.copy.setChecked(bool(copy_name))
        self.result.set(self._results.get(result, "") if bad else "")
        self.hint.setText(hint)
        self.hint.set_ink("bad" if bad else "muted")
        self._kept_note = mark.note if mark else ""
        self.remark.setChecked(bool(self._kept_note))
        if not self.line.hasFocus():
            self.line.setText(self._kept_note if draft is None else draft)
            self.line.setVisible(bool(draft) and draft != self._kept_note)
        for button in (self.fits, self.lacks, self.shown, self.copy):
            button.setVisible(editable)
        self.setAccessibleDescription(f"{self._results.get(result, '')}. {hint}")
        self._fit()

    def _fit(self) -> None:
        width = self.width() / theme.em(self, 1)
        self.result.setVisible(bool(self.result.text()) and width >= CHIP_FROM)
        self.remark.setVisible(self._editable and width >= REMARK_FROM)

    # ------------------------------------------------------------------------------------------ acting

    def show_pressed(self, verdict: str) -> None:
        """Fits or does not; the look that follows says the rest."""
        self.fits.setChecked(verdict == "fits")

    def _open_menu(self) -> None:
        self.lacks.setChecked(not self.lacks.isChecked())
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._menu.popup(self.lacks.mapToGlobal(QPoint(0, self.lacks.height())))

    def _pressed(self, key: Qt.Key) -> None:
        if self._editable:
            (self.original if key == Qt.Key.Key_A else self.copied).emit(self.code)

    def open_note(self) -> None:
        """The line for the remark; its button shows whether one is kept."""
        self.remark.setChecked(bool(self._kept_note))
        super().open_note()

    def judge(self, key: Qt.Key) -> bool:
        """Original and copy stay on the paper."""
        if key in (Qt.Key.Key_A, Qt.Key.Key_C):
            self._pressed(key)
            return True
        return super().judge(key)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The chip only where there is room."""
        super().resizeEvent(event)
        self._fit()
