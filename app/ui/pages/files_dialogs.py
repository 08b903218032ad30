"""What verifier and finance type with a decision: amount, reasons, voucher, payment."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QGridLayout, QWidget

from app.ui import theme
from app.ui.pages.ask import Ask
from app.ui.widgets import AmountField, Field, NoteEdit

KEYS = 9
COLUMNS = 2


class AskAmount(Ask):
    """The amount that the verifier finds right."""

    def __init__(
        self, parent: QWidget, title: str, text: str, yes: str, then: Callable[[int, int, str], None]
    ) -> None:
        super().__init__(parent, title, text, yes)
        self.amount = AmountField(self.tr("Manfaat (rupiah)"), placeholder="1.500.000")
        self.tax = AmountField(self.tr("PPh 21 (rupiah)"), placeholder="0")
        self.note = Field(self.tr("Catatan"), longest=300)
        for field in (self.amount, self.tax, self.note):
            self.body.addWidget(field)
        self.confirmed.connect(
            lambda: then(self.amount.rupiah() or 0, self.tax.rupiah() or 0, self.note.text())
        )
        self.amount.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def lacking(self) -> QWidget | None:
        """The amount, and the tax where there is one, are clear."""
        if not self.tax.text():
            self.tax.set_text("0")
        for field in (self.amount, self.tax):
            if field.rupiah() is None:
                field.refuse()
                return field.edit
        if self.amount.rupiah():
            return None
        self.amount.set_finding(self.tr("Isi dengan angka rupiah, misalnya 1.500.000."))
        return self.amount.edit


class AskReasons(Ask):
    """Why a file goes back or is refused: reasons are ticked with Alt and their digit, one only if `one`:
    then the file ends with it."""

    def __init__(
        self,
        parent: QWidget,
        title: str,
        text: str,
        yes: str,
        choices: Sequence[tuple[str, str]],
        then: Callable[[tuple[str, ...], str], None],
        *,
        note: str,
        one: bool = False,
    ) -> None:
        super().__init__(parent, title, text, yes, danger=one)
        self.boxes: dict[str, QCheckBox] = {}
        group = QButtonGroup(self)
        group.setExclusive(one)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.space(6))
        grid.setVerticalSpacing(theme.space(2))
        lines = -(-len(choices) // COLUMNS)
        for place, (code, words) in enumerate(choices):
            box = QCheckBox(f"{place + 1}  {words}" if place < KEYS else words)
            if place < KEYS:
                self.tick_by(box, place + 1)
            box.ensurePolished()  # the style needs its own room for the mark
            box.setMinimumWidth(box.sizeHint().width() + theme.space(4))
            self.boxes[code] = box
            group.addButton(box)
            grid.addWidget(box, place % lines, place // lines)
        self.body.addLayout(grid)
        self.note = NoteEdit(lines=3, longest=500)
        self.body.addWidget(Field(note, self.note))
        self.confirmed.connect(lambda: then(self.chosen(), self.note.text()))
        next(iter(self.boxes.values())).setFocus(Qt.FocusReason.OtherFocusReason)

    def draft_fields(self) -> dict[str, QWidget]:
        """What is kept while it is typed."""
        return {"note": self.note, **self.boxes}

    def chosen(self) -> tuple[str, ...]:
        """The reasons ticked."""
        return tuple(code for code, box in self.boxes.items() if box.isChecked())

    def lacking(self) -> QWidget | None:
        """One reason at least."""
        if self.note.is_too_long():
            return self.note
        if self.chosen():
            return None
        self.show_refusal(self.tr("Beri tanda pada paling sedikit satu alasan."))
        return next(iter(self.boxes.values()))
