"""Hands and eyes at the whole program: keys go to wherever the keyboard is, everything else is only read."""

from collections import Counter
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from app.config import DataFolder
from app.services.office import Ports
from app.services.services import Services
from app.ui.context import Context
from app.ui.desktop import Desktop
from app.ui.page_list import pages_for
from app.ui.pages.case_paper_row import PaperRow
from app.ui.pages.case_question_row import QuestionRow
from app.ui.widgets import ServiceCard
from app.ui.widgets.buttons import NavButton
from tests.houses import PIN, FakeClock

K = Qt.Key
PLAIN = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier

PATIENCE_MS = 20_000
SECONDS_BETWEEN = 3
MOST_STEPS = 60


class Story:
    """The program on a branch, and somebody who has nothing but a keyboard."""

    def __init__(self, qtbot, folder: DataFolder, ports: Ports, clock: FakeClock) -> None:
        self.qtbot, self.folder, self.clock = qtbot, folder, clock
        self.desktop = Desktop(folder, None, ports)
        self.shell = self.desktop.shell
        self.shell.resize(1366, 734)
        with qtbot.waitActive(self.shell, timeout=PATIENCE_MS):
            self.desktop.start()
            self.shell.activateWindow()
        self.wait_for("sign_in")
        self.settle()

    def stop(self) -> None:
        """As when the window is closed."""
        self.shell.close()
        self.shell.deleteLater()
        QApplication.processEvents()

    # ------------------------------------------------------------------------------------------ eyes

    @property
    def services(self) -> Services:
        services = self.desktop.services
        assert services is not None
        return services

    @property
    def page(self) -> Any:
        """What is shown now."""
        page = self.shell.page()
        assert page is not None
        return page

    @property
    def held(self) -> QWidget:
        """Where the keyboard is; it is never nowhere, and never where nobody can see it."""
        held = QApplication.focusWidget()
        assert held is not None, f"the keyboard is nowhere, on page {self.shell.code()}"
        assert held.isVisible(), f"the keyboard is on something hidden: {held}"
        return held

    def where(self) -> str:
        """The same for people, for a test that fails."""
        held = QApplication.focusWidget()
        words = held.text() if isinstance(held, QAbstractButton) else held.accessibleName() if held else ""
        return f"{self.shell.code()}: {type(held).__name__} {words!r}; said {self.desktop.notify.last()!r}"

    def page_codes(self) -> list[str]:
        """The pages in the side bar."""
        return [page.code for page in pages_for(self._context(), self.desktop)]

    def _context(self) -> Context:
        desktop, signed = self.desktop, self.desktop.signed
        assert signed is not None
        return Context(self.services, desktop.background, desktop.notify, signed, desktop.go)

    def tab_stops(self) -> list[QWidget]:
        """What Tab may reach now. Of the pages in the side bar only the one shown: the others have their keys."""
        return [
            part
            for part in self.shell.findChildren(QWidget)
            if part.isVisible()
            and part.isEnabled()
            and part.focusPolicy() & Qt.FocusPolicy.TabFocus
            and part.focusProxy() is None
            and not (isinstance(part, NavButton) and not part.isChecked())
        ]

    def ticket(self, label: str) -> Any:
        return next(each for each in self.services.desk.all_of_day() if each.label == label)

    # ------------------------------------------------------------------------------------------ waiting

    def wait_for(self, code: str) -> None:
        """Until this page is shown."""
        self.qtbot.waitUntil(lambda: self.shell.code() == code, timeout=PATIENCE_MS)

    def settle(self) -> None:
        """Until all work that was handed in is done and shown, also what the window tells its pages of."""
        for _ in range(3):
            self.qtbot.waitUntil(self._is_quiet, timeout=PATIENCE_MS)
            QApplication.processEvents()
        self.qtbot.waitUntil(self._is_quiet, timeout=PATIENCE_MS)

    def _is_quiet(self) -> bool:
        waits = (timer.isActive() for timer in self.desktop.findChildren(QTimer) if timer.isSingleShot())
        return not self.desktop.background.busy and not any(waits)

    def ambiguous_keys(self) -> set[str]:
        """Keys that two things on the screen would take, so that neither gets them."""
        window = QApplication.activeModalWidget() or self.shell
        heard = Counter(
            shortcut.key().toString()
            for shortcut in window.findChildren(QShortcut)
            if shortcut.isEnabled()
            and isinstance(owner := shortcut.parent(), QWidget)
            and owner.isVisible()
            and owner.isEnabled()
            and owner.window() is window
        )
        return {key for key, takers in heard.items() if takers > 1}

    # ------------------------------------------------------------------------------------------ hands

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = PLAIN) -> None:
        """One key where the keyboard is; what it brings about is waited for."""
        QTest.keyClick(self.held, key, modifier)
        self.settle()
        assert self.held.isEnabled(), f"after {key}: {self.where()}"
        assert not self.ambiguous_keys(), self.where()

    def keys(self, *keys: Qt.Key) -> None:
        for key in keys:
            self.press(key)

    def type(self, text: str) -> None:
        """Letters where the keyboard is; nothing is waited for, as nobody does between letters."""
        QTest.keyClicks(self.held, text)
        QApplication.processEvents()

    def line(self, text: str) -> None:
        """A line and Enter."""
        self.type(text)
        self.press(K.Key_Return)

    def walk(self, key: Qt.Key, there: QWidget) -> None:
        """Press a moving key until the keyboard is there."""
        for _ in range(MOST_STEPS):
            if self.held is there:
                return
            self.press(key)
        raise AssertionError(f"{there} is not reached by {key}: {self.where()}")

    def to_page(self, code: str) -> None:
        """Alt and the digit that the side bar shows beside the page."""
        shown = self.shell.bar.button(code).toolTip()
        digit = next(number for number in range(10) if f"Alt+{number}" in shown)
        self.press(getattr(K, f"Key_{digit}"), ALT)
        assert self.shell.code() == code, self.where()

    def time_passes(self, seconds: float) -> None:
        self.clock.pass_seconds(seconds)


