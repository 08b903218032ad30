"""The ways to a ticket printer: network, USB, the system's own spooler, a device file."""

import os
import select
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Literal

import msgspec

from app.devices.printer_profiles import printer_profile
from app.devices.ticket_printer import import_escpos, render
from app.domain.slips import TicketSlip
from app.errors import Refused

CONNECT_SECONDS = 2.0
WRITE_SECONDS = 5.0
ANSWER_SECONDS = 1.0  # a printer that answers status questions does so within milliseconds
GOODBYE_SECONDS = 0.5  # long enough on a LAN for the reset of a printer that dropped the job
USB_CHUNK = 4096

# DLE EOT 2 and 4 of Epson's ESC/POS reference: cause of being offline, roll paper sensor. Answers are one byte each,
# with bit 1 and bit 4 set and bits 0 and 7 clear.
STATUS_QUESTION = b"\x10\x04\x02\x10\x04\x04"
STATUS_FIXED_BITS = 0b1001_0011
STATUS_FIXED_VALUE = 0b0001_0010
COVER_OPEN = 0x04
PAPER_END = 0x60


class PrinterSetting(msgspec.Struct, frozen=True, kw_only=True):
    """How this PC reaches its ticket printer.

    `address` is a host name or number for "network" and a path for "file" (/dev/usb/lp0, LPT1, a plain file);
    `queue` is the spooler's name of the printer; `vendor` and `product` are USB ids. `profile` is the code of a
    `PrinterProfile`.
    """

    kind: Literal["network", "usb", "spooler", "file", "none"] = "none"
    address: str = ""
    port: int = 9100
    vendor: int = 0
    product: int = 0
    queue: str = ""
    profile: str = "generic80"


def print_slip(setting: PrinterSetting, slip: TicketSlip) -> None:
    """Renders `slip` for the printer of `setting` and sends it. Raises Refused as `send` does."""
    send(setting, render(slip, printer_profile(setting.profile)))


def send(setting: PrinterSetting, data: bytes) -> None:
    """Sends `data` to the printer and returns when the way there has taken all of it.

    Raises Refused: `printer_not_set`; `printer_unreachable`, `printer_no_paper`, `printer_cover_open` (nothing was
    sent, trying again cannot print twice); `printer_timeout`, `printer_refused` (a part may have been printed).
    Blocks for some seconds: never call it on the GUI thread.
    """
    if setting.kind == "network" and setting.address:
        _send_network(setting, data)
    elif setting.kind == "usb" and setting.vendor and setting.product:
        _send_usb(setting, data)
    elif setting.kind == "spooler" and setting.queue:
        _send_spooler(setting.queue, data)
    elif setting.kind == "file" and setting.address:
        _send_file(setting.address, data)
    else:
        raise Refused("printer_not_set")


# ---------------------------------------------------------------- network


def _send_network(setting: PrinterSetting, data: bytes) -> None:
    # A plain socket: escpos' Network has one time-out for connecting and writing, and hides a reset at the end.
    printer = f"{setting.address}:{setting.port}"
    try:
        connection = socket.create_connection((setting.address, setting.port), timeout=CONNECT_SECONDS)
    except (OSError, UnicodeError, OverflowError) as error:
        raise Refused("printer_unreachable", printer=printer) from error
    with connection:
        if printer_profile(setting.profile).status:
            _ask_status(connection, printer)
        try:
            connection.settimeout(WRITE_SECONDS)
            connection.sendall(data)
            _say_goodbye(connection)
        except TimeoutError as error:
            raise Refused("printer_timeout", printer=printer) from error
        except OSError as error:
            raise Refused("printer_refused", printer=printer) from error


def _ask_status(connection: socket.socket, printer: str) -> None:
    connection.settimeout(ANSWER_SECONDS)
    answers = b""
    try:
        connection.sendall(STATUS_QUESTION)
        while len(answers) < 2:
            answer = connection.recv(16)
            if not answer:
                break
            answers += bytes(byte for byte in answer if byte & STATUS_FIXED_BITS == STATUS_FIXED_VALUE)
    except OSError as error:
        # Also when it serves another PC: it takes one connection at a time and lets the next wait.
        raise Refused("printer_unreachable", printer=printer) from error
    if len(answers) < 2:
        raise Refused("printer_unreachable", printer=printer)
    if answers[0] & COVER_OPEN:
        raise Refused("printer_cover_open", printer=printer)
    if answers[1] & PAPER_END:
        raise Refused("printer_no_paper", printer=printer)


