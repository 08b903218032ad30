"""Events that no honest program writes, sent by a computer of the branch: kept, set aside, and nothing else is harmed."""

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.domain.events import Held
from app.domain.kinds import KINDS
from app.domain.tickets import Issued
from tests.houses import DAY
from tests.sync.attacker import Hub


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = Hub(tmp_path)
    yield made
    made.services.close()


def issued(number: int, prefix: str = "A", **other: object) -> bytes:
    given = {
        "day": DAY,
        "label": f"{prefix}-{number:03}",
        "prefix": prefix,
        "number": number,
        "service": "info",
    }
    return json.dumps({**given, **other}).encode()


def sent(hub: Hub, stream: str, kind: str, payload: bytes, role: str, **header: object) -> Held:
    actor = hub.house.people.get(role, role)
    event = hub.run().event(stream, kind, payload, actor, **header)
    hub.offer(event)
    return event


# ---------------------------------------------------------------------------------------------- payloads


@pytest.mark.parametrize(
    "payload",
    [
        b'{"fields":{},"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"fields":{"name":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}}",
        b"[" * 100_000,
        b"",
        b"\xff\xfe",
        b'{"fields":{"name":"\\ud800"}}',
        b'{"fields":{"name":"\xed\xa0\x80"}}',
        b'{"fields":' + b"9" * 100_000 + b"}",
    ],
    ids=[
        "deep list",
        "deep object",
        "open lists",
        "empty",
        "no text",
        "surrogate",
        "raw surrogate",
        "digits",
    ],
)
def test_a_payload_that_cannot_be_read_is_kept_and_does_nothing(hub: Hub, payload: bytes) -> None:
    event = sent(hub, "case:c1", "case.noted", payload, "cso")
    assert hub.quarantine(event) == "event_damaged"
    hub.check()


@pytest.mark.parametrize("number", [2**53, 2**63 - 1, 2**63, 2**64, 10**300, -(2**63) - 1])
def test_a_number_that_no_row_can_hold_is_set_aside(hub: Hub, number: int) -> None:
    event = sent(hub, "ticket:t1", "ticket.issued", issued(number), "security_desk")
    assert hub.quarantine(event) == "event_damaged"
    hub.check()


@pytest.mark.parametrize("space", [b"", b" ", b"\n\t \r"])
def test_nor_is_one_that_stands_apart_overlooked(hub: Hub, space: bytes) -> None:
    whole = issued(2**53).replace(b":", b":" + space)
    event = sent(hub, "ticket:t1", "ticket.issued", whole, "security_desk")
    assert hub.quarantine(event) == "event_damaged"


def test_a_number_of_sixteen_digits_inside_a_text_is_no_long_number(hub: Hub) -> None:
    event = sent(hub, "ticket:t1", "ticket.issued", issued(1, last4="9901011507900001"), "security_desk")
    assert hub.quarantine(event) is None
    hub.check()


SPITE = (
    "../../../etc/passwd",
    "..\\..\\windows",
    "'; DROP TABLE events; --",
    '" OR 1=1 --',
    "nol\x00di tengah",
    "\u202egnp.txt",
    "\ufffe\uffff",
    "x" * 20_000,
    "\U0001f9fe" * 1000,
    "",
    " ",
    "NaN",
    "{0.__class__}",
    "%s%n",
    "2026-99-99",
    "-1",
)


def texts(shape: object, spite: str) -> object:  # noqa: C901, PLR0911 - one branch for each shape of a payload
    """A value of this shape with `spite` wherever a text may stand."""
    if isinstance(shape, msgspec.inspect.StructType):
        return {
            field.encode_name: texts(field.type, spite)
            for field in shape.fields
            if field.required
            or not isinstance(field.type, msgspec.inspect.IntType | msgspec.inspect.BoolType)
        }
    if isinstance(shape, msgspec.inspect.StrType):
        return spite
    if isinstance(shape, msgspec.inspect.IntType):
        return 1
    if isinstance(shape, msgspec.inspect.BoolType):
        return True
    if isinstance(shape, msgspec.inspect.DictType):
        return {spite: texts(shape.value_type, spite)}
    if isinstance(shape, msgspec.inspect.VarTupleType):
        return [texts(shape.item_type, spite)] * 2
    if isinstance(shape, msgspec.inspect.TupleType):
        return [texts(each, spite) for each in shape.item_types]
    if isinstance(shape, msgspec.inspect.UnionType):
        return texts(shape.types[0], spite)
    return None


