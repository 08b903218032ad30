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
        """32 hex digits from the name of the installed system and of the hardware: a copied disk has only the first."""
        parts = _windows_names() if sys.platform == "win32" else _linux_names()
        return hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]

    def offset_minutes(self, at: int) -> int:
        """Minutes by which the system's own zone is ahead of UTC at a moment."""
        return time.localtime(at / 1000).tm_gmtoff // 60


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