def _say_goodbye(connection: socket.socket) -> None:
    # A printer that closed in the middle answers the rest with a reset, which only a later read shows. Many never
    # close their own side: silence is no fault.
    connection.settimeout(GOODBYE_SECONDS)
    connection.shutdown(socket.SHUT_WR)
    deadline = time.monotonic() + GOODBYE_SECONDS
    try:
        while connection.recv(64) and time.monotonic() < deadline:
            pass
    except TimeoutError:
        return


# ---------------------------------------------------------------- USB


def _send_usb(setting: PrinterSetting, data: bytes) -> None:
    printer_name = f"USB {setting.vendor:04x}:{setting.product:04x}"
    import_escpos()
    from escpos.exceptions import Error
    from escpos.printer import Usb

    try:
        import usb.core

        printer = Usb(setting.vendor, setting.product)
        printer.open()
    except (ImportError, RuntimeError, ValueError, OSError, Error) as error:
        # NoBackendError, libusb missing, is a ValueError; a missing pyusb comes as RuntimeError from escpos.
        raise Refused("printer_unreachable", printer=printer_name) from error
    try:
        _write_usb(printer.device, data)
    except usb.core.USBTimeoutError as error:
        raise Refused("printer_timeout", printer=printer_name) from error
    except (usb.core.USBError, OSError) as error:
        raise Refused("printer_refused", printer=printer_name) from error
    finally:
        printer.close()


def _write_usb(device: Any, data: bytes) -> None:
    import usb.util

    interface = device.get_active_configuration()[(0, 0)]
    ways_in = [
        endpoint
        for endpoint in interface
        if usb.util.endpoint_direction(endpoint.bEndpointAddress) == usb.util.ENDPOINT_OUT
    ]
    if not ways_in:
        raise OSError("the device has no way in")
    written = 0
    while written < len(data):
        written += ways_in[0].write(data[written : written + USB_CHUNK], timeout=int(WRITE_SECONDS * 1000))


# ---------------------------------------------------------------- spooler


def _send_spooler(queue: str, data: bytes) -> None:
    if sys.platform == "win32":
        _send_windows_spooler(queue, data)
    else:
        _send_cups(queue, data)


def _send_cups(queue: str, data: bytes) -> None:
    try:
        subprocess.run(  # noqa: S603 - the queue's name is one argument, no shell sees it
            ["lp", "-d", queue, "-o", "raw", "-t", "Loket", "-"],  # noqa: S607 - where lp lies differs
            input=data,
            check=True,
            capture_output=True,
            timeout=WRITE_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise Refused("printer_timeout", printer=queue) from error
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        raise Refused("printer_unreachable", printer=queue) from error


def _send_windows_spooler(queue: str, data: bytes) -> None:
    import_escpos()
    from escpos.exceptions import Error
    from escpos.printer import Win32Raw

    try:
        import win32print

        printer = Win32Raw(queue)
        printer.open(job_name="Loket")
    except (ImportError, RuntimeError, OSError, Error) as error:
        raise Refused("printer_unreachable", printer=queue) from error
    try:
        printer._raw(data)
        printer.close()  # ends the document: only now does the spooler have it
    except (OSError, win32print.error) as error:
        raise Refused("printer_refused", printer=queue) from error


# ---------------------------------------------------------------- file


def _send_file(address: str, data: bytes) -> None:
    path = Path(address)
    try:
        descriptor = os.open(path, _flags(path), 0o600)
    except (OSError, ValueError) as error:
        raise Refused("printer_unreachable", printer=address) from error
    try:
        _write_descriptor(descriptor, data)
    except TimeoutError as error:
        raise Refused("printer_timeout", printer=address) from error
    except OSError as error:
        raise Refused("printer_refused", printer=address) from error
    finally:
        os.close(descriptor)


def _flags(path: Path) -> int:
    # A printer without paper makes /dev/usb/lp0 wait for ever, so it is opened non-blocking. A missing device must
    # not become a plain file under /dev, which it would for root.
    flags = os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    return flags if path.is_relative_to("/dev") else flags | os.O_CREAT


def _write_descriptor(descriptor: int, data: bytes) -> None:
    # Windows' select knows sockets only, and its device names have no non-blocking mode.
    waits = sys.platform != "win32" and not stat.S_ISREG(os.fstat(descriptor).st_mode)
    deadline = time.monotonic() + WRITE_SECONDS
    written = 0
    while written < len(data):
        if waits and not select.select([], [descriptor], [], max(0.0, deadline - time.monotonic()))[1]:
            raise TimeoutError
        written += os.write(descriptor, data[written:])
