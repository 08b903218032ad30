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
LAST_PERSON = "last_person"


class FirstLook(msgspec.Struct, frozen=True):
    """The branch, the PINs that a demo branch shows, and who sat at this computer last ("" when nobody did)."""

    branch: Branch
    demo_secrets: dict[str, str]
    last: str = ""


def first_look(path: Path, key: bytes) -> FirstLook | None:
    """None when the file does not answer as expected: the full opening then says why."""
    assert_version()
    try:
        connection = connect(path, key, READ_SETTINGS)
        try:
            row = connection.execute("SELECT data FROM branch").fetchone()
            shown, last = (
                connection.execute("SELECT value FROM local WHERE name = ?", (name,)).fetchone()
                for name in (SECRETS, LAST_PERSON)
            )
        finally:
            connection.close()
        if row is None:
            return None
        branch = msgspec.msgpack.decode(row[0], type=Branch)
        secrets = msgspec.json.decode(shown[0], type=dict[str, str]) if shown else {}
        return FirstLook(branch, secrets, last[0] if last else "")
    except (driver.Error, msgspec.DecodeError):
        return None
