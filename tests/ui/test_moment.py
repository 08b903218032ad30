"""Presses in the moment of a change."""

from app.ui.moment import HELD_MS, MOMENT_MS, HeldKeys, Moment
from tests.houses import FakeClock


def test_before_anything_changed_every_press_is_meant() -> None:
    assert Moment(FakeClock()).meant()


def test_a_press_counts_again_when_the_moment_is_over() -> None:
    clock = FakeClock()
    moment = Moment(clock)
    moment.begin()
    clock.pass_ms(MOMENT_MS - 1)
    assert not moment.meant()
    clock.pass_ms(MOMENT_MS)
    assert moment.meant()
    assert moment.meant()


def test_who_goes_on_hammering_goes_on_being_unheard() -> None:
    clock = FakeClock()
    moment = Moment(clock)
    moment.begin()
    for _ in range(10):
        clock.pass_ms(MOMENT_MS // 2)
        assert not moment.meant()


def test_a_clock_that_is_set_changes_nothing() -> None:
    clock = FakeClock()
    moment = Moment(clock)
    moment.begin()
    clock.jump(10 * MOMENT_MS)
    assert not moment.meant()


def test_a_held_act_is_done_once_and_another_act_waits_for_nothing() -> None:
    clock = FakeClock()
    held = HeldKeys(clock)
    assert held.meant("recall")
    for _ in range(60):
        clock.pass_ms(33)
        assert not held.meant("recall")
    assert held.meant("park")
    clock.pass_ms(HELD_MS)
    assert held.meant("recall")
