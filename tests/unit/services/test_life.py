"""A branch lived at random: whatever people press, in whatever order, what must never happen does not."""

import random
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.domain.claims import Case
from app.domain.days import CounterState
from app.domain.events import read_header
from app.domain.rights import ROLES
from app.domain.tickets import CALLED, SERVING, WAITING, Ticket
from app.errors import Refused
from app.models import tables
from app.models.audit import rebuild, verify
from app.services.take_back import take_back
from tests.houses import DAY_MS, branch_state, dump, events, make_branch

COUNTER_WORK = {
    "case.noted",
    "case.submitted",
    "case.document_marked",
    "case.interview_amended",
    "case.closed",
}
VERIFIER_WORK = {"case.returned", "case.verified", "case.rejected"}
FINANCE_WORK = {
    "case.payment_ordered",
    "case.payment_approved",
    "case.payment_made",
    "case.payment_returned",
    "case.finance_returned",
}
WORKERS = ("cso", "verifier", "finance_officer", "finance_supervisor")

person = st.integers(0, 12)
pick = st.integers(0, 1_000)


class Life(RuleBasedStateMachine):
    """Desk, counters, CSOs, verifiers and finance over one file. A refusal is an answer; anything else is a defect."""

    def __init__(self) -> None:
        super().__init__()
        self.place = tempfile.TemporaryDirectory(prefix="loket-life-")
        self.house = make_branch(Path(self.place.name))
        for number in range(2):
            self.house.add_person(f"Serba bisa {number}", *ROLES)
        self.house.add_person("CSO dua", "cso")
        self.house.add_person("Verifikator dua", "verifier")
        self.who = list(self.house.office.branch().people)
        self.refusals: Counter[str] = Counter()

    # ------------------------------------------------------------------------------------------ helpers

    def do(self, action: Callable[[], Any]) -> Any:
        try:
            return action()
        except Refused as refused:
            self.refusals[refused.code] += 1
            return None

    def someone(self, number: int) -> str:
        return self.who[number % len(self.who)]

    def tickets(self) -> list[Ticket]:
        return self.states("ticket")

    def cases(self) -> list[Case]:
        return self.states("case")

    def states(self, family: str) -> list[Any]:
        table = {"ticket": tables.tickets, "case": tables.cases, "counter": tables.counters}[family]
        from app.models.projections import STREAMS

        with self.house.office.store.reading() as connection:
            rows = connection.execute(table.select()).all()
        found = [STREAMS[family].decode(row.data) for row in rows]
        return sorted(found, key=_AGE[family])

    def a_ticket(self, number: int, *states: str) -> str:
        found = [each.id for each in self.tickets() if not states or each.state in states]
        return found[number % len(found)] if found else "nothing"

    def a_case(self, number: int, *stages: str) -> str:
        found = [each.id for each in self.cases() if not stages or each.stage in stages]
        return found[number % len(found)] if found else "nothing"

    def somebody_is(self, state: str, number: int) -> None:
        """So that there is mostly somebody to serve."""
        if self.a_ticket(number, state) == "nothing":
            self.call_next(number)
        if state == SERVING and self.a_ticket(number, CALLED) != "nothing":
            ticket = self.a_ticket(number, CALLED)
            self.do(lambda: self.house.counters.confirm(self.holder(ticket, 1), ticket))

    def holder(self, ticket: str, other: int) -> str:
        """Who has the ticket, mostly; now and then somebody else tries."""
        found = self.house.office.state(f"ticket:{ticket}")
        return self.someone(other) if other == 0 or found is None else found.leg.officer

    # ------------------------------------------------------------------------------------------ the day

    @initialize()
    def morning(self) -> None:
        self.house.open_day()
        for number, officer in enumerate((self.house["cso"], self.who[-2], self.who[-3]), 1):
            self.house.counters.open(officer, number)

    @rule(seconds=st.sampled_from([0.2, 7, 61, 1_900]))
    def time_goes_by(self, seconds: float) -> None:
        self.house.clock.pass_seconds(seconds)

    @rule(milliseconds=st.sampled_from([-7_200_000, -40_000, 40_000, 3_600_000]))
    def somebody_sets_the_clock(self, milliseconds: int) -> None:
        self.house.clock.jump(milliseconds)

    @rule(start=st.sampled_from([1, 14, 998]), knows=st.booleans())
    def night_falls(self, start: int, knows: bool) -> None:
        self.house.clock.pass_ms(DAY_MS)
        first = {"A": start, "M": 1} if knows else None
        self.do(lambda: self.house.desk.open_day(self.house["security_desk"], first))

    @rule()
    def restart(self) -> None:
        self.house.reopen()

    # ------------------------------------------------------------------------------------------ the desk

    @rule(
        who=person,
        service=st.sampled_from(["jht", "jht", "info", "jp", "nothing"]),
        priority=st.sampled_from(["", "", "", "elderly", "disabled", "rich"]),
    )
    def issue(self, who: int, service: str, priority: str) -> None:
        self.do(lambda: self.house.desk.issue(self.someone(who), service, priority=priority))

    @rule(
        service=st.sampled_from(["jht", "info"]),
        priority=st.sampled_from(["", "", "pregnant"]),
        many=st.integers(1, 4),
    )
    def people_arrive(self, service: str, priority: str, many: int) -> None:
        for _ in range(many):
            self.do(lambda: self.house.desk.issue(self.house["security_desk"], service, priority=priority))

    @rule(
        who=person, number=pick, what=st.sampled_from(["void", "cancel", "reinstate", "reprint", "printed"])
    )
    def desk_work(self, who: int, number: int, what: str) -> None:
        desk, ticket = self.house.desk, self.a_ticket(number)
        actions: dict[str, Callable[[], Any]] = {
            "void": lambda: desk.void(self.someone(who), ticket),
            "cancel": lambda: desk.cancel(self.someone(who), ticket, "visitor_left"),
            "reinstate": lambda: desk.reinstate(self.someone(who), self.a_ticket(number, "no_show")),
            "reprint": lambda: desk.reprint(self.someone(who), ticket),
            "printed": lambda: desk.printed(ticket, "screen"),
        }
        if ticket != "nothing":
            self.do(actions[what])

    # ------------------------------------------------------------------------------------------ the counters

    @rule(
        who=person,
        counter=st.integers(1, 6),
        what=st.sampled_from(["open", "close", "start_break", "end_break"]),
    )
    def sit(self, who: int, counter: int, what: str) -> None:
        counters, officer = self.house.counters, self.sitting(who) if who % 2 else self.someone(who)
        here = counters.my_counter(officer) or counter
        if what == "start_break":
            self.do(lambda: counters.start_break(officer, here, "prayer"))
        else:
            self.do(lambda: getattr(counters, what)(officer, here if what != "open" else counter))

    def sitting(self, number: int) -> str:
        """Somebody who sits at a counter, or anybody when nobody does."""
        found = [each.session.officer for each in self.states("counter") if each.session]
        return found[number % len(found)] if found else self.someone(number)

    @rule(who=person)
    def call_next(self, who: int) -> None:
        officer = self.sitting(who)
        counter = self.house.counters.my_counter(officer)
        if counter is None:
            return
        expected = self.next_by_the_rule(officer, counter)
        called = self.do(lambda: self.house.counters.call_next(officer, counter))
        if called is not None:
            assert called.id == expected
            assert called.leg.counter == counter
            assert called.leg.officer == officer

    def next_by_the_rule(self, officer: str, counter: int) -> str | None:
        """The oldest; after two regular calls in a row the oldest of priority, if there is one (TRADE)."""
        day = self.house.office.latest_day()
        today = [each for each in self.tickets() if day and each.day == day.day]
        free = [
            each
            for each in sorted(today, key=lambda each: each.order)
            if each.state == WAITING
            and each.for_counter in (None, counter)
            and each.for_officer in ("", officer)
        ]
        calls = sorted(
            (
                (leg.called_position, bool(each.priority))
                for each in today
                for leg in each.legs
                if leg.called_position
            ),
            reverse=True,
        )
        two_regular = len(calls) >= 2 and not calls[0][1] and not calls[1][1]
        first = [each for each in free if bool(each.priority) == two_regular]
        return next((each.id for each in (*first, *free)), None)

    @rule(
        number=pick,
        other=st.integers(0, 8),
        what=st.sampled_from(["confirm", "confirm", "recall", "no_show"]),
    )
    def called(self, number: int, other: int, what: str) -> None:
        self.somebody_is(CALLED, number)
        ticket = self.a_ticket(number, CALLED)
        self.do(lambda: getattr(self.house.counters, what)(self.holder(ticket, other), ticket))

    @rule(number=pick, other=st.integers(0, 8))
    def taken_back(self, number: int, other: int) -> None:
        """The last thing done to a ticket is taken back, or it is refused; a taken back one is at its counter again."""
        ticket = self.a_ticket(number)
        officer = self.holder(ticket, other)
        back = self.do(lambda: take_back(self.house.office, officer, ticket))
        if back is not None:
            assert back.state in (CALLED, SERVING)
            assert back.leg.ended_at is None
            assert back.leg.officer == officer

    @rule(number=pick, other=st.integers(0, 8))
    def nobody_comes(self, number: int, other: int) -> None:
        self.somebody_is(CALLED, number)
        ticket = self.a_ticket(number, CALLED)
        for what in ("recall", "recall", "no_show"):
            self.do(lambda what=what: getattr(self.house.counters, what)(self.holder(ticket, other), ticket))  # type: ignore[misc]

    @rule(
        number=pick,
        other=st.integers(0, 8),
        what=st.sampled_from(["park", "finish", "finish", "start_wrap_up", "service", "counter", "officer"]),
        aim=st.integers(0, 12),
    )
    def served(self, number: int, other: int, what: str, aim: int) -> None:
        self.somebody_is(SERVING, number)
        counters, ticket = self.house.counters, self.a_ticket(number, SERVING)
        officer = self.holder(ticket, other)
        actions: dict[str, Callable[[], Any]] = {
            "park": lambda: counters.park(officer, ticket, "copying"),
            "finish": lambda: counters.finish(officer, ticket, "info_given"),
            "start_wrap_up": lambda: counters.start_wrap_up(officer, ticket),
            "service": lambda: counters.transfer(officer, ticket, "service", "jp"),
            "counter": lambda: counters.transfer(officer, ticket, "counter", str(aim)),
            "officer": lambda: counters.transfer(officer, ticket, "officer", self.someone(aim)),
        }
        self.do(actions[what])

    @rule(who=person, number=pick)
    def take_up_a_parked_one(self, who: int, number: int) -> None:
        officer = self.sitting(who)
        counter = self.house.counters.my_counter(officer)
        self.do(lambda: self.house.counters.resume(officer, counter or 1, self.a_ticket(number, "parked")))

    @rule(who=person, number=pick)
    def call_out_of_order(self, who: int, number: int) -> None:
        officer = self.sitting(who)
        counter = self.house.counters.my_counter(officer) or 1
        ticket = self.a_ticket(number, WAITING)
        self.do(lambda: self.house.counters.call(officer, counter, ticket, "emergency"))

    # ------------------------------------------------------------------------------------------ files

    @precondition(lambda self: len(self.cases()) < 4)
    @rule(which=st.integers(0, 2), seed=st.integers(1, 99))
    def a_file_is_handed_in(self, which: int, seed: int) -> None:
        officer, house = (self.house["cso"], self.who[-2], self.who[-3])[which], self.house
        held = next(
            (each for each in self.tickets() if each.leg.officer == officer and not each.leg.outcome), None
        )
        if held is not None:
            self.do(lambda: house.counters.confirm(officer, held.id))
            self.do(lambda: house.counters.finish(officer, held.id, "info_given"))
        self.do(lambda: house.submitted_case(f"99010115079{seed:05d}", officer))

    @rule(
        who=person,
        number=pick,
        what=st.sampled_from(["note", "mark", "submit", "amend", "close", "archive", "slip"]),
    )
    def counter_work(self, who: int, number: int, what: str) -> None:
        officer, case, house = self.someone(who), self.a_case(number), self.house
        actions: dict[str, Callable[[], Any]] = {
            "note": lambda: house.cases.note(officer, case, "bank_account", f"12345{who:05d}"),
            "mark": lambda: house.cases.mark(officer, case, "id_card", "fits", original_shown=True),
            "submit": lambda: house.cases.submit(officer, case),
            "amend": lambda: house.talks.amend(officer, case, "Susulan"),
            "close": lambda: house.cases.close(officer, case, "withdrawn") if number % 7 == 0 else None,
            "archive": lambda: house.claims.archive(officer, case, "A-1"),
            "slip": lambda: house.cases.give_slip(officer, case, "print"),
        }
        self.do(actions[what])

    @rule(
        who=person,
        number=pick,
        what=st.sampled_from(
            [
                "take",
                "release",
                "verify",
                "verify",
                "back",
                "reject",
                "order",
                "order",
                "approve",
                "approve",
                "finance_back",
                "pay",
                "pay",
                "bank_back",
            ]
        ),
    )
    def checks(self, who: int, number: int, what: str) -> None:
        person, case, claims = self.someone(who), self.a_case(number), self.house.claims
        today = self.house.office.calendar_day()
        actions: dict[str, Callable[[], Any]] = {
            "take": lambda: claims.take(person, case),
            "release": lambda: claims.release(person, case),
            "verify": lambda: claims.verify(person, case, 5_000_000 + number * 200_000, 1_000),
            "back": lambda: claims.send_back(person, case, ("photo_poor",)),
            "reject": lambda: claims.reject(person, case, "not_entitled") if number % 5 == 0 else None,
            "order": lambda: claims.order(person, case, "V-1"),
            "approve": lambda: claims.approve(person, case),
            "finance_back": lambda: claims.return_to_verifier(person, case, "Jumlah keliru"),
            "pay": lambda: claims.pay(person, case, today, "REF"),
            "bank_back": lambda: claims.payment_returned(person, case, today, "account_closed"),
        }
        self.do(actions[what])

    @rule(number=pick)
    def the_next_step_by_whoever_may(self, number: int) -> None:
        """So that files come to their end: everybody tries each step until one of them may."""
        case, claims = self.a_case(number, "submitted", "verified", "ordered", "approved"), self.house.claims
        stage = self.house.office.state(f"case:{case}")
        steps: dict[str, Callable[[str], Any]] = {
            "submitted": lambda who: claims.verify(who, case, 5_000_000),
            "verified": lambda who: claims.order(who, case, "V-2"),
            "ordered": lambda who: claims.approve(who, case),
            "approved": lambda who: claims.pay(who, case, self.house.office.calendar_day(), "REF 2"),
        }
        before = (
            []
            if stage is None
            else [*stage.counter_checkers, stage.payment.ordered_by, stage.payment.approved_by]
        )
        for who in (*filter(None, before), *self.who[number % len(self.who) :], *self.who):
            if stage is None or self.do(lambda who=who: steps[stage.stage](who)) is not None:  # type: ignore[misc]
                return

    # ------------------------------------------------------------------------------------------ people

    @rule(who=person, other=person, role=st.sampled_from(ROLES), days=st.integers(-1, 2))
    def lend(self, who: int, other: int, role: str, days: int) -> None:
        from app.domain.calendar import add_days

        today = self.house.office.calendar_day()
        last = add_days(today, days)
        boss = self.house["branch_head"] if who % 2 else self.someone(who)
        self.do(lambda: self.house.staff.delegate(boss, self.someone(other), role, today, last, "Cuti"))

    @rule(number=pick)
    def take_back(self, number: int) -> None:
        lent = self.house.staff.delegations()
        if lent:
            self.do(lambda: self.house.staff.revoke(self.house["branch_head"], lent[number % len(lent)].id))

    @rule(who=person, other=person, active=st.booleans())
    def let_in_or_out(self, who: int, other: int, active: bool) -> None:
        self.do(lambda: self.house.staff.set_active(self.someone(who), self.someone(other), active=active))

    # ------------------------------------------------------------------------------------------ never

    @invariant()
    def no_ticket_is_held_twice(self) -> None:
        held = [each.leg for each in self.tickets() if each.state in (CALLED, SERVING)]
        days = [each.day for each in self.tickets() if each.state in (CALLED, SERVING)]
        pairs = list(zip(days, (leg.officer for leg in held), strict=True))
        assert len(pairs) == len(set(pairs)), "one officer holds two tickets"
        places = list(zip(days, (leg.counter for leg in held), strict=True))
        assert len(places) == len(set(places)), "one counter holds two tickets"

    @invariant()
    def nobody_sits_at_two_counters(self) -> None:
        sitting = [
            each.session.officer
            for each in self.states("counter")
            if isinstance(each, CounterState) and each.session
        ]
        assert len(sitting) == len(set(sitting))

    @invariant()
    def labels_are_never_equal_and_numbers_have_no_gap(self) -> None:
        series: dict[tuple[str, str, str], list[int]] = {}
        for each in self.tickets():
            series.setdefault((each.day, each.prefix, each.mark), []).append(each.number)
        labels = [(each.day, each.label) for each in self.tickets()]
        assert len(labels) == len(set(labels))
        for numbers in series.values():
            assert sorted(numbers) == list(range(min(numbers), min(numbers) + len(numbers)))

    @invariant()
    def every_ended_leg_has_an_outcome(self) -> None:
        for ticket in self.tickets():
            for leg in ticket.legs:
                assert (leg.ended_at is not None) == bool(leg.outcome)
            assert all(leg.outcome for leg in ticket.legs[:-1])
            assert bool(ticket.leg.outcome) == (ticket.state in ("ended", "parked", "no_show"))

    @invariant()
    def nobody_makes_two_of_the_three_checks(self) -> None:
        """Read from the journal itself, not from what the fold remembers."""
        by_case: dict[str, list[tuple[str, str]]] = {}
        for row in events(self.house.office):
            if row.stream.startswith("case:"):
                header = read_header(row.header)
                by_case.setdefault(row.stream, []).append((header.kind, header.actor))
        for steps in by_case.values():
            checks = [
                {who for kind, who in steps if kind in work}
                for work in (COUNTER_WORK, VERIFIER_WORK, FINANCE_WORK)
            ]
            assert not checks[0] & checks[1]
            assert not checks[0] & checks[2]
            assert not checks[1] & checks[2]
            _money(steps)

    @invariant()
    def there_is_a_supervisor(self) -> None:
        people = branch_state(self.house.office).people.values()
        assert any(each.active and {"service_supervisor", "branch_head"} & set(each.roles) for each in people)

    def teardown(self) -> None:
        store = self.house.office.store
        assert verify(store).bad_position is None
        before = dump(self.house.office)
        assert rebuild(store) == 0, "what was written live is set aside by a rebuild"
        after = dump(self.house.office)
        for name, rows in before.items():
            assert after[name] == rows, name
        self.house.close()
        self.place.cleanup()


