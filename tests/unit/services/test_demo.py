"""A demo day: the same every time, made by the services alone, with everything in it that a day can bring."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import DataFolder
from app.credentials import check_new_secret
from app.domain.calendar import day_of, moment_of
from app.domain.figures import DayFigures
from app.domain.rights import ROLES
from app.errors import Refused
from app.models.audit import verify
from app.services.demo import (
    DEMO_PEOPLE,
    SeededClock,
    SeededEntropy,
    SeededMachine,
    demo,
    demo_ports,
    make_demo_branch,
    try_out,
)
from app.services.demo.plan import pick
from app.services.office import Office, Ports
from app.services.sign_in import SignIn
from app.services.summary import Summaries

DAY, TICKETS, SEED = "2026-11-20", 40, 7

_OTHER_PROCESS = """
import sys
from pathlib import Path
from app.config import DataFolder
from app.services.demo import demo
from app.services.summary import Summaries
folder = Path(sys.argv[1])
office = demo(DataFolder(folder / "cabang"), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
(folder / "head").write_text(" ".join(map(str, office.journal.head())))
(folder / "json").write_bytes(Summaries(office).json(sys.argv[2]))
(folder / "pdf").write_bytes(Summaries(office).pdf(sys.argv[2]))
(folder / "key").write_bytes(office.key)
office.close()
"""


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    office = demo(DataFolder(tmp_path_factory.mktemp("hari") / "cabang"), DAY, TICKETS, SEED)
    yield office
    office.close()


@pytest.fixture(scope="module")
def figures(played: Office) -> DayFigures:
    return Summaries(played).figures(DAY)


def test_the_same_seed_gives_the_same_day_in_another_process(played: Office, tmp_path: Path) -> None:
    arguments = [sys.executable, "-c", _OTHER_PROCESS, str(tmp_path), DAY, str(TICKETS), str(SEED)]
    root = Path(__file__).parents[3]
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": str(root)}
    subprocess.run(arguments, check=True, cwd=root, env=environment)
    summaries = Summaries(played)
    assert (tmp_path / "head").read_text() == " ".join(map(str, played.journal.head()))
    assert (tmp_path / "json").read_bytes() == summaries.json(DAY)
    assert (tmp_path / "pdf").read_bytes() == summaries.pdf(DAY)
    assert (tmp_path / "key").read_bytes() == played.key


def test_the_journal_of_the_day_verifies_from_its_first_entry(played: Office) -> None:
    checked = verify(played.store)
    assert checked.bad_position is None
    assert (checked.count, checked.head) == played.journal.head()


def test_everybody_who_came_got_a_number_and_none_is_left_open(figures: DayFigures) -> None:
    assert figures.total.arrived == TICKETS
    assert figures.total.open == 0
    assert figures.closed_by == "Kabid Pelayanan"
    assert figures.gaps == ()
    assert all(each.used <= each.quota for each in figures.services if each.quota is not None)


def test_the_day_has_what_a_day_brings(figures: DayFigures) -> None:
    assert len([each for each in figures.officers if each.served]) == 5
    assert all(each.breaks >= 2 for each in figures.officers)
    assert {each.code for each in figures.interviews.attempts} > {"matched", "unreachable"}
    assert sum(each.count for each in figures.documents) > 0
    assert [each.role for each in figures.delegations] == ["verifier"]
    assert sum(each.overdue for each in figures.stages) > 0
    assert figures.paid.count > 0


def test_lunch_on_a_friday_lasts_until_half_past_one(figures: DayFigures) -> None:
    served = {each.hour: each.served for each in figures.hours}
    assert served[12] < served[10]
    assert max(each.break_time for each in figures.officers) > 85 * 60_000


def test_a_demo_needs_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "surat.txt").write_text("milik orang lain")
    with pytest.raises(Refused) as refused:
        demo(DataFolder(tmp_path), DAY, 5, SEED)
    assert refused.value.code == "demo_folder_not_empty"
    assert [each.name for each in tmp_path.iterdir()] == ["surat.txt"]


def test_no_demo_is_played_on_a_sunday_and_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        demo(DataFolder(tmp_path / "cabang"), "2026-11-22", 5, SEED)
    assert refused.value.code == "demo_day_closed"
    assert not (tmp_path / "cabang").exists()


@pytest.mark.parametrize("tickets", [-1, 0, 100_000])
def test_a_demo_has_a_number_of_tickets_that_can_be(tickets: int, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        demo(DataFolder(tmp_path / "cabang"), DAY, tickets, SEED)
    assert refused.value.code == "demo_tickets"


def test_a_demo_branch_without_a_day_has_people_who_can_sign_in_with_the_pin_that_is_shown(
    tmp_path: Path,
) -> None:
    ports = demo_ports(SEED, moment_of(DAY, 480, "WIB"))
    office = make_demo_branch(DataFolder(tmp_path / "cabang"), ports)
    assert office.latest_day() is None
    assert office.branch().demo
    sign_in = SignIn(office)
    cards = sign_in.people()
    assert {card.name for card in cards} == {each.name for each in DEMO_PEOPLE}
    assert {role for card in cards for role in card.roles} == set(ROLES)
    for card in cards:
        check_new_secret(card.demo_secret)
    assert sign_in.sign_in(cards[0].id, cards[0].demo_secret).name == cards[0].name
    office.close()


def test_nobody_of_the_played_people_sat_here_last(played: Office) -> None:
    assert not any(card.sat_last for card in SignIn(played).people())


def test_to_try_it_out_today_stops_at_this_moment(tmp_path: Path) -> None:
    now = moment_of(DAY, 10 * 60 + 40, "WIB")
    ports = Ports(SeededClock(now), SeededEntropy(3), SeededMachine(3))
    office = try_out(DataFolder(tmp_path / "cabang"), ports, tickets=30)
    figures = Summaries(office).figures(DAY)
    assert office.ports is ports
    assert day_of(office.now(), "WIB") == DAY
    assert figures.closed_at is None
    assert 0 < figures.total.arrived < 30
    assert verify(office.store).bad_position is None
    assert not any(card.sat_last for card in SignIn(office).people())
    office.close()


def test_the_clock_goes_forward_only() -> None:
    clock = SeededClock(1000)
    clock.set(1500)
    assert (clock.now(), clock.monotonic()) == (1500, 500)
    with pytest.raises(ValueError, match="does not go back"):
        clock.set(1499)


def test_the_entropy_is_one_stream_however_it_is_taken() -> None:
    one, other = SeededEntropy(7), SeededEntropy(7)
    assert one.take(100) == b"".join(other.take(count) for count in (1, 31, 0, 33, 35))
    assert SeededEntropy(8).take(32) != SeededEntropy(7).take(32)


def test_the_fingerprint_belongs_to_the_seed() -> None:
    assert SeededMachine(7).fingerprint() == SeededMachine(7).fingerprint()
    assert SeededMachine(7).fingerprint() != SeededMachine(8).fingerprint()


def test_what_has_no_weight_is_never_picked() -> None:
    from random import Random

    random = Random(1)
    assert {pick(random, {"a": 1, "b": 0, "c": 3}) for _ in range(200)} == {"a", "c"}
