"""`python3 dev.py trial [--data FOLDER] [--headless]`: the whole chain on this machine, until Ctrl+C or the day's end."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from app.services.demo.people import SECRETS
from tests.soak.chain import Chain, pause
from tests.soak.processes import Died
from tests.trial.day import Day, say

STATIONS = 3


def main(arguments: Sequence[str]) -> int:
    """Gives 1 when something did not arrive or a program died, 130 after Ctrl+C."""
    parser = argparse.ArgumentParser(prog="python3 dev.py trial")
    parser.add_argument("--data", type=Path, default=None, help="folder baru (bawaan: di bawah /tmp)")
    parser.add_argument("--headless", action="store_true", help="tanpa jendela, walau ada layar")
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    base = (given.data or Path(tempfile.mkdtemp(prefix="loket-trial-"))).absolute()
    if given.data and base.exists() and any(base.iterdir()):
        say(f"Folder {base} tidak kosong.", "That folder is not empty.")
        return 2
    headless = given.headless or not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    if sys.platform == "win32":
        headless = given.headless
    status = 1
    try:
        status = _run(base, headless=headless)
    except KeyboardInterrupt:
        say("Dihentikan.", "Stopped.")
        status = 130
    except Died as died:
        say(f"Sebuah program mati: {died}", "A program died; everything else was stopped.")
    finally:
        if given.data is None and status in (0, 130):
            shutil.rmtree(base, ignore_errors=True)
        else:
            say(f"Data dan catatan ada di {base}", "Data and logs are in that folder.")
    return status


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _run(base: Path, *, headless: bool) -> int:
    base.mkdir(parents=True, exist_ok=True)
    say(
        "Menyiapkan PostgreSQL, kantor pusat, hub dan tiga komputer …", "Preparing; this takes half a minute."
    )
    with Chain(base, STATIONS, players=headless) as chain:
        if not headless:
            _show(chain)
            while True:
                pause(3600, chain)
        day = Day(chain)
        day.play()
    for fault in day.faults:
        print(f"SALAH / WRONG: {fault}", flush=True)
    if not day.faults:
        say("Semua sampai di semua tempat.", "Everything arrived everywhere.")
    return 1 if day.faults else 0


def _show(chain: Chain) -> None:
    say(
        "Semua jalan. Buka jendela tiap komputer dengan:", "All is running. Open each computer's window with:"
    )
    for name in chain.places.names:
        folder, key_file = chain.places.folder(name), chain.places.key_file(name)
        print(f"    python3 dev.py run --data {folder} --key-file {key_file}")
    say("PIN petugas:", "PINs of the staff:")
    for name, pin in SECRETS.items():
        print(f"    {pin}  {name}")
    say("Ctrl+C menghentikan semuanya.", "Ctrl+C stops everything.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
