"""The branch's own certificate authority, the certificates it issues, and how a server bears one (TLS 1.3 only)."""

import errno
import hashlib
import ipaddress
import os
import re
import secrets
import ssl
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from app.errors import Refused

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

HUB_NAME = "loket-hub"
"""The name every serving computer of a branch goes by: clients hold a certificate against it, whatever the address."""
AUTHORITY_DAYS = 7_305
"""Twenty years: as long as the branch's computers know no other."""
CERTIFICATE_DAYS = 397
_DAY_MS = 86_400_000
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""Certificates are valid from here on: a computer whose battery died and whose clock fell back must not be cut off."""
_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*")


class Authority(msgspec.Struct, frozen=True):
    """A branch's (or head office's) certificate authority."""

    certificate_pem: str
    key_pem: str = ""
    """PKCS 8, not encrypted: it lives in the encrypted branch file only. Empty where it is not known."""

    def __repr__(self) -> str:
        return f"Authority({fingerprint(self.certificate_pem)})"


def _certificate(pem: str) -> "x509.Certificate":
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except ValueError as error:
        raise Refused("certificate_damaged") from error


def _private_key(pem: str) -> "EllipticCurvePrivateKey":
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Refused("certificate_damaged") from error
    if not isinstance(key, EllipticCurvePrivateKey):
        raise Refused("certificate_damaged")
    return key


def _new_key() -> "EllipticCurvePrivateKey":
    """P-256: Ed25519 certificates are refused by many TLS libraries and all browsers."""
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _pem(thing: "x509.Certificate | x509.CertificateSigningRequest") -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    return thing.public_bytes(Encoding.PEM).decode()


def _key_pem(key: "EllipticCurvePrivateKey", password: bytes = b"") -> str:
    from cryptography.hazmat.primitives import serialization

    locked = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, locked).decode()


def _named(common_name: str) -> "x509.Name":
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _moment(at_ms: int, days: int) -> datetime:
    return datetime.fromtimestamp(at_ms // 1000, UTC) + timedelta(days=days)


def _usage(*, signs_certificates: bool) -> "x509.KeyUsage":
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _blank(subject: str, key: "EllipticCurvePublicKey", until: datetime) -> "x509.CertificateBuilder":
    from cryptography import x509

    return (
        x509.CertificateBuilder()
        .subject_name(_named(subject))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_BEGINNING)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def make_authority(branch_code: str, now_ms: int) -> Authority:
    """A new authority for a branch: it can sign certificates of computers, and no further authorities."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    key, name = _new_key(), f"Loket {branch_code}"
    public = key.public_key()
    made = (
        _blank(name, public, _moment(now_ms, AUTHORITY_DAYS))
        .issuer_name(_named(name))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, SHA256())
    )
    return Authority(_pem(made), _key_pem(key))


def _alternative_names(names: Iterable[str]) -> "x509.SubjectAlternativeName":
    """HUB_NAME and the addresses; a name that cannot stand in a certificate is left out, for nobody verifies it."""
    from cryptography import x509

    entries: list[x509.GeneralName] = [x509.DNSName(HUB_NAME)]
    for name in dict.fromkeys(names):
        try:
            entries.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            if _HOST_NAME.fullmatch(name) and name.lower() != HUB_NAME and len(name) <= 253:
                entries.append(x509.DNSName(name))
    return x509.SubjectAlternativeName(entries)


def _issue(
    authority: Authority,
    key: "EllipticCurvePublicKey",
    station: str,
    names: Iterable[str],
    until: datetime,
    full: bool,
) -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.x509.oid import ExtendedKeyUsageOID

    issuer = _certificate(authority.certificate_pem)
    above = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    purposes = [ExtendedKeyUsageOID.CLIENT_AUTH]
    blank = _blank(station, key, min(until, issuer.not_valid_after_utc))
    if full:
        purposes.append(ExtendedKeyUsageOID.SERVER_AUTH)
        blank = blank.add_extension(_alternative_names(names), critical=False)
    made = (
        blank.issuer_name(issuer.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(above), critical=False)
        .sign(_private_key(authority.key_pem), SHA256())
    )
    return _pem(made)


def issue(
    authority: Authority,
    station: str,
    names: Iterable[str],
    now_ms: int,
    days: int = CERTIFICATE_DAYS,
    *,
    full: bool = True,
) -> tuple[str, str]:
    """(certificate, private key) in PEM for a computer; renewing is issuing again.

    Only a full station (one that may become the hub) can serve with it: a display or kiosk gets neither HUB_NAME nor
    the purpose. Raises Refused("certificate_damaged") when the authority cannot be read.
    """
    key = _new_key()
    return _issue(authority, key.public_key(), station, names, _moment(now_ms, days), full), _key_pem(key)


