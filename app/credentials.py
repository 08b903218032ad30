"""Secrets: the key of the file, the recovery key on paper, the device's signature, PINs and passwords."""

import hashlib
import os
import stat
from pathlib import Path
from typing import Any

from app.config import DataFolder, KeyNote
from app.domain.ports import Entropy
from app.errors import Refused

KEY_LENGTH = 32
SERVICE = "Loket"

# ------------------------------------------------------------------------------------------------- recovery key

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""32 signs that a person can tell apart on paper: no I, O, 0, 1."""
_DATA_SIGNS, _CHECK_SIGNS = 24, 2


def _check_signs(data: str) -> str:
    value = int.from_bytes(hashlib.sha256(data.encode()).digest()[:2], "big")
    return ALPHABET[value >> 5 & 31] + ALPHABET[value & 31]


def new_recovery_key(entropy: Entropy) -> str:
    """26 signs: 120 random bits and a check of 10."""
    data = "".join(ALPHABET[byte & 31] for byte in entropy.take(_DATA_SIGNS))
    return data + _check_signs(data)


def show_recovery_key(key: str) -> str:
    """In groups, as it is printed: `ABCD EFGH …`."""
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


def read_recovery_key(typed: str) -> str:
    """The 26 signs a person typed, whatever the blanks and case; raises Refused("recovery_key_typo")."""
    key = "".join(sign for sign in typed.upper() if sign not in " -\t\n")
    data, check = key[:_DATA_SIGNS], key[_DATA_SIGNS:]
    if len(key) != _DATA_SIGNS + _CHECK_SIGNS or set(key) - set(ALPHABET) or _check_signs(data) != check:
        raise Refused("recovery_key_typo")
    return key


_SALT_LENGTH = 16
_WRAPPED_LENGTH = 12 + KEY_LENGTH + 16
"""Nonce, key, and the tag of AES-GCM."""


def _stretch(secret: str, salt: bytes) -> bytes:
    from argon2.low_level import Type, hash_secret_raw

    return hash_secret_raw(
        secret.encode(),
        salt,
        time_cost=3,
        memory_cost=65_536,
        parallelism=2,
        hash_len=KEY_LENGTH,
        type=Type.ID,
    )


def wrap(key: bytes, recovery_key: str, entropy: Entropy) -> tuple[str, str]:
    """(salt, wrapped key) in hex: the file's key under argon2id of the recovery key, AES-256-GCM."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = entropy.take(_SALT_LENGTH), entropy.take(12)
    sealed = AESGCM(_stretch(recovery_key, salt)).encrypt(nonce, key, b"loket key 1")
    return salt.hex(), (nonce + sealed).hex()


def unwrap(note: KeyNote, typed: str) -> bytes:
    """The file's key from `key.json` and the recovery key; raises Refused when the typing or the key is wrong."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    recovery_key = read_recovery_key(typed)
    try:
        wrapped, salt = bytes.fromhex(note.wrapped), bytes.fromhex(note.salt)
    except ValueError as error:
        raise Refused("key_note_damaged", folder=note.folder) from error
    if len(wrapped) != _WRAPPED_LENGTH or len(salt) != _SALT_LENGTH:
        raise Refused("key_note_damaged", folder=note.folder)
    try:
        opened = AESGCM(_stretch(recovery_key, salt))
        return opened.decrypt(wrapped[:12], wrapped[12:], b"loket key 1")
    except InvalidTag as error:
        raise Refused("recovery_key_wrong") from error


# ------------------------------------------------------------------------------------------------- the file's key


def _keyring() -> Any:
    """The keyring module with a backend that is safe; raises Refused("keyring_missing")."""
    import keyring
    from keyring.errors import KeyringError

    try:
        safe = float(keyring.get_keyring().priority) >= 1
    except (KeyringError, RuntimeError):
        safe = False
    if not safe:
        raise Refused("keyring_missing")
    return keyring


def keyring_is_safe() -> bool:
    """Whether the operating system can keep the key here."""
    try:
        _keyring()
    except Refused:
        return False
    return True


def read_key_file(path: Path) -> bytes:
    """32 bytes of a file that nobody else may read; raises Refused("key_file_missing" | "_open" | "_wrong")."""
    try:
        mode = path.stat().st_mode
        data = path.read_bytes()
    except OSError as error:
        raise Refused("key_file_missing", path=str(path)) from error
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Refused("key_file_open", path=str(path))
    if len(data) != KEY_LENGTH:
        raise Refused("key_file_wrong", path=str(path))
    return data


def write_key_file(path: Path, key: bytes) -> None:
    """Make a key file with mode 0600; an existing one is never overwritten."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Refused("key_file_exists", path=str(path)) from error
    except OSError as error:
        raise Refused("folder_read_only", folder=str(path.parent)) from error
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(key)
        stream.flush()
        os.fsync(stream.fileno())


def key_check(key: bytes) -> str:
    """16 hex digits by which `key.json` knows its key again."""
    return hashlib.sha256(b"loket key check 1" + key).hexdigest()[:16]


