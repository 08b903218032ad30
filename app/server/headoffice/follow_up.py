"""What head office does after new entries: it reads each log once more, behind the acknowledgement, and answers.

Cases are matched with the member register, vouchers with payments, and the branch's own enrolments are taken over.
One step reads some entries, answers them and moves the branch's cursor in one transaction: done twice it does nothing.
"""

import logging
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, bindparam, func, select, update

from app.domain.branch import StationEnrolled, StationRevoked
from app.domain.case_events import Noted, PaymentOrdered
from app.domain.events import read_header
from app.domain.kinds import read_payload
from app.errors import Refused
from app.models.reading import NOTHING, fold_whole, seen
from app.server.headoffice import tables
from app.server.headoffice.database import Database
from app.server.headoffice.devices import Devices
from app.server.headoffice.directives import ensure_cursor
from app.server.headoffice.matching import KEY_LIMIT, CaseWork

log = logging.getLogger(__name__)

STEP = 5_000
"""Log positions of one transaction."""

_entries, _heads, _cursors, _months = tables.entries, tables.heads, tables.cursors, tables.log_months
_KINDS = ("case.noted", "case.payment_ordered", "branch.station_enrolled", "branch.station_revoked")

_behind = (
    select(_heads.c.branch)
    .outerjoin(_cursors, _cursors.c.branch == _heads.c.branch)
    .where(_heads.c.position > func.coalesce(_cursors.c.matched, 0))
    .order_by(_heads.c.branch)
)
_cursor = select(_cursors.c.matched).where(_cursors.c.branch == bindparam("branch"))
_end = select(_heads.c.position).where(_heads.c.branch == bindparam("branch"))
_move = (
    update(_cursors)
    .where(_cursors.c.branch == bindparam("of"), _cursors.c.matched == bindparam("from_position"))
    .values(matched=bindparam("to"))
)
_wanted = (
    select(_entries.c.position, _entries.c.stream, _entries.c.kind, _entries.c.header, _entries.c.payload)
    .where(
        _entries.c.branch == bindparam("branch"),
        _entries.c.position > bindparam("after"),
        _entries.c.position <= bindparam("last"),
        _entries.c.month
        >= select(func.coalesce(func.max(_months.c.month), 0))
        .where(_months.c.branch == bindparam("branch"), _months.c.first_position <= bindparam("after") + 1)
        .scalar_subquery(),
        _entries.c.kind.in_(_KINDS),
    )
    .order_by(_entries.c.position)
)
_of_branch = (
    select(_entries.c.position, _entries.c.header, _entries.c.payload)
    .where(
        _entries.c.branch == bindparam("branch"),
        tables.IS_OF_BRANCH,
        _entries.c.position <= bindparam("last"),
    )
    .order_by(_entries.c.position)
)


class Found(msgspec.Struct, frozen=True):
    """An entry that head office acts upon."""

    position: int
    stream: str
    kind: str
    version: int
    payload: bytes

    @property
    def is_stray(self) -> bool:
        """About the branch's computers, and in another stream than the branch's own."""
        return self.kind.startswith("branch.") and self.stream != "branch"


class FollowUp:
    """Reads new entries and answers them; any process may, one at a time per branch."""

    def __init__(self, database: Database, cases: CaseWork, devices: Devices) -> None:
        self._database = database
        self._cases = cases
        self._devices = devices

    def behind(self) -> tuple[str, ...]:
        """Branches with entries that were not read yet."""
        with self._database.reading() as connection:
            return tuple(connection.execute(_behind).scalars())

    def catch_up(self, branch: str) -> None:
        """Read a branch's log to its end."""
        while not self._step(branch):
            pass

    def _step(self, branch: str) -> bool:
        """One transaction; True when the log's end is reached."""
        with self._database.writing() as connection:
            self._database.lock(connection, f"follow {branch}")
            ensure_cursor(connection, branch)
            after: int = connection.execute(_cursor, {"branch": branch}).scalar_one()
            end: int = connection.execute(_end, {"branch": branch}).scalar() or 0
            last = min(after + STEP, end)
            if last <= after:
                return True
            rows = connection.execute(_wanted, {"branch": branch, "after": after, "last": last})
            found = [
                Found(row[0], row[1], row[2], read_header(row[3]).version, row[4])
                for row in rows
                if row[4] is not None
            ]
            self._act(connection, branch, found)
            moved = connection.execute(_move, {"of": branch, "from_position": after, "to": last})
            if moved.rowcount != 1:  # nobody passes the lock; this holds where a database has no such lock
                raise Refused("log_moved", position=after)
        return last == end

    def _allowed(self, connection: Connection, branch: str, found: Sequence[Found]) -> list[Found]:
        """Without those on computers that do not stand at the branch: whoever wrote them had no right. It is the same fold
        as there, over all of the branch's own stream; a computer comes or goes some times a year."""
        ours = [each for each in found if each.stream == "branch"]
        if not ours:
            return [each for each in found if not each.is_stray]
        rows = connection.execute(_of_branch, {"branch": branch, "last": ours[-1].position}).all()
        entries = [seen(read_header(bytes(row[1])), row[2], row[0]) for row in rows]
        folded = fold_whole("branch", entries, None, NOTHING, [])
        aside = {each.position for each in folded.asides}
        return [each for each in found if each.position not in aside and not each.is_stray]

    def _act(self, connection: Connection, branch: str, found: Sequence[Found]) -> None:
        found = self._allowed(connection, branch, found)
        noted: list[tuple[int, str, Noted]] = []
        ordered: list[tuple[str, PaymentOrdered]] = []
        for entry in found:
            case = entry.stream.partition(":")[2]
            payload = _payload(branch, entry)
            if isinstance(payload, StationEnrolled):
                self._devices.enrolled_in_log(connection, branch, payload, entry.position)
            elif isinstance(payload, StationRevoked):
                self._devices.revoked_in_log(connection, branch, payload, entry.position)
            elif not 0 < len(case) <= KEY_LIMIT:
                continue
            elif isinstance(payload, Noted):
                noted.append((entry.position, case, payload))
            elif isinstance(payload, PaymentOrdered):
                ordered.append((case, payload))
        self._cases.take(connection, branch, noted, ordered)


def _payload(branch: str, entry: Found) -> msgspec.Struct | None:
    try:
        return read_payload(entry.kind, entry.version, entry.payload)
    except Refused as refused:  # of a newer program, or damaged: kept, and nothing to answer
        log.info("entry %s of %s is not read: %s", entry.position, branch, refused.code)
        return None