def ask_certificate(station: str) -> tuple[str, str]:
    """(certificate request, private key) in PEM: the key stays with who asks."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    key = _new_key()
    asked = x509.CertificateSigningRequestBuilder().subject_name(_named(station)).sign(key, SHA256())
    return _pem(asked), _key_pem(key)


def requested_key(request_pem: str) -> "EllipticCurvePublicKey":
    """The P-256 key of a certificate request whose owner proved to have it; raises Refused("certificate_damaged")."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

    try:
        asked = x509.load_pem_x509_csr(request_pem.encode())
        key, valid = asked.public_key(), asked.is_signature_valid
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Refused("certificate_damaged") from error
    if not valid or not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise Refused("certificate_damaged")
    return key


def issue_requested(
    authority: Authority,
    request_pem: str,
    station: str,
    names: Iterable[str],
    now_ms: int,
    *,
    full: bool = True,
) -> str:
    """The certificate, in PEM, for a request of `ask_certificate`. Of the request only the key counts."""
    key = requested_key(request_pem)
    return _issue(authority, key, station, names, _moment(now_ms, CERTIFICATE_DAYS), full)


def check_issued(authority_pem: str, certificate_pem: str, key_pem: str, station: str) -> None:
    """Whether `certificate_pem` is the one that `station` asked for; raises Refused("certificate_damaged") if not."""
    from cryptography.exceptions import InvalidSignature

    issued = _certificate(certificate_pem)
    try:
        issued.verify_directly_issued_by(_certificate(authority_pem))
    except (ValueError, TypeError, InvalidSignature) as error:
        raise Refused("certificate_damaged") from error
    if issued.subject != _named(station) or issued.public_key() != _private_key(key_pem).public_key():
        raise Refused("certificate_damaged")


def fingerprint(pem: str) -> str:
    """SHA-256 of the certificate, 64 hex digits."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return hashlib.sha256(_certificate(pem).public_bytes(Encoding.DER)).hexdigest()


def days_left(pem: str, now_ms: int) -> int:
    """Whole days until the certificate ends, negative when it has."""
    end = int(_certificate(pem).not_valid_after_utc.timestamp()) * 1000
    return (end - now_ms) // _DAY_MS


# ------------------------------------------------------------------------------------------------- serving with it


def load_certificate(context: ssl.SSLContext, folder: Path, certificate_pem: str, key_pem: str) -> None:
    """Let a server's context bear this certificate; a running server shows it from the next connection on.

    OpenSSL reads the key from a file only: it lies in `folder` for that moment, under a password that is nowhere
    kept. Raises Refused("certificate_damaged" | "folder_read_only" | "disk_full").
    """
    password = secrets.token_hex(32)
    written = certificate_pem.encode() + _key_pem(_private_key(key_pem), password.encode()).encode()
    try:
        descriptor, name = tempfile.mkstemp(prefix=".sertifikat-", dir=folder)  # mode 0600
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(written)
            context.load_cert_chain(name, password=password)
        finally:
            Path(name).unlink()
    except ssl.SSLError as error:
        raise Refused("certificate_damaged") from error
    except OSError as error:
        code = "disk_full" if error.errno == errno.ENOSPC else "folder_read_only"
        raise Refused(code, folder=str(folder)) from error


def server_context(folder: Path, certificate_pem: str, key_pem: str) -> ssl.SSLContext:
    """A server's side of TLS 1.3; raises as `load_certificate`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    load_certificate(context, folder, certificate_pem, key_pem)
    return context


def server_settings(folder: Path, certificate_pem: str, key_pem: str) -> dict[str, Any]:
    """What `uvicorn.Config` takes besides the program itself to serve over TLS 1.3; raises as `load_certificate`."""
    context = server_context(folder, certificate_pem, key_pem)
    return {"ssl_context_factory": lambda _config, _default: context}


def client_context(authorities_pem: str) -> ssl.SSLContext:
    """A client's side of TLS 1.3 that trusts these authorities (one or several in PEM) and nobody else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    try:
        context.load_verify_locations(cadata=authorities_pem)
    except (ssl.SSLError, ValueError, TypeError) as error:
        raise Refused("certificate_damaged") from error
    return context


def stranger_context() -> ssl.SSLContext:
    """A client's side of TLS 1.3 that believes nobody: for the one call that joins a branch, which is bound to the
    certificate it saw by the code instead."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
