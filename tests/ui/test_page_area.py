"""A button that goes away under the keyboard leaves it to no other button: nobody chose that one."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from app.ui.page_area import PageArea
from app.ui.widgets import Button
from app.ui.widgets.entry import enter_at


class Page(QWidget):
    """A list to begin at, a button that comes and goes, and one with consequences behind it."""

    def __init__(self) -> None:
        super().__init__()
        self.pressed: list[str] = []
        self.first, self.line = Button("Ambil"), QLineEdit()
        self.box = QWidget()
        self.harm = Button("Tolak", danger=True)
        self.harm.clicked.connect(lambda: self.pressed.append("harm"))
        inner = QVBoxLayout(self.box)
        inner.addWidget(self.first)
        column = QVBoxLayout(self)
        for part in (self.line, self.box, self.harm):
            column.addWidget(part)


GONE: dict[str, Callable[[Page], None]] = {
    "hidden": lambda page: page.first.hide(),
    "switched off": lambda page: page.first.setEnabled(False),
    "hidden with what is around it": lambda page: page.box.hide(),
    "switched off with what is around it": lambda page: page.box.setEnabled(False),
}


@pytest.fixture
def page(qtbot) -> Iterator[Page]:
    made = Page()
    area = PageArea(made)
    qtbot.addWidget(area)
    with qtbot.waitActive(area):
        area.show()
        area.activateWindow()
    made.first.setFocus()
    yield made
    area.close()


@pytest.mark.parametrize("gone", GONE)
def test_the_next_button_does_not_get_the_keyboard(page: Page, gone: str) -> None:
    GONE[gone](page)
    assert QApplication.focusWidget() is not page.harm
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space):
        QTest.keyClick(QApplication.focusWidget() or page, key)
    assert page.pressed == []


@pytest.mark.parametrize("gone", GONE)
def test_it_goes_where_the_page_begins(page: Page, gone: str) -> None:
    enter_at(page, page.line)
    GONE[gone](page)
    assert QApplication.focusWidget() in (page.line, None)


def test_tab_and_a_page_that_means_it_reach_every_button(page: Page) -> None:
    QTest.keyClick(page.first, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is page.harm
    page.first.setFocus()
    page.first.hide()
    page.harm.setFocus()
    assert QApplication.focusWidget() is page.harm
