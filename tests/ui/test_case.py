"""The case workspace: nothing typed is lost, nothing private is shown, and it says what is still open."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.calendar import format_time
from app.services.case_history import case_history
from app.ui.background import Background
from app.ui.notify import Notify
from app.ui.pages.case_link import LinkDialog
from app.ui.pages.case_paper_row import PaperRow
from app.ui.pages.case_words import happening
from app.ui.pages.case_workspace import DRAFT_MS, CaseWorkspace
from app.ui.pages.paper_window import PaperWindow
from tests.houses import House, make_branch
from tests.ui.counter_desk import CTRL, SHIFT, CounterDesk

K = Qt.Key


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = make_branch(tmp_path)
    made.open_day()
    yield made
    made.close()


@pytest.fixture
def desk(qtbot, house: House, background: Background, notify: Notify) -> Iterator[CounterDesk]:
    """A file that lacks only its interview is open at the counter."""
    house.draft_case()
    made = CounterDesk(qtbot, house, background, notify)
    yield made
    background.close()
    made.close()


@pytest.fixture
def fresh(qtbot, house: House, background: Background, notify: Notify) -> Iterator[CounterDesk]:
    """A new file is open at the counter, the keyboard in its first field."""
    house.serve("jht")
    made = CounterDesk(qtbot, house, background, notify)
    yield made
    background.close()
    made.close()


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """What the program hands to the browser and to the reader of PDFs."""
    links = Links()
    for scheme in ("https", "file"):
        QDesktopServices.setUrlHandler(scheme, links, "take")
    yield links.taken
    for scheme in ("https", "file"):
        QDesktopServices.unsetUrlHandler(scheme)


class Links(QObject):
    """Stands where the desktop would open a link."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[str] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.taken.append(url.toString())


def again(desk: CounterDesk) -> CounterDesk:
    """The program was killed and started anew on the same branch file: nothing is taken on the way out."""
    desk.page.workspace.presenter.look = None
    return CounterDesk(desk.qtbot, desk.house, desk.background, desk.notify)


def kinds(desk: CounterDesk) -> list[str]:
    return [line.kind for line in case_history(desk.house.office, desk.page.workspace.case())]


# ------------------------------------------------------------------------------------------------ typing


def test_a_draft_is_kept_within_two_seconds_and_said(fresh: CounterDesk) -> None:
    assert DRAFT_MS < 2_000
    fresh.type("Peserta Con")
    case = fresh.page.workspace.case()
    fresh.qtbot.waitUntil(lambda: bool(fresh.services.drafts.of(fresh.who, "case", case)), timeout=20_000)
    assert fresh.services.drafts.of(fresh.who, "case", case)["name"].text == "Peserta Con"
    fresh.settle()
    time = format_time(fresh.house.clock.now(), "WIB")
    assert fresh.page.workspace.saved.text() == f"Tersimpan {time}.00 di komputer ini"
    assert "name" not in fresh.case().fields


def test_after_a_kill_the_drafts_lie_over_the_fields(fresh: CounterDesk) -> None:
    fresh.type("Peserta Con")
    fresh.key(K.Key_4, CTRL)
    fresh.type("Surat asli dibawa")
    case = fresh.page.workspace.case()
    fresh.qtbot.waitUntil(lambda: "note" in fresh.services.drafts.of(fresh.who, "case", case), timeout=20_000)
    fresh.services.drafts.keep(fresh.who, "case", case, {"employer": "PT Con"})
    after = again(fresh)
    form = after.page.workspace.form
    assert form.fields["employer"].text() == "PT Con"
    assert form.fields["employer"].label.text().endswith("draf")
    assert after.page.workspace.note.edit.toPlainText() == "Surat asli dibawa"
    assert "draf" in after.page.workspace.note.title.text()
    form.fields["employer"].line.setFocus()
    after.key(K.Key_Return)
    assert after.case().fields["employer"] == "PT Con"
    assert "employer" not in after.services.drafts.of(after.who, "case", case)


def test_a_refusal_keeps_what_was_typed_and_says_why_below_it(fresh: CounterDesk) -> None:
    form = fresh.page.workspace.form
    form.fields["phone"].line.setFocus()
    fresh.line("0812x")
    assert form.fields["phone"].text() == "0812x"
    assert "ponsel" in form.fields["phone"].finding()
    assert "phone" not in fresh.case().fields
    form.fields["name"].line.setFocus()
    fresh.line("Peserta Contoh")
    assert form.fields["phone"].text() == "0812x"
    after = again(fresh)
    assert after.page.workspace.form.fields["phone"].text() == "0812x"
    after.page.workspace.form.fields["phone"].line.setFocus()
    after.page.workspace.form.fields["phone"].line.selectAll()
    after.line("0812 3456 7890")
    assert after.case().fields["phone"] == "+6281234567890"


