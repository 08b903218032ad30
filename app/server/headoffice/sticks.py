"""What a branch without any line wrote on a USB stick: taken in as if its hub had said it in rounds."""

import logging
from collections.abc import Sequence
from pathlib import Path

import msgspec
from sqlalchemy import bindparam, select

from app.domain.events import Entry, Header, Held
from app.errors import Refused
from app.server.headoffice import tables
from app.server.headoffice.newcomers import enrolled
from app.server.headoffice.office import HeadOffice
from app.server.headoffice.registry import Registered
from app.services.snapshot_files import is_signed
from app.services.stick_files import Stick, read_cover, read_stick, unpacked
from app.services.stick_keys import open_as_head_office
from app.sync import above
from app.sync.messages import Round

record = logging.getLogger(__name__)

ASKED_AT_ONCE = 5_000
"""Ids in one question to the database, which takes some ten thousand parameters."""
Event = tuple[Header, Held]

_branch = select(tables.branches.c.code).where(tables.branches.c.code == bindparam("code"))


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a stick. Counts are events that were new here."""

    branch: str
    station: str
    made_at: int
    """When it was written, milliseconds UTC by that computer's clock."""
    ordered: int
    """They stand in the branch's log now, and are final."""
    held: int
    """They are kept, and get their places when the hub offers or fetches them."""
    position: int
    """Where the branch's log ends here now."""
    revoked: bool
    """The computer was revoked: what it brought is kept apart."""


def import_stick(office: HeadOffice, seed: bytes, path: Path) -> Carried:
    """Take in a stick, by the 32 bytes of head office's key file; once more does no harm.

    Raises Refused("stick_missing" | "stick_damaged" | "stick_foreign" | "branch_unknown" | "stick_unproved" |
    "stick_old_above" | "stick_gap_above" | "stick_parted" | "signature_wrong" | "head_office_key_missing").
    """
    office.signing_key()
    cover, data = read_cover(path)
    with office.database.reading() as connection:
        if connection.execute(_branch, {"code": cover.branch}).first() is None:
            raise Refused("branch_unknown", branch=cover.branch)
    key = open_as_head_office(cover.slots, seed)
    if key is None:
        raise Refused("stick_foreign", branch=cover.branch)
    stick = read_stick(cover, data, key)
    entries, offers = unpacked(stick)
    events = [*((header, each.held) for header, each in entries), *offers]
    _believe(office, stick, events)
    carried = _take(office, stick, entries, [header.id for header, _ in events])
    office.follow_up.catch_up(cover.branch)
    record.info("%s: %s ordered, %s held from a stick", cover.branch, carried.ordered, carried.held)
    return carried


def _believe(office: HeadOffice, stick: Stick, events: Sequence[Event]) -> None:
    """Head office's key for others is public: anybody can write it a stick. Who wrote this one is known here, or was
    enrolled in its log by a computer that is; and is the computer that speaks in it."""
    branch, station = stick.cover.branch, stick.cover.station
    for each in office.follow_up.behind():  # an enrolment may be stored here, and not read yet
        office.follow_up.catch_up(each)
    keys = Registered(office).keys(branch).get(station, ())
    told = enrolled(office, branch, station, events) if not keys else None
    if told is not None:
        keys = (told.key,)
    if stick.hello.station != station or not is_signed(keys, stick.signature, stick.signed, words=b""):
        raise Refused("stick_unproved", branch=branch)


def _take(
    office: HeadOffice, stick: Stick, entries: Sequence[tuple[Header, Entry]], ids: Sequence[bytes]
) -> Carried:
    branch, logs, signer = stick.cover.branch, office.logs, office.signing_key()
    rounds = above.HeadOffice(logs, Registered(office), signer, signer.public(), office.clock)
    before, lacked = logs.head(branch), _unknown(office, branch, ids)
    answers = [rounds.answer(branch, each, stick.cover.station) for each in _as_rounds(stick)]
    after = logs.head(branch)
    new = len(lacked) - len(_unknown(office, branch, lacked))
    revoked = any(each.need == "revoked" for each in answers)
    if not new and after.position == before.position:
        raise Refused("device_revoked") if revoked and lacked else _nothing(office, stick, lacked)
    stood = {header.id for header, each in entries if logs.hash_at(branch, each.position) == each.log_hash}
    ordered = len(stood.intersection(lacked))
    return Carried(
        branch=branch,
        station=stick.cover.station,
        made_at=stick.cover.made_at,
        ordered=ordered,
        held=new - ordered,
        position=after.position,
        revoked=revoked,
    )


def _as_rounds(stick: Stick) -> list[Round]:
    """What the computer would have asked: its log first, then what is in no log."""
    asked = [Round(hello=stick.hello, log=stick.log)] if stick.log is not None else []
    return [*asked, *(Round(hello=stick.hello, offers=block) for block in stick.offers)]


def _unknown(office: HeadOffice, branch: str, ids: Sequence[bytes]) -> list[bytes]:
    """Those that are neither in the log here nor held."""
    known: set[bytes] = set()
    for start in range(0, len(ids), ASKED_AT_ONCE):
        known |= office.logs.known(branch, ids[start : start + ASKED_AT_ONCE])
    return [each for each in ids if each not in known]


def _nothing(office: HeadOffice, stick: Stick, lacked: Sequence[bytes]) -> Refused:
    """Why nothing was taken in."""
    branch, head = stick.cover.branch, office.logs.head(stick.cover.branch)
    if not lacked:
        return Refused("stick_old_above", branch=branch)
    if stick.log is not None and stick.log.position > head.position:
        return Refused("stick_gap_above", branch=branch, first=stick.log.position + 1, last=head.position)
    return Refused("stick_parted", branch=branch)
