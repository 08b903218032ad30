"""Which computers may speak for a branch: enrolled by head office's code or by the branch's own log, or revoked."""

import re
from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection, bindparam, select

from app.domain.branch import StationEnrolled, StationRevoked
from app.domain.events import read_header
from app.domain.kinds import known_payload
from app.domain.ports import Clock
from app.errors import Refused
from app.server.headoffice import tables
from app.server.headoffice.database import Database, put
from app.server.headoffice.directives import Directives
from app.sync.directives import Revocation
from app.sync.trust_signatures import check_request, station_of

ACTIVE, REVOKED = "active", "revoked"
HEAD_OFFICE = "head_office"
"""Who revoked: head office's word is not undone by a branch log."""

_STATION = re.compile(r"[0-9A-Za-z_-]{1,64}")
_KEY = re.compile(r"[0-9a-f]{64}")

_devices = tables.devices
_columns = (_devices.c.branch, _devices.c.station, _devices.c.public_key, _devices.c.full, _devices.c.state)
_find = select(*_columns).where(_devices.c.station == bindparam("station"))
_row = select(_devices).where(
    _devices.c.branch == bindparam("branch"), _devices.c.station == bindparam("station")
)


_of_branch = select(*_columns).where(_devices.c.branch == bindparam("branch"))
_enrolments = (
    select(tables.entries.c.header, tables.entries.c.payload)
    .where(tables.entries.c.branch == bindparam("branch"), tables.IS_OF_BRANCH)
    .where(tables.entries.c.kind == "branch.station_enrolled", tables.entries.c.payload.is_not(None))
    .order_by(tables.entries.c.position)
)


class Listed(msgspec.Struct, frozen=True):
    """A computer as it is named to a person: number and name of the branch's log; 1 and "" for the
    computer that set the branch up, which no entry enrols."""

    station: str
    number: int
    name: str
    full: bool
    state: str


class Device(msgspec.Struct, frozen=True):
    """A computer of a branch as head office knows it."""

    branch: str
    station: str
    public_key: str
    full: bool
    """Whether it holds the whole log and may speak as the branch's hub."""
    state: str


class Devices:
    """The register."""

    def __init__(self, database: Database, clock: Clock, directives: Directives) -> None:
        self._database = database
        self._clock = clock
        self._directives = directives

    def find(self, station: str) -> tuple[Device, ...]:
        """Every computer that goes by this name; ids are drawn at random, but nothing forces them to differ."""
        with self._database.reading() as connection:
            return tuple(Device(*row) for row in connection.execute(_find, {"station": station}))

    def listed(self, branch: str) -> tuple[Listed, ...]:
        """The computers of a branch by their numbers."""
        named: dict[str, StationEnrolled] = {}
        with self._database.reading() as connection:
            devices = [Device(*row) for row in connection.execute(_of_branch, {"branch": branch})]
            for header, payload in connection.execute(_enrolments, {"branch": branch}):
                told = known_payload(read_header(bytes(header)), bytes(payload))
                if isinstance(told, StationEnrolled):
                    named[told.station] = told
        listed = (
            Listed(each.station, told.number if told else 1, told.name if told else "", each.full, each.state)
            for each in devices
            for told in (named.get(each.station),)
        )
        return tuple(sorted(listed, key=lambda each: each.number))

    def authenticate(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Device:
        """Who sent a request. Raises Refused("device_unknown" | "device_revoked" | "signature_wrong")."""
        device = self.recognise(method, path, body, headers)
        if device.state != ACTIVE:
            raise Refused("device_revoked")
        return device

    def recognise(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Device:
        """The same, a revoked computer included: in a round it is told, and what it sends is kept."""
        found = self.find(station_of(headers))
        if not found:
            raise Refused("device_unknown")
        for device in found:
            try:
                check_request(device.public_key, method, path, body, headers)
            except Refused:
                continue
            return device
        raise Refused("signature_wrong")

    def enrol(self, connection: Connection, device: Device, by: str) -> None:
        """Put a computer into the register, or give it a new key; `by` says on whose word."""
        row = {
            "branch": device.branch,
            "station": device.station,
            "public_key": device.public_key,
            "full": device.full,
            "state": ACTIVE,
            "enrolled_at": self._clock.now(),
            "enrolled_by": by,
            "revoked_at": None,
            "revoked_by": None,
        }
        put(connection, _devices, [row])

    def enrolled_in_log(
        self, connection: Connection, branch: str, told: StationEnrolled, position: int
    ) -> None:
        """The branch's own log enrols a computer; what head office revoked stays revoked, a name or key that is none
        is passed over."""
        if not _STATION.fullmatch(told.station) or not _KEY.fullmatch(told.key):
            return
        former = connection.execute(_row, {"branch": branch, "station": told.station}).mappings().first()
        if former is not None and former["revoked_by"] == HEAD_OFFICE:
            return
        device = Device(branch, told.station, told.key, told.full, ACTIVE)
        self.enrol(connection, device, f"log:{position}")

    def revoked_in_log(
        self, connection: Connection, branch: str, told: StationRevoked, position: int
    ) -> None:
        """The branch's own log takes a computer's trust away."""
        if _STATION.fullmatch(told.station):
            self._set_revoked(connection, branch, told.station, f"log:{position}")

    def revoke(self, branch: str, station: str) -> int:
        """Head office takes a computer's trust away and tells the branch; gives the directive's number.

        Raises Refused("device_unknown").
        """
        with self._database.writing() as connection:
            if not self._set_revoked(connection, branch, station, HEAD_OFFICE):
                raise Refused("device_unknown")
            told = Revocation(station=station, at=self._clock.now())
            return self._directives.issue(connection, branch, "revocation", [told])

    def _set_revoked(self, connection: Connection, branch: str, station: str, by: str) -> bool:
        given = {"state": REVOKED, "revoked_at": self._clock.now(), "revoked_by": by}
        changed = connection.execute(
            _devices.update()
            .where(_devices.c.branch == branch, _devices.c.station == station)
            .where((_devices.c.revoked_by.is_(None)) | (_devices.c.revoked_by != HEAD_OFFICE))
            .values(given)
        )
        return changed.rowcount == 1
