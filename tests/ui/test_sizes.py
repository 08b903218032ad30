"""Every page of every role on every screen: what each text needs is what it got, and each part has a name.

On a screen of 1366 × 768 the window is 734 high at 100 %, 1093 × 587 at 125 % and 911 × 489 at 150 %, without its frame and
the task bar. What a page needs more than it gets is reached by scrolling; no text is cut but for names in tables.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QHeaderView, QLabel, QWidget

from app.config import DataFolder
from app.services.demo import DEMO_PEOPLE
from app.ui import theme
from app.ui.headless import Headless
from app.ui.pages.overview_matters import MatterButton
from app.ui.wait import pause
from app.ui.widgets.buttons import NavButton, PaintedButton
from app.ui.widgets.marks import Chip
from app.ui.widgets.status_chip import StatusChip

LARGE = ((1366, 734), (1280, 686), (1920, 1046))
SIZES = {1.0: (*LARGE, (1093, 587), (911, 489)), 1.3: LARGE}
"""By the size of text: larger text and a larger scale are not wanted at once."""
SETTLED_MS = 120
ROLES = tuple(dict.fromkeys(person.roles[0] for person in DEMO_PEOPLE))
EDGE = 1
"""Pixels by which a text may be rounded up."""


@pytest.fixture
def program(tmp_path: Path, qapp: QApplication) -> Iterator[Headless]:
    made = Headless(DataFolder(tmp_path / "cabang"), 30)
    pause(SETTLED_MS)
    yield made
    made.desktop.close()
    theme.apply(qapp, "light", 1.0)


def pages(program: Headless, role: str) -> Iterator[str]:
    """Each page of a role after the other, shown."""
    program.enter(role)
    for code in list(program.shell._specs):
        program.shell.go(code)
        pause(SETTLED_MS)
        yield code


def cut_label(label: QLabel) -> bool:
    area, words = label.contentsRect(), label.text()
    if label.wordWrap():
        flags = int(Qt.TextFlag.TextWordWrap)
        need = label.fontMetrics().boundingRect(0, 0, max(1, area.width()), 10_000, flags, words)
        return need.height() > area.height() + 2 or need.width() > area.width() + EDGE
    return label.fontMetrics().horizontalAdvance(words) > area.width() + EDGE


def cut_button(button: PaintedButton) -> bool:
    if isinstance(button, NavButton | MatterButton):
        return False  # drawn into the bar's width; a line of a list, with names in it
    if isinstance(button, StatusChip):
        return button._width(button._shown) > button.width() + EDGE  # it says it more shortly where it must
    icon, words, _ = button._parts()
    return icon + words > button.width() - 2 * EDGE


def cut_heads(header: QHeaderView) -> list[str]:
    model, metrics = header.model(), header.fontMetrics()
    heads = {
        place: str(model.headerData(place, header.orientation()) or "") for place in range(header.count())
    }
    return [
        words
        for place, words in heads.items()
        if not header.isSectionHidden(place) and metrics.horizontalAdvance(words) > header.sectionSize(place)
    ]


def cut_texts(window: QWidget) -> Iterator[str]:
    """What does not get the room it needs."""
    for part in window.findChildren(QWidget):
        if not part.isVisible():
            continue
        if isinstance(part, QLabel) and part.text() and cut_label(part):
            yield part.text()
        if isinstance(part, Chip) and part.sizeHint().width() > part.width() + EDGE:
            yield part.text()
        if isinstance(part, PaintedButton) and cut_button(part):
            yield part.words()
        if isinstance(part, QHeaderView) and part.orientation() == Qt.Orientation.Horizontal:
            yield from cut_heads(part)


def nameless(window: QWidget) -> Iterator[str]:
    """What takes the keyboard and tells a screen reader nothing."""
    for part in window.findChildren(QWidget):
        if part.isVisible() and part.focusPolicy() != Qt.FocusPolicy.NoFocus:
            told = QAccessible.queryAccessibleInterface(part)
            if told is None or not told.text(QAccessible.Text.Name).strip():
                yield f"{type(part).__name__} in {type(part.parent()).__name__}"


@pytest.mark.parametrize("scale", SIZES)
def test_every_text_gets_its_room_and_every_part_has_a_name(
    program: Headless, qapp: QApplication, scale: float
) -> None:
    theme.apply(qapp, "light", scale)
    found: set[tuple[str, ...]] = set()
    for role in ROLES:
        for code in pages(program, role):
            found |= {(code, "without a name", each) for each in nameless(program.shell)}
            for size in SIZES[scale]:
                program.shell.resize(*size)
                for _ in range(4):
                    QApplication.processEvents()
                if (program.shell.width(), program.shell.height()) != size:
                    found.add((code, "is wider or higher than the screen", str(size)))
                found |= {(code, str(size), each) for each in cut_texts(program.shell)}
    assert not found, "\n".join(str(each) for each in sorted(found))