def places(desk: CounterDesk) -> dict[str, tuple[int, int, int, int]]:
    """Where every line of the form stands in the window."""
    QApplication.processEvents()
    form = desk.page.workspace.form
    shown = {name: field.line for name, field in form.fields.items() if field.isVisible()}
    return {
        name: line.rect().translated(line.mapTo(desk.area, line.pos())).getRect()
        for name, line in shown.items()
    }


def test_no_field_moves_when_a_hint_a_question_or_an_offer_comes(fresh: CounterDesk) -> None:
    fresh.house.clock.pass_seconds(1)
    form = fresh.page.workspace.form
    before = places(fresh)
    fresh.line("Peserta Contoh")
    fresh.line("9901015507900")  # too short: a finding, and the tick that asks back
    assert form.fields["nik"].as_printed.isVisible()
    assert places(fresh) == before
    form.fields["phone"].line.setFocus()
    fresh.line("0812x")
    assert "ponsel" in form.notes[1].words.text()
    assert places(fresh) == before
    form.fields["nik"].line.setFocus()
    form.fields["nik"].line.selectAll()
    fresh.line("9901015507900002")
    assert form.notes[0].take.isVisible()  # what the NIK says of its bearer
    assert places(fresh) == before
    form.fields["bank_account"].line.setFocus()
    form.verticalScrollBar().setValue(0)
    fresh.line("123")
    form.verticalScrollBar().setValue(0)
    assert places(fresh) == before


def test_another_file_of_the_person_is_told_below_what_is_being_typed(
    qtbot, house: House, background: Background, notify: Notify
) -> None:
    house.submitted_case("9901015507900002")
    house.serve("jht")
    desk = CounterDesk(qtbot, house, background, notify)
    before = places(desk)
    desk.line("Peserta Contoh")
    desk.line("9901015507900002")
    assert desk.page.workspace.head_part.others.isVisible()
    assert places(desk) == before
    desk.close()


def test_what_is_marked_wrong_can_be_read_and_what_is_right_is_masked(fresh: CounterDesk) -> None:
    line = fresh.page.workspace.form.fields["nik"].line
    line.setFocus()
    fresh.type("990101550790")
    assert line.shows() == "990101550790"  # while it is typed
    fresh.key(K.Key_Return)
    assert line.property("finding")
    assert line.shows() == "990101550790"  # and while it is marked
    line.setFocus()
    fresh.line("0002")
    assert line.shows() == "•••• 0002"
    phone = fresh.page.workspace.form.fields["phone"].line
    phone.setFocus()
    fresh.line("0812x45678")
    assert phone.shows() == "0812x45678"


def test_one_key_takes_over_what_is_known_and_the_rest_is_asked_about(
    qtbot, house: House, background: Background, notify: Notify
) -> None:
    known = house.submitted_case("9901015507900002")
    house.serve("jht")
    desk = CounterDesk(qtbot, house, background, notify)
    form = desk.page.workspace.form
    form.fields["nik"].line.setFocus()
    desk.line("9901015507900002")
    assert "JHT" in form.notes[0].take.words()
    assert "Contoh" not in form.notes[0].take.words()
    desk.key(K.Key_I, CTRL)
    kept = desk.case().fields
    assert (kept["name"], kept["birth_date"], kept["sex"]) == ("Peserta Contoh", "1990-07-15", "female")
    assert "phone" not in kept
    assert [line.kind for line in case_history(house.office, known)].count("case.record_read") == 1
    assert form.notes[0].take.isHidden()
    take = form.notes[1].take
    assert take.isVisible()
    assert "•••• 7890" in take.words()
    form.fields["phone"].line.setFocus()
    desk.key(K.Key_Return)
    assert desk.focused is form.sex.button("male")  # Enter passes it by
    form.fields["phone"].line.setFocus()
    desk.key(K.Key_Tab)
    assert desk.focused is take
    desk.key(K.Key_Return)  # by momentum nothing is taken
    assert "phone" not in desk.case().fields
    take.setFocus()
    desk.key(K.Key_Space)
    assert desk.case().fields["phone"] == "+6281234567890"
    assert take.isHidden()
    assert "bank_account" not in desk.case().fields  # one by one
    form.notes[3].take.setFocus()
    desk.key(K.Key_Space)
    assert desk.case().fields["bank_account"] == "1234567890"
    desk.close()


def test_one_key_fills_in_what_the_nik_says(fresh: CounterDesk) -> None:
    form = fresh.page.workspace.form
    form.fields["nik"].line.setFocus()
    fresh.line("9901015507900002")
    assert form.notes[0].take.words() == "Isi menurut NIK: 15 Jul 1990, perempuan"
    fresh.key(K.Key_I, CTRL)
    kept = fresh.case().fields
    assert (kept["birth_date"], kept["sex"]) == ("1990-07-15", "female")
    assert form.notes[0].take.isHidden()


