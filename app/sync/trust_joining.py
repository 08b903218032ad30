"""How a new computer joins a branch, or a branch head office: a code that is read aloud, and two sealed messages."""

import hashlib
import hmac
import threading
from collections.abc import Collection
from typing import Annotated

import msgspec
from msgspec import Meta

from app.credentials import ALPHABET
from app.domain.ports import Clock, Entropy
from app.errors import Refused
from app.sync.trust_certificates import (
    Authority,
    ask_certificate,
    check_issued,
    issue_requested,
    requested_key,
)
from app.sync.trust_signatures import Signer, signature_fits

ENROL_PATH = "/v1/enrol"
CODE_LENGTH = 10
"""50 random bits."""
CODE_LIFE_MS = 600_000
CODE_TRIES = 5
MESSAGE_LIMIT = 262_144
"""Bytes of a joining request; the answer's limit is the caller's."""
_NONCE_LENGTH, _TAG_LENGTH = 12, 32
_HEX_64 = r"^[0-9a-f]{64}$"

# ------------------------------------------------------------------------------------------------- the code


def new_code(entropy: Entropy) -> str:
    """10 signs of ALPHABET."""
    return "".join(ALPHABET[byte & 31] for byte in entropy.take(CODE_LENGTH))


def show_code(code: str) -> str:
    """As it is read aloud: `ABCD-EFGH-JK`."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def read_code(typed: str) -> str:
    """The 10 signs a person typed, whatever the blanks and case; raises Refused("enrolment_code_typo")."""
    code = "".join(sign for sign in typed.upper() if not sign.isspace() and sign != "-")
    if len(code) != CODE_LENGTH or set(code) - set(ALPHABET):
        raise Refused("enrolment_code_typo")
    return code


def stretch(code: str) -> bytes:
    """The secret both sides get from the code: argon2id, 64 MiB, 32 bytes.

    One salt for all: who joins knows nothing of the other side yet that could be a salt.
    """
    from argon2.low_level import Type, hash_secret_raw

    return hash_secret_raw(
        code.encode(),
        b"loket joining 01",
        time_cost=3,
        memory_cost=65_536,
        parallelism=2,
        hash_len=32,
        type=Type.ID,
    )


def _tag(secret: bytes, purpose: bytes, *parts: bytes) -> bytes:
    """HMAC-SHA-256 under a key for this purpose alone, of parts of which all but the last have a fixed length."""
    key = hmac.digest(secret, b"loket joining 1 " + purpose, hashlib.sha256)
    return hmac.digest(key, b"".join(parts), hashlib.sha256)


# ------------------------------------------------------------------------------------------------- the request


class Newcomer(msgspec.Struct, frozen=True, kw_only=True):
    """What a computer tells of itself when it joins."""

    station: Annotated[str, Meta(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
    fingerprint: Annotated[str, Meta(max_length=64)]
    """Of the machine."""
    name: Annotated[str, Meta(min_length=1, max_length=80)]
    place: Annotated[str, Meta(max_length=40)] = ""
    full: bool = True
    """Whether it wants to hold the whole log and be able to become the hub; the other side decides."""
    names: Annotated[tuple[Annotated[str, Meta(max_length=255)], ...], Meta(max_length=32)] = ()
    """Its host names and IP addresses."""
    branch: Annotated[str, Meta(max_length=40)] = ""
    """The branch's code, where it is known: head office has open invitations of many branches."""


class JoiningRequest(Newcomer, frozen=True, kw_only=True):
    """A newcomer with its keys, bound to the server's certificate as the newcomer sees it."""

    public_key: Annotated[str, Meta(pattern=_HEX_64)]
    """Of the device key, Ed25519."""
    certificate_request: Annotated[str, Meta(max_length=4_096)]
    nonce: Annotated[bytes, Meta(min_length=16, max_length=16)]
    seen: Annotated[str, Meta(max_length=64)]
    """SHA-256 of the server's certificate; empty without TLS, on this computer itself."""


class _Envelope(msgspec.Struct, frozen=True, array_like=True):
    content: bytes
    proof: bytes
    """Of the code."""
    signature: bytes
    """By the device key: it is really there."""


