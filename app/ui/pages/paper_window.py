"""One paper to look at and to print: receipt, list of papers, ticket, recovery key. No other program is needed."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QWidget

from app.ui import theme
from app.ui.background import Background
from app.ui.dialogs import Dialog
from app.ui.pages.pdf_paper import PdfPaper, page_step
from app.ui.widgets import Button, KeyHint, Muted, PrimaryButton

SHARE_WIDE, SHARE_HIGH = 0.62, 0.86
"""Of the window it stands over."""


class PaperWindow(Dialog):
    """A PDF with the button that prints it; open it with `open()`."""

    def __init__(
        self, parent: QWidget, background: Background, title: str, pdf: bytes, note: str = ""
    ) -> None:
        super().__init__(parent, title)
        self.paper = PdfPaper(background, title)
        self.paper.show_pdf(pdf)
        self.body.addWidget(self.paper, 1)
        self.layout().setStretchFactor(self.body, 1)  # type: ignore[union-attr]
        if note:
            self.body.addWidget(Muted(note, small=True, wrap=True))
        self.print_button = PrimaryButton(self.tr("Cetak"), "printer", key="F2")
        close = Button(self.tr("Tutup"), key="Esc")
        close.setAutoDefault(False)
        self.buttons.insertWidget(0, KeyHint([("PgUp PgDn", self.tr("gulir"))]))
        self.buttons.addWidget(close)
        self.buttons.addWidget(self.print_button)
        self.print_button.clicked.connect(self.paper.choose_printer)
        close.clicked.connect(self.reject)
        self.print_button.setDefault(True)
        self.print_button.setFocus(Qt.FocusReason.OtherFocusReason)
        over = parent.window().size()
        room = (parent.screen() or QGuiApplication.primaryScreen()).availableSize()
        wide = max(int(over.width() * SHARE_WIDE), theme.em(None, 44))
        high = max(int(over.height() * SHARE_HIGH), theme.em(None, 30))
        self.resize(min(wide, room.width()), min(high, int(room.height() * SHARE_HIGH)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page keys scroll the paper wherever the keyboard is."""
        step = page_step(event.key())
        if step:
            self.paper.turn(step)
        else:
            super().keyPressEvent(event)
