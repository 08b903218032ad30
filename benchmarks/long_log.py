"""A hub's file of years, written row by row: real visits, recorded once, are laid into the log again and again.

Each repetition has its own ids, times, labels and places in both hash chains; the rows of tickets and files are shifted
with them. Left out is the search index: what the file is measured for does not read it. Kept between runs, under /tmp.
"""

import hashlib
import re
import shutil
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from app.credentials import DeviceKey
from app.domain.branch import TermOpened
from app.domain.calendar import add_days, day_of, moment_of
from app.domain.events import Term, read_header
from app.domain.kinds import payload_bytes
from app.machine import SystemClock
from app.models import audit, log, tables
from app.models.driver import connect
from app.services.summary import Summaries
from tests.houses import DAY, House, events, make_branch

PLACE = Path(tempfile.gettempdir()) / "loket-long-log"
PLAIN, FILES, OPEN_FILES = 150, 100, 20
"""Visits of a day: for information, with a file that is paid, with a file that is still open in the last weeks."""
OPEN_DAYS = 30
BATCH = 20_000
_ID = re.compile(rb"[0-9a-f]{32}")
_pack = msgspec.msgpack.Encoder().encode
_EVENTS = "INSERT INTO events VALUES (?,?,?,?,?,?,?,?,?,?,?,?)"


class Recorded:
    """Some entries of a house's log that follow each other, ready to be laid down again."""

    def __init__(self, house: House, first: int, constant: frozenset[bytes]) -> None:
        self.first = first
        self.entries = []
        ids: dict[bytes, int] = {}
        places: dict[bytes, int] = {}
        for row in events(house.office)[first:]:
            header = read_header(row.header)
            if header.kind == "branch.term_opened":
                continue
            for found in _ID.findall(header.stream.encode() + b" " + row.payload):
                if found not in constant:
                    ids.setdefault(found, len(ids))
            places[header.id] = len(self.entries)
            self.entries.append((header, row.payload))
        self.ids = ids
        self.places = places
        self.rows = {
            table.name: self._rows(house, table) for table in (tables.tickets, tables.legs, tables.cases)
        }
        self.links = self._rows(house, tables.case_tickets)

    def _rows(self, house: House, table: Any) -> list[tuple[Any, ...]]:
        key = table.columns[0]
        wanted = [each.decode() for each in self.ids]
        with house.office.store.reading() as connection:
            return [tuple(row) for row in connection.execute(table.select().where(key.in_(wanted)))]


