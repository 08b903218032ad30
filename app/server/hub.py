"""`python -m app.server hub --data DIR --listen ADDRESS`: a hub without a window, on a small computer of its own."""

import argparse
import logging
import signal
import threading
from collections.abc import Sequence
from pathlib import Path

from app.config import DataFolder
from app.errors import Refused
from app.server.hub_in_program import Serving
from app.server.logs import start_log
from app.services.health import care_once_a_day
from app.services.network import Network
from app.services.office import Office, open_office, system_ports
from app.services.services import Services

record = logging.getLogger(__name__)
CARE_SECONDS = 600
"""Between two looks whether today's check and retention are still to be done."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m app.server hub", description="Komputer utama tanpa jendela."
    )
    parser.add_argument("--data", type=Path, required=True, help="folder data")
    parser.add_argument("--key-file", type=Path, default=None, help="berkas kunci 32 bita, mode 0600")
    parser.add_argument(
        "--listen", default="", help="alamat:port pada jaringan cabang (bawaan: antarmuka LAN, 8443)"
    )
    parser.add_argument("--quiet", action="store_true", help="jangan umumkan lewat zeroconf")
    parser.add_argument(
        "--join", default="", help="alamat komputer utama yang ada: gabung dulu sebagai komputer baru"
    )
    parser.add_argument("--code", default="", help="kode pendaftaran")
    parser.add_argument("--name", default="Hub", help="nama komputer ini")
    parser.add_argument("--take-over", action="store_true", help="jadikan komputer ini komputer utama")
    parser.add_argument(
        "--invite", action="store_true", help="cetak satu kode pendaftaran lalu terus melayani"
    )
    parser.add_argument(
        "--head-office", nargs=2, metavar=("ALAMAT", "KODE"), help="daftarkan ke kantor pusat"
    )
    return parser


def run(arguments: Sequence[str]) -> int:
    """Serve until SIGTERM or Ctrl+C; gives the exit status."""
    given = _parser().parse_args(arguments)
    start_log()
    folder, ports = DataFolder(given.data.absolute()), system_ports()
    if given.join and not folder.is_set_up():
        from app.services.joining import join

        join(folder, given.join, given.code, given.name, "hub", ports, given.key_file).close()
    office = open_office(folder, ports, given.key_file)
    host, _, port = given.listen.rpartition(":")
    services = Services(office)
    serving = Serving(office, host, int(port or 8443), announce=not given.quiet)
    try:
        _serve(given, office, services.network, serving)
    finally:
        services.close()
    return 0


def _serve(given: argparse.Namespace, office: Office, network: Network, serving: Serving) -> None:
    stopping = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stopping.set())
    network.start(serving)
    if given.take_over:
        network.take_over(supervisor(office))
    if given.head_office:
        network.join_head_office(supervisor(office), *given.head_office)
    if network.node.is_hub:
        address = network.open_port()
        print(f"hub {office.branch().code} {address}", flush=True)  # noqa: T201 - the command line speaks by print
    if given.invite:
        invited = network.invite(supervisor(office))
        print(f"kode {invited.code} {invited.address}", flush=True)  # noqa: T201 - the same
    while not stopping.wait(CARE_SECONDS):
        _care(office, stopping)


def _care(office: Office, stopping: threading.Event) -> None:
    """What the window does once a day beside the work."""
    try:
        care_once_a_day(office, stopping.is_set)
    except Refused as refused:
        record.warning("the daily check could not be done: %s", refused.code)


def supervisor(office: Office) -> str:
    """Who sits at the command line: root of this computer acts for the first person who may manage computers."""
    for person in office.branch().people:
        if office.may(person, "station.manage"):
            return person
    raise Refused("no_right", action="station.manage")
