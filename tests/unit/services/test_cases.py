"""The case file: what is typed, what is missing, the interview, and the way to the receipt."""

from contextlib import suppress

import pytest

from app.domain.case_events import Noted
from app.domain.case_form import check_digit
from app.domain.events import read_header
from app.errors import Refused
from tests.houses import DAY_MS, NIK, House, events, refused


@pytest.fixture
def case(open_house: House) -> str:
    """An empty file at a ticket."""
    ticket = open_house.serve("jht")
    return open_house.cases.open_for(open_house["cso"], ticket.id).id


def note(house: House, case: str, field: str, typed: str) -> str:
    return house.cases.note(house["cso"], case, field, typed).fields.get(field, "")


def codes(house: House, case: str, field: str) -> list[str]:
    return [each.code for each in house.cases.view(house["cso"], case).findings.get(field, ())]


# ------------------------------------------------------------------------------------------ opening


def test_a_ticket_has_one_file_however_often_it_is_opened(open_house: House, case: str) -> None:
    ticket = open_house.cases.get(case).tickets[0][0]
    assert open_house.cases.open_for(open_house["cso"], ticket).id == case
    assert [each.id for each in open_house.cases.of_ticket(ticket)] == [case]
    with refused("ticket_unknown"):
        open_house.cases.open_for(open_house["cso"], "nothing")
    with refused("case_unknown"):
        open_house.cases.get("nothing")


def test_a_later_visit_goes_on_with_the_file(open_house: House, case: str) -> None:
    ticket = open_house.desk.issue(open_house["security_desk"], "jht")
    linked = open_house.cases.continue_case(open_house["cso"], case, ticket.id)
    assert [label for _, label in linked.tickets] == ["A-001", "A-002"]
    assert open_house.cases.of_ticket(ticket.id)[0].id == case


def test_other_files_of_the_same_person_are_shown(open_house: House) -> None:
    first = open_house.submitted_case()
    second = open_house.draft_case()
    others = open_house.cases.view(open_house["cso"], second).others
    assert [(each.id, each.stage, each.open) for each in others] == [(first, "submitted", True)]


# ------------------------------------------------------------------------------------------ what is typed


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("name", "  Siti D'Ávila-Contoh\t", "Siti D'Ávila-Contoh"),
        ("name", 'Peserta "Contoh" 🙂', 'Peserta "Contoh" 🙂'),
        ("name", "Peserta\x00\x07\u202e Contoh", "Peserta Contoh"),
        ("name", "Peserta\ud800 Contoh", "Peserta Contoh"),
        ("name", "Robert'); DROP TABLE cases;--", "Robert'); DROP TABLE cases;--"),
        ("nik", "9901 0115-0790.0001", NIK),
        ("phone", "0812 3456 7890", "+6281234567890"),
        ("birth_date", "15-07-1990", "1990-07-15"),
        ("birth_date", "29-02-2024", "2024-02-29"),
        ("bank_account", "123-456.78 90", "1234567890"),
        ("note", "baris satu\r\nbaris dua", "baris satu\nbaris dua"),
        ("name", "", ""),
    ],
)
def test_what_is_typed_is_kept_clean(open_house: House, case: str, field: str, typed: str, kept: str) -> None:
    assert note(open_house, case, field, typed) == kept
    open_house.reopen()
    assert open_house.cases.get(case).fields.get(field, "") == kept


