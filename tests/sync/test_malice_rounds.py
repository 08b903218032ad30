"""Computers of a branch that lie to each other: rounds that come twice, rewritten logs, copied disks, other names."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from app.credentials import DeviceKey
from app.domain import days, tickets
from app.domain.branch import StationRevoked
from app.domain.events import Entry, Held, Term, chain, read_header
from app.models import following, log, projections, tables
from app.models.journal import Journal
from app.sync import messages
from app.sync.directives import Revocation, StaffSet, content_bytes
from app.sync.line import Directive, Line, countersign, sign_directive
from app.sync.messages import Answer, Round
from app.sync.node import Node
from app.sync.upward import Upward
from app.sync.wire import pack_events, pack_log
from tests.houses import DAY, CountingEntropy, refused
from tests.sync.attacker import STATION, Hub, Run
from tests.sync.simulation.machines import KEY, Machine, MemoryDisk
from tests.sync.simulation.world import CODE, SUPERVISOR, World


@pytest.fixture
def world() -> World:
    """s1 is the hub; everybody has its log, and head office has countersigned it."""
    made = World(1)
    talk(made)
    return made


def talk(world: World) -> None:
    for _ in range(2):
        for each in world.machines[1:]:
            world.round(each, world.machines[0])
        world.up(world.machines[0])


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = Hub(tmp_path)
    yield made
    made.services.close()


def write(machine: Any, label: str, who: str = "o-s1") -> str:
    """A ticket under some mark; its stream."""
    with machine.journal.unit(who) as unit:
        stream = f"ticket:{unit.new_id()}"
        prefix, number = label.split("-")
        unit.append(
            stream,
            tickets.Issued(day=DAY, label=label, prefix=prefix, number=int(number), service="jht"),
        )
    return stream


def head(machine: Machine) -> tuple[int, bytes]:
    found = machine.head()
    return found.position, found.log_hash


def notices(machine: Any) -> set[str]:
    store = machine.journal.store
    with store.reading() as connection:
        return {row[0] for row in connection.execute(select(tables.notices.c.kind))}


def answered(world: World, asker: Machine, answerer: Machine) -> Answer:
    """The answer to the asker's question, not yet taken."""
    question = messages.write(asker.running.ask())
    return messages.read_answer(
        messages.write(answerer.running.answer(messages.read_round(question), asker.station))
    )


# ---------------------------------------------------------------------------------------------- rounds again


def test_a_round_that_comes_ten_times_is_taken_once(world: World) -> None:
    one, two = world.machines[:2]
    write(two, "Z-1")
    question = messages.write(two.running.ask())
    answers = [one.running.answer(messages.read_round(question), two.station) for _ in range(10)]
    after = head(one)
    assert answers[0].log is not None
    for answer in [*answers, answers[0]]:
        two.running.take(messages.read_answer(messages.write(answer)))
    assert head(one) == head(two) == after


def test_rounds_that_come_in_the_wrong_order_are_put_in_order(hub: Hub) -> None:
    run, desk = hub.run(), hub.house["security_desk"]
    events = [
        run.event(f"ticket:t{number}", "ticket.printed", b'{"how":"screen"}', desk) for number in range(5)
    ]
    for number in (4, 2, 3, 1):
        hub.offer(events[number])
        assert not any(map(hub.in_log, events))
    hub.offer(events[0])
    assert all(map(hub.in_log, events))
    with hub.house.office.store.reading() as connection:
        assert log.pending_count(connection) == 0
    hub.check()


def test_an_answer_whose_tail_is_cut_off_is_refused_and_asked_for_again(world: World) -> None:
    one, two = world.machines[:2]
    for number in range(1, 6):
        write(one, f"Z-{number}")
    before = head(two)
    answer = answered(world, two, one)
    data = messages.write(answer)
    for size in range(0, len(data), 7):
        with pytest.raises(Exception, match="message_"):
            two.running.take(messages.read_answer(data[:size]))
    assert answer.log is not None
    part = msgspec.structs.replace(answer.log)
    part.block = pack_events(_held(one, part.position)[:2])[0]
    with refused("message_damaged"):
        two.running.take(msgspec.structs.replace(answer, log=part))
    assert head(two) == before
    world.round(two, one)
    assert head(two) == head(one)


