"""What is carried on a stick comes to the same as rounds, in any order and again; what is not ours is not taken in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.credentials import DeviceKey
from app.domain.case_events import Noted
from app.domain.tickets import Issued
from app.errors import Refused
from app.models import log, tables
from app.models.audit import rebuild, verify
from app.services.hub_papers import AUTHORITY_KEY
from app.services.office import Office
from app.services.rule_bundles import TrustedKey
from app.services.stick_files import read_cover, read_stick
from app.services.stick_keys import open_as_head_office
from app.services.sticks import export_stick, import_stick
from app.sync.node import Node
from tests.houses import DAY_MS, House, dump, events, make_branch, refused
from tests.unit.services.second_office import Second


class Place:
    """One computer of the branch, as a stick sees it."""

    def __init__(self, office: Office, node: Node, who: str, folder: Path) -> None:
        self.office, self.node, self.who = office, node, who
        self.folder = folder

    def export(self, name: str = "stik") -> Path:
        path = self.folder / f"{self.office.note.station}-{name}.loket"
        self.written = export_stick(self.office, self.node, self.who, path)
        return path

    def take(self, path: Path) -> int:
        return import_stick(self.office, self.node, self.who, path)

    def carried(self, path: Path) -> int:
        """Taken in, or refused because nothing on it is new."""
        try:
            return self.take(path)
        except Refused as refusal:
            if refusal.code in ("stick_known", "stick_old"):
                return 0
            raise


class Village:
    """A hub and two stations that are cut off from it."""

    def __init__(self, house: House, path: Path) -> None:
        self.house = house
        house.open_day()
        self.case = house.draft_case()
        house.counters.finish(house["cso"], house.cases.get(self.case).tickets[0][0], "info_given")
        self.seconds = [Second(house, path, number) for number in (2, 3)]
        for each in self.seconds:
            each.settle()
        for each in self.seconds:
            each.settle()
        who = house["service_supervisor"]
        self.hub = Place(house.office, Node(house.office.journal), who, path)
        self.stations = [Place(each.office, each.node, who, path) for each in self.seconds]
        self.places = [self.hub, *self.stations]
        self.count = 0

    def ticket(self, place: int) -> str:
        """Somebody takes a number at this computer, under its mark."""
        self.count += 1
        office = self.places[place].office
        mark = f"{place + 1}ABC"
        with office.unit(self.house["security_desk"]) as unit:
            ticket: str = unit.new_id()
            label = f"A-{mark}-{self.count:03d}"
            day = self.house.office.latest_day()
            assert day is not None
            unit.append(
                f"ticket:{ticket}",
                Issued(day=day.day, label=label, prefix="A", mark=mark, number=self.count, service="jht"),
            )
        return ticket

    def note(self, place: int) -> None:
        """Somebody notes a telephone number in the same file."""
        self.count += 1
        with self.places[place].office.unit(self.house["cso"]) as unit:
            unit.append(f"case:{self.case}", Noted(fields={"phone": f"+62811000{self.count:05d}"}))

    def close(self) -> None:
        for each in self.seconds:
            each.close()

    def all_around(self) -> None:
        """The hub hears everybody, then everybody hears the hub."""
        for each in self.stations:
            self.hub.carried(each.export())
        for each in self.stations:
            each.carried(self.hub.export())

    def assert_same(self) -> None:
        dumps = [dump(each.office) for each in self.places]
        assert dumps[1] == dumps[0]
        assert dumps[2] == dumps[0]
        heads = {each.office.journal.head() for each in self.places}
        assert len(heads) == 1
        for each in self.places:
            with each.office.store.reading() as connection:
                assert log.pending_count(connection) == 0
            assert verify(each.office.store).bad_position is None


@pytest.fixture
def village(house: House, tmp_path: Path) -> Iterator[Village]:
    made = Village(house, tmp_path)
    yield made
    made.close()


# ------------------------------------------------------------------------------------------------ carrying


def test_what_was_done_without_a_line_comes_to_the_hub_and_back(village: Village) -> None:
    first, second = village.ticket(1), village.ticket(2)
    plain = village.ticket(0)
    village.note(1)
    village.all_around()
    village.assert_same()
    for ticket in (first, second, plain):
        assert village.hub.office.state(f"ticket:{ticket}").state == "waiting"
    for each in village.places:
        before = dump(each.office)
        assert rebuild(each.office.store) == 0
        assert dump(each.office) == before


def test_the_number_of_new_events_is_said_and_kept(village: Village) -> None:
    village.ticket(1)
    village.ticket(1)
    path = village.stations[0].export()
    assert village.stations[0].written == len(events(village.hub.office)) + 2
    assert village.hub.take(path) == 2
    with village.hub.office.store.reading() as connection:
        rows = connection.execute(
            select(tables.notices).where(tables.notices.c.kind == "stick_imported")
        ).all()
    assert len(rows) == 1
    assert f'"who":"{village.hub.who}"' in rows[0].facts
    assert '"count":2' in rows[0].facts


def test_a_station_carries_for_another_one(village: Village) -> None:
    """Events of one station reach the hub over the other one, unchanged."""
    ticket = village.ticket(1)
    village.note(1)
    assert village.stations[1].take(village.stations[0].export()) == 2
    assert village.stations[1].office.state(f"ticket:{ticket}").state == "waiting"
    village.seconds[1].settle()
    assert village.hub.office.state(f"ticket:{ticket}").state == "waiting"
    village.seconds[0].settle()
    village.seconds[1].settle()
    village.assert_same()


def test_two_notes_without_a_line_are_both_kept_and_shown_side_by_side(village: Village) -> None:
    village.note(1)
    village.note(2)
    village.all_around()
    village.all_around()
    village.assert_same()
    assert len(dump(village.hub.office)["conflicts"]) == 1


@settings(max_examples=12)
@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.sampled_from(("ticket", "note")), st.integers(0, 2)),
            st.tuples(st.just("carry"), st.integers(0, 2), st.integers(0, 2)),
            st.tuples(st.just("again"), st.integers(0, 2), st.integers(0, 20)),
            st.tuples(st.just("round"), st.integers(1, 2)),
        ),
        max_size=14,
    )
)
def test_in_any_order_and_again_it_comes_to_the_same_as_rounds(
    steps: list[tuple[str, int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("village")
    village = Village(make_branch(path), path)
    tickets: list[str] = []
    try:
        _play(village, steps, tickets)
        village.all_around()
        village.all_around()
        village.assert_same()
        for ticket in tickets:
            assert village.hub.office.state(f"ticket:{ticket}").state == "waiting"
        for each in village.seconds:  # a round has nothing to add
            assert not each.round().added
    finally:
        village.close()
        village.house.close()


def _play(village: Village, steps: list[tuple[str, int, int]], tickets: list[str]) -> None:
    written: list[Path] = []
    for number, (what, one, *other) in enumerate(steps):
        if what == "ticket":
            tickets.append(village.ticket(one))
        elif what == "note":
            village.note(one)
        elif what == "round":
            village.seconds[one - 1].settle()
        elif what == "carry":
            written.append(village.places[one].export(str(number)))
            village.places[other[0]].carried(written[-1])
        elif written:
            village.places[one].carried(written[other[0] % len(written)])


def test_a_takeover_is_carried_to_the_old_hub(village: Village) -> None:
    """A stick of a higher term: the old hub steps down at once, follows, and offers what it holds (rules 4, 5, 1)."""
    mine = village.ticket(0)
    village.seconds[0].node.take_over(village.house["service_supervisor"])
    theirs = village.ticket(1)
    assert village.hub.take(village.stations[0].export()) > 0
    assert not village.hub.node.is_hub
    assert village.hub.office.state(f"ticket:{theirs}").state == "waiting"
    assert village.hub.office.state(f"ticket:{mine}").state == "waiting"
    village.stations[0].take(village.hub.export())
    village.stations[1].take(village.stations[0].export("2"))
    village.hub.take(village.stations[0].export("3"))
    village.assert_same()


# ------------------------------------------------------------------------------------------------ not taken in


def test_twice_the_same_stick_is_refused_in_one_sentence(village: Village) -> None:
    village.ticket(1)
    path = village.stations[0].export()
    village.hub.take(path)
    before = dump(village.hub.office)
    with refused("stick_known"):
        village.hub.take(path)
    assert dump(village.hub.office) == before


def test_a_stick_with_nothing_new_is_refused(village: Village) -> None:
    old = village.stations[0].export()
    with refused("stick_old"):
        village.hub.take(old)
    with refused("stick_old"):
        village.stations[1].take(village.hub.export())


@pytest.mark.parametrize("part", [0.0, 0.0005, 0.01, 0.05, 0.3, 0.7, 0.999])
def test_a_changed_byte_anywhere_is_refused(village: Village, part: float) -> None:
    village.ticket(1)
    path = village.stations[0].export()
    data = bytearray(path.read_bytes())
    data[int(len(data) * part)] ^= 1
    path.write_bytes(data)
    before = dump(village.hub.office)
    with pytest.raises(Refused) as caught:
        village.hub.take(path)
    assert caught.value.code in ("stick_damaged", "stick_foreign")
    assert dump(village.hub.office) == before


@pytest.mark.parametrize("left", [0, 5, 11, 300, -1, -100])
def test_a_file_that_is_cut_short_is_refused(village: Village, left: int) -> None:
    path = village.stations[0].export()
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(Refused) as caught:
        village.hub.take(path)
    assert caught.value.code in ("stick_damaged", "stick_foreign")


def test_a_file_that_is_not_there_is_refused(village: Village, tmp_path: Path) -> None:
    with refused("stick_missing"):
        village.hub.take(tmp_path / "nowhere")


def test_a_stick_of_another_branch_is_refused(village: Village, tmp_path: Path) -> None:
    stranger = make_branch(tmp_path / "stranger")
    stranger.open_day()
    place = Place(stranger.office, Node(stranger.office.journal), stranger["service_supervisor"], tmp_path)
    path = place.export("foreign")
    stranger.close()
    with refused("stick_foreign"):
        village.hub.take(path)


def test_a_stick_signed_by_a_computer_that_nobody_knows_is_refused(village: Village) -> None:
    village.ticket(1)
    village.stations[0].office.journal.signer = DeviceKey(b"x" * 32, "nobody", "other")
    path = village.stations[0].export()
    with refused("stick_damaged", why="signature"):
        village.hub.take(path)


def test_a_stick_of_a_revoked_computer_is_refused(village: Village) -> None:
    village.ticket(1)
    path = village.stations[0].export()
    village.seconds[0].papers.revoke(village.hub.who, village.seconds[0].station, "hilang")
    with refused("station_revoked"):
        village.hub.take(path)


def test_who_may_not_carry_a_stick_writes_and_takes_none(village: Village, tmp_path: Path) -> None:
    desk, path = village.house["security_desk"], tmp_path / "x"
    with refused("no_right", action="stick.carry"):
        export_stick(village.hub.office, village.hub.node, desk, path)
    assert not path.exists()
    with refused("no_right", action="stick.carry"):
        import_stick(village.hub.office, village.hub.node, desk, path)


def test_a_computer_that_is_not_full_writes_none(village: Village) -> None:
    village.stations[0].office.set_setting(AUTHORITY_KEY, "")
    with refused("not_full_station"):
        village.stations[0].export()


def test_a_log_with_a_gap_is_refused_by_a_station(village: Village) -> None:
    """After weeks without anybody the stick of the last days does not reach back far enough."""
    from app.services.summary import Summaries

    house = village.house
    for days in (40, 40):
        left = {each.id: "left_unseen" for each in house.desk.all_of_day() if each.state != "ended"}
        Summaries(house.office).close_day(house["service_supervisor"], left)
        house.clock.pass_ms(days * DAY_MS)
        house.open_day()
    with refused("stick_gap"):
        village.stations[0].take(village.hub.export())


def test_no_plain_byte_is_on_a_stick(village: Village) -> None:
    data = village.hub.export().read_bytes()
    for plain in (b"Peserta", b"ticket", b"LOKETS1", b"9901011507900001"):
        assert plain not in data


def test_head_office_opens_a_stick_with_its_own_key(village: Village) -> None:
    """The hub's log comes up on a stick too, where a branch has no line at all (DESIGN 3)."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from app.services.joining import write_trust

    seed = b"h" * 32
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw().hex()
    write_trust(village.hub.office.folder, (TrustedKey(name="kantor-pusat", public=public),))
    village.ticket(0)
    cover, data = read_cover(village.hub.export())
    assert open_as_head_office(cover.slots, b"x" * 32) is None
    key = open_as_head_office(cover.slots, seed)
    assert key is not None
    stick = read_stick(cover, data, key)
    assert stick.log is not None
    assert stick.log.log_hash.hex() == village.hub.office.journal.head()[1]
    assert stick.hello.station == village.hub.office.note.station
