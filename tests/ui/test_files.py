"""The files page: the way of a file from the verifier to the payment, decided with keys alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLabel

from app.domain import claims
from app.domain.case_events import PaymentConfirmed
from app.domain.claims import Case
from app.domain.rights import HEAD_OFFICE
from app.services.claims import WorkCounts, WorkItem
from app.services.services import Services
from app.ui.pages.files import FilesPage
from app.ui.pages.files_dialogs import AskAmount, AskReasons
from app.ui.presenters.files import COUNTER, FINANCE, FINISHED, VERIFIER, Decisions, FilesPresenter, list_of
from tests.houses import DAY, House, make_branch
from tests.ui.doors import ImmediateDoor
from tests.ui.office_desk import ALT, CTRL, OfficeDesk

KEY = Qt.Key
TIP = Qt.ItemDataRole.ToolTipRole


class FilesView:
    def __init__(self) -> None:
        self.items: tuple[WorkItem, ...] = ()
        self.item: WorkItem | None = None
        self.decisions = Decisions()
        self.list = ""
        self.refusals: list[str] = []
        self.spoken: list[str] = []

    def show_items(self, items: tuple[WorkItem, ...]) -> None:
        self.items = items

    def show_counts(self, counts: WorkCounts) -> None:
        self.counts = counts

    def show_case(self, item: WorkItem | None, decisions: Decisions) -> None:
        self.item, self.decisions = item, decisions

    def show_list(self, name: str) -> None:
        self.list = name

    def show_refusal(self, refused) -> None:
        self.refusals.append(refused.code)

    def said(self, what: str, item: Case) -> None:
        self.spoken.append(what)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = make_branch(tmp_path)
    made.open_day()
    yield made
    made.close()


def presenter_of(house: House, role: str) -> tuple[FilesPresenter, FilesView]:
    view = FilesView()
    made = FilesPresenter(
        Services(house.office), ImmediateDoor(), view, house[role], house.office.actions(house[role])
    )
    made.load()
    return made, view


def shown(decisions: Decisions) -> set[str]:
    return {name for name in decisions.__struct_fields__ if getattr(decisions, name)}


# ------------------------------------------------------------------------------------------------ the presenter


def test_the_list_of_ones_own_work_comes_first(house: House) -> None:
    assert presenter_of(house, "verifier")[0].lists()[0] == VERIFIER
    assert presenter_of(house, "finance_officer")[0].lists()[0] == FINANCE
    assert presenter_of(house, "cso")[0].lists()[0] == COUNTER
    assert set(presenter_of(house, "auditor")[0].lists()) == {COUNTER, VERIFIER, FINANCE, FINISHED}


def test_nothing_is_read_before_somebody_opens_it_and_each_opening_is_recorded(house: House) -> None:
    case = house.submitted_case()
    presenter, view = presenter_of(house, "verifier")
    assert [each.case.id for each in view.items] == [case]
    assert view.item is None
    before = house.office.journal.head()[0]
    presenter.open_case(case)
    presenter.open_case(case)
    assert house.office.journal.head()[0] == before + 1
    assert view.item is not None
    assert shown(view.decisions) == {"take", "verify", "send_back", "reject"}


def test_each_role_sees_its_own_decisions_along_the_way(house: House) -> None:
    case = house.submitted_case()
    verifier, _ = presenter_of(house, "verifier")
    verifier.open_case(case)
    verifier.verify(20_000_000, 0, "")
    officer, seen = presenter_of(house, "finance_officer")
    officer.open_case(case)
    assert shown(seen.decisions) == {"take", "order", "return_to_verifier"}
    officer.order("V-1")
    supervisor, sees = presenter_of(house, "finance_supervisor")
    supervisor.open_case(case)
    assert shown(sees.decisions) == {"take", "approve"}
    supervisor.approve()
    officer.load()
    assert shown(seen.decisions) == {"take", "pay"}
    officer.pay("20-11-2026", "REF 1")
    assert seen.spoken[-1] == "paid"
    assert officer.open_id == ""  # it left the list
    officer.choose_list(FINISHED)
    officer.open_case(case)
    assert shown(seen.decisions) == {"payment_returned"}


def test_nobody_does_two_checks_on_one_file(house: House) -> None:
    both = house.add_person("Petugas Rangkap", "cso", "verifier")
    case = house.submitted_case(who=both)
    view = FilesView()
    presenter = FilesPresenter(
        Services(house.office), ImmediateDoor(), view, both, house.office.actions(both)
    )
    presenter.load()
    presenter.open_case(case)
    assert shown(view.decisions) == {"blocked"}


def test_a_file_that_another_one_holds_is_not_decided(house: House) -> None:
    other = house.add_person("Verifikator 2", "verifier")
    case = house.submitted_case()
    house.claims.take(other, case)
    presenter, view = presenter_of(house, "verifier")
    presenter.open_case(case)
    assert view.decisions.blocked == "case_held_by_other"
    assert shown(view.decisions) == {"blocked"}


def test_a_file_found_elsewhere_is_shown_in_its_own_list(house: House) -> None:
    case = house.approved_case()
    presenter, view = presenter_of(house, "verifier")
    presenter.open_anywhere(case)
    assert (view.list, presenter.list) == (FINANCE, FINANCE)
    assert view.item is not None
    assert view.item.case.id == case


def test_every_stage_has_a_list(house: House) -> None:
    def stands(stage: str) -> str:
        return list_of(replace(house.cases.get(case), stage=stage))

    case = house.draft_case()
    assert stands(claims.DRAFT) == COUNTER
    assert stands(claims.SUBMITTED) == VERIFIER
    assert stands(claims.PAYMENT_RETURNED) == FINANCE
    assert stands(claims.REJECTED) == FINISHED


# ------------------------------------------------------------------------------------------------ the page


def test_a_verifier_sets_the_amount_with_keys_alone(qtbot, house, background, notify) -> None:
    case = house.submitted_case()
    desk = OfficeDesk(qtbot, house, background, notify, FilesPage, "verifier")
    desk.key(KEY.Key_Return)
    assert desk.page.workspace.case() == case
    desk.key(KEY.Key_F3)
    assert isinstance(desk.dialog(), AskAmount)
    desk.type("20.000.000")
    assert desk.dialog().amount.finding() == "Rp20.000.000 · dua puluh juta rupiah"
    desk.key(KEY.Key_Return)
    assert not desk.has_dialog()
    state = house.cases.get(case)
    assert (state.stage, state.amount) == (claims.VERIFIED, 20_000_000)
    assert desk.focused is desk.page.table
    assert desk.page.workspace.case() == ""


def test_after_a_decision_the_next_file_opens_by_itself_and_is_recorded_as_read(
    qtbot, house, background, notify
) -> None:
    cases = [house.submitted_case(f"990101150790000{number}") for number in (1, 2, 3)]
    house.claims.take(house.add_person("Verifikator 2", "verifier"), cases[2])
    desk = OfficeDesk(qtbot, house, background, notify, FilesPage, "verifier")
    order = [each.case.id for each in desk.page.table.model().rows]
    mine = [case for case in order if case != cases[2]]
    desk.page.table.choose_key(mine[0])
    desk.key(KEY.Key_Return)
    before = house.office.journal.head()[0]
    desk.key(KEY.Key_F3)
    desk.type("20.000.000")
    desk.key(KEY.Key_Return)
    assert house.cases.get(mine[0]).stage == claims.VERIFIED
    assert desk.page.workspace.case() == mine[1]  # and not the one that somebody else has
    assert desk.page.table.current_key() == mine[1]
    assert desk.focused is desk.page.table
    assert house.office.journal.head()[0] == before + 2  # the decision, and the reading of the next one
    desk.key(KEY.Key_F6, CTRL)
    desk.key(KEY.Key_1, ALT)
    desk.key(KEY.Key_Return, CTRL)
    assert house.cases.get(mine[1]).stage == claims.REJECTED
    assert desk.page.workspace.case() == ""  # nothing more waits for this person


def test_finance_goes_on_to_the_next_file_that_waits_for_this_very_person(house: House) -> None:
    first, second = (house.submitted_case(f"990101150790000{number}") for number in (1, 2))
    for case in (first, second):
        house.claims.verify(house["verifier"], case, 5_000_000)
    officer, seen = presenter_of(house, "finance_officer")
    order = [each.case.id for each in seen.items]
    officer.open_case(order[1])
    officer.order("V-1")
    assert officer.open_id == order[0]  # from the end on to the beginning
    officer.order("V-2")
    assert officer.open_id == order[0]  # both wait for somebody else now: nothing else is opened
    officer.choose_list(FINISHED)
    assert officer.open_id == ""


def test_a_line_shows_what_is_needed_to_choose_it(qtbot, house, background, notify) -> None:
    case = house.submitted_case()
    house.claims.send_back(house["verifier"], case, ("document_expired",))
    house.submitted_case("9901011507900002")
    house.approved_case("9901011507900003")
    desk = OfficeDesk(qtbot, house, background, notify, FilesPage, "finance_officer")
    words = {code: button.words() for code, button in desk.page.lists.buttons().items()}
    assert words == {
        FINANCE: "Keuangan 1",
        COUNTER: "Di CSO 1",
        VERIFIER: "Verifikator 1",
        FINISHED: "Selesai",
    }
    model = desk.page.table.model()
    number = model.rows[0].case.receipt[-6:]
    assert _line(model, 0) == [
        f"Peserta Contoh · JHT · {number}",
        "Disetujui · Rp20.000.000",
        "27 Nov 2026 · hari ini",
    ]
    desk.click(desk.page.lists.button(COUNTER))
    assert _line(model, 0)[1] == "Dikembalikan · Berkas kedaluwarsa"
    assert "Berkas kedaluwarsa" in model.index(0, 1).data(TIP)


def _line(model, row: int) -> list[str]:
    """What a screen reader says of each cell."""
    return [model.index(row, column).data(Qt.ItemDataRole.AccessibleTextRole) for column in range(3)]


def test_what_is_found_in_a_dialog_moves_none_of_its_fields(qtbot, house, background, notify) -> None:
    case = house.submitted_case()
    desk = OfficeDesk(qtbot, house, background, notify, FilesPage, "verifier")
    desk.key(KEY.Key_Return)
    desk.key(KEY.Key_F3)
    dialog = desk.dialog()

    def places() -> list[tuple[int, int, int, int]]:
        fields = (dialog.amount.edit, dialog.tax.edit, dialog.note.edit)
        return [each.rect().translated(each.mapTo(dialog, each.pos())).getRect() for each in fields]

    before = places()
    desk.type("20.000.000")
    assert dialog.amount.finding()
    assert places() == before
    dialog.amount.set_text("1.50")
    desk.key(KEY.Key_Return)
    assert "tidak jelas" in dialog.amount.finding()
    assert places() == before
    dialog.reject()
    house.claims.verify(house["verifier"], case, 5_000_000)
    officer = OfficeDesk(qtbot, house, background, notify, FilesPage, "finance_officer")
    officer.key(KEY.Key_Return)
    officer.key(KEY.Key_F3)
    asked = officer.dialog()
    button = asked.yes.geometry()
    officer.key(KEY.Key_Return)
    assert asked.fields[0].finding() == "Belum diisi."
    assert asked.yes.geometry() == button


def test_an_amount_that_is_refused_stays_in_the_dialog(qtbot, house, background, notify) -> None:
    case = house.submitted_case()
    desk = OfficeDesk(qtbot, house, background, notify, FilesPage, "verifier")
    desk.key(KEY.Key_Return)
    desk.key(KEY.Key_F3)
    dialog = desk.dialog()
    desk.type("dua puluh juta")
    desk.key(KEY.Key_Return)
    assert "20.000.000" in dialog.amount.finding()  # the right way to write it
    dialog.amount.set_text("20000000.00")  # pasted: it was taken as two thousand million
    desk.key(KEY.Key_Return, CTRL)
    assert "tidak jelas" in dialog.amount.finding()
    assert house.cases.get(case).stage == claims.SUBMITTED
    dialog.amount.set_text("1.000")
    dialog.tax.set_text("2.000")
    desk.key(KEY.Key_Return, CTRL)
    assert desk.dialog() is dialog
    assert dialog.wrong.isVisible()
    assert house.cases.get(case).stage == claims.SUBMITTED


def test_a_file_goes_back_with_several_reasons(qtbot, house, background, notify) -> None:
    case = house.submitted_case()
    desk = OfficeDesk(qtbot, house, background, notify, FilesPage, "verifier")
    desk.key(KEY.Key_Return)
    desk.key(KEY.Key_F4)
    dialog = desk.dialog()
    assert isinstance(dialog, AskReasons)
    desk.key(KEY.Key_Return, CTRL)
    assert "alasan" in dialog.wrong.text()
    desk.key(KEY.Key_2, ALT)
    desk.key(KEY.Key_4, ALT)
    dialog.note.setFocus()
    desk.type("KTP buram")
    desk.key(KEY.Key_Return, CTRL)
    state = house.cases.get(case)
    assert state.stage == claims.RETURNED
    assert desk.page.table.model().rows == ()


def test_a_note_half_typed_when_the_screen_locked_is_there_again(qtbot, house, background, notify) -> None:
    case = house.submitted_case()
    desk = OfficeDesk(qtbot, house, background, notify, FilesPage, "verifier")
    desk.key(KEY.Key_Return)
    desk.key(KEY.Key_F4)
    desk.key(KEY.Key_3, ALT)
    desk.dialog().note.setFocus()
    desk.type("Kedaluwarsa bulan lalu")
    desk.dialog().reject()  # what the lock does
    desk.settle()
    assert "note" in house.drafts.of(desk.who, "AskReasons", case)
    desk.key(KEY.Key_F4)
    assert desk.dialog().note.text() == "Kedaluwarsa bulan lalu"
    assert desk.dialog().chosen() == ("document_expired",)
    desk.key(KEY.Key_Return, CTRL)
    desk.settle()
    assert house.drafts.of(desk.who, "AskReasons", case) == {}


def test_a_reason_that_is_too_long_is_counted_and_not_cut(qtbot, house, background, notify) -> None:
    case = house.submitted_case()
    desk = OfficeDesk(qtbot, house, background, notify, FilesPage, "verifier")
    desk.key(KEY.Key_Return)
    desk.key(KEY.Key_F4)
    desk.key(KEY.Key_3, ALT)
    dialog = desk.dialog()
    dialog.note.setFocus()
    dialog.note.insertPlainText("x" * 965)
    assert "965 dari 500 huruf" in [each.text() for each in dialog.findChildren(QLabel)]
    desk.key(KEY.Key_Return, CTRL)
    assert desk.dialog() is dialog
    assert house.cases.get(case).stage == claims.SUBMITTED
    dialog.note.set_text("x" * 500)
    desk.key(KEY.Key_Return, CTRL)
    assert not desk.has_dialog()
    assert house.cases.get(case).stage == claims.RETURNED


def test_a_rejection_has_exactly_one_reason(qtbot, house, background, notify) -> None:
    case = house.submitted_case()
    desk = OfficeDesk(qtbot, house, background, notify, FilesPage, "verifier")
    desk.key(KEY.Key_Return)
    desk.key(KEY.Key_F6, CTRL)
    desk.key(KEY.Key_1, ALT)
    desk.key(KEY.Key_2, ALT)
    assert len(desk.dialog().chosen()) == 1
    desk.key(KEY.Key_Return, CTRL)
    assert house.cases.get(case).stage == claims.REJECTED


def test_voucher_approval_and_payment(qtbot, house, background, notify) -> None:
    case = house.submitted_case()
    house.claims.verify(house["verifier"], case, 20_000_000, tax=1_500_000)
    officer = OfficeDesk(qtbot, house, background, notify, FilesPage, "finance_officer")
    officer.key(KEY.Key_Return)
    officer.key(KEY.Key_F3)
    officer.type("V-2026-001")
    officer.key(KEY.Key_Return)
    assert house.cases.get(case).payment.voucher == "V-2026-001"
    supervisor = OfficeDesk(qtbot, house, background, notify, FilesPage, "finance_supervisor")
    supervisor.key(KEY.Key_Return)
    supervisor.key(KEY.Key_F3, CTRL)
    assert "Rp18.500.000" in supervisor.dialog().accessibleDescription()  # what the account gets
    supervisor.key(KEY.Key_Return)  # Enter is no
    assert house.cases.get(case).stage != claims.APPROVED
    supervisor.key(KEY.Key_F3, CTRL)
    supervisor.key(KEY.Key_Return, CTRL)
    assert house.cases.get(case).stage == claims.APPROVED
    officer.area.activateWindow()
    officer.page.table.setFocus()
    officer.refresh()
    officer.key(KEY.Key_F3, CTRL)
    dialog = officer.dialog()
    assert dialog.fields[0].text() == "20-11-2026"
    assert officer.focused is dialog.fields[1].edit
    officer.type("BRI-778")
    officer.key(KEY.Key_Return)  # Enter alone records no payment
    assert house.cases.get(case).stage == claims.APPROVED
    officer.key(KEY.Key_Return, CTRL)
    assert house.cases.get(case).payment.reference == "BRI-778"


def test_a_payment_that_the_bank_sent_back_goes_on_in_the_same_file(qtbot, house, background, notify) -> None:
    case = house.paid_case()
    desk = OfficeDesk(qtbot, house, background, notify, FilesPage, "finance_officer")
    desk.page.open_record(case)
    desk.settle()
    desk.key(KEY.Key_F4)
    desk.key(KEY.Key_2)
    assert house.cases.get(case).stage == claims.PAYMENT_RETURNED


def test_what_came_back_stands_first_in_the_list_of_finance(qtbot, house, background, notify) -> None:
    waits = house.approved_case("9901011507900002")
    house.clock.pass_seconds(1)
    case = house.paid_case()
    voucher = house.cases.get(case).payment.voucher
    with house.office.unit(HEAD_OFFICE) as unit:
        back = PaymentConfirmed(voucher=voucher, reference="R1", day=DAY, amount=20_000_000, paid=False)
        unit.append(f"case:{case}", back)
    desk = OfficeDesk(qtbot, house, background, notify, FilesPage, "finance_officer")
    model = desk.page.table.model()
    assert [each.case.id for each in model.rows] == [case, waits]
    assert [model.index(row, 1).data() for row in (0, 1)] == ["Catat retur", "Disetujui"]
    desk.key(KEY.Key_Return)
    desk.key(KEY.Key_F4)
    desk.key(KEY.Key_2)
    assert house.cases.get(case).stage == claims.PAYMENT_RETURNED
    assert [model.index(row, 1).data() for row in (0, 1)] == ["Disetujui", "Retur bank"]


def test_a_refresh_keeps_list_line_and_open_file(qtbot, house, background, notify) -> None:
    house.submitted_case()
    second = house.submitted_case("9901011507900002")
    desk = OfficeDesk(qtbot, house, background, notify, FilesPage, "verifier")
    desk.page.table.choose_key(second)
    desk.key(KEY.Key_Return)
    desk.refresh()
    assert desk.page.workspace.case() == second
    assert desk.page.table.current_key() == second
    assert desk.focused is desk.page.table


def test_tables_keys_and_names(qtbot, house, background, notify) -> None:
    house.submitted_case()
    desk = OfficeDesk(qtbot, house, background, notify, FilesPage, "verifier")
    QAbstractItemModelTester(desk.page.table.model())
    desk.key(KEY.Key_Return)
    assert len(desk.keys_heard()) == len(set(desk.keys_heard())), sorted(desk.keys_heard())
    assert not desk.shadowed()
