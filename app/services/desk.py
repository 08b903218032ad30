"""The security desk: open the day, give numbers, take back a wrong one, see who waits."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec
from sqlalchemy import Connection, bindparam, func, select

from app.domain.bundle import Service, Text
from app.domain.cleaning import plain
from app.domain.days import Day, DayOpened, NumbersConfirmed, Turned
from app.domain.former_rules import offered
from app.domain.identity import clean_text
from app.domain.measures import average_serving_minutes
from app.domain.put_back import waits_again
from app.domain.quotas import QuotaState, estimate_minutes, left
from app.domain.slips import TicketSlip
from app.domain.tickets import NO_SHOW, WAITING, Cancelled, Issued, Printed, Reinstated, Ticket, Voided
from app.domain.tickets import label as make_label
from app.errors import Refused
from app.models import tables
from app.models.journal import Unit, latest_day
from app.services.numbers import confirmed, is_giver, is_unconfirmed, next_plain, run_mark, series
from app.services.office import Office
from app.services.ticket_slip import ticket_slip

_ticket_state = msgspec.msgpack.Decoder(Ticket).decode
_t = tables.tickets

_waiting = (
    select(_t.c.service, func.count())
    .where(_t.c.day == bindparam("day"), tables.STILL_OPEN, _t.c.state == WAITING)
    .group_by(_t.c.service)
)
_open_tickets = (
    select(_t.c.data)
    .where(_t.c.day == bindparam("day"), tables.STILL_OPEN, _t.c.state != NO_SHOW)
    .order_by(_t.c.sort_order)
)
_of_day = select(_t.c.data).where(_t.c.day == bindparam("day")).order_by(_t.c.sort_order)


class ServiceBoard(msgspec.Struct, frozen=True, kw_only=True):
    """One service card."""

    service: Service
    waiting: int
    estimate_minutes: int | None
    """None while nobody serves."""
    quota: QuotaState
    key: str
    """The key that issues it: F1 …"""


class DeskBoard(msgspec.Struct, frozen=True, kw_only=True):
    """The desk's page."""

    day: str
    """The service day that numbers are given for, empty while none is open."""
    calendar_day: str
    unclosed_before: str
    """A former day that nobody closed, for the supervisor."""
    services: tuple[ServiceBoard, ...]
    issued: int
    done: int
    no_show: int
    last: Ticket | None
    back: tuple[Ticket, ...]
    """Who was put back into the queue and waits: until `printed` they have no paper with their label."""
    open_counters: int
    asks_again: bool = False
    """The program was started while the day is open: the next numbers are held against the paper first."""


class NextNumber(msgspec.Struct, frozen=True, kw_only=True):
    """The next number of one series, to hold against the last paper ticket."""

    prefix: str
    service: Text
    number: int
    label: str


