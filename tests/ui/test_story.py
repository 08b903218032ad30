"""The whole day through the window with keys alone: desk, counter, verifier, finance, summary; and three mishaps."""

import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.config import DataFolder
from app.devices.connection import PrinterSetting
from app.domain.tickets import ENDED, WAITING
from app.services import health
from app.services.office import Ports, put_setting
from app.services.printing import SETTING
from app.ui.moment import HELD_MS
from tests.houses import DAY, PIN, CountingEntropy, House, make_branch
from tests.ui import story as steps
from tests.ui.story import CTRL, Story

K = Qt.Key


class Branch:
    """A branch on disk, and the program started on it as often as a test likes."""

    def __init__(self, qtbot, path: Path) -> None:
        self._qtbot, self._path = qtbot, path
        house = make_branch(path)
        self.clock, self.machine, self.folder = house.clock, house.machine, house.folder
        self.starts: list[Story] = []
        house.close()

    def house(self) -> House:
        """The same files without a window; the test closes it."""
        return House(self.folder, self.clock, self.machine, f"before {len(self.starts)}")

    def start(self, folder: DataFolder | None = None) -> Story:
        ports = Ports(self.clock, CountingEntropy(f"start {len(self.starts)}"), self.machine)
        self.starts.append(Story(self._qtbot, folder or self.folder, ports, self.clock))
        return self.starts[-1]


@pytest.fixture
def branch(qtbot, tmp_path: Path) -> Iterator[Branch]:
    made = Branch(qtbot, tmp_path)
    yield made
    for story in made.starts:
        story.stop()


# ------------------------------------------------------------------------------------------------ the day


def morning(story: Story) -> None:
    """Two numbers at the desk; the second one was a mistake."""
    steps.sign_in(story, "security_desk")
    steps.open_day(story)
    steps.issue_with_everything(story)
    given = story.ticket("A-001")
    assert (given.state, given.priority, given.last4) == (WAITING, "elderly", "0001")
    assert given.missing == (story.services.office.rules().service("jht").precheck[1],)
    steps.issue_by_mistake(story)
    assert story.ticket("A-002").leg.outcome == "voided"


def visit(story: Story) -> str:
    """A member at the counter; returns the id of the file."""
    steps.switch_user(story, "cso")
    steps.call_and_meet(story)
    steps.fill_in_the_form(story)
    steps.choose_reason_and_answer(story)
    steps.tick_the_papers(story)
    steps.talk(story)
    assert story.page.workspace.presenter.look.view.blockers == ()
    return steps.submit_and_finish(story)


def back_office(story: Story) -> None:
    """Four eyes and one more: the file goes from desk to desk."""
    steps_of: tuple[tuple[str, Callable[[Story], None]], ...] = (
        ("verifier", steps.verify),
        ("finance_officer", steps.make_voucher),
        ("finance_supervisor", steps.approve),
        ("finance_officer", steps.pay),
        ("service_supervisor", steps.close_day),
    )
    for role, step in steps_of:
        steps.switch_user(story, role)
        step(story)


def test_the_whole_day_by_keys_alone(branch: Branch) -> None:
    story = branch.start()
    morning(story)
    file = visit(story)
    assert (story.ticket("A-001").state, story.ticket("A-001").leg.detail) == (ENDED, "claim_submitted")
    back_office(story)
    summary = branch.folder.prints / f"rekap-{DAY}.pdf"
    story.qtbot.waitUntil(summary.exists, timeout=steps.PATIENCE_MS)
    assert summary.read_bytes().startswith(b"%PDF-")
    check_file(story, file)
    check_figures(story)
    found = health.check(story.services.office)
    assert found.whole
    assert found.chain.count > 0


def check_file(story: Story, file: str) -> None:
    """What everybody typed stands in it."""
    case = story.services.cases.get(file)
    assert (case.stage, case.amount, case.tax) == ("paid", 20_000_000, 1_000_000)
    assert (case.payment.voucher, case.payment.reference, case.payment.paid_day) == (
        "V-2026-001",
        "REF 1",
        DAY,
    )
    assert (case.fields["name"], case.fields["nik"]) == ("Peserta Contoh", "9901011507900001")
    assert (case.fields["bank_holder"], case.fields["sex"]) == ("Peserta Contoh", "male")
    assert case.reason == "JHT_RESIGN"
    assert case.interviews[-1].identity == "match"


