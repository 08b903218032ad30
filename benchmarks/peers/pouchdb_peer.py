"""PouchDB on LevelDB and express-pouchdb: 10,000 documents up from one database, down into another, over HTTP."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.peers.result import IDLE_ROUNDS, PeerResult, flush, repeated, shown
from benchmarks.peers.wire import LOOPBACK, counted
from benchmarks.sync_material import texts

SEED = 7
OWN = Path(__file__).parent / "pouchdb"
# Where its packages lie between runs; never in the repository.
FOLDER = "LOKET_BENCH_PACKAGES"
# What PouchDB does unless told otherwise (batch_size 100, batches_limit 10).
AS_SHIPPED: dict[str, int] = {}


def packages() -> Path:
    """The folder of the npm packages, installed from the lock file at first use."""
    folder = Path(os.environ.get(FOLDER) or Path(tempfile.gettempdir()) / "loket-bench-packages") / "pouchdb"
    installed = folder / "node_modules" / ".package-lock.json"
    lock = (OWN / "package-lock.json").read_bytes()
    if installed.is_file() and (folder / "package-lock.json").read_bytes() == lock:
        return folder
    npm = shutil.which("npm")
    if not npm or not shutil.which("node"):
        raise RuntimeError("PouchDB needs Node.js: apt-get install nodejs npm")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(OWN / name, folder / name)
    # LevelDB comes ready built inside its package, so no package may run a script of its own
    subprocess.run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return folder


class Node:
    """One process of peer.js, spoken to by lines of JSON."""

    def __init__(self, part: str, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        environment = os.environ | {"NODE_PATH": str(packages() / "node_modules"), "NODE_ENV": "production"}
        self._process = subprocess.Popen(
            ["node", str(OWN / "peer.js"), part, str(folder)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def answer(self) -> dict[str, Any]:
        """The next line."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("peer.js ended; its words stand above")
        found: dict[str, Any] = json.loads(line)
        return found

    def ask(self, do: str, **facts: Any) -> dict[str, Any]:
        """Do one command and wait for its answer."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"do": do} | facts) + "\n")
        self._process.stdin.flush()
        return self.answer()

    def exchange(self, do: str, name: str, documents: int, options: dict[str, int]) -> float:
        """Seconds of one replication that must carry this many documents."""
        answer = self.ask(do, name=name, options=options)
        if not answer["ok"] or answer["documents"] != documents:
            raise AssertionError(f"{do}: {answer}, expected {documents} documents")
        return float(answer["seconds"])

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe
            pipe.close()


def _flushed(folder: Path) -> float:
    """Seconds to make durable what LevelDB left to the operating system."""
    start = perf_counter()
    flush(folder)
    return perf_counter() - start


def once(words: Sequence[str], *, through_wire: bool, options: dict[str, int] = AS_SHIPPED) -> PeerResult:
    """One run with a server and two databases of its own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loket-pouchdb-")))
        material = folder / "texts.json"
        material.write_text(json.dumps(words), encoding="utf-8")
        server = Node("server", folder / "server")
        stack.callback(server.close)
        port = server.answer()["port"]
        wire = stack.enter_context(counted(port))
        address = f"http://{LOOPBACK}:{wire.port if through_wire else port}/branch"
        near, far = Node("client", folder / "near"), Node("client", folder / "far")
        for client in (near, far):
            stack.callback(client.close)
            client.ask("open", name="notes", address=address)
        if near.ask("add", name="notes", file=str(material))["failed"]:
            raise AssertionError("PouchDB refused a document")
        # what the near side's own documents left unwritten is no part of the exchange
        flush(folder)
        wire.taken()
        push_s, push_bytes = near.exchange("push", "notes", len(words), options), wire.taken()
        push_flush_s = _flushed(server.folder)
        pull_s, pull_bytes = far.exchange("pull", "notes", len(words), options), wire.taken()
        pull_flush_s = _flushed(far.folder)
        # the first round both ways still reads all changes, to find that they are its own
        near.exchange("both", "notes", 0, options)
        wire.taken()
        idle_s = statistics.median(near.exchange("both", "notes", 0, options) for _ in range(IDLE_ROUNDS))
        idle_bytes = wire.taken() // IDLE_ROUNDS
    return PeerResult(
        push_s + push_flush_s,
        pull_s + pull_flush_s,
        push_bytes,
        pull_bytes,
        idle_s,
        idle_bytes,
        push_flush_s,
        pull_flush_s,
    )


def run(count: int, options: dict[str, int] = AS_SHIPPED) -> PeerResult:
    """Medians for `count` documents of 300 bytes; `options` go to PouchDB's replication."""
    words = texts(count, SEED)
    packages()
    return repeated(lambda through_wire: once(words, through_wire=through_wire, options=options))


if __name__ == "__main__":
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    chosen = {"batch_size": int(sys.argv[2])} if len(sys.argv) > 2 else AS_SHIPPED
    print(shown(f"PouchDB {chosen or ''}".strip(), many, run(many, chosen)))
