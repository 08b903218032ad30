"""A process that appends batches to one branch's log until it is ended: `python -m tests.server.headoffice_player`.

It prints the position of each batch that was acknowledged.
"""

import sys

from app.errors import Refused
from app.server.headoffice.database import Database
from app.server.headoffice.store import HeadOfficeLogs
from tests.houses import FakeClock
from tests.sync.log_store_contract import Author, ordered


def play(url: str, branch: str, name: str, size: int, batches: int) -> None:
    """Append `batches` batches of `size` events behind whatever others append."""
    logs = HeadOfficeLogs(Database(url), FakeClock())
    author = Author(name)
    for _ in range(batches):
        events = author.events(size, b'{"name": "Peserta Contoh"}')
        while True:
            head = logs.head(branch)
            try:
                head = logs.append(branch, head, ordered(head, events))
            except Refused as refused:
                if refused.code != "log_moved":
                    raise
                continue
            break
        sys.stdout.write(f"{head.position}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    play(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
