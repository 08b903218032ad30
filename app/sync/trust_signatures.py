"""Who sent a request: the signature of a computer's device key over method, path and body."""

import hashlib
from collections.abc import Mapping
from typing import Protocol

from app.errors import Refused

STATION_HEADER = "Loket-Station"
SIGNATURE_HEADER = "Loket-Signature"
_PUBLIC_LENGTH, _SIGNATURE_LENGTH = 32, 64
_FOR_ANYONE = frozenset(
    bytes.fromhex(key)
    for key in (
        "00" * 32,
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    )
)
"""The points of small order on Ed25519's curve, but for the sign bit. OpenSSL takes them as keys; anybody can sign for
them, so whoever enrolled one could deny every signature."""


class Signer(Protocol):
    """A device key: `app.credentials.DeviceKey`, or one of a test."""

    def sign(self, data: bytes) -> bytes:
        """64 bytes, Ed25519."""
        ...

    def public(self) -> str:
        """64 hex digits."""
        ...


def request_digest(method: str, path: str, body: bytes) -> bytes:
    """SHA-256 of what is signed; `path` with its query, as it stands in the request line.

    It begins with the method's letters, an event's header with the mark of a MessagePack array: neither signature
    can pass for the other, although one key makes both.
    """
    return hashlib.sha256(f"{method}\n{path}\n".encode() + body).digest()


def sign_request(signer: Signer, station: str, method: str, path: str, body: bytes) -> dict[str, str]:
    """The two headers of a request between computers."""
    signature = signer.sign(request_digest(method, path, body))
    return {STATION_HEADER: station, SIGNATURE_HEADER: signature.hex()}


def signature_fits(public_key: str, signature: bytes, data: bytes) -> bool:
    """Whether the Ed25519 key (64 hex digits) signed `data`; False for whatever is no key and no signature."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        raw = bytes.fromhex(public_key)
    except ValueError:
        return False
    if len(raw) != _PUBLIC_LENGTH or len(signature) != _SIGNATURE_LENGTH:
        return False
    if raw[:-1] + bytes([raw[-1] & 0x7F]) in _FOR_ANYONE:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(raw).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def _header(headers: Mapping[str, str], name: str) -> str:
    """A web framework's headers know their names whatever the case, a plain dictionary does not."""
    return headers.get(name) or headers.get(name.lower()) or ""


def station_of(headers: Mapping[str, str]) -> str:
    """The station that a request names, not yet believed; raises Refused("signature_wrong") when it names none."""
    station = _header(headers, STATION_HEADER)
    if not station:
        raise Refused("signature_wrong")
    return station


def check_request(public_key: str, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Believe a request or not: raises Refused("signature_wrong") unless the device key signed exactly this."""
    try:
        signature = bytes.fromhex(_header(headers, SIGNATURE_HEADER))
    except ValueError as error:
        raise Refused("signature_wrong") from error
    if not signature_fits(public_key, signature, request_digest(method, path, body)):
        raise Refused("signature_wrong")
