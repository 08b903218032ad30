"""The hub's half of a round: it takes what is offered, decides what is asked, and hands back the log it orders."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from app.domain.events import Entry, Header, Held, Reach, Term, read_header
from app.domain.rights import SYSTEM
from app.domain.withheld import only_shows, withhold
from app.errors import Refused
from app.models import following, log, projections
from app.models.journal import Unit
from app.sync.block import LogPart
from app.sync.messages import ABANDON, Answer, Done, Hello, Round
from app.sync.proof import Keys, keys_in, keys_of, prove, unproved
from app.sync.wire import fitting, pack_log, unpack_log

if TYPE_CHECKING:
    from app.sync.node import Node


def answer(node: "Node", question: Round, peer: str) -> Answer:
    """What the hub says to a station (or to another hub that asks)."""
    hello = question.hello
    if hello.station != peer:
        raise Refused("message_damaged", why="station")
    if _is_revoked(node, peer):
        return _from_revoked(node, question, peer)
    node.last_heard[peer] = node.journal.clock.now()
    node.hear(hello)
    if not node.is_hub:
        return _said(node, orders=False, need="station")
    if node.gathering:
        return _gather(node, question)
    higher = _higher(node, hello)
    if higher:
        node.step_down()
        return _said(node, orders=False, need="term")
    return _ordered(node, question, peer)


def _ordered(node: "Node", question: Round, peer: str) -> Answer:
    """What the hub makes of it: what is offered comes in, then what is asked for is decided, then the log goes back."""
    offered = node.offered(question)
    if _only_shows(node, peer):  # what it holds in full is all that it can bring
        offered = [(header, held) for header, held in offered if held.payload is not None]
    taken_back = _taken_back(node, question)
    kept = node.received.keep(question, offered, peer)
    if kept:
        with node.journal.store.reading() as connection:
            hello = node.hello(connection)
        return Answer(hello=hello, orders=True, need="kept", kept=kept, done=taken_back)
    node.received.take_in(node)
    aside = take_offers(node, offered, peer)
    need = _lacks_line(node, question)
    done = taken_back or (node.decide(question.act) if question.act is not None else None)
    found = Answer(hello=question.hello, orders=True, need=need, aside=aside, done=done)
    if question.whole:
        node.received.told(peer)
    found = _with_log(node, question, [*node.received.held_by(peer), *offered], found)
    if found.log is None:
        node.received.told(peer)
    if question.offers is None and question.act is None:  # nobody waits for this one
        found.upstream = node.upstream()
    return found


def _taken_back(node: "Node", question: Round) -> Done | None:
    """An abandoned act is undone before what its asker did instead comes in: the two would race for one thing."""
    act = question.act
    return node.decide(act) if act is not None and act.name == ABANDON else None


def _only_shows(node: "Node", peer: str) -> bool:
    """Whether a computer holds no payloads: no log is founded on what it has."""
    with node.journal.store.reading() as connection:
        return only_shows(projections.branch_of(connection), peer)


def _is_revoked(node: "Node", peer: str) -> bool:
    with node.journal.store.reading() as connection:
        branch = projections.branch_of(connection)
    station = branch.stations.get(peer) if branch else None
    return station is not None and station.revoked_at is not None


def _from_revoked(node: "Node", question: Round, peer: str) -> Answer:
    """A revoked computer is given nothing; what it still sends is kept, beside the log, and reported."""
    events = node.offered(question)
    with node.journal.unit(SYSTEM) as unit:
        known = log.known(unit.connection, [header.id for header, _ in events])
        fresh = [(header, held) for header, held in events if header.id not in known]
        for _, held in fresh:
            log.set_aside(unit.connection, held, "station_revoked", peer, unit.at)
        if fresh:
            notice = f"revoked {peer} {fresh[0][0].id.hex()}"
            facts = {"count": len(fresh), "station": peer}
            following.note(unit.connection, notice, "station_revoked", "branch", "", facts, unit.at)
    empty = Hello(node.journal.station, "", Term(0, ""), "", 0, bytes(32), Term(0, ""), 0)
    aside = [(header.id, "station_revoked") for header, _ in events]
    return Answer(hello=empty, orders=False, need="revoked", aside=aside)


def _said(node: "Node", *, orders: bool, need: str) -> Answer:
    with node.journal.store.reading() as connection:
        return Answer(hello=node.hello(connection), orders=orders, need=need)


def _higher(node: "Node", other: Hello) -> bool:
    """Whether a term above this hub's own was heard of, now or before."""
    with node.journal.store.reading() as connection:
        return following.heard(connection) > log.head(connection).term