@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [
        ("phone", "dua belas", "phone_wrong"),
        ("phone", "0812", "phone_wrong"),
        ("phone", "🙂", "phone_wrong"),
        ("birth_date", "31-02-1990", "day_wrong"),
        ("birth_date", "kemarin", "day_wrong"),
        ("birth_date", "99999999999999999999", "day_wrong"),
        ("claimant", "neighbour", "unknown_code"),
        ("sex", "x", "unknown_code"),
        ("shoe_size", "42", "unknown_code"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_lost(
    open_house: House, case: str, field: str, typed: str, code: str
) -> None:
    note(open_house, case, "name", "Peserta Contoh")
    before = open_house.cases.get(case)
    with refused(code):
        note(open_house, case, field, typed)
    assert open_house.cases.get(case) == before
    open_house.cases.view(open_house["cso"], case)


def test_a_note_of_ten_thousand_signs_is_kept_whole(open_house: House, case: str) -> None:
    text = ("Catatan panjang 🙂 'kutip'\n" * 500)[:10_000].strip()
    assert note(open_house, case, "note", text) == text
    for field, most in (("note", 10_000), ("name", 120)):
        with refused("text_too_long", length=most + 1, limit=most):
            note(open_house, case, field, "x" * (most + 1))
    assert note(open_house, case, "note", text) == text


@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [
        ("nik", "99010A1507900001", "not_digits"),
        ("nik_as_printed", "9901O11507900001", "not_digits"),
        ("bank_account", "12A4", "not_digits"),
        ("bank_account_as_printed", "12A4", "not_digits"),
        ("claimant_nik", "\u0669901", "not_digits"),
        ("member_nos", "1234567890l", "not_digits"),
        ("birth_date", "01-12-2099", "birth_in_future"),
        ("birth_date", "31-12-1899", "birth_too_early"),
        ("name", "9901011507900001", "name_digits"),
        ("bank_holder", "Peserta 2 Contoh", "name_digits"),
    ],
)
def test_what_cannot_be_is_not_kept(open_house: House, case: str, field: str, typed: str, code: str) -> None:
    with refused(code):
        note(open_house, case, field, typed)
    assert open_house.cases.get(case).fields.get(field, "") == ""


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("nik", "'9901\u00a00115\u20110790\u202f0001\u200b", NIK),
        ("nik", "\uff19901011507900001", NIK),
        ("phone", "tel:+62 0812\u20133456\u20137890", "+6281234567890"),
        ("phone", "812 3456 7890", "+6281234567890"),
        ("bank_account", "0012\u20093456", "00123456"),
        ("member_nos", "0912 3456 789", "09123456789"),
        ("member_nos", "09123456789, 0912.3456.780", "09123456789 09123456780"),
        ("birth_date", "15\u201107\u20111990", "1990-07-15"),
        ("name", "\u200b\u2060\u00ad", ""),
        ("name", "Siti\u2011Rahma\u00a0Contoh", "Siti-Rahma Contoh"),
        (
            "note",
            "keluarga \U0001f468\u200d\U0001f469\u200d\U0001f467",
            "keluarga \U0001f468\u200d\U0001f469\u200d\U0001f467",
        ),
    ],
)
def test_what_was_pasted_from_elsewhere_is_understood(
    open_house: House, case: str, field: str, typed: str, kept: str
) -> None:
    assert note(open_house, case, field, typed) == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("990101150790000", "nik_len"),
        ("99010115079000011", "nik_len"),
        ("9901013102900001", "nik_impossible_date"),
        ("9901011513900001", "nik_month_range"),
        ("9901011507900000", "nik_serial_zero"),
        (NIK, "nik_province_unknown"),
    ],
)
def test_a_strange_nik_is_kept_and_explained(open_house: House, case: str, typed: str, code: str) -> None:
    assert note(open_house, case, "nik", typed) == typed
    assert code in codes(open_house, case, "nik")


def test_the_same_again_is_no_new_event(open_house: House, case: str) -> None:
    note(open_house, case, "name", "Peserta Contoh")
    before = open_house.office.journal.head()
    note(open_house, case, "name", " Peserta Contoh\x00 ")
    assert open_house.office.journal.head() == before


def test_every_field_typed_wrong_leaves_a_page_that_opens(open_house: House, case: str) -> None:
    from app.domain.case_form import FIELDS

    open_house.cases.choose_reason(open_house["cso"], case, "JHT_RESIGN")
    for typed in ("x", "🙂", "'", "\x00", "\ud800", "9" * 500, "31-02-2026", "-1", "1e9"):
        for field in FIELDS:
            with suppress(Refused):
                note(open_house, case, field, typed)
            open_house.cases.view(open_house["cso"], case)


