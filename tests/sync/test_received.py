"""Large offers are durable at the hub before they have their places: nothing of them is lost, doubled or told wrongly."""

import pytest

from app.domain import case_events as case
from app.models import inbox, log
from app.sync.received import read_offers
from tests.sync.simulation import checks, healing
from tests.sync.simulation.machines import Machine, kept_events
from tests.sync.simulation.world import SUPERVISOR, World
from tests.sync.test_log_cases import pending, restart, s, streams, talk, write

MANY = 12


@pytest.fixture
def world() -> World:
    """A hub, s1, that keeps ten offered events or more before it gives them places; s2 has written twelve."""
    world = World(1)
    talk(world)
    s(world, 1).running.received.kept_from = 10
    for number in range(MANY):
        write(s(world, 2), streams(s(world, 2), "case")[0], case.Noted(fields={f"note_{number}": "isi"}))
    return world


def offer(asker: Machine, hub: Machine) -> str:
    """One question, and what the hub needs; the answer is taken."""
    answer = hub.running.answer(asker.running.ask(), asker.station)
    asker.running.take(answer)
    return answer.need


def kept(machine: Machine) -> set[tuple[bytes, int]]:
    with machine.disk.reading() as connection:
        return kept_events(connection)


def test_they_are_on_the_disk_of_the_hub_before_anything_is_folded(world: World) -> None:
    hub, station = s(world, 1), s(world, 2)
    before = hub.head().position
    assert offer(station, hub) == "kept"
    assert hub.head().position == before
    assert {(header.epoch, header.seq) for header, _ in pending(station)} == kept(hub)
    assert station.running.ask().offers is None, "what is durable there is offered again"


def test_the_next_question_brings_their_places_and_not_their_bodies(world: World) -> None:
    hub, station = s(world, 1), s(world, 2)
    offer(station, hub)
    answer = hub.running.answer(station.running.ask(), station.station)
    assert answer.log is not None
    assert len(answer.log.block.order) == MANY
    assert answer.log.block.payloads == []
    station.running.take(answer)
    assert pending(station) == []
    assert kept(hub) == set()
    assert station.head().log_hash == hub.head().log_hash


def test_a_hub_that_dies_in_between_has_them_when_it_starts_again(world: World) -> None:
    hub, station = s(world, 1), s(world, 2)
    offer(station, hub)
    owed = kept(hub)
    station.destroyed = True  # nobody else has them
    station.die()
    restart(world, hub)
    hub.running.begin()
    hub.running.received.take_in(hub.running)
    assert owed <= hub.held()
    assert kept(hub) == set()
    healing.heal(world)
    checks.check(world)


def test_what_an_older_program_kept_and_nobody_can_read_stops_no_other(world: World) -> None:
    hub, station = s(world, 1), s(world, 2)
    with hub.disk.writing() as connection:
        inbox.keep(connection, "s4", b"\xc1 of another version", 0)
    offer(station, hub)
    assert offer(station, hub) == ""
    assert pending(station) == []
    hub.running.step_down()
    with hub.disk.reading() as connection:
        left = inbox.first(connection)
    assert left is not None, "it is still there for whoever can read it"
    assert left[1] == "s4"


def test_a_hub_that_steps_down_offers_them_on(world: World) -> None:
    hub, station = s(world, 1), s(world, 2)
    offer(station, hub)
    s(world, 3).running.take_over(SUPERVISOR)
    hub.running.step_down()
    assert kept(hub) == set()
    assert len(pending(hub)) == MANY
    healing.heal(world)
    checks.check(world)


def test_offered_twice_they_come_in_once(world: World) -> None:
    hub, station = s(world, 1), s(world, 2)
    question = station.running.ask()
    assert hub.running.answer(question, station.station).need == "kept"
    again = hub.running.answer(question, station.station)  # the first answer was lost
    assert again.need == ""
    station.running.take(again)
    assert pending(station) == []
    healing.heal(world)
    checks.check(world)


def test_a_station_that_lost_its_memory_gets_every_body(world: World) -> None:
    hub, station = s(world, 1), s(world, 2)
    image = station.disk.copy()
    offer(station, hub)
    station.die()
    with image.writing() as connection:
        log.drop_pending(connection, [header.id for header, _ in pending_of(image)])
    station.disk = image
    station.start()
    for _ in range(3):
        world.round(station, hub)
    assert station.head().log_hash == hub.head().log_hash
    healing.heal(world)
    checks.check(world)


def pending_of(disk) -> list[tuple[log.Header, bytes]]:
    with disk.reading() as connection:
        return [(log.read_header(each.header), each.header) for each in log.pending(connection, 1 << 20)]


def test_what_its_author_did_not_sign_is_not_kept(world: World) -> None:
    hub, station = s(world, 1), s(world, 2)
    question = station.running.ask()
    assert question.offers is not None
    question.offers.signatures = dict.fromkeys(question.offers.signatures, b"\x00" * 64)
    answer = hub.running.answer(question, station.station)
    assert answer.need != "kept"
    assert kept(hub) == set()
    assert {code for _, code in answer.aside} == {"signature_wrong"}


def test_few_events_have_their_places_in_the_first_answer(world: World) -> None:
    hub, station = s(world, 1), s(world, 3)
    write(station, streams(station, "case")[0], case.Noted(fields={"note": "isi"}))
    assert offer(station, hub) == ""
    assert pending(station) == []


def test_the_rows_are_what_was_offered(world: World) -> None:
    hub, station = s(world, 1), s(world, 2)
    held = [each for _, each in pending(station)]
    offer(station, hub)
    with hub.disk.reading() as connection:
        row = inbox.first(connection)
    assert row is not None
    assert row[1] == station.station
    assert [each.header for _, each in read_offers(row[2])] == held
