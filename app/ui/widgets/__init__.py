"""The widgets that pages are built from."""

from app.ui.theme import Colour, Tone, Type
from app.ui.widgets.buttons import Button, IconButton, NavButton, PaintedButton, PrimaryButton
from app.ui.widgets.cards import Banner, Card, EmptyState, Figure, Picture, Row, ServiceCard
from app.ui.widgets.charts import BarChart, Pair
from app.ui.widgets.choices import HoldToReveal, SegmentedChoice
from app.ui.widgets.fields import AmountField, Field, LineEdit, NoteEdit, PinEdit
from app.ui.widgets.marks import Bar, Chip, Painted, Steps
from app.ui.widgets.pile import Pile
from app.ui.widgets.table import Column, DataTable, TableModel
from app.ui.widgets.tabs import TabStrip
from app.ui.widgets.text import ElidedLabel, Heading, KeyHint, Label, Muted

__all__ = [
    "AmountField",
    "Banner",
    "Bar",
    "BarChart",
    "Button",
    "Card",
    "Chip",
    "Colour",
    "Column",
    "DataTable",
    "ElidedLabel",
    "EmptyState",
    "Field",
    "Figure",
    "Heading",
    "HoldToReveal",
    "IconButton",
    "KeyHint",
    "Label",
    "LineEdit",
    "Muted",
    "NavButton",
    "NoteEdit",
    "Painted",
    "PaintedButton",
    "Pair",
    "Picture",
    "Pile",
    "PinEdit",
    "PrimaryButton",
    "Row",
    "SegmentedChoice",
    "ServiceCard",
    "Steps",
    "TabStrip",
    "TableModel",
    "Tone",
    "Type",
]
