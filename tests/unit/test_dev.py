"""dev.py decides rightly whether to install, and whether a window or the headless day is wanted."""

import subprocess
from pathlib import Path

import pytest

import dev


@pytest.mark.parametrize(
    ("arguments", "window"),
    [
        ([], True),
        (["--data", "cabang"], True),
        (["--data=cabang", "--key-file", "kunci"], True),
        (["demo", "--data", "cabang"], False),
        (["--data", "cabang", "summary", "--date", "2026-11-20"], False),
        (["--help"], False),
    ],
)
def test_options_alone_open_the_window(arguments: list[str], window: bool) -> None:
    assert dev.opens_window(arguments) is window


@pytest.mark.parametrize("screen", ["DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"])
def test_one_of_three_settings_is_a_screen(monkeypatch: pytest.MonkeyPatch, screen: str) -> None:
    monkeypatch.setattr(dev.sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert dev.without_display()
    monkeypatch.setenv(screen, "wayland-0")
    assert not dev.without_display()


def project(monkeypatch: pytest.MonkeyPatch, root: Path) -> Path:
    """A project folder with a lock; returns the lock."""
    (root / "pyproject.toml").write_text("[project]\n")
    lock = root / "requirements.lock"
    lock.write_text("alembic==1\n")
    monkeypatch.setattr(dev, "ROOT", root)
    return lock


def test_a_changed_lock_is_installed_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lock = project(monkeypatch, tmp_path)
    before = dev.stamp(lock)
    assert dev.stamp(lock) == before
    lock.write_text("alembic==2\n")
    assert dev.stamp(lock) != before


def test_a_copied_folder_is_installed_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    first = dev.stamp(project(monkeypatch, here)).name
    assert dev.stamp(project(monkeypatch, there)).name != first


def test_missing_libraries_are_named_by_their_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev.sys, "platform", "linux")
    monkeypatch.setattr(dev, "LIBRARIES", {"libc.so.6": "libc6", "libnowhere.so.9": "libnowhere9"})
    assert dev.missing_libraries() == ["libnowhere9"]


def test_who_may_not_install_gets_the_exact_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "administrator", lambda: None)
    with pytest.raises(SystemExit) as end:
        dev.install_packages(["libgl1", "libegl1"])
    assert end.value.code == 1
    assert "sudo apt-get update && sudo apt-get install -y libgl1 libegl1\n" in capsys.readouterr().out


def test_what_single_tests_need_is_installed_where_we_may(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[tuple[str, ...]] = []

    def apt(*command: str) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        return subprocess.CompletedProcess(command, 0, "", "")

    here = tmp_path / "here"
    here.touch()
    monkeypatch.setattr(dev.sys, "platform", "linux")
    monkeypatch.setattr(dev, "TEST_PACKAGES", {"there": str(here), "lacking": str(tmp_path / "nowhere")})
    monkeypatch.setattr(dev.shutil, "which", lambda _: "/usr/bin/apt-get")
    monkeypatch.setattr(dev, "administrator", list)
    monkeypatch.setattr(dev, "quietly", apt)
    dev.ensure_test_packages()
    assert [command[-1] for command in asked if "install" in command][-1:] == ["lacking"]
    assert not any("there" in command for command in asked)


def test_where_nobody_may_install_the_tests_go_on_and_the_line_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(dev.sys, "platform", "linux")
    monkeypatch.setattr(dev, "TEST_PACKAGES", {"pgbouncer": str(tmp_path / "nowhere")})
    monkeypatch.setattr(dev, "administrator", lambda: None)
    dev.ensure_test_packages()
    assert "sudo apt-get update && sudo apt-get install -y pgbouncer\n" in capsys.readouterr().out
