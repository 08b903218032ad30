"""The table and its model: Qt's own rules, and a place that is kept when rows are read again."""

import msgspec
import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest

from app.ui.widgets import Column, DataTable, TableModel, Tone


class Waiting(msgspec.Struct, frozen=True):
    label: str
    minutes: int


COLUMNS = [
    Column[Waiting](title="Nomor", text=lambda row: row.label, strong=True),
    Column[Waiting](title="Menunggu", text=lambda row: f"{row.minutes} mnt", width=8, right=True),
    Column[Waiting](
        title="Target",
        text=lambda row: "lewat" if row.minutes > 30 else "baik",
        width=8,
        tone=lambda row: Tone.BAD if row.minutes > 30 else Tone.GOOD,
        icon=lambda _: "clock",
        tip=lambda row: f"{row.minutes} menit",
    ),
    Column[Waiting](
        title="Bagian", text=lambda row: f"{row.minutes}/60", width=10, share=lambda row: row.minutes / 60
    ),
]
ROWS = [Waiting(f"A-{number:03}", number) for number in range(1, 61)]


def made() -> TableModel[Waiting]:
    return TableModel(COLUMNS, key=lambda row: row.label)


@pytest.fixture
def table(qtbot) -> DataTable:
    view = DataTable(made(), name="Antrean")
    view.set_rows(ROWS)
    qtbot.addWidget(view)
    view.resize(500, 200)
    with qtbot.waitActive(view):
        view.show()
        view.activateWindow()
    return view


def test_the_model_keeps_the_rules_of_qt(qtmodeltester) -> None:
    model = made()
    qtmodeltester.check(model)
    model.set_rows(ROWS[:5])
    qtmodeltester.check(model)
    model.set_rows([Waiting(row.label, row.minutes + 1) for row in ROWS[:5]])
    model.set_rows(ROWS[3:8])
    qtmodeltester.check(model)


def test_the_model_shows_the_structs() -> None:
    model = made()
    model.set_rows(ROWS)
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Menunggu"
    assert model.data(model.index(34, 2)) == "lewat"
    assert model.row_at(2) is ROWS[2]
    assert (model.line_of("A-010"), model.line_of("B-001"), model.key_at(99)) == (9, -1, "")


def test_rows_with_the_same_keys_are_changed_in_place(qtbot) -> None:
    model = made()
    model.set_rows(ROWS)
    changed, reset = [], []
    model.dataChanged.connect(lambda first, last: changed.append((first.row(), last.row())))
    model.modelReset.connect(lambda: reset.append(1))
    model.set_rows([Waiting(row.label, 90 if row.label == "A-003" else row.minutes) for row in ROWS])
    assert (changed, reset) == ([(2, 2)], [])
    model.set_rows(ROWS[1:])
    assert reset == [1]


def test_the_chosen_row_and_the_place_are_kept_when_rows_are_read_again(table: DataTable) -> None:
    table.choose_key("A-040")
    place = table.verticalScrollBar().value()
    assert place > 0
    table.set_rows(ROWS[1:])
    assert table.current_key() == "A-040"
    assert table.verticalScrollBar().value() == place


def test_the_next_row_is_chosen_when_the_chosen_one_is_gone(table: DataTable) -> None:
    table.choose_key("A-005")
    table.set_rows([row for row in ROWS if row.label != "A-005"])
    assert table.current_key() == "A-006"
    table.set_rows([])
    assert table.current() is None


def test_a_refresh_takes_no_focus_and_gives_none_away(table: DataTable, qtbot) -> None:
    table.setFocus()
    qtbot.waitUntil(table.hasFocus)
    table.set_rows(ROWS[:10])
    assert table.hasFocus()


def test_arrows_choose_and_enter_opens(table: DataTable, qtbot) -> None:
    table.setFocus()
    assert table.current_key() == "A-001"
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Down)
    with qtbot.waitSignal(table.opened) as told:
        QTest.keyClick(table, Qt.Key.Key_Return)
    assert told.args == [ROWS[2]]


def test_a_double_click_opens_and_a_click_chooses(table: DataTable, qtbot) -> None:
    place = table.visualRect(table.model().index(3, 0)).center()
    with qtbot.waitSignal(table.chosen) as chosen:
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == [ROWS[3]]
    with qtbot.waitSignal(table.opened) as told:
        qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert told.args == [ROWS[3]]


def test_tab_leaves_the_table(table: DataTable) -> None:
    assert not table.tabKeyNavigation()


def test_every_cell_is_drawn_and_an_empty_table_says_so(table: DataTable) -> None:
    table.choose_key("A-002")
    full = table.grab().toImage()
    table.set_empty_text("Tidak ada yang menunggu")
    table.set_rows([])
    empty = table.viewport().grab().toImage()
    shades = {empty.pixelColor(x, empty.height() // 2).name() for x in range(empty.width())}
    assert len(shades) > 1, "the text stands in the middle"
    assert full != empty


def test_a_row_that_a_screen_reader_selects_is_the_chosen_one(table: DataTable) -> None:
    """Through the accessibility bus a cell is toggled: the row is selected without anybody going there."""
    told = []
    table.chosen.connect(told.append)
    flags = QItemSelectionModel.SelectionFlag
    row = table.model().index(2, 0)  # what Qt's table cell does for its action "Toggle"
    table.selectionModel().select(row, flags.ClearAndSelect | flags.Rows)
    assert table.currentIndex().row() == 2
    assert told[-1] == table.current()
