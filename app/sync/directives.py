"""What head office hands down: the contents of each kind of directive, as JSON."""

from typing import Annotated

import msgspec
from msgspec import Meta

from app.domain.rights import ROLES
from app.errors import Refused

_Word = Annotated[str, Meta(min_length=1, max_length=120)]
_Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class StaffSet(msgspec.Struct, frozen=True, kw_only=True):
    """Kind `staff`: a person of the branch, the whole of what head office knows of them; no secret."""

    person: Annotated[str, Meta(pattern=r"^[0-9A-Za-z_-]{1,40}$")]
    name: Annotated[str, Meta(min_length=1, max_length=60)]
    title: Annotated[str, Meta(max_length=60)] = ""
    roles: tuple[str, ...]
    active: bool = True


class Revocation(msgspec.Struct, frozen=True, kw_only=True):
    """Kind `revocation`: a computer of the branch is not to be trusted any more."""

    station: _Word
    at: int
    """Head office's clock, milliseconds UTC."""


class Booking(msgspec.Struct, frozen=True, kw_only=True):
    """Kind `booking`: a visit that was booked online, or taken back (`booked` False)."""

    code: _Word
    day: _Day
    time: Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    """Local time of the branch."""
    service: _Word
    name: Annotated[str, Meta(min_length=1, max_length=120)]
    booked: bool = True


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """Kind `match`: what the member register says to a case."""

    case: str
    position: int
    """Of the log entry that noted the NIK which was looked up: an answer to an older NIK says nothing of a newer."""
    result: str
    """found, not_found or name_differs, as in `app.domain.case_answers`."""
    member_nos: tuple[str, ...] = ()


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """Kind `payment`: the bank paid a voucher, or the money came back (`paid` False)."""

    case: str
    voucher: _Word
    reference: _Word
    day: _Day
    amount: Annotated[int, Meta(ge=0, lt=1 << 53)]
    """Rupiah."""
    paid: bool = True


CONTENTS: dict[str, type[msgspec.Struct]] = {
    "staff": StaffSet,
    "revocation": Revocation,
    "booking": Booking,
    "match": Match,
    "payment": Payment,
}
"""Kinds and their contents; the content of kind `bundle` is the SignedBundle of `app.services.rule_bundles`."""

_decoders = {kind: msgspec.json.Decoder(content) for kind, content in CONTENTS.items()}


def content_bytes(content: msgspec.Struct) -> bytes:
    """JSON in the order of the fields."""
    return msgspec.json.encode(content)


def read_content(kind: str, content: bytes) -> msgspec.Struct:
    """What a directive says; raises Refused("directive_unknown") for a kind that this program does not know."""
    decoder = _decoders.get(kind)
    if decoder is None:
        raise Refused("directive_unknown", kind=kind)
    try:
        read = decoder.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Refused("directive_damaged", kind=kind) from error
    if isinstance(read, StaffSet) and set(read.roles) - set(ROLES):
        raise Refused("directive_unknown", kind=kind)
    return read
