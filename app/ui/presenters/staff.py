"""The staff page: people, lent roles, counters, quotas and closed days."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from app.domain.branch import Branch, Counter, Person
from app.domain.rights import Delegation
from app.errors import Refused
from app.services.services import Services
from app.services.setup import NewPerson
from app.ui.door import Door


class Quota(msgspec.Struct, frozen=True, kw_only=True):
    """A service with a daily limit: the usual one of the rules, and what was added today."""

    code: str
    name: str
    usual: int
    raised: int


class StaffBoard(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the page."""

    people: tuple[Person, ...]
    delegations: tuple[Delegation, ...]
    branch: Branch
    quotas: tuple[Quota, ...]
    today: str


class View(Protocol):
    """What the page shows."""

    def show_board(self, board: StaffBoard) -> None:
        """Everything."""
        ...

    def said(self, what: str) -> None:
        """Done: added, changed, secret_reset, activity, delegated, revoked, counters, quota, closed_day."""
        ...

    def show_refusal(self, refused: Refused) -> None:
        """Why it did not work."""
        ...


class StaffPresenter:
    """Each change is one event, written in the background."""

    def __init__(self, services: Services, door: Door, view: View, who: str) -> None:
        self._staff = services.staff
        self._office = services.office
        self._door = door
        self._view = view
        self._who = who

    def load(self) -> None:
        """Read anew."""
        self._door.read(self._board, self._view.show_board, self._view.show_refusal)

    def _board(self) -> StaffBoard:
        branch, today = self._staff.branch(), self._office.calendar_day()
        quotas = tuple(
            Quota(
                code=each.code,
                name=each.name.id,
                usual=each.daily_quota,
                raised=branch.raised.get(f"{today}/{each.code}", 0),
            )
            for each in self._office.rules().services
            if each.daily_quota is not None
        )
        return StaffBoard(
            people=self._staff.people(),
            delegations=self._staff.delegations(),
            branch=branch,
            quotas=quotas,
            today=today,
        )

    def add(
        self, name: str, title: str, roles: tuple[str, ...], places: tuple[str, ...], secret: str
    ) -> None:
        """Somebody new, with a first PIN."""
        new = NewPerson(name=name, title=title, roles=roles, places=places, secret=secret)
        self._do("added", lambda: self._staff.add(self._who, new))

    def change(
        self, person: str, name: str, title: str, roles: tuple[str, ...], places: tuple[str, ...]
    ) -> None:
        """What is known of somebody."""
        self._do("changed", lambda: self._staff.change(self._who, person, name, title, roles, places))

    def reset_secret(self, person: str, secret: str) -> None:
        """A new first PIN."""
        self._do("secret_reset", lambda: self._staff.reset_secret(self._who, person, secret))

    def set_active(self, person: str, active: bool) -> None:
        """In or out."""
        self._do("activity", lambda: self._staff.set_active(self._who, person, active=active))

    def delegate(self, person: str, role: str, first: str, last: str, reason: str) -> None:
        """Lend a role."""
        self._do("delegated", lambda: self._staff.delegate(self._who, person, role, first, last, reason))

    def revoke(self, delegation: str) -> None:
        """Take a role back."""
        self._do("revoked", lambda: self._staff.revoke(self._who, delegation))

    def set_counters(self, counters: tuple[Counter, ...]) -> None:
        """The counters and what they call."""
        self._do("counters", lambda: self._staff.set_counters(self._who, counters))

    def raise_quota(self, service: str, by: int, reason: str) -> None:
        """More tickets today."""
        self._do("quota", lambda: self._staff.raise_quota(self._who, service, by, reason))

    def set_closed_day(self, day: str, closed: bool, reason: str) -> None:
        """A day on which the branch is closed."""
        self._do(
            "closed_day", lambda: self._staff.set_closed_day(self._who, day, closed=closed, reason=reason)
        )

    def _do(self, what: str, work: Callable[[], object]) -> None:
        def done(_: object) -> None:
            self._view.said(what)
            self.load()

        self._door.write(work, done, self._view.show_refusal)