def test_a_day_that_does_not_exist_is_kept_as_typed(fresh: CounterDesk) -> None:
    form = fresh.page.workspace.form
    form.fields["birth_date"].line.setFocus()
    fresh.line("31-02-1990")
    assert form.fields["birth_date"].text() == "31-02-1990"
    assert form.fields["birth_date"].finding()


def test_a_note_of_ten_thousand_letters_with_quotes_and_emoji(fresh: CounterDesk) -> None:
    fresh.key(K.Key_4, CTRL)
    edit = fresh.page.workspace.note.edit
    text = ("“Kutip” \N{GRINNING FACE} " * 1000)[:12_000]
    QGuiApplication.clipboard().setText(text)
    edit.paste()
    assert len(edit.toPlainText()) == 10_000
    assert fresh.page.workspace.note.count.text() == "10.000 dari 10.000 huruf"
    fresh.key(K.Key_1, CTRL)
    assert fresh.case().fields["note"] == text[:10_000].strip()


def test_nothing_of_one_person_stands_in_the_next_ones_file(fresh: CounterDesk) -> None:
    first = fresh.page.workspace.case()
    fresh.area.hide()
    workspace = CaseWorkspace(fresh.context)
    fresh.qtbot.addWidget(workspace)
    with fresh.qtbot.waitActive(workspace):
        workspace.show()
        workspace.activateWindow()
    workspace.show_case(first)
    fresh.settle()
    form = workspace.form
    form.fields["phone"].line.setFocus()
    fresh.line("0812x")
    form.fields["employer"].line.setFocus()
    fresh.type("PT Contoh")
    ticket = fresh.house.desk.issue(fresh.house["security_desk"], "jht")
    other = fresh.services.cases.open_for(fresh.who, ticket.id)
    workspace.show_case(other.id)
    fresh.settle()
    assert [field.text() for field in form.fields.values() if field.text()] == []
    assert form.fields["phone"].finding() == ""
    assert form.isAncestorOf(QApplication.focusWidget())
    assert fresh.services.cases.get(first).fields == {"employer": "PT Contoh"}
    workspace.show_case(first)
    fresh.settle()
    assert form.fields["phone"].text() == "0812x"


def test_hiding_the_page_keeps_what_was_typed_a_moment_ago(fresh: CounterDesk) -> None:
    case = fresh.page.workspace.case()
    fresh.key(K.Key_4, CTRL)
    fresh.type("Baru sebagian")
    fresh.area.hide()
    fresh.settle()
    kept = fresh.services.cases.get(case).fields.get("note")
    drafted = fresh.services.drafts.of(fresh.who, "case", case).get("note")
    assert kept == "Baru sebagian" or (drafted and drafted.text == "Baru sebagian")


# ------------------------------------------------------------------------------------------------ checks


def test_a_hard_finding_asks_back_and_never_refuses(fresh: CounterDesk) -> None:
    fresh.line("Peserta Contoh")
    fresh.line("9901011507900000")
    field = fresh.page.workspace.form.fields["nik"]
    assert fresh.case().fields["nik"] == "9901011507900000"
    assert "0000" in field.finding()
    assert field.as_printed.isVisible()
    assert field.edit.property("finding")
    field.as_printed.setFocus()
    fresh.key(K.Key_Space)
    assert field.as_printed.isChecked()
    assert not field.edit.property("finding")


IMPOSSIBLE = "9901011507900000"


def test_an_impossible_nik_goes_nowhere_until_it_is_ticked_by_keys(desk: CounterDesk) -> None:
    workspace = desk.page.workspace
    field = workspace.form.fields["nik"]
    desk.house.hold_interview(workspace.case())
    field.line.setFocus()
    field.line.selectAll()
    desk.line(IMPOSSIBLE)
    assert "pastikan NIK" in workspace.head_part.open_points.text()
    desk.key(K.Key_2, CTRL)
    desk.key(K.Key_Return, CTRL)
    assert desk.case().stage == "draft"
    assert workspace.tabs.currentIndex() == 0
    assert desk.focused is field.as_printed  # where it is mended
    assert not field.as_printed.isChecked()
    desk.key(K.Key_Space)
    assert desk.case().fields["nik_as_printed"] == IMPOSSIBLE
    assert field.as_printed.isChecked()
    desk.key(K.Key_Return)
    assert desk.focused is workspace.form.fields["birth_date"].line
    desk.key(K.Key_Return, CTRL)
    assert desk.case().stage == "submitted"


