"""Taking another computer's order of the log as one's own, and what is held beside it: all in the unit's transaction."""

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, select

from app.domain.events import ZERO, Entry, Header, Held, Reach, Term, read_header
from app.domain.kinds import CLAIM, DECISION, KINDS
from app.models import log, projections, tables
from app.models.journal import HEARD_OF, Unit

FINAL = "final"
"""Name of the setting that holds how far this log was ever known to be countersigned."""
LINE = "line"
"""Name of the setting that holds the countersigned line: position and hash, as `12 abc…`."""

_n = tables.notices
_aside_of = select(tables.quarantine.c.position).where(tables.quarantine.c.stream == bindparam("stream"))
_header_at = select(tables.events.c.header).where(tables.events.c.position == bindparam("position"))
_add_notice = _n.insert().prefix_with("OR IGNORE")
_lost_here = select(_n.c.id, _n.c.stream).where(_n.c.kind == "claim_lost")
_rightless_of = select(tables.quarantine.c.position).where(
    tables.quarantine.c.stream == bindparam("stream"), tables.quarantine.c.code == "no_right"
)
_rightless_here = select(_n.c.id, _n.c.stream).where(_n.c.kind == "right_lost")
_AS_DECISIONS = ("payment.", "conflict.")
"""Actions whose facts somebody acted on outside the program: money went out, a paper with another number."""
_drop_notice = delete(_n).where(_n.c.id == bindparam("notice"))


class Followed(msgspec.Struct, frozen=True):
    """What came of it: entries taken out of the log, and how many were added."""

    taken_out: int
    added: int


def follow(unit: Unit, common: int, entries: Sequence[tuple[Header, Entry]]) -> Followed:
    """Make `entries` follow the entry at `common`. What stood behind it falls out and is held (DESIGN 2, rules 1, 5)."""
    connection = unit.connection
    unit.settle()
    _report_moved(unit, common, {entry.position: entry.held.hash for _, entry in entries})
    fallen = [(read_header(each.header), each) for each in log.cut_after(connection, common)]
    rows = [
        log.event_row(entry.position, entry.term, entry.log_hash, header, entry.held)
        for header, entry in entries
    ]
    log.add_events(connection, rows)
    entered = [header.id for header, _ in entries]
    pending = log.pending_known(connection, entered)
    _hold_first(connection, fallen, set(entered))
    log.drop_pending(connection, pending)
    moved = {header.stream for header, _ in fallen}
    if moved and any(header.stream == "branch" for header, _ in entries):
        moved.add("branch")  # streams that are folded anew need the rights that these entries bring
    in_order = sorted(moved, key=lambda name: (name != "branch", name))
    for stream in in_order:
        unit.streams.refold(stream)
    overlaid = [header.stream for header, _ in entries if header.id in pending]
    for stream in dict.fromkeys((*in_order, *overlaid)):
        unit.streams.overlay(stream)
    unit.streams.enter_all([(header, entry.held.payload, entry.position) for header, entry in entries], moved)
    note_final(connection)
    return Followed(len(fallen), len(entries))


def _report_moved(unit: Unit, common: int, coming: dict[int, bytes]) -> None:
    """Countersigned entries move only when head office was restored: each is reported (DESIGN 2, rule 6)."""
    connection = unit.connection
    final = final_position(connection)
    if final <= common:
        return
    for each in log.entries_after(connection, common, 1 << 31, last=final):
        if coming.get(each.position) != each.held.hash:
            event = each.held.hash.hex()
            facts = {"position": each.position, "event": event}
            notice = f"moved {each.position} {event}"
            note(connection, notice, "entry_moved", "branch", "", facts, unit.at)
    log.put_setting(connection, FINAL, str(common))


def _hold_first(connection: Connection, fallen: list[tuple[Header, Held]], entered: set[bytes]) -> None:
    """What fell out of the log is shown before what was pending already: that was made on top of it."""
    withheld = {header.epoch for header, held in fallen if held.payload is None}  # others hold it whole
    kept = [each for each in fallen if each[0].id not in entered and each[0].epoch not in withheld]
    if not kept:
        return
    waiting = [held for _, held in log.pending_after(connection, 0, 1 << 31)]
    connection.execute(delete(tables.pending))
    both = [*kept, *((read_header(held.header), held) for held in waiting)]
    log.add_pending(
        connection, [log.pending_row(number, header, held) for number, (header, held) in enumerate(both, 1)]
    )


