"""The nine checks of LOG-CASES, after the healing."""

from collections import Counter, defaultdict
from itertools import combinations
from typing import Any

from sqlalchemy import select

from app.domain.events import Header
from app.domain.kinds import CLAIM, DECISION, KINDS, read_payload
from app.domain.tickets import Issued
from app.models import log, tables
from app.models.audit import rebuild
from tests.houses import dump
from tests.sync.simulation.machines import Machine
from tests.sync.simulation.world import Broken, World

_log = select(
    tables.events.c.position, tables.events.c.header, tables.events.c.payload, tables.events.c.hash
).order_by(tables.events.c.position)
_notices = select(tables.notices.c.id, tables.notices.c.kind)
_aside_rows = select(tables.quarantine.c.position, tables.quarantine.c.code)
_conflicts = select(tables.conflicts.c.race, tables.conflicts.c.first, tables.conflicts.c.second)


class Log:
    """The log that everybody holds in the end."""

    def __init__(self, machine: Machine) -> None:
        with machine.disk.reading() as connection:
            rows = connection.execute(_log).all()
            self.asides = {row[0]: row[1] for row in connection.execute(_aside_rows)}
            self.conflicts = [tuple(row) for row in connection.execute(_conflicts)]
        self.entries: list[tuple[int, Header, bytes, bytes]] = [
            (row[0], log.read_header(row[1]), row[2], bytes(row[3])) for row in rows
        ]


def check(world: World) -> None:
    """All nine; raises Broken with what does not hold."""
    one_hub(world)
    same_logs(world)
    whole = Log(world.living[0])
    nothing_missing(world, whole)
    own_order(whole)
    no_label_twice(world, whole)
    no_outbox(world)
    every_loser_told(world, whole)
    no_move_unreported(world, whole)
    no_silent_override(world, whole)
    same_folds(world)


def one_hub(world: World) -> None:
    if len(world.hubs) != 1 or not world.hubs[0].journal.ordering:
        raise Broken(f"hubs: {[each.label for each in world.hubs]}")
    if any(each.running.defect for each in world.living):
        raise Broken("two logs of one term")


def same_logs(world: World) -> None:
    """The same entries on all PCs."""
    heads = {each.label: each.head().log_hash for each in world.living}
    if len(set(heads.values())) != 1:
        raise Broken(f"logs differ: {heads}")


def same_folds(world: World) -> None:
    """The same rows on all PCs, and the same as a rebuild makes."""
    first = world.living[0]
    folds = dump(_Opened(first))  # type: ignore[arg-type]
    for each in world.living[1:]:
        _same(folds, dump(_Opened(each)), f"{first.label} and {each.label}")  # type: ignore[arg-type]
    rebuild(world.living[-1].disk)
    _same(folds, dump(_Opened(world.living[-1])), f"{first.label} and a rebuild")  # type: ignore[arg-type]


class _Opened:
    def __init__(self, machine: Machine) -> None:
        self.store = machine.disk


def _same(one: dict[str, Any], other: dict[str, Any], who: str) -> None:
    for table, rows in one.items():
        if rows != other[table]:
            left = [row for row in rows if row not in other[table]]
            right = [row for row in other[table] if row not in rows]
            raise Broken(f"{table} of {who} differ:\n{left[:3]}\n{right[:3]}")


def nothing_missing(world: World, whole: Log) -> None:
    """Every acknowledged event stands in the log, unless its disk burned before anybody had heard of it."""
    last: Counter[bytes] = Counter()
    for _, header, _, _ in whole.entries:
        last[header.epoch] = max(last[header.epoch], header.seq)
    for epoch, seq in world.acknowledged.items():
        if last[epoch] < min(seq, world.lost.get(epoch, seq + 1) - 1):
            raise Broken(f"run {epoch.hex()}: acknowledged to {seq}, in the log to {last[epoch]}")


def own_order(whole: Log) -> None:
    """Each author's own order is kept."""
    reached: Counter[bytes] = Counter()
    for position, header, _, _ in whole.entries:
        reached[header.epoch] += 1
        if header.seq != reached[header.epoch]:
            raise Broken(f"position {position}: number {header.seq} of its run, not {reached[header.epoch]}")