def _held(machine: Machine, position: int) -> list[Held]:
    with machine.disk.reading() as connection:
        return [each.held for each in log.entries_after(connection, position, 1000)]


def test_a_log_whose_terms_go_down_is_refused(world: World) -> None:
    one, two = world.machines[:2]
    write(one, "Z-1")
    write(one, "Z-2")
    answer = answered(world, two, one)
    assert answer.log is not None
    (_, number, run), *_ = answer.log.terms
    answer.log.terms = [(1, number, run), (1, number - 1, run)]
    with refused("message_damaged", why="terms"):
        two.running.take(answer)


# ---------------------------------------------------------------------------------------------- rewritten logs


def rewriter(world: World, machine: Machine) -> tuple[Node, Journal, Upward]:
    """The hub's own PC with its own key: the log is another one from its first image on, in a higher term."""
    disk = machine.images[0].copy()
    journal = Journal(disk, machine.clock, CountingEntropy("rewriter"), machine.signer, machine.station)
    node = Node(journal, trusted=lambda: [world.head_office.public])
    for _ in range(3):
        node.take_over(SUPERVISOR)
    with journal.unit(SUPERVISOR) as unit:
        for number in range(20):
            unit.append(f"day:2026-12-{number + 1:02}", days.DayOpened())
    return node, journal, Upward(node)


def test_a_hub_that_rewrites_what_is_countersigned_is_followed_by_nobody(world: World) -> None:
    hub, station = world.machines[:2]
    write(hub, "Z-1")
    talk(world)
    before = head(station)
    node, journal, _ = rewriter(world, hub)
    question = station.running.ask()
    honest = msgspec.structs.replace(question.hello, line=None, heard=Term(0, ""))
    answer = node.answer(msgspec.structs.replace(question, hello=honest), station.station)
    assert answer.log is not None
    assert answer.hello.term > question.hello.term
    with refused("line_kept"):
        station.running.take(messages.read_answer(messages.write(answer)))
    assert head(station) == before
    assert journal.head()[0] > before[0], (
        "it is longer, and in a higher term: only the line speaks against it"
    )


def test_a_hub_that_rewrites_what_is_countersigned_changes_nothing_at_head_office(world: World) -> None:
    hub = world.machines[0]
    write(hub, "Z-1")
    talk(world)
    office = world.head_office
    before = office.log.head(CODE)
    node, journal, upward = rewriter(world, hub)
    with journal.store.reading() as connection:
        entries = log.entries_after(connection, 0, 1000)
        hello = node.hello(connection)
    question = Round(hello=hello, log=pack_log(0, bytes(32), entries))
    answer = messages.read_answer(office.answer(messages.write(question), hub.station))
    assert answer.log is not None, "it is handed head office's log as its base"
    assert office.log.head(CODE) == before
    assert office.log.hash_at(CODE, before.position) == before.log_hash
    for _ in range(4):  # an honest program rebases on it, and offers its own again
        taken = upward.take(messages.read_answer(office.answer(messages.write(upward.ask()), hub.station)))
        if not taken.again:
            break
    assert office.log.hash_at(CODE, before.position) == before.log_hash
    with journal.store.reading() as connection:
        assert log.hash_at(connection, before.position) == before.log_hash


def test_two_logs_of_one_term_are_a_defect_and_both_are_kept(world: World) -> None:
    """The hub's PC was cloned while its program ran: both go on in one term."""
    hub, station = world.machines[:2]
    twin = continued(world, hub)
    write(hub, "Z-1")
    write(twin, "Z-2")
    world.round(station, hub)
    before = head(station)
    question = messages.read_round(messages.write(station.running.ask()))
    answer = twin.answer(question, station.station)
    if answer.log is None:  # the twin notices by itself
        assert answer.need == "defect"
        return
    with refused("two_logs"):
        station.running.take(answer)
    assert station.running.defect
    assert head(station) == before


