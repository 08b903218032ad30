"""The names for the sign-in page, read by the bare driver while the rest of the program is still being loaded.

Importing the database toolkit takes longer than everything else at start. Whoever sits down can find their name and type
a PIN meanwhile; nothing is confirmed before the full opening (version, schema, chain) is done.
"""

from pathlib import Path

import msgspec
import sqlcipher3.dbapi2 as driver

from app.domain.branch import Branch
from app.models.driver import READ_SETTINGS, assert_version, connect

SECRETS = "demo_secrets"


class FirstLook(msgspec.Struct, frozen=True):
    """The branch, and the PINs that a demo branch shows."""

    branch: Branch
    demo_secrets: dict[str, str]


def first_look(path: Path, key: bytes) -> FirstLook | None:
    """None when the file does not answer as expected: the full opening then says why."""
    assert_version()
    try:
        connection = connect(path, key, READ_SETTINGS)
        try:
            row = connection.execute("SELECT data FROM branch").fetchone()
            shown = connection.execute("SELECT value FROM local WHERE name = ?", (SECRETS,)).fetchone()
        finally:
            connection.close()
        if row is None:
            return None
        branch = msgspec.msgpack.decode(row[0], type=Branch)
        return FirstLook(branch, msgspec.json.decode(shown[0], type=dict[str, str]) if shown else {})
    except (driver.Error, msgspec.DecodeError):
        return None
