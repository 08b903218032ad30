"""Where there is no network at all: what others may lack is carried to them on a USB stick (DESIGN 3).

Each stick stands for itself: everything that is pending here, and the log of the last days (or behind the line that
head office has countersigned, where that is older). Taking one in is the same as a round with the computer that wrote
it, so it can be done in any order and again and again.
"""

import logging
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection

from app.config import result_at
from app.domain.calendar import add_days
from app.domain.events import Entry, Header, Held
from app.domain.rights import SYSTEM
from app.errors import Refused
from app.models import following, log
from app.models.verifying import station_keys
from app.services.hub_papers import AUTHORITY_KEY, HubPapers
from app.services.office import Office
from app.services.retention import begin_of, countersigned, days_kept
from app.services.rule_bundles import trusted_keys
from app.services.snapshot_files import is_signed
from app.services.stick_files import (
    HEAD,
    LOG,
    OFFERS,
    Cover,
    Stick,
    read_cover,
    read_stick,
    unpacked,
    write_stick,
)
from app.services.stick_keys import LENGTH, open_as_branch, slots
from app.sync.messages import Answer
from app.sync.node import MOST_OFFERS, STATION, WHOLE_TAIL, Node
from app.sync.ordering import take_offers
from app.sync.proof import keys_in_log, unproved
from app.sync.wire import pack_events, pack_log

record = logging.getLogger(__name__)
CARRY = "stick.carry"
Event = tuple[Header, Held]


# ---------------------------------------------------------------------------------------------- writing


def export_stick(office: Office, node: Node, who: str, path: Path) -> int:
    """Write what others may lack to `path`; gives the number of events on it.

    Raises Refused("no_right" | "not_full_station" | "log_empty" | "disk_full" | "output_not_writable" | "disk_error").
    """
    office.require(who, CARRY)
    authority_key = HubPapers(office).authority().key_pem
    if not authority_key:
        raise Refused("not_full_station")
    entropy = office.ports.entropy
    key = entropy.take(LENGTH)
    readers = [each.public for each in trusted_keys(office.folder)]
    cover = Cover(
        branch=office.branch().code,
        station=office.note.station,
        made_at=office.now(),
        slots=slots(key, authority_key, readers, entropy),
    )
    counted: list[int] = []
    with result_at(path):
        write_stick(path, cover, key, _content(office, node, counted), office.journal.signer, entropy)
    record.info("%s events written to a stick", sum(counted))
    return sum(counted)


def _content(office: Office, node: Node, counted: list[int]) -> Iterator[tuple[str, object]]:
    with office.store.reading() as connection:
        yield HEAD, node.hello(connection)
        begin = log.begin(connection).position
        oldest = begin_of(connection, add_days(office.calendar_day(), -days_kept(office, STATION)))
        line = countersigned(connection)
        since = max(begin, min(oldest, line) if line or office.setting("head_office") else oldest)
        before = log.hash_at(connection, since)
        entries = log.entries_after(connection, since, WHOLE_TAIL)
        waiting = log.pending(connection, WHOLE_TAIL)
    if entries and before is not None:
        part = pack_log(since, before, entries)
        counted.append(len(part.block.order))
        yield LOG, part
    while waiting:
        block, count = pack_events(waiting[:MOST_OFFERS])
        counted.append(count)
        waiting = waiting[count:]
        yield OFFERS, block


# ---------------------------------------------------------------------------------------------- reading


def import_stick(office: Office, node: Node, who: str, path: Path) -> int:
    """Take in what is on a stick; gives the number of events that were new here.

    Raises Refused("no_right" | "stick_missing" | "stick_damaged" | "stick_foreign" | "stick_known" | "stick_old" |
    "stick_gap" | "station_revoked"): then nothing of it was taken in.
    """
    office.require(who, CARRY)
    cover, data = read_cover(path)
    key = open_as_branch(cover.slots, office.setting(AUTHORITY_KEY))
    if key is None or cover.branch != office.branch().code:
        raise Refused("stick_foreign", branch=cover.branch)
    stick = read_stick(cover, data, key)
    entries, offers = unpacked(stick)
    _believe(office, stick, [*((header, each.held) for header, each in entries), *offers])
    with office.store.reading() as connection:
        if following.is_noted(connection, _notice(stick)):
            raise Refused("stick_known")
        new = len(_new(connection, [*(header for header, _ in entries), *(header for header, _ in offers)]))
    if not new and not _is_news(node, stick):
        raise Refused("stick_old")
    _take(node, stick, entries, offers)
    with node.journal.unit(SYSTEM) as unit:
        facts = {"count": new, "station": cover.station, "who": who, "made_at": cover.made_at}
        following.note(unit.connection, _notice(stick), "stick_imported", "branch", "", facts, unit.at)
    record.info("%s new events came on a stick of %s", new, cover.station)
    return new


