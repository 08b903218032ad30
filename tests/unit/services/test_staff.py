"""People and settings of the branch, and what the first start asks."""

from pathlib import Path

import pytest

from app.config import DataFolder
from app.domain.branch import Counter
from app.services.office import Ports, open_office
from app.services.setup import NewBranch, NewPerson, Setup
from tests.houses import DAY_MS, CountingEntropy, FakeClock, FakeMachine, House, branch_state, refused

SECRET = "746193"


def new(name: str = "Petugas 20", *roles: str) -> NewPerson:
    return NewPerson(name=name, title="", roles=roles or ("cso",), secret=SECRET)


# ------------------------------------------------------------------------------------------ people


def test_a_supervisor_adds_somebody(house: House) -> None:
    made = house.staff.add(house["service_supervisor"], new("  Petugas 20\x00 "))
    assert (made.name, made.roles, made.active) == ("Petugas 20", ("cso",), True)
    assert made.id in {each.id for each in house.staff.people()}
    assert house.office.name(made.id) == "Petugas 20"


@pytest.mark.parametrize(
    ("person", "code"),
    [
        (new(""), "person_name"),
        (new(" \x00 "), "person_name"),
        (new("\u200b\u2060"), "person_name"),
        (new("..."), "person_name"),
        (NewPerson(name="A", title="", roles=(), secret=SECRET), "person_roles"),
        (NewPerson(name="A", title="", roles=("king",), secret=SECRET), "role_unknown"),
        (NewPerson(name="A", title="", roles=("cso",), secret="123456"), "secret_simple"),
        (NewPerson(name="A", title="", roles=("cso",), secret="abc"), "secret_short"),
        (new("petugas 1"), "person_name_taken"),
    ],
)
def test_somebody_who_cannot_be_is_refused(house: House, person: NewPerson, code: str) -> None:
    before = branch_state(house.office).people
    with refused(code):
        house.staff.add(house["service_supervisor"], person)
    assert branch_state(house.office).people == before


def test_others_may_not_manage_people(house: House) -> None:
    for role in ("cso", "security_desk", "it_officer", "auditor", "finance_supervisor"):
        with refused("no_right"):
            house.staff.add(house[role], new())
        with refused("no_right"):
            house.staff.change(house[role], house["cso"], "X", "", ("branch_head",), ())
        with refused("no_right"):
            house.staff.set_active(house[role], house["cso"], active=False)


def test_somebody_is_changed_and_keeps_the_id(house: House) -> None:
    boss = house["service_supervisor"]
    changed = house.staff.change(
        boss, house["cso"], "D'Artagnan 🙂", "Penata", ("cso", "verifier"), ("counter 1",)
    )
    assert (changed.id, changed.name, changed.places) == (house["cso"], "D'Artagnan 🙂", ("counter 1",))
    with refused("person_unknown"):
        house.staff.change(boss, "nobody", "X", "", ("cso",), ())
    with refused("person_roles"):
        house.staff.change(boss, house["cso"], "X", "", (), ())
    with refused("role_unknown"):
        house.staff.change(boss, house["cso"], "X", "", ("king",), ())
    house.reopen()
    assert house.office.branch().person(house.office.branch().person(changed.id).id).name == "D'Artagnan 🙂"


def test_a_name_is_free_again_when_its_bearer_has_left(house: House) -> None:
    boss = house["service_supervisor"]
    first = house.staff.add(boss, new("Petugas 20"))
    house.staff.set_active(boss, first.id, active=False)
    house.staff.add(boss, new("Petugas 20"))
    with refused("person_name_taken"):
        house.staff.set_active(boss, first.id, active=True)
    assert [each.active for each in house.staff.people()][-1] is False


def test_who_was_let_out_does_nothing_more(open_house: House) -> None:
    boss, cso = open_house["service_supervisor"], open_house["cso"]
    open_house.staff.set_active(boss, cso, active=False)
    assert open_house.office.actions(cso) == frozenset()
    with refused("no_right"):
        open_house.counters.open(cso, 1)
    open_house.staff.set_active(boss, cso, active=True)
    open_house.counters.open(cso, 1)


# ------------------------------------------------------------------------------------------ settings


@pytest.mark.parametrize(
    "counters",
    [(), (Counter(number=1), Counter(number=1)), tuple(Counter(number=each) for each in range(31))],
)
def test_counters_that_cannot_be_are_refused(house: House, counters: tuple[Counter, ...]) -> None:
    with refused("branch_counters"):
        house.staff.set_counters(house["service_supervisor"], counters)
    assert len(house.office.branch().counters) == 5


def test_counters_are_set_with_services_that_exist(house: House) -> None:
    with refused("unknown_code"):
        house.staff.set_counters(house["it_officer"], (Counter(number=1, services=("teh",)),))
    with refused("no_right"):
        house.staff.set_counters(house["cso"], (Counter(number=1),))
    house.staff.set_counters(house["it_officer"], (Counter(number=7, services=("jht",)),))
    assert house.office.branch().counter(7).services == ("jht",)
    with refused("counter_unknown"):
        house.office.branch().counter(1)


def test_a_closed_day_moves_the_limit(open_house: House) -> None:
    boss = open_house["service_supervisor"]
    with refused("reason_missing"):
        open_house.staff.set_closed_day(boss, "23-11-2026", closed=True, reason="")
    with refused("day_wrong"):
        open_house.staff.set_closed_day(boss, "31-02-2026", closed=True, reason="Banjir")
    open_house.staff.set_closed_day(boss, "23-11-2026", closed=True, reason="Banjir")
    assert open_house.cases.get(open_house.submitted_case()).due == "2026-11-30"
    open_house.staff.set_closed_day(boss, "23-11-2026", closed=False, reason="")
    assert open_house.office.calendar().is_working_day("2026-11-23")
    open_house.staff.set_closed_day(boss, "24-11-2026", closed=False, reason="")  # was never closed


