"""What goes wrong in the simulation, far denser than in any branch."""

from collections.abc import Callable

from app.errors import Refused
from tests.sync.simulation.machines import Machine
from tests.sync.simulation.people import act, move_home
from tests.sync.simulation.world import (
    CLONES,
    HEAD_OFFICE,
    NEW,
    SUPERVISOR,
    World,
    empty_disk,
    enrolment,
)

ROUND_TROUBLES = (
    "question lost",
    "question twice",
    "answer lost",
    "answer late",
    "answer twice",
    "answerer dies",
    "asker dies before",
    "asker dies after",
    "commit fails here",
    "commit fails there",
)
YEARS = 10 * 365 * 86_400_000


# ------------------------------------------------------------------------------------------------ talking


def talk(world: World, machine: Machine) -> None:
    """A station asks a hub it reaches; a hub looks whether there is another one."""
    trouble = world.random.choice(ROUND_TROUBLES) if world.random.random() < 0.15 else ""
    others = [each for each in world.living if each is not machine]
    hubs = [each for each in others if each.running.is_hub]
    if machine.running.is_hub and world.random.random() < 0.7:
        world.up(machine, "answer lost" if world.random.random() < 0.1 else "")
        return
    known = hubs if hubs and world.random.random() < 0.9 else others
    if known:
        world.round(machine, world.random.choice(known), trouble)


def gather(world: World, hub: Machine) -> None:
    """A hub that starts asks everyone it reaches, and is shown their logs, before it orders again (rule 3)."""
    world.up(hub)
    for each in world.living:
        if hub.alive and hub.running.gathering and each is not hub:
            world.round(hub, each)
    for each in world.living:
        if hub.alive and hub.running.gathering and each is not hub and each.alive:
            world.round(each, hub)
    if hub.alive and hub.running.gathering:
        hub.running.begin()


def start(world: World, machine: Machine) -> None:
    """A program is started; a hub begins at once, or is still waiting for the others."""
    world.note(f"{machine.label} starts")
    machine.start()
    if machine.branch() is None:
        machine.running.join()
    elif machine.running.gathering and world.random.random() < 0.7:
        gather(world, machine)


# ------------------------------------------------------------------------------------------------ single troubles


def cut(world: World, machine: Machine) -> None:
    """The branch falls into two parts."""
    names = [each.label for each in world.machines] + [HEAD_OFFICE]
    part = {name for name in names if world.random.random() < 0.5}
    world.blocked |= {(a, b) for a in names for b in names if (a in part) != (b in part)}
    world.note(f"cut: {sorted(part)}")


def one_way(world: World, machine: Machine) -> None:
    """A line that carries one way only."""
    other = world.random.choice([*(each.label for each in world.machines), HEAD_OFFICE])
    world.blocked.add((other, machine.label) if world.random.random() < 0.5 else (machine.label, other))


def mend(world: World, machine: Machine) -> None:
    """All lines are up again."""
    world.note("mended")
    world.blocked.clear()


def die(world: World, machine: Machine) -> None:
    """The program dies, perhaps for a while."""
    world.note(f"{machine.label} dies")
    machine.die()
    machine.silent = world.random.randrange(8)


def save_image(world: World, machine: Machine) -> None:
    """Somebody makes an image of the disk."""
    machine.images.append(machine.disk.copy())
    if world.random.random() < 0.3:
        world.head_office.images.append(world.head_office.log.image())


def restore_image(world: World, machine: Machine) -> None:
    """And puts it back."""
    imaged = [each for each in world.there if each.images]
    if imaged:
        machine = world.random.choice(imaged)
        world.note(f"{machine.label} is put back to an image")
        machine.die()
        world.replace_disk(machine, world.random.choice(machine.images[-2:]).copy())
        start(world, machine)


def clone(world: World, machine: Machine) -> None:
    """The PC is cloned: same branch file, same station, another machine."""
    label = next((each for each in CLONES if all(known.label != each for known in world.machines)), None)
    if label is None or machine.branch() is None:
        return
    world.note(f"{machine.label} is cloned as {label}")
    twin = world.add(label, machine.station, machine.disk.copy())
    twin.clock = type(machine.clock)(machine.clock.now())
    start(world, twin)


