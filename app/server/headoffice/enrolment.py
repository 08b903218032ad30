"""How the first computer of a branch joins head office: a code, given by head office, good for ten minutes and once."""

from collections.abc import Collection

import msgspec
from sqlalchemy import Connection, delete, select

from app.domain.ports import Clock, Entropy
from app.errors import Refused
from app.server.headoffice import tables
from app.server.headoffice.database import Database, put
from app.server.headoffice.devices import ACTIVE, Device, Devices
from app.server.headoffice.key import HeadOfficeKey
from app.services.rule_bundles import TrustedKey
from app.sync.trust_certificates import Authority
from app.sync.trust_joining import (
    CODE_LIFE_MS,
    Invitation,
    InvitationState,
    answer_joining,
    new_code,
    read_request,
)

_enrolments, _branches = tables.enrolments, tables.branches


class Welcome(msgspec.Struct, frozen=True):
    """What head office seals for a computer that joined, as JSON: the branch it is of and the keys to trust."""

    branch: str
    name: str
    zone: str
    keys: tuple[TrustedKey, ...]


class Presence(msgspec.Struct, frozen=True):
    """How this process is seen by a newcomer."""

    authority: Authority
    """Whose certificates branches trust when they call head office; without its key here, none is issued."""
    own: frozenset[str] = frozenset()
    """Fingerprints of this process's certificates; the empty one where it serves without TLS, on loopback."""


class Enrolment:
    """Codes and those who use them."""

    def __init__(self, database: Database, clock: Clock, entropy: Entropy, devices: Devices) -> None:
        self._database = database
        self._clock = clock
        self._entropy = entropy
        self._devices = devices

    def invite(self, branch: str) -> str:
        """A new code for a branch, instead of any former one; raises Refused("branch_unknown")."""
        code = new_code(self._entropy)
        state = Invitation.open(code, self._clock).state
        with self._database.writing() as connection:
            self._branch(connection, branch)
            self._keep(connection, branch, state)
        return code

    def join(self, body: bytes, presence: Presence, key: HeadOfficeKey) -> tuple[str, bytes]:
        """(branch, the answer to a joining request); raises as Invitation.admit, and Refused("branch_unknown").

        What a wrong code costs is kept even though the request is refused.
        """
        branch = read_request(body).branch
        with self._database.writing() as connection:
            self._database.lock(connection, f"enrol {branch}")
            row = self._branch(connection, branch)
            invitation = self._invitation(connection, branch)
            refusal = self._admit(connection, branch, invitation, body, presence.own)
        if refusal is not None:
            raise refusal
        welcome = Welcome(branch, row[1], row[2], (TrustedKey(key.name, key.public()),))
        sealed = msgspec.json.encode(welcome)
        now = self._clock.now()
        entropy, authority = self._entropy, presence.authority
        return branch, answer_joining(invitation, body, branch, authority, sealed, entropy, now, full=True)

    def _admit(
        self,
        connection: Connection,
        branch: str,
        invitation: Invitation,
        body: bytes,
        own: Collection[str],
    ) -> Refused | None:
        try:
            request = invitation.admit(body, own)
        except Refused as refused:
            return refused
        else:
            device = Device(branch, request.station, request.public_key, True, ACTIVE)
            self._devices.enrol(connection, device, "code")
            return None
        finally:
            self._keep(connection, branch, invitation.state)

    def _branch(self, connection: Connection, branch: str) -> tuple[str, str, str]:
        row = connection.execute(
            select(_branches.c.code, _branches.c.name, _branches.c.zone).where(_branches.c.code == branch)
        ).first()
        if row is None:
            raise Refused("branch_unknown", branch=branch)
        return (row[0], row[1], row[2])

    def _invitation(self, connection: Connection, branch: str) -> Invitation:
        row = connection.execute(select(_enrolments).where(_enrolments.c.branch == branch)).mappings().first()
        if row is None:
            raise Refused("enrolment_code_expired")
        state = InvitationState(row["secret"], row["made_at"], row["tries_left"], row["taken_by"])
        return Invitation(state, self._clock)

    def _keep(self, connection: Connection, branch: str, state: InvitationState) -> None:
        row = {
            "branch": branch,
            "secret": state.secret,
            "made_at": state.made_at,
            "tries_left": state.left,
            "taken_by": state.taken_by,
        }
        put(connection, _enrolments, [row])

    def forget_old(self) -> None:
        """Delete what codes are past: a stretched code is as good as the code."""
        past = self._clock.now() - CODE_LIFE_MS
        with self._database.writing() as connection:
            connection.execute(delete(_enrolments).where(_enrolments.c.made_at < past))
