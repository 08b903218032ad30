"""Rules taken away, one at a time: the simulation must notice each. Nothing of this is in the program."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from app.domain import races
from app.domain.branch import TermOpened
from app.domain.events import PENDING, Term
from app.domain.rights import SYSTEM
from app.models import folding, following, log, reading, tables
from app.models.journal import Journal, Unit
from app.services import numbers
from app.sync.above import HeadOffice

NOTHING, EPOCHS, TERMS, LINE, AFTER, MARKS = "", "epochs", "terms", "line", "after", "marks"
PAPER, RELEASE = "paper", "release"
ALL = (EPOCHS, TERMS, LINE, AFTER, MARKS, PAPER, RELEASE)
ONE_NAME = "0" * 16


class Teeth:
    """Which rule does not hold."""

    def __init__(self, without: str = NOTHING) -> None:
        self.without = without

    @property
    def head_office_answers(self) -> bool:
        """Where terms are not told apart, head office must not step in."""
        return self.without != TERMS

    def started(self, journal: Any) -> None:
        """A program was started: without rule 2 it counts on where its disk says it stopped."""
        if self.without == EPOCHS:
            journal.run.epoch = hashlib.sha256(journal.station.encode()).digest()[:8]
            with journal.store.reading() as connection:
                for table in (tables.events, tables.pending):
                    _count_on(journal.run, connection, table)

    def doubted(self, connection: Any) -> None:
        """A program was started: its next plain number waits for the paper."""
        if self.without != PAPER:
            numbers.doubt(connection)

    def release(self, journal: Any, fingerprint: str) -> None:
        """What a former home does that hears of the new one."""
        numbers.release_home(journal, fingerprint)

    def letters(self, drawn: str) -> str:
        """What stands in a mark behind the station's number."""
        return "" if self.without == MARKS else drawn

    @contextmanager
    def taken_away(self) -> Iterator[None]:
        """While this block runs, the rule does not hold."""
        with pytest.MonkeyPatch.context() as patch:
            if self.without:
                _TAKE_AWAY[self.without](patch)
            yield


def _count_on(run: Any, connection: Any, table: Any) -> None:
    mine = select(table.c.seq, table.c.hash).where(table.c.epoch == run.epoch).order_by(table.c.seq.desc())
    last = connection.execute(mine).first()
    if last is not None and last[0] > run.seq:
        run.seq, run.prev = last[0], bytes(last[1])


def _epochs(patch: pytest.MonkeyPatch) -> None:
    """A run goes on under the name of the one before."""
    place_anew = Unit.place_anew

    def new_run(journal: Journal) -> None:
        journal.run.term = None

    def kept(unit: Unit) -> None:
        seq, prev = unit._seq, unit._prev
        place_anew(unit)
        unit._seq, unit._prev = seq, prev

    patch.setattr(Journal, "new_run", new_run)
    patch.setattr(Unit, "place_anew", kept)


def _terms(patch: pytest.MonkeyPatch) -> None:
    """A term is a number and nothing else."""

    def open_term(unit: Unit) -> Term:
        if unit._term is None:
            number = max(unit._last_term.number, unit._journal.heard_of(unit.connection)) + 1
            unit._term = Term(number, ONE_NAME)
            key = unit._journal.signer.public()
            opening = TermOpened(number=number, run=ONE_NAME, station=unit._journal.station, key=key)
            unit._write("branch", opening, SYSTEM)
        return unit._term

    patch.setattr(Unit, "open_term", open_term)


def _line(patch: pytest.MonkeyPatch) -> None:
    """Nobody keeps what head office has signed, and the higher term's order stands there too."""

    def is_shown(office: HeadOffice, branch: str, question: Any, entries: Any) -> bool:
        part = question.log
        return part is not None and office._store.hash_at(branch, part.position) == part.before

    patch.setattr(following, "line_of", lambda *_: None)
    patch.setattr(HeadOffice, "_longer_line", lambda *_: True)
    patch.setattr(HeadOffice, "_is_shown", is_shown)


def _after(patch: pytest.MonkeyPatch) -> None:
    """An event says how long the log was that its author saw, instead of naming what they saw."""
    seen_at: dict[str, tuple[int, bytes]] = {}
    record, fold_stream = Unit._record, races.fold_stream

    def noting(unit: Unit, event: Any, payload: bytes, after: Any) -> None:
        last = unit.position if unit.ordered else log.head(unit.connection).position
        seen_at[event.id] = (last, unit._journal.run.epoch)
        record(unit, event, payload, after)

    def by_position(fold: Any, entries: Sequence[races.Seen], *rest: Any) -> races.Folded:
        known = [(each, seen_at.get(each.event.id)) for each in entries]
        changed = []
        for place, (each, mine) in enumerate(known):
            if mine is not None and each.event.position < PENDING:
                below = tuple(
                    bytes.fromhex(one.event.id)
                    for one, its in known[:place]
                    if one.event.position <= mine[0] or (its is not None and its[1] == mine[1])
                )
                changed.append(msgspec.structs.replace(each, after=below))
            else:
                changed.append(each)
        return fold_stream(fold, changed, *rest)

    patch.setattr(Unit, "_record", noting)
    patch.setattr(reading, "fold_stream", by_position)
    patch.setattr(folding, "is_plain", lambda *_: False)


def _release(patch: pytest.MonkeyPatch) -> None:
    """A new home gives plain numbers at once, heard of or not."""

    def at_once(branch: Any, fingerprint: str, station: str) -> bool:
        return (branch.home, branch.station) == (fingerprint, station)

    patch.setattr(numbers, "gives_plain", at_once)


_TAKE_AWAY: dict[str, Any] = {
    EPOCHS: _epochs,
    TERMS: _terms,
    LINE: _line,
    AFTER: _after,
    MARKS: lambda _: None,
    PAPER: lambda _: None,
    RELEASE: _release,
}
