"""Head office's own key: it countersigns logs, signs directives and bundles, and lies in a file of its own."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from app.credentials import KEY_LENGTH, read_key_file, write_key_file
from app.domain.ports import Entropy
from app.errors import Refused
from app.server.headoffice import tables
from app.server.headoffice.database import add_missing

_kept = select(tables.settings.c.value).where(tables.settings.c.name == "key")


class HeadOfficeKey:
    """An Ed25519 key made from the 32 bytes of a key file with mode 0600."""

    def __init__(self, seed: bytes) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self._private: Any = Ed25519PrivateKey.from_private_bytes(seed)
        self._public = str(self._private.public_key().public_bytes_raw().hex())

    def sign(self, data: bytes) -> bytes:
        """64 bytes."""
        return bytes(self._private.sign(data))

    def public(self) -> str:
        """64 hex digits."""
        return self._public

    @property
    def name(self) -> str:
        """By which trust files and signed bundles call this key."""
        return f"kantor-pusat-{self._public[:12]}"


def open_key(path: Path) -> HeadOfficeKey:
    """The key in a file; raises Refused("key_file_missing" | "key_file_open" | "key_file_wrong")."""
    return HeadOfficeKey(read_key_file(path))


def make_key(path: Path, entropy: Entropy) -> HeadOfficeKey:
    """A new key in a new file; raises Refused("key_file_exists" | "folder_read_only")."""
    seed = entropy.take(KEY_LENGTH)
    write_key_file(path, seed)
    return HeadOfficeKey(seed)


def hold_key(connection: Connection, key: HeadOfficeKey) -> None:
    """The database knows which key is head office's; raises Refused("head_office_key_other") for another one."""
    add_missing(connection, tables.settings, [{"name": "key", "value": key.public()}])
    if connection.execute(_kept).scalar_one() != key.public():
        raise Refused("head_office_key_other")
