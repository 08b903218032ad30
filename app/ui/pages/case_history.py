"""The fifth tab of a case: who did what when, newest first."""

from collections.abc import Sequence

import msgspec
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.calendar import day_of, format_day, format_time
from app.services.case_history import HistoryLine
from app.ui import theme
from app.ui.pages.case_words import FROM_HEAD_OFFICE, happening
from app.ui.widgets import Column, DataTable, TableModel


class _Line(msgspec.Struct, frozen=True):
    number: int
    line: HistoryLine
    count: int
    """How many of the same kind by the same person followed each other."""


class CaseHistory(QWidget):
    """A table of sentences."""

    def __init__(self, zone: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._zone = zone
        columns: list[Column[_Line]] = [
            Column(title=self.tr("Waktu"), text=self._when, width=11),
            Column(title=self.tr("Kejadian"), text=self._what, strong=True),
            Column(title=self.tr("Oleh"), text=self._who, width=12),
        ]
        self.table = DataTable(
            TableModel(columns, lambda row: str(row.number)), name=self.tr("Riwayat berkas")
        )
        self.table.set_empty_text(self.tr("Belum ada kejadian."))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.space(1), 0, 0)
        column.addWidget(self.table)

    def _when(self, row: _Line) -> str:
        at = row.line.at
        return f"{format_day(day_of(at, self._zone))} {format_time(at, self._zone)}"

    def _what(self, row: _Line) -> str:
        words = happening(row.line)
        return f"{words} ({row.count}×)" if row.count > 1 else words

    def _who(self, row: _Line) -> str:
        if row.line.kind in FROM_HEAD_OFFICE:
            return self.tr("Kantor pusat")
        return row.line.actor or self.tr("Program")

    def show_lines(self, lines: Sequence[HistoryLine]) -> None:
        """Show these, oldest first in `lines`; the same thing many times in a row is one line."""
        rows: list[_Line] = []
        for number, line in enumerate(lines):
            last = rows[-1] if rows else None
            if last and (last.line.kind, last.line.actor, last.line.detail) == (
                line.kind,
                line.actor,
                line.detail,
            ):
                rows[-1] = _Line(last.number, line, last.count + 1)
            else:
                rows.append(_Line(number, line, 1))
        self.table.set_rows(rows[::-1])
