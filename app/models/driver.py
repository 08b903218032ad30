"""The bare driver: how a connection to the encrypted file is made, whoever makes it."""

from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver

from app.errors import Refused

FIRST_SAFE_SQLITE = (3, 51, 3)
"""Earlier ones can corrupt a file when the write-ahead log is reset (DESIGN 4)."""

SETTINGS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-8000",
    "PRAGMA busy_timeout=10000",
)

READ_SETTINGS = (*SETTINGS[2:], "PRAGMA query_only=ON")


def assert_version() -> None:
    """Raises Refused("sqlite_too_old") for a library that could harm the file."""
    if driver.sqlite_version_info < FIRST_SAFE_SQLITE:
        raise Refused("sqlite_too_old", version=driver.sqlite_version)


def connect(path: Path, key: bytes, settings: tuple[str, ...] = SETTINGS) -> Any:
    """A connection of the bare driver with Loket's settings; `key` is 32 raw bytes, no passphrase."""
    connection = driver.connect(str(path), isolation_level=None, check_same_thread=False, timeout=10)
    try:
        connection.execute("PRAGMA cipher_log_level=NONE")  # a bad page is reported by us, not in fifty lines
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        for setting in settings:
            connection.execute(setting)
        connection.execute("SELECT count(*) FROM sqlite_master")
    except BaseException:
        connection.close()
        raise
    return connection
