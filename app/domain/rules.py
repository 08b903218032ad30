"""The entries of the rule bundle: services, papers, reasons, interview script, limits and texts as values."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Code = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_]{1,40}$")]
Day = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Filled = Annotated[str, msgspec.Meta(min_length=1)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Positive = Annotated[int, msgspec.Meta(ge=1)]
MinuteOfDay = Annotated[int, msgspec.Meta(ge=0, le=1440)]
Confidence = Literal["stated", "one_source", "conflict", "not_verified", "design"]
FactValue = int | str


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Anything of the bundle; a field that the program does not know makes the bundle damaged."""


class Sourced(Rule, frozen=True, kw_only=True):
    """A rule with the place it comes from (a law, an article, a seed of the research) and how sure it is."""

    source: Filled
    confidence: Confidence = "stated"


class Text(Rule, frozen=True, kw_only=True):
    """What a person reads, Indonesian and English; `{fact}` is filled in with `str.format`."""

    id: Filled
    en: Filled


class Choice(Rule, frozen=True, kw_only=True):
    """One entry of a list a person picks from."""

    code: Code
    name: Text


# ------------------------------------------------------------------------------------------ the queue


class Service(Sourced, frozen=True, kw_only=True):
    """What a visitor comes for. `daily_quota` counts tickets per day, `None` is without limit; minutes elsewhere.

    `precheck`: document codes asked at the security desk. `outcomes`: codes offered at the end of a leg.
    """

    code: Code
    name: Text
    subtitle: Text
    prefix: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]$")]
    icon: Filled
    programme: Code | None
    daily_quota: Count | None
    target_wait_minutes: Positive
    expected_minutes: Positive
    precheck: tuple[Code, ...]
    outcomes: Annotated[tuple[Code, ...], msgspec.Meta(min_length=1, max_length=9)]
    default_outcome: Code


class PriorityGroup(Sourced, frozen=True, kw_only=True):
    """A group that the law lets go first (UU 25/2009 Ps 29)."""

    code: Code
    name: Text
    icon: Filled


class QueueRules(Sourced, frozen=True, kw_only=True):
    """Numbers of the queue; seconds and counts as named. `park_limit` is per officer."""

    identity_at_desk: Literal["required", "optional", "off"]
    regular_per_priority: Positive
    calls_before_no_show: Positive
    no_show_seconds: Positive
    void_seconds: Positive
    reinstate_until: Literal["day_end", "never"]
    label_digits: Annotated[int, msgspec.Meta(ge=1, le=6)]
    park_limit: Positive
    park_warn_minutes: Positive
    return_ticket_days: Count


class Outcome(Sourced, frozen=True, kw_only=True):
    """How a leg ended; `served` says whether it counts as served in the figures.

    `needs_submitted`: can be true only once a case of the visit has gone to the verifier.
    """

    code: Code
    name: Text
    served: bool
    needs_submitted: bool = False


class WeekdayHours(Rule, frozen=True, kw_only=True):
    """Hours of one weekday (Monday is 0) in minutes after local midnight."""

    weekday: Annotated[int, msgspec.Meta(ge=0, le=6)]
    open_minute: MinuteOfDay
    close_minute: MinuteOfDay
    lunch_from: MinuteOfDay
    lunch_to: MinuteOfDay


class Hours(Sourced, frozen=True, kw_only=True):
    """Service hours; a weekday that is not listed is closed."""

    weekdays: tuple[WeekdayHours, ...]


class Holiday(Sourced, frozen=True, kw_only=True):
    """One day of the national list; `branch` says what the branch does on it."""

    date: Day
    name: Text
    kind: Literal["public", "joint_leave"]
    branch: Literal["closed", "open", "limited"]


# -------------------------------------------------------------------------------- papers and reasons


class Document(Rule, frozen=True, kw_only=True):
    """A paper that may be asked for; `hint` tells the member in plain words what is wanted."""

    code: Code
    name: Text
    hint: Text


class Condition(Sourced, frozen=True, kw_only=True):
    """True when the fact compares to the value as `op` says; an unanswered fact makes it false.

    Facts are answered as text: `yes` or `no`, digits, the code of a choice, an ISO day.
    """

    code: Code
    name: Text
    fact: Code
    op: Literal["is", "is_not", "over", "under"]
    value: FactValue


class Fact(Rule, frozen=True, kw_only=True):
    """A question whose answer decides which papers are needed; asked only when one of `when` holds."""

    code: Code
    question: Text
    kind: Literal["yes_no", "money", "choice", "date", "number"]
    choices: tuple[Choice, ...] = ()
    when: tuple[Code, ...] = ()


class Line(Rule, frozen=True, kw_only=True):
    """One line of a checklist. `when`: needed if any of these conditions holds, always if there is none.

    A `one_of` line is fulfilled by any one of its documents. An empty `source` means that of its owner.
    """

    code: Code
    documents: Annotated[tuple[Code, ...], msgspec.Meta(min_length=1)]
    kind: Literal["document", "one_of"] = "document"
    name: Text | None = None
    when: tuple[Code, ...] = ()
    required: bool = True
    original: bool = True
    copy: bool = True
    source: str = ""
    confidence: Confidence = "stated"


class Check(Rule, frozen=True, kw_only=True):
    """An eligibility check that can be made without a network; it warns and never refuses."""

    kind: Literal[
        "age_at_least", "waiting_months", "membership_years", "partial_once", "not_working", "reported_hours"
    ]
    value: Count = 0


class Reason(Sourced, frozen=True, kw_only=True):
    """Why a benefit is claimed, with the papers for it. `facts` are asked beside those of the conditions."""

    code: Code
    name: Text
    programme: Code
    online: bool
    form: str
    lines: tuple[Line, ...]
    claimants: Annotated[tuple[Code, ...], msgspec.Meta(min_length=1)]
    facts: tuple[Code, ...] = ()
    checks: tuple[Check, ...] = ()
    note: Text | None = None


