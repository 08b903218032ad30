"""How far the scans of a backup have come, and the button that stops it."""

import threading

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from app.domain.calendar import format_number
from app.services.backup_scans import Progress, Scans
from app.ui.dialogs import Dialog
from app.ui.widgets import Bar, Button, Muted, Tone


def scans_words(scans: Scans) -> str:
    """`12 pindaian, 3 baru`, or which are missing."""
    there, of = format_number(scans.there), format_number(scans.named)
    if not scans.named:
        return QCoreApplication.translate("Backup", "tanpa pindaian")
    if not scans.is_short and scans.new == scans.named:
        return QCoreApplication.translate("Backup", "{of} pindaian").format(of=of)
    if not scans.is_short:
        words = QCoreApplication.translate("Backup", "{of} pindaian, {new} baru")
        return words.format(of=of, new=format_number(scans.new))
    if not scans.missing:
        return QCoreApplication.translate("Backup", "{there} dari {of} pindaian").format(there=there, of=of)
    words = QCoreApplication.translate("Backup", "{there} dari {of} pindaian; tidak ada: {names}")
    names = ", ".join(scans.missing[:3]) + (" …" if len(scans.missing) > 3 else "")
    return words.format(there=there, of=of, names=names)


class _Counted(Progress):
    """Tells the dialog from the thread that copies."""

    def __init__(self, dialog: "BackupProgress") -> None:
        self._dialog = dialog
        self.stopped = threading.Event()

    def told(self, done: int, of: int) -> None:
        self._dialog.moved.emit(done, of)

    def stopping(self) -> bool:
        return self.stopped.is_set()


class BackupProgress(Dialog):
    """Stays until the work is done; stopped, it ends behind the scan that is being copied, and the next one goes on."""

    moved = Signal(int, int)

    def __init__(self, parent: QWidget, title: str, text: str) -> None:
        super().__init__(parent, title, text)
        self.progress = _Counted(self)
        self.line = Muted(self.tr("Catatan disalin dan diperiksa…"))
        self.bar = Bar(0, 1, Tone.GOOD)
        self.stop = Button(self.tr("Hentikan"), key="Esc")
        self.body.addWidget(self.line)
        self.body.addWidget(self.bar)
        self.buttons.addWidget(self.stop)
        self.stop.clicked.connect(self.reject)
        self.moved.connect(self._show)

    def _show(self, done: int, of: int) -> None:
        self.bar.set(done, max(1, of))
        words = self.tr("Pindaian {done} dari {of}")
        self.line.setText(words.format(done=format_number(done), of=format_number(of)))

    def reject(self) -> None:
        """Esc asks the work to end; the dialog goes when it has."""
        self.progress.stopped.set()
        self.stop.setEnabled(False)
        self.line.setText(self.tr("Dihentikan sesudah pindaian ini; cadangan berikutnya melanjutkan."))

    def finish(self) -> None:
        """The work is done, or was refused."""
        self.accept()
