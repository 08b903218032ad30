"""The security desk's decisions, without a window: what is issued, what is asked, what is taken back."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from app.devices.connection import PrinterSetting
from app.domain.tickets import ENDED, Ticket
from app.errors import Refused
from app.services.doubles import put_back
from app.services.services import Services
from app.ui.moment import HELD_MS
from app.ui.presenters.desk import DeskPresenter, last_four
from app.ui.presenters.desk_state import COPY, FAILED, Choice, DeskView, LastTicket
from tests.houses import DAY_MS, House, make_branch
from tests.ui.doors import ImmediateDoor
from tests.unit.services.test_doubles import OTHER, doubled


class PaperView:
    """Keeps what the presenter said."""

    def __init__(self) -> None:
        self.desk: DeskView | None = None
        self.choice: Choice | None = None
        self.last: LastTicket | None = None
        self.large: LastTicket | None = None
        self.issued: list[str] = []
        self.asked: list[bool] = []
        self.spoken: list[tuple[str, str]] = []
        self.refusals: list[str] = []
        self.papers: list[tuple[str, bytes]] = []

    def show_desk(self, desk: DeskView) -> None:
        self.desk = desk

    def show_choice(self, choice: Choice | None) -> None:
        self.choice = choice

    def show_last(self, last: LastTicket | None) -> None:
        self.last = last

    def show_issued(self, service: str) -> None:
        self.issued.append(service)

    def show_large(self, last: LastTicket) -> None:
        self.large = last

    def ask_identity(self, wrong: bool) -> None:
        self.asked.append(wrong)

    def show_paper(self, label: str, path: Path, pdf: bytes) -> None:
        self.papers.append((label, pdf))

    def said(self, what: str, fact: str) -> None:
        self.spoken.append((what, fact))

    def refuse(self, refused: Refused) -> None:
        self.refusals.append(refused.code)


class SlowDoor(ImmediateDoor):
    """Holds writing back until the test lets it through, as a slow disk would."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[Callable[[], None]] = []

    def write(self, work: Any, done: Any, failed: Any = None) -> None:
        self.held.append(lambda: self._do(work, done, failed))

    def let_through(self) -> None:
        while self.held:
            self.held.pop(0)()


class Room:
    """A desk with somebody at it."""

    def __init__(self, house: House, who: str = "security_desk", door: ImmediateDoor | None = None) -> None:
        self.house = house
        self.services = Services(house.office)
        self.view = PaperView()
        self.door = door or ImmediateDoor()
        actions = house.office.actions(house[who])
        self.presenter = DeskPresenter(
            self.services, self.door, self.view, house[who], lambda action: action in actions
        )
        self.presenter.refresh()

    def tickets(self) -> tuple[Ticket, ...]:
        return self.services.desk.all_of_day()

    def last(self) -> Ticket:
        assert self.view.last is not None
        return self.view.last.ticket

    def set_identity(self, rule: str) -> None:
        """As if the bundle said so."""
        desk = self.presenter.desk
        assert desk is not None
        rules = replace(desk.rules, queue=replace(desk.rules.queue, identity_at_desk=rule))
        self.presenter.desk = replace(desk, rules=rules)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = make_branch(tmp_path)
    made.open_day()
    yield made
    made.close()


@pytest.fixture
def room(house: House) -> Room:
    return Room(house)


# ------------------------------------------------------------------------------------------------ issuing


def test_a_service_is_chosen_and_then_issued(room: Room) -> None:
    room.presenter.choose("jht")
    assert room.view.choice is not None
    assert [each.code for each in room.view.choice.documents][:2] == ["member_card", "id_card"]
    assert room.tickets() == ()
    room.presenter.issue()
    assert [each.label for each in room.tickets()] == ["A-001"]
    assert room.last().label == "A-001"
    assert room.view.choice is None
    assert room.view.issued == ["jht"]


def test_the_same_service_again_issues_at_once(room: Room) -> None:
    room.presenter.choose("jp")
    room.presenter.choose("jp")
    assert [each.label for each in room.tickets()] == ["H-001"]


def test_another_service_changes_the_choice_and_forgets_what_was_missing(room: Room) -> None:
    room.presenter.choose("jp")
    room.presenter.toggle_missing(0)
    room.presenter.choose("jht")
    room.presenter.issue()
    assert room.last().service == "jht"
    assert room.last().missing == ()


