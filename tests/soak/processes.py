"""Programs that are started, spoken to, killed and started again: stations, hub, head office, PostgreSQL."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[2]
STARTING_SECONDS = 60.0


class Died(Exception):
    """A program ended by itself; its last words are the message."""


class Program:
    """A program of ours as a process. Its lines are kept; `expect` waits for one that begins with certain words."""

    def __init__(self, name: str, *arguments: str, log: Path, **settings: str) -> None:
        self.name, self.log = name, log
        self._arguments, self._settings = arguments, settings
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.Queue[str | None] = queue.Queue()
        self.start()

    def start(self) -> None:
        """Start it, for the first time or again."""
        if self._process is not None:
            self._gone()
        self._lines = queue.Queue()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self._arguments],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, "PYTHONPATH": str(ROOT), **self._settings},
                start_new_session=True,  # Ctrl+C is for whoever started all this, who then ends them in order
            )
        threading.Thread(target=self._listen, args=(self._process, self._lines), daemon=True).start()

    def _listen(self, process: "subprocess.Popen[str]", lines: "queue.Queue[str | None]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if line.endswith("\n"):  # one that was cut in the middle was never said
                self.heard(line, lines)
        process.stdout.close()
        lines.put(None)

    def heard(self, line: str, lines: "queue.Queue[str | None]") -> None:
        """One line came."""
        lines.put(line)

    def next_line(self, seconds: float = STARTING_SECONDS) -> str:
        """The next line; raises Died or TimeoutError."""
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError(f"{self.name} says nothing") from None
        if line is None:
            raise Died(f"{self.name} ended with {self.process.wait()}: {self.last_words()}")
        return line

    def expect(self, beginning: str, seconds: float = STARTING_SECONDS) -> str:
        """The next line that begins so."""
        until = time.monotonic() + seconds
        while not (line := self.next_line(max(0.01, until - time.monotonic()))).startswith(beginning):
            pass
        return line.rstrip("\n")

    def last_words(self) -> str:
        """The end of what it wrote to standard error."""
        return self.log.read_text("utf-8", "replace")[-2000:]

    @property
    def process(self) -> "subprocess.Popen[str]":
        """The process that runs now, or ran last."""
        assert self._process is not None
        return self._process

    @property
    def runs(self) -> bool:
        """Whether it is there."""
        return self.process.poll() is None

    def kill(self) -> None:
        """SIGKILL; nothing is left when this returns."""
        self.process.kill()
        self._gone()

    def stop(self, seconds: float = 15.0) -> int:
        """End it in good order, or kill it when it does not; gives its status."""
        if self.runs:
            self._ask_to_end()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self._gone()
        return self.process.returncode

    def _ask_to_end(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def _gone(self) -> None:
        self.process.wait()
        if self.process.stdin is not None:
            with suppress(BrokenPipeError):
                self.process.stdin.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class RemoteStation(Program):
    """A process of tests.sync.station, and everything that it ever said was durable."""

    PROGRAM: tuple[str, ...] = ("-m", "tests.sync.station")

    def __init__(
        self, name: str, folder: Path, key_file: Path, listen: str = "", log_folder: Path | None = None
    ) -> None:
        self.acked: dict[str, int] = {}
        """Run to the last event of it that was said to be durable."""
        self.tickets: dict[str, str] = {}
        """Ticket to the label that was printed."""
        self.defects: list[str] = []
        self._asking = threading.Lock()
        arguments = (*self.PROGRAM, str(folder), str(key_file), listen)
        super().__init__(name, *arguments, log=(log_folder or folder.parent) / f"{name}.log")

    def ready(self) -> None:
        """Wait until it has opened its folder."""
        self._answer(STARTING_SECONDS)

    def heard(self, line: str, lines: "queue.Queue[str | None]") -> None:
        """An answer goes to who asked; what the worker says is noted at once."""
        told = json.loads(line)
        if "defect" in told:
            self.defects.append(told["defect"])
        elif "ack" in told:
            run, number = told["ack"]
            self.acked[run] = max(number, self.acked.get(run, 0))
            if "ticket" in told:
                self.tickets[told["ticket"][0]] = told["ticket"][1]
        else:
            lines.put(line)

    def ask(self, do: str, seconds: float = 30.0, **given: Any) -> Any:
        """What a command gives; raises AskRefused, Died or TimeoutError."""
        with self._asking:
            stdin = self.process.stdin
            assert stdin is not None
            try:
                stdin.write(json.dumps({"do": do, **given}) + "\n")
                stdin.flush()
            except BrokenPipeError:
                raise Died(f"{self.name} is gone: {self.last_words()}") from None
            return self._answer(seconds)

    def _answer(self, seconds: float) -> Any:
        told = json.loads(self.next_line(seconds))
        if "refused" in told:
            raise AskRefused(told["refused"])
        return told["done"]

    def _ask_to_end(self) -> None:
        if self.process.stdin is not None:
            with suppress(BrokenPipeError):
                self.process.stdin.close()


class AskRefused(Exception):
    """What was asked of a station was refused; the code is the message."""
