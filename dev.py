"""Run, test, check, measure and build Loket with nothing but Python itself: `python3 dev.py run`."""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
RUN_LOCK = ROOT / "requirements.lock"
TEST_LOCK = ROOT / "requirements-dev.lock"

USAGE = """python3 dev.py run [...]     jalankan Loket / start Loket (arguments go to Loket)
python3 dev.py test [...]    jalankan semua uji / run all tests (arguments go to pytest)
python3 dev.py check         periksa kode / run every linter
python3 dev.py bench [...]   ukur kecepatan / measure speed
python3 dev.py trial [...]   kantor pusat, hub dan tiga komputer di sini / the whole chain on this machine
python3 dev.py soak [short]  rusak-rusakkan berjam-jam / kill, cut and fill for hours
python3 dev.py build         buat dist/loket / make the folder to ship"""

# Shared library -> Debian package: what the PySide6 wheel needs and does not carry (its NEEDED entries);
# what these packages themselves depend on is left out.
LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    # windows under X11
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    # windows under Wayland
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    # PDF preview, printing, sound
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libcups.so.2": "libcups2",
    "libpulse.so.0": "libpulse0",
    "libXrandr.so.2": "libxrandr2",
}

# Debian package -> a file that it brings: what single tests talk to. Without it they are skipped, and say why.
TEST_PACKAGES = {
    "pgbouncer": "/usr/sbin/pgbouncer",
}

# Name of the tool -> arguments for the project's Python.
CHECKS = {
    "ruff format": ["-m", "ruff", "format", "--check", "."],
    "ruff check": ["-m", "ruff", "check", "."],
    "import-linter": [
        "-c",
        "from importlinter.cli import lint_imports_command as lint; lint()",
        "--no-cache",
    ],
    "mypy": ["-m", "mypy"],
    "mypy for Windows": ["-m", "mypy", "--platform", "win32", "--cache-dir", ".mypy_cache/win32", "app"],
    "deptry": ["-m", "deptry", "."],
    "codespell": ["-m", "codespell_lib"],
}


def say(indonesian: str, english: str) -> None:
    """Tell the person in both languages, at once even into a pipe."""
    print(f"{indonesian}\n  {english}", flush=True)


def stop(indonesian: str, english: str, words: str = "") -> NoReturn:
    """Show what a tool said, tell the person what to do, and end with status 1."""
    say(words + indonesian, english)
    raise SystemExit(1)


