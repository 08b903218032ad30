"""A branch without any line brings its log to head office on a USB stick: real files, the rules of a round."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.credentials import DeviceKey
from app.domain.tickets import Issued
from app.errors import Refused
from app.server.__main__ import main
from app.server.headoffice import tables
from app.server.headoffice.cutting import cut_back
from app.server.headoffice.registry import Registered
from app.server.headoffice.sticks import Carried, import_stick
from app.services.joining import write_trust
from app.services.rule_bundles import TrustedKey
from app.services.sticks import export_stick
from app.services.summary import Summaries
from app.sync import above
from app.sync.line import check_line
from tests.houses import DAY_MS, NIK, make_branch, refused
from tests.server.floors import Floors, Hub, floors
from tests.server.office_house import BRANCH, OTHER

pytestmark = pytest.mark.enable_socket

SEED = b"k" * 32


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Floors]:
    with floors(tmp_path) as made:
        yield made


def export(hub: Hub, path: Path) -> Path:
    office = hub.house.office
    export_stick(office, hub.network.node, hub.house["service_supervisor"], path)
    return path


def take(two: Floors, path: Path) -> Carried:
    return import_stick(two.above.office, SEED, path)


def head(hub: Hub) -> tuple[int, str]:
    return hub.house.office.journal.head()


def above_head(two: Floors) -> tuple[int, str]:
    found = two.above.office.logs.head(BRANCH)
    return found.position, found.log_hash.hex()


def pending_ticket(station: Hub) -> str:
    """Somebody takes a number at a station without a hub, under its mark."""
    house = station.house
    day = house.office.latest_day()
    assert day is not None
    with house.office.unit(house["security_desk"]) as unit:
        ticket: str = unit.new_id()
        label = f"A-9ABC-{int(ticket[-4:], 16):03d}"
        unit.append(
            f"ticket:{ticket}",
            Issued(day=day.day, label=label, prefix="A", mark="9ABC", number=1, service="jht"),
        )
    return ticket


# ------------------------------------------------------------------------------------------------ taken in


def test_a_branch_that_never_had_a_line_is_taken_in_whole(two: Floors, tmp_path: Path) -> None:
    two.hub.house.submitted_case()
    done = take(two, export(two.hub, tmp_path / "stik"))
    assert (done.branch, done.station) == (BRANCH, two.hub.house.office.note.station)
    assert (done.ordered, done.held, done.position, done.revoked) == (
        head(two.hub)[0],
        0,
        head(two.hub)[0],
        False,
    )
    assert above_head(two) == head(two.hub)
    line = two.above.office.logs.line(BRANCH)
    assert line is not None
    check_line([two.above.key.public()], BRANCH, line)
    assert two.above.office.follow_up.behind() == (), "matching has read it too"


def test_a_second_stick_brings_what_came_since_and_the_line_then_has_nothing_to_add(
    two: Floors, tmp_path: Path
) -> None:
    take(two, export(two.hub, tmp_path / "senin"))
    first = head(two.hub)[0]
    two.hub.house.paid_case()
    done = take(two, export(two.hub, tmp_path / "selasa"))
    assert done.ordered == head(two.hub)[0] - first
    two.exchange()
    assert above_head(two) == head(two.hub)


def test_the_same_stick_again_and_one_behind_the_line_are_refused(two: Floors, tmp_path: Path) -> None:
    path = export(two.hub, tmp_path / "stik")
    take(two, path)
    before = above_head(two)
    with refused("stick_old_above", branch=BRANCH):
        take(two, path)
    two.exchange()
    with refused("stick_old_above"):
        take(two, path)
    assert before[0] <= above_head(two)[0]


def test_what_is_in_no_log_is_kept_and_reaches_the_hub(two: Floors, tmp_path: Path) -> None:
    """A station brings what its hub has not heard; the hub is handed it with its next round."""
    take(two, export(two.hub, tmp_path / "hub"))
    station = two.second()
    station.network.node.step_down()
    ticket = pending_ticket(station)
    done = take(two, export(station, tmp_path / "stasiun"))
    assert done.held == 1
    assert done.station == station.house.office.note.station
    assert two.hub.house.office.state(f"ticket:{ticket}") is None
    two.exchange()
    assert two.hub.house.office.state(f"ticket:{ticket}").state == "waiting"
    two.exchange()
    assert above_head(two) == head(two.hub)


def test_a_computer_that_a_known_one_enrolled_without_a_line_may_bring_the_stick(
    two: Floors, tmp_path: Path
) -> None:
    """Head office has never heard of it; its enrolment is in the log it brings, by the hub that head office knows."""
    station = two.second()
    station.network.node.take_over(station.house["service_supervisor"])
    assert two.above.office.devices.find(station.house.office.note.station) == ()
    done = take(two, export(station, tmp_path / "stik"))
    assert done.ordered == head(station)[0]
    assert above_head(two) == head(station)


def test_of_a_lower_term_the_order_is_refused_and_every_event_kept(two: Floors, tmp_path: Path) -> None:
    take(two, export(two.hub, tmp_path / "hub"))
    station = two.second()
    station.network.node.take_over(station.house["service_supervisor"])
    station.house.desk.issue(station.house["security_desk"], "jht")
    two.hub.house.desk.issue(two.hub.house["security_desk"], "info")
    take(two, export(station, tmp_path / "baru"))
    before = above_head(two)
    done = take(two, export(two.hub, tmp_path / "lama"))
    assert (done.ordered, done.position) == (0, before[0])
    assert done.held > 0
    assert above_head(two) == before


def test_a_revoked_computer_s_events_are_kept_apart(two: Floors, tmp_path: Path) -> None:
    take(two, export(two.hub, tmp_path / "hub"))
    station = two.second()
    station.network.node.step_down()
    two.exchange()
    two.above.office.follow_up.catch_up(BRANCH)
    name = station.house.office.note.station
    two.above.office.devices.revoke(BRANCH, name)
    pending_ticket(station)
    before = above_head(two)
    done = take(two, export(station, tmp_path / "stik"))
    assert (done.revoked, done.held, done.ordered) == (True, 1, 0)
    assert above_head(two) == before
    with two.above.office.database.reading() as connection:
        assert connection.execute(select(tables.held.c.why)).scalars().all() == ["station_revoked"]
    with refused("stick_old_above"):
        take(two, tmp_path / "stik")


def test_it_is_what_a_round_would_have_done(two: Floors, tmp_path: Path) -> None:
    """The same hub, once by a stick and once by a round: head office answers alike."""
    two.hub.house.submitted_case()
    take(two, export(two.hub, tmp_path / "stik"))
    office = two.above.office
    upward = above.HeadOffice(office.logs, Registered(office), two.above.key, two.above.key.public())
    question = two.hub.network.engine.above.upward.ask()
    before = above_head(two)
    assert upward.answer(BRANCH, question, two.hub.house.office.note.station).hello.position == before[0]
    assert above_head(two) == before


# ------------------------------------------------------------------------------------------------ not taken in


@pytest.mark.parametrize("part", [0.0, 0.0005, 0.01, 0.05, 0.3, 0.7, 0.999])
def test_a_changed_byte_anywhere_is_refused(two: Floors, tmp_path: Path, part: float) -> None:
    path = export(two.hub, tmp_path / "stik")
    data = bytearray(path.read_bytes())
    data[int(len(data) * part)] ^= 1
    path.write_bytes(data)
    with pytest.raises(Refused) as caught:
        take(two, path)
    assert caught.value.code in ("stick_damaged", "stick_foreign", "branch_unknown", "stick_unproved")
    assert above_head(two)[0] == 0


@pytest.mark.parametrize("left", [0, 5, 11, 300, -1, -100])
def test_a_file_that_is_cut_short_is_refused(two: Floors, tmp_path: Path, left: int) -> None:
    path = export(two.hub, tmp_path / "stik")
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(Refused) as caught:
        take(two, path)
    assert caught.value.code in ("stick_damaged", "stick_foreign")
    assert above_head(two)[0] == 0


def test_a_stick_of_a_branch_that_nobody_added_is_refused(two: Floors, tmp_path: Path) -> None:
    house = two.hub.house
    path = export(two.hub, tmp_path / "stik")
    with two.above.office.database.writing() as connection:
        connection.execute(tables.branches.update().values(code=tables.branches.c.code + "X"))
    with refused("branch_unknown", branch=BRANCH):
        take(two, path)
    assert house.office.branch().code == BRANCH


def test_a_stick_for_another_head_office_is_refused(two: Floors, tmp_path: Path) -> None:
    path = export(two.hub, tmp_path / "stik")
    with refused("stick_foreign"):
        import_stick(two.above.office, b"x" * 32, path)


def test_a_stick_that_is_not_there_is_refused(two: Floors, tmp_path: Path) -> None:
    with refused("stick_missing"):
        take(two, tmp_path / "tiada")


def test_a_stranger_with_head_office_s_public_key_brings_nothing(two: Floors, tmp_path: Path) -> None:
    """Another house that calls itself by the branch's code: its log proves itself, and nobody here knows it."""
    stranger = Hub(make_branch(tmp_path / "asing"))
    stranger.house.office.journal.signer = DeviceKey(b"x" * 32, stranger.house.office.note.station, "other")
    stranger.house.open_day()
    write_trust(stranger.house.folder, (TrustedKey(name="kantor-pusat", public=two.above.key.public()),))
    path = export(stranger, tmp_path / "stik")
    stranger.close()
    with refused("stick_unproved", branch=BRANCH):
        take(two, path)
    assert above_head(two)[0] == 0
    assert two.above.office.logs.head(OTHER).position == 0


