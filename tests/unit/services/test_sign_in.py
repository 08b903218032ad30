"""Signing in: the right person, five tries, and a wait that neither a restart nor a moved clock shortens."""

import pytest

from app.domain.branch import PersonSet
from app.domain.events import read_header
from app.domain.rights import HEAD_OFFICE
from app.services.setup import NewPerson
from app.services.sign_in import SignIn
from tests.houses import PIN, House, events, refused

WRONG = "907315"


def fail(house: House, who: str, times: int) -> None:
    for left in range(4, 4 - times, -1):
        with refused("secret_wrong", left=left):
            house.sign_in.sign_in(who, WRONG)


def test_the_right_pin_signs_in_with_the_roles_of_today(house: House) -> None:
    signed = house.sign_in.sign_in(house["cso"], PIN)
    assert signed.id == house["cso"]
    assert signed.roles == ("cso",)
    assert signed.must_change is False
    assert read_header(events(house.office)[-1].header).kind == "branch.signed_in"


def test_everybody_is_on_the_page_by_name(house: House) -> None:
    cards = house.sign_in.people()
    assert [card.name for card in cards] == sorted(card.name for card in cards)
    assert len(cards) == 9
    house.staff.set_active(house["service_supervisor"], house["cso"], active=False)
    assert house["cso"] not in {card.id for card in house.sign_in.people()}
    with refused("person_unknown"):
        house.sign_in.sign_in(house["cso"], PIN)
    with refused("person_unknown"):
        house.sign_in.sign_in("nobody", PIN)


def test_somebody_whom_head_office_named_is_told_that_the_first_pin_is_missing(house: House) -> None:
    told = PersonSet(person="cso-01", name="Petugas Contoh", title="", roles=("cso",))
    with house.office.unit(HEAD_OFFICE) as unit:
        unit.append("branch", told, HEAD_OFFICE)
    with refused("person_without_secret"):
        house.sign_in.sign_in("cso-01", PIN)


def test_the_fifth_wrong_try_begins_a_wait(house: House) -> None:
    who = house["cso"]
    fail(house, who, 4)
    with refused("secret_wait", seconds=30):
        house.sign_in.sign_in(who, WRONG)
    with refused("secret_wait", seconds=30):
        house.sign_in.sign_in(who, PIN)  # not even the right one
    house.clock.pass_seconds(29)
    with refused("secret_wait", seconds=1):
        house.sign_in.sign_in(who, PIN)
    house.clock.pass_seconds(1)
    assert house.sign_in.sign_in(who, PIN).id == who
    fail(house, who, 1)  # and the count begins anew


def test_the_wait_doubles_with_each_further_try(house: House) -> None:
    who = house["cso"]
    fail(house, who, 4)
    for seconds in (30, 60, 120, 240):
        with refused("secret_wait", seconds=seconds):
            house.sign_in.sign_in(who, WRONG)
        house.clock.pass_seconds(seconds)


def test_others_are_not_made_to_wait(house: House) -> None:
    fail(house, house["cso"], 4)
    with refused("secret_wait"):
        house.sign_in.sign_in(house["cso"], WRONG)
    assert house.sign_in.sign_in(house["verifier"], PIN).id == house["verifier"]


def test_four_tries_and_the_wait_outlive_a_restart(house: House) -> None:
    who = house["cso"]
    fail(house, who, 4)
    house.reopen()
    with refused("secret_wait", seconds=30):
        house.sign_in.sign_in(who, WRONG)
    house.reopen()
    with refused("secret_wait", seconds=30):
        house.sign_in.sign_in(who, PIN)


@pytest.mark.parametrize("hours", [-48, -1, 1, 48])
def test_a_moved_clock_neither_shortens_nor_lengthens_the_wait(house: House, hours: int) -> None:
    who = house["cso"]
    fail(house, who, 4)
    with refused("secret_wait"):
        house.sign_in.sign_in(who, WRONG)
    house.clock.jump(hours * 3_600_000)
    with refused("secret_wait", seconds=30):
        house.sign_in.sign_in(who, PIN)
    house.clock.pass_seconds(30)
    assert house.sign_in.sign_in(who, PIN).id == who


