"""Who may do what: one table, used by the buttons, by the services and by the fold."""

import msgspec

ROLES = (
    "security_desk",
    "cso",
    "verifier",
    "finance_officer",
    "finance_supervisor",
    "service_supervisor",
    "branch_head",
    "it_officer",
    "auditor",
)
"""Roles of DOMAIN 1.1 that a branch must be able to fill, lowest first."""

SYSTEM = "system"
"""Actor of what the program itself records: a term, a clock jump, a printed ticket."""

HEAD_OFFICE = "head_office"
"""Actor of what head office handed down under its signature; the hub checked it before it wrote it down."""

FROM_HEAD_OFFICE = (
    "staff.manage",
    "station.manage",
    "membership.check",
    "payment.confirm",
    "booking.set",
    "directive.obey",
)
"""What head office may do in a branch's log."""

_SUPERVISORS = ("service_supervisor", "branch_head")
_COUNTER = ("cso", "service_supervisor")

ACTIONS: dict[str, tuple[str, ...]] = {
    # the queue
    "day.open": ("security_desk", "cso", *_SUPERVISORS),
    "day.close": _SUPERVISORS,
    "ticket.issue": ("security_desk", *_SUPERVISORS),
    "ticket.cancel": ("security_desk", "cso", *_SUPERVISORS),
    "ticket.serve": _COUNTER,
    "quota.raise": _SUPERVISORS,
    # the CSO's four things (DOMAIN A-04): information, benefit applications, data corrections, complaints
    "case.work": ("cso",),
    # the verifier's three (DOMAIN A-05)
    "claim.verify": ("verifier",),
    "claim.return": ("verifier",),
    "claim.reject": ("verifier",),
    # one finance check in two steps (DOMAIN)
    "payment.order": ("finance_officer",),
    "payment.approve": ("finance_supervisor", "branch_head"),  # each within the limit of the bundle
    "payment.pay": ("finance_officer",),
    # a file on somebody's table is kept from others: only those who can work on it take it
    "claim.take": ("verifier", "finance_officer", "finance_supervisor"),
    "claim.release": ("verifier", "finance_officer", "finance_supervisor", *_SUPERVISORS),
    # head office's answers: nobody at the branch writes them
    "membership.check": (),
    "payment.confirm": (),
    "booking.set": (),
    "directive.obey": (),
    # the branch
    "conflict.settle": _SUPERVISORS,
    "staff.manage": _SUPERVISORS,
    "delegation.grant": ("branch_head",),
    "branch.manage": (*_SUPERVISORS, "it_officer"),
    "station.manage": (*_SUPERVISORS, "it_officer"),
    "hub.take_over": (*_SUPERVISORS, "it_officer"),
    "summary.read": (*_SUPERVISORS, "auditor"),
    "record.read": ("cso", "verifier", "finance_officer", "finance_supervisor", *_SUPERVISORS, "auditor"),
    "journal.read": (*_SUPERVISORS, "it_officer", "auditor"),
    "stick.carry": (*_SUPERVISORS, "it_officer"),
    "backup.make": ("service_supervisor", "branch_head", "it_officer"),
}
"""Action to the roles that may take it. No role is above `claim` and `payment`: where one has nobody, the branch head
lends it for some days; beyond the approval limit of the finance supervisor the branch head approves."""


class Delegation(msgspec.Struct, frozen=True, kw_only=True):
    """One role lent to one person from `first_day` to `last_day`, both included (DOMAIN P-07)."""

    id: str
    person: str
    role: str
    first_day: str
    last_day: str
    granted_by: str
    reason: str
    revoked: bool = False


def allows(roles: tuple[str, ...], action: str) -> bool:
    """Whether any of `roles` may take `action`."""
    permitted = ACTIONS[action]
    return any(role in permitted for role in roles)


def effective_roles(
    person: str, own: tuple[str, ...], delegations: tuple[Delegation, ...], day: str
) -> tuple[str, ...]:
    """The roles of `person` on `day`: the own ones and those lent for that day, in the order of ROLES."""
    lent = {
        each.role
        for each in delegations
        if each.person == person and not each.revoked and each.first_day <= day <= each.last_day
    }
    held = lent.union(own)
    return tuple(role for role in ROLES if role in held)
