"""Start: the command line, the log, and the window. The only module that knows every part."""

import argparse
import faulthandler
import logging
import logging.handlers
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.config import DataFolder, default_folder, result_at, speak_anywhere, write_file
from app.errors import Refused

if TYPE_CHECKING:  # the first window must not wait for the database's libraries
    from app.server.hub_in_program import Serving
    from app.services.backup_scans import Progress, Scans
    from app.services.network import Network
    from app.services.office import Office


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="loket", description="Program loket kantor cabang.")
    parser.add_argument("--data", type=Path, default=None, help="folder data (bawaan: milik komputer ini)")
    parser.add_argument("--key-file", type=Path, default=None, help="berkas kunci 32 bita, mode 0600")
    commands = parser.add_subparsers(dest="command", metavar="perintah")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text)
        made.add_argument("--data", type=Path, default=argparse.SUPPRESS)
        made.add_argument("--key-file", type=Path, default=argparse.SUPPRESS)
        return made

    demo = command("demo", "buat satu hari contoh")
    demo.add_argument("--date", default="2026-11-20")
    demo.add_argument("--tickets", type=int, default=300)
    demo.add_argument("--seed", type=int, default=7)
    demo.add_argument("--open", action="store_true", help="hari contoh tidak ditutup")
    summary = command("summary", "cetak rekap harian")
    summary.add_argument("--date", required=True)
    summary.add_argument("--out", type=Path, required=True)
    summary.add_argument("--json", type=Path, default=None)
    journal = command("journal", "periksa catatan cabang, atau bangun ulang layarnya")
    journal.add_argument("what", choices=("verify", "rebuild"))
    backup = command("backup", "buat cadangan")
    backup.add_argument("--out", type=Path, required=True)
    restore = command("restore", "pulihkan dari cadangan")
    restore.add_argument("source", type=Path)
    headless = command("headless", "satu hari contoh tanpa layar")
    headless.add_argument("--tickets", type=int, default=60)
    command("self-test", "program memeriksa dirinya sendiri")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command, or the window when there is none. Returns the exit code."""
    faulthandler.enable()
    speak_anywhere()
    arguments = _parser().parse_args(argv)
    folder = DataFolder((arguments.data or default_folder()).absolute())
    try:
        for name in ("out", "json"):
            _demand_place(getattr(arguments, name, None))
        return _COMMANDS[arguments.command](arguments, folder)
    except Refused as refused:
        from app.ui.words import sentence

        print(sentence(refused.code, refused.facts), file=sys.stderr)
        return 2


def _demand_place(file: Path | None) -> None:
    """Before the work: that a folder for the result is missing says nothing of the data folder."""
    if file is None:
        return
    if file.is_dir():  # also where nothing at all was named
        raise Refused("output_is_folder", folder=str(file.absolute()))
    if not file.absolute().parent.is_dir():
        raise Refused("output_folder_missing", folder=str(file.absolute().parent))


def start_log(folder: DataFolder) -> None:
    """The program's own log beside the data: no personal data, a month at most."""
    try:
        folder.logs.mkdir(parents=True, exist_ok=True)
        kept = logging.handlers.TimedRotatingFileHandler(
            folder.logs / "loket.log", when="midnight", backupCount=30, encoding="utf-8", delay=True
        )
    except OSError:
        logging.basicConfig(level=logging.INFO)  # a folder without rights is told of elsewhere
        return
    kept.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.addHandler(kept)
    root.setLevel(logging.INFO)


# ---------------------------------------------------------------------------------------------------- commands


def _open(arguments: argparse.Namespace, folder: DataFolder) -> "Office":
    from app.services.office import open_office, system_ports

    return open_office(folder, system_ports(), arguments.key_file)


def _demo(arguments: argparse.Namespace, folder: DataFolder) -> int:
    from app.services.demo import demo

    office = demo(
        folder,
        arguments.date,
        arguments.tickets,
        arguments.seed,
        key_file=arguments.key_file,
        close=not arguments.open,
    )
    count, head = office.journal.head()
    office.close()
    print(f"{folder.path}: hari contoh {arguments.date}, {count} catatan, tanda {head}")
    if arguments.key_file is None:
        print("Kunci data contoh ada di dalam folder itu (demo.key): jangan dipakai untuk data sungguhan.")
    return 0