class Writer:
    """Writes a log of any length into a branch file through the bare driver."""

    def __init__(self, house: House, seed: int = 1) -> None:
        self._draw = Random(seed)
        office = house.office
        self.station, self.fingerprint = office.note.station, office.fingerprint
        self.key = DeviceKey(office.key, self.station, self.fingerprint)
        with office.store.reading() as connection:
            head = log.head(connection)
        self.position, self.log_hash, self.number = head.position, head.log_hash, head.term.number
        self.last_of: dict[str, bytes] = {}
        for row in events(office):
            self.last_of[row.stream] = row.id
        self.bare = connect(office.folder.database, office.key)
        self.bare.execute("PRAGMA synchronous=OFF")
        self.bare.execute("PRAGMA cache_size=-400000")
        self.waiting: list[tuple[Any, ...]] = []
        self.others: dict[str, list[tuple[Any, ...]]] = {}
        self.epoch, self.seq, self.prev = b"", 0, bytes(32)
        self.term = Term(0, "")
        self.packed_term = b""

    def open_term(self, at: int) -> None:
        """The program of the hub starts: a new run, a new term."""
        self.epoch, self.seq, self.prev = self._draw.randbytes(8), 0, bytes(32)
        self.number += 1
        self.term = Term(self.number, self.epoch.hex())
        self.packed_term = _pack(self.term)
        opening = TermOpened(
            number=self.number, run=self.term.run, station=self.station, key=self.key.public()
        )
        self.entry(at, "branch", "branch.term_opened", 1, "system", payload_bytes(opening), None, None)

    def entry(
        self,
        at: int,
        stream: str,
        kind: str,
        version: int,
        actor: str,
        payload: bytes,
        identity: bytes | None,
        txn: bytes | None,
    ) -> None:
        """One entry behind the last one."""
        identity = identity or self.identity(at)
        before = self.last_of.get(stream)
        self.seq += 1
        self.position += 1
        raw = _pack(
            (
                identity,
                self.station,
                self.epoch,
                self.seq,
                self.prev,
                txn or identity,
                stream,
                kind,
                version,
                (before,) if before else (),
                actor,
                at,
                hashlib.sha256(payload).digest(),
            )
        )
        self.prev = hashlib.sha256(raw).digest()
        self.log_hash = hashlib.sha256(
            self.log_hash + self.position.to_bytes(8, "big") + self.packed_term + self.prev
        ).digest()
        self.last_of[stream] = identity
        self.waiting.append(
            (
                self.position,
                identity,
                stream,
                self.epoch,
                self.seq,
                raw,
                payload,
                self.prev,
                None,
                self.number,
                self.term.run,
                self.log_hash,
            )
        )

    def identity(self, at: int) -> bytes:
        """A fresh id."""
        return at.to_bytes(6, "big") + self._draw.randbytes(10)

    def lay(self, recorded: Recorded, at: int, day: str, number: int) -> None:
        """Lay down a recording once more."""
        fresh = [self.identity(at).hex().encode() for _ in recorded.ids]
        new = {old: fresh[place] for old, place in recorded.ids.items()}
        base, label = self.position - recorded.first, f"{{}}-{number:03d}"
        identities = [self.identity(at) for _ in recorded.entries]
        streams: dict[str, str] = {}

        def renamed(found: re.Match[bytes]) -> bytes:
            return new.get(found[0], found[0])

        for place, (header, payload) in enumerate(recorded.entries):
            stream = streams.get(header.stream)
            if stream is None:
                stream = _ID.sub(renamed, header.stream.encode()).decode().replace(DAY, day)
                streams[header.stream] = stream
            body = _ID.sub(renamed, payload).replace(DAY.encode(), day.encode())
            if header.kind == "ticket.issued":
                body = _issued(body, label, number)
            txn = recorded.places.get(header.txn, place)
            self.entry(
                at,
                stream,
                header.kind,
                header.version,
                header.actor,
                body,
                identities[place],
                identities[txn],
            )
        shift = _Shift(new, base, at - recorded.entries[0][0].at, day, number)
        for name, rows in recorded.rows.items():
            made = [shift.row(name, row, self.last_of) for row in rows]
            self.others.setdefault(name, []).extend(made)
        links = [tuple(new[each.encode()].decode() for each in row) for row in recorded.links]
        self.others.setdefault("case_tickets", []).extend(links)
        for each in new.values():  # nothing comes after a visit
            self.last_of.pop(f"ticket:{each.decode()}", None)
            self.last_of.pop(f"case:{each.decode()}", None)

    def close_run(self) -> None:
        """The last entry of the run bears its signature; then everything is written."""
        self.waiting[-1] = (*self.waiting[-1][:8], self.key.sign(self.prev), *self.waiting[-1][9:])
        if len(self.waiting) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        self.bare.execute("BEGIN IMMEDIATE")
        self.bare.executemany(_EVENTS, self.waiting)
        for name, rows in self.others.items():
            if rows:
                marks = ",".join("?" * len(rows[0]))
                self.bare.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
        self.bare.execute("COMMIT")
        self.waiting.clear()
        self.others.clear()


def _issued(body: bytes, label: str, number: int) -> bytes:
    given = msgspec.json.decode(body)
    given["label"], given["number"] = label.format(given["prefix"]), number
    return msgspec.json.encode(given)


