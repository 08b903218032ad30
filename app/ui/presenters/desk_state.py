"""What the security desk's presenter and page hand each other."""

from pathlib import Path
from typing import Protocol

import msgspec

from app.domain.bundle import Document, RuleBundle, Text
from app.domain.days import Day
from app.domain.slips import TicketSlip
from app.domain.tickets import Ticket
from app.errors import Refused
from app.services.bookings import Expected
from app.services.desk import DeskBoard, NextNumber, ServiceBoard
from app.services.opening import Doubt

PRECHECK_SECONDS = 30
"""The pre-check takes no longer (issue 2, security desk)."""
NIK_DIGITS, KEPT_DIGITS = 16, 4
PRINTING, PRINTED, FAILED, COPY = "printing", "printed", "failed", "copy"


class DeskView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the page shows, read in one go. `disk` "", "low" or "full"."""

    board: DeskBoard
    rules: RuleBundle
    branch: str
    zone: str
    latest: Day | None
    numbers: tuple[NextNumber, ...]
    is_home: bool
    next_day: str
    doubts: tuple[Doubt, ...]
    """What speaks against opening the day now, and against the clock while it is open."""
    disk: str
    has_printer: bool
    raised: dict[str, int]
    """Service code to how many more are given today."""
    bookings: tuple[Expected, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether numbers can be given."""
        return bool(self.board.day)

    @property
    def clock_behind(self) -> bool:
        """Whether this computer's clock lies behind what was written already."""
        return any(each.code == "behind" for each in self.doubts)

    @property
    def without_paper(self) -> Ticket | None:
        """The first of those who were put back into the queue and hold no paper with their label."""
        return next((each for each in self.board.back if not each.printed), None)

    @property
    def closed_today(self) -> bool:
        """Whether this day's figures are frozen already."""
        latest = self.latest
        return latest is not None and latest.day == self.board.calendar_day and latest.closed_at is not None


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """The service chosen and not yet issued."""

    place: ServiceBoard
    documents: tuple[Document, ...]
    missing: tuple[str, ...]
    identity: str
    """required, optional or off"""
    exhausted: bool
    next_day: str
    quota_text: Text
    most_more: int
    """How far the quota may still be raised today; 0 when this person may not."""


class LastTicket(msgspec.Struct, frozen=True, kw_only=True):
    """The ticket given last. `slip` is None until it has been read; `printing` is "", or how its paper is doing."""

    ticket: Ticket
    slip: TicketSlip | None
    printing: str = ""
    error: str = ""


class View(Protocol):
    """What the page shows."""

    def show_desk(self, desk: DeskView) -> None:
        """Cards, notices, or the opening of the day."""
        ...

    def show_choice(self, choice: Choice | None) -> None:
        """What the chosen service needs; None goes back to the last ticket."""
        ...

    def show_last(self, last: LastTicket | None) -> None:
        """The picture of the last ticket, and how its printing went."""
        ...

    def show_issued(self, service: str) -> None:
        """A number is durable: clear the fields, the keyboard goes back to the cards."""
        ...

    def show_large(self, last: LastTicket) -> None:
        """The label as large as the page, to be copied by hand."""
        ...

    def ask_identity(self, wrong: bool) -> None:
        """The last four of the NIK are wanted before printing, or what was typed is no such number."""
        ...

    def show_paper(self, label: str, path: Path, pdf: bytes) -> None:
        """A ticket as a page for the office printer."""
        ...

    def said(self, what: str, fact: str) -> None:
        """Something was done: "opened", "voided", "cancelled", "reprinted", "turned_away", "raised"."""
        ...

    def refuse(self, refused: Refused) -> None:
        """Why not."""
        ...
