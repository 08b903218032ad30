"""`verify` finds every change of the log and names its place; `rebuild` folds it anew and sets aside what it cannot."""

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, text

from app.domain.events import ZERO, Term, chain, digest, header_bytes, read_header
from app.domain.kinds import payload_bytes
from app.domain.tickets import Called, Issued
from app.models.audit import Verified, rebuild, verify
from tests.houses import DAY, House, dump, events, forge

Change = Callable[[Connection, int], None]


@pytest.fixture
def busy(open_house: House) -> House:
    """A log of some length with two runs in it."""
    open_house.submitted_case()
    open_house.reopen()
    open_house.serve("jp")
    assert verify(open_house.office.store).bad_position is None
    return open_house


def change(house: House, statement: str, **values: object) -> None:
    with house.office.store.writing() as connection:
        connection.execute(text("PRAGMA defer_foreign_keys=ON"))
        connection.execute(text(statement), values)


def column(house: House, position: int, name: str) -> Any:
    return getattr(events(house.office)[position - 1], name)


def test_a_log_as_it_was_written_passes(busy: House) -> None:
    count, head = busy.office.journal.head()
    assert verify(busy.office.store) == Verified(count, head)


def test_an_empty_log_passes(busy: House) -> None:
    change(busy, "DELETE FROM events")
    assert verify(busy.office.store) == Verified(0, ZERO.hex())


@pytest.mark.parametrize("position", [1, 2, 5, 20])
def test_a_changed_payload_is_found(busy: House, position: int) -> None:
    spoilt = column(busy, position, "payload") + b" "
    change(busy, "UPDATE events SET payload = :new WHERE position = :at", new=spoilt, at=position)
    found = verify(busy.office.store)
    assert (found.bad_position, found.why, found.count) == (position, "payload", position - 1)


def test_an_erased_payload_is_no_change(busy: House) -> None:
    """The header holds the payload's hash: what is erased by law does not break the chain (DESIGN 2)."""
    change(busy, "UPDATE events SET payload = NULL WHERE position > 2 AND stream LIKE 'case:%'")
    assert verify(busy.office.store).bad_position is None


@pytest.mark.parametrize("position", [1, 7, 20])
def test_a_changed_header_is_found(busy: House, position: int) -> None:
    header = read_header(column(busy, position, "header"))
    other = header_bytes(
        type(header)(*(*[getattr(header, each) for each in header.__struct_fields__[:10]], "x", 1, b""))
    )
    change(busy, "UPDATE events SET header = :new WHERE position = :at", new=other, at=position)
    found = verify(busy.office.store)
    assert (found.bad_position, found.why) == (position, "hash")


def test_a_header_that_is_none_is_found(busy: House) -> None:
    change(busy, "UPDATE events SET header = x'ff00' WHERE position = 9")
    found = verify(busy.office.store)
    assert (found.bad_position, found.why) == (9, "header")


@pytest.mark.parametrize(
    ("name", "value"), [("stream", "ticket:other"), ("id", b"0" * 16), ("epoch", b"12345678"), ("seq", 9_999)]
)
def test_a_row_that_says_something_else_than_its_header_is_found(
    busy: House, name: str, value: object
) -> None:
    """Rebuilding reads the row's stream: a moved row would quietly change the projections."""
    change(busy, f"UPDATE events SET {name} = :new WHERE position = 12", new=value)
    found = verify(busy.office.store)
    assert (found.bad_position, found.why) == (12, "columns")


@pytest.mark.parametrize("position", [1, 8, 25])
def test_a_removed_entry_is_found(busy: House, position: int) -> None:
    change(busy, "DELETE FROM events WHERE position = :at", at=position)
    found = verify(busy.office.store)
    assert (found.bad_position, found.why) == (position + 1, "gap")


def test_a_removed_entry_is_found_though_the_rest_moves_up(busy: House) -> None:
    change(busy, "DELETE FROM events WHERE position = 8")
    for position in range(9, len(events(busy.office)) + 2):
        change(busy, "UPDATE events SET position = position - 1 WHERE position = :at", at=position)
    found = verify(busy.office.store)
    assert (found.bad_position, found.why) == (8, "seq")


def test_swapped_entries_are_found(busy: House) -> None:
    for old, new in ((10, 9_990), (11, 10), (9_990, 11)):
        change(busy, "UPDATE events SET position = :new WHERE position = :old", old=old, new=new)
    found = verify(busy.office.store)
    assert (found.bad_position, found.why) == (10, "seq")


def last_signed(house: House, before: int) -> int:
    return next(row.position for row in reversed(events(house.office)[:before]) if row.signature)


