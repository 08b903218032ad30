"""The first start: three short steps with keys alone, a try with examples, and a backup brought back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import keyring.backends.fail
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from app.config import DataFolder
from app.errors import Refused
from app.services import demo
from app.services.backups import backup
from app.services.demo import make_demo_branch
from app.services.office import Ports, open_office
from app.services.services import Services
from app.services.setup import NewBranch
from app.ui.pages.paper_window import PaperWindow
from app.ui.pages.wizard import BRANCH, CHOICE, KEY, PERSON, RESTORE, WizardPage
from app.ui.presenters.wizard import WizardPresenter
from tests.houses import PIN, CountingEntropy, FakeClock, FakeMachine, make_branch, recovery_key
from tests.ui.doors import ImmediateDoor

K = Qt.Key


class WizardView:
    def __init__(self) -> None:
        self.refusals: list[str] = []
        self.steps: list[int] = []
        self.papers: list[bytes] = []
        self.safe: list[bool] = []
        self.made: list[tuple[DataFolder, Services]] = []

    def show_refusal(self, refused: Refused) -> None:
        self.refusals.append(refused.code)

    def show_keyring(self, safe: bool) -> None:
        self.safe.append(safe)

    def show_step(self, step: int) -> None:
        self.steps.append(step)

    def show_paper(self, pdf: bytes) -> None:
        self.papers.append(pdf)

    def done(self, folder: DataFolder, services: Services) -> None:
        self.made.append((folder, services))

    def show_restored(self, entries: int) -> None:
        self.restored = entries


@pytest.fixture
def ports(request) -> Ports:
    return Ports(FakeClock(), CountingEntropy(request.node.name), FakeMachine())


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "cabang")


@pytest.fixture
def view() -> Iterator[WizardView]:
    made = WizardView()
    yield made
    for _, services in made.made:
        services.close()


@pytest.fixture
def presenter(folder: DataFolder, ports: Ports, view: WizardView) -> WizardPresenter:
    return WizardPresenter(folder, ports, ImmediateDoor(), view)


# ------------------------------------------------------------------------------------------------ the presenter


def new_branch(**other: str) -> NewBranch:
    asked: dict[str, Any] = {
        "name": "Medan Utara",
        "code": "mdu",
        "zone": "WIB",
        "counters": 5,
        "computer": "Penyelia",
    }
    return NewBranch(**(asked | other))


def ready(presenter: WizardPresenter) -> None:
    presenter.take_branch(new_branch())
    presenter.take_person("Penyelia", "Kabid", PIN, PIN)


def test_nothing_is_on_disk_before_the_last_step(presenter, view, folder) -> None:
    ready(presenter)
    assert view.steps == [PERSON, KEY]
    assert not folder.path.exists()
    presenter.create(presenter.recovery_key.lower(), "")
    made, services = view.made[0]
    assert made.is_set_up()
    assert services.office.branch().code == "MDU"
    assert not services.office.branch().demo


def test_each_step_says_what_is_wrong_with_it(presenter, view) -> None:
    presenter.take_branch(new_branch(name=""))
    presenter.take_branch(new_branch(code="M-U"))
    presenter.take_branch(new_branch(computer=" "))
    presenter.take_person(" ", "", PIN, PIN)
    presenter.take_person("Penyelia", "", "123456", "123456")
    presenter.take_person("Penyelia", "", PIN, PIN + "1")
    assert view.refusals == [
        "branch_name",
        "branch_code",
        "computer_name",
        "person_name",
        "secret_simple",
        "secret_differs",
    ]
    assert not view.steps


def test_a_key_copied_wrong_makes_no_branch(presenter, view, folder) -> None:
    ready(presenter)
    wrong = (
        "A" + presenter.recovery_key[1:]
        if presenter.recovery_key[0] != "A"
        else "B" + presenter.recovery_key[1:]
    )
    presenter.create(wrong, "")
    assert view.refusals == ["recovery_key_typo"]
    assert not folder.is_set_up()


def test_without_a_safe_keyring_a_key_file_is_asked_for(presenter, view, folder, tmp_path) -> None:
    keyring.set_keyring(keyring.backends.fail.Keyring())
    presenter.look_for_keyring()
    assert view.safe == [False]
    ready(presenter)
    presenter.create(presenter.recovery_key, "")
    assert view.refusals == ["keyring_missing"]
    presenter.create(presenter.recovery_key, str(tmp_path / "loket.key"))
    assert (tmp_path / "loket.key").stat().st_mode & 0o777 == 0o600
    assert view.made[0][1].office.key_place == "file"


def test_the_page_with_the_key_is_never_on_the_disk(presenter, view, folder) -> None:
    ready(presenter)
    presenter.print_key()
    assert view.papers[0].startswith(b"%PDF")
    assert not folder.path.exists()
    presenter.create(presenter.recovery_key, "")
    assert not list(folder.path.rglob("*.pdf"))


def test_a_try_goes_into_a_folder_of_its_own_and_is_found_again(
    presenter, view, folder, ports, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(demo, "try_out", make_demo_branch)  # the days before are another test's
    half_made = tmp_path / "cabang-coba"
    half_made.mkdir()
    (half_made / "loket.db").write_bytes(b"")
    presenter.try_out()
    made, services = view.made[0]
    assert made.path == tmp_path / "cabang-coba-2"
    assert services.office.branch().demo
    services.close()
    presenter.try_out()
    assert view.made[1][0].path == made.path
    assert not folder.path.exists()


def test_restore_asks_for_a_file_and_a_key_that_can_be_right(presenter, view, folder, tmp_path) -> None:
    presenter.restore("", recovery_key(), "")
    presenter.restore(str(tmp_path / "a.cadangan"), "ABC", "")
    presenter.restore(str(tmp_path / "a.cadangan"), recovery_key(), "")
    assert view.refusals == ["backup_not_chosen", "recovery_key_typo", "file_missing"]
    assert not folder.is_set_up()


# ------------------------------------------------------------------------------------------------ the page


@pytest.fixture
def page(qtbot, folder, ports, background) -> WizardPage:
    return shown(qtbot, background, WizardPage(folder, ports, background))


def shown(qtbot, background, made: WizardPage) -> WizardPage:
    qtbot.addWidget(made)
    made.resize(1280, 680)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    settle(qtbot, background)
    made.setFocus()
    return made


def settle(qtbot, background) -> None:
    for _ in range(3):
        qtbot.waitUntil(lambda: not background.busy, timeout=20_000)
        QApplication.processEvents()


def press(qtbot, background, page: WizardPage, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(QApplication.focusWidget() or page, key)
        settle(qtbot, background)


def write(text: str) -> None:
    QTest.keyClicks(QApplication.focusWidget(), text)


def test_a_branch_is_made_with_keys_alone(qtbot, page, background) -> None:
    made = []
    page.finished.connect(lambda _, services: made.append(services))
    press(qtbot, background, page, K.Key_F2)
    write("Medan Utara")
    press(qtbot, background, page, K.Key_Return)
    write("mdu")
    press(qtbot, background, page, K.Key_F2)
    assert page.step() == PERSON
    write("Penyelia")
    press(qtbot, background, page, K.Key_Return, K.Key_Return)
    write(PIN)
    press(qtbot, background, page, K.Key_Return)
    write(PIN)
    press(qtbot, background, page, K.Key_Return)
    assert page.step() == KEY
    press(qtbot, background, page, K.Key_F3)
    window = page.findChild(PaperWindow)
    qtbot.waitUntil(lambda: window.paper.document is not None and window.paper.document.pageCount() == 1)
    QTest.keyClick(window, K.Key_Escape)
    settle(qtbot, background)
    assert page.key.typed.edit.hasFocus()
    key = page.key.shown.text()
    write(key[:4])
    assert not page.key.shown.isVisible()  # typed back from the paper, not from the screen
    write(key[4:])
    press(qtbot, background, page, K.Key_Return)
    assert made[0].office.branch().name == "Medan Utara"
    made[0].close()


def test_a_refusal_keeps_what_was_typed_and_the_keyboard(qtbot, page, background) -> None:
    press(qtbot, background, page, K.Key_F2)
    write("Medan Utara")
    press(qtbot, background, page, K.Key_F2)
    assert page._refusal.isVisible()
    assert page.branch.name.text() == "Medan Utara"
    assert page.branch.name.edit.hasFocus()
    page.branch.code.edit.setFocus()
    write("MDU")
    press(qtbot, background, page, K.Key_F2)
    assert not page._refusal.isVisible()


def test_nobody_is_told_off_before_anything_was_typed(qtbot, page, background) -> None:
    press(qtbot, background, page, K.Key_F2, K.Key_F2, K.Key_F2)
    assert page.step() == BRANCH
    assert not page._refusal.isVisible()
    assert page.branch.name.edit.hasFocus()
    press(qtbot, background, page, K.Key_Escape, K.Key_F4, K.Key_F2)
    assert page.step() == RESTORE
    assert not page._refusal.isVisible()


def test_enter_changes_no_time_zone(qtbot, page, background) -> None:
    press(qtbot, background, page, K.Key_F2)
    page.branch.zone.button("WITA").setFocus()
    press(qtbot, background, page, K.Key_Return)
    assert page.branch.zone.value() == "WIB"
    assert not page.branch.zone.button("WITA").hasFocus()
    assert page.step() == BRANCH


def test_the_first_computer_has_a_name_in_the_branch(presenter, view) -> None:
    ready(presenter)
    presenter.create(presenter.recovery_key, "")
    branch = view.made[0][1].office.branch()
    assert [(each.number, each.name) for each in branch.stations.values()] == [(1, "Penyelia")]


def test_the_place_of_the_key_file_can_be_chosen(qtbot, page, background, tmp_path) -> None:
    page.show_keyring(False)
    page.show_step(KEY)
    place = page.key.key_file
    assert place.isVisible()
    place.browse.click()
    chooser = place.findChild(QFileDialog)
    assert chooser.acceptMode() == QFileDialog.AcceptMode.AcceptSave
    chooser.fileSelected.emit(str(tmp_path / "loket.key"))
    assert place.text() == str(tmp_path / "loket.key")
    chooser.close()


def test_esc_goes_a_step_back(qtbot, page, background) -> None:
    press(qtbot, background, page, K.Key_F4)
    assert page.step() == RESTORE
    press(qtbot, background, page, K.Key_Escape)
    assert page.step() == CHOICE


def test_a_backup_is_brought_back_with_the_paper_alone(qtbot, page, background, tmp_path) -> None:
    house = make_branch(tmp_path / "lama")
    house.open_day()
    ticket = house.desk.issue(house["security_desk"], "jht")
    backup(house.office, tmp_path / "a.cadangan")
    house.close()
    made = []
    page.finished.connect(lambda _, services: made.append(services))
    press(qtbot, background, page, K.Key_F4)
    write(str(tmp_path / "a.cadangan"))
    press(qtbot, background, page, K.Key_Return)
    write(recovery_key())
    press(qtbot, background, page, K.Key_Return)
    assert made[0].desk.ticket(ticket.id).label == "A-001"
    made[0].close()


def test_a_branch_that_is_there_is_put_aside_only_when_the_backup_is_proven(
    qtbot, background, ports, tmp_path
) -> None:
    house = make_branch(tmp_path)
    backup(house.office, tmp_path / "a.cadangan")
    house.open_day()
    head = house.office.journal.head()
    house.close()
    folder = house.folder
    bad = tmp_path / "b.cadangan"
    bad.write_bytes((tmp_path / "a.cadangan").read_bytes()[:5000])
    page = shown(qtbot, background, WizardPage(folder, ports, background, replacing=True))
    assert page.step() == RESTORE
    left, made = [], []
    page.left.connect(lambda: left.append(True))
    page.finished.connect(lambda _, services: made.append(services))
    press(qtbot, background, page, K.Key_Escape)
    assert left == [True]
    for source in (bad, tmp_path / "a.cadangan"):
        page.restore_step.source.set_text(str(source))
        page.restore_step.recovery_key.set_text(recovery_key())
        press(qtbot, background, page, K.Key_F2)
        if source is bad:
            assert page._refusal.isVisible()
            again = open_office(folder, ports)
            assert again.journal.head()[0] > head[0] - 1
            again.close()
    assert made[0].office.latest_day() is None
    made[0].close()
    aside = next(folder.backups.glob("lama-*"))
    former = open_office(DataFolder(aside), Ports(FakeClock(), CountingEntropy("aside"), FakeMachine()))
    assert former.latest_day() is not None
    former.close()
    assert not (folder.path / "pulih").exists()


def test_a_folder_without_rights_says_so(qtbot, background, ports, tmp_path) -> None:
    (tmp_path / "file").write_text("not a folder")
    page = shown(qtbot, background, WizardPage(DataFolder(tmp_path / "file" / "cabang"), ports, background))
    ready(page.presenter)
    page.show_step(KEY)
    page.key.typed.set_text(page.presenter.recovery_key)
    press(qtbot, background, page, K.Key_F2)
    assert "tidak dapat ditulisi" in page._refusal.text()
    assert page.key.following.isEnabled()


def test_no_step_hears_a_key_twice_and_each_fits(page) -> None:
    from PySide6.QtGui import QShortcut

    for step in (CHOICE, BRANCH, PERSON, KEY, RESTORE):
        page.show_step(step)
        QApplication.processEvents()
        heard = [
            each.key().toString()
            for each in page.findChildren(QShortcut)
            if each.parent().isVisible()  # type: ignore[attr-defined]
        ]
        assert len(heard) == len(set(heard)), (step, heard)
        assert page.minimumSizeHint().height() <= 680
