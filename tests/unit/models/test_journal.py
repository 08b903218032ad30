"""What the journal writes: one chain per run, terms, signatures, and nothing of what was refused."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from app.domain.days import ClockJumped
from app.domain.events import ZERO, Header, Term, chain, digest, read_header
from app.domain.kinds import read_payload
from app.domain.ports import new_id
from app.domain.tickets import Voided
from app.errors import Refused
from app.models.audit import rebuild, verify
from app.models.journal import Written, history
from tests.houses import CountingEntropy, House, dump, events, refused


def headers(house: House) -> list[Header]:
    return [read_header(row.header) for row in events(house.office)]


def kinds(house: House, count: int) -> list[str]:
    return [header.kind for header in headers(house)][-count:]


def busy(house: House) -> None:
    """Two runs of the program with a file that goes all the way."""
    house.open_day()
    house.paid_case()
    house.reopen()
    house.desk.issue(house["security_desk"], "info")
    house.serve("jp")


def test_the_set_up_is_the_first_event_and_the_opening_of_the_term_the_second(house: House) -> None:
    assert [header.kind for header in headers(house)][:3] == [
        "branch.set_up",
        "branch.term_opened",
        "branch.bundle_installed",
    ]


def test_every_run_numbers_its_own_events_and_opens_a_higher_term(house: House) -> None:
    busy(house)
    runs: dict[bytes, list[Header]] = {}
    for header in headers(house):
        runs.setdefault(header.epoch, []).append(header)
    assert len(runs) == 3
    for run in runs.values():
        assert [header.seq for header in run] == list(range(1, len(run) + 1))
    assert [run[0].kind for run in runs.values()] == ["branch.set_up"] + ["branch.term_opened"] * 2
    openings = [
        read_payload(header.kind, 1, row.payload)
        for header, row in zip(headers(house), events(house.office), strict=True)
        if header.kind == "branch.term_opened"
    ]
    assert [opening.number for opening in openings] == [1, 2, 3]  # type: ignore[attr-defined]
    assert {row.term_number for row in events(house.office)} == {0, 1, 2, 3}


def test_each_event_holds_the_hash_of_the_one_before_in_its_run(house: House) -> None:
    busy(house)
    last: dict[bytes, bytes] = {}
    log_hash = ZERO
    for position, row in enumerate(events(house.office), 1):
        header = read_header(row.header)
        assert row.position == position
        assert header.prev == last.get(header.epoch, ZERO)
        assert row.hash == digest(row.header)
        assert header.payload_hash == digest(row.payload)
        log_hash = chain(log_hash, position, Term(row.term_number, row.term_run), row.hash)
        assert row.log_hash == log_hash
        last[header.epoch] = row.hash
    assert house.office.journal.head() == (position, log_hash.hex())


def test_an_event_names_the_last_one_of_its_stream(house: House) -> None:
    busy(house)
    last: dict[str, bytes] = {}
    for header in headers(house):
        assert header.after == ((last[header.stream],) if header.stream in last else ())
        last[header.stream] = header.id


def test_the_last_event_of_each_action_is_signed_and_no_other(house: House) -> None:
    busy(house)
    rows, found = events(house.office), headers(house)
    keys = {
        header.epoch: Ed25519PublicKey.from_public_bytes(
            bytes.fromhex(read_payload(header.kind, 1, row.payload).key)  # type: ignore[attr-defined]
        )
        for header, row in zip(found, rows, strict=True)
        if header.kind == "branch.term_opened"
    }
    for place, (header, row) in enumerate(zip(found, rows, strict=True)):
        is_last = place + 1 == len(rows) or found[place + 1].txn != header.txn
        assert (row.signature is not None) == is_last
        if is_last:
            keys[header.epoch].verify(row.signature, row.hash)


def test_one_action_bears_the_id_of_its_first_event(house: House) -> None:
    house.open_day()
    first, second = headers(house)[-2:]
    assert (first.kind, second.kind) == ("branch.term_opened", "day.opened")
    assert first.txn == second.txn == first.id
    house.desk.issue(house["security_desk"], "jht")
    third = headers(house)[-1]
    assert third.txn == third.id


def test_ids_are_uuids_of_version_seven_that_sort_by_time(house: House) -> None:
    busy(house)
    for header in headers(house):
        value = int.from_bytes(header.id, "big")
        assert value >> 80 == header.at
        assert value >> 76 & 15 == 7
        assert value >> 62 & 3 == 2


@given(at=st.integers(0, 2**48 - 1), name=st.text(max_size=3))
def test_an_id_holds_its_time_and_32_digits(at: int, name: str) -> None:
    made = new_id(at, CountingEntropy(name))
    assert len(made) == 32
    assert int(made[:12], 16) == at
    assert made[12] == "7"
    assert made[16] in "89ab"


def test_an_action_that_is_refused_leaves_nothing(open_house: House) -> None:
    ticket = open_house.desk.issue(open_house["security_desk"], "jht")
    before, rows = open_house.office.journal.head(), dump(open_house.office)
    with pytest.raises(Refused), open_house.office.unit(open_house["security_desk"]) as unit:
        unit.append(f"ticket:{ticket.id}", Voided())
        unit.append(f"ticket:{ticket.id}", Voided())
    assert open_house.office.journal.head() == before
    assert dump(open_house.office) == rows
    open_house.desk.issue(open_house["security_desk"], "jht")
    assert verify(open_house.office.store).bad_position is None


def test_a_defect_inside_an_action_leaves_nothing(open_house: House) -> None:
    before = open_house.office.journal.head()
    with pytest.raises(ZeroDivisionError), open_house.office.unit(open_house["cso"]) as unit:
        unit.append(
            f"counter:{1}", __import__("app.domain.days", fromlist=["x"]).CounterOpened(day="2026-11-20")
        )
        _ = 1 // 0
    assert open_house.office.journal.head() == before


def test_listeners_hear_of_what_is_durable_and_of_nothing_else(open_house: House) -> None:
    heard: list[Written] = []
    open_house.office.journal.listen(heard.append)
    ticket = open_house.desk.issue(open_house["security_desk"], "jht")
    with refused("ticket_not_in_state"):
        open_house.counters.confirm(open_house["cso"], ticket.id)
    with refused("no_right"):
        open_house.desk.issue(open_house["verifier"], "jht")
    assert [written.streams for written in heard] == [(f"ticket:{ticket.id}",)]
    assert heard[0].families == {"ticket"}


def test_an_action_without_an_event_writes_nothing(open_house: House) -> None:
    before = open_house.office.journal.head()
    with open_house.office.unit(open_house["cso"]):
        pass
    assert open_house.office.journal.head() == before


def test_a_moved_clock_is_recorded_once(open_house: House) -> None:
    open_house.clock.jump(-3_600_000)
    open_house.desk.issue(open_house["security_desk"], "jht")
    open_house.desk.issue(open_house["security_desk"], "jht")
    assert kinds(open_house, 3) == ["day.clock_jumped", "ticket.issued", "ticket.issued"]
    row = events(open_house.office)[-3]
    assert read_payload("day.clock_jumped", 1, row.payload) == ClockJumped(seconds=-3600)
    day = open_house.office.latest_day()
    assert day is not None
    assert day.jumps == (row.position,)


def test_a_moved_clock_is_not_forgotten_when_the_next_action_is_refused(open_house: House) -> None:
    open_house.counters.open(open_house["cso"], 1)
    open_house.clock.jump(120_000)
    with refused("queue_empty"):
        open_house.counters.call_next(open_house["cso"], 1)
    open_house.clock.pass_seconds(5)
    open_house.desk.issue(open_house["security_desk"], "jht")
    assert kinds(open_house, 2) == ["day.clock_jumped", "ticket.issued"]


def test_a_small_drift_of_the_clock_is_no_jump(open_house: House) -> None:
    open_house.clock.jump(29_000)
    open_house.desk.issue(open_house["security_desk"], "jht")
    assert kinds(open_house, 2) == ["day.opened", "ticket.issued"]


def test_the_history_of_a_stream_is_told_from_its_beginning(open_house: House) -> None:
    ticket = open_house.serve()
    with open_house.office.store.reading() as connection:
        told = [read_header(row.header).kind for row in history(connection, f"ticket:{ticket.id}")]
    assert told == ["ticket.issued", "ticket.called", "ticket.confirmed"]


def test_after_a_doubtful_commit_a_new_run_goes_on(open_house: House) -> None:
    """The disk failed at the commit, and yet the transaction is in the file: the run's own chain must not fork."""
    store = open_house.office.store
    real = store.writing

    class Doubtful:
        def __enter__(self) -> object:
            self.inner = real()
            return self.inner.__enter__()

        def __exit__(self, *what: object) -> None:
            self.inner.__exit__(*what)  # type: ignore[arg-type]
            raise Refused("disk_error")

    store.writing = Doubtful  # type: ignore[method-assign,assignment]
    with refused("disk_error"):
        open_house.desk.issue(open_house["security_desk"], "jht")
    store.writing = real  # type: ignore[method-assign]
    ticket = open_house.desk.issue(open_house["security_desk"], "jht")
    assert ticket.label == "A-002"  # the first one is there although nobody was told
    assert verify(store).bad_position is None
    before = dump(open_house.office)
    assert rebuild(store) == 0
    assert dump(open_house.office) == before
