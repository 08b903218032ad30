"""The demo branch and its days: made, played and left as a real branch would be."""

from pathlib import Path
from random import Random

import msgspec

from app.config import DataFolder
from app.domain.bundle import parse
from app.domain.calendar import Calendar, add_days, day_of, moment_of, parse_day
from app.domain.tickets import is_arrival
from app.errors import Refused
from app.models.first_look import LAST_PERSON
from app.services.demo.back_office import (
    arrive,
    branch_head,
    cashier,
    close_day,
    finance_head,
    stand_in,
    verifier,
)
from app.services.demo.counter import Officer
from app.services.demo.machine import SeededClock, demo_ports
from app.services.demo.people import CASHIERS, DEMO_PEOPLE, OFFICERS, SECRETS, VERIFIERS
from app.services.demo.plan import pace
from app.services.demo.stage import History, Stage
from app.services.demo.visitors import open_day, visitor
from app.services.office import Office, Ports, default_bundle, open_office
from app.services.setup import NewBranch, Setup
from app.services.sign_in import DEMO_SECRETS

DEMO_BRANCH = NewBranch(code="MDU", name="Medan Utara", zone="WIB", counters=len(OFFICERS), demo=True)
DAYS_BEFORE = 8
"""Working days that are played small before the day itself, so that files have an age (JHT is overdue after five)."""
MOST_TICKETS = 5000
_SETUP_MINUTE = 7 * 60 + 30


class DemoResult(msgspec.Struct, frozen=True, kw_only=True):
    """What happened on a played day. Counts of tickets, but `turned_away` of people and `submitted` of claims."""

    day: str
    arrived: int
    voided: int
    served: int
    no_show: int
    explained: int
    turned_away: int


def make_demo_branch(folder: DataFolder, ports: Ports, *, key_file: Path | None = None) -> Office:
    """A demo branch with one person per role at least, their PINs shown on the sign-in page, and no day yet."""
    office = Setup(folder, ports).create(DEMO_BRANCH, DEMO_PEOPLE, key_file)
    office.set_setting(DEMO_SECRETS, msgspec.json.encode(SECRETS).decode())
    return office


def play_day(
    office: Office,
    clock: SeededClock,
    day: str,
    tickets: int,
    seed: int,
    *,
    history: History | None = None,
    close: bool = True,
    until: int | None = None,
) -> DemoResult:
    """Play one working day of a demo branch; `clock` must be the one under `office`, and stand before that day.

    `tickets` people get a number. With `until` (ms UTC) the day stops there, in the midst of everything. Raises
    Refused("demo_day_closed").
    """
    random = Random(f"loket {seed} {day}")  # noqa: S311  # a story, no secret
    stage = Stage(office, clock, day, random, history or History(), main=True)
    _everybody(stage, tickets, len(OFFICERS))
    stage.start(branch_head(stage))
    stage.start(stand_in(stage))
    if close:
        stage.start(close_day(stage))
    stage.run(until)
    return _result(stage)


def _everybody(stage: Stage, tickets: int, counters: int) -> None:
    """All who come and all who work there begin their day."""
    if stage.office.calendar().opening(stage.day) is None:
        raise Refused("demo_day_closed", day=stage.day)
    follow_ups = stage.history.follow_ups
    visits = stage.planner.day(tickets, follow_ups)
    del follow_ups[: sum(1 for each in visits if each.case)]
    stage.pace = pace(stage.rules, stage.office.calendar(), stage.day, visits, counters)
    stage.start(open_day(stage))
    for visit in visits:
        stage.start(visitor(stage, visit))
    for number in range(1, counters + 1):
        stage.start(Officer(stage, number).work())
    _start_back_office(stage)


def _start_back_office(stage: Stage) -> None:
    stage.start(arrive(stage))
    stage.start(verifier(stage, VERIFIERS[0], until=16 * 60 + 45))
    stage.start(verifier(stage, VERIFIERS[1], until=13 * 60 if stage.main else 16 * 60 + 15))
    for name in CASHIERS:
        stage.start(cashier(stage, name))
    stage.start(finance_head(stage))


