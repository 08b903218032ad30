"""The scans of a case on the screen: listed below its papers, opened by keys, on record, and what is said of one that is not here."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMarginsF, Qt
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtWidgets import QApplication

from app.domain.case_events import Attached
from app.services.services import Services
from app.ui.background import Background
from app.ui.notify import Notify
from app.ui.pages.files import FilesPage
from app.ui.pages.pdf_paper import PdfPaper
from app.ui.pages.scan_dialog import ScanDialog
from app.ui.pages.scan_pictures import MOST_EDGE, MOST_SHEETS, read_pictures
from tests.houses import House, make_branch
from tests.ui.counter_desk import CounterDesk
from tests.ui.office_desk import ALT, CTRL, OfficeDesk

K = Qt.Key


def picture(width: int, height: int, kind: str = "JPEG", sheets: int = 1) -> bytes:
    made = [Image.new("RGB", (width, height), (number * 40 % 256, 90, 90)) for number in range(sheets)]
    kept = io.BytesIO()
    more = {"save_all": True, "append_images": made[1:]} if sheets > 1 else {}
    made[0].save(kept, kind, **more)
    return kept.getvalue()


def pdf(path: Path) -> bytes:
    """Two pages."""
    writer = QPdfWriter(str(path))
    writer.setPageLayout(
        QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, QMarginsF())
    )
    painter = QPainter(writer)
    writer.newPage()
    painter.end()
    return path.read_bytes()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = make_branch(tmp_path)
    made.open_day()
    yield made
    made.close()


@pytest.fixture
def case(house: House, tmp_path: Path) -> str:
    """A file at the verifier's with a card, a long page, a PDF, something else, and a scan that is elsewhere."""
    found = house.draft_case()
    services, who = Services(house.office), house["cso"]
    for name, content in (
        ("KTP.jpg", picture(1600, 1000)),
        ("KK.jpg", picture(1240, 1754)),
        ("Paklaring.pdf", pdf(tmp_path / "paklaring.pdf")),
        ("surat.docx", b"PK no picture"),
    ):
        services.attachments.attach(who, found, io.BytesIO(content), name)
    elsewhere = services.attachments.blobs().add(io.BytesIO(picture(300, 200)))[0]
    with house.office.unit(who) as unit:
        unit.append(f"case:{found}", Attached(sha256=elsewhere, size=9, type="image/jpeg", name="Buku.jpg"))
    place(house, elsewhere).rename(tmp_path / "elsewhere")
    house.hold_interview(found)
    house.cases.submit(who, found)
    house.counters.finish(who, house.cases.get(found).tickets[0][0], "claim_submitted")
    services.attachments.close()
    services.printing.close()
    return found


def place(house: House, sha256: str) -> Path:
    return house.folder.path / "attachments" / "content" / sha256[:2] / sha256


@pytest.fixture
def desk(qtbot, house: House, background: Background, notify: Notify, case: str) -> Iterator[OfficeDesk]:
    made = OfficeDesk(qtbot, house, background, notify, FilesPage, "verifier")
    made.page.open_record(case)
    made.settle()
    qtbot.waitUntil(lambda: made.page.workspace.presenter.look is not None)
    made.page.workspace.go_to_tab(1)
    yield made
    background.close()
    made.services.attachments.close()
    made.services.printing.close()


def opened(desk: OfficeDesk) -> ScanDialog:
    desk.key(K.Key_E, CTRL)
    dialog = desk.dialog()
    assert isinstance(dialog, ScanDialog)
    return dialog


def readings(house: House, case: str) -> list[str]:
    return [each.actor for each in house.cases.history(case=case) if each.detail == "attachment"]


def test_the_list_says_what_there_is_and_where(desk: OfficeDesk) -> None:
    rows = desk.page.workspace.checklist.scans.rows
    assert [row.words() for row in rows] == ["KTP.jpg", "KK.jpg", "Paklaring.pdf", "surat.docx", "Buku.jpg"]
    assert all(row.isVisible() for row in rows)
    assert rows[0].accessibleDescription() == "di komputer utama"
    assert rows[4].accessibleDescription() == "belum ada di komputer ini"


