"""The sign-in page: a name, a PIN, the first PIN replaced, and wrong ones told in one sentence."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication

from app.errors import Refused
from app.services.persons import PersonCard, Signed
from app.services.services import Services
from app.services.setup import NewPerson
from app.ui.pages.sign_in import SignInPage
from app.ui.presenters.sign_in import SignInPresenter
from tests.houses import PIN, House, make_branch
from tests.ui.doors import ImmediateDoor

KEY = Qt.Key
OWN = "528491"


class SignInView:
    def __init__(self) -> None:
        self.people: tuple[PersonCard, ...] = ()
        self.refusals: list[str] = []
        self.changes: list[Signed] = []
        self.signed: list[Signed] = []

    def show_people(self, people: tuple[PersonCard, ...]) -> None:
        self.people = people

    def show_refusal(self, refused: Refused) -> None:
        self.refusals.append(refused.code)

    def show_change(self, signed: Signed) -> None:
        self.changes.append(signed)

    def finished(self, signed: Signed) -> None:
        self.signed.append(signed)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = make_branch(tmp_path)
    yield made
    made.close()


@pytest.fixture
def newcomer(house: House) -> str:
    new = NewPerson(name="Aa Petugas Baru", title="CSO", roles=("cso",), secret=PIN)
    return house.staff.add(house["service_supervisor"], new).id


@pytest.fixture
def page(qtbot, house, background) -> SignInPage:
    made = SignInPage(Services(house.office), background)
    qtbot.addWidget(made)
    made.resize(1280, 680)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.refresh()
    settle(qtbot, background)
    made.setFocus()
    return made


def settle(qtbot, background) -> None:
    for _ in range(3):
        qtbot.waitUntil(lambda: not background.busy)
        QApplication.processEvents()


def press(qtbot, background, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(QApplication.focusWidget(), key)
        settle(qtbot, background)


def write(text: str) -> None:
    QTest.keyClicks(QApplication.focusWidget(), text)


# ------------------------------------------------------------------------------------------------ the presenter


def test_the_first_secret_is_replaced_before_anything_else(house: House, newcomer: str) -> None:
    view = SignInView()
    presenter = SignInPresenter(Services(house.office), ImmediateDoor(), view)
    presenter.load()
    assert "Aa Petugas Baru" in {card.name for card in view.people}
    presenter.sign_in(newcomer, PIN)
    assert not view.signed
    presenter.change(OWN, "528492")
    presenter.change("111111", "111111")
    presenter.change(PIN, PIN)
    assert view.refusals == ["secret_differs", "secret_simple", "secret_same"]
    presenter.change(OWN, OWN)
    assert [each.id for each in view.signed] == [newcomer]
    assert not house.sign_in.sign_in(newcomer, OWN).must_change


def test_a_change_that_was_left_is_not_done_for_somebody_else(house: House, newcomer: str) -> None:
    view = SignInView()
    presenter = SignInPresenter(Services(house.office), ImmediateDoor(), view)
    presenter.sign_in(newcomer, PIN)
    presenter.forget()
    presenter.change(OWN, OWN)
    assert not view.signed
    assert house.sign_in.sign_in(newcomer, PIN).must_change


# ------------------------------------------------------------------------------------------------ the page


def test_a_name_by_arrows_then_the_pin(qtbot, house, background, page) -> None:
    names = [card.name for card in page.table.model().rows]
    assert names == sorted(names, key=str.casefold)
    press(qtbot, background, KEY.Key_Down, KEY.Key_Return)
    assert page.secret.hasFocus()
    write(PIN)
    with qtbot.waitSignal(page.signed_in) as told:
        press(qtbot, background, KEY.Key_Return)
    assert told.args[0].name == names[1]
    assert page.secret.text() == ""


def test_a_wrong_pin_is_told_beside_the_field_and_cleared(qtbot, house, background, page) -> None:
    press(qtbot, background, KEY.Key_Return)
    write("999999")
    press(qtbot, background, KEY.Key_Return)
    assert "4" in page._secret_field.finding()
    assert page.secret.text() == ""
    assert page.secret.hasFocus()
    assert page.enter.isEnabled()
    for _ in range(4):
        write("999999")
        press(qtbot, background, KEY.Key_Return)
    assert "30" in page._secret_field.finding()
    write(PIN)
    press(qtbot, background, KEY.Key_Return)  # also the right one waits
    assert "30" in page._secret_field.finding()


def test_two_returns_are_one_try(qtbot, house, background, page) -> None:
    page.secret.setFocus()
    write("999999")
    QTest.keyClick(page.secret, KEY.Key_Return)
    QTest.keyClick(page.secret, KEY.Key_Return)
    settle(qtbot, background)
    assert "4" in page._secret_field.finding()


def test_another_name_forgets_what_was_typed_for_the_first(qtbot, house, background, page) -> None:
    page.secret.setFocus()
    write(PIN)
    page.table.choose_line(2)
    assert page.secret.text() == ""
    assert page._name.text() == page.table.current().name


def test_a_refresh_keeps_the_name_and_what_is_typed(qtbot, house, background, page) -> None:
    page.table.choose_line(3)
    page.secret.setFocus()
    write("2849")
    page.refresh()
    settle(qtbot, background)
    assert page.secret.text() == "2849"
    assert page.table.currentIndex().row() == 3


def test_the_newcomer_chooses_a_pin_of_their_own(qtbot, house, newcomer, background, page) -> None:
    page.refresh()
    settle(qtbot, background)
    page.table.choose_key(newcomer)
    page.table.setFocus()
    press(qtbot, background, KEY.Key_Return)
    write(PIN)
    press(qtbot, background, KEY.Key_Return)
    assert page.new_secret.isVisible()
    assert page.new_secret.hasFocus()
    write("200190")  # a date
    press(qtbot, background, KEY.Key_Return)
    write("200190")
    press(qtbot, background, KEY.Key_Return)
    assert "tanggal" in page._new_field.finding().lower()
    write(OWN)
    press(qtbot, background, KEY.Key_Return)
    write(OWN)
    with qtbot.waitSignal(page.signed_in):
        press(qtbot, background, KEY.Key_Return)


def test_esc_goes_back_to_the_names(qtbot, house, newcomer, background, page) -> None:
    page.refresh()
    settle(qtbot, background)
    page.table.choose_key(newcomer)
    page.secret.setFocus()
    write(PIN)
    press(qtbot, background, KEY.Key_Return)
    press(qtbot, background, KEY.Key_Escape)
    assert page.secret.isVisible()
    assert page.table.hasFocus()


def test_model_and_size(page) -> None:
    QAbstractItemModelTester(page.table.model())
    assert page.minimumSizeHint().height() <= 680
    assert page.secret.echoMode() == page.secret.EchoMode.Password
