"""A receipt number that two computers gave apart: one of the two files gets another, and is still found by the first."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from app.domain.events import Event
from app.errors import Refused

if TYPE_CHECKING:
    from app.domain.claims import Case


class ReceiptRenewed(msgspec.Struct, frozen=True, kw_only=True):
    """A supervisor gave the file the number `receipt`; `former` is the one that another file bears too."""

    receipt: str
    former: str


def _renewed(case: "Case", event: Event, new: ReceiptRenewed) -> "Case":
    """Two who renew it apart print two papers: the first number in the log stands, the other one is findable."""
    if not case.receipt:
        raise Refused("not_submitted")
    if case.receipt == new.former:
        return replace(case, receipt=new.receipt, former_receipts=(*case.former_receipts, new.former))
    return replace(case, former_receipts=(*case.former_receipts, new.receipt))


def after_hand_over(case: "Case", named: str) -> str:
    """The number of a file that is handed over under `named`: who did not see a renewal does not bring the old one back."""
    return case.receipt if named in case.former_receipts else named


HANDLERS: dict[type[msgspec.Struct], Callable[..., Any]] = {ReceiptRenewed: _renewed}
"""How it is folded, in whatever stage the case is."""