def continued(world: World, machine: Machine) -> Node:
    """A copy of disk and memory: the same run goes on twice."""
    disk = MemoryDisk(KEY, machine.disk)
    journal = Journal(disk, machine.clock, CountingEntropy("twin"), machine.signer, machine.station)
    former = machine.journal.run
    journal.run.epoch, journal.run.seq, journal.run.prev = former.epoch, former.seq, former.prev
    journal.run.term = former.term
    journal.ordering = machine.journal.ordering
    return Node(journal, trusted=lambda: [world.head_office.public])


# ---------------------------------------------------------------------------------------------- copied computers


def test_a_run_that_two_computers_go_on_with_is_told_to_those_who_look_after_the_branch(world: World) -> None:
    hub, station = world.machines[:2]
    twin = continued(world, station)
    write(station, "Z-1")
    write(twin, "Z-2")
    world.round(station, hub)
    question = messages.write(twin.ask())
    answer = messages.read_answer(
        messages.write(hub.running.answer(messages.read_round(question), station.station))
    )
    assert [code for _, code in answer.aside] == ["chain_mismatch"]
    assert "chain_mismatch" in notices(hub)
    former = twin.journal.run.epoch
    twin.take(answer)
    assert "chain_mismatch" in notices(twin)
    assert twin.journal.run.epoch != former, "it goes on under another name"
    write(twin, "Z-3")
    for _ in range(3):
        twin.take(hub.running.answer(messages.read_round(messages.write(twin.ask())), station.station))
    shown = {each.label for each in _tickets(hub)}
    assert {"Z-1", "Z-3"} <= shown
    assert "Z-2" not in shown, "it lies aside, with its bytes"


def _tickets(machine: Machine) -> list[Any]:
    with machine.disk.reading() as connection:
        keys = [row[0] for row in connection.execute(select(tables.tickets.c.id))]
        found = [projections.load(connection, f"ticket:{key}") for key in keys]
    return [each[0] for each in found if each]


def test_both_supervisor_and_it_officer_are_told(hub: Hub) -> None:
    run = hub.run("cloned")
    first = run.event("ticket:t1", "ticket.printed", b'{"how":"screen"}', "system")
    twin = hub.run("cloned")
    other = twin.event("ticket:t2", "ticket.printed", b'{"how":"screen"}', "system", id=b"o" * 16)
    hub.offer(first)
    assert hub.offer(other).aside == [(b"o" * 16, "chain_mismatch")]
    assert hub.notices() == ["chain_mismatch"]
    assert hub.aside() == {other.hash: "chain_mismatch"}
    hub.check()


# ---------------------------------------------------------------------------------------------- other names


def test_events_in_the_name_of_another_computer_are_set_aside(hub: Hub) -> None:
    hub.enrol("S3", 3, DeviceKey(b"3" * 32, "S3", "f" * 32))
    forged = Run("S3", "mine", hub.key).event("ticket:t1", "ticket.printed", b'{"how":"x"}', "system")
    strange = Run("S9", "mine", hub.key).event("ticket:t1", "ticket.printed", b'{"how":"x"}', "system")
    assert {code for _, code in hub.offer(forged).aside} == {"signature_wrong"}
    assert {code for _, code in hub.offer(strange).aside} == {"key_unknown"}
    assert hub.aside() == {forged.hash: "signature_wrong", strange.hash: "key_unknown"}
    assert sorted(hub.notices()) == ["key_unknown", "signature_wrong"]
    hub.check()


def test_a_run_of_another_computer_cannot_be_gone_on_with(hub: Hub) -> None:
    """The name of its run and the hash of its last event stand in everybody's log."""
    key = DeviceKey(b"3" * 32, "S3", "f" * 32)
    hub.enrol("S3", 3, key)
    honest = Run("S3", "honest", key)
    hub.offer(honest.event("ticket:t1", "ticket.printed", b'{"how":"screen"}', "system"), station="S3")
    thief = Run(STATION, "thief", hub.key)
    thief.epoch, thief.seq, thief.prev = honest.epoch, honest.seq, honest.prev
    stolen = thief.event("ticket:t1", "ticket.printed", b'{"how":"x"}', "system", id=b"s" * 16)
    assert [code for _, code in hub.offer(stolen).aside] == ["chain_mismatch"]
    mine = honest.event("ticket:t1", "ticket.printed", b'{"how":"screen"}', "system")
    assert hub.offer(mine, station="S3").aside == []
    assert hub.in_log(mine)
    hub.check()


