"""Who comes on a demo day: when, for what, in which condition, and how it will end."""

from random import Random

import msgspec

from app.domain.bundle import RuleBundle
from app.domain.calendar import Calendar
from app.domain.checklists import papers_for_all
from app.services.demo.people import Member, Members

OPENS = 8 * 60 + 30
"""The day is opened and the first numbers are given, minutes after midnight."""
LAST_ARRIVAL = 16 * 60 + 35

_SERVICES = {"jht": 28, "jp": 9, "jkm": 5, "jkk": 8, "info": 29, "company": 12, "complaint": 9}
"""Visitors per hundred. JHT is asked for most among the claims; the quota stops it early on a heavy day (V-02)."""

_PRIORITIES = {"elderly": 48, "pregnant": 22, "child": 17, "disabled": 12, "disaster_victim": 1}
_PRIORITY_SHARE = 0.06

_REASONS: dict[str, dict[str, int]] = {
    "jht": {"JHT_RESIGN": 45, "JHT_PHK": 20, "JHT_PKWT": 12, "JHT_56": 11, "JHT_10": 6, "JHT_BPU": 6},
    "jp": {"JP_OLD_AGE": 45, "JP_CONFIRM": 25, "JP_SPOUSE": 22, "JP_DISAB": 8},
    "jkm": {"JKM_DEATH": 1},
    "jkk": {"JKK_STAGE_2": 62, "JKK_STAGE_1": 28, "JKK_PAK": 10},
}
_RETIRED = ("JHT_56", "JP_OLD_AGE", "JP_CONFIRM")

SUBMIT, INCOMPLETE, INFORM = "submit", "incomplete", "inform"
_ENDS = {SUBMIT: 74, INCOMPLETE: 19, INFORM: 7}

_UTILISATION = 0.93
"""Part of the counters' time that is spent with visitors on a full day."""
_LONGEST, _SHORTEST = 1.0, 0.3


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """One visitor. Minutes are counted from local midnight, or are durations where the name says so."""

    minute: float
    service: str
    member: Member
    priority: str = ""
    reason: str = ""
    end: str = SUBMIT
    case: str = ""
    """The case that this visit goes on with, from a former day."""
    known_at_desk: bool = False
    """Gives initials and the last four of the NIK at the desk."""
    missing: tuple[str, ...] = ()
    wrong_key: bool = False
    """The desk presses the wrong service first."""
    patience: float = 0
    """Minutes after which the visitor goes home unserved; 0 is never."""
    absent: int = 0
    """Does not hear this many calls; three are a no-show."""
    returns: bool = False
    """A no-show who comes back."""
    transfer: str = ""
    park: str = ""
    later: bool = False
    """The interview is held by WhatsApp later in the day."""
    effort: float = 1.0
    """Serving time against the usual one."""


def pick(random: Random, weights: dict[str, int]) -> str:
    """One of the keys, by weight."""
    return random.choices(tuple(weights), tuple(weights.values()))[0]


def arrival(random: Random) -> float:
    """A moment of the day: two peaks, something between them and a tail until the afternoon ends."""
    part = random.random()
    if part < 0.48:
        return random.triangular(OPENS, 11 * 60, 9 * 60 + 20)
    if part < 0.76:
        return random.triangular(12 * 60 + 40, 14 * 60 + 40, 13 * 60 + 20)
    if part < 0.95:
        return random.uniform(9 * 60, 15 * 60)
    return random.uniform(14 * 60 + 30, LAST_ARRIVAL)


class Planner:
    """Makes the visits of one day."""

    def __init__(self, rules: RuleBundle, random: Random, members: Members, day: str) -> None:
        self._rules = rules
        self._random = random
        self._members = members
        self._day = day
        self._open = [each.code for each in rules.services if each.daily_quota is None]

    def day(self, tickets: int, follow_ups: list[Visit]) -> list[Visit]:
        """`tickets` visits, the earliest first; those who come back with their papers are among them."""
        back = [
            msgspec.structs.replace(each, minute=arrival(self._random)) for each in follow_ups[: tickets // 6]
        ]
        fresh = [self.visit(arrival(self._random)) for _ in range(tickets - len(back))]
        return sorted([*fresh, *back], key=lambda each: each.minute)

    def visit(self, minute: float, service: str = "") -> Visit:
        """One visitor for a service, or for any."""
        random = self._random
        service = service or pick(random, _SERVICES)
        reason = pick(random, _REASONS[service]) if service in _REASONS else ""
        precheck = papers_for_all(self._rules, self._rules.service(service))
        absent = random.random()
        return Visit(
            minute=minute,
            service=service,
            member=self._members.new(random, self._day, old=reason in _RETIRED),
            priority=pick(random, _PRIORITIES) if random.random() < _PRIORITY_SHARE else "",
            reason=reason,
            end=pick(random, _ENDS),
            known_at_desk=random.random() < 0.6,
            missing=tuple(code for code in precheck if random.random() < 0.04),
            wrong_key=random.random() < 0.012,
            patience=random.uniform(25, 70) if random.random() < 0.04 else 0,
            absent=3 if absent < 0.035 else 1 if absent < 0.11 else 0,
            returns=random.random() < 0.45,
            transfer=self._transfer(service),
            park=random.choice(("copying", "fetching_document", "filling_form"))
            if reason and random.random() < 0.09
            else "",
            later=service == "jht" and random.random() < 0.3,
            effort=min(2.4, max(0.4, random.lognormvariate(-0.07, 0.38))),
        )

    def instead(self, minute: float) -> Visit:
        """Somebody else for a service without a quota, after one was turned away."""
        return self.visit(min(minute, LAST_ARRIVAL), self._random.choice(self._open))

    def _transfer(self, service: str) -> str:
        """To which kind of place this visitor is sent on, if at all."""
        if self._random.random() > 0.035:
            return ""
        kinds = ("counter", "officer") if service in _REASONS else ("service", "counter", "officer")
        return self._random.choice(kinds)


def pace(rules: RuleBundle, calendar: Calendar, day: str, visits: list[Visit], counters: int) -> float:
    """How much shorter than usual the serving has to be so that the day's visitors can be served (V-08)."""
    wanted = sum(rules.service(each.service).expected_minutes * each.effort for each in visits)
    served = calendar.service_minutes(day) * counters * _UTILISATION
    walking = 1.0 * len(visits)
    return min(_LONGEST, max(_SHORTEST, (served - walking) / max(1.0, wanted)))
