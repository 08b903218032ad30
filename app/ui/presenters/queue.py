"""The queue page: everybody of today, which of them are shown, and what may be done with the chosen one."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from app.domain.bundle import RuleBundle
from app.domain.measures import waiting
from app.domain.tickets import CALLED, ENDED, NO_SHOW, PARKED, SERVING, WAITING, Leg, Ticket
from app.errors import Refused
from app.services.services import Services
from app.ui.door import Door
from app.ui.moment import HeldKeys
from app.ui.presenters.reading import ReadingPresenter

ALL = "all"
FILTERS: dict[str, tuple[str, ...]] = {
    ALL: (WAITING, CALLED, SERVING, PARKED, NO_SHOW, ENDED),
    WAITING: (WAITING,),
    SERVING: (CALLED, SERVING),
    PARKED: (PARKED,),
    NO_SHOW: (NO_SHOW,),
    ENDED: (ENDED,),
}
"""Filter to the states it shows."""
NEWEST_FIRST = (ALL, ENDED)
MINUTE_MS = 60_000


class QueueRow(msgspec.Struct, frozen=True, kw_only=True):
    """One person. `minutes` waited in the present leg; `late` when that is over the service's target."""

    ticket: Ticket
    minutes: int
    target: int

    @property
    def late(self) -> bool:
        """Over the target of the service."""
        return self.minutes > self.target


class QueueView(msgspec.Struct, frozen=True, kw_only=True):
    """What was read: tickets oldest first, the rules, and the names of those who served."""

    tickets: tuple[Ticket, ...]
    rules: RuleBundle
    zone: str
    names: dict[str, str]
    is_open: bool


class Actions(msgspec.Struct, frozen=True):
    """What may be done with the chosen ticket now; `why_not` is "", "none", "ended", "right" or "closed"."""

    reinstate: bool
    reprint: bool
    cancel: bool
    why_not: str


class View(Protocol):
    """What the page shows."""

    def show_rows(self, rows: tuple[QueueRow, ...], counts: dict[str, int]) -> None:
        """Those of the filter, and how many each filter holds."""
        ...

    def said(self, what: str, label: str) -> None:
        """Something was done: "reinstated", "queued" (for the printer), "reprinted", "not_printed",
        "copy" (no printer), "cancelled".
        """
        ...

    def refuse(self, refused: Refused) -> None:
        """Why not."""
        ...


class QueuePresenter(ReadingPresenter[View, QueueView]):
    """Holds what was read and the filter."""

    def __init__(
        self, services: Services, door: Door, view: View, who: str, may: Callable[[str], bool]
    ) -> None:
        super().__init__(services, door, view, who, may)
        self.queue: QueueView | None = None
        self.filter = ALL
        self._copies: dict[str, str] = {}
        self._held = HeldKeys(services.office.ports.clock)
        """Copies on the way to the printer, ticket to label."""

    # ------------------------------------------------------------------------------------------ reading

    def _look(self) -> QueueView:
        office = self._services.office
        tickets, branch, latest = self._services.desk.all_of_day(), office.branch(), office.latest_day()
        return QueueView(
            tickets=tickets,
            rules=office.rules(),
            zone=branch.zone,
            names={each.id: each.name for each in branch.people.values()},
            is_open=latest is not None and latest.closed_at is None,
        )

    def _show(self, look: QueueView) -> None:
        self.queue = look
        self.show()

    def choose_filter(self, name: str) -> None:
        """Show others."""
        self.filter = name
        self.show()

    def show(self) -> None:
        """Show what was read, with the minutes of this moment."""
        if self.queue is None:
            return
        now = self._services.office.now()
        states = FILTERS[self.filter]
        rows = [self._row(each, now) for each in self.queue.tickets if each.state in states]
        if self.filter in NEWEST_FIRST:
            rows.sort(key=lambda row: -row.ticket.legs[0].entered_position)
        else:
            rows.sort(key=lambda row: row.ticket.order)
        counts = {
            name: sum(1 for each in self.queue.tickets if each.state in wanted)
            for name, wanted in FILTERS.items()
        }
        self._view.show_rows(tuple(rows), counts)

    def _row(self, ticket: Ticket, now: int) -> QueueRow:
        assert self.queue is not None
        return QueueRow(
            ticket=ticket,
            minutes=waited_minutes(ticket.leg, now),
            target=self.queue.rules.service(ticket.service).target_wait_minutes,
        )

    # ------------------------------------------------------------------------------------------ actions

    def actions(self, ticket: Ticket | None) -> Actions:
        """What the buttons offer: the same rules as the services."""
        if ticket is None or self.queue is None:
            return Actions(False, False, False, "none")
        if not self.queue.is_open:
            return Actions(False, False, False, "closed")
        if ticket.state == ENDED:
            return Actions(False, False, False, "ended")
        cancels = self._may("ticket.cancel")
        back = self.queue.rules.queue.reinstate_until != "never"
        return Actions(
            reinstate=cancels and back and ticket.state == NO_SHOW,
            reprint=self._may("ticket.issue"),
            cancel=cancels and ticket.state in (WAITING, CALLED, PARKED, NO_SHOW),
            why_not="" if cancels else "right",
        )

    def reinstate(self, ticket: Ticket) -> None:
        """A no-show came back."""
        self._start(lambda: self._services.desk.reinstate(self._who, ticket.id), "reinstated", ticket.label)

    def cancel(self, ticket: Ticket, reason: str) -> None:
        """The person left, or should not have had a number."""
        self._start(
            lambda: self._services.desk.cancel(self._who, ticket.id, reason), "cancelled", ticket.label
        )

    def reprint(self, ticket: Ticket) -> None:
        """One more copy, counted and logged; how its printing went is said when the printer has told."""
        if not self._held.meant(f"reprint {ticket.id}") or self._busy:
            return
        self._busy = True

        def work() -> bool:
            again = self._services.desk.reprint(self._who, ticket.id)
            self._copies[ticket.id] = ticket.label
            return self._services.printing.print_ticket(again)

        self._door.write(
            work,
            lambda queued: self._done("queued" if queued else "copy", ticket.label),
            self._refused,
        )

    def print_ended(self, ticket: str, ok: bool) -> None:
        """The printer's thread has told how a ticket ended (the page brings it to the window's thread)."""
        label = self._copies.pop(ticket, "")
        if label:
            self._view.said("reprinted" if ok else "not_printed", label)

    def _start(self, work: Callable[[], object], what: str, label: str) -> None:
        if not self._held.meant(f"{what} {label}") or self._busy:
            return
        self._busy = True
        self._door.write(work, lambda _: self._done(what, label), self._refused)


def waited_minutes(leg: Leg, now: int) -> int:
    """Whole minutes of the leg's wait, up to `now` while it lasts; none for a leg taken up from the park."""
    if leg.resumed:
        return 0
    done = waiting(leg)
    if done is None:
        done = (leg.ended_at or now) - leg.entered_at
    return max(0, done // MINUTE_MS)
