"""The mark of where a record is, kept true: it is looked up again whenever something has moved on."""

from PySide6.QtWidgets import QWidget

from app.errors import Refused
from app.ui.context import Context
from app.ui.widgets.place_mark import PlaceMark


class FollowedPlace(PlaceMark):
    """Hidden while this computer is the whole branch: there everything is where it is."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._background, self._watch = context.background, context.watch
        self._stream = ""
        self._reading = self._again = False
        self._watch.changed.connect(self._look)
        self.hide()

    def follow(self, stream: str) -> None:
        """Mark this record from now on, "" for none; called again, it is looked up again."""
        if stream != self._stream:
            self.set_place("", self._steps)
        self._stream = stream
        self._look()

    def _look(self) -> None:
        stream, network = self._stream, self._watch.network
        self.setVisible(bool(stream) and not self._watch.alone)
        if not stream or self._watch.alone:
            return
        if self._reading:
            self._again = True
            return
        self._reading = True
        reading = self._background.read(self, lambda: (stream, network.place_of(stream)))
        reading.success(self._show).failure(self._silent).settled(self._looked).start()

    def _show(self, found: tuple[str, str]) -> None:
        stream, place = found
        if stream == self._stream:
            self.set_place(place, 3 if self._watch.has_head_office else 2)

    def _silent(self, refused: Refused) -> None:
        """A file that cannot be read is told of elsewhere; the mark says nothing then."""
        self.set_place("", self._steps)

    def _looked(self) -> None:
        self._reading = False
        if self._again:
            self._again = False
            self._look()