@pytest.mark.parametrize("spoil", ["substr(signature, 1, 63)", "zeroblob(64)"])
@pytest.mark.parametrize("near_the_end", [False, True])
def test_a_spoilt_signature_is_found_at_its_own_place(busy: House, spoil: str, near_the_end: bool) -> None:
    position = last_signed(busy, 10_000 if near_the_end else 18)
    change(busy, f"UPDATE events SET signature = {spoil} WHERE position = :at", at=position)
    found = verify(busy.office.store)
    assert (found.bad_position, found.why, found.count) == (position, "signature", position - 1)


def signed(house: House) -> list[Any]:
    return [row for row in events(house.office) if row.signature]


def test_a_signature_that_a_later_one_of_the_run_covers_may_be_missing(busy: House) -> None:
    """Between computers only the last signature of each run's part travels (DESIGN 2)."""
    last = {row.epoch: row.position for row in signed(busy)}
    for row in signed(busy):
        if row.position != last[row.epoch]:
            change(busy, "UPDATE events SET signature = NULL WHERE position = :at", at=row.position)
    assert len(signed(busy)) == len(last) > 1
    assert verify(busy.office.store).bad_position is None


@pytest.mark.parametrize("run", [0, -1])
def test_what_no_signature_of_its_run_covers_is_found_at_its_first_entry(busy: House, run: int) -> None:
    rows = [row for row in signed(busy) if row.epoch == signed(busy)[run].epoch]
    change(busy, "UPDATE events SET signature = NULL WHERE position = :at", at=rows[-1].position)
    found = verify(busy.office.store)
    uncovered = next(
        row.position
        for row in events(busy.office)
        if row.epoch == rows[-1].epoch and row.position > (rows[-2].position if len(rows) > 1 else 0)
    )
    assert (found.bad_position, found.why, found.count) == (uncovered, "signature", uncovered - 1)


def test_the_last_signature_of_each_run_alone_finds_a_rewritten_run(busy: House) -> None:
    store = busy.office.store
    assert verify(store, each_signature=False).bad_position is None
    last = signed(busy)[-1].position
    change(busy, "UPDATE events SET signature = zeroblob(64) WHERE position = :at", at=last)
    assert verify(store, each_signature=False).bad_position == last


def test_a_wrong_log_hash_is_found(busy: House) -> None:
    change(busy, "UPDATE events SET log_hash = zeroblob(32) WHERE position = 14")
    found = verify(busy.office.store)
    assert (found.bad_position, found.why) == (14, "log_hash")


def test_a_changed_term_is_found(busy: House) -> None:
    change(busy, "UPDATE events SET term_number = 7 WHERE position = 14")
    found = verify(busy.office.store)
    assert (found.bad_position, found.why) == (14, "log_hash")


def rewrite(house: House, start: int, key: Ed25519PrivateKey) -> None:
    """Change the payload at `start` and make every hash behind it fit again, signed with another key."""
    rows = events(house.office)
    prev = {read_header(row.header).epoch: row.hash for row in rows[: start - 1]}
    log_hash = rows[start - 2].log_hash
    with house.office.store.writing() as connection:
        for row in rows[start - 1 :]:
            old = read_header(row.header)
            payload = row.payload + b" " if row.position == start else row.payload
            fields = {each: getattr(old, each) for each in old.__struct_fields__}
            fields |= {"prev": prev.get(old.epoch, ZERO), "payload_hash": digest(payload)}
            header = header_bytes(type(old)(**fields))
            prev[old.epoch] = digest(header)
            log_hash = chain(log_hash, row.position, Term(row.term_number, row.term_run), prev[old.epoch])
            new = {
                "at": row.position,
                "header": header,
                "payload": payload,
                "hash": prev[old.epoch],
                "log_hash": log_hash,
                "signature": key.sign(prev[old.epoch]) if row.signature else None,
            }
            connection.execute(
                text(
                    "UPDATE events SET header=:header, payload=:payload, hash=:hash, log_hash=:log_hash,"
                    " signature=:signature WHERE position=:at"
                ),
                new,
            )


def test_a_rewritten_log_is_found_by_its_signatures(busy: House) -> None:
    start = last_signed(busy, 18)
    rewrite(busy, start, Ed25519PrivateKey.generate())
    found = verify(busy.office.store)
    assert (found.bad_position, found.why) == (start, "signature")


def test_a_rewritten_log_has_another_head_than_the_printed_one(busy: House) -> None:
    head = busy.office.journal.head()
    rewrite(busy, 18, Ed25519PrivateKey.generate())
    assert busy.office.journal.head()[0] == head[0]
    assert busy.office.journal.head() != head


@pytest.mark.parametrize("key", ["", "no key", "00", "ff" * 40])
def test_an_opening_without_a_proper_key_is_a_finding_and_no_crash(busy: House, key: str) -> None:
    body = b'{"number":9,"run":"00","station":"x","key":"%s"}' % key.encode()
    position = forge(busy, "branch", "branch.term_opened", body, "system")
    found = verify(busy.office.store)
    assert (found.bad_position, found.why) == (position, "signature")


