"""A new computer joins a branch, and a branch joins head office: by a code that somebody read out."""

import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.config import DataFolder, KeyNote, write_file
from app.credentials import KEY_LENGTH, DeviceKey, keep_key, key_check, load_key, write_key_file
from app.domain.identity import clean_text
from app.errors import Refused
from app.machine_identity import identity
from app.models.migrations import migrate
from app.models.store import Store
from app.services.hub_papers import (
    AUTHORITY,
    AUTHORITY_KEY,
    CERTIFICATE,
    CERTIFICATE_KEY,
    Above,
    Welcome,
    own_addresses,
)
from app.services.office import Office, Ports, default_bundle
from app.services.rule_bundles import TrustedKey, keep_bundle, trusted_keys
from app.sync.disk import fail, sync_folder
from app.sync.finding import FoundHub
from app.sync.messages import Answer
from app.sync.node import ROLE, STATION
from app.sync.trust import Joined, Newcomer, read_code
from app.sync.trust_caller import PASSED_ON, join_branch

if TYPE_CHECKING:
    from app.sync.trust import Signer

ATTEMPT = "gabung.json"
"""The note of a computer that is about to join, in the shape of `key.json`: it becomes that when the log is here. Until
then whoever tries again is the same computer under the same key, so the hub does not know it twice."""
DEMO_KEY = "demo.key"
FIRST_ROUNDS = 10_000
HUB_KEY = "hub_key"
"""Setting: public key of the hub that took this computer in, hex."""
UNHEARD = ("refused", "connect")
"""Why a call did not even get there."""
LONG_LOG = 50_000
"""Entries from which on a new computer begins from a snapshot and not from the first entry."""


def find_hubs(seconds: float = 3.0) -> tuple[FoundHub, ...]:
    """The hubs that say on this LAN that they are there."""
    from app.sync.finding import try_finder

    finder = try_finder()
    if finder is None:
        return ()
    try:
        time.sleep(seconds)
        return finder.found()
    finally:
        finder.close()


def join(
    folder: DataFolder,
    address: str,
    code: str,
    name: str,
    place: str,
    ports: Ports,
    key_file: Path | None = None,
) -> Office:
    """Make this computer one of the branch whose hub is at `address`; its log is here when this returns.

    No branch is on disk before: not when it is refused, nor when the program is ended in the middle. What the next try
    needs to be the same computer stays then, where the hub may know this one already. Raises what the caller and the
    hub refuse, and Refused("already_set_up" | "key_file_exists" | "keyring_missing").
    """
    if folder.is_set_up():
        raise Refused("already_set_up")
    typed, said = read_code(code), clean_text(name, 60)
    if not said:
        raise Refused("computer_name")
    folder.make()
    attempt = _earlier(folder, ports, key_file) or _begin(folder, ports, key_file)
    here = identity(folder.path, ports.machine, in_use=False)
    signer = DeviceKey(attempt.key, attempt.note.station, here)
    try:
        joined = _ask(address, typed, said, place, signer, here, attempt.note, ports)
    except Refused as refused:
        if not attempt.again and _is_certain(refused):
            _forget(folder, attempt.note)
        raise
    try:
        _clear(folder, attempt, ports.clock.now())
        office = _keep(folder, attempt, joined, address, ports)
        try:
            first_log(office, address)
            _finish(folder)
        except BaseException:
            office.close()
            raise
    except BaseException:
        _undo(folder)
        raise
    return office


# ---------------------------------------------------------------------------------------------- the try


class _Attempt(msgspec.Struct, frozen=True):
    """As whom this computer joins."""

    note: KeyNote
    key: bytes
    again: bool
    """Whether an earlier try was the same computer: then the hub may know it already."""

    def __repr__(self) -> str:
        return f"_Attempt({self.note.station})"


