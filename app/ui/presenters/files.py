"""The files page: which list is shown, which file is open, and what this person may do with it."""

from typing import Protocol

import msgspec

from app.domain import claims
from app.domain.bank import came_back
from app.domain.claims import Case
from app.errors import Refused
from app.services.claims import WorkCounts, WorkItem
from app.services.services import Services
from app.ui.door import Door

COUNTER, VERIFIER, FINANCE, FINISHED = "counter", "verifier", "finance", "finished"


class Decisions(msgspec.Struct, frozen=True, kw_only=True):
    """What may be done with the open file now."""

    work: bool = False
    take: bool = False
    release: bool = False
    verify: bool = False
    send_back: bool = False
    reject: bool = False
    order: bool = False
    approve: bool = False
    pay: bool = False
    payment_returned: bool = False
    return_to_verifier: bool = False
    blocked: str = ""
    """Code of why this person may do nothing here."""


class View(Protocol):
    """What the page shows."""

    def show_items(self, items: tuple[WorkItem, ...]) -> None:
        """The list."""
        ...

    def show_counts(self, counts: WorkCounts) -> None:
        """How many files wait in each list."""
        ...

    def show_list(self, name: str) -> None:
        """Another list was chosen by the presenter."""
        ...

    def show_case(self, item: WorkItem | None, decisions: Decisions) -> None:
        """The open file."""
        ...

    def show_refusal(self, refused: Refused) -> None:
        """Why it did not work."""
        ...

    def said(self, what: str, item: Case) -> None:
        """Something was done and is durable: verified, returned, rejected, ordered, approved, paid …"""
        ...


DECIDED = frozenset({"verified", "returned", "rejected", "ordered", "approved", "paid", "finance_returned"})
"""After these the next file opens by itself."""


def _waits_for(decisions: Decisions) -> bool:
    """Whether the file waits for this very person, and is not only open to be sent back by them."""
    return decisions.verify or decisions.order or decisions.approve or decisions.pay


def list_of(case: Case) -> str:
    """The list in which a file is found."""
    stage = case.stage
    if stage in claims.WITH_CSO:
        return COUNTER
    if stage == claims.SUBMITTED:
        return VERIFIER
    return FINANCE if stage in claims.WITH_FINANCE or came_back(case) else FINISHED


