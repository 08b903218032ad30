"""A counter day by keys alone: from opening the counter to the next number, and what goes wrong on the way."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from app.domain.tickets import CALLED, ENDED, NO_SHOW, PARKED, SERVING, WAITING
from app.services.summary import Summaries
from app.ui.background import Background
from app.ui.dialogs import ReasonQuestion
from app.ui.notify import Notify
from app.ui.pages.case_paper_row import PaperRow
from app.ui.pages.case_question_row import QuestionRow
from app.ui.presenters.counter_state import AT_WORK, BREAK, CALLING, CHOOSE, FREE, NO_DAY, WRAP_UP
from app.ui.widgets import Button
from tests.houses import DAY_MS, House, make_branch
from tests.ui.counter_desk import CTRL, SHIFT, CounterDesk

K = Qt.Key


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = make_branch(tmp_path)
    yield made
    made.close()


@pytest.fixture
def desk(qtbot, house: House, background: Background, notify: Notify) -> Iterator[CounterDesk]:
    """A day with A-001, A-002 and H-001 waiting; nobody sits at a counter."""
    house.open_day()
    for service in ("jht", "jht", "jp"):
        house.desk.issue(house["security_desk"], service)
    made = CounterDesk(qtbot, house, background, notify)
    yield made
    background.close()
    made.close()


def ticket(desk: CounterDesk, label: str):
    return next(each for each in desk.services.desk.all_of_day() if each.label == label)


# ------------------------------------------------------------------------------------------------ the story


def fill_in(desk: CounterDesk) -> None:
    """The form, Enter after Enter."""
    for text in ("Peserta Contoh", "9901011507900001", "15-07-1990", "12345678901", "0812 3456 7890"):
        desk.line(text)
    desk.key(K.Key_1)
    desk.page.workspace.form.fields["bank_name"].line.setFocus()
    for text in ("Bank Contoh", "1234567890", "Peserta Contoh"):
        desk.line(text)


def choose_and_answer(desk: CounterDesk) -> None:
    """Why, and the questions, in the order of the keyboard."""
    desk.key(K.Key_2, CTRL)
    desk.line("mengundurkan")
    desk.line("20000000")
    desk.keys(K.Key_Tab, K.Key_2)
    desk.keys(K.Key_Tab, K.Key_Tab)
    desk.line("01-08-2026")
    desk.keys(K.Key_Tab, K.Key_2)


def check_papers(desk: CounterDesk) -> None:
    """A: fits, original shown; then down to the last paper that is wanted."""
    desk.key(K.Key_2, CTRL)
    while not desk.page.workspace.presenter.look.view.completeness.complete:
        assert isinstance(desk.focused, PaperRow)
        desk.keys(K.Key_A, K.Key_Down)


def talk(desk: CounterDesk) -> None:
    """Face to face, every question fits, the same person."""
    desk.keys(K.Key_3)
    desk.key(K.Key_3, CTRL)
    desk.page.workspace.interview.start_buttons["face_to_face"].setFocus()
    desk.key(K.Key_Return)
    desk.until(lambda: isinstance(QApplication.focusWidget(), QuestionRow))
    for _ in desk.page.workspace.interview.rows:
        desk.key(K.Key_1)
    desk.keys(K.Key_I, K.Key_1)


def test_the_whole_visit_by_keys_alone(desk: CounterDesk) -> None:
    assert desk.state == CHOOSE
    desk.key(K.Key_F2)
    assert desk.state == FREE
    assert desk.house.counters.my_counter(desk.who) == 3
    desk.key(K.Key_F2)
    assert (desk.state, desk.page.ticket.label.text()) == (CALLING, "A-001")
    assert desk.focused is desk.page.ticket.primary
    desk.key(K.Key_Return)
    assert desk.state == AT_WORK
    assert desk.focused is desk.page.workspace.form.fields["name"].line
    fill_in(desk)
    choose_and_answer(desk)
    check_papers(desk)
    talk(desk)
    assert desk.page.workspace.presenter.look.view.blockers == ()
    assert desk.page.workspace.head_part.send.isEnabled()
    desk.key(K.Key_Return, CTRL)
    case = desk.case()
    assert case.stage == "submitted"
    assert case.receipt in desk.notify.last()
    assert case.receipt in desk.page.workspace.head_part.receipt.text()
    assert desk.page.workspace.head_part.receipt.isVisible()
    desk.keys(K.Key_F3, K.Key_1)
    assert ticket(desk, "A-001").leg.detail == "claim_submitted"
    assert (desk.state, desk.page.ticket.label.text()) == (CALLING, "A-002")
    assert desk.focused is desk.page.ticket.primary
    assert desk.page.workspace.case() == ""


def test_what_was_typed_stands_in_the_file(desk: CounterDesk) -> None:
    desk.at_work()
    fill_in(desk)
    assert desk.case().fields == {
        "name": "Peserta Contoh",
        "nik": "9901011507900001",
        "birth_date": "1990-07-15",
        "member_nos": "12345678901",
        "phone": "+6281234567890",
        "sex": "male",
        "bank_name": "Bank Contoh",
        "bank_account": "1234567890",
        "bank_holder": "Peserta Contoh",
    }
    assert desk.services.drafts.of(desk.who, "case", desk.case().id) == {}


# ------------------------------------------------------------------------------------------------ the left half


def test_no_day_says_who_opens_it(qtbot, house: House, background: Background, notify: Notify) -> None:
    desk = CounterDesk(qtbot, house, background, notify)
    assert desk.state == NO_DAY
    assert "belum dibuka" in desk.page.ticket.state.text()
    assert not desk.page.ticket.primary.isVisible()
    background.close()
    desk.close()


def test_a_day_that_was_closed_is_called_closed(
    qtbot, house: House, background: Background, notify: Notify
) -> None:
    house.open_day()
    Summaries(house.office).close_day(house["service_supervisor"], {})
    desk = CounterDesk(qtbot, house, background, notify)
    assert desk.state == NO_DAY
    words = (
        desk.page.ticket.state.text(),
        desk.page.ticket.service.text(),
        desk.page.workspace.empty.accessibleName(),
    )
    assert words[0] == "Hari layanan sudah ditutup"
    assert words[1] == "Pelayanan 20 Nov 2026 selesai"
    assert "sudah ditutup" in words[2]
    house.clock.pass_ms(3 * DAY_MS)  # another day: that one was not opened yet
    desk.page.refresh()
    desk.settle()
    assert desk.page.ticket.state.text() == "Hari layanan belum dibuka"
    background.close()
    desk.close()


def test_a_taken_counter_cannot_be_chosen(
    qtbot, house: House, background: Background, notify: Notify
) -> None:
    house.open_day()
    other = house.add_person("Petugas Lain", "cso")
    house.counters.open(other, 3)
    desk = CounterDesk(qtbot, house, background, notify)
    assert not desk.page.ticket.seats.buttons[3].isEnabled()
    assert "Petugas Lain" in desk.page.ticket.seats.buttons[3].words()
    desk.keys(K.Key_2, K.Key_F2)
    assert desk.house.counters.my_counter(desk.who) == 2
    background.close()
    desk.close()


def test_no_show_is_possible_only_after_three_calls(desk: CounterDesk) -> None:
    desk.keys(K.Key_F2, K.Key_F2)
    desk.key(K.Key_F7, SHIFT)
    assert desk.state == CALLING
    assert not desk.page.ticket.others["no_show"].isEnabled()
    desk.keys(K.Key_F4, K.Key_F4)
    assert desk.page.ticket.others["no_show"].isEnabled()
    desk.key(K.Key_F7, SHIFT)
    assert ticket(desk, "A-001").state == NO_SHOW
    assert desk.state == FREE


def test_a_no_show_comes_back_behind_the_others(desk: CounterDesk) -> None:
    desk.keys(K.Key_F2, K.Key_F2, K.Key_F4, K.Key_F4)
    desk.key(K.Key_F7, SHIFT)
    for _ in range(3):
        desk.key(K.Key_D, CTRL)
    desk.keys(K.Key_Return, K.Key_Return)
    assert ticket(desk, "A-001").state == WAITING
    assert [each.label for each in desk.look.board.waiting] == ["A-002", "H-001", "A-001"]


def test_parked_with_a_reason_and_taken_up_again_with_its_file(desk: CounterDesk) -> None:
    desk.at_work()
    desk.line("Peserta Contoh")
    file = desk.page.workspace.case()
    desk.keys(K.Key_F5, K.Key_2)
    assert ticket(desk, "A-001").state == PARKED
    assert ticket(desk, "A-001").parked_reason == "fetching_document"
    assert (desk.state, desk.page.workspace.case()) == (FREE, "")
    desk.key(K.Key_D, CTRL)
    desk.key(K.Key_D, CTRL)
    desk.key(K.Key_Return)
    assert (desk.state, desk.page.workspace.case()) == (AT_WORK, file)
    assert desk.page.workspace.form.fields["name"].text() == "Peserta Contoh"


def test_out_of_order_needs_a_reason(desk: CounterDesk) -> None:
    desk.key(K.Key_F2)
    desk.key(K.Key_D, CTRL)
    desk.keys(K.Key_Down, K.Key_Down, K.Key_Return)
    assert desk.state == FREE
    desk.key(K.Key_5)
    assert (desk.state, desk.page.ticket.label.text()) == (CALLING, "H-001")
    assert ticket(desk, "H-001").leg.override == "supervisor_order"


def test_a_waiting_line_is_not_called_while_somebody_is_served(desk: CounterDesk) -> None:
    desk.at_work()
    desk.page.queue.table.setFocus()
    desk.key(K.Key_Return)
    assert "A-001" in desk.notify.last()
    assert QApplication.activeModalWidget() is None


def test_transferred_to_a_service_by_four_keys(desk: CounterDesk) -> None:
    desk.at_work()
    desk.keys(K.Key_F6, K.Key_1, K.Key_1, K.Key_2)
    moved = ticket(desk, "A-001")
    assert (moved.state, moved.service, moved.legs[0].note) == (WAITING, "jp", "next_service")


def test_transferred_to_a_counter(desk: CounterDesk) -> None:
    desk.at_work()
    desk.keys(K.Key_F6, K.Key_2, K.Key_1, K.Key_1)
    assert ticket(desk, "A-001").for_counter == 1


def test_wrap_up_then_finish_without_calling(desk: CounterDesk) -> None:
    desk.at_work()
    desk.key(K.Key_F8, SHIFT)
    assert desk.state == WRAP_UP
    desk.key(K.Key_F3, SHIFT)
    desk.key(K.Key_3)
    assert ticket(desk, "A-001").state == ENDED
    assert ticket(desk, "A-001").leg.wrap_up_at is not None
    assert desk.state == FREE


def test_a_key_that_is_held_calls_again_once(desk: CounterDesk) -> None:
    desk.keys(K.Key_F2, K.Key_F2)
    desk.look_at_it()
    for _ in range(20):  # as platforms do that report a held key as many presses and releases
        QTest.keyClick(desk.focused or desk.page, K.Key_F4)
        desk.house.clock.pass_ms(33)
        desk.settle()
    assert ticket(desk, "A-001").leg.calls == 2
    desk.key(K.Key_F4)  # a press of its own
    assert ticket(desk, "A-001").leg.calls == 3


def test_enter_at_a_question_chooses_nothing_by_itself(desk: CounterDesk) -> None:
    desk.at_work()
    desk.key(K.Key_F3)
    desk.keys(K.Key_Return, K.Key_Return)
    assert desk.state == AT_WORK
    desk.keys(K.Key_Down, K.Key_Return)
    assert desk.state != AT_WORK


def test_with_nobody_waiting_the_keyboard_is_on_no_button(desk: CounterDesk) -> None:
    for each in desk.services.desk.all_of_day():
        desk.services.desk.cancel(desk.house["service_supervisor"], each.id, "visitor_left")
    desk.key(K.Key_F2)
    assert desk.state == FREE
    assert not isinstance(desk.focused, QPushButton)
    desk.keys(K.Key_Return, K.Key_Space)
    assert QApplication.activeModalWidget() is None


def test_when_the_queue_runs_empty_the_keyboard_goes_to_no_button(desk: CounterDesk) -> None:
    """Qt hands it to the next one when a button is switched off under it."""
    desk.key(K.Key_F2)
    assert desk.focused is desk.page.ticket.primary
    for each in desk.services.desk.all_of_day():
        desk.services.desk.cancel(desk.house["service_supervisor"], each.id, "visitor_left")
    desk.page.refresh()
    desk.settle()
    assert not desk.page.ticket.primary.isEnabled()
    assert not isinstance(desk.focused, QPushButton)
    desk.keys(K.Key_Return, K.Key_Space)
    assert QApplication.activeModalWidget() is None


def test_tab_goes_from_the_last_field_to_the_lists_before_the_buttons_that_act(desk: CounterDesk) -> None:
    desk.at_work()
    acts = [each for each in desk.page.ticket.stops() if each.isVisible()]
    desk.page.workspace.form.fields["bank_holder"].line.setFocus()
    desk.key(K.Key_Tab)
    assert desk.focused is desk.page.queue.lists.button("waiting")
    passed = []
    while desk.focused not in acts:
        passed.append(desk.focused)
        desk.key(K.Key_Tab)
    assert passed[-1] is desk.page.queue.table
    for act in acts:
        assert desk.focused is act
        desk.key(K.Key_Tab)


def test_escape_at_the_outcome_finishes_nothing(desk: CounterDesk) -> None:
    desk.at_work()
    desk.keys(K.Key_F3, K.Key_Escape)
    assert desk.state == AT_WORK


def test_what_was_finished_in_haste_is_taken_back_by_one_key(desk: CounterDesk) -> None:
    """Also while the next number is being called; the bar runs ten seconds, and nothing moves when it comes or goes."""
    desk.at_work()
    first, place = desk.look.current, desk.page.queue.geometry()
    desk.keys(K.Key_F3, K.Key_2)
    assert (desk.state, desk.look.current.label) == (CALLING, "A-002")
    assert desk.page.ticket.undo.button.text() == "Urungkan 10 d"
    desk.key(K.Key_Z, CTRL)
    assert (desk.state, desk.look.current) == (AT_WORK, first)
    assert [each.label for each in desk.look.board.waiting] == ["A-002", "H-001"]
    assert not desk.page.ticket.undo.isVisible()
    assert desk.page.queue.geometry() == place


def test_after_ten_seconds_nothing_can_be_taken_back(desk: CounterDesk) -> None:
    desk.at_work()
    desk.key(K.Key_F8, SHIFT)
    assert desk.state == WRAP_UP
    assert desk.page.ticket.undo.isVisible()
    desk.house.clock.pass_seconds(10)
    desk.page._tick()
    assert not desk.page.ticket.undo.isVisible()
    desk.key(K.Key_Z, CTRL)
    assert desk.state == WRAP_UP


def test_break_and_back(desk: CounterDesk) -> None:
    desk.keys(K.Key_F2, K.Key_F9, K.Key_1)
    assert desk.state == BREAK
    assert "Istirahat siang" in desk.page.ticket.service.text()
    desk.key(K.Key_F2)
    assert desk.state == FREE


def test_the_counter_is_closed(desk: CounterDesk) -> None:
    desk.key(K.Key_F2)
    desk.key(K.Key_F9, SHIFT)
    assert desk.state == CHOOSE
    assert desk.house.counters.my_counter(desk.who) is None


def test_two_quick_presses_call_once(desk: CounterDesk) -> None:
    desk.key(K.Key_F2)
    desk.look_at_it()
    desk.page.ticket.primary.click()
    desk.page.ticket.primary.click()
    desk.settle()
    assert desk.state == CALLING
    assert ticket(desk, "A-002").state == WAITING


def test_a_key_hammered_calls_and_does_not_confirm(desk: CounterDesk) -> None:
    desk.key(K.Key_F2)
    desk.look_at_it()
    desk.hammer(K.Key_F2, K.Key_F2, K.Key_F2, K.Key_Return, K.Key_Return)
    assert desk.state == CALLING
    assert ticket(desk, "A-001").state == CALLED
    desk.key(K.Key_F2)  # looked at, and meant
    assert desk.state == AT_WORK


def test_a_key_hammered_opens_the_counter_and_calls_nobody(desk: CounterDesk) -> None:
    desk.hammer(K.Key_F2, K.Key_F2, K.Key_F2)
    assert desk.state == FREE
    assert ticket(desk, "A-001").state == WAITING


def test_a_double_click_calls_and_does_not_confirm(desk: CounterDesk) -> None:
    desk.key(K.Key_F2)
    desk.look_at_it()
    for _ in range(2):
        QTest.mouseClick(desk.page.ticket.primary, Qt.MouseButton.LeftButton)
        desk.settle()
    assert desk.state == CALLING


def test_after_an_outcome_enter_hammered_does_not_confirm_the_next_one(desk: CounterDesk) -> None:
    desk.at_work()
    desk.key(K.Key_F3)
    desk.hammer(K.Key_3, K.Key_Return, K.Key_Return)
    assert ticket(desk, "A-001").state == ENDED
    assert ticket(desk, "A-002").state == CALLED


# ------------------------------------------------------------------------------------------------ the outcome


def outcome_rows(desk: CounterDesk) -> dict[str, Button]:
    """What the open question offers, by its words."""
    question = desk.dialog()
    assert isinstance(question, ReasonQuestion)
    return {row.words(): row for row in question.findChildren(Button) if row.words() != "Tidak jadi"}


def test_an_unsent_claim_is_not_called_submitted_by_any_key(desk: CounterDesk) -> None:
    desk.at_work()
    desk.key(K.Key_F3)
    rows = outcome_rows(desk)
    assert [words for words, row in rows.items() if not row.isEnabled()] == ["Klaim diajukan"]
    assert desk.focused is desk.dialog()  # and none of the others is chosen yet
    desk.key(K.Key_1)
    assert ticket(desk, "A-001").state == SERVING
    desk.key(K.Key_2)  # every outcome keeps its digit
    assert ticket(desk, "A-001").leg.detail == "documents_incomplete"


def sent(desk: CounterDesk) -> None:
    """The file of the ticket at the counter lacks nothing and goes to the verifier."""
    house, case = desk.house, desk.page.workspace.case()
    house.complete(case)
    house.hold_interview(case)
    desk.page.refresh()
    desk.settle()
    desk.key(K.Key_Return, CTRL)
    assert desk.case().stage == "submitted"


def test_a_sent_claim_is_called_submitted_by_enter(desk: CounterDesk) -> None:
    desk.at_work()
    sent(desk)
    desk.key(K.Key_F3)
    assert desk.focused is outcome_rows(desk)["Klaim diajukan"]
    desk.key(K.Key_Return)
    assert ticket(desk, "A-001").leg.detail == "claim_submitted"


def test_what_was_sent_is_preselected_wherever_it_stands(desk: CounterDesk) -> None:
    desk.at_work()
    sent(desk)
    rules = desk.look.rules
    service = replace(rules.service("jht"), outcomes=tuple(reversed(rules.service("jht").outcomes)))
    others = tuple(each for each in rules.services if each.code != "jht")
    desk.page.presenter.look = replace(desk.look, rules=replace(rules, services=(service, *others)))
    desk.key(K.Key_F3)
    assert desk.focused is outcome_rows(desk)["Klaim diajukan"]


def test_a_question_asked_while_the_file_is_going_opens_the_outcome_when_it_has_gone(
    desk: CounterDesk,
) -> None:
    desk.at_work()
    desk.key(K.Key_F3)
    case = desk.page.workspace.case()
    desk.house.complete(case)
    desk.house.hold_interview(case)
    desk.services.cases.submit(desk.who, case)
    assert not outcome_rows(desk)["Klaim diajukan"].isEnabled()
    desk.page.refresh()
    desk.settle()
    desk.key(K.Key_1)
    assert ticket(desk, "A-001").leg.detail == "claim_submitted"


# ------------------------------------------------------------------------------------------------ without a claim


def test_an_information_ticket_shows_no_claim_form(desk: CounterDesk) -> None:
    for label in ("A-001", "A-002", "H-001"):
        desk.house.desk.cancel(desk.who, ticket(desk, label).id, "visitor_left")
    desk.house.desk.issue(desk.house["security_desk"], "info")
    desk.at_work()
    workspace = desk.page.workspace
    assert (workspace.case(), workspace.form.isVisible(), workspace.empty.isVisible()) == ("", False, True)
    assert desk.services.cases.of_ticket(ticket(desk, "M-001").id) == ()
    assert desk.focused is desk.page.ticket.finish
    desk.keys(K.Key_F3, K.Key_1)
    assert ticket(desk, "M-001").leg.detail == "info_given"


def test_an_information_ticket_that_becomes_a_claim_gets_its_file(desk: CounterDesk) -> None:
    for label in ("A-001", "A-002", "H-001"):
        desk.house.desk.cancel(desk.who, ticket(desk, label).id, "visitor_left")
    desk.house.desk.issue(desk.house["security_desk"], "info")
    desk.at_work()
    desk.keys(K.Key_F6, K.Key_1, K.Key_1, K.Key_1)
    assert ticket(desk, "M-001").service == "jht"
    desk.keys(K.Key_F2, K.Key_Return)
    assert desk.page.workspace.form.isVisible()
    assert desk.case().service == "jht"


def test_when_the_last_one_is_done_the_page_says_so(desk: CounterDesk) -> None:
    desk.at_work()
    for _ in range(3):
        desk.keys(K.Key_F3, K.Key_3)
        if desk.state == CALLING:
            desk.key(K.Key_Return)
    assert desk.state == FREE
    assert not desk.page.ticket.primary.isEnabled()
    assert "Tidak ada yang menunggu" in desk.page.ticket.service.text()


def test_the_counter_sees_whose_number_it_is_as_far_as_the_desk_knows(desk: CounterDesk) -> None:
    for label in ("A-001", "A-002", "H-001"):
        desk.house.desk.cancel(desk.who, ticket(desk, label).id, "visitor_left")
    desk.house.desk.issue(desk.house["security_desk"], "jht", last4="0341", initials="pc")
    desk.house.desk.issue(desk.house["security_desk"], "jht")
    desk.keys(K.Key_F2, K.Key_F2)
    assert "NIK berakhir 0341 · inisial PC" in desk.page.ticket.waited.text()
    desk.key(K.Key_Return)
    assert desk.state == AT_WORK
    assert "NIK berakhir 0341 · inisial PC" in desk.page.ticket.waited.text()


def test_missing_papers_of_the_desk_are_named(desk: CounterDesk) -> None:
    for label in ("A-001", "A-002", "H-001"):
        desk.house.desk.cancel(desk.who, ticket(desk, label).id, "visitor_left")
    desk.house.desk.issue(desk.house["security_desk"], "jht", missing=("tax_card",))
    desk.keys(K.Key_F2, K.Key_F2)
    assert "NPWP" in desk.page.ticket.missing.text()


def test_late_ones_are_marked(desk: CounterDesk) -> None:
    desk.key(K.Key_F2)
    assert "lewat target" not in shown_rows(desk)
    desk.house.clock.pass_seconds(31 * 60)
    desk.page.refresh()
    desk.settle()
    assert "lewat target" in shown_rows(desk)
    assert "31 mnt" in shown_rows(desk)


def shown_rows(desk: CounterDesk) -> str:
    model = desk.page.queue.table.model()
    return " ".join(
        str(model.index(row, column).data())
        for row in range(model.rowCount())
        for column in range(model.columnCount())
    )


def test_refreshing_moves_neither_keyboard_nor_typing(desk: CounterDesk) -> None:
    desk.at_work()
    held = desk.focused
    desk.type("Peserta C")
    desk.house.desk.issue(desk.house["security_desk"], "jht")
    desk.page.refresh()
    desk.settle()
    assert desk.focused is held
    assert desk.page.workspace.form.fields["name"].text() == "Peserta C"
    assert len(desk.look.board.waiting) == 3


def test_finishing_takes_what_is_still_being_typed(desk: CounterDesk) -> None:
    desk.at_work()
    file = desk.page.workspace.case()
    desk.type("Peserta Contoh")
    desk.keys(K.Key_F3, K.Key_3)
    assert desk.services.cases.get(file).fields["name"] == "Peserta Contoh"


def test_the_page_fits_the_smallest_window(desk: CounterDesk) -> None:
    desk.at_work()
    assert desk.page.minimumSizeHint().width() <= 1188
    assert desk.page.minimumSizeHint().height() <= 614
    for number in range(5):
        desk.page.workspace.go_to_tab(number)
        desk.settle()
        assert desk.page.size() == desk.area.maximumViewportSize()
