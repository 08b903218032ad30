"""The program from its first window to its exit code: the folder is held by one window, whatever fails is told in it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QWidget

from app.config import DataFolder
from app.ui import theme
from app.ui.desktop import Desktop
from app.ui.instance import Instance
from app.ui.notify import install_exception_hook

if TYPE_CHECKING:
    from app.services.network import Serves
    from app.services.office import Office


class Hold:
    """The folder that this window has; one at a time."""

    def __init__(self, called: Callable[[], None]) -> None:
        self._called = called
        self._instance: Instance | None = None
        self._path: Path | None = None

    def take(self, folder: DataFolder) -> bool:
        """Have it, and let go of the former one. False when another window has it. Raises what `Instance.take` raises."""
        if self._path == folder.path:
            return True
        folder.make()
        instance = Instance(folder.path)
        if not instance.take():
            return False
        self.release()
        self._instance, self._path = instance, folder.path
        instance.called.connect(self._called)
        return True

    def release(self) -> None:
        """Let it go."""
        if self._instance is not None:
            self._instance.release()
        self._instance = self._path = None


def run(
    path: Path, key_file: Path | None, first: QWidget, serving: "Callable[[Office], Serves] | None" = None
) -> int:
    """Open the window in the place of the `first` one; returns the program's exit code."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app)
    desktop = Desktop(DataFolder(path), key_file)
    desktop.network.serving = serving
    install_exception_hook(desktop.notify)
    hold = Hold(desktop.to_front)
    desktop.hold = hold.take
    desktop.shell.setGeometry(first.screen().availableGeometry())  # where nothing maximises windows for us
    desktop.shell.setWindowState(first.windowState())
    desktop.start()
    first.close()
    desktop.shell.activateWindow()  # the keyboard was with the window that went
    code = app.exec()
    hold.release()
    return code