def _notice(stick: Stick) -> str:
    return f"stick {stick.name}"


def _believe(office: Office, stick: Stick, events: list[Event]) -> None:
    """The computer that wrote it belongs to the branch, by this log or by what the stick itself brings."""
    station = office.branch().stations.get(stick.cover.station)
    if station is not None and station.revoked_at is not None:
        raise Refused("station_revoked")
    with office.store.reading() as connection:
        keys = keys_in_log(station_keys(connection), events)
    if not is_signed(keys.get(stick.cover.station, ()), stick.signature, stick.signed, words=b""):
        raise Refused("stick_damaged", why="signature")


def _new(connection: Connection, headers: list[Header]) -> set[bytes]:
    """Ids that are neither in the log here nor beside it; what was let go is known by how far its run had got."""
    ids = [header.id for header in headers]
    known = log.known(connection, ids) | log.pending_known(connection, ids) | log.aside_known(connection, ids)
    begin: dict[bytes, int] = {}
    found = set()
    for header in headers:
        if header.id in known:
            continue
        if header.epoch not in begin:
            begin[header.epoch] = log.let_go_of_run(connection, header.epoch)
        if header.seq > begin[header.epoch]:
            found.add(header.id)
    return found


def _is_news(node: Node, stick: Stick) -> bool:
    """Whether it tells of another order, though every event is here: what was pending has its place now."""
    if node.is_hub or stick.log is None:
        return False
    with node.journal.store.reading() as connection:
        head = log.head(connection)
        have = log.hash_at(connection, stick.hello.position)
    return stick.hello.term >= head.term and have != stick.hello.log_hash


def _take(node: Node, stick: Stick, entries: list[tuple[Header, Entry]], offers: list[Event]) -> None:
    """As in a round: follow the log where the rules say so; what has no place here is held, or ordered by the hub."""
    followed = _follows(node, stick)
    if followed:
        node.take(Answer(hello=stick.hello, orders=True, log=stick.log))
    else:
        node.hear(stick.hello)
    events = [*([] if followed else [(header, each.held) for header, each in entries]), *offers]
    if node.journal.ordering:
        take_offers(node, events, stick.cover.station)
    else:
        _hold(node, events)


def _follows(node: Node, stick: Stick) -> bool:
    """Whether the log on the stick is this computer's own from now on (DESIGN 2, rule 5).

    Raises Refused("stick_gap") where it would be, and something between the two logs is missing.
    """
    part = stick.log
    with node.journal.store.reading() as connection:
        head = log.head(connection)
        fits = part is not None and log.hash_at(connection, part.position) == part.before
    if part is None or stick.hello.term < head.term or (node.is_hub and stick.hello.term == head.term):
        return False
    if not fits and head.position < part.position:
        raise Refused("stick_gap")
    return fits


def _hold(node: Node, events: list[Event]) -> None:
    """A station keeps what has no place in its log yet, and offers it to the hub (DESIGN 2, rule 1)."""
    with node.journal.unit(SYSTEM) as unit:
        connection = unit.connection
        new = _new(connection, [header for header, _ in events])
        bad = unproved(keys_in_log(station_keys(connection), events), events)
        fresh = [each for each in events if each[0].id in new and each[0].epoch not in bad]
        number = log.next_pending(connection)
        rows = [log.pending_row(number + place, header, held) for place, (header, held) in enumerate(fresh)]
        log.add_pending(connection, rows)
        for header, _ in fresh:
            unit.streams.overlay(header.stream)