def test_marks_and_answers_are_those_of_the_rules(open_house: House, case: str) -> None:
    cso = open_house["cso"]
    for action in (
        lambda: open_house.cases.choose_reason(cso, case, "JHT_NOTHING"),
        lambda: open_house.cases.mark(cso, case, "rocket", "fits"),
        lambda: open_house.cases.mark(cso, case, "id_card", "nice"),
        lambda: open_house.cases.mark(cso, case, "id_card", "fits", copy_kept="carved"),
        lambda: open_house.cases.answer_fact(cso, case, "weather", "yes"),
    ):
        with refused("unknown_code"):
            action()
    with refused("amount_unclear"):
        open_house.cases.answer_fact(cso, case, "balance", "banyak")
    marked = open_house.cases.mark(cso, case, "id_card", "illegible", note="Buram\x00")
    assert marked.marks["id_card"].note == "Buram"
    assert "id_card" not in open_house.cases.mark(cso, case, "id_card", "").marks


# ------------------------------------------------------------------------------------------ submitting


def test_what_stands_in_the_way_is_named_in_the_order_of_the_work(open_house: House, case: str) -> None:
    assert open_house.cases.view(open_house["cso"], case).blockers == (
        "missing_name",
        "missing_nik",
        "missing_phone",
        "missing_bank_account",
        "reason_not_chosen",
    )
    with refused("missing_name"):
        open_house.cases.submit(open_house["cso"], case)


IMPOSSIBLE = "9901011507900000"
ALSO_IMPOSSIBLE = "9901013202900001"


def blockers(house: House, case: str) -> tuple[str, ...]:
    return house.cases.view(house["cso"], case).blockers


@pytest.fixture
def ready(open_house: House) -> str:
    """A file that may go."""
    case = open_house.draft_case()
    open_house.hold_interview(case)
    assert blockers(open_house, case) == ()
    return case


@pytest.mark.parametrize(
    ("field", "number", "right"),
    [("nik", IMPOSSIBLE, NIK), ("nik", "12345", NIK), ("bank_account", "1234", "1234567890")],
)
def test_a_number_that_cannot_be_right_waits_until_somebody_has_seen_it_so(
    open_house: House, ready: str, field: str, number: str, right: str
) -> None:
    note(open_house, ready, field, number)
    assert blockers(open_house, ready) == (f"{field}_not_confirmed",)
    with refused(f"{field}_not_confirmed"):
        open_house.cases.submit(open_house["cso"], ready)
    note(open_house, ready, f"{field}_as_printed", number)
    open_house.reopen()
    assert blockers(open_house, ready) == ()
    note(open_house, ready, f"{field}_as_printed", "")
    assert blockers(open_house, ready) == (f"{field}_not_confirmed",)
    note(open_house, ready, field, right)
    assert open_house.cases.submit(open_house["cso"], ready).stage == "submitted"


def test_another_number_takes_the_confirmation_with_it(open_house: House, ready: str) -> None:
    note(open_house, ready, "nik", IMPOSSIBLE)
    note(open_house, ready, "nik_as_printed", "9901 0115 0790 0000")
    note(open_house, ready, "nik", f" {IMPOSSIBLE} ")  # the same again
    assert blockers(open_house, ready) == ()
    note(open_house, ready, "nik", NIK)
    assert open_house.cases.get(ready).fields["nik_as_printed"] == ""
    note(open_house, ready, "nik", IMPOSSIBLE)
    assert blockers(open_house, ready) == ("nik_not_confirmed",)


def test_a_confirmation_speaks_for_the_number_that_was_seen(open_house: House, ready: str) -> None:
    note(open_house, ready, "nik", IMPOSSIBLE)
    with refused("number_changed"):
        note(open_house, ready, "nik_as_printed", ALSO_IMPOSSIBLE)
    note(open_house, ready, "nik_as_printed", IMPOSSIBLE)
    with open_house.office.unit(
        open_house["cso"]
    ) as unit:  # as another computer, that saw no confirmation yet
        unit.append(f"case:{ready}", Noted(fields={"nik": ALSO_IMPOSSIBLE}))
    assert blockers(open_house, ready) == ("nik_not_confirmed",)