def no_label_twice(world: World, whole: Log) -> None:
    """Of the tickets that were printed: a number that was never told to anybody is a gap, whatever it bears."""
    labels: Counter[tuple[str, str]] = Counter()
    for _, header, payload, _ in whole.entries:
        told = header.seq <= world.acknowledged.get(header.epoch, 0)
        if header.kind == "ticket.issued" and told:
            given = read_payload(header.kind, header.version, payload)
            assert isinstance(given, Issued)
            labels[given.day, given.label] += 1
    double = [label for label, count in labels.items() if count > 1]
    if double:
        raise Broken(f"labels twice: {double}")


def no_outbox(world: World) -> None:
    from tests.sync.simulation.healing import pending

    for each in world.living:
        if pending(world, each):
            raise Broken(f"outbox of {each.label}: {pending(world, each)}")


def every_loser_told(world: World, whole: Log) -> None:
    """Each claim has one holder; whoever claimed in vain is told at the PC where it was done, and nobody else."""
    lost: dict[str, set[str]] = defaultdict(set)
    for position, header, _, _ in whole.entries:
        kind = KINDS.get(header.kind)
        if kind is not None and kind.race == CLAIM and position in whole.asides:
            lost[header.station].add(header.id.hex())
    for each in world.living:
        with each.disk.reading() as connection:
            told = {row[0] for row in connection.execute(_notices) if row[1] == "claim_lost"}
        if told != lost[each.station]:
            raise Broken(f"{each.label} was told {told}, lost {lost[each.station]}")


def no_move_unreported(world: World, whole: Log) -> None:
    """What was countersigned stands where it stood, or somebody was told."""
    stands = {(position, hashed) for position, _, _, hashed in whole.entries}
    told: set[str] = set()
    for each in world.living:
        with each.disk.reading() as connection:
            told |= {row[0] for row in connection.execute(_notices) if row[1] == "entry_moved"}
    for position, hashes in world.head_office.countersigned.items():
        for event in hashes:
            if (position, event) in stands or (position, event) in world.forgotten:
                continue
            if not world.head_office_restored:
                raise Broken(f"countersigned entry {position} moved, and head office was never restored")
            if f"moved {position} {event.hex()}" not in told:
                raise Broken(f"countersigned entry {position} moved and nobody was told")


def no_silent_override(world: World, whole: Log) -> None:
    """Of two different decisions whose authors did not see each other's, a person is asked."""
    decisions: dict[str, list[tuple[Header, bytes]]] = defaultdict(list)
    for _, header, payload, _ in whole.entries:
        kind = KINDS.get(header.kind)
        if header.id in world.saw and kind is not None and kind.race == DECISION:
            decisions[header.stream].append((header, payload))
    for stream, made in decisions.items():
        asked = _Asked(whole, stream)
        for (one, what), (other, else_) in combinations(made, 2):
            knew = (
                asked.alike(one, what) & world.saw[other.id] or asked.alike(other, else_) & world.saw[one.id]
            )
            if knew or (one.kind, what) == (other.kind, else_):
                continue
            apart = (world.saw[one.id] | {one.id}, world.saw[other.id] | {other.id})
            if not asked.between(apart[0] - apart[1], apart[1] - apart[0]):
                raise Broken(f"{other.kind} on {stream} overrides {one.kind} that its author never saw")


class _Asked:
    """The races of a stream that a person is asked about."""

    def __init__(self, whole: Log, stream: str) -> None:
        self._says: dict[tuple[str, bytes], set[bytes]] = defaultdict(set)
        for _, header, payload, _ in whole.entries:
            if header.stream == stream and header.kind in KINDS and KINDS[header.kind].race == DECISION:
                self._says[header.kind, payload].add(header.id)
        self._group: dict[bytes, bytes] = {}
        for twins in self._says.values():
            for each in twins:
                self._join(each, min(twins))
        for _, first, second in whole.conflicts:
            self._join(bytes.fromhex(first), bytes.fromhex(second))

    def alike(self, header: Header, payload: bytes) -> set[bytes]:
        """All events that say the same."""
        return self._says[header.kind, payload]

    def _root(self, event: bytes) -> bytes:
        while self._group.get(event, event) != event:
            event = self._group[event]
        return event

    def _join(self, one: bytes, other: bytes) -> None:
        self._group[self._root(one)] = self._root(other)

    def between(self, some: set[bytes], others: set[bytes]) -> bool:
        """Whether a race between what only the one saw and what only the other saw is listed."""
        return bool({self._root(each) for each in some} & {self._root(each) for each in others})
