"""Where the keyboard goes when a page or a panel is given it."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from shiboken6 import isValid


class _Entry(QObject):
    """Passes the keyboard on from a group to one of its parts."""

    def __init__(self, group: QWidget) -> None:
        super().__init__(group)
        self.setObjectName("entry")
        self.first: QWidget | None = None
        group.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """To the part that was named, as long as it can take it."""
        first = self.first
        if isinstance(event, QFocusEvent) and event.gotFocus() and first is not None and isValid(first):
            first.setFocus(event.reason())
        return super().eventFilter(watched, event)


def _entry_of(group: QWidget) -> _Entry | None:
    found = group.findChild(QObject, "entry", Qt.FindChildOption.FindDirectChildrenOnly)
    return found if isinstance(found, _Entry) else None


def enter_at(group: QWidget, first: QWidget) -> None:
    """Let `group.setFocus()` mean `first.setFocus()`; may be called again with another part.

    Not Qt's focus proxy: with one, Tab passes over everything in the group that stands before the proxy.
    """
    entry = _entry_of(group) or _Entry(group)
    entry.first = first


PASSED_BY = "passed_by"
"""Property of a part of a form that Tab reaches and Enter passes by: an offer is never in the way of who types."""


def go_on(here: QWidget) -> None:
    """The keyboard to the next part of the form; after the last one it stays: what follows there are buttons that act."""
    form = here.parentWidget()
    while form is not None and not isinstance(form, QScrollArea):
        form = form.parentWidget()
    here.focusNextChild()
    held = QApplication.focusWidget()
    while held is not None and held is not here and held.property(PASSED_BY):
        held.focusNextChild()
        held = QApplication.focusWidget()
    if form is not None and held is not None and not form.isAncestorOf(held):
        here.setFocus(Qt.FocusReason.OtherFocusReason)


def has_entry(group: QWidget) -> bool:
    """Whether the group says itself where the keyboard goes."""
    return _entry_of(group) is not None or group.focusProxy() is not None
