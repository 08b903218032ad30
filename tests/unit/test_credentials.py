"""Secrets: PINs and passwords, the recovery key on paper, the key of the file and where it is kept."""

import os
import stat
from contextlib import suppress
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.compat import properties

from app.config import DataFolder, KeyNote, write_file
from app.credentials import (
    ALPHABET,
    DeviceKey,
    check_new_secret,
    delay_after,
    hash_secret,
    keep_key,
    keyring_is_safe,
    load_key,
    new_recovery_key,
    read_key_file,
    read_recovery_key,
    secret_fits,
    show_recovery_key,
    unwrap,
    wrap,
    write_key_file,
)
from app.errors import Refused
from tests.houses import CountingEntropy, refused

KEY = bytes(range(32))
NOTE = KeyNote(folder="f00d", station="51", kept="keyring")
PAPER = new_recovery_key(CountingEntropy("paper"))


# ------------------------------------------------------------------------------------------ PINs


@pytest.mark.parametrize(
    ("secret", "code"),
    [
        ("", "secret_short"),
        ("28491", "secret_short"),
        ("111111", "secret_simple"),
        ("121212", "secret_simple"),
        ("123456", "secret_simple"),
        ("987654", "secret_simple"),
        ("890123", "secret_simple"),
        ("210987", "secret_simple"),
        ("12345678", "secret_simple"),
        ("170845", "secret_date"),
        ("450817", "secret_date"),
        ("311299", "secret_date"),
        ("17081945", "secret_date"),
        ("19450817", "secret_date"),
        ("pendek", "secret_short"),
        ("aaaaaaaaaaaa", "secret_short"),
        ("abababababab", "secret_short"),
        ("²³⁴⁵⁶⁷", "secret_short"),
        ("٢٨٤٩١٧", "secret_short"),
    ],
)
def test_a_secret_that_is_easily_guessed_is_refused(secret: str, code: str) -> None:
    with refused(code):
        check_new_secret(secret)


@pytest.mark.parametrize(
    "secret", ["284917", "907315", "99887766", "kunci loket 7", "ĝøöđ pässwörd 🔑", "a1" * 3 + "bcde"]
)
def test_a_good_secret_is_taken(secret: str) -> None:
    check_new_secret(secret)


@given(st.text(max_size=30))
def test_whatever_is_typed_is_taken_or_refused(secret: str) -> None:
    with suppress(Refused):
        check_new_secret(secret)


@pytest.mark.parametrize("secret", ["284917", "kata sandi 🔑", "\ud800 setengah"])
def test_a_secret_fits_its_hash_alone(secret: str) -> None:
    hashed = hash_secret(secret, CountingEntropy("salt"))
    assert hashed.startswith("$argon2id$")
    assert secret not in hashed
    assert secret_fits(hashed, secret)
    assert not secret_fits(hashed, secret + " ")
    assert hash_secret(secret, CountingEntropy("other")) != hashed


def test_the_delay_grows_to_an_hour() -> None:
    assert [delay_after(each) // 1000 for each in range(1, 14)] == [
        0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600
    ]  # fmt: skip
    assert delay_after(10_000) == 3_600_000


# ------------------------------------------------------------------------------------------ the paper


def test_a_recovery_key_has_26_signs_that_are_told_apart() -> None:
    assert len(PAPER) == 26
    assert set(PAPER) <= set(ALPHABET)
    assert not set("IO01") & set(ALPHABET)
    assert show_recovery_key(PAPER).replace(" ", "") == PAPER
    assert len(show_recovery_key(PAPER).split()) == 7


@pytest.mark.parametrize(
    "typed", [PAPER, PAPER.lower(), show_recovery_key(PAPER), "-".join(PAPER), f"\t{PAPER}\n"]
)
def test_a_recovery_key_is_read_whatever_its_blanks_and_case(typed: str) -> None:
    assert read_recovery_key(typed) == PAPER


@pytest.mark.parametrize(
    "typed", ["", " ", PAPER[:-1], PAPER + "A", PAPER[:-1] + "0", "Ä" + PAPER[1:], "🙂" * 26, "\ud800" * 26]
)
def test_what_is_no_recovery_key_is_a_typing_error(typed: str) -> None:
    with refused("recovery_key_typo"):
        read_recovery_key(typed)


