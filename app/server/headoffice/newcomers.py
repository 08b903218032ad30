"""A computer that head office does not know: the branch's own log proves it, where a known computer had enrolled it.

It was enrolled while head office was out of reach, and the hub that enrolled it died before it could tell. The piece of
log in its round then goes on where head office's ends, and in it a computer that head office believes has enrolled it.
"""

from collections.abc import Iterable, Mapping, Sequence

from app.domain.branch import StationEnrolled, StationRevoked
from app.domain.events import Header, Held
from app.domain.kinds import known_payload
from app.errors import Refused
from app.server.headoffice.devices import ACTIVE, Device
from app.server.headoffice.office import HeadOffice
from app.server.headoffice.registry import Registered
from app.sync.messages import Round
from app.sync.proof import Keys, unproved
from app.sync.trust_signatures import check_request, station_of
from app.sync.wire import unpack_log

Event = tuple[Header, Held]
Request = tuple[str, str, bytes, Mapping[str, str]]
"""Method, path, body, headers."""
_KINDS = ("branch.station_enrolled", "branch.station_revoked")


def recognise(office: HeadOffice, request: Request, question: Round) -> Device:
    """Who sent a round; raises Refused("device_unknown" | "signature_wrong")."""
    for branch in office.follow_up.behind():  # its entry may be stored here, and not read yet
        office.follow_up.catch_up(branch)
    station = station_of(request[3])
    if office.devices.find(station):
        return office.devices.recognise(*request)
    part = question.log
    if part is None:
        raise Refused("device_unknown")
    events = [(header, entry.held) for header, entry in unpack_log(part)]
    for branch in _branches(office, events):
        if office.logs.hash_at(branch, part.position) != part.before:
            continue
        told = enrolled(office, branch, station, events)
        if told is not None:
            check_request(told.key, *request)
            return Device(branch, station, told.key, told.full, ACTIVE)
    raise Refused("device_unknown")


def _branches(office: HeadOffice, events: Sequence[Event]) -> Iterable[str]:
    """Branches of the known computers that wrote these events."""
    authors = sorted({header.station for header, _ in events})
    return sorted({device.branch for author in authors for device in office.devices.find(author)})


def enrolled(
    office: HeadOffice, branch: str, station: str, events: Sequence[Event]
) -> StationEnrolled | None:
    """The enrolment of a computer by one that is believed, which itself may have been enrolled in these events; None
    where there is none, or it can never be the hub."""
    registry = Registered(office)
    keys: Keys = {
        name: known for name, known in registry.keys(branch).items() if not registry.revoked(branch, name)
    }
    brought: dict[str, StationEnrolled] = {}
    told = [(header, known_payload(header, held.payload)) for header, held in events if header.kind in _KINDS]
    while True:
        bad = unproved(keys, events)
        proved = [payload for header, payload in told if header.epoch not in bad]
        gone = {each.station for each in proved if isinstance(each, StationRevoked)}
        fresh = {each.station: each for each in proved if isinstance(each, StationEnrolled)}
        fresh = {name: each for name, each in fresh.items() if name not in gone and name not in keys}
        if not fresh:
            break
        brought |= fresh
        keys = {**keys, **{name: (each.key,) for name, each in fresh.items()}}
    found = brought.get(station)
    return found if found is not None and found.full and station not in gone else None
