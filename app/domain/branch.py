"""The branch itself: settings, people and their roles over time, delegations. The fold of the stream `branch`."""

from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from app.domain.events import Event
from app.domain.home import HomeMoved, HomeReleased, home_moved, home_released
from app.domain.rights import ROLES, Delegation, effective_roles
from app.domain.settled import BranchSettled
from app.errors import Refused

ZONES = ("WIB", "WITA", "WIT")


class Counter(msgspec.Struct, frozen=True, kw_only=True):
    """A counter and the services it calls (all when empty)."""

    number: int
    services: tuple[str, ...] = ()


class SetUp(msgspec.Struct, frozen=True, kw_only=True):
    """The branch begins. `home` is the fingerprint of the PC that gives plain numbers."""

    code: str
    name: str
    zone: str
    counters: tuple[Counter, ...]
    home: str
    station: str
    demo: bool = False


class TermOpened(msgspec.Struct, frozen=True, kw_only=True):
    """A run of the hub begins to order the log; always its first entry (DESIGN 2, rule 3)."""

    number: int
    run: str
    station: str
    key: str
    """Public key of the device, hex: signatures of this run are checked against it."""


class StationEnrolled(msgspec.Struct, frozen=True, kw_only=True):
    """A computer belongs to the branch, or belongs to it anew with another key, name or place."""

    station: str
    number: int
    """What its marks begin with."""
    name: str
    key: str
    """Public key of the device, hex."""
    fingerprint: str
    place: str = ""
    """desk, counter, verifier, finance, supervisor, display, kiosk, hub."""
    full: bool = True
    """Holds every payload, and may take over as hub; a display or kiosk does not."""


class StationRevoked(msgspec.Struct, frozen=True, kw_only=True):
    """A computer no longer belongs to the branch: it is given nothing more, and what it sends is set aside."""

    station: str
    reason: str


class PersonSet(msgspec.Struct, frozen=True, kw_only=True):
    """A person was added or changed: the whole of what is known of them."""

    person: str
    name: str
    title: str
    roles: tuple[str, ...]
    places: tuple[str, ...] = ()
    active: bool = True


class SecretReset(msgspec.Struct, frozen=True, kw_only=True):
    """PIN or password was set anew by somebody; the secret itself is nowhere in the log."""

    person: str


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A person signed in at this PC, or was refused five times (`locked`)."""

    person: str
    locked: bool = False


class DelegationGranted(msgspec.Struct, frozen=True, kw_only=True):
    """The branch head lent a role for some days."""

    delegation: Delegation


class DelegationRevoked(msgspec.Struct, frozen=True, kw_only=True):
    """And took it back."""

    delegation: str


class CountersSet(msgspec.Struct, frozen=True, kw_only=True):
    """The counters of the branch; takes effect between visits."""

    counters: tuple[Counter, ...]


class QuotaRaised(msgspec.Struct, frozen=True, kw_only=True):
    """More tickets of a service on one day, with the reason (DOMAIN V-02)."""

    day: str
    service: str
    by: int
    reason: str


class ClosedDaySet(msgspec.Struct, frozen=True, kw_only=True):
    """A day on which this branch is closed, or open again (`closed` False)."""

    day: str
    closed: bool
    reason: str


class BundleInstalled(msgspec.Struct, frozen=True, kw_only=True):
    """Rules of head office took effect."""

    version: int
    digest: str


class DirectivesObeyed(msgspec.Struct, frozen=True, kw_only=True):
    """Head office's directives up to this number took effect: whoever is the hub next goes on behind it."""

    number: int


