"""What somebody has to be told stands over the pages until they say that they have read it."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from app.domain.calendar import format_time
from app.domain.ports import Clock
from app.ui import theme
from app.ui.moment import Moment
from app.ui.presenters.network_notices import Telling
from app.ui.theme import Tone
from app.ui.widgets.buttons import Button, PaintedButton
from app.ui.widgets.cards import Banner

_TYPING = (QLineEdit, QPlainTextEdit, QAbstractSpinBox)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class _Read(Button):
    """An Enter in the moment it comes was meant for what had the keyboard before."""

    moment: Moment | None = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press, unless nobody can have read it yet."""
        if event.key() not in _ENTER or self.moment is None or self.moment.meant():
            super().keyPressEvent(event)


class NoticeBar(QFrame):
    """One thing at a time, the oldest first. The keyboard comes here unless somebody is typing; Enter says it is read."""

    acknowledged = Signal(object)
    opened = Signal(str, str)  # page, record

    def __init__(
        self, clock: Clock, zone: str, offers: Callable[[str], bool], parent: QWidget | None = None
    ) -> None:
        """`offers` tells whether the person has a page."""
        super().__init__(parent)
        self._moment = Moment(clock)
        self._zone, self._offers = zone, offers
        self._tellings: tuple[Telling, ...] = ()
        self._held: QWidget | None = None
        self.banner = Banner(Tone.WARN)
        self.read = _Read(self.tr("Mengerti"), "check", key="Ctrl+M")
        self.read.moment = self._moment
        self.look: PaintedButton = Button(self.tr("Lihat"), "eye")
        row = self.banner.layout()
        assert isinstance(row, QHBoxLayout)
        row.addWidget(self.look)
        row.addWidget(self.read)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.space(5), theme.space(3), theme.space(5), 0)
        column.addWidget(self.banner)
        self.read.clicked.connect(self._acknowledge)
        self.look.clicked.connect(self._open)
        self.hide()

    def show_tellings(self, tellings: tuple[Telling, ...]) -> None:
        """All that is to be told; the one that stands there already stays as it is."""
        before = self._tellings[:1]
        self._tellings = tellings
        if not tellings:
            self._go()
            return
        first = tellings[0]
        note = self.tr("Pukul {time}").format(time=format_time(first.at, self._zone))
        if len(tellings) > 1:
            note = self.tr("{note} · 1 dari {count} pemberitahuan").format(note=note, count=len(tellings))
        self.banner.set(Tone.WARN, first.text, note=note, icon="message-square-warning")
        self.look.setVisible(bool(first.record) and self._offers(first.page))
        if before != tellings[:1]:
            self._come(first)

    def text(self) -> str:
        """What is told now, "" when nothing is."""
        return self.banner.text() if self._tellings else ""

    def _come(self, telling: Telling) -> None:
        self._moment.begin()
        held = QApplication.focusWidget()
        self.show()
        event = QAccessibleAnnouncementEvent(self, telling.text)
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(event)
        inside = held is not None and self.isAncestorOf(held)
        elsewhere = held is not None and held.window() is not self.window()
        if inside or elsewhere or isinstance(held, _TYPING) or not self.isVisible():
            return
        self._held = held
        self.read.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go(self) -> None:
        inside = self.isAncestorOf(QApplication.focusWidget() or self.window())
        held, self._held = self._held, None
        if inside and held is not None and isValid(held) and held.isVisible():
            held.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()

    def _acknowledge(self) -> None:
        if self._tellings:
            first = self._tellings[0]
            self.show_tellings(self._tellings[1:])
            self.acknowledged.emit(first)

    def _open(self) -> None:
        if self._tellings:
            first = self._tellings[0]
            self._held = None
            self._acknowledge()
            self.opened.emit(first.page, first.record)
