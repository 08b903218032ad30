"""The manage page: printer, backup and restore, journal, rules, how the program looks; and the branch's computers."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QGridLayout, QVBoxLayout, QWidget

from app.domain.calendar import format_day, format_number
from app.errors import Refused
from app.services.backups import Saved
from app.services.health import Health
from app.ui import theme
from app.ui.context import Context
from app.ui.pages.ask import Asking
from app.ui.pages.backup_progress import BackupProgress, scans_words
from app.ui.pages.computers import ComputersSection
from app.ui.pages.manage_dialogs import AskKeyBack, AskSecondOfficer
from app.ui.pages.manage_printer import PrinterCard
from app.ui.presenters.manage import Facts, ManagePresenter
from app.ui.widgets import Button, Card, Label, Muted, SegmentedChoice, TabStrip, Tone

if TYPE_CHECKING:
    from app.ui.desktop import Desktop


class _Tabs(TabStrip):
    """Needs the least height of the page in sight, and not what its words would like."""

    def hasHeightForWidth(self) -> bool:
        """Words wrap."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The least height of the page in sight at this width, below the tabs."""
        page = self.currentWidget()
        layout = page.layout() if page is not None else None
        least = layout.minimumHeightForWidth(width) if layout is not None else 0
        return max(least, 0) + self.tabBar().sizeHint().height()

    def minimumSizeHint(self) -> QSize:
        """That of the page in sight: what a hidden one would need is not known before it is laid out."""
        page, bar = self.currentWidget(), self.tabBar().sizeHint()
        least = page.minimumSizeHint() if page is not None else QSize()
        return QSize(max(least.width(), bar.width()), least.height() + bar.height())


