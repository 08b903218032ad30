"""The security desk: one key gives a number, its paper comes by itself, and the next person is never kept waiting."""

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.tickets import CALLED, NO_SHOW, PARKED, WAITING
from app.errors import Refused
from app.ui import theme
from app.ui.context import Context
from app.ui.pages.desk_bookings import BookingsButton
from app.ui.pages.desk_cards import DeskKeys, DeskNotice, PriorityRow, ServiceGrid
from app.ui.pages.desk_choice import PrecheckPanel, QuotaPanel
from app.ui.pages.desk_opening import OpeningPanel
from app.ui.pages.desk_ticket import LargeTicket, PaperTicket, VoidBar
from app.ui.pages.followed_place import FollowedPlace
from app.ui.pages.paper_window import PaperWindow
from app.ui.presenters.desk import DeskPresenter
from app.ui.presenters.desk_state import COPY, FAILED, PRINTED, PRINTING, Choice, DeskView, LastTicket
from app.ui.theme import Tone
from app.ui.widgets import Banner, Button, Card, Chip, EmptyState, Heading, Muted, Pile
from app.ui.widgets.entry import enter_at
from app.ui.words import sentence

TICK_MS = 100
SIDE_STEPS = 80
"""Width of the right half at least, in steps of `theme.space`."""
SIDE_SHARE = 23
"""And in hundredths of the page."""


