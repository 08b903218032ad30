"""What head office hands down takes effect in the branch: once, in order, and nothing that lives is lost by it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.domain.bank import bank_word, came_back
from app.domain.branch import DirectivesObeyed, StationEnrolled
from app.domain.case_answers import FOUND, NAME_DIFFERS, NOT_FOUND, Answers
from app.errors import Refused
from app.models.audit import rebuild, verify
from app.services.directives import obey
from app.services.office import default_bundle
from app.services.rule_bundles import SignedBundle
from app.services.today import today_board
from app.sync.line import sign_directive
from app.sync.upward import CURSOR, Upward
from tests.houses import DAY, NIK, dump, refused
from tests.server.floors import Floors, floors
from tests.server.office_house import BRANCH, csv_file

pytestmark = pytest.mark.enable_socket

OTHER_NIK = "9901011507900002"
SHIPPED: dict[str, Any] = msgspec.json.decode(default_bundle())


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Floors]:
    with floors(tmp_path) as made:
        yield made


def members(two: Floors, tmp_path: Path, *rows: str) -> None:
    two.above.office.imports.members(csv_file(tmp_path, "nik,member_no,name", *rows))


def bookings(two: Floors, tmp_path: Path, *rows: str) -> None:
    header = "branch,code,day,time,service,name,booked"
    two.above.office.imports.bookings(csv_file(tmp_path, header, *rows))


def publish(two: Floors, **changes: Any) -> None:
    content = msgspec.json.encode(SHIPPED | {"version": SHIPPED["version"] + 1} | changes)
    two.above.office.branches.publish(content, two.above.key, BRANCH)


# ------------------------------------------------------------------------------------------------ the register


def test_the_register_says_whether_the_person_is_a_member(two: Floors, tmp_path: Path) -> None:
    house = two.hub.house
    members(two, tmp_path, f"{NIK},11000000001,Peserta Contoh")
    case = house.draft_case()
    assert house.cases.get(case).answers.membership is None
    two.exchange()
    said = house.cases.get(case).answers.membership
    assert said is not None
    assert (said.result, said.member_nos) == (FOUND, ("11000000001",))
    lines = [line for line in house.cases.history(case) if line.kind == "case.membership_checked"]
    assert len(lines) == 1
    two.exchange()
    assert len(house.cases.history(case)) == len(house.cases.history(case))
    assert two.hub.notices() == []


@pytest.mark.parametrize(("name", "result"), [("Orang Lain Sekali", NAME_DIFFERS), (None, NOT_FOUND)])
def test_a_stranger_is_not_found_or_has_another_name(
    two: Floors, tmp_path: Path, name: str | None, result: str
) -> None:
    if name:
        members(two, tmp_path, f"{NIK},11000000001,{name}")
    case = two.hub.house.draft_case()
    two.exchange()
    said = two.hub.house.cases.get(case).answers.membership
    assert said is not None
    assert (said.result, said.member_nos) == (result, ())


def test_an_answer_to_a_nik_that_was_noted_again_says_nothing(two: Floors, tmp_path: Path) -> None:
    house = two.hub.house
    members(two, tmp_path, f"{NIK},11000000001,Peserta Contoh")
    case = house.draft_case()
    two.hub.talk()
    two.above.office.follow_up.catch_up(BRANCH)
    house.cases.note(house["cso"], case, "nik", OTHER_NIK)
    two.hub.talk()
    assert [each.kind for each in house.cases.history(case)].count("case.membership_checked") == 1
    assert house.cases.get(case).answers.membership is None
    two.exchange()
    said = house.cases.get(case).answers.membership
    assert said is not None
    assert said.result == NOT_FOUND
    before = dump(house.office)
    assert rebuild(house.office.store) == 0
    assert dump(house.office) == before


# ------------------------------------------------------------------------------------------------ payments


def test_the_bank_s_word_comes_to_the_case_of_its_voucher(two: Floors, tmp_path: Path) -> None:
    house = two.hub.house
    case = house.paid_case()
    assert bank_word(house.cases.get(case)) is None
    header = "branch,voucher,reference,day,amount,paid"
    two.above.office.imports.payments(csv_file(tmp_path, header, f"{BRANCH},v-001,R1,{DAY},20000000,yes"))
    two.exchange()
    told = bank_word(house.cases.get(case))
    assert told is not None
    assert (told.reference, told.day, told.amount, told.paid) == ("R1", DAY, 20_000_000, True)
    assert not came_back(house.cases.get(case))
    two.above.office.imports.payments(csv_file(tmp_path, header, f"{BRANCH},V-001,R2,{DAY},20000000,no"))
    two.exchange()
    told = bank_word(house.cases.get(case))
    assert told is not None
    assert not told.paid
    kinds = [line.kind for line in house.cases.history(case)]
    assert kinds.count("case.payment_confirmed") == 2


def test_money_that_the_bank_sent_back_waits_for_finance_until_the_return_is_recorded(
    two: Floors, tmp_path: Path
) -> None:
    house = two.hub.house
    finance, case = house["finance_officer"], house.paid_case()
    header = "branch,voucher,reference,day,amount,paid"
    assert [each.case.id for each in house.claims.for_finance(finance)] == []
    two.above.office.imports.payments(csv_file(tmp_path, header, f"{BRANCH},V-001,R1,{DAY},20000000,no"))
    two.exchange()
    assert [each.case.id for each in house.claims.for_finance(finance)] == [case]
    matters = [each for each in today_board(house.office).attention if each.kind == "came_back"]
    assert [(each.count, each.refs) for each in matters] == [(1, (case,))]
    house.claims.payment_returned(finance, case, DAY, "account_closed")
    assert [each.case.stage for each in house.claims.for_finance(finance)] == ["payment_returned"]
    assert "came_back" not in {each.kind for each in today_board(house.office).attention}


def test_a_file_of_before_names_were_counted_is_read() -> None:
    older = msgspec.msgpack.encode({"nik_position": 5})
    assert msgspec.msgpack.decode(older, type=Answers).asked_position == 5


def test_an_answer_to_a_name_that_was_noted_again_says_nothing(two: Floors, tmp_path: Path) -> None:
    house = two.hub.house
    members(two, tmp_path, f"{NIK},11000000001,Peserta Contoh")
    case = house.draft_case()
    two.exchange()
    said = house.cases.get(case).answers.membership
    assert said is not None
    assert said.result == FOUND
    house.cases.note(house["cso"], case, "name", "Orang Lain Sekali")
    assert house.cases.get(case).answers.membership is None
    two.exchange()
    said = house.cases.get(case).answers.membership
    assert said is not None
    assert said.result == NAME_DIFFERS


# ------------------------------------------------------------------------------------------------ bookings


def test_bookings_of_today_are_listed_by_time_and_each_gets_one_ticket(two: Floors, tmp_path: Path) -> None:
    house, services = two.hub.house, two.hub.services
    bookings(
        two,
        tmp_path,
        f"{BRANCH},BK 2,{DAY},10:00,jht,Peserta Contoh,yes",
        f"{BRANCH},BK/1,{DAY},09:30,info,Peserta Kedua,yes",
        f"{BRANCH},BK-3,2026-11-23,09:30,info,Peserta Ketiga,yes",
    )
    two.exchange()
    expected = services.bookings.of_day()
    assert [each.booking.code for each in expected] == ["BK/1", "BK 2"]
    clerk = house["security_desk"]
    ticket = services.bookings.arrive(clerk, expected[1].booking.id)
    assert (ticket.service, ticket.initials, ticket.label) == ("jht", "PC", "A-001")
    assert [each.label for each in services.bookings.of_day()] == ["", "A-001"]
    with refused("booking_used", label="A-001"):
        services.bookings.arrive(clerk, expected[1].booking.id)
    bookings(two, tmp_path, f"{BRANCH},BK/1,{DAY},09:30,info,Peserta Kedua,no")
    two.exchange()
    with refused("booking_unknown"):
        services.bookings.arrive(clerk, expected[0].booking.id)
    assert [each.booking.code for each in services.bookings.of_day()] == ["BK 2"]
    assert [each.booking.code for each in services.bookings.of_day("2026-11-23")] == ["BK-3"]
    before = dump(house.office)
    assert rebuild(house.office.store) == 0
    assert dump(house.office) == before


# ------------------------------------------------------------------------------------------------ rules


def test_a_service_that_leaves_the_rules_takes_no_live_ticket_with_it(two: Floors) -> None:
    house, desk, clerk = two.hub.house, two.hub.services.desk, two.hub.house["security_desk"]
    gone = next(each for each in SHIPPED["services"] if each["code"] == "info")
    waiting = desk.issue(clerk, "info")
    served = house.serve("info")
    publish(two, services=[each for each in SHIPPED["services"] if each is not gone])
    two.exchange()
    assert house.office.rules().version == SHIPPED["version"] + 1
    assert "info" not in [each.service.code for each in desk.board().services]
    with refused("unknown_code", what="info"):
        desk.issue(clerk, "info")
    with refused("unknown_code", what="info"):
        desk.turn_away(clerk, "info", "x")
    assert {each.id for each in desk.waiting_list()} == {served.id, waiting.id}
    outcome = gone["default_outcome"]
    officer = house["cso"]
    house.counters.finish(officer, served.id, outcome)
    called = house.counters.call_next(officer, 1)
    assert called.id == waiting.id
    assert desk.slip(called).service == gone["name"]["id"]
    house.counters.confirm(officer, called.id)
    assert house.counters.finish(officer, called.id, outcome).state == "ended"
    rows = two.hub.services.summaries.figures(DAY).services
    assert [(each.code, each.served) for each in rows if each.code == "info"] == [("info", 2)]


def test_rules_under_a_wrong_signature_are_passed_over_and_the_former_stay(
    two: Floors, tmp_path: Path
) -> None:
    house, office = two.hub.house, two.above.office
    content = msgspec.json.encode(SHIPPED | {"version": SHIPPED["version"] + 1}).decode()
    forged = msgspec.json.encode(SignedBundle(two.above.key.name, "00" * 64, content))
    with office.database.writing() as connection:
        office.directives.issue(connection, BRANCH, "bundle", [forged])
    bookings(two, tmp_path, f"{BRANCH},BK1,{DAY},09:30,info,Peserta Contoh,yes")
    two.exchange()
    assert house.office.rules().version == SHIPPED["version"]
    assert two.hub.notices() == ["directive_failed"]
    assert len(two.hub.services.bookings.of_day()) == 1


def test_a_case_keeps_the_rules_it_was_opened_under(two: Floors) -> None:
    house = two.hub.house
    case = house.draft_case()
    publish(two, name="Aturan baru")
    two.exchange()
    assert house.cases.view(house["cso"], case).rules_version == SHIPPED["version"]
    assert house.office.rules().name == "Aturan baru"


# ------------------------------------------------------------------------------------------------ trust


def test_a_revoked_computer_gets_nothing_from_the_moment_the_word_is_here(two: Floors) -> None:
    house, node = two.hub.house, two.hub.network.node
    second = two.second()
    two.exchange()
    question = second.network.node.ask()
    assert node.answer(question, "b" * 16).need != "revoked"
    two.above.office.devices.revoke(BRANCH, "b" * 16)
    two.hub.talk()
    answer = node.answer(question, "b" * 16)
    assert (answer.need, answer.log) == ("revoked", None)
    assert house.office.branch().stations["b" * 16].revoked_at is not None
    with refused("device_revoked"):
        from app.sync.trust_signatures import sign_request

        headers = sign_request(second.house.office.journal.signer, "b" * 16, "POST", "/v1/buckets", b"")
        two.above.office.devices.authenticate("POST", "/v1/buckets", b"", headers)


def test_a_directive_that_head_office_did_not_sign_stops_everything_behind_it(two: Floors) -> None:
    office = two.hub.house.office
    other = type(two.above.key)(b"x" * 32)
    keys = (two.above.key.public(),)
    for made in (
        sign_directive(other, BRANCH, 1, "revocation", b'{"station":"x","at":1}'),
        sign_directive(two.above.key, "SBY", 1, "revocation", b'{"station":"x","at":1}'),
    ):
        with office.unit("system") as unit, refused("directive_not_trusted"):
            obey(office, unit, made, keys)


# ------------------------------------------------------------------------------------------------ once, in order


class PowerCut(Exception):
    pass


@pytest.mark.parametrize("cut_at", [1, 2, 3])
def test_each_directive_takes_effect_once_wherever_the_power_fails(
    two: Floors, tmp_path: Path, cut_at: int
) -> None:
    house = two.hub.house
    for number in (1, 2, 3):
        bookings(two, tmp_path, f"{BRANCH},BK{number},{DAY},09:3{number},info,Peserta Contoh,yes")
    obeyed: list[int] = []

    def apply(unit: Any, directive: Any) -> None:
        two.hub.network._obey(unit, directive)
        obeyed.append(directive.number)
        if directive.number == cut_at and obeyed.count(cut_at) == 1:
            raise PowerCut

    two.hub.network.engine.above.upward = Upward(two.hub.network.node, apply)
    with pytest.raises(PowerCut):
        two.hub.talk()
    assert int(house.office.setting(CURSOR, "0")) == cut_at - 1
    assert len(two.hub.services.bookings.of_day()) == cut_at - 1
    two.hub.reopen()
    two.exchange()
    assert [each.booking.code for each in two.hub.services.bookings.of_day()] == ["BK1", "BK2", "BK3"]
    with house.office.store.reading() as connection:
        from sqlalchemy import func, select

        from app.models import tables

        told = select(func.count()).where(tables.events.c.stream.startswith("booking:"))
        assert connection.execute(told).scalar() == 3
    assert verify(house.office.store).bad_position is None


# ------------------------------------------------------------------------------------------------ a newcomer


def test_the_next_hub_goes_on_behind_what_the_log_says_was_obeyed(two: Floors, tmp_path: Path) -> None:
    """A directive obeyed twice would undo what was changed at the branch since, and tell of rules that are no news."""
    house = two.hub.house
    publish(two)
    bookings(two, tmp_path, f"{BRANCH},BK1,{DAY},09:30,info,Peserta Contoh,yes")
    two.exchange()
    assert house.office.branch().directive == 2
    house.office.set_setting(CURSOR, "0")  # another computer has the log, and was never told anything itself
    before = house.office.journal.head()
    two.exchange()
    assert house.office.journal.head() == before
    assert two.hub.notices() == []
    bookings(two, tmp_path, f"{BRANCH},BK2,{DAY},09:40,info,Peserta Contoh,yes")
    two.exchange()
    assert [each.booking.code for each in two.hub.services.bookings.of_day()] == ["BK1", "BK2"]


def test_nobody_at_the_branch_says_what_was_obeyed(two: Floors) -> None:
    house = two.hub.house
    with pytest.raises(Refused) as refused, house.office.unit(house["branch_head"]) as unit:
        unit.append("branch", DirectivesObeyed(number=1_000))
    assert refused.value.code == "no_right"


def test_a_computer_enrolled_while_head_office_was_away_is_known_by_the_log_it_brings(two: Floors) -> None:
    two.exchange()
    two.hub.house.desk.issue(two.hub.house["security_desk"], "jht")
    second = two.second()  # and now the hub dies
    second.network.take_over(second.house["it_officer"])
    second.house.desk.issue(second.house["security_desk"], "info")
    assert two.above.office.devices.find("b" * 16) == ()
    second.talk()
    assert two.above.office.logs.head(BRANCH).position == second.house.office.journal.head()[0]
    assert second.network.waiting() == 0
    two.above.office.follow_up.catch_up(BRANCH)
    assert [each.branch for each in two.above.office.devices.find("b" * 16)] == [BRANCH]
    second.house.desk.issue(second.house["security_desk"], "info")
    second.talk()
    assert second.network.waiting() == 0


def test_its_enrolment_may_be_stored_above_and_not_read_yet(two: Floors) -> None:
    second = two.second()
    two.hub.talk()
    assert two.above.office.devices.find("b" * 16) == ()
    second.network.take_over(second.house["it_officer"])
    second.talk()
    assert two.above.office.logs.head(BRANCH).position == second.house.office.journal.head()[0]


def test_a_computer_that_an_unknown_one_enrolled_in_turn_is_known_too(two: Floors) -> None:
    two.exchange()
    second = two.second()
    second.network.take_over(second.house["it_officer"])
    first, two.hub = two.hub, second
    third = two.second("c" * 16)
    two.hub = first
    third.network.take_over(third.house["it_officer"])
    third.talk()
    assert two.above.office.logs.head(BRANCH).position == third.house.office.journal.head()[0]


@pytest.mark.parametrize("how", ["stranger", "revoked", "display"])
def test_who_the_log_does_not_prove_stays_unknown(two: Floors, how: str) -> None:
    two.exchange()
    before = two.above.office.logs.head(BRANCH)
    second = two.second(enrolled=how != "stranger", full=how != "display", revoked=how == "revoked")
    if how == "stranger":  # it writes its own enrolment, under its own signature
        signer = second.house.office.journal.signer
        with second.house.office.unit(second.house["it_officer"]) as unit:
            own = StationEnrolled(
                station="b" * 16, number=2, name="X", key=signer.public(), fingerprint="b" * 32
            )
            unit.append("branch", own)
    second.network.node._order("system")
    with pytest.raises(Refused) as caught:
        second.talk()
    assert (caught.value.code, caught.value.facts["reason"]) == ("hub_refused", "device_unknown")
    assert two.above.office.logs.head(BRANCH) == before