OWN_STREAM = {"branch": "branch", "day": f"day:{DAY}", "counter": "counter:1"}


@pytest.mark.parametrize("spite", SPITE, ids=lambda text: ascii(text[:12]))
def test_spite_in_every_text_of_every_kind_breaks_nothing(hub: Hub, spite: str) -> None:
    """Whoever may do everything sends each kind of event to a stream where it belongs, all of them in one run."""
    everybody = hub.house.add_person("Semua", *hub.house.people)
    hub.house.open_day()
    run = hub.run()
    events = [
        run.event("ticket:t1", "ticket.issued", issued(1, "Z"), everybody),
        run.event("case:c1", "case.opened", b'{"service":"jht","ticket":"t1","label":"Z-001"}', everybody),
    ]
    for kind, known in KINDS.items():
        family = kind.partition(".")[0]
        stream = OWN_STREAM.get(family, f"{family}:{family[0]}1")
        payload = msgspec.json.encode(texts(msgspec.inspect.type_info(known.payload), spite))
        events.append(run.event(stream, kind, payload, everybody, after=(run_id(events[-1]),)))
    hub.offer(*events)
    assert all(map(hub.in_log, events))
    assert hub.house.office.branch().code == "MDU"
    hub.house.office.store.check_pages()


def run_id(event: Held) -> bytes:
    from app.domain.events import read_header

    return read_header(event.header).id


# ---------------------------------------------------------------------------------------------- headers


@pytest.mark.parametrize("version", [-(2**31), -1, 0, 2, 2**63, 2**64 - 1])
def test_a_version_that_was_never_written_is_unknown(hub: Hub, version: int) -> None:
    event = sent(hub, "ticket:t1", "ticket.issued", issued(1), "security_desk", version=version)
    assert hub.quarantine(event) == "event_unknown"
    hub.check()


@pytest.mark.parametrize("at", [-(2**63), -1, 253_402_300_800_000, 2**48 - 1, 2**48, 2**63, 2**64 - 1])
def test_a_time_that_no_clock_shows_is_set_aside(hub: Hub, at: int) -> None:
    event = sent(hub, "ticket:t1", "ticket.issued", issued(1), "security_desk", at=at, id=bytes(range(16)))
    assert hub.quarantine(event) == "event_damaged"
    hub.check()


def test_a_clock_that_is_ten_years_off_gets_nothing_refused(hub: Hub) -> None:
    for place, years in enumerate((-10, 10)):
        at = hub.house.clock.now() + years * 365 * 86_400_000
        event = sent(hub, f"ticket:t{place}", "ticket.issued", issued(place), "security_desk", at=at)
        assert hub.quarantine(event) is None
    hub.check()


@pytest.mark.parametrize(
    "stream",
    [
        "visitor:1",
        "branch:evil",
        "branch:",
        "ticket:",
        "ticket:../../x",
        "ticket:" + "x" * 100,
        "case:'; DROP TABLE cases; --",
        "counter:1; DROP TABLE counters",
        "counter:01",
        "counter:0",
        "counter:-1",
        "counter:\u0661",
        "counter:99999999999999999999",
        "day:2026-1-1",
        "day:../../x",
        "day:\u0662\u0660\u0662\u0666-11-20",
        "",
        ":",
        "ticket",
        "\u202eticket:1",
    ],
)
def test_a_stream_that_is_none_of_ours_is_kept_and_listed(hub: Hub, stream: str) -> None:
    of = {"code": "EVL", "name": "Jahat", "zone": "WIB", "counters": [], "home": "h", "station": "S2"}
    run = hub.run()
    events = [
        run.event(stream, "branch.set_up", json.dumps(of).encode(), "system"),
        run.event(stream, "ticket.issued", issued(1), hub.house["security_desk"]),
        run.event(stream, "counter.opened", b'{"day":"2026-11-20"}', hub.house["cso"]),
        run.event(stream, "day.opened", b"{}", hub.house["security_desk"]),
    ]
    before = hub.house.office.branch()
    hub.offer(*events)
    assert [hub.quarantine(each) for each in events] == ["event_unknown"] * 4
    assert hub.house.office.branch() == before
    hub.check()


