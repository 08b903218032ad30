"""What the hub gives to the other computers beside the log: an invitation, certificates, rules, PIN hashes."""

import socket
import threading
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import delete, select

from app.domain.branch import StationEnrolled, StationRevoked
from app.domain.identity import clean_text
from app.errors import Refused
from app.models import tables
from app.models.journal import Unit
from app.services.office import Office
from app.services.rule_bundles import TrustedKey, trusted_keys
from app.sync import attachments
from app.sync.trust import (
    Authority,
    Invitation,
    answer_joining,
    fingerprint,
    issue,
    make_authority,
    new_code,
    show_code,
)

if TYPE_CHECKING:
    from app.services.snapshots import Shelf

AUTHORITY, AUTHORITY_KEY, CERTIFICATE, CERTIFICATE_KEY = (
    "authority",
    "authority_key",
    "certificate",
    "certificate_key",
)
"""Settings of this computer: they lie in the encrypted file."""


class Welcome(msgspec.Struct, frozen=True):
    """What is sealed for a computer that joined."""

    branch: str
    name: str
    zone: str
    number: int
    authority_key: str
    """Empty for one that can never become the hub."""
    keys: tuple[TrustedKey, ...]
    """Head office's."""
    head_office: str
    """Its address, empty where there is none."""
    head_office_authority: str
    hub_key: str = ""
    """Public key of the hub's device, hex: its snapshot is believed by it."""


class Above(msgspec.Struct, frozen=True, array_like=True):
    """Head office as the hub knows it: for computers that joined before the branch was enrolled there."""

    address: str
    authority: str
    keys: tuple[TrustedKey, ...]


class Secret(msgspec.Struct, frozen=True, array_like=True):
    """The hash of a PIN or password."""

    person: str
    hash: str
    must_change: bool


class Invited(msgspec.Struct, frozen=True):
    """An invitation to read out: code, where to type it, until when (milliseconds UTC)."""

    code: str
    address: str
    until: int


