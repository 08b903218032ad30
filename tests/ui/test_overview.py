"""The supervisor's overview: what it tells of the day, and the way from a matter to where it is settled."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.errors import Refused
from app.services.services import Services
from app.services.today import Attention, TodayBoard
from app.ui.background import Background
from app.ui.notify import Notify
from app.ui.pages.overview import OverviewPage
from app.ui.pages.overview_matters import MatterList
from app.ui.pages.paper_window import PaperWindow
from app.ui.presenters.network_notices import NoticePresenter, Telling
from app.ui.presenters.overview import PLACES, OverviewPresenter
from tests.houses import DAY_MS, House, make_branch
from tests.ui.doors import ImmediateDoor
from tests.ui.office_desk import OfficeDesk
from tests.unit.services.test_doubles import RECEIPT, close, doubled, two_receipts


class BoardView:
    def __init__(self) -> None:
        self.boards: list[TodayBoard] = []

    def show_board(self, board: TodayBoard) -> None:
        self.boards.append(board)

    def put_back(self, label: str, new: str) -> None:
        raise AssertionError("nobody asked for it")

    def renewed(self, name: str, number: str, former: str) -> None:
        raise AssertionError("nobody asked for it")

    def show_paper(self, path: Path, pdf: bytes) -> None:
        raise AssertionError("nobody asked for it")


class HeldDoor(ImmediateDoor):
    """Keeps what is handed in until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.held = []

    def read(self, work, done, failed=None) -> None:
        self.held.append((work, done, failed))

    def let_go(self) -> None:
        work, done, failed = self.held.pop(0)
        super().read(work, done, failed)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = make_branch(tmp_path)
    yield made
    made.close()


@pytest.fixture
def busy(house: House) -> House:
    """One served, one waits too long, one is at counter 1."""
    house.open_day()
    served = house.serve("info")
    house.clock.pass_ms(5 * 60_000)
    house.counters.finish(house["cso"], served.id, "info_given")
    house.desk.issue(house["security_desk"], "jp")
    house.clock.pass_ms(50 * 60_000)
    house.serve("jht")
    return house


def desk_of(qtbot, house: House, background: Background, notify: Notify, role="service_supervisor"):
    return OfficeDesk(qtbot, house, background, notify, OverviewPage, role)


# ------------------------------------------------------------------------------------------------ the presenter


def test_ten_changes_while_a_read_is_under_way_are_read_once_more(house: House) -> None:
    view, door = BoardView(), HeldDoor()
    presenter = OverviewPresenter(Services(house.office), door, view)
    for _ in range(10):
        presenter.load()
    assert len(door.held) == 1
    door.let_go()
    assert len(view.boards) == 1
    assert len(door.held) == 1
    door.let_go()
    assert len(view.boards) == 2
    assert not door.held


def test_a_read_that_was_refused_does_not_stop_the_next(house: House) -> None:
    view, door = BoardView(), ImmediateDoor()
    services = Services(house.office)
    presenter = OverviewPresenter(services, door, view)

    class Broken:
        def today(self) -> TodayBoard:
            raise Refused("file_busy")

    whole, services.summaries = services.summaries, Broken()  # type: ignore[assignment]
    presenter.load()
    assert [each.code for each in door.refused] == ["file_busy"]
    services.summaries = whole
    presenter.load()
    assert len(view.boards) == 1


def test_quiet_hours_of_the_service_day_are_shown_too(busy: House) -> None:
    view = BoardView()
    presenter = OverviewPresenter(Services(busy.office), ImmediateDoor(), view)
    presenter.load()
    hours = presenter.hours(view.boards[0].figures)
    assert [hour for hour, _ in hours] == list(range(8, 17))
    assert sum(arrived for _, (arrived, _) in hours) == 3
    assert hours[-1] == (16, (0, 0))


def test_every_kind_of_matter_has_a_place_a_sentence_and_a_note(qtbot) -> None:
    made = MatterList()
    qtbot.addWidget(made)
    for kind in PLACES:
        matter = Attention(
            kind=kind,
            light="red",
            count=3,
            names=("Petugas 3", "finance_supervisor"),
            refs=("a",),
            day="2026-11-20",
        )
        assert made.sentence(matter)
        assert "{" not in made.sentence(matter) + made.note(matter)


# ------------------------------------------------------------------------------------------------ the page


def test_before_a_day_is_opened_it_says_so_and_leads_to_the_desk(qtbot, house, background, notify) -> None:
    desk = desk_of(qtbot, house, background, notify)
    assert desk.page.open_day.isVisible()
    assert not desk.page.print.isVisible()
    desk.key(Qt.Key.Key_F3)
    assert desk.went == [("desk", "")]


def test_an_auditor_is_not_sent_to_a_page_they_do_not_have(qtbot, house, background, notify) -> None:
    desk = desk_of(qtbot, house, background, notify, "auditor")
    assert not desk.page.open_day.isVisible()


def test_the_day_is_told_in_figures(qtbot, busy, background, notify) -> None:
    desk = desk_of(qtbot, busy, background, notify)
    page = desk.page
    assert page.figures["issued"].value() == "3"
    assert page.figures["serving"].value() == "5 mnt"
    rows = {row.counter: row for row in page.counters.model().rows}
    assert rows[1].label == "A-001"
    assert rows[1].served == 1
    assert {row.code for row in page.quotas.model().rows} == {"jht", "jp", "jkm", "jkk"}
    assert page.state.text() == "Hari 20 Nov 2026 terbuka"