def _summary(arguments: argparse.Namespace, folder: DataFolder) -> int:
    from app.services.summary import Summaries

    office = _open(arguments, folder)
    try:
        summaries = Summaries(office)
        results = {arguments.out: summaries.pdf(arguments.date)}
        if arguments.json:
            results[arguments.json] = summaries.json(arguments.date)
        for path, data in results.items():
            with result_at(path):
                write_file(path, data, mode=0o644)
            print(path)
    finally:
        office.close()
    return 0


def _journal(arguments: argparse.Namespace, folder: DataFolder) -> int:
    from app.models import audit
    from app.ui.words import sentence

    office = _open(arguments, folder)
    try:
        checked = audit.verify(office.store)
        if checked.bad_position is not None:
            print(sentence("journal_broken", {"position": checked.bad_position, "why": checked.why}))
            return 1
        print(f"{checked.count} {checked.head}")
        if arguments.what == "rebuild":
            aside = audit.rebuild(office.store)
            print(f"proyeksi dibangun ulang, {aside} catatan disisihkan")
    finally:
        office.close()
    return 0


def _backup(arguments: argparse.Namespace, folder: DataFolder) -> int:
    from app.services.backups import backup

    office = _open(arguments, folder)
    try:
        saved = backup(office, arguments.out.absolute(), progress=_aloud())
        print(f"{saved.path}: {saved.entries} catatan, {_scans_said(saved.scans)}")
    finally:
        office.close()
    return 0


def _aloud() -> "Progress":
    """Counts the scans on a terminal, in one line; nothing goes into a file or a pipe."""
    from app.services.backup_scans import Progress

    class Aloud(Progress):
        def told(self, done: int, of: int) -> None:
            if sys.stderr.isatty() and of:
                print(f"\rpindaian {done}/{of}", end="" if done < of else "\n", file=sys.stderr, flush=True)

    return Aloud()


def _scans_said(scans: "Scans") -> str:
    said = f"pindaian {scans.there} dari {scans.named}, {scans.new} baru"
    return f"{said}; tidak ada: {', '.join(scans.missing)}" if scans.missing else said


def _restore(arguments: argparse.Namespace, folder: DataFolder) -> int:
    from getpass import getpass

    from app.services.backups import restore
    from app.services.office import system_ports

    typed = getpass("Kunci pemulihan: ") if sys.stdin.isatty() else sys.stdin.readline()
    restored = restore(
        arguments.source, folder, typed.strip(), system_ports(), arguments.key_file, progress=_aloud()
    )
    print(f"{folder.path}: {restored.checked.count} catatan, tanda {restored.checked.head}")
    print(_scans_said(restored.scans))
    return 0


def _headless(arguments: argparse.Namespace, folder: DataFolder) -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from app.ui.headless import play

    return play(folder, arguments.tickets)


def _self_test(arguments: argparse.Namespace, folder: DataFolder) -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from app.services.office import system_ports
    from app.ui.self_test import self_test

    return self_test(system_ports())


def _window(arguments: argparse.Namespace, folder: DataFolder) -> int:
    start_log(folder)
    from app.ui.start import run

    return run(folder.path, arguments.key_file, _Port)


class _Port:
    """The hub's port of a window: the web framework is loaded when a second computer is wanted, not before."""

    def __init__(self, office: "Office") -> None:
        self._office = office
        self._serving: Serving | None = None

    def start(self, network: "Network") -> str:
        """Listen; gives the address to read out."""
        from app.server.hub_in_program import Serving

        self._serving = Serving(self._office)
        return self._serving.start(network)

    def stop(self) -> None:
        """Listen no more."""
        if self._serving is not None:
            self._serving.stop()


_COMMANDS = {
    None: _window,
    "demo": _demo,
    "summary": _summary,
    "journal": _journal,
    "backup": _backup,
    "restore": _restore,
    "headless": _headless,
    "self-test": _self_test,
}
