"""Who can open a stick: each full computer of the branch, and head office. Nobody else learns a byte of it.

The content is sealed with a key of its own. That key lies in the file once for each reader: wrapped with a key derived
(HKDF-SHA256) from the branch's private authority, which every full computer has and nobody else; and for head office
by X25519 with the key it signs with. (An Ed25519 key is a point that X25519 can use too: RFC 7748, the map u = (1+y)/(1-y).)
"""

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec

from app.domain.ports import Entropy

LENGTH = 32
_NONCE = 12
_PRIME = 2**255 - 19
BRANCH, HEAD_OFFICE = "branch", "head_office"


class Slot(msgspec.Struct, frozen=True, array_like=True):
    """The content's key for one reader."""

    reader: str
    """branch, or head_office."""
    public: bytes
    """The sender's half, made for this file; empty for the branch."""
    wrapped: bytes


def slots(key: bytes, authority_key: str, head_office: Iterable[str], entropy: Entropy) -> tuple[Slot, ...]:
    """The content's key for the branch (PEM of its authority's key) and for each key of head office (64 hex digits)."""
    made = [Slot(BRANCH, b"", _wrap(_of_authority(authority_key), key, entropy))]
    for public in head_office:
        half, shared = _send_to(bytes.fromhex(public), entropy)
        made.append(Slot(HEAD_OFFICE, half, _wrap(shared, key, entropy)))
    return tuple(made)


def open_as_branch(found: Iterable[Slot], authority_key: str) -> bytes | None:
    """The content's key; None where this branch's authority does not open it."""
    if not authority_key:
        return None
    wrapping = _of_authority(authority_key)
    opened = (_unwrap(wrapping, each.wrapped) for each in found if each.reader == BRANCH)
    return next((key for key in opened if key is not None), None)


def open_as_head_office(found: Iterable[Slot], seed: bytes) -> bytes | None:
    """The content's key by the 32 bytes of head office's key file; None where none of its slots opens."""
    opened = (_received(each, seed) for each in found if each.reader == HEAD_OFFICE)
    return next((key for key in opened if key is not None), None)


def _derive(secret: bytes, use: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=LENGTH, salt=None, info=b"loket stick 1 " + use).derive(secret)


def _of_authority(pem: str) -> bytes:
    return _derive(pem.strip().encode(), b"branch")


def _wrap(key: bytes, content_key: bytes, entropy: Entropy) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = entropy.take(_NONCE)
    return nonce + bytes(AESGCM(key).encrypt(nonce, content_key, b"loket stick 1"))


def _unwrap(key: bytes, wrapped: bytes) -> bytes | None:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return bytes(AESGCM(key).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], b"loket stick 1"))
    except (InvalidTag, ValueError):
        return None


def _montgomery(public: bytes) -> bytes:
    y = int.from_bytes(public, "little") & ((1 << 255) - 1)
    return ((1 + y) * pow(1 - y, _PRIME - 2, _PRIME) % _PRIME).to_bytes(LENGTH, "little")


def _agreed(private: Any, public: bytes, half: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    return _derive(private.exchange(X25519PublicKey.from_public_bytes(public)), b"head office " + half)


def _send_to(public: bytes, entropy: Entropy) -> tuple[bytes, bytes]:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    private = X25519PrivateKey.from_private_bytes(entropy.take(LENGTH))
    half = private.public_key().public_bytes_raw()
    return half, _agreed(private, _montgomery(public), half)


def _received(slot: Slot, seed: bytes) -> bytes | None:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    private = X25519PrivateKey.from_private_bytes(hashlib.sha512(seed).digest()[:LENGTH])
    try:
        return _unwrap(_agreed(private, slot.public, slot.public), slot.wrapped)
    except ValueError:
        return None