def _earlier(folder: DataFolder, ports: Ports, key_file: Path | None) -> _Attempt | None:
    """The computer that tried before, its key moved to where the person wants it now; None when there is none."""
    try:
        note = msgspec.json.decode((folder.path / ATTEMPT).read_bytes(), type=KeyNote)
    except (OSError, msgspec.DecodeError):
        return None
    try:
        key = load_key(folder, note, None)
    except Refused:  # ended before the key was kept, and then no hub has heard of it
        _drop_torn(note)
        return None
    wanted = _note(key, ports, key_file)
    moved = msgspec.structs.replace(note, kept=wanted.kept, key_file=wanted.key_file)
    if moved != note:
        _keep_key(moved, key, key_file)
        _write(folder, moved)
        if note.kept == "file":
            Path(note.key_file).unlink(missing_ok=True)
    return _Attempt(moved, key, again=True)


def _drop_torn(note: KeyNote) -> None:
    """A key file that was cut off while it was written is nobody's key, and would stand in the way of the next one."""
    torn = Path(note.key_file)
    if note.kept == "file" and torn.is_file() and torn.stat().st_size < KEY_LENGTH:
        torn.unlink()


def _begin(folder: DataFolder, ports: Ports, key_file: Path | None) -> _Attempt:
    """A computer that nobody knows yet, durable before anybody hears of it: the note first, for it names the key."""
    key = ports.entropy.take(KEY_LENGTH)
    note, path = _note(key, ports, key_file), folder.path / ATTEMPT
    former = path.read_bytes() if path.exists() else b""  # its key may only be out of reach just now
    _write(folder, note)
    try:
        _keep_key(note, key, key_file)
    except Refused:
        if former:
            write_file(path, former)
        else:
            path.unlink(missing_ok=True)
        raise
    return _Attempt(note, key, again=False)


def _write(folder: DataFolder, note: KeyNote) -> None:
    write_file(folder.path / ATTEMPT, msgspec.json.format(msgspec.json.encode(note), indent=2))


def _keep_key(note: KeyNote, key: bytes, key_file: Path | None) -> None:
    if key_file is None:
        keep_key(note, key)
    elif not (key_file.is_file() and key_file.read_bytes() == key):
        write_key_file(key_file, key)  # refused where there is one: it may be another branch's


def _note(key: bytes, ports: Ports, key_file: Path | None) -> KeyNote:
    return KeyNote(
        folder=ports.entropy.take(8).hex(),
        station=ports.entropy.take(8).hex(),
        kept="file" if key_file else "keyring",
        key_file=str(key_file.absolute()) if key_file else "",
        check=key_check(key),
    )


def _is_certain(refused: Refused) -> bool:
    """Whether the hub surely did not take this computer in: it said so, or it heard nothing."""
    unheard = refused.code in ("address_wrong", "plain_http") or refused.facts.get("why") in UNHEARD
    return unheard or refused.code in PASSED_ON


def _forget(folder: DataFolder, note: KeyNote) -> None:
    (folder.path / ATTEMPT).unlink(missing_ok=True)
    if note.kept == "file":
        Path(note.key_file).unlink(missing_ok=True)


def _clear(folder: DataFolder, attempt: _Attempt, now: int) -> None:
    """Make room: what an earlier try of the same computer left is nothing, any other file may be a branch."""
    if folder.key_note.exists():  # beside the new file it would make a branch of it before it is one
        folder.key_note.rename(folder.backups / f"disisihkan-{now}.json")
    if attempt.again and _opens(folder.database, attempt.key):
        _undo(folder)
    folder.put_aside(now)


def _opens(database: Path, key: bytes) -> bool:
    if not database.exists():
        return False
    store = Store(database, key)
    try:
        with store.reading() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
    except Refused:
        return False
    finally:
        store.close()
    return True


def _finish(folder: DataFolder) -> None:
    """From here on it is a branch: one step, and the last one."""
    try:
        (folder.path / ATTEMPT).replace(folder.key_note)
        sync_folder(folder.path)
    except OSError as error:
        fail(error)


def _undo(folder: DataFolder) -> None:
    """Take away all but what makes the next try the same computer: its note, its key, what came of the snapshot."""
    if folder.key_note.exists():
        folder.key_note.replace(folder.path / ATTEMPT)
    for name in ("loket.db", "loket.db-wal", "loket.db-shm", "trust.json"):
        (folder.path / name).unlink(missing_ok=True)
    shutil.rmtree(folder.path / "attachments", ignore_errors=True)


