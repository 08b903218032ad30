"""A new computer begins from a snapshot: it shows what the hub shows, proves what it has, and is killed unharmed."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.case_events import Noted, PaymentReturned
from app.domain.tickets import Issued
from app.errors import Refused
from app.models import log, snapshot, tables
from app.models.audit import rebuild, verify
from app.models.following import keep_line
from app.models.journal import Written
from app.models.retention import let_go
from app.services import snapshots
from app.services.office import Office
from app.services.retention import let_go_once_a_day, let_go_position
from app.services.snapshot_files import Incoming, Piece
from app.services.snapshots import fetch_snapshot, load_snapshot, make_snapshot, start_from_hub
from app.services.summary import Summaries
from tests.houses import DAY_MS, House, dump, forge, make_branch, refused
from tests.unit.services.second_office import KEY, Line, Second

ROOT = Path(__file__).parents[3]
NIKS = tuple(f"990101150790{number:04d}" for number in range(1, 9))


def work(house: House, nik: str, *, paid: bool) -> str:
    """A day's file and some tickets; the counter is left open over night now and then by the day's closing."""
    case = house.paid_case(nik) if paid else house.submitted_case(nik)
    house.desk.issue(house["security_desk"], "info")
    return case


def close_day(house: House, days: int = 1) -> None:
    left = {each.id: "left_unseen" for each in house.desk.all_of_day() if each.state != "ended"}
    Summaries(house.office).close_day(house["service_supervisor"], left)
    house.clock.pass_ms(days * DAY_MS)
    house.open_day()


class Grown:
    """A branch of five days within two months."""

    def __init__(self, house: House) -> None:
        self.house = house
        house.open_day()
        self.old_paid = work(house, NIKS[0], paid=True)
        self.old_open = work(house, NIKS[1], paid=False)
        close_day(house, 3)
        self.other = work(house, NIKS[2], paid=True)
        close_day(house, 40)
        self.late = work(house, NIKS[3], paid=True)
        house.claims.verify(house["verifier"], self.old_open, 20_000_000)
        self.draft = house.draft_case(NIKS[4])
        house.counters.finish(house["cso"], house.cases.get(self.draft).tickets[0][0], "info_given")
        close_day(house, 3)
        house.serve("info", counter=2, who=house["cso"])


@pytest.fixture
def grown(house: House) -> Grown:
    return Grown(house)


@pytest.fixture
def second(grown: Grown, tmp_path: Path) -> Iterator[Second]:
    made = Second(grown.house, tmp_path)
    yield made
    made.close()


def begin(office: Office) -> int:
    with office.store.reading() as connection:
        return log.begin(connection).position


def test_a_new_computer_shows_what_is_open_and_what_the_last_days_touched(
    grown: Grown, second: Second
) -> None:
    end = start_from_hub(second.office, Line(second.papers))
    hub, here = dump(grown.house.office), dump(second.office)
    assert (end, second.office.journal.head()) == (
        grown.house.office.journal.head()[0],
        grown.house.office.journal.head(),
    )
    assert 0 < begin(second.office) < end
    for name in ("branch", "days", "counters", "quarantine", "conflicts"):
        assert here[name] == hub[name], name
    for name in ("tickets", "cases", "legs", "findings", "case_tickets", "sessions"):
        assert set(here[name]) < set(hub[name]), name
    with second.office.store.reading() as connection:
        cases = {row[0] for row in connection.execute(select(tables.cases.c.id))}
        kept = {row[0] for row in connection.execute(select(tables.anchors.c.stream))}
    assert cases == {grown.old_open, grown.late, grown.draft}
    assert {f"case:{each}" for each in (grown.old_paid, grown.other, grown.old_open)} <= kept
    assert not list((second.office.folder.path / "snapshots").iterdir())


def test_what_it_has_proves_itself_and_folds_to_the_same(second: Second) -> None:
    start_from_hub(second.office, Line(second.papers))
    before = dump(second.office)
    assert verify(second.office.store).bad_position is None
    assert rebuild(second.office.store) == 0
    assert dump(second.office) == before


def test_rounds_go_on_from_there_in_both_directions(grown: Grown, second: Second) -> None:
    start_from_hub(second.office, Line(second.papers))
    house = grown.house
    house.claims.order(house["finance_officer"], grown.old_open, "V-002")
    second.settle()
    with second.office.unit(house["finance_officer"]) as unit:
        unit.append(f"case:{grown.old_paid}", PaymentReturned(day="2026-12-30", reason="rekening tutup"))
    second.settle()
    assert second.office.journal.head() == house.office.journal.head()
    for case in (grown.old_open, grown.old_paid):
        assert second.office.state(f"case:{case}") == house.office.state(f"case:{case}")
    assert house.office.state(f"case:{grown.old_paid}").stage == "payment_returned"
    assert verify(second.office.store).bad_position is None


def test_the_same_as_after_letting_go(grown: Grown, second: Second, tmp_path: Path) -> None:
    """Two ways to one state: a computer that held everything and let go, and one that began later."""
    other = Second(grown.house, tmp_path, 3)
    try:
        other.settle()
        second.office.set_setting("head_office", "")
        start_from_hub(second.office, Line(second.papers))
        head = other.office.journal.head()[0]
        with other.office.store.writing() as connection:
            at = log.hash_at(connection, head)
            assert at is not None
            keep_line(connection, head, at, b"")
        assert let_go_position(other.office) == begin(second.office)
        assert let_go_once_a_day(other.office) == begin(second.office)
        assert let_go_once_a_day(other.office) == 0
        one, two = dump(other.office), dump(second.office)
        assert {name: rows for name, rows in one.items() if name != "sessions"} == {
            name: rows for name, rows in two.items() if name != "sessions"
        }
        with other.office.store.reading() as mine, second.office.store.reading() as theirs:
            query = select(tables.anchors).order_by(tables.anchors.c.stream)
            assert mine.execute(query).all() == theirs.execute(query).all()
            runs = select(tables.anchor_runs).order_by(tables.anchor_runs.c.epoch)
            assert mine.execute(runs).all() == theirs.execute(runs).all()
    finally:
        other.close()


def test_without_a_countersignature_nothing_is_let_go(grown: Grown) -> None:
    assert let_go_position(grown.house.office) == 0
    assert let_go_once_a_day(grown.house.office) == 0


def test_a_hub_that_let_go_itself_hands_over_what_it_has(grown: Grown, second: Second) -> None:
    house = grown.house
    let_go(house.office.store, 60, size=50, rest=lambda _: None)
    before = begin(house.office)
    assert before == 60
    assert second.round().need == "snapshot"
    start_from_hub(second.office, Line(second.papers))
    second.settle()
    assert set(dump(second.office)["cases"]) < set(dump(house.office)["cases"])
    assert verify(second.office.store).bad_position is None
    house.desk.issue(house["security_desk"], "jht")
    second.settle()
    assert second.office.journal.head() == house.office.journal.head()


# ------------------------------------------------------------------------------------------------ on the way


def test_a_line_that_is_cut_goes_on_where_it_was(second: Second, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "PIECE", 4_000)
    whole = Line(second.papers)
    fetch_snapshot(second.office, whole).unlink()
    line = Line(second.papers)
    for cut in range(2, whole.pieces, 3):
        line.cut_after = cut
        with refused("hub_unreachable"):
            fetch_snapshot(second.office, line)
    line.cut_after = None
    path = fetch_snapshot(second.office, line)
    assert line.pieces == whole.pieces > 4
    load_snapshot(second.office, path)


def test_another_snapshot_than_the_one_begun_starts_anew(
    second: Second, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "PIECE", 4_000)
    line = Line(second.papers)
    line.cut_after = 3
    with refused("hub_unreachable"):
        fetch_snapshot(second.office, line)
    for each in (second.house.office.folder.path / "snapshots").iterdir():
        each.unlink()
    line.cut_after = None
    load_snapshot(second.office, fetch_snapshot(second.office, line))


def test_no_plain_byte_lies_on_either_disk(grown: Grown, second: Second) -> None:
    come = fetch_snapshot(second.office, Line(second.papers))
    for path in (make_snapshot(grown.house.office), come):
        data = path.read_bytes()
        for plain in (b"Peserta", b"LOKETS1", NIKS[0].encode()):
            assert plain not in data


# ------------------------------------------------------------------------------------------------ not believed


def spoil(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("part", [0.0, 0.001, 0.2, 0.5, 0.9, 0.9999])
def test_a_changed_byte_anywhere_is_refused_and_changes_nothing(second: Second, part: float) -> None:
    second.settle()
    path = fetch_snapshot(second.office, Line(second.papers))
    spoil(path, int(path.stat().st_size * part))
    before = dump(second.office), second.office.journal.head()
    with refused("snapshot_damaged"):
        load_snapshot(second.office, path)
    assert (dump(second.office), second.office.journal.head()) == before


def test_a_file_that_is_cut_short_is_refused(second: Second) -> None:
    path = fetch_snapshot(second.office, Line(second.papers))
    path.write_bytes(path.read_bytes()[:-200])
    with refused("snapshot_damaged"):
        load_snapshot(second.office, path)
    assert second.office.journal.head()[0] == 0


def test_a_snapshot_of_another_key_than_the_hubs_is_refused(second: Second) -> None:
    path = fetch_snapshot(second.office, Line(second.papers))
    with refused("snapshot_damaged", why="signature"):
        load_snapshot(second.office, path, ("ab" * 32,))
    assert second.office.journal.head()[0] == 0
    load_snapshot(second.office, path, (second.house.office.journal.signer.public(),))


def test_a_snapshot_of_another_branch_is_refused(second: Second, tmp_path: Path) -> None:
    second.settle()
    stranger = make_branch(tmp_path / "stranger")
    try:
        stranger.open_day()
        with stranger.office.store.writing() as connection:
            row = connection.execute(select(tables.branch.c.data)).scalar_one()
            connection.execute(tables.branch.update().values(data=row.replace(b"\xa3MDU", b"\xa3XYZ")))
        stranger.office.journal.tell(Written(("branch",)))
        other = Second(stranger, tmp_path, 4, enrolled=False)
        path = fetch_snapshot(second.office, Line(other.papers))
        other.close()
        with refused("snapshot_foreign"):
            load_snapshot(second.office, path)
    finally:
        stranger.close()


def test_the_hub_itself_never_loads_one(grown: Grown) -> None:
    path = make_snapshot(grown.house.office)
    with refused("snapshot_at_hub"):
        load_snapshot(grown.house.office, path)


@pytest.mark.parametrize(
    "piece", [Piece("a", 10, 5, b"x"), Piece("a", 10, 0, b""), Piece("b", 3, 1, b"xx"), Piece("", 0, 0, b"")]
)
def test_pieces_that_do_not_fit_are_refused(tmp_path: Path, second: Second, piece: Piece) -> None:
    incoming = Incoming(tmp_path / "datang", b"k" * 32, second.ports.entropy)
    with refused("message_damaged"):
        incoming.take(piece)
    incoming.close()


# ------------------------------------------------------------------------------------------------ a log that is there


def test_a_computer_that_was_away_too_long_keeps_what_it_holds(grown: Grown, second: Second) -> None:
    """Its own events that no log has are offered after it; those that the hub has are not held twice."""
    house = grown.house
    second.settle()
    head = second.office.journal.head()[0]
    first = isolated_ticket(second, 1)
    close_day(house, 40)
    work(house, NIKS[5], paid=True)
    close_day(house, 3)
    let_go(house.office.store, head + 5, rest=lambda _: None)
    assert second.round().need == "snapshot"  # the hub took the ticket in
    late = isolated_ticket(second, 2)
    start_from_hub(second.office, Line(second.papers))
    with second.office.store.reading() as connection:
        assert log.pending_count(connection) == 1
    assert second.office.state(f"ticket:{late}").label == "A-2ABC-002"
    second.settle()
    assert second.office.journal.head() == house.office.journal.head()
    for ticket in (first, late):
        assert second.office.state(f"ticket:{ticket}") == house.office.state(f"ticket:{ticket}") is not None
    assert rebuild(second.office.store) == 0


def isolated_ticket(second: Second, number: int) -> str:
    day = second.house.office.latest_day()
    assert day is not None
    with second.office.unit(second.house["security_desk"]) as unit:
        ticket: str = unit.new_id()
        label = f"A-2ABC-{number:03d}"
        unit.append(
            f"ticket:{ticket}",
            Issued(day=day.day, label=label, prefix="A", mark="2ABC", number=number, service="jht"),
        )
    return ticket


def test_races_and_what_cannot_be_read_are_handed_over_whole(
    grown: Grown, second: Second, tmp_path: Path
) -> None:
    """Both are told only by all the entries of their stream, however old."""
    house = grown.house
    second.settle()
    for office, phone in ((house.office, "+6281100000001"), (second.office, "+6281100000002")):
        with office.unit(house["cso"]) as unit:
            unit.append(f"case:{grown.draft}", Noted(fields={"phone": phone}))
    second.settle()
    ticket = house.desk.issue(house["security_desk"], "info")
    forge(house, f"ticket:{ticket.id}", "ticket.sung", b'{"song":1}', house["security_desk"])
    forge(house, "booking:1", "booking.made", b"{}", house["security_desk"])
    rebuild(house.office.store)
    close_day(house, 40)
    close_day(house, 3)
    third = Second(house, tmp_path, 3)
    try:
        start_from_hub(third.office, Line(third.papers))
        hub, here = dump(house.office), dump(third.office)
        assert here["conflicts"] == hub["conflicts"] != []
        assert here["quarantine"] == hub["quarantine"] != []
        assert begin(third.office) > grown.house.office.journal.head()[0] - 40
        assert verify(third.office.store).bad_position is None
        before = dump(third.office)
        rebuild(third.office.store)
        assert dump(third.office) == before
        let_go(house.office.store, begin(third.office), rest=lambda _: None)
        after = dump(house.office)
        assert (after["conflicts"], after["quarantine"]) == (hub["conflicts"], hub["quarantine"])
        rebuild(house.office.store)
        assert dump(house.office) == after
        assert verify(house.office.store).bad_position is None
    finally:
        third.close()


def test_what_breaks_while_it_is_taken_leaves_the_log_that_was_there(
    second: Second, monkeypatch: pytest.MonkeyPatch
) -> None:
    second.settle()
    path = fetch_snapshot(second.office, Line(second.papers))
    before = dump(second.office), second.office.journal.head()

    def breaks(*given: object) -> int:
        raise Refused("disk_full")

    monkeypatch.setattr(snapshot, "rebuild_within", breaks)
    with refused("disk_full"):
        load_snapshot(second.office, path)
    assert (dump(second.office), second.office.journal.head()) == before
    assert verify(second.office.store).bad_position is None


@pytest.mark.parametrize("milliseconds", [0, 30, 80, 150, 250, 400, 700])
@pytest.mark.parametrize("had_a_log", [False, True])
def test_killed_while_it_is_taken_it_has_the_old_log_or_the_new_one(
    grown: Grown, second: Second, milliseconds: int, had_a_log: bool
) -> None:
    if had_a_log:
        second.settle()
        grown.house.desk.issue(grown.house["security_desk"], "jht")
    fetch_snapshot(second.office, Line(second.papers))
    old, new = second.office.journal.head(), grown.house.office.journal.head()
    before = dump(second.office)
    second.office.close()
    folder, fingerprint = second.office.folder, second.ports.machine.fingerprint()
    command = [sys.executable, "-m", "tests.unit.services.snapshot_player", str(folder.path), fingerprint]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as running:
        assert running.stdout
        assert running.stdout.readline() == "begun\n"
        time.sleep(milliseconds / 1000)
        running.send_signal(signal.SIGKILL)
    again = Office(folder, folder.read_note(), KEY, second.ports)
    try:
        assert again.journal.head() in (old, new)
        assert verify(again.store).bad_position is None
        if again.journal.head() == old:
            assert dump(again) == before
        shown = dump(again)
        rebuild(again.store)
        assert dump(again) == shown
    finally:
        again.close()
