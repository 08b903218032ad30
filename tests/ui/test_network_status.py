"""The chip, its panel, the marks on records and the notices, driven in the whole program with keys alone."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from app.services.network_views import LinkState, Notice
from app.ui.network_panel import NetworkPanel
from app.ui.network_status import NetworkStatus
from app.ui.network_words import Told
from app.ui.pages.followed_place import FollowedPlace
from app.ui.theme import Tone
from tests.houses import House, make_branch
from tests.ui.network_stand import (
    COMPUTERS,
    CONNECTED,
    CUT_AT,
    WITHOUT_HUB,
    WITHOUT_INTERNET,
    StandInNetwork,
)
from tests.ui.program import CTRL, K, Program


@pytest.fixture
def network(monkeypatch) -> StandInNetwork:
    stand = StandInNetwork(CONNECTED)
    monkeypatch.setattr("app.services.services.Network", lambda _: stand)
    return stand


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = make_branch(tmp_path)
    made.open_day()
    return made


def begin(start, house: House, role: str) -> Program:
    house.close()
    program = start(house.folder)
    program.enter(house[role])
    return program


def status_of(program: Program) -> NetworkStatus:
    status = program.desktop.network.status
    assert status is not None
    return status


def panel_of(program: Program) -> NetworkPanel:
    return status_of(program).panel


def tell(program: Program, network: StandInNetwork, link: LinkState) -> None:
    """Another state, told on another thread as the real one does, until it is on the screen."""
    network.tell(link)
    program.until(lambda: (watch := status_of(program).watch.told) is not None and watch.link == link)
    program.settle()


# ------------------------------------------------------------------------------------------------ the chip


def test_the_chip_follows_the_network(start, house, network) -> None:
    program = begin(start, house, "cso")
    tell(program, network, WITHOUT_HUB)
    tone, text = program.status()
    assert tone is Tone.WARN
    assert (
        text
        == "Komputer utama tidak terjangkau sejak 14.32 · karcis tetap jalan · 12 perubahan aman menunggu"
    )
    tell(program, network, CONNECTED)
    assert program.status() == (Tone.GOOD, "Tersambung · 0 menunggu · jaga berkas kuncinya")


def test_alone_the_chip_says_where_things_are_kept(start, house, network) -> None:
    network.link = LinkState(role="alone")
    program = begin(start, house, "cso")
    assert program.status() == (Tone.GOOD, "Tersimpan di komputer ini · jaga berkas kuncinya")


def test_damage_is_worse_than_any_cut(start, house, network) -> None:
    program = begin(start, house, "cso")
    program.desktop.services.office.store.damaged = True
    tell(program, network, WITHOUT_HUB)
    assert program.status()[0] is Tone.BAD
    assert "rusak" in program.status()[1]


def test_the_chip_is_never_cut_and_never_cuts_the_title(start, house, network) -> None:
    program = begin(start, house, "cso")
    tell(program, network, WITHOUT_HUB)
    chip, shell = program.shell.top.status, program.shell
    for width in (1024, 1180, 1366, 1920):
        shell.resize(width, 680)
        program.settle()
        assert chip.width() >= chip.sizeHint().width(), width
        title = shell.top._title
        assert title.width() >= title.sizeHint().width(), width
    wide = chip.shown()
    shell.resize(1024, 680)
    program.settle()
    assert len(chip.shown()) < len(wide)
    assert chip.text() == chip.accessibleName()  # whoever hears it hears all of it


# ------------------------------------------------------------------------------------------------ the panel


def test_the_panel_opens_and_closes_with_keys_and_gives_the_keyboard_back(start, house, network) -> None:
    program = begin(start, house, "cso")
    tell(program, network, WITHOUT_HUB)
    held = QApplication.focusWidget()
    program.key(K.Key_H, CTRL)
    panel = panel_of(program)
    assert panel.isVisible()
    assert panel.isAncestorOf(QApplication.focusWidget())
    assert QApplication.activeModalWidget() is None
    said = " ".join(row.text() for row in panel.rows if row.isVisible())
    assert "Komputer utama: Meja depan putus sejak 14.32" in said
    program.key(K.Key_Escape)
    assert not panel.isVisible()
    assert QApplication.focusWidget() is held


def test_a_click_on_the_chip_opens_the_panel_and_a_second_one_closes_it(start, house, network) -> None:
    program = begin(start, house, "cso")
    for shown in (True, False):
        QTest.mouseClick(program.shell.top.status, Qt.MouseButton.LeftButton)
        program.settle()
        assert panel_of(program).isVisible() is shown


def test_the_panel_goes_when_the_keyboard_goes_back_to_the_page(start, house, network) -> None:
    program = begin(start, house, "cso")
    page = program.shell.page()
    program.key(K.Key_H, CTRL)
    page.ticket.focus_main()  # type: ignore[union-attr]
    program.settle()
    assert not panel_of(program).isVisible()


def test_the_open_panel_shows_what_changes(start, house, network) -> None:
    program = begin(start, house, "cso")
    program.key(K.Key_H, CTRL)
    tell(program, network, WITHOUT_HUB)
    assert "putus sejak 14.32" in panel_of(program).rows[1].text()
    assert panel_of(program).isVisible()


def test_a_locked_window_opens_no_panel(start, house, network) -> None:
    program = begin(start, house, "cso")
    program.shell.lock()
    program.key(K.Key_H, CTRL)
    assert not panel_of(program).isVisible()


# ------------------------------------------------------------------------------------------------ taking over


def test_a_supervisor_makes_this_computer_the_hub_after_one_question(start, house, network) -> None:
    program = begin(start, house, "service_supervisor")
    tell(program, network, WITHOUT_HUB)
    program.key(K.Key_H, CTRL)
    program.key(K.Key_Return)
    question = QApplication.activeModalWidget()
    assert question is not None
    program.key(K.Key_Return)  # Enter is no
    assert not network.asked
    program.key(K.Key_T, CTRL)
    QTest.mouseClick(QApplication.activeModalWidget().yes, Qt.MouseButton.LeftButton)  # type: ignore[union-attr]
    program.settle()
    assert network.asked == [("take_over", house["service_supervisor"])]
    assert "sekarang komputer utama" in program.desktop.notify.last()


def test_a_take_over_that_is_refused_is_said_and_can_be_tried_again(start, house, network) -> None:
    program = begin(start, house, "it_officer")
    tell(program, network, WITHOUT_HUB)
    network.refuses = "not_full_station"
    program.key(K.Key_H, CTRL)
    program.key(K.Key_T, CTRL)
    QTest.mouseClick(QApplication.activeModalWidget().yes, Qt.MouseButton.LeftButton)  # type: ignore[union-attr]
    program.settle()
    assert "tidak dapat menjadi komputer utama" in program.desktop.notify.last()
    assert panel_of(program).hub_button.isEnabled()


@pytest.mark.parametrize(
    ("may", "link", "full", "offered"),
    [
        (True, WITHOUT_HUB, True, True),
        (True, replace(WITHOUT_HUB, cut=("lan", "hub")), True, True),
        (False, WITHOUT_HUB, True, False),
        (True, CONNECTED, True, False),
        (True, WITHOUT_INTERNET, True, False),
        (True, WITHOUT_HUB, False, False),
    ],
)
def test_taking_over_is_offered_to_those_who_may_where_the_hub_is_gone(
    qtbot, may, link, full, offered
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1280, 680)
    panel = NetworkPanel(window, QWidget(window))
    computers = tuple(replace(each, full=full) if each.here else each for each in COMPUTERS)
    panel.set_person(may_take_over=may)
    panel.show_told(Told(link=link, computers=computers, now=CUT_AT, zone="WIB"))
    panel.toggle()
    assert panel.hub_button.isVisibleTo(panel) is offered


def test_only_supervisors_and_the_it_officer_may_take_over(start, house, network) -> None:
    program = begin(start, house, "cso")
    tell(program, network, WITHOUT_HUB)
    for role, may in (("cso", False), ("service_supervisor", True), ("auditor", False)):
        program.desktop.show_sign_in()
        program.enter(house[role])
        program.key(K.Key_H, CTRL)
        assert panel_of(program).hub_button.isVisible() is may, role


# ------------------------------------------------------------------------------------------------ marks on records


def marks(program: Program) -> dict[str, str]:
    """Record to the place shown, of every mark in sight."""
    page = program.shell.page()
    assert page is not None
    return {each._stream: each.place() for each in page.findChildren(FollowedPlace) if each.isVisibleTo(page)}


def test_ticket_and_file_say_how_far_they_have_come(start, house, network) -> None:
    ticket = house.serve("jht")
    case = house.cases.open_for(house["cso"], ticket.id).id
    program = begin(start, house, "cso")
    assert marks(program) == {f"ticket:{ticket.id}": "here", f"case:{case}": "here"}
    mark = program.shell.page().ticket.place  # type: ignore[union-attr]
    assert "hilang bila cakram ini hilang" in mark.accessibleName()
    network.places = {f"ticket:{ticket.id}": "head_office", f"case:{case}": "hub"}
    tell(program, network, replace(CONNECTED, waiting=1))
    assert marks(program) == {f"ticket:{ticket.id}": "head_office", f"case:{case}": "hub"}
    assert "kantor pusat" in mark.toolTip()


def test_the_last_ticket_at_the_desk_is_marked(start, house, network) -> None:
    program = begin(start, house, "security_desk")
    program.key(K.Key_F1)
    program.key(K.Key_F1)
    program.until(lambda: marks(program))
    ((stream, place),) = marks(program).items()
    assert stream.startswith("ticket:")
    assert place == "here"


def test_one_computer_alone_marks_nothing(start, house, network) -> None:
    network.link = LinkState(role="alone")
    house.serve("jht")
    program = begin(start, house, "cso")
    assert not marks(program)


# ------------------------------------------------------------------------------------------------ notices


def lost(house: House, stream: str, who: str = "cso", number: int = 1) -> Notice:
    return Notice(
        id=f"n{number}",
        kind="claim_lost",
        facts={"kind": "ticket.called"},
        at=house.clock.now() + number,
        stream=stream,
        who=house[who] if who else "",
    )


def bar_of(program: Program):
    return status_of(program).bar


def test_whoever_lost_a_ticket_is_told_who_has_it_until_enter(start, house, network) -> None:
    other = house.add_person("Petugas Lain", "cso")
    ticket = house.serve("jht", counter=2, who=other)
    program = begin(start, house, "cso")
    held = QApplication.focusWidget()
    network.untold = [lost(house, f"ticket:{ticket.id}")]
    tell(program, network, replace(CONNECTED, waiting=1))
    bar = bar_of(program)
    assert bar.text() == (
        f"Karcis {ticket.label} sudah dipanggil Petugas Lain di loket 2 pukul 08.00; "
        "layani karcis lain, catatan Anda tetap tersimpan."
    )
    program.key(K.Key_Return)  # meant for what had the keyboard a moment ago
    assert bar.isVisible()
    program.clock.pass_seconds(1)
    program.key(K.Key_Return)
    assert network.asked == [("seen", house["cso"], "n1")]
    assert not bar.isVisible()
    assert QApplication.focusWidget() is held


def test_several_are_told_one_after_the_other(start, house, network) -> None:
    ticket = house.desk.issue(house["security_desk"], "jht")
    program = begin(start, house, "cso")
    network.untold = [lost(house, f"ticket:{ticket.id}", number=number) for number in (1, 2)]
    tell(program, network, replace(CONNECTED, waiting=1))
    bar = bar_of(program)
    assert "1 dari 2" in bar.banner.accessibleName()
    assert "lebih dahulu diambil petugas lain" in bar.text()  # nobody has it now
    program.key(K.Key_M, CTRL)
    assert "1 dari" not in bar.banner.accessibleName()
    assert bar.isVisible()
    program.key(K.Key_M, CTRL)
    assert [each[2] for each in network.asked] == ["n1", "n2"]
    assert not bar.isVisible()


def test_somebody_who_is_typing_keeps_the_keyboard(start, house, network) -> None:
    ticket = house.serve("jht")
    house.cases.open_for(house["cso"], ticket.id)
    program = begin(start, house, "cso")
    held = QApplication.focusWidget()
    assert isinstance(held, QLineEdit)
    network.untold = [lost(house, f"ticket:{ticket.id}")]
    tell(program, network, replace(CONNECTED, waiting=1))
    assert bar_of(program).isVisible()
    assert QApplication.focusWidget() is held
    program.key(K.Key_M, CTRL)
    assert not bar_of(program).isVisible()
    assert QApplication.focusWidget() is held


def test_a_lost_file_names_who_holds_it_and_leads_to_it(start, house, network) -> None:
    case = house.submitted_case()
    house.claims.take(house["verifier"], case)
    receipt = house.cases.get(case).receipt
    program = begin(start, house, "service_supervisor")
    network.untold = [lost(house, f"case:{case}", who="")]
    tell(program, network, replace(CONNECTED, waiting=1))
    bar = bar_of(program)
    name = program.desktop.services.office.name(house["verifier"])
    assert bar.text().startswith(f"Berkas {receipt} sudah diambil {name}")
    assert bar.look.isVisible()
    QTest.mouseClick(bar.look, Qt.MouseButton.LeftButton)
    program.settle()
    assert program.shell.code() == "files"
    assert network.asked == [("seen", house["service_supervisor"], "n1")]


def test_each_person_is_told_their_own(start, house, network) -> None:
    ticket = house.desk.issue(house["security_desk"], "jht")
    network.untold = [lost(house, f"ticket:{ticket.id}", who="cso")]
    program = begin(start, house, "security_desk")
    assert not bar_of(program).isVisible()
    program.key(K.Key_U, CTRL)
    program.enter(house["cso"])
    program.until(bar_of(program).isVisible)


def test_moved_entries_are_told_in_one_sentence(start, house, network) -> None:
    program = begin(start, house, "it_officer")
    network.untold = [
        Notice(id=f"m{each}", kind="entry_moved", facts={"position": each}, at=each, stream="branch", who="")
        for each in range(1, 21)
    ]
    tell(program, network, replace(CONNECTED, waiting=1))
    bar = bar_of(program)
    assert bar.text().startswith("20 catatan yang sudah dikunci kantor pusat berpindah tempat")
    program.key(K.Key_M, CTRL)
    assert len(network.asked) == 20
    assert not bar.isVisible()


def test_what_was_set_aside_names_computer_and_cause(start, house, network) -> None:
    program = begin(start, house, "it_officer")
    own = program.desktop.services.office.note.station
    facts = {"count": 3, "station": own}
    network.untold = [
        Notice(id="a", kind="station_unknown", facts=facts, at=1, stream="branch", who=""),
        Notice(id="b", kind="station_revoked", facts=facts, at=2, stream="branch", who=""),
    ]
    tell(program, network, replace(CONNECTED, waiting=1))
    bar = bar_of(program)
    assert bar.text().startswith("3 catatan dari komputer")
    assert own not in bar.text()  # its name or number, not its id
    program.key(K.Key_M, CTRL)
    assert "sudah dicabut mengirim 3 catatan" in bar.text()


def test_a_new_branch_has_a_bar_of_its_own(start, house, network) -> None:
    program = begin(start, house, "service_supervisor")
    former = status_of(program)
    program.desktop.begin_restore()
    program.wait_for("wizard")
    assert program.desktop.network.status is None
    program.key(K.Key_Escape)
    program.enter(house["service_supervisor"])
    assert status_of(program) is not former


def test_a_decision_without_the_right_is_told_by_file_author_and_time(start, house, network) -> None:
    """The author lost the role while cut off; the supervisor reads whose decision has to be made again."""
    case = house.submitted_case()
    receipt = house.cases.get(case).receipt
    program = begin(start, house, "service_supervisor")
    who = house["verifier"]
    facts = {"actor": who, "made_at": house.office.now()}
    network.untold = [
        Notice(
            id="x right", kind="right_lost", facts=facts, at=house.office.now(), stream=f"case:{case}", who=""
        )
    ]
    tell(program, network, replace(CONNECTED, waiting=1))
    bar = bar_of(program)
    name = program.desktop.services.office.name(who)
    assert bar.text().startswith(f"Keputusan {name} pukul ")
    assert f"(berkas {receipt})" in bar.text()
