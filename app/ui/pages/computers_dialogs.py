"""A dialog that explains itself and asks for a line or two: why a computer is revoked, where head office is."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.ui.pages.ask import Ask
from app.ui.widgets import Field


class AskLines(Ask):
    """Each of `lines` is (words, example); all have to be filled in. `known` fills the first ones; the keyboard is at the
    first that is empty. `then` gets them in their order."""

    def __init__(
        self,
        parent: QWidget,
        title: str,
        text: str,
        yes: str,
        lines: Sequence[tuple[str, str]],
        then: Callable[..., None],
        *,
        known: Sequence[str] = (),
        danger: bool = False,
    ) -> None:
        super().__init__(parent, title, text, yes, danger=danger)
        self.fields = [Field(words, longest=200, placeholder=example) for words, example in lines]
        for field in self.fields:
            self.body.addWidget(field)
        for field, value in zip(self.fields, known, strict=False):
            field.set_text(value)
        self.confirmed.connect(lambda: then(*(field.text() for field in self.fields)))
        first = next((each for each in self.fields if not each.text()), self.fields[0])
        first.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def lacking(self) -> QWidget | None:
        """Every line has something in it."""
        return self.demand(*self.fields)
