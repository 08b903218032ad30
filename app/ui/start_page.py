"""What is seen until the branch is open, or why it does not open and what can be done."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.errors import Refused
from app.ui import theme
from app.ui.opening import UNMENDED_BY_RESTORE
from app.ui.theme import Colour, Type
from app.ui.widgets.buttons import Button, PrimaryButton
from app.ui.widgets.cards import Picture
from app.ui.widgets.text import Label, Muted
from app.ui.words import refusal


class StartPage(QWidget):
    """Calm while it works; one sentence and the ways on when it cannot."""

    chosen = Signal(str)
    """Another folder."""
    report_to = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = Picture("landmark", 3, Colour.BRAND)
        self._title = Label(self.tr("Loket"), Type.HEADING)
        self._text = Muted(self.tr("Membuka data cabang…"), wrap=True)
        self._text.setFixedWidth(theme.em(None, 44))
        self.retry = PrimaryButton(self.tr("Coba lagi"), "refresh-cw", key="F5")
        self.restore = Button(self.tr("Pulihkan dari cadangan"), "rotate-ccw", key="F4")
        self.other_folder = Button(self.tr("Pakai folder lain…"), "folder-open", key="F6")
        self.report = Button(self.tr("Simpan laporan…"), "file-text", key="F9")
        self._ways = (self.report, self.other_folder, self.restore, self.retry)
        centre = Qt.AlignmentFlag.AlignHCenter
        for label in (self._title, self._text):
            label.setAlignment(centre)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.space(2))
        buttons.addStretch(1)
        for way in self._ways:
            buttons.addWidget(way)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.space(12)] * 4)
        column.setSpacing(theme.space(3))
        column.addStretch(2)
        column.addWidget(self._picture, 0, centre)
        column.addWidget(self._title, 0, centre)
        words = QHBoxLayout()  # not by alignment: that would give the text one line only
        words.addStretch(1)
        words.addWidget(self._text)
        words.addStretch(1)
        column.addLayout(words)
        column.addSpacing(theme.space(3))
        column.addLayout(buttons)
        column.addStretch(3)
        for way in self._ways:
            way.hide()
        self.refused: Refused | None = None
        self.retry.clicked.connect(self.begin)
        self.other_folder.clicked.connect(self._choose_folder)
        self.report.clicked.connect(self._choose_report)

    def begin(self) -> None:
        """It is being tried (again)."""
        self._picture.set("landmark", Colour.BRAND)
        self._title.setText(self.tr("Loket"))
        self._text.setText(self.tr("Membuka data cabang…"))
        for way in self._ways:
            way.hide()

    def explain(self, text: str, *, can_restore: bool = False) -> None:
        """Why the branch does not open."""
        self._picture.set("triangle-alert", Colour.YELLOW_INK)
        self._title.setText(self.tr("Data cabang tidak dapat dibuka"))
        self._text.setText(text)
        for way in self._ways:
            way.setVisible(way is not self.restore or can_restore)
        self.setFocusProxy(self.retry)  # whoever gives the page the keyboard gives it to the harmless way on
        self.retry.setFocus(Qt.FocusReason.OtherFocusReason)

    def tell(self, refused: Refused) -> None:
        """The reason in one sentence, kept for the report."""
        self.refused = refused
        self.explain(refusal(refused), can_restore=refused.code not in UNMENDED_BY_RESTORE)

    def _choose_folder(self) -> None:
        chooser = QFileDialog(self, self.tr("Folder data cabang"))
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.setOption(QFileDialog.Option.ShowDirsOnly)
        chooser.fileSelected.connect(self.chosen)
        chooser.open()

    def _choose_report(self) -> None:
        chooser = QFileDialog(self, self.tr("Simpan laporan"))
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix("txt")
        chooser.selectFile("laporan-loket.txt")
        chooser.fileSelected.connect(self.report_to)
        chooser.open()

    def text(self) -> str:
        """What it says."""
        return self._text.text()
