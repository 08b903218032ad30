"""What happened to a case, oldest first: who did which kind of thing when, without the data itself."""

import msgspec

from app.domain.case_events import MembershipChecked, PaymentConfirmed, RecordRead
from app.domain.events import read_header
from app.domain.kinds import read_payload
from app.domain.receipts import ReceiptRenewed
from app.errors import Refused
from app.models.journal import history
from app.services.office import Office

_TELLING = ("case.record_read", "case.membership_checked", "case.payment_confirmed", "case.receipt_renewed")


class HistoryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a case. `at` is milliseconds UTC; `detail` is the field that was read; what the member register
    said, with the last four of each member number; "paid" or "returned" with the bank's reference; the number that a
    receipt had; else empty."""

    at: int
    actor: str
    """Name of the person, empty for the program itself."""
    kind: str
    detail: str = ""


def case_history(office: Office, case: str) -> tuple[HistoryLine, ...]:
    """Every event of the case's stream in the order of the log; empty for a case nobody knows."""
    with office.store.reading() as connection:
        rows = history(connection, f"case:{case}")
    lines = []
    for row in rows:
        header = read_header(bytes(row.header))
        detail = _detail(header.kind, header.version, row.payload)
        lines.append(
            HistoryLine(at=header.at, actor=office.name(header.actor), kind=header.kind, detail=detail)
        )
    return tuple(lines)


def _detail(kind: str, version: int, payload: bytes | None) -> str:
    if kind not in _TELLING or payload is None:
        return ""
    try:
        read = read_payload(kind, version, bytes(payload))
    except Refused:
        return ""  # the line still says that it happened
    if isinstance(read, MembershipChecked):
        return " ".join((read.result, *(each[-4:] for each in read.member_nos)))
    if isinstance(read, PaymentConfirmed):
        return f"{'paid' if read.paid else 'returned'} {read.reference}"
    if isinstance(read, ReceiptRenewed):
        return read.former
    return read.field if isinstance(read, RecordRead) else ""
