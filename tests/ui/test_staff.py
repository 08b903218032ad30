"""The staff page: people, lent roles, counters, quotas and closed days, changed as a supervisor does."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.services.services import Services
from app.ui.pages.staff import StaffPage
from app.ui.pages.staff_dialogs import AskPerson
from app.ui.presenters.staff import StaffBoard, StaffPresenter
from tests.houses import DAY, House, make_branch
from tests.ui.doors import ImmediateDoor
from tests.ui.office_desk import ALT, CTRL, OfficeDesk

KEY = Qt.Key


class StaffView:
    def __init__(self) -> None:
        self.boards: list[StaffBoard] = []
        self.spoken: list[str] = []
        self.refusals: list[str] = []

    def show_board(self, board: StaffBoard) -> None:
        self.boards.append(board)

    def said(self, what: str) -> None:
        self.spoken.append(what)

    def show_refusal(self, refused) -> None:
        self.refusals.append(refused.code)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = make_branch(tmp_path)
    yield made
    made.close()


@pytest.fixture
def desk(qtbot, house, background, notify) -> OfficeDesk:
    return OfficeDesk(qtbot, house, background, notify, StaffPage)


@pytest.fixture
def head(qtbot, house, background, notify) -> OfficeDesk:
    return OfficeDesk(qtbot, house, background, notify, StaffPage, "branch_head")


def people(house: House) -> dict[str, tuple[str, ...]]:
    return {each.name: each.roles for each in house.staff.people() if each.active}


# ------------------------------------------------------------------------------------------------ the presenter


def test_each_change_is_told_once_it_is_durable_and_read_anew(house: House) -> None:
    view = StaffView()
    presenter = StaffPresenter(Services(house.office), ImmediateDoor(), view, house["service_supervisor"])
    presenter.add("Petugas Baru", "CSO", ("cso",), ("loket 2",), "528491")
    assert view.spoken == ["added"]
    assert "Petugas Baru" in {each.name for each in view.boards[-1].people}
    presenter.raise_quota("jht", 5, "awal bulan")
    assert {each.code: each.raised for each in view.boards[-1].quotas}["jht"] == 5


def test_the_last_supervisor_is_not_let_go(house: House) -> None:
    view = StaffView()
    presenter = StaffPresenter(Services(house.office), ImmediateDoor(), view, house["branch_head"])
    presenter.set_active(house["service_supervisor"], False)
    presenter.change(house["branch_head"], "Kepala", "Kepala", ("cso",), ())
    assert view.refusals == ["last_supervisor"]


# ------------------------------------------------------------------------------------------------ people


def test_somebody_is_added_with_keys_alone(desk: OfficeDesk) -> None:
    desk.key(KEY.Key_F2)
    desk.type("Petugas Baru")
    desk.key(KEY.Key_Tab)
    desk.type("Customer Service Officer")
    desk.key(KEY.Key_2, ALT)
    dialog = desk.dialog()
    assert isinstance(dialog, AskPerson)
    dialog.secret.setFocus()
    desk.type("528491")
    desk.key(KEY.Key_Return)
    assert not desk.has_dialog()
    assert people(desk.house)["Petugas Baru"] == ("cso",)
    assert "ditambahkan" in desk.notify.last()


def test_a_refused_pin_loses_nothing_that_was_typed(desk: OfficeDesk) -> None:
    desk.key(KEY.Key_F2)
    dialog = desk.dialog()
    desk.type("Petugas Baru")
    desk.key(KEY.Key_2, ALT)
    dialog.secret.setFocus()
    desk.type("123456")
    desk.key(KEY.Key_Return)
    assert desk.dialog() is dialog
    assert dialog.wrong.isVisible()
    assert dialog.name.text() == "Petugas Baru"
    assert "Petugas Baru" not in people(desk.house)
    dialog.secret.clear()
    dialog.secret.setFocus()
    desk.type("528491")
    desk.key(KEY.Key_Return, CTRL)
    assert "Petugas Baru" in people(desk.house)


def test_what_is_missing_is_said_where_it_is_missing(desk: OfficeDesk) -> None:
    desk.key(KEY.Key_F2)
    dialog = desk.dialog()
    below = dialog.title.mapTo(dialog, dialog.title.pos()), dialog.size()
    desk.key(KEY.Key_Return)
    assert dialog.name.finding() == "Belum diisi."
    assert (dialog.title.mapTo(dialog, dialog.title.pos()), dialog.size()) == below  # nothing moved
    assert desk.focused is dialog.name.edit
    desk.type("Petugas Baru")
    desk.key(KEY.Key_Return)
    assert "tugas" in dialog.wrong.text()
    desk.key(KEY.Key_Escape)
    assert not desk.has_dialog()


def test_a_form_that_was_left_is_filled_in_again_but_never_the_pin(desk: OfficeDesk) -> None:
    desk.key(KEY.Key_F2)
    desk.type("Petugas Baru")
    desk.key(KEY.Key_1, ALT)
    dialog = desk.dialog()
    dialog.secret.setText("528491")
    desk.key(KEY.Key_Escape)
    assert "528491" not in repr(desk.house.drafts.of(desk.who, "staff", ""))
    desk.key(KEY.Key_F2)
    again = desk.dialog()
    assert again.name.text() == "Petugas Baru"
    assert again.roles["security_desk"].isChecked()
    assert again.secret.text() == ""


def test_roles_of_the_chosen_person_are_changed(desk: OfficeDesk) -> None:
    table = desk.page.people
    table.choose_key(desk.house["cso"])
    desk.key(KEY.Key_Return)
    dialog = desk.dialog()
    assert dialog.roles["cso"].isChecked()
    desk.key(KEY.Key_1, ALT)
    desk.key(KEY.Key_Return, CTRL)
    name = desk.house.office.name(desk.house["cso"])
    assert people(desk.house)[name] == ("security_desk", "cso")
    assert desk.focused is table
    assert table.current_key() == desk.house["cso"]


def test_a_person_is_let_out_and_in_again(desk: OfficeDesk) -> None:
    page = desk.page
    page.people.choose_key(desk.house["cso"])
    desk.key(KEY.Key_F5, CTRL)
    desk.key(KEY.Key_Return)  # Enter is no
    assert desk.house.office.branch().person(desk.house["cso"]).active
    desk.key(KEY.Key_F5, CTRL)
    desk.key(KEY.Key_Return, CTRL)
    assert not desk.house.office.branch().person(desk.house["cso"]).active
    page.people.choose_key(desk.house["cso"])
    assert page.toggle.words() == "Aktifkan"
    desk.key(KEY.Key_F5, CTRL)
    desk.key(KEY.Key_Return)
    assert desk.house.office.branch().person(desk.house["cso"]).active


def test_a_new_first_pin(desk: OfficeDesk) -> None:
    desk.page.people.choose_key(desk.house["cso"])
    desk.key(KEY.Key_F4)
    desk.type("528491")
    desk.key(KEY.Key_Return)
    assert desk.house.sign_in.sign_in(desk.house["cso"], "528491").must_change


def test_a_long_name_with_quotes_and_emoji_is_kept_as_it_is(desk: OfficeDesk) -> None:
    desk.key(KEY.Key_F2)
    dialog = desk.dialog()
    dialog.name.edit.setText("D'Contoh “Ibu” 🙂\u202e\n" + "x" * 100)
    desk.key(KEY.Key_2, ALT)
    dialog.secret.setText("528491")
    desk.key(KEY.Key_Return, CTRL)
    assert desk.dialog() is dialog  # too long: nothing is cut, and nothing kept
    dialog.name.edit.setText("D'Contoh “Ibu” 🙂\u202e\n" + "x" * 20)
    desk.key(KEY.Key_Return, CTRL)
    found = next(name for name in people(desk.house) if name.startswith("D'Contoh"))
    assert found == "D'Contoh “Ibu” 🙂 " + "x" * 20


# ------------------------------------------------------------------------------------------------ the others


def test_only_the_branch_head_lends_a_role(desk: OfficeDesk) -> None:
    assert not desk.page.grant.isEnabled()
    desk.key(KEY.Key_F6)
    desk.key(KEY.Key_Insert)
    assert not desk.has_dialog()


def test_a_role_is_lent_and_taken_back(head: OfficeDesk) -> None:
    head.key(KEY.Key_F6)
    head.key(KEY.Key_Insert)
    dialog = head.dialog()
    dialog.person.setCurrentIndex(dialog.person.findData(head.house["finance_officer"]))
    dialog.reason.edit.setFocus()
    head.type("Kabid Keuangan cuti")
    head.key(KEY.Key_Return)
    assert head.house.office.roles(head.house["finance_officer"]) == ("finance_officer", "finance_supervisor")
    assert len(head.page.delegations.model().rows) == 1
    head.page.delegations.choose_line(0)
    head.page.delegations.setFocus()
    head.key(KEY.Key_Delete)
    head.key(KEY.Key_Return)  # Enter is no
    assert head.house.office.roles(head.house["finance_officer"]) == ("finance_officer", "finance_supervisor")
    head.key(KEY.Key_Delete)
    head.key(KEY.Key_Return, CTRL)
    assert head.house.office.roles(head.house["finance_officer"]) == ("finance_officer",)


def test_a_wrong_date_is_said_in_the_dialog(head: OfficeDesk) -> None:
    head.key(KEY.Key_F6)
    head.key(KEY.Key_Insert)
    dialog = head.dialog()
    dialog.first.set_text("31-02-2026")
    dialog.reason.set_text("cuti")
    head.key(KEY.Key_Return, CTRL)
    assert head.dialog() is dialog
    assert "tidak ada" in dialog.wrong.text()
    assert dialog.reason.text() == "cuti"


def test_what_a_counter_calls(desk: OfficeDesk) -> None:
    desk.key(KEY.Key_F7)
    desk.page.counters.choose_line(2)
    desk.key(KEY.Key_Return)
    desk.key(KEY.Key_1, ALT)
    desk.key(KEY.Key_Return, CTRL)
    assert desk.house.office.branch().counter(3).services == ("jht",)
    desk.key(KEY.Key_Insert)
    assert len(desk.house.office.branch().counters) == 6


def test_the_quota_of_the_chosen_service_is_raised_with_a_reason(desk: OfficeDesk) -> None:
    desk.key(KEY.Key_F8)
    desk.page.quotas.choose_key("jp")
    desk.key(KEY.Key_Insert)
    dialog = desk.dialog()
    assert dialog.service.currentData() == "jp"
    desk.key(KEY.Key_Return)
    assert dialog.reason.finding()
    desk.type("Awal bulan")
    desk.key(KEY.Key_Return)
    assert desk.house.office.branch().raised == {f"{DAY}/jp": 5}


def test_more_than_the_branch_may_raise_is_refused_in_the_dialog(desk: OfficeDesk) -> None:
    desk.key(KEY.Key_F8)
    desk.key(KEY.Key_Insert)
    dialog = desk.dialog()
    dialog.by.setValue(500)
    dialog.reason.set_text("ramai")
    desk.key(KEY.Key_Return, CTRL)
    assert desk.dialog() is dialog
    assert dialog.wrong.isVisible()
    assert not desk.house.office.branch().raised


def test_a_closed_day_is_set_and_taken_back(desk: OfficeDesk) -> None:
    desk.key(KEY.Key_F9)
    desk.key(KEY.Key_Insert)
    desk.type("27-11-2026")
    desk.key(KEY.Key_Tab)
    desk.type("Pilkada daerah")
    desk.key(KEY.Key_Return)
    assert desk.house.office.branch().closed_days == {"2026-11-27": "Pilkada daerah"}
    desk.page.closed_days.setFocus()
    desk.page.closed_days.choose_line(0)
    desk.key(KEY.Key_Delete)
    assert desk.house.office.branch().closed_days == {}


def test_a_refresh_keeps_the_keyboard_and_the_chosen_line(desk: OfficeDesk) -> None:
    desk.page.people.choose_line(4)
    desk.page.people.setFocus()
    held = desk.page.people.current_key()
    desk.house.staff.set_closed_day(desk.who, "2026-12-01", closed=True, reason="x")
    desk.refresh()
    assert desk.focused is desk.page.people
    assert desk.page.people.current_key() == held


def test_tables_keys_and_size(desk: OfficeDesk) -> None:
    page = desk.page
    for table in (page.people, page.delegations, page.counters, page.quotas, page.closed_days):
        QAbstractItemModelTester(table.model())
    assert not desk.shadowed()
    for key in (KEY.Key_F6, KEY.Key_F7, KEY.Key_F8, KEY.Key_F9):
        desk.key(key)
        assert len(desk.keys_heard()) == len(set(desk.keys_heard())), sorted(desk.keys_heard())
    assert page.minimumSizeHint().height() <= 614
    assert page.minimumSizeHint().width() <= 1188
