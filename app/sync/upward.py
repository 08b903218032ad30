"""The hub's talk with head office: its log goes up in order, countersignatures and directives come down."""

from collections.abc import Callable

from sqlalchemy import Connection

from app.domain.branch import DirectivesObeyed, StationEnrolled
from app.domain.events import Header, Held, read_header
from app.domain.kinds import known_payload
from app.domain.rights import HEAD_OFFICE, SYSTEM
from app.errors import Refused
from app.models import following, log, projections
from app.models.journal import Unit
from app.sync.block import LogPart
from app.sync.line import Directive
from app.sync.messages import Answer, Round
from app.sync.node import WHOLE_TAIL, Node, Taken
from app.sync.ordering import base_on, take_offers
from app.sync.wire import fitting, pack_log, unpack_events

CURSOR = "directive"
"""Setting: number of the last directive that took effect here."""
MOST_UP = 5_000

Apply = Callable[[Unit, Directive], None]
"""Lets a directive take effect within the transaction that moves the cursor."""


class Upward:
    """One hub's way to head office."""

    def __init__(self, node: Node, apply: Apply | None = None) -> None:
        self._node = node
        self._apply = apply
        self._there: tuple[int, bytes] | None = None
        """Where head office's log ends, as far as it has said."""
        self._shows = False
        """Head office does not know this computer: the log that enrolled it goes along (see `show_log`)."""
        self._owes: int | None = None
        """Head office was restored: it wants everything behind this position again."""

    def ask(self) -> Round:
        """The question: what head office does not have yet."""
        node = self._node
        with node.journal.store.reading() as connection:
            part = self._part(connection) if node.journal.ordering else None
            return Round(
                hello=node.hello(connection),
                log=part,
                locator=log.locator(connection),
                directive=obeyed(connection),
            )

    def _part(self, connection: Connection) -> LogPart | None:
        most = MOST_UP
        if self._shows:
            at = line_position(self._node)
            most = max(most, self._enrolled(connection) - at)
        elif self._owes is not None:
            at, most = self._owes, WHOLE_TAIL
        elif self._there is not None and log.hash_at(connection, self._there[0]) == self._there[1]:
            at = self._there[0]
        else:
            return None
        entries = log.entries_after(connection, at, most)
        entries = entries if self._owes is not None else fitting(entries)
        before = log.hash_at(connection, at)
        return pack_log(at, before, entries) if entries and before is not None else None

    def _enrolled(self, connection: Connection) -> int:
        """Position of the entry that enrolled this computer."""
        for position, raw, payload in reversed(log.of_stream(connection, "branch")):
            header = read_header(raw)
            if header.kind == "branch.station_enrolled":
                told = known_payload(header, payload)
                if isinstance(told, StationEnrolled) and told.station == self._node.journal.station:
                    return int(position)
        return 0

    def show_log(self, refused: Refused) -> bool:
        """Whether to ask again at once: head office knows this computer not, and can learn it from the log behind the
        countersigned line."""
        unknown = refused.code == "hub_refused" and refused.facts.get("reason") == "device_unknown"
        again = unknown and not self._shows and self._node.journal.ordering
        self._shows = again
        return again

    def take(self, answer: Answer) -> Taken:
        """Countersigned line, log, events held above and directives; raises Refused when something is not signed, or
        this computer may not speak there any more."""
        node = self._node
        self._owes, self._shows = None, False
        node.hear(answer.hello)
        self._there = (answer.hello.position, answer.hello.log_hash)
        if answer.need == "term":
            if node.is_hub:
                node.step_down()
            return Taken(followed=False, need="term")
        if answer.need == "revoked":
            raise Refused("device_revoked")
        if answer.need == "log" and answer.locator:
            self._owes = answer.locator[0][0]
            return Taken(followed=True, again=True)
        if answer.log is not None and answer.log.block.order:
            return self._base(answer.log)
        if answer.offers is not None and node.journal.ordering:
            take_offers(node, unpack_events(answer.offers), answer.hello.station)
        self._obey(answer)
        with node.journal.store.reading() as connection:
            more = node.journal.ordering and log.head(connection).position > answer.hello.position
        return Taken(followed=True, again=more)

    def _base(self, part: LogPart) -> Taken:
        """Head office has what this hub lacks: it is the base, and this hub's own entries come again on top."""
        node = self._node
        with node.journal.store.reading() as connection:
            moved = log.head(connection).position - part.position
        if node.gathering:
            with node.journal.unit(SYSTEM) as unit:
                base_on(unit, part, len(part.block.order))
        elif node.journal.ordering:
            node.rebase(part, len(part.block.order))
        return Taken(followed=True, added=len(part.block.order), moved=max(0, moved), again=True)

    def _obey(self, answer: Answer) -> None:
        """Each directive takes effect in the transaction that moves the cursor over it, in the order of the numbers."""
        node = self._node
        if self._apply is None or not node.journal.ordering:
            return
        for each in answer.directives:
            with node.journal.unit(SYSTEM) as unit:
                if each.number != obeyed(unit.connection) + 1:
                    continue
                try:
                    self._apply(unit, each)
                except Refused as refused:
                    if refused.code == "directive_not_trusted":
                        raise
                    # One that cannot take effect here is passed over, and head office sees that it was taken.
                    facts = {"number": each.number, "code": refused.code}
                    name = f"directive {each.number}"
                    following.note(unit.connection, name, "directive_failed", "branch", "", facts, unit.at)
                log.put_setting(unit.connection, CURSOR, str(each.number))
        if answer.directives:
            self._note_obeyed()

    def _note_obeyed(self) -> None:
        """Once for all of an answer: the next hub of this branch goes on where this one stopped."""
        node = self._node
        with node.journal.store.reading() as connection:
            branch, number = projections.branch_of(connection), obeyed(connection)
        if branch is not None and branch.directive < number:
            with node.journal.unit(HEAD_OFFICE) as unit:
                unit.append("branch", DirectivesObeyed(number=number))


def obeyed(connection: Connection) -> int:
    """Number of the last directive that took effect, at this computer or, as the log says, at the hub before it."""
    branch = projections.branch_of(connection)
    return max(int(log.setting(connection, CURSOR, "0")), branch.directive if branch else 0)


def held_here(node: Node) -> list[tuple[Header, Held]]:
    """What this computer holds that is in no log."""
    with node.journal.store.reading() as connection:
        return [(read_header(each.header), each) for each in log.pending(connection, WHOLE_TAIL)]


def line_position(node: Node) -> int:
    """How far head office has countersigned this computer's log; 0 where it has not, or where the log differs."""
    with node.journal.store.reading() as connection:
        line = following.line_of(connection)
        if line is None or log.hash_at(connection, line[0]) != line[1]:
            return 0
        return line[0]
