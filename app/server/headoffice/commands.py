"""Head office from the command line: the service itself, and what its administrators do."""

import argparse
import ipaddress
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from app.config import result_at, write_file
from app.credentials import read_key_file
from app.domain.calendar import format_number
from app.errors import Refused
from app.machine import SystemClock, SystemEntropy
from app.server.headoffice.devices import ACTIVE
from app.server.headoffice.imports import Imported
from app.server.headoffice.key import make_key
from app.server.headoffice.office import HeadOffice, open_head_office
from app.sync.trust_certificates import Authority, fingerprint, issue, make_authority, server_settings
from app.sync.trust_joining import CODE_LIFE_MS, show_code
from app.words import LANGUAGES, refusal

DATABASE = "sqlite:///kantor-pusat.db"

SHUTDOWN_SECONDS = 5
"""Idle TLS connections would be waited for half a minute; a call that is cut is sent again and does no harm."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app.server", description="Kantor pusat / head office.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="perintah")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text)
        made.add_argument("--database", default=DATABASE, help="postgresql://… atau sqlite:///berkas")
        made.add_argument(
            "--key-file", type=Path, default=None, help="kunci kantor pusat, 32 bita, mode 0600"
        )
        return made

    commands.add_parser("hub", help="hub cabang tanpa layar / headless hub", add_help=False)
    serve = command("headoffice", "jalankan layanan kantor pusat / serve")
    serve.add_argument("--listen", default="127.0.0.1:8765", help="alamat:port")
    serve.add_argument(
        "--attachments", type=Path, default=None, help="folder lampiran (bawaan: 'lampiran' di samping kunci)"
    )
    serve.add_argument("--tls", type=Path, default=None, help="folder dari perintah 'prepare --tls'")
    serve.add_argument("--name", action="append", default=[], help="nama atau alamat server ini")
    prepare = command("prepare", "buat kunci dan tabel / make key and tables")
    prepare.add_argument("--tls", type=Path, default=None, help="folder untuk otoritas sertifikat")

    branch = command("branch", "cabang / branches")
    branch.add_argument("what", choices=("add",))
    branch.add_argument("code")
    branch.add_argument("name")
    branch.add_argument("zone", choices=("WIB", "WITA", "WIT"))
    device = command("device", "komputer cabang / computers of a branch")
    device.add_argument("what", choices=("list", "enrol", "revoke"))
    device.add_argument("branch")
    device.add_argument("station", nargs="?", default="", help="nomor atau tanda dari 'device list'")
    bundle = command("bundle", "terbitkan paket aturan / publish rules")
    bundle.add_argument("what", choices=("publish",))
    bundle.add_argument("file", type=Path)
    bundle.add_argument("--branch", default="")
    for name, text in (
        ("staff", "petugas cabang / staff"),
        ("members", "daftar peserta / member register"),
        ("bookings", "janji layanan / bookings"),
        ("payments", "pembayaran / payments"),
    ):
        taken = command(name, f"ambil dari CSV: {text}")
        taken.add_argument("what", choices=("import",))
        taken.add_argument("file", type=Path)
    _add_upkeep(command)
    return parser


def _add_upkeep(command: Callable[[str, str], argparse.ArgumentParser]) -> None:
    stick = command("stick", "berkas USB dari cabang tanpa sambungan / a branch's USB stick")
    stick.add_argument("what", choices=("import",))
    stick.add_argument("file", type=Path)
    clock = command("clock", "jam server / the server's clock")
    clock.add_argument("what", choices=("show", "confirm", "set-back"))
    clock.add_argument("branch", nargs="?", default="", help="cabang yang catatannya berada di bulan depan")
    command("status", "keadaan semua cabang / how far each branch is")


def run(argv: Sequence[str]) -> int:
    """Do the named command; gives the exit status. Raises Refused."""
    arguments = _parser().parse_args(argv)
    if arguments.command == "prepare":
        return _prepare(arguments)
    office = open_head_office(arguments.database, arguments.key_file, SystemClock(), SystemEntropy())
    try:
        return _COMMANDS[arguments.command](office, arguments)
    finally:
        office.close()


def _say(indonesian: str, english: str) -> None:
    print(indonesian)
    print(f"  {english}", flush=True)


# ---------------------------------------------------------------------------------------------------- the service


def _prepare(arguments: argparse.Namespace) -> int:
    if arguments.key_file is None:
        raise Refused("head_office_key_missing")
    if not arguments.key_file.exists():
        with result_at(arguments.key_file):
            made = make_key(arguments.key_file, SystemEntropy())
        _say(f"Kunci {made.name} dibuat: {arguments.key_file}", f"Key {made.name} made: {arguments.key_file}")
    office = open_head_office(arguments.database, arguments.key_file, SystemClock(), SystemEntropy())
    office.close()
    if arguments.tls is not None:
        _make_authority(arguments.tls)
    _say("Basis data siap.", "The database is ready.")
    return 0


def _authority_files(folder: Path) -> tuple[Path, Path]:
    return folder / "otoritas.pem", folder / "otoritas.key"


def _make_authority(folder: Path) -> None:
    certificate, key = _authority_files(folder)
    if certificate.exists():
        return
    authority = make_authority("kantor pusat", SystemClock().now())
    with result_at(certificate):
        folder.mkdir(parents=True, exist_ok=True)
        write_file(key, authority.key_pem.encode())
        write_file(certificate, authority.certificate_pem.encode(), mode=0o644)
    _say(f"Otoritas sertifikat dibuat: {folder}", f"Certificate authority made: {folder}")


def _read_authority(folder: Path) -> Authority:
    certificate, key = _authority_files(folder)
    try:
        return Authority(certificate.read_text("utf-8"), key.read_text("utf-8"))
    except OSError as error:
        raise Refused("tls_folder_wrong", folder=str(folder)) from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _serve(office: HeadOffice, arguments: argparse.Namespace) -> int:
    import uvicorn

    from app.server.headoffice.app import make_app
    from app.server.headoffice.attachments import attachments, blob_key
    from app.server.headoffice.enrolment import Presence
    from app.server.headoffice.rounds import rounds
    from app.server.logs import start_log

    office.signing_key()
    host, _, port = arguments.listen.rpartition(":")
    presence, tls = Presence(Authority(""), frozenset({""})), {}
    if arguments.tls is not None:
        authority = _read_authority(arguments.tls)
        names = [host, *arguments.name]
        certificate, key = issue(authority, "kantor-pusat", names, office.clock.now())
        tls = server_settings(arguments.tls, certificate, key)
        presence = Presence(Authority(authority.certificate_pem), frozenset({fingerprint(certificate)}))
    elif not _is_loopback(host):
        raise Refused("plain_http", address=arguments.listen)
    start_log()
    folder = arguments.attachments or arguments.key_file.with_name("lampiran")
    uvicorn.run(
        make_app(office, presence, (rounds, attachments(folder, blob_key(arguments.key_file)))),
        host=host,
        port=int(port),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        **tls,
    )
    return 0


# ---------------------------------------------------------------------------------------------------- administration


def _branch(office: HeadOffice, arguments: argparse.Namespace) -> int:
    office.signing_key()
    office.branches.add(arguments.code, arguments.name, arguments.zone)
    _say(f"Cabang {arguments.code} ditambahkan.", f"Branch {arguments.code} added.")
    return _invite(office, arguments.code)


def _invite(office: HeadOffice, branch: str) -> int:
    code, minutes = show_code(office.enrolment.invite(branch)), CODE_LIFE_MS // 60_000
    _say(
        f"Kode pendaftaran untuk komputer utama {branch}: {code} (berlaku {minutes} menit, sekali pakai)",
        f"Enrolment code for the hub of {branch}: {code} (good for {minutes} minutes, once)",
    )
    return 0


def _device(office: HeadOffice, arguments: argparse.Namespace) -> int:
    if arguments.what == "enrol":
        return _invite(office, arguments.branch)
    listed = office.devices.listed(arguments.branch)
    if arguments.what == "list":
        print("no.  tanda                                 keadaan  utama  nama")
        for each in listed:
            state = "aktif" if each.state == ACTIVE else "dicabut"
            full = "dapat" if each.full else "tidak"
            print(f"{each.number:>3}  {each.station:<36}  {state:<7}  {full:<5}  {each.name}")
        return 0
    meant = [each for each in listed if arguments.station in (each.station, str(each.number))]
    if len(meant) != 1:
        raise Refused("device_not_listed", station=arguments.station, branch=arguments.branch)
    number = office.devices.revoke(arguments.branch, meant[0].station)
    name = meant[0].name or meant[0].station
    _say(
        f"Komputer {name} dicabut; cabang diberi tahu (petunjuk {number}).",
        f"Computer {name} revoked; the branch is told (directive {number}).",
    )
    return 0


def _bundle(office: HeadOffice, arguments: argparse.Namespace) -> int:
    try:
        content = arguments.file.read_bytes()
    except OSError as error:
        raise Refused("file_missing", file=str(arguments.file)) from error
    version, told = office.branches.publish(content, office.signing_key(), arguments.branch)
    _say(
        f"Paket aturan versi {version} ditandatangani untuk {told} cabang.",
        f"Rules version {version} signed for {told} branches.",
    )
    return 0


def _imported(office: HeadOffice, arguments: argparse.Namespace) -> int:
    office.signing_key()
    take: Callable[[Path], Imported] = getattr(office.imports, arguments.command)
    done = take(arguments.file)
    rows, changed, told = (format_number(each) for each in (done.rows, done.changed, done.directives))
    _say(
        f"{rows} baris, {changed} baru atau berubah, {told} petunjuk untuk cabang.",
        f"{rows} rows, {changed} new or changed, {told} directives for branches.",
    )
    return 0


def _stick(office: HeadOffice, arguments: argparse.Namespace) -> int:
    from app.server.headoffice.sticks import import_stick

    office.signing_key()
    done = import_stick(office, read_key_file(arguments.key_file), arguments.file)
    ordered, held, position = (format_number(each) for each in (done.ordered, done.held, done.position))
    _say(
        f"Cabang {done.branch}: {ordered} catatan baru masuk, {held} disimpan; catatan sampai nomor {position}.",
        f"Branch {done.branch}: {ordered} new entries in the log, {held} kept; the log ends at {position}.",
    )
    if done.revoked:
        _say(
            f"Komputer {done.station} sudah dicabut: yang dibawanya hanya disimpan terpisah.",
            f"Computer {done.station} is revoked: what it brought is only kept apart.",
        )
    return 0


def _clock(office: HeadOffice, arguments: argparse.Namespace) -> int:
    if arguments.what == "confirm":
        office.guard.confirm()
        _say("Jam server dicatat sebagai benar.", "The server's clock is noted as right.")
    elif arguments.what == "set-back":
        moved = format_number(office.guard.set_back(arguments.branch))
        _say(
            f"{moved} catatan cabang {arguments.branch} dikembalikan ke bulan ini.",
            f"{moved} entries of branch {arguments.branch} are back in this month.",
        )
    else:
        state = office.guard.state()
        print(f"jam server      {_instant(state.now)}")
        print(f"jam basis data  {_instant(state.database)}")
        print(f"bulan terbaru   {state.newest or '–'}")
        for branch, month in state.ahead:
            print(f"cabang {branch} berada di bulan {month}: clock set-back {branch}")
    return _doubted(office)


def _instant(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H.%M.%S UTC")


def _doubted(office: HeadOffice) -> int:
    """1, and why, while nothing is taken in for the clock's sake."""
    doubt = office.guard.state().doubt
    for language in LANGUAGES if doubt else ():
        print(refusal(Refused(doubt), language))
    return 1 if doubt else 0


def _status(office: HeadOffice, arguments: argparse.Namespace) -> int:
    print("cabang        catatan  ditahan  komputer  petunjuk  diterima  belum dibaca  nama")
    for each in office.branches.status():
        print(
            f"{each.code:<12}{each.position:>9}{each.held:>9}{each.devices:>10}"
            f"{each.directives:>10}{each.taken:>10}{each.behind:>14}  {each.name}"
        )
    return _doubted(office)


_COMMANDS: dict[str, Callable[[HeadOffice, argparse.Namespace], int]] = {
    "headoffice": _serve,
    "branch": _branch,
    "device": _device,
    "bundle": _bundle,
    "staff": _imported,
    "members": _imported,
    "bookings": _imported,
    "payments": _imported,
    "stick": _stick,
    "clock": _clock,
    "status": _status,
}