class HubPapers:
    """Kept by the office of the computer that is the hub, or may become it."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._lock = threading.Lock()
        self._invitation: Invitation | None = None
        self._inviter = ""
        self._shelves: dict[bool, Shelf] = {}

    # ------------------------------------------------------------------------------------------ certificates

    def authority(self) -> Authority:
        """The branch's private authority, made at the first need and kept in the encrypted file."""
        office = self._office
        with self._lock:
            made = Authority(office.setting(AUTHORITY), office.setting(AUTHORITY_KEY))
            if not made.certificate_pem:
                made = make_authority(office.branch().code, office.now())
                office.set_setting(AUTHORITY, made.certificate_pem)
                office.set_setting(AUTHORITY_KEY, made.key_pem)
        return made

    def certificate(self, addresses: tuple[str, ...]) -> tuple[str, str]:
        """(certificate, key) that this computer serves with; made anew where it is missing or near its end."""
        office = self._office
        known = office.setting(CERTIFICATE), office.setting(CERTIFICATE_KEY)
        from app.sync.trust import days_left

        if known[0] and days_left(known[0], office.now()) > 30:
            return known
        authority = self.authority()
        if not authority.key_pem:
            raise Refused("not_full_station")
        names = ("localhost", "127.0.0.1", *addresses)
        made = issue(authority, office.note.station, tuple(dict.fromkeys(names)), office.now())
        office.set_setting(CERTIFICATE, made[0])
        office.set_setting(CERTIFICATE_KEY, made[1])
        return made

    # ------------------------------------------------------------------------------------------ joining

    def invite(self, who: str, address: str) -> Invited:
        """A code for one computer, good for ten minutes; raises Refused("no_right" | "hub_only")."""
        office = self._office
        office.require(who, "station.manage")
        if not office.journal.ordering:
            raise Refused("hub_only")
        self.authority()
        code = new_code(office.ports.entropy)
        with self._lock:
            self._invitation = Invitation.open(code, office.ports.clock)
            self._inviter = who
        return Invited(show_code(code), address, office.now() + 600_000)

    @property
    def invites(self) -> bool:
        """Whether a computer can join now."""
        return self._invitation is not None and self._invitation.is_open()

    def join(self, body: bytes) -> bytes:
        """The answer to a joining request; the computer is in the log of the branch before it is given."""
        invitation = self._invitation
        if invitation is None:
            raise Refused("enrolment_code_expired")
        own = {fingerprint(self._office.setting(CERTIFICATE))} if self._office.setting(CERTIFICATE) else set()
        request = invitation.admit(body, own)
        with self._office.unit(self._inviter) as unit:
            number = self._number(unit, request.station)
            unit.append(
                "branch",
                StationEnrolled(
                    station=request.station,
                    number=number,
                    name=request.name,
                    key=request.public_key,
                    fingerprint=request.fingerprint,
                    place=request.place,
                    full=request.full,
                ),
            )
        sealed = msgspec.json.encode(self._welcome(number, full=request.full))
        office = self._office
        return answer_joining(
            invitation,
            body,
            office.branch().code,
            self.authority(),
            sealed,
            office.ports.entropy,
            office.now(),
            full=request.full,
        )

    def _number(self, unit: Unit, station: str) -> int:
        stations = unit.branch.stations
        if station in stations:
            return stations[station].number
        taken = {each.number for each in stations.values()}
        return next(number for number in range(1, 100) if number not in taken)

    def _welcome(self, number: int, *, full: bool) -> Welcome:
        office, branch = self._office, self._office.branch()
        return Welcome(
            branch=branch.code,
            name=branch.name,
            zone=branch.zone,
            number=number,
            authority_key=self.authority().key_pem if full else "",
            keys=trusted_keys(office.folder),
            head_office=office.setting("head_office"),
            head_office_authority=office.setting("head_office_authority"),
            hub_key=office.journal.signer.public(),
        )

    def revoke(self, who: str, station: str, reason: str) -> None:
        """A computer is given nothing more; raises Refused("no_right" | "station_unknown" | "reason_missing")."""
        if not reason.strip():
            raise Refused("reason_missing")
        with self._office.unit(who) as unit:
            unit.append("branch", StationRevoked(station=station, reason=clean_text(reason, 200)))

    # ------------------------------------------------------------------------------------------ beside the log

    def rules(self, version: int) -> bytes:
        """A rule bundle's exact bytes; its digest stands in the log. Raises Refused("bundle_missing")."""
        query = select(tables.bundles.c.content).where(tables.bundles.c.version == version)
        with self._office.store.reading() as connection:
            content = connection.execute(query).scalar()
        if content is None:
            raise Refused("bundle_missing", version=version)
        return bytes(content)

    def above(self) -> bytes:
        """What this hub knows of head office."""
        office = self._office
        address, authority = office.setting("head_office"), office.setting("head_office_authority")
        return msgspec.msgpack.encode(Above(address, authority, trusted_keys(office.folder)))

    def secrets(self, station: str, body: bytes) -> bytes:
        """Takes hashes that were changed at a station, and gives those of everybody who works there."""
        try:
            given = msgspec.msgpack.decode(body, type=tuple[Secret, ...])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Refused("message_damaged", why="secrets") from error
        branch = self._office.branch()
        place = branch.stations[station].place
        here = {
            person.id
            for person in branch.people.values()
            if person.active and (not person.places or not place or place in person.places)
        }
        table = tables.credentials
        with self._office.store.writing() as connection:
            for each in given:
                if each.person in here:  # nobody changes a PIN at a computer where they do not work
                    put_hash(connection, each)
            rows = connection.execute(select(table.c.person, table.c.hash, table.c.must_change)).all()
        return msgspec.msgpack.encode([Secret(*row) for row in rows if row[0] in here])

    def snapshot(self, body: bytes, *, narrow: bool = False) -> bytes:
        """A piece of the file from which a new computer starts; the first one is waited for until the file is made.

        `narrow`: one without the payloads that a display must not hold.
        """
        from app.services.snapshot_files import Wanted
        from app.services.snapshots import Shelf

        with self._lock:
            shelf = self._shelves.setdefault(narrow, Shelf(self._office, narrow=narrow))
        try:
            wanted = msgspec.msgpack.decode(body, type=Wanted)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Refused("message_damaged", why="snapshot") from error
        return msgspec.msgpack.encode(shelf.piece(wanted))

    def arrived(self, sha256: str, size: int) -> None:
        """An attachment is complete here."""
        with self._office.store.writing() as connection:
            attachments.mark_arrived(connection, sha256, "hub")


def put_hash(connection: object, secret: Secret) -> None:
    """Keep the hash of somebody's secret, and what is known of their tries where the hash is the same."""
    from sqlalchemy import Connection

    assert isinstance(connection, Connection)
    table = tables.credentials
    known = connection.execute(select(table.c.hash).where(table.c.person == secret.person)).scalar()
    if known == secret.hash:
        return
    connection.execute(delete(table).where(table.c.person == secret.person))
    connection.execute(
        table.insert(),
        {
            "person": secret.person,
            "hash": secret.hash,
            "must_change": secret.must_change,
            "failures": 0,
            "locked_until": 0,
        },
    )


def own_addresses() -> tuple[str, ...]:
    """The addresses under which the LAN reaches this computer, the one of the default way first."""
    found = []
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))  # nothing is sent: the system only chooses the interface
            found.append(probe.getsockname()[0])
    except OSError:
        pass
    return tuple(each for each in found if not each.startswith("127."))