def test_two_events_of_one_id_are_one_event_and_the_other_is_set_aside(hub: Hub) -> None:
    same = b"i" * 16
    run, other = hub.run(), hub.run()
    first = run.event("ticket:t1", "ticket.printed", b'{"how":"screen"}', "system", id=same)
    second = other.event("ticket:t2", "ticket.printed", b'{"how":"screen"}', "system", id=same)
    hub.offer(first, second)
    assert hub.in_log(first)
    assert hub.aside() == {second.hash: "chain_mismatch"}
    early = [
        each.event("ticket:t3", "ticket.printed", b"{}", "system", id=b"e" * 16, seq=9)
        for each in (run, other)
    ]
    hub.offer(*early)
    hub.check()


@pytest.mark.parametrize("actor", ["head_office", "system", "cso", "auditor", "", "x" * 100])
def test_who_has_no_right_writes_nothing_that_stands(hub: Hub, actor: str) -> None:
    who = hub.house.people.get(actor, actor)
    before = hub.house.office.branch()
    person = msgspec.json.encode({"person": "evil", "name": "Jahat", "title": "", "roles": ["branch_head"]})
    station = msgspec.json.encode(
        {"station": "S9", "number": 9, "name": "Jahat", "key": hub.key.public(), "fingerprint": "f"}
    )
    run = hub.run()
    events = [
        run.event("branch", "branch.person_set", person, who),
        run.event("branch", "branch.station_enrolled", station, who),
        run.event("branch", "branch.station_revoked", b'{"station":"S2","reason":"x"}', who),
        run.event("case:c1", "case.verified", b'{"amount":1}', who),
    ]
    hub.offer(*events)
    assert [hub.quarantine(each) in ("no_right", "event_damaged") for each in events] == [True] * 4
    assert hub.house.office.branch() == before
    hub.check()


@pytest.mark.parametrize("whose", ["hub", "new", "own"])
def test_a_term_in_the_name_of_another_run_brings_no_key(hub: Hub, whose: str) -> None:
    station = {"hub": hub.house.office.note.station, "new": "S9", "own": STATION}[whose]
    before = hub.house.office.branch()
    opening = {
        "number": 99,
        "run": "ff" * 8,
        "station": station,
        "key": DeviceKey(b"e" * 32, "S9", "f").public(),
    }
    event = hub.run().event("branch", "branch.term_opened", msgspec.json.encode(opening), "system")
    hub.offer(event)
    assert hub.quarantine(event) == "term_forged"
    assert hub.house.office.branch() == before
    hub.check()


def test_a_round_in_another_name_than_it_is_signed_with_is_refused(hub: Hub) -> None:
    with refused("message_damaged", why="station"):
        hub.ask(hub.question(hello=hub.hello("S3")))


# ---------------------------------------------------------------------------------------------- revoked


def test_a_revoked_computer_gets_nothing_more_and_what_it_sends_is_kept_apart(hub: Hub) -> None:
    with hub.house.office.unit(hub.house["it_officer"]) as unit:
        unit.append("branch", StationRevoked(station=STATION, reason="dicuri"))
    hub.house.open_day()
    event = hub.run().event("ticket:t1", "ticket.printed", b'{"how":"screen"}', "system")
    for _ in range(3):
        answer = hub.offer(event, hello=hub.hello(position=0, log_hash=bytes(32)))
        assert (answer.orders, answer.need, answer.log, answer.offers) == (False, "revoked", None, None)
        assert (answer.hello.position, answer.hello.line, answer.done) == (0, None, None)
    act = hub.act("issue", hub.house["security_desk"], b'{"service":"info"}')
    assert (act.need, act.done) == ("revoked", None)
    assert not hub.in_log(event)
    assert hub.aside() == {event.hash: "station_revoked"}
    assert hub.notices() == ["station_revoked"]