def hold(unit: Unit, events: Sequence[tuple[Header, Held]]) -> None:
    """Keep events beside the log that this computer does not hold yet (DESIGN 2, rule 1)."""
    connection = unit.connection
    ids = [header.id for header, _ in events]
    here = log.known(connection, ids) | log.pending_known(connection, ids)
    fresh = [each for each in events if each[0].id not in here]
    number = log.next_pending(connection)
    rows = [log.pending_row(number + place, header, held) for place, (header, held) in enumerate(fresh)]
    log.add_pending(connection, rows)
    for stream in {header.stream: None for header, _ in fresh}:
        unit.streams.overlay(stream)


def in_run_order(events: Sequence[tuple[Header, Held]]) -> list[tuple[Header, Held]]:
    """The same events, those of each run by their numbers: they came by different ways."""
    runs: dict[bytes, list[tuple[Header, Held]]] = {}
    for each in events:
        runs.setdefault(each[0].epoch, []).append(each)
    for run in runs.values():
        run.sort(key=lambda each: each[0].seq, reverse=True)
    return [runs[header.epoch].pop() for header, _ in events]


def not_here(connection: Connection, events: Sequence[tuple[Header, Held]]) -> list[tuple[Header, Held]]:
    """Those that are neither in the log nor held beside it. What a run's numbers say is not looked up one by one."""
    heads = {epoch: log.run_head(connection, epoch)[0] for epoch in {header.epoch for header, _ in events}}
    here = log.known(connection, [header.id for header, _ in events if header.seq <= heads[header.epoch]])
    here |= log.pending_known(connection, [header.id for header, _ in events])
    return [(header, held) for header, held in events if header.id not in here]


class Sorted(msgspec.Struct):
    """Offered events by what can be done with them now."""

    fitting: list[tuple[Header, Held]] = []
    early: list[tuple[Header, Held]] = []
    """An event of the run before them is missing here."""
    clashing: list[tuple[Header, Held]] = []
    """Their number or id is used already by another event, or their run is another computer's: a computer that was
    cloned while it ran, or a forger."""


def sort_offers(connection: Connection, events: Sequence[tuple[Header, Held]]) -> Sorted:
    """Which of them go on where their runs stand in the log, in their order; those in the log already are left out."""
    there = log.known(connection, [header.id for header, _ in events])
    heads: dict[bytes, tuple[int, bytes]] = {}
    authors: dict[bytes, str] = {}
    found = Sorted()
    met: set[bytes] = set()
    for header, held in events:
        if header.id in there:
            continue
        if header.epoch not in heads:
            heads[header.epoch] = log.run_head(connection, header.epoch)
            authors[header.epoch] = log.run_author(connection, header.epoch) or header.station
        seq, last = heads[header.epoch]
        if header.id in met or header.station != authors[header.epoch]:
            found.clashing.append((header, held))
            continue
        met.add(header.id)
        if header.seq == seq + 1 and header.prev == last:
            heads[header.epoch] = (header.seq, held.hash)
            found.fitting.append((header, held))
        elif header.seq > seq + 1:
            found.early.append((header, held))
        elif header.seq == seq + 1 or log.number_used(connection, header.epoch, header.seq):
            found.clashing.append((header, held))
    return found


def waiting_here(unit: Unit) -> list[tuple[Header, Held]]:
    """What this computer holds beside the log."""
    return [(read_header(held.header), held) for held in log.pending(unit.connection, 1 << 31)]