def test_nearly_every_slip_of_one_sign_is_noticed() -> None:
    """The check has ten bits: one slip in a thousand passes it, and is then the wrong key."""
    slips = [
        PAPER[:at] + sign + PAPER[at + 1 :] for at in range(26) for sign in ALPHABET if sign != PAPER[at]
    ]
    slips += [
        PAPER[:at] + PAPER[at + 1] + PAPER[at] + PAPER[at + 2 :]
        for at in range(25)
        if PAPER[at] != PAPER[at + 1]
    ]
    unnoticed = 0
    for typed in slips:
        try:
            read_recovery_key(typed)
            unnoticed += 1
        except Refused:
            pass
    assert unnoticed <= len(slips) // 200


def test_the_key_comes_back_with_the_paper_and_with_nothing_else() -> None:
    salt, wrapped = wrap(KEY, PAPER, CountingEntropy("wrap"))
    note = KeyNote(folder="f", station="s", kept="keyring", salt=salt, wrapped=wrapped)
    assert KEY.hex() not in wrapped
    assert unwrap(note, show_recovery_key(PAPER)) == KEY
    other = new_recovery_key(CountingEntropy("another paper"))
    with refused("recovery_key_wrong"):
        unwrap(note, other)
    spoilt = KeyNote(folder="f", station="s", kept="keyring", salt=salt, wrapped=wrapped[:-2] + "00")
    with refused("recovery_key_wrong"):
        unwrap(spoilt, PAPER)


@pytest.mark.parametrize(
    ("salt", "wrapped"), [("", ""), ("xy", "00"), ("00" * 16, "zz"), ("00" * 16, "00" * 11), ("", "00" * 60)]
)
def test_a_note_without_a_proper_key_is_said_to_be_damaged(salt: str, wrapped: str) -> None:
    with refused("key_note_damaged"):
        unwrap(KeyNote(folder="f", station="s", kept="file", salt=salt, wrapped=wrapped), PAPER)


# ------------------------------------------------------------------------------------------ key files


def test_a_key_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "loket.key"
    write_key_file(path, KEY)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_key_file(path) == KEY
    with refused("key_file_exists", path=str(path)):
        write_key_file(path, bytes(32))
    assert read_key_file(path) == KEY


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660, 0o644, 0o601])
def test_a_key_file_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "loket.key"
    write_key_file(path, KEY)
    path.chmod(mode)
    with refused("key_file_open"):
        read_key_file(path)


@pytest.mark.parametrize("data", [b"", bytes(31), bytes(33), KEY.hex().encode()])
def test_a_key_file_of_another_length_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "loket.key"
    path.write_bytes(data)
    path.chmod(0o600)
    with refused("key_file_wrong"):
        read_key_file(path)


def test_a_key_file_that_is_not_there_or_cannot_be_made_is_said_as_such(tmp_path: Path) -> None:
    with refused("key_file_missing"):
        read_key_file(tmp_path / "tidak ada")
    with refused("key_file_missing"):
        read_key_file(tmp_path)
    with refused("folder_read_only"):
        write_key_file(tmp_path / "tidak ada" / "loket.key", KEY)


