"""What two computers gave apart is told by label, time and place, and the person comes back into the queue."""

from app.domain import case_events as case
from app.domain.case_form import check_digit
from app.domain.figures import DayFigures, canonical_json, read_figures
from app.domain.kinds import payload_bytes
from app.domain.receipts import ReceiptRenewed
from app.domain.tickets import Issued, Ticket
from app.models.audit import rebuild
from app.reports.summary_words import notes
from app.services.case_history import case_history
from app.services.doubles import look_at, put_back
from app.services.network_views import mark_seen, unseen
from app.services.numbers import doubt
from app.services.receipts import new_receipt, renew_receipt
from app.services.services import Services
from app.services.today import today_board
from tests.houses import DAY, DAY_MS, House, dump, refused
from tests.unit.models.test_audit import forge

OTHER = "f" * 32
RECEIPT = "MDU-261120-0001-" + str(check_digit("MDU-261120-0001"))


def doubled(house: House) -> Ticket:
    """A ticket, and another one that bears its label; then somebody behind both."""
    guard = house["security_desk"]
    first = house.desk.issue(guard, "info")
    again(house, first)
    house.clock.pass_ms(60_000)
    house.desk.issue(guard, "info")
    return first


def again(house: House, first: Ticket) -> None:
    """What another computer had given under the same label."""
    double = Issued(
        day=DAY, label=first.label, prefix=first.prefix, number=first.number, service="info", last4="0042"
    )
    forge(house, f"ticket:{OTHER}", "ticket.issued", payload_bytes(double), house["security_desk"])
    rebuild(house.office.store)


def matters(house: House, kind: str) -> list[tuple[str, ...]]:
    return [each.names for each in today_board(house.office).attention if each.kind == kind]


def test_a_label_given_twice_is_told_by_label_time_and_place(open_house: House) -> None:
    first = doubled(open_house)
    ((label, time, place),) = matters(open_house, "label_twice")
    assert label == first.label
    assert time.count(".") + time.count(":") == 1
    assert place
    assert matters(open_house, "quarantined") == []


def test_who_printed_it_is_told_until_the_person_waits_again(open_house: House) -> None:
    first = doubled(open_house)
    office, guard = open_house.office, open_house["security_desk"]
    (told,) = unseen(office, guard)
    assert (told.kind, told.facts["label"], told.stream) == ("label_twice", first.label, f"ticket:{OTHER}")
    assert unseen(office, open_house["cso"]) == ()
    put_back(office, open_house["service_supervisor"], OTHER)
    assert unseen(office, guard) == ()


def test_who_has_read_it_is_not_told_again(open_house: House) -> None:
    doubled(open_house)
    office, guard = open_house.office, open_house["security_desk"]
    mark_seen(office, unseen(office, guard)[0].id)
    assert unseen(office, guard) == ()


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


def close(house: House) -> DayFigures:
    """Close the day, whoever waits."""
    services = Services(house.office)
    left = {each.id: "left_unseen" for each in services.summaries.open_tickets(DAY)}
    return services.summaries.close_day(house["service_supervisor"], left)


def told_in(figures: DayFigures) -> list[str]:
    return [
        entry for each in notes(figures) if each.title == "Nomor tercetak dua kali" for entry in each.entries
    ]


def test_a_person_who_was_not_put_back_stands_in_the_summary_and_on_the_board_until_looked_at(
    open_house: House,
) -> None:
    first = doubled(open_house)
    boss = open_house["service_supervisor"]
    (entry,) = told_in(close(open_house))
    assert entry.startswith(f"{first.label} · ")
    assert entry.endswith("tidak dikembalikan")
    assert matters(open_house, "label_twice") == []
    assert [each[0] for each in matters(open_house, "label_was_twice")] == [first.label]
    with refused("day_not_open"):
        put_back(open_house.office, boss, OTHER)
    open_house.clock.jump(DAY_MS)
    open_house.open_day()
    assert [each[0] for each in matters(open_house, "label_was_twice")] == [first.label]
    with refused("no_right"):
        look_at(open_house.office, open_house["auditor"], OTHER)
    look_at(open_house.office, boss, OTHER)
    assert matters(open_house, "label_was_twice") == []


def test_who_was_put_back_stands_in_the_summary_with_both_labels(open_house: House) -> None:
    doubled(open_house)
    back = put_back(open_house.office, open_house["service_supervisor"], OTHER)
    figures = close(open_house)
    (entry,) = told_in(figures)
    assert entry.endswith(f"menunggu lagi sebagai {back.label}")
    assert read_figures(canonical_json(figures)) == figures
    assert matters(open_house, "label_was_twice") == []


def test_what_comes_together_after_the_closing_stands_in_the_next_summary(open_house: House) -> None:
    first = open_house.desk.issue(open_house["security_desk"], "info")
    assert told_in(close(open_house)) == []
    again(open_house, first)  # the other computer comes on in the evening
    open_house.clock.jump(DAY_MS)
    open_house.open_day()
    boss, day = open_house["service_supervisor"], open_house.office.calendar_day()
    figures = Services(open_house.office).summaries.close_day(boss, {}, day=day)
    (entry,) = told_in(figures)
    assert entry.startswith(f"20 Nov 2026 · {first.label} · ")


