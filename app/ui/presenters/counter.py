"""The left half of the counter without its widgets: which state it is in, and what may be done there."""

from collections.abc import Callable
from typing import TypeVar

from app.domain.bundle import RuleBundle
from app.domain.claims import WITH_CSO, Case
from app.domain.tickets import CALLED, SERVING, Ticket
from app.errors import Refused
from app.services.counters import CounterBoard
from app.services.services import Services
from app.services.take_back import take_back
from app.ui.door import Door
from app.ui.moment import Moment
from app.ui.presenters.counter_state import (
    AT_WORK,
    BREAK,
    CALLING,
    CHOOSE,
    FREE,
    NO_DAY,
    WRAP_UP,
    CounterLook,
    CounterScreen,
    Hasty,
    Seat,
)

T = TypeVar("T")

CONTINUED = "continued_elsewhere"
"""Why a fresh file was closed: the visit goes on with an older one."""


class CounterPresenter:
    """One action at a time: while one is under way a second press does nothing."""

    def __init__(self, services: Services, who: str, door: Door, screen: CounterScreen) -> None:
        self.services = services
        self.who = who
        self.door = door
        self.screen = screen
        self.look: CounterLook | None = None
        self.wanted = 0
        """The counter chosen to sit down at; 0 while none is."""
        self.moment = Moment(services.office.ports.clock)
        """Begins when the keys come to do something else."""
        self._busy = False
        self._asked = 0
        self._opened_for = ""
        self._chosen: dict[str, str] = {}
        self.hasty: Hasty | None = None
        """The last thing done that can still be taken back."""

    # ------------------------------------------------------------------------------------------ reading

    def refresh(self) -> None:
        """Read anew; an older answer than the last question is not shown."""
        self._asked += 1
        asked = self._asked

        def show(look: CounterLook) -> None:
            if asked == self._asked:
                if self.look is not None and _stands(look) != _stands(self.look):
                    self.moment.begin()
                self.look = look
                if look.seats and self.wanted not in {each.number for each in look.seats if not each.officer}:
                    self.wanted = next((each.number for each in look.seats if not each.officer), 0)
                self.screen.show_look(look)

        self.door.read(self._look, show)

    def _look(self) -> CounterLook:
        services, who = self.services, self.who
        office = services.office
        counter = services.counters.my_counter(who)
        day = office.latest_day()
        rules, now = office.rules(), office.now()
        today = office.calendar_day()
        if day is None or day.closed_at is not None or day.day < today:
            over = day is not None and day.day == today
            return CounterLook(state=NO_DAY, rules=rules, now=now, closed_day=today if over else "")
        if counter is None:
            return CounterLook(state=CHOOSE, rules=rules, now=now, seats=self._seats())
        board = services.counters.board(who, counter)
        case = self._case_of(board.current)
        served, quota = self._load(board.current, rules)
        return CounterLook(
            state=_state(board),
            rules=rules,
            now=now,
            counter=counter,
            board=board,
            case=case,
            sent=board.current is not None and services.cases.was_sent(board.current),
            served=served,
            quota=quota,
            officers=self._others(),
            counters=tuple(each.number for each in office.branch().counters if each.number != counter),
        )

    def _seats(self) -> tuple[Seat, ...]:
        services = self.services
        seats = []
        for each in services.office.branch().counters:
            board = services.counters.board(self.who, each.number)
            seats.append(Seat(each.number, services.office.name(board.officer)))
        return tuple(seats)

    def _others(self) -> tuple[tuple[str, str], ...]:
        office = self.services.office
        people = office.branch().people
        return tuple(
            (key, person.name)
            for key, person in people.items()
            if key != self.who and person.active and office.may(key, "ticket.serve")
        )

    def _case_of(self, ticket: Ticket | None) -> Case | None:
        """The file that this visit goes on with: the one chosen here, else the oldest that is with the CSO."""
        if ticket is None or ticket.state != SERVING:
            return None
        cases = [each for each in self.services.cases.of_ticket(ticket.id) if each.stage != "closed"]
        chosen = self._chosen.get(ticket.id)
        for case in cases:
            if case.id == chosen:
                return case
        return min(cases, key=lambda each: (each.stage not in WITH_CSO, each.opened_at), default=None)

    def _load(self, current: Ticket | None, rules: RuleBundle) -> tuple[int, tuple[str, int, int] | None]:
        mine = [
            leg.service
            for ticket in self.services.desk.all_of_day()
            for leg in ticket.legs
            if leg.officer == self.who and leg.outcome == "finished"
        ]
        service = rules.service(current.service) if current else rules.services[0]
        limit = next(
            (
                each.files
                for each in rules.limits.officer_quotas
                if each.programme == service.programme and each.channel == "branch"
            ),
            None,
        )
        if limit is None or service.programme is None:
            return len(mine), None
        used = sum(1 for code in mine if rules.service(code).programme == service.programme)
        return len(mine), (rules.programme(service.programme).short, used, limit)

    # ------------------------------------------------------------------------------------------ acting

    def _do(
        self, what: str, work: Callable[[], T], ticket: Callable[[T], Ticket | None] | None = None
    ) -> None:
        if self._busy:
            return
        self._busy = True

        def guarded() -> T:
            try:
                return work()
            finally:
                self._busy = False

        def done(result: T) -> None:
            self.screen.show_done(what, ticket(result) if ticket is not None else None)
            self.refresh()

        def failed(refused: Refused) -> None:
            self.screen.show_refused(refused)
            self.refresh()

        self.door.write(guarded, done, failed)

    def _hastily(self, ticket: str, act: Callable[[], Ticket]) -> Ticket:
        """Do what can be taken back for some seconds, counted from when it is durable by a clock that nobody sets."""
        done = act()
        self.hasty = Hasty(ticket, done.label, self.services.office.ports.clock.monotonic())
        return done

    def hasty_left(self) -> tuple[str, int]:
        """(label, milliseconds left to take the last thing back); ("", 0) when there is none."""
        if self.hasty is None or self.look is None:
            return "", 0
        whole = self.look.rules.queue.void_seconds * 1000
        passed = self.services.office.ports.clock.monotonic() - self.hasty.at
        return (self.hasty.label, whole - passed) if 0 <= passed < whole else ("", 0)

    def take_back(self) -> None:
        """The ticket is at the counter again, as before the last thing done to it."""
        if self.hasty is None or self.hasty_left()[1] <= 0 or self._busy:
            return
        ticket, self.hasty = self.hasty.ticket, None
        self._do("taken_back", lambda: take_back(self.services.office, self.who, ticket), _same)

    def sit_down(self) -> None:
        """Open the counter that was chosen."""
        counter = self.wanted
        if counter:
            self._do("opened", lambda: self.services.counters.open(self.who, counter))

    def stand_up(self) -> None:
        """Close the counter."""
        if (counter := self._counter()) is not None:
            self._do("closed", lambda: self.services.counters.close(self.who, counter))

    def pause(self, reason: str) -> None:
        """A break, with a reason of the bundle."""
        if (counter := self._counter()) is not None:
            self._do("break", lambda: self.services.counters.start_break(self.who, counter, reason))

    def back(self) -> None:
        """The break is over."""
        if (counter := self._counter()) is not None:
            self._do("back", lambda: self.services.counters.end_break(self.who, counter))

    def call_next(self) -> None:
        """Whoever comes next by the rule."""
        if (counter := self._counter()) is not None:
            self._do("called", lambda: self.services.counters.call_next(self.who, counter), _same)

    def call(self, ticket: str, reason: str) -> None:
        """Somebody out of order; the reason stands in the daily summary."""
        if (counter := self._counter()) is not None:
            self._do("called", lambda: self.services.counters.call(self.who, counter, ticket, reason), _same)

    def confirm(self) -> None:
        """The person stands here: the file is opened with it."""
        ticket = self._current()

        def work() -> Ticket:
            confirmed = self.services.counters.confirm(self.who, ticket)
            self._open_case(confirmed)
            return confirmed

        if ticket:
            self._do("confirmed", work, _same)

    def _open_case(self, ticket: Ticket) -> None:
        """The file of a claim; who comes for information brings none."""
        office = self.services.office
        if office.may(self.who, "case.work") and office.rules().service(ticket.service).programme:
            self.services.cases.open_for(self.who, ticket.id)

    def recall(self) -> None:
        """Announce again."""
        if ticket := self._current():
            self._do("recalled", lambda: self.services.counters.recall(self.who, ticket), _same)

    def no_show(self) -> None:
        """Called often enough and not come."""
        if ticket := self._current():
            act = self.services.counters.no_show
            self._do("missed", lambda: self._hastily(ticket, lambda: act(self.who, ticket)), _same)

    def park(self, reason: str) -> None:
        """Put aside."""
        if ticket := self._current():
            self._do("parked", lambda: self.services.counters.park(self.who, ticket, reason), _same)

    def transfer(self, to: str, target: str, reason: str) -> None:
        """Send on to a service, a counter or an officer."""
        if ticket := self._current():
            self._do(
                "transferred",
                lambda: self.services.counters.transfer(self.who, ticket, to, target, reason),
                _same,
            )

    def wrap_up(self) -> None:
        """The person has gone, the work goes on."""
        if ticket := self._current():
            act = self.services.counters.start_wrap_up
            self._do("wrap_up", lambda: self._hastily(ticket, lambda: act(self.who, ticket)), _same)

    def finish(self, outcome: str, *, then_call: bool) -> None:
        """Done, with its outcome; then the next one, if there is one."""
        ticket, counter = self._current(), self._counter()
        if not ticket or counter is None:
            return

        def work() -> Ticket | None:
            self._hastily(ticket, lambda: self.services.counters.finish(self.who, ticket, outcome))
            if not then_call:
                return None
            try:
                return self.services.counters.call_next(self.who, counter)
            except Refused as refused:
                if refused.code == "queue_empty":
                    return None
                raise

        self._do("finished", work, lambda called: called)

    def resume(self, ticket: str) -> None:
        """Take a parked one up again, with its file."""
        counter = self._counter()
        if counter is None:
            return

        def work() -> Ticket:
            back = self.services.counters.resume(self.who, counter, ticket)
            self._open_case(back)
            return back

        self._do("resumed", work, _same)

    def reinstate(self, ticket: str) -> None:
        """A no-show has come after all."""
        self._do("reinstated", lambda: self.services.desk.reinstate(self.who, ticket), _same)

    def open_case(self) -> None:
        """Open the file of the ticket being served, where that did not happen with the confirmation."""
        ticket = self.look.current if self.look is not None and self.look.case is None else None
        if ticket is not None and ticket.id != self._opened_for:
            self._opened_for = ticket.id  # once: what was refused is not tried with every refresh
            self._do("case", lambda: self._open_case(ticket))

    def continue_case(self, other: str) -> None:
        """This visit goes on with an older file; the fresh one of this visit, if nothing was decided in it, ends."""
        ticket, look = self._current(), self.look
        if not ticket or look is None:
            return
        fresh = look.case

        def work() -> None:
            self.services.cases.continue_case(self.who, other, ticket)
            self._chosen[ticket] = other
            if fresh is not None and fresh.id != other and _is_fresh(fresh):
                self.services.cases.close(self.who, fresh.id, CONTINUED)

        self._do("continued", work)

    def _current(self) -> str:
        current = self.look.current if self.look else None
        return current.id if current else ""

    def _counter(self) -> int | None:
        return self.look.counter if self.look else None


def _same(ticket: Ticket) -> Ticket:
    return ticket


def _stands(look: CounterLook) -> tuple[str, str]:
    """What the keys are about: the state, and whose it is."""
    return look.state, look.current.id if look.current else ""


def _is_fresh(case: Case) -> bool:
    return case.stage == "draft" and not (case.reason or case.marks or case.interviews)


def _state(board: CounterBoard) -> str:
    current = board.current
    if current is not None and current.state == CALLED:
        return CALLING
    if current is not None:
        return WRAP_UP if current.leg.wrap_up_at is not None else AT_WORK
    return BREAK if board.state == "break" else FREE