def take_in(
    unit: Unit,
    events: Sequence[tuple[Header, Held]],
    peer: str,
    strange: Container[bytes] = (),
) -> list[tuple[bytes, str]]:
    """As hub: give offered events their places. Returns (id, code) of those that can never have one.

    What comes too early is held until what is missing arrives, and then goes in with it. So is what computers that
    nobody has enrolled wrote (`strange`, names of runs): no station would take a log that has it.
    """
    connection = unit.connection
    beside = waiting_here(unit)
    held_already = {header.id for header, _ in beside}
    waiting = [each for each in beside if each[0].epoch not in strange]
    offered = [*waiting, *(each for each in events if each[0].id not in held_already)]
    sorted_ = sort_offers(connection, in_run_order(offered))
    entering = {header.id for header, _ in sorted_.fitting}
    log.drop_pending(connection, entering & held_already)
    if sorted_.fitting:
        unit.accept(sorted_.fitting)
    for header, _ in sorted_.fitting:
        if header.id in held_already:
            unit.streams.overlay(header.stream)
    hold(unit, sorted_.early)
    for _, clashing in sorted_.clashing:
        log.set_aside(connection, clashing, "chain_mismatch", peer, unit.at)
    log.drop_pending(connection, [header.id for header, _ in sorted_.clashing])
    return [(header.id, "chain_mismatch") for header, _ in sorted_.clashing]


def put_aside(unit: Unit, ids: Iterable[bytes], code: str, peer: str) -> None:
    """The hub will never take these: keep them for good, and offer them no more."""
    connection = unit.connection
    wanted = set(ids)
    for held in log.pending(connection, 1 << 31):
        header = read_header(held.header)
        if header.id in wanted:
            log.set_aside(connection, held, code, peer, unit.at)
            log.drop_pending(connection, [header.id])
            unit.streams.overlay(header.stream)


# ---------------------------------------------------------------------------------------------- who was told what


def tell_losers(unit: Unit, streams: Iterable[str], station: str) -> None:
    """Look up again every claim of this computer in these streams: who lost it is told, who has it back too.

    Called when the log has changed, before the transaction ends (DESIGN 2, rule 8).
    """
    connection = unit.connection
    wanted = set(streams)
    lost = {
        header.id.hex(): header for stream in wanted for header in _lost_claims(connection, stream, station)
    }
    told = {row[0]: row[1] for row in connection.execute(_lost_here) if row[1] in wanted}
    for notice in set(told) - set(lost):
        connection.execute(_drop_notice, {"notice": notice})
    for notice in set(lost) - set(told):
        header = lost[notice]
        note(connection, notice, "claim_lost", header.stream, header.actor, {"kind": header.kind}, unit.at)
    _tell_without_right(unit, wanted, station)


def _tell_without_right(unit: Unit, wanted: set[str], station: str) -> None:
    """A decision that does not stand, because its author had lost the right or the role: told to the author where it was
    made, and there and at the hub to who looks after the branch."""
    connection = unit.connection
    stands_not: dict[str, tuple[Header, str]] = {}
    for stream in wanted:
        for header in _decided_without_right(connection, stream):
            if header.station == station:
                stands_not[f"{header.id.hex()} right"] = (header, header.actor)
            if header.station == station or unit.ordered:
                stands_not[f"{header.id.hex()} right branch"] = (header, "")
    told = {row[0] for row in connection.execute(_rightless_here) if row[1] in wanted}
    for notice in told - set(stands_not):
        connection.execute(_drop_notice, {"notice": notice})
    for notice in set(stands_not) - told:
        header, person = stands_not[notice]
        facts = {"actor": header.actor, "made_at": header.at}
        note(connection, notice, "right_lost", header.stream, person, facts, unit.at)


def _decided_without_right(connection: Connection, stream: str) -> Iterator[Header]:
    for (position,) in connection.execute(_rightless_of, {"stream": stream}):
        header = read_header(connection.execute(_header_at, {"position": position}).scalar_one())
        kind = KINDS.get(header.kind)
        if kind is not None and (kind.race == DECISION or (kind.action or "").startswith(_AS_DECISIONS)):
            yield header


def _lost_claims(connection: Connection, stream: str, station: str) -> list[Header]:
    found = []
    for (position,) in connection.execute(_aside_of, {"stream": stream}):
        header = read_header(connection.execute(_header_at, {"position": position}).scalar_one())
        kind = KINDS.get(header.kind)
        if header.station == station and kind is not None and kind.race == CLAIM:
            found.append(header)
    return found


