"""Streams written by officers who do not see each other: told entry by entry, folded with their races."""

import itertools
import random
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from app.domain import branch, claims, days, tickets
from app.domain import case_events as case
from app.domain.events import Event
from app.domain.kinds import DECISION, KINDS, NAMES
from app.domain.races import Conflict, Folded, Seen, advance, fold_stream
from app.domain.receipts import ReceiptRenewed
from app.domain.settled import CaseSettled, Settled
from app.domain.taken_back import FINISHED, GONE, MISSED, TakenBack
from app.errors import Refused

FOLDS: dict[str, Callable[..., Any]] = {
    "branch": branch.fold,
    "day": days.fold_day,
    "counter": days.fold_counter,
    "ticket": tickets.fold,
    "case": claims.fold,
}
START = 1_795_136_400_000


def allowed(event: Event) -> None:
    """Everybody may do everything."""


class Log:
    """One stream. Each entry names what its author saw: everything so far, unless `after` says otherwise."""

    def __init__(self, stream: str) -> None:
        self.stream = stream
        self.entries: list[Seen] = []

    def write(
        self, actor: str, payload: msgspec.Struct | None, *after: Seen, error: Refused | None = None
    ) -> Seen:
        """An entry whose author saw `after` and what those saw; without them, everything."""
        number = len(self.entries) + 1
        seen = tuple(bytes.fromhex(each.event.id) for each in after) if after else self.frontier()
        kind = NAMES[type(payload)] if payload is not None else "case.sung"
        event = Event(
            f"{number:032x}", self.stream, kind, 1, actor, START + number * 1000, number, payload or Unread()
        )
        entry = Seen(event, seen, error)
        self.entries.append(entry)
        return entry

    def frontier(self) -> tuple[bytes, ...]:
        """The last events of all."""
        heads: tuple[bytes, ...] = ()
        for each in self.entries:
            heads = advance(heads, bytes.fromhex(each.event.id), each.after)
        return heads

    def folded(self, *order: Seen) -> Folded:
        """What comes of it; in this order, when one is given."""
        return fold(placed(order or self.entries))


class Unread(msgspec.Struct, frozen=True):
    """Stands for a payload that cannot be read."""


def placed(order: Sequence[Seen]) -> list[Seen]:
    """The entries at positions 1, 2, 3 …"""
    return [replace(each, event=replace(each.event, position=n)) for n, each in enumerate(order, 1)]


def fold(entries: Sequence[Seen], authorise: Callable[[Event], None] = allowed) -> Folded:
    """Fold a whole stream."""
    family = entries[0].event.stream.partition(":")[0]
    return fold_stream(FOLDS[family], entries, authorise)


def plainly(entries: Sequence[Seen]) -> tuple[Any, list[str]]:
    """The state of one fold after the other, and the codes of what was refused."""
    state, codes = None, []
    family = entries[0].event.stream.partition(":")[0]
    for each in entries:
        try:
            state = FOLDS[family](state, each.event)
        except Refused as refused:
            codes.append(refused.code)
    return state, codes


def opened(folded: Folded) -> list[Conflict]:
    """The races that wait for somebody."""
    return [each for each in folded.conflicts if not each.settled_by]


def pairs(folded: Folded) -> list[tuple[str, str, str, str]]:
    """Race, first, second and who settled it: ids as small numbers."""
    return [
        (each.race, str(int(each.first, 16)), str(int(each.second, 16)), str(int(each.settled_by or "0", 16)))
        for each in folded.conflicts
    ]


def asides(folded: Folded) -> dict[int, tuple[str, int]]:
    """Number of the entry to the code and the number of the conflict."""
    return {int(each.event, 16): (each.code, int(each.conflict or "0", 16)) for each in folded.asides}


def word(second: Seen, choice: Seen, shape: type[Settled] = CaseSettled) -> Settled:
    """A supervisor's word."""
    return shape(conflict=second.event.id, choice=choice.event.id, reason="Sesuai berkas")


def issued() -> tickets.Issued:
    """A ticket."""
    return tickets.Issued(day="2026-11-20", label="A-014", prefix="A", number=14, service="jht")


def submitted_file() -> tuple[Log, Seen]:
    """A file that waits for the verifier, and its last entry."""
    log = Log("case:0")
    log.write("cso", case.Opened(service="jht", bundle_version=1))
    log.write("cso", case.Noted(fields={"phone": "0811"}))
    return log, log.write("cso", case.Submitted(receipt="R", promised="2026-11-27", due="2026-11-27"))


FIRST: dict[str, msgspec.Struct] = {
    "ticket": issued(),
    "counter": days.CounterOpened(day="2026-11-20"),
    "case": case.Opened(service="jht", bundle_version=1),
}
VERIFIED = case.Verified(amount=1000)
REJECTED = case.Rejected(reason="not_entitled")

# ------------------------------------------------------------------------------------------ drawn at random

COUNTER, VERIFIERS, FINANCE, APPROVERS, SUPERVISORS = (
    ("a", "b"),
    ("c", "d"),
    ("e", "f"),
    ("g", "h"),
    ("s", "t"),
)


