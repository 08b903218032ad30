"""The queue page: everybody of the day, and what may still be done with a ticket."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QDialog

from app.devices.connection import PrinterSetting
from app.domain.tickets import ENDED, NO_SHOW, WAITING
from app.errors import Refused
from app.services.persons import Signed
from app.services.services import Services
from app.ui.background import Background
from app.ui.context import Context
from app.ui.moment import HELD_MS
from app.ui.notify import Notify
from app.ui.page_area import PageArea
from app.ui.pages.queue import QueuePage
from app.ui.presenters.queue import QueuePresenter, QueueRow
from tests.houses import House, make_branch
from tests.ui.doors import ImmediateDoor


class RowsView:
    """Keeps what the presenter said."""

    def __init__(self) -> None:
        self.rows: tuple[QueueRow, ...] = ()
        self.counts: dict[str, int] = {}
        self.spoken: list[tuple[str, str]] = []
        self.refusals: list[str] = []

    def show_rows(self, rows: tuple[QueueRow, ...], counts: dict[str, int]) -> None:
        self.rows, self.counts = rows, counts

    def said(self, what: str, label: str) -> None:
        self.spoken.append((what, label))

    def refuse(self, refused: Refused) -> None:
        self.refusals.append(refused.code)

    def labels(self) -> list[str]:
        return [row.ticket.label for row in self.rows]


def presenter_of(house: House, view: RowsView, who: str = "security_desk") -> QueuePresenter:
    actions = house.office.actions(house[who])
    made = QueuePresenter(
        Services(house.office), ImmediateDoor(), view, house[who], lambda action: action in actions
    )
    made.refresh()
    return made


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A day with somebody in every state: A-001 finished, A-002 parked, A-003 missed, A-004 served, H-001 waits."""
    made = make_branch(tmp_path)
    made.open_day()
    desk, cso = made["security_desk"], made["cso"]
    done = made.serve()
    made.counters.finish(cso, done.id, "info_given")
    parked = made.serve()
    made.counters.park(cso, parked.id, made.office.rules().park_reasons[0].code)
    missed = made.desk.issue(desk, "jht")
    made.counters.call(cso, 1, missed.id, "agreed_time")
    for _ in range(2):
        made.counters.recall(cso, missed.id)
    made.counters.no_show(cso, missed.id)
    made.serve()
    made.desk.issue(desk, "jp", priority="elderly", last4="0001", initials="PC")
    yield made
    made.close()


# ------------------------------------------------------------------------------------------------ the presenter


def test_everybody_is_there_the_newest_first(house: House) -> None:
    view = RowsView()
    presenter_of(house, view)
    assert view.labels() == ["H-001", "A-004", "A-003", "A-002", "A-001"]
    assert view.counts == {"all": 5, "waiting": 1, "serving": 1, "parked": 1, "no_show": 1, "ended": 1}


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("waiting", ["H-001"]),
        ("serving", ["A-004"]),
        ("parked", ["A-002"]),
        ("no_show", ["A-003"]),
        ("ended", ["A-001"]),
    ],
)
def test_a_filter_shows_its_own(house: House, name: str, labels: list[str]) -> None:
    view = RowsView()
    presenter_of(house, view).choose_filter(name)
    assert view.labels() == labels


def test_the_minutes_go_on_and_pass_the_target(house: House) -> None:
    view = RowsView()
    presenter = presenter_of(house, view)
    presenter.choose_filter("waiting")
    target = house.office.rules().service("jp").target_wait_minutes
    house.clock.pass_seconds(60 * target)
    presenter.show()
    assert (view.rows[0].minutes, view.rows[0].late) == (target, False)
    house.clock.pass_seconds(60)
    presenter.show()
    assert (view.rows[0].minutes, view.rows[0].late) == (target + 1, True)


def test_the_waiting_stand_in_the_order_of_calling(house: House) -> None:
    view = RowsView()
    presenter = presenter_of(house, view)
    missed = next(row.ticket for row in view.rows if row.ticket.state == NO_SHOW)
    presenter.choose_filter("waiting")
    presenter.reinstate(missed)
    assert view.labels() == ["H-001", "A-003"]  # behind who waits already
    assert view.spoken == [("reinstated", "A-003")]


def test_each_state_allows_its_own_actions(house: House) -> None:
    view = RowsView()
    presenter = presenter_of(house, view)
    may = {row.ticket.label: presenter.actions(row.ticket) for row in view.rows}
    assert {label: (each.reinstate, each.reprint, each.cancel) for label, each in may.items()} == {
        "H-001": (False, True, True),
        "A-004": (False, True, False),
        "A-003": (True, True, True),
        "A-002": (False, True, True),
        "A-001": (False, False, False),
    }
    assert may["A-001"].why_not == "ended"
    assert presenter.actions(None).why_not == "none"


def test_what_the_buttons_offer_the_services_allow(house: House) -> None:
    for label in ("H-001", "A-003", "A-002"):
        view = RowsView()
        presenter = presenter_of(house, view)
        ticket = next(row.ticket for row in view.rows if row.ticket.label == label)
        presenter.cancel(ticket, "visitor_left")
        assert view.refusals == []
        assert next(row for row in view.rows if row.ticket.label == label).ticket.state == ENDED


def test_a_cso_cancels_but_prints_no_tickets(house: House) -> None:
    view = RowsView()
    presenter = presenter_of(house, view, "cso")
    may = presenter.actions(view.rows[0].ticket)
    assert (may.cancel, may.reprint) == (True, False)