def test_missing_papers_stand_on_the_ticket_in_the_order_of_the_list(room: Room) -> None:
    room.presenter.choose("jht")
    for place in (2, 1, 0, 0, 8):
        room.presenter.toggle_missing(place)
    room.presenter.issue()
    assert room.last().missing == ("id_card", "bank_book")
    assert room.view.last is not None
    assert room.view.last.slip is not None
    assert len(room.view.last.slip.missing) == 2


def test_nothing_of_one_person_passes_to_the_next(room: Room) -> None:
    room.presenter.choose("jht")
    room.presenter.last4, room.presenter.initials = "0001", "PC"
    room.presenter.set_priority("elderly")
    room.presenter.issue()
    room.house.clock.pass_ms(HELD_MS)
    room.presenter.choose("jht")
    room.presenter.issue()
    first, second = room.tickets()
    assert (first.last4, first.initials, first.priority) == ("0001", "PC", "elderly")
    assert (second.last4, second.initials, second.priority, second.missing) == ("", "", "", ())


def test_two_clicks_give_one_ticket(house: House) -> None:
    door = SlowDoor()
    room = Room(house, door=door)
    room.presenter.choose("jht")
    room.presenter.issue()
    room.presenter.issue()
    room.presenter.choose("jht")
    door.let_through()
    assert len(room.tickets()) == 1


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("9901011507900001", "0001"),
        (" 9901 0115 0790 0001 ", "0001"),
        ("0001", "0001"),
        ("", ""),
        ("123", None),
        ("99010115079000012", None),
        ("12a4", None),
        ("١٢٣٤", None),
    ],
)
def test_no_more_than_four_digits_are_kept(typed: str, kept: str | None) -> None:
    assert last_four(typed) == kept


def test_what_is_no_number_is_asked_again_and_not_stored(room: Room) -> None:
    room.presenter.choose("jht")
    room.presenter.last4 = "12a"
    room.presenter.issue()
    assert room.view.asked == [True]
    assert room.tickets() == ()


def test_identity_is_asked_for_only_where_the_bundle_demands_it(room: Room) -> None:
    room.set_identity("required")
    room.presenter.choose("jht")
    room.presenter.issue()
    assert room.view.asked == [False]
    room.presenter.last4 = "0001"
    room.presenter.issue()
    assert room.last().last4 == "0001"


def test_where_identity_is_off_nothing_of_it_is_kept(room: Room) -> None:
    room.set_identity("off")
    room.presenter.choose("jht")
    room.presenter.last4, room.presenter.initials = "0001", "PC"
    room.presenter.issue()
    assert (room.last().last4, room.last().initials) == ("", "")


# ------------------------------------------------------------------------------------------------ the paper


def test_without_a_printer_the_number_is_to_be_copied(room: Room) -> None:
    room.presenter.choose("jht")
    room.presenter.issue()
    assert room.view.last is not None
    assert room.view.last.printing == COPY


def test_a_printer_that_failed_takes_no_number_away(room: Room) -> None:
    room.presenter.choose("jht")
    room.presenter.issue()
    room.presenter.print_ended(room.last().id, False, "printer_no_paper")
    assert room.view.last is not None
    assert (room.view.last.printing, room.view.last.error) == (FAILED, "printer_no_paper")
    assert len(room.tickets()) == 1


def test_a_report_about_an_older_ticket_does_not_change_the_picture(room: Room) -> None:
    for _ in range(2):
        room.presenter.choose("jht")
        room.presenter.issue()
        room.house.clock.pass_ms(HELD_MS)
    older = room.tickets()[0]
    room.presenter.print_ended(older.id, False, "printer_no_paper")
    assert room.last().label == "A-002"
    assert room.view.last is not None
    assert room.view.last.printing == COPY


def test_a_reprint_is_counted_and_stands_on_the_slip(room: Room) -> None:
    room.presenter.choose("jht")
    room.presenter.issue()
    room.presenter.reprint()
    assert room.last().copies == 1
    assert room.view.last is not None
    assert room.view.last.slip is not None
    assert room.view.last.slip.copy == 1
    assert room.view.last.printing == COPY  # this PC has no printer: nothing was printed, and nothing is said
    assert room.view.spoken == []


