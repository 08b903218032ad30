"""The command line on consoles that know few signs, and with a place for its result that is not there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.config import DataFolder, result_at
from app.errors import Refused
from app.main import main
from tests.houses import House, make_branch, refused

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("encoding", ["ascii", "cp437", "cp1252"])
def test_a_console_that_cannot_show_a_sign_ends_no_command(encoding: str) -> None:
    code = "from app.config import speak_anywhere; speak_anywhere(); print('\u2265 \u2013 \u00b7 \U0001f642 selesai')"
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith(b"selesai")


@pytest.mark.parametrize("command", [["summary", "--date", "2026-11-20"], ["backup"]])
def test_a_place_for_the_result_that_is_not_there_is_named(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], command: list[str]
) -> None:
    house: House = make_branch(tmp_path / "cabang")
    folder: DataFolder = house.folder
    house.close()
    out = tmp_path / "tidak-ada" / "hasil"
    assert main([*command, "--out", str(out), "--data", str(folder.path)]) == 2
    said = capfd.readouterr().err
    assert str(out.parent) in said
    assert "Folder data" not in said


@pytest.mark.parametrize("command", [["summary", "--date", "2026-11-20"], ["backup"]])
def test_a_folder_is_no_place_for_a_result_and_is_named(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], command: list[str]
) -> None:
    house = make_branch(tmp_path / "cabang")
    house.close()
    for out in (tmp_path, Path("/"), Path()):
        assert main([*command, "--out", str(out), "--data", str(house.folder.path)]) == 2
        assert f"{out.absolute()} adalah folder" in capfd.readouterr().err


def test_a_place_that_a_person_named_is_not_called_the_data_folder(tmp_path: Path) -> None:
    taken = tmp_path / "sudah-ada"
    taken.touch()
    with refused("output_not_writable"), result_at(taken / "x"):
        (taken / "x").write_bytes(b"")
    with refused("output_not_writable"), result_at(taken):
        raise Refused("folder_read_only")
    with refused("disk_full"), result_at(taken):
        raise Refused("disk_full")
