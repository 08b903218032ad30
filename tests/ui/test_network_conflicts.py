"""The conflicts page: real races in a real branch file, settled with keys alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.errors import Refused
from app.models.audit import rebuild
from app.services.conflicts import OpenConflict
from app.services.services import Services
from app.ui.pages.conflict_values import value_words
from app.ui.pages.conflict_words import key_words
from app.ui.pages.conflicts import ConflictsPage
from app.ui.presenters.conflicts import ConflictsPresenter
from tests.houses import House, events, forge, make_branch
from tests.ui.doors import ImmediateDoor
from tests.ui.office_desk import CTRL, OfficeDesk

KEY = Qt.Key


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = make_branch(tmp_path)
    made.open_day()
    yield made
    made.close()


def race(house: House, stream: str, kind: str, payload: bytes, actor: str) -> None:
    """Somebody at another computer, who had not seen what was written here, did this at the same time."""
    forge(house, stream, kind, payload, actor)
    rebuild(house.office.store)


def two_phones(house: House) -> str:
    """A file with a number that two officers noted while they could not see each other."""
    case = house.draft_case()
    other = house.add_person("Petugas Lain", "cso")
    race(house, f"case:{case}", "case.noted", b'{"fields":{"phone":"+6281300001111"}}', other)
    return case


def two_decisions(house: House) -> str:
    """A file that one verifier found right and another one rejected."""
    case = house.submitted_case()
    other = house.add_person("Verifikator Lain", "verifier")
    house.claims.verify(house["verifier"], case, 20_000_000)
    before = next(each for each in reversed(events(house.office)) if b"case.submitted" in bytes(each.header))
    after_submitted(house, case, other, before.id)
    return case


def after_submitted(house: House, case: str, actor: str, seen: bytes) -> None:
    """A rejection by somebody who had seen the file up to its submission."""
    from tests import houses

    plain = houses.Header

    def naming(**given):
        return plain(**{**given, "after": (bytes(seen),)})

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(houses, "Header", naming)
        reason = house.office.rules().reject_reasons[0].code
        payload = f'{{"reason":"{reason}"}}'.encode()
        race(house, f"case:{case}", "case.rejected", payload, actor)


def desk_of(qtbot, house, background, notify, role: str = "service_supervisor") -> OfficeDesk:
    return OfficeDesk(qtbot, house, background, notify, ConflictsPage, role)


# ------------------------------------------------------------------------------------------------ the page


def test_a_branch_without_conflicts_says_so(qtbot, house, background, notify) -> None:
    page = desk_of(qtbot, house, background, notify).page
    assert page._empty.isVisible()
    assert not page._work.isVisible()


def test_two_numbers_stand_side_by_side_and_one_is_chosen_with_a_reason(
    qtbot, house, background, notify
) -> None:
    case = two_phones(house)
    desk = desk_of(qtbot, house, background, notify)
    page = desk.page
    assert "Nomor ponsel" in page._title.text()
    assert page._race.text() == "dua isian"
    assert [side._who.text() for side in page.sides] == ["Petugas 3", "Petugas Lain"]
    assert not page.settle.isEnabled()
    desk.key(KEY.Key_2)
    assert page.sides[1].choose.isChecked()
    before = page.reason.size()
    desk.key(KEY.Key_Return)
    assert page.reason.finding() == "Belum diisi."
    assert page.reason.size() == before  # room was kept for it
    desk.type("ditelepon ulang di 1 dan 2")  # digits in a reason choose nothing
    assert page.sides[1].choose.isChecked()
    desk.key(KEY.Key_Return)
    assert desk.services.conflicts.count() == 0
    assert desk.services.cases.get(case).fields["phone"] == "+6281300001111"
    assert page._empty.isVisible()
    assert "Ditetapkan" in notify.last()
    assert desk.focused is page.table


def test_a_private_value_is_shown_while_it_is_held_and_that_is_recorded(
    qtbot, house, background, notify
) -> None:
    case = two_phones(house)
    desk = desk_of(qtbot, house, background, notify)
    secret = desk.page.sides[1].secret
    assert secret.words() == "•••• 1111"
    assert not desk.page.sides[1].value.isVisible()
    QTest.mousePress(secret, Qt.MouseButton.LeftButton)
    assert "+6281300001111" in secret.words()
    QTest.mouseRelease(secret, Qt.MouseButton.LeftButton)
    assert "+6281300001111" not in secret.words()
    desk.settle()
    read = [line for line in desk.services.cases.history(case=case) if line.kind == "case.record_read"]
    assert [line.detail for line in read] == ["phone"]


def test_two_decisions_are_told_in_words_and_settled(qtbot, house, background, notify) -> None:
    case = two_decisions(house)
    desk = desk_of(qtbot, house, background, notify, "branch_head")
    page = desk.page
    assert page._race.text() == "dua keputusan"
    first, second = page.sides
    assert "Besar manfaat: Rp20.000.000" in first.value.text()
    assert "Alasan: " in second.value.text()
    desk.key(KEY.Key_1)
    desk.type("sudah dibahas")
    desk.key(KEY.Key_Return, CTRL)
    assert desk.services.conflicts.count() == 0
    assert desk.services.cases.get(case).stage == "verified"


def test_a_double_call_needs_no_choice_only_a_word(qtbot, house, background, notify) -> None:
    ticket = house.serve("jht")
    other = house.add_person("Petugas Lain", "cso")
    issued = next(each for each in events(house.office) if b"ticket.issued" in bytes(each.header))
    from tests import houses

    plain = houses.Header
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(houses, "Header", lambda **given: plain(**{**given, "after": (bytes(issued.id),)}))
        race(house, f"ticket:{ticket.id}", "ticket.called", b'{"counter":2}', other)
    desk = desk_of(qtbot, house, background, notify)
    page = desk.page
    assert desk.services.conflicts.count() == 1
    assert page._title.text() == ticket.label
    assert not page.sides[0].choose.isVisible()
    assert "Yang tercatat lebih dahulu" in page._note.text()
    page.reason.edit.setFocus()
    desk.type("kedua loket sudah diberi tahu")
    desk.key(KEY.Key_Return)
    assert desk.services.conflicts.count() == 0


def test_a_refusal_keeps_choice_and_reason(qtbot, house, background, notify, monkeypatch) -> None:
    two_phones(house)
    desk = desk_of(qtbot, house, background, notify)

    def refuse(*_: object) -> None:
        raise Refused("settler_took_part")

    monkeypatch.setattr(desk.services.conflicts, "settle", refuse)
    desk.key(KEY.Key_1)
    desk.type("alasan saya")
    desk.key(KEY.Key_Return)
    assert notify.last()
    assert desk.page.reason.text() == "alasan saya"
    assert desk.page.sides[0].choose.isChecked()


def test_what_was_typed_outlives_a_refresh_and_goes_with_another_row(
    qtbot, house, background, notify
) -> None:
    two_phones(house)
    desk = desk_of(qtbot, house, background, notify)
    desk.key(KEY.Key_1)
    desk.type("alas")
    desk.refresh()
    assert desk.page.reason.text() == "alas"
    assert desk.focused is desk.page.reason.edit
    desk.key(KEY.Key_Escape)
    assert desk.focused is desk.page.table


def test_the_overview_names_them_until_they_are_settled(house: House) -> None:
    services = Services(house.office)
    assert "conflict" not in [each.kind for each in services.summaries.today().attention]
    two_phones(house)
    (matter,) = [each for each in services.summaries.today().attention if each.kind == "conflict"]
    assert matter.count == 1
    (row,) = services.conflicts.open()
    services.conflicts.settle(
        house["service_supervisor"], row.stream, row.second, row.first_side.event, "sesuai KTP"
    )
    assert "conflict" not in [each.kind for each in services.summaries.today().attention]


def test_another_page_leads_to_one_of_them(qtbot, house, background, notify) -> None:
    case = two_phones(house)
    desk = desk_of(qtbot, house, background, notify)
    desk.page.open_record(f"case:{case}")
    desk.settle()
    row: OpenConflict = desk.page.table.current()
    assert row.stream == f"case:{case}"


def test_keys_names_and_size(qtbot, house, background, notify) -> None:
    two_phones(house)
    desk = desk_of(qtbot, house, background, notify)
    assert len(desk.keys_heard()) == len(set(desk.keys_heard())), sorted(desk.keys_heard())
    assert not desk.shadowed()
    assert desk.page.minimumSizeHint().height() <= 614


# ------------------------------------------------------------------------------------------------ presenter, words


class View:
    def __init__(self) -> None:
        self.rows: list[tuple[OpenConflict, ...]] = []
        self.spoken: list[str] = []
        self.refusals: list[str] = []

    def show_rows(self, rows: tuple[OpenConflict, ...], wanted: str) -> None:
        self.rows.append(rows)

    def said(self, what: str, title: str) -> None:
        self.spoken.append(what)

    def refuse(self, refused: Refused) -> None:
        self.refusals.append(refused.code)


def test_the_presenter_settles_and_reads_anew(house: House) -> None:
    two_phones(house)
    view = View()
    presenter = ConflictsPresenter(
        Services(house.office), ImmediateDoor(), view, house["service_supervisor"], lambda _: True
    )
    presenter.refresh()
    (row,) = view.rows[-1]
    presenter.settle(row, row.first_side.event, " ")
    assert view.refusals == ["reason_missing"]
    presenter.settle(row, row.first_side.event, "sesuai KTP")
    assert view.spoken == ["settled"]
    assert view.rows[-1] == ()


def test_values_are_told_in_the_words_of_the_trade(house: House) -> None:
    rules = house.office.rules()
    name = house.office.name

    def words(**told: object) -> str:
        return value_words(told, rules, name)

    assert value_words({"": "0812"}, rules, name) == "0812"
    assert words(amount=1_500_000, note="cukup, name: lengkap") == (
        "Besar manfaat: Rp1.500.000\nCatatan: cukup, name: lengkap"
    )
    code = rules.return_reasons[0]
    assert words(reasons=(code.code,)) == f"Alasan: {code.name.id}"
    lent = {
        "id": "9",
        "person": house["cso"],
        "role": "verifier",
        "first_day": "2026-11-20",
        "revoked": False,
    }
    assert words(delegation=lent) == f"{name(house['cso'])}\nPeran: Verifikator\nMulai: 20 Nov 2026"
    assert words(home="e" * 32, station="0" * 16, by=("", "")) == ""
    assert words(counters=({"number": 3, "services": ("jp",)},)) == "Loket: 3 · Klaim JP"
    assert key_words("field:name, field:nik", rules) == "Nama sesuai KTP, NIK"
    assert key_words("", rules) == ""