class BackupMade(msgspec.Struct, frozen=True, kw_only=True):
    """A backup was written, up to this position."""

    position: int


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who works here. `history` holds (position, roles) since when the own roles are what they are."""

    id: str
    name: str
    title: str
    roles: tuple[str, ...]
    places: tuple[str, ...] = ()
    active: bool = True
    history: tuple[tuple[int, tuple[str, ...]], ...] = ()


class Station(msgspec.Struct, frozen=True, kw_only=True):
    """A computer of the branch. `keys` are all it ever signed with: old events are still checked by old keys."""

    number: int
    name: str = ""
    fingerprint: str = ""
    place: str = ""
    full: bool = True
    keys: tuple[str, ...] = ()
    revoked_at: int | None = None
    """Position of the revocation."""


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """State of the branch."""

    code: str
    name: str
    zone: str
    counters: tuple[Counter, ...]
    home: str
    station: str
    demo: bool = False
    people: dict[str, Person] = {}
    delegations: tuple[tuple[int, Delegation], ...] = ()
    """(position from which it counts, delegation)"""
    revocations: dict[str, int] = {}
    """delegation to the position from which it no longer counts"""
    raised: dict[str, int] = {}
    """`day/service` to how many more"""
    closed_days: dict[str, str] = {}
    terms: tuple[tuple[int, str, str, str], ...] = ()
    """(number, run, station, public key) of each term, oldest first"""
    bundle_version: int = 0
    bundles: dict[str, str] = {}
    """Version to digest of all rules that were in force since this is kept."""
    stations: dict[str, Station] = {}
    """The first one gets its entry with the first term it opens."""
    directive: int = 0
    """Number of the last directive of head office that took effect."""
    giver: tuple[str, str] = ("", "")
    """(fingerprint, station) of a former home that may still give plain numbers; empty where the home is the one."""

    @property
    def series_giver(self) -> tuple[str, str]:
        """(fingerprint, station) of the one computer that may give plain numbers: the home, once the former one has said
        that it gives none, or was taken out of the branch (decision 24)."""
        return self.giver if self.giver[1] else (self.home, self.station)

    def full_stations(self) -> tuple[str, ...]:
        """Every computer that holds the whole log and belongs to the branch."""
        return tuple(name for name, each in self.stations.items() if each.full and each.revoked_at is None)

    def counter(self, number: int) -> Counter:
        """The counter of that number; raises Refused("counter_unknown")."""
        for each in self.counters:
            if each.number == number:
                return each
        raise Refused("counter_unknown", counter=number)

    def person(self, person: str) -> Person:
        """The person of that id; raises Refused("person_unknown")."""
        found = self.people.get(person)
        if found is None:
            raise Refused("person_unknown")
        return found

    def roles_at(self, person: str, position: int, day: str) -> tuple[str, ...]:
        """The roles somebody held when the entry at `position` was written on `day`, lent ones included."""
        own: tuple[str, ...] = ()
        if person in self.people:
            for since, roles in self.people[person].history:
                if since <= position:
                    own = roles
        if not own:
            return ()  # let out, or not yet in: nothing can be lent either
        lent = tuple(
            each
            for since, each in self.delegations
            if since <= position < self.revocations.get(each.id, position + 1)
        )
        return effective_roles(person, own, lent, day)

    def roles_now(self, person: str, day: str) -> tuple[str, ...]:
        """The roles somebody holds after everything that is in the log."""
        return self.roles_at(person, 2**62, day)


def _begin(event: Event) -> Branch:
    start = event.payload
    if not isinstance(start, SetUp):
        raise Refused("event_out_of_order", kind=event.kind)
    return Branch(
        code=start.code,
        name=start.name,
        zone=start.zone,
        counters=start.counters,
        home=start.home,
        station=start.station,
        demo=start.demo,
    )


def _term_opened(branch: Branch, event: Event, term: TermOpened) -> Branch:
    known = branch.stations.get(term.station) or Station(number=len(branch.stations) + 1)
    terms = (*branch.terms, (term.number, term.run, term.station, term.key))
    return replace(branch, terms=terms, stations=_with_key(branch, term.station, known, term.key))


def _with_key(branch: Branch, name: str, station: Station, key: str) -> dict[str, Station]:
    keys = station.keys if key in station.keys else (*station.keys, key)
    return {**branch.stations, name: replace(station, keys=keys)}


def _station_enrolled(branch: Branch, event: Event, new: StationEnrolled) -> Branch:
    taken = {each.number for name, each in branch.stations.items() if name != new.station}
    if new.number in taken or not 1 <= new.number <= 99:
        raise Refused("station_number_taken", number=new.number)
    former = branch.stations.get(new.station)
    station = Station(
        number=new.number,
        name=new.name,
        fingerprint=new.fingerprint,
        place=new.place,
        full=new.full,
        keys=former.keys if former else (),
    )
    return replace(branch, stations=_with_key(branch, new.station, station, new.key))


def _station_revoked(branch: Branch, event: Event, gone: StationRevoked) -> Branch:
    station = branch.stations.get(gone.station)
    if station is None:
        raise Refused("station_unknown")
    stations = {**branch.stations, gone.station: replace(station, revoked_at=event.position)}
    giver = ("", "") if branch.giver[1] == gone.station else branch.giver
    return replace(branch, stations=stations, giver=giver)


def _supervisors(people: dict[str, Person]) -> int:
    return sum(
        1
        for each in people.values()
        if each.active and {"service_supervisor", "branch_head"} & set(each.roles)
    )


def _person_set(branch: Branch, event: Event, given: PersonSet) -> Branch:
    if set(given.roles) - set(ROLES):
        raise Refused("role_unknown")
    former = branch.people.get(given.person)
    roles = given.roles if given.active else ()
    history = (*(former.history if former else ()), (event.position, roles))
    person = Person(
        id=given.person,
        name=given.name,
        title=given.title,
        roles=given.roles,
        places=given.places,
        active=given.active,
        history=history,
    )
    people = {**branch.people, given.person: person}
    if _supervisors(branch.people) and not _supervisors(people):
        raise Refused("last_supervisor")
    return replace(branch, people=people)


def _delegation_granted(branch: Branch, event: Event, given: DelegationGranted) -> Branch:
    if given.delegation.role not in ROLES:
        raise Refused("role_unknown")
    if given.delegation.first_day > given.delegation.last_day:
        raise Refused("delegation_dates")
    return replace(branch, delegations=(*branch.delegations, (event.position, given.delegation)))


def _delegation_revoked(branch: Branch, event: Event, back: DelegationRevoked) -> Branch:
    return replace(branch, revocations={**branch.revocations, back.delegation: event.position})


def _counters_set(branch: Branch, event: Event, given: CountersSet) -> Branch:
    return replace(branch, counters=given.counters)


def _quota_raised(branch: Branch, event: Event, more: QuotaRaised) -> Branch:
    key = f"{more.day}/{more.service}"
    return replace(branch, raised={**branch.raised, key: branch.raised.get(key, 0) + more.by})


def _closed_day_set(branch: Branch, event: Event, given: ClosedDaySet) -> Branch:
    days = {**branch.closed_days, given.day: given.reason}
    if not given.closed:
        del days[given.day]
    return replace(branch, closed_days=days)


def _bundle_installed(branch: Branch, event: Event, bundle: BundleInstalled) -> Branch:
    bundles = {**branch.bundles, str(bundle.version): bundle.digest}
    return replace(branch, bundle_version=bundle.version, bundles=bundles)


def _obeyed(branch: Branch, event: Event, obeyed: DirectivesObeyed) -> Branch:
    return replace(branch, directive=max(branch.directive, obeyed.number))


def _unchanged(branch: Branch, event: Event, _: msgspec.Struct) -> Branch:
    return branch


_HANDLERS: dict[type[msgspec.Struct], Callable[..., Branch]] = {
    TermOpened: _term_opened,
    StationEnrolled: _station_enrolled,
    StationRevoked: _station_revoked,
    PersonSet: _person_set,
    SecretReset: _unchanged,
    SignedIn: _unchanged,
    DelegationGranted: _delegation_granted,
    DelegationRevoked: _delegation_revoked,
    CountersSet: _counters_set,
    QuotaRaised: _quota_raised,
    ClosedDaySet: _closed_day_set,
    HomeMoved: home_moved,
    HomeReleased: home_released,
    BundleInstalled: _bundle_installed,
    DirectivesObeyed: _obeyed,
    BackupMade: _unchanged,
    BranchSettled: _unchanged,
}


def fold(branch: Branch | None, event: Event) -> Branch:
    """The branch after `event`; raises Refused when the event breaks a rule."""
    if branch is None:
        return _begin(event)
    handler = _HANDLERS.get(type(event.payload))
    if handler is None:
        raise Refused("event_out_of_order", kind=event.kind)
    return handler(branch, event, event.payload)