def test_the_branch_cannot_be_set_up_a_second_time(hub: Hub) -> None:
    of = {"code": "EVL", "name": "Jahat", "zone": "WIB", "counters": [], "home": "h", "station": "S2"}
    event = sent(hub, "branch", "branch.set_up", json.dumps(of).encode(), "system")
    assert hub.quarantine(event) == "event_out_of_order"
    assert hub.house.office.branch().code == "MDU"


def test_an_event_that_names_ten_ancestors_that_nobody_knows_is_folded(hub: Hub) -> None:
    after = tuple(bytes([number]) * 16 for number in range(10))
    event = sent(hub, "ticket:t1", "ticket.issued", issued(1), "security_desk", after=after)
    assert hub.quarantine(event) is None
    hub.check()


def test_events_that_name_each_other_in_a_circle_are_folded_in_some_order(hub: Hub) -> None:
    first, second = b"\x01" * 16, b"\x02" * 16
    run = hub.run()
    hub.offer(
        run.event(
            "ticket:t1", "ticket.issued", issued(1), hub.house["security_desk"], id=first, after=(second,)
        ),
        run.event("ticket:t1", "ticket.printed", b'{"how":"screen"}', "system", id=second, after=(first,)),
        run.event("ticket:t1", "ticket.printed", b'{"how":"screen"}', "system", after=(first, first, second)),
    )
    hub.check()


# ---------------------------------------------------------------------------------------------- labels


def ticket_ids(hub: Hub) -> list[str]:
    from sqlalchemy import select

    from app.models import tables

    query = select(tables.tickets.c.id).where(tables.tickets.c.prefix == "Z").order_by(tables.tickets.c.id)
    with hub.house.office.store.reading() as connection:
        return list(connection.execute(query).scalars())


@pytest.mark.parametrize("together", [True, False], ids=["one round", "two rounds"])
def test_of_two_tickets_with_one_label_the_first_has_it_whatever_follows(hub: Hub, together: bool) -> None:
    run, desk, cso = hub.run(), hub.house["security_desk"], hub.house["cso"]
    first = [run.event("ticket:t9", "ticket.issued", issued(1, "Z"), desk)]
    second = [
        run.event("ticket:t1", "ticket.issued", issued(1, "Z"), desk),
        run.event("ticket:t1", "ticket.called", b'{"counter":1}', cso),
        run.event("ticket:t1", "ticket.called", b'{"counter":2}', hub.house["service_supervisor"]),
    ]
    for batch in [first + second] if together else [first, second[:1], second[1:]]:
        hub.offer(*batch)
    assert ticket_ids(hub) == ["t9"]
    assert hub.quarantine(second[0]) == "label_taken"
    assert all(hub.quarantine(each) for each in second)
    hub.check()


def test_a_label_that_somebody_took_before_does_not_stop_the_computer_that_gave_it(hub: Hub) -> None:
    """The computer prints under its mark while it is cut off; a forger sends that label to the hub meanwhile."""
    house = hub.house
    given = Issued(day=DAY, label="Z-2ABC-001", prefix="Z", mark="2ABC", number=1, service="info")
    journal = house.office.journal
    journal.ordering = False
    with house.office.unit(house["security_desk"]) as unit:
        unit.append("ticket:t5", given)
    journal.ordering = True
    assert ticket_ids(hub) == ["t5"]
    forged = sent(hub, "ticket:t1", "ticket.issued", issued(1, "Z", mark="2ABC"), "security_desk")
    assert hub.in_log(forged)
    with house.office.store.reading() as connection:
        from app.models import log

        assert log.pending_count(connection) == 0, "the hub took in what was pending"
    assert len(ticket_ids(hub)) == 1
    hub.check()