def test_a_reprint_key_that_is_held_counts_one_copy(room: Room) -> None:
    room.presenter.choose("jht")
    room.presenter.issue()
    for _ in range(60):
        room.presenter.reprint()
        room.house.clock.pass_ms(33)
    assert room.last().copies == 1
    room.house.clock.pass_ms(HELD_MS)
    room.presenter.reprint()  # a press of its own
    assert room.last().copies == 2


def test_a_reprint_is_said_once_a_printer_has_taken_it(room: Room, tmp_path: Path) -> None:
    paper = tmp_path / "printer"
    paper.touch()
    room.presenter.choose("jht")
    room.presenter.issue()
    room.services.printing.choose(PrinterSetting(kind="file", address=str(paper)))
    room.presenter.reprint()
    assert room.view.spoken == []
    ticket = room.last().id
    room.presenter.print_ended(ticket, False, "printer_no_paper")
    assert room.view.spoken == []
    room.house.clock.pass_ms(HELD_MS)
    room.presenter.reprint()
    room.presenter.print_ended(ticket, True, None)
    room.presenter.print_ended(ticket, True, None)
    assert room.view.spoken == [("reprinted", "A-001")]
    room.services.printing.close()


def test_one_press_reads_the_board_once_and_the_slip_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, read = Room(house), []
    for name in ("board", "slip"):
        inner = getattr(room.services.desk, name)
        monkeypatch.setattr(
            room.services.desk,
            name,
            lambda *given, inner=inner, name=name: read.append(name) or inner(*given),
        )
    room.presenter.choose("jht")
    room.presenter.issue()
    assert read == ["slip", "board"]
    room.presenter.look_again()  # the window tells the page of its own change
    assert read == ["slip", "board"]
    room.house.desk.issue(room.house["security_desk"], "jp")
    room.presenter.look_again()
    assert read.count("board") == 2
    assert room.view.last is not None
    assert room.view.last.slip is not None


# ------------------------------------------------------------------------------------------------ taking back


def test_who_was_put_back_gets_a_paper_with_one_call_and_is_shown_until_the_next_number(
    house: House, tmp_path: Path
) -> None:
    doubled(house)
    back = put_back(house.office, house["service_supervisor"], OTHER)
    house.clock.pass_ms(60_000)
    newest = house.desk.issue(house["security_desk"], "info")
    room = Room(house)
    paper = tmp_path / "printer"
    paper.touch()
    room.services.printing.choose(PrinterSetting(kind="file", address=str(paper)))
    assert room.view.desk is not None
    assert room.view.desk.without_paper == back
    assert room.last().label == newest.label
    room.presenter.print_back()
    room.presenter.print_back()  # a second press before the printer has answered
    room.services.printing.close()
    room.presenter.refresh()
    assert room.view.desk.without_paper is None
    assert room.last().label == back.label
    assert room.last().copies == 0
    assert paper.read_bytes().count(back.label.encode()) == 1
    room.presenter.choose("jht")
    room.presenter.issue()
    assert room.last().service == "jht"


def test_without_a_printer_the_label_of_who_was_put_back_is_to_be_copied(house: House) -> None:
    doubled(house)
    back = put_back(house.office, house["service_supervisor"], OTHER)
    room = Room(house)
    room.presenter.print_back()
    assert (room.last().label, room.view.last.printing) == (back.label, "copy")
    room.presenter.refresh()
    assert room.view.desk.without_paper is None


def test_who_was_put_back_and_called_needs_no_paper_any_more(house: House) -> None:
    doubled(house)
    put_back(house.office, house["service_supervisor"], OTHER)
    room = Room(house)
    house.counters.open(house["cso"], 1)
    for _ in range(2):
        called = house.counters.call_next(house["cso"], 1)
        house.counters.confirm(house["cso"], called.id)
        house.counters.finish(house["cso"], called.id, "info_given")
    room.presenter.refresh()
    assert room.view.desk.without_paper is None


def test_a_wrong_number_is_taken_back_within_ten_seconds(room: Room) -> None:
    room.presenter.choose("jht")
    room.presenter.issue()
    room.house.clock.pass_seconds(9)
    assert room.presenter.void_left() == (1000, 10_000)
    room.presenter.void()
    assert room.tickets()[0].leg.outcome == "voided"
    assert room.presenter.void_left()[0] == 0
    room.presenter.choose("jht")
    room.presenter.issue()
    assert room.last().label == "A-002"  # the label stays used