# ---------------------------------------------------------------------------------------------- head office's word


def test_a_line_that_a_stranger_signed_is_not_believed(world: World) -> None:
    hub, station = world.machines[:2]
    stranger = DeviceKey(b"e" * 32, "head office", "")
    before = _line(station)
    position, log_hash = head(station)
    forged = Line(position, log_hash, countersign(stranger, CODE, position, log_hash))
    other = Line(position, log_hash, countersign(world.head_office._key, "SBY", position, log_hash))
    write(hub, "Z-1")
    answer = answered(world, station, hub)
    for line in (forged, other, Line(1 << 52, bytes(32), bytes(64))):
        hello = msgspec.structs.replace(answer.hello, line=line)
        station.running.hear(hello)
        assert _line(station) == before
    station.running.take(answer)
    assert head(station) == head(hub)


def _line(machine: Machine) -> Any:
    with machine.disk.reading() as connection:
        return following.line_of(connection)


class Told(Upward):
    """The hub's talk with head office; head office's answers are the test's."""

    def __init__(self, hub: Hub) -> None:
        from app.services.directives import obey

        self.hub = hub
        self.key = DeviceKey(b"o" * 32, "head office", "")
        super().__init__(
            hub.node, lambda unit, each: obey(hub.house.office, unit, each, (self.key.public(),))
        )

    def tell(self, *directives: Directive) -> None:
        hello = self.hub.hello("head office")
        self.take(
            messages.read_answer(
                messages.write(Answer(hello=hello, orders=True, directives=list(directives)))
            )
        )

    def cursor(self) -> int:
        return self.ask().directive

    def staff(self, number: int, person: str, branch: str = "MDU", key: Any = None) -> Directive:
        content = content_bytes(StaffSet(person=person, name=person, roles=("cso",)))
        return sign_directive(key or self.key, branch, number, "staff", content)


def test_a_directive_takes_effect_once_in_its_turn_and_only_under_head_offices_signature(hub: Hub) -> None:
    told = Told(hub)
    people = hub.house.office.branch
    for wrong in (
        told.staff(1, "p1", key=hub.key),
        told.staff(1, "p1", branch="SBY"),
        msgspec.structs.replace(told.staff(1, "p1"), number=2),
        msgspec.structs.replace(told.staff(2, "p1"), number=1),
        msgspec.structs.replace(told.staff(1, "p1"), kind="revocation"),
        msgspec.structs.replace(told.staff(1, "p1"), signature=bytes(64)),
    ):
        if wrong.number == 1:
            with refused("directive_not_trusted"):
                told.tell(wrong)
        else:
            told.tell(wrong)
        assert told.cursor() == 0
    told.tell(told.staff(2, "p2"), told.staff(3, "p3"))
    assert told.cursor() == 0, "a gap: the first is missing"
    told.tell(told.staff(1, "p1"), told.staff(1, "again"), told.staff(3, "p3"))
    assert told.cursor() == 1
    told.tell(told.staff(3, "p3"), told.staff(2, "p2"), told.staff(3, "p3"))
    assert told.cursor() == 3
    told.tell(told.staff(1, "replayed"), told.staff(3, "replayed"))
    assert {"p1", "p2", "p3"} <= set(people().people)
    assert not {"again", "replayed"} & set(people().people)
    hub.check()


def test_a_directive_that_cannot_take_effect_does_not_hold_up_the_next(hub: Hub) -> None:
    told = Told(hub)
    gone = sign_directive(told.key, "MDU", 1, "revocation", content_bytes(Revocation(station="S77", at=1)))
    deep = sign_directive(told.key, "MDU", 2, "staff", b'{"person":' + b"[" * 100_000)
    strange = sign_directive(told.key, "MDU", 3, "coffee", b"{}")
    told.tell(gone, deep, strange, told.staff(4, "p4"))
    assert told.cursor() == 4
    assert "p4" in hub.house.office.branch().people
    assert hub.notices() == ["directive_failed"] * 3


# ---------------------------------------------------------------------------------------------- labels


