"""A receipt's number that two files bear: the other number, and what was written without having seen it."""

from app.domain import case_events as case
from app.domain.receipts import ReceiptRenewed
from tests.unit.domain.race_stories import Log, submitted_file

AGAIN = case.Submitted(receipt="R", promised="2026-11-27", due="2026-11-27")


def test_two_who_give_other_numbers_apart_leave_both_findable() -> None:
    log, submitted = submitted_file()
    log.write("boss", ReceiptRenewed(receipt="N1", former="R"), submitted)
    log.write("boss", ReceiptRenewed(receipt="N2", former="R"), submitted)
    folded = log.folded()
    assert (folded.state.receipt, folded.state.former_receipts) == ("N1", ("R", "N2"))
    assert folded.asides == folded.conflicts == ()


def test_who_hands_over_again_without_having_seen_it_brings_the_old_number_not_back() -> None:
    log, submitted = submitted_file()
    back = log.write("v", case.Returned(reasons=("photo_poor",)), submitted)
    log.write("boss", ReceiptRenewed(receipt="N", former="R"), back)
    log.write("cso", AGAIN, back)
    folded = log.folded()
    assert (folded.state.stage, folded.state.receipt) == ("submitted", "N")
    assert folded.asides == ()


def test_a_new_number_is_kept_at_a_second_hand_over() -> None:
    log, _ = submitted_file()
    log.write("boss", ReceiptRenewed(receipt="N", former="R"))
    log.write("v", case.Returned(reasons=("photo_poor",)))
    log.write("cso", case.Submitted(receipt="N", promised="2026-11-28", due="2026-11-28"))
    assert (log.folded().state.receipt, log.folded().state.former_receipts) == ("N", ("R",))


def test_a_file_that_was_never_handed_over_has_no_number_to_renew() -> None:
    log = Log("case:0")
    log.write("cso", case.Opened(service="jht", bundle_version=1))
    log.write("boss", ReceiptRenewed(receipt="N", former="R"))
    folded = log.folded()
    assert [each.code for each in folded.asides] == ["not_submitted"]
    assert folded.state.receipt == ""
