"""The figures of one service day as values: what is printed, signed, hashed and frozen when the day is closed.

Names of services, documents and reasons are those of the bundle in Indonesian, people bear their branch name, members
appear by ticket label alone. Times are milliseconds; moments are milliseconds since 1970 UTC, days ISO strings.
"""

from __future__ import annotations

import msgspec

from app.domain.measures import Spread


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How often something happened: a code of the bundle or of the program, and its name ("" for the program's)."""

    code: str
    name: str = ""
    count: int


class ServiceFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One service. Tickets, not people: arrived + moved_in - moved_out = served + unserved + no_show + cancelled +
    closed_by_day + open. A voided ticket is no arrival. `used` of `quota`, None where there is no limit."""

    code: str
    name: str
    arrived: int
    moved_in: int
    moved_out: int
    served: int
    unserved: int
    """Finished with an outcome that the bundle does not count as served."""
    no_show: int
    cancelled: int
    closed_by_day: int
    open: int
    waiting: Spread
    serving: Spread
    target_minutes: int
    above_target: int
    """Served legs that had waited longer than the target …"""
    with_wait: int
    """… out of so many served legs with an accurate wait."""
    used: int
    quota: int | None


class HourFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One hour of the local day: tickets issued, legs served, and the mean wait of legs that entered in it."""

    hour: int
    arrived: int
    served: int
    waiting: int | None


class OfficerFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One officer at the counters. `idle` is None when no session of theirs could be measured."""

    name: str
    counters: tuple[int, ...]
    legs: int
    served: int
    no_show: int
    serving: Spread
    wrap_up: Spread
    breaks: int
    break_time: int
    session_time: int
    idle: int | None
    overrides: int
    priority_called: int


class PriorityFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Priority tickets by legal group and by who issued them; `code` of the latter is empty."""

    groups: tuple[Count, ...]
    issued_by: tuple[Count, ...]


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """Something done to one ticket that somebody must answer for."""

    label: str
    at: int
    who: str
    reason: str = ""
    counter: int | None = None


class DocumentFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How many files lacked this document, or had it in this state."""

    document: str
    name: str
    result: str
    result_name: str
    count: int


class StageFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Open files in one stage: all, those there longer than the bundle's green hours, those past the law's limit."""

    stage: str
    count: int
    old: int
    overdue: int


class InterviewFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Attempts of the day by result and by type, and the last identity verdict of each interview judged today."""

    attempts: tuple[Count, ...]
    types: tuple[Count, ...]
    verdicts: tuple[Count, ...]


class Paid(msgspec.Struct, frozen=True, kw_only=True):
    """Payments of the day in rupiah: what was determined, and the tax within it."""

    count: int
    amount: int
    tax: int


class Delegated(msgspec.Struct, frozen=True, kw_only=True):
    """A lent role that was in force on the day; `revoked` when it was taken back during it."""

    role: str
    to: str
    by: str
    first_day: str
    last_day: str
    reason: str
    revoked: bool


class Raised(msgspec.Struct, frozen=True, kw_only=True):
    """The day's quota of a service was raised."""

    service: str
    by: int
    who: str
    reason: str


class TurnedAway(msgspec.Struct, frozen=True, kw_only=True):
    """People who were sent away without a ticket."""

    service: str
    reason: str
    count: int


class Adjustment(msgspec.Struct, frozen=True, kw_only=True):
    """Something that came to an earlier, already closed day: its frozen figures do not hold it."""

    day: str
    label: str
    kind: str
    who: str
    at: int


class LabelTwice(msgspec.Struct, frozen=True, kw_only=True):
    """A label that two computers printed: whose came second left the queue. `at` by the clock of their computer; `back`
    is the label that they waited again under, "" where nobody put them back."""

    day: str
    label: str
    at: int
    computer: str
    back: str


class Excluded(msgspec.Struct, frozen=True, kw_only=True):
    """What no average contains, counted: legs per measure, sessions, jumps of the clock, void tickets."""

    waiting: int
    walking: int
    serving: int
    wrap_up: int
    sessions: int
    clock_jumps: int
    voided: int


class JournalRange(msgspec.Struct, frozen=True, kw_only=True):
    """The entries of the log that the figures were made of, and the log's hash after the last."""

    first: int
    last: int
    head: str


class Reopened(msgspec.Struct, frozen=True, kw_only=True):
    """A closing of the day that was taken back."""

    closed_at: int
    closed_by: str
    at: int
    by: str
    reason: str


class DayFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the daily summary says."""

    format: int = 1
    app_version: str
    bundle_version: int
    bundle_name: str
    branch_code: str
    branch: str
    zone: str
    demo: bool
    day: str
    mark: str
    made_at: int
    opened_at: int
    opened_by: str
    closed_at: int | None
    closed_by: str
    note: str
    issued: int
    services: tuple[ServiceFigures, ...]
    total: ServiceFigures
    walking: Spread
    wrap_up: Spread
    transfers: int
    parked: int
    hours: tuple[HourFigures, ...]
    officers: tuple[OfficerFigures, ...]
    priority: PriorityFigures
    voided: tuple[Remark, ...]
    gaps: tuple[str, ...]
    overrides: tuple[Remark, ...]
    reinstated: tuple[Remark, ...]
    cancelled: tuple[Remark, ...]
    reprinted: tuple[Remark, ...]
    explained: tuple[Remark, ...]
    turned_away: tuple[TurnedAway, ...]
    raised: tuple[Raised, ...]
    documents: tuple[DocumentFigures, ...]
    missing_at_desk: tuple[Count, ...]
    interviews: InterviewFigures
    stages: tuple[StageFigures, ...]
    flow: tuple[Count, ...]
    """What happened to files today, by program code: opened, submitted, returned, verified, …"""
    paid: Paid
    green_hours: int
    delegations: tuple[Delegated, ...]
    adjustments: tuple[Adjustment, ...]
    after_last_closing: int
    """Events of files after the day before was closed and before this one was opened; counted here."""
    excluded: Excluded
    definitions: tuple[str, ...]
    journal: JournalRange
    doubles: tuple[LabelTwice, ...] = ()
    reopened: tuple[Reopened, ...] = ()
    mistaken_days: tuple[Remark, ...] = ()
    """Days opened by mistake whose tickets became this day's: `label` is the day, `reason` how many tickets."""
    taken_back: tuple[Remark, ...] = ()
    """What was done in haste at a counter and taken back within seconds: listed, counted nowhere."""


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(DayFigures)


def canonical_json(figures: DayFigures) -> bytes:
    """The bytes that are hashed, frozen at the closing of the day and written by `--json`: UTF-8, fields in order."""
    return _encoder.encode(figures)


def read_figures(data: bytes | str) -> DayFigures:
    """The figures in frozen JSON; raises msgspec.DecodeError when it is none."""
    return _decoder.decode(data)
