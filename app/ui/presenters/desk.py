"""The security desk: what is chosen, what is missing, the last ticket, and how its printing went."""

from collections.abc import Callable
from pathlib import Path

from app.domain.bundle import PriorityGroup
from app.domain.checklists import papers_for_all
from app.domain.cleaning import digits_of
from app.domain.days import Day
from app.domain.slips import TicketSlip
from app.domain.tickets import WAITING, Ticket
from app.errors import Refused
from app.services.office import NO_NEW_TICKETS, WARN_DISK
from app.services.opening import opening_doubts
from app.services.services import Services
from app.ui.door import Door
from app.ui.moment import HELD_MS, HeldKeys, Moment
from app.ui.presenters.desk_paper import TicketPaper
from app.ui.presenters.desk_state import (
    KEPT_DIGITS,
    NIK_DIGITS,
    Choice,
    DeskView,
    LastTicket,
    View,
)
from app.ui.presenters.reading import ReadingPresenter


def last_four(typed: str) -> str | None:
    """The last four digits of a scanned NIK, or four digits as they are; None for anything else."""
    try:
        digits = digits_of(typed)
    except Refused:
        return None
    if digits and len(digits) not in (KEPT_DIGITS, NIK_DIGITS):
        return None
    return digits[-KEPT_DIGITS:]


