"""Times of the trade: definitions of TRADE.md, what is left out, and what must hold for any day."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import measures
from app.domain.days import Pause, Session
from app.domain.measures import MINUTE, SERVING, WAITING, WALKING, WRAP_UP, collect, percentile, spread
from app.domain.tickets import Confirmed, Finished, Leg, Parked, Recalled, Resumed, WrapUpStarted
from tests.unit.domain.story import Story


def leg(**times: object) -> Leg:
    """Entered at 0, called at 10, there at 11, wrap-up at 20, done at 22 minutes; positions 1 to 6."""
    given_times = {
        "number": 1,
        "service": "jht",
        "entered_at": 0,
        "entered_position": 1,
        "called_at": 10 * MINUTE,
        "called_position": 2,
        "confirmed_at": 11 * MINUTE,
        "wrap_up_at": 20 * MINUTE,
        "ended_at": 22 * MINUTE,
        "ended_position": 6,
        "outcome": "finished",
    }
    return Leg(**(given_times | times))


@pytest.mark.parametrize(("measure", "minutes"), [(WAITING, 10), (WALKING, 1), (SERVING, 9), (WRAP_UP, 2)])
def test_each_time_runs_between_its_two_moments(measure: str, minutes: int) -> None:
    assert collect([leg()], measure).times == (minutes * MINUTE,)


def test_without_wrap_up_serving_runs_to_the_end() -> None:
    assert collect([leg(wrap_up_at=None)], SERVING).times == (11 * MINUTE,)
    assert collect([leg(wrap_up_at=None)], WRAP_UP) == measures.Measured(times=(), excluded=0)


def test_a_leg_resumed_from_the_park_has_no_waiting_and_no_walking() -> None:
    assert collect([leg(resumed=True)], WAITING).times == ()
    assert collect([leg(resumed=True)], WALKING).times == ()
    assert collect([leg(resumed=True)], SERVING).times == (9 * MINUTE,)


def test_the_last_call_counts() -> None:
    story = Story()
    id_ = story.issue(1)
    story.wait(5)
    story.call(id_)
    story.wait(3)
    story.did(id_, 1, Recalled())
    assert measures.waiting(story.ticket(id_).leg) == 8 * MINUTE


def test_a_resumed_visit_is_measured_leg_by_leg() -> None:
    story = Story()
    id_ = story.issue(1)
    story.wait(4)
    story.call(id_)
    story.wait(1)
    story.did(id_, 1, Confirmed())
    story.wait(6)
    story.did(id_, 1, Parked(reason="copying"))
    story.wait(30)
    story.did(id_, 1, Resumed(counter=1))
    story.wait(2)
    story.did(id_, 1, WrapUpStarted())
    story.wait(3)
    story.did(id_, 1, Finished(outcome="info_given"))
    legs = story.ticket(id_).legs
    assert collect(legs, WAITING).times == (4 * MINUTE,)
    assert collect(legs, SERVING).times == (6 * MINUTE, 2 * MINUTE)
    assert collect(legs, WRAP_UP).times == (3 * MINUTE,)


# ------------------------------------------------------------------------------------------------ what is left out


@pytest.mark.parametrize(("jump", "left_out"), [(1, 0), (2, 1), (5, 1), (6, 0)])
def test_a_leg_across_a_moved_clock_is_left_out_and_counted(jump: int, left_out: int) -> None:
    measured = collect([leg()], WAITING, (jump,))
    assert (len(measured.times), measured.excluded) == (1 - left_out, left_out)


def test_an_open_leg_is_crossed_by_any_later_jump() -> None:
    running = leg(ended_at=None, ended_position=None, wrap_up_at=None, outcome="")
    assert collect([running], WAITING, (99,)).excluded == 1


def test_a_negative_time_is_left_out_and_counted() -> None:
    assert collect([leg(called_at=-MINUTE)], WAITING) == measures.Measured(times=(), excluded=1)


def test_what_only_the_closing_of_the_day_ended_has_a_wait_but_no_serving() -> None:
    forgotten = leg(outcome="closed_by_day", wrap_up_at=None)
    assert collect([forgotten], SERVING).excluded == 1
    assert collect([forgotten], WAITING).excluded == 0


# ------------------------------------------------------------------------------------------------ averages

TIMES = st.lists(st.integers(0, 10**8), min_size=1, max_size=60)


def test_percentiles_are_nearest_rank() -> None:
    assert percentile([15, 20, 35, 40, 50], 30) == 20
    assert percentile([15, 20, 35, 40, 50], 40) == 20
    assert percentile([15, 20, 35, 40, 50], 50) == 35
    assert percentile([15, 20, 35, 40, 50], 100) == 50
    assert percentile([3, 6, 7, 8, 8, 10, 13, 15, 16, 20], 90) == 16


def test_of_nothing_there_is_no_average() -> None:
    assert spread(measures.Measured(times=(), excluded=2)) == measures.Spread(
        count=0, mean=None, median=None, p90=None, excluded=2
    )


@given(TIMES)
def test_percentiles_are_measured_times_in_order_and_within_bounds(times: list[int]) -> None:
    middle, high = measures.median(times), percentile(times, 90)
    assert middle in times
    assert high in times
    assert min(times) <= middle <= high <= max(times)
    assert sum(1 for each in times if each <= high) >= 0.9 * len(times)
    assert sum(1 for each in times if each < high) < 0.9 * len(times)


@given(TIMES, st.randoms())
def test_the_order_of_the_legs_does_not_matter(times: list[int], dice: object) -> None:
    shuffled = list(times)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    one = spread(measures.Measured(times=tuple(times), excluded=0))
    assert one == spread(measures.Measured(times=tuple(shuffled), excluded=0))
    assert one.mean is not None
    assert abs(one.mean - sum(times) / len(times)) <= 0.5


LEGS = st.lists(
    st.builds(
        leg,
        entered_at=st.integers(-MINUTE, 30 * MINUTE),
        entered_position=st.integers(1, 3),
        ended_position=st.integers(4, 9),
        resumed=st.booleans(),
        outcome=st.sampled_from(["finished", "closed_by_day", "no_show"]),
    ),
    max_size=20,
)


@given(LEGS, st.lists(st.integers(1, 10), max_size=3), st.sampled_from(measures.MEASURES))
def test_leaving_out_never_changes_how_many_there_are(
    legs: list[Leg], jumps: list[int], measure: str
) -> None:
    measured = collect(legs, measure, tuple(jumps))
    without = collect(legs, measure)
    assert len(measured.times) + measured.excluded == len(without.times) + without.excluded
    assert measured.excluded >= without.excluded
    assert all(each >= 0 for each in measured.times)


# ------------------------------------------------------------------------------------------------ estimate, idle


def test_an_estimate_needs_three_served_legs_of_the_service() -> None:
    story = Story()
    for number, minutes in ((1, 10), (2, 20)):
        story.serve(story.issue(number), minutes=minutes)
    story.serve(story.issue(1, "jp"), minutes=99)
    two = [story.ticket("A-001"), story.ticket("A-002"), story.ticket("H-001")]
    assert measures.average_serving_minutes(two, "jht") is None
    story.serve(story.issue(3), minutes=30)
    assert measures.average_serving_minutes([*two, story.ticket("A-003")], "jht") == 20


def session(**given_values: object) -> Session:
    values = {"counter": 1, "day": "2026-11-20", "officer": "o1", "opened_at": 0, "opened_position": 0}
    return Session(**(values | given_values))


def test_idle_is_the_session_without_breaks_serving_and_wrap_up() -> None:
    pause = Pause(reason="lunch", started_at=60 * MINUTE, ended_at=90 * MINUTE)
    day = session(closed_at=120 * MINUTE, pauses=(pause,))
    assert measures.idle(day, [leg()], now=0) == (120 - 30 - 9 - 2) * MINUTE


def test_walking_and_a_missed_call_are_idle_time() -> None:
    missed = leg(confirmed_at=None, wrap_up_at=None, outcome="no_show")
    assert measures.idle(session(closed_at=60 * MINUTE), [missed], now=0) == 60 * MINUTE


def test_what_is_still_running_runs_until_now() -> None:
    running = session(pauses=(Pause(reason="lunch", started_at=60 * MINUTE),))
    served = leg(ended_at=None, ended_position=None, wrap_up_at=None)
    assert measures.paused(running, 80 * MINUTE) == 20 * MINUTE
    assert measures.idle(running, [served], 60 * MINUTE) == (60 - 49) * MINUTE


@given(LEGS, st.integers(0, 10**8))
def test_idle_is_never_below_zero_nor_above_the_session(legs: list[Leg], length: int) -> None:
    assert 0 <= measures.idle(session(closed_at=length), legs, now=length) <= length


def test_minutes_are_rounded_half_up() -> None:
    assert [measures.whole_minutes(each) for each in (0, 29_999, 30_000, 89_999, 90_000)] == [0, 0, 1, 1, 2]


def test_a_spread_survives_the_frozen_json() -> None:
    one = spread(collect([leg()], WAITING))
    assert msgspec.json.decode(msgspec.json.encode(one), type=measures.Spread) == one