def test_a_tick_is_kept_and_goes_with_its_number(fresh: CounterDesk) -> None:
    fresh.line("Peserta Contoh")
    fresh.line(IMPOSSIBLE)
    fresh.key(K.Key_Backtab, SHIFT)
    assert fresh.focused is fresh.page.workspace.form.fields["nik"].as_printed
    fresh.key(K.Key_Space)
    after = again(fresh)
    field = after.page.workspace.form.fields["nik"]
    assert field.as_printed.isChecked()
    assert field.as_printed.isVisible()
    field.line.setFocus()
    field.line.end(False)
    after.key(K.Key_Backspace)
    assert not field.as_printed.isChecked()
    after.line("0")  # the same number as before: nothing was changed after all
    assert field.as_printed.isChecked()
    field.line.setFocus()
    field.line.selectAll()
    after.line("9901013202900001")
    assert after.case().fields["nik_as_printed"] == ""
    assert not field.as_printed.isChecked()
    assert field.as_printed.isVisible()


def test_the_verifier_sees_the_tick_and_cannot_move_it(desk: CounterDesk) -> None:
    case, cases = desk.page.workspace.case(), desk.services.cases
    cases.note(desk.who, case, "nik", IMPOSSIBLE)
    cases.note(desk.who, case, "nik_as_printed", IMPOSSIBLE)
    viewer = CaseWorkspace(desk.context, editable=False)
    desk.qtbot.addWidget(viewer)
    viewer.show()
    viewer.show_case(case)
    desk.settle()
    tick = viewer.form.fields["nik"].as_printed
    assert (tick.isVisible(), tick.isChecked(), tick.isEnabled()) == (True, True, False)


def test_enter_goes_through_the_form_and_chooses_nothing(fresh: CounterDesk) -> None:
    form = fresh.page.workspace.form
    form.fields["phone"].line.setFocus()
    fresh.line("0812 3456 7890")
    assert fresh.focused is form.sex.button("male")
    fresh.key(K.Key_Return)
    assert fresh.focused is form.fields["employer"].line
    assert form.sex.value() == ""
    fresh.keys(K.Key_Return, K.Key_Return)
    assert fresh.focused is form.fields["bank_name"].line
    assert set(fresh.case().fields) == {"phone"}
    form.sex.button("female").setFocus()
    fresh.key(K.Key_Space)
    assert fresh.case().fields["sex"] == "female"
    form.sex.button("male").setFocus()
    fresh.keys(K.Key_Return)
    assert fresh.case().fields["sex"] == "female"


def test_after_the_last_field_enter_stays_in_the_form(fresh: CounterDesk) -> None:
    """What follows there are buttons that send the visitor elsewhere."""
    form = fresh.page.workspace.form
    form.fields["bank_holder"].line.setFocus()
    fresh.keys(K.Key_Return, K.Key_Return)
    assert fresh.focused is form.fields["bank_holder"].line
    assert QApplication.activeModalWidget() is None


def test_after_a_choice_that_is_the_last_part_of_a_form_enter_stays_on_it(fresh: CounterDesk) -> None:
    form = fresh.page.workspace.form
    for name in ("bank_name", "bank_account", "bank_holder"):
        form.fields[name].hide()
    chosen = form.claimant.button("heir")
    chosen.setFocus()
    fresh.keys(K.Key_Return, K.Key_Return)
    assert fresh.focused is chosen
    assert form.claimant.value() != "heir"
    assert QApplication.activeModalWidget() is None


def test_enter_passes_over_a_question_without_answering_it(fresh: CounterDesk) -> None:
    fresh.services.cases.choose_reason(fresh.who, fresh.page.workspace.case(), "JHT_RESIGN")
    fresh.page.refresh()
    fresh.settle()
    fresh.key(K.Key_2, CTRL)
    rows = fresh.page.workspace.checklist.facts.rows.values()
    asked = next(row for row in rows if row.line is None)
    asked.parts()[0].setFocus()
    fresh.key(K.Key_Return)
    assert fresh.case().facts == {}
    assert fresh.focused not in asked.parts()


def test_a_death_claim_names_no_claimant_by_itself(
    qtbot, house: House, background: Background, notify: Notify
) -> None:
    house.serve("jkm")
    desk = CounterDesk(qtbot, house, background, notify)
    form = desk.page.workspace.form
    assert form.claimant.value() == ""
    assert not form.claimant.button("member").isEnabled()
    assert "pilih yang mengajukan" in desk.page.workspace.head_part.open_points.text()
    form.claimant.button("heir").setFocus()
    desk.key(K.Key_1)  # the member's digit
    assert "claimant" not in desk.case().fields
    desk.key(K.Key_2)
    assert desk.case().fields["claimant"] == "heir"
    assert form.fields["claimant_nik"].isVisible()
    background.close()
    desk.close()


