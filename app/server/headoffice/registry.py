"""What head office knows of a branch beside its log: keys, terms heard of, events held, directives; for the rounds."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from app.domain.events import Entry, Held, Term
from app.server.headoffice import tables
from app.server.headoffice.cutting import cut_back
from app.server.headoffice.database import add_missing
from app.server.headoffice.devices import ACTIVE
from app.server.headoffice.office import HeadOffice
from app.sync.line import Directive
from app.sync.log_store import Head, read_headers
from app.sync.proof import Keys

_keys, _devices, _held = tables.station_keys, tables.devices, tables.held
_ids = tables.entry_ids
DIRECTIVE_BYTES = 1 << 20

_keys_of = select(_keys.c.station, _keys.c.public_key).where(_keys.c.branch == bindparam("branch"))
_device_keys = select(_devices.c.station, _devices.c.public_key).where(
    _devices.c.branch == bindparam("branch")
)
_state = select(_devices.c.state).where(
    _devices.c.branch == bindparam("branch"), _devices.c.station == bindparam("station")
)
_held_of = (
    select(_held.c.header, _held.c.payload, _held.c.hash, _held.c.signature)
    .where(_held.c.branch == bindparam("branch"))
    .where(~select(_ids.c.id).where(_ids.c.branch == _held.c.branch, _ids.c.id == _held.c.id).exists())
    .order_by(_held.c.received_at, _held.c.id)
    .limit(bindparam("most"))
)


class Registered:
    """The registry of `app.sync.above` over the database."""

    def __init__(self, office: HeadOffice) -> None:
        self._office = office

    def keys(self, branch: str) -> Keys:
        """Every key a computer of the branch ever had, whether from an enrolment here or from the log."""
        found: dict[str, tuple[str, ...]] = {}
        with self._office.database.reading() as connection:
            rows = [
                *connection.execute(_keys_of, {"branch": branch}),
                *connection.execute(_device_keys, {"branch": branch}),
            ]
        for station, key in rows:
            former = found.get(station, ())
            if key not in former:
                found[station] = (*former, key)
        return found

    def enrol(self, branch: str, keys: Keys) -> None:
        """The branch's log has brought these."""
        rows = [
            {"branch": branch, "station": station, "public_key": key}
            for station, each in keys.items()
            for key in each
        ]
        with self._office.database.writing() as connection:
            add_missing(connection, _keys, rows)

    def revoked(self, branch: str, station: str) -> bool:
        """Whether a computer is given nothing more."""
        with self._office.database.reading() as connection:
            state = connection.execute(_state, {"branch": branch, "station": station}).scalar()
        return state is not None and state != ACTIVE

    def heard(self, branch: str) -> Term:
        """The highest term ever heard of."""
        return self._office.logs.heard_of(branch)

    def hear(self, branch: str, term: Term) -> None:
        """Remember a higher one."""
        self._office.logs.hear(branch, term)

    def held(self, branch: str, most: int) -> list[Held]:
        """Events kept that are in no log yet, each run's in the order of its numbers."""
        with self._office.database.reading() as connection:
            rows = connection.execute(_held_of, {"branch": branch, "most": most}).all()
        found = [Held(*row) for row in rows]
        headers = read_headers(found)
        places = sorted(range(len(found)), key=lambda each: (headers[each].epoch, headers[each].seq))
        return [found[each] for each in places]

    def directives(self, branch: str, after: int) -> list[Directive]:
        """What is to be handed down behind a number."""
        self._office.directives.note_taken(branch, after)
        return self._office.directives.after(branch, after, DIRECTIVE_BYTES)

    def replace(self, branch: str, common: int, entries: Sequence[Entry]) -> Head:
        """Put a longer countersigned log in the place of everything behind `common`; what stood there is held."""
        office, logs = self._office, self._office.logs
        headers = read_headers([entry.held for entry in entries])
        moved = [each.held for each in logs.entries(branch, common, 1 << 40)]
        logs.hold(branch, moved, "replaced")
        with office.database.writing() as connection:
            office.database.lock(connection, f"log {branch}")
            head = cut_back(connection, branch, common)
            return logs.append_within(connection, branch, head, entries, headers)
