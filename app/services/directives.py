"""What head office hands down takes effect: rules, staff, revocations, bookings, matches, payments."""

from app.domain.branch import PersonSet, StationRevoked
from app.domain.rights import HEAD_OFFICE
from app.errors import Refused
from app.models.journal import Unit
from app.services.office import Office
from app.services.rule_bundles import install_signed
from app.sync.directives import Revocation, StaffSet, read_content
from app.sync.line import Directive, check_directive


def obey(office: Office, unit: Unit, directive: Directive, keys: tuple[str, ...]) -> None:
    """Let one directive take effect within the transaction that moves the cursor over it.

    Raises Refused("directive_not_trusted") when it bears no signature of head office: nothing after it is obeyed.
    """
    check_directive(keys, office.branch().code, directive)
    if directive.kind == "bundle":
        install_signed(office, unit, directive.content)
        return
    content = read_content(directive.kind, directive.content)
    if isinstance(content, StaffSet):
        _set_person(unit, content)
    elif isinstance(content, Revocation):
        if content.station not in unit.branch.stations:
            raise Refused("station_unknown")
        unit.append("branch", StationRevoked(station=content.station, reason="head office"), HEAD_OFFICE)


def _set_person(unit: Unit, told: StaffSet) -> None:
    """The branch's own places of a person stay as they are: head office knows no counters."""
    known = unit.branch.people.get(told.person)
    person = PersonSet(
        person=told.person,
        name=told.name,
        title=told.title,
        roles=told.roles,
        places=known.places if known else (),
        active=told.active,
    )
    unit.append("branch", person, HEAD_OFFICE)
