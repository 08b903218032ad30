"""Keeps what is being typed in a small form: on file within two seconds, given back when the form is opened again."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from app.ui.context import Context

PAUSE_MS = 1_000
"""Of silence before the draft is written; one write for many keys."""


class DraftKeeper(QObject):
    """The draft of one form and record; `texts` tells what stands in its fields now."""

    def __init__(
        self,
        parent: QObject,
        context: Context,
        form: str,
        record: str,
        texts: Callable[[], dict[str, str]],
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._drafts = context.services.drafts
        self._place = (context.who, form, record)
        self._texts = texts
        self._kept: dict[str, str] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self.flush)

    def load(self, then: Callable[[dict[str, str]], None]) -> None:
        """Read the draft; `then` is called only when there is one."""
        drafts, place = self._drafts, self._place

        def found(texts: dict[str, str]) -> None:
            self._kept = texts
            if any(texts.values()):
                then(texts)

        reading = self._context.background.read(
            self, lambda: {field: each.text for field, each in drafts.of(*place).items()}
        )
        reading.success(found).start()

    def touch(self) -> None:
        """Something was typed."""
        self._timer.start()

    def flush(self) -> None:
        """Keep what was typed, now."""
        self._timer.stop()
        texts = self._texts()
        changed = {field: text for field, text in texts.items() if text != self._kept.get(field, "")}
        if not changed:
            return
        self._kept |= changed
        drafts, place = self._drafts, self._place
        self._context.background.write(self, lambda: drafts.keep(*place, changed)).start()

    def drop(self) -> None:
        """It was taken: forget it."""
        self._timer.stop()
        self._kept = {}
        drafts, place = self._drafts, self._place
        self._context.background.write(self, lambda: drafts.drop(*place)).start()
