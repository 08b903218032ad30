"""The security desk as a person works it: keys, a scanner, a mouse that clicks twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QPdfWriter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel

from app.devices.connection import PrinterSetting
from app.domain.tickets import Ticket
from app.services.doubles import put_back
from app.services.numbers import doubt
from app.services.persons import Signed
from app.services.services import Services
from app.ui.background import Background
from app.ui.context import Context
from app.ui.moment import HELD_MS, MOMENT_MS
from app.ui.notify import Notify
from app.ui.page_area import PageArea
from app.ui.pages.desk import DeskPage
from app.ui.pages.desk_choice import BURST_MS
from app.ui.pages.paper_window import PaperWindow
from app.ui.widgets import Button
from tests.houses import NIK, House, make_branch
from tests.unit.services.test_doubles import OTHER, doubled


class Desk:
    """The page with somebody at it, on a real branch file."""

    def __init__(self, qtbot, house: House, background: Background, notify: Notify, role: str) -> None:
        self.qtbot, self.house, self.notify = qtbot, house, notify
        self.services = Services(house.office)
        person = house.office.branch().person(house[role])
        signed = Signed(id=person.id, name=person.name, title="", roles=person.roles, places=())
        context = Context(self.services, background, notify, signed, lambda *_: None)
        self.page = DeskPage(context)
        self.area = PageArea(self.page)
        qtbot.addWidget(self.area)
        self.area.resize(1188, 614)
        with qtbot.waitActive(self.area):
            self.area.show()
            self.area.activateWindow()
        self.page.refresh()
        qtbot.waitUntil(lambda: self.page.presenter.desk is not None)
        QApplication.processEvents()  # cards made a moment ago are laid out, and hear their keys

    def key(self, *keys: Qt.Key) -> None:
        for key in keys:
            QTest.keyClick(QApplication.focusWidget() or self.page, key)
            QApplication.processEvents()

    def tickets(self) -> tuple[Ticket, ...]:
        return self.services.desk.all_of_day()

    def until(self, count: int) -> None:
        """Until so many tickets are there and the page shows the last one."""
        labels = {each.label for each in self.tickets()}
        self.qtbot.waitUntil(lambda: len(self.tickets()) == count)
        labels = {each.label for each in self.tickets()}
        self.qtbot.waitUntil(lambda: self.page.paper.label() in labels and not self.page.presenter.chosen)

    def finger(self, *keys: Qt.Key) -> None:
        """Keys as a finger presses them, not a scanner."""
        for key in keys:
            self.key(key)
            self.qtbot.wait(BURST_MS * 2)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = make_branch(tmp_path)
    yield made
    made.close()


@pytest.fixture
def desk(qtbot, house: House, background: Background, notify: Notify) -> Iterator[Desk]:
    house.open_day()
    made = Desk(qtbot, house, background, notify, "security_desk")
    yield made
    background.close()
    made.services.printing.close()


def focused() -> object:
    return QApplication.focusWidget()


# ------------------------------------------------------------------------------------------------ the ordinary ticket


def test_two_keys_give_a_ticket_and_the_keyboard_goes_back_to_the_cards(desk: Desk) -> None:
    desk.key(Qt.Key.Key_F1)
    assert desk.page.precheck.isVisible()
    desk.key(Qt.Key.Key_Return)
    desk.until(1)
    assert desk.page.paper.label() == "A-001"
    assert desk.page.paper.isVisible()
    assert focused() is desk.page.grid.cards["jht"]


def test_the_same_key_twice_is_enough(desk: Desk) -> None:
    desk.key(Qt.Key.Key_F5, Qt.Key.Key_F5)
    desk.until(1)
    assert desk.page.paper.label() == "M-001"


def test_the_next_person_is_not_kept_waiting(desk: Desk) -> None:
    for number in range(1, 7):
        desk.key(Qt.Key.Key_F2, Qt.Key.Key_F2)
        desk.until(number)
        desk.house.clock.pass_ms(HELD_MS)
    desk.until(6)
    assert desk.page.paper.label() == "H-006"


@pytest.mark.qt_log_ignore("not accepted by receiving widget", extend=True)
def test_a_double_click_on_print_gives_one_ticket_and_no_copy(desk: Desk) -> None:
    desk.key(Qt.Key.Key_F1)
    button = desk.page.precheck.print_button
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    desk.until(1)
    for under in (desk.page.reprint, desk.page.enlarge):  # what stands there when the second click comes
        QTest.mouseDClick(under, Qt.MouseButton.LeftButton)
        QTest.mouseRelease(under, Qt.MouseButton.LeftButton)
    desk.qtbot.wait(100)
    assert [each.copies for each in desk.tickets()] == [0]
    assert not desk.page.large.isVisible()
    QTest.mouseClick(desk.page.enlarge, Qt.MouseButton.LeftButton)
    assert desk.page.large.isVisible()  # a click that is meant still counts


def test_esc_leaves_the_choice_and_nothing_is_issued(desk: Desk) -> None:
    desk.key(Qt.Key.Key_F1, Qt.Key.Key_Escape)
    assert not desk.page.precheck.isVisible()
    assert focused() is desk.page.grid.cards["jht"]
    assert desk.tickets() == ()


# ------------------------------------------------------------------------------------------------ papers, identity


def test_digits_mark_what_is_missing(desk: Desk) -> None:
    desk.key(Qt.Key.Key_F1)
    desk.finger(Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_3)
    assert [each.isChecked() for each in desk.page.precheck.papers[:3]] == [False, True, False]
    desk.key(Qt.Key.Key_Return)
    desk.until(1)
    assert desk.tickets()[0].missing == ("id_card",)


def test_a_digit_right_before_enter_is_not_lost(desk: Desk) -> None:
    desk.key(Qt.Key.Key_F1, Qt.Key.Key_2, Qt.Key.Key_Return)
    desk.until(1)
    assert desk.tickets()[0].missing == ("id_card",)


def test_a_scanned_nik_marks_nothing_prints_nothing_and_keeps_four_digits(desk: Desk) -> None:
    desk.key(Qt.Key.Key_F1)
    QTest.keyClicks(focused(), NIK)
    desk.key(Qt.Key.Key_Return)  # the scanner's own Enter
    desk.qtbot.wait(BURST_MS * 2)
    assert desk.page.precheck.nik.text() == NIK[-4:]
    assert not any(each.isChecked() for each in desk.page.precheck.papers)
    assert desk.tickets() == ()
    desk.key(Qt.Key.Key_Return)
    desk.until(1)
    assert (desk.tickets()[0].last4, desk.tickets()[0].missing) == (NIK[-4:], ())


def test_a_nik_scanned_into_the_field_keeps_four_digits_too(desk: Desk) -> None:
    desk.key(Qt.Key.Key_F1, Qt.Key.Key_N)
    assert focused() is desk.page.precheck.nik
    QTest.keyClicks(focused(), NIK)
    desk.key(Qt.Key.Key_Return)
    assert desk.page.precheck.nik.text() == NIK[-4:]
    assert desk.tickets() == ()
    desk.key(Qt.Key.Key_Tab)
    desk.page.precheck.initials.setFocus()
    QTest.keyClicks(focused(), "pc")
    desk.key(Qt.Key.Key_Return)
    desk.until(1)
    assert (desk.tickets()[0].last4, desk.tickets()[0].initials) == (NIK[-4:], "PC")
    assert desk.page.precheck.nik.text() == ""


def test_digits_that_cannot_be_move_nothing_at_the_desk(desk: Desk) -> None:
    desk.key(Qt.Key.Key_F1, Qt.Key.Key_N)
    precheck = desk.page.precheck
    parts = (precheck.nik, precheck.initials, precheck.print_button)
    before = [each.mapTo(desk.page, each.pos()).toTuple() for each in parts]
    QTest.keyClicks(focused(), "12")
    precheck.initials.setFocus()
    QApplication.processEvents()
    assert "4 angka terakhir" in precheck.nik.accessibleDescription()
    assert [each.mapTo(desk.page, each.pos()).toTuple() for each in parts] == before


def test_a_refresh_keeps_the_keyboard_and_what_is_typed(desk: Desk) -> None:
    desk.key(Qt.Key.Key_F1, Qt.Key.Key_N)
    QTest.keyClicks(focused(), "00")
    desk.house.desk.issue(desk.house["security_desk"], "jp")
    desk.page.refresh()
    desk.qtbot.waitUntil(lambda: desk.page.paper.label() == "H-001")
    assert focused() is desk.page.precheck.nik
    assert desk.page.precheck.nik.text() == "00"


def test_priority_is_one_key_and_a_digit(desk: Desk) -> None:
    desk.key(Qt.Key.Key_F1)
    desk.key(Qt.Key.Key_P, Qt.Key.Key_3)
    assert focused() is desk.page.precheck.print_button
    desk.key(Qt.Key.Key_Return)
    desk.until(1)
    assert desk.tickets()[0].priority == "pregnant"
    assert desk.page.priority.choice is not None
    assert desk.page.priority.choice.value() == ""


# ------------------------------------------------------------------------------------------------ the last ticket


def test_del_takes_a_wrong_number_back(desk: Desk) -> None:
    desk.key(Qt.Key.Key_F1, Qt.Key.Key_F1)
    desk.until(1)
    assert desk.page.void_bar.button.isVisible()
    desk.key(Qt.Key.Key_Delete)
    desk.qtbot.waitUntil(lambda: desk.tickets()[0].leg.outcome == "voided")
    desk.qtbot.waitUntil(lambda: not desk.page.void_bar.button.isVisible())
    assert "A-001" in desk.notify.last()
    assert desk.page.print_state.text() == "dibatalkan"


def test_del_reaches_the_last_number_while_the_next_person_is_chosen(desk: Desk) -> None:
    desk.key(Qt.Key.Key_F1, Qt.Key.Key_F1)
    desk.until(1)
    desk.key(Qt.Key.Key_F2, Qt.Key.Key_Delete)
    desk.qtbot.waitUntil(lambda: desk.tickets()[0].leg.outcome == "voided")
    assert desk.page.precheck.isVisible()


def test_after_ten_seconds_the_bar_is_gone(desk: Desk) -> None:
    desk.key(Qt.Key.Key_F1, Qt.Key.Key_F1)
    desk.until(1)
    desk.house.clock.pass_seconds(10)
    desk.qtbot.waitUntil(lambda: not desk.page.void_bar.button.isVisible())
    desk.key(Qt.Key.Key_Delete)
    desk.qtbot.wait(50)
    assert desk.tickets()[0].state == "waiting"


def test_cancelling_asks_for_a_reason_by_its_digit(desk: Desk) -> None:
    desk.key(Qt.Key.Key_F1, Qt.Key.Key_F1)
    desk.until(1)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F10, Qt.KeyboardModifier.ControlModifier)
    question = desk.area.findChild(QDialog)
    assert question is not None
    QTest.keyClick(question, Qt.Key.Key_1)
    desk.qtbot.waitUntil(lambda: desk.tickets()[0].leg.outcome == "cancelled")
    assert desk.tickets()[0].leg.detail == "visitor_left"
    desk.qtbot.waitUntil(lambda: not desk.page.cancel.isEnabled())


def test_the_label_is_shown_large_and_a_service_key_goes_on(desk: Desk) -> None:
    desk.key(Qt.Key.Key_F1, Qt.Key.Key_F1)
    desk.until(1)
    desk.key(Qt.Key.Key_F11)
    assert desk.page.large.isVisible()
    desk.key(Qt.Key.Key_F2)
    assert not desk.page.large.isVisible()
    assert desk.page.precheck.isVisible()
    desk.key(Qt.Key.Key_Escape, Qt.Key.Key_F11, Qt.Key.Key_Escape)
    assert not desk.page.large.isVisible()


def test_a_number_that_was_taken_back_is_not_shown_large(desk: Desk) -> None:
    desk.key(Qt.Key.Key_F1, Qt.Key.Key_F1)
    desk.until(1)
    desk.key(Qt.Key.Key_F11)
    assert desk.page.large.isVisible()
    desk.key(Qt.Key.Key_Delete)
    desk.qtbot.waitUntil(lambda: desk.tickets()[0].leg.outcome == "voided")
    desk.qtbot.waitUntil(lambda: not desk.page.large.isVisible())
    desk.qtbot.waitUntil(lambda: desk.page.print_state.text() == "dibatalkan")
    desk.key(Qt.Key.Key_F11)
    assert not desk.page.large.isVisible()
    assert "A-001 sudah dibatalkan" in desk.notify.last()


def test_paper_comes_out_by_itself(desk: Desk, tmp_path: Path) -> None:
    paper = tmp_path / "printer"
    paper.touch()
    desk.services.printing.choose(PrinterSetting(kind="file", address=str(paper)))
    desk.key(Qt.Key.Key_F1, Qt.Key.Key_F1)
    desk.until(1)
    desk.qtbot.waitUntil(lambda: desk.page.print_state.text() == "dicetak", timeout=10_000)
    assert b"A-001" in paper.read_bytes()
    assert not desk.page.print_notice.isVisible()


def test_one_key_prints_the_paper_of_somebody_who_was_put_back(desk: Desk, tmp_path: Path) -> None:
    doubled(desk.house)
    back = put_back(desk.house.office, desk.house["service_supervisor"], OTHER)
    paper = tmp_path / "printer"
    paper.touch()
    desk.services.printing.choose(PrinterSetting(kind="file", address=str(paper)))
    assert not desk.page.notice.isVisible()
    desk.page.refresh()
    desk.qtbot.waitUntil(desk.page.notice.isVisible)
    assert desk.page.notice.text().startswith(back.label)
    QApplication.processEvents()
    assert desk.page.height() <= 614  # the notice pushes nothing out of the smallest screen
    desk.key(Qt.Key.Key_C)
    desk.qtbot.waitUntil(lambda: desk.page.print_state.text() == "dicetak", timeout=10_000)
    desk.page.refresh()
    desk.qtbot.waitUntil(lambda: not desk.page.notice.isVisible())
    assert desk.page.paper.label() == back.label
    assert back.label.encode() in paper.read_bytes()


def test_a_ticket_for_the_office_printer_is_shown_and_printed_here(desk: Desk, tmp_path: Path) -> None:
    desk.key(Qt.Key.Key_F1, Qt.Key.Key_F1)
    desk.until(1)
    QTest.keyClick(desk.page, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    found: list[PaperWindow] = []
    desk.qtbot.waitUntil(lambda: bool(found.extend(desk.area.findChildren(PaperWindow)) or found))
    window = found[0]
    desk.qtbot.waitUntil(lambda: window.paper.document is not None and window.paper.document.pageCount() == 1)
    assert window.windowTitle() == "Karcis A-001"
    assert focused() is window.print_button
    assert window.paper.print_to(QPdfWriter(str(tmp_path / "cetakan.pdf"))) == 1
    QTest.keyClick(window, Qt.Key.Key_Escape)


def test_a_paper_that_nobody_has_marked_is_neither_here_nor_missing(desk: Desk) -> None:
    desk.key(Qt.Key.Key_F1)
    shown = [each for each in desk.page.precheck.papers if each.isVisible()]
    assert {each.accessibleDescription() for each in shown} == {"belum ditandai"}
    desk.finger(Qt.Key.Key_2)
    assert [each.accessibleDescription() for each in shown[:2]] == ["belum ditandai", "belum ada"]


def test_a_silent_printer_is_a_banner_and_no_obstacle(desk: Desk) -> None:
    desk.key(Qt.Key.Key_F1, Qt.Key.Key_F1)
    desk.until(1)
    desk.qtbot.waitUntil(lambda: desk.page.print_state.text() == "salin nomor ini")
    desk.page.presenter.print_ended(desk.tickets()[0].id, False, "printer_no_paper")
    assert desk.page.print_notice.isVisible()
    assert "A-001" in desk.page.print_notice.text()
    desk.key(Qt.Key.Key_F2, Qt.Key.Key_F2)
    desk.until(2)
    assert not desk.page.print_notice.isVisible()


def test_a_page_that_is_gone_is_told_nothing(desk: Desk) -> None:
    listeners = desk.services.printing._listeners
    assert len(listeners) == 1
    desk.area.takeWidget().deleteLater()
    desk.qtbot.waitUntil(lambda: not listeners)


# ------------------------------------------------------------------------------------------------ quota, opening


def test_a_full_disk_stops_new_numbers_in_words(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.house.office, "free_disk", lambda: 100 << 20)
    desk.page.refresh()
    desk.qtbot.waitUntil(desk.page.notice.isVisible)
    assert "hampir penuh" in desk.page.notice.text()
    assert not desk.page.grid.cards["jht"].isEnabled()
    monkeypatch.undo()
    desk.page.refresh()
    desk.qtbot.waitUntil(lambda: not desk.page.notice.isVisible())
    desk.key(Qt.Key.Key_F1, Qt.Key.Key_F1)
    desk.until(1)


def test_a_used_up_card_says_so_and_counts_who_goes(desk: Desk) -> None:
    quota = desk.house.office.rules().service("jkm").daily_quota
    for _ in range(quota or 0):
        desk.house.desk.issue(desk.house["security_desk"], "jkm")
    desk.page.refresh()
    card = desk.page.grid.cards["jkm"]
    desk.qtbot.waitUntil(lambda: "habis" in card.accessibleDescription())
    desk.key(Qt.Key.Key_F3)
    assert desk.page.quota.isVisible()
    assert not desk.page.quota.raise_button.isVisible()
    desk.key(Qt.Key.Key_Return)
    desk.qtbot.waitUntil(lambda: "tanpa karcis" in desk.notify.last())
    day = desk.house.office.latest_day()
    assert day is not None
    assert day.turned == {"jkm": 1}


def test_a_supervisor_gives_more_with_a_reason(
    qtbot, house: House, background: Background, notify: Notify
) -> None:
    house.open_day()
    for _ in range(house.office.rules().service("jkm").daily_quota or 0):
        house.desk.issue(house["security_desk"], "jkm")
    desk = Desk(qtbot, house, background, notify, "service_supervisor")
    desk.key(Qt.Key.Key_F3)
    quota = desk.page.quota
    QTest.mouseClick(quota.raise_button, Qt.MouseButton.LeftButton)
    assert focused() is quota.reason  # a reason is wanted first
    QTest.keyClicks(focused(), "ahli waris dari jauh")
    QTest.keyClick(focused(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(desk.page.precheck.isVisible)
    desk.key(Qt.Key.Key_Return)
    desk.until(16)
    assert desk.page.paper.label() == "K-016"


def test_the_first_person_opens_the_day_with_the_number_on_the_paper(
    qtbot, house: House, background: Background, notify: Notify
) -> None:
    desk = Desk(qtbot, house, background, notify, "security_desk")
    qtbot.waitUntil(desk.page.opening.isVisible)
    first = desk.page.opening.rows[0]
    assert (first.prefix, first.spin.value()) == ("A", 1)
    first.spin.setFocus()
    first.spin.selectAll()
    QTest.keyClicks(first.spin, "57")
    desk.page.refresh()
    qtbot.wait(50)
    assert first.spin.value() == 57  # a refresh does not take it away
    desk.key(Qt.Key.Key_Return)
    qtbot.waitUntil(desk.page.grid.isVisible)
    assert focused() is desk.page.grid.cards["jht"]
    desk.key(Qt.Key.Key_F1, Qt.Key.Key_F1)
    desk.until(1)
    assert desk.page.paper.label() == "A-057"


def test_enter_hammered_opens_the_day_and_gives_no_number(
    qtbot, house: House, background: Background, notify: Notify
) -> None:
    desk = Desk(qtbot, house, background, notify, "security_desk")
    qtbot.waitUntil(desk.page.opening.isVisible)
    desk.key(Qt.Key.Key_Return)
    qtbot.waitUntil(desk.page.grid.isVisible)
    desk.key(*[Qt.Key.Key_Return] * 5)
    qtbot.wait(50)
    assert desk.page.presenter.chosen == ""
    assert desk.tickets() == ()
    house.clock.pass_ms(MOMENT_MS)
    desk.key(Qt.Key.Key_Return)
    assert desk.page.presenter.chosen == "jht"


def test_enter_hammered_on_print_gives_one_number(desk: Desk) -> None:
    desk.key(Qt.Key.Key_F1, Qt.Key.Key_Return)
    desk.until(1)
    desk.key(*[Qt.Key.Key_Return] * 3)
    desk.qtbot.wait(50)
    assert desk.page.presenter.chosen == ""
    assert len(desk.tickets()) == 1
    desk.key(Qt.Key.Key_F2, Qt.Key.Key_Return)  # a service's own key waits for nothing
    desk.until(2)


def hold(desk: Desk, key: Qt.Key, *, flagged: bool) -> None:
    """Two seconds as the platform tells them: repetitions by name, or presses and releases like any others."""
    for number in range(60):
        held = QApplication.focusWidget() or desk.page
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, "", flagged and number > 0)
            if flagged:
                QApplication.sendEvent(held, event)
        if not flagged:
            QTest.keyClick(held, key)
        desk.house.clock.pass_ms(33)
        desk.qtbot.wait(1)


@pytest.mark.parametrize("flagged", [True, False])
@pytest.mark.parametrize("key", [Qt.Key.Key_F5, Qt.Key.Key_Return])
def test_a_key_that_is_held_down_gives_one_number_at_most(desk: Desk, key: Qt.Key, flagged: bool) -> None:
    desk.key(Qt.Key.Key_F5)
    hold(desk, key, flagged=flagged)
    desk.qtbot.wait(100)
    assert len(desk.tickets()) <= 1
    desk.house.clock.pass_ms(HELD_MS)
    before = len(desk.tickets())
    desk.page.presenter.leave_choice()
    desk.key(Qt.Key.Key_F5, Qt.Key.Key_F5)  # a press of its own gives one again
    desk.until(before + 1)


def test_who_does_not_know_gets_a_mark(qtbot, house: House, background: Background, notify: Notify) -> None:
    desk = Desk(qtbot, house, background, notify, "security_desk")
    qtbot.waitUntil(desk.page.opening.isVisible)
    desk.key(Qt.Key.Key_F2)
    qtbot.waitUntil(desk.page.grid.isVisible)
    assert "tanda" in notify.last()


# ------------------------------------------------------------------------------------------------ the room there is


@pytest.mark.parametrize("service", ["jht", "jp", "jkm", "jkk", "info", "company", "complaint"])
def test_everything_fits_the_smallest_screen(desk: Desk, service: str) -> None:
    desk.page.grid.cards[service].click()
    QApplication.processEvents()
    assert desk.page.size().width() <= 1188
    assert desk.page.size().height() <= 614
    for button in desk.page.findChildren(Button):
        if button.isVisible():
            assert button.width() >= button.minimumSizeHint().width(), button.words()


def test_a_long_wait_is_told_in_half_hours_and_not_cut(desk: Desk) -> None:
    card = desk.page.grid.cards["jht"]
    told = [card._roughly(minutes) for minutes in (0, 24, 119, 120, 121, 231)]
    assert told == ["0 mnt", "24 mnt", "119 mnt", "2 jam", "2,5 jam", "4 jam"]


def test_large_text_is_scrolled_downwards_and_not_sideways(desk: Desk) -> None:
    desk.area.resize(760, 614)
    QApplication.processEvents()
    places = {card.pos().x() for card in desk.page.grid.cards.values()}
    assert len(places) < 4
    assert all(card.width() >= card.minimumSizeHint().width() for card in desk.page.grid.cards.values())


def test_every_service_bears_its_key(desk: Desk) -> None:
    shown = {code: card.toolTip() for code, card in desk.page.grid.cards.items()}
    assert [tip.rpartition("(")[2] for tip in shown.values()] == [f"F{n})" for n in range(1, 8)]


def test_after_a_start_one_key_agrees_with_the_paper(qtbot, house, background, notify) -> None:
    """The day is open already; Enter says that the numbers shown are those after the last paper ticket."""
    house.open_day()
    given = house.desk.issue(house["security_desk"], "info")
    with house.office.store.writing() as connection:
        doubt(connection)
    desk = Desk(qtbot, house, background, notify, "security_desk")
    look = desk.page.presenter.desk
    assert look is not None
    assert look.board.asks_again
    assert next(each.number for each in look.numbers if each.prefix == given.prefix) == given.number + 1
    shown = [each.text() for each in desk.page.findChildren(QLabel) if each.isVisible()]
    assert "Program dimulai lagi saat hari layanan terbuka" in shown
    desk.key(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.services.desk.board().day != "")
    assert house.desk.issue(house["security_desk"], "info").number == given.number + 1
