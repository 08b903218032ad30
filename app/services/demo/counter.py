"""A CSO of a demo day: calls, waits, serves, parks, sends on, eats, and goes home when the hall is closed."""

from collections.abc import Generator

import msgspec

from app.domain.claims import PAYMENT_RETURNED, RETURNED
from app.domain.tickets import Ticket
from app.errors import Refused
from app.services.demo.casework import Casework
from app.services.demo.people import OFFICERS
from app.services.demo.plan import Visit, pick
from app.services.demo.stage import Stage, Steps
from app.services.demo.visitors import comes_back

_TRANSFERRED_TO = {"info": "complaint", "company": "info", "complaint": "info"}
_OUTCOMES: dict[str, dict[str, int]] = {
    "info": {
        "info_given": 62,
        "data_correction_requested": 22,
        "referred_online": 14,
        "left_before_served": 2,
    },
    "company": {"company_served": 78, "info_given": 18, "documents_incomplete": 4},
    "complaint": {"complaint_recorded": 70, "complaint_escalated": 15, "info_given": 15},
}
_LAST_CALL = 3
"""Minutes before closing from which nobody is called any more."""


class Officer:
    """One CSO at one counter."""

    def __init__(self, stage: Stage, number: int) -> None:
        self.stage = stage
        self.counter = number
        self.name = OFFICERS[number - 1]
        self.who = stage.people[self.name]
        self._back: list[Ticket] = []
        """Parked visitors who stand here again."""
        self._breaks = self._plan_breaks()
        self._out_of_order = {2: 10 * 60 + 5, 4: 14 * 60}.get(number, 0) if stage.main else 0
        self._casework = Casework(stage, self.who)
        self._saw = -1
        """Entries into the queue when this officer last found it empty."""
        self._looks_again = 0.0
        """Minute from which the officer looks for files that came back."""

    def _plan_breaks(self) -> list[tuple[float, str, float]]:
        """(minute, reason, minutes): lunch in two turns, so that the hall is never without a counter; prayer."""
        lunch, random = self.stage.lunch, self.stage.random
        first = self.counter % 2 == 1
        begins, minutes = (lunch.start, lunch.minutes) if first else (lunch.end, min(60, lunch.minutes))
        breaks = [
            (begins, "lunch", minutes - random.uniform(0, 4)),
            (925 + random.uniform(0, 40), "prayer", 10.0),
        ]
        if random.random() < 0.4:
            breaks.append((605 + random.uniform(0, 50), "short_break", 6.0))
        return sorted(breaks)

    # ------------------------------------------------------------------------------------------ the day

    def work(self) -> Steps:
        """From signing in to going home."""
        stage = self.stage
        yield stage.until(stage.opening.start - 15 + stage.between(0, 8))
        self._sign_in()
        yield stage.until(stage.opening.start - 3 + stage.between(0, 2))
        stage.counters.open(self.who, self.counter)
        stage.at_counters += 1
        while stage.minute < stage.opening.end - _LAST_CALL or self._back:
            yield from self._next_thing()
        stage.counters.close(self.who, self.counter)
        stage.at_counters -= 1

    def _sign_in(self) -> None:
        """One of them mistypes the PIN in the morning."""
        if self.stage.main and self.counter == 3:
            try:
                self.stage.sign_in.sign_in(self.who, "527419")
            except Refused as refused:
                if refused.code != "secret_wrong":
                    raise
        self.stage.sign(self.name)

    def _next_thing(self) -> Steps:
        if self._breaks and self.stage.minute >= self._breaks[0][0]:
            _, reason, minutes = self._breaks.pop(0)
            yield from self._pause(reason, minutes * 60)
        elif self._back:
            yield from self._resume(self._back.pop(0))
        elif self._casework.call_is_due() and (self.stage.chance(0.3) or self.stage.minute > 15 * 60):
            yield from self._interviews()
        else:
            ticket = self._call()
            yield from self._receive(ticket) if ticket else self._idle()

    def _pause(self, reason: str, seconds: float) -> Steps:
        self.stage.counters.start_break(self.who, self.counter, reason)
        yield seconds
        self.stage.counters.end_break(self.who, self.counter)

    def _interviews(self) -> Steps:
        """The counter pauses while a member is called by WhatsApp."""
        self.stage.counters.start_break(self.who, self.counter, "interviews")
        yield from self._casework.hold_call()
        self.stage.counters.end_break(self.who, self.counter)

    def _idle(self) -> Steps:
        """Nobody waits: call somebody, work on what came back, or wait for somebody."""
        if self._casework.call_is_due():
            yield from self._interviews()
        elif self.stage.minute >= self._looks_again and (yield from self._mend()):
            return
        else:
            self._looks_again = self.stage.minute + 12
            yield self.stage.between(20, 40)

    def _mend(self) -> Generator[float, None, bool]:
        """One file that the verifier or the bank sent back to this officer."""
        stage = self.stage
        for case in () if stage.main else tuple(stage.history.bank_errors):
            state = stage.cases.get(case)
            if state.stage == PAYMENT_RETURNED and self.who in state.counter_checkers:
                yield from self._casework.mend_account(case)
                return True
        for item in stage.claims.for_counter(self.who):
            case = item.case.id
            mine = item.case.stage == RETURNED and self.who in item.case.counter_checkers
            if mine and case not in stage.history.left:
                yield from self._casework.mend(item.case)
                return True
        return False

    # ------------------------------------------------------------------------------------------ calling

    def _call(self) -> Ticket | None:
        stage = self.stage
        if self._saw == stage.entries:
            return None
        if self._out_of_order and stage.minute >= self._out_of_order:
            waiting = stage.counters.board(self.who, self.counter).waiting
            if len(waiting) > 3:
                self._out_of_order = 0
                reason = "agreed_time" if self.counter == 2 else "supervisor_order"
                return stage.counters.call(self.who, self.counter, waiting[-1].id, reason)
        try:
            return stage.counters.call_next(self.who, self.counter)
        except Refused as refused:
            if refused.code != "queue_empty":
                raise
            self._saw = stage.entries
            return None

    def _receive(self, ticket: Ticket) -> Steps:
        """From the call to the person at the counter, or to nobody."""
        stage, visit = self.stage, self.stage.visits[ticket.id]
        for _ in range(min(visit.absent, 2)):
            yield stage.between(50, 65)
            stage.counters.recall(self.who, ticket.id)
        if visit.absent >= stage.rules.queue.calls_before_no_show:
            yield float(stage.rules.queue.no_show_seconds)
            stage.counters.no_show(self.who, ticket.id)
            if visit.returns:
                stage.start(comes_back(stage, ticket))
            return
        yield stage.between(10, 45)
        stage.counters.confirm(self.who, ticket.id)
        yield from self._serve(ticket, visit)

    # ------------------------------------------------------------------------------------------ serving

    def _serve(self, ticket: Ticket, visit: Visit, share: float = 1.0) -> Steps:
        """`share`: how much of the service is still to be given."""
        stage = self.stage
        if visit.transfer and stage.minute < 16 * 60 and self._may_send(visit):
            yield stage.between(40, 110)
            self._send_on(ticket, visit)
            return
        usual = stage.rules.service(visit.service).expected_minutes * 60
        seconds = max(50.0, usual * visit.effort * stage.pace * share)
        if visit.park and stage.minute < stage.opening.end - 20:
            yield seconds * 0.3
            if self._park(ticket, visit):
                return
        ends = stage.clock.now() + seconds * 1000
        if visit.reason:
            outcome = yield from self._casework.serve(ticket, visit, seconds)
        else:
            outcome = pick(stage.random, _OUTCOMES[visit.service])
        yield max(1.0, (ends - stage.clock.now()) / 1000)
        if stage.chance(0.25):
            stage.counters.start_wrap_up(self.who, ticket.id)
            yield stage.between(15, 50)
        stage.counters.finish(self.who, ticket.id, outcome)
        yield stage.between(4, 15)

    def _may_send(self, visit: Visit) -> bool:
        return visit.transfer == "service" or self.stage.at_counters > 1

    def _send_on(self, ticket: Ticket, visit: Visit) -> None:
        stage = self.stage
        other = (self.counter + stage.random.randint(0, stage.at_counters - 2)) % stage.at_counters + 1
        if visit.transfer == "service":
            target, reason = _TRANSFERRED_TO[visit.service], "wrong_service"
        elif visit.transfer == "counter":
            target, reason = str(other), "needs_expertise"
        else:
            target, reason = stage.people[OFFICERS[other - 1]], "conflict_of_interest"
        moved = stage.counters.transfer(self.who, ticket.id, visit.transfer, target, reason)
        stage.enter(moved, msgspec.structs.replace(visit, transfer="", service=moved.service))

    def _park(self, ticket: Ticket, visit: Visit) -> bool:
        """Put aside; False when this officer has too many put aside already."""
        stage = self.stage
        stage.visits[ticket.id] = msgspec.structs.replace(visit, park="")
        try:
            stage.counters.park(self.who, ticket.id, visit.park)
        except Refused as refused:
            if refused.code != "park_full":
                raise
            return False
        if not stage.chance(0.06):
            stage.start(self._stands_here_again(ticket), stage.between(7, 28) * 60)
        return True

    def _stands_here_again(self, ticket: Ticket) -> Steps:
        """The parked visitor is back; one who comes after closing finds nobody."""
        yield 0
        if self.stage.minute < self.stage.opening.end - 5:
            self._back.append(ticket)

    def _resume(self, ticket: Ticket) -> Steps:
        resumed = self.stage.counters.resume(self.who, self.counter, ticket.id)
        yield self.stage.between(3, 10)
        yield from self._serve(resumed, self.stage.visits[ticket.id], 0.7)