def test_the_claimants_number_matters_while_there_is_a_claimant(open_house: House, ready: str) -> None:
    note(open_house, ready, "claimant", "proxy")
    for line in open_house.cases.view(open_house["cso"], ready).lines:
        open_house.cases.mark(open_house["cso"], ready, line.line.documents[0], "fits", original_shown=True)
    note(open_house, ready, "claimant_nik", IMPOSSIBLE)
    assert blockers(open_house, ready) == ("claimant_nik_not_confirmed",)
    note(open_house, ready, "claimant_nik_as_printed", IMPOSSIBLE)
    assert blockers(open_house, ready) == ()
    note(open_house, ready, "claimant_nik_as_printed", "")
    note(open_house, ready, "claimant", "member")
    assert blockers(open_house, ready) == ()


def test_a_member_who_has_died_does_not_ask(open_house: House) -> None:
    ticket = open_house.serve("jkm")
    case = open_house.cases.open_for(open_house["cso"], ticket.id).id
    for claimant in ("", "member"):
        note(open_house, case, "claimant", claimant)
        view = open_house.cases.view(open_house["cso"], case)
        assert (view.claimant, view.claimants) == ("", {"heir", "guardian", "proxy"})
        assert "missing_claimant" in view.blockers
    open_house.cases.choose_reason(open_house["cso"], case, "JKM_DEATH")
    assert "missing_claimant" in blockers(open_house, case)
    note(open_house, case, "claimant", "heir")
    assert open_house.cases.view(open_house["cso"], case).claimant == "heir"
    assert "missing_claimant" not in blockers(open_house, case)


def test_a_living_member_asks_unless_somebody_else_is_named(open_house: House, case: str) -> None:
    assert open_house.cases.view(open_house["cso"], case).claimant == "member"
    open_house.cases.choose_reason(open_house["cso"], case, "JHT_DEATH")
    assert open_house.cases.view(open_house["cso"], case).claimant == ""
    open_house.cases.choose_reason(open_house["cso"], case, "JHT_RESIGN")
    assert open_house.cases.view(open_house["cso"], case).claimant == "member"


def test_a_file_lacks_its_documents_and_then_its_interview(open_house: House) -> None:
    case = open_house.draft_case()
    line = open_house.cases.view(open_house["cso"], case).lines[0].line
    open_house.cases.mark(open_house["cso"], case, line.documents[0], "expired")
    assert open_house.cases.view(open_house["cso"], case).blockers == (
        "documents_incomplete",
        "interview_missing",
    )
    open_house.cases.mark(open_house["cso"], case, line.documents[0], "fits", original_shown=True)
    with refused("interview_missing"):
        open_house.cases.submit(open_house["cso"], case)


def test_doubt_about_the_identity_blocks_the_file(open_house: House) -> None:
    case = open_house.draft_case()
    open_house.hold_interview(case, "doubt")
    with refused("interview_identity_doubt"):
        open_house.cases.submit(open_house["cso"], case)
    open_house.talks.judge(open_house["cso"], case, "no_match")
    with refused("interview_identity_no_match"):
        open_house.cases.submit(open_house["cso"], case)
    open_house.talks.judge(open_house["cso"], case, "match")
    open_house.talks.answer(open_house["cso"], case, "full_name", "does_not_match")
    with refused("interview_answer_mismatch"):
        open_house.cases.submit(open_house["cso"], case)
    open_house.talks.answer(open_house["cso"], case, "full_name", "not_asked")
    with refused("interview_questions_open"):
        open_house.cases.submit(open_house["cso"], case)
    open_house.talks.answer(open_house["cso"], case, "full_name", "matches")
    assert open_house.cases.submit(open_house["cso"], case).stage == "submitted"


