"""A service day told in events and folded in memory: what the figures are made of, without a file."""

import random
from pathlib import Path

import msgspec

from app.domain import bundle as bundles
from app.domain import case_events as happened
from app.domain import claims, days, tickets
from app.domain.branch import Branch, Counter, Person, QuotaRaised
from app.domain.calendar import moment_of
from app.domain.case_events import DocumentMarked
from app.domain.events import Event
from app.domain.kinds import NAMES
from app.domain.rights import Delegation
from app.domain.summary import COUNTED, DayMaterial

RULES = bundles.parse((Path(__file__).parents[3] / "resources/bundle/default.json").read_bytes())
DAY = "2026-11-20"
ZONE = "WIB"
MINUTE = 60_000
OPENING = moment_of(DAY, 8 * 60 + 30, ZONE)

FOLDS = {"ticket": tickets.fold, "case": claims.fold, "day": days.fold_day, "counter": days.fold_counter}


class Story:
    """Writes events at a time of its own and keeps the states."""

    def __init__(self, officers: int = 3, name: str = "Medan Utara") -> None:
        self.at = OPENING
        self.position = 0
        self.events: list[Event] = []
        self.states: dict[str, object] = {}
        self.sessions: dict[int, days.Session] = {}
        people = {f"o{each}": f"Petugas {each}" for each in range(1, officers + 1)}
        people |= {
            "desk": "Petugas Keamanan",
            "head": "Kepala Contoh",
            "boss": "Kabid Contoh",
            "v": "Verifikator 1",
        }
        self.branch = Branch(
            code="MDU",
            name=name,
            zone=ZONE,
            counters=tuple(Counter(number=each) for each in range(1, officers + 1)),
            home="pc",
            station="1",
            people={
                code: Person(id=code, name=name, title="", roles=("cso",)) for code, name in people.items()
            },
        )
        self.write("desk", f"day:{DAY}", days.DayOpened())

    def write(self, actor: str, stream: str, payload: msgspec.Struct) -> object:
        """One event, now."""
        self.position += 1
        event = Event("", stream, NAMES[type(payload)], 1, actor, self.at, self.position, payload)
        family = stream.partition(":")[0]
        if family in FOLDS:
            state = FOLDS[family](self.states.get(stream), event)
            self.states[stream] = state
            if isinstance(state, days.CounterState):
                session = state.session or state.past
                assert session
                self.sessions[session.opened_position] = session
        if type(payload) in COUNTED:
            self.events.append(event)
        return self.states.get(stream)

    def wait(self, minutes: float) -> None:
        self.at += int(minutes * MINUTE)

    def ticket(self, id_: str) -> tickets.Ticket:
        found = self.states[f"ticket:{id_}"]
        assert isinstance(found, tickets.Ticket)
        return found

    def issue(self, number: int, service: str = "jht", priority: str = "", **given: object) -> str:
        """A ticket of `service`; its id is its label."""
        prefix = RULES.service(service).prefix
        name = tickets.label(prefix, number)
        issued = tickets.Issued(
            day=DAY, label=name, prefix=prefix, number=number, service=service, priority=priority, **given
        )
        self.write("desk", f"ticket:{name}", issued)
        return name

    def call(self, id_: str, officer: int = 1, reason: str = "") -> None:
        self.write(f"o{officer}", f"ticket:{id_}", tickets.Called(counter=officer, reason=reason))

    def did(self, id_: str, officer: int, *steps: msgspec.Struct) -> None:
        for step in steps:
            self.write(f"o{officer}", f"ticket:{id_}", step)

    def serve(self, id_: str, officer: int = 1, walk: float = 1, minutes: float = 10) -> None:
        """Called now, there after `walk`, done after `minutes` more."""
        self.call(id_, officer)
        self.wait(walk)
        self.did(id_, officer, tickets.Confirmed())
        self.wait(minutes)
        self.did(id_, officer, tickets.Finished(outcome="info_given"))

    def material(self, **changes: object) -> DayMaterial:
        """Everything so far, as the reader of the file would hand it over."""
        day = self.states[f"day:{DAY}"]
        assert isinstance(day, days.Day)
        of = lambda kind: tuple(each for each in self.states.values() if isinstance(each, kind))  # noqa: E731
        given = {
            "branch": self.branch,
            "rules": RULES,
            "day": day,
            "tickets": of(tickets.Ticket),
            "sessions": tuple(self.sessions.values()),
            "cases": of(claims.Case),
            "events": tuple(self.events),
            "first": 1,
            "last": self.position,
            "head": "a91f7c02e4d85b36" * 4,
            "now": self.at,
            "app_version": "0.1.0",
        }
        return DayMaterial(**(given | changes))


def closed(story: Story, who: str = "boss", note: str = "") -> DayMaterial:
    """The material of a day that is being closed now."""
    material = story.material()
    day = msgspec.structs.replace(
        material.day, closed_at=story.at, closed_by=who, closed_position=story.position, note=note
    )
    return msgspec.structs.replace(material, day=day)