@pytest.mark.parametrize("hours", [-48, -1, 1, 48])
def test_a_clock_set_over_a_restart_neither_lengthens_the_wait_nor_gives_a_guess(
    house: House, hours: int
) -> None:
    who = house["cso"]
    fail(house, who, 4)
    with refused("secret_wait"):
        house.sign_in.sign_in(who, WRONG)
    house.clock.jump(hours * 3_600_000)
    house.reopen()
    with refused("secret_wait", seconds=30):
        house.sign_in.sign_in(who, PIN)
    house.clock.pass_seconds(31)
    assert house.sign_in.sign_in(who, PIN).id == who


def test_after_a_start_of_the_computer_the_wait_has_lasted_as_long_as_it_runs(house: House) -> None:
    who = house["cso"]
    house.clock.pass_seconds(3600)
    fail(house, who, 4)
    with refused("secret_wait"):
        house.sign_in.sign_in(who, WRONG)
    house.clock._steady = 10_000  # it was started ten seconds ago
    house.reopen()
    with refused("secret_wait", seconds=20):
        house.sign_in.sign_in(who, PIN)
    house.clock.pass_seconds(20)
    assert house.sign_in.sign_in(who, PIN).id == who


def test_a_lockout_stands_in_the_journal(house: House) -> None:
    fail(house, house["cso"], 4)
    before = len(events(house.office))
    with refused("secret_wait"):
        house.sign_in.sign_in(house["cso"], WRONG)
    new = events(house.office)[before:]
    assert [row.payload for row in new][-1] == (b'{"person":"%s","locked":true}' % house["cso"].encode())
    assert not any(
        PIN.encode() in row.payload or WRONG.encode() in row.payload for row in events(house.office)
    )


def test_unlocking_counts_the_same_tries(house: House) -> None:
    who = house["cso"]
    house.sign_in.confirm(who, PIN)
    for left in (4, 3, 2, 1):
        with refused("secret_wrong", left=left):
            house.sign_in.confirm(who, WRONG)
    with refused("secret_wait"):
        house.sign_in.confirm(who, WRONG)
    with refused("secret_wait"):
        SignIn(house.office).sign_in(who, PIN)


def test_somebody_chooses_a_new_secret(house: House) -> None:
    who = house["cso"]
    with refused("secret_wrong"):
        house.sign_in.change_secret(who, WRONG, "746193")
    with refused("secret_date"):
        house.sign_in.change_secret(who, PIN, "170845")
    with refused("secret_same"):
        house.sign_in.change_secret(who, PIN, PIN)
    house.sign_in.change_secret(who, PIN, "kunci loket tujuh")
    with refused("secret_wrong"):
        house.sign_in.sign_in(who, PIN)
    assert house.sign_in.sign_in(who, "kunci loket tujuh").must_change is False


def test_a_first_secret_from_a_supervisor_must_be_changed(house: House) -> None:
    boss = house["service_supervisor"]
    made = house.staff.add(boss, NewPerson(name="Petugas 20", title="CSO", roles=("cso",), secret="746193"))
    assert house.sign_in.sign_in(made.id, "746193").must_change is True
    house.sign_in.change_secret(made.id, "746193", "815926")
    assert house.sign_in.sign_in(made.id, "815926").must_change is False
    house.staff.reset_secret(boss, made.id, "746193")
    assert house.sign_in.sign_in(made.id, "746193").must_change is True


def test_a_reset_frees_somebody_who_waits(house: House) -> None:
    who = house["cso"]
    fail(house, who, 4)
    with refused("secret_wait"):
        house.sign_in.sign_in(who, WRONG)
    house.staff.reset_secret(house["service_supervisor"], who, "746193")
    assert house.sign_in.sign_in(who, "746193").id == who
    with refused("no_right"):
        house.staff.reset_secret(who, house["verifier"], "746193")


@pytest.mark.parametrize(
    "typed", ["", "x" * 10_000, "'; DROP TABLE credentials; --", "\x00", "\ud800", "🔑" * 40]
)
def test_whatever_is_typed_is_a_wrong_secret_and_no_crash(house: House, typed: str) -> None:
    with refused("secret_wrong"):
        house.sign_in.sign_in(house["cso"], typed)
