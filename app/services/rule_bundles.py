"""Rules of head office: the ones inside the program, and newer ones that bear a trusted signature."""

import hashlib
from pathlib import Path

import msgspec
from sqlalchemy import Connection, select

from app.config import DataFolder
from app.domain import bundle as bundles
from app.domain.branch import BundleInstalled
from app.domain.bundle import RuleBundle
from app.domain.events import read_header
from app.domain.kinds import read_payload
from app.domain.rights import SYSTEM
from app.errors import Refused
from app.models import tables
from app.models.journal import Unit, history
from app.services.office import Office, default_bundle


class TrustedKey(msgspec.Struct, frozen=True):
    """A key of head office, from the trust file that comes with enrolment."""

    name: str
    public: str
    """Ed25519, 64 hex digits."""


class SignedBundle(msgspec.Struct, frozen=True):
    """A bundle as head office hands it out: the exact bytes, and who signed them."""

    key: str
    signature: str
    content: str
    """The bundle's JSON as text; its UTF-8 bytes are what is signed."""


def keep_bundle(connection: Connection, content: bytes) -> RuleBundle:
    """Put a bundle's bytes into the file within an open transaction; raises Refused("bundle_damaged")."""
    rules = bundles.parse(content)
    known = select(tables.bundles.c.digest).where(tables.bundles.c.version == rules.version)
    digest = hashlib.sha256(content).hexdigest()
    former = connection.execute(known).scalar()
    if former is None:
        connection.execute(
            tables.bundles.insert(), {"version": rules.version, "digest": digest, "content": content}
        )
    elif former != digest:
        raise Refused("bundle_same_version", version=rules.version)
    return rules


def install(unit: Unit, content: bytes) -> RuleBundle:
    """Keep a bundle and make it the one in force, within one action."""
    rules = keep_bundle(unit.connection, content)
    digest = hashlib.sha256(content).hexdigest()
    unit.append("branch", BundleInstalled(version=rules.version, digest=digest), SYSTEM)
    return rules


def install_shipped(office: Office) -> None:
    """After an update of the program: its own rules, when they are newer than those in force."""
    content = default_bundle()
    version = msgspec.json.decode(content, type=_Version).version
    if version > office.branch().bundle_version:
        with office.unit(SYSTEM) as unit:
            install(unit, content)


def keep_fetched(office: Office, version: int, content: bytes) -> None:
    """Rules that the branch's log put in force and another computer gave: only the very bytes that the log names.

    Raises Refused("bundle_not_trusted") for any other.
    """
    known = office.branch().bundles.get(str(version), "")
    with office.store.writing() as connection:
        if known and known == hashlib.sha256(content).hexdigest():
            keep_bundle(connection, content)
            return
        for row in history(connection, "branch"):
            header = read_header(bytes(row.header))
            if header.kind != "branch.bundle_installed" or row.payload is None:
                continue
            named = read_payload(header.kind, header.version, bytes(row.payload))
            if (
                isinstance(named, BundleInstalled)
                and named.version == version
                and named.digest == hashlib.sha256(content).hexdigest()
            ):
                keep_bundle(connection, content)
                return
    raise Refused("bundle_not_trusted")


def missing_versions(office: Office) -> tuple[int, ...]:
    """Versions that the log names and that are not here, the one in force first: cases and tickets live under them."""
    branch = office.branch()
    named = {branch.bundle_version, *map(int, branch.bundles)}
    with office.store.reading() as connection:
        here = set(connection.execute(select(tables.bundles.c.version)).scalars())
    return tuple(sorted(named - here, reverse=True))


class _Version(msgspec.Struct):
    version: int


class RuleBundles:
    """Replacing the rules; takes effect for what begins afterwards, never for a live case."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def load(self, who: str, path: Path) -> RuleBundle:
        """Read a signed bundle from a file. Raises Refused("bundle_damaged" | "bundle_not_trusted" | "bundle_older"):
        the former rules stay in force."""
        self._office.require(who, "branch.manage")
        try:
            data = path.read_bytes()
        except OSError as error:
            raise Refused("bundle_damaged", why=type(error).__name__) from error
        with self._office.unit(who) as unit:
            return install_signed(self._office, unit, data)


def install_signed(office: Office, unit: Unit, data: bytes) -> RuleBundle:
    """Put a signed bundle in force, from a file or from head office. Raises Refused("bundle_damaged" |
    "bundle_not_trusted" | "bundle_older"): the former rules stay in force."""
    try:
        signed = msgspec.json.decode(data, type=SignedBundle)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused("bundle_damaged", why=type(error).__name__) from error
    content = signed.content.encode()
    _check_signature(office, signed, content)
    if bundles.parse(content).version <= office.branch().bundle_version:
        raise Refused("bundle_older")
    return install(unit, content)


def install_told(office: Office, unit: Unit, data: bytes) -> None:
    """The same for what head office hands down, which a new hub is told from the first on: rules that the branch's log
    knows already are no news and no failure."""
    try:
        content = msgspec.json.decode(data, type=SignedBundle).content.encode()
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused("bundle_damaged", why=type(error).__name__) from error
    known = office.branch().bundles.get(str(bundles.parse(content).version), "")
    if known != hashlib.sha256(content).hexdigest():
        install_signed(office, unit, data)


def _check_signature(office: Office, signed: SignedBundle, content: bytes) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    for trusted in trusted_keys(office.folder):
        if trusted.name == signed.key:
            try:
                public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(trusted.public))
                public.verify(bytes.fromhex(signed.signature), content)
            except (InvalidSignature, ValueError) as error:
                raise Refused("bundle_not_trusted") from error
            return
    raise Refused("bundle_not_trusted")


def trusted_keys(folder: DataFolder) -> tuple[TrustedKey, ...]:
    """The keys of the trust file; none where the branch is not enrolled."""
    path = folder.path / "trust.json"
    if not path.exists():
        return ()
    try:
        return msgspec.json.decode(path.read_bytes(), type=tuple[TrustedKey, ...])
    except (OSError, msgspec.DecodeError) as error:
        raise Refused("bundle_not_trusted") from error
