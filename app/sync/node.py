"""One computer of a branch by the rules of DESIGN 2: what it asks, what it answers as hub, what it takes.

No network and no thread is here: whoever carries the messages calls `ask` and `take` below, `answer` above.
"""

import logging
from collections.abc import Callable, Sequence

import msgspec
from sqlalchemy import Connection

from app.domain.events import Entry, Header, Held, read_header
from app.domain.rights import SYSTEM
from app.errors import Refused
from app.models import following, log, projections
from app.models.journal import HEARD_OF, Journal, Unit
from app.sync.block import Block, LogPart
from app.sync.line import Line, check_line
from app.sync.messages import Act, Answer, Done, Hello, Round, Upstream
from app.sync.proof import keys_in, prove
from app.sync.received import Received
from app.sync.wire import fitting, offerable, pack_log, pack_read, unpack_events, unpack_log

record = logging.getLogger(__name__)

ROLE, HUB, STATION = "role", "hub", "station"
MOST_OFFERS = 5_000
MOST_ENTRIES = 5_000
MOST_TERMS_AHEAD = 1 << 20
"""A term that is further ahead than this was never opened by anybody: who believed it could open none above it."""
FINAL = ("chain_mismatch", "station_revoked")
"""Why an event can never have a place in the log."""
BROKEN = ("disk_full", "disk_nearly_full", "disk_error", "file_damaged", "file_busy", "folder_read_only")
"""What a hub that cannot write says is no decision: whoever asked goes on as if it were cut off."""
WHOLE_TAIL = 1 << 31
"""Where two logs part, the whole rest is sent at once: it is taken in one transaction or not at all."""

Decide = Callable[[Act], bytes]
"""Carries out an act in one transaction and gives its result as JSON; raises Refused."""


class Taken(msgspec.Struct, frozen=True):
    """What came of an answer."""

    followed: bool
    """Whether the answerer orders the log, and this computer follows it."""
    need: str = ""
    added: int = 0
    moved: int = 0
    """Entries that fell out of this computer's log and are offered again."""
    done: Done | None = None
    again: bool = False
    """Ask again at once."""


