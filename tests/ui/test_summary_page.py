"""The daily summary on the screen: which day, its paper, and closing the day with keys alone."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMarginsF, Qt
from PySide6.QtGui import QPageLayout, QPageSize, QPdfWriter
from PySide6.QtWidgets import QLabel

from app.errors import Refused
from app.services.services import Services
from app.services.summary import Summaries
from app.ui.pages.summary import CLOSING, NOTHING, PREVIEW, SummaryPage
from app.ui.presenters.summary import SummaryPresenter
from tests.houses import DAY, DAY_MS, PIN, House, make_branch
from tests.ui.doors import ImmediateDoor
from tests.ui.office_desk import ALT, CTRL, OfficeDesk

KEY = Qt.Key


class SummaryView:
    def __init__(self) -> None:
        self.told: list[tuple[str, object]] = []

    def __getattr__(self, name: str):
        return lambda *facts: self.told.append((name, facts[0] if facts else None))

    def last(self, name: str) -> object:
        return [fact for told, fact in self.told if told == name][-1]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A-001 finished, H-001 and M-001 wait."""
    made = make_branch(tmp_path)
    made.open_day()
    ticket = made.serve("jht")
    made.clock.pass_ms(6 * 60_000)
    made.counters.finish(made["cso"], ticket.id, "info_given")
    for service in ("jp", "info"):
        made.desk.issue(made["security_desk"], service)
    yield made
    made.close()


@pytest.fixture
def desk(qtbot, house, background, notify) -> OfficeDesk:
    made = OfficeDesk(qtbot, house, background, notify, SummaryPage)
    qtbot.waitUntil(lambda: made.page.paper.view is not None)
    made.settle()
    return made


# ------------------------------------------------------------------------------------------------ the presenter


def presenter_of(house: House) -> tuple[SummaryPresenter, SummaryView]:
    view = SummaryView()
    made = SummaryPresenter(Services(house.office), ImmediateDoor(), view, house["service_supervisor"])
    return made, view


def test_the_latest_day_is_shown_first_and_steps_go_from_there(house: House) -> None:
    presenter, view = presenter_of(house)
    presenter.load()
    assert presenter.day == DAY
    assert view.last("show_preview").pdf.startswith(b"%PDF")  # type: ignore[attr-defined]
    presenter.step(-1)
    assert view.last("show_nothing") == "2026-11-19"


def test_a_folder_that_cannot_be_written_to_is_no_reason_not_to_show_the_day(house: House) -> None:
    house.folder.prints.rmdir()
    house.folder.prints.write_text("a file where the folder was")
    presenter, view = presenter_of(house)
    presenter.load()
    assert view.last("show_preview").path is None  # type: ignore[attr-defined]


def test_a_copy_is_the_pdf_and_the_figures_beside_it(house: House, tmp_path: Path) -> None:
    presenter, view = presenter_of(house)
    presenter.load()
    presenter.save(str(tmp_path / "rekap.pdf"))
    assert (tmp_path / "rekap.pdf").read_bytes().startswith(b"%PDF")
    assert json.loads((tmp_path / "rekap.json").read_text())["day"] == DAY
    presenter.save(str(tmp_path / "nowhere" / "rekap.pdf"))
    assert isinstance(view.last("show_refusal"), Refused)


def test_somebody_who_comes_while_the_day_is_closed_is_asked_for_too(house: House) -> None:
    presenter, view = presenter_of(house)
    presenter.load()
    presenter.begin_closing()
    tickets = house.desk.waiting_list()
    house.desk.issue(house["security_desk"], "jkm")
    presenter.close(DAY, {each.id: "left_unseen" for each in tickets}, "")
    refused = view.last("show_refusal")
    assert isinstance(refused, Refused)
    assert refused.code == "ticket_unexplained"
    names = [name for name, _ in view.told]
    assert names[-2:] == ["show_closing", "show_refusal"]
    assert "show_closed" not in names


# ------------------------------------------------------------------------------------------------ the page


