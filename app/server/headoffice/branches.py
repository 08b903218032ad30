"""The branches themselves: adding one, publishing rules to them, and how far each has got."""

import hashlib

import msgspec
from sqlalchemy import ColumnElement, Connection, Subquery, Table, bindparam, func, select

from app.domain import bundle as bundles
from app.domain.calendar import day_of
from app.domain.ports import Clock
from app.errors import Refused
from app.server.headoffice import tables
from app.server.headoffice.database import Database
from app.server.headoffice.directives import Directives, ensure_cursor
from app.server.headoffice.key import HeadOfficeKey
from app.services.rule_bundles import SignedBundle

_branches, _bundles = tables.branches, tables.bundles

_newest = (
    select(_bundles.c.content)
    .where(_bundles.c.branch.in_(("", bindparam("branch"))))
    .order_by(_bundles.c.version.desc())
    .limit(1)
)


class BranchStatus(msgspec.Struct, frozen=True):
    """How far head office has got with a branch."""

    code: str
    name: str
    position: int
    changed_at: int
    held: int
    devices: int
    directives: int
    taken: int
    behind: int
    """Entries that were not followed up yet."""


class Branches:
    """What head office does with its branches as a whole."""

    def __init__(self, database: Database, clock: Clock, directives: Directives) -> None:
        self._database = database
        self._clock = clock
        self._directives = directives

    def add(self, code: str, name: str, zone: str) -> None:
        """A new branch; it gets the newest rules. Raises Refused("branch_exists" | "branch_wrong" | "zone_unknown")."""
        if not code.isascii() or not code.isalnum() or len(code) > 12 or not name.strip() or "\0" in name:
            raise Refused("branch_wrong")
        day_of(0, zone)
        with self._database.writing() as connection:
            self._database.lock(connection, "branches")
            if code in self._codes(connection):
                raise Refused("branch_exists", branch=code)
            row = {"code": code, "name": name.strip(), "zone": zone, "added_at": self._clock.now()}
            connection.execute(_branches.insert(), row)
            ensure_cursor(connection, code)
            content = connection.execute(_newest, {"branch": code}).scalar()
            if content is not None:
                self._directives.issue(connection, code, "bundle", [bytes(content)])

    def _codes(self, connection: Connection) -> list[str]:
        return list(connection.execute(select(_branches.c.code).order_by(_branches.c.code)).scalars())

    def publish(self, content: bytes, key: HeadOfficeKey, branch: str = "") -> tuple[int, int]:
        """Sign rules and hand them to all branches, or to one: (version, branches told).

        Raises Refused("bundle_damaged" | "bundle_older" | "bundle_same_version" | "branch_unknown").
        """
        rules = bundles.parse(content)
        signed = SignedBundle(key=key.name, signature=key.sign(content).hex(), content=content.decode())
        handed = msgspec.json.encode(signed)
        digest = hashlib.sha256(content).hexdigest()
        with self._database.writing() as connection:
            self._database.lock(connection, "branches")
            codes = self._codes(connection)
            if branch and branch not in codes:
                raise Refused("branch_unknown", branch=branch)
            if self._is_published(connection, rules.version, digest, branch):
                return rules.version, 0
            row = {
                "version": rules.version,
                "branch": branch,
                "digest": digest,
                "content": handed,
                "published_at": self._clock.now(),
            }
            connection.execute(_bundles.insert(), row)
            told = [branch] if branch else codes
            for code in told:
                self._directives.issue(connection, code, "bundle", [handed])
        return rules.version, len(told)

    def _is_published(self, connection: Connection, version: int, digest: str, branch: str) -> bool:
        """Whether exactly these were; other rules of the same or a higher version are refused."""
        rows = connection.execute(
            select(_bundles.c.version, _bundles.c.digest, _bundles.c.branch).where(
                _bundles.c.version >= version
            )
        ).all()
        if any(row[0] == version and row[1] != digest for row in rows):
            raise Refused("bundle_same_version", version=version)
        ours = [row for row in rows if row[2] in ("", branch)]
        if any(row[0] > version for row in ours):
            raise Refused("bundle_older")
        return bool(ours)

    def status(self) -> tuple[BranchStatus, ...]:
        """Every branch, by code."""
        heads, cursors = tables.heads, tables.cursors
        held = _counted(tables.held)
        devices = _counted(tables.devices, tables.devices.c.state == "active")
        position = func.coalesce(heads.c.position, 0)
        query = (
            select(
                _branches.c.code,
                _branches.c.name,
                position,
                func.coalesce(heads.c.changed_at, 0),
                func.coalesce(held.c.count, 0),
                func.coalesce(devices.c.count, 0),
                func.coalesce(cursors.c.directives, 0),
                func.coalesce(cursors.c.taken, 0),
                position - func.coalesce(cursors.c.matched, 0),
            )
            .outerjoin(heads, heads.c.branch == _branches.c.code)
            .outerjoin(cursors, cursors.c.branch == _branches.c.code)
            .outerjoin(held, held.c.branch == _branches.c.code)
            .outerjoin(devices, devices.c.branch == _branches.c.code)
            .order_by(_branches.c.code)
        )
        with self._database.reading() as connection:
            return tuple(BranchStatus(*row) for row in connection.execute(query))


def _counted(table: Table, *conditions: ColumnElement[bool]) -> Subquery:
    return (
        select(table.c.branch, func.count().label("count"))
        .where(*conditions)
        .group_by(table.c.branch)
        .subquery()
    )
