"""The interview tab: attempts and verdicts by key, secrets that are never written, the seal."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit

from app.ui.background import Background
from app.ui.moment import HELD_MS
from app.ui.notify import Notify
from app.ui.pages.case_interview import CaseInterview
from app.ui.pages.case_question_row import QuestionRow
from tests.houses import House, make_branch
from tests.ui.counter_desk import CTRL, CounterDesk

K = Qt.Key


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = make_branch(tmp_path)
    made.open_day()
    yield made
    made.close()


@pytest.fixture
def desk(qtbot, house: House, background: Background, notify: Notify) -> Iterator[CounterDesk]:
    """A file without interview; the keyboard on the first kind of talk."""
    house.draft_case()
    made = CounterDesk(qtbot, house, background, notify)
    made.key(K.Key_3, CTRL)
    yield made
    background.close()
    made.close()


def tab(desk: CounterDesk) -> CaseInterview:
    return desk.page.workspace.interview


def started(desk: CounterDesk) -> None:
    desk.key(K.Key_Return)
    desk.until(lambda: isinstance(QApplication.focusWidget(), QuestionRow))


def answer_all(desk: CounterDesk, key: Qt.Key = K.Key_1) -> None:
    """Every question by the same key, then over to the identity by the key for it."""
    tab(desk).rows["introduction"].setFocus()
    for _ in tab(desk).rows:
        desk.key(key)
    desk.key(K.Key_I)


def test_starting_begins_the_attempt_and_the_script(desk: CounterDesk) -> None:
    assert desk.focused is tab(desk).start_buttons["whatsapp_video"]
    started(desk)
    assert tab(desk).presenter.state() == "running"
    assert desk.focused is tab(desk).rows["introduction"]
    desk.house.clock.pass_seconds(192)
    tab(desk)._tick()
    assert tab(desk).side.timer.text() == "03.12"


def test_verdicts_by_key_go_down_the_script_to_the_identity(desk: CounterDesk) -> None:
    started(desk)
    desk.keys(K.Key_1, K.Key_2, K.Key_3)
    answers = desk.case().interviews[-1].answers
    assert [answers[code][0] for code in ("introduction", "full_name", "birth")] == [
        "matches",
        "doubt",
        "does_not_match",
    ]
    desk.key(K.Key_Up)
    desk.key(K.Key_Backspace)
    assert desk.case().interviews[-1].answers["birth"][0] == "not_asked"
    answer_all(desk)
    assert desk.focused is tab(desk).side.identity.button("match")


def test_the_verdict_on_the_identity_is_never_reached_by_momentum(desk: CounterDesk) -> None:
    started(desk)
    last = list(tab(desk).rows.values())[-1]
    for key in (K.Key_1, K.Key_Return, K.Key_Down):
        for _ in range(len(tab(desk).rows) + 3):
            desk.key(key)
        assert desk.focused is last
    assert desk.case().interviews[-1].identity == ""
    desk.keys(K.Key_I, K.Key_Return)
    assert desk.case().interviews[-1].identity == ""
    tab(desk).side.identity.focus_first()
    desk.key(K.Key_1)
    assert desk.case().interviews[-1].identity == "match"


def test_what_one_to_three_say_stands_above_the_questions(desk: CounterDesk) -> None:
    started(desk)
    legend = tab(desk).legend
    assert legend.isVisible()
    assert legend.text().replace("\N{NO-BREAK SPACE}", " ") == "1 cocok · 2 ragu · 3 tidak cocok"


def test_a_secret_question_has_no_field_and_no_note(desk: CounterDesk) -> None:
    started(desk)
    row = tab(desk).rows["mothers_name"]
    assert row.findChildren(QLineEdit) == []
    assert row.findChildren(QPlainTextEdit) == []
    assert row.secret.isVisible()
    row.setFocus()
    desk.key(K.Key_N)
    assert desk.focused is row
    desk.key(K.Key_1)
    assert desk.case().interviews[-1].answers["mothers_name"] == ("matches", "")


def test_a_remark_to_a_question(desk: CounterDesk) -> None:
    started(desk)
    row = tab(desk).rows["last_employer"]
    row.setFocus()
    desk.keys(K.Key_2)
    row.setFocus()
    desk.key(K.Key_N)
    desk.line("PT Contoh, tanggal tidak ingat")
    assert desk.case().interviews[-1].answers["last_employer"] == ("doubt", "PT Contoh, tanggal tidak ingat")


def test_doubt_blocks_and_says_so(desk: CounterDesk) -> None:
    started(desk)
    answer_all(desk)
    desk.key(K.Key_2)
    assert desk.case().interviews[-1].identity == "doubt"
    assert "ragu" in tab(desk).side.explained.text()
    assert not desk.page.workspace.head_part.send.isEnabled()
    desk.key(K.Key_1)
    assert desk.page.workspace.head_part.send.isEnabled()


def test_interrupted_then_gone_on_with(desk: CounterDesk) -> None:
    started(desk)
    desk.house.clock.pass_seconds(90)
    desk.key(K.Key_F10)
    codes = [each.code for each in desk.page.workspace.presenter.look.talk.rules.results]
    desk.key(Qt.Key(K.Key_1 + codes.index("interrupted")))
    first = desk.case().interviews[-1].attempts[0]
    assert (first[1] - first[0], first[2]) == (90_000 + 2 * HELD_MS, "interrupted")
    assert tab(desk).side.attempt_button.words() == "Lanjutkan"
    assert "sisa 3" in tab(desk).side.next.text()
    desk.key(K.Key_F10)
    assert tab(desk).presenter.state() == "running"
    desk.key(K.Key_F10)
    desk.key(Qt.Key(K.Key_1 + codes.index("unreachable")))
    assert "sisa 2" in tab(desk).side.next.text()
    assert "Percobaan berikutnya mulai" in tab(desk).side.next.text()
    assert "Tidak dapat dihubungi" in tab(desk).side.attempts.text()


def test_a_running_attempt_survives_a_kill(desk: CounterDesk) -> None:
    started(desk)
    since = tab(desk).presenter.running_since()
    assert since is not None
    desk.page.workspace.presenter.look = None
    desk.house.clock.pass_seconds(60)
    after = CounterDesk(desk.qtbot, desk.house, desk.background, desk.notify)
    assert tab(after).presenter.running_since() == since
    assert tab(after).presenter.state() == "running"


def test_the_free_note_is_drafted_and_taken_when_left(desk: CounterDesk) -> None:
    started(desk)
    note = tab(desk).side.note
    note.setFocus()
    desk.type("Sinyal lemah")
    case = desk.page.workspace.case()
    desk.qtbot.waitUntil(lambda: "talk" in desk.services.drafts.of(desk.who, "case", case), timeout=20_000)
    assert desk.case().interviews[-1].text == ""
    desk.key(K.Key_Tab)
    assert desk.case().interviews[-1].text == "Sinyal lemah"
    assert "talk" not in desk.services.drafts.of(desk.who, "case", case)


def test_the_link_for_the_call(desk: CounterDesk) -> None:
    started(desk)
    desk.key(K.Key_F11)
    assert desk.dialog().link.startswith("https://wa.me/6281234567890?text=")
    desk.key(K.Key_Escape)


def test_sealed_with_the_submission_and_added_to_afterwards(desk: CounterDesk) -> None:
    started(desk)
    answer_all(desk)
    desk.key(K.Key_1)
    desk.key(K.Key_Return, CTRL)
    assert desk.case().stage == "submitted"
    side = tab(desk).side
    assert tab(desk).presenter.state() == "sealed"
    assert side.note.isReadOnly()
    assert [
        code for code in ("match", "doubt", "no_match") if side.identity.button(code).isVisibleTo(side)
    ] == ["match"]
    side.identity.focus_first()
    desk.key(K.Key_2)
    assert side.identity.value() == "match"
    assert "Tersegel" in side.sealed.text()
    desk.key(K.Key_3, CTRL)
    assert desk.focused is side.amend_note
    desk.type("Peserta menelepon kembali")
    side.amend.click()
    desk.settle()
    assert desk.case().interviews[-1].amendments[0][2] == "Peserta menelepon kembali"
    assert "Peserta menelepon kembali" in side.sealed.text()
