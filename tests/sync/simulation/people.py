"""What people do at the PCs of the simulation: the rules of the services, in short."""

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import select

from app.domain import case_events as case
from app.domain import days, taken_back, tickets
from app.domain.branch import Counter as Desk
from app.domain.branch import CountersSet, PersonSet
from app.domain.calendar import day_of
from app.domain.claims import DRAFT, RETURNED, SUBMITTED
from app.domain.events import Event
from app.errors import Refused
from app.models import log, tables
from app.models.journal import Unit, latest_day
from app.services import numbers
from tests.sync.simulation.machines import Machine
from tests.sync.simulation.world import SUPERVISOR, World

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_t, _c = tables.tickets, tables.cases
_open_tickets = select(_t.c.id, _t.c.state, _t.c.data).where(_t.c.state.in_(("waiting", "called", "serving")))
_cases = select(_c.c.id, _c.c.stage)
_ticket_state = msgspec.msgpack.Decoder(tickets.Ticket).decode


def mark_of(world: World, machine: Machine) -> str:
    """Station number and three letters, drawn once for each run."""
    run = machine.journal.run.epoch
    if not machine.mark or machine.mark_run != run:
        branch = machine.branch()
        number = branch.stations[machine.station].number if branch else 0
        letters = "".join(LETTERS[byte % len(LETTERS)] for byte in machine.journal.entropy.take(3))
        machine.mark, machine.mark_run = f"{number}{world.teeth.letters(letters)}", run
    return machine.mark


def _day(unit: Unit) -> days.Day:
    day = latest_day(unit.connection)
    if day is None or day.closed_at is not None:
        raise Refused("day_not_open")
    return day


# ------------------------------------------------------------------------------------------------ the security desk


def issue(world: World, machine: Machine) -> None:
    """A number: plain from the home PC, else under the mark of the run."""
    branch = machine.branch()
    if branch is None or machine.station not in branch.stations:
        return
    plain = numbers.gives_plain(branch, machine.fingerprint, machine.station)
    if plain and is_doubted(machine):
        confirm_numbers(world, machine)
        plain = not is_doubted(machine)
    mark = "" if plain else mark_of(world, machine)
    with machine.journal.unit(machine.officer) as unit:
        day = _day(unit)
        number = numbers.give(unit.connection, day.day, "A", mark)
        label = tickets.label("A", number, mark)
        given = tickets.Issued(day=day.day, label=label, prefix="A", number=number, service="jht", mark=mark)
        unit.append(f"ticket:{unit.new_id()}", given)
    world.printed(day.day, label, number if plain else 0)
    world.note(f"{machine.label} issues {label}")


def is_doubted(machine: Machine) -> bool:
    """Whether this PC's next plain number waits to be held against the paper."""
    with machine.disk.reading() as connection:
        return numbers.is_doubted(connection)


def move_home(world: World, machine: Machine) -> None:
    """A person lets this PC give the plain numbers: it does once the former one has said that it gives none."""
    branch = machine.branch()
    if branch is None or machine.station not in branch.stations:
        return
    with machine.journal.unit(SUPERVISOR) as unit:
        numbers.move_home(unit, machine.fingerprint)
    world.released(machine)
    world.note(f"{machine.label} shall be the home")


def confirm_numbers(world: World, machine: Machine) -> None:
    """The next plain number is held against the last paper ticket; "don't know" leaves this run with its mark."""
    if world.random.random() < 0.2 or world.giver not in ("", machine.fingerprint):
        return  # who sees that another computer gives the numbers now does not say that this one's agree
    with machine.journal.unit(machine.officer) as unit:
        day = _day(unit)
        first = {"A": world.paper[day.day] + 1}
        unit.append(f"day:{day.day}", days.NumbersConfirmed(first=first))
        numbers.confirmed(unit.connection, day.day, first)


def turn_away(world: World, machine: Machine) -> None:
    """Somebody is sent away without a number."""
    with machine.journal.unit(machine.officer) as unit:
        unit.append(f"day:{_day(unit).day}", days.Turned(service="jht", reason="late"))


def open_day(world: World, machine: Machine) -> None:
    """The business day: opened once, and never an earlier one than the last."""
    with machine.journal.unit(machine.officer) as unit:
        latest = latest_day(unit.connection)
        today = day_of(unit.at, unit.branch.zone)
        if latest is not None and latest.day >= today:
            raise Refused("day_already_open")
        unit.append(f"day:{today}", days.DayOpened(first={"A": 1}))
        numbers.doubt(unit.connection)
    world.note(f"{machine.label} opens {today}")


