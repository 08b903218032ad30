"""The panel under the chip: where everything that is recorded is now, what still works, and who may mend it."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.ui import theme
from app.ui.network_words import PlaceLine, Told, hub_is_gone, place_lines
from app.ui.theme import Type
from app.ui.widgets.buttons import IconButton, PrimaryButton
from app.ui.widgets.cards import Card
from app.ui.widgets.marks import Chip
from app.ui.widgets.text import ElidedLabel, Muted

WIDTH_EM = 36


class PlaceRow(QWidget):
    """One of the three places: its name and state, and below it a sentence or two."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ElidedLabel("", Type.STRONG)
        self.state = Chip()
        self._text = Muted("", wrap=True)
        head = QHBoxLayout()
        head.setSpacing(theme.space(2))
        head.addWidget(self._title, 1)
        head.addWidget(self.state)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(0.5))
        column.addLayout(head)
        column.addWidget(self._text)

    def show_line(self, line: PlaceLine) -> None:
        """Say this of the place."""
        words = "\n".join(line.lines)
        self._title.setText(line.title)
        self.state.set(line.state, line.tone, line.icon)
        self._text.setText(words)
        self._text.setVisible(bool(words))
        self.setAccessibleName(f"{line.title}: {line.state}. {words}")

    def text(self) -> str:
        """What is said of it."""
        return f"{self._title.text()} {self.state.text()} {self._text.text()}"


class NetworkPanel(Card):
    """Over the page, never modal: it goes with Esc, with its key, or when the keyboard goes elsewhere."""

    take_over = Signal()

    def __init__(self, window: QWidget, anchor: QWidget) -> None:
        super().__init__(parent=window)
        self._window, self._anchor = window, anchor
        self._held: QWidget | None = None
        self.title.setText(self.tr("Jalan setiap catatan"))
        self.close_button = IconButton("x", self.tr("Tutup (Esc)"), flat=True)
        self.rows = [PlaceRow() for _ in range(3)]
        self.hub_button = PrimaryButton(
            self.tr("Jadikan komputer ini komputer utama"), "network", key="Ctrl+T"
        )
        self._may_take_over = False
        self.setFixedWidth(theme.em(None, WIDTH_EM))
        self.setAccessibleName(self.title.text())
        self._lay_out()
        self.close_button.clicked.connect(self.leave)
        self.hub_button.clicked.connect(self.take_over)
        window.installEventFilter(self)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._follow)
        self.hide()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.close_button)
        self.body.setSpacing(theme.space(3))
        self.body.addLayout(head)
        for row in self.rows:
            self.body.addWidget(row)
        self.body.addWidget(self.hub_button)

    def set_person(self, *, may_take_over: bool) -> None:
        """Who sits here now."""
        self._may_take_over = may_take_over
        self.hide()

    def show_told(self, told: Told) -> None:
        """The places as they are now."""
        lines = place_lines(told)
        for place, row in enumerate(self.rows):
            row.setVisible(place < len(lines))
            if place < len(lines):
                row.show_line(lines[place])
        own = next((each for each in told.computers if each.here), None)
        full = own is None or own.full
        self.hub_button.setVisible(self._may_take_over and full and hub_is_gone(told.link))
        if self.isVisible():
            self._place()

    # ------------------------------------------------------------------------------------------ coming and going

    def toggle(self) -> None:
        """Come, or go."""
        if self.isVisible():
            self.leave()
        else:
            self._held = self._window.focusWidget()
            self._place()
            self.show()
            self.raise_()
            first = self.close_button if self.hub_button.isHidden() else self.hub_button
            first.setFocus(Qt.FocusReason.PopupFocusReason)

    def leave(self) -> None:
        """Go, and give the keyboard back."""
        held, self._held = self._held, None
        inside = self.isAncestorOf(QApplication.focusWidget() or self)
        self.hide()
        if inside and held is not None and isValid(held) and held.isVisible():
            held.setFocus(Qt.FocusReason.PopupFocusReason)

    def _follow(self, _former: QWidget | None, now: QWidget | None) -> None:
        away = now is not None and now is not self._anchor and not self.isAncestorOf(now)
        if self.isVisible() and away and now is not None and now.window() is self._window:
            self.hide()

    def _place(self) -> None:
        self.body.activate()
        high = self.body.heightForWidth(self.width()) if self.body.hasHeightForWidth() else 0
        self.resize(self.width(), max(high, self.body.minimumSize().height()))
        foot = self._anchor.mapTo(self._window, self._anchor.rect().bottomRight())
        left = max(theme.space(2), min(foot.x() - self.width(), self._window.width() - self.width()))
        self.move(left, foot.y() + theme.space(3))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay under the chip when the window changes its size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        """Esc is for the panel while the keyboard is in it, not for a page that listens to it too."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes it."""
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)
