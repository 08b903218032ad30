"""The counter page: the ticket and the queue at the left, the file of the visit at the right."""

from collections.abc import Callable
from itertools import pairwise

from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.domain.tickets import Ticket
from app.errors import Refused
from app.ui import theme
from app.ui.context import Context
from app.ui.dialogs import ReasonQuestion
from app.ui.moment import HeldKeys
from app.ui.pages.case_workspace import CaseWorkspace
from app.ui.pages.counter_queue import MISSED, PARKED, QueueCard
from app.ui.pages.counter_ticket import SERVING_STATES, TicketCard
from app.ui.pages.followed_place import FollowedPlace
from app.ui.presenters.counter import CounterPresenter
from app.ui.presenters.counter_state import BREAK, CALLING, CHOOSE, FREE, NO_DAY, CounterLook
from app.ui.widgets import Tone

LEFT_EM = 27.5
"""Width of the left half in em."""


class CounterPage(QWidget):
    """Who is called, who waits, and the work on the file."""

    interests = frozenset({"ticket", "counter", "day", "case", "branch"})

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._record = ""
        self._state = ""
        self._ticket = ""
        self._outcome: ReasonQuestion | None = None
        self.page_title = self.tr("Loket")
        self.presenter = CounterPresenter(context.services, context.who, context.background.door(self), self)
        self.presenter.wanted = _place_of(context.signed.places)
        self.ticket = TicketCard(context.zone, FollowedPlace(context))
        self.queue = QueueCard()
        self.workspace = CaseWorkspace(context, editable=True)
        self._held = HeldKeys(context.services.office.ports.clock)
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        left, left_column = QWidget(), QVBoxLayout()
        left_column.setContentsMargins(0, 0, 0, 0)
        left_column.setSpacing(theme.space(4))
        left_column.addWidget(self.ticket)
        left_column.addWidget(self.queue, 1)
        left_column.addStretch(0)
        left.setLayout(left_column)
        left.setFixedWidth(theme.em(None, LEFT_EM))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.space(5), theme.space(4.5), theme.space(5), theme.space(4.5))
        row.setSpacing(theme.space(4))
        row.addWidget(left)
        row.addWidget(self.workspace, 1)
        # Tab goes from the last field of a file to the lists, and only after them to the buttons that act.
        for before, after in pairwise((*self.queue.stops(), *self.ticket.stops())):
            QWidget.setTabOrder(before, after)

    def _connect(self) -> None:
        self.ticket.pressed.connect(self._press)
        self.ticket.seats.chosen.connect(self._seat_chosen)
        self.queue.opened.connect(self._row_opened)
        self.workspace.other_wanted.connect(self._other_wanted)
        self.workspace.changed.connect(self.presenter.refresh)
        self.workspace.submitted.connect(lambda _: self.ticket.focus_main())
        self._clock.timeout.connect(self._tick)
        self._clock.start()
        to_list = QShortcut(QKeySequence("Ctrl+D"), self)
        to_list.activated.connect(self.queue.take_keyboard)

    def _tick(self) -> None:
        self.ticket.tick(self._context.services.office.now())
        self.ticket.undo.set(*self.presenter.hasty_left())

    # ------------------------------------------------------------------------------------------ from outside

    def refresh(self) -> None:
        """Read board and file anew."""
        self.presenter.refresh()
        self.workspace.refresh()

    def open_record(self, case: str) -> None:
        """Work on a file without a visit, for instance one that was returned; not while somebody is served."""
        look = self.presenter.look
        if look is not None and look.current is not None:
            self.show_refused(Refused("ticket_still_open", label=look.current.label))
            return
        self._record = case
        self.workspace.show_case(case, focus=True)

    # ------------------------------------------------------------------------------------------ the screen

    def show_look(self, look: CounterLook) -> None:
        """Show the state; the keyboard moves only when the state has changed."""
        self.ticket.show_look(look, self.presenter.wanted)
        self.ticket.undo.set(*self.presenter.hasty_left())
        self.queue.setVisible(look.state not in (NO_DAY, CHOOSE))
        self.queue.show_look(look)
        self._entitle(look)
        current = look.current
        serving = current.id if current is not None and look.state in SERVING_STATES else ""
        if self._outcome is not None and isValid(self._outcome):
            self._outcome.close_choices(() if look.sent else look.submitted_outcomes)
        self._show_case(look, serving)
        moved = (look.state, current.id if current else "") != (self._state, self._ticket)
        self._state, self._ticket = look.state, current.id if current else ""
        if moved and not (serving and self._opens_file(look)):
            self._focus_left(look)

    def _opens_file(self, look: CounterLook) -> bool:
        """Whether a file stands at the right, or will in a moment."""
        return look.case is not None or (look.has_claim and self._context.may("case.work"))

    def _show_case(self, look: CounterLook, serving: str) -> None:
        if serving and look.case is not None:
            self._record = ""
            new = self.workspace.case() != look.case.id
            if new:
                self.workspace.show_case(look.case.id, focus=True)
        elif serving:
            self._tell_empty(look)
            self.workspace.show_case(None)
            if self._opens_file(look):
                self.presenter.open_case()
        else:
            self._tell_empty(look)
            if self.workspace.case() != self._record or not self._record:
                self.workspace.show_case(self._record or None)

    def _tell_empty(self, look: CounterLook) -> None:
        hints = {
            NO_DAY: (
                "calendar",
                self.tr("Hari layanan sudah ditutup")
                if look.closed_day
                else self.tr("Hari layanan belum dibuka"),
                self.tr("Nomor dan panggilan dimulai lagi pada hari layanan berikutnya.")
                if look.closed_day
                else self.tr("Nomor dan panggilan dimulai setelah hari dibuka."),
            ),
            CHOOSE: (
                "door-open",
                self.tr("Loket belum dibuka"),
                self.tr("Pilih loket di kiri, lalu tekan F2."),
            ),
            BREAK: ("coffee", self.tr("Sedang istirahat"), self.tr("Tekan F2 untuk kembali melayani.")),
            CALLING: (
                "megaphone",
                self.tr("Menunggu peserta datang ke loket"),
                self.tr("Enter atau F2 bila sudah hadir; berkas terbuka sendiri."),
            ),
            FREE: (
                "folder-open",
                self.tr("Berkas terbuka saat peserta hadir"),
                self.tr("F2 memanggil nomor berikutnya."),
            ),
        }
        if look.state in hints:
            self.workspace.set_empty(*hints[look.state])
        elif not look.has_claim:
            self.workspace.set_empty(
                "info",
                self.tr("Layanan ini tanpa berkas klaim"),
                self.tr("F3 selesai dengan hasilnya; F6 mengalihkan bila peserta ternyata mengajukan klaim."),
            )
        else:
            self.workspace.set_empty(
                "folder-open",
                self.tr("Berkas tidak dibuka di sini"),
                self.tr("Hanya CSO yang mengerjakan berkas."),
            )

    def _focus_left(self, look: CounterLook) -> None:
        if look.state == CHOOSE:
            self.ticket.seats.focus_wanted()
        else:
            self.ticket.focus_main()

    def _entitle(self, look: CounterLook) -> None:
        title = self.tr("Loket {number}").format(number=look.counter) if look.counter else self.tr("Loket")
        if title != self.page_title:
            self.page_title = title
            tell = getattr(self.window(), "set_heading", None)
            if tell is not None and self.isVisible():
                tell(title)

    def show_refused(self, refused: Refused) -> None:
        """Say what the world refused."""
        self._context.notify.refuse(refused)

    def show_done(self, what: str, ticket: Ticket | None) -> None:
        """Say in passing what is durable now, where the card does not show it anyway."""
        label = ticket.label if ticket else ""
        words = {
            "recalled": self.tr("{label} dipanggil ulang."),
            "missed": self.tr("{label} tidak hadir; dapat dipulihkan dari daftar."),
            "parked": self.tr("{label} ditunda."),
            "transferred": self.tr("{label} dialihkan."),
            "reinstated": self.tr("{label} menunggu lagi."),
            "taken_back": self.tr("{label} kembali di loket ini."),
            "finished": self.tr("Selesai. Berikutnya {label}.") if label else self.tr("Selesai."),
        }.get(what, "")
        if words:
            self._context.notify.toast(words.format(label=label), Tone.GOOD)

    # ------------------------------------------------------------------------------------------ acting

    def _seat_chosen(self, number: int) -> None:
        self.presenter.wanted = number
        if self.presenter.look is not None:
            self.ticket.show_look(self.presenter.look, number)

    def _press(self, what: str) -> None:
        actions: dict[str, Callable[[], object]] = {
            "primary": self._primary,
            "finish": lambda: self._finish(then_call=True),
            "finish_only": lambda: self._finish(then_call=False),
            "recall": self.presenter.recall,
            "no_show": self.presenter.no_show,
            "park": self._park,
            "transfer": self._transfer,
            "wrap_up": self.presenter.wrap_up,
            "pause": self._pause,
            "stand_up": self.presenter.stand_up,
            "take_back": self.presenter.take_back,
        }
        pressed = self._held.meant(what)
        if pressed and (
            what == "take_back" or self.presenter.moment.meant()
        ):  # the key to take back means nothing else
            self.workspace.commit_all()
            actions[what]()

    def _primary(self) -> None:
        presenter = self.presenter
        actions = {
            CHOOSE: presenter.sit_down,
            FREE: presenter.call_next,
            CALLING: presenter.confirm,
            BREAK: presenter.back,
        }
        if presenter.look is not None and presenter.look.state in actions:
            actions[presenter.look.state]()

    def _finish(self, *, then_call: bool) -> None:
        look = self.presenter.look
        if look is None or look.current is None:
            return
        service = look.rules.service(look.current.service)
        outcomes = [(code, look.rules.outcome(code).name.id) for code in service.outcomes]
        text = self.tr("Angka 1–9 memilih; nomor berikutnya langsung dipanggil.")
        if not then_call:
            text = self.tr("Angka 1–9 memilih; nomor berikutnya tidak dipanggil.")
        closed = () if look.sent else look.submitted_outcomes
        for name in (words for code, words in outcomes if code in closed):
            only = self.tr("“{outcome}” hanya bila berkasnya sudah dikirim.").format(outcome=name)
            text = f"{text} {only}"
        self._outcome = self._context.notify.ask_reason(
            self,
            self.tr("Hasil layanan {label}").format(label=look.current.label),
            outcomes,
            text=text,
            then=lambda outcome, _: self.presenter.finish(outcome, then_call=then_call),
        )
        self._outcome.close_choices(closed)
        self._outcome.begin_at(look.submitted_outcomes if look.sent else ())

    def _park(self) -> None:
        look = self.presenter.look
        if look is not None:
            self._ask(
                self.tr("Tunda karena"),
                [(each.code, each.name.id) for each in look.rules.park_reasons],
                self.presenter.park,
            )

    def _pause(self) -> None:
        look = self.presenter.look
        if look is not None:
            self._ask(
                self.tr("Istirahat"),
                [(each.code, each.name.id) for each in look.rules.break_reasons],
                self.presenter.pause,
            )

    def _ask(self, title: str, choices: list[tuple[str, str]], then: Callable[[str], None]) -> None:
        self._context.notify.ask_reason(self, title, choices, then=lambda code, _: then(code))

    def _transfer(self) -> None:
        look = self.presenter.look
        if look is None or look.current is None:
            return
        here = look.current.service
        targets = {
            "service": [(each.code, each.name.id) for each in look.rules.services if each.code != here],
            "counter": [
                (str(number), self.tr("Loket {number}").format(number=number)) for number in look.counters
            ],
            "officer": list(look.officers),
        }
        kinds = [
            ("service", self.tr("Layanan lain")),
            ("counter", self.tr("Loket tertentu")),
            ("officer", self.tr("Petugas tertentu")),
        ]

        def ask_target(to: str) -> None:
            self._ask(self.tr("Alihkan ke"), targets[to], lambda target: ask_reason(to, target))

        def ask_reason(to: str, target: str) -> None:
            reasons = [(each.code, each.name.id) for each in look.rules.transfer_reasons]
            self._ask(
                self.tr("Alasan dialihkan"), reasons, lambda why: self.presenter.transfer(to, target, why)
            )

        title = self.tr("Alihkan {label}").format(label=look.current.label)
        self._ask(title, [kind for kind in kinds if targets[kind[0]]], ask_target)

    def _row_opened(self, list_: str, ticket: Ticket) -> None:
        look = self.presenter.look
        if not self._held.meant(f"{list_} {ticket.id}") or look is None:
            return
        if list_ == PARKED:
            self.workspace.commit_all()
            self.presenter.resume(ticket.id)
        elif list_ == MISSED:
            self._context.notify.ask(
                self,
                self.tr("Pulihkan {label}?").format(label=ticket.label),
                self.tr("Nomor ini menunggu lagi, di belakang yang sedang menunggu."),
                yes=self.tr("Pulihkan"),
                then=lambda: self.presenter.reinstate(ticket.id),
            )
        elif look.current is not None:
            self.show_refused(Refused("ticket_still_open", label=look.current.label))
        else:
            self._ask(
                self.tr("Panggil {label} di luar urutan").format(label=ticket.label),
                [(each.code, each.name.id) for each in look.rules.skip_reasons],
                lambda why: self.presenter.call(ticket.id, why),
            )

    def _other_wanted(self, other: str) -> None:
        look, shown = self.presenter.look, self.workspace.presenter.look
        stage = next((each.stage for each in shown.view.others if each.id == other), "") if shown else ""
        if look is not None and look.current is not None and stage in ("draft", "returned"):
            self.workspace.commit_all()
            self.presenter.continue_case(other)
        else:
            self._context.go("files", other)


def _place_of(places: tuple[str, ...]) -> int:
    """The counter that this person usually sits at, from places such as `counter 3`; 0 without one."""
    numbers = [
        int(digits) for place in places if (digits := "".join(each for each in place if each.isdigit()))
    ]
    return numbers[0] if numbers else 0