# ---------------------------------------------------------------------------------------------- starting


def _gather(node: "Node", question: Round) -> Answer:
    """Before a hub orders again it takes the best log it is shown (rule 3)."""
    with node.journal.store.reading() as connection:
        mine = node.hello(connection)
        have = log.hash_at(connection, question.hello.position)
        places = log.locator(connection)
    other = question.hello
    if other.term > mine.term and other.opener != node.journal.station:
        node.step_down()  # somebody made another computer the hub meanwhile
        return _said(node, orders=False, need="term")
    better = (other.term, other.position) > (mine.term, mine.position)
    if not better or have == other.log_hash or _only_shows(node, other.station):
        return Answer(hello=mine, orders=False, need="starting")
    if question.log is None or not _joins(node, question.log):
        return Answer(hello=mine, orders=False, need="log", locator=places)
    with node.journal.unit(SYSTEM) as unit:
        base_on(unit, question.log, len(question.log.block.order))
    return _said(node, orders=False, need="starting")


def _joins(node: "Node", part: LogPart) -> bool:
    """Whether a piece of another log goes on from an entry of this one; it may have been meant for another hub."""
    with node.journal.store.reading() as connection:
        return log.hash_at(connection, part.position) == part.before


def base_on(unit: Unit, part: LogPart, count: int) -> None:
    """Take a piece of another log as the base of this one; own entries that stood there are held."""
    entries = unpack_log(part)
    branch = unit.streams.state("branch")
    prove(
        keys_in(branch, [(header, each.held) for header, each in entries]),
        [(header, each.held) for header, each in entries],
    )
    if log.hash_at(unit.connection, part.position) != part.before:
        raise Refused("message_damaged", why="base")
    line, final = following.line_of(unit.connection), following.final(unit.connection)
    places = {each.position: each.log_hash for _, each in entries}
    here = log.hash_at(unit.connection, final.position)
    gives_up = final.position > part.position and places.get(final.position) != here
    if gives_up and (line is None or Reach(*line[:2]) <= final or places.get(line[0]) != line[1]):
        raise Refused("line_kept", position=final.position)
    following.follow(unit, part.position, entries[:count])
    following.hold(unit, [(header, each.held) for header, each in entries[count:]])
    fallen = [read_header(each.header) for each in log.pending(unit.connection, 1 << 31)]
    touched = {header.stream for header in (*fallen, *(header for header, _ in entries))}
    following.tell_losers(unit, touched, unit.station)
    unit.place_anew()


# ---------------------------------------------------------------------------------------------- offers


def take_offers(node: "Node", events: list[tuple[Header, Held]], peer: str) -> list[tuple[bytes, str]]:
    """Give offered events their places; (id, code) of those that can never have one."""
    with node.journal.store.reading() as connection:
        fresh = following.not_here(connection, events)
        keys = keys_of(projections.branch_of(connection))
        if not fresh and not _can_go_in(connection, keys):
            return []
    bad = unproved(keys, events)
    good = [(header, held) for header, held in events if header.epoch not in bad]
    with node.journal.unit(SYSTEM) as unit:
        first = unit.position
        strange = strange_runs(unit)
        clashing = following.take_in(unit, good, peer, strange)
        if bad:  # what was taken in may have brought the key of the others
            rest = [each for each in events if each[0].epoch in bad]
            bad = unproved(keys_of(unit.state("branch")), rest)
            proved = [each for each in rest if each[0].epoch not in bad]
            clashing += following.take_in(unit, proved, peer, strange_runs(unit))
        refused = [(header.id, bad[header.epoch]) for header, _ in fresh if header.epoch in bad]
        for header, held in fresh:
            if header.epoch in bad:
                log.set_aside(unit.connection, held, bad[header.epoch], peer, unit.at)
        _report(unit, peer, [*refused, *clashing])
        node.tell_losers(unit, log.entries_after(unit.connection, first, 1 << 31))
    return [*refused, *clashing]