def test_the_claimants_fields_come_with_the_claimant(fresh: CounterDesk) -> None:
    form = fresh.page.workspace.form
    assert not form.fields["claimant_name"].isVisible()
    form.claimant.focus_first()
    fresh.key(K.Key_2)
    assert form.fields["claimant_name"].isVisible()
    assert fresh.case().fields["claimant"] == "heir"


def test_private_numbers_are_masked_where_the_keyboard_is_not(desk: CounterDesk) -> None:
    line = desk.page.workspace.form.fields["nik"].line
    desk.page.workspace.form.fields["name"].line.setFocus()
    assert line.shows() == "•••• 0001"
    assert "case.record_read" not in kinds(desk)
    line.setFocus()
    desk.settle()
    assert line.shows() == "9901011507900001"
    desk.page.workspace.form.fields["name"].line.setFocus()
    line.setFocus()
    desk.settle()
    assert kinds(desk).count("case.record_read") == 1


def test_holding_the_eye_shows_the_number_and_is_logged(desk: CounterDesk) -> None:
    button = desk.page.workspace.head_part.numbers["nik"]
    assert "0001" in button.words()
    assert "990101" not in button.words()
    QTest.mousePress(button, Qt.MouseButton.LeftButton)
    assert "9901011507900001" in button.words()
    QTest.mouseRelease(button, Qt.MouseButton.LeftButton)
    desk.settle()
    assert "9901011507900001" not in button.words()
    last = case_history(desk.house.office, desk.page.workspace.case())[-1]
    assert (last.kind, last.detail, last.actor) == ("case.record_read", "nik", "Petugas 3")
    assert happening(last) == "NIK dibuka penuh"


# ------------------------------------------------------------------------------------------------ papers


def rows(desk: CounterDesk) -> list[PaperRow]:
    return list(desk.page.workspace.checklist.rows.values())


def test_a_verdict_marks_a_paper_and_goes_on(desk: CounterDesk) -> None:
    desk.key(K.Key_2, CTRL)
    first, second, *_ = rows(desk)
    for key, result in (
        (K.Key_2, "missing"),
        (K.Key_3, "illegible"),
        (K.Key_4, "mismatch"),
        (K.Key_5, "expired"),
    ):
        first.setFocus()
        desk.key(key)
        assert desk.case().marks[first.code].result == result
        assert desk.focused is second
    first.setFocus()
    desk.key(K.Key_Backspace)
    assert first.code not in desk.case().marks
    desk.keys(K.Key_A, K.Key_C)
    assert desk.focused is first
    desk.key(K.Key_1)
    mark = desk.case().marks[first.code]
    assert (mark.result, mark.original_shown, mark.copy_kept) == ("fits", True, "paper")
    assert desk.focused is second


def test_what_one_to_five_say_stands_above_the_papers(desk: CounterDesk) -> None:
    desk.key(K.Key_2, CTRL)
    legend = desk.page.workspace.checklist.legend
    assert legend.isVisible()
    said = legend.text().replace("\N{NO-BREAK SPACE}", " ")
    assert said == "1 sesuai · 2 tidak ada · 3 tidak terbaca · 4 tidak cocok · 5 kedaluwarsa"


def test_all_fit_marks_what_is_asked_for_and_neither_original_nor_copy(
    qtbot, house: House, background: Background, notify: Notify
) -> None:
    case = house.draft_case()
    marks = dict(house.cases.get(case).marks)
    first, second = list(marks)[:2]
    for document in marks:
        house.cases.mark(house["cso"], case, document, "")
    house.cases.mark(house["cso"], case, second, "illegible")
    desk = CounterDesk(qtbot, house, background, notify)
    desk.key(K.Key_2, CTRL)
    head = house.office.journal.head()[0]
    desk.key(K.Key_G, CTRL)
    seen = desk.case().marks
    asked = {
        line.line.documents[0]
        for line in desk.page.workspace.presenter.look.view.lines
        if line.line.required and len(line.line.documents) == 1
    }
    assert first in asked
    assert set(seen) == asked | {second}
    assert seen[second].result == "illegible"
    others = [mark for document, mark in seen.items() if document != second]
    assert {(mark.result, mark.original_shown, mark.copy_kept) for mark in others} == {
        ("fits", False, "none")
    }
    assert not desk.page.workspace.checklist.all_fit.isEnabled()
    assert house.office.journal.head()[0] == head + len(others)
    desk.key(K.Key_G, CTRL)
    assert house.office.journal.head()[0] == head + len(others)
    background.close()
    desk.close()


