"""Head office's half of a round: it takes branch logs for good, countersigns them, and hands down what it decides.

What it has stored it never reorders (DESIGN 2, rule 6): a hub whose log differs is handed head office's log as its base.
Only where head office itself was restored from a backup does a longer countersigned log, or one as long whose hash is
greater, take the place of its own.
"""

import logging
from collections.abc import Sequence
from typing import Protocol

from app.domain.events import ZERO, Entry, Header, Held, Reach, Term
from app.errors import Refused
from app.sync.block import LogPart
from app.sync.line import Directive, Line, Signs, check_line, countersign
from app.sync.log_store import Head, LogStore
from app.sync.messages import Answer, Hello, Round
from app.sync.proof import Keys, keys_in_log, unproved
from app.sync.wire import fitting, pack_events, pack_log, unpack_events, unpack_log

record = logging.getLogger(__name__)

NAME = "head office"
MOST_TERMS_AHEAD = 1 << 20
"""As of `app.sync.node`: such a term was never opened."""
MOST_BYTES = 8 << 20
"""Of entries handed down in one answer."""


class Registry(Protocol):
    """What head office knows of a branch beside its log."""

    def keys(self, branch: str) -> Keys:
        """Public keys of its computers, all they ever had."""
        ...

    def enrol(self, branch: str, keys: Keys) -> None:
        """Its log has brought these."""
        ...

    def revoked(self, branch: str, station: str) -> bool:
        """Whether a computer is given nothing more."""
        ...

    def heard(self, branch: str) -> Term:
        """The highest term ever heard of; Term(0, "") for none."""
        ...

    def hear(self, branch: str, term: Term) -> None:
        """Remember a higher one."""
        ...

    def held(self, branch: str, most: int) -> list[Held]:
        """Events kept that are in no log yet, at most so many."""
        ...

    def directives(self, branch: str, after: int) -> list[Directive]:
        """What is to be handed down behind a number, in order."""
        ...

    def replace(self, branch: str, common: int, entries: Sequence[Entry]) -> Head:
        """Put entries in the place of everything behind `common`; what stood there is held. One transaction."""
        ...


