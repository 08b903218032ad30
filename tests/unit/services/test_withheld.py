"""A hall display shows the queue and holds no word of a case or a booking; what it has proves itself all the same."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from app.domain.case_events import Noted
from app.domain.events import read_header
from app.domain.withheld import is_shown, only_shows, withhold
from app.models import log, projections, tables
from app.models.audit import rebuild, verify
from app.models.retention import let_go
from app.services.counters import Counters
from app.services.desk import Desk
from app.services.health import check
from app.services.hub_papers import HubPapers
from app.services.snapshots import fetch_snapshot, folder_of, make_snapshot, start_from_hub
from app.services.sticks import export_stick, import_stick
from app.services.today import today_board
from app.sync import messages
from app.sync.buckets import buckets, split
from app.sync.node import Node, Taken
from app.sync.wire import pack_events
from tests.houses import NIK, House, dump, events, refused
from tests.unit.services.second_office import Line, Second

WORDS = ("Peserta Contoh", NIK, "0812", "+62812", "1234567890")
"""What a case says of its person."""
QUEUE = ("branch", "days", "counters", "sessions", "tickets", "legs")


def draft(house: House, nik: str) -> str:
    """A file in work, whose visitor has gone."""
    case = house.draft_case(nik)
    house.counters.finish(house["cso"], house.cases.get(case).tickets[0][0], "info_given")
    return case


@pytest.fixture
def busy(open_house: House) -> House:
    """A file at the verifier, one in work, somebody waiting."""
    open_house.submitted_case()
    draft(open_house, "9901011507900002")
    open_house.desk.issue(open_house["security_desk"], "info")
    return open_house


def play(house: House, path: Path, number: int, *, full: bool) -> Second:
    return Second(house, path, number, full=full)


@pytest.fixture
def display(busy: House, tmp_path: Path) -> Iterator[Second]:
    made = play(busy, tmp_path, 2, full=False)
    yield made
    made.close()


@pytest.fixture
def station(busy: House, tmp_path: Path) -> Iterator[Second]:
    made = play(busy, tmp_path, 3, full=True)
    yield made
    made.close()


def content(second: Second) -> str:
    """Every row of every table of the file, packed states included, as text."""
    found: list[str] = []
    with second.office.store.reading() as connection:
        names = [
            row[0]
            for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        for name in names:
            for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"'):
                found += [
                    bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
                    for value in row
                ]
    return "\n".join(found)


def by_rounds(second: Second) -> None:
    second.settle()


def by_snapshot(second: Second) -> None:
    start_from_hub(second.office, Line(second.papers, narrow=not second.full))
    second.settle()


Begins = Callable[[Second], None]
both_ways = pytest.mark.parametrize("begins", [by_rounds, by_snapshot])


# ------------------------------------------------------------------------------------------------ what it holds


@both_ways
def test_the_file_of_a_display_holds_no_word_of_a_case(display: Second, begins: Begins) -> None:
    begins(display)
    said = content(display)
    assert [word for word in WORDS if word in said] == []
    with display.office.store.reading() as connection:
        rows = connection.execute(select(tables.events.c.stream, tables.events.c.payload)).all()
    assert {is_shown(row.stream) for row in rows} == {True, False}
    assert all((row.payload is not None) == is_shown(row.stream) for row in rows)


@both_ways
def test_the_file_of_a_full_station_holds_them(station: Second, begins: Begins) -> None:
    """What the test above looks for is found where it is."""
    begins(station)
    said = content(station)
    assert [word for word in WORDS if word not in said] == []


@both_ways
def test_it_shows_the_queue_as_the_hub_does(busy: House, display: Second, begins: Begins) -> None:
    begins(display)
    here, hub = dump(display.office), dump(busy.office)
    for name in QUEUE:
        assert here[name] == hub[name], name
    assert here["cases"] == here["bookings"] == here["case_tickets"] == here["conflicts"] == []
    assert Counters(display.office).last_calls() == busy.counters.last_calls() != ()
    assert Desk(display.office).board().services == busy.desk.board().services


@both_ways
def test_what_it_has_proves_itself_and_is_no_damage(busy: House, display: Second, begins: Begins) -> None:
    begins(display)
    assert display.office.journal.head() == busy.office.journal.head()
    assert verify(display.office.store).bad_position is None
    assert check(display.office).whole
    with display.office.store.reading() as mine, busy.office.store.reading() as theirs:
        asked = split(0, busy.office.journal.head()[0])
        assert buckets(mine, asked) == buckets(theirs, asked) != []
        codes = set(mine.execute(select(tables.quarantine.c.code)).scalars())
    assert codes == {"event_withheld"}
    assert "quarantined" not in {each.kind for each in today_board(display.office).attention}
    before = dump(display.office)
    rebuild(display.office.store)
    assert dump(display.office) == before


def test_work_goes_on_and_it_follows_entry_by_entry(busy: House, display: Second) -> None:
    display.settle()
    case = busy.paid_case("9901011507900003")
    busy.cases.note(busy["cso"], draft(busy, "9901011507900004"), "name", "Peserta Contoh Lain")
    display.settle()
    assert display.office.state(f"case:{case}") is None
    assert "Peserta Contoh" not in content(display)
    assert dump(display.office)["tickets"] == dump(busy.office)["tickets"]
    assert verify(display.office.store).bad_position is None


def test_a_kind_that_only_a_newer_program_knows_is_withheld() -> None:
    assert [each for each in projections.STREAMS if not is_shown(each)] == ["case", "booking"]
    assert not is_shown("letter:1")
    assert is_shown("branch")


def test_who_is_not_enrolled_is_no_display(busy: House, display: Second) -> None:
    branch = busy.office.branch()
    assert only_shows(branch, display.station)
    assert not only_shows(branch, busy.office.note.station)
    assert not only_shows(branch, "nobody")
    assert not only_shows(None, display.station)


# ------------------------------------------------------------------------------------------------ what it may not


def test_a_display_never_takes_over(busy: House, display: Second) -> None:
    display.settle()
    with refused("not_full_station"):
        display.node.take_over(busy["service_supervisor"])
    assert not display.node.is_hub
    assert not display.office.journal.ordering


def test_a_display_neither_writes_nor_reads_a_stick(busy: House, display: Second, tmp_path: Path) -> None:
    display.settle()
    who, path = busy["service_supervisor"], tmp_path / "stik"
    with refused("not_full_station"):
        export_stick(display.office, display.node, who, path)
    export_stick(busy.office, Node(busy.office.journal), who, path)
    with refused("stick_foreign"):
        import_stick(display.office, display.node, who, path)


def asked(display: Second, hub: Node) -> messages.Answer:
    question = messages.read_round(messages.write(display.node.ask()))
    return messages.read_answer(messages.write(hub.answer(question, display.station)))


def test_a_starting_hub_does_not_found_its_log_on_a_display_s(
    busy: House, display: Second, station: Second
) -> None:
    """The hub comes back from an older copy, and the display has seen more than it: only a full station helps."""
    with busy.office.store.writing() as connection:
        back = log.head(connection).position
    draft(busy, "9901011507900005")
    display.settle()
    station.settle()
    hub = station.node  # another computer that starts as hub, without the last entries
    with station.office.store.writing() as connection:
        log.cut_after(connection, back)
        log.put_setting(connection, "role", "hub")
    hub.start()
    assert hub.gathering
    answer = asked(display, hub)
    assert (answer.need, answer.orders) == ("starting", False)
    display.node.take(answer)
    assert display.node.ask().log is None


def test_a_hub_that_lacks_the_countersigned_line_does_not_take_it_from_a_display(
    busy: House, display: Second, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.models import following

    display.settle()
    monkeypatch.setattr(following, "line_of", lambda _: (10_000, b"x" * 32, b""))
    answer = asked(display, display.hub)
    assert answer.need == ""
    assert answer.orders


def test_events_without_their_payload_are_not_taken_from_a_display(
    busy: House, display: Second, station: Second
) -> None:
    """The hub must not know an event by its header alone: the payload would never come any more."""
    case = draft(busy, "9901011507900008")
    station.settle()
    with station.office.unit(busy["cso"]) as unit:
        unit.append(f"case:{case}", Noted(fields={"phone": "+6281100000001"}))
    with station.office.store.reading() as connection:
        held = log.pending(connection, 10)
    hollow = [msgspec.structs.replace(each, payload=None) for each in held]
    question = messages.read_round(messages.write(display.node.ask()))
    question.offers = pack_events(hollow)[0]
    before = busy.office.journal.head()
    answer = display.hub.answer(question, display.station)
    assert answer.aside == []
    assert busy.office.journal.head() == before
    station.settle()
    ids = {read_header(each.header).id for each in held}
    assert {bytes(row.id) for row in events(busy.office) if row.payload is not None} >= ids


def test_what_falls_out_of_a_display_s_log_is_offered_by_others(
    busy: House, display: Second, station: Second
) -> None:
    """A takeover by a computer that had not heard of the last entries: the display follows and has nothing to say."""
    station.settle()
    draft(busy, "9901011507900006")
    display.settle()
    station.node.take_over(busy["service_supervisor"])
    display.hub = station.node
    display.settle()
    with display.office.store.reading() as connection:
        assert all(each.payload is not None for each in log.pending(connection, 1 << 31))
        assert not [
            each for each in log.pending(connection, 1 << 31) if not is_shown(read_header(each.header).stream)
        ]
    assert display.office.journal.head() == station.office.journal.head()
    old = Node(busy.office.journal)
    for _ in range(5):
        question = messages.read_round(messages.write(old.ask()))
        taken: Taken = old.take(station.node.answer(question, busy.office.note.station))
        if not taken.again and not old.ask().offers:
            break
    display.settle()
    with display.office.store.reading() as connection:
        assert log.pending_count(connection) == 0
    assert dump(display.office)["tickets"] == dump(busy.office)["tickets"]
    assert "Peserta Contoh" not in content(display)


# ------------------------------------------------------------------------------------------------ files and time


def test_both_snapshots_are_handed_out_side_by_side(busy: House, display: Second, station: Second) -> None:
    """A display and a station that begin at once do not take each other's file away."""
    papers = HubPapers(busy.office)
    for second in (display, station, display, station):
        path = fetch_snapshot(second.office, Line(papers, narrow=not second.full))  # type: ignore[arg-type]
        path.unlink()
    assert len(list(folder_of(busy.office).iterdir())) == 2