def test_the_paper_is_seen_and_fits_the_smallest_screen(desk: OfficeDesk) -> None:
    page = desk.page
    assert page._stack.currentIndex() == PREVIEW
    assert page.paper.document.pageCount() >= 1
    assert page.day.text() == "20-11-2026"
    assert page.state.text() == "belum ditutup"
    assert page.minimumSizeHint().width() <= 1188
    assert page.minimumSizeHint().height() <= 614


def test_a_typed_day_is_shown_after_enter_and_a_wrong_one_stays_to_be_mended(desk: OfficeDesk) -> None:
    page = desk.page
    page.day.setFocus()
    page.day.selectAll()
    desk.type("31-02-2026")
    desk.key(KEY.Key_Return)
    assert "31-02-2026" in desk.notify.last()
    assert page.day.text() == "31-02-2026"
    desk.refresh()
    assert page.day.text() == "31-02-2026"
    page.day.selectAll()
    desk.type("19-11-2026")
    desk.key(KEY.Key_Return)
    assert page._stack.currentIndex() == NOTHING
    assert not page.print.isEnabled()
    desk.key(KEY.Key_Right, ALT)
    assert page._stack.currentIndex() == PREVIEW
    assert page.day.text() == "20-11-2026"


def test_page_down_scrolls_the_paper_from_the_day_field(desk: OfficeDesk) -> None:
    bar = desk.page.paper.view.verticalScrollBar()
    desk.qtbot.waitUntil(lambda: bar.maximum() > 0)
    desk.page.day.setFocus()
    desk.key(KEY.Key_PageDown)
    assert bar.value() > 0


def test_minus_makes_the_paper_smaller(desk: OfficeDesk) -> None:
    before = desk.page.paper.view.zoomFactor()
    desk.key(KEY.Key_Minus, CTRL)
    assert desk.page.paper.view.zoomFactor() < before


def test_every_page_is_printed(desk: OfficeDesk, tmp_path: Path) -> None:
    writer = QPdfWriter(str(tmp_path / "cetakan.pdf"))
    writer.setPageLayout(
        QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, QMarginsF())
    )
    assert desk.page.print_to(writer) == desk.page.paper.document.pageCount()


def test_the_day_is_closed_with_keys_alone(desk: OfficeDesk) -> None:
    page = desk.page
    desk.key(KEY.Key_F8)
    assert page._stack.currentIndex() == CLOSING
    closing = page.closing
    assert desk.focused is closing.table
    assert not closing.close_day.isEnabled()
    desk.key(KEY.Key_1)
    assert closing.table.currentIndex().row() == 1
    desk.key(KEY.Key_2)
    assert set(closing.explanations.values()) == {"left_unseen", "told_to_return"}
    assert closing.close_day.isEnabled()
    desk.key(KEY.Key_F2)  # what prints on the page before closes nothing here
    assert desk.house.office.latest_day().closed_at is None
    desk.key(KEY.Key_F8, CTRL)
    asked = desk.dialog()  # it is early, and somebody waits: the figures, and the PIN
    words = " ".join(each.text() for each in asked.findChildren(QLabel))
    assert "sampai pukul 17.00" in words
    assert "masih buka: 1." in words
    assert "menunggu atau sedang dilayani: 2" in words
    assert desk.house.office.latest_day().closed_at is None
    desk.type("000000")
    desk.key(KEY.Key_Return)
    assert desk.dialog() is asked
    assert desk.house.office.latest_day().closed_at is None
    asked.secret.clear()
    desk.type(PIN)
    desk.key(KEY.Key_Return)
    assert page.state.text() == "sudah ditutup"
    assert "ditutup" in desk.notify.last()
    assert page.close_day.text() == "Buka lagi hari…"
    assert desk.house.office.latest_day().closed_at is not None
    assert desk.house.drafts.of(desk.who, "closing", DAY) == {}


