"""The people of the branch: add, change, deactivate, reset a PIN, lend a role, set the counters."""

from app.credentials import check_new_secret
from app.domain.branch import (
    Branch,
    ClosedDaySet,
    Counter,
    CountersSet,
    DelegationGranted,
    DelegationRevoked,
    Person,
    PersonSet,
    QuotaRaised,
    SecretReset,
)
from app.domain.calendar import parse_day
from app.domain.cleaning import names
from app.domain.former_rules import offered
from app.domain.identity import clean_text
from app.domain.quotas import check_raise
from app.domain.rights import Delegation
from app.errors import Refused
from app.services.numbers import is_home, move_home
from app.services.office import Office
from app.services.setup import MOST_COUNTERS, NewPerson, check_person
from app.services.sign_in import put_secret


class Staff:
    """What a supervisor does with people and settings."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def people(self) -> tuple[Person, ...]:
        """Everybody, the active first, by name."""
        people = self._office.branch().people.values()
        return tuple(sorted(people, key=lambda each: (not each.active, each.name.casefold())))

    def branch(self) -> Branch:
        """The settings of the branch."""
        return self._office.branch()

    # ------------------------------------------------------------------------------------------ people

    def add(self, who: str, new: NewPerson) -> Person:
        """Add somebody with a first secret, which must be changed at the first sign-in."""
        self._office.require(who, "staff.manage")
        person = check_person(new)
        with self._office.unit(who) as unit:
            self._name_is_free(unit.branch, person.name, "")
            made = unit.new_id()
            given = PersonSet(
                person=made, name=person.name, title=person.title, roles=person.roles, places=person.places
            )
            after: Branch = unit.append("branch", given)
            put_secret(unit.connection, made, person.secret, self._office.ports.entropy, must_change=True)
        return after.person(made)

    def change(
        self, who: str, person: str, name: str, title: str, roles: tuple[str, ...], places: tuple[str, ...]
    ) -> Person:
        """Change what is known of somebody. Raises Refused("last_supervisor" | "person_name" | "person_roles")."""
        self._office.require(who, "staff.manage")
        cleaned = clean_text(name, 60)
        if not names(cleaned):
            raise Refused("person_name")
        if not roles:
            raise Refused("person_roles")
        with self._office.unit(who) as unit:
            former = unit.branch.person(person)
            self._name_is_free(unit.branch, cleaned, person)
            given = PersonSet(
                person=person,
                name=cleaned,
                title=clean_text(title, 60),
                roles=roles,
                places=places,
                active=former.active,
            )
            after: Branch = unit.append("branch", given)
        return after.person(person)

    def set_active(self, who: str, person: str, *, active: bool) -> Person:
        """Let somebody in or out; what they wrote stays. Raises Refused("last_supervisor" | "not_oneself")."""
        self._office.require(who, "staff.manage")
        if person == who and not active:
            raise Refused("not_oneself")
        with self._office.unit(who) as unit:
            former = unit.branch.person(person)
            if active:
                self._name_is_free(unit.branch, former.name, person)
            given = PersonSet(
                person=person,
                name=former.name,
                title=former.title,
                roles=former.roles,
                places=former.places,
                active=active,
            )
            after: Branch = unit.append("branch", given)
        return after.person(person)

    def reset_secret(self, who: str, person: str, secret: str) -> None:
        """A new first secret; it must be changed at the next sign-in."""
        self._office.require(who, "staff.manage")
        check_new_secret(secret)
        with self._office.unit(who) as unit:
            unit.branch.person(person)
            put_secret(unit.connection, person, secret, self._office.ports.entropy, must_change=True)
            unit.append("branch", SecretReset(person=person))

    def _name_is_free(self, branch: Branch, name: str, but: str) -> None:
        for each in branch.people.values():
            if each.id != but and each.active and each.name.casefold() == name.casefold():
                raise Refused("person_name_taken", name=name)

    # ------------------------------------------------------------------------------------------ lent roles

    def delegate(
        self, who: str, person: str, role: str, first_day: str, last_day: str, reason: str
    ) -> Delegation:
        """Lend a role for some days; printed in the summary (DOMAIN P-07)."""
        why = clean_text(reason, 200)
        if not why:
            raise Refused("reason_missing")
        with self._office.unit(who) as unit:
            unit.branch.person(person)
            lent = Delegation(
                id=unit.new_id(),
                person=person,
                role=role,
                first_day=parse_day(first_day),
                last_day=parse_day(last_day),
                granted_by=who,
                reason=why,
            )
            unit.append("branch", DelegationGranted(delegation=lent))
        return lent

    def revoke(self, who: str, delegation: str) -> None:
        """Take a lent role back."""
        with self._office.unit(who) as unit:
            unit.append("branch", DelegationRevoked(delegation=delegation))

    def delegations(self) -> tuple[Delegation, ...]:
        """Lent roles that are in force or to come, the next to end first."""
        branch, today = self._office.branch(), self._office.calendar_day()
        alive = (
            each
            for _, each in branch.delegations
            if each.id not in branch.revocations and each.last_day >= today
        )
        return tuple(sorted(alive, key=lambda each: (each.last_day, each.id)))

    # ------------------------------------------------------------------------------------------ settings

    def set_counters(self, who: str, counters: tuple[Counter, ...]) -> None:
        """The counters and the services they call."""
        numbers = [each.number for each in counters]
        if not counters or len(numbers) > MOST_COUNTERS or sorted(set(numbers)) != sorted(numbers):
            raise Refused("branch_counters", most=MOST_COUNTERS)
        for each in counters:
            for service in each.services:
                self._office.rules().service(service)
        with self._office.unit(who) as unit:
            unit.append("branch", CountersSet(counters=counters))

    def raise_quota(self, who: str, service: str, by: int, reason: str) -> None:
        """More tickets of a service today, within what the bundle lets the branch do."""
        why = clean_text(reason, 200)
        if not why:
            raise Refused("reason_missing")
        day = self._office.calendar_day()
        rules = self._office.rules()
        already = self._office.branch().raised.get(f"{day}/{service}", 0)
        check_raise(rules, offered(rules, service), already + by, self._office.roles(who))
        with self._office.unit(who) as unit:
            unit.append("branch", QuotaRaised(day=day, service=service, by=by, reason=why))

    def set_closed_day(self, who: str, day: str, *, closed: bool, reason: str) -> None:
        """A day on which this branch is closed, beside the national ones."""
        why = clean_text(reason, 200)
        if closed and not why:
            raise Refused("reason_missing")
        with self._office.unit(who) as unit:
            unit.append("branch", ClosedDaySet(day=parse_day(day), closed=closed, reason=why))

    def make_home(self, who: str) -> None:
        """From now on this PC gives the plain numbers; after a restore on another PC."""
        with self._office.unit(who) as unit:
            move_home(unit, self._office.fingerprint)

    def waits_for(self) -> str:
        """Name of the former home that may still give plain numbers; empty where this PC need not wait for it."""
        branch = self._office.branch()
        former = branch.stations.get(branch.giver[1])
        if not is_home(self._office) or former is None:
            return ""
        return former.name or str(former.number)

    def is_home(self) -> bool:
        """Whether this PC gives the plain numbers."""
        return is_home(self._office)
