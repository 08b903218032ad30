"""What the steps of the first start have in common: a column of fields, and the row that goes back and on."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.widgets import Button, LineEdit, PrimaryButton


def fill_column(page: QWidget, *parts: QWidget) -> QWidget:
    """Put the parts of a step under one another."""
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.space(3))
    for part in parts:
        column.addWidget(part)
        if isinstance(part, LineEdit):
            part.setMinimumWidth(theme.em(None, 20))
    column.addStretch(1)
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
    words = QCoreApplication.translate("WizardPage", "Kembali")
    button = Button(words, "arrow-left", key="Esc")
    button.clicked.connect(back)
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, theme.space(2), 0, 0)
    line.setSpacing(theme.space(2))
    line.addWidget(button)
    line.addStretch(1)
    line.addWidget(following)
    return row
