"""Rules of the identity interview: what must be asked, what stops a submission, when to try again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from app.domain.calendar import Calendar, day_of, minute_of, moment_of
from app.domain.rules import AttemptResult, InterviewRules, Question
from app.errors import Refused

MATCHES, DOUBT, DOES_NOT_MATCH, NOT_ASKED = "matches", "doubt", "does_not_match", "not_asked"
"""Verdicts on one question."""

IDENTITY_MATCH = "match"
_MINUTE = 60_000


class Attempt(msgspec.Struct, frozen=True):
    """One attempt: when it began (ms since 1970 UTC) and the bundle code of how it ended."""

    at: int
    result: str


class NextAttempt(msgspec.Struct, frozen=True):
    """When to try again: not before `earliest` (ms since 1970 UTC, 0 is at once), or never when exhausted."""

    used: int
    left: int
    earliest: int

    @property
    def exhausted(self) -> bool:
        return self.left == 0


def question(rules: InterviewRules, code: str) -> Question:
    """The question of that code, or `Refused("unknown_code")`."""
    for item in rules.questions:
        if item.code == code:
            return item
    raise Refused("unknown_code", what=code)


def attempt_result(rules: InterviewRules, code: str) -> AttemptResult:
    """How an attempt can end, by its code, or `Refused("unknown_code")`."""
    for item in rules.results:
        if item.code == code:
            return item
    raise Refused("unknown_code", what=code)


def check_answer(rules: InterviewRules, code: str, verdict: str, note: str) -> None:
    """Refuses what must never be kept: a note to a secret question, a verdict that does not exist."""
    if verdict not in {choice.code for choice in rules.question_verdicts}:
        raise Refused("unknown_code", what=verdict)
    if note and question(rules, code).secret:
        raise Refused("interview_secret_note")


def open_questions(rules: InterviewRules, answers: Mapping[str, str]) -> tuple[Question, ...]:
    """Questions that must be asked and have no verdict yet; `answers` by question code."""
    return tuple(
        item
        for item in rules.questions
        if item.required and answers.get(item.code, NOT_ASKED) in ("", NOT_ASKED)
    )


def doubts(rules: InterviewRules, answers: Mapping[str, str]) -> tuple[Question, ...]:
    """Questions that ended in doubt or do not match, for the eyes of the verifier."""
    return tuple(item for item in rules.questions if answers.get(item.code) in (DOUBT, DOES_NOT_MATCH))


def may_submit(rules: InterviewRules, answers: Mapping[str, str], identity: str) -> str | None:
    """The code of what stops the submission, or None (DOMAIN F-13).

    The verdict on the identity must be a match, every required question asked, no decisive one a mismatch. Doubt on
    a single question does not stop it: the officer weighs it in the verdict on the identity.
    """
    if not identity:
        return "interview_identity_missing"
    if identity != IDENTITY_MATCH:
        return "interview_identity_doubt" if identity == DOUBT else "interview_identity_no_match"
    if open_questions(rules, answers):
        return "interview_questions_open"
    if any(item.decisive and answers.get(item.code) == DOES_NOT_MATCH for item in rules.questions):
        return "interview_answer_mismatch"
    return None


def next_attempt(
    attempts: Sequence[Attempt], calendar: Calendar, rules: InterviewRules, zone: str
) -> NextAttempt:
    """When the claimant may be tried again (DOMAIN 3.3).

    Attempts that count are limited, lie some minutes apart and spread over a number of working days; after one that
    does not count (broken off, put off by the member) one may go on at once.
    """
    counted = [attempt for attempt in attempts if attempt_result(rules, attempt.result).counts]
    left = max(0, rules.attempts - len(counted))
    if not attempts or left == 0:
        return NextAttempt(len(counted), left, 0)
    last = max(attempts, key=lambda attempt: attempt.at)
    if not attempt_result(rules, last.result).counts:
        return NextAttempt(len(counted), left, last.at)
    days = {day_of(attempt.at, zone) for attempt in counted}
    earliest = last.at + rules.minutes_between * _MINUTE
    if rules.over_working_days - len(days) >= left:
        earliest = _opening_after(day_of(last.at, zone), calendar, zone)
    return NextAttempt(len(counted), left, _within_hours(earliest, calendar, zone))


def _within_hours(at: int, calendar: Calendar, zone: str) -> int:
    """The moment itself, or the next one at which the branch works: after lunch, or the next opening."""
    day, minute = day_of(at, zone), minute_of(at, zone)
    opening, lunch = calendar.opening(day), calendar.lunch(day)
    if opening is None or minute >= opening.end:
        return _opening_after(day, calendar, zone)
    if minute < opening.start:
        return moment_of(day, opening.start, zone)
    if lunch is not None and lunch.contains(minute):
        return moment_of(day, lunch.end, zone)
    return at


def _opening_after(day: str, calendar: Calendar, zone: str) -> int:
    following = calendar.next_working_day(day)
    opening = calendar.opening(following)
    return moment_of(following, opening.start if opening else 0, zone)
