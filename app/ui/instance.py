"""One program on one data folder: a second start brings the first window to the front."""

import hashlib
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QSysInfo, QThread, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from app.errors import Refused

WAIT_MS = 1000
UNFINISHED_MS = 200


class Instance(QObject):
    """Holds the folder while the program runs; `called` when somebody started it again."""

    called = Signal()

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = "loket-" + hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
        self._lock = QLockFile(str(folder / "loket.lock"))
        self._lock.setStaleLockTime(0)  # a lock is stale only when its process is gone
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)

    def take(self) -> bool:
        """True when this is the only one. False after the first one was called to the front.

        Raises Refused("already_running") when another program holds the folder and does not answer, and
        Refused("folder_read_only") when the folder cannot be written to.
        """
        if self._lock.tryLock(0):
            return self._begin()
        if self._lock.error() != QLockFile.LockError.LockFailedError:
            raise Refused("folder_read_only", folder=str(Path(self._lock.fileName()).parent))
        if self._call():
            return False
        if self._is_of_nobody_here():
            with suppress(OSError):  # on Windows whoever really holds it keeps it
                Path(self._lock.fileName()).unlink()
            if self._lock.tryLock(0):
                return self._begin()
        raise Refused("already_running")

    def _begin(self) -> bool:
        QLocalServer.removeServer(self._name)  # left by a program that was killed
        self._server.listen(self._name)
        return True

    def _is_of_nobody_here(self) -> bool:
        """Whether the lock says nothing (a power cut left it empty) or names another computer (the folder was copied): no
        window of this computer stands behind it. Read twice: one that starts this moment is still writing it."""
        for pause in (UNFINISHED_MS, 0):
            pid, host, _ = self._lock.getLockInfo()
            if pid and host == QSysInfo.machineHostName():
                return False
            QThread.msleep(pause)
        return True

    def _call(self) -> bool:
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(WAIT_MS):
            return False
        socket.write(b"depan")
        socket.waitForBytesWritten(WAIT_MS)
        socket.disconnectFromServer()
        return True

    def _answer(self) -> None:
        socket = self._server.nextPendingConnection()
        if socket is not None:
            socket.disconnected.connect(socket.deleteLater)
            self.called.emit()

    def release(self) -> None:
        """Let the folder go."""
        self._server.close()
        self._lock.unlock()