class DeskPage(QWidget):
    """Cards at the left; at the right the last ticket, or what the chosen service needs."""

    interests = frozenset({"ticket", "counter", "day", "branch", "booking"})
    _print_ended = Signal(str, bool, object)  # brings the printer's report to the window's thread

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.page_title = self.tr("Meja keamanan")
        self.presenter = DeskPresenter(
            context.services, context.background.door(self), self, context.who, context.may
        )
        self.grid = ServiceGrid(self.presenter.moment)
        self.priority = PriorityRow()
        self.notice = DeskNotice(self.presenter.print_back)
        self.bookings = BookingsButton(self.presenter.arrive)
        self.print_notice = Banner()
        self.precheck = PrecheckPanel()
        self.quota = QuotaPanel()
        self.opening = OpeningPanel(context.notify)
        self.paper = PaperTicket()
        self.print_state, self.place = Chip(), FollowedPlace(context)
        self.void_bar = VoidBar()
        self.reprint = Button(self.tr("Cetak ulang"), key="F9")
        self.cancel = Button(self.tr("Batalkan"), key="Ctrl+F10", danger=True)
        self.enlarge = Button(self.tr("Besar"), key="F11")
        self.pdf = Button(self.tr("PDF"), key="Ctrl+P")
        self.large = LargeTicket(self)
        self._left, self._side_card = QWidget(), Card()
        self._side, self._stack = Pile(), Pile()
        self.look_again = self.presenter.look_again
        self._before_priority: QWidget | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._lay_out()
        self._connect()

    # ------------------------------------------------------------------------------------------ laying out

    def _lay_out(self) -> None:
        work = QWidget()
        across = QHBoxLayout(work)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(theme.space(4))
        self._lay_out_left()
        across.addWidget(self._left, 1)
        across.addWidget(self._make_side())
        self._stack.addWidget(work)
        self._stack.addWidget(self.opening)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(theme.space(5), theme.space(4), theme.space(5), theme.space(3))
        outer.addWidget(self._stack)
        self.large.hide()
        self.notice.hide()
        self.print_notice.hide()

    def _lay_out_left(self) -> None:
        column = QVBoxLayout(self._left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(2))
        column.addWidget(Heading(self.tr("Keperluan peserta"), 1))
        column.addWidget(
            Muted(
                self.tr("Pilih layanan; berkas yang wajib dibawa tampil sebelum karcis dicetak."), wrap=True
            )
        )
        column.addWidget(self.notice)
        column.addWidget(self.bookings)
        column.addWidget(self.print_notice)
        column.addWidget(self.grid, 1)
        column.addWidget(self.priority)
        self.keys = DeskKeys()
        column.addWidget(self.keys)

    def _make_side(self) -> QWidget:
        side = self._side_card
        edge = theme.space(4)
        side.body.setContentsMargins(edge, theme.space(3.5), edge, theme.space(3.5))
        side.setFixedWidth(theme.space(SIDE_STEPS))
        last = QWidget()
        column = QVBoxLayout(last)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(2))
        head = QHBoxLayout()
        head.addWidget(Muted(self.tr("Karcis terakhir")), 1)
        head.addWidget(self.place)
        head.addWidget(self.print_state)
        column.addLayout(head)
        column.addWidget(self.paper, 1)
        for pair in ((self.reprint, self.enlarge), (self.cancel, self.pdf)):
            row = QHBoxLayout()
            row.setSpacing(theme.space(2))
            for button in pair:
                row.addWidget(button, 1)
            column.addLayout(row)
        column.addStretch(0)
        empty = EmptyState(
            "ticket",
            self.tr("Belum ada karcis hari ini"),
            self.tr("Tekan tombol layanan untuk memberi nomor."),
        )
        for panel in (last, self.precheck, self.quota, empty):
            self._side.addWidget(panel)
        self._side.setCurrentWidget(empty)
        self._last, self._empty = last, empty
        side.body.addWidget(self._side, 1)
        side.body.addWidget(self.void_bar)
        return side

    def _connect(self) -> None:
        presenter = self.presenter
        self.grid.chosen.connect(self._choose)
        self.priority.changed.connect(self._set_priority)
        self.precheck.toggled.connect(presenter.toggle_missing)
        self.precheck.typed.connect(self._typed)
        self.precheck.print_wanted.connect(presenter.issue)
        self.quota.turned_away.connect(presenter.turn_away)
        self.quota.raised.connect(presenter.raise_quota)
        for panel in (self.precheck, self.quota):
            panel.left.connect(self._leave_choice)
        self.opening.wanted.connect(presenter.open_day)
        self.void_bar.button.clicked.connect(presenter.void)
        self.reprint.clicked.connect(presenter.reprint)
        self.cancel.clicked.connect(self._ask_cancel)
        self.enlarge.clicked.connect(presenter.large)
        self.print_notice.triggered.connect(presenter.large)
        self.pdf.clicked.connect(presenter.pdf)
        self.large.closed.connect(self._close_large)
        to_priority = QShortcut(QKeySequence("P"), self)
        to_priority.activated.connect(self._begin_priority)
        for button in (self.reprint, self.enlarge, self.cancel, self.pdf):
            button.installEventFilter(self)
        self._print_ended.connect(presenter.print_ended, Qt.ConnectionType.QueuedConnection)
        printing, tell = self._context.services.printing, self._print_ended.emit
        printing.listen(tell)
        self.destroyed.connect(lambda: printing.forget(tell))

    # ------------------------------------------------------------------------------------------ the presenter's view

    def refresh(self) -> None:
        """Read anew."""
        self.presenter.refresh()

    def show_desk(self, desk: DeskView) -> None:
        """Cards and notices, or the opening of the day."""
        was_open = self._stack.currentIndex() == 0 and bool(self.grid.cards)
        if not desk.is_open:
            self.opening.show_desk(desk)
            self._stack.setCurrentWidget(self.opening)
            held = QApplication.focusWidget()
            if self.isVisible() and (held is None or not self.opening.isAncestorOf(held)):
                self.opening.setFocus(Qt.FocusReason.OtherFocusReason)
            enter_at(self, self.opening)
            return
        self.grid.show_board(desk.board, enabled=desk.disk != "full")
        self.priority.show_groups(desk.rules.priorities)
        self.notice.show_desk(desk)
        self.bookings.show_desk(desk)
        self._stack.setCurrentIndex(0)
        if not was_open:
            self._keyboard_to_cards("")

    def _keyboard_to_cards(self, service: str) -> None:
        card = self.grid.cards.get(service) or next(iter(self.grid.cards.values()), None)
        if card is not None:
            enter_at(self, card)
        held = QApplication.focusWidget()
        if self.isVisible() and (held is None or held.window() is self.window()):
            self.grid.focus(service)

    def show_choice(self, choice: Choice | None) -> None:
        """What the chosen service needs, or the last ticket."""
        self.grid.mark(choice.place.service.code if choice else "")
        former = self._side.currentWidget()
        if choice is None:
            self._timer.setInterval(TICK_MS)
            self._side.setCurrentWidget(self._last if self.presenter.last else self._empty)
            return
        self._close_large()
        panel: PrecheckPanel | QuotaPanel = self.quota if choice.exhausted else self.precheck
        panel.show_choice(choice)
        if former is not panel:
            panel.clear()
            self._side.setCurrentWidget(panel)
            panel.setFocus(Qt.FocusReason.OtherFocusReason)
        self._tick()
        self._timer.start()

    def show_last(self, last: LastTicket | None) -> None:
        """The picture of the last ticket, and how its printing went."""
        if last is None:
            if self._side.currentWidget() is self._last:
                self._side.setCurrentWidget(self._empty)
            self.print_notice.hide()
            return
        desk = self.presenter.desk
        self.paper.set(last.ticket, last.slip, desk.zone if desk else "WIB")
        self.place.follow(f"ticket:{last.ticket.id}")
        if self._side.currentWidget() is self._empty:
            self._side.setCurrentWidget(self._last)
        state = last.ticket.state
        self.cancel.setEnabled(
            state in (WAITING, CALLED, PARKED, NO_SHOW) and self._context.may("ticket.cancel")
        )
        self.reprint.setEnabled(state != "ended")
        self._show_printing(last)
        self._tick()
        self._timer.start()

    def _show_printing(self, last: LastTicket) -> None:
        ended = {"voided": self.tr("dibatalkan"), "cancelled": self.tr("dibatalkan")}.get(
            last.ticket.leg.outcome
        )
        states = {
            PRINTING: (self.tr("mencetak…"), Tone.NEUTRAL, "printer"),
            PRINTED: (self.tr("dicetak"), Tone.GOOD, "check"),
            FAILED: (self.tr("salin nomor ini"), Tone.WARN, "triangle-alert"),
            COPY: (self.tr("salin nomor ini"), Tone.WARN, "pencil"),
        }
        if ended:
            self._close_large()  # nobody copies it any more
        shown = (ended, Tone.BAD, "ban") if ended else states.get(last.printing)
        self.print_state.setVisible(shown is not None)
        if shown is not None:
            self.print_state.set(*shown)
        failed = last.printing == FAILED and not ended
        self.print_notice.setVisible(failed)
        if failed:
            text = self.tr("Karcis belum tercetak: salin nomor {label}.").format(label=last.ticket.label)
            note = sentence(last.error, {}, self._context.notify.language)
            self.print_notice.set(Tone.WARN, text, self.tr("Tampilkan besar"), note=note, icon="printer")

    def show_issued(self, service: str) -> None:
        """A number is durable."""
        self.precheck.clear()
        self.priority.clear()
        self._keyboard_to_cards(service)

    def show_large(self, last: LastTicket) -> None:
        """The label as large as the left half."""
        desk = self.presenter.desk
        service = desk.rules.service(last.ticket.service).name.id if desk else ""
        self.large.set(last.ticket, service, desk.zone if desk else "WIB")
        self._place_large()
        self.large.show()
        self.large.raise_()
        self.large.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def ask_identity(self, wrong: bool) -> None:
        """The last four are wanted."""
        self.precheck.ask_identity(wrong)

    def show_paper(self, label: str, path: Path, pdf: bytes) -> None:
        """A ticket as a page for the office printer."""
        note = self.tr("Karcis disimpan sebagai PDF: {fact}").format(fact=path)
        title = self.tr("Karcis {label}").format(label=label)
        PaperWindow(self.window(), self._context.background, title, pdf, note).open()

    def said(self, what: str, fact: str) -> None:
        """Something was done."""
        texts = {
            "opened": self.tr("Hari layanan dibuka dengan tanda {fact}.")
            if fact
            else self.tr("Hari layanan dibuka."),
            "voided": self.tr("Nomor {fact} dibatalkan; nomor itu tidak dipakai lagi."),
            "cancelled": self.tr("Karcis {fact} dibatalkan."),
            "reprinted": self.tr("Karcis {fact} dicetak ulang; tercatat sebagai salinan."),
            "turned_away": self.tr("{fact}: tercatat satu pengunjung tanpa karcis."),
            "raised": self.tr("Kuota {fact} hari ini ditambah."),
        }
        self._context.notify.toast(texts[what].format(fact=fact))
        if what == "turned_away":
            self._keyboard_to_cards("")

    def refuse(self, refused: Refused) -> None:
        """Why not."""
        self._context.notify.refuse(refused)

    # ------------------------------------------------------------------------------------------ actions

    def _choose(self, service: str) -> None:
        self._close_large()
        self.presenter.choose(service)

    def _leave_choice(self) -> None:
        service = self.presenter.chosen
        self.presenter.leave_choice()
        self.precheck.clear()
        self.priority.clear()
        self._keyboard_to_cards(service)

    def _typed(self, digits: str, initials: str) -> None:
        self.presenter.last4, self.presenter.initials = digits, initials

    def _begin_priority(self) -> None:
        held = QApplication.focusWidget()
        if held is not None and not self.priority.isAncestorOf(held):
            self._before_priority = held
        self.priority.begin()

    def _set_priority(self, code: str) -> None:
        self.presenter.set_priority(code)
        back, self._before_priority = self._before_priority, None
        if back is not None and back.isVisible():
            back.setFocus(Qt.FocusReason.OtherFocusReason)

    def _ask_cancel(self) -> None:
        desk, last = self.presenter.desk, self.presenter.last
        if desk is None or last is None:
            return
        reasons = [(each.code, each.name.id) for each in desk.rules.cancel_reasons]
        title = self.tr("Batalkan karcis {label}?").format(label=last.ticket.label)
        self._context.notify.ask_reason(
            self,
            title,
            reasons,
            text=self.tr("Alasannya ikut tercatat."),
            then=lambda code, _: self.presenter.cancel(code),
        )

    def _close_large(self) -> None:
        if self.large.isVisible():
            self.large.hide()
            self._keyboard_to_cards("")

    def _place_large(self) -> None:
        corner = self._left.mapTo(self, self._left.rect().topLeft())
        self.large.setGeometry(QRect(corner, self._left.size()))

    def _tick(self) -> None:
        """Ten times a second while something runs: the time to take a number back, and that of the pre-check."""
        left, whole = self.presenter.void_left()
        label = self.presenter.last.ticket.label if self.presenter.last else ""
        self.void_bar.set(label, left, whole)
        checking = self._side.currentWidget() is self.precheck
        if checking:
            self.precheck.show_time(self.presenter.seconds_of_check())
        if left <= 0 and not checking:
            self._timer.stop()

    # ------------------------------------------------------------------------------------------ Qt's own

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits mark papers; a scanner's digits are the NIK."""
        typed = event.text()
        if self._side.currentWidget() is self.precheck and typed and typed in "0123456789":
            if not event.isAutoRepeat():
                self.precheck.digit(typed)
            return
        super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The second click of a double click on "print" falls on what stands there by then: it is not meant."""
        if event.type() == QEvent.Type.MouseButtonDblClick:
            return True
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The large label keeps to the cards."""
        super().resizeEvent(event)
        wide = max(theme.space(SIDE_STEPS), self.width() * SIDE_SHARE // 100)
        self._side_card.setFixedWidth(wide)
        self.paper.setMaximumHeight(2 * wide)  # paper that is much longer than that has never left a printer
        self._place_large()
