"""A supervisor's word on two events that race: one payload, and a kind of it for each family of streams."""

import msgspec


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """`conflict` is the id of the second of two events that race, `choice` the id of the one that stands (hex)."""

    conflict: str
    choice: str
    reason: str


class BranchSettled(Settled, frozen=True, kw_only=True):
    """On the branch's own settings and people."""


class DaySettled(Settled, frozen=True, kw_only=True):
    """On a service day."""


class CounterSettled(Settled, frozen=True, kw_only=True):
    """On a counter's session."""


class TicketSettled(Settled, frozen=True, kw_only=True):
    """On a ticket."""


class CaseSettled(Settled, frozen=True, kw_only=True):
    """On a case file."""