# ------------------------------------------------------------------------------------------------ the counter


def call(world: World, machine: Machine) -> None:
    """Calls are decided by the hub where it can be reached; else from the tickets this PC knows."""
    place = world.hub_for(machine)
    found = _ticket(world, place, "waiting")
    if found is None:
        return
    with place.journal.unit(machine.officer) as unit:
        unit.append(f"ticket:{found.id}", tickets.Called(counter=world.counter_of(machine)))
    world.note(f"{machine.officer} at {place.label} calls {found.label}")
    if place is not machine:
        world.round(machine, place)


def _ticket(world: World, machine: Machine, state: str, officer: str = "") -> tickets.Ticket | None:
    with machine.disk.reading() as connection:
        rows = [row for row in connection.execute(_open_tickets) if row[1] == state]
    found = [
        each for each in (_ticket_state(row[2]) for row in rows) if not officer or each.leg.officer == officer
    ]
    found.sort(key=lambda each: each.id)
    return world.random.choice(found[:4]) if found else None


def _step(state: str, payload: msgspec.Struct) -> Callable[[World, Machine], None]:
    def act(world: World, machine: Machine) -> None:
        found = _ticket(world, machine, state, machine.officer)
        if found is not None:
            with machine.journal.unit(machine.officer) as unit:
                unit.append(f"ticket:{found.id}", payload)

    return act


confirm = _step("called", tickets.Confirmed())
recall = _step("called", tickets.Recalled())


def finish(world: World, machine: Machine) -> None:
    """The visit ends; now and then in haste, and the same officer takes it back at once."""
    found = _ticket(world, machine, "serving", machine.officer)
    if found is None:
        return
    with machine.journal.unit(machine.officer) as unit:
        unit.append(f"ticket:{found.id}", tickets.Finished(outcome="information"))
    if int(found.id[-2:], 16) % 4:  # chance that no other act notices
        take_back(world, machine, found.id)


def take_back(world: World, machine: Machine, ticket: str) -> None:
    """The last thing done to a ticket is taken back, where it can be."""
    with machine.journal.unit(machine.officer) as unit:
        found = unit.state(f"ticket:{ticket}")
        done = taken_back.hasty(found) if isinstance(found, tickets.Ticket) else None
        if done is None:
            raise Refused("take_back_acted", label="")
        unit.append(f"ticket:{ticket}", tickets.TakenBack(act=done[0]))
    world.note(f"{machine.officer} at {machine.label} takes back what was finished")


def cancel(world: World, machine: Machine) -> None:
    """Taken out of the queue by whoever."""
    found = _ticket(world, machine, "waiting")
    if found is not None:
        with machine.journal.unit(machine.officer) as unit:
            unit.append(f"ticket:{found.id}", tickets.Cancelled(reason="left"))


# ------------------------------------------------------------------------------------------------ the files


def _case(world: World, machine: Machine, *stages: str) -> str | None:
    with machine.disk.reading() as connection:
        found = sorted(row[0] for row in connection.execute(_cases) if row[1] in stages)
    return world.random.choice(found) if found else None


def _on_case(world: World, machine: Machine, who: str, payload: msgspec.Struct, *stages: str) -> None:
    found = _case(world, machine, *stages)
    if found is not None:
        with machine.journal.unit(who) as unit:
            unit.append(f"case:{found}", payload)


def open_case(world: World, machine: Machine) -> None:
    """A file is opened."""
    with machine.journal.unit(machine.officer) as unit:
        stream = f"case:{unit.new_id()}"
        unit.append(stream, case.Opened(service="jht", bundle_version=1))
        unit.append(stream, case.Noted(fields={"name": "Peserta Contoh", "phone": "08120000"}))


def note_field(world: World, machine: Machine) -> None:
    """An attribute of a file."""
    number = f"0812{world.random.randrange(10**6):06}"
    field = world.random.choice(("phone", "name"))
    _on_case(world, machine, machine.officer, case.Noted(fields={field: number}), DRAFT, RETURNED)


def mark_document(world: World, machine: Machine) -> None:
    """A line of the checklist."""
    result = world.random.choice(("fits", "missing"))
    mark = case.DocumentMarked(document=world.random.choice(("ktp", "kk")), result=result)
    _on_case(world, machine, machine.officer, mark, DRAFT, RETURNED)


def submit(world: World, machine: Machine) -> None:
    """Handed to the verifier."""
    day = "2026-11-30"
    handed = case.Submitted(receipt=f"R{world.random.randrange(10**6)}", promised=day, due=day)
    _on_case(world, machine, machine.officer, handed, DRAFT, RETURNED)