class DeskPresenter(ReadingPresenter[View, DeskView]):
    """Holds what the person at the desk has chosen; nothing of it is personal but four digits and initials."""

    def __init__(
        self, services: Services, door: Door, view: View, who: str, may: Callable[[str], bool]
    ) -> None:
        super().__init__(services, door, view, who, may)
        self.desk: DeskView | None = None
        self.last: LastTicket | None = None
        self.chosen = ""
        self.chosen_at = 0
        self.missing: tuple[str, ...] = ()
        self.priority = ""
        self.last4 = ""
        self.initials = ""
        self.moment = Moment(services.office.ports.clock)
        self._held = HeldKeys(services.office.ports.clock)
        self._given: dict[str, Moment] = {}
        """By service, since its last number."""
        self._printed_back = ""
        """Who was put back and is shown until the next number: their paper came out here."""
        self.paper = TicketPaper(services, door, self._got_slip, self._print_state)

    # ------------------------------------------------------------------------------------------ reading

    def _look(self) -> DeskView:
        services, office = self._services, self._services.office
        board, rules, branch = services.desk.board(), office.rules(), office.branch()
        today, latest = office.calendar_day(), office.latest_day()
        free = office.free_disk()
        return DeskView(
            board=board,
            rules=rules,
            branch=branch.name,
            zone=branch.zone,
            latest=latest,
            numbers=() if board.day else services.desk.next_numbers(),
            is_home=services.staff.is_home(),
            next_day=office.calendar().next_working_day(today),
            doubts=opening_doubts(office, services.network.clocks()),
            disk="full" if free < NO_NEW_TICKETS else "low" if free < WARN_DISK else "",
            has_printer=services.printing.setting().kind != "none",
            raised={
                each.code: branch.raised.get(f"{board.day or today}/{each.code}", 0)
                for each in rules.services
            },
            bookings=services.bookings.of_day(board.day),
        )

    def _show(self, look: DeskView) -> None:
        if look.is_open and self.desk is not None and not self.desk.is_open:
            self.moment.begin()
        self.desk = look
        self._view.show_desk(look)
        again = next((each for each in look.board.back if each.id == self._printed_back), None)
        self._keep_last(again or look.board.last)
        if self.chosen:
            self._view.show_choice(self.choice())

    def _keep_last(self, ticket: Ticket | None) -> None:
        """Show the newest ticket; its paper is read once, as it was when it came out."""
        former = self.last
        if ticket is None:
            self.last = None
            self._view.show_last(None)
            return
        if (
            former is not None
            and former.ticket.number != ticket.number
            and self._is_older(ticket, former.ticket)
        ):
            return  # a read that was under way while a newer ticket was given
        same = former is not None and former.ticket.id == ticket.id and former.ticket.copies == ticket.copies
        self._show_last(ticket, former.slip if same and former is not None else None)
        if self.last is not None and self.last.slip is None and not self.paper.reads(ticket):
            self._door.read(
                lambda: self._services.desk.slip(ticket), lambda slip: self._got_slip(ticket, slip)
            )

    @staticmethod
    def _is_older(ticket: Ticket, other: Ticket) -> bool:
        return ticket.legs[0].entered_position < other.legs[0].entered_position

    def _show_last(self, ticket: Ticket, slip: TicketSlip | None) -> None:
        printing, error = self.paper.state(ticket.id)
        self.last = LastTicket(ticket=ticket, slip=slip, printing=printing, error=error)
        self._view.show_last(self.last)

    def _got_slip(self, ticket: Ticket, slip: TicketSlip) -> None:
        if self.last is not None and self.last.ticket.id == ticket.id:
            self._show_last(self.last.ticket, slip)

    # ------------------------------------------------------------------------------------------ opening the day

    def open_day(self, first: dict[str, int] | None) -> None:
        """`first`: prefix to next number as held against the paper; None is "don't know"."""
        if self._busy:
            return
        self._busy = True
        self._door.write(lambda: self._services.desk.open_day(self._who, first), self._opened, self._refused)

    def _opened(self, day: Day) -> None:
        self._done("opened", day.mark)

    # ------------------------------------------------------------------------------------------ choosing

    def choose(self, service: str) -> None:
        """Show what a service needs; the same service again issues at once."""
        if self.desk is None or not self.desk.is_open or self._busy:
            return
        if service in self._given and not self._given[service].meant():
            return
        if service == self.chosen:
            choice = self.choice()
            if choice is not None and not choice.exhausted:
                self.issue()
            return
        self.chosen, self.missing = service, ()
        self.chosen_at = self._services.office.now()
        self._view.show_choice(self.choice())

    def leave_choice(self) -> None:
        """Back to the last ticket; nothing is kept."""
        self._forget()
        self._view.show_choice(None)

    def _forget(self) -> None:
        self.chosen, self.missing, self.priority, self.last4, self.initials = "", (), "", "", ""

    def choice(self) -> Choice | None:
        """The chosen service as it stands now."""
        desk = self.desk
        if desk is None or not self.chosen:
            return None
        place = next((each for each in desk.board.services if each.service.code == self.chosen), None)
        if place is None:
            return None
        limit = desk.rules.branch_limit("raise_quota").maximum or 0
        more = max(0, limit - desk.raised.get(self.chosen, 0)) if self._may("quota.raise") else 0
        return Choice(
            place=place,
            documents=tuple(desk.rules.document(code) for code in papers_for_all(desk.rules, place.service)),
            missing=self.missing,
            identity=desk.rules.queue.identity_at_desk,
            exhausted=place.quota.exhausted,
            next_day=desk.next_day,
            quota_text=desk.rules.texts.quota_exhausted,
            most_more=more,
        )

    def toggle_missing(self, place: int) -> None:
        """Mark the document at `place` (0 is the first) as not brought, or as brought after all."""
        choice = self.choice()
        if choice is None or not 0 <= place < len(choice.documents):
            return
        code = choice.documents[place].code
        kept = tuple(each for each in self.missing if each != code)
        self.missing = kept if code in self.missing else (*kept, code)
        self._view.show_choice(self.choice())

    def set_priority(self, code: str) -> None:
        """The legal group of the next ticket; "" for none."""
        self.priority = code

    def priorities(self) -> tuple[PriorityGroup, ...]:
        """The groups of the bundle."""
        return self.desk.rules.priorities if self.desk is not None else ()

    def seconds_of_check(self) -> int:
        """Since the service was chosen."""
        return max(0, (self._services.office.now() - self.chosen_at) // 1000)

    # ------------------------------------------------------------------------------------------ issuing

    def issue(self) -> None:
        """Give the number. Two calls at once give one ticket."""
        choice = self.choice()
        if choice is None or choice.exhausted or self._busy:
            return
        kept = last_four(self.last4)
        if kept is None or (choice.identity == "required" and not kept):
            self._view.ask_identity(kept is None)
            return
        self._busy = True
        service, priority = self.chosen, self.priority
        missing = tuple(each.code for each in choice.documents if each.code in self.missing)
        off = choice.identity == "off"
        digits, initials = ("", "") if off else (kept, self.initials)
        self._door.write(
            lambda: self._services.desk.issue(
                self._who, service, priority=priority, last4=digits, initials=initials, missing=missing
            ),
            self._issued,
            self._refused,
        )

    def arrive(self, booking: str) -> None:
        """Somebody who booked has come: the number of what was booked."""
        if self.desk is None or not self.desk.is_open or self._busy:
            return
        self._busy = True
        self._door.write(
            lambda: self._services.bookings.arrive(self._who, booking), self._issued, self._refused
        )

    def _issued(self, ticket: Ticket) -> None:
        self._busy = False
        self.moment.begin()
        self._given[ticket.service] = Moment(self._services.office.ports.clock, HELD_MS)
        self._given[ticket.service].begin()
        self._forget()
        self._printed_back = ""
        self._show_last(ticket, None)
        self.paper.print(ticket)
        self._view.show_choice(None)
        self._view.show_issued(ticket.service)
        self.refresh()

    def print_ended(self, ticket: str, ok: bool, code: str | None) -> None:
        """The printer's thread has told how a ticket ended (the page brings it to the window's thread)."""
        copied = self.paper.ended(ticket, ok, code)
        if copied:
            self._view.said("reprinted", copied)

    def _print_state(self, ticket: str) -> None:
        if self.last is not None and self.last.ticket.id == ticket:
            self._show_last(self.last.ticket, self.last.slip)

    # ------------------------------------------------------------------------------------------ the last ticket

    def void_left(self) -> tuple[int, int]:
        """(milliseconds left to take the last number back, of how many); (0, …) when it is too late."""
        if self.desk is None:
            return 0, 1
        whole = self.desk.rules.queue.void_seconds * 1000
        if self.last is None or self.last.ticket.state != WAITING or self.last.ticket.legs[-1].number != 1:
            return 0, whole
        passed = self._services.office.now() - self.last.ticket.issued_at
        return (whole - passed if 0 <= passed < whole else 0), whole

    def void(self) -> None:
        """Take the last number back."""
        if self._busy or self.last is None or self.void_left()[0] <= 0:
            return
        ticket = self.last.ticket
        self._start(lambda: self._services.desk.void(self._who, ticket.id), "voided", ticket.label)

    def cancel(self, reason: str) -> None:
        """The person left, or should not have had a number."""
        if self._busy or self.last is None:
            return
        ticket = self.last.ticket
        self._start(
            lambda: self._services.desk.cancel(self._who, ticket.id, reason), "cancelled", ticket.label
        )

    def reprint(self) -> None:
        """One more copy, counted and logged; that it was printed is said when the printer has taken it."""
        ticket = self.last.ticket if self.last is not None else None
        if ticket is None or not self._held.meant(f"reprint {ticket.id}") or self._busy:
            return
        self._busy = True

        def done(again: Ticket) -> None:
            self._busy = False
            self._show_last(again, None)
            self.paper.print(again, copied=True)
            self.refresh()

        self._door.write(lambda: self._services.desk.reprint(self._who, ticket.id), done, self._refused)

    def print_back(self) -> None:
        """The paper of somebody who was put back into the queue, with the label that they are called by."""
        ticket = self.desk.without_paper if self.desk is not None else None
        if ticket is None or self._busy or self.paper.state(ticket.id)[0]:
            return
        self._printed_back = ticket.id
        self._show_last(ticket, None)
        self.paper.print(ticket)
        self._view.show_choice(self.choice())

    def pdf(self) -> None:
        """Show the last ticket as a page for the office printer."""
        if self.last is None:
            return
        ticket = self.last.ticket

        def work() -> tuple[Path, bytes]:
            path = self._services.printing.pdf(ticket)
            return path, path.read_bytes()

        self._door.write(work, lambda made: self._view.show_paper(ticket.label, *made))

    def large(self) -> None:
        """Show the label as large as the page, to be copied; not one that was taken back."""
        if self.last is None:
            return
        ticket = self.last.ticket
        if ticket.leg.outcome in ("voided", "cancelled"):
            self._view.refuse(Refused("ticket_taken_back", label=ticket.label))
        else:
            self._view.show_large(self.last)

    # ------------------------------------------------------------------------------------------ no quota left

    def turn_away(self) -> None:
        """Count somebody who goes without a number."""
        choice = self.choice()
        if choice is None or self._busy:
            return
        service = choice.place.service
        self._start(
            lambda: self._services.desk.turn_away(self._who, service.code, "quota_exhausted"),
            "turned_away",
            service.name.id,
        )

    def raise_quota(self, by: int, reason: str) -> None:
        """More tickets of the chosen service today."""
        choice = self.choice()
        if choice is None or self._busy:
            return
        self._busy = True
        service = choice.place.service
        self._door.write(
            lambda: self._services.staff.raise_quota(self._who, service.code, by, reason),
            lambda _: self._done("raised", service.name.id),
            self._refused,
        )

    def _start(self, work: Callable[[], object], what: str, fact: str) -> None:
        if not self._held.meant(f"{what} {fact}"):
            return
        self._busy = True

        def done(_: object) -> None:
            if what == "turned_away":
                self.leave_choice()
            self._done(what, fact)

        self._door.write(work, done, self._refused)
