"""A wa.me link to open here, to scan with the office phone, or to copy."""

from PySide6.QtCore import QRectF, QSize, Qt, QUrl
from PySide6.QtGui import QColor, QDesktopServices, QGuiApplication, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.devices.qr import QUIET_MODULES, qr_matrix
from app.ui import theme
from app.ui.dialogs import Dialog
from app.ui.widgets import Button, Muted, Painted, PrimaryButton
from app.ui.widgets import paint as strokes


class QrPicture(Painted):
    """A QR code, black on white in every theme, because readers want it so."""

    def __init__(self, text: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._modules = qr_matrix(text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Kode QR"))

    def sizeHint(self) -> QSize:
        """Whole pixels for each module, about 18 em."""
        count = len(self._modules) + 2 * QUIET_MODULES
        side = max(3, theme.em(None, 20) // count) * count
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """White ground, dark modules."""
        painter = strokes.painter_of(self)
        painter.fillRect(self.rect(), QColor("white"))
        step = self.width() / (len(self._modules) + 2 * QUIET_MODULES)
        for y, row in enumerate(self._modules):
            for x, dark in enumerate(row):
                if dark:
                    left, top = (x + QUIET_MODULES) * step, (y + QUIET_MODULES) * step
                    painter.fillRect(QRectF(left, top, step, step), QColor("black"))
        painter.end()


class LinkDialog(Dialog):
    """The link as a button, as a QR code for the office phone, and to copy."""

    def __init__(self, parent: QWidget, link: str) -> None:
        super().__init__(parent, "WhatsApp")
        self.link = link
        self.body.addWidget(
            Muted(self.tr("Pindai dengan ponsel kantor, atau buka di komputer ini."), wrap=True)
        )
        middle = QHBoxLayout()
        middle.addStretch(1)
        try:
            middle.addWidget(QrPicture(link))
        except ValueError:  # more text than a QR code holds: the buttons still do it
            middle.addWidget(Muted(self.tr("Teks terlalu panjang untuk kode QR."), wrap=True))
        middle.addStretch(1)
        self.body.addLayout(middle)
        self.copy = Button(self.tr("Salin tautan"), "copy", key="Ctrl+C")
        self.open_button = PrimaryButton(self.tr("Buka WhatsApp"), "external-link")
        close = Button(self.tr("Tutup"), key="Esc")
        for button in (close, self.copy, self.open_button):
            self.buttons.addWidget(button)
        self.copy.clicked.connect(self._copy)
        self.open_button.clicked.connect(self._open)
        close.clicked.connect(self.reject)
        self.open_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.link)
        self.accept()

    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl(self.link))
        self.accept()
