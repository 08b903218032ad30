"""A window left open over night, and one that slept."""

from app.services.services import Services
from app.ui.day_watch import DayWatch
from tests.houses import House, make_branch

HOUR = 3_600


def watched(qtbot, tmp_path) -> tuple[House, DayWatch, list[str]]:
    house = make_branch(tmp_path)
    house.open_day()
    services, told = Services(house.office), []
    watch = DayWatch(lambda: services, None)
    watch.turned.connect(lambda: told.append("turned"))
    watch.slept.connect(lambda: told.append("slept"))
    watch.look()
    return house, watch, told


def test_another_day_is_told_once(qtbot, tmp_path) -> None:
    house, watch, told = watched(qtbot, tmp_path)
    for _ in range(17 * 360):  # from eight in the morning until one at night, a look every ten seconds
        house.clock.pass_seconds(10)
        watch.look()
    assert told == ["turned"]


def test_a_look_that_comes_late_means_that_the_computer_slept(qtbot, tmp_path) -> None:
    house, watch, told = watched(qtbot, tmp_path)
    house.clock.pass_seconds(50)
    watch.look()
    assert told == []
    house.clock.pass_seconds(HOUR)
    watch.look()
    assert told == ["slept"]


def test_without_a_branch_nothing_is_told(qtbot) -> None:
    watch, told = DayWatch(lambda: None, None), []
    watch.turned.connect(lambda: told.append("turned"))
    watch.slept.connect(lambda: told.append("slept"))
    watch.look()
    assert told == []
