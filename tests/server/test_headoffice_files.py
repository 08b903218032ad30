"""What head office takes from files, and the rules it publishes."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import resources
from app.domain import bundle as bundles
from app.errors import Refused
from app.server.headoffice.lists import open_rows
from app.services.rule_bundles import SignedBundle
from app.sync.directives import Booking, StaffSet
from tests.houses import refused
from tests.server.office_house import BRANCH, NIK, OTHER, OfficeHouse, csv_file


def test_staff_that_changed_reaches_its_branch_and_unchanged_staff_does_not(
    house: OfficeHouse, tmp_path: Path
) -> None:
    head = "branch;person;name;roles;active"
    first = csv_file(
        tmp_path, head, f"{BRANCH};P1;Petugas Satu;cso;", f"{OTHER};P2;Petugas Dua;cso verifier;ya"
    )
    assert house.office.imports.staff(first).directives == 2
    changed = csv_file(
        tmp_path, head, f"{BRANCH};P1;Petugas Satu;cso;tidak", f"{OTHER};P2;Petugas Dua;cso verifier;1"
    )
    done = house.office.imports.staff(changed)
    assert (done.rows, done.changed, done.directives) == (2, 1, 1)
    assert house.told(BRANCH, "staff") == [
        StaffSet(person="P1", name="Petugas Satu", roles=("cso",)),
        StaffSet(person="P1", name="Petugas Satu", roles=("cso",), active=False),
    ]
    assert house.told(OTHER, "staff") == [
        StaffSet(person="P2", name="Petugas Dua", roles=("cso", "verifier"))
    ]


def test_a_booking_is_handed_down_and_taken_back(house: OfficeHouse, tmp_path: Path) -> None:
    head = "\ufeffName,service,time,day,code,branch,booked"
    for booked in ("", "tidak"):
        line = f'"Contoh, Peserta",jht,08:30,2026-11-23,B-1,{BRANCH},{booked}'
        house.office.imports.bookings(csv_file(tmp_path, head, line, line))
    made = Booking(code="B-1", day="2026-11-23", time="08:30", service="jht", name="Contoh, Peserta")
    assert [booking.booked for booking in house.told(BRANCH, "booking")] == [True, False]
    assert house.told(BRANCH, "booking")[0] == made


@pytest.mark.parametrize(
    ("command", "lines", "wrong"),
    [
        ("members", ["nik,member_no,name", f"{NIK},1,Ada", "123,1,Ada", f"{NIK},,Ada", f"{NIK},1,"], "3 (nik), 4 (member_no), 5 (name)"),
        ("members", ["nik,member_no,name", f"{NIK},1,Ada", f"{NIK},1"], "3 (2 ≠ 3)"),
        ("members", ["nik,member_no,name", f'{NIK},1,"Ada'], "2 (CSV)"),
        ("staff", ["branch,person,name,roles", "XXX,P,A,cso", f"{BRANCH},P,A,king", f"{BRANCH},P!,A,cso"], "2 (branch), 3 (roles), 4 (person)"),
        ("bookings", ["branch,code,day,time,service,name", f"{BRANCH},B,2026-02-30,08:00,jht,A", f"{BRANCH},B,2026-02-20,8,jht,A"], "2 (day), 3 (time)"),
        ("payments", ["branch,voucher,reference,day,amount,paid", f"{BRANCH},V,R,2026-02-20,-5,", f"{BRANCH},V,R,2026-02-20,5,vielleicht", f"{BRANCH},,R,2026-02-20,5,"], "2 (amount), 3 (paid), 4 (voucher)"),
    ],
)  # fmt: skip
def test_wrong_lines_are_named_and_nothing_of_the_file_is_taken(
    house: OfficeHouse, tmp_path: Path, command: str, lines: list[str], wrong: str
) -> None:
    with refused("csv_wrong", file="berkas.csv", lines=wrong):
        getattr(house.office.imports, command)(csv_file(tmp_path, *lines))
    assert house.directives(BRANCH) == []
    house.note(BRANCH, "c1", nik=NIK, name="Ada")
    assert [match.result for match in house.told(BRANCH, "match")] == ["not_found"]


def test_a_line_that_is_not_utf_8_is_named_however_far_down(house: OfficeHouse, tmp_path: Path) -> None:
    path = tmp_path / "daftar.csv"
    path.write_bytes(b"nik,member_no,name\n" + f"{NIK},1,Ada\n".encode() * 5000 + b"x,1,\xe9\n")
    with refused("csv_wrong", lines="5002 (UTF-8)"):
        house.office.imports.members(path)


def test_a_file_without_a_column_or_without_a_file_is_refused(house: OfficeHouse, tmp_path: Path) -> None:
    with refused("csv_columns", columns="member_no, name"):
        house.office.imports.members(csv_file(tmp_path, "nik,nama"))
    with refused("file_missing"):
        house.office.imports.members(tmp_path / "nowhere.csv")


@given(st.binary(max_size=300))
def test_no_bytes_do_more_than_be_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(data)
    with suppress(Refused), open_rows(path, ("a",), ("b",)) as rows:
        for fields in rows:
            assert len(fields) == 2


def rules(version: int) -> bytes:
    shipped = json.loads((resources() / "bundle" / "default.json").read_bytes())
    return json.dumps(shipped | {"version": version}).encode()


def handed(house: OfficeHouse, branch: str) -> list[int]:
    """Versions of the rules that a branch was handed, their signatures checked as the branch does."""
    import msgspec
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    versions = []
    for directive in house.directives(branch):
        signed = msgspec.json.decode(directive.content, type=SignedBundle)
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(house.key.public()))
        public.verify(bytes.fromhex(signed.signature), signed.content.encode())
        assert signed.key == house.key.name
        versions.append(bundles.parse(signed.content.encode()).version)
    return versions


def test_published_rules_reach_every_branch_and_later_ones_too(house: OfficeHouse) -> None:
    branches = house.office.branches
    assert branches.publish(rules(7001), house.key) == (7001, 2)
    assert branches.publish(rules(7001), house.key) == (7001, 0)
    assert branches.publish(rules(7002), house.key, OTHER) == (7002, 1)
    branches.add("BDG", "Cabang BDG", "WIB")
    assert (handed(house, BRANCH), handed(house, OTHER), handed(house, "BDG")) == (
        [7001],
        [7001, 7002],
        [7001],
    )


def test_older_or_different_rules_of_one_version_are_refused(house: OfficeHouse) -> None:
    branches = house.office.branches
    branches.publish(rules(7002), house.key)
    with refused("bundle_older"):
        branches.publish(rules(7001), house.key)
    with refused("bundle_same_version"):
        branches.publish(rules(7002) + b" ", house.key)
    with refused("bundle_damaged"):
        branches.publish(b"{}", house.key)
    with refused("branch_unknown"):
        branches.publish(rules(7003), house.key, "NIX")
    assert handed(house, BRANCH) == [7002]


def test_a_branch_is_added_once_with_a_code_that_fits(house: OfficeHouse) -> None:
    with refused("branch_exists"):
        house.office.branches.add(BRANCH, "Lagi", "WIB")
    for code, name in (("A B", "x"), ("", "x"), ("A" * 13, "x"), ("ABC", " "), ("Ä", "x")):
        with refused("branch_wrong"):
            house.office.branches.add(code, name, "WIB")
    with refused("zone_unknown"):
        house.office.branches.add("BDG", "Cabang", "CET")


def test_the_state_of_each_branch_is_told(house: OfficeHouse, tmp_path: Path) -> None:
    house.note(BRANCH, "c1", nik=NIK, name="Ada")
    house.office.directives.note_taken(BRANCH, 1)
    house.office.directives.note_taken(BRANCH, 99)
    mdu, sby = house.office.branches.status()
    assert (mdu.code, mdu.position, mdu.directives, mdu.taken, mdu.behind) == (BRANCH, 1, 1, 1, 0)
    assert (sby.code, sby.position, sby.directives) == (OTHER, 0, 0)


def test_directives_come_in_order_after_a_number_in_portions(house: OfficeHouse, tmp_path: Path) -> None:
    lines = [f"{BRANCH},P{number},Petugas {number},cso" for number in range(30)]
    house.office.imports.staff(csv_file(tmp_path, "branch,person,name,roles", *lines))
    everything = house.directives(BRANCH)
    assert [directive.number for directive in everything] == list(range(1, 31))
    assert house.directives(BRANCH, 28) == everything[28:]
    assert house.office.directives.after(BRANCH, 3, 1) == everything[3:4]
    assert house.office.directives.last(BRANCH) == 30