def test_where_the_key_lies_is_an_explicit_choice(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    kept_in_file = KeyNote(folder="f", station="s", kept="file")
    with refused("key_file_needed"):
        load_key(folder, kept_in_file, None)
    write_key_file(tmp_path / "kunci", KEY)
    assert load_key(folder, kept_in_file, tmp_path / "kunci") == KEY
    inside = KeyNote(folder="f", station="s", kept="file", key_file="kunci")
    assert load_key(folder, inside, None) == KEY


# ------------------------------------------------------------------------------------------ the keyring


class PlainKeyring(keyring.backend.KeyringBackend):
    """Keeps passwords in clear, as some backends do: it says so by its priority."""

    priority = 0.5

    def get_password(self, service: str, username: str) -> str | None:
        return KEY.hex()

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("nothing may be kept in an unsafe place")

    def delete_password(self, service: str, username: str) -> None: ...


class NoKeyring(PlainKeyring):
    """What keyring offers where there is none."""

    priority = 0


class AbsentKeyring(PlainKeyring):
    """A backend whose service is not there: asking for its priority fails."""

    @properties.classproperty
    def priority(self) -> float:  # type: ignore[override]
        raise RuntimeError("no service")


class LockedKeyring(PlainKeyring):
    priority = 5

    def get_password(self, service: str, username: str) -> str | None:
        raise keyring.errors.KeyringLocked("locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise keyring.errors.PasswordSetError("locked")


class ForgetfulKeyring(PlainKeyring):
    priority = 5

    def get_password(self, service: str, username: str) -> str | None:
        return None

    def set_password(self, service: str, username: str, password: str) -> None: ...


class GarbledKeyring(ForgetfulKeyring):
    def get_password(self, service: str, username: str) -> str | None:
        return "bukan kunci"


def test_the_key_is_kept_and_given_back(tmp_path: Path) -> None:
    assert keyring_is_safe()
    with refused("key_missing"):
        load_key(DataFolder(tmp_path), NOTE, None)
    keep_key(NOTE, KEY)
    assert load_key(DataFolder(tmp_path), NOTE, None) == KEY


@pytest.mark.parametrize("backend", [PlainKeyring, NoKeyring, AbsentKeyring])
def test_an_unsafe_keyring_is_never_fallen_back_on(tmp_path: Path, backend: type[PlainKeyring]) -> None:
    keyring.set_keyring(backend())
    assert not keyring_is_safe()
    with refused("keyring_missing"):
        keep_key(NOTE, KEY)
    with refused("keyring_missing"):
        load_key(DataFolder(tmp_path), NOTE, None)


def test_a_locked_keyring_is_said_as_such(tmp_path: Path) -> None:
    keyring.set_keyring(LockedKeyring())
    with refused("keyring_missing"):
        keep_key(NOTE, KEY)
    with refused("keyring_missing"):
        load_key(DataFolder(tmp_path), NOTE, None)


def test_a_key_is_kept_only_when_it_can_be_read_back(tmp_path: Path) -> None:
    keyring.set_keyring(ForgetfulKeyring())
    with refused("keyring_missing"):
        keep_key(NOTE, KEY)
    keyring.set_keyring(GarbledKeyring())
    with refused("key_missing"):
        load_key(DataFolder(tmp_path), NOTE, None)


# ------------------------------------------------------------------------------------------ the device


def test_a_device_signs_with_a_key_of_its_own() -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    here, again = DeviceKey(KEY, "s", "here"), DeviceKey(KEY, "s", "here")
    assert here.public() == again.public()
    assert (
        len({here.public(), DeviceKey(KEY, "s", "moved").public(), DeviceKey(KEY, "t", "here").public()}) == 3
    )
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(here.public())).verify(here.sign(b"x"), b"x")


# ------------------------------------------------------------------------------------------ the folder's files


def test_a_note_is_replaced_in_one_step(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "cabang")
    folder.make()
    folder.write_note(NOTE)
    assert folder.read_note() == NOTE
    assert stat.S_IMODE(folder.key_note.stat().st_mode) == 0o600
    assert not list(folder.path.glob("*.baru"))


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"folder":1}', b"\xff\xfe", b"null"])
def test_a_damaged_note_is_said_to_be_damaged(tmp_path: Path, data: bytes) -> None:
    folder = DataFolder(tmp_path)
    with refused("key_note_damaged"):
        folder.read_note()
    folder.key_note.write_bytes(data)
    with refused("key_note_damaged"):
        folder.read_note()


def test_writing_where_nothing_can_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "berkas").write_text("")
    with refused("folder_read_only"):
        write_file(tmp_path / "berkas" / "key.json", b"x")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_leaves_the_old_note(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.write_note(NOTE)
    (tmp_path / "key.json.baru").symlink_to("/dev/full")
    with refused("disk_full"):
        folder.write_note(KeyNote(folder="new", station="s", kept="file"))
    assert folder.read_note() == NOTE
