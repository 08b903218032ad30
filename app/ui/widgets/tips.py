"""Tool tips: the one door to everything of Qt that guesses whether a text is HTML, so that no text is read as such."""

import html

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QToolTip, QWidget

_TOLD = "told_by_tip"


def as_shown(text: str) -> str:
    """The text as Qt must get it to show it letter by letter, whatever signs of HTML somebody typed into it."""
    if "<" not in text and "&lt;" not in text:  # without one of these Qt never takes a text for HTML
        return text
    return f'<span style="white-space: pre-wrap">{html.escape(text)}</span>'


def set_tip(widget: QWidget, text: str) -> None:
    """Show this on hover; a screen reader, to which Qt reads the tip, hears the text and not its escaped form."""
    shown = as_shown(text)
    if widget.toolTip() != shown:
        widget.setToolTip(shown)
    spoken = text if shown != text else ""
    before = widget.property(_TOLD) or ""
    if spoken != before and widget.accessibleDescription() in ("", before):
        widget.setAccessibleDescription(spoken)
        widget.setProperty(_TOLD, spoken)


def show_tip(place: QPoint, text: str, widget: QWidget) -> None:
    """Show this at once, at this place of the screen."""
    QToolTip.showText(place, as_shown(text), widget)
