"""The ticket card of a counter: the state in words, the number large, the one thing to do next and the others."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.domain.calendar import format_day, format_number, format_time
from app.domain.tickets import Ticket
from app.ui import theme
from app.ui.pages.case_words import span
from app.ui.pages.counter_seats import SeatChoice
from app.ui.pages.followed_place import FollowedPlace
from app.ui.presenters.counter_state import (
    AT_WORK,
    BREAK,
    CALLING,
    CHOOSE,
    FREE,
    NO_DAY,
    WRAP_UP,
    CounterLook,
    waited_minutes,
)
from app.ui.widgets import Button, Card, Chip, ElidedLabel, Label, Muted, PrimaryButton, Tone, Type
from app.ui.widgets.tips import set_tip

SERVING_STATES = (AT_WORK, WRAP_UP)


class TakeBackBar(QWidget):
    """Takes back what was just done, while its seconds run. Its room is kept, so that nothing moves when it comes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = Button("", key="Ctrl+Z")
        self.button.setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.button)
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)
        self.hide()

    def set(self, label: str, left: int) -> None:
        """`left` milliseconds for the ticket `label`."""
        if left > 0:
            self.button.setText(self.tr("Urungkan {seconds} d").format(seconds=-(-left // 1000)))
            what = self.tr("Kembalikan {label} ke loket ini").format(label=label)
            set_tip(self.button, what)
            self.button.setAccessibleName(what)
        self.button.setEnabled(left > 0)
        self.setVisible(left > 0)


class TicketCard(Card):
    """Buttons say what they do in `pressed`: primary, finish, finish_only, recall, park, transfer, no_show, wrap_up,
    pause, stand_up, take_back.
    """

    pressed = Signal(str)

    def __init__(self, zone: str, place: FollowedPlace, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._zone = zone
        self.place = place
        self._look: CounterLook | None = None
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(self.tr("Karcis di loket ini"))
        self.state = ElidedLabel("", ink="muted")
        self.timer = Chip("", Tone.GOOD, "timer")
        self.label = Label("", Type.TICKET, ink="brand")
        self.service = ElidedLabel("", Type.TITLE)
        self.waited = Muted("", wrap=True)
        self.missing = Label("", Type.SMALL, ink="warn", wrap=True)
        self.seats = SeatChoice()
        self.primary = PrimaryButton("", "megaphone", key="F2", large=True)
        self.finish = PrimaryButton(
            self.tr("Selesai & panggil berikutnya"), "check-check", key="F3", large=True
        )
        self.others = {
            "recall": Button(self.tr("Panggil ulang"), "megaphone", key="F4"),
            "no_show": Button(self.tr("Tidak hadir"), key="Shift+F7", danger=True),
            "park": Button(self.tr("Tunda"), "pause", key="F5"),
            "transfer": Button(self.tr("Alihkan"), "arrow-left-right", key="F6"),
            "wrap_up": Button(self.tr("Peserta pergi"), "door-open", key="Shift+F8"),
            "finish_only": Button(self.tr("Selesai"), key="Shift+F3"),
            "pause": Button(self.tr("Istirahat"), "coffee", key="F9"),
            "stand_up": Button(self.tr("Tutup loket"), key="Shift+F9"),
        }
        self.grid = QGridLayout()
        self.undo = TakeBackBar()
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.state, 1)
        top.addWidget(self.place)
        top.addWidget(self.timer)
        self.body.setSpacing(theme.space(1.5))
        self.body.addLayout(top)
        for part in (self.label, self.service, self.waited, self.missing, self.seats):
            self.body.addWidget(part)
        self.body.addSpacing(theme.space(1))
        self.body.addWidget(self.primary)
        self.body.addWidget(self.finish)
        self.grid.setSpacing(theme.space(2))
        for column in range(2):
            self.grid.setColumnStretch(column, 1)
        self.body.addLayout(self.grid)
        for later in (*self.others.values(), self.undo):
            later.setParent(self)  # so that they stand in the order of Tab before they are placed
            later.hide()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def _connect(self) -> None:
        self.primary.clicked.connect(lambda: self.pressed.emit("primary"))
        self.finish.clicked.connect(lambda: self.pressed.emit("finish"))
        self.undo.button.clicked.connect(lambda: self.pressed.emit("take_back"))
        for code, button in self.others.items():
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, chosen=code: self.pressed.emit(chosen))

    # ------------------------------------------------------------------------------------------ showing

    def show_look(self, look: CounterLook, wanted: int) -> None:
        """The card for this state."""
        self._look = look
        self.place.follow(f"ticket:{look.current.id}" if look.current is not None else "")
        self.seats.setVisible(look.state == CHOOSE)
        self.seats.show_seats(look.seats, wanted)
        self._show_words(look, wanted)
        self._show_buttons(look, wanted)
        self.tick(look.now)

    def _show_words(self, look: CounterLook, wanted: int) -> None:
        current = look.current
        if current is not None:
            self._show_ticket(look, current)
            return
        waiting = look.board.waiting if look.board else ()
        lines = {
            NO_DAY: self._no_day_words(look),
            CHOOSE: (
                self.tr("Loket belum dibuka"),
                "",
                self.tr("Pilih loket"),
                self.tr("Angka 1–9 memilih, F2 membuka."),
            ),
            BREAK: (self.tr("Sedang istirahat"), self.tr("Jeda"), self._break_words(look), ""),
            FREE: (
                self.tr("Siap memanggil"),
                waiting[0].label if waiting else "–",
                self._service_of(look, waiting[0]) if waiting else self.tr("Tidak ada yang menunggu"),
                self.tr("berikutnya menurut urutan")
                if waiting
                else self.tr("Panggilan muncul di sini saat ada karcis baru."),
            ),
        }
        state, label, service, waited = lines[look.state]
        self._set(state, label, service, waited, "")
        self.label.set_ink("muted" if look.state in (FREE, BREAK) else "brand")

    def _no_day_words(self, look: CounterLook) -> tuple[str, str, str, str]:
        if look.closed_day:
            return (
                self.tr("Hari layanan sudah ditutup"),
                "",
                self.tr("Pelayanan {day} selesai").format(day=format_day(look.closed_day)),
                self.tr("Loket dibuka lagi pada hari layanan berikutnya."),
            )
        return (
            self.tr("Hari layanan belum dibuka"),
            "",
            self.tr("Menunggu hari layanan dibuka"),
            self.tr("Petugas keamanan membuka hari di halaman Karcis; loket dapat dibuka sesudah itu."),
        )

    def _set(self, state: str, label: str, service: str, waited: str, missing: str) -> None:
        self.state.setText(state)
        self.label.setText(label)
        self.service.setText(service)
        self.waited.setText(waited)
        self.missing.setText(missing)
        for part in (self.label, self.service, self.waited, self.missing):
            part.setVisible(bool(part.text()))

    def _show_ticket(self, look: CounterLook, ticket: Ticket) -> None:
        states = {
            CALLING: self.tr("Dipanggil {time} · panggilan ke-{calls}").format(
                time=self._time(ticket.leg.called_at), calls=ticket.leg.calls
            ),
            AT_WORK: self.tr("Sedang dilayani · hadir {time}").format(
                time=self._time(ticket.leg.confirmed_at)
            ),
            WRAP_UP: self.tr("Penyelesaian · peserta pergi {time}").format(
                time=self._time(ticket.leg.wrap_up_at)
            ),
        }
        waited = self.tr("Menunggu {count} menit").format(
            count=format_number(waited_minutes(ticket, look.now))
        )
        if ticket.priority:
            group = look.rules.priority(ticket.priority).name.id.lower()
            waited = self.tr("{waited} · prioritas: {group}").format(waited=waited, group=group)
        registered = self._registered(ticket)
        if registered:
            waited = f"{waited}\n{registered}"
        names = ", ".join(look.rules.document(code).name.id for code in ticket.missing)
        missing = self.tr("Kurang menurut meja depan: {names}").format(names=names) if names else ""
        self._set(states[look.state], ticket.label, self._service_of(look, ticket), waited, missing)
        self.label.set_ink("brand")

    def _registered(self, ticket: Ticket) -> str:
        """Whose number it is, as far as the desk knows: it is not to be handed on."""
        digits = self.tr("NIK berakhir {digits}").format(digits=ticket.last4) if ticket.last4 else ""
        letters = self.tr("inisial {letters}").format(letters=ticket.initials) if ticket.initials else ""
        return " · ".join(part for part in (digits, letters) if part)

    def _service_of(self, look: CounterLook, ticket: Ticket) -> str:
        name = look.rules.service(ticket.service).name.id
        if look.case is not None and look.case.reason and ticket is look.current:
            reason = look.rules.reason(look.case.reason).name.id
            return f"{name} · {reason[0].lower()}{reason[1:]}"
        return name

    def _break_words(self, look: CounterLook) -> str:
        board = look.board
        if board is None:
            return ""
        names = {each.code: each.name.id for each in look.rules.break_reasons}
        since = self._time(board.break_since)
        return self.tr("{reason} sejak {time}").format(
            reason=names.get(board.break_reason, board.break_reason), time=since
        )

    def _time(self, at: int | None) -> str:
        return format_time(at, self._zone) if at is not None else "–"

    def _show_buttons(self, look: CounterLook, wanted: int) -> None:
        self.finish.setVisible(look.state in SERVING_STATES)
        words = {
            CHOOSE: (self.tr("Buka loket {number}").format(number=wanted), "door-open"),
            FREE: (self.tr("Panggil berikutnya"), "megaphone"),
            CALLING: (self.tr("Hadir"), "user-check"),
            BREAK: (self.tr("Kembali melayani"), "play"),
        }
        text, icon = words.get(look.state, ("", "play"))
        if look.state == CHOOSE and not wanted:
            text = self.tr("Semua loket terisi")
        self.primary.setText(text)
        self.primary.set_icon_name(icon)
        self.primary.setVisible(bool(text))
        waiting = bool(look.board and look.board.waiting)
        self.primary.setEnabled(
            look.state in (CALLING, BREAK)
            or (look.state == FREE and waiting)
            or (look.state == CHOOSE and wanted > 0)
        )
        shown = {
            FREE: ("pause", "stand_up"),
            BREAK: ("stand_up",),
            CALLING: ("recall", "no_show", "transfer"),
            AT_WORK: ("park", "transfer", "wrap_up", "finish_only"),
            WRAP_UP: ("park", "transfer", "finish_only"),
        }.get(look.state, ())
        self._place(shown, undo=look.state in (FREE, BREAK, CALLING, WRAP_UP))
        self.others["no_show"].setEnabled(look.may_miss())
        calls = look.rules.queue.calls_before_no_show
        set_tip(self.others["no_show"], self.tr("Setelah {count} panggilan (Shift+F7)").format(count=calls))

    def _place(self, shown: tuple[str, ...], *, undo: bool) -> None:
        """The buttons two by two; behind them the room of taking back, where there can be something to take back."""
        for code, button in self.others.items():
            if code not in shown and not button.isHidden():
                button.hide()
                self.grid.removeWidget(button)
        self.grid.removeWidget(self.undo)
        if not undo:
            self.undo.hide()
        cells = [*(self.others[code] for code in shown), *([self.undo] if undo else [])]
        for number, cell in enumerate(cells):
            alone = number == len(cells) - 1 and number % 2 == 0
            self.grid.addWidget(cell, number // 2, number % 2, 1, 2 if alone else 1)
            if cell is not self.undo:
                cell.show()

    # ------------------------------------------------------------------------------------------ time and keyboard

    def stops(self) -> list[QWidget]:
        """Where Tab stops, in the order in which they stand."""
        return [self.primary, self.finish, *self.others.values(), self.undo.button]

    def tick(self, now: int) -> None:
        """Move the timer on."""
        since = self._since()
        self.timer.setVisible(since is not None)
        if since is not None and self._look is not None:
            self.timer.set(span(now - since), Tone.WARN if self._look.state == CALLING else Tone.GOOD)

    def _since(self) -> int | None:
        look = self._look
        if look is None or look.board is None:
            return None
        if look.state == BREAK:
            return look.board.break_since
        if look.current is None:
            return None
        leg = look.current.leg
        return {CALLING: leg.called_at, AT_WORK: leg.confirmed_at, WRAP_UP: leg.wrap_up_at}[look.state]

    def focus_main(self) -> None:
        """The keyboard on the one thing to do next; with nothing to do it stays on the card, and on no other button."""
        ready = (each for each in (self.finish, self.primary) if not each.isHidden() and each.isEnabled())
        next(ready, self).setFocus(Qt.FocusReason.OtherFocusReason)
