"""The search page: results while one types, masked, and a record opened and recorded as read."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.domain.tickets import Ticket
from app.services.find import Found
from app.services.services import Services
from app.ui.pages.find import FindPage
from app.ui.presenters.find import FindPresenter
from tests.houses import NIK, House, make_branch
from tests.ui.doors import ImmediateDoor
from tests.ui.office_desk import OfficeDesk

KEY = Qt.Key


class FindView:
    def __init__(self) -> None:
        self.found: list[tuple[str, tuple[Found, ...]]] = []
        self.cases: list[str] = []
        self.tickets: list[Ticket] = []
        self.refusals: list[str] = []

    def show_found(self, typed: str, found: tuple[Found, ...]) -> None:
        self.found.append((typed, found))

    def show_case(self, case: str) -> None:
        self.cases.append(case)

    def show_ticket(self, ticket: Ticket) -> None:
        self.tickets.append(ticket)

    def show_refusal(self, refused) -> None:
        self.refusals.append(refused.code)


class LateDoor(ImmediateDoor):
    """Answers questions in the order in which the test lets them go."""

    def __init__(self) -> None:
        super().__init__()
        self.held = []

    def read(self, work, done, failed=None) -> None:
        self.held.append((work, done, failed))

    def let_go(self, place: int) -> None:
        super().read(*self.held[place])


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = make_branch(tmp_path)
    made.open_day()
    yield made
    made.close()


@pytest.fixture
def desk(qtbot, house, background, notify) -> OfficeDesk:
    house.case = house.submitted_case()
    made = OfficeDesk(qtbot, house, background, notify, FindPage, "cso")
    made.page.box.setFocus()
    return made


def typed(desk: OfficeDesk, text: str) -> None:
    desk.type(text)
    desk.qtbot.waitUntil(lambda: not desk.page._pause.isActive())
    desk.settle()


def test_an_old_answer_does_not_replace_a_newer_one(house: House) -> None:
    house.desk.issue(house["security_desk"], "jht")
    view, door = FindView(), LateDoor()
    presenter = FindPresenter(Services(house.office), door, view, house["cso"])
    presenter.ask("A-0")
    presenter.ask("A-001")
    door.let_go(1)
    door.let_go(0)
    assert [asked for asked, _ in view.found] == ["A-001"]


def test_opening_a_case_is_recorded_before_it_is_shown(house: House) -> None:
    case = house.submitted_case()
    view = FindView()
    presenter = FindPresenter(Services(house.office), ImmediateDoor(), view, house["verifier"])
    presenter.ask(NIK)
    found = view.found[-1][1][0]
    before = house.office.journal.head()[0]
    presenter.open(found)
    presenter.open(found)  # the second click of two
    assert view.cases == [case]
    assert house.office.journal.head()[0] == before + 1


def test_the_security_desk_finds_tickets_alone(house: House) -> None:
    house.submitted_case()
    view = FindView()
    presenter = FindPresenter(Services(house.office), ImmediateDoor(), view, house["security_desk"])
    presenter.ask("Peserta")
    assert view.found[-1][1] == ()
    presenter.ask("A-001")
    assert [each.kind for each in view.found[-1][1]] == ["ticket"]


def test_results_come_while_one_types_and_show_four_digits_only(desk: OfficeDesk) -> None:
    typed(desk, "peserta")
    rows = desk.page.table.model().rows
    assert [each.kind for each in rows] == ["case"]
    model = desk.page.table.model()
    shown = " ".join(str(model.index(0, column).data()) for column in range(model.columnCount()))
    assert NIK not in shown
    assert "Peserta Contoh" in shown
    assert desk.house.cases.get(desk.house.case).receipt == f"MDU-{model.index(0, 1).data()}"


def test_enter_opens_the_first_result(desk: OfficeDesk) -> None:
    typed(desk, NIK)
    before = desk.house.office.journal.head()[0]
    desk.key(KEY.Key_Return)
    assert desk.page._right.currentWidget() is desk.page.workspace
    assert desk.page.workspace.case() == desk.house.case
    assert desk.house.office.journal.head()[0] == before + 1
    assert desk.focused is desk.page.table


def test_down_goes_into_the_results_and_a_ticket_shows_its_legs(desk: OfficeDesk) -> None:
    typed(desk, "A-001")
    desk.key(KEY.Key_Down)
    rows = desk.page.table.model().rows
    place = next(place for place, each in enumerate(rows) if each.kind == "ticket")
    desk.page.table.choose_line(place)
    desk.key(KEY.Key_Return)
    panel = desk.page._ticket
    assert desk.page._right.currentWidget() is panel
    assert panel._label.text() == "A-001"
    assert "ke loket 1" in panel._legs.itemAt(0).widget().text()


@pytest.mark.parametrize("text", ['"', "*", "NEAR(", "A AND", "'; --", "🙂", "-"])
def test_signs_that_mean_something_elsewhere_find_nothing_and_break_nothing(
    desk: OfficeDesk, text: str
) -> None:
    typed(desk, text)
    assert desk.page.table.model().rows == ()
    assert desk.page.table._empty


def test_coming_back_puts_the_keyboard_into_the_box(desk: OfficeDesk) -> None:
    typed(desk, NIK)
    desk.key(KEY.Key_Return)
    desk.refresh()  # what Ctrl+K does
    desk.qtbot.waitUntil(desk.page.box.hasFocus)
    assert desk.page.box.selectedText() == NIK


def test_table_keys_and_names(desk: OfficeDesk) -> None:
    QAbstractItemModelTester(desk.page.table.model())
    typed(desk, NIK)
    desk.key(KEY.Key_Return)
    assert len(desk.keys_heard()) == len(set(desk.keys_heard())), sorted(desk.keys_heard())
    assert not desk.shadowed()
