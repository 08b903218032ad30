"""The manage page: printer, backup, journal, rules, the recovery key and how the program looks."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel

from app.config import DataFolder
from app.devices.connection import PrinterSetting
from app.services.backups import Saved, restore
from app.services.health import Health
from app.services.office import Ports
from app.services.services import Services
from app.ui.pages.manage import ManagePage
from app.ui.presenters.manage import Facts, ManagePresenter
from tests.houses import PIN, CountingEntropy, House, make_branch, recovery_key
from tests.ui.doors import ImmediateDoor
from tests.ui.office_desk import CTRL, OfficeDesk

KEY = Qt.Key


class ManageView:
    def __init__(self) -> None:
        self.facts: list[Facts] = []
        self.health: list[Health] = []
        self.keys: list[str] = []
        self.spoken: list[tuple[str, str]] = []
        self.refusals: list[str] = []

    def show_facts(self, facts: Facts) -> None:
        self.facts.append(facts)

    def show_health(self, health: Health) -> None:
        self.health.append(health)

    def show_new_key(self, key: str) -> None:
        self.keys.append(key)

    def show_saved(self, saved: Saved) -> None:
        self.spoken.append(("backed_up", str(saved.path)))

    def said(self, what: str, detail: str = "") -> None:
        self.spoken.append((what, detail))

    def show_refusal(self, refused) -> None:
        self.refusals.append(refused.code)


class DesktopStand:
    """What the page asks of the program around it."""

    def __init__(self) -> None:
        self.looks: list[tuple[str, float]] = []
        self.restored = 0
        self.damage_told = 0
        self.safety = self

    def set_look(self, scheme: str, scale: float) -> None:
        self.looks.append((scheme, scale))

    def begin_restore(self) -> None:
        self.restored += 1

    def tell_damage(self) -> None:
        self.damage_told += 1


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = make_branch(tmp_path)
    yield made
    made.close()


@pytest.fixture
def stand() -> DesktopStand:
    return DesktopStand()


@pytest.fixture
def desk(qtbot, house, background, notify, stand) -> OfficeDesk:
    return OfficeDesk(
        qtbot, house, background, notify, lambda context: ManagePage(context, stand), "service_supervisor"
    )


def presenter_of(house: House, who: str = "service_supervisor") -> tuple[ManagePresenter, ManageView]:
    view = ManageView()
    return ManagePresenter(Services(house.office), ImmediateDoor(), view, house[who]), view


# ------------------------------------------------------------------------------------------------ the presenter


def test_the_facts_of_this_computer(house: House) -> None:
    presenter, view = presenter_of(house)
    presenter.load()
    facts = view.facts[0]
    assert (facts.entries, facts.head) == house.office.journal.head()
    assert facts.is_home
    officers = {name for _, name in facts.officers}
    assert officers == {house.office.name(house[role]) for role in ("branch_head", "it_officer")}


def test_a_backup_opens_on_another_computer_with_the_paper_alone(house: House, tmp_path: Path) -> None:
    house.open_day()
    presenter, view = presenter_of(house)
    target = tmp_path / "stick" / "hari ini.cadangan"
    presenter.back_up(str(target))
    assert view.refusals == ["backup_failed"]
    target.parent.mkdir()
    presenter.back_up(str(target))
    assert view.spoken == [("backed_up", str(target))]
    elsewhere = DataFolder(tmp_path / "lain")
    ports = Ports(house.clock, CountingEntropy("lain"), house.machine)
    assert restore(target, elsewhere, recovery_key(), ports).checked.count > 0


def test_a_flipped_byte_is_found(house: House) -> None:
    flip(house)
    presenter, view = presenter_of(house)
    presenter.check()
    assert not view.health[0].whole
    assert house.office.store.damaged


def flip(house: House) -> None:
    """Damage a page in the middle of the file, as a bad disk does."""
    path = house.office.folder.database
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


# ------------------------------------------------------------------------------------------------ the page


def test_only_the_fields_of_the_chosen_printer_are_asked_for(desk: OfficeDesk) -> None:
    printer = desk.page.printer
    assert not printer.address.isVisible()
    assert not printer.test.isEnabled()
    printer.kind.focus_first()
    desk.key(KEY.Key_2)
    assert printer.address.isVisible()
    assert not printer.vendor.isVisible()
    desk.key(KEY.Key_F2)
    assert printer.address.finding() == "Belum diisi."
    assert desk.services.printing.setting() == PrinterSetting()


def test_a_printer_is_tried_and_kept(desk: OfficeDesk, tmp_path: Path) -> None:
    printer = desk.page.printer
    printer.kind.focus_first()
    desk.key(KEY.Key_5)
    paper = tmp_path / "lp0"
    paper.write_bytes(b"")
    printer.path.edit.setFocus()
    desk.type(str(paper))
    desk.key(KEY.Key_F3)
    assert b"A-000" in paper.read_bytes()
    assert "Uji cetak" in desk.notify.last()
    desk.key(KEY.Key_F2)
    kept = desk.services.printing.setting()
    assert (kept.kind, kept.address) == ("file", str(paper))


def test_a_printer_that_does_not_answer_is_told_and_can_be_tried_again(
    desk: OfficeDesk, tmp_path: Path
) -> None:
    printer = desk.page.printer
    printer.kind.focus_first()
    desk.key(KEY.Key_5)
    printer.path.set_text(str(tmp_path / "nowhere" / "lp0"))
    desk.key(KEY.Key_F3)
    assert desk.notify.last()
    assert printer.test.isEnabled()


def test_what_is_being_typed_is_left_alone_by_a_refresh(desk: OfficeDesk) -> None:
    printer = desk.page.printer
    printer.kind.focus_first()
    desk.key(KEY.Key_2)
    printer.address.edit.setFocus()
    desk.type("192.168.1.5")
    desk.refresh()
    assert printer.address.text() == "192.168.1.5"
    assert desk.focused is printer.address.edit


def test_the_backup_is_written_where_the_person_says(desk: OfficeDesk, tmp_path: Path) -> None:
    desk.key(KEY.Key_F5)
    chooser = desk.page.findChild(QFileDialog)
    assert chooser is not None
    assert chooser.selectedFiles()[0].endswith("loket-2026-11-20.cadangan")
    chooser.fileSelected.emit(str(tmp_path / "a.cadangan"))
    chooser.close()
    desk.settle()
    assert (tmp_path / "a.cadangan").exists()
    assert "a.cadangan" in desk.notify.last()


def test_the_full_check_says_how_much_it_read(desk: OfficeDesk) -> None:
    desk.key(KEY.Key_F7)
    assert "utuh" in desk.notify.last()
    assert desk.page.check.isEnabled()


def test_the_full_check_tells_of_damage(desk: OfficeDesk, stand: DesktopStand) -> None:
    flip(desk.house)
    desk.key(KEY.Key_F7)
    assert stand.damage_told == 1
    assert desk.page.check.isEnabled()


def test_projections_are_made_anew_after_a_question(desk: OfficeDesk) -> None:
    desk.key(KEY.Key_F8)
    desk.key(KEY.Key_Return)
    assert "dibangun ulang" in desk.notify.last()


def test_restore_is_asked_twice_and_enter_is_no(desk: OfficeDesk, stand: DesktopStand) -> None:
    desk.key(KEY.Key_F5, CTRL)
    desk.key(KEY.Key_Return)
    assert stand.restored == 0
    desk.key(KEY.Key_F5, CTRL)
    desk.click(desk.dialog().yes)
    assert stand.restored == 1


def test_a_new_recovery_key_takes_two_officers_and_a_paper(desk: OfficeDesk) -> None:
    desk.key(KEY.Key_F6, CTRL)
    asked = desk.dialog()
    asked.secret.setFocus()
    desk.type("999999")
    desk.key(KEY.Key_Return)
    assert desk.dialog() is asked
    assert asked.wrong.isVisible()
    asked.secret.clear()
    desk.type(PIN)
    desk.key(KEY.Key_Return)
    shown = desk.dialog()
    assert shown is not asked
    texts = [label.text() for label in shown.findChildren(QLabel)]
    key = next(text for text in texts if re.fullmatch(r"([A-Z2-9]{4} ){6}[A-Z2-9]{2}", text))
    desk.type("ABCD")
    desk.key(KEY.Key_Return)
    assert desk.dialog() is shown
    assert shown.wrong.isVisible()
    shown.typed.set_text(key.lower())
    desk.key(KEY.Key_Return, CTRL)
    assert not desk.has_dialog()
    assert "kunci pemulihan baru" in desk.notify.last().lower()


def test_the_look_is_handed_to_the_program(desk: OfficeDesk, stand: DesktopStand) -> None:
    desk.click(desk.page.letters.button("1.15"))
    assert stand.looks == [("light", 1.15)]


def test_the_officer_for_the_machines_looks_after_them_without_the_staff(
    qtbot, house, background, notify, stand
) -> None:
    desk = OfficeDesk(
        qtbot, house, background, notify, lambda context: ManagePage(context, stand), "it_officer"
    )
    assert desk.page.backup.isEnabled()
    assert desk.page.printer.isEnabled()


def test_an_auditor_may_check_and_nothing_else(qtbot, house, background, notify, stand) -> None:
    desk = OfficeDesk(qtbot, house, background, notify, lambda context: ManagePage(context, stand), "auditor")
    page = desk.page
    assert page.check.isEnabled()
    assert not page.backup.isEnabled()
    assert not page.printer.isEnabled()
    assert not page.restore.isEnabled()


def test_keys_names_and_size(desk: OfficeDesk) -> None:
    assert len(desk.keys_heard()) == len(set(desk.keys_heard())), sorted(desk.keys_heard())
    assert not desk.shadowed()
    assert desk.page.minimumSizeHint().height() <= 614


def test_a_backup_counts_its_scans_and_can_be_stopped(
    qtbot, house, background, notify, stand, tmp_path
) -> None:
    """The dialog goes when the work is done; Esc asks the work to end, and what is left is said."""
    desk = OfficeDesk(
        qtbot, house, background, notify, lambda context: ManagePage(context, stand), "it_officer"
    )
    desk.page._begin_backup(str(tmp_path / "a.cadangan"))
    assert not desk.page._progress.progress.stopping()
    progress = desk.page._progress
    progress.moved.emit(3, 12)
    assert progress.line.text() == "Pindaian 3 dari 12"
    desk.key(KEY.Key_Escape)
    assert progress.progress.stopping()
    desk.settle()
    assert not desk.has_dialog()
    assert "Cadangan selesai dan diperiksa" in desk.notify.last()
    assert (tmp_path / "a.cadangan").exists()
