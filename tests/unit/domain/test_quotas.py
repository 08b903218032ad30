"""What is left of a quota, who may raise it, and the wait that is promised (DOMAIN V-02, V-07, V-08)."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.bundle import parse
from app.domain.calendar import Span
from app.domain.quotas import (
    QuotaState,
    check_raise,
    estimate_minutes,
    expected_window,
    left,
    officer_load,
)
from app.domain.rules import Service
from app.errors import Refused

BUNDLE = parse((Path(__file__).parents[3] / "resources/bundle/default.json").read_bytes())
JHT, INFO = BUNDLE.service("jht"), BUNDLE.service("info")


def test_a_quota_runs_out_and_can_be_raised() -> None:
    assert left(JHT, 31) == QuotaState(31, 40, 9)
    assert left(JHT, 40).exhausted
    assert left(JHT, 40, raised_by=5) == QuotaState(40, 45, 5)
    assert left(JHT, 43).left == 0


def test_a_service_without_limit_never_runs_out() -> None:
    assert left(INFO, 10_000) == QuotaState(10_000, None, None)
    assert not left(INFO, 10_000).exhausted


@pytest.mark.parametrize(
    ("service", "raised", "roles", "code"),
    [
        (INFO, 5, ["branch_head"], "quota_without_limit"),
        (JHT, 5, ["cso"], "quota_raise_right"),
        (JHT, 51, ["service_supervisor"], "quota_raise_limit"),
        (JHT, -1, ["service_supervisor"], "quota_raise_limit"),
    ],
)
def test_raising_has_bounds(service: Service, raised: int, roles: list[str], code: str) -> None:
    with pytest.raises(Refused, match=code):
        check_raise(BUNDLE, service, raised, roles)


def test_supervisors_may_raise_up_to_the_bound() -> None:
    for role in ("service_supervisor", "branch_head"):
        check_raise(BUNDLE, JHT, 50, ["cso", role])


def test_an_officer_is_warned_at_nineteen_and_stopped_at_twenty_three() -> None:
    assert [officer_load(BUNDLE, files) for files in (18, 19, 22, 23)] == ["fits", "warn", "warn", "stop"]


def test_the_wait_is_shared_by_the_open_counters() -> None:
    assert estimate_minutes(0, 5, 20) == 0
    assert estimate_minutes(6, 5, 20) == 24
    assert estimate_minutes(7, 3, 20) == 47
    assert estimate_minutes(2, 0, 20) == 40


@given(st.integers(0, 500), st.integers(0, 20), st.floats(0, 120))
def test_more_people_wait_longer_and_more_counters_shorter(people: int, counters: int, mean: float) -> None:
    wait = estimate_minutes(people, counters, mean)
    assert 0 <= wait <= estimate_minutes(people + 1, counters, mean)
    assert estimate_minutes(people, counters + 1, mean) <= wait


def test_lunch_is_left_out_of_the_printed_time() -> None:
    lunch = Span(720, 780)
    assert expected_window(552, 88, lunch) == Span(640, 670)
    assert expected_window(705, 40, lunch) == Span(805, 835)
    assert expected_window(750, 10, lunch) == Span(790, 820)
    assert expected_window(552, 3, None) == Span(555, 585)
    assert expected_window(553, 1, None) == Span(553, 583)


@given(st.integers(525, 1019), st.integers(0, 300))
def test_printed_times_are_never_past_and_never_in_lunch(now: int, wait: int) -> None:
    lunch = Span(720, 780)
    window = expected_window(now, wait, lunch)
    assert window.start >= now
    assert not lunch.contains(window.start)