# ------------------------------------------------------------------------------------------------ in and out


def sign_in(story: Story, role: str, secret: str = PIN) -> None:
    """Arrows to the name, Enter, PIN, Enter."""
    story.wait_for("sign_in")
    story.settle()
    wanted = next(each.name for each in story.services.sign_in.people() if each.title == role)
    assert story.held is story.page.table, story.where()
    story.keys(*[K.Key_Up] * (story.page.table.model().rowCount() - 1))
    while story.page.table.current().name != wanted:
        story.press(K.Key_Down)
    story.press(K.Key_Return)
    assert story.held is story.page.secret, story.where()
    QTest.keyClicks(story.held, secret)
    QTest.keyClick(story.held, K.Key_Return)
    story.qtbot.waitUntil(lambda: story.shell.code() != "sign_in", timeout=PATIENCE_MS)
    story.settle()
    assert story.shell.top.person() == wanted


def switch_user(story: Story, role: str) -> None:
    """Ctrl+U, and the next one signs in."""
    story.time_passes(SECONDS_BETWEEN)
    story.press(K.Key_U, CTRL)
    story.settle()
    if QApplication.activeModalWidget() is not None:  # their counter is open: it closes with them
        story.press(K.Key_Return)
    sign_in(story, role)


# ------------------------------------------------------------------------------------------------ the desk


def open_day(story: Story) -> None:
    """The numbers agree with the paper: Enter."""
    assert story.shell.code() == "desk"
    assert story.held is story.page.opening.yes, story.where()
    story.press(K.Key_Return)
    assert isinstance(story.held, ServiceCard), story.where()


def issue_with_everything(story: Story) -> None:
    """F1 is JHT; P and 1 an aged person, 2 the second paper is missing, N the last four; Enter prints."""
    story.press(K.Key_F1)
    story.keys(K.Key_P, K.Key_1)
    story.press(K.Key_2)
    story.press(K.Key_N)
    story.type("0001")
    story.time_passes(SECONDS_BETWEEN)
    story.press(K.Key_Return)


def issue_by_mistake(story: Story) -> None:
    """The same key twice gives a number at once; Del within ten seconds takes it back."""
    story.time_passes(SECONDS_BETWEEN)
    story.keys(K.Key_F1, K.Key_F1)
    story.time_passes(SECONDS_BETWEEN)
    story.press(K.Key_Delete)


# ------------------------------------------------------------------------------------------------ the counter


def call_and_meet(story: Story) -> None:
    """F2 opens the counter, F2 calls, Enter says that the person is here."""
    story.to_page("counter")
    story.press(K.Key_F2)
    story.time_passes(SECONDS_BETWEEN)
    story.press(K.Key_F2)
    story.time_passes(SECONDS_BETWEEN)
    story.press(K.Key_Return)
    assert story.held is story.page.workspace.form.fields["name"].line, story.where()


def fill_in_the_form(story: Story) -> None:
    """Tab from field to field, a digit for the sex; each is taken when it is left."""
    form = story.page.workspace.form
    for text in ("Peserta Contoh", "9901011507900001", "15-07-1990", "12345678901", "0812 3456 7890"):
        story.type(text)
        story.press(K.Key_Tab)
    story.press(K.Key_1)
    story.walk(K.Key_Tab, form.fields["bank_name"].line)
    for text in ("Bank Contoh", "1234567890", "Peserta Contoh"):
        story.type(text)
        story.press(K.Key_Tab)