def test_a_snapshot_for_displays_is_the_smaller_one(busy: House) -> None:
    assert make_snapshot(busy.office, narrow=True).stat().st_size < make_snapshot(busy.office).stat().st_size


def test_headers_alone_are_let_go_like_everything_else(display: Second) -> None:
    display.settle()
    end = display.office.journal.head()[0]
    let_go(display.office.store, end, rest=lambda _: None)
    with display.office.store.reading() as connection:
        left = [row[0] for row in connection.execute(select(tables.events.c.stream)) if not is_shown(row[0])]
        anchored = [row[0] for row in connection.execute(select(tables.anchors.c.stream))]
    assert left == []
    assert [each for each in anchored if not is_shown(each)] == []
    assert verify(display.office.store).bad_position is None
    draft(display.house, "9901011507900007")
    display.settle()
    assert "Peserta Contoh" not in content(display)
    assert verify(display.office.store).bad_position is None


def test_withheld_entries_keep_every_byte_that_proves_them(busy: House) -> None:
    with busy.office.store.reading() as connection:
        entries = log.entries_after(connection, 0, 1 << 31)
    for full, narrow in zip(entries, withhold(entries), strict=True):
        assert (narrow.position, narrow.term, narrow.log_hash) == (full.position, full.term, full.log_hash)
        assert (narrow.held.header, narrow.held.hash, narrow.held.signature) == (
            full.held.header,
            full.held.hash,
            full.held.signature,
        )
