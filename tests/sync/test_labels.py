"""No label twice: what the home may know of its numbers, and when another computer may give them (decision 24)."""

import msgspec
from sqlalchemy import select

from app.domain import case_events as case
from app.domain.branch import PersonSet, StationRevoked
from app.domain.receipts import ReceiptRenewed
from app.models import tables
from app.services import numbers
from tests.houses import DAY
from tests.sync.simulation import people, trouble
from tests.sync.simulation.machines import Machine
from tests.sync.simulation.world import SUPERVISOR, World
from tests.sync.test_log_cases import cut, heal, issue, restart, s, state, submitted, talk, world, write

__all__ = ["world"]


def gives_plain(machine: Machine) -> bool:
    """Whether this PC takes itself for the one that gives plain numbers."""
    branch = machine.branch()
    assert branch is not None
    return numbers.gives_plain(branch, machine.fingerprint, machine.station)


def agree(world: World, machine: Machine) -> None:
    """The person at this PC holds its next number against the paper, and does know it."""
    while people.is_doubted(machine):
        people.confirm_numbers(world, machine)


def next_plain(machine: Machine) -> int:
    with machine.disk.reading() as connection:
        return numbers.next_plain(connection, DAY, "A")


def test_no_log_of_another_computer_answers_for_the_paper(world: World) -> None:
    """The home is put back to an image; what it had given since nobody has heard of. The others vouch for all they know."""
    home = s(world, 1)
    trouble.save_image(world, home)
    cut(world, "s1")
    given = [issue(world, home), issue(world, home)]
    home.die()
    world.replace_disk(home, home.images[-1].copy())
    world.blocked.clear()
    home.start()
    trouble.gather(world, home)
    talk(world)
    assert next_plain(home) == 4  # as far as all of them know
    assert people.is_doubted(home)
    assert issue(world, home) not in given
    heal(world)


def test_what_others_hold_is_the_least_that_the_next_number_may_be(world: World) -> None:
    home = s(world, 1)
    trouble.save_image(world, home)
    given = [issue(world, home) for _ in range(3)]
    talk(world)
    home.die()
    world.replace_disk(home, home.images[-1].copy())
    home.start()
    with home.journal.unit(
        home.officer
    ) as unit:  # somebody agrees with what the screen shows, before the others speak
        numbers.confirmed(unit.connection, DAY, {"A": 4})
    trouble.gather(world, home)
    assert next_plain(home) == 4 + len(given)
    heal(world)


def test_what_the_paper_said_outlives_an_opening_that_was_not_the_first(world: World) -> None:
    """Both sides of a cut open the day; the home's own opening loses, and with it what it had written of the paper."""
    home = s(world, 1)
    world.pass_time(24 * 3_600_000)
    people.open_day(world, s(world, 2))
    with home.journal.unit(home.officer) as unit:
        day = people.day_of(unit.at, unit.branch.zone)
        numbers.confirmed(unit.connection, day, {"A": 31})
    talk(world)
    with home.disk.reading() as connection:
        assert numbers.next_plain(connection, day, "A") == 31


def test_a_home_that_is_moved_while_the_former_one_is_cut_off_prints_its_mark_until_that_one_has_heard(
    world: World,
) -> None:
    former, new = s(world, 1), s(world, 3)
    agree(world, former)
    cut(world, "s1")
    people.move_home(world, new)
    plain = [issue(world, former) for _ in range(2)]
    marked = [issue(world, new) for _ in range(2)]
    assert plain == ["A-004", "A-005"]
    assert all(len(each.split("-")) == 3 for each in marked)
    assert gives_plain(former)
    assert not gives_plain(new)
    world.blocked.clear()
    talk(world, 3)
    assert (gives_plain(former), gives_plain(new)) == (False, True)
    assert people.is_doubted(new)  # it asks once, when it may give them
    agree(world, new)
    assert issue(world, new) == "A-006"
    assert len(issue(world, former).split("-")) == 3
    heal(world)


def test_a_home_moved_twice_goes_from_hand_to_hand(world: World) -> None:
    agree(world, s(world, 1))
    cut(world, "s1", "s2")
    s(world, 4).running.take_over(SUPERVISOR)
    people.move_home(world, s(world, 4))
    people.move_home(world, s(world, 2))
    labels = [issue(world, s(world, number)) for number in (1, 2, 3, 4)]
    assert [len(each.split("-")) for each in labels] == [2, 3, 3, 3]
    heal(world)
    givers = [each for each in world.living if gives_plain(each)]
    assert len(givers) == 1
    assert {each.branch().series_giver for each in world.living if each.branch()} == {  # type: ignore[union-attr]
        (givers[0].fingerprint, givers[0].station)
    }


def test_a_former_home_that_was_taken_out_of_the_branch_is_not_waited_for(world: World) -> None:
    cut(world, "s1")
    s(world, 2).running.take_over(SUPERVISOR)
    people.move_home(world, s(world, 2))
    assert not gives_plain(s(world, 2))
    write(s(world, 2), "branch", StationRevoked(station="s1", reason="rusak"), SUPERVISOR)
    assert gives_plain(s(world, 2))