def test_a_gap_between_head_office_and_the_stick_is_named(two: Floors, tmp_path: Path) -> None:
    """Head office came back from an old copy, and the stick of the last days begins behind where it ends."""
    house, office = two.hub.house, two.above.office
    for _ in range(2):
        Summaries(house.office).close_day(house["service_supervisor"], {})
        house.clock.pass_ms(40 * DAY_MS)
        house.open_day()
    two.exchange()
    house.desk.issue(house["security_desk"], "jht")
    path = export(two.hub, tmp_path / "stik")
    with office.database.writing() as connection:
        cut_back(connection, BRANCH, 3)
    with refused("stick_gap_above", branch=BRANCH, last=3):
        take(two, path)
    assert office.logs.head(BRANCH).position == 3


def test_another_order_than_the_countersigned_one_is_not_taken_from_a_stick(
    two: Floors, tmp_path: Path
) -> None:
    """As in a round the hub has to put its own on top of head office's log, and for that it needs the line."""
    two.exchange()
    station = two.second()
    two.hub.house.desk.issue(two.hub.house["security_desk"], "jht")
    two.exchange()
    before = above_head(two)
    station.network.node.take_over(station.house["service_supervisor"])
    mine = station.house.desk.issue(station.house["security_desk"], "info")
    with refused("stick_parted", branch=BRANCH):
        take(two, export(station, tmp_path / "stik"))
    assert above_head(two) == before
    for _ in range(3):
        station.talk()
    assert above_head(two) == head(station)
    assert station.house.office.state(f"ticket:{mine.id}").state == "waiting"