def note(
    connection: Connection,
    notice: str,
    kind: str,
    stream: str,
    person: str,
    facts: dict[str, Any],
    at: int,
    *,
    seen: bool = False,
) -> None:
    """Keep something that somebody at this computer has to be told, or has `seen`; the same one twice does nothing."""
    connection.execute(
        _add_notice,
        {
            "id": notice,
            "kind": kind,
            "stream": stream,
            "person": person,
            "facts": msgspec.json.encode(facts).decode(),
            "at": at,
            "seen": seen,
        },
    )


def is_noted(connection: Connection, notice: str) -> bool:
    """Whether this was noted already."""
    return connection.execute(select(_n.c.id).where(_n.c.id == notice)).first() is not None


# ---------------------------------------------------------------------------------------------- terms


def heard(connection: Connection) -> Term:
    """The highest term this computer ever heard of."""
    number, _, run = log.setting(connection, HEARD_OF, "0 ").partition(" ")
    return Term(int(number), run)


def opener(connection: Connection, term: Term) -> str:
    """The station that opened a term; "" where that is not known here."""
    branch = projections.branch_of(connection)
    for number, run, station, _ in reversed(branch.terms if branch else ()):
        if (number, run) == (term.number, term.run):
            return station
    return ""


# ---------------------------------------------------------------------------------------------- the line


def line_of(connection: Connection) -> tuple[int, bytes, bytes] | None:
    """The countersigned line that this computer knows: position, hash, signature."""
    return _read_line(log.setting(connection, LINE))


def final_position(connection: Connection) -> int:
    """How far this computer's log is known to be countersigned, whatever lines it has heard of since."""
    return final(connection).position


def final(connection: Connection) -> Reach:
    """As `final_position`, with what stands there: where the log has just parted from its line, no hash was kept."""
    position, _, rest = log.setting(connection, FINAL, "0").partition(" ")
    kept = bytes.fromhex(rest.partition(" ")[0])
    return Reach(int(position), kept or log.hash_at(connection, int(position)) or ZERO)


def final_line(connection: Connection) -> tuple[int, bytes, bytes] | None:
    """The highest countersigned line that this log bears out: position, hash, signature. It is what others are told; of
    a line whose log nobody has any more they hear nothing."""
    return _read_line(log.setting(connection, FINAL))


def _read_line(kept: str) -> tuple[int, bytes, bytes] | None:
    if " " not in kept:
        return None
    position, log_hash, signature = kept.split(" ")
    return int(position), bytes.fromhex(log_hash), bytes.fromhex(signature)


def is_news(connection: Connection, position: int, log_hash: bytes) -> bool:
    """Whether a line stands above the one known, or says more of this log than is known."""
    known, told = line_of(connection), Reach(position, log_hash)
    if known is None or told > Reach(*known[:2]):
        return True
    return told > final(connection) and log.hash_at(connection, position) == log_hash


def note_final(connection: Connection) -> None:
    """Remember that the log reaches the countersigned line, where it does."""
    line = line_of(connection)
    if line is None or Reach(*line[:2]) <= final(connection):
        return
    if log.hash_at(connection, line[0]) == line[1]:
        log.put_setting(connection, FINAL, f"{line[0]} {line[1].hex()} {line[2].hex()}")


def keep_line(connection: Connection, position: int, log_hash: bytes, signature: bytes) -> None:
    """Keep a line that was checked. A lower one never takes the place of a higher one, but what stands in this log under
    either is final."""
    note_final(connection)  # of the line until now
    known, told = line_of(connection), Reach(position, log_hash)
    if known is None or Reach(*known[:2]) < told:
        log.put_setting(connection, LINE, f"{position} {log_hash.hex()} {signature.hex()}")
    if told > final(connection) and log.hash_at(connection, position) == log_hash:
        log.put_setting(connection, FINAL, f"{position} {log_hash.hex()} {signature.hex()}")