class _Shift:
    """A row of a recording in its new place."""

    def __init__(self, new: dict[bytes, bytes], base: int, later: int, day: str, number: int) -> None:
        self._new = {old.decode(): fresh.decode() for old, fresh in new.items()}
        self._base, self._later, self._day, self._number = base, later, day, number
        self._label = f"-{number:03d}"

    def row(self, table: str, row: tuple[Any, ...], last_of: dict[str, bytes]) -> tuple[Any, ...]:
        """The columns, `data` and `head` included."""
        names = [column.name for column in tables.metadata.tables[table].columns]
        values = {name: self._value(name, value) for name, value in zip(names, row, strict=True)}
        if "data" in values:
            data = self._value("", msgspec.msgpack.decode(row[names.index("data")]))
            if table == "tickets":
                data["number"] = values["number"] = self._number
                data["label"] = values["label"] = f"{data['prefix']}{self._label}"
            else:
                data["tickets"] = [[ticket, label[0] + self._label] for ticket, label in data["tickets"]]
                values["touched"] = row[names.index("touched")] + self._base
            values["data"] = _pack(data)
            values["head"] = last_of[f"{'ticket' if table == 'tickets' else 'case'}:{values['id']}"]
        return tuple(values[name] for name in names)

    def _value(self, name: str, value: Any) -> Any:
        if isinstance(value, str):
            return self._day if value == DAY else self._new.get(value, value)
        if isinstance(value, dict):
            return {key: self._value(key, each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._value("", each) for each in value]
        if isinstance(value, int) and not isinstance(value, bool):
            if name.endswith(("position", "order")):
                return value + self._base
            if name.endswith("_at"):
                return value + self._later
        return value


def record(path: Path) -> tuple[House, dict[str, Recorded]]:
    """A branch, and what is laid down of it again and again."""
    house = make_branch(path)
    constant = frozenset(_ID.findall(b" ".join(each.encode() for each in _known(house))))
    recorded = {}

    def keep(name: str, work: Any) -> None:
        first = house.office.journal.head()[0]
        work()
        recorded[name] = Recorded(house, first, constant)

    keep("opening", house.open_day)
    keep("counter", lambda: house.counters.open(house["cso"], 1))

    def plain() -> None:
        ticket = house.serve("info")
        house.counters.finish(house["cso"], ticket.id, "info_given")

    keep("plain", plain)
    keep("file", house.paid_case)
    keep("open file", lambda: house.submitted_case("9901011507900002"))
    keep(
        "closing",
        lambda: Summaries(house.office).close_day(house["service_supervisor"], {}),
    )
    return house, recorded


def _known(house: House) -> list[str]:
    branch = house.office.branch()
    return [*branch.people, branch.home, branch.station]


def grow(path: Path, count: int) -> Path:
    """A branch file of `count` entries or a day less in `path`, its last day yesterday, unless it is there already and
    not older than a week; gives the data folder."""
    done, today = path / "done", day_of(SystemClock().now(), "WIB")
    if done.exists() and done.read_text() >= add_days(today, -7):
        return path / "cabang"
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    house, recorded = record(path)
    writer = Writer(house)
    a_day = 1 + sum(
        len(recorded[name].entries) * times
        for name, times in (("opening", 1), ("counter", 1), ("closing", 1), ("plain", PLAIN), ("file", FILES))
    )
    days = max(1, count // a_day)
    for number in range(days):
        day = add_days(today, number - days)
        if day == DAY:  # recorded, and laid down already
            continue
        _lay_day(writer, recorded, day, is_new=number >= days - OPEN_DAYS)
        if number % 50 == 0:
            print(f"{writer.position:,} entries", file=sys.stderr, flush=True)
    writer.flush()
    writer.bare.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    writer.bare.close()
    _fold_the_rest(house)
    house.close()
    done.write_text(today)
    return path / "cabang"


def _lay_day(writer: Writer, recorded: dict[str, Recorded], day: str, *, is_new: bool) -> None:
    at = moment_of(day, 8 * 60, "WIB")
    writer.open_term(at)
    writer.lay(recorded["opening"], at, day, 0)
    writer.lay(recorded["counter"], at, day, 0)
    opened = OPEN_FILES if is_new else 0
    visits = ["plain"] * PLAIN + ["file"] * (FILES - opened) + ["open file"] * opened
    writer._draw.shuffle(visits)
    for place, name in enumerate(visits, 1):
        writer.lay(recorded[name], at + place * 100_000, day, place)
    writer.lay(recorded["closing"], at + 9 * 3_600_000, day, 0)
    writer.close_run()


def _fold_the_rest(house: House) -> None:
    """Branch, days and counters are few: they are folded from the log."""
    with house.office.store.reading() as reading, house.office.store.writing() as connection:
        for table in (tables.days, tables.counters, tables.sessions):
            connection.execute(table.delete())
        bulk = audit._Bulk(connection)
        branch = audit._rebuild_family(reading, bulk, "branch", None)
        for family in ("day", "counter"):
            audit._rebuild_family(reading, bulk, family, branch)
        bulk.flush()


if __name__ == "__main__":
    print(grow(PLACE / sys.argv[1], int(sys.argv[1])))
