"""Who may speak for a branch: enrolment by code, by the branch's own log, and revocation."""

import msgspec
import pytest

from app.credentials import DeviceKey
from app.server.headoffice.devices import ACTIVE, Device
from app.server.headoffice.enrolment import Presence, Welcome
from app.sync.directives import Revocation
from app.sync.trust_certificates import Authority
from app.sync.trust_joining import CODE_LIFE_MS, Joining, Newcomer, joining_request, read_joining_answer
from app.sync.trust_signatures import sign_request
from tests.houses import CountingEntropy, refused
from tests.server.office_house import BRANCH, OTHER, OfficeHouse

HUB = DeviceKey(b"h" * 32, "hub-1", "f" * 32)
STATION = DeviceKey(b"s" * 32, "station-2", "f" * 32)
HERE = Presence(Authority(""), frozenset({""}))


def ask(
    code: str, station: str = "hub-1", branch: str = BRANCH, key: DeviceKey = HUB, seen: str = ""
) -> Joining:
    newcomer = Newcomer(station=station, fingerprint="f" * 32, name="Hub", branch=branch)
    return joining_request(code, newcomer, key, seen, CountingEntropy(station + code))


def enrol(house: OfficeHouse) -> None:
    code = house.office.enrolment.invite(BRANCH)
    house.office.enrolment.join(ask(code).body, HERE, house.key)


def call(house: OfficeHouse, key: DeviceKey, station: str, body: bytes = b"round") -> Device:
    headers = sign_request(key, station, "POST", "/v1/round", body)
    return house.office.devices.authenticate("POST", "/v1/round", body, headers)


def test_a_computer_that_joined_with_the_code_may_speak_and_knows_whom_to_trust(house: OfficeHouse) -> None:
    code = house.office.enrolment.invite(BRANCH)
    joining = ask(code)
    with refused("device_unknown"):
        call(house, HUB, "hub-1")
    branch, answer = house.office.enrolment.join(joining.body, HERE, house.key)
    welcome = msgspec.json.decode(read_joining_answer(joining, answer).secrets, type=Welcome)
    assert (branch, welcome.branch, welcome.zone) == (BRANCH, BRANCH, "WIB")
    assert [key.public for key in welcome.keys] == [house.key.public()]
    assert call(house, HUB, "hub-1") == Device(BRANCH, "hub-1", HUB.public(), True, ACTIVE)


def test_the_same_request_again_is_answered_again_and_another_one_is_not(house: OfficeHouse) -> None:
    code = house.office.enrolment.invite(BRANCH)
    first = ask(code)
    house.office.enrolment.join(first.body, HERE, house.key)
    assert read_joining_answer(first, house.office.enrolment.join(first.body, HERE, house.key)[1])
    with refused("enrolment_code_used"):
        house.office.enrolment.join(ask(code, "thief").body, HERE, house.key)
    assert house.office.devices.find("thief") == ()


def test_wrong_codes_are_counted_although_they_are_refused(house: OfficeHouse) -> None:
    code = house.office.enrolment.invite(BRANCH)
    wrong = ask("AAAAAAAAAA")
    for left in (4, 3, 2, 1, 0):
        with refused("enrolment_code_wrong", left=left):
            house.office.enrolment.join(wrong.body, HERE, house.key)
    with refused("enrolment_code_locked"):
        house.office.enrolment.join(ask(code).body, HERE, house.key)


def test_a_code_is_good_for_its_branch_for_ten_minutes(house: OfficeHouse) -> None:
    code = house.office.enrolment.invite(BRANCH)
    with refused("enrolment_code_expired"):
        house.office.enrolment.join(ask(code, branch=OTHER).body, HERE, house.key)
    with refused("branch_unknown"):
        house.office.enrolment.join(ask(code, branch="NIX").body, HERE, house.key)
    with refused("branch_unknown"):
        house.office.enrolment.invite("NIX")
    house.clock.pass_ms(CODE_LIFE_MS + 1)
    with refused("enrolment_code_expired"):
        house.office.enrolment.join(ask(code).body, HERE, house.key)


def test_a_past_code_is_forgotten(house: OfficeHouse) -> None:
    from sqlalchemy import func, select

    from app.server.headoffice import tables

    house.office.enrolment.invite(BRANCH)
    house.clock.pass_ms(CODE_LIFE_MS + 1)
    house.office.enrolment.invite(OTHER)
    house.office.enrolment.forget_old()
    with house.office.database.reading() as connection:
        assert connection.execute(select(tables.enrolments.c.branch)).scalars().all() == [OTHER]
        assert connection.execute(select(func.count()).select_from(tables.devices)).scalar() == 0


def test_somebody_between_is_found_out(house: OfficeHouse) -> None:
    code = house.office.enrolment.invite(BRANCH)
    with refused("enrolment_intercepted"):
        house.office.enrolment.join(ask(code, seen="ab" * 32).body, HERE, house.key)
    assert house.office.devices.find("hub-1") == ()