# ------------------------------------------------------------------------------------------------ the command


class Shell:
    """An administrator's shell beside the service that runs."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        key = folder / "kantor-pusat.key"
        key.write_bytes(SEED)
        key.chmod(0o600)
        self._options = ["--database", f"sqlite:///{folder / 'kantor-pusat.db'}", "--key-file", str(key)]
        self._capsys = capsys

    def type(self, *words: str) -> tuple[int, str, str]:
        status = main([words[0], *self._options, *words[1:]])
        said = self._capsys.readouterr()
        return status, said.out, said.err


def test_the_command_says_what_came_of_it_in_indonesian_first(
    two: Floors, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(tmp_path, capsys)
    two.hub.house.submitted_case()
    path = export(two.hub, tmp_path / "stik")
    status, said, _ = shell.type("stick", "import", str(path))
    count = head(two.hub)[0]
    assert status == 0
    assert said.splitlines() == [
        f"Cabang {BRANCH}: {count} catatan baru masuk, 0 disimpan; catatan sampai nomor {count}.",
        f"  Branch {BRANCH}: {count} new entries in the log, 0 kept; the log ends at {count}.",
    ]
    assert NIK not in said
    assert above_head(two) == head(two.hub)


def test_the_command_refuses_in_one_sentence(
    two: Floors, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(tmp_path, capsys)
    path = export(two.hub, tmp_path / "stik")
    assert shell.type("stick", "import", str(path))[0] == 0
    for file, word in ((path, "Tidak ada yang baru"), (tmp_path / "tiada", "tiada")):
        status, said, error = shell.type("stick", "import", str(file))
        assert (status, said, len(error.splitlines())) == (2, "", 2)
        assert word in error.splitlines()[0]
    path.write_bytes(b"LOKETK1\nx")
    assert "rusak" in shell.type("stick", "import", str(path))[2]
    without_key = main(
        ["stick", "--database", f"sqlite:///{tmp_path / 'kantor-pusat.db'}", "import", str(path)]
    )
    assert without_key == 2
