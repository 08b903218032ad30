"""Labels: text that wraps or is shortened and never cut, in the type roles of the theme."""

from typing import ClassVar, Literal

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from app.ui import theme
from app.ui.theme import Type
from app.ui.widgets import paint
from app.ui.widgets.tips import set_tip

Ink = Literal["ink", "muted", "brand", "bad", "warn", "info"]


class Label(QLabel):
    """Text in a type role; plain text always, so that what people type is never read as markup."""

    def __init__(
        self,
        text: str = "",
        kind: Type = Type.BODY,
        *,
        ink: Ink = "ink",
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kind = kind
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)
        self.setProperty("ink", ink)
        self.setFont(theme.font(kind))
        self.setWordWrap(wrap)

    def set_ink(self, ink: Ink) -> None:
        """Change the colour role of the text."""
        if self.property("ink") != ink:
            self.setProperty("ink", ink)
            self.style().unpolish(self)
            self.style().polish(self)

    def set_kind(self, kind: Type) -> None:
        """Change the type role."""
        self._kind = kind
        self.setFont(theme.font(kind))

    def sizeHint(self) -> QSize:
        """One line as long as it likes, up to 40 em where it wraps."""
        if not self.wordWrap():
            return super().sizeHint()
        longest = max((paint.width_of(line, self.font()) for line in self.text().split("\n")), default=0)
        width = min(longest, theme.em(self, 40))
        return QSize(width, self.heightForWidth(max(1, width)))

    def minimumSizeHint(self) -> QSize:
        """One line where it wraps: the layout asks for the height at its width, a window need not be tall for it."""
        hint = super().minimumSizeHint()
        if not self.wordWrap():
            return hint
        return QSize(min(hint.width(), theme.em(self, 8)), self.fontMetrics().height())

    def changeEvent(self, event: QEvent) -> None:
        """Take the size of the theme when that changes."""
        if event.type() == QEvent.Type.StyleChange and self.font() != theme.font(self._kind):
            self.setFont(theme.font(self._kind))
        super().changeEvent(event)


class ElidedLabel(Label):
    """One line that gives way: shortened with an ellipsis, the whole text in its tool tip."""

    def minimumSizeHint(self) -> QSize:
        """A few letters."""
        return QSize(theme.em(self, 3), self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what fits."""
        area = self.contentsRect()
        whole = self.text()
        fits = paint.width_of(whole, self.font()) <= area.width() + 1
        set_tip(self, "" if fits else whole)
        painter = paint.painter_of(self)
        shade = self.palette().color(self.foregroundRole())
        paint.text(painter, area, whole, self.font(), shade, self.alignment())


class Heading(Label):
    """The title of a page or of a card: `level` 1 is the page, 2 a card's subject, 3 a card."""

    _KINDS: ClassVar[dict[int, Type]] = {1: Type.HEADING, 2: Type.SUBTITLE, 3: Type.TITLE}

    def __init__(
        self, text: str = "", level: int = 3, *, wrap: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(text, self._KINDS[level], wrap=wrap, parent=parent)


class Muted(Label):
    """Secondary text."""

    def __init__(
        self, text: str = "", *, small: bool = False, wrap: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(text, Type.SMALL if small else Type.BODY, ink="muted", wrap=wrap, parent=parent)


class KeyHint(Label):
    """The keys of a page in one line: `KeyHint([("F2", "panggil"), ("F3", "selesai")])`."""

    def __init__(self, keys: list[tuple[str, str]] | None = None, *, parent: QWidget | None = None) -> None:
        super().__init__("", Type.SMALL, ink="muted", wrap=True, parent=parent)
        self.set_keys(keys or [])

    def set_keys(self, keys: list[tuple[str, str]]) -> None:
        """Show these pairs of key and what it does."""
        # A no-break space keeps a key and its word on one line.
        self.setText(" · ".join(f"{key} {does}".replace(" ", "\N{NO-BREAK SPACE}") for key, does in keys))
