"""What head office said, on the pages: bookings at the desk, the register at a case, the bank at a file; and scans."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog

from app.domain.bookings import BookingSet, booking_id
from app.domain.case_answers import FOUND, NAME_DIFFERS
from app.domain.case_events import MembershipChecked, PaymentConfirmed
from app.domain.rights import HEAD_OFFICE
from app.ui.background import Background
from app.ui.notify import Notify
from app.ui.pages.files import FilesPage
from tests.houses import DAY, House, make_branch
from tests.ui.counter_desk import CounterDesk
from tests.ui.office_desk import OfficeDesk
from tests.ui.test_desk import Desk

K = Qt.Key


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = make_branch(tmp_path)
    made.open_day()
    yield made
    made.close()


def told(house: House, stream: str, payload: msgspec.Struct) -> None:
    """As the hub writes down what head office handed it."""
    with house.office.unit("system") as unit:
        unit.append(stream, payload, HEAD_OFFICE)


def book(house: House, time: str, name: str, service: str = "jht") -> None:
    booking = BookingSet(code=f"BK {time}", day=DAY, time=time, service=service, name=name)
    told(house, f"booking:{booking_id(booking.code)}", booking)


@pytest.fixture
def desk(qtbot, house: House, background: Background, notify: Notify) -> Iterator[Desk]:
    book(house, "10:15", "Peserta Kedua", "info")
    book(house, "09:30", "Peserta Contoh")
    made = Desk(qtbot, house, background, notify, "security_desk")
    yield made
    background.close()
    made.services.attachments.close()
    made.services.printing.close()


def test_two_keys_give_a_ticket_to_who_has_booked(desk: Desk) -> None:
    button = desk.page.bookings
    assert button.isVisible()
    assert button.words() == "Janji hari ini: 2 · 2 belum datang"
    desk.key(K.Key_J)
    dialog = button.dialog
    assert [row.booking.name for row in dialog.table.model().rows] == ["Peserta Contoh", "Peserta Kedua"]
    desk.key(K.Key_Return)
    desk.until(1)
    ticket = desk.tickets()[0]
    assert (ticket.service, ticket.initials) == ("jht", "PC")
    desk.qtbot.waitUntil(lambda: button.words() == "Janji hari ini: 2 · 1 belum datang")
    assert button.dialog is None


def test_who_has_a_ticket_gets_no_second_one(desk: Desk) -> None:
    desk.key(K.Key_J, K.Key_Return)
    desk.until(1)
    desk.qtbot.waitUntil(lambda: "1 belum" in desk.page.bookings.words())
    desk.key(K.Key_J)
    dialog = desk.page.bookings.dialog
    assert dialog.table.current().booking.time == "10:15"  # the first who has not come
    desk.key(K.Key_Up, K.Key_Return)
    assert desk.page.bookings.dialog is dialog
    assert len(desk.tickets()) == 1
    desk.key(K.Key_Escape)
    assert desk.page.bookings.dialog is None


def test_without_bookings_there_is_no_button(
    qtbot, house: House, background: Background, notify: Notify
) -> None:
    made = Desk(qtbot, house, background, notify, "security_desk")
    assert not made.page.bookings.isVisible()
    background.close()
    made.services.printing.close()


# ------------------------------------------------------------------------------------------------ the case


@pytest.fixture
def counter(qtbot, house: House, background: Background, notify: Notify) -> Iterator[CounterDesk]:
    house.office.set_setting("head_office", "https://127.0.0.1:1")
    house.draft_case()
    made = CounterDesk(qtbot, house, background, notify)
    yield made
    background.close()
    made.close()


def test_the_head_of_a_case_says_what_the_register_said(counter: CounterDesk) -> None:
    page, house = counter.page, counter.house
    case = page.workspace.case()
    chip = page.workspace.head_part.membership
    assert chip.text() == "Kepesertaan: menunggu"
    for result, words in ((NAME_DIFFERS, "nama berbeda"), (FOUND, "cocok")):
        told(house, f"case:{case}", MembershipChecked(result=result, position=10_000))
        page.workspace.refresh()
        counter.qtbot.waitUntil(lambda words=words: chip.text() == f"Kepesertaan: {words}")
    numbers = ("11000000001", "11000000002")
    told(house, f"case:{case}", MembershipChecked(result=FOUND, position=10_000, member_nos=numbers))
    page.workspace.refresh()
    rows = page.workspace.history.table.model()

    def newest() -> list[str]:
        return [rows.data(rows.index(0, column)) for column in (1, 2)]

    told_of = "Kepesertaan diperiksa: cocok · KPJ •••• 0001, •••• 0002"
    counter.qtbot.waitUntil(lambda: newest() == [told_of, "Kantor pusat"])
    house.cases.note(house["cso"], case, "nik", "9901011507900002")
    page.workspace.refresh()
    counter.qtbot.waitUntil(lambda: "menunggu" in chip.text())


def test_a_scan_is_attached_through_the_file_dialog(counter: CounterDesk, tmp_path: Path) -> None:
    page = counter.page
    scan = tmp_path / "KTP.jpg"
    scan.write_bytes(b"picture")
    page.workspace.go_to_tab(1)
    foot = page.workspace.checklist.attachments
    assert foot.words.text() == ""
    foot.button.click()
    chooser = foot.findChild(QFileDialog)
    assert chooser is not None
    chooser.fileSelected.emit(str(scan))
    chooser.close()
    counter.qtbot.waitUntil(lambda: foot.words.text() == "1 lampiran · di komputer utama")
    case = page.workspace.case()
    assert [each.name for each in counter.house.cases.get(case).attachments] == ["KTP.jpg"]
    QApplication.processEvents()


# ------------------------------------------------------------------------------------------------ the file


def test_the_bank_s_word_stands_beside_the_figures_of_a_file(
    qtbot, house: House, background: Background, notify: Notify
) -> None:
    case = house.paid_case()
    told(
        house,
        f"case:{case}",
        PaymentConfirmed(voucher=" v-001", reference="R 77", day=DAY, amount=19_000_000),
    )
    made = OfficeDesk(qtbot, house, background, notify, FilesPage, "finance_officer")
    made.page.open_record(case)
    words = made.page._money.text
    qtbot.waitUntil(lambda: "bank: dibayar" in words())
    assert "R 77" in words()
    assert "jumlah menurut bank Rp19.000.000" in words().replace("\N{NO-BREAK SPACE}", "")
    told(
        house,
        f"case:{case}",
        PaymentConfirmed(voucher="V-001", reference="R 78", day=DAY, amount=20_000_000, paid=False),
    )
    made.refresh()
    qtbot.waitUntil(lambda: "bank: kembali" in words())
    assert "jumlah menurut" not in words()
    background.close()
    made.services.printing.close()