def test_a_picture_opens_by_a_key_and_is_on_record(desk: OfficeDesk, house: House, case: str) -> None:
    assert readings(house, case) == []
    dialog = opened(desk)
    assert dialog.stack.currentWidget() is dialog.pictures
    (sheet,) = dialog.pictures.pictures.sheets
    assert (sheet.width(), sheet.height()) == (1600, 1000)
    assert dialog.windowTitle() == "KTP.jpg"
    assert readings(house, case) == ["Petugas 4"]
    inner = dialog.pictures.widget()
    assert inner.height() <= dialog.pictures.viewport().height()  # a card is seen whole
    before = inner.width()
    for _ in range(4):
        desk.key(K.Key_Plus, CTRL)
    assert inner.width() > before
    desk.key(K.Key_Escape)
    assert not desk.has_dialog()


def test_enter_and_a_click_open_the_scan_they_are_on(desk: OfficeDesk) -> None:
    rows = desk.page.workspace.checklist.scans.rows
    rows[1].setFocus()
    desk.key(K.Key_Return)
    dialog = desk.dialog()
    assert dialog.windowTitle() == "KK.jpg"
    bar = dialog.pictures.verticalScrollBar()
    desk.key(K.Key_PageDown)
    assert bar.value() > 0
    desk.key(K.Key_Escape)
    desk.click(rows[0])
    assert desk.dialog().windowTitle() == "KTP.jpg"
    desk.key(K.Key_Escape)


def test_a_pdf_is_shown_as_the_daily_summary_is(desk: OfficeDesk) -> None:
    dialog = opened(desk)
    desk.key(K.Key_Right, ALT)
    desk.key(K.Key_Right, ALT)
    assert isinstance(dialog.stack.currentWidget(), PdfPaper)
    desk.qtbot.waitUntil(lambda: dialog.paper.document is not None and dialog.paper.document.pageCount() == 2)
    bar = dialog.paper.view.verticalScrollBar()
    desk.qtbot.waitUntil(lambda: bar.maximum() > 0)
    desk.key(K.Key_PageDown)
    assert bar.value() > 0
    desk.key(K.Key_Left, ALT)
    assert dialog.windowTitle() == "KK.jpg"
    desk.key(K.Key_Escape)


def test_what_is_no_scan_is_said_to_be_none(desk: OfficeDesk) -> None:
    desk.click(desk.page.workspace.checklist.scans.rows[3])
    assert "tidak dapat ditampilkan" in desk.dialog().message.accessibleName()
    desk.key(K.Key_Escape)


def test_a_scan_that_is_elsewhere_says_what_to_do_and_is_shown_when_it_has_come(
    desk: OfficeDesk, house: House, case: str, tmp_path: Path
) -> None:
    desk.click(desk.page.workspace.checklist.scans.rows[4])
    dialog = desk.dialog()
    assert dialog.message.accessibleName() == (
        "Belum ada di komputer ini. Tunggu sampai terkirim lalu tekan F5, atau buka di komputer yang memindainya."
    )
    assert not dialog.after.isEnabled()
    assert readings(house, case) == []
    sha256 = house.cases.get(case).attachments[4].sha256
    (tmp_path / "elsewhere").rename(place(house, sha256))
    desk.key(K.Key_F5)
    assert dialog.stack.currentWidget() is dialog.pictures
    assert "belum ada" not in dialog.details.text()
    assert len(readings(house, case)) == 1
    desk.key(K.Key_Escape)


def test_a_holder_that_is_not_reached_is_said_so(desk: OfficeDesk, house: House, monkeypatch) -> None:
    from app.errors import Refused

    def unreached(*_: object) -> None:
        raise Refused("attachment_unreached")

    monkeypatch.setattr(desk.services.attachments, "_fetch", unreached)
    desk.click(desk.page.workspace.checklist.scans.rows[4])
    assert "Periksa kabel jaringan lalu tekan F5" in desk.dialog().message.accessibleName()
    desk.key(K.Key_Escape)


