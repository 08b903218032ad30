"""One program on one folder: the second start brings the first window to the front, from a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLockFile

from app.errors import Refused
from app.ui.instance import Instance

SECOND = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from app.ui.instance import Instance
QCoreApplication([])
print(Instance(Path(sys.argv[1])).take())
"""


@pytest.fixture
def first(qapp, tmp_path: Path) -> Iterator[Instance]:
    made = Instance(tmp_path)
    assert made.take()
    yield made
    made.release()


def test_a_second_process_calls_the_first_and_goes(qtbot, first: Instance, tmp_path: Path) -> None:
    with qtbot.waitSignal(first.called, timeout=20_000):
        second = subprocess.Popen(
            [sys.executable, "-c", SECOND, str(tmp_path)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        )
    out, _ = second.communicate(timeout=20)
    assert out.strip() == b"False"
    assert second.returncode == 0


def test_the_same_folder_under_another_name_is_the_same(qtbot, first: Instance, tmp_path: Path) -> None:
    link = tmp_path.parent / f"{tmp_path.name}-link"
    link.symlink_to(tmp_path)
    with qtbot.waitSignal(first.called):
        assert not Instance(link).take()


def test_another_folder_is_another_program(first: Instance, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    second = Instance(other)
    assert second.take()
    second.release()


def test_a_folder_is_free_again_after_the_program(qapp, tmp_path: Path) -> None:
    for _ in range(2):
        made = Instance(tmp_path)
        assert made.take()
        made.release()


@pytest.mark.parametrize("left", ["", "4242\nloket\nlain-komputer\n", "\x00" * 40])
def test_a_lock_that_is_empty_or_of_another_computer_claims_no_window(
    qapp, tmp_path: Path, left: str
) -> None:
    """After a power cut, or in a folder that was copied, the program said for ever that it was open already."""
    (tmp_path / "loket.lock").write_text(left)
    made = Instance(tmp_path)
    assert made.take()
    made.release()


def test_a_lock_that_another_program_here_holds_is_respected(qapp, tmp_path: Path) -> None:
    held = QLockFile(str(tmp_path / "loket.lock"))
    assert held.tryLock(0)
    with pytest.raises(Refused, match="already_running"):
        Instance(tmp_path).take()
    held.unlock()


def test_a_program_that_was_killed_leaves_the_folder_free(qapp, tmp_path: Path) -> None:
    killed = """
import os, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from app.ui.instance import Instance
QCoreApplication([])
instance = Instance(Path(sys.argv[1]))
assert instance.take()
print("taken", flush=True)
os.kill(os.getpid(), 9)
"""
    done = subprocess.run(
        [sys.executable, "-c", killed, str(tmp_path)],
        capture_output=True,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert done.stdout.strip() == b"taken"
    made = Instance(tmp_path)
    assert made.take()
    made.release()


def test_a_program_that_does_not_answer_is_named(qapp, tmp_path: Path) -> None:
    lock = QLockFile(str(tmp_path / "loket.lock"))
    assert lock.tryLock(0)
    with pytest.raises(Refused) as caught:
        Instance(tmp_path).take()
    assert caught.value.code == "already_running"
    lock.unlock()


def test_a_folder_that_cannot_be_written_to_is_named(qapp, tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        Instance(tmp_path / "nowhere").take()
    assert caught.value.code == "folder_read_only"