def test_a_receipt_bears_promise_and_limit(open_house: House) -> None:
    state = open_house.cases.get(open_house.submitted_case())
    assert state.receipt == "MDU-261120-0001-" + str(check_digit("MDU-261120-0001"))
    assert state.promised == "2026-11-27"  # seven calendar days
    assert state.due == "2026-11-27"  # five working days after Friday
    second = open_house.cases.get(open_house.submitted_case("9901011507900002"))
    assert second.receipt.startswith("MDU-261120-0002-")


def test_a_receipt_typed_over_with_one_wrong_digit_is_noticed() -> None:
    number = "MDU-261120-0014"
    right = check_digit(number)
    for place, sign in enumerate(number):
        for other in "0123456789" if sign.isdigit() else "":
            if other != sign:
                assert check_digit(number[:place] + other + number[place + 1 :]) != right


def test_a_submitted_file_is_no_longer_written_by_the_counter(open_house: House) -> None:
    case = open_house.submitted_case()
    cso = open_house["cso"]
    assert open_house.cases.view(cso, case).editable is False
    for action in (
        lambda: open_house.cases.note(cso, case, "name", "Orang Lain"),
        lambda: open_house.cases.mark(cso, case, "id_card", "missing"),
        lambda: open_house.cases.choose_reason(cso, case, "JHT_PHK"),
        lambda: open_house.cases.submit(cso, case),
        lambda: open_house.cases.close(cso, case, "withdrawn"),
    ):
        with refused("case_not_in_stage", stage="submitted"):
            action()


def test_a_returned_file_keeps_its_receipt(open_house: House) -> None:
    case = open_house.submitted_case()
    receipt = open_house.cases.get(case).receipt
    open_house.claims.send_back(open_house["verifier"], case, ("photo_poor",), "Foto buram")
    back = open_house.cases.get(case)
    assert (back.stage, back.return_reasons, back.return_note) == ("returned", ("photo_poor",), "Foto buram")
    open_house.clock.pass_ms(DAY_MS)
    again = open_house.cases.submit(open_house["cso"], case)
    assert (again.receipt, again.stage, again.return_reasons) == (receipt, "submitted", ())
    assert again.first_submitted_at != again.submitted_at
    assert again.promised == "2026-11-28"


def test_a_new_version_of_the_rules_does_not_touch_a_file(open_house: House, case: str) -> None:
    assert open_house.cases.get(case).bundle_version == open_house.office.rules().version
    with refused("bundle_missing", version=999):
        open_house.office.rules_of(999)


# ------------------------------------------------------------------------------------------ the interview


def test_the_answer_to_a_secret_question_is_never_kept(open_house: House) -> None:
    case = open_house.draft_case()
    cso = open_house["cso"]
    open_house.talks.start(cso, case, "whatsapp_video")
    with refused("interview_secret_note"):
        open_house.talks.answer(cso, case, "mothers_name", "matches", "Ibu Rahasia")
    open_house.talks.answer(cso, case, "mothers_name", "matches", "  ")
    open_house.talks.answer(cso, case, "full_name", "matches", "Sama\x00")
    talk = open_house.cases.get(case).interviews[-1]
    assert talk.answers["mothers_name"] == ("matches", "")
    assert talk.answers["full_name"] == ("matches", "Sama")
    assert not any(b"Rahasia" in row.payload for row in events(open_house.office))


def test_attempts_are_kept_with_time_and_result(open_house: House) -> None:
    case = open_house.draft_case()
    cso = open_house["cso"]
    with refused("interview_missing"):
        open_house.talks.attempt(cso, case, "matched", 0)
    open_house.talks.start(cso, case, "whatsapp_video")
    with refused("interview_running"):
        open_house.talks.start(cso, case, "booth")
    with refused("unknown_code"):
        open_house.talks.attempt(cso, case, "pigeon", 0)
    began = open_house.clock.now()
    open_house.clock.pass_seconds(240)
    open_house.talks.attempt(cso, case, "matched", began, "Lancar")
    view = open_house.talks.view(cso, case)
    assert view.talk is not None
    assert view.talk.attempts == ((began, began + 240_000, "matched", "Lancar"),)
    assert view.next.used == 1