class HeadOffice:
    """Answers the hubs of all branches."""

    def __init__(
        self, store: LogStore, registry: Registry, key: Signs, public: str, now: "Clock | None" = None
    ) -> None:
        self._store = store
        self._registry = registry
        self._key = key
        self._public = public
        self._now = now

    def answer(self, branch: str, question: Round, peer: str) -> Answer:
        """What a hub is told. `peer` has proved who it is; raises Refused for damaged messages."""
        hello = question.hello
        if self._registry.revoked(branch, peer):
            self._keep(branch, question, "station_revoked")
            return Answer(hello=self._empty(), orders=False, need="revoked")
        known = self._registry.heard(branch)
        heard = max(known, hello.heard, hello.term)
        if heard.number > known.number + MOST_TERMS_AHEAD:
            raise Refused("message_damaged", why="term")
        if heard > known:
            self._registry.hear(branch, heard)
        if question.offers is not None:
            self._keep(branch, question, "offered")
        if hello.term < heard:  # its order is refused, what it did is kept
            self._keep_log(branch, question)
            return self._said(branch, question, need="term")
        return self._with_log(branch, question)

    # ------------------------------------------------------------------------------------------ taking

    def _with_log(self, branch: str, question: Round) -> Answer:
        if question.log is None:
            return self._compared(branch, question)
        entries = unpack_log(question.log)
        head = self._store.head(branch)
        fresh = [each for each in entries if each[1].position > head.position]
        joins = fresh and fresh[0][1].position == head.position + 1
        before = _before(question.log, entries, head.position)
        if joins and before == head.log_hash:
            self._append(branch, head, fresh)
            return self._said(branch, question)
        if (
            not fresh
            and self._store.hash_at(branch, question.log.position + len(entries)) == question.log.log_hash
        ):
            return self._said(branch, question)  # sent twice
        if self._longer_line(branch, question.hello, head) and self._is_shown(branch, question, entries):
            self._replace(branch, question.log, entries)
            return self._said(branch, question)
        return self._compared(branch, question)

    def _append(self, branch: str, head: Head, fresh: Sequence[tuple[Header, Entry]]) -> None:
        self._prove(branch, fresh)
        headers = tuple(header for header, _ in fresh)
        self._store.append(branch, head, [entry for _, entry in fresh], headers)

    def _prove(self, branch: str, entries: Sequence[tuple[Header, Entry]]) -> None:
        events = [(header, entry.held) for header, entry in entries]
        known = self._registry.keys(branch)
        keys = keys_in_log(known, events)
        if unproved(keys, events):
            raise Refused("signature_wrong")
        if keys != known:
            self._registry.enrol(branch, keys)

    def _longer_line(self, branch: str, hello: Hello, head: Head) -> bool:
        """Head office was restored: the hub shows its own signature on a log that stands above the one here (rule 6)."""
        line = hello.line
        if line is None or line.reach <= Reach(head.position, head.log_hash):
            return False
        try:
            check_line([self._public], branch, line)
        except Refused:
            return False
        return True

    def _is_shown(self, branch: str, question: Round, entries: Sequence[tuple[Header, Entry]]) -> bool:
        """Whether the piece of log joins the one here, and is what was signed."""
        part, line = question.log, question.hello.line
        if part is None or line is None or self._store.hash_at(branch, part.position) != part.before:
            return False
        return _before(part, entries, line.position) == line.log_hash

    def _replace(self, branch: str, part: LogPart, entries: Sequence[tuple[Header, Entry]]) -> None:
        self._prove(branch, entries)
        record.warning(
            "branch %s: entries behind %s replaced by a longer countersigned log", branch, part.position
        )
        self._registry.replace(branch, part.position, [entry for _, entry in entries])

    # ------------------------------------------------------------------------------------------ comparing

    def _compared(self, branch: str, question: Round) -> Answer:
        """Where the asker's log and head office's part, and what follows from it."""
        hello, head = question.hello, self._store.head(branch)
        common = hello.position
        if self._store.hash_at(branch, common) != hello.log_hash:
            shared = (at for at, log_hash in question.locator if self._store.hash_at(branch, at) == log_hash)
            common = max(shared, default=0)
        if common == head.position:
            return self._said(branch, question)
        if self._longer_line(branch, hello, head):
            shown = self._store.hash_at(branch, common) or ZERO
            return self._said(branch, question, need="log", locator=[(common, shown)])
        before = self._store.hash_at(branch, common)
        assert before is not None
        rest = self._store.entries(branch, common, MOST_BYTES)
        return self._said(branch, question, part=pack_log(common, before, rest))

    def _said(
        self,
        branch: str,
        question: Round,
        need: str = "",
        part: LogPart | None = None,
        locator: Sequence[tuple[int, bytes]] = (),
    ) -> Answer:
        head = self._store.head(branch)
        line = None
        if head.position:
            line = Line(
                head.position, head.log_hash, countersign(self._key, branch, head.position, head.log_hash)
            )
        held = fitting(self._registry.held(branch, 500))
        return Answer(
            hello=Hello(
                station=NAME,
                run="",
                term=head.term,
                opener="",
                position=head.position,
                log_hash=head.log_hash,
                heard=self._registry.heard(branch),
                now=self._now.now() if self._now else 0,
                line=line,
            ),
            orders=need != "term",
            need=need,
            log=part,
            offers=pack_events(held)[0] if held else None,
            directives=self._registry.directives(branch, question.directive),
            locator=list(locator),
        )

    def _empty(self) -> Hello:
        return Hello(NAME, "", Term(0, ""), "", 0, ZERO, Term(0, ""), 0)

    # ------------------------------------------------------------------------------------------ keeping

    def _keep(self, branch: str, question: Round, why: str) -> None:
        """No event is lost because its order was refused (rule 1)."""
        if question.offers is not None:
            self._hold(branch, unpack_events(question.offers), why)

    def _keep_log(self, branch: str, question: Round) -> None:
        if question.log is not None:
            entries = unpack_log(question.log)
            self._hold(branch, [(header, entry.held) for header, entry in entries], "term_lower")

    def _hold(self, branch: str, events: Sequence[tuple[Header, Held]], why: str) -> None:
        bad = unproved(keys_in_log(self._registry.keys(branch), ()), events)
        known = self._store.known(branch, [header.id for header, _ in events])
        fresh = [held for header, held in events if header.id not in known and header.epoch not in bad]
        if fresh:
            self._store.hold(branch, fresh, why)


class Clock(Protocol):
    """Head office's own time, told in every answer."""

    def now(self) -> int:
        """Milliseconds UTC."""
        ...


def _before(part: LogPart, entries: Sequence[tuple[Header, Entry]], position: int) -> bytes | None:
    """The log's hash at a position, as the part has it."""
    if position == part.position:
        return part.before
    place = position - part.position - 1
    return entries[place][1].log_hash if 0 <= place < len(entries) else None
