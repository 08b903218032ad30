"""What is said and asked: read, logged, answered by keys, the keyboard given back."""

import logging

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from app.errors import Refused
from app.ui.notify import Notify, Toast
from app.ui.theme import Tone

REASONS = [
    ("service", "Salah layanan"),
    ("officer", "Petugas lain lebih tepat"),
    ("wish", "Permintaan peserta"),
]


class Window(QWidget):
    """A window with one edit that has the keyboard."""

    def __init__(self) -> None:
        super().__init__()
        self.edit = QLineEdit()
        QVBoxLayout(self).addWidget(self.edit)
        self.resize(640, 400)


@pytest.fixture
def window(qtbot) -> Window:
    made = Window()
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.edit.setFocus()
    return made


def toast_of(window: QWidget) -> Toast:
    return window.findChildren(Toast)[0]


def test_a_toast_is_shown_logged_and_takes_no_focus(qtbot, notify: Notify, window: Window, caplog) -> None:
    notify.attach(window)
    with caplog.at_level(logging.INFO):
        notify.toast("Karcis A-024 dicetak.")
    toast = toast_of(window)
    assert toast.isVisible()
    assert toast.text() == "Karcis A-024 dicetak."
    assert toast.accessibleName() == "Karcis A-024 dicetak."
    assert window.rect().contains(toast.geometry())
    assert window.edit.hasFocus()
    assert "Karcis A-024 dicetak." in caplog.text
    qtbot.mouseClick(toast, Qt.MouseButton.LeftButton)
    assert not toast.isVisible()


def test_a_long_toast_wraps_within_the_window(notify: Notify, window: Window) -> None:
    notify.attach(window)
    notify.toast("kata yang panjang " * 20, Tone.WARN)
    toast = toast_of(window)
    assert window.rect().contains(toast.geometry())
    assert toast.height() > 2 * toast.fontMetrics().height()


def test_a_refusal_is_told_in_the_language_of_the_window(window: Window) -> None:
    for language, word in (("id", "ditutup"), ("en", "closing")):
        notify = Notify(language)
        notify.attach(window)
        notify.refuse(Refused("program_closing"))
        assert word in notify.last().lower()
    assert Notify("id").last() == ""


def test_enter_says_yes_and_escape_says_no(qtbot, notify: Notify, window: Window) -> None:
    said: list[str] = []
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        question = notify.ask(
            window,
            "Tutup hari?",
            "",
            yes="Tutup",
            then=lambda: said.append("yes"),
            otherwise=lambda: said.append("no"),
        )
        qtbot.waitUntil(lambda question=question: question.yes.hasFocus())
        QTest.keyClick(QApplication.focusWidget(), key)
    assert said == ["yes", "no"]


def test_enter_does_not_take_away_what_cannot_be_brought_back(qtbot, notify: Notify, window: Window) -> None:
    said: list[str] = []
    question = notify.ask(
        window, "Batalkan?", "A-024", yes="Batalkan", danger=True, then=lambda: said.append("yes")
    )
    qtbot.waitUntil(question.no.hasFocus)
    QTest.keyClick(question.no, Qt.Key.Key_Return)
    assert said == []


def test_the_keyboard_is_back_where_it_was_after_a_question(qtbot, notify: Notify, window: Window) -> None:
    question = notify.ask(window, "Tutup hari?", "", yes="Tutup", then=lambda: None)
    qtbot.waitUntil(question.yes.hasFocus)
    question.reject()
    qtbot.waitUntil(window.edit.hasFocus)


def test_a_reason_is_chosen_by_its_digit(qtbot, notify: Notify, window: Window) -> None:
    said: list[tuple[str, str]] = []
    question = notify.ask_reason(window, "Mengapa?", REASONS, then=lambda *answer: said.append(answer))
    qtbot.waitUntil(lambda: question.isAncestorOf(QApplication.focusWidget() or window))
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_2)
    assert said == [("officer", "")]
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)


def test_a_reason_with_a_note_waits_for_the_note(qtbot, notify: Notify, window: Window) -> None:
    said: list[tuple[str, str]] = []
    question = notify.ask_reason(
        window, "Mengapa?", REASONS, note="Catatan", then=lambda *answer: said.append(answer)
    )
    qtbot.waitUntil(lambda: question.isAncestorOf(QApplication.focusWidget() or window))
    assert not question.yes.isEnabled()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_1)
    assert said == []
    QTest.keyClicks(QApplication.focusWidget(), "loket 2")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert said == [("service", "loket 2")]


def test_no_reason_is_given_by_escape(qtbot, notify: Notify, window: Window) -> None:
    said: list[object] = []
    question = notify.ask_reason(window, "Mengapa?", REASONS, then=lambda *answer: said.append(answer))
    qtbot.waitUntil(lambda: question.isAncestorOf(QApplication.focusWidget() or window))
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
    assert said == []


def test_a_choice_that_closes_leaves_the_keyboard_to_no_other_choice(
    qtbot, notify: Notify, window: Window
) -> None:
    said: list[object] = []
    question = notify.ask_reason(window, "Mengapa?", REASONS, then=lambda *answer: said.append(answer))
    question.begin_at(["service"])
    qtbot.waitUntil(lambda: question.isAncestorOf(QApplication.focusWidget() or window))
    question.close_choices(["service"])
    QTest.keyClick(QApplication.focusWidget() or question, Qt.Key.Key_Return)
    assert said == []
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert said == [("officer", "")]