def check_figures(story: Story) -> None:
    """One came, one number was a mistake, one was paid."""
    figures = story.services.summaries.figures(DAY)
    assert figures.closed_at is not None
    assert (figures.total.arrived, figures.total.served, figures.total.open) == (1, 1, 0)
    assert [remark.label for remark in figures.voided] == ["A-002"]
    assert (figures.paid.count, figures.paid.amount, figures.paid.tax) == (1, 20_000_000, 1_000_000)
    flow = {each.code: each.count for each in figures.flow}
    assert (flow["submitted"], flow["verified"]) == (1, 1)
    assert sum(each.count for each in figures.priority.groups) == 1
    assert figures.note == "Hari yang tenang"


# ------------------------------------------------------------------------------------------------ side ways


def test_a_file_comes_back_and_is_sent_again(branch: Branch) -> None:
    house = branch.house()
    house.open_day()
    file = house.submitted_case()
    house.close()
    story = branch.start()
    steps.sign_in(story, "verifier")
    steps.send_back(story)
    assert story.services.cases.get(file).stage == "returned", story.where()
    steps.switch_user(story, "cso")
    steps.work_on_returned_file(story)
    assert story.page.workspace.case() == file
    story.press(K.Key_1, CTRL)
    story.walk(K.Key_Tab, story.page.workspace.form.fields["employer"].line)
    story.line("PT Contoh")
    steps.talk_again(story)
    story.press(K.Key_Return, CTRL)
    assert story.services.cases.get(file).stage == "submitted", story.where()
    assert story.services.cases.get(file).fields["employer"] == "PT Contoh"


def test_another_reason_can_be_looked_for_and_left(branch: Branch) -> None:
    house = branch.house()
    house.open_day()
    house.desk.issue(house["security_desk"], "jht")
    house.close()
    story = branch.start()
    steps.sign_in(story, "cso")
    steps.call_and_meet(story)
    steps.choose_reason_and_answer(story)
    checklist = story.page.workspace.checklist
    for leave in (lambda: story.press(K.Key_Escape), lambda: story.line("mengundurkan")):
        story.walk(K.Key_Tab, checklist.facts.other)
        story.press(K.Key_Return)
        assert story.held is checklist.picker.search, story.where()
        leave()
        assert isinstance(story.held, steps.PaperRow), story.where()


def test_locked_and_opened_again_the_keyboard_is_where_it_was(branch: Branch) -> None:
    story = branch.start()
    steps.sign_in(story, "verifier")
    story.press(K.Key_K, CTRL)
    held = story.held
    story.press(K.Key_L, CTRL)
    assert story.shell.is_locked()
    story.line(PIN)
    story.qtbot.waitUntil(lambda: not story.shell.is_locked(), timeout=steps.PATIENCE_MS)
    assert story.held is held


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_hall_comes_and_goes_with_one_key(branch: Branch) -> None:
    story = branch.start()
    steps.sign_in(story, "security_desk")
    held = story.held
    QTest.keyClick(held, K.Key_F12)
    hall = story.desktop.hall
    assert hall is not None
    story.qtbot.waitUntil(hall.isActiveWindow)
    QTest.keyClick(hall, K.Key_F12)
    story.qtbot.waitUntil(lambda: not hall.isVisible())
    story.shell.activateWindow()  # what the window system does by itself
    story.settle()
    assert story.held is held


# ------------------------------------------------------------------------------------------------ Tab


def assert_tab_reaches_everything(story: Story) -> None:
    """Round once with Tab: back where it began, and every part that Tab may reach was reached."""
    start, reached = story.held, set()
    while story.held not in reached:
        reached.add(story.held)
        story.press(K.Key_Tab)
    passed_over = [part for part in story.tab_stops() if part not in reached]
    assert not passed_over, f"{story.where()}: Tab passes over {passed_over}"
    assert story.held is start, f"{story.where()}: Tab does not come back to {start}"