def destroy(world: World, machine: Machine) -> None:
    """A PC burns down with its disk."""
    if len(world.there) > 3:
        world.note(f"{machine.label} is destroyed")
        machine.die()
        world.replace_disk(machine, None)


def enrol_new(world: World, machine: Machine) -> None:
    """A new PC joins the branch at a hub."""
    label = next((each for each in NEW if all(known.label != each for known in world.machines)), None)
    if label is None or not machine.running.is_hub or not machine.journal.ordering:
        return
    world.note(f"{label} is enrolled at {machine.label}")
    enrol(world, machine, label, f"f-{label}")
    new = world.add(label, label, world.disk(empty_disk()))
    new.clock = type(machine.clock)(machine.clock.now())
    start(world, new)
    world.round(new, machine)


def enrol(world: World, hub: Machine, station: str, fingerprint: str) -> None:
    """The supervisor takes a PC into the branch, under its own number or the next that is free."""
    branch = hub.branch()
    assert branch is not None
    known = branch.stations.get(station)
    number = known.number if known else max(each.number for each in branch.stations.values()) + 1
    with hub.journal.unit(SUPERVISOR) as unit:
        unit.append("branch", enrolment(station, number, fingerprint))


def jump(world: World, machine: Machine) -> None:
    """Somebody sets a clock wrong, by a minute, a day or ten years."""
    by = world.random.choice((60_000, 86_400_000, YEARS, -60_000, -86_400_000, -YEARS))
    world.note(f"{machine.label}: clock {by}")
    machine.clock.jump(by)


def night(world: World, machine: Machine) -> None:
    """The evening, and the next morning."""
    world.note("night")
    world.pass_time(12 * 3_600_000)


def take_over(world: World, machine: Machine) -> None:
    """A person makes another PC the hub, by need or by mistake; it asks round first (rule 4)."""
    world.note(f"{machine.label} takes over")
    for other in world.living:
        if machine.alive and other is not machine and other.alive:
            world.round(machine, other)
    if not machine.alive:
        return
    try:
        machine.running.take_over(SUPERVISOR)
    except Refused as refused:
        world.refusals[f"take over {refused.code}"] += 1


def restore_head_office(world: World, machine: Machine) -> None:
    """Head office is put back to the morning."""
    if world.head_office.images:
        world.note("head office is put back")
        world.restore_head_office(world.random.choice(world.head_office.images[-2:]))


def failing_commit(world: World, machine: Machine) -> None:
    """The disk fails while somebody works."""
    machine.disk.failing = world.random.choice(("before", "after"))
    act(world, machine)
    machine.disk.failing = ""


TROUBLES: tuple[tuple[int, Callable[[World, Machine], None]], ...] = (
    (10, cut),
    (6, one_way),
    (10, mend),
    (9, die),
    (7, save_image),
    (6, restore_image),
    (3, clone),
    (2, destroy),
    (3, enrol_new),
    (4, jump),
    (2, night),
    (7, take_over),
    (4, move_home),
    (3, restore_head_office),
    (4, failing_commit),
)
_WEIGHTS = [weight for weight, _ in TROUBLES]


def step(world: World) -> None:
    """One step of the chaos."""
    world.pass_time(world.random.randrange(1_000, 90_000))
    _wake(world)
    if world.random.random() < 0.2:
        world.deliver()
    if world.living:
        _anything(world, world.random.choice(world.living))


def _wake(world: World) -> None:
    for each in world.there:
        if not each.alive:
            each.silent -= 1
            if each.silent < 0:
                start(world, each)


def _anything(world: World, machine: Machine) -> None:
    dice = world.random.random()
    if machine.running.gathering and dice < 0.5:
        gather(world, machine)
    elif dice < 0.52:
        if machine.branch() is not None:
            act(world, machine)
    elif dice < 0.85:
        talk(world, machine)
    else:
        world.random.choices(TROUBLES, _WEIGHTS)[0][1](world, machine)