def quietly(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command and keep its words; the caller looks at the status."""
    return subprocess.run(
        command, check=False, cwd=ROOT, capture_output=True, encoding="utf-8", errors="replace"
    )


def loads(library: str) -> bool:
    """Whether the dynamic loader finds this shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_libraries() -> list[str]:
    """Debian packages of the shared libraries that cannot be loaded here; none where there is no such need."""
    if not sys.platform.startswith("linux"):
        return []
    return [package for library, package in LIBRARIES.items() if not loads(library)]


def administrator() -> list[str] | None:
    """What to put before a command to run it as root: nothing, sudo, or None where neither is possible."""
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    if shutil.which("sudo") and quietly(*sudo, "true").returncode == 0:
        return sudo
    return None


def line_to_type(packages: list[str]) -> str:
    """What an administrator types to have these Debian packages."""
    return "sudo apt-get update && sudo apt-get install -y " + " ".join(packages)


def apt_install(packages: list[str]) -> subprocess.CompletedProcess[str] | None:
    """What apt said to these Debian packages; None where nobody may ask it here."""
    before = administrator() if shutil.which("apt-get") else None
    if before is None:
        return None
    say(f"Memasang paket sistem: {' '.join(packages)}", "Installing system packages.")
    apt = [*before, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    install = [*apt, "install", "-y", "--no-install-recommends", *packages]
    done = quietly(*install) if any(Path("/var/lib/apt/lists").glob("*_Packages*")) else None
    if done is None or done.returncode != 0:  # no lists yet, or lists older than what the server has
        update = quietly(*apt, "update")
        done = quietly(*install)
        done.stderr = update.stderr + done.stderr
    return done


def install_packages(packages: list[str]) -> None:
    """Install Debian packages where we may, or print the line to type and end with status 1."""
    line = line_to_type(packages)
    done = apt_install(packages)
    if done is None:
        stop(
            f"Pustaka sistem belum lengkap. Ketik baris ini sebagai administrator, lalu ulangi:\n\n    {line}\n",
            "System libraries are missing. Type the line above as an administrator, then try again.",
        )
    if done.returncode != 0:
        stop(
            f"Paket sistem gagal dipasang. Coba sendiri:\n\n    {line}\n",
            "apt-get failed; its words are above.",
            done.stdout + done.stderr,
        )


def ensure_test_packages() -> None:
    """What single tests talk to, where we may install it; else the line to type, and the tests go on without."""
    if not sys.platform.startswith("linux"):
        return
    packages = [package for package, file in TEST_PACKAGES.items() if not Path(file).exists()]
    if not packages:
        return
    done = apt_install(packages)
    if done is None or done.returncode != 0:
        say(
            f"Uji yang memerlukannya dilewati. Untuk menjalankannya juga:\n\n    {line_to_type(packages)}\n",
            "The tests that need these are skipped; the line above has them run too.",
        )


def ensure_system(*, building: bool) -> None:
    """Shared libraries for Qt, the venv module, and what a build needs."""
    packages = missing_libraries()
    version = f"3.{sys.version_info.minor}"
    on_linux = sys.platform.startswith("linux")
    if on_linux and not PYTHON.exists() and importlib.util.find_spec("ensurepip") is None:
        packages.append(f"python{version}-venv")
    if building and on_linux and not shutil.which("objdump"):
        packages.append("binutils")
    if building and on_linux and sys.base_prefix == "/usr" and not loads(f"libpython{version}.so.1.0"):
        packages.append(f"libpython{version}")
    if packages:
        install_packages(sorted(packages))
        if broken := missing_libraries():
            stop(f"Pustaka tetap tidak dapat dimuat: {broken}", "These still cannot be loaded.")


def stamp(lock: Path) -> Path:
    """The file that says this lock is installed here; a copied or moved folder has another name for it."""
    words = lock.read_bytes() + (ROOT / "pyproject.toml").read_bytes() + str(ROOT).encode()
    return VENV / f".loket-{lock.stem}-{hashlib.sha256(words).hexdigest()[:16]}"


def make_venv() -> None:
    """Make `.venv`, or make it anew when it is half made or its Python is gone."""
    if PYTHON.exists() and quietly(PYTHON, "-m", "pip", "--version").returncode == 0:
        return
    say("Menyiapkan folder .venv …", "Preparing the folder .venv")
    made = quietly(sys.executable, "-m", "venv", "--clear", VENV)
    if made.returncode != 0:
        stop("Folder .venv gagal dibuat.", "The folder .venv could not be made.", made.stdout + made.stderr)


def ensure_installed(lock: Path, *, building: bool = False) -> None:
    """Everything that the lock names is installed in `.venv`; does nothing the second time."""
    ensure_system(building=building)
    done = stamp(lock)
    if PYTHON.exists() and done.exists():
        return
    make_venv()
    say("Memasang pustaka (sekali saja, sekitar 300 MB) …", "Installing libraries (once, about 300 MB)")
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    if not sys.stdout.isatty():
        pip.append("--quiet")
    for step in (
        ["--require-hashes", "-r", str(lock)],
        ["--no-deps", "--no-build-isolation", "-e", str(ROOT)],
    ):
        if subprocess.run([*pip, *step], check=False).returncode != 0:
            stop(
                "Pustaka gagal dipasang; pesan di atas. Periksa sambungan internet, lalu ulangi.",
                "The libraries could not be installed; see above. Check the network, then try again.",
            )
    for old in VENV.glob(".loket-*"):
        old.unlink()
    done.touch()
    if lock == TEST_LOCK:  # it holds everything that the other one does
        stamp(RUN_LOCK).touch()


def python(*arguments: str, **settings: str) -> int:
    """Run the project's Python with these environment settings and give its exit status."""
    return subprocess.run([str(PYTHON), *arguments], check=False, env={**os.environ, **settings}).returncode


def opens_window(arguments: list[str]) -> bool:
    """Whether Loket is started with its options alone, without one of its commands."""
    rest = list(arguments)
    while rest and rest[0].startswith("--"):
        takes_value = rest[0] in ("--data", "--key-file")
        del rest[: 2 if takes_value else 1]
    return not rest and "--help" not in arguments


def without_display() -> bool:
    """Whether this Linux session has no screen, and the person named no other Qt platform."""
    wanted = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform.startswith("linux") and not any(os.environ.get(name) for name in wanted)


def run(arguments: list[str]) -> int:
    """Start Loket; with no display, one demo day without a window."""
    ensure_installed(RUN_LOCK)
    if without_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        if opens_window(arguments):
            say(
                "Tidak ada layar: satu hari contoh tanpa jendela.",
                "No display: one demo day without a window.",
            )
            arguments = ["headless", "--data", tempfile.mkdtemp(prefix="loket-")]
    command = [str(PYTHON), "-m", "app", *arguments]
    if not WINDOWS:  # there exec returns to the prompt at once
        os.execv(command[0], command)
    return subprocess.run(command, check=False).returncode


def test(arguments: list[str]) -> int:
    """Run the tests with no screen needed; all of them with the whole number of simulated branches."""
    ensure_installed(TEST_LOCK)
    if not arguments:  # all tests
        ensure_test_packages()
    os.chdir(ROOT)
    seeds = os.environ.get("LOKET_SEEDS", "200" if arguments else "2000")
    return python("-m", "pytest", *arguments, QT_QPA_PLATFORM="offscreen", LOKET_SEEDS=seeds)


def check(arguments: list[str]) -> int:
    """Run every linter and give one line for each; 1 if any found something."""
    ensure_installed(TEST_LOCK)
    failed = 0
    for name, command in CHECKS.items():
        if arguments and name not in arguments:
            continue
        begun = time.monotonic()
        done = quietly(PYTHON, *command)
        took = f"{time.monotonic() - begun:.1f} s"
        print("FAIL" if done.returncode else "ok  ", name, took, flush=True)
        if done.returncode != 0:
            print(done.stdout + done.stderr, flush=True)
            failed = 1
    return failed


def bench(arguments: list[str]) -> int:
    """Measure the speed that benchmarks/README.md lists."""
    ensure_installed(TEST_LOCK)
    os.chdir(ROOT)
    return python(
        "-m", "benchmarks", *arguments, QT_QPA_PLATFORM=os.environ.get("QT_QPA_PLATFORM", "offscreen")
    )


def trial(arguments: list[str]) -> int:
    """Run head office, a hub and three stations on this machine."""
    ensure_installed(TEST_LOCK)
    os.chdir(ROOT)
    command = [str(PYTHON), "-m", "tests.trial", *arguments]
    if not WINDOWS:  # Ctrl+C is for the trial alone: it has much to stop, and a waiting parent would kill it
        os.execv(command[0], command)
    return subprocess.run(command, check=False).returncode


def soak(arguments: list[str]) -> int:
    """Kill, cut and fill whatever real processes stand on, and see that nothing is lost."""
    ensure_installed(TEST_LOCK)
    os.chdir(ROOT)
    return python("-m", "tests.soak", *arguments)


def build(arguments: list[str]) -> int:
    """Make dist/loket, a folder that runs where there is no Python."""
    ensure_installed(TEST_LOCK, building=True)
    os.chdir(ROOT)
    return python(
        "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "WARN", *arguments, "build.spec"
    )


def main(arguments: list[str]) -> int:
    """Do the named command; gives the exit status."""
    if sys.version_info < (3, 11):  # noqa: UP036 - the person may start this with any Python
        stop(
            "Loket memerlukan Python 3.11 atau lebih baru. Windows: py -3.11 dev.py run",
            f"Loket needs Python 3.11 or newer; this is {sys.version.split()[0]}.",
        )
    commands = {
        "run": run,
        "test": test,
        "check": check,
        "bench": bench,
        "trial": trial,
        "soak": soak,
        "build": build,
    }
    if not arguments or arguments[0] not in commands:
        print(USAGE)
        return 0 if arguments in (["--help"], ["-h"]) else 2
    return commands[arguments[0]](arguments[1:])


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # an old Windows console has no …
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