class Node:
    """The rules, over one computer's journal."""

    def __init__(
        self,
        journal: Journal,
        decide: Decide | None = None,
        trusted: Callable[[], Sequence[str]] = lambda: (),
    ) -> None:
        self.journal = journal
        self._decide = decide
        self._trusted = trusted
        """Public keys of head office, hex."""
        self.gathering = False
        """A hub that has just started asks everyone it reaches before it orders again (rule 3)."""
        self.defect = False
        """Two logs of one term: everything stands still until a person has looked (rule 5)."""
        self.unproved = False
        """A countersigned line was shown that no key known here has signed."""
        self.last_heard: dict[str, int] = {}
        """Computer to the moment of its last question here, milliseconds UTC."""
        self._owed: list[tuple[int, bytes]] | None = None
        """The answerer's locator, when it needs a piece of this computer's log."""
        self._whole = False
        self._kept: dict[bytes, int] = {}
        """Runs, up to these numbers, are durable at the hub and will have their places: not offered meanwhile."""
        self.received = Received(journal)
        self.upstream: Callable[[], Upstream | None] = lambda: None
        """How this hub stands with head office."""

    # ------------------------------------------------------------------------------------------ roles

    def start(self) -> None:
        """After a program start: a station waits for its hub, a hub asks round before it orders (rule 3)."""
        with self.journal.store.reading() as connection:
            role = log.setting(connection, ROLE, HUB)
            branch = projections.branch_of(connection)
        others = branch is not None and len(branch.full_stations()) > 1
        self.gathering = role == HUB and others
        self.journal.ordering = role == HUB and not others

    @property
    def is_hub(self) -> bool:
        """Whether this computer orders the log now, or is about to."""
        return self.journal.ordering or self.gathering

    def begin(self) -> None:
        """Everyone was asked: open a new term on the log that is here now, and take in what is pending."""
        self._order(SYSTEM)

    def take_over(self, who: str) -> None:
        """A person makes this computer the hub (rule 4); raises Refused("no_right" | "not_full_station")."""
        with self.journal.store.reading() as connection:
            branch = projections.branch_of(connection)
        station = branch.stations.get(self.journal.station) if branch else None
        if station is None or not station.full or station.revoked_at is not None:
            raise Refused("not_full_station")
        self._order(who)

    def _order(self, who: str) -> None:
        # What this run wrote as a station may still be pending, and goes in behind the opening: another run opens.
        self.journal.new_run()
        before = self.journal.ordering
        self.journal.ordering, self.gathering = True, False
        try:
            with self.journal.unit(who) as unit:
                log.put_setting(unit.connection, ROLE, HUB)
                unit.open_term()
                self._absorb(unit)
        except BaseException:
            self.journal.ordering = before
            raise

    def _absorb(self, unit: Unit) -> None:
        first = unit.position
        from app.sync.ordering import strange_runs

        following.take_in(unit, (), "", strange_runs(unit))
        self.tell_losers(unit, log.entries_after(unit.connection, first, WHOLE_TAIL))

    def rebase(self, part: LogPart, count: int) -> None:
        """Put this hub's log on top of a countersigned one: its own entries come again, in a new term (rule 6)."""
        from app.sync.ordering import base_on

        with self.journal.unit(SYSTEM) as unit:
            base_on(unit, part, count)
            unit.open_term()
            self._absorb(unit)

    def step_down(self) -> None:
        """A higher term speaks: this computer is a station from now on (rule 4)."""
        with self.journal.unit(SYSTEM) as unit:
            log.put_setting(unit.connection, ROLE, STATION)
            self.received.hold(unit)
        self.journal.ordering = self.gathering = False
        self.journal.run.term = None
        record.warning("stepped down as hub")

    def join(self) -> None:
        """This computer belongs to a branch that another one orders."""
        self.step_down()

    # ------------------------------------------------------------------------------------------ words

    def hello(self, connection: Connection) -> Hello:
        """Who speaks, and where its log ends."""
        head = log.head(connection)
        line = following.final_line(connection)
        return Hello(
            station=self.journal.station,
            run=self.journal.run.epoch.hex(),
            term=head.term,
            opener=following.opener(connection, head.term),
            position=head.position,
            log_hash=head.log_hash,
            heard=max(following.heard(connection), head.term),
            now=self.journal.clock.now(),
            line=Line(*line) if line else None,
        )

    def hear(self, other: Hello) -> None:
        """Remember the highest term ever heard of, and the countersigned line."""
        with self.journal.store.reading() as connection:
            known, line = following.heard(connection), other.line
            newer = line is not None and following.is_news(connection, line.position, line.log_hash)
        highest = max(other.heard, other.term)
        if highest.number > known.number + MOST_TERMS_AHEAD:
            record.warning("%s tells of term %s: no branch gets there", other.station, highest.number)
            highest = known
        newer = newer and line is not None and self._is_signed(line)
        if highest <= known and not newer:
            return
        with self.journal.unit(SYSTEM) as unit:
            if highest > known:
                log.put_setting(unit.connection, HEARD_OF, f"{highest.number} {highest.run}")
            if newer and line is not None:
                self._note_line(unit, line)

    def _note_line(self, unit: Unit, line: Line) -> None:
        """A line that this log contradicts is kept too: nothing below it may be ordered otherwise any more."""
        following.keep_line(unit.connection, line.position, line.log_hash, line.signature)

    def _is_signed(self, line: Line) -> bool:
        with self.journal.store.reading() as connection:
            branch = projections.branch_of(connection)
        try:
            check_line(self._trusted(), branch.code if branch else "", line)
        except Refused:
            record.warning("a countersigned line without a valid signature")
            self.unproved = True
            return False
        return True

    # ------------------------------------------------------------------------------------------ asking

    def ask(self, act: Act | None = None, wait_ms: int = 0) -> Round:
        """The question for the hub: what is pending here, and whatever the hub wants of this log."""
        with self.journal.store.reading() as connection:
            waiting = fitting(log.pending_beside(connection, self._kept, MOST_OFFERS))
            block = pack_read(offerable(waiting))[0] if waiting else None
            part = self._owed_part(connection)
            return Round(
                hello=self.hello(connection),
                offers=block,
                log=part,
                locator=log.locator(connection),
                act=act,
                wait_ms=0 if waiting or part or act or self._kept else wait_ms,
                whole=self._whole,
            )

    def _owed_part(self, connection: Connection) -> LogPart | None:
        if self._owed is None:
            return None
        common = log.common_point(connection, self._owed)
        before = log.hash_at(connection, common)
        if before is None or common < log.begin(connection).position:
            return None
        return pack_log(common, before, log.entries_after(connection, common, WHOLE_TAIL))

    def take(self, answer: Answer) -> Taken:
        """Follow the answerer where the rules say so; what this computer holds is never lost by it."""
        self._owed = None
        if answer.need == "kept":
            self._kept = {**self._kept, **dict(answer.kept)}
        elif answer.log is None:  # whoever answers has told all the places it knows
            self._kept = {}
        self.hear(answer.hello)
        if not answer.orders:
            gathers = answer.need == "log"
            self._owed = answer.locator if gathers else None
            return Taken(followed=False, need=answer.need, done=answer.done, again=gathers)
        with self.journal.store.reading() as connection:
            term = log.head(connection).term
        if answer.hello.term < term:  # rule 5; it hears of the higher term from this computer's own hello
            return Taken(followed=False, need="term", done=answer.done)
        if self.is_hub and answer.hello.term > term:
            self.step_down()
        self._set_aside(answer)
        if answer.need == "log":
            self._owed = answer.locator
        if answer.log is None:
            return Taken(
                followed=True,
                need=answer.need,
                done=answer.done,
                again=answer.need in ("log", "locator", "kept"),
            )
        return self._follow(answer, answer.log)

    def _follow(self, answer: Answer, part: LogPart) -> Taken:
        try:
            entries = unpack_log(part, self._pending_by_number(part.block))
            prove(self._keys(entries), [(header, entry.held) for header, entry in entries])
        except Refused as refused:
            if refused.code != "events_not_held":
                raise
            self._whole = True
            return Taken(followed=True, done=answer.done, again=True)
        self._whole = False
        with self.journal.unit(SYSTEM) as unit:
            head = log.head(unit.connection)
            if log.hash_at(unit.connection, part.position) != part.before:
                return Taken(followed=True, done=answer.done, again=True)
            entries = entries[log.count_here(unit.connection, [entry for _, entry in entries]) :]
            common = entries[0][1].position - 1 if entries else head.position
            if entries and common < head.position:
                self._may_part(unit.connection, common, head, answer.hello, entries)
            streams = self._streams_behind(unit.connection, common)
            came = following.follow(unit, common, entries) if entries else following.Followed(0, 0)
            touched = streams | {header.stream for header, _ in entries}
            following.tell_losers(unit, touched, self.journal.station)
            more = answer.hello.position > common + came.added
        return Taken(
            followed=True,
            need=answer.need,
            added=came.added,
            moved=came.taken_out,
            done=answer.done,
            again=more,
        )

    def _may_part(
        self,
        connection: Connection,
        common: int,
        head: log.Head,
        other: Hello,
        entries: Sequence[tuple[Header, Entry]],
    ) -> None:
        """Whether entries behind `common` may fall out; raises Refused("two_logs" | "line_kept" | "part_too_short")."""
        if other.term == head.term:
            self.defect = True
            raise Refused("two_logs", number=head.term.number)
        if common + len(entries) < other.position:
            raise Refused("part_too_short")
        final = following.final(connection)
        if final.position <= common:
            return
        if other.line is not None and other.line.reach > final and self._is_signed(other.line):
            place = other.line.position - common - 1
            if place < len(entries) and entries[place][1].log_hash == other.line.log_hash:
                return  # head office was restored: the one above stands
        self._owed = [(common, log.hash_at(connection, common) or b"")]
        raise Refused("line_kept", position=final.position)

    def _streams_behind(self, connection: Connection, common: int) -> set[str]:
        """Streams of the entries that fall out."""
        gone = log.entries_after(connection, common, WHOLE_TAIL)
        return {read_header(each.held.header).stream for each in gone}

    def _pending_by_number(self, block: Block) -> dict[tuple[bytes, int], tuple[Header, Held]]:
        """What the answerer takes for known here."""
        if not any(run.known for run in block.runs):
            return {}
        with self.journal.store.reading() as connection:
            # What was offered stands first; if it does not any more, the whole bodies are asked for.
            held = [(read_header(each.header), each) for each in log.pending(connection, 2 * MOST_OFFERS)]
        return {(header.epoch, header.seq): (header, each) for header, each in held}

    def _set_aside(self, answer: Answer) -> None:
        if not answer.aside:
            return
        with self.journal.unit(SYSTEM) as unit:
            for code in sorted({code for _, code in answer.aside}):
                ids = [event for event, why in answer.aside if why == code]
                if (
                    code in FINAL
                ):  # for the others a key can still be enrolled: they are offered again (rule 1)
                    following.put_aside(unit, ids, code, answer.hello.station)
                notice = f"aside {ids[0].hex()}"
                facts = {"count": len(ids), "station": self.journal.station}
                following.note(unit.connection, notice, code, "branch", "", facts, unit.at)
        if any(code == "chain_mismatch" for _, code in answer.aside):
            self.journal.new_run()

    def _keys(self, entries: Sequence[tuple[Header, Entry]]) -> dict[str, tuple[str, ...]]:
        """Public keys by station: those known here, and those that the branch's own entries bring along."""
        with self.journal.store.reading() as connection:
            branch = projections.branch_of(connection)
        return keys_in(branch, [(header, entry.held) for header, entry in entries])

    # ------------------------------------------------------------------------------------------ answering

    def answer(self, question: Round, peer: str) -> Answer:
        """As hub: take what is offered, decide what is asked, hand back the log. `peer` has proved who it is."""
        from app.sync.ordering import answer

        return answer(self, question, peer)

    def decide(self, act: Act) -> Done:
        """Carry out an act; what the world refuses is an answer too."""
        if self._decide is None:
            return Done(act.id, "act_unknown", b"{}", b"{}")
        try:
            return Done(act.id, "", b"{}", self._decide(act))
        except Refused as refused:
            if refused.code in BROKEN:
                raise
            return Done(act.id, refused.code, msgspec.json.encode(refused.facts), b"{}")

    def offered(self, question: Round) -> list[tuple[Header, Held]]:
        """The events of a question; raises Refused when they are not what their authors signed."""
        if question.offers is None:
            return []
        if len(question.offers.order) > MOST_OFFERS:
            raise Refused("message_too_big", limit=MOST_OFFERS)
        return unpack_events(question.offers)

    def tell_losers(self, unit: Unit, entries: Sequence[Entry]) -> None:
        streams = {read_header(each.held.header).stream for each in entries}
        following.tell_losers(unit, streams, self.journal.station)