_AGE: dict[str, Callable[[Any], int]] = {
    "ticket": lambda each: int(each.legs[0].entered_position),
    "case": lambda each: int(each.opened_position),
    "counter": lambda each: int(each.number),
}
"""In the order in which things came into being, whatever their ids."""


def _money(steps: list[tuple[str, str]]) -> None:
    """Of one payment order: who wrote it does not approve it, who approved it does not pay it."""
    ordered = approved = ""
    for kind, who in steps:
        if kind == "case.payment_ordered":
            ordered, approved = who, ""
        elif kind == "case.payment_approved":
            assert who != ordered
            approved = who
        elif kind == "case.payment_made":
            assert approved
            assert who != approved


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=12,
    stateful_step_count=60,
    phases=(Phase.explicit, Phase.generate),  # each step writes to disk: shrinking would take minutes
)


# ------------------------------------------------------------------------------------------ long lives

Act = Callable[[Life, random.Random], None]


def act(name: str, **choices: Any) -> Act:
    """A rule with what it may be given: a list to choose from, or the end of a range."""

    def play(life: Life, chance: random.Random) -> None:
        given = {
            key: chance.choice(each) if isinstance(each, list) else chance.randrange(each)
            for key, each in choices.items()
        }
        getattr(life, name)(**given)

    return play