class Desk:
    """What the security desk does."""

    def __init__(self, office: Office) -> None:
        self._office = office

    # ------------------------------------------------------------------------------------------ the day

    def next_numbers(self) -> tuple[NextNumber, ...]:
        """The next plain number of each series today."""
        rules = self._office.rules()
        today = self._office.calendar_day()
        with self._office.store.reading() as connection:
            latest = latest_day(connection)
            live = latest is not None and latest.closed_at is None and latest.day >= today
            day = latest.day if latest is not None and live else today
            found = [next_plain(connection, day, each.prefix) for each in rules.services]
        return tuple(
            NextNumber(
                prefix=each.prefix,
                service=each.name,
                number=number,
                label=make_label(each.prefix, number, "", rules.queue.label_digits),
            )
            for each, number in zip(rules.services, found, strict=True)
        )

    def open_day(self, who: str, first: dict[str, int] | None) -> Day:
        """Open today. `first`: prefix to the next number where paper tickets went before; None is "don't know" and gives
        the day a mark (DESIGN 2). After a restore it confirms the numbers of the day that is open.
        Raises Refused("day_already_open" | "day_already_closed" | "number_out_of_range").
        """
        plain = first is not None and is_giver(self._office)
        asked = {"first": first, "home": plain}
        if self._asks_again():  # the hub does not know of it and would refuse
            done = self.open_here(who, first, plain)
        else:
            done = self._office.decide("open_day", who, asked, lambda: self.open_here(who, first, plain))
            if plain:  # the hub may have written it, and knows no paper here
                with self._office.store.writing() as connection:
                    confirmed(connection, done["day"], first or {})
        return cast(Day, self._office.state(f"day:{done['day']}"))

    def _asks_again(self) -> bool:
        """Whether the day is open here, and its next numbers are to be held against the paper."""
        with self._office.store.reading() as connection:
            day = latest_day(connection)
            live = day is not None and day.closed_at is None and day.day >= self._office.calendar_day()
            return live and is_unconfirmed(self._office, connection)

    def open_here(self, who: str, first: dict[str, int] | None, plain: bool) -> dict[str, Any]:
        """The same, decided by this computer; `plain`: numbers without a mark, for the home that asks."""
        today = self._office.calendar_day()
        with self._office.unit(who) as unit:
            for prefix, number in (first or {}).items():
                if not 1 <= number <= 9999:  # four figures fit on a ticket
                    raise Refused("number_out_of_range", prefix=prefix)
            latest = latest_day(unit.connection)
            live = latest is not None and latest.closed_at is None and latest.day >= today
            day = latest.day if latest is not None and live else today
            mark = "" if plain else run_mark(self._office, unit, day)
            opening: DayOpened | NumbersConfirmed = DayOpened(first=first or {}, mark=mark)
            if live:
                if not is_unconfirmed(self._office, unit.connection):
                    raise Refused("day_already_open", day=day)
                opening = NumbersConfirmed(first=first or {}, mark=mark)
            elif (known := unit.state(f"day:{day}")) is not None and not known.taken_back:
                raise Refused("day_already_closed", day=day)
            if plain or first is None:
                confirmed(unit.connection, day, first or {})
            unit.append(f"day:{day}", opening)
        return {"day": day}

    # ------------------------------------------------------------------------------------------ the board

    def board(self) -> DeskBoard:
        """Everything on the desk's page."""
        today = self._office.calendar_day()
        rules = self._office.rules()
        with self._office.store.reading() as connection:
            day = latest_day(connection)
            live = day if day and day.closed_at is None and day.day >= today else None
            asks_again = live is not None and is_unconfirmed(self._office, connection)
            live = None if asks_again else live
            name = live.day if live else today
            waiting = {row[0]: row[1] for row in connection.execute(_waiting, {"day": name})}
            tickets = [_ticket_state(row[0]) for row in connection.execute(_of_day, {"day": name})]
            officers = connection.execute(_open_counters).scalar_one()
        arrived = [each for each in tickets if each.leg.outcome != "voided"]
        estimate = estimate_minutes(1, officers, self._work(waiting, arrived)) if officers else None
        boards = tuple(
            self._service_board(place, each, waiting, arrived, estimate)
            for place, each in enumerate(rules.services)
        )
        return DeskBoard(
            day=live.day if live else "",
            calendar_day=today,
            unclosed_before=day.day if day and day.closed_at is None and day.day < today else "",
            services=boards,
            issued=len(arrived),
            done=sum(1 for each in arrived if each.leg.outcome == "finished"),
            no_show=sum(1 for each in arrived if each.state == "no_show"),
            last=max(tickets, key=lambda each: each.legs[0].entered_position, default=None),
            back=tuple(each for each in tickets if waits_again(each)),
            open_counters=officers,
            asks_again=asks_again,
        )

    def _service_board(
        self,
        place: int,
        service: Service,
        waiting: dict[str, int],
        tickets: list[Ticket],
        estimate: int | None,
    ) -> ServiceBoard:
        return ServiceBoard(
            service=service,
            waiting=waiting.get(service.code, 0),
            estimate_minutes=estimate,
            quota=self._quota(service, sum(1 for each in tickets if each.legs[0].service == service.code)),
            key=f"F{place + 1}",
        )

    def _work(self, waiting: Mapping[str, int], tickets: Sequence[Ticket]) -> float:
        """Minutes of serving that stand in the queue: all counters share it, each service has its own mean of today."""
        minutes = 0.0
        for code, count in waiting.items():
            expected = self._office.rules().service(code).expected_minutes
            minutes += count * (average_serving_minutes(tickets, code) or expected)
        return minutes

    def _quota(self, service: Service, issued: int) -> QuotaState:
        raised = self._office.branch().raised.get(f"{self._office.calendar_day()}/{service.code}", 0)
        return left(service, issued, raised)

    def waiting_list(self) -> tuple[Ticket, ...]:
        """Everybody who waits, is called, served or parked, in the order of calling."""
        with self._office.store.reading() as connection:
            day = latest_day(connection)
            if day is None:
                return ()
            return tuple(_ticket_state(row[0]) for row in connection.execute(_open_tickets, {"day": day.day}))

    def all_of_day(self) -> tuple[Ticket, ...]:
        """Every ticket of the latest day, oldest first."""
        with self._office.store.reading() as connection:
            day = latest_day(connection)
            if day is None:
                return ()
            return tuple(_ticket_state(row[0]) for row in connection.execute(_of_day, {"day": day.day}))

    # ------------------------------------------------------------------------------------------ tickets

    def ticket(self, ticket: str) -> Ticket | None:
        """The state of one ticket."""
        found: Ticket | None = self._office.state(f"ticket:{ticket}")
        return found

    def issue(
        self,
        who: str,
        service: str,
        *,
        priority: str = "",
        last4: str = "",
        initials: str = "",
        missing: tuple[str, ...] = (),
    ) -> Ticket:
        """Give the next number of a service. When this returns, the number is durable.

        Raises Refused: "day_not_open", "quota_exhausted", "last4_wrong", "disk_nearly_full", or a wrong code.
        """
        digits = self._checked(service, priority, missing, last4)
        given: dict[str, Any] = {
            "service": service,
            "priority": priority,
            "last4": digits,
            "initials": clean_text(initials, 6).upper(),
            "missing": missing,
        }
        if is_giver(self._office):  # nobody else gives plain numbers, so nobody else has to be asked
            if is_unconfirmed(self._office):
                raise Refused("numbers_unconfirmed")
            return self.give(who, **given)
        decided = self._office.decide("issue", who, given, lambda: {"ticket": self.give(who, **given).id})
        issued = self.ticket(decided["ticket"])
        assert issued is not None
        return issued

    def _checked(self, service: str, priority: str, missing: tuple[str, ...], last4: str) -> str:
        rules = self._office.rules()
        offered(rules, service)
        if priority:
            rules.priority(priority)
        for document in missing:
            rules.document(document)
        digits = plain(last4)
        if digits and not (digits.isascii() and digits.isdigit() and len(digits) == 4):  # last four
            raise Refused("last4_wrong")
        self._office.enough_disk()
        return digits

    def give(
        self, who: str, service: str, priority: str, last4: str, initials: str, missing: Sequence[str]
    ) -> Ticket:
        """The next number by this computer's own right, from checked words."""
        rules = self._office.rules()
        wanted = offered(rules, service)
        with self._office.unit(who) as unit:
            day = self._office.open_day(unit.connection)
            self._within_quota(unit.connection, day, wanted)
            mark, number = series(self._office, unit, day, wanted.prefix)
            given = Issued(
                day=day.day,
                label=make_label(wanted.prefix, number, mark, rules.queue.label_digits),
                prefix=wanted.prefix,
                number=number,
                service=service,
                mark=mark,
                priority=priority,
                last4=last4,
                initials=initials,
                missing=tuple(missing),
            )
            ticket: Ticket = unit.append(f"ticket:{unit.new_id()}", given)
        return ticket

    def _within_quota(self, connection: Connection, day: Day, service: Service) -> None:
        if service.daily_quota is None:
            return
        issued = connection.execute(_issued_of, {"day": day.day, "prefix": service.prefix}).scalar_one()
        raised = self._office.branch().raised.get(f"{day.day}/{service.code}", 0)
        if left(service, issued, raised).exhausted:
            raise Refused("quota_exhausted", service=service.name.id)

    def turn_away(self, who: str, service: str, reason: str) -> None:
        """Count somebody who was sent away without a number."""
        offered(self._office.rules(), service)
        with self._office.unit(who) as unit:
            day = self._office.open_day(unit.connection)
            unit.append(f"day:{day.day}", Turned(service=service, reason=clean_text(reason, 80)))

    def void(self, who: str, ticket: str) -> Ticket:
        """Take back a number given by mistake, within the bundle's seconds; raises Refused("void_too_late")."""
        seconds = self._office.rules().queue.void_seconds
        with self._office.unit(who) as unit:
            found = _known(unit, ticket)
            if not 0 <= unit.at - found.issued_at <= seconds * 1000:
                raise Refused("void_too_late", label=found.label, seconds=seconds)
            voided: Ticket = unit.append(f"ticket:{ticket}", Voided())
        return voided

    def cancel(self, who: str, ticket: str, reason: str) -> Ticket:
        """The person left, or staff took the ticket out; `reason` is a code of the bundle or words."""
        with self._office.unit(who) as unit:
            _known(unit, ticket)
            cancelled: Ticket = unit.append(f"ticket:{ticket}", Cancelled(reason=clean_text(reason, 120)))
        return cancelled

    def reinstate(self, who: str, ticket: str, reason: str = "") -> Ticket:
        """A no-show came back: waits again, behind those who wait."""
        with self._office.unit(who) as unit:
            found = _known(unit, ticket)
            day = latest_day(unit.connection)
            if self._office.rules().queue.reinstate_until == "never" or not day or day.day != found.day:
                raise Refused("reinstate_too_late", label=found.label)
            back: Ticket = unit.append(f"ticket:{ticket}", Reinstated(reason=clean_text(reason, 120)))
        return back

    def printed(self, ticket: str, how: str, copy: int = 0) -> None:
        """Paper came out, or the label was shown to be copied: recorded by the program, after the fact."""
        with self._office.unit("system") as unit:
            unit.append(f"ticket:{ticket}", Printed(how=how, copy=copy))

    def reprint(self, who: str, ticket: str) -> Ticket:
        """Count and log one more copy; the slip then bears its number."""
        self._office.require(who, "ticket.issue")
        with self._office.unit(who) as unit:
            found = _known(unit, ticket)
            again: Ticket = unit.append(f"ticket:{ticket}", Printed(how="printer", copy=found.copies + 1))
        return again

    def slip(self, ticket: Ticket) -> TicketSlip:
        """What is printed on a ticket: no name, no NIK (DOMAIN 9.2)."""
        ahead = [each for each in self.waiting_list() if each.state == WAITING and each.order < ticket.order]
        return ticket_slip(self._office, ticket, len(ahead), self._wait(ahead))

    def _wait(self, ahead: Sequence[Ticket]) -> int | None:
        """Minutes until somebody behind these is called; None while no counter is open."""
        with self._office.store.reading() as connection:
            officers = connection.execute(_open_counters).scalar_one()
        if not officers:
            return None
        return estimate_minutes(
            1, officers, self._work(Counter(each.service for each in ahead), self.all_of_day())
        )


_open_counters = select(func.count()).select_from(tables.counters).where(tables.counters.c.officer != "")

_issued_of = (
    select(func.count())
    .select_from(_t)
    .where(_t.c.day == bindparam("day"), _t.c.prefix == bindparam("prefix"), _t.c.outcome != "voided")
)


def _known(unit: Unit, ticket: str) -> Ticket:
    found: Any = unit.state(f"ticket:{ticket}")
    if not isinstance(found, Ticket):
        raise Refused("ticket_unknown")
    day = unit.state(f"day:{found.day}")
    if day is not None and day.closed_at is not None:
        raise Refused("day_closed", day=found.day)
    return found
