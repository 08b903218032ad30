"""The real clock, chance and fingerprint of the computer under the program."""

import hashlib
import os
import sys
import time
from pathlib import Path


class SystemClock:
    """The operating system's two clocks."""

    def now(self) -> int:
        """Milliseconds since 1970, UTC."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> int:
        """Milliseconds since some moment of this run."""
        return time.monotonic_ns() // 1_000_000


class SystemEntropy:
    """The operating system's random source."""

    def take(self, count: int) -> bytes:
        """`count` random bytes."""
        return os.urandom(count)


class SystemMachine:
    """This computer."""

    def fingerprint(self) -> str:
        """32 hex digits from the name of the installed system and of the hardware: the rule of before `machine_identity`,
        by which computers that were set up under it are still known."""
        parts = _windows_names() if sys.platform == "win32" else _linux_names()
        return hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]

    def parts(self) -> dict[str, str]:
        """Name to number of what does not change of it (decision 026)."""
        return _windows_parts() if sys.platform == "win32" else linux_parts(Path("/"))

    def offset_minutes(self, at: int) -> int:
        """Minutes by which the system's own zone is ahead of UTC at a moment."""
        return time.localtime(at / 1000).tm_gmtoff // 60


UNSET = ("", "none", "not specified", "to be filled by o.e.m.", "default string", "0")
"""What makers write where no number is."""
DRAWN = 0x02
"""Bit of an address's first byte: it was drawn, not given by a maker."""


def linux_parts(root: Path) -> dict[str, str]:
    """The machine id; built-in network cards with an address of their maker's; disks and board by their serial numbers,
    as far as this account may read them."""
    found = {"system": _text(root / "etc/machine-id") or _text(root / "var/lib/dbus/machine-id")}
    for card in sorted((root / "sys/class/net").glob("*/device")):
        address = _text(card.parent / "address")
        given = address[:2] and not int(address[:2], 16) & DRAWN
        if given and address != "00:00:00:00:00:00" and "usb" not in str(card.resolve()):
            found[f"card {card.parent.name}"] = address
    for disk in sorted((root / "sys/block").glob("*/device")):
        if "usb" not in str(disk.resolve()):
            found[f"disk {disk.parent.name}"] = _text(disk / "serial") or _text(disk / "wwid")
    for name in ("product_uuid", "board_serial", "product_serial"):
        found[name] = _text(root / "sys/class/dmi/id" / name)
    return {name: value for name, value in found.items() if value.lower() not in UNSET}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _windows_parts() -> dict[str, str]:  # pragma: no cover - needs Windows
    return dict(zip(("system", "board"), _windows_names(), strict=False))


def _linux_names() -> list[str]:
    """The machine id, and the addresses of built-in network cards: what any account may read, and nothing that is
    plugged in and out."""
    names = []
    for path in (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id")):
        if path.exists():
            names.append(path.read_text(encoding="utf-8").strip())
            break
    for card in sorted(Path("/sys/class/net").glob("*/device")):
        if "usb" not in str(card.resolve()):
            names.append((card.parent / "address").read_text(encoding="utf-8").strip())
    return names


def _windows_names() -> list[str]:  # pragma: no cover - needs Windows
    """The installation's id and the board's (SMBIOS) id."""
    names: list[str] = []
    if sys.platform == "win32":
        import winreg

        for path, value in (
            (r"SOFTWARE\Microsoft\Cryptography", "MachineGuid"),
            (r"SYSTEM\HardwareConfig", "LastConfig"),
        ):
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path) as key:
                names.append(str(winreg.QueryValueEx(key, value)[0]))
    return names
