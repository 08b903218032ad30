"""What an interview must hold before a claim is sent, and when to try again (DOMAIN 3.3)."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.bundle import parse
from app.domain.calendar import Calendar, day_of, minute_of, moment_of
from app.domain.interviews import (
    Attempt,
    attempt_result,
    check_answer,
    doubts,
    may_submit,
    next_attempt,
    open_questions,
)
from app.errors import Refused

BUNDLE = parse((Path(__file__).parents[3] / "resources/bundle/default.json").read_bytes())
RULES = BUNDLE.interview
CALENDAR = Calendar(BUNDLE)
ALL = {question.code: "matches" for question in RULES.questions}


def at(day: str, clock: str) -> int:
    hour, minute = clock.split(".")
    return moment_of(day, int(hour) * 60 + int(minute), "WIB")


def told(moment: int) -> str:
    minute = minute_of(moment, "WIB")
    return f"{day_of(moment, 'WIB')} {minute // 60:02}.{minute % 60:02}"


def test_a_full_matching_interview_may_be_sent() -> None:
    assert may_submit(RULES, ALL, "match") is None
    without_optional = {code: verdict for code, verdict in ALL.items() if code != "show_work_letter"}
    assert may_submit(RULES, without_optional, "match") is None


def test_doubt_no_match_and_no_verdict_stop_it() -> None:
    assert may_submit(RULES, ALL, "") == "interview_identity_missing"
    assert may_submit(RULES, ALL, "doubt") == "interview_identity_doubt"
    assert may_submit(RULES, ALL, "no_match") == "interview_identity_no_match"


def test_every_required_question_must_be_asked() -> None:
    for question in RULES.questions:
        if question.required:
            answers = {**ALL, question.code: "not_asked"}
            assert may_submit(RULES, answers, "match") == "interview_questions_open"
            assert open_questions(RULES, answers) == (question,)


def test_only_decisive_mismatches_stop_it() -> None:
    assert (
        may_submit(RULES, {**ALL, "mothers_name": "does_not_match"}, "match") == "interview_answer_mismatch"
    )
    assert may_submit(RULES, {**ALL, "paid_help": "does_not_match"}, "match") is None
    assert may_submit(RULES, {**ALL, "birth": "doubt"}, "match") is None
    assert [q.code for q in doubts(RULES, {**ALL, "birth": "doubt"})] == ["birth"]


@given(st.dictionaries(st.sampled_from(list(ALL)), st.sampled_from(["matches", "doubt", "does_not_match"])))
def test_without_a_matching_identity_nothing_is_ever_sent(answers: dict[str, str]) -> None:
    for identity in ("", "doubt", "no_match", "matches"):
        assert may_submit(RULES, answers, identity) is not None


def test_secret_answers_have_no_note() -> None:
    check_answer(RULES, "mothers_name", "matches", "")
    check_answer(RULES, "birth", "doubt", "ragu menyebut tahun")
    with pytest.raises(Refused, match="interview_secret_note"):
        check_answer(RULES, "mothers_name", "matches", "Ibu Contoh")
    with pytest.raises(Refused, match="unknown_code"):
        check_answer(RULES, "birth", "perhaps", "")
    with pytest.raises(Refused, match="unknown_code"):
        check_answer(RULES, "shoe_size", "matches", "x")


def after(*attempts: tuple[str, str, str]) -> tuple[int, int, str]:
    made = [Attempt(at(day, clock), result) for day, clock, result in attempts]
    found = next_attempt(made, CALENDAR, RULES, "WIB")
    return found.used, found.left, told(found.earliest) if found.earliest else "now"


def test_the_first_attempt_is_free() -> None:
    assert after() == (0, 3, "now")


def test_thirty_minutes_lie_between_two_attempts() -> None:
    assert after(("2026-11-19", "09.00", "unreachable")) == (1, 2, "2026-11-19 09.30")


def test_lunch_and_closing_move_the_next_attempt() -> None:
    assert after(("2026-11-20", "11.45", "unreachable")) == (1, 2, "2026-11-20 13.30")
    assert after(("2026-11-20", "16.40", "unreachable")) == (1, 2, "2026-11-23 08.45")
    assert after(("2026-11-20", "07.00", "unreachable")) == (1, 2, "2026-11-20 08.45")


def test_the_third_attempt_falls_on_another_working_day() -> None:
    morning = ("2026-11-20", "09.00", "unreachable")
    assert after(morning, ("2026-11-20", "10.00", "unreachable")) == (2, 1, "2026-11-23 08.45")
    assert after(("2026-11-19", "09.00", "unreachable"), morning) == (2, 1, "2026-11-20 09.30")


def test_three_attempts_exhaust_it() -> None:
    three = [Attempt(at("2026-11-19", f"{hour}.00"), "unreachable") for hour in ("09", "10", "11")]
    assert next_attempt(three, CALENDAR, RULES, "WIB").exhausted
    assert not next_attempt(three[:2], CALENDAR, RULES, "WIB").exhausted


def test_a_broken_off_talk_goes_on_at_once_and_uses_nothing_up() -> None:
    assert after(("2026-11-20", "09.00", "interrupted")) == (0, 3, "2026-11-20 09.00")
    assert attempt_result(RULES, "interrupted").resumable


@given(
    st.lists(
        st.tuples(st.integers(0, 40_000), st.sampled_from([r.code for r in RULES.results])),
        min_size=1,
        max_size=6,
    )
)
def test_next_attempts_lie_later_and_in_service_hours(made: list[tuple[int, str]]) -> None:
    start = at("2026-03-02", "08.45")
    attempts = [Attempt(start + minutes * 60_000, result) for minutes, result in made]
    found = next_attempt(attempts, CALENDAR, RULES, "WIB")
    last = max(attempts, key=lambda attempt: attempt.at)
    assert found.used == sum(attempt_result(RULES, a.result).counts for a in attempts)
    assert found.left == max(0, RULES.attempts - found.used)
    if found.exhausted or not attempt_result(RULES, last.result).counts:
        return
    assert found.earliest >= last.at + 30 * 60_000
    opening = CALENDAR.opening(day_of(found.earliest, "WIB"))
    assert opening is not None
    assert opening.contains(minute_of(found.earliest, "WIB"))
