"""A program of a new version is killed while it brings an older file to its own shape: the file is the old one or the
new one, never something between, and nothing that was in it is missing."""

import random
import time
from collections.abc import Callable

import msgspec
from sqlalchemy import text

from app.credentials import read_key_file
from app.models import migrations
from app.models.audit import verify
from app.models.store import Store
from tests.houses import dump
from tests.soak.branch import Places, assert_same, wait_until
from tests.soak.processes import RemoteStation

OLDER = "0002"
"""Revision to which the file is brought back: what came after it is dropped."""
LATER = (
    "DROP TABLE bookings",
    "DROP TABLE abandoned",
    *(f"ALTER TABLE acts DROP COLUMN {name}" for name in ("name", "stream", "head")),
    "DROP TABLE received",
    "DROP INDEX cases_limit",
    "DROP INDEX cases_came_back",
    "ALTER TABLE cases DROP COLUMN came_back",
)
LONGEST_MS = 400


class Migration(msgspec.Struct, frozen=True):
    """One blow."""

    number: int
    after_ms: int
    """Milliseconds after the copy that is made before the first step."""
    done: bool
    """Whether the file had its new shape already."""


def play(places: Places, kills: int, tell: Callable[[Migration], None] = lambda _: None) -> list[Migration]:
    """So many blows, each on a file of the older revision."""
    chance = random.Random("migrating")
    name = places.names[0]
    office = places.open(name)
    expected, head = dump(office), office.journal.head()
    office.close()
    played = []
    for number in range(1, kills + 1):
        _make_older(places, name)
        after_ms = chance.randrange(LONGEST_MS)
        _start_and_kill(places, name, after_ms)
        migration = Migration(number, after_ms, _revision(places, name) == migrations.NEWEST)
        tell(migration)
        played.append(migration)
        office = places.open(name)  # which brings it to the new shape, where the killed program did not
        try:
            assert office.store.check_pages() == ()
            assert office.journal.head() == head
            assert verify(office.store).bad_position is None
            assert_same(expected, dump(office))
        finally:
            office.close()
        assert _revision(places, name) == migrations.NEWEST
    return played


def _make_older(places: Places, name: str) -> None:
    office = places.open(name)
    try:
        with office.store.writing() as connection:
            for statement in LATER:
                connection.execute(text(statement))
            connection.execute(text("UPDATE alembic_version SET version_num = :now"), {"now": OLDER})
    finally:
        office.close()
    for copy in (places.folder(name) / "backups").glob("sebelum-*"):
        copy.unlink()


def _start_and_kill(places: Places, name: str, after_ms: int) -> None:
    station = RemoteStation(name, places.folder(name), places.key_file(name))
    try:
        copy = places.folder(name) / "backups" / f"sebelum-{migrations.NEWEST}.db"
        wait_until(copy.exists, pause=0.001)
        time.sleep(after_ms / 1000)
    finally:
        station.kill()


def _revision(places: Places, name: str) -> str:
    store = Store(places.folder(name) / "loket.db", read_key_file(places.key_file(name)))
    try:
        with store.reading() as connection:
            return migrations.revision(connection)
    finally:
        store.close()