def test_the_start_reads_the_last_entries_alone(busy: House) -> None:
    count = len(events(busy.office))
    assert verify(busy.office.store, last=10).bad_position is None
    change(busy, "UPDATE events SET payload = x'00' WHERE position = :at", at=count - 3)
    assert verify(busy.office.store, last=10).bad_position == count - 3
    assert verify(busy.office.store, last=2).bad_position is None


# ------------------------------------------------------------------------------------------------ rebuilding


def test_a_rebuilt_branch_is_the_same(busy: House) -> None:
    before = dump(busy.office)
    assert rebuild(busy.office.store) == 0
    assert dump(busy.office) == before


def test_lost_projections_come_back(busy: House) -> None:
    before = dump(busy.office)
    for table in ("tickets", "legs", "cases", "case_tickets", "days", "sessions", "counters", "findings"):
        change(busy, f"DELETE FROM {table}")
    change(busy, "INSERT INTO findings_text(findings_text) VALUES ('delete-all')")
    assert dump(busy.office) != before
    rebuild(busy.office.store)
    assert dump(busy.office) == before


def quarantined(house: House) -> dict[int, str]:
    with house.office.store.reading() as connection:
        rows = connection.execute(text("SELECT position, code FROM quarantine ORDER BY position")).all()
    return {row[0]: row[1] for row in rows}


def test_what_a_newer_program_wrote_is_set_aside_and_everything_else_flows(busy: House) -> None:
    ticket = busy.desk.issue(busy["security_desk"], "info")
    before = dump(busy.office)
    clerk = busy["security_desk"]
    later = {
        forge(busy, f"ticket:{ticket.id}", "ticket.sung", b'{"song":1}', clerk): "event_unknown",
        forge(busy, f"ticket:{ticket.id}", "ticket.called", b'{"counter":1}', clerk, 2): "event_unknown",
        forge(busy, "booking:1", "booking.made", b"{}", clerk): "event_unknown",
        forge(busy, f"ticket:{ticket.id}", "ticket.called", b'{"counter":"x"}', clerk): "event_damaged",
        forge(busy, "counter:x", "counter.opened", b'{"day":"2026-11-20"}', busy["cso"]): "event_unknown",
        forge(busy, "ticket:new", "ticket.called", b'{"counter":1}', busy["cso"]): "event_out_of_order",
    }
    assert verify(busy.office.store).bad_position is None
    assert rebuild(busy.office.store) == len(later)
    assert quarantined(busy) == later
    after = dump(busy.office)
    untouched = set(before) - {"quarantine", "tickets"}
    assert {name: after[name] for name in untouched} == {name: before[name] for name in untouched}
    assert busy.office.state(f"ticket:{ticket.id}") == ticket
    busy.desk.cancel(clerk, ticket.id, "visitor_left")
    assert verify(busy.office.store).bad_position is None
    assert rebuild(busy.office.store) == len(later)


def test_an_event_whose_payload_was_erased_is_set_aside(busy: House) -> None:
    position = next(row.position for row in events(busy.office) if row.stream.startswith("case:"))
    change(busy, "UPDATE events SET payload = NULL WHERE position = :at", at=position + 1)
    assert rebuild(busy.office.store) == 1
    assert quarantined(busy) == {position + 1: "event_withheld"}


def test_an_event_without_the_right_is_set_aside(busy: House) -> None:
    ticket = busy.desk.issue(busy["security_desk"], "info")
    call = payload_bytes(Called(counter=1))
    bad = forge(busy, f"ticket:{ticket.id}", "ticket.called", call, busy["auditor"])
    stranger = forge(busy, f"ticket:{ticket.id}", "ticket.called", call, "nobody")
    rebuild(busy.office.store)
    assert quarantined(busy) == {bad: "no_right", stranger: "no_right"}
    assert busy.office.state(f"ticket:{ticket.id}").state == "waiting"


def test_a_second_ticket_of_the_same_label_does_not_take_the_place_of_the_first(busy: House) -> None:
    """No two tickets of a day bear one label; a double that another PC wrote must not make the first disappear."""
    ticket = busy.desk.issue(busy["security_desk"], "info")
    double = Issued(day=DAY, label=ticket.label, prefix=ticket.prefix, number=ticket.number, service="info")
    position = forge(
        busy, "ticket:" + "f" * 32, "ticket.issued", payload_bytes(double), busy["security_desk"]
    )
    rebuild(busy.office.store)
    assert busy.office.state(f"ticket:{ticket.id}") == ticket
    assert quarantined(busy) == {position: "label_taken"}