# ------------------------------------------------------------------------------------------------ the page


@pytest.fixture
def page(qtbot, house: House, background: Background, notify: Notify) -> Iterator[QueuePage]:
    services = Services(house.office)
    person = house.office.branch().person(house["security_desk"])
    signed = Signed(id=person.id, name=person.name, title="", roles=person.roles, places=())
    made = QueuePage(Context(services, background, notify, signed, lambda *_: None))
    area = PageArea(made)
    qtbot.addWidget(area)
    area.resize(1188, 614)
    with qtbot.waitActive(area):
        area.show()
        area.activateWindow()
    made.refresh()
    qtbot.waitUntil(lambda: made.presenter.queue is not None)
    made.table.setFocus()
    yield made
    background.close()


def key(*keys: Qt.Key) -> None:
    for each in keys:
        QTest.keyClick(QApplication.focusWidget(), each)
        QApplication.processEvents()


def test_the_table_is_a_proper_model(page: QueuePage) -> None:
    tester = QAbstractItemModelTester(page.table.model(), QAbstractItemModelTester.FailureReportingMode.Fatal)
    page.presenter.choose_filter("waiting")
    page.presenter.choose_filter("all")
    assert tester.model() is page.table.model()
    assert page.table.model().rowCount() == 5


def test_a_digit_filters_and_f8_brings_a_no_show_back(page: QueuePage, house: House, qtbot) -> None:
    key(Qt.Key.Key_5)
    assert page.filters.value() == NO_SHOW
    ticket = page.chosen()
    assert ticket is not None
    assert ticket.label == "A-003"
    assert page.reinstate.isEnabled()
    key(Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: page.table.model().rowCount() == 0)
    assert not page.reinstate.isEnabled()
    assert "A-003" in page._context.notify.last()
    key(Qt.Key.Key_2)
    assert page.filters.value() == WAITING
    assert page.table.model().rowCount() == 2


def test_ctrl_f10_cancels_with_a_reason(page: QueuePage, qtbot) -> None:
    key(Qt.Key.Key_2)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F10, Qt.KeyboardModifier.ControlModifier)
    question = page.window().findChild(QDialog)
    assert question is not None
    QTest.keyClick(question, Qt.Key.Key_3)
    qtbot.waitUntil(lambda: page.table.model().rowCount() == 0)
    key(Qt.Key.Key_1)
    page.table.choose_line(0)
    ticket = page.chosen()
    assert ticket is not None
    assert (ticket.label, ticket.leg.detail) == ("H-001", "double_ticket")


def test_a_second_reprint_key_counts_one_copy_while_the_first_is_under_way(page: QueuePage, qtbot) -> None:
    key(Qt.Key.Key_2)
    QTest.keyClick(page.table, Qt.Key.Key_F9)
    QTest.keyClick(page.table, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: page.chosen() is not None and page.chosen().copies > 0)
    qtbot.wait(50)
    assert page.chosen().copies == 1
    assert "salin nomor H-001" in page._context.notify.last()  # this PC has no printer


def test_a_reprint_key_that_is_held_counts_one_copy(page: QueuePage, house: House, qtbot) -> None:
    key(Qt.Key.Key_2)
    for _ in range(20):  # as platforms do that report a held key as many presses and releases
        QTest.keyClick(page.table, Qt.Key.Key_F9)
        qtbot.waitUntil(lambda: not page._context.background.busy)
        house.clock.pass_ms(33)
    assert sum(each.copies for each in page._context.services.desk.all_of_day()) == 1


def test_a_copy_is_said_to_be_printed_once_a_printer_has_taken_it(
    page: QueuePage, house: House, qtbot, tmp_path: Path
) -> None:
    said = page._context.notify
    page._context.services.printing.choose(
        PrinterSetting(kind="file", address=str(tmp_path / "away" / "lp0"))
    )
    key(Qt.Key.Key_2)
    QTest.keyClick(page.table, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: "belum tercetak" in said.last(), timeout=30_000)
    paper = tmp_path / "printer"
    paper.touch()
    page._context.services.printing.choose(PrinterSetting(kind="file", address=str(paper)))
    house.clock.pass_ms(HELD_MS)
    QTest.keyClick(page.table, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: "dicetak ulang" in said.last(), timeout=30_000)
    page._context.services.printing.close()


def test_the_chosen_ticket_stays_chosen_when_others_come(page: QueuePage, house: House, qtbot) -> None:
    page.table.choose_line(2)
    chosen = page.table.current_key()
    house.desk.issue(house["security_desk"], "info")
    page.refresh()
    qtbot.waitUntil(lambda: page.table.model().rowCount() == 6)
    assert page.table.current_key() == chosen
    assert QApplication.focusWidget() is page.table


def test_another_page_opens_a_ticket_here(page: QueuePage) -> None:
    key(Qt.Key.Key_6)
    wanted = next(each for each in page.presenter.queue.tickets if each.label == "A-002")
    page.open_record(wanted.id)
    ticket = page.chosen()
    assert ticket is not None
    assert ticket.label == "A-002"
    assert page.filters.value() == "all"


def test_no_more_than_four_digits_and_initials_are_shown(page: QueuePage) -> None:
    page.table.choose_line(0)
    words = page.detail._facts.text()
    assert "0001" in words
    assert "PC" in words


def test_it_fits_the_smallest_screen(page: QueuePage) -> None:
    assert page.size().width() <= 1188
    assert page.size().height() <= 614