def test_a_label_taken_by_a_forger_keeps_no_station_from_following(world: World) -> None:
    """Cut off, a station prints under its mark; meanwhile somebody sends that very label to the hub."""
    hub, station, thief = world.machines[:3]
    given = {"day": DAY, "label": "A-2XYZ-001", "prefix": "A", "mark": "2XYZ", "number": 1, "service": "jht"}
    for machine in (station, thief):
        with machine.journal.unit("o-s1") as unit:
            unit.append(f"ticket:{unit.new_id()}", tickets.Issued(**given))  # type: ignore[arg-type]
    world.round(thief, hub)
    for _ in range(2):
        for machine in (station, thief):
            world.round(machine, hub)
    assert head(station) == head(hub) == head(thief)
    for machine in (hub, station, thief):
        assert [each.label for each in _tickets(machine)].count("A-2XYZ-001") == 1
        with machine.disk.reading() as connection:
            codes = list(connection.execute(select(tables.quarantine.c.code)).scalars())
        assert codes == ["label_taken"]


# ---------------------------------------------------------------------------------------------- floods


def test_a_stream_with_more_ends_than_a_message_can_name_is_still_gone_on_with(hub: Hub) -> None:
    """300 events of which none names another: the next honest one names as many as it may, and travels."""
    run, cso = hub.run(), hub.house["cso"]
    hub.offer(
        *(run.event("branch", "branch.signed_in", b'{"person":"x"}', cso, after=()) for _ in range(300))
    )
    with hub.house.office.unit(hub.house["service_supervisor"]) as unit:
        unit.append("branch", StationRevoked(station="S2", reason="banjir"))
    last = _newest(hub)
    assert len(read_header(last.held.header).after) == 256
    answer = hub.ask(hub.question(hello=hub.hello("S1", position=0, log_hash=bytes(32))), "S1")
    assert answer.log is not None
    hub.check_log()


def _newest(hub: Hub) -> Entry:
    with hub.house.office.store.reading() as connection:
        return log.entries_after(connection, log.head(connection).position - 1, 1)[0]


def test_a_log_of_big_events_is_handed_out_in_pieces(hub: Hub) -> None:
    run, cso = hub.run(), hub.house["cso"]
    for _ in range(10):
        hub.offer(*(run.event("case:c1", "case.big", bytes(900_000), cso) for _ in range(5)))
    position, log_hash, pieces = 0, bytes(32), 0
    while position < hub.position():
        answer = hub.ask(hub.question(hello=hub.hello(position=position, log_hash=log_hash)))
        assert answer.log is not None
        position += len(answer.log.block.order)
        log_hash, pieces = answer.log.log_hash, pieces + 1
    assert log_hash == bytes.fromhex(hub.house.office.journal.head()[1])
    assert pieces >= 8


def test_an_act_with_nonsense_is_refused_in_one_sentence(hub: Hub) -> None:
    hub.house.open_day()
    who = hub.house["security_desk"]
    nonsense: list[object] = [None, 1, 2**63, 2**70, -1.5, "", "x" * 10_000, [], [[]], {}, {"a": []}, True]
    from app.services.acts import ACTS

    names = ("first", "service", "priority", "counter", "ticket", "reason", "case", "day", "note")
    before = hub.position()
    for name in (*ACTS, "abandon", "", "__class__", "x" * 64):
        for value in nonsense:
            for keys in (names, names[:1], names[1:2], names[3:4], names[3:6], names[6:7], ()):
                given = msgspec.json.encode(dict.fromkeys(keys, value))
                for person in (who, hub.house["cso"]):
                    answer = hub.act(name, person, given)
                    assert answer.done is not None
    hub.check()
    assert hub.position() - before < 40, "hardly any of it is something to do"


def test_a_forged_log_hash_is_no_chain() -> None:
    """What the tests above rely on: another entry at a place is another hash there."""
    one = chain(bytes(32), 1, Term(1, "a"), b"x" * 32)
    assert (
        len({one, chain(bytes(32), 2, Term(1, "a"), b"x" * 32), chain(bytes(32), 1, Term(1, "b"), b"x" * 32)})
        == 3
    )
