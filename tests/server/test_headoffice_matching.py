"""Cases are matched with the register and with payments, wherever what comes first."""

from pathlib import Path

import pytest

from app.domain.case_answers import FOUND, NAME_DIFFERS, NOT_FOUND
from app.errors import Refused
from app.sync.directives import Match, Payment
from app.sync.line import check_directive
from tests.houses import refused
from tests.server.office_house import BRANCH, NIK, OTHER, OTHER_NIK, OfficeHouse, csv_file

REGISTER = (
    "nik,member_no,name",
    f"{NIK},12345678901,Peserta Contoh",
    f"{NIK},12345678902,PESERTA CONTOH",
    f"{OTHER_NIK},12345678903,Orang Lain",
)


@pytest.fixture
def with_register(house: OfficeHouse, tmp_path: Path) -> OfficeHouse:
    house.office.imports.members(csv_file(tmp_path, *REGISTER))
    return house


def matches(house: OfficeHouse, branch: str = BRANCH) -> list[object]:
    return house.told(branch, "match")


def test_a_case_with_a_known_nik_and_name_is_found_with_its_numbers(with_register: OfficeHouse) -> None:
    position = with_register.note(BRANCH, "c1", nik=NIK, name="peserta  contoh, S.Kom")
    assert matches(with_register) == [
        Match(case="c1", position=position, result=FOUND, member_nos=("12345678901", "12345678902"))
    ]


def test_nothing_is_said_before_both_nik_and_name_are_noted(with_register: OfficeHouse) -> None:
    with_register.note(BRANCH, "c1", nik=NIK)
    assert matches(with_register) == []
    with_register.note(BRANCH, "c1", phone="0812")
    assert matches(with_register) == []
    position = with_register.note(BRANCH, "c1", name="Peserta Contoh")
    assert [match.position for match in matches(with_register)] == [position]


def test_a_strangers_nik_gives_no_numbers(with_register: OfficeHouse) -> None:
    with_register.note(BRANCH, "c1", nik=OTHER_NIK, name="Peserta Contoh")
    assert [(match.result, match.member_nos) for match in matches(with_register)] == [(NAME_DIFFERS, ())]


def test_a_corrected_nik_or_name_is_answered_again_and_nothing_else_is(with_register: OfficeHouse) -> None:
    with_register.note(BRANCH, "c1", nik="9901011507900009", name="Peserta Contoh")
    with_register.note(BRANCH, "c1", phone="0812")
    corrected = with_register.note(BRANCH, "c1", nik=NIK)
    assert [match.result for match in matches(with_register)] == [NOT_FOUND, FOUND]
    assert matches(with_register)[1].position == corrected
    renamed = with_register.note(BRANCH, "c1", name="Orang Lain Sekali")
    assert matches(with_register)[2:] == [
        Match(case="c1", position=renamed, result=NAME_DIFFERS, member_nos=())
    ]


def test_who_was_not_found_is_looked_up_again_when_the_register_grows(
    house: OfficeHouse, tmp_path: Path
) -> None:
    house.note(BRANCH, "c1", nik=NIK, name="Peserta Contoh")
    house.note(OTHER, "c2", nik=NIK, name="Peserta Contoh")
    house.note(OTHER, "c3", nik="9901011507900077", name="Peserta Contoh")
    done = house.office.imports.members(csv_file(tmp_path, *REGISTER))
    assert (done.rows, done.changed, done.directives) == (3, 3, 2)
    assert [match.result for match in matches(house)] == [NOT_FOUND, FOUND]
    assert [(match.case, match.result) for match in matches(house, OTHER)] == [
        ("c2", NOT_FOUND),
        ("c3", NOT_FOUND),
        ("c2", FOUND),
    ]
    assert house.office.imports.members(csv_file(tmp_path, *REGISTER)).changed == 0
    assert len(matches(house)) == 2


def test_following_up_twice_says_nothing_twice(with_register: OfficeHouse) -> None:
    with_register.note(BRANCH, "c1", nik=NIK, name="Peserta Contoh")
    with_register.office.follow_up.catch_up(BRANCH)
    assert with_register.office.follow_up.behind() == ()
    assert len(with_register.directives(BRANCH)) == 1


def test_a_directive_is_signed_for_its_branch_alone(with_register: OfficeHouse) -> None:
    with_register.note(BRANCH, "c1", nik=NIK, name="Peserta Contoh")
    directive = with_register.directives(BRANCH)[0]
    keys = (with_register.key.public(),)
    check_directive(keys, BRANCH, directive)
    with refused("directive_not_trusted"):
        check_directive(keys, OTHER, directive)
    with refused("directive_not_trusted"):
        check_directive(("00" * 32, "no key"), BRANCH, directive)