def test_rubbish_is_refused(house: OfficeHouse) -> None:
    house.office.enrolment.invite(BRANCH)
    for body in (b"", b"\xc1", b"\x93\xc4\x00\xc4\x00\xc4\x00", b"\x91" * 300_000):
        with refused("joining_damaged"):
            house.office.enrolment.join(body, HERE, house.key)


def test_a_request_counts_only_as_it_was_signed(house: OfficeHouse) -> None:
    enrol(house)
    headers = sign_request(HUB, "hub-1", "POST", "/v1/round", b"a")
    devices = house.office.devices
    for method, path, body in (
        ("PUT", "/v1/round", b"a"),
        ("POST", "/v1/other", b"a"),
        ("POST", "/v1/round", b"b"),
    ):
        with refused("signature_wrong"):
            devices.authenticate(method, path, body, headers)
    with refused("signature_wrong"):
        call(house, STATION, "hub-1")
    with refused("signature_wrong"):
        devices.authenticate("POST", "/v1/round", b"a", {})


def enrolled(station: str, key: DeviceKey, full: bool = True) -> tuple[str, str, object]:
    payload = {
        "station": station,
        "number": 2,
        "name": "x",
        "key": key.public(),
        "fingerprint": "f",
        "full": full,
    }
    return ("branch", "branch.station_enrolled", payload)


def test_the_branchs_log_enrols_and_revokes_its_computers(house: OfficeHouse) -> None:
    house.begin(BRANCH)
    house.send(BRANCH, enrolled("station-2", STATION, full=False))
    assert call(house, STATION, "station-2").full is False
    house.send(BRANCH, ("branch", "branch.station_revoked", {"station": "station-2", "reason": "x"}))
    with refused("device_revoked"):
        call(house, STATION, "station-2")
    house.send(BRANCH, enrolled("station-2", STATION))
    assert call(house, STATION, "station-2").full is True


def test_who_may_not_manage_computers_enrols_and_revokes_none(house: OfficeHouse) -> None:
    house.begin(BRANCH)
    house.send(BRANCH, enrolled("pc", HUB))
    clerk = {"person": "actor", "name": "Petugas", "title": "", "roles": ["cso"]}
    head = {"person": "head", "name": "Kepala", "title": "", "roles": ["branch_head"]}
    house.send(BRANCH, ("branch", "branch.person_set", head), ("branch", "branch.person_set", clerk))
    house.send(BRANCH, ("branch", "branch.station_revoked", {"station": "pc", "reason": "x"}))
    house.send(BRANCH, enrolled("rogue", STATION))
    house.send(BRANCH, ("day:2026-11-20", *enrolled("rogue", STATION)[1:]))
    assert call(house, HUB, "pc").state == ACTIVE
    with refused("device_unknown"):
        call(house, STATION, "rogue")


def test_what_head_office_revoked_no_log_brings_back_but_a_new_code_does(house: OfficeHouse) -> None:
    enrol(house)
    house.begin(BRANCH)
    assert house.office.devices.revoke(BRANCH, "hub-1") == 1
    assert house.told(BRANCH, "revocation") == [Revocation(station="hub-1", at=house.clock.now())]
    for event in (
        enrolled("hub-1", HUB),
        ("branch", "branch.station_revoked", {"station": "hub-1", "reason": ""}),
    ):
        house.send(BRANCH, event)
        house.send(BRANCH, enrolled("hub-1", HUB))
        with refused("device_revoked"):
            call(house, HUB, "hub-1")
    enrol(house)
    assert call(house, HUB, "hub-1").state == ACTIVE
    with refused("device_unknown"):
        house.office.devices.revoke(OTHER, "hub-1")


def test_two_branches_with_one_stations_name_are_told_apart_by_the_key(house: OfficeHouse) -> None:
    house.begin(BRANCH)
    house.begin(OTHER)
    house.send(BRANCH, enrolled("pc", HUB))
    house.send(OTHER, enrolled("pc", STATION))
    assert (call(house, HUB, "pc").branch, call(house, STATION, "pc").branch) == (BRANCH, OTHER)


def test_without_the_key_nothing_is_handed_down(house: OfficeHouse) -> None:
    from app.server.headoffice.office import HeadOffice

    keyless = HeadOffice(house.office.database, house.clock, CountingEntropy("x"), None)
    house.begin(BRANCH)
    house.send(BRANCH, enrolled("pc", HUB))
    with refused("head_office_key_missing"):
        keyless.devices.revoke(BRANCH, "pc")
    assert call(house, HUB, "pc").state == ACTIVE, "the revocation is one with its directive"


@pytest.mark.parametrize("seed", [b"a" * 32])
def test_another_key_file_is_not_taken_for_head_offices(house: OfficeHouse, seed: bytes) -> None:
    from app.server.headoffice.key import HeadOfficeKey, hold_key

    for key in (house.key, house.key):
        with house.office.database.writing() as connection:
            hold_key(connection, key)
    with refused("head_office_key_other"), house.office.database.writing() as connection:
        hold_key(connection, HeadOfficeKey(seed))
