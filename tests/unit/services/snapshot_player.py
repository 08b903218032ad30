"""Takes a snapshot in a process of its own, to be killed in the middle: `python -m … FOLDER FINGERPRINT`."""

import sys
from pathlib import Path

from app.config import DataFolder
from app.services.office import Office, Ports
from app.services.snapshots import load_snapshot
from tests.houses import CountingEntropy, FakeClock, FakeMachine
from tests.unit.services.second_office import KEY


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main() -> int:
    """Load, then say so."""
    folder = DataFolder(Path(sys.argv[1]))
    ports = Ports(FakeClock(), CountingEntropy("player"), FakeMachine(sys.argv[2]))
    office = Office(folder, folder.read_note(), KEY, ports)
    office.journal.ordering = False
    _say("begun")
    load_snapshot(office, folder.path / "snapshots" / "datang")
    _say("done")
    office.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
