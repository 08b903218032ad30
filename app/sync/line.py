"""The countersigned line and the directives: what head office signs, and how a branch checks it."""

from collections.abc import Iterable
from typing import Annotated, Any, Protocol

import msgspec
from msgspec import Meta

from app.domain.events import Reach
from app.errors import Refused


class Signs(Protocol):
    """A key that signs: head office's own."""

    def sign(self, data: bytes) -> bytes:
        """64 bytes of Ed25519."""
        ...


class Line(msgspec.Struct, frozen=True, array_like=True):
    """The last position of a branch log that head office has countersigned: final from there down (DESIGN 2, rule 6)."""

    position: Annotated[int, Meta(ge=0, lt=1 << 53)]
    log_hash: Annotated[bytes, Meta(min_length=32, max_length=32)]
    signature: Annotated[bytes, Meta(min_length=64, max_length=64)]

    @property
    def reach(self) -> Reach:
        """What is compared of two lines."""
        return Reach(self.position, self.log_hash)


class Directive(msgspec.Struct, frozen=True, array_like=True):
    """Something that head office hands down to a branch: numbered 1, 2, 3 … per branch."""

    number: Annotated[int, Meta(ge=0, lt=1 << 53)]
    kind: Annotated[str, Meta(max_length=64)]
    """bundle, staff, revocation, booking, match or payment."""
    content: bytes
    """JSON; for a bundle its SignedBundle."""
    signature: bytes


_encoder = msgspec.msgpack.Encoder()


def line_bytes(branch: str, position: int, log_hash: bytes) -> bytes:
    """What is signed: a MessagePack array whose first word keeps it apart from everything else that is signed."""
    return _encoder.encode(("loket line 1", branch, position, log_hash))


def directive_bytes(branch: str, number: int, kind: str, content: bytes) -> bytes:
    """What is signed of a directive."""
    return _encoder.encode(("loket directive 1", branch, number, kind, content))


def countersign(key: Signs, branch: str, position: int, log_hash: bytes) -> bytes:
    """Head office's word that it has the branch's log up to this position, durably."""
    return key.sign(line_bytes(branch, position, log_hash))


def check_line(keys: Iterable[str], branch: str, line: Line) -> None:
    """Raises Refused("line_not_trusted") unless one of the public keys (64 hex digits) signed this line."""
    if not _signed(keys, line.signature, line_bytes(branch, line.position, line.log_hash)):
        raise Refused("line_not_trusted")


def sign_directive(key: Signs, branch: str, number: int, kind: str, content: bytes) -> Directive:
    """A directive that the branch will believe."""
    return Directive(number, kind, content, key.sign(directive_bytes(branch, number, kind, content)))


def check_directive(keys: Iterable[str], branch: str, directive: Directive) -> None:
    """Raises Refused("directive_not_trusted") unless one of the public keys signed it for this branch."""
    data = directive_bytes(branch, directive.number, directive.kind, directive.content)
    if not _signed(keys, directive.signature, data):
        raise Refused("directive_not_trusted")


def _public(key: str) -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))


def _signed(keys: Iterable[str], signature: bytes, data: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature

    for key in keys:
        try:
            _public(key).verify(signature, data)
        except (InvalidSignature, ValueError):
            continue
        return True
    return False
