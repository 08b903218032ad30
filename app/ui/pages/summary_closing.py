"""Closing the day: each ticket that is still open is explained once."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.domain.calendar import format_day, format_time
from app.domain.tickets import Ticket
from app.ui import theme
from app.ui.context import Context
from app.ui.pages.draft_keeper import DraftKeeper
from app.ui.stage_names import state_name
from app.ui.widgets import (
    Banner,
    Button,
    Card,
    Column,
    DataTable,
    Field,
    KeyHint,
    Muted,
    PrimaryButton,
    TableModel,
    Tone,
)
from app.ui.widgets.fields import keep_room

KEYS = 9
FORM, NOTE = "closing", "note"


class ClosingPanel(Card):
    """Digits give the chosen ticket its reason and go on to the next."""

    confirmed = Signal(str, object, str)
    """day, ticket id to reason, note"""
    left = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context.services.office.branch().name, parent=parent)
        rules = context.services.office.rules()
        self._zone = context.zone
        self._services = {each.code: each.name.id for each in rules.services}
        self._reasons = [(each.code, each.name.id) for each in rules.close_reasons][:KEYS]
        self._day = ""
        self._tickets: tuple[Ticket, ...] = ()
        self.explanations: dict[str, str] = {}
        self.table = DataTable(
            TableModel(self._columns(), lambda each: each.id), name=self.tr("Karcis terbuka")
        )
        self.table.set_empty_text(self.tr("Semua karcis sudah selesai; hari dapat ditutup."))
        self.note = Field(self.tr("Catatan penutupan"), longest=500)
        self.wrong = Banner(Tone.WARN, "")
        self.all_same = Button(self.tr("Sama untuk semua yang tersisa"), "copy", key="F4")
        self.back = Button(self.tr("Kembali"), "arrow-left", key="Esc")
        self.close_day = PrimaryButton(self.tr("Tutup hari dan bekukan angka"), "lock", key="Ctrl+F8")
        self._count = Muted("")
        self.table.installEventFilter(self)
        self._context = context
        self._drafts: DraftKeeper | None = None
        self._lay_out()
        keep_room(self)
        self.note.changed.connect(self._touch)
        self.all_same.clicked.connect(self._same_for_all)
        self.back.clicked.connect(self.left)
        self.close_day.clicked.connect(self._confirm)

    def _columns(self) -> tuple[Column[Ticket], ...]:
        return (
            Column[Ticket](title=self.tr("Nomor"), text=lambda each: each.label, strong=True, width=8),
            Column[Ticket](
                title=self.tr("Layanan"), text=lambda each: self._services[each.service], width=14
            ),
            Column[Ticket](title=self.tr("Keadaan"), text=lambda each: state_name(each.state), width=9),
            Column[Ticket](
                title=self.tr("Datang"), text=lambda each: format_time(each.issued_at, self._zone), width=6
            ),
            Column[Ticket](
                title=self.tr("Penjelasan"),
                text=lambda each: self._reason(self.explanations.get(each.id, "")),
                tone=lambda each: Tone.GOOD if each.id in self.explanations else Tone.WARN,
            ),
        )

    def _reason(self, code: str) -> str:
        return dict(self._reasons).get(code, self.tr("belum dijelaskan"))

    def _lay_out(self) -> None:
        self.body.setSpacing(theme.space(3))
        self.body.addWidget(self._count)
        self.body.addWidget(self.wrong)
        self.wrong.hide()
        self.body.addWidget(self.table, 1)
        self.body.addWidget(KeyHint([(str(n + 1), words) for n, (_, words) in enumerate(self._reasons)]))
        self.body.addWidget(self.note)
        row = QHBoxLayout()
        row.setSpacing(theme.space(2))
        row.addWidget(self.back)
        row.addWidget(self.all_same)
        row.addStretch(1)
        row.addWidget(self.close_day)
        self.body.addLayout(row)

    def begin(self, day: str, tickets: tuple[Ticket, ...]) -> None:
        """Show what must be explained; what was explained before stays."""
        if day != self._day:
            self.explanations = {}
            self.note.set_text("")
            self.wrong.hide()
            self._drafts = DraftKeeper(self, self._context, FORM, day, self._texts)
            self._drafts.load(self._fill)
        self._day, self._tickets = day, tickets
        known = {each.id for each in tickets}
        self.explanations = {key: value for key, value in self.explanations.items() if key in known}
        self.set_title(self.tr("Tutup hari {day}").format(day=format_day(day)))
        self._show()
        first = self.table if tickets else self.note.edit
        first.setFocus(Qt.FocusReason.OtherFocusReason)
        self.table.choose_line(self._first_open())

    def _first_open(self) -> int:
        open_ones = (n for n, each in enumerate(self._tickets) if each.id not in self.explanations)
        return next(open_ones, 0)

    # ------------------------------------------------------------------------------------------ drafts

    def _texts(self) -> dict[str, str]:
        return {**self.explanations, NOTE: self.note.text()}

    def _fill(self, texts: dict[str, str]) -> None:
        """What was explained before the program stopped, or before somebody else signed in."""
        known = {each.id for each in self._tickets}
        codes = {code for code, _ in self._reasons}
        self.note.set_text(self.note.text() or texts.get(NOTE, ""))
        for ticket, code in texts.items():
            if ticket in known and code in codes:
                self.explanations.setdefault(ticket, code)
        self._show()
        self.table.choose_line(self._first_open())

    def _touch(self) -> None:
        if self._drafts is not None:
            self._drafts.touch()

    def hideEvent(self, event: QHideEvent) -> None:
        """Left in the middle: nothing is lost."""
        if self._drafts is not None:
            self._drafts.flush()
        super().hideEvent(event)

    def forget(self) -> None:
        """The day is closed."""
        if self._drafts is not None:
            self._drafts.drop()
        self._drafts, self._day = None, ""

    def wait_for_answer(self) -> None:
        """A question stands before it: the button is there again when that is left."""
        self.close_day.setEnabled(True)

    def show_refusal(self, text: str) -> None:
        """Why the day could not be closed."""
        self.wrong.set(Tone.WARN, text, icon="triangle-alert")
        self.wrong.show()
        self._show()

    def _show(self) -> None:
        self.table.set_rows(self._tickets)
        self.table.viewport().update()
        missing = sum(1 for each in self._tickets if each.id not in self.explanations)
        self._count.setText(
            self.tr("{missing} dari {count} karcis belum dijelaskan").format(
                missing=missing, count=len(self._tickets)
            )
            if self._tickets
            else self.tr("Tidak ada karcis terbuka.")
        )
        self.close_day.setEnabled(missing == 0)
        self.all_same.setEnabled(0 < missing < len(self._tickets))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A digit in the table explains the chosen ticket; the table itself would search by it."""
        if watched is self.table and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            place = event.key() - Qt.Key.Key_1
            ticket = self.table.current()
            if 0 <= place < len(self._reasons) and isinstance(ticket, Ticket):
                self.explanations[ticket.id] = self._reasons[place][0]
                self._touch()
                self._show()
                self.table.choose_line(self.table.currentIndex().row() + 1)
                return True
        return super().eventFilter(watched, event)

    def _confirm(self) -> None:
        self.wrong.hide()
        self.close_day.setEnabled(False)  # a second click while the first one works does nothing
        self.confirmed.emit(self._day, dict(self.explanations), self.note.text())

    def _same_for_all(self) -> None:
        """The reason given last, for every ticket that has none yet."""
        if self.explanations:
            last = list(self.explanations.values())[-1]
            for ticket in self._tickets:
                self.explanations.setdefault(ticket.id, last)
            self._touch()
            self._show()