def test_tab_reaches_everything_at_the_desk(branch: Branch) -> None:
    story = branch.start()
    assert_tab_reaches_everything(story)
    steps.sign_in(story, "security_desk")
    assert_tab_reaches_everything(story)
    steps.open_day(story)
    assert_tab_reaches_everything(story)
    story.press(K.Key_F1)
    assert_tab_reaches_everything(story)
    story.press(K.Key_Return)
    assert_tab_reaches_everything(story)


@pytest.mark.parametrize("role", ["cso", "verifier", "finance_officer", "service_supervisor", "auditor"])
def test_tab_reaches_everything_on_every_page(branch: Branch, role: str) -> None:
    house = branch.house()
    house.open_day()
    house.approved_case()
    house.submitted_case(nik="9901011507900002")
    house.desk.issue(house["security_desk"], "jht")
    house.close()
    story = branch.start()
    steps.sign_in(story, role)
    for code in story.page_codes():
        story.to_page(code)
        assert_tab_reaches_everything(story)
        if code == "files" and story.page.table.current() is not None:
            steps.open_first_file(story)
            assert_tab_reaches_everything(story)


# ------------------------------------------------------------------------------------------------ mishaps


NOTE = "Peserta akan membawa surat keterangan"


def test_what_was_being_typed_outlives_the_program(branch: Branch, tmp_path: Path) -> None:
    house = branch.house()
    house.open_day()
    house.desk.issue(house["security_desk"], "jht")
    house.close()
    story = branch.start()
    steps.sign_in(story, "cso")
    steps.call_and_meet(story)
    file = story.page.workspace.case()
    story.press(K.Key_4, CTRL)
    story.type(NOTE)
    story.qtbot.waitUntil(lambda: bool(kept(story, file)), timeout=20_000)
    story.settle()
    after = DataFolder(tmp_path / "sesudah")
    shutil.copytree(branch.folder.path, after.path)  # what a power cut leaves: nobody was asked to finish
    again = branch.start(after)
    assert "note" not in again.services.cases.get(file).fields
    steps.sign_in(again, "cso")
    again.to_page("counter")
    again.press(K.Key_4, CTRL)
    assert again.held is again.page.workspace.note.edit
    assert again.page.workspace.note.edit.text() == NOTE
    again.press(K.Key_3, CTRL)
    assert again.services.cases.get(file).fields["note"] == NOTE
    assert kept(again, file) == ""


def kept(story: Story, file: str) -> str:
    """The draft of the note on file."""
    draft = story.services.drafts.of(story.desktop.signed.id, "case", file).get("note")
    return draft.text if draft else ""


def refusing_port() -> int:
    """A port of this PC at which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.mark.enable_socket
def test_a_dead_printer_keeps_nobody_waiting(branch: Branch) -> None:
    house = branch.house()
    house.open_day()
    setting = PrinterSetting(kind="network", address="127.0.0.1", port=refusing_port())
    with house.office.store.writing() as connection:
        put_setting(connection, SETTING, msgspec.json.encode(setting).decode())
    house.close()
    story = branch.start()
    steps.sign_in(story, "security_desk")
    story.press(K.Key_Return)  # the next number was held against the paper
    story.qtbot.waitUntil(story.page.grid.isVisible, timeout=steps.PATIENCE_MS)
    story.keys(K.Key_F1, K.Key_F1)
    story.qtbot.waitUntil(story.page.print_notice.isVisible, timeout=steps.PATIENCE_MS)
    assert "A-001" in story.page.print_notice.text()
    assert "salin" in story.page.print_state.text()
    story.time_passes(HELD_MS / 1000)
    story.keys(K.Key_F1, K.Key_F1)
    assert story.ticket("A-002").state == WAITING
    story.qtbot.waitUntil(lambda: "A-002" in story.page.print_notice.text(), timeout=steps.PATIENCE_MS)
    story.press(K.Key_F11)
    assert story.page.large.isVisible()
    assert "A-002" in story.page.large.accessibleName()
    story.press(K.Key_Escape)
    assert not story.page.large.isVisible()
    assert isinstance(story.held, steps.ServiceCard)