class _SealedAnswer(msgspec.Struct, frozen=True, array_like=True):
    sealed: bytes
    proof: bytes
    """Over the sealed bytes, checked first: AES-GCM alone would let a stranger try many codes with one answer."""


class _Answer(msgspec.Struct, frozen=True):
    branch: str
    authority: str
    certificate: str
    secrets: bytes
    at: int


class Joining(msgspec.Struct, frozen=True):
    """A request that was made, and what is needed to read its answer; sending `body` again is harmless."""

    body: bytes
    secret: bytes
    station: str
    key_pem: str

    def __repr__(self) -> str:
        return f"Joining({self.station})"


def joining_request(code: str, newcomer: Newcomer, signer: Signer, seen: str, entropy: Entropy) -> Joining:
    """Ask to join, with the code of `read_code`; `seen` is `see_certificate(address)`. Takes a tenth of a second."""
    asked, key_pem = ask_certificate(newcomer.station)
    request = JoiningRequest(
        **msgspec.structs.asdict(newcomer),
        public_key=signer.public(),
        certificate_request=asked,
        nonce=entropy.take(16),
        seen=seen,
    )
    secret, content = stretch(code), msgspec.msgpack.encode(request)
    envelope = _Envelope(content, _tag(secret, b"request", content), signer.sign(_signed(content)))
    return Joining(msgspec.msgpack.encode(envelope), secret, newcomer.station, key_pem)


def _signed(content: bytes) -> bytes:
    return b"loket joining 1\n" + content


def read_request(body: bytes) -> JoiningRequest:
    """What a request says, not yet believed: head office finds the invitation by its branch.

    Raises Refused("joining_damaged").
    """
    return _read(body)[1]


