"""What is left of a day's quota, how far it may be raised, and how long people will wait."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from app.domain.bundle import RuleBundle
from app.domain.calendar import Span
from app.domain.rules import Service
from app.errors import Refused

WINDOW_MINUTES = 30
"""Length of the service time printed on a ticket (DOMAIN 9.2: 10.40 to 11.10)."""
ROUNDED_TO = 5


class QuotaState(msgspec.Struct, frozen=True):
    """Tickets used of the day's cap; cap and left are None where the service has no limit."""

    used: int
    cap: int | None
    left: int | None

    @property
    def exhausted(self) -> bool:
        return self.left == 0


def left(service: Service, issued: int, raised_by: int = 0) -> QuotaState:
    """The quota of a service after `issued` tickets that are not void, the cap raised by `raised_by` today."""
    if service.daily_quota is None:
        return QuotaState(issued, None, None)
    cap = service.daily_quota + raised_by
    return QuotaState(issued, cap, max(0, cap - issued))


def check_raise(bundle: RuleBundle, service: Service, raised_by: int, roles: Collection[str]) -> None:
    """Whether somebody with these roles may raise the day's cap by that much in all (DOMAIN V-02).

    Raises `Refused` with "quota_without_limit", "quota_raise_right" or "quota_raise_limit".
    """
    limit = bundle.branch_limit("raise_quota")
    if service.daily_quota is None:
        raise Refused("quota_without_limit", service=service.name.id)
    if not set(roles).intersection(limit.roles):
        raise Refused("quota_raise_right")
    if raised_by < 0 or (limit.maximum is not None and raised_by > limit.maximum):
        raise Refused("quota_raise_limit", limit=limit.maximum or 0)


def officer_load(bundle: RuleBundle, files: int) -> str:
    """ "fits", "warn" or "stop" for the files of one officer and day (DOMAIN V-08: warn at 19, stop at 23)."""
    if files >= bundle.limits.stop_files_per_officer:
        return "stop"
    return "warn" if files >= bundle.limits.warn_files_per_officer else "fits"


def estimate_minutes(people_ahead: int, open_counters: int, mean_serving_minutes: float) -> int:
    """Expected wait in whole minutes, rounded up; with no counter open it is reckoned as if one were."""
    minutes = people_ahead * mean_serving_minutes / max(1, open_counters)
    return int(-(-minutes // 1))


def expected_window(now: int, wait: int, lunch: Span | None) -> Span:
    """The time printed on the ticket, in minutes after midnight: lunch is left out, the start is rounded down."""
    start = now + wait
    if lunch is not None and now < lunch.end and start >= lunch.start:
        start += lunch.end - max(now, lunch.start)
    start -= start % ROUNDED_TO
    # rounding must not promise a time that has passed or lies in the break
    start = max(start, now, lunch.end if lunch is not None and lunch.contains(start) else 0)
    return Span(start, start + WINDOW_MINUTES)
