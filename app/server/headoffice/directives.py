"""Directives: numbered without a gap per branch, signed, and handed down after the branch's own cursor."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, bindparam, select, update

from app.domain.ports import Clock
from app.errors import Refused
from app.server.headoffice import tables
from app.server.headoffice.database import Database, add_missing
from app.sync.directives import content_bytes
from app.sync.line import Directive, Signs, sign_directive

_directives, _cursors = tables.directives, tables.cursors

READ_ROWS = 200

_take_numbers = (
    update(_cursors)
    .where(_cursors.c.branch == bindparam("of"))
    .values(directives=_cursors.c.directives + bindparam("count"))
    .returning(_cursors.c.directives)
)
_after = (
    select(_directives.c.number, _directives.c.kind, _directives.c.content, _directives.c.signature)
    .where(_directives.c.branch == bindparam("branch"), _directives.c.number > bindparam("number"))
    .order_by(_directives.c.number)
    .limit(READ_ROWS)
)


def ensure_cursor(connection: Connection, branch: str) -> None:
    """The row that counts a branch's directives is there."""
    add_missing(connection, _cursors, [{"branch": branch, "directives": 0, "taken": 0, "matched": 0}])


class Directives:
    """What the branches are told."""

    def __init__(self, database: Database, clock: Clock, key: Signs | None) -> None:
        self._database = database
        self._clock = clock
        self._key = key

    def issue(
        self, connection: Connection, branch: str, kind: str, contents: Sequence[msgspec.Struct | bytes]
    ) -> int:
        """Number, sign and keep directives within an open transaction; gives the number of the last one.

        The row of the branch's cursor is locked by it: numbers have no gap, whichever process makes them.
        Raises Refused("head_office_key_missing") where this process cannot sign.
        """
        if self._key is None:
            raise Refused("head_office_key_missing")
        ensure_cursor(connection, branch)
        last: int = connection.execute(_take_numbers, {"of": branch, "count": len(contents)}).scalar_one()
        made_at = self._clock.now()
        rows = []
        for number, content in enumerate(contents, last - len(contents) + 1):
            data = content if isinstance(content, bytes) else content_bytes(content)
            made = sign_directive(self._key, branch, number, kind, data)
            rows.append(
                {
                    "branch": branch,
                    "number": number,
                    "kind": kind,
                    "content": data,
                    "signature": made.signature,
                    "made_at": made_at,
                }
            )
        if rows:
            connection.execute(_directives.insert(), rows)
        return last

    def after(self, branch: str, number: int, limit_bytes: int) -> list[Directive]:
        """Directives behind a number, in order, as many as fit the limit but at least one; empty at the end."""
        taken: list[Directive] = []
        room = limit_bytes
        with self._database.reading() as connection:
            for row in connection.execute(_after, {"branch": branch, "number": number}):
                room -= len(row[2])
                if taken and room < 0:
                    break
                taken.append(Directive(*row))
        return taken

    def last(self, branch: str) -> int:
        """The number of the branch's last directive; 0 where it has none."""
        with self._database.reading() as connection:
            found = connection.execute(
                select(_cursors.c.directives).where(_cursors.c.branch == branch)
            ).scalar()
        return found or 0

    def note_taken(self, branch: str, number: int) -> None:
        """The branch said that it applied directives up to this number; only for people to look at."""
        statement = (
            update(_cursors)
            .where(_cursors.c.branch == branch, _cursors.c.taken < number, _cursors.c.directives >= number)
            .values(taken=number)
        )
        with self._database.writing() as connection:
            connection.execute(statement)