def two_receipts(house: House) -> tuple[str, str]:
    """Two files that bear one receipt number, as two computers apart gave it."""
    cso = house["cso"]
    files = []
    with house.office.unit(cso) as unit:
        for name in ("Peserta Contoh", "Peserta Lain"):
            files.append(unit.new_id())
            stream = f"case:{files[-1]}"
            unit.append(stream, case.Opened(service="jht", bundle_version=house.office.rules().version))
            unit.append(stream, case.Noted(fields={"name": name}))
            unit.append(stream, case.ReasonChosen(reason="JHT_RESIGN"))
            unit.append(stream, case.Submitted(receipt=RECEIPT, promised=DAY, due=DAY))
    one, other = files
    return one, other


def found(house: House, typed: str) -> list[str]:
    return [each.id for each in Services(house.office).finder.find(house["cso"], typed)]


def test_a_receipt_that_two_files_bear_names_both_members(open_house: House) -> None:
    two_receipts(open_house)
    assert matters(open_house, "receipt_twice") == [(RECEIPT, "Peserta Contoh", "Peserta Lain")]


def test_one_of_both_gets_another_number_and_is_found_by_either(open_house: House) -> None:
    one, other = two_receipts(open_house)
    boss = open_house["service_supervisor"]
    renewed = renew_receipt(open_house.office, boss, other)
    assert (renewed.receipt[:14], renewed.former_receipts) == ("MDU-261120-000", (RECEIPT,))
    assert renewed.receipt != RECEIPT
    assert renewed.stage == "submitted"
    assert open_house.cases.get(one).receipt == RECEIPT
    assert matters(open_house, "receipt_twice") == []
    assert set(found(open_house, RECEIPT)) == {one, other}
    assert found(open_house, renewed.receipt) == [other]
    (row,) = Services(open_house.office).finder.find(open_house["cso"], renewed.receipt)
    assert row.numbers.startswith(f"{renewed.receipt} · {RECEIPT}")
    paper = Services(open_house.office).papers.receipt(other)
    assert paper.receipt_no == renewed.receipt
    assert any(RECEIPT in line for line in paper.footer)
    told = [each for each in case_history(open_house.office, other) if each.kind == "case.receipt_renewed"]
    assert [(each.actor, each.detail) for each in told] == [(open_house.office.name(boss), RECEIPT)]
    before = dump(open_house.office)
    rebuild(open_house.office.store)
    assert dump(open_house.office) == before


def test_what_its_officer_is_told_of_it_ends_with_another_number(open_house: House) -> None:
    _, other = two_receipts(open_house)
    office, cso = open_house.office, open_house["cso"]
    told = unseen(office, cso)
    facts = [each.facts for each in told]
    assert {(each["number"], each["member"], each["others"]) for each in facts} == {
        (RECEIPT, "Peserta Contoh", "Peserta Lain"),
        (RECEIPT, "Peserta Lain", "Peserta Contoh"),
    }
    mark_seen(office, told[0].id)
    assert unseen(office, cso) == told[1:]
    renew_receipt(office, open_house["service_supervisor"], other)
    assert unseen(office, cso) == ()
    assert unseen(office, open_house["service_supervisor"]) == ()


def test_another_number_is_given_once_by_a_supervisor_and_only_where_two_files_bear_it(
    open_house: House,
) -> None:
    one, other = two_receipts(open_house)
    with refused("no_right"):
        renew_receipt(open_house.office, open_house["cso"], other)
    renew_receipt(open_house.office, open_house["service_supervisor"], other)
    for each in (one, other):
        with refused("receipt_not_twice"):
            renew_receipt(open_house.office, open_house["service_supervisor"], each)


def test_a_number_that_was_taken_from_a_file_is_given_to_nobody_else(open_house: House) -> None:
    """Two supervisors apart gave both files other numbers: the first number is on two papers and in no file."""
    boss = open_house["service_supervisor"]
    files = two_receipts(open_house)
    with open_house.office.unit(boss) as unit:
        for number, each in enumerate(files):
            new = ReceiptRenewed(receipt=f"MDU-261120-9ABC-000{number}-0", former=RECEIPT)
            unit.append(f"case:{each}", new)
    given = new_receipt(open_house.office, open_house["cso"])
    assert given.startswith("MDU-261120-0002-")


def test_a_file_that_may_be_older_than_the_papers_gives_no_plain_receipt(open_house: House) -> None:
    """Put back from an image: what it gave since only the paper knows. One key that agrees, and the series goes on."""
    office, cso, guard = open_house.office, open_house["cso"], open_house["security_desk"]
    ticket = open_house.desk.issue(guard, "jht")
    assert new_receipt(office, cso).split("-")[2] == "0001"
    with office.store.writing() as connection:
        doubt(connection)
    assert not new_receipt(office, cso).split("-")[2].isdigit()
    open_house.desk.open_day(guard, {"A": ticket.number + 1})
    assert new_receipt(office, cso).split("-")[2] == "0002"
    with office.store.writing() as connection:
        doubt(connection)
    open_house.desk.open_day(
        guard, {"A": ticket.number + 4}
    )  # three papers went out that the file does not know
    assert not new_receipt(office, cso).split("-")[2].isdigit()


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
    close(open_house)
    assert matters(open_house, "quota_overrun") == [
        (service.name.id,)
    ]  # it may have come to light after closing
