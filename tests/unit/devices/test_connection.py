"""The ways to a printer, tried against real sockets, pipes, files and a real process."""

import contextlib
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.devices import connection
from app.devices.connection import PrinterSetting, print_slip, send
from app.devices.printer_profiles import printer_profile
from app.devices.ticket_printer import render
from app.errors import Refused
from tests.unit.devices.slips import TICKET

LARGE = b"\x1b@" + b"x" * 30_000_000  # more than the buffers of both ends of a loopback connection

posix = pytest.mark.skipif(sys.platform == "win32", reason="pipes and lp are of POSIX")


class FakePrinter:
    """A printer on port 9100 of loopback that treats its one guest as `behave` says."""

    def __init__(self, behave: Callable[[socket.socket, "FakePrinter"], None]) -> None:
        self.received = b""
        self.done = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._behave = behave
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            guest, _ = self._listener.accept()
            with guest:
                self._behave(guest, self)

    def close(self) -> None:
        self.done.set()
        self._listener.close()
        self._thread.join(5)

    def setting(self, profile: str = "generic80") -> PrinterSetting:
        return PrinterSetting(kind="network", address="127.0.0.1", port=self.port, profile=profile)


Make = Callable[[Callable[[socket.socket, FakePrinter], None]], FakePrinter]


@pytest.fixture
def printer() -> Iterator[Make]:
    made: list[FakePrinter] = []

    def make(behave: Callable[[socket.socket, FakePrinter], None]) -> FakePrinter:
        made.append(FakePrinter(behave))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same limits, shorter, so that the tests are."""
    monkeypatch.setattr(connection, "WRITE_SECONDS", 1.5)
    monkeypatch.setattr(connection, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(connection, "GOODBYE_SECONDS", 0.3)


def reads_all(guest: socket.socket, printer: FakePrinter) -> None:
    while piece := guest.recv(65536):
        printer.received += piece


def never_reads(_guest: socket.socket, printer: FakePrinter) -> None:
    printer.done.wait(10)


def refusal(setting: PrinterSetting, data: bytes = b"\x1b@") -> Refused:
    with pytest.raises(Refused) as caught:
        send(setting, data)
    return caught.value


# ---------------------------------------------------------------- network


@pytest.mark.enable_socket
def test_a_printer_that_listens_gets_every_byte(printer: Make) -> None:
    listening = printer(reads_all)
    data = render(TICKET, printer_profile("raster80"))
    send(listening.setting(), data)
    listening.close()
    assert listening.received == data


@pytest.mark.enable_socket
def test_a_slow_printer_is_waited_for(printer: Make, impatient: None) -> None:
    def slowly(guest: socket.socket, fake: FakePrinter) -> None:
        while piece := guest.recv(200):
            fake.received += piece
            time.sleep(0.002)

    listening = printer(slowly)
    data = render(TICKET, printer_profile("raster80"))
    send(listening.setting(), data)
    listening.close()
    assert listening.received == data


@pytest.mark.enable_socket
def test_nobody_listening_is_unreachable_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    refused = refusal(PrinterSetting(kind="network", address="127.0.0.1", port=port))
    assert (refused.code, refused.facts) == ("printer_unreachable", {"printer": f"127.0.0.1:{port}"})


@pytest.mark.enable_socket
@pytest.mark.parametrize("address", ["", " ", "a..b", "x" * 300, "256.256.256.256"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    expected = "printer_unreachable" if address else "printer_not_set"
    assert refusal(PrinterSetting(kind="network", address=address)).code == expected


@pytest.mark.enable_socket
@pytest.mark.parametrize("port", [-1, 0, 70000])
def test_a_port_that_is_none_is_refused(port: int) -> None:
    assert (
        refusal(PrinterSetting(kind="network", address="127.0.0.1", port=port)).code == "printer_unreachable"
    )


@pytest.mark.enable_socket
def test_a_printer_that_never_reads_times_out(printer: Make, impatient: None) -> None:
    stuck = printer(never_reads)
    began = time.monotonic()
    assert refusal(stuck.setting(), LARGE).code == "printer_timeout"
    assert time.monotonic() - began < 3


@pytest.mark.enable_socket
def test_a_printer_that_closes_in_the_middle_of_much_is_reported(printer: Make) -> None:
    def closes(guest: socket.socket, fake: FakePrinter) -> None:
        guest.recv(10)

    assert refusal(printer(closes).setting(), LARGE).code == "printer_refused"


@pytest.mark.enable_socket
def test_a_reset_after_a_small_ticket_is_reported_too(printer: Make) -> None:
    """All of it fits the buffers, so sending succeeds; only listening afterwards shows that it was dropped."""

    def resets(guest: socket.socket, fake: FakePrinter) -> None:
        guest.recv(1)
        guest.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    assert (
        refusal(printer(resets).setting(), render(TICKET, printer_profile("raster80"))).code
        == "printer_refused"
    )


@pytest.mark.enable_socket
def test_a_printer_that_keeps_its_side_open_is_no_failure(printer: Make, impatient: None) -> None:
    def stays(guest: socket.socket, fake: FakePrinter) -> None:
        reads_all(guest, fake)
        fake.done.wait(10)

    staying = printer(stays)
    send(staying.setting(), b"\x1b@ticket\n")
    staying.close()
    assert staying.received == b"\x1b@ticket\n"


def answering(first: int, second: int) -> Callable[[socket.socket, FakePrinter], None]:
    def behave(guest: socket.socket, fake: FakePrinter) -> None:
        asked = guest.recv(6)
        assert asked == b"\x10\x04\x02\x10\x04\x04"
        guest.sendall(bytes([first]))
        time.sleep(0.02)  # the two answers come one by one
        guest.sendall(bytes([second]))
        reads_all(guest, fake)

    return behave


@pytest.mark.enable_socket
def test_a_ready_printer_that_knows_its_state_prints(printer: Make) -> None:
    ready = printer(answering(0x12, 0x12))
    print_slip(ready.setting("epson80"), TICKET)
    ready.close()
    assert ready.received == render(TICKET, printer_profile("epson80"))


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ((0x12, 0x72), "printer_no_paper"),
        ((0x16, 0x12), "printer_cover_open"),
        ((0x36, 0x72), "printer_cover_open"),
    ],
)
def test_no_paper_and_an_open_cover_are_told_before_anything_is_sent(
    printer: Make, answers: tuple[int, int], code: str
) -> None:
    troubled = printer(answering(*answers))
    assert refusal(troubled.setting("epson80")).code == code
    troubled.close()
    assert troubled.received == b""


@pytest.mark.enable_socket
def test_a_printer_busy_with_another_pc_has_got_nothing(printer: Make, impatient: None) -> None:
    silent = printer(never_reads)
    assert refusal(silent.setting("epson80")).code == "printer_unreachable"


# ---------------------------------------------------------------- file


def test_a_file_gets_one_ticket_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "karcis.bin"
    setting = PrinterSetting(kind="file", address=str(path))
    send(setting, b"one\n")
    send(setting, b"two\n")
    assert path.read_bytes() == b"one\ntwo\n"


@pytest.mark.parametrize("address", ["no/such/folder/lp0", "nul\0in it"])
def test_a_file_that_cannot_be_is_unreachable(tmp_path: Path, address: str) -> None:
    assert refusal(PrinterSetting(kind="file", address=str(tmp_path / address))).code == "printer_unreachable"


@posix
def test_a_device_that_is_unplugged_does_not_become_a_plain_file() -> None:
    path = Path("/dev/shm/loket-test-lp0")  # below /dev, and writable for everyone
    assert refusal(PrinterSetting(kind="file", address=str(path))).code == "printer_unreachable"
    assert not path.exists()


@posix
def test_a_device_that_takes_nothing_times_out(tmp_path: Path, impatient: None) -> None:
    path = tmp_path / "lp0"
    os.mkfifo(path)
    setting = PrinterSetting(kind="file", address=str(path))
    assert refusal(setting).code == "printer_unreachable"  # nobody at the other end
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        send(setting, b"small")
        assert os.read(reader, 100) == b"small"
        assert refusal(setting, b"x" * 1_000_000).code == "printer_timeout"
    finally:
        os.close(reader)


@posix
def test_a_device_pulled_out_while_printing_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "lp0"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    puller = threading.Timer(0.2, os.close, [reader])
    puller.start()
    assert refusal(PrinterSetting(kind="file", address=str(path)), b"x" * 1_000_000).code == "printer_refused"
    puller.join()


# ---------------------------------------------------------------- spooler and USB


@pytest.fixture
def fake_lp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Puts a program `lp` in front of the path; what it is given lands in the folder it returns."""

    def make(ending: str) -> Path:
        script = tmp_path / "lp"
        script.write_text(
            f'#!/bin/sh\nprintf "%s\\n" "$@" > "{tmp_path}/arguments"\ncat > "{tmp_path}/data"\n{ending}\n'
        )
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        return tmp_path

    return make


