"""What is seen until the branch is open, or why it does not open and what can be done."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.theme import Colour, Type
from app.ui.widgets.buttons import Button, PrimaryButton
from app.ui.widgets.cards import Picture
from app.ui.widgets.text import Label, Muted


class StartPage(QWidget):
    """Calm while it works; one sentence and two ways on when it cannot."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = Picture("landmark", 3, Colour.BRAND)
        self._title = Label(self.tr("Loket"), Type.HEADING)
        self._text = Muted(self.tr("Membuka data cabang…"), wrap=True)
        self._text.setFixedWidth(theme.em(None, 44))
        self.retry = PrimaryButton(self.tr("Coba lagi"), "refresh-cw", key="F5")
        self.restore = Button(self.tr("Pulihkan dari cadangan"), "rotate-ccw", key="F4")
        centre = Qt.AlignmentFlag.AlignHCenter
        for label in (self._title, self._text):
            label.setAlignment(centre)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.space(2))
        buttons.addStretch(1)
        buttons.addWidget(self.restore)
        buttons.addWidget(self.retry)
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
        self.retry.hide()
        self.restore.hide()
        self.retry.clicked.connect(self.begin)

    def begin(self) -> None:
        """It is being tried (again)."""
        self._picture.set("landmark", Colour.BRAND)
        self._title.setText(self.tr("Loket"))
        self._text.setText(self.tr("Membuka data cabang…"))
        self.retry.hide()
        self.restore.hide()

    def explain(self, text: str, *, can_restore: bool = False) -> None:
        """Why the branch does not open."""
        self._picture.set("triangle-alert", Colour.YELLOW_INK)
        self._title.setText(self.tr("Data cabang tidak dapat dibuka"))
        self._text.setText(text)
        self.retry.show()
        self.restore.setVisible(can_restore)
        self.retry.setFocus(Qt.FocusReason.OtherFocusReason)

    def text(self) -> str:
        """What it says."""
        return self._text.text()
