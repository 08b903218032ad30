"""The stories of LOG-CASES over the real protocol: what broke earlier wordings of the log's rules must not break ours."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.domain import case_events as case
from app.domain import tickets
from app.domain.claims import DISPUTED, SUBMITTED
from app.domain.events import Header, read_header
from app.models import following, log, projections, tables
from tests.houses import DAY, refused
from tests.sync.simulation import checks, healing, people, trouble
from tests.sync.simulation.checks import Log
from tests.sync.simulation.machines import Machine
from tests.sync.simulation.world import CODE, HEAD_OFFICE, SUPERVISOR, World, enrolment


@pytest.fixture
def world() -> World:
    """Four PCs in the morning: s1 is the home PC and the hub, and everybody has its log."""
    world = World(1)
    talk(world)
    return world


def talk(world: World, times: int = 2) -> None:
    """Every station asks every hub it reaches; the hub asks head office."""
    for _ in range(times):
        for each in world.living:
            for hub in world.hubs:
                if hub is not each and hub.alive and each.alive:
                    world.round(each, hub)
        for hub in world.hubs:
            if hub.journal.ordering:
                world.up(hub)


def cut(world: World, *part: str) -> None:
    """These PCs are cut off from all others, and from head office unless it is named too."""
    names = [*(each.label for each in world.machines), HEAD_OFFICE]
    world.blocked |= {(a, b) for a in names for b in names if (a in part) != (b in part)}


def restart(world: World, machine: Machine) -> None:
    """The program dies and is started again; a hub begins with what it has and what it is shown."""
    machine.die()
    machine.start()
    if machine.running.gathering:
        trouble.gather(world, machine)


def issue(world: World, machine: Machine) -> str:
    """One ticket; its label."""
    before = set(world.labels)
    while set(world.labels) == before:  # a person who does not know the last number presses "don't know"
        people.issue(world, machine)
    ((_, label),) = world.labels - before
    return label


def write(machine: Machine, stream: str, payload: Any, who: str = "") -> None:
    """One event by somebody at this PC."""
    with machine.journal.unit(who or machine.officer) as unit:
        unit.append(stream, payload)


def state(machine: Machine, stream: str) -> Any:
    """What this PC shows."""
    with machine.disk.reading() as connection:
        found = projections.load(connection, stream)
    return found[0] if found else None


def streams(machine: Machine, family: str) -> list[str]:
    """All tickets, or all cases, that this PC shows."""
    table = tables.tickets if family == "ticket" else tables.cases
    with machine.disk.reading() as connection:
        return sorted(f"{family}:{row[0]}" for row in connection.execute(select(table.c.id)))


def submitted(machine: Machine) -> str:
    """A file that waits for a verifier."""
    return next(each for each in streams(machine, "case") if state(machine, each).stage == SUBMITTED)


def notices(machine: Machine, kind: str) -> list[str]:
    """What somebody at this PC is told."""
    query = select(tables.notices.c.id).where(tables.notices.c.kind == kind)
    with machine.disk.reading() as connection:
        return [row[0] for row in connection.execute(query)]


def pending(machine: Machine) -> list[tuple[Header, bytes]]:
    """Headers of what is not in the log here, and their exact bytes."""
    with machine.disk.reading() as connection:
        return [(read_header(each.header), each.header) for each in log.pending(connection, 1 << 20)]


def heal(world: World) -> Log:
    """Everything is mended, all nine checks hold; the log that everybody has."""
    healing.heal(world)
    checks.check(world)
    return Log(world.living[0])


def s(world: World, number: int) -> Machine:
    return world.machine(f"s{number}")


# ------------------------------------------------------------------------------------------------ the nine stories


def test_1_two_hubs_of_equal_number_are_told_apart_by_the_name_of_the_term(world: World) -> None:
    cut(world, "s4", "s3")
    restart(world, s(world, 1))
    s(world, 4).running.take_over(SUPERVISOR)
    for number in (1, 2, 3, 4):
        issue(world, s(world, number))
    talk(world)
    one, other = s(world, 1).head().term, s(world, 4).head().term
    assert one.number == other.number
    assert one.run != other.run
    acknowledged = sum(world.acknowledged.values())
    heal(world)
    assert sum(world.acknowledged.values()) >= acknowledged
    assert len(world.hubs) == 1


@pytest.mark.parametrize("way", ["cloned", "restored"])
def test_2_a_hub_that_is_cloned_or_restored_opens_a_new_term(world: World, way: str) -> None:
    hub = s(world, 1)
    trouble.save_image(world, hub)
    former = hub.head().term
    issue(world, hub)
    if way == "cloned":
        cut(world, "c8", "s4")
        trouble.clone(world, hub)
        second = world.machine("c8")
    else:
        cut(world, "s1")
        hub.die()
        world.replace_disk(hub, hub.images[-1].copy())
        hub.start()
        second = hub
    if second.running.gathering:
        second.running.begin()
    assert second.head().term > former
    for each in world.living:
        issue(world, each)
    talk(world)
    heal(world)


def test_3_no_event_is_ever_given_another_header(world: World) -> None:
    cut(world, "s4")
    for _ in range(3):
        issue(world, s(world, 4))
    waiting = {raw for _, raw in pending(s(world, 4))}
    restart(world, s(world, 4))
    s(world, 4).running.take_over(SUPERVISOR)
    s(world, 4).running.step_down()
    restart(world, s(world, 4))
    heal(world)
    with s(world, 2).disk.reading() as connection:
        stands = {each.held.header for each in log.entries_after(connection, 0, 1 << 20)}
    assert waiting
    assert waiting <= stands


def test_3_a_restored_station_goes_on_under_another_name_beside_its_lost_events(world: World) -> None:
    station = s(world, 3)
    trouble.save_image(world, station)
    lost = [issue(world, station) for _ in range(2)]
    world.round(station, s(world, 1))
    station.die()
    world.replace_disk(station, station.images[-1].copy())
    station.start()
    again = [issue(world, station) for _ in range(2)]
    heal(world)
    assert not set(lost) & set(again)
    assert {state(station, each).label for each in streams(station, "ticket")} >= {*lost, *again}


def test_4_a_clone_of_the_home_pc_gives_no_plain_number(world: World) -> None:
    trouble.clone(world, s(world, 1))
    trouble.clone(world, s(world, 3))
    given = {issue(world, world.machine(each)) for each in ("c8", "c9", "s3")}
    assert len({label.split("-")[1] for label in given}) == 3
    assert all(len(label.split("-")) == 3 for label in given)
    heal(world)


def test_4_midnight_in_a_split_brain_gives_plain_numbers_on_one_side_only(world: World) -> None:
    cut(world, "s3", "s4")
    s(world, 4).running.take_over(SUPERVISOR)
    world.pass_time(17 * 3_600_000)
    for number in (1, 4):
        people.open_day(world, s(world, number))
    talk(world)
    labels = [issue(world, s(world, number)) for number in (1, 2, 3, 4)]
    assert [len(label.split("-")) for label in labels] in ([2, 3, 3, 3], [3, 3, 3, 3])
    heal(world)


def test_4_a_clock_set_back_a_day_opens_nothing_again(world: World) -> None:
    label = issue(world, s(world, 1))
    s(world, 1).clock.jump(-86_400_000)
    with refused("day_already_open"):
        people.open_day(world, s(world, 1))
    assert issue(world, s(world, 1)) != label
    heal(world)


def test_5_a_decision_whose_author_saw_another_log_goes_to_the_supervisor(world: World) -> None:
    file = submitted(s(world, 1))
    cut(world, "s3", "s4")
    s(world, 4).running.take_over(SUPERVISOR)
    for _ in range(6):
        issue(world, s(world, 4))  # the log that the second author saw is the longer one
    talk(world)
    write(s(world, 2), file, case.Verified(amount=1_000_000), s(world, 2).verifier)
    write(s(world, 3), file, case.Rejected(reason="not_insured"), s(world, 3).verifier)
    talk(world)
    whole = heal(world)
    assert all(state(each, file).stage == DISPUTED for each in world.living)
    assert [race for race, _, _ in whole.conflicts] == ["decision"]


def test_6_what_is_countersigned_does_not_move_for_a_higher_term(world: World) -> None:
    corner = s(world, 4)
    cut(world, "s4")
    for number in (1, 2, 3):
        issue(world, s(world, number))
    talk(world)
    line = s(world, 1).head()
    assert world.head_office.log.head(CODE).position == line.position
    corner.running.take_over(SUPERVISOR)
    corner.running.take_over(SUPERVISOR)
    issue(world, corner)
    assert corner.head().term > line.term
    world.blocked.clear()
    for _ in range(2):
        world.round(s(world, 2), corner)
    with corner.disk.reading() as connection:
        assert log.hash_at(connection, line.position) == line.log_hash
    assert corner.head().position > line.position
    heal(world)
    assert not any(notices(each, "entry_moved") for each in world.living)


def test_6_head_office_restored_is_given_the_longer_countersigned_log(world: World) -> None:
    world.head_office.images.append(world.head_office.log.image())
    for number in (1, 2, 3):
        issue(world, s(world, number))
    talk(world)
    line = s(world, 1).head()
    trouble.restore_head_office(world, s(world, 1))
    heal(world)
    assert world.head_office.log.hash_at(CODE, line.position) == line.log_hash
    assert not any(notices(each, "entry_moved") for each in world.living)


def test_6_of_two_countersigned_logs_the_longer_stands_and_each_moved_entry_is_told(world: World) -> None:
    morning = world.head_office.log.image()
    known = s(world, 1).head().position
    cut(world, "s3", "s4")
    issue(world, s(world, 1))
    world.up(s(world, 1))
    final = world.head_office.log.head(CODE).position
    world.blocked.clear()
    world.restore_head_office(morning)
    cut(world, "s3", "s4", HEAD_OFFICE)
    s(world, 4).running.take_over(SUPERVISOR)
    for _ in range(6):
        issue(world, s(world, 4))
    world.up(s(world, 4))
    heal(world)
    moved = {each for machine in world.living for each in notices(machine, "entry_moved")}
    assert {int(each.split()[1]) for each in moved} == set(range(known + 1, final + 1))


@pytest.mark.parametrize("seed", range(4))
def test_6_of_two_countersigned_logs_of_one_length_everybody_keeps_the_same_one(seed: int) -> None:
    """Which of the two it is, is a matter of their hashes: in some of these stories it is the one head office has, in
    others the one it had before it was restored."""
    world = World(seed)
    talk(world)
    morning = world.head_office.log.image()
    cut(world, "s3", "s4")
    for _ in range(9):
        issue(world, s(world, 1))
    world.up(s(world, 1))
    one = world.head_office.log.head(CODE)
    world.blocked.clear()
    world.restore_head_office(morning)
    cut(world, "s3", "s4", HEAD_OFFICE)
    s(world, 4).running.take_over(SUPERVISOR)
    while s(world, 4).head().position < one.position:
        issue(world, s(world, 4))
    world.up(s(world, 4))
    other = world.head_office.log.head(CODE)
    assert other.position == one.position
    assert other.log_hash != one.log_hash
    heal(world)
    assert world.head_office.log.hash_at(CODE, one.position) == max(one.log_hash, other.log_hash)


def test_7_a_takeover_goes_above_the_term_of_a_dead_hub_that_only_head_office_remembers(world: World) -> None:
    cut(world, "s1", HEAD_OFFICE)
    for _ in range(3):
        restart(world, s(world, 1))
    world.up(s(world, 1))
    dead = s(world, 1).head().term
    trouble.destroy(world, s(world, 1))
    world.blocked.clear()
    taken = 0
    while not world.hubs or world.head_office.log.head(CODE).term.run != world.hubs[0].head().term.run:
        if not world.hubs:
            s(world, 2).running.take_over(SUPERVISOR)
            taken += 1
        talk(world, 1)
    assert taken <= 2
    assert world.hubs[0].head().term > dead
    heal(world)


def test_8_the_term_of_a_node_is_that_of_its_log_and_what_it_heard_of_is_kept_apart(world: World) -> None:
    former = s(world, 1).head().term
    s(world, 4).running.take_over(SUPERVISOR)
    higher = s(world, 4).head().term
    world.blocked.add(("s1", "s4"))  # the question arrives, the answer does not
    world.round(s(world, 4), s(world, 1))
    assert not s(world, 1).running.is_hub
    with s(world, 1).disk.reading() as connection:
        hello = s(world, 1).running.hello(connection)
    assert (hello.term, hello.heard) == (former, higher)
    world.blocked.clear()
    world.round(s(world, 1), s(world, 4))
    with s(world, 1).disk.reading() as connection:
        assert s(world, 1).running.hello(connection).term == higher
    heal(world)


def test_9_a_station_follows_the_hub_that_speaks_now_and_not_one_it_heard_of(world: World) -> None:
    s(world, 4).running.take_over(SUPERVISOR)
    world.round(s(world, 4), s(world, 3))  # a hello, and no log
    with s(world, 3).disk.reading() as connection:
        assert s(world, 3).running.hello(connection).heard == s(world, 4).head().term
    trouble.destroy(world, s(world, 4))
    world.round(s(world, 3), s(world, 1))
    assert world.hubs == []  # it heard of the higher term, and only a person makes a hub
    s(world, 1).running.take_over(SUPERVISOR)
    taken = world.round(s(world, 3), s(world, 1))
    assert taken is not None
    assert taken.followed
    assert s(world, 3).head().log_hash == s(world, 1).head().log_hash
    heal(world)


# ------------------------------------------------------------------------------------------------ further cases


def test_a_hub_restored_from_an_old_image_takes_the_log_of_the_stations_that_are_ahead(world: World) -> None:
    hub = s(world, 1)
    trouble.save_image(world, hub)
    labels = [issue(world, hub) for _ in range(4)]
    for number in (2, 3):
        world.round(s(world, number), hub)
    ahead = s(world, 2).head()
    hub.die()
    world.replace_disk(hub, hub.images[-1].copy())
    hub.start()
    trouble.gather(world, hub)
    with hub.disk.reading() as connection:
        assert log.hash_at(connection, ahead.position) == ahead.log_hash
    assert {state(hub, each).label for each in streams(hub, "ticket")} >= set(labels)
    assert not world.lost
    heal(world)


def test_an_event_offered_twice_stands_once(world: World) -> None:
    cut(world, "s4")
    issue(world, s(world, 4))
    (header, _), *_ = pending(s(world, 4))
    s(world, 3).running.take_over(SUPERVISOR)
    world.blocked.clear()
    for _ in range(2):
        world.round(s(world, 4), s(world, 1), "question twice")
        world.round(s(world, 4), s(world, 3), "question twice")
        world.deliver(some=False)
    whole = heal(world)
    assert sum(each.id == header.id for _, each, _, _ in whole.entries) == 1


def test_a_dead_term_that_head_office_remembers_makes_no_duel(world: World) -> None:
    s(world, 4).running.take_over(SUPERVISOR)
    world.up(s(world, 4))
    trouble.destroy(world, s(world, 4))
    world.up(s(world, 1))
    assert world.hubs == []
    heal(world)
    assert len(world.hubs) == 1


def test_a_second_takeover_by_mistake_ends_in_one_hub(world: World) -> None:
    cut(world, "s2")
    issue(world, s(world, 2))
    s(world, 2).running.take_over(SUPERVISOR)
    world.blocked.clear()
    s(world, 3).running.take_over(SUPERVISOR)
    for number in (1, 2, 3, 4):
        issue(world, s(world, number))
    heal(world)


def test_the_events_of_a_destroyed_station_that_only_others_hold_are_all_there(world: World) -> None:
    label = issue(world, s(world, 3))
    world.round(s(world, 3), s(world, 1))
    world.round(s(world, 2), s(world, 1))
    trouble.destroy(world, s(world, 3))
    s(world, 1).die()
    world.machines.append(world.machines.pop(0))
    world.replace_disk(s(world, 1), None) if len(world.there) > 3 else None
    s(world, 4).running.take_over(SUPERVISOR)
    heal(world)
    assert label in {state(s(world, 4), each).label for each in streams(s(world, 4), "ticket")}


def test_two_claims_have_one_holder_and_the_loser_is_told_who_has_it(world: World) -> None:
    ticket = streams(s(world, 1), "ticket")[0]
    cut(world, "s3")
    write(s(world, 3), ticket, tickets.Called(counter=3))
    write(s(world, 3), ticket, tickets.Confirmed())
    write(s(world, 1), ticket, tickets.Called(counter=1))
    assert state(s(world, 3), ticket).leg.officer == "o-s3"
    heal(world)
    assert {state(each, ticket).leg.officer for each in world.living} == {"o-s1"}
    assert len(notices(s(world, 3), "claim_lost")) == 1
    assert notices(s(world, 1), "claim_lost") == []


def test_whoever_lost_a_claim_and_has_it_back_is_no_longer_told(world: World) -> None:
    ticket = streams(s(world, 1), "ticket")[0]
    cut(world, "s3", "s4")
    write(s(world, 3), ticket, tickets.Called(counter=3))
    write(s(world, 1), ticket, tickets.Called(counter=1))
    s(world, 4).running.take_over(SUPERVISOR)
    world.round(s(world, 3), s(world, 4))
    s(world, 3).die()
    world.blocked.clear()
    s(world, 3).start()
    talk(world)
    assert len(notices(s(world, 1), "claim_lost")) == 1
    heal(world)
    assert notices(s(world, 3), "claim_lost") == []


def test_two_phone_numbers_noted_at_once_are_both_kept(world: World) -> None:
    file = next(each for each in streams(s(world, 1), "case") if state(s(world, 1), each).stage == "draft")
    cut(world, "s3")
    write(s(world, 3), file, case.Noted(fields={"phone": "08110000"}))
    write(s(world, 1), file, case.Noted(fields={"phone": "08220000"}))
    whole = heal(world)
    assert [race for race, _, _ in whole.conflicts] == ["attribute"]


def test_an_event_of_a_newer_program_is_stored_and_passed_on(world: World) -> None:
    ticket = streams(s(world, 1), "ticket")[0]
    with s(world, 3).journal.unit("o-s3") as unit:
        strange = people.forge(unit, "survey:1", "survey.answered", b'{"stars":5}')
        newer = people.forge(unit, ticket, "ticket.called", b'{"counter":3,"lamp":"green"}', version=9)
    write(s(world, 3), ticket, tickets.Called(counter=3))
    whole = heal(world)
    positions = {header.id: position for position, header, _, _ in whole.entries}
    assert whole.asides[positions[strange]] == "event_unknown"
    assert whole.asides[positions[newer]] == "event_unknown"
    assert state(s(world, 2), ticket).leg.officer == "o-s3"


def test_a_station_enrolled_at_a_hub_that_lost_keeps_its_events(world: World) -> None:
    cut(world, "s1", "n6")
    trouble.enrol_new(world, s(world, 1))
    new = world.machine("n6")
    world.round(new, s(world, 1))
    labels = [issue(world, new) for _ in range(2)]
    s(world, 3).running.take_over(SUPERVISOR)
    world.blocked.clear()
    world.round(new, s(world, 3))  # the hub does not know this computer yet
    heal(world)
    assert {state(new, each).label for each in streams(new, "ticket")} >= set(labels)


def test_two_stations_enrolled_under_one_number_on_both_sides_of_a_cut_both_stay(world: World) -> None:
    cut(world, "s1", "n6")
    trouble.enrol_new(world, s(world, 1))
    s(world, 3).running.take_over(SUPERVISOR)
    trouble.enrol_new(world, s(world, 3))
    labels = {issue(world, world.machine(each)) for each in ("n6", "n7")}
    heal(world)
    branch = s(world, 3).branch()
    assert branch is not None
    assert branch.stations["n6"].number != branch.stations["n7"].number
    assert {state(s(world, 3), each).label for each in streams(s(world, 3), "ticket")} >= labels


def test_what_a_revoked_computer_still_sends_is_kept_beside_the_log_and_told(world: World) -> None:
    from app.domain.branch import StationRevoked

    cut(world, "s4")
    issue(world, s(world, 4))
    waiting = {header.id for header, _ in pending(s(world, 4))}
    write(s(world, 1), "branch", StationRevoked(station="s4", reason="hilang"), SUPERVISOR)
    world.blocked.clear()
    taken = world.round(s(world, 4), s(world, 1))
    assert taken is not None
    assert (taken.followed, taken.need) == (False, "revoked")
    with s(world, 1).disk.reading() as connection:
        assert log.aside_known(connection, list(waiting)) == waiting
    assert len(notices(s(world, 1), "station_revoked")) == 1


def test_a_machine_resumed_with_its_memory_is_noticed_and_starts_a_new_run(world: World) -> None:
    station = s(world, 3)
    twin = world.add("c8", "s3", station.disk.copy())
    twin.fingerprint, twin.signer = station.fingerprint, station.signer
    twin.start()
    twin.journal.run.epoch = station.journal.run.epoch
    twin.journal.run.seq, twin.journal.run.prev = station.journal.run.seq, station.journal.run.prev
    issue(world, station)
    issue(world, twin)
    before = twin.journal.run.epoch
    world.round(station, s(world, 1))
    world.round(twin, s(world, 1))
    assert twin.journal.run.epoch != before
    assert len(notices(s(world, 1), "chain_mismatch")) == 1
    assert len(notices(twin, "chain_mismatch")) == 1
    assert pending(twin) == []


def test_an_event_set_aside_at_the_head_of_its_stream_is_folded_alike_everywhere(world: World) -> None:
    """Seed 28: a recall went into the log before its ticket, and one PC remembered nothing of it."""
    station = s(world, 3)
    cut(world, "s3")
    ticket_label = issue(world, station)
    ticket = next(each for each in streams(station, "ticket") if state(station, each).label == ticket_label)
    first = pending(station)
    restart(world, station)
    write(station, ticket, tickets.Called(counter=3))
    with station.disk.writing() as connection:  # the first run is held back, as if it came by another way
        rows = connection.execute(
            select(tables.pending).where(tables.pending.c.epoch == first[0][0].epoch)
        ).all()
        log.drop_pending(connection, [header.id for header, _ in first])
    world.blocked.clear()
    world.round(station, s(world, 1))
    world.round(s(world, 2), s(world, 1))
    assert state(s(world, 2), ticket) is None
    with station.disk.writing() as connection:
        log.add_pending(connection, [dict(row._mapping) for row in rows])
    heal(world)
    assert state(s(world, 2), ticket).leg.officer == "o-s3"


def test_what_a_station_still_holds_goes_in_when_it_takes_over_itself(world: World) -> None:
    """Its own opening must not stand before what the same run wrote earlier (first hour of the simulation)."""
    cut(world, "s4")
    labels = [issue(world, s(world, 4)) for _ in range(3)]
    s(world, 4).running.take_over(SUPERVISOR)
    assert pending(s(world, 4)) == []
    whole = heal(world)
    assert len(whole.entries) == s(world, 4).head().position
    assert {state(s(world, 2), each).label for each in streams(s(world, 2), "ticket")} >= set(labels)


def test_a_clock_that_jumps_while_entries_fall_out_breaks_nothing(world: World) -> None:
    cut(world, "s3")
    s(world, 3).running.take_over(SUPERVISOR)
    issue(world, s(world, 3))
    s(world, 1).running.take_over(SUPERVISOR)
    s(world, 1).running.take_over(SUPERVISOR)
    s(world, 3).clock.jump(trouble.YEARS)
    world.blocked.clear()
    world.round(s(world, 3), s(world, 1))
    heal(world)


# ------------------------------------------------------------------------------------------------ DESIGN 1, what works

Down = Callable[[World], None]


def _work(world: World, machine: Machine) -> None:
    """Desk, counter and verifier at one PC: a number, a call, a service, a decision."""
    label = issue(world, machine)
    ticket = next(each for each in streams(machine, "ticket") if state(machine, each).label == label)
    write(machine, ticket, tickets.Called(counter=world.counter_of(machine)))
    write(machine, ticket, tickets.Confirmed())
    write(machine, ticket, tickets.Finished(outcome="information"))
    with machine.journal.unit(machine.officer) as unit:
        file = f"case:{unit.new_id()}"
        unit.append(file, case.Opened(service="jht", bundle_version=1))
        unit.append(file, case.Submitted(receipt=f"R{machine.label}", promised=DAY, due=DAY))
    write(machine, file, case.Verified(amount=1_000_000), machine.verifier)
    assert state(machine, ticket).state == "ended"
    assert state(machine, file).stage == "verified"


def test_head_office_down_everything_goes_on_and_the_hub_orders(world: World) -> None:
    cut(world, HEAD_OFFICE)
    for number in (1, 2, 3, 4):
        _work(world, s(world, number))
    talk(world)
    assert len({each.head().log_hash for each in world.living}) == 1
    assert all(pending(each) == [] for each in world.living)
    heal(world)


def test_hub_down_stations_work_on_under_their_marks_and_with_the_tickets_they_know(world: World) -> None:
    s(world, 1).die()
    for number in (2, 3, 4):
        _work(world, s(world, number))
        known = streams(s(world, number), "ticket")[number - 2]
        write(s(world, number), known, tickets.Called(counter=number))
    assert all(len(label.split("-")) == 3 for day, label in world.labels if label > "A-1")
    heal(world)


def test_hub_down_the_supervisor_takes_the_role_over_in_one_step(world: World) -> None:
    s(world, 1).die()
    _work(world, s(world, 3))
    s(world, 2).running.take_over(SUPERVISOR)
    world.round(s(world, 3), s(world, 2))
    assert pending(s(world, 3)) == []
    assert s(world, 3).head().log_hash == s(world, 2).head().log_hash
    heal(world)


def test_one_cable_cut_that_station_works_alone_and_the_others_are_complete(world: World) -> None:
    cut(world, "s3")
    for number in (1, 2, 3, 4):
        _work(world, s(world, number))
    talk(world)
    assert len({s(world, number).head().log_hash for number in (1, 2, 4)}) == 1
    assert all(pending(s(world, number)) == [] for number in (1, 2, 4))
    assert pending(s(world, 3))
    heal(world)


def test_one_pc_destroyed_the_hub_says_how_far_it_had_heard_it_and_another_takes_its_place(
    world: World,
) -> None:
    station = s(world, 3)
    issue(world, station)
    world.round(station, s(world, 1))
    run, heard = station.journal.run.epoch, station.journal.run.seq
    issue(world, station)
    trouble.destroy(world, station)
    with s(world, 1).disk.reading() as connection:
        assert log.run_head(connection, run)[0] == heard
    trouble.enrol_new(world, s(world, 1))
    _work(world, world.machine("n6"))
    heal(world)
    assert world.lost == {run: heard + 1}


def test_a_countersigned_line_is_kept_by_every_full_station(world: World) -> None:
    talk(world)
    above = world.head_office.log.head(CODE)
    for each in world.living:
        with each.disk.reading() as connection:
            line = following.line_of(connection)
        assert line is not None
        assert line[:2] == (above.position, above.log_hash)


def test_a_takeover_needs_the_right_and_a_full_station(world: World) -> None:
    display = enrolment("s4", 4, "f-s4")
    with s(world, 1).journal.unit(SUPERVISOR) as unit:
        unit.append("branch", type(display)(**{**_fields(display), "full": False}))
    world.round(s(world, 4), s(world, 1))
    with refused("not_full_station"):
        s(world, 4).running.take_over(SUPERVISOR)


def _fields(payload: Any) -> dict[str, Any]:
    return {name: getattr(payload, name) for name in payload.__struct_fields__}


# ------------------------------------------------------------------------------------------------ what seeds broke


def test_an_own_event_that_settles_a_race_settles_it_for_everybody(world: World) -> None:
    """Seed 32: the hub's own later value closed a race in everybody's rows but its own."""
    file = next(each for each in streams(s(world, 1), "case") if state(s(world, 1), each).stage == "draft")
    cut(world, "s3")
    write(s(world, 3), file, case.Noted(fields={"phone": "08110000"}))
    write(s(world, 1), file, case.Noted(fields={"phone": "08220000"}))
    world.blocked.clear()
    talk(world)
    write(s(world, 1), file, case.Noted(fields={"phone": "08330000"}))
    whole = heal(world)
    assert [race for race, _, _ in whole.conflicts] == ["attribute"]
    with s(world, 1).disk.reading() as connection:
        assert all(row[0] for row in connection.execute(select(tables.conflicts.c.settled_by)))


def test_an_event_whose_forerunner_burned_is_kept_aside_when_a_person_says_so(world: World) -> None:
    """Seed 95: what came before it in its run was on a disk that burned; its number can never fit."""
    station = s(world, 3)
    cut(world, "s3")
    for _ in range(2):
        issue(world, station)
    first, *rest = pending(station)
    with station.disk.writing() as connection:
        log.drop_pending(connection, [first[0].id])
    world.blocked.clear()
    world.round(station, s(world, 1))
    assert [header.id for header, _ in pending(s(world, 1))] == [header.id for header, _ in rest]
    trouble.destroy(world, station)
    world.lost[first[0].epoch] = first[0].seq
    heal(world)
    with s(world, 1).disk.reading() as connection:
        assert log.aside_known(connection, [header.id for header, _ in rest]) == {each.id for each, _ in rest}


def test_a_piece_of_log_meant_for_another_hub_is_asked_for_once_more(world: World) -> None:
    """Seed 1842: a station owed its log to one hub, asked another, and was refused for ever."""
    cut(world, "s2", "s3")
    for _ in range(3):
        issue(world, s(world, 1))
    talk(world)
    s(world, 2).running.take_over(SUPERVISOR)
    s(world, 3).running.take_over(SUPERVISOR)
    issue(world, s(world, 3))
    world.blocked.clear()
    station, wrong = s(world, 4), (s(world, 3).head().position, s(world, 3).head().log_hash)
    station.running._owed = [(station.head().position, station.head().log_hash), wrong]
    assert world.round(station, s(world, 3)) is not None or world.refusals["line_kept"]
    heal(world)


def test_events_that_came_by_different_ways_travel_on_in_their_runs_order(world: World) -> None:
    cut(world, "s3")
    for _ in range(4):
        issue(world, s(world, 3))
    held = pending(s(world, 3))
    with s(world, 3).disk.writing() as connection:
        rows = [dict(row._mapping) for row in connection.execute(select(tables.pending)).all()]
        log.drop_pending(connection, [header.id for header, _ in held])
        log.add_pending(
            connection, [{**row, "number": number} for number, row in enumerate(reversed(rows), 1)]
        )
    world.blocked.clear()
    world.round(s(world, 3), s(world, 1))
    heal(world)
