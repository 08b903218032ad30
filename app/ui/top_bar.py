"""The top bar: what page, what branch and day, whether all is safe, what time, who."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, QSize, QTimer, Signal
from PySide6.QtGui import QKeySequence, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from app.domain.calendar import day_of, format_long_day, format_time
from app.ui import icons, theme
from app.ui.theme import Colour, Tone, Type
from app.ui.widgets import paint
from app.ui.widgets.buttons import Look, PaintedButton
from app.ui.widgets.marks import Chip
from app.ui.widgets.status_chip import StatusChip
from app.ui.widgets.text import ElidedLabel
from app.ui.widgets.tips import set_tip


class TopBar(QFrame):
    """One line of state over every page."""

    lock_requested = Signal()
    switch_requested = Signal()
    sign_out_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topbar")
        self._branch, self._zone = "", "WIB"
        self._now: Callable[[], int] | None = None
        self._subtitle = ""
        self._title = ElidedLabel("", Type.TITLE)
        self._below = ElidedLabel("", Type.SMALL, ink="muted")
        self.status = StatusChip()
        self.clock = Chip("", Tone.NEUTRAL, "clock")
        self.person_button = PersonButton()
        self._lay_out()
        self._make_menu()
        self.status.hide()
        self.clock.hide()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.tick)
        self._timer.start(1000)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.space(5), theme.space(2.5), theme.space(3), theme.space(2.5))
        row.setSpacing(theme.space(2.5))
        words = QVBoxLayout()
        words.setSpacing(theme.space(0.25))
        words.addWidget(self._title)
        words.addWidget(self._below)
        row.addLayout(words, 1)
        for part in (self.status, self.clock, self.person_button):
            row.addWidget(part)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def _make_menu(self) -> None:
        menu = QMenu(self)
        lock = menu.addAction(icons.icon("lock"), self.tr("Kunci layar"), self.lock_requested.emit)
        switch = menu.addAction(icons.icon("users"), self.tr("Ganti pengguna"), self.switch_requested.emit)
        menu.addSeparator()
        menu.addAction(icons.icon("log-out"), self.tr("Keluar"), self.sign_out_requested.emit)
        # The texts show the keys; shortcuts of an action in a closed menu would not be heard.
        for action, key, signal in (
            (lock, "Ctrl+L", self.lock_requested),
            (switch, "Ctrl+U", self.switch_requested),
        ):
            action.setText(f"{action.text()}\t{key}")
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.activated.connect(signal.emit)
        self.menu = menu
        self.person_button.clicked.connect(self._open_menu)

    def _open_menu(self) -> None:
        button = self.person_button
        width = self.menu.sizeHint().width()
        self.menu.popup(button.mapToGlobal(button.rect().bottomRight()) - QPoint(width, 0))

    def set_heading(self, title: str, subtitle: str) -> None:
        """Title, and a second line unless it is branch and date."""
        self._title.setText(title)
        self._subtitle = subtitle
        self.tick()

    def set_branch(self, name: str, zone: str, now: Callable[[], int]) -> None:
        """Whose clock is shown."""
        self._branch, self._zone, self._now = name, zone, now
        self.clock.show()
        self.tick()

    def set_status(self, tone: Tone, icon: str, *texts: str) -> None:
        """The chip of safety: the same state in several lengths, the longest first."""
        self.status.set(texts, tone, icon)
        self.status.setVisible(any(texts))
        self._fit_status()

    def _fit_status(self) -> None:
        """The chip says it more shortly before title and date are shortened."""
        words = max(self._title.sizeHint().width(), self._below.sizeHint().width())
        beside = sum(part.sizeHint().width() for part in (self.clock, self.person_button))
        edges = theme.space(5) + theme.space(3) + 3 * theme.space(2.5)
        self.status.fit(self.width() - words - beside - edges)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other words may fit."""
        super().resizeEvent(event)
        self._fit_status()

    def set_person(self, name: str, role: str) -> None:
        """Who works here."""
        self.person_button.set(name, role)
        self._fit_status()

    def person(self) -> str:
        """The name shown, or ""."""
        return self.person_button.name()

    def title(self) -> str:
        """The title shown."""
        return self._title.text()

    def subtitle(self) -> str:
        """The second line shown."""
        return self._below.text()

    def tick(self) -> None:
        """Show the time and day of now."""
        day = ""
        if self._now is not None:
            at = self._now()
            day = format_long_day(day_of(at, self._zone))
            told = format_time(at, self._zone)
            if self.clock.text() != told:
                self.clock.set(told)
        wanted = self._subtitle or " · ".join(part for part in (self._branch, day) if part)
        if self._below.text() != wanted:
            self._below.setText(wanted)
        self._fit_status()


class PersonButton(PaintedButton):
    """Name over role, opens the menu of the person."""

    look = Look(None, Colour.BRAND_FAINT, None, Colour.INK)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "chevron-down", parent=parent)
        self._role = ""
        self.hide()

    def set(self, name: str, role: str) -> None:
        """Show another person; hidden without one."""
        self.setText(name)
        self._role = role
        self.setAccessibleName(f"{name}, {role}")
        set_tip(self, self.tr("Kunci layar, ganti pengguna, keluar"))
        self.setVisible(bool(name))
        self.updateGeometry()

    def name(self) -> str:
        """The name shown."""
        return self.words()

    def sizeHint(self) -> QSize:
        """Two lines and an arrow."""
        hint = super().sizeHint()
        wide = max(
            paint.width_of(self.words(), self.font()), paint.width_of(self._role, theme.font(Type.SMALL))
        )
        hint.setWidth(min(wide, theme.em(None, 16)) + self.icon_side() + theme.space(6))
        hint.setHeight(
            paint.height_of(self.font()) + paint.height_of(theme.font(Type.SMALL)) + theme.space(2)
        )
        return hint

    def icon_side(self) -> int:
        """A small arrow."""
        return theme.em(self, 1.1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Name, role, arrow."""
        painter = paint.painter_of(self)
        fill, line, ink = self.shades()
        paint.box(painter, self.rect(), fill, line, paint.radius())
        side = self.icon_side()
        area = self.rect().adjusted(theme.space(2), theme.space(1), -theme.space(3) - side, -theme.space(1))
        half = area.height() // 2
        paint.text(painter, area.adjusted(0, 0, 0, -half), self.words(), self.font(), ink)
        small = theme.font(Type.SMALL)
        paint.text(painter, area.adjusted(0, half, 0, 0), self._role, small, theme.colour(Colour.MUTED))
        square = QRect(self.width() - theme.space(2) - side, (self.height() - side) // 2, side, side)
        icons.paint(painter, self._icon_name, square, Colour.MUTED)
        if self.hasFocus():
            paint.focus_ring(painter, self.rect(), paint.radius())