def _result(stage: Stage) -> DemoResult:
    tickets = stage.desk.all_of_day()
    arrived = [each for each in tickets if is_arrival(each)]
    return DemoResult(
        day=stage.day,
        arrived=len(arrived),
        voided=len(tickets) - len(arrived),
        served=sum(1 for each in arrived if each.leg.outcome == "finished"),
        no_show=sum(1 for each in arrived if each.leg.outcome == "no_show"),
        explained=sum(1 for each in arrived if each.explained),
        turned_away=sum(stage.turned_away.values()),
    )


def demo(
    folder: DataFolder,
    day: str,
    tickets: int,
    seed: int,
    *,
    key_file: Path | None = None,
    close: bool = True,
    until_minute: int | None = None,
) -> Office:
    """A new demo branch with some small days and then `day` played in it; open, with its clock at the end of the day.

    With `until_minute` (local, after midnight) the day stops there, in the midst of everything, and is not closed.

    Everything comes from the seed: the same arguments give the same journal, byte for byte, and the same keys.
    Raises Refused("demo_folder_not_empty" | "demo_day_closed" | "demo_tickets" | "day_wrong").
    """
    day = parse_day(day)
    if not 1 <= tickets <= MOST_TICKETS:
        raise Refused("demo_tickets", most=MOST_TICKETS)
    calendar = Calendar(parse(default_bundle()))
    if calendar.opening(day) is None:
        raise Refused("demo_day_closed", day=day)
    _must_be_empty(folder)
    before = _days_before(calendar, day)
    ports = demo_ports(seed, moment_of(before[0], _SETUP_MINUTE, DEMO_BRANCH.zone))
    office = make_demo_branch(folder, ports, key_file=key_file)
    try:
        history = _play_before(office, before, tickets, seed)
        until = None if until_minute is None else moment_of(day, until_minute, DEMO_BRANCH.zone)
        play_day(
            office,
            _clock(office),
            day,
            tickets,
            seed,
            history=history,
            close=close and until is None,
            until=until,
        )
        _nobody_sat_here(office)
    except BaseException:
        office.close()
        raise
    return office


def try_out(folder: DataFolder, ports: Ports, *, key_file: Path | None = None, tickets: int = 60) -> Office:
    """A demo branch to try things in: the last days are played, today up to this moment, and then it is the user's.

    Keys and ids are the machine's own; only the days that have passed have a clock of their own.
    """
    _must_be_empty(folder)
    now, zone = ports.clock.now(), DEMO_BRANCH.zone
    today = day_of(now, zone)
    calendar = Calendar(parse(default_bundle()))
    before = _days_before(calendar, today)
    clock = SeededClock(moment_of(before[0], _SETUP_MINUTE, zone))
    seed = int.from_bytes(ports.entropy.take(4), "big")
    office = make_demo_branch(folder, Ports(clock, ports.entropy, ports.machine), key_file=key_file)
    try:
        history = _play_before(office, before, tickets, seed)
        if calendar.opening(today) is not None:
            play_day(office, clock, today, tickets, seed, history=history, close=False, until=now)
        _nobody_sat_here(office)
    finally:
        office.close()
    return open_office(folder, ports, key_file)


def _nobody_sat_here(office: Office) -> None:
    """Who signs in first chooses a name: the last one of the played people was nobody's."""
    office.set_setting(LAST_PERSON, "")


def _must_be_empty(folder: DataFolder) -> None:
    if folder.path.exists() and (not folder.path.is_dir() or any(folder.path.iterdir())):
        raise Refused("demo_folder_not_empty", folder=str(folder.path))


def _days_before(calendar: Calendar, day: str) -> list[str]:
    """The last working days before `day`, oldest first."""
    found: list[str] = []
    current = day
    while len(found) < DAYS_BEFORE:
        current = add_days(current, -1)
        if calendar.opening(current) is not None:
            found.insert(0, current)
    return found


def _play_before(office: Office, days: list[str], tickets: int, seed: int) -> History:
    """Small days at two counters that leave files behind."""
    history = History()
    few = min(14, max(5, tickets // 15))
    for day in days:
        random = Random(f"loket {seed} {day}")  # noqa: S311  # a story, no secret
        stage = Stage(office, _clock(office), day, random, history, main=False)
        _everybody(stage, few, 2)
        stage.start(close_day(stage))
        stage.run()
    return history


def _clock(office: Office) -> SeededClock:
    clock = office.ports.clock
    assert isinstance(clock, SeededClock)
    return clock