def test_two_quick_keys_build_on_each_other(desk: CounterDesk) -> None:
    desk.key(K.Key_2, CTRL)
    row = rows(desk)[0]
    row.setFocus()
    QTest.keyClick(row, K.Key_C)
    QTest.keyClick(row, K.Key_4)
    desk.settle()
    mark = desk.case().marks[row.code]
    assert (mark.result, mark.original_shown, mark.copy_kept) == ("mismatch", True, "paper")


def test_a_remark_to_a_paper_by_n_and_enter(desk: CounterDesk) -> None:
    desk.key(K.Key_2, CTRL)
    row = rows(desk)[1]
    row.setFocus()
    desk.keys(K.Key_4, K.Key_Up, K.Key_N)
    desk.line("nama berbeda")
    assert desk.case().marks[row.code].note == "nama berbeda"
    assert desk.focused is row
    assert "nama berbeda" in row.hint.text()


def test_the_count_stands_on_the_tab_and_among_what_is_open(desk: CounterDesk) -> None:
    desk.key(K.Key_2, CTRL)
    total = desk.page.workspace.presenter.look.view.completeness.total
    assert desk.page.workspace.tabs.tabText(1) == f"Kelengkapan berkas {total}/{total}"
    rows(desk)[0].setFocus()
    desk.key(K.Key_2)
    assert desk.page.workspace.tabs.tabText(1) == f"Kelengkapan berkas {total - 1}/{total}"
    assert f"lengkapi berkas ({total - 1} dari {total})" in desk.page.workspace.head_part.open_points.text()


def test_the_line_that_says_when_it_was_saved_goes_on_with_each_answer(desk: CounterDesk) -> None:
    desk.key(K.Key_2, CTRL)
    rows(desk)[0].setFocus()
    desk.key(K.Key_2)
    before = desk.page.workspace.saved.text()
    desk.house.clock.pass_seconds(61)
    rows(desk)[1].setFocus()
    desk.key(K.Key_2)
    assert desk.page.workspace.saved.text() != before
    time = format_time(desk.house.office.now(), "WIB")
    assert desk.page.workspace.saved.text().startswith(f"Tersimpan {time}")


def test_an_answer_brings_its_paper(desk: CounterDesk) -> None:
    desk.key(K.Key_2, CTRL)
    before = [row.code for row in rows(desk)]
    assert "tax_card" not in before
    desk.page.workspace.checklist.facts.unfold.click()
    desk.settle()
    desk.page.workspace.checklist.facts.rows["balance"].line.selectAll()
    desk.line("60.000.000")
    assert desk.case().facts["balance"] == "60000000"
    assert "tax_card" in [row.code for row in rows(desk)]


def test_a_balance_is_masked_once_it_is_kept_and_reading_it_again_is_recorded(desk: CounterDesk) -> None:
    desk.key(K.Key_2, CTRL)
    facts = desk.page.workspace.checklist.facts
    assert "20.000.000" not in facts.summary.text()
    assert "•••• 0000" in facts.summary.text()
    reads = kinds(desk).count("case.record_read")
    facts.unfold.click()
    desk.settle()
    row = facts.rows["balance"]
    assert row.line is not None
    facts.rows["partial_taken_before"].parts()[0].setFocus()
    assert row.line.shows() == "•••• 0000"
    row.line.setFocus()
    desk.settle()
    assert row.line.shows() == "Rp20.000.000"
    assert kinds(desk).count("case.record_read") == reads + 1
    row.line.selectAll()
    high = row.height()
    desk.type("1.50")
    assert row.line.shows() == "1.50"
    desk.key(K.Key_Return)
    assert "tidak jelas" in row.said.text()
    assert row.height() == high  # the questions below stay where they are
    assert row.line.shows() == "1.50"  # what is marked wrong can be read
    row.line.setFocus()
    row.line.selectAll()
    desk.line("Rp60.001.234")
    assert desk.case().facts["balance"] == "60001234"
    assert row.line.shows() == "•••• 1234"
    assert row.said.text() == ""  # nor does it stand in words below


def paper_window(desk: CounterDesk) -> PaperWindow:
    return next(
        each for each in QApplication.topLevelWidgets() if isinstance(each, PaperWindow) and each.isVisible()
    )


def test_the_slip_is_printed_and_recorded(desk: CounterDesk, opened: list[str]) -> None:
    desk.key(K.Key_2, CTRL)
    rows(desk)[0].setFocus()
    desk.keys(K.Key_2)
    desk.key(K.Key_P, CTRL)
    window = paper_window(desk)
    assert window.windowTitle() == "Cetak dokumen"
    assert opened == []  # no other program is asked
    desk.qtbot.waitUntil(lambda: window.paper.document is not None and window.paper.document.pageCount() >= 1)
    QTest.keyClick(window, K.Key_Escape)
    assert "case.slip_given" in kinds(desk)