def test_after_ten_seconds_it_is_too_late(room: Room) -> None:
    room.presenter.choose("jht")
    room.presenter.issue()
    room.house.clock.pass_seconds(10)
    room.presenter.void()
    assert room.tickets()[0].state == "waiting"


def test_cancelling_needs_no_haste_and_keeps_its_reason(room: Room) -> None:
    room.presenter.choose("jht")
    room.presenter.issue()
    room.house.clock.pass_seconds(600)
    room.presenter.cancel("visitor_left")
    assert room.last().state == ENDED
    assert room.last().leg.detail == "visitor_left"


# ------------------------------------------------------------------------------------------------ quotas


def use_up(house: House, service: str) -> None:
    quota = house.office.rules().service(service).daily_quota
    assert quota is not None
    for _ in range(quota):
        house.desk.issue(house["security_desk"], service)


def test_a_used_up_quota_offers_to_count_who_goes(house: House) -> None:
    use_up(house, "jkm")
    room = Room(house)
    room.presenter.choose("jkm")
    assert room.view.choice is not None
    assert room.view.choice.exhausted
    assert room.view.choice.next_day == "2026-11-23"
    assert room.view.choice.most_more == 0  # this is not the desk's to decide
    before = len(room.tickets())
    room.presenter.choose("jkm")
    assert len(room.tickets()) == before
    room.presenter.turn_away()
    day = house.office.latest_day()
    assert day is not None
    assert day.turned == {"jkm": 1}
    assert room.view.choice is None


def test_a_supervisor_gives_more_and_goes_on(house: House) -> None:
    use_up(house, "jkm")
    room = Room(house, "service_supervisor")
    room.presenter.choose("jkm")
    assert room.view.choice is not None
    assert room.view.choice.most_more == 50
    room.presenter.raise_quota(2, "rombongan ahli waris")
    assert not room.view.choice.exhausted
    assert room.view.choice.most_more == 48
    room.presenter.issue()
    assert room.last().label == "K-016"


def test_a_quota_that_ran_out_meanwhile_is_told_and_shown(house: House) -> None:
    room = Room(house)
    room.presenter.choose("jkm")
    use_up(house, "jkm")
    room.presenter.issue()
    assert room.view.refusals == ["quota_exhausted"]
    assert room.view.choice is not None
    assert room.view.choice.exhausted


# ------------------------------------------------------------------------------------------------ the day


def test_the_day_goes_on_where_the_paper_tickets_ended(tmp_path: Path) -> None:
    house = make_branch(tmp_path)
    room = Room(house)
    assert room.view.desk is not None
    assert not room.view.desk.is_open
    assert [each.label for each in room.view.desk.numbers][:2] == ["A-001", "H-001"]
    room.presenter.choose("jht")
    assert room.view.choice is None
    room.presenter.open_day({"A": 15})
    room.presenter.choose("jht")
    room.presenter.issue()
    assert room.last().label == "A-015"
    house.close()


def test_who_does_not_know_the_number_opens_with_a_mark(tmp_path: Path) -> None:
    house = make_branch(tmp_path)
    room = Room(house)
    room.presenter.open_day(None)
    what, mark = room.view.spoken[-1]
    assert (what, len(mark)) == ("opened", 4)
    room.presenter.choose("jht")
    room.presenter.issue()
    assert room.last().label == f"A-{mark}-001"
    house.close()


def test_an_unclosed_yesterday_blocks_nothing(room: Room) -> None:
    room.house.clock.pass_ms(3 * DAY_MS)  # Monday
    room.presenter.refresh()
    assert room.view.desk is not None
    assert room.view.desk.board.unclosed_before == "2026-11-20"
    room.presenter.open_day({})
    room.presenter.choose("jht")
    room.presenter.issue()
    assert (room.last().day, room.last().label) == ("2026-11-23", "A-001")


@pytest.mark.parametrize(("days", "found"), [(-1, ["behind"]), (3, []), (4, ["pause"])])
def test_a_clock_that_looks_wrong_is_pointed_out(room: Room, days: int, found: list[str]) -> None:
    room.house.clock.jump(days * DAY_MS)
    room.presenter.refresh()
    assert room.view.desk is not None
    assert [each.code for each in room.view.desk.doubts] == found
