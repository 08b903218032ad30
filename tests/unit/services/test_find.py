"""One box for everything: what it finds, what it hides, and whatever is typed into it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.models.log import put_setting
from app.models.updating import INDEXED, index_anew
from app.services.find import Found, query
from tests.houses import NIK, House, refused


@pytest.fixture
def full(open_house: House) -> House:
    case = open_house.submitted_case()
    open_house.cases.read(open_house["cso"], case, "nik")
    open_house.desk.issue(open_house["security_desk"], "info", last4="4321", initials="PC")
    return open_house


def find(house: House, typed: str, role: str = "cso") -> list[Found]:
    return list(house.finder.find(house[role], typed))


@pytest.mark.parametrize(
    "typed",
    [
        "Peserta",
        "peserta contoh",
        "contoh pes",
        NIK,
        "9901 0115 0790 0001",
        NIK[:8],
        "0001",
        "081234567890",
        "0812 3456 7890",
        "+62 812-3456-7890",
        "MDU-261120-0001",
        "mdu2611200001",
    ],
)
def test_a_file_is_found_by_what_people_know_of_it(full: House, typed: str) -> None:
    found = [each for each in find(full, typed) if each.kind == "case"]
    assert [each.title for each in found] == ["Peserta Contoh"]


@pytest.mark.parametrize("typed", ["0001-{}", "261120-0001", "Rahma", "siti rahma", "SitiRah"])
def test_what_a_row_shows_is_found_by_each_part_of_it(open_house: House, typed: str) -> None:
    case = open_house.draft_case()
    open_house.cases.note(open_house["cso"], case, "name", "Siti-Rahma Contoh")
    open_house.hold_interview(case)
    receipt = open_house.cases.submit(open_house["cso"], case).receipt
    found = find(open_house, typed.format(receipt[-1]))
    assert [each.id for each in found if each.kind == "case"] == [case]


def test_a_file_is_found_by_voucher_and_bank_reference(open_house: House) -> None:
    case = open_house.paid_case()
    payment = open_house.cases.get(case).payment
    for typed in (payment.voucher, payment.reference):
        assert [each.id for each in find(open_house, typed)] == [case]


def test_digits_that_begin_as_a_phone_are_also_what_they_are(open_house: House) -> None:
    case = open_house.draft_case()
    open_house.cases.note(open_house["cso"], case, "member_nos", "62812345678")
    assert [each.id for each in find(open_house, "62812345678") if each.kind == "case"] == [case]


def test_an_index_of_an_older_program_is_made_anew_once(open_house: House) -> None:
    case, store = open_house.submitted_case(), open_house.office.store
    receipt = open_house.cases.get(case).receipt
    with store.writing() as connection:
        connection.execute(text("DELETE FROM findings_text"))
        put_setting(connection, INDEXED, "1")
    assert find(open_house, receipt[-6:]) == []
    assert index_anew(store)
    assert [each.id for each in find(open_house, receipt[-6:])] == [case]
    assert not index_anew(store)


@pytest.mark.parametrize("typed", ["A-001", "a001", "A-00", "A 001"])
def test_a_ticket_and_its_file_are_found_by_the_label(full: House, typed: str) -> None:
    assert {each.kind for each in find(full, typed)} == {"ticket", "case"}


def test_a_ticket_is_found_by_its_last_four(full: House) -> None:
    assert [each.title for each in find(full, "4321")] == ["M-001"]


def test_numbers_are_masked(full: House) -> None:
    found = next(each for each in find(full, NIK) if each.kind == "case")
    assert NIK not in repr(found)
    assert found.numbers.endswith("•" * 12 + "0001")
    assert "81234567890" not in repr(found)
    assert "1234567890" not in repr(found)


def test_the_security_desk_sees_tickets_alone(full: House) -> None:
    assert [each.kind for each in find(full, "A-001", "security_desk")] == ["ticket"]
    assert find(full, "Peserta", "security_desk") == []
    assert find(full, NIK, "security_desk") == []


def test_who_may_see_neither_is_refused(full: House) -> None:
    with refused("no_right"):
        find(full, "Peserta", "it_officer")


@pytest.mark.parametrize(
    "typed", ["", " ", "a", "🙂", "''", '"', "*", "- -", "\x00", "\ud800", "%", "_", "__"]
)
def test_too_little_finds_nothing(full: House, typed: str) -> None:
    assert find(full, typed) == []


@pytest.mark.parametrize(
    "typed",
    [
        'Peserta" OR "1',
        "Peserta AND Contoh",
        "NEAR(Peserta Contoh)",
        "terms:Peserta",
        "Peserta*",
        "^Peserta",
        "{Peserta}",
        "Peserta NOT Contoh",
        "'; DROP TABLE findings; --",
        "a_b_c_d",
        "Peserta_Contoh",
        "x" * 10_000,
        "(((((",
        "𞤀𞤁𞤂 ab𞤀cd",
        "ⅷ ½½ ²²",
        "Ávila",
        "\u0300\u0301",
        "中文 字",
    ],
)
def test_nothing_that_is_typed_is_a_command(full: House, typed: str) -> None:
    find(full, typed)
    assert [each.title for each in find(full, "Peserta Contoh") if each.kind == "case"] == ["Peserta Contoh"]


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(typed=st.text(min_size=2, max_size=12))
def test_whatever_is_typed_is_answered(full: House, typed: str) -> None:
    find(full, typed)


def test_accents_and_case_do_not_matter(full: House) -> None:
    full.cases.note(full["cso"], full.draft_case("9901011507900002"), "name", "Ándré Müller")
    assert [each.title for each in find(full, "ANDRE muller")] == ["Ándré Müller"]


def test_a_changed_name_is_found_and_the_former_is_not(open_house: House) -> None:
    case = open_house.draft_case()
    open_house.cases.note(open_house["cso"], case, "name", "Nama Baru")
    assert [each.id for each in find(open_house, "Nama Baru")] == [case]
    assert find(open_house, "Peserta") == []


def test_the_newest_come_first_and_not_too_many(open_house: House) -> None:
    for number in range(30):
        open_house.clock.pass_seconds(1)
        open_house.desk.issue(open_house["security_desk"], "info", last4="7777", initials=str(number))
    found = find(open_house, "7777")
    assert [each.title for each in found] == [f"M-{30 - each:03d}" for each in range(20)]
    assert len(open_house.finder.find(open_house["cso"], "7777", 5)) == 5


def test_words_are_beginnings_and_nothing_is_syntax() -> None:
    assert query("Siti a Rahma") == '"Siti"* "Rahma"*'
    assert query("A-014") == '"A014"*'
    assert query("+62 812 3456") == '("628123456"* OR "08123456"*)'
    assert query("A 014") == '"A014"*'
    assert query("Siti M 2") == '"Siti"* "M2"*'
    assert query("99 01 01") == '"990101"*'
    assert query("_ __ a_b") == ""