def take_file(world: World, machine: Machine) -> None:
    """A verifier takes a file: a claim, decided by the hub where it can be reached."""
    place = world.hub_for(machine)
    _on_case(world, place, machine.verifier, case.Taken(), SUBMITTED)


def decide(world: World, machine: Machine) -> None:
    """A verifier verifies, rejects or returns; what was before their eyes is remembered."""
    found = _case(world, machine, SUBMITTED)
    if found is None:
        return
    payload = world.random.choice(
        (
            case.Verified(amount=1_000_000),
            case.Verified(amount=2_000_000),
            case.Rejected(reason="not_insured"),
            case.Returned(reasons=("ktp",)),
        )
    )
    with machine.journal.unit(machine.verifier) as unit:
        stream = f"case:{found}"
        before = _ids_of(unit, stream)
        unit.append(stream, payload)
        decided = (unit._rows if unit.ordered else unit._pending)[-1]["id"]
    world.saw[decided] = before
    world.note(f"{machine.verifier} decides {type(payload).__name__} on {found[-6:]}")


def _ids_of(unit: Unit, stream: str) -> set[bytes]:
    rows = [*log.of_stream(unit.connection, stream), *log.pending_of(unit.connection, stream)]
    return {log.read_header(row[1]).id for row in rows}


# ------------------------------------------------------------------------------------------------ the branch


def set_person(world: World, machine: Machine) -> None:
    """The supervisor changes somebody's name, or lets them out for a while."""
    person = f"o-{world.random.choice(world.machines).label}"
    active = world.random.random() < 0.9
    given = PersonSet(
        person=person,
        name=f"Petugas {world.random.randrange(1000)}",
        title="",
        roles=("cso", "security_desk"),
        active=active,
    )
    with machine.journal.unit(SUPERVISOR) as unit:
        unit.append("branch", given)


def set_counters(world: World, machine: Machine) -> None:
    """Settings of the branch."""
    counters = tuple(Desk(number=number) for number in range(1, world.random.randrange(3, 10)))
    with machine.journal.unit(SUPERVISOR) as unit:
        unit.append("branch", CountersSet(counters=counters))


def unknown_kind(world: World, machine: Machine) -> None:
    """A newer program writes what this one does not know: on a stream of ours, or on one of its own."""
    with machine.disk.reading() as connection:
        known = sorted(row[0] for row in connection.execute(select(_t.c.id)))
    streams = [f"survey:{len(known)}", *(f"ticket:{each}" for each in known[:3])]
    with machine.journal.unit(machine.officer) as unit:
        if unit.ordered:
            unit.open_term()
        stream = world.random.choice(streams)
        forge(unit, stream, "ticket.praised", b'{"stars":5}')


def forge(unit: Unit, stream: str, kind: str, payload: bytes, version: int = 1) -> bytes:
    """An event as a newer program would write it, well chained and signed; returns its id."""
    family = stream.partition(":")[0]
    heads: tuple[bytes, ...] = unit.streams.heads(stream) if family in ("ticket", "case") else ()
    identity = unit.new_id()
    event: Any = Event(identity, stream, kind, version, unit.actor, unit.at, unit.position + 1, None)  # type: ignore[arg-type]
    unit._record(event, payload, heads)
    _read_again(unit, stream, event.position, payload)
    return bytes.fromhex(identity)


def _read_again(unit: Unit, stream: str, position: int, payload: bytes) -> None:
    """This program does not know what the newer one wrote: it is read as from anybody else."""
    row = (unit._rows if unit.ordered else unit._pending)[-1]
    unit._sign()
    unit._flush()
    if unit.ordered:
        unit.streams.enter(log.read_header(row["header"]), payload, position)
    else:
        unit.streams.overlay(stream)


ACTS: tuple[tuple[int, Callable[[World, Machine], None]], ...] = (
    (28, issue),
    (14, call),
    (8, confirm),
    (2, recall),
    (7, finish),
    (2, cancel),
    (3, open_case),
    (8, note_field),
    (5, mark_document),
    (4, submit),
    (4, take_file),
    (12, decide),
    (2, turn_away),
    (2, open_day),
    (1, set_person),
    (1, set_counters),
    (1, unknown_kind),
)
_WEIGHTS = [weight for weight, _ in ACTS]


def act(world: World, machine: Machine) -> None:
    """Somebody at this PC does something; what a rule refuses is not done."""
    (_, chosen) = world.random.choices(ACTS, _WEIGHTS)[0]
    try:
        chosen(world, machine)
    except Refused as refused:
        world.refusals[f"act {refused.code}"] += 1