def test_only_the_scan_that_is_wanted_last_is_shown(desk: OfficeDesk) -> None:
    """Answers of scans that were turned past meanwhile come too late."""
    dialog = opened(desk)
    for by in (1, 1, -1, -1, 1):
        dialog.presenter.step(by)
    desk.settle()
    assert dialog.windowTitle() == "KK.jpg"
    assert dialog.stack.currentWidget() is dialog.pictures
    assert dialog.pictures.pictures.sheets[0].height() == 1754
    desk.key(K.Key_Escape)


def test_closing_while_it_is_opened_is_no_trouble(desk: OfficeDesk) -> None:
    rows = desk.page.workspace.checklist.scans.rows
    for row in (rows[0], rows[2], rows[0]):
        row.click()
        QApplication.processEvents()
        desk.dialog().reject()
        QApplication.processEvents()
    desk.settle()
    assert not desk.has_dialog()


def test_keys_of_the_list_and_of_the_viewer_are_heard_once(desk: OfficeDesk) -> None:
    assert len(desk.keys_heard()) == len(set(desk.keys_heard())), sorted(desk.keys_heard())
    dialog = opened(desk)
    assert dialog.keys.text()
    assert dialog.width() <= desk.area.width()
    assert dialog.height() <= desk.area.height()
    assert dialog.minimumSizeHint().height() <= 614
    desk.key(K.Key_Escape)


def test_at_the_counter_too_and_without_scans_there_is_no_list(
    qtbot, house: House, background: Background, notify: Notify
) -> None:
    house.draft_case()
    made = CounterDesk(qtbot, house, background, notify)
    workspace = made.page.workspace
    workspace.go_to_tab(1)
    scans = workspace.checklist.scans
    assert not scans.isVisible()
    case = workspace.case()
    made.services.attachments.attach(made.who, case, io.BytesIO(picture(300, 200)), "")
    workspace.refresh()
    qtbot.waitUntil(scans.isVisible)
    assert scans.rows[0].words() == "Pindaian 1"
    made.key(K.Key_E, CTRL)
    assert isinstance(made.dialog(), ScanDialog)
    made.key(K.Key_Escape)
    background.close()
    made.services.attachments.close()
    made.close()


# ------------------------------------------------------------------------------------------------ decoding


def test_large_pictures_are_made_small_enough_and_turned_as_the_camera_says() -> None:
    whole = read_pictures(picture(4000, 2000))
    assert (whole.count, whole.sheets[0].width(), whole.sheets[0].height()) == (1, MOST_EDGE, MOST_EDGE // 2)
    turned = Image.new("RGB", (400, 200))
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = io.BytesIO()
    turned.save(kept, "JPEG", exif=exif)
    sheet = read_pictures(kept.getvalue()).sheets[0]
    assert (sheet.width(), sheet.height()) == (200, 400)


@pytest.mark.parametrize(("sheets", "seen"), [(3, 3), (MOST_SHEETS + 2, MOST_SHEETS)])
def test_a_tiff_has_several_sheets(sheets: int, seen: int) -> None:
    read = read_pictures(picture(40, 60, "TIFF", sheets))
    assert (read.count, len(read.sheets)) == (sheets, seen)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.4 is for the other viewer",
        b'<svg xmlns="http://www.w3.org/2000/svg"><image href="/etc/hostname"/></svg>',
        picture(12_000, 12_000, "PNG"),
    ],
    ids=["empty", "pdf", "svg", "bomb"],
)
def test_what_is_no_picture_gives_no_sheet(content: bytes) -> None:
    assert read_pictures(content).sheets == ()


def test_what_is_torn_is_no_picture(qtlog) -> None:
    with qtlog.disabled():  # Qt says it in its own words
        assert read_pictures(picture(40, 40)[:60]).sheets == ()
