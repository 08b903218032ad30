"""What is being typed survives everything, and is nobody else's."""

import pytest

from tests.houses import DAY_MS, House


def texts(house: House, who: str, form: str = "interview", record: str = "1") -> dict[str, str]:
    return {field: draft.text for field, draft in house.drafts.of(who, form, record).items()}


def test_a_draft_survives_a_restart(house: House) -> None:
    at = house.drafts.keep(house["cso"], "interview", "1", {"text": "Belum selesai", "note": ""})
    assert at == house.clock.now()
    house.reopen()
    assert texts(house, house["cso"]) == {"text": "Belum selesai", "note": ""}
    assert house.drafts.of(house["cso"], "interview", "1")["text"].at == at


def test_a_draft_is_replaced_field_by_field(house: House) -> None:
    house.drafts.keep(house["cso"], "interview", "1", {"text": "a", "note": "b"})
    house.drafts.keep(house["cso"], "interview", "1", {"text": "c"})
    assert texts(house, house["cso"]) == {"text": "c", "note": "b"}


def test_drafts_are_of_one_person_form_and_record(house: House) -> None:
    house.drafts.keep(house["cso"], "interview", "1", {"text": "milik saya"})
    assert texts(house, house["verifier"]) == {}
    assert texts(house, house["cso"], "case") == {}
    assert texts(house, house["cso"], "interview", "2") == {}


@pytest.mark.parametrize("text", ["x" * 100_000, "🙂'\"\n\t", "\x00\x07", "\ud83d setengah", ""])
def test_any_text_comes_back_as_it_was(house: House, text: str) -> None:
    house.drafts.keep(house["cso"], "case", "'; --", {"note": text})
    assert texts(house, house["cso"], "case", "'; --") == {"note": text}


def test_a_draft_that_was_taken_is_gone(house: House) -> None:
    house.drafts.keep(house["cso"], "interview", "1", {"text": "a", "note": "b"})
    house.drafts.keep(house["verifier"], "interview", "1", {"text": "lain"})
    house.drafts.drop(house["cso"], "interview", "1", ("text",))
    assert texts(house, house["cso"]) == {"note": "b"}
    house.drafts.drop(house["cso"], "interview", "1")
    assert texts(house, house["cso"]) == {}
    assert texts(house, house["verifier"]) == {"text": "lain"}


def test_drafts_are_forgotten_after_fourteen_days_of_work_on_this_computer(house: House) -> None:
    house.drafts.drop_old()
    house.clock.pass_ms(1)
    house.drafts.keep(house["cso"], "interview", "1", {"text": "lama"})
    for _ in range(14):
        house.clock.pass_ms(DAY_MS)
        house.drafts.drop_old()
        house.drafts.drop_old()  # a second start of the day counts for nothing
        assert texts(house, house["cso"]) == {"text": "lama"}
    house.clock.pass_ms(DAY_MS)
    house.drafts.drop_old()
    assert texts(house, house["cso"]) == {}


def test_no_draft_is_forgotten_by_the_clock_alone(house: House) -> None:
    """After one start with the clock fifteen days ahead everything that was half typed was gone."""
    house.drafts.drop_old()
    house.drafts.keep(house["cso"], "interview", "1", {"text": "lama"})
    for ahead in (15, 400, 4000, -400, 30, 8, 9):
        house.clock.jump(ahead * DAY_MS)
        house.drafts.drop_old()
        house.clock.jump(-ahead * DAY_MS)
        house.drafts.drop_old()
    house.clock.pass_ms(100 * DAY_MS)  # nobody worked here in these months
    house.drafts.drop_old()
    assert texts(house, house["cso"]) == {"text": "lama"}


def test_nothing_to_keep_writes_nothing(house: House) -> None:
    before = house.office.journal.head()
    house.drafts.keep(house["cso"], "interview", "1", {})
    assert texts(house, house["cso"]) == {}
    assert house.office.journal.head() == before