def load_key(folder: DataFolder, note: KeyNote, key_file: Path | None) -> bytes:
    """The key of the branch file. Raises Refused("key_missing") when the keyring does not have it, and
    Refused("key_wrong") when it is the key of another branch."""
    key = _kept_key(folder, note, key_file)
    if note.check and key_check(key) != note.check:
        raise Refused("key_wrong")
    return key


def _kept_key(folder: DataFolder, note: KeyNote, key_file: Path | None) -> bytes:
    if key_file is not None:
        return read_key_file(key_file)
    if note.kept == "file":
        if not note.key_file:
            raise Refused("key_file_needed")
        return read_key_file(folder.path / note.key_file)
    from keyring.errors import KeyringError

    try:
        kept = _keyring().get_password(SERVICE, note.folder)
    except KeyringError as error:  # locked, or its service is not there
        raise Refused("keyring_missing") from error
    if kept is None or len(kept) != 2 * KEY_LENGTH or set(kept) - set("0123456789abcdef"):
        raise Refused("key_missing")
    return bytes.fromhex(kept)


def keep_key(note: KeyNote, key: bytes) -> None:
    """Put the key into the keyring and read it back: it is not taken for kept before."""
    from keyring.errors import KeyringError

    keyring = _keyring()
    try:
        keyring.set_password(SERVICE, note.folder, key.hex())
        kept = keyring.get_password(SERVICE, note.folder)
    except KeyringError as error:
        raise Refused("keyring_missing") from error
    if kept != key.hex():
        raise Refused("keyring_missing")


class DeviceKey:
    """The Ed25519 key of this computer, made from the file's key, the station and the machine: a file that was moved
    to another machine signs under another key, and nothing more has to be kept."""

    def __init__(self, key: bytes, station: str, fingerprint: str) -> None:
        self._seed = hashlib.sha256(
            b"loket device 1" + key + station.encode() + fingerprint.encode()
        ).digest()
        self._private: Any = None

    def _key(self) -> Any:
        if self._private is None:
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

            self._private = Ed25519PrivateKey.from_private_bytes(self._seed)
        return self._private

    def sign(self, data: bytes) -> bytes:
        """64 bytes."""
        return bytes(self._key().sign(data))

    def public(self) -> str:
        """64 hex digits."""
        return str(self._key().public_key().public_bytes_raw().hex())


# ------------------------------------------------------------------------------------------------- PINs, passwords

PIN_LENGTH = 6
PASSWORD_LENGTH = 10
_STEPS = ("0123456789", "9876543210")


def _is_date(pin: str) -> bool:
    """Six digits that read as a day of somebody's life: DDMMYY, YYMMDD, or eight as DDMMYYYY, YYYYMMDD."""

    def fits(day: str, month: str) -> bool:
        return 1 <= int(day) <= 31 and 1 <= int(month) <= 12  # days and months

    if len(pin) == PIN_LENGTH:
        return fits(pin[:2], pin[2:4]) or fits(pin[4:], pin[2:4])
    if len(pin) == PIN_LENGTH + 2:
        return fits(pin[:2], pin[2:4]) or fits(pin[6:], pin[4:6])
    return False


def check_new_secret(secret: str) -> None:
    """A PIN of at least six digits, no date, no run, or a password of ten signs; raises Refused("secret_…")."""
    if not (secret.isascii() and secret.isdigit()):
        if len(secret) < PASSWORD_LENGTH or len(set(secret)) < PIN_LENGTH - 1:
            raise Refused("secret_short")
        return
    if len(secret) < PIN_LENGTH:
        raise Refused("secret_short")
    if len(set(secret)) <= 2 or any(secret in run * 2 for run in _STEPS):  # 121212, 111111, 123456
        raise Refused("secret_simple")
    if _is_date(secret):
        raise Refused("secret_date")


def hash_secret(secret: str, entropy: Entropy) -> str:
    """argon2id, encoded with its salt and costs."""
    from argon2.low_level import Type, hash_secret

    return hash_secret(
        secret.encode("utf-8", "surrogatepass"),
        entropy.take(16),
        time_cost=2,
        memory_cost=19_456,
        parallelism=1,
        hash_len=KEY_LENGTH,
        type=Type.ID,
    ).decode()


def secret_fits(hashed: str, secret: str) -> bool:
    """Whether `secret` is the one that was hashed."""
    from argon2.exceptions import VerifyMismatchError
    from argon2.low_level import Type, verify_secret

    try:
        return bool(verify_secret(hashed.encode(), secret.encode("utf-8", "surrogatepass"), Type.ID))
    except VerifyMismatchError:
        return False


TRIES = 5


def delay_after(failures: int) -> int:
    """Milliseconds nobody may try again: none for four, then 30 s, doubled each time, an hour at most."""
    if failures < TRIES:
        return 0
    doublings = min(failures - TRIES, 10)
    return min(30_000 << doublings, 3_600_000)
