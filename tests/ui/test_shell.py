"""The window around the pages as a person drives it: keys, focus, lock, idleness, small screens."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.navigation import SideBar
from app.ui.notify import Notify
from app.ui.shell import PageSpec, Shell
from app.ui.theme import Tone
from app.ui.widgets import Label

MORNING = 1_795_146_120_000  # Friday 20 November 2026, 10.42 WIB


class Page(QWidget):
    """A page with two edits that counts how often it is read anew."""

    def __init__(self, title: str = "", interests: set[str] | None = None) -> None:
        super().__init__()
        self.page_title = title
        if interests is not None:
            self.interests = interests
        self.refreshed = 0
        self.first, self.second = QLineEdit(), QLineEdit()
        column = QVBoxLayout(self)
        column.addWidget(self.first)
        column.addWidget(self.second)

    def refresh(self) -> None:
        self.refreshed += 1


def specs(built: list[str]) -> list[PageSpec]:
    def build(code: str, interests: set[str] | None = None) -> Page:
        built.append(code)
        return Page(code.capitalize(), interests)

    return [
        PageSpec("desk", "Karcis", "ticket", lambda: build("desk")),
        PageSpec("queue", "Antrean", "list-ordered", lambda: build("queue", {"tickets"})),
        PageSpec("find", "Cari", "search", lambda: build("find"), key="Ctrl+K"),
    ]


def made(qtbot, *, idle_seconds: float = 120) -> Shell:
    shell = Shell(idle_seconds=idle_seconds)
    qtbot.addWidget(shell)
    shell.set_branch("Kantor Cabang Medan Utara", "WIB", lambda: MORNING)
    shell.set_person("Petugas 3", "Customer Service Officer")
    shell.resize(1280, 680)
    with qtbot.waitActive(shell):
        shell.show()
        shell.activateWindow()
    return shell


@pytest.fixture
def built() -> list[str]:
    return []


@pytest.fixture
def shell(qtbot, built: list[str]) -> Shell:
    window = made(qtbot)
    window.set_pages(specs(built))
    return window


def page_of(shell: Shell) -> Page:
    page = shell.page()
    assert isinstance(page, Page)
    return page


def test_a_page_is_built_when_it_is_first_shown_and_once(shell: Shell, built: list[str]) -> None:
    assert built == ["desk"]
    shell.go("queue")
    shell.go("desk")
    shell.go("queue")
    assert built == ["desk", "queue"]
    assert page_of(shell).refreshed == 2


def test_alt_and_a_digit_and_the_pages_own_key_open_pages(shell: Shell) -> None:
    QTest.keyClick(shell, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert shell.code() == "queue"
    assert shell.bar.button("queue").isChecked()
    QTest.keyClick(shell, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert shell.code() == "find"
    assert not shell.bar.button("queue").isChecked()


def test_the_bar_is_clicked(shell: Shell, qtbot) -> None:
    with qtbot.waitSignal(shell.page_shown) as told:
        qtbot.mouseClick(shell.bar.button("find"), Qt.MouseButton.LeftButton)
    assert told.args == ["find"]


def test_the_keyboard_is_where_it_was_on_each_page(shell: Shell) -> None:
    page_of(shell).second.setFocus()
    shell.go("queue")
    assert page_of(shell).first.hasFocus(), "a new page has its keyboard in the first field"
    shell.go("desk")
    assert page_of(shell).second.hasFocus()


def test_a_page_that_knows_what_it_has_read_is_told_of_a_change_and_decides(shell: Shell) -> None:
    page, told = page_of(shell), []
    before = page.refreshed
    page.look_again = lambda: told.append("change")  # type: ignore[attr-defined]
    shell.changed({"ticket"})
    assert (told, page.refreshed) == (["change"], before)


def test_only_the_visible_page_reads_anew_and_only_what_it_shows(shell: Shell) -> None:
    desk = page_of(shell)
    shell.go("queue")
    before = desk.refreshed
    shell.changed({"claims"})
    assert page_of(shell).refreshed == 1
    shell.changed({"claims", "tickets"})
    assert page_of(shell).refreshed == 2
    assert desk.refreshed == before


def test_a_page_this_person_has_not_is_not_opened(shell: Shell) -> None:
    assert shell.go("finance") is None
    assert shell.code() == "desk"


def test_other_pages_replace_the_former(qtbot, shell: Shell, built: list[str]) -> None:
    shell.set_pages(specs(built)[1:], first="find")
    assert shell.code() == "find"
    assert shell.go("desk") is None
    qtbot.waitUntil(shell.bar.button("queue").isVisible)
    QTest.keyClick(shell, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert shell.code() == "queue"
    shell.set_pages([])
    assert shell.page() is None


def test_the_top_bar_says_page_branch_day_time_and_person(shell: Shell) -> None:
    assert shell.top.title() == "Desk"
    assert shell.top.subtitle() == "Kantor Cabang Medan Utara · Jumat, 20 November 2026"
    assert shell.top.clock.text() == "10.42"
    assert shell.top.person() == "Petugas 3"
    shell.set_heading("Loket 3", "istirahat")
    assert (shell.top.title(), shell.top.subtitle()) == ("Loket 3", "istirahat")


def test_the_status_is_always_in_sight(shell: Shell) -> None:
    shell.set_status(Tone.GOOD, "hard-drive", "Tersimpan di komputer ini")
    assert shell.top.status.isVisible()
    assert shell.top.status.accessibleName() == "Tersimpan di komputer ini"
    assert shell.top.status.tone() is Tone.GOOD


def test_the_lock_covers_all_and_goes_back_to_where_one_was(shell: Shell, qtbot) -> None:
    page_of(shell).second.setFocus()
    with qtbot.waitSignal(shell.lock_requested):
        QTest.keyClick(shell, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert shell.is_locked()
    assert not page_of(shell).isVisible()
    assert shell.lock_screen.secret.hasFocus()
    with qtbot.waitSignal(shell.unlock_requested) as told:
        QTest.keyClicks(shell.lock_screen.secret, "271828")
        QTest.keyClick(shell.lock_screen.secret, Qt.Key.Key_Return)
    assert told.args == ["271828"]
    shell.unlock()
    assert not shell.is_locked()
    assert page_of(shell).second.hasFocus()


def test_a_locked_window_opens_no_page(shell: Shell) -> None:
    shell.lock()
    QTest.keyClick(shell, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert shell.code() == "desk"


def test_a_wrong_pin_is_said_and_may_be_typed_again(shell: Shell, qtbot) -> None:
    shell.lock()
    QTest.keyClicks(shell.lock_screen.secret, "111111")
    qtbot.mouseClick(shell.lock_screen.open_button, Qt.MouseButton.LeftButton)
    assert not shell.lock_screen.open_button.isEnabled(), "a second click asks nothing"
    shell.lock_failed("PIN salah. Tersisa 3 kali coba.")
    assert shell.lock_screen.finding() == "PIN salah. Tersisa 3 kali coba."
    assert shell.lock_screen.secret.text() == ""
    assert shell.lock_screen.secret.hasFocus()
    assert shell.is_locked()


def test_another_person_may_come_while_it_is_locked(shell: Shell, qtbot) -> None:
    shell.lock()
    with qtbot.waitSignal(shell.switch_requested):
        QTest.keyClick(shell, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)


def test_nobody_signed_in_means_nothing_to_lock(shell: Shell) -> None:
    shell.set_person("", "")
    shell.lock()
    assert not shell.is_locked()


def test_an_open_question_is_answered_with_no_when_the_window_locks(shell: Shell, notify: Notify) -> None:
    said: list[str] = []
    notify.ask(
        shell, "Tutup?", "", yes="Ya", then=lambda: said.append("yes"), otherwise=lambda: said.append("no")
    )
    shell.lock()
    assert said == ["no"]
    assert shell.is_locked()


def test_it_locks_itself_when_nobody_touches_it(qtbot, built: list[str]) -> None:
    shell = made(qtbot, idle_seconds=0.2)
    shell.set_pages(specs(built))
    with qtbot.waitSignal(shell.idle, timeout=20_000):
        pass
    assert shell.is_locked()


def test_typing_keeps_it_open(qtbot, built: list[str]) -> None:
    shell = made(qtbot, idle_seconds=3.0)
    shell.set_pages(specs(built))
    for _ in range(8):
        QTest.keyClick(page_of(shell).first, Qt.Key.Key_A)
        qtbot.wait(500)
    assert not shell.is_locked()


@pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen cannot raise a menu
def test_the_menu_of_the_person_opens_from_the_keyboard(shell: Shell, qtbot) -> None:
    shell.top.person_button.setFocus()
    QTest.keyClick(shell.top.person_button, Qt.Key.Key_Space)
    qtbot.waitUntil(shell.top.menu.isVisible)
    with qtbot.waitSignal(shell.sign_out_requested):
        shell.top.menu.actions()[-1].trigger()
    shell.top.menu.hide()


def test_a_page_has_the_whole_room_of_a_small_window(shell: Shell) -> None:
    page = page_of(shell)
    assert shell.size().toTuple() == (1280, 680)
    assert page.width() >= 1180
    assert page.height() >= 610


def test_large_text_is_scrolled_to_and_never_makes_the_window_too_large(qtbot, qapp: QApplication) -> None:
    try:
        theme.apply(qapp, "light", 2.0)
        shell = made(qtbot)

        def tall() -> QWidget:
            page = QWidget()
            column = QVBoxLayout(page)
            for number in range(40):
                column.addWidget(Label(f"Baris {number}"))
            page.last = QLineEdit()  # type: ignore[attr-defined]
            column.addWidget(page.last)  # type: ignore[attr-defined]
            return page

        shell.set_pages([PageSpec("tall", "Panjang", "list-ordered", tall)])
        page = shell.page()
        assert page is not None
        assert shell.height() == 680
        assert page.height() > 680
        area = page.parentWidget().parentWidget()
        assert isinstance(area, QScrollArea)
        assert area.verticalScrollBar().maximum() > 0
        assert area.horizontalScrollBar().maximum() == 0, "the bar at the side does not bring one at the foot"
        page.last.setFocus()  # type: ignore[attr-defined]
        qtbot.waitUntil(lambda: page.last.visibleRegion().boundingRect().height() > 0)  # type: ignore[attr-defined]
    finally:
        theme.apply(qapp)


def test_side_and_top_bar_are_away_while_nobody_is_signed_in(shell: Shell) -> None:
    shell.set_chrome(False)
    assert not shell.bar.isVisible()
    assert not shell.top.isVisible()
    shell.set_chrome(True)
    assert shell.bar.isVisible()


def test_the_side_bar_keeps_no_width_from_before_the_window_had_its_size(qtbot) -> None:
    window = QWidget()
    bar = SideBar(window)
    row = QHBoxLayout(window)
    row.addWidget(bar)
    qtbot.addWidget(window)
    bar.set_pages([(str(each), f"Halaman {each}", "users") for each in range(6)])
    window.resize(1366, 768)
    window.show()
    inner = bar.button("0").parentWidget()
    for height in (768, 200, 768):
        window.resize(1366, height)
        qtbot.waitUntil(
            lambda: (
                bar.width() == inner.parentWidget().parentWidget().width()
                and inner.width() == inner.parentWidget().width()
            )
        )
