"""Were these events written by the computers they name? The last signature of each run covers what is before it."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.branch import Branch, StationEnrolled, TermOpened
from app.domain.events import Header, Held
from app.domain.kinds import known_payload
from app.errors import Refused

_BRINGS_KEYS = ("branch.term_opened", "branch.station_enrolled")

Keys = Mapping[str, tuple[str, ...]]
"""Station to the public keys it ever signed with, hex."""


def keys_of(branch: Branch | None) -> dict[str, tuple[str, ...]]:
    """The keys that a branch's log has brought so far."""
    return {name: each.keys for name, each in branch.stations.items()} if branch else {}


def keys_in(branch: Branch | None, events: Sequence[tuple[Header, Held]]) -> dict[str, tuple[str, ...]]:
    """The same, and those that these entries bring; only for a log that comes from the branch's own hub."""
    return keys_in_log(keys_of(branch), events)


def keys_in_log(known: Keys, events: Sequence[tuple[Header, Held]]) -> dict[str, tuple[str, ...]]:
    """Known keys, and those that entries of the branch's own stream bring along."""
    keys = dict(known)
    for header, held in events:
        if header.kind in _BRINGS_KEYS:
            payload = known_payload(header, held.payload)
            if isinstance(payload, TermOpened | StationEnrolled):
                former = keys.get(payload.station, ())
                if payload.key not in former:
                    keys[payload.station] = (*former, payload.key)
    return keys


def unproved(keys: Keys, events: Sequence[tuple[Header, Held]]) -> dict[bytes, str]:
    """Runs whose last event here bears no signature of its computer, and why: key_unknown or signature_wrong.

    Each run's hashes were chained when the events were unpacked, so its last signature covers all of it.
    """
    last = {header.epoch: (header, held) for header, held in events}
    found = {}
    for epoch, (header, held) in last.items():
        known = keys.get(header.station, ())
        if not known:
            found[epoch] = "key_unknown"
        elif held.signature is None or not _signed(known, held.signature, held.hash):
            found[epoch] = "signature_wrong"
    return found


def prove(keys: Keys, events: Sequence[tuple[Header, Held]]) -> None:
    """Raises Refused("signature_wrong") when any run is not proved."""
    if unproved(keys, events):
        raise Refused("signature_wrong")


_public: dict[str, Any] = {}


def _signed(keys: Sequence[str], signature: bytes, data: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    for key in reversed(keys):
        try:
            if key not in _public:
                _public[key] = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
            _public[key].verify(signature, data)
        except (InvalidSignature, ValueError):
            continue
        return True
    return False
