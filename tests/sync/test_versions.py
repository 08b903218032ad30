"""Computers with older and newer programs in one branch: what one does not know it keeps, passes on, and folds later."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from app.domain import tickets
from app.domain.branch import ClosedDaySet
from app.domain.events import header_bytes, read_header
from app.domain.kinds import KINDS
from app.models import tables
from app.models.audit import rebuild
from app.models.updating import fold_unread
from app.models.verifying import verify
from app.sync import messages
from app.sync.messages import PROTOCOL, Answer, Hello, Round
from app.sync.wire import pack, pack_events, unpack_events
from tests.houses import DAY, dump, forge, make_branch, refused
from tests.sync.attacker import Hub
from tests.sync.attacks import loose
from tests.sync.simulation.machines import Machine
from tests.sync.simulation.world import SUPERVISOR, World

NEW = ("branch.closed_day_set", "ticket.printed")
"""Kinds that the older program does not know in these stories."""


@contextmanager
def older() -> Iterator[None]:
    """Within the block the program is one version behind."""
    known = {kind: KINDS.pop(kind) for kind in NEW}
    try:
        yield
    finally:
        KINDS.update(known)


@pytest.fixture
def world() -> World:
    """s1 and s3 run the new program; s2 the old one, and does all its work in `older`."""
    made = World(1, stations=3)
    for each in made.machines[1:]:
        made.round(each, made.machines[0])
    return made


class _Opened:
    def __init__(self, machine: Machine) -> None:
        self.store = machine.disk


def rows(machine: Machine) -> Any:
    return dump(_Opened(machine))  # type: ignore[arg-type]


def codes(machine: Machine) -> list[str]:
    with machine.disk.reading() as connection:
        return list(connection.execute(select(tables.quarantine.c.code)).scalars())


def something_new(machine: Machine, day: str = "2026-12-24") -> None:
    """Two events that only the new program knows, one of them in the midst of a ticket's life."""
    with machine.journal.unit(SUPERVISOR) as unit:
        stream = f"ticket:{unit.new_id()}"
        number = int(day[-2:])
        given = {"day": DAY, "label": f"N-{number}", "prefix": "N", "number": number, "service": "jht"}
        unit.append(stream, tickets.Issued(**given))  # type: ignore[arg-type]
        unit.append(stream, tickets.Printed(how="screen"))
        unit.append(stream, tickets.Cancelled(reason="visitor_left"))
        unit.append("branch", ClosedDaySet(day=day, closed=True, reason="libur"))


def say(asker: Machine, answerer: Machine, old: Machine) -> None:
    """A round of two, of which `old` runs the old program."""
    for _ in range(3):
        question = _as(asker is old, lambda: messages.write(asker.running.ask()))
        answer = _as(
            answerer is old,
            lambda data=question: messages.write(
                answerer.running.answer(messages.read_round(data), asker.station)
            ),
        )
        taken = _as(asker is old, lambda data=answer: asker.running.take(messages.read_answer(data)))
        if not taken.again:
            return


def _as(is_old: bool, work: Any) -> Any:
    if is_old:
        with older():
            return work()
    return work()


def test_an_older_station_keeps_what_it_does_not_know_and_everything_else_flows(world: World) -> None:
    new, old, _ = world.machines
    something_new(new)
    say(old, new, old)
    assert old.head().log_hash == new.head().log_hash
    assert codes(old) == ["event_unknown"] * 2
    branch = old.branch()
    assert branch is not None
    assert branch.closed_days == {}
    with old.disk.reading() as connection:
        labels = [row[0] for row in connection.execute(select(tables.tickets.c.label))]
        ticket = next(label for label in labels if label == "N-24")
    assert ticket, "the ticket is there, and ended, although one event of it was not read"
    assert verify(old.disk).bad_position is None


def test_an_older_hub_gives_places_to_what_it_does_not_know_and_newer_stations_fold_it(world: World) -> None:
    new, old, third = world.machines
    with older():
        old.running.take_over(SUPERVISOR)
    something_new(third)
    say(third, old, old)
    say(new, old, old)
    say(new, old, old)
    say(third, old, old)
    assert new.head().log_hash == old.head().log_hash == third.head().log_hash
    assert codes(old) == ["event_unknown"] * 2
    assert codes(third) == []
    assert rows(third) == rows(new)
    branch = third.branch()
    assert branch is not None
    assert branch.closed_days == {"2026-12-24": "libur"}


def test_after_its_update_the_older_one_folds_what_it_kept(world: World) -> None:
    new, old, _ = world.machines
    something_new(new)
    say(old, new, old)
    with older():
        assert fold_unread(old.disk)
        assert not fold_unread(old.disk), "the same program need not try again"
    assert rows(old) != rows(new)
    assert fold_unread(old.disk)
    assert rows(old) == rows(new)
    assert not fold_unread(old.disk)
    something_new(new, "2026-12-25")
    say(old, new, old)
    assert codes(old) == ["event_unknown"] * 2
    assert not _as(True, lambda: rows(old) == rows(new))