# ---------------------------------------------------------------------------------------------- what the hub gives


def _ask(
    address: str,
    code: str,
    name: str,
    place: str,
    signer: DeviceKey,
    here: str,
    note: KeyNote,
    ports: Ports,
) -> Joined:
    newcomer = Newcomer(
        station=note.station,
        fingerprint=here,
        name=name,
        place=place,
        full=place not in ("display", "kiosk"),
        names=own_addresses(),
    )
    return join_branch(address, code, newcomer, signer, ports.entropy)


def _keep(folder: DataFolder, attempt: _Attempt, joined: Joined, address: str, ports: Ports) -> Office:
    welcome = msgspec.json.decode(joined.secrets, type=Welcome)
    office = Office(folder, attempt.note, attempt.key, ports)
    try:
        migrate(office.store, folder.backups)
        with office.store.writing() as connection:
            keep_bundle(connection, default_bundle())
        for setting, value in (
            (ROLE, STATION),
            ("hub_addresses", msgspec.json.encode([address]).decode()),
            (AUTHORITY, joined.authority_pem),
            (AUTHORITY_KEY, welcome.authority_key),
            (CERTIFICATE, joined.certificate_pem),
            (CERTIFICATE_KEY, joined.key_pem),
            (HUB_KEY, welcome.hub_key),
            ("head_office", welcome.head_office),
            ("head_office_authority", welcome.head_office_authority),
        ):
            office.set_setting(setting, value)
        write_trust(folder, welcome.keys)
    except BaseException:
        office.close()
        raise
    return office


def write_trust(folder: DataFolder, keys: tuple[TrustedKey, ...]) -> None:
    """The keys of head office that this computer believes."""
    if keys:
        write_file(folder.path / "trust.json", msgspec.json.encode(keys))


def learn_above(office: Office, told: bytes) -> None:
    """Believe the hub about head office, as at joining, where this computer joined before the branch was enrolled
    there; what is known already is not changed by a hub's word."""
    above = msgspec.msgpack.decode(told, type=Above)
    if above.keys and not trusted_keys(office.folder):
        office.set_setting("head_office_authority", above.authority)
        office.set_setting("head_office", above.address)
        write_trust(office.folder, above.keys)


def first_log(office: Office, address: str) -> None:
    """Fetch the branch's log for the first time: the person waits for it, and nothing works before."""
    from app.services.services import Services
    from app.services.snapshots import start_from_hub

    services = Services(office)
    network = services.network
    network.node.start()
    for _ in range(FIRST_ROUNDS):
        peer = network.ways.at(address)
        try:
            answer = peer.round(network.node.ask(), 60.0)
            if answer.need == "snapshot" or _is_far(office, answer):
                start_from_hub(office, peer, tuple(filter(None, (office.setting(HUB_KEY),))))
                continue
            taken = network.node.take(answer)
            if not taken.again:
                network._fetch(peer)
        finally:
            peer.close()
        if not taken.followed:
            raise Refused("hub_unreachable", address=address, why=taken.need)
        if not taken.again:
            break
    services.printing.close()


def _is_far(office: Office, answer: Answer) -> bool:
    return answer.orders and office.journal.head()[0] == 0 and answer.hello.position > LONG_LOG


def join_head_office(office: Office, signer: "Signer", address: str, code: str) -> None:
    """Enrol this branch; raises what the caller and head office refuse."""
    newcomer = Newcomer(
        station=office.note.station,
        fingerprint=office.fingerprint,
        name=office.branch().name,
        place="hub",
        branch=office.branch().code,
    )
    joined = join_branch(address, read_code(code), newcomer, signer, office.ports.entropy)
    told = msgspec.json.decode(joined.secrets, type=_HeadOffice)
    write_trust(office.folder, told.keys)
    office.set_setting("head_office", address)
    office.set_setting("head_office_authority", joined.authority_pem)


class _HeadOffice(msgspec.Struct, frozen=True):
    branch: str
    keys: tuple[TrustedKey, ...]
