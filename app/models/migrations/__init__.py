"""The steps from one shape of the branch file to the next, run by Alembic; a copy of the file is made before."""

from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from app.errors import Refused
from app.models.store import Store

NEWEST = "0007"
"""Revision of the newest step: held against the file at each start without importing Alembic."""


def revision(connection: Connection) -> str:
    """The file's revision, empty for a new file."""
    try:
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")
    except DBAPIError as error:
        if "no such table" in str(error.orig):
            return ""
        raise


def migrate(store: Store, backups: Path) -> None:
    """Bring the file to NEWEST. Raises Refused("file_newer") for a file that a newer program has written."""
    with store.reading() as connection:
        now = revision(connection)
    if now == NEWEST:
        return
    if now > NEWEST:
        raise Refused("file_newer")
    if now:
        store.copy_to(backups / f"sebelum-{NEWEST}.db")
    upgrade(store)


def upgrade(store: Store) -> None:
    """Run the steps that are missing, all in one transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with store.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
