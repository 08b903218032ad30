"""The first start in three short steps: the branch, its first supervisor, the recovery key on paper."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from app.config import DataFolder
from app.domain.branch import ZONES
from app.errors import Refused
from app.services.office import Ports
from app.services.services import Services
from app.services.setup import MOST_COUNTERS
from app.sync.finding import FoundHub
from app.ui import theme
from app.ui.background import Background
from app.ui.pages.paper_window import PaperWindow
from app.ui.pages.wizard_join import JoinStep
from app.ui.pages.wizard_parts import back_and_on, fill_column
from app.ui.pages.wizard_restore import RestoreStep
from app.ui.presenters.wizard import WizardPresenter
from app.ui.presenters.wizard_join import JoinPresenter
from app.ui.theme import Tone, Type
from app.ui.widgets import (
    Banner,
    Button,
    Card,
    Field,
    Label,
    Muted,
    PinEdit,
    PrimaryButton,
    SegmentedChoice,
    Steps,
)
from app.ui.widgets.entry import enter_at
from app.ui.words import refusal

CHOICE, BRANCH, PERSON, KEY, RESTORE, JOIN = range(6)


class WizardPage(QWidget):
    """Tells by `finished(folder, services)` that a branch is open."""

    finished = Signal(object, object)
    restored = Signal(int)
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
        self.presenter = WizardPresenter(folder, ports, background.door(self), self)
        self.joining = JoinPresenter(folder, ports, background.door(self), self)
        self._refusal = Banner(Tone.WARN, "")
        self._refusal.hide()
        self._steps = Steps(
            [self.tr("Kantor cabang"), self.tr("Penyelia pertama"), self.tr("Kunci pemulihan")], 0
        )
        self._step = CHOICE
        self._pages = [
            build()
            for build in (self._choice, self._branch, self._person, self._key, self._restore, self._join)
        ]
        self._lay_out()
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

    # ------------------------------------------------------------------------------------------ the steps

    def _choice(self) -> QWidget:
        self.begin = PrimaryButton(self.tr("Siapkan kantor cabang"), "landmark", key="F2", large=True)
        self.try_out = Button(self.tr("Coba dulu dengan data contoh"), "play", key="F3")
        self.bring_back = Button(self.tr("Pulihkan dari cadangan"), "rotate-ccw", key="F4")
        self.join_in = Button(self.tr("Gabung ke cabang yang sudah ada"), "network", key="F5")
        self.begin.clicked.connect(lambda: self.show_step(BRANCH))
        self.try_out.clicked.connect(self._try_out)
        self.bring_back.clicked.connect(lambda: self.show_step(RESTORE))
        self.join_in.clicked.connect(lambda: self.show_step(JOIN))
        return _column(
            Label(self.tr("Belum ada data cabang di komputer ini."), Type.SUBTITLE),
            Muted(
                self.tr(
                    "Menyiapkan cabang perlu tiga langkah dan satu lembar kertas. "
                    "Coba dulu membuat cabang contoh di folder tersendiri: satu orang tiap tugas, PIN ditampilkan."
                ),
                wrap=True,
            ),
            self.begin,
            self.join_in,
            self.try_out,
            self.bring_back,
        )

    def _branch(self) -> QWidget:
        self.name = Field(self.tr("Nama kantor cabang"), placeholder=self.tr("mis. Medan Utara"), longest=60)
        self.code = Field(
            self.tr("Kode cabang"),
            placeholder=self.tr("mis. MDU"),
            hint=self.tr("Dipakai pada nomor tanda terima; huruf dan angka, paling banyak 10."),
            longest=10,
        )
        self.zone = SegmentedChoice(
            [(zone, zone, "", Tone.GOOD) for zone in ZONES], name=self.tr("Zona waktu")
        )
        self.zone.set_value("WIB")
        self.counters = QSpinBox()
        self.counters.setRange(1, MOST_COUNTERS)
        self.counters.setValue(5)
        following = PrimaryButton(self.tr("Lanjut"), "arrow-right", key="F2")
        following.clicked.connect(self._take_branch)
        self.branch_next = following
        return _column(
            self.name,
            self.code,
            Field(self.tr("Zona waktu"), self.zone),
            Field(self.tr("Jumlah loket"), self.counters),
            self._row(following, CHOICE),
        )

    def _person(self) -> QWidget:
        self.person = Field(self.tr("Nama"), placeholder=self.tr("mis. Penyelia"), longest=60)
        self.title = Field(self.tr("Jabatan"), longest=60)
        self.title.set_text(self.tr("Kepala Bidang Pelayanan"))
        self.secret, self.again = PinEdit(password=True), PinEdit(password=True)
        following = PrimaryButton(self.tr("Lanjut"), "arrow-right", key="F2")
        following.clicked.connect(self._take_person)
        self.person_next = following
        return _column(
            Muted(
                self.tr("Penyelia pertama menambah petugas lain di halaman Petugas dan menutup hari."),
                wrap=True,
            ),
            self.person,
            self.title,
            Field(
                self.tr("PIN atau kata sandi"),
                self.secret,
                hint=self.tr(
                    "Enam angka atau lebih, bukan tanggal dan bukan urutan; atau kata sandi 10 huruf."
                ),
            ),
            Field(self.tr("Sekali lagi"), self.again),
            self._row(following, BRANCH),
        )

    def _key(self) -> QWidget:
        self.key_label = Label(self.presenter.recovery_key, Type.HEADING, ink="brand", wrap=True)
        self.key_label.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.print_key = Button(self.tr("Cetak kunci pemulihan"), "printer", key="F3")
        self.print_key.clicked.connect(self.presenter.print_key)
        self.typed = Field(
            self.tr("Ketik kembali dari kertas"),
            hint=self.tr("26 huruf dan angka; spasi dan huruf kecil tidak masalah."),
            longest=60,
        )
        self.typed.changed.connect(
            lambda text: self.key_label.setVisible(not text)
        )  # from paper, not from here
        self.key_file = Field(
            self.tr("Berkas kunci"),
            hint=self.tr(
                "Sistem ini tidak punya penyimpan kunci yang aman. Pilih tempat berkas kunci yang hanya dapat "
                "dibaca akun ini; tanpa berkas itu data tidak terbuka."
            ),
            longest=400,
        )
        self.make = PrimaryButton(self.tr("Buat cabang"), "check", key="F2")
        self.make.clicked.connect(self._create)
        return _column(
            Muted(
                self.tr(
                    "Kunci ini membuka cadangan bila komputer rusak. Dicetak sekali, disimpan di brankas, "
                    "tidak ada di tempat lain."
                ),
                wrap=True,
            ),
            self.key_label,
            self.print_key,
            self.typed,
            self.key_file,
            self._row(self.make, PERSON),
        )

    def _restore(self) -> QWidget:
        step = RestoreStep(lambda: self._go_back(CHOICE), replacing=self._replacing)
        self.source, self.restore_key, self.restore_file = step.source, step.recovery_key, step.key_file
        self.restore = step.restore
        step.wanted.connect(self._bring_back)
        return step

    def _join(self) -> QWidget:
        step = JoinStep(lambda: self._go_back(CHOICE))
        step.wanted.connect(self._join_branch)
        step.look_again.connect(self._look_for_hubs)
        self.join_step = step
        return step

    def _row(self, following: PrimaryButton, back_to: int) -> QWidget:
        return back_and_on(lambda: self._go_back(back_to), following)

    # ------------------------------------------------------------------------------------------ actions

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
            onward = {
                BRANCH: self.branch_next,
                PERSON: self.person_next,
                KEY: self.make,
                RESTORE: self.restore,
                JOIN: self.join_step.join,
            }
            onward[self._step].click()

    def _take_branch(self) -> None:
        self.presenter.take_branch(
            self.name.text(), self.code.text(), self.zone.value(), self.counters.value()
        )

    def _take_person(self) -> None:
        self.presenter.take_person(
            self.person.text(), self.title.text(), self.secret.text(), self.again.text()
        )

    def _create(self) -> None:
        self._busy(True)
        self._say(self.tr("Cabang sedang dibuat…"))
        self.presenter.create(self.typed.text(), self.key_file.text())

    def _try_out(self) -> None:
        self._busy(True)
        self._say(
            self.tr("Cabang contoh dengan beberapa hari kerja sedang disiapkan; ini perlu beberapa detik…")
        )
        self.presenter.try_out()

    def _bring_back(self, source: str, recovery_key: str, key_file: str) -> None:
        self._busy(True)
        self._say(self.tr("Cadangan sedang diperiksa seluruhnya, lalu dipulihkan…"))
        self.presenter.restore(source, recovery_key, key_file)

    def _look_for_hubs(self) -> None:
        self.join_step.begin_listening()
        self.joining.look_for_hubs()

    def _join_branch(self, address: str, code: str, name: str, place: str, key_file: str) -> None:
        self._busy(True)
        self.join_step.set_waiting(True)
        self._say(self.tr("Kode diperiksa hub, lalu catatan cabang diambil; ini perlu beberapa detik…"))
        safe = self.presenter.keyring_safe
        self.joining.join(address, code, name, place, key_file, keyring_safe=safe)

    def _say(self, text: str) -> None:
        self._refusal.set(Tone.INFO, text, icon="hourglass")
        self._refusal.show()

    def _busy(self, busy: bool) -> None:
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
        for field in (self.key_file, self.restore_file, self.join_step.key_file):
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
            CHOICE: self.begin,
            BRANCH: self.name.edit,
            PERSON: self.person.edit,
            KEY: self.typed.edit,
            RESTORE: self.source.edit,
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

    def show_restored(self, entries: int) -> None:
        """So many entries came back."""
        self.restored.emit(entries)


def _column(*parts: QWidget) -> QWidget:
    return fill_column(QWidget(), *parts)