def test_a_matter_is_opened_with_keys_alone(qtbot, busy, background, notify) -> None:
    desk = desk_of(qtbot, busy, background, notify)
    desk.key(Qt.Key.Key_F4)
    first = desk.page.matters.buttons[0]
    assert desk.focused is first
    assert first.words() == "1 peserta menunggu melewati target"
    assert "H-001" in first.note()
    desk.key(Qt.Key.Key_Return)
    assert desk.went == [("queue", "")]


def test_one_key_puts_the_person_back_whose_label_was_given_twice(qtbot, busy, background, notify) -> None:
    first = doubled(busy)
    desk = desk_of(qtbot, busy, background, notify)
    desk.key(Qt.Key.Key_F4)  # it stands first
    assert desk.focused is desk.page.matters.buttons[0]
    assert first.label in desk.page.matters.buttons[0].words()
    desk.key(Qt.Key.Key_Return)

    def labels() -> list[str]:
        return [each.label for each in busy.desk.waiting_list()]

    qtbot.waitUntil(lambda: any(each.startswith(f"{first.label}-") for each in labels()))
    assert len(labels()) == len(set(labels()))


def test_after_closing_it_stands_there_until_somebody_has_looked_at_it(
    qtbot, busy, background, notify
) -> None:
    first = doubled(busy)
    close(busy)
    desk = desk_of(qtbot, busy, background, notify)
    desk.key(Qt.Key.Key_F4)
    assert desk.focused is desk.page.matters.buttons[0]
    assert desk.page.matters.buttons[0].words() == f"{first.label} tercetak dua kali pada 20 Nov 2026"
    desk.key(Qt.Key.Key_Return)
    shown = [each.matter.kind for each in desk.page.matters.buttons if each.isVisible()]
    assert "label_was_twice" not in shown


def test_one_of_two_members_with_one_receipt_gets_another_number_and_its_paper(
    qtbot, busy, background, notify
) -> None:
    one, other = two_receipts(busy)
    desk = desk_of(qtbot, busy, background, notify)
    matter = desk.page.matters.buttons[0]
    assert RECEIPT in matter.words()
    assert "Peserta Contoh · Peserta Lain" in matter.note()
    desk.key(Qt.Key.Key_F4)
    desk.key(Qt.Key.Key_Return)
    assert "Siapa" in desk.dialog().windowTitle()
    desk.key(Qt.Key.Key_2)
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), PaperWindow))
    state = busy.cases.get(other)
    assert busy.cases.get(one).receipt == RECEIPT
    assert state.receipt != RECEIPT
    assert state.receipt in notify.last()
    desk.key(Qt.Key.Key_Escape)
    desk.refresh()
    assert "receipt_twice" not in {each.matter.kind for each in desk.page.matters.buttons if each.isVisible()}


def test_an_auditor_sees_both_files_and_changes_nothing(qtbot, busy, background, notify) -> None:
    one, _ = two_receipts(busy)
    desk = desk_of(qtbot, busy, background, notify, "auditor")
    desk.key(Qt.Key.Key_F4)
    desk.key(Qt.Key.Key_Return)
    assert not desk.has_dialog()
    assert desk.went == [("files", one)]


def test_the_keyboard_stays_on_its_matter_when_others_come_before_it(qtbot, busy, background, notify) -> None:
    desk = desk_of(qtbot, busy, background, notify)
    desk.key(Qt.Key.Key_F4)
    busy.clock.jump(3 * DAY_MS)
    busy.open_day()
    busy.clock.jump(-3 * DAY_MS)  # yesterday unclosed comes first now, in red
    desk.refresh()
    held = desk.focused
    assert held in desk.page.matters.buttons
    assert desk.page.matters.buttons[0].matter.kind == "unclosed_day"


def test_up_and_down_go_from_matter_to_matter(qtbot, background, notify, house) -> None:
    made = MatterList()
    qtbot.addWidget(made)
    matters = [
        Attention(kind="overdue", light="red", count=2, refs=("a",), day="2026-11-18"),
        Attention(kind="no_show", light="blue", names=("A-001",), refs=("b",)),
    ]
    made.set_matters(matters)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    opened = []
    made.opened.connect(opened.append)
    assert made.focus_first()
    qtbot.keyClick(made.buttons[0], Qt.Key.Key_Down)
    assert made.buttons[1].hasFocus()
    made.set_matters([Attention(kind="quarantined", light="red", count=1), *matters])
    assert made.buttons[2].hasFocus()
    qtbot.keyClick(made.buttons[2], Qt.Key.Key_Return)
    assert [each.kind for each in opened] == ["no_show"]


def test_no_key_is_heard_twice_and_nothing_of_qt_is_hidden(qtbot, busy, background, notify) -> None:
    desk = desk_of(qtbot, busy, background, notify)
    assert len(desk.keys_heard()) == len(set(desk.keys_heard()))
    assert not desk.shadowed()


def test_it_fits_the_smallest_screen(qtbot, busy, background, notify) -> None:
    desk = desk_of(qtbot, busy, background, notify)
    assert desk.page.minimumSizeHint().height() <= 614
    assert desk.page.minimumSizeHint().width() <= 1188


def test_the_officers_read_who_bears_the_same_number(busy: House) -> None:
    """Who gave the receipt, and who printed the label: each is told both facts where they sit."""
    two_receipts(busy)
    first = doubled(busy)
    told: list[str] = []

    class Bar:
        def show_tellings(self, tellings: tuple[Telling, ...]) -> None:
            told.extend(each.text for each in tellings)

    notices = NoticePresenter(Services(busy.office), ImmediateDoor(), Bar())
    notices.set_person(busy["cso"])
    assert any("Peserta Contoh dan Peserta Lain" in each and RECEIPT in each for each in told)
    told.clear()
    notices.set_person(busy["security_desk"])
    assert [first.label in each for each in told] == [True]