def _read(body: bytes) -> tuple[_Envelope, JoiningRequest]:
    if len(body) > MESSAGE_LIMIT:
        raise Refused("joining_damaged")
    try:
        envelope = msgspec.msgpack.decode(body, type=_Envelope)
        return envelope, msgspec.msgpack.decode(envelope.content, type=JoiningRequest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("joining_damaged") from error


# ------------------------------------------------------------------------------------------------- the invitation


class InvitationState(msgspec.Struct, frozen=True):
    """What has to be kept of an invitation where several processes answer; otherwise `Invitation` keeps it."""

    secret: bytes
    """The stretched code: 32 bytes, as good as the code until it expires, so keep it no longer."""
    made_at: int
    left: int = CODE_TRIES
    taken_by: bytes = b""
    """SHA-256 of the request that used it; empty while it is open."""

    def __repr__(self) -> str:
        return f"InvitationState(made_at={self.made_at}, left={self.left}, taken={bool(self.taken_by)})"


class Invitation:
    """One code, for one computer, for ten minutes and five tries; calls from several threads are put in a row."""

    def __init__(self, state: InvitationState, clock: Clock) -> None:
        self._state, self._clock = state, clock
        self._since = clock.monotonic()
        self._row = threading.Lock()

    @classmethod
    def open(cls, code: str, clock: Clock) -> "Invitation":
        """Invite with a code of `new_code`."""
        return cls(InvitationState(stretch(code), clock.now()), clock)

    @property
    def state(self) -> InvitationState:
        """To be kept by head office after each `admit`, whether it refused or not."""
        return self._state

    def is_open(self) -> bool:
        """Whether somebody can still join with it."""
        return not self._expired() and self._state.left > 0 and not self._state.taken_by

    def _expired(self) -> bool:
        """By both clocks: setting the PC's clock back makes no code live longer."""
        age, run = self._clock.now() - self._state.made_at, self._clock.monotonic() - self._since
        return not 0 <= age < CODE_LIFE_MS or run >= CODE_LIFE_MS

    def admit(self, body: bytes, own: Collection[str]) -> JoiningRequest:
        """Believe a request and use the code up; `own` are the fingerprints of this server's certificates.

        The same bytes sent again are admitted again, for an answer may be lost. Raises Refused("joining_damaged",
        which costs no try, "enrolment_code_expired" | "…_used" | "…_locked" | "…_wrong", left=tries) and
        "enrolment_intercepted" when the newcomer, who knows the code, sees a certificate that is not ours: somebody
        stands between, and the code is not good any more.
        """
        envelope, request = _read(body)
        with self._row:
            digest = hashlib.sha256(body).digest()
            self._check_open(digest)
            if not hmac.compare_digest(
                envelope.proof, _tag(self._state.secret, b"request", envelope.content)
            ):
                left = self._state.left - 1
                self._change(left=left)
                raise Refused("enrolment_code_wrong", left=left)
            if not signature_fits(request.public_key, envelope.signature, _signed(envelope.content)):
                raise Refused("joining_damaged")
            requested_key(request.certificate_request)
            if request.seen not in own:
                self._change(left=0)
                raise Refused("enrolment_intercepted")
            self._change(taken_by=digest)
        return request

    def _check_open(self, digest: bytes) -> None:
        if self._expired():
            raise Refused("enrolment_code_expired")
        if self._state.taken_by and self._state.taken_by != digest:
            raise Refused("enrolment_code_used")
        if self._state.left <= 0:
            raise Refused("enrolment_code_locked")

    def _change(self, **fields: object) -> None:
        self._state = msgspec.structs.replace(self._state, **fields)


# ------------------------------------------------------------------------------------------------- the answer


def answer_joining(
    invitation: Invitation,
    body: bytes,
    branch: str,
    authority: Authority,
    sealed: bytes,
    entropy: Entropy,
    now_ms: int,
    *,
    full: bool,
) -> bytes:
    """The answer to a request that `admit` believed: certificates, and whatever `sealed` holds, for its sender alone.

    `full`: whether the certificate lets it serve as hub. An authority without its key issues none.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    request, certificate = read_request(body), ""
    if invitation.state.taken_by != hashlib.sha256(body).digest():
        raise Refused("enrolment_code_used")
    if authority.key_pem:
        certificate = issue_requested(
            authority, request.certificate_request, request.station, request.names, now_ms, full=full
        )
    answer = _Answer(branch, authority.certificate_pem, certificate, sealed, now_ms)
    secret, about = invitation.state.secret, hashlib.sha256(body).digest()
    nonce = entropy.take(_NONCE_LENGTH)
    cipher = AESGCM(_tag(secret, b"seal", about))
    closed = nonce + cipher.encrypt(nonce, msgspec.msgpack.encode(answer), about)
    return msgspec.msgpack.encode(_SealedAnswer(closed, _tag(secret, b"answer", about, closed)))


class Joined(msgspec.Struct, frozen=True):
    """What a computer got when it joined."""

    branch: str
    authority_pem: str
    certificate_pem: str
    """Empty when the other side issues none."""
    key_pem: str
    secrets: bytes
    """What the other side sealed for it."""
    at: int
    """The other side's clock, milliseconds UTC."""

    def __repr__(self) -> str:
        return f"Joined({self.branch})"


def read_joining_answer(joining: Joining, body: bytes) -> Joined:
    """Open the answer to `joining`; raises Refused("joining_answer_wrong") when it is not from who knows the code."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    about = hashlib.sha256(joining.body).digest()
    try:
        envelope = msgspec.msgpack.decode(body, type=_SealedAnswer)
        if not hmac.compare_digest(envelope.proof, _tag(joining.secret, b"answer", about, envelope.sealed)):
            raise Refused("joining_answer_wrong")
        nonce, closed = envelope.sealed[:_NONCE_LENGTH], envelope.sealed[_NONCE_LENGTH:]
        opened = AESGCM(_tag(joining.secret, b"seal", about)).decrypt(nonce, closed, about)
        answer = msgspec.msgpack.decode(opened, type=_Answer)
        if answer.certificate:
            check_issued(answer.authority, answer.certificate, joining.key_pem, joining.station)
    except (msgspec.DecodeError, RecursionError, InvalidTag, ValueError) as error:
        raise Refused("joining_answer_wrong") from error
    return Joined(
        answer.branch, answer.authority, answer.certificate, joining.key_pem, answer.secrets, answer.at
    )
