"""A new computer joins a branch, and a branch joins head office: by a code that somebody read out."""

import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.config import DataFolder, KeyNote, write_file
from app.credentials import KEY_LENGTH, DeviceKey, keep_key, key_check, write_key_file
from app.domain.identity import clean_text
from app.errors import Refused
from app.models.migrations import migrate
from app.services.hub_papers import (
    AUTHORITY,
    AUTHORITY_KEY,
    CERTIFICATE,
    CERTIFICATE_KEY,
    Above,
    Welcome,
    own_addresses,
)
from app.services.office import Office, Ports, default_bundle, open_office
from app.services.rule_bundles import TrustedKey, keep_bundle, trusted_keys
from app.sync.finding import FoundHub
from app.sync.messages import Answer
from app.sync.node import ROLE, STATION
from app.sync.trust import Joined, Newcomer, read_code
from app.sync.trust_caller import join_branch

if TYPE_CHECKING:
    from app.sync.trust import Signer

DEMO_KEY = "demo.key"
FIRST_ROUNDS = 10_000
HUB_KEY = "hub_key"
"""Setting: public key of the hub that took this computer in, hex."""
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

    Nothing stays on disk when it is refused. Raises what the caller and the hub refuse, and Refused("already_set_up").
    """
    if folder.is_set_up():
        raise Refused("already_set_up")
    typed, said = read_code(code), clean_text(name, 60)
    if not said:
        raise Refused("computer_name")
    folder.make()
    key = ports.entropy.take(KEY_LENGTH)
    note = _note(key, ports, key_file)
    joined = _ask(
        address, typed, said, place, DeviceKey(key, note.station, ports.machine.fingerprint()), note, ports
    )
    folder.put_aside(ports.clock.now())
    if key_file is not None:
        write_key_file(key_file, key)  # refused where there is one: it may be another branch's
    else:
        keep_key(note, key)
    try:
        _keep(folder, note, key, joined, address, ports)
        folder.write_note(note)
        office = open_office(folder, ports, key_file)
        try:
            first_log(office, address)
        except BaseException:
            office.close()
            raise
    except BaseException:
        _undo(folder, key_file)
        raise
    return office


def _note(key: bytes, ports: Ports, key_file: Path | None) -> KeyNote:
    return KeyNote(
        folder=ports.entropy.take(8).hex(),
        station=ports.entropy.take(8).hex(),
        kept="file" if key_file else "keyring",
        key_file=str(key_file.absolute()) if key_file else "",
        check=key_check(key),
    )


def _ask(
    address: str, code: str, name: str, place: str, signer: DeviceKey, note: KeyNote, ports: Ports
) -> Joined:
    newcomer = Newcomer(
        station=note.station,
        fingerprint=ports.machine.fingerprint(),
        name=name,
        place=place,
        full=place not in ("display", "kiosk"),
        names=own_addresses(),
    )
    return join_branch(address, code, newcomer, signer, ports.entropy)


def _keep(
    folder: DataFolder,
    note: KeyNote,
    key: bytes,
    joined: Joined,
    address: str,
    ports: Ports,
) -> None:
    welcome = msgspec.json.decode(joined.secrets, type=Welcome)
    office = Office(folder, note, key, ports)
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
    finally:
        office.close()


def _undo(folder: DataFolder, key_file: Path | None) -> None:
    for name in ("loket.db", "loket.db-wal", "loket.db-shm", "key.json", "trust.json"):
        (folder.path / name).unlink(missing_ok=True)
    if key_file is not None:
        key_file.unlink(missing_ok=True)
    shutil.rmtree(folder.path / "attachments", ignore_errors=True)


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