def strange_runs(unit: Unit) -> frozenset[bytes]:
    """Runs of what waits here whose computers are not known: a copy of a PC that was itself a copy brings such.

    In the order of their numbers: what came later by another way may stand before the signature that covers it.
    """
    waiting = following.in_run_order(following.waiting_here(unit))
    return frozenset(unproved(keys_of(unit.state("branch")), waiting))


def _can_go_in(connection: Connection, keys: Keys) -> bool:
    """Whether something that waited here can go in now: its computer was enrolled, or what was missing has come."""
    held = [(read_header(each.header), each) for each in log.pending(connection, 1 << 31)]
    waiting = following.in_run_order(held)
    strange = unproved(keys, waiting)
    known = [each for each in waiting if each[0].epoch not in strange]
    return bool(following.sort_offers(connection, known).fitting)


def _report(unit: Unit, peer: str, aside: list[tuple[bytes, str]]) -> None:
    """A clone, a forged name: supervisor and IT officer are both told."""
    for code in {code for _, code in aside}:
        first = next(event for event, why in aside if why == code)
        facts = {"station": peer, "count": sum(1 for _, why in aside if why == code)}
        following.note(unit.connection, f"{code} {first.hex()}", code, "branch", "", facts, unit.at)


# ---------------------------------------------------------------------------------------------- the line


def _lacks_line(node: "Node", question: Round) -> str:
    """A hub that is shown a countersigned log that it lacks takes it as its base, and opens a new term (rule 6)."""
    with node.journal.store.reading() as connection:
        line = following.line_of(connection)
        if line is None or log.hash_at(connection, line[0]) == line[1]:
            return ""
    part = question.log
    if _only_shows(node, question.hello.station):
        return ""
    if part is None or not _joins(node, part):
        return "log"
    count = line[0] - part.position
    entries = unpack_log(part)
    if not 0 < count <= len(entries) or entries[count - 1][1].log_hash != line[1]:
        return "log"
    node.rebase(part, count)
    return ""


# ---------------------------------------------------------------------------------------------- the log


def _with_log(node: "Node", question: Round, offered: list[tuple[Header, Held]], said: Answer) -> Answer:
    """The same answer with the log behind what the asker has; what it has just offered travels by its place alone."""
    from app.sync.node import MOST_ENTRIES, WHOLE_TAIL

    with node.journal.store.reading() as connection:
        said.hello = hello = node.hello(connection)
        said.locator = log.locator(connection) if said.need == "log" else []
        other, begin = question.hello, log.begin(connection).position
        common = other.position
        parted = log.hash_at(connection, common) != other.log_hash
        if parted:
            common = log.common_point(connection, question.locator)
        if common < begin:  # what this computer begins on is handed over as a file
            said.need = "snapshot"
            return said
        if parted and other.term == hello.term:
            said.need = "defect"
            return said
        before = log.hash_at(connection, common)
        assert before is not None
        held_there = () if question.whole else offered
        rest = _offered_back(connection, common, held_there) if not parted else None
        if rest is None:
            rest = log.entries_after(connection, common, WHOLE_TAIL if parted else MOST_ENTRIES)
        if only_shows(projections.branch_of(connection), other.station):
            rest = withhold(rest)
        rest = rest if parted else fitting(rest)
        if rest:
            said.log = pack_log(common, before, rest, held_there)
    return said


def _offered_back(
    connection: Connection, common: int, offered: Sequence[tuple[Header, Held]]
) -> list[Entry] | None:
    """The entries behind `common` from what was just offered, where all of them were: their bodies are not read again."""
    from app.sync.node import MOST_ENTRIES

    known = {held.hash: held for _, held in offered}
    places = log.places_after(connection, common, MOST_ENTRIES) if known else []
    if not known or any(each.hash not in known for each in places):
        return None
    return [Entry(each.position, each.term, each.log_hash, known[each.hash]) for each in places]