def test_a_setting_of_this_computer_is_kept(house: House) -> None:
    assert house.office.setting("printer") == ""
    assert house.office.setting("printer", "none") == "none"
    house.office.set_setting("printer", '{"a": "🙂"}')
    house.office.set_setting("printer", '{"b": 2}')
    house.reopen()
    assert house.office.setting("printer", "none") == '{"b": 2}'


def test_what_was_read_before_a_change_is_not_kept_after_it(house: House) -> None:
    assert len(house.office.branch().people) == 9
    house.add_person("Petugas 20", "cso")
    assert len(house.office.branch().people) == 10


# ------------------------------------------------------------------------------------------ the first start


BOSS = NewPerson(name="Petugas 1", title="Kabid", roles=("service_supervisor",), secret="284917")


def begin(path: Path) -> Setup:
    return Setup(DataFolder(path / "cabang"), Ports(FakeClock(), CountingEntropy("new"), FakeMachine()))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": ""}, "branch_code"),
        ({"code": "M U"}, "branch_code"),
        ({"code": "../x"}, "branch_code"),
        ({"name": " "}, "branch_name"),
        ({"zone": "GMT"}, "branch_zone"),
        ({"counters": 0}, "branch_counters"),
        ({"counters": 31}, "branch_counters"),
    ],
)
def test_a_branch_that_cannot_be_leaves_nothing_on_disk(
    tmp_path: Path, changes: dict[str, object], code: str
) -> None:
    given = {"code": "MDU", "name": "Medan", "zone": "WIB", "counters": 3, "demo": True} | changes
    setup = begin(tmp_path)
    with refused(code):
        setup.create(NewBranch(**given), (BOSS,))  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("people", [(), (new("A", "cso"),), (new("A", "it_officer"), BOSS)])
def test_the_first_person_is_a_supervisor(tmp_path: Path, people: tuple[NewPerson, ...]) -> None:
    with refused("first_supervisor"):
        begin(tmp_path).create(NewBranch(code="M", name="M", zone="WIB", counters=1, demo=True), people)
    assert list(tmp_path.iterdir()) == []


def test_the_paper_is_typed_back(tmp_path: Path) -> None:
    setup = begin(tmp_path)
    setup.typed_back(" ".join(setup.recovery_key).lower())
    with refused("recovery_key_typo"):
        setup.typed_back(setup.recovery_key[:-1])
    from app.credentials import new_recovery_key

    with refused("recovery_key_typo"):
        setup.typed_back(new_recovery_key(CountingEntropy("another")))


def test_a_branch_is_set_up_once(tmp_path: Path, house: House) -> None:
    setup = Setup(house.folder, house.ports())
    with refused("already_set_up"):
        setup.create(NewBranch(code="M", name="M", zone="WIB", counters=1, demo=True), (BOSS,))


def test_a_set_up_that_fails_can_be_tried_again(tmp_path: Path) -> None:
    twins = (BOSS, new("Petugas 2", "king"))
    with refused("role_unknown"):
        begin(tmp_path).create(NewBranch(code="M", name="M", zone="WIB", counters=1, demo=True), twins)
    folder = DataFolder(tmp_path / "cabang")
    assert not folder.is_set_up()
    office = begin(tmp_path).create(
        NewBranch(code="mdu", name="M", zone="WIT", counters=1, demo=True), (BOSS,)
    )
    assert office.branch().code == "MDU"
    office.close()


def test_a_key_file_is_an_explicit_choice(tmp_path: Path) -> None:
    setup = begin(tmp_path)
    key_file = tmp_path / "loket.key"
    office = setup.create(NewBranch(code="M", name="M", zone="WIB", counters=1), (BOSS,), key_file)
    assert office.key_place == "file"
    office.close()
    ports = Ports(FakeClock(), CountingEntropy("again"), FakeMachine())
    again = open_office(office.folder, ports)  # its place stands in key.json
    assert again.branch().name == "M"
    again.close()
    moved = key_file.rename(tmp_path / "dipindah.key")
    with refused("key_file_missing"):
        open_office(office.folder, ports)
    open_office(office.folder, ports, moved).close()


def test_a_key_file_named_from_where_one_stands_is_found_from_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    setup = begin(tmp_path)
    office = setup.create(NewBranch(code="M", name="M", zone="WIB", counters=1), (BOSS,), Path("loket.key"))
    office.close()
    monkeypatch.chdir("/")
    open_office(office.folder, Ports(FakeClock(), CountingEntropy("cwd"), FakeMachine())).close()


def test_an_empty_folder_has_no_branch(tmp_path: Path) -> None:
    with refused("not_set_up"):
        open_office(DataFolder(tmp_path), Ports(FakeClock(), CountingEntropy("x"), FakeMachine()))


@pytest.mark.parametrize(("zone", "opens_at"), [("WIB", 17), ("WITA", 16), ("WIT", 15)])
def test_the_day_of_the_branch_is_that_of_its_zone(tmp_path: Path, zone: str, opens_at: int) -> None:
    setup = begin(tmp_path)
    office = setup.create(NewBranch(code="M", name="M", zone=zone, counters=1, demo=True), (BOSS,))
    clock = office.ports.clock
    assert isinstance(clock, FakeClock)
    start = clock.now() // DAY_MS * DAY_MS
    clock.jump(start + opens_at * 3_600_000 - 1 - clock.now())
    assert office.calendar_day() == "2026-11-20"
    clock.jump(1)
    assert office.calendar_day() == "2026-11-21"
    office.close()