class Programme(Sourced, frozen=True, kw_only=True):
    """A social-security programme; one that is `informs_only` is never claimed at the counter."""

    code: Code
    name: Text
    short: Filled
    informs_only: bool = False
    interview_required: bool = False


class Claimant(Sourced, frozen=True, kw_only=True):
    """Who asks for the benefit, with the papers that this adds."""

    code: Code
    name: Text
    lines: tuple[Line, ...] = ()


# ------------------------------------------------------------------------------------------ interview


class Question(Rule, frozen=True, kw_only=True):
    """One step of the interview script. A `secret` answer is never noted, drafted or stored.

    `evidence`: a paper is shown to the camera. `required`: must be asked before a claim can be submitted.
    `decisive`: "does not match" stops the submission, whatever the verdict on the identity.
    """

    code: Code
    text: Text
    secret: bool = False
    evidence: bool = False
    required: bool = True
    decisive: bool = False


class AttemptResult(Rule, frozen=True, kw_only=True):
    """How an attempt ended. `held`: the talk took place; `counts`: uses up one attempt."""

    code: Code
    name: Text
    held: bool
    counts: bool
    resumable: bool = False
    needs_visit: bool = False


class InterviewRules(Sourced, frozen=True, kw_only=True):
    """Script and numbers of the interview: attempts, working days they spread over, minutes between them."""

    types: tuple[Choice, ...]
    questions: tuple[Question, ...]
    question_verdicts: tuple[Choice, ...]
    identity_verdicts: tuple[Choice, ...]
    results: tuple[AttemptResult, ...]
    attempts: Positive
    over_working_days: Positive
    minutes_between: Positive
    greeting: Text


# --------------------------------------------------------------------------------- limits and figures


class LawLimit(Sourced, frozen=True, kw_only=True):
    """Working days from complete and correct to payment; `None` where no law names a number."""

    programme: Code
    working_days: Positive | None
    compensation_percent_per_day: Count = 0


class ApprovalLimit(Sourced, frozen=True, kw_only=True):
    """The largest amount in rupiah that a role may approve; `None` is without limit."""

    role: Code
    rupiah: Count | None


class DatedAmount(Sourced, frozen=True, kw_only=True):
    """An amount in rupiah that applies from a day on."""

    valid_from: Day
    rupiah: Count


class Retention(Sourced, frozen=True, kw_only=True):
    """Days that a kind of data is kept; for interviews counted from the close of the claim."""

    code: Code
    days: Count


class BranchLimit(Sourced, frozen=True, kw_only=True):
    """A setting that the branch may change itself, by whom and up to what value (`None`: no number)."""

    setting: Code
    roles: tuple[Code, ...]
    maximum: Count | None


class OfficerQuota(Sourced, frozen=True, kw_only=True):
    """Files per officer and day for one programme and channel."""

    programme: Code
    channel: Literal["branch", "online"]
    files: Count


class Limits(Sourced, frozen=True, kw_only=True):
    """Deadlines and bounds. Traffic light: green under `green_hours`, yellow until the law limit less a margin."""

    promise_calendar_days: Positive
    green_hours: Positive
    yellow_margin_days: Count
    completion_days: Positive
    manual_route_over_age: Positive
    waiting_month: Literal["by_date", "first_of_month"]
    warn_files_per_officer: Positive
    stop_files_per_officer: Positive
    lock_idle_seconds: Positive
    unmask_seconds: Positive
    law: tuple[LawLimit, ...]
    approval: tuple[ApprovalLimit, ...]
    jmo_max_balance: tuple[DatedAmount, ...]
    retention: tuple[Retention, ...]
    branch: tuple[BranchLimit, ...]
    officer_quotas: tuple[OfficerQuota, ...]


class Channel(Sourced, frozen=True, kw_only=True):
    """A way to complain or to ask."""

    code: Code
    name: Text
    detail: Filled


class Texts(Rule, frozen=True, kw_only=True):
    """Sentences on paper, on the hall display and in messages; the facts each may use stand in its braces."""

    greeting: Text
    closing: Text
    ticket_institution: Text
    ticket_number: Text
    ticket_estimate: Text
    ticket_ahead: Text
    ticket_priority: Text
    ticket_bound: Text
    ticket_prepare: Text
    ticket_missing: Text
    ticket_free: Text
    quota_exhausted: Text
    display_welcome: Text
    display_footer: Text
    slip_title: Text
    slip_intro: Text
    slip_close: Text
    receipt_title: Text
    receipt_received: Text
    receipt_promise: Text
    receipt_note: Text
    message_missing: Text
    message_interview: Text
    message_unreachable: Text
    message_returned: Text
    message_paid: Text
    estimate_note: Text
    offline_note: Text
    purpose: Text


class Bank(Sourced, frozen=True, kw_only=True):
    """A bank to which a benefit can be paid: `name` as people call it and as it is kept, `also` what else it is called.

    `code` is its transfer code of three digits (sandi bank).
    """

    code: Annotated[str, msgspec.Meta(pattern=r"^\d{3}$")]
    name: Annotated[str, msgspec.Meta(pattern=r"^\D+$")]
    full_name: Annotated[str, msgspec.Meta(pattern=r"^\D+$")]
    also: tuple[Filled, ...] = ()


class Province(Rule, frozen=True, kw_only=True):
    """First two digits of a NIK (Kemendagri list, not that of the statistics office)."""

    code: Annotated[str, msgspec.Meta(pattern=r"^\d{2}$")]
    name: Filled