def by_role(payload: msgspec.Struct) -> tuple[str, ...]:
    """Who does such a thing in a branch in which nobody does two."""
    if isinstance(payload, Settled | ReceiptRenewed):
        return SUPERVISORS
    if isinstance(payload, case.Taken | case.Released):
        return (*VERIFIERS, *FINANCE)
    if isinstance(payload, case.Verified | case.Returned | case.Rejected):
        return VERIFIERS
    if isinstance(
        payload, case.PaymentOrdered | case.FinanceReturned | case.PaymentMade | case.PaymentReturned
    ):
        return FINANCE
    return APPROVERS if isinstance(payload, case.PaymentApproved) else COUNTER


def choices(family: str) -> list[msgspec.Struct]:
    """Payloads that somebody may try next on a stream of this family."""
    if family == "ticket":
        return [
            tickets.Printed(how="printer"),
            *(tickets.Called(counter=each) for each in (1, 2)),
            tickets.Recalled(),
            tickets.Confirmed(),
            tickets.Missed(),
            tickets.Reinstated(),
            tickets.Parked(reason="copying"),
            tickets.Resumed(counter=1),
            tickets.Transferred(to="service", target="jp"),
            tickets.WrapUpStarted(),
            tickets.Finished(outcome="info_given"),
            *(TakenBack(act=each) for each in (FINISHED, GONE, MISSED)),
            tickets.Cancelled(reason="visitor_left"),
        ]
    if family == "counter":
        return [
            days.CounterOpened(day="2026-11-20"),
            days.BreakStarted(reason="lunch"),
            days.BreakEnded(),
            days.CounterClosed(),
        ]
    return [
        *(case.Noted(fields={name: value}) for name, value in itertools.product(("phone", "bank"), "12")),
        case.ReasonChosen(reason="JHT_RESIGN"),
        case.DocumentMarked(document="id_card", result="fits"),
        case.Linked(ticket="1", label="A-001"),
        *(case.Submitted(receipt=each, promised="2026-11-27", due="2026-11-27") for each in "RS"),
        ReceiptRenewed(receipt="T", former="R"),
        case.Taken(),
        case.Released(),
        case.Returned(reasons=("photo_poor",)),
        *(case.Verified(amount=each) for each in (1, 2)),
        REJECTED,
        *(case.PaymentOrdered(voucher=each) for each in "VW"),
        case.PaymentApproved(),
        case.FinanceReturned(reason="Jumlah keliru"),
        case.PaymentMade(day="2026-11-20", reference="REF"),
        case.PaymentReturned(day="2026-11-21", reason="account_closed"),
        case.CaseClosed(reason="withdrawn"),
    ]


def is_decision(entry: Seen) -> bool:
    """Whether it decides on a file; a supervisor's word is none."""
    return KINDS[entry.event.kind].race == DECISION and not isinstance(entry.event.payload, Settled)


def drawn_payloads(dice: random.Random, family: str, view: Folded, log: Log) -> list[msgspec.Struct]:
    """What somebody who sees `view` may try, in the order of trying."""
    options = choices(family)
    dice.shuffle(options)
    if family == "case" and opened(view) and dice.random() < 0.5:
        race = dice.choice(opened(view))
        ids = {each.event.id: each for each in log.entries}
        options.insert(0, word(ids[race.second], ids[dice.choice((race.first, race.second))]))
    return options


class Crowd:
    """A stream written by people of whom each sees some of the others' entries, and does what is right there."""

    def __init__(self, seed: int, family: str, count: int, people: tuple[str, ...] = ()) -> None:
        self.dice = random.Random(seed)
        self.log = Log(f"{family}:1")
        self.seen: list[set[int]] = [{0}]
        """Place to the places that its author saw, its own included."""
        self.log.write("a", FIRST[family])
        for _ in range(4 * count):
            if len(self.seen) < count:
                self._write(family, people)

    def _write(self, family: str, people: tuple[str, ...]) -> None:
        size = len(self.seen)
        looks = [self.dice.randrange(max(0, size - 6), size) for _ in range(self.dice.choice((1, 1, 2, 3)))]
        seen = set[int]().union(*(self.seen[each] for each in looks))
        last = [each for each in seen if not any(each in self.seen[one] for one in seen - {each})]
        before = [self.log.entries[each] for each in sorted(seen)]
        for payload in drawn_payloads(self.dice, family, fold(before), self.log):
            actor = self.dice.choice(people or by_role(payload))
            entry = self.log.write(actor, payload, *(self.log.entries[each] for each in last))
            if all(each.event != entry.event.id for each in fold([*before, entry]).asides):
                self.seen.append({*seen, size})
                return
            self.log.entries.pop()

    def order(self) -> list[Seen]:
        """Another order in which a hub may have taken the entries in: nothing before what its author saw."""
        left, done, order = list(range(len(self.seen))), set[int](), []
        while left:
            place = self.dice.choice([each for each in left if self.seen[each] - {each} <= done])
            left.remove(place)
            done.add(place)
            order.append(self.log.entries[place])
        return order

    def concurrent(self, one: Seen, other: Seen) -> bool:
        """Whether neither author saw the other's."""
        places = [self.log.entries.index(one), self.log.entries.index(other)]
        return places[0] not in self.seen[places[1]] and places[1] not in self.seen[places[0]]
