"""What every test stands on: no screen, folders and a keyring of its own, and Hypothesis without a stopwatch."""

import gc
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest
from hypothesis import HealthCheck, settings

# Before any test module imports Qt, platformdirs or keyring: no test may see the person's own folders.
_HOME = tempfile.TemporaryDirectory(prefix="loket-tests-")
os.environ["QT_QPA_PLATFORM"] = "offscreen"
for _name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
    _folder = Path(_HOME.name) / _name.lower()
    _folder.mkdir(mode=0o700)
    os.environ[_name] = str(_folder)

settings.register_profile(
    "loket",
    deadline=None,  # two slow cores are no failure
    max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.register_profile("long", parent=settings.get_profile("loket"), max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "loket"))


class MemoryKeyring(keyring.backend.KeyringBackend):
    """A keyring that is safe, empty at first, and forgotten after the test."""

    priority = 9

    def __init__(self) -> None:
        super().__init__()
        self._passwords: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self._passwords.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._passwords[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self._passwords:
            raise keyring.errors.PasswordDeleteError(username)
        del self._passwords[service, username]


@pytest.fixture(autouse=True)
def memory_keyring() -> Iterator[MemoryKeyring]:
    """The system's keyring for the length of one test."""
    former = keyring.get_keyring()
    mine = MemoryKeyring()
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(former)


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """Once the first window switched the collector off (app/ui/collecting.py), no other test's event loop runs it."""
    yield
    if not gc.isenabled():
        from app.ui.collecting import collect_due

        collect_due()
