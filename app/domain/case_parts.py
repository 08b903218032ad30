"""Parts of a case's state: its interviews and what finance did."""

import msgspec


class Interview(msgspec.Struct, frozen=True, kw_only=True):
    """One interview with its attempts."""

    id: str
    type: str
    started_at: int
    officer: str
    attempts: tuple[tuple[int, int, str, str], ...] = ()
    """(started, ended, result, note)"""
    answers: dict[str, tuple[str, str]] = {}
    """question to (verdict, note)"""
    identity: str = ""
    text: str = ""
    sealed_at: int | None = None
    amendments: tuple[tuple[int, str, str], ...] = ()
    """(at, actor, text)"""


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """What finance did with it."""

    voucher: str = ""
    ordered_by: str = ""
    ordered_at: int | None = None
    """None also where an older program folded the voucher."""
    approved_by: str = ""
    approved_at: int | None = None
    paid_by: str = ""
    paid_day: str = ""
    reference: str = ""
    returned_day: str = ""
    returned_reason: str = ""