def test_a_sealed_interview_is_only_added_to(open_house: House) -> None:
    case = open_house.draft_case()
    cso = open_house["cso"]
    open_house.hold_interview(case)
    open_house.talks.note(cso, case, "Catatan asli")
    with refused("interview_not_sealed"):
        open_house.talks.amend(cso, case, "Terlalu dini")
    open_house.cases.submit(cso, case)
    for action in (
        lambda: open_house.talks.note(cso, case, "Diubah"),
        lambda: open_house.talks.answer(cso, case, "full_name", "doubt"),
        lambda: open_house.talks.judge(cso, case, "doubt"),
        lambda: open_house.talks.attempt(cso, case, "matched", 0),
    ):
        with refused("interview_sealed"):
            action()
    with refused("text_missing"):
        open_house.talks.amend(cso, case, " \n ")
    talk = open_house.talks.amend(cso, case, "Susulan").interviews[-1]
    assert talk.text == "Catatan asli"
    assert [(who, text) for _, who, text in talk.amendments] == [(cso, "Susulan")]


def test_after_a_return_a_new_interview_stands_beside_the_sealed_one(open_house: House) -> None:
    case = open_house.submitted_case()
    open_house.claims.send_back(open_house["verifier"], case, ("interview_incomplete",))
    open_house.hold_interview(case)
    view = open_house.talks.view(open_house["cso"], case)
    assert len(view.former) == 1
    assert view.former[0].sealed_at
    assert view.talk is not None
    assert view.talk.sealed_at is None


def test_an_interview_of_long_and_strange_words(open_house: House) -> None:
    case = open_house.draft_case()
    open_house.talks.start(open_house["cso"], case, "booth")
    text = ("Ia berkata: “🙂” — 'ya'\n" * 600)[:10_000].strip()
    assert open_house.talks.note(open_house["cso"], case, text).interviews[-1].text == text
    assert open_house.talks.note(open_house["cso"], case, "a\x00\ud800b").interviews[-1].text == "ab"


# ------------------------------------------------------------------------------------------ reads and slips


def test_opening_a_record_is_recorded(open_house: House, case: str) -> None:
    open_house.cases.read(open_house["auditor"], case, "nik", "Pemeriksaan")
    last = events(open_house.office)[-1]
    assert read_header(last.header).kind == "case.record_read"
    with refused("no_right"):
        open_house.cases.read(open_house["security_desk"], case, "nik")
    with refused("case_unknown"):
        open_house.cases.read(open_house["auditor"], "nothing", "nik")


def test_a_slip_names_what_is_missing(open_house: House) -> None:
    case = open_house.draft_case()
    line = open_house.cases.view(open_house["cso"], case).lines[0].line
    open_house.cases.mark(open_house["cso"], case, line.documents[0], "missing")
    open_house.cases.give_slip(open_house["cso"], case, "whatsapp")
    assert line.code.encode() in events(open_house.office)[-1].payload


def test_a_visit_without_a_claim_is_closed_with_its_reason(open_house: House, case: str) -> None:
    closed = open_house.cases.close(open_house["cso"], case, "informed")
    assert closed.stage == "closed"
    with refused("case_not_in_stage"):
        open_house.cases.note(open_house["cso"], case, "name", "x")


def test_a_bank_is_kept_by_the_name_of_the_list(open_house: House, case: str) -> None:
    assert note(open_house, case, "bank_name", "pt. bank central asia") == "BCA"
    assert codes(open_house, case, "bank_name") == []


def test_another_bank_is_kept_by_its_name_and_named_as_such(open_house: House, case: str) -> None:
    assert note(open_house, case, "bank_name", "BPR Contoh") == "BPR Contoh"
    assert codes(open_house, case, "bank_name") == ["bank_not_listed"]
    assert "bank" not in " ".join(open_house.cases.view(open_house["cso"], case).blockers).replace(
        "missing_bank_account", ""
    )
    with refused("bank_name_digits"):
        note(open_house, case, "bank_name", "1234567890")
    assert open_house.cases.get(case).fields["bank_name"] == "BPR Contoh"