def test_the_slip_by_whatsapp_as_link_and_code(desk: CounterDesk, opened: list[str]) -> None:
    desk.key(K.Key_2, CTRL)
    rows(desk)[0].setFocus()
    desk.keys(K.Key_2, K.Key_F11)
    dialog = desk.dialog()
    assert isinstance(dialog, LinkDialog)
    assert dialog.link.startswith("https://wa.me/6281234567890?text=")
    desk.key(K.Key_Return)
    assert opened[0].startswith("https://wa.me/6281234567890")


# ------------------------------------------------------------------------------------------------ ends


def test_sending_too_early_says_what_is_missing_and_goes_there(desk: CounterDesk) -> None:
    assert not desk.page.workspace.head_part.send.isEnabled()
    assert "lakukan wawancara" in desk.page.workspace.head_part.open_points.text()
    desk.key(K.Key_Return, CTRL)
    assert desk.page.workspace.tabs.currentIndex() == 2
    assert desk.case().stage == "draft"


def test_sending_takes_what_is_still_being_typed(desk: CounterDesk) -> None:
    desk.house.hold_interview(desk.page.workspace.case())
    desk.page.refresh()
    desk.settle()
    line = desk.page.workspace.form.fields["employer"].line
    line.setFocus()
    desk.type("PT Contoh")
    desk.key(K.Key_Return, CTRL)
    assert desk.case().stage == "submitted"
    assert desk.case().fields["employer"] == "PT Contoh"
    assert line.isReadOnly()


def test_two_quick_sends_submit_once(desk: CounterDesk) -> None:
    desk.house.hold_interview(desk.page.workspace.case())
    desk.page.refresh()
    desk.settle()
    desk.page.workspace.submit()
    desk.page.workspace.submit()
    desk.settle()
    assert kinds(desk).count("case.submitted") == 1


def test_the_receipt_is_printed(desk: CounterDesk, opened: list[str]) -> None:
    desk.house.hold_interview(desk.page.workspace.case())
    desk.page.refresh()
    desk.settle()
    desk.key(K.Key_Return, CTRL)
    desk.page.workspace.head_part.receipt.button.click()
    desk.settle()
    window = paper_window(desk)
    desk.qtbot.waitUntil(lambda: window.paper.document is not None and window.paper.document.pageCount() >= 1)
    assert opened == []
    QTest.keyClick(window, K.Key_Escape)


def test_another_open_file_of_the_same_person_is_gone_on_with(
    qtbot, house: House, background: Background, notify: Notify
) -> None:
    older = house.add_person("Petugas Lain", "cso")
    first = house.draft_case(who=older)
    house.counters.finish(older, house.cases.get(first).tickets[0][0], "documents_incomplete")
    house.counters.close(older, 1)
    house.serve("jht")
    fresh = CounterDesk(qtbot, house, background, notify)
    fresh.line("Peserta Contoh")
    fresh.line("9901011507900001")
    banner = fresh.page.workspace.head_part.others
    new = fresh.page.workspace.case()
    assert banner.isVisible()
    assert "berkas lain" in banner.text()
    banner.button.click()
    fresh.settle()
    assert fresh.page.workspace.case() == first
    assert fresh.services.cases.get(new).stage == "closed"
    assert len(fresh.services.cases.get(first).tickets) == 2
    background.close()
    fresh.close()


def test_a_returned_file_is_mended_without_a_visit(
    qtbot, house: House, background: Background, notify: Notify
) -> None:
    case = house.submitted_case()
    house.claims.send_back(
        house["verifier"], case, (house.office.rules().return_reasons[0].code,), "Surat kurang jelas"
    )
    desk = CounterDesk(qtbot, house, background, notify)
    desk.page.open_record(case)
    desk.settle()
    assert desk.page.workspace.head_part.returned.isVisible()
    form = desk.page.workspace.form
    form.fields["employer"].line.setFocus()
    desk.line("PT Contoh")
    assert house.cases.get(case).fields["employer"] == "PT Contoh"
    background.close()
    desk.close()


def test_read_only_shows_everything_and_takes_nothing(desk: CounterDesk) -> None:
    case = desk.page.workspace.case()
    viewer = CaseWorkspace(desk.context, editable=False)
    desk.qtbot.addWidget(viewer)
    viewer.show()
    viewer.show_case(case)
    desk.settle()
    assert viewer.form.fields["name"].text() == "Peserta Contoh"
    assert all(field.line.isReadOnly() for field in viewer.form.fields.values())
    assert not viewer.head_part.send.isVisible()
    row = next(iter(viewer.checklist.rows.values()))
    viewer.tabs.setCurrentIndex(1)
    QTest.keyClick(row, K.Key_2)
    desk.settle()
    assert desk.case().marks[row.code].result == "fits"
    viewer.show_case(None)
    desk.settle()
    assert viewer.empty.isVisible()


