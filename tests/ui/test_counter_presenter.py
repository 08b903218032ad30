"""The presenters of the counter without Qt: what is read, one action at a time, and what a refusal leaves."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.domain.claims import Case
from app.domain.tickets import Ticket
from app.errors import Refused
from app.services.services import Services
from app.ui.presenters.case import CaseLook, CasePresenter
from app.ui.presenters.case_marks import CaseMarks
from app.ui.presenters.counter import CounterPresenter
from app.ui.presenters.counter_state import CALLING, CHOOSE, FREE, CounterLook
from tests.houses import House, make_branch
from tests.ui.doors import ImmediateDoor


class CounterView:
    """Keeps what the presenter said."""

    def __init__(self) -> None:
        self.looks: list[CounterLook] = []
        self.refused: list[str] = []
        self.done: list[tuple[str, str]] = []

    def show_look(self, look: CounterLook) -> None:
        self.looks.append(look)

    def show_refused(self, refused: Refused) -> None:
        self.refused.append(refused.code)

    def show_done(self, what: str, ticket: Ticket | None) -> None:
        self.done.append((what, ticket.label if ticket else ""))


class CaseView:
    """Keeps what the presenter of the file said."""

    def __init__(self) -> None:
        self.looks: list[CaseLook | None] = []
        self.kept: list[int] = []
        self.field_refusals: list[tuple[str, str]] = []
        self.refused: list[str] = []
        self.submitted: list[str] = []
        self.written = 0

    def show_look(self, look: CaseLook | None) -> None:
        self.looks.append(look)

    def show_draft_kept(self, at: int) -> None:
        self.kept.append(at)

    def show_field_refused(self, field: str, refused: Refused) -> None:
        self.field_refusals.append((field, refused.code))

    def show_refused(self, refused: Refused) -> None:
        self.refused.append(refused.code)

    def show_submitted(self, case: Case) -> None:
        self.submitted.append(case.receipt)

    def show_paper(self, path: Path, pdf: bytes) -> None:
        raise AssertionError(path)

    def show_link(self, link: str) -> None:
        raise AssertionError(link)

    def show_written(self) -> None:
        self.written += 1


class SlowDoor:
    """Keeps what was handed in until the test lets it happen."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Callable[[], Any], Callable[[Any], None]]] = []

    def write(self, work: Callable[[], Any], done: Callable[[Any], None], failed: Any = None) -> None:
        self.waiting.append((work, done))

    read = write

    def let(self, number: int) -> None:
        work, done = self.waiting[number]
        done(work())


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = make_branch(tmp_path)
    made.open_day()
    yield made
    made.close()


def counter_of(house: House, door: Any) -> tuple[CounterPresenter, CounterView]:
    view = CounterView()
    return CounterPresenter(Services(house.office), house["cso"], door, view), view


def case_of(house: House, case: str) -> tuple[CasePresenter, CaseView]:
    view = CaseView()
    presenter = CasePresenter(Services(house.office), house["cso"], ImmediateDoor(), view)
    presenter.show(case)
    return presenter, view


def test_from_choosing_a_counter_to_the_first_call(house: House) -> None:
    house.desk.issue(house["security_desk"], "jht")
    presenter, view = counter_of(house, ImmediateDoor())
    presenter.refresh()
    presenter.sit_down()
    presenter.call_next()
    assert [look.state for look in view.looks] == [CHOOSE, FREE, CALLING]
    assert view.done == [("opened", ""), ("called", "A-001")]
    assert presenter.look is not None
    assert presenter.look.counter == 1


def test_an_empty_queue_is_refused_in_words(house: House) -> None:
    presenter, view = counter_of(house, ImmediateDoor())
    presenter.refresh()
    presenter.sit_down()
    presenter.call_next()
    assert view.refused == ["queue_empty"]


def test_a_second_press_while_the_first_is_under_way_is_nothing(house: House) -> None:
    house.counters.open(house["cso"], 1)
    house.desk.issue(house["security_desk"], "jht")
    door = SlowDoor()
    presenter, _ = counter_of(house, door)
    presenter.refresh()
    door.let(0)
    presenter.call_next()
    presenter.call_next()
    assert len(door.waiting) == 2


def test_an_answer_older_than_the_last_question_is_not_shown(house: House) -> None:
    door = SlowDoor()
    presenter, view = counter_of(house, door)
    presenter.refresh()
    presenter.refresh()
    door.let(1)
    door.let(0)
    assert len(view.looks) == 1


def test_the_officers_own_quota_counts_what_was_finished_here(house: House) -> None:
    ticket = house.serve("jht")
    house.counters.finish(house["cso"], ticket.id, "info_given")
    presenter, _ = counter_of(house, ImmediateDoor())
    presenter.refresh()
    assert presenter.look is not None
    assert presenter.look.served == 1
    assert presenter.look.quota == ("JHT", 1, 8)


def test_a_refused_field_keeps_its_draft_and_a_taken_one_drops_it(house: House) -> None:
    case = house.draft_case()
    presenter, view = case_of(house, case)
    presenter.typed("phone", "0812x")
    presenter.keep_drafts()
    presenter.note("phone", "0812x")
    assert view.field_refusals == [("phone", "phone_wrong")]
    assert house.drafts.of(house["cso"], "case", case)["phone"].text == "0812x"
    assert house.cases.get(case).fields["phone"] == "+6281234567890"
    presenter.note("phone", "0813 1111 2222")
    assert house.drafts.of(house["cso"], "case", case) == {}
    assert house.cases.get(case).fields["phone"] == "+6281311112222"


def test_taking_back_what_was_typed_drops_the_draft(house: House) -> None:
    case = house.draft_case()
    presenter, _ = case_of(house, case)
    presenter.typed("name", "Peserta Contohh")
    presenter.keep_drafts()
    presenter.typed("name", "Peserta Contoh")
    presenter.note("name", "Peserta Contoh")
    assert house.drafts.of(house["cso"], "case", case) == {}


def test_drafts_go_to_the_case_they_were_typed_in(house: House) -> None:
    first = house.draft_case()
    presenter, _ = case_of(house, first)
    presenter.typed("note", "untuk yang pertama")
    presenter.show(None)
    assert house.drafts.of(house["cso"], "case", first)["note"].text == "untuk yang pertama"
    assert presenter.case == ""


def test_submitting_too_early_is_refused_and_may_be_tried_again(house: House) -> None:
    case = house.draft_case()
    presenter, view = case_of(house, case)
    presenter.submit()
    assert view.refused == ["interview_missing"]
    house.hold_interview(case)
    presenter.refresh()
    presenter.submit()
    assert len(view.submitted) == 1


def test_a_remark_needs_a_looked_at_paper(house: House) -> None:
    case = house.draft_case()
    presenter, view = case_of(house, case)
    CaseMarks(presenter).note_document("tax_card", "belum dibawa")
    assert view.field_refusals == [("mark:tax_card", "mark_before_note")]