class ManagePage(QWidget):
    """What the IT officer and the supervisor look after."""

    interests = frozenset({"branch"})

    def __init__(self, context: Context, desktop: "Desktop", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._desktop = desktop
        self.presenter = ManagePresenter(context.services, context.background.door(self), self, context.who)
        self.printer = PrinterCard(self.presenter)
        self._safe, self._journal, self._rules = (
            Label("", wrap=True),
            Label("", wrap=True),
            Label("", wrap=True),
        )
        self._home = Label("", wrap=True)
        self._asking = Asking(context, self)
        self._progress: BackupProgress | None = None
        self._others: tuple[tuple[str, str], ...] = ()
        self._lay_out()

    def _lay_out(self) -> None:
        here = QWidget()
        self._lay_out_here(QGridLayout(here))
        self.computers = ComputersSection(self._context)
        self.tabs = _Tabs(name=self.tr("Bagian halaman kelola"))
        self.tabs.setCornerWidget(Muted("Ctrl+1–2", small=True))
        for number, (page, title) in enumerate(
            ((here, self.tr("Komputer ini")), (self.computers, self.tr("Komputer cabang"))), start=1
        ):
            self.tabs.add(title, page)
            shortcut = QShortcut(QKeySequence(f"Ctrl+{number}"), self)
            shortcut.activated.connect(lambda wanted=page: self._show_tab(wanted))
        self.tabs.currentChanged.connect(lambda _: self._tab_changed())
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.space(5), theme.space(1), theme.space(5), theme.space(3))
        column.addWidget(self.tabs)

    def _tab_changed(self) -> None:
        self.tabs.updateGeometry()
        self.refresh()

    def _show_tab(self, page: QWidget) -> None:
        self.tabs.setCurrentWidget(page)
        page.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _lay_out_here(self, grid: QGridLayout) -> None:
        grid.setContentsMargins(0, theme.space(3), 0, 0)
        grid.setSpacing(theme.space(3))
        grid.addWidget(self.printer, 0, 0, 2, 1)
        grid.addWidget(self._safety_card(), 0, 1)
        grid.addWidget(self._journal_card(), 1, 1)
        grid.addWidget(self._rules_card(), 0, 2)
        grid.addWidget(self._look_card(), 1, 2)
        for column in range(3):
            grid.setColumnStretch(column, 1)
        for line in range(2):
            grid.setRowStretch(line, 1)
        may = self._context.may
        for button, action in (
            (self.backup, "backup.make"),
            (self.renew, "backup.make"),
            (self.restore, "backup.make"),
            (self.check, "journal.read"),
            (self.rebuild, "journal.read"),
            (self.load_rules, "branch.manage"),
        ):
            button.setEnabled(may(action))
        self.printer.setEnabled(may("branch.manage"))

    def _safety_card(self) -> Card:
        card = Card(self.tr("Cadangan"))
        self.backup = _listed(self.tr("Buat cadangan…"), "save", "F5")
        self.restore = _listed(self.tr("Pulihkan dari cadangan…"), "rotate-ccw", "Ctrl+F5")
        self.renew = _listed(self.tr("Ganti kunci pemulihan…"), "key-round", "Ctrl+F6")
        self.backup.clicked.connect(self._back_up)
        self.restore.clicked.connect(self._restore)
        self.renew.clicked.connect(self._renew)
        hint = Muted(
            self.tr(
                "Simpan cadangan di luar komputer ini. Untuk membukanya perlu kunci pemulihan dari brankas."
            ),
            wrap=True,
        )
        return _filled(card, self._safe, hint, self.backup, self.restore, self.renew)

    def _journal_card(self) -> Card:
        card = Card(self.tr("Catatan cabang"))
        self.check = _listed(self.tr("Periksa seluruhnya"), "shield-check", "F7")
        self.rebuild = _listed(self.tr("Bangun ulang tampilan"), "refresh-cw", "F8")
        self.check.clicked.connect(self._check)
        self.rebuild.clicked.connect(self._rebuild)
        return _filled(card, self._journal, self.check, self.rebuild)

    def _rules_card(self) -> Card:
        card = Card(self.tr("Aturan kantor pusat"))
        self.load_rules = _listed(self.tr("Muat aturan bertanda tangan…"), "file-check", "F9")
        self.load_rules.clicked.connect(self._load_rules)
        return _filled(card, self._rules, self.load_rules, self._home)

    def _look_card(self) -> Card:
        card = Card(self.tr("Tampilan"))
        self.scheme = SegmentedChoice(
            [
                ("light", self.tr("Terang"), "sun", Tone.GOOD),
                ("dark", self.tr("Gelap"), "moon", Tone.GOOD),
            ],
            name=self.tr("Warna"),
        )
        self.letters = SegmentedChoice(
            [
                ("1.0", "100 %", "", Tone.GOOD),
                ("1.15", "115 %", "", Tone.GOOD),
                ("1.3", "130 %", "", Tone.GOOD),
            ],
            name=self.tr("Ukuran huruf"),
        )
        self.scheme.set_value(theme.active().scheme)
        self.letters.set_value(str(theme.active().scale))
        self.scheme.changed.connect(lambda _: self._look())
        self.letters.changed.connect(lambda _: self._look())
        hall = Button(self.tr("Layar ruang tunggu"), "monitor")
        hall.align_left("F12")  # the window itself listens to it
        hall.clicked.connect(lambda: self._context.go("hall", ""))
        names = Muted(self.tr("Warna"), small=True), Muted(self.tr("Ukuran huruf"), small=True)
        return _filled(card, names[0], self.scheme, names[1], self.letters, hall)

    # ------------------------------------------------------------------------------------------ the presenter's view

    def refresh(self) -> None:
        """Read anew what is in sight."""
        if self.tabs.currentWidget() is self.computers:
            self.computers.refresh()
        else:
            self.presenter.load()

    def open_record(self, section: str) -> None:
        """Show the other computers, as another page asked."""
        if section == "computers":
            self._show_tab(self.computers)

    def show_facts(self, facts: Facts) -> None:
        """State of this PC."""
        self.printer.show_setting(facts.printer)
        self._others = facts.officers
        place = self.tr("berkas kunci") if facts.key_place == "file" else self.tr("penyimpan kunci sistem")
        self._safe.setText(
            self.tr("Data di {folder}\nKunci data: {place} · ruang kosong {free} MB").format(
                folder=facts.folder, place=place, free=format_number(facts.free_disk >> 20)
            )
        )
        self._journal.setText(
            self.tr("{count} catatan · {head}").format(
                count=format_number(facts.entries), head=facts.head[:16]
            )
        )
        self._rules.setText(
            self.tr("{name} · versi {version}, berlaku sejak {day}").format(
                name=facts.rules_name, version=facts.rules_version, day=format_day(facts.rules_from)
            )
        )
        self._home.setText(
            self.tr("Komputer ini memberi nomor biasa (A-001).")
            if facts.is_home
            else self.tr(
                "Komputer ini memberi nomor bertanda (A-1KXM-001), karena bukan komputer asal cabang; atur di Komputer cabang."
            )
        )

    def show_health(self, health: Health) -> None:
        """What the full check found."""
        self.check.setEnabled(True)
        if health.whole:
            count = format_number(health.chain.count)
            self._context.notify.toast(self.tr("Semua utuh: {count} catatan diperiksa.").format(count=count))
        else:
            self._desktop.safety.tell_damage()

    def show_new_key(self, key: str) -> None:
        """Write it down, then type it back."""
        self._asking.finish()
        self._asking.open(
            AskKeyBack(
                self.window(),
                self.tr("Kunci pemulihan baru"),
                self.tr(
                    "Tulis di kertas, simpan di brankas, lalu ketik kembali. Lembar lama tidak berlaku lagi."
                ),
                self.tr("Pakai kunci baru"),
                key,
                self.presenter.keep_renewal,
            )
        )

    def show_saved(self, saved: Saved) -> None:
        """Where it lies, how many entries and scans are in it, and what is not."""
        self._end_progress()
        words = self.tr("Cadangan selesai dan diperiksa: {path} · {entries} catatan · {scans}")
        said = words.format(
            path=saved.path, entries=format_number(saved.entries), scans=scans_words(saved.scans)
        )
        self._context.notify.toast(said, Tone.WARN if saved.scans.is_short else Tone.GOOD)

    def _end_progress(self) -> None:
        if self._progress is not None:
            self._progress.finish()
            self._progress = None

    def said(self, what: str, detail: str = "") -> None:
        """Something was done."""
        words = {
            "printer_kept": self.tr("Printer karcis disimpan."),
            "printed": self.tr("Uji cetak terkirim ke printer."),
            "rebuilt": self.tr("Tampilan dibangun ulang; {count} catatan disisihkan.").format(count=detail),
            "rules_loaded": self.tr("Aturan baru berlaku untuk yang dimulai sesudah ini."),
            "key_kept": self.tr("Kunci pemulihan baru berlaku; buat cadangan baru sekarang."),
        }
        self._asking.finish()
        self.printer.set_busy(False)
        self._context.notify.toast(words[what])

    def show_refusal(self, refused: Refused) -> None:
        """Why it did not work."""
        self._end_progress()
        self.check.setEnabled(self._context.may("journal.read"))
        self.printer.set_busy(False)
        self._asking.refuse(refused)

    # ------------------------------------------------------------------------------------------ actions

    def _back_up(self) -> None:
        name = f"loket-{self._context.services.office.calendar_day()}.cadangan"
        chooser = QFileDialog(self, self.tr("Buat cadangan"))
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix("cadangan")
        chooser.setDirectory(str(self._context.services.office.folder.backups))
        chooser.selectFile(name)
        chooser.fileSelected.connect(self._begin_backup)
        chooser.open()

    def _begin_backup(self, path: str) -> None:
        text = self.tr(
            "Pindaian disalin ke folder di samping berkas cadangan; yang sudah ada tidak disalin lagi."
        )
        self._progress = BackupProgress(self.window(), self.tr("Cadangan sedang dibuat"), text)
        self._progress.open()
        self.presenter.back_up(path, self._progress.progress)

    def _restore(self) -> None:
        self._context.notify.ask(
            self,
            self.tr("Pulihkan dari cadangan?"),
            self.tr(
                "Cadangan diperiksa dahulu; baru sesudah itu data sekarang disisihkan, tidak dihapus. "
                "Yang dicatat sesudah cadangan dibuat tidak ada di dalamnya."
            ),
            yes=self.tr("Lanjut"),
            then=self._desktop.begin_restore,
            danger=True,
        )

    def _renew(self) -> None:
        self._asking.open(
            AskSecondOfficer(
                self.window(),
                self.tr("Ganti kunci pemulihan"),
                self.tr("Dilakukan oleh dua petugas. Petugas kedua memasukkan PIN-nya."),
                self.tr("Lanjut"),
                self._others,
                self.presenter.begin_renewal,
            )
        )

    def _check(self) -> None:
        self.check.setEnabled(False)
        self.presenter.check()

    def _rebuild(self) -> None:
        self._context.notify.ask(
            self,
            self.tr("Bangun ulang tampilan?"),
            self.tr("Semua layar dibuat ulang dari catatan cabang. Tidak ada yang berubah."),
            yes=self.tr("Bangun ulang"),
            then=self.presenter.rebuild,
        )

    def _load_rules(self) -> None:
        chooser = QFileDialog(self, self.tr("Aturan kantor pusat"))
        chooser.fileSelected.connect(self.presenter.load_rules)
        chooser.open()

    def _look(self) -> None:
        self._desktop.set_look(self.scheme.value(), float(self.letters.value()))


def _listed(text: str, icon: str, key: str) -> Button:
    button = Button(text, icon, key=key)
    button.align_left(key)
    return button


def _filled(card: Card, *parts: QWidget) -> Card:
    for part in parts:
        card.body.addWidget(part)
    card.body.addStretch(1)
    return card