NUMBER, ANYBODY = 1_000, 13
ACTS: list[tuple[int, Act]] = [
    (3, act("time_goes_by", seconds=[0.2, 7, 61])),
    (1, act("somebody_sets_the_clock", milliseconds=[-7_200_000, 40_000, 3_600_000])),
    (1, act("night_falls", start=[1, 998], knows=[True, False])),
    (1, act("restart")),
    (2, act("issue", who=ANYBODY, service=["jht", "info", "nothing"], priority=["", "elderly"])),
    (
        8,
        act(
            "people_arrive", service=["jht", "info", "company"], priority=["", "", "pregnant"], many=[1, 2, 3]
        ),
    ),
    (
        3,
        act(
            "desk_work",
            who=[1, 1, 5, 9],
            number=NUMBER,
            what=["void", "cancel", "reinstate", "reprint", "printed"],
        ),
    ),
    (
        2,
        act(
            "sit",
            who=ANYBODY,
            counter=[1, 2, 3, 4, 5],
            what=["open", "open", "close", "start_break", "end_break"],
        ),
    ),
    (8, act("call_next", who=ANYBODY)),
    (6, act("called", number=NUMBER, other=9, what=["confirm", "confirm", "recall", "no_show"])),
    (2, act("nobody_comes", number=NUMBER, other=[1])),
    (
        8,
        act(
            "served",
            number=NUMBER,
            other=9,
            what=["park", "finish", "finish", "start_wrap_up", "service", "counter", "officer"],
            aim=ANYBODY,
        ),
    ),
    (3, act("taken_back", number=NUMBER, other=9)),
    (3, act("take_up_a_parked_one", who=ANYBODY, number=NUMBER)),
    (2, act("call_out_of_order", who=ANYBODY, number=NUMBER)),
    (2, act("a_file_is_handed_in", which=3, seed=99)),
    (
        6,
        act(
            "counter_work",
            who=ANYBODY,
            number=NUMBER,
            what=["note", "mark", "submit", "amend", "archive", "slip"],
        ),
    ),
    (
        12,
        act(
            "checks",
            who=ANYBODY,
            number=NUMBER,
            what=[
                "take",
                "release",
                "verify",
                "back",
                "order",
                "approve",
                "finance_back",
                "pay",
                "bank_back",
            ],
        ),
    ),
    (3, act("the_next_step_by_whoever_may", number=NUMBER)),
    (1, act("lend", who=[1, 3], other=ANYBODY, role=list(ROLES), days=[0, 1])),
    (1, act("take_back", number=NUMBER)),
    (1, act("let_in_or_out", who=ANYBODY, other=ANYBODY, active=[True, True, False])),
]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_long_life_breaks_no_rule(seed: int) -> None:
    """Four hundred actions of one seed: what the short ones above do not reach. A seed that failed stays for ever."""
    done = live(seed, 400)
    assert done["ticket.finished"] >= 10
    assert done["case.submitted"] >= 2
    assert done["case.payment_made"] >= 1


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 140))
def test_many_long_lives_break_no_rule(seed: int) -> None:
    live(seed, 1_000)


def live(seed: int, steps: int) -> Counter[str]:
    """Act at random, look after every fifth action, prove the file at the end; how often each kind was written."""
    chance = random.Random(seed)
    weights, acts = zip(*ACTS, strict=True)
    life = Life()
    with life.place:
        life.morning()
        for step in range(steps):
            chance.choices(acts, weights)[0](life, chance)
            if step % 5 == 0:
                for rule_of_life in NEVER:
                    rule_of_life(life)
        written = Counter(read_header(row.header).kind for row in events(life.house.office))
        life.teardown()
    return written


NEVER: tuple[Callable[[Life], None], ...] = (
    Life.no_ticket_is_held_twice,
    Life.nobody_sits_at_two_counters,
    Life.labels_are_never_equal_and_numbers_have_no_gap,
    Life.every_ended_leg_has_an_outcome,
    Life.nobody_makes_two_of_the_three_checks,
    Life.there_is_a_supervisor,
)