@posix
def test_the_spooler_gets_raw_bytes_for_its_queue(fake_lp: Callable[[str], Path]) -> None:
    folder = fake_lp("exit 0")
    send(PrinterSetting(kind="spooler", queue="Karcis; rm -rf x"), b"\x1b@\x00\xff")
    assert (folder / "data").read_bytes() == b"\x1b@\x00\xff"
    arguments = (folder / "arguments").read_text().splitlines()
    assert arguments == ["-d", "Karcis; rm -rf x", "-o", "raw", "-t", "Loket", "-"]


@posix
def test_a_queue_that_the_spooler_does_not_know_is_unreachable(fake_lp: Callable[[str], Path]) -> None:
    fake_lp("echo 'lp: The printer or class does not exist.' >&2; exit 1")
    refused = refusal(PrinterSetting(kind="spooler", queue="Karcis"))
    assert (refused.code, refused.facts) == ("printer_unreachable", {"printer": "Karcis"})


@posix
def test_a_spooler_that_hangs_times_out(fake_lp: Callable[[str], Path], impatient: None) -> None:
    fake_lp("exec sleep 30")
    assert refusal(PrinterSetting(kind="spooler", queue="Karcis")).code == "printer_timeout"


@posix
def test_no_spooler_installed_is_unreachable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refusal(PrinterSetting(kind="spooler", queue="Karcis")).code == "printer_unreachable"


def test_a_usb_printer_that_is_not_there_is_unreachable() -> None:
    refused = refusal(PrinterSetting(kind="usb", vendor=0x9901, product=0x0001))
    assert (refused.code, refused.facts) == ("printer_unreachable", {"printer": "USB 9901:0001"})


@pytest.mark.parametrize("kind", ["none", "network", "usb", "spooler", "file"])
def test_a_setting_without_its_address_is_not_set(kind: str) -> None:
    assert refusal(PrinterSetting(kind=kind)).code == "printer_not_set"  # type: ignore[arg-type]


def test_importing_escpos_leaves_nothing_behind(tmp_path: Path) -> None:
    words = (
        "import logging; from app.devices.ticket_printer import import_escpos; import_escpos(); "
        "assert not logging.getLogger().handlers"
    )
    subprocess.run([sys.executable, "-c", words], check=True, env={**os.environ, "TMPDIR": str(tmp_path)})
    assert list(tmp_path.iterdir()) == []
