"""A person known from an earlier file: what is offered, what is taken over, and that it is recorded as a read."""

from app.services.case_history import case_history
from app.services.known_person import CONFIRMED, TAKEN_OVER, KnownPersons
from tests.houses import House, refused

NIK = "9901015507900002"


def fields(house: House, case: str) -> dict[str, str]:
    return dict(house.cases.get(case).fields)


def earlier_file(house: House) -> str:
    case = house.draft_case(NIK)
    for field, typed in (
        ("birth_date", "15-07-1990"),
        ("sex", "female"),
        ("member_nos", "99012345678"),
        ("bank_name", "Bank Mandiri"),
        ("bank_holder", "Peserta Contoh"),
    ):
        house.cases.note(house["cso"], case, field, typed)
    house.counters.finish(house["cso"], house.cases.get(case).tickets[0][0], "info_given")
    house.clock.pass_seconds(60)
    return case


def new_file(house: House, **typed: str) -> str:
    case = house.cases.open_for(house["cso"], house.serve("jht").id).id
    for field, text in typed.items():
        house.cases.note(house["cso"], case, field, text)
    return case


def kinds(house: House, case: str) -> list[str]:
    return [line.kind for line in case_history(house.office, case)]


def test_what_stays_is_taken_over_and_what_changes_is_asked_about(open_house: House) -> None:
    known = earlier_file(open_house)
    case = new_file(open_house, nik=NIK)
    offer = open_house.cases.view(open_house["cso"], case).offer
    assert offer is not None
    assert (offer.earlier, offer.service) == (known, "jht")
    assert "case.record_read" not in kinds(open_house, known)  # that it is there is no reading of it
    asked = KnownPersons(open_house.office).take_over(open_house["cso"], case)
    old = fields(open_house, known)
    assert fields(open_house, case) == {"nik": NIK, **{each: old[each] for each in TAKEN_OVER}}
    assert asked == {each: old[each] for each in CONFIRMED}
    assert kinds(open_house, known).count("case.record_read") == 1


def test_what_was_typed_here_stays(open_house: House) -> None:
    earlier_file(open_house)
    case = new_file(open_house, nik=NIK, name="Peserta Contoh Baru", phone="0812 0000 1111")
    asked = KnownPersons(open_house.office).take_over(open_house["cso"], case)
    assert fields(open_house, case)["name"] == "Peserta Contoh Baru"
    assert "phone" not in asked


def test_who_may_not_read_files_is_offered_nothing(open_house: House) -> None:
    earlier_file(open_house)
    case = new_file(open_house, nik=NIK)
    assert open_house.cases.view(open_house["security_desk"], case).offer is None
    before = open_house.office.journal.head()
    with refused("no_right"):
        KnownPersons(open_house.office).take_over(open_house["security_desk"], case)
    assert open_house.office.journal.head() == before


def test_the_newest_file_that_knows_something_speaks(open_house: House) -> None:
    known = earlier_file(open_house)
    open_house.submitted_case(NIK)
    open_house.clock.pass_seconds(60)
    last = new_file(open_house, nik=NIK)
    open_house.counters.finish(
        open_house["cso"], open_house.cases.get(last).tickets[0][0], "info_given"
    )  # the newest, but nobody wrote more than the number into it
    case = new_file(open_house, nik=NIK)
    offer = open_house.cases.view(open_house["cso"], case).offer
    assert offer is not None
    assert offer.earlier not in (known, last)


def test_an_nik_proposes_birth_date_and_sex_while_they_are_empty(open_house: House) -> None:
    case = new_file(open_house, nik="9901015507900007")
    view = open_house.cases.view
    offer = view(open_house["cso"], case).offer
    assert offer is not None
    assert (offer.earlier, offer.from_nik) == ("", {"birth_date": "1990-07-15", "sex": "female"})
    open_house.cases.note(open_house["cso"], case, "birth_date", "16-07-1990")
    offer = view(open_house["cso"], case).offer
    assert offer is not None
    assert offer.from_nik == {"sex": "female"}
    assert KnownPersons(open_house.office).take_over(open_house["cso"], case) == {}
    kept = fields(open_house, case)
    assert (kept["birth_date"], kept["sex"]) == ("1990-07-16", "female")
    assert view(open_house["cso"], case).offer is None


def test_the_century_is_the_one_that_makes_a_plausible_age(open_house: House) -> None:
    case = new_file(open_house, nik="9901010107050007")
    offer = open_house.cases.view(open_house["cso"], case).offer
    assert offer is not None
    assert offer.from_nik == {"birth_date": "2005-07-01", "sex": "male"}
    open_house.cases.note(open_house["cso"], case, "nik", "9901010107300007")
    offer = open_house.cases.view(open_house["cso"], case).offer
    assert offer is not None
    assert offer.from_nik["birth_date"] == "1930-07-01"  # 2030 is still to come


def test_a_number_that_is_no_nik_proposes_nothing(open_house: House) -> None:
    assert (
        open_house.cases.view(open_house["cso"], new_file(open_house, nik="9901019907900007")).offer is None
    )


def test_a_file_that_went_on_takes_nothing_over(open_house: House) -> None:
    case = open_house.submitted_case(NIK)
    assert open_house.cases.view(open_house["cso"], case).offer is None
    with refused("case_not_in_stage", stage="submitted"):
        KnownPersons(open_house.office).take_over(open_house["cso"], case)