def busy_day(seed: int = 7, count: int = 300, officers: int = 5, overrides: int = 6) -> Story:
    """A believable day: arrival peaks, every service, no-shows, moves, parks, claims at every stage."""
    dice = random.Random(seed)
    story = Story(officers)
    lent = Delegation(
        id="d1",
        person="o1",
        role="finance_supervisor",
        first_day="2026-11-18",
        last_day="2026-11-27",
        granted_by="head",
        reason="cuti",
    )
    story.branch = msgspec.structs.replace(story.branch, delegations=((1, lent),))
    for each in range(1, officers + 1):
        story.write(f"o{each}", f"counter:{each}", days.CounterOpened(day=DAY))
    numbers: dict[str, int] = {}
    waiting: list[str] = []
    free = dict.fromkeys(range(1, officers + 1), OPENING)
    codes = [each.code for each in RULES.services]
    plan = sorted(int(dice.triangular(0, 450, 90)) for _ in range(count))
    for place, minute in enumerate(plan):
        story.at = max(story.at, OPENING + minute * MINUTE)
        _serve_free(story, dice, waiting, free, overrides)
        service = dice.choices(codes, weights=(40, 11, 6, 9, 15, 5, 3))[0]
        numbers[service] = numbers.get(service, 0) + 1
        priority = dice.choice(("elderly", "disabled", "pregnant")) if dice.random() < 0.1 else ""
        missing = ("id_card",) if dice.random() < 0.1 else ()
        name = story.issue(numbers[service], service, priority, missing=missing)
        if dice.random() < 0.02:
            story.write("desk", f"ticket:{name}", tickets.Voided())
            continue
        waiting.append(name)
        if place % 25 == 24:
            story.write("desk", f"day:{DAY}", days.Turned(service="jht", reason="kuota habis"))
    while waiting:
        story.wait(2)
        _serve_free(story, dice, waiting, free, overrides)
    _claims(story, dice, max(2, count // 8))
    story.write("boss", "branch", QuotaRaised(day=DAY, service="jht", by=10, reason="ramai"))
    for each in range(1, officers + 1):
        story.write(f"o{each}", f"counter:{each}", days.CounterClosed())
    return story


def _serve_free(
    story: Story, dice: random.Random, waiting: list[str], free: dict[int, int], overrides: int
) -> None:
    """Every counter that is free by now takes the next one; the times inside a leg run ahead of the story's."""
    now = story.at
    for officer, since in free.items():
        if since > now or not waiting:
            continue
        name = waiting.pop(0)
        done = sum(
            1 for each in story.states.values() if isinstance(each, tickets.Ticket) and each.leg.override
        )
        story.call(name, officer, "emergency" if done < overrides and dice.random() < 0.3 else "")
        story.wait(dice.uniform(0.3, 2))
        if dice.random() < 0.05:
            story.did(name, officer, tickets.Missed())
        else:
            _served(story, dice, name, officer, waiting)
        free[officer] = story.at
        story.at = now


def _served(story: Story, dice: random.Random, name: str, officer: int, waiting: list[str]) -> None:
    story.did(name, officer, tickets.Confirmed())
    story.wait(dice.lognormvariate(1.6, 0.6))
    chance = dice.random()
    if chance < 0.04:
        story.did(name, officer, tickets.Transferred(to="service", target="info", reason="wrong_service"))
        waiting.append(name)
    elif chance < 0.07:
        story.did(name, officer, tickets.Parked(reason="copying"))
        story.wait(5)
        story.did(name, officer, tickets.Resumed(counter=officer))
        story.wait(4)
        story.did(name, officer, tickets.Finished(outcome="info_given"))
    else:
        story.did(name, officer, tickets.WrapUpStarted())
        story.wait(1)
        story.did(name, officer, tickets.Finished(outcome="claim_submitted"))


def _claims(story: Story, dice: random.Random, count: int) -> None:
    documents = ("id_card", "family_card", "bank_book", "member_card")
    for each in range(count):
        stream, officer = f"case:c{each}", f"o{each % 2 + 1}"
        story.write(officer, stream, happened.Opened(service="jht", bundle_version=1))
        result = dice.choice(("fits", "missing", "illegible", "mismatch"))
        story.write(officer, stream, DocumentMarked(document=dice.choice(documents), result=result))
        story.write(officer, stream, happened.InterviewStarted(interview=f"i{each}", type="whatsapp_video"))
        tried = dice.choice(("matched", "matched", "unreachable", "interrupted"))
        story.write(
            officer,
            stream,
            happened.InterviewAttempted(interview=f"i{each}", result=tried, started_at=story.at),
        )
        if tried != "matched":
            continue
        story.write(officer, stream, happened.IdentityJudged(interview=f"i{each}", verdict="match"))
        story.write(
            officer, stream, happened.Submitted(receipt=f"R{each}", promised="2026-11-27", due="2026-11-27")
        )
        if each % 3:
            story.write("v", stream, happened.Verified(amount=12_345_000, tax=345_000))