def choose_reason_and_answer(story: Story) -> None:
    """Ctrl+2 to the list, some letters, Enter; then each question from the keyboard's own order."""
    workspace = story.page.workspace
    story.press(K.Key_2, CTRL)
    story.line("mengundurkan")
    answers = {"yes_no": "2", "money": "20000000", "date": "01-08-2026", "number": "1"}
    for _ in range(MOST_STEPS):
        open_questions = workspace.presenter.look.view.completeness.questions_open
        if not open_questions:
            return
        row = workspace.checklist.facts.rows[open_questions[0]]
        story.walk(K.Key_Tab, row.parts()[0])
        if row.line is None:
            story.press(getattr(K, f"Key_{answers.get(row.fact.kind, '1')}"))
        else:
            story.line(answers[row.fact.kind])
    raise AssertionError(f"questions stay open: {story.where()}")


def tick_the_papers(story: Story) -> None:
    """A the original was shown, 1 it fits and on to the next."""
    workspace = story.page.workspace
    story.press(K.Key_2, CTRL)
    while not workspace.presenter.look.view.completeness.complete:
        assert isinstance(story.held, PaperRow), story.where()
        before = story.held
        story.keys(K.Key_A, K.Key_1)
        complete = workspace.presenter.look.view.completeness.complete
        assert complete or story.held is not before, story.where()


def talk(story: Story) -> None:
    """Ctrl+3, the way of talking, 1 for each question that fits, I and 1 for the same person."""
    interview = story.page.workspace.interview
    story.press(K.Key_3, CTRL)
    story.walk(K.Key_Tab, interview.start_buttons["face_to_face"])
    story.press(K.Key_Return)
    assert isinstance(story.held, QuestionRow), story.where()
    for _ in interview.rows:
        story.time_passes(SECONDS_BETWEEN)
        story.press(K.Key_1)
    story.keys(K.Key_I, K.Key_1)


def submit_and_finish(story: Story) -> str:
    """Ctrl+Enter sends the file, F3 and 1 end the visit; returns the id of the file."""
    file: str = story.page.workspace.case()
    story.press(K.Key_Return, CTRL)
    assert story.services.cases.get(file).stage == "submitted", story.where()
    story.time_passes(SECONDS_BETWEEN)
    story.press(K.Key_F3)
    story.press(K.Key_1)
    return file


# ------------------------------------------------------------------------------------------------ the back office


def open_first_file(story: Story) -> None:
    """The list has the keyboard; Enter opens its first line."""
    story.to_page("files")
    assert story.held is story.page.table, story.where()
    story.press(K.Key_Return)
    assert story.page.workspace.case(), story.where()


def verify(story: Story) -> None:
    """F2 takes the file, F3 asks the amount."""
    open_first_file(story)
    story.press(K.Key_F2)
    story.press(K.Key_F3)
    story.type("20000000")
    story.press(K.Key_Tab)
    story.type("1000000")
    story.press(K.Key_Return)


def send_back(story: Story) -> None:
    """F4 asks why, Alt and a digit tick it, Ctrl+Enter sends it back."""
    open_first_file(story)
    story.keys(K.Key_F2, K.Key_F4)
    story.press(K.Key_1, ALT)
    story.press(K.Key_Return, CTRL)


def work_on_returned_file(story: Story) -> None:
    """The list of the CSO, Enter, F2: the file stands at the counter, without a visit."""
    open_first_file(story)
    story.press(K.Key_F2)
    assert story.shell.code() == "counter", story.where()


def talk_again(story: Story) -> None:
    """The old talk is sealed; a new one is begun."""
    story.press(K.Key_3, CTRL)
    story.walk(K.Key_Tab, story.page.workspace.interview.again)
    story.press(K.Key_Return)
    talk(story)


def make_voucher(story: Story) -> None:
    """F3, its number, Enter."""
    open_first_file(story)
    story.press(K.Key_F3)
    story.line("V-2026-001")


def approve(story: Story) -> None:
    """Ctrl+F3 asks, Ctrl+Enter is yes."""
    open_first_file(story)
    story.press(K.Key_F3, Qt.KeyboardModifier.ControlModifier)
    story.press(K.Key_Return, Qt.KeyboardModifier.ControlModifier)


def pay(story: Story) -> None:
    """Ctrl+F3; the day stands there already, the keyboard is on the bank's reference."""
    open_first_file(story)
    story.press(K.Key_F3, Qt.KeyboardModifier.ControlModifier)
    story.type("REF 1")
    story.press(K.Key_Return, Qt.KeyboardModifier.ControlModifier)


def close_day(story: Story) -> None:
    """F8 shows what is open: nothing; a note, Ctrl+F8. It is early, so that the PIN is asked."""
    story.to_page("summary")
    story.press(K.Key_F8)
    story.type("Hari yang tenang")
    story.press(K.Key_F8, Qt.KeyboardModifier.ControlModifier)
    story.line(PIN)
