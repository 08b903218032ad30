"""The computers of the branch on the manage page: inviting, revoking, the home, head office and the stick, with keys."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from app.services.network_views import LinkState
from app.ui.pages.computers import ComputersSection
from app.ui.pages.manage import ManagePage
from tests.houses import EIGHT_O_CLOCK, FakeMachine, House, make_branch
from tests.ui.network_stand import COMPUTERS, CONNECTED, HUB, MINUTE, WITHOUT_HUB, StandInNetwork, computer
from tests.ui.office_desk import CTRL, OfficeDesk

KEY = Qt.Key
Open = Callable[..., OfficeDesk]


@pytest.fixture
def network(monkeypatch) -> StandInNetwork:
    stand = StandInNetwork(HUB)
    monkeypatch.setattr("app.services.services.Network", lambda _: stand)
    return stand


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = make_branch(tmp_path)
    yield made
    made.close()


@pytest.fixture
def opened(qtbot, house, background, notify, network) -> Open:
    def begin(role: str = "it_officer") -> OfficeDesk:
        desk = OfficeDesk(
            qtbot,
            house,
            background,
            notify,
            lambda context: ManagePage(context, None),  # type: ignore[arg-type]  # asked only for the look
            role,
        )
        desk.key(KEY.Key_2, CTRL)
        return desk

    return begin


def section(desk: OfficeDesk) -> ComputersSection:
    found: ComputersSection = desk.page.computers
    assert found.isVisible()
    return found


def rows(desk: OfficeDesk) -> list[list[str]]:
    model = section(desk).table.model()
    return [
        [model.index(line, column).data() for column in range(model.columnCount())]
        for line in range(model.rowCount())
    ]


def test_every_computer_is_listed_with_its_part(opened: Open) -> None:
    assert rows(opened()) == [
        ["1", "Meja depan", "Meja keamanan", "utama", "14.31"],
        ["2", "Loket 1", "Loket", "", "08.00"],
        ["3", "Loket 2", "Loket", "komputer ini", "sekarang"],
        ["4", "Layar", "Layar ruang tunggu", "tampilan saja", "08.00"],
        ["5", "Loket lama", "Loket", "dicabut", "–"],
    ]


def test_a_code_is_shown_large_and_runs_down(opened: Open, house: House, network) -> None:
    desk = opened()
    desk.key(KEY.Key_F2)
    card = section(desk).invite
    assert network.asked == [("invite", house["it_officer"])]
    assert card.code.text() == "ABCD-EFGH-JK"
    assert "https://192.168.1.5:8443" in card.address.text()
    assert card.left.text() == "berlaku 10.00"
    house.clock.pass_ms(9 * MINUTE + 5_000)
    card.tick()
    assert card.left.text() == "berlaku 00.55"
    house.clock.pass_ms(55_000)
    card.tick()
    assert not card.code.isVisible()
    assert "tidak berlaku" in card.hint.text()


def test_a_computer_that_joined_is_told_and_the_code_goes(opened: Open, network, notify) -> None:
    desk = opened()
    desk.key(KEY.Key_F2)
    network.known = (*COMPUTERS, computer(6, "Loket 6"))
    network.tell()
    desk.qtbot.waitUntil(lambda: len(rows(desk)) == 6)
    assert "Loket 6 bergabung sebagai komputer nomor 6" in notify.last()
    assert not section(desk).invite.is_open


def test_a_computer_is_revoked_with_a_reason(opened: Open, house: House, network) -> None:
    desk = opened("service_supervisor")
    section(desk).table.choose_key("s2")
    desk.key(KEY.Key_Delete)
    desk.key(KEY.Key_Return, CTRL)
    assert not network.asked  # no reason yet
    assert desk.has_dialog()
    desk.type("dicuri")
    desk.key(KEY.Key_Return)  # Enter alone revokes nothing
    assert not network.asked
    desk.key(KEY.Key_Return, CTRL)
    assert network.asked == [("revoke", house["service_supervisor"], "s2", "dicuri")]
    assert not desk.has_dialog()


def test_a_refused_revocation_is_said_in_its_dialog(opened: Open, network) -> None:
    desk = opened()
    section(desk).table.choose_key("s2")
    network.refuses = "no_right"
    desk.key(KEY.Key_Delete)
    desk.type("rusak")
    desk.key(KEY.Key_Return, CTRL)
    assert desk.dialog().wrong.isVisible()
    desk.key(KEY.Key_Return, CTRL)
    assert network.asked


def test_neither_this_computer_nor_a_revoked_one_can_be_revoked(opened: Open) -> None:
    desk = opened()
    for station in ("s3", "s5"):
        section(desk).table.choose_key(station)
        assert not section(desk).revoke.isEnabled()
        assert section(desk)._why_not.text()


def test_a_station_invites_nobody_and_says_where_it_is_done(opened: Open, network) -> None:
    network.link = CONNECTED
    desk = opened()
    assert not section(desk).invite.button.isEnabled()
    assert "komputer utama" in section(desk)._why_not.text()


def test_head_office_is_joined_with_address_and_code(opened: Open, house: House, network, notify) -> None:
    network.link = LinkState(role="alone")
    desk = opened()
    desk.key(KEY.Key_F7)
    desk.type("https://pusat:8443")
    desk.key(KEY.Key_Return)  # the code is still missing
    assert desk.has_dialog()
    desk.dialog().fields[1].edit.setFocus()
    desk.type("ABCD-EFGH-JK")
    network.refuses = "enrolment_code_expired"
    desk.key(KEY.Key_Return)
    assert desk.dialog().wrong.isVisible()
    network.link = HUB
    desk.key(KEY.Key_Return)
    assert network.asked == [("join_head_office", house["it_officer"], "https://pusat:8443", "ABCD-EFGH-JK")]
    assert not section(desk).head_office.isVisible()
    assert "Terhubung" in section(desk)._office_words.text()
    assert "terhubung ke kantor pusat" in notify.last()


def test_a_hub_that_head_office_does_not_know_any_more_is_enrolled_again(
    opened: Open, house: House, network
) -> None:
    """Restored on another computer it signs with another key; without a button this was the end of the road."""
    network.link = replace(HUB, cut=("refused", "head_office"))
    house.office.set_setting("head_office", "https://pusat:8443")
    desk = opened()
    assert "daftar lagi" in section(desk)._office_words.text()
    assert section(desk).head_office.isVisible()
    assert "Daftar lagi" in section(desk).head_office.text()
    desk.key(KEY.Key_F7)
    address, code = desk.dialog().fields
    assert address.text() == "https://pusat:8443"
    assert desk.focused is code.edit
    desk.type("ABCD-EFGH-JK")
    desk.key(KEY.Key_Return)
    assert network.asked == [("join_head_office", house["it_officer"], "https://pusat:8443", "ABCD-EFGH-JK")]


@pytest.mark.parametrize(("cut", "said"), [("head_office", "tidak menjawab"), ("internet", "Internet putus")])
def test_one_that_is_not_reached_is_not_to_be_enrolled_again(
    opened: Open, network, cut: str, said: str
) -> None:
    network.link = replace(HUB, cut=(cut,))
    desk = opened()
    assert said in section(desk)._office_words.text()
    assert not section(desk).head_office.isVisible()


def test_the_address_of_the_hub_is_typed_and_the_page_says_what_came_of_it(
    opened: Open, house: House, network, notify
) -> None:
    network.link = WITHOUT_HUB
    desk = opened()
    part = section(desk)
    assert part._hub_words.text() == "Komputer utama tidak menjawab."
    network.answers = False
    desk.key(KEY.Key_F4)
    desk.key(KEY.Key_Return)  # nothing typed yet
    assert desk.has_dialog()
    desk.type("192.168.1.5:8443")
    desk.key(KEY.Key_Return)
    assert network.asked == [("point_to", house["it_officer"], "192.168.1.5:8443")]
    assert not desk.has_dialog()
    assert "belum menjawab di https://192.168.1.5:8443" in notify.last()
    assert "terus dicoba" in part._hub_words.text()
    network.answers, network.link = True, CONNECTED
    desk.key(KEY.Key_F4)
    desk.type("192.168.1.5")
    desk.key(KEY.Key_Return)
    assert "Komputer utama Meja depan menjawab" in notify.last()
    assert part._hub_words.text() == "Komputer utama: Meja depan."
    network.tell(WITHOUT_HUB)
    desk.qtbot.waitUntil(lambda: part._hub_words.text() == "Komputer utama tidak menjawab.")


def test_an_address_that_is_refused_is_said_in_its_dialog_and_can_be_mended(opened: Open, network) -> None:
    network.link = WITHOUT_HUB
    desk = opened()
    desk.key(KEY.Key_F4)
    desk.type("192.168.1.9")
    network.refuses = "hub_here"
    desk.key(KEY.Key_Return)
    assert desk.dialog().wrong.isVisible()
    assert desk.dialog().fields[0].text() == "192.168.1.9"
    desk.key(KEY.Key_Return)
    assert network.asked
    assert not desk.has_dialog()


def test_the_hub_shows_its_own_address_and_asks_for_none(opened: Open) -> None:
    part = section(opened())
    assert not part.hub.isVisible()
    assert not part._hub_words.isVisible()
    assert part.invite.address.isVisible()
    assert part.invite.address.text() == "Alamat: https://192.168.1.5:8443"


def test_the_home_is_moved_here_after_a_question(opened: Open, house: House, network) -> None:
    desk = opened()
    assert not section(desk).home.isVisible()  # it is here already
    house.reopen(FakeMachine("b" * 32))
    desk.services.office = house.office
    desk.services.staff._office = house.office
    section(desk).refresh()
    desk.settle()
    assert section(desk).home.isVisible()
    desk.key(KEY.Key_F6, CTRL)
    desk.key(KEY.Key_Return)  # Enter is no
    assert not network.asked
    desk.key(KEY.Key_F6, CTRL)
    desk.click(desk.dialog().yes)
    assert network.asked == [("home_here", house["it_officer"])]


def test_the_stick_is_written_and_read(opened: Open, house: House, network, notify, tmp_path: Path) -> None:
    desk = opened()
    for key, file, asked, told in (
        (KEY.Key_F8, tmp_path / "a.usb", "export_stick", "1.234 catatan disimpan"),
        (KEY.Key_F9, tmp_path / "b.usb", "import_stick", "56 catatan baru"),
    ):
        desk.key(key)
        (chooser,) = [each for each in desk.page.findChildren(QFileDialog) if each.isVisible()]
        chooser.fileSelected.emit(str(file))
        chooser.close()
        with desk.qtbot.waitActive(desk.area):
            desk.area.activateWindow()
        section(desk).table.setFocus()
        desk.settle()
        assert network.asked[-1] == (asked, house["it_officer"], file)
        assert told in notify.last()


def test_an_auditor_looks_and_changes_nothing(opened: Open) -> None:
    desk = opened("auditor")
    part = section(desk)
    part.table.choose_key("s2")
    for button in (
        part.invite.button,
        part.revoke,
        part.hub,
        part.home,
        part.head_office,
        part.export,
        part.bring_in,
    ):
        assert not button.isEnabled()


def test_keys_names_and_size(opened: Open, house: House, network) -> None:
    network.link = LinkState(role="hub")  # every button is there
    network.until = EIGHT_O_CLOCK + 10 * MINUTE
    desk = opened()
    desk.key(KEY.Key_F2)
    house.reopen(FakeMachine("b" * 32))
    desk.services.office = house.office
    desk.services.staff._office = house.office
    section(desk).refresh()
    desk.settle()
    assert section(desk).home.isVisible()
    assert section(desk).head_office.isVisible()
    assert len(desk.keys_heard()) == len(set(desk.keys_heard())), sorted(desk.keys_heard())
    assert not desk.shadowed()
    assert desk.page.height() <= 614  # nothing is scrolled on the smallest screen


def test_a_hub_of_yesterday_bears_its_day(opened: Open, network) -> None:
    network.known = tuple(
        replace(each, last_heard=EIGHT_O_CLOCK - 86_400_000) if each.number == 2 else each
        for each in COMPUTERS
    )
    assert rows(opened())[1][4] == "19 Nov 2026"
