"""What somebody typed is shown and read out letter by letter, wherever Qt would guess at HTML."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QTextDocumentFragment
from PySide6.QtGui import Qt as Guess
from PySide6.QtWidgets import QWidget

from app.ui.widgets.table import Column, TableModel
from app.ui.widgets.text import ElidedLabel
from app.ui.widgets.tips import as_shown, set_tip

TYPED = [
    'Peserta <img src="/etc/hostname">',
    "<b>Peserta</b> Contoh",
    "a < b & c > d",
    "&lt;b&gt;",
    "dua\nbaris & <i>",
    "KTP & KK",
    "Peserta Contoh",
    "",
]


def read(shown: str) -> str:
    """What a tool tip of Qt makes of its text."""
    if not Guess.mightBeRichText(shown):
        return shown
    return QTextDocumentFragment.fromHtml(shown).toPlainText()


@pytest.mark.parametrize("typed", TYPED)
def test_a_tip_shows_what_was_typed(qapp, typed: str) -> None:
    assert read(as_shown(typed)) == typed


def test_a_screen_reader_hears_the_text_and_not_its_escaped_form(qtbot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    for typed in (*TYPED, *reversed(TYPED)):
        set_tip(widget, typed)
        heard = QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Description)
        assert heard == typed


def test_a_description_of_its_own_stays(qtbot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.setAccessibleDescription("Belum ditandai")
    set_tip(widget, "<b>KTP</b>")
    assert widget.accessibleDescription() == "Belum ditandai"


def test_a_name_that_is_cut_is_whole_and_plain_on_hover(qtbot) -> None:
    label = ElidedLabel(TYPED[0] * 3)
    qtbot.addWidget(label)
    label.resize(60, 20)
    label.grab()
    assert read(label.toolTip()) == TYPED[0] * 3


def test_a_cell_shows_what_was_typed(qtbot) -> None:
    model: TableModel[str] = TableModel([Column(title="Nama", text=str)], key=str)
    model.set_rows([TYPED[1]])
    assert read(model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)) == TYPED[1]
