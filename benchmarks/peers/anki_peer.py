"""Anki's own sync server and client: 10,000 new notes up from one collection, down into another."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from time import perf_counter

from anki.collection import AddNoteRequest, Collection
from anki.decks import DeckId
from anki.sync import SyncAuth, SyncOutput

from benchmarks.peers.result import IDLE_ROUNDS, PeerResult, repeated, shown
from benchmarks.peers.wire import LOOPBACK, counted, free_port
from benchmarks.sync_material import texts

NAME, SECRET = "contoh", "contoh-contoh"
SEED = 7
# two empty collections have nothing to agree on; with one note in it the first is sent whole
FIRST = "Catatan pertama"
DEFAULT_DECK = DeckId(1)
WAIT_S = 30


@contextmanager
def _server(base: Path) -> Iterator[int]:
    """Anki's sync server in a process of its own; gives its port."""
    port = free_port()
    environment = os.environ | {
        "SYNC_HOST": LOOPBACK,
        "SYNC_PORT": str(port),
        "SYNC_BASE": str(base),
        "SYNC_USER1": f"{NAME}:{SECRET}",
        # the default level writes a line for each request
        "RUST_LOG": "error",
    }
    process = subprocess.Popen([sys.executable, "-m", "anki.syncserver"], env=environment)
    try:
        _wait(f"http://{LOOPBACK}:{port}/health")
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait(address: str) -> None:
    """Until the server answers."""
    end = perf_counter() + WAIT_S
    while perf_counter() < end:
        with suppress(OSError), urllib.request.urlopen(address, timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError(address)


class Client:
    """One collection with its login."""

    def __init__(self, path: Path, port: int) -> None:
        self._collection = Collection(str(path))
        self._auth: SyncAuth = self._collection.sync_login(NAME, SECRET, f"http://{LOOPBACK}:{port}/")

    def begin(self, *, upload: bool) -> None:
        """The first exchange, which Anki makes with whole files while one of the two sides is empty."""
        if self._round().required == SyncOutput.NO_CHANGES:
            raise AssertionError("a new collection was expected to need whole files")
        self._collection.close_for_full_sync()
        self._collection.full_upload_or_download(auth=self._auth, server_usn=None, upload=upload)
        self._collection.reopen(after_full_sync=True)

    def add(self, words: list[str]) -> None:
        """One note, and with it one card, for each text."""
        kind = self._collection.models.by_name("Basic")
        assert kind
        requests = []
        for one in words:
            note = self._collection.new_note(kind)
            note.fields = [one, ""]
            requests.append(AddNoteRequest(note, DEFAULT_DECK))
        self._collection.add_notes(requests)

    def sync(self) -> float:
        """Seconds of one normal exchange; anything that would need whole files is an error."""
        start = perf_counter()
        answer = self._round()
        seconds = perf_counter() - start
        if answer.required != SyncOutput.NO_CHANGES:
            raise AssertionError(f"Anki asked for more than a normal sync: {answer}")
        return seconds

    def notes(self) -> int:
        """How many notes this collection holds."""
        return self._collection.note_count()

    def close(self) -> None:
        """Give the file back."""
        self._collection.close()

    def _round(self) -> SyncOutput:
        return self._collection.sync_collection(self._auth, False)


def once(words: list[str], *, through_wire: bool) -> PeerResult:
    """One run with a server and two collections of its own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loket-anki-")))
        port = stack.enter_context(_server(folder / "server"))
        wire = stack.enter_context(counted(port))
        door = wire.port if through_wire else port
        near = Client(folder / "near.anki2", door)
        stack.callback(near.close)
        far = Client(folder / "far.anki2", door)
        stack.callback(far.close)
        near.add([FIRST])
        near.begin(upload=True)
        far.begin(upload=False)
        near.add(words)
        wire.taken()
        push_s, push_bytes = near.sync(), wire.taken()
        pull_s, pull_bytes = far.sync(), wire.taken()
        if far.notes() != len(words) + 1:
            raise AssertionError(f"{far.notes()} of {len(words) + 1} notes came through")
        idle_s = statistics.median(near.sync() for _ in range(IDLE_ROUNDS))
        idle_bytes = wire.taken() // IDLE_ROUNDS
    return PeerResult(push_s, pull_s, push_bytes, pull_bytes, idle_s, idle_bytes)


def run(count: int) -> PeerResult:
    """Medians for `count` notes of 300 bytes."""
    words = list(texts(count, SEED))
    return repeated(lambda through_wire: once(words, through_wire=through_wire))


if __name__ == "__main__":
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    print(shown("Anki", many, run(many)))