def test_a_day_closed_too_early_is_opened_again_with_a_reason(desk: OfficeDesk) -> None:
    house = desk.house
    for ticket in Summaries(house.office).open_tickets(DAY):
        house.desk.cancel(house["security_desk"], ticket.id, "visitor_left")
    Summaries(house.office).close_day(house["service_supervisor"], {})
    desk.refresh()
    desk.key(KEY.Key_F8)
    desk.key(KEY.Key_Return, CTRL)
    assert house.office.latest_day().closed_at is not None  # not without a reason
    desk.type("Masih ada peserta")
    desk.key(KEY.Key_Return, CTRL)
    assert not desk.has_dialog()
    assert house.office.latest_day().closed_at is None
    assert house.office.latest_day().reopened[0].reason == "Masih ada peserta"
    assert desk.page.state.text() == "belum ditutup"
    assert desk.page.close_day.text() == "Tutup hari…"


def test_a_day_opened_by_mistake_is_taken_back_from_the_summary(
    qtbot, tmp_path, background, notify, desk: OfficeDesk
) -> None:
    assert not desk.page.take_back.isVisible()  # somebody was called there
    house = make_branch(tmp_path / "lain")
    house.open_day()
    house.desk.issue(house["security_desk"], "info")
    desk = OfficeDesk(qtbot, house, background, notify, SummaryPage)
    assert desk.page.take_back.isVisible()
    house.clock.jump(-DAY_MS)
    desk.page.take_back.click()
    desk.key(KEY.Key_Return)  # Enter leaves it as it is
    assert house.office.latest_day() is not None
    desk.page.take_back.click()
    desk.dialog().yes.click()
    desk.settle()
    assert house.office.latest_day() is None
    assert "19 Nov 2026" in desk.notify.last()


def test_one_reason_for_all_that_are_left(desk: OfficeDesk) -> None:
    desk.key(KEY.Key_F8)
    desk.key(KEY.Key_3)
    desk.key(KEY.Key_F4)
    assert list(desk.page.closing.explanations.values()) == ["served_not_recorded"] * 2


def test_esc_leaves_the_day_open_and_keeps_what_was_explained(desk, qtbot, house, background, notify) -> None:
    desk.key(KEY.Key_F8)
    desk.key(KEY.Key_1)
    desk.page.closing.note.edit.setFocus()
    desk.type("Listrik padam 09.00")
    desk.key(KEY.Key_Escape)
    assert desk.page._stack.currentIndex() == PREVIEW
    assert house.office.latest_day().closed_at is None
    again = OfficeDesk(qtbot, house, background, notify, SummaryPage)  # as after another person signed in
    again.key(KEY.Key_F8)
    assert list(again.page.closing.explanations.values()) == ["left_unseen"]
    assert again.page.closing.note.text() == "Listrik padam 09.00"


def test_a_refused_closing_says_why_and_stays(desk: OfficeDesk) -> None:
    desk.key(KEY.Key_F8)
    desk.key(KEY.Key_1)
    desk.key(KEY.Key_1)
    desk.house.desk.issue(desk.house["security_desk"], "jkm")
    desk.key(KEY.Key_F8, CTRL)
    desk.type(PIN)
    desk.key(KEY.Key_Return)
    assert not desk.has_dialog()
    closing = desk.page.closing
    assert desk.page._stack.currentIndex() == CLOSING
    assert closing.wrong.isVisible()
    assert "K-001" in closing.wrong.text()
    assert len(closing.table.model().rows) == 3
    assert len(closing.explanations) == 2


def test_an_unclosed_yesterday_is_asked_for(desk: OfficeDesk) -> None:
    desk.house.clock.jump(3 * DAY_MS)
    desk.house.open_day()
    desk.page.presenter.day = ""
    desk.refresh()
    assert desk.page.unclosed.isVisible()
    assert "20 Nov 2026" in desk.page.unclosed.text()


def test_an_auditor_reads_but_does_not_close(qtbot, house, background, notify) -> None:
    desk = OfficeDesk(qtbot, house, background, notify, SummaryPage, "auditor")
    assert desk.page.print.isEnabled()
    assert not desk.page.close_day.isEnabled()


def test_no_key_is_heard_twice_in_any_state(desk: OfficeDesk) -> None:
    assert not desk.shadowed()
    for step in (lambda: None, lambda: desk.key(KEY.Key_F8)):
        step()
        assert len(desk.keys_heard()) == len(set(desk.keys_heard())), sorted(desk.keys_heard())
