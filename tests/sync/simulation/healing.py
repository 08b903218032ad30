"""After the chaos: everything is mended, and the branch becomes one again."""

from app.models import following, log
from tests.sync.simulation.machines import Machine
from tests.sync.simulation.trouble import enrol, gather, start, take_over
from tests.sync.simulation.world import CODE, SUPERVISOR, Broken, World

MOST_TURNS = 25


def heal(world: World) -> None:
    """Lines up, PCs on, one person takes over if nobody is the hub; then rounds until nothing changes any more."""
    world.note("healing")
    world.blocked.clear()
    for each in world.there:
        each.disk.failing = ""
        if not each.alive:
            start(world, each)
    world.deliver(some=False)
    for number in range(MOST_TURNS):
        turn(world)
        if quiet(world):
            return
        if number % 5 == 4:
            bury(world)
    raise Broken(f"not quiet after {MOST_TURNS} turns: {restless(world)}")


def turn(world: World) -> None:
    """Everybody talks once."""
    for each in world.hubs:
        if each.running.gathering:
            gather(world, each)
    if not world.hubs:
        world.note("no hub")
        take_over(world, world.random.choice([each for each in world.living if each.branch() is not None]))
    _meet(world)
    if len(world.hubs) == 1:
        _serve(world, world.hubs[0])


def _meet(world: World) -> None:
    """Hubs that hear of each other."""
    for hub in world.hubs:
        for other in world.hubs:
            if other is not hub and hub.running.is_hub and other.running.is_hub:
                world.round(hub, other)


def _serve(world: World, hub: Machine) -> None:
    for each in world.living:
        if each is not hub and hub.running.is_hub:
            world.round(each, hub)
    if hub.running.is_hub and hub.journal.ordering:
        enrol_strangers(world, hub)
        world.up(hub)


def enrol_strangers(world: World, hub: Machine) -> None:
    """The hub reports computers it does not know; the supervisor takes them in."""
    branch = hub.branch()
    assert branch is not None
    for each in world.machines:
        station = branch.stations.get(each.station)
        if station is None or each.signer.public() not in station.keys:
            enrol(world, hub, each.station, each.fingerprint)


def bury(world: World) -> None:
    """Events whose forerunners burned with a disk can never go in: a person says so, and they are kept aside."""
    for each in world.living:
        with each.journal.unit(SUPERVISOR) as unit:
            held = [(log.read_header(one.header), one) for one in log.pending(unit.connection, 1 << 30)]
            orphans = [
                header.id for header, _ in held if header.seq > world.lost.get(header.epoch, header.seq)
            ]
            following.put_aside(unit, orphans, "run_broken", each.station)


def quiet(world: World) -> bool:
    """Whether nothing is left to say."""
    return not restless(world)


def restless(world: World) -> str:
    """What is left to say."""
    if len(world.hubs) != 1 or not world.hubs[0].journal.ordering:
        return f"hubs: {[each.label for each in world.hubs]}"
    heads = {(each.head().position, each.head().log_hash) for each in world.living}
    if len(heads) != 1:
        return f"heads: {[(each.label, each.head().position) for each in world.living]}"
    above = world.head_office.log.head(CODE)
    if world.teeth.head_office_answers and (above.position, above.log_hash) not in heads:
        return f"head office: {above.position}, branch: {world.hubs[0].head().position}"
    waiting = {each.label: pending(world, each) for each in world.living}
    if any(waiting.values()):
        return f"pending: {waiting}"
    return ""


def pending(world: World, machine: Machine) -> list[tuple[str, str, int]]:
    """What still waits to get into the log."""
    with machine.disk.reading() as connection:
        headers = [log.read_header(each.header) for each in log.pending(connection, 1 << 30)]
    return [(header.station, header.kind, header.seq) for header in headers]
