"""The first start in three short steps: the branch, its first supervisor, the recovery key on paper."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.config import DataFolder
from app.domain.calendar import format_number
from app.errors import Refused
from app.services.backups import Restored
from app.services.office import Ports
from app.services.services import Services
from app.sync.finding import FoundHub
from app.ui import theme
from app.ui.background import Background
from app.ui.pages.backup_progress import BackupProgress, scans_words
from app.ui.pages.paper_window import PaperWindow
from app.ui.pages.wizard_branch import BranchStep
from app.ui.pages.wizard_choice import ChoiceStep
from app.ui.pages.wizard_join import JoinStep
from app.ui.pages.wizard_key import KeyStep
from app.ui.pages.wizard_parts import WizardStep
from app.ui.pages.wizard_person import PersonStep
from app.ui.pages.wizard_restore import RestoreStep
from app.ui.presenters.wizard import WizardPresenter
from app.ui.presenters.wizard_join import JoinPresenter
from app.ui.theme import Tone, Type
from app.ui.widgets import Banner, Card, Label, Steps
from app.ui.widgets.entry import enter_at
from app.ui.words import refusal

CHOICE, BRANCH, PERSON, KEY, RESTORE, JOIN = range(6)


class WizardPage(QWidget):
    """Tells by `finished(folder, services)` that a branch is open."""

    finished = Signal(object, object)
    restored = Signal(str, bool)  # what came back, and whether all of it did
    left = Signal()
    """Only when it began with the restore step over a branch that is there: go back to that branch."""

    def __init__(
        self,
        folder: DataFolder,
        ports: Ports,
        background: Background,
        *,
        replacing: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._background = background
        self._replacing = replacing
        self._held: QWidget | None = None
        self._progress: BackupProgress | None = None
        self.presenter = WizardPresenter(folder, ports, background.door(self), self)
        self.joining = JoinPresenter(folder, ports, background.door(self), self)
        self._refusal = Banner(Tone.WARN, "")
        self._refusal.hide()
        self._steps = Steps(
            [self.tr("Kantor cabang"), self.tr("Penyelia pertama"), self.tr("Kunci pemulihan")], 0
        )
        self._step = CHOICE
        self.choice = ChoiceStep()
        self.branch = BranchStep(lambda: self._go_back(CHOICE))
        self.person = PersonStep(lambda: self._go_back(BRANCH))
        self.key = KeyStep(self.presenter.recovery_key, lambda: self._go_back(PERSON))
        self.restore_step = RestoreStep(lambda: self._go_back(CHOICE), replacing=replacing)
        self.join_step = JoinStep(lambda: self._go_back(CHOICE))
        self._pages: list[WizardStep] = [
            self.choice,
            self.branch,
            self.person,
            self.key,
            self.restore_step,
            self.join_step,
        ]
        self._lay_out()
        self._connect()
        self.presenter.look_for_keyring()
        self.show_step(RESTORE if replacing else CHOICE)

    def _lay_out(self) -> None:
        card = Card()
        card.body.setContentsMargins(*[theme.space(8)] * 4)
        card.body.setSpacing(theme.space(4))
        card.setFixedWidth(theme.em(None, 50))
        card.body.addWidget(self._steps)
        card.body.addWidget(self._refusal)
        for page in self._pages:  # not a stack: the card is as tall as the one step that is shown
            page.hide()
            card.body.addWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(*[theme.space(6)] * 4)
        outer.setSpacing(theme.space(4))
        self._title = Label("", Type.HEADING)
        self._title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(2)
        outer.addWidget(self._title)
        row = QHBoxLayout()  # not by alignment: that would not leave wrapped lines their height
        row.addStretch(1)
        row.addWidget(card)
        row.addStretch(1)
        outer.addLayout(row)
        outer.addStretch(3)

    def _connect(self) -> None:
        self.choice.following.clicked.connect(lambda: self.show_step(BRANCH))
        self.choice.try_out.clicked.connect(self._try_out)
        self.choice.bring_back.clicked.connect(lambda: self.show_step(RESTORE))
        self.choice.join_in.clicked.connect(lambda: self.show_step(JOIN))
        self.branch.following.clicked.connect(lambda: self._once_begun(self._take_branch))
        self.person.following.clicked.connect(lambda: self._once_begun(self._take_person))
        self.key.print_key.clicked.connect(self.presenter.print_key)
        self.key.following.clicked.connect(lambda: self._once_begun(self._create))
        self.restore_step.wanted.connect(lambda *typed: self._once_begun(lambda: self._bring_back(*typed)))
        self.join_step.wanted.connect(lambda *typed: self._once_begun(lambda: self._join_branch(*typed)))
        self.join_step.look_again.connect(self._look_for_hubs)

    # ------------------------------------------------------------------------------------------ actions

    def _once_begun(self, go_on: Callable[[], None]) -> None:
        """Go on, unless nothing was typed in this step yet: then the keyboard goes to where it begins."""
        empty = self._pages[self._step].empty_field()
        if empty is None:
            go_on()
        else:
            empty.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go_back(self, step: int) -> None:
        if self._replacing and self._step == RESTORE:
            self.left.emit()
        else:
            self.show_step(step)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes to the next field, and in the last one on to the next step."""
        edit = self.focusWidget()
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or not isinstance(edit, QLineEdit):
            super().keyPressEvent(event)
            return
        edits = [each for each in self._pages[self._step].findChildren(QLineEdit) if each.isVisible()]
        place = edits.index(edit) + 1 if edit in edits else len(edits)
        if place < len(edits):
            edits[place].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self._pages[self._step].following.click()

    def _take_branch(self) -> None:
        self.presenter.take_branch(self.branch.branch())

    def _take_person(self) -> None:
        step = self.person
        self.presenter.take_person(step.name.text(), step.title.text(), step.secret.text(), step.again.text())

    def _create(self) -> None:
        self._busy(True)
        self._say(self.tr("Cabang sedang dibuat…"))
        self.presenter.create(self.key.typed.text(), self.key.key_file.text())

    def _try_out(self) -> None:
        self._busy(True)
        self._say(
            self.tr("Cabang contoh dengan beberapa hari kerja sedang disiapkan; ini perlu beberapa detik…")
        )
        self.presenter.try_out()

    def _bring_back(self, source: str, recovery_key: str, key_file: str) -> None:
        self._busy(True)
        self._say(self.tr("Cadangan sedang diperiksa seluruhnya, lalu dipulihkan…"))
        self._progress = BackupProgress(
            self.window(),
            self.tr("Cadangan sedang dipulihkan"),
            self.tr("Catatan diperiksa seluruhnya, lalu pindaian diambil dari folder di samping cadangan."),
        )
        self._progress.open()
        self.presenter.restore(source, recovery_key, key_file, self._progress.progress)

    def _look_for_hubs(self) -> None:
        self.join_step.begin_listening()
        self.joining.look_for_hubs()

    def _join_branch(self, address: str, code: str, name: str, place: str, key_file: str) -> None:
        self._busy(True)
        self.join_step.set_waiting(True)
        self._say(
            self.tr("Kode diperiksa komputer utama, lalu catatan cabang diambil; ini perlu beberapa detik…")
        )
        safe = self.presenter.keyring_safe
        self.joining.join(address, code, name, place, key_file, keyring_safe=safe)

    def _say(self, text: str) -> None:
        self._refusal.set(Tone.INFO, text, icon="hourglass")
        self._refusal.show()

    def _busy(self, busy: bool) -> None:
        if not busy and self._progress is not None:
            self._progress.finish()
            self._progress = None
        if busy:
            self._held = self.focusWidget()  # what is off for a while loses the keyboard
        self._refusal.hide()
        self.join_step.set_waiting(False)
        for page in self._pages:
            page.setEnabled(not busy)

    # ------------------------------------------------------------------------------------------ the presenter's view

    def show_refusal(self, refused: Refused) -> None:
        """Why it does not go on; what was typed stays."""
        held = self._held or self.focusWidget()
        self._held = None
        self._busy(False)
        self._refusal.set(Tone.WARN, refusal(refused), icon="triangle-alert")
        self._refusal.show()
        (held or self._first()).setFocus(Qt.FocusReason.OtherFocusReason)

    def show_keyring(self, safe: bool) -> None:
        """Without a safe keyring a key file is asked for."""
        for field in (self.key.key_file, self.restore_step.key_file, self.join_step.key_file):
            field.setVisible(not safe)

    def step(self) -> int:
        """The step that is shown."""
        return self._step

    def show_step(self, step: int) -> None:
        """Show a step with the keyboard in its first field."""
        self._refusal.hide()
        self._step = step
        for place, page in enumerate(self._pages):
            page.setVisible(place == step)
        self._steps.setVisible(step in (BRANCH, PERSON, KEY))
        self._steps.set_steps(
            [self.tr("Kantor cabang"), self.tr("Penyelia pertama"), self.tr("Kunci pemulihan")],
            max(0, step - 1),
        )
        titles = {
            RESTORE: self.tr("Loket · pulihkan dari cadangan"),
            JOIN: self.tr("Loket · gabung ke cabang"),
        }
        self._title.setText(titles.get(step, self.tr("Loket · pengaturan pertama")))
        first = self._first()
        enter_at(self, first)
        first.setFocus(Qt.FocusReason.OtherFocusReason)
        if step == JOIN:
            self._look_for_hubs()

    def _first(self) -> QWidget:
        return {
            CHOICE: self.choice.following,
            BRANCH: self.branch.name.edit,
            PERSON: self.person.name.edit,
            KEY: self.key.typed.edit,
            RESTORE: self.restore_step.source.edit,
            JOIN: self.join_step.address.edit,
        }[self._step]

    def show_hubs(self, hubs: tuple[FoundHub, ...]) -> None:
        """The hubs that were heard."""
        self.join_step.show_hubs(hubs)

    def show_paper(self, pdf: bytes) -> None:
        """Show the page that is to be printed."""
        PaperWindow(self.window(), self._background, self.tr("Kunci pemulihan"), pdf).open()

    def done(self, folder: DataFolder, services: Services) -> None:
        """The branch is open."""
        self._busy(False)
        self.finished.emit(folder, services)

    def show_restored(self, restored: Restored) -> None:
        """So many entries and scans came back."""
        words = self.tr("Cadangan dipulihkan dan diperiksa: {count} catatan · {scans}.").format(
            count=format_number(restored.checked.count), scans=scans_words(restored.scans)
        )
        self.restored.emit(words, not restored.scans.is_short)