class FilesPresenter:
    """Works for verifier and finance; a CSO finds drafts and returned files here."""

    def __init__(self, services: Services, door: Door, view: View, who: str, actions: frozenset[str]) -> None:
        self._services = services
        self._door = door
        self._view = view
        self._who = who
        self._actions = actions
        self._items: tuple[WorkItem, ...] = ()
        self.open_id = ""
        self._said = ("", "")
        """File and day of a payment that was asked about."""
        self._opening = ""
        self._after: tuple[str, ...] = ()
        """Files that come after the one which was just decided, the nearest first."""
        self.list = self.lists()[0] if self.lists() else FINISHED

    def lists(self) -> tuple[str, ...]:
        """The lists of this person, the one of their work first."""
        own = []
        if "claim.verify" in self._actions:
            own.append(VERIFIER)
        if self._actions & {"payment.order", "payment.approve"}:
            own.append(FINANCE)
        if "case.work" in self._actions:
            own.append(COUNTER)
        rest = [each for each in (COUNTER, VERIFIER, FINANCE, FINISHED) if each not in own]
        return (*own, *rest)

    def choose_list(self, name: str) -> None:
        """Show another list."""
        self.list, self.open_id, self._items = name, "", ()
        self._view.show_case(None, Decisions())
        self.load()

    def load(self) -> None:
        """Read the list anew; the open file stays open while it is in it."""
        name = self.list
        reader = {
            COUNTER: self._services.claims.for_counter,
            VERIFIER: self._services.claims.for_verifier,
            FINANCE: self._services.claims.for_finance,
            FINISHED: self._services.claims.finished,
        }[name]

        def loaded(found: tuple[tuple[WorkItem, ...], WorkCounts]) -> None:
            if name == self.list:  # not an answer for the list that was shown before
                self._view.show_counts(found[1])
                self._loaded(found[0])

        self._door.read(
            lambda: (reader(self._who), self._services.claims.counts()), loaded, self._view.show_refusal
        )

    def _loaded(self, items: tuple[WorkItem, ...]) -> None:
        self._items = items
        if self._item() is None:
            self.open_id = ""  # it went on to somebody else's list
        self._view.show_items(items)
        self._show_open()
        self._open_next()

    def _open_next(self) -> None:
        """After a decision: the next file that waits for this person. Whoever opened another one meanwhile keeps it."""
        after, self._after = self._after, ()
        waiting = {each.case.id for each in self._items if _waits_for(self.decisions(each))}
        following = next((case for case in after if case in waiting), "")
        if following and not self._opening:
            self.open_case(following)

    def item(self) -> WorkItem | None:
        """The open file."""
        return self._item()

    def _item(self) -> WorkItem | None:
        return next((each for each in self._items if each.case.id == self.open_id), None)

    def _show_open(self) -> None:
        item = self._item()
        self._view.show_case(item, self.decisions(item))

    def open_case(self, case: str) -> None:
        """Open a file of the list; opening a full record is logged as a read before it is shown."""
        if not case or case in (self.open_id, self._opening):
            return  # a double click opens once
        self._opening = case

        def failed(refused: Refused) -> None:
            self._opening = ""
            self._view.show_refusal(refused)

        self._door.write(
            lambda: self._services.cases.read(self._who, case, "record"),
            lambda _: self._opened(case),
            failed,
        )

    def _opened(self, case: str) -> None:
        self._opening = ""
        self.open_id = case
        self._show_open()

    def open_anywhere(self, case: str) -> None:
        """A file found elsewhere: show the list it is in, then open it."""

        def found(state: Case) -> None:
            self.list = list_of(state)
            self._view.show_list(self.list)
            self.load()
            self.open_case(case)

        self._door.read(lambda: self._services.cases.get(case), found, self._view.show_refusal)

    def decisions(self, item: WorkItem | None) -> Decisions:
        """The one table of what the buttons show; the services check the same rules again."""
        if item is None:
            return Decisions()
        if item.blocked and self.list in (VERIFIER, FINANCE):
            return Decisions(blocked=item.blocked)
        case, may = item.case, self._actions
        mine = case.holder in ("", self._who)
        verifying = case.stage == claims.SUBMITTED and "claim.verify" in may
        paying = case.stage in claims.WITH_FINANCE and bool(
            may & {"payment.order", "payment.approve", "payment.pay"}
        )
        return Decisions(
            work=case.stage in claims.WITH_CSO
            and "case.work" in may
            and claims.may_check(case, "counter", self._who) is None,
            take=(verifying or paying) and not case.holder,
            release=case.holder == self._who,
            verify=verifying and mine,
            send_back=verifying and mine,
            reject=verifying and mine,
            order=mine
            and "payment.order" in may
            and case.stage in (claims.VERIFIED, claims.PAYMENT_RETURNED),
            approve=mine
            and "payment.approve" in may
            and case.stage == claims.ORDERED
            and case.payment.ordered_by != self._who,
            pay=mine
            and "payment.pay" in may
            and case.stage == claims.APPROVED
            and case.payment.approved_by != self._who,
            payment_returned="payment.pay" in may and case.stage == claims.PAID,
            return_to_verifier=mine
            and "payment.order" in may
            and case.stage in (claims.VERIFIED, claims.ORDERED, claims.PAYMENT_RETURNED),
            blocked="case_held_by_other" if not mine and (verifying or paying) else "",
        )

    # ------------------------------------------------------------------------------------------ deciding

    def take(self) -> None:
        """Take the file."""
        self._do("taken", lambda case: self._services.claims.take(self._who, case))

    def release(self) -> None:
        """Put it back."""
        self._do("released", lambda case: self._services.claims.release(self._who, case))

    def verify(self, amount: int, tax: int, note: str) -> None:
        """Found right."""
        self._do("verified", lambda case: self._services.claims.verify(self._who, case, amount, tax, note))

    def send_back(self, reasons: tuple[str, ...], note: str) -> None:
        """Back to the CSO."""
        self._do("returned", lambda case: self._services.claims.send_back(self._who, case, reasons, note))

    def reject(self, reason: str, note: str) -> None:
        """No."""
        self._do("rejected", lambda case: self._services.claims.reject(self._who, case, reason, note))

    def order(self, voucher: str) -> None:
        """Write the voucher."""
        self._do("ordered", lambda case: self._services.claims.order(self._who, case, voucher))

    def approve(self) -> None:
        """Approve the voucher."""
        self._do("approved", lambda case: self._services.claims.approve(self._who, case))

    def pay(self, day: str, reference: str) -> None:
        """Paid. A day long after the voucher is asked about: the same one said once more is meant."""
        sure, self._said = self._said == (self.open_id, day), (self.open_id, day)
        self._do("paid", lambda case: self._services.claims.pay(self._who, case, day, reference, sure=sure))

    def payment_returned(self, day: str, reason: str) -> None:
        """The bank sent it back."""
        self._do(
            "payment_returned",
            lambda case: self._services.claims.payment_returned(self._who, case, day, reason),
        )

    def return_to_verifier(self, reason: str) -> None:
        """Finance found it wrong."""
        self._do(
            "finance_returned",
            lambda case: self._services.claims.return_to_verifier(self._who, case, reason),
        )

    def _do(self, what: str, work: "Work") -> None:
        case = self.open_id
        if not case:
            return

        def done(after: Case) -> None:
            self._view.said(what, after)
            if what in DECIDED and self.list in (VERIFIER, FINANCE) and self.open_id == case:
                self._after = self._behind(case)
            self.load()

        self._door.write(lambda: work(case), done, self._refused)

    def _behind(self, case: str) -> tuple[str, ...]:
        """The files of the list from the one below `case` on, and after the last one those above it."""
        keys = [each.case.id for each in self._items]
        here = keys.index(case) if case in keys else -1
        return (*keys[here + 1 :], *keys[: max(here, 0)])

    def _refused(self, refused: Refused) -> None:
        self._view.show_refusal(refused)
        self.load()


class Work(Protocol):
    """A decision on a case."""

    def __call__(self, case: str) -> Case:
        """Take it."""
        ...