def test_what_cannot_be_read_is_passed_over(with_register: OfficeHouse) -> None:
    with_register.send(
        BRANCH,
        ("case:c1", "case.noted", b"no json"),
        ("case:c1", "case.noted", b'{"fields": ["nik"]}'),
        ("case:c1", "case.noted", b"\xff\xfe"),
        ("branch", "branch.station_enrolled", b"[]"),
        ("branch", "branch.station_enrolled", b"\xff"),
        ("case:c1", "case.noted", {"fields": {"nik": NIK, "name": "Peserta Contoh", "\u0000": "\u0000"}}),
    )
    assert [match.result for match in matches(with_register)] == [FOUND]


def test_no_words_of_a_log_stop_its_branch(with_register: OfficeHouse) -> None:
    for word in ("99\u0000", "9" * 100_000, "\U0001f3ab" * 3000, "' OR 1=1 --", ""):
        with_register.note(BRANCH, "c1", nik=word, name=word)
        with_register.order(BRANCH, "c1", word)
        with_register.note(BRANCH, word, nik=NIK)
        enrolled = {"station": word, "number": 2, "name": word, "key": word, "fingerprint": word}
        with_register.send(BRANCH, ("branch", "branch.station_enrolled", enrolled))
    with_register.note(BRANCH, "c2", nik=NIK, name="Peserta Contoh")
    assert [(match.case, match.result) for match in matches(with_register)][-1] == ("c2", FOUND)


PAID = ("branch,voucher,reference,day,amount", f"{BRANCH},v-001,REF 1,2026-11-20,20000000")


def test_a_payment_reaches_the_case_of_its_voucher(house: OfficeHouse, tmp_path: Path) -> None:
    house.order(BRANCH, "c1", "V-001")
    done = house.office.imports.payments(csv_file(tmp_path, *PAID))
    assert (done.rows, done.changed, done.directives) == (1, 1, 1)
    expected = Payment(case="c1", voucher="V-001", reference="REF 1", day="2026-11-20", amount=20_000_000)
    assert house.told(BRANCH, "payment") == [expected]
    assert house.office.imports.payments(csv_file(tmp_path, *PAID)).directives == 0


def test_a_payment_waits_for_a_voucher_that_comes_later(house: OfficeHouse, tmp_path: Path) -> None:
    assert house.office.imports.payments(csv_file(tmp_path, *PAID)).directives == 0
    house.order(OTHER, "c9", "V-001")
    assert house.told(OTHER, "payment") == []
    house.order(BRANCH, "c1", " v-001 ")
    assert [payment.case for payment in house.told(BRANCH, "payment")] == ["c1"]


def test_money_that_came_back_is_told_too(house: OfficeHouse, tmp_path: Path) -> None:
    house.order(BRANCH, "c1", "V-001")
    house.office.imports.payments(csv_file(tmp_path, *PAID))
    back = csv_file(tmp_path, PAID[0] + ",paid", f"{BRANCH},V-001,REF 1,2026-11-23,20000000,tidak")
    house.office.imports.payments(back)
    assert [payment.paid for payment in house.told(BRANCH, "payment")] == [True, False]


def test_a_voucher_that_two_cases_bear_confirms_neither(house: OfficeHouse, tmp_path: Path) -> None:
    house.order(BRANCH, "c1", "V-001")
    house.order(BRANCH, "c2", "V-001")
    house.office.imports.payments(csv_file(tmp_path, *PAID))
    assert house.told(BRANCH, "payment") == []


def test_a_defect_in_the_middle_leaves_the_cursor_and_no_directive(
    with_register: OfficeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a process that dies between answering and moving on: the next one does it once."""
    office = with_register.office

    def dies(*_: object) -> None:
        raise Refused("database_unreachable")

    with monkeypatch.context() as patch:
        patch.setattr(office.cases, "_tell_payments", dies)
        with refused("database_unreachable"):
            with_register.note(BRANCH, "c1", nik=NIK, name="Peserta Contoh")
    assert office.follow_up.behind() == (BRANCH,)
    assert with_register.directives(BRANCH) == []
    office.follow_up.catch_up(BRANCH)
    assert [directive.number for directive in with_register.directives(BRANCH)] == [1]
