"""What is installed is pinned, hashed, free of bad versions, and comes from no address written here."""

import re
import tomllib

from tests.architecture.source import ROOT, every_file, place

LOCKS = ("requirements.lock", "requirements-dev.lock")
REQUIREMENT = re.compile(
    r"^(?P<name>[a-z0-9.-]+)==(?P<version>\S+)(?P<rest>.*?)$(?P<hashes>(?:\n {4}--hash=\S+.*)*)", re.M
)


def pinned(lock: str) -> dict[str, tuple[str, str, int]]:
    """Name -> version, marker, number of hashes."""
    found = REQUIREMENT.finditer((ROOT / lock).read_text("utf-8"))
    return {
        one["name"]: (one["version"], one["rest"].strip(" \\"), one["hashes"].count("--hash=sha256:"))
        for one in found
    }


def required() -> list[str]:
    """The requirements that pyproject.toml names for running."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names: list[str] = project["dependencies"]
    return names


def test_every_pinned_package_has_a_hash() -> None:
    for lock in LOCKS:
        packages = pinned(lock)
        assert packages
        assert [name for name, (_, _, hashes) in packages.items() if hashes == 0] == []


def test_the_lock_holds_everything_the_program_needs() -> None:
    names = {re.split(r"[\s<>=!~;\[]", one)[0].lower() for one in required()}
    assert names - set(pinned("requirements.lock")) == set()


def test_tests_run_on_the_versions_that_are_shipped() -> None:
    tested = pinned("requirements-dev.lock")
    shipped = pinned("requirements.lock")
    assert {name: pin for name, pin in shipped.items() if tested.get(name) != pin} == {}


def test_windows_only_packages_are_locked_with_their_condition() -> None:
    _, condition, _ = pinned("requirements.lock")["pywin32"]
    assert "sys_platform == 'win32'" in condition


def test_qt_is_not_the_version_that_aborts() -> None:
    """PySide6 6.12.0 on Python 3.11: each emitted signal loses a reference to True."""
    for name in ("pyside6-essentials", "pyside6-addons", "shiboken6"):
        assert pinned("requirements.lock")[name][0] != "6.12.0"
    assert [
        one for one in required() if one.startswith("PySide6") and not re.search(r"==6\.11\.3$", one)
    ] == []


def test_no_file_names_a_package_index_or_a_folder_of_one_machine() -> None:
    addresses = (
        "pypi" + ".org",
        "python" + "hosted",
        "/simple" + "/",
        "deb.debian" + ".org",
        "/wo" + "rk/",
        "/ro" + "ot/",
    )
    options = ("--extra-index" + "-url", "--find" + "-links", "trusted" + "-host ")
    found = []
    for path in every_file():
        words = path.read_bytes()
        found += [f"{place(path)} {word}" for word in addresses + options if word.encode() in words]
    assert found == []