def test_what_is_pending_at_an_older_station_goes_its_way(world: World) -> None:
    """It took over from nobody: it only held, for a moment, what another one had offered to it as hub."""
    new, old, third = world.machines
    something_new(third)
    with older():
        old.running.take_over(SUPERVISOR)
    say(third, old, old)
    new.running.take_over(SUPERVISOR)
    new.running.take_over(SUPERVISOR)
    for _ in range(3):
        say(old, new, old)
        say(third, new, old)
    assert old.head().log_hash == new.head().log_hash == third.head().log_hash
    assert codes(new) == []
    rebuild(old.disk)
    assert rows(old) == rows(new) == rows(third)


def test_a_program_that_is_opened_after_its_update_shows_what_it_could_not_read(tmp_path: Path) -> None:
    house = make_branch(tmp_path)
    day = msgspec.json.encode(ClosedDaySet(day="2026-12-24", closed=True, reason="libur"))
    with older():
        forge(house, "branch", "branch.closed_day_set", day, house["service_supervisor"])
        rebuild(house.office.store)
        house.reopen()
        assert house.office.branch().closed_days == {}
    house.reopen()
    assert house.office.branch().closed_days == {"2026-12-24": "libur"}
    house.close()


# ------------------------------------------------------------------------------------------------ bytes of messages


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = Hub(tmp_path)
    yield made
    made.services.close()


def test_fields_that_a_newer_program_puts_at_the_end_are_left_unread(hub: Hub) -> None:
    """The structures of the wire are lists: what comes after the last known field is passed over."""
    event = hub.run().event("ticket:t1", "ticket.printed", b'{"how":"screen"}', "system")
    question = loose(hub.question(offers=pack_events([event])[0]))
    offers = question[1]
    offers[0][0].append("something of a run")
    offers.append({"something": "of a block"})
    question[0].append(["something", "of hello"])
    question.append("something of the round")
    assert hub.answer(pack(question)).orders
    assert hub.in_log(event)


def test_fields_that_an_older_program_does_not_send_yet_have_their_defaults(hub: Hub) -> None:
    question = loose(hub.question())
    hello = question[0]
    assert hub.answer(pack([hello[:8]])).orders, (
        "neither line nor protocol, and nothing of the round but hello"
    )


def test_a_header_with_a_field_more_is_kept_to_the_byte(hub: Hub) -> None:
    """A newer program adds something to the header: its hash is of the bytes as they are, and so is everybody's log."""
    run = hub.run()
    plain = run.event("ticket:t1", "ticket.printed", b'{"how":"screen"}', "system")
    parts = msgspec.msgpack.decode(plain.header)
    raw = msgspec.msgpack.encode([*parts, "something new"])
    assert read_header(raw) == read_header(plain.header)
    assert header_bytes(read_header(raw)) != raw
    from app.domain.events import digest

    held = msgspec.structs.replace(plain, header=raw, hash=digest(raw), signature=run.key.sign(digest(raw)))
    block, _ = pack_events([held])
    assert block.whole == {0: raw}
    assert unpack_events(block)[0][1] == held
    hub.offer(held)
    assert hub.in_log(held)
    hub.check()


def test_a_payload_with_a_field_more_is_folded_without_it(hub: Hub) -> None:
    event = hub.run().event("ticket:t1", "ticket.issued", _ticket(colour="blue"), hub.house["security_desk"])
    hub.offer(event)
    assert hub.quarantine(event) is None
    hub.check()


def _ticket(**more: object) -> bytes:
    given = {"day": DAY, "label": "N-1", "prefix": "N", "number": 1, "service": "info"}
    return msgspec.json.encode({**given, **more})


def test_another_protocol_is_answered_in_one_sentence_on_both_sides(hub: Hub) -> None:
    strange = PROTOCOL + 1
    with refused("protocol_other", asker=strange, answerer=PROTOCOL):
        hub.ask(hub.question(hello=hub.hello(protocol=strange)))
    answer = Answer(hello=hub.hello(protocol=strange), orders=True)
    with refused("protocol_other", asker=PROTOCOL, answerer=strange):
        messages.read_answer(messages.write(answer))


@pytest.mark.parametrize("rest", [["no block"], [None, {"a": 1}], [b"\x00", [[[[]]]], "x"]])
def test_another_protocol_is_told_apart_from_damage_although_nothing_else_of_it_can_be_read(
    hub: Hub, rest: list[Any]
) -> None:
    hello: list[Any] = msgspec.to_builtins(hub.hello(protocol=7), builtin_types=(bytes,))
    with refused("protocol_other", asker=7, answerer=PROTOCOL):
        messages.read_round(pack([[*hello, "more"], *rest]))
    with refused("protocol_other", asker=PROTOCOL, answerer=7):
        messages.read_answer(pack([[*hello, "more"], *rest]))
    hello[9] = PROTOCOL
    with refused("message_damaged"):
        messages.read_round(pack([hello, *rest]))


def test_the_first_fields_of_hello_stand_where_they_always_stood() -> None:
    """Golden: by them computers of any two versions can say at least that they do not understand each other."""
    assert Hello.__struct_fields__[:10] == (
        "station",
        "run",
        "term",
        "opener",
        "position",
        "log_hash",
        "heard",
        "now",
        "line",
        "protocol",
    )
    assert (Round.__struct_fields__[0], Answer.__struct_fields__[0]) == ("hello", "hello")


def test_an_act_that_the_hub_does_not_know_is_refused_in_one_sentence(hub: Hub) -> None:
    done = hub.act("brew", hub.house["security_desk"], b"{}").done
    assert done is not None
    assert done.code == "act_unknown"
