"""The window in the hall: what it shows, when it rings, at any size; and that it bears no name."""

import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QThread
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from app.config import resources
from app.services.services import Services
from app.ui.background import Background
from app.ui.chime import Chime
from app.ui.hall import HallWindow
from app.ui.presenters.hall import HallPresenter, HallView
from tests.houses import House, make_branch
from tests.ui.doors import ImmediateDoor


class CountingBell:
    def __init__(self) -> None:
        self.rung = self.closed = 0

    def ring(self) -> None:
        self.rung += 1

    def close(self) -> None:
        self.closed += 1


class WallView:
    def __init__(self) -> None:
        self.hall: HallView | None = None
        self.shown = self.rung = 0

    def show_calls(self, hall: HallView) -> None:
        self.hall, self.shown = hall, self.shown + 1

    def ring(self) -> None:
        self.rung += 1


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = make_branch(tmp_path)
    made.open_day()
    yield made
    made.close()


def call(house: House, service: str = "jht") -> str:
    """Somebody is called and served at once; gives the label."""
    ticket = house.serve(service)
    house.counters.finish(house["cso"], ticket.id, "info_given")
    return str(ticket.label)


# ------------------------------------------------------------------------------------------------ the presenter


def wall(house: House) -> tuple[HallPresenter, WallView]:
    view = WallView()
    presenter = HallPresenter(Services(house.office), ImmediateDoor(), view)
    presenter.refresh()
    return presenter, view


def test_what_was_called_before_does_not_ring(house: House) -> None:
    call(house)
    _, view = wall(house)
    assert view.hall is not None
    assert [each.label for each in view.hall.calls] == ["A-001"]
    assert view.rung == 0


def test_each_new_call_rings_once(house: House) -> None:
    presenter, view = wall(house)
    call(house)
    presenter.refresh()
    presenter.refresh()
    assert view.rung == 1
    call(house)
    presenter.refresh()
    assert view.rung == 2
    assert view.shown == 3  # nothing is drawn anew while nothing has changed


def test_a_recall_rings_too_and_stands_first(house: House) -> None:
    cso = house["cso"]
    house.counters.open(cso, 3)
    ticket = house.desk.issue(house["security_desk"], "jp")
    house.counters.call(cso, 3, ticket.id, "agreed_time")
    presenter, view = wall(house)
    house.counters.recall(cso, ticket.id)
    presenter.refresh()
    assert view.rung == 1
    assert view.hall is not None
    assert [(each.label, each.counter, each.calls) for each in view.hall.calls] == [("H-001", 3, 2)]


def test_six_calls_are_shown_the_newest_first(house: House) -> None:
    labels = [call(house) for _ in range(8)]
    _, view = wall(house)
    assert view.hall is not None
    assert [each.label for each in view.hall.calls] == labels[::-1][:6]


def test_what_is_shown_bears_no_name(house: House) -> None:
    house.desk.issue(house["security_desk"], "jht", last4="0001", initials="PC")
    call(house)
    _, view = wall(house)
    words = repr(view.hall)
    for secret in ("0001", "PC'", "Petugas"):
        assert secret not in words


# ------------------------------------------------------------------------------------------------ the window


@pytest.fixture
def bell() -> CountingBell:
    return CountingBell()


@pytest.fixture
def window(qtbot, house: House, background: Background, bell: CountingBell) -> Iterator[HallWindow]:
    made = HallWindow(Services(house.office), background, bell=bell)
    qtbot.addWidget(made)
    made.resize(1366, 768)
    with qtbot.waitExposed(made):
        made.show()
    qtbot.waitUntil(lambda: made._hall is not None)
    yield made
    made.close()
    background.close()


def test_a_call_pulses_and_rings(window: HallWindow, house: House, bell: CountingBell, qtbot) -> None:
    before = window.grab().toImage()
    label = call(house)
    window.refresh()
    qtbot.waitUntil(lambda: bell.rung == 1)
    assert window.is_pulsing()
    assert window.shown()[0].label == label
    assert window.grab().toImage() != before
    qtbot.waitUntil(lambda: not window.is_pulsing(), timeout=20_000)


def test_it_sees_a_call_by_itself_within_a_second_or_two(
    window: HallWindow, house: House, bell: CountingBell, qtbot
) -> None:
    call(house)
    qtbot.waitUntil(lambda: bell.rung == 1, timeout=20_000)


def test_f11_fills_the_screen_and_esc_gives_the_frame_back(window: HallWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_F11)
    assert window.isFullScreen()
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isFullScreen()
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert window.isVisible()  # Esc alone does not close it


def test_a_hidden_window_does_not_read(window: HallWindow, house: House, bell: CountingBell, qtbot) -> None:
    window.close()
    assert bell.closed == 1
    call(house)
    qtbot.wait(1300)
    assert bell.rung == 0


@pytest.mark.parametrize(
    ("width", "height"), [(320, 180), (1024, 768), (1366, 768), (3840, 2160), (800, 1200)]
)
def test_it_is_drawn_at_any_size(window: HallWindow, house: House, qtbot, width: int, height: int) -> None:
    label = call(house)
    window.refresh()
    qtbot.waitUntil(lambda: bool(window.shown()) and window.shown()[0].label == label)
    window.resize(width, height)
    window._glow = 0.0
    picture: QImage = window.grab().toImage()
    colours = {
        picture.pixelColor(x, y).name()
        for x in range(0, picture.width(), max(1, width // 160))
        for y in range(0, picture.height(), max(1, height // 160))
    }
    assert {"#00623b", "#f6b81a"} <= colours


def test_a_long_label_is_made_smaller_and_not_cut(window: HallWindow) -> None:
    from PySide6.QtGui import QFontMetrics

    for words in ("A-014", "A-1000", "A-1KXM-001"):
        face = window._fitted(words, 230, 800, 500)
        assert QFontMetrics(face).horizontalAdvance(words) <= 500


# ------------------------------------------------------------------------------------------------ the bell


@pytest.mark.qt_log_ignore("Couldn.t (load|resolve)|pa_context_connect|FFmpeg|ALSA|audio", extend=True)
def test_the_bell_never_stops_the_window(qtbot) -> None:
    """With sound or without: no error, nothing on this thread, and its own thread ends."""
    chime = Chime()
    chime.ring()
    chime.ring()
    thread = chime._thread
    assert isinstance(thread, QThread)
    assert thread.isRunning()
    qtbot.wait(100)
    chime.close()
    assert thread.isFinished()
    chime.close()


def test_the_bell_is_small_and_soft() -> None:
    path = resources() / "sounds" / "chime.wav"
    assert path.stat().st_size <= 60 * 1024
    with wave.open(str(path)) as sound:
        seconds = sound.getnframes() / sound.getframerate()
        frames = sound.readframes(sound.getnframes())
    assert 0.5 <= seconds <= 2
    loudest = max(
        abs(int.from_bytes(frames[at : at + 2], "little", signed=True)) for at in range(0, len(frames), 2)
    )
    assert 10_000 < loudest < 30_000