def test_the_history_says_who_did_what(desk: CounterDesk) -> None:
    desk.key(K.Key_5, CTRL)
    table = desk.page.workspace.history.table
    model = table.model()
    lines = [[model.index(row, column).data() for column in range(3)] for row in range(model.rowCount())]
    assert lines[-1] == ["20 Nov 2026 08.00", "Berkas dibuka", "Petugas 3"]
    assert ["20 Nov 2026 08.00", "Alasan klaim dipilih", "Petugas 3"] in lines
    assert desk.focused is table


def test_every_kind_of_event_has_its_sentence(desk: CounterDesk) -> None:
    from app.domain.kinds import KINDS
    from app.services.case_history import HistoryLine

    for kind in KINDS:
        if kind.startswith("case."):
            assert happening(HistoryLine(at=0, actor="", kind=kind)) != kind


def test_numbers_keep_their_tabs(desk: CounterDesk) -> None:
    for number, key in enumerate((K.Key_1, K.Key_2, K.Key_3, K.Key_4, K.Key_5)):
        desk.key(key, CTRL)
        assert desk.page.workspace.tabs.currentIndex() == number
        assert desk.page.workspace.tabs.currentWidget().isAncestorOf(QApplication.focusWidget())


def test_a_bank_is_chosen_by_some_letters(fresh: CounterDesk) -> None:
    form = fresh.page.workspace.form
    line = form.fields["bank_name"].line
    line.setFocus()
    fresh.type("man")
    assert form.banks.rows()[:2] == ["Mandiri · Bank Mandiri", "Mandiri Taspen · Bank Mandiri Taspen"]
    assert fresh.focused is line
    fresh.keys(K.Key_Down, K.Key_Down, K.Key_Return)
    assert fresh.case().fields["bank_name"] == "Mandiri Taspen"
    assert line.text() == "Mandiri Taspen"
    assert not form.banks.is_open()
    assert fresh.focused is form.fields["bank_account"].line


def test_the_only_bank_that_is_left_is_taken_with_tab(fresh: CounterDesk) -> None:
    form = fresh.page.workspace.form
    form.fields["bank_name"].line.setFocus()
    fresh.type("muam")
    fresh.key(K.Key_Tab)
    assert fresh.case().fields["bank_name"] == "Muamalat"
    assert fresh.focused is form.fields["bank_account"].line


def test_of_several_banks_none_is_taken_by_momentum(fresh: CounterDesk) -> None:
    form = fresh.page.workspace.form
    form.fields["bank_name"].line.setFocus()
    fresh.type("bpd")
    assert len(form.banks.rows()) > 1
    fresh.key(K.Key_Return)
    assert fresh.case().fields["bank_name"] == "bpd"
    assert "tidak ada dalam daftar" in form.fields["bank_name"].finding()


def test_another_bank_stays_as_it_was_typed(fresh: CounterDesk) -> None:
    form = fresh.page.workspace.form
    form.fields["bank_name"].line.setFocus()
    fresh.type("muam")
    fresh.key(K.Key_Escape)
    assert not form.banks.is_open()
    fresh.key(K.Key_Return)
    assert fresh.case().fields["bank_name"] == "muam"
    assert "Muamalat" in form.fields["bank_name"].finding()


def test_digits_are_refused_where_the_bank_is_named(fresh: CounterDesk) -> None:
    form = fresh.page.workspace.form
    form.fields["bank_name"].line.setFocus()
    fresh.line("1234567890")
    assert "tidak memuat angka" in form.fields["bank_name"].finding()
    assert "bank_name" not in fresh.case().fields


def test_a_bank_is_chosen_with_the_mouse_and_the_keyboard_stays(fresh: CounterDesk) -> None:
    form = fresh.page.workspace.form
    line = form.fields["bank_name"].line
    line.setFocus()
    fresh.key(K.Key_Down)
    assert form.banks.rows()[0] == "BRI · Bank Rakyat Indonesia"
    fresh.type("b")
    shown = form.banks.list
    assert shown.geometry().intersected(shown.parentWidget().rect()) == shown.geometry()
    QTest.mouseClick(
        shown.viewport(), Qt.MouseButton.LeftButton, pos=shown.visualItemRect(shown.item(1)).center()
    )
    fresh.settle()
    assert fresh.focused is line
    assert not form.banks.is_open()
    fresh.key(K.Key_Return)
    assert fresh.case().fields["bank_name"] == line.text() != ""
    fresh.page.workspace.show_case(None)
    assert not form.banks.is_open()
