"""The bell of the hall window: made and played on a thread of its own, silent where there is no sound."""

import logging

from PySide6.QtCore import QCoreApplication, QObject, QThread, QUrl, Signal, Slot

from app.config import resources

log = logging.getLogger(__name__)

GOODBYE_MS = 2000
LOUDNESS = 0.8


class Chime(QObject):
    """`ring()` returns at once. The sound library is loaded by the first one, never on the window's thread."""

    _wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: QThread | None = None
        self._player: _Player | None = None

    def ring(self) -> None:
        """Play the bell, if this PC can."""
        if self._thread is None:
            self._thread = QThread(self)
            self._player = _Player()
            self._player.moveToThread(self._thread)
            self._wanted.connect(self._player.play)
            self._thread.finished.connect(self._player.deleteLater)
            application = QCoreApplication.instance()
            if application is not None:
                application.aboutToQuit.connect(self.close)
            self._thread.start()
        self._wanted.emit()

    @Slot()
    def close(self) -> None:
        """Let the thread end."""
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.quit()
            thread.wait(GOODBYE_MS)


class _Player(QObject):
    """Lives on the chime's thread."""

    def __init__(self) -> None:
        super().__init__()
        self._tried = False
        self._effect: QObject | None = None

    @Slot()
    def play(self) -> None:
        """Load at the first time, then play."""
        if not self._tried:
            self._tried = True
            self._load()
        if self._effect is not None:
            self._effect.play()  # type: ignore[attr-defined]  # a QSoundEffect, which is imported late

    def _load(self) -> None:
        try:
            from PySide6.QtMultimedia import QMediaDevices, QSoundEffect
        except ImportError as error:
            log.warning("no sound: %s", error)
            return
        if QMediaDevices.defaultAudioOutput().isNull():
            log.info("no sound: this PC has no audio output")
            return
        effect = QSoundEffect(self)
        effect.setVolume(LOUDNESS)
        effect.setSource(QUrl.fromLocalFile(str(resources() / "sounds" / "chime.wav")))
        self._effect = effect
