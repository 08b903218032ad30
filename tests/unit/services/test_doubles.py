"""What two computers gave apart is told by label, time and place, and the person comes back into the queue."""

from app.domain import case_events as case
from app.domain.kinds import payload_bytes
from app.domain.tickets import Issued, Ticket
from app.models.audit import rebuild
from app.reports.summary_words import notes
from app.services.doubles import put_back
from app.services.today import today_board
from tests.houses import DAY, House, dump, refused
from tests.unit.models.test_audit import forge

OTHER = "f" * 32


def doubled(house: House) -> Ticket:
    """A ticket, and another one that bears its label; then somebody behind both."""
    guard = house["security_desk"]
    first = house.desk.issue(guard, "info")
    double = Issued(
        day=DAY, label=first.label, prefix=first.prefix, number=first.number, service="info", last4="0042"
    )
    forge(house, f"ticket:{OTHER}", "ticket.issued", payload_bytes(double), guard)
    rebuild(house.office.store)
    house.clock.pass_ms(60_000)
    house.desk.issue(guard, "info")
    return first


def matters(house: House, kind: str) -> list[tuple[str, ...]]:
    return [each.names for each in today_board(house.office).attention if each.kind == kind]


def test_a_label_given_twice_is_told_by_label_time_and_place(open_house: House) -> None:
    first = doubled(open_house)
    ((label, time, place),) = matters(open_house, "label_twice")
    assert label == first.label
    assert time.count(".") + time.count(":") == 1
    assert place
    assert matters(open_house, "quarantined") == []


def test_the_person_comes_back_at_the_place_of_the_first_entry(open_house: House) -> None:
    first = doubled(open_house)
    back = put_back(open_house.office, open_house["service_supervisor"], OTHER)
    assert back.label.startswith(f"{first.label}-")
    assert back.last4 == "0042"
    waiting = [each.label for each in open_house.desk.waiting_list()]
    assert waiting[:2] == [first.label, back.label]
    assert len(waiting) == 3
    assert matters(open_house, "label_twice") == []
    before = dump(open_house.office)
    rebuild(open_house.office.store)
    assert dump(open_house.office) == before


def test_the_person_comes_back_once_and_by_a_supervisor(open_house: House) -> None:
    doubled(open_house)
    with refused("no_right"):
        put_back(open_house.office, open_house["security_desk"], OTHER)
    put_back(open_house.office, open_house["service_supervisor"], OTHER)
    with refused("ticket_unknown"):
        put_back(open_house.office, open_house["service_supervisor"], OTHER)


def test_a_receipt_that_two_files_bear_names_both_members(open_house: House) -> None:
    cso = open_house["cso"]
    with open_house.office.unit(cso) as unit:
        for name in ("Peserta Contoh", "Peserta Lain"):
            stream = f"case:{unit.new_id()}"
            unit.append(stream, case.Opened(service="jht", bundle_version=1))
            unit.append(stream, case.Noted(fields={"name": name}))
            unit.append(stream, case.Submitted(receipt="MDU-261120-0001-4", promised=DAY, due=DAY))
    assert matters(open_house, "receipt_twice") == [("MDU-261120-0001-4", "Peserta Contoh", "Peserta Lain")]


def test_more_tickets_than_the_quota_are_told_as_an_overrun(open_house: House) -> None:
    """Each of two computers that were apart gave the whole quota; a third of another computer comes after joining."""
    guard, rules = open_house["security_desk"], open_house.office.rules()
    service = next(each for each in rules.services if each.daily_quota)
    quota = service.daily_quota or 0
    for number in range(1, quota + 3):
        given = Issued(
            day=DAY,
            label=f"{service.prefix}-9XYZ-{number:03}",
            prefix=service.prefix,
            number=number,
            service=service.code,
            mark="9XYZ",
        )
        with open_house.office.unit(guard) as unit:
            unit.append(f"ticket:{unit.new_id()}", given)
    assert matters(open_house, "quota_overrun") == [(service.name.id,)]
    board = today_board(open_house.office)
    assert [each.count for each in board.attention if each.kind == "quota_overrun"] == [2]
    assert matters(open_house, "quota_exhausted") == []
    assert board.figures is not None
    (overrun,) = [each for each in notes(board.figures) if each.title == "Kuota terlampaui"]
    assert overrun.entries == (f"{service.name.id} +2: {quota + 2} dari {quota}",)