def test_a_restart_of_the_new_home_before_the_former_one_has_heard_changes_nothing(world: World) -> None:
    cut(world, "s1")
    people.move_home(world, s(world, 3))
    restart(world, s(world, 3))
    assert not gives_plain(s(world, 3))
    assert len(issue(world, s(world, 3)).split("-")) == 3
    heal(world)


def test_a_move_in_an_old_log_counted_at_once_and_still_does() -> None:
    """Logs of before this rule name no computer that wrote the move."""
    from app.domain import branch as branches
    from app.domain import home
    from app.domain.events import Event

    def event(position: int, payload: object) -> Event:
        return Event(f"{position:032x}", "branch", "", 1, "system", 1, position, payload)  # type: ignore[arg-type]

    start = branches.SetUp(code="MDU", name="", zone="WIB", counters=(), home="f1", station="s1")
    state = branches.fold(None, event(1, start))
    state = branches.fold(state, event(2, home.HomeMoved(home="f2", station="s2")))
    assert state.series_giver == ("f2", "s2")


# ------------------------------------------------------------------------------------------------ what does not stand


def told(machine: Machine, kind: str) -> set[tuple[str, str]]:
    """(stream, person) of what somebody at this PC is told; an empty person stands for who looks after the branch."""
    table = tables.notices
    query = select(table.c.stream, table.c.person).where(table.c.kind == kind)
    with machine.disk.reading() as connection:
        return {(row[0], row[1]) for row in connection.execute(query)}


def test_a_decision_whose_author_had_lost_the_role_is_told_to_both(world: World) -> None:
    """Cut off, a verifier decides; meanwhile the supervisor took the role away."""
    file, away = submitted(s(world, 1)), s(world, 4)
    cut(world, "s4")
    gone = PersonSet(person=away.verifier, name="Petugas", title="", roles=("verifier",), active=False)
    write(s(world, 1), "branch", gone, SUPERVISOR)
    write(away, file, case.Verified(amount=1_000_000), away.verifier)
    assert told(away, "right_lost") == set()
    world.blocked.clear()
    talk(world)
    assert told(away, "right_lost") == {(file, away.verifier), (file, "")}
    assert told(s(world, 1), "right_lost") == {(file, "")}
    assert told(s(world, 2), "right_lost") == set()
    heal(world)


def test_a_decision_that_stands_is_told_to_nobody(world: World) -> None:
    file, away = submitted(s(world, 1)), s(world, 4)
    write(away, file, case.Verified(amount=1_000_000), away.verifier)
    talk(world)
    assert told(away, "right_lost") == told(s(world, 1), "right_lost") == set()


def test_a_ticket_that_comes_to_nothing_leaves_its_number_on_paper(world: World) -> None:
    """Seed 2289: cut off, a desk prints; meanwhile its officer's role was taken away, so that its tickets do not stand.
    Given back the role, it must not print their numbers again."""
    desk = s(world, 4)
    cut(world, desk.label)
    role = PersonSet(person=desk.officer, name="Petugas", title="", roles=("security_desk",))
    write(s(world, 2), "branch", msgspec.structs.replace(role, active=False), SUPERVISOR)
    given = {issue(world, desk), issue(world, desk)}
    world.blocked.clear()
    talk(world)
    with desk.disk.reading() as connection:
        standing = set(connection.execute(select(tables.tickets.c.label)).scalars())
    assert not given & standing
    write(desk, "branch", role, SUPERVISOR)
    talk(world)
    assert issue(world, desk) not in given
    heal(world)


def test_so_does_a_plain_one(world: World) -> None:
    home = s(world, 1)
    agree(world, home)
    with home.journal.unit(home.officer) as unit:
        printed = numbers.give(unit.connection, DAY, "A")
    assert next_plain(home) == printed + 1
    with home.journal.unit(home.officer) as unit:  # the same paper says it of another series alone
        numbers.confirmed(unit.connection, DAY, {"B": 7})
    assert next_plain(home) == printed + 1


def test_a_receipt_renewed_without_the_right_is_told_to_who_printed_it(world: World) -> None:
    """The paper bears a number that no file has: somebody must know."""
    file, away = submitted(s(world, 1)), s(world, 4)
    person = {"person": "second-boss", "name": "Petugas", "title": "", "roles": ("service_supervisor",)}
    write(s(world, 1), "branch", PersonSet(**person), SUPERVISOR)
    talk(world)
    cut(world, "s4")
    write(s(world, 1), "branch", PersonSet(**person, active=False), SUPERVISOR)
    former = state(away, file).receipt
    write(away, file, ReceiptRenewed(receipt="MDU-X", former=former), "second-boss")
    world.blocked.clear()
    talk(world)
    assert told(away, "right_lost") == {(file, "second-boss"), (file, "")}
    assert state(away, file).receipt == former
    heal(world)
